/* SPDX-License-Identifier: GPL-2.0 */
/* sponsors.h - stations that spend a wallet's payments by its word.  Private to userspace/billing. */
#ifndef TS_BILLING_SPONSORS_H
#define TS_BILLING_SPONSORS_H

#include "billing/state.h"

/**
 * struct ts_loan - what a station may have of a wallet's payment
 * @by: by whose word
 * @of: the session that it was paid for
 * @payment: which
 * @wei: so much
 */
struct ts_loan {
	struct ts_billing_sponsorship *by;
	struct ts_billing_session *of;
	struct ts_billing_payment *payment;
	ts_u128 wei;
};

/* All that a session's station may have, of the oldest word first. */
#define ts_for_each_loan(loan, b, s)					\
	for (*(loan) = (struct ts_loan){ }; ts_loan_next(b, s, loan); )

/* sponsor.c */
bool ts_loan_next(struct ts_billing *b, const struct ts_billing_session *s,
		  struct ts_loan *loan);
struct ts_billing_version *ts_loan_tariff(struct ts_billing *b, const struct ts_loan *loan,
					  const struct ts_time *now);
bool ts_sponsor_has(const struct ts_billing *b, const uint8_t mac[6]);
void ts_sponsorship_write(struct ts_billing *b, const struct ts_billing_sponsorship *sp);
bool ts_account_borrows(const struct ts_billing_account *a,
			const struct ts_billing_sponsorship *by);
ts_u128 ts_loan_passed_wei(const struct ts_billing_account *a,
			   const struct ts_billing_sponsorship *by);
bool ts_session_is_lent(const struct ts_billing_session *s);
void ts_sponsors_release(struct ts_billing *b, const struct ts_billing_session *s);
void ts_sponsors_settled(struct ts_billing *b, const struct ts_time *now);
void ts_sponsor_forget(struct ts_billing *b, const struct ts_billing_payment *p);
struct ts_billing_payment *ts_sponsor_payment(struct ts_billing *b, int64_t id);
struct ts_billing_sponsorship *ts_sponsorship_of_row(struct ts_billing *b, int64_t id);

/* sponsor_end.c */
void ts_sponsorship_end(struct ts_billing *b, struct ts_billing_sponsorship *sp);
void ts_sponsors_leave(struct ts_billing *b, const struct ts_billing_channel *c);
uint64_t ts_sponsors_clock(const struct ts_billing *b, const struct ts_time *now);
void ts_sponsors_look(struct ts_billing *b, const struct ts_time *now);
void ts_sponsors_tick(struct ts_billing *b, const struct ts_time *now);
int ts_sponsors_load(struct ts_billing *b);
struct ts_billing_sponsorship *ts_sponsorship_add(struct ts_billing *b,
						  const struct ts_ledger_sponsorship *row);
void ts_sponsorship_free(struct ts_billing *b, struct ts_billing_sponsorship *sp);

#endif /* TS_BILLING_SPONSORS_H */
