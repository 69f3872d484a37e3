// SPDX-License-Identifier: GPL-2.0
/*
 * chain_follow.c - what happens on the chain is told, what stays is confirmed
 * exactly once, and what was replaced never is.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "chain_watch.h"

#define RUNS		250
#define TURNS		400

/* One question; its answer comes now, never, or when it is no longer asked for. */
static void one_question(void)
{
	struct sim_answer *late = &w.late[sim_random(&w.sim, LATE_MAX)];
	struct ts_follow_want want;

	if (!ts_follow_next(w.f, &want))
		return;
	sim_ask(&w.sim, &want, !watch_is_far(), &w.answer);
	if (!sim_random(&w.sim, 3)) {	/* the world goes on meanwhile */
		if (sim_random(&w.sim, 2))
			sim_reorganise(&w.sim);
		else
			sim_grow(&w.sim, 1);
	}
	if (!sim_random(&w.sim, 12)) {
		ts_follow_failed(w.f, want.serial);
		*late = w.answer;
		return;
	}
	sim_deliver(w.f, &w.answer);
}

static void random_turn(void)
{
	uint64_t what = sim_random(&w.sim, 100);
	unsigned int i;

	if (what < 12)
		sim_grow(&w.sim, 1 + sim_random(&w.sim, 3));
	else if (what < 13)
		sim_grow(&w.sim, sim_random(&w.sim, 200));
	else if (what < 22)
		sim_reorganise(&w.sim);
	else if (what < 40)
		ts_follow_poll(w.f);
	else if (what < 42)
		watch_start();
	else if (what < 46 && w.late[0].want.serial)
		assert_true(sim_deliver(w.f, &w.late[sim_random(&w.sim, LATE_MAX)]) <= 0);
	else
		for (i = 0; i < 8; i++)
			one_question();
}

static void test_random_chains(void **state)
{
	unsigned int run, turn, confirmed = 0;

	for (run = 0; run < RUNS; run++) {
		watch_begin(run, 120 + run % 190, 100);
		for (turn = 0; turn < TURNS; turn++)
			random_turn();
		check_all();
		assert_int_equal(w.forked, 0);
		confirmed += w.confirmed;
	}
	assert_true(confirmed > RUNS * 50);
}

static void test_alarms_at_once_and_credits_deep(void **state)
{
	struct sim_event *e;
	unsigned int depth;

	watch_begin(1, 120, 100);
	poll_well(PATIENCE);
	e = next_event(121);
	poll_well(1);
	assert_true(e->seen);
	for (depth = 1; depth < SIM_CONFIRMATIONS; depth++) {
		sim_grow(&w.sim, 1);
		poll_well(PATIENCE);
		assert_int_equal(e->confirmed, 0);
	}
	sim_grow(&w.sim, 1);
	poll_well(PATIENCE);
	assert_int_equal(e->confirmed, 1);
}

static void test_reorganisation_undoes(void **state)
{
	struct sim_event *e;

	watch_begin(2, 120, 100);
	poll_well(PATIENCE);
	e = next_event(121);
	sim_grow(&w.sim, 3);
	poll_well(PATIENCE);
	assert_true(e->seen);
	sim_fork(&w.sim, e->number - 1, w.sim.height + 1);
	poll_well(PATIENCE);
	assert_false(e->seen);
	sim_grow(&w.sim, 30);
	check_all();
	assert_int_equal(e->confirmed, 0);
}

static void test_long_absence(void **state)
{
	struct ts_follow_progress p;
	struct ts_follow_want want;
	uint64_t before = 0;
	unsigned int steps = 0;

	watch_begin(3, 1100, 100);
	w.sim.whole = true;
	ts_follow_progress(w.f, &p);
	assert_int_equal(p.state, TS_FOLLOW_BLIND);
	while (w.cursor.block_number < 1100 - TS_FOLLOW_BLOCKS_MAX) {
		assert_true(ts_follow_next(w.f, &want));
		if (want.kind == TS_FOLLOW_LOGS)
			assert_true(want.to - want.from < STEP_BLOCKS);
		steps += want.kind == TS_FOLLOW_LOGS && want.to > want.from;
		sim_ask(&w.sim, &want, false, &w.answer);
		assert_int_equal(sim_deliver(w.f, &w.answer), 0);
		ts_follow_progress(w.f, &p);
		assert_true(p.confirmed_block >= before);
		before = p.confirmed_block;
	}
	assert_true(steps >= 900 / STEP_BLOCKS && steps < 40);
	check_all();
}

/* A node that manages only so many blocks gets smaller questions. */
static void test_smaller_steps(void **state)
{
	struct ts_follow_want want;
	unsigned int failures = 0;

	watch_begin(5, 1000, 100);
	w.sim.whole = true;
	while (w.cursor.block_number < 900) {
		if (!ts_follow_next(w.f, &want)) {
			ts_follow_poll(w.f);
			continue;
		}
		if (want.kind == TS_FOLLOW_LOGS && want.to - want.from >= 7) {
			ts_follow_failed(w.f, want.serial);
			assert_true(++failures < 200);
			continue;
		}
		sim_ask(&w.sim, &want, false, &w.answer);
		assert_int_equal(sim_deliver(w.f, &w.answer), 0);
	}
	assert_true(failures > 2);
	check_all();
}

/* The first start: nothing is known but where to begin. */
static void test_unknown_hash(void **state)
{
	watch_begin(6, 150, 100);
	memset(&w.cursor.block_hash, 0, TS_HASH_BYTES);
	watch_start();
	check_all();
	assert_int_equal(w.forked, 0);
}

static void test_node_behind(void **state)
{
	struct ts_follow_progress p;

	watch_begin(7, 150, 100);
	poll_well(PATIENCE);
	w.sim.height = 90;
	poll_well(2);
	ts_follow_progress(w.f, &p);
	assert_int_equal(p.state, TS_FOLLOW_LAGGING);
	w.sim.height = 150;
	check_all();
	assert_int_equal(w.forked, 0);
}

static void test_refused_configuration(void **state)
{
	watch_begin(11, 120, 100);
	w.config.confirmations = TS_FOLLOW_CONFIRMATIONS_MAX + 1;
	assert_null(ts_follow_new(&w.config, &w.cursor, on_notice, &w));
	w.config.confirmations = 0;
	w.config.step_blocks = 0;
	assert_null(ts_follow_new(&w.config, &w.cursor, on_notice, &w));
	/* With none, what is seen is confirmed. */
	w.config.step_blocks = 1;
	watch_start();
	poll_well(PATIENCE);
	assert_int_equal(w.cursor.block_number, 120);
}

static int end(void **state)
{
	watch_end();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_chains),
		cmocka_unit_test(test_alarms_at_once_and_credits_deep),
		cmocka_unit_test(test_reorganisation_undoes),
		cmocka_unit_test(test_long_absence),
		cmocka_unit_test(test_smaller_steps),
		cmocka_unit_test(test_unknown_hash),
		cmocka_unit_test(test_node_behind),
		cmocka_unit_test(test_refused_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
