/* SPDX-License-Identifier: GPL-2.0 */
/*
 * roam.h - a wallet's value follows it to another box (rule M14); byte by byte and step
 * by step in Documentation/roaming.md.
 *
 * Home is the box that the wallet has paid.  At another box, its host, it shows an
 * order; under that the host claims value from home, a slice at a time, which home pays
 * over its own channel with the host, for that order's session.  Home's ledger decides:
 * what was bought is not there any more before it leaves.
 */
#ifndef TS_BILLING_ROAM_H
#define TS_BILLING_ROAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "billing/time.h"
#include "ledger/roam.h"
#include "lib/meter.h"

struct ts_billing;

/**
 * ts_billing_roam() - a wallet that has value at another box is here; or home again
 * @b: billing
 * @key: the station that asks, which got the nonce by ts_billing_nonce()
 * @bytes: a signed order (photon/roam.h), any bytes
 * @len: how many
 * @reply: given back to attached() or refuse() exactly once
 * @now: the time
 *
 * Nothing of it is on our disk before its home has said that it is good: so strangers
 * cost nothing.  The same order again from the same station is answered again.
 */
void ts_billing_roam(struct ts_billing *b, const struct ts_key *key,
		     const void *bytes, size_t len, uint64_t reply,
		     const struct ts_time *now);

/**
 * ts_billing_claim() - another box claims value of a wallet of ours
 * @b: billing
 * @bytes: a signed claim (photon/roam.h), any bytes
 * @len: how many
 * @reply: given back to claimed() or refuse() exactly once
 * @now: the time
 */
void ts_billing_claim(struct ts_billing *b, const void *bytes, size_t len,
		      uint64_t reply, const struct ts_time *now);

/**
 * ts_billing_claim_next() - what a home is to be asked now
 * @b: billing, after a flush
 * @home: which box
 * @now: the time
 * @bytes: set to the claim
 * @name: set to its order's name
 *
 * It is not asked for anything else until ts_billing_claim_answered().
 *
 * Return: whether there is anything.
 */
bool ts_billing_claim_next(struct ts_billing *b, const struct ts_address *home,
			   const struct ts_time *now, uint8_t bytes[TS_CLAIM_BYTES],
			   char name[TS_CODE_SIZE]);

/**
 * struct ts_claim_answer - what a home said
 * @error: the name of its refusal; NULL: it did not refuse
 * @unreachable: it said nothing, or nothing that makes sense
 * @bought_wei: else what it has paid under the order, in all
 */
struct ts_claim_answer {
	const char *error;
	bool unreachable;
	ts_u128 bought_wei;
};

/** ts_billing_claim_answered() - an answer, or that there is none, to a claim */
void ts_billing_claim_answered(struct ts_billing *b, const char *name,
			       const struct ts_claim_answer *answer,
			       const struct ts_time *now);

/**
 * ts_billing_claim_due() - when ts_billing_claim_next() has something
 * Return: CLOCK_BOOTTIME ns; UINT64_MAX: nothing waits for a time.
 */
uint64_t ts_billing_claim_due(const struct ts_billing *b);

/**
 * struct ts_visit_view - a guest
 * @row: as on the disk
 * @order: decoded
 * @wallet: who signed it
 * @unspent_wei: bought and not used
 * @fault: why it buys nothing now; NULL: nothing is wrong
 * @arrived_ns: when the order came; 0: before this process
 * @frame_ns: the station's first frame here before that; 0: none was told
 * @granted_ns: when the kernel had its first grant; 0: not yet
 */
struct ts_visit_view {
	struct ts_ledger_visit row;
	struct ts_order order;
	struct ts_address wallet;
	ts_u128 unspent_wei;
	const char *fault;
	uint64_t arrived_ns;
	uint64_t frame_ns;
	uint64_t granted_ns;
};

/**
 * struct ts_order_view - a wallet of ours that is elsewhere
 * @row: as on the disk
 * @newest: it may buy, if it is not too old
 * @expired: it is
 */
struct ts_order_view {
	struct ts_ledger_order row;
	bool newest;
	bool expired;
};

int ts_billing_visit_each(struct ts_billing *b,
			  int (*cb)(const struct ts_visit_view *v, void *arg),
			  void *arg);
int ts_billing_order_each(struct ts_billing *b, const struct ts_time *now,
			  int (*cb)(const struct ts_order_view *o, void *arg),
			  void *arg);

#endif /* TS_BILLING_ROAM_H */
