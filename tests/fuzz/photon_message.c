// SPDX-License-Identifier: GPL-2.0
/*
 * photon_message.c - any bytes: refused, or a message that encodes to the same
 * bytes again, whose signature can be looked at without harm.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "photon/ack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ts_u256 chain_id = { { 20180430 } };
	struct ts_address address = { 0 };
	struct ts_datagram again;
	uint8_t ack[TS_ACK_BYTES];
	struct ts_message msg;

	if (ts_message_decode(&msg, data, size))
		return 0;
	if (!ts_message_name(msg.id))
		abort();
	if (ts_message_encode(&msg, &again) || again.len != size ||
	    memcmp(again.b, data, size))
		abort();
	ts_message_recover(&msg, data, size, &chain_id, &address);
	ts_ack_make(data, size, &address, ack);
	if (ts_message_decode(&msg, ack, sizeof(ack)) ||
	    !ts_ack_matches(&msg.ack, data, size, &address))
		abort();
	return 0;
}
