/* SPDX-License-Identifier: GPL-2.0 */
/* gifts.h - what the operator gives sessions to spend.  Private to userspace/billing. */
#ifndef TS_BILLING_GIFTS_H
#define TS_BILLING_GIFTS_H

#include "billing/state.h"

/* gift.c */
bool ts_gift_spendable(const struct ts_billing_payment *p);
struct ts_billing_payment *ts_gift_make(struct ts_billing_session *s,
					struct ts_billing_version *v,
					const struct ts_ledger_gift *row);
bool ts_gift_give(struct ts_billing *b, struct ts_billing_session *s,
		  struct ts_billing_version *v, struct ts_ledger_gift *row,
		  const struct ts_time *now);
ts_u128 ts_gift_wei_of_bytes(const struct ts_ledger_tariff *t, uint64_t bytes);
void ts_gifts_look(struct ts_billing *b, const struct ts_time *now);
void ts_gifts_tick(struct ts_billing *b, const struct ts_time *now);

#endif /* TS_BILLING_GIFTS_H */
