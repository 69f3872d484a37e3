/* SPDX-License-Identifier: GPL-2.0 */
/* revenues.h - what was earned, by the day.  Private to userspace/billing. */
#ifndef TS_BILLING_REVENUES_H
#define TS_BILLING_REVENUES_H

#include "billing/state.h"

/* revenue.c */
void ts_revenue_begin(struct ts_billing *b, const struct ts_time *now);
void ts_revenue_write(struct ts_billing *b);
void ts_revenue_add(struct ts_billing *b, const struct ts_address *token,
		    enum ts_revenue kind, ts_u128 wei);
void ts_revenue_units(struct ts_billing *b, const struct ts_billing_account *a,
		      uint64_t from_units, uint64_t to_units);
void ts_revenue_tick(struct ts_billing *b, const struct ts_time *now);

#endif /* TS_BILLING_REVENUES_H */
