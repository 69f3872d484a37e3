// SPDX-License-Identifier: GPL-2.0
/*
 * sign.c - addresses, keys and recoverable signatures with libsecp256k1.
 */
#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <secp256k1.h>
#include <secp256k1_recovery.h>
#include <sodium.h>

#include "photon/hex.h"
#include "photon/sign.h"

#define V_BASE		27	/* v = 27 + the recovery id */
#define COMPACT_BYTES	64	/* r and s */

/**
 * struct ts_signer - a private key and what follows from it
 * @secret: the scalar
 * @public_key: its point
 * @address: the address of that point
 *
 * Lives in sodium_malloc() memory, read-only once it is filled.
 */
struct ts_signer {
	uint8_t secret[TS_SECRET_BYTES];
	secp256k1_pubkey public_key;
	struct ts_address address;
};

static secp256k1_context *curve_context;
static pthread_once_t curve_once = PTHREAD_ONCE_INIT;

/*
 * Made once for the process: making one costs more than a hundred signatures.
 * Blinding it with fresh randomness protects signing against side channels;
 * the signatures stay the deterministic ones.  Running without memory for it
 * or without randomness would be running without signatures: stop.
 */
static void make_curve(void)
{
	uint8_t seed[32];

	if (sodium_init() < 0)
		abort();
	curve_context = secp256k1_context_create(SECP256K1_CONTEXT_SIGN |
						 SECP256K1_CONTEXT_VERIFY);
	randombytes_buf(seed, sizeof(seed));
	if (!secp256k1_context_randomize(curve_context, seed))
		abort();
	sodium_memzero(seed, sizeof(seed));
}

/* After the first call it is only read, so that threads may share it. */
static const secp256k1_context *curve(void)
{
	pthread_once(&curve_once, make_curve);
	return curve_context;
}

static void serialize(const secp256k1_pubkey *point,
		      uint8_t public_key[TS_PUBLIC_KEY_BYTES])
{
	size_t len = TS_PUBLIC_KEY_BYTES;

	secp256k1_ec_pubkey_serialize(curve(), public_key, &len, point,
				      SECP256K1_EC_UNCOMPRESSED);
}

static void address_of(const secp256k1_pubkey *point,
		       struct ts_address *address)
{
	uint8_t public_key[TS_PUBLIC_KEY_BYTES];
	struct ts_hash hash;

	serialize(point, public_key);
	ts_keccak256(&hash, public_key + 1, sizeof(public_key) - 1);
	memcpy(address->b, hash.b + TS_HASH_BYTES - TS_ADDRESS_BYTES,
	       TS_ADDRESS_BYTES);
}

/**
 * ts_signer_new() - put a private key into guarded memory
 * @secret: 32 bytes, a number from 1 to the order of the curve minus 1; the
 *	caller wipes its own copy
 *
 * Return: the key, to be freed by ts_signer_free(), or NULL with errno EINVAL
 * (no such number) or ENOMEM.
 */
struct ts_signer *ts_signer_new(const uint8_t secret[TS_SECRET_BYTES])
{
	const secp256k1_context *ctx = curve();
	struct ts_signer *key;

	key = sodium_malloc(sizeof(*key));
	if (!key) {
		errno = ENOMEM;
		return NULL;
	}
	memcpy(key->secret, secret, TS_SECRET_BYTES);
	if (!secp256k1_ec_pubkey_create(ctx, &key->public_key, key->secret)) {
		sodium_free(key);
		errno = EINVAL;
		return NULL;
	}
	address_of(&key->public_key, &key->address);
	sodium_mprotect_readonly(key);
	return key;
}

/**
 * ts_signer_generate() - make a private key from the system's randomness
 *
 * Return: the key, to be freed by ts_signer_free(), or NULL with errno ENOMEM.
 */
struct ts_signer *ts_signer_generate(void)
{
	uint8_t secret[TS_SECRET_BYTES];
	struct ts_signer *key;

	if (sodium_init() < 0)
		abort();
	/* One draw in 2^128 is no valid scalar. */
	do {
		randombytes_buf(secret, sizeof(secret));
		key = ts_signer_new(secret);
	} while (!key && errno == EINVAL);
	sodium_memzero(secret, sizeof(secret));
	return key;
}

/* Wipes the key. NULL is allowed. */
void ts_signer_free(struct ts_signer *key)
{
	sodium_free(key);
}

const struct ts_address *ts_signer_address(const struct ts_signer *key)
{
	return &key->address;
}

/* For writing key files and nothing else: never print or copy it. */
const uint8_t *ts_signer_secret(const struct ts_signer *key)
{
	return key->secret;
}

/* The uncompressed public key: 0x04, x, y. */
void ts_signer_public(const struct ts_signer *key,
		      uint8_t public_key[TS_PUBLIC_KEY_BYTES])
{
	serialize(&key->public_key, public_key);
}

/**
 * ts_signer_sign() - sign a digest
 * @key: the signer
 * @digest: what is signed
 * @signature: where r, s and v go
 *
 * Deterministic (RFC 6979) with the low of the two values of s, so that the
 * same message always has the same bytes.
 */
void ts_signer_sign(const struct ts_signer *key, const struct ts_hash *digest,
		    struct ts_signature *signature)
{
	secp256k1_ecdsa_recoverable_signature sig;
	int recovery_id;

	/* Fails only for an invalid scalar, which ts_signer_new() refused. */
	if (!secp256k1_ecdsa_sign_recoverable(curve(), &sig, digest->b,
					      key->secret, NULL, NULL))
		abort();
	secp256k1_ecdsa_recoverable_signature_serialize_compact(curve(),
			signature->b, &recovery_id, &sig);
	signature->b[COMPACT_BYTES] = (uint8_t)(V_BASE + recovery_id);
}

/* A signature with the other s would be a second text of the same message. */
static bool has_low_s(const struct ts_signature *signature)
{
	secp256k1_ecdsa_signature sig;

	if (!secp256k1_ecdsa_signature_parse_compact(curve(), &sig,
						     signature->b))
		return false;
	return !secp256k1_ecdsa_signature_normalize(curve(), NULL, &sig);
}

/**
 * ts_signature_recover() - find who signed a digest
 * @signature: as it came over the wire
 * @digest: what it should sign
 * @signer: where the address goes; undefined on failure
 *
 * Strict, so that a message has exactly one form that is accepted: v must be
 * 27 or 28 and s the low one.  A wrong digest does not fail, it gives another
 * address: compare it.
 *
 * Return: 0, or -EINVAL if no key can have made this signature.
 */
int ts_signature_recover(const struct ts_signature *signature,
			 const struct ts_hash *digest,
			 struct ts_address *signer)
{
	secp256k1_ecdsa_recoverable_signature sig;
	uint8_t v = signature->b[COMPACT_BYTES];
	secp256k1_pubkey point;

	if (v != V_BASE && v != V_BASE + 1)
		return -EINVAL;
	if (!has_low_s(signature))
		return -EINVAL;
	if (!secp256k1_ecdsa_recoverable_signature_parse_compact(curve(), &sig,
			signature->b, v - V_BASE))
		return -EINVAL;
	if (!secp256k1_ecdsa_recover(curve(), &point, &sig, digest->b))
		return -EINVAL;
	address_of(&point, signer);
	return 0;
}

bool ts_address_equal(const struct ts_address *a, const struct ts_address *b)
{
	return !memcmp(a->b, b->b, TS_ADDRESS_BYTES);
}

bool ts_address_is_zero(const struct ts_address *address)
{
	return sodium_is_zero(address->b, TS_ADDRESS_BYTES);
}

/**
 * ts_address_print() - write an address with its EIP-55 checksum
 * @address: the address
 * @text: room for "0x", 40 digits and the NUL
 *
 * A digit a..f is upper case where the hash of the lower-case text has a
 * nibble of 8 or more.
 *
 * Return: @text.
 */
char *ts_address_print(const struct ts_address *address,
		       char text[TS_ADDRESS_TEXT_SIZE])
{
	struct ts_hash hash;
	int i;

	ts_hex_print(text, address->b, TS_ADDRESS_BYTES);
	ts_keccak256(&hash, text + 2, 2 * TS_ADDRESS_BYTES);
	for (i = 0; i < 2 * TS_ADDRESS_BYTES; i++) {
		uint8_t nibble = hash.b[i / 2] >> (i % 2 ? 0 : 4) & 0xf;

		if (nibble >= 8)
			text[2 + i] = (char)toupper((unsigned char)text[2 + i]);
	}
	return text;
}

/**
 * ts_address_parse() - read an address
 * @out: where it goes; undefined on failure
 * @text: "0x" and 40 hex digits, all lower case or with a right EIP-55
 *	checksum
 *
 * Return: 0, -EINVAL if it is no address, -EBADMSG if its checksum is wrong,
 * which means that somebody mistyped it.
 */
int ts_address_parse(struct ts_address *out, const char *text)
{
	char checksummed[TS_ADDRESS_TEXT_SIZE];
	const char *p;

	if (ts_hex_parse(out->b, TS_ADDRESS_BYTES, text))
		return -EINVAL;
	for (p = text + 2; *p; p++)
		if (isupper((unsigned char)*p))
			break;
	if (!*p)
		return 0;
	return strcmp(text, ts_address_print(out, checksummed)) ? -EBADMSG : 0;
}
