// SPDX-License-Identifier: GPL-2.0
/*
 * intents.c - what channels want of the chain, and what there is to show it.
 */
#include <errno.h>
#include <stdlib.h>

#include "billing/batch.h"
#include "billing/channels.h"
#include "billing/lives.h"
#include "billing/onchain.h"

/* One thread, and never two at once: too big for a stack. */
static struct ts_life at_rest;

int ts_billing_proof_each(const struct ts_billing *b, int64_t after,
			  int (*cb)(int64_t row, const struct ts_channel *channel,
				    void *arg), void *arg)
{
	const struct ts_billing_channel *c;
	const struct ts_channel *ch;
	int ret;

	/* The list is in the order of the rows. */
	TAILQ_FOREACH(c, &b->channels, list) {
		ch = &c->row.channel;
		if (c->row.id <= after || !ch->partner_proof.nonce ||
		    ch->state == TS_CHANNEL_NONE ||
		    ch->restored == TS_RESTORED_UNKNOWN ||
		    ts_channel_foreign(b, ch))
			continue;
		ret = cb(c->row.id, ch, arg);
		if (ret)
			return ret;
	}
	return 0;
}

/* Rows of channels that have anything under way, ascending. */
struct under_way {
	int64_t *rows;
	size_t n, room;
};

static int note(int64_t channel, void *arg)
{
	struct under_way *u = arg;
	int64_t *more;

	if (u->n == u->room) {
		u->room = u->room ? 2 * u->room : 64;
		more = realloc(u->rows, u->room * sizeof(*more));
		if (!more)
			return -ENOMEM;
		u->rows = more;
	}
	u->rows[u->n++] = channel;
	return 0;
}

static bool is_under_way(const struct under_way *u, size_t *at, int64_t row)
{
	while (*at < u->n && u->rows[*at] < row)
		++*at;
	return *at < u->n && u->rows[*at] == row;
}

int ts_billing_intents(struct ts_billing *b, const struct ts_moment *moment,
		       void (*cb)(const struct ts_ledger_channel *c,
				  const struct ts_life *life,
				  const struct ts_intent *intents, size_t n,
				  void *arg), void *arg)
{
	struct ts_intent intents[TS_INTENTS_MAX];
	struct under_way u = { };
	struct ts_billing_channel *c;
	const struct ts_life *life;
	size_t at = 0, n;
	int ret;

	ret = ts_ledger_life_each(b->ledger, note, &u);
	/* The list is in the order of the rows, too. */
	TAILQ_FOREACH(c, &b->channels, list) {
		if (ret)
			break;
		if (c->row.channel.state == TS_CHANNEL_NONE ||
		    ts_channel_foreign(b, &c->row.channel) ||
		    !is_under_way(&u, &at, c->row.id))
			continue;
		life = ts_life_of(b, c, &at_rest);
		if (!life) {
			ret = ts_billing_fail(b, -EUCLEAN, "%s",
					      ts_ledger_error(b->ledger));
			break;
		}
		n = ts_life_intents(life, moment, intents);
		if (n)
			cb(&c->row, life, intents, n, arg);
	}
	free(u.rows);
	return ret;
}
