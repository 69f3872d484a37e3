// SPDX-License-Identifier: GPL-2.0
/*
 * settle_restored.c - each wish takes effect once, also with a ledger that comes back
 * from an old backup.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "settle_sender.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		settle_test(test_restored),
		settle_test(test_restored_before_its_price_rose),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
