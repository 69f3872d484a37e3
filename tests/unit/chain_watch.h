/* SPDX-License-Identifier: GPL-2.0 */
/*
 * chain_watch.h - a follower on a chain of chain_sim.h.  All that it tells is
 * checked as it is told: nothing twice, nothing undone that was not seen, no
 * block of a fork confirmed, none left out.
 */
#ifndef TS_TEST_CHAIN_WATCH_H
#define TS_TEST_CHAIN_WATCH_H

#include "chain_sim.h"

#define STEP_BLOCKS	40
#define STEP_LARGE_BLOCKS	500
#define LATE_MAX	3
/* Polls after which a block whose bloom filter lies holds nothing up. */
#define PATIENCE	100

/**
 * struct watch - a follower, its chain, and what it told
 * @sim: the chain
 * @f: the follower
 * @config: its configuration
 * @cursor: what the ledger would have: from here it is started again
 * @last_number: the block of the last event that was confirmed
 * @last_index: its place in there
 * @forked: how often it said so
 * @confirmed: events, in all
 * @answer: the last one
 * @late: answers that come too late
 */
struct watch {
	struct sim sim;
	struct ts_follower *f;
	struct ts_follow_config config;
	struct ts_follow_cursor cursor;
	uint64_t last_number;
	uint64_t last_index;
	unsigned int forked;
	unsigned int confirmed;
	struct sim_answer answer;
	struct sim_answer late[LATE_MAX];
};

extern struct watch w;

void watch_start(void);
void watch_begin(uint64_t seed, uint64_t height, uint64_t known);
void watch_end(void);
bool watch_is_far(void);
void poll_well(unsigned int times);
struct sim_event *next_event(uint64_t from);
void check_all(void);
ts_follow_notice on_notice;

#endif /* TS_TEST_CHAIN_WATCH_H */
