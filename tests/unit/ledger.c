// SPDX-License-Identifier: GPL-2.0
/*
 * ledger.c - opening what cannot be opened, the lock, values, a full disk, and
 * a check that finds what was tampered with.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "billing_box.h"

static struct ledger_dir dir;

static int setup(void **state)
{
	fault_register();
	fault_reset();
	ledger_dir_make(&dir);
	dir.vfs = "fault";
	return 0;
}

static int teardown(void **state)
{
	fault_reset();
	fault_power_cut(0);
	return ledger_dir_remove(&dir);
}

static void make_ledger(void)
{
	ts_ledger_close(ledger_dir_open(&dir, TS_LEDGER_CREATE));
}

static void write_file(const char *bytes, size_t len, long offset)
{
	FILE *f = fopen(dir.path, "r+");

	if (!f)
		f = fopen(dir.path, "w");
	assert_non_null(f);
	fseek(f, offset, SEEK_SET);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	fclose(f);
}

static void values_round_down_and_hold_rounds_up(void **state)
{
	assert_true(ts_units_of_wei(1023, 10) == 0);
	assert_true(ts_units_of_wei(1025, 10) == 1);
	assert_true(ts_units_of_wei(3, -32) == (uint64_t)3 << 32);
	assert_true(ts_units_of_wei(TS_U128_MAX, 63) == INT64_MAX);
	assert_true(ts_units_of_wei(TS_U128_MAX, -32) == INT64_MAX);
	assert_true(ts_units_of_wei(((ts_u128)INT64_MAX >> 32) + 1, -32) == INT64_MAX);
	assert_true(ts_wei_of_units(5, 63) == (ts_u128)5 << 63);
	assert_true(ts_wei_of_units(((uint64_t)1 << 32) - 1, -32) == 0);
	assert_true(ts_wei_holding_units(1, -32) == 1);
	assert_true(ts_wei_holding_units((uint64_t)1 << 32, -32) == 1);
	assert_true(ts_wei_holding_units(0, -32) == 0);
}

static void a_missing_ledger_is_named(void **state)
{
	struct ts_ledger *l;

	assert_int_equal(ledger_dir_try(&dir, 0, &l), -ENOENT);
	assert_non_null(strstr(dir.err, dir.path));
	assert_null(l);
}

static void the_file_is_private(void **state)
{
	struct stat st;

	make_ledger();
	assert_int_equal(stat(dir.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void damage_is_found(void **state)
{
	char junk[4096];
	struct ts_ledger *l;

	make_ledger();
	memset(junk, 0xa5, sizeof(junk));
	write_file(junk, sizeof(junk), 1024);
	assert_int_equal(ledger_dir_try(&dir, 0, &l), -EUCLEAN);
	assert_non_null(strstr(dir.err, "damaged"));
	write_file(junk, sizeof(junk), 0);
	assert_int_equal(ledger_dir_try(&dir, 0, &l), -EUCLEAN);
}

static void other_files_are_refused(void **state)
{
	struct ts_ledger *l;

	make_ledger();
	ledger_dir_execute(&dir, "PRAGMA user_version = 99");
	assert_int_equal(ledger_dir_try(&dir, 0, &l), -EPROTO);
	assert_non_null(strstr(dir.err, "version 99"));
	ledger_dir_execute(&dir, "PRAGMA application_id = 1");
	assert_int_equal(ledger_dir_try(&dir, 0, &l), -EPROTO);
	assert_non_null(strstr(dir.err, "another program"));
}

static void a_second_process_is_refused(void **state)
{
	struct ts_ledger *l, *other;

	l = ledger_dir_open(&dir, TS_LEDGER_CREATE);
	assert_int_equal(ledger_dir_try(&dir, 0, &other), -EBUSY);
	assert_non_null(strstr(dir.err, "process"));
	/* Looking is free. */
	other = ledger_dir_open(&dir, TS_LEDGER_READ_ONLY);
	assert_int_equal(ts_ledger_begin(other), -EROFS);
	ts_ledger_close(other);
	ts_ledger_close(l);
	l = ledger_dir_open(&dir, 0);
	ts_ledger_close(l);
}

/* Two state_dirs, each with its lock, and one "ledger" in both configurations. */
static void two_locks_do_not_make_two_writers(void **state)
{
	struct ts_ledger_options options = { .path = dir.path, .vfs = "fault" };
	struct ts_ledger *l, *other;
	char lock_path[160];

	l = ledger_dir_open(&dir, TS_LEDGER_CREATE);
	snprintf(lock_path, sizeof(lock_path), "%s/other.lock", dir.name);
	options.lock_path = lock_path;
	assert_int_equal(ts_ledger_open(&options, &other, dir.err, sizeof(dir.err)), -EBUSY);
	assert_non_null(strstr(dir.err, "another state_dir"));
	ts_ledger_close(l);
	assert_int_equal(ts_ledger_open(&options, &other, dir.err, sizeof(dir.err)), 0);
	ts_ledger_close(other);
	unlink(lock_path);
}

static void a_read_only_file_is_named(void **state)
{
	struct ts_ledger *l;

	make_ledger();
	fault.read_only = true;
	assert_int_equal(ledger_dir_try(&dir, 0, &l), -EROFS);
	assert_non_null(strstr(dir.err, "cannot be written"));
}

static void a_missing_folder_is_named(void **state)
{
	struct ts_ledger *l;

	snprintf(dir.path, sizeof(dir.path), "%s/nowhere/ledger.db", dir.name);
	assert_int_equal(ledger_dir_try(&dir, TS_LEDGER_CREATE, &l), -ENOENT);
	assert_non_null(strstr(dir.err, "folder"));
}

static void numbers_beyond_the_ledger_are_refused(void **state)
{
	struct ts_ledger *l;

	l = ledger_dir_open(&dir, TS_LEDGER_CREATE);
	assert_int_equal(ts_ledger_begin(l), 0);
	assert_int_equal(ts_ledger_meta_put(l, "x", (uint64_t)1 << 63), -ERANGE);
	/* And what is left of the batch is not committed. */
	assert_int_equal(ts_ledger_commit(l), -EROFS);
	ts_ledger_close(l);
}

/* A real limit of the kernel instead of our file layer. */
static void a_real_limit_ends_writing(void **state)
{
	struct rlimit small = { 200000, 200000 };
	int status, i, ret = 0;
	struct ts_ledger *l;
	uint64_t value = 0, last = 0;
	pid_t child;

	make_ledger();
	child = fork();
	if (!child) {
		char key[32];

		dir.vfs = NULL;
		signal(SIGXFSZ, SIG_IGN);
		if (ledger_dir_try(&dir, 0, &l) ||
		    setrlimit(RLIMIT_FSIZE, &small))
			_exit(1);
		for (i = 1; i < 5000 && !ret; i++) {
			snprintf(key, sizeof(key), "key %d", i);
			ret = ts_ledger_begin(l);
			if (!ret)
				ret = ts_ledger_meta_put(l, key, 1);
			if (!ret)
				ret = ts_ledger_meta_put(l, "last", (uint64_t)i);
			if (!ret)
				ret = ts_ledger_commit(l);
			if (!ret && write(STDERR_FILENO, "", 0) < 0)
				_exit(2);
		}
		/* Ended by the limit, named, and for good. */
		if (!ret || !ts_ledger_failed(l) ||
		    ts_ledger_begin(l) != -EROFS)
			_exit(3);
		if (ts_ledger_meta_get(l, "last", &last) ||
		    last + 2 < (uint64_t)i)
			_exit(4);
		ts_ledger_close(l);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	l = ledger_dir_open(&dir, 0);
	assert_int_equal(ts_ledger_meta_get(l, "last", &value), 0);
	assert_true(value > 0);
	ts_ledger_close(l);
}

/* Each tampering with one row is found by the check. */
static void the_check_finds_what_was_changed(void **state)
{
	static const char *const tampering[] = {
		"UPDATE payments SET delta_wei = zeroblob(16) WHERE id = 1",
		"UPDATE payments SET spent_wei = delta_wei WHERE id = 1",
		"UPDATE payments SET signature = zeroblob(65) WHERE id = 2",
		"DELETE FROM payments WHERE id = 2",
		"DELETE FROM payments",
		"UPDATE channels SET partner_nonce = partner_nonce + 3",
		"UPDATE channels SET spent_wei = partner_deposit_wei",
		"UPDATE reservations SET units = units + 1000000000000",
		"UPDATE accounts SET granted_units = granted_units + 10000000000000",
		"UPDATE accounts SET passed_units = passed_units + 1",
		"UPDATE charges SET units = units + 1",
		"DELETE FROM charges",
		"UPDATE payments SET session = NULL WHERE id = 1",
		"UPDATE payments SET locksroot = randomblob(32) WHERE id = 1",
		"UPDATE payments SET refunded_wei = delta_wei WHERE id = 2",
		"UPDATE channels SET refunded_wei = partner_deposit_wei",
		"UPDATE channels SET relayed_wei = partner_deposit_wei",
	};
	struct box *box = calloc(1, sizeof(*box));
	struct ts_ledger *l;
	unsigned int i;
	char sql[512];
	int code;

	box_setup(box);
	code = box_code(box, 0);
	assert_true(box_pay(box, 0, (ts_u128)1000000 * 1000000000, code));
	assert_true(box_pay(box, 0, (ts_u128)1000000 * 1000000000, code));
	assert_true(box_frame(box, 0, 1000, TS_DIR_UP));
	assert_int_equal(ts_billing_stop(box->billing, &box->now), 0);
	box_verify(box);
	box_close(box);
	dir.vfs = NULL;
	for (i = 0; i < sizeof(tampering) / sizeof(tampering[0]); i++) {
		snprintf(sql, sizeof(sql), "cp %s %s", box->dir.path, dir.path);
		assert_int_equal(system(sql), 0);
		l = ledger_dir_open(&dir, 0);
		assert_int_equal(ts_ledger_check(l, TS_LEDGER_CHECK_SIGNATURES,
						 NULL, NULL), 0);
		ts_ledger_close(l);
		ledger_dir_execute(&dir, tampering[i]);
		l = ledger_dir_open(&dir, 0);
		if (ts_ledger_check(l, TS_LEDGER_CHECK_SIGNATURES, NULL, NULL) <= 0)
			fail_msg("not found: %s", tampering[i]);
		ts_ledger_close(l);
	}
	box_teardown(box);
	free(box);
}

static void assert_number(const char *sql, int number)
{
	sqlite3_stmt *stmt;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(dir.path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	assert_int_equal(sqlite3_column_int(stmt, 0), number);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
}

static int get_channel(const struct ts_ledger_channel *c, void *arg)
{
	*(struct ts_ledger_channel *)arg = *c;
	return 0;
}

static void assert_proof(struct ts_ledger *l, uint64_t nonce, ts_u128 wei)
{
	struct ts_ledger_channel c;

	assert_int_equal(ts_ledger_channel_load(l, get_channel, &c), 0);
	assert_int_equal(c.channel.partner_proof.nonce, nonce);
	assert_true(c.channel.partner_proof.transferred_wei == wei);
	assert_int_equal(c.channel.partner_proof.signature.b[0], nonce);
}

static void pay(struct ts_ledger *l, uint64_t nonce, ts_u128 wei)
{
	struct ts_ledger_payment p = {
		.channel = 1, .nonce = nonce, .delta_wei = 1,
		.cumulative_wei = wei, .signature.b = { (uint8_t)nonce },
		.boot_id = "b",
	};

	assert_int_equal(ts_ledger_begin(l), 0);
	assert_int_equal(ts_ledger_payment_insert(l, &p), 0);
	assert_int_equal(ts_ledger_commit(l), 0);
}

/*
 * A payment is written once (M10): whichever of it and of the channel's row has the
 * higher nonce says what the partner signed last.
 */
static void the_last_payment_is_the_partners_proof(void **state)
{
	struct ts_ledger_channel c = { .channel = { .open_block_number = 1 } };
	struct ts_ledger *l;

	l = ledger_dir_open(&dir, TS_LEDGER_CREATE);
	assert_int_equal(ts_ledger_begin(l), 0);
	assert_int_equal(ts_ledger_channel_insert(l, &c), 0);
	assert_int_equal(ts_ledger_commit(l), 0);
	assert_proof(l, 0, 0);
	pay(l, 1, 5);
	pay(l, 2, 7);
	assert_proof(l, 2, 7);
	assert_number("SELECT partner_nonce FROM channels", 0);
	/* A proof that only moves locks comes with its row. */
	c.channel.partner_proof.nonce = 3;
	c.channel.partner_proof.transferred_wei = 7;
	c.channel.partner_proof.signature.b[0] = 3;
	assert_int_equal(ts_ledger_begin(l), 0);
	assert_int_equal(ts_ledger_channel_update(l, &c), 0);
	assert_int_equal(ts_ledger_commit(l), 0);
	assert_proof(l, 3, 7);
	pay(l, 4, 9);
	assert_proof(l, 4, 9);
	/* Less than the row says was transferred before: no partner signs that. */
	pay(l, 5, 6);
	assert_int_equal(ts_ledger_channel_load(l, get_channel, &c), -EUCLEAN);
	assert_non_null(strstr(ts_ledger_error(l), "its last payment is damaged"));
	ts_ledger_close(l);
}

/* SQLite's lock of who copies the log back (WAL_CKPT_LOCK). */
#define COPYING_BACK	1

/*
 * Somebody else copies the log back just now, a backup or a person with the
 * sqlite3 shell: it is done, only not by us, and writing goes on.
 */
static void another_may_copy_the_log_back(void **state)
{
	int take = SQLITE_SHM_LOCK | SQLITE_SHM_EXCLUSIVE, i;
	sqlite3_file *file;
	struct ts_ledger *l;
	char key[32];
	sqlite3 *db;

	make_ledger();
	l = ledger_dir_open(&dir, 0);
	assert_int_equal(sqlite3_open(dir.path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "SELECT * FROM meta", NULL, NULL, NULL),
			 SQLITE_OK);
	sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	assert_int_equal(file->pMethods->xShmLock(file, COPYING_BACK, 1, take),
			 SQLITE_OK);
	for (i = 0; i < 1500; i++) {
		snprintf(key, sizeof(key), "key %d", i % 10);
		assert_int_equal(ts_ledger_begin(l), 0);
		assert_int_equal(ts_ledger_meta_put(l, key, (uint64_t)i), 0);
		assert_int_equal(ts_ledger_commit(l), 0);
	}
	assert_null(ts_ledger_failed(l));
	take = SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE;
	file->pMethods->xShmLock(file, COPYING_BACK, 1, take);
	sqlite3_close(db);
	ts_ledger_close(l);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(values_round_down_and_hold_rounds_up),
		T(a_missing_ledger_is_named),
		T(the_file_is_private),
		T(damage_is_found),
		T(other_files_are_refused),
		T(a_second_process_is_refused),
		T(two_locks_do_not_make_two_writers),
		T(a_read_only_file_is_named),
		T(a_missing_folder_is_named),
		T(numbers_beyond_the_ledger_are_refused),
		T(a_real_limit_ends_writing),
		T(another_may_copy_the_log_back),
		T(the_check_finds_what_was_changed),
		T(the_last_payment_is_the_partners_proof),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
