// SPDX-License-Identifier: GPL-2.0
/* chain_watch.c - a follower whose every word is checked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "chain_watch.h"

struct watch w;

static bool on_chain(uint64_t number, const struct ts_hash *hash)
{
	return number <= w.sim.height &&
	       ts_hash_equal(&w.sim.blocks[number].hash, hash);
}

static void on_confirmed(struct sim_event *e)
{
	assert_true(e->seen);
	assert_int_equal(e->confirmed, 0);
	assert_true(on_chain(e->number, &e->hash));
	assert_true(e->number + w.config.confirmations <= w.sim.top);
	assert_true(e->number > w.cursor.block_number);
	assert_true(e->number > w.last_number ||
		    (e->number == w.last_number && e->log_index > w.last_index));
	w.last_number = e->number;
	w.last_index = e->log_index;
	w.confirmed++;
	e->confirmed++;
}

/* All that is on the chain between two cursors was confirmed. */
static void on_cursor(const struct ts_follow_cursor *cursor)
{
	uint64_t number;
	unsigned int i;

	assert_true(cursor->block_number > w.cursor.block_number);
	assert_true(on_chain(cursor->block_number, &cursor->block_hash));
	for (number = w.cursor.block_number + 1; number <= cursor->block_number; number++)
		for (i = 0; i < w.sim.blocks[number].n; i++)
			assert_int_equal(w.sim.events[w.sim.blocks[number].first + i].confirmed,
					 1);
	w.cursor = *cursor;
}

void on_notice(void *ctx, enum ts_follow_notice_kind kind,
		      const struct ts_chain_event *event,
		      const struct ts_follow_cursor *cursor)
{
	struct sim_event *e = NULL;

	assert_ptr_equal(ctx, &w);
	if (event) {
		e = sim_find(&w.sim, &event->block_hash, event->log_index);
		assert_non_null(e);
		assert_int_equal(e->number, event->block_number);
	}
	switch (kind) {
	case TS_FOLLOW_SEEN:
		assert_false(e->seen);
		e->seen = true;
		break;
	case TS_FOLLOW_UNDONE:
		assert_true(e->seen);
		assert_int_equal(e->confirmed, 0);
		e->seen = false;
		break;
	case TS_FOLLOW_CONFIRMED:
		on_confirmed(e);
		break;
	case TS_FOLLOW_CURSOR:
		on_cursor(cursor);
		break;
	case TS_FOLLOW_FORKED:
		w.forked++;
		break;
	}
}

void watch_start(void)
{
	size_t i;

	ts_follow_free(w.f);
	w.f = ts_follow_new(&w.config, &w.cursor, on_notice, &w);
	assert_non_null(w.f);
	for (i = 0; i < w.sim.n_events; i++)
		if (!w.sim.events[i].confirmed)
			w.sim.events[i].seen = false;
}

/* A chain of @height blocks, of which @known are confirmed. */
void watch_begin(uint64_t seed, uint64_t height, uint64_t known)
{
	ts_follow_free(w.f);
	memset(&w, 0, sizeof(w));
	sim_begin(&w.sim, seed, height);
	w.config.contracts = w.sim.contracts;
	w.config.confirmations = SIM_CONFIRMATIONS;
	w.config.step_blocks = seed % 4 ? STEP_BLOCKS : STEP_LARGE_BLOCKS;
	w.cursor.block_number = known;
	w.cursor.block_hash = w.sim.blocks[known].hash;
	watch_start();
}

/* From so far away the logs of deep blocks are asked for only once. */
bool watch_is_far(void)
{
	struct ts_follow_progress p;

	ts_follow_progress(w.f, &p);
	return p.head_block > p.seen_block && p.head_block - p.seen_block > TS_FOLLOW_BLOCKS_MAX - 1;
}

/* Ask and answer until it wants nothing. */
static void run_to_idle(void)
{
	struct ts_follow_want want;
	unsigned int n = 0;

	while (ts_follow_next(w.f, &want)) {
		sim_ask(&w.sim, &want, !watch_is_far(), &w.answer);
		sim_deliver(w.f, &w.answer);
		assert_true(++n < 2000);
	}
}

void poll_well(unsigned int times)
{
	w.sim.whole = true;
	while (times--) {
		ts_follow_poll(w.f);
		run_to_idle();
	}
	w.sim.whole = false;
}

/* The first event of a block that has one, from @from on; the chain grows to it. */
struct sim_event *next_event(uint64_t from)
{
	while (w.sim.height < from || !w.sim.blocks[w.sim.height].n)
		sim_grow(&w.sim, 1);
	return &w.sim.events[w.sim.blocks[w.sim.height].first];
}

/* In the end all is quiet: what is on the chain was told, and nothing else. */
void check_all(void)
{
	struct ts_follow_progress p;
	size_t i;

	poll_well(PATIENCE);
	ts_follow_progress(w.f, &p);
	assert_int_equal(p.state, TS_FOLLOW_AT_HEAD);
	assert_int_equal(p.head_block, w.sim.height);
	assert_int_equal(p.seen_block, w.sim.height);
	assert_true(w.cursor.block_number + SIM_CONFIRMATIONS >= w.sim.height);
	for (i = 0; i < w.sim.n_events; i++) {
		const struct sim_event *e = &w.sim.events[i];
		bool stays = on_chain(e->number, &e->hash);

		if (e->number <= 100)	/* before we began */
			continue;
		if (!stays || !w.sim.blocks[e->number].elusive)
			assert_int_equal(e->seen, stays);
		assert_int_equal(e->confirmed,
				 stays && e->number <= w.cursor.block_number);
	}
}

void watch_end(void)
{
	ts_follow_free(w.f);
	w.f = NULL;
}
