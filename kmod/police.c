// SPDX-License-Identifier: GPL-2.0
/* A token bucket in one word: for what is free, and for hints. */

#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include "police.h"

/* Lost races before a frame is refused; a bucket so contended is empty. */
#define TS_POLICE_TRIES 8

static u64 bucket_pack(u32 then, u32 tokens)
{
	return (u64)then << 32 | tokens;
}

/**
 * ts_police_init() - fill a bucket
 * @p: the bucket
 * @burst: tokens
 */
void ts_police_init(struct ts_police *p, u32 burst)
{
	atomic64_set(&p->state, bucket_pack(jiffies, burst));
}

/*
 * What a bucket holds after a pause.  Jiffies are used up in whole tokens
 * only: those that did not yield one stay in the bucket's past.  Rounded up:
 * where a jiffy is worth many tokens, a part of it must not be cashed again.
 */
static u64 bucket_refill(u64 state, u32 now, u32 rate, u32 burst)
{
	u32 then = state >> 32, tokens = (u32)state;
	u32 pause = now - then;
	u64 gained;

	gained = div_u64((u64)pause * rate, HZ);
	if (!gained)
		return state;
	if (gained >= burst || tokens + gained >= burst)
		return bucket_pack(now, burst);
	then += (u32)div_u64(gained * HZ + rate - 1, rate);
	return bucket_pack(then, tokens + (u32)gained);
}

static bool police_take_at(struct ts_police *p, u32 now, u32 rate, u32 burst,
			   u32 tokens, u32 keep)
{
	u64 old = atomic64_read(&p->state), new, seen;
	int i;

	for (i = 0; i < TS_POLICE_TRIES; i++) {
		new = bucket_refill(old, now, rate, burst);
		if ((u32)new < tokens + keep)
			return false;
		seen = atomic64_cmpxchg(&p->state, old, new - tokens);
		if (seen == old)
			return true;
		old = seen;
	}
	return false;
}

/**
 * ts_police_take() - take tokens, if the bucket has them
 * @p: the bucket
 * @rate: tokens that flow in per second
 * @burst: tokens that it holds at most
 * @tokens: how many to take
 *
 * Any context, no lock.
 *
 * Return: true when they were taken.
 */
bool ts_police_take(struct ts_police *p, u32 rate, u32 burst, u32 tokens)
{
	return police_take_at(p, (u32)jiffies, rate, burst, tokens, 0);
}

/**
 * ts_police_take_above() - take tokens, if the bucket has more than them
 * @p: the bucket
 * @rate: tokens that flow in per second
 * @burst: tokens that it holds at most
 * @tokens: how many to take
 * @keep: how many must be left then
 *
 * Any context, no lock.
 *
 * Return: true when they were taken.
 */
bool ts_police_take_above(struct ts_police *p, u32 rate, u32 burst, u32 tokens,
			  u32 keep)
{
	return police_take_at(p, (u32)jiffies, rate, burst, tokens, keep);
}

#include "selftest/police.c"
