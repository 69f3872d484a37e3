// SPDX-License-Identifier: GPL-2.0
/*
 * roam_leave.c - at the host: a guest goes, and what is left goes home (M14, M11).
 *
 * First the account ends and is settled; then what home paid into the guest's session and
 * nobody used is booked as gone, and our transfer is signed, in the batch that says that
 * the visit is over.  What comes later wakes it (ts_visit_paid()).
 */
#include <errno.h>
#include <stdlib.h>
#include <syslog.h>

#include "billing/batch.h"
#include "billing/channels.h"
#include "billing/lives.h"
#include "billing/parts.h"
#include "billing/refunds.h"
#include "billing/sessions.h"
#include "billing/visit.h"

static const struct ts_refused
over = { TS_REFUSE_FORBIDDEN, "order_over",
	"the session was closed", NULL },
refunding = { TS_REFUSE_FORBIDDEN, "refunding",
	"this box gives back what the box at home had paid it", NULL },
gone = { TS_REFUSE_FORBIDDEN, "station_gone",
	"the station is silent, or uses another session now", NULL },
expired = { TS_REFUSE_FORBIDDEN, "order_expired",
	"this order is too old; sign a new one", NULL };

/**
 * ts_visit_end() - it buys nothing more; the account ends, the rest goes home
 * @b: billing
 * @v: the visit
 * @why: for people
 * @now: the time
 */
void ts_visit_end(struct ts_billing *b, struct ts_billing_visit *v,
		  const struct ts_refused *why, const struct ts_time *now)
{
	struct ts_billing_session *s = ts_session_by_code(b, v->row.name);

	if (v->row.state != TS_VISIT_LIVE || !ts_batch(b))
		return;
	v->row.state = TS_VISIT_ENDING;
	v->fault = why;
	ts_visit_put(b, v);
	if (s)
		ts_session_leave(b, s, NULL, now);
	b->urgent = true;
	ts_billing_say(b, LOG_INFO, "guest %s goes: %s", v->row.name, why->text);
}

/**
 * ts_visit_leave() - a session is to be closed
 *
 * Return: true: it is a guest's, and ends as such.
 */
bool ts_visit_leave(struct ts_billing *b, struct ts_billing_session *s,
		    const struct ts_time *now)
{
	struct ts_billing_visit *v = ts_visit_find(b, s->row.code);

	if (!v || v->asking)
		return false;
	ts_visit_end(b, v, &over, now);
	return true;
}

/**
 * ts_visits_end_of() - before a home is refunded its guests' rests go home as theirs
 * @b: billing
 * @c: the channel with it
 * @now: the time
 *
 * Return: true: there still are some.
 */
bool ts_visits_end_of(struct ts_billing *b, const struct ts_billing_channel *c,
		      const struct ts_time *now)
{
	const struct ts_channel *ch = &c->row.channel;
	struct ts_billing_visit *v;
	bool any = false;

	TAILQ_FOREACH(v, &b->visits, list) {
		if (v->asking || !ts_address_equal(&v->order.home, &ch->partner_address) ||
		    !ts_address_equal(&v->order.token, &ch->token))
			continue;
		ts_visit_end(b, v, &refunding, now);
		any = true;
	}
	return any;
}

/* What home paid into it and nobody used, newest first. */
static int gather(const struct ts_billing_session *s, const struct ts_billing_channel *c,
		  struct ts_parts *parts)
{
	const struct ts_billing_payment *p;
	size_t n = 0;

	TAILQ_FOREACH(p, &s->payments, list)
		n++;
	parts->part = calloc(n ? n : 1, sizeof(*parts->part));
	if (!parts->part)
		return -ENOMEM;
	TAILQ_FOREACH(p, &s->payments, list) {
		if (!p->channel ||
		    !ts_address_equal(&p->row.wallet, parts->wallet) ||
		    !ts_channel_is_life_of(p->channel, c))
			continue;
		parts->part[parts->count].row = p->row;
		parts->part[parts->count++].wei = p->row.delta_wei -
			p->row.spent_wei - p->row.refunded_wei;
	}
	return 0;
}

static void finish(struct ts_billing *b, struct ts_billing_visit *v)
{
	v->row.state = TS_VISIT_OVER;
	ts_visit_put(b, v);
	b->urgent = true;
	ts_visit_free(b, v);
}

/* Our transfer, and that it is gone from the payments, in one batch (M10). */
static void send_home(struct ts_billing *b, struct ts_billing_visit *v,
		      struct ts_billing_channel *c, struct ts_parts *parts)
{
	const struct ts_life *old = ts_life_of(b, c, &b->step->old);
	char text[TS_MEMO_SIZE];
	struct ts_bytes data = { (const uint8_t *)text, 0 };

	data.len = ts_memo_print_return(v->row.name, text);
	if (!old || ts_life_pay(old, b->key, parts->sum_wei, &data, &b->step->next))
		return;		/* the channel is busy or full: it waits */
	ts_parts_book(b, c, parts);
	ts_life_store(b, c, &b->step->next);
	v->row.returned_wei += parts->sum_wei;
	b->counters.refunds++;
	finish(b, v);
}

/* As soon as nothing of it is in the kernel, and the channel can carry it. */
static void go_home(struct ts_billing *b, struct ts_billing_visit *v)
{
	struct ts_billing_session *s = ts_session_by_code(b, v->row.name);
	struct ts_parts parts = { .wallet = &v->order.home };
	struct ts_billing_channel *c;
	int err;

	if (s && s->account)
		return;
	if (!s) {
		if (ts_batch(b))
			finish(b, v);
		return;
	}
	err = ts_refund_find(b, &v->order.home, &v->order.token, &c);
	/* A refund that is under way waits for this. */
	if ((err && (err != -EBUSY || !c->refunding || c->evidence)) || !ts_batch(b))
		return;
	if (!gather(s, c, &parts)) {
		ts_parts_limit(&parts, TS_U128_MAX);
		if (parts.sum_wei)
			send_home(b, v, c, &parts);
		else
			finish(b, v);
	}
	ts_parts_free(&parts);
}

static const struct ts_refused *end_of(struct ts_billing *b,
				       const struct ts_billing_visit *v,
				       const struct ts_time *now)
{
	const struct ts_billing_session *s = ts_session_by_code(b, v->row.name);
	uint64_t age_s = ts_age_s(b, now);

	if (!s || !s->row.has_station || (s->away && !s->account))
		return &gone;
	return age_s > v->row.taken_s && age_s - v->row.taken_s >= v->order.lifetime_s ?
	       &expired : NULL;
}

/** ts_visits_work() - who has gone, and what goes home; with each flush */
void ts_visits_work(struct ts_billing *b, const struct ts_time *now)
{
	struct ts_billing_visit *v, *next;
	const struct ts_refused *why;

	if (b->read_only[0])
		return;
	for (v = TAILQ_FIRST(&b->visits); v && !b->broken; v = next) {
		next = TAILQ_NEXT(v, list);
		if (v->asking)
			continue;
		why = v->row.state == TS_VISIT_LIVE ? end_of(b, v, now) : NULL;
		if (why)
			ts_visit_end(b, v, why, now);
		else if (v->row.state == TS_VISIT_ENDING)
			go_home(b, v);
	}
}
