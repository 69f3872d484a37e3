/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rpc_answer.h - what a chain's node answers, as typed values.
 *
 * A node is not trusted to be well: every value has one form and one length,
 * and what has not is refused by name.  No I/O.
 */
#ifndef TS_CHAIN_RPC_ANSWER_H
#define TS_CHAIN_RPC_ANSWER_H

#include "chain/block.h"
#include "chain/rpc_request.h"

#define TS_RPC_WHY_SIZE	512

/**
 * struct ts_receipt - what became of a transaction that is in a block
 * @tx_hash: which
 * @block_number: in which block
 * @block_hash: which of the blocks of that number
 * @gas_used: by it
 * @succeeded: false: the contract refused, only gas was spent
 */
struct ts_receipt {
	struct ts_hash tx_hash;
	uint64_t block_number;
	struct ts_hash block_hash;
	uint64_t gas_used;
	bool succeeded;
};

/**
 * struct ts_syncing - how far a node is that does not know the chain yet
 * @active: false: it knows the chain, the numbers are 0
 * @current_block: what it has
 * @highest_block: what it knows of
 */
struct ts_syncing {
	bool active;
	uint64_t current_block;
	uint64_t highest_block;
};

/**
 * struct ts_rpc_answer - an answer
 * @method: what was asked
 * @err: 0; -EREMOTEIO: the node says that it failed; -EBADMSG: that is no
 *	answer to the question; others are of the transport, see rpc.h.  The
 *	values are set only with 0.
 * @code: with -EREMOTEIO the node's number of the failure
 * @why: with @err one line for people
 * @found: false: there is no such block, or no receipt yet
 * @quantity: of net_version, eth_chainId, eth_blockNumber, eth_estimateGas,
 *	eth_gasPrice, eth_getTransactionCount, eth_getBalance
 * @data: of eth_call and eth_getCode; owned by the answer
 * @hash: of eth_sendRawTransaction
 * @block: of eth_getBlockByNumber
 * @logs: of eth_getLogs, in the node's order; owned by the answer
 * @receipt: of eth_getTransactionReceipt
 * @syncing: of eth_syncing
 * @owned: what ts_rpc_answer_release() frees
 */
struct ts_rpc_answer {
	enum ts_rpc_method method;
	int err;
	int64_t code;
	char why[TS_RPC_WHY_SIZE];
	bool found;
	union {
		struct ts_u256 quantity;
		struct ts_bytes data;
		struct ts_hash hash;
		struct ts_block block;
		struct {
			const struct ts_chain_log *log;
			size_t n;
		} logs;
		struct ts_receipt receipt;
		struct ts_syncing syncing;
	};
	void *owned;
};

int ts_rpc_answer_parse(struct ts_rpc_answer *answer, enum ts_rpc_method method,
			uint64_t id, const void *bytes, size_t len);
void ts_rpc_answer_release(struct ts_rpc_answer *answer);
bool ts_rpc_answer_is_known(const struct ts_rpc_answer *answer);

#endif /* TS_CHAIN_RPC_ANSWER_H */
