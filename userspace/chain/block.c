// SPDX-License-Identifier: GPL-2.0
/* block.c - what a block's bloom filter says. */
#include "chain/block.h"

#define BLOOM_BITS	(8 * TS_BLOOM_BYTES)

/**
 * ts_bloom_has() - may a block's logs be about this?
 * @bloom: of the block
 * @bytes: a contract's address or a topic
 * @len: how many bytes
 *
 * Return: false: certainly not; true: they are, or it looks so by chance.
 */
bool ts_bloom_has(const uint8_t bloom[TS_BLOOM_BYTES], const void *bytes, size_t len)
{
	struct ts_hash hash;
	unsigned int i, bit;

	ts_keccak256(&hash, bytes, len);
	for (i = 0; i < 6; i += 2) {
		bit = (hash.b[i] << 8 | hash.b[i + 1]) % BLOOM_BITS;
		if (!(bloom[TS_BLOOM_BYTES - 1 - bit / 8] >> bit % 8 & 1))
			return false;
	}
	return true;
}
