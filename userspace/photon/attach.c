// SPDX-License-Identifier: GPL-2.0
/*
 * attach.c - "what I paid there, this station may spend".
 */
#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "photon/attach.h"

#define HEAD		"\x19" "TokenSwitch Signed Message:\n" "attach\n"
#define HEAD_BYTES	(sizeof(HEAD) - 1)
#define SIGNED_BYTES	(TS_ATTACH_BYTES - TS_SIGNATURE_BYTES)

static uint8_t *put(uint8_t *out, const void *bytes, size_t len)
{
	memcpy(out, bytes, len);
	return out + len;
}

static const uint8_t *get(void *out, const uint8_t *in, size_t len)
{
	memcpy(out, in, len);
	return in + len;
}

static void digest_of(const uint8_t *bytes, struct ts_hash *digest)
{
	ts_keccak256(digest, bytes, SIGNED_BYTES);
}

/**
 * ts_attach_sign() - make the bytes
 * @attach: what is signed, with a valid code
 * @key: the wallet's
 * @bytes: where they go
 */
void ts_attach_sign(const struct ts_attach *attach, const struct ts_signer *key,
		    uint8_t bytes[TS_ATTACH_BYTES])
{
	uint64_t expiry = htobe64(attach->expiry_s);
	struct ts_signature signature;
	struct ts_hash digest;
	uint8_t *out = bytes;

	assert(ts_code_valid(attach->code));
	out = put(out, HEAD, HEAD_BYTES);
	out = put(out, attach->box.b, TS_ADDRESS_BYTES);
	ts_u256_put(out, &attach->chain_id);
	out = put(out + TS_U256_BYTES, attach->code, TS_CODE_CHARS);
	out = put(out, attach->nonce.b, TS_HASH_BYTES);
	out = put(out, &expiry, sizeof(expiry));
	ts_u128_put(out, attach->limit_wei);
	out += TS_U128_BYTES;
	assert(out == bytes + SIGNED_BYTES);
	digest_of(bytes, &digest);
	ts_signer_sign(key, &digest, &signature);
	put(out, signature.b, TS_SIGNATURE_BYTES);
}

/**
 * ts_attach_decode() - read the bytes
 * @attach: where it goes; undefined on failure
 * @bytes: as they came
 * @len: how many
 *
 * Says nothing of who signed them.  Return: 0 or -EINVAL.
 */
int ts_attach_decode(struct ts_attach *attach, const void *bytes, size_t len)
{
	const uint8_t *in = bytes;
	uint64_t expiry;

	if (len != TS_ATTACH_BYTES || memcmp(in, HEAD, HEAD_BYTES))
		return -EINVAL;
	in = get(attach->box.b, in + HEAD_BYTES, TS_ADDRESS_BYTES);
	attach->chain_id = ts_u256_get(in);
	in = get(attach->code, in + TS_U256_BYTES, TS_CODE_CHARS);
	attach->code[TS_CODE_CHARS] = '\0';
	in = get(attach->nonce.b, in, TS_HASH_BYTES);
	in = get(&expiry, in, sizeof(expiry));
	attach->expiry_s = be64toh(expiry);
	attach->limit_wei = ts_u128_get(in);
	return ts_code_valid(attach->code) ? 0 : -EINVAL;
}

/**
 * ts_attach_recover() - find who signed
 * @bytes: that ts_attach_decode() has read
 * @signer: where the address goes
 *
 * Return: 0, or -EINVAL: nobody can have.
 */
int ts_attach_recover(const uint8_t bytes[TS_ATTACH_BYTES],
		      struct ts_address *signer)
{
	struct ts_signature signature;
	struct ts_hash digest;

	memcpy(signature.b, bytes + SIGNED_BYTES, TS_SIGNATURE_BYTES);
	digest_of(bytes, &digest);
	return ts_signature_recover(&signature, &digest, signer);
}
