// SPDX-License-Identifier: GPL-2.0
/*
 * parts.c - what is left of a wallet's payments, and that it is gone.
 *
 * A refund takes them, and so does what a wallet buys at another box.
 */
#include <errno.h>
#include <stdlib.h>

#include "billing/batch.h"
#include "billing/channels.h"
#include "billing/parts.h"
#include "billing/refunds.h"
#include "billing/sessions.h"

static int collect(const struct ts_ledger_payment *p, void *arg)
{
	struct ts_parts *parts = arg;
	ts_u128 left_wei = p->delta_wei - p->spent_wei - p->refunded_wei;
	struct ts_part *more;

	parts->unseen_wei -= left_wei;
	if (left_wei && ts_address_equal(&p->wallet, parts->wallet) &&
	    (!parts->session || p->session == parts->session) &&
	    (!parts->payment || p->id == parts->payment)) {
		more = realloc(parts->part, (parts->count + 1) * sizeof(*more));
		if (!more)
			return -ENOMEM;
		parts->part = more;
		more += parts->count++;
		more->row = *p;
		more->wei = left_wei;
	}
	return !parts->unseen_wei;
}

/**
 * ts_parts_collect() - what is left of the payments of a wallet
 * @b: billing
 * @c: any life of its channel; what was paid in others is there, too
 * @parts: its wallet is set; freed by ts_parts_free()
 *
 * Return: 0, or negative errno: they cannot be read.
 */
int ts_parts_collect(struct ts_billing *b, struct ts_billing_channel *c,
		     struct ts_parts *parts)
{
	struct ts_billing_channel *life;
	int ret;

	ts_for_each_life(life, b, c) {
		parts->unseen_wei = ts_channel_unspent_wei(life);
		if (!parts->unseen_wei)
			continue;
		ret = ts_ledger_payment_load_channel(b->ledger, life->row.id,
						     collect, parts);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static void leave_held(struct ts_parts *parts, const struct ts_billing_payment *p)
{
	struct ts_part *part = parts->part;
	size_t i;

	for (i = 0; i < parts->count; i++)
		if (part[i].row.id == p->row.id)
			part[i].wei -= p->held_wei < part[i].wei ? p->held_wei :
								   part[i].wei;
}

/**
 * ts_parts_unheld() - without what accounts have reserved of them
 * @b: billing
 * @parts: collected
 */
void ts_parts_unheld(struct ts_billing *b, struct ts_parts *parts)
{
	const struct ts_billing_session *s;
	const struct ts_billing_payment *p;
	size_t i, n = 0;

	TAILQ_FOREACH(s, &b->sessions, list)
		TAILQ_FOREACH(p, &s->payments, list)
			if (p->channel && p->held_wei)
				leave_held(parts, p);
	for (i = 0; i < parts->count; i++)
		if (parts->part[i].wei)
			parts->part[n++] = parts->part[i];
	parts->count = n;
}

void ts_parts_free(struct ts_parts *parts)
{
	free(parts->part);
}

static int newest_first(const void *a, const void *b)
{
	int64_t x = ((const struct ts_part *)a)->row.id;
	int64_t y = ((const struct ts_part *)b)->row.id;

	return x > y ? -1 : x < y;
}

/**
 * ts_parts_limit() - no more than that, of the newest
 * @parts: collected
 * @limit_wei: so much at most; all: TS_U128_MAX
 *
 * They are in order after it, newest first.
 */
void ts_parts_limit(struct ts_parts *parts, ts_u128 limit_wei)
{
	struct ts_part *p = parts->part;

	if (parts->count)
		qsort(p, parts->count, sizeof(*p), newest_first);
	for (; p < parts->part + parts->count && parts->sum_wei < limit_wei; p++) {
		if (p->wei > limit_wei - parts->sum_wei)
			p->wei = limit_wei - parts->sum_wei;
		parts->sum_wei += p->wei;
	}
	parts->count = p - parts->part;
}

static int by_id(const void *key, const void *member)
{
	int64_t id = *(const int64_t *)key;
	const struct ts_part *part = member;

	return id > part->row.id ? -1 : id < part->row.id;
}

/* Payments that sessions have in memory. */
static void book_session(struct ts_billing *b, struct ts_billing_session *s,
			 const struct ts_billing_channel *c, struct ts_parts *parts)
{
	struct ts_billing_payment *p, *next;
	struct ts_part *part;

	for (p = TAILQ_FIRST(&s->payments); p; p = next) {
		next = TAILQ_NEXT(p, list);
		if (!p->channel || !ts_channel_is_life_of(p->channel, c))
			continue;
		part = bsearch(&p->row.id, parts->part, parts->count,
			       sizeof(*part), by_id);
		if (!part)
			continue;
		p->row.refunded_wei += part->wei;
		p->row.live = !ts_payment_is_done(p);
		part->row = p->row;
		ts_session_changed(b, s);
		if (!p->row.live)
			ts_session_drop_payment(b, s, p);
	}
}

/* The row of @c itself is stored with what it signs. */
static void book_lives(struct ts_billing *b, struct ts_billing_channel *c,
		       const struct ts_parts *parts)
{
	struct ts_billing_channel *life;
	ts_u128 before_wei;
	size_t i;

	ts_for_each_life(life, b, c) {
		before_wei = life->row.refunded_wei;
		for (i = 0; i < parts->count; i++)
			if (parts->part[i].row.channel == life->row.id)
				life->row.refunded_wei += parts->part[i].wei;
		if (life != c && life->row.refunded_wei != before_wei)
			ts_channel_write(b, life);
	}
}

/**
 * ts_parts_book() - they are gone: into the open batch, and into memory
 * @b: billing
 * @c: the channel they were paid over; its own row is left to the caller
 * @parts: limited
 */
void ts_parts_book(struct ts_billing *b, struct ts_billing_channel *c,
		 struct ts_parts *parts)
{
	struct ts_billing_session *s;
	struct ts_part *part = parts->part;
	ts_u128 gone_wei;
	size_t i;

	for (i = 0; i < parts->count; i++)
		part[i].row.refunded_wei += part[i].wei;
	TAILQ_FOREACH(s, &b->sessions, list)
		book_session(b, s, c, parts);
	for (i = 0; i < parts->count; i++) {
		gone_wei = part[i].row.spent_wei + part[i].row.refunded_wei;
		if (gone_wei == part[i].row.delta_wei)
			part[i].row.live = false;
		ts_batch_check(b, ts_ledger_payment_update(b->ledger,
							   &part[i].row));
	}
	book_lives(b, c, parts);
}
