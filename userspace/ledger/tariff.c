// SPDX-License-Identifier: GPL-2.0
/*
 * tariff.c - rows of tariffs and their prices; numbers under a name.
 */
#include <errno.h>
#include <string.h>

#include "ledger/db.h"

/* A number that belongs to no row: the floor of the clock, for one. */
int ts_ledger_meta_put(struct ts_ledger *l, const char *key, uint64_t value)
{
	return ts_db_write(l, "INSERT INTO meta (key, value) VALUES (?, ?)"
			   " ON CONFLICT DO UPDATE SET value = excluded.value",
			   "tu", key, value);
}

/**
 * ts_ledger_meta_get() - read a number
 * Return: 0, -ENOENT: never put, or another negative errno.
 */
int ts_ledger_meta_get(struct ts_ledger *l, const char *key, uint64_t *value)
{
	sqlite3_stmt *stmt;
	bool bad = false;
	int ret;

	stmt = ts_db_prepare(l, "SELECT value FROM meta WHERE key=?", "t", key);
	if (!stmt)
		return -EIO;
	ret = ts_db_step(l, stmt);
	if (ret <= 0)
		return ret ? ret : -ENOENT;
	*value = ts_db_u64(stmt, 0, &bad);
	sqlite3_reset(stmt);
	return 0;
}

/**
 * ts_ledger_tariff_insert() - a version of a tariff, with its prices
 * Return: 0 with the row number set, -ERANGE: more than 65535 versions in all,
 * or another negative errno.
 */
int ts_ledger_tariff_insert(struct ts_ledger *l, struct ts_ledger_tariff *t)
{
	int class, dir, err;

	err = ts_db_write(l, "INSERT INTO tariffs (id, version, valid_from_s,"
		" unit_shift, token) VALUES (?,?,?,?,?)", "iiuib",
		(int64_t)t->id, (int64_t)t->version, t->valid_from_s,
		(int64_t)t->unit_shift, (const void *)&t->token,
		(size_t)TS_ADDRESS_BYTES);
	if (err)
		return err;
	t->row = sqlite3_last_insert_rowid(l->db);
	for (class = 0; class < TS_CLASS_COUNT; class++) {
		for (dir = 0; dir < TS_DIR_COUNT; dir++) {
			err = ts_db_write(l, "INSERT INTO prices (tariff,"
				" class, dir, units_per_byte, wei_per_gb)"
				" VALUES (?,?,?,?,?)", "iiiit", t->row,
				(int64_t)class, (int64_t)dir,
				(int64_t)t->price[class][dir],
				t->wei_per_gb[class][dir]);
			if (err)
				return err;
		}
	}
	return 0;
}

/* A version that was announced never begins. */
int ts_ledger_tariff_take_back(struct ts_ledger *l,
			       const struct ts_ledger_tariff *t)
{
	return ts_db_write(l, "UPDATE tariffs SET valid_from_s=? WHERE row=?",
			   "ui", TS_TARIFF_NEVER_S, t->row);
}

static int load_prices(struct ts_ledger *l, struct ts_ledger_tariff *t)
{
	bool bad = false;
	sqlite3_stmt *stmt;
	int64_t class, dir;
	int ret;

	stmt = ts_db_prepare(l, "SELECT class, dir, units_per_byte, wei_per_gb"
			     " FROM prices WHERE tariff=?", "i", t->row);
	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		class = sqlite3_column_int64(stmt, 0);
		dir = sqlite3_column_int64(stmt, 1);
		if (class < 0 || class >= TS_CLASS_COUNT || dir < 0 ||
		    dir >= TS_DIR_COUNT)
			continue;
		t->price[class][dir] = (uint16_t)ts_db_u64(stmt, 2, &bad);
		ts_db_text(stmt, 3, t->wei_per_gb[class][dir],
			   TS_PRICE_TEXT_SIZE, &bad);
	}
	return ret;
}

/* Every version of every tariff. */
int ts_ledger_tariff_load(struct ts_ledger *l,
			  int (*cb)(const struct ts_ledger_tariff *t, void *arg),
			  void *arg)
{
	struct ts_ledger_tariff t;
	bool bad = false;
	sqlite3_stmt *stmt;
	int ret;

	stmt = ts_db_prepare(l, "SELECT row, id, version, valid_from_s,"
			     " unit_shift, token FROM tariffs ORDER BY row", "");
	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		memset(&t, 0, sizeof(t));
		t.row = sqlite3_column_int64(stmt, 0);
		t.id = (uint32_t)ts_db_u64(stmt, 1, &bad);
		t.version = (uint32_t)ts_db_u64(stmt, 2, &bad);
		t.valid_from_s = ts_db_u64(stmt, 3, &bad);
		t.unit_shift = sqlite3_column_int(stmt, 4);
		ts_db_blob(stmt, 5, &t.token, TS_ADDRESS_BYTES, &bad);
		ret = load_prices(l, &t);
		if (!ret)
			ret = cb(&t, arg);
		if (ret) {
			sqlite3_reset(stmt);
			return ret;
		}
	}
	return ret;
}
