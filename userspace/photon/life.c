// SPDX-License-Identifier: GPL-2.0
/*
 * life.c - one life of a channel: what comes in goes to its rule, what goes out
 * is signed and put into the outbox.
 */
#include <string.h>

#include "photon/ack.h"
#include "photon/life_step.h"
#include "photon/memo.h"

/**
 * ts_life_fault() - whether a life from a file or a database can be true
 * @life: the life
 *
 * Return: NULL, or what is wrong.
 */
const char *ts_life_fault(const struct ts_life *life)
{
	const struct ts_outbox *o = &life->outbox;
	size_t i;

	if (life->cosign.kind && !life->channel.frozen)
		return "something is co-signed and the channel is not frozen";
	if (life->channel.state != TS_CHANNEL_CLOSED &&
	    life->onchain.closed_block)
		return "it has a closing block and is not closed";
	if (life->our_locks.count > TS_LOCKS_OPEN_MAX)
		return "more locks of ours are pending than there can be";
	for (i = 1; i < o->queue_count; i++)
		if (o->queue[i].acked && !o->queue[i - 1].acked)
			return "a message was acked before an earlier one";
	return ts_channel_locks_fault(&life->channel, &life->our_locks,
				      &life->partner_locks);
}

/**
 * ts_life_is_at_rest() - whether nothing is under way
 * @life: the life
 *
 * It sends nothing, waits for nothing and tells the chain nothing, so it need
 * not be in memory.  Its packed form is still wanted: it knows which datagrams
 * were taken, what was disposed of, and which proofs of ours only an Ack says
 * have arrived.
 *
 * Return: true if so.
 */
bool ts_life_is_at_rest(const struct ts_life *life)
{
	return !life->leaving && !life->close_wanted && !life->cosign.kind &&
	       !life->onchain.closed_block && !life->onchain.ending &&
	       !life->our_locks.count && !life->partner_locks.count &&
	       !life->outbox.parallel_count &&
	       ts_outbox_is_drained(&life->outbox);
}

static bool has_lock(const struct ts_life *life, const struct ts_hash *secret)
{
	struct ts_hash secret_hash;

	ts_sha256(&secret_hash, secret->b, TS_HASH_BYTES);
	return ts_locks_find_const(&life->our_locks, &secret_hash) ||
	       ts_locks_find_const(&life->partner_locks, &secret_hash);
}

/**
 * ts_life_concerns() - whether a message is for this life
 * @life: the life
 * @msg: the message
 *
 * A RevealSecret names no channel: it is for each life that has a lock with its
 * secret.  An Ack neither: it is for the life whose message it echoes, so it has
 * to be tried.
 *
 * Return: whether ts_life_receive() may take it.
 */
bool ts_life_concerns(const struct ts_life *life, const struct ts_message *msg)
{
	const struct ts_hash *identifier;
	uint64_t open_block_number;

	if (msg->id == TS_MSG_ACK)
		return true;
	if (msg->id == TS_MSG_REVEAL_SECRET)
		return has_lock(life, &msg->reveal_secret.lock_secret);
	identifier = ts_message_channel(msg, &open_block_number);
	return identifier && !ts_step_life(&life->channel, identifier,
					   open_block_number);
}

/* Whether balance proofs may move: not when this life ends already. */
enum ts_refusal ts_life_usable(const struct ts_life *life)
{
	if (life->close_wanted || life->onchain.ending)
		return TS_REFUSED_CHANNEL_CLOSED;
	return ts_step_usable(&life->channel);
}

/* Who signed it: the costly question, to be asked last. */
enum ts_refusal ts_life_signer(const struct ts_received *r,
			       struct ts_address *signer)
{
	if (ts_message_recover(r->msg, r->datagram, r->len,
			       &r->life->channel.chain_id, signer))
		return TS_REFUSED_BAD_SIGNATURE;
	return TS_ACCEPTED;
}

/* Sign our next balance proof and queue the message that carries it. */
enum ts_refusal ts_life_send_proof(struct ts_life *life,
				   const struct ts_signer *key,
				   struct ts_message *msg,
				   struct ts_balance_proof *proof,
				   ts_u128 transferred_wei,
				   const struct ts_hash *locksroot)
{
	struct ts_datagram datagram;
	enum ts_refusal refusal;

	refusal = ts_step_make(&life->channel, key, msg, proof, transferred_wei,
			       locksroot, &datagram);
	if (refusal)
		return refusal;
	return ts_outbox_queue(&life->outbox, &life->channel.partner_address,
			       msg, &datagram);
}

/* Sign a message without a proof, to go at once. */
enum ts_refusal ts_life_send_plain(struct ts_life *life,
				   const struct ts_signer *key,
				   const struct ts_address *to,
				   const struct ts_hash *secret_hash,
				   struct ts_message *msg)
{
	struct ts_datagram datagram;

	if (!ts_address_equal(ts_signer_address(key),
			      &life->channel.our_address))
		return TS_REFUSED_WRONG_KEY;
	if (ts_message_sign(msg, key, &life->channel.chain_id, &datagram))
		return TS_REFUSED_DATA_TOO_LONG;
	return ts_outbox_parallel(&life->outbox, to, secret_hash, &datagram);
}

/*
 * What the partner has spent beyond its deposit it can only have from our
 * transfers: so it has those.
 */
static void see_evidence(struct ts_life *life)
{
	const struct ts_channel *c = &life->channel;
	ts_u128 out_wei;

	if (__builtin_add_overflow(c->partner_proof.transferred_wei,
				   c->partner_locked_wei, &out_wei) ||
	    out_wei <= c->partner_deposit_wei)
		return;
	ts_outbox_proven_wei(&life->outbox, out_wei - c->partner_deposit_wei);
}

/*
 * We asked to settle with nothing of ours, and the partner, who was paid in
 * advance, gives back what was not spent before it can sign (M11).  What comes
 * in beside that signature of ours it could take again; it need not have sent it.
 */
static bool comes_back(const struct ts_received *r)
{
	const struct ts_bytes *data = &r->msg->direct_transfer.data;
	const struct ts_life *life = r->life;
	char order[TS_CODE_SIZE];

	return life->channel.frozen && life->cosign.kind == TS_COSIGN_SETTLE &&
	       life->cosign.ours && !life->cosign.complete &&
	       (ts_memo_is_refund(data->p, data->len) ||
		ts_memo_is_return(data->p, data->len, order));
}

static enum ts_refusal direct_transfer(struct ts_received *r)
{
	struct ts_channel before = r->life->channel, next;
	struct ts_effect effect;
	enum ts_refusal refusal;

	if (comes_back(r))
		before.frozen = false;
	refusal = ts_channel_receive(&before, r->msg, r->datagram, r->len, &next,
				     &effect);
	if (refusal)
		return refusal;
	if (effect.kind == TS_EFFECT_REPEAT) {
		r->outcome->repeat = true;
		return TS_ACCEPTED;
	}
	next.frozen = r->life->channel.frozen;
	r->life->channel = before;
	refusal = ts_life_usable(r->life);
	if (refusal)
		return refusal;
	r->life->channel = next;
	r->outcome->credit_wei = effect.credit_wei;
	r->outcome->wallet = next.partner_address;
	return TS_ACCEPTED;
}

static enum ts_refusal reveal_secret(struct ts_received *r)
{
	struct ts_pending_lock *ours, *theirs;
	struct ts_address signer;
	struct ts_hash secret_hash;
	enum ts_refusal refusal;

	ts_sha256(&secret_hash, r->msg->reveal_secret.lock_secret.b,
		  TS_HASH_BYTES);
	ours = ts_locks_find(&r->life->our_locks, &secret_hash);
	theirs = ts_locks_find(&r->life->partner_locks, &secret_hash);
	if (!ours && !theirs)
		return TS_REFUSED_UNKNOWN_LOCK;
	refusal = ts_life_signer(r, &signer);
	if (refusal)
		return refusal;
	if (ours && ts_address_equal(&signer, &r->life->channel.partner_address))
		return ts_offer_reveal(r, ours);
	if (theirs)
		return ts_claim_reveal(r, theirs, &signer);
	return TS_REFUSED_NOT_PARTNER;
}

static enum ts_refusal dispatch(struct ts_received *r)
{
	switch (r->msg->id) {
	case TS_MSG_DIRECT_TRANSFER:
		return direct_transfer(r);
	case TS_MSG_MEDIATED_TRANSFER:
		return ts_claim_mediated(r);
	case TS_MSG_UNLOCK:
		return ts_claim_unlock(r);
	case TS_MSG_REMOVE_EXPIRED_HASHLOCK:
	case TS_MSG_ANNOUNCE_DISPOSED_RESPONSE:
		return ts_claim_removed(r);
	case TS_MSG_REVEAL_SECRET:
		return reveal_secret(r);
	case TS_MSG_ANNOUNCE_DISPOSED:
		return ts_offer_disposed(r);
	case TS_MSG_SETTLE_REQUEST:
		return ts_settle_asked(r);
	case TS_MSG_SETTLE_RESPONSE:
		return ts_settle_answered(r);
	case TS_MSG_WITHDRAW_REQUEST:
		return ts_withdraw_asked(r);
	case TS_MSG_WITHDRAW_RESPONSE:
		return ts_withdraw_answered(r);
	default:
		return TS_REFUSED_WRONG_MESSAGE;
	}
}

static bool is_accepted(const struct ts_life *life, const struct ts_hash *echo)
{
	size_t i;

	if (ts_hash_is_zero(echo))
		return false;
	for (i = 0; i < TS_ACCEPTED_MAX; i++)
		if (ts_hash_equal(&life->accepted[i], echo))
			return true;
	return false;
}

static enum ts_refusal take_message(struct ts_received *r)
{
	bool direct = r->msg->id == TS_MSG_DIRECT_TRANSFER;
	struct ts_life *life = r->life;
	enum ts_refusal refusal;
	struct ts_hash echo;

	ts_ack_make(r->datagram, r->len, &life->channel.our_address,
		    r->outcome->ack);
	memcpy(echo.b, r->outcome->ack + TS_ACK_BYTES - TS_HASH_BYTES,
	       TS_HASH_BYTES);
	if (!direct && is_accepted(life, &echo)) {
		r->outcome->repeat = true;
		r->outcome->has_ack = true;
		ts_outbox_heard(&life->outbox);
		return TS_ACCEPTED;
	}
	/* All others would have us sign, or go by locks that may be others now. */
	if (!direct && life->channel.restored == TS_RESTORED_UNKNOWN)
		return TS_REFUSED_RESTORED;
	refusal = dispatch(r);
	if (refusal)
		return refusal;
	ts_outbox_heard(&life->outbox);
	r->outcome->changed = !r->outcome->repeat;
	r->outcome->has_ack = !r->outcome->told_no;
	if (r->outcome->repeat || r->outcome->told_no)
		return TS_ACCEPTED;
	see_evidence(life);
	if (!direct)
		life->accepted[life->accepted_next++ % TS_ACCEPTED_MAX] = echo;
	life->accepted_next %= TS_ACCEPTED_MAX;
	return TS_ACCEPTED;
}

/**
 * ts_life_receive() - a message came
 * @old: the state as committed
 * @key: ours, to answer with
 * @moment: when
 * @msg: the message as ts_message_decode() made it from @datagram
 * @datagram: its bytes
 * @len: how many
 * @new: the state that follows; undefined when refused
 * @outcome: what else follows; undefined when refused
 *
 * The same bytes again are acked again and change nothing, of whatever kind
 * they are.  Checks go by their cost, the signature is last (rule M9).
 *
 * Return: TS_ACCEPTED, or the first rule that it breaks; then nothing is to be
 * answered.
 */
enum ts_refusal ts_life_receive(const struct ts_life *old,
				const struct ts_signer *key,
				const struct ts_moment *moment,
				const struct ts_message *msg,
				const void *datagram, size_t len,
				struct ts_life *new, struct ts_outcome *outcome)
{
	struct ts_received r = {
		.life = new, .key = key, .moment = moment, .msg = msg,
		.datagram = datagram, .len = len, .outcome = outcome,
	};
	const struct ts_hash *identifier;
	uint64_t open_block_number = 0;
	enum ts_refusal refusal;

	identifier = ts_message_channel(msg, &open_block_number);
	if (identifier) {
		refusal = ts_step_life(&old->channel, identifier,
				       open_block_number);
		if (refusal)
			return refusal;
	}
	memset(outcome, 0, sizeof(*outcome));
	*new = *old;
	if (msg->id != TS_MSG_ACK)
		return take_message(&r);
	if (!ts_outbox_ack(&new->outbox, &msg->ack))
		return TS_REFUSED_WRONG_MESSAGE;
	outcome->changed = true;
	ts_outbox_heard(&new->outbox);
	return TS_ACCEPTED;
}

/**
 * ts_life_pay() - make our next DirectTransfer
 * @old: the state as committed
 * @key: ours
 * @amount_wei: what to pay
 * @data: the memo, NULL: none
 * @new: the state that follows, the message in its outbox
 *
 * Return: TS_ACCEPTED, or the first rule that it would break.
 */
enum ts_refusal ts_life_pay(const struct ts_life *old,
			    const struct ts_signer *key, ts_u128 amount_wei,
			    const struct ts_bytes *data, struct ts_life *new)
{
	struct ts_datagram datagram;
	enum ts_refusal refusal;
	struct ts_message msg;

	refusal = ts_life_usable(old);
	if (refusal)
		return refusal;
	*new = *old;
	refusal = ts_channel_send(&old->channel, key, amount_wei, data,
				  &new->channel, &datagram);
	if (refusal)
		return refusal;
	if (ts_message_decode(&msg, datagram.b, datagram.len))
		return TS_REFUSED_MALFORMED;
	return ts_outbox_queue(&new->outbox, &old->channel.partner_address,
			       &msg, &datagram);
}

/**
 * ts_life_lock() - make a MediatedTransfer to the partner
 * @old: the state as committed
 * @key: ours
 * @moment: when
 * @lock: expiration, amount, fee, secret hash, initiator and target
 * @new: the state that follows
 *
 * Return: TS_ACCEPTED, or the first rule that it would break.
 */
enum ts_refusal ts_life_lock(const struct ts_life *old,
			     const struct ts_signer *key,
			     const struct ts_moment *moment,
			     const struct ts_pending_lock *lock,
			     struct ts_life *new)
{
	*new = *old;
	return ts_offer_lock(new, key, moment, lock);
}

/**
 * ts_life_learn() - the secret of a lock of the partner's is known
 * @old: the state as committed
 * @key: ours
 * @secret: the secret
 * @new: the state that follows; the partner is told the secret and owes the
 *	Unlock
 *
 * For a hop: in the same commit as the step that paid for the secret.
 *
 * Return: TS_ACCEPTED, also when it was known before, or why not.
 */
enum ts_refusal ts_life_learn(const struct ts_life *old,
			      const struct ts_signer *key,
			      const struct ts_hash *secret, struct ts_life *new)
{
	struct ts_pending_lock *lock;
	struct ts_hash secret_hash;

	*new = *old;
	ts_sha256(&secret_hash, secret->b, TS_HASH_BYTES);
	lock = ts_locks_find(&new->partner_locks, &secret_hash);
	return lock ? ts_claim_learn(new, key, lock, secret) :
		      TS_REFUSED_UNKNOWN_LOCK;
}

/**
 * ts_life_dispose() - refuse a lock of the partner's
 * @old: the state as committed
 * @key: ours
 * @secret_hash: of the lock
 * @why: what the partner is told
 * @new: the state that follows
 *
 * Return: TS_ACCEPTED, also when it was refused before, or why not.
 */
enum ts_refusal ts_life_dispose(const struct ts_life *old,
				const struct ts_signer *key,
				const struct ts_hash *secret_hash,
				enum ts_refusal why, struct ts_life *new)
{
	struct ts_pending_lock *lock;

	*new = *old;
	lock = ts_locks_find(&new->partner_locks, secret_hash);
	return lock ? ts_claim_dispose(new, key, lock, why) :
		      TS_REFUSED_UNKNOWN_LOCK;
}

/**
 * ts_life_withdraw() - ask the partner to co-sign a withdrawal of ours
 * @old: the state as committed
 * @key: ours
 * @moment: when
 * @amount_wei: what we take out of the channel, at most our balance
 * @new: the state that follows: frozen until the chain has it (M2)
 *
 * Return: TS_ACCEPTED, or why not.
 */
enum ts_refusal ts_life_withdraw(const struct ts_life *old,
				 const struct ts_signer *key,
				 const struct ts_moment *moment,
				 ts_u128 amount_wei, struct ts_life *new)
{
	*new = *old;
	return ts_withdraw_ask(new, key, moment, amount_wei);
}

/* End the channel together: ts_life_tick() does it step by step (M1). */
void ts_life_leave(const struct ts_life *old, struct ts_life *new)
{
	*new = *old;
	new->leaving = true;
}

/* End the channel alone: ts_life_intents() says so. */
void ts_life_close(const struct ts_life *old, struct ts_life *new)
{
	*new = *old;
	new->close_wanted = true;
}

static bool leave(struct ts_life *life, const struct ts_signer *key,
		  const struct ts_moment *moment)
{
	ts_u128 balance_wei = ts_channel_our_balance_wei(&life->channel);

	if (!life->leaving || ts_life_usable(life) ||
	    ts_cosign_possible(life, moment))
		return false;
	if (balance_wei)
		return !ts_withdraw_ask(life, key, moment, balance_wei);
	return !ts_settle_ask(life, key, moment);
}

/**
 * ts_life_tick() - time went by
 * @old: the state as committed
 * @key: ours
 * @moment: now
 * @new: the state that follows
 *
 * Takes expired locks of ours off, and leaves when all is quiet.  To be asked
 * after each step and each block.
 *
 * Return: whether there is a new state to commit.
 */
bool ts_life_tick(const struct ts_life *old, const struct ts_signer *key,
		  const struct ts_moment *moment, struct ts_life *new)
{
	bool changed;

	*new = *old;
	changed = ts_offer_expire(new, key, moment);
	return leave(new, key, moment) || changed;
}
