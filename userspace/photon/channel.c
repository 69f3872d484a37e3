// SPDX-License-Identifier: GPL-2.0
/*
 * channel.c - what a channel holds, and whether what is stored can be true.
 */
#include <string.h>

#include "photon/channel.h"

/*
 * deposit + received - sent - locked: 0 if what went out is more, the maximum
 * beyond 128 bits.
 */
static ts_u128 balance_wei(ts_u128 deposit_wei, ts_u128 received_wei,
			   ts_u128 sent_wei, ts_u128 locked_wei)
{
	ts_u128 out_wei, net_wei, balance;

	if (__builtin_add_overflow(sent_wei, locked_wei, &out_wei))
		return 0;
	if (received_wei >= out_wei) {
		net_wei = received_wei - out_wei;
		if (__builtin_add_overflow(deposit_wei, net_wei, &balance))
			return TS_U128_MAX;
		return balance;
	}
	net_wei = out_wei - received_wei;
	return net_wei > deposit_wei ? 0 : deposit_wei - net_wei;
}

/* What we can still transfer: without what our locks hold. */
ts_u128 ts_channel_our_balance_wei(const struct ts_channel *channel)
{
	return balance_wei(channel->our_deposit_wei,
			   channel->partner_proof.transferred_wei,
			   channel->our_proof.transferred_wei,
			   channel->our_locked_wei);
}

/* What the partner can still transfer. */
ts_u128 ts_channel_partner_balance_wei(const struct ts_channel *channel)
{
	return balance_wei(channel->partner_deposit_wei,
			   channel->our_proof.transferred_wei,
			   channel->partner_proof.transferred_wei,
			   channel->partner_locked_wei);
}

static const char *identity_fault(const struct ts_channel *channel)
{
	struct ts_hash identifier;

	if (ts_address_is_zero(&channel->our_address) ||
	    ts_address_is_zero(&channel->partner_address) ||
	    ts_address_is_zero(&channel->token) ||
	    ts_address_is_zero(&channel->tokens_network))
		return "an address is zero: our, partner, token and tokens_network must be given";
	if (ts_address_equal(&channel->our_address, &channel->partner_address))
		return "our address and the partner's are the same";
	ts_channel_identifier(&channel->our_address, &channel->partner_address,
			      &channel->token, &channel->tokens_network,
			      &identifier);
	if (!ts_hash_equal(&identifier, &channel->channel_identifier))
		return "the channel identifier does not follow from the four addresses: one of them is wrong";
	if (!channel->open_block_number)
		return "the open block number is 0: read it from the contract";
	if (ts_u256_is_zero(&channel->chain_id))
		return "the chain id is 0: read it from the contract";
	if (channel->settle_timeout_blocks < TS_SETTLE_TIMEOUT_MIN ||
	    channel->settle_timeout_blocks > TS_SETTLE_TIMEOUT_MAX)
		return "the settle timeout is not within 6 to 2700000 blocks";
	return NULL;
}

static bool is_blank(const struct ts_channel_proof *proof)
{
	static const struct ts_signature unsigned_yet;

	return !proof->transferred_wei && ts_hash_is_zero(&proof->locksroot) &&
	       ts_hash_is_zero(&proof->additional_hash) &&
	       !memcmp(&proof->signature, &unsigned_yet, sizeof(unsigned_yet));
}

static bool is_signed(const struct ts_channel *channel,
		      const struct ts_channel_proof *proof,
		      const struct ts_address *by)
{
	struct ts_balance_proof balance = {
		.nonce = proof->nonce,
		.channel_identifier = channel->channel_identifier,
		.open_block_number = channel->open_block_number,
		.transferred_amount =
			ts_u256_from_u128(proof->transferred_wei),
		.locksroot = proof->locksroot,
	};
	struct ts_address signer;
	struct ts_hash digest;
	struct ts_form form;

	ts_form_balance_proof(&form, &balance, &proof->additional_hash,
			      &channel->chain_id);
	ts_form_digest(&form, &digest);
	return !ts_signature_recover(&proof->signature, &digest, &signer) &&
	       ts_address_equal(&signer, by);
}

static const char *proof_fault(const struct ts_channel *channel,
			       const struct ts_channel_proof *proof,
			       const struct ts_address *by)
{
	if (!proof->nonce)
		return is_blank(proof) ? NULL :
		       "a balance proof has no nonce but other fields";
	if (!is_signed(channel, proof, by))
		return "a balance proof does not have its owner's signature";
	return NULL;
}

/* Whether sent and locked can be paid out of deposit and received. */
static bool is_covered(ts_u128 sent_wei, ts_u128 locked_wei,
		       ts_u128 deposit_wei, ts_u128 received_wei)
{
	ts_u128 out_wei;

	if (__builtin_add_overflow(sent_wei, locked_wei, &out_wei))
		return false;
	return out_wei <= received_wei || out_wei - received_wei <= deposit_wei;
}

static const char *sum_fault(const struct ts_channel *channel)
{
	ts_u128 ours = channel->our_proof.transferred_wei;
	ts_u128 partners = channel->partner_proof.transferred_wei;
	ts_u128 total;

	if (__builtin_add_overflow(channel->our_deposit_wei,
				   channel->partner_deposit_wei, &total))
		return "the deposits together are 2^128 or more, beyond this ledger";
	if (!is_covered(ours, channel->our_locked_wei,
			channel->our_deposit_wei, partners))
		return "we transferred more than we had";
	if (!is_covered(partners, channel->partner_locked_wei,
			channel->partner_deposit_wei, ours))
		return "the partner transferred more than it had";
	return NULL;
}

static bool is_root(const struct ts_locks *locks, ts_u128 locked_wei,
		    const struct ts_hash *locksroot)
{
	struct ts_hash root;

	ts_locks_root(locks, NULL, NULL, &root);
	return ts_hash_equal(&root, locksroot) &&
	       ts_locks_sum_wei(locks) == locked_wei;
}

/**
 * ts_channel_locks_fault() - whether a channel with these locks can be true
 * @channel: the channel
 * @our_locks: ours, pending
 * @partner_locks: the partner's
 *
 * Checks the identity, the sums, both roots and both signatures.
 *
 * Return: NULL, or what is wrong.
 */
const char *ts_channel_locks_fault(const struct ts_channel *channel,
				   const struct ts_locks *our_locks,
				   const struct ts_locks *partner_locks)
{
	const char *fault;

	fault = identity_fault(channel);
	if (fault)
		return fault;
	if (channel->state != TS_CHANNEL_NONE &&
	    channel->state != TS_CHANNEL_OPEN &&
	    channel->state != TS_CHANNEL_CLOSED)
		return "the state is not 0 (none), 1 (open) or 2 (closed)";
	fault = sum_fault(channel);
	if (fault)
		return fault;
	if (!is_root(our_locks, channel->our_locked_wei,
		     &channel->our_proof.locksroot) ||
	    !is_root(partner_locks, channel->partner_locked_wei,
		     &channel->partner_proof.locksroot))
		return "the pending locks are not those of a balance proof's locksroot: let them expire or be unlocked first";
	fault = proof_fault(channel, &channel->our_proof,
			    &channel->our_address);
	if (fault)
		return fault;
	return proof_fault(channel, &channel->partner_proof,
			   &channel->partner_address);
}

/**
 * ts_channel_fault() - whether a channel from a file or a database can be true
 * @channel: the channel, without pending locks
 *
 * To be asked of whatever comes from outside; the steps keep it true.
 *
 * Return: NULL, or what is wrong.
 */
const char *ts_channel_fault(const struct ts_channel *channel)
{
	static const struct ts_locks none;

	return ts_channel_locks_fault(channel, &none, &none);
}
