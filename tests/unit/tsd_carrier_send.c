// SPDX-License-Identifier: GPL-2.0
/*
 * tsd_carrier_send.c - a wallet's deposit on its way through the box, to a node that may
 * be wrong in any way: "the node has it" is said of what the node took, and of nothing else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "carrier_scene.h"

static struct ts_tx_raw deposit, approve;

static int setup(void **state)
{
	int ret = scene_setup(state);

	scene_approve(&approve, scene.wallet[0], 5);
	scene_deposit(&deposit, scene.wallet[0], 6);
	scene_takes(&deposit);
	return ret;
}

/* The answer to what the node hears of. */
static const struct told *sent(const struct ts_tx_raw *raw)
{
	unsigned int before = scene.n_told;
	const struct told *t;

	scene.now_ns += 20 * TS_NS_PER_S;
	t = scene_send(1, raw);
	assert_int_equal(t->n, 0);
	scene_until(before + 1);
	assert_int_equal(t->n, 1);
	return t;
}

static void is_taken(const struct told *t, const struct ts_tx_raw *raw)
{
	char text[TS_HASH_TEXT_SIZE], want[100];

	snprintf(want, sizeof(want), "{\"hash\":\"%s\"}", ts_hash_print(&raw->hash, text));
	assert_string_equal(t->name, "");
	assert_string_equal(t->text, want);
}

static void is_refused(const struct told *t, const char *name)
{
	assert_int_equal(t->n, 1);
	assert_string_equal(t->name, name);
}

/* The same bytes, whole. */
static void test_sent(void **state)
{
	char text[2 * TS_TX_MAX_BYTES + 8], *at = text;
	size_t i;

	is_taken(sent(&deposit), &deposit);
	at += sprintf(at, "[\"0x");
	for (i = 0; i < deposit.len; i++)
		at += sprintf(at, "%02x", deposit.b[i]);
	sprintf(at, "\"]");
	assert_string_equal(scene.node.params[NODE_SEND], text);
	scene_takes(&approve);
	is_taken(sent(&approve), &approve);
	assert_int_equal(node_asked(&scene.node), 2);
}

static void test_each_fault(void **state)
{
	struct node *n = &scene.node;
	const struct told *t;

	for (n->fault = 0; n->fault < NODE_FAULTS; n->fault++) {
		if (n->fault == NODE_SILENT)
			continue;
		t = sent(&deposit);
		if (n->fault == NODE_WELL || n->fault == NODE_TWICE)
			is_taken(t, &deposit);
		else
			is_refused(t, n->fault == NODE_ERROR ? "not_taken" :
							      "chain_unreachable");
	}
	n->fault = NODE_WELL;
	is_taken(sent(&deposit), &deposit);
}

/* It says that it took another one: then it has not taken this one. */
static void test_other_hash(void **state)
{
	static const char *const results[] = {
		"\"0x0000000000000000000000000000000000000000000000000000000000000000\"",
		"\"0xabab\"", "\"0x\"", "true", "{}",
	};
	size_t i;

	scene_takes(&approve);
	is_refused(sent(&deposit), "chain_unreachable");
	for (i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		scene.node.result[NODE_SEND] = results[i];
		is_refused(sent(&deposit), "chain_unreachable");
	}
}

static const struct told *told_words(const char *words)
{
	scene.node.fault = NODE_ERROR;
	scene.node.words = words;
	return sent(&deposit);
}

static void test_known(void **state)
{
	static const char *const known[] = {
		"already known", "ALREADY_EXISTS: already known", "Already Known",
		"known transaction: 5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060",
	};
	static const char *const unknown[] = {
		"unknown transaction type", "Unknown transaction", "nonce too low",
		"insufficient funds for gas * price + value", "",
	};
	const struct told *t;
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		is_taken(told_words(known[i]), &deposit);
	for (i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		t = told_words(unknown[i]);
		is_refused(t, "not_taken");
		/* In its words, and without those about the box. */
		assert_non_null(strstr(t->text, "the node of the chain did not take it: "));
		assert_non_null(strstr(t->text, unknown[i]));
		assert_null(strstr(t->text, "127.0.0.1"));
	}
}

/* Its words are the page's to show: short, and ASCII. */
static void test_words(void **state)
{
	static char words[2600];
	const struct told *t;
	const char *at;
	size_t i;

	memset(words, 'x', sizeof(words) - 1);
	t = told_words(words);
	is_refused(t, "not_taken");
	assert_true(strlen(t->text) < TS_RPC_WHY_SIZE + 64);
	t = told_words("a\\u0000b");
	is_refused(t, "chain_unreachable");
	for (i = 0; i + 3 < sizeof(words); i += 3)
		memcpy(words + i, "\xe2\x82\xac", 4);
	t = told_words(words);
	is_refused(t, "not_taken");
	for (at = t->text; *at; at++)
		assert_true(*at >= ' ' && *at <= '~');
	t = told_words("\\u001b[2J\\u0007 \\r\\n");
	is_refused(t, "not_taken");
	for (at = t->text; *at; at++)
		assert_true(*at >= ' ' && *at <= '~');
}

/* Whether the node took it nobody knows then; who sends it again is told. */
static void test_late(void **state)
{
	struct node *n = &scene.node;

	scene_again(SCENE_SHORT_MS);
	n->fault = NODE_SILENT;
	is_refused(sent(&deposit), "chain_unreachable");
	n->fault = NODE_WELL;
	node_speak(n);
	scene_turns();
	assert_int_equal(scene.n_told, 1);
	scene_again(SCENE_PATIENCE_MS);
	is_taken(told_words("already known"), &deposit);
}

static void test_stopped(void **state)
{
	scene.node.fault = NODE_SILENT;
	scene_send(1, &deposit);
	while (!scene.node.silent)
		scene_turns();
	scene_stop();
	assert_int_equal(scene.n_told, 0);
}

static void test_no_memory(void **state)
{
	unsigned int i;

	for (i = 0; i < 8; i++) {
		scene.now_ns += 20 * TS_NS_PER_S;
		scene.memory_for = 0;
		is_refused(scene_send(1, &deposit), "chain_unreachable");
	}
	scene.memory_for = 1;
	is_taken(sent(&deposit), &deposit);
}

/* What is no deposit with us the node never hears of. */
static void test_not_carried(void **state)
{
	struct ts_tx_raw raw = deposit;
	size_t len;

	for (len = 0; len < deposit.len; len++) {
		scene.now_ns += 20 * TS_NS_PER_S;
		raw.len = len;
		if (len)
			is_refused(scene_send(1, &raw), "bad_transaction");
	}
	scene.now_ns += 20 * TS_NS_PER_S;
	scene.config.billing.chain_id = ts_u256_from_u64(1);
	is_refused(scene_send(1, &deposit), "wrong_chain");
	scene.config.billing.chain_id = ts_u256_from_u64(20180430);
	scene.now_ns += 20 * TS_NS_PER_S;
	scene.d.address.b[0] ^= 1;
	is_refused(scene_send(1, &deposit), "not_carried");
	scene.d.address.b[0] ^= 1;
	scene.now_ns += 20 * TS_NS_PER_S;
	scene.followed = false;
	is_refused(scene_send(1, &deposit), "chain_unreachable");
	scene.followed = true;
	scene_turns();
	assert_int_equal(node_asked(&scene.node), 0);
	is_taken(sent(&deposit), &deposit);
}

/* --- twenty stations against one wallet --------------------------------------------- */

#define LOUD	20

/* What is no deposit with us: bytes, one for another chain, one for others, a signature. */
static void make_garbage(struct ts_tx_raw raw[4])
{
	struct ts_billing_config *b = &scene.config.billing;
	struct ts_u256 chain_id = b->chain_id;

	raw[0].len = TS_TX_MAX_BYTES < 400 ? TS_TX_MAX_BYTES : 400;
	memset(raw[0].b, 0xff, raw[0].len);
	b->chain_id = ts_u256_from_u64(1);
	scene_deposit(&raw[1], scene.wallet[1], 1);
	b->chain_id = chain_id;
	scene.d.address.b[0] ^= 1;
	scene_deposit(&raw[2], scene.wallet[1], 1);
	scene.d.address.b[0] ^= 1;
	scene_deposit(&raw[3], scene.wallet[1], 1);
	raw[3].b[raw[3].len - 1] ^= 1;
}

/* Both at once; the page does not wait for the first to be mined. */
static void one_wallet_gets_through(unsigned int station)
{
	unsigned int before = scene.n_told;
	const struct told *t;

	scene_takes(&approve);
	t = scene_send(station, &approve);
	scene_until(before + 1);
	is_taken(t, &approve);
	scene_takes(&deposit);
	t = scene_send(station, &deposit);
	scene_until(before + 2);
	is_taken(t, &deposit);
}

static void test_garbage_of_many(void **state)
{
	struct ts_tx_raw raw[4];
	unsigned int second, n;

	make_garbage(raw);
	for (second = 0; second < 40; second++) {
		scene.now_ns += TS_NS_PER_S;
		for (n = 0; n < LOUD; n++)
			scene_send(n, &raw[(second + n) % 4]);
	}
	/* All of it is refused, without a word to the node. */
	assert_int_equal(scene.n_told, 40 * LOUD);
	assert_int_equal(node_asked(&scene.node), 0);
	one_wallet_gets_through(LOUD);
}

/* Good ones, of wallets that have nothing: for those a key is enough. */
static void test_deposits_of_many(void **state)
{
	struct ts_tx_raw raw;
	unsigned int i, n, before;

	for (i = 0; i < 6; i++) {
		for (n = 0; n < LOUD; n++) {
			uint8_t secret[TS_SECRET_BYTES] = { 9, i + 1, n + 1 };
			struct ts_signer *key = ts_signer_new(secret);

			before = scene.n_told;
			scene_approve(&raw, key, 0);
			scene_takes(&raw);
			scene_send(n, &raw);
			scene_until(before + 1);
			ts_signer_free(key);
		}
	}
	assert_true(scene.node.asked[NODE_SEND] < 64);
	one_wallet_gets_through(LOUD);
}

/* One wallet by all of them: it is its own affair. */
static void test_one_signer_of_many(void **state)
{
	struct ts_tx_raw raw;
	unsigned int n, before;

	for (n = 0; n < 5 * LOUD; n++) {
		before = scene.n_told;
		scene_approve(&raw, scene.wallet[1], n);
		scene_takes(&raw);
		scene_send(n % LOUD, &raw);
		scene_until(before + 1);
	}
	assert_int_equal(scene.node.asked[NODE_SEND], 16);
	one_wallet_gets_through(LOUD);
}

/* While each place is taken nothing is used up of what may be sent again. */
static void test_all_places(void **state)
{
	const struct told *t;
	unsigned int n;

	scene.node.fault = NODE_SILENT;
	for (n = 0; n < 7; n++) {
		scene_approve(&approve, scene.wallet[1], n);
		scene_send(n, &approve);
	}
	assert_int_equal(scene.n_told, 0);
	for (n = 0; n < 8; n++)
		is_refused(scene_send(10 + n, &deposit), "busy");
	scene.node.fault = NODE_WELL;
	while (scene.n_told < 15) {
		scene_turns();
		node_speak(&scene.node);
	}
	t = scene_send(20, &deposit);
	scene_until(16);
	is_taken(t, &deposit);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_sent),
		TEST(test_each_fault),
		TEST(test_other_hash),
		TEST(test_known),
		TEST(test_words),
		TEST(test_late),
		TEST(test_stopped),
		TEST(test_no_memory),
		TEST(test_not_carried),
		TEST(test_garbage_of_many),
		TEST(test_deposits_of_many),
		TEST(test_one_signer_of_many),
		TEST(test_all_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
