// SPDX-License-Identifier: GPL-2.0
/* Accounts of the bpf driver as readers see them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>
#include "lib/meter_bpf.h"

/* Elements of the per-CPU counters read by one call. */
#define BATCH 1024

static void add_cell(struct ts_stat *sum, const struct ts_stat_cell *cell)
{
	sum->bytes += cell->bytes;
	sum->packets += cell->packets;
	sum->units += cell->units;
	sum->dropped_bytes += cell->dropped_bytes;
	sum->dropped_packets += cell->dropped_packets;
}

static uint64_t sum_cpus(const struct ts_bpf *b, const struct ts_account_stats *cpus,
			 struct ts_account *a)
{
	uint64_t seen = 0;
	unsigned int cpu;
	int class, dir;

	for (cpu = 0; cpu < b->n_cpus; cpu++) {
		for (class = 0; class < TS_STATS_CLASSES; class++)
			for (dir = 0; dir < TS_DIR_COUNT; dir++)
				add_cell(&a->stats[class][dir], &cpus[cpu].cell[class][dir]);
		if (cpus[cpu].last_seen > seen)
			seen = cpus[cpu].last_seen;
	}
	return seen;
}

static uint64_t ticks_to_ms(const struct ts_bpf *b, uint64_t now, uint64_t then)
{
	return then && now > then ? (now - then) * 1000 / b->meta->hz : 0;
}

/**
 * ts_bpf_account_fill() - an account as meter.h tells it
 * @b: the meter
 * @id: of an account that exists
 * @cpus: its counters, one for each possible CPU
 * @jiffies: the coarse clock now
 * @a: filled in
 */
void ts_bpf_account_fill(struct ts_bpf *b, uint32_t id, const struct ts_account_stats *cpus,
			 uint64_t jiffies, struct ts_account *a)
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
	seen = sum_cpus(b, cpus, a);
	a->idle_ms = ticks_to_ms(b, jiffies, seen);
}

static int read_stats(struct ts_bpf *b, uint32_t id, struct ts_account_stats **cpus)
{
	int ret;

	*cpus = calloc(b->n_cpus, sizeof(**cpus));
	if (!*cpus)
		return ts_meter_fail(&b->base, -ENOMEM, "out of memory");
	ret = bpf_map_lookup_elem(b->map[TS_MAP_STATS], &id, *cpus);
	if (!ret)
		return 0;
	free(*cpus);
	return ts_meter_fail(&b->base, ret, "cannot read the counters of account %u: %s", id,
			     strerror(-ret));
}

/** ts_bpf_stats_sum() - units that were charged for frames of an account */
int ts_bpf_stats_sum(struct ts_bpf *b, uint32_t id, uint64_t *units)
{
	struct ts_account_stats *cpus;
	struct ts_account a = { };
	int class, dir, ret;

	ret = read_stats(b, id, &cpus);
	if (ret)
		return ret;
	sum_cpus(b, cpus, &a);
	free(cpus);
	*units = 0;
	for (class = 0; class < TS_STATS_CLASSES; class++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			*units += a.stats[class][dir].units;
	return 0;
}

/** ts_bpf_account_read() - one account that exists */
int ts_bpf_account_read(struct ts_bpf *b, uint32_t id, struct ts_account *a)
{
	struct ts_account_stats *cpus;
	int ret = read_stats(b, id, &cpus);

	if (ret)
		return ret;
	ts_bpf_account_fill(b, id, cpus, ts_bpf_clock_jiffies(b), a);
	free(cpus);
	return 0;
}

int ts_bpf_account_get(struct ts_meter *m, uint32_t id, struct ts_account *a)
{
	int ret = ts_bpf_account_gone(ts_bpf(m), id);

	return ret ? ret : ts_bpf_account_read(ts_bpf(m), id, a);
}

int ts_bpf_account_find(struct ts_meter *m, const struct ts_key *key, struct ts_account *a)
{
	uint32_t id = ts_bpf_key_find(ts_bpf(m), key);

	if (!id)
		return ts_meter_fail(m, -ENOENT, "this station has no account");
	return ts_bpf_account_get(m, id, a);
}

/*
 * Counters of the ids from @first on.  In batches, since a call for each of
 * 10,000 accounts would take three times as long.
 */
static int read_batch(struct ts_bpf *b, uint32_t first, uint32_t *keys,
		      struct ts_account_stats *stats, uint32_t *n)
{
	uint32_t prev = first - 1, next = 0, i;
	int ret;

	ret = bpf_map_lookup_batch(b->map[TS_MAP_STATS], &prev, &next, keys, stats, n, NULL);
	if (!ret || ret == -ENOENT)
		return 0;
	if (ret != -EINVAL && ret != -EOPNOTSUPP && ret != -524)
		return ts_meter_fail(&b->base, ret, "cannot read counters: %s", strerror(-ret));
	for (i = 0; i < *n && first + i < b->meta->accounts_max; i++) {
		keys[i] = first + i;
		ret = bpf_map_lookup_elem(b->map[TS_MAP_STATS], &keys[i],
					  &stats[(size_t)i * b->n_cpus]);
		if (ret)
			return ts_meter_fail(&b->base, ret, "cannot read counters: %s",
					     strerror(-ret));
	}
	*n = i;
	return 0;
}

int ts_bpf_account_dump(struct ts_meter *m, int (*cb)(const struct ts_account *, void *),
			void *arg)
{
	struct ts_bpf *b = ts_bpf(m);
	struct ts_account_stats *stats;
	uint32_t first = 1, keys[BATCH], n, i;
	uint64_t jiffies;
	struct ts_account a;
	int ret = 0;

	if (!b->owned)
		ts_bpf_repair_count(b);
	jiffies = ts_bpf_clock_jiffies(b);
	stats = malloc(sizeof(*stats) * BATCH * b->n_cpus);
	if (!stats)
		return ts_meter_fail(m, -ENOMEM, "out of memory");
	while (!ret && first <= b->highest) {
		n = b->highest - first + 1 < BATCH ? b->highest - first + 1 : BATCH;
		ret = read_batch(b, first, keys, stats, &n);
		if (!n)
			break;
		for (i = 0; !ret && i < n; i++) {
			if (keys[i] != first + i || b->book[keys[i]].state < TS_BOOK_LIVE)
				continue;
			ts_bpf_account_fill(b, keys[i], &stats[(size_t)i * b->n_cpus], jiffies, &a);
			ret = cb(&a, arg);
		}
		first += n;
	}
	free(stats);
	return ret;
}
