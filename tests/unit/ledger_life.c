// SPDX-License-Identifier: GPL-2.0
/*
 * ledger_life.c - what is under way in a channel is stored with it, and older
 * ledgers learn to.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/ledger.h"
#include "ledger/mirrored.h"
#include "ledger_before.h"
#include "ledger_dir.h"
#include "photon_ends.h"

static struct ledger_dir dir;
static struct ends ends;
static struct ts_ledger_channel row;
static struct ts_life life;

#define payer (&ends.payer)

static int set_up(void **state)
{
	ledger_dir_make(&dir);
	ends_open(&ends);
	memset(&row, 0, sizeof(row));
	row.channel = payer->life.channel;
	return 0;
}

static int tear_down(void **state)
{
	ends_close(&ends);
	return ledger_dir_remove(&dir);
}

static int get_row(const struct ts_ledger_channel *c, void *arg)
{
	(void)arg;
	row = *c;
	return 0;
}

static void store(struct ts_ledger *l)
{
	assert_int_equal(ts_ledger_begin(l), 0);
	row.channel = payer->life.channel;
	if (row.id)
		assert_int_equal(ts_ledger_channel_update(l, &row), 0);
	else
		assert_int_equal(ts_ledger_channel_insert(l, &row), 0);
	assert_int_equal(ts_ledger_life_write(l, row.id, &payer->life), 0);
	assert_int_equal(ts_ledger_commit(l), 0);
}

static void test_there_and_back(void **state)
{
	struct ts_pending_lock lock = ends_lock(&ends, 30, 1);
	struct ts_ledger *l = ledger_dir_open(&dir, TS_LEDGER_CREATE);

	store(l);
	ends_pay_lost(&ends, payer, 5);
	ends_offer(&ends, payer, &lock);
	store(l);
	ts_ledger_close(l);
	l = ledger_dir_open(&dir, 0);
	memset(&row, 0, sizeof(row));
	assert_int_equal(ts_ledger_channel_load(l, get_row, NULL), 0);
	/* Whoever only looks at the row sees what is locked. */
	assert_true(row.channel.our_locked_wei == 30);
	assert_true(ts_channel_our_balance_wei(&row.channel) ==
		    ENDS_DEPOSIT_WEI - 35);
	assert_int_equal(ts_ledger_life_read(l, &row, &life), 0);
	assert_memory_equal(&life, &payer->life, sizeof(life));
	ts_ledger_close(l);
}

/* A description from elsewhere cannot know what is locked here. */
static void test_import_leaves_locks_alone(void **state)
{
	struct ts_pending_lock lock = ends_lock(&ends, 30, 1);
	struct ts_ledger *l = ledger_dir_open(&dir, TS_LEDGER_CREATE);
	struct ts_channel other = payer->life.channel, in;
	struct ts_datagram d;

	assert_int_equal(ts_channel_send(&other, payer->key, 1, NULL, &in, &d), 0);
	other = in;
	assert_int_equal(ts_channel_send(&other, payer->key, 1, NULL, &in, &d), 0);
	ends_offer(&ends, payer, &lock);
	store(l);
	assert_int_equal(ts_ledger_channel_import(l, &in, false, dir.err,
						  sizeof(dir.err)), -EINVAL);
	assert_non_null(strstr(dir.err, "locks are pending"));
	ts_ledger_close(l);
}

static void test_nothing_under_way(void **state)
{
	struct ts_ledger *l = ledger_dir_open(&dir, TS_LEDGER_CREATE);

	assert_int_equal(ts_ledger_begin(l), 0);
	assert_int_equal(ts_ledger_channel_insert(l, &row), 0);
	assert_int_equal(ts_ledger_commit(l), 0);
	assert_int_equal(ts_ledger_life_read(l, &row, &life), 0);
	assert_memory_equal(&life, &payer->life, sizeof(life));
	ts_ledger_close(l);
}

static void test_damage(void **state)
{
	struct ts_pending_lock lock = ends_lock(&ends, 30, 1);
	struct ts_ledger *l = ledger_dir_open(&dir, TS_LEDGER_CREATE);

	ends_offer(&ends, payer, &lock);
	store(l);
	ts_ledger_close(l);
	/* Without its locks the proof's root cannot be true. */
	ledger_dir_execute(&dir, "DELETE FROM lives");
	l = ledger_dir_open(&dir, 0);
	assert_int_equal(ts_ledger_channel_load(l, get_row, NULL), 0);
	assert_int_equal(ts_ledger_life_read(l, &row, &life), -EUCLEAN);
	assert_non_null(strstr(ts_ledger_error(l), "locksroot"));
	ts_ledger_close(l);
	ledger_dir_execute(&dir, "INSERT INTO lives VALUES (1, x'00')");
	l = ledger_dir_open(&dir, 0);
	assert_int_equal(ts_ledger_channel_load(l, get_row, NULL), -EUCLEAN);
	assert_non_null(strstr(ts_ledger_error(l), "damaged"));
	ts_ledger_close(l);
}

static int mirrored(const struct ts_delegated *d, void *arg)
{
	return 1;
}

/* A ledger of version 2 to 5 goes on with all that is in it. */
static void test_from_before(void **state)
{
	static const char to_5[] =
		"DROP TABLE relays; DROP TABLE relay_own; DROP TABLE roam_orders; DROP TABLE visits;"
		"DROP TABLE revenues;"
		"ALTER TABLE channels DROP COLUMN relay_in_wei;"
		"ALTER TABLE channels DROP COLUMN relay_out_wei;"
		LEDGER_BACK_TO_6
		"PRAGMA user_version = 5";
	static const char to_4[] = "DROP TABLE mirrored; DROP TABLE reveals; PRAGMA user_version = 4";
	static const char to_3[] =
		"DROP TABLE doubts;"
		"ALTER TABLE channels DROP COLUMN refunded_wei;"
		"ALTER TABLE channels DROP COLUMN relayed_wei;"
		"ALTER TABLE channels DROP COLUMN restored;"
		"ALTER TABLE payments DROP COLUMN refunded_wei;"
		"ALTER TABLE payments DROP COLUMN mediated;"
		"ALTER TABLE payments DROP COLUMN locksroot;"
		"ALTER TABLE sessions DROP COLUMN done_token;"
		"ALTER TABLE channels ADD COLUMN our_message BLOB NOT NULL DEFAULT x'';"
		"ALTER TABLE channels ADD COLUMN partner_message BLOB NOT NULL DEFAULT x'';"
		"PRAGMA user_version = 3";
	static const char to_2[] =
		"DROP TABLE lives; DROP TABLE submissions;"
		"DROP TABLE transactions; DROP TABLE cursor;"
		"PRAGMA user_version = 2";
	struct ts_pending_lock lock = ends_lock(&ends, 30, 1);
	struct ts_ledger *l = ledger_dir_open(&dir, TS_LEDGER_CREATE);

	assert_int_equal(ts_ledger_begin(l), 0);
	assert_int_equal(ts_ledger_channel_insert(l, &row), 0);
	assert_int_equal(ts_ledger_commit(l), 0);
	ts_ledger_close(l);
	ledger_dir_execute(&dir, to_5);
	ts_ledger_close(ledger_dir_open(&dir, 0));
	ledger_dir_execute(&dir, to_5);
	ledger_dir_execute(&dir, to_4);
	ts_ledger_close(ledger_dir_open(&dir, 0));
	ledger_dir_execute(&dir, to_5);
	ledger_dir_execute(&dir, to_4);
	ledger_dir_execute(&dir, to_3);
	ts_ledger_close(ledger_dir_open(&dir, 0));
	ledger_dir_execute(&dir, to_5);
	ledger_dir_execute(&dir, to_4);
	ledger_dir_execute(&dir, to_3);
	ledger_dir_execute(&dir, to_2);
	l = ledger_dir_open(&dir, 0);
	assert_int_equal(ts_ledger_channel_load(l, get_row, NULL), 0);
	assert_memory_equal(&row.channel, &payer->life.channel,
			    sizeof(row.channel));
	assert_int_equal(ts_ledger_mirrored_load(l, mirrored, NULL), 0);
	ends_offer(&ends, payer, &lock);
	store(l);
	assert_int_equal(ts_ledger_life_read(l, &row, &life), 0);
	assert_int_equal(life.our_locks.count, 1);
	ts_ledger_close(l);
}

#define life_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		life_test(test_there_and_back),
		life_test(test_import_leaves_locks_alone),
		life_test(test_nothing_under_way),
		life_test(test_damage),
		life_test(test_from_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
