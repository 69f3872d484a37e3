// SPDX-License-Identifier: GPL-2.0
/*
 * attach.c - "what I paid there, this station may spend", or "send it back".
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "photon/attach.h"
#include "photon/own.h"

#define ATTACH		"attach\n"
#define REFUND		"refund\n"
/* A word with a session's code, or without; all else is the same. */
static void sign(const struct ts_attach *attach, const char *word,
		 const struct ts_signer *key, uint8_t *bytes, size_t size)
{
	uint8_t *out = ts_own_begin(bytes, word);

	out = ts_own_put(out, attach->box.b, TS_ADDRESS_BYTES);
	out = ts_own_put_u256(out, &attach->chain_id);
	out = ts_own_put(out, attach->token.b, TS_ADDRESS_BYTES);
	out = ts_own_put(out, attach->code, strlen(attach->code));
	out = ts_own_put(out, attach->nonce.b, TS_HASH_BYTES);
	out = ts_own_put_u64(out, attach->expiry_s);
	out = ts_own_put_u128(out, attach->limit_wei);
	assert(out == bytes + size - TS_SIGNATURE_BYTES);
	ts_own_sign(bytes, size, key);
}

static int decode(struct ts_attach *attach, const char *word, size_t code_chars,
		  const uint8_t *in)
{
	in = ts_own_after(in, word);
	if (!in)
		return -EINVAL;
	in = ts_own_get(attach->box.b, in, TS_ADDRESS_BYTES);
	in = ts_own_get_u256(&attach->chain_id, in);
	in = ts_own_get(attach->token.b, in, TS_ADDRESS_BYTES);
	memset(attach->code, 0, sizeof(attach->code));
	in = ts_own_get(attach->code, in, code_chars);
	in = ts_own_get(attach->nonce.b, in, TS_HASH_BYTES);
	in = ts_own_get_u64(&attach->expiry_s, in);
	ts_own_get_u128(&attach->limit_wei, in);
	return 0;
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
	return ts_own_recover(bytes, TS_ATTACH_BYTES, signer);
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
	return ts_own_recover(bytes, TS_REFUND_BYTES, signer);
}
