/* SPDX-License-Identifier: GPL-2.0 */
/*
 * keystore_json.h - the text of an Ethereum keystore, version 3 (Web3 Secret
 * Storage), to and from its numbers.
 *
 *	{ "version": 3, "id": UUID, "address": HEX,
 *	  "crypto": {
 *	    "cipher": "aes-128-ctr", "cipherparams": { "iv": HEX },
 *	    "ciphertext": HEX,
 *	    "kdf": "scrypt",
 *	    "kdfparams": { "dklen": 32, "n": N, "r": r, "p": p, "salt": HEX },
 *	    "mac": HEX } }
 *
 * or with "kdf" "pbkdf2" and { "dklen": 32, "c": c, "prf": "hmac-sha256",
 * "salt": HEX }, which is read only.  HEX has no 0x, but in the address may.
 */
#ifndef TS_KEYS_KEYSTORE_JSON_H
#define TS_KEYS_KEYSTORE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keys/error.h"
#include "keys/keystore.h"
#include "photon/hash.h"
#include "photon/sign.h"

#define TS_KEYSTORE_VERSION	3
#define TS_KEYSTORE_SALT_BYTES	32	/* that we write */
#define TS_KEYSTORE_SALT_MAX_BYTES	64
#define TS_KEYSTORE_IV_BYTES	16
#define TS_KEYSTORE_ID_BYTES	16
/* Other programs add members of their own: room for those. */
#define TS_KEYSTORE_MAX_BYTES	16384

/*
 * What a file may ask of us before its passphrase is known to be right: four
 * times the usual N * r * p, which are some seconds and, since scrypt needs
 * 128 * (N + p) * r bytes, about 1 GiB; and as many rounds of pbkdf2.
 */
#define TS_KEYSTORE_WORK_MAX	((uint64_t)1 << 23)

/**
 * enum ts_keystore_kdf - how the passphrase becomes a key
 * @TS_KDF_SCRYPT: memory-hard
 * @TS_KDF_PBKDF2: HMAC-SHA256, many times
 */
enum ts_keystore_kdf {
	TS_KDF_SCRYPT,
	TS_KDF_PBKDF2,
};

/**
 * struct ts_keystore - what is in the file
 * @kdf: which of the two
 * @cost: of scrypt
 * @rounds: of pbkdf2
 * @salt: of either
 * @salt_len: how much of it
 * @iv: initial counter of the cipher
 * @ciphertext: the private key
 * @mac: Keccak-256 over half of the derived key and @ciphertext
 * @has_address: the file names one
 * @address: whose key it says it is; the MAC does not cover it
 * @id: random, written only
 */
struct ts_keystore {
	enum ts_keystore_kdf kdf;
	struct ts_keystore_cost cost;
	uint64_t rounds;
	uint8_t salt[TS_KEYSTORE_SALT_MAX_BYTES];
	size_t salt_len;
	uint8_t iv[TS_KEYSTORE_IV_BYTES];
	uint8_t ciphertext[TS_SECRET_BYTES];
	struct ts_hash mac;
	bool has_address;
	struct ts_address address;
	uint8_t id[TS_KEYSTORE_ID_BYTES];
};

int ts_keystore_parse(struct ts_keystore *k, const char *text, size_t len,
		      const char *name, struct ts_keys_error *error);
size_t ts_keystore_print(const struct ts_keystore *k, char *text, size_t size);

#endif /* TS_KEYS_KEYSTORE_JSON_H */
