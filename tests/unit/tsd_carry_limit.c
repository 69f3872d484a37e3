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

static struct ts_address signer(unsigned int n)
{
	struct ts_address a = { { 1, n >> 16, n >> 8, n } };

	return a;
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
#define checks(...) let(ts_carry_limit_check, __VA_ARGS__)

static bool send_this(unsigned int n, unsigned int who, const struct ts_hash *tx,
		      uint64_t now_ns)
{
	struct ts_key key = station(n);
	struct ts_address by = signer(who);

	return ts_carry_limit_check(&l, &key, now_ns) &&
	       ts_carry_limit_send(&l, &key, &by, tx, now_ns);
}

/* Another transaction each time. */
static unsigned int sends(unsigned int n, unsigned int who, unsigned int times,
			  uint64_t now_ns)
{
	static uint32_t number;
	unsigned int had = 0;

	while (times--) {
		struct ts_hash tx = { { 9 } };

		number++;
		memcpy(tx.b + 1, &number, sizeof(number));
		had += send_this(n, who, &tx, now_ns);
	}
	return had;
}

static void test_station(void **state)
{
	assert_int_equal(looks(1, 100, 1000 * S), 10);
	assert_int_equal(looks(1, 100, 1001 * S), 1);
	assert_int_equal(looks(2, 100, 1001 * S), 10);
	assert_int_equal(looks(1, 100, 2000 * S), 10);
	assert_int_equal(checks(1, 100, 2000 * S), 8);
	assert_int_equal(checks(1, 100, 2009 * S), 0);
	assert_int_equal(checks(1, 100, 2010 * S), 1);
	assert_int_equal(sends(2, 1, 100, 2000 * S), 8);
}

/*
 * What somebody has signed everybody can read, and bring here again: that is no reason not
 * to carry the next one of the same wallet.
 */
static void test_transaction(void **state)
{
	struct ts_hash approve = { { 1 } };
	unsigned int had = 0, i;

	for (i = 0; i < 100; i++)
		had += send_this(i, 7, &approve, 1000 * S);
	assert_int_equal(had, 8);
	assert_int_equal(sends(200, 7, 1, 1000 * S), 1);
	assert_int_equal(sends(200, 7, 1, 1000 * S), 1);
}

/* Even where many of it are, on a day that many bring theirs. */
static void test_read_by_others(void **state)
{
	unsigned int had, n;

	assert_int_equal(sends(500, 7, 1, 1000 * S), 1);
	for (n = had = 0; n < 100; n++)
		had += sends(n, 7, 1, 1000 * S);
	/* However many stations: for others there are three quarters. */
	assert_int_equal(had, 15);
	/* Who is refused for that is let again as soon as there is more. */
	assert_int_equal(sends(501, 7, 1, 1000 * S), 0);
	assert_int_equal(sends(501, 7, 1, 1001 * S), 1);
	assert_int_equal(sends(502, 8, 2, 1001 * S), 2);
}

/* What others bring again of it does not use up the share of who signed it. */
static void test_again_by_others(void **state)
{
	struct ts_hash approve = { { 1 } };
	unsigned int n;

	for (n = 0; n < 8; n++)
		assert_true(send_this(n, 7, &approve, 1000 * S));
	for (n = 100; sends(n, 8, 1, 1000 * S); n++)
		;
	assert_int_equal(sends(200, 7, 1, 1000 * S), 1);
	assert_int_equal(sends(200, 7, 1, 1000 * S), 0);
}

/* Nor does a station find more by another signer each time. */
static void test_station_share(void **state)
{
	struct ts_key key = station(1);
	struct ts_hash tx = { };
	unsigned int had;

	for (had = 0; had < 64; had++) {
		const struct ts_address by = signer(had);

		tx.b[0]++;
		if (!ts_carry_limit_send(&l, &key, &by, &tx, 1000 * S))
			break;
	}
	assert_int_equal(had, 16);
}

/* Whoever has many MACs has no more than all together. */
static void test_all(void **state)
{
	unsigned int had = 0, sent = 0, n;

	for (n = 0; n < 100000; n++) {
		had += looks(n, 1, 1000 * S);
		sent += sends(n, n, 1, 1000 * S);
	}
	assert_int_equal(had, 64);
	assert_int_equal(sent, 64);
	/* And so in the long run. */
	for (n = 0; n < 10000; n++) {
		had += looks(n, 1, (1000 + n / 100) * S);
		sent += sends(n, n, 1, (1000 + n / 100) * S);
	}
	assert_int_equal(had, 64 + 99 * 5);
	assert_int_equal(sent, 64 + 99 * 2);
}

/*
 * Twenty stations that try all the time, each with signers of its own, from before: who
 * comes has both transactions carried and its looks answered, and at once.
 */
static void test_twenty_first(void **state)
{
	unsigned int second, n, look, honest = 1000;

	for (second = 1000; second < 1300; second++) {
		for (n = 0; n < 20; n++) {
			sends(n, second * 20 + n, 5, second * S);
			looks(n, 5, second * S);
		}
		if (second % 20)
			continue;
		honest++;
		assert_int_equal(sends(honest, honest, 2, second * S), 2);
		look = looks(honest, 1, second * S);
		assert_int_equal(look, 1);
	}
}

/* One station, with all the signers that it likes: the others have three quarters. */
static void test_one_holds_nothing(void **state)
{
	unsigned int second, had;

	for (second = 1000; second < 1200; second++) {
		sends(1, second, 20, second * S);
		looks(1, 20, second * S);
	}
	for (had = 0; sends(2 + had, 3000 + had, 1, 1199 * S); had++)
		;
	assert_true(had >= 48);
	for (had = 0; looks(2 + had, 1, 1199 * S); had++)
		;
	assert_true(had >= 48);
}

/* What is looked at and is no deposit takes nothing of what all may send. */
static void test_garbage(void **state)
{
	unsigned int n;

	for (n = 0; n < 300; n++)
		checks(n, 100, 1000 * S);
	assert_int_equal(l.all_sends.full_at_ns, 0);
	assert_int_equal(sends(999, 999, 2, 1000 * S), 2);
}

/* While all together have no more, who asks in vain loses nothing of its own. */
static void test_in_vain(void **state)
{
	static struct ts_carry_limit before;
	unsigned int n;

	for (n = 0; n < 100; n++) {
		looks(n, 1, 1000 * S);
		sends(n, n, 1, 1000 * S);
	}
	before = l;
	assert_int_equal(looks(999, 100, 1000 * S), 0);
	assert_int_equal(sends(999, 999, 100, 1000 * S), 0);
	assert_memory_equal(&before, &l, sizeof(l));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_station, setup),
		cmocka_unit_test_setup(test_transaction, setup),
		cmocka_unit_test_setup(test_read_by_others, setup),
		cmocka_unit_test_setup(test_again_by_others, setup),
		cmocka_unit_test_setup(test_station_share, setup),
		cmocka_unit_test_setup(test_all, setup),
		cmocka_unit_test_setup(test_twenty_first, setup),
		cmocka_unit_test_setup(test_one_holds_nothing, setup),
		cmocka_unit_test_setup(test_garbage, setup),
		cmocka_unit_test_setup(test_in_vain, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
