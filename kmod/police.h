/* SPDX-License-Identifier: GPL-2.0 */
/* A token bucket in one word: for what is free, and for hints. */
#ifndef _TS_POLICE_H
#define _TS_POLICE_H

#include <linux/atomic.h>
#include <linux/types.h>

/*
 * What is free is so up to these: a person who opens the portal gets the burst.
 * What may be passed on has TS_ONWARD_* too.
 */
#define TS_STATION_FREE_BYTES_PER_S 2048
#define TS_STATION_FREE_BURST_BYTES (512 * 1024)
/* All stations without an account behind one port. */
#define TS_PORT_FREE_BYTES_PER_S (256 * 1024)
#define TS_PORT_FREE_BURST_BYTES (4 * 1024 * 1024)

/**
 * struct ts_police - a token bucket
 * @state: jiffies of the last refill in the upper 32 bits, tokens in the
 *	lower; one word, so that it can be changed without a lock
 */
struct ts_police {
	atomic64_t state;
};

void ts_police_init(struct ts_police *p, u32 burst);
bool ts_police_take(struct ts_police *p, u32 rate, u32 burst, u32 tokens);
bool ts_police_take_above(struct ts_police *p, u32 rate, u32 burst, u32 tokens,
			  u32 keep);
int ts_police_selftest(void);

#endif /* _TS_POLICE_H */
