// SPDX-License-Identifier: GPL-2.0
/* rpc_request.c - what is asked of a chain's node. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "chain/rpc_request.h"
#include "photon/hex.h"

#define QUANTITY_TEXT_SIZE	(2 + 2 * TS_U256_BYTES + 1)

static const char * const names[TS_RPC_METHOD_COUNT] = {
	[TS_RPC_NET_VERSION] = "net_version",
	[TS_RPC_CHAIN_ID] = "eth_chainId",
	[TS_RPC_BLOCK_NUMBER] = "eth_blockNumber",
	[TS_RPC_GET_BLOCK_BY_NUMBER] = "eth_getBlockByNumber",
	[TS_RPC_GET_LOGS] = "eth_getLogs",
	[TS_RPC_CALL] = "eth_call",
	[TS_RPC_ESTIMATE_GAS] = "eth_estimateGas",
	[TS_RPC_GAS_PRICE] = "eth_gasPrice",
	[TS_RPC_SEND_RAW_TRANSACTION] = "eth_sendRawTransaction",
	[TS_RPC_GET_TRANSACTION_RECEIPT] = "eth_getTransactionReceipt",
	[TS_RPC_GET_TRANSACTION_COUNT] = "eth_getTransactionCount",
	[TS_RPC_GET_BALANCE] = "eth_getBalance",
	[TS_RPC_GET_CODE] = "eth_getCode",
	[TS_RPC_SYNCING] = "eth_syncing",
};

/**
 * ts_rpc_method_name() - the name of a method
 * @method: the method
 *
 * Return: the name, as nodes know it.
 */
const char *ts_rpc_method_name(enum ts_rpc_method method)
{
	return names[method];
}

/* Hex without leading zeros, which nodes insist on. */
static json_t *json_u256(const struct ts_u256 *value)
{
	char text[QUANTITY_TEXT_SIZE], *digits = text + 2;
	uint8_t bytes[TS_U256_BYTES];

	ts_u256_put(bytes, value);
	ts_hex_print(text, bytes, sizeof(bytes));
	while (digits[0] == '0' && digits[1])
		digits++;
	return json_sprintf("0x%s", digits);
}

static json_t *json_u64(uint64_t value)
{
	return json_sprintf("0x%" PRIx64, value);
}

static json_t *json_address(const struct ts_address *address)
{
	char text[TS_ADDRESS_TEXT_SIZE];

	return json_string(ts_hex_print(text, address->b, TS_ADDRESS_BYTES));
}

static json_t *json_call(const struct ts_calldata *call)
{
	char text[2 + 2 * TS_CALLDATA_MAX_BYTES + 1];

	return json_string(ts_hex_print(text, call->b, call->len));
}

/**
 * ts_rpc_params_latest_block() - eth_getBlockByNumber: the head of the chain
 *
 * Return: a new array, or NULL when memory is out.
 */
json_t *ts_rpc_params_latest_block(void)
{
	return json_pack("[s, b]", "latest", 0);
}

/**
 * ts_rpc_params_block() - eth_getBlockByNumber: without the transactions
 * @number: of the block
 *
 * Return: a new array, or NULL when memory is out.
 */
json_t *ts_rpc_params_block(uint64_t number)
{
	return json_pack("[o, b]", json_u64(number), 0);
}

/**
 * ts_rpc_params_logs() - eth_getLogs
 * @from: the first block
 * @to: the last block
 * @contracts: whose logs
 *
 * By numbers: nodes of Spectrum's age cannot be asked by a block's hash.
 *
 * Return: a new array, or NULL when memory is out.
 */
json_t *ts_rpc_params_logs(uint64_t from, uint64_t to,
			   const struct ts_contracts *contracts)
{
	return json_pack("[{s:o, s:o, s:[o, o]}]", "fromBlock", json_u64(from),
			 "toBlock", json_u64(to), "address",
			 json_address(&contracts->tokens_network),
			 json_address(&contracts->secret_registry));
}

/**
 * ts_rpc_params_call() - eth_call: on the state of the newest block
 * @to: the contract
 * @call: the call
 *
 * Return: a new array, or NULL when memory is out.
 */
json_t *ts_rpc_params_call(const struct ts_address *to,
			   const struct ts_calldata *call)
{
	return json_pack("[{s:o, s:o}, s]", "to", json_address(to), "data",
			 json_call(call), "latest");
}

/**
 * ts_rpc_params_estimate_gas() - eth_estimateGas
 * @from: who would send it; contracts look at that
 * @to: the contract
 * @value_wei: what would go along, in the chain's own coin
 * @call: the call
 *
 * Return: a new array, or NULL when memory is out.
 */
json_t *ts_rpc_params_estimate_gas(const struct ts_address *from,
				   const struct ts_address *to,
				   const struct ts_u256 *value_wei,
				   const struct ts_calldata *call)
{
	return json_pack("[{s:o, s:o, s:o, s:o}]", "from", json_address(from),
			 "to", json_address(to), "value", json_u256(value_wei),
			 "data", json_call(call));
}

/**
 * ts_rpc_params_raw_transaction() - eth_sendRawTransaction
 * @raw: the transaction
 *
 * Return: a new array, or NULL when memory is out.
 */
json_t *ts_rpc_params_raw_transaction(const struct ts_tx_raw *raw)
{
	char text[2 + 2 * TS_TX_MAX_BYTES + 1];

	return json_pack("[s]", ts_hex_print(text, raw->b, raw->len));
}

/**
 * ts_rpc_params_receipt() - eth_getTransactionReceipt
 * @tx_hash: the transaction's
 *
 * Return: a new array, or NULL when memory is out.
 */
json_t *ts_rpc_params_receipt(const struct ts_hash *tx_hash)
{
	char text[TS_HASH_TEXT_SIZE];

	return json_pack("[s]", ts_hash_print(tx_hash, text));
}

/**
 * ts_rpc_params_account() - eth_getTransactionCount, eth_getBalance, eth_getCode
 * @account: an address
 * @block: "latest", "pending" to count what is not mined yet, or a block's number
 *	in hex
 *
 * Return: a new array, or NULL when memory is out.
 */
json_t *ts_rpc_params_account(const struct ts_address *account, const char *block)
{
	return json_pack("[o, s]", json_address(account), block);
}

/**
 * ts_rpc_request_text() - the bytes of a request
 * @id: comes back in the answer
 * @method: what is asked
 * @params: the parameters, or NULL for none; taken over
 *
 * Return: the text, to be freed, or NULL when memory is out.
 */
char *ts_rpc_request_text(uint64_t id, enum ts_rpc_method method, json_t *params)
{
	json_t *json;
	char *text;

	if (!params)
		params = json_array();
	json = json_pack("{s:s, s:I, s:s, s:o}", "jsonrpc", "2.0",
			 "id", (json_int_t)id, "method", names[method],
			 "params", params);
	text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	return text;
}
