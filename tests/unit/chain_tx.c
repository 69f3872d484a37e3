// SPDX-License-Identifier: GPL-2.0
/*
 * chain_tx.c - transactions as the chain wants them.
 *
 * The hashes were made with another implementation (ethers 6); the first
 * transaction is the example of EIP-155.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "chain/rlp.h"
#include "chain/tx.h"
#include "photon/hex.h"

static const uint8_t secret[TS_SECRET_BYTES] = {
	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
	17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
};

/**
 * struct known - a transaction and what it becomes
 * @nonce: of it
 * @gas_price: of it
 * @gas: of it
 * @to: of it
 * @value: of it
 * @fill: each byte of its data
 * @data_len: how many
 * @chain_id: of it
 * @raw_len: how many bytes it has
 * @hash: of these
 */
static const struct known {
	uint64_t nonce;
	const char *gas_price;
	uint64_t gas;
	const char *to;
	const char *value;
	uint8_t fill;
	size_t data_len;
	const char *chain_id;
	size_t raw_len;
	const char *hash;
} known[] = {
	{ 0ull, "0", 21000ull, "0x08b7d79ec4ebd53e5b89c7c062cc64bb09d063e3",
	  "0", 0xff, 0, "20180430", 101,
	  "0x1ced11681bdeef5a5a63d87e8cb6287a9e516aece347b309323eae9ca001b93a" },
	{ 127ull, "18000000000", 100000ull, "0x00000000000000000000000000000000000000ff",
	  "57896044618658097711785492504343953926634992332820282019728792003956564819975", 0x0, 1, "8888", 137,
	  "0x805c8703e2a06a4b79c9e33161ec5f18a728874816a33acced37d6b1f159e99c" },
	{ 128ull, "18000000000", 250000ull, "0xc479184abeb8c508ee96e4c093ee47af2256cbbf",
	  "1", 0x7f, 1, "3", 104,
	  "0xa2901565dc3b63a90cb22823e2cee279d8cd47b9d5bf5b1fc5afc4c18d6928a4" },
	{ 255ull, "18000000000", 250000ull, "0xc479184abeb8c508ee96e4c093ee47af2256cbbf",
	  "1", 0x80, 1, "3", 105,
	  "0x573691e81a11d5e8000196e48f0b0f3dad08210df0c269f97b43d2d84a36f5c4" },
	{ 65536ull, "1180591620717411303424", 8000000ull, "0x28233F8e0f8Bd049382077c6eC78bE9c2915c7D4",
	  "55", 0xab, 55, "1337", 167,
	  "0xb378cdf87ebf6dc321c4077af668f2b6bf16fca3b328b5d7c87acbdda6aea379" },
	{ 1ull, "1", 255ull, "0x28233F8e0f8Bd049382077c6eC78bE9c2915c7D4",
	  "256", 0xcd, 56, "1", 155,
	  "0x80d4416c432200afe23a5aecfa74b46d6a4b2f5d3ebf98f57abefb235e7ecb3c" },
	{ 2ull, "1", 256ull, "0x28233F8e0f8Bd049382077c6eC78bE9c2915c7D4",
	  "127", 0x1, 2048, "9007199254740991", 2155,
	  "0xed098dc6bec87efc8c525b0ca67de5c2c0286558dacdf0582f1dc17f13d718e0" },
	{ 9007199254740991ull, "115792089237316195423570985008687907853269984665640564039457584007913129639935", 18446744073709551615ull, "0x28233F8e0f8Bd049382077c6eC78bE9c2915c7D4",
	  "115792089237316195423570985008687907853269984665640564039457584007913129639935", 0x2, 255, "999999", 434,
	  "0xff3a681add6bc74cc714feeca708ffa2c7c066979b2402299c817d58aa2a4a37" },
};

static void make(struct ts_tx *tx, const struct known *k, uint8_t data[TS_TX_DATA_MAX_BYTES])
{
	memset(data, k->fill, k->data_len);
	memset(tx, 0, sizeof(*tx));
	tx->nonce = k->nonce;
	tx->gas = k->gas;
	tx->data = (struct ts_bytes){ data, k->data_len };
	assert_int_equal(ts_u256_parse(&tx->gas_price_wei, k->gas_price), 0);
	assert_int_equal(ts_address_parse(&tx->to, k->to), 0);
	assert_int_equal(ts_u256_parse(&tx->value_wei, k->value), 0);
	assert_int_equal(ts_u256_parse(&tx->chain_id, k->chain_id), 0);
}

static void test_eip155_example(void **state)
{
	static const char expected[] =
		"0xf86c098504a817c800825208943535353535353535353535353535353535353535880"
		"de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1"
		"590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb19"
		"66a3b6d83";
	struct ts_tx tx = { .nonce = 9, .gas = 21000 };
	uint8_t example_secret[TS_SECRET_BYTES];
	char text[2 + 2 * TS_TX_MAX_BYTES + 1];
	struct ts_signer *key;
	struct ts_tx_raw raw;

	memset(example_secret, 0x46, sizeof(example_secret));
	memset(tx.to.b, 0x35, sizeof(tx.to.b));
	tx.gas_price_wei = ts_u256_from_u64(20000000000);
	tx.value_wei = ts_u256_from_u64(1000000000000000000);
	tx.chain_id = ts_u256_from_u64(1);
	key = ts_signer_new(example_secret);
	assert_non_null(key);
	assert_int_equal(ts_tx_sign(&tx, key, &raw), 0);
	assert_string_equal(ts_hex_print(text, raw.b, raw.len), expected);
	ts_signer_free(key);
}

static void test_known(void **state)
{
	struct ts_signer *key = ts_signer_new(secret);
	uint8_t data[TS_TX_DATA_MAX_BYTES];
	char text[TS_HASH_TEXT_SIZE];
	struct ts_tx_raw raw;
	struct ts_tx tx;
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		make(&tx, &known[i], data);
		assert_int_equal(ts_tx_sign(&tx, key, &raw), 0);
		assert_string_equal(ts_hash_print(&raw.hash, text), known[i].hash);
		assert_int_equal(raw.len, known[i].raw_len);
	}
	ts_signer_free(key);
}

static void test_refused(void **state)
{
	static const uint8_t data[TS_TX_DATA_MAX_BYTES + 1];
	struct ts_signer *key = ts_signer_new(secret);
	struct ts_tx tx = { .nonce = 1 };
	struct ts_tx_raw raw;

	/* Good on every chain. */
	assert_int_equal(ts_tx_sign(&tx, key, &raw), -ERANGE);
	/* 2 * id + 35 is above 2^256, by far and by the last bit. */
	tx.chain_id.w[3] = 1ull << 63;
	assert_int_equal(ts_tx_sign(&tx, key, &raw), -ERANGE);
	memset(&tx.chain_id, 0xff, sizeof(tx.chain_id));
	tx.chain_id.w[3] >>= 1;
	assert_int_equal(ts_tx_sign(&tx, key, &raw), -ERANGE);
	tx.chain_id = ts_u256_from_u64(1);
	tx.data = (struct ts_bytes){ data, sizeof(data) };
	assert_int_equal(ts_tx_sign(&tx, key, &raw), -E2BIG);
	tx.data.len--;
	assert_int_equal(ts_tx_sign(&tx, key, &raw), 0);
	ts_signer_free(key);
}

/* In any room too small nothing is written behind it and it is said. */
static void test_rlp_room(void **state)
{
	uint8_t room[80], bytes[60] = { 0x80 };
	size_t size;

	for (size = 0; size < sizeof(room); size++) {
		struct ts_rlp r = { .out = room, .size = size };

		memset(room, 0xee, sizeof(room));
		ts_rlp_bytes(&r, bytes, sizeof(bytes));
		ts_rlp_u64(&r, 1);
		ts_rlp_list(&r);
		assert_int_equal(r.full, size < 2 + 2 + 60 + 1);
		assert_true(r.len <= size);
		assert_int_equal(room[size], 0xee);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_eip155_example),
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_rlp_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
