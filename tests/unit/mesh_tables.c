// SPDX-License-Identifier: GPL-2.0
/* mesh_tables.c - tables stay bounded, and nobody chooses who is pushed out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "mesh_box.h"

static const uint8_t secret[TS_BATADV_HASH_KEY_SIZE] = { 1, 2, 3 };

static struct ts_batadv_originator invented(uint32_t i)
{
	struct ts_batadv_originator row;

	memset(&row, 0, sizeof(row));
	row.orig[0] = 6;
	memcpy(row.orig + 2, &i, sizeof(i));
	memcpy(row.neigh, row.orig, TS_MAC_LEN);
	row.best = true;
	return row;
}

static bool has(const struct ts_batadv_rows *rows, struct mac m)
{
	return ts_batadv_rows_find(rows, m.b, TS_MAC_LEN, NULL);
}

static void flood(struct ts_batadv_tables *t, const struct ts_batadv_tables *last,
		  uint32_t from, uint32_t n, bool best)
{
	struct ts_batadv_originator row;
	uint32_t i;

	for (i = from; i < from + n; i++) {
		row = invented(i);
		row.best = best;
		assert_int_equal(ts_batadv_rows_add(t, &t->originators,
						    last ? &last->originators : NULL,
						    &row, best), 0);
	}
}

static void test_sorted_and_found(void **state)
{
	const struct ts_batadv_originator *row;
	struct ts_batadv_tables t;
	unsigned int n;

	ts_batadv_tables_init(&t, secret);
	add_originator(&t, mac('c', 1), mac('b', 2), 200, true);
	add_originator(&t, mac('b', 1), mac('b', 1), 250, true);
	add_originator(&t, mac('c', 1), mac('b', 1), 190, false);
	add_originator(&t, mac('c', 1), mac('b', 1), 190, false);
	ts_batadv_tables_sort(&t);
	assert_int_equal(t.originators.n, 3);
	row = ts_batadv_rows_find(&t.originators, mac('c', 1).b, TS_MAC_LEN, &n);
	assert_non_null(row);
	assert_int_equal(n, 2);
	assert_memory_equal(row[0].neigh, mac('b', 1).b, TS_MAC_LEN);
	assert_memory_equal(row[1].neigh, mac('b', 2).b, TS_MAC_LEN);
	assert_null(ts_batadv_rows_find(&t.originators, mac('d', 1).b, TS_MAC_LEN, &n));
	assert_int_equal(n, 0);
	ts_batadv_tables_free(&t);
}

/* Ten tables full of invented ones: the known ones stay, wherever they come. */
static void test_known_ones_stay(void **state)
{
	struct ts_batadv_originator b = { .best = true };
	struct ts_batadv_tables last, t;

	memcpy(b.orig, mac('b', 1).b, TS_MAC_LEN);
	ts_batadv_tables_init(&last, secret);
	add_originator(&last, mac('b', 1), mac('b', 1), 250, true);
	ts_batadv_tables_sort(&last);
	ts_batadv_tables_init(&t, secret);
	flood(&t, &last, 0, 5 * TS_BATADV_ORIGINATORS_MAX, true);
	assert_int_equal(ts_batadv_rows_add(&t, &t.originators, &last.originators, &b,
					    true), 0);
	flood(&t, &last, 1000000, 5 * TS_BATADV_ORIGINATORS_MAX, true);
	ts_batadv_tables_sort(&t);
	assert_int_equal(t.originators.n, TS_BATADV_ORIGINATORS_MAX);
	assert_true(t.originators.dropped > 0);
	assert_true(has(&t.originators, mac('b', 1)));
	ts_batadv_tables_free(&t);
	ts_batadv_tables_free(&last);
}

/* Rows that are nobody's best way give way to those that are. */
static void test_best_ways_stay(void **state)
{
	struct ts_batadv_tables t;

	ts_batadv_tables_init(&t, secret);
	flood(&t, NULL, 0, 2 * TS_BATADV_ORIGINATORS_MAX, false);
	add_originator(&t, mac('b', 1), mac('b', 1), 250, true);
	flood(&t, NULL, 1000000, 1000, false);
	ts_batadv_tables_sort(&t);
	assert_int_equal(t.originators.n, TS_BATADV_ORIGINATORS_MAX);
	assert_true(has(&t.originators, mac('b', 1)));
	ts_batadv_tables_free(&t);
}

/* The choice hangs on the secret, and not on the order. */
static void test_choice_is_keyed(void **state)
{
	static const uint8_t other[TS_BATADV_HASH_KEY_SIZE] = { 9 };
	struct ts_batadv_tables a, b, c;
	size_t size;

	ts_batadv_tables_init(&a, secret);
	ts_batadv_tables_init(&b, secret);
	ts_batadv_tables_init(&c, other);
	flood(&a, NULL, 0, 20000, true);
	flood(&b, NULL, 10000, 10000, true);
	flood(&b, NULL, 0, 10000, true);
	flood(&c, NULL, 0, 20000, true);
	ts_batadv_tables_sort(&a);
	ts_batadv_tables_sort(&b);
	ts_batadv_tables_sort(&c);
	size = a.originators.n * a.originators.size;
	assert_memory_equal(a.originators.row, b.originators.row, size);
	assert_memory_not_equal(a.originators.row, c.originators.row, size);
	ts_batadv_tables_free(&a);
	ts_batadv_tables_free(&b);
	ts_batadv_tables_free(&c);
}

/* Gone once may be a dump that passed it over; gone twice is gone. */
static void test_gone_twice(void **state)
{
	struct ts_batadv_tables one, two, three;

	ts_batadv_tables_init(&one, secret);
	ts_batadv_tables_init(&two, secret);
	ts_batadv_tables_init(&three, secret);
	add_originator(&one, mac('b', 1), mac('b', 1), 250, true);
	add_originator(&one, mac('c', 1), mac('b', 1), 200, true);
	add_global(&one, mac('c', 9), mac('c', 1));
	ts_batadv_tables_sort(&one);
	add_originator(&two, mac('b', 1), mac('b', 2), 240, true);
	assert_int_equal(ts_batadv_tables_carry(&two, &one), 0);
	ts_batadv_tables_sort(&two);
	assert_int_equal(two.originators.n, 2);
	assert_true(has(&two.originators, mac('c', 1)));
	assert_true(has(&two.global, mac('c', 9)));
	add_originator(&three, mac('b', 1), mac('b', 2), 240, true);
	assert_int_equal(ts_batadv_tables_carry(&three, &two), 0);
	ts_batadv_tables_sort(&three);
	assert_int_equal(three.originators.n, 1);
	assert_int_equal(three.global.n, 0);
	ts_batadv_tables_free(&one);
	ts_batadv_tables_free(&two);
	ts_batadv_tables_free(&three);
}

static void add_way(struct ts_batadv_tables *t, struct mac client, struct mac orig, bool best)
{
	struct ts_batadv_client row = { .best = best };

	memcpy(row.mac, client.b, TS_MAC_LEN);
	memcpy(row.orig, orig.b, TS_MAC_LEN);
	assert_int_equal(ts_batadv_rows_add(t, &t->global, NULL, &row, best), 0);
}

/* Return: how many rows of a client are the best way, one of them to @orig. */
static unsigned int best_ways(const struct ts_batadv_tables *t, struct mac client,
			      struct mac orig)
{
	const struct ts_batadv_client *row;
	unsigned int n, i, found = 0;
	bool is = false;

	row = ts_batadv_rows_find(&t->global, client.b, TS_MAC_LEN, &n);
	for (i = 0; i < n; i++) {
		found += row[i].best;
		is |= row[i].best && !memcmp(row[i].orig, orig.b, TS_MAC_LEN);
	}
	return is ? found : 0;
}

/*
 * The best way became the other row while the first part of a dump was read: no
 * row says that it is the best one.  That is not believed at once either.
 */
static void test_no_best_way(void **state)
{
	struct ts_batadv_tables one, two, three;

	ts_batadv_tables_init(&one, secret);
	ts_batadv_tables_init(&two, secret);
	ts_batadv_tables_init(&three, secret);
	add_way(&one, mac('k', 1), mac('c', 1), true);
	add_way(&one, mac('k', 1), mac('d', 1), false);
	add_originator(&one, mac('c', 1), mac('b', 1), 200, true);
	add_originator(&one, mac('c', 1), mac('d', 1), 190, false);
	ts_batadv_tables_sort(&one);
	add_way(&two, mac('k', 1), mac('c', 1), false);
	add_way(&two, mac('k', 1), mac('d', 1), false);
	add_originator(&two, mac('c', 1), mac('b', 1), 190, false);
	add_originator(&two, mac('c', 1), mac('d', 1), 200, false);
	assert_int_equal(ts_batadv_tables_carry(&two, &one), 0);
	ts_batadv_tables_sort(&two);
	assert_int_equal(best_ways(&two, mac('k', 1), mac('c', 1)), 1);
	assert_int_equal(two.originators.n, 3);
	add_way(&three, mac('k', 1), mac('c', 1), false);
	add_way(&three, mac('k', 1), mac('d', 1), true);
	assert_int_equal(ts_batadv_tables_carry(&three, &two), 0);
	ts_batadv_tables_sort(&three);
	assert_int_equal(best_ways(&three, mac('k', 1), mac('d', 1)), 1);
	/* What was taken over goes; what was told is missed for the first time. */
	assert_int_equal(three.originators.n, 2);
	ts_batadv_tables_free(&one);
	ts_batadv_tables_free(&two);
	ts_batadv_tables_free(&three);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sorted_and_found),
		cmocka_unit_test(test_known_ones_stay),
		cmocka_unit_test(test_best_ways_stay),
		cmocka_unit_test(test_choice_is_keyed),
		cmocka_unit_test(test_gone_twice),
		cmocka_unit_test(test_no_best_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
