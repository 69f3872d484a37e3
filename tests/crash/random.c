// SPDX-License-Identifier: GPL-2.0
/* random.c - killed at random moments under traffic and payments. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "crash.h"

/* Lives are that long at most: every part of them is hit. */
#define LIFE_MS 220

/**
 * struct reaper - kills the daemon once, later
 * @pid: which
 * @after_us: from now
 * @thread: sleeps until then
 */
struct reaper {
	atomic_int pid;
	unsigned int after_us;
	pthread_t thread;
};

static void *reap(void *arg)
{
	struct reaper *r = arg;
	struct timespec t = { 0, (long)r->after_us * 1000 };

	nanosleep(&t, NULL);
	kill(r->pid, SIGKILL);
	return NULL;
}

/*
 * One payment more, of either payer.  Sparing: a station has 512 kB of class
 * free, the payment path included, and then 2 kB a second; so most go by UDP,
 * and the session is asked for once.
 */
static bool pay_some(struct play *p, char memo[2][TS_MEMO_SIZE], unsigned int *seed)
{
	int who = rand_r(seed) % 2 ? WITNESS : SHOPPER;
	enum way way = rand_r(seed) % 8 ? BY_UDP : BY_HTTP;

	if (!payer_pay(&p->payers[who], &p->box, way,
		       (ts_u128)(20000 + rand_r(seed) % 50000) * WEI_PER_BYTE, memo[who]))
		return false;
	traffic_burst(rand_r(seed) % 40, 1000);
	nap_ms(rand_r(seed) % 60);
	return true;
}

/*
 * Pays until the daemon has been killed and is there again.  The reaper sleeps
 * from the exec on, so that starting is as likely to be hit as serving.
 */
static bool one_kill(struct play *p, char memo[2][TS_MEMO_SIZE], unsigned int *seed)
{
	struct reaper r = { .after_us = (unsigned int)rand_r(seed) % (LIFE_MS * 1000) };
	unsigned int restarts = p->box.restarts;

	r.pid = p->box.pid;
	if (r.pid <= 1)
		die("no daemon to kill");
	if (pthread_create(&r.thread, NULL, reap, &r))
		die("no thread");
	while (p->box.restarts == restarts && box_runs(&p->box))
		if (!pay_some(p, memo, seed)) {
			note("a payment does not arrive");
			pthread_join(r.thread, NULL);
			return false;
		}
	pthread_join(r.thread, NULL);
	return true;
}

/**
 * test_random() - killed at random moments
 * @p: no daemon runs
 * @kills: how many are wanted
 * @seconds: fewer if that is over
 */
int test_random(struct play *p, unsigned int kills, unsigned int seconds)
{
	uint64_t until = now_ms() + seconds * 1000ull;
	unsigned int seed = 20181109, done, bad = 0, acked;
	char when[40], code[TS_CODE_SIZE], memo[2][TS_MEMO_SIZE];

	play_begin(p);
	if (!play_memo(p, AT_WITNESS, code, memo[WITNESS]) ||
	    !play_memo(p, AT_SHOPPER, code, memo[SHOPPER]))
		die("no session");
	for (done = 0; done < kills && now_ms() < until && bad < 5; done++) {
		if (!one_kill(p, memo, &seed))
			bad++;
		/* Dead now: the books must be right, the witness unharmed. */
		if (done % 10 == 9) {
			snprintf(when, sizeof(when), "after %u kills", done + 1);
			bad += !play_audit(p, when);
		}
		if (!box_runs(&p->box)) {
			p->box.restarts++;
			box_start(&p->box, NULL);
		}
	}
	if (!box_ready(&p->box, 20000))
		die("tsd is not healthy after the last kill");
	ok(play_shop(p), "after %u kills a session goes its whole way", done);
	play_end(p);
	ok(play_audit(p, "at the end") && !bad,
	   "%u random kills under traffic and payments: every book agrees", done);
	acked = (unsigned int)(p->payers[0].acked_count + p->payers[1].acked_count);
	note("%u of %u kills, %u payments acknowledged, %llu resends", done, kills, acked,
	     (unsigned long long)(p->payers[0].resends + p->payers[1].resends));
	note("the witness sent %llu frames", (unsigned long long)traffic_sent());
	return 0;
}
