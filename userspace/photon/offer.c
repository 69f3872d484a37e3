// SPDX-License-Identifier: GPL-2.0
/*
 * offer.c - our locks: value that becomes the partner's by a secret.
 *
 * We make them as a hop, so that the same secret pays us in another channel.
 * Our Unlock is signed only when the secret is known and that other lock can
 * still be claimed by it (rule M8).
 */
#include <string.h>

#include "photon/life_step.h"

static enum ts_refusal check_lock(const struct ts_life *life,
				  const struct ts_moment *moment,
				  const struct ts_pending_lock *lock)
{
	const struct ts_channel *c = &life->channel;
	uint64_t ahead;

	if (life->leaving)
		return TS_REFUSED_LEAVING;
	if (!moment->head_fresh)
		return TS_REFUSED_CHAIN_STALE;
	if (lock->expiration < moment->head_block)
		return TS_REFUSED_LOCK_EXPIRATION;
	ahead = lock->expiration - moment->head_block;
	if (ahead < TS_REVEAL_TIMEOUT_BLOCKS || ahead > c->settle_timeout_blocks)
		return TS_REFUSED_LOCK_EXPIRATION;
	if (!lock->amount_wei)
		return TS_REFUSED_AMOUNT_NOT_GROWING;
	if (lock->amount_wei > ts_channel_our_balance_wei(c))
		return TS_REFUSED_OVER_BALANCE;
	if (ts_locks_find_const(&life->partner_locks, &lock->secret_hash) ||
	    ts_locks_find_const(&life->our_locks, &lock->secret_hash))
		return TS_REFUSED_LOCK_EXISTS;
	/* Each of them may come to be disposed of, and that is kept. */
	if (life->our_locks.count >= TS_LOCKS_OPEN_MAX ||
	    life->our_locks.count + life->disposal_count >= TS_DISPOSALS_MAX)
		return TS_REFUSED_LOCKS_FULL;
	return TS_ACCEPTED;
}

/* MediatedTransfer: add a lock for the partner. */
enum ts_refusal ts_offer_lock(struct ts_life *life, const struct ts_signer *key,
			      const struct ts_moment *moment,
			      const struct ts_pending_lock *lock)
{
	struct ts_message msg = { .id = TS_MSG_MEDIATED_TRANSFER, .version = 1 };
	struct ts_mediated_transfer *m = &msg.mediated_transfer;
	struct ts_channel *c = &life->channel;
	struct ts_pending_lock added;
	enum ts_refusal refusal;
	struct ts_hash root;

	refusal = ts_life_usable(life);
	if (!refusal)
		refusal = check_lock(life, moment, lock);
	if (refusal)
		return refusal;
	memset(&added, 0, sizeof(added));
	added.expiration = m->expiration = lock->expiration;
	added.amount_wei = lock->amount_wei;
	added.fee_wei = lock->fee_wei;
	added.secret_hash = m->lock_secret_hash = lock->secret_hash;
	added.initiator = m->initiator = lock->initiator;
	added.target = m->target = lock->target;
	m->payment_amount = ts_u256_from_u128(lock->amount_wei);
	m->fee = ts_u256_from_u128(lock->fee_wei);
	ts_locks_root(&life->our_locks, &added, NULL, &root);
	refusal = ts_life_send_proof(life, key, &msg, &m->proof,
				     c->our_proof.transferred_wei, &root);
	if (refusal)
		return refusal;
	added.nonce = c->our_proof.nonce;
	c->our_locked_wei += added.amount_wei;
	ts_locks_add(&life->our_locks, &added);
	return TS_ACCEPTED;
}

/* Our proof without this lock, and @paid_wei more than before. */
static enum ts_refusal send_without(struct ts_life *life,
				    const struct ts_signer *key,
				    struct ts_message *msg,
				    struct ts_balance_proof *proof,
				    const struct ts_pending_lock *lock,
				    ts_u128 paid_wei)
{
	struct ts_hash root, secret_hash = lock->secret_hash;
	struct ts_channel *c = &life->channel;
	ts_u128 transferred_wei, amount_wei = lock->amount_wei;
	enum ts_refusal refusal;

	if (__builtin_add_overflow(c->our_proof.transferred_wei, paid_wei,
				   &transferred_wei))
		return TS_REFUSED_AMOUNT_TOO_LARGE;
	ts_locks_root(&life->our_locks, NULL, &secret_hash, &root);
	refusal = ts_life_send_proof(life, key, msg, proof, transferred_wei,
				     &root);
	if (refusal)
		return refusal;
	c->our_locked_wei -= amount_wei;
	ts_locks_remove(&life->our_locks, &secret_hash);
	ts_outbox_drop_lock(&life->outbox, &secret_hash);
	return TS_ACCEPTED;
}

/* Unlock: the secret is known, the lock's value is the partner's. */
enum ts_refusal ts_offer_unlock(struct ts_life *life,
				const struct ts_signer *key,
				struct ts_pending_lock *lock,
				const struct ts_hash *secret)
{
	struct ts_message msg = { .id = TS_MSG_UNLOCK };

	msg.unlock.lock_secret = *secret;
	return send_without(life, key, &msg, &msg.unlock.proof, lock,
			    lock->amount_wei);
}

/*
 * RevealSecret by the partner for a lock of ours.  That the partner has the
 * lock is proven by it.
 */
enum ts_refusal ts_offer_reveal(struct ts_received *r,
				struct ts_pending_lock *lock)
{
	const struct ts_hash *secret = &r->msg->reveal_secret.lock_secret;
	enum ts_refusal refusal;
	struct ts_hash known = *secret;

	refusal = ts_life_usable(r->life);
	if (refusal)
		return refusal;
	if (!r->moment->head_fresh)
		return TS_REFUSED_CHAIN_STALE;
	if (r->moment->head_block >= lock->expiration && !lock->registered)
		return TS_REFUSED_LOCK_EXPIRATION;
	r->outcome->follow = TS_FOLLOW_LEARN;
	r->outcome->secret_hash = lock->secret_hash;
	r->outcome->secret = known;
	ts_outbox_proven(&r->life->outbox, lock->nonce);
	return ts_offer_unlock(r->life, r->key, lock, &known);
}

static void keep_disposal(struct ts_received *r)
{
	const struct ts_announce_disposed *m = &r->msg->announce_disposed;
	struct ts_disposal *d =
		&r->life->disposals[r->life->disposal_count++];

	memset(d, 0, sizeof(*d));
	ts_lock_hash(&m->lock, &d->lock_hash);
	ts_message_hash(r->datagram, r->len, &d->additional_hash);
	d->signature = r->msg->signature;
}

static bool is_that_lock(const struct ts_pending_lock *lock,
			 const struct ts_lock *disposed)
{
	struct ts_lock leaf = ts_lock_leaf(lock);

	return !ts_u256_cmp(&leaf.expiration, &disposed->expiration) &&
	       !ts_u256_cmp(&leaf.amount, &disposed->amount);
}

/*
 * AnnounceDisposed: the partner signs that it never claims a lock of ours.  We
 * take the lock off and keep the signature: an older proof of ours still has it.
 * Of a lock that is gone already there is nothing to take off; but heard, for an
 * original node says it until it has an Ack.
 */
enum ts_refusal ts_offer_disposed(struct ts_received *r)
{
	const struct ts_announce_disposed *m = &r->msg->announce_disposed;
	struct ts_message msg = { .id = TS_MSG_ANNOUNCE_DISPOSED_RESPONSE };
	struct ts_life *life = r->life;
	struct ts_pending_lock *lock;
	enum ts_refusal refusal;

	refusal = ts_life_usable(life);
	if (refusal)
		return refusal;
	lock = ts_locks_find(&life->our_locks, &m->lock.secret_hash);
	if (!lock || !is_that_lock(lock, &m->lock))
		return ts_step_signer(&life->channel, r->msg, r->datagram,
				      r->len);
	/* It was claimed on the chain: the Unlock is owed. */
	if (lock->registered)
		return TS_REFUSED_LOCK_PHASE;
	if (life->disposal_count == TS_DISPOSALS_MAX)
		return TS_REFUSED_LOCKS_FULL;
	refusal = ts_step_signer(&life->channel, r->msg, r->datagram, r->len);
	if (refusal)
		return refusal;
	keep_disposal(r);
	r->outcome->follow = TS_FOLLOW_DISPOSE;
	r->outcome->secret_hash = lock->secret_hash;
	msg.remove_lock.lock_secret_hash = lock->secret_hash;
	ts_outbox_proven(&life->outbox, lock->nonce);
	return send_without(life, r->key, &msg, &msg.remove_lock.proof, lock, 0);
}

static bool is_void(const struct ts_pending_lock *lock,
		    const struct ts_moment *moment)
{
	return moment->head_fresh &&
	       moment->head_block >= TS_CONFIRMATION_BLOCKS &&
	       moment->head_block - TS_CONFIRMATION_BLOCKS >= lock->expiration;
}

/*
 * What the chain decided about our locks: the secret of one is registered, so
 * it is paid; one has expired without, so it is ours again.
 *
 * Return: whether there was one.
 */
bool ts_offer_expire(struct ts_life *life, const struct ts_signer *key,
		     const struct ts_moment *moment)
{
	struct ts_message msg = { .id = TS_MSG_REMOVE_EXPIRED_HASHLOCK };
	struct ts_pending_lock *lock;
	struct ts_hash secret;
	bool changed = false;
	size_t i = 0;

	while (i < life->our_locks.count && !ts_life_usable(life) &&
	       ts_outbox_has_room(&life->outbox)) {
		lock = &life->our_locks.lock[i];
		msg.remove_lock.lock_secret_hash = lock->secret_hash;
		secret = lock->secret;
		if (lock->registered ?
		    !ts_offer_unlock(life, key, lock, &secret) :
		    is_void(lock, moment) &&
		    !send_without(life, key, &msg, &msg.remove_lock.proof,
				  lock, 0))
			changed = true;
		else
			i++;
	}
	return changed;
}
