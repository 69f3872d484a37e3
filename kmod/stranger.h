/* SPDX-License-Identifier: GPL-2.0 */
/* Strangers: stations without an account; a bounded list of recent ones. */
#ifndef _TS_STRANGER_H
#define _TS_STRANGER_H

#include <linux/atomic.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include "key.h"
#include "police.h"

/* At most this many hints per second to the listeners of a namespace. */
#define TS_STRANGER_EVENTS_PER_S 50
#define TS_STRANGER_EVENTS_BURST 50
/* The same station is mentioned again after this. */
#define TS_STRANGER_AGAIN_S 10

#define TS_STRANGER_SETS 128
#define TS_STRANGER_WAYS 4
#define TS_STRANGER_COUNT (TS_STRANGER_SETS * TS_STRANGER_WAYS)

/**
 * struct ts_stranger - a station without an account
 * @tag: its keyed hash, never 0; 0: this place is empty, or being written
 * @seen: jiffies of its last frame
 * @hinted: jiffies of the last event about it
 * @police: limits its free class
 * @onward: limits what of it may be passed on
 * @key: who it is; under ts_stranger_table.lock
 * @ifindex: where it was; likewise
 */
struct ts_stranger {
	atomic64_t tag;
	unsigned long seen;
	unsigned long hinted;
	struct ts_police police;
	struct ts_police onward;
	struct ts_key key;
	int ifindex;
};

/**
 * struct ts_stranger_table - the recent ones, oldest of a set goes first
 * @lock: held to put one in, and to read them out.  The data path only tries
 *	it: who loses is not listed this time.
 * @sets: places, chosen by keyed hash
 */
struct ts_stranger_table {
	spinlock_t lock;
	struct ts_stranger sets[TS_STRANGER_SETS][TS_STRANGER_WAYS];
};

int ts_stranger_table_init(struct ts_net *tn);
void ts_stranger_table_destroy(struct ts_net *tn);
struct ts_stranger *ts_stranger_find(struct ts_net *tn,
				     const struct ts_key *key);
struct ts_stranger *ts_stranger_see(struct ts_net *tn, const struct ts_key *key,
				    int ifindex);
void ts_stranger_hint(struct ts_net *tn, struct ts_stranger *s,
		      const struct ts_key *key, int ifindex);
bool ts_stranger_read(struct ts_net *tn, unsigned int i, struct ts_key *key,
		      int *ifindex, u64 *idle_ms);

#endif /* _TS_STRANGER_H */
