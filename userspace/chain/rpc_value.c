// SPDX-License-Identifier: GPL-2.0
/* rpc_value.c - the values in a node's answers. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "chain/rpc_value.h"
#include "photon/hex.h"

/* A number: hex without leading zeros. */
int ts_rpc_value_u256(const json_t *v, struct ts_u256 *out)
{
	char padded[2 + 2 * TS_U256_BYTES + 1];
	const char *text = json_string_value(v);
	uint8_t bytes[TS_U256_BYTES];
	size_t digits, zeros;

	if (!text || strncmp(text, "0x", 2))
		return -EBADMSG;
	text += 2;
	digits = strlen(text);
	if (!digits || digits > 2 * TS_U256_BYTES || (text[0] == '0' && digits > 1))
		return -EBADMSG;
	zeros = 2 * TS_U256_BYTES - digits;
	memcpy(padded, "0x", 2);
	memset(padded + 2, '0', zeros);
	memcpy(padded + 2 + zeros, text, digits + 1);
	if (ts_hex_parse(bytes, sizeof(bytes), padded))
		return -EBADMSG;
	*out = ts_u256_get(bytes);
	return 0;
}

static int value_u64(const json_t *v, uint64_t *out)
{
	struct ts_u256 wide;

	if (ts_rpc_value_u256(v, &wide) || ts_u256_to_u64(&wide, out))
		return -EBADMSG;
	return 0;
}

/* How many bytes a run of hex stands for. */
int ts_rpc_value_run(const json_t *v, size_t *len)
{
	size_t chars = json_string_length(v);

	if (!json_is_string(v) || chars < 2 || chars % 2)
		return -EBADMSG;
	*len = (chars - 2) / 2;
	return 0;
}

/* A run of exactly that length. */
int ts_rpc_value_bytes(const json_t *v, uint8_t *out, size_t len)
{
	if (!json_is_string(v) || ts_hex_parse(out, len, json_string_value(v)))
		return -EBADMSG;
	return 0;
}

static int field_u64(const json_t *object, const char *name, uint64_t *out)
{
	return value_u64(json_object_get(object, name), out);
}

static int field_hash(const json_t *object, const char *name, struct ts_hash *out)
{
	return ts_rpc_value_bytes(json_object_get(object, name), out->b, TS_HASH_BYTES);
}

int ts_rpc_value_block(const json_t *v, struct ts_block *block)
{
	const json_t *bloom = json_object_get(v, "logsBloom");

	if (field_u64(v, "number", &block->number) ||
	    field_hash(v, "hash", &block->hash) ||
	    field_hash(v, "parentHash", &block->parent_hash) ||
	    field_u64(v, "timestamp", &block->timestamp_s))
		return -EBADMSG;
	if (!bloom || json_is_null(bloom))
		return 0;
	return ts_rpc_value_bytes(bloom, block->bloom, TS_BLOOM_BYTES);
}

static int read_topics(const json_t *v, struct ts_chain_log *log)
{
	size_t i, n = json_array_size(v);

	if (!json_is_array(v) || n > TS_LOG_TOPICS_MAX)
		return -EBADMSG;
	for (i = 0; i < n; i++)
		if (ts_rpc_value_bytes(json_array_get(v, i), log->topics[i].b,
				       TS_HASH_BYTES))
			return -EBADMSG;
	log->n_topics = (unsigned int)n;
	return 0;
}

/* All of it must be hex, and what there is room for is kept. */
static int read_log_data(const json_t *v, struct ts_chain_log *log)
{
	uint8_t *all;
	int ret;

	if (ts_rpc_value_run(v, &log->data_len))
		return -EBADMSG;
	if (log->data_len <= sizeof(log->data))
		return ts_rpc_value_bytes(v, log->data, log->data_len);
	all = malloc(log->data_len);
	if (!all)
		return -EBADMSG;
	ret = ts_rpc_value_bytes(v, all, log->data_len);
	if (!ret)
		memcpy(log->data, all, sizeof(log->data));
	free(all);
	return ret;
}

int ts_rpc_value_log(const json_t *v, struct ts_chain_log *log)
{
	const json_t *removed = json_object_get(v, "removed");

	/* The logs of a range are those of the chain as it is now. */
	if (removed && !json_is_false(removed))
		return -EBADMSG;
	if (ts_rpc_value_bytes(json_object_get(v, "address"), log->address.b,
			       TS_ADDRESS_BYTES) ||
	    field_u64(v, "blockNumber", &log->block_number) ||
	    field_hash(v, "blockHash", &log->block_hash) ||
	    field_hash(v, "transactionHash", &log->tx_hash) ||
	    field_u64(v, "logIndex", &log->log_index) ||
	    read_topics(json_object_get(v, "topics"), log))
		return -EBADMSG;
	return read_log_data(json_object_get(v, "data"), log);
}

int ts_rpc_value_receipt(const json_t *v, struct ts_receipt *receipt)
{
	uint64_t status;

	if (field_hash(v, "transactionHash", &receipt->tx_hash) ||
	    field_u64(v, "blockNumber", &receipt->block_number) ||
	    field_hash(v, "blockHash", &receipt->block_hash) ||
	    field_u64(v, "gasUsed", &receipt->gas_used) ||
	    field_u64(v, "status", &status) || status > 1)
		return -EBADMSG;
	receipt->succeeded = status;
	return 0;
}

int ts_rpc_value_syncing(const json_t *v, struct ts_syncing *syncing)
{
	memset(syncing, 0, sizeof(*syncing));
	if (json_is_false(v))
		return 0;
	syncing->active = true;
	if (field_u64(v, "currentBlock", &syncing->current_block) ||
	    field_u64(v, "highestBlock", &syncing->highest_block))
		return -EBADMSG;
	return 0;
}
