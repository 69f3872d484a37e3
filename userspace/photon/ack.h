/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ack.h - the answer to a datagram that was accepted and stored.
 *
 * An Ack is unsigned: whoever saw the datagram can make one.  It ends a
 * retransmission; it proves nothing (rule M9).
 */
#ifndef TS_PHOTON_ACK_H
#define TS_PHOTON_ACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "photon/message.h"

void ts_ack_make(const void *datagram, size_t len,
		 const struct ts_address *receiver, uint8_t ack[TS_ACK_BYTES]);
bool ts_ack_matches(const struct ts_ack *ack, const void *datagram, size_t len,
		    const struct ts_address *receiver);

#endif /* TS_PHOTON_ACK_H */
