// SPDX-License-Identifier: GPL-2.0
/*
 * photon_sign.c - addresses as text, keys, and signatures that are refused.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "photon/hex.h"
#include "photon/sign.h"
#include "photon/u256.h"

/* The order of the curve. */
#define ORDER "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"

static void test_address_text(void **state)
{
	static const char * const good[] = {
		"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
		"0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
		"0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
		"0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
		"0x52908400098527886E0F7030069857D2E4169EE7",
	};
	char text[TS_ADDRESS_TEXT_SIZE];
	struct ts_address address;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(ts_address_parse(&address, good[i]), 0);
		assert_string_equal(ts_address_print(&address, text), good[i]);
	}
}

static void test_address_refused(void **state)
{
	struct ts_address address;

	/* Lower case carries no checksum; a wrong case is a wrong checksum. */
	assert_int_equal(ts_address_parse(&address,
		"0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"), 0);
	assert_int_equal(ts_address_parse(&address,
		"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD"), -EBADMSG);
	assert_int_equal(ts_address_parse(&address,
		"0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED"), -EBADMSG);
	assert_int_equal(ts_address_parse(&address, ""), -EINVAL);
	assert_int_equal(ts_address_parse(&address, "0x"), -EINVAL);
	assert_int_equal(ts_address_parse(&address,
		"5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"), -EINVAL);
	assert_int_equal(ts_address_parse(&address,
		"0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed0"), -EINVAL);
	assert_int_equal(ts_address_parse(&address,
		"0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae "), -EINVAL);
}

static void test_bad_secrets(void **state)
{
	uint8_t secret[TS_SECRET_BYTES] = { 0 };
	struct ts_signer *key;

	errno = 0;
	assert_null(ts_signer_new(secret));
	assert_int_equal(errno, EINVAL);
	assert_int_equal(ts_hex_parse(secret, sizeof(secret), ORDER), 0);
	assert_null(ts_signer_new(secret));
	secret[31]--;
	key = ts_signer_new(secret);
	assert_non_null(key);
	assert_memory_equal(ts_signer_secret(key), secret, sizeof(secret));
	ts_signer_free(key);
	ts_signer_free(NULL);
}

static void test_generated(void **state)
{
	struct ts_signer *a = ts_signer_generate(), *b = ts_signer_generate();

	assert_non_null(a);
	assert_non_null(b);
	assert_false(ts_address_equal(ts_signer_address(a),
				      ts_signer_address(b)));
	assert_false(ts_address_is_zero(ts_signer_address(a)));
	ts_signer_free(a);
	ts_signer_free(b);
}

static void test_sign_and_recover(void **state)
{
	struct ts_signer *key = ts_signer_generate();
	struct ts_signature signature, again;
	struct ts_address signer;
	struct ts_hash digest;
	int seen[2] = { 0 };
	unsigned int i;

	for (i = 0; i < 64; i++) {
		ts_keccak256(&digest, &i, sizeof(i));
		ts_signer_sign(key, &digest, &signature);
		ts_signer_sign(key, &digest, &again);
		assert_memory_equal(&signature, &again, sizeof(again));
		assert_in_range(signature.b[64], 27, 28);
		seen[signature.b[64] - 27]++;
		assert_int_equal(ts_signature_recover(&signature, &digest,
						      &signer), 0);
		assert_true(ts_address_equal(&signer, ts_signer_address(key)));
	}
	assert_true(seen[0] && seen[1]);
	ts_signer_free(key);
}

/* The other of the two signatures: s' = n - s with the other v. */
static void make_high_s(struct ts_signature *signature)
{
	struct ts_u256 order, s = ts_u256_get(signature->b + 32);
	uint8_t bytes[32];

	assert_int_equal(ts_hex_parse(bytes, sizeof(bytes), ORDER), 0);
	order = ts_u256_get(bytes);
	assert_int_equal(ts_u256_sub(&s, &order, &s), 0);
	ts_u256_put(signature->b + 32, &s);
	signature->b[64] = (uint8_t)(27 + 28 - signature->b[64]);
}

static void test_refused(void **state)
{
	struct ts_signer *key = ts_signer_generate();
	struct ts_signature good, bad;
	struct ts_address signer;
	struct ts_hash digest;
	int v;

	ts_keccak256(&digest, "x", 1);
	ts_signer_sign(key, &digest, &good);
	for (v = 0; v < 256; v++) {
		bad = good;
		bad.b[64] = (uint8_t)v;
		if (v == 27 || v == 28)
			continue;
		assert_int_equal(ts_signature_recover(&bad, &digest, &signer),
				 -EINVAL);
	}
	bad = good;
	make_high_s(&bad);
	assert_int_equal(ts_signature_recover(&bad, &digest, &signer), -EINVAL);
	/* And it is only for its s that it is refused. */
	make_high_s(&bad);
	assert_memory_equal(&bad, &good, sizeof(good));

	memset(bad.b, 0, 64);
	assert_int_equal(ts_signature_recover(&bad, &digest, &signer), -EINVAL);
	memset(bad.b, 0xff, 64);
	assert_int_equal(ts_signature_recover(&bad, &digest, &signer), -EINVAL);
	bad = good;
	memset(bad.b, 0, 32);
	assert_int_equal(ts_signature_recover(&bad, &digest, &signer), -EINVAL);
	bad = good;
	memset(bad.b + 32, 0, 32);
	assert_int_equal(ts_signature_recover(&bad, &digest, &signer), -EINVAL);
	ts_signer_free(key);
}

/*
 * v of 29 and 30 name points whose x is r + n: only for a tiny r are there any,
 * so these are made, not signed.  The contract knows no such v.
 */
static void test_tiny_r(void **state)
{
	struct ts_signature signature = { { 0 } };
	struct ts_address signer;
	struct ts_hash digest;
	int r, v;

	ts_keccak256(&digest, "x", 1);
	signature.b[63] = 1;
	for (r = 1; r < 64; r++)
		for (v = 29; v <= 30; v++) {
			signature.b[31] = (uint8_t)r;
			signature.b[64] = (uint8_t)v;
			assert_int_equal(ts_signature_recover(&signature,
							      &digest, &signer),
					 -EINVAL);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_address_text),
		cmocka_unit_test(test_address_refused),
		cmocka_unit_test(test_bad_secrets),
		cmocka_unit_test(test_generated),
		cmocka_unit_test(test_sign_and_recover),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_tiny_r),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
