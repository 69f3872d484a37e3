// SPDX-License-Identifier: GPL-2.0
/*
 * dear.c - payments whose payers agreed to no such price as holds now (M7): nothing more is
 * granted of them, and what is left goes back.
 */
#include "billing/lives.h"
#include "billing/refunds.h"
#include "billing/sessions.h"
#include "billing/tariffs.h"

/* Between two tries: the channel may be frozen, or the payer not there to take it. */
#define AGAIN_NS	(60 * TS_NS_PER_S)

static void look(struct ts_billing *b, struct ts_billing_session *s,
		 struct ts_billing_payment *p, const struct ts_time *now)
{
	bool too_dear = !ts_tariff_of_payment(b, p, now);

	if (too_dear == p->too_dear)
		return;
	p->too_dear = too_dear;
	ts_session_changed(b, s);
}

/*
 * A refund ends the accounts of its wallet first.  Not for one that would only wait: the
 * payer has not fetched many that were sent before, or the channel is about to end.
 */
static bool can_leave(struct ts_billing *b, const struct ts_billing_channel *c)
{
	const struct ts_life *life = ts_life_of(b, c, &b->step->old);

	return life && !life->close_wanted && !life->onchain.ending &&
	       ts_channel_our_balance_wei(&life->channel) &&
	       ts_outbox_has_room(&life->outbox);
}

/* One of a channel at a time: each is a transfer of its own. */
static void give_back(struct ts_billing *b, struct ts_billing_payment *p,
		      const struct ts_time *now)
{
	struct ts_billing_channel *c;

	if (now->boot_ns < p->dear_ns)
		return;
	c = ts_refund_way_back(b, p);
	if (!c || !can_leave(b, c))
		return;
	p->dear_ns = now->boot_ns + AGAIN_NS;
	ts_refund_begin(b, c, TS_U128_MAX, p->row.session, 0);
	c->refund_payment = p->row.id;
}

/**
 * ts_dear_tick() - what payers agreed to, against the prices that hold now
 * @b: billing
 * @now: the time
 */
void ts_dear_tick(struct ts_billing *b, const struct ts_time *now)
{
	struct ts_billing_payment *p;
	struct ts_billing_session *s;

	TAILQ_FOREACH(s, &b->sessions, list) {
		TAILQ_FOREACH(p, &s->payments, list) {
			if (!p->most_wei_per_gb)
				continue;
			look(b, s, p, now);
			if (p->too_dear && !s->closing)
				give_back(b, p, now);
		}
	}
}
