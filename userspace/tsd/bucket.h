/* SPDX-License-Identifier: GPL-2.0 */
/* bucket.h - a token bucket: so many at once, and then one each so many nanoseconds. */
#ifndef TS_TSD_BUCKET_H
#define TS_TSD_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

#define TS_NS_PER_S 1000000000ull

/** struct ts_bucket - @full_at_ns: CLOCK_BOOTTIME, when it would be full again; 0: it is */
struct ts_bucket {
	uint64_t full_at_ns;
};

/**
 * struct ts_rate - of a bucket
 * @cost_ns: the time that one takes
 * @room_ns: of all that are in it
 */
struct ts_rate {
	uint64_t cost_ns;
	uint64_t room_ns;
};

/** ts_bucket_has() - Return: whether there is one more in it */
static inline bool ts_bucket_has(const struct ts_bucket *b, const struct ts_rate *rate,
				 uint64_t now_ns)
{
	uint64_t full_at_ns = b->full_at_ns < now_ns ? now_ns : b->full_at_ns;

	return full_at_ns + rate->cost_ns <= now_ns + rate->room_ns;
}

/** ts_bucket_take() - Return: whether there was one more in it */
static inline bool ts_bucket_take(struct ts_bucket *b, const struct ts_rate *rate,
				  uint64_t now_ns)
{
	if (!ts_bucket_has(b, rate, now_ns))
		return false;
	if (b->full_at_ns < now_ns)
		b->full_at_ns = now_ns;
	b->full_at_ns += rate->cost_ns;
	return true;
}

#endif /* TS_TSD_BUCKET_H */
