// SPDX-License-Identifier: GPL-2.0
/*
 * check_share.c - whether what shares were allotted is what was earned and no more, and
 * what they were paid is what they were allotted and no more (M5).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "ledger/db.h"
#include "ledger/revenue.h"
#include "ledger/share.h"

/**
 * struct of_share - a row, and what others say of it
 * @row: the row
 * @days_wei: allotted by its days
 * @paid_wei: paid by payouts
 */
struct of_share {
	struct ts_ledger_share row;
	ts_u128 days_wei;
	ts_u128 paid_wei;
};

/** struct shares - all of them */
struct shares {
	struct ts_ledger *l;
	struct of_share *of;
	size_t count;
	void (*fault)(const char *text, void *arg);
	void *arg;
};

static void fault(const struct shares *s, const struct ts_address *token,
		  const char *wrong)
{
	char address[TS_ADDRESS_TEXT_SIZE], text[160];

	snprintf(text, sizeof(text), "shares in %s: %s",
		 ts_address_print(token, address), wrong);
	s->fault(text, s->arg);
}

static int add_share(const struct ts_ledger_share *row, void *arg)
{
	struct shares *s = arg;
	struct of_share *more;

	more = realloc(s->of, (s->count + 1) * sizeof(*more));
	if (!more)
		return ts_db_fail(s->l, -ENOMEM, "out of memory");
	s->of = more;
	more[s->count++] = (struct of_share){ .row = *row };
	return 0;
}

/* The tables see to it that there is one. */
static struct of_share *find(struct shares *s, const struct ts_address *token,
			     const struct ts_address *holder)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (ts_address_equal(&s->of[i].row.token, token) &&
		    ts_address_equal(&s->of[i].row.holder, holder))
			return &s->of[i];
	return NULL;
}

static int add_day(const struct ts_ledger_share_day *d, void *arg)
{
	struct of_share *of = find(arg, &d->token, &d->holder);

	if (of)
		of->days_wei += d->wei;
	return 0;
}

static int add_payout(const struct ts_ledger_payout *p, void *arg)
{
	struct of_share *of = find(arg, &p->token, &p->holder);

	if (of)
		of->paid_wei += p->wei - p->lost_wei;
	return 0;
}

/** struct income - of one token */
struct income {
	const struct ts_address *token;
	ts_u128 wei;
};

static int add_income(const struct ts_ledger_revenue *r, void *arg)
{
	struct income *income = arg;

	if (r->kind < TS_REVENUE_UPSTREAM && ts_address_equal(&r->token, income->token))
		income->wei += r->wei;
	return 0;
}

/* All rows of one token, from @first on; Return: negative errno, or where the next are. */
static int check_token(const struct shares *s, size_t first)
{
	struct income income = { .token = &s->of[first].row.token };
	uint32_t per_mille = 0;
	ts_u128 split_wei = 0;
	size_t i;
	int ret;

	for (i = first; i < s->count &&
	     ts_address_equal(&s->of[i].row.token, income.token); i++) {
		per_mille += s->of[i].row.per_mille;
		split_wei += s->of[i].row.allotted_wei;
	}
	ret = ts_ledger_revenue_load(s->l, add_income, &income);
	if (ret)
		return ret;
	if (!ts_address_is_zero(&s->of[first].row.holder))
		fault(s, income.token, "the box has none");
	if (per_mille != TS_SHARE_WHOLE)
		fault(s, income.token, "their parts are not 1000 in all");
	/* What the way up costs may have come later. */
	if (split_wei > income.wei)
		fault(s, income.token, "more was allotted than was earned");
	return (int)i;
}

/**
 * ts_check_shares() - compare shares with what they follow from
 * @l: the ledger
 * @fault_cb: called for each thing that is wrong
 * @arg: for @fault_cb
 *
 * Return: 0, or negative errno: it cannot be read.
 */
int ts_check_shares(struct ts_ledger *l, void (*fault_cb)(const char *text, void *arg),
		    void *arg)
{
	struct shares s = { .l = l, .fault = fault_cb, .arg = arg };
	size_t i;
	int ret;

	ret = ts_ledger_share_load(l, add_share, &s);
	if (!ret)
		ret = ts_ledger_share_day_load(l, add_day, &s);
	if (!ret)
		ret = ts_ledger_payout_load(l, add_payout, &s);
	for (i = 0; i < s.count && !ret; i++) {
		if (s.of[i].days_wei != s.of[i].row.allotted_wei)
			fault(&s, &s.of[i].row.token,
			      "what was allotted and its days differ");
		if (s.of[i].paid_wei != s.of[i].row.paid_wei)
			fault(&s, &s.of[i].row.token,
			      "what was paid and the payouts differ");
	}
	for (i = 0; i < s.count && ret >= 0; i = (size_t)ret)
		ret = check_token(&s, i);
	free(s.of);
	return ret < 0 ? ret : 0;
}
