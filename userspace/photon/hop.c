// SPDX-License-Identifier: GPL-2.0
/*
 * hop.c - a lock that comes in one channel goes on in another, for a fee.
 */
#include "photon/hop.h"

/*
 * What we offer for it: less value, and an earlier end.  We are the last hop, so
 * what is left of the fee is ours: the target has to ask the initiator for exactly
 * what it was to receive, or an original initiator keeps the secret.
 */
static enum ts_refusal onward(const struct ts_pending_lock *up, ts_u128 fee_wei,
			      struct ts_pending_lock *down)
{
	if (up->phase != TS_LOCK_TO_FORWARD)
		return TS_REFUSED_LOCK_PHASE;
	if (fee_wei > up->fee_wei || up->fee_wei >= up->amount_wei)
		return TS_REFUSED_FEE_TOO_LOW;
	/*
	 * When the secret comes in the last block before our lock ends, we still
	 * have a reveal timeout to bring it to the chain for the partner's (M8).
	 */
	if (up->expiration < TS_REVEAL_TIMEOUT_BLOCKS)
		return TS_REFUSED_LOCK_EXPIRATION;
	*down = *up;
	down->expiration = up->expiration - TS_REVEAL_TIMEOUT_BLOCKS;
	down->amount_wei = up->amount_wei - up->fee_wei;
	down->fee_wei = 0;
	return TS_ACCEPTED;
}

/* A lock may not outlast the window of its channel, which may be shorter there. */
static void shorten(struct ts_pending_lock *down, const struct ts_life *life,
		    const struct ts_moment *moment)
{
	uint64_t latest;

	if (!__builtin_add_overflow(moment->head_block,
				    life->channel.settle_timeout_blocks, &latest) &&
	    down->expiration > latest)
		down->expiration = latest;
}

static bool is_route(const struct ts_life *up, const struct ts_life *down,
		     const struct ts_pending_lock *lock)
{
	const struct ts_channel *a = &up->channel, *b = &down->channel;

	return ts_address_equal(&b->partner_address, &lock->target) &&
	       ts_address_equal(&a->token, &b->token) &&
	       ts_address_equal(&a->tokens_network, &b->tokens_network) &&
	       !ts_u256_cmp(&a->chain_id, &b->chain_id) &&
	       !ts_hash_equal(&a->channel_identifier, &b->channel_identifier);
}

/**
 * ts_hop_forward() - forward a lock to its target, or dispose of it
 * @up_old: the life it came in
 * @down_old: our life with its target; NULL: we have none
 * @key: ours
 * @moment: when; without a fresh head nothing is forwarded (M8)
 * @secret_hash: of the lock
 * @fee_wei: what we ask for at least
 * @up_new: the state that follows, to be committed with @down_new
 * @down_new: likewise; undefined unless TS_ACCEPTED
 *
 * Return: TS_ACCEPTED: forwarded.  TS_REFUSED_UNKNOWN_LOCK,
 * TS_REFUSED_LOCK_PHASE (there is no such lock to forward) and
 * TS_REFUSED_QUEUE_FULL (it cannot even be refused now, try again): there is
 * nothing to commit.  Else @up_new tells the partner that it is disposed of, for
 * this reason.
 */
enum ts_refusal ts_hop_forward(const struct ts_life *up_old,
			       const struct ts_life *down_old,
			       const struct ts_signer *key,
			       const struct ts_moment *moment,
			       const struct ts_hash *secret_hash,
			       ts_u128 fee_wei, struct ts_life *up_new,
			       struct ts_life *down_new)
{
	const struct ts_pending_lock *lock =
		ts_locks_find_const(&up_old->partner_locks, secret_hash);
	struct ts_pending_lock down;
	enum ts_refusal refusal, disposed;

	if (!lock)
		return TS_REFUSED_UNKNOWN_LOCK;
	if (lock->phase != TS_LOCK_TO_FORWARD)
		return TS_REFUSED_LOCK_PHASE;
	refusal = onward(lock, fee_wei, &down);
	if (!refusal && (!down_old || !is_route(up_old, down_old, lock)))
		refusal = TS_REFUSED_NO_ROUTE;
	if (!refusal) {
		shorten(&down, down_old, moment);
		refusal = ts_life_lock(down_old, key, moment, &down, down_new);
	}
	if (!refusal) {
		*up_new = *up_old;
		ts_locks_find(&up_new->partner_locks, secret_hash)->phase =
			TS_LOCK_FORWARDED;
		return TS_ACCEPTED;
	}
	if (refusal == TS_REFUSED_QUEUE_FULL)
		refusal = TS_REFUSED_QUEUE_BUSY;
	disposed = ts_life_dispose(up_old, key, secret_hash, refusal, up_new);
	return disposed ? TS_REFUSED_QUEUE_FULL : refusal;
}
