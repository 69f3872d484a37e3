/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sign.h - addresses, keys and signatures of an Ethereum-like chain.
 */
#ifndef TS_PHOTON_SIGN_H
#define TS_PHOTON_SIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "photon/hash.h"

#define TS_ADDRESS_BYTES	20
#define TS_ADDRESS_TEXT_SIZE	(2 + 2 * TS_ADDRESS_BYTES + 1)
#define TS_SIGNATURE_BYTES	65
#define TS_SECRET_BYTES		32
#define TS_PUBLIC_KEY_BYTES	65	/* 0x04, x, y */

/**
 * struct ts_address - the last 20 bytes of the Keccak-256 of a public key
 * @b: the bytes
 */
struct ts_address {
	uint8_t b[TS_ADDRESS_BYTES];
};

/**
 * struct ts_signature - r (32), s (32), v (1) as they travel
 * @b: the bytes; v is 27 or 28
 */
struct ts_signature {
	uint8_t b[TS_SIGNATURE_BYTES];
};

/*
 * A private key in memory that is locked, guarded, left out of core dumps and
 * wiped when freed.  Made by the functions below and by keys/keyfile.h.
 * (Called signer because struct ts_key is a station's key in lib/meter.h.)
 */
struct ts_signer;

struct ts_signer *ts_signer_new(const uint8_t secret[TS_SECRET_BYTES]);
struct ts_signer *ts_signer_generate(void);
void ts_signer_free(struct ts_signer *key);
const struct ts_address *ts_signer_address(const struct ts_signer *key);
const uint8_t *ts_signer_secret(const struct ts_signer *key);
void ts_signer_public(const struct ts_signer *key,
		      uint8_t public_key[TS_PUBLIC_KEY_BYTES]);
void ts_signer_sign(const struct ts_signer *key, const struct ts_hash *digest,
		    struct ts_signature *signature);

int ts_signature_recover(const struct ts_signature *signature,
			 const struct ts_hash *digest,
			 struct ts_address *signer);

bool ts_address_equal(const struct ts_address *a, const struct ts_address *b);
bool ts_address_is_zero(const struct ts_address *address);
int ts_address_parse(struct ts_address *out, const char *text);
char *ts_address_print(const struct ts_address *address,
		       char text[TS_ADDRESS_TEXT_SIZE]);

#endif /* TS_PHOTON_SIGN_H */
