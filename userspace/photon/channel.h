/* SPDX-License-Identifier: GPL-2.0 */
/*
 * channel.h - one payment channel: what is known of it, and its steps.
 *
 * A step takes the old state and gives the new one and its effect, or refuses.
 * It does no I/O, reads no clock and changes nothing in place, so that the
 * caller can commit the new state to disk before it becomes the state and
 * before the effect leaves (rule M10):
 *
 *	refusal = ts_channel_receive(&now, &msg, bytes, len, &next, &effect);
 *	if (!refusal)
 *		commit(&next), now = next, send(effect.ack), grant(...)
 *
 * Amounts are in the token's smallest unit ("wei"), 128 bits: what does not fit
 * is refused by name.
 */
#ifndef TS_PHOTON_CHANNEL_H
#define TS_PHOTON_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "photon/lock.h"
#include "photon/message.h"
#include "photon/refusal.h"

/* Limits of the contract, in blocks. */
#define TS_SETTLE_TIMEOUT_MIN	6
#define TS_SETTLE_TIMEOUT_MAX	2700000

/**
 * enum ts_channel_state - the contract's numbers
 */
enum ts_channel_state {
	TS_CHANNEL_NONE = 0,	/* never opened, or settled */
	TS_CHANNEL_OPEN = 1,
	TS_CHANNEL_CLOSED = 2,
};

/**
 * enum ts_channel_restored - whether its state came from an old backup
 * @TS_RESTORED_NOT: no: what is stored is all there is
 * @TS_RESTORED_UNKNOWN: there may be later proofs of both sides that were lost.  A
 *	nonce of ours that seems free may be used: nothing is signed
 * @TS_RESTORED_TRUSTED: our last proof is known again, or said to be.  The partner's
 *	next one may still be ahead of what is stored
 */
enum ts_channel_restored {
	TS_RESTORED_NOT,
	TS_RESTORED_UNKNOWN,
	TS_RESTORED_TRUSTED,
};

/**
 * struct ts_channel_proof - the last balance proof of one side
 * @nonce: 0 if that side has never transferred; then all else is zero
 * @transferred_wei: cumulative
 * @locksroot: over the pending locks of that side, zero when it has none
 * @additional_hash: hash of the message that carried it
 * @signature: over the "176" form
 *
 * With the channel's identity this is all that the contract asks for.
 */
struct ts_channel_proof {
	uint64_t nonce;
	ts_u128 transferred_wei;
	struct ts_hash locksroot;
	struct ts_hash additional_hash;
	struct ts_signature signature;
};

/**
 * struct ts_channel - what we know of a channel
 * @channel_identifier: by ts_channel_identifier() from the four addresses
 * @open_block_number: which life of the channel; never 0
 * @chain_id: the contract's
 * @tokens_network: the channels' contract
 * @token: the token's contract
 * @our_address: ours
 * @partner_address: the other side's
 * @settle_timeout_blocks: time between closing and settling
 * @state: as the chain says
 * @frozen: we co-signed a withdrawal: no transfer until the chain has it (M2)
 * @restored: what is stored of this life is from a backup
 * @our_deposit_wei: ours, in all, as confirmed by the chain
 * @partner_deposit_wei: the partner's
 * @our_locked_wei: of our balance, what our pending locks hold
 * @partner_locked_wei: likewise of the partner's; the locks themselves are in
 *	struct ts_life
 * @our_proof: the last that we signed
 * @partner_proof: the last that we accepted
 */
struct ts_channel {
	struct ts_hash channel_identifier;
	uint64_t open_block_number;
	struct ts_u256 chain_id;
	struct ts_address tokens_network;
	struct ts_address token;
	struct ts_address our_address;
	struct ts_address partner_address;
	uint64_t settle_timeout_blocks;
	enum ts_channel_state state;
	bool frozen;
	enum ts_channel_restored restored;
	ts_u128 our_deposit_wei;
	ts_u128 partner_deposit_wei;
	ts_u128 our_locked_wei;
	ts_u128 partner_locked_wei;
	struct ts_channel_proof our_proof;
	struct ts_channel_proof partner_proof;
};

/**
 * enum ts_effect_kind - what an accepted message does
 * @TS_EFFECT_CREDIT: it pays: commit the new state and the credit, then ack
 * @TS_EFFECT_REPEAT: the last accepted datagram again: only ack
 */
enum ts_effect_kind {
	TS_EFFECT_CREDIT,
	TS_EFFECT_REPEAT,
};

/**
 * struct ts_effect - what follows from an accepted message
 * @kind: whether it is new
 * @credit_wei: what it pays; 0 for a repeat
 * @ack: the answer, to be sent after the commit; of a repeat the same bytes
 *	as the first time
 */
struct ts_effect {
	enum ts_effect_kind kind;
	ts_u128 credit_wei;
	uint8_t ack[TS_ACK_BYTES];
};

ts_u128 ts_channel_our_balance_wei(const struct ts_channel *channel);
ts_u128 ts_channel_partner_balance_wei(const struct ts_channel *channel);
const char *ts_channel_fault(const struct ts_channel *channel);
const char *ts_channel_locks_fault(const struct ts_channel *channel,
				   const struct ts_locks *our_locks,
				   const struct ts_locks *partner_locks);

enum ts_refusal ts_channel_receive(const struct ts_channel *old,
				   const struct ts_message *msg,
				   const void *datagram, size_t len,
				   struct ts_channel *new,
				   struct ts_effect *effect);
enum ts_refusal ts_channel_send(const struct ts_channel *old,
				const struct ts_signer *key, ts_u128 amount_wei,
				const struct ts_bytes *data,
				struct ts_channel *new,
				struct ts_datagram *datagram);

#endif /* TS_PHOTON_CHANNEL_H */
