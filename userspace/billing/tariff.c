// SPDX-License-Identifier: GPL-2.0
/*
 * tariff.c - prices in credit units, their versions, and which one holds.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "billing/batch.h"
#include "billing/price.h"
#include "billing/sessions.h"
#include "billing/tariffs.h"

struct ts_billing_version *ts_tariff_by_row(struct ts_billing *b, int64_t row)
{
	struct ts_billing_version *v;

	TAILQ_FOREACH(v, &b->versions, list)
		if (v->row.row == row)
			return v;
	return NULL;
}

/* The latest that wall time can have been, as far as anything proves it. */
uint64_t ts_wall_floor(const struct ts_billing *b, const struct ts_time *now)
{
	return now->wall_s > b->floor_s ? now->wall_s : b->floor_s;
}

/** ts_wall_floor_raise() - what the clock says now it will have said, and at which age */
void ts_wall_floor_raise(struct ts_billing *b, const struct ts_time *now)
{
	b->floor_s = ts_wall_floor(b, now);
	if (now->wall_s)
		b->floor_age_s = ts_age_s(b, now);
}

/** ts_wall_floor_write() - into the open batch, and the age that goes on from there */
void ts_wall_floor_write(struct ts_billing *b, const struct ts_time *now)
{
	ts_batch_check(b, ts_ledger_meta_put(b->ledger, "wall_floor_s", b->floor_s));
	ts_batch_check(b, ts_ledger_meta_put(b->ledger, "wall_floor_age_s",
					     b->floor_age_s));
	ts_age_write(b, now);
}

/**
 * ts_tariff_current() - the version that holds now
 * @b: billing
 * @id: the operator's number
 * @token: what its prices are in: with another it is another tariff
 * @now: the time
 *
 * Of the versions that have begun, the last; while the clock is not
 * synchronised, those that had begun when it last was.  If none has begun the
 * first one holds: there has to be a price.
 *
 * Return: the version, or NULL: no such tariff.
 */
struct ts_billing_version *ts_tariff_current(struct ts_billing *b, uint32_t id,
					     const struct ts_address *token,
					     const struct ts_time *now)
{
	struct ts_billing_version *v, *found = NULL;

	TAILQ_FOREACH(v, &b->versions, list) {
		if (v->row.id != id || !ts_address_equal(&v->row.token, token))
			continue;
		if (!found || v->row.valid_from_s <= ts_wall_floor(b, now))
			found = v;
	}
	return found;
}

/* Of the configuration; it is in one of its tokens, and so is found in that one. */
struct ts_billing_version *ts_tariff_default(struct ts_billing *b)
{
	const struct ts_billing_config *c = &b->config;
	static const struct ts_time whenever;
	unsigned int i;

	for (i = 0; i + 1 < c->n_tariffs; i++)
		if (c->tariffs[i].id == c->default_tariff_id)
			break;
	return ts_tariff_current(b, c->default_tariff_id,
				 &c->tokens[c->tariffs[i].token].address,
				 &whenever);
}

/* Whether it can still be paid under: the operator may have withdrawn it. */
bool ts_tariff_is_offered(const struct ts_billing *b, uint32_t id,
			  const struct ts_address *token)
{
	const struct ts_billing_config *c = &b->config;
	unsigned int i;

	for (i = 0; i < c->n_tariffs; i++)
		if (c->tariffs[i].id == id)
			return ts_address_equal(token,
				&c->tokens[c->tariffs[i].token].address);
	return false;
}

/**
 * ts_tariff_to_pay() - what a payment, or a station that has not paid, comes under
 * @b: billing
 * @id: the tariff that is asked for
 * @token: what is paid in
 * @now: the time
 *
 * One in another token cannot be had: what is in one token is never spent at
 * prices in another.  Then it is the default tariff, or else the first there is
 * in @token.
 *
 * Return: the version, or NULL: this box takes no such token.
 */
struct ts_billing_version *ts_tariff_to_pay(struct ts_billing *b, uint32_t id,
					    const struct ts_address *token,
					    const struct ts_time *now)
{
	const struct ts_billing_config *c = &b->config;
	unsigned int i;

	if (!ts_tariff_is_offered(b, id, token))
		id = c->default_tariff_id;
	for (i = 0; i < c->n_tariffs && !ts_tariff_is_offered(b, id, token); i++)
		id = c->tariffs[i].id;
	return ts_tariff_is_offered(b, id, token) ?
	       ts_tariff_current(b, id, token, now) : NULL;
}

/* Whether no price of one is above the other's, per value and not per unit; both
 * are in one token. */
static bool is_cheaper(const struct ts_ledger_tariff *one,
		       const struct ts_ledger_tariff *other)
{
	int class, dir;
	ts_u128 x, y;

	for (class = 0; class < TS_CLASS_COUNT; class++) {
		for (dir = 0; dir < TS_DIR_COUNT; dir++) {
			if (ts_u128_parse(&x, one->wei_per_gb[class][dir]) ||
			    ts_u128_parse(&y, other->wei_per_gb[class][dir]) ||
			    x > y)
				return false;
		}
	}
	return true;
}

/* Unknown counts as not yet: the payer has the benefit of the doubt. */
static bool is_held(const struct ts_billing *b, const struct ts_ledger_payment *p,
		    const struct ts_time *now)
{
	uint64_t hold_s = b->config.tariff_hold_s;

	if (p->wall_s && now->wall_s)
		return now->wall_s < p->wall_s + hold_s;
	if (!strcmp(p->boot_id, b->config.boot_id))
		return now->boot_ns < p->boot_ns + hold_s * TS_NS_PER_S;
	return true;
}

/** ts_tariff_most() - the highest price that a payment's payer signed (M7); 0: any */
ts_u128 ts_tariff_most(const struct ts_ledger_payment *row)
{
	struct ts_memo memo;

	return ts_memo_parse(&memo, row->data, row->data_len) ? memo.most_wei_per_gb : 0;
}

/**
 * ts_tariff_is_dearer() - whether a direction of the internet is above a signed price
 *
 * By what the kernel charges, which is what payers are shown.
 */
bool ts_tariff_is_dearer(const struct ts_ledger_tariff *t, ts_u128 most_wei_per_gb)
{
	int dir;

	for (dir = 0; dir < TS_DIR_COUNT; dir++)
		if (ts_price_wei_per_gb(t->price[TS_CLASS_INTERNET][dir],
					t->unit_shift) > most_wei_per_gb)
			return true;
	return false;
}

/**
 * ts_tariff_of_payment() - at which tariff a payment is spent now (M7)
 *
 * At the one it was paid under for a stated time; a lower one at once.  Always in
 * the token that it was paid in.
 *
 * Return: NULL: that is dearer than its payer signed that it may be.
 */
struct ts_billing_version *ts_tariff_of_payment(struct ts_billing *b,
						const struct ts_billing_payment *p,
						const struct ts_time *now)
{
	struct ts_billing_version *current, *held = p->tariff;

	current = ts_tariff_current(b, p->tariff->row.id, &p->tariff->row.token,
				    now);
	if (current == p->tariff || is_cheaper(&current->row, &p->tariff->row) ||
	    !is_held(b, &p->row, now))
		held = current;
	return p->most_wei_per_gb && ts_tariff_is_dearer(&held->row, p->most_wei_per_gb) ?
	       NULL : held;
}

static bool is_used(const struct ts_billing *b, const struct ts_billing_version *v)
{
	const struct ts_billing_account *a;

	TAILQ_FOREACH(a, &b->accounts, list)
		if (a->tariff == v)
			return true;
	return false;
}

/* Versions of an earlier process too, so whatever in_kernel says. */
static void drop_unused(struct ts_billing *b)
{
	struct ts_billing_version *v;

	TAILQ_FOREACH(v, &b->versions, list) {
		if (is_used(b, v))
			continue;
		b->meter.tariff_del(b->meter.m, (uint32_t)v->row.row);
		v->in_kernel = false;
	}
}

/**
 * ts_tariff_to_kernel() - see that the kernel has a tariff
 * @b: billing
 * @v: the version
 *
 * The kernel has a place for some hundreds, the ledger keeps every version that
 * there ever was: those that no account is on make room.
 *
 * Return: 0 or negative errno of the meter.
 */
int ts_tariff_to_kernel(struct ts_billing *b, struct ts_billing_version *v)
{
	struct ts_tariff t = { .id = (uint32_t)v->row.row,
			       .version = v->row.version };
	int err;

	if (v->in_kernel)
		return 0;
	memcpy(t.price, v->row.price, sizeof(t.price));
	err = b->meter.tariff_set(b->meter.m, &t);
	if (err == -ENOSPC) {
		drop_unused(b);
		err = b->meter.tariff_set(b->meter.m, &t);
	}
	v->in_kernel = !err;
	return err;
}

static struct ts_billing_version *newest(struct ts_billing *b, uint32_t id)
{
	struct ts_billing_version *v;

	TAILQ_FOREACH_REVERSE(v, &b->versions, ts_billing_versions, list)
		if (v->row.id == id)
			return v;
	return NULL;
}

/* Whether a version has the prices and the token of what the config says. */
static bool is_said(const struct ts_billing_version *v,
		    const struct ts_ledger_tariff *t)
{
	return !memcmp(v->row.wei_per_gb, t->wei_per_gb, sizeof(t->wei_per_gb)) &&
	       ts_address_equal(&v->row.token, &t->token);
}

/*
 * The config has one entry for each tariff: what it announced before and does
 * not say any more is taken back, unless it holds.
 */
static bool take_back(struct ts_billing *b, const struct ts_ledger_tariff *t,
		      const struct ts_time *now)
{
	struct ts_billing_version *v;

	TAILQ_FOREACH(v, &b->versions, list) {
		if (v->row.id != t->id ||
		    v == ts_tariff_current(b, t->id, &v->row.token, now) ||
		    v->row.valid_from_s == TS_TARIFF_NEVER_S ||
		    v->row.valid_from_s <= ts_wall_floor(b, now) ||
		    (v == newest(b, t->id) && is_said(v, t) &&
		     v->row.valid_from_s == t->valid_from_s))
			continue;
		if (b->read_only[0] || !ts_batch(b))
			return false;
		v->row.valid_from_s = TS_TARIFF_NEVER_S;
		ts_batch_check(b, ts_ledger_tariff_take_back(b->ledger, &v->row));
		b->urgent = true;
	}
	return true;
}

static bool insert(struct ts_billing *b, const struct ts_ledger_tariff *t)
{
	const struct ts_billing_version *last = newest(b, t->id);
	struct ts_billing_version *v;

	if (b->read_only[0] || !ts_batch(b))
		return false;
	v = calloc(1, sizeof(*v));
	if (!v)
		return false;
	v->row = *t;
	v->row.version = last ? last->row.version + 1 : 1;
	ts_batch_check(b, ts_ledger_tariff_insert(b->ledger, &v->row));
	TAILQ_INSERT_TAIL(&b->versions, v, list);
	b->urgent = true;
	return true;
}

/* Whether it is what holds, or what was announced, already. */
static bool is_known(struct ts_billing *b, const struct ts_ledger_tariff *t,
		     const struct ts_time *now)
{
	const struct ts_billing_version *current, *last = newest(b, t->id);

	if (!last)
		return false;
	if (is_said(last, t) && last->row.valid_from_s == t->valid_from_s)
		return true;
	current = ts_tariff_current(b, t->id, &t->token, now);
	return current && is_said(current, t) &&
	       current->row.valid_from_s <= ts_wall_floor(b, now);
}

static int add_version(struct ts_billing *b, const struct ts_ledger_tariff *t,
		       const struct ts_time *now)
{
	if (take_back(b, t, now) && (is_known(b, t, now) || insert(b, t)))
		return 0;
	return ts_billing_fail(b, -EROFS,
		"tariff %u: its new prices cannot be stored: %s", t->id,
		b->read_only[0] ? b->read_only : ts_ledger_error(b->ledger));
}

/**
 * ts_tariff_sync() - number the config's tariffs
 * @b: billing, its config set and its versions loaded
 * @now: the time
 *
 * Return: 0 or negative errno with the error noted.
 */
int ts_tariff_sync(struct ts_billing *b, const struct ts_time *now)
{
	struct ts_ledger_tariff t;
	unsigned int i;
	int err;

	for (i = 0; i < b->config.n_tariffs; i++) {
		err = ts_tariff_scale(&b->config.tariffs[i], &t, b->error,
				      sizeof(b->error));
		t.token = b->config.tokens[b->config.tariffs[i].token].address;
		if (!err)
			err = add_version(b, &t, now);
		if (err)
			return err;
	}
	return 0;
}
