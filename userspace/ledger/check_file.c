// SPDX-License-Identifier: GPL-2.0
/* check_file.c - whether the file is whole, and what the tables alone can say of rows. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ledger/db.h"

/*
 * Each gives a row for what is wrong.  Of what the chain is told: signed means that
 * there are bytes, one price after the other, each dearer; nothing waits for itself.
 * What the chain shows cannot wait for belief in a life that nobody has.
 */
static const char *const contradictions[] = {
	"PRAGMA foreign_key_check",
	"SELECT 'transaction ' || id || ': signed, but its bytes are missing'"
	" FROM transactions WHERE state BETWEEN 1 AND 4"
	" AND id NOT IN (SELECT tx FROM submissions)",
	"SELECT 'transaction ' || tx || ': a submission is missing'"
	" FROM submissions GROUP BY tx HAVING max(seq) <> count(*)",
	"SELECT 'transaction ' || s.tx || ': submission ' || s.seq || ' is not dearer'"
	" FROM submissions s JOIN submissions p ON p.tx = s.tx AND p.seq = s.seq - 1"
	" WHERE s.gas_price_wei <= p.gas_price_wei",
	"SELECT 'transaction ' || id || ': waits for a later one'"
	" FROM transactions WHERE after >= id",
	"SELECT 'transaction ' || t.id || ': begun for a channel of another address'"
	" FROM transactions t JOIN channels c ON c.id = t.channel"
	" WHERE t.sender <> c.our_address",
	"SELECT 'payout ' || p.id || ': its transaction is not to its token'"
	" FROM payouts p JOIN transactions t ON t.id = p.tx WHERE t.recipient <> p.token",
};

/* @well: what it gives when nothing is wrong; NULL: nothing. */
static int check(struct ts_ledger *l, const char *sql, const char *well,
		 void (*fault)(const char *text, void *arg), void *arg)
{
	char line[256];
	const char *text;
	sqlite3_stmt *stmt;
	int ret;

	stmt = ts_db_prepare(l, sql, "");
	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		text = (const char *)sqlite3_column_text(stmt, 0);
		if (text && well && !strcmp(text, well))
			continue;
		snprintf(line, sizeof(line), "file: %s: %s", sql, text ? text : "(null)");
		fault(line, arg);
	}
	return ret;
}

/**
 * ts_check_reserved() - what reservations say of what lent them their value
 * @l: the ledger
 * @sql: which of them, by TS_CHECK_RESERVED
 * @id: of what lent it
 * @held_wei: set to what accounts hold that are not closed
 * @spent_wei: set to what those used that are
 *
 * Return: 0, or negative errno: they cannot be read.
 */
int ts_check_reserved(struct ts_ledger *l, const char *sql, int64_t id,
		      ts_u128 *held_wei, ts_u128 *spent_wei)
{
	sqlite3_stmt *stmt = ts_db_prepare(l, sql, "i", id);
	uint64_t units;
	bool bad = false;
	int ret, shift;

	*held_wei = *spent_wei = 0;
	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		shift = sqlite3_column_int(stmt, 1);
		units = ts_db_u64(stmt, 2, &bad) - ts_db_u64(stmt, 3, &bad);
		if (sqlite3_column_int(stmt, 0) < TS_ACCOUNT_CLOSED)
			*held_wei += ts_wei_holding_units(units, shift);
		else
			*spent_wei += ts_wei_of_units(ts_db_u64(stmt, 4, &bad), shift);
	}
	return bad ? -EUCLEAN : ret;
}

/** ts_check_rows() - each row of @sql says what is wrong; Return: 0 or negative errno */
int ts_check_rows(struct ts_ledger *l, const char *sql,
		  void (*fault)(const char *text, void *arg), void *arg)
{
	sqlite3_stmt *stmt = ts_db_prepare(l, sql, "");
	int ret;

	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0)
		fault((const char *)sqlite3_column_text(stmt, 0), arg);
	return ret;
}

/**
 * ts_check_file() - ask SQLite
 * @l: the ledger
 * @fault: called for each thing that is wrong
 * @arg: for @fault
 *
 * Return: 0, or negative errno: it cannot be read.
 */
int ts_check_file(struct ts_ledger *l, void (*fault)(const char *text, void *arg),
		  void *arg)
{
	int ret = check(l, "PRAGMA quick_check", "ok", fault, arg);
	unsigned int i;

	for (i = 0; !ret && i < sizeof(contradictions) / sizeof(contradictions[0]); i++)
		ret = check(l, contradictions[i], NULL, fault, arg);
	return ret;
}
