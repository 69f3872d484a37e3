// SPDX-License-Identifier: GPL-2.0
/*
 * refund.c - what a wallet paid and has not consumed goes back to it, by our own
 * DirectTransfer over its channel (M11).
 *
 * What a box has paid for its wallets' visits goes home first, each for its order
 * (roam_leave.c).
 *
 * Revoke first: the accounts that hold value of the channel end, and nothing of
 * it is reserved meanwhile.  Then the rows say what is refunded in the very batch
 * that signs the transfer; a crash before leaves all as it was, and one after
 * sends the same bytes again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "billing/batch.h"
#include "billing/channels.h"
#include "billing/lives.h"
#include "billing/parts.h"
#include "billing/payments.h"
#include "billing/refunds.h"
#include "billing/sessions.h"
#include "billing/sponsors.h"
#include "billing/visit.h"
#include "photon/attach.h"
#include "photon/memo.h"

/* What is nobody's income: paid, and neither consumed nor refunded. */
ts_u128 ts_channel_unspent_wei(const struct ts_billing_channel *c)
{
	const struct ts_ledger_channel *row = &c->row;

	return row->channel.partner_proof.transferred_wei - row->base_wei -
	       row->relayed_wei - row->spent_wei - row->refunded_wei;
}

/**
 * ts_lives_unspent_wei() - what is owed in all lives of a channel
 * @b: billing
 * @c: any of them
 *
 * A withdrawal begins another life, and so does who comes back after a close:
 * what was not spent in those before is owed in it (M11).
 */
ts_u128 ts_lives_unspent_wei(struct ts_billing *b,
			     const struct ts_billing_channel *c)
{
	struct ts_billing_channel *life;
	ts_u128 sum_wei = 0;

	ts_for_each_life(life, b, c)
		sum_wei += ts_channel_unspent_wei(life);
	return sum_wei;
}

static bool is_held(const struct ts_billing *b,
		    const struct ts_billing_channel *c)
{
	const struct ts_billing_reservation *r;
	const struct ts_billing_account *a;

	TAILQ_FOREACH(a, &b->accounts, list)
		TAILQ_FOREACH(r, &a->reservations, list)
			if (r->payment->channel &&
			    ts_channel_is_life_of(r->payment->channel, c))
				return true;
	return false;
}

/* @final: asked again at once it would come to the same. */
static void end(struct ts_billing *b, struct ts_billing_channel *c, bool final)
{
	c->refunding = false;
	ts_evidence_drop(c);
	c->refunded_all = final && !c->refund_session && !c->refund_payment &&
			  c->refund_limit_wei == TS_U128_MAX;
	b->n_refunds--;
}

static void give_up(struct ts_billing *b, struct ts_billing_channel *c,
		    enum ts_refuse kind, const char *name, const char *text)
{
	char address[TS_ADDRESS_TEXT_SIZE];

	end(b, c, kind != TS_REFUSE_BUSY);
	if (c->refund_reply)
		ts_reply_refuse(b, c->refund_reply, kind, name, text);
	if (kind != TS_REFUSE_BUSY)
		ts_billing_say(b, LOG_NOTICE, "nothing is refunded to %s: %s",
			       ts_address_print(&c->row.channel.partner_address,
						address), text);
}

static void pay_back(struct ts_billing *b, struct ts_billing_channel *c,
		     struct ts_parts *parts)
{
	static const struct ts_bytes data = {
		(const uint8_t *)TS_MEMO_REFUND, sizeof(TS_MEMO_REFUND) - 1
	};
	const struct ts_life *old = ts_life_of(b, c, &b->step->old);
	enum ts_refusal refusal = TS_REFUSED_QUEUE_BUSY;

	if (old)
		refusal = ts_life_pay(old, b->key, parts->sum_wei, &data,
				      &b->step->next);
	if (refusal) {
		give_up(b, c, refusal == TS_REFUSED_QUEUE_BUSY ||
			      refusal == TS_REFUSED_QUEUE_FULL ?
			      TS_REFUSE_BUSY : TS_REFUSE_FORBIDDEN,
			ts_refusal_name(refusal), ts_refusal_text(refusal));
		return;
	}
	if (!ts_batch(b))
		return;
	ts_parts_book(b, c, parts);
	ts_life_store(b, c, &b->step->next);
	end(b, c, true);
	b->counters.refunds++;
	if (c->refund_reply)
		ts_reply(b, c->refund_reply)->refunded = c;
}

/**
 * ts_refund_book() - what we have transferred counts as refunded, as far as it can
 * @b: billing, with a batch open
 * @c: the channel, of which nothing is reserved
 * @limit_wei: so much was transferred
 */
void ts_refund_book(struct ts_billing *b, struct ts_billing_channel *c,
		    ts_u128 limit_wei)
{
	struct ts_parts parts = { .wallet = &c->row.channel.partner_address };

	if (ts_parts_collect(b, c, &parts)) {
		/* Half of it must not be committed. */
		b->broken = true;
	} else {
		ts_parts_limit(&parts, limit_wei);
		ts_parts_book(b, c, &parts);
		ts_channel_write(b, c);
	}
	free(parts.part);
}

static void adopt(struct ts_billing *b, struct ts_billing_channel *c,
		  const struct ts_time *now)
{
	enum ts_refusal refusal = ts_evidence_finish(b, c, now);

	if (refusal)
		give_up(b, c, TS_REFUSE_BUSY, ts_refusal_name(refusal),
			ts_refusal_text(refusal));
	else
		end(b, c, false);
}

static void finish(struct ts_billing *b, struct ts_billing_channel *c)
{
	/* What is owed from the lives before may be more than this one can carry. */
	ts_u128 ours_wei = ts_channel_our_balance_wei(&c->row.channel);
	ts_u128 limit_wei = c->refund_limit_wei < ours_wei ? c->refund_limit_wei :
							     ours_wei;
	struct ts_parts parts = {
		.wallet = &c->row.channel.partner_address,
		.session = c->refund_session,
		.payment = c->refund_payment,
	};

	if (ts_parts_collect(b, c, &parts)) {
		give_up(b, c, TS_REFUSE_BUSY, "busy",
			"the payments cannot be read; ask again");
	} else if (!parts.count || !c->refund_limit_wei) {
		give_up(b, c, TS_REFUSE_FORBIDDEN, "nothing_to_refund",
			"all that this wallet paid over its channel is consumed");
	} else if (!limit_wei) {
		give_up(b, c, TS_REFUSE_FORBIDDEN, "no_way_back",
			"what this wallet has not consumed was paid before this channel was opened anew, and the box owns nothing in it to give back; it stays owed");
	} else {
		ts_parts_limit(&parts, limit_wei);
		pay_back(b, c, &parts);
	}
	free(parts.part);
}

/** ts_refunds() - refunds of which nothing is in the kernel any more */
void ts_refunds(struct ts_billing *b, const struct ts_time *now)
{
	struct ts_billing_channel *c;

	if (!b->n_refunds || b->read_only[0])
		return;
	TAILQ_FOREACH(c, &b->channels, list) {
		if (!c->refunding || b->broken ||
		    b->n_replies == TS_REPLIES_MAX || is_held(b, c))
			continue;
		if (c->evidence)
			adopt(b, c, now);
		else if (!ts_visits_end_of(b, c, now))
			finish(b, c);
	}
}

/** ts_refunds_refuse() - none of those that wait can be done */
void ts_refunds_refuse(struct ts_billing *b)
{
	struct ts_billing_channel *c;

	TAILQ_FOREACH(c, &b->channels, list) {
		if (c->refunding && b->n_replies == TS_REPLIES_MAX)
			return;
		if (c->refunding)
			give_up(b, c, TS_REFUSE_BUSY, "busy",
				"the box stores nothing now; ask again");
	}
}

/**
 * ts_refund_begin() - revoke what a channel's value holds; the flush does the rest
 * @b: billing
 * @c: the channel
 * @limit_wei: no more than this
 * @session: only what was paid for it; 0: all
 * @reply: who is told; 0: nobody
 */
void ts_refund_begin(struct ts_billing *b, struct ts_billing_channel *c,
		     ts_u128 limit_wei, int64_t session, uint64_t reply)
{
	struct ts_billing_channel *life;

	c->refunding = true;
	c->refund_limit_wei = limit_wei;
	c->refund_session = session;
	c->refund_payment = 0;
	c->refund_reply = reply;
	b->n_refunds++;
	b->urgent = true;
	ts_for_each_life(life, b, c)
		ts_channel_revoke(b, life);
}

/**
 * ts_refund_find() - a channel over which something can go back now
 * @b: billing
 * @wallet: with whom
 * @token: in which
 * @c: set to the newest life
 *
 * Return: 0, or as ts_billing_refund().
 */
int ts_refund_find(struct ts_billing *b, const struct ts_address *wallet,
		   const struct ts_address *token, struct ts_billing_channel **c)
{
	*c = ts_channel_with(b, wallet, token);
	if (!*c)
		return ts_billing_fail(b, -ENOENT,
				       "there is no channel with this wallet in this token here");
	if (b->read_only[0])
		return ts_billing_fail(b, -EROFS, "%s", b->read_only);
	if (!b->key || !ts_life_step(b))
		return ts_billing_fail(b, -EAGAIN,
				       "the key is not decrypted yet; try again");
	if ((*c)->row.channel.state != TS_CHANNEL_OPEN)
		return ts_billing_fail(b, -EPERM,
			"this channel is closed, so nothing can be sent over it; what is unspent stays owed to its wallet");
	if ((*c)->row.channel.frozen)
		return ts_billing_fail(b, -EPERM,
			"a withdrawal is under way in this channel; try again when the chain has confirmed it");
	if ((*c)->row.channel.restored == TS_RESTORED_UNKNOWN)
		return ts_billing_fail(b, -EPERM, "%s",
				       ts_refusal_text(TS_REFUSED_RESTORED));
	if ((*c)->refunding)
		return ts_billing_fail(b, -EBUSY,
			"a refund is under way in this channel; try again in a moment");
	return 0;
}

/**
 * ts_refund_way_back() - the channel over which a payment can go back now
 * @b: billing
 * @p: a payment, no gift
 *
 * Return: NULL: there is none; what is left of it stays owed.
 */
struct ts_billing_channel *ts_refund_way_back(struct ts_billing *b,
					      const struct ts_billing_payment *p)
{
	const struct ts_address *wallet = &p->channel->row.channel.partner_address;
	struct ts_billing_channel *c;

	/* What came by an Unlock is another's than the partner's (M8). */
	if (!ts_address_equal(&p->row.wallet, wallet) ||
	    ts_refund_find(b, wallet, &p->channel->row.channel.token, &c))
		return NULL;
	return c;
}

int ts_billing_refund(struct ts_billing *b, const struct ts_address *wallet,
		      const struct ts_address *token, ts_u128 limit_wei, uint64_t reply)
{
	struct ts_billing_channel *c;
	int ret = ts_refund_find(b, wallet, token, &c);

	if (!ret) {
		ts_sponsors_leave(b, c);
		ts_refund_begin(b, c, limit_wei, 0, reply);
	}
	return ret;
}

static const struct ts_refused *why_not(int err)
{
	static const struct ts_refused
	unknown = { TS_REFUSE_UNKNOWN, "unknown_channel",
		    "this box knows no channel with the wallet that signed, in the token that it named", NULL },
	owed = { TS_REFUSE_FORBIDDEN, "not_refundable",
		 "this channel is closed, or a withdrawal is under way in it; what is unspent stays owed to its wallet", NULL },
	read_only = { TS_REFUSE_READ_ONLY, "read_only",
		      "the box cannot store anything now; its operator must act", NULL },
	busy = { TS_REFUSE_BUSY, "busy",
		 "a refund is under way in this channel; send a new one in a moment", NULL };

	switch (err) {
	case 0:
		return NULL;
	case -ENOENT:
		return &unknown;
	case -EPERM:
		return &owed;
	case -EROFS:
		return &read_only;
	default:
		return &busy;
	}
}

void ts_billing_refund_signed(struct ts_billing *b, const struct ts_key *key,
			      const void *bytes, size_t len, uint64_t reply,
			      const struct ts_time *now)
{
	static const struct ts_refused
	bad = { TS_REFUSE_INVALID, "bad_refund",
		"this is no signed refund; see the architecture, section 4", NULL };
	const struct ts_refused *why;
	struct ts_billing_channel *c;
	struct ts_address wallet;
	struct ts_attach refund;
	uint64_t given_ns = 0;

	if (b->n_replies == TS_REPLIES_MAX) {
		b->urgent = true;
		ts_billing_flush(b, now);
	}
	if (ts_refund_decode(&refund, bytes, len))
		why = &bad;
	else
		why = ts_attach_cheap_fault(b, &refund, key, now, &given_ns);
	if (!why && ts_refund_recover(bytes, &wallet))
		why = &bad;
	if (!why)
		why = why_not(ts_refund_find(b, &wallet, &refund.token, &c));
	if (!why)
		why = ts_attach_use_fault(b, given_ns, now);
	if (why) {
		ts_reply_refuse(b, reply, why->kind, why->name, why->text);
		return;
	}
	ts_sponsors_leave(b, c);
	ts_refund_begin(b, c, refund.limit_wei, 0, reply);
}

int ts_billing_pay(struct ts_billing *b, const struct ts_address *wallet,
		   const struct ts_address *token, ts_u128 amount_wei)
{
	struct ts_billing_channel *c;
	enum ts_refusal refusal;
	const struct ts_life *old;
	int ret = ts_refund_find(b, wallet, token, &c);

	if (ret)
		return ret;
	old = ts_life_of(b, c, &b->step->old);
	if (!old)
		return ts_billing_fail(b, -EIO, "%s", ts_ledger_error(b->ledger));
	refusal = ts_life_pay(old, b->key, amount_wei, NULL, &b->step->next);
	if (refusal)
		return ts_billing_fail(b, -EINVAL, "%s", ts_refusal_text(refusal));
	if (ts_channel_our_balance_wei(&b->step->next.channel) <
	    ts_lives_unspent_wei(b, c))
		return ts_billing_fail(b, -EPERM,
			"the rest of our balance in this channel is what its wallet has not spent yet, and not ours to pay with; refund it, or pay less");
	if (!ts_batch(b))
		return ts_billing_fail(b, -EROFS, "%s", b->read_only);
	ts_life_store(b, c, &b->step->next);
	return 0;
}

/* Whether that very withdrawal of ours is what @wallet's channel is frozen for. */
static bool is_asked_again(struct ts_billing *b, const struct ts_address *wallet,
			   const struct ts_address *token, ts_u128 amount_wei)
{
	struct ts_billing_channel *c = ts_channel_with(b, wallet, token);
	const struct ts_cosign *cosign;

	if (!c || !c->life || c->row.channel.state != TS_CHANNEL_OPEN)
		return false;
	cosign = &c->life->cosign;
	return cosign->kind == TS_COSIGN_WITHDRAW && cosign->ours &&
	       cosign->withdraw_wei == amount_wei;
}

int ts_billing_withdraw(struct ts_billing *b, const struct ts_address *wallet,
			const struct ts_address *token, ts_u128 amount_wei, const struct ts_time *now)
{
	struct ts_billing_channel *c;
	enum ts_refusal refusal;
	const struct ts_life *old;
	struct ts_moment moment;
	int ret;

	if (is_asked_again(b, wallet, token, amount_wei))
		return 0;
	ret = ts_refund_find(b, wallet, token, &c);
	if (ret)
		return ret;
	old = ts_life_of(b, c, &b->step->old);
	if (!old)
		return ts_billing_fail(b, -EIO, "%s", ts_ledger_error(b->ledger));
	moment = ts_life_moment(b, c, now);
	refusal = ts_life_withdraw(old, b->key, &moment, amount_wei,
				   &b->step->next);
	if (refusal)
		return ts_billing_fail(b, -EINVAL, "%s", ts_refusal_text(refusal));
	if (ts_channel_our_balance_wei(&old->channel) - amount_wei <
	    ts_lives_unspent_wei(b, c))
		return ts_billing_fail(b, -EPERM,
			"the rest of our balance in this channel is what its wallet has not spent yet, and not ours to take; withdraw less, or settle the channel");
	if (!ts_batch(b))
		return ts_billing_fail(b, -EROFS, "%s", b->read_only);
	ts_life_store(b, c, &b->step->next);
	return 0;
}

int ts_billing_leave(struct ts_billing *b, const struct ts_address *wallet,
		     const struct ts_address *token)
{
	struct ts_billing_channel *c;
	const struct ts_life *old;
	int ret = ts_refund_find(b, wallet, token, &c);

	if (ret)
		return ret;
	old = ts_life_of(b, c, &b->step->old);
	if (!old)
		return ts_billing_fail(b, -EIO, "%s", ts_ledger_error(b->ledger));
	if (ts_life_deposit_pending(b, c))
		return ts_billing_fail(b, -EALREADY, "%s",
				       ts_refusal_text(TS_REFUSED_DEPOSIT_PENDING));
	if (!ts_batch(b))
		return ts_billing_fail(b, -EROFS, "%s", b->read_only);
	ts_life_leave(old, &b->step->next);
	ts_life_store(b, c, &b->step->next);
	return 0;
}
