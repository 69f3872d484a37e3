// SPDX-License-Identifier: GPL-2.0
/* chain_sim.c - a chain and a node that is not well. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "chain_sim.h"

/* xorshift64* */
uint64_t sim_random(struct sim *s, uint64_t below)
{
	s->seed ^= s->seed >> 12;
	s->seed ^= s->seed << 25;
	s->seed ^= s->seed >> 27;
	return s->seed * 0x2545f4914f6cdd1dull % below;
}

static void mine(struct sim *s)
{
	struct sim_block *b = &s->blocks[++s->height];
	uint64_t name[2] = { s->height, ++s->salt };
	unsigned int i;

	assert_true(s->height < SIM_BLOCKS_MAX);
	ts_keccak256(&b->hash, name, sizeof(name));
	b->first = s->n_events;
	b->n = sim_random(s, 4) ? 0 : (unsigned int)sim_random(s, 4);
	b->full_bloom = !sim_random(s, 16);
	b->elusive = !sim_random(s, 8);
	b->losses = (unsigned int)sim_random(s, b->elusive ? 7 : 4);
	for (i = 0; i < b->n; i++) {
		assert_true(s->n_events < SIM_EVENTS_MAX);
		s->events[s->n_events++] = (struct sim_event){
			.number = s->height, .hash = b->hash, .log_index = 2 * i + 1,
		};
	}
	if (s->height > s->top)
		s->top = s->height;
}

void sim_grow(struct sim *s, uint64_t n)
{
	while (n--)
		mine(s);
}

void sim_begin(struct sim *s, uint64_t seed, uint64_t height)
{
	memset(s, 0, sizeof(*s));
	s->seed = seed * 0x9e3779b97f4a7c15ull + 1;
	memset(&s->contracts.tokens_network, 0x44, TS_ADDRESS_BYTES);
	memset(&s->contracts.secret_registry, 0x55, TS_ADDRESS_BYTES);
	sim_grow(s, height);
}

/* All blocks after @from are others from now on, up to @height. */
void sim_fork(struct sim *s, uint64_t from, uint64_t height)
{
	s->height = from;
	sim_grow(s, height - from);
}

void sim_reorganise(struct sim *s)
{
	uint64_t final = s->top - SIM_CONFIRMATIONS, depth;

	if (s->height <= final)
		return;
	depth = 1 + sim_random(s, s->height - final);
	sim_fork(s, s->height - depth, s->height - depth + 1 + sim_random(s, depth + 2));
}

static void make_log(const struct sim *s, struct ts_chain_log *log, uint64_t number,
		     uint64_t log_index, enum ts_chain_event_kind kind)
{
	static struct ts_chain_topics topics;

	if (ts_hash_is_zero(&topics.topic[0]))
		ts_chain_topics(&topics);
	memset(log, 0, sizeof(*log));
	log->address = s->contracts.tokens_network;
	log->block_number = number;
	log->block_hash = s->blocks[number].hash;
	log->log_index = log_index;
	log->n_topics = 2;
	log->topics[0] = topics.topic[kind];
	log->data_len = TS_LOG_DATA_MAX_BYTES / 4;
}

static void add_to_bloom(uint8_t *bloom, const void *bytes, size_t len)
{
	struct ts_hash h;
	unsigned int i, bit;

	ts_keccak256(&h, bytes, len);
	for (i = 0; i < 6; i += 2) {
		bit = (256u * h.b[i] + h.b[i + 1]) & 2047;
		bloom[255 - bit / 8] |= (uint8_t)(1u << (bit & 7));
	}
}

static void get_block(const struct sim *s, uint64_t number, struct sim_answer *a)
{
	const struct sim_block *b = &s->blocks[number];
	struct ts_chain_log log;

	a->found = true;
	memset(&a->block, 0, sizeof(a->block));
	a->block.number = number;
	a->block.hash = b->hash;
	a->block.parent_hash = s->blocks[number - 1].hash;
	if (b->full_bloom && !s->whole)
		memset(a->block.bloom, 0xff, TS_BLOOM_BYTES);
	if (!b->n)
		return;
	make_log(s, &log, number, 0, TS_CHAIN_CHANNEL_PUNISHED);
	add_to_bloom(a->block.bloom, log.topics[0].b, TS_HASH_BYTES);
	add_to_bloom(a->block.bloom, log.address.b, TS_ADDRESS_BYTES);
}

static void get_logs(struct sim *s, uint64_t to, bool may_lose, struct sim_answer *a)
{
	uint64_t number;
	unsigned int i;

	for (number = a->want.from; number <= to; number++) {
		struct sim_block *b = &s->blocks[number];

		if (b->n && b->losses && may_lose && sim_random(s, 2)) {
			b->losses--;
			continue;
		}
		for (i = 0; i < b->n; i++) {
			assert_true(a->n + 2 <= SIM_LOGS_MAX);
			make_log(s, &a->logs[a->n++], number, 2 * i + 1,
				 TS_CHAIN_CHANNEL_PUNISHED);
			/* Of the same contract, and nothing to us. */
			make_log(s, &a->logs[a->n], number, 2 * i + 2,
				 TS_CHAIN_CHANNEL_PUNISHED);
			a->logs[a->n++].topics[0].b[0] ^= 1;
		}
	}
}

/* What the node knows now; it does not always know the newest blocks. */
void sim_ask(struct sim *s, const struct ts_follow_want *want, bool may_lose,
	     struct sim_answer *a)
{
	uint64_t height = s->height;

	if (!s->whole && !sim_random(s, 8))
		height -= sim_random(s, 3);
	a->want = *want;
	a->found = false;
	a->n = 0;
	if (want->kind == TS_FOLLOW_HEAD)
		get_block(s, height, a);
	else if (want->kind == TS_FOLLOW_BLOCK && want->from <= height)
		get_block(s, want->from, a);
	else if (want->kind == TS_FOLLOW_LOGS)
		get_logs(s, want->to < s->height ? want->to : s->height,
			 may_lose && !s->whole, a);
}

int sim_deliver(struct ts_follower *f, const struct sim_answer *a)
{
	if (a->want.kind == TS_FOLLOW_LOGS)
		return ts_follow_logs(f, a->want.serial, a->logs, a->n);
	return ts_follow_block(f, a->want.serial, a->found ? &a->block : NULL);
}

struct sim_event *sim_find(struct sim *s, const struct ts_hash *hash, uint64_t log_index)
{
	size_t i;

	for (i = s->n_events; i; i--)
		if (s->events[i - 1].log_index == log_index &&
		    ts_hash_equal(&s->events[i - 1].hash, hash))
			return &s->events[i - 1];
	return NULL;
}
