// SPDX-License-Identifier: GPL-2.0
/* network_read.c - what TokensNetwork answers. */
#include <errno.h>
#include <string.h>

#include "chain/network.h"

/**
 * ts_network_read_channel_info() - the answer of getChannelInfo()
 * @data: the answer
 * @info: what it says; undefined on failure
 *
 * Return: 0, -ENODATA: there is no such contract, -EBADMSG: it is another one.
 */
int ts_network_read_channel_info(const struct ts_bytes *data,
				 struct ts_channel_info *info)
{
	struct ts_abi_reader r;
	uint8_t state;

	ts_abi_read(&r, data, 5);
	info->channel_identifier = ts_abi_get_hash(&r);
	info->settle_block_number = ts_abi_get_u64(&r);
	info->open_block_number = ts_abi_get_u64(&r);
	state = ts_abi_get_u8(&r);
	info->settle_timeout_blocks = ts_abi_get_u64(&r);
	if (!r.err && state > TS_CHANNEL_CLOSED)
		return -EBADMSG;
	info->state = (enum ts_channel_state)state;
	return ts_abi_read_end(&r);
}

/**
 * ts_network_read_participant_info() - the answer of getChannelParticipantInfo()
 * @data: the answer
 * @info: what it says; undefined on failure
 *
 * Return: 0, -ENODATA: there is no such contract, -EBADMSG: it is another one.
 */
int ts_network_read_participant_info(const struct ts_bytes *data,
				     struct ts_participant_info *info)
{
	struct ts_abi_reader r;

	ts_abi_read(&r, data, 3);
	info->deposit = ts_abi_get_u256(&r);
	ts_abi_get_fixed(&r, info->balance_hash, sizeof(info->balance_hash));
	info->nonce = ts_abi_get_u64(&r);
	return ts_abi_read_end(&r);
}

/**
 * ts_network_read_bool() - the answer of queryUnlockedLocks()
 * @data: the answer
 * @value: what it says; undefined on failure
 *
 * Return: 0, -ENODATA: there is no such contract, -EBADMSG: it is another one.
 */
int ts_network_read_bool(const struct ts_bytes *data, bool *value)
{
	struct ts_abi_reader r;

	ts_abi_read(&r, data, 1);
	*value = ts_abi_get_bool(&r);
	return ts_abi_read_end(&r);
}

/**
 * ts_network_read_u256() - the answer of chain_id()
 * @data: the answer
 * @value: what it says; undefined on failure
 *
 * Return: 0, -ENODATA: there is no such contract, -EBADMSG: it is another one.
 */
int ts_network_read_u256(const struct ts_bytes *data, struct ts_u256 *value)
{
	struct ts_abi_reader r;

	ts_abi_read(&r, data, 1);
	*value = ts_abi_get_u256(&r);
	return ts_abi_read_end(&r);
}

/**
 * ts_network_read_u64() - the answer of punish_block_number()
 * @data: the answer
 * @value: what it says; undefined on failure
 *
 * Return: 0, -ENODATA: there is no such contract, -EBADMSG: it is another one.
 */
int ts_network_read_u64(const struct ts_bytes *data, uint64_t *value)
{
	struct ts_abi_reader r;

	ts_abi_read(&r, data, 1);
	*value = ts_abi_get_u64(&r);
	return ts_abi_read_end(&r);
}

/**
 * ts_network_read_address() - the answer of secret_registry()
 * @data: the answer
 * @value: what it says; undefined on failure
 *
 * Return: 0, -ENODATA: there is no such contract, -EBADMSG: it is another one.
 */
int ts_network_read_address(const struct ts_bytes *data, struct ts_address *value)
{
	struct ts_abi_reader r;

	ts_abi_read(&r, data, 1);
	*value = ts_abi_get_address(&r);
	return ts_abi_read_end(&r);
}

/**
 * ts_network_read_version() - the answer of contract_version()
 * @data: the answer
 * @text: what it says; undefined on failure
 *
 * Return: 0, -ENODATA: there is no such contract, -EBADMSG: it is another one.
 */
int ts_network_read_version(const struct ts_bytes *data,
			    char text[TS_CONTRACT_VERSION_SIZE])
{
	struct ts_abi_reader r;

	ts_abi_read(&r, data, 1);
	ts_abi_get_text(&r, text, TS_CONTRACT_VERSION_SIZE);
	return ts_abi_read_end(&r);
}

/**
 * ts_network_balance_hash() - what the contract keeps of a proof
 * @transferred_amount: of the proof
 * @locksroot: of the proof
 * @out: the hash; zeros when both are zero
 */
void ts_network_balance_hash(const struct ts_u256 *transferred_amount,
			     const struct ts_hash *locksroot,
			     uint8_t out[TS_BALANCE_HASH_BYTES])
{
	uint8_t packed[TS_HASH_BYTES + TS_U256_BYTES];
	struct ts_hash hash = { { 0 } };

	memcpy(packed, locksroot->b, TS_HASH_BYTES);
	ts_u256_put(packed + TS_HASH_BYTES, transferred_amount);
	if (!ts_hash_is_zero(locksroot) || !ts_u256_is_zero(transferred_amount))
		ts_keccak256(&hash, packed, sizeof(packed));
	memcpy(out, hash.b, TS_BALANCE_HASH_BYTES);
}
