// SPDX-License-Identifier: GPL-2.0
/*
 * photon_mirror.c - what a box signs for its mirror, and all that is not that.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "photon/attach.h"
#include "photon/mirror.h"
#include "photon_pair.h"

static struct pair pair;
static struct ts_delegated good;
static const struct ts_address mirror = { { 0x3b, 1 } };

static void pay(ts_u128 amount_wei)
{
	static const struct ts_bytes nothing;
	struct ts_channel payer, box;
	struct ts_datagram datagram;
	struct ts_effect effect;
	struct ts_message msg;

	assert_int_equal(ts_channel_send(&pair.payer, pair.payer_key, amount_wei,
					 &nothing, &payer, &datagram), TS_ACCEPTED);
	assert_int_equal(ts_message_decode(&msg, datagram.b, datagram.len), 0);
	assert_int_equal(ts_channel_receive(&pair.box, &msg, datagram.b, datagram.len,
					    &box, &effect), TS_ACCEPTED);
	pair.payer = payer;
	pair.box = box;
}

static int set_up(void **state)
{
	pair_open(&pair, 1000, 0);
	pay(7);
	pay(4);
	ts_delegated_make(&good, &pair.box, pair.box_key);
	return 0;
}

static int tear_down(void **state)
{
	pair_close(&pair);
	return 0;
}

static void test_round_trip(void **state)
{
	uint8_t bytes[TS_MIRROR_BYTES];
	struct ts_address to, signer;
	struct ts_delegated d;

	assert_int_equal(ts_delegated_fault(&good), TS_DELEGATED_GOOD);
	ts_mirror_sign(&good, &mirror, pair.box_key, bytes);
	assert_int_equal(ts_mirror_decode(&d, &to, bytes, sizeof(bytes)), 0);
	assert_true(ts_delegated_equal(&d, &good));
	assert_true(ts_address_equal(&to, &mirror));
	assert_int_equal(d.proof.nonce, 2);
	assert_true(d.proof.transferred_wei == 11);
	assert_int_equal(ts_mirror_recover(bytes, &signer), 0);
	assert_true(ts_address_equal(&signer, ts_signer_address(pair.box_key)));
	assert_int_equal(ts_delegated_fault(&d), TS_DELEGATED_GOOD);
}

static void test_lengths(void **state)
{
	uint8_t bytes[TS_MIRROR_BYTES + 1] = { 0 };
	struct ts_delegated d;
	struct ts_address to;
	size_t len;

	ts_mirror_sign(&good, &mirror, pair.box_key, bytes);
	for (len = 0; len <= sizeof(bytes); len++)
		assert_int_equal(ts_mirror_decode(&d, &to, bytes, len),
				 len == TS_MIRROR_BYTES ? 0 : -EINVAL);
}

/* Whatever bit is another: no such form, another signer, or another meaning. */
static void test_every_bit_counts(void **state)
{
	uint8_t bytes[TS_MIRROR_BYTES];
	struct ts_address to, signer;
	struct ts_delegated d;
	size_t i;

	ts_mirror_sign(&good, &mirror, pair.box_key, bytes);
	for (i = 0; i < 8 * sizeof(bytes); i++) {
		bytes[i / 8] ^= 1u << i % 8;
		assert_true(ts_mirror_decode(&d, &to, bytes, sizeof(bytes)) ||
			    ts_mirror_recover(bytes, &signer) ||
			    !ts_address_equal(&signer,
					      ts_signer_address(pair.box_key)));
		bytes[i / 8] ^= 1u << i % 8;
	}
}

/* A word of ours for another thing is not this one, nor the other way round. */
static void test_other_words(void **state)
{
	struct ts_attach refund = { .box = mirror, .chain_id = good.chain_id };
	uint8_t bytes[TS_MIRROR_BYTES] = { 0 };
	struct ts_delegated d;
	struct ts_address to;

	ts_refund_sign(&refund, pair.box_key, bytes);
	assert_int_equal(ts_mirror_decode(&d, &to, bytes, sizeof(bytes)), -EINVAL);
	ts_mirror_sign(&good, &mirror, pair.box_key, bytes);
	assert_int_equal(ts_refund_decode(&refund, bytes, TS_REFUND_BYTES), -EINVAL);
	assert_int_equal(ts_attach_decode(&refund, bytes, TS_ATTACH_BYTES), -EINVAL);
}

static enum ts_delegated_fault fault_of(void (*spoil)(struct ts_delegated *d))
{
	struct ts_delegated d = good;

	spoil(&d);
	return ts_delegated_fault(&d);
}

static void another_chain(struct ts_delegated *d)
{
	d->chain_id = ts_u256_from_u64(1);
}

static void another_contract(struct ts_delegated *d)
{
	d->tokens_network.b[0] ^= 1;
}

static void another_token(struct ts_delegated *d)
{
	d->token.b[0] ^= 1;
}

static void another_life(struct ts_delegated *d)
{
	d->open_block_number++;
}

static void more(struct ts_delegated *d)
{
	d->proof.transferred_wei++;
}

static void newer(struct ts_delegated *d)
{
	d->proof.nonce++;
}

static void another_root(struct ts_delegated *d)
{
	d->proof.locksroot.b[31] ^= 1;
}

static void of_itself(struct ts_delegated *d)
{
	d->partner = d->owner;
}

static void without_proof(struct ts_delegated *d)
{
	d->proof.nonce = 0;
}

static void too_new(struct ts_delegated *d)
{
	d->proof.nonce = (uint64_t)INT64_MAX + 1;
}

static void of_no_life(struct ts_delegated *d)
{
	d->open_block_number = 0;
}

static void other_v(struct ts_delegated *d)
{
	d->proof.signature.b[TS_SIGNATURE_BYTES - 1] ^= 27 ^ 28;
}

static void test_forged_proof(void **state)
{
	static void (*const spoils[])(struct ts_delegated *d) = {
		another_chain, another_contract, another_token, another_life,
		more, newer, another_root, other_v,
	};
	size_t i;

	for (i = 0; i < sizeof(spoils) / sizeof(spoils[0]); i++)
		assert_int_equal(fault_of(spoils[i]), TS_DELEGATED_BAD_PROOF);
	assert_int_equal(fault_of(of_itself), TS_DELEGATED_NO_PROOF);
	assert_int_equal(fault_of(without_proof), TS_DELEGATED_NO_PROOF);
	assert_int_equal(fault_of(too_new), TS_DELEGATED_NO_PROOF);
	assert_int_equal(fault_of(of_no_life), TS_DELEGATED_NO_PROOF);
}

/* Leave for an older proof, or by somebody else, is no leave for this one. */
static void test_forged_delegation(void **state)
{
	struct ts_delegated d = good;
	struct ts_delegated other;

	d.delegation.b[3] ^= 1;
	assert_int_equal(ts_delegated_fault(&d), TS_DELEGATED_BAD_DELEGATION);
	ts_delegated_make(&d, &pair.box, pair.payer_key);
	assert_int_equal(ts_delegated_fault(&d), TS_DELEGATED_BAD_DELEGATION);
	pay(1);
	ts_delegated_make(&other, &pair.box, pair.box_key);
	assert_int_equal(ts_delegated_fault(&other), TS_DELEGATED_GOOD);
	other.delegation = good.delegation;
	assert_int_equal(ts_delegated_fault(&other), TS_DELEGATED_BAD_DELEGATION);
	/* A proof is no delegation, whoever signed it. */
	other.delegation = other.proof.signature;
	assert_int_equal(ts_delegated_fault(&other), TS_DELEGATED_BAD_DELEGATION);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_round_trip, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lengths, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_every_bit_counts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_other_words, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_forged_proof, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_forged_delegation, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
