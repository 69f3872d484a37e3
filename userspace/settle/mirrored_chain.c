// SPDX-License-Identifier: GPL-2.0
/*
 * mirrored_chain.c - what the contract says of the channels of others, and what is
 * to be shown to it.
 *
 * The contract is asked, and nothing is concluded from events alone: so it is all the
 * same whether a proof came before or after the close, what was missed while we were
 * off, and what a reorganisation undid.
 */
#include <errno.h>
#include <string.h>

#include "chain/network.h"
#include "settle/call.h"
#include "settle/mirrored_private.h"

/**
 * ts_mirrored_event() - the chain showed something of a channel, or undid it
 * @m: ours
 * @identifier: of the channel, any
 */
void ts_mirrored_event(struct ts_mirrored *m, const struct ts_hash *identifier)
{
	struct kept *k;

	TAILQ_FOREACH(k, &m->kept, list)
		if (ts_hash_equal(&k->identifier, identifier))
			k->ask_at = 0;
}

/**
 * ts_mirrored_poll() - ask again where it is due
 * @m: ours
 * @head_block: the newest block of the node
 */
void ts_mirrored_poll(struct ts_mirrored *m, uint64_t head_block)
{
	m->head = head_block;
	m->paused = false;
}

/**
 * ts_mirrored_next() - what to ask the contract
 * @m: ours
 * @ask: the question
 *
 * Return: true; false: nothing now, or a question waits for its answer.
 */
bool ts_mirrored_next(struct ts_mirrored *m, struct ts_mirrored_ask *ask)
{
	struct kept *k;

	if (m->outstanding || m->paused || !m->head)
		return false;
	TAILQ_FOREACH(k, &m->kept, list)
		if (k->closing || k->ask_at <= m->head)
			break;
	if (!k)
		return false;
	if (k->closing) {
		ts_network_get_participant_info(&ask->call, &k->d.token,
						&k->d.partner, &k->d.owner);
	} else {
		ts_network_get_channel_info(&ask->call, &k->d.token, &k->d.owner,
					    &k->d.partner);
		/* What comes from here on is asked about again. */
		k->ask_at = NEVER;
	}
	ask->serial = ++m->serial;
	m->outstanding = true;
	m->subject = k;
	return true;
}

static void ask_at(struct kept *k, uint64_t block)
{
	if (block < k->ask_at)
		k->ask_at = block;
}

/* Not there: it is over, unless the node may not have seen its opening yet. */
static void heard_of_no_life(struct ts_mirrored *m, struct kept *k,
			     uint64_t open_block_number)
{
	uint64_t deep = k->d.open_block_number + m->config.confirmations;

	if (open_block_number < k->d.open_block_number && m->head < deep) {
		k->state = TS_MIRRORED_UNASKED;
		ask_at(k, deep);
		return;
	}
	if (k->state != TS_MIRRORED_OVER) {
		k->state = TS_MIRRORED_OVER;
		k->over_since = m->head;
	}
	if (m->head >= k->over_since + m->config.confirmations)
		k->ended = true;
	else
		ask_at(k, k->over_since + m->config.confirmations);
}

static int heard_of_channel(struct ts_mirrored *m, struct kept *k,
			    const struct ts_bytes *data)
{
	struct ts_channel_info info;
	uint64_t half;

	if (ts_network_read_channel_info(data, &info))
		return -EINVAL;
	k->ended = false;
	if (info.open_block_number != k->d.open_block_number ||
	    info.state == TS_CHANNEL_NONE) {
		heard_of_no_life(m, k, info.open_block_number);
		return 0;
	}
	if (info.state == TS_CHANNEL_OPEN) {
		k->state = TS_MIRRORED_OPEN;
		return 0;
	}
	half = info.settle_timeout_blocks / 2;
	k->settle_block = info.settle_block_number;
	k->from_block = half < k->settle_block ? k->settle_block - half : 0;
	k->closing = true;
	return 0;
}

static bool is_unshown(const struct kept *k)
{
	return k->state == TS_MIRRORED_CLOSED && k->shown_nonce < k->d.proof.nonce;
}

static int heard_of_partner(struct ts_mirrored *m, struct kept *k,
			    const struct ts_bytes *data)
{
	struct ts_participant_info info;

	if (ts_network_read_participant_info(data, &info))
		return -EINVAL;
	k->closing = false;
	k->state = TS_MIRRORED_CLOSED;
	k->shown_nonce = info.nonce;
	k->shown_at = m->head;
	if (m->head < k->from_block)
		ask_at(k, k->from_block);
	else if (m->head < k->settle_block && is_unshown(k))
		ask_at(k, m->head + 1);
	return 0;
}

static struct kept *answered(struct ts_mirrored *m, uint64_t serial)
{
	struct kept *k = m->subject;

	if (!m->outstanding || serial != m->serial)
		return NULL;
	m->outstanding = false;
	m->subject = NULL;
	return k;
}

static void again(struct ts_mirrored *m, struct kept *k)
{
	k->closing = false;
	k->ask_at = 0;
	m->paused = true;
}

/**
 * ts_mirrored_answer() - what the contract says
 * @m: ours
 * @serial: of the question
 * @data: by eth_call
 *
 * Return: 0, or -EINVAL: that is no answer of a TokensNetwork.
 */
int ts_mirrored_answer(struct ts_mirrored *m, uint64_t serial,
		       const struct ts_bytes *data)
{
	struct kept *k = answered(m, serial);
	int ret;

	if (!k)
		return 0;
	ret = k->closing ? heard_of_partner(m, k, data) :
			   heard_of_channel(m, k, data);
	if (ret)
		again(m, k);
	return ret;
}

/** ts_mirrored_failed() - there was no answer: after the next poll it is asked again */
void ts_mirrored_failed(struct ts_mirrored *m, uint64_t serial)
{
	struct kept *k = answered(m, serial);

	if (k)
		again(m, k);
}

/*
 * Its owner had half of the window.  What was shown must have been asked since then,
 * and there must be a block left in which ours can be.
 */
static bool is_wanted(const struct ts_mirrored *m, const struct kept *k)
{
	return is_unshown(k) && k->shown_at >= k->from_block &&
	       m->head < k->settle_block;
}

/**
 * ts_mirrored_wishes() - what has to be shown to the contract now
 * @m: ours
 * @want: handed each, at each call anew
 * @no_more: handed what was wanted before and is not any more
 * @arg: for both
 */
void ts_mirrored_wishes(struct ts_mirrored *m,
			void (*want)(const struct ts_wish *wish,
				     const struct ts_delegated *d, void *arg),
			void (*no_more)(const struct ts_hash *intent, void *arg),
			void *arg)
{
	struct ts_wish wish;
	struct kept *k;

	TAILQ_FOREACH(k, &m->kept, list) {
		memset(&wish.intent, 0, sizeof(wish.intent));
		if (is_wanted(m, k))
			ts_wish_of_delegated(&wish, &k->d, k->settle_block);
		if (!ts_hash_is_zero(&k->wished) &&
		    !ts_hash_equal(&k->wished, &wish.intent))
			no_more(&k->wished, arg);
		k->wished = wish.intent;
		if (!ts_hash_is_zero(&wish.intent))
			want(&wish, &k->d, arg);
	}
}

/** ts_mirrored_has_ended() - whether ts_mirrored_forget_ended() has anything to do */
bool ts_mirrored_has_ended(const struct ts_mirrored *m)
{
	const struct kept *k;

	TAILQ_FOREACH(k, &m->kept, list)
		if (k->ended)
			return true;
	return false;
}

/**
 * ts_mirrored_forget_ended() - what is over makes place, in the open batch
 * @m: ours
 *
 * Return: 0, or negative errno: the batch is to be discarded, then reload.
 */
int ts_mirrored_forget_ended(struct ts_mirrored *m)
{
	struct kept *k, *next;
	int ret;

	for (k = TAILQ_FIRST(&m->kept); k; k = next) {
		next = TAILQ_NEXT(k, list);
		if (!k->ended)
			continue;
		ret = ts_ledger_mirrored_delete(m->ledger, &k->d);
		if (ret)
			return ret;
		ts_mirrored_drop(m, k);
	}
	return 0;
}

/** ts_mirrored_each() - those that are kept */
void ts_mirrored_each(const struct ts_mirrored *m,
		      void (*cb)(const struct ts_mirrored_view *view, void *arg),
		      void *arg)
{
	struct ts_mirrored_view view;
	const struct kept *k;

	TAILQ_FOREACH(k, &m->kept, list) {
		view = (struct ts_mirrored_view){
			.d = &k->d, .state = k->state, .wanted = is_wanted(m, k),
		};
		if (k->state == TS_MIRRORED_CLOSED) {
			view.from_block = k->from_block;
			view.settle_block = k->settle_block;
			view.shown_nonce = k->shown_nonce;
		}
		cb(&view, arg);
	}
}
