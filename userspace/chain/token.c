// SPDX-License-Identifier: GPL-2.0
/* token.c - amounts of a token as people write them, in exact integers. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "chain/token.h"

/**
 * ts_token_parse() - read an amount of tokens
 * @wei: set on success, in the token's smallest unit
 * @text: decimal digits, at most one point, such as "12" or "0.05"
 * @decimals: of the token, at most 38
 *
 * Return: 0, -EINVAL: not such a number, -ERANGE: more digits behind the point
 * than the token has, or too large.
 */
int ts_token_parse(ts_u128 *wei, const char *text, unsigned int decimals)
{
	unsigned int behind = 0;
	bool point = false, digit = false;
	ts_u128 v = 0;

	for (; *text; text++) {
		if (*text == '.' && !point && digit) {
			point = true;
			digit = false;
			continue;
		}
		if (*text < '0' || *text > '9')
			return -EINVAL;
		digit = true;
		if (point && ++behind > decimals) {
			if (*text != '0')
				return -ERANGE;
			continue;
		}
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, *text - '0', &v))
			return -ERANGE;
	}
	if (!digit)
		return -EINVAL;
	for (; behind < decimals; behind++)
		if (__builtin_mul_overflow(v, 10, &v))
			return -ERANGE;
	*wei = v;
	return 0;
}

/**
 * ts_token_print() - write an amount in tokens
 * @wei: in the token's smallest unit
 * @decimals: of the token
 * @text: room for it
 *
 * Return: @text, without zeros at the end.
 */
char *ts_token_print(ts_u128 wei, unsigned int decimals,
		     char text[TS_TOKEN_TEXT_SIZE])
{
	char digits[TS_U128_TEXT_SIZE], *end;
	size_t len;
	int pad;

	ts_u128_print(wei, digits);
	len = strlen(digits);
	pad = len <= decimals ? (int)(decimals + 1 - len) : 0;
	snprintf(text, TS_TOKEN_TEXT_SIZE, "%0*d%s", pad, 0, digits);
	if (!pad)
		memcpy(text, digits, len + 1);
	if (!decimals)
		return text;
	len = strlen(text);
	end = text + len - decimals;
	memmove(end + 1, end, decimals + 1);
	*end = '.';
	for (end = text + len; *end == '0'; end--)
		*end = '\0';
	if (*end == '.')
		*end = '\0';
	return text;
}
