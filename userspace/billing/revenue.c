// SPDX-License-Identifier: GPL-2.0
/*
 * revenue.c - what was charged, by days (M5, M12).
 *
 * It is gathered in memory and written with the batch that has what it follows from.  All
 * that is booked belongs to the day of the last tick: at midnight, and when the clock
 * becomes or ceases to be trusted, what passed until then is booked before the day changes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "billing/accounts.h"
#include "billing/batch.h"
#include "billing/revenues.h"
#include "billing/tariffs.h"

#define S_PER_DAY	86400

static uint64_t day_of(const struct ts_billing *b, const struct ts_time *now)
{
	return now->wall_s ? ts_wall_floor(b, now) / S_PER_DAY : 0;
}

/* Of tokens that are not taken any more nothing comes. */
static ts_u128 *earned(struct ts_billing *b, const struct ts_address *token,
		       enum ts_revenue kind)
{
	const struct ts_billing_token *t = ts_billing_token(&b->config, token);

	return t ? &b->earned_wei[t - b->config.tokens][kind] : NULL;
}

static int add_earned(const struct ts_ledger_revenue *r, void *arg)
{
	ts_u128 *wei = earned(arg, &r->token, r->kind);

	if (wei)
		*wei += r->wei;
	return 0;
}

/**
 * ts_revenue_begin() - nothing was booked yet by this process
 * @b: billing
 * @now: the time
 *
 * Return: 0 or negative errno with the error noted.
 */
int ts_revenue_begin(struct ts_billing *b, const struct ts_time *now)
{
	int err;

	b->day = day_of(b, now);
	b->n_revenues = 0;
	memset(b->earned_wei, 0, sizeof(b->earned_wei));
	err = ts_ledger_revenue_load(b->ledger, add_earned, b);
	return err ? ts_billing_fail(b, err, "%s", ts_ledger_error(b->ledger)) : 0;
}

/** ts_revenue_write() - what was gathered, into the open batch */
void ts_revenue_write(struct ts_billing *b)
{
	unsigned int i;

	for (i = 0; i < b->n_revenues && !b->broken; i++)
		ts_batch_check(b, ts_ledger_revenue_add(b->ledger, &b->revenues[i]));
	b->n_revenues = 0;
}

/**
 * ts_revenue_add() - so much more was charged; its batch is open
 * @b: billing
 * @token: in which
 * @kind: what for
 * @wei: how much
 */
void ts_revenue_add(struct ts_billing *b, const struct ts_address *token,
		    enum ts_revenue kind, ts_u128 wei)
{
	struct ts_ledger_revenue *r = b->revenues;

	if (!wei)
		return;
	if (earned(b, token, kind))
		*earned(b, token, kind) += wei;
	for (; r < b->revenues + b->n_revenues; r++) {
		if (r->kind != kind || r->day != b->day ||
		    !ts_address_equal(&r->token, token))
			continue;
		r->wei += wei;
		return;
	}
	if (b->n_revenues == TS_REVENUES_MAX)
		ts_revenue_write(b);
	b->revenues[b->n_revenues++] = (struct ts_ledger_revenue){
		.token = *token, .day = b->day, .kind = kind, .wei = wei,
	};
}

/* Of so many units that an account consumed, those of gifts: first in, first out. */
static uint64_t given_units(const struct ts_billing_account *a, uint64_t units)
{
	const struct ts_billing_reservation *r;
	uint64_t given = 0, take;

	TAILQ_FOREACH(r, &a->reservations, list) {
		take = r->row.units - r->row.returned_units;
		if (take > units)
			take = units;
		units -= take;
		if (!r->payment->channel)
			given += take;
	}
	return given;
}

/**
 * struct consumed - what an account has, in value
 * @access_wei: of what was paid
 * @given_wei: of what the operator gave
 */
struct consumed {
	ts_u128 access_wei;
	ts_u128 given_wei;
};

/* Both only grow with @units, for what is consumed stays in its reservations. */
static struct consumed consumed_of(const struct ts_billing_account *a, uint64_t units)
{
	uint64_t given = given_units(a, units);

	return (struct consumed){
		.access_wei = ts_wei_of_units(units - given, a->row.unit_shift),
		.given_wei = ts_wei_of_units(given, a->row.unit_shift),
	};
}

/** ts_revenue_units() - an account has come from so many units to so many */
void ts_revenue_units(struct ts_billing *b, const struct ts_billing_account *a,
		      uint64_t from_units, uint64_t to_units)
{
	struct consumed from = consumed_of(a, from_units), to = consumed_of(a, to_units);

	ts_revenue_add(b, &a->tariff->row.token, TS_REVENUE_ACCESS,
		       ts_u128_less(to.access_wei, from.access_wei));
	ts_revenue_add(b, &a->tariff->row.token, TS_REVENUE_GIVEN,
		       ts_u128_less(to.given_wei, from.given_wei));
}

/** ts_revenue_book_all() - all that passed until now, into the open batch */
void ts_revenue_book_all(struct ts_billing *b, const struct ts_time *now)
{
	struct ts_billing_account *a;

	TAILQ_FOREACH(a, &b->accounts, list) {
		if (a->row.state != TS_ACCOUNT_OPEN || !a->in_kernel)
			continue;
		if (!b->meter_lost)
			ts_account_read(b, a);
		ts_account_book(b, a, now);
	}
}

/** ts_revenue_tick() - the day may have changed */
void ts_revenue_tick(struct ts_billing *b, const struct ts_time *now)
{
	uint64_t day = day_of(b, now);

	if (day == b->day || b->read_only[0] || !ts_batch(b))
		return;
	ts_revenue_book_all(b, now);
	ts_shares_split(b);
	b->day = day;
}

uint64_t ts_billing_day(const struct ts_billing *b)
{
	return b->day;
}

/* --- the view -------------------------------------------------------------- */

/** struct listing - rows being gathered */
struct listing {
	struct ts_ledger_revenue *row;
	size_t count;
};

/* As it stands. */
static int gather_row(const struct ts_ledger_revenue *r, void *arg)
{
	struct listing *l = arg;
	struct ts_ledger_revenue *row;

	row = realloc(l->row, (l->count + 1) * sizeof(*row));
	if (!row)
		return -ENOMEM;
	l->row = row;
	row[l->count++] = *r;
	return 0;
}

/* Together with what is there of that kind and day. */
static int gather(const struct ts_ledger_revenue *r, struct listing *l)
{
	struct ts_ledger_revenue *row;

	for (row = l->row; row < l->row + l->count; row++) {
		if (row->day != r->day || row->kind != r->kind ||
		    !ts_address_equal(&row->token, &r->token))
			continue;
		row->wei += r->wei;
		return 0;
	}
	return gather_row(r, l);
}

/* What passed and is booked within the hour. */
static struct consumed unbooked(const struct ts_billing_account *a)
{
	uint64_t passed = a->row.state == TS_ACCOUNT_CLOSED ? 0 : ts_account_passed(a);
	struct consumed from, to;

	if (passed <= a->booked_units)
		return (struct consumed){ };
	from = consumed_of(a, a->booked_units);
	to = consumed_of(a, passed);
	return (struct consumed){
		.access_wei = ts_u128_less(to.access_wei, from.access_wei),
		.given_wei = ts_u128_less(to.given_wei, from.given_wei),
	};
}

static int gather_account(const struct ts_billing *b, const struct ts_billing_account *a,
			  struct listing *l)
{
	struct ts_ledger_revenue r = { .token = a->tariff->row.token, .day = b->day };
	struct consumed more = unbooked(a);
	int ret = 0;

	r.kind = TS_REVENUE_ACCESS;
	r.wei = more.access_wei;
	if (r.wei)
		ret = gather(&r, l);
	r.kind = TS_REVENUE_GIVEN;
	r.wei = more.given_wei;
	return ret || !r.wei ? ret : gather(&r, l);
}

static int gather_open(struct ts_billing *b, struct listing *l)
{
	struct ts_billing_account *a;
	int ret = 0;

	TAILQ_FOREACH(a, &b->accounts, list) {
		ret = gather_account(b, a, l);
		if (ret)
			break;
	}
	return ret;
}

static int in_order(const void *one, const void *other)
{
	const struct ts_ledger_revenue *a = one, *b = other;
	int diff = memcmp(&a->token, &b->token, sizeof(a->token));

	if (!diff && a->day != b->day)
		diff = a->day < b->day ? -1 : 1;
	return diff ? diff : (int)a->kind - (int)b->kind;
}

int ts_billing_revenue_each(struct ts_billing *b,
			    int (*cb)(const struct ts_ledger_revenue *r, void *arg),
			    void *arg)
{
	struct listing l = { };
	unsigned int i;
	size_t j;
	int ret;

	ret = ts_ledger_revenue_load(b->ledger, gather_row, &l);
	for (i = 0; i < b->n_revenues && !ret; i++)
		ret = gather(&b->revenues[i], &l);
	if (!ret)
		ret = gather_open(b, &l);
	if (ret)
		ts_billing_fail(b, ret, "%s", ret == -ENOMEM ? "out of memory" :
				ts_ledger_error(b->ledger));
	if (!ret && l.count)
		qsort(l.row, l.count, sizeof(*l.row), in_order);
	for (j = 0; j < l.count && !ret; j++)
		ret = cb(&l.row[j], arg);
	free(l.row);
	return ret;
}

/**
 * ts_revenue_totals() - what was charged since there is a ledger, up to now
 * @b: billing
 * @wei: set, by token of the config and enum ts_revenue
 *
 * The sums of ts_billing_revenue_each(), without reading the disk.
 */
void ts_revenue_totals(const struct ts_billing *b,
		       ts_u128 wei[TS_TOKENS_MAX][TS_REVENUE_COUNT])
{
	const struct ts_billing_account *a;
	const struct ts_billing_token *t;
	struct consumed more;

	memcpy(wei, b->earned_wei, sizeof(b->earned_wei));
	TAILQ_FOREACH(a, &b->accounts, list) {
		t = ts_billing_token(&b->config, &a->tariff->row.token);
		if (!t)
			continue;
		more = unbooked(a);
		wei[t - b->config.tokens][TS_REVENUE_ACCESS] += more.access_wei;
		wei[t - b->config.tokens][TS_REVENUE_GIVEN] += more.given_wei;
	}
}
