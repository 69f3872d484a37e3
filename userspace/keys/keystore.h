/* SPDX-License-Identifier: GPL-2.0 */
/*
 * keystore.h - private keys in the file form of Ethereum's other programs: the
 * keystore, version 3.  To take a key over from them and to give it back; tsd
 * and tspay themselves live from key files (keyfile.h).
 */
#ifndef TS_KEYS_KEYSTORE_H
#define TS_KEYS_KEYSTORE_H

#include <stdint.h>

#include "keys/error.h"
#include "keys/passphrase.h"
#include "photon/sign.h"

/**
 * struct ts_keystore_cost - of scrypt: what guessing one passphrase costs
 * @n: N, a power of two; the memory is 128 * (N + p) * r bytes
 * @r: block size
 * @p: how often in a row
 */
struct ts_keystore_cost {
	uint64_t n;
	uint32_t r;
	uint32_t p;
};

struct ts_keystore_cost ts_keystore_cost_for(uint64_t memory_bytes);

int ts_keystore_create(const char *path, const struct ts_signer *key,
		       const struct ts_passphrase *passphrase,
		       const struct ts_keystore_cost *cost,
		       struct ts_keys_error *error);
int ts_keystore_load(const char *path, const struct ts_passphrase *passphrase,
		     struct ts_signer **out, struct ts_keys_error *error);

#endif /* TS_KEYS_KEYSTORE_H */
