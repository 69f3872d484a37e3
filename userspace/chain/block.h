/* SPDX-License-Identifier: GPL-2.0 */
/*
 * block.h - blocks and logs, as much of them as is looked at.
 */
#ifndef TS_CHAIN_BLOCK_H
#define TS_CHAIN_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "photon/hash.h"
#include "photon/sign.h"

#define TS_BLOOM_BYTES		256
#define TS_LOG_TOPICS_MAX	4
#define TS_LOG_DATA_MAX_BYTES	128

/**
 * struct ts_block - the head of a block
 * @number: its height
 * @hash: its name
 * @parent_hash: the block before it
 * @timestamp_s: as its miner says, since 1970
 * @bloom: what its logs may be about; zeros if the node did not say
 */
struct ts_block {
	uint64_t number;
	struct ts_hash hash;
	struct ts_hash parent_hash;
	uint64_t timestamp_s;
	uint8_t bloom[TS_BLOOM_BYTES];
};

bool ts_bloom_has(const uint8_t bloom[TS_BLOOM_BYTES], const void *bytes, size_t len);

/**
 * struct ts_chain_log - one thing that a contract said
 * @address: the contract
 * @block_number: the block it is in
 * @block_hash: which of the blocks of that number
 * @tx_hash: by which transaction
 * @log_index: its place among the block's logs
 * @n_topics: how many of @topics
 * @topics: the first is the hash of the event's signature
 * @data_len: how many bytes the log has
 * @data: the first of them; no event that we know has more
 */
struct ts_chain_log {
	struct ts_address address;
	uint64_t block_number;
	struct ts_hash block_hash;
	struct ts_hash tx_hash;
	uint64_t log_index;
	unsigned int n_topics;
	struct ts_hash topics[TS_LOG_TOPICS_MAX];
	size_t data_len;
	uint8_t data[TS_LOG_DATA_MAX_BYTES];
};

#endif /* TS_CHAIN_BLOCK_H */
