// SPDX-License-Identifier: GPL-2.0
/*
 * hash.c - a sponge over nettle's Keccak permutation.
 *
 * nettle offers SHA3-256 with the NIST padding (0x06) as a hash and the bare
 * permutation as a public function; Ethereum's Keccak-256 is the same sponge
 * with the padding 0x01.
 */
#include <endian.h>
#include <string.h>

#include <nettle/sha3.h>
#include <sodium.h>

#include "photon/hash.h"
#include "photon/hex.h"

#define KECCAK_PAD_FIRST	0x01
#define KECCAK_PAD_LAST		0x80

_Static_assert(sizeof(struct sha3_state) ==
	       sizeof(((struct ts_keccak *)NULL)->lanes),
	       "nettle's state is the 25 lanes and nothing else");

static void permute(struct ts_keccak *k)
{
	struct sha3_state state;

	memcpy(state.a, k->lanes, sizeof(state.a));
	sha3_permute(&state);
	memcpy(k->lanes, state.a, sizeof(state.a));
	k->fill = 0;
}

/* Lanes are numbers, their bytes little-endian whatever the host's order. */
static void absorb_byte(struct ts_keccak *k, unsigned int at, uint8_t byte)
{
	k->lanes[at / 8] ^= (uint64_t)byte << (8 * (at % 8));
}

void ts_keccak_init(struct ts_keccak *k)
{
	memset(k, 0, sizeof(*k));
}

/**
 * ts_keccak_update() - absorb bytes
 * @k: the hash in progress
 * @data: what to absorb; may be NULL when @len is 0
 * @len: how many bytes
 */
void ts_keccak_update(struct ts_keccak *k, const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t lane;

	while (len) {
		if (k->fill % sizeof(lane) || len < sizeof(lane)) {
			absorb_byte(k, k->fill++, *p++);
			len--;
		} else {
			memcpy(&lane, p, sizeof(lane));
			k->lanes[k->fill / sizeof(lane)] ^= le64toh(lane);
			k->fill += sizeof(lane);
			p += sizeof(lane);
			len -= sizeof(lane);
		}
		if (k->fill == TS_KECCAK_RATE_BYTES)
			permute(k);
	}
}

/**
 * ts_keccak_final() - pad and squeeze
 * @k: the hash in progress; to be initialised before it is used again
 * @out: where the hash goes
 */
void ts_keccak_final(struct ts_keccak *k, struct ts_hash *out)
{
	unsigned int i;

	absorb_byte(k, k->fill, KECCAK_PAD_FIRST);
	absorb_byte(k, TS_KECCAK_RATE_BYTES - 1, KECCAK_PAD_LAST);
	permute(k);
	for (i = 0; i < TS_HASH_BYTES; i++)
		out->b[i] = (uint8_t)(k->lanes[i / 8] >> (8 * (i % 8)));
}

/**
 * ts_keccak256() - Keccak-256 of one run of bytes
 * @out: where the hash goes
 * @data: the bytes; may be NULL when @len is 0
 * @len: how many
 */
void ts_keccak256(struct ts_hash *out, const void *data, size_t len)
{
	struct ts_keccak k;

	ts_keccak_init(&k);
	ts_keccak_update(&k, data, len);
	ts_keccak_final(&k, out);
}

/**
 * ts_sha256() - SHA-256, the hash of a lock's secret
 * @out: where the hash goes
 * @data: the bytes
 * @len: how many
 */
void ts_sha256(struct ts_hash *out, const void *data, size_t len)
{
	crypto_hash_sha256(out->b, data, len);
}

bool ts_hash_equal(const struct ts_hash *a, const struct ts_hash *b)
{
	return !memcmp(a->b, b->b, TS_HASH_BYTES);
}

bool ts_hash_is_zero(const struct ts_hash *hash)
{
	return sodium_is_zero(hash->b, TS_HASH_BYTES);
}

/**
 * ts_hash_parse() - read "0x" and 64 hex digits
 * @out: where the bytes go; undefined on failure
 * @text: the text
 *
 * Return: 0, or -EINVAL.
 */
int ts_hash_parse(struct ts_hash *out, const char *text)
{
	return ts_hex_parse(out->b, TS_HASH_BYTES, text);
}

/**
 * ts_hash_print() - write "0x" and 64 hex digits
 * @hash: the bytes
 * @text: room for the text
 *
 * Return: @text.
 */
char *ts_hash_print(const struct ts_hash *hash, char text[TS_HASH_TEXT_SIZE])
{
	return ts_hex_print(text, hash->b, TS_HASH_BYTES);
}
