// SPDX-License-Identifier: GPL-2.0
/*
 * photon_life.c - the rules of locks and of the chain, one by one, and the
 * attacks that they are there for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "photon_ends.h"

static struct ends ends;

#define box (&ends.box)
#define payer (&ends.payer)

/* The payer's next MediatedTransfer, right in all; a test spoils and signs it. */
static struct ts_message draft_lock(struct ts_pending_lock *lock,
				    ts_u128 amount_wei, uint8_t seed)
{
	struct ts_message msg = { .id = TS_MSG_MEDIATED_TRANSFER, .version = 1 };
	struct ts_mediated_transfer *m = &msg.mediated_transfer;
	const struct ts_channel *c = &box->life.channel;

	*lock = ends_lock(&ends, amount_wei, seed);
	m->expiration = lock->expiration;
	m->lock_secret_hash = lock->secret_hash;
	m->payment_amount = ts_u256_from_u128(amount_wei);
	m->target = lock->target;
	m->initiator = lock->initiator;
	m->proof.nonce = c->partner_proof.nonce + 1;
	m->proof.channel_identifier = c->channel_identifier;
	m->proof.open_block_number = c->open_block_number;
	m->proof.transferred_amount =
		ts_u256_from_u128(c->partner_proof.transferred_wei);
	ts_locks_root(&box->life.partner_locks, lock, NULL, &m->proof.locksroot);
	return msg;
}

static enum ts_refusal take_draft(struct ts_message *msg)
{
	struct ts_datagram d;

	assert_int_equal(ts_message_sign(msg, payer->key,
					 &box->life.channel.chain_id, &d), 0);
	return ends_take(&ends, box, d.b, d.len);
}

/* What an original path finder chose is none of ours to judge: all that fits. */
static void test_long_path(void **state)
{
	static const struct ts_address path[43];
	struct ts_pending_lock lock;
	struct ts_message msg;

	msg = draft_lock(&lock, 10, 1);
	msg.mediated_transfer.path = path;
	msg.mediated_transfer.path_count = 43;
	assert_int_equal(take_draft(&msg), TS_ACCEPTED);
	assert_int_equal(ends_parallel_id(box), TS_MSG_SECRET_REQUEST);
}

static void test_mediated_rules(void **state)
{
	struct ts_pending_lock lock, wrong;
	struct ts_message msg;

	msg = draft_lock(&lock, 10, 1);
	msg.mediated_transfer.proof.nonce++;
	assert_int_equal(take_draft(&msg), TS_REFUSED_NONCE_GAP);
	msg = draft_lock(&lock, 10, 1);
	msg.mediated_transfer.proof.nonce = 0;
	assert_int_equal(take_draft(&msg), TS_REFUSED_NONCE_REPLAYED);
	msg = draft_lock(&lock, 10, 1);
	msg.mediated_transfer.proof.transferred_amount = ts_u256_from_u64(1);
	assert_int_equal(take_draft(&msg), TS_REFUSED_AMOUNT_CHANGED);
	msg = draft_lock(&lock, 0, 1);
	assert_int_equal(take_draft(&msg), TS_REFUSED_AMOUNT_NOT_GROWING);
	msg = draft_lock(&lock, ENDS_DEPOSIT_WEI + 1, 1);
	assert_int_equal(take_draft(&msg), TS_REFUSED_OVER_BALANCE);
	msg = draft_lock(&lock, 10, 1);
	msg.mediated_transfer.payment_amount.w[2] = 1;
	assert_int_equal(take_draft(&msg), TS_REFUSED_AMOUNT_TOO_LARGE);
	msg = draft_lock(&lock, 10, 1);
	msg.mediated_transfer.fee.w[2] = 1;
	assert_int_equal(take_draft(&msg), TS_REFUSED_AMOUNT_TOO_LARGE);
	msg = draft_lock(&lock, 10, 1);
	msg.mediated_transfer.proof.transferred_amount.w[2] = 1;
	assert_int_equal(take_draft(&msg), TS_REFUSED_AMOUNT_CHANGED);
	msg = draft_lock(&lock, 10, 1);
	wrong = lock;
	wrong.expiration = ends.moment.head_block +
			   box->life.channel.settle_timeout_blocks + 1;
	msg.mediated_transfer.expiration = wrong.expiration;
	ts_locks_root(&box->life.partner_locks, &wrong, NULL,
		      &msg.mediated_transfer.proof.locksroot);
	assert_int_equal(take_draft(&msg), TS_REFUSED_LOCK_EXPIRATION);
	msg = draft_lock(&lock, 10, 1);
	memset(&msg.mediated_transfer.proof.locksroot, 0, TS_HASH_BYTES);
	assert_int_equal(take_draft(&msg), TS_REFUSED_WRONG_LOCKSROOT);
	msg = draft_lock(&lock, 10, 1);
	assert_int_equal(take_draft(&msg), TS_ACCEPTED);
	msg = draft_lock(&lock, 10, 1);
	assert_int_equal(take_draft(&msg), TS_REFUSED_LOCK_EXISTS);
	/* What the lock holds cannot be spent or locked again. */
	msg = draft_lock(&lock, ENDS_DEPOSIT_WEI - 9, 2);
	assert_int_equal(take_draft(&msg), TS_REFUSED_OVER_BALANCE);
	box->life.channel.frozen = true;
	msg = draft_lock(&lock, 1, 2);
	assert_int_equal(take_draft(&msg), TS_REFUSED_FROZEN);
	box->life.channel.frozen = false;
	box->life.channel.state = TS_CHANNEL_CLOSED;
	assert_int_equal(take_draft(&msg), TS_REFUSED_CHANNEL_CLOSED);
}

/* M8: value counts at the Unlock, and is the initiator's who signed the secret. */
static void test_target(void **state)
{
	struct ts_pending_lock lock = ends_lock(&ends, 30, 1);
	struct ts_hash secret = ends_secret(1);

	ends_offer(&ends, payer, &lock);
	ends_pass_queue(&ends, payer, box);
	assert_true(box->credited_wei == 0);
	assert_true(ts_channel_partner_balance_wei(&box->life.channel) ==
		    ENDS_DEPOSIT_WEI - 30);
	assert_int_equal(ends_parallel_id(box), TS_MSG_SECRET_REQUEST);
	/* Somebody else has the secret: that does not count. */
	ends_reveal(&ends, box, &secret, ends.stranger_key);
	assert_int_equal(ends.refusal, TS_REFUSED_NOT_PARTNER);
	ends_reveal(&ends, box, &secret, ends.initiator_key);
	assert_int_equal(ends.refusal, TS_ACCEPTED);
	assert_true(box->credited_wei == 0);
	assert_int_equal(ends_parallel_id(box), TS_MSG_REVEAL_SECRET);
	ends_pass_parallel(&ends, box, payer);
	assert_int_equal(ends.refusal, TS_ACCEPTED);
	assert_int_equal(ends.outcome.follow, TS_FOLLOW_LEARN);
	assert_true(box->credited_wei == 0);
	ends_pass_queue(&ends, payer, box);
	assert_int_equal(ends.refusal, TS_ACCEPTED);
	assert_true(box->credited_wei == 30);
	assert_true(ts_address_equal(&ends.outcome.wallet, &lock.initiator));
	assert_int_equal(box->life.partner_locks.count, 0);
	assert_int_equal(box->life.outbox.parallel_count, 0);
	assert_true(ts_hash_is_zero(&box->life.channel.partner_proof.locksroot));
}

static void test_unlock_rules(void **state)
{
	struct ts_pending_lock lock = ends_lock(&ends, 30, 1);
	struct ts_message msg = { .id = TS_MSG_UNLOCK };
	struct ts_channel *c = &box->life.channel;
	struct ts_balance_proof *proof = &msg.unlock.proof;

	ends_offer(&ends, payer, &lock);
	ends_pass_queue(&ends, payer, box);
	proof->nonce = 2;
	proof->channel_identifier = c->channel_identifier;
	proof->open_block_number = c->open_block_number;
	proof->transferred_amount = ts_u256_from_u64(30);
	msg.unlock.lock_secret = ends_secret(2);
	assert_int_equal(take_draft(&msg), TS_REFUSED_UNKNOWN_LOCK);
	msg.unlock.lock_secret = ends_secret(1);
	proof->transferred_amount = ts_u256_from_u64(31);
	assert_int_equal(take_draft(&msg), TS_REFUSED_AMOUNT_CHANGED);
	proof->transferred_amount = ts_u256_from_u64(29);
	assert_int_equal(take_draft(&msg), TS_REFUSED_AMOUNT_CHANGED);
	proof->transferred_amount = ts_u256_from_u64(30);
	proof->locksroot = c->partner_proof.locksroot;
	assert_int_equal(take_draft(&msg), TS_REFUSED_WRONG_LOCKSROOT);
	memset(&proof->locksroot, 0, sizeof(proof->locksroot));
	assert_int_equal(take_draft(&msg), TS_ACCEPTED);
	/* The initiator signed nothing: it is who signed the Unlock that paid. */
	assert_true(ts_address_equal(&ends.outcome.wallet, &c->partner_address));
	assert_true(box->credited_wei == 30);
}

static void test_locks_that_end(void **state)
{
	struct ts_pending_lock lock = ends_lock(&ends, 30, 1);
	struct ts_message msg = { .id = TS_MSG_REMOVE_EXPIRED_HASHLOCK };
	struct ts_balance_proof *proof = &msg.remove_lock.proof;
	struct ts_channel *c = &box->life.channel;

	ends_offer(&ends, payer, &lock);
	ends_pass_queue(&ends, payer, box);
	proof->nonce = 2;
	proof->channel_identifier = c->channel_identifier;
	proof->open_block_number = c->open_block_number;
	msg.remove_lock.lock_secret_hash = lock.secret_hash;
	/* Not before it is void beyond doubt, and not by itself. */
	ends.moment.head_block = lock.expiration + TS_CONFIRMATION_BLOCKS - 1;
	assert_int_equal(take_draft(&msg), TS_REFUSED_LOCK_EXPIRATION);
	assert_false(ends_tick(&ends, payer));
	msg.id = TS_MSG_ANNOUNCE_DISPOSED_RESPONSE;
	assert_int_equal(take_draft(&msg), TS_REFUSED_LOCK_PHASE);
	msg.id = TS_MSG_REMOVE_EXPIRED_HASHLOCK;
	ends.moment.head_block++;
	box->life.partner_locks.lock[0].registered = true;
	assert_int_equal(take_draft(&msg), TS_REFUSED_LOCK_PHASE);
	box->life.partner_locks.lock[0].registered = false;
	assert_true(ends_tick(&ends, payer));
	ends_pass_queue(&ends, payer, box);
	assert_int_equal(ends.refusal, TS_ACCEPTED);
	assert_int_equal(box->life.partner_locks.count, 0);
	assert_int_equal(payer->life.our_locks.count, 0);
	assert_true(box->credited_wei == 0);
	assert_true(ts_channel_partner_balance_wei(c) == ENDS_DEPOSIT_WEI);
}

/* M8: offline, too near, or too many: disposed of, so that no queue stalls. */
static void test_disposed(void **state)
{
	struct ts_pending_lock lock = ends_lock(&ends, 30, 1);
	struct ts_hash secret = ends_secret(1);
	struct ts_outgoing said;
	uint64_t nonce;

	ends_offer(&ends, payer, &lock);
	ends.moment.head_fresh = false;
	ends_pass_queue(&ends, payer, box);
	assert_int_equal(ends.refusal, TS_ACCEPTED);
	assert_int_equal(ends_parallel_id(box), TS_MSG_ANNOUNCE_DISPOSED);
	/* From here on the secret is worth nothing to us. */
	ends.moment.head_fresh = true;
	ends_reveal(&ends, box, &secret, ends.initiator_key);
	assert_int_equal(box->life.partner_locks.lock[0].phase, TS_LOCK_DISPOSED);
	assert_int_equal(ts_life_learn(&box->life, box->key, &secret, &ends.spare),
			 TS_REFUSED_LOCK_PHASE);
	ends_event(&ends, box, (struct ts_channel_event){
		.kind = TS_SEEN_SECRET, .block = ends.moment.head_block,
		.secret = secret, .confirmed = true });
	assert_int_equal(box->life.partner_locks.lock[0].phase, TS_LOCK_DISPOSED);
	assert_int_equal(ends_intent_count(&ends, box), 0);
	said = box->life.outbox.parallel[0];
	ends_pass_parallel(&ends, box, payer);
	assert_int_equal(ends.refusal, TS_ACCEPTED);
	assert_int_equal(ends.outcome.follow, TS_FOLLOW_DISPOSE);
	assert_int_equal(payer->life.disposal_count, 1);
	/* Said again when the lock is gone, it is acked, and that is all. */
	memset(payer->life.accepted, 0, sizeof(payer->life.accepted));
	nonce = payer->life.channel.our_proof.nonce;
	ends_take(&ends, payer, said.b, said.len);
	assert_true(ends.outcome.has_ack && !ends.outcome.follow);
	assert_int_equal(payer->life.channel.our_proof.nonce, nonce);
	assert_int_equal(payer->life.disposal_count, 1);
	ends_pass_queue(&ends, payer, box);
	assert_int_equal(ends.refusal, TS_ACCEPTED);
	assert_int_equal(box->life.partner_locks.count, 0);
	assert_int_equal(box->life.outbox.parallel_count, 0);
	assert_true(box->credited_wei == 0);
}

/* What a lock of ours holds is not spent beside it. */
static void test_locked_is_not_spent(void **state)
{
	struct ts_pending_lock lock = ends_lock(&ends, 30, 1), more;

	ends_offer(&ends, payer, &lock);
	ends_pay_lost(&ends, payer, ENDS_DEPOSIT_WEI - 29);
	assert_int_equal(ends.refusal, TS_REFUSED_OVER_BALANCE);
	more = ends_lock(&ends, ENDS_DEPOSIT_WEI - 29, 2);
	assert_int_equal(ts_life_lock(&payer->life, payer->key, &ends.moment,
				      &more, &ends.spare),
			 TS_REFUSED_OVER_BALANCE);
	ends_pay_lost(&ends, payer, ENDS_DEPOSIT_WEI - 30);
	assert_int_equal(ends.refusal, TS_ACCEPTED);
	ends_pass_queue(&ends, payer, box);
	assert_true(box->credited_wei == ENDS_DEPOSIT_WEI - 30);
	assert_true(!ts_channel_partner_balance_wei(&box->life.channel));
}

/* M8: a secret that comes after the end buys nothing. */
static void test_late_secret(void **state)
{
	struct ts_pending_lock lock = ends_lock(&ends, 30, 1);
	struct ts_hash secret = ends_secret(1);

	ends_offer(&ends, payer, &lock);
	ends_pass_queue(&ends, payer, box);
	ends_reveal(&ends, box, &secret, ends.initiator_key);
	/* Not known to be in time. */
	ends.moment.head_fresh = false;
	ends_pass_parallel(&ends, box, payer);
	assert_int_equal(ends.refusal, TS_REFUSED_CHAIN_STALE);
	ends.moment.head_fresh = true;
	ends.moment.head_block = lock.expiration;
	ends_pass_parallel(&ends, box, payer);
	assert_int_equal(ends.refusal, TS_REFUSED_LOCK_EXPIRATION);
	assert_true(!payer->life.channel.our_proof.transferred_wei);
	ends.moment.head_block--;
	ends_pass_parallel(&ends, box, payer);
	assert_int_equal(ends.refusal, TS_ACCEPTED);
	assert_true(payer->life.channel.our_proof.transferred_wei == 30);
}

/* A target does not take a secret that it could not bring to the chain. */
static void test_late_reveal(void **state)
{
	struct ts_pending_lock lock = ends_lock(&ends, 30, 1);
	struct ts_hash secret = ends_secret(1);

	ends_offer(&ends, payer, &lock);
	ends_pass_queue(&ends, payer, box);
	ends.moment.head_fresh = false;
	ends_reveal(&ends, box, &secret, ends.initiator_key);
	assert_int_equal(ends.refusal, TS_REFUSED_CHAIN_STALE);
	ends.moment.head_fresh = true;
	ends.moment.head_block = lock.expiration;
	ends_reveal(&ends, box, &secret, ends.initiator_key);
	assert_int_equal(ends.refusal, TS_REFUSED_LOCK_EXPIRATION);
}

/* What the partner disposed of and claims all the same is punished. */
static void test_punish(void **state)
{
	struct ts_pending_lock lock = ends_lock(&ends, 30, 1);
	struct ts_lock leaf = ts_lock_leaf(&lock);
	struct ts_channel_event event = { .kind = TS_SEEN_UNLOCKED, .ours = true };

	ts_lock_hash(&leaf, &event.lock_hash);
	ends_offer(&ends, payer, &lock);
	ends.moment.head_fresh = false;
	ends_pass_queue(&ends, payer, box);
	ends_pass_parallel(&ends, box, payer);
	ends_event(&ends, payer, (struct ts_channel_event){
		.kind = TS_SEEN_CLOSED, .block = 5000, .ours = true });
	event.block = 5001;
	event.claimed.transferred_wei = 30;
	ends_event(&ends, payer, event);
	ends.moment.head_block = 5001;
	assert_int_equal(ends_intent_count(&ends, payer), 1);
	assert_int_equal(ends.intents[0].kind, TS_INTENT_PUNISH);
	assert_true(ts_hash_equal(&ends.intents[0].disposal->lock_hash,
				  &event.lock_hash));
}

static void test_too_many_locks(void **state)
{
	struct ts_pending_lock lock;
	struct ts_message msg;
	uint8_t i;

	for (i = 0; i < TS_LOCKS_MAX; i++) {
		msg = draft_lock(&lock, 1, i);
		assert_int_equal(take_draft(&msg), TS_ACCEPTED);
	}
	assert_int_equal(ts_locks_open(&box->life.partner_locks),
			 TS_LOCKS_OPEN_MAX);
	msg = draft_lock(&lock, 1, i);
	assert_int_equal(take_draft(&msg), TS_REFUSED_LOCKS_FULL);
}

/* Each lock of ours may come to be disposed of, and that has to be kept. */
static void test_room_for_disposals(void **state)
{
	struct ts_pending_lock lock;
	size_t i;

	for (i = 0; i < TS_DISPOSALS_MAX; i++) {
		lock = ends_lock(&ends, 1, (uint8_t)i);
		ends_offer(&ends, payer, &lock);
		ends.moment.head_fresh = false;
		ends_pass_queue(&ends, payer, box);
		ends_pass_parallel(&ends, box, payer);
		ends_pass_queue(&ends, payer, box);
		ends.moment.head_fresh = true;
	}
	assert_int_equal(payer->life.disposal_count, TS_DISPOSALS_MAX);
	lock = ends_lock(&ends, 1, (uint8_t)i);
	assert_int_equal(ts_life_lock(&payer->life, payer->key, &ends.moment,
				      &lock, &ends.spare),
			 TS_REFUSED_LOCKS_FULL);
}

/* M3: whatever is thought of the head, the newest proof is given. */
static void test_stale_close(void **state)
{
	struct ts_channel_event event = {
		.kind = TS_SEEN_CLOSED, .block = 5000,
	};

	ends_pay(&ends, payer, box, 100);
	ends_pay(&ends, payer, box, 11);
	event.claimed.transferred_wei = 100;
	ends_event(&ends, box, event);
	ends.moment.head_fresh = false;
	assert_int_equal(ends_intent_count(&ends, box), 1);
	assert_int_equal(ends.intents[0].kind, TS_INTENT_UPDATE);
	ends_pay_unchecked(&ends, payer, box, 1);
	assert_int_equal(ends.refusal, TS_REFUSED_CHANNEL_CLOSED);
	/* The close is undone: the channel goes on. */
	event.undo = true;
	ends_event(&ends, box, event);
	assert_int_equal(box->life.channel.state, TS_CHANNEL_OPEN);
	event.undo = false;
	event.confirmed = true;
	ends_event(&ends, box, event);
	event.kind = TS_SEEN_UPDATED;
	event.claimed.transferred_wei = 111;
	ends_event(&ends, box, event);
	assert_int_equal(ends_intent_count(&ends, box), 0);
	ends.moment.head_block = 5000 + box->life.channel.settle_timeout_blocks +
				 TS_PUNISH_BLOCKS;
	assert_int_equal(ends_intent_count(&ends, box), 0);
	ends.moment.head_block++;
	assert_int_equal(ends_intent_count(&ends, box), 1);
	assert_int_equal(ends.intents[0].kind, TS_INTENT_SETTLE);
	assert_true(box->life.onchain.partners.transferred_wei == 111);
}

/* The contract takes one settlement: never do both sides want it at once. */
static void test_settle_in_turn(void **state)
{
	struct ts_channel_event event = { .kind = TS_SEEN_CLOSED, .block = 5000 };
	static const ts_u128 sent_wei[] = { 0, 1, ENDS_DEPOSIT_WEI };
	struct ends_end *first;
	size_t i;

	for (i = 0; i < sizeof(sent_wei) / sizeof(sent_wei[0]); i++) {
		ends_close(&ends);
		ends_open(&ends);
		box->life.channel.our_deposit_wei = ENDS_DEPOSIT_WEI;
		payer->life.channel.partner_deposit_wei = ENDS_DEPOSIT_WEI;
		event.ours = false;
		event.claimed.transferred_wei = 0;
		ends_event(&ends, payer, event);
		event.ours = true;
		ends_event(&ends, box, event);
		event.kind = TS_SEEN_UPDATED;
		event.claimed.transferred_wei = sent_wei[i];
		ends_event(&ends, payer, event);
		event.ours = false;
		ends_event(&ends, box, event);
		event.kind = TS_SEEN_CLOSED;
		first = sent_wei[i] ? box : ends_lower(&ends);
		ends.moment.head_block = 5000 + TS_PUNISH_BLOCKS + 1 +
					 box->life.channel.settle_timeout_blocks;
		assert_int_equal(ends_intent_count(&ends, first), 1);
		assert_int_equal(ends.intents[0].kind, TS_INTENT_SETTLE);
		assert_int_equal(ends_intent_count(&ends, ends_other(&ends, first)), 0);
		ends.moment.head_block += TS_SETTLE_TURN_BLOCKS;
		assert_int_equal(ends_intent_count(&ends, ends_other(&ends, first)), 1);
	}
}

/* M9: whoever closes with nonce 0 has the event say any amount: no evidence. */
static void test_bogus_close_proves_nothing(void **state)
{
	struct ts_channel_event event = {
		.kind = TS_SEEN_CLOSED, .block = 5000, .ours = true,
		.claimed = { .transferred_wei = ENDS_DEPOSIT_WEI },
	};
	size_t i, count;

	ends_pay(&ends, payer, box, 100);
	ends_pay(&ends, payer, box, 11);
	count = payer->life.outbox.queue_count;
	assert_int_equal(count, 2);
	for (i = 0; i < 4; i++) {
		event.undo = i % 2;
		event.claimed.transferred_wei = i < 2 ? 111 : 500;
		ends_event(&ends, payer, event);
		assert_int_equal(payer->life.outbox.queue_count, count);
	}
	event.undo = false;
	event.claimed.transferred_wei = 111;
	/* An update has our signature, and the contract looks at it. */
	event.kind = TS_SEEN_UPDATED;
	ends_event(&ends, payer, event);
	assert_int_equal(payer->life.outbox.queue_count, 0);
}

static void test_deposits(void **state)
{
	struct ts_channel_event event = {
		.kind = TS_SEEN_DEPOSITED, .block = 5000,
		.our_deposit_wei = ENDS_DEPOSIT_WEI + 500,
	};

	ends_event(&ends, box, event);
	assert_true(box->life.channel.partner_deposit_wei == ENDS_DEPOSIT_WEI);
	event.confirmed = true;
	ends_event(&ends, box, event);
	assert_true(box->life.channel.partner_deposit_wei ==
		    ENDS_DEPOSIT_WEI + 500);
	event.our_deposit_wei = 1;
	ends_event(&ends, box, event);
	assert_true(box->life.channel.partner_deposit_wei ==
		    ENDS_DEPOSIT_WEI + 500);
}

/* The secret has to be on the chain before the lock expires. */
static void test_secret_to_the_chain(void **state)
{
	struct ts_pending_lock lock = ends_lock(&ends, 30, 1);
	struct ts_hash secret = ends_secret(1);

	ends_offer(&ends, payer, &lock);
	ends_pass_queue(&ends, payer, box);
	ends_reveal(&ends, box, &secret, ends.initiator_key);
	assert_int_equal(ends_intent_count(&ends, box), 0);
	ends.moment.head_block = lock.expiration - TS_REVEAL_TIMEOUT_BLOCKS;
	assert_int_equal(ends_intent_count(&ends, box), 1);
	assert_int_equal(ends.intents[0].kind, TS_INTENT_REGISTER_SECRET);
	ends_event(&ends, box, (struct ts_channel_event){
		.kind = TS_SEEN_SECRET, .block = lock.expiration,
		.secret = secret, .confirmed = true });
	assert_int_equal(ends_intent_count(&ends, box), 0);
	ends.moment.head_block = lock.expiration + TS_CONFIRMATION_BLOCKS + 1;
	assert_int_equal(ends_intent_count(&ends, box), 1);
	assert_int_equal(ends.intents[0].kind, TS_INTENT_CLOSE);
	ends_event(&ends, box, (struct ts_channel_event){
		.kind = TS_SEEN_CLOSED, .block = ends.moment.head_block,
		.claimed.locksroot = box->life.channel.partner_proof.locksroot });
	assert_int_equal(ends_intent_count(&ends, box), 1);
	assert_int_equal(ends.intents[0].kind, TS_INTENT_UNLOCK);
	/* And the payer, too, learns by it that the Unlock is owed. */
	ends_event(&ends, payer, (struct ts_channel_event){
		.kind = TS_SEEN_SECRET, .block = lock.expiration,
		.secret = secret, .confirmed = true });
	assert_true(ends_tick(&ends, payer));
	assert_int_equal(payer->life.our_locks.count, 0);
	assert_true(payer->life.channel.our_proof.transferred_wei == 30);
}

#define life_test(f) cmocka_unit_test_prestate_setup_teardown(f, ends_set_up, ends_tear_down, &ends)

int main(void)
{
	const struct CMUnitTest tests[] = {
		life_test(test_long_path),
		life_test(test_mediated_rules),
		life_test(test_target),
		life_test(test_unlock_rules),
		life_test(test_locks_that_end),
		life_test(test_disposed),
		life_test(test_locked_is_not_spent),
		life_test(test_late_secret),
		life_test(test_late_reveal),
		life_test(test_punish),
		life_test(test_settle_in_turn),
		life_test(test_bogus_close_proves_nothing),
		life_test(test_too_many_locks),
		life_test(test_room_for_disposals),
		life_test(test_stale_close),
		life_test(test_deposits),
		life_test(test_secret_to_the_chain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
