/* SPDX-License-Identifier: GPL-2.0 */
/*
 * price.h - the size of the credit unit, and prices in it.
 *
 * The one place where it is chosen; tsd shows and checks what this says.
 */
#ifndef TS_BILLING_PRICE_H
#define TS_BILLING_PRICE_H

#include "billing/billing.h"

int ts_tariff_scale(const struct ts_billing_tariff *in,
		    struct ts_ledger_tariff *out, char *err, size_t err_size);
uint16_t ts_tariff_dearest(const struct ts_ledger_tariff *t);
ts_u128 ts_price_wei_per_gb(uint16_t units_per_byte, int unit_shift);

#endif /* TS_BILLING_PRICE_H */
