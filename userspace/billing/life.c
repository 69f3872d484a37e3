// SPDX-License-Identifier: GPL-2.0
/*
 * life.c - channels with something under way: their states in memory and in the batch.
 *
 * A life is in memory as long as it is not at rest, and of one at rest only its
 * row.  A step is stored in the open batch together with what follows from it;
 * what it has in its outbox leaves after that batch's commit (rule M10).
 */
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "billing/batch.h"
#include "billing/channels.h"
#include "billing/lives.h"
#include "billing/refunds.h"

/* Whether a deposit of ours may still come into it (M1, M2). */
bool ts_life_deposit_pending(const struct ts_billing *b,
			     const struct ts_billing_channel *c)
{
	return b->deposit_pending &&
	       b->deposit_pending(b->deposit_arg, &c->row.channel);
}

/* When a step of a channel is made. */
struct ts_moment ts_life_moment(const struct ts_billing *b,
				const struct ts_billing_channel *c,
				const struct ts_time *now)
{
	return (struct ts_moment){
		.now_ns = now->boot_ns,
		.head_block = b->head_block,
		.head_fresh = b->head_fresh,
		.deposit_pending = ts_life_deposit_pending(b, c),
	};
}

/* The places where states are made: big, and of no use to a box that only ever
 * takes direct transfers. */
struct ts_billing_step *ts_life_step(struct ts_billing *b)
{
	if (!b->step)
		b->step = calloc(1, sizeof(*b->step));
	return b->step;
}

/**
 * ts_life_of() - a channel with all that is under way in it
 * @b: billing
 * @c: the channel
 * @room: for one that is at rest
 *
 * Return: valid until the next step; NULL: the ledger cannot be read.
 */
const struct ts_life *ts_life_of(struct ts_billing *b,
				 const struct ts_billing_channel *c,
				 struct ts_life *room)
{
	if (c->life)
		return c->life;
	if (!c->row.has_life) {
		memset(room, 0, sizeof(*room));
		room->channel = c->row.channel;
		return room;
	}
	if (!ts_ledger_life_read(b->ledger, &c->row, room))
		return room;
	ts_billing_say(b, LOG_ERR, "%s", ts_ledger_error(b->ledger));
	return NULL;
}

/* Into memory, also those that come from the disk at the start. */
bool ts_life_keep(struct ts_billing *b, struct ts_billing_channel *c,
		  const struct ts_life *life)
{
	if (!c->life) {
		c->life = malloc(sizeof(*c->life));
		if (!c->life)
			return false;
		TAILQ_INSERT_TAIL(&b->lives, c, live);
	}
	*c->life = *life;
	b->send_ns = 0;
	return true;
}

/* Out of memory; its row stays. */
void ts_life_release(struct ts_billing *b, struct ts_billing_channel *c)
{
	if (!c->life)
		return;
	TAILQ_REMOVE(&b->lives, c, live);
	free(c->life);
	c->life = NULL;
	c->uncommitted = false;
	c->silent = false;
}

/**
 * ts_life_store() - a step's new state, into the open batch
 * @b: billing
 * @c: the channel
 * @next: its state from now on
 *
 * A channel that is frozen by it grants nothing any more (M2).
 */
void ts_life_store(struct ts_billing *b, struct ts_billing_channel *c,
		   const struct ts_life *next)
{
	bool froze = next->channel.frozen && !c->row.channel.frozen;

	if (!ts_batch(b))
		return;
	if (!ts_life_keep(b, c, next)) {
		b->broken = true;
		return;
	}
	c->row.channel = next->channel;
	c->row.has_life = true;
	c->uncommitted = true;
	b->urgent = true;
	ts_channel_write(b, c);
	ts_batch_check(b, ts_ledger_life_write(b->ledger, c->row.id, c->life));
	if (froze)
		ts_channel_revoke(b, c);
}

/*
 * What time and the step before make possible.  Whoever leaves takes its own
 * along: what is unspent is the partner's and goes back first (M11).
 */
void ts_life_settle_down(struct ts_billing *b, struct ts_billing_channel *c,
			 const struct ts_time *now)
{
	struct ts_moment moment = ts_life_moment(b, c, now);

	if (c->refunding ||
	    c->row.channel.restored == TS_RESTORED_UNKNOWN)
		return;
	if (c->life->leaving && !c->life->channel.frozen &&
	    c->life->channel.state == TS_CHANNEL_OPEN &&
	    ts_lives_unspent_wei(b, c) && !c->refunded_all) {
		ts_refund_begin(b, c, TS_U128_MAX, 0, 0);
		return;
	}
	if (ts_life_tick(c->life, b->key, &moment, &b->step->next))
		ts_life_store(b, c, &b->step->next);
}

/** ts_lives_committed() - the batch is on the disk: what it holds may leave */
void ts_lives_committed(struct ts_billing *b)
{
	struct ts_billing_channel *c, *next;

	for (c = TAILQ_FIRST(&b->lives); c; c = next) {
		next = TAILQ_NEXT(c, live);
		if (!c->uncommitted)
			continue;
		c->uncommitted = false;
		b->send_ns = 0;
		if (ts_life_is_at_rest(c->life))
			ts_life_release(b, c);
	}
}

/** ts_lives_tick() - locks that expired or wait for a place, leaving; each second */
void ts_lives_tick(struct ts_billing *b, const struct ts_time *now)
{
	struct ts_billing_channel *c;

	if (!b->key || TAILQ_EMPTY(&b->lives) || !ts_life_step(b))
		return;
	TAILQ_FOREACH(c, &b->lives, live) {
		if (b->broken || b->read_only[0])
			return;
		ts_life_settle_down(b, c, now);
		ts_hop_waiting(b, c, now);
	}
}

void ts_billing_key(struct ts_billing *b, const struct ts_signer *key)
{
	b->key = key;
	b->send_ns = 0;
	ts_channels_changed(b);
}

void ts_billing_head(struct ts_billing *b, uint64_t head_block, bool fresh)
{
	if (head_block > b->head_block)
		b->head_block = head_block;
	b->head_fresh = fresh;
}

void ts_billing_deposits(struct ts_billing *b, ts_billing_deposit_pending *pending,
			 void *arg)
{
	b->deposit_pending = pending;
	b->deposit_arg = arg;
}
