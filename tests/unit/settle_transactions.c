// SPDX-License-Identifier: GPL-2.0
/*
 * settle_transactions.c - each wish takes effect once: whatever is lost, mined
 * late, undone or forgotten, and wherever the process dies.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ledger_one.h"
#include "settle_node.h"

#define WISHES_MAX	32

static struct ts_transactions *transactions;
static struct ts_signer *key;
static struct node node;
static uint64_t taken_block;
static struct ts_transactions_config config;
static unsigned int ended[TS_TRANSACTION_STATE_COUNT];
static enum ts_transaction_state end_of[WISHES_MAX];

static void on_ended(void *ctx, const struct ts_ledger_transaction *row)
{
	ended[row->state]++;
	end_of[row->to.b[0]] = row->state;
}

static void start(void)
{
	assert_int_equal(ts_transactions_new(ledger, &config, key, on_ended, NULL,
					     &transactions), 0);
}

static int set_up(void **state)
{
	uint8_t secret[TS_SECRET_BYTES] = { 1 };

	ledger_setup(state);
	key = ts_signer_new(secret);
	node_begin(&node, 1);
	taken_block = UINT64_MAX;
	memset(ended, 0, sizeof(ended));
	memset(&config, 0, sizeof(config));
	config.chain_id = ts_u256_from_u64(1337);
	config.confirmations = NODE_CONFIRMATIONS;
	config.bump_blocks = 4;
	config.gas_price_max_wei = 1000;
	start();
	return 0;
}

static int tear_down(void **state)
{
	ts_transactions_free(transactions);
	ts_signer_free(key);
	return ledger_teardown(state);
}

static struct ts_address address_of(unsigned int number)
{
	struct ts_address to = { { (uint8_t)number, 0x77 } };

	return to;
}

static struct ts_wish wish_of(unsigned int number)
{
	struct ts_wish wish = { .label = "test", .until_block = TS_ANY_BLOCK };

	wish.intent.b[0] = (uint8_t)number;
	wish.to = address_of(number);
	wish.call.len = 68;
	memset(wish.call.b, number, wish.call.len);
	return wish;
}

static void commit(void)
{
	if (!ts_ledger_in_batch(ledger) && !ts_transactions_dirty(transactions))
		return;
	if (!ts_ledger_in_batch(ledger))
		assert_int_equal(ts_ledger_begin(ledger), 0);
	assert_int_equal(ts_transactions_write(transactions), 0);
	assert_int_equal(ts_ledger_commit(ledger), 0);
	ts_transactions_committed(transactions);
}

static int64_t add(const struct ts_wish *wish)
{
	int64_t id = 0;

	if (!ts_ledger_in_batch(ledger))
		assert_int_equal(ts_ledger_begin(ledger), 0);
	assert_int_equal(ts_transactions_add(transactions, wish, &id), 0);
	return id;
}

static void crash(void)
{
	ts_ledger_discard(ledger);
	ts_transactions_free(transactions);
	start();
}

/* A round, and the commit after it. */
static void round_once(void)
{
	struct ts_ask ask;

	ts_transactions_poll(transactions, node.head, taken_block);
	while (ts_transactions_next(transactions, &ask))
		node_answer(&node, transactions, &ask);
	commit();
}

static void go_on(unsigned int blocks)
{
	while (blocks--) {
		round_once();
		node_mine(&node);
	}
}

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

static void backup(void)
{
	struct ts_ledger *l = ledger_dir_open(&dir, TS_LEDGER_READ_ONLY);
	char err[512], to[160];

	snprintf(to, sizeof(to), "%s/backup", dir.name);
	assert_int_equal(ts_ledger_backup(l, to, err, sizeof(err)), 0);
	ts_ledger_close(l);
}

/* The ledger was lost, and is as it was at the backup. */
static void restore(void)
{
	struct ts_ledger_options options = { .path = dir.path };
	char err[512], from[160], kept[200], wal[220];

	snprintf(from, sizeof(from), "%s/backup", dir.name);
	ts_transactions_free(transactions);
	ts_ledger_close(ledger);
	assert_int_equal(ts_ledger_restore(&options, from, kept, sizeof(kept), err,
					   sizeof(err)), 0);
	snprintf(wal, sizeof(wal), "%s-wal", kept);
	unlink(wal);
	unlink(kept);
	unlink(from);
	ledger = ledger_dir_open(&dir, 0);
	memset(ended, 0, sizeof(ended));
	start();
}

/* A deposit is no state of a channel: nothing would find that it was made. */
static void test_restored(void **state)
{
	struct ts_address approve = address_of(1), deposit = address_of(2),
			  later = address_of(3), next = address_of(4);
	struct ts_wish wish = wish_of(1);
	int64_t id = add(&wish);

	wish = wish_of(2);
	wish.after = id;
	add(&wish);
	commit();
	round_once();
	/* The first one is signed, the second waits for it. */
	backup();
	go_on(20);
	wish = wish_of(3);
	add(&wish);
	commit();
	go_on(20);
	assert_int_equal(ended[TS_TRANSACTION_DONE], 3);
	restore();
	go_on(40);
	assert_int_equal(ended[TS_TRANSACTION_DONE], 1);
	assert_int_equal(node_calls(&node, &approve), 1);
	assert_int_equal(node_calls(&node, &deposit), 1);
	assert_int_equal(node_calls(&node, &later), 1);
	/* And nonces go on where the chain is, not where the backup was. */
	wish = wish_of(4);
	add(&wish);
	commit();
	go_on(20);
	assert_int_equal(ended[TS_TRANSACTION_DONE], 2);
	assert_int_equal(node_calls(&node, &next), 1);
	assert_int_equal(ended[TS_TRANSACTION_OVERTAKEN], 0);
}

/* It was mined at a price that the backup does not know. */
static void test_restored_before_its_price_rose(void **state)
{
	struct ts_wish wish = wish_of(1);
	struct ts_address to = address_of(1);

	node.fee_floor_wei = 110;
	add(&wish);
	commit();
	go_on(2);
	backup();
	go_on(40);
	assert_int_equal(ended[TS_TRANSACTION_DONE], 1);
	restore();
	go_on(40);
	assert_int_equal(ended[TS_TRANSACTION_OVERTAKEN], 1);
	/* Asked for again, it is not signed: the contract would refuse it. */
	node.refuse_to = to;
	add(&wish);
	commit();
	go_on(20);
	assert_int_equal(node_calls(&node, &to), 1);
	assert_true(ts_transactions_is_live(transactions, &wish.intent));
}

/* One step of a life with everything that can happen. */
static void step(unsigned int *made)
{
	struct ts_wish wish;
	struct ts_ask ask;

	switch (node_random(&node, 16)) {
	case 0:
		if (*made + 1 == WISHES_MAX)
			break;
		wish = wish_of(++*made);
		add(&wish);
		/* A wish that is not committed is its owner's to repeat. */
		commit();
		break;
	case 1:
		node_reorganise(&node);
		node_mine(&node);
		break;
	case 2:
		node_forget(&node);
		break;
	case 3:
		crash();
		break;
	case 4:
	case 5:
	case 6:
		node_mine(&node);
		break;
	case 7:
		node.fee_floor_wei = node_random(&node, 160);
		break;
	default:
		ts_transactions_poll(transactions, node.head, taken_block);
		while (ts_transactions_next(transactions, &ask)) {
			node_answer(&node, transactions, &ask);
			if (!node_random(&node, 12)) {
				crash();
				break;
			}
			if (!node_random(&node, 3))
				commit();
		}
		if (node_random(&node, 3))
			commit();
	}
}

static void test_random(void **state)
{
	struct ts_address to;
	unsigned int made, i;
	uint64_t seed;

	for (seed = 1; seed <= 12; seed++) {
		tear_down(state);
		set_up(state);
		node_begin(&node, seed);
		node.fails = 5;
		made = 0;
		for (i = 0; i < 900; i++)
			step(&made);
		node.fails = 0;
		node.fee_floor_wei = 0;
		crash();
		go_on(200);
		for (i = 1; i <= made; i++) {
			to = address_of(i);
			assert_int_equal(node_calls(&node, &to), 1);
			assert_int_equal(end_of[i], TS_TRANSACTION_DONE);
		}
		assert_true(made > 5);
	}
}

#define settle_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

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
		settle_test(test_restored),
		settle_test(test_restored_before_its_price_rose),
		settle_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
