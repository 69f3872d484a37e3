// SPDX-License-Identifier: GPL-2.0
/*
 * photon_hostile.c - a partner that signs whatever the bytes say, and a chain
 * that shows whatever they say.
 *
 * After each step the box's life can still be true, it was credited what the
 * partner's last proof says, no money came or went, nothing moves while
 * something is co-signed (M2), a settlement is signed by who has nothing (M1),
 * what it disposed of it does not claim, and the stored form is the same life.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "photon/pack.h"
#include "photon/onchain.h"
#include "../unit/photon_pair.h"

#define STEPS_MAX	48
#define SECRETS		6

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *data;
	size_t size;
};

static struct pair pair;
static struct ts_life life, next;
static ts_u128 credited_wei;
static ts_u128 signed_deposit_wei;
static struct ts_moment moment;
static struct ts_datagram last;

static uint8_t next_byte(struct input *in)
{
	if (!in->size)
		return 0;
	in->size--;
	return *in->data++;
}

static void require(bool holds)
{
	if (!holds)
		abort();
}

static struct ts_hash secret_of(uint8_t number)
{
	struct ts_hash secret;

	memset(secret.b, 1 + number % SECRETS, sizeof(secret.b));
	return secret;
}

static struct ts_hash hash_of(uint8_t number)
{
	struct ts_hash secret = secret_of(number), hash;

	ts_sha256(&hash, secret.b, TS_HASH_BYTES);
	return hash;
}

static bool same_proof(const struct ts_channel_proof *a,
		       const struct ts_channel_proof *b)
{
	return a->nonce == b->nonce && a->transferred_wei == b->transferred_wei &&
	       ts_hash_equal(&a->locksroot, &b->locksroot);
}

static void check_packed(void)
{
	static uint8_t bytes[TS_PACKED_MAX_BYTES], again[TS_PACKED_MAX_BYTES];
	static struct ts_life copy;
	struct ts_channel stored = life.channel;
	size_t len = ts_life_pack(&life, bytes);

	stored.our_locked_wei = 0;
	stored.partner_locked_wei = 0;
	require(!ts_life_unpack(&copy, &stored, bytes, len));
	require(!memcmp(&copy.channel, &life.channel, sizeof(copy.channel)));
	require(ts_life_pack(&copy, again) == len && !memcmp(bytes, again, len));
}

static void become(const struct ts_life *new, const struct ts_outcome *outcome)
{
	const struct ts_channel *c = &new->channel;
	struct ts_intent intents[TS_INTENTS_MAX];
	bool was_settling;
	size_t i, count;

	if (outcome->new_life)
		credited_wei = 0;
	else if (life.channel.frozen && c->frozen)
		require(same_proof(&life.channel.our_proof, &c->our_proof) &&
			same_proof(&life.channel.partner_proof,
				   &c->partner_proof));
	was_settling = life.cosign.kind == TS_COSIGN_SETTLE && !outcome->new_life;
	credited_wei += outcome->credit_wei;
	life = *new;
	require(!ts_life_fault(&life));
	require(credited_wei == c->partner_proof.transferred_wei);
	require(ts_channel_our_balance_wei(c) + c->our_locked_wei +
		ts_channel_partner_balance_wei(c) + c->partner_locked_wei ==
		c->our_deposit_wei + c->partner_deposit_wei);
	if (life.cosign.kind == TS_COSIGN_SETTLE) {
		if (!was_settling)
			signed_deposit_wei = c->our_deposit_wei;
		/* What the chain shows of ours since then somebody gave; we deposit no more. */
		require(ts_channel_our_balance_wei(c) <=
			(c->our_deposit_wei > signed_deposit_wei ?
				 c->our_deposit_wei - signed_deposit_wei : 0) &&
			!c->partner_locked_wei && !c->our_locked_wei);
	}
	count = ts_life_intents(&life, &moment, intents);
	require(count <= TS_INTENTS_MAX);
	for (i = 0; i < count; i++)
		require(!intents[i].lock ||
			intents[i].lock->phase == TS_LOCK_SECRET_KNOWN);
	check_packed();
}

/* What an Unlock pays of a lock that was not for us, but to be passed on: nobody's credit. */
static ts_u128 relayed_wei(const struct ts_message *msg)
{
	const struct ts_pending_lock *lock;
	struct ts_hash hash;

	if (msg->id != TS_MSG_UNLOCK)
		return 0;
	ts_sha256(&hash, msg->unlock.lock_secret.b, TS_HASH_BYTES);
	lock = ts_locks_find_const(&life.partner_locks, &hash);
	return lock && lock->phase == TS_LOCK_SECRET_KNOWN &&
	       !ts_address_equal(&lock->target, &life.channel.our_address) ?
	       lock->amount_wei : 0;
}

static void deliver(const struct ts_datagram *d)
{
	struct ts_outcome outcome;
	struct ts_message msg;
	ts_u128 passed_on_wei;

	if (ts_message_decode(&msg, d->b, d->len))
		return;
	passed_on_wei = relayed_wei(&msg);
	if (ts_life_receive(&life, pair.box_key, &moment, &msg, d->b, d->len,
			    &next, &outcome))
		return;
	if (outcome.repeat)
		require(!outcome.credit_wei && !outcome.follow &&
			same_proof(&next.channel.partner_proof,
				   &life.channel.partner_proof));
	require(!passed_on_wei || !outcome.credit_wei);
	credited_wei += passed_on_wei;
	become(&next, &outcome);
}

/* A proof that is right, or off by a little in one thing. */
static void fill_proof(struct ts_balance_proof *proof, uint8_t how,
		       ts_u128 more_wei, const struct ts_pending_lock *with,
		       const struct ts_hash *without)
{
	const struct ts_channel *c = &life.channel;

	proof->nonce = c->partner_proof.nonce + 1;
	proof->channel_identifier = c->channel_identifier;
	proof->open_block_number = c->open_block_number;
	proof->transferred_amount =
		ts_u256_from_u128(c->partner_proof.transferred_wei + more_wei);
	if (life.partner_locks.count < TS_LOCKS_MAX || !with)
		ts_locks_root(&life.partner_locks, with, without,
			      &proof->locksroot);
	switch (how & 15) {
	case 1:
		proof->nonce += how >> 4;
		break;
	case 2:
		proof->locksroot.b[how >> 4] ^= 1;
		break;
	case 3:
		proof->open_block_number -= how >> 4;
		break;
	case 4:
		proof->transferred_amount.w[2] = 1;
		break;
	}
}

static ts_u128 amount_of(struct input *in, ts_u128 around_wei)
{
	uint8_t amount = next_byte(in);

	return amount & 1 ? around_wei + (amount >> 1) - 2 : amount >> 1;
}

static void make_lock(struct input *in, struct ts_message *msg)
{
	struct ts_mediated_transfer *m = &msg->mediated_transfer;
	struct ts_pending_lock lock = { 0 };
	uint8_t who = next_byte(in);

	lock.secret_hash = hash_of(next_byte(in));
	lock.expiration = moment.head_block + next_byte(in);
	lock.amount_wei = amount_of(in,
			ts_channel_partner_balance_wei(&life.channel));
	msg->version = 1;
	m->expiration = lock.expiration;
	m->lock_secret_hash = lock.secret_hash;
	m->payment_amount = ts_u256_from_u128(lock.amount_wei);
	m->initiator = life.channel.partner_address;
	m->initiator.b[0] ^= who & 1;
	m->target = life.channel.our_address;
	m->target.b[0] ^= who >> 1 & 1;
	fill_proof(&m->proof, next_byte(in), 0, &lock, NULL);
}

static void make_removal(struct input *in, struct ts_message *msg)
{
	uint8_t number = next_byte(in);
	struct ts_hash hash = hash_of(number);
	const struct ts_pending_lock *lock =
		ts_locks_find_const(&life.partner_locks, &hash);
	ts_u128 wei = lock ? lock->amount_wei : 1;
	uint8_t how = next_byte(in);

	if (msg->id == TS_MSG_UNLOCK) {
		msg->unlock.lock_secret = secret_of(number);
		fill_proof(&msg->unlock.proof, how, how & 128 ? amount_of(in, wei) :
			   wei, NULL, &hash);
	} else {
		msg->remove_lock.lock_secret_hash = hash;
		fill_proof(&msg->remove_lock.proof, how, how & 128, NULL, &hash);
	}
}

static void sign_form(const struct ts_form *form, uint8_t how,
		      struct ts_signature *signature)
{
	struct ts_hash digest;

	ts_form_digest(form, &digest);
	ts_signer_sign(how & 64 ? pair.box_key : pair.payer_key, &digest,
		       signature);
}

static void make_withdraw(struct input *in, struct ts_message *msg)
{
	const struct ts_channel *c = &life.channel;
	struct ts_withdraw *w = &msg->withdraw_request.withdraw;
	uint8_t how = next_byte(in);
	struct ts_form form;

	w->channel_identifier = c->channel_identifier;
	w->open_block_number = c->open_block_number;
	w->participant1 = how & 1 ? c->our_address : c->partner_address;
	w->participant2 = how & 1 ? c->partner_address : c->our_address;
	w->participant1_balance = ts_u256_from_u128(how & 2 ?
		amount_of(in, ts_channel_partner_balance_wei(c)) :
		how & 1 ? ts_channel_our_balance_wei(c) :
			  ts_channel_partner_balance_wei(c));
	w->participant1_withdraw = ts_u256_from_u128(next_byte(in));
	ts_form_withdraw(&form, w, &c->chain_id);
	if (msg->id == TS_MSG_WITHDRAW_REQUEST) {
		sign_form(&form, how,
			  &msg->withdraw_request.participant1_signature);
		return;
	}
	sign_form(&form, how, &msg->withdraw_response.participant2_signature);
	msg->withdraw_response.error_code = how >> 2 & 1;
}

static void make_settle(struct input *in, struct ts_message *msg)
{
	const struct ts_channel *c = &life.channel;
	struct ts_settle *s = &msg->settle_request.settle;
	uint8_t how = next_byte(in);
	struct ts_form form;

	s->channel_identifier = c->channel_identifier;
	s->open_block_number = c->open_block_number;
	s->participant1 = how & 1 ? c->our_address : c->partner_address;
	s->participant2 = how & 1 ? c->partner_address : c->our_address;
	s->participant1_balance = ts_u256_from_u128(how & 1 ?
		ts_channel_our_balance_wei(c) :
		amount_of(in, ts_channel_partner_balance_wei(c)));
	s->participant2_balance = ts_u256_from_u128(how & 1 ?
		ts_channel_partner_balance_wei(c) : ts_channel_our_balance_wei(c));
	ts_form_cooperative_settle(&form, s, &c->chain_id);
	if (msg->id == TS_MSG_SETTLE_REQUEST) {
		sign_form(&form, how, &msg->settle_request.participant1_signature);
		return;
	}
	sign_form(&form, how, &msg->settle_response.participant2_signature);
	msg->settle_response.error_code = how >> 2 & 1;
}

static void make_disposed(struct input *in, struct ts_message *msg)
{
	struct ts_announce_disposed *m = &msg->announce_disposed;
	struct ts_hash hash = hash_of(next_byte(in));
	const struct ts_pending_lock *lock =
		ts_locks_find_const(&life.our_locks, &hash);

	if (lock)
		m->lock = ts_lock_leaf(lock);
	m->lock.amount.w[0] += next_byte(in) & 1;
	m->channel_identifier = life.channel.channel_identifier;
	m->open_block_number = life.channel.open_block_number;
}

static void do_message(struct input *in)
{
	struct ts_message msg = { .id = next_byte(in) % 28 };
	const struct ts_signer *key = pair.payer_key;

	switch (msg.id) {
	case TS_MSG_MEDIATED_TRANSFER:
		make_lock(in, &msg);
		break;
	case TS_MSG_UNLOCK:
	case TS_MSG_REMOVE_EXPIRED_HASHLOCK:
	case TS_MSG_ANNOUNCE_DISPOSED_RESPONSE:
		make_removal(in, &msg);
		break;
	case TS_MSG_REVEAL_SECRET:
		msg.reveal_secret.lock_secret = secret_of(next_byte(in));
		break;
	case TS_MSG_ANNOUNCE_DISPOSED:
		make_disposed(in, &msg);
		break;
	case TS_MSG_WITHDRAW_REQUEST:
	case TS_MSG_WITHDRAW_RESPONSE:
		make_withdraw(in, &msg);
		break;
	case TS_MSG_SETTLE_REQUEST:
	case TS_MSG_SETTLE_RESPONSE:
		make_settle(in, &msg);
		break;
	default:
		msg.id = TS_MSG_DIRECT_TRANSFER;
		fill_proof(&msg.direct_transfer.proof, next_byte(in),
			   amount_of(in, ts_channel_partner_balance_wei(
						&life.channel)), NULL, NULL);
	}
	require(!ts_message_sign(&msg, key, &life.channel.chain_id, &last));
	deliver(&last);
}

static void do_event(struct input *in)
{
	uint8_t how = next_byte(in);
	const struct ts_channel *c = &life.channel;
	struct ts_channel_event event = {
		.kind = next_byte(in) % (TS_SEEN_FAILED + 1),
		.block = moment.head_block + (how & 3),
		.confirmed = how & 4, .undo = (how & 24) == 24, .ours = how & 32,
		.our_deposit_wei = next_byte(in),
		.partner_deposit_wei = next_byte(in),
		.settle_timeout_blocks = 600,
	};
	struct ts_outcome outcome;

	event.secret = secret_of(next_byte(in));
	event.claimed.transferred_wei = how & 64 ? next_byte(in) :
					c->partner_proof.transferred_wei;
	event.claimed.locksroot = c->partner_proof.locksroot;
	ts_life_event(&life, &event, pair.box_key, &next, &outcome);
	become(&next, &outcome);
}

static void do_own(struct input *in)
{
	struct ts_pending_lock lock = {
		.secret_hash = hash_of(next_byte(in)), .amount_wei = 7,
		.expiration = moment.head_block + 60,
		.initiator = life.channel.partner_address,
		.target = life.channel.partner_address,
	};
	struct ts_outcome outcome = { 0 };
	bool done = true;

	switch (next_byte(in) % 6) {
	case 0:
		done = !ts_life_pay(&life, pair.box_key, next_byte(in), NULL,
				    &next);
		break;
	case 1:
		done = !ts_life_lock(&life, pair.box_key, &moment, &lock, &next);
		break;
	case 2:
		done = !ts_life_withdraw(&life, pair.box_key, &moment,
					 next_byte(in), &next);
		break;
	case 3:
		ts_life_leave(&life, &next);
		break;
	case 4:
		done = ts_life_tick(&life, pair.box_key, &moment, &next);
		break;
	case 5:
		memset(&life.outbox, 0, sizeof(life.outbox));
		done = false;
		break;
	}
	if (done)
		become(&next, &outcome);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	int steps;

	pair_open(&pair, 200, 50);
	memset(&life, 0, sizeof(life));
	life.channel = pair.box;
	life.channel.settle_timeout_blocks = 200;
	credited_wei = 0;
	last.len = 0;
	moment = (struct ts_moment){ .now_ns = 1, .head_block = 5000,
				     .head_fresh = true };
	for (steps = 0; in.size && steps < STEPS_MAX; steps++) {
		uint8_t op = next_byte(&in);

		moment.head_fresh = !(op & 64);
		moment.head_block += op >> 7 ? next_byte(&in) : 0;
		if (op % 8 < 4)
			do_message(&in);
		else if (op % 8 == 4 && last.len)
			deliver(&last);
		else if (op % 8 == 5)
			do_event(&in);
		else
			do_own(&in);
	}
	pair_close(&pair);
	return 0;
}
