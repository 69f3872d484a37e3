// SPDX-License-Identifier: GPL-2.0
/*
 * ledger_retention.c - what names a device is gone when its time is over, from the file,
 * too; not before; not of who is owed anything; and the books are the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ledger/gift.h"
#include "ledger/retention.h"
#include "ledger_one.h"

#define OLD_S	1000000
#define NOW_S	2000000
#define MANY	2500

static const uint8_t gone[6] = { 0x5e, 0x55, 0x10, 0x4e, 0xd0, 0x4e };
static const uint8_t kept[6] = { 0x6e, 0x55, 0x10, 0x4e, 0xd0, 0x4e };

static int64_t insert(unsigned int n, const uint8_t mac[6], bool closed, uint64_t closed_s,
		      uint64_t seen_s)
{
	struct ts_ledger_session s = {
		.has_station = true, .vlan = 7, .zone = 9, .closed = closed,
		.closed_s = closed_s, .seen_s = seen_s, .paid = true,
	};

	snprintf(s.code, sizeof(s.code), "%016u", n);
	memcpy(s.mac, mac, sizeof(s.mac));
	assert_int_equal(ts_ledger_session_insert(ledger, &s), 0);
	return s.id;
}

static bool has_station(unsigned int n)
{
	struct ts_ledger_session s;
	char code[TS_CODE_SIZE];

	snprintf(code, sizeof(code), "%016u", n);
	assert_int_equal(ts_ledger_session_find(ledger, code, &s), 0);
	assert_true(s.has_station == (s.vlan == 7 && s.zone == 9));
	return s.has_station;
}

static void begin(void)
{
	assert_int_equal(ts_ledger_begin(ledger), 0);
}

static void commit(void)
{
	assert_int_equal(ts_ledger_commit(ledger), 0);
}

/* Steps until it has been through; Return: the most that one batch has taken. */
static unsigned int retain(struct ts_retention r)
{
	unsigned int quiet = 0, n, most = 0, steps = 0;
	bool due;

	while (quiet < 5) {
		assert_true(++steps < 100);
		assert_int_equal(ts_ledger_retention_due(ledger, &r, &due), 0);
		quiet = due ? 0 : quiet + 1;
		if (!due)
			continue;
		begin();
		assert_int_equal(ts_ledger_retain(ledger, &r, &n), 0);
		commit();
		most = n > most ? n : most;
	}
	return most;
}

static void on_fault(const char *text, void *arg)
{
	fail_msg("%s", text);
}

/* How often a device is in the file. */
static unsigned int in_file(const uint8_t mac[6])
{
	static uint8_t bytes[4 << 20];
	unsigned int found = 0;
	size_t len, i;
	FILE *in;

	assert_int_equal(ts_ledger_check(ledger, 0, on_fault, NULL), 0);
	ledger_reopen();	/* the log is in the file now */
	in = fopen(dir.path, "r");
	assert_non_null(in);
	len = fread(bytes, 1, sizeof(bytes), in);
	fclose(in);
	for (i = 0; i + 6 <= len; i++)
		found += !memcmp(bytes + i, mac, 6);
	return found;
}

static void by_the_date(void **state)
{
	begin();
	insert(1, gone, true, OLD_S - 1, 0);
	insert(2, kept, true, OLD_S, 0);
	insert(3, kept, false, 0, 5);
	commit();
	assert_int_equal(retain((struct ts_retention){ .before_s = OLD_S }), 1);
	assert_false(has_station(1));
	assert_true(has_station(2));
	assert_true(has_station(3));
	assert_int_equal(in_file(gone), 0);
	assert_int_equal(in_file(kept), 2);
}

/* Nobody ever said what day it is: closed at 0. */
static void by_age(void **state)
{
	begin();
	insert(1, gone, true, 0, 499);
	insert(2, kept, true, 0, 500);
	insert(3, kept, false, 0, 1);
	insert(4, kept, true, 0, 0);
	commit();
	retain((struct ts_retention){ .before_s = NOW_S, .before_age_s = 500 });
	assert_false(has_station(1));
	assert_true(has_station(2));
	/* Open: it may hold value. */
	assert_true(has_station(3));
	/* Of before ages were kept, and without a date: not known to be over. */
	assert_true(has_station(4));
	retain((struct ts_retention){ });
	assert_true(has_station(2));
}

static void in_small_steps(void **state)
{
	unsigned int i;

	begin();
	for (i = 0; i < MANY; i++)
		insert(i, gone, true, OLD_S - 1, 0);
	insert(MANY, kept, true, NOW_S, 0);
	commit();
	assert_in_range(retain((struct ts_retention){ .before_s = OLD_S }), 1, 1000);
	for (i = 0; i < MANY; i++)
		assert_false(has_station(i));
	assert_true(has_station(MANY));
	assert_int_equal(in_file(gone), 0);
}

static void allowances(void **state)
{
	bool had;

	begin();
	assert_int_equal(ts_ledger_allowance_put(ledger, gone, 10), 0);
	commit();
	retain((struct ts_retention){ .day = 10 });
	assert_int_equal(ts_ledger_allowance_had(ledger, gone, 10, &had), 0);
	assert_true(had);
	retain((struct ts_retention){ .day = 11 });
	assert_int_equal(ts_ledger_allowance_had(ledger, gone, 10, &had), 0);
	assert_false(had);
	assert_int_equal(in_file(gone), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, ledger_setup, ledger_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(by_the_date), TEST(by_age), TEST(in_small_steps), TEST(allowances),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
