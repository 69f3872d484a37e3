// SPDX-License-Identifier: GPL-2.0
/* photon_sponsor.c - what a wallet signs to pay for a station, and all that is not that. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "photon/attach.h"
#include "photon/own.h"
#include "photon/roam.h"
#include "photon/sponsor.h"

/* Of the key 0x4b repeated; made by another implementation of the curve and the hash. */
static const char vector[] =
	"19546f6b656e537769746368205369676e6564204d6573736167653a0a73706f6e736f720ab0"
	"b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b000000000000000000000000000000000000000"
	"0000000000000000000133edce7070707070707070707070707070707070707070504e4fbab7"
	"bc2962b361e3730b965e61f289d0cc021122334455000000006b49d201000000006b4b238000"
	"000000000000000de0b6b3a7640000ffffffffffffffffffffffffffffffff6707654c3b5771"
	"b5cf06a2d02491d4c966155158452d8e6b34d7b37ce772288215c988d0d0594701f83fdd5c1c"
	"2a8a07a4ee5a1a9a47b6f77bcc914d4e4927271b";

static struct ts_signer *key, *other;
static struct ts_sponsor good;
static uint8_t bytes[TS_SPONSOR_BYTES];

static void make_good(void)
{
	good = (struct ts_sponsor){
		.chain_id = ts_u256_from_u64(20180430),
		.wallet = *ts_signer_address(key),
		.mac = { 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 },
		.serial = 1800000001, .until_s = 1800086400,
		.limit_wei = 1000000000000000000, .most_wei_per_gb = TS_U128_MAX,
	};
	memset(good.box.b, 0xb0, TS_ADDRESS_BYTES);
	memset(good.token.b, 0x70, TS_ADDRESS_BYTES);
	ts_sponsor_sign(&good, key, bytes);
}

static int set_up(void **state)
{
	uint8_t secret[TS_SECRET_BYTES];

	memset(secret, 0x4b, sizeof(secret));
	key = ts_signer_new(secret);
	memset(secret, 0x4c, sizeof(secret));
	other = ts_signer_new(secret);
	make_good();
	return 0;
}

static int tear_down(void **state)
{
	ts_signer_free(key);
	ts_signer_free(other);
	return 0;
}

static void it_is_the_bytes_of_the_header(void **state)
{
	char text[2 * TS_SPONSOR_BYTES + 1];
	size_t i;

	for (i = 0; i < sizeof(bytes); i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	assert_string_equal(text, vector);
}

static void it_is_read_as_it_was_signed(void **state)
{
	struct ts_sponsor got;

	assert_int_equal(ts_sponsor_decode(&got, bytes, sizeof(bytes)), 0);
	assert_memory_equal(&got.box, &good.box, TS_ADDRESS_BYTES);
	assert_int_equal(ts_u256_cmp(&got.chain_id, &good.chain_id), 0);
	assert_memory_equal(&got.token, &good.token, TS_ADDRESS_BYTES);
	assert_memory_equal(&got.wallet, &good.wallet, TS_ADDRESS_BYTES);
	assert_memory_equal(got.mac, good.mac, sizeof(good.mac));
	assert_true(got.serial == good.serial);
	assert_true(got.until_s == good.until_s);
	assert_true(got.limit_wei == good.limit_wei);
	assert_true(got.most_wei_per_gb == good.most_wei_per_gb);
	assert_int_equal(ts_sponsor_check(&got, bytes), 0);
}

/* Each byte counts: either it is none of ours, or not signed by the wallet that it names. */
static void no_byte_can_be_another(void **state)
{
	struct ts_sponsor got;
	size_t i;

	for (i = 0; i < sizeof(bytes); i++) {
		bytes[i] ^= 1;
		assert_true(ts_sponsor_decode(&got, bytes, sizeof(bytes)) ||
			    ts_sponsor_check(&got, bytes));
		bytes[i] ^= 1;
	}
	for (i = 0; i < sizeof(bytes); i++)
		assert_int_equal(ts_sponsor_decode(&got, bytes, i), -EINVAL);
	ts_sponsor_sign(&good, other, bytes);
	assert_int_equal(ts_sponsor_decode(&got, bytes, sizeof(bytes)), 0);
	assert_int_equal(ts_sponsor_check(&got, bytes), -EINVAL);
}

static void is_refused(void)
{
	struct ts_sponsor got;

	ts_sponsor_sign(&good, key, bytes);
	assert_int_equal(ts_sponsor_decode(&got, bytes, sizeof(bytes)), -EINVAL);
	make_good();
}

static void groups_and_nobody_are_no_stations(void **state)
{
	good.mac[0] = 0x01;
	is_refused();
	memset(good.mac, 0, sizeof(good.mac));
	is_refused();
	memset(good.mac, 0xff, sizeof(good.mac));
	is_refused();
	good.serial = 0;
	is_refused();
	good.serial = (uint64_t)INT64_MAX + 1;
	is_refused();
	good.until_s = (uint64_t)INT64_MAX + 1;
	is_refused();
}

/* M6: nothing that is signed for something else is one, nor the other way round. */
static void no_other_form_is_one(void **state)
{
	struct ts_attach attach = { .box = good.box, .code = "0123456789ABCDEF" };
	uint8_t long_one[TS_ATTACH_BYTES + TS_ORDER_BYTES] = { 0 };
	struct ts_sponsor got;

	ts_attach_sign(&attach, key, long_one);
	assert_int_equal(ts_sponsor_decode(&got, long_one, TS_SPONSOR_BYTES), -EINVAL);
	assert_int_equal(ts_attach_decode(&attach, bytes, sizeof(bytes)), -EINVAL);
	memcpy(long_one, bytes, sizeof(bytes));
	assert_int_equal(ts_attach_decode(&attach, long_one, TS_ATTACH_BYTES), -EINVAL);
	assert_int_equal(ts_refund_decode(&attach, long_one, TS_REFUND_BYTES), -EINVAL);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(it_is_the_bytes_of_the_header),
		T(it_is_read_as_it_was_signed),
		T(no_byte_can_be_another),
		T(groups_and_nobody_are_no_stations),
		T(no_other_form_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
