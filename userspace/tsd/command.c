// SPDX-License-Identifier: GPL-2.0
/* command.c - what tsctl may ask over the control socket, and the answers. */
#include <string.h>

#include "billing/onchain.h"
#include "chain/describe.h"
#include "chain/json.h"
#include "chain/rpc_answer.h"
#include "chain/token.h"
#include "tsd/channel_export.h"
#include "tsd/command.h"
#include "tsd/daemon.h"
#include "tsd/gift.h"
#include "tsd/https.h"
#include "tsd/liquidity.h"
#include "tsd/payout.h"
#include "tsd/revenue.h"
#include "tsd/session.h"

/** ts_command_failure() - Return: a new object that says what is wrong */
json_t *ts_command_failure(const char *error, const char *message)
{
	return json_pack("{s:s, s:s}", "error", error, "message", message);
}

static json_t *do_status(struct ts_daemon *d, const json_t *request)
{
	return ts_status_json(d);
}

/** struct listing - channels being listed */
struct listing {
	const struct ts_billing_config *config;
	json_t *list;
};

static int add_channel(const struct ts_channel_view *view, void *arg)
{
	struct listing *l = arg;

	json_array_append_new(l->list,
			      ts_portal_channel_json(l->config->tokens,
						     l->config->n_tokens, view));
	return 0;
}

static json_t *do_channels(struct ts_daemon *d, const json_t *request)
{
	struct listing l = { .config = &d->config->billing, .list = json_array() };

	ts_billing_channel_each(d->billing, add_channel, &l);
	return json_pack("{s:o}", "channels", l.list);
}

static json_t *do_peers(struct ts_daemon *d, const json_t *request)
{
	return ts_status_peers(d);
}

static json_t *do_chain(struct ts_daemon *d, const json_t *request)
{
	return d->chain ? ts_chain_status(d->chain) :
			  json_pack("{s:s}", "state", "not-configured");
}

static json_t *do_mirrors(struct ts_daemon *d, const json_t *request)
{
	return json_pack("{s:o, s:o}", "mirrors", ts_mirrors_json(d->mirrors),
			 "mirrored", ts_chain_mirrored_json(d->chain));
}

static json_t *do_relay(struct ts_daemon *d, const json_t *request)
{
	return d->relaying ? ts_relaying_json(d->relaying) :
		ts_command_failure("no_mesh", "the configuration names no mesh; set mesh and restart tsd");
}

static json_t *no_chain(void)
{
	return ts_command_failure("no_chain", "the configuration names no node of the chain; set chain.rpc and restart tsd");
}

static json_t *do_roam(struct ts_daemon *d, const json_t *request)
{
	return ts_roams_json(d->roams, d->config, d->billing);
}

static json_t *do_wallet(struct ts_daemon *d, const json_t *request)
{
	return d->chain ? ts_chain_wallet(d->chain) : no_chain();
}

/* Answered when it is on the disk, not before. */
static json_t *kept(struct ts_daemon *d, int ret, const char *err)
{
	struct ts_time now;

	if (ret)
		return ts_command_failure("refused", err);
	ts_clock_now(&now);
	if (ts_billing_flush(d->billing, &now))
		return ts_command_failure("refused", ts_billing_read_only(d->billing));
	ts_loop_wake(d);
	return json_pack("{s:b}", "ok", 1);
}

static bool partner_of(const json_t *request, struct ts_address *partner)
{
	const char *text = json_string_value(json_object_get(request, "partner"));

	return text && !ts_address_parse(partner, text);
}

static json_t *bad_partner(void)
{
	return ts_command_failure("bad_partner", "\"partner\" must be an address: 0x and 40 hex digits (mixed case: with the right EIP-55 checksum)");
}

/* Without a symbol the first token is meant. */
static const struct ts_billing_token *token_of(struct ts_daemon *d,
					       const json_t *request)
{
	const json_t *symbol = json_object_get(request, "token");

	return symbol && !json_string_value(symbol) ? NULL :
	       ts_config_token(d->config, json_string_value(symbol));
}

static json_t *bad_token(void)
{
	return ts_command_failure("bad_token", "\"token\" must be a symbol that chain.tokens of the configuration gives");
}

static json_t *do_channel_close(struct ts_daemon *d, const json_t *request)
{
	const struct ts_billing_token *token = token_of(d, request);
	struct ts_address partner;
	char err[TS_RPC_WHY_SIZE];
	int ret;

	if (!d->chain)
		return no_chain();
	if (!partner_of(request, &partner))
		return bad_partner();
	if (!token)
		return bad_token();
	ret = ts_chain_close(d->chain, &partner, &token->address, err, sizeof(err));
	return kept(d, ret, err);
}

static bool amount_of(const struct ts_billing_token *token,
		      const json_t *request, ts_u128 *wei)
{
	const char *text = json_string_value(json_object_get(request, "amount"));

	return text && !ts_token_parse(wei, text, token->decimals);
}

static json_t *bad_amount(void)
{
	return ts_command_failure("bad_amount", "the amount must be a decimal number of tokens, such as 2.5, with no more decimals than the token has");
}

static json_t *deposit(struct ts_daemon *d, const json_t *request, bool open)
{
	const struct ts_billing_token *token = token_of(d, request);
	struct ts_address partner;
	char err[TS_RPC_WHY_SIZE];
	ts_u128 amount_wei;
	int ret;

	if (!d->chain)
		return no_chain();
	if (!partner_of(request, &partner))
		return bad_partner();
	if (!token)
		return bad_token();
	if (!amount_of(token, request, &amount_wei))
		return bad_amount();
	ret = ts_chain_deposit(d->chain, &partner, &token->address, amount_wei, open, err, sizeof(err));
	return kept(d, ret, err);
}

static json_t *do_channel_open(struct ts_daemon *d, const json_t *request)
{
	return deposit(d, request, true);
}

static json_t *do_channel_deposit(struct ts_daemon *d, const json_t *request)
{
	return deposit(d, request, false);
}

static json_t *do_channel_import(struct ts_daemon *d, const json_t *request)
{
	struct ts_channel channel;
	struct ts_time now;
	char err[256];

	if (ts_channel_from_json(json_object_get(request, "channel"), TS_SIDE_BOX,
				 &channel, err, sizeof(err)))
		return ts_command_failure("bad_channel", err);
	ts_clock_now(&now);
	if (ts_billing_channel_import(d->billing, &channel,
				      json_is_true(json_object_get(request, "trusted")),
				      &now) ||
	    ts_billing_flush(d->billing, &now))
		return ts_command_failure("refused", ts_billing_error(d->billing));
	return json_pack("{s:b}", "ok", 1);
}

static json_t *refused(struct ts_daemon *d)
{
	return ts_command_failure("refused", ts_billing_error(d->billing));
}

/* What was asked of a channel is on the disk: how the channel is now. */
static json_t *channel_done(struct ts_daemon *d, const struct ts_address *wallet,
			    const struct ts_billing_token *token)
{
	struct ts_channel_view view;
	struct ts_time now;

	ts_clock_now(&now);
	if (ts_billing_flush(d->billing, &now))
		return ts_command_failure("refused",
					  ts_billing_read_only(d->billing));
	ts_loop_wake(d);
	if (ts_billing_channel_view(d->billing, wallet, &token->address, &view))
		return refused(d);
	return json_pack("{s:o}", "channel", ts_portal_channel_json(
				 d->config->billing.tokens,
				 d->config->billing.n_tokens, &view));
}

/* Without an amount all that is unspent. */
static json_t *do_channel_refund(struct ts_daemon *d, const json_t *request)
{
	const struct ts_billing_token *token = token_of(d, request);
	ts_u128 limit_wei = TS_U128_MAX;
	struct ts_address wallet;

	if (!partner_of(request, &wallet))
		return bad_partner();
	if (!token)
		return bad_token();
	if (json_object_get(request, "amount") &&
	    !amount_of(token, request, &limit_wei))
		return bad_amount();
	if (ts_billing_refund(d->billing, &wallet, &token->address, limit_wei, 0))
		return refused(d);
	return channel_done(d, &wallet, token);
}

static json_t *do_channel_withdraw(struct ts_daemon *d, const json_t *request)
{
	const struct ts_billing_token *token = token_of(d, request);
	struct ts_address wallet;
	struct ts_time now;
	ts_u128 amount_wei;

	if (!d->chain)
		return no_chain();
	if (!partner_of(request, &wallet))
		return bad_partner();
	if (!token)
		return bad_token();
	if (!amount_of(token, request, &amount_wei))
		return bad_amount();
	ts_clock_now(&now);
	if (ts_billing_withdraw(d->billing, &wallet, &token->address, amount_wei,
				&now))
		return refused(d);
	return channel_done(d, &wallet, token);
}

static json_t *do_channel_settle(struct ts_daemon *d, const json_t *request)
{
	const struct ts_billing_token *token = token_of(d, request);
	struct ts_address wallet;

	if (!d->chain)
		return no_chain();
	if (!partner_of(request, &wallet))
		return bad_partner();
	if (!token)
		return bad_token();
	if (ts_billing_leave(d->billing, &wallet, &token->address))
		return refused(d);
	return channel_done(d, &wallet, token);
}

static json_t *do_pay(struct ts_daemon *d, const json_t *request)
{
	const struct ts_billing_token *token = token_of(d, request);
	struct ts_address wallet;
	ts_u128 amount_wei;

	if (!partner_of(request, &wallet))
		return bad_partner();
	if (!token)
		return bad_token();
	if (!amount_of(token, request, &amount_wei))
		return bad_amount();
	if (ts_billing_pay(d->billing, &wallet, &token->address, amount_wei))
		return refused(d);
	return channel_done(d, &wallet, token);
}

/*
 * After a restore: what the chain shows is asked first, since a close or a withdrawal
 * may be what the backup does not know.
 */
static json_t *do_channel_trust(struct ts_daemon *d, const json_t *request)
{
	const struct ts_billing_token *token = token_of(d, request);
	struct ts_address wallet;

	if (!partner_of(request, &wallet))
		return bad_partner();
	if (!token)
		return bad_token();
	if (d->chain && !ts_chain_at_head(d->chain))
		return ts_command_failure("refused", "the chain is not followed to its head yet; see \"tsctl chain status\" and try again then");
	if (ts_billing_channel_trust(d->billing, &wallet, &token->address))
		return refused(d);
	return channel_done(d, &wallet, token);
}

static json_t *do_channel_export(struct ts_daemon *d, const json_t *request)
{
	const struct ts_billing_token *token = token_of(d, request);
	struct ts_address wallet;
	json_t *channel;

	if (!partner_of(request, &wallet))
		return bad_partner();
	if (!token)
		return bad_token();
	channel = ts_channel_export(d->billing, &wallet, &token->address);
	return channel ? json_pack("{s:o}", "channel", channel) : refused(d);
}

static json_t *do_reload(struct ts_daemon *d, const json_t *request)
{
	char err[TS_CONFIG_ERROR_SIZE];

	if (ts_daemon_reload(d, err, sizeof(err)))
		return ts_command_failure("refused", err);
	return json_pack("{s:b}", "ok", 1);
}

static json_t *sum_json(const struct ts_ledger_sum *s)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "paid_wei", ts_json_wei(s->paid_wei),
			 "attached_wei", ts_json_wei(s->attached_wei),
			 "reserved_wei", ts_json_wei(s->reserved_wei),
			 "granted_wei", ts_json_wei(s->granted_wei),
			 "consumed_wei", ts_json_wei(s->consumed_wei),
			 "refunded_wei", ts_json_wei(s->refunded_wei),
			 "unspent_wei", ts_json_wei(s->unspent_wei));
}

/** struct revenue - sums being listed */
struct revenue {
	const struct ts_config *config;
	json_t *totals, *wallets;
};

static int add_sum(const struct ts_ledger_sum *s, void *arg)
{
	struct revenue *r = arg;
	json_t *one = sum_json(s);

	ts_portal_add_token(one, r->config->billing.tokens,
			    r->config->billing.n_tokens, &s->token);
	if (ts_address_is_zero(&s->wallet))
		return json_array_append_new(r->totals, one);
	json_object_set_new(one, "wallet", ts_json_address(&s->wallet));
	return json_array_append_new(r->wallets, one);
}

static json_t *do_account_of_bytes(struct ts_daemon *d, const json_t *request)
{
	struct revenue r = { .config = d->config, .totals = json_array(),
			     .wallets = json_array() };

	if (ts_billing_sum(d->billing, add_sum, &r)) {
		json_decref(r.totals);
		json_decref(r.wallets);
		return ts_command_failure("ledger", ts_billing_error(d->billing));
	}
	return json_pack("{s:o, s:o}", "totals", r.totals, "wallets", r.wallets);
}

/* The events themselves are the control socket's part. */
static json_t *do_monitor(struct ts_daemon *d, const json_t *request)
{
	return json_pack("{s:b}", "ok", 1);
}

static const struct {
	const char *cmd;
	json_t *(*run)(struct ts_daemon *d, const json_t *request);
} commands[] = {
	{ "status", do_status },
	{ "sessions", ts_session_list_answer },
	{ "session", ts_session_show_answer },
	{ "channels", do_channels },
	{ "peers", do_peers },
	{ "mirrors", do_mirrors },
	{ "roam", do_roam },
	{ "relay", do_relay },
	{ "channel-import", do_channel_import },
	{ "channel-open", do_channel_open },
	{ "channel-deposit", do_channel_deposit },
	{ "channel-close", do_channel_close },
	{ "chain", do_chain },
	{ "wallet", do_wallet },
	{ "channel-refund", do_channel_refund },
	{ "channel-withdraw", do_channel_withdraw },
	{ "channel-settle", do_channel_settle },
	{ "channel-trust", do_channel_trust },
	{ "channel-export", do_channel_export },
	{ "pay", do_pay },
	{ "portal", ts_https_answer },
	{ "opennds", ts_opennds_answer },
	{ "opennds-event", ts_opennds_event_answer },
	{ "liquidity", ts_liquidity_answer },
	{ "revenue", ts_revenue_answer },
	{ "revenue-pay", ts_payout_pay_answer },
	{ "revenue-statement", ts_payout_statement_answer },
	{ "revenue-trust", ts_payout_trust_answer },
	{ "voucher-make", ts_voucher_make_answer },
	{ "voucher-list", ts_voucher_list_answer },
	{ "voucher-revoke", ts_voucher_revoke_answer },
	{ "voucher-trust", ts_voucher_trust_answer },
	{ "sponsor", ts_sponsor_answer },
	{ "sponsor-end", ts_sponsor_end_answer },
	{ "sponsors", ts_sponsor_list_answer },
	{ "reload", do_reload },
	{ "session-close", ts_session_close_answer },
	{ "session-attach", ts_session_attach_answer },
	{ "account-of-bytes", do_account_of_bytes },
	{ "monitor", do_monitor },
};

/**
 * ts_command_answer() - do what a line asks for
 * @d: the daemon
 * @line: the request
 * @len: of it
 * @watch: set to whether events are to follow the answer
 *
 * Return: a new object.
 */
json_t *ts_command_answer(struct ts_daemon *d, const char *line, size_t len,
			  bool *watch)
{
	json_error_t error;
	json_t *request = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
	const char *cmd = json_string_value(json_object_get(request, "cmd"));
	json_t *reply = NULL;
	unsigned int i;

	for (i = 0; cmd && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(cmd, commands[i].cmd))
			reply = commands[i].run(d, request);
	*watch = cmd && !strcmp(cmd, "monitor");
	if (!request)
		reply = ts_command_failure("not_json", error.text);
	else if (!cmd)
		reply = ts_command_failure("no_command", "\"cmd\" is missing");
	else if (!reply)
		reply = ts_command_failure("unknown_command", "this version of tsd does not know that command");
	json_decref(request);
	return reply;
}
