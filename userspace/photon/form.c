// SPDX-License-Identifier: GPL-2.0
/*
 * form.c - the six signed forms of the contract, and the hashes beside them.
 */
#include <endian.h>
#include <string.h>

#include "photon/form.h"

static const char prefix[] = "\x19" "Spectrum Signed Message:\n";

static void put(struct ts_form *form, const void *bytes, size_t len)
{
	memcpy(form->b + form->len, bytes, len);
	form->len += len;
}

static void put_u64(struct ts_form *form, uint64_t value)
{
	uint64_t be = htobe64(value);

	put(form, &be, sizeof(be));
}

static void put_u256(struct ts_form *form, const struct ts_u256 *value)
{
	ts_u256_put(form->b + form->len, value);
	form->len += TS_U256_BYTES;
}

static void put_hash(struct ts_form *form, const struct ts_hash *hash)
{
	put(form, hash->b, TS_HASH_BYTES);
}

static void put_address(struct ts_form *form, const struct ts_address *address)
{
	put(form, address->b, TS_ADDRESS_BYTES);
}

static void begin(struct ts_form *form, const char *digits)
{
	form->len = 0;
	put(form, prefix, sizeof(prefix) - 1);
	put(form, digits, 3);
}

/**
 * ts_form_balance_proof() - what the payer signs in every transfer
 * @form: where the bytes go
 * @proof: the proof
 * @additional_hash: hash of the message that carries it
 * @chain_id: the contract's
 */
void ts_form_balance_proof(struct ts_form *form,
			   const struct ts_balance_proof *proof,
			   const struct ts_hash *additional_hash,
			   const struct ts_u256 *chain_id)
{
	begin(form, "176");
	put_u256(form, &proof->transferred_amount);
	put_hash(form, &proof->locksroot);
	put_u64(form, proof->nonce);
	put_hash(form, additional_hash);
	put_hash(form, &proof->channel_identifier);
	put_u64(form, proof->open_block_number);
	put_u256(form, chain_id);
}

/**
 * ts_form_balance_proof_delegate() - let somebody hand in the partner's proof
 * @form: where the bytes go
 * @proof: the partner's proof
 * @chain_id: the contract's
 */
void ts_form_balance_proof_delegate(struct ts_form *form,
				    const struct ts_balance_proof *proof,
				    const struct ts_u256 *chain_id)
{
	begin(form, "144");
	put_u256(form, &proof->transferred_amount);
	put_hash(form, &proof->locksroot);
	put_u64(form, proof->nonce);
	put_hash(form, &proof->channel_identifier);
	put_u64(form, proof->open_block_number);
	put_u256(form, chain_id);
}

/**
 * ts_form_cooperative_settle() - what both sign to part at once
 * @form: where the bytes go
 * @settle: the agreement
 * @chain_id: the contract's
 *
 * See the warning at the head of form.h before signing one.
 */
void ts_form_cooperative_settle(struct ts_form *form,
				const struct ts_settle *settle,
				const struct ts_u256 *chain_id)
{
	begin(form, "176");
	put_address(form, &settle->participant1);
	put_u256(form, &settle->participant1_balance);
	put_address(form, &settle->participant2);
	put_u256(form, &settle->participant2_balance);
	put_hash(form, &settle->channel_identifier);
	put_u64(form, settle->open_block_number);
	put_u256(form, chain_id);
}

/**
 * ts_form_withdraw() - what both sign so that one can take value out
 * @form: where the bytes go
 * @withdraw: the agreement; participant2 is not in the form
 * @chain_id: the contract's
 */
void ts_form_withdraw(struct ts_form *form, const struct ts_withdraw *withdraw,
		      const struct ts_u256 *chain_id)
{
	begin(form, "156");
	put_address(form, &withdraw->participant1);
	put_u256(form, &withdraw->participant1_balance);
	put_u256(form, &withdraw->participant1_withdraw);
	put_hash(form, &withdraw->channel_identifier);
	put_u64(form, withdraw->open_block_number);
	put_u256(form, chain_id);
}

/**
 * ts_form_dispose() - give up a lock that was received
 * @form: where the bytes go
 * @lock_hash: by ts_lock_hash()
 * @channel_identifier: which channel
 * @open_block_number: which of its lives
 * @additional_hash: hash of the message that carries it
 * @chain_id: the contract's
 */
void ts_form_dispose(struct ts_form *form, const struct ts_hash *lock_hash,
		     const struct ts_hash *channel_identifier,
		     uint64_t open_block_number,
		     const struct ts_hash *additional_hash,
		     const struct ts_u256 *chain_id)
{
	begin(form, "136");
	put_hash(form, lock_hash);
	put_hash(form, channel_identifier);
	put_u64(form, open_block_number);
	put_u256(form, chain_id);
	put_hash(form, additional_hash);
}

/**
 * ts_form_unlock_delegate() - let somebody unlock in our name
 * @form: where the bytes go
 * @delegatee: who may
 * @lock: which lock
 * @channel_identifier: which channel
 * @open_block_number: which of its lives
 * @chain_id: the contract's
 *
 * This is the form that the contract verifies.  The original node signs
 * another (with the transferred amount in front), which the contract rejects.
 */
void ts_form_unlock_delegate(struct ts_form *form,
			     const struct ts_address *delegatee,
			     const struct ts_lock *lock,
			     const struct ts_hash *channel_identifier,
			     uint64_t open_block_number,
			     const struct ts_u256 *chain_id)
{
	begin(form, "188");
	put_address(form, delegatee);
	put_u256(form, &lock->expiration);
	put_u256(form, &lock->amount);
	put_hash(form, &lock->secret_hash);
	put_hash(form, channel_identifier);
	put_u64(form, open_block_number);
	put_u256(form, chain_id);
}

/* What is signed: the hash of the form. */
void ts_form_digest(const struct ts_form *form, struct ts_hash *digest)
{
	ts_keccak256(digest, form->b, form->len);
}

/** ts_form_sign() - sign it */
void ts_form_sign(const struct ts_form *form, const struct ts_signer *key,
		  struct ts_signature *signature)
{
	struct ts_hash digest;

	ts_form_digest(form, &digest);
	ts_signer_sign(key, &digest, signature);
}

/**
 * ts_channel_identifier() - the name of the channel between two addresses
 * @a: a participant
 * @b: the other; the order does not matter
 * @token: the token's contract
 * @tokens_network: the channels' contract
 * @out: where the identifier goes
 *
 * One pair has one channel for a token; its lives differ by the block number
 * of their opening.
 */
void ts_channel_identifier(const struct ts_address *a,
			   const struct ts_address *b,
			   const struct ts_address *token,
			   const struct ts_address *tokens_network,
			   struct ts_hash *out)
{
	bool in_order = memcmp(a->b, b->b, TS_ADDRESS_BYTES) <= 0;
	struct ts_keccak k;

	ts_keccak_init(&k);
	ts_keccak_update(&k, in_order ? a->b : b->b, TS_ADDRESS_BYTES);
	ts_keccak_update(&k, in_order ? b->b : a->b, TS_ADDRESS_BYTES);
	ts_keccak_update(&k, token->b, TS_ADDRESS_BYTES);
	ts_keccak_update(&k, tokens_network->b, TS_ADDRESS_BYTES);
	ts_keccak_final(&k, out);
}

/**
 * ts_lock_hash() - the leaf of a lock in the merkle tree of pending locks
 * @lock: the lock
 * @out: where the hash goes
 */
void ts_lock_hash(const struct ts_lock *lock, struct ts_hash *out)
{
	uint8_t packed[2 * TS_U256_BYTES + TS_HASH_BYTES];

	ts_u256_put(packed, &lock->expiration);
	ts_u256_put(packed + TS_U256_BYTES, &lock->amount);
	memcpy(packed + 2 * TS_U256_BYTES, lock->secret_hash.b, TS_HASH_BYTES);
	ts_keccak256(out, packed, sizeof(packed));
}
