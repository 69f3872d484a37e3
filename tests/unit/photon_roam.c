// SPDX-License-Identifier: GPL-2.0
/*
 * photon_roam.c - what a roaming wallet and its host sign, and all that is not that.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "photon/attach.h"
#include "photon/own.h"
#include "photon/roam.h"
#include "photon_pair.h"

static struct pair pair;	/* its payer is the wallet, its box the host */
static struct ts_order good;
static uint8_t signed_order[TS_ORDER_BYTES];

static int set_up(void **state)
{
	pair_open(&pair, 1000, 0);
	good = (struct ts_order){
		.home = { { 0x11 } }, .host = *ts_signer_address(pair.box_key),
		.chain_id = ts_u256_from_u64(20180430), .token = { { 0x73 } },
		.code = "0123456789ABCDEF", .nonce = { { 9, 8, 7 } },
		.sequence = 41, .lifetime_s = 86400, .limit_wei = 1000000,
		.max_wei_per_gb = TS_U128_MAX,
	};
	ts_order_sign(&good, pair.payer_key, signed_order);
	return 0;
}

static int tear_down(void **state)
{
	pair_close(&pair);
	return 0;
}

static void an_order_is_read_as_it_was_signed(void **state)
{
	struct ts_address signer;
	struct ts_order order;

	assert_int_equal(ts_order_decode(&order, signed_order, TS_ORDER_BYTES), 0);
	assert_memory_equal(&order.home, &good.home, TS_ADDRESS_BYTES);
	assert_memory_equal(&order.host, &good.host, TS_ADDRESS_BYTES);
	assert_int_equal(ts_u256_cmp(&order.chain_id, &good.chain_id), 0);
	assert_memory_equal(&order.token, &good.token, TS_ADDRESS_BYTES);
	assert_string_equal(order.code, good.code);
	assert_memory_equal(&order.nonce, &good.nonce, TS_HASH_BYTES);
	assert_int_equal(order.sequence, 41);
	assert_int_equal(order.lifetime_s, 86400);
	assert_true(order.limit_wei == 1000000);
	assert_true(order.max_wei_per_gb == TS_U128_MAX);
	assert_int_equal(ts_order_recover(signed_order, &signer), 0);
	assert_memory_equal(&signer, ts_signer_address(pair.payer_key), TS_ADDRESS_BYTES);
}

static void an_order_may_name_no_session(void **state)
{
	uint8_t bytes[TS_ORDER_BYTES];
	struct ts_order order;

	good.code[0] = '\0';
	ts_order_sign(&good, pair.payer_key, bytes);
	assert_int_equal(ts_order_decode(&order, bytes, sizeof(bytes)), 0);
	assert_string_equal(order.code, "");
	/* Half a code is none. */
	strcpy(good.code, "0123");
	ts_order_sign(&good, pair.payer_key, bytes);
	assert_int_equal(ts_order_decode(&order, bytes, sizeof(bytes)), -EINVAL);
}

static void each_byte_counts(void **state)
{
	uint8_t bytes[TS_ORDER_BYTES];
	struct ts_address signer;
	struct ts_order order;
	size_t i;

	for (i = 0; i < TS_ORDER_BYTES; i++) {
		memcpy(bytes, signed_order, sizeof(bytes));
		bytes[i] ^= 1;
		if (ts_order_decode(&order, bytes, sizeof(bytes)) ||
		    ts_order_recover(bytes, &signer))
			continue;
		assert_memory_not_equal(&signer, ts_signer_address(pair.payer_key),
					TS_ADDRESS_BYTES);
	}
	for (i = 0; i < TS_ORDER_BYTES; i++)
		assert_int_equal(ts_order_decode(&order, signed_order, i), -EINVAL);
}

static void a_sequence_fits_the_ledger(void **state)
{
	uint8_t bytes[TS_ORDER_BYTES];
	struct ts_order order;

	good.sequence = TS_ORDER_SEQUENCE_MAX;
	ts_order_sign(&good, pair.payer_key, bytes);
	assert_int_equal(ts_order_decode(&order, bytes, sizeof(bytes)), 0);
	good.sequence++;
	ts_order_sign(&good, pair.payer_key, bytes);
	assert_int_equal(ts_order_decode(&order, bytes, sizeof(bytes)), -EINVAL);
}

/* The same signature has several spellings; it is one order all the same. */
static void a_name_is_of_what_is_signed(void **state)
{
	char name[TS_CODE_SIZE], other[TS_CODE_SIZE];
	uint8_t bytes[TS_ORDER_BYTES];

	ts_order_name(signed_order, name);
	assert_true(ts_code_valid(name));
	memcpy(bytes, signed_order, sizeof(bytes));
	bytes[TS_ORDER_BYTES - 1] ^= 1;
	ts_order_name(bytes, other);
	assert_string_equal(name, other);
	good.sequence++;
	ts_order_sign(&good, pair.payer_key, bytes);
	ts_order_name(bytes, other);
	assert_string_not_equal(name, other);
}

static void a_claim_is_read_as_it_was_signed(void **state)
{
	struct ts_claim claim = { .tariff_id = 0x01020304, .amount_wei = 77 }, got;
	uint8_t bytes[TS_CLAIM_BYTES];
	struct ts_address signer;
	size_t i;

	memcpy(claim.order_bytes, signed_order, TS_ORDER_BYTES);
	ts_claim_sign(&claim, pair.box_key, bytes);
	assert_int_equal(ts_claim_decode(&got, bytes, sizeof(bytes)), 0);
	assert_int_equal(got.tariff_id, 0x01020304);
	assert_true(got.amount_wei == 77);
	assert_int_equal(got.order.sequence, 41);
	assert_memory_equal(got.order_bytes, signed_order, TS_ORDER_BYTES);
	assert_int_equal(ts_claim_recover(bytes, &signer), 0);
	assert_memory_equal(&signer, &good.host, TS_ADDRESS_BYTES);
	/* Tariff and amount are the host's word. */
	for (i = 40; i < 60; i++) {
		bytes[i] ^= 1;
		assert_true(ts_claim_recover(bytes, &signer) ||
			    !ts_address_equal(&signer, &good.host));
		bytes[i] ^= 1;
	}
	for (i = 0; i < TS_CLAIM_BYTES; i++)
		assert_int_equal(ts_claim_decode(&got, bytes, i), -EINVAL);
}

/* What is signed for one thing is nothing else (M6). */
static void no_other_form_is_an_order(void **state)
{
	uint8_t bytes[TS_ORDER_BYTES];
	struct ts_attach attach;
	struct ts_order order;

	assert_int_equal(ts_attach_decode(&attach, signed_order, TS_ATTACH_BYTES), -EINVAL);
	memcpy(bytes, signed_order, sizeof(bytes));
	memcpy(bytes + TS_OWN_PREFIX_BYTES, "roan\n", 5);
	assert_int_equal(ts_order_decode(&order, bytes, sizeof(bytes)), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_order_is_read_as_it_was_signed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_order_may_name_no_session, set_up, tear_down),
		cmocka_unit_test_setup_teardown(each_byte_counts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_sequence_fits_the_ledger, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_name_is_of_what_is_signed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_claim_is_read_as_it_was_signed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_other_form_is_an_order, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
