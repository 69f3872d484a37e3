// SPDX-License-Identifier: GPL-2.0
/*
 * chain_carry.c - what a box carries to the chain for strangers, and what it does not.
 *
 * The transactions of tests/wallet/transactions.json were signed by another implementation
 * (ethers 6); of all others each differs from one of these in one thing.
 */
#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chain/carry.h"
#include "chain/network.h"
#include "chain/rlp.h"
#include "photon/hex.h"

#define VECTORS "tests/wallet/transactions.json"

static const uint8_t secret[TS_SECRET_BYTES] = {
	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
	17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
};

/**
 * struct scene - a box, a wallet, and a transaction of it that is good
 * @rules: of the box, with each kind of token
 * @tokens: of @rules
 * @key: the wallet's
 * @opening: its deposit
 * @amount: of it
 * @call: the good call
 * @tx: the good transaction, not signed
 */
struct scene {
	struct ts_carry_rules rules;
	struct ts_carry_token tokens[3];
	struct ts_signer *key;
	struct ts_opening opening;
	struct ts_u256 amount;
	struct ts_calldata call;
	struct ts_tx tx;
};

static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));
	unsigned int i;

	for (i = 0; i < 3; i++) {
		memset(s->tokens[i].address.b, 0x70 + i, TS_ADDRESS_BYTES);
		s->tokens[i].kind = i;
	}
	memset(s->rules.tokens_network.b, 0x7e, TS_ADDRESS_BYTES);
	memset(s->rules.us.b, 0xb0, TS_ADDRESS_BYTES);
	s->rules.chain_id = ts_u256_from_u64(20180430);
	s->rules.tokens = s->tokens;
	s->rules.n_tokens = 3;
	s->key = ts_signer_new(secret);
	s->opening.participant = *ts_signer_address(s->key);
	s->opening.partner = s->rules.us;
	s->opening.settle_timeout_blocks = 43200;
	s->amount = ts_u256_from_u64(5000000000000000000);
	s->tx.nonce = 7;
	s->tx.gas = 500000;
	s->tx.gas_price_wei = ts_u256_from_u64(18000000000);
	s->tx.chain_id = s->rules.chain_id;
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;

	ts_signer_free(s->key);
	free(s);
	return 0;
}

/* What the box says to what @s has now. */
static int carried(struct scene *s)
{
	struct ts_address sender;
	struct ts_tx_raw raw;
	int ret;

	s->tx.data = (struct ts_bytes){ s->call.b, s->call.len };
	assert_int_equal(ts_tx_sign(&s->tx, s->key, &raw), 0);
	ret = ts_carry_check(&s->rules, raw.b, raw.len, &sender);
	if (!ret)
		assert_true(ts_address_equal(&sender, ts_signer_address(s->key)));
	return ret;
}

static void approve(struct scene *s)
{
	s->tx.to = s->tokens[TS_TOKEN_ERC20].address;
	ts_erc20_approve(&s->call, &s->rules.tokens_network, &s->amount);
}

static void deposit(struct scene *s)
{
	s->tx.to = s->rules.tokens_network;
	ts_network_deposit(&s->call, &s->tokens[TS_TOKEN_ERC20].address,
			   &s->opening.participant, &s->opening.partner, &s->amount,
			   s->opening.settle_timeout_blocks);
}

static void transfer(struct scene *s)
{
	s->tx.to = s->tokens[TS_TOKEN_ERC223].address;
	ts_erc223_open(&s->call, &s->rules.tokens_network, &s->amount, &s->opening);
}

static void wrap(struct scene *s)
{
	s->tx.to = s->tokens[TS_TOKEN_SMT].address;
	s->tx.value_wei = s->amount;
	ts_smt_open(&s->call, &s->opening);
}

static void (*const good[])(struct scene *) = { approve, deposit, transfer, wrap };
#define GOOD (sizeof(good) / sizeof(good[0]))

static void begin(struct scene *s, unsigned int i)
{
	s->tx.value_wei = ts_u256_from_u64(0);
	good[i](s);
}

static void test_carried(void **state)
{
	struct scene *s = *state;
	unsigned int i;

	for (i = 0; i < GOOD; i++) {
		begin(s, i);
		assert_int_equal(carried(s), 0);
	}
	/* Adds to a deposit, and opens nothing. */
	s->opening.settle_timeout_blocks = 0;
	for (i = 0; i < GOOD; i++) {
		begin(s, i);
		assert_int_equal(carried(s), 0);
	}
}

/* One bit that is another one, anywhere in the call but in its amount or time. */
static void test_another_call(void **state)
{
	struct scene *s = *state;
	static const struct { size_t from, to; } free_words[GOOD][2] = {
		{ { 36, 68 } }, { { 100, 132 }, { 156, 164 } }, { { 36, 68 }, { 220, 228 } },
		{ { 156, 164 } },
	};
	unsigned int i;
	size_t at;

	for (i = 0; i < GOOD; i++) {
		begin(s, i);
		for (at = 0; at < s->call.len; at++) {
			if ((at >= free_words[i][0].from && at < free_words[i][0].to) ||
			    (at >= free_words[i][1].from && at < free_words[i][1].to))
				continue;
			s->call.b[at] ^= 1;
			assert_int_equal(carried(s), -EPERM);
			s->call.b[at] ^= 1;
		}
		/* Longer, shorter, none. */
		s->call.b[s->call.len++] = 0;
		assert_int_equal(carried(s), -EPERM);
		s->call.len -= 2;
		assert_int_equal(carried(s), -EPERM);
		s->call.len = 0;
		assert_int_equal(carried(s), -EPERM);
	}
}

/* The same call of somebody else, and with the coin or without it. */
static void test_another_contract(void **state)
{
	struct scene *s = *state;
	struct ts_address to;
	unsigned int i;

	for (i = 0; i < GOOD; i++) {
		begin(s, i);
		to = s->tx.to;
		memset(s->tx.to.b, 0x55, TS_ADDRESS_BYTES);
		assert_int_equal(carried(s), -EPERM);
		s->tx.to = s->rules.us;
		assert_int_equal(carried(s), -EPERM);
		s->tx.to = to;
		s->tx.value_wei = ts_u256_from_u64(ts_u256_is_zero(&s->tx.value_wei) ? 1 : 0);
		assert_int_equal(carried(s), -EPERM);
	}
}

/* Each is good elsewhere: another partner, another's deposit, a token of another kind. */
static void test_another_deposit(void **state)
{
	struct scene *s = *state;
	unsigned int i;

	for (i = 1; i < GOOD; i++) {
		s->opening.partner.b[19] ^= 1;
		begin(s, i);
		assert_int_equal(carried(s), -EPERM);
		s->opening.partner = s->rules.us;
		s->opening.participant.b[0] ^= 1;
		begin(s, i);
		assert_int_equal(carried(s), -EPERM);
		s->opening.participant = *ts_signer_address(s->key);
	}
	for (i = 0; i < GOOD; i++) {
		begin(s, i);
		assert_int_equal(carried(s), 0);
		s->tokens[TS_TOKEN_ERC20].kind = TS_TOKEN_ERC223;
		s->tokens[TS_TOKEN_ERC223].kind = TS_TOKEN_SMT;
		s->tokens[TS_TOKEN_SMT].kind = TS_TOKEN_ERC20;
		assert_int_equal(carried(s), -EPERM);
		s->tokens[TS_TOKEN_ERC20].kind = TS_TOKEN_ERC20;
		s->tokens[TS_TOKEN_ERC223].kind = TS_TOKEN_ERC223;
		s->tokens[TS_TOKEN_SMT].kind = TS_TOKEN_SMT;
	}
	approve(s);
	s->rules.n_tokens = 0;
	assert_int_equal(carried(s), -EPERM);
}

static void test_another_chain(void **state)
{
	struct scene *s = *state;

	begin(s, 1);
	s->tx.chain_id = ts_u256_from_u64(1);
	assert_int_equal(carried(s), -EXDEV);
}

/* What does not parse, in any way, is carried by nobody; what does is one's own. */
static void test_each_byte(void **state)
{
	struct scene *s = *state;
	struct ts_address sender;
	struct ts_tx_raw raw;
	uint8_t longer[TS_TX_MAX_BYTES + 1];
	size_t at, len;
	unsigned int bit;

	begin(s, 1);
	s->tx.data = (struct ts_bytes){ s->call.b, s->call.len };
	assert_int_equal(ts_tx_sign(&s->tx, s->key, &raw), 0);
	for (at = 0; at < raw.len; at++) {
		for (bit = 1; bit < 256; bit <<= 1) {
			raw.b[at] ^= bit;
			/* Another signature or call is another signer's. */
			assert_int_not_equal(ts_carry_check(&s->rules, raw.b, raw.len, &sender), 0);
			raw.b[at] ^= bit;
		}
	}
	for (len = 0; len < raw.len; len++)
		assert_int_equal(ts_carry_check(&s->rules, raw.b, len, &sender), -EBADMSG);
	memcpy(longer, raw.b, raw.len);
	longer[raw.len] = 0;
	assert_int_equal(ts_carry_check(&s->rules, longer, raw.len + 1, &sender), -EBADMSG);
	memset(longer, 0xff, sizeof(longer));
	len = TS_CARRY_MAX_BYTES;
	assert_int_equal(ts_carry_check(&s->rules, longer, len + 1, &sender), -E2BIG);
	assert_int_equal(ts_carry_check(&s->rules, longer, len, &sender), -EBADMSG);
}

/* Other ways to write the same: a node may take one of them, and its hash is another. */
static void test_one_form(void **state)
{
	static const char *const texts[] = {
		"0xc0", "0xc180", "0x80", "0xf800", "0xf83800", "0xf90000", "0xb80100", "0xbf",
		"0xffffffffffffffffff", "0xc20000", "0xc3820001", "0xc28100", "0xc58300ffff01",
	};
	struct ts_u256 chain_id = ts_u256_from_u64(1);
	struct ts_address sender;
	struct ts_rlp_reader r;
	uint8_t bytes[16];
	struct ts_tx tx;
	size_t i, len;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		len = strlen(texts[i]) / 2 - 1;
		assert_int_equal(ts_hex_parse(bytes, len, texts[i]), 0);
		assert_int_equal(ts_tx_parse(&tx, &sender, &chain_id, bytes, len), -EBADMSG);
	}
	/* 1 as two bytes, and as one with a length before it; 2^64 for 64 bits. */
	ts_rlp_read(&r, "\xc3\x82\x00\x01", 4);
	ts_rlp_get_u256(&r);
	assert_int_equal(ts_rlp_read_end(&r), -EBADMSG);
	ts_rlp_read(&r, "\xc2\x81\x01", 3);
	ts_rlp_get_u256(&r);
	assert_int_equal(ts_rlp_read_end(&r), -EBADMSG);
	ts_rlp_read(&r, "\xca\x89\x01\0\0\0\0\0\0\0\0", 11);
	ts_rlp_get_u64(&r);
	assert_int_equal(ts_rlp_read_end(&r), -EBADMSG);
	/* More in the list than is asked for. */
	ts_rlp_read(&r, "\xc2\x01\x02", 3);
	assert_int_equal(ts_rlp_get_u64(&r), 1);
	assert_int_equal(ts_rlp_read_end(&r), -EBADMSG);
	ts_rlp_read(&r, "\xc2\x81\x80", 3);
	assert_int_equal(ts_rlp_get_u64(&r), 128);
	assert_int_equal(ts_rlp_read_end(&r), 0);
}

/* The text of a member is an address or a number. */
static struct ts_address address_of(const json_t *json, const char *name)
{
	struct ts_address out;

	assert_int_equal(ts_address_parse(&out, json_string_value(json_object_get(json, name))), 0);
	return out;
}

static void test_vectors(void **state)
{
	json_t *file = json_load_file(VECTORS, 0, NULL), *one;
	const json_t *channel = json_object_get(file, "channel");
	struct ts_carry_token token;
	struct ts_carry_rules rules = { .tokens = &token, .n_tokens = 1 };
	static const char *const kinds[] = { "erc20", "erc223", "smt" };
	struct ts_address sender, wallet;
	const char *raw, *kind;
	uint8_t bytes[TS_CARRY_MAX_BYTES];
	size_t i;

	assert_non_null(channel);
	rules.tokens_network = address_of(channel, "tokens_network");
	rules.us = address_of(channel, "box");
	rules.chain_id = ts_u256_from_u64(20180430);
	token.address = address_of(channel, "token");
	wallet = address_of(channel, "address");
	assert_true(json_array_size(json_object_get(file, "transactions")) > 0);
	json_array_foreach(json_object_get(file, "transactions"), i, one) {
		raw = json_string_value(json_object_get(one, "raw"));
		kind = json_string_value(json_object_get(one, "kind"));
		for (token.kind = 0; strcmp(kinds[token.kind], kind);)
			token.kind++;
		assert_int_equal(ts_hex_parse(bytes, strlen(raw) / 2 - 1, raw), 0);
		assert_int_equal(ts_carry_check(&rules, bytes, strlen(raw) / 2 - 1, &sender), 0);
		assert_true(ts_address_equal(&sender, &wallet));
	}
	json_decref(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_carried, setup, teardown),
		cmocka_unit_test_setup_teardown(test_another_call, setup, teardown),
		cmocka_unit_test_setup_teardown(test_another_contract, setup, teardown),
		cmocka_unit_test_setup_teardown(test_another_deposit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_another_chain, setup, teardown),
		cmocka_unit_test_setup_teardown(test_each_byte, setup, teardown),
		cmocka_unit_test(test_one_form),
		cmocka_unit_test(test_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
