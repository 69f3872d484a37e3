// SPDX-License-Identifier: GPL-2.0
/*
 * mirror.c - a partner's proof with leave to show it, and how a box signs that for
 * its mirror.
 */
#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "photon/mirror.h"
#include "photon/own.h"

#define WORD		"mirror\n"
#define WORD_BYTES	(sizeof(WORD) - 1)

static void as_proof(const struct ts_delegated *d, struct ts_balance_proof *proof)
{
	proof->nonce = d->proof.nonce;
	ts_delegated_identifier(d, &proof->channel_identifier);
	proof->open_block_number = d->open_block_number;
	proof->transferred_amount = ts_u256_from_u128(d->proof.transferred_wei);
	proof->locksroot = d->proof.locksroot;
}

static void delegation_digest(const struct ts_delegated *d, struct ts_hash *digest)
{
	struct ts_balance_proof proof;
	struct ts_form form;

	as_proof(d, &proof);
	ts_form_balance_proof_delegate(&form, &proof, &d->chain_id);
	ts_form_digest(&form, digest);
}

/**
 * ts_delegated_make() - the partner's last proof, with our leave to show it
 * @d: where it goes
 * @channel: has such a proof
 * @key: ours
 */
void ts_delegated_make(struct ts_delegated *d, const struct ts_channel *channel,
		       const struct ts_signer *key)
{
	struct ts_hash digest;

	memset(d, 0, sizeof(*d));
	d->owner = channel->our_address;
	d->partner = channel->partner_address;
	d->token = channel->token;
	d->tokens_network = channel->tokens_network;
	d->chain_id = channel->chain_id;
	d->open_block_number = channel->open_block_number;
	d->proof = channel->partner_proof;
	delegation_digest(d, &digest);
	ts_signer_sign(key, &digest, &d->delegation);
}

/** ts_delegated_identifier() - of its channel */
void ts_delegated_identifier(const struct ts_delegated *d, struct ts_hash *out)
{
	ts_channel_identifier(&d->owner, &d->partner, &d->token, &d->tokens_network,
			      out);
}

static bool signed_by(const struct ts_signature *signature,
		      const struct ts_hash *digest, const struct ts_address *who)
{
	struct ts_address signer;

	return !ts_signature_recover(signature, digest, &signer) &&
	       ts_address_equal(&signer, who);
}

/**
 * ts_delegated_fault() - would the contract take it, in the life that it names?
 * @d: as it came
 *
 * Return: why not; TS_DELEGATED_GOOD: it would.
 */
enum ts_delegated_fault ts_delegated_fault(const struct ts_delegated *d)
{
	struct ts_balance_proof proof;
	struct ts_hash digest;
	struct ts_form form;

	if (!d->proof.nonce || d->proof.nonce > INT64_MAX ||
	    !d->open_block_number || d->open_block_number > INT64_MAX ||
	    ts_address_equal(&d->owner, &d->partner))
		return TS_DELEGATED_NO_PROOF;
	as_proof(d, &proof);
	ts_form_balance_proof(&form, &proof, &d->proof.additional_hash, &d->chain_id);
	ts_form_digest(&form, &digest);
	if (!signed_by(&d->proof.signature, &digest, &d->partner))
		return TS_DELEGATED_BAD_PROOF;
	delegation_digest(d, &digest);
	return signed_by(&d->delegation, &digest, &d->owner) ?
	       TS_DELEGATED_GOOD : TS_DELEGATED_BAD_DELEGATION;
}

static uint8_t *put(uint8_t *out, const void *bytes, size_t len)
{
	memcpy(out, bytes, len);
	return out + len;
}

static uint8_t *put_u64(uint8_t *out, uint64_t value)
{
	uint64_t be = htobe64(value);

	return put(out, &be, sizeof(be));
}

static const uint8_t *get(void *out, const uint8_t *in, size_t len)
{
	memcpy(out, in, len);
	return in + len;
}

static const uint8_t *get_u64(uint64_t *out, const uint8_t *in)
{
	uint64_t be;

	in = get(&be, in, sizeof(be));
	*out = be64toh(be);
	return in;
}

static uint8_t *put_delegated(uint8_t *out, const struct ts_delegated *d)
{
	out = put(out, d->owner.b, TS_ADDRESS_BYTES);
	out = put(out, d->partner.b, TS_ADDRESS_BYTES);
	out = put(out, d->token.b, TS_ADDRESS_BYTES);
	out = put(out, d->tokens_network.b, TS_ADDRESS_BYTES);
	ts_u256_put(out, &d->chain_id);
	out = put_u64(out + TS_U256_BYTES, d->open_block_number);
	out = put_u64(out, d->proof.nonce);
	ts_u128_put(out, d->proof.transferred_wei);
	out = put(out + TS_U128_BYTES, d->proof.locksroot.b, TS_HASH_BYTES);
	out = put(out, d->proof.additional_hash.b, TS_HASH_BYTES);
	out = put(out, d->proof.signature.b, TS_SIGNATURE_BYTES);
	return put(out, d->delegation.b, TS_SIGNATURE_BYTES);
}

static void get_delegated(struct ts_delegated *d, const uint8_t *in)
{
	memset(d, 0, sizeof(*d));
	in = get(d->owner.b, in, TS_ADDRESS_BYTES);
	in = get(d->partner.b, in, TS_ADDRESS_BYTES);
	in = get(d->token.b, in, TS_ADDRESS_BYTES);
	in = get(d->tokens_network.b, in, TS_ADDRESS_BYTES);
	d->chain_id = ts_u256_get(in);
	in = get_u64(&d->open_block_number, in + TS_U256_BYTES);
	in = get_u64(&d->proof.nonce, in);
	d->proof.transferred_wei = ts_u128_get(in);
	in = get(d->proof.locksroot.b, in + TS_U128_BYTES, TS_HASH_BYTES);
	in = get(d->proof.additional_hash.b, in, TS_HASH_BYTES);
	in = get(d->proof.signature.b, in, TS_SIGNATURE_BYTES);
	get(d->delegation.b, in, TS_SIGNATURE_BYTES);
}

/** ts_delegated_equal() - the same to the last byte */
bool ts_delegated_equal(const struct ts_delegated *a, const struct ts_delegated *b)
{
	uint8_t x[TS_MIRROR_BYTES], y[TS_MIRROR_BYTES];
	size_t len = (size_t)(put_delegated(x, a) - x);

	put_delegated(y, b);
	return !memcmp(x, y, len);
}

/**
 * ts_mirror_sign() - make the bytes
 * @d: what is mirrored
 * @mirror: the box that they are for; no other takes them
 * @key: the owner's
 * @bytes: where they go
 */
void ts_mirror_sign(const struct ts_delegated *d, const struct ts_address *mirror,
		    const struct ts_signer *key, uint8_t bytes[TS_MIRROR_BYTES])
{
	struct ts_signature signature;
	struct ts_hash digest;
	uint8_t *out = bytes;

	out = put(out, TS_OWN_PREFIX, TS_OWN_PREFIX_BYTES);
	out = put(out, WORD, WORD_BYTES);
	out = put(out, mirror->b, TS_ADDRESS_BYTES);
	out = put_delegated(out, d);
	assert(out == bytes + TS_MIRROR_BYTES - TS_SIGNATURE_BYTES);
	ts_keccak256(&digest, bytes, TS_MIRROR_BYTES - TS_SIGNATURE_BYTES);
	ts_signer_sign(key, &digest, &signature);
	put(out, signature.b, TS_SIGNATURE_BYTES);
}

/**
 * ts_mirror_decode() - read the bytes
 * @d: what is mirrored; undefined on failure
 * @mirror: the box that they are for; likewise
 * @bytes: as they came
 * @len: how many
 *
 * Says nothing of who signed what.  Return: 0 or -EINVAL.
 */
int ts_mirror_decode(struct ts_delegated *d, struct ts_address *mirror,
		     const void *bytes, size_t len)
{
	const uint8_t *in = bytes;

	if (len != TS_MIRROR_BYTES || memcmp(in, TS_OWN_PREFIX, TS_OWN_PREFIX_BYTES) ||
	    memcmp(in + TS_OWN_PREFIX_BYTES, WORD, WORD_BYTES))
		return -EINVAL;
	in = get(mirror->b, in + TS_OWN_PREFIX_BYTES + WORD_BYTES, TS_ADDRESS_BYTES);
	get_delegated(d, in);
	return 0;
}

/**
 * ts_mirror_recover() - find who signed
 * @bytes: that ts_mirror_decode() has read
 * @signer: where the address goes
 *
 * Return: 0, or -EINVAL: nobody can have.
 */
int ts_mirror_recover(const uint8_t bytes[TS_MIRROR_BYTES], struct ts_address *signer)
{
	struct ts_signature signature;
	struct ts_hash digest;

	memcpy(signature.b, bytes + TS_MIRROR_BYTES - TS_SIGNATURE_BYTES,
	       TS_SIGNATURE_BYTES);
	ts_keccak256(&digest, bytes, TS_MIRROR_BYTES - TS_SIGNATURE_BYTES);
	return ts_signature_recover(&signature, &digest, signer);
}
