// SPDX-License-Identifier: GPL-2.0
/* chain.c - the node of the chain: when it is asked, and what is kept of it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tsd/chain_private.h"
#include "tsd/clock.h"
#include "tsd/log.h"

#define TIMEOUT_MS		20000
#define ANSWER_MAX_BYTES	(8u << 20)
/* Blocks without anything of ours after which the cursor is written all the same. */
#define CURSOR_BLOCKS		64

/** ts_chain_trouble() - say what is wrong, once; empty: nothing any more */
void ts_chain_trouble(struct ts_chain *c, const char *why)
{
	if (!strcmp(c->why, why))
		return;
	snprintf(c->why, sizeof(c->why), "%s", why);
	if (*why)
		ts_log(TS_LOG_WARN, "chain: %s", why);
	else
		ts_log(TS_LOG_INFO, "chain: all is well again");
}

/** ts_chain_off() - nothing is followed or sent any more; payments go on (M3) */
void ts_chain_off(struct ts_chain *c, const char *why)
{
	ts_chain_trouble(c, why);
	ts_log(TS_LOG_ERROR, "chain: off until tsd is restarted");
	c->phase = TS_CHAIN_OFF;
	ts_billing_head(c->billing, 0, false);
	ev_timer_stop(c->loop, &c->poll);
}

/** ts_chain_is_followed() - Return: whether a deposit would be seen, now or when caught up */
bool ts_chain_is_followed(const struct ts_chain *c)
{
	return c->phase == TS_CHAIN_FOLLOWING;
}

/** ts_chain_pump() - ask whatever can be asked now */
void ts_chain_pump(struct ts_chain *c)
{
	if (c->phase == TS_CHAIN_ASKING)
		while (ts_chain_ask_fact(c))
			;
	if (c->phase == TS_CHAIN_FOLLOWING)
		while (ts_chain_ask_follower(c) || ts_chain_ask_mirrored(c) ||
		       ts_chain_ask_transactions(c))
			;
}

static void on_poll(struct ev_loop *loop, ev_timer *timer, int revents)
{
	struct ts_chain *c = timer->data;
	struct ts_follow_progress progress;

	if (c->phase == TS_CHAIN_FOLLOWING) {
		ts_follow_poll(c->follower);
		ts_follow_progress(c->follower, &progress);
		/*
		 * An update does not wait until all is caught up.  On a fork, or
		 * of a node that lags, nothing that it says of us counts.
		 */
		if (progress.state == TS_FOLLOW_AT_HEAD ||
		    progress.state == TS_FOLLOW_CATCHING_UP) {
			ts_chain_mirrored_poll(c, progress.head_block);
			ts_transactions_poll(c->transactions, progress.head_block,
					     c->cursor.block_number);
		}
		if (!c->asking_token)
			c->tokens_asked = 0;
		ts_chain_second_poll(c);
	}
	ts_chain_pump(c);
}

/**
 * ts_chain_new() - begin to ask
 * @loop: the daemon's
 * @config: with chain.rpc
 * @ledger: stays the caller's
 * @billing: likewise
 * @key: likewise
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Return: it, or NULL.
 */
struct ts_chain *ts_chain_new(struct ev_loop *loop, const struct ts_config *config,
			      struct ts_ledger *ledger, struct ts_billing *billing,
			      const struct ts_signer *key, char *err,
			      size_t err_size)
{
	struct ts_rpc_config rpc = {
		.url = config->chain.rpc, .timeout_ms = TIMEOUT_MS,
		.answer_max_bytes = ANSWER_MAX_BYTES,
	};
	struct ts_chain *c = calloc(1, sizeof(*c));

	if (!c) {
		snprintf(err, err_size, "out of memory");
		return NULL;
	}
	c->loop = loop;
	c->config = config->chain;
	c->us = *ts_signer_address(key);
	c->chain_id = config->billing.chain_id;
	memcpy(c->tokens, config->billing.tokens, sizeof(c->tokens));
	c->n_tokens = config->billing.n_tokens;
	c->open_timeout_blocks = config->billing.min_settle_timeout_blocks;
	c->contracts.tokens_network = config->billing.tokens_network;
	c->ledger = ledger;
	c->billing = billing;
	c->key = key;
	c->watch = ts_rpc_watch_new(loop, &rpc, err, err_size);
	rpc.url = config->chain.second_rpc;
	if (c->watch && *rpc.url)
		c->second = ts_rpc_watch_new(loop, &rpc, err, err_size);
	if (!c->watch || (*rpc.url && !c->second)) {
		ts_rpc_watch_free(c->watch);
		free(c);
		return NULL;
	}
	if (ts_chain_mirrored_start(c, config)) {
		snprintf(err, err_size, "mirror_for: %s", ts_ledger_error(ledger));
		ts_rpc_watch_free(c->watch);
		ts_rpc_watch_free(c->second);
		free(c);
		return NULL;
	}
	ts_billing_deposits(billing, ts_chain_deposit_pending, c);
	ev_timer_init(&c->poll, on_poll, 0, c->config.poll_s);
	c->poll.data = c;
	ev_timer_start(loop, &c->poll);
	return c;
}

/** ts_chain_free() - leave the chain; NULL is allowed */
void ts_chain_free(struct ts_chain *c)
{
	unsigned int i;

	if (!c)
		return;
	ev_timer_stop(c->loop, &c->poll);
	ts_billing_deposits(c->billing, NULL, NULL);
	ts_rpc_watch_free(c->watch);
	ts_rpc_watch_free(c->second);
	ts_transactions_free(c->transactions);
	ts_mirrored_free(c->mirrored);
	ts_follow_free(c->follower);
	for (i = 0; i < c->n_ended; i++)
		free(c->ended[i]);
	free(c);
}

static bool cursor_is_due(const struct ts_chain *c)
{
	return c->cursor_due ||
	       c->cursor.block_number >= c->cursor_written + CURSOR_BLOCKS;
}

/**
 * ts_chain_before_flush() - add what is ours to the batch
 * @c: the chain, or NULL
 *
 * The cursor is in the batch of what the confirmed events did, or a later one:
 * then they come again, and change nothing.
 */
void ts_chain_before_flush(struct ts_chain *c)
{
	struct ts_moment moment;

	if (!c || c->phase != TS_CHAIN_FOLLOWING)
		return;
	ts_chain_moment(c, &moment);
	ts_billing_head(c->billing, moment.head_block, moment.head_fresh);
	ts_chain_look(c);
	if (!cursor_is_due(c) && !ts_transactions_dirty(c->transactions))
		return;
	if (ts_billing_begin(c->billing))
		return;
	if ((cursor_is_due(c) &&
	     ts_ledger_cursor_put(c->ledger, c->cursor.block_number,
				  &c->cursor.block_hash)) ||
	    ts_transactions_write(c->transactions))
		ts_log(TS_LOG_ERROR, "chain: %s", ts_ledger_error(c->ledger));
}

/**
 * ts_chain_after_flush() - what was committed may be sent
 * @c: the chain, or NULL
 */
void ts_chain_after_flush(struct ts_chain *c)
{
	if (c)
		ts_chain_mirrored_flushed(c);
	if (!c || c->phase != TS_CHAIN_FOLLOWING)
		return;
	if (ts_billing_read_only(c->billing)) {
		ts_chain_off(c, "the ledger cannot be written, so nothing can be sent; see ledger in the checks");
		return;
	}
	if (ts_ledger_in_batch(c->ledger))
		return;
	if (cursor_is_due(c))
		c->cursor_written = c->cursor.block_number;
	c->cursor_due = false;
	ts_transactions_committed(c->transactions);
	ts_chain_pump(c);
}
