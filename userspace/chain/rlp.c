// SPDX-License-Identifier: GPL-2.0
/* rlp.c - the encoding of transactions. */
#include <string.h>

#include "chain/rlp.h"

#define STRING_BASE	0x80
#define LIST_BASE	0xc0
#define SHORT_MAX	55	/* the longest content whose length is in the first byte */

static void append(struct ts_rlp *r, const void *bytes, size_t len)
{
	if (r->full || len > r->size - r->len) {
		r->full = true;
		return;
	}
	if (len)
		memcpy(r->out + r->len, bytes, len);
	r->len += len;
}

/* Return: how many bytes of @head were written. */
static size_t make_head(uint8_t head[TS_RLP_HEAD_MAX_BYTES], uint8_t base,
			size_t len)
{
	size_t n = 0, rest;

	if (len <= SHORT_MAX) {
		head[0] = (uint8_t)(base + len);
		return 1;
	}
	for (rest = len; rest; rest >>= 8)
		n++;
	head[0] = (uint8_t)(base + SHORT_MAX + n);
	for (rest = n; rest; rest--, len >>= 8)
		head[rest] = (uint8_t)len;
	return 1 + n;
}

/**
 * ts_rlp_bytes() - append a string of bytes
 * @r: where to
 * @bytes: the string; may be NULL when @len is 0
 * @len: its length
 */
void ts_rlp_bytes(struct ts_rlp *r, const void *bytes, size_t len)
{
	uint8_t head[TS_RLP_HEAD_MAX_BYTES];
	const uint8_t *b = bytes;
	size_t n;

	/* A small byte is its own encoding. */
	if (len != 1 || b[0] >= STRING_BASE) {
		n = make_head(head, STRING_BASE, len);
		if (r->full || n + len < len || n + len > r->size - r->len) {
			r->full = true;
			return;
		}
		append(r, head, n);
	}
	append(r, bytes, len);
}

/**
 * ts_rlp_u256() - append an integer
 * @r: where to
 * @value: the integer; zero is the empty string
 */
void ts_rlp_u256(struct ts_rlp *r, const struct ts_u256 *value)
{
	uint8_t bytes[TS_U256_BYTES];
	size_t zeros = 0;

	ts_u256_put(bytes, value);
	while (zeros < sizeof(bytes) && !bytes[zeros])
		zeros++;
	ts_rlp_bytes(r, bytes + zeros, sizeof(bytes) - zeros);
}

/** ts_rlp_u64() - append a 64-bit integer, see ts_rlp_u256() */
void ts_rlp_u64(struct ts_rlp *r, uint64_t value)
{
	struct ts_u256 wide = ts_u256_from_u64(value);

	ts_rlp_u256(r, &wide);
}

/**
 * ts_rlp_list() - make one list of all that was written
 * @r: where the items are; the list's head is put before them
 */
void ts_rlp_list(struct ts_rlp *r)
{
	uint8_t head[TS_RLP_HEAD_MAX_BYTES];
	size_t n = make_head(head, LIST_BASE, r->len);

	if (r->full || n > r->size - r->len) {
		r->full = true;
		return;
	}
	memmove(r->out + n, r->out, r->len);
	memcpy(r->out, head, n);
	r->len += n;
}
