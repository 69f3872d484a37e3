// SPDX-License-Identifier: GPL-2.0
/* Accounts: the account line, what stands around it, and its life. */

#include <linux/bottom_half.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/netlink.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <tokenswitch/classify.h>
#include "account.h"
#include "expiry.h"
#include "mesh_table.h"
#include "net.h"
#include "tariff.h"

/* What one account takes, its counters on every possible CPU included. */
static size_t account_bytes(void)
{
	return sizeof(struct ts_account) +
	       num_possible_cpus() * sizeof(struct ts_account_stats);
}

/**
 * ts_account_table_init() - make the table of a namespace
 * @tn: the namespace
 */
void ts_account_table_init(struct ts_net *tn)
{
	xa_init_flags(&tn->accounts, XA_FLAGS_ALLOC1);
}

/**
 * ts_account_table_destroy() - close everything, the namespace is leaving
 * @tn: the namespace, locked
 */
void ts_account_table_destroy(struct ts_net *tn)
{
	struct ts_account *a;
	unsigned long id;

	xa_for_each(&tn->accounts, id, a)
		ts_account_unlink(tn, a);
	xa_destroy(&tn->accounts);
}

static void account_free_rcu(struct rcu_head *rcu)
{
	struct ts_account *a = container_of(rcu, struct ts_account, rcu);

	free_percpu(a->stats);
	kfree(a);
}

static void account_release(struct kref *ref)
{
	struct ts_account *a = container_of(ref, struct ts_account, ref);

	ts_key_free(a);
	call_rcu(&a->rcu, account_free_rcu);
}

/**
 * ts_account_put() - give a reference back
 * @a: the account
 */
void ts_account_put(struct ts_account *a)
{
	kref_put(&a->ref, account_release);
}

/**
 * ts_account_find() - an account by id and life
 * @tn: the namespace, locked
 * @id: its id
 * @epoch: its life; 0: whichever it is
 * @extack: told what is wrong
 *
 * Return: the account, or ERR_PTR(): -ENOENT, -ESTALE.
 */
struct ts_account *ts_account_find(struct ts_net *tn, u32 id, u32 epoch,
				   struct netlink_ext_ack *extack)
{
	struct ts_account *a;

	lockdep_assert_held(&tn->lock);
	a = xa_load(&tn->accounts, id);
	if (!a) {
		NL_SET_ERR_MSG(extack, "no account with this id");
		return ERR_PTR(-ENOENT);
	}
	if (epoch && a->budget.epoch != epoch) {
		NL_SET_ERR_MSG(extack, "this id lives in another epoch; read it again with ACCOUNT_GET");
		return ERR_PTR(-ESTALE);
	}
	return a;
}

/* Arm or disarm the low event for what is granted now. */
static void account_arm_low(struct ts_account *a)
{
	u64 granted = ts_load(&a->budget.granted);
	u64 at = TS_LOW_DISARMED;

	if (a->low_units)
		at = granted > a->low_units ? granted - a->low_units : 0;
	ts_store_release(&a->budget.low_at, at);
}

/**
 * ts_account_reprice() - copy the tariff's prices into the account line
 * @a: the account; ts_net.lock is held
 *
 * Each price is one store, so a frame pays the old one or the new one.
 */
void ts_account_reprice(struct ts_account *a)
{
	unsigned int class, dir;

	for (class = 0; class < TS_CLASS_COUNT; class++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			WRITE_ONCE(a->budget.price[class][dir],
				   a->tariff->price[class][dir]);
}

static void account_set_tariff(struct ts_account *a, struct ts_tariff *t)
{
	ts_tariff_use(t);
	if (a->tariff)
		ts_tariff_leave(a->tariff);
	a->tariff = t;
	ts_account_reprice(a);
	/* The data path bars an account that has no prices yet. */
	smp_store_release(&a->tariff_id, t->id);
}

/**
 * ts_account_change() - do what ACCOUNT_SET asks for
 * @tn: the namespace, locked
 * @a: the account
 * @wish: what is asked
 * @extack: told what is wrong
 *
 * What can fail comes first, so a change that fails has no effect.
 *
 * Return: 0, -EINVAL, or as ts_key_replace() and ts_tariff_find().
 */
int ts_account_change(struct ts_net *tn, struct ts_account *a,
		      const struct ts_account_wish *wish,
		      struct netlink_ext_ack *extack)
{
	u32 flags = a->budget.flags;
	struct ts_tariff *t = NULL;
	int err;

	lockdep_assert_held(&tn->lock);
	if (wish->has_kind && wish->kind != a->kind) {
		NL_SET_ERR_MSG(extack, "the kind of an account cannot change; make another account");
		return -EINVAL;
	}
	if (wish->has_tariff) {
		t = ts_tariff_find(tn, wish->tariff_id, extack);
		if (IS_ERR(t))
			return PTR_ERR(t);
	}
	if (wish->has_keys) {
		err = ts_key_replace(tn, a, wish->keys, wish->n_keys, extack);
		if (err)
			return err;
	}
	if (t)
		account_set_tariff(a, t);
	/* The same again is no reason to tell the same again. */
	if (wish->has_low && wish->low_units != a->low_units) {
		a->low_units = wish->low_units;
		account_arm_low(a);
	}
	if (wish->has_flags)
		flags = (flags & ~TS_ACCOUNT_F_WRITABLE) | wish->flags;
	if (wish->has_expires) {
		flags &= ~TS_ACCOUNT_F_EXPIRED;
		ts_expiry_set(tn, a, wish->expires_s);
	}
	WRITE_ONCE(a->budget.flags, flags);
	ts_net_changed(tn);
	return 0;
}

static struct ts_account *account_alloc(void)
{
	struct ts_account *a = kzalloc(sizeof(*a), GFP_KERNEL_ACCOUNT);
	int cpu;

	if (!a)
		return NULL;
	a->stats = alloc_percpu_gfp(struct ts_account_stats, GFP_KERNEL_ACCOUNT);
	if (!a->stats) {
		kfree(a);
		return NULL;
	}
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(a->stats, cpu)->sync);
	a->seen = jiffies;
	a->budget.low_at = TS_LOW_DISARMED;
	INIT_LIST_HEAD(&a->keys);
	kref_init(&a->ref);
	return a;
}

static int account_check_new(struct ts_net *tn,
			     const struct ts_account_wish *wish,
			     struct netlink_ext_ack *extack)
{
	if (!wish->has_kind) {
		NL_SET_ERR_MSG(extack, "a new account needs KIND; to change one give ACCOUNT_ID and EPOCH");
		return -EINVAL;
	}
	if (tn->n_accounts >= tn->accounts_max) {
		NL_SET_ERR_MSG(extack, "account limit of this namespace reached; raise ACCOUNTS_MAX or close accounts");
		return -ENOSPC;
	}
	return 0;
}

/**
 * ts_account_make() - make an account with an empty budget
 * @tn: the namespace, locked
 * @wish: what it shall be
 * @extack: told what is wrong
 *
 * Return: the account, owned by the table, or ERR_PTR().
 */
struct ts_account *ts_account_make(struct ts_net *tn,
				   const struct ts_account_wish *wish,
				   struct netlink_ext_ack *extack)
{
	struct ts_tariff *t = NULL;
	struct ts_account *a;
	int err;

	lockdep_assert_held(&tn->lock);
	err = account_check_new(tn, wish, extack);
	if (err)
		return ERR_PTR(err);
	if (wish->has_tariff)
		t = ts_tariff_find(tn, wish->tariff_id, extack);
	if (IS_ERR(t))
		return ERR_CAST(t);
	err = ts_net_take_memory(tn, account_bytes(), extack);
	if (err)
		return ERR_PTR(err);
	a = account_alloc();
	if (!a) {
		err = -ENOMEM;
		goto err_memory;
	}
	ts_police_init(&a->police, TS_STATION_FREE_BURST_BYTES);
	ts_police_init(&a->group_police, TS_GROUP_BURST_BYTES);
	/* Full, it would be worth making accounts anew. */
	ts_police_init(&a->onward, 0);
	a->budget.epoch = ts_net_next_epoch(tn);
	err = xa_alloc(&tn->accounts, &a->id, a,
		       XA_LIMIT(1, TS_ACCOUNT_ID_MAX), GFP_KERNEL_ACCOUNT);
	/* The limit on accounts leaves an id for each, so this is memory. */
	if (err)
		goto err_account;
	/*
	 * With its keys packets find the account: what it costs and whether it
	 * is forbidden must be there before.
	 */
	a->kind = wish->kind;
	if (wish->has_flags)
		a->budget.flags = wish->flags;
	if (t)
		account_set_tariff(a, t);
	err = ts_account_change(tn, a, wish, extack);
	if (err)
		goto err_id;
	tn->n_accounts++;
	return a;

err_id:
	if (a->tariff)
		ts_tariff_leave(a->tariff);
	xa_erase(&tn->accounts, a->id);
err_account:
	ts_account_put(a);
err_memory:
	ts_net_give_memory(tn, account_bytes());
	return ERR_PTR(err);
}

/**
 * ts_account_grant() - raise the granted value
 * @tn: the namespace, locked: one writer
 * @a: the account
 * @granted: new cumulative value
 * @extack: told what is wrong
 *
 * Return: 0, or -ERANGE.
 */
int ts_account_grant(struct ts_net *tn, struct ts_account *a, u64 granted,
		     struct netlink_ext_ack *extack)
{
	lockdep_assert_held(&tn->lock);
	if (granted > S64_MAX) {
		NL_SET_ERR_MSG(extack, "GRANTED must be below 2^63 credit units");
		return -ERANGE;
	}
	/* Found by its epoch already. */
	ts_budget_grant(&a->budget, a->budget.epoch, granted, a->low_units);
	return 0;
}

/**
 * ts_account_revoke() - take back unspent units
 * @tn: the namespace, locked, unless @a was unlinked
 * @a: the account
 * @max_units: take at most this
 *
 * Return: units taken.
 */
u64 ts_account_revoke(struct ts_net *tn, struct ts_account *a, u64 max_units)
{
	u64 taken;

	lockdep_assert(a->dead || lockdep_is_held(&tn->lock));
	taken = ts_budget_revoke(&a->budget, max_units);
	a->revoked_units += taken;
	return taken;
}

/**
 * ts_account_unlink() - first phase of a removal
 * @tn: the namespace, locked
 * @a: the account; the reference of the table is given back
 *
 * From here on no command finds it, and frames that found it before are
 * refused.  Those that are past that check may still be charged and counted:
 * after a grace period nobody touches the account, and its counters are final.
 */
void ts_account_unlink(struct ts_net *tn, struct ts_account *a)
{
	lockdep_assert_held(&tn->lock);
	WRITE_ONCE(a->dead, true);
	WRITE_ONCE(a->budget.flags, a->budget.flags | TS_ACCOUNT_F_FORBID);
	ts_key_unlink(tn, a);
	if (a->kind == TS_KIND_NEIGHBOUR)
		ts_mesh_table_forget(tn, a);
	xa_erase(&tn->accounts, a->id);
	tn->n_accounts--;
	if (a->tariff)
		ts_tariff_leave(a->tariff);
	ts_net_give_memory(tn, account_bytes());
	ts_net_changed(tn);
	ts_account_put(a);
}

/**
 * ts_account_charged() - what a reader is told as charged
 * @tn: the namespace, locked, unless @a was unlinked
 * @a: the account
 *
 * Return: at most granted, and never less than was told before.
 */
u64 ts_account_charged(struct ts_net *tn, struct ts_account *a)
{
	lockdep_assert(a->dead || lockdep_is_held(&tn->lock));
	a->charged_told = max(a->charged_told, ts_budget_charged(&a->budget));
	return a->charged_told;
}

static void stats_add_cpu(struct ts_stat *sum, const struct ts_stat_cpu *s,
			  const struct u64_stats_sync *sync)
{
	struct ts_stat got;
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(sync);
		got.bytes = u64_stats_read(&s->bytes);
		got.packets = u64_stats_read(&s->packets);
		got.units = u64_stats_read(&s->units);
		got.dropped_bytes = u64_stats_read(&s->dropped_bytes);
		got.dropped_packets = u64_stats_read(&s->dropped_packets);
	} while (u64_stats_fetch_retry(sync, start));
	sum->bytes += got.bytes;
	sum->packets += got.packets;
	sum->units += got.units;
	sum->dropped_bytes += got.dropped_bytes;
	sum->dropped_packets += got.dropped_packets;
}

/**
 * ts_account_read_stats() - add up the counters of all CPUs
 * @a: the account
 * @stats: set
 */
void ts_account_read_stats(const struct ts_account *a,
			   struct ts_stat stats[TS_CLASS_COUNT][TS_DIR_COUNT])
{
	const struct ts_account_stats *s;
	unsigned int class, dir;
	int cpu;

	memset(stats, 0, sizeof(struct ts_stat) * TS_CLASS_COUNT * TS_DIR_COUNT);
	/*
	 * On a 32-bit machine with one CPU the sequence count is compiled
	 * away, and only this keeps the writer from interrupting us.
	 */
	local_bh_disable();
	for_each_possible_cpu(cpu) {
		s = per_cpu_ptr(a->stats, cpu);
		for (class = 0; class < TS_CLASS_COUNT; class++)
			for (dir = 0; dir < TS_DIR_COUNT; dir++)
				stats_add_cpu(&stats[class][dir],
					      &s->stat[class][dir], &s->sync);
	}
	local_bh_enable();
}

#include "selftest/budget.c"
