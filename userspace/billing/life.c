// SPDX-License-Identifier: GPL-2.0
/*
 * life.c - channels with something under way: what their partners' messages do
 * beside paying, and what leaves for them.
 *
 * A life is in memory as long as it is not at rest, and of one at rest only its
 * row.  A step is stored in the open batch together with what follows from it;
 * what it has in its outbox leaves after that batch's commit (rule M10).
 */
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "billing/batch.h"
#include "billing/channels.h"
#include "billing/home.h"
#include "billing/lives.h"
#include "billing/payments.h"
#include "billing/refunds.h"
#include "billing/revenues.h"
#include "photon/ack.h"
#include "photon/memo.h"

#define TOLD_NO_NS	(30 * TS_NS_PER_S)

/* Whether a deposit of ours may still come into it (M1, M2). */
bool ts_life_deposit_pending(const struct ts_billing *b,
			     const struct ts_billing_channel *c)
{
	return b->deposit_pending &&
	       b->deposit_pending(b->deposit_arg, &c->row.channel);
}

/* When a step of a channel is made. */
struct ts_moment ts_life_moment(const struct ts_billing *b,
				const struct ts_billing_channel *c,
				const struct ts_time *now)
{
	return (struct ts_moment){
		.now_ns = now->boot_ns,
		.head_block = b->head_block,
		.head_fresh = b->head_fresh,
		.deposit_pending = ts_life_deposit_pending(b, c),
	};
}

/* The places where states are made: big, and of no use to a box that only ever
 * takes direct transfers. */
struct ts_billing_step *ts_life_step(struct ts_billing *b)
{
	if (!b->step)
		b->step = calloc(1, sizeof(*b->step));
	return b->step;
}

/**
 * ts_life_of() - a channel with all that is under way in it
 * @b: billing
 * @c: the channel
 * @room: for one that is at rest
 *
 * Return: valid until the next step; NULL: the ledger cannot be read.
 */
const struct ts_life *ts_life_of(struct ts_billing *b,
				 const struct ts_billing_channel *c,
				 struct ts_life *room)
{
	if (c->life)
		return c->life;
	if (!c->row.has_life) {
		memset(room, 0, sizeof(*room));
		room->channel = c->row.channel;
		return room;
	}
	if (!ts_ledger_life_read(b->ledger, &c->row, room))
		return room;
	ts_billing_say(b, LOG_ERR, "%s", ts_ledger_error(b->ledger));
	return NULL;
}

/* Into memory, also those that come from the disk at the start. */
bool ts_life_keep(struct ts_billing *b, struct ts_billing_channel *c,
		  const struct ts_life *life)
{
	if (!c->life) {
		c->life = malloc(sizeof(*c->life));
		if (!c->life)
			return false;
		TAILQ_INSERT_TAIL(&b->lives, c, live);
	}
	*c->life = *life;
	b->send_ns = 0;
	return true;
}

/* Out of memory; its row stays. */
void ts_life_release(struct ts_billing *b, struct ts_billing_channel *c)
{
	if (!c->life)
		return;
	TAILQ_REMOVE(&b->lives, c, live);
	free(c->life);
	c->life = NULL;
	c->uncommitted = false;
	c->silent = false;
}

/**
 * ts_life_store() - a step's new state, into the open batch
 * @b: billing
 * @c: the channel
 * @next: its state from now on
 *
 * A channel that is frozen by it grants nothing any more (M2).
 */
void ts_life_store(struct ts_billing *b, struct ts_billing_channel *c,
		   const struct ts_life *next)
{
	bool froze = next->channel.frozen && !c->row.channel.frozen;

	if (!ts_batch(b))
		return;
	if (!ts_life_keep(b, c, next)) {
		b->broken = true;
		return;
	}
	c->row.channel = next->channel;
	c->row.has_life = true;
	c->uncommitted = true;
	b->urgent = true;
	ts_channel_write(b, c);
	ts_batch_check(b, ts_ledger_life_write(b->ledger, c->row.id, c->life));
	if (froze)
		ts_channel_revoke(b, c);
}

/*
 * What time and the step before make possible.  Whoever leaves takes its own
 * along: what is unspent is the partner's and goes back first (M11).
 */
static void settle_down(struct ts_billing *b, struct ts_billing_channel *c,
			const struct ts_time *now)
{
	struct ts_moment moment = ts_life_moment(b, c, now);

	if (c->refunding ||
	    c->row.channel.restored == TS_RESTORED_UNKNOWN)
		return;
	if (c->life->leaving && !c->life->channel.frozen &&
	    c->life->channel.state == TS_CHANNEL_OPEN &&
	    ts_lives_unspent_wei(b, c) && !c->refunded_all) {
		ts_refund_begin(b, c, TS_U128_MAX, 0, 0);
		return;
	}
	if (ts_life_tick(c->life, b->key, &moment, &b->step->next))
		ts_life_store(b, c, &b->step->next);
}

/* --- messages -------------------------------------------------------------- */

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
		settle_down(b, c, now);
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

/* --- our messages ---------------------------------------------------------- */

/**
 * ts_life_ack() - the peer says that a message of ours arrived
 * @b: billing
 * @ack: what it says
 * @now: the time
 *
 * It lets the next message go, no more (M9).  So the disk hears of it by the
 * way: without, the same bytes are sent once more.
 *
 * Return: whether it was about any message of ours.
 */
bool ts_life_ack(struct ts_billing *b, const struct ts_ack *ack,
		 const struct ts_time *now)
{
	struct ts_billing_channel *c;

	TAILQ_FOREACH(c, &b->lives, live)
		if (ts_outbox_ack(&c->life->outbox, ack))
			break;
	if (!c)
		return false;
	b->counters.acked++;
	b->send_ns = 0;
	ts_outbox_heard(&c->life->outbox);
	if (!b->key || !ts_life_step(b) || b->read_only[0] || !ts_batch(b))
		return true;
	c->uncommitted = true;
	ts_batch_check(b, ts_ledger_life_write(b->ledger, c->row.id, c->life));
	settle_down(b, c, now);
	return true;
}

/** ts_lives_committed() - the batch is on the disk: what it holds may leave */
void ts_lives_committed(struct ts_billing *b)
{
	struct ts_billing_channel *c, *next;

	for (c = TAILQ_FIRST(&b->lives); c; c = next) {
		next = TAILQ_NEXT(c, live);
		if (!c->uncommitted)
			continue;
		c->uncommitted = false;
		b->send_ns = 0;
		if (ts_life_is_at_rest(c->life))
			ts_life_release(b, c);
	}
}

static void report(struct ts_billing *b, struct ts_billing_channel *c)
{
	bool silent = ts_outbox_is_silent(&c->life->outbox);
	char text[TS_ADDRESS_TEXT_SIZE];

	if (silent == c->silent)
		return;
	c->silent = silent;
	ts_address_print(&c->row.channel.partner_address, text);
	if (silent)
		ts_billing_say(b, LOG_WARNING, "%s does not answer for a minute; what we have to say to it is kept, and sent less and less often",
			       text);
	else
		ts_billing_say(b, LOG_INFO, "%s answers again", text);
}

static void send_one(struct ts_billing *b, struct ts_billing_channel *c,
		     uint64_t now_ns)
{
	const struct ts_outgoing *due[TS_DUE_MAX];
	size_t i, n = ts_outbox_due(&c->life->outbox, now_ns, due);

	for (i = 0; i < n; i++) {
		b->counters.sent++;
		b->counters.resent += due[i]->tries > 1;
		b->effects.send(b->effects.ctx, &due[i]->to, due[i]->b,
				due[i]->len);
	}
	report(b, c);
}

/**
 * ts_lives_send() - let out what is due, of committed states alone
 * @b: billing
 * @now: the time
 */
void ts_lives_send(struct ts_billing *b, const struct ts_time *now)
{
	struct ts_billing_channel *c;
	uint64_t ns;

	if (!b->key || b->read_only[0] || now->boot_ns < b->send_ns)
		return;
	b->send_ns = UINT64_MAX;
	TAILQ_FOREACH(c, &b->lives, live) {
		if (c->uncommitted)
			continue;
		send_one(b, c, now->boot_ns);
		ns = ts_outbox_due_ns(&c->life->outbox);
		b->send_ns = ns < b->send_ns ? ns : b->send_ns;
	}
}

static int each_outgoing(const struct ts_outbox *o, const struct ts_address *to,
			 int (*cb)(const void *bytes, size_t len, void *arg),
			 void *arg)
{
	bool outstanding = false;
	int ret = 0;
	size_t i;

	for (i = 0; i < o->parallel_count && !ret; i++)
		if (ts_address_equal(&o->parallel[i].to, to))
			ret = cb(o->parallel[i].b, o->parallel[i].len, arg);
	/* An Ack may be a lie (M9), so those before it, too. */
	for (i = 0; i < o->queue_count && !outstanding && !ret; i++) {
		outstanding = !o->queue[i].acked;
		if (ts_address_equal(&o->queue[i].to, to))
			ret = cb(o->queue[i].b, o->queue[i].len, arg);
	}
	return ret;
}

int ts_billing_outbox_each(struct ts_billing *b, const struct ts_address *to,
			   int (*cb)(const void *bytes, size_t len, void *arg),
			   void *arg)
{
	uint8_t question[TS_RESTORED_BYTES];
	struct ts_billing_channel *c;
	const struct ts_life *life;
	int ret = 0;

	if (b->read_only[0] || !ts_life_step(b))
		return 0;
	TAILQ_FOREACH(c, &b->lives, live)
		if (!ret && !c->uncommitted)
			ret = each_outgoing(&c->life->outbox, to, cb, arg);
	/* Of those at rest, what only an Ack says to have arrived. */
	for (c = ts_channel_of_wallet(b, to); c && !ret;
	     c = ts_channel_of_wallet_next(c)) {
		if (ts_evidence_ask(b, c, question))
			ret = cb(question, sizeof(question), arg);
		if (ret)
			break;
		if (c->life || !c->row.has_life ||
		    c->row.channel.state == TS_CHANNEL_NONE)
			continue;
		life = ts_life_of(b, c, &b->step->old);
		if (life)
			ret = each_outgoing(&life->outbox, to, cb, arg);
	}
	return ret;
}

/** ts_lives_tick() - locks that expired or wait for a place, leaving; each second */
void ts_lives_tick(struct ts_billing *b, const struct ts_time *now)
{
	struct ts_billing_channel *c;

	if (!b->key || TAILQ_EMPTY(&b->lives) || !ts_life_step(b))
		return;
	TAILQ_FOREACH(c, &b->lives, live) {
		if (b->broken || b->read_only[0])
			return;
		settle_down(b, c, now);
		ts_hop_waiting(b, c, now);
	}
}

void ts_billing_key(struct ts_billing *b, const struct ts_signer *key)
{
	b->key = key;
	b->send_ns = 0;
	ts_channels_changed(b);
}

void ts_billing_head(struct ts_billing *b, uint64_t head_block, bool fresh)
{
	if (head_block > b->head_block)
		b->head_block = head_block;
	b->head_fresh = fresh;
}

void ts_billing_deposits(struct ts_billing *b, ts_billing_deposit_pending *pending,
			 void *arg)
{
	b->deposit_pending = pending;
	b->deposit_arg = arg;
}
