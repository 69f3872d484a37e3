// SPDX-License-Identifier: GPL-2.0
/* chain_follow.c - the channel's events, from the node into the purse. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "chain/describe.h"
#include "photon/onchain.h"
#include "settle/seen.h"
#include "tspay/chain.h"

/* Blocks asked about at once while catching up. */
#define STEP_BLOCKS	2000
/* Blocks without anything of ours after which the cursor is written all the same. */
#define CURSOR_BLOCKS	64

/* One thread, and never two at once: too big for a stack. */
static struct ts_life next;

/* What follows from an event, on the disk before anything else. */
static void show(struct chain *c, const struct ts_channel_event *event)
{
	struct ts_outcome outcome;
	int ret;

	ts_life_event(&c->purse->life, event, c->signer, &next, &outcome);
	if (!outcome.changed || !memcmp(&next, &c->purse->life, sizeof(next)))
		return;
	/* In the ledger first: with the purse the name of the old life is gone. */
	if (outcome.new_life && chain_want_no_more(c))
		return;
	if (outcome.new_life)
		ret = purse_next_life(c->purse, &next, c->err, sizeof(c->err));
	else
		ret = purse_commit(c->purse, &next, c->err, sizeof(c->err));
	if (ret)
		chain_fatal(c, ret, c->err);
}

static void take_event(struct chain *c, const struct ts_chain_event *ev, bool confirmed,
		       bool undo)
{
	struct ts_seen seen;

	if (ts_seen_read(&seen, ev, ts_signer_address(c->signer)) ||
	    (seen.event.kind != TS_SEEN_SECRET &&
	     !ts_hash_equal(&seen.channel_identifier,
			    &c->purse->life.channel.channel_identifier)))
		return;
	if (seen.event.our_deposit_beyond || seen.event.partner_deposit_beyond)
		steps_say(c->steps, "chain", "a deposit in block %" PRIu64 " is 2^128 or more, beyond this program; it is not counted",
			  ev->block_number);
	seen.event.confirmed = confirmed;
	seen.event.undo = undo;
	if (seen.event.kind != TS_SEEN_SECRET)
		steps_say(c->steps, "chain", "%s in block %" PRIu64 "%s",
			  ts_chain_event_name(ev->kind), ev->block_number,
			  undo ? ", undone" : confirmed ? ", confirmed" : "");
	show(c, &seen.event);
}

static void take_cursor(struct chain *c, const struct ts_follow_cursor *cursor)
{
	uint64_t before = c->purse->cursor.block_number;
	int ret;

	/*
	 * With the next commit, which comes at once where anything happened; what
	 * is told again after a crash changes nothing.
	 */
	c->purse->cursor = *cursor;
	if (cursor->block_number / CURSOR_BLOCKS == before / CURSOR_BLOCKS)
		return;
	ret = purse_save(c->purse, c->err, sizeof(c->err));
	if (ret)
		chain_fatal(c, ret, c->err);
}

static void on_notice(void *ctx, enum ts_follow_notice_kind kind,
		      const struct ts_chain_event *event,
		      const struct ts_follow_cursor *cursor)
{
	struct chain *c = ctx;

	if (c->fatal)
		return;
	switch (kind) {
	case TS_FOLLOW_SEEN:
		take_event(c, event, false, false);
		break;
	case TS_FOLLOW_UNDONE:
		take_event(c, event, false, true);
		break;
	case TS_FOLLOW_CONFIRMED:
		take_event(c, event, true, false);
		break;
	case TS_FOLLOW_CURSOR:
		take_cursor(c, cursor);
		break;
	case TS_FOLLOW_FORKED:
		steps_say(c->steps, "chain", "the node has another block in the place of a confirmed one: it is of another chain, or its reorganisation went deeper than the confirmations; nothing is believed until it is back");
		break;
	}
}

/* What was above the cursor may have been undone while nobody looked: it is seen
 * again if it is still there. */
static void resume(struct chain *c)
{
	struct ts_channel_event undo = { .undo = true, .block = UINT64_MAX };

	if (c->purse->life.onchain.ending) {
		undo.kind = TS_SEEN_SETTLED;
		show(c, &undo);
	}
	if (c->purse->life.onchain.closed_block > c->purse->cursor.block_number) {
		undo.kind = TS_SEEN_CLOSED;
		show(c, &undo);
	}
}

int chain_follow(struct chain *c, struct purse *purse)
{
	const struct ts_channel *ch = &purse->life.channel;
	struct ts_follow_config config = {
		.contracts = c->contracts,
		.confirmations = c->config->confirmations,
		.step_blocks = STEP_BLOCKS,
	};

	if (ts_u256_cmp(&ch->chain_id, &c->chain_id) ||
	    !ts_address_equal(&ch->tokens_network, &c->contracts.tokens_network)) {
		snprintf(c->err, sizeof(c->err), "the channel is of another chain or contract than the node");
		return -EINVAL;
	}
	c->purse = purse;
	/* Its opening was believed already: from that block on. */
	if (!purse->cursor.block_number)
		purse->cursor.block_number = ch->open_block_number - 1;
	resume(c);
	if (c->fatal)
		return -EIO;
	c->follower = ts_follow_new(&config, &purse->cursor, on_notice, c);
	if (c->follower)
		return 0;
	snprintf(c->err, sizeof(c->err), "out of memory");
	return -ENOMEM;
}

static void on_answer(void *ctx, const struct ts_rpc_answer *a)
{
	struct chain *c = ctx;
	uint64_t serial = c->want.serial;

	if (a->err) {
		ts_follow_failed(c->follower, serial);
		snprintf(c->err, sizeof(c->err), "%s", a->why);
		c->trouble = true;
	} else if (c->want.kind == TS_FOLLOW_LOGS) {
		ts_follow_logs(c->follower, serial, a->logs.log, a->logs.n);
	} else {
		ts_follow_block(c->follower, serial, a->found ? &a->block : NULL);
	}
}

static json_t *params_of(const struct chain *c)
{
	const struct ts_follow_want *w = &c->want;

	if (w->kind == TS_FOLLOW_LOGS)
		return ts_rpc_params_logs(w->from, w->to, &c->contracts);
	return w->kind == TS_FOLLOW_BLOCK ? ts_rpc_params_block(w->from) :
					    ts_rpc_params_latest_block();
}

/* All that the follower wants now. */
void chain_ask_follower(struct chain *c)
{
	struct ts_follow_progress progress;
	enum ts_rpc_method method;

	ts_follow_poll(c->follower);
	while (!c->fatal && !c->trouble && ts_follow_next(c->follower, &c->want)) {
		method = c->want.kind == TS_FOLLOW_LOGS ? TS_RPC_GET_LOGS :
							  TS_RPC_GET_BLOCK_BY_NUMBER;
		if (chain_ask(c, method, params_of(c), on_answer, c))
			c->trouble = true;
		ts_follow_progress(c->follower, &progress);
		if (progress.state == TS_FOLLOW_CATCHING_UP &&
		    progress.head_block > progress.seen_block + STEP_BLOCKS)
			steps_say(c->steps, "chain", "catching up: block %" PRIu64 " of %" PRIu64,
				  progress.seen_block, progress.head_block);
	}
}
