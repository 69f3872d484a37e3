// SPDX-License-Identifier: GPL-2.0
/* revenue.c - rows of what was charged on each day, and for what. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/db.h"
#include "ledger/revenue.h"

#define HOURS_PER_DAY	24
#define ADDRESS_ARG(a)	(const void *)(a), (size_t)TS_ADDRESS_BYTES

/**
 * ts_ledger_revenue_add() - so much more of that kind on that day, in the batch
 * Return: 0, -ERANGE: the sum would be 2^128 or more, or another negative errno.
 */
int ts_ledger_revenue_add(struct ts_ledger *l, const struct ts_ledger_revenue *r)
{
	ts_u128 wei;
	int ret;

	ret = ts_db_only_u128(l, ts_db_prepare(l, "SELECT wei FROM revenues WHERE token=?"
					       " AND day=? AND kind=?", "bui",
					       ADDRESS_ARG(&r->token), r->day,
					       (int64_t)r->kind),
			      "a row of revenues", &wei);
	if (ret)
		return ret;
	if (__builtin_add_overflow(wei, r->wei, &wei))
		return ts_db_fail(l, -ERANGE, "%s: the revenue of a day is beyond 2^128",
				  l->path);
	return ts_db_write(l, "INSERT OR REPLACE INTO revenues (token, day, kind, wei)"
			   " VALUES (?,?,?,?)", "buiw", ADDRESS_ARG(&r->token), r->day,
			   (int64_t)r->kind, &wei);
}

/**
 * ts_ledger_revenue_load() - all of it, by token and day
 * @l: the ledger
 * @cb: handed each; not 0 ends it
 * @arg: for @cb
 *
 * Return: 0, what @cb returned, or negative errno.
 */
int ts_ledger_revenue_load(struct ts_ledger *l,
			   int (*cb)(const struct ts_ledger_revenue *r, void *arg),
			   void *arg)
{
	struct ts_ledger_revenue r;
	sqlite3_stmt *stmt;
	bool bad = false;
	int ret;

	stmt = ts_db_prepare(l, "SELECT token, day, kind, wei FROM revenues"
			     " ORDER BY token, day, kind", "");
	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		ts_db_blob(stmt, 0, &r.token, TS_ADDRESS_BYTES, &bad);
		r.day = ts_db_u64(stmt, 1, &bad);
		r.kind = (enum ts_revenue)sqlite3_column_int(stmt, 2);
		r.wei = ts_db_u128(stmt, 3, &bad);
		ret = bad || r.kind >= TS_REVENUE_COUNT ? ts_db_damaged(l, "a row of revenues") : cb(&r, arg);
		if (ret) {
			sqlite3_reset(stmt);
			return ret;
		}
	}
	return ret;
}

/* --- of a ledger that did not have these rows ------------------------------ */

/** struct days - rows in the making */
struct days {
	struct ts_ledger_revenue *row;
	size_t count;
};

static int add(struct days *d, const struct ts_address *token, uint64_t day,
	       ts_u128 wei)
{
	struct ts_ledger_revenue *row;
	size_t i;

	/* Of the same account it is mostly the last one. */
	for (i = d->count; i-- > 0; ) {
		row = &d->row[i];
		if (row->day != day || !ts_address_equal(&row->token, token))
			continue;
		row->wei += wei;
		return 0;
	}
	row = realloc(d->row, (d->count + 1) * sizeof(*row));
	if (!row)
		return -ENOMEM;
	d->row = row;
	row[d->count++] = (struct ts_ledger_revenue){
		.token = *token, .day = day, .kind = TS_REVENUE_ACCESS, .wei = wei,
	};
	return 0;
}

/* Hour by hour; what is less than a unit of value goes where it becomes one. */
static int add_charges(struct ts_ledger *l, struct days *d)
{
	struct ts_address token;
	uint64_t units = 0, day;
	int64_t account = 0;
	sqlite3_stmt *stmt;
	bool bad = false;
	ts_u128 before;
	int shift, ret;

	stmt = ts_db_prepare(l, "SELECT a.row, a.unit_shift, t.token, c.hour,"
			     " sum(c.units) FROM accounts a"
			     " JOIN tariffs t ON t.row = a.tariff"
			     " JOIN charges c ON c.account = a.row"
			     " GROUP BY a.row, c.hour ORDER BY a.row, c.hour", "");
	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		if (account != sqlite3_column_int64(stmt, 0))
			units = 0;
		account = sqlite3_column_int64(stmt, 0);
		shift = sqlite3_column_int(stmt, 1);
		ts_db_blob(stmt, 2, &token, TS_ADDRESS_BYTES, &bad);
		day = ts_db_u64(stmt, 3, &bad) / HOURS_PER_DAY;
		before = ts_wei_of_units(units, shift);
		units += ts_db_u64(stmt, 4, &bad);
		ret = bad ? -EUCLEAN :
		      add(d, &token, day, ts_wei_of_units(units, shift) - before);
		if (ret) {
			sqlite3_reset(stmt);
			return ret;
		}
	}
	return ret;
}

/* What passed unseen was charged, too; when is not known. */
static int add_unseen(struct ts_ledger *l, struct days *d)
{
	struct ts_address token;
	uint64_t units, unseen;
	sqlite3_stmt *stmt;
	bool bad = false;
	int shift, ret;

	stmt = ts_db_prepare(l, "SELECT a.unit_shift, t.token, a.passed_units,"
			     " a.unseen_units FROM accounts a"
			     " JOIN tariffs t ON t.row = a.tariff"
			     " WHERE a.unseen_units > 0", "");
	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		shift = sqlite3_column_int(stmt, 0);
		ts_db_blob(stmt, 1, &token, TS_ADDRESS_BYTES, &bad);
		units = ts_db_u64(stmt, 2, &bad);
		unseen = ts_db_u64(stmt, 3, &bad);
		ret = bad ? -EUCLEAN :
		      add(d, &token, 0, ts_wei_of_units(units + unseen, shift) -
					ts_wei_of_units(units, shift));
		if (ret) {
			sqlite3_reset(stmt);
			return ret;
		}
	}
	return ret;
}

/**
 * ts_revenue_backfill() - what charges there are, by day; tables just made
 * @l: the ledger, in the transaction that makes them
 *
 * Hours were those of the last time that was known, whether the clock could be trusted or
 * not.  Return: 0 or negative errno.
 */
int ts_revenue_backfill(struct ts_ledger *l)
{
	struct days d = { };
	size_t i;
	int ret;

	ret = add_charges(l, &d);
	if (!ret)
		ret = add_unseen(l, &d);
	for (i = 0; i < d.count && !ret; i++)
		ret = ts_ledger_revenue_add(l, &d.row[i]);
	free(d.row);
	return ret;
}
