// SPDX-License-Identifier: GPL-2.0
/*
 * The budget under threads that act as CPUs: random charges, grants, revokes,
 * closes and reopenings of one account line, and what must hold whenever the
 * threads rest.  Built under ASan and UBSan, under TSan, and against mutated
 * copies of budget.h, which must fail.
 *
 * Usage: property [ROUNDS [SEED]].  Exit status: 0 all held, 1 violated.
 *
 * Chargers announce each step in @seq and look at @forbid before they charge.
 * So the control thread can park them: it sets @forbid and waits until each
 * has begun another step.  What a charger counts is read and cleared by the
 * control thread only while it is parked.
 *
 * Grants and revokes come from whoever gets @writer, the chargers too: a third
 * busy thread would keep one of two CPUs from charging just when there is
 * something to charge.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tokenswitch/budget.h"

#define CHARGERS 2
#define FRAME_MAX 1514
#define BUSY_NS 50000000ull
#define LOG_MAX 16384

/**
 * struct charger - a CPU
 * @seq: steps begun
 * @busy: has used BUSY_NS of processor time in this round
 * @sizes: frames that passed, by their size: the independent sum
 * @events: exhausted events of this epoch that came while granted stood at that
 *	value all through the charge
 * @unclear: exhausted events during whose charge granted moved
 * @refused: granted values of this epoch under which a frame was refused
 * @wrong: refusals although the units were there before, through, and after
 */
struct charger {
	pthread_t thread;
	int cpu;
	uint64_t rng;
	_Atomic uint64_t seq;
	_Atomic int busy;
	uint64_t passed_units;
	uint64_t sizes[FRAME_MAX + 1];
	uint64_t events[LOG_MAX], refused[LOG_MAX];
	size_t events_count, refused_count;
	uint64_t dry, unclear, low;
	uint64_t steps, passes, refusals, wrong;
};

/* This life of the line; held by whoever has @writer. */
struct life {
	uint32_t epoch;
	uint32_t price;
	int thrift;
	uint64_t granted, revoked;
	uint64_t grants, arms;
};

static struct ts_budget line;
static struct charger chargers[CHARGERS];
static struct life life;
static _Atomic int forbid, stop;
static pthread_barrier_t barrier;
static pthread_mutex_t writer = PTHREAD_MUTEX_INITIALIZER;
static uint64_t control_rng;
static struct {
	uint64_t rests, epochs, grants, revokes, dry, low, overlap_ns;
} total;

static uint64_t next_random(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return *state = x;
}

static uint64_t below(uint64_t *state, uint64_t limit)
{
	return next_random(state) % limit;
}

static uint64_t now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

#define must(ok, ...)                                                    \
	do {                                                             \
		if (!(ok)) {                                             \
			printf("# violated: %s\n# ", #ok);               \
			printf(__VA_ARGS__);                             \
			printf("\n# epoch %u, granted %llu, charged %llu\n", \
			       life.epoch, (unsigned long long)line.granted, \
			       (unsigned long long)line.charged);        \
			fflush(stdout);                                  \
			_exit(1);                                        \
		}                                                        \
	} while (0)

/* --- the one writer ----------------------------------------------------- */

static void grant(uint64_t *rng, uint64_t units)
{
	uint64_t low = below(rng, 3) ? below(rng, 2 * units + 1) : 0;

	life.granted += units;
	life.grants++;
	life.arms += low > 0;
	must(!ts_budget_grant(&line, life.epoch, life.granted, low), "a good grant");
	total.grants++;
}

static void take_back(uint64_t max)
{
	uint64_t taken = ts_budget_revoke(&line, max);

	must(taken <= max, "asked for %llu, took %llu", (unsigned long long)max,
	     (unsigned long long)taken);
	life.revoked += taken;
	must(life.revoked <= life.granted, "took more than was granted");
	total.revokes++;
}

/* One writer at a time; the caller holds @writer. */
static void write_step(uint64_t *rng)
{
	uint64_t frame = FRAME_MAX * life.price, left, old;

	switch (below(rng, 16)) {
	case 0 ... 7:
		/* A life that the scheduler lets grow old must fit the logs. */
		if (life.grants >= LOG_MAX - 2)
			break;
		left = life.granted - ts_budget_charged(&line);
		/* Mostly dry; never dry; a storm of crumbs. */
		if (life.thrift == 0 && left < 60 * life.price)
			grant(rng, 1 + below(rng, 20 * frame));
		else if (life.thrift == 1 && left < 1000 * frame)
			grant(rng, 1 + below(rng, 2000 * frame));
		else if (life.thrift == 2)
			grant(rng, 1 + below(rng, frame));
		break;
	case 8 ... 10:
		old = life.granted - below(rng, life.granted + 1);
		must(!ts_budget_grant(&line, life.epoch, old, old / 2), "an old grant");
		break;
	case 11:
		must(ts_budget_grant(&line, life.epoch + 1 + below(rng, 9),
				     life.granted + frame, 0) == -ESTALE,
		     "a grant for another life");
		break;
	case 12 ... 13:
		take_back(below(rng, 10 * frame));
		break;
	case 14:
		if (!below(rng, 4))
			take_back(~0ull);
		break;
	default:
		must(ts_budget_charged(&line) <= life.granted, "a reader saw too much");
	}
}

/* --- a CPU -------------------------------------------------------------- */

static void note_refused(struct charger *ch, uint64_t granted)
{
	if (ch->refused_count && ch->refused[ch->refused_count - 1] == granted)
		return;
	if (ch->refused_count < LOG_MAX)
		ch->refused[ch->refused_count++] = granted;
}

static void charger_step(struct charger *ch)
{
	uint32_t size = 60 + below(&ch->rng, FRAME_MAX - 59);
	uint64_t cost = ts_budget_cost(&line, TS_CLASS_INTERNET, TS_DIR_DOWN, size);
	uint64_t before = ts_load_acquire(&line.granted);
	unsigned int verdict = ts_budget_charge(&line, cost);
	uint64_t charged = ts_load_acquire(&line.charged);
	int clear = ts_load(&line.granted) == before;

	ch->steps++;
	if (verdict & TS_VERDICT_PASS) {
		ch->passes++;
		ch->passed_units += cost;
		ch->sizes[size]++;
	} else {
		ch->refusals++;
		/* charged only grew since, so this much was there throughout. */
		if (before >= charged && before - charged >= cost)
			ch->wrong++;
		if (clear)
			note_refused(ch, before);
	}
	if (verdict & TS_VERDICT_LOW)
		ch->low++;
	if (verdict & TS_VERDICT_DRY) {
		ch->dry++;
		if (!clear)
			ch->unclear++;
		else if (ch->events_count < LOG_MAX)
			ch->events[ch->events_count++] = before;
	}
}

static void *charger_run(void *arg)
{
	struct charger *ch = arg;
	uint64_t seq = 0, start;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(ch->cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
	pthread_barrier_wait(&barrier);
	start = now_ns(CLOCK_THREAD_CPUTIME_ID);
	seq = atomic_load(&ch->seq);
	while (!atomic_load_explicit(&stop, memory_order_relaxed)) {
		atomic_store(&ch->seq, ++seq);
		if (atomic_load(&forbid)) {
			sched_yield();
			continue;
		}
		charger_step(ch);
		if (!(seq & 7) && !pthread_mutex_trylock(&writer)) {
			write_step(&ch->rng);
			pthread_mutex_unlock(&writer);
		}
		if (!(seq & 1023) && now_ns(CLOCK_THREAD_CPUTIME_ID) - start > BUSY_NS)
			atomic_store(&ch->busy, 1);
	}
	return NULL;
}

/* --- the control thread ------------------------------------------------- */

static void park(void)
{
	uint64_t seen[CHARGERS];
	int i;

	atomic_store(&forbid, 1);
	for (i = 0; i < CHARGERS; i++)
		seen[i] = atomic_load(&chargers[i].seq);
	for (i = 0; i < CHARGERS; i++)
		while (atomic_load(&chargers[i].seq) == seen[i] && !atomic_load(&stop))
			sched_yield();
}

static void unpark(void)
{
	atomic_store(&forbid, 0);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Exhausted events: at most once per granted value, and none is missing. */
static void check_events(void)
{
	static uint64_t all[CHARGERS * LOG_MAX];
	uint64_t unclear = 0, dry = 0, low = 0, missing = 0, *hit;
	size_t n = 0, i, k;

	for (i = 0; i < CHARGERS; i++) {
		memcpy(all + n, chargers[i].events,
		       chargers[i].events_count * sizeof(all[0]));
		n += chargers[i].events_count;
		unclear += chargers[i].unclear;
		dry += chargers[i].dry;
		low += chargers[i].low;
	}
	must(dry <= life.grants + 1, "%llu exhausted events of %llu granted values",
	     (unsigned long long)dry, (unsigned long long)life.grants + 1);
	must(low <= life.arms, "%llu low events of %llu marks",
	     (unsigned long long)low, (unsigned long long)life.arms);
	qsort(all, n, sizeof(all[0]), by_value);
	for (i = 1; i < n; i++)
		must(all[i] != all[i - 1], "exhausted twice under granted %llu",
		     (unsigned long long)all[i]);
	for (i = 0; i < CHARGERS; i++)
		for (k = 0; k < chargers[i].refused_count; k++) {
			hit = bsearch(&chargers[i].refused[k], all, n,
				      sizeof(all[0]), by_value);
			missing += !hit;
		}
	/* Two chargers can have been refused under one value. */
	must(missing <= CHARGERS * unclear, "%llu granted values without an exhausted event",
	     (unsigned long long)missing);
	/* Whatever was refused last has had its event. */
	for (i = 0; i < CHARGERS; i++)
		if (chargers[i].refused_count)
			must(line.dry_at > chargers[i].refused[chargers[i].refused_count - 1],
			     "the last refusal raised no event");
}

/* What must hold whenever nothing is under way. */
static void check_sums(void)
{
	uint64_t passed = 0, independent = 0;
	int i, size;

	for (i = 0; i < CHARGERS; i++) {
		passed += chargers[i].passed_units;
		for (size = 60; size <= FRAME_MAX; size++)
			independent += chargers[i].sizes[size] * size * life.price;
	}
	must(line.granted == life.granted, "granted is not what was granted: %llu",
	     (unsigned long long)life.granted);
	must(passed + life.revoked <= life.granted, "over: passed %llu, revoked %llu",
	     (unsigned long long)passed, (unsigned long long)life.revoked);
	must(independent == passed, "frames that passed cost %llu, not %llu",
	     (unsigned long long)independent, (unsigned long long)passed);
	must(passed + life.revoked == line.charged, "passed %llu, revoked %llu",
	     (unsigned long long)passed, (unsigned long long)life.revoked);
	total.rests++;
}

/* Alone, one CPU can spend to the last unit and not one more. */
static void check_not_stranded(void)
{
	struct charger *ch = &chargers[0];
	uint64_t left = life.granted - line.charged;
	int raised = line.dry_at > life.granted;
	uint64_t some;

	must(ts_budget_charge(&line, left + 1) ==
	     (raised ? TS_VERDICT_REFUSE : TS_VERDICT_DRY), "%llu left, cost one more",
	     (unsigned long long)left);
	if (left) {
		some = below(&control_rng, left) + 1;
		must(ts_budget_charge(&line, some) & TS_VERDICT_PASS, "%llu of %llu left",
		     (unsigned long long)some, (unsigned long long)left);
		must(left == some ||
		     ts_budget_charge(&line, left - some) & TS_VERDICT_PASS,
		     "the last %llu units are stranded", (unsigned long long)(left - some));
	}
	must(ts_budget_charge(&line, 1) == TS_VERDICT_REFUSE, "nothing left, cost 1");
	must(ts_budget_charge(&line, 0) == TS_VERDICT_PASS, "nothing left, cost 0");
	must(line.charged == line.granted, "spent to the end");
	/* Booked as revoked: the sums of the chargers stay theirs. */
	life.revoked += left;
	ch->dry += !raised;
	if (!raised && ch->events_count < LOG_MAX)
		ch->events[ch->events_count++] = life.granted;
}

static void reopen(void)
{
	int i, k;

	for (i = 0; i < CHARGERS; i++) {
		struct charger *ch = &chargers[i];

		total.dry += ch->dry;
		total.low += ch->low;
		ch->passed_units = ch->dry = ch->unclear = ch->low = 0;
		ch->events_count = ch->refused_count = 0;
		memset(ch->sizes, 0, sizeof(ch->sizes));
	}
	life = (struct life){
		.epoch = life.epoch + 1,
		.price = 1 + below(&control_rng, 7),
		.thrift = below(&control_rng, 3),
	};
	memset(&line, 0, sizeof(line));
	line.epoch = life.epoch;
	for (i = 0; i < TS_CLASS_COUNT; i++)
		for (k = 0; k < TS_DIR_COUNT; k++)
			line.price[i][k] = life.price;
	total.epochs++;
}

/* Forbid, take what is left, wait for those under way, take the rest. */
static void close_and_reopen(void)
{
	uint32_t old = life.epoch;

	atomic_store(&forbid, 1);
	take_back(~0ull);
	park();
	take_back(~0ull);
	if (atomic_load(&stop))
		return;
	check_sums();
	check_events();
	must(line.charged == line.granted, "closed with units left");
	reopen();
	must(ts_budget_grant(&line, old, 1ull << 40, 0) == -ESTALE,
	     "a grant for the life before");
	unpark();
}

static void control_step(void)
{
	switch (below(&control_rng, 4)) {
	case 0:
		park();
		if (!atomic_load(&stop)) {
			check_sums();
			check_events();
			if (below(&control_rng, 2))
				check_not_stranded();
		}
		unpark();
		break;
	case 1:
		close_and_reopen();
		break;
	default:
		write_step(&control_rng);
	}
}

static int all_busy(void)
{
	int i;

	for (i = 0; i < CHARGERS; i++)
		if (!atomic_load_explicit(&chargers[i].busy, memory_order_relaxed))
			return 0;
	return 1;
}

/* Both CPUs at it, from one start until each has worked BUSY_NS. */
static void run_round(void)
{
	const struct timespec pause = { .tv_nsec = 20000 };
	uint64_t start;
	int i;

	atomic_store(&stop, 0);
	atomic_store(&forbid, 0);
	reopen();
	for (i = 0; i < CHARGERS; i++) {
		atomic_store(&chargers[i].busy, 0);
		if (pthread_create(&chargers[i].thread, NULL, charger_run, &chargers[i]))
			abort();
	}
	pthread_barrier_wait(&barrier);
	start = now_ns(CLOCK_MONOTONIC);
	do {
		pthread_mutex_lock(&writer);
		control_step();
		pthread_mutex_unlock(&writer);
		nanosleep(&pause, NULL);
	} while (!all_busy());
	total.overlap_ns = now_ns(CLOCK_MONOTONIC) - start;
	must(total.overlap_ns >= BUSY_NS, "the CPUs did not overlap");
	atomic_store(&stop, 1);
	for (i = 0; i < CHARGERS; i++)
		pthread_join(chargers[i].thread, NULL);
	check_sums();
	check_events();
	check_not_stranded();
	check_sums();
}

static void place_chargers(void)
{
	cpu_set_t set;
	int i, cpu = -1;

	if (sched_getaffinity(0, sizeof(set), &set))
		abort();
	for (i = 0; i < CHARGERS; i++) {
		do
			cpu = (cpu + 1) % CPU_SETSIZE;
		while (!CPU_ISSET(cpu, &set));
		chargers[i].cpu = cpu;
	}
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 20;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : now_ns(CLOCK_REALTIME);
	uint64_t steps = 0, passes = 0, refusals = 0, wrong = 0;
	int i;

	printf("# seed %llu\n", (unsigned long long)seed);
	control_rng = seed | 1;
	pthread_barrier_init(&barrier, NULL, CHARGERS + 1);
	place_chargers();
	for (i = 0; i < CHARGERS; i++)
		chargers[i].rng = next_random(&control_rng) | 1;
	for (i = 0; i < rounds; i++)
		run_round();
	for (i = 0; i < CHARGERS; i++) {
		steps += chargers[i].steps;
		passes += chargers[i].passes;
		refusals += chargers[i].refusals;
		wrong += chargers[i].wrong;
	}
	printf("# %d rounds, %llu charges: %llu passed, %llu refused, %llu of them wrongly\n",
	       rounds, (unsigned long long)steps, (unsigned long long)passes,
	       (unsigned long long)refusals, (unsigned long long)wrong);
	printf("# %llu lives, %llu grants, %llu revokes, %llu rests, %llu exhausted, %llu low\n",
	       (unsigned long long)total.epochs, (unsigned long long)total.grants,
	       (unsigned long long)total.revokes, (unsigned long long)total.rests,
	       (unsigned long long)total.dry, (unsigned long long)total.low);
	must(passes && refusals && total.dry && total.low && total.rests > (uint64_t)rounds,
	     "the test did not do what it is for");
	pthread_barrier_destroy(&barrier);
	return 0;
}
