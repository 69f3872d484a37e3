// SPDX-License-Identifier: GPL-2.0
/* transactions.c - what is live, and its rows in the ledger. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settle/transactions_private.h"

_Static_assert(TS_TRANSACTION_DATA_MAX == TS_TX_DATA_MAX_BYTES, "calls fit");
_Static_assert(TS_SUBMISSION_RAW_MAX == TS_TX_MAX_BYTES, "transactions fit");

void ts_transaction_why(struct transaction *x, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(x->why, sizeof(x->why), fmt, args);
	va_end(args);
}

/* Nothing more happens to it. */
bool ts_transaction_ended(const struct transaction *x)
{
	return x->row.state > TS_TRANSACTION_MINED;
}

static void forget(struct ts_transactions *t, struct transaction *x)
{
	unsigned int i;

	if (t->subject == x) {
		t->subject = NULL;
		t->outstanding = false;
	}
	TAILQ_REMOVE(&t->live, x, list);
	t->n_live--;
	for (i = 0; i < x->n; i++)
		free(x->submissions[i]);
	free(x);
}

static int load_submission(const struct ts_ledger_submission *row, void *arg)
{
	struct transaction *x = arg;
	struct submission *s;

	if (x->n == TS_SUBMISSIONS_MAX)
		return -EUCLEAN;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->row = *row;
	s->written = true;
	s->committed = true;
	x->submissions[x->n++] = s;
	return 0;
}

static int load(const struct ts_ledger_transaction *row, void *arg)
{
	struct ts_transactions *t = arg;
	struct transaction *x = calloc(1, sizeof(*x));

	if (!x)
		return -ENOMEM;
	x->row = *row;
	/* Nothing is asked about it before the first poll. */
	x->looked = true;
	x->tried = true;
	TAILQ_INSERT_TAIL(&t->live, x, list);
	t->n_live++;
	return 0;
}

static int load_all(struct ts_transactions *t)
{
	const struct ts_address *us = ts_signer_address(t->key);
	struct transaction *x;
	int ret;

	ret = ts_ledger_transaction_load(t->ledger, us, true, load, t);
	TAILQ_FOREACH(x, &t->live, list) {
		if (ret)
			return ret;
		ret = ts_ledger_submission_load(t->ledger, x->row.id,
						load_submission, x);
	}
	if (!ret)
		ret = ts_ledger_transaction_next_nonce(t->ledger, us,
						       &t->next_nonce);
	return ret;
}

/**
 * ts_transactions_new() - go on from what the ledger has
 * @l: the ledger; stays the caller's
 * @config: copied
 * @key: ours; stays the caller's
 * @ended: told of each that ended
 * @ctx: for @ended
 * @out: set on success
 *
 * Return: 0 or negative errno.
 */
int ts_transactions_new(struct ts_ledger *l,
			const struct ts_transactions_config *config,
			const struct ts_signer *key,
			ts_transactions_ended *ended, void *ctx,
			struct ts_transactions **out)
{
	struct ts_transactions *t = calloc(1, sizeof(*t));
	int ret;

	*out = NULL;
	if (!t)
		return -ENOMEM;
	t->ledger = l;
	t->config = *config;
	t->key = key;
	t->ended = ended;
	t->ctx = ctx;
	TAILQ_INIT(&t->live);
	ret = load_all(t);
	if (ret) {
		ts_transactions_free(t);
		return ret;
	}
	*out = t;
	return 0;
}

/** ts_transactions_free() - forget all that is in memory; NULL is allowed */
void ts_transactions_free(struct ts_transactions *t)
{
	if (!t)
		return;
	while (!TAILQ_EMPTY(&t->live))
		forget(t, TAILQ_FIRST(&t->live));
	free(t);
}

/** ts_transactions_configure() - prices and reserve from now on */
void ts_transactions_configure(struct ts_transactions *t,
			       const struct ts_transactions_config *config)
{
	t->config = *config;
}

static struct transaction *find(const struct ts_transactions *t,
				const struct ts_hash *intent)
{
	struct transaction *x;

	TAILQ_FOREACH(x, &t->live, list)
		if (!ts_transaction_ended(x) &&
		    ts_hash_equal(&x->row.intent, intent))
			return x;
	return NULL;
}

/**
 * ts_transactions_cancel() - a wish is wanted no more
 * @t: ours
 * @intent: which
 *
 * What was signed may have been sent, and is seen through.  What was not would be
 * refused by the contract, round after round: a settlement, where somebody else was
 * first.
 */
void ts_transactions_cancel(struct ts_transactions *t, const struct ts_hash *intent)
{
	struct transaction *x = find(t, intent);

	if (x && x->row.state == TS_TRANSACTION_PLANNED)
		ts_transaction_end(t, x, TS_TRANSACTION_CANCELLED);
}

/**
 * ts_transactions_abandon() - a wish must not take effect any more
 * @t: ours
 * @intent: which
 *
 * As ts_transactions_drop(), for one: what was signed gives its nonce to a transaction
 * with nothing in it, also after a restart.
 */
void ts_transactions_abandon(struct ts_transactions *t, const struct ts_hash *intent)
{
	struct transaction *x = find(t, intent);

	if (!x || !x->row.until_block)
		return;
	x->row.until_block = 0;
	x->dirty = true;
}

/** ts_transactions_is_live() - whether a wish is under way */
bool ts_transactions_is_live(const struct ts_transactions *t,
			     const struct ts_hash *intent)
{
	return find(t, intent);
}

/** ts_transactions_has_room() - whether another wish, vital or not, can be added */
bool ts_transactions_has_room(const struct ts_transactions *t, bool vital)
{
	const struct transaction *x;
	unsigned int others = 0;

	TAILQ_FOREACH(x, &t->live, list)
		others += !x->row.vital;
	return t->n_live < TS_TRANSACTIONS_MAX &&
	       (vital || others < TS_TRANSACTIONS_OTHER_MAX);
}

/**
 * ts_transactions_add() - something is to be done on the chain
 * @t: ours, with a batch of the ledger open
 * @wish: what; copied
 * @id: set to the row number, also of one that is there already; NULL: unneeded
 *
 * Return: 0, -EEXIST: it is under way, -ENOSPC: too much is, -EMSGSIZE: the call
 * is too long, or another negative errno: the batch is to be discarded.
 */
int ts_transactions_add(struct ts_transactions *t, const struct ts_wish *wish,
			int64_t *id)
{
	struct transaction *x = find(t, &wish->intent);
	int ret;

	if (x) {
		if (id)
			*id = x->row.id;
		return -EEXIST;
	}
	if (!ts_transactions_has_room(t, wish->vital))
		return -ENOSPC;
	if (wish->call.len > sizeof(x->row.data))
		return -EMSGSIZE;
	x = calloc(1, sizeof(*x));
	if (!x)
		return -ENOMEM;
	x->row.intent = wish->intent;
	snprintf(x->row.label, sizeof(x->row.label), "%s", wish->label);
	x->row.channel = wish->channel;
	x->row.after = wish->after;
	x->row.sender = *ts_signer_address(t->key);
	x->row.to = wish->to;
	x->row.value_wei = wish->value_wei;
	x->row.until_block = wish->until_block > TS_ANY_BLOCK ? TS_ANY_BLOCK :
								wish->until_block;
	x->row.vital = wish->vital;
	x->row.data_len = wish->call.len;
	memcpy(x->row.data, wish->call.b, wish->call.len);
	ret = ts_ledger_transaction_insert(t->ledger, &x->row);
	if (ret) {
		free(x);
		return ret;
	}
	/* Of what was not signed there is nothing to look for in this round. */
	x->looked = true;
	TAILQ_INSERT_TAIL(&t->live, x, list);
	t->n_live++;
	if (id)
		*id = x->row.id;
	return 0;
}

/**
 * ts_transactions_drop() - what is of no use to anybody any more is not sent
 * @t: ours
 * @is_over: whether the life in a channel's row is
 * @arg: for @is_over
 *
 * The channel's next life has the same parties: what was meant for the last one,
 * a close without a proof above all, would be taken in it.  What was signed gives
 * its nonce to a transaction with nothing in it.  To be said again after a restart:
 * only what comes of it is in the ledger.
 */
void ts_transactions_drop(struct ts_transactions *t,
			  bool (*is_over)(int64_t channel, void *arg), void *arg)
{
	struct transaction *x;

	TAILQ_FOREACH(x, &t->live, list)
		if (x->row.channel && x->row.until_block &&
		    is_over(x->row.channel, arg))
			x->row.until_block = 0;
}

/** ts_transactions_dirty() - whether ts_transactions_write() has anything to do */
bool ts_transactions_dirty(const struct ts_transactions *t)
{
	const struct transaction *x;
	unsigned int i;

	TAILQ_FOREACH(x, &t->live, list) {
		if (x->dirty)
			return true;
		for (i = 0; i < x->n; i++)
			if (!x->submissions[i]->written)
				return true;
	}
	return false;
}

/**
 * ts_transactions_write() - what changed, into the open batch
 * @t: ours
 *
 * Return: 0 or negative errno: the batch is to be discarded.
 */
int ts_transactions_write(struct ts_transactions *t)
{
	struct transaction *x;
	unsigned int i;
	int ret;

	TAILQ_FOREACH(x, &t->live, list) {
		if (x->dirty) {
			ret = ts_ledger_transaction_update(t->ledger, &x->row);
			if (ret)
				return ret;
			x->dirty = false;
		}
		for (i = 0; i < x->n; i++) {
			if (x->submissions[i]->written)
				continue;
			ret = ts_ledger_submission_insert(t->ledger,
							  &x->submissions[i]->row);
			if (ret)
				return ret;
			x->submissions[i]->written = true;
		}
	}
	return 0;
}

/**
 * ts_transactions_committed() - what was written is durable: it may be sent
 * @t: ours; what was not written yet stays unsent
 */
void ts_transactions_committed(struct ts_transactions *t)
{
	struct transaction *x, *next;
	unsigned int i;

	for (x = TAILQ_FIRST(&t->live); x; x = next) {
		next = TAILQ_NEXT(x, list);
		for (i = 0; i < x->n; i++)
			x->submissions[i]->committed = x->submissions[i]->written;
		if (ts_transaction_ended(x) && !x->dirty) {
			t->ended(t->ctx, &x->row);
			forget(t, x);
		}
	}
}

/** ts_transactions_each() - those that are live, oldest first */
void ts_transactions_each(const struct ts_transactions *t,
			  void (*cb)(const struct ts_transaction_view *view,
				     void *arg), void *arg)
{
	struct ts_transaction_view view;
	const struct transaction *x;

	TAILQ_FOREACH(x, &t->live, list) {
		view.row = &x->row;
		view.submissions = x->n;
		view.last = x->n ? &x->submissions[x->n - 1]->row : NULL;
		view.why = x->why;
		cb(&view, arg);
	}
}

/** ts_transactions_funds() - what there is to pay with, by the last round */
void ts_transactions_funds(const struct ts_transactions *t,
			   struct ts_transactions_funds *funds)
{
	*funds = t->funds;
}
