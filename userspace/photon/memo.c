// SPDX-License-Identifier: GPL-2.0
/*
 * memo.c - the data of a DirectTransfer that pays for a session.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "photon/memo.h"

#define MAGIC		"ts1:"
#define MAGIC_CHARS	(sizeof(MAGIC) - 1)
#define TARIFF_DIGITS	10	/* of the largest u32 */

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static bool in_alphabet(char c)
{
	return c && strchr(alphabet, c);
}

static bool is_code(const char *text)
{
	int i;

	for (i = 0; i < TS_CODE_CHARS; i++)
		if (!in_alphabet(text[i]))
			return false;
	return true;
}

/* One to ten digits, no leading zero, at most 2^32 - 1. */
static bool parse_tariff(uint32_t *out, const char *text, size_t len)
{
	uint64_t value = 0;
	size_t i;

	if (!len || len > TARIFF_DIGITS || (text[0] == '0' && len > 1))
		return false;
	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(text[i] - '0');
	}
	if (value > UINT32_MAX)
		return false;
	*out = (uint32_t)value;
	return true;
}

/* One text for each number above 0. */
static bool parse_most(ts_u128 *out, const char *text, size_t len)
{
	char copy[TS_U128_TEXT_SIZE] = "", same[TS_U128_TEXT_SIZE];

	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	return !ts_u128_parse(out, copy) && *out && *out < TS_MEMO_MOST_END &&
	       strlen(copy) == len && !strcmp(copy, ts_u128_print(*out, same));
}

/**
 * ts_memo_parse() - read the data of a transfer
 * @memo: where it goes; undefined when there is none
 * @data: the data field, any bytes
 * @len: how many
 *
 * Data of another form is nobody's mistake: payers may send what they like.
 * Such a payment goes to the payer's pool and is attached to no session.
 *
 * Return: whether it is a memo.
 */
bool ts_memo_parse(struct ts_memo *memo, const void *data, size_t len)
{
	const size_t tariff_at = MAGIC_CHARS + TS_CODE_CHARS + 1;
	const char *text = data, *most;

	if (len <= tariff_at || memcmp(text, MAGIC, MAGIC_CHARS))
		return false;
	if (!is_code(text + MAGIC_CHARS) || text[tariff_at - 1] != ':')
		return false;
	memcpy(memo->code, text + MAGIC_CHARS, TS_CODE_CHARS);
	memo->code[TS_CODE_CHARS] = '\0';
	text += tariff_at;
	len -= tariff_at;
	memo->most_wei_per_gb = 0;
	most = memchr(text, ':', len);
	if (!most)
		return parse_tariff(&memo->tariff_id, text, len);
	return parse_tariff(&memo->tariff_id, text, (size_t)(most - text)) &&
	       parse_most(&memo->most_wei_per_gb, most + 1,
			  len - (size_t)(most + 1 - text));
}

/** ts_memo_is_refund() - whether the data of a transfer says that it is one */
bool ts_memo_is_refund(const void *data, size_t len)
{
	return len == sizeof(TS_MEMO_REFUND) - 1 &&
	       !memcmp(data, TS_MEMO_REFUND, len);
}

/** ts_memo_is_share() - whether the data of a transfer says that it pays a share */
bool ts_memo_is_share(const void *data, size_t len)
{
	return len == sizeof(TS_MEMO_SHARE) - 1 &&
	       !memcmp(data, TS_MEMO_SHARE, len);
}

/**
 * ts_memo_parse_relay() - whether the data of a transfer says that it is for carrying
 * @paid_wei: what was paid for that with it, in all; undefined if it is not
 * @data: the data field, any bytes
 * @len: how many
 *
 * Return: whether it is.
 */
bool ts_memo_parse_relay(ts_u128 *paid_wei, const void *data, size_t len)
{
	const size_t at = sizeof(TS_MEMO_RELAY) - 1;
	char text[TS_U128_TEXT_SIZE] = "", same[TS_U128_TEXT_SIZE];

	if (len <= at || len - at >= sizeof(text) || memcmp(data, TS_MEMO_RELAY, at))
		return false;
	memcpy(text, (const char *)data + at, len - at);
	/* One text for each number, and nothing behind it. */
	return !ts_u128_parse(paid_wei, text) && strlen(text) == len - at &&
	       !strcmp(text, ts_u128_print(*paid_wei, same));
}

/**
 * ts_memo_print_relay() - write the data of a transfer for carrying
 * @paid_wei: what was paid for that with it, in all
 * @text: where it goes, with a NUL that is not part of the data
 *
 * Return: its length without the NUL.
 */
size_t ts_memo_print_relay(ts_u128 paid_wei, char text[TS_MEMO_RELAY_SIZE])
{
	char wei[TS_U128_TEXT_SIZE];

	return (size_t)snprintf(text, TS_MEMO_RELAY_SIZE, TS_MEMO_RELAY "%s",
				ts_u128_print(paid_wei, wei));
}

/**
 * ts_memo_is_return() - whether the data says that it returns what an order bought
 * @data: the data field, any bytes
 * @len: how many
 * @order: set to the order's name
 *
 * Return: whether it does.
 */
bool ts_memo_is_return(const void *data, size_t len, char order[TS_CODE_SIZE])
{
	const size_t at = sizeof(TS_MEMO_RETURN) - 1;
	const char *text = data;

	if (len != at + TS_CODE_CHARS || memcmp(text, TS_MEMO_RETURN, at) ||
	    !is_code(text + at))
		return false;
	memcpy(order, text + at, TS_CODE_CHARS);
	order[TS_CODE_CHARS] = '\0';
	return true;
}

/** ts_memo_print_return() - as ts_memo_print(), of what returns */
size_t ts_memo_print_return(const char *order, char text[TS_MEMO_SIZE])
{
	assert(ts_code_valid(order));
	return (size_t)snprintf(text, TS_MEMO_SIZE, TS_MEMO_RETURN "%s", order);
}

/**
 * ts_memo_print() - write the data of a transfer
 * @memo: a memo with a valid code, and no more than 2^92 - 1 agreed to
 * @text: where it goes, with a NUL that is not part of the data
 *
 * Return: its length without the NUL.
 */
size_t ts_memo_print(const struct ts_memo *memo, char text[TS_MEMO_SIZE])
{
	char most[TS_U128_TEXT_SIZE];

	assert(ts_code_valid(memo->code) && memo->most_wei_per_gb < TS_MEMO_MOST_END);
	return (size_t)snprintf(text, TS_MEMO_SIZE, MAGIC "%s:%u%s%s", memo->code,
				memo->tariff_id, memo->most_wei_per_gb ? ":" : "",
				memo->most_wei_per_gb ?
				ts_u128_print(memo->most_wei_per_gb, most) : "");
}

/**
 * ts_code_make() - make a session code
 * @code: where it goes
 * @random: 80 bits that nobody can guess
 */
void ts_code_make(char code[TS_CODE_SIZE],
		  const uint8_t random[TS_CODE_RANDOM_BYTES])
{
	unsigned int bits = 0, held = 0;
	const uint8_t *in = random;
	int i;

	for (i = 0; i < TS_CODE_CHARS; i++) {
		if (held < 5) {
			bits = bits << 8 | *in++;
			held += 8;
		}
		held -= 5;
		code[i] = alphabet[bits >> held & 31];
	}
	code[TS_CODE_CHARS] = '\0';
}

/* Whether a text has the shape of a session code, and nothing follows it. */
bool ts_code_valid(const char *code)
{
	return strnlen(code, TS_CODE_SIZE) == TS_CODE_CHARS && is_code(code);
}
