/* SPDX-License-Identifier: GPL-2.0 */
/*
 * network.h - calls of the TokensNetwork contract, which keeps the channels, and
 * of its SecretRegistry; and what they answer.
 *
 * Each function writes the calldata of one call.  Nothing here decides whether
 * a call is wise: rules M1, M2 and M3 are the caller's.
 */
#ifndef TS_CHAIN_NETWORK_H
#define TS_CHAIN_NETWORK_H

#include "chain/abi.h"
#include "photon/channel.h"
#include "photon/form.h"

/*
 * The functions that are called.  The names are the contract's; the last one is
 * SecretRegistry's.
 */
enum ts_network_call {
	TS_CALL_DEPOSIT,
	TS_CALL_PREPARE_SETTLE,
	TS_CALL_UPDATE_BALANCE_PROOF,
	TS_CALL_UPDATE_BALANCE_PROOF_DELEGATE,
	TS_CALL_SETTLE,
	TS_CALL_COOPERATIVE_SETTLE,
	TS_CALL_WITHDRAW,
	TS_CALL_UNLOCK,
	TS_CALL_UNLOCK_DELEGATE,
	TS_CALL_PUNISH_OBSOLETE_UNLOCK,
	TS_CALL_GET_CHANNEL_INFO,
	TS_CALL_GET_CHANNEL_PARTICIPANT_INFO,
	TS_CALL_QUERY_UNLOCKED_LOCKS,
	TS_CALL_CHAIN_ID,
	TS_CALL_CONTRACT_VERSION,
	TS_CALL_PUNISH_BLOCK_NUMBER,
	TS_CALL_SECRET_REGISTRY,
	TS_CALL_REGISTER_SECRET,
	TS_CALL_COUNT,
};

const char *ts_network_signature(enum ts_network_call call);

/**
 * struct ts_transferred - what settle() is told of one side
 * @participant: whose
 * @transferred_amount: cumulative, with the locks that were unlocked
 * @locksroot: of the proof that the contract has
 */
struct ts_transferred {
	struct ts_address participant;
	struct ts_u256 transferred_amount;
	struct ts_hash locksroot;
};

/**
 * struct ts_unlock_claim - a lock whose secret is on the chain
 * @transferred_amount: of the partner, as the contract has it
 * @lock: the lock
 * @merkle_proof: from the lock to the root, 32 bytes a step
 */
struct ts_unlock_claim {
	struct ts_u256 transferred_amount;
	struct ts_lock lock;
	struct ts_bytes merkle_proof;
};

/* Longer proofs are of more than 2^32 locks. */
#define TS_MERKLE_PROOF_MAX_BYTES	(32 * TS_HASH_BYTES)

void ts_network_deposit(struct ts_calldata *out, const struct ts_address *token,
			const struct ts_address *participant,
			const struct ts_address *partner,
			const struct ts_u256 *amount,
			uint64_t settle_timeout_blocks);
void ts_network_prepare_settle(struct ts_calldata *out,
			       const struct ts_address *token,
			       const struct ts_address *partner,
			       const struct ts_channel_proof *partner_proof);
void ts_network_update_balance_proof(struct ts_calldata *out,
				     const struct ts_address *token,
				     const struct ts_address *partner,
				     const struct ts_channel_proof *partner_proof);
void ts_network_update_balance_proof_delegate(struct ts_calldata *out,
		const struct ts_address *token, const struct ts_address *partner,
		const struct ts_address *participant,
		const struct ts_channel_proof *partner_proof,
		const struct ts_signature *participant_signature);
void ts_network_settle(struct ts_calldata *out, const struct ts_address *token,
		       const struct ts_transferred *one,
		       const struct ts_transferred *other);
void ts_network_cooperative_settle(struct ts_calldata *out,
				   const struct ts_address *token,
				   const struct ts_settle *settle,
				   const struct ts_signature *participant1,
				   const struct ts_signature *participant2);
void ts_network_withdraw(struct ts_calldata *out, const struct ts_address *token,
			 const struct ts_withdraw *withdraw,
			 const struct ts_signature *participant1,
			 const struct ts_signature *participant2);
int ts_network_unlock(struct ts_calldata *out, const struct ts_address *token,
		      const struct ts_address *partner,
		      const struct ts_unlock_claim *claim);
int ts_network_unlock_delegate(struct ts_calldata *out,
			       const struct ts_address *token,
			       const struct ts_address *partner,
			       const struct ts_address *participant,
			       const struct ts_unlock_claim *claim,
			       const struct ts_signature *participant_signature);
void ts_network_punish_obsolete_unlock(struct ts_calldata *out,
				       const struct ts_address *token,
				       const struct ts_address *beneficiary,
				       const struct ts_address *cheater,
				       const struct ts_hash *lock_hash,
				       const struct ts_hash *additional_hash,
				       const struct ts_signature *cheater_signature);

void ts_network_get_channel_info(struct ts_calldata *out,
				 const struct ts_address *token,
				 const struct ts_address *one,
				 const struct ts_address *other);
void ts_network_get_participant_info(struct ts_calldata *out,
				     const struct ts_address *token,
				     const struct ts_address *participant,
				     const struct ts_address *partner);
void ts_network_query_unlocked_locks(struct ts_calldata *out,
				     const struct ts_address *token,
				     const struct ts_address *participant,
				     const struct ts_address *partner,
				     const struct ts_hash *lock_hash);
void ts_network_constant(struct ts_calldata *out, enum ts_network_call call);
void ts_network_register_secret(struct ts_calldata *out, const struct ts_hash *secret);

/**
 * struct ts_channel_info - a channel as the contract has it
 * @channel_identifier: of the pair and token
 * @settle_block_number: until when proofs are taken; 0 while open
 * @open_block_number: which life; 0 when there is none
 * @state: the contract's
 * @settle_timeout_blocks: between close and settle
 */
struct ts_channel_info {
	struct ts_hash channel_identifier;
	uint64_t settle_block_number;
	uint64_t open_block_number;
	enum ts_channel_state state;
	uint64_t settle_timeout_blocks;
};

#define TS_BALANCE_HASH_BYTES	24

/**
 * struct ts_participant_info - one side of a channel as the contract has it
 * @deposit: in the token's smallest unit
 * @balance_hash: of the locksroot and the transferred amount; see
 *	ts_network_balance_hash()
 * @nonce: of the proof that the other side showed; 0 for none
 */
struct ts_participant_info {
	struct ts_u256 deposit;
	uint8_t balance_hash[TS_BALANCE_HASH_BYTES];
	uint64_t nonce;
};

#define TS_CONTRACT_VERSION_SIZE	32

int ts_network_read_channel_info(const struct ts_bytes *data,
				 struct ts_channel_info *info);
int ts_network_read_participant_info(const struct ts_bytes *data,
				     struct ts_participant_info *info);
int ts_network_read_bool(const struct ts_bytes *data, bool *value);
int ts_network_read_u256(const struct ts_bytes *data, struct ts_u256 *value);
int ts_network_read_u64(const struct ts_bytes *data, uint64_t *value);
int ts_network_read_address(const struct ts_bytes *data, struct ts_address *value);
int ts_network_read_version(const struct ts_bytes *data,
			    char text[TS_CONTRACT_VERSION_SIZE]);

void ts_network_balance_hash(const struct ts_u256 *transferred_amount,
			     const struct ts_hash *locksroot,
			     uint8_t out[TS_BALANCE_HASH_BYTES]);

#endif /* TS_CHAIN_NETWORK_H */
