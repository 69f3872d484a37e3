// SPDX-License-Identifier: GPL-2.0
/*
 * photon_u256.c - limits, text and bytes of the integers of money.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "photon/u256.h"

#define U256_MAX_TEXT \
	"115792089237316195423570985008687907853269984665640564039457584007913129639935"
#define U256_OVER_TEXT \
	"115792089237316195423570985008687907853269984665640564039457584007913129639936"
#define U128_MAX_TEXT	"340282366920938463463374607431768211455"
#define U128_OVER_TEXT	"340282366920938463463374607431768211456"

static const struct ts_u256 max = {
	{ UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX }
};

static void test_text(void **state)
{
	static const char * const same[] = {
		"0", "1", "9", "10", "18446744073709551615",
		"18446744073709551616", "10000000000000000000",
		"9999999999999999999", "100000000000000000000000000000000000000",
		U128_MAX_TEXT, U128_OVER_TEXT, U256_MAX_TEXT,
	};
	char text[TS_U256_TEXT_SIZE];
	struct ts_u256 value;
	size_t i;

	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		assert_int_equal(ts_u256_parse(&value, same[i]), 0);
		assert_string_equal(ts_u256_print(&value, text), same[i]);
	}
	assert_int_equal(ts_u256_parse(&value, U256_MAX_TEXT), 0);
	assert_int_equal(ts_u256_cmp(&value, &max), 0);
}

static void test_not_text(void **state)
{
	static const char * const bad[] = {
		"", " ", "00", "01", "-1", "+1", " 1", "1 ", "0x1", "1e3",
		"1.0", "a", "1a",
	};
	struct ts_u256 value = ts_u256_from_u64(7);
	ts_u128 small = 7;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(ts_u256_parse(&value, bad[i]), -EINVAL);
		assert_int_equal(ts_u128_parse(&small, bad[i]), -EINVAL);
	}
	assert_int_equal(ts_u256_parse(&value, U256_OVER_TEXT), -ERANGE);
	assert_int_equal(ts_u256_parse(&value, U256_MAX_TEXT "0"), -ERANGE);
	assert_int_equal(ts_u128_parse(&small, U128_OVER_TEXT), -ERANGE);
	assert_int_equal(ts_u128_parse(&small, U256_OVER_TEXT), -ERANGE);
	/* Nothing that failed has changed a result. */
	assert_true(value.w[0] == 7 && !value.w[1] && small == 7);
}

static void test_bytes(void **state)
{
	uint8_t bytes[TS_U256_BYTES], back[TS_U256_BYTES], narrow[16];
	struct ts_u256 value;
	int i;

	for (i = 0; i < TS_U256_BYTES; i++)
		bytes[i] = (uint8_t)(i + 1);
	value = ts_u256_get(bytes);
	assert_true(value.w[0] == 0x191a1b1c1d1e1f20ULL);
	assert_true(value.w[3] == 0x0102030405060708ULL);
	ts_u256_put(back, &value);
	assert_memory_equal(bytes, back, sizeof(bytes));
	ts_u128_put(narrow, ts_u128_get(bytes));
	assert_memory_equal(bytes, narrow, sizeof(narrow));
	assert_true(ts_u128_get(bytes) >> 64 == 0x0102030405060708ULL);
}

static void test_narrowing(void **state)
{
	struct ts_u256 value = ts_u256_from_u128(TS_U128_MAX);
	struct ts_u256 one = ts_u256_from_u64(1);
	char text[TS_U128_TEXT_SIZE];
	ts_u128 wide = 5;
	uint64_t narrow = 5;

	assert_int_equal(ts_u256_to_u64(&value, &narrow), -ERANGE);
	assert_int_equal(narrow, 5);
	assert_int_equal(ts_u256_to_u128(&value, &wide), 0);
	assert_true(wide == TS_U128_MAX);
	assert_string_equal(ts_u128_print(wide, text), U128_MAX_TEXT);
	assert_int_equal(ts_u256_add(&value, &value, &one), 0);
	wide = 5;
	assert_int_equal(ts_u256_to_u128(&value, &wide), -ERANGE);
	assert_true(wide == 5);
	value = ts_u256_from_u64(UINT64_MAX);
	assert_int_equal(ts_u256_to_u64(&value, &narrow), 0);
	assert_true(narrow == UINT64_MAX);
}

static void test_sums(void **state)
{
	struct ts_u256 zero = { 0 }, one = ts_u256_from_u64(1), out;

	out = one;
	assert_int_equal(ts_u256_add(&out, &max, &one), -EOVERFLOW);
	assert_int_equal(ts_u256_sub(&out, &zero, &one), -EOVERFLOW);
	assert_int_equal(ts_u256_cmp(&out, &one), 0);
	assert_int_equal(ts_u256_add(&out, &max, &zero), 0);
	assert_int_equal(ts_u256_sub(&out, &max, &max), 0);
	assert_true(ts_u256_is_zero(&out));

	/* A carry through every word and a borrow back. */
	out = max;
	out.w[3] = 0;
	assert_int_equal(ts_u256_add(&out, &out, &one), 0);
	assert_true(!out.w[0] && !out.w[1] && !out.w[2] && out.w[3] == 1);
	assert_int_equal(ts_u256_sub(&out, &out, &one), 0);
	assert_true(out.w[0] == UINT64_MAX && out.w[2] == UINT64_MAX &&
		    !out.w[3]);
	/* A borrow into a word that is itself equal. */
	assert_int_equal(ts_u256_sub(&out, &(struct ts_u256){ { 0, 5, 1 } },
				     &(struct ts_u256){ { 1, 5, 0 } }), 0);
	assert_true(out.w[0] == UINT64_MAX && out.w[1] == UINT64_MAX &&
		    !out.w[2]);
}

static void test_order(void **state)
{
	struct ts_u256 low = { { UINT64_MAX, 0, 0, 0 } };
	struct ts_u256 high = { { 0, 1, 0, 0 } };

	assert_true(ts_u256_cmp(&low, &high) < 0);
	assert_true(ts_u256_cmp(&high, &low) > 0);
	assert_int_equal(ts_u256_cmp(&high, &high), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_not_text),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_narrowing),
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
