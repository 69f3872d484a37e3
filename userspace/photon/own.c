// SPDX-License-Identifier: GPL-2.0
/* own.c - the bytes of what we have signed for ourselves. */
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "photon/own.h"

static const char prefix[] = "\x19" "TokenSwitch Signed Message:\n";

_Static_assert(sizeof(prefix) - 1 == TS_OWN_PREFIX_BYTES, "as it is counted in lengths");

uint8_t *ts_own_put(uint8_t *out, const void *bytes, size_t len)
{
	memcpy(out, bytes, len);
	return out + len;
}

uint8_t *ts_own_begin(uint8_t *out, const char *word)
{
	out = ts_own_put(out, prefix, TS_OWN_PREFIX_BYTES);
	return ts_own_put(out, word, strlen(word));
}

uint8_t *ts_own_put_u64(uint8_t *out, uint64_t value)
{
	uint64_t be = htobe64(value);

	return ts_own_put(out, &be, sizeof(be));
}

uint8_t *ts_own_put_u256(uint8_t *out, const struct ts_u256 *value)
{
	ts_u256_put(out, value);
	return out + TS_U256_BYTES;
}

uint8_t *ts_own_put_u128(uint8_t *out, ts_u128 value)
{
	ts_u128_put(out, value);
	return out + TS_U128_BYTES;
}

uint8_t *ts_own_put_proof(uint8_t *out, const struct ts_channel_proof *proof)
{
	out = ts_own_put_u64(out, proof->nonce);
	out = ts_own_put_u128(out, proof->transferred_wei);
	out = ts_own_put(out, proof->locksroot.b, TS_HASH_BYTES);
	out = ts_own_put(out, proof->additional_hash.b, TS_HASH_BYTES);
	return ts_own_put(out, proof->signature.b, TS_SIGNATURE_BYTES);
}

const uint8_t *ts_own_get(void *out, const uint8_t *in, size_t len)
{
	memcpy(out, in, len);
	return in + len;
}

const uint8_t *ts_own_after(const uint8_t *in, const char *word)
{
	size_t len = strlen(word);

	if (memcmp(in, prefix, TS_OWN_PREFIX_BYTES) ||
	    memcmp(in + TS_OWN_PREFIX_BYTES, word, len))
		return NULL;
	return in + TS_OWN_PREFIX_BYTES + len;
}

const uint8_t *ts_own_get_u64(uint64_t *value, const uint8_t *in)
{
	uint64_t be;

	in = ts_own_get(&be, in, sizeof(be));
	*value = be64toh(be);
	return in;
}

const uint8_t *ts_own_get_u256(struct ts_u256 *value, const uint8_t *in)
{
	*value = ts_u256_get(in);
	return in + TS_U256_BYTES;
}

const uint8_t *ts_own_get_u128(ts_u128 *value, const uint8_t *in)
{
	*value = ts_u128_get(in);
	return in + TS_U128_BYTES;
}

const uint8_t *ts_own_get_proof(struct ts_channel_proof *proof, const uint8_t *in)
{
	in = ts_own_get_u64(&proof->nonce, in);
	in = ts_own_get_u128(&proof->transferred_wei, in);
	in = ts_own_get(proof->locksroot.b, in, TS_HASH_BYTES);
	in = ts_own_get(proof->additional_hash.b, in, TS_HASH_BYTES);
	return ts_own_get(proof->signature.b, in, TS_SIGNATURE_BYTES);
}

/**
 * ts_own_sign() - put the signature at the end
 * @bytes: all before it is there
 * @size: of all, the signature too
 * @key: whose
 */
void ts_own_sign(uint8_t *bytes, size_t size, const struct ts_signer *key)
{
	struct ts_signature signature;
	struct ts_hash digest;

	size -= TS_SIGNATURE_BYTES;
	ts_keccak256(&digest, bytes, size);
	ts_signer_sign(key, &digest, &signature);
	ts_own_put(bytes + size, signature.b, TS_SIGNATURE_BYTES);
}

/**
 * ts_own_recover() - find who signed
 * @bytes: all of them
 * @size: how many
 * @signer: where the address goes
 *
 * Return: 0, or -EINVAL: nobody can have.
 */
int ts_own_recover(const uint8_t *bytes, size_t size, struct ts_address *signer)
{
	struct ts_signature signature;
	struct ts_hash digest;

	size -= TS_SIGNATURE_BYTES;
	ts_own_get(signature.b, bytes + size, TS_SIGNATURE_BYTES);
	ts_keccak256(&digest, bytes, size);
	return ts_signature_recover(&signature, &digest, signer);
}
