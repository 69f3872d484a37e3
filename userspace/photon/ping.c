// SPDX-License-Identifier: GPL-2.0
/*
 * ping.c - "are you there": acked, never repeated, moves nothing.
 */
#include <assert.h>

#include "photon/ack.h"
#include "photon/ping.h"

/* A Ping's signature is over its own bytes; no chain is in it. */
static const struct ts_u256 no_chain;

/**
 * ts_ping_make() - make a Ping
 * @nonce: a random number, so that its Ack is told from others
 * @key: the signer
 * @datagram: where the bytes go
 *
 * Return: TS_PHOTON_OK.
 */
enum ts_photon_err ts_ping_make(uint64_t nonce, const struct ts_signer *key,
				struct ts_datagram *datagram)
{
	struct ts_message msg = { .id = TS_MSG_PING };

	msg.ping.nonce = nonce;
	return ts_message_sign(&msg, key, &no_chain, datagram);
}

/**
 * ts_ping_receive() - find who pings, and make the answer
 * @msg: a Ping as ts_message_decode() made it
 * @datagram: its bytes
 * @len: how many
 * @receiver: our address
 * @signer: where the address of who pings goes
 * @ack: where the Ack goes
 *
 * Costs a signature recovery: the caller limits the rate of strangers, and
 * answers only a @signer it wants to answer.
 *
 * Return: TS_PHOTON_OK or TS_PHOTON_BAD_SIGNATURE; then @ack is not made.
 */
enum ts_photon_err ts_ping_receive(const struct ts_message *msg,
				   const void *datagram, size_t len,
				   const struct ts_address *receiver,
				   struct ts_address *signer,
				   uint8_t ack[TS_ACK_BYTES])
{
	enum ts_photon_err err;

	assert(msg->id == TS_MSG_PING);
	err = ts_message_recover(msg, datagram, len, &no_chain, signer);
	if (err)
		return err;
	ts_ack_make(datagram, len, receiver, ack);
	return TS_PHOTON_OK;
}
