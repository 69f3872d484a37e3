/* SPDX-License-Identifier: GPL-2.0 */
/*
 * revenue.h - what was charged on each day, and for what (rule M5: income is what was
 * charged, not what was paid), with what the way to the internet cost beside it.
 *
 * Each amount is added in the batch that has what it follows from: charges of accounts,
 * rows of relays, the Unlock that pays a fee.  So the sums are those rows', to the unit,
 * and ts_ledger_check() compares them.  A day is one of UTC by the synchronised clock, as
 * seconds since 1970 divided by 86400; 0: while the clock was not to be trusted (M12).
 */
#ifndef TS_LEDGER_REVENUE_H
#define TS_LEDGER_REVENUE_H

#include "ledger/ledger.h"

/**
 * enum ts_revenue - what it is for
 * @TS_REVENUE_ACCESS: stations' traffic
 * @TS_REVENUE_RELAY: what was carried for neighbours
 * @TS_REVENUE_EXIT: what went for them to and from the internet here
 * @TS_REVENUE_FEES: locks of others that were passed on
 * @TS_REVENUE_UPSTREAM: the cost of what neighbours carried for us
 * @TS_REVENUE_GIVEN: stations' traffic that the operator paid for (gift.h): no income
 */
enum ts_revenue {
	TS_REVENUE_ACCESS,
	TS_REVENUE_RELAY,
	TS_REVENUE_EXIT,
	TS_REVENUE_FEES,
	TS_REVENUE_UPSTREAM,
	TS_REVENUE_GIVEN,
	TS_REVENUE_COUNT,
};

/**
 * struct ts_ledger_revenue - of one day
 * @token: of @wei
 * @day: see above
 * @kind: enum ts_revenue
 * @wei: how much
 */
struct ts_ledger_revenue {
	struct ts_address token;
	uint64_t day;
	enum ts_revenue kind;
	ts_u128 wei;
};

int ts_ledger_revenue_add(struct ts_ledger *l, const struct ts_ledger_revenue *r);
int ts_ledger_revenue_load(struct ts_ledger *l,
			   int (*cb)(const struct ts_ledger_revenue *r, void *arg),
			   void *arg);

#endif /* TS_LEDGER_REVENUE_H */
