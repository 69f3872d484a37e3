/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A token bucket in one word: jiffies of the last refill in the upper 32 bits,
 * tokens in the lower.  0: never used, so it is full.
 */
#ifndef TS_BPF_POLICE_H
#define TS_BPF_POLICE_H

#include "tables.bpf.h"

/* Lost races before a frame is refused; a bucket so contended is empty. */
#define TS_POLICE_TRIES 4

/*
 * What a bucket holds after a pause.  The jiffies that its tokens took are
 * used up, rounded up, or one jiffy could be cashed again and again; those that
 * did not yield a token stay in the bucket's past.
 */
static __always_inline __u64 ts_police_refill(__u64 state, __u32 now, __u32 rate,
					      __u32 burst)
{
	__u32 then = state >> 32, tokens = (__u32)state, hz = ts_port.hz;
	__u64 gained;

	if (!state || !hz || !rate)
		return (__u64)now << 32 | burst;
	gained = (__u64)(__u32)(now - then) * rate / hz;
	if (!gained)
		return state;
	if (tokens + gained >= burst)
		return (__u64)now << 32 | burst;
	then += (__u32)((gained * hz + rate - 1) / rate);
	return (__u64)then << 32 | (__u32)(tokens + gained);
}

/**
 * ts_police_take() - take tokens, if the bucket has them
 * @p: the bucket, in a map
 * @rate: tokens that flow in per second
 * @burst: tokens that it holds at most
 * @tokens: how many to take
 * @keep: how many must be left then
 *
 * Return: 1 when they were taken.
 */
static __noinline int ts_police_take(__u64 *p, __u32 rate, __u32 burst, __u32 tokens,
				     __u32 keep)
{
	__u32 now = bpf_jiffies64();
	__u64 old, new, seen;
	int i;

	if (!p)
		return 0;
	old = ts_load(p);
	for (i = 0; i < TS_POLICE_TRIES; i++) {
		new = ts_police_refill(old, now, rate, burst);
		if ((__u32)new < tokens + keep)
			return 0;
		seen = ts_cmpxchg(p, old, new - tokens);
		if (seen == old)
			return 1;
		old = seen;
	}
	return 0;
}

#endif /* TS_BPF_POLICE_H */
