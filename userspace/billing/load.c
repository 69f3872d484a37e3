// SPDX-License-Identifier: GPL-2.0
/*
 * load.c - from the disk into memory.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "billing/accounts.h"
#include "billing/batch.h"
#include "billing/channels.h"
#include "billing/gifts.h"
#include "billing/lives.h"
#include "billing/revenues.h"
#include "billing/sessions.h"
#include "billing/sponsors.h"
#include "billing/share.h"
#include "billing/tariffs.h"
#include "billing/visit.h"
#include "ledger/transaction.h"

static int load_channel(const struct ts_ledger_channel *row, void *arg)
{
	struct ts_billing_channel *c = calloc(1, sizeof(*c));
	struct ts_billing *b = arg;

	if (!c)
		return ts_billing_fail(b, -ENOMEM, "out of memory");
	c->row = *row;
	ts_channel_add(b, c);
	ts_table_add(&b->channel_by_row, &c->by_row, &c->row.id,
		     sizeof(c->row.id));
	return 0;
}

static int load_version(const struct ts_ledger_tariff *row, void *arg)
{
	struct ts_billing_version *v = calloc(1, sizeof(*v));
	struct ts_billing *b = arg;

	if (!v)
		return ts_billing_fail(b, -ENOMEM, "out of memory");
	v->row = *row;
	TAILQ_INSERT_TAIL(&b->versions, v, list);
	return 0;
}

static int load_session(const struct ts_ledger_session *row, void *arg)
{
	struct ts_billing_session *s = calloc(1, sizeof(*s));
	struct ts_billing *b = arg;

	if (!s)
		return ts_billing_fail(b, -ENOMEM, "out of memory");
	s->row = *row;
	s->written_s = row->seen_s;
	ts_session_add(b, s);
	ts_table_add(&b->session_by_row, &s->by_row, &s->row.id,
		     sizeof(s->row.id));
	return 0;
}

static struct ts_billing_session *session_of(struct ts_billing *b, int64_t row)
{
	struct ts_billing_session *s;
	struct ts_table_node *n;

	for (n = ts_table_first(&b->session_by_row, &row, sizeof(row)); n;
	     n = ts_table_next(n)) {
		s = ts_table_entry(n, struct ts_billing_session, by_row);
		if (s->row.id == row)
			return s;
	}
	return NULL;
}

static struct ts_billing_channel *channel_of(struct ts_billing *b, int64_t row)
{
	struct ts_billing_channel *c;
	struct ts_table_node *n;

	for (n = ts_table_first(&b->channel_by_row, &row, sizeof(row)); n;
	     n = ts_table_next(n)) {
		c = ts_table_entry(n, struct ts_billing_channel, by_row);
		if (c->row.id == row)
			return c;
	}
	return NULL;
}

static int dangling(struct ts_billing *b, const char *what, int64_t row)
{
	return ts_billing_fail(b, -EUCLEAN,
		"the ledger contradicts itself: %s %lld names a row that is not there; run \"tsctl status\" and restore a backup",
		what, (long long)row);
}

static int add_payment(struct ts_billing *b, struct ts_billing_session *s,
		       struct ts_billing_channel *c,
		       const struct ts_ledger_payment *row)
{
	struct ts_billing_version *v;
	struct ts_billing_payment *p;

	v = ts_tariff_by_row(b, row->tariff);
	if (!c || !s || !v)
		return dangling(b, "payment", row->id);
	if (!ts_address_equal(&v->row.token, &c->row.channel.token))
		return ts_billing_fail(b, -EUCLEAN,
			"the ledger contradicts itself: payment %lld is in another token than its tariff; restore a backup",
			(long long)row->id);
	p = calloc(1, sizeof(*p));
	if (!p)
		return ts_billing_fail(b, -ENOMEM, "out of memory");
	p->row = *row;
	p->channel = c;
	p->tariff = v;
	p->most_wei_per_gb = ts_tariff_most(row);
	TAILQ_INSERT_TAIL(&s->payments, p, list);
	return 0;
}

static int load_payment(const struct ts_ledger_payment *row, void *arg)
{
	struct ts_billing *b = arg;

	return add_payment(b, session_of(b, row->session),
			   channel_of(b, row->channel), row);
}

/** struct of_session - the payments of one that was forgotten, or gifts of any */
struct of_session {
	struct ts_billing *b;
	struct ts_billing_session *s;
};

static int load_gift(const struct ts_ledger_gift *row, void *arg)
{
	struct of_session *of = arg;
	struct ts_billing *b = of->b;
	struct ts_billing_session *s = of->s ? of->s : session_of(b, row->session);
	struct ts_billing_version *v = ts_tariff_by_row(b, row->tariff);
	struct ts_billing_payment *p;

	if (!s || !v)
		return dangling(b, "gift", row->id);
	p = ts_gift_make(s, v, row);
	if (!p)
		return ts_billing_fail(b, -ENOMEM, "out of memory");
	TAILQ_INSERT_TAIL(&s->payments, p, list);
	return 0;
}

static int load_payment_of(const struct ts_ledger_payment *row, void *arg)
{
	struct of_session *of = arg;
	struct ts_billing_channel *c;

	TAILQ_FOREACH(c, &of->b->channels, list)
		if (c->row.id == row->channel)
			break;
	return add_payment(of->b, of->s, c, row);
}

/**
 * ts_load_payments_of() - what is left of the payments of one session
 * @b: billing, loaded
 * @s: the session, with none in memory
 *
 * Return: 0 or negative errno with the error noted.
 */
int ts_load_payments_of(struct ts_billing *b, struct ts_billing_session *s)
{
	struct of_session of = { .b = b, .s = s };
	int err = ts_ledger_gift_load_of(b->ledger, s->row.id, load_gift, &of);

	return err ? err : ts_ledger_payment_load_of(b->ledger, s->row.id, load_payment_of,
					 &of);
}

/** struct of_account - the rows of one account */
struct of_account {
	struct ts_billing *b;
	struct ts_billing_account *a;
};

/* What a reservation is of: the session's own, or lent by a wallet; NULL: it is done. */
static struct ts_billing_payment *reserved_of(const struct of_account *of,
					      const struct ts_ledger_reservation *row)
{
	struct ts_billing_payment *p;

	if (row->sponsorship)
		return ts_sponsor_payment(of->b, row->payment);
	TAILQ_FOREACH(p, &of->a->session->payments, list)
		if (p->row.id == (p->channel ? row->payment : row->gift))
			return p;
	return NULL;
}

static int load_reservation(const struct ts_ledger_reservation *row, void *arg)
{
	const struct of_account *of = arg;
	struct ts_billing_payment *p = reserved_of(of, row);
	struct ts_billing_account *a = of->a;
	struct ts_billing_reservation *r;

	a->last_seq = row->seq;
	a->reserved_units += row->units;
	a->returned_units += row->returned_units;
	/* Given back whole, and since then its payment was done otherwise. */
	if (!p && row->units == row->returned_units)
		return 0;
	r = p ? calloc(1, sizeof(*r)) : NULL;
	if (!r)
		return p ? -ENOMEM : -EUCLEAN;
	r->row = *row;
	r->payment = p;
	TAILQ_INSERT_TAIL(&a->reservations, r, list);
	if (row->sponsorship) {
		r->sponsorship = ts_sponsorship_of_row(of->b, row->sponsorship);
		if (!r->sponsorship)
			return -EUCLEAN;
	}
	ts_reservation_hold(r, ts_wei_holding_units(row->units - row->returned_units,
						    a->row.unit_shift));
	return 0;
}

static int load_charge(const struct ts_ledger_charge *c, void *arg)
{
	struct ts_billing_account *a = arg;
	struct ts_stat *booked;

	if (c->class >= TS_CLASS_COUNT || c->dir >= TS_DIR_COUNT)
		return -EUCLEAN;
	booked = &a->booked[c->class][c->dir];
	booked->bytes += c->bytes;
	booked->units += c->units;
	a->booked_units += c->units;
	return 0;
}

/* Rows of one account; after load_account(), for statements do not nest. */
static int load_rows(struct ts_billing *b, struct ts_billing_account *a)
{
	struct of_account of = { b, a };
	int err;

	err = ts_ledger_reservation_load(b->ledger, a->row.row,
					 load_reservation, &of);
	if (!err)
		err = ts_ledger_charge_load(b->ledger, a->row.row, load_charge, a);
	if (err)
		return dangling(b, "account row", a->row.row);
	memcpy(a->seen, a->booked, sizeof(a->seen));
	a->committed_units = a->reserved_units - a->returned_units;
	a->granted_units = a->row.granted_units;
	a->charged_units = a->row.charged_units;
	a->revoked_units = a->row.revoked_units;
	a->step = a->row.state == TS_ACCOUNT_OPEN ? TS_STEP_SERVE :
						    TS_STEP_REVOKE;
	a->step_ready = true;
	ts_account_size_slice(b, a);
	return 0;
}

static int load_account(const struct ts_ledger_account *row, void *arg)
{
	struct ts_billing_account *a;
	struct ts_billing_session *s;
	struct ts_billing *b = arg;

	s = session_of(b, row->session);
	if (!s || s->account || !ts_tariff_by_row(b, row->tariff))
		return dangling(b, "account row", row->row);
	a = calloc(1, sizeof(*a));
	if (!a)
		return ts_billing_fail(b, -ENOMEM, "out of memory");
	TAILQ_INIT(&a->reservations);
	a->row = *row;
	a->session = s;
	a->tariff = ts_tariff_by_row(b, row->tariff);
	s->account = a;
	ts_account_add(b, a);
	return 0;
}

/* The numbers of rows are of use only while they are joined. */
static void forget_rows(struct ts_billing *b)
{
	struct ts_billing_channel *c;
	struct ts_billing_session *s;

	TAILQ_FOREACH(s, &b->sessions, list)
		ts_table_remove(&b->session_by_row, &s->by_row);
	TAILQ_FOREACH(c, &b->channels, list)
		ts_table_remove(&b->channel_by_row, &c->by_row);
}

/* What is under way goes on; after load_channel(), for statements do not nest. */
static int load_lives(struct ts_billing *b)
{
	struct ts_billing_channel *c;
	struct ts_life *life = NULL;
	int err = 0;

	TAILQ_FOREACH(c, &b->channels, list) {
		if (!c->row.has_life ||
		    c->row.channel.state == TS_CHANNEL_NONE)
			continue;
		if (!life)
			life = malloc(sizeof(*life));
		err = life ? ts_ledger_life_read(b->ledger, &c->row, life) :
			     -ENOMEM;
		if (!err && !ts_life_is_at_rest(life) &&
		    !ts_life_keep(b, c, life))
			err = -ENOMEM;
		if (err)
			break;
	}
	free(life);
	return err == -ENOMEM ? ts_billing_fail(b, err, "out of memory") : err;
}

static int load_doubt(int64_t channel, ts_u128 deposit_wei, void *arg)
{
	struct ts_billing_channel *c = channel_of(arg, channel);

	if (c)
		c->uncredited_wei = deposit_wei;
	return 0;
}

static int load_tables(struct ts_billing *b)
{
	struct of_session any = { .b = b };
	struct ts_billing_account *a;
	int err;

	b->error[0] = '\0';
	err = ts_ledger_meta_get(b->ledger, "wall_floor_s", &b->floor_s);
	if (err == -ENOENT)
		err = 0;
	if (!err)
		err = ts_ledger_channel_load(b->ledger, load_channel, b);
	if (!err)
		err = ts_ledger_doubt_load(b->ledger, load_doubt, b);
	if (!err)
		err = load_lives(b);
	if (!err)
		err = ts_ledger_tariff_load(b->ledger, load_version, b);
	if (!err)
		err = ts_ledger_session_load_open(b->ledger, load_session, b);
	/* Before payments: so are they spent. */
	if (!err)
		err = ts_ledger_gift_load_live(b->ledger, load_gift, &any);
	if (!err)
		err = ts_ledger_payment_load_live(b->ledger, load_payment, b);
	if (!err)
		err = ts_sponsors_load(b);
	if (!err)
		err = ts_ledger_account_load_open(b->ledger, load_account, b);
	if (!err)
		err = ts_visits_load(b);
	forget_rows(b);
	TAILQ_FOREACH(a, &b->accounts, list)
		if (!err)
			err = load_rows(b, a);
	if (err && !b->error[0])
		ts_billing_fail(b, err, "%s", ts_ledger_error(b->ledger));
	return err;
}

/* A ledger from before knows none: its floor is taken for true now. */
static int load_floor_age(struct ts_billing *b, const struct ts_time *now)
{
	int err = ts_ledger_meta_get(b->ledger, "wall_floor_age_s", &b->floor_age_s);

	if (err == -ENOENT)
		b->floor_age_s = ts_age_s(b, now);
	else if (err)
		return ts_billing_fail(b, err, "%s", ts_ledger_error(b->ledger));
	return 0;
}

/**
 * ts_billing_load() - everything from the ledger, then adopt
 * @b: billing, with nothing in memory
 * @now: the time
 *
 * Return: 0 or negative errno with the error noted.
 */
int ts_billing_load(struct ts_billing *b, const struct ts_time *now)
{
	int err = load_tables(b);

	b->ticked = *now;
	if (!err)
		err = ts_revenue_begin(b, now);
	ts_liquidity_restart(b, now);
	if (!err)
		err = ts_age_load(b, now);
	if (!err)
		err = load_floor_age(b, now);
	if (!err)
		err = ts_tariff_sync(b, now);
	if (!err)
		err = ts_shares_sync(b, now);
	if (!err && !b->read_only[0])
		err = ts_billing_payouts_failed(b);
	ts_gifts_look(b, now);
	ts_sponsors_look(b, now);
	return err ? err : ts_billing_adopt(b, now);
}

/* Drop all that is in memory and came from the ledger. */
void ts_billing_forget(struct ts_billing *b)
{
	struct ts_billing_sponsorship *sp;
	struct ts_billing_visit *visit;
	struct ts_billing_account *a;
	struct ts_billing_session *s;
	struct ts_billing_channel *c;
	struct ts_billing_version *v;

	while ((a = TAILQ_FIRST(&b->accounts)))
		ts_account_free(b, a);
	while ((s = TAILQ_FIRST(&b->sessions)))
		ts_session_free(b, s);
	while ((sp = TAILQ_FIRST(&b->sponsorships)))
		ts_sponsorship_free(b, sp);
	while ((visit = TAILQ_FIRST(&b->visits)))
		ts_visit_free(b, visit);
	while ((c = TAILQ_FIRST(&b->channels))) {
		ts_life_release(b, c);
		b->n_refunds -= c->refunding;
		ts_evidence_drop(c);
		if (c->changed)
			TAILQ_REMOVE(&b->changed, c, change);
		ts_table_remove(&b->channel_by_identifier, &c->by_identifier);
		ts_table_remove(&b->channel_by_wallet, &c->by_wallet);
		TAILQ_REMOVE(&b->channels, c, list);
		free(c);
	}
	while ((v = TAILQ_FIRST(&b->versions))) {
		TAILQ_REMOVE(&b->versions, v, list);
		free(v);
	}
	if (b->step)
		b->step->n_reveals = 0;
}
