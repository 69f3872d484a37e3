// SPDX-License-Identifier: GPL-2.0
/*
 * ack.c - the answer to a datagram that was accepted and stored.
 */
#include <string.h>

#include "photon/ack.h"

static void echo_of(const void *datagram, size_t len,
		    const struct ts_address *receiver, struct ts_hash *echo)
{
	struct ts_keccak k;

	ts_keccak_init(&k);
	ts_keccak_update(&k, datagram, len);
	ts_keccak_update(&k, receiver->b, TS_ADDRESS_BYTES);
	ts_keccak_final(&k, echo);
}

/**
 * ts_ack_make() - the Ack for a datagram
 * @datagram: what was accepted, all of it
 * @len: how many bytes
 * @receiver: who accepted it: the sender of the Ack
 * @ack: where the 56 bytes go
 *
 * A function of the datagram alone: the same bytes have the same Ack always,
 * so that none needs to be stored.  It may leave only after what it confirms
 * is committed.
 */
void ts_ack_make(const void *datagram, size_t len,
		 const struct ts_address *receiver, uint8_t ack[TS_ACK_BYTES])
{
	struct ts_message msg = { .id = TS_MSG_ACK };
	struct ts_datagram packed;

	msg.ack.sender = *receiver;
	echo_of(datagram, len, receiver, &msg.ack.echo);
	ts_message_encode(&msg, &packed);
	memcpy(ack, packed.b, TS_ACK_BYTES);
}

/**
 * ts_ack_matches() - whether an Ack answers a datagram of ours
 * @ack: what came
 * @datagram: what we sent
 * @len: how many bytes
 * @receiver: whom we sent it to
 *
 * Return: whether both its sender and its echo are right.
 */
bool ts_ack_matches(const struct ts_ack *ack, const void *datagram, size_t len,
		    const struct ts_address *receiver)
{
	struct ts_hash echo;

	if (!ts_address_equal(&ack->sender, receiver))
		return false;
	echo_of(datagram, len, receiver, &echo);
	return ts_hash_equal(&ack->echo, &echo);
}
