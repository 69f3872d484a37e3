// SPDX-License-Identifier: GPL-2.0
/*
 * outbox.c - our messages to partners: sent until they arrived, or fetched.
 */
#include <syslog.h>

#include "billing/batch.h"
#include "billing/channels.h"
#include "billing/lives.h"

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
	ts_life_settle_down(b, c, now);
	return true;
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
