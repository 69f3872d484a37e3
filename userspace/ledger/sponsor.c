// SPDX-License-Identifier: GPL-2.0
/* sponsor.c - rows of stations that wallets pay for. */
#include <errno.h>
#include <string.h>

#include "ledger/db.h"
#include "ledger/sponsor.h"

#define SPONSORSHIPS							\
	"SELECT id, wallet, token, serial, until_s, limit_wei, most_wei, spent_wei, form,"	\
	" live FROM sponsorships"

/** ts_ledger_sponsor_serial() - the newest of a wallet; 0: none. Return: 0 or negative errno */
int ts_ledger_sponsor_serial(struct ts_ledger *l, const struct ts_address *wallet,
			     uint64_t *serial)
{
	uint64_t floor = 0;
	int ret;

	ret = ts_db_only_u64(l, ts_db_prepare(l, "SELECT serial FROM sponsors WHERE wallet=?",
					      "b", (const void *)wallet->b,
					      (size_t)TS_ADDRESS_BYTES),
			     "a row of sponsors", serial);
	if (!ret)
		ret = ts_ledger_meta_get(l, TS_LEDGER_SPONSOR_FLOOR, &floor);
	if (*serial < floor)
		*serial = floor;
	return ret == -ENOENT ? 0 : ret;
}

/** ts_ledger_sponsor_serial_put() - in the batch; it only grows. Return: 0 or negative errno */
int ts_ledger_sponsor_serial_put(struct ts_ledger *l, const struct ts_address *wallet,
				 uint64_t serial)
{
	return ts_db_write(l, "INSERT INTO sponsors (wallet, serial) VALUES (?,?)"
			   " ON CONFLICT DO UPDATE SET serial = max(serial, excluded.serial)",
			   "bu", (const void *)wallet->b, (size_t)TS_ADDRESS_BYTES, serial);
}

/** ts_ledger_sponsorship_insert() - in the batch; Return: 0 with its number, or negative errno */
int ts_ledger_sponsorship_insert(struct ts_ledger *l, struct ts_ledger_sponsorship *s)
{
	int ret;

	ret = ts_db_write(l, "INSERT INTO sponsorships (wallet, token, serial, until_s,"
		" limit_wei, most_wei, spent_wei, form, live) VALUES (?,?,?,?,?,?,?,?,1)",
		"bbuuwwwb", (const void *)s->said.wallet.b, (size_t)TS_ADDRESS_BYTES,
		(const void *)s->said.token.b, (size_t)TS_ADDRESS_BYTES, s->said.serial,
		s->said.until_s, &s->said.limit_wei, &s->said.most_wei_per_gb,
		&s->spent_wei, (const void *)s->form, sizeof(s->form));
	if (!ret)
		s->id = sqlite3_last_insert_rowid(l->db);
	return ret;
}

/** ts_ledger_sponsorship_update() - what changes of it, in the batch; Return: as above */
int ts_ledger_sponsorship_update(struct ts_ledger *l,
				 const struct ts_ledger_sponsorship *s)
{
	return ts_db_write(l, "UPDATE sponsorships SET spent_wei=?1, live=?2,"
			   " form = CASE ?2 WHEN 1 THEN form END WHERE id=?3", "wii",
			   &s->spent_wei, (int64_t)s->live, s->id);
}

/** ts_ledger_sponsorship_delete() - one that nothing was ever reserved by; in the batch */
int ts_ledger_sponsorship_delete(struct ts_ledger *l, int64_t id)
{
	return ts_db_write(l, "DELETE FROM sponsorships WHERE id=?1 AND NOT EXISTS"
			   " (SELECT 1 FROM reservations WHERE sponsorship=?1)", "i", id);
}

static bool get(sqlite3_stmt *stmt, struct ts_ledger_sponsorship *s)
{
	bool bad = false;

	memset(s, 0, sizeof(*s));
	s->live = sqlite3_column_int(stmt, 9);
	if (s->live) {
		ts_db_blob(stmt, 8, s->form, sizeof(s->form), &bad);
		bad |= ts_sponsor_decode(&s->said, s->form, sizeof(s->form));
	}
	s->id = sqlite3_column_int64(stmt, 0);
	ts_db_blob(stmt, 1, s->said.wallet.b, TS_ADDRESS_BYTES, &bad);
	ts_db_blob(stmt, 2, s->said.token.b, TS_ADDRESS_BYTES, &bad);
	s->said.serial = ts_db_u64(stmt, 3, &bad);
	s->said.until_s = ts_db_u64(stmt, 4, &bad);
	s->said.limit_wei = ts_db_u128(stmt, 5, &bad);
	s->said.most_wei_per_gb = ts_db_u128(stmt, 6, &bad);
	s->spent_wei = ts_db_u128(stmt, 7, &bad);
	return !bad;
}

static int each(struct ts_ledger *l, sqlite3_stmt *stmt,
		int (*cb)(const struct ts_ledger_sponsorship *s, void *arg), void *arg)
{
	struct ts_ledger_sponsorship s;
	int ret;

	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		ret = get(stmt, &s) ? cb(&s, arg) :
		      ts_db_damaged(l, "a row of sponsorships");
		if (ret) {
			sqlite3_reset(stmt);
			return ret;
		}
	}
	return ret;
}

/** ts_ledger_sponsorship_load_open() - those that are live, or that an account has some of */
int ts_ledger_sponsorship_load_open(struct ts_ledger *l,
				    int (*cb)(const struct ts_ledger_sponsorship *s, void *arg),
				    void *arg)
{
	return each(l, ts_db_prepare(l, SPONSORSHIPS " WHERE live=1 OR id IN"
				     " (SELECT r.sponsorship FROM accounts a JOIN reservations r"
				     "  ON r.account = a.row WHERE a.state < 2"
				     "  AND r.sponsorship IS NOT NULL) ORDER BY id", ""), cb, arg);
}

/** ts_ledger_sponsorship_load() - every one of which something was spent, or is */
int ts_ledger_sponsorship_load(struct ts_ledger *l,
			       int (*cb)(const struct ts_ledger_sponsorship *s, void *arg),
			       void *arg)
{
	return each(l, ts_db_prepare(l, SPONSORSHIPS " ORDER BY id", ""), cb, arg);
}
