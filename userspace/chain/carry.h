/* SPDX-License-Identifier: GPL-2.0 */
/*
 * carry.h - which transactions of others a box carries to the chain.
 *
 * A station that has not paid reaches only the box, and cannot open a channel with it
 * unless the box takes its transactions along.  So that this is no way to the chain for
 * everybody, it takes those alone that put a wallet's own deposit into a channel with
 * this box.  No I/O.
 */
#ifndef TS_CHAIN_CARRY_H
#define TS_CHAIN_CARRY_H

#include "chain/erc20.h"
#include "chain/tx.h"

/* The longest such call has 228 bytes. */
#define TS_CARRY_MAX_BYTES	512

/**
 * struct ts_carry_token - a token that deposits are taken in
 * @address: its contract
 * @kind: how a deposit is paid in
 */
struct ts_carry_token {
	struct ts_address address;
	enum ts_token_kind kind;
};

/**
 * struct ts_carry_rules - where to
 * @chain_id: the only chain
 * @tokens_network: the contract of the channels
 * @us: the only partner
 * @tokens: borrowed
 * @n_tokens: how many
 */
struct ts_carry_rules {
	struct ts_u256 chain_id;
	struct ts_address tokens_network;
	struct ts_address us;
	const struct ts_carry_token *tokens;
	unsigned int n_tokens;
};

int ts_carry_check(const struct ts_carry_rules *rules, const void *bytes, size_t len,
		   struct ts_address *sender);

#endif /* TS_CHAIN_CARRY_H */
