/* SPDX-License-Identifier: GPL-2.0 */
/* What an account pays for a frame, and whether it may pass at all. */
#ifndef _TS_CHARGE_H
#define _TS_CHARGE_H

#include <linux/types.h>
#include "account.h"

struct ts_net;

/* A decision that is not a reason to drop. */
#define TS_CHARGE_PASS (-1)

int ts_charge_barred(const struct ts_account *a);
int ts_charge(struct ts_net *tn, struct ts_account *a, u32 class, u32 dir,
	      u32 bytes, u32 packets);

static inline bool ts_charge_is_trusted(const struct ts_account *a)
{
	return READ_ONCE(a->budget.flags) & TS_ACCOUNT_F_TRUSTED;
}

/**
 * struct ts_toll - what an account pays for frames of one class and direction
 * @account: has a tariff, and so always will have one
 * @price: in its account line
 * @stat: counters of this CPU
 * @stats: what they are in
 */
struct ts_toll {
	struct ts_account *account;
	const u16 *price;
	struct ts_stat_cpu *stat;
	struct ts_account_stats *stats;
};

/**
 * ts_toll_find() - look up what a frame costs
 * @t: filled in
 * @a: who pays
 * @class: enum ts_class
 * @dir: enum ts_dir
 *
 * Bottom halves off, as long as it is used.
 *
 * Return: false: nobody knows the price.
 */
static inline bool ts_toll_find(struct ts_toll *t, struct ts_account *a,
				u32 class, u32 dir)
{
	struct ts_account_stats *stats = this_cpu_ptr(a->stats);

	*t = (struct ts_toll) {
		.account = a,
		.price = &a->budget.price[class][dir],
		.stat = &stats->stat[class][dir],
		.stats = stats,
	};
	return smp_load_acquire(&a->tariff_id);
}

/**
 * ts_toll_take() - the common case of ts_charge_barred() and ts_charge()
 * @t: who pays what
 * @bytes: billed
 * @packets: segments
 *
 * Return: false: nothing was taken nor counted, and those decide.
 */
static inline bool ts_toll_take(const struct ts_toll *t, u32 bytes, u32 packets)
{
	struct ts_budget *b = &t->account->budget;
	u32 flags = READ_ONCE(b->flags);
	u64 units = 0;

	if (likely(!flags)) {
		/* As ts_budget_cost(), which would look the price up again. */
		units = (u64)bytes * READ_ONCE(*t->price);
		if (unlikely(!ts_budget_charge_once(b, units)))
			return false;
	} else if (flags != TS_ACCOUNT_F_TRUSTED) {
		return false;
	}
	ts_account_count_passed(t->stats, t->stat, bytes, packets, units);
	return true;
}

#endif /* _TS_CHARGE_H */
