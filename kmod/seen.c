// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses of the mesh that nobody vouched for: a bounded list with counters.
 *
 * A previous hop without an account, a destination without a route.  Invented
 * ones push each other out of this list; they reach no other table.
 */

#include <linux/mm.h>
#include <linux/slab.h>
#include "net.h"
#include "seen.h"

/**
 * ts_seen_alloc() - make a list
 * @tn: the namespace, whose memory it takes
 * @extack: told what is wrong
 *
 * Return: the list, or ERR_PTR(): -ENOSPC, -ENOMEM.
 */
struct ts_seen_table *ts_seen_alloc(struct ts_net *tn,
				    struct netlink_ext_ack *extack)
{
	struct ts_seen_table *t;
	int err;

	BUILD_BUG_ON((int)TS_ORIGINATOR_COUNT > (int)TS_SEEN_COUNTS);
	err = ts_net_take_memory(tn, sizeof(*t), extack);
	if (err)
		return ERR_PTR(err);
	t = kvzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);
	if (!t) {
		ts_net_give_memory(tn, sizeof(*t));
		return ERR_PTR(-ENOMEM);
	}
	spin_lock_init(&t->lock);
	return t;
}

/**
 * ts_seen_free() - free a list that no frame finds any more
 * @tn: the namespace
 * @t: the list; ERR_PTR() and NULL are none
 */
void ts_seen_free(struct ts_net *tn, struct ts_seen_table *t)
{
	if (IS_ERR_OR_NULL(t))
		return;
	ts_net_give_memory(tn, sizeof(*t));
	kvfree(t);
}

static struct ts_seen *set_find(struct ts_seen *set, u64 tag)
{
	int i;

	for (i = 0; i < TS_SEEN_WAYS; i++)
		if ((u64)atomic64_read(&set[i].tag) == tag)
			return &set[i];
	return NULL;
}

static struct ts_seen *set_oldest(struct ts_seen *set)
{
	struct ts_seen *oldest = set;
	int i;

	for (i = 0; i < TS_SEEN_WAYS; i++) {
		if (!atomic64_read(&set[i].tag))
			return &set[i];
		if (time_before(READ_ONCE(set[i].seen), READ_ONCE(oldest->seen)))
			oldest = &set[i];
	}
	return oldest;
}

static struct ts_seen *set_add(struct ts_seen_table *t, struct ts_seen *set,
			       u64 tag, const struct ts_key *key)
{
	struct ts_seen *s;
	int i;

	if (!spin_trylock(&t->lock))
		return NULL;
	s = set_oldest(set);
	atomic64_set(&s->tag, 0);
	s->key = *key;
	for (i = 0; i < TS_SEEN_COUNTS; i++) {
		atomic64_set(&s->bytes[i], 0);
		atomic64_set(&s->packets[i], 0);
	}
	atomic64_set_release(&s->tag, tag);
	spin_unlock(&t->lock);
	return s;
}

/**
 * ts_seen_find() - the place of an address, which gets one if it has none
 * @t: the list
 * @key: the address
 * @tag: set; as long as ts_seen_is() says so, the place is its own
 *
 * Bottom halves off, no lock waited for.
 *
 * Return: the place, as long as @t, or NULL: not now.
 */
struct ts_seen *ts_seen_find(struct ts_seen_table *t, const struct ts_key *key,
			     u64 *tag)
{
	struct ts_seen *set, *s;

	*tag = ts_key_hash(key) | 1;
	set = t->sets[(*tag >> 1) % TS_SEEN_SETS];
	s = set_find(set, *tag);
	return s ?: set_add(t, set, *tag, key);
}

/**
 * ts_seen_count() - count a frame of an address
 * @t: the list
 * @key: the address
 * @ifindex: where it is, 0: not known
 * @kind: below TS_SEEN_COUNTS
 * @bytes: of the frame
 *
 * As ts_seen_find().  The place may be given to another address meanwhile; what
 * that gets wrong is a number that nobody pays by.
 */
void ts_seen_count(struct ts_seen_table *t, const struct ts_key *key,
		   int ifindex, unsigned int kind, u32 bytes)
{
	struct ts_seen *s;
	u64 tag;

	s = ts_seen_find(t, key, &tag);
	if (!s)
		return;
	ts_seen_heard(s, ifindex);
	ts_seen_add(s, kind, bytes);
}

/**
 * ts_seen_read() - read one place of a list
 * @t: the list
 * @i: place, below TS_SEEN_MAX
 * @copy: @seen, @ifindex and @key are set
 * @counts: set
 *
 * Return: false when the place is empty.
 */
bool ts_seen_read(struct ts_seen_table *t, unsigned int i, struct ts_seen *copy,
		  struct ts_count counts[TS_SEEN_COUNTS])
{
	struct ts_seen *s = &t->sets[i / TS_SEEN_WAYS][i % TS_SEEN_WAYS];
	unsigned int kind;
	bool used;

	spin_lock_bh(&t->lock);
	used = atomic64_read(&s->tag);
	copy->key = s->key;
	copy->seen = READ_ONCE(s->seen);
	copy->ifindex = READ_ONCE(s->ifindex);
	for (kind = 0; kind < TS_SEEN_COUNTS; kind++) {
		counts[kind].bytes = atomic64_read(&s->bytes[kind]);
		counts[kind].packets = atomic64_read(&s->packets[kind]);
	}
	spin_unlock_bh(&t->lock);
	return used;
}
