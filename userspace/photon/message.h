/* SPDX-License-Identifier: GPL-2.0 */
/*
 * message.h - the fourteen messages of Photon, bytes to struct and back.
 *
 * One message is one datagram.  Decoding is strict: both bytes of the id, the
 * exact length, shortest varints, nothing behind the last field; so a datagram
 * that decodes encodes to the same bytes again.  It neither allocates nor
 * loops by a length it has not compared with the datagram's.
 *
 * Ownership: everything in a struct ts_message is a copy except what is typed
 * struct ts_bytes and the path of a MediatedTransfer; these point into the
 * caller's datagram and live as long as it does.
 */
#ifndef TS_PHOTON_MESSAGE_H
#define TS_PHOTON_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "photon/err.h"
#include "photon/form.h"
#include "photon/hash.h"
#include "photon/sign.h"
#include "photon/u256.h"

#define TS_DATAGRAM_MAX_BYTES	1200
#define TS_ACK_BYTES		56

/**
 * enum ts_message_id - command ids, bytes 0 and 1 of a datagram, little-endian
 */
enum ts_message_id {
	TS_MSG_ACK = 0,
	TS_MSG_PING = 3,
	TS_MSG_SECRET_REQUEST = 5,
	TS_MSG_UNLOCK = 7,
	TS_MSG_DIRECT_TRANSFER = 9,
	TS_MSG_MEDIATED_TRANSFER = 11,
	TS_MSG_ANNOUNCE_DISPOSED = 13,
	TS_MSG_REVEAL_SECRET = 15,
	TS_MSG_REMOVE_EXPIRED_HASHLOCK = 17,
	TS_MSG_SETTLE_REQUEST = 19,
	TS_MSG_SETTLE_RESPONSE = 21,
	TS_MSG_WITHDRAW_REQUEST = 23,
	TS_MSG_WITHDRAW_RESPONSE = 25,
	TS_MSG_ANNOUNCE_DISPOSED_RESPONSE = 27,
};

/**
 * struct ts_bytes - a run of bytes that somebody else owns
 * @p: the first; may be NULL when @len is 0
 * @len: how many
 */
struct ts_bytes {
	const uint8_t *p;
	size_t len;
};

/**
 * struct ts_datagram - a message as it travels
 * @len: how many bytes
 * @b: the bytes
 */
struct ts_datagram {
	size_t len;
	uint8_t b[TS_DATAGRAM_MAX_BYTES];
};

/**
 * struct ts_ack - "accepted and stored"; unsigned, so no evidence of anything
 * @sender: the node that received the message and sends this Ack
 * @echo: Keccak-256 of the message's datagram and @sender
 */
struct ts_ack {
	struct ts_address sender;
	struct ts_hash echo;
};

struct ts_ping {
	uint64_t nonce;		/* any number, not a balance proof's nonce */
};

struct ts_secret_request {
	struct ts_hash lock_secret_hash;
	struct ts_u256 payment_amount;
};

struct ts_reveal_secret {
	struct ts_hash lock_secret;
	struct ts_bytes data;
};

struct ts_unlock {
	struct ts_hash lock_secret;
	struct ts_balance_proof proof;
};

struct ts_direct_transfer {
	struct ts_bytes data;
	struct ts_balance_proof proof;
};

/**
 * struct ts_mediated_transfer - a transfer that waits for a secret
 * @expiration: block number
 * @lock_secret_hash: SHA-256 of the secret
 * @payment_amount: value of the lock
 * @target: who is to receive it in the end
 * @initiator: who pays
 * @fee: what the hops may keep
 * @path: @path_count addresses in the caller's datagram
 * @path_count: number of hops that the initiator chose, often none
 * @proof: amount unchanged, locksroot with the new lock
 */
struct ts_mediated_transfer {
	uint64_t expiration;
	struct ts_hash lock_secret_hash;
	struct ts_u256 payment_amount;
	struct ts_address target;
	struct ts_address initiator;
	struct ts_u256 fee;
	const struct ts_address *path;
	uint32_t path_count;
	struct ts_balance_proof proof;
};

/* RemoveExpiredHashlock and AnnounceDisposedResponse have the same fields. */
struct ts_remove_lock {
	struct ts_hash lock_secret_hash;
	struct ts_balance_proof proof;
};

struct ts_announce_disposed {
	struct ts_lock lock;
	struct ts_hash channel_identifier;
	uint64_t open_block_number;
	uint32_t error_code;
	struct ts_bytes error_message;
};

struct ts_settle_request {
	struct ts_settle settle;
	struct ts_signature participant1_signature;	/* contract form */
};

struct ts_settle_response {
	struct ts_settle settle;
	struct ts_signature participant2_signature;	/* contract form */
	uint32_t error_code;
	struct ts_bytes error_message;
};

struct ts_withdraw_request {
	struct ts_withdraw withdraw;
	struct ts_signature participant1_signature;	/* contract form */
};

struct ts_withdraw_response {
	struct ts_withdraw withdraw;
	struct ts_signature participant2_signature;	/* contract form */
	uint32_t error_code;
	struct ts_bytes error_message;
};

/**
 * struct ts_message - any of the fourteen
 * @id: which one
 * @version: as it came; MediatedTransfer is 1, the others send 0 and ignore it
 * @signature: the last 65 bytes; unused in an Ack
 */
struct ts_message {
	enum ts_message_id id;
	uint16_t version;
	union {
		struct ts_ack ack;
		struct ts_ping ping;
		struct ts_secret_request secret_request;
		struct ts_reveal_secret reveal_secret;
		struct ts_unlock unlock;
		struct ts_direct_transfer direct_transfer;
		struct ts_mediated_transfer mediated_transfer;
		struct ts_remove_lock remove_lock;
		struct ts_announce_disposed announce_disposed;
		struct ts_settle_request settle_request;
		struct ts_settle_response settle_response;
		struct ts_withdraw_request withdraw_request;
		struct ts_withdraw_response withdraw_response;
	};
	struct ts_signature signature;
};

const char *ts_message_name(enum ts_message_id id);

enum ts_photon_err ts_message_decode(struct ts_message *msg,
				     const void *datagram, size_t len);
enum ts_photon_err ts_message_encode(const struct ts_message *msg,
				     struct ts_datagram *datagram);

const struct ts_balance_proof *
ts_message_balance_proof(const struct ts_message *msg);
const struct ts_hash *ts_message_channel(const struct ts_message *msg,
					 uint64_t *open_block_number);

void ts_message_hash(const void *datagram, size_t len, struct ts_hash *hash);
enum ts_photon_err ts_message_digest(const struct ts_message *msg,
				     const void *datagram, size_t len,
				     const struct ts_u256 *chain_id,
				     struct ts_hash *digest);
enum ts_photon_err ts_message_recover(const struct ts_message *msg,
				      const void *datagram, size_t len,
				      const struct ts_u256 *chain_id,
				      struct ts_address *signer);
enum ts_photon_err ts_message_sign(struct ts_message *msg,
				   const struct ts_signer *key,
				   const struct ts_u256 *chain_id,
				   struct ts_datagram *datagram);

#endif /* TS_PHOTON_MESSAGE_H */
