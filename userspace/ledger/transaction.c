// SPDX-License-Identifier: GPL-2.0
/* transaction.c - rows of transactions, their submissions, and the cursor. */
#include <errno.h>
#include <string.h>

#include "ledger/db.h"
#include "ledger/transaction.h"

#define COLUMNS								\
	"id, intent, label, channel, after, sender, recipient, value_wei,"	\
	" until_block, vital, state, nonce, gas, mined_block, mined_hash, data"
#define HASH_ARG(hash)	(const void *)(hash), (size_t)TS_HASH_BYTES
#define ADDRESS_ARG(a)	(const void *)(a), (size_t)TS_ADDRESS_BYTES

/** ts_transaction_state_name() - Return: a state's word, for people and JSON */
const char *ts_transaction_state_name(enum ts_transaction_state state)
{
	static const char *const names[TS_TRANSACTION_STATE_COUNT] = {
		[TS_TRANSACTION_PLANNED] = "planned",
		[TS_TRANSACTION_SENT] = "sent",
		[TS_TRANSACTION_MINED] = "mined",
		[TS_TRANSACTION_DONE] = "done",
		[TS_TRANSACTION_FAILED] = "failed",
		[TS_TRANSACTION_CANCELLED] = "cancelled",
		[TS_TRANSACTION_OVERTAKEN] = "overtaken",
	};

	return names[state];
}

/**
 * ts_ledger_transaction_insert() - an intent, in the batch
 * Return: 0 with the row number set, or negative errno.
 */
int ts_ledger_transaction_insert(struct ts_ledger *l,
				 struct ts_ledger_transaction *t)
{
	int err;

	err = ts_db_write(l, "INSERT INTO transactions (intent, label, channel,"
			  " after, sender, recipient, value_wei, until_block,"
			  " vital, state, nonce, gas, mined_block, mined_hash,"
			  " data) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
			  "btrrbbwuiiuuubb", HASH_ARG(&t->intent), t->label,
			  t->channel, t->after, ADDRESS_ARG(&t->sender),
			  ADDRESS_ARG(&t->to), &t->value_wei, t->until_block,
			  (int64_t)t->vital, (int64_t)t->state, t->nonce, t->gas,
			  t->mined_block, HASH_ARG(&t->mined_hash),
			  (const void *)t->data, t->data_len);
	if (!err)
		t->id = sqlite3_last_insert_rowid(l->db);
	return err;
}

/** ts_ledger_transaction_update() - how far it is; Return: 0 or negative errno */
int ts_ledger_transaction_update(struct ts_ledger *l,
				 const struct ts_ledger_transaction *t)
{
	return ts_db_write(l, "UPDATE transactions SET state=?, nonce=?, gas=?,"
			   " until_block=?, mined_block=?, mined_hash=? WHERE id=?",
			   "iuuuubi", (int64_t)t->state, t->nonce, t->gas,
			   t->until_block, t->mined_block,
			   HASH_ARG(&t->mined_hash), t->id);
}

static bool get_transaction(sqlite3_stmt *stmt, struct ts_ledger_transaction *t)
{
	bool bad = false;
	int len = sqlite3_column_bytes(stmt, 15);

	memset(t, 0, sizeof(*t));
	t->id = sqlite3_column_int64(stmt, 0);
	ts_db_blob(stmt, 1, &t->intent, TS_HASH_BYTES, &bad);
	ts_db_text(stmt, 2, t->label, sizeof(t->label), &bad);
	t->channel = sqlite3_column_int64(stmt, 3);
	t->after = sqlite3_column_int64(stmt, 4);
	ts_db_blob(stmt, 5, &t->sender, TS_ADDRESS_BYTES, &bad);
	ts_db_blob(stmt, 6, &t->to, TS_ADDRESS_BYTES, &bad);
	t->value_wei = ts_db_u128(stmt, 7, &bad);
	t->until_block = ts_db_u64(stmt, 8, &bad);
	t->vital = sqlite3_column_int(stmt, 9);
	t->state = (enum ts_transaction_state)sqlite3_column_int(stmt, 10);
	t->nonce = ts_db_u64(stmt, 11, &bad);
	t->gas = ts_db_u64(stmt, 12, &bad);
	t->mined_block = ts_db_u64(stmt, 13, &bad);
	ts_db_blob(stmt, 14, &t->mined_hash, TS_HASH_BYTES, &bad);
	if (len > (int)sizeof(t->data))
		return false;
	t->data_len = (size_t)len;
	if (len)
		ts_db_blob(stmt, 15, t->data, t->data_len, &bad);
	return !bad;
}

static int each(struct ts_ledger *l, sqlite3_stmt *stmt,
		int (*cb)(const struct ts_ledger_transaction *t, void *arg),
		void *arg)
{
	struct ts_ledger_transaction t;
	int ret;

	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		if (!get_transaction(stmt, &t))
			ret = ts_db_fail(l, -EUCLEAN,
				"%s: row %lld of transactions is damaged; restore a backup",
				l->path, (long long)t.id);
		else
			ret = cb(&t, arg);
		if (ret) {
			sqlite3_reset(stmt);
			return ret;
		}
	}
	return ret;
}

/**
 * ts_ledger_transaction_load() - transactions of an address, oldest first
 * @l: the ledger
 * @sender: the address
 * @live: those that can still take effect or be undone; else those that ended
 * @cb: handed each; not 0 ends it
 * @arg: for @cb
 *
 * Return: 0, what @cb returned, or negative errno.
 */
int ts_ledger_transaction_load(struct ts_ledger *l,
			       const struct ts_address *sender, bool live,
			       int (*cb)(const struct ts_ledger_transaction *t,
					 void *arg), void *arg)
{
	return each(l, live ?
		    ts_db_prepare(l, "SELECT " COLUMNS " FROM transactions"
				  " WHERE sender=? AND state<3 ORDER BY id", "b",
				  ADDRESS_ARG(sender)) :
		    ts_db_prepare(l, "SELECT " COLUMNS " FROM transactions"
				  " WHERE sender=? AND state>=3 ORDER BY id", "b",
				  ADDRESS_ARG(sender)), cb, arg);
}

/**
 * ts_ledger_transaction_next_nonce() - the first that we never used
 * @l: the ledger
 * @sender: our address
 * @nonce: where it goes; 0 when there was no transaction
 *
 * Return: 0 or negative errno.
 */
int ts_ledger_transaction_next_nonce(struct ts_ledger *l,
				     const struct ts_address *sender,
				     uint64_t *nonce)
{
	sqlite3_stmt *stmt;
	bool bad = false;
	int ret;

	stmt = ts_db_prepare(l, "SELECT coalesce(max(nonce) + 1, 0) FROM transactions"
			     " WHERE sender=? AND id IN"
			     " (SELECT tx FROM submissions)", "b",
			     ADDRESS_ARG(sender));
	if (!stmt)
		return -EIO;
	ret = ts_db_step(l, stmt);
	if (ret <= 0)
		return ret ? ret : -EIO;
	*nonce = ts_db_u64(stmt, 0, &bad);
	sqlite3_reset(stmt);
	return bad ? -EUCLEAN : 0;
}

/** ts_ledger_submission_insert() - bytes that may be sent after the commit */
int ts_ledger_submission_insert(struct ts_ledger *l,
				const struct ts_ledger_submission *s)
{
	return ts_db_write(l, "INSERT INTO submissions (tx, seq, cancel,"
			   " gas_price_wei, hash, raw) VALUES (?,?,?,?,?,?)",
			   "iiiwbb", s->transaction, (int64_t)s->seq,
			   (int64_t)s->cancel, &s->gas_price_wei,
			   HASH_ARG(&s->hash), (const void *)s->raw, s->len);
}

static bool get_submission(sqlite3_stmt *stmt, struct ts_ledger_submission *s)
{
	int len = sqlite3_column_bytes(stmt, 4);
	bool bad = false;

	memset(s, 0, sizeof(*s));
	s->seq = (uint32_t)sqlite3_column_int64(stmt, 0);
	s->cancel = sqlite3_column_int(stmt, 1);
	s->gas_price_wei = ts_db_u128(stmt, 2, &bad);
	ts_db_blob(stmt, 3, &s->hash, TS_HASH_BYTES, &bad);
	if (!len || len > (int)sizeof(s->raw))
		return false;
	s->len = (size_t)len;
	ts_db_blob(stmt, 4, s->raw, s->len, &bad);
	return !bad;
}

/** ts_ledger_submission_load() - those of one transaction, cheapest first */
int ts_ledger_submission_load(struct ts_ledger *l, int64_t transaction,
			      int (*cb)(const struct ts_ledger_submission *s,
					void *arg), void *arg)
{
	struct ts_ledger_submission s;
	sqlite3_stmt *stmt;
	int ret;

	stmt = ts_db_prepare(l, "SELECT seq, cancel, gas_price_wei, hash, raw"
			     " FROM submissions WHERE tx=? ORDER BY seq", "i",
			     transaction);
	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		if (get_submission(stmt, &s)) {
			s.transaction = transaction;
			ret = cb(&s, arg);
		} else {
			ret = ts_db_fail(l, -EUCLEAN,
				"%s: a submission of transaction %lld is damaged; restore a backup",
				l->path, (long long)transaction);
		}
		if (ret) {
			sqlite3_reset(stmt);
			return ret;
		}
	}
	return ret;
}

/** ts_ledger_doubt_put() - the chain shows this deposit, and it does not count yet */
int ts_ledger_doubt_put(struct ts_ledger *l, int64_t channel, ts_u128 deposit_wei)
{
	return ts_db_write(l, "INSERT INTO doubts (channel, deposit_wei) VALUES (?,?)"
			   " ON CONFLICT (channel) DO UPDATE"
			   " SET deposit_wei = excluded.deposit_wei", "iw",
			   channel, &deposit_wei);
}

/** ts_ledger_doubt_delete() - it counts now, or that life is over */
int ts_ledger_doubt_delete(struct ts_ledger *l, int64_t channel)
{
	return ts_db_write(l, "DELETE FROM doubts WHERE channel=?", "i", channel);
}

/** ts_ledger_doubt_load() - all of them; not 0 of @cb ends it */
int ts_ledger_doubt_load(struct ts_ledger *l,
			 int (*cb)(int64_t channel, ts_u128 deposit_wei, void *arg),
			 void *arg)
{
	sqlite3_stmt *stmt = ts_db_prepare(l, "SELECT channel, deposit_wei FROM doubts"
					   " ORDER BY channel", "");
	bool bad = false;
	ts_u128 wei;
	int ret;

	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		wei = ts_db_u128(stmt, 1, &bad);
		ret = bad ? ts_db_damaged(l, "a deposit in doubt") :
			    cb(sqlite3_column_int64(stmt, 0), wei, arg);
		if (ret) {
			sqlite3_reset(stmt);
			return ret;
		}
	}
	return ret;
}

/**
 * ts_ledger_cursor_get() - how far the chain's events were taken
 * Return: 0, -ENOENT: it was never followed, or another negative errno.
 */
int ts_ledger_cursor_get(struct ts_ledger *l, uint64_t *block,
			 struct ts_hash *hash)
{
	sqlite3_stmt *stmt;
	bool bad = false;
	int ret;

	stmt = ts_db_prepare(l, "SELECT block, hash FROM cursor", "");
	if (!stmt)
		return -EIO;
	ret = ts_db_step(l, stmt);
	if (ret <= 0)
		return ret ? ret : -ENOENT;
	*block = ts_db_u64(stmt, 0, &bad);
	ts_db_blob(stmt, 1, hash, TS_HASH_BYTES, &bad);
	sqlite3_reset(stmt);
	return bad ? ts_db_damaged(l, "the cursor") : 0;
}

/** ts_ledger_cursor_put() - all events up to @block are in the ledger or this batch */
int ts_ledger_cursor_put(struct ts_ledger *l, uint64_t block,
			 const struct ts_hash *hash)
{
	return ts_db_write(l, "INSERT INTO cursor (id, block, hash) VALUES (1,?,?)"
			   " ON CONFLICT (id) DO UPDATE"
			   " SET block = excluded.block, hash = excluded.hash",
			   "ub", block, HASH_ARG(hash));
}
