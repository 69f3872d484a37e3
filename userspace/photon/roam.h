/* SPDX-License-Identifier: GPL-2.0 */
/*
 * roam.h - what a client that moves to another box signs, and what that box signs for
 * the money (rules M6, M14); photon/own.h has the prefix, the word and the signature.
 *
 *	"roam" 0x0a
 *	home 20, host 20, chain id 32, token 20, session code 16 or zeros,
 *	nonce 32, sequence 8, lifetime 8, limit 16, highest price 16, signature 65
 *
 * is an order of the wallet that has value at the box "home".
 *
 *	"roam-claim" 0x0a
 *	tariff 4, cumulative amount 16, order with its signature, signature 65
 *
 * is a claim of the box "host" under it: that much in all, and never more of it than
 * once, however often it is said.
 */
#ifndef TS_PHOTON_ROAM_H
#define TS_PHOTON_ROAM_H

#include <stddef.h>
#include <stdint.h>

#include "photon/hash.h"
#include "photon/memo.h"
#include "photon/sign.h"
#include "photon/u256.h"

#define TS_ORDER_BYTES	(29 + 5 + 20 + 20 + 32 + 20 + 16 + 32 + 8 + 8 + 16 + 16 + 65)
#define TS_CLAIM_BYTES	(29 + 11 + 4 + 16 + TS_ORDER_BYTES + 65)
/* The signer's, so that no sequence is out of reach of the ledger's numbers. */
#define TS_ORDER_SEQUENCE_MAX	((uint64_t)INT64_MAX)

/**
 * struct ts_order - what the wallet signs
 * @home: address of the box that has its value
 * @host: address of the box where it is now; the same: it has come home
 * @chain_id: of the contract
 * @token: what was paid in, and @limit_wei is counted in
 * @code: its session at @home, which nobody uses meanwhile; empty: none
 * @nonce: given by @host to the station that asks; good once
 * @sequence: above that of any order before: the newest one counts
 * @lifetime_s: so long after @home took it it buys nothing any more
 * @limit_wei: it buys no more than this
 * @max_wei_per_gb: it buys at no dearer price for 10^9 bytes of class internet
 */
struct ts_order {
	struct ts_address home;
	struct ts_address host;
	struct ts_u256 chain_id;
	struct ts_address token;
	char code[TS_CODE_SIZE];
	struct ts_hash nonce;
	uint64_t sequence;
	uint64_t lifetime_s;
	ts_u128 limit_wei;
	ts_u128 max_wei_per_gb;
};

/**
 * struct ts_claim - what the host signs
 * @tariff_id: under which it will sell
 * @amount_wei: cumulative
 * @order: whose value
 * @order_bytes: as the wallet signed it
 */
struct ts_claim {
	uint32_t tariff_id;
	ts_u128 amount_wei;
	struct ts_order order;
	uint8_t order_bytes[TS_ORDER_BYTES];
};

void ts_order_sign(const struct ts_order *order, const struct ts_signer *key,
		   uint8_t bytes[TS_ORDER_BYTES]);
int ts_order_decode(struct ts_order *order, const void *bytes, size_t len);
int ts_order_recover(const uint8_t bytes[TS_ORDER_BYTES],
		     struct ts_address *wallet);
void ts_order_name(const uint8_t bytes[TS_ORDER_BYTES], char name[TS_CODE_SIZE]);
void ts_claim_sign(const struct ts_claim *claim, const struct ts_signer *key,
		   uint8_t bytes[TS_CLAIM_BYTES]);
int ts_claim_decode(struct ts_claim *claim, const void *bytes, size_t len);
int ts_claim_recover(const uint8_t bytes[TS_CLAIM_BYTES], struct ts_address *host);

#endif /* TS_PHOTON_ROAM_H */
