// SPDX-License-Identifier: GPL-2.0
/*
 * admin_history.c - what the plots show is what was, once: over the ends of samples, over
 * processes that are killed, files that are spoilt and clocks that lie.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/history.h"

#define NOON_S	(1800000000ull - 1800000000ull % 86400 + 43200)

static char dir[40], path[60];
static struct ts_billing_token tokens[TS_TOKENS_MAX + 1];
static struct ts_history *h;
/* Of processes that are dead; what they would write at their end they never do. */
static struct ts_history *graves[200];
static unsigned int n_graves;
static struct ts_time now;
static struct ts_history_totals totals;

static struct ts_history *open_with(const struct ts_billing_token *t, unsigned int n)
{
	char err[200] = "";
	struct ts_history *one = ts_history_open(path, t, n, err, sizeof(err));

	if (!one)
		fail_msg("%s", err);
	return one;
}

static int setup(void **state)
{
	unsigned int i;

	strcpy(dir, "/tmp/ts-history-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/history", dir);
	for (i = 0; i <= TS_TOKENS_MAX; i++)
		memset(&tokens[i].address, 0x10 + (int)i, TS_ADDRESS_BYTES);
	now = (struct ts_time){ .boot_ns = 1000000000, .wall_s = NOON_S };
	memset(&totals, 0, sizeof(totals));
	h = open_with(tokens, 2);
	return 0;
}

static int teardown(void **state)
{
	ts_history_close(h);
	while (n_graves)
		ts_history_close(graves[--n_graves]);
	unlink(path);
	rmdir(dir);
	return 0;
}

static void pass(unsigned int seconds)
{
	now.boot_ns += seconds * 1000000000ull;
	if (now.wall_s)
		now.wall_s += seconds;
}

static void look(unsigned int clients)
{
	assert_int_equal(ts_history_look(h, &now, &totals, clients), 0);
}

static void earn(unsigned int bytes, unsigned int wei)
{
	totals.bytes[TS_TRAFFIC_INTERNET][TS_DIR_DOWN] += bytes;
	totals.earned_wei[1] += wei;
}

static struct ts_sample sample(enum ts_series series, uint64_t at_s)
{
	struct ts_sample s;

	ts_history_read(h, series, at_s - at_s % ts_history_step_s(series), &s);
	return s;
}

/* What a series has in all. */
static ts_u128 in_all(enum ts_series series, unsigned int token)
{
	uint64_t step = ts_history_step_s(series), start_s = NOON_S - 10 * 86400;
	unsigned int i;
	ts_u128 wei = 0;

	for (i = 0; i < 40 * 86400 / step && i < ts_history_length(series); i++)
		wei += sample(series, start_s + i * step).earned_wei[token];
	return wei;
}

/* As after kill -9: nothing more is written, the file is as it is. */
static void killed(void)
{
	graves[n_graves++] = h;
	h = open_with(tokens, 2);
}

static void test_sums(void **state)
{
	unsigned int i;

	look(0);
	for (i = 0; i < 180; i++) {
		pass(10);
		earn(1000, 7);
		look(i < 90 ? 2 : 6);
	}
	assert_int_equal(sample(TS_SERIES_MINUTES, NOON_S).covered_s, 290);
	assert_int_equal(sample(TS_SERIES_MINUTES, NOON_S + 300).covered_s, 300);
	assert_int_equal(sample(TS_SERIES_MINUTES, NOON_S + 300)
			 .bytes[TS_TRAFFIC_INTERNET][TS_DIR_DOWN], 30000);
	assert_int_equal(sample(TS_SERIES_HOURS, NOON_S).covered_s, 1800);
	assert_int_equal(sample(TS_SERIES_HOURS, NOON_S).client_seconds, 900 * 2 + 900 * 6);
	assert_int_equal(sample(TS_SERIES_HOURS, NOON_S).clients_peak, 6);
	assert_int_equal(sample(TS_SERIES_DAYS, NOON_S).earned_wei[1], 180 * 7);
	assert_int_equal(sample(TS_SERIES_DAYS, NOON_S).earned_wei[0], 0);
	assert_int_equal(sample(TS_SERIES_DAYS, NOON_S - 86400).start_s, 0);
}

/* Income is the ledger's: whatever is killed, each unit is in each series once. */
static void test_killed(void **state)
{
	unsigned int i, total = 0;

	look(1);
	for (i = 0; i < 400; i++) {
		pass(37);
		earn(500, i);
		total += i;
		if (i % 3 == 0)
			killed();
		look(1);
	}
	assert_int_equal(in_all(TS_SERIES_HOURS, 1), total);
	assert_int_equal(in_all(TS_SERIES_DAYS, 1), total);
	killed();
	look(1);
	assert_int_equal(in_all(TS_SERIES_DAYS, 1), total);
}

/* A process that dies at any write finds the file as it was, or as it would be. */
static void test_torn(void **state)
{
	struct ts_sample before, after;
	struct stat st;
	char byte;
	int fd;

	look(1);
	pass(310);
	earn(1, 5);
	look(1);
	before = sample(TS_SERIES_DAYS, NOON_S);
	ts_history_close(h);
	/* Either page may be spoilt by a power cut: the other one is older, and whole. */
	fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, 700), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, 700), 1);
	close(fd);
	h = open_with(tokens, 2);
	after = sample(TS_SERIES_DAYS, NOON_S);
	assert_true(after.earned_wei[1] <= before.earned_wei[1]);
	look(1);
	assert_int_equal(sample(TS_SERIES_DAYS, NOON_S).earned_wei[1], 5);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 2 * 4096 + (300 + 800 + 740) * 256);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void test_spoilt(void **state)
{
	ts_history_close(h);
	assert_int_equal(truncate(path, 100), 0);
	h = open_with(tokens, 2);
	look(1);
	assert_int_equal(in_all(TS_SERIES_DAYS, 1), 0);
}

static void test_bounded(void **state)
{
	uint64_t begin = now.wall_s;
	struct stat st;
	unsigned int i;

	for (i = 0; i < 400; i++) {
		look(1);
		pass(300);
		earn(0, 1);
	}
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 2 * 4096 + (300 + 800 + 740) * 256);
	assert_int_equal(sample(TS_SERIES_MINUTES, begin).start_s, 0);
	assert_int_not_equal(sample(TS_SERIES_MINUTES, now.wall_s - 600).start_s, 0);
}

/* M12: nothing is of a day while nobody knows which it is; nor is it lost. */
static void test_clock(void **state)
{
	look(1);
	now.wall_s = 0;
	pass(1000);
	earn(10, 3);
	look(1);
	assert_int_equal(sample(TS_SERIES_DAYS, NOON_S).earned_wei[1], 0);
	now.wall_s = NOON_S + 1000;
	look(1);
	assert_int_equal(sample(TS_SERIES_DAYS, NOON_S).earned_wei[1], 3);
	/* Back a little: no sample is begun twice. */
	now.wall_s -= 700;
	pass(1);
	earn(10, 4);
	look(1);
	assert_int_equal(sample(TS_SERIES_MINUTES, NOON_S + 1000).earned_wei[1], 7);
	/* Far ahead, and then right again. */
	now.wall_s += 9000 * 86400ull;
	look(1);
	now.wall_s -= 9000 * 86400ull;
	pass(1);
	earn(10, 5);
	look(1);
	assert_int_equal(sample(TS_SERIES_DAYS, NOON_S).earned_wei[1], 12);
}

/* A restored ledger knows less: that is no income, and no loss. */
static void test_restored(void **state)
{
	earn(0, 100);
	look(1);
	pass(20);
	totals.earned_wei[1] = 40;
	look(1);
	pass(20);
	earn(0, 2);
	look(1);
	assert_int_equal(sample(TS_SERIES_DAYS, NOON_S).earned_wei[1], 2);
}

/* A token in the place of another one has none of its past. */
static void test_tokens(void **state)
{
	unsigned int i;

	ts_history_close(h);
	h = open_with(tokens, TS_TOKENS_MAX);
	look(1);
	pass(400);
	for (i = 0; i < TS_TOKENS_MAX; i++)
		totals.earned_wei[i] += 1 + i;
	look(1);
	ts_history_close(h);
	tokens[3] = tokens[TS_TOKENS_MAX];
	h = open_with(tokens, TS_TOKENS_MAX);
	totals.earned_wei[3] = 1000;
	look(1);
	for (i = 0; i < TS_TOKENS_MAX; i++)
		assert_int_equal(in_all(TS_SERIES_DAYS, i), i == 3 ? 0 : i + 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_sums), TEST(test_killed), TEST(test_torn), TEST(test_spoilt),
		TEST(test_bounded), TEST(test_clock), TEST(test_restored), TEST(test_tokens),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
