// SPDX-License-Identifier: GPL-2.0
/*
 * rlp_read.c - reading what rlp.c writes.
 *
 * Each length has one encoding here, the shortest: so what was read, written again,
 * is the same bytes, and one transaction has one hash.
 */
#include <errno.h>

#include "chain/rlp.h"

#define STRING_BASE	0x80
#define LIST_BASE	0xc0
#define SHORT_MAX	55
/* No transaction is longer than two bytes can say. */
#define LENGTH_MAX_BYTES 2

static size_t fail(struct ts_rlp_reader *r)
{
	r->bad = true;
	r->left = 0;
	return 0;
}

/* The length behind a first byte, which is gone already. */
static size_t get_length(struct ts_rlp_reader *r, unsigned int head)
{
	size_t n, len = 0;

	if (head <= SHORT_MAX)
		return head;
	n = head - SHORT_MAX;
	if (n > LENGTH_MAX_BYTES || n > r->left || !r->at[0])
		return fail(r);
	for (; n; n--, r->left--)
		len = len << 8 | *r->at++;
	return len > SHORT_MAX ? len : fail(r);
}

/**
 * ts_rlp_read() - begin with a list
 * @r: the reader
 * @bytes: the list, and nothing besides; used as long as @r is
 * @len: how many bytes
 */
void ts_rlp_read(struct ts_rlp_reader *r, const void *bytes, size_t len)
{
	size_t inside;

	*r = (struct ts_rlp_reader){ .at = bytes, .left = len };
	if (!len || *r->at < LIST_BASE) {
		fail(r);
		return;
	}
	r->left--;
	inside = get_length(r, *r->at++ - LIST_BASE);
	if (inside != r->left)
		fail(r);
}

/**
 * ts_rlp_get_bytes() - the next item, a string of bytes
 * @r: the reader
 *
 * Return: where it is in what is read; empty once something was wrong.
 */
struct ts_bytes ts_rlp_get_bytes(struct ts_rlp_reader *r)
{
	struct ts_bytes out = { };

	if (!r->left) {
		fail(r);
		return out;
	}
	if (*r->at < STRING_BASE) {
		out = (struct ts_bytes){ r->at++, 1 };
		r->left--;
		return out;
	}
	if (*r->at >= LIST_BASE) {
		fail(r);
		return out;
	}
	r->left--;
	out.len = get_length(r, *r->at++ - STRING_BASE);
	out.p = r->at;
	/* A small byte is its own encoding. */
	if (r->bad || out.len > r->left || (out.len == 1 && out.p[0] < STRING_BASE)) {
		fail(r);
		return (struct ts_bytes){ };
	}
	r->at += out.len;
	r->left -= out.len;
	return out;
}

/** ts_rlp_get_u256() - the next item, an integer; Return: 0 once something was wrong */
struct ts_u256 ts_rlp_get_u256(struct ts_rlp_reader *r)
{
	struct ts_bytes b = ts_rlp_get_bytes(r);
	uint8_t wide[TS_U256_BYTES] = { };
	size_t i;

	if (b.len > sizeof(wide) || (b.len && !b.p[0])) {
		fail(r);
		b.len = 0;
	}
	for (i = 0; i < b.len; i++)
		wide[sizeof(wide) - b.len + i] = b.p[i];
	return ts_u256_get(wide);
}

/** ts_rlp_get_u64() - the next item, an integer of 64 bits; likewise */
uint64_t ts_rlp_get_u64(struct ts_rlp_reader *r)
{
	struct ts_u256 wide = ts_rlp_get_u256(r);
	uint64_t value = 0;

	if (ts_u256_to_u64(&wide, &value))
		return fail(r);
	return value;
}

/** ts_rlp_read_end() - Return: 0: all was read and as it must be, or -EBADMSG */
int ts_rlp_read_end(const struct ts_rlp_reader *r)
{
	return r->bad || r->left ? -EBADMSG : 0;
}
