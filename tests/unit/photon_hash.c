// SPDX-License-Identifier: GPL-2.0
/*
 * photon_hash.c - the sponge at its block borders, the tree of locks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "photon/hash.h"
#include "photon/merkle.h"

static void assert_hash(const struct ts_hash *hash, const char *text)
{
	char got[TS_HASH_TEXT_SIZE];

	assert_string_equal(ts_hash_print(hash, got), text);
}

static void test_known(void **state)
{
	struct ts_hash hash;

	ts_keccak256(&hash, NULL, 0);
	assert_hash(&hash,
		    "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
	ts_keccak256(&hash, "abc", 3);
	assert_hash(&hash,
		    "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
	ts_sha256(&hash, "abc", 3);
	assert_hash(&hash,
		    "0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* However the bytes are cut, around every multiple of the rate. */
static void test_pieces(void **state)
{
	uint8_t data[3 * TS_KECCAK_RATE_BYTES + 2];
	struct ts_hash whole, pieces;
	struct ts_keccak k;
	size_t len, cut;

	for (len = 0; len < sizeof(data); len++)
		data[len] = (uint8_t)(len * 7);
	for (len = 0; len <= sizeof(data); len += 1 + (len > 274)) {
		ts_keccak256(&whole, data, len);
		for (cut = 0; cut <= len; cut += 17) {
			ts_keccak_init(&k);
			ts_keccak_update(&k, data, cut);
			ts_keccak_update(&k, data + cut, len - cut);
			ts_keccak_final(&k, &pieces);
			assert_true(ts_hash_equal(&whole, &pieces));
		}
	}
}

static void test_text(void **state)
{
	struct ts_hash hash;

	assert_int_equal(ts_hash_parse(&hash,
		"0xC5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"), 0);
	assert_int_not_equal(ts_hash_parse(&hash, ""), 0);
	assert_int_not_equal(ts_hash_parse(&hash, "0x"), 0);
	assert_int_not_equal(ts_hash_parse(&hash,
		"c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a47000"), 0);
	assert_int_not_equal(ts_hash_parse(&hash,
		"0xg5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"), 0);
}

static void test_tree(void **state)
{
	struct ts_hash leaves[9], scratch[9], root, by_proof;
	struct ts_merkle_proof proof;
	size_t count, i;

	for (i = 0; i < 9; i++)
		ts_keccak256(&leaves[i], &i, sizeof(i));
	for (count = 0; count <= 9; count++) {
		memcpy(scratch, leaves, sizeof(leaves));
		ts_merkle_root(scratch, count, &root);
		assert_int_equal(ts_hash_is_zero(&root), !count);
		for (i = 0; i < count; i++) {
			memcpy(scratch, leaves, sizeof(leaves));
			assert_int_equal(ts_merkle_prove(scratch, count, i,
							 &proof, &by_proof), 0);
			assert_true(ts_hash_equal(&root, &by_proof));
			assert_true(ts_merkle_holds(&leaves[i], &proof, &root));
			assert_false(ts_merkle_holds(&leaves[(i + 1) % 9],
						     &proof, &root));
		}
		assert_int_not_equal(ts_merkle_prove(scratch, count, count,
						     &proof, &by_proof), 0);
	}
	memcpy(scratch, leaves, sizeof(leaves));
	ts_merkle_root(scratch, 1, &root);
	assert_true(ts_hash_equal(&root, &leaves[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
