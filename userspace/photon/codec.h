/* SPDX-License-Identifier: GPL-2.0 */
/*
 * codec.h - a cursor that reads or writes the fields of a message.
 *
 * Each field function does both directions, so that a message's layout is
 * written down once (message.c) and decoding and encoding cannot drift apart.
 * The first error stays: after it nothing is read, written or moved.
 *
 * Private to userspace/photon.
 */
#ifndef TS_PHOTON_CODEC_H
#define TS_PHOTON_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "photon/err.h"
#include "photon/hash.h"
#include "photon/sign.h"
#include "photon/u256.h"

/**
 * struct ts_codec - where we are in a datagram
 * @in: the datagram when decoding, else NULL
 * @out: the room for it when encoding, else NULL
 * @size: of either
 * @pos: bytes read or written so far
 * @err: the first thing that was wrong
 */
struct ts_codec {
	const uint8_t *in;
	uint8_t *out;
	size_t size;
	size_t pos;
	enum ts_photon_err err;
};

void ts_codec_le16(struct ts_codec *c, uint16_t *value);
void ts_codec_be32(struct ts_codec *c, uint32_t *value);
void ts_codec_be64(struct ts_codec *c, uint64_t *value);
void ts_codec_u256(struct ts_codec *c, struct ts_u256 *value);
void ts_codec_hash(struct ts_codec *c, struct ts_hash *value);
void ts_codec_address(struct ts_codec *c, struct ts_address *value);
void ts_codec_signature(struct ts_codec *c, struct ts_signature *value);
void ts_codec_varint(struct ts_codec *c, uint64_t *value);
void ts_codec_run(struct ts_codec *c, uint64_t len, const uint8_t **bytes);

#endif /* TS_PHOTON_CODEC_H */
