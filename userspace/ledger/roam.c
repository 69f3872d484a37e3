// SPDX-License-Identifier: GPL-2.0
/* roam.c - rows of orders and visits. */
#include <errno.h>
#include <string.h>

#include "ledger/db.h"
#include "ledger/roam.h"

#define ADDRESS_ARG(a)	(const void *)(a), (size_t)TS_ADDRESS_BYTES
#define ORDERS							\
	"SELECT name, wallet, host, token, sequence, lifetime_s, taken_s,"	\
	" limit_wei, bought_wei, returned_wei FROM roam_orders"
#define VISITS							\
	"SELECT name, signed_order, state, taken_s, received_wei, returned_wei"	\
	" FROM visits"

/** ts_ledger_order_put() - in the batch, new or again; Return: 0 or negative errno */
int ts_ledger_order_put(struct ts_ledger *l, const struct ts_ledger_order *o)
{
	return ts_db_write(l, "INSERT INTO roam_orders (name, wallet, host, token,"
		" sequence, lifetime_s, taken_s, limit_wei, bought_wei, returned_wei)"
		" VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT (name) DO UPDATE SET"
		" bought_wei = excluded.bought_wei,"
		" returned_wei = excluded.returned_wei", "tbbbuuuwww", o->name,
		ADDRESS_ARG(&o->wallet), ADDRESS_ARG(&o->host),
		ADDRESS_ARG(&o->token), o->sequence, o->lifetime_s, o->taken_s,
		&o->limit_wei, &o->bought_wei, &o->returned_wei);
}

static bool get_order(sqlite3_stmt *stmt, struct ts_ledger_order *o)
{
	bool bad = false;
	int i = 0;

	memset(o, 0, sizeof(*o));
	ts_db_text(stmt, i++, o->name, sizeof(o->name), &bad);
	ts_db_blob(stmt, i++, &o->wallet, TS_ADDRESS_BYTES, &bad);
	ts_db_blob(stmt, i++, &o->host, TS_ADDRESS_BYTES, &bad);
	ts_db_blob(stmt, i++, &o->token, TS_ADDRESS_BYTES, &bad);
	o->sequence = ts_db_u64(stmt, i++, &bad);
	o->lifetime_s = ts_db_u64(stmt, i++, &bad);
	o->taken_s = ts_db_u64(stmt, i++, &bad);
	o->limit_wei = ts_db_u128(stmt, i++, &bad);
	o->bought_wei = ts_db_u128(stmt, i++, &bad);
	o->returned_wei = ts_db_u128(stmt, i, &bad);
	return !bad;
}

/** ts_ledger_order_find() - Return: 0, -ENOENT, or another negative errno */
int ts_ledger_order_find(struct ts_ledger *l, const char *name,
			 struct ts_ledger_order *o)
{
	sqlite3_stmt *stmt;
	int ret;

	stmt = ts_db_prepare(l, ORDERS " WHERE name=?", "t", name);
	if (!stmt)
		return -EIO;
	ret = ts_db_step(l, stmt);
	if (ret <= 0)
		return ret ? ret : -ENOENT;
	ret = get_order(stmt, o) ? 0 : ts_db_damaged(l, "a row of roam_orders");
	sqlite3_reset(stmt);
	return ret;
}

/**
 * ts_ledger_order_newest() - the highest sequence of a wallet's orders
 * @l: the ledger
 * @wallet: whose
 * @sequence: set to it; 0: there is none
 *
 * Return: 0 or negative errno.
 */
int ts_ledger_order_newest(struct ts_ledger *l, const struct ts_address *wallet,
			   uint64_t *sequence)
{
	return ts_db_only_u64(l, ts_db_prepare(l, "SELECT sequence FROM roam_orders"
					       " WHERE wallet=? ORDER BY sequence DESC"
					       " LIMIT 1", "b", ADDRESS_ARG(wallet)),
			      "a row of roam_orders", sequence);
}

/**
 * ts_ledger_order_forget() - a wallet's orders of which nothing is anywhere
 * @l: the ledger
 * @wallet: whose; a newer order of it comes now
 *
 * In the batch.  Return: 0 or negative errno.
 */
int ts_ledger_order_forget(struct ts_ledger *l, const struct ts_address *wallet)
{
	return ts_db_write(l, "DELETE FROM roam_orders WHERE wallet=?"
			   " AND bought_wei = returned_wei", "b",
			   ADDRESS_ARG(wallet));
}

/**
 * ts_ledger_order_load() - all of them, newest of each wallet first
 * @l: the ledger
 * @cb: handed each; not 0 ends it
 * @arg: for @cb
 *
 * Return: 0, what @cb returned, or negative errno.
 */
int ts_ledger_order_load(struct ts_ledger *l,
			 int (*cb)(const struct ts_ledger_order *o, void *arg),
			 void *arg)
{
	struct ts_ledger_order o;
	sqlite3_stmt *stmt;
	int ret;

	stmt = ts_db_prepare(l, ORDERS " ORDER BY wallet, sequence DESC", "");
	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		ret = get_order(stmt, &o) ? cb(&o, arg) : ts_db_damaged(l, "a row of roam_orders");
		if (ret) {
			sqlite3_reset(stmt);
			return ret;
		}
	}
	return ret;
}

/** ts_ledger_visit_put() - in the batch, new or again; Return: 0 or negative errno */
int ts_ledger_visit_put(struct ts_ledger *l, const struct ts_ledger_visit *v)
{
	return ts_db_write(l, "INSERT INTO visits (name, signed_order, state,"
		" taken_s, received_wei, returned_wei) VALUES (?,?,?,?,?,?)"
		" ON CONFLICT (name) DO UPDATE SET state = excluded.state,"
		" received_wei = excluded.received_wei,"
		" returned_wei = excluded.returned_wei", "tbiuww", v->name,
		(const void *)v->order, sizeof(v->order), (int64_t)v->state,
		v->taken_s, &v->received_wei, &v->returned_wei);
}

static bool get_visit(sqlite3_stmt *stmt, struct ts_ledger_visit *v)
{
	bool bad = false;
	int i = 0;

	memset(v, 0, sizeof(*v));
	ts_db_text(stmt, i++, v->name, sizeof(v->name), &bad);
	ts_db_blob(stmt, i++, v->order, sizeof(v->order), &bad);
	v->state = (enum ts_visit_state)sqlite3_column_int(stmt, i++);
	v->taken_s = ts_db_u64(stmt, i++, &bad);
	v->received_wei = ts_db_u128(stmt, i++, &bad);
	v->returned_wei = ts_db_u128(stmt, i, &bad);
	return !bad;
}

/** ts_ledger_visit_find() - over or not; Return: 0, -ENOENT, or negative errno */
int ts_ledger_visit_find(struct ts_ledger *l, const char *name,
			 struct ts_ledger_visit *v)
{
	sqlite3_stmt *stmt;
	int ret;

	stmt = ts_db_prepare(l, VISITS " WHERE name=?", "t", name);
	if (!stmt)
		return -EIO;
	ret = ts_db_step(l, stmt);
	if (ret <= 0)
		return ret ? ret : -ENOENT;
	ret = get_visit(stmt, v) ? 0 : ts_db_damaged(l, "a row of visits");
	sqlite3_reset(stmt);
	return ret;
}

/** ts_ledger_visit_load() - those that are not over; as ts_ledger_order_load() */
int ts_ledger_visit_load(struct ts_ledger *l,
			 int (*cb)(const struct ts_ledger_visit *v, void *arg),
			 void *arg)
{
	struct ts_ledger_visit v;
	sqlite3_stmt *stmt;
	int ret;

	stmt = ts_db_prepare(l, VISITS " WHERE state < 2 ORDER BY taken_s, name", "");
	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		ret = get_visit(stmt, &v) ? cb(&v, arg) : ts_db_damaged(l, "a row of visits");
		if (ret) {
			sqlite3_reset(stmt);
			return ret;
		}
	}
	return ret;
}
