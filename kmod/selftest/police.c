// SPDX-License-Identifier: GPL-2.0
/*
 * Cases of police.c: a bucket of 1000 tokens at 100 a second, of which the last
 * cases keep some.
 */

#include <linux/kernel.h>
#include <linux/init.h>

/**
 * struct police_case - one attempt; the bucket goes on from case to case
 * @pause_ms: since the attempt before
 * @tokens: asked for
 * @keep: to be left
 * @taken: what is expected
 */
static const struct police_case {
	u32 pause_ms;
	u32 tokens;
	u32 keep;
	bool taken;
} police_cases[] __initconst = {
	{ 0, 1001, 0, false },	/* 1: more than it ever holds */
	{ 0, 1000, 0, true },	/* 2: all of it */
	{ 0, 1, 0, false },	/* 3: empty */
	{ 1000, 101, 0, false },/* 4: not yet refilled enough */
	{ 0, 100, 0, true },	/* 5: what one second gives */
	{ 0, 1, 0, false },	/* 6: and no more */
	{ 100000, 1001, 0, false },/* 7: a long pause does not overfill */
	{ 0, 1000, 0, true },	/* 8: but fills */
	{ 8, 1, 0, false },	/* 9: less than a token ... */
	{ 8, 1, 0, true },	/* 10: ... adds up */
	{ 100000, 400, 601, false },/* 11: would leave too little */
	{ 0, 400, 600, true },	/* 12: leaves just so much, */
	{ 0, 1, 600, false },	/* 13: which is kept */
	{ 0, 600, 0, true },	/* 14: for whom it is kept */
	{ 1000, 1, 100, false },/* 15: what flows in is kept first */
	{ 1000, 100, 100, true },/* 16: and then taken */
};

int __init ts_police_selftest(void)
{
	u32 now = 0xffffff00;	/* the clock wraps on the way */
	const struct police_case *c;
	struct ts_police p;
	unsigned int i;

	atomic64_set(&p.state, bucket_pack(now, 1000));
	for (i = 0; i < ARRAY_SIZE(police_cases); i++) {
		c = &police_cases[i];
		now += msecs_to_jiffies(c->pause_ms);
		if (police_take_at(&p, now, 100, 1000, c->tokens,
				   c->keep) != c->taken)
			return i + 1;
	}
	/* A jiffy that is worth many tokens is cashed once. */
	atomic64_set(&p.state, bucket_pack(now++, 0));
	if (!police_take_at(&p, now, 10 * HZ + 1, 1000, 10, 0) ||
	    police_take_at(&p, now, 10 * HZ + 1, 1000, 1, 0))
		return i + 1;
	return 0;
}
