// SPDX-License-Identifier: GPL-2.0
/*
 * chain_follow.c - a node that answers anything, driven by bytes.
 *
 * Whatever it says:
 *
 *  - the cursor only grows, and never comes nearer to the newest head that the
 *    node ever told of than the confirmations;
 *  - an event is seen before it is confirmed or undone, and each only once;
 *  - between two polls there is an end of questions.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "chain/follow.h"

#define CONFIRMATIONS	3
#define START		10
#define LOGS_MAX	4
#define QUESTIONS_MAX	1000	/* between two polls */
#define OPEN_MAX	4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *data;
	size_t size;
};

/**
 * struct oracle - what was told
 * @cursor: the last one
 * @head: the newest that the node told of
 * @waiting: events that are seen, neither confirmed nor undone
 * @n_waiting: how many
 */
static struct oracle {
	uint64_t cursor;
	uint64_t head;
	struct ts_chain_event waiting[OPEN_MAX];
	size_t n_waiting;
} o;

static void require(bool holds)
{
	if (!holds)
		abort();
}

static uint8_t next_byte(struct input *in)
{
	if (!in->size)
		return 0;
	in->size--;
	return *in->data++;
}

static size_t find(const struct ts_chain_event *e)
{
	size_t i;

	for (i = 0; i < o.n_waiting; i++)
		if (o.waiting[i].log_index == e->log_index &&
		    ts_hash_equal(&o.waiting[i].block_hash, &e->block_hash))
			break;
	return i;
}

static void on_notice(void *ctx, enum ts_follow_notice_kind kind,
		      const struct ts_chain_event *event,
		      const struct ts_follow_cursor *cursor)
{
	size_t i = event ? find(event) : 0;

	if (kind == TS_FOLLOW_SEEN) {
		require(i == o.n_waiting && o.n_waiting < OPEN_MAX);
		require(event->block_number > o.cursor);
		o.waiting[o.n_waiting++] = *event;
	} else if (kind == TS_FOLLOW_UNDONE || kind == TS_FOLLOW_CONFIRMED) {
		require(i < o.n_waiting && event->block_number > o.cursor);
		require(kind == TS_FOLLOW_UNDONE ||
			event->block_number + CONFIRMATIONS <= o.head);
		o.waiting[i] = o.waiting[--o.n_waiting];
	} else if (kind == TS_FOLLOW_CURSOR) {
		require(cursor->block_number > o.cursor &&
			cursor->block_number + CONFIRMATIONS <= o.head);
		o.cursor = cursor->block_number;
		for (i = 0; i < o.n_waiting; i++)
			require(o.waiting[i].block_number > o.cursor);
	}
}

/* A block of one of two forks, whose parent is of one of them, too. */
static void make_hash(struct ts_hash *hash, uint64_t number, unsigned int fork)
{
	memset(hash, 0, sizeof(*hash));
	hash->b[0] = 1;
	hash->b[1] = (uint8_t)fork;
	memcpy(hash->b + 8, &number, sizeof(number));
}

static void answer_block(struct ts_follower *f, const struct ts_follow_want *want,
			 struct input *in)
{
	uint8_t how = next_byte(in);
	struct ts_block b = { .number = want->from };

	if (want->kind == TS_FOLLOW_HEAD)
		b.number = how & 0x80 ? 1000 : START + next_byte(in);
	if ((how & 0x70) == 0x70)
		b.number++;
	make_hash(&b.hash, b.number, how & 1);
	make_hash(&b.parent_hash, b.number - 1, how >> 1 & 1);
	memset(b.bloom, how & 4 ? 0xff : 0, sizeof(b.bloom));
	if (want->kind == TS_FOLLOW_HEAD && b.number > o.head)
		o.head = b.number;
	ts_follow_block(f, want->serial, how & 8 ? NULL : &b);
}

static void answer_logs(struct ts_follower *f, const struct ts_follow_want *want,
			const struct ts_contracts *contracts,
			const struct ts_chain_topics *topics, struct input *in)
{
	struct ts_chain_log logs[LOGS_MAX] = { 0 };
	size_t n = next_byte(in) % (LOGS_MAX + 1), i;

	for (i = 0; i < n; i++) {
		uint8_t how = next_byte(in);

		logs[i].address = contracts->tokens_network;
		logs[i].block_number = want->from + (how >> 4);
		make_hash(&logs[i].block_hash, logs[i].block_number, how & 1);
		logs[i].log_index = i;
		logs[i].n_topics = how & 2 ? 1 : 2;
		logs[i].topics[0] = topics->topic[TS_CHAIN_CHANNEL_PUNISHED];
		logs[i].data_len = 32;
	}
	ts_follow_logs(f, want->serial, logs, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ts_follow_config config = { .confirmations = CONFIRMATIONS, .step_blocks = 16 };
	struct ts_follow_cursor cursor = { .block_number = START };
	struct input in = { data, size };
	struct ts_chain_topics topics;
	struct ts_follow_want want;
	unsigned int questions = 0;
	struct ts_follower *f;

	memset(&o, 0, sizeof(o));
	o.cursor = START;
	memset(&config.contracts, 0x44, sizeof(config.contracts));
	ts_chain_topics(&topics);
	make_hash(&cursor.block_hash, START, 0);
	f = ts_follow_new(&config, &cursor, on_notice, NULL);
	require(f);
	while (in.size) {
		if (!ts_follow_next(f, &want)) {
			ts_follow_poll(f);
			questions = 0;
			next_byte(&in);
			continue;
		}
		require(++questions < QUESTIONS_MAX);
		if (want.kind == TS_FOLLOW_LOGS)
			answer_logs(f, &want, &config.contracts, &topics, &in);
		else
			answer_block(f, &want, &in);
	}
	ts_follow_free(f);
	return 0;
}
