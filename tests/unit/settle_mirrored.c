// SPDX-License-Identifier: GPL-2.0
/*
 * settle_mirrored.c - what strangers send to a mirror is not kept, what its owners
 * send is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "settle_mirror.h"

static void test_kept(void **state)
{
	struct ts_delegated d = keep(10);

	assert_int_equal(look(), TS_MIRRORED_KNOWN);
	restart();
	assert_int_equal(kept(), 1);
	assert_true(ts_delegated_equal(&seen_d, &d));
	assert_int_equal(look(), TS_MIRRORED_KNOWN);
	d = keep(5);
	assert_int_equal(kept(), 1);
	assert_int_equal(seen_d.proof.nonce, 2);
}

static void test_strangers(void **state)
{
	const struct ts_signer *stranger = ends.stranger_key;
	struct ts_delegated d = paid(10);

	/* In the owner's name, by somebody else. */
	sign_for(&d, &config.us, stranger);
	assert_int_equal(look(), TS_MIRRORED_BAD_SIGNATURE);
	sign_for(&d, &config.us, payer->key);
	assert_int_equal(look(), TS_MIRRORED_BAD_SIGNATURE);
	/* In a stranger's own name: all of it is well signed. */
	ts_delegated_make(&d, &payer->life.channel, payer->key);
	d.proof = box->life.channel.our_proof;
	sign_for(&d, &config.us, payer->key);
	assert_int_equal(look(), TS_MIRRORED_NOT_LISTED);
	assert_int_equal(kept(), 0);
}

static void test_replayed(void **state)
{
	uint8_t first[TS_MIRROR_BYTES];
	struct ts_delegated d = keep(10);

	memcpy(first, bytes, sizeof(first));
	assert_int_equal(look(), TS_MIRRORED_KNOWN);
	keep(5);
	memcpy(bytes, first, sizeof(first));
	assert_int_equal(look(), TS_MIRRORED_OLD_PROOF);
	/* What another mirror was given is not for us. */
	sign_for(&d, ts_signer_address(ends.stranger_key), box->key);
	assert_int_equal(look(), TS_MIRRORED_WRONG_BOX);
	assert_int_equal(kept(), 1);
	assert_int_equal(seen_d.proof.nonce, 2);
}

/* The same nonce with something else in it, also when it is well signed. */
static void test_two_of_a_nonce(void **state)
{
	struct ts_delegated d = keep(10);

	d.delegation.b[5] ^= 1;
	sign_for(&d, &config.us, box->key);
	assert_int_equal(look(), TS_MIRRORED_OLD_PROOF);
}

static void test_forged(void **state)
{
	struct ts_delegated good = paid(10), d = good;

	d.delegation.b[5] ^= 1;
	sign_for(&d, &config.us, box->key);
	assert_int_equal(look(), TS_MIRRORED_BAD_DELEGATION);
	ts_delegated_make(&d, &box->life.channel, ends.stranger_key);
	sign_for(&d, &config.us, box->key);
	assert_int_equal(look(), TS_MIRRORED_BAD_DELEGATION);
	d = good;
	d.proof.transferred_wei += 1;
	sign_for(&d, &config.us, box->key);
	assert_int_equal(look(), TS_MIRRORED_BAD_PROOF);
	d = good;
	d.proof.nonce = 0;
	sign_for(&d, &config.us, box->key);
	assert_int_equal(look(), TS_MIRRORED_BAD_PROOF);
	assert_int_equal(kept(), 0);
}

static void test_less_than_before(void **state)
{
	struct ts_delegated d = keep(10);

	d.proof.nonce++;
	d.proof.transferred_wei--;
	sign_for(&d, &config.us, box->key);
	assert_int_equal(look(), TS_MIRRORED_BAD_PROOF);
}

static void test_of_elsewhere(void **state)
{
	struct ts_delegated d = paid(10);

	d.chain_id = ts_u256_from_u64(1);
	sign_for(&d, &config.us, box->key);
	assert_int_equal(look(), TS_MIRRORED_WRONG_CHAIN);
	d = newest();
	d.tokens_network.b[0] ^= 1;
	sign_for(&d, &config.us, box->key);
	assert_int_equal(look(), TS_MIRRORED_WRONG_CONTRACT);
	d = newest();
	d.token.b[0] ^= 1;
	sign_for(&d, &config.us, box->key);
	assert_int_equal(look(), TS_MIRRORED_BAD_PROOF);
	d = newest();
	d.open_block_number++;
	sign_for(&d, &config.us, box->key);
	assert_int_equal(look(), TS_MIRRORED_BAD_PROOF);
	assert_int_equal(kept(), 0);
}

/* Who is paid by the mirror itself has to look for another one. */
static void test_own_channel(void **state)
{
	struct ts_delegated d = paid(10);

	d.partner = config.us;
	sign_for(&d, &config.us, box->key);
	assert_int_equal(look(), TS_MIRRORED_OWN_CHANNEL);
	d = newest();
	config.us = d.owner;
	restart();
	sign_for(&d, &config.us, box->key);
	assert_int_equal(look(), TS_MIRRORED_OWN_CHANNEL);
}

static void test_junk(void **state)
{
	struct ts_delegated d;
	size_t len;

	paid(10);
	for (len = 0; len < sizeof(bytes); len++)
		assert_int_equal(ts_mirrored_look(mirrored, bytes, len, &d),
				 TS_MIRRORED_BAD_FORM);
	memset(bytes, 0xff, sizeof(bytes));
	assert_int_equal(look(), TS_MIRRORED_BAD_FORM);
}

/* A proof of the channel's next life; all that is before it was settled. */
static struct ts_delegated of_next_life(void)
{
	struct ts_delegated d = paid(1);
	struct ts_balance_proof proof = { .nonce = d.proof.nonce };
	struct ts_hash digest;
	struct ts_form form;

	d.open_block_number++;
	ts_delegated_identifier(&d, &proof.channel_identifier);
	proof.open_block_number = d.open_block_number;
	proof.transferred_amount = ts_u256_from_u128(d.proof.transferred_wei);
	proof.locksroot = d.proof.locksroot;
	ts_form_balance_proof(&form, &proof, &d.proof.additional_hash, &d.chain_id);
	ts_form_digest(&form, &digest);
	ts_signer_sign(payer->key, &digest, &d.proof.signature);
	ts_form_balance_proof_delegate(&form, &proof, &d.chain_id);
	ts_form_digest(&form, &digest);
	ts_signer_sign(box->key, &digest, &d.delegation);
	sign_for(&d, &config.us, box->key);
	return d;
}

static void test_next_life(void **state)
{
	uint8_t old[TS_MIRROR_BYTES];
	struct ts_delegated d;

	keep(10);
	paid(10);
	memcpy(old, bytes, sizeof(old));
	d = of_next_life();
	assert_int_equal(look(), TS_MIRRORED_NEW);
	put(&d);
	assert_int_equal(kept(), 1);
	assert_true(ts_delegated_equal(&seen_d, &d));
	memcpy(bytes, old, sizeof(old));
	assert_int_equal(look(), TS_MIRRORED_OLD_LIFE);
	restart();
	assert_int_equal(kept(), 1);
	assert_true(ts_delegated_equal(&seen_d, &d));
}

static void test_room(void **state)
{
	struct ts_delegated d = keep(1), good = paid(1);
	unsigned int i;

	/* As if the same owner had many. */
	assert_int_equal(ts_ledger_begin(ledger), 0);
	for (i = 1; i < TS_MIRRORED_OF_OWNER_MAX; i++) {
		d.token.b[0] = (uint8_t)i;
		d.token.b[1] = (uint8_t)(i >> 8);
		d.token.b[2] = 0xee;
		assert_int_equal(ts_mirrored_put(mirrored, &d), 0);
	}
	assert_int_equal(ts_ledger_commit(ledger), 0);
	/* A known channel still gets its newer proofs. */
	assert_int_equal(look(), TS_MIRRORED_NEW);
	good.token.b[19] ^= 1;
	sign_for(&good, &config.us, box->key);
	assert_int_equal(look(), TS_MIRRORED_FULL);
}

static void test_batch_that_fails(void **state)
{
	struct ts_delegated d = paid(10);

	assert_int_equal(ts_ledger_begin(ledger), 0);
	assert_int_equal(ts_mirrored_put(mirrored, &d), 0);
	ts_ledger_discard(ledger);
	assert_int_equal(ts_mirrored_reload(mirrored), 0);
	assert_int_equal(kept(), 0);
	assert_int_equal(look(), TS_MIRRORED_NEW);
}

/* Who is taken from the list and put there again finds all as it was. */
static void test_listed_again(void **state)
{
	keep(10);
	config.n_owners = 0;
	restart();
	assert_int_equal(kept(), 0);
	assert_int_equal(look(), TS_MIRRORED_NOT_LISTED);
	config.n_owners = 1;
	restart();
	assert_int_equal(kept(), 1);
}

#define mirrored_test(f) cmocka_unit_test_setup_teardown(f, mirror_setup, mirror_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		mirrored_test(test_kept),
		mirrored_test(test_strangers),
		mirrored_test(test_replayed),
		mirrored_test(test_two_of_a_nonce),
		mirrored_test(test_forged),
		mirrored_test(test_less_than_before),
		mirrored_test(test_of_elsewhere),
		mirrored_test(test_own_channel),
		mirrored_test(test_junk),
		mirrored_test(test_next_life),
		mirrored_test(test_room),
		mirrored_test(test_batch_that_fails),
		mirrored_test(test_listed_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
