/* SPDX-License-Identifier: GPL-2.0 */
/* follow_private.h - the state of following; private to follow*.c. */
#ifndef TS_CHAIN_FOLLOW_PRIVATE_H
#define TS_CHAIN_FOLLOW_PRIVATE_H

#include "chain/follow.h"

/**
 * struct follow_block - a block that is not confirmed
 * @hash: its name
 * @promises: its bloom filter says that it has events of ours
 * @told: it was asked for its logs, and its events are SEEN
 * @doubts: how often it was asked in vain for what it promises
 */
struct follow_block {
	struct ts_hash hash;
	bool promises;
	bool told;
	unsigned int doubts;
};

/**
 * struct follow_events - a list of events in the chain's order
 * @event: the first
 * @n: how many
 * @room: allocated
 */
struct follow_events {
	struct ts_chain_event *event;
	size_t n;
	size_t room;
};

/**
 * enum follow_purpose - why something is asked
 * @FOLLOW_NOTHING: nothing is
 * @FOLLOW_GET_HEAD: how far is the chain?
 * @FOLLOW_CHECK_TIP: is the last block that we know still of the chain?
 * @FOLLOW_GET_CHILD: the block after it
 * @FOLLOW_TELL: the last block's logs, to be SEEN
 * @FOLLOW_CONFIRM: the oldest blocks' logs, to be CONFIRMED
 * @FOLLOW_GET_ANCHOR: the last block of a deep range
 * @FOLLOW_CATCH_UP: the logs of a deep range
 */
enum follow_purpose {
	FOLLOW_NOTHING,
	FOLLOW_GET_HEAD,
	FOLLOW_CHECK_TIP,
	FOLLOW_GET_CHILD,
	FOLLOW_TELL,
	FOLLOW_CONFIRM,
	FOLLOW_GET_ANCHOR,
	FOLLOW_CATCH_UP,
};

/**
 * struct ts_follower - following one chain
 * @config: as given
 * @topics: of the events
 * @notice: who is told
 * @ctx: handed to @notice
 * @cursor: the last confirmed block
 * @blocks: the @n_blocks after it, each the parent of the next
 * @n_blocks: of @blocks
 * @seen: the events of @blocks
 * @head: the node's last answer about its newest block
 * @head_known: there was one
 * @head_fresh: there was one since the last poll
 * @anchor: the last block of the range that is caught up; see @anchor_known
 * @anchor_known: @anchor is set
 * @tip_checked: the last block we know is on one chain with @head
 * @forked: the cursor's block is not on the node's chain
 * @doubted: logs are missing
 * @doubts: how often a confirmation failed for what is only promised
 * @unwound: blocks taken back since the last poll
 * @idle: wants nothing until the next poll
 * @step_blocks: how many the node manages at once
 * @purpose: of the question that is open
 * @want: that question
 */
struct ts_follower {
	struct ts_follow_config config;
	struct ts_chain_topics topics;
	ts_follow_notice *notice;
	void *ctx;
	struct ts_follow_cursor cursor;
	struct follow_block blocks[TS_FOLLOW_BLOCKS_MAX];
	unsigned int n_blocks;
	struct follow_events seen;
	struct ts_block head;
	bool head_known;
	bool head_fresh;
	struct ts_block anchor;
	bool anchor_known;
	bool tip_checked;
	bool forked;
	bool doubted;
	unsigned int doubts;
	unsigned int unwound;
	bool idle;
	uint64_t step_blocks;
	enum follow_purpose purpose;
	struct ts_follow_want want;
};

static inline uint64_t follow_tip(const struct ts_follower *f)
{
	return f->cursor.block_number + f->n_blocks;
}

static inline const struct ts_hash *follow_tip_hash(const struct ts_follower *f)
{
	return f->n_blocks ? &f->blocks[f->n_blocks - 1].hash : &f->cursor.block_hash;
}

void follow_pop(struct ts_follower *f);
int follow_tell(struct ts_follower *f, const struct ts_chain_log *logs, size_t n);
int follow_confirm(struct ts_follower *f, const struct ts_chain_log *logs, size_t n);
int follow_catch_up(struct ts_follower *f, const struct ts_chain_log *logs, size_t n);

#endif /* TS_CHAIN_FOLLOW_PRIVATE_H */
