/* SPDX-License-Identifier: GPL-2.0 */
/* Bytes and packets by what they were, counted on each CPU for itself. */
#ifndef _TS_COUNTS_H
#define _TS_COUNTS_H

#include <linux/percpu.h>
#include <linux/types.h>
#include <linux/u64_stats_sync.h>

/** struct ts_count - of one kind */
struct ts_count {
	u64 bytes;
	u64 packets;
};

/** struct ts_count_cpu - the same, as one CPU counts it */
struct ts_count_cpu {
	u64_stats_t bytes;
	u64_stats_t packets;
};

/**
 * struct ts_counts - of some kinds on one CPU
 * @sync: written by the data path, which always runs with bottom halves off
 * @n: by kind; how many there are knows the owner
 */
struct ts_counts {
	struct u64_stats_sync sync;
	struct ts_count_cpu n[];
};

size_t ts_counts_bytes(unsigned int n);
struct ts_counts __percpu *ts_counts_alloc(unsigned int n);
void ts_counts_read(const struct ts_counts __percpu *counts, unsigned int n,
		    struct ts_count *sum);

/**
 * struct ts_counter - one kind on this CPU, looked up
 * @n: what is counted
 * @in: what that is in
 */
struct ts_counter {
	struct ts_count_cpu *n;
	struct ts_counts *in;
};

/* Bottom halves off, as long as it is used. */
static inline struct ts_counter ts_counter_here(struct ts_counts __percpu *counts,
						unsigned int i)
{
	struct ts_counts *in = this_cpu_ptr(counts);

	return (struct ts_counter) { .n = &in->n[i], .in = in };
}

static inline void ts_counter_add(const struct ts_counter *c, u32 bytes)
{
	struct ts_count_cpu *n = c->n;

	u64_stats_update_begin(&c->in->sync);
	u64_stats_add(&n->bytes, bytes);
	u64_stats_inc(&n->packets);
	u64_stats_update_end(&c->in->sync);
}

/**
 * ts_counts_add() - count a frame
 * @counts: where
 * @i: its kind
 * @bytes: of it
 *
 * Bottom halves off.
 */
static inline void ts_counts_add(struct ts_counts __percpu *counts,
				 unsigned int i, u32 bytes)
{
	struct ts_counter c = ts_counter_here(counts, i);

	ts_counter_add(&c, bytes);
}

#endif /* _TS_COUNTS_H */
