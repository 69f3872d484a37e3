// SPDX-License-Identifier: GPL-2.0
/*
 * section_message.c - the sections of a vectors file that are messages.
 *
 * Each message's fields are listed once; from that list a message is built out
 * of the entry and packed, and the entry's packed bytes are decoded and
 * compared with it.
 */
#include <stdlib.h>
#include <string.h>

#include "photon/ack.h"
#include "vector.h"

typedef void list_fields(struct vector *v, struct ts_message *msg);

static void list_ping(struct vector *v, struct ts_message *msg)
{
	field_u64(v, "nonce", &msg->ping.nonce);
}

static void list_direct_transfer(struct vector *v, struct ts_message *msg)
{
	struct ts_direct_transfer *m = &msg->direct_transfer;

	field_bytes(v, "data", &m->data);
	field_proof(v, "balance_proof", &m->proof);
	if (!*v->fault && vector_u64(v, "data_len") != m->data.len)
		vector_fail(v, "data_len: is %zu", m->data.len);
}

static void list_unlock(struct vector *v, struct ts_message *msg)
{
	struct ts_hash hash;

	field_hash(v, "lock_secret", &msg->unlock.lock_secret);
	field_proof(v, "balance_proof", &msg->unlock.proof);
	ts_sha256(&hash, msg->unlock.lock_secret.b, TS_HASH_BYTES);
	vector_same(v, "lock_secret_hash", hash.b, TS_HASH_BYTES);
}

static void list_remove_lock(struct vector *v, struct ts_message *msg)
{
	field_hash(v, "lock_secret_hash", &msg->remove_lock.lock_secret_hash);
	field_proof(v, "balance_proof", &msg->remove_lock.proof);
}

static void list_announce_disposed(struct vector *v, struct ts_message *msg)
{
	struct ts_announce_disposed *m = &msg->announce_disposed;
	struct ts_hash hash;

	field_u256(v, "expiration", &m->lock.expiration);
	field_u256(v, "amount", &m->lock.amount);
	field_hash(v, "lock_secret_hash", &m->lock.secret_hash);
	field_hash(v, "channel_identifier", &m->channel_identifier);
	field_u64(v, "open_block_number", &m->open_block_number);
	field_u32(v, "error_code", &m->error_code);
	field_text(v, "error_message", &m->error_message);
	ts_lock_hash(&m->lock, &hash);
	vector_same(v, "lock_hash", hash.b, TS_HASH_BYTES);
}

static void list_mediated_transfer(struct vector *v, struct ts_message *msg)
{
	struct ts_mediated_transfer *m = &msg->mediated_transfer;
	struct ts_bytes lock_bytes;
	struct ts_hash hash;
	struct ts_lock lock;

	field_u64(v, "expiration", &m->expiration);
	field_hash(v, "lock_secret_hash", &m->lock_secret_hash);
	field_u256(v, "payment_amount", &m->payment_amount);
	field_address(v, "target", &m->target);
	field_address(v, "initiator", &m->initiator);
	field_u256(v, "fee", &m->fee);
	field_path(v, "path", &m->path, &m->path_count);
	field_proof(v, "balance_proof", &m->proof);

	lock.expiration = ts_u256_from_u64(m->expiration);
	lock.amount = m->payment_amount;
	lock.secret_hash = m->lock_secret_hash;
	ts_lock_hash(&lock, &hash);
	vector_same(v, "lock_hash", hash.b, TS_HASH_BYTES);
	lock_bytes = vector_bytes(v, "lock_bytes");
	ts_keccak256(&hash, lock_bytes.p, lock_bytes.len);
	vector_same(v, "lock_hash", hash.b, TS_HASH_BYTES);
}

static void list_secret_request(struct vector *v, struct ts_message *msg)
{
	struct ts_secret_request *m = &msg->secret_request;

	field_hash(v, "lock_secret_hash", &m->lock_secret_hash);
	field_u256(v, "payment_amount", &m->payment_amount);
}

static void list_reveal_secret(struct vector *v, struct ts_message *msg)
{
	struct ts_reveal_secret *m = &msg->reveal_secret;
	struct ts_hash hash;

	field_hash(v, "lock_secret", &m->lock_secret);
	field_bytes(v, "data", &m->data);
	ts_sha256(&hash, m->lock_secret.b, TS_HASH_BYTES);
	vector_same(v, "lock_secret_hash", hash.b, TS_HASH_BYTES);
}

static void list_settle(struct vector *v, struct ts_settle *settle)
{
	field_hash(v, "channel_identifier", &settle->channel_identifier);
	field_u64(v, "open_block_number", &settle->open_block_number);
	field_address(v, "participant1", &settle->participant1);
	field_u256(v, "participant1_balance", &settle->participant1_balance);
	field_address(v, "participant2", &settle->participant2);
	field_u256(v, "participant2_balance", &settle->participant2_balance);
}

static void list_withdraw(struct vector *v, struct ts_withdraw *withdraw)
{
	field_hash(v, "channel_identifier", &withdraw->channel_identifier);
	field_u64(v, "open_block_number", &withdraw->open_block_number);
	field_address(v, "participant1", &withdraw->participant1);
	field_address(v, "participant2", &withdraw->participant2);
	field_u256(v, "participant1_balance", &withdraw->participant1_balance);
	field_u256(v, "participant1_withdraw",
		   &withdraw->participant1_withdraw);
}

static void list_contract_signature(struct vector *v, const char *name,
				    struct ts_signature *member)
{
	struct ts_bytes bytes = vector_bytes(v, name);

	if (*v->fault)
		return;
	if (v->filling && bytes.len == sizeof(member->b))
		memcpy(member->b, bytes.p, sizeof(member->b));
	else
		vector_same(v, name, member->b, sizeof(member->b));
}

static void list_settle_request(struct vector *v, struct ts_message *msg)
{
	struct ts_settle_request *m = &msg->settle_request;

	list_settle(v, &m->settle);
	list_contract_signature(v, "participant1_signature",
				&m->participant1_signature);
}

static void list_settle_response(struct vector *v, struct ts_message *msg)
{
	struct ts_settle_response *m = &msg->settle_response;

	list_settle(v, &m->settle);
	list_contract_signature(v, "participant2_signature",
				&m->participant2_signature);
	field_u32(v, "response_error_code", &m->error_code);
	field_text(v, "response_error_message", &m->error_message);
}

static void list_withdraw_request(struct vector *v, struct ts_message *msg)
{
	struct ts_withdraw_request *m = &msg->withdraw_request;

	list_withdraw(v, &m->withdraw);
	list_contract_signature(v, "participant1_signature",
				&m->participant1_signature);
}

static void list_withdraw_response(struct vector *v, struct ts_message *msg)
{
	struct ts_withdraw_response *m = &msg->withdraw_response;

	list_withdraw(v, &m->withdraw);
	list_contract_signature(v, "participant2_signature",
				&m->participant2_signature);
	field_u32(v, "response_error_code", &m->error_code);
	field_text(v, "response_error_message", &m->error_message);
}

/* A datagram that is cut short anywhere, or longer by a byte, is refused. */
static void check_strict(struct vector *v, const struct ts_bytes *packed)
{
	uint8_t longer[TS_DATAGRAM_MAX_BYTES + 1] = { 0 };
	struct ts_message msg;
	size_t len;

	memcpy(longer, packed->p, packed->len);
	for (len = 0; len < packed->len; len++) {
		/* A heap copy of the exact size, so that ASan sees a read
		 * behind its end.
		 */
		uint8_t *cut = malloc(len + !len);

		memcpy(cut, packed->p, len);
		if (!ts_message_decode(&msg, cut, len))
			vector_fail(v, "packed: cut to %zu bytes it is still accepted",
				    len);
		free(cut);
	}
	if (!ts_message_decode(&msg, longer, packed->len + 1))
		vector_fail(v, "packed: accepted with a byte too many");
}

static void check_echo(struct vector *v, const struct ts_bytes *packed)
{
	struct ts_address receiver = vector_address(v, "receiver");
	uint8_t ack[TS_ACK_BYTES];
	struct ts_message msg;

	ts_ack_make(packed->p, packed->len, &receiver, ack);
	vector_same(v, "ack_packed", ack, sizeof(ack));
	if (ts_message_decode(&msg, ack, sizeof(ack)))
		vector_fail(v, "ack_packed: does not decode");
	vector_same(v, "echo_hash", msg.ack.echo.b, TS_HASH_BYTES);
	if (!ts_ack_matches(&msg.ack, packed->p, packed->len, &receiver))
		vector_fail(v, "ack_packed: does not match its datagram");
}

/*
 * Both directions of one message.  @fields is where the message's own fields
 * are, v->at where its bytes, key and hashes are: not the same object for a
 * withdrawal's request and response.
 */
static void check_message(struct vector *v, enum ts_message_id id,
			  const json_t *fields, list_fields *list,
			  const struct ts_u256 *chain_id)
{
	struct ts_message built = { .id = id }, got;
	struct ts_bytes packed = vector_bytes(v, "packed");
	struct ts_address signer, sender;
	const json_t *bytes = v->at;
	struct ts_datagram datagram;
	enum ts_photon_err err;
	struct ts_hash digest;
	struct ts_signer *key;

	if (*v->fault)
		return;
	err = ts_message_decode(&got, packed.p, packed.len);
	if (err || got.id != id) {
		vector_fail(v, "packed: %s", err ? ts_photon_err_text(err) :
						   "another message");
		return;
	}
	v->at = fields;
	v->filling = false;
	list(v, &got);
	v->filling = true;
	list(v, &built);
	v->filling = false;
	v->at = bytes;
	built.version = id == TS_MSG_MEDIATED_TRANSFER;

	key = vector_key(v, "private_key");
	if (!key)
		return;
	err = ts_message_sign(&built, key, chain_id, &datagram);
	ts_signer_free(key);
	if (err) {
		vector_fail(v, "encoding: %s", ts_photon_err_text(err));
		return;
	}
	vector_same(v, "packed", datagram.b, datagram.len);
	vector_same(v, "unsigned", datagram.b,
		    datagram.len - TS_SIGNATURE_BYTES);
	vector_same(v, "signature", built.signature.b, TS_SIGNATURE_BYTES);

	ts_message_digest(&got, packed.p, packed.len, chain_id, &digest);
	vector_same(v, "sign_hash", digest.b, TS_HASH_BYTES);
	sender = vector_address(v, "sender");
	if (ts_message_recover(&got, packed.p, packed.len, chain_id, &signer) ||
	    !ts_address_equal(&signer, &sender))
		vector_fail(v, "sender: the signature is not its");
	check_echo(v, &packed);
	check_strict(v, &packed);
}

/* A message whose fields, bytes and keys are all in the entry itself. */
static void check_plain(struct vector *v, enum ts_message_id id,
			list_fields *list)
{
	struct ts_u256 no_chain = { 0 };

	check_message(v, id, v->at, list, &no_chain);
}

/* The same for one that signs a form of the contract. */
static void check_formed(struct vector *v, enum ts_message_id id,
			 list_fields *list)
{
	struct ts_u256 chain_id = vector_u256(v, "chain_id");
	struct ts_bytes packed = vector_bytes(v, "packed");
	const struct ts_balance_proof *proof;
	struct ts_hash hash, lock_hash;
	struct ts_message msg;
	struct ts_form form;

	check_message(v, id, v->at, list, &chain_id);
	if (*v->fault || ts_message_decode(&msg, packed.p, packed.len))
		return;
	ts_message_hash(packed.p, packed.len, &hash);
	vector_same(v, "additional_hash", hash.b, TS_HASH_BYTES);
	proof = ts_message_balance_proof(&msg);
	if (proof) {
		ts_form_balance_proof(&form, proof, &hash, &chain_id);
	} else {
		struct ts_announce_disposed *m = &msg.announce_disposed;

		ts_lock_hash(&m->lock, &lock_hash);
		ts_form_dispose(&form, &lock_hash, &m->channel_identifier,
				m->open_block_number, &hash, &chain_id);
	}
	check_form(v, &form, "sign_preimage", "sign_hash");
}

void check_ack(struct vector *v)
{
	struct ts_bytes packed = vector_bytes(v, "packed");
	struct ts_message msg, built = { .id = TS_MSG_ACK };
	struct ts_datagram datagram;

	if (*v->fault)
		return;
	if (ts_message_decode(&msg, packed.p, packed.len) ||
	    msg.id != TS_MSG_ACK) {
		vector_fail(v, "packed: not an Ack");
		return;
	}
	field_address(v, "sender", &msg.ack.sender);
	field_hash(v, "echo", &msg.ack.echo);
	built.ack.sender = vector_address(v, "sender");
	built.ack.echo = vector_hash(v, "echo");
	ts_message_encode(&built, &datagram);
	vector_same(v, "packed", datagram.b, datagram.len);
	check_strict(v, &packed);
}

void check_ping(struct vector *v)
{
	check_plain(v, TS_MSG_PING, list_ping);
}

void check_direct_transfer(struct vector *v)
{
	check_formed(v, TS_MSG_DIRECT_TRANSFER, list_direct_transfer);
}

void check_unlock(struct vector *v)
{
	check_formed(v, TS_MSG_UNLOCK, list_unlock);
}

void check_remove_expired_hashlock(struct vector *v)
{
	check_formed(v, TS_MSG_REMOVE_EXPIRED_HASHLOCK, list_remove_lock);
}

void check_announce_disposed(struct vector *v)
{
	check_formed(v, TS_MSG_ANNOUNCE_DISPOSED, list_announce_disposed);
}

void check_announce_disposed_response(struct vector *v)
{
	check_formed(v, TS_MSG_ANNOUNCE_DISPOSED_RESPONSE, list_remove_lock);
}

void check_mediated_transfer(struct vector *v)
{
	check_formed(v, TS_MSG_MEDIATED_TRANSFER, list_mediated_transfer);
}

void check_secret_request(struct vector *v)
{
	check_plain(v, TS_MSG_SECRET_REQUEST, list_secret_request);
}

void check_reveal_secret(struct vector *v)
{
	check_plain(v, TS_MSG_REVEAL_SECRET, list_reveal_secret);
}

/* The contract's form, both signatures over it, the request, the response. */
static void check_agreement(struct vector *v, const struct ts_form *form,
			    enum ts_message_id request, list_fields *request_list,
			    enum ts_message_id response,
			    list_fields *response_list)
{
	static const struct ts_u256 no_chain;
	const json_t *entry = v->at;
	struct ts_hash digest;

	check_form(v, form, "contract_preimage", "contract_hash");
	ts_form_digest(form, &digest);
	check_signature(v, &digest, "private_key1", "participant1_signature",
			"participant1");
	check_signature(v, &digest, "private_key2", "participant2_signature",
			"participant2");
	if (vector_enter(v, "request"))
		check_message(v, request, entry, request_list, &no_chain);
	v->at = entry;
	if (vector_enter(v, "response"))
		check_message(v, response, entry, response_list, &no_chain);
	v->at = entry;
}

void check_withdraw(struct vector *v)
{
	struct ts_u256 chain_id = vector_u256(v, "chain_id");
	struct ts_withdraw withdraw;
	struct ts_form form;

	v->filling = true;
	list_withdraw(v, &withdraw);
	v->filling = false;
	ts_form_withdraw(&form, &withdraw, &chain_id);
	check_agreement(v, &form, TS_MSG_WITHDRAW_REQUEST,
			list_withdraw_request, TS_MSG_WITHDRAW_RESPONSE,
			list_withdraw_response);
}

void check_cooperative_settle(struct vector *v)
{
	struct ts_u256 chain_id = vector_u256(v, "chain_id");
	struct ts_settle settle;
	struct ts_form form;

	v->filling = true;
	list_settle(v, &settle);
	v->filling = false;
	ts_form_cooperative_settle(&form, &settle, &chain_id);
	check_agreement(v, &form, TS_MSG_SETTLE_REQUEST, list_settle_request,
			TS_MSG_SETTLE_RESPONSE, list_settle_response);
}
