// SPDX-License-Identifier: GPL-2.0
/* policy.c - when to pay and how much. */
#include <string.h>
#include "tspay/policy.h"

#define GB ((ts_u128)1000000000)

const char *answer_text(enum answer answer)
{
	switch (answer) {
	case ANSWER_ENOUGH:
		return "enough is left";
	case ANSWER_PAY:
		return "paying";
	case ANSWER_TOO_DEAR:
		return "not paying: the price is above --max-price";
	case ANSWER_CAP_REACHED:
		return "not paying: --cap-hour is reached";
	case ANSWER_CHANNEL_EMPTY:
		return "not paying: the channel has nothing left; deposit more";
	}
	return "?";
}

/* Whether a slot still lies within the hour that ends with @newest. */
static bool slot_counts(const struct spent *s, uint64_t newest, unsigned int i)
{
	uint64_t back = (s->slot % POLICY_SLOTS + POLICY_SLOTS - i) % POLICY_SLOTS;

	return s->slot >= back && newest < s->slot - back + POLICY_SLOTS;
}

void spent_add(struct spent *s, uint64_t now_s, ts_u128 wei)
{
	uint64_t slot = now_s / POLICY_SLOT_S;
	ts_u128 *at;
	unsigned int i;

	for (i = 0; i < POLICY_SLOTS; i++)
		if (!slot_counts(s, slot, i))
			s->slot_wei[i] = 0;
	if (slot > s->slot)
		s->slot = slot;
	at = &s->slot_wei[s->slot % POLICY_SLOTS];
	if (__builtin_add_overflow(*at, wei, at))
		*at = TS_U128_MAX;
}

ts_u128 spent_last_hour(const struct spent *s, uint64_t now_s)
{
	uint64_t slot = now_s / POLICY_SLOT_S;
	ts_u128 sum = 0;
	unsigned int i;

	for (i = 0; i < POLICY_SLOTS; i++)
		if (slot_counts(s, slot, i) &&
		    __builtin_add_overflow(sum, s->slot_wei[i], &sum))
			return TS_U128_MAX;
	return sum;
}

enum answer policy_decide(const struct policy *p, const struct spent *s,
			  const struct offer *o, ts_u128 *wei)
{
	ts_u128 spent = spent_last_hour(s, o->now_s), want, left;

	/* A free tariff needs no payment. */
	if (!o->wei_per_gb || o->remaining_bytes >= p->low_bytes)
		return ANSWER_ENOUGH;
	if (o->wei_per_gb > p->max_wei_per_gb)
		return ANSWER_TOO_DEAR;
	if (spent >= p->cap_hour_wei)
		return ANSWER_CAP_REACHED;
	if (!o->balance_wei)
		return ANSWER_CHANNEL_EMPTY;
	/* Round up: a step must buy at least its bytes. */
	if (__builtin_mul_overflow(o->wei_per_gb, (ts_u128)p->step_bytes, &want))
		want = TS_U128_MAX;
	else
		want = want / GB + (want % GB ? 1 : 0);
	left = p->cap_hour_wei - spent;
	if (want > left)
		want = left;
	if (want > o->balance_wei)
		want = o->balance_wei;
	*wei = want ? want : 1;
	return ANSWER_PAY;
}
