// SPDX-License-Identifier: GPL-2.0
/* chain_send.c - what the purse wants of the chain, noted and then sent. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "photon/onchain.h"
#include "settle/call.h"
#include "tspay/chain.h"

/* After so many blocks without being mined the price is raised. */
#define BUMP_BLOCKS	6

char *chain_ledger_path(const char *state_dir, const struct ts_address *wallet)
{
	char text[TS_ADDRESS_TEXT_SIZE], *path;

	if (asprintf(&path, "%s/%s.ledger", state_dir, ts_address_print(wallet, text)) < 0)
		return NULL;
	return path;
}

static int open_ledger(struct chain *c, const char *state_dir)
{
	char *path = chain_ledger_path(state_dir, ts_signer_address(c->signer)), *lock = NULL;
	struct ts_ledger_options options = { .path = path, .flags = TS_LEDGER_CREATE };
	int ret = -ENOMEM;

	/* The first thing that is ever written may be a transaction. */
	if (mkdir(state_dir, 0700) && errno != EEXIST) {
		ret = -errno;
		snprintf(c->err, sizeof(c->err), "cannot make %s: %s", state_dir, strerror(errno));
		free(path);
		return ret;
	}
	snprintf(c->err, sizeof(c->err), "out of memory");
	if (path && asprintf(&lock, "%s.lock", path) >= 0) {
		options.lock_path = lock;
		ret = ts_ledger_open(&options, &c->ledger, c->err, sizeof(c->err));
	}
	if (ret == -EBUSY)
		snprintf(c->err, sizeof(c->err), "%s: another tspay sends transactions of this wallet; let it end, or stop it",
			 path);
	free(path);
	free(lock);
	return ret;
}

static bool is_cosigned(enum ts_intent_kind kind)
{
	return kind == TS_INTENT_WITHDRAW || kind == TS_INTENT_COOPERATIVE_SETTLE;
}

static int wish_of(struct chain *c, struct ts_wish *wish, const struct ts_intent *intent)
{
	static const struct ts_ledger_channel no_row;

	return ts_wish_of_intent(wish, &no_row, &c->purse->life, intent, &c->contracts);
}

/*
 * What both signed and the chain does not take ends in a close (M2).  The
 * transactions of this wallet's other channels end here, too.
 */
static void cosigned_failed(struct chain *c, const struct ts_ledger_transaction *row)
{
	const struct ts_channel_event failed = { .kind = TS_SEEN_FAILED };
	struct ts_intent intents[TS_INTENTS_MAX];
	static struct ts_life next;
	struct ts_outcome outcome;
	struct ts_moment moment;
	struct ts_wish wish;
	size_t i, n;
	int ret;

	chain_moment(c, &moment);
	n = ts_life_intents(&c->purse->life, &moment, intents);
	for (i = 0; i < n; i++)
		if (is_cosigned(intents[i].kind) && !wish_of(c, &wish, &intents[i]) &&
		    ts_hash_equal(&wish.intent, &row->intent))
			break;
	if (i == n)
		return;
	ts_life_event(&c->purse->life, &failed, c->signer, &next, &outcome);
	ret = purse_commit(c->purse, &next, c->err, sizeof(c->err));
	if (ret)
		chain_fatal(c, ret, c->err);
}

static void on_ended(void *ctx, const struct ts_ledger_transaction *row)
{
	struct chain *c = ctx;

	steps_ended(c->steps, row);
	c->ended = row->intent;
	c->ended_state = row->state;
	/* Overtaken is not refused: it is tried again, if it is wanted still. */
	if (c->purse && row->state != TS_TRANSACTION_DONE &&
	    row->state != TS_TRANSACTION_OVERTAKEN)
		cosigned_failed(c, row);
}

/* Go on with what is under way. */
int chain_send_open(struct chain *c, const char *state_dir)
{
	struct ts_transactions_config config = {
		.chain_id = c->chain_id,
		.confirmations = c->config->confirmations,
		.bump_blocks = BUMP_BLOCKS,
		.gas_price_min_wei = c->config->gas_price_min_wei,
		.gas_price_max_wei = c->config->gas_price_max_wei,
		.gas_reserve_wei = c->config->gas_reserve_wei,
	};
	int ret = open_ledger(c, state_dir);

	if (ret)
		return ret;
	ret = ts_transactions_new(c->ledger, &config, c->signer, on_ended, c, &c->transactions);
	if (ret)
		snprintf(c->err, sizeof(c->err), "%s", ts_ledger_error(c->ledger));
	return ret;
}

/* --- noting ---------------------------------------------------------------- */

static int begin(struct chain *c)
{
	int ret = ts_ledger_in_batch(c->ledger) ? 0 : ts_ledger_begin(c->ledger);

	return ret ? chain_fatal(c, ret, ts_ledger_error(c->ledger)) : 0;
}

/* Nothing is sent before. */
static int commit(struct chain *c)
{
	int ret = 0;

	if (ts_transactions_dirty(c->transactions)) {
		ret = begin(c);
		if (!ret)
			ret = ts_transactions_write(c->transactions);
	}
	if (!ret && ts_ledger_in_batch(c->ledger))
		ret = ts_ledger_commit(c->ledger);
	if (ret)
		return chain_fatal(c, ret, ts_ledger_error(c->ledger));
	ts_transactions_committed(c->transactions);
	return c->fatal ? -EIO : 0;
}

/*
 * What is over by now is not begun.  What both signed is tried for a while, however
 * old, and has failed after that (M2).
 */
static bool is_over(const struct chain *c, const struct ts_intent *intent, struct ts_wish *wish)
{
	if (wish->until_block >= c->head_block)
		return false;
	if (!is_cosigned(intent->kind))
		return true;
	wish->until_block = c->head_block + TS_COSIGN_PATIENCE_BLOCKS;
	return false;
}

/* What time makes possible: leave, when the box asked to; locks that expired. */
static int tick(struct chain *c, const struct ts_moment *moment)
{
	static struct ts_life next;

	if (!ts_life_tick(&c->purse->life, c->signer, moment, &next))
		return 0;
	return purse_commit(c->purse, &next, c->err, sizeof(c->err)) ?
	       chain_fatal(c, -EIO, c->err) : 0;
}

/*
 * Of a life that is over nothing is wanted, whoever ended it.  What was signed would be
 * taken in the channel's next life, a close without a proof above all, or cost its gas.
 */
int chain_want_no_more(struct chain *c)
{
	static const enum ts_intent_kind kinds[] = {
		TS_INTENT_CLOSE, TS_INTENT_UPDATE, TS_INTENT_WITHDRAW,
		TS_INTENT_COOPERATIVE_SETTLE, TS_INTENT_SETTLE,
	};
	struct ts_wish wish;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct ts_intent intent = { .kind = kinds[i] };

		if (!wish_of(c, &wish, &intent))
			ts_transactions_abandon(c->transactions, &wish.intent);
	}
	ts_wish_name_bare_settle(&wish, &c->purse->life.channel);
	ts_transactions_abandon(c->transactions, &wish.intent);
	return commit(c);
}

/* Return: 0, also when it is under way or over. */
static int note(struct chain *c, const struct ts_wish *wish)
{
	int ret;

	if (ts_transactions_is_live(c->transactions, &wish->intent))
		return 0;
	ret = begin(c);
	if (ret)
		return ret;
	ret = ts_transactions_add(c->transactions, wish, NULL);
	if (ret != -ENOSPC)
		return ret ? chain_fatal(c, ret, ts_ledger_error(c->ledger)) : 0;
	steps_say(c->steps, "chain", "too many transactions are under way");
	return 0;
}

static int note_intent(struct chain *c, const struct ts_intent *intent)
{
	static const struct ts_ledger_channel no_row;
	struct ts_wish wish;
	int ret = 0;

	if (!wish_of(c, &wish, intent) && !is_over(c, intent, &wish))
		ret = note(c, &wish);
	/* A close without a proof names any amount: the contract takes one of both. */
	if (!ret && intent->kind == TS_INTENT_SETTLE &&
	    !ts_wish_of_bare_settle(&wish, &no_row, &c->purse->life, &c->contracts))
		ret = note(c, &wish);
	return ret;
}

/* What does the purse want of the chain now? */
int chain_look(struct chain *c)
{
	struct ts_intent intents[TS_INTENTS_MAX];
	struct ts_moment moment;
	size_t i, n;
	int ret;

	if (!c->purse)
		return 0;
	if (c->purse->life.channel.state == TS_CHANNEL_NONE)
		return chain_want_no_more(c);
	chain_moment(c, &moment);
	ret = tick(c, &moment);
	n = ret ? 0 : ts_life_intents(&c->purse->life, &moment, intents);
	for (i = 0; i < n && !ret; i++)
		ret = note_intent(c, &intents[i]);
	return ret ? ret : commit(c);
}

/* --- deposits -------------------------------------------------------------- */

#define UNTOLD_SIZE	(sizeof("deposit ") + TS_HASH_TEXT_SIZE)

/* Where the ledger has the row of a deposit of which nobody was told yet. */
static char *untold_key(const struct ts_hash *intent, char key[UNTOLD_SIZE])
{
	char text[TS_HASH_TEXT_SIZE];

	snprintf(key, UNTOLD_SIZE, "deposit %s", ts_hash_print(intent, text));
	return key;
}

/**
 * struct made - a deposit that is looked for
 * @id: its row
 * @wish: what it is to be
 * @is: it is that, and on the chain
 */
struct made {
	uint64_t id;
	const struct ts_wish *wish;
	bool is;
};

static int on_made(const struct ts_ledger_transaction *row, void *arg)
{
	struct made *made = arg;

	if ((uint64_t)row->id != made->id)
		return 0;
	made->is = row->state == TS_TRANSACTION_DONE &&
		   row->value_wei == made->wish->value_wei &&
		   row->data_len == made->wish->call.len &&
		   !memcmp(row->data, made->wish->call.b, row->data_len);
	return 1;
}

/* Whether a run that was killed at its end has made that very deposit. */
static bool is_made(struct chain *c, const struct ts_wish *wish)
{
	struct made made = { .wish = wish };
	char key[UNTOLD_SIZE];

	if (ts_ledger_meta_get(c->ledger, untold_key(&wish->intent, key), &made.id) ||
	    !made.id)
		return false;
	ts_ledger_transaction_load(c->ledger, ts_signer_address(c->signer), false,
				   on_made, &made);
	return made.is;
}

int chain_deposit_told(struct chain *c, const struct ts_hash *intent)
{
	char key[UNTOLD_SIZE];
	uint64_t id;
	int ret;

	if (ts_ledger_meta_get(c->ledger, untold_key(intent, key), &id) || !id)
		return 0;
	ret = begin(c);
	if (!ret && ts_ledger_meta_put(c->ledger, key, 0))
		ret = chain_fatal(c, -EIO, ts_ledger_error(c->ledger));
	return ret ? ret : commit(c);
}

int chain_deposit(struct chain *c, const struct ts_channel *channel, ts_u128 wei,
		  struct ts_hash *intent)
{
	struct ts_wish wishes[2];
	char key[UNTOLD_SIZE];
	unsigned int i, n;
	int64_t before;
	int ret;

	n = ts_wish_of_deposit(wishes, channel, c->config->kind, wei,
			       c->head_block + TS_DEPOSIT_PATIENCE_BLOCKS);
	*intent = wishes[n - 1].intent;
	if (ts_transactions_is_live(c->transactions, intent))
		return -EEXIST;
	/* That an opening was made the contract says. */
	if (channel->open_block_number && is_made(c, &wishes[n - 1]))
		return -EALREADY;
	ret = begin(c);
	if (ret)
		return ret;
	/* One that is left of an opening that was cancelled is of another amount. */
	for (i = 0; i < n && !ret; i++) {
		wishes[i].after = i ? before : 0;
		ret = ts_transactions_add(c->transactions, &wishes[i], &before);
	}
	if (!ret && channel->open_block_number)
		ret = ts_ledger_meta_put(c->ledger, untold_key(intent, key),
					 (uint64_t)before);
	if (!ret)
		return commit(c);
	ts_ledger_discard(c->ledger);
	if (ret != -EEXIST && ret != -ENOSPC)
		return chain_fatal(c, ret, ts_ledger_error(c->ledger));
	snprintf(c->err, sizeof(c->err), "an earlier approval is under way, or too much is; run this again when it has ended");
	/* The rows of this batch are in memory and not on the disk. */
	return chain_fatal(c, -EBUSY, c->err);
}

bool chain_is_live(const struct chain *c, const struct ts_hash *intent)
{
	return ts_transactions_is_live(c->transactions, intent);
}

/* One that was not signed can wait for ever, and is noted. */
static void note_signed(const struct ts_transaction_view *view, void *arg)
{
	if (view->row->state != TS_TRANSACTION_PLANNED)
		*(bool *)arg = true;
}

bool chain_idle(const struct chain *c)
{
	bool any = false;

	ts_transactions_each(c->transactions, note_signed, &any);
	return !any;
}

/* --- sending --------------------------------------------------------------- */

static void on_answer(void *ctx, const struct ts_rpc_answer *a)
{
	struct chain *c = ctx;
	uint64_t serial = c->ask.serial;

	if (c->ask.kind == TS_ASK_SEND && (!a->err || ts_rpc_answer_is_known(a)))
		ts_transactions_sent(c->transactions, serial);
	else if (a->err)
		ts_transactions_refused(c->transactions, serial, a->why);
	else if (c->ask.kind == TS_ASK_RECEIPT)
		ts_transactions_receipt(c->transactions, serial, a->found ? &a->receipt : NULL);
	else
		ts_transactions_quantity(c->transactions, serial, &a->quantity);
}

static json_t *estimate_params(const struct chain *c)
{
	const struct ts_ledger_transaction *row = c->ask.row;
	struct ts_u256 value = ts_u256_from_u128(row->value_wei);
	struct ts_calldata call = { .len = row->data_len };

	memcpy(call.b, row->data, row->data_len);
	return ts_rpc_params_estimate_gas(&row->sender, &row->to, &value, &call);
}

static int ask_node(struct chain *c)
{
	const struct ts_address *us = ts_signer_address(c->signer);
	char block[24] = "latest";
	struct ts_tx_raw raw;

	switch (c->ask.kind) {
	case TS_ASK_COUNT_DEEP:
		snprintf(block, sizeof(block), "0x%" PRIx64, c->ask.block);
		/* fallthrough */
	case TS_ASK_COUNT:
		return chain_ask(c, TS_RPC_GET_TRANSACTION_COUNT,
				 ts_rpc_params_account(us, block), on_answer, c);
	case TS_ASK_PRICE:
		return chain_ask(c, TS_RPC_GAS_PRICE, NULL, on_answer, c);
	case TS_ASK_BALANCE:
		return chain_ask(c, TS_RPC_GET_BALANCE, ts_rpc_params_account(us, block),
				 on_answer, c);
	case TS_ASK_RECEIPT:
		return chain_ask(c, TS_RPC_GET_TRANSACTION_RECEIPT,
				 ts_rpc_params_receipt(&c->ask.hash), on_answer, c);
	case TS_ASK_ESTIMATE:
		return chain_ask(c, TS_RPC_ESTIMATE_GAS, estimate_params(c), on_answer, c);
	case TS_ASK_SEND:
		raw.len = c->ask.submission->len;
		memcpy(raw.b, c->ask.submission->raw, raw.len);
		return chain_ask(c, TS_RPC_SEND_RAW_TRANSACTION,
				 ts_rpc_params_raw_transaction(&raw), on_answer, c);
	}
	return -EINVAL;
}

static void tell(const struct ts_transaction_view *view, void *arg)
{
	steps_transaction(arg, view);
}

/*
 * A round: what was signed in it is committed before it is sent, in the next.
 * So that a step does not take two polls, another follows at once.
 */
int chain_send(struct chain *c)
{
	bool again = true;
	int ret;

	while (again) {
		while (ts_transactions_next(c->transactions, &c->ask))
			if (ask_node(c)) {
				ts_transactions_refused(c->transactions, c->ask.serial, c->err);
				c->trouble = true;
			}
		again = ts_transactions_dirty(c->transactions) && !c->trouble;
		ret = commit(c);
		if (ret)
			return ret;
		ts_transactions_each(c->transactions, tell, c->steps);
		if (again)
			ts_transactions_poll(c->transactions, c->head_block,
					     c->taken_block);
	}
	return 0;
}
