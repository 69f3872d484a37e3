/* SPDX-License-Identifier: GPL-2.0 */
/*
 * merkle.h - the tree over a channel's pending locks.
 *
 * Leaves are the lock hashes in order of addition.  Two neighbours are hashed
 * with the smaller first, an odd last one is carried up as it is.  No leaf:
 * the root is zero; one leaf: it is the root.
 */
#ifndef TS_PHOTON_MERKLE_H
#define TS_PHOTON_MERKLE_H

#include <stdbool.h>
#include <stddef.h>

#include "photon/hash.h"

#define TS_MERKLE_DEPTH_MAX	32

/**
 * struct ts_merkle_proof - the way from a leaf to the root
 * @count: number of siblings
 * @sibling: from the leaf's level upward
 */
struct ts_merkle_proof {
	size_t count;
	struct ts_hash sibling[TS_MERKLE_DEPTH_MAX];
};

void ts_merkle_root(struct ts_hash *leaves, size_t count,
		    struct ts_hash *root);
int ts_merkle_prove(struct ts_hash *leaves, size_t count, size_t index,
		    struct ts_merkle_proof *proof, struct ts_hash *root);
bool ts_merkle_holds(const struct ts_hash *leaf,
		     const struct ts_merkle_proof *proof,
		     const struct ts_hash *root);

#endif /* TS_PHOTON_MERKLE_H */
