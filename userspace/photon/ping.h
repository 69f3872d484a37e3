/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ping.h - "are you there": acked, never repeated, moves nothing.
 */
#ifndef TS_PHOTON_PING_H
#define TS_PHOTON_PING_H

#include <stddef.h>
#include <stdint.h>

#include "photon/message.h"

enum ts_photon_err ts_ping_make(uint64_t nonce, const struct ts_signer *key,
				struct ts_datagram *datagram);
enum ts_photon_err ts_ping_receive(const struct ts_message *msg,
				   const void *datagram, size_t len,
				   const struct ts_address *receiver,
				   struct ts_address *signer,
				   uint8_t ack[TS_ACK_BYTES]);

#endif /* TS_PHOTON_PING_H */
