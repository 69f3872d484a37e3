// SPDX-License-Identifier: GPL-2.0
/*
 * merkle.c - the tree over a channel's pending locks.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "photon/merkle.h"

static void hash_pair(const struct ts_hash *a, const struct ts_hash *b,
		      struct ts_hash *out)
{
	bool in_order = memcmp(a->b, b->b, TS_HASH_BYTES) <= 0;
	struct ts_keccak k;

	ts_keccak_init(&k);
	ts_keccak_update(&k, in_order ? a->b : b->b, TS_HASH_BYTES);
	ts_keccak_update(&k, in_order ? b->b : a->b, TS_HASH_BYTES);
	ts_keccak_final(&k, out);
}

/* Replace a level by the one above it and return that one's size. */
static size_t climb(struct ts_hash *level, size_t count)
{
	size_t i;

	for (i = 0; i + 1 < count; i += 2)
		hash_pair(&level[i], &level[i + 1], &level[i / 2]);
	if (count % 2)
		level[count / 2] = level[count - 1];
	return count / 2 + count % 2;
}

/**
 * ts_merkle_root() - the root over some leaves
 * @leaves: the lock hashes in order of addition; overwritten
 * @count: how many
 * @root: where the root goes
 */
void ts_merkle_root(struct ts_hash *leaves, size_t count,
		    struct ts_hash *root)
{
	if (!count) {
		memset(root, 0, sizeof(*root));
		return;
	}
	while (count > 1)
		count = climb(leaves, count);
	*root = leaves[0];
}

/**
 * ts_merkle_prove() - the root, and the proof that one leaf belongs to it
 * @leaves: the lock hashes in order of addition; overwritten
 * @count: how many, at most 2^TS_MERKLE_DEPTH_MAX
 * @index: which leaf
 * @proof: where the proof goes
 * @root: where the root goes
 *
 * Return: 0, or -EINVAL if there is no such leaf.
 */
int ts_merkle_prove(struct ts_hash *leaves, size_t count, size_t index,
		    struct ts_merkle_proof *proof, struct ts_hash *root)
{
	if (index >= count || count - 1 > UINT32_MAX)
		return -EINVAL;
	proof->count = 0;
	while (count > 1) {
		size_t sibling = index ^ 1;

		if (sibling < count)
			proof->sibling[proof->count++] = leaves[sibling];
		count = climb(leaves, count);
		index /= 2;
	}
	*root = leaves[0];
	return 0;
}

/**
 * ts_merkle_holds() - check a proof
 * @leaf: the lock hash
 * @proof: the siblings on its way up
 * @root: the root that it should end at
 *
 * Return: whether it does.
 */
bool ts_merkle_holds(const struct ts_hash *leaf,
		     const struct ts_merkle_proof *proof,
		     const struct ts_hash *root)
{
	struct ts_hash hash = *leaf;
	size_t i;

	for (i = 0; i < proof->count; i++)
		hash_pair(&hash, &proof->sibling[i], &hash);
	return ts_hash_equal(&hash, root);
}
