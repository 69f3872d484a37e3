// SPDX-License-Identifier: GPL-2.0
/* gift.c - rows of what the operator gives. */
#include <errno.h>
#include <string.h>

#include "ledger/db.h"
#include "ledger/gift.h"

#define GIFTS								\
	"SELECT id, kind, voucher, session, tariff, mac, wei, spent_wei, wall_s,"	\
	" until_s, until_age_s, live FROM gifts"

/** ts_ledger_gift_insert() - in the batch; Return: 0 with its number, or negative errno */
int ts_ledger_gift_insert(struct ts_ledger *l, struct ts_ledger_gift *g)
{
	int ret;

	ret = ts_db_write(l, "INSERT INTO gifts (kind, voucher, session, tariff, mac, wei,"
		" spent_wei, wall_s, until_s, until_age_s, live)"
		" VALUES (?,?,?,?,nullif(?, x''),?,?,?,?,?,?)", "irrrbwwuuui",
		(int64_t)g->kind, g->voucher, g->session, g->tariff, (const void *)g->mac,
		g->kind == TS_GIFT_SPONSOR ? sizeof(g->mac) : (size_t)0, &g->wei,
		&g->spent_wei, g->wall_s, g->until_s, g->until_age_s, (int64_t)g->live);
	if (!ret)
		g->id = sqlite3_last_insert_rowid(l->db);
	return ret;
}

/** ts_ledger_gift_update() - what changes of it, in the batch; Return: 0 or negative errno */
int ts_ledger_gift_update(struct ts_ledger *l, const struct ts_ledger_gift *g)
{
	return ts_db_write(l, "UPDATE gifts SET spent_wei=?1, until_age_s=?2, live=?3,"
			   " mac = CASE ?3 WHEN 1 THEN mac END WHERE id=?4", "wuii",
			   &g->spent_wei, g->until_age_s, (int64_t)g->live, g->id);
}

static bool get_gift(sqlite3_stmt *stmt, struct ts_ledger_gift *g)
{
	bool bad = false;

	memset(g, 0, sizeof(*g));
	g->id = sqlite3_column_int64(stmt, 0);
	g->kind = (enum ts_gift_kind)sqlite3_column_int(stmt, 1);
	g->voucher = sqlite3_column_int64(stmt, 2);
	g->session = sqlite3_column_int64(stmt, 3);
	g->tariff = sqlite3_column_int64(stmt, 4);
	if (sqlite3_column_type(stmt, 5) != SQLITE_NULL)
		ts_db_blob(stmt, 5, g->mac, sizeof(g->mac), &bad);
	g->wei = ts_db_u128(stmt, 6, &bad);
	g->spent_wei = ts_db_u128(stmt, 7, &bad);
	g->wall_s = ts_db_u64(stmt, 8, &bad);
	g->until_s = ts_db_u64(stmt, 9, &bad);
	g->until_age_s = ts_db_u64(stmt, 10, &bad);
	g->live = sqlite3_column_int(stmt, 11);
	return !bad && g->kind < TS_GIFT_KIND_COUNT;
}

static int each(struct ts_ledger *l, sqlite3_stmt *stmt,
		int (*cb)(const struct ts_ledger_gift *g, void *arg), void *arg)
{
	struct ts_ledger_gift g;
	int ret;

	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		ret = get_gift(stmt, &g) ? cb(&g, arg) :
		      ts_db_damaged(l, "a row of gifts");
		if (ret) {
			sqlite3_reset(stmt);
			return ret;
		}
	}
	return ret;
}

/** ts_ledger_gift_load_live() - those that can be spent, in the order they are */
int ts_ledger_gift_load_live(struct ts_ledger *l,
			     int (*cb)(const struct ts_ledger_gift *g, void *arg),
			     void *arg)
{
	return each(l, ts_db_prepare(l, GIFTS " WHERE live=1 AND session IN"
				     " (SELECT id FROM sessions WHERE closed=0"
				     "  AND forgotten=0) ORDER BY kind, id", ""), cb, arg);
}

/** ts_ledger_gift_load_of() - the same, of one session */
int ts_ledger_gift_load_of(struct ts_ledger *l, int64_t session,
			   int (*cb)(const struct ts_ledger_gift *g, void *arg),
			   void *arg)
{
	return each(l, ts_db_prepare(l, GIFTS " WHERE live=1 AND session=?"
				     " ORDER BY kind, id", "i", session), cb, arg);
}

/** ts_ledger_gift_load() - every one ever, oldest first */
int ts_ledger_gift_load(struct ts_ledger *l,
			int (*cb)(const struct ts_ledger_gift *g, void *arg), void *arg)
{
	return each(l, ts_db_prepare(l, GIFTS " ORDER BY id", ""), cb, arg);
}

/* --- allowances ------------------------------------------------------------ */

/** ts_ledger_allowance_had() - Return: 0 with @had set, or negative errno */
int ts_ledger_allowance_had(struct ts_ledger *l, const uint8_t mac[6], uint64_t day,
			    bool *had)
{
	uint64_t one;
	int ret;

	ret = ts_db_only_u64(l, ts_db_prepare(l, "SELECT 1 FROM allowances WHERE mac=?"
					      " AND day=?", "bu", (const void *)mac,
					      (size_t)6, day),
			     "a row of allowances", &one);
	*had = one;
	return ret;
}

/** ts_ledger_allowance_count() - how many had one; Return: 0 or negative errno */
int ts_ledger_allowance_count(struct ts_ledger *l, uint64_t day, uint64_t *count)
{
	return ts_db_only_u64(l, ts_db_prepare(l, "SELECT count(*) FROM allowances"
					       " WHERE day=?", "u", day),
			      "a count of allowances", count);
}

/**
 * ts_ledger_allowance_put() - a station has it now, in the batch
 *
 * Of days before nothing is kept: it names a device.  Return: 0 or negative errno.
 */
int ts_ledger_allowance_put(struct ts_ledger *l, const uint8_t mac[6], uint64_t day)
{
	int ret = ts_db_write(l, "DELETE FROM allowances WHERE day <> ?", "u", day);

	return ret ? ret : ts_db_write(l, "INSERT INTO allowances (mac, day) VALUES (?,?)",
				       "bu", (const void *)mac, (size_t)6, day);
}
