// SPDX-License-Identifier: GPL-2.0
/* chain_follow.c - the chain's events, from the node to billing. */
#include <errno.h>
#include <string.h>

#include "settle/seen.h"
#include "tsd/chain_private.h"
#include "tsd/clock.h"
#include "tsd/log.h"

/* Blocks asked about at once while catching up. */
#define STEP_BLOCKS	2000
/* So long after all was seen nothing that hangs on the head is begun. */
#define FRESH_NS	(120ull * 1000000000ull)

static void log_event(const struct ts_chain_event *ev, const char *how)
{
	char id[TS_HASH_TEXT_SIZE];

	ts_log(TS_LOG_INFO, "chain: %s in block %llu, channel %s: %s",
	       ts_chain_event_name(ev->kind), (unsigned long long)ev->block_number,
	       ts_hash_print(&ev->channel_identifier, id), how);
}

/* Others use the contract, too. */
static void log_beyond(const struct ts_chain *c, const struct ts_chain_event *ev,
		       const struct ts_billing_shown *shown)
{
	struct ts_address token;

	if ((shown->event.our_deposit_beyond || shown->event.partner_deposit_beyond) &&
	    !ts_billing_shown_token(c->billing, shown, &token))
		log_event(ev, "a deposit is 2^128 or more, beyond this ledger; it is not counted");
}

static void take_event(struct ts_chain *c, const struct ts_chain_event *ev,
		       bool confirmed, bool undo)
{
	struct ts_billing_shown shown;
	struct ts_seen seen;
	struct ts_time now;

	ts_chain_mirrored_event(c, ev);
	if (ts_seen_read(&seen, ev, &c->us))
		return;
	seen.event.confirmed = confirmed;
	seen.event.undo = undo;
	shown.channel_identifier = seen.channel_identifier;
	shown.token = seen.token;
	shown.partner = seen.partner;
	shown.event = seen.event;
	shown.doubted = ts_chain_second_doubts(c, &shown);
	ts_clock_now(&now);
	if (confirmed)
		log_beyond(c, ev, &shown);
	if (ts_billing_channel_event(c->billing, &shown, c->key, &now))
		log_event(ev, ts_billing_error(c->billing));
	else
		ts_log(TS_LOG_DEBUG, "chain: %s in block %llu%s",
		       ts_chain_event_name(ev->kind),
		       (unsigned long long)ev->block_number,
		       undo ? " undone" : confirmed ? " confirmed" : " seen");
}

static void on_notice(void *ctx, enum ts_follow_notice_kind kind,
		      const struct ts_chain_event *event,
		      const struct ts_follow_cursor *cursor)
{
	struct ts_chain *c = ctx;

	c->look = true;
	switch (kind) {
	case TS_FOLLOW_SEEN:
		take_event(c, event, false, false);
		break;
	case TS_FOLLOW_UNDONE:
		take_event(c, event, false, true);
		break;
	case TS_FOLLOW_CONFIRMED:
		take_event(c, event, true, false);
		c->cursor_due = true;
		break;
	case TS_FOLLOW_CURSOR:
		c->cursor = *cursor;
		break;
	case TS_FOLLOW_FORKED:
		ts_chain_trouble(c, "the node has another block in the place of a confirmed one: it is of another chain, or its reorganisation went deeper than chain.confirmations; nothing is believed until it is back");
		break;
	}
}

/** ts_chain_follow_start() - from the ledger's cursor on; Return: 0 or negative errno */
int ts_chain_follow_start(struct ts_chain *c)
{
	struct ts_follow_config config = {
		.contracts = c->contracts,
		.confirmations = c->config.confirmations,
		.step_blocks = STEP_BLOCKS,
	};
	int ret;

	ret = ts_ledger_cursor_get(c->ledger, &c->cursor.block_number,
				   &c->cursor.block_hash);
	if (ret == -ENOENT) {
		memset(&c->cursor, 0, sizeof(c->cursor));
		/* The block before the first that is asked about. */
		c->cursor.block_number = c->config.start_block ?
					 c->config.start_block - 1 : 0;
		ret = 0;
	}
	if (ret)
		return ret;
	c->cursor_written = c->cursor.block_number;
	ret = ts_billing_chain_resume(c->billing, c->cursor.block_number, c->key);
	if (ret)
		return ret;
	ret = ts_chain_second_start(c);
	if (ret)
		return ret;
	c->follower = ts_follow_new(&config, &c->cursor, on_notice, c);
	c->look = true;
	return c->follower ? 0 : -ENOMEM;
}

/* What the follower has found wrong is wanted again after the next poll. */
static void on_answer(void *ctx, const struct ts_rpc_answer *a)
{
	struct ts_chain *c = ctx;
	struct ts_follow_progress progress;
	uint64_t serial = c->want.serial;

	c->following = false;
	if (a->err) {
		ts_follow_failed(c->follower, serial);
		ts_chain_trouble(c, a->why);
		return;
	}
	if (c->want.kind == TS_FOLLOW_LOGS)
		ts_follow_logs(c->follower, serial, a->logs.log, a->logs.n);
	else
		ts_follow_block(c->follower, serial, a->found ? &a->block : NULL);
	ts_follow_progress(c->follower, &progress);
	if (c->want.kind == TS_FOLLOW_HEAD) {
		c->heard_ns = ts_clock_boot_ns();
		c->look = true;
	}
	if (progress.state == TS_FOLLOW_AT_HEAD)
		c->at_head_ns = ts_clock_boot_ns();
	if (progress.state != TS_FOLLOW_ON_FORK)
		ts_chain_trouble(c, "");
	ts_chain_pump(c);
}

/** ts_chain_ask_follower() - Return: whether a question was sent */
bool ts_chain_ask_follower(struct ts_chain *c)
{
	const struct ts_follow_want *w = &c->want;
	enum ts_rpc_method method = TS_RPC_GET_BLOCK_BY_NUMBER;
	json_t *params;

	if (c->following || !ts_follow_next(c->follower, &c->want))
		return false;
	if (w->kind == TS_FOLLOW_LOGS) {
		method = TS_RPC_GET_LOGS;
		params = ts_rpc_params_logs(w->from, w->to, &c->contracts);
	} else if (w->kind == TS_FOLLOW_BLOCK) {
		params = ts_rpc_params_block(w->from);
	} else {
		params = ts_rpc_params_latest_block();
	}
	if (ts_rpc_send(ts_rpc_watch_rpc(c->watch), method, params, on_answer, c)) {
		ts_follow_failed(c->follower, w->serial);
		return false;
	}
	c->following = true;
	return true;
}

/** ts_chain_at_head() - whether all that the chain shows now was taken */
bool ts_chain_at_head(const struct ts_chain *c)
{
	struct ts_follow_progress progress;
	struct ts_moment moment;

	if (c->phase != TS_CHAIN_FOLLOWING)
		return false;
	ts_follow_progress(c->follower, &progress);
	ts_chain_moment(c, &moment);
	return progress.state == TS_FOLLOW_AT_HEAD && moment.head_fresh;
}

/**
 * ts_chain_moment() - what is known of the chain's time
 *
 * Each new block is a moment in which not all is seen.  A partner's request that came
 * just then was told no for that, which is final for an original node.  So it counts
 * when all was seen last.
 */
void ts_chain_moment(const struct ts_chain *c, struct ts_moment *moment)
{
	struct ts_follow_progress progress;

	ts_follow_progress(c->follower, &progress);
	moment->now_ns = ts_clock_boot_ns();
	moment->head_block = progress.seen_block;
	moment->head_fresh = (progress.state == TS_FOLLOW_AT_HEAD ||
			      progress.state == TS_FOLLOW_CATCHING_UP) &&
			     c->at_head_ns &&
			     moment->now_ns - c->at_head_ns < FRESH_NS;
}
