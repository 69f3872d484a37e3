/* SPDX-License-Identifier: GPL-2.0 */
/*
 * chain_sim.h - a chain that grows and reorganises, and a node of it that lags,
 * loses logs and answers with what was true a while ago.
 *
 * No block that was ever as deep as the confirmations is replaced.
 */
#ifndef TS_TEST_CHAIN_SIM_H
#define TS_TEST_CHAIN_SIM_H

#include "chain/follow.h"

#define SIM_BLOCKS_MAX	8192
#define SIM_EVENTS_MAX	16384
#define SIM_LOGS_MAX	2048
#define SIM_CONFIRMATIONS	17

/**
 * struct sim_event - an event that is or was in a block
 * @number: of the block
 * @hash: of the block
 * @log_index: in the block
 * @seen: the follower has told it, and not undone it
 * @confirmed: how often it was confirmed
 */
struct sim_event {
	uint64_t number;
	struct ts_hash hash;
	uint64_t log_index;
	bool seen;
	unsigned int confirmed;
};

/**
 * struct sim_block - a block of the chain as it is now
 * @hash: its name
 * @first: its first event
 * @n: how many events
 * @full_bloom: its bloom filter promises everything
 * @losses: how often its logs may still be lost
 * @elusive: so often that they may be missed while it is at the head
 */
struct sim_block {
	struct ts_hash hash;
	size_t first;
	unsigned int n;
	bool full_bloom;
	unsigned int losses;
	bool elusive;
};

struct sim {
	uint64_t seed;
	uint64_t height;
	uint64_t top;		/* the greatest height there ever was */
	uint64_t salt;
	struct sim_block blocks[SIM_BLOCKS_MAX];
	struct sim_event events[SIM_EVENTS_MAX];
	size_t n_events;
	bool whole;		/* nothing is lost, lags or lies */
	struct ts_contracts contracts;
};

/**
 * struct sim_answer - what the node said, at the time when it was asked
 * @want: the question
 * @found: of a block
 * @block: the block
 * @n: how many logs
 * @logs: the logs
 */
struct sim_answer {
	struct ts_follow_want want;
	bool found;
	struct ts_block block;
	size_t n;
	struct ts_chain_log logs[SIM_LOGS_MAX];
};

uint64_t sim_random(struct sim *s, uint64_t below);
void sim_begin(struct sim *s, uint64_t seed, uint64_t height);
void sim_grow(struct sim *s, uint64_t n);
void sim_fork(struct sim *s, uint64_t from, uint64_t height);
void sim_reorganise(struct sim *s);
void sim_ask(struct sim *s, const struct ts_follow_want *want, bool may_lose,
	     struct sim_answer *answer);
int sim_deliver(struct ts_follower *f, const struct sim_answer *answer);
struct sim_event *sim_find(struct sim *s, const struct ts_hash *hash, uint64_t log_index);

#endif /* TS_TEST_CHAIN_SIM_H */
