// SPDX-License-Identifier: GPL-2.0
/*
 * message.c - the layouts of the fourteen messages, each written once for
 * both directions, and what their signatures sign.
 */
#include <assert.h>
#include <string.h>

#include "photon/codec.h"
#include "photon/message.h"

#define MEDIATED_VERSION_MIN	1

_Static_assert(sizeof(struct ts_address) == TS_ADDRESS_BYTES,
	       "a path on the wire is an array of struct ts_address");

static void code_proof(struct ts_codec *c, struct ts_balance_proof *proof)
{
	ts_codec_be64(c, &proof->nonce);
	ts_codec_hash(c, &proof->channel_identifier);
	ts_codec_be64(c, &proof->open_block_number);
	ts_codec_u256(c, &proof->transferred_amount);
	ts_codec_hash(c, &proof->locksroot);
}

/* Data whose length is a varint. */
static void code_data(struct ts_codec *c, struct ts_bytes *data)
{
	uint64_t len = data->len;

	ts_codec_varint(c, &len);
	ts_codec_run(c, len, &data->p);
	data->len = len;
}

static void code_error(struct ts_codec *c, uint32_t *code,
		       struct ts_bytes *text)
{
	uint32_t len = (uint32_t)text->len;

	/* Longer than any datagram: let the run below refuse it. */
	if (text->len > TS_DATAGRAM_MAX_BYTES)
		len = TS_DATAGRAM_MAX_BYTES + 1;
	ts_codec_be32(c, code);
	ts_codec_be32(c, &len);
	ts_codec_run(c, len, &text->p);
	text->len = len;
}

static void code_ack(struct ts_codec *c, struct ts_message *msg)
{
	ts_codec_address(c, &msg->ack.sender);
	ts_codec_hash(c, &msg->ack.echo);
}

static void code_ping(struct ts_codec *c, struct ts_message *msg)
{
	ts_codec_be64(c, &msg->ping.nonce);
}

static void code_secret_request(struct ts_codec *c, struct ts_message *msg)
{
	ts_codec_hash(c, &msg->secret_request.lock_secret_hash);
	ts_codec_u256(c, &msg->secret_request.payment_amount);
}

static void code_unlock(struct ts_codec *c, struct ts_message *msg)
{
	ts_codec_hash(c, &msg->unlock.lock_secret);
	code_proof(c, &msg->unlock.proof);
}

static void code_direct_transfer(struct ts_codec *c, struct ts_message *msg)
{
	code_data(c, &msg->direct_transfer.data);
	code_proof(c, &msg->direct_transfer.proof);
}

static void code_mediated_transfer(struct ts_codec *c, struct ts_message *msg)
{
	struct ts_mediated_transfer *m = &msg->mediated_transfer;
	const uint8_t *path = (const uint8_t *)m->path;

	if (!c->err && msg->version < MEDIATED_VERSION_MIN)
		c->err = TS_PHOTON_BAD_VERSION;
	ts_codec_be64(c, &m->expiration);
	ts_codec_hash(c, &m->lock_secret_hash);
	ts_codec_u256(c, &m->payment_amount);
	ts_codec_address(c, &m->target);
	ts_codec_address(c, &m->initiator);
	ts_codec_u256(c, &m->fee);
	ts_codec_be32(c, &m->path_count);
	ts_codec_run(c, (uint64_t)m->path_count * TS_ADDRESS_BYTES, &path);
	m->path = (const struct ts_address *)path;
	code_proof(c, &m->proof);
}

static void code_announce_disposed(struct ts_codec *c, struct ts_message *msg)
{
	struct ts_announce_disposed *m = &msg->announce_disposed;

	ts_codec_u256(c, &m->lock.expiration);
	ts_codec_u256(c, &m->lock.amount);
	ts_codec_hash(c, &m->lock.secret_hash);
	ts_codec_hash(c, &m->channel_identifier);
	ts_codec_be64(c, &m->open_block_number);
	code_error(c, &m->error_code, &m->error_message);
}

static void code_reveal_secret(struct ts_codec *c, struct ts_message *msg)
{
	ts_codec_hash(c, &msg->reveal_secret.lock_secret);
	code_data(c, &msg->reveal_secret.data);
}

static void code_remove_lock(struct ts_codec *c, struct ts_message *msg)
{
	ts_codec_hash(c, &msg->remove_lock.lock_secret_hash);
	code_proof(c, &msg->remove_lock.proof);
}

static void code_settle(struct ts_codec *c, struct ts_settle *settle)
{
	ts_codec_hash(c, &settle->channel_identifier);
	ts_codec_be64(c, &settle->open_block_number);
	ts_codec_address(c, &settle->participant1);
	ts_codec_u256(c, &settle->participant1_balance);
	ts_codec_address(c, &settle->participant2);
	ts_codec_u256(c, &settle->participant2_balance);
}

static void code_settle_request(struct ts_codec *c, struct ts_message *msg)
{
	code_settle(c, &msg->settle_request.settle);
	ts_codec_signature(c, &msg->settle_request.participant1_signature);
}

static void code_settle_response(struct ts_codec *c, struct ts_message *msg)
{
	struct ts_settle_response *m = &msg->settle_response;

	code_settle(c, &m->settle);
	ts_codec_signature(c, &m->participant2_signature);
	code_error(c, &m->error_code, &m->error_message);
}

static void code_withdraw(struct ts_codec *c, struct ts_withdraw *withdraw)
{
	ts_codec_hash(c, &withdraw->channel_identifier);
	ts_codec_be64(c, &withdraw->open_block_number);
	ts_codec_address(c, &withdraw->participant1);
	ts_codec_address(c, &withdraw->participant2);
	ts_codec_u256(c, &withdraw->participant1_balance);
	ts_codec_u256(c, &withdraw->participant1_withdraw);
}

static void code_withdraw_request(struct ts_codec *c, struct ts_message *msg)
{
	code_withdraw(c, &msg->withdraw_request.withdraw);
	ts_codec_signature(c, &msg->withdraw_request.participant1_signature);
}

static void code_withdraw_response(struct ts_codec *c, struct ts_message *msg)
{
	struct ts_withdraw_response *m = &msg->withdraw_response;

	code_withdraw(c, &m->withdraw);
	ts_codec_signature(c, &m->participant2_signature);
	code_error(c, &m->error_code, &m->error_message);
}

/* Ids are below 28; the gaps have no name. */
static const struct layout {
	const char *name;
	void (*code)(struct ts_codec *c, struct ts_message *msg);
} layouts[] = {
	[TS_MSG_ACK] = { "Ack", code_ack },
	[TS_MSG_PING] = { "Ping", code_ping },
	[TS_MSG_SECRET_REQUEST] = { "SecretRequest", code_secret_request },
	[TS_MSG_UNLOCK] = { "Unlock", code_unlock },
	[TS_MSG_DIRECT_TRANSFER] = { "DirectTransfer", code_direct_transfer },
	[TS_MSG_MEDIATED_TRANSFER] = {
		"MediatedTransfer", code_mediated_transfer },
	[TS_MSG_ANNOUNCE_DISPOSED] = {
		"AnnounceDisposed", code_announce_disposed },
	[TS_MSG_REVEAL_SECRET] = { "RevealSecret", code_reveal_secret },
	[TS_MSG_REMOVE_EXPIRED_HASHLOCK] = {
		"RemoveExpiredHashlock", code_remove_lock },
	[TS_MSG_SETTLE_REQUEST] = { "SettleRequest", code_settle_request },
	[TS_MSG_SETTLE_RESPONSE] = { "SettleResponse", code_settle_response },
	[TS_MSG_WITHDRAW_REQUEST] = {
		"WithdrawRequest", code_withdraw_request },
	[TS_MSG_WITHDRAW_RESPONSE] = {
		"WithdrawResponse", code_withdraw_response },
	[TS_MSG_ANNOUNCE_DISPOSED_RESPONSE] = {
		"AnnounceDisposedResponse", code_remove_lock },
};

static const struct layout *layout_of(unsigned int id)
{
	if (id >= sizeof(layouts) / sizeof(layouts[0]) || !layouts[id].name)
		return NULL;
	return &layouts[id];
}

/**
 * ts_message_name() - what the protocol calls a message
 * @id: the command id
 *
 * Return: the name, or NULL if there is no such message.
 */
const char *ts_message_name(enum ts_message_id id)
{
	const struct layout *layout = layout_of(id);

	return layout ? layout->name : NULL;
}

/* The head, the fields, the signature: in the direction of the cursor. */
static void code_message(struct ts_codec *c, struct ts_message *msg)
{
	uint16_t id = (uint16_t)msg->id;
	const struct layout *layout;

	ts_codec_le16(c, &id);
	ts_codec_le16(c, &msg->version);
	if (c->err)
		return;
	msg->id = id;
	layout = layout_of(id);
	if (!layout) {
		c->err = TS_PHOTON_UNKNOWN_ID;
		return;
	}
	layout->code(c, msg);
	if (msg->id != TS_MSG_ACK)
		ts_codec_signature(c, &msg->signature);
}

/**
 * ts_message_decode() - bytes to message
 * @msg: where it goes; it points into @datagram; undefined on failure
 * @datagram: the bytes, from anybody
 * @len: how many
 *
 * Looks at the shape only: no amount, state or signature is checked.
 *
 * Return: TS_PHOTON_OK or what is wrong.
 */
enum ts_photon_err ts_message_decode(struct ts_message *msg,
				     const void *datagram, size_t len)
{
	struct ts_codec c = { .in = datagram, .size = len };

	if (!len)
		return TS_PHOTON_EMPTY;
	if (len > TS_DATAGRAM_MAX_BYTES)
		return TS_PHOTON_TOO_LONG;
	memset(msg, 0, sizeof(*msg));
	code_message(&c, msg);
	if (!c.err && c.pos != c.size)
		return TS_PHOTON_TRAILING;
	return c.err;
}

/**
 * ts_message_encode() - message to bytes
 * @msg: the message, signature included
 * @datagram: where the bytes go; undefined on failure
 *
 * Return: TS_PHOTON_OK, TS_PHOTON_TOO_LONG, TS_PHOTON_UNKNOWN_ID or
 * TS_PHOTON_BAD_VERSION.
 */
enum ts_photon_err ts_message_encode(const struct ts_message *msg,
				     struct ts_datagram *datagram)
{
	struct ts_codec c = {
		.out = datagram->b, .size = TS_DATAGRAM_MAX_BYTES
	};
	struct ts_message copy = *msg;	/* the field functions take both ways */

	code_message(&c, &copy);
	datagram->len = c.pos;
	return c.err;
}

/**
 * ts_message_balance_proof() - the balance proof in a message
 * @msg: any message
 *
 * Return: the proof, which lives as long as @msg, or NULL if it carries none.
 */
const struct ts_balance_proof *
ts_message_balance_proof(const struct ts_message *msg)
{
	switch (msg->id) {
	case TS_MSG_UNLOCK:
		return &msg->unlock.proof;
	case TS_MSG_DIRECT_TRANSFER:
		return &msg->direct_transfer.proof;
	case TS_MSG_MEDIATED_TRANSFER:
		return &msg->mediated_transfer.proof;
	case TS_MSG_REMOVE_EXPIRED_HASHLOCK:
	case TS_MSG_ANNOUNCE_DISPOSED_RESPONSE:
		return &msg->remove_lock.proof;
	default:
		return NULL;
	}
}

/**
 * ts_message_channel() - the channel that a message names
 * @msg: the message
 * @open_block_number: which of its lives; set when there is one
 *
 * Return: its identifier; NULL: it names none (Ack, Ping, SecretRequest,
 * RevealSecret).
 */
const struct ts_hash *ts_message_channel(const struct ts_message *msg,
					 uint64_t *open_block_number)
{
	const struct ts_balance_proof *proof = ts_message_balance_proof(msg);
	const struct ts_settle *settle = &msg->settle_request.settle;
	const struct ts_withdraw *withdraw = &msg->withdraw_request.withdraw;

	if (proof) {
		*open_block_number = proof->open_block_number;
		return &proof->channel_identifier;
	}
	switch (msg->id) {
	case TS_MSG_ANNOUNCE_DISPOSED:
		*open_block_number = msg->announce_disposed.open_block_number;
		return &msg->announce_disposed.channel_identifier;
	case TS_MSG_SETTLE_RESPONSE:
		settle = &msg->settle_response.settle;
		/* fall through */
	case TS_MSG_SETTLE_REQUEST:
		*open_block_number = settle->open_block_number;
		return &settle->channel_identifier;
	case TS_MSG_WITHDRAW_RESPONSE:
		withdraw = &msg->withdraw_response.withdraw;
		/* fall through */
	case TS_MSG_WITHDRAW_REQUEST:
		*open_block_number = withdraw->open_block_number;
		return &withdraw->channel_identifier;
	default:
		return NULL;
	}
}

/**
 * ts_message_hash() - the additional_hash of a signed message
 * @datagram: its bytes
 * @len: how many, at least a signature's
 * @hash: where it goes: Keccak-256 of all but the signature
 */
void ts_message_hash(const void *datagram, size_t len, struct ts_hash *hash)
{
	assert(len >= TS_SIGNATURE_BYTES);
	ts_keccak256(hash, datagram, len - TS_SIGNATURE_BYTES);
}

/**
 * ts_message_digest() - what the signature at the end of a message signs
 * @msg: the message
 * @datagram: its bytes; those of the signature are not looked at
 * @len: how many
 * @chain_id: the contract's
 * @digest: where it goes
 *
 * A message with a balance proof and AnnounceDisposed sign the contract's
 * form, the others the hash of their own bytes.
 *
 * Return: TS_PHOTON_OK, or TS_PHOTON_UNSIGNED for an Ack.
 */
enum ts_photon_err ts_message_digest(const struct ts_message *msg,
				     const void *datagram, size_t len,
				     const struct ts_u256 *chain_id,
				     struct ts_hash *digest)
{
	const struct ts_balance_proof *proof = ts_message_balance_proof(msg);
	const struct ts_announce_disposed *disposed = &msg->announce_disposed;
	struct ts_hash lock_hash, hash;
	struct ts_form form;

	if (msg->id == TS_MSG_ACK)
		return TS_PHOTON_UNSIGNED;
	ts_message_hash(datagram, len, &hash);
	if (proof) {
		ts_form_balance_proof(&form, proof, &hash, chain_id);
	} else if (msg->id == TS_MSG_ANNOUNCE_DISPOSED) {
		ts_lock_hash(&disposed->lock, &lock_hash);
		ts_form_dispose(&form, &lock_hash,
				&disposed->channel_identifier,
				disposed->open_block_number, &hash, chain_id);
	} else {
		*digest = hash;
		return TS_PHOTON_OK;
	}
	ts_form_digest(&form, digest);
	return TS_PHOTON_OK;
}

/**
 * ts_message_recover() - who signed a message
 * @msg: the message as ts_message_decode() made it
 * @datagram: its bytes
 * @len: how many
 * @chain_id: the contract's
 * @signer: where the address goes
 *
 * The costly step: do every other check first.  A message that was altered
 * does not fail, it gives another address: compare it.
 *
 * Return: TS_PHOTON_OK, TS_PHOTON_UNSIGNED or TS_PHOTON_BAD_SIGNATURE.
 */
enum ts_photon_err ts_message_recover(const struct ts_message *msg,
				      const void *datagram, size_t len,
				      const struct ts_u256 *chain_id,
				      struct ts_address *signer)
{
	struct ts_hash digest;
	enum ts_photon_err err;

	err = ts_message_digest(msg, datagram, len, chain_id, &digest);
	if (err)
		return err;
	if (ts_signature_recover(&msg->signature, &digest, signer))
		return TS_PHOTON_BAD_SIGNATURE;
	return TS_PHOTON_OK;
}

/**
 * ts_message_sign() - fill in a message's signature and pack it
 * @msg: all fields but @msg->signature, which is set
 * @key: the signer
 * @chain_id: the contract's
 * @datagram: where the bytes go
 *
 * Return: TS_PHOTON_OK, TS_PHOTON_UNSIGNED, or as ts_message_encode().
 */
enum ts_photon_err ts_message_sign(struct ts_message *msg,
				   const struct ts_signer *key,
				   const struct ts_u256 *chain_id,
				   struct ts_datagram *datagram)
{
	struct ts_hash digest;
	enum ts_photon_err err;

	err = ts_message_encode(msg, datagram);
	if (err)
		return err;
	err = ts_message_digest(msg, datagram->b, datagram->len, chain_id,
				&digest);
	if (err)
		return err;
	ts_signer_sign(key, &digest, &msg->signature);
	memcpy(datagram->b + datagram->len - TS_SIGNATURE_BYTES,
	       msg->signature.b, TS_SIGNATURE_BYTES);
	return TS_PHOTON_OK;
}
