// SPDX-License-Identifier: GPL-2.0
/*
 * transactions_round.c - a round of questions, and what the answers mean.
 *
 * In a round first what is known of us, as deep as confirmed is, then the receipts
 * of each transaction, then what is to be done about it.  The order matters: that a
 * nonce is used is asked before the receipts, so one of ours that was mined in
 * between is found.
 */
#include <stdio.h>
#include <string.h>

#include "settle/transactions_private.h"

#define BIT(kind)	(1u << (kind))
/* Blocks after which the funds are asked for although nothing is to be sent. */
#define FUNDS_BLOCKS	20
/* Above this a call is no call of ours. */
#define GAS_MAX		5000000

/**
 * ts_transactions_poll() - begin a round
 * @t: ours
 * @head_block: the newest block of the node
 * @taken_block: the last block whose confirmed events were taken: no transaction of a
 *	later one ends, so that what one did is known before it is over
 *
 * Nothing happens while a question waits for its answer.
 */
void ts_transactions_poll(struct ts_transactions *t, uint64_t head_block,
			  uint64_t taken_block)
{
	struct transaction *x;

	if (t->outstanding)
		return;
	t->head = head_block;
	t->taken = taken_block;
	t->known = 0;
	t->to_ask = 0;
	if (t->n_live || !t->funds.known || head_block >= t->funds_head + FUNDS_BLOCKS)
		t->to_ask = BIT(TS_ASK_COUNT) | BIT(TS_ASK_PRICE) |
			    BIT(TS_ASK_BALANCE);
	TAILQ_FOREACH(x, &t->live, list) {
		x->receipts = 0;
		x->found = false;
		x->tried = false;
		x->looked = x->row.state == TS_TRANSACTION_PLANNED;
		if (x->row.state == TS_TRANSACTION_SENT &&
		    head_block > t->config.confirmations)
			t->to_ask |= BIT(TS_ASK_COUNT_DEEP);
	}
}

/**
 * ts_transaction_end() - nothing more happens to it
 * @t: ours
 * @x: live
 * @state: how it ended
 *
 * What was to follow it has no ground any more unless it is done.
 */
void ts_transaction_end(struct ts_transactions *t, struct transaction *x,
			enum ts_transaction_state state)
{
	struct transaction *y;

	x->row.state = state;
	x->dirty = true;
	if (state == TS_TRANSACTION_DONE)
		return;
	TAILQ_FOREACH(y, &t->live, list)
		if (y->row.after == x->row.id &&
		    y->row.state == TS_TRANSACTION_PLANNED)
			ts_transaction_end(t, y, TS_TRANSACTION_CANCELLED);
}

/* No receipt of any price: not mined, undone, or the nonce is another's. */
static void not_found(struct ts_transactions *t, struct transaction *x)
{
	struct submission *last = x->submissions[x->n - 1];

	if (x->row.state == TS_TRANSACTION_MINED) {
		x->row.state = TS_TRANSACTION_SENT;
		x->row.mined_block = 0;
		memset(&x->row.mined_hash, 0, sizeof(x->row.mined_hash));
		x->dirty = true;
		last->accepted = 0;
		ts_transaction_why(x, "the block that had it was undone");
	}
	if (t->known & BIT(TS_ASK_COUNT_DEEP) && t->count_deep > x->row.nonce) {
		if (++x->absent >= ABSENT_ROUNDS)
			ts_transaction_end(t, x, TS_TRANSACTION_OVERTAKEN);
		return;
	}
	x->absent = 0;
	if (!x->priced_at)
		x->priced_at = t->head;
	/* One price waits for its commit: another would only be dearer. */
	if (!last->committed || !(t->known & BIT(TS_ASK_PRICE)))
		return;
	if (t->head > x->row.until_block && !last->row.cancel)
		ts_transaction_replace(t, x, true);
	else if (t->head >= x->priced_at + t->config.bump_blocks)
		ts_transaction_replace(t, x, last->row.cancel);
}

static bool ask_receipt(struct ts_transactions *t, struct transaction *x,
			struct ts_ask *ask)
{
	if (x->looked || ts_transaction_ended(x))
		return false;
	if (x->found || x->receipts == x->n) {
		x->looked = true;
		if (!x->found)
			not_found(t, x);
		return false;
	}
	ask->kind = TS_ASK_RECEIPT;
	ask->hash = x->submissions[x->n - 1 - x->receipts]->row.hash;
	return true;
}

/* What has to be done before is on the chain: the node's newest state has it. */
static bool is_free(const struct ts_transactions *t, const struct transaction *x)
{
	const struct transaction *y;

	TAILQ_FOREACH(y, &t->live, list)
		if (y->row.id == x->row.after)
			return y->row.state == TS_TRANSACTION_MINED ||
			       y->row.state == TS_TRANSACTION_DONE;
	return true;
}

static bool ask_estimate(struct ts_transactions *t, struct transaction *x,
			 struct ts_ask *ask)
{
	if (x->row.state != TS_TRANSACTION_PLANNED)
		return false;
	if (t->head > x->row.until_block) {
		ts_transaction_end(t, x, TS_TRANSACTION_CANCELLED);
		return false;
	}
	if (!is_free(t, x)) {
		ts_transaction_why(x, "it waits for the one before");
		return false;
	}
	ask->kind = TS_ASK_ESTIMATE;
	ask->row = &x->row;
	return true;
}

/* The dearest that is committed; a dearer one waits for the disk. */
static bool ask_send(struct transaction *x, struct ts_ask *ask)
{
	struct submission *s = NULL;
	unsigned int i;

	if (x->row.state != TS_TRANSACTION_SENT || x->found)
		return false;
	for (i = 0; i < x->n; i++)
		if (x->submissions[i]->committed)
			s = x->submissions[i];
	if (!s || (s->accepted && s->accepted++ < RESEND_ROUNDS))
		return false;
	s->accepted = 0;
	ask->kind = TS_ASK_SEND;
	ask->submission = &s->row;
	return true;
}

static bool ask_about(struct ts_transactions *t, struct transaction *x,
		      struct ts_ask *ask)
{
	if (ask_receipt(t, x, ask))
		return true;
	if (x->tried || !x->looked || ts_transaction_ended(x))
		return false;
	x->tried = true;
	return ask_estimate(t, x, ask) || ask_send(x, ask);
}

static bool ask_of_us(struct ts_transactions *t, struct ts_ask *ask)
{
	static const enum ts_ask_kind order[] = {
		TS_ASK_COUNT_DEEP, TS_ASK_COUNT, TS_ASK_PRICE, TS_ASK_BALANCE,
	};
	unsigned int i;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if (!(t->to_ask & BIT(order[i])))
			continue;
		t->to_ask &= ~BIT(order[i]);
		ask->kind = order[i];
		ask->block = t->head - t->config.confirmations;
		return true;
	}
	return false;
}

/**
 * ts_transactions_next() - what to ask the node
 * @t: ours
 * @ask: the question
 *
 * Return: true; false: this round is over, or a question waits for its answer.
 */
bool ts_transactions_next(struct ts_transactions *t, struct ts_ask *ask)
{
	struct transaction *x = NULL;

	if (t->outstanding)
		return false;
	memset(ask, 0, sizeof(*ask));
	if (!ask_of_us(t, ask)) {
		TAILQ_FOREACH(x, &t->live, list)
			if (ask_about(t, x, ask))
				break;
		if (!x)
			return false;
	}
	ask->serial = ++t->serial;
	t->outstanding = true;
	t->asked = *ask;
	t->subject = x;
	return true;
}

static bool is_answer(struct ts_transactions *t, uint64_t serial)
{
	if (!t->outstanding || serial != t->serial)
		return false;
	t->outstanding = false;
	return true;
}

static void estimated(struct ts_transactions *t, const struct ts_u256 *quantity)
{
	struct transaction *x = t->subject;
	uint64_t gas;

	if (x->row.state != TS_TRANSACTION_PLANNED)
		return;
	if (ts_u256_to_u64(quantity, &gas) || gas > GAS_MAX) {
		ts_transaction_why(x, "the node says that it takes more than %u gas",
				   GAS_MAX);
		return;
	}
	/* The state of the block that takes it may be another. */
	ts_transaction_sign(t, x, gas + gas / 2);
}

/**
 * ts_transactions_quantity() - the answer to COUNT, COUNT_DEEP, PRICE, BALANCE
 * or ESTIMATE
 */
void ts_transactions_quantity(struct ts_transactions *t, uint64_t serial,
			      const struct ts_u256 *quantity)
{
	ts_u128 wei = TS_U128_MAX;
	uint64_t count = 0;
	bool counts;

	if (!is_answer(t, serial))
		return;
	if (ts_u256_to_u128(quantity, &wei))
		wei = TS_U128_MAX;
	counts = !ts_u256_to_u64(quantity, &count);
	switch (t->asked.kind) {
	case TS_ASK_ESTIMATE:
		estimated(t, quantity);
		return;
	case TS_ASK_COUNT:
		t->funds.count = count;
		if (!counts)
			return;
		break;
	case TS_ASK_COUNT_DEEP:
		t->count_deep = count;
		if (!counts)
			return;
		break;
	case TS_ASK_PRICE:
		t->funds.gas_price_wei = wei;
		break;
	case TS_ASK_BALANCE:
		t->funds.balance_wei = wei;
		t->funds.known = true;
		t->funds_head = t->head;
		break;
	default:
		return;
	}
	t->known |= BIT(t->asked.kind);
}

/** ts_transactions_sent() - the answer to SEND: the node took it, or had it */
void ts_transactions_sent(struct ts_transactions *t, uint64_t serial)
{
	struct transaction *x = t->subject;
	unsigned int i;

	if (!is_answer(t, serial) || t->asked.kind != TS_ASK_SEND)
		return;
	for (i = 0; i < x->n; i++)
		if (&x->submissions[i]->row == t->asked.submission)
			x->submissions[i]->accepted = 1;
	x->why[0] = '\0';
}

static void mined(struct ts_transactions *t, struct transaction *x,
		  const struct submission *s, const struct ts_receipt *receipt)
{
	x->found = true;
	x->absent = 0;
	x->why[0] = '\0';
	if (x->row.state != TS_TRANSACTION_MINED ||
	    !ts_hash_equal(&x->row.mined_hash, &receipt->block_hash)) {
		x->row.state = TS_TRANSACTION_MINED;
		x->row.mined_block = receipt->block_number;
		x->row.mined_hash = receipt->block_hash;
		x->dirty = true;
	}
	if (t->head < receipt->block_number || t->taken < receipt->block_number ||
	    t->head - receipt->block_number < t->config.confirmations) {
		ts_transaction_why(x, "it waits for confirmations");
		return;
	}
	ts_transaction_end(t, x, s->row.cancel ? TS_TRANSACTION_CANCELLED :
				 receipt->succeeded ? TS_TRANSACTION_DONE :
						      TS_TRANSACTION_FAILED);
}

/**
 * ts_transactions_receipt() - the answer to RECEIPT
 * @t: ours
 * @serial: of the question
 * @receipt: NULL: there is none
 */
void ts_transactions_receipt(struct ts_transactions *t, uint64_t serial,
			     const struct ts_receipt *receipt)
{
	struct transaction *x = t->subject;
	struct submission *s;

	if (!is_answer(t, serial) || t->asked.kind != TS_ASK_RECEIPT)
		return;
	s = x->submissions[x->n - 1 - x->receipts];
	if (!receipt || !ts_hash_equal(&receipt->tx_hash, &s->row.hash) ||
	    receipt->block_number > INT64_MAX)
		x->receipts++;
	else
		mined(t, x, s, receipt);
}

/**
 * ts_transactions_refused() - there was no answer, or the node refuses
 * @t: ours
 * @serial: of the question
 * @why: one line for people
 *
 * What is not known in this round is not acted upon: in the next it is asked again.
 */
void ts_transactions_refused(struct ts_transactions *t, uint64_t serial,
			     const char *why)
{
	struct transaction *x = t->subject;

	if (!is_answer(t, serial) || !x)
		return;
	ts_transaction_why(x, "%s", why);
	if (t->asked.kind == TS_ASK_RECEIPT) {
		/* Neither mined nor not. */
		x->found = true;
		x->looked = true;
	}
}
