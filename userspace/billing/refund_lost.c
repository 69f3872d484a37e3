// SPDX-License-Identifier: GPL-2.0
/*
 * refund_lost.c - refunds that never arrived (M11).
 *
 * A refund is booked when it is signed.  An original node that has asked to settle
 * takes no transfer any more, and one that is gone takes none either; when their
 * channel is closed then and settled by an older proof of ours, the value is ours
 * on the chain, and goes on being owed.
 */
#include <errno.h>
#include <stdlib.h>
#include <syslog.h>

#include "billing/batch.h"
#include "billing/channels.h"
#include "billing/refunds.h"
#include "billing/sessions.h"

/**
 * struct lost - what is to be taken back of the bookings
 * @wallet: whose
 * @left_wei: how much still
 * @row: payments that were refunded, of one life, newest first
 * @count: how many
 */
struct lost {
	const struct ts_address *wallet;
	ts_u128 left_wei;
	struct ts_ledger_payment *row;
	size_t count;
};

static ts_u128 part_of(const struct lost *lost, const struct ts_ledger_payment *p)
{
	return p->refunded_wei < lost->left_wei ? p->refunded_wei : lost->left_wei;
}

static int collect(const struct ts_ledger_payment *p, void *arg)
{
	struct lost *lost = arg;
	struct ts_ledger_payment *more;

	if (!p->refunded_wei || !ts_address_equal(&p->wallet, lost->wallet))
		return 0;
	more = realloc(lost->row, (lost->count + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	lost->row = more;
	more[lost->count++] = *p;
	return 0;
}

/* The same payment, if a session has it in memory. */
static void tell_session(struct ts_billing *b, const struct ts_ledger_payment *row)
{
	struct ts_billing_session *s;
	struct ts_billing_payment *p;

	TAILQ_FOREACH(s, &b->sessions, list)
		TAILQ_FOREACH(p, &s->payments, list)
			if (p->channel && p->row.id == row->id) {
				p->row.refunded_wei = row->refunded_wei;
				ts_session_changed(b, s);
			}
}

static void take_back(struct ts_billing *b, struct ts_billing_channel *life,
		      struct lost *lost)
{
	struct ts_ledger_payment *row;
	ts_u128 wei;

	lost->count = 0;
	if (ts_ledger_payment_load_channel(b->ledger, life->row.id, collect,
					   lost) < 0) {
		b->broken = true;
		return;
	}
	for (row = lost->row; row < lost->row + lost->count && lost->left_wei; row++) {
		wei = part_of(lost, row);
		row->refunded_wei -= wei;
		life->row.refunded_wei -= wei;
		lost->left_wei -= wei;
		ts_session_revive(b, life, row);
		ts_batch_check(b, ts_ledger_payment_update(b->ledger, row));
		tell_session(b, row);
	}
	ts_channel_write(b, life);
}

/**
 * ts_refund_take_back() - what counted as gone is there again
 * @b: billing, its batch begun
 * @c: the channel it was paid over, any life
 * @wei: how much
 *
 * Newest payments first.  Return: what there was nothing of.
 */
ts_u128 ts_refund_take_back(struct ts_billing *b, struct ts_billing_channel *c,
			    ts_u128 wei)
{
	struct lost lost = { .wallet = &c->row.channel.partner_address,
			     .left_wei = wei };
	struct ts_billing_channel *life;

	for (life = ts_channel_of_wallet(b, lost.wallet); life && !b->broken;
	     life = ts_channel_of_wallet_next(life))
		if (lost.left_wei && life->row.refunded_wei &&
		    ts_channel_is_life_of(life, c))
			take_back(b, life, &lost);
	free(lost.row);
	c->refunded_all = false;
	return lost.left_wei;
}

/**
 * ts_refund_lost() - the chain settled a channel without our last refunds
 * @b: billing, its batch begun
 * @c: the channel
 * @lost_wei: their value
 *
 * A refund may be of what was paid in a life before, so those are looked at, too.
 */
void ts_refund_lost(struct ts_billing *b, struct ts_billing_channel *c,
		    ts_u128 lost_wei)
{
	char text[TS_ADDRESS_TEXT_SIZE];

	ts_refund_take_back(b, c, lost_wei);
	ts_billing_say(b, LOG_NOTICE, "the channel with %s was settled without our last refund; what it had not spent is owed to it",
		       ts_address_print(&c->row.channel.partner_address, text));
}
