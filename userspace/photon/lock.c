// SPDX-License-Identifier: GPL-2.0
/*
 * lock.c - the pending locks of one side of a channel.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "photon/lock.h"

/* The lock as the contract hashes it. */
struct ts_lock ts_lock_leaf(const struct ts_pending_lock *lock)
{
	return (struct ts_lock){
		.expiration = ts_u256_from_u64(lock->expiration),
		.amount = ts_u256_from_u128(lock->amount_wei),
		.secret_hash = lock->secret_hash,
	};
}

static bool is_of(const struct ts_pending_lock *lock,
		  const struct ts_hash *secret_hash)
{
	return ts_hash_equal(&lock->secret_hash, secret_hash);
}

/* One side never has two locks with one secret: the second is refused. */
const struct ts_pending_lock *
ts_locks_find_const(const struct ts_locks *locks,
		    const struct ts_hash *secret_hash)
{
	size_t i;

	for (i = 0; i < locks->count; i++)
		if (is_of(&locks->lock[i], secret_hash))
			return &locks->lock[i];
	return NULL;
}

struct ts_pending_lock *ts_locks_find(struct ts_locks *locks,
				      const struct ts_hash *secret_hash)
{
	return (struct ts_pending_lock *)ts_locks_find_const(locks, secret_hash);
}

/* The caller has seen that there is room. */
void ts_locks_add(struct ts_locks *locks, const struct ts_pending_lock *lock)
{
	assert(locks->count < TS_LOCKS_MAX);
	locks->lock[locks->count++] = *lock;
}

/* The order of the others stays; the freed place is wiped. */
void ts_locks_remove(struct ts_locks *locks, const struct ts_hash *secret_hash)
{
	struct ts_pending_lock *lock = ts_locks_find(locks, secret_hash);
	size_t after;

	if (!lock)
		return;
	after = locks->count - (size_t)(lock - locks->lock) - 1;
	memmove(lock, lock + 1, after * sizeof(*lock));
	memset(&locks->lock[--locks->count], 0, sizeof(*lock));
}

static void hash_leaf(const struct ts_pending_lock *lock, struct ts_hash *leaf)
{
	struct ts_lock l = ts_lock_leaf(lock);

	ts_lock_hash(&l, leaf);
}

/**
 * ts_locks_root() - the root over the locks, with one more or one less
 * @locks: the locks
 * @with: one that is to be added at the end; NULL: none
 * @without: the secret hash of one that is to be left out; NULL: none
 * @root: where the root goes
 */
void ts_locks_root(const struct ts_locks *locks,
		   const struct ts_pending_lock *with,
		   const struct ts_hash *without, struct ts_hash *root)
{
	struct ts_hash leaves[TS_LOCKS_MAX + 1];
	size_t i, n = 0;

	for (i = 0; i < locks->count; i++)
		if (!without || !is_of(&locks->lock[i], without))
			hash_leaf(&locks->lock[i], &leaves[n++]);
	if (with)
		hash_leaf(with, &leaves[n++]);
	ts_merkle_root(leaves, n, root);
}

/**
 * ts_locks_prove() - what the contract wants to see to pay one lock
 * @locks: the locks, as the last balance proof had them
 * @secret_hash: of the lock
 * @proof: where the proof goes
 *
 * Return: 0, or -ENOENT.
 */
int ts_locks_prove(const struct ts_locks *locks,
		   const struct ts_hash *secret_hash,
		   struct ts_merkle_proof *proof)
{
	const struct ts_pending_lock *lock =
		ts_locks_find_const(locks, secret_hash);
	struct ts_hash leaves[TS_LOCKS_MAX], root;
	size_t i;

	if (!lock)
		return -ENOENT;
	for (i = 0; i < locks->count; i++)
		hash_leaf(&locks->lock[i], &leaves[i]);
	return ts_merkle_prove(leaves, locks->count,
			       (size_t)(lock - locks->lock), proof, &root);
}

/* TS_U128_MAX if it does not fit: more than any balance. */
ts_u128 ts_locks_sum_wei(const struct ts_locks *locks)
{
	ts_u128 sum_wei = 0;
	size_t i;

	for (i = 0; i < locks->count; i++)
		if (__builtin_add_overflow(sum_wei, locks->lock[i].amount_wei,
					   &sum_wei))
			return TS_U128_MAX;
	return sum_wei;
}

/* How many are not disposed of. */
size_t ts_locks_open(const struct ts_locks *locks)
{
	size_t i, open = 0;

	for (i = 0; i < locks->count; i++)
		open += locks->lock[i].phase != TS_LOCK_DISPOSED;
	return open;
}
