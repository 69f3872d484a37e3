// SPDX-License-Identifier: GPL-2.0
/*
 * value.c - value and credit units: one unit is 2^unit_shift wei.
 */
#include "ledger/ledger.h"

/**
 * ts_units_of_wei() - how many whole units a value is
 * @wei: value
 * @unit_shift: -32..63
 *
 * Return: units, rounded down; at most 2^63 - 1.
 */
uint64_t ts_units_of_wei(ts_u128 wei, int unit_shift)
{
	if (unit_shift >= 0)
		wei >>= unit_shift;
	else if (wei > (ts_u128)INT64_MAX >> -unit_shift)
		return INT64_MAX;
	else
		wei <<= -unit_shift;
	return wei > INT64_MAX ? INT64_MAX : (uint64_t)wei;
}

/**
 * ts_wei_of_units() - the value of units
 * @units: below 2^63
 * @unit_shift: -32..63
 *
 * Return: wei, rounded down.
 */
ts_u128 ts_wei_of_units(uint64_t units, int unit_shift)
{
	return unit_shift >= 0 ? (ts_u128)units << unit_shift :
				 (ts_u128)units >> -unit_shift;
}

/**
 * ts_wei_holding_units() - the value that has to be set aside for units
 * @units: below 2^63
 * @unit_shift: -32..63
 *
 * Return: wei, rounded up.
 */
ts_u128 ts_wei_holding_units(uint64_t units, int unit_shift)
{
	ts_u128 unit = 1;

	if (unit_shift >= 0)
		return (ts_u128)units << unit_shift;
	return (units + (unit << -unit_shift) - 1) >> -unit_shift;
}
