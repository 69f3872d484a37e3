// SPDX-License-Identifier: GPL-2.0
/*
 * photon_sim_chain.c - the contract, as far as honest nodes get to see it: it
 * takes what has the right signatures, proofs and blocks, and insists on them.
 */
#include <string.h>

#include "photon_sim.h"

static void show(struct sim *s, int channel, int side,
		 const struct ts_channel_event *event)
{
	struct sim_life *l = sim_life_of(s, channel, side);

	require(l->event_count + 2 <= SIM_EVENTS_MAX);
	l->events[l->event_count] = *event;
	l->events[l->event_count++].confirmed = false;
	l->events[l->event_count] = *event;
	l->events[l->event_count++].confirmed = true;
}

static void show_both(struct sim *s, int channel, struct ts_channel_event event,
		      int ours_side)
{
	event.block = s->block;
	event.ours = ours_side == 0;
	show(s, channel, 0, &event);
	event.ours = ours_side == 1;
	show(s, channel, 1, &event);
}

static void give_proof(struct sim *s, int channel, int side,
		       enum ts_seen_kind kind)
{
	const struct ts_channel_proof *proof =
		&sim_life_of(s, channel, side)->life.channel.partner_proof;
	struct sim_channel *on = &s->channels[channel];
	struct ts_channel_event event = { .kind = kind };

	if (proof->nonce <= on->nonce[!side] && kind == TS_SEEN_UPDATED)
		return;
	if (proof->nonce) {
		on->nonce[!side] = proof->nonce;
		on->transferred_wei[!side] = proof->transferred_wei;
		on->locksroot[!side] = proof->locksroot;
	}
	event.claimed.transferred_wei = on->transferred_wei[!side];
	event.claimed.locksroot = on->locksroot[!side];
	show_both(s, channel, event, !side);
}

static void chain_close(struct sim *s, int channel, int side)
{
	struct sim_channel *on = &s->channels[channel];

	if (on->state != TS_CHANNEL_OPEN)
		return;
	on->state = TS_CHANNEL_CLOSED;
	on->closed_block = s->block;
	give_proof(s, channel, side, TS_SEEN_CLOSED);
}

static bool signed_by(const struct ts_form *form,
		      const struct ts_signature *signature,
		      const struct ts_address *by)
{
	struct ts_address signer;
	struct ts_hash digest;

	ts_form_digest(form, &digest);
	return !ts_signature_recover(signature, &digest, &signer) &&
	       ts_address_equal(&signer, by);
}

static void check_cosigned(const struct ts_life *l, const struct ts_form *form)
{
	require(signed_by(form, &l->cosign.our_signature,
			  &l->channel.our_address));
	require(signed_by(form, &l->cosign.partner_signature,
			  &l->channel.partner_address));
}

static void chain_withdraw(struct sim *s, int channel, int side)
{
	const struct ts_life *l = &sim_life_of(s, channel, side)->life;
	struct sim_channel *on = &s->channels[channel];
	struct ts_channel_event event = { .kind = TS_SEEN_WITHDRAWN };
	int asker = l->cosign.ours ? side : !side;
	ts_u128 total_wei = on->deposit_wei[0] + on->deposit_wei[1];
	struct ts_withdraw w;
	struct ts_form form;
	int i;

	if (on->state != TS_CHANNEL_OPEN ||
	    on->open_block != l->channel.open_block_number)
		return;
	ts_intent_withdraw(l, &w);
	ts_form_withdraw(&form, &w, &l->channel.chain_id);
	check_cosigned(l, &form);
	require(l->cosign.withdraw_wei <= l->cosign.asker_wei &&
		l->cosign.asker_wei <= total_wei);
	on->deposit_wei[asker] = l->cosign.asker_wei - l->cosign.withdraw_wei;
	on->deposit_wei[!asker] = total_wei - l->cosign.asker_wei;
	sim_node_of(s, channel, asker)->wallet_wei += l->cosign.withdraw_wei;
	on->open_block = s->block;
	event.block = s->block;
	for (i = 0; i < 2; i++) {
		on->nonce[i] = 0;
		on->transferred_wei[i] = 0;
		event.our_deposit_wei = on->deposit_wei[i];
		event.partner_deposit_wei = on->deposit_wei[!i];
		show(s, channel, i, &event);
	}
}

static void chain_end(struct sim *s, int channel, ts_u128 first_wei)
{
	struct sim_channel *on = &s->channels[channel];
	ts_u128 total_wei = on->deposit_wei[0] + on->deposit_wei[1];
	struct ts_channel_event event = { .kind = TS_SEEN_SETTLED };

	require(first_wei <= total_wei);
	sim_node_of(s, channel, 0)->wallet_wei += first_wei;
	sim_node_of(s, channel, 1)->wallet_wei += total_wei - first_wei;
	memset(on->deposit_wei, 0, sizeof(on->deposit_wei));
	on->state = TS_CHANNEL_NONE;
	show_both(s, channel, event, 0);
}

static void chain_cooperative_settle(struct sim *s, int channel, int side)
{
	const struct ts_life *l = &sim_life_of(s, channel, side)->life;
	const struct sim_channel *on = &s->channels[channel];
	struct ts_settle settle;
	struct ts_form form;
	bool first_asks = l->cosign.ours == (side == 0);

	if (on->state != TS_CHANNEL_OPEN ||
	    on->open_block != l->channel.open_block_number)
		return;
	ts_intent_settle(l, &settle);
	ts_form_cooperative_settle(&form, &settle, &l->channel.chain_id);
	check_cosigned(l, &form);
	require(l->cosign.asker_wei + l->cosign.withdraw_wei ==
		on->deposit_wei[0] + on->deposit_wei[1]);
	chain_end(s, channel, first_asks ? l->cosign.asker_wei :
					   l->cosign.withdraw_wei);
}

static void chain_register(struct sim *s, const struct ts_hash *secret)
{
	struct ts_channel_event event = {
		.kind = TS_SEEN_SECRET, .secret = *secret,
	};
	size_t i;

	for (i = 0; i < s->secret_count; i++)
		if (ts_hash_equal(&s->secrets[i], secret))
			break;
	require(i < s->secret_count);
	if (s->registered_block[i])
		return;
	s->registered_block[i] = s->block;
	show_both(s, 0, event, 0);
	show_both(s, 1, event, 0);
}

static void chain_unlock(struct sim *s, int channel, int side,
			 const struct ts_pending_lock *lock)
{
	const struct ts_life *l = &sim_life_of(s, channel, side)->life;
	struct ts_channel_event event = { .kind = TS_SEEN_UNLOCKED };
	struct sim_channel *on = &s->channels[channel];
	struct ts_lock leaf = ts_lock_leaf(lock);
	const struct ts_hash *secret = sim_secret_of(s, &lock->secret_hash);
	struct ts_merkle_proof proof;

	require(secret && lock->phase != TS_LOCK_DISPOSED);
	require(s->registered_block[secret - s->secrets] &&
		s->registered_block[secret - s->secrets] <= lock->expiration);
	ts_lock_hash(&leaf, &event.lock_hash);
	require(!ts_locks_prove(&l->partner_locks, &lock->secret_hash, &proof));
	require(ts_merkle_holds(&event.lock_hash, &proof, &on->locksroot[!side]));
	on->transferred_wei[!side] += lock->amount_wei;
	event.claimed.transferred_wei = on->transferred_wei[!side];
	show_both(s, channel, event, !side);
}

static bool is_claimed(const struct sim_channel *on, int side,
		       const struct ts_claimed *claimed)
{
	return on->transferred_wei[side] == claimed->transferred_wei &&
	       ts_hash_equal(&on->locksroot[side], &claimed->locksroot);
}

static void chain_settle(struct sim *s, int channel, int side)
{
	const struct ts_life *l = &sim_life_of(s, channel, side)->life;
	struct sim_channel *on = &s->channels[channel];
	ts_u128 total_wei = on->deposit_wei[0] + on->deposit_wei[1];
	ts_u128 in_wei, out_wei, first_wei;

	if (on->state != TS_CHANNEL_CLOSED)
		return;
	require(s->block > on->closed_block + SIM_TIMEOUT_BLOCKS + TS_PUNISH_BLOCKS);
	require(is_claimed(on, side, &l->onchain.ours));
	require(is_claimed(on, !side, &l->onchain.partners));
	in_wei = on->deposit_wei[0] + on->transferred_wei[1];
	out_wei = on->transferred_wei[0];
	first_wei = in_wei > out_wei ? in_wei - out_wei : 0;
	chain_end(s, channel, first_wei < total_wei ? first_wei : total_wei);
}

void sim_do_intent(struct sim *s, int channel, int side,
		   const struct ts_intent *intent)
{
	s->done[intent->kind]++;
	switch (intent->kind) {
	case TS_INTENT_CLOSE:
		chain_close(s, channel, side);
		break;
	case TS_INTENT_UPDATE:
		give_proof(s, channel, side, TS_SEEN_UPDATED);
		break;
	case TS_INTENT_WITHDRAW:
		chain_withdraw(s, channel, side);
		break;
	case TS_INTENT_COOPERATIVE_SETTLE:
		chain_cooperative_settle(s, channel, side);
		break;
	case TS_INTENT_REGISTER_SECRET:
		chain_register(s, &intent->lock->secret);
		break;
	case TS_INTENT_UNLOCK:
		chain_unlock(s, channel, side, intent->lock);
		break;
	case TS_INTENT_SETTLE:
		chain_settle(s, channel, side);
		break;
	case TS_INTENT_PUNISH:
		require(false);	/* nobody here cheats */
	}
}
