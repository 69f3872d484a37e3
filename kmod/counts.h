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

/* As ts_counts_add(), where the counters of this CPU are at hand. */
static inline void ts_counts_add_here(struct ts_counts *c, unsigned int i,
				      u32 bytes)
{
	u64_stats_update_begin(&c->sync);
	u64_stats_add(&c->n[i].bytes, bytes);
	u64_stats_inc(&c->n[i].packets);
	u64_stats_update_end(&c->sync);
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
	ts_counts_add_here(this_cpu_ptr(counts), i, bytes);
}

#endif /* _TS_COUNTS_H */
