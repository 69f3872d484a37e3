/* SPDX-License-Identifier: GPL-2.0 */
/* refunds.h - what goes back to who paid it.  Private to userspace/billing. */
#ifndef TS_BILLING_REFUNDS_H
#define TS_BILLING_REFUNDS_H

#include "billing/state.h"

/* refund.c */
ts_u128 ts_channel_unspent_wei(const struct ts_billing_channel *c);
ts_u128 ts_lives_unspent_wei(struct ts_billing *b,
			     const struct ts_billing_channel *c);
int ts_refund_find(struct ts_billing *b, const struct ts_address *wallet,
		   const struct ts_address *token, struct ts_billing_channel **c);
void ts_refund_begin(struct ts_billing *b, struct ts_billing_channel *c,
		     ts_u128 limit_wei, int64_t session, uint64_t reply);
struct ts_billing_channel *ts_refund_way_back(struct ts_billing *b,
					      const struct ts_billing_payment *p);
void ts_refund_book(struct ts_billing *b, struct ts_billing_channel *c,
		    ts_u128 limit_wei);
void ts_refunds(struct ts_billing *b, const struct ts_time *now);
void ts_refunds_refuse(struct ts_billing *b);

/* dear.c */
void ts_dear_tick(struct ts_billing *b, const struct ts_time *now);

/* refund_lost.c */
ts_u128 ts_refund_take_back(struct ts_billing *b, struct ts_billing_channel *c,
			    ts_u128 wei);
void ts_refund_lost(struct ts_billing *b, struct ts_billing_channel *c,
		    ts_u128 lost_wei);

#endif /* TS_BILLING_REFUNDS_H */
