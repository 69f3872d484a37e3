/* SPDX-License-Identifier: GPL-2.0 */
/* revenues.h - what was earned, by the day, and whose it is.  Private to userspace/billing. */
#ifndef TS_BILLING_REVENUES_H
#define TS_BILLING_REVENUES_H

#include "billing/state.h"

/* revenue.c */
int ts_revenue_begin(struct ts_billing *b, const struct ts_time *now);
void ts_revenue_write(struct ts_billing *b);
void ts_revenue_add(struct ts_billing *b, const struct ts_address *token,
		    enum ts_revenue kind, ts_u128 wei);
void ts_revenue_units(struct ts_billing *b, const struct ts_billing_account *a,
		      uint64_t from_units, uint64_t to_units);
void ts_revenue_book_all(struct ts_billing *b, const struct ts_time *now);
void ts_revenue_tick(struct ts_billing *b, const struct ts_time *now);
void ts_revenue_totals(const struct ts_billing *b,
		       ts_u128 wei[TS_TOKENS_MAX][TS_REVENUE_COUNT]);

/* share.c */
int ts_shares_check(const struct ts_billing_config *c, char *err, size_t err_size);
void ts_shares_split(struct ts_billing *b);
int ts_shares_sync(struct ts_billing *b, const struct ts_time *now);

/* payout.c */
void ts_shares_lost(struct ts_billing *b, struct ts_billing_channel *c,
		    ts_u128 lost_wei);

#endif /* TS_BILLING_REVENUES_H */
