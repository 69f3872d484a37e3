// SPDX-License-Identifier: GPL-2.0
/* chain_send.c - what the channels want of the chain, to the node. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "billing/share.h"
#include "chain/erc20.h"
#include "settle/call.h"
#include "tsd/chain_private.h"
#include "tsd/log.h"

/* After so many blocks without being mined the price is raised. */
#define BUMP_BLOCKS	6

static void keep_ended(struct ts_chain *c, const struct ts_ledger_transaction *row)
{
	struct ts_ledger_transaction *copy = malloc(sizeof(*copy));

	if (!copy)
		return;
	*copy = *row;
	if (c->n_ended == TS_CHAIN_ENDED_MAX) {
		free(c->ended[0]);
		memmove(c->ended, c->ended + 1,
			(TS_CHAIN_ENDED_MAX - 1) * sizeof(c->ended[0]));
		c->n_ended--;
	}
	c->ended[c->n_ended++] = copy;
}

/* What both signed and the chain does not take ends in a close (M2). */
static void cosigned_failed(struct ts_chain *c,
			    const struct ts_ledger_transaction *row)
{
	if (ts_billing_cosigned_failed(c->billing, row->channel, c->key))
		ts_log(TS_LOG_ERROR, "chain: %s", ts_billing_error(c->billing));
}

static void on_ended(void *ctx, const struct ts_ledger_transaction *row)
{
	struct ts_chain *c = ctx;
	bool done = row->state == TS_TRANSACTION_DONE;
	/* Overtaken is not refused: it is tried again, if it is wanted still. */
	bool failed = !done && row->state != TS_TRANSACTION_OVERTAKEN;
	bool pays_nothing = !done && !strcmp(row->label, TS_PAYOUT_LABEL);

	ts_log(done ? TS_LOG_INFO : TS_LOG_WARN, "chain: %s, transaction %lld: %s",
	       row->label, (long long)row->id, ts_transaction_state_name(row->state));
	keep_ended(c, row);
	if (pays_nothing && ts_billing_payouts_failed(c->billing))
		ts_log(TS_LOG_ERROR, "chain: %s", ts_billing_error(c->billing));
	if (failed && (!strcmp(row->label, "withdraw") ||
		       !strcmp(row->label, "cooperative-settle")))
		cosigned_failed(c, row);
	c->look = true;
}

/** ts_chain_send_start() - go on with what is under way; Return: 0 or negative errno */
int ts_chain_send_start(struct ts_chain *c)
{
	struct ts_transactions_config config = {
		.chain_id = c->chain_id,
		.confirmations = c->config.confirmations,
		.bump_blocks = BUMP_BLOCKS,
		.gas_price_min_wei = c->config.gas_price_min_wei,
		.gas_price_max_wei = c->config.gas_price_max_wei,
		.gas_reserve_wei = c->config.gas_reserve_wei,
	};

	return ts_transactions_new(c->ledger, &config, c->key, on_ended, c,
				   &c->transactions);
}

/*
 * While catching up the state is of the past: what is over by now is not begun.  What
 * both signed is tried for a while, however old, and has failed after that (M2).
 */
static bool is_over(const struct ts_chain *c, const struct ts_intent *intent,
		    struct ts_wish *wish)
{
	struct ts_follow_progress progress;

	ts_follow_progress(c->follower, &progress);
	if (wish->until_block >= progress.head_block)
		return false;
	if (intent->kind != TS_INTENT_WITHDRAW &&
	    intent->kind != TS_INTENT_COOPERATIVE_SETTLE)
		return true;
	wish->until_block = progress.head_block + TS_COSIGN_PATIENCE_BLOCKS;
	return false;
}

/** ts_chain_add_wish() - note what is to be sent, once, in the open batch */
void ts_chain_add_wish(struct ts_chain *c, const struct ts_wish *wish)
{
	int ret;

	if (ts_transactions_is_live(c->transactions, &wish->intent) ||
	    ts_billing_begin(c->billing))
		return;
	ret = ts_transactions_add(c->transactions, wish, NULL);
	if (ret)
		ts_log(TS_LOG_ERROR, "chain: %s cannot be noted: %s",
		       wish->label, ret == -ENOSPC ?
		       "too many transactions are under way" :
		       ts_ledger_error(c->ledger));
	else
		ts_log(TS_LOG_INFO, "chain: %s of channel %lld is to be sent",
		       wish->label, (long long)wish->channel);
}

static void on_intents(const struct ts_ledger_channel *row,
		       const struct ts_life *life,
		       const struct ts_intent *intents, size_t n, void *arg)
{
	struct ts_chain *c = arg;
	struct ts_wish wish;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!ts_wish_of_intent(&wish, row, life, &intents[i], &c->contracts) &&
		    !is_over(c, &intents[i], &wish))
			ts_chain_add_wish(c, &wish);
		if (intents[i].kind == TS_INTENT_SETTLE &&
		    !ts_wish_of_bare_settle(&wish, row, life, &c->contracts))
			ts_chain_add_wish(c, &wish);
	}
}

static bool life_is_over(int64_t channel, void *arg)
{
	struct ts_chain *c = arg;

	return ts_billing_life_is_over(c->billing, channel);
}

/** ts_chain_look() - what do the channels want of the chain now? */
void ts_chain_look(struct ts_chain *c)
{
	struct ts_moment moment;

	if (!c->look)
		return;
	c->look = false;
	ts_chain_moment(c, &moment);
	if (ts_billing_intents(c->billing, &moment, on_intents, c))
		ts_log(TS_LOG_ERROR, "chain: %s", ts_billing_error(c->billing));
	ts_transactions_drop(c->transactions, life_is_over, c);
	ts_chain_mirrored_look(c);
}

static void find_row(const struct ts_transaction_view *view, void *arg)
{
	const struct ts_ask *ask = arg;

	if (view->row->id == ask->submission->transaction)
		ts_log(TS_LOG_INFO, "chain: %s, transaction %lld: is sent",
		       view->row->label, (long long)view->row->id);
}

/* At what the node asks for, within what the configuration allows. */
static ts_u128 claim_cost_wei(const struct ts_chain *c, ts_u128 gas_price_wei)
{
	if (gas_price_wei < c->config.gas_price_min_wei)
		gas_price_wei = c->config.gas_price_min_wei;
	if (gas_price_wei > c->config.gas_price_max_wei)
		gas_price_wei = c->config.gas_price_max_wei;
	if (__builtin_mul_overflow(gas_price_wei, (ts_u128)TS_CONFIG_CLAIM_GAS,
				   &gas_price_wei))
		return TS_U128_MAX;
	return gas_price_wei;
}

/* Who cannot pay for an update loses what it would have shown (M3). */
static void look_at_funds(struct ts_chain *c)
{
	struct ts_transactions_funds funds;
	bool poor;

	ts_transactions_funds(c->transactions, &funds);
	if (funds.known)
		ts_billing_gas(c->billing, funds.balance_wei,
			       claim_cost_wei(c, funds.gas_price_wei));
	poor = funds.known && funds.balance_wei < c->config.gas_reserve_wei;
	if (poor && !c->poor)
		ts_log(TS_LOG_WARN, "chain: our address holds less of the chain's own coin than chain.gas_reserve; send it some, or closes may go unanswered");
	c->poor = poor;
}

static void on_answer(void *ctx, const struct ts_rpc_answer *a)
{
	struct ts_chain *c = ctx;
	uint64_t serial = c->ask.serial;

	c->sending = false;
	if (c->ask.kind == TS_ASK_SEND && (!a->err || ts_rpc_answer_is_known(a)))
		ts_transactions_sent(c->transactions, serial);
	else if (a->err)
		ts_transactions_refused(c->transactions, serial, a->why);
	else if (c->ask.kind == TS_ASK_RECEIPT)
		ts_transactions_receipt(c->transactions, serial,
					a->found ? &a->receipt : NULL);
	else
		ts_transactions_quantity(c->transactions, serial, &a->quantity);
	look_at_funds(c);
	ts_chain_pump(c);
}

static json_t *count_params(const struct ts_chain *c)
{
	char block[24] = "latest";

	if (c->ask.kind == TS_ASK_COUNT_DEEP)
		snprintf(block, sizeof(block), "0x%" PRIx64, c->ask.block);
	return ts_rpc_params_account(&c->us, block);
}

static json_t *estimate_params(const struct ts_chain *c)
{
	const struct ts_ledger_transaction *row = c->ask.row;
	struct ts_u256 value = ts_u256_from_u128(row->value_wei);
	struct ts_calldata call = { .len = row->data_len };

	memcpy(call.b, row->data, row->data_len);
	return ts_rpc_params_estimate_gas(&c->us, &row->to, &value, &call);
}

static int send_ask(struct ts_chain *c)
{
	struct ts_rpc *rpc = ts_rpc_watch_rpc(c->watch);
	struct ts_tx_raw raw;

	switch (c->ask.kind) {
	case TS_ASK_COUNT:
	case TS_ASK_COUNT_DEEP:
		return ts_rpc_send(rpc, TS_RPC_GET_TRANSACTION_COUNT,
				   count_params(c), on_answer, c);
	case TS_ASK_PRICE:
		return ts_rpc_send(rpc, TS_RPC_GAS_PRICE, NULL, on_answer, c);
	case TS_ASK_BALANCE:
		return ts_rpc_send(rpc, TS_RPC_GET_BALANCE,
				   ts_rpc_params_account(&c->us, "latest"),
				   on_answer, c);
	case TS_ASK_RECEIPT:
		return ts_rpc_send(rpc, TS_RPC_GET_TRANSACTION_RECEIPT,
				   ts_rpc_params_receipt(&c->ask.hash),
				   on_answer, c);
	case TS_ASK_ESTIMATE:
		return ts_rpc_send(rpc, TS_RPC_ESTIMATE_GAS, estimate_params(c),
				   on_answer, c);
	case TS_ASK_SEND:
		raw.len = c->ask.submission->len;
		memcpy(raw.b, c->ask.submission->raw, raw.len);
		ts_transactions_each(c->transactions, find_row, &c->ask);
		return ts_rpc_send(rpc, TS_RPC_SEND_RAW_TRANSACTION,
				   ts_rpc_params_raw_transaction(&raw),
				   on_answer, c);
	}
	return -EINVAL;
}

static void on_token(void *ctx, const struct ts_rpc_answer *a)
{
	struct ts_chain *c = ctx;
	unsigned int i = c->tokens_asked - 1;
	struct ts_u256 amount;

	c->asking_token = false;
	if (!a->err && !ts_erc20_read_amount(&a->data, &amount)) {
		c->token_known[i] = true;
		c->token_wei[i] = amount;
	}
	ts_chain_pump(c);
}

/* For people only: each once in a poll, one after the other. */
static void ask_token(struct ts_chain *c)
{
	struct ts_calldata call;

	if (c->asking_token || c->tokens_asked == c->n_tokens)
		return;
	ts_erc20_balance_of(&call, &c->us);
	c->asking_token = !ts_rpc_send(ts_rpc_watch_rpc(c->watch), TS_RPC_CALL,
		ts_rpc_params_call(&c->tokens[c->tokens_asked++].address, &call),
		on_token, c);
}

/** ts_chain_ask_transactions() - Return: whether a question was sent */
bool ts_chain_ask_transactions(struct ts_chain *c)
{
	if (c->sending || !ts_transactions_next(c->transactions, &c->ask)) {
		ask_token(c);
		return false;
	}
	if (send_ask(c)) {
		ts_transactions_refused(c->transactions, c->ask.serial,
					"the node cannot be asked: memory is out, or too much is asked already");
		return false;
	}
	c->sending = true;
	return true;
}
