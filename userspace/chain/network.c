// SPDX-License-Identifier: GPL-2.0
/* network.c - calls of TokensNetwork and SecretRegistry. */
#include <errno.h>
#include <stdlib.h>

#include "chain/network.h"

static const char * const signatures[TS_CALL_COUNT] = {
	[TS_CALL_DEPOSIT] = "deposit(address,address,address,uint256,uint64)",
	[TS_CALL_PREPARE_SETTLE] =
		"prepareSettle(address,address,uint256,bytes32,uint64,bytes32,bytes)",
	[TS_CALL_UPDATE_BALANCE_PROOF] =
		"updateBalanceProof(address,address,uint256,bytes32,uint64,bytes32,bytes)",
	[TS_CALL_UPDATE_BALANCE_PROOF_DELEGATE] =
		"updateBalanceProofDelegate(address,address,address,uint256,bytes32,uint64,bytes32,bytes,bytes)",
	[TS_CALL_SETTLE] =
		"settle(address,address,uint256,bytes32,address,uint256,bytes32)",
	[TS_CALL_COOPERATIVE_SETTLE] =
		"cooperativeSettle(address,address,uint256,address,uint256,bytes,bytes)",
	[TS_CALL_WITHDRAW] =
		"withDraw(address,address,address,uint256,uint256,bytes,bytes)",
	[TS_CALL_UNLOCK] =
		"unlock(address,address,uint256,uint256,uint256,bytes32,bytes)",
	[TS_CALL_UNLOCK_DELEGATE] =
		"unlockDelegate(address,address,address,uint256,uint256,uint256,bytes32,bytes,bytes)",
	[TS_CALL_PUNISH_OBSOLETE_UNLOCK] =
		"punishObsoleteUnlock(address,address,address,bytes32,bytes32,bytes)",
	[TS_CALL_GET_CHANNEL_INFO] = "getChannelInfo(address,address,address)",
	[TS_CALL_GET_CHANNEL_PARTICIPANT_INFO] =
		"getChannelParticipantInfo(address,address,address)",
	[TS_CALL_QUERY_UNLOCKED_LOCKS] =
		"queryUnlockedLocks(address,address,address,bytes32)",
	[TS_CALL_CHAIN_ID] = "chain_id()",
	[TS_CALL_CONTRACT_VERSION] = "contract_version()",
	[TS_CALL_PUNISH_BLOCK_NUMBER] = "punish_block_number()",
	[TS_CALL_SECRET_REGISTRY] = "secret_registry()",
	[TS_CALL_REGISTER_SECRET] = "registerSecret(bytes32)",
};

/**
 * ts_network_signature() - the text of a function's signature
 * @call: the function
 *
 * Return: the text that its selector is the hash of.
 */
const char *ts_network_signature(enum ts_network_call call)
{
	return signatures[call];
}

static void begin(struct ts_abi_writer *w, struct ts_calldata *out,
		  enum ts_network_call call)
{
	ts_abi_begin(w, out, signatures[call]);
}

/* Only what differs from its own signature can fail, and a test would see it. */
static void end(const struct ts_abi_writer *w)
{
	if (ts_abi_end(w))
		abort();
}

static void put_signature(struct ts_abi_writer *w, const struct ts_signature *signature)
{
	ts_abi_put_bytes(w, signature->b, TS_SIGNATURE_BYTES);
}

/* With nonce 0 there is no proof and the contract looks at no signature. */
static void put_proof(struct ts_abi_writer *w, const struct ts_channel_proof *proof)
{
	struct ts_u256 transferred = ts_u256_from_u128(proof->transferred_wei);

	ts_abi_put_u256(w, &transferred);
	ts_abi_put_hash(w, &proof->locksroot);
	ts_abi_put_u64(w, proof->nonce);
	ts_abi_put_hash(w, &proof->additional_hash);
	ts_abi_put_bytes(w, proof->signature.b, proof->nonce ? TS_SIGNATURE_BYTES : 0);
}

/**
 * ts_network_deposit() - open a channel, or add to a deposit
 * @out: the call
 * @token: the token; it must have been approved for the contract
 * @participant: whose deposit grows
 * @partner: the other side
 * @amount: in the token's smallest unit
 * @settle_timeout_blocks: opens the channel if there is none; 0 only adds, so
 *	that a channel which has gone makes it fail
 */
void ts_network_deposit(struct ts_calldata *out, const struct ts_address *token,
			const struct ts_address *participant,
			const struct ts_address *partner,
			const struct ts_u256 *amount,
			uint64_t settle_timeout_blocks)
{
	struct ts_abi_writer w;

	begin(&w, out, TS_CALL_DEPOSIT);
	ts_abi_put_address(&w, token);
	ts_abi_put_address(&w, participant);
	ts_abi_put_address(&w, partner);
	ts_abi_put_u256(&w, amount);
	ts_abi_put_u64(&w, settle_timeout_blocks);
	end(&w);
}

/**
 * ts_network_prepare_settle() - close a channel from one side
 * @out: the call
 * @token: the channel's token
 * @partner: the other side
 * @partner_proof: the last that the partner signed; nonce 0 for none
 */
void ts_network_prepare_settle(struct ts_calldata *out,
			       const struct ts_address *token,
			       const struct ts_address *partner,
			       const struct ts_channel_proof *partner_proof)
{
	struct ts_abi_writer w;

	begin(&w, out, TS_CALL_PREPARE_SETTLE);
	ts_abi_put_address(&w, token);
	ts_abi_put_address(&w, partner);
	put_proof(&w, partner_proof);
	end(&w);
}

/**
 * ts_network_update_balance_proof() - show a newer proof after a close
 * @out: the call
 * @token: the channel's token
 * @partner: who signed the proof
 * @partner_proof: its nonce must be above the contract's
 */
void ts_network_update_balance_proof(struct ts_calldata *out,
				     const struct ts_address *token,
				     const struct ts_address *partner,
				     const struct ts_channel_proof *partner_proof)
{
	struct ts_abi_writer w;

	begin(&w, out, TS_CALL_UPDATE_BALANCE_PROOF);
	ts_abi_put_address(&w, token);
	ts_abi_put_address(&w, partner);
	put_proof(&w, partner_proof);
	end(&w);
}

/**
 * ts_network_update_balance_proof_delegate() - the same, for somebody else
 * @out: the call
 * @token: the channel's token
 * @partner: who signed the proof
 * @participant: for whom; taken only in the second half of the window
 * @partner_proof: its nonce must be above the contract's
 * @participant_signature: over ts_form_balance_proof_delegate()
 */
void ts_network_update_balance_proof_delegate(struct ts_calldata *out,
		const struct ts_address *token, const struct ts_address *partner,
		const struct ts_address *participant,
		const struct ts_channel_proof *partner_proof,
		const struct ts_signature *participant_signature)
{
	struct ts_abi_writer w;

	begin(&w, out, TS_CALL_UPDATE_BALANCE_PROOF_DELEGATE);
	ts_abi_put_address(&w, token);
	ts_abi_put_address(&w, partner);
	ts_abi_put_address(&w, participant);
	put_proof(&w, partner_proof);
	put_signature(&w, participant_signature);
	end(&w);
}

static void put_transferred(struct ts_abi_writer *w, const struct ts_transferred *side)
{
	ts_abi_put_address(w, &side->participant);
	ts_abi_put_u256(w, &side->transferred_amount);
	ts_abi_put_hash(w, &side->locksroot);
}

/**
 * ts_network_settle() - pay out a closed channel whose time is over
 * @out: the call
 * @token: the channel's token
 * @one: what one side has transferred
 * @other: what the other side has
 */
void ts_network_settle(struct ts_calldata *out, const struct ts_address *token,
		       const struct ts_transferred *one,
		       const struct ts_transferred *other)
{
	struct ts_abi_writer w;

	begin(&w, out, TS_CALL_SETTLE);
	ts_abi_put_address(&w, token);
	put_transferred(&w, one);
	put_transferred(&w, other);
	end(&w);
}

/**
 * ts_network_cooperative_settle() - pay out as both have signed
 * @out: the call
 * @token: the channel's token
 * @settle: what both signed
 * @participant1: signature of settle->participant1
 * @participant2: signature of settle->participant2
 */
void ts_network_cooperative_settle(struct ts_calldata *out,
				   const struct ts_address *token,
				   const struct ts_settle *settle,
				   const struct ts_signature *participant1,
				   const struct ts_signature *participant2)
{
	struct ts_abi_writer w;

	begin(&w, out, TS_CALL_COOPERATIVE_SETTLE);
	ts_abi_put_address(&w, token);
	ts_abi_put_address(&w, &settle->participant1);
	ts_abi_put_u256(&w, &settle->participant1_balance);
	ts_abi_put_address(&w, &settle->participant2);
	ts_abi_put_u256(&w, &settle->participant2_balance);
	put_signature(&w, participant1);
	put_signature(&w, participant2);
	end(&w);
}

/**
 * ts_network_withdraw() - take value out of an open channel
 * @out: the call
 * @token: the channel's token
 * @withdraw: what both signed
 * @participant1: signature of withdraw->participant1, who takes
 * @participant2: signature of withdraw->participant2
 */
void ts_network_withdraw(struct ts_calldata *out, const struct ts_address *token,
			 const struct ts_withdraw *withdraw,
			 const struct ts_signature *participant1,
			 const struct ts_signature *participant2)
{
	struct ts_abi_writer w;

	begin(&w, out, TS_CALL_WITHDRAW);
	ts_abi_put_address(&w, token);
	ts_abi_put_address(&w, &withdraw->participant1);
	ts_abi_put_address(&w, &withdraw->participant2);
	ts_abi_put_u256(&w, &withdraw->participant1_balance);
	ts_abi_put_u256(&w, &withdraw->participant1_withdraw);
	put_signature(&w, participant1);
	put_signature(&w, participant2);
	end(&w);
}

static void put_claim(struct ts_abi_writer *w, const struct ts_unlock_claim *claim)
{
	ts_abi_put_u256(w, &claim->transferred_amount);
	ts_abi_put_u256(w, &claim->lock.expiration);
	ts_abi_put_u256(w, &claim->lock.amount);
	ts_abi_put_hash(w, &claim->lock.secret_hash);
	ts_abi_put_bytes(w, claim->merkle_proof.p, claim->merkle_proof.len);
}

static bool proof_possible(const struct ts_unlock_claim *claim)
{
	return claim->merkle_proof.len <= TS_MERKLE_PROOF_MAX_BYTES &&
	       claim->merkle_proof.len % TS_HASH_BYTES == 0;
}

/**
 * ts_network_unlock() - have a lock counted after a close
 * @out: the call
 * @token: the channel's token
 * @partner: who locked
 * @claim: the lock
 *
 * Return: 0 or -EINVAL: that is no merkle proof.
 */
int ts_network_unlock(struct ts_calldata *out, const struct ts_address *token,
		      const struct ts_address *partner,
		      const struct ts_unlock_claim *claim)
{
	struct ts_abi_writer w;

	if (!proof_possible(claim))
		return -EINVAL;
	begin(&w, out, TS_CALL_UNLOCK);
	ts_abi_put_address(&w, token);
	ts_abi_put_address(&w, partner);
	put_claim(&w, claim);
	end(&w);
	return 0;
}

/**
 * ts_network_unlock_delegate() - the same, for somebody else
 * @out: the call
 * @token: the channel's token
 * @partner: who locked
 * @participant: for whom
 * @claim: the lock
 * @participant_signature: over ts_form_unlock_delegate()
 *
 * Return: 0 or -EINVAL: that is no merkle proof.
 */
int ts_network_unlock_delegate(struct ts_calldata *out,
			       const struct ts_address *token,
			       const struct ts_address *partner,
			       const struct ts_address *participant,
			       const struct ts_unlock_claim *claim,
			       const struct ts_signature *participant_signature)
{
	struct ts_abi_writer w;

	if (!proof_possible(claim))
		return -EINVAL;
	begin(&w, out, TS_CALL_UNLOCK_DELEGATE);
	ts_abi_put_address(&w, token);
	ts_abi_put_address(&w, partner);
	ts_abi_put_address(&w, participant);
	put_claim(&w, claim);
	put_signature(&w, participant_signature);
	end(&w);
	return 0;
}

/**
 * ts_network_punish_obsolete_unlock() - he unlocked what he had disposed of
 * @out: the call
 * @token: the channel's token
 * @beneficiary: who gets the other's deposit
 * @cheater: the other
 * @lock_hash: of the lock
 * @additional_hash: of the AnnounceDisposed that carried the signature
 * @cheater_signature: over ts_form_dispose()
 */
void ts_network_punish_obsolete_unlock(struct ts_calldata *out,
				       const struct ts_address *token,
				       const struct ts_address *beneficiary,
				       const struct ts_address *cheater,
				       const struct ts_hash *lock_hash,
				       const struct ts_hash *additional_hash,
				       const struct ts_signature *cheater_signature)
{
	struct ts_abi_writer w;

	begin(&w, out, TS_CALL_PUNISH_OBSOLETE_UNLOCK);
	ts_abi_put_address(&w, token);
	ts_abi_put_address(&w, beneficiary);
	ts_abi_put_address(&w, cheater);
	ts_abi_put_hash(&w, lock_hash);
	ts_abi_put_hash(&w, additional_hash);
	put_signature(&w, cheater_signature);
	end(&w);
}

static void put_three(struct ts_abi_writer *w, const struct ts_address *token,
		      const struct ts_address *one, const struct ts_address *other)
{
	ts_abi_put_address(w, token);
	ts_abi_put_address(w, one);
	ts_abi_put_address(w, other);
}

/** ts_network_get_channel_info() - ask for the channel of a pair */
void ts_network_get_channel_info(struct ts_calldata *out,
				 const struct ts_address *token,
				 const struct ts_address *one,
				 const struct ts_address *other)
{
	struct ts_abi_writer w;

	begin(&w, out, TS_CALL_GET_CHANNEL_INFO);
	put_three(&w, token, one, other);
	end(&w);
}

/** ts_network_get_participant_info() - ask for one side of a channel */
void ts_network_get_participant_info(struct ts_calldata *out,
				     const struct ts_address *token,
				     const struct ts_address *participant,
				     const struct ts_address *partner)
{
	struct ts_abi_writer w;

	begin(&w, out, TS_CALL_GET_CHANNEL_PARTICIPANT_INFO);
	put_three(&w, token, participant, partner);
	end(&w);
}

/** ts_network_query_unlocked_locks() - ask whether a lock was unlocked */
void ts_network_query_unlocked_locks(struct ts_calldata *out,
				     const struct ts_address *token,
				     const struct ts_address *participant,
				     const struct ts_address *partner,
				     const struct ts_hash *lock_hash)
{
	struct ts_abi_writer w;

	begin(&w, out, TS_CALL_QUERY_UNLOCKED_LOCKS);
	put_three(&w, token, participant, partner);
	ts_abi_put_hash(&w, lock_hash);
	end(&w);
}

/**
 * ts_network_constant() - ask for a constant of the contract
 * @out: the call
 * @call: one of the functions that take nothing
 */
void ts_network_constant(struct ts_calldata *out, enum ts_network_call call)
{
	struct ts_abi_writer w;

	begin(&w, out, call);
	end(&w);
}

/** ts_network_register_secret() - have a secret on the chain (SecretRegistry) */
void ts_network_register_secret(struct ts_calldata *out, const struct ts_hash *secret)
{
	struct ts_abi_writer w;

	begin(&w, out, TS_CALL_REGISTER_SECRET);
	ts_abi_put_hash(&w, secret);
	end(&w);
}
