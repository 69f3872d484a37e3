// SPDX-License-Identifier: GPL-2.0
/* price.c - prices and the size of the credit unit. */
#include <errno.h>

#include "tsd/price.h"

#define GB 1000000000u	/* bytes */

/* Rounded to the nearest; TS_U128_MAX when it cannot be small. */
static ts_u128 units_per_byte(ts_u128 wei_per_gb, int unit_shift)
{
	ts_u128 n = wei_per_gb, d = GB;

	if (unit_shift < 0) {
		if (n >> (127 + unit_shift))
			return TS_U128_MAX;
		n <<= -unit_shift;
	} else {
		d <<= unit_shift;	/* below 2^93 */
	}
	return n / d + (n % d >= d - n % d);
}

/**
 * ts_price_shift() - choose the credit unit of a tariff
 * @wei_per_gb: its prices
 * @n: how many
 * @unit_shift: set on success
 *
 * Return: 0 or -ERANGE: the dearest price is above what a unit of 2^63 can say.
 */
int ts_price_shift(const ts_u128 *wei_per_gb, unsigned int n, int *unit_shift)
{
	ts_u128 dearest = 0;
	unsigned int i;
	int k;

	for (i = 0; i < n; i++)
		if (wei_per_gb[i] > dearest)
			dearest = wei_per_gb[i];
	if (!dearest) {
		*unit_shift = 0;
		return 0;
	}
	for (k = TS_UNIT_SHIFT_MIN; k <= TS_UNIT_SHIFT_MAX; k++) {
		if (units_per_byte(dearest, k) <= TS_PRICE_MAX) {
			*unit_shift = k;
			return 0;
		}
	}
	return -ERANGE;
}

/**
 * ts_price_units() - a price as the kernel has it
 * @wei_per_gb: the price
 * @unit_shift: chosen by ts_price_shift() from this and other prices
 *
 * Return: credit units per byte, rounded to the nearest; what is not free
 * never becomes free.
 */
uint16_t ts_price_units(ts_u128 wei_per_gb, int unit_shift)
{
	ts_u128 units = units_per_byte(wei_per_gb, unit_shift);

	if (wei_per_gb && !units)
		return 1;
	return units > TS_PRICE_MAX ? TS_PRICE_MAX : (uint16_t)units;
}

/**
 * ts_price_wei_per_gb() - what a price in units really costs
 * @units_per_byte: credit units per byte
 * @unit_shift: of the tariff
 *
 * Return: the token's smallest unit per GB, rounded down.
 */
ts_u128 ts_price_wei_per_gb(uint16_t units_per_byte, int unit_shift)
{
	ts_u128 per_gb = (ts_u128)units_per_byte * GB;	/* below 2^43 */

	return unit_shift < 0 ? per_gb >> -unit_shift : per_gb << unit_shift;
}
