// SPDX-License-Identifier: GPL-2.0
/*
 * account.c - rows of accounts, their reservations and charges.
 */
#include <errno.h>
#include <string.h>

#include "ledger/db.h"

#define COLUMNS "row, account_id, epoch, boot_id, session, tariff, unit_shift,"	\
	" state, granted_units, charged_units, passed_units, revoked_units,"	\
	" unseen_units"

/**
 * ts_ledger_account_insert() - a new epoch of an account
 * Return: 0 with the row number set, or negative errno.
 */
int ts_ledger_account_insert(struct ts_ledger *l, struct ts_ledger_account *a)
{
	int err;

	err = ts_db_write(l, "INSERT INTO accounts (account_id, epoch, boot_id,"
		" session, tariff, unit_shift, state, granted_units,"
		" charged_units, passed_units, revoked_units, unseen_units)"
		" VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", "iitiiiiuuuuu",
		(int64_t)a->account_id, (int64_t)a->epoch, a->boot_id,
		a->session, a->tariff, (int64_t)a->unit_shift,
		(int64_t)a->state, a->granted_units, a->charged_units,
		a->passed_units, a->revoked_units, a->unseen_units);
	if (!err)
		a->row = sqlite3_last_insert_rowid(l->db);
	return err;
}

/* What changes of an account: state and counters. */
int ts_ledger_account_update(struct ts_ledger *l,
			     const struct ts_ledger_account *a)
{
	return ts_db_write(l, "UPDATE accounts SET state=?, granted_units=?,"
		" charged_units=?, passed_units=?, revoked_units=?,"
		" unseen_units=? WHERE row=?", "iuuuuui", (int64_t)a->state,
		a->granted_units, a->charged_units, a->passed_units,
		a->revoked_units, a->unseen_units, a->row);
}

static bool get_account(sqlite3_stmt *stmt, struct ts_ledger_account *a)
{
	bool bad = false;

	memset(a, 0, sizeof(*a));
	a->row = sqlite3_column_int64(stmt, 0);
	a->account_id = (uint32_t)ts_db_u64(stmt, 1, &bad);
	a->epoch = (uint32_t)ts_db_u64(stmt, 2, &bad);
	ts_db_text(stmt, 3, a->boot_id, sizeof(a->boot_id), &bad);
	a->session = sqlite3_column_int64(stmt, 4);
	a->tariff = sqlite3_column_int64(stmt, 5);
	a->unit_shift = sqlite3_column_int(stmt, 6);
	a->state = (enum ts_account_state)sqlite3_column_int(stmt, 7);
	a->granted_units = ts_db_u64(stmt, 8, &bad);
	a->charged_units = ts_db_u64(stmt, 9, &bad);
	a->passed_units = ts_db_u64(stmt, 10, &bad);
	a->revoked_units = ts_db_u64(stmt, 11, &bad);
	a->unseen_units = ts_db_u64(stmt, 12, &bad);
	return !bad;
}

static int each(struct ts_ledger *l, sqlite3_stmt *stmt,
		int (*cb)(const struct ts_ledger_account *a, void *arg), void *arg)
{
	struct ts_ledger_account a;
	int ret;

	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		if (!get_account(stmt, &a))
			ret = ts_db_fail(l, -EUCLEAN,
				"%s: row %lld of accounts is damaged; restore a backup",
				l->path, (long long)a.row);
		else
			ret = cb(&a, arg);
		if (ret) {
			sqlite3_reset(stmt);
			return ret;
		}
	}
	return ret;
}

/* Accounts that are open or closing. */
int ts_ledger_account_load_open(struct ts_ledger *l,
				int (*cb)(const struct ts_ledger_account *a,
					  void *arg), void *arg)
{
	return each(l, ts_db_prepare(l, "SELECT " COLUMNS " FROM accounts"
				     " WHERE state < 2 ORDER BY row", ""),
		    cb, arg);
}

/* Every account ever. */
int ts_ledger_account_load(struct ts_ledger *l,
			   int (*cb)(const struct ts_ledger_account *a,
				     void *arg), void *arg)
{
	return each(l, ts_db_prepare(l, "SELECT " COLUMNS " FROM accounts"
				     " ORDER BY row", ""), cb, arg);
}

/* Units set aside; @r->seq is the next of its account. */
int ts_ledger_reservation_insert(struct ts_ledger *l,
				 const struct ts_ledger_reservation *r)
{
	return ts_db_write(l, "INSERT INTO reservations (account, seq, payment, gift,"
		" sponsorship, units, returned_units, used_units) VALUES (?,?,?,?,?,?,?,?)",
		"iirrruuu", r->account, (int64_t)r->seq, r->payment, r->gift,
		r->sponsorship, r->units, r->returned_units, r->used_units);
}

/* What changes of a reservation: what was returned and what was used. */
int ts_ledger_reservation_update(struct ts_ledger *l,
				 const struct ts_ledger_reservation *r)
{
	return ts_db_write(l, "UPDATE reservations SET returned_units=?,"
		" used_units=? WHERE account=? AND seq=?", "uuii",
		r->returned_units, r->used_units, r->account, (int64_t)r->seq);
}

/* The reservations of an account, in the order they are consumed. */
int ts_ledger_reservation_load(struct ts_ledger *l, int64_t account,
			       int (*cb)(const struct ts_ledger_reservation *r,
					 void *arg), void *arg)
{
	struct ts_ledger_reservation r = { .account = account };
	sqlite3_stmt *stmt;
	bool bad = false;
	int ret;

	stmt = ts_db_prepare(l, "SELECT seq, payment, units, returned_units,"
			     " used_units, gift, sponsorship FROM reservations WHERE account=?"
			     " ORDER BY seq", "i", account);
	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		r.seq = (uint32_t)sqlite3_column_int64(stmt, 0);
		r.payment = sqlite3_column_int64(stmt, 1);
		r.units = ts_db_u64(stmt, 2, &bad);
		r.returned_units = ts_db_u64(stmt, 3, &bad);
		r.used_units = ts_db_u64(stmt, 4, &bad);
		r.gift = sqlite3_column_int64(stmt, 5);
		r.sponsorship = sqlite3_column_int64(stmt, 6);
		ret = cb(&r, arg);
		if (ret) {
			sqlite3_reset(stmt);
			return ret;
		}
	}
	return ret;
}

/**
 * ts_ledger_charge_add() - add what passed to the row of its hour
 * @l: the ledger
 * @c: what passed since it was last added
 *
 * Return: 0 or negative errno.
 */
int ts_ledger_charge_add(struct ts_ledger *l, const struct ts_ledger_charge *c)
{
	return ts_db_write(l, "INSERT INTO charges (account, hour, class, dir,"
		" bytes, units) VALUES (?,?,?,?,?,?)"
		" ON CONFLICT DO UPDATE SET bytes = bytes + excluded.bytes,"
		" units = units + excluded.units", "iuiiuu", c->account,
		c->hour, (int64_t)c->class, (int64_t)c->dir, c->bytes, c->units);
}

/* The charges of an account, by hour. */
int ts_ledger_charge_load(struct ts_ledger *l, int64_t account,
			  int (*cb)(const struct ts_ledger_charge *c, void *arg),
			  void *arg)
{
	struct ts_ledger_charge c = { .account = account };
	sqlite3_stmt *stmt;
	bool bad = false;
	int ret;

	stmt = ts_db_prepare(l, "SELECT hour, class, dir, bytes, units"
			     " FROM charges WHERE account=?"
			     " ORDER BY hour, class, dir", "i", account);
	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		c.hour = ts_db_u64(stmt, 0, &bad);
		c.class = (uint8_t)sqlite3_column_int(stmt, 1);
		c.dir = (uint8_t)sqlite3_column_int(stmt, 2);
		c.bytes = ts_db_u64(stmt, 3, &bad);
		c.units = ts_db_u64(stmt, 4, &bad);
		ret = cb(&c, arg);
		if (ret) {
			sqlite3_reset(stmt);
			return ret;
		}
	}
	return ret;
}
