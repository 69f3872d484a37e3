// SPDX-License-Identifier: GPL-2.0
/*
 * carrying.c - boxes of a mesh pay each other for what they carry (M13): transfers with
 * the memo of photon/memo.h, and what a channel can do for that.
 *
 * What comes in so is income: in the channel's row, in the batch of its proof, in no
 * wallet's pool, and never owed back (M5, M11).  The memo says what was paid in all, so
 * both sides count to the same sum whatever either has lost: what is beyond it in a
 * transfer is the payer's, and what is missing is taken out of what the payer has in its
 * pool and no session, for the memo is its signed word (M6).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "billing/batch.h"
#include "billing/channels.h"
#include "billing/lives.h"
#include "billing/payments.h"
#include "billing/refunds.h"
#include "photon/onchain.h"

/* With that partner in that token, of our address, whatever contract and chain. */
static bool is_of(const struct ts_billing_channel *one,
		  const struct ts_billing_channel *c)
{
	return ts_address_equal(&one->row.channel.token, &c->row.channel.token) &&
	       ts_address_equal(&one->row.channel.our_address,
				&c->row.channel.our_address);
}

#define for_each_of(one, b, c)						\
	for (one = ts_channel_of_wallet(b,				\
				&(c)->row.channel.partner_address);	\
	     one; one = ts_channel_of_wallet_next(one))			\
		if (is_of(one, c))

/**
 * struct sums - over all channels with a partner in a token
 * @received_wei: it paid us for carrying
 * @paid_wei: we paid it
 * @sent_wei: of all that we ever transferred, what no refund, no such payment and no share
 *	explains
 */
struct sums {
	ts_u128 received_wei;
	ts_u128 paid_wei;
	ts_u128 sent_wei;
};

static struct sums sums_of(struct ts_billing *b, const struct ts_billing_channel *c)
{
	struct ts_billing_channel *one;
	ts_u128 other_wei = 0;
	struct sums s = { };

	for_each_of(one, b, c) {
		s.received_wei = ts_u128_more(s.received_wei, one->row.relay_in_wei);
		s.paid_wei = ts_u128_more(s.paid_wei, one->row.relay_out_wei);
		s.sent_wei = ts_u128_more(s.sent_wei,
				  one->row.channel.our_proof.transferred_wei);
		other_wei = ts_u128_more(other_wei, one->row.refunded_wei);
		other_wei = ts_u128_more(other_wei, one->row.shares_out_wei);
	}
	s.sent_wei = ts_u128_less(s.sent_wei, ts_u128_more(other_wei, s.paid_wei));
	return s;
}

/* --- what comes in --------------------------------------------------------- */

/**
 * struct pool - what a partner has paid and attached to nothing, of one life
 * @partner: whose
 * @left_wei: how much is still wanted of it
 * @row: payments, newest first
 * @count: how many
 */
struct pool {
	const struct ts_address *partner;
	ts_u128 left_wei;
	struct ts_ledger_payment *row;
	size_t count;
};

static ts_u128 unspent_wei(const struct ts_ledger_payment *p)
{
	return p->delta_wei - p->spent_wei - p->refunded_wei;
}

static int collect(const struct ts_ledger_payment *p, void *arg)
{
	struct pool *pool = arg;
	struct ts_ledger_payment *more;

	if (p->session || !unspent_wei(p) ||
	    !ts_address_equal(&p->wallet, pool->partner))
		return 0;
	more = realloc(pool->row, (pool->count + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	pool->row = more;
	more[pool->count++] = *p;
	return 0;
}

static void take_from(struct ts_billing *b, struct ts_billing_channel *life,
		      struct pool *pool)
{
	size_t i;
	ts_u128 wei;

	pool->count = 0;
	if (ts_ledger_payment_load_channel(b->ledger, life->row.id, collect, pool) < 0) {
		b->broken = true;
		return;
	}
	for (i = 0; i < pool->count && pool->left_wei; i++) {
		wei = ts_u128_least(unspent_wei(&pool->row[i]), pool->left_wei);
		pool->row[i].delta_wei -= wei;
		pool->left_wei -= wei;
		life->row.relayed_wei += wei;
		life->row.relay_in_wei += wei;
		ts_batch_check(b, ts_ledger_payment_lessen(b->ledger, &pool->row[i]));
	}
	ts_channel_write(b, life);
}

/*
 * By its own word the partner has paid more for carrying than we know of: what we lost
 * with a backup was credited to its pool.  What is refunded at this moment is left alone.
 */
static void take_from_pool(struct ts_billing *b, struct ts_billing_channel *c,
			   ts_u128 wei)
{
	struct pool pool = { .partner = &c->row.channel.partner_address,
			     .left_wei = wei };
	struct ts_billing_channel *life;

	for_each_of(life, b, c)
		if (!b->broken && pool.left_wei && !life->refunding &&
		    ts_channel_unspent_wei(life))
			take_from(b, life, &pool);
	free(pool.row);
}

/**
 * ts_carrying_part_wei() - of a transfer of the partner's, what is for carrying
 * @b: billing
 * @c: the channel
 * @credit: the transfer
 *
 * Return: to be booked as income; the rest of @credit is its wallet's.
 */
ts_u128 ts_carrying_part_wei(struct ts_billing *b, const struct ts_billing_channel *c,
			     const struct ts_billing_credit *credit)
{
	ts_u128 said_wei;

	if (!ts_memo_parse_relay(&said_wei, credit->memo.p, credit->memo.len))
		return 0;
	return ts_u128_least(credit->wei, ts_u128_less(said_wei, sums_of(b, c).received_wei));
}

/**
 * ts_carrying_settle() - a transfer is in the batch: see that we know all that it says
 * @b: billing
 * @c: the channel
 * @memo: of the transfer
 */
void ts_carrying_settle(struct ts_billing *b, struct ts_billing_channel *c,
			const struct ts_bytes *memo)
{
	ts_u128 said_wei, missing_wei;

	if (b->broken || !ts_memo_parse_relay(&said_wei, memo->p, memo->len))
		return;
	missing_wei = ts_u128_less(said_wei, sums_of(b, c).received_wei);
	if (missing_wei)
		take_from_pool(b, c, missing_wei);
}

/* --- what goes out --------------------------------------------------------- */

/* Whether it can be used for this at all; NULL, or why not. */
static const char *why_not(const struct ts_billing *b,
			   const struct ts_billing_channel *c)
{
	const struct ts_channel *ch = &c->row.channel;

	if (ch->state != TS_CHANNEL_OPEN)
		return "the channel is closed";
	if (ch->frozen || (c->life && c->life->leaving))
		return "the channel is about to end, or a withdrawal is under way in it";
	if (ch->restored == TS_RESTORED_UNKNOWN)
		return ts_refusal_text(TS_REFUSED_RESTORED);
	return b->key ? NULL : "the key is not decrypted yet";
}

/* One at a time: what is owed is cumulative, so the next one pays all of it. */
static int plan(struct ts_billing *b, struct ts_billing_channel *c, ts_u128 wei)
{
	const struct ts_life *old = ts_life_of(b, c, &b->step->old);
	ts_u128 paid_wei = sums_of(b, c).paid_wei;
	char text[TS_MEMO_RELAY_SIZE];
	struct ts_bytes memo = { (const uint8_t *)text, 0 };
	enum ts_refusal refusal;

	if (!old)
		return ts_billing_fail(b, -EIO, "%s", ts_ledger_error(b->ledger));
	if (!ts_outbox_is_drained(&old->outbox))
		return ts_billing_fail(b, -EBUSY,
				       "a message of ours in this channel is not acked yet");
	if (__builtin_add_overflow(paid_wei, wei, &paid_wei))
		return ts_billing_fail(b, -EINVAL, "that is more than there can be");
	memo.len = ts_memo_print_relay(paid_wei, text);
	refusal = ts_life_pay(old, b->key, wei, &memo, &b->step->next);
	if (refusal)
		return ts_billing_fail(b, -EINVAL, "%s", ts_refusal_text(refusal));
	if (ts_channel_our_balance_wei(&b->step->next.channel) <
	    ts_lives_unspent_wei(b, c))
		return ts_billing_fail(b, -EINVAL,
			"the rest of our balance is what the neighbour has not spent yet, and not ours to pay with");
	return 0;
}

int ts_billing_relay_pay(struct ts_billing *b, const struct ts_address *partner,
			 const struct ts_address *token, ts_u128 wei)
{
	struct ts_billing_channel *c = ts_channel_with(b, partner, token);
	const char *why = c ? why_not(b, c) : NULL;
	int ret;

	if (!c)
		return ts_billing_fail(b, -ENOENT,
				       "there is no channel with this neighbour in this token");
	if (why)
		return ts_billing_fail(b, -EPERM, "%s", why);
	if (c->refunding || !ts_life_step(b))
		return ts_billing_fail(b, -EBUSY,
				       "a refund is under way in this channel");
	ret = plan(b, c, wei);
	if (ret)
		return ret;
	if (!ts_batch(b))
		return ts_billing_fail(b, -EROFS, "%s", b->read_only);
	c->row.relay_out_wei += wei;
	c->paying = true;
	ts_life_store(b, c, &b->step->next);
	b->counters.relay_payments++;
	return 0;
}

/**
 * ts_carrying_lost() - the chain settled a channel without our last payments
 * @b: billing, its batch begun
 * @c: the channel
 * @lost_wei: their value: that is owed again
 */
void ts_carrying_lost(struct ts_billing *b, struct ts_billing_channel *c,
		      ts_u128 lost_wei)
{
	char text[TS_ADDRESS_TEXT_SIZE];

	c->row.relay_out_wei -= ts_u128_least(lost_wei, c->row.relay_out_wei);
	ts_channel_write(b, c);
	ts_billing_say(b, LOG_NOTICE, "the channel with %s was settled without our last payment for carrying; that is owed again",
		       ts_address_print(&c->row.channel.partner_address, text));
}

/* --- what is known of it --------------------------------------------------- */

/* We lost what we had paid: our proofs have more in them than the books explain. */
static void remember_paid(struct ts_billing *b, struct ts_billing_channel *c,
			  const struct sums *s, ts_u128 they_received_wei)
{
	ts_u128 wei = ts_u128_least(ts_u128_less(they_received_wei, s->paid_wei), s->sent_wei);
	ts_u128 sent_wei = c->row.channel.our_proof.transferred_wei;

	wei = ts_u128_least(wei, ts_u128_less(sent_wei, c->row.relay_out_wei));
	if (!wei)
		return;
	c->row.relay_out_wei += wei;
	ts_channel_write(b, c);
}

int ts_billing_relay_said(struct ts_billing *b, const struct ts_address *partner,
			  const struct ts_address *token,
			  ts_u128 they_received_wei, ts_u128 they_paid_wei)
{
	struct ts_billing_channel *c = ts_channel_with(b, partner, token);
	struct sums s;

	if (!c)
		return ts_billing_fail(b, -ENOENT,
				       "there is no channel with this neighbour in this token");
	s = sums_of(b, c);
	if (they_received_wei <= s.paid_wei && they_paid_wei <= s.received_wei)
		return 0;
	if (!ts_batch(b))
		return ts_billing_fail(b, -EROFS, "%s", b->read_only);
	remember_paid(b, c, &s, they_received_wei);
	if (they_paid_wei > s.received_wei)
		take_from_pool(b, c, they_paid_wei - s.received_wei);
	return 0;
}

static void fill(struct ts_billing *b, struct ts_billing_channel *c,
		 struct ts_carrying_view *view)
{
	const struct ts_channel *ch = &c->row.channel;
	struct sums s = sums_of(b, c);
	const char *text = NULL;

	memset(view, 0, sizeof(*view));
	view->partner = ch->partner_address;
	view->received_wei = s.received_wei;
	view->paid_wei = s.paid_wei;
	view->why_not = why_not(b, c);
	if (!view->why_not && ts_pay_why_not(b, c, 0, &text))
		view->why_not = text;
	view->usable = !view->why_not;
	if (ch->state != TS_CHANNEL_OPEN)
		return;
	view->in_wei = ts_u128_least(ts_channel_partner_balance_wei(ch),
			     ts_pay_room_wei(b, c));
	view->out_wei = ts_u128_less(ts_channel_our_balance_wei(ch),
			     ts_lives_unspent_wei(b, c));
}

int ts_billing_carrying_view(struct ts_billing *b, const struct ts_address *partner,
			     const struct ts_address *token,
			     struct ts_carrying_view *view)
{
	struct ts_billing_channel *c = ts_channel_with(b, partner, token);

	if (!c)
		return ts_billing_fail(b, -ENOENT,
				       "there is no channel with this neighbour in this token");
	if (c->changed)
		return ts_billing_fail(b, -EAGAIN,
				       "what changed in this channel is not committed yet");
	fill(b, c, view);
	return 0;
}

int ts_billing_carrying_each(struct ts_billing *b, const struct ts_address *token,
			     int (*cb)(const struct ts_carrying_view *view, void *arg),
			     void *arg)
{
	struct ts_carrying_view view;
	struct ts_billing_channel *c;
	int ret;

	TAILQ_FOREACH(c, &b->channels, list) {
		if (c->changed ||
		    c != ts_channel_with(b, &c->row.channel.partner_address, token))
			continue;
		fill(b, c, &view);
		ret = cb(&view, arg);
		if (ret)
			return ret;
	}
	return 0;
}
