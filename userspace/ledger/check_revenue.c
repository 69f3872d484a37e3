// SPDX-License-Identifier: GPL-2.0
/*
 * check_revenue.c - whether the revenues of all days are what was charged, to the unit, by
 * the rows of accounts, neighbours and channels (M5).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/db.h"
#include "ledger/relay.h"
#include "ledger/revenue.h"

/**
 * struct of_token - what was charged in one
 * @token: which
 * @revenue_wei: by the days
 * @access_wei: by accounts, of what was paid
 * @given_wei: by accounts, of what the operator gave
 * @sold_wei: by neighbours
 * @bought_wei: likewise
 * @passed_on_wei: by channels: of that a part is fees
 */
struct of_token {
	struct ts_address token;
	ts_u128 revenue_wei[TS_REVENUE_COUNT];
	ts_u128 access_wei;
	ts_u128 given_wei;
	ts_u128 sold_wei;
	ts_u128 bought_wei;
	ts_u128 passed_on_wei;
};

/** struct tokens - all of them */
struct tokens {
	struct ts_ledger *l;
	struct of_token *of;
	size_t count;
};

/* One that is not there is made; NULL: no memory. */
static struct of_token *of_token(struct tokens *t, const struct ts_address *token)
{
	struct of_token *more;
	size_t i;

	for (i = 0; i < t->count; i++)
		if (ts_address_equal(&t->of[i].token, token))
			return &t->of[i];
	more = realloc(t->of, (t->count + 1) * sizeof(*more));
	if (!more) {
		ts_db_fail(t->l, -ENOMEM, "out of memory");
		return NULL;
	}
	t->of = more;
	more += t->count++;
	*more = (struct of_token){ .token = *token };
	return more;
}

static int add_channel(const struct ts_ledger_channel *row, void *arg)
{
	struct of_token *of = of_token(arg, &row->channel.token);

	if (!of)
		return -ENOMEM;
	/* Else it is a fault of that row. */
	if (row->relay_in_wei <= row->relayed_wei)
		of->passed_on_wei += row->relayed_wei - row->relay_in_wei;
	return 0;
}

static int add_relay(const struct ts_ledger_relay *r, void *arg)
{
	struct of_token *of = of_token(arg, &r->token);

	if (!of)
		return -ENOMEM;
	of->sold_wei += r->sold_wei;
	of->bought_wei += r->bought_wei;
	return 0;
}

static int add_revenue(const struct ts_ledger_revenue *r, void *arg)
{
	struct of_token *of = of_token(arg, &r->token);

	if (!of)
		return -ENOMEM;
	of->revenue_wei[r->kind] += r->wei;
	return 0;
}

/**
 * struct mixed - reservations of accounts that used some of a gift, in order
 * @stmt: being stepped
 * @ret: of the last step; 1: there is a row
 */
struct mixed {
	sqlite3_stmt *stmt;
	int ret;
};

static int mixed_begin(struct ts_ledger *l, struct mixed *m)
{
	m->stmt = ts_db_prepare(l, "SELECT account, gift, units - returned_units"
				" FROM reservations WHERE account IN"
				" (SELECT account FROM reservations WHERE gift IS NOT NULL)"
				" ORDER BY account, seq", "");
	m->ret = m->stmt ? ts_db_step(l, m->stmt) : -EIO;
	return m->ret < 0 ? m->ret : 0;
}

/* Of the units that an account consumed, those of gifts: first in, first out. */
static uint64_t mixed_given(struct ts_ledger *l, struct mixed *m, int64_t account,
			    uint64_t units)
{
	uint64_t given = 0, take;
	bool bad = false;

	for (; m->ret > 0 && sqlite3_column_int64(m->stmt, 0) <= account;
	     m->ret = ts_db_step(l, m->stmt)) {
		if (sqlite3_column_int64(m->stmt, 0) < account)
			continue;
		take = ts_db_u64(m->stmt, 2, &bad);
		if (take > units)
			take = units;
		units -= take;
		if (sqlite3_column_type(m->stmt, 1) != SQLITE_NULL)
			given += take;
	}
	return given;
}

static int add_accounts(struct tokens *t)
{
	uint64_t units, given;
	struct ts_address token;
	struct of_token *of;
	struct mixed mixed;
	sqlite3_stmt *stmt;
	bool bad = false;
	int ret, shift;

	ret = mixed_begin(t->l, &mixed);
	if (ret)
		return ret;
	stmt = ts_db_prepare(t->l, "SELECT t.token, a.passed_units, a.unseen_units,"
			     " a.unit_shift, a.row FROM accounts a"
			     " JOIN tariffs t ON t.row = a.tariff ORDER BY a.row", "");
	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(t->l, stmt)) > 0) {
		ts_db_blob(stmt, 0, &token, TS_ADDRESS_BYTES, &bad);
		units = ts_db_u64(stmt, 1, &bad) + ts_db_u64(stmt, 2, &bad);
		of = bad ? NULL : of_token(t, &token);
		if (!of)
			break;
		shift = sqlite3_column_int(stmt, 3);
		given = mixed_given(t->l, &mixed, sqlite3_column_int64(stmt, 4), units);
		of->access_wei += ts_wei_of_units(units - given, shift);
		of->given_wei += ts_wei_of_units(given, shift);
	}
	sqlite3_reset(mixed.stmt);
	if (ret <= 0)
		return ret ? ret : mixed.ret < 0 ? mixed.ret : 0;
	sqlite3_reset(stmt);
	return bad ? ts_db_damaged(t->l, "a row of accounts") : -ENOMEM;
}

static void compare(const struct of_token *of,
		    void (*fault)(const char *text, void *arg), void *arg)
{
	const ts_u128 *wei = of->revenue_wei;
	char token[TS_ADDRESS_TEXT_SIZE], text[160];
	const char *wrong[5];
	int i, n = 0;

	if (wei[TS_REVENUE_ACCESS] != of->access_wei)
		wrong[n++] = "those of access and what accounts were charged differ";
	if (wei[TS_REVENUE_GIVEN] != of->given_wei)
		wrong[n++] = "what was given and what accounts used of gifts differ";
	if (wei[TS_REVENUE_RELAY] + wei[TS_REVENUE_EXIT] != of->sold_wei)
		wrong[n++] = "those of relay and exit and what neighbours were charged differ";
	if (wei[TS_REVENUE_UPSTREAM] != of->bought_wei)
		wrong[n++] = "the cost of the way up and what neighbours charged differ";
	if (wei[TS_REVENUE_FEES] > of->passed_on_wei)
		wrong[n++] = "there are more fees than was passed on";
	for (i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "revenues in %s: %s",
			 ts_address_print(&of->token, token), wrong[i]);
		fault(text, arg);
	}
}

/**
 * ts_check_revenues() - compare the revenues with what they follow from
 * @l: the ledger
 * @fault: called for each thing that is wrong
 * @arg: for @fault
 *
 * Return: 0, or negative errno: it cannot be read.
 */
int ts_check_revenues(struct ts_ledger *l, void (*fault)(const char *text, void *arg),
		      void *arg)
{
	struct tokens t = { .l = l };
	size_t i;
	int ret;

	ret = ts_ledger_channel_load(l, add_channel, &t);
	if (!ret)
		ret = add_accounts(&t);
	if (!ret)
		ret = ts_ledger_relay_load(l, add_relay, &t);
	if (!ret)
		ret = ts_ledger_revenue_load(l, add_revenue, &t);
	for (i = 0; i < t.count && !ret; i++)
		compare(&t.of[i], fault, arg);
	free(t.of);
	return ret;
}
