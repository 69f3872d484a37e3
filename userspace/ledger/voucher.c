// SPDX-License-Identifier: GPL-2.0
/* voucher.c - rows of vouchers, and the key of their digests. */
#include <errno.h>
#include <string.h>

#include "ledger/db.h"
#include "ledger/gift.h"

#define HASH_ARG(h)	(const void *)(h), (size_t)TS_HASH_BYTES
#define VOUCHERS							\
	"SELECT id, digest, label, token, wei, bytes, made_s, until_s, state, used_s"	\
	" FROM vouchers"

/** ts_ledger_voucher_key() - Return: 0, -ENOENT: there is none yet, or negative errno */
int ts_ledger_voucher_key(struct ts_ledger *l, uint8_t key[TS_VOUCHER_KEY_BYTES])
{
	bool bad = false;
	sqlite3_stmt *stmt;
	int ret;

	stmt = ts_db_prepare(l, "SELECT key FROM voucher_key", "");
	if (!stmt)
		return -EIO;
	ret = ts_db_step(l, stmt);
	if (ret <= 0)
		return ret ? ret : -ENOENT;
	ts_db_blob(stmt, 0, key, TS_VOUCHER_KEY_BYTES, &bad);
	sqlite3_reset(stmt);
	return bad ? ts_db_damaged(l, "the key of vouchers") : 0;
}

/** ts_ledger_voucher_key_put() - in the batch, once; Return: 0 or negative errno */
int ts_ledger_voucher_key_put(struct ts_ledger *l,
			      const uint8_t key[TS_VOUCHER_KEY_BYTES])
{
	return ts_db_write(l, "INSERT INTO voucher_key (id, key) VALUES (1, ?)", "b",
			   (const void *)key, (size_t)TS_VOUCHER_KEY_BYTES);
}

/** ts_ledger_voucher_insert() - in the batch; Return: 0 with its number, or negative errno */
int ts_ledger_voucher_insert(struct ts_ledger *l, struct ts_ledger_voucher *v)
{
	int ret;

	ret = ts_db_write(l, "INSERT INTO vouchers (digest, label, token, wei, bytes,"
		" made_s, until_s, state, used_s) VALUES (?,?,?,?,?,?,?,?,?)", "btbwuuuiu",
		HASH_ARG(&v->digest), v->label, (const void *)&v->token,
		(size_t)TS_ADDRESS_BYTES, &v->wei, v->bytes, v->made_s, v->until_s,
		(int64_t)v->state, v->used_s);
	if (!ret)
		v->id = sqlite3_last_insert_rowid(l->db);
	return ret;
}

/** ts_ledger_voucher_update() - its state, in the batch; Return: 0 or negative errno */
int ts_ledger_voucher_update(struct ts_ledger *l, const struct ts_ledger_voucher *v)
{
	return ts_db_write(l, "UPDATE vouchers SET state=?, used_s=? WHERE id=?", "iui",
			   (int64_t)v->state, v->used_s, v->id);
}

static bool get_voucher(sqlite3_stmt *stmt, struct ts_ledger_voucher *v)
{
	bool bad = false;

	memset(v, 0, sizeof(*v));
	v->id = sqlite3_column_int64(stmt, 0);
	ts_db_blob(stmt, 1, &v->digest, TS_HASH_BYTES, &bad);
	ts_db_text(stmt, 2, v->label, sizeof(v->label), &bad);
	ts_db_blob(stmt, 3, &v->token, TS_ADDRESS_BYTES, &bad);
	v->wei = ts_db_u128(stmt, 4, &bad);
	v->bytes = ts_db_u64(stmt, 5, &bad);
	v->made_s = ts_db_u64(stmt, 6, &bad);
	v->until_s = ts_db_u64(stmt, 7, &bad);
	v->state = (enum ts_voucher_state)sqlite3_column_int(stmt, 8);
	v->used_s = ts_db_u64(stmt, 9, &bad);
	return !bad && v->state < TS_VOUCHER_STATE_COUNT;
}

/** ts_ledger_voucher_find() - Return: 0, -ENOENT, or another negative errno */
int ts_ledger_voucher_find(struct ts_ledger *l, const struct ts_hash *digest,
			   struct ts_ledger_voucher *v)
{
	sqlite3_stmt *stmt;
	int ret;

	stmt = ts_db_prepare(l, VOUCHERS " WHERE digest=?", "b", HASH_ARG(digest));
	if (!stmt)
		return -EIO;
	ret = ts_db_step(l, stmt);
	if (ret <= 0)
		return ret ? ret : -ENOENT;
	ret = get_voucher(stmt, v) ? 0 : ts_db_damaged(l, "a row of vouchers");
	sqlite3_reset(stmt);
	return ret;
}

/** ts_ledger_voucher_load() - every one ever, oldest first; as ts_ledger_gift_load() */
int ts_ledger_voucher_load(struct ts_ledger *l,
			   int (*cb)(const struct ts_ledger_voucher *v, void *arg),
			   void *arg)
{
	struct ts_ledger_voucher v;
	sqlite3_stmt *stmt;
	int ret;

	stmt = ts_db_prepare(l, VOUCHERS " ORDER BY id", "");
	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		ret = get_voucher(stmt, &v) ? cb(&v, arg) : ts_db_damaged(l, "a row of vouchers");
		if (ret) {
			sqlite3_reset(stmt);
			return ret;
		}
	}
	return ret;
}
