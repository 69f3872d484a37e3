/* SPDX-License-Identifier: GPL-2.0 */
/* Accounts: the account line, what stands around it, and its life. */
#ifndef _TS_ACCOUNT_H
#define _TS_ACCOUNT_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/types.h>
#include <linux/u64_stats_sync.h>
#include <tokenswitch/budget.h>
#include "key.h"
#include "police.h"

struct netlink_ext_ack;
struct ts_net;
struct ts_tariff;

/** struct ts_stat - counters of one class and direction, see enum ts_stat_attr */
struct ts_stat {
	u64 bytes;
	u64 packets;
	u64 units;
	u64 dropped_bytes;
	u64 dropped_packets;
};

/** struct ts_stat_cpu - the same, as one CPU counts it */
struct ts_stat_cpu {
	u64_stats_t bytes;
	u64_stats_t packets;
	u64_stats_t units;
	u64_stats_t dropped_bytes;
	u64_stats_t dropped_packets;
};

/**
 * struct ts_account_stats - counters of an account on one CPU
 * @stat: by class and direction
 * @sync: written by the data path, which always runs with bottom halves off
 */
struct ts_account_stats {
	struct ts_stat_cpu stat[TS_CLASS_COUNT][TS_DIR_COUNT];
	struct u64_stats_sync sync;
};

/**
 * struct ts_account - one metered party
 * @budget: the account line, a cache line of its own.  granted, price, epoch,
 *	flags, expires and low_at are written under ts_net.lock.
 * @stats: per CPU, owned
 * @seen: jiffies of the last frame from it, coarse; written by the data path
 * @dead: was closed; never written back
 * @police: limits its free class
 * @group_police: limits what it sends to groups
 * @onward: limits what may be passed on of its free class
 * @answers: bytes of answers that it may still be charged for
 * @asked: bytes of answers that may still come to it, charged or not
 * @id: 1 to TS_ACCOUNT_ID_MAX
 * @kind: enum ts_kind
 * @tariff: prices; a counted user of it, NULL: none yet; under ts_net.lock
 * @tariff_id: its id, 0: none yet, so that nothing but class free passes;
 *	known also when the account has left its tariff
 * @low_units: raise the low event when less is left; under ts_net.lock
 * @revoked_units: of budget.charged; under ts_net.lock
 * @charged_told: the highest that a reader was told; under ts_net.lock
 * @keys: struct ts_key_entry; under ts_net.lock
 * @ref: one for the table, and one for who closes it
 * @rcu: the data path may still look at it
 */
struct ts_account {
	struct ts_budget budget;
	struct ts_account_stats __percpu *stats;
	unsigned long seen;
	bool dead;
	struct ts_police police;
	struct ts_police group_police;
	struct ts_police onward;
	atomic_t answers;
	atomic_t asked;
	u32 id;
	u8 kind;
	struct ts_tariff *tariff;
	u32 tariff_id;
	u64 low_units;
	u64 revoked_units;
	u64 charged_told;
	struct list_head keys;
	struct kref ref;
	struct rcu_head rcu;
};

/**
 * struct ts_account_wish - what ACCOUNT_SET asks for
 * @has_kind: @kind is given
 * @has_keys: @keys is given
 * @has_tariff: @tariff_id is given
 * @has_low: @low_units is given
 * @has_expires: @expires_s is given
 * @has_flags: @flags is given
 * @kind: enum ts_kind
 * @n_keys: length of @keys
 * @keys: the new list
 * @tariff_id: prices
 * @low_units: credit units
 * @expires_s: seconds from now, 0: never
 * @flags: of TS_ACCOUNT_F_WRITABLE
 */
struct ts_account_wish {
	bool has_kind;
	bool has_keys;
	bool has_tariff;
	bool has_low;
	bool has_expires;
	bool has_flags;
	u8 kind;
	unsigned int n_keys;
	struct ts_key keys[TS_KEYS_MAX];
	u32 tariff_id;
	u64 low_units;
	u32 expires_s;
	u32 flags;
};

void ts_account_table_init(struct ts_net *tn);
void ts_account_table_destroy(struct ts_net *tn);
struct ts_account *ts_account_find(struct ts_net *tn, u32 id, u32 epoch,
				   struct netlink_ext_ack *extack);
struct ts_account *ts_account_make(struct ts_net *tn,
				   const struct ts_account_wish *wish,
				   struct netlink_ext_ack *extack);
int ts_account_change(struct ts_net *tn, struct ts_account *a,
		      const struct ts_account_wish *wish,
		      struct netlink_ext_ack *extack);
int ts_account_grant(struct ts_net *tn, struct ts_account *a, u64 granted,
		     struct netlink_ext_ack *extack);
u64 ts_account_revoke(struct ts_net *tn, struct ts_account *a, u64 max_units);
void ts_account_unlink(struct ts_net *tn, struct ts_account *a);
void ts_account_put(struct ts_account *a);
u64 ts_account_charged(struct ts_net *tn, struct ts_account *a);
void ts_account_reprice(struct ts_account *a);
int ts_account_selftest(void);
void ts_account_read_stats(const struct ts_account *a,
			   struct ts_stat stats[TS_CLASS_COUNT][TS_DIR_COUNT]);

/* What passes, at @s of @stats, those of this CPU.  Bottom halves off. */
static inline void ts_account_count_passed(struct ts_account_stats *stats,
					   struct ts_stat_cpu *s, u32 bytes,
					   u32 packets, u64 units)
{
	u64_stats_update_begin(&stats->sync);
	u64_stats_add(&s->bytes, bytes);
	u64_stats_add(&s->packets, packets);
	u64_stats_add(&s->units, units);
	u64_stats_update_end(&stats->sync);
}

/**
 * ts_account_count() - count a frame
 * @a: the account
 * @class: enum ts_class
 * @dir: enum ts_dir
 * @bytes: billed bytes, or those that would have been
 * @packets: segments
 * @units: what was charged
 * @passed: it passes, else it was refused
 *
 * Bottom halves off.
 */
static inline void ts_account_count(struct ts_account *a, u32 class, u32 dir,
				    u32 bytes, u32 packets, u64 units,
				    bool passed)
{
	struct ts_account_stats *stats = this_cpu_ptr(a->stats);
	struct ts_stat_cpu *s = &stats->stat[class][dir];

	if (passed) {
		ts_account_count_passed(stats, s, bytes, packets, units);
		return;
	}
	u64_stats_update_begin(&stats->sync);
	u64_stats_add(&s->dropped_bytes, bytes);
	u64_stats_add(&s->dropped_packets, packets);
	u64_stats_update_end(&stats->sync);
}

#endif /* _TS_ACCOUNT_H */
