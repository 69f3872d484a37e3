// SPDX-License-Identifier: GPL-2.0
/*
 * chain_calls.c - calls of the contracts and what they answer.
 *
 * Selectors are those of the deployed contracts; the hashes of whole calls were
 * made with another implementation (ethers 6).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "chain/erc20.h"
#include "chain/network.h"
#include "photon/hex.h"

static struct ts_address a, b, token, network;
static struct ts_hash h5, h6;
static struct ts_signature s7, s8;

static int setup(void **state)
{
	memset(&a, 0x11, sizeof(a));
	memset(&b, 0x22, sizeof(b));
	memset(&token, 0x33, sizeof(token));
	memset(&network, 0x44, sizeof(network));
	memset(&h5, 0x55, sizeof(h5));
	memset(&h6, 0x66, sizeof(h6));
	memset(&s7, 0x77, sizeof(s7));
	memset(&s8, 0x88, sizeof(s8));
	return 0;
}

static void assert_call(const struct ts_calldata *call, size_t len, const char *hash)
{
	char text[TS_HASH_TEXT_SIZE];
	struct ts_hash got;

	ts_keccak256(&got, call->b, call->len);
	assert_string_equal(ts_hash_print(&got, text), hash);
	assert_int_equal(call->len, len);
}

static void assert_selector(const char *signature, const char *hex)
{
	uint8_t selector[TS_ABI_SELECTOR_BYTES];
	char text[2 + 2 * TS_ABI_SELECTOR_BYTES + 1];

	ts_abi_selector(selector, signature);
	assert_string_equal(ts_hex_print(text, selector, sizeof(selector)), hex);
}

static void test_selectors(void **state)
{
	static const char * const network_calls[TS_CALL_COUNT] = {
		[TS_CALL_DEPOSIT] = "0xe1b77e4e",
		[TS_CALL_PREPARE_SETTLE] = "0x5b7d6661",
		[TS_CALL_UPDATE_BALANCE_PROOF] = "0x560bf6b7",
		[TS_CALL_UPDATE_BALANCE_PROOF_DELEGATE] = "0xbe7c380e",
		[TS_CALL_SETTLE] = "0x635bbe0a",
		[TS_CALL_COOPERATIVE_SETTLE] = "0xc9c598e4",
		[TS_CALL_WITHDRAW] = "0x2fb2dae8",
		[TS_CALL_UNLOCK] = "0x928798f2",
		[TS_CALL_UNLOCK_DELEGATE] = "0x343461b2",
		[TS_CALL_PUNISH_OBSOLETE_UNLOCK] = "0xed04a068",
		[TS_CALL_GET_CHANNEL_INFO] = "0x385cb489",
		[TS_CALL_GET_CHANNEL_PARTICIPANT_INFO] = "0xf28591c3",
		[TS_CALL_QUERY_UNLOCKED_LOCKS] = "0x2c3ddceb",
		[TS_CALL_CHAIN_ID] = "0x3af973b1",
		[TS_CALL_CONTRACT_VERSION] = "0xb32c65c8",
		[TS_CALL_PUNISH_BLOCK_NUMBER] = "0x9375cff2",
		[TS_CALL_SECRET_REGISTRY] = "0x24d73a93",
		[TS_CALL_REGISTER_SECRET] = "0x12ad8bfc",
	};
	static const char * const token_calls[TS_ERC20_CALL_COUNT] = {
		[TS_ERC20_APPROVE] = "0x095ea7b3",
		[TS_ERC20_TRANSFER] = "0xa9059cbb",
		[TS_ERC20_ALLOWANCE] = "0xdd62ed3e",
		[TS_ERC20_BALANCE_OF] = "0x70a08231",
		[TS_ERC20_NAME] = "0x06fdde03",
		[TS_ERC20_SYMBOL] = "0x95d89b41",
		[TS_ERC20_DECIMALS] = "0x313ce567",
		[TS_ERC223_TRANSFER] = "0xbe45fd62",
		[TS_SMT_BUY_AND_TRANSFER] = "0xb6b69796",
	};
	int i;

	for (i = 0; i < TS_CALL_COUNT; i++)
		assert_selector(ts_network_signature(i), network_calls[i]);
	for (i = 0; i < TS_ERC20_CALL_COUNT; i++)
		assert_selector(ts_erc20_signature(i), token_calls[i]);
}

static void test_open_and_close(void **state)
{
	struct ts_channel_proof proof = {
		.nonce = UINT64_MAX, .transferred_wei = TS_U128_MAX,
		.locksroot = h5, .additional_hash = h6, .signature = s7,
	};
	struct ts_calldata call;
	struct ts_u256 max;

	memset(&max, 0xff, sizeof(max));
	ts_network_deposit(&call, &token, &a, &b, &max, 600);
	assert_call(&call, 164, "0x0d0c771b454d132a587c0fd2ac25838337d929af9e5b248b3f9d0ecbb3cfc319");
	ts_network_prepare_settle(&call, &token, &b, &proof);
	assert_call(&call, 356, "0x120351a3e4cb8e58e08fdc0dd2773172a7883f6cd7a56e7dc76eb6af50b98a5f");
	proof.nonce = 7;
	proof.transferred_wei = 12345;
	ts_network_update_balance_proof(&call, &token, &b, &proof);
	assert_call(&call, 356, "0xd1dbd66d6cd778c3caa66d41d80851f94f7885e614b9004b299db43cc8cbea32");
	ts_network_update_balance_proof_delegate(&call, &token, &b, &a, &proof, &s8);
	assert_call(&call, 548, "0xbc87743aaf2672c320237c61006b21498379f23f4d720207ae8f3843a564bdfa");
	/* The partner never paid. */
	memset(&proof, 0, sizeof(proof));
	ts_network_prepare_settle(&call, &token, &b, &proof);
	assert_call(&call, 260, "0xa0becb9725efaa2d342a1e3f982e7796c27dd0531c202a0730347d344d1c3c8d");
}

static void test_settle_and_withdraw(void **state)
{
	struct ts_transferred one = { a, ts_u256_from_u64(5), h5 };
	struct ts_transferred other = { b, ts_u256_from_u64(6), h6 };
	struct ts_settle settle = {
		.participant1 = a, .participant1_balance = ts_u256_from_u64(1000),
		.participant2 = b, .participant2_balance = ts_u256_from_u64(2000),
	};
	struct ts_withdraw withdraw = {
		.participant1 = a, .participant2 = b,
		.participant1_balance = ts_u256_from_u64(1000),
		.participant1_withdraw = ts_u256_from_u64(400),
	};
	struct ts_calldata call;

	ts_network_settle(&call, &token, &one, &other);
	assert_call(&call, 228, "0xf7b222abe1a434a662b7f9f13d6121321742755ebe7cb528e51c54007ac6660b");
	ts_network_cooperative_settle(&call, &token, &settle, &s7, &s8);
	assert_call(&call, 484, "0xcd74891bbd3695ff8ee9b56a9c64fbba000dcdfe8590404f031a5b9a03fb3d8e");
	ts_network_withdraw(&call, &token, &withdraw, &s7, &s8);
	assert_call(&call, 484, "0x240370e63caaaebd15f3ae1a1ec47bf5a58fe0f32e8f50d52aa61785c7d7945c");
}

static void test_locks(void **state)
{
	uint8_t path[TS_MERKLE_PROOF_MAX_BYTES + TS_HASH_BYTES];
	struct ts_unlock_claim claim = {
		.transferred_amount = ts_u256_from_u64(100),
		.lock = { ts_u256_from_u64(200), ts_u256_from_u64(300), h5 },
		.merkle_proof = { path, 96 },
	};
	struct ts_calldata call;

	memset(path, 0x99, sizeof(path));
	assert_int_equal(ts_network_unlock(&call, &token, &b, &claim), 0);
	assert_call(&call, 356, "0x12dbb5aa54da1b2c16855dc367946124af5d9ce8496139d35278faa0befd8e85");
	claim.merkle_proof.len = 0;
	assert_int_equal(ts_network_unlock_delegate(&call, &token, &b, &a, &claim, &s7), 0);
	assert_call(&call, 452, "0x19a98eab2c6c41f19ab6d0ec2781d2ef0cad3800dee16f6898aba5c2ebb624fc");
	claim.merkle_proof.len = 31;
	assert_int_equal(ts_network_unlock(&call, &token, &b, &claim), -EINVAL);
	claim.merkle_proof.len = TS_MERKLE_PROOF_MAX_BYTES;
	assert_int_equal(ts_network_unlock_delegate(&call, &token, &b, &a, &claim, &s7), 0);
	claim.merkle_proof.len += TS_HASH_BYTES;
	assert_int_equal(ts_network_unlock_delegate(&call, &token, &b, &a, &claim, &s7), -EINVAL);
	ts_network_punish_obsolete_unlock(&call, &token, &a, &b, &h5, &h6, &s7);
	assert_call(&call, 324, "0x6f3c786adffa606e22e52b266f3183a04228f69892c323d5f31745c91c0726c8");
	ts_network_register_secret(&call, &h5);
	assert_call(&call, 36, "0x8138105a1288607d7a2e873bf10038816da1b610e7bda464c565b1039ea69417");
}

static void test_questions(void **state)
{
	struct ts_calldata call;

	ts_network_get_channel_info(&call, &token, &a, &b);
	assert_call(&call, 100, "0xe38acfbb57751b8bc1538f924a763a3e30530f215e9d8dbdc71277de357ca64e");
	ts_network_get_participant_info(&call, &token, &a, &b);
	assert_call(&call, 100, "0x4e519c239b62a984d3e4d522a21366b3901fcd66b825209105195e1b40feaf97");
	ts_network_query_unlocked_locks(&call, &token, &a, &b, &h5);
	assert_call(&call, 132, "0xfc203abc171819f7afd60889a93ca176da502c02501326fe219ebf30c59dee22");
	ts_network_constant(&call, TS_CALL_CHAIN_ID);
	assert_call(&call, 4, "0xb48e74f2cc05fc2559f7538608108498e1de359d5ecad1c547b45e5ccc9256c9");
}

static void test_token(void **state)
{
	struct ts_u256 max = ts_u256_from_u128(TS_U128_MAX);
	struct ts_u256 amount = ts_u256_from_u64(77);
	struct ts_opening opening = { a, b, 600 };
	struct ts_calldata call;

	ts_erc20_approve(&call, &network, &max);
	assert_call(&call, 68, "0x91b6139d38524eea54d0159c4180261960d972783c6dac61be850074426bbaf7");
	ts_erc20_allowance(&call, &a, &network);
	assert_call(&call, 68, "0x51be296c096be457c4a069426a203240640611c195721ae4b8b5212f7860834c");
	ts_erc20_balance_of(&call, &a);
	assert_call(&call, 36, "0x96535ba973393fcedfdc5d0638bfcd0c24fd8316235a17e2a59e9e3a311587b4");
	ts_erc223_open(&call, &network, &amount, &opening);
	assert_call(&call, 228, "0xd3a3e17f51841978fdcc0360b902b1c5a92bdcdcfa0895def62d1753c981a550");
	ts_smt_open(&call, &opening);
	assert_call(&call, 164, "0x5a89af78e48e0b67540b2800fc56221a61c55ea78b2f91bf28880f2b500af4f8");
	ts_erc20_constant(&call, TS_ERC20_NAME);
	assert_int_equal(call.len, 4);
}

/* What is put must be what the signature says, in its order and no less. */
static void test_wrong_calls(void **state)
{
	static const uint8_t run[TS_CALLDATA_MAX_BYTES];
	struct ts_calldata call;
	struct ts_abi_writer w;

	ts_abi_begin(&w, &call, "f(uint64,address)");
	ts_abi_put_address(&w, &a);
	assert_int_equal(ts_abi_end(&w), -EINVAL);
	ts_abi_begin(&w, &call, "f(uint64,address)");
	ts_abi_put_u64(&w, 1);
	assert_int_equal(ts_abi_end(&w), -EINVAL);
	ts_abi_begin(&w, &call, "f(uint64)");
	ts_abi_put_u64(&w, 1);
	assert_int_equal(ts_abi_end(&w), 0);
	ts_abi_put_u64(&w, 1);
	assert_int_equal(ts_abi_end(&w), -EINVAL);
	ts_abi_begin(&w, &call, "f(bytes32)");
	ts_abi_put_bytes(&w, "", 0);
	assert_int_equal(ts_abi_end(&w), -EINVAL);
	ts_abi_begin(&w, &call, "f(bytes)");
	ts_abi_put_bytes(&w, run, TS_CALLDATA_MAX_BYTES - 4 - 64 + 1);
	assert_int_equal(ts_abi_end(&w), -E2BIG);
	ts_abi_begin(&w, &call, "(bytes)");
	ts_abi_put_bytes(&w, run, TS_CALLDATA_MAX_BYTES - 64);
	assert_int_equal(ts_abi_end(&w), 0);
	assert_int_equal(call.len, TS_CALLDATA_MAX_BYTES);
}

/**
 * struct answer - an answer that is being spoiled
 * @len: how many bytes
 * @b: the bytes
 */
struct answer {
	size_t len;
	uint8_t b[320];
};

static struct ts_bytes bytes_of(const struct answer *x)
{
	return (struct ts_bytes){ x->b, x->len };
}

static void word(struct answer *x, uint64_t value)
{
	struct ts_u256 wide = ts_u256_from_u64(value);

	ts_u256_put(x->b + x->len, &wide);
	x->len += TS_ABI_WORD_BYTES;
}

static void test_channel_info(void **state)
{
	struct answer good = { 0 }, x;
	struct ts_channel_info info;
	struct ts_bytes bytes;

	memcpy(good.b, h5.b, 32);
	good.len = 32;
	word(&good, 900);
	word(&good, 295);
	word(&good, 2);
	word(&good, UINT64_MAX);
	bytes = bytes_of(&good);
	assert_int_equal(ts_network_read_channel_info(&bytes, &info), 0);
	assert_memory_equal(&info.channel_identifier, &h5, sizeof(h5));
	assert_int_equal(info.settle_block_number, 900);
	assert_int_equal(info.open_block_number, 295);
	assert_int_equal(info.state, TS_CHANNEL_CLOSED);
	assert_true(info.settle_timeout_blocks == UINT64_MAX);

	bytes.len = 0;
	assert_int_equal(ts_network_read_channel_info(&bytes, &info), -ENODATA);
	for (bytes.len = 1; bytes.len < good.len; bytes.len++)
		assert_int_equal(ts_network_read_channel_info(&bytes, &info), -EBADMSG);
	bytes.len = good.len + 1;
	assert_int_equal(ts_network_read_channel_info(&bytes, &info), -EBADMSG);
	x = good;
	x.b[4 * 32 - 1] = 3;	/* no such state */
	bytes = bytes_of(&x);
	assert_int_equal(ts_network_read_channel_info(&bytes, &info), -EBADMSG);
	x = good;
	x.b[2 * 32 + 23] = 1;	/* above 2^64 */
	assert_int_equal(ts_network_read_channel_info(&bytes, &info), -EBADMSG);
}

static void test_participant_info(void **state)
{
	struct ts_participant_info info;
	struct answer x = { 0 };
	struct ts_bytes bytes;

	word(&x, 12345);
	memset(x.b + 32, 0xab, TS_BALANCE_HASH_BYTES);
	x.len += 32;
	word(&x, UINT64_MAX);
	bytes = bytes_of(&x);
	assert_int_equal(ts_network_read_participant_info(&bytes, &info), 0);
	assert_true(info.deposit.w[0] == 12345);
	assert_memory_equal(info.balance_hash, x.b + 32, TS_BALANCE_HASH_BYTES);
	assert_true(info.nonce == UINT64_MAX);
	x.b[32 + TS_BALANCE_HASH_BYTES] = 1;
	assert_int_equal(ts_network_read_participant_info(&bytes, &info), -EBADMSG);
}

static void test_words(void **state)
{
	struct answer x = { 0 };
	struct ts_address address;
	struct ts_bytes bytes;
	unsigned int decimals;
	struct ts_u256 wide;
	uint64_t number;
	bool yes;

	word(&x, 1);
	bytes = bytes_of(&x);
	assert_int_equal(ts_network_read_bool(&bytes, &yes), 0);
	assert_true(yes);
	assert_int_equal(ts_network_read_u64(&bytes, &number), 0);
	assert_int_equal(number, 1);
	x.b[31] = 255;
	assert_int_equal(ts_network_read_bool(&bytes, &yes), -EBADMSG);
	assert_int_equal(ts_erc20_read_decimals(&bytes, &decimals), 0);
	assert_int_equal(decimals, 255);
	x.b[30] = 1;
	assert_int_equal(ts_erc20_read_decimals(&bytes, &decimals), -EBADMSG);
	memset(x.b, 0xff, 32);
	assert_int_equal(ts_network_read_u256(&bytes, &wide), 0);
	assert_int_equal(ts_erc20_read_amount(&bytes, &wide), 0);
	assert_true(wide.w[3] == UINT64_MAX);
	assert_int_equal(ts_network_read_u64(&bytes, &number), -EBADMSG);
	assert_int_equal(ts_network_read_address(&bytes, &address), -EBADMSG);
	memset(x.b, 0, 12);
	assert_int_equal(ts_network_read_address(&bytes, &address), 0);
	assert_memory_equal(address.b, x.b + 12, 20);
}

/* Bytes of the text "0.6._" as a contract answers it. */
static void make_version(struct answer *x)
{
	memset(x, 0, sizeof(*x));
	word(x, 32);
	word(x, 5);
	memcpy(x->b + 64, "0.6._", 5);
	x->len = 96;
}

static void test_text(void **state)
{
	static const struct { size_t at; uint8_t value; } wrong[] = {
		{ 31, 64 }, { 31, 0 }, { 0, 1 },	/* the offset */
		{ 63, 33 }, { 63, 31 + 64 }, { 32, 1 }, { 56, 1 },	/* the length */
		{ 69, 1 }, { 95, 1 },	/* behind the text */
		{ 64, '\n' }, { 64, 0 }, { 64, 0xc3 }, { 64, 0x7f },
	};
	char version[TS_CONTRACT_VERSION_SIZE], text[TS_ERC20_TEXT_SIZE];
	struct ts_bytes bytes;
	struct answer x;
	size_t i;

	make_version(&x);
	bytes = bytes_of(&x);
	assert_int_equal(ts_network_read_version(&bytes, version), 0);
	assert_string_equal(version, "0.6._");
	assert_int_equal(ts_erc20_read_text(&bytes, text), 0);
	assert_string_equal(text, "0.6._");
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		make_version(&x);
		x.b[wrong[i].at] = wrong[i].value;
		assert_int_equal(ts_network_read_version(&bytes, version), -EBADMSG);
		assert_string_equal(version, "");
	}
	make_version(&x);
	bytes.len = 128;
	assert_int_equal(ts_network_read_version(&bytes, version), -EBADMSG);
	bytes.len = 64;
	assert_int_equal(ts_network_read_version(&bytes, version), -EBADMSG);
	bytes.len = 32;
	assert_int_equal(ts_network_read_version(&bytes, version), -EBADMSG);
	/* As long as there is room, and one more. */
	memset(&x, 'a', sizeof(x));
	x.len = 0;
	word(&x, 32);
	word(&x, TS_CONTRACT_VERSION_SIZE);
	x.len = 96;
	bytes = bytes_of(&x);
	assert_int_equal(ts_network_read_version(&bytes, version), -EBADMSG);
	x.b[63]--;
	x.b[95] = 0;
	assert_int_equal(ts_network_read_version(&bytes, version), 0);
	assert_int_equal(strlen(version), TS_CONTRACT_VERSION_SIZE - 1);
}

static void test_balance_hash(void **state)
{
	uint8_t hash[TS_BALANCE_HASH_BYTES], zeros[TS_BALANCE_HASH_BYTES] = { 0 };
	struct ts_u256 zero = ts_u256_from_u64(0), one = ts_u256_from_u64(1);
	struct ts_hash none_root = { { 0 } }, expected;
	uint8_t packed[64] = { [63] = 1 };

	ts_network_balance_hash(&zero, &none_root, hash);
	assert_memory_equal(hash, zeros, sizeof(hash));
	ts_network_balance_hash(&one, &none_root, hash);
	ts_keccak256(&expected, packed, sizeof(packed));
	assert_memory_equal(hash, expected.b, sizeof(hash));
	ts_network_balance_hash(&zero, &h5, hash);
	assert_memory_not_equal(hash, zeros, sizeof(hash));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_selectors),
		cmocka_unit_test(test_open_and_close),
		cmocka_unit_test(test_settle_and_withdraw),
		cmocka_unit_test(test_locks),
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_wrong_calls),
		cmocka_unit_test(test_channel_info),
		cmocka_unit_test(test_participant_info),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_balance_hash),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
