// SPDX-License-Identifier: GPL-2.0
/*
 * tick.c - what the meter reports and what time brings.
 */
#include <errno.h>
#include <syslog.h>

#include "billing/accounts.h"
#include "billing/batch.h"
#include "billing/channels.h"
#include "billing/gifts.h"
#include "billing/lives.h"
#include "billing/refunds.h"
#include "billing/revenues.h"
#include "billing/sessions.h"
#include "billing/sponsors.h"
#include "billing/tariffs.h"
#include "billing/visit.h"

#define NS_PER_HOUR	(3600 * TS_NS_PER_S)
#define NS_PER_MINUTE	(60 * TS_NS_PER_S)

static void ran_low(struct ts_billing *b, struct ts_billing_account *a,
		    bool exhausted, const struct ts_time *now)
{
	if (a->trusted)
		return;
	if (exhausted)
		a->dry = true;
	ts_account_serve(b, a->session, now);
	/* Serving may have begun another epoch: then there is more. */
	if (a->row.state != TS_ACCOUNT_OPEN)
		return;
	if (ts_account_is_empty(b, a))
		ts_session_notify(b, a->session, exhausted ? TS_NOTICE_DRY :
							     TS_NOTICE_LOW);
}

/* A station without an account: it may be one that was away. */
static void came(struct ts_billing *b, const struct ts_meter_event *ev,
		 const struct ts_time *now)
{
	const struct ts_key *key = &ev->key;
	struct ts_billing_session *s = ts_session_by_key(b, key);

	ts_stranger_seen(b, key, ev, now);
	if (b->broken)
		return;
	ts_station_came(b, key, now);
	if (!s)
		return;
	ts_session_seen(b, s, now);
	ts_idle_wake(b, s, now);
}

void ts_billing_meter_event(struct ts_billing *b,
			    const struct ts_meter_event *ev,
			    const struct ts_time *now)
{
	struct ts_billing_account *a;

	if (ev->type == TS_EVENT_STRANGER) {
		came(b, ev, now);
		return;
	}
	a = ts_account_find(b, ev->account_id, ev->epoch);
	if (!a || b->broken || a->row.state != TS_ACCOUNT_OPEN)
		return;
	switch (ev->type) {
	case TS_EVENT_LOW:
	case TS_EVENT_EXHAUSTED:
		if (ts_account_read(b, a))
			break;
		/* Of a granted value that is history by now. */
		if (ev->granted_units < a->granted_units)
			break;
		ran_low(b, a, ev->type == TS_EVENT_EXHAUSTED, now);
		break;
	case TS_EVENT_CLOSED:
	case TS_EVENT_EXPIRED:
		/* Not by us: settle it, and begin another if there is value. */
		ts_account_end(b, a);
		break;
	}
}

void ts_billing_meter_rescan(struct ts_billing *b, const struct ts_time *now)
{
	struct ts_billing_session *s, *next;
	struct ts_billing_account *a;

	for (s = TAILQ_FIRST(&b->sessions); s; s = next) {
		next = TAILQ_NEXT(s, list);
		a = s->account;
		if (!a || a->row.state != TS_ACCOUNT_OPEN)
			continue;
		if (ts_account_read(b, a) == -ENOENT)
			ts_account_end(b, a);
		else
			ran_low(b, a, !ts_account_unspent(a), now);
	}
}

/* Settled step by step by the flushes that follow, as any account that ends. */
void ts_billing_meter_lost(struct ts_billing *b, const struct ts_time *now)
{
	struct ts_billing_account *a;
	struct ts_billing_version *v;

	b->meter_lost = true;
	TAILQ_FOREACH(v, &b->versions, list)
		v->in_kernel = false;
	TAILQ_FOREACH(a, &b->accounts, list) {
		a->in_kernel = false;
		ts_account_end(b, a);
	}
}

int ts_billing_meter_back(struct ts_billing *b, const struct ts_time *now)
{
	int err;

	b->meter_lost = false;
	err = ts_tariff_sync(b, now);
	if (!err)
		err = ts_billing_adopt(b, now);
	b->meter_lost = err;
	return err;
}

/* The tariff that this account's newest value is spent at has changed (M7). */
static bool is_outdated(struct ts_billing *b, const struct ts_billing_account *a,
			const struct ts_time *now)
{
	const struct ts_billing_reservation *r;

	r = TAILQ_LAST(&a->reservations, ts_billing_reservations);
	return r && ts_tariff_of_payment(b, r->payment, now) != a->tariff;
}

static void tick_account(struct ts_billing *b, struct ts_billing_account *a,
			 const struct ts_time *now)
{
	struct ts_account k;
	int err;

	err = b->meter.account_get(b->meter.m, a->row.account_id, &k);
	if (err == -ENOENT || (!err && k.epoch != a->row.epoch)) {
		ts_account_end(b, a);
		return;
	}
	if (err)
		return;
	ts_account_take_counters(b, a, &k);
	if (is_outdated(b, a, now)) {
		ts_account_end(b, a);
		return;
	}
	ts_idle_account(b, a, k.idle_ms, now);
	if (a->idle || a->trusted || a->row.state != TS_ACCOUNT_OPEN)
		return;
	if (k.idle_ms >= b->config.idle_s * 1000ull && !a->dry) {
		ts_account_give_back(b, a, now);
		return;
	}
	if (ts_account_passed(a) != a->sampled_units)
		ts_session_changed(b, a->session);
	ts_account_sample(b, a, now);
	ts_account_serve(b, a->session, now);
}

/*
 * What the clock said once stays said, also when it is not synchronised any
 * more; and on the disk before a price depends on it, or a power cut would bring
 * the one before back (M12).
 */
static void advance_floor(struct ts_billing *b, const struct ts_time *now)
{
	uint64_t before = b->floor_s;
	const struct ts_billing_version *v;

	ts_wall_floor_raise(b, now);
	TAILQ_FOREACH(v, &b->versions, list) {
		if (v->row.valid_from_s <= before ||
		    v->row.valid_from_s > b->floor_s)
			continue;
		if (ts_batch(b))
			ts_wall_floor_write(b, now);
		return;
	}
}

static void hourly(struct ts_billing *b, const struct ts_time *now)
{
	struct ts_billing_account *a;

	if (!ts_batch(b))
		return;
	TAILQ_FOREACH(a, &b->accounts, list)
		if (a->row.state == TS_ACCOUNT_OPEN && a->in_kernel)
			ts_account_book(b, a, now);
	ts_wall_floor_write(b, now);
}

void ts_billing_tick(struct ts_billing *b, const struct ts_time *now)
{
	struct ts_billing_session *s, *next;
	uint64_t hour = now->boot_ns / NS_PER_HOUR;
	uint64_t minute = now->boot_ns / NS_PER_MINUTE;

	if (b->broken)
		return;
	b->ticked = *now;
	advance_floor(b, now);
	ts_revenue_tick(b, now);
	ts_gifts_tick(b, now);
	ts_sponsors_tick(b, now);
	ts_dear_tick(b, now);
	for (s = TAILQ_FIRST(&b->sessions); s; s = next) {
		next = TAILQ_NEXT(s, list);
		if (!s->account)
			ts_account_serve(b, s, now);
		else if (s->account->row.state == TS_ACCOUNT_OPEN &&
			 s->account->in_kernel)
			tick_account(b, s->account, now);
	}
	ts_lives_tick(b, now);
	ts_liquidity_tick(b, now);
	if (minute != b->minute && !b->read_only[0]) {
		b->minute = minute;
		ts_idle_forget(b, now);
		ts_idle_retain(b, now);
	}
	if (hour != b->hour && !b->read_only[0]) {
		b->hour = hour;
		hourly(b, now);
	}
}
