// SPDX-License-Identifier: GPL-2.0
/*
 * churn DRIVER ACCOUNT MILLISECONDS CHUNK: grant and revoke one account as fast
 * as the meter takes it, with repeated and reordered grants between, and see
 * that every answer adds up.
 *
 * Prints "GRANTED REVOKED STEPS": units granted in all by this program, units
 * it took back, and how many steps it made.  Exit 1 with a line when an answer
 * cannot be true.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "lib/meter.h"

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static int fail(struct ts_meter *m, const char *what)
{
	fprintf(stderr, "churn: %s: %s\n", what, ts_meter_error(m));
	return 1;
}

/* Grants that must change nothing: the same again, and an older one. */
static int stale_grants(struct ts_meter *m, const struct ts_account *a, uint64_t granted)
{
	struct ts_account now;

	if (ts_meter_grant(m, a->id, a->epoch, granted) ||
	    ts_meter_grant(m, a->id, a->epoch, granted / 2))
		return fail(m, "a repeated or older grant was refused");
	if (ts_meter_account_get(m, a->id, &now))
		return fail(m, "get");
	if (now.granted_units != granted) {
		fprintf(stderr, "churn: granted %" PRIu64 " after a repeat, want %" PRIu64 "\n",
			now.granted_units, granted);
		return 1;
	}
	return 0;
}

static int run(struct ts_meter *m, uint32_t id, uint64_t until_ms, uint64_t chunk)
{
	uint64_t granted, revoked = 0, taken, steps = 0;
	struct ts_account a;

	if (ts_meter_account_get(m, id, &a))
		return fail(m, "get");
	granted = a.granted_units;
	for (; now_ms() < until_ms; steps++) {
		granted += chunk;
		if (ts_meter_grant(m, id, a.epoch, granted))
			return fail(m, "grant");
		if (steps % 8 == 0 && stale_grants(m, &a, granted))
			return 1;
		if (steps % 2 == 0)
			continue;
		if (ts_meter_revoke(m, id, a.epoch, chunk / 2, &taken))
			return fail(m, "revoke");
		if (taken > chunk / 2) {
			fprintf(stderr, "churn: revoke took more than it was told\n");
			return 1;
		}
		revoked += taken;
	}
	printf("%" PRIu64 " %" PRIu64 " %" PRIu64 "\n", granted - a.granted_units, revoked,
	       steps);
	return 0;
}

int main(int argc, char **argv)
{
	struct ts_meter *m;
	char err[256];
	int ret;

	if (argc != 5) {
		fprintf(stderr, "usage: churn DRIVER ACCOUNT MILLISECONDS CHUNK\n");
		return 2;
	}
	if (ts_meter_open(argv[1], false, &m, err, sizeof(err))) {
		fprintf(stderr, "churn: %s\n", err);
		return 1;
	}
	/* Owning the meter once spares the lock at each step. */
	if (ts_meter_own(m))
		ret = fail(m, "own");
	else
		ret = run(m, (uint32_t)atoi(argv[2]), now_ms() + (uint64_t)atoll(argv[3]),
			  (uint64_t)atoll(argv[4]));
	ts_meter_close(m);
	return ret;
}
