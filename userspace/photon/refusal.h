/* SPDX-License-Identifier: GPL-2.0 */
/*
 * refusal.h - why a channel does not take or make a step.
 */
#ifndef TS_PHOTON_REFUSAL_H
#define TS_PHOTON_REFUSAL_H

#include <stdint.h>

/**
 * enum ts_refusal - the answer to a step of a channel
 * @TS_ACCEPTED: no refusal
 * @TS_REFUSED_MALFORMED: the bytes are no message (see enum ts_photon_err)
 * @TS_REFUSED_WRONG_MESSAGE: a message, but not one that moves this channel
 * @TS_REFUSED_UNKNOWN_CHANNEL: the channel identifier is another
 * @TS_REFUSED_WRONG_OPEN_BLOCK: another life of this channel
 * @TS_REFUSED_CHANNEL_CLOSED: the channel is not open
 * @TS_REFUSED_FROZEN: a co-signed withdrawal is under way (rule M2)
 * @TS_REFUSED_NONCE_REPLAYED: the nonce was used before
 * @TS_REFUSED_NONCE_GAP: the nonce is not the next one
 * @TS_REFUSED_NONCE_EXHAUSTED: there is no next nonce
 * @TS_REFUSED_AMOUNT_TOO_LARGE: beyond the 2^128 - 1 of the ledger
 * @TS_REFUSED_AMOUNT_NOT_GROWING: nothing is paid
 * @TS_REFUSED_OVER_BALANCE: more than the payer has in the channel
 * @TS_REFUSED_WRONG_LOCKSROOT: not the root of the pending locks
 * @TS_REFUSED_BAD_SIGNATURE: no key can have made the signature
 * @TS_REFUSED_NOT_PARTNER: signed, but not by the partner over these fields
 * @TS_REFUSED_WRONG_KEY: the key to sign with is not this channel's
 * @TS_REFUSED_DATA_TOO_LONG: the message would not fit into a datagram
 * @TS_REFUSED_AMOUNT_CHANGED: the amount is not what this message leaves it at
 * @TS_REFUSED_UNKNOWN_LOCK: no pending lock has this secret or its hash
 * @TS_REFUSED_LOCK_EXISTS: a pending lock has this secret's hash already
 * @TS_REFUSED_LOCK_EXPIRATION: the lock's block is too near, too far, or not
 *	yet past
 * @TS_REFUSED_LOCKS_FULL: too many locks are pending
 * @TS_REFUSED_LOCK_PHASE: not what is to become of this lock
 * @TS_REFUSED_FEE_TOO_LOW: less than this hop asks for
 * @TS_REFUSED_NO_ROUTE: no channel to the target
 * @TS_REFUSED_QUEUE_FULL: too many messages wait for the peer
 * @TS_REFUSED_QUEUE_BUSY: our messages must have arrived first
 * @TS_REFUSED_CHAIN_STALE: the head of the chain is not known now (rule M8)
 * @TS_REFUSED_DEPOSIT_PENDING: a deposit of ours may still come into the channel
 *	(rules M1 and M2)
 * @TS_REFUSED_WRONG_BALANCE: a balance in a request is not what we hold it to be
 * @TS_REFUSED_BALANCE_AHEAD: likewise, and more than that: a deposit that we do not
 *	count yet
 * @TS_REFUSED_BALANCE_LEFT: no cooperative settle while we own anything (M1)
 * @TS_REFUSED_LEAVING: the channel is about to end
 * @TS_REFUSED_NOT_ASKED: an answer to a question that we did not ask
 * @TS_REFUSED_NOT_TAKEN: no value is taken over this channel now
 * @TS_REFUSED_RESTORED: our last proof is not known since a backup was restored
 * @TS_REFUSAL_COUNT: the number of values, none itself
 */
enum ts_refusal {
	TS_ACCEPTED,
	TS_REFUSED_MALFORMED,
	TS_REFUSED_WRONG_MESSAGE,
	TS_REFUSED_UNKNOWN_CHANNEL,
	TS_REFUSED_WRONG_OPEN_BLOCK,
	TS_REFUSED_CHANNEL_CLOSED,
	TS_REFUSED_FROZEN,
	TS_REFUSED_NONCE_REPLAYED,
	TS_REFUSED_NONCE_GAP,
	TS_REFUSED_NONCE_EXHAUSTED,
	TS_REFUSED_AMOUNT_TOO_LARGE,
	TS_REFUSED_AMOUNT_NOT_GROWING,
	TS_REFUSED_OVER_BALANCE,
	TS_REFUSED_WRONG_LOCKSROOT,
	TS_REFUSED_BAD_SIGNATURE,
	TS_REFUSED_NOT_PARTNER,
	TS_REFUSED_WRONG_KEY,
	TS_REFUSED_DATA_TOO_LONG,
	TS_REFUSED_AMOUNT_CHANGED,
	TS_REFUSED_UNKNOWN_LOCK,
	TS_REFUSED_LOCK_EXISTS,
	TS_REFUSED_LOCK_EXPIRATION,
	TS_REFUSED_LOCKS_FULL,
	TS_REFUSED_LOCK_PHASE,
	TS_REFUSED_FEE_TOO_LOW,
	TS_REFUSED_NO_ROUTE,
	TS_REFUSED_QUEUE_FULL,
	TS_REFUSED_QUEUE_BUSY,
	TS_REFUSED_CHAIN_STALE,
	TS_REFUSED_DEPOSIT_PENDING,
	TS_REFUSED_WRONG_BALANCE,
	TS_REFUSED_BALANCE_AHEAD,
	TS_REFUSED_BALANCE_LEFT,
	TS_REFUSED_LEAVING,
	TS_REFUSED_NOT_ASKED,
	TS_REFUSED_NOT_TAKEN,
	TS_REFUSED_RESTORED,
	TS_REFUSAL_COUNT,
};

uint32_t ts_refusal_code(enum ts_refusal refusal);
const char *ts_refusal_name(enum ts_refusal refusal);
const char *ts_refusal_text(enum ts_refusal refusal);

#endif /* TS_PHOTON_REFUSAL_H */
