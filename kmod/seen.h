/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses of the mesh that nobody vouched for: a bounded list with counters. */
#ifndef _TS_SEEN_H
#define _TS_SEEN_H

#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/spinlock.h>
#include <linux/tokenswitch.h>
#include <linux/types.h>
#include "counts.h"
#include "key.h"

struct netlink_ext_ack;
struct ts_net;

#define TS_SEEN_WAYS 4
#define TS_SEEN_SETS (TS_SEEN_MAX / TS_SEEN_WAYS)
/* Kinds that are counted: enum ts_neighbour_count has the most. */
#define TS_SEEN_COUNTS TS_NEIGHBOUR_COUNT

/**
 * struct ts_seen - an address
 * @tag: its keyed hash, never 0; 0: this place is empty, or being written
 * @seen: jiffies of its last frame
 * @ifindex: where it was last
 * @key: who it is; under ts_seen_table.lock
 * @bytes: by kind
 * @packets: by kind
 */
struct ts_seen {
	atomic64_t tag;
	unsigned long seen;
	int ifindex;
	struct ts_key key;
	atomic64_t bytes[TS_SEEN_COUNTS];
	atomic64_t packets[TS_SEEN_COUNTS];
};

/**
 * struct ts_seen_table - the recent ones, oldest of a set goes first
 * @lock: held to put one in, and to read them out.  The data path only tries
 *	it: who loses is not counted this time.
 * @sets: places, chosen by keyed hash
 */
struct ts_seen_table {
	spinlock_t lock;
	struct ts_seen sets[TS_SEEN_SETS][TS_SEEN_WAYS];
};

/* Has this place still the address that was found there under this tag? */
static inline bool ts_seen_is(const struct ts_seen *s, u64 tag)
{
	return (u64)atomic64_read(&s->tag) == tag;
}

/* There is a frame of the address that a place has; @ifindex: where, 0: not known. */
static inline void ts_seen_heard(struct ts_seen *s, int ifindex)
{
	if (READ_ONCE(s->seen) != jiffies)
		WRITE_ONCE(s->seen, jiffies);
	if (ifindex && READ_ONCE(s->ifindex) != ifindex)
		WRITE_ONCE(s->ifindex, ifindex);
}

/* It counts, as ts_seen_count() says. */
static inline void ts_seen_add(struct ts_seen *s, unsigned int kind, u32 bytes)
{
	atomic64_add(bytes, &s->bytes[kind]);
	atomic64_inc(&s->packets[kind]);
}

struct ts_seen_table *ts_seen_alloc(struct ts_net *tn,
				    struct netlink_ext_ack *extack);
void ts_seen_free(struct ts_net *tn, struct ts_seen_table *t);
struct ts_seen *ts_seen_find(struct ts_seen_table *t, const struct ts_key *key,
			     u64 *tag);
void ts_seen_count(struct ts_seen_table *t, const struct ts_key *key,
		   int ifindex, unsigned int kind, u32 bytes);
bool ts_seen_read(struct ts_seen_table *t, unsigned int i, struct ts_seen *copy,
		  struct ts_count counts[TS_SEEN_COUNTS]);

#endif /* _TS_SEEN_H */
