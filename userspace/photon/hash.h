/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hash.h - Keccak-256 as Photon and its contract use it (the padding from
 * before the NIST standard), and SHA-256 for the secrets of locks.
 */
#ifndef TS_PHOTON_HASH_H
#define TS_PHOTON_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TS_HASH_BYTES	32
#define TS_HASH_TEXT_SIZE	(2 + 2 * TS_HASH_BYTES + 1)

/**
 * struct ts_hash - a bytes32 of the contract: a hash, a root, an identifier
 * @b: the bytes
 *
 * A struct rather than an array, so that it is copied by assignment and never
 * confused with a pointer to some other 32 bytes.
 */
struct ts_hash {
	uint8_t b[TS_HASH_BYTES];
};

#define TS_KECCAK_RATE_BYTES	136

/**
 * struct ts_keccak - a Keccak-256 in progress
 * @lanes: the 1600-bit state
 * @fill: bytes absorbed since the last permutation
 */
struct ts_keccak {
	uint64_t lanes[25];
	unsigned int fill;
};

void ts_keccak_init(struct ts_keccak *k);
void ts_keccak_update(struct ts_keccak *k, const void *data, size_t len);
void ts_keccak_final(struct ts_keccak *k, struct ts_hash *out);

void ts_keccak256(struct ts_hash *out, const void *data, size_t len);
void ts_sha256(struct ts_hash *out, const void *data, size_t len);

bool ts_hash_equal(const struct ts_hash *a, const struct ts_hash *b);
bool ts_hash_is_zero(const struct ts_hash *hash);
int ts_hash_parse(struct ts_hash *out, const char *text);
char *ts_hash_print(const struct ts_hash *hash, char text[TS_HASH_TEXT_SIZE]);

#endif /* TS_PHOTON_HASH_H */
