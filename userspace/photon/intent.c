// SPDX-License-Identifier: GPL-2.0
/*
 * intent.c - what the chain is to be told, by a life's state.
 */
#include <string.h>

#include "photon/life_step.h"
#include "photon/onchain.h"

struct list {
	struct ts_intent *intents;
	size_t count;
};

static struct ts_intent *add(struct list *list, enum ts_intent_kind kind)
{
	struct ts_intent *intent = &list->intents[list->count++];

	memset(intent, 0, sizeof(*intent));
	intent->kind = kind;
	intent->until_block = UINT64_MAX;
	return intent;
}

static uint64_t after(uint64_t block, uint64_t blocks)
{
	uint64_t sum;

	return __builtin_add_overflow(block, blocks, &sum) ? UINT64_MAX : sum;
}

/*
 * What we co-signed and the chain does not show is brought to it by ourselves;
 * what we cannot bring, or the chain refuses, ends in a close (M2).
 */
static void cosigned(const struct ts_life *life,
		     const struct ts_moment *moment, struct list *list)
{
	const struct ts_cosign *cosign = &life->cosign;
	bool overdue = moment->head_block >
		       after(cosign->since_block, TS_COSIGN_PATIENCE_BLOCKS);

	if (cosign->kind == TS_COSIGN_NONE)
		return;
	if (cosign->failed || (overdue && !cosign->complete))
		add(list, TS_INTENT_CLOSE);
	else if (cosign->complete && (cosign->ours || overdue))
		add(list, cosign->kind == TS_COSIGN_WITHDRAW ?
			  TS_INTENT_WITHDRAW : TS_INTENT_COOPERATIVE_SETTLE);
}

/* A secret has to be on the chain before its lock expires. */
static void register_secrets(const struct ts_life *life,
			     const struct ts_moment *moment, struct list *list)
{
	bool closed = life->channel.state == TS_CHANNEL_CLOSED;
	const struct ts_pending_lock *lock;
	struct ts_intent *intent;
	size_t i;

	for (i = 0; i < life->partner_locks.count; i++) {
		lock = &life->partner_locks.lock[i];
		if (lock->phase != TS_LOCK_SECRET_KNOWN || lock->registered ||
		    moment->head_block > lock->expiration)
			continue;
		/* The partner still has time to unlock. */
		if (!closed && after(moment->head_block, TS_REVEAL_TIMEOUT_BLOCKS) <
			       lock->expiration)
			continue;
		intent = add(list, TS_INTENT_REGISTER_SECRET);
		intent->lock = lock;
		intent->until_block = lock->expiration;
	}
}

/* The chain has the secret in time, and the partner does not pay. */
static bool is_withheld(const struct ts_life *life,
			const struct ts_moment *moment)
{
	const struct ts_pending_lock *lock;
	size_t i;

	for (i = 0; i < life->partner_locks.count; i++) {
		lock = &life->partner_locks.lock[i];
		if (lock->registered && lock->phase == TS_LOCK_SECRET_KNOWN &&
		    moment->head_block > after(lock->expiration,
					       TS_CONFIRMATION_BLOCKS))
			return true;
	}
	return false;
}

static void while_open(const struct ts_life *life,
		       const struct ts_moment *moment, struct list *list)
{
	register_secrets(life, moment, list);
	/*
	 * A close would be with a proof that may be an old one, and why it is
	 * wanted may be over.
	 */
	if (life->channel.restored == TS_RESTORED_UNKNOWN)
		return;
	if (life->close_wanted || is_withheld(life, moment))
		add(list, TS_INTENT_CLOSE);
	else
		cosigned(life, moment, list);
}

static void unlock(const struct ts_life *life, uint64_t settle_block,
		   struct list *list)
{
	const struct ts_pending_lock *lock;
	struct ts_intent *intent;
	size_t i;

	for (i = 0; i < life->partner_locks.count; i++) {
		lock = &life->partner_locks.lock[i];
		if (lock->phase != TS_LOCK_SECRET_KNOWN || !lock->registered ||
		    lock->unlocked)
			continue;
		intent = add(list, TS_INTENT_UNLOCK);
		intent->lock = lock;
		intent->until_block = settle_block;
	}
}

static void punish(const struct ts_life *life, uint64_t last_block,
		   struct list *list)
{
	struct ts_intent *intent;
	size_t i;

	for (i = 0; i < life->disposal_count; i++) {
		if (!life->disposals[i].broken)
			continue;
		intent = add(list, TS_INTENT_PUNISH);
		intent->disposal = &life->disposals[i];
		intent->until_block = last_block;
	}
}

/*
 * Both sides may settle, the contract takes one of them, and the other's gas is lost.
 * So whoever gets more goes first, and both know who that is by what the contract
 * holds.  What it holds of us is the partner's word: a lie wins it nothing but time.
 */
static bool is_first_to_settle(const struct ts_life *life)
{
	struct ts_channel c = life->channel;
	ts_u128 our_wei, partner_wei;

	c.our_locked_wei = 0;
	c.partner_locked_wei = 0;
	c.our_proof.transferred_wei = life->onchain.ours.transferred_wei;
	c.partner_proof.transferred_wei = life->onchain.partners.transferred_wei;
	our_wei = ts_channel_our_balance_wei(&c);
	partner_wei = ts_channel_partner_balance_wei(&c);
	if (our_wei != partner_wei)
		return our_wei > partner_wei;
	return memcmp(c.our_address.b, c.partner_address.b, TS_ADDRESS_BYTES) < 0;
}

/*
 * The window closes (M3): whatever the head is thought to be, the newest proof
 * is given at once; an old head only makes us try in vain.
 */
static void while_closed(const struct ts_life *life,
			 const struct ts_moment *moment, struct list *list)
{
	uint64_t settle_block = after(life->onchain.closed_block,
				      life->channel.settle_timeout_blocks);
	uint64_t last_block = after(settle_block, TS_PUNISH_BLOCKS);

	register_secrets(life, moment, list);
	if (moment->head_block <= settle_block) {
		if (life->channel.partner_proof.nonce && !life->onchain.current)
			add(list, TS_INTENT_UPDATE)->until_block = settle_block;
		else
			unlock(life, settle_block, list);
	}
	if (moment->head_block <= last_block)
		punish(life, last_block, list);
	else if (is_first_to_settle(life) ||
		 moment->head_block > after(last_block, TS_SETTLE_TURN_BLOCKS))
		add(list, TS_INTENT_SETTLE);
}

/**
 * ts_life_intents() - what the chain is to be told now
 * @life: the committed state
 * @moment: when
 * @intents: where they go, the most urgent kind first
 *
 * Return: how many.
 */
size_t ts_life_intents(const struct ts_life *life,
		       const struct ts_moment *moment,
		       struct ts_intent intents[TS_INTENTS_MAX])
{
	struct list list = { .intents = intents };

	if (life->onchain.ending)
		return 0;
	if (life->channel.state == TS_CHANNEL_OPEN)
		while_open(life, moment, &list);
	else if (life->channel.state == TS_CHANNEL_CLOSED)
		while_closed(life, moment, &list);
	return list.count;
}

/* The form of TS_INTENT_WITHDRAW; the signatures are in life->cosign. */
void ts_intent_withdraw(const struct ts_life *life,
			struct ts_withdraw *withdraw)
{
	ts_withdraw_form(life, withdraw);
}

/* The form of TS_INTENT_COOPERATIVE_SETTLE. */
void ts_intent_settle(const struct ts_life *life, struct ts_settle *settle)
{
	ts_settle_form(life, settle);
}
