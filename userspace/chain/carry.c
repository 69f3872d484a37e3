// SPDX-License-Identifier: GPL-2.0
/*
 * carry.c - which transactions of others a box carries to the chain.
 *
 * Nothing of a call is taken apart and judged: amount and time are read from where they
 * must be, the call is written anew with them, and has to be the same bytes.
 */
#include <errno.h>
#include <string.h>

#include "chain/carry.h"
#include "chain/network.h"

/* Where in a call its words are. */
#define WORD(n)	(TS_ABI_SELECTOR_BYTES + (n) * TS_ABI_WORD_BYTES)

/* Of a call that is too short it is 0, and then the call is not the same. */
static struct ts_u256 word_at(const struct ts_tx *tx, size_t at)
{
	struct ts_u256 zero = { };

	return tx->data.len >= at + TS_ABI_WORD_BYTES ? ts_u256_get(tx->data.p + at) : zero;
}

/* Likewise the last word, which names the time between close and settlement. */
static uint64_t last_word(const struct ts_tx *tx)
{
	struct ts_u256 word;
	uint64_t value;

	if (tx->data.len < TS_ABI_WORD_BYTES)
		return 0;
	word = ts_u256_get(tx->data.p + tx->data.len - TS_ABI_WORD_BYTES);
	return ts_u256_to_u64(&word, &value) ? 0 : value;
}

static bool is_call(const struct ts_tx *tx, const struct ts_address *to,
		    const struct ts_calldata *call, bool with_value)
{
	return ts_address_equal(&tx->to, to) && tx->data.len == call->len &&
	       !memcmp(tx->data.p, call->b, call->len) &&
	       ts_u256_is_zero(&tx->value_wei) != with_value;
}

static bool is_approve_or_deposit(const struct ts_carry_rules *rules,
				  const struct ts_carry_token *token, const struct ts_tx *tx,
				  const struct ts_opening *opening)
{
	struct ts_u256 amount = word_at(tx, WORD(1));
	struct ts_calldata call;

	ts_erc20_approve(&call, &rules->tokens_network, &amount);
	if (is_call(tx, &token->address, &call, false))
		return true;
	amount = word_at(tx, WORD(3));
	ts_network_deposit(&call, &token->address, &opening->participant,
			   &opening->partner, &amount, opening->settle_timeout_blocks);
	return is_call(tx, &rules->tokens_network, &call, false);
}

static bool is_of_token(const struct ts_carry_rules *rules,
			const struct ts_carry_token *token, const struct ts_tx *tx,
			const struct ts_opening *opening)
{
	struct ts_u256 amount = word_at(tx, WORD(1));
	struct ts_calldata call;

	switch (token->kind) {
	case TS_TOKEN_ERC20:
		return is_approve_or_deposit(rules, token, tx, opening);
	case TS_TOKEN_ERC223:
		ts_erc223_open(&call, &rules->tokens_network, &amount, opening);
		return is_call(tx, &token->address, &call, false);
	case TS_TOKEN_SMT:
		ts_smt_open(&call, opening);
		return is_call(tx, &token->address, &call, true);
	}
	return false;
}

/**
 * ts_carry_check() - may this be carried?
 * @rules: where to
 * @bytes: a signed transaction, as it is sent
 * @len: how many
 * @sender: whose it is; set with 0 alone
 *
 * Return: 0, -E2BIG: longer than any of them, -EPERM: it does something else than pay
 * its sender's own deposit into a channel with us, or what ts_tx_parse() returns.
 */
int ts_carry_check(const struct ts_carry_rules *rules, const void *bytes, size_t len,
		   struct ts_address *sender)
{
	struct ts_opening opening = { .partner = rules->us };
	struct ts_address signer;
	struct ts_tx tx;
	unsigned int i;
	int ret;

	if (len > TS_CARRY_MAX_BYTES)
		return -E2BIG;
	ret = ts_tx_parse(&tx, &signer, &rules->chain_id, bytes, len);
	if (ret)
		return ret;
	opening.participant = signer;
	opening.settle_timeout_blocks = last_word(&tx);
	for (i = 0; i < rules->n_tokens; i++) {
		if (is_of_token(rules, &rules->tokens[i], &tx, &opening)) {
			*sender = signer;
			return 0;
		}
	}
	return -EPERM;
}
