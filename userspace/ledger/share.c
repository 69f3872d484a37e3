// SPDX-License-Identifier: GPL-2.0
/* share.c - rows of shares, of what they were allotted and of what was paid out. */
#include <errno.h>
#include <string.h>

#include "ledger/db.h"
#include "ledger/share.h"

#define ADDRESS_ARG(a)	(const void *)(a), (size_t)TS_ADDRESS_BYTES
#define PAYOUTS								\
	"SELECT p.id, p.token, p.holder, p.wei, p.lost_wei, p.wall_s,"	\
	" p.channel, p.nonce, p.tx, t.state FROM payouts p"			\
	" LEFT JOIN transactions t ON t.id = p.tx"

/**
 * ts_ledger_share_part() - so many parts of an amount
 * @wei: the amount
 * @per_mille: of TS_SHARE_WHOLE
 * @rest_mille: what was carried, and what is now
 *
 * Over any sequence of amounts the sum is the whole units of those parts of their sum.
 * Return: whole units.
 */
ts_u128 ts_ledger_share_part(ts_u128 wei, uint32_t per_mille, uint32_t *rest_mille)
{
	uint64_t small = (uint64_t)(wei % TS_SHARE_WHOLE) * per_mille + *rest_mille;

	*rest_mille = small % TS_SHARE_WHOLE;
	return wei / TS_SHARE_WHOLE * per_mille + small / TS_SHARE_WHOLE;
}

/** ts_ledger_share_put() - in the batch, new or again; Return: 0 or negative errno */
int ts_ledger_share_put(struct ts_ledger *l, const struct ts_ledger_share *s)
{
	return ts_db_write(l, "INSERT INTO shares (token, holder, name, per_mille, cold,"
		" rest_mille, allotted_wei, paid_wei) VALUES (?,?,?,?,?,?,?,?)"
		" ON CONFLICT (token, holder) DO UPDATE SET name = excluded.name,"
		" per_mille = excluded.per_mille, cold = excluded.cold,"
		" rest_mille = excluded.rest_mille,"
		" allotted_wei = excluded.allotted_wei,"
		" paid_wei = excluded.paid_wei", "bbtiiiww",
		ADDRESS_ARG(&s->token), ADDRESS_ARG(&s->holder), s->name,
		(int64_t)s->per_mille, (int64_t)s->cold, (int64_t)s->rest_mille,
		&s->allotted_wei, &s->paid_wei);
}

static bool get_share(sqlite3_stmt *stmt, struct ts_ledger_share *s)
{
	bool bad = false;
	int i = 0;

	memset(s, 0, sizeof(*s));
	ts_db_blob(stmt, i++, &s->token, TS_ADDRESS_BYTES, &bad);
	ts_db_blob(stmt, i++, &s->holder, TS_ADDRESS_BYTES, &bad);
	ts_db_text(stmt, i++, s->name, sizeof(s->name), &bad);
	s->per_mille = (uint32_t)ts_db_u64(stmt, i++, &bad);
	s->cold = sqlite3_column_int(stmt, i++);
	s->rest_mille = (uint32_t)ts_db_u64(stmt, i++, &bad);
	s->allotted_wei = ts_db_u128(stmt, i++, &bad);
	s->paid_wei = ts_db_u128(stmt, i, &bad);
	return !bad && s->paid_wei <= s->allotted_wei;
}

/**
 * ts_ledger_share_load() - all of them, by token; the box's is the first of each
 * @l: the ledger
 * @cb: handed each; not 0 ends it
 * @arg: for @cb
 *
 * Return: 0, what @cb returned, or negative errno.
 */
int ts_ledger_share_load(struct ts_ledger *l,
			 int (*cb)(const struct ts_ledger_share *s, void *arg),
			 void *arg)
{
	struct ts_ledger_share s;
	sqlite3_stmt *stmt;
	int ret;

	stmt = ts_db_prepare(l, "SELECT token, holder, name, per_mille, cold,"
			     " rest_mille, allotted_wei, paid_wei FROM shares"
			     " ORDER BY token, holder", "");
	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		ret = get_share(stmt, &s) ? cb(&s, arg) : ts_db_damaged(l, "a row of shares");
		if (ret) {
			sqlite3_reset(stmt);
			return ret;
		}
	}
	return ret;
}

/**
 * ts_ledger_share_day_add() - so much more was allotted on that day, in the batch
 * Return: 0, -ERANGE: the sum would be 2^128 or more, or another negative errno.
 */
int ts_ledger_share_day_add(struct ts_ledger *l, const struct ts_ledger_share_day *d)
{
	ts_u128 wei;
	int ret;

	ret = ts_db_only_u128(l, ts_db_prepare(l, "SELECT wei FROM share_days WHERE token=?"
					       " AND holder=? AND day=?", "bbu",
					       ADDRESS_ARG(&d->token),
					       ADDRESS_ARG(&d->holder), d->day),
			      "a row of share_days", &wei);
	if (ret)
		return ret;
	if (__builtin_add_overflow(wei, d->wei, &wei))
		return ts_db_fail(l, -ERANGE, "%s: the share of a day is beyond 2^128",
				  l->path);
	return ts_db_write(l, "INSERT OR REPLACE INTO share_days (token, holder, day, wei)"
			   " VALUES (?,?,?,?)", "bbuw", ADDRESS_ARG(&d->token),
			   ADDRESS_ARG(&d->holder), d->day, &wei);
}

/** ts_ledger_share_day_load() - as ts_ledger_share_load(), by token, holder and day */
int ts_ledger_share_day_load(struct ts_ledger *l,
			     int (*cb)(const struct ts_ledger_share_day *d, void *arg),
			     void *arg)
{
	struct ts_ledger_share_day d;
	sqlite3_stmt *stmt;
	bool bad = false;
	int ret;

	stmt = ts_db_prepare(l, "SELECT token, holder, day, wei FROM share_days"
			     " ORDER BY token, holder, day", "");
	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		ts_db_blob(stmt, 0, &d.token, TS_ADDRESS_BYTES, &bad);
		ts_db_blob(stmt, 1, &d.holder, TS_ADDRESS_BYTES, &bad);
		d.day = ts_db_u64(stmt, 2, &bad);
		d.wei = ts_db_u128(stmt, 3, &bad);
		ret = bad ? ts_db_damaged(l, "a row of share_days") : cb(&d, arg);
		if (ret) {
			sqlite3_reset(stmt);
			return ret;
		}
	}
	return ret;
}

/** ts_ledger_payout_insert() - in the batch; Return: 0 with its number, or negative errno */
int ts_ledger_payout_insert(struct ts_ledger *l, struct ts_ledger_payout *p)
{
	int ret;

	ret = ts_db_write(l, "INSERT INTO payouts (token, holder, wei, lost_wei, wall_s,"
			  " channel, nonce, tx) VALUES (?,?,?,?,?,?,?,?)", "bbwwurur",
			  ADDRESS_ARG(&p->token), ADDRESS_ARG(&p->holder), &p->wei,
			  &p->lost_wei, p->wall_s, p->channel, p->nonce, p->tx);
	if (!ret)
		p->id = sqlite3_last_insert_rowid(l->db);
	return ret;
}

/** ts_ledger_payout_lose() - its @lost_wei, in the batch; Return: 0 or negative errno */
int ts_ledger_payout_lose(struct ts_ledger *l, const struct ts_ledger_payout *p)
{
	return ts_db_write(l, "UPDATE payouts SET lost_wei=? WHERE id=?", "wi",
			   &p->lost_wei, p->id);
}

static int load_payouts(struct ts_ledger *l, sqlite3_stmt *stmt,
			int (*cb)(const struct ts_ledger_payout *p, void *arg),
			void *arg)
{
	struct ts_ledger_payout p;
	bool bad = false;
	int ret;

	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		p.id = sqlite3_column_int64(stmt, 0);
		ts_db_blob(stmt, 1, &p.token, TS_ADDRESS_BYTES, &bad);
		ts_db_blob(stmt, 2, &p.holder, TS_ADDRESS_BYTES, &bad);
		p.wei = ts_db_u128(stmt, 3, &bad);
		p.lost_wei = ts_db_u128(stmt, 4, &bad);
		p.wall_s = ts_db_u64(stmt, 5, &bad);
		p.channel = sqlite3_column_int64(stmt, 6);
		p.nonce = ts_db_u64(stmt, 7, &bad);
		p.tx = sqlite3_column_int64(stmt, 8);
		p.tx_state = sqlite3_column_int(stmt, 9);
		ret = bad ? ts_db_damaged(l, "a row of payouts") : cb(&p, arg);
		if (ret) {
			sqlite3_reset(stmt);
			return ret;
		}
	}
	return ret;
}

/** ts_ledger_payout_load() - as ts_ledger_share_load(), oldest first */
int ts_ledger_payout_load(struct ts_ledger *l,
			  int (*cb)(const struct ts_ledger_payout *p, void *arg),
			  void *arg)
{
	return load_payouts(l, ts_db_prepare(l, PAYOUTS " ORDER BY p.id", ""), cb, arg);
}

/**
 * ts_ledger_payout_load_failed() - those of whose transaction it is sure that it pays nothing
 *
 * It failed, was cancelled or overtaken, and nobody has said so of the payout yet.
 */
int ts_ledger_payout_load_failed(struct ts_ledger *l,
				 int (*cb)(const struct ts_ledger_payout *p, void *arg),
				 void *arg)
{
	return load_payouts(l, ts_db_prepare(l, PAYOUTS
			    " WHERE t.state > 3 AND p.lost_wei < p.wei ORDER BY p.id", ""),
			    cb, arg);
}
