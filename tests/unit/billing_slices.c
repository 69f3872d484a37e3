// SPDX-License-Identifier: GPL-2.0
/* billing_slices.c - what is granted ahead of use: given back, taken up again, and how much it is. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "billing_one.h"

static int keep_total(const struct ts_ledger_sum *s, void *arg)
{
	if (ts_address_is_zero(&s->wallet))
		*(struct ts_ledger_sum *)arg = *s;
	return 0;
}

/* M5, M15: a station that leaves gives its slice back; it can go on after. */
static void a_slice_comes_back(void **state)
{
	struct ts_key key = box_key(0);
	int code = box_code(&box, 0);
	struct ts_ledger_sum sum = { };
	uint64_t passed = 0;

	assert_true(box_pay(&box, 0, 500000 * GWEI, code));
	while (passed < 10000 && box_frame(&box, 0, 100, TS_DIR_UP))
		passed += 100;
	assert_int_equal(ts_billing_station_gone(box.billing, &key, &box.now), 0);
	box_flush(&box);
	assert_int_equal(box_account(&box, 0)->a.granted_units,
			 box_account(&box, 0)->a.charged_units);
	assert_int_equal(ts_billing_sum(box.billing, keep_total, &sum), 0);
	/* Only what passed is still held. */
	assert_true(sum.reserved_wei <= 10000 * GWEI);
	box_verify(&box);
	assert_in_range(box_spend(&box, 0, 100) + passed, 500000, 500100);
}

static void an_idle_station_gives_its_slice_back(void **state)
{
	int code = box_code(&box, 0);

	assert_true(box_pay(&box, 0, 500000 * GWEI, code));
	box_frame(&box, 0, 100, TS_DIR_UP);
	box_later(&box, 130 * SECOND);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_int_equal(box_view(&box, code).remaining_units, 0);
	assert_int_equal(box_view(&box, code).state, TS_SESSION_PAID);
	/* Ticks do not wake it, a frame does. */
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_int_equal(box_view(&box, code).remaining_units, 0);
	assert_false(box_frame(&box, 0, 100, TS_DIR_UP));
	box_events(&box);
	box_flush(&box);
	assert_true(box_frame(&box, 0, 100, TS_DIR_UP));
}

static void several_wallets_are_spent_in_order(void **state)
{
	int code = box_code(&box, 0);
	struct ts_channel_view first, second;

	assert_true(box_pay(&box, 0, 200000 * GWEI, code));
	assert_true(box_pay(&box, 1, 200000 * GWEI, code));
	while (box_view(&box, code).used_bytes[TS_DIR_DOWN] < 300000)
		if (!box_frame(&box, 0, 100, TS_DIR_DOWN)) {
			box_events(&box);
			box_flush(&box);
		}
	assert_int_equal(ts_billing_session_close(box.billing,
		box.codes[code].code, &box.now), 0);
	box_flush(&box);
	ts_billing_channel_view(box.billing, &box.wallets[0].channel.our_address, NULL,
				&first);
	ts_billing_channel_view(box.billing, &box.wallets[1].channel.our_address, NULL,
				&second);
	assert_true(first.unspent_wei < GWEI);
	assert_in_range((uint64_t)(second.unspent_wei / GWEI), 100000, 100200);
}

static void one_wallet_pays_for_several_stations(void **state)
{
	int a = box_code(&box, 0), c = box_code(&box, 1);

	assert_true(box_pay(&box, 0, 3000 * GWEI, a));
	assert_true(box_pay(&box, 0, 7000 * GWEI, c));
	/* Each spends what was attached to it, and no more. */
	assert_in_range(box_spend(&box, 0, 100), 3000, 3100);
	assert_in_range(box_spend(&box, 1, 100), 7000, 7100);
}

static void a_session_moves_with_its_value(void **state)
{
	struct ts_key key = box_key(3);
	int code = box_code(&box, 0);
	uint64_t passed = 0;

	assert_true(box_pay(&box, 0, 500000 * GWEI, code));
	while (passed < 10000 && box_frame(&box, 0, 100, TS_DIR_UP))
		passed += 100;
	assert_int_equal(ts_billing_session_move(box.billing, box.codes[code].code,
						 &key, &box.now), 0);
	box_flush(&box);
	assert_null(box_account(&box, 0));
	assert_in_range(box_spend(&box, 3, 100) + passed, 500000, 500100);
	assert_int_equal(box_view(&box, code).used_bytes[TS_DIR_UP], passed);
}

/* Charged on its CPU, and not counted yet: the end waits for it (invariant 3). */
static void a_packet_under_way_is_counted(void **state)
{
	struct ts_key key = box_key(3);
	int code = box_code(&box, 0);
	struct ts_stat *stat, kept;

	assert_true(box_pay(&box, 0, 500000 * GWEI, code));
	assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	stat = &box_account(&box, 0)->a.stats[TS_CLASS_INTERNET][TS_DIR_DOWN];
	kept = *stat;
	assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	*stat = kept;
	assert_int_equal(ts_billing_session_move(box.billing, box.codes[code].code,
						 &key, &box.now), 0);
	box_flush(&box);
	assert_non_null(box_account(&box, 0));
	stat->bytes += 1000;
	stat->units = kept.units * 2;
	box_flush(&box);
	assert_null(box_account(&box, 0));
	assert_int_equal(box_view(&box, code).used_bytes[TS_DIR_DOWN], 2000);
}

/* It never is: the end does not wait for ever. */
static void a_count_that_never_comes_is_unseen(void **state)
{
	int code = box_code(&box, 0);

	assert_true(box_pay(&box, 0, 500000 * GWEI, code));
	assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	box_account(&box, 0)->a.charged_units += 1000;
	assert_int_equal(ts_billing_session_close(box.billing,
		box.codes[code].code, &box.now), 0);
	box_flush(&box);
	assert_non_null(box_account(&box, 0));
	box_later(&box, SECOND);
	box_flush(&box);
	assert_null(box_account(&box, 0));
}

static void logging_out_returns_value_to_the_pool(void **state)
{
	int code = box_code(&box, 0);
	struct ts_session_view view;
	struct ts_channel_view channel;

	assert_true(box_pay(&box, 0, 500000 * GWEI, code));
	assert_true(box_frame(&box, 0, 1000, TS_DIR_UP));
	assert_int_equal(ts_billing_session_close(box.billing,
		box.codes[code].code, &box.now), 0);
	box_flush(&box);
	assert_null(box_account(&box, 0));
	assert_int_equal(ts_billing_session_view(box.billing,
		box.codes[code].code, &view), -ENOENT);
	ts_billing_channel_view(box.billing, &box.wallets[0].channel.our_address, NULL,
				&channel);
	assert_in_range((uint64_t)(channel.unspent_wei / GWEI), 498999, 499001);
	/* A late payment with the old code is accepted, and stays in the pool. */
	assert_true(box_pay(&box, 0, GWEI, code));
	assert_null(box_account(&box, 0));
	/* The station gets another code. */
	assert_int_not_equal(box_code(&box, 0), code);
}

/* A slice lasts 30 s at the present rate, and never less than its floor. */
static void slices_follow_the_rate(void **state)
{
	int code = box_code(&box, 0), i;

	assert_true(box_pay(&box, 0, (ts_u128)4000000000u * GWEI, code));
	assert_in_range(box_view(&box, code).remaining_units / 7629, 100000, 200001);
	for (i = 0; i < 20; i++) {
		uint64_t bytes = 0;

		while (bytes < 1000000) {
			if (box_frame(&box, 0, 1000, TS_DIR_DOWN)) {
				bytes += 1000;
				continue;
			}
			box_events(&box);
			box_flush(&box);
		}
		box_later(&box, SECOND);
		ts_billing_tick(box.billing, &box.now);
		box_events(&box);
		box_flush(&box);
	}
	assert_in_range(box_view(&box, code).remaining_units / 7629, 30000000, 60100000);
	/* Nor does a daemon that dies forget the rate. */
	box_crash(&box, false, 0);
	for (i = 0; i < 30000; i++)
		box_frame(&box, 0, 1000, TS_DIR_DOWN);
	assert_int_equal(box_open(&box), 0);
	assert_in_range(box_view(&box, code).remaining_units / 7629, 30000000, 60100000);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, one_setup, one_teardown)
	const struct CMUnitTest tests[] = {
		T(a_slice_comes_back),
		T(an_idle_station_gives_its_slice_back),
		T(several_wallets_are_spent_in_order),
		T(one_wallet_pays_for_several_stations),
		T(a_session_moves_with_its_value),
		T(a_packet_under_way_is_counted),
		T(a_count_that_never_comes_is_unseen),
		T(logging_out_returns_value_to_the_pool),
		T(slices_follow_the_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
