// SPDX-License-Identifier: GPL-2.0
/*
 * photon_sim_oracle.c - what must be so after each commit, and in the end.
 *
 * The state can be true; what a node took, its partner has signed; what it was
 * credited is what the last proof says; a settlement is signed only by who has
 * nothing (M1); while something is co-signed the channel is frozen (M2); a hop's
 * lock is paid for by one that ends later (M8); the packed form gives the same
 * state.
 */
#include <stdio.h>
#include <string.h>

#include "photon/pack.h"
#include "photon_sim.h"

static bool has_end(int node, int channel)
{
	return node == channel || node == channel + 1;
}

/* What the hop sent on by Unlocks must be in its hands, or claimable. */
static void check_hop(struct sim *s)
{
	const struct sim_node *hop = &s->nodes[SIM_HOP];
	const struct ts_life *up = &hop->lives[0].life, *down = &hop->lives[1].life;
	const struct ts_pending_lock *lock;
	size_t i;

	for (i = 0; i < down->our_locks.count; i++) {
		lock = ts_locks_find_const(&up->partner_locks,
					   &down->our_locks.lock[i].secret_hash);
		if (up->channel.state != TS_CHANNEL_OPEN || up->channel.frozen)
			continue;
		/* The payer may take the risk to pay first; then it is ours. */
		if (!lock)
			continue;
		require(lock->phase == TS_LOCK_FORWARDED ||
			lock->phase == TS_LOCK_SECRET_KNOWN);
		require(lock->expiration >= down->our_locks.lock[i].expiration +
					    TS_REVEAL_TIMEOUT_BLOCKS);
		require(lock->amount_wei >= down->our_locks.lock[i].amount_wei);
	}
}

static void check_life(const struct sim_life *l)
{
	static uint8_t bytes[TS_PACKED_MAX_BYTES];
	static struct ts_life again;
	const char *fault = ts_life_fault(&l->life);
	const struct ts_channel *c = &l->life.channel;
	size_t len, i;

	if (fault)
		fprintf(stderr, "%s\n", fault);
	require(!fault);
	require(l->credited_wei + l->passed_wei ==
		c->partner_proof.transferred_wei);
	if (l->life.cosign.kind)
		require(c->frozen);
	if (l->life.cosign.kind == TS_COSIGN_SETTLE)
		require(!ts_channel_our_balance_wei(c) &&
			!l->life.our_locks.count && !l->life.partner_locks.count);
	for (i = 0; i < l->life.disposal_count; i++)
		require(!l->life.disposals[i].broken);
	len = ts_life_pack(&l->life, bytes);
	require(!ts_life_unpack(&again, c, bytes, len));
	again.outbox = l->life.outbox;
	require(!memcmp(&again.our_locks, &l->life.our_locks,
			sizeof(again.our_locks)));
	require(again.channel.our_locked_wei == c->our_locked_wei);
	require(again.channel.partner_locked_wei == c->partner_locked_wei);
}

/* Whatever one end took, the other has signed. */
static void check_pair(struct sim *s, int channel)
{
	const struct ts_channel *a = &sim_life_of(s, channel, 0)->life.channel;
	const struct ts_channel *b = &sim_life_of(s, channel, 1)->life.channel;

	if (a->open_block_number != b->open_block_number)
		return;
	require(a->partner_proof.nonce <= b->our_proof.nonce);
	require(b->partner_proof.nonce <= a->our_proof.nonce);
	require(a->partner_proof.transferred_wei <= b->our_proof.transferred_wei);
	require(b->partner_proof.transferred_wei <= a->our_proof.transferred_wei);
}

bool sim_same_proof(const struct ts_channel_proof *a,
		    const struct ts_channel_proof *b)
{
	return a->nonce == b->nonce && a->transferred_wei == b->transferred_wei &&
	       ts_hash_equal(&a->locksroot, &b->locksroot);
}

static ts_u128 wealth_wei(struct sim *s, int node)
{
	ts_u128 sum_wei = s->nodes[node].wallet_wei;
	int c;

	for (c = 0; c < 2; c++)
		if (has_end(node, c) &&
		    s->nodes[node].lives[c].life.channel.state == TS_CHANNEL_OPEN)
			sum_wei += ts_channel_our_balance_wei(
				&s->nodes[node].lives[c].life.channel);
	return sum_wei;
}

/* Nothing is under way: both ends hold the same, or the chain has paid out. */
bool sim_is_quiet(struct sim *s, int channel)
{
	const struct ts_life *a = &sim_life_of(s, channel, 0)->life;
	const struct ts_life *b = &sim_life_of(s, channel, 1)->life;

	if (a->channel.state != b->channel.state)
		return false;
	if (a->channel.state != TS_CHANNEL_OPEN)
		return a->channel.state == TS_CHANNEL_NONE;
	return !a->channel.frozen && !b->channel.frozen &&
	       !a->leaving && !b->leaving &&
	       !a->close_wanted && !b->close_wanted &&
	       ts_outbox_is_drained(&a->outbox) &&
	       ts_outbox_is_drained(&b->outbox) &&
	       sim_same_proof(&a->channel.our_proof, &b->channel.partner_proof) &&
	       sim_same_proof(&b->channel.our_proof, &a->channel.partner_proof) &&
	       !a->our_locks.count && !b->our_locks.count &&
	       !a->partner_locks.count && !b->partner_locks.count;
}

/* No money has come or gone, and the hop, which only helps, has lost none. */
void sim_count(struct sim *s)
{
	const struct sim_node *hop = &s->nodes[SIM_HOP];
	ts_u128 all_wei = 0;
	int i;

	for (i = 0; i < SIM_NODES; i++)
		all_wei += wealth_wei(s, i);
	require(all_wei == 4 * SIM_DEPOSIT_WEI);
	require(wealth_wei(s, SIM_HOP) + hop->paid_wei >=
		2 * SIM_DEPOSIT_WEI + hop->credited_wei);
}

/* After each commit of @l, an end of @channel. */
void sim_check(struct sim *s, const struct sim_life *l, int channel)
{
	check_life(l);
	check_pair(s, channel);
	check_hop(s);
}
