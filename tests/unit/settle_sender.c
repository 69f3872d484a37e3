// SPDX-License-Identifier: GPL-2.0
/* settle_sender.c - one sender of transactions for each test, with its ledger and its node. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "settle_sender.h"

struct ts_transactions *transactions;
struct node node;
uint64_t taken_block;
struct ts_transactions_config config;
unsigned int ended[TS_TRANSACTION_STATE_COUNT];
enum ts_transaction_state end_of[WISHES_MAX];
static struct ts_signer *key;

static void on_ended(void *ctx, const struct ts_ledger_transaction *row)
{
	ended[row->state]++;
	end_of[row->to.b[0]] = row->state;
}

void start(void)
{
	assert_int_equal(ts_transactions_new(ledger, &config, key, on_ended, NULL,
					     &transactions), 0);
}

int sender_setup(void **state)
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

int sender_teardown(void **state)
{
	ts_transactions_free(transactions);
	ts_signer_free(key);
	return ledger_teardown(state);
}

struct ts_address address_of(unsigned int number)
{
	struct ts_address to = { { (uint8_t)number, 0x77 } };

	return to;
}

struct ts_wish wish_of(unsigned int number)
{
	struct ts_wish wish = { .label = "test", .until_block = TS_ANY_BLOCK };

	wish.intent.b[0] = (uint8_t)number;
	wish.to = address_of(number);
	wish.call.len = 68;
	memset(wish.call.b, number, wish.call.len);
	return wish;
}

void commit(void)
{
	if (!ts_ledger_in_batch(ledger) && !ts_transactions_dirty(transactions))
		return;
	if (!ts_ledger_in_batch(ledger))
		assert_int_equal(ts_ledger_begin(ledger), 0);
	assert_int_equal(ts_transactions_write(transactions), 0);
	assert_int_equal(ts_ledger_commit(ledger), 0);
	ts_transactions_committed(transactions);
}

int64_t add(const struct ts_wish *wish)
{
	int64_t id = 0;

	if (!ts_ledger_in_batch(ledger))
		assert_int_equal(ts_ledger_begin(ledger), 0);
	assert_int_equal(ts_transactions_add(transactions, wish, &id), 0);
	return id;
}

void crash(void)
{
	ts_ledger_discard(ledger);
	ts_transactions_free(transactions);
	start();
}

void round_once(void)
{
	struct ts_ask ask;

	ts_transactions_poll(transactions, node.head, taken_block);
	while (ts_transactions_next(transactions, &ask))
		node_answer(&node, transactions, &ask);
	commit();
}

void go_on(unsigned int blocks)
{
	while (blocks--) {
		round_once();
		node_mine(&node);
	}
}
