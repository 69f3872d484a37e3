// SPDX-License-Identifier: GPL-2.0
/*
 * chain_mirrored.c - we are somebody's mirror: what comes is kept, the contract is
 * asked about it, and what has to be shown is sent as all else is.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tsd/chain_private.h"
#include "tsd/log.h"

/** ts_chain_mirrored_start() - go on with what is kept; Return: 0 or negative errno */
int ts_chain_mirrored_start(struct ts_chain *c, const struct ts_config *config)
{
	struct ts_mirrored_config mirrored = {
		.us = c->us,
		.chain_id = c->chain_id,
		.tokens_network = c->contracts.tokens_network,
		.confirmations = c->config.confirmations,
		.n_owners = config->n_mirror_for,
	};

	if (!config->n_mirror_for)
		return 0;
	memcpy(mirrored.owners, config->mirror_for, sizeof(mirrored.owners));
	return ts_mirrored_new(c->ledger, &mirrored, &c->mirrored);
}

/* --- what comes ------------------------------------------------------------ */

static enum ts_refuse kind_of(enum ts_mirrored_verdict verdict)
{
	switch (verdict) {
	case TS_MIRRORED_BAD_FORM:
	case TS_MIRRORED_BAD_SIGNATURE:
	case TS_MIRRORED_BAD_PROOF:
	case TS_MIRRORED_BAD_DELEGATION:
		return TS_REFUSE_INVALID;
	case TS_MIRRORED_OLD_PROOF:
	case TS_MIRRORED_OLD_LIFE:
		return TS_REFUSE_CONFLICT;
	default:
		return TS_REFUSE_FORBIDDEN;
	}
}

static void refuse(const struct ts_chain_mirrorer *to, enum ts_mirrored_verdict verdict)
{
	struct ts_refused why = {
		.kind = kind_of(verdict),
		.name = ts_mirrored_verdict_name(verdict),
		.text = ts_mirrored_verdict_text(verdict),
	};

	ts_log(TS_LOG_DEBUG, "mirror: %s", why.text);
	to->refuse(to->ctx, to->reply, &why);
}

/*
 * A batch that nothing more can be put into fails at its flush, and then all of it is
 * read again from the disk.
 */
static bool put(struct ts_chain *c, const struct ts_delegated *d)
{
	if (ts_billing_begin(c->billing))
		return false;
	if (!ts_mirrored_put(c->mirrored, d))
		return true;
	ts_log(TS_LOG_ERROR, "mirror: %s", ts_ledger_error(c->ledger));
	return false;
}

/**
 * ts_chain_mirror() - another box wants something shown for it
 * @c: the chain, or NULL
 * @bytes: as they came
 * @len: how many
 * @to: who is told, once: after the commit, or at once that it is refused
 */
void ts_chain_mirror(struct ts_chain *c, const void *bytes, size_t len,
		     const struct ts_chain_mirrorer *to)
{
	static const struct ts_refused
	none = { TS_REFUSE_UNKNOWN, "no_mirror", "this box is nobody's mirror", NULL },
	busy = { TS_REFUSE_BUSY, "busy", "too many requests at once; send it again", NULL },
	read_only = { TS_REFUSE_READ_ONLY, "read_only",
		      "the box cannot store anything now; its operator must act", NULL };
	enum ts_mirrored_verdict verdict;
	struct ts_delegated d;

	if (!c || !c->mirrored) {
		to->refuse(to->ctx, to->reply, &none);
		return;
	}
	if (c->n_mirroring == TS_CHAIN_MIRRORING_MAX) {
		to->refuse(to->ctx, to->reply, &busy);
		return;
	}
	verdict = ts_mirrored_look(c->mirrored, bytes, len, &d);
	if (verdict > TS_MIRRORED_KNOWN) {
		refuse(to, verdict);
		return;
	}
	/* Also what is known already may be in the open batch. */
	if (verdict == TS_MIRRORED_NEW && !put(c, &d)) {
		to->refuse(to->ctx, to->reply, &read_only);
		return;
	}
	c->mirroring[c->n_mirroring] = *to;
	c->mirroring[c->n_mirroring++].nonce = d.proof.nonce;
}

/**
 * ts_chain_mirrored_flushed() - what was committed may be said
 * @c: the chain
 */
void ts_chain_mirrored_flushed(struct ts_chain *c)
{
	static const struct ts_refused read_only = {
		TS_REFUSE_READ_ONLY, "read_only",
		"the box could not store this; its operator must act", NULL,
	};
	const char *failed = ts_billing_read_only(c->billing);
	struct ts_chain_mirrorer *to;
	unsigned int i;

	if (!c->mirrored || ts_ledger_in_batch(c->ledger))
		return;
	for (i = 0; i < c->n_mirroring; i++) {
		to = &c->mirroring[i];
		if (failed)
			to->refuse(to->ctx, to->reply, &read_only);
		else
			to->kept(to->ctx, to->reply, to->nonce);
	}
	if (failed && c->n_mirroring && ts_mirrored_reload(c->mirrored))
		ts_log(TS_LOG_ERROR, "mirror: %s", ts_ledger_error(c->ledger));
	c->n_mirroring = 0;
}

/* --- the chain ------------------------------------------------------------- */

/** ts_chain_mirrored_event() - the chain showed or took back something */
void ts_chain_mirrored_event(struct ts_chain *c, const struct ts_chain_event *event)
{
	if (c->mirrored)
		ts_mirrored_event(c->mirrored, &event->channel_identifier);
}

/** ts_chain_mirrored_poll() - the head is there */
void ts_chain_mirrored_poll(struct ts_chain *c, uint64_t head_block)
{
	if (!c->mirrored)
		return;
	ts_mirrored_poll(c->mirrored, head_block);
	c->look = true;
}

static void on_answer(void *ctx, const struct ts_rpc_answer *a)
{
	struct ts_chain *c = ctx;

	c->asking_mirrored = false;
	if (a->err) {
		ts_mirrored_failed(c->mirrored, c->mirrored_ask.serial);
		ts_chain_trouble(c, a->why);
	} else if (ts_mirrored_answer(c->mirrored, c->mirrored_ask.serial, &a->data)) {
		ts_chain_trouble(c, "what answers at chain.tokens_network is no TokensNetwork; is the address right?");
	}
	c->look = true;
	ts_chain_pump(c);
}

/** ts_chain_ask_mirrored() - Return: whether a question was sent */
bool ts_chain_ask_mirrored(struct ts_chain *c)
{
	if (!c->mirrored || c->asking_mirrored ||
	    !ts_mirrored_next(c->mirrored, &c->mirrored_ask))
		return false;
	if (ts_rpc_send(ts_rpc_watch_rpc(c->watch), TS_RPC_CALL,
			ts_rpc_params_call(&c->contracts.tokens_network,
					   &c->mirrored_ask.call), on_answer, c)) {
		ts_mirrored_failed(c->mirrored, c->mirrored_ask.serial);
		return false;
	}
	c->asking_mirrored = true;
	return true;
}

static void want(const struct ts_wish *wish, const struct ts_delegated *d, void *arg)
{
	char owner[TS_ADDRESS_TEXT_SIZE], partner[TS_ADDRESS_TEXT_SIZE];
	struct ts_chain *c = arg;

	/* Without room the others go first; it is wanted again at each look. */
	if (ts_transactions_is_live(c->transactions, &wish->intent) ||
	    !ts_transactions_has_room(c->transactions, wish->vital))
		return;
	ts_log(TS_LOG_INFO, "mirror: %s is silent, so we show the proof of %s for it",
	       ts_address_print(&d->owner, owner),
	       ts_address_print(&d->partner, partner));
	ts_chain_add_wish(c, wish);
}

static void no_more(const struct ts_hash *intent, void *arg)
{
	struct ts_chain *c = arg;

	ts_transactions_cancel(c->transactions, intent);
}

/** ts_chain_mirrored_look() - what has to be shown now, and what is over */
void ts_chain_mirrored_look(struct ts_chain *c)
{
	if (!c->mirrored)
		return;
	ts_mirrored_wishes(c->mirrored, want, no_more, c);
	if (ts_mirrored_has_ended(c->mirrored) && !ts_billing_begin(c->billing) &&
	    ts_mirrored_forget_ended(c->mirrored))
		ts_log(TS_LOG_ERROR, "mirror: %s", ts_ledger_error(c->ledger));
}

/* --- for people ------------------------------------------------------------ */

static void add_view(const struct ts_mirrored_view *view, void *arg)
{
	static const char *const states[] = {
		[TS_MIRRORED_UNASKED] = "unasked",
		[TS_MIRRORED_OPEN] = "open",
		[TS_MIRRORED_CLOSED] = "closed",
		[TS_MIRRORED_OVER] = "over",
	};
	const struct ts_delegated *d = view->d;
	char owner[TS_ADDRESS_TEXT_SIZE], partner[TS_ADDRESS_TEXT_SIZE];
	char token[TS_ADDRESS_TEXT_SIZE], amount[TS_U128_TEXT_SIZE];
	json_t *one;

	one = json_pack("{s:s, s:s, s:s, s:I, s:I, s:s, s:s, s:b}",
		"owner", ts_address_print(&d->owner, owner),
		"partner_address", ts_address_print(&d->partner, partner),
		"token", ts_address_print(&d->token, token),
		"open_block_number", (json_int_t)d->open_block_number,
		"nonce", (json_int_t)d->proof.nonce,
		"transferred_wei", ts_u128_print(d->proof.transferred_wei, amount),
		"state", states[view->state], "showing", view->wanted);
	if (view->state == TS_MIRRORED_CLOSED) {
		json_object_set_new(one, "from_block",
				    json_integer((json_int_t)view->from_block));
		json_object_set_new(one, "settle_block",
				    json_integer((json_int_t)view->settle_block));
		json_object_set_new(one, "shown_nonce",
				    json_integer((json_int_t)view->shown_nonce));
	}
	json_array_append_new(arg, one);
}

/** ts_chain_mirrored_json() - for {"cmd":"mirrors"}; Return: a new reference */
json_t *ts_chain_mirrored_json(const struct ts_chain *c)
{
	json_t *list = json_array();

	if (c && c->mirrored)
		ts_mirrored_each(c->mirrored, add_view, list);
	return list;
}
