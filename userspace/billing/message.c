// SPDX-License-Identifier: GPL-2.0
/*
 * message.c - what the messages of partners do to channels with something under way,
 * beside paying.
 */
#include <string.h>

#include "billing/batch.h"
#include "billing/channels.h"
#include "billing/home.h"
#include "billing/lives.h"
#include "billing/payments.h"
#include "billing/revenues.h"
#include "photon/ack.h"

#define TOLD_NO_NS	(30 * TS_NS_PER_S)

/*
 * A lock is value that is to come: over a channel that is not credited it is not
 * wanted (M3).  It had to be taken all the same; the partner is told.
 */
static void refuse_lock(struct ts_billing *b, struct ts_billing_channel *c,
			const struct ts_message *msg, struct ts_outcome *outcome)
{
	const struct ts_hash *secret_hash = &msg->mediated_transfer.lock_secret_hash;
	const struct ts_pending_lock *lock;
	const char *text;

	lock = ts_locks_find_const(&b->step->next.partner_locks, secret_hash);
	if (!lock || !ts_pay_why_not(b, c, lock->amount_wei, &text))
		return;
	if (ts_life_dispose(&b->step->next, b->key, secret_hash,
			    TS_REFUSED_NOT_TAKEN, &b->step->other))
		return;
	b->step->next = b->step->other;
	outcome->follow = TS_FOLLOW_NOTHING;
}

/* What of a lock that we passed on was ours to keep. */
static ts_u128 fee_of(const struct ts_billing_channel *c, const struct ts_message *msg)
{
	const struct ts_pending_lock *lock;
	struct ts_hash secret_hash;

	if (msg->id != TS_MSG_UNLOCK || !c->life)
		return 0;
	ts_sha256(&secret_hash, msg->unlock.lock_secret.b, TS_HASH_BYTES);
	lock = ts_locks_find_const(&c->life->partner_locks, &secret_hash);
	if (!lock || ts_address_equal(&lock->target, &c->row.channel.our_address))
		return 0;
	return lock->fee_wei;
}

/* The new state and all that comes of it, into the batch. */
static void take(struct ts_billing *b, struct ts_billing_channel *c,
		 const struct ts_message *msg, const struct ts_outcome *outcome,
		 struct ts_billing_channel *other, const struct ts_time *now)
{
	ts_u128 before_wei = c->row.channel.partner_proof.transferred_wei;
	ts_u128 grown_wei = b->step->next.channel.partner_proof.transferred_wei -
			    before_wei;
	struct ts_billing_credit credit = {
		.wei = outcome->credit_wei, .wallet = outcome->wallet,
		.mediated = msg->id == TS_MSG_UNLOCK,
		.memo = { outcome->memo, outcome->memo_len },
	};

	/* As a hop we only pass it on. */
	c->row.relayed_wei += grown_wei - credit.wei;
	if (msg->id == TS_MSG_DIRECT_TRANSFER) {
		credit.memo = msg->direct_transfer.data;
		ts_pay_heed_gap(&c->row.channel, &b->step->next.channel,
				&credit.memo);
		ts_pay_is_not_credit(b, c, &credit);
	}
	ts_revenue_add(b, &c->row.channel.token, TS_REVENUE_FEES, fee_of(c, msg));
	ts_life_store(b, c, &b->step->next);
	if (other)
		ts_life_store(b, other, &b->step->other);
	if (credit.wei)
		ts_pay_credit(b, c, &credit, now);
	if (msg->id == TS_MSG_DIRECT_TRANSFER) {
		ts_carrying_settle(b, c, &credit.memo);
		ts_home_settle(b, c, &credit.memo, grown_wei);
	}
	if (!b->broken && outcome->follow == TS_FOLLOW_FORWARD)
		ts_hop_lock(b, c, &outcome->secret_hash, now);
	if (!b->broken)
		ts_life_settle_down(b, c, now);
}

static bool is_admitted(struct ts_billing *b, struct ts_billing_channel *c,
			const struct ts_message *msg,
			const struct ts_outcome *outcome, uint64_t reply)
{
	if (b->step->next.channel.partner_proof.nonce > INT64_MAX) {
		ts_pay_refuse(b, reply, TS_REFUSED_NONCE_EXHAUSTED, c);
		return false;
	}
	/* The value of an Unlock was let in with its lock. */
	if (msg->id == TS_MSG_DIRECT_TRANSFER &&
	    !ts_pay_admit(b, c, &msg->direct_transfer.data, outcome->credit_wei,
			  reply))
		return false;
	if (!b->read_only[0] && ts_batch(b))
		return true;
	ts_pay_refuse_read_only(b, reply);
	return false;
}

/*
 * An original node that was told no asks again every 6 s, for as long as its
 * channel is there.  Each no costs signatures and a commit, and the last one is
 * in the outbox until it has arrived.
 */
static bool is_told(const struct ts_billing_channel *c,
		    const uint8_t ack[TS_ACK_BYTES], const struct ts_time *now)
{
	return c->told_no_ns && now->boot_ns - c->told_no_ns < TOLD_NO_NS &&
	       !memcmp(c->told_no, ack, TS_ACK_BYTES);
}

/* What was done is confirmed, what was told no is not. */
static void answer(struct ts_billing *b, struct ts_billing_channel *c,
		   const struct ts_outcome *outcome, uint64_t reply,
		   const struct ts_time *now)
{
	if (outcome->has_ack) {
		ts_pay_ack(b, reply, outcome->ack);
		return;
	}
	memcpy(c->told_no, outcome->ack, TS_ACK_BYTES);
	c->told_no_ns = now->boot_ns;
	ts_pay_refuse(b, reply, outcome->told_no, c);
}

/* The next state, into @b->step->next. */
static enum ts_refusal step(struct ts_billing *b, struct ts_billing_channel *c,
			    const struct ts_message *msg, const void *bytes,
			    size_t len, struct ts_outcome *outcome,
			    const struct ts_time *now)
{
	struct ts_moment moment = ts_life_moment(b, c, now);
	const struct ts_life *old = ts_life_of(b, c, &b->step->old);

	if (!old)
		return TS_REFUSED_QUEUE_BUSY;
	return ts_life_receive(old, b->key, &moment, msg, bytes, len,
			       &b->step->next, outcome);
}

/**
 * ts_life_message() - a message for a channel that has, or gets, a life
 * @b: billing
 * @c: the channel
 * @msg: the message
 * @bytes: its datagram
 * @len: how many
 * @reply: who waits for the answer
 * @now: the time
 *
 * Return: TS_ACCEPTED: @reply is answered; else the caller has to.
 */
enum ts_refusal ts_life_message(struct ts_billing *b,
				struct ts_billing_channel *c,
				const struct ts_message *msg, const void *bytes,
				size_t len, uint64_t reply,
				const struct ts_time *now)
{
	uint64_t nonce = c->row.channel.partner_proof.nonce;
	struct ts_billing_channel *other;
	struct ts_outcome outcome;
	enum ts_refusal refusal;
	uint64_t lock;

	if (!b->key || !ts_life_step(b))
		return TS_REFUSED_QUEUE_BUSY;
	refusal = step(b, c, msg, bytes, len, &outcome, now);
	if (refusal)
		return refusal;
	if (!outcome.changed) {
		if (c->life)
			ts_outbox_heard(&c->life->outbox);
		b->send_ns = 0;
		b->counters.repeats++;
		ts_pay_ack(b, reply, outcome.ack);
		return TS_ACCEPTED;
	}
	if (outcome.told_no && is_told(c, outcome.ack, now))
		return outcome.told_no;
	if (!is_admitted(b, c, msg, &outcome, reply))
		return TS_ACCEPTED;
	if (msg->id == TS_MSG_MEDIATED_TRANSFER)
		refuse_lock(b, c, msg, &outcome);
	refusal = ts_hop_follow(b, c, &outcome, &other);
	if (refusal)
		return refusal;
	lock = ts_reveal_lock(b, c, msg);
	take(b, c, msg, &outcome, other, now);
	if (lock && !b->broken)
		ts_reveal_follow(b, c, msg, lock, bytes, len);
	b->counters.messages++;
	answer(b, c, &outcome, reply, now);
	if (c->row.channel.partner_proof.nonce != nonce)
		ts_pay_heard(b, &c->row.channel.partner_address);
	return TS_ACCEPTED;
}

static bool was_revealed(const struct ts_billing *b,
			 const uint8_t ack[TS_ACK_BYTES])
{
	unsigned int i;

	for (i = 0; b->step && i < b->step->n_reveals && i < TS_REVEALS_MAX; i++)
		if (!memcmp(b->step->reveals[i], ack, TS_ACK_BYTES))
			return true;
	return false;
}

static void note_reveal(struct ts_billing *b, const uint8_t ack[TS_ACK_BYTES])
{
	if (!b->read_only[0] && !was_revealed(b, ack))
		memcpy(b->step->reveals[b->step->n_reveals++ % TS_REVEALS_MAX], ack,
		       TS_ACK_BYTES);
}

/**
 * ts_life_reveal() - a RevealSecret: it names no channel
 * @b: billing
 * @msg: the message
 * @bytes: its datagram
 * @len: how many
 * @reply: who waits for the answer
 * @now: the time
 *
 * It is for whichever life has the lock and takes it: of a hop both have it, and
 * only one is told by its signer.
 *
 * Return: as ts_life_message().
 */
enum ts_refusal ts_life_reveal(struct ts_billing *b, const struct ts_message *msg,
			       const void *bytes, size_t len, uint64_t reply,
			       const struct ts_time *now)
{
	enum ts_refusal refusal = TS_REFUSED_UNKNOWN_LOCK;
	struct ts_billing_channel *c;
	uint8_t ack[TS_ACK_BYTES];

	ts_ack_make(bytes, len, &b->config.our_address, ack);
	TAILQ_FOREACH(c, &b->lives, live) {
		if (!ts_life_concerns(c->life, msg))
			continue;
		refusal = ts_life_message(b, c, msg, bytes, len, reply, now);
		if (refusal)
			continue;
		note_reveal(b, ack);
		return TS_ACCEPTED;
	}
	if (!was_revealed(b, ack))
		return refusal;
	b->counters.repeats++;
	ts_pay_ack(b, reply, ack);
	return TS_ACCEPTED;
}
