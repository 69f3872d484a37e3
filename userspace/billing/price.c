// SPDX-License-Identifier: GPL-2.0
/*
 * price.c - from "wei for 10^9 bytes" to credit units per byte, and back.
 */
#include <errno.h>
#include <stdio.h>

#include "billing/price.h"

#define BYTES_PER_GB	1000000000ull
#define SHIFT_MIN	(-32)
#define SHIFT_MAX	63

/* wei for 10^9 bytes as units for one byte, rounded down. */
static ts_u128 units_per_byte(ts_u128 wei_per_gb, int shift)
{
	if (shift >= 0)
		return (wei_per_gb / BYTES_PER_GB) >> shift;
	return (wei_per_gb << -shift) / BYTES_PER_GB;
}

/**
 * ts_tariff_scale() - a tariff as the kernel can charge it
 * @in: as the operator writes it
 * @out: id, valid_from_s, unit_shift, price and wei_per_gb are set
 * @err: on failure, one line for people
 * @err_size: room in @err
 *
 * The unit is chosen so that the dearest price has 13 bits (4096..8191); where
 * it would have to be below 2^-32 wei it is that, and the prices have fewer.
 *
 * Return: 0 or -EINVAL.
 */
int ts_tariff_scale(const struct ts_billing_tariff *in,
		    struct ts_ledger_tariff *out, char *err, size_t err_size)
{
	ts_u128 wei[TS_CLASS_COUNT][TS_DIR_COUNT], top = 0, units;
	const char *text;
	int class, dir, shift = SHIFT_MIN;

	*out = (struct ts_ledger_tariff){ .id = in->id,
					  .valid_from_s = in->valid_from_s };
	for (class = 0; class < TS_CLASS_COUNT; class++) {
		for (dir = 0; dir < TS_DIR_COUNT; dir++) {
			text = in->wei_per_gb[class][dir];
			snprintf(out->wei_per_gb[class][dir],
				 TS_PRICE_TEXT_SIZE, "%s", text[0] ? text : "0");
			/* 2^92 x 2^32 still fits. */
			if (ts_u128_parse(&wei[class][dir],
					  out->wei_per_gb[class][dir]) ||
			    wei[class][dir] >> 92) {
				snprintf(err, err_size,
					"tariff %u: the price \"%.40s\" is not a decimal number of wei for 10^9 bytes below 2^92",
					in->id, text);
				return -EINVAL;
			}
			if (wei[class][dir] > top)
				top = wei[class][dir];
		}
	}
	while (shift < SHIFT_MAX && units_per_byte(top, shift) > TS_PRICE_MAX)
		shift++;
	out->unit_shift = shift;
	for (class = 0; class < TS_CLASS_COUNT; class++) {
		for (dir = 0; dir < TS_DIR_COUNT; dir++) {
			units = units_per_byte(wei[class][dir], shift);
			if (units > TS_PRICE_MAX || (!units && wei[class][dir])) {
				snprintf(err, err_size,
					"tariff %u: the price of %s (in the token's smallest unit, for 10^9 bytes) is less than 1/4096 of the dearest one, or both are too small or too large",
					in->id, out->wei_per_gb[class][dir]);
				return -EINVAL;
			}
			out->price[class][dir] = (uint16_t)units;
		}
	}
	return 0;
}

/* The highest price of any class and direction. */
uint16_t ts_tariff_dearest(const struct ts_ledger_tariff *t)
{
	uint16_t top = 0;
	int class, dir;

	for (class = 0; class < TS_CLASS_COUNT; class++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			if (t->price[class][dir] > top)
				top = t->price[class][dir];
	return top;
}

/**
 * ts_price_wei_per_gb() - what a price in units really costs
 * @units_per_byte: credit units per byte
 * @unit_shift: of the tariff
 *
 * Return: wei for 10^9 bytes, rounded down.
 */
ts_u128 ts_price_wei_per_gb(uint16_t units_per_byte, int unit_shift)
{
	ts_u128 per_gb = (ts_u128)units_per_byte * BYTES_PER_GB; /* below 2^43 */

	return unit_shift < 0 ? per_gb >> -unit_shift : per_gb << unit_shift;
}
