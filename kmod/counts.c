// SPDX-License-Identifier: GPL-2.0
/* Bytes and packets by what they were, counted on each CPU for itself. */

#include <linux/bottom_half.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "counts.h"

static size_t counts_cpu_bytes(unsigned int n)
{
	return sizeof(struct ts_counts) + n * sizeof(struct ts_count_cpu);
}

/**
 * ts_counts_bytes() - memory of some counters, on every possible CPU
 * @n: how many kinds
 *
 * Return: bytes.
 */
size_t ts_counts_bytes(unsigned int n)
{
	return num_possible_cpus() * counts_cpu_bytes(n);
}

/**
 * ts_counts_alloc() - make counters, all 0
 * @n: how many kinds
 *
 * Return: for free_percpu(), or NULL.
 */
struct ts_counts __percpu *ts_counts_alloc(unsigned int n)
{
	struct ts_counts __percpu *counts;
	int cpu;

	counts = __alloc_percpu_gfp(counts_cpu_bytes(n),
				    __alignof__(struct ts_counts),
				    GFP_KERNEL_ACCOUNT);
	if (!counts)
		return NULL;
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(counts, cpu)->sync);
	return counts;
}

/**
 * ts_counts_read() - add up the counters of all CPUs
 * @counts: the counters
 * @n: how many kinds
 * @sum: set; as many
 */
void ts_counts_read(const struct ts_counts __percpu *counts, unsigned int n,
		    struct ts_count *sum)
{
	const struct ts_counts *c;
	unsigned int i, start;
	struct ts_count got;
	int cpu;

	memset(sum, 0, n * sizeof(*sum));
	/* For 32-bit machines with one CPU, as in ts_account_read_stats(). */
	local_bh_disable();
	for_each_possible_cpu(cpu) {
		c = per_cpu_ptr(counts, cpu);
		for (i = 0; i < n; i++) {
			do {
				start = u64_stats_fetch_begin(&c->sync);
				got.bytes = u64_stats_read(&c->n[i].bytes);
				got.packets = u64_stats_read(&c->n[i].packets);
			} while (u64_stats_fetch_retry(&c->sync, start));
			sum[i].bytes += got.bytes;
			sum[i].packets += got.packets;
		}
	}
	local_bh_enable();
}
