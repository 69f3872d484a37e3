// SPDX-License-Identifier: GPL-2.0
/* chain_status.c - what tsctl shows of the chain, and asks of it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "chain/json.h"
#include "photon/form.h"
#include "settle/call.h"
#include "tsd/chain_private.h"
#include "tsd/clock.h"

static json_t *hash(const struct ts_hash *h)
{
	char text[TS_HASH_TEXT_SIZE];

	return json_string(ts_hash_print(h, text));
}

static json_t *transaction_json(const struct ts_ledger_transaction *row)
{
	json_t *one = json_pack("{s:I, s:s, s:I, s:s}", "id", (json_int_t)row->id,
				"what", row->label, "channel", (json_int_t)row->channel,
				"state", ts_transaction_state_name(row->state));

	if (row->mined_block)
		json_object_set_new(one, "block",
				    json_integer((json_int_t)row->mined_block));
	return one;
}

static void add_view(const struct ts_transaction_view *view, void *arg)
{
	json_t *one = transaction_json(view->row);

	if (view->last) {
		json_object_set_new(one, "nonce",
				    json_integer((json_int_t)view->row->nonce));
		json_object_set_new(one, "hash", hash(&view->last->hash));
		json_object_set_new(one, "gas_price_wei",
				    ts_json_wei(view->last->gas_price_wei));
		json_object_set_new(one, "prices",
				    json_integer(view->submissions));
	}
	if (*view->why)
		json_object_set_new(one, "waits", json_string(view->why));
	json_array_append_new(arg, one);
}

/* What both sides have to sign before there is a transaction. */
static int add_cosigned(const struct ts_channel_view *view, void *arg)
{
	char partner[TS_ADDRESS_TEXT_SIZE];

	if (view->cosign && view->channel.state == TS_CHANNEL_OPEN)
		json_array_append_new(arg, json_pack("{s:s, s:s, s:s, s:b}",
			"partner_address",
			ts_address_print(&view->channel.partner_address, partner),
			"what", view->cosign == TS_COSIGN_WITHDRAW ?
				"withdraw" : "cooperative-settle",
			"state", view->cosign_state, "ours", view->cosign_ours));
	return 0;
}

static const char *state_word(const struct ts_chain *c,
			      const struct ts_follow_progress *progress)
{
	static const char *const words[] = {
		[TS_FOLLOW_BLIND] = "asking",
		[TS_FOLLOW_LAGGING] = "lagging",
		[TS_FOLLOW_CATCHING_UP] = "catching-up",
		[TS_FOLLOW_AT_HEAD] = "at-head",
		[TS_FOLLOW_ON_FORK] = "on-fork",
	};

	if (c->phase == TS_CHAIN_OFF)
		return "off";
	return c->phase == TS_CHAIN_ASKING ? "asking" : words[progress->state];
}

/** ts_chain_status() - {"cmd":"chain"}; Return: a new reference */
json_t *ts_chain_status(const struct ts_chain *c)
{
	struct ts_follow_progress progress = { };
	json_t *live = json_array(), *ended = json_array(), *status;
	json_t *cosigned = json_array();
	unsigned int i;

	if (c->follower)
		ts_follow_progress(c->follower, &progress);
	if (c->transactions)
		ts_transactions_each(c->transactions, add_view, live);
	ts_billing_channel_each(c->billing, add_cosigned, cosigned);
	for (i = 0; i < c->n_ended; i++)
		json_array_append_new(ended, transaction_json(c->ended[i]));
	status = json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:b, s:b, s:o, s:o, s:o}",
		"endpoint", ts_rpc_endpoint(ts_rpc_watch_rpc(c->watch)),
		"state", state_word(c, &progress), "fault", c->why,
		"confirmed_block", (json_int_t)c->cursor.block_number,
		"seen_block", (json_int_t)progress.seen_block,
		"head_block", (json_int_t)progress.head_block,
		"confirmations", (json_int_t)c->config.confirmations,
		"doubted", progress.doubted, "below_gas_reserve", c->poor,
		"cosigned", cosigned, "transactions", live, "ended", ended);
	if (c->heard_ns)
		json_object_set_new(status, "heard_ms_ago", json_integer((json_int_t)
			((ts_clock_boot_ns() - c->heard_ns) / 1000000)));
	return status;
}

/* What pays a deposit in: of the wrapper of the chain's coin that is the coin. */
static json_t *balance(const struct ts_chain *c, unsigned int i,
		       const struct ts_transactions_funds *funds)
{
	char text[TS_U256_TEXT_SIZE];

	if (c->config.token_kind[i] == TS_TOKEN_SMT)
		return funds->known ? ts_json_wei(funds->balance_wei) : json_null();
	return c->token_known[i] ? json_string(ts_u256_print(&c->token_wei[i], text)) :
				   json_null();
}

/** ts_chain_wallet() - {"cmd":"wallet"}; Return: a new reference */
json_t *ts_chain_wallet(const struct ts_chain *c)
{
	struct ts_transactions_funds funds = { };
	char text[TS_ADDRESS_TEXT_SIZE];
	json_t *list = json_array(), *one;
	unsigned int i;

	if (c->transactions)
		ts_transactions_funds(c->transactions, &funds);
	for (i = 0; i < c->n_tokens; i++) {
		one = json_pack("{s:o}", "wei", balance(c, i, &funds));
		ts_portal_add_token(one, c->tokens, c->n_tokens,
				    &c->tokens[i].address);
		json_array_append_new(list, one);
	}
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:I}",
			 "address", ts_address_print(&c->us, text),
			 "coin_wei", funds.known ? ts_json_wei(funds.balance_wei) : json_null(),
			 "gas_reserve_wei", ts_json_wei(c->config.gas_reserve_wei),
			 "gas_price_wei", funds.known ? ts_json_wei(funds.gas_price_wei) :
							json_null(),
			 "tokens", list,
			 "transactions", (json_int_t)funds.count);
}

/** ts_chain_fail() - one line for people; Return: @ret */
int ts_chain_fail(char *err, size_t err_size, int ret, const char *why)
{
	snprintf(err, err_size, "%s", why);
	return ret;
}

/** ts_chain_follows() - Return: 0, or -EAGAIN: nothing can be sent now */
int ts_chain_follows(const struct ts_chain *c, char *err, size_t err_size)
{
	if (c->phase == TS_CHAIN_FOLLOWING)
		return 0;
	return ts_chain_fail(err, err_size, -EAGAIN, *c->why ? c->why :
		    "the chain was not reached yet; see \"tsctl chain status\"");
}

/**
 * ts_chain_close() - close our channel with a partner one-sidedly
 * @c: the chain
 * @partner: whose channel
 * @token: in which
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * That it is wanted is in the batch; asked again it changes nothing.
 *
 * Return: 0, -ENOENT, -EALREADY, -EAGAIN: not now, or -EROFS.
 */
int ts_chain_close(struct ts_chain *c, const struct ts_address *partner,
		   const struct ts_address *token, char *err, size_t err_size)
{
	struct ts_hash identifier;
	int ret = ts_chain_follows(c, err, err_size);

	if (ret)
		return ret;
	ts_channel_identifier(&c->us, partner, token,
			      &c->contracts.tokens_network, &identifier);
	ret = ts_billing_channel_close(c->billing, &identifier);
	if (ret)
		return ts_chain_fail(err, err_size, ret, ts_billing_error(c->billing));
	c->look = true;
	return 0;
}

static void find_deposit(const struct ts_transaction_view *view, void *arg)
{
	static const char *const labels[] = { "approve", "open", "deposit" };
	bool *found = arg;
	unsigned int i;

	for (i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		*found |= !strcmp(view->row->label, labels[i]) &&
			  view->row->state <= TS_TRANSACTION_MINED;
}

/** ts_chain_deposit_pending() - a ts_billing_deposit_pending of the chain @arg */
bool ts_chain_deposit_pending(void *arg, const struct ts_channel *channel)
{
	const struct ts_chain *c = arg;

	/* What the ledger has of transactions is not read yet; nor is the head known. */
	return c->transactions && ts_wish_deposit_pending(c->transactions, channel);
}

/*
 * approve() sets what deposit() may take, whichever channel it is for: so one at
 * a time.
 */
static int add_deposit(struct ts_chain *c, const struct ts_channel *channel,
		       ts_u128 amount_wei, char *err, size_t err_size)
{
	struct ts_follow_progress progress;
	struct ts_wish wishes[2];
	bool found = false;
	unsigned int i = 0, n;
	int ret;

	ts_transactions_each(c->transactions, find_deposit, &found);
	if (found)
		return ts_chain_fail(err, err_size, -EALREADY,
			    "a deposit is under way already; see \"tsctl chain status\"");
	while (i < c->n_tokens - 1 &&
	       !ts_address_equal(&c->tokens[i].address, &channel->token))
		i++;
	ts_follow_progress(c->follower, &progress);
	if (!progress.head_block)
		return ts_chain_fail(err, err_size, -EAGAIN,
			    "the chain was not reached yet; see \"tsctl chain status\"");
	n = ts_wish_of_deposit(wishes, channel, c->config.token_kind[i], amount_wei,
			       progress.head_block + TS_DEPOSIT_PATIENCE_BLOCKS);
	if (ts_billing_begin(c->billing))
		return ts_chain_fail(err, err_size, -EROFS, ts_billing_error(c->billing));
	ret = ts_transactions_add(c->transactions, &wishes[0], &wishes[1].after);
	if (!ret && n == 2)
		ret = ts_transactions_add(c->transactions, &wishes[1], NULL);
	if (ret)
		return ts_chain_fail(err, err_size, ret, ret == -ENOSPC ?
			    "too many transactions are under way; see \"tsctl chain status\"" :
			    ts_ledger_error(c->ledger));
	return 0;
}

/**
 * ts_chain_deposit() - open a channel with a partner, or add to our deposit in it
 * @c: the chain
 * @partner: with whom
 * @token: in which
 * @amount_wei: what we put in
 * @open: it is to be opened; else it is open
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Return: 0: it is in the batch, -EINVAL, -EALREADY: one is under way, -EAGAIN: not
 * now, or another negative errno.
 */
int ts_chain_deposit(struct ts_chain *c, const struct ts_address *partner,
		     const struct ts_address *token, ts_u128 amount_wei, bool open, char *err, size_t err_size)
{
	struct ts_channel_view view;
	struct ts_channel channel = { .state = TS_CHANNEL_NONE };
	int ret = ts_chain_follows(c, err, err_size);

	if (ret)
		return ret;
	if (!amount_wei || ts_address_equal(partner, &c->us) ||
	    ts_address_is_zero(partner))
		return ts_chain_fail(err, err_size, -EINVAL,
			    "the amount must be above 0, and the partner another address than ours");
	channel.our_address = c->us;
	channel.partner_address = *partner;
	channel.token = *token;
	channel.tokens_network = c->contracts.tokens_network;
	channel.settle_timeout_blocks = c->open_timeout_blocks < TS_SETTLE_TIMEOUT_MIN ?
					TS_SETTLE_TIMEOUT_MIN : c->open_timeout_blocks;
	ts_channel_identifier(&channel.our_address, partner, &channel.token,
			      &channel.tokens_network, &channel.channel_identifier);
	if (!ts_billing_channel_view(c->billing, partner, token, &view) &&
	    view.channel.state != TS_CHANNEL_NONE)
		channel = view.channel;
	if (open && channel.state != TS_CHANNEL_NONE)
		return ts_chain_fail(err, err_size, -EINVAL,
			    "there is a channel with this partner already; deposit into it");
	if (!open && channel.state == TS_CHANNEL_NONE)
		return ts_chain_fail(err, err_size, -EINVAL,
			    "there is no channel with this partner; open one");
	if (!open && (channel.state != TS_CHANNEL_OPEN || channel.frozen))
		return ts_chain_fail(err, err_size, -EINVAL,
			    "the channel is closed or a withdrawal is under way in it; nothing can be added");
	if (!open && view.leaving)
		return ts_chain_fail(err, err_size, -EINVAL,
			    "the channel is being settled; nothing can be added");
	if (channel.state == TS_CHANNEL_NONE)
		channel.open_block_number = 0;
	return add_deposit(c, &channel, amount_wei, err, err_size);
}
