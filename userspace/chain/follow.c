// SPDX-License-Identifier: GPL-2.0
/* follow.c - following the chain's head: what to ask, and how blocks link. */
#include <errno.h>
#include <stdlib.h>

#include "chain/follow_private.h"

/**
 * ts_follow_new() - begin to follow
 * @config: how
 * @cursor: from where on; its block's hash is compared with the node's
 * @notice: who is told
 * @ctx: handed to @notice
 *
 * Return: it, or NULL with errno EINVAL or ENOMEM.
 */
struct ts_follower *ts_follow_new(const struct ts_follow_config *config,
				  const struct ts_follow_cursor *cursor,
				  ts_follow_notice *notice, void *ctx)
{
	struct ts_follower *f;

	if (config->confirmations > TS_FOLLOW_CONFIRMATIONS_MAX || !config->step_blocks) {
		errno = EINVAL;
		return NULL;
	}
	f = calloc(1, sizeof(*f));
	if (!f)
		return NULL;
	f->config = *config;
	f->step_blocks = config->step_blocks;
	f->cursor = *cursor;
	f->notice = notice;
	f->ctx = ctx;
	ts_chain_topics(&f->topics);
	return f;
}

/** ts_follow_free() - end; NULL is allowed */
void ts_follow_free(struct ts_follower *f)
{
	if (!f)
		return;
	free(f->seen.event);
	free(f);
}

/**
 * ts_follow_poll() - it is time to look at the head again
 * @f: the follower
 *
 * What failed, or looked wrong, is tried again, too.
 */
void ts_follow_poll(struct ts_follower *f)
{
	f->head_fresh = false;
	f->idle = false;
	f->unwound = 0;
}

/* Answers that contradict each other without end must not be asked without end. */
static void unwind(struct ts_follower *f)
{
	follow_pop(f);
	if (++f->unwound > TS_FOLLOW_BLOCKS_MAX)
		f->idle = true;
}

/* The block after the last one we know, or so the node says. */
static void link_child(struct ts_follower *f, const struct ts_block *b)
{
	if (!ts_hash_equal(&b->parent_hash, follow_tip_hash(f))) {
		if (f->n_blocks) {
			unwind(f);
		} else {
			f->tip_checked = false;
			f->idle = true;
		}
		return;
	}
	f->blocks[f->n_blocks++] = (struct follow_block){
		.hash = b->hash,
		.promises = ts_chain_topics_in(&f->topics, &f->config.contracts, b),
	};
	f->tip_checked = true;
}

/* Too far to walk there block by block. */
static bool is_far(const struct ts_follower *f)
{
	return f->head.number > follow_tip(f) &&
	       f->head.number - follow_tip(f) > TS_FOLLOW_BLOCKS_MAX;
}

/* The last block that is deep enough. */
static uint64_t deep_block(const struct ts_follower *f)
{
	uint64_t tip = follow_tip(f);

	/* From far away all that we have is deep. */
	if (is_far(f))
		return tip;
	return tip > f->config.confirmations ? tip - f->config.confirmations : 0;
}

static bool want(struct ts_follower *f, enum follow_purpose purpose,
		 enum ts_follow_want_kind kind, uint64_t from, uint64_t to)
{
	f->purpose = purpose;
	f->want.kind = kind;
	f->want.serial++;
	f->want.from = from;
	f->want.to = to;
	return true;
}

static bool want_block(struct ts_follower *f, enum follow_purpose purpose, uint64_t number)
{
	return want(f, purpose, TS_FOLLOW_BLOCK, number, number);
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* The logs of what comes after the cursor, up to @last at most. */
static bool want_logs(struct ts_follower *f, enum follow_purpose purpose, uint64_t last)
{
	uint64_t cursor = f->cursor.block_number;

	return want(f, purpose, TS_FOLLOW_LOGS, cursor + 1,
		    cursor + min_u64(last - cursor, f->step_blocks));
}

static bool want_deep_range(struct ts_follower *f)
{
	uint64_t cursor = f->cursor.block_number;
	uint64_t last = f->head.number - f->config.confirmations;
	uint64_t to = cursor + min_u64(last - cursor, f->step_blocks);

	if (f->anchor_known && f->anchor.number == to)
		return want_logs(f, FOLLOW_CATCH_UP, last);
	f->anchor_known = false;
	return want_block(f, FOLLOW_GET_ANCHOR, to);
}

static bool decide(struct ts_follower *f)
{
	uint64_t tip = follow_tip(f), deep = deep_block(f);

	if (!f->head_fresh)
		return want(f, FOLLOW_GET_HEAD, TS_FOLLOW_HEAD, 0, 0);
	if (f->head.number < tip)
		return false;
	if (!f->tip_checked)
		return want_block(f, FOLLOW_CHECK_TIP, tip);
	if (f->n_blocks && !f->blocks[f->n_blocks - 1].told)
		return want(f, FOLLOW_TELL, TS_FOLLOW_LOGS, tip, tip);
	if (deep > f->cursor.block_number &&
	    (is_far(f) || tip == f->head.number || f->n_blocks == TS_FOLLOW_BLOCKS_MAX))
		return want_logs(f, FOLLOW_CONFIRM, deep);
	if (is_far(f))
		return want_deep_range(f);
	if (f->head.number > tip)
		return want_block(f, FOLLOW_GET_CHILD, tip + 1);
	return false;
}

/**
 * ts_follow_next() - what is wanted next?
 * @f: the follower
 * @w: the question
 *
 * Return: true, or false: nothing until there is an answer or a poll.
 */
bool ts_follow_next(struct ts_follower *f, struct ts_follow_want *w)
{
	if (f->purpose || f->idle)
		return false;
	if (!decide(f)) {
		f->idle = true;
		return false;
	}
	*w = f->want;
	return true;
}

/* The end of the question that @serial belongs to; what it was for. */
static enum follow_purpose answered(struct ts_follower *f, uint64_t serial)
{
	enum follow_purpose purpose = f->purpose;

	if (serial != f->want.serial)
		return FOLLOW_NOTHING;
	f->purpose = FOLLOW_NOTHING;
	return purpose;
}

/* Take back what the new head has replaced. */
static void take_head(struct ts_follower *f, const struct ts_block *b)
{
	uint64_t cursor = f->cursor.block_number;
	const struct ts_hash *known = NULL;

	f->head = *b;
	f->head_known = true;
	f->head_fresh = true;
	if (b->number == cursor)
		known = &f->cursor.block_hash;
	else if (b->number > cursor && b->number <= follow_tip(f))
		known = &f->blocks[b->number - cursor - 1].hash;
	if (known && ts_hash_equal(known, &b->hash)) {
		f->tip_checked |= b->number == follow_tip(f);
	} else if (known) {
		while (f->n_blocks && follow_tip(f) >= b->number)
			follow_pop(f);
		if (b->number == cursor)
			f->tip_checked = false;
	}
	if (is_far(f))
		f->tip_checked = false;
}

static void check_cursor(struct ts_follower *f, const struct ts_block *b)
{
	if (ts_hash_is_zero(&f->cursor.block_hash))
		f->cursor.block_hash = b->hash;
	if (ts_hash_equal(&f->cursor.block_hash, &b->hash)) {
		f->tip_checked = true;
		f->forked = false;
		return;
	}
	f->idle = true;
	if (!f->forked)
		f->notice(f->ctx, TS_FOLLOW_FORKED, NULL, &f->cursor);
	f->forked = true;
}

static void check_tip(struct ts_follower *f, const struct ts_block *b)
{
	if (!f->n_blocks)
		check_cursor(f, b);
	else if (ts_hash_equal(follow_tip_hash(f), &b->hash))
		f->tip_checked = true;
	else
		unwind(f);
}

/**
 * ts_follow_block() - the answer to TS_FOLLOW_HEAD and TS_FOLLOW_BLOCK
 * @f: the follower
 * @serial: of the question
 * @block: the block, or NULL: the node does not have it
 *
 * Return: 0, -ESTALE: to another question than the open one, ignored, -EBADMSG:
 * that is not what was asked; it is asked again after the next poll.
 */
int ts_follow_block(struct ts_follower *f, uint64_t serial, const struct ts_block *block)
{
	enum follow_purpose purpose;

	if (f->want.kind == TS_FOLLOW_LOGS)
		return -ESTALE;
	purpose = answered(f, serial);
	if (purpose == FOLLOW_NOTHING)
		return -ESTALE;
	if (!block || (purpose != FOLLOW_GET_HEAD && block->number != f->want.from)) {
		f->idle = true;
		return block ? -EBADMSG : 0;
	}
	if (purpose == FOLLOW_GET_HEAD)
		take_head(f, block);
	else if (purpose == FOLLOW_CHECK_TIP)
		check_tip(f, block);
	else if (purpose == FOLLOW_GET_CHILD)
		link_child(f, block);
	f->anchor_known = purpose == FOLLOW_GET_ANCHOR;
	if (f->anchor_known)
		f->anchor = *block;
	return 0;
}

/* A node that managed one range may manage a somewhat larger one. */
static void widen(struct ts_follower *f)
{
	f->step_blocks = min_u64(f->config.step_blocks,
				 f->step_blocks + f->step_blocks / 8 + 1);
}

/**
 * ts_follow_logs() - the answer to TS_FOLLOW_LOGS
 * @f: the follower
 * @serial: of the question
 * @logs: all of the range, in the chain's order
 * @n: how many
 *
 * Return: 0; -ESTALE: to another question than the open one, ignored; -EBADMSG:
 * that cannot be the logs of the range, or not of the contracts that we know;
 * -EAGAIN: logs are missing, or the blocks have changed; -ENOMEM.  After a
 * failure it is asked again after the next poll.
 */
int ts_follow_logs(struct ts_follower *f, uint64_t serial,
		   const struct ts_chain_log *logs, size_t n)
{
	enum follow_purpose purpose;
	int ret;

	if (f->want.kind != TS_FOLLOW_LOGS)
		return -ESTALE;
	purpose = answered(f, serial);
	if (purpose == FOLLOW_NOTHING)
		return -ESTALE;
	if (purpose == FOLLOW_TELL)
		ret = follow_tell(f, logs, n);
	else if (purpose == FOLLOW_CONFIRM)
		ret = follow_confirm(f, logs, n);
	else
		ret = follow_catch_up(f, logs, n);
	if (ret)
		f->idle = true;
	else if (purpose == FOLLOW_CATCH_UP)
		widen(f);
	return ret;
}

/**
 * ts_follow_failed() - there is no answer
 * @f: the follower
 * @serial: of the question
 *
 * It is asked again after the next poll; a range of blocks, by half.
 */
void ts_follow_failed(struct ts_follower *f, uint64_t serial)
{
	if (answered(f, serial) == FOLLOW_NOTHING)
		return;
	f->idle = true;
	if (f->want.kind == TS_FOLLOW_LOGS && f->want.to > f->want.from)
		f->step_blocks = (f->want.to - f->want.from + 1) / 2;
}

static enum ts_follow_state state_of(const struct ts_follower *f)
{
	uint64_t tip = follow_tip(f);

	if (!f->head_known)
		return TS_FOLLOW_BLIND;
	if (f->forked)
		return TS_FOLLOW_ON_FORK;
	if (f->head.number < tip)
		return TS_FOLLOW_LAGGING;
	if (f->head.number > tip || !f->tip_checked ||
	    (f->n_blocks && !f->blocks[f->n_blocks - 1].told))
		return TS_FOLLOW_CATCHING_UP;
	return TS_FOLLOW_AT_HEAD;
}

/**
 * ts_follow_progress() - how far is it?
 * @f: the follower
 * @p: where that goes
 */
void ts_follow_progress(const struct ts_follower *f, struct ts_follow_progress *p)
{
	bool telling = f->n_blocks && !f->blocks[f->n_blocks - 1].told;

	p->state = state_of(f);
	p->confirmed_block = f->cursor.block_number;
	p->seen_block = follow_tip(f) - telling;
	p->head_block = f->head.number;
	p->head_timestamp_s = f->head.timestamp_s;
	p->doubted = f->doubted;
}
