// SPDX-License-Identifier: GPL-2.0
/* carried.c - bytes that were carried, and what they cost. */
#include <errno.h>

#include "relay/carried.h"

#define SHIFT_MIN	(-32)
#define SHIFT_MAX	63
#define BYTES_PER_GB	1000000000u
#define PRICE_SHIFT	32

#define for_each_price(service, dir)					\
	for (service = 0; service < TS_SERVICE_COUNT; service++)	\
		for (dir = 0; dir < TS_DIR_COUNT; dir++)

/** ts_prices_valid() - could a kernel charge them? */
bool ts_prices_valid(const struct ts_prices *p)
{
	int service, dir;

	for_each_price(service, dir)
		if (p->units[service][dir] > TS_PRICE_MAX)
			return false;
	return p->unit_shift >= SHIFT_MIN && p->unit_shift <= SHIFT_MAX;
}

/** ts_prices_get() - one of them, to be compared; below 2^108 */
ts_price ts_prices_get(const struct ts_prices *p, int service, int dir)
{
	return (ts_price)p->units[service][dir] << (p->unit_shift + PRICE_SHIFT);
}

/** ts_prices_dearest() - the highest of them */
ts_price ts_prices_dearest(const struct ts_prices *p)
{
	ts_price top = 0;
	int service, dir;

	for_each_price(service, dir)
		if (ts_prices_get(p, service, dir) > top)
			top = ts_prices_get(p, service, dir);
	return top;
}

/** ts_prices_rise() - is any of the second above that of the first? */
bool ts_prices_rise(const struct ts_prices *from, const struct ts_prices *to)
{
	int service, dir;

	for_each_price(service, dir)
		if (ts_prices_get(to, service, dir) > ts_prices_get(from, service, dir))
			return true;
	return false;
}

/** ts_prices_equal() - is each the same, in whatever unit? */
bool ts_prices_equal(const struct ts_prices *a, const struct ts_prices *b)
{
	return !ts_prices_rise(a, b) && !ts_prices_rise(b, a);
}

/** ts_price_with_part() - and so many thousandths of it more, rounded down */
ts_price ts_price_with_part(ts_price price, unsigned int per_mille)
{
	return price + price / TS_PER_MILLE * per_mille +
	       price % TS_PER_MILLE * per_mille / TS_PER_MILLE;
}

/* Rounded up, so that nothing is sold below what it costs. */
static ts_price units_of(ts_price price, int shift)
{
	ts_price unit = (ts_price)1 << (shift + PRICE_SHIFT);

	return price / unit + (price % unit != 0);
}

/**
 * ts_prices_make() - prices as a kernel can charge them
 * @p: where they go
 * @wanted: none of them becomes lower than here
 *
 * The unit is the smallest in which the dearest fits, so what is far below the dearest
 * is rounded up to one unit, a part in 4096 of it.
 *
 * Return: 0, or -ERANGE: too dear for any unit.
 */
int ts_prices_make(struct ts_prices *p,
		   ts_price wanted[TS_SERVICE_COUNT][TS_DIR_COUNT])
{
	ts_price top = 0;
	int service, dir, shift = SHIFT_MIN;

	for_each_price(service, dir)
		if (wanted[service][dir] > top)
			top = wanted[service][dir];
	while (shift < SHIFT_MAX && units_of(top, shift) > TS_PRICE_MAX)
		shift++;
	if (units_of(top, shift) > TS_PRICE_MAX)
		return -ERANGE;
	p->unit_shift = shift;
	for_each_price(service, dir)
		p->units[service][dir] =
			(uint16_t)units_of(wanted[service][dir], shift);
	return 0;
}

/** ts_price_of_wei_per_gb() - as operators write it, below 2^92; rounded down */
ts_price ts_price_of_wei_per_gb(ts_u128 wei_per_gb)
{
	return (wei_per_gb << PRICE_SHIFT) / BYTES_PER_GB;
}

/**
 * ts_price_wei_of_bytes() - what so many bytes cost
 * @price: of one
 * @bytes: how many
 * @rest: what was left of the last ones, and is of these, in 2^-32 wei
 *
 * Return: wei; TS_U128_MAX: that or more.
 */
ts_u128 ts_price_wei_of_bytes(ts_price price, uint64_t bytes, uint32_t *rest)
{
	ts_u128 whole, part;

	/* Both halves by themselves: the product may have 172 bits. */
	part = (price & UINT32_MAX) * bytes + *rest;
	*rest = (uint32_t)part;
	if (__builtin_mul_overflow(price >> PRICE_SHIFT, (ts_u128)bytes, &whole) ||
	    __builtin_add_overflow(whole, part >> PRICE_SHIFT, &whole))
		return TS_U128_MAX;
	return whole;
}

/** ts_price_bytes_of_wei() - how many bytes that pays for; UINT64_MAX: that or more */
uint64_t ts_price_bytes_of_wei(ts_price price, ts_u128 wei)
{
	if (!price || wei > TS_U128_MAX >> PRICE_SHIFT ||
	    (wei << PRICE_SHIFT) / price > UINT64_MAX)
		return UINT64_MAX;
	return (uint64_t)((wei << PRICE_SHIFT) / price);
}

/** ts_carried_total() - all bytes; UINT64_MAX: that or more */
uint64_t ts_carried_total(const struct ts_carried *c)
{
	uint64_t sum = 0;
	int service, dir;

	for_each_price(service, dir)
		if (__builtin_add_overflow(sum, c->bytes[service][dir], &sum))
			return UINT64_MAX;
	return sum;
}

/** ts_carried_at_least() - none of the former is less than of the latter from now on */
void ts_carried_at_least(struct ts_carried *c, const struct ts_carried *least)
{
	int service, dir;

	for_each_price(service, dir)
		if (c->bytes[service][dir] < least->bytes[service][dir])
			c->bytes[service][dir] = least->bytes[service][dir];
}
