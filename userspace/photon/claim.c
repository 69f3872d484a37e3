// SPDX-License-Identifier: GPL-2.0
/*
 * claim.c - the partner's locks: value that becomes ours by a secret.
 *
 * A lock that comes is taken, since its message has the next nonce; whether we
 * want it is said by what follows: a SecretRequest or forwarding, or
 * AnnounceDisposed.  What was disposed of is never claimed, whatever becomes
 * known: the partner could take our whole deposit for it.
 */
#include <string.h>

#include "photon/life_step.h"

static enum ts_refusal read_lock(const struct ts_received *r,
				 struct ts_pending_lock *lock)
{
	const struct ts_mediated_transfer *m = &r->msg->mediated_transfer;

	memset(lock, 0, sizeof(*lock));
	if (ts_u256_to_u128(&m->payment_amount, &lock->amount_wei) ||
	    ts_u256_to_u128(&m->fee, &lock->fee_wei))
		return TS_REFUSED_AMOUNT_TOO_LARGE;
	if (!lock->amount_wei)
		return TS_REFUSED_AMOUNT_NOT_GROWING;
	lock->expiration = m->expiration;
	lock->secret_hash = m->lock_secret_hash;
	lock->initiator = m->initiator;
	lock->target = m->target;
	lock->nonce = m->proof.nonce;
	return TS_ACCEPTED;
}

static bool is_amount(const struct ts_balance_proof *proof, ts_u128 amount_wei)
{
	struct ts_u256 amount = ts_u256_from_u128(amount_wei);

	return !ts_u256_cmp(&proof->transferred_amount, &amount);
}

/* Every rule about numbers (protocol: MediatedTransfer), then the signature. */
static enum ts_refusal check_mediated(const struct ts_received *r,
				      const struct ts_pending_lock *lock)
{
	const struct ts_mediated_transfer *m = &r->msg->mediated_transfer;
	const struct ts_moment *moment = r->moment;
	const struct ts_life *life = r->life;
	const struct ts_channel *c = &life->channel;
	struct ts_hash root;
	uint64_t latest;

	if (!is_amount(&m->proof, c->partner_proof.transferred_wei))
		return TS_REFUSED_AMOUNT_CHANGED;
	if (lock->amount_wei > ts_channel_partner_balance_wei(c))
		return TS_REFUSED_OVER_BALANCE;
	if (ts_locks_find_const(&life->partner_locks, &lock->secret_hash) ||
	    ts_locks_find_const(&life->our_locks, &lock->secret_hash))
		return TS_REFUSED_LOCK_EXISTS;
	if (life->partner_locks.count == TS_LOCKS_MAX)
		return TS_REFUSED_LOCKS_FULL;
	/* An old head would refuse what is right; such a lock is disposed of. */
	if (moment->head_fresh &&
	    !__builtin_add_overflow(moment->head_block,
				    c->settle_timeout_blocks, &latest) &&
	    lock->expiration > latest)
		return TS_REFUSED_LOCK_EXPIRATION;
	ts_locks_root(&life->partner_locks, lock, NULL, &root);
	if (!ts_hash_equal(&root, &m->proof.locksroot))
		return TS_REFUSED_WRONG_LOCKSROOT;
	return ts_step_signer(c, r->msg, r->datagram, r->len);
}

/* Why we do not want a lock that we had to take (M8). */
static enum ts_refusal unwanted(const struct ts_received *r,
				const struct ts_pending_lock *lock)
{
	const struct ts_channel *c = &r->life->channel;

	if (!r->moment->head_fresh)
		return TS_REFUSED_CHAIN_STALE;
	if (lock->expiration < TS_REVEAL_TIMEOUT_BLOCKS ||
	    lock->expiration - TS_REVEAL_TIMEOUT_BLOCKS < r->moment->head_block)
		return TS_REFUSED_LOCK_EXPIRATION;
	if (r->life->leaving)
		return TS_REFUSED_LEAVING;
	if (ts_locks_open(&r->life->partner_locks) > TS_LOCKS_OPEN_MAX)
		return TS_REFUSED_LOCKS_FULL;
	if (ts_address_is_zero(&lock->initiator) ||
	    ts_address_is_zero(&lock->target) ||
	    ts_address_equal(&lock->initiator, &c->our_address) ||
	    ts_address_equal(&lock->initiator, &lock->target) ||
	    ts_address_equal(&lock->target, &c->partner_address))
		return TS_REFUSED_NO_ROUTE;
	return TS_ACCEPTED;
}

static enum ts_refusal request_secret(struct ts_received *r,
				      const struct ts_pending_lock *lock)
{
	struct ts_message msg = { .id = TS_MSG_SECRET_REQUEST };

	msg.secret_request.lock_secret_hash = lock->secret_hash;
	msg.secret_request.payment_amount = ts_u256_from_u128(lock->amount_wei);
	return ts_life_send_plain(r->life, r->key, &lock->initiator,
				  &lock->secret_hash, &msg);
}

/* MediatedTransfer: the partner adds a lock. */
enum ts_refusal ts_claim_mediated(struct ts_received *r)
{
	const struct ts_balance_proof *proof =
		&r->msg->mediated_transfer.proof;
	struct ts_channel *c = &r->life->channel;
	struct ts_pending_lock lock, *taken;
	enum ts_refusal refusal;

	refusal = ts_life_usable(r->life);
	if (!refusal)
		refusal = ts_step_nonce(c, proof);
	if (!refusal)
		refusal = read_lock(r, &lock);
	if (!refusal)
		refusal = check_mediated(r, &lock);
	if (refusal)
		return refusal;
	ts_step_take(c, r->msg, c->partner_proof.transferred_wei, r->datagram,
		     r->len);
	c->partner_locked_wei += lock.amount_wei;
	ts_locks_add(&r->life->partner_locks, &lock);
	taken = ts_locks_find(&r->life->partner_locks, &lock.secret_hash);
	refusal = unwanted(r, taken);
	if (refusal)
		return ts_claim_dispose(r->life, r->key, taken, refusal);
	if (ts_address_equal(&taken->target, &c->our_address))
		return request_secret(r, taken);
	taken->phase = TS_LOCK_TO_FORWARD;
	r->outcome->follow = TS_FOLLOW_FORWARD;
	r->outcome->secret_hash = taken->secret_hash;
	return TS_ACCEPTED;
}

/* The partner's proof without this lock, and @paid_wei more than before. */
static enum ts_refusal take_without(struct ts_received *r,
				    const struct ts_balance_proof *proof,
				    const struct ts_pending_lock *lock,
				    ts_u128 paid_wei)
{
	struct ts_hash root, secret_hash = lock->secret_hash;
	struct ts_channel *c = &r->life->channel;
	ts_u128 transferred_wei, amount_wei = lock->amount_wei;
	enum ts_refusal refusal;

	if (__builtin_add_overflow(c->partner_proof.transferred_wei, paid_wei,
				   &transferred_wei))
		return TS_REFUSED_AMOUNT_TOO_LARGE;
	if (!is_amount(proof, transferred_wei))
		return TS_REFUSED_AMOUNT_CHANGED;
	ts_locks_root(&r->life->partner_locks, NULL, &secret_hash, &root);
	if (!ts_hash_equal(&root, &proof->locksroot))
		return TS_REFUSED_WRONG_LOCKSROOT;
	refusal = ts_step_signer(c, r->msg, r->datagram, r->len);
	if (refusal)
		return refusal;
	ts_step_take(c, r->msg, transferred_wei, r->datagram, r->len);
	c->partner_locked_wei -= amount_wei;
	ts_locks_remove(&r->life->partner_locks, &secret_hash);
	ts_outbox_drop_lock(&r->life->outbox, &secret_hash);
	return TS_ACCEPTED;
}

/*
 * Unlock: the lock's value is paid, and counts when this is committed (M8).  It
 * is the initiator's if that one signed the secret, else the partner's, who
 * signed this.  What we only forward is nobody's credit.
 */
enum ts_refusal ts_claim_unlock(struct ts_received *r)
{
	const struct ts_unlock *m = &r->msg->unlock;
	const struct ts_channel *c = &r->life->channel;
	struct ts_pending_lock *lock, paid;
	struct ts_hash secret_hash;
	enum ts_refusal refusal;

	refusal = ts_life_usable(r->life);
	if (!refusal)
		refusal = ts_step_nonce(c, &m->proof);
	if (refusal)
		return refusal;
	ts_sha256(&secret_hash, m->lock_secret.b, TS_HASH_BYTES);
	lock = ts_locks_find(&r->life->partner_locks, &secret_hash);
	if (!lock)
		return TS_REFUSED_UNKNOWN_LOCK;
	paid = *lock;
	refusal = take_without(r, &m->proof, lock, paid.amount_wei);
	if (refusal)
		return refusal;
	if (paid.phase == TS_LOCK_FORWARDED ||
	    (paid.phase == TS_LOCK_SECRET_KNOWN &&
	     !ts_address_equal(&paid.target, &c->our_address)))
		return TS_ACCEPTED;
	r->outcome->credit_wei = paid.amount_wei;
	r->outcome->wallet = paid.signed_by_initiator ? paid.initiator :
							c->partner_address;
	r->outcome->memo_len = paid.memo_len;
	memcpy(r->outcome->memo, paid.memo, paid.memo_len);
	return TS_ACCEPTED;
}

/*
 * RemoveExpiredHashlock and AnnounceDisposedResponse: the lock goes back to the
 * partner.  The first only when no secret can come any more, the second only
 * when we disposed of it.
 */
enum ts_refusal ts_claim_removed(struct ts_received *r)
{
	bool expired = r->msg->id == TS_MSG_REMOVE_EXPIRED_HASHLOCK;
	const struct ts_remove_lock *m = &r->msg->remove_lock;
	const struct ts_moment *moment = r->moment;
	struct ts_pending_lock *lock;
	enum ts_refusal refusal;

	refusal = ts_life_usable(r->life);
	if (!refusal)
		refusal = ts_step_nonce(&r->life->channel, &m->proof);
	if (refusal)
		return refusal;
	lock = ts_locks_find(&r->life->partner_locks, &m->lock_secret_hash);
	if (!lock)
		return TS_REFUSED_UNKNOWN_LOCK;
	if (expired ? lock->registered : lock->phase != TS_LOCK_DISPOSED)
		return TS_REFUSED_LOCK_PHASE;
	if (expired && (moment->head_block < TS_CONFIRMATION_BLOCKS ||
			moment->head_block - TS_CONFIRMATION_BLOCKS <
			lock->expiration))
		return TS_REFUSED_LOCK_EXPIRATION;
	return take_without(r, &m->proof, lock, 0);
}

/* A memo fits; of what does not, the beginning is no memo either. */
static void keep_memo(struct ts_pending_lock *lock, const struct ts_bytes *data)
{
	lock->memo_len = data->len < TS_MEMO_SIZE ? data->len : TS_MEMO_SIZE;
	if (lock->memo_len)
		memcpy(lock->memo, data->p, lock->memo_len);
}

/* RevealSecret for a lock of which we are the target. */
enum ts_refusal ts_claim_reveal(struct ts_received *r,
				struct ts_pending_lock *lock,
				const struct ts_address *signer)
{
	const struct ts_channel *c = &r->life->channel;

	if (!ts_address_equal(signer, &lock->initiator) ||
	    !ts_address_equal(&lock->target, &c->our_address))
		return TS_REFUSED_NOT_PARTNER;
	/* Too late to want it; but heard, so that it is not said for ever. */
	if (lock->phase == TS_LOCK_DISPOSED)
		return TS_ACCEPTED;
	if (!r->moment->head_fresh)
		return TS_REFUSED_CHAIN_STALE;
	if (r->moment->head_block >= lock->expiration)
		return TS_REFUSED_LOCK_EXPIRATION;
	if (!lock->signed_by_initiator)
		keep_memo(lock, &r->msg->reveal_secret.data);
	lock->signed_by_initiator = true;
	return ts_claim_learn(r->life, r->key, lock,
			      &r->msg->reveal_secret.lock_secret);
}

/* We can claim it: say so to the partner, who owes the Unlock now. */
enum ts_refusal ts_claim_learn(struct ts_life *life,
			       const struct ts_signer *key,
			       struct ts_pending_lock *lock,
			       const struct ts_hash *secret)
{
	struct ts_message msg = { .id = TS_MSG_REVEAL_SECRET };

	if (lock->phase == TS_LOCK_DISPOSED)
		return TS_REFUSED_LOCK_PHASE;
	if (lock->phase == TS_LOCK_SECRET_KNOWN)
		return TS_ACCEPTED;
	lock->phase = TS_LOCK_SECRET_KNOWN;
	lock->secret = *secret;
	/* It is the answer to the SecretRequest, if there was one. */
	ts_outbox_drop_lock(&life->outbox, &lock->secret_hash);
	msg.reveal_secret.lock_secret = *secret;
	return ts_life_send_plain(life, key, &life->channel.partner_address,
				  &lock->secret_hash, &msg);
}

/* Sign that we shall never claim it; so never one whose secret we know. */
enum ts_refusal ts_claim_dispose(struct ts_life *life,
				 const struct ts_signer *key,
				 struct ts_pending_lock *lock,
				 enum ts_refusal why)
{
	struct ts_message msg = { .id = TS_MSG_ANNOUNCE_DISPOSED };
	struct ts_announce_disposed *m = &msg.announce_disposed;
	const char *text = ts_refusal_text(why);

	if (lock->phase == TS_LOCK_DISPOSED)
		return TS_ACCEPTED;
	/* What is claimed in spite of it is punished, and we may have claimed it. */
	if (life->channel.restored == TS_RESTORED_UNKNOWN)
		return TS_REFUSED_RESTORED;
	if (lock->phase == TS_LOCK_SECRET_KNOWN)
		return TS_REFUSED_LOCK_PHASE;
	lock->phase = TS_LOCK_DISPOSED;
	ts_outbox_drop_lock(&life->outbox, &lock->secret_hash);
	m->lock = ts_lock_leaf(lock);
	m->channel_identifier = life->channel.channel_identifier;
	m->open_block_number = life->channel.open_block_number;
	m->error_code = ts_refusal_code(why);
	m->error_message.p = (const uint8_t *)text;
	m->error_message.len = strlen(text);
	return ts_life_send_plain(life, key, &life->channel.partner_address,
				  &lock->secret_hash, &msg);
}
