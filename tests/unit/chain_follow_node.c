// SPDX-License-Identifier: GPL-2.0
/* chain_follow_node.c - following by a node that is wrong, or on another chain. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "chain_watch.h"

/* Another chain, or one that was reorganised below what we call confirmed. */
static void test_fork_below_confirmed(void **state)
{
	struct ts_follow_cursor ours;
	struct ts_follow_progress p;
	uint64_t known;

	watch_begin(5, 150, 100);
	poll_well(PATIENCE);
	ours = w.cursor;
	known = w.confirmed;
	sim_fork(&w.sim, 110, 170);
	poll_well(PATIENCE);
	ts_follow_progress(w.f, &p);
	assert_int_equal(p.state, TS_FOLLOW_ON_FORK);
	assert_int_equal(w.forked, 1);
	assert_int_equal(w.confirmed, known);
	/* Also after a restart. */
	watch_start();
	poll_well(PATIENCE);
	assert_int_equal(w.forked, 2);
	assert_int_equal(w.confirmed, known);
	/* The node is back on our chain. */
	w.sim.blocks[ours.block_number].hash = ours.block_hash;
	poll_well(PATIENCE);
	ts_follow_progress(w.f, &p);
	assert_int_equal(p.state, TS_FOLLOW_AT_HEAD);
	assert_true(w.cursor.block_number > ours.block_number);
}

/* Ask until it wants logs of at least @blocks blocks. */
static void until_logs(struct ts_follow_want *want, uint64_t blocks)
{
	w.sim.whole = true;
	for (;;) {
		if (!ts_follow_next(w.f, want)) {
			ts_follow_poll(w.f);
			continue;
		}
		sim_ask(&w.sim, want, false, &w.answer);
		if (want->kind == TS_FOLLOW_LOGS && want->to - want->from + 1 >= blocks &&
		    w.answer.n >= 4)
			return;
		assert_int_equal(sim_deliver(w.f, &w.answer), 0);
	}
}

static void swap_logs(struct ts_chain_log *a, struct ts_chain_log *b)
{
	struct ts_chain_log t = *a;

	*a = *b;
	*b = t;
}

static void test_impossible_logs(void **state)
{
	struct sim_answer *a = &w.answer;
	struct ts_follow_want want;
	unsigned int how, before;
	int ret;

	for (how = 0; how < 7; how++) {
		watch_begin(9, 1000, 100);
		until_logs(&want, 20);
		before = w.confirmed;
		if (how == 0)
			a->logs[0].block_number = want.from - 1;
		else if (how == 1)
			a->logs[a->n - 1].block_number = want.to + 1;
		else if (how == 2)
			swap_logs(&a->logs[0], &a->logs[a->n - 1]);
		else if (how == 3)
			a->logs[1] = a->logs[0];
		else if (how == 4)
			a->logs[0].data_len++;	/* not the contract that we know */
		else if (how == 5)
			a->logs[1].block_hash.b[0] ^= 1;
		else
			a->want.serial--;
		ret = sim_deliver(w.f, a);
		assert_int_equal(ret, how < 6 ? -EBADMSG : -ESTALE);
		assert_int_equal(w.confirmed, before);
		if (how == 6) {
			a->want.serial++;
			assert_int_equal(sim_deliver(w.f, a), 0);
			assert_int_equal(sim_deliver(w.f, a), -ESTALE);
		}
		check_all();
	}
}

/* A log that was there and is not told again is missed, for however long. */
static void test_lost_again(void **state)
{
	struct ts_follow_progress p;
	struct ts_follow_want want;
	struct sim_event *e;
	unsigned int i;

	watch_begin(9, 120, 100);
	poll_well(PATIENCE);
	e = next_event(121);
	poll_well(PATIENCE);
	assert_true(e->seen);
	sim_grow(&w.sim, SIM_CONFIRMATIONS);
	w.sim.whole = true;
	for (i = 0; i < 20; i++) {
		ts_follow_poll(w.f);
		while (ts_follow_next(w.f, &want)) {
			sim_ask(&w.sim, &want, false, &w.answer);
			if (want.kind == TS_FOLLOW_LOGS && want.to >= e->number &&
			    want.from <= e->number)
				w.answer.n = 0;
			sim_deliver(w.f, &w.answer);
		}
	}
	ts_follow_progress(w.f, &p);
	assert_true(p.doubted);
	assert_true(w.cursor.block_number < e->number);
	check_all();
	assert_int_equal(e->confirmed, 1);
	ts_follow_progress(w.f, &p);
	assert_false(p.doubted);
}

/* Let the node lose the logs of that block, once. */
static bool lose_once(uint64_t number)
{
	struct ts_follow_want want;
	bool lost = false;

	w.sim.whole = true;
	ts_follow_poll(w.f);
	while (ts_follow_next(w.f, &want)) {
		sim_ask(&w.sim, &want, false, &w.answer);
		if (want.kind == TS_FOLLOW_LOGS && want.to >= number && want.from <= number) {
			w.answer.n = 0;
			lost = true;
		}
		sim_deliver(w.f, &w.answer);
	}
	return lost;
}

/* What was missed at the head is asked for again when it is deep. */
static void test_missed_at_head(void **state)
{
	struct sim_event *e;
	unsigned int i;

	watch_begin(13, 120, 100);
	poll_well(PATIENCE);
	e = next_event(121);
	while (lose_once(e->number))
		assert_true(w.cursor.block_number < e->number);
	assert_false(e->seen);
	for (i = 0; i < SIM_CONFIRMATIONS; i++) {
		assert_int_equal(e->confirmed, 0);
		sim_grow(&w.sim, 1);
		poll_well(i + 1 < SIM_CONFIRMATIONS ? PATIENCE : 0);
	}
	assert_true(lose_once(e->number));
	assert_true(w.cursor.block_number < e->number);
	check_all();
	assert_true(e->seen);
	assert_int_equal(e->confirmed, 1);
}

/* A node that contradicts itself is not asked without end. */
static void test_contradiction(void **state)
{
	struct ts_follow_want want;
	unsigned int n = 0;

	watch_begin(10, 150, 100);
	w.sim.whole = true;
	while (ts_follow_next(w.f, &want)) {
		sim_ask(&w.sim, &want, false, &w.answer);
		if (want.kind == TS_FOLLOW_BLOCK && want.from == 130)
			w.answer.block.parent_hash.b[0] ^= 1;
		sim_deliver(w.f, &w.answer);
		assert_true(++n < 1000);
	}
	check_all();
}

static int end(void **state)
{
	watch_end();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fork_below_confirmed),
		cmocka_unit_test(test_impossible_logs),
		cmocka_unit_test(test_lost_again),
		cmocka_unit_test(test_missed_at_head),
		cmocka_unit_test(test_contradiction),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
