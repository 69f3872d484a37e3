// SPDX-License-Identifier: GPL-2.0
/*
 * channel_step.c - the steps of a channel: take a transfer, make a transfer.
 */
#include <string.h>

#include "photon/ack.h"
#include "photon/channel.h"
#include "photon/step.h"

/* Whether a message is about this life of this channel. */
enum ts_refusal ts_step_life(const struct ts_channel *channel,
			     const struct ts_hash *channel_identifier,
			     uint64_t open_block_number)
{
	if (!ts_hash_equal(channel_identifier, &channel->channel_identifier))
		return TS_REFUSED_UNKNOWN_CHANNEL;
	if (open_block_number != channel->open_block_number)
		return TS_REFUSED_WRONG_OPEN_BLOCK;
	return TS_ACCEPTED;
}

/* Whether balance proofs may move at all. */
enum ts_refusal ts_step_usable(const struct ts_channel *channel)
{
	if (channel->state != TS_CHANNEL_OPEN)
		return TS_REFUSED_CHANNEL_CLOSED;
	if (channel->frozen)
		return TS_REFUSED_FROZEN;
	return TS_ACCEPTED;
}

/* The partner's next nonce is the last one's successor, nothing else. */
enum ts_refusal ts_step_nonce(const struct ts_channel *channel,
			      const struct ts_balance_proof *proof)
{
	uint64_t last = channel->partner_proof.nonce;

	if (proof->nonce <= last)
		return TS_REFUSED_NONCE_REPLAYED;
	return proof->nonce - last != 1 ? TS_REFUSED_NONCE_GAP : TS_ACCEPTED;
}

/* The costly one: to be asked last (rule M9). */
enum ts_refusal ts_step_signer(const struct ts_channel *channel,
			       const struct ts_message *msg,
			       const void *datagram, size_t len)
{
	struct ts_address signer;

	if (ts_message_recover(msg, datagram, len, &channel->chain_id, &signer))
		return TS_REFUSED_BAD_SIGNATURE;
	if (!ts_address_equal(&signer, &channel->partner_address))
		return TS_REFUSED_NOT_PARTNER;
	return TS_ACCEPTED;
}

/* The partner's proof becomes its last one; every rule was checked. */
void ts_step_take(struct ts_channel *channel, const struct ts_message *msg,
		  ts_u128 transferred_wei, const void *datagram, size_t len)
{
	const struct ts_balance_proof *proof = ts_message_balance_proof(msg);
	struct ts_channel_proof *last = &channel->partner_proof;

	last->nonce = proof->nonce;
	last->transferred_wei = transferred_wei;
	last->locksroot = proof->locksroot;
	ts_message_hash(datagram, len, &last->additional_hash);
	last->signature = msg->signature;
}

/**
 * ts_step_make() - sign our next balance proof
 * @channel: the state, in which it becomes our last one; unchanged on refusal
 * @key: ours
 * @msg: the message that carries it, all but the proof
 * @proof: the proof in @msg
 * @transferred_wei: what we have transferred with it
 * @locksroot: over the locks we have pending with it
 * @datagram: where the bytes go
 *
 * The one place where a nonce of ours is used, so no other has to ask whether it
 * may have been used before a restore.
 *
 * Return: TS_ACCEPTED, or why not.
 */
enum ts_refusal ts_step_make(struct ts_channel *channel,
			     const struct ts_signer *key,
			     struct ts_message *msg,
			     struct ts_balance_proof *proof,
			     ts_u128 transferred_wei,
			     const struct ts_hash *locksroot,
			     struct ts_datagram *datagram)
{
	struct ts_channel_proof *last = &channel->our_proof;

	if (!ts_address_equal(ts_signer_address(key), &channel->our_address))
		return TS_REFUSED_WRONG_KEY;
	if (channel->restored == TS_RESTORED_UNKNOWN)
		return TS_REFUSED_RESTORED;
	if (last->nonce == UINT64_MAX)
		return TS_REFUSED_NONCE_EXHAUSTED;
	proof->nonce = last->nonce + 1;
	proof->channel_identifier = channel->channel_identifier;
	proof->open_block_number = channel->open_block_number;
	proof->transferred_amount = ts_u256_from_u128(transferred_wei);
	proof->locksroot = *locksroot;
	if (ts_message_sign(msg, key, &channel->chain_id, datagram))
		return TS_REFUSED_DATA_TOO_LONG;
	last->nonce = proof->nonce;
	last->transferred_wei = transferred_wei;
	last->locksroot = *locksroot;
	ts_message_hash(datagram->b, datagram->len, &last->additional_hash);
	last->signature = msg->signature;
	return TS_ACCEPTED;
}

/*
 * The very datagram that we accepted last: hash and signature together are all
 * of its bytes.  Told by comparing first; hashed only when all else agrees.
 */
static bool is_repeat(const struct ts_channel *channel,
		      const struct ts_message *msg,
		      const void *datagram, size_t len)
{
	const struct ts_channel_proof *last = &channel->partner_proof;
	struct ts_hash hash;

	if (!last->nonce || msg->direct_transfer.proof.nonce != last->nonce)
		return false;
	if (memcmp(msg->signature.b, last->signature.b, TS_SIGNATURE_BYTES))
		return false;
	ts_message_hash(datagram, len, &hash);
	return ts_hash_equal(&hash, &last->additional_hash);
}

/* Every rule about numbers; none costs more than a comparison (rule M9). */
static enum ts_refusal check_numbers(const struct ts_channel *channel,
				     const struct ts_balance_proof *proof,
				     ts_u128 *credit_wei)
{
	const struct ts_channel_proof *last = &channel->partner_proof;
	enum ts_refusal refusal = ts_step_nonce(channel, proof);
	ts_u128 transferred_wei;

	/*
	 * What is missing was lost with the ledger, and the partner may not have
	 * it any more.  The amount is cumulative: nothing is lost by going on.
	 */
	if (refusal == TS_REFUSED_NONCE_GAP && channel->restored)
		refusal = TS_ACCEPTED;
	if (refusal)
		return refusal;
	if (ts_u256_to_u128(&proof->transferred_amount, &transferred_wei))
		return TS_REFUSED_AMOUNT_TOO_LARGE;
	if (transferred_wei <= last->transferred_wei)
		return TS_REFUSED_AMOUNT_NOT_GROWING;
	*credit_wei = transferred_wei - last->transferred_wei;
	if (*credit_wei > ts_channel_partner_balance_wei(channel))
		return TS_REFUSED_OVER_BALANCE;
	/* A direct transfer neither adds a lock nor takes one away. */
	if (!ts_hash_equal(&proof->locksroot, &last->locksroot))
		return TS_REFUSED_WRONG_LOCKSROOT;
	return TS_ACCEPTED;
}

/**
 * ts_channel_receive() - take a DirectTransfer from the partner
 * @old: the state as committed
 * @msg: the message as ts_message_decode() made it from @datagram
 * @datagram: its bytes
 * @len: how many
 * @new: the state that follows, to be committed before it is used; untouched
 *	when refused
 * @effect: what is to happen after that; untouched when refused
 *
 * The checks are in the order of their cost; the signature comes last.  The
 * last accepted datagram is known again whatever happened to the channel since
 * (closed, frozen): it was accepted, its payer may know.
 *
 * Return: TS_ACCEPTED, or the first rule that it breaks.
 */
enum ts_refusal ts_channel_receive(const struct ts_channel *old,
				   const struct ts_message *msg,
				   const void *datagram, size_t len,
				   struct ts_channel *new,
				   struct ts_effect *effect)
{
	const struct ts_balance_proof *proof = &msg->direct_transfer.proof;
	enum ts_refusal refusal;
	ts_u128 credit_wei;

	if (msg->id != TS_MSG_DIRECT_TRANSFER)
		return TS_REFUSED_WRONG_MESSAGE;
	refusal = ts_step_life(old, &proof->channel_identifier,
			       proof->open_block_number);
	if (refusal)
		return refusal;
	if (is_repeat(old, msg, datagram, len)) {
		*new = *old;
		effect->kind = TS_EFFECT_REPEAT;
		effect->credit_wei = 0;
		ts_ack_make(datagram, len, &old->our_address, effect->ack);
		return TS_ACCEPTED;
	}
	refusal = ts_step_usable(old);
	if (!refusal)
		refusal = check_numbers(old, proof, &credit_wei);
	if (!refusal)
		refusal = ts_step_signer(old, msg, datagram, len);
	if (refusal)
		return refusal;

	*new = *old;
	ts_step_take(new, msg, old->partner_proof.transferred_wei + credit_wei,
		     datagram, len);
	effect->kind = TS_EFFECT_CREDIT;
	effect->credit_wei = credit_wei;
	ts_ack_make(datagram, len, &old->our_address, effect->ack);
	return TS_ACCEPTED;
}

/**
 * ts_channel_send() - make our next DirectTransfer
 * @old: the state as committed
 * @key: our key
 * @amount_wei: what to pay, above 0
 * @data: the data field, or NULL for none
 * @new: the state that follows; untouched when refused.  To be committed
 *	together with @datagram before that is sent: once it may have left,
 *	only the very same bytes may be sent under this nonce
 * @datagram: the bytes to send, and to send again until they are acked
 *
 * Return: TS_ACCEPTED, or the first rule that it would break.
 */
enum ts_refusal ts_channel_send(const struct ts_channel *old,
				const struct ts_signer *key, ts_u128 amount_wei,
				const struct ts_bytes *data,
				struct ts_channel *new,
				struct ts_datagram *datagram)
{
	const struct ts_channel_proof *last = &old->our_proof;
	struct ts_message msg = { .id = TS_MSG_DIRECT_TRANSFER };
	struct ts_channel made = *old;
	enum ts_refusal refusal;
	ts_u128 transferred_wei;

	refusal = ts_step_usable(old);
	if (refusal)
		return refusal;
	if (!ts_address_equal(ts_signer_address(key), &old->our_address))
		return TS_REFUSED_WRONG_KEY;
	if (last->nonce == UINT64_MAX)
		return TS_REFUSED_NONCE_EXHAUSTED;
	if (!amount_wei)
		return TS_REFUSED_AMOUNT_NOT_GROWING;
	if (amount_wei > ts_channel_our_balance_wei(old))
		return TS_REFUSED_OVER_BALANCE;
	if (__builtin_add_overflow(last->transferred_wei, amount_wei,
				   &transferred_wei))
		return TS_REFUSED_AMOUNT_TOO_LARGE;
	if (data)
		msg.direct_transfer.data = *data;
	refusal = ts_step_make(&made, key, &msg, &msg.direct_transfer.proof,
			       transferred_wei, &last->locksroot, datagram);
	if (!refusal)
		*new = made;
	return refusal;
}
