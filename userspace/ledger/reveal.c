// SPDX-License-Identifier: GPL-2.0
/* reveal.c - rows of the RevealSecrets by which initiators paid. */
#include <errno.h>
#include <string.h>

#include "ledger/db.h"
#include "ledger/reveal.h"

/**
 * ts_ledger_reveal_put() - an initiator signed the secret, in the batch
 * @l: the ledger
 * @channel: row number of the life that has the lock
 * @lock: nonce of the message that added it
 * @datagram: the RevealSecret
 * @len: of it
 *
 * The first one stays.  Return: 0 or negative errno.
 */
int ts_ledger_reveal_put(struct ts_ledger *l, int64_t channel, uint64_t lock,
			 const void *datagram, size_t len)
{
	return ts_db_write(l, "INSERT INTO reveals (channel, lock, datagram)"
			   " VALUES (?,?,?) ON CONFLICT DO NOTHING", "iub",
			   channel, lock, datagram, len);
}

/**
 * ts_ledger_reveal_paid() - the lock was paid, by the proof with @nonce
 *
 * Where the initiator has not signed there is no row, and none is made.
 * Return: 0 or negative errno.
 */
int ts_ledger_reveal_paid(struct ts_ledger *l, int64_t channel, uint64_t lock,
			  uint64_t nonce)
{
	return ts_db_write(l, "UPDATE reveals SET payment = (SELECT id FROM payments"
			   " WHERE channel=? AND nonce=?) WHERE channel=? AND lock=?",
			   "iuiu", channel, nonce, channel, lock);
}

/** ts_ledger_reveal_delete() - the lock went back; Return: 0 or negative errno */
int ts_ledger_reveal_delete(struct ts_ledger *l, int64_t channel, uint64_t lock)
{
	return ts_db_write(l, "DELETE FROM reveals WHERE channel=? AND lock=?"
			   " AND payment IS NULL", "iu", channel, lock);
}

static bool get(sqlite3_stmt *stmt, struct ts_ledger_reveal *r)
{
	int len = sqlite3_column_bytes(stmt, 9);
	bool bad = false;

	memset(r, 0, sizeof(*r));
	r->payment = sqlite3_column_int64(stmt, 0);
	r->nonce = ts_db_u64(stmt, 1, &bad);
	r->amount_wei = ts_db_u128(stmt, 2, &bad);
	r->transferred_wei = ts_db_u128(stmt, 3, &bad);
	ts_db_blob(stmt, 4, &r->wallet, TS_ADDRESS_BYTES, &bad);
	r->mediated = sqlite3_column_int(stmt, 5);
	ts_db_blob(stmt, 6, &r->locksroot, TS_HASH_BYTES, &bad);
	ts_db_blob(stmt, 7, &r->message_hash, TS_HASH_BYTES, &bad);
	ts_db_blob(stmt, 8, &r->signature, TS_SIGNATURE_BYTES, &bad);
	if (!len || len > (int)sizeof(r->datagram.b))
		return false;
	r->datagram.len = (size_t)len;
	ts_db_blob(stmt, 9, r->datagram.b, r->datagram.len, &bad);
	return !bad;
}

/**
 * ts_ledger_reveal_load() - mediated payments of a life that have their evidence
 * @l: the ledger
 * @channel: row number of the life
 * @cb: handed each, oldest first; not 0 ends it
 * @arg: for @cb
 *
 * Return: 0, what @cb returned, or negative errno.
 */
int ts_ledger_reveal_load(struct ts_ledger *l, int64_t channel,
			  int (*cb)(const struct ts_ledger_reveal *r, void *arg),
			  void *arg)
{
	struct ts_ledger_reveal r;
	sqlite3_stmt *stmt;
	int ret;

	stmt = ts_db_prepare(l, "SELECT p.id, p.nonce, p.delta_wei, p.cumulative_wei,"
			     " p.wallet, p.mediated, p.locksroot, p.message_hash,"
			     " p.signature, r.datagram"
			     " FROM reveals r JOIN payments p ON p.id = r.payment"
			     " WHERE r.channel=? ORDER BY p.id", "i", channel);
	if (!stmt)
		return -EIO;
	while ((ret = ts_db_step(l, stmt)) > 0) {
		ret = get(stmt, &r) ? cb(&r, arg) :
		      ts_db_damaged(l, "a row of reveals");
		if (ret) {
			sqlite3_reset(stmt);
			return ret;
		}
	}
	return ret;
}

/**
 * ts_ledger_reveal_fault() - whether it shows whose the payment is
 * @r: the payment
 * @channel: that it came over
 *
 * The initiator signed the secret, and nothing else did it sign.
 *
 * Return: NULL, or what is wrong.
 */
const char *ts_ledger_reveal_fault(const struct ts_ledger_reveal *r,
				   const struct ts_channel *channel)
{
	struct ts_address signer;
	struct ts_message msg;

	if (!r->mediated)
		return "its secret was revealed, but it is not mediated";
	if (ts_message_decode(&msg, r->datagram.b, r->datagram.len) ||
	    msg.id != TS_MSG_REVEAL_SECRET ||
	    ts_message_recover(&msg, r->datagram.b, r->datagram.len,
			       &channel->chain_id, &signer) ||
	    !ts_address_equal(&signer, &r->wallet))
		return "its wallet did not sign the secret";
	return NULL;
}
