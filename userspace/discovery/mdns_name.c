// SPDX-License-Identifier: GPL-2.0
/* mdns_name.c - names of RFC 1035, section 3.1 and 4.1.4. */
#include <errno.h>
#include <string.h>

#include "discovery/mdns_name.h"

#define POINTER		0xc0	/* top bits of a length: the name goes on elsewhere */
#define POINTER_BYTES	2

/** ts_mdns_read_u16() - Return: 0 or -EBADMSG: the packet ends before */
int ts_mdns_read_u16(struct ts_mdns_reader *r, uint16_t *out)
{
	if (r->len - r->at < 2)
		return -EBADMSG;
	*out = (uint16_t)(r->b[r->at] << 8 | r->b[r->at + 1]);
	r->at += 2;
	return 0;
}

/** ts_mdns_read_u32() - Return: 0 or -EBADMSG: the packet ends before */
int ts_mdns_read_u32(struct ts_mdns_reader *r, uint32_t *out)
{
	uint16_t high, low;

	if (ts_mdns_read_u16(r, &high) || ts_mdns_read_u16(r, &low))
		return -EBADMSG;
	*out = (uint32_t)high << 16 | low;
	return 0;
}

/* One label, or the zero at the end, from @at on. */
static int take_label(const struct ts_mdns_reader *r, size_t at,
		      struct ts_mdns_name *out)
{
	size_t n = 1 + (size_t)r->b[at];

	if (n > 1 + TS_MDNS_LABEL_MAX_BYTES || n > r->len - at ||
	    n > sizeof(out->b) - out->len)
		return -EBADMSG;
	memcpy(out->b + out->len, r->b + at, n);
	out->len += n;
	return 0;
}

/*
 * Where a pointer leads: to a label before the labels that led to it.  So every
 * one goes further back, brings a label, and there is an end; an honest writer
 * points to what he wrote before, too.  Return: 0: nowhere.
 */
static size_t follow(const struct ts_mdns_reader *r, size_t at, size_t run)
{
	size_t to;

	if (r->len - at < POINTER_BYTES)
		return 0;
	to = (size_t)(r->b[at] & ~POINTER) << 8 | r->b[at + 1];
	if (to >= run || to < TS_MDNS_HEADER_BYTES || (r->b[to] & POINTER))
		return 0;
	return to;
}

/**
 * ts_mdns_read_name() - a name, wherever its parts are
 * @r: on success behind the name
 * @out: the name
 *
 * Return: 0 or -EBADMSG.
 */
int ts_mdns_read_name(struct ts_mdns_reader *r, struct ts_mdns_name *out)
{
	size_t at = r->at, run = r->at, end = 0;

	out->len = 0;
	while (at < r->len) {
		if ((r->b[at] & POINTER) == POINTER) {
			if (!end)
				end = at + POINTER_BYTES;
			at = run = follow(r, at, run);
			if (!at)
				return -EBADMSG;
		}
		if (take_label(r, at, out))
			return -EBADMSG;
		if (!r->b[at]) {
			r->at = end ? end : at + 1;
			return 0;
		}
		at += 1 + (size_t)r->b[at];
	}
	return -EBADMSG;
}

/**
 * ts_mdns_name_set() - one label in front of a name that is known
 * @n: the name
 * @label: NULL: the known name alone
 * @parent: labels with their lengths, its zero that of the string
 */
void ts_mdns_name_set(struct ts_mdns_name *n, const char *label, const char *parent)
{
	size_t len = label ? strlen(label) : 0;

	n->len = 0;
	if (label) {
		n->b[0] = (uint8_t)len;
		memcpy(n->b + 1, label, len);
		n->len = 1 + len;
	}
	memcpy(n->b + n->len, parent, strlen(parent) + 1);
	n->len += strlen(parent) + 1;
}

/* Lengths are below 'A', so they are compared like the rest. */
static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static bool same_bytes(const uint8_t *a, const uint8_t *b, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (lower(a[i]) != lower(b[i]))
			return false;
	return true;
}

/** ts_mdns_name_equal() - as DNS has it: upper and lower case are the same */
bool ts_mdns_name_equal(const struct ts_mdns_name *a, const struct ts_mdns_name *b)
{
	return a->len == b->len && same_bytes(a->b, b->b, a->len);
}

/** ts_mdns_name_below() - Return: true for one label in front of @parent */
bool ts_mdns_name_below(const struct ts_mdns_name *n, const struct ts_mdns_name *parent)
{
	size_t first = 1 + (size_t)n->b[0];

	return n->len == first + parent->len &&
	       same_bytes(n->b + first, parent->b, parent->len);
}
