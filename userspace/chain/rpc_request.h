/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rpc_request.h - what is asked of a chain's node: JSON-RPC 2.0, the methods
 * that every Ethereum-like node has.
 */
#ifndef TS_CHAIN_RPC_REQUEST_H
#define TS_CHAIN_RPC_REQUEST_H

#include <jansson.h>
#include <stdint.h>

#include "chain/abi.h"
#include "chain/event.h"
#include "chain/tx.h"

/* The methods. */
enum ts_rpc_method {
	TS_RPC_NET_VERSION,
	TS_RPC_CHAIN_ID,
	TS_RPC_BLOCK_NUMBER,
	TS_RPC_GET_BLOCK_BY_NUMBER,
	TS_RPC_GET_LOGS,
	TS_RPC_CALL,
	TS_RPC_ESTIMATE_GAS,
	TS_RPC_GAS_PRICE,
	TS_RPC_SEND_RAW_TRANSACTION,
	TS_RPC_GET_TRANSACTION_RECEIPT,
	TS_RPC_GET_TRANSACTION_COUNT,
	TS_RPC_GET_BALANCE,
	TS_RPC_GET_CODE,
	TS_RPC_SYNCING,
	TS_RPC_METHOD_COUNT,
};

const char *ts_rpc_method_name(enum ts_rpc_method method);

/*
 * The parameters of the methods; those not named here take none.  A function
 * gives a new array, or NULL when memory is out.
 */
json_t *ts_rpc_params_latest_block(void);
json_t *ts_rpc_params_block(uint64_t number);
json_t *ts_rpc_params_logs(uint64_t from, uint64_t to,
			   const struct ts_contracts *contracts);
json_t *ts_rpc_params_call(const struct ts_address *to,
			   const struct ts_calldata *call);
json_t *ts_rpc_params_estimate_gas(const struct ts_address *from,
				   const struct ts_address *to,
				   const struct ts_u256 *value_wei,
				   const struct ts_calldata *call);
json_t *ts_rpc_params_raw_transaction(const struct ts_tx_raw *raw);
json_t *ts_rpc_params_receipt(const struct ts_hash *tx_hash);
json_t *ts_rpc_params_account(const struct ts_address *account, const char *block);

char *ts_rpc_request_text(uint64_t id, enum ts_rpc_method method, json_t *params);

#endif /* TS_CHAIN_RPC_REQUEST_H */
