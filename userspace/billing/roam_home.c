// SPDX-License-Identifier: GPL-2.0
/*
 * roam_home.c - at home: another box buys of what a wallet has here (M14).
 *
 * A claim is cumulative, so the same again buys nothing.  In one batch (M10): the value
 * is gone from the wallet's payments, our transfer to the host is signed, the order says
 * what was bought.  So a crash leaves it undone or done, and two boxes never have the
 * same value.  Nothing of an order is in memory but a claim that waits for an account.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "billing/accounts.h"
#include "billing/batch.h"
#include "billing/channels.h"
#include "billing/home.h"
#include "billing/lives.h"
#include "billing/parts.h"
#include "billing/payments.h"
#include "billing/refunds.h"
#include "billing/roam.h"
#include "billing/sessions.h"

/**
 * struct ts_billing_claim - a claim that waits for an account to be settled
 * @reply: who is told
 * @bytes: the claim
 */
struct ts_billing_claim {
	uint64_t reply;
	uint8_t bytes[TS_CLAIM_BYTES];
};

/**
 * struct sale - a claim being looked at
 * @claim: decoded
 * @wallet: whose value
 * @host: our channel with the claimant
 * @row: the order
 */
struct sale {
	struct ts_claim claim;
	struct ts_address wallet;
	struct ts_billing_channel *host;
	struct ts_ledger_order row;
};

static const struct ts_refused
bad_claim = { TS_REFUSE_INVALID, "bad_claim",
	"this is no signed claim of a roaming order; see roaming.md", NULL },
bad_order = { TS_REFUSE_INVALID, "bad_order",
	"this is no signed roaming order; see roaming.md", NULL },
wrong_box = { TS_REFUSE_FORBIDDEN, "wrong_box",
	"this was signed for another box", NULL },
wrong_chain = { TS_REFUSE_FORBIDDEN, "wrong_chain",
	"this was signed for another chain", NULL },
not_listed = { TS_REFUSE_FORBIDDEN, "not_listed",
	"the box at home does not list this box as one of its community", NULL },
unknown_channel = { TS_REFUSE_UNKNOWN, "unknown_channel",
	"the box at home has no channel with this box in the token that the order names", NULL },
not_a_payer = { TS_REFUSE_FORBIDDEN, "not_a_payer",
	"the wallet that signed has no channel with the box at home, in the token that it named", NULL },
superseded = { TS_REFUSE_FORBIDDEN, "superseded",
	"this wallet has signed a newer order", NULL },
expired = { TS_REFUSE_FORBIDDEN, "order_expired",
	"this order is too old; sign a new one", NULL },
limit_reached = { TS_REFUSE_FORBIDDEN, "limit_reached",
	"all that this order allows is bought; sign a new one", NULL },
nothing_left = { TS_REFUSE_FORBIDDEN, "nothing_left",
	"the wallet has nothing left at home that its other stations do not hold", NULL },
home_empty = { TS_REFUSE_FORBIDDEN, "home_channel_empty",
	"the box at home has nothing left in its channel with this box", NULL },
home_closed = { TS_REFUSE_FORBIDDEN, "home_channel_closed",
	"the channel of the box at home with this box can carry nothing now", NULL },
not_now = { TS_REFUSE_FORBIDDEN, "not_now",
	"a refund or a withdrawal of the wallet's channel is under way at home", NULL },
busy = { TS_REFUSE_BUSY, "busy", "too much at once; ask again", NULL },
read_only = { TS_REFUSE_READ_ONLY, "read_only",
	"the box at home cannot store anything now; its operator must act", NULL };

/* Whether a box is one of the community, by the configuration. */
bool ts_box_is_listed(const struct ts_billing *b, const struct ts_address *box)
{
	unsigned int i;

	for (i = 0; i < b->config.n_community; i++)
		if (ts_address_equal(&b->config.community[i], box))
			return true;
	return false;
}

/* What can be said before a signature is looked at (M9). */
static const struct ts_refused *cheap_fault(struct ts_billing *b, struct sale *s)
{
	const struct ts_order *order = &s->claim.order;

	if (!ts_address_equal(&order->home, &b->config.our_address) ||
	    ts_address_equal(&order->host, &b->config.our_address))
		return &wrong_box;
	if (ts_u256_cmp(&order->chain_id, &b->config.chain_id))
		return &wrong_chain;
	if (!ts_box_is_listed(b, &order->host))
		return &not_listed;
	s->host = ts_channel_with(b, &order->host, &order->token);
	return s->host ? NULL : &unknown_channel;
}

static const struct ts_refused *signer_fault(struct ts_billing *b, struct sale *s,
					     const uint8_t *bytes)
{
	struct ts_address host;

	if (ts_claim_recover(bytes, &host) ||
	    !ts_address_equal(&host, &s->claim.order.host) ||
	    ts_order_recover(s->claim.order_bytes, &s->wallet))
		return &bad_claim;
	return ts_channel_with(b, &s->wallet, &s->claim.order.token) ?
	       NULL : &not_a_payer;
}

/*
 * The wallet's session here: its station is elsewhere now, and that is proven (M15).
 * What it has reserved comes back; until the station is seen again it gets none.
 */
static void leave_home(struct ts_billing *b, const struct ts_order *order,
		       const struct ts_address *wallet)
{
	const struct ts_billing_payment *p;
	struct ts_billing_session *s;
	bool theirs = false;

	s = order->code[0] ? ts_session_by_code(b, order->code) : NULL;
	if (!s || s->closing)
		return;
	/* Only who has paid for a session may send its station away. */
	TAILQ_FOREACH(p, &s->payments, list)
		theirs |= ts_address_equal(&p->row.wallet, wallet);
	if (!theirs)
		return;
	s->away = true;
	if (s->account)
		ts_account_end(b, s->account);
	ts_session_changed(b, s);
}

/* The newest order counts; from now on that is this one. */
static const struct ts_refused *take_order(struct ts_billing *b,
					   const struct ts_order *order,
					   struct ts_ledger_order *row,
					   const struct ts_time *now)
{
	uint64_t newest;

	if (ts_ledger_order_newest(b->ledger, &row->wallet, &newest))
		return &busy;
	if (order->sequence <= newest)
		return &superseded;
	if (!ts_batch(b))
		return &read_only;
	row->host = order->host;
	row->token = order->token;
	row->sequence = order->sequence;
	row->lifetime_s = order->lifetime_s < INT64_MAX ? order->lifetime_s : INT64_MAX;
	row->limit_wei = order->limit_wei;
	row->taken_s = ts_age_s(b, now);
	ts_batch_check(b, ts_ledger_order_forget(b->ledger, &row->wallet));
	ts_batch_check(b, ts_ledger_order_put(b->ledger, row));
	b->urgent = true;
	return NULL;
}

static bool is_expired(const struct ts_billing *b, const struct ts_ledger_order *row,
		       const struct ts_time *now)
{
	uint64_t age_s = ts_age_s(b, now);

	return age_s > row->taken_s && age_s - row->taken_s >= row->lifetime_s;
}

/* The order's row: known, or taken for the first time. */
static const struct ts_refused *order_fault(struct ts_billing *b, struct sale *s,
					    const struct ts_time *now)
{
	const struct ts_refused *why;
	uint64_t newest;
	int err;

	ts_order_name(s->claim.order_bytes, s->row.name);
	err = ts_ledger_order_find(b->ledger, s->row.name, &s->row);
	if (err == -ENOENT) {
		s->row.wallet = s->wallet;
		why = take_order(b, &s->claim.order, &s->row, now);
		if (!why)
			leave_home(b, &s->claim.order, &s->wallet);
		return why;
	}
	if (err || ts_ledger_order_newest(b->ledger, &s->wallet, &newest))
		return &busy;
	if (s->row.sequence != newest ||
	    !ts_address_equal(&s->row.wallet, &s->wallet))
		return &superseded;
	return is_expired(b, &s->row, now) ? &expired : NULL;
}

/* M2, M11: nothing is sold of a channel that is about to change; nor of one that is from
 * a backup, which may know of value that is long gone. */
static bool is_disturbed(struct ts_billing *b, struct ts_billing_channel *c)
{
	struct ts_billing_channel *life;

	ts_for_each_life(life, b, c)
		if (life->refunding ||
		    life->row.channel.restored == TS_RESTORED_UNKNOWN ||
		    (life->row.channel.frozen &&
		     life->row.channel.state != TS_CHANNEL_NONE))
			return true;
	return false;
}

/* What we can pay the host, without what it has not spent here itself. */
static ts_u128 room_wei(struct ts_billing *b, struct ts_billing_channel *host)
{
	ts_u128 balance = ts_channel_our_balance_wei(&host->row.channel);
	ts_u128 theirs = ts_lives_unspent_wei(b, host);

	return balance > theirs ? balance - theirs : 0;
}

/* Of the parts, all in one batch: gone from the wallet, on its way to the host. */
static const struct ts_refused *pay(struct ts_billing *b, struct sale *s,
				    struct ts_billing_channel *c,
				    struct ts_parts *parts)
{
	const struct ts_life *old = ts_life_of(b, s->host, &b->step->old);
	struct ts_memo memo = { .tariff_id = s->claim.tariff_id };
	enum ts_refusal refusal = TS_REFUSED_QUEUE_BUSY;
	char text[TS_MEMO_SIZE];
	struct ts_bytes data = { (const uint8_t *)text, 0 };

	memcpy(memo.code, s->row.name, TS_CODE_SIZE);
	data.len = ts_memo_print(&memo, text);
	if (old)
		refusal = ts_life_pay(old, b->key, parts->sum_wei, &data,
				      &b->step->next);
	if (refusal)
		return refusal == TS_REFUSED_QUEUE_BUSY ||
		       refusal == TS_REFUSED_QUEUE_FULL ? &busy : &home_closed;
	if (!ts_batch(b))
		return &read_only;
	ts_parts_book(b, c, parts);
	ts_channel_write(b, c);
	ts_life_store(b, s->host, &b->step->next);
	s->row.bought_wei += parts->sum_wei;
	ts_batch_check(b, ts_ledger_order_put(b->ledger, &s->row));
	b->urgent = true;
	return NULL;
}

/* As much of it as there is. */
static const struct ts_refused *sell(struct ts_billing *b, struct sale *s)
{
	struct ts_billing_channel *c = ts_channel_with(b, &s->wallet, &s->row.token);
	ts_u128 want = s->claim.amount_wei - s->row.bought_wei, room;
	struct ts_parts parts = { .wallet = &s->wallet };
	const struct ts_refused *why;

	if (s->row.bought_wei >= s->row.limit_wei)
		return &limit_reached;
	if (want > s->row.limit_wei - s->row.bought_wei)
		want = s->row.limit_wei - s->row.bought_wei;
	if (is_disturbed(b, c))
		return &not_now;
	if (ts_refund_find(b, &s->claim.order.host, &s->row.token, &s->host))
		return &home_closed;
	room = room_wei(b, s->host);
	if (!room)
		return &home_empty;
	if (ts_parts_collect(b, c, &parts)) {
		ts_parts_free(&parts);
		return &busy;
	}
	ts_parts_unheld(b, &parts);
	ts_parts_limit(&parts, want < room ? want : room);
	why = parts.sum_wei ? pay(b, s, c, &parts) : &nothing_left;
	ts_parts_free(&parts);
	return why;
}

/* Until what the wallet's session had is back; false: it does not have to wait. */
static bool wait_for_account(struct ts_billing *b, const struct sale *s,
			     const uint8_t *bytes, uint64_t reply)
{
	struct ts_billing_session *session;

	session = s->claim.order.code[0] ?
		  ts_session_by_code(b, s->claim.order.code) : NULL;
	if (!session || !session->account || !session->away || session->claim ||
	    session->account->row.state == TS_ACCOUNT_OPEN)
		return false;
	session->claim = malloc(sizeof(*session->claim));
	if (!session->claim)
		return false;
	session->claim->reply = reply;
	memcpy(session->claim->bytes, bytes, TS_CLAIM_BYTES);
	return true;
}

static void answer(struct ts_billing *b, uint64_t reply, const struct sale *s)
{
	struct ts_billing_reply *r = ts_reply(b, reply);

	memcpy(r->claimed, s->row.name, TS_CODE_SIZE);
	r->bought_wei = s->row.bought_wei;
}

void ts_billing_claim(struct ts_billing *b, const void *bytes, size_t len,
		      uint64_t reply, const struct ts_time *now)
{
	const struct ts_refused *why;
	struct sale s = { 0 };

	if (b->n_replies == TS_REPLIES_MAX) {
		b->urgent = true;
		ts_billing_flush(b, now);
	}
	if (ts_claim_decode(&s.claim, bytes, len))
		why = &bad_claim;
	else
		why = cheap_fault(b, &s);
	if (!why)
		why = signer_fault(b, &s, bytes);
	if (!why && (b->broken || b->read_only[0]))
		why = &read_only;
	if (!why)
		why = order_fault(b, &s, now);
	if (!why && s.claim.amount_wei > s.row.bought_wei) {
		if (wait_for_account(b, &s, bytes, reply))
			return;
		why = sell(b, &s);
	}
	if (why)
		ts_reply_refuse(b, reply, why->kind, why->name, why->text);
	else
		answer(b, reply, &s);
}

static void take_claim(struct ts_billing_session *s, struct ts_billing_claim *out)
{
	*out = *s->claim;
	free(s->claim);
	s->claim = NULL;
}

/** ts_claim_finish() - the account of the session is settled: the claim goes on */
void ts_claim_finish(struct ts_billing *b, struct ts_billing_session *s,
		     const struct ts_time *now)
{
	struct ts_billing_claim claim;

	take_claim(s, &claim);
	ts_billing_claim(b, claim.bytes, sizeof(claim.bytes), claim.reply, now);
}

/** ts_claim_refuse() - the claim that waits, if one does, cannot be met now */
void ts_claim_refuse(struct ts_billing *b, struct ts_billing_session *s)
{
	struct ts_billing_claim claim;

	if (!s->claim)
		return;
	take_claim(s, &claim);
	ts_reply_refuse(b, claim.reply, busy.kind, busy.name, busy.text);
}

/**
 * ts_home_came() - a wallet shows an order for this very box: it is home again
 * @b: billing
 * @bytes: of the order, decoded and of a station's nonce
 * @now: the time
 *
 * All orders before it buy nothing more.  Return: NULL, or why not.
 */
const struct ts_refused *ts_home_came(struct ts_billing *b,
				      const uint8_t *bytes, const struct ts_time *now)
{
	struct ts_ledger_order row = { 0 };
	struct ts_order order;

	if (ts_order_decode(&order, bytes, TS_ORDER_BYTES) ||
	    ts_order_recover(bytes, &row.wallet))
		return &bad_order;
	if (!ts_channel_with(b, &row.wallet, &order.token))
		return &not_a_payer;
	if (b->broken || b->read_only[0])
		return &read_only;
	ts_order_name(bytes, row.name);
	order.limit_wei = 0;
	return take_order(b, &order, &row, now);
}

/*
 * Never more comes back of an order than was bought under it; the rest is nobody's, as
 * with any transfer of ours that comes back.
 */
static void returned(struct ts_billing *b, struct ts_billing_channel *c,
		     const char *order, ts_u128 wei)
{
	struct ts_billing_channel *wallet = NULL;
	struct ts_ledger_order row;
	ts_u128 back;
	int err;

	err = ts_ledger_order_find(b->ledger, order, &row);
	if (!err)
		wallet = ts_channel_with(b, &row.wallet, &row.token);
	if (err || !wallet ||
	    !ts_address_equal(&row.host, &c->row.channel.partner_address) ||
	    !ts_address_equal(&row.token, &c->row.channel.token)) {
		b->broken |= err && err != -ENOENT;
		ts_billing_say(b, LOG_WARNING, "what a host returned for order %s is of no wallet here",
			       order);
		return;
	}
	back = row.bought_wei - row.returned_wei;
	if (wei > back)
		ts_billing_say(b, LOG_WARNING, "order %s: its host returned more than was bought under it",
			       order);
	else
		back = wei;
	row.returned_wei += back - ts_refund_take_back(b, wallet, back);
	ts_batch_check(b, ts_ledger_order_put(b->ledger, &row));
	b->urgent = true;
}

/**
 * ts_home_settle() - a host gives back what its guest has not used (M11)
 * @b: billing, its batch begun; the transfer itself is booked
 * @c: our channel with the host
 * @memo: of a transfer; of another kind it does nothing here
 * @wei: its value
 */
void ts_home_settle(struct ts_billing *b, struct ts_billing_channel *c,
		    const struct ts_bytes *memo, ts_u128 wei)
{
	char order[TS_CODE_SIZE];

	if (!b->broken && ts_memo_is_return(memo->p, memo->len, order))
		returned(b, c, order, wei);
}

/** struct listing - orders being shown; those of one wallet come newest first */
struct listing {
	struct ts_billing *b;
	const struct ts_time *now;
	struct ts_address wallet;
	int (*cb)(const struct ts_order_view *o, void *arg);
	void *arg;
};

static int show(const struct ts_ledger_order *row, void *arg)
{
	struct listing *l = arg;
	struct ts_order_view view = {
		.row = *row,
		.newest = !ts_address_equal(&l->wallet, &row->wallet),
		.expired = is_expired(l->b, row, l->now),
	};

	l->wallet = row->wallet;
	return l->cb(&view, l->arg);
}

int ts_billing_order_each(struct ts_billing *b, const struct ts_time *now,
			  int (*cb)(const struct ts_order_view *o, void *arg),
			  void *arg)
{
	struct listing l = { .b = b, .now = now, .cb = cb, .arg = arg };

	return ts_ledger_order_load(b->ledger, show, &l);
}
