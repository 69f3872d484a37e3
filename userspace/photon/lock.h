/* SPDX-License-Identifier: GPL-2.0 */
/*
 * lock.h - the pending locks of one side of a channel.
 *
 * A lock is value that is set aside until a secret is shown or a block has
 * passed.  The root over one side's locks, in order of addition, is in each of
 * that side's balance proofs.
 */
#ifndef TS_PHOTON_LOCK_H
#define TS_PHOTON_LOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "photon/form.h"
#include "photon/memo.h"
#include "photon/merkle.h"

/*
 * A partner's message that adds a lock cannot be refused without stalling the
 * partner's queue, and behind it may wait the very messages that would take
 * other locks off the list.  So no more than TS_LOCKS_OPEN_MAX are kept waiting
 * for their secret; what is above is disposed of at once, and there is room for
 * as many again until the partner's responses have worked their way through its
 * queue.  Ours are bounded by TS_LOCKS_OPEN_MAX.
 */
#define TS_LOCKS_OPEN_MAX	16
#define TS_LOCKS_MAX		32

/**
 * enum ts_lock_phase - what is to become of a lock
 * @TS_LOCK_PENDING: waits for its secret
 * @TS_LOCK_TO_FORWARD: of the partner, for another's target: to be forwarded
 *	or disposed of
 * @TS_LOCK_FORWARDED: of the partner: a lock of ours in another channel hangs
 *	on the same secret
 * @TS_LOCK_SECRET_KNOWN: of the partner: we can claim it
 * @TS_LOCK_DISPOSED: of the partner: we signed that we shall never claim it
 */
enum ts_lock_phase {
	TS_LOCK_PENDING,
	TS_LOCK_TO_FORWARD,
	TS_LOCK_FORWARDED,
	TS_LOCK_SECRET_KNOWN,
	TS_LOCK_DISPOSED,
	TS_LOCK_PHASE_COUNT,
};

/**
 * struct ts_pending_lock - one lock and who hangs on it
 * @expiration: block number
 * @amount_wei: its value
 * @fee_wei: of the value, what hops from here on may keep
 * @secret_hash: SHA-256 of the secret
 * @secret: when it is known
 * @initiator: who pays in the end
 * @target: who is to receive it in the end
 * @nonce: of the message that added it
 * @memo_len: how much of @memo there is
 * @memo: what the initiator's RevealSecret says that the value is for (rule M6),
 *	or its beginning, which is none then
 * @phase: what is to become of it
 * @signed_by_initiator: the initiator itself revealed the secret (rule M8)
 * @registered: the chain has the secret, from before the expiration
 * @unlocked: the chain has paid it, after the close
 */
struct ts_pending_lock {
	uint64_t expiration;
	ts_u128 amount_wei;
	ts_u128 fee_wei;
	struct ts_hash secret_hash;
	struct ts_hash secret;
	struct ts_address initiator;
	struct ts_address target;
	uint64_t nonce;
	size_t memo_len;
	uint8_t memo[TS_MEMO_SIZE];
	enum ts_lock_phase phase;
	bool signed_by_initiator;
	bool registered;
	bool unlocked;
};

/**
 * struct ts_locks - the pending locks of one side, in order of addition
 * @count: how many
 * @lock: the locks
 */
struct ts_locks {
	size_t count;
	struct ts_pending_lock lock[TS_LOCKS_MAX];
};

struct ts_lock ts_lock_leaf(const struct ts_pending_lock *lock);
struct ts_pending_lock *ts_locks_find(struct ts_locks *locks,
				      const struct ts_hash *secret_hash);
const struct ts_pending_lock *
ts_locks_find_const(const struct ts_locks *locks,
		    const struct ts_hash *secret_hash);
void ts_locks_add(struct ts_locks *locks, const struct ts_pending_lock *lock);
void ts_locks_remove(struct ts_locks *locks, const struct ts_hash *secret_hash);
void ts_locks_root(const struct ts_locks *locks,
		   const struct ts_pending_lock *with,
		   const struct ts_hash *without, struct ts_hash *root);
int ts_locks_prove(const struct ts_locks *locks,
		   const struct ts_hash *secret_hash,
		   struct ts_merkle_proof *proof);
ts_u128 ts_locks_sum_wei(const struct ts_locks *locks);
size_t ts_locks_open(const struct ts_locks *locks);

#endif /* TS_PHOTON_LOCK_H */
