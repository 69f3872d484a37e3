// SPDX-License-Identifier: GPL-2.0
/*
 * billing_gift.c - what the operator gives without a code: so much a day, and to stations
 * that it pays for; nobody's income, and nobody else's (M5, M6, M12, M15).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "billing/gift.h"
#include "ledger/gift.h"
#include "share_books.h"

#define DAY_NS	(86400 * SECOND)

static const struct ts_address *token(void)
{
	return &box.config.tokens[0].address;
}

static bool ask_allowance(unsigned int station)
{
	unsigned int before = box.attaches;
	struct ts_key key = box_key(station);

	ts_billing_allowance(box.billing, &key, 78, &box.now);
	box_flush(&box);
	return box.attaches == before + 1;
}

/* --- allowances ------------------------------------------------------------ */

static void allow(uint64_t bytes, uint32_t stations)
{
	box.config.allowance_bytes = bytes;
	box.config.allowance_stations = stations;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	box_flush(&box);
}

/* Once a day of the box's age, whatever the clock says, for so many stations (M12, M15). */
static void so_many_bytes_a_day(void **state)
{
	uint64_t passed;

	assert_false(ask_allowance(0));
	assert_string_equal(box.last_refusal.name, "no_allowance");
	allow(100000, 2);
	assert_false(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	assert_true(ask_allowance(0));
	passed = box_spend(&box, 0, 1000);
	assert_in_range(passed, 99000, 100000);
	assert_false(ask_allowance(0));
	assert_string_equal(box.last_refusal.name, "had_allowance");
	far_restart(true);
	allow(100000, 2);
	assert_false(ask_allowance(0));
	box.now.wall_s += 30 * 86400;
	assert_false(ask_allowance(0));
	/* Nor with another VLAN or zone. */
	assert_true(ask_allowance(1));
	assert_false(ask_allowance(2));
	assert_string_equal(box.last_refusal.name, "allowances_gone");
	box_later(&box, DAY_NS);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_true(ask_allowance(0));
	assert_true(ask_allowance(2));
	assert_false(ask_allowance(1));
	box_verify(&box);
}

/* What is left of it at the end of the day is nobody's. */
static void it_ends_with_the_day(void **state)
{
	allow(500000, 10);
	assert_true(ask_allowance(0));
	share_use(20000);
	assert_true(share_unspent(0) > 400000 * GWEI);
	share_after(DAY_NS);
	assert_true(share_unspent(0) == 0);
	assert_false(box_frame(&box, 0, 60, TS_DIR_UP));
	assert_in_range(share_revenue(TS_REVENUE_GIVEN), 19900 * GWEI, 20000 * GWEI);
	assert_true(share_revenue(TS_REVENUE_ACCESS) == 0);
	box_verify(&box);
	/* And what was paid is not touched by that. */
	assert_true(ask_allowance(0));
	assert_true(box_pay(&box, PARTNER, 200000 * GWEI, box_code(&box, 0)));
	share_after(DAY_NS);
	assert_true(share_unspent(0) == 200000 * GWEI);
}

/* --- sponsored stations ---------------------------------------------------- */

static int sponsor(unsigned int station, ts_u128 wei, uint64_t until_s)
{
	struct ts_key key = box_key(station);
	char code[TS_CODE_SIZE];
	int ret = ts_billing_sponsor(box.billing, &key, token(), wei, until_s, &box.now, code);

	box_flush(&box);
	return ret;
}

static void the_operator_pays_for_a_station(void **state)
{
	struct ts_key other = box_key(1), key = box_key(0);
	char code[TS_CODE_SIZE];

	assert_int_equal(sponsor(0, 0, 0), -EINVAL);
	assert_int_equal(sponsor(0, 5, 1), -EINVAL);
	assert_int_equal(sponsor(0, 300000 * GWEI, box.now.wall_s + 1000), 0);
	/* It need not do anything. */
	share_use(50000);
	strcpy(code, box.codes[box_code(&box, 0)].code);
	/* Whoever shows its code elsewhere has no part in it (M15). */
	assert_int_equal(ts_billing_session_move(box.billing, code, &other, &box.now), 0);
	box_flush(&box);
	box_flush(&box);
	assert_false(box_frame(&box, 1, 1000, TS_DIR_DOWN));
	assert_true(share_unspent(1) == 0);
	assert_int_equal(ts_billing_session_move(box.billing, code, &key, &box.now), 0);
	box_flush(&box);
	box_flush(&box);
	share_use(50000);
	far_restart(false);
	share_use(10000);
	/* Until its date. */
	share_after(1100 * SECOND);
	assert_false(box_frame(&box, 0, 60, TS_DIR_UP));
	assert_in_range(share_revenue(TS_REVENUE_GIVEN), 109900 * GWEI, 110000 * GWEI);
	assert_int_equal(ts_billing_sponsor_end(box.billing, &key, &box.now), -ENOENT);
	box_verify(&box);
}

static int count_sponsors(const struct ts_sponsor_view *view, void *arg)
{
	++*(unsigned int *)arg;
	assert_true(view->wei == 70000 * GWEI);
	return 0;
}

/* A new limit is in place of the one before, and an end holds over a crash. */
static void until_the_operator_ends_it(void **state)
{
	struct ts_key key = box_key(0);
	unsigned int n = 0, k;
	uint32_t epoch;
	bool dead = true;

	assert_int_equal(sponsor(0, 300000 * GWEI, 0), 0);
	share_use(20000);
	assert_int_equal(sponsor(0, 70000 * GWEI, 0), 0);
	box_flush(&box);
	assert_int_equal(ts_billing_sponsor_each(box.billing, count_sponsors, &n), 0);
	assert_int_equal(n, 1);
	assert_in_range(box_spend(&box, 0, 1000), 68000, 70000);
	for (k = 1; dead; k++) {
		assert_int_equal(sponsor(0, 300000 * GWEI, 0), 0);
		share_use(1000);
		epoch = box_account(&box, 0)->a.epoch;
		fault.at = fault.touches + k;
		fault.kind = FAULT_DIE;
		if (!ts_billing_sponsor_end(box.billing, &key, &box.now))
			box_flush(&box);
		dead = fault.dead;
		box.quiet = true;
		far_restart(false);
		box_flush(&box);
		box_later(&box, 2 * SECOND);
		ts_billing_tick(box.billing, &box.now);
		box_flush(&box);
		box_verify(&box);
		/* It was not begun, or it is done: no other account has it. */
		if (box_frame(&box, 0, 60, TS_DIR_UP))
			assert_int_equal(box_account(&box, 0)->a.epoch, epoch);
	}
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_false(box_frame(&box, 0, 60, TS_DIR_UP));
}

static int no_station(const struct ts_ledger_gift *g, void *arg)
{
	static const uint8_t nobody[6];

	++*(unsigned int *)arg;
	return memcmp(g->mac, nobody, sizeof(nobody)) != 0;
}

static struct ts_ledger_session row_of(const char *code)
{
	struct ts_ledger_session row;

	assert_int_equal(ts_ledger_session_find(box.ledger, code, &row), 0);
	return row;
}

/* When its session is over and its time, too, nothing names the station; sums stay (M11). */
static void its_station_is_forgotten(void **state)
{
	char code[TS_CODE_SIZE];
	unsigned int n = 0;

	assert_int_equal(sponsor(0, 300000 * GWEI, 0), 0);
	share_use(20000);
	strcpy(code, box.codes[box_code(&box, 0)].code);
	assert_int_equal(ts_billing_session_close(box.billing, code, &box.now), 0);
	share_after(120 * SECOND);
	assert_int_equal(ts_ledger_gift_load(box.ledger, no_station, &n), 0);
	assert_int_equal(n, 1);
	assert_true(row_of(code).has_station);
	/* Nobody kept the clock meanwhile. */
	box.now.wall_s = 0;
	share_after(8 * DAY_NS);
	share_after(120 * SECOND);
	share_after(120 * SECOND);
	assert_false(row_of(code).has_station);
	assert_in_range(share_revenue(TS_REVENUE_GIVEN), 19900 * GWEI, 20000 * GWEI);
	box_verify(&box);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, far_setup, far_teardown)
	const struct CMUnitTest tests[] = {
		T(so_many_bytes_a_day),
		T(it_ends_with_the_day),
		T(the_operator_pays_for_a_station),
		T(until_the_operator_ends_it),
		T(its_station_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
