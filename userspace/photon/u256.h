/* SPDX-License-Identifier: GPL-2.0 */
/*
 * u256.h - the integers of money: 256 bits on the wire and in the contract,
 * 128 bits in the ledger.
 *
 * Every operation that can leave its range says so by its return value; none
 * wraps.  Decimal text has one form for each value: digits only, no leading
 * zero, no sign, no space.
 */
#ifndef TS_PHOTON_U256_H
#define TS_PHOTON_U256_H

#include <stdbool.h>
#include <stdint.h>

#ifndef __SIZEOF_INT128__
#error "TokenSwitch's userspace needs a compiler with unsigned __int128 (a 64-bit target)"
#endif

typedef unsigned __int128 ts_u128;

#define TS_U128_MAX		(~(ts_u128)0)
#define TS_U128_BYTES		16
#define TS_U128_TEXT_SIZE	40	/* 39 digits and the NUL */
#define TS_U256_BYTES		32
#define TS_U256_TEXT_SIZE	79	/* 78 digits and the NUL */

/**
 * struct ts_u256 - an unsigned 256-bit integer
 * @w: the words, least significant first, each in host order
 *
 * Not the wire's form: use ts_u256_get() and ts_u256_put() at the border.
 */
struct ts_u256 {
	uint64_t w[4];
};

struct ts_u256 ts_u256_from_u64(uint64_t value);
struct ts_u256 ts_u256_from_u128(ts_u128 value);
int ts_u256_to_u64(const struct ts_u256 *value, uint64_t *out);
int ts_u256_to_u128(const struct ts_u256 *value, ts_u128 *out);

struct ts_u256 ts_u256_get(const uint8_t bytes[TS_U256_BYTES]);
void ts_u256_put(uint8_t bytes[TS_U256_BYTES], const struct ts_u256 *value);

int ts_u256_cmp(const struct ts_u256 *a, const struct ts_u256 *b);
bool ts_u256_is_zero(const struct ts_u256 *value);
int ts_u256_add(struct ts_u256 *out, const struct ts_u256 *a,
		const struct ts_u256 *b);
int ts_u256_sub(struct ts_u256 *out, const struct ts_u256 *a,
		const struct ts_u256 *b);

int ts_u256_parse(struct ts_u256 *out, const char *text);
char *ts_u256_print(const struct ts_u256 *value, char text[TS_U256_TEXT_SIZE]);

/** ts_u128_least() - Return: the lower of the two */
static inline ts_u128 ts_u128_least(ts_u128 a, ts_u128 b)
{
	return a < b ? a : b;
}

/** ts_u128_less() - Return: @a without @b, 0 where that is more */
static inline ts_u128 ts_u128_less(ts_u128 a, ts_u128 b)
{
	return a > b ? a - b : 0;
}

/** ts_u128_more() - Return: the sum, TS_U128_MAX where that is too much */
static inline ts_u128 ts_u128_more(ts_u128 a, ts_u128 b)
{
	ts_u128 sum;

	return __builtin_add_overflow(a, b, &sum) ? TS_U128_MAX : sum;
}

int ts_u128_parse(ts_u128 *out, const char *text);
char *ts_u128_print(ts_u128 value, char text[TS_U128_TEXT_SIZE]);
ts_u128 ts_u128_get(const uint8_t bytes[TS_U128_BYTES]);
void ts_u128_put(uint8_t bytes[TS_U128_BYTES], ts_u128 value);

#endif /* TS_PHOTON_U256_H */
