// SPDX-License-Identifier: GPL-2.0
/*
 * judge.c - whether what both ends of a link count is the same, from one receipt to the
 * next.
 *
 * On the way up the buyer may count more, for frames get lost on the air, and on the way
 * down the seller; both only within the tolerance.  That a neighbour asks less than we
 * counted, or admits more, is nobody's lie.
 *
 * A receipt was under way, nobody knows for how long.  When it was made we had counted
 * no more than we have now, and no less than when we sent the receipt that it answers.
 * So we know between what and what its count and ours were apart, and a lie is only what
 * lies beyond all that is possible: an honest neighbour is none however late its receipts
 * are, and whichever are lost.  Nor when it has lost its counters with the power: what it
 * has kept is what it had counted when our receipt came that it answers, or more; and
 * then it takes our word.  What it once admitted beyond that is gone, and it need not
 * admit it again.
 */
#include "relay/private.h"

#define TRUST_LEAST	4	/* of 64: enough to pay for, and to begin anew */
#define TRUST_STEP	8
/* Of what has to be carried for a judgement, so much may be in queues of the link. */
#define QUEUE_PART	16

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

/** ts_relay_note_said() - a receipt with the present number is to be sent */
void ts_relay_note_said(struct neighbour *n)
{
	n->said[n->n_said++ % SAID_MAX] = (struct said){
		.number = n->row.number,
		.sold_bytes = ts_carried_total(&n->row.sold),
		.bought_bytes = ts_carried_total(&n->row.bought),
	};
}

/* What we had counted, at least, when its receipt was made; NULL: that is not known. */
static const struct said *seen(const struct neighbour *n)
{
	const struct said *last = NULL, *s;

	for (s = n->said; s < n->said + SAID_MAX; s++)
		if (s->number && s->number <= n->receipt.seen &&
		    (!last || s->number > last->number))
			last = s;
	return last;
}

static uint64_t grown(uint64_t from, uint64_t to)
{
	return to > from ? to - from : 0;
}

/**
 * struct counts - of one direction, when a receipt was made
 * @theirs: in it
 * @ours_least: we had counted no less
 * @ours_most: and no more
 * @apart_least: what would be too much in a lie was above the other by no less
 * @apart_most: and no more
 */
struct counts {
	uint64_t theirs;
	uint64_t ours_least;
	uint64_t ours_most;
	int64_t apart_least;
	int64_t apart_most;
};

static uint64_t carried(const struct judged *j, const struct counts *c)
{
	uint64_t theirs = grown(j->theirs, c->theirs), ours = grown(j->ours, c->ours_most);

	return theirs > ours ? theirs : ours;
}

/*
 * How much more they are apart than before and than they may be, in thousandths of what
 * was carried since.  From then on what is known best is compared with: with what came
 * late the tolerance would be larger.
 */
static bool judge(struct judged *j, const struct counts *c,
		  const struct ts_relay_config *config, int *per_mille)
{
	uint64_t bytes = carried(j, c);
	int64_t tolerated = (int64_t)(bytes / TS_PER_MILLE * config->tolerance_per_mille);
	int64_t more = c->apart_least - j->apart -
		       (int64_t)(config->judge_bytes / QUEUE_PART);

	if (j->known && bytes < config->judge_bytes)
		return false;
	*per_mille = !j->known || more <= 0 ? 0 :
		     (int)((ts_u128)more * TS_PER_MILLE / bytes);
	if (!j->known || *per_mille > config->tolerance_per_mille ||
	    c->apart_most <= j->apart + tolerated)
		*j = (struct judged){ .known = true, .theirs = c->theirs,
				      .ours = c->ours_least, .apart = c->apart_most };
	return true;
}

/**
 * ts_relay_judge() - a receipt has come: does it agree with our own count?
 * @r: ours
 * @n: the neighbour, with the receipt
 *
 * An event within one interval in which enough was carried; if less, with a later one.
 */
void ts_relay_judge(struct ts_relay *r, struct neighbour *n)
{
	uint64_t asks = ts_carried_total(&n->receipt.sold);
	uint64_t admits = ts_carried_total(&n->receipt.bought);
	uint64_t sold = ts_carried_total(&n->row.sold);
	uint64_t bought = ts_carried_total(&n->row.bought);
	int hides = 0, overclaims = 0, tolerance = r->config.tolerance_per_mille;
	const struct said *then = seen(n);
	struct counts asked, admitted;
	bool judged;

	if (!then)
		return;
	asked = (struct counts){
		.theirs = asks, .ours_least = then->bought_bytes, .ours_most = bought,
		.apart_least = (int64_t)(asks - bought),
		.apart_most = (int64_t)(asks - then->bought_bytes),
	};
	admitted = (struct counts){
		.theirs = admits, .ours_least = then->sold_bytes, .ours_most = sold,
		.apart_least = (int64_t)(then->sold_bytes - admits),
		.apart_most = sold > admits ? (int64_t)(sold - admits) : 0,
	};
	judged = judge(&n->overclaims, &asked, &r->config, &overclaims);
	judged |= judge(&n->hides, &admitted, &r->config, &hides);
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
