// SPDX-License-Identifier: GPL-2.0
/*
 * share.c - what was earned is split (M5).
 *
 * Nothing of it is in memory: the rows of the ledger are read when they are needed, and
 * say what holds, also when the config that was in force is gone.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "billing/batch.h"
#include "billing/revenues.h"
#include "billing/share.h"

/** struct rows - shares, as the ledger has them */
struct rows {
	struct ts_ledger_share *row;
	size_t count;
};

static int add_row(const struct ts_ledger_share *s, void *arg)
{
	struct rows *rows = arg;
	struct ts_ledger_share *more;

	more = realloc(rows->row, (rows->count + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	rows->row = more;
	more[rows->count++] = *s;
	return 0;
}

static int load(struct ts_billing *b, struct rows *rows)
{
	int ret = ts_ledger_share_load(b->ledger, add_row, rows);

	if (ret)
		ts_billing_fail(b, ret, "%s", ret == -ENOMEM ? "out of memory" :
				ts_ledger_error(b->ledger));
	return ret;
}

static struct ts_ledger_share *find(const struct rows *rows,
				    const struct ts_address *token,
				    const struct ts_address *holder)
{
	size_t i;

	for (i = 0; i < rows->count; i++)
		if (ts_address_equal(&rows->row[i].token, token) &&
		    ts_address_equal(&rows->row[i].holder, holder))
			return &rows->row[i];
	return NULL;
}

/* --- the config ------------------------------------------------------------ */

static const char *fault_of(const struct ts_billing_config *c, unsigned int i,
			    uint32_t *per_mille)
{
	const struct ts_billing_share *s = &c->shares[i];
	unsigned int j;

	if (!s->name[0])
		return "it has no name";
	/* Before they are added: a sum may wrap around. */
	if (s->per_mille && s->per_mille <= TS_SHARE_WHOLE)
		*per_mille += s->per_mille;
	else
		*per_mille = TS_SHARE_WHOLE + 1;
	if (*per_mille > TS_SHARE_WHOLE)
		return "its per_mille must be 1 or more, and those of all shares 1000 at most";
	if (ts_address_is_zero(&s->address) ||
	    ts_address_equal(&s->address, &c->our_address))
		return "its address must be another than zero and than the box's own, which keeps what nobody else has";
	for (j = 0; j < i; j++)
		if (ts_address_equal(&c->shares[j].address, &s->address) ||
		    !strcmp(c->shares[j].name, s->name))
			return "another share has the same name or address";
	return NULL;
}

/** ts_shares_check() - Return: 0, or -EINVAL with one line in @err */
int ts_shares_check(const struct ts_billing_config *c, char *err, size_t err_size)
{
	uint32_t per_mille = 0;
	const char *fault;
	unsigned int i;

	for (i = 0; i < c->n_shares; i++) {
		fault = fault_of(c, i, &per_mille);
		if (!fault)
			continue;
		snprintf(err, err_size, "share %u (%s): %s", i + 1, c->shares[i].name, fault);
		return -EINVAL;
	}
	return 0;
}

/* --- splitting ------------------------------------------------------------- */

/** struct income - of a token, since it is counted */
struct income {
	const struct ts_address *token;
	ts_u128 in_wei;
	ts_u128 cost_wei;
};

static int add_income(const struct ts_ledger_revenue *r, void *arg)
{
	struct income *income = arg;

	if (!ts_address_equal(&r->token, income->token))
		return 0;
	if (r->kind == TS_REVENUE_UPSTREAM)
		income->cost_wei += r->wei;
	else if (r->kind != TS_REVENUE_GIVEN)
		income->in_wei += r->wei;
	return 0;
}

/* What there is to be split, in all; all revenue is in the ledger or the batch. */
static ts_u128 income_wei(struct ts_billing *b, const struct ts_address *token)
{
	struct income income = { .token = token };

	ts_batch_check(b, ts_ledger_revenue_load(b->ledger, add_income, &income));
	return ts_u128_less(income.in_wei, income.cost_wei);
}

static void allot(struct ts_billing *b, struct ts_ledger_share *s, ts_u128 wei)
{
	struct ts_ledger_share_day d = {
		.token = s->token, .holder = s->holder, .day = b->day, .wei = wei,
	};

	s->allotted_wei += wei;
	ts_batch_check(b, ts_ledger_share_put(b->ledger, s));
	if (wei && !b->broken)
		ts_batch_check(b, ts_ledger_share_day_add(b->ledger, &d));
}

/* The rows of one token, the box's first. */
static void split_token(struct ts_billing *b, struct ts_ledger_share *row, size_t n)
{
	ts_u128 income = income_wei(b, &row->token), left_wei, part_wei, split_wei = 0;
	size_t i;

	for (i = 0; i < n; i++)
		split_wei += row[i].allotted_wei;
	left_wei = ts_u128_less(income, split_wei);
	income = left_wei;
	for (i = 1; income && i < n && !b->broken; i++) {
		if (!row[i].per_mille)
			continue;
		part_wei = ts_ledger_share_part(income, row[i].per_mille,
						&row[i].rest_mille);
		allot(b, &row[i], part_wei);
		left_wei -= part_wei;
	}
	if (income && !b->broken)
		allot(b, &row[0], left_wei);
}

static void split_all(struct ts_billing *b, struct rows *rows)
{
	size_t i, n;

	ts_revenue_write(b);
	for (i = 0; i < rows->count && !b->broken; i += n) {
		for (n = 1; i + n < rows->count; n++)
			if (!ts_address_equal(&rows->row[i].token,
					      &rows->row[i + n].token))
				break;
		split_token(b, &rows->row[i], n);
	}
}

/** ts_shares_split() - what was booked since the last time; its batch is open */
void ts_shares_split(struct ts_billing *b)
{
	struct rows rows = { };

	if (load(b, &rows))
		b->broken = true;
	else
		split_all(b, &rows);
	free(rows.row);
}

int ts_billing_shares_split(struct ts_billing *b, const struct ts_time *now)
{
	if (!ts_batch(b))
		return ts_billing_fail(b, -EROFS, "%s", b->read_only);
	ts_revenue_book_all(b, now);
	ts_shares_split(b);
	return b->broken ? ts_billing_fail(b, -EROFS, "%s", ts_ledger_error(b->ledger)) : 0;
}

/* --- other shares than before ---------------------------------------------- */

static const struct ts_billing_share *share_of(const struct ts_billing *b,
					       const struct ts_address *holder)
{
	unsigned int i;

	for (i = 0; i < b->config.n_shares; i++)
		if (ts_address_equal(&b->config.shares[i].address, holder))
			return &b->config.shares[i];
	return NULL;
}

static uint32_t own_per_mille(const struct ts_billing *b)
{
	uint32_t per_mille = TS_SHARE_WHOLE;
	unsigned int i;

	for (i = 0; i < b->config.n_shares; i++)
		per_mille -= b->config.shares[i].per_mille;
	return per_mille;
}

/* A row as the config has it; who is not in it any more is owed what it was. */
static struct ts_ledger_share wanted(const struct ts_billing *b,
				     const struct ts_ledger_share *row)
{
	const struct ts_billing_share *s = share_of(b, &row->holder);
	struct ts_ledger_share is = *row;

	is.per_mille = s ? s->per_mille : 0;
	if (ts_address_is_zero(&row->holder))
		is.per_mille = own_per_mille(b);
	if (!s)
		return is;
	is.cold = s->cold;
	memset(is.name, 0, sizeof(is.name));
	strcpy(is.name, s->name);
	return is;
}

static bool is_same(const struct ts_ledger_share *a, const struct ts_ledger_share *b)
{
	return a->per_mille == b->per_mille && a->cold == b->cold &&
	       !strcmp(a->name, b->name);
}

/* Nobody has a share, and nobody ever had. */
static bool is_of_no_use(const struct ts_billing *b, const struct rows *rows)
{
	return !b->config.n_shares && !rows->count;
}

static bool is_in_force(const struct ts_billing *b, const struct rows *rows)
{
	const struct ts_address *token;
	struct ts_ledger_share want;
	unsigned int i, j;
	size_t k;

	for (k = 0; k < rows->count; k++) {
		want = wanted(b, &rows->row[k]);
		if (!is_same(&want, &rows->row[k]))
			return false;
	}
	for (i = 0; i < b->config.n_tokens; i++) {
		token = &b->config.tokens[i].address;
		for (j = 0; j < b->config.n_shares; j++)
			if (!find(rows, token, &b->config.shares[j].address))
				return false;
	}
	return true;
}

/* What was earned before anybody had a share is the box's. */
static void begin_token(struct ts_billing *b, const struct rows *rows,
			const struct ts_address *token)
{
	struct ts_ledger_share row = { .token = *token };
	unsigned int i;

	if (!find(rows, token, &row.holder)) {
		row.per_mille = own_per_mille(b);
		allot(b, &row, income_wei(b, token));
	}
	for (i = 0; i < b->config.n_shares && !b->broken; i++) {
		row = (struct ts_ledger_share){ .token = *token };
		row.holder = b->config.shares[i].address;
		if (find(rows, token, &row.holder))
			continue;
		row = wanted(b, &row);
		ts_batch_check(b, ts_ledger_share_put(b->ledger, &row));
	}
}

static void put_in_force(struct ts_billing *b, struct rows *rows)
{
	struct ts_ledger_share want;
	unsigned int i;
	size_t k;

	split_all(b, rows);
	for (k = 0; k < rows->count && !b->broken; k++) {
		want = wanted(b, &rows->row[k]);
		ts_batch_check(b, ts_ledger_share_put(b->ledger, &want));
	}
	for (i = 0; i < b->config.n_tokens && !b->broken; i++)
		begin_token(b, rows, &b->config.tokens[i].address);
}

/**
 * ts_shares_sync() - the shares of the config are in force from now on
 * @b: billing, its config set
 * @now: the time
 *
 * What was earned until now is split by those before.  Return: 0 or negative errno.
 */
int ts_shares_sync(struct ts_billing *b, const struct ts_time *now)
{
	struct rows rows = { };
	int ret = load(b, &rows);

	if (!ret && !is_of_no_use(b, &rows) && !is_in_force(b, &rows) && ts_batch(b)) {
		ts_revenue_book_all(b, now);
		put_in_force(b, &rows);
		b->urgent = true;
		if (b->broken)
			ret = ts_billing_fail(b, -EROFS, "the shares cannot be stored: %s",
					      ts_ledger_error(b->ledger));
	}
	free(rows.row);
	return ret;
}

/* --- the view -------------------------------------------------------------- */

static int said(struct ts_billing *b, int ret)
{
	if (ret < 0)
		ts_billing_fail(b, ret, "%s", ret == -ENOMEM ? "out of memory" :
				ts_ledger_error(b->ledger));
	return ret;
}

int ts_billing_share_each(struct ts_billing *b,
			  int (*cb)(const struct ts_ledger_share *s, void *arg),
			  void *arg)
{
	return said(b, ts_ledger_share_load(b->ledger, cb, arg));
}

int ts_billing_share_day_each(struct ts_billing *b,
			      int (*cb)(const struct ts_ledger_share_day *d, void *arg),
			      void *arg)
{
	return said(b, ts_ledger_share_day_load(b->ledger, cb, arg));
}

int ts_billing_payout_each(struct ts_billing *b,
			   int (*cb)(const struct ts_ledger_payout *p, void *arg),
			   void *arg)
{
	return said(b, ts_ledger_payout_load(b->ledger, cb, arg));
}
