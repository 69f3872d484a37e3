// SPDX-License-Identifier: GPL-2.0
/*
 * photon_sim.c - three nodes in a row, the network between them, and what
 * happens to them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "photon/ack.h"
#include "photon/hop.h"
#include "photon/pack.h"
#include "photon_sim.h"

#define FEE_WEI		3

void sim_require(bool holds, const char *what, const char *file, int line)
{
	if (holds)
		return;
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
	abort();
}

static struct ts_moment moment_of(const struct sim *s, const struct sim_node *n)
{
	return (struct ts_moment){
		.now_ns = s->now_ns,
		.head_block = s->block,
		.head_fresh = s->block >= n->stale_until,
	};
}

/* Which node is on which side of which channel. */
struct sim_node *sim_node_of(struct sim *s, int channel, int side)
{
	return &s->nodes[channel + side];
}

struct sim_life *sim_life_of(struct sim *s, int channel, int side)
{
	return &sim_node_of(s, channel, side)->lives[channel];
}

static bool has_life(int node, int channel)
{
	return node == channel || node == channel + 1;
}

static void open_channel(struct sim *s, int channel)
{
	struct sim_channel *on = &s->channels[channel];
	struct ts_channel *c;
	int side;

	on->state = TS_CHANNEL_OPEN;
	on->open_block = s->block;
	for (side = 0; side < 2; side++) {
		on->deposit_wei[side] = SIM_DEPOSIT_WEI;
		c = &sim_life_of(s, channel, side)->life.channel;
		memset(&c->token, 0x73, sizeof(c->token));
		memset(&c->tokens_network, 0x4e, sizeof(c->tokens_network));
		c->our_address = *ts_signer_address(sim_node_of(s, channel, side)->key);
		c->partner_address =
			*ts_signer_address(sim_node_of(s, channel, !side)->key);
		ts_channel_identifier(&c->our_address, &c->partner_address,
				      &c->token, &c->tokens_network,
				      &c->channel_identifier);
		c->open_block_number = s->block;
		c->chain_id = ts_u256_from_u64(8888);
		c->settle_timeout_blocks = SIM_TIMEOUT_BLOCKS;
		c->state = TS_CHANNEL_OPEN;
		c->our_deposit_wei = SIM_DEPOSIT_WEI;
		c->partner_deposit_wei = SIM_DEPOSIT_WEI;
	}
}

void sim_open(struct sim *s)
{
	uint8_t secret[TS_SECRET_BYTES];
	int i;

	memset(s, 0, sizeof(*s));
	s->block = 1000;
	s->now_ns = 1;
	for (i = 0; i < SIM_NODES; i++) {
		memset(secret, 0x31 + i, sizeof(secret));
		s->nodes[i].key = ts_signer_new(secret);
		require(s->nodes[i].key);
	}
	open_channel(s, 0);
	open_channel(s, 1);
}

void sim_close(struct sim *s)
{
	int i;

	for (i = 0; i < SIM_NODES; i++)
		ts_signer_free(s->nodes[i].key);
}

/* Whether it happened: a crash comes before. */
static bool commit(struct sim *s, struct sim_node *n, int channel,
		   const struct ts_life *new, ts_u128 credit_wei,
		   ts_u128 passed_wei)
{
	struct sim_life *l = &n->lives[channel];
	struct ts_channel *old = &l->life.channel;

	if (old->frozen && new->channel.frozen &&
	    old->open_block_number == new->channel.open_block_number)
		require(sim_same_proof(&old->our_proof, &new->channel.our_proof) &&
			sim_same_proof(&old->partner_proof,
				   &new->channel.partner_proof));
	if (old->open_block_number != new->channel.open_block_number) {
		l->credited_wei = 0;
		l->passed_wei = 0;
	}
	l->credited_wei += credit_wei;
	l->passed_wei += passed_wei;
	n->credited_wei += credit_wei;
	l->life = *new;
	sim_check(s, l, channel);
	return true;
}

/* Stored bytes are all that is left, and nobody knows what was sent. */
static void restart(struct sim_node *n)
{
	static uint8_t bytes[TS_PACKED_MAX_BYTES];
	struct ts_channel stored;
	size_t len;
	int c;

	for (c = 0; c < 2; c++) {
		stored = n->lives[c].life.channel;
		stored.our_locked_wei = 0;
		stored.partner_locked_wei = 0;
		len = ts_life_pack(&n->lives[c].life, bytes);
		require(!ts_life_unpack(&n->lives[c].life, &stored, bytes, len));
		ts_outbox_restart(&n->lives[c].life.outbox);
	}
}

/* Asked before each commit: now, or not. */
static bool crashes(struct sim *s, struct sim_node *n)
{
	bool crash = n->crash;

	n->crash = false;
	if (++s->commits == s->crash_at) {
		restart(n);
		crash = true;
	}
	return crash;
}

static void put(struct sim *s, const struct ts_address *to, const void *bytes,
		size_t len)
{
	struct sim_packet *p;

	if (s->pipe_count == SIM_PIPE_MAX)
		return;
	p = &s->pipe[s->pipe_count++];
	p->to = *to;
	p->datagram.len = len;
	memcpy(p->datagram.b, bytes, len);
}

static void send_due(struct sim *s, struct sim_node *n)
{
	const struct ts_outgoing *due[TS_DUE_MAX];
	size_t i, count;
	int c;

	for (c = 0; c < 2; c++) {
		count = ts_outbox_due(&n->lives[c].life.outbox, s->now_ns, due);
		for (i = 0; i < count; i++)
			put(s, &due[i]->to, due[i]->b, due[i]->len);
	}
}

/* What the hop's other channel has to do; false: take nothing of the step. */
static bool follow(struct sim *s, struct sim_node *n, int channel,
		   const struct ts_outcome *outcome, struct ts_life *this_new,
		   struct ts_life *other_new, bool *other_changed)
{
	const struct ts_life *other = &n->lives[!channel].life;
	struct ts_moment moment = moment_of(s, n);
	static struct ts_life up;
	enum ts_refusal refusal;

	*other_changed = false;
	if (n != &s->nodes[SIM_HOP] || outcome->follow == TS_FOLLOW_NOTHING)
		return true;
	if (outcome->follow == TS_FOLLOW_FORWARD) {
		refusal = ts_hop_forward(this_new, other, n->key, &moment,
					 &outcome->secret_hash, FEE_WEI, &up,
					 other_new);
		*other_changed = !refusal;
		if (refusal != TS_REFUSED_QUEUE_FULL)
			*this_new = up;
		return refusal != TS_REFUSED_QUEUE_FULL;
	}
	*other_changed = true;
	if (outcome->follow == TS_FOLLOW_LEARN) {
		refusal = ts_life_learn(other, n->key, &outcome->secret,
					other_new);
		/* Paid before we asked: there is nothing to learn it for. */
		if (refusal == TS_REFUSED_UNKNOWN_LOCK) {
			*other_changed = false;
			return n->lives[!channel].passed_wei > 0;
		}
		return !refusal;
	}
	refusal = ts_life_dispose(other, n->key, &outcome->secret_hash,
				  TS_REFUSED_NO_ROUTE, other_new);
	*other_changed = !refusal;
	return true;
}

static void receive_life(struct sim *s, struct sim_node *n, int channel,
			 const struct ts_message *msg,
			 const struct ts_datagram *d)
{
	static struct ts_life new, other;
	struct sim_life *l = &n->lives[channel];
	struct ts_moment moment = moment_of(s, n);
	ts_u128 before_wei = l->life.channel.partner_proof.transferred_wei;
	ts_u128 taken_wei;
	struct ts_outcome outcome;
	bool other_changed;

	if (ts_life_receive(&l->life, n->key, &moment, msg, d->b, d->len, &new,
			    &outcome))
		return;
	if (!follow(s, n, channel, &outcome, &new, &other, &other_changed) ||
	    crashes(s, n))
		return;
	if (outcome.repeat)
		require(!outcome.changed && !outcome.credit_wei &&
			sim_same_proof(&new.channel.partner_proof,
				   &l->life.channel.partner_proof));
	taken_wei = new.channel.partner_proof.transferred_wei - before_wei;
	require(outcome.credit_wei <= taken_wei);
	if (outcome.credit_wei && msg->id == TS_MSG_UNLOCK)
		require(ts_address_equal(&outcome.wallet,
					 ts_signer_address(s->nodes[SIM_PAYER].key)) ||
			ts_address_equal(&outcome.wallet,
					 &new.channel.partner_address));
	s->taken[msg->id] += outcome.changed;
	commit(s, n, channel, &new, outcome.credit_wei,
	       taken_wei - outcome.credit_wei);
	if (other_changed)
		commit(s, n, !channel, &other, 0, 0);
	if (outcome.has_ack)
		put(s, &new.channel.partner_address, outcome.ack, TS_ACK_BYTES);
}

struct ts_hash *sim_secret_of(struct sim *s, const struct ts_hash *hash)
{
	struct ts_hash h;
	size_t i;

	for (i = 0; i < s->secret_count; i++) {
		ts_sha256(&h, s->secrets[i].b, TS_HASH_BYTES);
		if (ts_hash_equal(&h, hash))
			return &s->secrets[i];
	}
	return NULL;
}

/* The initiator's part, which the library leaves to its user. */
static void answer_request(struct sim *s, const struct ts_message *msg,
			   const struct ts_datagram *d)
{
	struct sim_node *payer = &s->nodes[SIM_PAYER];
	const struct ts_address *target =
		ts_signer_address(s->nodes[SIM_TARGET].key);
	struct ts_message reveal = { .id = TS_MSG_REVEAL_SECRET };
	struct ts_hash *secret;
	struct ts_datagram out;
	uint8_t ack[TS_ACK_BYTES];

	secret = sim_secret_of(s, &msg->secret_request.lock_secret_hash);
	if (!secret || s->withhold)
		return;
	reveal.reveal_secret.lock_secret = *secret;
	ts_message_sign(&reveal, payer->key,
			&payer->lives[0].life.channel.chain_id, &out);
	ts_ack_make(d->b, d->len, ts_signer_address(payer->key), ack);
	put(s, target, ack, sizeof(ack));
	put(s, target, out.b, out.len);
}

static void deliver(struct sim *s, size_t at, bool keep)
{
	struct sim_packet p = s->pipe[at];
	struct ts_message msg;
	int i, c;

	if (!keep)
		s->pipe[at] = s->pipe[--s->pipe_count];
	require(!ts_message_decode(&msg, p.datagram.b, p.datagram.len));
	for (i = 0; i < SIM_NODES; i++) {
		if (!ts_address_equal(ts_signer_address(s->nodes[i].key), &p.to))
			continue;
		if (msg.id == TS_MSG_SECRET_REQUEST)
			answer_request(s, &msg, &p.datagram);
		for (c = 0; c < 2; c++)
			if (has_life(i, c) &&
			    ts_life_concerns(&s->nodes[i].lives[c].life, &msg))
				receive_life(s, &s->nodes[i], c, &msg,
					     &p.datagram);
	}
}

static void lose(struct sim *s, uint8_t arg)
{
	size_t at;

	if (!s->pipe_count)
		return;
	at = arg % s->pipe_count;
	s->pipe[at] = s->pipe[--s->pipe_count];
}

static void pay(struct sim *s, int channel, int side, ts_u128 amount_wei)
{
	struct sim_node *n = sim_node_of(s, channel, side);
	static struct ts_life new;

	if (ts_life_pay(&n->lives[channel].life, n->key, amount_wei, NULL, &new) ||
	    crashes(s, n))
		return;
	n->paid_wei += amount_wei;
	commit(s, n, channel, &new, 0, 0);
}

static void mediate(struct sim *s, uint8_t arg)
{
	struct sim_node *n = &s->nodes[SIM_PAYER];
	struct ts_moment moment = moment_of(s, n);
	struct ts_pending_lock lock = {
		.expiration = s->block + 56 + arg % 48,
		.amount_wei = 5 + arg % 64, .fee_wei = arg % 16,
		.initiator = *ts_signer_address(n->key),
		.target = *ts_signer_address(s->nodes[SIM_TARGET].key),
	};
	static struct ts_life new;
	struct ts_hash *secret;

	if (s->secret_count == SIM_SECRETS)
		return;
	secret = &s->secrets[s->secret_count];
	memset(secret, 0, sizeof(*secret));
	secret->b[0] = (uint8_t)++s->secret_count;
	ts_sha256(&lock.secret_hash, secret->b, TS_HASH_BYTES);
	if (ts_life_lock(&n->lives[0].life, n->key, &moment, &lock, &new) ||
	    crashes(s, n))
		return;
	commit(s, n, 0, &new, 0, 0);
}

static void take_events(struct sim *s, struct sim_node *n, int channel)
{
	struct sim_life *l = &n->lives[channel];
	static struct ts_life new, other;
	struct ts_outcome outcome;
	bool other_changed;

	while (l->event_count) {
		ts_life_event(&l->life, &l->events[0], n->key, &new, &outcome);
		if (crashes(s, n))
			return;
		if (outcome.changed &&
		    follow(s, n, channel, &outcome, &new, &other,
			   &other_changed) && other_changed)
			commit(s, n, !channel, &other, 0, 0);
		if (outcome.changed)
			commit(s, n, channel, &new, 0, 0);
		memmove(l->events, l->events + 1,
			--l->event_count * sizeof(l->events[0]));
	}
}

static void tick(struct sim *s, struct sim_node *n, int channel)
{
	struct ts_moment moment = moment_of(s, n);
	static struct ts_life new;

	if (ts_life_tick(&n->lives[channel].life, n->key, &moment, &new) &&
	    !crashes(s, n))
		commit(s, n, channel, &new, 0, 0);
}

/* One more block: who hears the chain acts on it. */
static void next_block(struct sim *s)
{
	struct ts_intent intents[TS_INTENTS_MAX];
	struct ts_moment moment;
	struct sim_node *n;
	size_t i, count;
	int c, side;

	s->block++;
	for (c = 0; c < 2; c++) {
		for (side = 0; side < 2; side++) {
			n = sim_node_of(s, c, side);
			moment = moment_of(s, n);
			if (!moment.head_fresh)
				continue;
			take_events(s, n, c);
			tick(s, n, c);
			count = ts_life_intents(&n->lives[c].life, &moment,
						intents);
			for (i = 0; i < count; i++)
				sim_do_intent(s, c, side, &intents[i]);
			take_events(s, n, c);
		}
	}
}

static void withdraw(struct sim *s, int channel, int side, uint8_t arg)
{
	struct sim_node *n = sim_node_of(s, channel, side);
	struct ts_moment moment = moment_of(s, n);
	static struct ts_life new;

	if (!ts_life_withdraw(&n->lives[channel].life, n->key, &moment, 1 + arg,
			      &new) && !crashes(s, n))
		commit(s, n, channel, &new, 0, 0);
}

static void end(struct sim *s, int channel, int side, bool together)
{
	struct sim_node *n = sim_node_of(s, channel, side);
	static struct ts_life new;

	if (together)
		ts_life_leave(&n->lives[channel].life, &new);
	else
		ts_life_close(&n->lives[channel].life, &new);
	if (n->lives[channel].life.channel.state == TS_CHANNEL_OPEN)
		commit(s, n, channel, &new, 0, 0);
}

/*
 * One thing happens.  The high bits of @op choose the channel and the side; the
 * rare ones are worth two numbers, the common ones several.
 */
void sim_op(struct sim *s, uint8_t op, uint8_t arg)
{
	int channel = op >> 7 & 1, side = op >> 6 & 1, i;
	struct sim_node *n = sim_node_of(s, channel, side);

	switch (op & 31) {
	case 0 ... 2:
		pay(s, channel, side, 1 + arg % 64);
		break;
	case 3 ... 6:
		mediate(s, arg);
		break;
	case 7 ... 15:
		for (i = 0; i < 4 && s->pipe_count; i++)
			deliver(s, arg * (size_t)(i + 1) % s->pipe_count,
				op & 32);
		break;
	case 16:
		lose(s, arg);
		break;
	case 17 ... 20:
		s->now_ns += TS_RESEND_NS;
		/* fall through */
	case 21 ... 22:
		for (i = 0; i < SIM_NODES; i++)
			send_due(s, &s->nodes[i]);
		break;
	case 23 ... 24:
		for (i = 0; i <= arg % 8; i++)
			next_block(s);
		break;
	case 25:
		n->stale_until = s->block + arg % 8;
		break;
	case 26 ... 27:
		n->crash = true;
		break;
	case 28:
		restart(n);
		break;
	case 29:
		s->withhold = arg & 1;
		break;
	case 30:
		withdraw(s, channel, side, arg);
		break;
	case 31:
		if (arg % 4 == 0)
			end(s, channel, side, arg & 32);
		else
			tick(s, n, channel);
		break;
	}
}

/*
 * From here on the network loses nothing and the chain is heard: all comes to an
 * end, and the money is counted.
 */
void sim_settle_down(struct sim *s)
{
	int round, i;

	for (i = 0; i < SIM_NODES; i++) {
		s->nodes[i].crash = false;
		s->nodes[i].stale_until = 0;
	}
	for (round = 0; round < 200 && !(sim_is_quiet(s, 0) && sim_is_quiet(s, 1));
	     round++) {
		for (i = 0; i < SIM_NODES; i++)
			send_due(s, &s->nodes[i]);
		while (s->pipe_count)
			deliver(s, 0, false);
		s->now_ns += round < 150 ? TS_RESEND_NS : TS_RESEND_CAP_NS;
		next_block(s);
		for (i = 0; round >= 40 && i < 6; i++)
			next_block(s);
	}
	require(sim_is_quiet(s, 0) && sim_is_quiet(s, 1));
	sim_count(s);
}
