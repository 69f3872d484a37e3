/* SPDX-License-Identifier: GPL-2.0 */
/*
 * price.h - from "tokens per GB" to credit units per byte.
 *
 * A GB is 10^9 bytes.  One credit unit is 2^k of the token's smallest unit;
 * k is chosen so that the dearest price of a tariff lies in 4096..8191 units
 * per byte, so rounding changes that price by less than 1 in 8192.
 */
#ifndef TS_TSD_PRICE_H
#define TS_TSD_PRICE_H

#include <stdbool.h>
#include <stdint.h>

#include "chain/token.h"
#include "photon/u256.h"
#include <linux/tokenswitch.h>

#define TS_UNIT_SHIFT_MIN	(-32)
#define TS_UNIT_SHIFT_MAX	63

int ts_price_shift(const ts_u128 *wei_per_gb, unsigned int n, int *unit_shift);
uint16_t ts_price_units(ts_u128 wei_per_gb, int unit_shift);
ts_u128 ts_price_wei_per_gb(uint16_t units_per_byte, int unit_shift);

#endif /* TS_TSD_PRICE_H */
