/* SPDX-License-Identifier: GPL-2.0 */
/*
 * life.h - one life of a channel with all that is under way in it: the state
 * machine of a full Photon peer.
 *
 * It does no I/O and has no clock.  A step takes the old state and gives the
 * new one, or refuses.  What follows from a state is asked of the state:
 *
 *	refusal = ts_life_receive(&old, key, &moment, &msg, bytes, len,
 *				  &new, &outcome);
 *	if (refusal)
 *		return;			new is not to be looked at
 *	commit(&new, outcome.credit_wei);
 *	old = new;
 *	send(outcome.ack);
 *	ts_outbox_due(&old.outbox, ...)		the messages to send now
 *	ts_life_intents(&old, ...)		what the chain is to be told
 *
 * So no message and no transaction can leave that is not in a committed state
 * (rule M10), and after a crash the committed state says all that is to be done.
 * Only the tries and times in the outbox are not stored.
 *
 * The struct is big (about 60 kB): few channels have anything under way, and
 * the others are at rest in their packed form (ts_life_pack()).
 */
#ifndef TS_PHOTON_LIFE_H
#define TS_PHOTON_LIFE_H

#include "photon/channel.h"
#include "photon/lock.h"
#include "photon/outbox.h"

/* Blocks within which a secret can be brought to the chain (Photon's default). */
#define TS_REVEAL_TIMEOUT_BLOCKS	30
/* After its expiration a lock is void when so many more blocks confirm it. */
#define TS_CONFIRMATION_BLOCKS		17
/* Of the contract: from the end of the settle window until settle is taken. */
#define TS_PUNISH_BLOCKS		257
/*
 * So many blocks more whoever gets less leaves settling to the other: the price of a
 * transaction is raised every 6, so it had three tries.
 */
#define TS_SETTLE_TURN_BLOCKS		20
/* How long the chain may not show what we co-signed until we act (M2). */
#define TS_COSIGN_PATIENCE_BLOCKS	60

#define TS_DISPOSALS_MAX		32
#define TS_ACCEPTED_MAX			32

/**
 * struct ts_moment - when a step happens
 * @now_ns: by a clock that never goes back
 * @head_block: newest block of the chain of which all events were taken
 * @head_fresh: the chain was heard lately; else @head_block only is a lower
 *	bound, and nothing that depends on expirations is begun (rule M8)
 * @deposit_pending: a deposit of ours into this very channel was wished for, and
 *	the chain has neither confirmed it to this life nor refused it.  What both
 *	sign now says how much we have without it: a withdrawal gives it to the
 *	partner (M2), a settlement lets the partner take it (M1)
 */
struct ts_moment {
	uint64_t now_ns;
	uint64_t head_block;
	bool head_fresh;
	bool deposit_pending;
};

/** enum ts_cosign_kind - which form both sides sign */
enum ts_cosign_kind {
	TS_COSIGN_NONE,
	TS_COSIGN_WITHDRAW,
	TS_COSIGN_SETTLE,
	TS_COSIGN_KIND_COUNT,
};

/**
 * struct ts_cosign - our signature over a withdrawal or a settlement is out
 * @kind: of what; none: everything else is zero
 * @ours: we asked, so we are participant1
 * @asker_wei: participant1's balance
 * @withdraw_wei: withdrawal: what participant1 takes; settlement:
 *	participant2's balance
 * @since_block: when we signed
 * @complete: @partner_signature is there: we can submit it
 * @refused: the partner answered no
 * @failed: the chain did not take it from us
 * @our_signature: of the contract's form
 * @partner_signature: likewise
 *
 * While there is one the channel is frozen (rule M2): the partner can have it
 * executed at any time, and it says nothing of later transfers.  Only the chain
 * ends it.
 */
struct ts_cosign {
	enum ts_cosign_kind kind;
	bool ours;
	ts_u128 asker_wei;
	ts_u128 withdraw_wei;
	uint64_t since_block;
	bool complete;
	bool refused;
	bool failed;
	struct ts_signature our_signature;
	struct ts_signature partner_signature;
};

/**
 * struct ts_claimed - what the contract holds of one side's proof
 * @transferred_wei: the amount, with what was unlocked since
 * @locksroot: the root
 */
struct ts_claimed {
	ts_u128 transferred_wei;
	struct ts_hash locksroot;
};

/**
 * struct ts_onchain - how far closing has come
 * @closed_block: when; 0: open
 * @current: the contract has the partner's newest proof
 * @ending: a withdrawal or settlement is on the chain, not yet confirmed: this
 *	life ends, whether we know why or not
 * @ours: of our proof, as the partner gave it
 * @partners: of the partner's proof, as we gave it
 */
struct ts_onchain {
	uint64_t closed_block;
	bool current;
	bool ending;
	struct ts_claimed ours;
	struct ts_claimed partners;
};

/**
 * struct ts_disposal - the partner signed that it never claims this lock
 * @lock_hash: the lock
 * @additional_hash: of the message
 * @signature: over the contract's form
 * @broken: it did claim it: we may punish it
 */
struct ts_disposal {
	struct ts_hash lock_hash;
	struct ts_hash additional_hash;
	struct ts_signature signature;
	bool broken;
};

/**
 * struct ts_life - the state
 * @channel: identity, deposits, last proofs
 * @leaving: withdraw, then settle, as soon as nothing is under way (M1, M11)
 * @close_wanted: close it one-sidedly
 * @cosign: a withdrawal or settlement we signed
 * @onchain: how far closing has come
 * @our_locks: pending, ours
 * @partner_locks: pending, the partner's
 * @disposal_count: how many in @disposals
 * @disposals: kept until the life ends: an older proof of ours can bring a
 *	lock back
 * @accepted_next: where in @accepted the next one goes
 * @accepted: echoes of the last datagrams taken, so that they are acked again.
 *	Without direct transfers: these are known by their proof
 * @outbox: our messages
 */
struct ts_life {
	struct ts_channel channel;
	bool leaving;
	bool close_wanted;
	struct ts_cosign cosign;
	struct ts_onchain onchain;
	struct ts_locks our_locks;
	struct ts_locks partner_locks;
	size_t disposal_count;
	struct ts_disposal disposals[TS_DISPOSALS_MAX];
	uint32_t accepted_next;
	struct ts_hash accepted[TS_ACCEPTED_MAX];
	struct ts_outbox outbox;
};

/**
 * enum ts_follow - what another life has to do about a lock, in the same commit
 * @TS_FOLLOW_NOTHING: nothing
 * @TS_FOLLOW_FORWARD: ts_hop_forward() it
 * @TS_FOLLOW_LEARN: ts_life_learn() its secret where the lock was forwarded from.
 *	TS_REFUSED_UNKNOWN_LOCK there: it was paid already, for it ends later than
 *	ours.  Any other refusal: commit neither.  For the initiator there is no
 *	such life
 * @TS_FOLLOW_DISPOSE: ts_life_dispose() of it where it was forwarded from
 */
enum ts_follow {
	TS_FOLLOW_NOTHING,
	TS_FOLLOW_FORWARD,
	TS_FOLLOW_LEARN,
	TS_FOLLOW_DISPOSE,
};

/**
 * struct ts_outcome - what a step did beside the new state
 * @repeat: the same bytes again: nothing changed
 * @changed: the new state is to be committed; an Ack's effect need not be
 * @new_life: the chain began another life: nonces start at 1 again
 * @has_ack: @ack is to be sent, after the commit
 * @ack: the answer to the datagram
 * @told_no: why a request to co-sign is answered with a no.  That is no Ack, so
 *	an original node goes on asking, and may be told yes in the end
 * @credit_wei: what was paid to us, commit it with the state; not the value
 *	that we only pass on as a hop
 * @wallet: who paid: the partner, or the initiator of a mediated transfer
 * @memo_len: of a mediated transfer, how much of @memo there is
 * @memo: what @wallet signed that it is for, see struct ts_pending_lock
 * @follow: what the other life of a hop has to do
 * @secret_hash: about which lock
 * @secret: to learn
 */
struct ts_outcome {
	bool repeat;
	bool changed;
	bool new_life;
	bool has_ack;
	uint8_t ack[TS_ACK_BYTES];
	enum ts_refusal told_no;
	ts_u128 credit_wei;
	struct ts_address wallet;
	size_t memo_len;
	uint8_t memo[TS_MEMO_SIZE];
	enum ts_follow follow;
	struct ts_hash secret_hash;
	struct ts_hash secret;
};

const char *ts_life_fault(const struct ts_life *life);
bool ts_life_is_at_rest(const struct ts_life *life);
bool ts_life_concerns(const struct ts_life *life, const struct ts_message *msg);

enum ts_refusal ts_life_receive(const struct ts_life *old,
				const struct ts_signer *key,
				const struct ts_moment *moment,
				const struct ts_message *msg,
				const void *datagram, size_t len,
				struct ts_life *new,
				struct ts_outcome *outcome);
enum ts_refusal ts_life_pay(const struct ts_life *old,
			    const struct ts_signer *key, ts_u128 amount_wei,
			    const struct ts_bytes *data, struct ts_life *new);
enum ts_refusal ts_life_lock(const struct ts_life *old,
			     const struct ts_signer *key,
			     const struct ts_moment *moment,
			     const struct ts_pending_lock *lock,
			     struct ts_life *new);
enum ts_refusal ts_life_learn(const struct ts_life *old,
			      const struct ts_signer *key,
			      const struct ts_hash *secret,
			      struct ts_life *new);
enum ts_refusal ts_life_dispose(const struct ts_life *old,
				const struct ts_signer *key,
				const struct ts_hash *secret_hash,
				enum ts_refusal why, struct ts_life *new);
enum ts_refusal ts_life_withdraw(const struct ts_life *old,
				 const struct ts_signer *key,
				 const struct ts_moment *moment,
				 ts_u128 amount_wei, struct ts_life *new);
void ts_life_leave(const struct ts_life *old, struct ts_life *new);
void ts_life_close(const struct ts_life *old, struct ts_life *new);
bool ts_life_tick(const struct ts_life *old, const struct ts_signer *key,
		  const struct ts_moment *moment, struct ts_life *new);

#endif /* TS_PHOTON_LIFE_H */
