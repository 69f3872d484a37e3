// SPDX-License-Identifier: GPL-2.0
/*
 * datagram.c - what comes, to where it belongs.
 */
#include <string.h>

#include "billing/channels.h"
#include "billing/lives.h"
#include "billing/payments.h"
#include "photon/ack.h"
#include "photon/ping.h"

/*
 * What names no channel, and what is asked and shown after a restore, cost a signature
 * each and may come from anybody, as often as one likes.
 */
#define PINGS_PER_S	50

static bool may_ping(struct ts_billing *b, const struct ts_time *now)
{
	uint64_t fill = (now->boot_ns - b->ping_ns) / (TS_NS_PER_S / PINGS_PER_S);

	if (fill) {
		b->ping_ns = now->boot_ns;
		b->ping_tokens += fill < PINGS_PER_S ? fill : PINGS_PER_S;
		if (b->ping_tokens > PINGS_PER_S)
			b->ping_tokens = PINGS_PER_S;
	}
	if (!b->ping_tokens)
		return false;
	b->ping_tokens--;
	return true;
}

static bool is_too_often(struct ts_billing *b, uint64_t reply,
			 const struct ts_time *now)
{
	if (may_ping(b, now))
		return false;
	ts_reply_refuse(b, reply, TS_REFUSE_BUSY, "busy", "too many pings; send it again");
	return true;
}

static void ping(struct ts_billing *b, const struct ts_message *msg,
		 const void *bytes, size_t len, uint64_t reply,
		 const struct ts_time *now)
{
	uint8_t answer[TS_ACK_BYTES];
	struct ts_address signer;

	if (is_too_often(b, reply, now))
		return;
	if (ts_ping_receive(msg, bytes, len, &b->config.our_address, &signer,
			    answer)) {
		ts_pay_refuse(b, reply, TS_REFUSED_BAD_SIGNATURE, NULL);
		return;
	}
	if (!ts_channel_of_wallet(b, &signer)) {
		ts_pay_refuse(b, reply, TS_REFUSED_UNKNOWN_CHANNEL, NULL);
		return;
	}
	b->counters.pings++;
	ts_pay_ack(b, reply, answer);
}

/*
 * A secret of no lock that is here: it was paid, and the Ack was lost with our last
 * run.  An original node says a secret until it has an Ack, whatever became of the
 * lock; and so does it take one.
 */
static void reveal_in_vain(struct ts_billing *b, const struct ts_message *msg,
			   const void *bytes, size_t len, uint64_t reply,
			   const struct ts_time *now)
{
	uint8_t answer[TS_ACK_BYTES];
	struct ts_address signer;

	if (!may_ping(b, now) ||
	    ts_message_recover(msg, bytes, len, &b->config.chain_id, &signer) ||
	    !ts_channel_of_wallet(b, &signer)) {
		ts_pay_refuse(b, reply, TS_REFUSED_UNKNOWN_LOCK, NULL);
		return;
	}
	b->counters.repeats++;
	ts_ack_make(bytes, len, &b->config.our_address, answer);
	ts_pay_ack(b, reply, answer);
}

/*
 * An older datagram that was accepted has the same Ack again (its first may be
 * what got lost); hash and signature are all of its bytes.
 */
static bool is_older_repeat(struct ts_billing *b, struct ts_billing_channel *c,
			    const struct ts_message *msg,
			    const void *bytes, size_t len)
{
	struct ts_ledger_payment p;
	struct ts_hash hash;

	if (ts_ledger_payment_find(b->ledger, c->row.id,
				   msg->direct_transfer.proof.nonce, &p))
		return false;
	if (memcmp(&p.signature, &msg->signature, sizeof(p.signature)))
		return false;
	ts_message_hash(bytes, len, &hash);
	return ts_hash_equal(&hash, &p.message_hash);
}

/* A message that names its channel. */
static void to_channel(struct ts_billing *b, const struct ts_message *msg,
		       const void *bytes, size_t len, uint64_t reply,
		       const struct ts_time *now)
{
	bool direct = msg->id == TS_MSG_DIRECT_TRANSFER;
	const struct ts_hash *identifier;
	struct ts_billing_channel *c;
	uint64_t open_block_number;
	uint8_t again[TS_ACK_BYTES];
	enum ts_refusal refusal;

	identifier = ts_message_channel(msg, &open_block_number);
	c = ts_channel_life(b, identifier, open_block_number);
	if (!c) {
		ts_pay_refuse(b, reply, TS_REFUSED_UNKNOWN_CHANNEL, NULL);
		return;
	}
	refusal = direct && !c->life ?
		  ts_pay_transfer(b, c, msg, bytes, len, reply, now) :
		  ts_life_message(b, c, msg, bytes, len, reply, now);
	if (direct && refusal == TS_REFUSED_NONCE_REPLAYED &&
	    is_older_repeat(b, c, msg, bytes, len)) {
		b->counters.repeats++;
		ts_ack_make(bytes, len, &b->config.our_address, again);
		ts_pay_ack(b, reply, again);
	} else if (refusal) {
		ts_pay_refuse(b, reply, refusal, c);
	}
}

/* An Ack for a message of ours. */
static void acked(struct ts_billing *b, const struct ts_message *msg,
		  uint64_t reply, const struct ts_time *now)
{
	if (ts_life_ack(b, &msg->ack, now))
		ts_reply(b, reply)->taken = true;
	else
		ts_reply_refuse(b, reply, TS_REFUSE_UNKNOWN, "nothing_to_ack",
				"no message of this box waits for this Ack");
}

static void to_its_rule(struct ts_billing *b, const struct ts_message *msg,
			const void *bytes, size_t len, uint64_t reply,
			const struct ts_time *now)
{
	enum ts_refusal refusal;

	switch (msg->id) {
	case TS_MSG_PING:
		ping(b, msg, bytes, len, reply, now);
		break;
	case TS_MSG_ACK:
		acked(b, msg, reply, now);
		break;
	case TS_MSG_REVEAL_SECRET:
		refusal = ts_life_reveal(b, msg, bytes, len, reply, now);
		if (refusal == TS_REFUSED_UNKNOWN_LOCK)
			reveal_in_vain(b, msg, bytes, len, reply, now);
		else if (refusal)
			ts_pay_refuse(b, reply, refusal, NULL);
		break;
	case TS_MSG_SECRET_REQUEST:
		/* Of secrets that we chose; we pay by direct transfers alone. */
		ts_pay_refuse(b, reply, TS_REFUSED_UNKNOWN_LOCK, NULL);
		break;
	default:
		to_channel(b, msg, bytes, len, reply, now);
	}
}

/* Neither is a message of Photon's. Return: whether it was one of them. */
static bool after_a_restore(struct ts_billing *b, const void *bytes, size_t len,
			    uint64_t reply, const struct ts_time *now)
{
	bool asked, shown = false;
	struct ts_evidence evidence;
	enum ts_refusal refusal;
	struct ts_question q;

	asked = !ts_question_decode(&q, bytes, len);
	if (!asked)
		shown = !ts_evidence_decode(&evidence, bytes, len);
	if (!asked && !shown)
		return false;
	if (b->broken) {
		ts_pay_refuse_read_only(b, reply);
		return true;
	}
	if (is_too_often(b, reply, now))
		return true;
	refusal = asked ? ts_evidence_asked(b, bytes, &q, reply) :
			  ts_evidence_shown(b, bytes, &evidence, reply, now);
	if (refusal)
		ts_pay_refuse(b, reply, refusal, NULL);
	return true;
}

void ts_billing_datagram(struct ts_billing *b, const void *bytes, size_t len,
			 uint64_t reply, const struct ts_time *now)
{
	enum ts_photon_err err;
	struct ts_message msg;

	if (b->n_replies == TS_REPLIES_MAX) {
		b->urgent = true;
		ts_billing_flush(b, now);
	}
	if (after_a_restore(b, bytes, len, reply, now))
		return;
	err = ts_message_decode(&msg, bytes, len);
	if (err) {
		b->counters.refusals[TS_REFUSED_MALFORMED]++;
		ts_reply_refuse(b, reply, TS_REFUSE_INVALID, ts_photon_err_name(err),
				ts_photon_err_text(err));
	} else if (b->broken) {
		ts_pay_refuse_read_only(b, reply);
	} else {
		to_its_rule(b, &msg, bytes, len, reply, now);
	}
}
