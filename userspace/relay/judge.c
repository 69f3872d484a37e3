// SPDX-License-Identifier: GPL-2.0
/*
 * judge.c - whether what both ends of a link count is the same, from one receipt to the
 * next.
 *
 * On the way up the buyer may count more, for frames get lost on the air, and on the way
 * down the seller; both only within the tolerance.  That a neighbour asks less than we
 * counted, or admits more, is nobody's lie.
 *
 * A receipt was under way.  So what it asks is compared with what we count now, which is
 * later, and what it admits with what we had counted when we sent the receipt that it
 * answers, which was earlier: an honest neighbour is never above the one or below the
 * other, however long it took.
 */
#include "relay/private.h"

#define TRUST_LEAST	4	/* of 64: enough to pay for, and to begin anew */
#define TRUST_STEP	8
/* Of what has to be carried for a judgement, so much may come back. */
#define BACK_PART	4

/** ts_relay_distrust() - its window is halved, down to a least */
void ts_relay_distrust(struct neighbour *n)
{
	n->row.trust_64ths /= 2;
	if (n->row.trust_64ths < TRUST_LEAST)
		n->row.trust_64ths = TRUST_LEAST;
	n->dirty = true;
}

static void trust(struct neighbour *n)
{
	if (n->row.trust_64ths + TRUST_STEP > TS_TRUST_FULL)
		n->row.trust_64ths = TS_TRUST_FULL;
	else
		n->row.trust_64ths += TRUST_STEP;
}

/** ts_relay_forget_base() - one of the two counts anew: there is nothing to compare */
void ts_relay_forget_base(struct neighbour *n)
{
	n->hides.known = false;
	n->overclaims.known = false;
}

static uint64_t grown(uint64_t from, uint64_t to)
{
	return to > from ? to - from : 0;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/*
 * What lies between both for being under way comes and goes with how long a receipt takes.
 * So when the difference becomes less, no more than the tolerance is believed to stay so;
 * and of that some may come back, and is no lie.
 */
static void become_less(struct judged *j, int64_t apart, uint64_t carried,
			const struct ts_relay_config *config)
{
	int64_t less = least(j->apart - apart, (int64_t)(carried / TS_PER_MILLE *
						config->tolerance_per_mille));

	j->apart -= less;
	j->back = least(j->back + less, (int64_t)(config->judge_bytes / BACK_PART));
}

/* Return: how much more it is than it may be. */
static uint64_t become_more(struct judged *j, int64_t apart)
{
	int64_t more = apart - j->apart, back = least(more, j->back);

	j->apart = apart;
	j->back -= back;
	return (uint64_t)(more - back);
}

/*
 * How much more the larger has grown than the less should have let it, in thousandths of
 * what was carried since.
 */
static bool judge(struct judged *j, uint64_t larger, uint64_t less,
		  const struct ts_relay_config *config, int *per_mille)
{
	int64_t apart = (int64_t)(larger - less);
	uint64_t carried = grown(j->larger, larger);

	if (grown(j->less, less) > carried)
		carried = grown(j->less, less);
	if (j->known && carried < config->judge_bytes)
		return false;
	*per_mille = 0;
	if (!j->known)
		*j = (struct judged){ .known = true, .apart = apart };
	else if (apart > j->apart)
		*per_mille = (int)((ts_u128)become_more(j, apart) * TS_PER_MILLE /
				   carried);
	else
		become_less(j, apart, carried, config);
	j->larger = larger;
	j->less = less;
	return true;
}

/**
 * ts_relay_judge() - a receipt has come: does it agree with our own count?
 * @r: ours
 * @n: the neighbour, with the receipt
 * @fresh: it answers our last one
 *
 * An event within one interval in which enough was carried; if less, with a later one.
 */
void ts_relay_judge(struct ts_relay *r, struct neighbour *n, bool fresh)
{
	int hides = 0, overclaims = 0, tolerance = r->config.tolerance_per_mille;
	bool judged;

	judged = judge(&n->overclaims, ts_carried_total(&n->receipt.sold),
		       ts_carried_total(&n->row.bought), &r->config, &overclaims);
	if (fresh)
		judged |= judge(&n->hides, n->sold_at_send_bytes,
				ts_carried_total(&n->receipt.bought), &r->config,
				&hides);
	if (!judged)
		return;
	n->drift_per_mille = hides > overclaims ? hides : overclaims;
	if (hides > tolerance)
		ts_relay_tell(n, TS_RELAY_HIDES);
	if (overclaims > tolerance)
		ts_relay_tell(n, TS_RELAY_OVERCLAIMS);
	if (n->drift_per_mille > tolerance)
		ts_relay_distrust(n);
	else
		trust(n);
}
