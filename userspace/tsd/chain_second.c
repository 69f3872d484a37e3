// SPDX-License-Identifier: GPL-2.0
/*
 * chain_second.c - a second node is asked about large deposits: one that lies alone
 * would have us give credit for nothing.
 *
 * One doubt after the other, each once in a poll, until the second node shows it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "chain/network.h"
#include "tsd/chain_private.h"
#include "tsd/log.h"

static void say(const struct ts_chain *c, const char *what)
{
	char text[TS_ADDRESS_TEXT_SIZE];

	ts_log(TS_LOG_WARN, "chain: the deposit of %s is not credited yet: %s",
	       ts_address_print(&c->doubt.partner, text), what);
}

static void believe(struct ts_chain *c)
{
	char text[TS_ADDRESS_TEXT_SIZE];

	if (ts_billing_deposit_believed(c->billing, &c->doubt, c->key))
		say(c, ts_billing_error(c->billing));
	else
		ts_log(TS_LOG_INFO, "chain: a second node shows the deposit of %s, too",
		       ts_address_print(&c->doubt.partner, text));
}

static void on_participant(void *ctx, const struct ts_rpc_answer *a)
{
	struct ts_chain *c = ctx;
	struct ts_u256 want = ts_u256_from_u128(c->doubt.deposit_wei);
	struct ts_participant_info info;

	c->doubting = false;
	if (a->err)
		say(c, a->why);
	else if (ts_network_read_participant_info(&a->data, &info))
		say(c, "the second node's answer is none of a TokensNetwork");
	else if (ts_u256_cmp(&info.deposit, &want) < 0)
		say(c, "the second node does not show it");
	else
		believe(c);
}

static void on_channel(void *ctx, const struct ts_rpc_answer *a)
{
	struct ts_chain *c = ctx;
	struct ts_channel_info info;
	struct ts_calldata call;

	c->doubting = false;
	if (a->err) {
		say(c, a->why);
		return;
	}
	if (ts_network_read_channel_info(&a->data, &info) ||
	    info.open_block_number != c->doubt.open_block_number) {
		say(c, "the second node does not show that life of the channel");
		return;
	}
	ts_network_get_participant_info(&call, &c->doubt.token, &c->doubt.partner,
					&c->us);
	c->doubting = !ts_rpc_send(ts_rpc_watch_rpc(c->second), TS_RPC_CALL,
				   ts_rpc_params_call(&c->contracts.tokens_network,
						      &call), on_participant, c);
}

/**
 * ts_chain_second_start() - nothing stays in doubt when there is no second node
 * @c: the chain
 *
 * Return: 0 or negative errno.
 */
int ts_chain_second_start(struct ts_chain *c)
{
	int ret = 0;

	while (!c->second && !ret &&
	       !ts_billing_doubt_after(c->billing, 0, &c->doubt))
		ret = ts_billing_deposit_believed(c->billing, &c->doubt, c->key);
	memset(&c->doubt, 0, sizeof(c->doubt));
	return ret;
}

/** ts_chain_second_poll() - ask about the next deposit in doubt, if there is one */
void ts_chain_second_poll(struct ts_chain *c)
{
	int64_t last = c->doubt.channel;
	struct ts_calldata call;

	if (!c->second || c->doubting ||
	    (ts_billing_doubt_after(c->billing, last, &c->doubt) &&
	     ts_billing_doubt_after(c->billing, 0, &c->doubt)))
		return;
	ts_network_get_channel_info(&call, &c->doubt.token, &c->us,
				    &c->doubt.partner);
	c->doubting = !ts_rpc_send(ts_rpc_watch_rpc(c->second), TS_RPC_CALL,
				   ts_rpc_params_call(&c->contracts.tokens_network,
						      &call), on_channel, c);
}

/** ts_chain_second_doubts() - Return: whether an event waits for the second node */
bool ts_chain_second_doubts(const struct ts_chain *c,
			    const struct ts_billing_shown *shown)
{
	const struct ts_channel_event *event = &shown->event;
	struct ts_address token;
	ts_u128 deposit_wei = event->kind == TS_SEEN_DEPOSITED ?
			      event->our_deposit_wei : event->partner_deposit_wei;

	unsigned int i;

	if (!c->second || ts_billing_shown_token(c->billing, shown, &token))
		return false;
	for (i = 0; i < c->n_tokens; i++)
		if (ts_address_equal(&c->tokens[i].address, &token))
			return deposit_wei > c->config.second_above_wei[i];
	return false;
}
