// SPDX-License-Identifier: GPL-2.0
/*
 * tsd_carrier.c - what a box shows of the chain, by a node that may be wrong in any way:
 * everybody who asks is told once, the truth as the node has it or that there is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "carrier_scene.h"

#define TX	"0xabababababababababababababababababababababababababababababababab"
#define OTHER	"0xacababababababababababababababababababababababababababababababab"
#define BLOCK	"0x0101010101010101010101010101010101010101010101010101010101010101"
#define MAX_64	"\"0xffffffffffffffff\""
#define MAX_256	"\"0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\""

static void has(const struct told *t, const char *part)
{
	if (!strstr(t->text, part))
		fail_msg("no %s in %s", part, t->text);
}

static void is_shown(const struct told *t)
{
	assert_string_equal(t->name, "");
	has(t, "\"nonce\":5,");
}

static void is_refused(const struct told *t, const char *name)
{
	assert_int_equal(t->n, 1);
	assert_string_equal(t->name, name);
}

/* The answer to a look that the node hears of. */
static const struct told *shown(const struct ts_portal_look *look)
{
	unsigned int before = scene.n_told;
	const struct told *t;

	scene.now_ns += 2 * TS_NS_PER_S;
	t = scene_look(look);
	assert_int_equal(t->n, 0);
	scene_until(before + 1);
	assert_int_equal(t->n, 1);
	return t;
}

static void asked(enum node_question q, unsigned int times, const char *param)
{
	assert_int_equal(scene.node.asked[q], times);
	if (!strstr(scene.node.params[q], param))
		fail_msg("no %s in %s", param, scene.node.params[q]);
}

static void test_shown(void **state)
{
	struct ts_portal_look look = scene_about();
	static const char wallet[] = "0xa315c0d8561afe9d64793df8d294cc37f04bdbc2";
	const struct told *t = shown(&look);

	is_shown(t);
	has(t, "\"allowance_wei\":\"3\"");
	has(t, "\"chain_id\":\"20180430\"");
	has(t, "\"channel\":{\"open_block_number\":80,\"state\":\"open\"}");
	has(t, "\"coin_wei\":\"1000000000000000000\"");
	has(t, "\"confirmations\":12");
	has(t, "\"gas_price_wei\":\"18000000000\"");
	has(t, "\"kind\":\"erc20\"");
	has(t, "\"min_deposit_wei\":\"1000\"");
	has(t, "\"pending_nonce\":6");
	has(t, "\"settle_timeout\":40000");
	has(t, "\"token_wei\":\"15\"");
	has(t, "\"transaction\":null");
	asked(NODE_COUNT, 1, wallet);
	asked(NODE_COUNT, 1, "latest");
	asked(NODE_PENDING, 1, wallet);
	asked(NODE_COIN, 1, wallet);
	asked(NODE_TOKEN, 1, "0x7070707070707070707070707070707070707070");
	asked(NODE_ALLOWANCE, 1, "0x7070707070707070707070707070707070707070");
	asked(NODE_ALLOWANCE, 1, "7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e7e");
	asked(NODE_CHANNEL, 1, "b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0");
	/* All but a receipt, for no transaction was named. */
	assert_int_equal(node_asked(&scene.node), 8);
}

/* Only one kind is approved, and the wrapper of the coin is paid with that. */
static void test_kinds(void **state)
{
	struct ts_portal_look look = scene_about();
	const struct told *t;

	look.token = scene.config.billing.tokens[1].address;
	t = shown(&look);
	has(t, "\"kind\":\"erc223\"");
	has(t, "\"token_wei\":\"15\"");
	has(t, "\"allowance_wei\":\"0\"");
	assert_int_equal(node_asked(&scene.node), 7);
	look.token = scene.config.billing.tokens[2].address;
	t = shown(&look);
	has(t, "\"kind\":\"smt\"");
	has(t, "\"token_wei\":\"1000000000000000000\"");
	assert_int_equal(node_asked(&scene.node), 13);
}

/* The node is bad at one question in one way; and then at each of them. */
static void test_each_fault(void **state)
{
	struct ts_portal_look look = scene_about();
	struct node *n = &scene.node;
	const struct told *t;

	look.has_tx = true;
	memset(look.tx.b, 0xab, sizeof(look.tx.b));
	for (n->faulty = 0; n->faulty <= NODE_QUESTIONS; n->faulty++) {
		if (n->faulty == NODE_SEND)
			continue;
		for (n->fault = 0; n->fault < NODE_FAULTS; n->fault++) {
			if (n->fault == NODE_SILENT)
				continue;
			t = shown(&look);
			if (n->fault == NODE_WELL || n->fault == NODE_TWICE ||
			    (n->faulty == NODE_RECEIPT &&
			     (n->fault == NODE_NULL || n->fault == NODE_ERROR)))
				is_shown(t);
			else
				is_refused(t, "chain_unreachable");
		}
	}
	/* No place is lost by that, nor anything left of it for the next. */
	n->fault = NODE_WELL;
	is_shown(shown(&look));
}

/* What the contract is said to answer is that of another contract, or of none. */
static void test_other_contracts(void **state)
{
	static const char *const data[] = {
		"\"0x\"", "\"0x0f\"", "\"0xzz\"",
		"\"0x00000000000000000000000000000000000000000000000000000000000000\"",
		"\"0x00000000000000000000000000000000000000000000000000000000000000ff00\"",
	};
	struct ts_portal_look look = scene_about();
	enum node_question q;
	const char *good;
	size_t i;

	for (q = NODE_TOKEN; q <= NODE_CHANNEL; q++) {
		good = scene.node.result[q];
		for (i = 0; i < sizeof(data) / sizeof(data[0]); i++) {
			scene.node.result[q] = data[i];
			is_refused(shown(&look), "chain_unreachable");
		}
		scene.node.result[q] = good;
	}
}

static const struct told *receipt(const char *tx, const char *block, const char *status)
{
	static char text[400];
	struct ts_portal_look look = scene_about();

	look.has_tx = true;
	memset(look.tx.b, 0xab, sizeof(look.tx.b));
	snprintf(text, sizeof(text),
		 "{\"transactionHash\":\"%s\",\"blockHash\":\"" BLOCK "\",\"blockNumber\":\"%s\",\"gasUsed\":\"0x5208\",\"status\":\"%s\"}",
		 tx, block, status);
	scene.node.result[NODE_RECEIPT] = text;
	return shown(&look);
}

static void test_receipt(void **state)
{
	has(receipt(TX, "0x60", "0x1"),
	    "\"transaction\":{\"block\":96,\"confirmations\":4,\"succeeded\":true}");
	has(receipt(TX, "0x60", "0x0"), "\"succeeded\":false");
	/* Of a block that this node has not heard of, as there are several behind one name. */
	has(receipt(TX, "0x70", "0x1"), "\"confirmations\":0");
	has(receipt(TX, "0xffffffffffffffff", "0x1"), "\"block\":0,");
	/* Another's. */
	is_refused(receipt(OTHER, "0x60", "0x1"), "chain_unreachable");
	is_refused(receipt(TX, "0x60", "0x2"), "chain_unreachable");
	is_refused(receipt(TX, "0x10000000000000000", "0x1"), "chain_unreachable");
}

/* What no chain has is no negative number for the page. */
static void test_impossible_numbers(void **state)
{
	struct ts_portal_look look = scene_about();
	const struct told *t;

	scene.node.result[NODE_HEAD] = MAX_64;
	scene.node.result[NODE_PRICE] = MAX_256;
	scene.node.result[NODE_COIN] = MAX_256;
	scene.node.result[NODE_PENDING] = MAX_256;
	t = shown(&look);
	is_shown(t);
	has(t, "\"pending_nonce\":0");
	has(t, "\"gas_price_wei\":\"115792089237316195423570985008687907853269984665640564039457584007913129639935\"");
	assert_null(strstr(t->text, ":-"));
}

/* Who asks a node that hangs is told so, and what comes after that is told nobody. */
static void test_late(void **state)
{
	struct ts_portal_look look = scene_about();
	struct node *n = &scene.node;
	const struct told *t;

	for (n->faulty = 0; n->faulty <= NODE_QUESTIONS; n->faulty++) {
		if (n->faulty == NODE_RECEIPT || n->faulty == NODE_SEND)
			continue;
		scene_again(SCENE_SHORT_MS);
		n->fault = NODE_SILENT;
		t = shown(&look);
		is_refused(t, "chain_unreachable");
		n->fault = NODE_WELL;
		node_speak(n);
		scene_turns();
		/* With all the time that it needs: this one is no test of patience. */
		scene_again(SCENE_PATIENCE_MS);
		is_shown(shown(&look));
	}
}

/* Late, and yet in time. */
static void test_slow(void **state)
{
	struct ts_portal_look look = scene_about();
	struct node *n = &scene.node;
	const struct told *t = scene_look(&look);

	n->fault = NODE_SILENT;
	n->faulty = NODE_CHANNEL;
	while (!n->silent)
		scene_turns();
	scene_turns();
	assert_int_equal(t->n, 0);
	node_speak(n);
	scene_until(1);
	is_shown(t);
}

/* Seven wait; the next is told at once, and loses none of its own by it. */
static void test_all_places(void **state)
{
	struct ts_portal_look look = scene_about();
	struct ts_key station = scene_station(999);
	const struct told *waiting[7];
	unsigned int i, had;

	scene.node.fault = NODE_SILENT;
	for (i = 0; i < 7; i++)
		waiting[i] = scene_look(&look);
	assert_int_equal(scene.n_told, 0);
	for (i = 0; i < 20; i++) {
		ts_carrier_look(scene.d.carrier, &station, &look, scene.replies++);
		is_refused(&scene.told[scene.replies - 1], "busy");
	}
	scene.node.fault = NODE_WELL;
	while (scene.n_told < 27) {
		scene_turns();
		node_speak(&scene.node);
	}
	for (i = 0; i < 7; i++)
		is_shown(waiting[i]);
	for (i = had = 0; i < 7; i++) {
		ts_carrier_look(scene.d.carrier, &station, &look, scene.replies++);
		scene_until(28 + i);
		had += !scene.told[scene.replies - 1].name[0];
	}
	assert_int_equal(had, 7);
}

/* Who stops tells nobody: the portal ends, too. */
static void test_stopped(void **state)
{
	struct ts_portal_look look = scene_about();
	unsigned int i;

	scene.node.fault = NODE_SILENT;
	for (i = 0; i < 7; i++)
		scene_look(&look);
	while (scene.node.silent < 4)
		scene_turns();
	scene_stop();
	assert_int_equal(scene.n_told, 0);
}

/* Nothing is asked for what cannot be shown. */
static void test_not_asked(void **state)
{
	struct ts_portal_look look = scene_about();

	scene.followed = false;
	is_refused(scene_look(&look), "chain_unreachable");
	scene.followed = true;
	look.token.b[0] ^= 1;
	is_refused(scene_look(&look), "unknown_token");
	scene_turns();
	assert_int_equal(node_asked(&scene.node), 0);
}

/* The configuration is another one when the answer is there. */
static void test_reloaded(void **state)
{
	struct ts_portal_look look = scene_about();
	const struct told *t = scene_look(&look);

	scene.config.billing.tokens[0] = scene.config.billing.tokens[2];
	scene_until(1);
	is_refused(t, "chain_unreachable");
}

static void test_nobody_there(void **state)
{
	struct ts_portal_look look = scene_about();

	snprintf(scene.config.chain.rpc, sizeof(scene.config.chain.rpc), "http://127.0.0.1:1");
	scene_again(SCENE_PATIENCE_MS);
	is_refused(shown(&look), "chain_unreachable");
}

/* Some of the questions go, or none. */
static void test_no_memory(void **state)
{
	struct ts_portal_look look = scene_about();
	const struct told *t;
	unsigned int n;

	for (n = 0; n < 8; n++) {
		scene.now_ns += 2 * TS_NS_PER_S;
		scene.memory_for = n;
		t = scene_look(&look);
		scene_until(n + 1);
		is_refused(t, "chain_unreachable");
	}
	scene.memory_for = 8;
	is_shown(shown(&look));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_shown),
		TEST(test_kinds),
		TEST(test_each_fault),
		TEST(test_other_contracts),
		TEST(test_receipt),
		TEST(test_impossible_numbers),
		TEST(test_late),
		TEST(test_slow),
		TEST(test_all_places),
		TEST(test_stopped),
		TEST(test_not_asked),
		TEST(test_reloaded),
		TEST(test_nobody_there),
		TEST(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
