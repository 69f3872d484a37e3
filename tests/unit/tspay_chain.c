// SPDX-License-Identifier: GPL-2.0
/*
 * tspay_chain.c - what a wallet tells the chain is told once, and not of a life that is
 * over: killed at its end and run again.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "settle/call.h"
#include "settle_node.h"
#include "tspay/chain.h"

#define DEPOSIT_WEI	1000

static char dir[64];
static struct ts_signer *key, *partner;
static struct node node;
static struct chain chain;
static struct purse purse;
static struct steps steps;
static struct ts_channel channel;
static const struct chain_config config = {
	.kind = TS_TOKEN_ERC20, .confirmations = NODE_CONFIRMATIONS,
	.gas_price_max_wei = 1000,
};

static void start(void)
{
	memset(&chain, 0, sizeof(chain));
	memset(&steps, 0, sizeof(steps));
	steps.json = true;
	chain.config = &config;
	chain.signer = key;
	chain.steps = &steps;
	chain.contracts.tokens_network = channel.tokens_network;
	chain.chain_id = channel.chain_id;
	chain.head_block = node.head;
	assert_int_equal(chain_send_open(&chain, dir), 0);
}

static void killed(void)
{
	chain_close(&chain);
	start();
}

static void begin_channel(void)
{
	channel = (struct ts_channel){
		.open_block_number = 7,
		.chain_id = ts_u256_from_u64(1337),
		.tokens_network = { { 1 } },
		.token = { { 2 } },
		.our_address = *ts_signer_address(key),
		.partner_address = *ts_signer_address(partner),
		.settle_timeout_blocks = 1000,
		.state = TS_CHANNEL_OPEN,
		.our_deposit_wei = DEPOSIT_WEI,
	};
	ts_channel_identifier(&channel.our_address, &channel.partner_address,
			      &channel.token, &channel.tokens_network,
			      &channel.channel_identifier);
}

static int set_up(void **state)
{
	strcpy(dir, "/tmp/ts-tspay-XXXXXX");
	assert_non_null(mkdtemp(dir));
	key = ts_signer_generate();
	partner = ts_signer_generate();
	node_begin(&node, 1);
	begin_channel();
	start();
	return 0;
}

static int tear_down(void **state)
{
	char command[96];

	chain_close(&chain);
	purse_close(&purse);
	ts_signer_free(key);
	ts_signer_free(partner);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

/* As chain_send() does, with a node that is no RPC. */
static void go_on(unsigned int blocks)
{
	struct ts_transactions *t = chain.transactions;

	while (blocks--) {
		assert_int_equal(chain_look(&chain), 0);
		ts_transactions_poll(t, node.head, UINT64_MAX);
		chain.head_block = node.head;
		while (ts_transactions_next(t, &chain.ask))
			node_answer(&node, t, &chain.ask);
		if (ts_transactions_dirty(t)) {
			assert_int_equal(ts_ledger_begin(chain.ledger), 0);
			assert_int_equal(ts_transactions_write(t), 0);
			assert_int_equal(ts_ledger_commit(chain.ledger), 0);
		}
		ts_transactions_committed(t);
		node_mine(&node);
	}
}

static unsigned int deposits(void)
{
	return node_calls(&node, &channel.tokens_network);
}

/* Run again, it says what was done; what is wanted after that is another deposit. */
static void a_deposit_is_made_once(void **state)
{
	struct ts_hash intent;

	assert_int_equal(chain_deposit(&chain, &channel, 100, &intent), 0);
	go_on(2);
	killed();
	assert_int_equal(chain_deposit(&chain, &channel, 100, &intent), -EEXIST);
	go_on(40);
	assert_false(chain_is_live(&chain, &intent));
	killed();
	assert_int_equal(chain_deposit(&chain, &channel, 100, &intent), -EALREADY);
	/* It may die while it tells. */
	killed();
	assert_int_equal(chain_deposit(&chain, &channel, 100, &intent), -EALREADY);
	assert_int_equal(deposits(), 1);
	assert_int_equal(chain_deposit_told(&chain, &intent), 0);
	killed();
	assert_int_equal(chain_deposit(&chain, &channel, 100, &intent), 0);
	go_on(40);
	assert_int_equal(deposits(), 2);
}

/* Of another amount it is another deposit, whatever became of the one before. */
static void another_amount_is_another_deposit(void **state)
{
	struct ts_hash intent;

	assert_int_equal(chain_deposit(&chain, &channel, 100, &intent), 0);
	go_on(40);
	killed();
	assert_int_equal(chain_deposit(&chain, &channel, 101, &intent), 0);
	go_on(40);
	killed();
	assert_int_equal(chain_deposit(&chain, &channel, 101, &intent), -EALREADY);
	assert_int_equal(deposits(), 2);
}

/* One that failed was not made. */
static void a_failed_deposit_is_made_again(void **state)
{
	struct ts_hash intent;

	node.fee_floor_wei = 2000;
	assert_int_equal(chain_deposit(&chain, &channel, 100, &intent), 0);
	go_on(3);
	node_foreign(&node, 0);
	go_on(40);
	assert_false(chain_is_live(&chain, &intent));
	assert_int_equal(deposits(), 0);
	killed();
	node.fee_floor_wei = 0;
	assert_int_equal(chain_deposit(&chain, &channel, 100, &intent), 0);
	go_on(40);
	assert_int_equal(deposits(), 1);
}

static bool pending(void)
{
	return ts_wish_deposit_pending(chain.transactions, &channel);
}

/* The contract takes it in no block: it is waited for, and not for ever. */
static void a_refused_deposit_ends(void **state)
{
	struct ts_hash intent;

	node.refuse_to = channel.tokens_network;
	assert_int_equal(chain_deposit(&chain, &channel, 100, &intent), 0);
	go_on(TS_DEPOSIT_PATIENCE_BLOCKS / 2);
	killed();
	go_on(TS_DEPOSIT_PATIENCE_BLOCKS / 2);
	assert_true(pending());
	go_on(3);
	assert_false(pending());
	assert_true(chain_idle(&chain));
	killed();
	assert_false(pending());
	/* The contract takes it now, and nothing of it is left that could come. */
	node.refuse_to = (struct ts_address){ };
	go_on(40);
	assert_int_equal(deposits(), 0);
	/* What it approved does not stand in the way of the next. */
	assert_int_equal(chain_deposit(&chain, &channel, 100, &intent), 0);
	go_on(40);
	assert_int_equal(deposits(), 1);
}

/* Signed a few blocks before the last, and mined in none up to some after it. */
static void sign_late(void)
{
	const uint64_t last = node.head + TS_DEPOSIT_PATIENCE_BLOCKS;
	struct ts_hash intent;

	node.refuse_to = channel.tokens_network;
	assert_int_equal(chain_deposit(&chain, &channel, 100, &intent), 0);
	while (node.head < last - 3)
		go_on(1);
	assert_int_equal(node.n, 1);
	node.refuse_to = (struct ts_address){ };
	node.fee_floor_wei = UINT64_MAX;
	while (node.head < last + 12)
		go_on(1);
	/* The approval, the deposit, and what takes its nonce. */
	assert_true(node.n >= 3);
}

/*
 * What was signed before it is in, or can never be, would give it to the box (M1, M2):
 * it is waited for beyond the last block, as long as the chain has neither.
 */
static void a_signed_deposit_is_waited_for(void **state)
{
	sign_late();
	assert_true(pending());
	killed();
	assert_true(pending());
	node.fee_floor_wei = 0;
	/* In a block, which is seen, and not deep. */
	go_on(3);
	assert_true(pending());
	go_on(40);
	assert_false(pending());
	assert_true(chain_idle(&chain));
	assert_int_equal(deposits(), 0);
	killed();
	go_on(40);
	assert_int_equal(deposits(), 0);
}

/* A miner takes the first that was signed, though what takes its nonce pays more. */
static void a_late_deposit_counts(void **state)
{
	unsigned int i;

	sign_late();
	for (i = 0; i < node.n; i++)
		if (!ts_address_equal(&node.known[i].to, &channel.tokens_network))
			node.known[i].pooled = false;
		else
			node.known[i].pooled = true;
	node.fee_floor_wei = 0;
	node_mine(&node);
	assert_int_equal(deposits(), 1);
	go_on(2);
	assert_true(pending());
	go_on(40);
	assert_false(pending());
	assert_int_equal(deposits(), 1);
}

static void open_purse(void)
{
	char err[512];

	assert_int_equal(purse_open(&purse, dir, &channel, err, sizeof(err)), 0);
	chain.purse = &purse;
}

/* A close that nobody mined while the partner settled: in the next life it would be
 * one without a proof. */
static void a_close_is_not_sent_into_the_next_life(void **state)
{
	static struct ts_life next;
	char err[512];

	open_purse();
	node.fee_floor_wei = 110;
	ts_life_close(&purse.life, &next);
	assert_int_equal(purse_commit(&purse, &next, err, sizeof(err)), 0);
	go_on(3);
	assert_false(chain_idle(&chain));
	assert_int_equal(chain_want_no_more(&chain), 0);
	next = purse.life;
	memset(&next.onchain, 0, sizeof(next.onchain));
	next.close_wanted = false;
	next.channel.open_block_number = 20;
	assert_int_equal(purse_next_life(&purse, &next, err, sizeof(err)), 0);
	/* Nothing but the ledger remembers. */
	killed();
	chain.purse = &purse;
	go_on(40);
	assert_true(chain_idle(&chain));
	assert_int_equal(deposits(), 0);
	assert_true(node.n > 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_deposit_is_made_once),
		T(another_amount_is_another_deposit),
		T(a_failed_deposit_is_made_again),
		T(a_refused_deposit_ends),
		T(a_signed_deposit_is_waited_for),
		T(a_late_deposit_counts),
		T(a_close_is_not_sent_into_the_next_life),
	};

	return cmocka_run_group_tests_name("tspay_chain", tests, NULL, NULL);
}
