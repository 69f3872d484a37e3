// SPDX-License-Identifier: GPL-2.0
/* chain_event.c - logs of the contracts as events; the topics are the deployed ones. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "chain/event.h"
#include "photon/form.h"
#include "photon/hex.h"

#define WORD	32

static struct ts_contracts contracts;
static struct ts_address a, b, token;

static const char * const topics[TS_CHAIN_EVENT_COUNT] = {
	[TS_CHAIN_TOKEN_NETWORK_CREATED] =
		"0x5210099284eeab0088ae17e05fea8ee641c34757be9270872d6404ba6dcbe003",
	[TS_CHAIN_CHANNEL_OPENED_AND_DEPOSIT] =
		"0xc3a8dbc3d2c201f4a985c395dff13cbcf880e0652f34061448c3363c23a9d2db",
	[TS_CHAIN_CHANNEL_NEW_DEPOSIT] =
		"0x0346e981e2bfa2366dc2307a8f1fa24779830a01121b1275fe565c6b98bb4d34",
	[TS_CHAIN_CHANNEL_CLOSED] =
		"0x69610baaace24c039f891a11b42c0b1df1496ab0db38b0c4ee4ed33d6d53da1a",
	[TS_CHAIN_BALANCE_PROOF_UPDATED] =
		"0x910c9237f4197a18340110a181e8fb775496506a007a94b46f9f80f2a35918f9",
	[TS_CHAIN_CHANNEL_UNLOCKED] =
		"0x9e3b094fde58f3a83bd8b77d0a995fdb71f3169c6fa7e6d386e9f5902841e5ff",
	[TS_CHAIN_CHANNEL_PUNISHED] =
		"0xa913b8478dcdecf113bad71030afc079c268eb9abc88e45615f438824127ae00",
	[TS_CHAIN_CHANNEL_SETTLED] =
		"0xf94fb5c0628a82dc90648e8dc5e983f632633b0d26603d64e8cc042ca0790aa4",
	[TS_CHAIN_CHANNEL_COOPERATIVE_SETTLED] =
		"0xfb2f4bc0fb2e0f1001f78d15e81a2e1981f262d31e8bd72309e26cc63bf7bb02",
	[TS_CHAIN_CHANNEL_WITHDRAW] =
		"0xdc5ff4ab383e66679a382f376c0e80534f51f3f3a398add646422cd81f5f815d",
	[TS_CHAIN_SECRET_REVEALED] =
		"0x9b7ddc883342824bd7ddbff103e7a69f8f2e60b96c075cd1b8b8b9713ecc75a4",
};

/* How many words are not indexed. */
static const unsigned int words[TS_CHAIN_EVENT_COUNT] = {
	0, 4, 2, 3, 3, 3, 1, 2, 2, 4, 0,
};

static int setup(void **state)
{
	memset(&contracts.tokens_network, 0x44, TS_ADDRESS_BYTES);
	memset(&contracts.secret_registry, 0x55, TS_ADDRESS_BYTES);
	memset(&a, 0x11, sizeof(a));
	memset(&b, 0x22, sizeof(b));
	memset(&token, 0x33, sizeof(token));
	return 0;
}

/* A log of that event whose words are 1, 2, 3.. and whose indexed one is 7. */
static void make(struct ts_chain_log *log, enum ts_chain_event_kind kind)
{
	unsigned int i;

	memset(log, 0, sizeof(*log));
	log->address = kind == TS_CHAIN_SECRET_REVEALED ? contracts.secret_registry :
							  contracts.tokens_network;
	log->block_number = 1000;
	log->block_hash.b[0] = 1;
	log->tx_hash.b[0] = 2;
	log->log_index = 3;
	log->n_topics = 2;
	assert_int_equal(ts_hash_parse(&log->topics[0], topics[kind]), 0);
	log->topics[1].b[WORD - 1] = 7;
	log->data_len = words[kind] * WORD;
	for (i = 0; i < words[kind]; i++)
		log->data[i * WORD + WORD - 1] = (uint8_t)(i + 1);
}

static void put_address(struct ts_chain_log *log, unsigned int word,
			const struct ts_address *address)
{
	memcpy(log->data + word * WORD + 12, address->b, TS_ADDRESS_BYTES);
}

static void decode(struct ts_chain_event *e, enum ts_chain_event_kind kind)
{
	struct ts_chain_log log;

	make(&log, kind);
	memset(e, 0xee, sizeof(*e));
	assert_int_equal(ts_chain_event_decode(e, &log, &contracts), 0);
	assert_int_equal(e->kind, kind);
	assert_int_equal(e->block_number, 1000);
	assert_int_equal(e->block_hash.b[0], 1);
	assert_int_equal(e->tx_hash.b[0], 2);
	assert_int_equal(e->log_index, 3);
}

static void test_topics(void **state)
{
	struct ts_chain_topics computed;
	char text[TS_HASH_TEXT_SIZE];
	struct ts_chain_event e;
	int i;

	ts_chain_topics(&computed);
	for (i = 0; i < TS_CHAIN_EVENT_COUNT; i++) {
		assert_string_equal(ts_hash_print(&computed.topic[i], text), topics[i]);
		assert_non_null(ts_chain_event_name(i));
		decode(&e, i);
	}
}

static void test_opened(void **state)
{
	struct ts_hash expected;
	struct ts_chain_event e;
	struct ts_chain_log log;

	make(&log, TS_CHAIN_CHANNEL_OPENED_AND_DEPOSIT);
	memset(&log.topics[1], 0, WORD);
	memcpy(log.topics[1].b + 12, token.b, TS_ADDRESS_BYTES);
	put_address(&log, 0, &b);
	put_address(&log, 1, &a);
	assert_int_equal(ts_chain_event_decode(&e, &log, &contracts), 0);
	ts_channel_identifier(&a, &b, &token, &contracts.tokens_network, &expected);
	assert_memory_equal(&e.channel_identifier, &expected, sizeof(expected));
	assert_memory_equal(&e.opened.token, &token, sizeof(token));
	assert_memory_equal(&e.opened.participant, &b, sizeof(b));
	assert_memory_equal(&e.opened.partner, &a, sizeof(a));
	assert_int_equal(e.opened.settle_timeout_blocks, 3);
	assert_true(e.opened.deposit.w[0] == 4);
	log.topics[1].b[0] = 1;	/* no address */
	assert_int_equal(ts_chain_event_decode(&e, &log, &contracts), -EBADMSG);
}

static void test_fields(void **state)
{
	struct ts_chain_event e;

	decode(&e, TS_CHAIN_TOKEN_NETWORK_CREATED);
	assert_int_equal(e.token_network_created.token.b[19], 7);
	assert_true(ts_hash_is_zero(&e.channel_identifier));
	decode(&e, TS_CHAIN_CHANNEL_NEW_DEPOSIT);
	assert_int_equal(e.channel_identifier.b[31], 7);
	assert_int_equal(e.new_deposit.participant.b[19], 1);
	assert_true(e.new_deposit.total_deposit.w[0] == 2);
	decode(&e, TS_CHAIN_CHANNEL_CLOSED);
	assert_int_equal(e.closed.closing_participant.b[19], 1);
	assert_int_equal(e.closed.locksroot.b[31], 2);
	assert_true(e.closed.transferred_amount.w[0] == 3);
	decode(&e, TS_CHAIN_BALANCE_PROOF_UPDATED);
	assert_int_equal(e.proof_updated.participant.b[19], 1);
	assert_int_equal(e.proof_updated.locksroot.b[31], 2);
	assert_true(e.proof_updated.transferred_amount.w[0] == 3);
	decode(&e, TS_CHAIN_CHANNEL_UNLOCKED);
	assert_int_equal(e.unlocked.payer.b[19], 1);
	assert_int_equal(e.unlocked.lock_hash.b[31], 2);
	assert_true(e.unlocked.transferred_amount.w[0] == 3);
	decode(&e, TS_CHAIN_CHANNEL_PUNISHED);
	assert_int_equal(e.punished.beneficiary.b[19], 1);
	decode(&e, TS_CHAIN_CHANNEL_SETTLED);
	assert_true(e.settled.participant1_amount.w[0] == 1);
	assert_true(e.settled.participant2_amount.w[0] == 2);
	decode(&e, TS_CHAIN_CHANNEL_COOPERATIVE_SETTLED);
	assert_true(e.settled.participant1_amount.w[0] == 1);
	assert_true(e.settled.participant2_amount.w[0] == 2);
	decode(&e, TS_CHAIN_CHANNEL_WITHDRAW);
	assert_int_equal(e.withdraw.participant1.b[19], 1);
	assert_true(e.withdraw.participant1_balance.w[0] == 2);
	assert_int_equal(e.withdraw.participant2.b[19], 3);
	assert_true(e.withdraw.participant2_balance.w[0] == 4);
	decode(&e, TS_CHAIN_SECRET_REVEALED);
	assert_int_equal(e.secret.b[31], 7);
	assert_true(ts_hash_is_zero(&e.channel_identifier));
}

/* Anyone may run a contract that says such things. */
static void test_of_others(void **state)
{
	struct ts_chain_event e;
	struct ts_chain_log log;
	int i;

	for (i = 0; i < TS_CHAIN_EVENT_COUNT; i++) {
		make(&log, i);
		log.address.b[0] ^= 1;
		assert_int_equal(ts_chain_event_decode(&e, &log, &contracts), -ENOENT);
		make(&log, i);
		log.address = i == TS_CHAIN_SECRET_REVEALED ? contracts.tokens_network :
							      contracts.secret_registry;
		assert_int_equal(ts_chain_event_decode(&e, &log, &contracts), -ENOENT);
		make(&log, i);
		log.topics[0].b[0] ^= 1;
		assert_int_equal(ts_chain_event_decode(&e, &log, &contracts), -ENOENT);
		make(&log, i);
		log.n_topics = 0;
		assert_int_equal(ts_chain_event_decode(&e, &log, &contracts), -ENOENT);
	}
}

static void test_wrong_form(void **state)
{
	struct ts_chain_event e;
	struct ts_chain_log log;
	int i;

	for (i = 0; i < TS_CHAIN_EVENT_COUNT; i++) {
		make(&log, i);
		log.n_topics = 1;
		assert_int_equal(ts_chain_event_decode(&e, &log, &contracts), -EBADMSG);
		log.n_topics = 3;
		assert_int_equal(ts_chain_event_decode(&e, &log, &contracts), -EBADMSG);
		make(&log, i);
		log.data_len++;
		assert_int_equal(ts_chain_event_decode(&e, &log, &contracts), -EBADMSG);
		make(&log, i);
		log.data_len = 1 << 20;	/* there is less room than that */
		assert_int_equal(ts_chain_event_decode(&e, &log, &contracts), -EBADMSG);
		make(&log, i);
		log.data_len -= WORD;
		assert_int_equal(ts_chain_event_decode(&e, &log, &contracts), -EBADMSG);
	}
	make(&log, TS_CHAIN_CHANNEL_CLOSED);
	log.data[0] = 1;	/* no address */
	assert_int_equal(ts_chain_event_decode(&e, &log, &contracts), -EBADMSG);
}

static void add_to_bloom(struct ts_block *block, const void *bytes, size_t len)
{
	struct ts_hash h;
	unsigned int i, bit;

	ts_keccak256(&h, bytes, len);
	for (i = 0; i < 3; i++) {
		bit = (256u * h.b[2 * i] + h.b[2 * i + 1]) & 2047;
		block->bloom[255 - bit / 8] |= (uint8_t)(1u << (bit & 7));
	}
}

static void test_bloom(void **state)
{
	/* By another implementation of the hash these three bits are the address's. */
	static const char address[] = "0x095e7baea6a6c7c4c2dfeb977efac326af552d87";
	struct ts_block block = { 0 };
	struct ts_chain_topics t;
	uint8_t bytes[20];

	assert_int_equal(ts_hex_parse(bytes, sizeof(bytes), address), 0);
	assert_false(ts_bloom_has(block.bloom, bytes, sizeof(bytes)));
	block.bloom[8] |= 0x10;
	block.bloom[168] |= 0x4;
	block.bloom[228] |= 0x40;
	assert_true(ts_bloom_has(block.bloom, bytes, sizeof(bytes)));

	memset(&block, 0, sizeof(block));
	ts_chain_topics(&t);
	add_to_bloom(&block, t.topic[TS_CHAIN_CHANNEL_CLOSED].b, 32);
	assert_false(ts_chain_topics_in(&t, &contracts, &block));
	add_to_bloom(&block, contracts.secret_registry.b, 20);
	assert_false(ts_chain_topics_in(&t, &contracts, &block));
	add_to_bloom(&block, contracts.tokens_network.b, 20);
	assert_true(ts_chain_topics_in(&t, &contracts, &block));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_topics),
		cmocka_unit_test(test_opened),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_of_others),
		cmocka_unit_test(test_wrong_form),
		cmocka_unit_test(test_bloom),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
