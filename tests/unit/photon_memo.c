// SPDX-License-Identifier: GPL-2.0
/*
 * photon_memo.c - what is a memo, and all that is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "photon/memo.h"

#define CODE	"0123456789ABCDEF"

static bool parse(const char *text, struct ts_memo *memo)
{
	return ts_memo_parse(memo, text, strlen(text));
}

static void test_round_trip(void **state)
{
	static const uint32_t ids[] = { 0, 1, 9, 10, 4294967295u };
	struct ts_memo in = { .code = "VWXYZJKMNPQRSTH7" }, out;
	char text[TS_MEMO_SIZE];
	size_t i, len;

	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		in.tariff_id = ids[i];
		len = ts_memo_print(&in, text);
		assert_int_equal(len, strlen(text));
		assert_true(ts_memo_parse(&out, text, len));
		assert_string_equal(in.code, out.code);
		assert_int_equal(out.tariff_id, ids[i]);
	}
	assert_string_equal(text, "ts1:VWXYZJKMNPQRSTH7:4294967295");
	assert_true(!out.most_wei_per_gb);
}

/* M7: what the payer agrees to. */
static void test_most(void **state)
{
	static const char * const none[] = {
		"ts1:" CODE ":1:", "ts1:" CODE ":1:0", "ts1:" CODE ":1:01",
		"ts1:" CODE ":1:-1", "ts1:" CODE ":1: 1", "ts1:" CODE ":1:1 ",
		"ts1:" CODE ":1:1:1", "ts1:" CODE ":1::1", "ts1:" CODE "::1",
		"ts1:" CODE ":1:4951760157141521099596496896",
		"ts1:" CODE ":1:340282366920938463463374607431768211456",
		"ts1:" CODE ":1:9999999999999999999999999999999999999999999",
	};
	struct ts_memo in = { .code = CODE, .tariff_id = 4294967295u,
			      .most_wei_per_gb = TS_MEMO_MOST_END - 1 }, out;
	char text[TS_MEMO_SIZE];
	size_t i, len = ts_memo_print(&in, text);

	assert_int_equal(len + 1, TS_MEMO_SIZE);
	assert_string_equal(text, "ts1:" CODE ":4294967295:4951760157141521099596496895");
	assert_true(ts_memo_parse(&out, text, len));
	assert_int_equal(out.tariff_id, in.tariff_id);
	assert_true(out.most_wei_per_gb == in.most_wei_per_gb);
	assert_true(parse("ts1:" CODE ":1:1", &out) && out.most_wei_per_gb == 1);
	assert_true(parse("ts1:" CODE ":1", &out) && !out.most_wei_per_gb);
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (parse(none[i], &out))
			fail_msg("\"%s\" was taken for a memo", none[i]);
	assert_false(ts_memo_parse(&out, "ts1:" CODE ":1:1\0", 26));
}

static void test_no_memo(void **state)
{
	static const char * const none[] = {
		"", "ts1", "ts1:", "ts1:" CODE, "ts1:" CODE ":",
		"ts2:" CODE ":1", "TS1:" CODE ":1", " ts1:" CODE ":1",
		"ts1:" CODE ":1 ", "ts1:" CODE ":01", "ts1:" CODE ":00",
		"ts1:" CODE ":-1", "ts1:" CODE ":+1", "ts1:" CODE ":1x",
		"ts1:" CODE ":4294967296", "ts1:" CODE ":42949672950",
		"ts1:" CODE ":18446744073709551617", "ts1:" CODE "0:1",
		"ts1:" CODE ";1", "ts1:" CODE "::1",
		"ts1:0123456789ABCDE:1", "ts1:0123456789abcdef:1",
		"ts1:I123456789ABCDEF:1", "ts1:0123456789ABCDEL:1",
		"ts1:O123456789ABCDEF:1", "ts1:0123456789ABCDEU:1",
		"ts1:0123456789ABCDE\xff:1", "hello",
	};
	struct ts_memo memo;
	size_t i;

	assert_true(parse("ts1:" CODE ":1", &memo));
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (parse(none[i], &memo))
			fail_msg("\"%s\" was taken for a memo", none[i]);
	/* NUL is a byte like any other, and in no alphabet. */
	assert_false(ts_memo_parse(&memo, "ts1:" CODE ":1\0", 24));
	assert_false(ts_memo_parse(&memo, "ts1:0123456789ABCDE\0:1", 22));
	assert_false(ts_memo_parse(&memo, NULL, 0));
}

/* Every byte of the code position: exactly the 32 characters pass. */
static void test_alphabet(void **state)
{
	char text[] = "ts1:" CODE ":1";
	struct ts_memo memo;
	int c, passed = 0;

	for (c = 0; c < 256; c++) {
		text[10] = (char)c;
		passed += ts_memo_parse(&memo, text, sizeof(text) - 1);
	}
	assert_int_equal(passed, 32);
}

static void test_codes(void **state)
{
	uint8_t random[TS_CODE_RANDOM_BYTES] = { 0 };
	char code[TS_CODE_SIZE];

	ts_code_make(code, random);
	assert_string_equal(code, "0000000000000000");
	memset(random, 0xff, sizeof(random));
	ts_code_make(code, random);
	assert_string_equal(code, "ZZZZZZZZZZZZZZZZ");
	memcpy(random, "\x00\x44\x32\x14\xc7\x42\x54\xb6\x35\xcf", 10);
	ts_code_make(code, random);
	assert_string_equal(code, "0123456789ABCDEF");
	assert_true(ts_code_valid(code));
	assert_false(ts_code_valid(""));
	assert_false(ts_code_valid("0123456789ABCDE"));
	assert_false(ts_code_valid("0123456789ABCDEFG"));
	assert_false(ts_code_valid("0123456789ABCDEf"));
}

/* All 80 bits reach the code. */
static void test_code_bits(void **state)
{
	char zero[TS_CODE_SIZE], code[TS_CODE_SIZE];
	uint8_t random[TS_CODE_RANDOM_BYTES] = { 0 };
	int bit;

	ts_code_make(zero, random);
	for (bit = 0; bit < 80; bit++) {
		memset(random, 0, sizeof(random));
		random[bit / 8] = (uint8_t)(0x80 >> bit % 8);
		ts_code_make(code, random);
		assert_int_not_equal(code[bit / 5], zero[bit / 5]);
		code[bit / 5] = zero[bit / 5];
		assert_string_equal(code, zero);
	}
}

static void test_carrying(void **state)
{
	static const char * const none[] = {
		"", "ts1:relay", "ts1:relay:", "ts1:relay:01", "ts1:relay:1 ",
		"ts1:relay: 1", "ts1:relay:+1", "ts1:relay:-1", "ts1:relay:0x1",
		"TS1:relay:1", "ts1:relay:1:1", "ts1:refund", "ts1:" CODE ":1",
		"ts1:relay:340282366920938463463374607431768211456",
		"ts1:relay:0340282366920938463463374607431768211455",
	};
	static const ts_u128 sums[] = { 0, 1, 10, TS_U128_MAX };
	char text[TS_MEMO_RELAY_SIZE];
	struct ts_memo memo;
	ts_u128 wei;
	size_t i, len;

	for (i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
		len = ts_memo_print_relay(sums[i], text);
		assert_int_equal(len, strlen(text));
		assert_true(ts_memo_parse_relay(&wei, text, len));
		assert_true(wei == sums[i]);
		assert_false(ts_memo_parse(&memo, text, len));
		assert_false(ts_memo_is_refund(text, len));
		assert_false(ts_memo_is_share(text, len));
	}
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (ts_memo_parse_relay(&wei, none[i], strlen(none[i])))
			fail_msg("\"%s\" was taken for a payment for carrying", none[i]);
	assert_false(ts_memo_parse_relay(&wei, "ts1:relay:1\0", 12));
	assert_false(ts_memo_parse_relay(&wei, "ts1:relay:1\0" "1", 13));
}

static void test_share(void **state)
{
	static const char share[] = TS_MEMO_SHARE;
	struct ts_memo memo;
	ts_u128 wei;

	assert_true(ts_memo_is_share(share, sizeof(share) - 1));
	assert_false(ts_memo_is_share(share, sizeof(share)));
	assert_false(ts_memo_is_share(share, sizeof(share) - 2));
	assert_false(ts_memo_is_refund(share, sizeof(share) - 1));
	assert_false(ts_memo_parse(&memo, share, sizeof(share) - 1));
	assert_false(ts_memo_parse_relay(&wei, share, sizeof(share) - 1));
	assert_false(ts_memo_is_share(TS_MEMO_REFUND, sizeof(TS_MEMO_REFUND) - 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_most),
		cmocka_unit_test(test_no_memo),
		cmocka_unit_test(test_alphabet),
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_code_bits),
		cmocka_unit_test(test_carrying),
		cmocka_unit_test(test_share),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
