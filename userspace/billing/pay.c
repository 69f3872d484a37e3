// SPDX-License-Identifier: GPL-2.0
/* pay.c - payments: what they are for, and what the payer is answered. */
#include <stdlib.h>
#include <string.h>

#include "billing/accounts.h"
#include "billing/batch.h"
#include "billing/channels.h"
#include "billing/home.h"
#include "billing/lives.h"
#include "billing/onchain.h"
#include "billing/payments.h"
#include "billing/sessions.h"
#include "billing/tag.h"
#include "billing/tariffs.h"
#include "billing/visit.h"

/* A place for an answer that leaves after the commit; the caller knows of room. */
struct ts_billing_reply *ts_reply(struct ts_billing *b, uint64_t reply)
{
	struct ts_billing_reply *r = &b->replies[b->n_replies++];

	memset(r, 0, sizeof(*r));
	r->reply = reply;
	return r;
}

void ts_reply_refuse(struct ts_billing *b, uint64_t reply, enum ts_refuse kind,
		     const char *name, const char *text)
{
	struct ts_billing_reply *r = ts_reply(b, reply);

	r->why.kind = kind;
	r->why.name = name;
	r->why.text = text;
	b->counters.refused[kind]++;
}

void ts_pay_ack(struct ts_billing *b, uint64_t reply,
		const uint8_t ack[TS_ACK_BYTES])
{
	memcpy(ts_reply(b, reply)->ack, ack, TS_ACK_BYTES);
}

/* What was just acked, @partner sent for the first time. */
void ts_pay_heard(struct ts_billing *b, const struct ts_address *partner)
{
	struct ts_billing_reply *r = &b->replies[b->n_replies - 1];

	r->is_heard = true;
	r->heard = *partner;
}

static enum ts_refuse kind_of(enum ts_refusal refusal)
{
	switch (refusal) {
	case TS_REFUSED_NONCE_REPLAYED:
	case TS_REFUSED_NONCE_GAP:
		return TS_REFUSE_CONFLICT;
	case TS_REFUSED_UNKNOWN_CHANNEL:
		return TS_REFUSE_UNKNOWN;
	case TS_REFUSED_QUEUE_BUSY:
	case TS_REFUSED_QUEUE_FULL:
	case TS_REFUSED_CHAIN_STALE:
	case TS_REFUSED_DEPOSIT_PENDING:
	case TS_REFUSED_BALANCE_AHEAD:
		return TS_REFUSE_BUSY;
	case TS_REFUSED_CHANNEL_CLOSED:
	case TS_REFUSED_FROZEN:
	case TS_REFUSED_BALANCE_LEFT:
	case TS_REFUSED_RESTORED:
		return TS_REFUSE_FORBIDDEN;
	default:
		return TS_REFUSE_INVALID;
	}
}

void ts_pay_refuse(struct ts_billing *b, uint64_t reply, enum ts_refusal refusal,
		   struct ts_billing_channel *c)
{
	ts_reply_refuse(b, reply, kind_of(refusal), ts_refusal_name(refusal),
	       ts_refusal_text(refusal));
	b->counters.refusals[refusal]++;
	if (kind_of(refusal) == TS_REFUSE_CONFLICT)
		b->replies[b->n_replies - 1].conflict = c;
}

void ts_pay_refuse_read_only(struct ts_billing *b, uint64_t reply)
{
	ts_reply_refuse(b, reply, TS_REFUSE_READ_ONLY, "read_only",
			"the box cannot store payments now; its operator must act");
}

/* One that was forgotten is worth something again. */
static struct ts_billing_session *remember(struct ts_billing *b,
					   const struct ts_ledger_session *row,
					   const struct ts_time *now)
{
	struct ts_billing_session *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->row = *row;
	s->row.forgotten = false;
	s->written_s = row->seen_s;
	ts_session_add(b, s);
	ts_session_seen(b, s, now);
	ts_session_dirty(b, s);
	if (!ts_load_payments_of(b, s))
		return s;
	/* Nothing was changed but memory; the disk still has all of it. */
	b->broken = true;
	return NULL;
}

/* By which tariff; @memo: without a code where the amount may name the session. */
static struct ts_billing_version *tariff_of(struct ts_billing *b,
					    const struct ts_billing_channel *c,
					    const struct ts_billing_credit *credit,
					    const struct ts_time *now,
					    struct ts_memo *memo)
{
	memset(memo, 0, sizeof(*memo));
	/* An amount names a session if its payer chose it, and not if a hop passed it on. */
	if (!credit->memo.p || (!credit->memo.len && credit->mediated))
		return NULL;
	if (!credit->memo.len)
		memo->tariff_id = b->config.default_tariff_id;
	else if (!ts_memo_parse(memo, credit->memo.p, credit->memo.len))
		return NULL;
	return ts_tariff_to_pay(b, memo->tariff_id, &c->row.channel.token, now);
}

/*
 * The session that a memo names.  A code that nobody here has heard of makes
 * one without a station: its value waits for whoever shows the code.  A session
 * that was closed takes nothing: such a payment stays in the wallet's pool.
 */
static struct ts_billing_session *find_session(struct ts_billing *b,
					       const struct ts_memo *memo,
					       const struct ts_time *now)
{
	struct ts_billing_session *s = ts_session_by_code(b, memo->code);
	struct ts_ledger_session row;

	if (s)
		return s->closing ? NULL : s;
	if (!ts_ledger_session_find(b->ledger, memo->code, &row)) {
		if (row.closed)
			return NULL;
		if (row.forgotten)
			return remember(b, &row, now);
		/* Evicted: its row is another's, who is not on the disk yet. */
		ts_session_write_all(b);
	}
	return ts_session_new(b, memo->code, NULL, now);
}

static struct ts_billing_payment *attach(struct ts_billing *b,
					 struct ts_billing_session *s,
					 struct ts_billing_channel *c,
					 struct ts_billing_version *v)
{
	struct ts_billing_payment *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	ts_session_paid(b, s);
	p->channel = c;
	p->tariff = v;
	TAILQ_INSERT_TAIL(&s->payments, p, list);
	return p;
}

/* The payment's row, but for the session. */
static struct ts_ledger_payment row_of(const struct ts_billing *b,
				       const struct ts_billing_channel *c,
				       const struct ts_billing_credit *credit,
				       const struct ts_time *now)
{
	const struct ts_channel_proof *proof = &c->row.channel.partner_proof;
	struct ts_ledger_payment row = {
		.channel = c->row.id, .nonce = proof->nonce,
		.delta_wei = credit->wei, .max_wei = TS_U128_MAX,
		.cumulative_wei = proof->transferred_wei,
		.wallet = credit->wallet, .mediated = credit->mediated,
		.locksroot = proof->locksroot,
		.message_hash = proof->additional_hash,
		.signature = proof->signature,
		.wall_s = now->wall_s, .boot_ns = now->boot_ns,
	};

	memcpy(row.boot_id, b->config.boot_id, sizeof(row.boot_id));
	row.data_len = credit->memo.len < sizeof(row.data) ? credit->memo.len :
							     sizeof(row.data);
	if (row.data_len)
		memcpy(row.data, credit->memo.p, row.data_len);
	return row;
}

/* Enough of one token does not wait for company. */
static void note_value(struct ts_billing *b, const struct ts_address *address,
		       ts_u128 wei)
{
	const struct ts_billing_token *token = ts_billing_token(&b->config, address);
	ts_u128 *sum_wei;

	if (!token)
		return;
	sum_wei = &b->batch_wei[token - b->config.tokens];
	*sum_wei += wei;
	if (token->window_value_wei && *sum_wei >= token->window_value_wei)
		b->urgent = true;
}

/**
 * ts_pay_credit() - a new payment into the batch, and into the session that its
 * memo names
 * @b: billing
 * @c: the channel, with the proof that pays
 * @credit: what was paid
 * @now: the time
 */
void ts_pay_credit(struct ts_billing *b, struct ts_billing_channel *c,
		   const struct ts_billing_credit *credit,
		   const struct ts_time *now)
{
	struct ts_ledger_payment row = row_of(b, c, credit, now);
	struct ts_billing_version *v = NULL;
	struct ts_billing_session *s = NULL;
	struct ts_billing_payment *p = NULL;
	struct ts_memo memo;

	c->refunded_all = false;
	ts_channel_changed(b, c);
	b->batch_payments++;
	note_value(b, &c->row.channel.token, credit->wei);
	v = tariff_of(b, c, credit, now, &memo);
	/* In a token that is not taken any more it stays in the wallet's pool. */
	if (v)
		s = *memo.code ? find_session(b, &memo, now) :
		    ts_tag_session(b, &c->row.channel.token, credit->wei);
	if (s) {
		if (!s->row.id && !ts_session_write(b, s))
			return;
		p = attach(b, s, c, v);
	}
	if (p) {
		row.session = s->row.id;
		row.tariff = v->row.row;
		row.live = true;
	}
	ts_batch_check(b, ts_ledger_payment_insert(b->ledger, &row));
	if (!p)
		return;
	p->row = row;
	p->most_wei_per_gb = ts_tariff_most(&p->row);
	ts_visit_paid(b, s, credit);
	s->resting = false;
	s->away = false;
	ts_session_seen(b, s, now);
	ts_session_notify(b, s, TS_NOTICE_PAID);
	if (!s->account || s->account->dry || s->account->idle ||
	    !ts_account_unspent(s->account))
		b->urgent = true;
	ts_account_serve(b, s, now);
}

/**
 * ts_pay_heed_gap() - whether the memo of a direct transfer says what it is for
 * @before: the channel
 * @next: with the transfer
 * @memo: none, if not
 *
 * After a restore a payment may come whose predecessors were lost.  How much of it is
 * for its memo only they would tell, so all is its wallet's (M6); but for one that says
 * itself what was paid in all.
 */
void ts_pay_heed_gap(const struct ts_channel *before, const struct ts_channel *next,
		     struct ts_bytes *memo)
{
	if (next->partner_proof.nonce - before->partner_proof.nonce > 1 &&
	    !ts_pay_is_for_carrying(memo))
		*memo = (struct ts_bytes){ NULL, 0 };
}

/**
 * ts_pay_is_not_credit() - of a direct transfer, what is nobody's credit
 * @b: billing
 * @c: its channel, whose row is to be written if there is any
 * @credit: what was transferred; then without that
 *
 * Return: whether there is any.
 */
bool ts_pay_is_not_credit(struct ts_billing *b, struct ts_billing_channel *c,
			  struct ts_billing_credit *credit)
{
	ts_u128 carrying_wei = ts_carrying_part_wei(b, c, credit);
	ts_u128 wei = carrying_wei;
	char order[TS_CODE_SIZE];

	if (ts_memo_is_refund(credit->memo.p, credit->memo.len) ||
	    ts_memo_is_share(credit->memo.p, credit->memo.len) ||
	    ts_memo_is_return(credit->memo.p, credit->memo.len, order))
		wei = credit->wei;
	c->row.relay_in_wei += carrying_wei;
	c->row.relayed_wei += wei;
	credit->wei -= wei;
	return wei;
}

static void take(struct ts_billing *b, struct ts_billing_channel *c,
		 const struct ts_message *msg, const struct ts_channel *next,
		 const struct ts_effect *effect,
		 uint64_t reply, const struct ts_time *now)
{
	struct ts_billing_credit credit = {
		.wei = effect->credit_wei,
		.wallet = next->partner_address,
		.memo = msg->direct_transfer.data,
	};

	/* The ledger's limit; a payer gets there by an imported proof only. */
	if (next->partner_proof.nonce > INT64_MAX) {
		ts_pay_refuse(b, reply, TS_REFUSED_NONCE_EXHAUSTED, c);
		return;
	}
	ts_pay_heed_gap(&c->row.channel, next, &credit.memo);
	if (!ts_pay_admit(b, c, &credit.memo, credit.wei, reply))
		return;
	if (b->read_only[0] || !ts_batch(b)) {
		ts_pay_refuse_read_only(b, reply);
		return;
	}
	c->row.channel = *next;
	if (ts_pay_is_not_credit(b, c, &credit))
		ts_channel_write(b, c);
	if (credit.wei)
		ts_pay_credit(b, c, &credit, now);
	ts_carrying_settle(b, c, &credit.memo);
	ts_home_settle(b, c, &credit.memo, effect->credit_wei);
	ts_pay_ack(b, reply, effect->ack);
	ts_pay_heard(b, &next->partner_address);
}

/**
 * ts_pay_transfer() - a direct transfer where nothing is under way
 * @b: billing
 * @c: its channel
 * @msg: the message
 * @bytes: its datagram
 * @len: how many
 * @reply: who waits for the answer
 * @now: the time
 *
 * By far most of what comes, so it does without a life.
 *
 * Return: TS_ACCEPTED: @reply is answered; else the caller has to.
 */
enum ts_refusal ts_pay_transfer(struct ts_billing *b,
				struct ts_billing_channel *c,
				const struct ts_message *msg, const void *bytes,
				size_t len, uint64_t reply,
				const struct ts_time *now)
{
	struct ts_effect effect;
	struct ts_channel next;
	enum ts_refusal refusal;

	refusal = ts_channel_receive(&c->row.channel, msg, bytes, len, &next,
				     &effect);
	if (refusal)
		return refusal;
	if (effect.kind == TS_EFFECT_CREDIT) {
		take(b, c, msg, &next, &effect, reply, now);
	} else {
		b->counters.repeats++;
		ts_pay_ack(b, reply, effect.ack);
	}
	return TS_ACCEPTED;
}
