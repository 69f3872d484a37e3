// SPDX-License-Identifier: GPL-2.0
/* mirrored.c - rows of what other boxes gave us to show for them. */
#include <errno.h>
#include <string.h>

#include "ledger/db.h"
#include "ledger/mirrored.h"

#define HASH_ARG(hash)	(const void *)(hash), (size_t)TS_HASH_BYTES
#define ADDRESS_ARG(a)	(const void *)(a), (size_t)TS_ADDRESS_BYTES
#define SIGNATURE_ARG(s)	(const void *)(s), (size_t)TS_SIGNATURE_BYTES

/**
 * ts_ledger_mirrored_put() - keep a proof, in the batch
 * @l: the ledger
 * @d: which ts_delegated_fault() found good
 *
 * Where the row has one as new or newer it stays.  Return: 0 or negative errno.
 */
int ts_ledger_mirrored_put(struct ts_ledger *l, const struct ts_delegated *d)
{
	uint8_t chain_id[TS_U256_BYTES];
	struct ts_hash identifier;

	ts_u256_put(chain_id, &d->chain_id);
	ts_delegated_identifier(d, &identifier);
	return ts_db_write(l, "INSERT INTO mirrored (owner, identifier, open_block,"
		" chain_id, tokens_network, token, partner, nonce, transferred_wei,"
		" locksroot, hash, signature, delegation)"
		" VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"
		" ON CONFLICT (owner, identifier, open_block) DO UPDATE SET"
		" nonce = excluded.nonce, transferred_wei = excluded.transferred_wei,"
		" locksroot = excluded.locksroot, hash = excluded.hash,"
		" signature = excluded.signature, delegation = excluded.delegation"
		" WHERE excluded.nonce > mirrored.nonce", "bbubbbbuwbbbb",
		ADDRESS_ARG(&d->owner), HASH_ARG(&identifier), d->open_block_number,
		HASH_ARG(chain_id), ADDRESS_ARG(&d->tokens_network),
		ADDRESS_ARG(&d->token), ADDRESS_ARG(&d->partner), d->proof.nonce,
		&d->proof.transferred_wei, HASH_ARG(&d->proof.locksroot),
		HASH_ARG(&d->proof.additional_hash),
		SIGNATURE_ARG(&d->proof.signature), SIGNATURE_ARG(&d->delegation));
}

/** ts_ledger_mirrored_delete() - that life is over; Return: 0 or negative errno */
int ts_ledger_mirrored_delete(struct ts_ledger *l, const struct ts_delegated *d)
{
	struct ts_hash identifier;

	ts_delegated_identifier(d, &identifier);
	return ts_db_write(l, "DELETE FROM mirrored WHERE owner=? AND identifier=?"
			   " AND open_block=?", "bbu", ADDRESS_ARG(&d->owner),
			   HASH_ARG(&identifier), d->open_block_number);
}

/* Under its own name, or it would be found as another channel's. */
static bool get(sqlite3_stmt *stmt, struct ts_delegated *d)
{
	uint8_t chain_id[TS_U256_BYTES];
	struct ts_hash identifier, computed;
	bool bad = false;
	int i = 0;

	memset(d, 0, sizeof(*d));
	ts_db_blob(stmt, i++, &d->owner, TS_ADDRESS_BYTES, &bad);
	ts_db_blob(stmt, i++, &identifier, TS_HASH_BYTES, &bad);
	d->open_block_number = ts_db_u64(stmt, i++, &bad);
	ts_db_blob(stmt, i++, chain_id, sizeof(chain_id), &bad);
	d->chain_id = ts_u256_get(chain_id);
	ts_db_blob(stmt, i++, &d->tokens_network, TS_ADDRESS_BYTES, &bad);
	ts_db_blob(stmt, i++, &d->token, TS_ADDRESS_BYTES, &bad);
	ts_db_blob(stmt, i++, &d->partner, TS_ADDRESS_BYTES, &bad);
	d->proof.nonce = ts_db_u64(stmt, i++, &bad);
	d->proof.transferred_wei = ts_db_u128(stmt, i++, &bad);
	ts_db_blob(stmt, i++, &d->proof.locksroot, TS_HASH_BYTES, &bad);
	ts_db_blob(stmt, i++, &d->proof.additional_hash, TS_HASH_BYTES, &bad);
	ts_db_blob(stmt, i++, &d->proof.signature, TS_SIGNATURE_BYTES, &bad);
	ts_db_blob(stmt, i, &d->delegation, TS_SIGNATURE_BYTES, &bad);
	ts_delegated_identifier(d, &computed);
	return !bad && ts_hash_equal(&computed, &identifier);
}

/**
 * ts_ledger_mirrored_load() - all of them
 * @l: the ledger
 * @cb: handed each, those of one owner together; not 0 ends it
 * @arg: for @cb
 *
 * Return: 0, what @cb returned, or negative errno.
 */
int ts_ledger_mirrored_load(struct ts_ledger *l,
			    int (*cb)(const struct ts_delegated *d, void *arg),
			    void *arg)
{
	struct ts_delegated d;
	sqlite3_stmt *stmt;
	int ret;

	stmt = ts_db_prepare(l, "SELECT owner, identifier, open_block, chain_id,"
			     " tokens_network, token, partner, nonce,"
			     " transferred_wei, locksroot, hash, signature, delegation"
			     " FROM mirrored ORDER BY owner, identifier, open_block",
			     "");
	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		ret = get(stmt, &d) ? cb(&d, arg) :
		      ts_db_damaged(l, "a row of mirrored");
		if (ret) {
			sqlite3_reset(stmt);
			return ret;
		}
	}
	return ret;
}
