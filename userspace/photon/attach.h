/* SPDX-License-Identifier: GPL-2.0 */
/*
 * attach.h - "what I paid there, this station may spend": signed by a wallet.
 *
 *	0x19 "TokenSwitch Signed Message:" 0x0a "attach" 0x0a
 *	box 20, chain id 32, token 20, session code 16, nonce 32, expiry 8, limit 16
 *	signature 65
 *
 * Numbers are big-endian; the length is fixed.  The signature is over the
 * Keccak-256 of all that is before it.  The prefix is neither the contract's nor
 * Photon's nor Ethereum's, so nothing that is signed for those is an attach, and
 * an attach is nothing to them.
 */
#ifndef TS_PHOTON_ATTACH_H
#define TS_PHOTON_ATTACH_H

#include <stddef.h>
#include <stdint.h>

#include "photon/hash.h"
#include "photon/memo.h"
#include "photon/sign.h"
#include "photon/u256.h"

#define TS_ATTACH_BYTES	(29 + 7 + 20 + 32 + 20 + 16 + 32 + 8 + 16 + 65)
/* A refund: without the session, and all that the wallet paid is meant. */
#define TS_REFUND_BYTES	(TS_ATTACH_BYTES - 16)

/**
 * struct ts_attach - what is signed
 * @box: address of the box that it is for
 * @chain_id: of the contract
 * @token: what was paid in, and @limit_wei is counted in
 * @code: the session that the value is attached to now; of a refund empty
 * @nonce: given by the box to the station that is to have it, or that asks;
 *	good once
 * @expiry_s: by the box's clock that came with @nonce
 * @limit_wei: attach or refund no more than this; TS_U128_MAX: all
 */
struct ts_attach {
	struct ts_address box;
	struct ts_u256 chain_id;
	struct ts_address token;
	char code[TS_CODE_SIZE];
	struct ts_hash nonce;
	uint64_t expiry_s;
	ts_u128 limit_wei;
};

void ts_attach_sign(const struct ts_attach *attach, const struct ts_signer *key,
		    uint8_t bytes[TS_ATTACH_BYTES]);
int ts_attach_decode(struct ts_attach *attach, const void *bytes, size_t len);
int ts_attach_recover(const uint8_t bytes[TS_ATTACH_BYTES],
		      struct ts_address *signer);
void ts_refund_sign(const struct ts_attach *refund, const struct ts_signer *key,
		    uint8_t bytes[TS_REFUND_BYTES]);
int ts_refund_decode(struct ts_attach *refund, const void *bytes, size_t len);
int ts_refund_recover(const uint8_t bytes[TS_REFUND_BYTES],
		      struct ts_address *signer);

#endif /* TS_PHOTON_ATTACH_H */
