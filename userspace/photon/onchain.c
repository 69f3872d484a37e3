// SPDX-License-Identifier: GPL-2.0
/*
 * onchain.c - what the chain showed of a channel.
 */
#include <string.h>

#include "photon/life_step.h"
#include "photon/memo.h"
#include "photon/onchain.h"

/*
 * The chain's next life of the channel.  Whatever was signed before is void,
 * co-signed forms and messages under way with it; the wish to leave is not.
 */
static void begin_life(struct ts_life *life,
		       const struct ts_channel_event *event)
{
	struct ts_channel c = life->channel;
	bool leaving = life->leaving && event->kind == TS_SEEN_WITHDRAWN;

	memset(life, 0, sizeof(*life));
	life->channel = c;
	life->leaving = leaving;
	life->channel.open_block_number = event->block;
	life->channel.state = TS_CHANNEL_OPEN;
	life->channel.frozen = false;
	life->channel.restored = TS_RESTORED_NOT;
	life->channel.our_deposit_wei = event->our_deposit_wei;
	life->channel.partner_deposit_wei = event->partner_deposit_wei;
	life->channel.our_locked_wei = 0;
	life->channel.partner_locked_wei = 0;
	if (event->kind == TS_SEEN_OPENED)
		life->channel.settle_timeout_blocks =
			event->settle_timeout_blocks;
	memset(&life->channel.our_proof, 0, sizeof(life->channel.our_proof));
	memset(&life->channel.partner_proof, 0,
	       sizeof(life->channel.partner_proof));
	/*
	 * Of ours there is more than we can count: with a sum that is too small we
	 * might sign it away (M1).  The contract's own sums bring it home.
	 */
	life->close_wanted = event->our_deposit_beyond;
}

/* Nothing of this life can be claimed or is owed any more. */
static void end_life(struct ts_life *life)
{
	life->channel.state = TS_CHANNEL_NONE;
	life->channel.frozen = false;
	life->leaving = false;
	life->close_wanted = false;
	memset(&life->cosign, 0, sizeof(life->cosign));
	memset(&life->onchain, 0, sizeof(life->onchain));
	memset(&life->outbox, 0, sizeof(life->outbox));
}

/**
 * ts_life_end() - the chain began the next life of the channel
 * @old: the one before, as committed
 * @new: the same, over; may be @old
 *
 * What was seen of the next life while this one still stood, a close above all, is told
 * again, confirmed, to that one.
 */
void ts_life_end(const struct ts_life *old, struct ts_life *new)
{
	*new = *old;
	end_life(new);
}

static bool is_partners_proof(const struct ts_life *life,
			      const struct ts_claimed *claimed)
{
	const struct ts_channel_proof *proof = &life->channel.partner_proof;

	return claimed->transferred_wei == proof->transferred_wei &&
	       ts_hash_equal(&claimed->locksroot, &proof->locksroot);
}

static void claimed(struct ts_life *life, const struct ts_channel_event *event)
{
	struct ts_onchain *on = &life->onchain;

	if (event->ours) {
		on->ours = event->claimed;
		/*
		 * Whoever gave it to the contract has it.  Not so who closes: without
		 * a proof the event says any amount, and it may yet be undone.
		 */
		if (event->kind == TS_SEEN_UPDATED)
			ts_outbox_proven_wei(&life->outbox,
					     event->claimed.transferred_wei);
	} else {
		on->partners = event->claimed;
		on->current = is_partners_proof(life, &event->claimed);
	}
}

static void closed(struct ts_life *life, const struct ts_channel_event *event)
{
	if (event->undo) {
		/* As if it had not been; the others of that block come undone too. */
		life->channel.state = TS_CHANNEL_OPEN;
		memset(&life->onchain, 0, sizeof(life->onchain));
		return;
	}
	if (life->channel.state == TS_CHANNEL_OPEN) {
		life->channel.state = TS_CHANNEL_CLOSED;
		memset(&life->onchain, 0, sizeof(life->onchain));
		claimed(life, event);
	}
	life->onchain.closed_block = event->block;
}

static void updated(struct ts_life *life, const struct ts_channel_event *event)
{
	if (!event->undo)
		claimed(life, event);
	else if (!event->ours)
		life->onchain.current = false;
}

static struct ts_pending_lock *lock_of(struct ts_locks *locks,
				       const struct ts_hash *lock_hash)
{
	struct ts_hash hash;
	struct ts_lock leaf;
	size_t i;

	for (i = 0; i < locks->count; i++) {
		leaf = ts_lock_leaf(&locks->lock[i]);
		ts_lock_hash(&leaf, &hash);
		if (ts_hash_equal(&hash, lock_hash))
			return &locks->lock[i];
	}
	return NULL;
}

/* A lock was paid by the contract: the amount grows, the root stays. */
static void unlocked(struct ts_life *life, const struct ts_channel_event *event)
{
	struct ts_pending_lock *lock;
	size_t i;

	if (!event->ours) {
		lock = lock_of(&life->partner_locks, &event->lock_hash);
		if (lock)
			lock->unlocked = !event->undo;
		if (!event->undo)
			life->onchain.partners.transferred_wei =
				event->claimed.transferred_wei;
		return;
	}
	if (!event->undo)
		life->onchain.ours.transferred_wei =
			event->claimed.transferred_wei;
	for (i = 0; i < life->disposal_count; i++)
		if (ts_hash_equal(&life->disposals[i].lock_hash,
				  &event->lock_hash))
			life->disposals[i].broken = !event->undo;
}

static void secret_revealed(struct ts_life *life,
			    const struct ts_channel_event *event,
			    const struct ts_signer *key,
			    struct ts_outcome *outcome)
{
	struct ts_pending_lock *lock;
	struct ts_hash secret_hash;

	ts_sha256(&secret_hash, event->secret.b, TS_HASH_BYTES);
	lock = ts_locks_find(&life->our_locks, &secret_hash);
	if (lock && event->block <= lock->expiration) {
		/* ts_life_tick() unlocks it. */
		lock->registered = !event->undo;
		lock->secret = event->secret;
		if (!event->undo)
			outcome->follow = TS_FOLLOW_LEARN;
		outcome->secret_hash = secret_hash;
		outcome->secret = event->secret;
	}
	lock = ts_locks_find(&life->partner_locks, &secret_hash);
	if (!lock || event->block > lock->expiration)
		return;
	lock->registered = !event->undo;
	/* Without room for the message it is known all the same. */
	if (!event->undo && lock->phase != TS_LOCK_DISPOSED &&
	    ts_claim_learn(life, key, lock, &event->secret)) {
		lock->phase = TS_LOCK_SECRET_KNOWN;
		lock->secret = event->secret;
	}
}

static void deposited(struct ts_life *life,
		      const struct ts_channel_event *event)
{
	struct ts_channel *c = &life->channel;
	ts_u128 *deposit_wei = event->ours ? &c->our_deposit_wei :
					     &c->partner_deposit_wei;

	if (!event->confirmed || event->undo)
		return;
	/* Within one life a deposit only grows. */
	if (event->our_deposit_wei > *deposit_wei)
		*deposit_wei = event->our_deposit_wei;
	if (event->our_deposit_beyond)
		life->close_wanted = true;
}

static void apply(struct ts_life *life, const struct ts_channel_event *event,
		  const struct ts_signer *key, struct ts_outcome *outcome)
{
	bool confirmed = event->confirmed && !event->undo;

	switch (event->kind) {
	case TS_SEEN_OPENED:
		outcome->new_life = confirmed &&
				    life->channel.state == TS_CHANNEL_NONE;
		if (outcome->new_life)
			begin_life(life, event);
		break;
	case TS_SEEN_WITHDRAWN:
		outcome->new_life = confirmed;
		life->onchain.ending = !event->undo;
		if (confirmed)
			begin_life(life, event);
		break;
	case TS_SEEN_DEPOSITED:
		deposited(life, event);
		break;
	case TS_SEEN_CLOSED:
		closed(life, event);
		break;
	case TS_SEEN_UPDATED:
		updated(life, event);
		break;
	case TS_SEEN_UNLOCKED:
		unlocked(life, event);
		break;
	case TS_SEEN_PUNISHED:
		if (event->ours && !event->undo)
			memset(&life->onchain.ours, 0,
			       sizeof(life->onchain.ours));
		break;
	case TS_SEEN_SETTLED:
		life->onchain.ending = !event->undo;
		if (confirmed)
			end_life(life);
		break;
	case TS_SEEN_SECRET:
		secret_revealed(life, event, key, outcome);
		break;
	case TS_SEEN_FAILED:
		life->cosign.failed = life->cosign.kind && !life->onchain.ending;
		break;
	}
}

/* Whether an event speaks of a life that is over: a late repeat. */
static bool is_stale(const struct ts_life *life,
		     const struct ts_channel_event *event)
{
	if (event->kind == TS_SEEN_SECRET || event->kind == TS_SEEN_FAILED)
		return false;
	if (event->kind == TS_SEEN_OPENED || event->kind == TS_SEEN_WITHDRAWN)
		return event->block <= life->channel.open_block_number;
	return event->block < life->channel.open_block_number ||
	       life->channel.state == TS_CHANNEL_NONE;
}

/**
 * ts_life_event() - the chain showed something
 * @old: the state as committed
 * @event: what
 * @key: ours
 * @new: the state that follows, to be committed if @outcome->changed
 * @outcome: new_life: another row of the ledger; follow: of a hop
 *
 * The same event again changes nothing.
 */
void ts_life_event(const struct ts_life *old,
		   const struct ts_channel_event *event,
		   const struct ts_signer *key, struct ts_life *new,
		   struct ts_outcome *outcome)
{
	memset(outcome, 0, sizeof(*outcome));
	*new = *old;
	if (is_stale(old, event))
		return;
	apply(new, event, key, outcome);
	outcome->changed = true;
}

/* To what the memo of a transfer says that it is for. */
static ts_u128 *of_kind(struct ts_lost *lost, const struct ts_outgoing *out)
{
	const struct ts_bytes *data;
	struct ts_message msg;
	ts_u128 paid_wei;

	if (ts_message_decode(&msg, out->b, out->len) ||
	    msg.id != TS_MSG_DIRECT_TRANSFER)
		return NULL;
	data = &msg.direct_transfer.data;
	if (ts_memo_is_refund(data->p, data->len))
		return &lost->refunds_wei;
	if (ts_memo_is_share(data->p, data->len))
		return &lost->shares_wei;
	if (ts_memo_parse_relay(&paid_wei, data->p, data->len))
		return &lost->relay_wei;
	return NULL;
}

/**
 * ts_life_lost() - transfers of ours that the contract does not know
 * @life: of a closed channel
 * @lost: their value, at most what the proof shown is short of our last
 *
 * The partner gave the contract a proof of ours from before them.  Those that it
 * is known to have had it chose not to use.
 */
void ts_life_lost(const struct ts_life *life, struct ts_lost *lost)
{
	ts_u128 before_wei = life->onchain.ours.transferred_wei, *wei;
	const struct ts_outbox *o = &life->outbox;
	size_t i;

	memset(lost, 0, sizeof(*lost));
	for (i = 0; i < o->queue_count; i++) {
		if (!o->queue[i].nonce ||
		    o->queue[i].transferred_wei <= before_wei)
			continue;
		wei = of_kind(lost, &o->queue[i]);
		if (wei)
			*wei += o->queue[i].transferred_wei - before_wei;
		before_wei = o->queue[i].transferred_wei;
	}
}
