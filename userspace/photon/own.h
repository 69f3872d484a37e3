/* SPDX-License-Identifier: GPL-2.0 */
/*
 * own.h - how what we have signed for ourselves begins, and how it ends (rule M6).
 *
 *	0x19 "TokenSwitch Signed Message:" 0x0a WORD 0x0a ... signature 65
 *
 * Neither the contract's prefix nor Photon's nor Ethereum's; the word is for the kind.
 * Numbers are big-endian, each kind has a fixed length, and the signature is over the
 * Keccak-256 of all that is before it.
 */
#ifndef TS_PHOTON_OWN_H
#define TS_PHOTON_OWN_H

#include "photon/channel.h"

#define TS_OWN_PREFIX_BYTES	29
/* nonce 8, transferred 16, locksroot 32, additional hash 32, signature 65 */
#define TS_OWN_PROOF_BYTES	(8 + 16 + 32 + 32 + 65)

/* Each returns where the next goes. */
uint8_t *ts_own_begin(uint8_t *out, const char *word);
uint8_t *ts_own_put(uint8_t *out, const void *bytes, size_t len);
uint8_t *ts_own_put_u64(uint8_t *out, uint64_t value);
uint8_t *ts_own_put_u256(uint8_t *out, const struct ts_u256 *value);
uint8_t *ts_own_put_u128(uint8_t *out, ts_u128 value);
uint8_t *ts_own_put_proof(uint8_t *out, const struct ts_channel_proof *proof);

/* Each returns where the next is; ts_own_after(), where the word ends, or NULL. */
const uint8_t *ts_own_after(const uint8_t *in, const char *word);
const uint8_t *ts_own_get(void *out, const uint8_t *in, size_t len);
const uint8_t *ts_own_get_u64(uint64_t *value, const uint8_t *in);
const uint8_t *ts_own_get_u256(struct ts_u256 *value, const uint8_t *in);
const uint8_t *ts_own_get_u128(ts_u128 *value, const uint8_t *in);
const uint8_t *ts_own_get_proof(struct ts_channel_proof *proof, const uint8_t *in);

/* @size counts the signature. */
void ts_own_sign(uint8_t *bytes, size_t size, const struct ts_signer *key);
int ts_own_recover(const uint8_t *bytes, size_t size, struct ts_address *signer);

#endif /* TS_PHOTON_OWN_H */
