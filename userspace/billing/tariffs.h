/* SPDX-License-Identifier: GPL-2.0 */
/* tariffs.h - versions of tariffs.  Private to userspace/billing. */
#ifndef TS_BILLING_TARIFFS_H
#define TS_BILLING_TARIFFS_H

#include "billing/state.h"

/* tariff.c */
int ts_tariff_sync(struct ts_billing *b, const struct ts_time *now);
uint64_t ts_wall_floor(const struct ts_billing *b, const struct ts_time *now);
void ts_wall_floor_raise(struct ts_billing *b, const struct ts_time *now);
void ts_wall_floor_write(struct ts_billing *b, const struct ts_time *now);
struct ts_billing_version *ts_tariff_by_row(struct ts_billing *b, int64_t row);
struct ts_billing_version *ts_tariff_current(struct ts_billing *b, uint32_t id,
					     const struct ts_address *token,
					     const struct ts_time *now);
struct ts_billing_version *ts_tariff_default(struct ts_billing *b);
bool ts_tariff_is_offered(const struct ts_billing *b, uint32_t id,
			  const struct ts_address *token);
struct ts_billing_version *ts_tariff_to_pay(struct ts_billing *b, uint32_t id,
					    const struct ts_address *token,
					    const struct ts_time *now);
struct ts_billing_version *ts_tariff_of_payment(struct ts_billing *b,
						const struct ts_billing_payment *p,
						const struct ts_time *now);
bool ts_tariff_is_dearer(const struct ts_ledger_tariff *t, ts_u128 most_wei_per_gb);
ts_u128 ts_tariff_most(const struct ts_ledger_payment *row);
int ts_tariff_to_kernel(struct ts_billing *b, struct ts_billing_version *v);

#endif /* TS_BILLING_TARIFFS_H */
