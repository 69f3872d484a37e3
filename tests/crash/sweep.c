// SPDX-License-Identifier: GPL-2.0
/* sweep.c - killed at every k-th call. */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "crash.h"

/**
 * struct way_to_die - which calls are counted, and what is done at the k-th
 * @calls: for TS_SHIM_CALLS
 * @act: for TS_SHIM_DO
 * @column: in the counts of a life without a kill
 */
struct way_to_die {
	const char *calls;
	const char *act;
	int column;
};

static const struct way_to_die ways[] = {
	{ "fsync", "before", 1 }, { "fsync", "after", 1 },
	{ "send", "before", 2 }, { "send", "after", 2 },
	{ "write", "before", 0 }, { "write", "half", 0 },
};
/* For each way to die at a write. */
#define LEAST_MS 5000
#define N_WAYS (sizeof(ways) / sizeof(ways[0]))

/* One life: start with the shim, play, stop. Return: whether all is well. */
static bool live(struct play *p, const struct life *life, const char *calls,
		 const char *act, unsigned long k, bool *killed)
{
	char set[4][160], when[100];
	const char *env[] = { set[0], set[1], set[2], set[3], NULL };
	unsigned int restarts = p->box.restarts;
	bool good;
	int status;

	snprintf(set[0], sizeof(set[0]), "TS_SHIM_CALLS=%s", calls);
	snprintf(set[1], sizeof(set[1]), "TS_SHIM_DO=%s", act);
	snprintf(set[2], sizeof(set[2]), "TS_SHIM_AT=%lu", k);
	snprintf(set[3], sizeof(set[3]), "TS_SHIM_TELL=%.100s/%s", p->box.dir,
		 k ? "killed" : "counts");
	snprintf(when, sizeof(when), "%s %s %lu", act, calls, k);
	box_start(&p->box, env);
	if (!box_ready(&p->box, 20000))
		box_tend(&p->box);
	good = life->play(p);
	status = box_end(&p->box, SIGTERM);
	if (status < 0 || (WIFEXITED(status) && WEXITSTATUS(status))) {
		note("%s: the stop: 0x%x", when, status);
		good = false;
	}
	*killed = p->box.restarts != restarts || WIFSIGNALED(status);
	if (!play_audit(p, when) || (life->audit && !life->audit(p, when)))
		good = false;
	if (!good)
		note("%s: not well", when);
	return good;
}

static void read_counts(struct play *p, unsigned long counts[3])
{
	char path[200];
	FILE *f;

	snprintf(path, sizeof(path), "%s/counts", p->box.dir);
	f = fopen(path, "re");
	while (f && fscanf(f, "%lu %lu %lu", &counts[0], &counts[1], &counts[2]) == 3)
		;
	if (f)
		fclose(f);
}

/* Every @stride-th k of one way, until a life ends without a kill. */
static void sweep(struct play *p, const struct life *life, const struct way_to_die *way,
		  unsigned long n, unsigned long stride, uint64_t until)
{
	unsigned long k, lives = 0, kills = 0, bad = 0;
	bool killed = true;

	for (k = 1; killed && bad < 5 && now_ms() < until; k += stride) {
		bad += !live(p, life, way->calls, way->act, k, &killed);
		lives++;
		kills += killed;
	}
	ok(!bad && kills, "killed %s %s number k: %lu lives, %lu kills%s", way->act, way->calls,
	   lives, kills, killed ? "" : ", past the last");
	note("k = 1, 1 + %lu, ... of about %lu", stride, n);
	if (killed)
		note("stopped at k = %lu: %s", k - stride,
		     bad < 5 ? "no time left" : "five lives that were not well");
}

/**
 * test_sweep() - killed at every k-th fsync, send and write
 * @p: no daemon runs
 * @life: what is played
 * @seconds: for all
 *
 * Every k of fsync and send, before and after; of write as many as the time
 * allows, evenly spread.
 */
int test_sweep(struct play *p, const struct life *life, unsigned int seconds)
{
	uint64_t until = now_ms() + seconds * 1000ull, start, left, end;
	unsigned long counts[3] = { }, stride, fit;
	unsigned int i;
	bool killed;

	play_begin(p);
	box_end(&p->box, SIGTERM);
	ok(live(p, life, "all", "none", 0, &killed), "a life without a kill");
	start = now_ms();
	ok(live(p, life, "all", "none", 0, &killed), "and another");
	start = now_ms() - start + p->box.ready_ms / p->box.ready_count;
	read_counts(p, counts);
	note("such a life has %lu writes, %lu fsyncs, %lu sends, and takes %llu ms",
	     counts[0], counts[1], counts[2], (unsigned long long)start);
	if (!counts[0] || !counts[1] || !counts[2])
		die("the shim has counted nothing");
	for (i = 0; i < N_WAYS; i++) {
		stride = 1;
		/* Some writes in any case, however slow the machine was with the rest. */
		end = now_ms() + LEAST_MS;
		if (until > end)
			end = until;
		left = end - now_ms();
		fit = left / (N_WAYS - i) / (start ? start : 1);
		/* Every fsync and every send in any case. */
		if (!ways[i].column && counts[0] > fit)
			stride = (counts[0] + fit) / (fit ? fit : 1);
		sweep(p, life, &ways[i], counts[ways[i].column], stride,
		      ways[i].column ? until + 60000 : end);
	}
	note("%u restarts, ready after %llu ms on average, %llu at most",
	     p->box.ready_count, (unsigned long long)(p->box.ready_ms / p->box.ready_count),
	     (unsigned long long)p->box.ready_max_ms);
	return 0;
}
