// SPDX-License-Identifier: GPL-2.0
/*
 * reveal.c - the RevealSecret by which an initiator becomes the wallet of a mediated
 * payment is kept, to be shown later (rule M8).
 */
#include "billing/batch.h"
#include "billing/channels.h"
#include "billing/lives.h"
#include "ledger/reveal.h"

static const struct ts_pending_lock *lock_in(const struct ts_life *life,
					     const struct ts_message *msg)
{
	struct ts_hash hash;

	switch (msg->id) {
	case TS_MSG_REVEAL_SECRET:
		ts_sha256(&hash, msg->reveal_secret.lock_secret.b, TS_HASH_BYTES);
		break;
	case TS_MSG_UNLOCK:
		ts_sha256(&hash, msg->unlock.lock_secret.b, TS_HASH_BYTES);
		break;
	case TS_MSG_REMOVE_EXPIRED_HASHLOCK:
	case TS_MSG_ANNOUNCE_DISPOSED_RESPONSE:
		hash = msg->remove_lock.lock_secret_hash;
		break;
	default:
		return NULL;
	}
	return ts_locks_find_const(&life->partner_locks, &hash);
}

/**
 * ts_reveal_lock() - the lock that a message pays, gives back, or is signed for
 * @b: billing, with the state that follows in @b->step
 * @c: the channel, as it was before
 * @msg: the message
 *
 * Return: the nonce of the message that added it; 0: none.
 */
uint64_t ts_reveal_lock(const struct ts_billing *b,
			const struct ts_billing_channel *c,
			const struct ts_message *msg)
{
	const struct ts_life *old = c->life ? c->life : &b->step->old;
	const struct ts_pending_lock *before = lock_in(old, msg), *next;

	if (!before)
		return 0;
	if (msg->id != TS_MSG_REVEAL_SECRET)
		return before->nonce;
	next = lock_in(&b->step->next, msg);
	return next && next->signed_by_initiator && !before->signed_by_initiator ?
	       before->nonce : 0;
}

/**
 * ts_reveal_follow() - what that means for the rows, in the batch of the step
 * @b: billing
 * @c: the channel, as it is now, the payment with it
 * @msg: the message
 * @lock: by ts_reveal_lock(), not 0
 * @bytes: the datagram
 * @len: of it
 */
void ts_reveal_follow(struct ts_billing *b, const struct ts_billing_channel *c,
		      const struct ts_message *msg, uint64_t lock, const void *bytes,
		      size_t len)
{
	int64_t row = c->row.id;

	if (msg->id == TS_MSG_REVEAL_SECRET)
		ts_batch_check(b, ts_ledger_reveal_put(b->ledger, row, lock, bytes, len));
	else if (msg->id == TS_MSG_UNLOCK)
		ts_batch_check(b, ts_ledger_reveal_paid(b->ledger, row, lock,
							msg->unlock.proof.nonce));
	else
		ts_batch_check(b, ts_ledger_reveal_delete(b->ledger, row, lock));
}

int ts_billing_reveal_each(struct ts_billing *b, const struct ts_address *wallet,
			   const struct ts_address *token,
			   int (*cb)(const struct ts_ledger_reveal *r, void *arg),
			   void *arg)
{
	const struct ts_billing_channel *c = ts_channel_with(b, wallet, token);
	int ret = c ? ts_ledger_reveal_load(b->ledger, c->row.id, cb, arg) : 0;

	return ret < 0 ? ts_billing_fail(b, ret, "%s", ts_ledger_error(b->ledger)) : ret;
}
