/* SPDX-License-Identifier: GPL-2.0 */
/*
 * describe.h - a payment channel as a JSON object, the form in which channels
 * are imported and in which a box tells a payer of theirs.
 *
 *	{ "chain_id": "20180430", "tokens_network": "0x..", "token": "0x..",
 *	  "address": "0x.. (the box)", "partner_address": "0x.. (the wallet)",
 *	  "open_block_number": 123, "settle_timeout": 40320,
 *	  "partner_deposit_wei": "1000", "deposit_wei": "0", "state": "open",
 *	  "partner_proof": { "nonce": 7, "transferred_wei": "70",
 *			     "additional_hash": "0x..", "signature": "0x.." } }
 *
 * Numbers may be JSON integers or decimal strings; amounts above 2^53 must be
 * strings.  deposit_wei, state and the proofs may be left out.  A proof has a
 * "locksroot" while locks of its side are pending.
 */
#ifndef TS_CHAIN_DESCRIBE_H
#define TS_CHAIN_DESCRIBE_H

#include <jansson.h>
#include <stddef.h>
#include "photon/channel.h"

/**
 * enum ts_side - from whose place a channel is seen
 * @TS_SIDE_BOX: "address" is ours
 * @TS_SIDE_WALLET: "partner_address" is ours
 */
enum ts_side {
	TS_SIDE_BOX,
	TS_SIDE_WALLET,
};

json_t *ts_channel_describe(const struct ts_channel *channel, enum ts_side side);
int ts_channel_read(const json_t *json, enum ts_side side,
		    struct ts_channel *channel, char *err, size_t err_size);
int ts_channel_from_json(const json_t *json, enum ts_side side,
			 struct ts_channel *channel, char *err, size_t err_size);

#endif /* TS_CHAIN_DESCRIBE_H */
