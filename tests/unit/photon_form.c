// SPDX-License-Identifier: GPL-2.0
/*
 * photon_form.c - the trap between two forms of the contract (rule M1), mounted
 * in both directions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "photon_pair.h"

#define FIELDS	(26 + 3)	/* where the fields of a form begin */

static struct pair pair;

static int set_up(void **state)
{
	pair_open(&pair, 1000, 0);
	return 0;
}

static int tear_down(void **state)
{
	pair_close(&pair);
	return 0;
}

/* Read the fields of a form of 176 bytes as a balance proof. */
static void read_as_proof(const struct ts_form *form,
			  struct ts_balance_proof *proof,
			  struct ts_hash *additional_hash)
{
	const uint8_t *p = form->b + FIELDS;
	int i;

	proof->transferred_amount = ts_u256_get(p);
	memcpy(&proof->locksroot, p + 32, 32);
	for (i = 0, proof->nonce = 0; i < 8; i++)
		proof->nonce = proof->nonce << 8 | p[64 + i];
	memcpy(additional_hash, p + 72, 32);
}

/*
 * The attack: the box co-signs a cooperative settle; its partner hands that
 * signature to the contract as the box's balance proof over an amount that
 * takes everything.  It verifies.  This is why nobody with a balance may sign
 * one; should this test ever fail, the rule can go.
 */
static void test_settle_is_a_balance_proof(void **state)
{
	struct ts_settle settle = {
		.channel_identifier = pair.box.channel_identifier,
		.open_block_number = pair.box.open_block_number,
		.participant1 = pair.box.partner_address,
		.participant1_balance = ts_u256_from_u64(400),
		.participant2 = pair.box.our_address,
		.participant2_balance = ts_u256_from_u64(600),
	};
	struct ts_balance_proof proof = {
		.channel_identifier = pair.box.channel_identifier,
		.open_block_number = pair.box.open_block_number,
	};
	struct ts_hash digest, additional_hash;
	struct ts_form as_settle, as_proof;
	struct ts_signature signature;
	struct ts_address signer;
	ts_u128 amount_wei;

	ts_form_cooperative_settle(&as_settle, &settle, &pair.box.chain_id);
	ts_form_digest(&as_settle, &digest);
	ts_signer_sign(pair.box_key, &digest, &signature);

	read_as_proof(&as_settle, &proof, &additional_hash);
	ts_form_balance_proof(&as_proof, &proof, &additional_hash,
			      &pair.box.chain_id);
	ts_form_digest(&as_proof, &digest);
	assert_int_equal(ts_signature_recover(&signature, &digest, &signer), 0);
	assert_true(ts_address_equal(&signer, &pair.box.our_address));
	assert_true(ts_u256_to_u128(&proof.transferred_amount, &amount_wei));
}

/* Read as a cooperative settle, our proofs name no address anybody has. */
static void test_proof_is_no_settle(void **state)
{
	static const uint8_t zeros[16];
	const struct ts_balance_proof *proof;
	struct ts_hash additional_hash;
	struct ts_channel next;
	struct ts_datagram d;
	struct ts_message msg;
	struct ts_form form;

	pair.payer.our_deposit_wei = TS_U128_MAX;
	assert_int_equal(ts_channel_send(&pair.payer, pair.payer_key,
					 TS_U128_MAX, NULL, &next, &d),
			 TS_ACCEPTED);
	assert_int_equal(ts_message_decode(&msg, d.b, d.len), 0);
	proof = ts_message_balance_proof(&msg);
	ts_message_hash(d.b, d.len, &additional_hash);
	ts_form_balance_proof(&form, proof, &additional_hash,
			      &pair.payer.chain_id);
	assert_int_equal(form.len, FIELDS + 176);
	assert_memory_equal(form.b + FIELDS, zeros, sizeof(zeros));
}

/* The digits are the byte count of what follows, in all six forms. */
static void test_digits(void **state)
{
	struct ts_balance_proof proof = { 0 };
	struct ts_address address = { 0 };
	struct ts_withdraw withdraw = { 0 };
	struct ts_settle settle = { 0 };
	struct ts_u256 chain_id = { 0 };
	struct ts_hash hash = { 0 };
	struct ts_lock lock = { 0 };
	struct ts_form forms[6];
	int i;

	ts_form_balance_proof(&forms[0], &proof, &hash, &chain_id);
	ts_form_balance_proof_delegate(&forms[1], &proof, &chain_id);
	ts_form_cooperative_settle(&forms[2], &settle, &chain_id);
	ts_form_withdraw(&forms[3], &withdraw, &chain_id);
	ts_form_dispose(&forms[4], &hash, &hash, 0, &hash, &chain_id);
	ts_form_unlock_delegate(&forms[5], &address, &lock, &hash, 0,
				&chain_id);
	for (i = 0; i < 6; i++) {
		const uint8_t *d = forms[i].b + 26;
		int digits = (d[0] - '0') * 100 + (d[1] - '0') * 10 + d[2] - '0';

		assert_memory_equal(forms[i].b, "\x19Spectrum Signed Message:\n",
				    26);
		assert_int_equal(forms[i].len, FIELDS + digits);
	}
}

#define form_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		form_test(test_settle_is_a_balance_proof),
		form_test(test_proof_is_no_settle),
		form_test(test_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
