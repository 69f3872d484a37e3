// SPDX-License-Identifier: GPL-2.0
/* account.c - the life of an account in the kernel: made, and served by slices. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "billing/accounts.h"
#include "billing/batch.h"
#include "billing/sessions.h"
#include "billing/sponsors.h"
#include "billing/tariffs.h"


/**
 * struct choice - of the tariff that is spent at next
 * @first: of the first that buys more than a rest
 * @rest: else, of the first that buys anything
 */
struct choice {
	struct ts_billing_version *first;
	struct ts_billing_version *rest;
};

/* So much could be spent at @v; NULL: at no tariff. */
static void consider(struct choice *c, struct ts_billing_version *v, ts_u128 wei)
{
	uint64_t units = v ? ts_units_of_wei(wei, v->row.unit_shift) : 0;

	if (!units)
		return;
	if (!c->first && units > (uint64_t)TS_REST_BYTES * ts_tariff_dearest(&v->row))
		c->first = v;
	if (!c->rest)
		c->rest = v;
}

/*
 * The tariff of what is to be spent next: of the first payment that buys more
 * than a rest, or else of the first that buys anything.  What is lent comes after
 * what is the session's own.
 */
static struct ts_billing_version *next_tariff(struct ts_billing *b,
					      struct ts_billing_session *s,
					      bool rests, const struct ts_time *now)
{
	struct ts_billing_payment *p;
	struct choice c = { };
	struct ts_loan loan;

	TAILQ_FOREACH(p, &s->payments, list)
		if (!c.first && ts_payment_spendable(b, p))
			consider(&c, ts_tariff_of_payment(b, p, now),
				 ts_payment_available_wei(p));
	if (c.first)
		return c.first;
	ts_for_each_loan(&loan, b, s) {
		consider(&c, ts_loan_tariff(b, &loan, now), loan.wei);
		if (c.first)
			return c.first;
	}
	return rests ? c.rest : NULL;
}

static void fill_key(struct ts_account *k, const struct ts_billing_session *s)
{
	memcpy(k->keys[0].mac, s->row.mac, sizeof(s->row.mac));
	k->keys[0].vlan = s->row.vlan;
	k->keys[0].zone = s->row.zone;
	k->n_keys = 1;
}

static uint64_t target_units(const struct ts_billing *b,
			     const struct ts_billing_account *a)
{
	const struct ts_billing_token *token =
		ts_billing_token(&b->config, &a->tariff->row.token);
	uint64_t cap, target = 2 * a->slice_units;

	if (!token || !token->slice_cap_wei)
		return target;
	cap = ts_units_of_wei(token->slice_cap_wei, a->row.unit_shift);
	if (!cap)
		cap = 1;
	return target < cap ? target : cap;
}

/* What the kernel calls it, as bytes without padding. */
struct number {
	uint32_t id, epoch;
};

/* Into the lists and tables; its row is filled in. */
void ts_account_add(struct ts_billing *b, struct ts_billing_account *a)
{
	struct number number = { a->row.account_id, a->row.epoch };

	TAILQ_INSERT_TAIL(&b->accounts, a, list);
	ts_table_add(&b->account_by_number, &a->by_number, &number,
		     sizeof(number));
	ts_account_work(b, a);
}

/* The next flush has a look at it. */
void ts_account_work(struct ts_billing *b, struct ts_billing_account *a)
{
	if (a->working)
		return;
	a->working = true;
	TAILQ_INSERT_TAIL(&b->work, a, work);
}

/* The account of this boot that the kernel calls so. */
struct ts_billing_account *ts_account_find(struct ts_billing *b, uint32_t id,
					   uint32_t epoch)
{
	struct number number = { id, epoch };
	struct ts_billing_account *a;
	struct ts_table_node *n;

	for (n = ts_table_first(&b->account_by_number, &number, sizeof(number));
	     n; n = ts_table_next(n)) {
		a = ts_table_entry(n, struct ts_billing_account, by_number);
		if (a->row.account_id == id && a->row.epoch == epoch &&
		    !strcmp(a->row.boot_id, b->config.boot_id))
			return a;
	}
	return NULL;
}

static struct ts_billing_account *account_alloc(struct ts_billing *b,
						struct ts_billing_session *s,
						struct ts_billing_version *v)
{
	struct ts_billing_account *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	TAILQ_INIT(&a->reservations);
	a->session = s;
	a->tariff = v;
	a->row.session = s->row.id;
	a->row.tariff = v->row.row;
	a->row.unit_shift = v->row.unit_shift;
	memcpy(a->row.boot_id, b->config.boot_id, TS_BOOT_ID_SIZE);
	return a;
}

/* After serving: is there nothing left that could be granted? */
bool ts_account_is_empty(struct ts_billing *b, const struct ts_billing_account *a)
{
	return a->row.state == TS_ACCOUNT_OPEN &&
	       a->reserved_units - a->returned_units + a->revoked_units <=
	       a->granted_units && ts_session_is_spent(b, a->session, a->tariff);
}

/*
 * The kernel has no place for another account: the oldest one that has but a rest
 * to spend goes.  Its session rests, for what the end gives back would take the
 * place again.
 */
static void retire_one(struct ts_billing *b)
{
	struct ts_billing_account *a;
	uint64_t rest;

	TAILQ_FOREACH(a, &b->accounts, list) {
		rest = (uint64_t)TS_REST_BYTES * ts_tariff_dearest(&a->tariff->row);
		if (!a->in_kernel || a->trusted || !ts_account_is_empty(b, a) ||
		    ts_account_unspent(a) >= rest)
			continue;
		a->session->resting = true;
		ts_account_end(b, a);
		return;
	}
}

/*
 * Make an account: in the kernel with nothing granted, which harms nobody if the
 * commit never comes, and in the batch.
 */
static struct ts_billing_account *make(struct ts_billing *b,
				       struct ts_billing_session *s,
				       const struct ts_time *now)
{
	enum ts_access access = ts_session_access(b, s);
	struct ts_account k = { .kind = TS_KIND_CLIENT };
	struct ts_billing_version *v = NULL;
	struct ts_billing_account *a;
	int err;

	if (access == TS_ACCESS_TRUSTED)
		v = ts_tariff_default(b);
	else if (access == TS_ACCESS_NORMAL)
		v = next_tariff(b, s, true, now);
	if (!v || !s->row.has_station || b->read_only[0] || !ts_batch(b))
		return NULL;
	/* An account names its session's row: it is on the disk, and no stranger's. */
	ts_session_paid(b, s);
	if (!s->row.id && !ts_session_write(b, s))
		return NULL;
	a = account_alloc(b, s, v);
	if (!a)
		return NULL;
	ts_account_size_slice(b, a);
	a->trusted = access == TS_ACCESS_TRUSTED;
	fill_key(&k, s);
	k.tariff_id = (uint32_t)v->row.row;
	k.flags = a->trusted ? TS_ACCOUNT_F_TRUSTED : 0;
	k.low_units = a->trusted ? 0 : target_units(b, a) / 2;
	err = ts_tariff_to_kernel(b, v);
	if (!err)
		err = b->meter.account_set(b->meter.m, &k);
	if (err) {
		ts_billing_say(b, LOG_ERR, "session %s: the meter gives it no account: %s",
			       s->row.code, b->meter.error(b->meter.m));
		free(a);
		if (err == -ENOSPC)
			retire_one(b);
		return NULL;
	}
	a->in_kernel = a->followed = a->counted = true;
	a->made_ns = now->boot_ns;
	a->low_units = k.low_units;
	a->row.account_id = k.id;
	a->row.epoch = k.epoch;
	a->granted_units = k.granted_units;
	a->sampled_ns = now->boot_ns;
	ts_batch_check(b, ts_ledger_account_insert(b->ledger, &a->row));
	s->account = a;
	ts_account_add(b, a);
	ts_session_dirty(b, s);
	return a;
}

/* Units that may be granted at once: reserved, and not granted or revoked. */
static uint64_t headroom_units(const struct ts_billing_account *a,
			       uint64_t reserved_units)
{
	uint64_t limit = reserved_units + a->revoked_units;

	if (limit > a->reserved_units)
		limit = a->reserved_units;
	return limit > a->granted_units ? limit - a->granted_units : 0;
}

/*
 * Reserve for what is to be granted and some slices more.  When there is nothing
 * to reserve, the turn of the next tariff may have come.
 */
static void reserve_more(struct ts_billing *b, struct ts_billing_account *a,
			 uint64_t need, const struct ts_time *now)
{
	uint64_t rest = (uint64_t)TS_REST_BYTES *
			ts_tariff_dearest(&a->tariff->row);
	struct ts_billing_version *next;
	uint64_t more, got;

	if (__builtin_mul_overflow(a->slice_units,
				   (uint64_t)b->config.reservation_slices, &more))
		more = TS_EPOCH_UNITS_MAX;
	got = ts_reserve(b, a, need > more ? need : more, now);
	if (got) {
		if (a->dry || !ts_account_unspent(a))
			b->urgent = true;
		/* Whoever bears a loss when it comes: it is one reservation. */
		ts_account_book(b, a, now);
		return;
	}
	/* Not only when dry: that event may have come while tsd was dead. */
	if (!a->dry && ts_account_unspent(a) >= rest)
		return;
	/*
	 * Nothing at this tariff, or the epoch is full: begin another.  Not when
	 * the wallet's cap is used up, for another one would have no more.
	 */
	next = next_tariff(b, a->session, false, now);
	if (next && (next != a->tariff ||
		     a->reserved_units >= TS_EPOCH_UNITS_MAX) &&
	    !headroom_units(a, a->reserved_units - a->returned_units))
		ts_account_end(b, a);
}

/* What the operator says of the station is not what it was when the account began. */
static bool is_out_of_favour(const struct ts_billing *b, const struct ts_billing_account *a)
{
	return ts_session_access(b, a->session) !=
	       (a->trusted ? TS_ACCESS_TRUSTED : TS_ACCESS_NORMAL);
}

/**
 * ts_account_serve() - see that a session's station has what it may have
 * @b: billing
 * @s: the session; its account is made if there is value and none yet
 * @now: the time
 *
 * Only decides and reserves; ts_account_grant() follows with the flush.
 */
void ts_account_serve(struct ts_billing *b, struct ts_billing_session *s,
		      const struct ts_time *now)
{
	struct ts_billing_account *a = s->account;
	uint64_t target, unspent, headroom;

	if (s->closing || s->resting || s->away || b->broken || b->meter_lost)
		return;
	/* What is its wallet's on the way elsewhere has to come back first. */
	if (!a && s->attach)
		return;
	if (!a)
		a = make(b, s, now);
	if (!a || a->row.state != TS_ACCOUNT_OPEN)
		return;
	if (is_out_of_favour(b, a)) {
		ts_account_end(b, a);
		return;
	}
	if (a->trusted)
		return;
	ts_account_work(b, a);
	a->idle = false;
	target = target_units(b, a);
	unspent = ts_account_unspent(a);
	if (unspent >= target - target / 2 && !a->dry)
		return;
	headroom = headroom_units(a, a->reserved_units - a->returned_units);
	if (unspent < target && headroom < target - unspent && !b->read_only[0])
		reserve_more(b, a, target - unspent - headroom, now);
}

/* Tell the kernel the low-water mark when it has changed by a quarter. */
static void set_low(struct ts_billing *b, struct ts_billing_account *a,
		    uint64_t low_units)
{
	struct ts_account k = {
		.id = a->row.account_id, .epoch = a->row.epoch,
		.kind = TS_KIND_CLIENT, .tariff_id = (uint32_t)a->row.tariff,
		.low_units = low_units,
	};
	uint64_t quarter = a->low_units / 4;

	if (low_units >= a->low_units - quarter &&
	    low_units <= a->low_units + quarter)
		return;
	fill_key(&k, a->session);
	if (!b->meter.account_set(b->meter.m, &k))
		a->low_units = low_units;
}

/**
 * ts_account_grant() - raise what the kernel lets pass, up to what is committed
 * @b: billing
 * @a: the account
 *
 * Does no harm at any time: it never grants what is not reserved on the disk.
 */
void ts_account_grant(struct ts_billing *b, struct ts_billing_account *a)
{
	uint64_t target = target_units(b, a), unspent = ts_account_unspent(a);
	uint64_t reserved = a->reserved_units - a->returned_units, headroom;
	int err;

	if (a->row.state != TS_ACCOUNT_OPEN || a->step != TS_STEP_SERVE ||
	    !a->in_kernel || a->idle)
		return;
	if (unspent >= target || (unspent >= target - target / 2 && !a->dry))
		return;
	if (a->committed_units < reserved)
		reserved = a->committed_units;
	headroom = headroom_units(a, reserved);
	if (!headroom)
		return;
	if (headroom > target - unspent)
		headroom = target - unspent;
	headroom = ts_upstream_bound(b, a, headroom);
	if (!headroom)
		return;
	set_low(b, a, target / 2);
	ts_upstream_granted(b, a, headroom);
	err = b->meter.grant(b->meter.m, a->row.account_id, a->row.epoch,
			     a->granted_units + headroom);
	if (err) {
		/* It may have been taken, and only the answer be lost. */
		a->followed = false;
		ts_billing_say(b, LOG_ERR, "account %u: the meter refuses a grant: %s",
			       a->row.account_id, b->meter.error(b->meter.m));
		return;
	}
	a->granted_units += headroom;
	a->dry = false;
	ts_session_changed(b, a->session);
	b->counters.grants++;
}

/**
 * ts_account_give_back() - a station is idle or gone: its slice to the pool
 * @b: billing
 * @a: its account, open
 * @now: the time
 *
 * The account stays, so that the next frame raises EXHAUSTED and is served.
 */
void ts_account_give_back(struct ts_billing *b, struct ts_billing_account *a,
			  const struct ts_time *now)
{
	uint64_t taken = 0;
	int err;

	if (!a->in_kernel || b->read_only[0] || !ts_batch(b))
		return;
	err = b->meter.revoke(b->meter.m, a->row.account_id, a->row.epoch,
			      UINT64_MAX, &taken);
	if (!err)
		err = ts_account_read(b, a);
	if (err) {
		ts_billing_say(b, LOG_WARNING, "account %u: its slice cannot be taken back: %s",
			       a->row.account_id, b->meter.error(b->meter.m));
		return;
	}
	a->idle = true;
	a->rate_units = 0;
	a->sampled_units = ts_account_passed(a);
	ts_reserve_return(b, a, ts_account_passed(a));
	ts_account_book(b, a, now);
	ts_session_changed(b, a->session);
}
