// SPDX-License-Identifier: GPL-2.0
/*
 * evidence.c - channels from a backup: their partners are asked for our newest proof, as
 * we answer partners that ask us.
 *
 * What a partner shows is adopted in one batch with what follows from it: its own newer
 * transfers are credited, ours since the backup are booked as refunds, and the mark goes
 * (enum ts_channel_restored).  Before that nothing that holds value of the channel is in
 * the kernel, as for a refund.  A crash before the commit leaves all as it was, and the
 * partner is asked again.
 *
 * A partner may show an older proof than it has.  Our later ones are counted from that,
 * and it can claim one of all that we ever signed, not their sum: so it wins at most what
 * the proof that it hides gave it more, which is the value that it was truly paid.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "billing/batch.h"
#include "billing/channels.h"
#include "billing/lives.h"
#include "billing/payments.h"
#include "billing/refunds.h"
#include "photon/ack.h"
#include "photon/evidence.h"

/* A node that does not know the question is not worth more of the air. */
#define ASK_NS	(30 * TS_NS_PER_S)

/**
 * struct ts_billing_evidence - evidence that waits for accounts to be settled
 * @evidence: what was shown
 * @ack: the answer to it
 */
struct ts_billing_evidence {
	struct ts_evidence evidence;
	uint8_t ack[TS_ACK_BYTES];
};

/* Of this channel and this process; the secret is nobody's but ours. */
static void make_question(const struct ts_billing *b,
			  const struct ts_billing_channel *c,
			  struct ts_question *q)
{
	uint8_t text[TS_HASH_BYTES + sizeof(uint64_t)];

	q->channel_identifier = c->row.channel.channel_identifier;
	q->open_block_number = c->row.channel.open_block_number;
	memcpy(text, q->channel_identifier.b, TS_HASH_BYTES);
	memcpy(text + TS_HASH_BYTES, &q->open_block_number, sizeof(uint64_t));
	crypto_generichash(q->nonce.b, TS_HASH_BYTES, text, sizeof(text),
			   b->nonce_secret, sizeof(b->nonce_secret));
}

/**
 * ts_evidence_ask() - the question about a channel, if it has to be asked
 * @b: billing
 * @c: the channel
 * @bytes: the datagram
 *
 * First the chain is asked: a close or a withdrawal may be what the backup does not know.
 *
 * Return: whether there is one.
 */
bool ts_evidence_ask(const struct ts_billing *b, const struct ts_billing_channel *c,
		     uint8_t bytes[TS_RESTORED_BYTES])
{
	struct ts_question q;

	if (c->row.channel.restored != TS_RESTORED_UNKNOWN ||
	    c->row.channel.state != TS_CHANNEL_OPEN || c->refunding || !b->key ||
	    !b->head_fresh || b->read_only[0] ||
	    ts_channel_foreign(b, &c->row.channel))
		return false;
	make_question(b, c, &q);
	ts_question_sign(&q, b->key, bytes);
	return true;
}

/** ts_evidence_send() - ask partners that may have a place in the network */
void ts_evidence_send(struct ts_billing *b, const struct ts_time *now)
{
	uint8_t bytes[TS_RESTORED_BYTES];
	struct ts_billing_channel *c;

	if (!b->head_fresh || !b->key || now->boot_ns < b->ask_ns)
		return;
	b->ask_ns = now->boot_ns + ASK_NS;
	TAILQ_FOREACH(c, &b->channels, list)
		if (ts_evidence_ask(b, c, bytes))
			b->effects.send(b->effects.ctx,
					&c->row.channel.partner_address, bytes,
					sizeof(bytes));
}

/* Of that very life. */
static struct ts_billing_channel *find(struct ts_billing *b,
				       const struct ts_question *q)
{
	struct ts_billing_channel *c;

	c = ts_channel_life(b, &q->channel_identifier, q->open_block_number);
	return c && c->row.channel.open_block_number == q->open_block_number ? c : NULL;
}

static bool is_partner(const struct ts_billing_channel *c,
		       const struct ts_address *signer)
{
	return ts_address_equal(signer, &c->row.channel.partner_address);
}

/**
 * ts_evidence_asked() - a partner has restored a backup
 * @b: billing
 * @bytes: its question
 * @q: as it was decoded
 * @reply: who asks
 *
 * Return: TS_ACCEPTED: answered after the next commit; else the caller has to.
 */
enum ts_refusal ts_evidence_asked(struct ts_billing *b, const uint8_t *bytes,
				  const struct ts_question *q, uint64_t reply)
{
	struct ts_billing_channel *c = find(b, q);
	struct ts_billing_reply *r;
	struct ts_address signer;

	if (!c)
		return TS_REFUSED_UNKNOWN_CHANNEL;
	/* What we have of it need not be the newest. */
	if (c->row.channel.restored == TS_RESTORED_UNKNOWN)
		return TS_REFUSED_RESTORED;
	if (!b->key)
		return TS_REFUSED_QUEUE_BUSY;
	if (ts_question_recover(bytes, &signer) || !is_partner(c, &signer))
		return TS_REFUSED_NOT_PARTNER;
	r = ts_reply(b, reply);
	r->vouched = c;
	r->question = *q;
	return TS_ACCEPTED;
}

/** ts_evidence_answer() - the state is committed: it may be shown */
void ts_evidence_answer(struct ts_billing *b, const struct ts_billing_reply *r)
{
	uint8_t bytes[TS_EVIDENCE_BYTES];
	struct ts_evidence e;

	ts_evidence_make(&e, &r->vouched->row.channel, &r->question);
	ts_evidence_sign(&e, b->key, bytes);
	b->effects.answer(b->effects.ctx, r->reply, bytes, sizeof(bytes));
}

/* What would be adopted, into b->step->next. */
static enum ts_refusal try(struct ts_billing *b, struct ts_billing_channel *c,
			   const struct ts_evidence *e)
{
	const struct ts_life *old = ts_life_of(b, c, &b->step->old);

	return old ? ts_life_adopt(old, e, &b->step->next) : TS_REFUSED_QUEUE_BUSY;
}

static ts_u128 grown_wei(const struct ts_channel_proof *before,
			 const struct ts_channel_proof *next)
{
	return next->transferred_wei - before->transferred_wei;
}

/* The new state into the batch, with all that comes of it. */
static void adopt(struct ts_billing *b, struct ts_billing_channel *c,
		  const struct ts_time *now)
{
	const struct ts_channel before = c->row.channel;
	const struct ts_channel *next = &b->step->next.channel;
	struct ts_billing_credit credit = {
		.wei = grown_wei(&before.partner_proof, &next->partner_proof),
		.wallet = before.partner_address,
	};
	ts_u128 sent_wei = grown_wei(&before.our_proof, &next->our_proof);
	char text[TS_ADDRESS_TEXT_SIZE];

	ts_life_store(b, c, &b->step->next);
	if (credit.wei)
		ts_pay_credit(b, c, &credit, now);
	if (sent_wei)
		ts_refund_book(b, c, sent_wei);
	ts_billing_say(b, LOG_NOTICE, "%s shows our transfers up to nonce %llu: what was restored is signed for again",
		       ts_address_print(&before.partner_address, text),
		       (unsigned long long)c->row.channel.our_proof.nonce);
}

/**
 * ts_evidence_finish() - nothing of the channel is in the kernel any more
 * @b: billing
 * @c: the channel, with evidence
 * @now: the time
 *
 * Return: TS_ACCEPTED, or why not.
 */
enum ts_refusal ts_evidence_finish(struct ts_billing *b, struct ts_billing_channel *c,
				   const struct ts_time *now)
{
	enum ts_refusal refusal = try(b, c, &c->evidence->evidence);

	if (refusal)
		return refusal;
	if (!ts_batch(b))
		return TS_REFUSED_QUEUE_BUSY;
	adopt(b, c, now);
	ts_pay_ack(b, c->refund_reply, c->evidence->ack);
	return TS_ACCEPTED;
}

/** ts_evidence_drop() - it waits no more */
void ts_evidence_drop(struct ts_billing_channel *c)
{
	free(c->evidence);
	c->evidence = NULL;
}

static enum ts_refusal check(struct ts_billing *b, struct ts_billing_channel *c,
			     const uint8_t *bytes, const struct ts_evidence *e)
{
	struct ts_address signer;
	struct ts_question q;

	if (c->row.channel.restored != TS_RESTORED_UNKNOWN)
		return TS_REFUSED_NOT_ASKED;
	make_question(b, c, &q);
	if (!ts_hash_equal(&q.nonce, &e->question.nonce))
		return TS_REFUSED_NOT_ASKED;
	if (!b->head_fresh)
		return TS_REFUSED_CHAIN_STALE;
	if (c->refunding || !b->key || !ts_life_step(b))
		return TS_REFUSED_QUEUE_BUSY;
	if (ts_evidence_recover(bytes, &signer) || !is_partner(c, &signer))
		return TS_REFUSED_NOT_PARTNER;
	return try(b, c, e);
}

/* Its own newer transfers are taken as any (M3), all or nothing. */
static bool is_admitted(struct ts_billing *b, struct ts_billing_channel *c,
			uint64_t reply)
{
	ts_u128 wei = grown_wei(&c->row.channel.partner_proof,
				&b->step->next.channel.partner_proof);
	const struct ts_bytes none = { NULL, 0 };

	return !wei || ts_pay_admit(b, c, &none, wei, reply);
}

/* Transfers of ours since the backup are to be booked: see ts_evidence_finish(). */
static enum ts_refusal begin(struct ts_billing *b, struct ts_billing_channel *c,
			     const struct ts_evidence *e,
			     const uint8_t ack[TS_ACK_BYTES], uint64_t reply)
{
	c->evidence = calloc(1, sizeof(*c->evidence));
	if (!c->evidence)
		return TS_REFUSED_QUEUE_BUSY;
	c->evidence->evidence = *e;
	memcpy(c->evidence->ack, ack, TS_ACK_BYTES);
	ts_refund_begin(b, c, 0, 0, reply);
	return TS_ACCEPTED;
}

/**
 * ts_evidence_shown() - a partner shows what it has
 * @b: billing
 * @bytes: the datagram
 * @e: as it was decoded
 * @reply: who shows it
 * @now: the time
 *
 * Return: TS_ACCEPTED: @reply is answered, or will be; else the caller has to.
 */
enum ts_refusal ts_evidence_shown(struct ts_billing *b, const uint8_t *bytes,
				  const struct ts_evidence *e, uint64_t reply,
				  const struct ts_time *now)
{
	struct ts_billing_channel *c = find(b, &e->question);
	uint8_t ack[TS_ACK_BYTES];
	enum ts_refusal refusal;

	if (!c)
		return TS_REFUSED_UNKNOWN_CHANNEL;
	refusal = check(b, c, bytes, e);
	if (refusal)
		return refusal;
	if (!is_admitted(b, c, reply))
		return TS_ACCEPTED;
	ts_ack_make(bytes, TS_EVIDENCE_BYTES, &b->config.our_address, ack);
	if (grown_wei(&c->row.channel.our_proof, &b->step->next.channel.our_proof))
		return begin(b, c, e, ack, reply);
	if (!ts_batch(b)) {
		ts_pay_refuse_read_only(b, reply);
		return TS_ACCEPTED;
	}
	adopt(b, c, now);
	ts_pay_ack(b, reply, ack);
	return TS_ACCEPTED;
}
