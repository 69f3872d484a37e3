// SPDX-License-Identifier: GPL-2.0
/* tsd_carry_limit.c - a station, a transaction, and all strangers together have a limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tsd/carry_limit.h"

#define S TS_NS_PER_S

static struct ts_carry_limit l;

static int setup(void **state)
{
	ts_carry_limit_init(&l);
	/* So that the test knows which places are shared. */
	memset(l.hash_key, 7, sizeof(l.hash_key));
	return 0;
}

static struct ts_key station(unsigned int n)
{
	struct ts_key key = { .zone = 3, .mac = { 2, 0, 0, n >> 16, n >> 8, n } };

	return key;
}

/* Of so many tries of a station, how many were let. */
static unsigned int let(bool (*limit)(struct ts_carry_limit *l, const struct ts_key *station,
				      uint64_t now_ns),
			unsigned int n, unsigned int times, uint64_t now_ns)
{
	struct ts_key key = station(n);
	unsigned int had = 0;

	while (times--)
		had += limit(&l, &key, now_ns);
	return had;
}

#define looks(...) let(ts_carry_limit_look, __VA_ARGS__)
#define sends(...) let(ts_carry_limit_station, __VA_ARGS__)

static void test_station(void **state)
{
	assert_int_equal(looks(1, 100, 1000 * S), 10);
	assert_int_equal(looks(1, 100, 1001 * S), 1);
	assert_int_equal(looks(2, 100, 1001 * S), 10);
	assert_int_equal(looks(1, 100, 2000 * S), 10);
	assert_int_equal(sends(1, 100, 2000 * S), 8);
	assert_int_equal(sends(1, 100, 2009 * S), 0);
	assert_int_equal(sends(1, 100, 2010 * S), 1);
}

/*
 * What somebody has signed everybody can read, and bring here again: that is no reason not
 * to carry the next one of the same wallet.
 */
static void test_transaction(void **state)
{
	struct ts_hash approve = { { 1 } }, deposit = { { 2 } };
	unsigned int had = 0, i;

	for (i = 0; i < 100; i++)
		had += ts_carry_limit_transaction(&l, &approve, 1000 * S);
	assert_int_equal(had, 8);
	assert_true(ts_carry_limit_transaction(&l, &deposit, 1000 * S));
}

/* Whoever has many MACs has no more than all together. */
static void test_all(void **state)
{
	unsigned int had = 0, sent = 0, n;

	for (n = 0; n < 100000; n++) {
		had += looks(n, 1, 1000 * S);
		sent += sends(n, 1, 1000 * S);
	}
	assert_int_equal(had, 40);
	assert_int_equal(sent, 32);
}

/* While all together have no more, who asks in vain loses nothing of its own. */
static void test_in_vain(void **state)
{
	static struct ts_carry_limit before;
	unsigned int n;

	for (n = 0; n < 10; n++) {
		looks(n, 10, 1000 * S);
		sends(n, 8, 1000 * S);
	}
	before = l;
	assert_int_equal(looks(99, 100, 1000 * S), 0);
	assert_int_equal(sends(99, 100, 1000 * S), 0);
	assert_memory_equal(before.looks, l.looks, sizeof(l.looks));
	assert_memory_equal(before.sends, l.sends, sizeof(l.sends));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_station, setup),
		cmocka_unit_test_setup(test_transaction, setup),
		cmocka_unit_test_setup(test_all, setup),
		cmocka_unit_test_setup(test_in_vain, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
