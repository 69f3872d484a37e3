// SPDX-License-Identifier: GPL-2.0
/*
 * attach.c - "what I paid there, this station may spend", or "send it back".
 */
#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "photon/attach.h"
#include "photon/own.h"

#define ATTACH		"attach\n"
#define REFUND		"refund\n"
#define WORD_BYTES	(sizeof(ATTACH) - 1)

_Static_assert(sizeof(ATTACH) == sizeof(REFUND), "the words are equally long");

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

/* A word with a session's code, or without; all else is the same. */
static void sign(const struct ts_attach *attach, const char *word,
		 const struct ts_signer *key, uint8_t *bytes, size_t size)
{
	uint64_t expiry = htobe64(attach->expiry_s);
	struct ts_signature signature;
	struct ts_hash digest;
	uint8_t *out = bytes;

	out = put(out, TS_OWN_PREFIX, TS_OWN_PREFIX_BYTES);
	out = put(out, word, WORD_BYTES);
	out = put(out, attach->box.b, TS_ADDRESS_BYTES);
	ts_u256_put(out, &attach->chain_id);
	out = put(out + TS_U256_BYTES, attach->token.b, TS_ADDRESS_BYTES);
	out = put(out, attach->code, strlen(attach->code));
	out = put(out, attach->nonce.b, TS_HASH_BYTES);
	out = put(out, &expiry, sizeof(expiry));
	ts_u128_put(out, attach->limit_wei);
	out += TS_U128_BYTES;
	assert(out == bytes + size - TS_SIGNATURE_BYTES);
	ts_keccak256(&digest, bytes, size - TS_SIGNATURE_BYTES);
	ts_signer_sign(key, &digest, &signature);
	put(out, signature.b, TS_SIGNATURE_BYTES);
}

static int decode(struct ts_attach *attach, const char *word, size_t code_chars,
		  const uint8_t *in)
{
	uint64_t expiry;

	if (memcmp(in, TS_OWN_PREFIX, TS_OWN_PREFIX_BYTES) ||
	    memcmp(in + TS_OWN_PREFIX_BYTES, word, WORD_BYTES))
		return -EINVAL;
	in = get(attach->box.b, in + TS_OWN_PREFIX_BYTES + WORD_BYTES, TS_ADDRESS_BYTES);
	attach->chain_id = ts_u256_get(in);
	in = get(attach->token.b, in + TS_U256_BYTES, TS_ADDRESS_BYTES);
	memset(attach->code, 0, sizeof(attach->code));
	in = get(attach->code, in, code_chars);
	in = get(attach->nonce.b, in, TS_HASH_BYTES);
	in = get(&expiry, in, sizeof(expiry));
	attach->expiry_s = be64toh(expiry);
	attach->limit_wei = ts_u128_get(in);
	return 0;
}

static int recover(const uint8_t *bytes, size_t size, struct ts_address *signer)
{
	struct ts_signature signature;
	struct ts_hash digest;

	memcpy(signature.b, bytes + size - TS_SIGNATURE_BYTES, TS_SIGNATURE_BYTES);
	ts_keccak256(&digest, bytes, size - TS_SIGNATURE_BYTES);
	return ts_signature_recover(&signature, &digest, signer);
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
	assert(ts_code_valid(attach->code));
	sign(attach, ATTACH, key, bytes, TS_ATTACH_BYTES);
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
	if (len != TS_ATTACH_BYTES || decode(attach, ATTACH, TS_CODE_CHARS, bytes))
		return -EINVAL;
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
	return recover(bytes, TS_ATTACH_BYTES, signer);
}

/**
 * ts_refund_sign() - "what I have not spent there, send back to me"
 * @refund: what is signed; its code is empty
 * @key: the wallet's
 * @bytes: where they go
 */
void ts_refund_sign(const struct ts_attach *refund, const struct ts_signer *key,
		    uint8_t bytes[TS_REFUND_BYTES])
{
	sign(refund, REFUND, key, bytes, TS_REFUND_BYTES);
}

/** ts_refund_decode() - as ts_attach_decode(); the code is empty */
int ts_refund_decode(struct ts_attach *refund, const void *bytes, size_t len)
{
	return len == TS_REFUND_BYTES ? decode(refund, REFUND, 0, bytes) : -EINVAL;
}

/** ts_refund_recover() - as ts_attach_recover() */
int ts_refund_recover(const uint8_t bytes[TS_REFUND_BYTES],
		      struct ts_address *signer)
{
	return recover(bytes, TS_REFUND_BYTES, signer);
}
