// SPDX-License-Identifier: GPL-2.0
/*
 * u256.c - checked 256-bit and 128-bit unsigned integers.
 */
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "photon/u256.h"

#define WORDS		4
#define TEN_TO_19	10000000000000000000ULL	/* the largest power in u64 */

struct ts_u256 ts_u256_from_u64(uint64_t value)
{
	return (struct ts_u256){ .w = { value } };
}

struct ts_u256 ts_u256_from_u128(ts_u128 value)
{
	return (struct ts_u256){
		.w = { (uint64_t)value, (uint64_t)(value >> 64) }
	};
}

/**
 * ts_u256_to_u64() - narrow to 64 bits
 * @value: the integer
 * @out: where the result goes; untouched on failure
 *
 * Return: 0, or -ERANGE if it does not fit.
 */
int ts_u256_to_u64(const struct ts_u256 *value, uint64_t *out)
{
	if (value->w[3] | value->w[2] | value->w[1])
		return -ERANGE;
	*out = value->w[0];
	return 0;
}

/**
 * ts_u256_to_u128() - narrow to the 128 bits of the ledger
 * @value: the integer
 * @out: where the result goes; untouched on failure
 *
 * Return: 0, or -ERANGE if it does not fit.
 */
int ts_u256_to_u128(const struct ts_u256 *value, ts_u128 *out)
{
	if (value->w[3] | value->w[2])
		return -ERANGE;
	*out = (ts_u128)value->w[1] << 64 | value->w[0];
	return 0;
}

/* The big-endian form of the wire, the contract and the hashes. */
struct ts_u256 ts_u256_get(const uint8_t bytes[TS_U256_BYTES])
{
	struct ts_u256 value;
	uint64_t be;
	int i;

	for (i = 0; i < WORDS; i++) {
		memcpy(&be, bytes + 8 * i, sizeof(be));
		value.w[WORDS - 1 - i] = be64toh(be);
	}
	return value;
}

void ts_u256_put(uint8_t bytes[TS_U256_BYTES], const struct ts_u256 *value)
{
	uint64_t be;
	int i;

	for (i = 0; i < WORDS; i++) {
		be = htobe64(value->w[WORDS - 1 - i]);
		memcpy(bytes + 8 * i, &be, sizeof(be));
	}
}

/* Less than, equal to or greater than 0, in the manner of memcmp(). */
int ts_u256_cmp(const struct ts_u256 *a, const struct ts_u256 *b)
{
	int i;

	for (i = WORDS - 1; i >= 0; i--)
		if (a->w[i] != b->w[i])
			return a->w[i] < b->w[i] ? -1 : 1;
	return 0;
}

bool ts_u256_is_zero(const struct ts_u256 *value)
{
	return !(value->w[0] | value->w[1] | value->w[2] | value->w[3]);
}

/**
 * ts_u256_add() - checked sum
 * @out: where the sum goes, may be one of the operands; untouched on failure
 * @a: an operand
 * @b: an operand
 *
 * Return: 0, or -EOVERFLOW if the sum needs more than 256 bits.
 */
int ts_u256_add(struct ts_u256 *out, const struct ts_u256 *a,
		const struct ts_u256 *b)
{
	struct ts_u256 sum;
	ts_u128 carry = 0;
	int i;

	for (i = 0; i < WORDS; i++) {
		carry += (ts_u128)a->w[i] + b->w[i];
		sum.w[i] = (uint64_t)carry;
		carry >>= 64;
	}
	if (carry)
		return -EOVERFLOW;
	*out = sum;
	return 0;
}

/**
 * ts_u256_sub() - checked difference a - b
 * @out: where it goes, may be one of the operands; untouched on failure
 * @a: what is subtracted from
 * @b: what is subtracted
 *
 * Return: 0, or -EOVERFLOW if b is greater than a.
 */
int ts_u256_sub(struct ts_u256 *out, const struct ts_u256 *a,
		const struct ts_u256 *b)
{
	struct ts_u256 diff;
	bool borrow = false;
	int i;

	for (i = 0; i < WORDS; i++) {
		uint64_t word;
		bool under;

		under = __builtin_sub_overflow(a->w[i], b->w[i], &word);
		under |= __builtin_sub_overflow(word, (uint64_t)borrow,
						&diff.w[i]);
		borrow = under;
	}
	if (borrow)
		return -EOVERFLOW;
	*out = diff;
	return 0;
}

/* value = value * 10 + digit; false if that leaves 256 bits. */
static bool shift_in_digit(struct ts_u256 *value, unsigned int digit)
{
	ts_u128 carry = digit;
	int i;

	for (i = 0; i < WORDS; i++) {
		carry += (ts_u128)value->w[i] * 10;
		value->w[i] = (uint64_t)carry;
		carry >>= 64;
	}
	return !carry;
}

/**
 * ts_u256_parse() - read the one decimal form of an integer
 * @out: where it goes; untouched on failure
 * @text: digits without sign, space or leading zero
 *
 * Return: 0, -EINVAL if the text is not such a number, -ERANGE if it is one
 * of 2^256 or more.
 */
int ts_u256_parse(struct ts_u256 *out, const char *text)
{
	struct ts_u256 value = { 0 };
	const char *p;

	if (!*text || (text[0] == '0' && text[1]))
		return -EINVAL;
	if (text[strspn(text, "0123456789")])
		return -EINVAL;
	for (p = text; *p; p++)
		if (!shift_in_digit(&value, (unsigned int)(*p - '0')))
			return -ERANGE;
	*out = value;
	return 0;
}

/* Divide in place by 10^19 and return the remainder. */
static uint64_t take_19_digits(struct ts_u256 *value)
{
	ts_u128 rest = 0;
	int i;

	for (i = WORDS - 1; i >= 0; i--) {
		rest = rest << 64 | value->w[i];
		value->w[i] = (uint64_t)(rest / TEN_TO_19);
		rest %= TEN_TO_19;
	}
	return (uint64_t)rest;
}

/**
 * ts_u256_print() - write an integer in decimal
 * @value: the integer
 * @text: room for the longest one
 *
 * Return: @text.
 */
char *ts_u256_print(const struct ts_u256 *value, char text[TS_U256_TEXT_SIZE])
{
	char digits[TS_U256_TEXT_SIZE + 19];
	char *end = digits + sizeof(digits) - 1;
	struct ts_u256 rest = *value;
	char *p = end;
	int i;

	*end = '\0';
	do {
		uint64_t part = take_19_digits(&rest);

		for (i = 0; i < 19; i++, part /= 10)
			*--p = (char)('0' + part % 10);
	} while (!ts_u256_is_zero(&rest));
	while (*p == '0' && p + 1 < end)
		p++;
	memcpy(text, p, (size_t)(end - p) + 1);
	return text;
}

/**
 * ts_u128_parse() - read a decimal amount of the ledger
 * @out: where it goes; untouched on failure
 * @text: digits without sign, space or leading zero
 *
 * Return: 0, -EINVAL if the text is not such a number, -ERANGE if it is one
 * of 2^128 or more.
 */
int ts_u128_parse(ts_u128 *out, const char *text)
{
	struct ts_u256 value;
	int ret;

	ret = ts_u256_parse(&value, text);
	if (ret)
		return ret;
	return ts_u256_to_u128(&value, out);
}

/**
 * ts_u128_print() - write an amount of the ledger in decimal
 * @value: the amount
 * @text: room for the longest one
 *
 * Return: @text.
 */
char *ts_u128_print(ts_u128 value, char text[TS_U128_TEXT_SIZE])
{
	struct ts_u256 wide = ts_u256_from_u128(value);
	char digits[TS_U256_TEXT_SIZE];

	/* At most 39 digits come out of 128 bits. */
	return strcpy(text, ts_u256_print(&wide, digits));
}

/* The 16-byte big-endian form in which the ledger stores amounts. */
ts_u128 ts_u128_get(const uint8_t bytes[TS_U128_BYTES])
{
	uint64_t hi, lo;

	memcpy(&hi, bytes, sizeof(hi));
	memcpy(&lo, bytes + sizeof(hi), sizeof(lo));
	return (ts_u128)be64toh(hi) << 64 | be64toh(lo);
}

void ts_u128_put(uint8_t bytes[TS_U128_BYTES], ts_u128 value)
{
	uint64_t hi = htobe64((uint64_t)(value >> 64));
	uint64_t lo = htobe64((uint64_t)value);

	memcpy(bytes, &hi, sizeof(hi));
	memcpy(bytes + sizeof(hi), &lo, sizeof(lo));
}
