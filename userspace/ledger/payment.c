// SPDX-License-Identifier: GPL-2.0
/*
 * payment.c - rows of payments.
 */
#include <errno.h>
#include <string.h>

#include "ledger/db.h"

#define COLUMNS "id, channel, nonce, delta_wei, cumulative_wei, session,"	\
	" tariff, wallet, message_hash, signature, data, wall_s, boot_id,"	\
	" boot_ns, spent_wei, live, max_wei, refunded_wei, mediated, locksroot"

/**
 * ts_ledger_payment_insert() - an accepted payment
 * Return: 0 with the row number set, or negative errno.
 */
int ts_ledger_payment_insert(struct ts_ledger *l, struct ts_ledger_payment *p)
{
	int err;

	err = ts_db_write(l, "INSERT INTO payments (channel, nonce, delta_wei,"
		" cumulative_wei, session, tariff, wallet, message_hash,"
		" signature, data, wall_s, boot_id, boot_ns, spent_wei, live,"
		" max_wei, refunded_wei, mediated, locksroot)"
		" VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		"iuwwrrbbbbutuwiwwib", p->channel, p->nonce, &p->delta_wei,
		&p->cumulative_wei, p->session, p->tariff,
		(const void *)&p->wallet, (size_t)TS_ADDRESS_BYTES,
		(const void *)&p->message_hash, (size_t)TS_HASH_BYTES,
		(const void *)&p->signature, (size_t)TS_SIGNATURE_BYTES,
		(const void *)p->data, p->data_len, p->wall_s, p->boot_id,
		p->boot_ns, &p->spent_wei, (int64_t)p->live, &p->max_wei,
		&p->refunded_wei, (int64_t)p->mediated,
		(const void *)&p->locksroot, (size_t)TS_HASH_BYTES);
	if (!err)
		p->id = l->last_payment = sqlite3_last_insert_rowid(l->db);
	return err;
}

/* What changes of a payment: where it is attached and how much of it, what of it
 * is spent and refunded, and whether it is live. */
int ts_ledger_payment_update(struct ts_ledger *l,
			     const struct ts_ledger_payment *p)
{
	return ts_db_write(l, "UPDATE payments SET session=?, max_wei=?,"
			   " spent_wei=?, refunded_wei=?, live=? WHERE id=?",
			   "rwwwii", p->session, &p->max_wei, &p->spent_wei,
			   &p->refunded_wei, (int64_t)p->live, p->id);
}

/*
 * Less of it is credit than was thought, by its payer's own word; what more its proof
 * says is in its channel's relayed_wei from now on.
 */
int ts_ledger_payment_lessen(struct ts_ledger *l,
			     const struct ts_ledger_payment *p)
{
	return ts_db_write(l, "UPDATE payments SET delta_wei=? WHERE id=?", "wi",
			   &p->delta_wei, p->id);
}

static bool get_payment(sqlite3_stmt *stmt, struct ts_ledger_payment *p)
{
	bool bad = false;
	int len;

	memset(p, 0, sizeof(*p));
	p->id = sqlite3_column_int64(stmt, 0);
	p->channel = sqlite3_column_int64(stmt, 1);
	p->nonce = ts_db_u64(stmt, 2, &bad);
	p->delta_wei = ts_db_u128(stmt, 3, &bad);
	p->cumulative_wei = ts_db_u128(stmt, 4, &bad);
	p->session = sqlite3_column_int64(stmt, 5);
	p->tariff = sqlite3_column_int64(stmt, 6);
	ts_db_blob(stmt, 7, &p->wallet, TS_ADDRESS_BYTES, &bad);
	ts_db_blob(stmt, 8, &p->message_hash, TS_HASH_BYTES, &bad);
	ts_db_blob(stmt, 9, &p->signature, TS_SIGNATURE_BYTES, &bad);
	len = sqlite3_column_bytes(stmt, 10);
	if (len > (int)sizeof(p->data))
		return false;
	p->data_len = (size_t)len;
	if (len)
		ts_db_blob(stmt, 10, p->data, p->data_len, &bad);
	p->wall_s = ts_db_u64(stmt, 11, &bad);
	ts_db_text(stmt, 12, p->boot_id, sizeof(p->boot_id), &bad);
	p->boot_ns = ts_db_u64(stmt, 13, &bad);
	p->spent_wei = ts_db_u128(stmt, 14, &bad);
	p->live = sqlite3_column_int(stmt, 15);
	p->max_wei = ts_db_u128(stmt, 16, &bad);
	p->refunded_wei = ts_db_u128(stmt, 17, &bad);
	p->mediated = sqlite3_column_int(stmt, 18);
	ts_db_blob(stmt, 19, &p->locksroot, TS_HASH_BYTES, &bad);
	return !bad;
}

static int damaged(struct ts_ledger *l, sqlite3_stmt *stmt,
		   const struct ts_ledger_payment *p)
{
	sqlite3_reset(stmt);
	return ts_db_fail(l, -EUCLEAN,
			  "%s: row %lld of payments is damaged; restore a backup",
			  l->path, (long long)p->id);
}

/**
 * ts_ledger_payment_find() - the payment of one balance proof
 * @l: the ledger
 * @channel: row number of the channel's life
 * @nonce: of the proof
 * @p: where it goes
 *
 * Return: 0, -ENOENT: none, or another negative errno.
 */
int ts_ledger_payment_find(struct ts_ledger *l, int64_t channel, uint64_t nonce,
			   struct ts_ledger_payment *p)
{
	sqlite3_stmt *stmt;
	int ret;

	if (nonce > INT64_MAX)
		return -ENOENT;
	stmt = ts_db_prepare(l, "SELECT " COLUMNS " FROM payments"
			     " WHERE channel=? AND nonce=?", "iu", channel, nonce);
	if (!stmt)
		return -EIO;
	ret = ts_db_step(l, stmt);
	if (ret <= 0)
		return ret ? ret : -ENOENT;
	if (!get_payment(stmt, p))
		return damaged(l, stmt, p);
	sqlite3_reset(stmt);
	return 0;
}

static int each(struct ts_ledger *l, sqlite3_stmt *stmt,
		int (*cb)(const struct ts_ledger_payment *p, void *arg), void *arg)
{
	struct ts_ledger_payment p;
	int ret;

	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		if (!get_payment(stmt, &p))
			return damaged(l, stmt, &p);
		ret = cb(&p, arg);
		if (ret) {
			sqlite3_reset(stmt);
			return ret;
		}
	}
	return ret;
}

/* Payments of which something can be spent or is reserved, oldest first; not
 * those of sessions that are forgotten. */
int ts_ledger_payment_load_live(struct ts_ledger *l,
				int (*cb)(const struct ts_ledger_payment *p,
					  void *arg), void *arg)
{
	return each(l, ts_db_prepare(l, "SELECT " COLUMNS " FROM payments"
				     " WHERE live=1 AND session IN"
				     " (SELECT id FROM sessions WHERE forgotten=0)"
				     " ORDER BY id", ""), cb, arg);
}

/* The same of one session, forgotten or not. */
int ts_ledger_payment_load_of(struct ts_ledger *l, int64_t session,
			      int (*cb)(const struct ts_ledger_payment *p,
					void *arg), void *arg)
{
	return each(l, ts_db_prepare(l, "SELECT " COLUMNS " FROM payments"
				     " WHERE live=1 AND session=? ORDER BY id",
				     "i", session), cb, arg);
}

/* Those of one life of a channel, newest first; live or not. */
int ts_ledger_payment_load_channel(struct ts_ledger *l, int64_t channel,
				   int (*cb)(const struct ts_ledger_payment *p,
					     void *arg), void *arg)
{
	return each(l, ts_db_prepare(l, "SELECT " COLUMNS " FROM payments"
				     " WHERE channel=? ORDER BY nonce DESC",
				     "i", channel), cb, arg);
}

/* Every payment ever, oldest first. */
int ts_ledger_payment_load(struct ts_ledger *l,
			   int (*cb)(const struct ts_ledger_payment *p,
				     void *arg), void *arg)
{
	return each(l, ts_db_prepare(l, "SELECT " COLUMNS " FROM payments"
				     " ORDER BY id", ""), cb, arg);
}
