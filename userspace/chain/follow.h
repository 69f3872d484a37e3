/* SPDX-License-Identifier: GPL-2.0 */
/*
 * follow.h - following the chain's head: which events there are, which of them
 * stay, which never were.
 *
 * A state machine without I/O and without a clock.  It says what it wants to
 * know next and is handed the answer:
 *
 *	while (ts_follow_next(f, &want))
 *		ask the node; ts_follow_block(f, want.serial, ...) or
 *		ts_follow_logs(f, want.serial, ...) or
 *		ts_follow_failed(f, want.serial)
 *
 * One question at a time; an answer to any but the last is ignored.  When it
 * wants nothing, it is polled: ts_follow_poll(), every few seconds.
 *
 * What it finds it tells at once (a notice).  Of an event:
 *
 *	SEEN		it is in a block at the head: what alarms us
 *	UNDONE		that block is no longer of the chain
 *	CONFIRMED	the block is so many blocks deep: what credits us
 *
 * CONFIRMED comes in the chain's order, after SEEN, and is never undone.  CURSOR
 * follows it: all blocks up to there are confirmed.  Commit the cursor and what
 * the confirmed events did at once, then each event counts exactly once, also
 * over a crash; SEEN comes again after a restart.
 *
 * A node may answer from another fork than a moment ago, lag behind itself, or
 * leave logs out.  So blocks near the head are asked for their logs twice, when
 * they are seen and when they are deep, and each time a few times more where a
 * block's bloom filter says that it should have some.  Deep ranges, while catching up,
 * are believed once.
 */
#ifndef TS_CHAIN_FOLLOW_H
#define TS_CHAIN_FOLLOW_H

#include "chain/event.h"

#define TS_FOLLOW_BLOCKS_MAX		64	/* that are not confirmed */
#define TS_FOLLOW_CONFIRMATIONS_MAX	48
#define TS_FOLLOW_CONFIRMATIONS		17	/* Spectrum's */

/**
 * struct ts_follow_cursor - how far the chain is confirmed
 * @block_number: the last confirmed block
 * @block_hash: its hash; zero: not known yet, the first answer is believed
 */
struct ts_follow_cursor {
	uint64_t block_number;
	struct ts_hash block_hash;
};

/**
 * struct ts_follow_config - how to follow
 * @contracts: whose events
 * @confirmations: how many blocks deep is confirmed, at most
 *	TS_FOLLOW_CONFIRMATIONS_MAX
 * @step_blocks: how many blocks are asked about at once while catching up; made
 *	smaller when the node does not manage, and larger again
 */
struct ts_follow_config {
	struct ts_contracts contracts;
	unsigned int confirmations;
	uint64_t step_blocks;
};

/**
 * enum ts_follow_want_kind - what is asked
 * @TS_FOLLOW_HEAD: the newest block
 * @TS_FOLLOW_BLOCK: the block of number @from
 * @TS_FOLLOW_LOGS: all logs of the contracts in the blocks @from to @to
 */
enum ts_follow_want_kind {
	TS_FOLLOW_HEAD,
	TS_FOLLOW_BLOCK,
	TS_FOLLOW_LOGS,
};

/**
 * struct ts_follow_want - a question
 * @kind: what is asked
 * @serial: belongs to the answer
 * @from: a block
 * @to: a block
 */
struct ts_follow_want {
	enum ts_follow_want_kind kind;
	uint64_t serial;
	uint64_t from;
	uint64_t to;
};

/**
 * enum ts_follow_notice_kind - what is told
 * @TS_FOLLOW_SEEN: see above
 * @TS_FOLLOW_UNDONE: see above
 * @TS_FOLLOW_CONFIRMED: see above
 * @TS_FOLLOW_CURSOR: see above
 * @TS_FOLLOW_FORKED: the node knows another block in the place of the confirmed
 *	one: it is of another chain, or a reorganisation went deeper than what we
 *	call confirmed.  Nothing is confirmed while that is so.
 */
enum ts_follow_notice_kind {
	TS_FOLLOW_SEEN,
	TS_FOLLOW_UNDONE,
	TS_FOLLOW_CONFIRMED,
	TS_FOLLOW_CURSOR,
	TS_FOLLOW_FORKED,
};

/* @event is of the first three, @cursor of the last two.  May not call back. */
typedef void ts_follow_notice(void *ctx, enum ts_follow_notice_kind kind,
			      const struct ts_chain_event *event,
			      const struct ts_follow_cursor *cursor);

/**
 * enum ts_follow_state - how it goes
 * @TS_FOLLOW_BLIND: nothing is known of the head: there was no answer yet
 * @TS_FOLLOW_LAGGING: the node is behind what it told us before
 * @TS_FOLLOW_CATCHING_UP: there are blocks that were not looked at
 * @TS_FOLLOW_AT_HEAD: all is seen
 * @TS_FOLLOW_ON_FORK: see TS_FOLLOW_FORKED
 */
enum ts_follow_state {
	TS_FOLLOW_BLIND,
	TS_FOLLOW_LAGGING,
	TS_FOLLOW_CATCHING_UP,
	TS_FOLLOW_AT_HEAD,
	TS_FOLLOW_ON_FORK,
};

/**
 * struct ts_follow_progress - where it is
 * @state: how it goes
 * @confirmed_block: the cursor
 * @seen_block: up to where events were told
 * @head_block: of the node, by its last answer
 * @head_timestamp_s: of that block
 * @doubted: logs that should be there are missing; they are asked for again
 */
struct ts_follow_progress {
	enum ts_follow_state state;
	uint64_t confirmed_block;
	uint64_t seen_block;
	uint64_t head_block;
	uint64_t head_timestamp_s;
	bool doubted;
};

struct ts_follower;

struct ts_follower *ts_follow_new(const struct ts_follow_config *config,
				  const struct ts_follow_cursor *cursor,
				  ts_follow_notice *notice, void *ctx);
void ts_follow_free(struct ts_follower *f);
void ts_follow_poll(struct ts_follower *f);
bool ts_follow_next(struct ts_follower *f, struct ts_follow_want *want);
int ts_follow_block(struct ts_follower *f, uint64_t serial, const struct ts_block *block);
int ts_follow_logs(struct ts_follower *f, uint64_t serial,
		   const struct ts_chain_log *logs, size_t n);
void ts_follow_failed(struct ts_follower *f, uint64_t serial);
void ts_follow_progress(const struct ts_follower *f, struct ts_follow_progress *p);

#endif /* TS_CHAIN_FOLLOW_H */
