// SPDX-License-Identifier: GPL-2.0
/*
 * refusal.c - names for counters, texts for people.
 */
#include "photon/refusal.h"

static const struct {
	const char *name;
	const char *text;
} refusals[TS_REFUSAL_COUNT] = {
	[TS_ACCEPTED] = { "accepted", "accepted" },
	[TS_REFUSED_MALFORMED] = { "malformed",
		"the datagram is not a Photon message" },
	[TS_REFUSED_WRONG_MESSAGE] = { "wrong_message",
		"this message cannot move value here; send a DirectTransfer" },
	[TS_REFUSED_UNKNOWN_CHANNEL] = { "unknown_channel",
		"there is no such channel here; open one or have it imported" },
	[TS_REFUSED_WRONG_OPEN_BLOCK] = { "wrong_open_block",
		"the channel was opened or withdrawn from since; read its open block from the chain and start again at nonce 1" },
	[TS_REFUSED_CHANNEL_CLOSED] = { "channel_closed",
		"the channel is closed; open a new one" },
	[TS_REFUSED_FROZEN] = { "frozen",
		"a withdrawal is under way; send again when the chain has confirmed it" },
	[TS_REFUSED_NONCE_REPLAYED] = { "nonce_replayed",
		"the nonce was used before; continue after the last accepted proof" },
	[TS_REFUSED_NONCE_GAP] = { "nonce_gap",
		"transfers before this one are missing; send them first" },
	[TS_REFUSED_NONCE_EXHAUSTED] = { "nonce_exhausted",
		"the channel has no nonces left; close it" },
	[TS_REFUSED_AMOUNT_TOO_LARGE] = { "amount_too_large",
		"the cumulative amount is 2^128 or more, beyond this ledger" },
	[TS_REFUSED_AMOUNT_NOT_GROWING] = { "amount_not_growing",
		"the cumulative amount does not exceed the last one: nothing is paid" },
	[TS_REFUSED_OVER_BALANCE] = { "over_balance",
		"the payer's balance in the channel is too low; deposit more" },
	[TS_REFUSED_WRONG_LOCKSROOT] = { "wrong_locksroot",
		"the locksroot is not that of the pending locks" },
	[TS_REFUSED_BAD_SIGNATURE] = { "bad_signature",
		"the signature is malformed: v must be 27 or 28, s low, and r on the curve" },
	[TS_REFUSED_NOT_PARTNER] = { "not_partner",
		"the signature is not the partner's over this message and chain id" },
	[TS_REFUSED_WRONG_KEY] = { "wrong_key",
		"the key is not the one this channel belongs to" },
	[TS_REFUSED_DATA_TOO_LONG] = { "data_too_long",
		"the data does not fit into one datagram; shorten it" },
	[TS_REFUSED_AMOUNT_CHANGED] = { "amount_changed",
		"the cumulative amount is not what this message leaves it at" },
	[TS_REFUSED_UNKNOWN_LOCK] = { "unknown_lock",
		"no pending lock has this secret" },
	[TS_REFUSED_LOCK_EXISTS] = { "lock_exists",
		"a lock with this secret is pending already; use a new secret" },
	[TS_REFUSED_LOCK_EXPIRATION] = { "lock_expiration",
		"the lock's expiration does not fit: too near, too far, or not yet past" },
	[TS_REFUSED_LOCKS_FULL] = { "locks_full",
		"too many locks are pending; wait until some are unlocked or expire" },
	[TS_REFUSED_LOCK_PHASE] = { "lock_phase",
		"this is not what is to become of the lock" },
	[TS_REFUSED_FEE_TOO_LOW] = { "fee_too_low",
		"the fee is less than this hop asks for; offer more" },
	[TS_REFUSED_NO_ROUTE] = { "no_route",
		"there is no channel to the target here" },
	[TS_REFUSED_QUEUE_FULL] = { "queue_full",
		"too many messages wait for the peer; send it again when it answers" },
	[TS_REFUSED_QUEUE_BUSY] = { "queue_busy",
		"earlier messages must arrive first; try again then" },
	[TS_REFUSED_CHAIN_STALE] = { "chain_stale",
		"the chain cannot be reached, and this needs it; try again later" },
	[TS_REFUSED_DEPOSIT_PENDING] = { "deposit_pending",
		"a deposit of ours into this channel is under way; wait until the chain has confirmed it" },
	[TS_REFUSED_WRONG_BALANCE] = { "wrong_balance",
		"the balances are not those of this channel; wait until all transfers have arrived" },
	[TS_REFUSED_BALANCE_AHEAD] = { "balance_ahead",
		"that is more than the asking side has here; a deposit counts when the chain has confirmed it, so ask again then" },
	[TS_REFUSED_BALANCE_LEFT] = { "balance_left",
		"no cooperative settlement while the other side owns anything; it is withdrawing its balance, ask again then" },
	[TS_REFUSED_LEAVING] = { "leaving",
		"the channel is about to end; open a new one afterwards" },
	[TS_REFUSED_NOT_ASKED] = { "not_asked",
		"an answer to nothing that was asked" },
	[TS_REFUSED_NOT_TAKEN] = { "not_taken",
		"no value is taken over this channel now; its timeout, its deposit or what is not settled yet are beyond this node's limits" },
	[TS_REFUSED_RESTORED] = { "restored",
		"the channel's books are from a backup; nothing is signed for it until its operator has asked the partner and the chain" },
};

/* What an original node calls it: its number where it has one, else "argument". */
uint32_t ts_refusal_code(enum ts_refusal refusal)
{
	switch (refusal) {
	case TS_REFUSED_NO_ROUTE:
		return 1005;
	case TS_REFUSED_CHAIN_STALE:
		return 1014;
	case TS_REFUSED_OVER_BALANCE:
		return 3008;
	default:
		return 1;
	}
}

/* A stable word in snake_case, for counters, logs and JSON. */
const char *ts_refusal_name(enum ts_refusal refusal)
{
	return (unsigned int)refusal < TS_REFUSAL_COUNT ?
	       refusals[refusal].name : "unknown";
}

/* A sentence that says what is wrong and what to do. */
const char *ts_refusal_text(enum ts_refusal refusal)
{
	return (unsigned int)refusal < TS_REFUSAL_COUNT ?
	       refusals[refusal].text : "unknown refusal";
}
