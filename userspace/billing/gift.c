// SPDX-License-Identifier: GPL-2.0
/*
 * gift.c - what the operator gives a session to spend: in its list of payments, before
 * those, without a channel and without a wallet.
 */
#include <stdlib.h>
#include <string.h>

#include "billing/accounts.h"
#include "billing/batch.h"
#include "billing/gifts.h"
#include "billing/sessions.h"
#include "billing/tariffs.h"

/** ts_gift_spendable() - whether it may be reserved of: in its time, at its station */
bool ts_gift_spendable(const struct ts_billing_payment *p)
{
	const struct ts_ledger_session *s = &p->gift.session->row;

	if (p->gift.over)
		return false;
	return p->gift.kind != TS_GIFT_SPONSOR ||
	       (s->has_station && !memcmp(s->mac, p->gift.mac, sizeof(s->mac)));
}

/**
 * ts_gift_make() - in memory, in no list yet
 * @s: whose it is
 * @v: the tariff that it was given under
 * @row: as in the ledger
 *
 * Return: it, or NULL: out of memory.
 */
struct ts_billing_payment *ts_gift_make(struct ts_billing_session *s,
					struct ts_billing_version *v,
					const struct ts_ledger_gift *row)
{
	struct ts_billing_payment *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->tariff = v;
	p->row.id = row->id;
	p->row.session = row->session;
	p->row.tariff = row->tariff;
	p->row.delta_wei = row->wei;
	p->row.max_wei = TS_U128_MAX;
	p->row.spent_wei = row->spent_wei;
	p->row.wall_s = row->wall_s;
	p->row.live = row->live;
	p->gift.session = s;
	p->gift.kind = row->kind;
	memcpy(p->gift.mac, row->mac, sizeof(p->gift.mac));
	p->gift.until_s = row->until_s;
	p->gift.until_age_s = row->until_age_s;
	return p;
}

/* Behind those of its kind and those before, and before what was paid. */
static void insert(struct ts_billing_session *s, struct ts_billing_payment *p)
{
	struct ts_billing_payment *before;

	TAILQ_FOREACH(before, &s->payments, list)
		if (before->channel || before->gift.kind > p->gift.kind)
			break;
	if (before)
		TAILQ_INSERT_BEFORE(before, p, list);
	else
		TAILQ_INSERT_TAIL(&s->payments, p, list);
}

/**
 * ts_gift_give() - a session has something to spend
 * @b: billing, its batch begun
 * @s: the session
 * @v: at which tariff
 * @row: kind, voucher, mac, wei and its end are set; the rest is
 * @now: the time
 *
 * Return: whether it has; if not the batch is broken.
 */
bool ts_gift_give(struct ts_billing *b, struct ts_billing_session *s,
		  struct ts_billing_version *v, struct ts_ledger_gift *row,
		  const struct ts_time *now)
{
	struct ts_billing_payment *p;

	ts_session_paid(b, s);
	if (!s->row.id && !ts_session_write(b, s))
		return false;
	row->session = s->row.id;
	row->tariff = v->row.row;
	row->wall_s = ts_wall_floor(b, now);
	row->live = true;
	ts_batch_check(b, ts_ledger_gift_insert(b->ledger, row));
	p = b->broken ? NULL : ts_gift_make(s, v, row);
	if (!p) {
		b->broken = true;
		return false;
	}
	insert(s, p);
	s->resting = false;
	s->away = false;
	b->urgent = true;
	ts_session_seen(b, s, now);
	ts_session_notify(b, s, TS_NOTICE_PAID);
	ts_account_serve(b, s, now);
	return true;
}

/** ts_gift_wei_of_bytes() - what so many bytes of the internet cost, at the dearer direction */
ts_u128 ts_gift_wei_of_bytes(const struct ts_ledger_tariff *t, uint64_t bytes)
{
	uint16_t up = t->price[TS_CLASS_INTERNET][TS_DIR_UP];
	uint16_t down = t->price[TS_CLASS_INTERNET][TS_DIR_DOWN];
	uint64_t units;

	if (__builtin_mul_overflow(bytes, (uint64_t)(up > down ? up : down), &units) ||
	    units > TS_EPOCH_UNITS_MAX)
		units = TS_EPOCH_UNITS_MAX;
	return ts_wei_holding_units(units, t->unit_shift);
}

/* --- the end --------------------------------------------------------------- */

static void look(struct ts_billing *b, struct ts_billing_session *s,
		 const struct ts_time *now)
{
	struct ts_billing_payment *p;

	TAILQ_FOREACH(p, &s->payments, list) {
		if (p->channel)
			break;
		p->gift.over |= (p->gift.until_s &&
				 ts_wall_floor(b, now) >= p->gift.until_s) ||
				(p->gift.until_age_s &&
				 ts_age_s(b, now) >= p->gift.until_age_s);
	}
}

/** ts_gifts_look() - the time of some may be over */
void ts_gifts_look(struct ts_billing *b, const struct ts_time *now)
{
	struct ts_billing_session *s;

	TAILQ_FOREACH(s, &b->sessions, list)
		look(b, s, now);
}

/* What an account holds of it comes back first; what is left is nobody's any more. */
static void end_over(struct ts_billing *b, struct ts_billing_session *s)
{
	struct ts_billing_payment *p, *next;

	for (p = TAILQ_FIRST(&s->payments); p && !p->channel && !b->broken; p = next) {
		next = TAILQ_NEXT(p, list);
		if (!p->gift.over)
			continue;
		if (p->held_wei) {
			if (s->account)
				ts_account_end(b, s->account);
			continue;
		}
		if (!ts_batch(b))
			return;
		p->row.live = false;
		ts_payment_write(b, p);
		ts_session_drop_payment(b, s, p);
		ts_session_changed(b, s);
	}
}

/** ts_gifts_tick() - each second: those whose time is over end */
void ts_gifts_tick(struct ts_billing *b, const struct ts_time *now)
{
	struct ts_billing_session *s;

	ts_gifts_look(b, now);
	if (b->read_only[0])
		return;
	TAILQ_FOREACH(s, &b->sessions, list)
		if (!s->closing)
			end_over(b, s);
}
