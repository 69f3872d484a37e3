// SPDX-License-Identifier: GPL-2.0
/*
 * billing_station.c - what the operator says of stations: trusted, blocked, and where a
 * session is.  Nobody's value goes anywhere by it (M6).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "billing_one.h"

static void say(unsigned int station, enum ts_access access)
{
	struct ts_key key = box_key(station);

	memcpy(box.config.stations[0].mac, key.mac, sizeof(key.mac));
	box.config.stations[0].access = access;
	box.config.n_stations = access != TS_ACCESS_NORMAL;
}

static void say_now(unsigned int station, enum ts_access access)
{
	say(station, access);
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	box_flush(&box);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
}

/* A frame that is refused at first, as of any station that was not here. */
static bool passes(unsigned int station)
{
	if (box_frame(&box, station, 1000, TS_DIR_UP))
		return true;
	box_events(&box);
	box_flush(&box);
	return box_frame(&box, station, 1000, TS_DIR_UP);
}

static uint64_t gwei_of(int code)
{
	return (uint64_t)(box_view(&box, code).unspent_wei / GWEI);
}

static void a_trusted_station_is_counted_and_not_charged(void **state)
{
	int code = box_code(&box, 0), i;

	assert_true(box_pay(&box, 0, 500000 * GWEI, code));
	assert_true(box_frame(&box, 0, 1000, TS_DIR_UP));
	say_now(0, TS_ACCESS_TRUSTED);
	for (i = 0; i < 2000; i++) {
		assert_true(passes(0));
		if (i % 500 == 0) {
			box_later(&box, SECOND);
			ts_billing_tick(box.billing, &box.now);
			box_flush(&box);
		}
	}
	assert_in_range(gwei_of(code), 498999, 499001);
	assert_int_equal(box_view(&box, code).access, TS_ACCESS_TRUSTED);
	assert_int_equal(box_view(&box, code).state, TS_SESSION_PAID);
	assert_true(box_view(&box, code).remaining_bytes == UINT64_MAX);
	assert_int_equal(box_view(&box, code).used_bytes[TS_DIR_UP], 2001000);
	/* And what was paid is there when the trust ends. */
	say_now(0, TS_ACCESS_NORMAL);
	assert_in_range(box_spend(&box, 0, 100), 498900, 499100);
	assert_false(passes(0));
}

/* It has asked for nothing; strangers who come in crowds do not push it out. */
static void a_trusted_station_need_not_ask(void **state)
{
	struct ts_key key = box_key(2);
	char other[TS_CODE_SIZE];
	int i;

	box.config.unpaid_sessions_max = 4;
	say_now(1, TS_ACCESS_TRUSTED);
	assert_true(passes(1));
	for (i = 0; i < 20; i++) {
		key.mac[1] = (uint8_t)(i + 1);
		assert_int_equal(ts_billing_station(box.billing, &key, &box.now, other), 0);
	}
	box_flush(&box);
	assert_true(box_frame(&box, 1, 1000, TS_DIR_DOWN));
	assert_false(passes(0));
	/* A silent one is let go, and is there again with its next frame. */
	for (i = 0; i < 70; i++) {
		box_later(&box, 60 * SECOND);
		ts_billing_tick(box.billing, &box.now);
		box_flush(&box);
	}
	assert_null(box_account(&box, 1));
	assert_true(passes(1));
}

/* M15: whoever copies its MAC, and tags frames with one VLAN after another. */
static void one_trusted_mac_makes_few_sessions(void **state)
{
	struct ts_meter_event ev = { .type = TS_EVENT_STRANGER, .key = box_key(1) };
	unsigned int i, n = 0;

	say_now(1, TS_ACCESS_TRUSTED);
	for (i = 1; i <= 40; i++) {
		ev.key.vlan = (uint16_t)i;
		ts_billing_meter_event(box.billing, &ev, &box.now);
		box_flush(&box);
	}
	for (i = 0; i < BOX_ACCOUNTS; i++)
		n += box.accounts[i].used;
	assert_int_equal(n, 8);
	/* One that is there goes on. */
	ev.key.vlan = 3;
	ts_billing_meter_event(box.billing, &ev, &box.now);
	box_flush(&box);
}

static void a_blocked_station_has_nothing_and_loses_nothing(void **state)
{
	int code = box_code(&box, 0);

	assert_true(box_pay(&box, 0, 500000 * GWEI, code));
	assert_true(box_frame(&box, 0, 1000, TS_DIR_UP));
	say_now(0, TS_ACCESS_BLOCKED);
	assert_null(box_account(&box, 0));
	assert_false(passes(0));
	/* Who pays all the same is not robbed. */
	assert_true(box_pay(&box, 0, 1000 * GWEI, code));
	assert_false(passes(0));
	assert_in_range(gwei_of(code), 499999, 500001);
	assert_string_equal(box_view(&box, code).held, "blocked");
	assert_int_equal(box_view(&box, code).state, TS_SESSION_DRY);
	say_now(0, TS_ACCESS_NORMAL);
	assert_null(box_view(&box, code).held);
	assert_in_range(box_spend(&box, 0, 100), 499900, 500100);
}

/* The configuration changed while tsd was dead, and the kernel went on. */
static void a_restart_heeds_it(void **state)
{
	static const enum ts_access said[] = {
		TS_ACCESS_TRUSTED, TS_ACCESS_BLOCKED, TS_ACCESS_TRUSTED, TS_ACCESS_NORMAL,
	};
	int code = box_code(&box, 0);
	unsigned int i;

	assert_true(box_pay(&box, 0, 500000 * GWEI, code));
	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		box_crash(&box, false, 0);
		say(0, said[i]);
		assert_int_equal(box_open(&box), 0);
		box_flush(&box);
		ts_billing_tick(box.billing, &box.now);
		box_flush(&box);
		assert_int_equal(passes(0), said[i] != TS_ACCESS_BLOCKED);
		box_verify(&box);
	}
	assert_in_range(gwei_of(code), 498999, 499001);
}

/* --- where a session is ------------------------------------------------------ */

static int put(int code, unsigned int station)
{
	struct ts_key key = box_key(station);
	int ret = ts_billing_session_bind(box.billing, box.codes[code].code, &key,
					  &box.now);

	box_flush(&box);
	return ret;
}

static void the_operator_says_where_a_session_is(void **state)
{
	int code = box_code(&box, 0);

	assert_true(box_pay(&box, 0, 500000 * GWEI, code));
	assert_true(box_frame(&box, 0, 1000, TS_DIR_UP));
	assert_int_equal(put(code, 1), 0);
	assert_false(passes(0));
	assert_in_range(box_spend(&box, 1, 100), 498900, 499100);
	assert_int_equal(put(box_know_code(&box, "0000000000000000"), 1), -ENOENT);
}

static void nobody_is_pushed_aside(void **state)
{
	int code = box_code(&box, 0), other = box_code(&box, 1);

	assert_true(box_pay(&box, 0, 500000 * GWEI, code));
	assert_true(box_pay(&box, 1, 300000 * GWEI, other));
	assert_int_equal(put(code, 1), -EEXIST);
	assert_in_range(box_spend(&box, 1, 100), 299900, 300100);
	/* It has nothing any more. */
	assert_int_equal(put(code, 1), 0);
	assert_in_range(box_spend(&box, 1, 100), 499900, 500100);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, one_setup, one_teardown)
	const struct CMUnitTest tests[] = {
		T(a_trusted_station_is_counted_and_not_charged),
		T(a_trusted_station_need_not_ask),
		T(one_trusted_mac_makes_few_sessions),
		T(a_blocked_station_has_nothing_and_loses_nothing),
		T(a_restart_heeds_it),
		T(the_operator_says_where_a_session_is),
		T(nobody_is_pushed_aside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
