// SPDX-License-Identifier: GPL-2.0
/* sponsor_sign.c - what wallets sign of stations that they pay for is taken, and shown. */
#include <string.h>

#include "billing/accounts.h"
#include "billing/batch.h"
#include "billing/channels.h"
#include "billing/payments.h"
#include "billing/sessions.h"
#include "billing/sponsor.h"
#include "billing/sponsors.h"
#include "billing/tariffs.h"

/*
 * At once: each is a list entry that frames of strangers are compared with.  A channel is
 * opened for little, and a date can be far, so who has paid nothing keeps none of all.
 */
#define OF_WALLET_MAX	64
#define ALL_MAX		1024
/* A number so far ahead may be above what a restored ledger does not take any more. */
#define AHEAD_S		86400

static const struct ts_refused
bad = { TS_REFUSE_INVALID, "bad_sponsor",
	"this is no signed sponsorship; see the architecture, section 4", NULL },
box = { TS_REFUSE_FORBIDDEN, "wrong_box",
	"this was signed for another box", NULL },
chain = { TS_REFUSE_FORBIDDEN, "wrong_chain",
	  "this was signed for another chain", NULL },
unknown = { TS_REFUSE_UNKNOWN, "unknown_channel",
	    "this box knows no channel with the wallet, in the token that it named", NULL },
closed = { TS_REFUSE_FORBIDDEN, "channel_closed",
	   "the wallet's channel is closed, or about to end; open a new one first", NULL },
old = { TS_REFUSE_FORBIDDEN, "old_serial",
	"the wallet has signed something newer for this box; ask for the next number and sign again", NULL },
ahead = { TS_REFUSE_FORBIDDEN, "serial_ahead",
	  "the number is more than a day ahead of this box's clock; ask for the next number and sign again", NULL },
over = { TS_REFUSE_FORBIDDEN, "sponsor_expired",
	 "its date is over already", NULL },
no_clock = { TS_REFUSE_FORBIDDEN, "no_clock",
	     "this box has never known the date, so it could not end this in time; ask again later", NULL },
many = { TS_REFUSE_FORBIDDEN, "too_many_sponsored",
	 "this wallet, or all of them together, pay for as many stations here as can be; end one first, or pay if nothing of this wallet's is left here", NULL },
read_only = { TS_REFUSE_READ_ONLY, "read_only",
	      "the box cannot store anything now; its operator must act", NULL };

/* What can be said before a signature is looked at (M9). */
static const struct ts_refused *cheap_fault(struct ts_billing *b,
					    const struct ts_sponsor *said,
					    const struct ts_time *now)
{
	const struct ts_billing_channel *c;
	uint64_t clock_s = ts_sponsors_clock(b, now);

	if (!ts_address_equal(&said->box, &b->config.our_address))
		return &box;
	if (ts_u256_cmp(&said->chain_id, &b->config.chain_id))
		return &chain;
	c = ts_channel_with(b, &said->wallet, &said->token);
	if (!c)
		return &unknown;
	if (now->wall_s && said->serial > clock_s + AHEAD_S)
		return &ahead;
	/* To end it is possible at any time. */
	if (!said->limit_wei)
		return NULL;
	if (c->row.channel.state != TS_CHANNEL_OPEN || (c->life && c->life->leaving))
		return &closed;
	if (!clock_s)
		return &no_clock;
	return clock_s >= said->until_s ? &over : NULL;
}

/* What the wallet says of that station now; NULL: nothing. */
static struct ts_billing_sponsorship *current(struct ts_billing *b,
					      const struct ts_sponsor *said)
{
	struct ts_billing_sponsorship *sp;

	TAILQ_FOREACH(sp, &b->sponsorships, list)
		if (!sp->over && !memcmp(sp->row.said.mac, said->mac, sizeof(said->mac)) &&
		    ts_address_equal(&sp->row.said.wallet, &said->wallet) &&
		    ts_address_equal(&sp->row.said.token, &said->token))
			return sp;
	return NULL;
}

/* More than a rest of what it paid is left, for whatever session. */
static bool has_value(const struct ts_billing *b, const struct ts_sponsor *said)
{
	const struct ts_billing_payment *p;
	const struct ts_billing_session *s;

	TAILQ_FOREACH(s, &b->sessions, list)
		TAILQ_FOREACH(p, &s->payments, list)
			if (p->channel && ts_payment_is_more_than_rest(p) &&
			    ts_address_equal(&p->row.wallet, &said->wallet) &&
			    ts_address_equal(&p->channel->row.channel.token, &said->token))
				return true;
	return false;
}

/* The oldest word that nothing is behind goes for one of a wallet that has paid. */
static bool make_room(struct ts_billing *b, const struct ts_sponsor *said)
{
	struct ts_billing_sponsorship *sp;

	if (!has_value(b, said))
		return false;
	TAILQ_FOREACH(sp, &b->sponsorships, list)
		if (!sp->over && !has_value(b, &sp->row.said))
			break;
	if (sp)
		ts_sponsorship_end(b, sp);
	return sp;
}

/* Those that are over have only to be forgotten. */
static bool has_room(struct ts_billing *b, const struct ts_sponsor *said)
{
	const struct ts_billing_sponsorship *sp;
	unsigned int all = 0, theirs = 0;

	TAILQ_FOREACH(sp, &b->sponsorships, list) {
		all += !sp->over;
		theirs += !sp->over && ts_address_equal(&sp->row.said.wallet, &said->wallet);
	}
	return theirs < OF_WALLET_MAX && (all < ALL_MAX || make_room(b, said));
}

/* The very word that was taken last: its answer was lost. */
static bool is_repeated(const struct ts_sponsor *said, const uint8_t *bytes,
			const struct ts_billing_sponsorship *sp)
{
	if (!said->limit_wei)
		return !sp;
	return sp && !memcmp(sp->row.form, bytes, sizeof(sp->row.form));
}

/* Stations with that MAC that are here spend from now on; some were cut a moment ago. */
static void serve(struct ts_billing *b, const uint8_t mac[6], const struct ts_time *now)
{
	struct ts_billing_session *s, *next;
	unsigned int i;

	for (i = 0; i < b->n_strangers && i < TS_STRANGERS; i++)
		if (!memcmp(b->strangers[i].key.mac, mac, sizeof(b->strangers[i].key.mac)))
			ts_station_came(b, &b->strangers[i].key, now);

	for (s = TAILQ_FIRST(&b->sessions); s; s = next) {
		next = TAILQ_NEXT(s, list);
		if (!s->row.has_station || memcmp(s->row.mac, mac, sizeof(s->row.mac)))
			continue;
		s->resting = false;
		ts_session_changed(b, s);
		ts_account_serve(b, s, now);
	}
}

/* It is newer, and signed: into the batch. */
static const struct ts_refused *take(struct ts_billing *b, const struct ts_sponsor *said,
				     const uint8_t *bytes,
				     struct ts_billing_sponsorship *before,
				     const struct ts_time *now)
{
	struct ts_ledger_sponsorship row = { .said = *said, .live = true };

	if (said->limit_wei && !before && !has_room(b, said))
		return &many;
	if (!ts_batch(b))
		return &read_only;
	ts_batch_check(b, ts_ledger_sponsor_serial_put(b->ledger, &said->wallet,
						       said->serial));
	/* The date must not be forgotten that its end is judged by. */
	ts_wall_floor_raise(b, now);
	ts_wall_floor_write(b, now);
	if (before)
		ts_sponsorship_end(b, before);
	b->urgent = true;
	if (!said->limit_wei)
		return NULL;
	memcpy(row.form, bytes, sizeof(row.form));
	ts_batch_check(b, ts_ledger_sponsorship_insert(b->ledger, &row));
	if (!b->broken && !ts_sponsorship_add(b, &row))
		b->broken = true;
	if (!b->broken)
		serve(b, said->mac, now);
	return NULL;
}

void ts_billing_sponsor_signed(struct ts_billing *b, const void *bytes, size_t len,
			       uint64_t reply, const struct ts_time *now)
{
	struct ts_billing_sponsorship *before = NULL;
	const struct ts_refused *why;
	struct ts_sponsor said;
	uint64_t newest = 0;

	if (b->n_replies == TS_REPLIES_MAX) {
		b->urgent = true;
		ts_billing_flush(b, now);
	}
	why = ts_sponsor_decode(&said, bytes, len) ? &bad : cheap_fault(b, &said, now);
	if (!why && (b->broken || b->read_only[0] ||
		     ts_ledger_sponsor_serial(b->ledger, &said.wallet, &newest)))
		why = &read_only;
	if (!why && said.serial < newest)
		why = &old;
	if (!why && ts_sponsor_check(&said, bytes))
		why = &bad;
	if (!why)
		before = current(b, &said);
	if (!why && said.serial > newest)
		why = take(b, &said, bytes, before, now);
	else if (!why && !is_repeated(&said, bytes, before))
		why = &old;
	if (why)
		ts_reply_refuse(b, reply, why->kind, why->name, why->text);
	else
		ts_reply(b, reply)->taken = true;
}

int ts_billing_sponsor_serial(struct ts_billing *b, const struct ts_address *wallet,
			      const struct ts_time *now, uint64_t *serial)
{
	uint64_t clock_s = ts_sponsors_clock(b, now);
	int ret = ts_ledger_sponsor_serial(b->ledger, wallet, serial);

	if (ret)
		return ts_billing_fail(b, ret, "%s", ts_ledger_error(b->ledger));
	*serial = *serial < clock_s ? clock_s : *serial + 1;
	return 0;
}

/* --- what was spent -------------------------------------------------------- */

/*
 * Of an account that is not settled, as the kernel has it now.  Anybody may ask, so of the
 * kernel only what is needed is.
 */
static ts_u128 used_wei(struct ts_billing *b, struct ts_billing_account *a,
			const struct ts_billing_sponsorship *sp)
{
	if (!sp->held_wei || a->row.state == TS_ACCOUNT_CLOSED || !ts_account_borrows(a, sp))
		return 0;
	if (a->in_kernel)
		ts_account_read(b, a);
	return ts_loan_passed_wei(a, sp);
}

int ts_billing_sponsorship_each(struct ts_billing *b, const struct ts_address *wallet,
				int (*cb)(const struct ts_sponsorship_view *view, void *arg),
				void *arg)
{
	const struct ts_billing_sponsorship *sp;
	struct ts_sponsorship_view view;
	struct ts_billing_account *a;
	int ret;

	TAILQ_FOREACH(sp, &b->sponsorships, list) {
		if (sp->over ||
		    (wallet && !ts_address_equal(&sp->row.said.wallet, wallet)))
			continue;
		view.said = sp->row.said;
		view.spent_wei = sp->row.spent_wei;
		TAILQ_FOREACH(a, &b->accounts, list)
			view.spent_wei += used_wei(b, a, sp);
		ret = cb(&view, arg);
		if (ret)
			return ret;
	}
	return 0;
}
