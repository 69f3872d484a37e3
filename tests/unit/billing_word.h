/* SPDX-License-Identifier: GPL-2.0 */
/* billing_word.h - a wallet that signs for whom it pays: PARTNER, at the box of billing_far.h. */
#ifndef TS_TEST_BILLING_WORD_H
#define TS_TEST_BILLING_WORD_H

#include "billing/sponsor.h"
#include "billing_far.h"

/* Many slices, which are 100000 bytes. */
#define WORD_POOL	(5000000 * GWEI)
#define WORD_LIMIT	(1000000 * GWEI)

/**
 * struct word_found - by a search among what is shown
 */
struct word_found {
	unsigned int station;
	unsigned int count;
	struct ts_sponsorship_view view;
};

/**
 * word_lender - the code of station 0, for which PARTNER has paid
 * word_serial - of the last word
 */
extern int word_lender;
extern uint64_t word_serial;

int word_setup(void **state);
/* What an honest wallet would sign for a station. */
struct ts_sponsor word_good(unsigned int station, ts_u128 limit_wei);
/* NULL: done, else the name of the refusal; answered once, whatever it is. */
const char *word_give(const void *bytes, size_t len);
const char *word_give_by(const struct ts_sponsor *said, unsigned int wallet);
const char *word_give_good(const struct ts_sponsor *said);
void word_refused(const char *got, const char *name);
void word_sponsor(unsigned int station, ts_u128 limit_wei);
/* The books of the test on codes know no lenders: so much may pass with that one. */
int word_lend(unsigned int station, ts_u128 limit_wei);
/* To the last byte that its value pays for. */
uint64_t word_spend_all(unsigned int station);
/* One frame, as soon as it is allowed. */
bool word_passes(unsigned int station);
void word_after(uint64_t ns);
/* Whole bytes that an amount buys at the tariff of the tests. */
uint64_t word_bytes(ts_u128 wei);
struct word_found word_shown(unsigned int station);

#endif /* TS_TEST_BILLING_WORD_H */
