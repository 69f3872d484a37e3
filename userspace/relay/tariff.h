/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tariff.h - "so much I ask": signed by a box for all its neighbours.
 *
 *	0x19 "TokenSwitch Signed Message:" 0x0a "tariff" 0x0a
 *	box 20, chain id 32, tokens network 20, token 20, version 8, valid in s 4,
 *	most rise in a day 2 (in thousandths), no internet 1, unit shift 1,
 *	prices 4 x 2 (relay up, relay down, exit up, exit down)
 *	signature 65
 *
 * Clocks lie (M12): when it begins is said in seconds from now, and is signed anew
 * whenever it is sent.
 */
#ifndef TS_RELAY_TARIFF_H
#define TS_RELAY_TARIFF_H

#include <stddef.h>

#include "photon/sign.h"
#include "relay/carried.h"

#define TS_RELAY_TARIFF_BYTES	\
	(29 + 7 + 20 + 32 + 20 + 20 + 8 + 4 + 2 + 1 + 9 + 65)

/**
 * enum ts_no_internet - why a box does not carry to the internet now
 * @TS_INTERNET_OFFERED: it does
 * @TS_INTERNET_NO_WAY: it knows no gateway and no neighbour that sells it
 * @TS_INTERNET_TOO_DEAR: its upstream asks more than it pays
 * @TS_INTERNET_RISING: its upstream asks more than it may ask itself by now
 * @TS_INTERNET_LOW: its upstream channel cannot carry much more
 */
enum ts_no_internet {
	TS_INTERNET_OFFERED,
	TS_INTERNET_NO_WAY,
	TS_INTERNET_TOO_DEAR,
	TS_INTERNET_RISING,
	TS_INTERNET_LOW,
	TS_NO_INTERNET_COUNT,
};

/**
 * struct ts_relay_tariff - what is signed
 * @box: who asks it
 * @chain_id: of the channels that it is paid over
 * @tokens_network: likewise
 * @token: likewise
 * @version: grows with each change, never 0
 * @valid_in_s: from when it is received
 * @rise_per_mille: no price will be above so much more within a day
 * @no_internet: enum ts_no_internet
 * @prices: for a byte
 */
struct ts_relay_tariff {
	struct ts_address box;
	struct ts_u256 chain_id;
	struct ts_address tokens_network;
	struct ts_address token;
	uint64_t version;
	uint32_t valid_in_s;
	uint16_t rise_per_mille;
	uint8_t no_internet;
	struct ts_prices prices;
};

const char *ts_no_internet_name(unsigned int no_internet);
void ts_relay_tariff_sign(const struct ts_relay_tariff *t,
			  const struct ts_signer *key,
			  uint8_t bytes[TS_RELAY_TARIFF_BYTES]);
int ts_relay_tariff_decode(struct ts_relay_tariff *t, const void *bytes,
			   size_t len);
bool ts_relay_tariff_is_signed(const struct ts_relay_tariff *t,
			       const uint8_t bytes[TS_RELAY_TARIFF_BYTES]);

#endif /* TS_RELAY_TARIFF_H */
