/* SPDX-License-Identifier: GPL-2.0 */
/*
 * receipt.h - "so much have I carried for you, and you for me, and so it was paid":
 * signed by a box for one neighbour, each interval.
 *
 *	0x19 "TokenSwitch Signed Message:" 0x0a "receipt" 0x0a
 *	from 20, to 20, chain id 32, tokens network 20, token 20,
 *	number 8, seen 8, tariff version 8,
 *	sold bytes 4 x 8, bought bytes 4 x 8 (relay up, relay down, exit up, exit down),
 *	sold 16, bought 16, received 16, paid 16, netted 16, window 16 (wei)
 *	signature 65
 *
 * All amounts are cumulative and never fall, so whatever is lost, repeated or comes in
 * another order, the one with the highest number says all of it.  Who gets one that is
 * older sends the newest back: whoever lost its books has them again, by its own word.
 */
#ifndef TS_RELAY_RECEIPT_H
#define TS_RELAY_RECEIPT_H

#include <stddef.h>

#include "photon/sign.h"
#include "relay/carried.h"

#define TS_RECEIPT_BYTES	\
	(29 + 8 + 2 * 20 + 32 + 2 * 20 + 3 * 8 + 2 * 32 + 6 * 16 + 65)

/**
 * struct ts_relay_receipt - what is signed
 * @from: who counts
 * @to: the neighbour; for nobody else is it worth anything
 * @chain_id: of their channel
 * @tokens_network: likewise
 * @token: likewise, and of all amounts
 * @number: of this receipt, never 0
 * @seen: of the last receipt of @to that @from has; 0: none
 * @tariff_version: of @to's, by which @from pays now; 0: of none
 * @sold: bytes carried for @to, as @from counts them
 * @bought: bytes carried by @to, as @from counts them
 * @sold_wei: what @to owes for the former, by @from's prices
 * @bought_wei: what @from owes for the latter, as far as it will pay
 * @received_wei: what @to has paid, as far as @from has it
 * @paid_wei: what @from has paid
 * @netted_wei: of both debts, what @from says is settled by the other
 * @window_wei: what @from lets @to owe
 */
struct ts_relay_receipt {
	struct ts_address from;
	struct ts_address to;
	struct ts_u256 chain_id;
	struct ts_address tokens_network;
	struct ts_address token;
	uint64_t number;
	uint64_t seen;
	uint64_t tariff_version;
	struct ts_carried sold;
	struct ts_carried bought;
	ts_u128 sold_wei;
	ts_u128 bought_wei;
	ts_u128 received_wei;
	ts_u128 paid_wei;
	ts_u128 netted_wei;
	ts_u128 window_wei;
};

void ts_receipt_sign(const struct ts_relay_receipt *r, const struct ts_signer *key,
		     uint8_t bytes[TS_RECEIPT_BYTES]);
int ts_receipt_decode(struct ts_relay_receipt *r, const void *bytes, size_t len);
bool ts_receipt_is_signed(const struct ts_relay_receipt *r,
			  const uint8_t bytes[TS_RECEIPT_BYTES]);

#endif /* TS_RELAY_RECEIPT_H */
