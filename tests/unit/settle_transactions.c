// SPDX-License-Identifier: GPL-2.0
/*
 * settle_transactions.c - each wish takes effect once: whatever waits, is refused, is
 * wanted no more, or costs more than it may.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "settle_sender.h"

static void test_one(void **state)
{
	struct ts_wish wish = wish_of(1);
	struct ts_address to = address_of(1);
	int64_t id = add(&wish), again;

	commit();
	assert_int_equal(ts_transactions_add(transactions, &wish, &again), -EEXIST);
	assert_int_equal(again, id);
	go_on(40);
	assert_int_equal(ended[TS_TRANSACTION_DONE], 1);
	assert_int_equal(node_calls(&node, &to), 1);
	assert_false(ts_transactions_is_live(transactions, &wish.intent));
}

/* Whatever else is under way, what keeps our money finds a place. */
static void test_room_for_what_is_vital(void **state)
{
	struct ts_wish wish = wish_of(1);
	unsigned int i;

	for (i = 0; i < TS_TRANSACTIONS_OTHER_MAX; i++) {
		wish.intent.b[1] = (uint8_t)i;
		add(&wish);
	}
	wish.intent.b[1] = 200;
	assert_false(ts_transactions_has_room(transactions, false));
	assert_int_equal(ts_transactions_add(transactions, &wish, NULL), -ENOSPC);
	wish.vital = true;
	for (; i < TS_TRANSACTIONS_MAX; i++) {
		assert_true(ts_transactions_has_room(transactions, true));
		wish.intent.b[1] = (uint8_t)i;
		add(&wish);
	}
	wish.intent.b[1] = 200;
	assert_int_equal(ts_transactions_add(transactions, &wish, NULL), -ENOSPC);
}

/* Nothing is sent that a crash would have us forget. */
static void test_nothing_before_its_commit(void **state)
{
	struct ts_wish wish = wish_of(1);
	struct ts_ask ask;
	unsigned int i;

	add(&wish);
	commit();
	for (i = 0; i < 5; i++) {
		ts_transactions_poll(transactions, node.head, taken_block);
		while (ts_transactions_next(transactions, &ask)) {
			assert_int_not_equal(ask.kind, TS_ASK_SEND);
			node_answer(&node, transactions, &ask);
		}
	}
	commit();
	ts_transactions_poll(transactions, node.head, taken_block);
	while (ts_transactions_next(transactions, &ask) && ask.kind != TS_ASK_SEND)
		node_answer(&node, transactions, &ask);
	assert_int_equal(ask.kind, TS_ASK_SEND);
}

/* A wish comes whenever it comes. */
static void test_in_the_middle_of_a_round(void **state)
{
	struct ts_wish wish = wish_of(1);
	struct ts_address to = address_of(1);
	struct ts_ask ask;

	round_once();
	ts_transactions_poll(transactions, node.head + 20, taken_block);
	assert_true(ts_transactions_next(transactions, &ask));
	add(&wish);
	do
		node_answer(&node, transactions, &ask);
	while (ts_transactions_next(transactions, &ask));
	commit();
	go_on(40);
	assert_int_equal(node_calls(&node, &to), 1);
}

/* After a crash nothing is asked before the chain was heard. */
static void test_nothing_before_a_poll(void **state)
{
	struct ts_wish wish = wish_of(1);
	struct ts_address to = address_of(1);
	struct ts_ask ask;

	add(&wish);
	commit();
	crash();
	assert_false(ts_transactions_next(transactions, &ask));
	round_once();
	crash();
	assert_false(ts_transactions_next(transactions, &ask));
	go_on(40);
	assert_int_equal(node_calls(&node, &to), 1);
}

/* What one did on the chain is known before it counts as over. */
static void test_not_over_before_its_events(void **state)
{
	struct ts_wish wish = wish_of(1);
	struct ts_address to = address_of(1);
	unsigned int i;

	add(&wish);
	commit();
	taken_block = node.head;
	for (i = 0; i < 3 * NODE_CONFIRMATIONS; i++)
		go_on(1);
	assert_int_equal(node_calls(&node, &to), 1);
	assert_true(ts_transactions_is_live(transactions, &wish.intent));
	taken_block = node.head;
	go_on(1);
	assert_false(ts_transactions_is_live(transactions, &wish.intent));
	assert_int_equal(ended[TS_TRANSACTION_DONE], 1);
}

static void test_after(void **state)
{
	struct ts_wish approve = wish_of(1), deposit = wish_of(2);
	struct ts_address last = address_of(2);

	deposit.after = add(&approve);
	add(&deposit);
	commit();
	go_on(60);
	assert_int_equal(ended[TS_TRANSACTION_DONE], 2);
	assert_int_equal(node_calls(&node, &last), 1);
}

/* What the contract would refuse is not sent, and ends with its use. */
static void test_refused(void **state)
{
	struct ts_wish wish = wish_of(1), next = wish_of(2);

	node.refuse_to = wish.to;
	wish.until_block = node.head + 10;
	next.after = add(&wish);
	add(&next);
	commit();
	go_on(15);
	assert_int_equal(ended[TS_TRANSACTION_CANCELLED], 2);
	assert_int_equal(node.n, 0);
}

/* What is wanted no more ends if it was not signed, and else is seen through. */
static void test_not_wanted(void **state)
{
	struct ts_wish refused = wish_of(1), good = wish_of(2);

	node.refuse_to = refused.to;
	add(&refused);
	add(&good);
	commit();
	round_once();
	ts_transactions_cancel(transactions, &refused.intent);
	ts_transactions_cancel(transactions, &good.intent);
	commit();
	assert_int_equal(ended[TS_TRANSACTION_CANCELLED], 1);
	assert_false(ts_transactions_is_live(transactions, &refused.intent));
	crash();
	assert_false(ts_transactions_is_live(transactions, &refused.intent));
	assert_true(ts_transactions_is_live(transactions, &good.intent));
	go_on(15);
	assert_int_equal(ended[TS_TRANSACTION_DONE], 1);
	assert_int_equal(node.n, 1);
}

static void first_view(const struct ts_transaction_view *view, void *arg)
{
	struct ts_transaction_view *out = arg;

	if (!out->row)
		*out = *view;
}

static void test_price_rises_to_the_cap(void **state)
{
	struct ts_transaction_view view = { };
	struct ts_wish wish = wish_of(1);
	struct ts_address to = address_of(1);

	node.fee_floor_wei = 300;
	config.gas_price_max_wei = 140;
	ts_transactions_configure(transactions, &config);
	add(&wish);
	commit();
	go_on(40);
	ts_transactions_each(transactions, first_view, &view);
	assert_true(view.last->gas_price_wei <= 140);
	assert_int_equal(node_calls(&node, &to), 0);
	config.gas_price_max_wei = 1000;
	ts_transactions_configure(transactions, &config);
	go_on(80);
	assert_int_equal(node_calls(&node, &to), 1);
	assert_int_equal(ended[TS_TRANSACTION_DONE], 1);
}

/* The gas reserve is for what keeps our money. */
static void test_reserve(void **state)
{
	struct ts_wish wish = wish_of(1), vital = wish_of(2);
	struct ts_address one = address_of(1), two = address_of(2);

	vital.vital = true;
	config.gas_reserve_wei = node.balance_wei = 75000 * 100 + 1000;
	ts_transactions_configure(transactions, &config);
	add(&wish);
	add(&vital);
	commit();
	go_on(40);
	assert_int_equal(node_calls(&node, &one), 0);
	assert_int_equal(node_calls(&node, &two), 1);
	node.balance_wei *= 2;
	go_on(40);
	assert_int_equal(node_calls(&node, &one), 1);
}

/* Its nonce is used up by nothing, so that those behind it are not held up. */
static void test_cancel(void **state)
{
	struct ts_wish wish = wish_of(1), next = wish_of(2);
	struct ts_address one = address_of(1), two = address_of(2);

	node.fee_floor_wei = 110;
	wish.until_block = node.head + 2;
	add(&wish);
	add(&next);
	commit();
	config.bump_blocks = 1000;
	ts_transactions_configure(transactions, &config);
	go_on(10);
	config.bump_blocks = 4;
	ts_transactions_configure(transactions, &config);
	go_on(60);
	assert_int_equal(node_calls(&node, &one), 0);
	assert_int_equal(ended[TS_TRANSACTION_CANCELLED], 1);
	assert_int_equal(node_calls(&node, &two), 1);
}

static bool is_over(int64_t channel, void *arg)
{
	return true;
}

/* What was meant for a life that is over is not sent in the next one. */
static void test_dropped(void **state)
{
	struct ts_wish wish = wish_of(1), sent = wish_of(2);
	struct ts_ledger_channel row = { .channel.open_block_number = 1 };
	struct ts_address two = address_of(2);

	assert_int_equal(ts_ledger_begin(ledger), 0);
	assert_int_equal(ts_ledger_channel_insert(ledger, &row), 0);
	wish.channel = sent.channel = row.id;
	node.refuse_to = wish.to;
	node.fee_floor_wei = 110;
	config.bump_blocks = 8;
	ts_transactions_configure(transactions, &config);
	add(&wish);
	add(&sent);
	commit();
	go_on(3);
	assert_int_equal(node.n, 1);
	crash();
	ts_transactions_drop(transactions, is_over, NULL);
	node.refuse_to = (struct ts_address){ };
	go_on(40);
	assert_int_equal(ended[TS_TRANSACTION_CANCELLED], 2);
	assert_int_equal(node_calls(&node, &wish.to), 0);
	assert_int_equal(node_calls(&node, &two), 0);
}

/* Somebody else with our key took the nonce: that is said, not guessed. */
static void test_overtaken(void **state)
{
	struct ts_wish wish = wish_of(1);
	struct ts_address to = address_of(1);

	node.fee_floor_wei = 2000;
	add(&wish);
	commit();
	go_on(3);
	node_foreign(&node, 0);
	go_on(30);
	assert_int_equal(ended[TS_TRANSACTION_OVERTAKEN], 1);
	assert_int_equal(node_calls(&node, &to), 0);
	node.fee_floor_wei = 0;
	add(&wish);
	commit();
	go_on(40);
	assert_int_equal(node_calls(&node, &to), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		settle_test(test_one),
		settle_test(test_room_for_what_is_vital),
		settle_test(test_nothing_before_its_commit),
		settle_test(test_in_the_middle_of_a_round),
		settle_test(test_nothing_before_a_poll),
		settle_test(test_not_over_before_its_events),
		settle_test(test_after),
		settle_test(test_refused),
		settle_test(test_not_wanted),
		settle_test(test_price_rises_to_the_cap),
		settle_test(test_reserve),
		settle_test(test_cancel),
		settle_test(test_dropped),
		settle_test(test_overtaken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
