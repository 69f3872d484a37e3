/* SPDX-License-Identifier: GPL-2.0 */
/*
 * keyfile.h - a private key on disk, encrypted with a passphrase.
 *
 * One JSON object:
 *
 *	{ "version": 1,
 *	  "address": "0x...",			EIP-55
 *	  "kdf": { "name": "argon2id13", "opslimit": n,
 *		   "memlimit_bytes": n, "salt": "0x..." },
 *	  "cipher": { "name": "xchacha20poly1305-ietf", "nonce": "0x...",
 *		      "ciphertext": "0x..." } }
 *
 * The address and the KDF's parameters are authenticated with the ciphertext:
 * whoever changes any of them makes the file unreadable, not weaker.
 */
#ifndef TS_KEYS_KEYFILE_H
#define TS_KEYS_KEYFILE_H

#include <stddef.h>
#include <stdint.h>

#include "keys/error.h"
#include "keys/passphrase.h"
#include "photon/sign.h"

/**
 * struct ts_keyfile_cost - what guessing one passphrase costs
 * @opslimit: passes over the memory
 * @memlimit_bytes: memory
 */
struct ts_keyfile_cost {
	uint64_t opslimit;
	uint64_t memlimit_bytes;
};

struct ts_keyfile_cost ts_keyfile_cost_for(uint64_t memory_bytes);
uint64_t ts_keyfile_memory_bytes(void);

int ts_keyfile_create(const char *path, const struct ts_signer *key,
		      const struct ts_passphrase *passphrase,
		      const struct ts_keyfile_cost *cost,
		      struct ts_keys_error *error);
int ts_keyfile_load(const char *path, const struct ts_passphrase *passphrase,
		    struct ts_signer **out, struct ts_keys_error *error);
int ts_keyfile_address(const char *path, struct ts_address *address,
		       struct ts_keys_error *error);

#endif /* TS_KEYS_KEYFILE_H */
