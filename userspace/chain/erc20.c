// SPDX-License-Identifier: GPL-2.0
/* erc20.c - calls of a token's contract, and what they answer. */
#include <stdlib.h>

#include "chain/erc20.h"

static const char * const signatures[TS_ERC20_CALL_COUNT] = {
	[TS_ERC20_APPROVE] = "approve(address,uint256)",
	[TS_ERC20_TRANSFER] = "transfer(address,uint256)",
	[TS_ERC20_ALLOWANCE] = "allowance(address,address)",
	[TS_ERC20_BALANCE_OF] = "balanceOf(address)",
	[TS_ERC20_NAME] = "name()",
	[TS_ERC20_SYMBOL] = "symbol()",
	[TS_ERC20_DECIMALS] = "decimals()",
	[TS_ERC223_TRANSFER] = "transfer(address,uint256,bytes)",
	[TS_SMT_BUY_AND_TRANSFER] = "buyAndTransfer(bytes)",
};

/**
 * ts_erc20_signature() - the text of a function's signature
 * @call: the function
 *
 * Return: the text that its selector is the hash of.
 */
const char *ts_erc20_signature(enum ts_erc20_call call)
{
	return signatures[call];
}

/* Only what differs from its own signature can fail, and a test would see it. */
static void end(const struct ts_abi_writer *w)
{
	if (ts_abi_end(w))
		abort();
}

/**
 * ts_erc20_approve() - let a contract take tokens
 * @out: the call
 * @spender: the contract
 * @amount: at most so many, in the token's smallest unit
 */
void ts_erc20_approve(struct ts_calldata *out, const struct ts_address *spender,
		      const struct ts_u256 *amount)
{
	struct ts_abi_writer w;

	ts_abi_begin(&w, out, signatures[TS_ERC20_APPROVE]);
	ts_abi_put_address(&w, spender);
	ts_abi_put_u256(&w, amount);
	end(&w);
}

/** ts_erc20_transfer() - give so many tokens of ours to an address */
void ts_erc20_transfer(struct ts_calldata *out, const struct ts_address *to,
		       const struct ts_u256 *amount)
{
	struct ts_abi_writer w;

	ts_abi_begin(&w, out, signatures[TS_ERC20_TRANSFER]);
	ts_abi_put_address(&w, to);
	ts_abi_put_u256(&w, amount);
	end(&w);
}

/** ts_erc20_allowance() - ask how many tokens a contract may still take */
void ts_erc20_allowance(struct ts_calldata *out, const struct ts_address *owner,
			const struct ts_address *spender)
{
	struct ts_abi_writer w;

	ts_abi_begin(&w, out, signatures[TS_ERC20_ALLOWANCE]);
	ts_abi_put_address(&w, owner);
	ts_abi_put_address(&w, spender);
	end(&w);
}

/** ts_erc20_balance_of() - ask how many tokens an address has */
void ts_erc20_balance_of(struct ts_calldata *out, const struct ts_address *owner)
{
	struct ts_abi_writer w;

	ts_abi_begin(&w, out, signatures[TS_ERC20_BALANCE_OF]);
	ts_abi_put_address(&w, owner);
	end(&w);
}

/**
 * ts_erc20_constant() - ask for a constant of the token
 * @out: the call
 * @call: one of the functions that take nothing
 */
void ts_erc20_constant(struct ts_calldata *out, enum ts_erc20_call call)
{
	struct ts_abi_writer w;

	ts_abi_begin(&w, out, signatures[call]);
	end(&w);
}

/* Three words without a selector, as TokensNetwork's tokenFallback() reads them. */
static void put_opening(struct ts_abi_writer *outer, const struct ts_opening *opening)
{
	struct ts_calldata data;
	struct ts_abi_writer w;

	ts_abi_begin(&w, &data, "(address,address,uint64)");
	ts_abi_put_address(&w, &opening->participant);
	ts_abi_put_address(&w, &opening->partner);
	ts_abi_put_u64(&w, opening->settle_timeout_blocks);
	end(&w);
	ts_abi_put_bytes(outer, data.b, data.len);
}

/**
 * ts_erc223_open() - deposit by one transfer, without an approval before
 * @out: the call of the token
 * @tokens_network: the contract that keeps the channels
 * @amount: in the token's smallest unit
 * @opening: whose deposit
 */
void ts_erc223_open(struct ts_calldata *out, const struct ts_address *tokens_network,
		    const struct ts_u256 *amount, const struct ts_opening *opening)
{
	struct ts_abi_writer w;

	ts_abi_begin(&w, out, signatures[TS_ERC223_TRANSFER]);
	ts_abi_put_address(&w, tokens_network);
	ts_abi_put_u256(&w, amount);
	put_opening(&w, opening);
	end(&w);
}

/**
 * ts_smt_open() - deposit the chain's own coin
 * @out: the call of the wrapper; the transaction's value is the amount
 * @opening: whose deposit
 */
void ts_smt_open(struct ts_calldata *out, const struct ts_opening *opening)
{
	struct ts_abi_writer w;

	ts_abi_begin(&w, out, signatures[TS_SMT_BUY_AND_TRANSFER]);
	put_opening(&w, opening);
	end(&w);
}

/**
 * ts_erc20_read_amount() - the answer of allowance() and balanceOf()
 * @data: the answer
 * @amount: in the token's smallest unit
 *
 * Return: 0, -ENODATA: there is no such contract, -EBADMSG: it is no token.
 */
int ts_erc20_read_amount(const struct ts_bytes *data, struct ts_u256 *amount)
{
	struct ts_abi_reader r;

	ts_abi_read(&r, data, 1);
	*amount = ts_abi_get_u256(&r);
	return ts_abi_read_end(&r);
}

/**
 * ts_erc20_read_text() - the answer of name() and symbol()
 * @data: the answer
 * @text: printable ASCII
 *
 * Return: 0, -ENODATA: there is no such contract, -EBADMSG: no such text.
 */
int ts_erc20_read_text(const struct ts_bytes *data, char text[TS_ERC20_TEXT_SIZE])
{
	struct ts_abi_reader r;

	ts_abi_read(&r, data, 1);
	ts_abi_get_text(&r, text, TS_ERC20_TEXT_SIZE);
	return ts_abi_read_end(&r);
}

/**
 * ts_erc20_read_decimals() - the answer of decimals()
 * @data: the answer
 * @decimals: digits behind the point
 *
 * Return: 0, -ENODATA: there is no such contract, -EBADMSG: no such number.
 */
int ts_erc20_read_decimals(const struct ts_bytes *data, unsigned int *decimals)
{
	struct ts_abi_reader r;

	ts_abi_read(&r, data, 1);
	*decimals = ts_abi_get_u8(&r);
	return ts_abi_read_end(&r);
}
