// SPDX-License-Identifier: GPL-2.0
/*
 * hop.c - locks that are for somebody else: forwarded to the target for a fee,
 * and paid for by the secret that comes back.
 *
 * The two lives of a hop are stored in one batch, so that a lock of ours never
 * stands without the partner's that pays for it.
 */
#include "billing/channels.h"
#include "billing/lives.h"
#include "billing/refunds.h"
#include "photon/hop.h"

/*
 * Our channel with the target of a lock, in the token of the lock.  What its partner has not spent yet is
 * not ours to pay with.
 */
static struct ts_billing_channel *way_to(struct ts_billing *b,
					 const struct ts_address *token,
					 const struct ts_pending_lock *lock)
{
	struct ts_billing_channel *c = ts_channel_with(b, &lock->target, token);
	ts_u128 needed_wei;

	if (!c || c->refunding ||
	    __builtin_add_overflow(ts_lives_unspent_wei(b, c), lock->amount_wei,
				   &needed_wei))
		return NULL;
	return ts_channel_our_balance_wei(&c->row.channel) < needed_wei ? NULL :
									  c;
}

/**
 * ts_hop_lock() - a lock for another's target: forward it, or dispose of it
 * @b: billing
 * @up: the channel it came in
 * @secret_hash: of the lock
 * @now: the time
 */
void ts_hop_lock(struct ts_billing *b, struct ts_billing_channel *up,
		 const struct ts_hash *secret_hash, const struct ts_time *now)
{
	const struct ts_pending_lock *lock =
		ts_locks_find_const(&up->life->partner_locks, secret_hash);
	struct ts_moment moment = ts_life_moment(b, up, now);
	const struct ts_billing_token *token =
		ts_billing_token(&b->config, &up->row.channel.token);
	struct ts_billing_channel *down = NULL;
	const struct ts_life *way = NULL;

	if (lock && token && b->config.forward)
		down = way_to(b, &token->address, lock);
	if (down)
		way = ts_life_of(b, down, &b->step->old);
	switch (ts_hop_forward(up->life, way, b->key, &moment, secret_hash,
			       token ? token->forward_fee_wei : 0, &b->step->next,
			       &b->step->other)) {
	case TS_ACCEPTED:
		ts_life_store(b, down, &b->step->other);
		b->counters.forwarded++;
		break;
	case TS_REFUSED_UNKNOWN_LOCK:
	case TS_REFUSED_LOCK_PHASE:
	case TS_REFUSED_QUEUE_FULL:
		return;		/* the next second tries again */
	default:
		break;
	}
	ts_life_store(b, up, &b->step->next);
}

/* The channel that a lock was forwarded from. */
static struct ts_billing_channel *forwarded_from(struct ts_billing *b,
						 const struct ts_billing_channel *c,
						 const struct ts_hash *secret_hash)
{
	struct ts_billing_channel *up;

	TAILQ_FOREACH(up, &b->lives, live)
		if (up != c && ts_locks_find_const(&up->life->partner_locks,
						   secret_hash))
			return up;
	return NULL;
}

/**
 * ts_hop_follow() - what the other life of a hop has to do
 * @b: billing
 * @c: the channel of a step
 * @outcome: of that step
 * @other: the channel whose next state is @b->step->other, to be stored in the
 *	same batch; NULL: none
 *
 * Return: TS_ACCEPTED; else the step is not to be stored either.
 */
enum ts_refusal ts_hop_follow(struct ts_billing *b,
			      const struct ts_billing_channel *c,
			      const struct ts_outcome *outcome,
			      struct ts_billing_channel **other)
{
	enum ts_refusal refusal;

	*other = NULL;
	if (outcome->follow != TS_FOLLOW_LEARN &&
	    outcome->follow != TS_FOLLOW_DISPOSE)
		return TS_ACCEPTED;
	*other = forwarded_from(b, c, &outcome->secret_hash);
	if (!*other)
		return TS_ACCEPTED;
	if (outcome->follow == TS_FOLLOW_LEARN)
		refusal = ts_life_learn((*other)->life, b->key, &outcome->secret,
					&b->step->other);
	else
		refusal = ts_life_dispose((*other)->life, b->key,
					  &outcome->secret_hash,
					  TS_REFUSED_NO_ROUTE, &b->step->other);
	if (refusal != TS_REFUSED_UNKNOWN_LOCK)
		return refusal;
	*other = NULL;
	return TS_ACCEPTED;
}

/** ts_hop_waiting() - locks that found no place in a queue, again */
void ts_hop_waiting(struct ts_billing *b, struct ts_billing_channel *c,
		    const struct ts_time *now)
{
	struct ts_hash waiting[TS_LOCKS_MAX];
	const struct ts_locks *locks = &c->life->partner_locks;
	size_t i, n = 0;

	for (i = 0; i < locks->count; i++)
		if (locks->lock[i].phase == TS_LOCK_TO_FORWARD)
			waiting[n++] = locks->lock[i].secret_hash;
	for (i = 0; i < n && !b->broken; i++)
		ts_hop_lock(b, c, &waiting[i], now);
}
