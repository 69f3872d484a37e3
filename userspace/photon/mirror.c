// SPDX-License-Identifier: GPL-2.0
/*
 * mirror.c - a partner's proof with leave to show it, and how a box signs that for
 * its mirror.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "photon/mirror.h"
#include "photon/own.h"

#define WORD		"mirror\n"

static void as_proof(const struct ts_delegated *d, struct ts_balance_proof *proof)
{
	proof->nonce = d->proof.nonce;
	ts_delegated_identifier(d, &proof->channel_identifier);
	proof->open_block_number = d->open_block_number;
	proof->transferred_amount = ts_u256_from_u128(d->proof.transferred_wei);
	proof->locksroot = d->proof.locksroot;
}

static void delegation_form(const struct ts_delegated *d, struct ts_form *form)
{
	struct ts_balance_proof proof;

	as_proof(d, &proof);
	ts_form_balance_proof_delegate(form, &proof, &d->chain_id);
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
	struct ts_form form;

	memset(d, 0, sizeof(*d));
	d->owner = channel->our_address;
	d->partner = channel->partner_address;
	d->token = channel->token;
	d->tokens_network = channel->tokens_network;
	d->chain_id = channel->chain_id;
	d->open_block_number = channel->open_block_number;
	d->proof = channel->partner_proof;
	delegation_form(d, &form);
	ts_form_sign(&form, key, &d->delegation);
}

/** ts_delegated_identifier() - of its channel */
void ts_delegated_identifier(const struct ts_delegated *d, struct ts_hash *out)
{
	ts_channel_identifier(&d->owner, &d->partner, &d->token, &d->tokens_network,
			      out);
}

static bool signed_by(const struct ts_signature *signature,
		      const struct ts_form *form, const struct ts_address *who)
{
	struct ts_address signer;
	struct ts_hash digest;

	ts_form_digest(form, &digest);
	return !ts_signature_recover(signature, &digest, &signer) &&
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
	struct ts_form form;

	if (!d->proof.nonce || d->proof.nonce > INT64_MAX ||
	    !d->open_block_number || d->open_block_number > INT64_MAX ||
	    ts_address_equal(&d->owner, &d->partner))
		return TS_DELEGATED_NO_PROOF;
	as_proof(d, &proof);
	ts_form_balance_proof(&form, &proof, &d->proof.additional_hash, &d->chain_id);
	if (!signed_by(&d->proof.signature, &form, &d->partner))
		return TS_DELEGATED_BAD_PROOF;
	delegation_form(d, &form);
	return signed_by(&d->delegation, &form, &d->owner) ?
	       TS_DELEGATED_GOOD : TS_DELEGATED_BAD_DELEGATION;
}

static uint8_t *put_delegated(uint8_t *out, const struct ts_delegated *d)
{
	out = ts_own_put(out, d->owner.b, TS_ADDRESS_BYTES);
	out = ts_own_put(out, d->partner.b, TS_ADDRESS_BYTES);
	out = ts_own_put(out, d->token.b, TS_ADDRESS_BYTES);
	out = ts_own_put(out, d->tokens_network.b, TS_ADDRESS_BYTES);
	out = ts_own_put_u256(out, &d->chain_id);
	out = ts_own_put_u64(out, d->open_block_number);
	out = ts_own_put_proof(out, &d->proof);
	return ts_own_put(out, d->delegation.b, TS_SIGNATURE_BYTES);
}

static void get_delegated(struct ts_delegated *d, const uint8_t *in)
{
	memset(d, 0, sizeof(*d));
	in = ts_own_get(d->owner.b, in, TS_ADDRESS_BYTES);
	in = ts_own_get(d->partner.b, in, TS_ADDRESS_BYTES);
	in = ts_own_get(d->token.b, in, TS_ADDRESS_BYTES);
	in = ts_own_get(d->tokens_network.b, in, TS_ADDRESS_BYTES);
	in = ts_own_get_u256(&d->chain_id, in);
	in = ts_own_get_u64(&d->open_block_number, in);
	in = ts_own_get_proof(&d->proof, in);
	ts_own_get(d->delegation.b, in, TS_SIGNATURE_BYTES);
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
	uint8_t *out = ts_own_begin(bytes, WORD);

	out = ts_own_put(out, mirror->b, TS_ADDRESS_BYTES);
	out = put_delegated(out, d);
	assert(out == bytes + TS_MIRROR_BYTES - TS_SIGNATURE_BYTES);
	ts_own_sign(bytes, TS_MIRROR_BYTES, key);
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
	const uint8_t *in = NULL;

	if (len == TS_MIRROR_BYTES)
		in = ts_own_after(bytes, WORD);
	if (!in)
		return -EINVAL;
	in = ts_own_get(mirror->b, in, TS_ADDRESS_BYTES);
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
	return ts_own_recover(bytes, TS_MIRROR_BYTES, signer);
}
