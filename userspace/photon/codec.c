// SPDX-License-Identifier: GPL-2.0
/*
 * codec.c - a cursor that reads or writes the fields of a message.
 */
#include <endian.h>
#include <string.h>

#include "photon/codec.h"

/* Move over @len bytes, if there are so many; where they began, or -1. */
static ptrdiff_t advance(struct ts_codec *c, size_t len)
{
	size_t at = c->pos;

	if (c->err)
		return -1;
	if (len > c->size - at) {
		c->err = c->in ? TS_PHOTON_TRUNCATED : TS_PHOTON_TOO_LONG;
		return -1;
	}
	c->pos += len;
	return (ptrdiff_t)at;
}

/* A field of fixed size, the same bytes in memory as on the wire. */
static void fixed(struct ts_codec *c, void *field, size_t len)
{
	ptrdiff_t at = advance(c, len);

	if (at < 0)
		return;
	if (c->in)
		memcpy(field, c->in + at, len);
	else
		memcpy(c->out + at, field, len);
}

/* Only the command id and the version are little-endian. */
void ts_codec_le16(struct ts_codec *c, uint16_t *value)
{
	uint16_t le = htole16(*value);

	fixed(c, &le, sizeof(le));
	*value = le16toh(le);
}

void ts_codec_be32(struct ts_codec *c, uint32_t *value)
{
	uint32_t be = htobe32(*value);

	fixed(c, &be, sizeof(be));
	*value = be32toh(be);
}

void ts_codec_be64(struct ts_codec *c, uint64_t *value)
{
	uint64_t be = htobe64(*value);

	fixed(c, &be, sizeof(be));
	*value = be64toh(be);
}

void ts_codec_u256(struct ts_codec *c, struct ts_u256 *value)
{
	uint8_t be[TS_U256_BYTES];

	ts_u256_put(be, value);
	fixed(c, be, sizeof(be));
	*value = ts_u256_get(be);
}

void ts_codec_hash(struct ts_codec *c, struct ts_hash *value)
{
	fixed(c, value->b, TS_HASH_BYTES);
}

void ts_codec_address(struct ts_codec *c, struct ts_address *value)
{
	fixed(c, value->b, TS_ADDRESS_BYTES);
}

void ts_codec_signature(struct ts_codec *c, struct ts_signature *value)
{
	fixed(c, value->b, TS_SIGNATURE_BYTES);
}

/* The first byte of the longer forms of a varint, by their payload's size. */
static const struct {
	uint8_t tag;
	uint8_t len;
	uint64_t least;
} varint_forms[] = {
	{ 0xfd, 2, 0xfd },
	{ 0xfe, 4, 0x10000 },
	{ 0xff, 8, 0x100000000ULL },
};

static void decode_varint(struct ts_codec *c, uint64_t *value)
{
	uint64_t le = 0;
	uint8_t tag = 0;
	size_t i;

	fixed(c, &tag, 1);
	*value = tag;
	if (tag < varint_forms[0].tag)
		return;
	i = tag - varint_forms[0].tag;
	fixed(c, &le, varint_forms[i].len);
	*value = le64toh(le);
	if (!c->err && *value < varint_forms[i].least)
		c->err = TS_PHOTON_BAD_VARINT;
}

static void encode_varint(struct ts_codec *c, uint64_t value)
{
	uint64_t le = htole64(value);
	uint8_t tag = (uint8_t)value;
	size_t i;

	for (i = 3; i-- > 0; ) {
		if (value < varint_forms[i].least)
			continue;
		tag = varint_forms[i].tag;
		fixed(c, &tag, 1);
		fixed(c, &le, varint_forms[i].len);
		return;
	}
	fixed(c, &tag, 1);
}

/* A length in Bitcoin's form; refused unless it is in its shortest one. */
void ts_codec_varint(struct ts_codec *c, uint64_t *value)
{
	if (c->in)
		decode_varint(c, value);
	else
		encode_varint(c, *value);
}

/**
 * ts_codec_run() - a run of bytes whose length another field gave
 * @c: the cursor
 * @len: the length as the field says, unverified
 * @bytes: decoding: set to point into the datagram, nothing is copied or
 *	allocated; encoding: the bytes to write, may be NULL when @len is 0
 */
void ts_codec_run(struct ts_codec *c, uint64_t len, const uint8_t **bytes)
{
	ptrdiff_t at;

	if (c->err)
		return;
	if (len > c->size - c->pos) {
		c->err = c->in ? TS_PHOTON_BAD_LENGTH : TS_PHOTON_TOO_LONG;
		return;
	}
	at = advance(c, len);
	if (c->in)
		*bytes = c->in + at;
	else if (len)
		memcpy(c->out + at, *bytes, len);
}
