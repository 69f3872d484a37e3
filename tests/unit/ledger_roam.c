// SPDX-License-Identifier: GPL-2.0
/* ledger_roam.c - orders and visits stay, and of a visit nothing returns twice. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/roam.h"
#include "ledger_one.h"

static const struct ts_address alice = { { 0xa1 } }, bob = { { 0xb0 } };
static unsigned int n_seen;

static struct ts_ledger_order order_of(const struct ts_address *wallet, char last,
				       uint64_t sequence)
{
	struct ts_ledger_order o = {
		.wallet = *wallet, .host = { { 5 } }, .token = { { 0x73 } },
		.sequence = sequence, .lifetime_s = 60, .taken_s = 9,
		.limit_wei = TS_U128_MAX,
	};

	snprintf(o.name, sizeof(o.name), "000000000000000%c", last);
	return o;
}

static int put(const struct ts_ledger_order *o)
{
	int ret;

	assert_int_equal(ts_ledger_begin(ledger), 0);
	ret = ts_ledger_order_put(ledger, o);
	if (!ret) {
		assert_int_equal(ts_ledger_commit(ledger), 0);
		return 0;
	}
	/* It takes no more writes until it is opened anew. */
	ts_ledger_discard(ledger);
	ledger_reopen();
	return ret;
}

static void an_order_stays(void **state)
{
	struct ts_ledger_order o = order_of(&alice, '1', 7), got;
	uint64_t newest;

	assert_int_equal(ts_ledger_order_find(ledger, o.name, &got), -ENOENT);
	assert_int_equal(put(&o), 0);
	o.bought_wei = (ts_u128)1 << 100;
	o.returned_wei = 3;
	assert_int_equal(put(&o), 0);
	ledger_reopen();
	assert_int_equal(ts_ledger_order_find(ledger, o.name, &got), 0);
	assert_memory_equal(&got.wallet, &alice, TS_ADDRESS_BYTES);
	assert_memory_equal(&got.host, &o.host, TS_ADDRESS_BYTES);
	assert_memory_equal(&got.token, &o.token, TS_ADDRESS_BYTES);
	assert_int_equal(got.sequence, 7);
	assert_int_equal(got.lifetime_s, 60);
	assert_int_equal(got.taken_s, 9);
	assert_true(got.limit_wei == TS_U128_MAX);
	assert_true(got.bought_wei == (ts_u128)1 << 100);
	assert_true(got.returned_wei == 3);
	assert_int_equal(ts_ledger_order_newest(ledger, &alice, &newest), 0);
	assert_int_equal(newest, 7);
	assert_int_equal(ts_ledger_order_newest(ledger, &bob, &newest), 0);
	assert_int_equal(newest, 0);
}

/* The tables themselves say no. */
static void nothing_returns_that_was_not_bought(void **state)
{
	struct ts_ledger_order o = order_of(&alice, '1', 7);

	o.bought_wei = 5;
	o.returned_wei = 6;
	assert_int_not_equal(put(&o), 0);
	o.returned_wei = 5;
	assert_int_equal(put(&o), 0);
}

static void two_orders_are_never_equally_new(void **state)
{
	struct ts_ledger_order o = order_of(&alice, '1', 7);
	struct ts_ledger_order same = order_of(&alice, '2', 7);

	assert_int_equal(put(&o), 0);
	assert_int_not_equal(put(&same), 0);
	same = order_of(&bob, '2', 7);
	assert_int_equal(put(&same), 0);
}

static int count(const struct ts_ledger_order *o, void *arg)
{
	n_seen++;
	return 0;
}

/* What is out is remembered, whatever comes after it. */
static void only_what_is_nowhere_is_forgotten(void **state)
{
	struct ts_ledger_order out = order_of(&alice, '1', 1);
	struct ts_ledger_order back = order_of(&alice, '2', 2);
	struct ts_ledger_order other = order_of(&bob, '3', 3);

	out.bought_wei = 9;
	back.bought_wei = back.returned_wei = 9;
	assert_int_equal(put(&out) | put(&back) | put(&other), 0);
	assert_int_equal(ts_ledger_begin(ledger), 0);
	assert_int_equal(ts_ledger_order_forget(ledger, &alice), 0);
	assert_int_equal(ts_ledger_commit(ledger), 0);
	n_seen = 0;
	assert_int_equal(ts_ledger_order_load(ledger, count, NULL), 0);
	assert_int_equal(n_seen, 2);
	assert_int_equal(ts_ledger_order_find(ledger, back.name, &back), -ENOENT);
}

static int count_visit(const struct ts_ledger_visit *v, void *arg)
{
	n_seen++;
	return 0;
}

static void a_visit_stays_until_it_is_over_and_then_is_found(void **state)
{
	struct ts_ledger_visit v = { .name = "0123456789ABCDEF", .taken_s = 5,
				     .received_wei = 10, .returned_wei = 4 }, got;
	enum ts_visit_state step;

	memset(v.order, 0x5a, sizeof(v.order));
	for (step = TS_VISIT_LIVE; step <= TS_VISIT_OVER; step++) {
		v.state = step;
		assert_int_equal(ts_ledger_begin(ledger), 0);
		assert_int_equal(ts_ledger_visit_put(ledger, &v), 0);
		assert_int_equal(ts_ledger_commit(ledger), 0);
		n_seen = 0;
		assert_int_equal(ts_ledger_visit_load(ledger, count_visit, NULL), 0);
		assert_int_equal(n_seen, step != TS_VISIT_OVER);
		assert_int_equal(ts_ledger_visit_find(ledger, v.name, &got), 0);
		assert_int_equal(got.state, step);
		assert_memory_equal(got.order, v.order, sizeof(v.order));
		assert_true(got.received_wei == 10 && got.returned_wei == 4);
		assert_int_equal(got.taken_s, 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_order_stays, ledger_setup, ledger_teardown),
		cmocka_unit_test_setup_teardown(nothing_returns_that_was_not_bought, ledger_setup, ledger_teardown),
		cmocka_unit_test_setup_teardown(two_orders_are_never_equally_new, ledger_setup, ledger_teardown),
		cmocka_unit_test_setup_teardown(only_what_is_nowhere_is_forgotten, ledger_setup, ledger_teardown),
		cmocka_unit_test_setup_teardown(a_visit_stays_until_it_is_over_and_then_is_found, ledger_setup, ledger_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
