// SPDX-License-Identifier: GPL-2.0
/*
 * chain_carry.c - what a stranger may want carried to the chain: any bytes.
 *
 * Whatever is read as a transaction is, written anew, the same bytes up to its signature;
 * and what is carried calls nobody but the contract and its token.
 */
#include <stdlib.h>
#include <string.h>

#include "chain/carry.h"
#include "chain/rlp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* The items before the signature, as they stand in @data. */
static void check_form(const struct ts_tx *tx, const uint8_t *data, size_t size)
{
	uint8_t room[TS_TX_MAX_BYTES];
	struct ts_rlp w = { .out = room, .size = sizeof(room) };

	ts_rlp_u64(&w, tx->nonce);
	ts_rlp_u256(&w, &tx->gas_price_wei);
	ts_rlp_u64(&w, tx->gas);
	ts_rlp_bytes(&w, tx->to.b, TS_ADDRESS_BYTES);
	ts_rlp_u256(&w, &tx->value_wei);
	ts_rlp_bytes(&w, tx->data.p, tx->data.len);
	require(!w.full && memmem(data, size, room, w.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ts_address token = {
		{ 0xc4, 0x79, 0x18, 0x4a, 0xbe, 0xb8, 0xc5, 0x08, 0xee, 0x96,
		  0xe4, 0xc0, 0x93, 0xee, 0x47, 0xaf, 0x22, 0x56, 0xcb, 0xbf }
	};
	struct ts_carry_token tokens[] = {
		{ token, TS_TOKEN_ERC20 }, { token, TS_TOKEN_ERC223 }, { token, TS_TOKEN_SMT },
	};
	/* Of tests/wallet/transactions.json, which the corpus is from. */
	struct ts_carry_rules rules = {
		.tokens_network = { { 0x28, 0x23, 0x3f, 0x8e, 0x0f, 0x8b, 0xd0, 0x49, 0x38, 0x20,
				      0x77, 0xc6, 0xec, 0x78, 0xbe, 0x9c, 0x29, 0x15, 0xc7, 0xd4 } },
		.us = { { 0x08, 0xb7, 0xd7, 0x9e, 0xc4, 0xeb, 0xd5, 0x3e, 0x5b, 0x89,
			  0xc7, 0xc0, 0x62, 0xcc, 0x64, 0xbb, 0x09, 0xd0, 0x63, 0xe3 } },
		.tokens = tokens, .n_tokens = 3,
	};
	struct ts_address sender;
	struct ts_tx tx;

	rules.chain_id = ts_u256_from_u64(20180430);
	if (!ts_tx_parse(&tx, &sender, &rules.chain_id, data, size))
		check_form(&tx, data, size);
	if (ts_carry_check(&rules, data, size, &sender))
		return 0;
	require(size <= TS_CARRY_MAX_BYTES);
	require(ts_address_equal(&tx.to, &token) ||
		ts_address_equal(&tx.to, &rules.tokens_network));
	return 0;
}
