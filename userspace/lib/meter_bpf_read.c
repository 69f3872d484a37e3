// SPDX-License-Identifier: GPL-2.0
/* Accounts of the bpf driver as readers see them. */
#include <errno.h>
#include <string.h>
#include "lib/meter_bpf.h"

static void add_paid(struct ts_stat sum[TS_DIR_COUNT], const struct ts_paid_line *line)
{
	int dir;

	for (dir = 0; dir < TS_DIR_COUNT; dir++) {
		sum[dir].bytes += ts_load(&line->passed[dir].bytes);
		sum[dir].packets += ts_load(&line->passed[dir].packets);
		sum[dir].units += ts_load(&line->passed[dir].units);
	}
}

static void add_stats(struct ts_account *a, const struct ts_account_stats *stats)
{
	struct ts_stat *sum;
	int class, dir;

	for (dir = 0; dir < TS_DIR_COUNT; dir++) {
		sum = &a->stats[TS_CLASS_FREE][dir];
		sum->bytes += ts_load(&stats->free[dir].bytes);
		sum->packets += ts_load(&stats->free[dir].packets);
		for (class = 0; class < TS_STATS_CLASSES; class++) {
			sum = &a->stats[class][dir];
			sum->dropped_bytes += ts_load(&stats->dropped[class][dir].bytes);
			sum->dropped_packets += ts_load(&stats->dropped[class][dir].packets);
		}
	}
}

/* Return: jiffies of the last frame of the station, 0: none yet. */
static uint64_t sum_cpus(const struct ts_bpf *b, uint32_t id, struct ts_account *a)
{
	const struct ts_paid_line *line;
	uint64_t seen = 0, last;
	unsigned int cpu;
	int class;

	for (cpu = 0; cpu < b->n_cpus; cpu++) {
		for (class = TS_CLASS_LOCAL; class <= TS_CLASS_INTERNET; class++) {
			line = ts_bpf_paid_line(b, id, cpu, class);
			add_paid(a->stats[class], line);
			last = ts_load(&line->last_seen);
			if (last > seen)
				seen = last;
		}
		add_stats(a, ts_bpf_stats(b, id, cpu));
	}
	return seen;
}

static uint64_t ticks_to_ms(const struct ts_bpf *b, uint64_t now, uint64_t then)
{
	return then && now > then ? (now - then) * 1000 / b->meta->hz : 0;
}

/**
 * ts_bpf_account_read() - an account as meter.h tells it
 * @b: the meter
 * @id: of an account that exists
 * @jiffies: the coarse clock now
 * @a: filled in
 */
void ts_bpf_account_read(struct ts_bpf *b, uint32_t id, uint64_t jiffies, struct ts_account *a)
{
	const struct ts_budget *line = &b->accounts[id];
	const struct ts_book *book = &b->book[id];
	uint64_t expires = ts_load(&line->expires), seen;

	memset(a, 0, sizeof(*a));
	a->id = id;
	a->epoch = line->epoch;
	a->kind = book->kind;
	a->flags = __atomic_load_n(&line->flags, __ATOMIC_RELAXED) & TS_ACCOUNT_F_ALL;
	a->tariff_id = book->tariff_id;
	a->n_keys = book->n_keys < TS_KEYS_MAX ? book->n_keys : TS_KEYS_MAX;
	ts_bpf_book_keys(book, a->keys);
	/* Charged first: granted only grows, so no reader sees more charged. */
	a->charged_units = ts_budget_charged(line);
	a->granted_units = ts_load(&line->granted);
	a->revoked_units = book->revoked_units;
	a->low_units = book->low_units;
	if (expires && expires > jiffies)
		a->expires_s = (expires - jiffies + b->meta->hz - 1) / b->meta->hz;
	else if (expires)
		a->flags |= TS_ACCOUNT_F_EXPIRED;
	seen = sum_cpus(b, id, a);
	a->idle_ms = ticks_to_ms(b, jiffies, seen);
}

/** ts_bpf_units_sum() - units that were charged for frames of an account */
uint64_t ts_bpf_units_sum(const struct ts_bpf *b, uint32_t id)
{
	struct ts_account a = { };
	uint64_t units = 0;
	int class, dir;

	sum_cpus(b, id, &a);
	for (class = 0; class < TS_STATS_CLASSES; class++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			units += a.stats[class][dir].units;
	return units;
}

int ts_bpf_account_get(struct ts_meter *m, uint32_t id, struct ts_account *a)
{
	int ret = ts_bpf_account_gone(ts_bpf(m), id);

	if (ret)
		return ret;
	ts_bpf_account_read(ts_bpf(m), id, ts_bpf_clock_jiffies(ts_bpf(m)), a);
	return 0;
}

int ts_bpf_account_find(struct ts_meter *m, const struct ts_key *key, struct ts_account *a)
{
	uint32_t id = ts_bpf_key_find(ts_bpf(m), key);

	if (!id)
		return ts_meter_fail(m, -ENOENT, "this station has no account");
	return ts_bpf_account_get(m, id, a);
}

int ts_bpf_account_dump(struct ts_meter *m, int (*cb)(const struct ts_account *, void *),
			void *arg)
{
	struct ts_bpf *b = ts_bpf(m);
	struct ts_account a;
	uint64_t jiffies;
	uint32_t id;
	int ret = 0;

	if (!b->owned)
		ts_bpf_repair_count(b);
	jiffies = ts_bpf_clock_jiffies(b);
	for (id = 1; !ret && id <= b->highest; id++) {
		if (b->book[id].state < TS_BOOK_LIVE)
			continue;
		ts_bpf_account_read(b, id, jiffies, &a);
		ret = cb(&a, arg);
	}
	return ret;
}
