// SPDX-License-Identifier: GPL-2.0
/*
 * section_contract.c - the sections of a vectors file that are no messages.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "photon/codec.h"
#include "photon/merkle.h"
#include "vector.h"

void check_form(struct vector *v, const struct ts_form *form,
		const char *preimage, const char *hash)
{
	struct ts_hash digest;

	vector_same(v, preimage, form->b, form->len);
	ts_form_digest(form, &digest);
	vector_same(v, hash, digest.b, TS_HASH_BYTES);
}

/* The key makes exactly this signature, and from it its address is found. */
void check_signature(struct vector *v, const struct ts_hash *digest,
		     const char *private_key, const char *signature,
		     const char *signer)
{
	struct ts_address want = vector_address(v, signer), got;
	struct ts_signer *key = vector_key(v, private_key);
	struct ts_signature made;

	if (!key)
		return;
	ts_signer_sign(key, digest, &made);
	vector_same(v, signature, made.b, sizeof(made.b));
	if (!ts_address_equal(ts_signer_address(key), &want))
		vector_fail(v, "%s: not the address of %s", signer,
			    private_key);
	if (ts_signature_recover(&made, digest, &got) ||
	    !ts_address_equal(&got, &want))
		vector_fail(v, "%s: not recovered from %s", signer, signature);
	ts_signer_free(key);
}

void check_channel_identifier(struct vector *v)
{
	struct ts_address p1 = vector_address(v, "participant1");
	struct ts_address p2 = vector_address(v, "participant2");
	struct ts_address token = vector_address(v, "token");
	struct ts_address network = vector_address(v, "tokens_network");
	struct ts_hash forth, back;

	ts_channel_identifier(&p1, &p2, &token, &network, &forth);
	ts_channel_identifier(&p2, &p1, &token, &network, &back);
	vector_same(v, "channel_identifier", forth.b, TS_HASH_BYTES);
	vector_same(v, "channel_identifier", back.b, TS_HASH_BYTES);
}

void check_keys_and_secrets(struct vector *v)
{
	struct ts_hash secret = vector_hash(v, "secret"), hash;
	uint8_t public_key[TS_PUBLIC_KEY_BYTES];
	const char *want = vector_text(v, "address");
	struct ts_signer *key = vector_key(v, "private_key");
	char text[TS_ADDRESS_TEXT_SIZE];

	if (!key)
		return;
	ts_signer_public(key, public_key);
	vector_same(v, "public_key_uncompressed", public_key,
		    sizeof(public_key));
	if (want && strcmp(want, ts_address_print(ts_signer_address(key), text)))
		vector_fail(v, "address: is %s", text);
	ts_signer_free(key);
	ts_sha256(&hash, secret.b, TS_HASH_BYTES);
	vector_same(v, "lock_secret_hash_sha256", hash.b, TS_HASH_BYTES);
}

void check_balance_proof_delegate(struct vector *v)
{
	struct ts_u256 chain_id = vector_u256(v, "chain_id");
	struct ts_balance_proof proof = { 0 };
	struct ts_hash digest;
	struct ts_form form;

	v->filling = true;
	field_proof(v, "balance_proof", &proof);
	v->filling = false;
	ts_form_balance_proof_delegate(&form, &proof, &chain_id);
	check_form(v, &form, "sign_preimage", "sign_hash");
	ts_form_digest(&form, &digest);
	check_signature(v, &digest, "private_key", "signature", "sender");
}

void check_unlock_delegate(struct vector *v)
{
	struct ts_hash channel = vector_hash(v, "channel_identifier"), digest;
	struct ts_address delegatee = vector_address(v, "delegatee");
	uint64_t open_block = vector_u64(v, "open_block_number");
	struct ts_u256 chain_id = vector_u256(v, "chain_id");
	struct ts_lock lock = {
		.expiration = vector_u256(v, "expiration"),
		.amount = vector_u256(v, "amount"),
		.secret_hash = vector_hash(v, "secret_hash"),
	};
	struct ts_form form;

	ts_form_unlock_delegate(&form, &delegatee, &lock, &channel, open_block,
				&chain_id);
	check_form(v, &form, "sign_preimage", "sign_hash");
	ts_form_digest(&form, &digest);
	check_signature(v, &digest, "private_key", "signature", "sender");
}

/* One leaf: its hash from its fields, its proof, and that the proof holds. */
static void check_leaf(struct vector *v, const struct ts_hash *leaves,
		       struct ts_hash *scratch, size_t count, size_t index)
{
	struct ts_merkle_proof proof;
	struct ts_hash root, hash;
	struct ts_lock lock = {
		.expiration = vector_u256(v, "expiration"),
		.amount = vector_u256(v, "amount"),
		.secret_hash = vector_hash(v, "lock_secret_hash"),
	};

	ts_lock_hash(&lock, &hash);
	vector_same(v, "lock_hash", hash.b, TS_HASH_BYTES);
	memcpy(scratch, leaves, count * sizeof(*leaves));
	ts_merkle_prove(scratch, count, index, &proof, &root);
	vector_same(v, "proof", proof.sibling, proof.count * TS_HASH_BYTES);
	if (!ts_merkle_holds(&leaves[index], &proof, &root))
		vector_fail(v, "proof: does not lead to the root");
}

void check_merkle(struct vector *v)
{
	const json_t *entry = v->at, *locks = json_object_get(entry, "locks");
	size_t count = json_array_size(locks), i;
	struct ts_hash *leaves, *scratch, root;

	if (vector_u64(v, "count") != count)
		vector_fail(v, "count: there are %zu locks", count);
	leaves = calloc(count + 1, sizeof(*leaves));
	scratch = calloc(count + 1, sizeof(*scratch));
	if (!leaves || !scratch)
		abort();
	for (i = 0; i < count; i++) {
		v->at = json_array_get(locks, i);
		leaves[i] = vector_hash(v, "lock_hash");
	}
	for (i = 0; i < count; i++) {
		v->at = json_array_get(locks, i);
		v->pool_used = 0;
		check_leaf(v, leaves, scratch, count, i);
	}
	v->at = entry;
	memcpy(scratch, leaves, count * sizeof(*leaves));
	ts_merkle_root(scratch, count, &root);
	vector_same(v, "locksroot", root.b, TS_HASH_BYTES);
	free(scratch);
	free(leaves);
}

void check_varint(struct vector *v)
{
	struct ts_bytes bytes = vector_bytes(v, "bytes");
	uint64_t value = vector_u64(v, "value"), got = 0;
	uint8_t room[16];
	struct ts_codec in = { .in = bytes.p, .size = bytes.len };
	struct ts_codec out = { .out = room, .size = sizeof(room) };

	ts_codec_varint(&in, &got);
	if (in.err || in.pos != bytes.len)
		vector_fail(v, "bytes: %s", ts_photon_err_text(in.err));
	if (got != value)
		vector_fail(v, "value: is %" PRIu64, got);
	ts_codec_varint(&out, &value);
	vector_same(v, "bytes", room, out.pos);
}
