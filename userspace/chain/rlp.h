/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rlp.h - the encoding of transactions: strings of bytes, integers without
 * leading zeros, and one list around them (Ethereum's RLP).
 *
 * Only writing: nothing that arrives here is RLP.
 */
#ifndef TS_CHAIN_RLP_H
#define TS_CHAIN_RLP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

#endif /* TS_CHAIN_RLP_H */
