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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_histories),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
