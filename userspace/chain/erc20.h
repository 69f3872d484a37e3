/* SPDX-License-Identifier: GPL-2.0 */
/*
 * erc20.h - calls of a token's contract: ERC-20, the transfer of ERC-223, and
 * the wrapper of the chain's own coin (SMTToken).
 */
#ifndef TS_CHAIN_ERC20_H
#define TS_CHAIN_ERC20_H

#include "chain/abi.h"

/* How a channel's deposit can be paid; see Photon's contract. */
#define TS_SMT_TOKEN_NAME	"SMTToken"

/**
 * enum ts_token_kind - how a deposit of a token is paid in
 * @TS_TOKEN_ERC20: approve() and deposit()
 * @TS_TOKEN_ERC223: its transfer() calls the contract that keeps the channels
 * @TS_TOKEN_SMT: the wrapper of the chain's own coin
 */
enum ts_token_kind {
	TS_TOKEN_ERC20,
	TS_TOKEN_ERC223,
	TS_TOKEN_SMT,
};

/* The functions that are called, by their names. */
enum ts_erc20_call {
	TS_ERC20_APPROVE,
	TS_ERC20_ALLOWANCE,
	TS_ERC20_TRANSFER,
	TS_ERC20_BALANCE_OF,
	TS_ERC20_NAME,
	TS_ERC20_SYMBOL,
	TS_ERC20_DECIMALS,
	TS_ERC223_TRANSFER,
	TS_SMT_BUY_AND_TRANSFER,
	TS_ERC20_CALL_COUNT,
};

const char *ts_erc20_signature(enum ts_erc20_call call);

/**
 * struct ts_opening - the data that says what a paid-in amount is for
 * @participant: whose deposit
 * @partner: the other side
 * @settle_timeout_blocks: see ts_network_deposit()
 */
struct ts_opening {
	struct ts_address participant;
	struct ts_address partner;
	uint64_t settle_timeout_blocks;
};

void ts_erc20_approve(struct ts_calldata *out, const struct ts_address *spender,
		      const struct ts_u256 *amount);
void ts_erc20_transfer(struct ts_calldata *out, const struct ts_address *to,
		       const struct ts_u256 *amount);
void ts_erc20_allowance(struct ts_calldata *out, const struct ts_address *owner,
			const struct ts_address *spender);
void ts_erc20_balance_of(struct ts_calldata *out, const struct ts_address *owner);
void ts_erc20_constant(struct ts_calldata *out, enum ts_erc20_call call);
void ts_erc223_open(struct ts_calldata *out, const struct ts_address *tokens_network,
		    const struct ts_u256 *amount, const struct ts_opening *opening);
void ts_smt_open(struct ts_calldata *out, const struct ts_opening *opening);

#define TS_ERC20_TEXT_SIZE	65

int ts_erc20_read_amount(const struct ts_bytes *data, struct ts_u256 *amount);
int ts_erc20_read_text(const struct ts_bytes *data, char text[TS_ERC20_TEXT_SIZE]);
int ts_erc20_read_decimals(const struct ts_bytes *data, unsigned int *decimals);

#endif /* TS_CHAIN_ERC20_H */
