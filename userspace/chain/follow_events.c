// SPDX-License-Identifier: GPL-2.0
/* follow_events.c - following the chain's head: which events stay. */
#include <errno.h>
#include <stdlib.h>

#include "chain/follow_private.h"

/* A bloom filter that promises by chance must not hold everything up. */
#define DOUBTS_MAX	3

static int append(struct follow_events *list, const struct ts_chain_event *event)
{
	size_t room = list->room ? 2 * list->room : 16;
	struct ts_chain_event *more;

	if (list->n == list->room) {
		more = reallocarray(list->event, room, sizeof(*more));
		if (!more)
			return -ENOMEM;
		list->event = more;
		list->room = room;
	}
	list->event[list->n++] = *event;
	return 0;
}

static void tell_event(const struct ts_follower *f, enum ts_follow_notice_kind kind,
		       const struct ts_chain_event *event)
{
	f->notice(f->ctx, kind, event, NULL);
}

/* Forget the last block: it is no longer of the chain. */
void follow_pop(struct ts_follower *f)
{
	const struct ts_hash *hash = follow_tip_hash(f);
	struct follow_events *s = &f->seen;

	while (s->n && ts_hash_equal(&s->event[s->n - 1].block_hash, hash))
		tell_event(f, TS_FOLLOW_UNDONE, &s->event[--s->n]);
	f->n_blocks--;
	f->doubts = 0;
}

/* Where that block's hash must be, or NULL when we have only its number. */
static const struct ts_hash *hash_of(const struct ts_follower *f, uint64_t number)
{
	if (number <= follow_tip(f))
		return &f->blocks[number - f->cursor.block_number - 1].hash;
	if (f->anchor_known && f->anchor.number == number)
		return &f->anchor.hash;
	return NULL;
}

/* Do two logs follow each other in one chain? */
static bool in_order(const struct ts_chain_log *a, const struct ts_chain_log *b)
{
	if (a->block_number != b->block_number)
		return a->block_number < b->block_number;
	return a->log_index < b->log_index && ts_hash_equal(&a->block_hash, &b->block_hash);
}

/* Is each log of the range that was asked, and of the blocks that we know? */
static int check_logs(const struct ts_follower *f, const struct ts_chain_log *logs, size_t n)
{
	const struct ts_hash *hash;
	size_t i;

	for (i = 0; i < n; i++) {
		if (logs[i].block_number < f->want.from ||
		    logs[i].block_number > f->want.to)
			return -EBADMSG;
		if (i && !in_order(&logs[i - 1], &logs[i]))
			return -EBADMSG;
		hash = hash_of(f, logs[i].block_number);
		if (hash && !ts_hash_equal(hash, &logs[i].block_hash))
			return -EAGAIN;
	}
	return 0;
}

static int decode_logs(const struct ts_follower *f, const struct ts_chain_log *logs,
		       size_t n, struct follow_events *out)
{
	struct ts_chain_event event;
	size_t i;
	int ret;

	for (i = 0; i < n; i++) {
		ret = ts_chain_event_decode(&event, &logs[i], &f->config.contracts);
		if (ret == -ENOENT)
			continue;
		if (!ret)
			ret = append(out, &event);
		if (ret)
			return ret;
	}
	return 0;
}

/* The events of a range, in @out, which is to be freed in any case. */
static int read_range(const struct ts_follower *f, const struct ts_chain_log *logs,
		     size_t n, struct follow_events *out)
{
	int ret = check_logs(f, logs, n);

	return ret ? ret : decode_logs(f, logs, n, out);
}

/**
 * follow_tell() - the logs of the last block are there
 * @f: the follower
 * @logs: the logs
 * @n: how many
 *
 * Return: 0 or negative errno; then nothing was told.
 */
int follow_tell(struct ts_follower *f, const struct ts_chain_log *logs, size_t n)
{
	struct follow_block *tip = &f->blocks[f->n_blocks - 1];
	size_t before = f->seen.n, i;
	int ret = check_logs(f, logs, n);

	if (ret == -EAGAIN)
		follow_pop(f);	/* it has been replaced meanwhile */
	if (ret)
		return ret;
	ret = decode_logs(f, logs, n, &f->seen);
	if (ret) {
		f->seen.n = before;
		return ret;
	}
	f->doubted = tip->promises && f->seen.n == before && tip->doubts < DOUBTS_MAX;
	if (f->doubted) {
		tip->doubts++;
		return -EAGAIN;
	}
	tip->told = true;
	for (i = before; i < f->seen.n; i++)
		tell_event(f, TS_FOLLOW_SEEN, &f->seen.event[i]);
	return 0;
}

static bool same_event(const struct ts_chain_event *a, const struct ts_chain_event *b)
{
	return a->log_index == b->log_index &&
	       ts_hash_equal(&a->block_hash, &b->block_hash);
}

/* Are all events that were seen in the range among the @found ones? */
static bool has_all_seen(const struct ts_follower *f, const struct follow_events *found)
{
	const struct follow_events *seen = &f->seen;
	size_t i, k = 0;

	for (i = 0; i < seen->n && seen->event[i].block_number <= f->want.to; i++) {
		while (k < found->n && !same_event(&seen->event[i], &found->event[k]))
			k++;
		if (k == found->n)
			return false;
	}
	return true;
}

/* Is there an event for each block that promises one? */
static bool has_all_promised(const struct ts_follower *f, const struct follow_events *found)
{
	uint64_t number;
	size_t k = 0;

	for (number = f->want.from; number <= f->want.to; number++) {
		while (k < found->n && found->event[k].block_number < number)
			k++;
		if (f->blocks[number - f->want.from].promises &&
		    (k == found->n || found->event[k].block_number != number))
			return false;
	}
	return true;
}

/* Everything is known to be right: from here on nothing fails. */
static void confirm_events(struct ts_follower *f, const struct follow_events *found)
{
	const struct follow_events *seen = &f->seen;
	size_t i, k = 0;

	for (i = 0; i < found->n; i++) {
		if (k < seen->n && same_event(&seen->event[k], &found->event[i]))
			k++;
		else
			tell_event(f, TS_FOLLOW_SEEN, &found->event[i]);
		tell_event(f, TS_FOLLOW_CONFIRMED, &found->event[i]);
	}
}

static void move_cursor(struct ts_follower *f, const struct ts_hash *hash)
{
	f->cursor.block_number = f->want.to;
	f->cursor.block_hash = *hash;
	f->doubted = false;
	f->doubts = 0;
	f->notice(f->ctx, TS_FOLLOW_CURSOR, NULL, &f->cursor);
}

/* The confirmed blocks and their events need no remembering. */
static void drop_confirmed(struct ts_follower *f)
{
	unsigned int n = (unsigned int)(f->want.to - f->want.from + 1), i;
	struct follow_events *s = &f->seen;
	size_t k = 0;

	f->n_blocks -= n;
	for (i = 0; i < f->n_blocks; i++)
		f->blocks[i] = f->blocks[i + n];
	while (k < s->n && s->event[k].block_number <= f->want.to)
		k++;
	s->n -= k;
	for (i = 0; i < s->n; i++)
		s->event[i] = s->event[i + k];
}

static int confirm(struct ts_follower *f, const struct follow_events *found)
{
	struct ts_hash last = *hash_of(f, f->want.to);

	if (!has_all_seen(f, found)) {
		f->doubted = true;
		return -EAGAIN;
	}
	if (!has_all_promised(f, found) && f->doubts < DOUBTS_MAX) {
		f->doubted = true;
		f->doubts++;
		return -EAGAIN;
	}
	confirm_events(f, found);
	drop_confirmed(f);
	move_cursor(f, &last);
	return 0;
}

/**
 * follow_confirm() - the logs of blocks that are deep now are there again
 * @f: the follower
 * @logs: the logs
 * @n: how many
 *
 * Return: 0 or negative errno; then nothing was told.
 */
int follow_confirm(struct ts_follower *f, const struct ts_chain_log *logs, size_t n)
{
	struct follow_events found = { NULL };
	int ret = read_range(f, logs, n, &found);

	/* Another fork than ours: is it ours that is wrong? */
	if (ret == -EAGAIN)
		f->tip_checked = false;
	if (!ret)
		ret = confirm(f, &found);
	free(found.event);
	return ret;
}

/**
 * follow_catch_up() - the logs of a deep range are there
 * @f: the follower; it knows no block after the cursor but the anchor
 * @logs: the logs
 * @n: how many
 *
 * Return: 0 or negative errno; then nothing was told.
 */
int follow_catch_up(struct ts_follower *f, const struct ts_chain_log *logs, size_t n)
{
	struct follow_events found = { NULL };
	int ret = read_range(f, logs, n, &found);

	if (!ret) {
		confirm_events(f, &found);
		move_cursor(f, &f->anchor.hash);
	}
	f->anchor_known = false;
	free(found.event);
	return ret;
}
