/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rlp.h - the encoding of transactions: strings of bytes, integers without
 * leading zeros, and one list around them (Ethereum's RLP).
 *
 * What is read is what stations want carried to the chain, so reading takes the one
 * form that is written here and no other.
 */
#ifndef TS_CHAIN_RLP_H
#define TS_CHAIN_RLP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "photon/message.h"
#include "photon/u256.h"

#define TS_RLP_HEAD_MAX_BYTES	9	/* one byte and a 64-bit length */

/**
 * struct ts_rlp - where items are written
 * @out: the room
 * @size: of it
 * @len: bytes written so far
 * @full: an item did not fit; it and all after it were left out
 */
struct ts_rlp {
	uint8_t *out;
	size_t size;
	size_t len;
	bool full;
};

void ts_rlp_bytes(struct ts_rlp *r, const void *bytes, size_t len);
void ts_rlp_u64(struct ts_rlp *r, uint64_t value);
void ts_rlp_u256(struct ts_rlp *r, const struct ts_u256 *value);
void ts_rlp_list(struct ts_rlp *r);

/**
 * struct ts_rlp_reader - a list that is being read
 * @at: the next item
 * @left: bytes from there to the end of the list
 * @bad: an item was not as it must be; it and all after it are empty
 */
struct ts_rlp_reader {
	const uint8_t *at;
	size_t left;
	bool bad;
};

void ts_rlp_read(struct ts_rlp_reader *r, const void *bytes, size_t len);
struct ts_bytes ts_rlp_get_bytes(struct ts_rlp_reader *r);
struct ts_u256 ts_rlp_get_u256(struct ts_rlp_reader *r);
uint64_t ts_rlp_get_u64(struct ts_rlp_reader *r);
int ts_rlp_read_end(const struct ts_rlp_reader *r);

#endif /* TS_CHAIN_RLP_H */
