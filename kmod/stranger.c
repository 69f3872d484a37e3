// SPDX-License-Identifier: GPL-2.0
/*
 * Strangers: stations without an account; a bounded list of recent ones.
 *
 * A million invented addresses push each other out of this list; they reach no
 * other table.
 */

#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <tokenswitch/classify.h>
#include "event.h"
#include "net.h"
#include "stranger.h"

/**
 * ts_stranger_table_init() - make the list, when the first port needs it
 * @tn: the namespace; RTNL is held
 *
 * Return: 0 or -ENOMEM.
 */
int ts_stranger_table_init(struct ts_net *tn)
{
	struct ts_stranger_table *t;

	if (tn->strangers)
		return 0;
	t = kvzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);
	if (!t)
		return -ENOMEM;
	spin_lock_init(&t->lock);
	atomic64_add(sizeof(*t), &tn->memory_bytes);
	/* Read by STRANGER_GET without RTNL. */
	smp_store_release(&tn->strangers, t);
	return 0;
}

/**
 * ts_stranger_table_destroy() - free the list; no port is left
 * @tn: the namespace
 */
void ts_stranger_table_destroy(struct ts_net *tn)
{
	kvfree(tn->strangers);
}

static struct ts_stranger *set_oldest(struct ts_stranger *set)
{
	struct ts_stranger *oldest = set;
	int i;

	for (i = 0; i < TS_STRANGER_WAYS; i++) {
		if (!atomic64_read(&set[i].tag))
			return &set[i];
		if (time_before(set[i].seen, oldest->seen))
			oldest = &set[i];
	}
	return oldest;
}

static struct ts_stranger *stranger_add(struct ts_stranger_table *t,
					struct ts_stranger *set, u64 tag,
					const struct ts_key *key, int ifindex)
{
	struct ts_stranger *s;

	if (!spin_trylock(&t->lock))
		return NULL;
	s = set_oldest(set);
	atomic64_set(&s->tag, 0);
	WRITE_ONCE(s->seen, jiffies);
	WRITE_ONCE(s->hinted, jiffies - TS_STRANGER_AGAIN_S * HZ - 1);
	ts_police_init(&s->police, TS_STATION_FREE_BURST_BYTES);
	ts_police_init(&s->onward, TS_ONWARD_BURST_BYTES);
	s->key = *key;
	s->ifindex = ifindex;
	atomic64_set_release(&s->tag, tag);
	spin_unlock(&t->lock);
	return s;
}

static u64 key_tag(const struct ts_key *key)
{
	return ts_key_hash(key) | 1;
}

static struct ts_stranger *tag_set(struct ts_stranger_table *t, u64 tag)
{
	return t->sets[(tag >> 1) % TS_STRANGER_SETS];
}

/**
 * ts_stranger_find() - the place of a station in the list
 * @tn: the namespace, with a port
 * @key: the station
 *
 * No lock.  The place may be given to another station at any time; what its
 * users then get wrong is a hint, or how much of the free class one gets.
 *
 * Return: its place, or NULL.
 */
struct ts_stranger *ts_stranger_find(struct ts_net *tn,
				     const struct ts_key *key)
{
	u64 tag = key_tag(key);
	struct ts_stranger *set = tag_set(tn->strangers, tag);
	int i;

	for (i = 0; i < TS_STRANGER_WAYS; i++)
		if ((u64)atomic64_read(&set[i].tag) == tag)
			return &set[i];
	return NULL;
}

/**
 * ts_stranger_see() - note a station without an account
 * @tn: the namespace, with a port
 * @key: the station
 * @ifindex: the port it is behind
 *
 * Bottom halves off, no lock waited for.
 *
 * Return: as ts_stranger_find(); NULL: no place this time.
 */
struct ts_stranger *ts_stranger_see(struct ts_net *tn, const struct ts_key *key,
				    int ifindex)
{
	struct ts_stranger *s = ts_stranger_find(tn, key);
	u64 tag = key_tag(key);

	if (!s)
		return stranger_add(tn->strangers, tag_set(tn->strangers, tag),
				    tag, key, ifindex);
	if (READ_ONCE(s->seen) != jiffies)
		WRITE_ONCE(s->seen, jiffies);
	return s;
}

/**
 * ts_stranger_hint() - tell the listeners of a station that was refused
 * @tn: the namespace
 * @s: its place in the list
 * @key: the station
 * @ifindex: the port it is behind
 */
void ts_stranger_hint(struct ts_net *tn, struct ts_stranger *s,
		      const struct ts_key *key, int ifindex)
{
	unsigned long then = READ_ONCE(s->hinted);

	if (time_before(jiffies, then + TS_STRANGER_AGAIN_S * HZ))
		return;
	if (!ts_police_take(&tn->hints, TS_STRANGER_EVENTS_PER_S,
			    TS_STRANGER_EVENTS_BURST, 1))
		return;
	if (cmpxchg(&s->hinted, then, jiffies) == then)
		ts_event_stranger(tn, key, ifindex);
}

/**
 * ts_stranger_read() - read one place of the list
 * @tn: the namespace, locked
 * @i: place, below TS_STRANGER_COUNT
 * @key: set to the station
 * @ifindex: set to its port
 * @idle_ms: set to the time since its last frame
 *
 * Return: false when the place is empty, or its station has an account by now.
 */
bool ts_stranger_read(struct ts_net *tn, unsigned int i, struct ts_key *key,
		      int *ifindex, u64 *idle_ms)
{
	struct ts_stranger_table *t = smp_load_acquire(&tn->strangers);
	struct ts_stranger *s;
	bool used;

	if (!t)
		return false;
	s = &t->sets[i / TS_STRANGER_WAYS][i % TS_STRANGER_WAYS];
	spin_lock_bh(&t->lock);
	used = atomic64_read(&s->tag);
	*key = s->key;
	*ifindex = s->ifindex;
	*idle_ms = jiffies_to_msecs(jiffies - READ_ONCE(s->seen));
	spin_unlock_bh(&t->lock);
	return used && !ts_key_lookup(tn, key);
}
