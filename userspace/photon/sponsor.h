/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sponsor.h - "what I paid you, this station may spend, so much and so long": signed by a
 * wallet, for one box.
 *
 *	0x19 "TokenSwitch Signed Message:" 0x0a "sponsor" 0x0a
 *	box 20, chain id 32, token 20, wallet 20, mac 6, serial 8, until 8, limit 16, most 16
 *	signature 65
 *
 * As an attach (attach.h) it begins and ends.  The wallet is named so that a box can see
 * whether it knows it before it looks at a signature.
 *
 * A MAC proves nothing (M15): whoever has it spends the limit, and never more than that.
 */
#ifndef TS_PHOTON_SPONSOR_H
#define TS_PHOTON_SPONSOR_H

#include <stddef.h>
#include <stdint.h>

#include "photon/hash.h"
#include "photon/sign.h"
#include "photon/u256.h"

#define TS_SPONSOR_BYTES	(29 + 8 + 20 + 32 + 20 + 20 + 6 + 8 + 8 + 16 + 16 + 65)

/**
 * struct ts_sponsor - what is signed
 * @box: address of the box that it is for
 * @chain_id: of the contract
 * @token: of what may be spent, and of @limit_wei
 * @wallet: who signs
 * @mac: the station, in whatever zone and VLAN
 * @serial: above that of all that this wallet has signed for this box before, about
 *	whatever station: an older one is never taken again
 * @until_s: seconds since 1970; not a second longer
 * @limit_wei: so much in all; 0: no more, this ends what was signed for the station before
 * @most_wei_per_gb: nothing at a price above this (M7); TS_U128_MAX: at any
 */
struct ts_sponsor {
	struct ts_address box;
	struct ts_u256 chain_id;
	struct ts_address token;
	struct ts_address wallet;
	uint8_t mac[6];
	uint64_t serial;
	uint64_t until_s;
	ts_u128 limit_wei;
	ts_u128 most_wei_per_gb;
};

void ts_sponsor_sign(const struct ts_sponsor *sponsor, const struct ts_signer *key,
		     uint8_t bytes[TS_SPONSOR_BYTES]);
int ts_sponsor_decode(struct ts_sponsor *sponsor, const void *bytes, size_t len);
int ts_sponsor_check(const struct ts_sponsor *sponsor,
		     const uint8_t bytes[TS_SPONSOR_BYTES]);

#endif /* TS_PHOTON_SPONSOR_H */
