// SPDX-License-Identifier: GPL-2.0
/*
 * relay_owe.c - who owes what and what may be owed, state by state: what the plays with
 * two boxes do not come to, because both are quick and one is alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "relay/private.h"

/* Our own word settles nothing: what it admits counts. */
static void netting_takes_both_words(void **state)
{
	struct neighbour n = { .row = { .sold_wei = 200, .netted_wei = 100 },
			       .receipt = { .netted_wei = 40 } };

	assert_true(ts_relay_netted_wei(&n) == 40);
	assert_true(ts_relay_owed_wei(&n) == 160);
	assert_int_equal(ts_relay_granted_units(&n), 40);
	n.receipt.netted_wei = 300;
	assert_true(ts_relay_owed_wei(&n) == 100);
}

/* While one is under way no other is asked for, or the first would be forgotten. */
static void one_payment_at_a_time(void **state)
{
	struct ts_relay r = { .config = { .pay_bytes = 1, .interval_s = 1 } };
	struct neighbour n = { .row = { .bought_wei = 100 },
			       .channel = { .usable = true, .out_wei = 1000 } };
	uint64_t now_ns = 10 * TS_NS_IN_S;

	assert_true(ts_relay_pay_wei(&r, &n, now_ns) == 100);
	n.asked_wei = 100;
	n.row.bought_wei = 150;
	assert_true(ts_relay_due_wei(&n) == 50);
	assert_true(!ts_relay_pay_wei(&r, &n, now_ns));
	n.channel.paid_wei = 100;
	assert_true(ts_relay_pay_wei(&r, &n, now_ns) == 50);
}

/* What was taken back of an account is granted above, and no sum is beyond 63 bits. */
static void a_grant_counts_what_was_revoked(void **state)
{
	struct neighbour n = { .channel = { .received_wei = 100 }, .revoked_units = 30 };

	assert_int_equal(ts_relay_granted_units(&n), 130);
	n.channel.received_wei = TS_U128_MAX / 2;
	assert_true(ts_relay_granted_units(&n) == INT64_MAX);
	n.row.account_base_wei = n.channel.received_wei - INT64_MAX;
	assert_true(ts_relay_granted_units(&n) == INT64_MAX);
	n.revoked_units = 0;
	assert_true(ts_relay_granted_units(&n) == INT64_MAX);
}

/* Who owes much and is gone is a risk as well: the next one gets no window for it. */
static void what_is_owed_without_a_window_is_risked(void **state)
{
	struct neighbour gone = { .row = { .sold_wei = 700, .trust_64ths = TS_TRUST_FULL } };
	struct neighbour there = {
		.row = { .trust_64ths = TS_TRUST_FULL },
		.channel = { .usable = true, .in_wei = 100000 },
		.hello = { .sequence = 1 }, .alive_until_ns = UINT64_MAX,
	};
	struct ts_relay r = { .config = { .window_bytes = 640, .window_box_wei = 1100 } };

	TAILQ_INIT(&r.neighbours);
	TAILQ_INSERT_TAIL(&r.neighbours, &gone, list);
	TAILQ_INSERT_TAIL(&r.neighbours, &there, list);
	r.offer.now.units[TS_SERVICE_RELAY][TS_DIR_UP] = 1;
	ts_relay_windows(&r, 1);
	assert_int_equal(there.no_window, TS_NO_ROOM);
	assert_true(!there.window_wei);
	gone.channel.received_wei = 300;
	ts_relay_windows(&r, 1);
	assert_int_equal(there.no_window, TS_WINDOW_OPEN);
	assert_true(there.window_wei == 640);
	assert_true(!gone.window_wei);
}

/* Of what we counted, what the seller does not ask is not owed. */
static void what_is_not_asked_is_not_owed(void **state)
{
	struct ts_relay r = { .config = { .tolerance_per_mille = 20 } };
	struct neighbour n = { .row = { .bought_wei = 100 }, .receipt = { .sold_wei = 90 } };

	ts_relay_settle(&r, &n);
	assert_true(ts_relay_due_wei(&n) == 90);
	n.receipt.sold_wei = 130;
	ts_relay_settle(&r, &n);
	assert_true(ts_relay_due_wei(&n) == 100);
}

/* Long before its window is full, whatever the operator's own habit is. */
static void a_small_window_is_paid_early(void **state)
{
	struct ts_relay r = { .config = { .pay_bytes = 1000, .interval_s = 3600 } };
	struct neighbour n = { .row = { .bought_wei = 100 }, .receipt = { .window_wei = 400 },
			       .paid_ns = 1, .channel = { .usable = true, .out_wei = 1000 } };

	n.terms.now.prices.units[TS_SERVICE_RELAY][TS_DIR_UP] = 1;
	assert_true(ts_relay_pay_wei(&r, &n, 2) == 100);
	n.row.bought_wei = 99;
	assert_true(!ts_relay_pay_wei(&r, &n, 2));
	n.receipt.window_wei = 100000;
	n.row.bought_wei = 999;
	assert_true(!ts_relay_pay_wei(&r, &n, 2));
	n.row.bought_wei = 1000;
	assert_true(ts_relay_pay_wei(&r, &n, 2) == 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(netting_takes_both_words),
		cmocka_unit_test(one_payment_at_a_time),
		cmocka_unit_test(a_grant_counts_what_was_revoked),
		cmocka_unit_test(what_is_owed_without_a_window_is_risked),
		cmocka_unit_test(what_is_not_asked_is_not_owed),
		cmocka_unit_test(a_small_window_is_paid_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
