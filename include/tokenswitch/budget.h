/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The budget: one 64-byte account line and one atomic.
 *
 * Freestanding: the same text is compiled into the module, into the BPF
 * programs and into the userspace tests.  The three differ only in how they
 * spell an atomic (the block below).
 *
 * Never over (invariant 1): units leave the budget only by a compare-and-swap
 * that was computed from a granted value read before it, and granted only
 * grows.  Never stranded (invariant 2): there is one counter, no CPU holds a
 * share of it.
 */
#ifndef _TOKENSWITCH_BUDGET_H
#define _TOKENSWITCH_BUDGET_H

#include <linux/errno.h>
#include <linux/types.h>
#include <linux/tokenswitch.h>

/*
 * ts_load_ordered() reads so that whatever is read after it is not older; it
 * stands on a path that is taken rarely, so BPF, which has no such load, pays
 * for it with an atomic.
 */
#if defined(__KERNEL__)
/*
 * atomic64_t also where a 32-bit machine has no 64-bit instruction: then every
 * access must go through these, or it would miss the spinlock behind them.
 */
#define ts_load(p) ((__u64)atomic64_read((const atomic64_t *)(p)))
#define ts_load_acquire(p) ((__u64)atomic64_read_acquire((const atomic64_t *)(p)))
#define ts_load_ordered(p) ts_load_acquire(p)
#define ts_store_release(p, v) atomic64_set_release((atomic64_t *)(p), (s64)(v))
#define ts_cmpxchg(p, old, new) \
	((__u64)atomic64_cmpxchg((atomic64_t *)(p), (s64)(old), (s64)(new)))
#define ts_fetch_add(p, v) ((__u64)atomic64_fetch_add((s64)(v), (atomic64_t *)(p)))
#elif defined(__bpf__)
/* BPF's 64-bit atomics are fully ordered; plain aligned loads do not tear. */
#define ts_load(p) (*(const volatile __u64 *)(p))
#define ts_load_acquire(p) ts_load(p)
#define ts_load_ordered(p) __sync_fetch_and_add((p), 0)
#define ts_store_release(p, v) (*(volatile __u64 *)(p) = (v))
#define ts_cmpxchg(p, old, new) __sync_val_compare_and_swap((p), (old), (new))
#define ts_fetch_add(p, v) __sync_fetch_and_add((p), (v))
#else
#define ts_load(p) __atomic_load_n((p), __ATOMIC_RELAXED)
#define ts_load_acquire(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define ts_load_ordered(p) ts_load_acquire(p)
#define ts_store_release(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
static inline __attribute__((always_inline)) __u64
ts_cmpxchg(__u64 *p, __u64 old, __u64 new)
{
	__atomic_compare_exchange_n(p, &old, new, 0, __ATOMIC_SEQ_CST,
				    __ATOMIC_SEQ_CST);
	return old;
}
#define ts_fetch_add(p, v) __atomic_fetch_add((p), (v), __ATOMIC_SEQ_CST)
#endif

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

/* Compare-and-swap tries before the wait-free tail. */
#define TS_CHARGE_TRIES 16
/* Grants that a refusal may meet on its way to the exhausted event. */
#define TS_DRY_TRIES 8

/*
 * Highest cumulative value of a line, credit units.  The tail adds before it
 * looks: the half of the range above this takes what is added at one moment by
 * all CPUs, each less than 2^48, and @dry_at can hold granted + 1.
 */
#define TS_GRANTED_MAX (~(__u64)0 >> 1)

/**
 * struct ts_budget - the account line: what the per-packet decision needs
 * @granted: credit units, cumulative; written by ts_budget_grant() alone
 * @charged: credit units, cumulative; above @granted only for the few
 *	instructions of a refused tail, so readers use ts_budget_charged()
 * @dry_at: the highest @granted + 1 under which the exhausted event was
 *	raised; 0: never
 * @low_at: the low event is raised when @charged passes this; TS_LOW_DISARMED
 *	once it was raised.  Armed by the granter.
 * @expires: in ticks of the meter's coarse clock; 0: never
 * @price: credit units per byte, [class][direction]
 * @epoch: life of this line, so that counters of two lives are never confused
 * @flags: enum ts_account_flags
 *
 * Exactly one cache line, aligned to it.
 */
struct ts_budget {
	__u64 granted;
	__u64 charged;
	__u64 dry_at;
	__u64 low_at;
	__u64 expires;
	__u16 price[TS_CLASS_COUNT][TS_DIR_COUNT];
	__u32 epoch;
	__u32 flags;
} __attribute__((aligned(64)));

_Static_assert(sizeof(struct ts_budget) == 64, "an account line is one cache line");
_Static_assert(!(TS_CLASS_COUNT & (TS_CLASS_COUNT - 1)) &&
	       !(TS_DIR_COUNT & (TS_DIR_COUNT - 1)), "ts_budget_cost() masks");

#define TS_LOW_DISARMED (~(__u64)0)

/**
 * enum ts_verdict - what became of a charge, bits
 * @TS_VERDICT_PASS: the units were taken, the frame passes
 * @TS_VERDICT_LOW: raise the low event (with PASS)
 * @TS_VERDICT_DRY: raise the exhausted event (without PASS)
 */
enum ts_verdict {
	TS_VERDICT_REFUSE = 0,
	TS_VERDICT_PASS = 1 << 0,
	TS_VERDICT_LOW = 1 << 1,
	TS_VERDICT_DRY = 1 << 2,
};

/**
 * ts_budget_cost() - price of a frame
 * @b: the account line
 * @class: enum ts_class
 * @dir: enum ts_dir
 * @bytes: billed bytes of the frame, its segments included
 *
 * Return: credit units; cannot overflow (32 bit times 16 bit).
 */
static __always_inline __u64 ts_budget_cost(const struct ts_budget *b,
					    __u32 class, __u32 dir, __u32 bytes)
{
	return (__u64)bytes * b->price[class & (TS_CLASS_COUNT - 1)]
				      [dir & (TS_DIR_COUNT - 1)];
}

/*
 * The first refusal under a granted value raises one event.  @dry_at only
 * grows: a CPU that read an older granted value must neither hide the event of
 * the newer one nor make it come twice.
 */
static __always_inline unsigned int ts_budget_dry(struct ts_budget *b, __u64 granted)
{
	__u64 seen = ts_load(&b->dry_at), o;
	int i;

	/* A lost race means that dry_at grew; beyond the bound: once too often. */
	for (i = 0; i < TS_DRY_TRIES; i++) {
		if (seen > granted)
			return TS_VERDICT_REFUSE;
		o = ts_cmpxchg(&b->dry_at, seen, granted + 1);
		if (o == seen)
			break;
		seen = o;
	}
	return TS_VERDICT_DRY;
}

static __always_inline unsigned int ts_budget_passed(struct ts_budget *b, __u64 charged)
{
	__u64 low = ts_load(&b->low_at);

	if (charged <= low)
		return TS_VERDICT_PASS;
	if (ts_cmpxchg(&b->low_at, low, TS_LOW_DISARMED) != low)
		return TS_VERDICT_PASS;
	return TS_VERDICT_PASS | TS_VERDICT_LOW;
}

/**
 * ts_budget_charge() - take the cost of a frame, if the budget has it
 * @b: the account line
 * @cost: credit units, from ts_budget_cost(): less than 2^48
 *
 * Any context, any number of CPUs, no lock.  Wait-free: after
 * TS_CHARGE_TRIES lost races it adds first and takes back what did not fit;
 * a refusal can then be wrong only among the last few frames of a contended
 * budget, and never latches.
 *
 * Return: enum ts_verdict.
 */
static __always_inline unsigned int ts_budget_charge(struct ts_budget *b, __u64 cost)
{
	__u64 c = ts_load(&b->charged), g, o;
	int i;

	/* Always fits, even while a tail has overshot for a moment. */
	if (!cost)
		return TS_VERDICT_PASS;
	for (i = 0; i < TS_CHARGE_TRIES; i++) {
		g = ts_load(&b->granted);
		if (c > g) {
			/*
			 * Either a tail is about to take back, or this CPU saw
			 * a charge earlier than the grant that allowed it.
			 */
			c = ts_load_ordered(&b->charged);
			g = ts_load(&b->granted);
		}
		/* Never c + cost, so nothing can wrap. */
		if (c > g || cost > g - c)
			return ts_budget_dry(b, g);
		o = ts_cmpxchg(&b->charged, c, c + cost);
		if (o == c)
			return ts_budget_passed(b, c + cost);
		c = o;
	}
	g = ts_load(&b->granted);
	o = ts_fetch_add(&b->charged, cost);
	if (o <= g && cost <= g - o)
		return ts_budget_passed(b, o + cost);
	ts_fetch_add(&b->charged, -cost);
	return ts_budget_dry(b, g);
}

/**
 * ts_budget_charge_once() - the common case of ts_budget_charge(), no loop
 * @b: the account line
 * @cost: as there
 *
 * For callers who keep the rest out of their way, and for whom a loop is dear.
 *
 * Return: 1: the units were taken and nobody needs to be told; 0: nothing was
 * taken, ts_budget_charge() decides.
 */
static __always_inline int ts_budget_charge_once(struct ts_budget *b, __u64 cost)
{
	__u64 c = ts_load(&b->charged), g = ts_load(&b->granted);

	if (c > g || cost > g - c || c + cost > ts_load(&b->low_at))
		return 0;
	return !cost || ts_cmpxchg(&b->charged, c, c + cost) == c;
}

/**
 * ts_budget_stays_dry() - would ts_budget_charge() refuse this, and raise nothing?
 * @b: the account line
 * @cost: as there
 *
 * The common refusal: of a budget whose exhausted event was raised.  Nothing is
 * written, so a flood at a dry account costs its CPUs no line of memory.
 *
 * Return: 1: it would; 0: ts_budget_charge() decides.
 */
static __always_inline int ts_budget_stays_dry(const struct ts_budget *b, __u64 cost)
{
	__u64 c = ts_load(&b->charged), g = ts_load(&b->granted);

	return c <= g && cost > g - c && ts_load(&b->dry_at) > g;
}

/**
 * ts_budget_covers() - would ts_budget_charge() take this?
 * @b: the account line
 * @cost: credit units, from ts_budget_cost()
 *
 * For what only who can pay may do, and which is not charged.  Nothing is
 * taken and no event is due, so the answer may be old when it arrives.
 *
 * Return: 1 or 0.
 */
static __always_inline int ts_budget_covers(const struct ts_budget *b, __u64 cost)
{
	__u64 c = ts_load(&b->charged), g = ts_load(&b->granted);

	return !cost || (c <= g && cost <= g - c);
}

/**
 * ts_budget_charged() - what a reader may say was charged
 * @b: the account line
 *
 * Return: credit units, at most granted.
 */
static __always_inline __u64 ts_budget_charged(const struct ts_budget *b)
{
	__u64 c = ts_load(&b->charged);
	__u64 g = ts_load(&b->granted);

	return c < g ? c : g;
}

#ifndef __bpf__
/**
 * ts_budget_grant() - raise the granted value
 * @b: the account line
 * @epoch: the life that the caller means
 * @granted: new cumulative value, credit units
 * @low_units: raise the low event when less than this is left; 0: never
 *
 * One writer at a time (the caller's lock).  Repeating or reordering grants
 * changes nothing: only a higher value has an effect.
 *
 * Return: 0; -ESTALE when the line lives in another epoch; -ERANGE above
 * TS_GRANTED_MAX.
 */
static inline int ts_budget_grant(struct ts_budget *b, __u32 epoch,
				  __u64 granted, __u64 low_units)
{
	if (b->epoch != epoch)
		return -ESTALE;
	if (granted > TS_GRANTED_MAX)
		return -ERANGE;
	if (granted <= ts_load(&b->granted))
		return 0;
	/*
	 * Arm only when the new value can be seen: else a frame that passes
	 * under the old one uses up the event, and its reader, who is told the
	 * old value, takes it for a repetition.  Should everything be spent
	 * before the arm, the next frame raises the exhausted event.
	 */
	ts_store_release(&b->low_at, TS_LOW_DISARMED);
	ts_store_release(&b->granted, granted);
	if (low_units)
		ts_store_release(&b->low_at,
				 granted > low_units ? granted - low_units : 0);
	return 0;
}

/**
 * ts_budget_revoke() - take back unspent units by the step of a packet
 * @b: the account line
 * @max_units: take at most this
 *
 * Races with charges on other CPUs and takes only what none of them got.  A
 * tail in flight can hide units from it, so a close, which must leave nothing,
 * forbids, waits a grace period, and revokes then.
 *
 * Return: credit units taken.
 */
static inline __u64 ts_budget_revoke(struct ts_budget *b, __u64 max_units)
{
	__u64 c = ts_load(&b->charged), g, take, o;

	for (;;) {
		g = ts_load(&b->granted);
		if (c >= g)
			return 0;
		take = g - c < max_units ? g - c : max_units;
		o = ts_cmpxchg(&b->charged, c, c + take);
		if (o == c)
			return take;
		c = o;
	}
}
#endif /* __bpf__ */

/**
 * ts_zone_of_name() - the zone number of a bridge or of a routed port
 * @name: device name, NUL-terminated, at most 15 bytes
 *
 * FNV-1a, so that a zone keeps its number when its device is made anew and
 * module, driver and daemon agree without a table.
 *
 * Return: zone, never 0.
 */
static inline __u32 ts_zone_of_name(const char *name)
{
	__u32 h = 2166136261u;
	int i;

	for (i = 0; i < 16 && name[i]; i++)
		h = (h ^ (__u8)name[i]) * 16777619u;
	return h ? h : 1;
}

#endif /* _TOKENSWITCH_BUDGET_H */
