// SPDX-License-Identifier: GPL-2.0
/*
 * photon_life_random.c - random histories of three nodes; the oracle of
 * photon_sim.c looks on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "photon_sim.h"

#define HISTORIES	120
#define STEPS		250

static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* All of it has to have happened somewhere, or little is said by the above. */
static void check_seen(const unsigned int taken[], const unsigned int done[])
{
	unsigned int i;

	for (i = 0; i <= TS_MSG_ANNOUNCE_DISPOSED_RESPONSE; i++) {
		if (!ts_message_name((enum ts_message_id)i) || i == TS_MSG_PING ||
		    i == TS_MSG_SECRET_REQUEST)
			continue;
		print_message("# %u of %s\n", taken[i],
			      ts_message_name((enum ts_message_id)i));
		assert_true(taken[i]);
	}
	for (i = 0; i <= TS_INTENT_SETTLE; i++) {
		print_message("# %u of intent %u\n", done[i], i);
		assert_true(done[i] || i == TS_INTENT_PUNISH);
	}
}

/* TS_SEED in the environment: only that one, to see a failure again. */
static void test_histories(void **state)
{
	const char *only = getenv("TS_SEED");
	uint32_t seed, random, first = only ? (uint32_t)atoi(only) : 1;
	uint32_t last = only ? first : HISTORIES;
	unsigned int taken[TS_MSG_ANNOUNCE_DISPOSED_RESPONSE + 1] = { 0 };
	unsigned int done[TS_INTENT_SETTLE + 1] = { 0 };
	static struct sim s;
	size_t i;
	int step;

	for (seed = first; seed <= last; seed++) {
		random = seed * 2654435761U;
		sim_open(&s);
		for (step = 0; step < STEPS; step++) {
			uint8_t op = (uint8_t)(next_random(&random) >> 8);
			uint8_t arg = (uint8_t)(next_random(&random) >> 8);

			/* Ends are rare, or there is nothing but ends. */
			if ((op & 31) >= 30 && (step % 8 || seed % 4 == 0))
				continue;
			sim_op(&s, op, arg);
		}
		sim_settle_down(&s);
		sim_close(&s);
		for (i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
			taken[i] += s.taken[i];
		for (i = 0; i < sizeof(done) / sizeof(done[0]); i++)
			done[i] += s.done[i];
	}
	if (!only)
		check_seen(taken, done);
}

#define PAYER_PAYS	0x00
#define TARGET_PAYS	(0xc0 | 0x01)
#define PAYER_MEDIATES	0x03
#define DELIVER		0x07
#define RESEND		0x11
#define BLOCKS		0x17
#define HOP_WITHDRAWS	(0x80 | 0x1e)
#define HOP_LEAVES	(0x40 | 0x1f)

/* Payments both ways, a lock through the hop, a withdrawal, an exit. */
static void play(struct sim *s)
{
	static const uint8_t ops[] = {
		PAYER_PAYS, TARGET_PAYS, PAYER_MEDIATES, PAYER_MEDIATES,
		HOP_WITHDRAWS, PAYER_PAYS, HOP_LEAVES,
	};
	size_t i;
	int round;

	for (i = 0; i < sizeof(ops); i++) {
		sim_op(s, ops[i], 36);
		for (round = 0; round < 12; round++) {
			sim_op(s, RESEND, 0);
			while (s->pipe_count)
				sim_op(s, DELIVER, 0);
		}
		sim_op(s, BLOCKS, 3);
	}
	sim_settle_down(s);
}

/*
 * Each commit in turn does not happen, and its node starts again with what it
 * has stored.
 */
static void test_crash_at_every_commit(void **state)
{
	unsigned int commits, at;
	static struct sim s;
	ts_u128 target_wei;

	sim_open(&s);
	play(&s);
	commits = s.commits;
	target_wei = s.nodes[SIM_TARGET].credited_wei;
	/* Two locks of 41, less the fee of 4 that is offered. */
	assert_int_equal(target_wei, 74);
	/* The hop's here, and there its and the payer's, to leave. */
	assert_int_equal(s.taken[TS_MSG_WITHDRAW_RESPONSE], 3);
	assert_int_equal(s.done[TS_INTENT_COOPERATIVE_SETTLE], 1);
	assert_int_equal(s.done[TS_INTENT_CLOSE], 0);
	sim_close(&s);
	assert_true(commits > 40);
	for (at = 1; at <= commits; at++) {
		sim_open(&s);
		s.crash_at = at;
		play(&s);
		assert_true(s.commits > at);
		sim_close(&s);
	}
	print_message("# %u commits\n", commits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crash_at_every_commit),
		cmocka_unit_test(test_histories),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
