/* SPDX-License-Identifier: GPL-2.0 */
/*
 * onchain.h - a life and the chain: what it showed, and what it is to be told.
 *
 * Events come in twice: at once, and when enough blocks confirm them; the
 * caller says which.  What alarms is believed at once, what credits when it is
 * confirmed.  One that a reorganisation took away comes again with @undo.
 *
 * Intents are a function of the committed state.  They stay until the chain
 * shows that they are done, so a crash forgets none; the caller keeps one
 * transaction for each.
 */
#ifndef TS_PHOTON_ONCHAIN_H
#define TS_PHOTON_ONCHAIN_H

#include "photon/life.h"

/**
 * enum ts_seen_kind - the contract's events about one channel
 * @TS_SEEN_OPENED: deposits and settle timeout of a new life
 * @TS_SEEN_DEPOSITED: a side's deposit, in all
 * @TS_SEEN_CLOSED: with one side's proof
 * @TS_SEEN_UPDATED: one side's newer proof was given
 * @TS_SEEN_UNLOCKED: a lock of one side was paid
 * @TS_SEEN_PUNISHED: one side claimed what it had disposed of
 * @TS_SEEN_SETTLED: the end, one-sided or cooperative
 * @TS_SEEN_WITHDRAWN: a new life with these deposits
 * @TS_SEEN_SECRET: the registry has a secret
 * @TS_SEEN_FAILED: the chain takes no transaction for the co-signed form
 */
enum ts_seen_kind {
	TS_SEEN_OPENED,
	TS_SEEN_DEPOSITED,
	TS_SEEN_CLOSED,
	TS_SEEN_UPDATED,
	TS_SEEN_UNLOCKED,
	TS_SEEN_PUNISHED,
	TS_SEEN_SETTLED,
	TS_SEEN_WITHDRAWN,
	TS_SEEN_SECRET,
	TS_SEEN_FAILED,
};

/**
 * struct ts_channel_event - what the chain showed
 * @kind: what
 * @block: in which block
 * @confirmed: so deep that it stays
 * @undo: it was shown before and is not on the chain any more
 * @ours: UPDATED, CLOSED: it is our proof; UNLOCKED: it is our lock;
 *	DEPOSITED: it is our deposit; PUNISHED: we are the one that gains
 * @our_deposit_wei: OPENED, WITHDRAWN: ours; DEPOSITED: that side's
 * @partner_deposit_wei: OPENED, WITHDRAWN: the partner's
 * @our_deposit_beyond: ours is more than can be counted here, and 0 in this
 * @partner_deposit_beyond: likewise the partner's
 * @settle_timeout_blocks: OPENED
 * @claimed: CLOSED, UPDATED: the proof; UNLOCKED: the amount after it
 * @lock_hash: UNLOCKED
 * @secret: SECRET
 */
struct ts_channel_event {
	enum ts_seen_kind kind;
	uint64_t block;
	bool confirmed;
	bool undo;
	bool ours;
	ts_u128 our_deposit_wei;
	ts_u128 partner_deposit_wei;
	bool our_deposit_beyond;
	bool partner_deposit_beyond;
	uint64_t settle_timeout_blocks;
	struct ts_claimed claimed;
	struct ts_hash lock_hash;
	struct ts_hash secret;
};

/**
 * enum ts_intent_kind - what is to be sent to the chain
 * @TS_INTENT_CLOSE: prepareSettle with the partner's last proof
 * @TS_INTENT_UPDATE: updateBalanceProof with it
 * @TS_INTENT_WITHDRAW: withDraw as co-signed
 * @TS_INTENT_COOPERATIVE_SETTLE: cooperativeSettle as co-signed
 * @TS_INTENT_REGISTER_SECRET: @secret
 * @TS_INTENT_UNLOCK: @lock of the partner's, with @proof
 * @TS_INTENT_PUNISH: @disposal
 * @TS_INTENT_SETTLE: settle with @ours and @partners
 */
enum ts_intent_kind {
	TS_INTENT_CLOSE,
	TS_INTENT_UPDATE,
	TS_INTENT_WITHDRAW,
	TS_INTENT_COOPERATIVE_SETTLE,
	TS_INTENT_REGISTER_SECRET,
	TS_INTENT_UNLOCK,
	TS_INTENT_PUNISH,
	TS_INTENT_SETTLE,
};

/**
 * struct ts_intent - one of them, with what is not in the life
 * @kind: what
 * @lock: REGISTER_SECRET, UNLOCK: which lock
 * @disposal: PUNISH: which one
 * @until_block: the last block in which it is of use; UINT64_MAX: any
 *
 * The pointers are into the life.
 */
struct ts_intent {
	enum ts_intent_kind kind;
	const struct ts_pending_lock *lock;
	const struct ts_disposal *disposal;
	uint64_t until_block;
};

/**
 * struct ts_lost - transfers of ours that never arrived
 * @refunds_wei: that gave back what was unspent (M11)
 * @relay_wei: that paid for carrying (M13)
 * @shares_wei: that paid shares in our income
 */
struct ts_lost {
	ts_u128 refunds_wei;
	ts_u128 relay_wei;
	ts_u128 shares_wei;
};

#define TS_INTENTS_MAX	(4 + TS_LOCKS_MAX + TS_DISPOSALS_MAX)

void ts_life_end(const struct ts_life *old, struct ts_life *new);
void ts_life_event(const struct ts_life *old,
		   const struct ts_channel_event *event,
		   const struct ts_signer *key,
		   struct ts_life *new, struct ts_outcome *outcome);
void ts_life_lost(const struct ts_life *life, struct ts_lost *lost);
size_t ts_life_intents(const struct ts_life *life,
		       const struct ts_moment *moment,
		       struct ts_intent intents[TS_INTENTS_MAX]);
void ts_intent_withdraw(const struct ts_life *life,
			struct ts_withdraw *withdraw);
void ts_intent_settle(const struct ts_life *life, struct ts_settle *settle);

#endif /* TS_PHOTON_ONCHAIN_H */
