/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rpc_value.h - the values in a node's answers.
 *
 * All return 0 or -EBADMSG.  Private to userspace/chain.
 */
#ifndef TS_CHAIN_RPC_VALUE_H
#define TS_CHAIN_RPC_VALUE_H

#include "chain/rpc_answer.h"

int ts_rpc_value_u256(const json_t *v, struct ts_u256 *out);
int ts_rpc_value_run(const json_t *v, size_t *len);
int ts_rpc_value_bytes(const json_t *v, uint8_t *out, size_t len);
int ts_rpc_value_block(const json_t *v, struct ts_block *block);
int ts_rpc_value_log(const json_t *v, struct ts_chain_log *log);
int ts_rpc_value_receipt(const json_t *v, struct ts_receipt *receipt);
int ts_rpc_value_syncing(const json_t *v, struct ts_syncing *syncing);

#endif /* TS_CHAIN_RPC_VALUE_H */
