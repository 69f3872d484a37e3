/* SPDX-License-Identifier: GPL-2.0 */
/*
 * form.h - the six signed forms of the contract, and the hashes beside them.
 *
 * Everything that the contract accepts a signature over is
 *
 *	0x19 "Spectrum Signed Message:" 0x0a, three decimal digits, the fields
 *
 * packed without padding; the digits are the byte count of the fields.  The
 * signature is over the Keccak-256 of that.
 *
 * The cooperative-settle form and the balance-proof form have the same digits
 * and the same length: whoever signs the first has also signed a balance proof
 * with participant1 as the top of its amount.  Never sign a cooperative settle
 * while our balance in the channel is above zero.  The other way round there is
 * no such danger while amounts stay below 2^128, as ts_channel_send() sees to:
 * participant1 would begin with 16 zero bytes.
 */
#ifndef TS_PHOTON_FORM_H
#define TS_PHOTON_FORM_H

#include <stddef.h>
#include <stdint.h>

#include "photon/hash.h"
#include "photon/sign.h"
#include "photon/u256.h"

/**
 * struct ts_balance_proof - what one side has transferred, in all, so far
 * @nonce: 1 for the first proof of a channel's life, then one more each
 * @channel_identifier: which channel
 * @open_block_number: which of its lives
 * @transferred_amount: cumulative, in the token's smallest unit
 * @locksroot: merkle root of the pending locks, zero when there are none
 */
struct ts_balance_proof {
	uint64_t nonce;
	struct ts_hash channel_identifier;
	uint64_t open_block_number;
	struct ts_u256 transferred_amount;
	struct ts_hash locksroot;
};

/**
 * struct ts_lock - value that is paid when a secret is shown
 * @expiration: block number after which it is void
 * @amount: in the token's smallest unit
 * @secret_hash: SHA-256 of the secret
 */
struct ts_lock {
	struct ts_u256 expiration;
	struct ts_u256 amount;
	struct ts_hash secret_hash;
};

/**
 * struct ts_settle - how two participants part
 * @channel_identifier: which channel
 * @open_block_number: which of its lives
 * @participant1: the one who asks
 * @participant1_balance: what it gets, in the token's smallest unit
 * @participant2: the other
 * @participant2_balance: what the other gets
 */
struct ts_settle {
	struct ts_hash channel_identifier;
	uint64_t open_block_number;
	struct ts_address participant1;
	struct ts_u256 participant1_balance;
	struct ts_address participant2;
	struct ts_u256 participant2_balance;
};

/**
 * struct ts_withdraw - one participant takes value out of an open channel
 * @channel_identifier: which channel
 * @open_block_number: which of its lives
 * @participant1: the one who asks and takes
 * @participant2: the other
 * @participant1_balance: its balance before, in the token's smallest unit
 * @participant1_withdraw: what it takes
 */
struct ts_withdraw {
	struct ts_hash channel_identifier;
	uint64_t open_block_number;
	struct ts_address participant1;
	struct ts_address participant2;
	struct ts_u256 participant1_balance;
	struct ts_u256 participant1_withdraw;
};

#define TS_FORM_MAX_BYTES	(26 + 3 + 188)

/**
 * struct ts_form - the bytes under a signature for the contract
 * @len: how many
 * @b: prefix, digits, fields
 */
struct ts_form {
	size_t len;
	uint8_t b[TS_FORM_MAX_BYTES];
};

void ts_form_balance_proof(struct ts_form *form,
			   const struct ts_balance_proof *proof,
			   const struct ts_hash *additional_hash,
			   const struct ts_u256 *chain_id);
void ts_form_balance_proof_delegate(struct ts_form *form,
				    const struct ts_balance_proof *proof,
				    const struct ts_u256 *chain_id);
void ts_form_cooperative_settle(struct ts_form *form,
				const struct ts_settle *settle,
				const struct ts_u256 *chain_id);
void ts_form_withdraw(struct ts_form *form, const struct ts_withdraw *withdraw,
		      const struct ts_u256 *chain_id);
void ts_form_dispose(struct ts_form *form, const struct ts_hash *lock_hash,
		     const struct ts_hash *channel_identifier,
		     uint64_t open_block_number,
		     const struct ts_hash *additional_hash,
		     const struct ts_u256 *chain_id);
void ts_form_unlock_delegate(struct ts_form *form,
			     const struct ts_address *delegatee,
			     const struct ts_lock *lock,
			     const struct ts_hash *channel_identifier,
			     uint64_t open_block_number,
			     const struct ts_u256 *chain_id);
void ts_form_digest(const struct ts_form *form, struct ts_hash *digest);
void ts_form_sign(const struct ts_form *form, const struct ts_signer *key,
		  struct ts_signature *signature);

void ts_channel_identifier(const struct ts_address *a,
			   const struct ts_address *b,
			   const struct ts_address *token,
			   const struct ts_address *tokens_network,
			   struct ts_hash *out);
void ts_lock_hash(const struct ts_lock *lock, struct ts_hash *out);

#endif /* TS_PHOTON_FORM_H */
