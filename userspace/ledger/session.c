// SPDX-License-Identifier: GPL-2.0
/*
 * session.c - rows of sessions; how long they may name a device.
 */
#include <errno.h>
#include <string.h>

#include "ledger/db.h"

#define COLUMNS "id, code, mac, vlan, zone, created_s, closed_s, closed,"	\
	" done_token, done_wei, done_up_bytes, done_down_bytes, seen_s, paid,"	\
	" forgotten"

static const void *mac_of(const struct ts_ledger_session *s)
{
	return s->has_station ? s->mac : NULL;
}

/**
 * ts_ledger_session_insert() - a session
 * Return: 0 with the row number set, or negative errno.
 */
int ts_ledger_session_insert(struct ts_ledger *l, struct ts_ledger_session *s)
{
	int err;

	err = ts_db_write(l, "INSERT INTO sessions (code, mac, vlan, zone,"
		" created_s, closed_s, closed, done_token, done_wei, done_up_bytes,"
		" done_down_bytes, seen_s, paid, forgotten)"
		" VALUES (?, nullif(?, x''), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		"tbiiuuibwuuuii", s->code,
		mac_of(s), s->has_station ? sizeof(s->mac) : (size_t)0,
		(int64_t)s->vlan, (int64_t)s->zone, s->created_s, s->closed_s,
		(int64_t)s->closed, (const void *)&s->done_token,
		(size_t)TS_ADDRESS_BYTES, &s->done_wei, s->done_bytes[TS_DIR_UP],
		s->done_bytes[TS_DIR_DOWN], s->seen_s, (int64_t)s->paid,
		(int64_t)s->forgotten);
	if (!err)
		s->id = sqlite3_last_insert_rowid(l->db);
	return err;
}

/* All of it, the code too: the row of an unpaid session is used again. */
int ts_ledger_session_update(struct ts_ledger *l,
			     const struct ts_ledger_session *s)
{
	return ts_db_write(l, "UPDATE sessions SET code=?,"
		" mac=nullif(?, x''), vlan=?, zone=?, created_s=?, closed_s=?,"
		" closed=?, done_token=?, done_wei=?, done_up_bytes=?, done_down_bytes=?,"
		" seen_s=?, paid=?, forgotten=?"
		" WHERE id=?", "tbiiuuibwuuuiii", s->code, mac_of(s),
		s->has_station ? sizeof(s->mac) : (size_t)0, (int64_t)s->vlan,
		(int64_t)s->zone, s->created_s, s->closed_s,
		(int64_t)s->closed, (const void *)&s->done_token,
		(size_t)TS_ADDRESS_BYTES, &s->done_wei, s->done_bytes[TS_DIR_UP],
		s->done_bytes[TS_DIR_DOWN], s->seen_s, (int64_t)s->paid,
		(int64_t)s->forgotten, s->id);
}

/* Of a session that no payment and no account ever named. */
int ts_ledger_session_delete(struct ts_ledger *l, int64_t id)
{
	return ts_db_write(l, "DELETE FROM sessions WHERE id=?", "i", id);
}

static bool get_session(sqlite3_stmt *stmt, struct ts_ledger_session *s)
{
	bool bad = false;

	memset(s, 0, sizeof(*s));
	s->id = sqlite3_column_int64(stmt, 0);
	ts_db_text(stmt, 1, s->code, sizeof(s->code), &bad);
	s->has_station = sqlite3_column_type(stmt, 2) != SQLITE_NULL;
	if (s->has_station)
		ts_db_blob(stmt, 2, s->mac, sizeof(s->mac), &bad);
	s->vlan = (uint16_t)ts_db_u64(stmt, 3, &bad);
	s->zone = (uint32_t)ts_db_u64(stmt, 4, &bad);
	s->created_s = ts_db_u64(stmt, 5, &bad);
	s->closed_s = ts_db_u64(stmt, 6, &bad);
	s->closed = sqlite3_column_int(stmt, 7);
	ts_db_blob(stmt, 8, &s->done_token, TS_ADDRESS_BYTES, &bad);
	s->done_wei = ts_db_u128(stmt, 9, &bad);
	s->done_bytes[TS_DIR_UP] = ts_db_u64(stmt, 10, &bad);
	s->done_bytes[TS_DIR_DOWN] = ts_db_u64(stmt, 11, &bad);
	s->seen_s = ts_db_u64(stmt, 12, &bad);
	s->paid = sqlite3_column_int(stmt, 13);
	s->forgotten = sqlite3_column_int(stmt, 14);
	return !bad && ts_code_valid(s->code);
}

static int damaged(struct ts_ledger *l, sqlite3_stmt *stmt,
		   const struct ts_ledger_session *s)
{
	sqlite3_reset(stmt);
	return ts_db_fail(l, -EUCLEAN,
			  "%s: row %lld of sessions is damaged; restore a backup",
			  l->path, (long long)s->id);
}

/**
 * ts_ledger_session_find() - a session by its code, closed or not
 * Return: 0, -ENOENT: none, or another negative errno.
 */
int ts_ledger_session_find(struct ts_ledger *l, const char *code,
			   struct ts_ledger_session *s)
{
	sqlite3_stmt *stmt;
	int ret;

	stmt = ts_db_prepare(l, "SELECT " COLUMNS " FROM sessions WHERE code=?",
			     "t", code);
	if (!stmt)
		return -EIO;
	ret = ts_db_step(l, stmt);
	if (ret <= 0)
		return ret ? ret : -ENOENT;
	if (!get_session(stmt, s))
		return damaged(l, stmt, s);
	sqlite3_reset(stmt);
	return 0;
}

/* Sessions that are neither closed nor forgotten. */
int ts_ledger_session_load_open(struct ts_ledger *l,
				int (*cb)(const struct ts_ledger_session *s,
					  void *arg), void *arg)
{
	struct ts_ledger_session s;
	sqlite3_stmt *stmt;
	int ret;

	stmt = ts_db_prepare(l, "SELECT " COLUMNS " FROM sessions WHERE closed=0"
			     " AND forgotten=0"
			     " ORDER BY id", "");
	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		if (!get_session(stmt, &s))
			return damaged(l, stmt, &s);
		ret = cb(&s, arg);
		if (ret) {
			sqlite3_reset(stmt);
			return ret;
		}
	}
	return ret;
}
