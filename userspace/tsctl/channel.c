// SPDX-License-Identifier: GPL-2.0
/* tsctl channel: payment channels with wallets. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "tsctl/cmd.h"
#include "tsctl/daemon.h"

/* Channels live in tsd's ledger, and tsd is its only writer. */
static int ask(struct cmd *c, json_t *request, json_t **answer)
{
	int ret = daemon_ask(c, request, answer);

	if (ret == -ENOENT)
		fprintf(stderr, "tsctl %s: tsd does not run, or with another configuration than %s (-c FILE); start it first\n",
			c->object, c->config);
	return ret ? 1 : 0;
}

static void print_channel(json_t *ch)
{
	const char *const fields[] = { "token", "symbol", "decimals", "state",
				       "partner_deposit_wei", "transferred_wei", "unspent_wei",
				        "refunded_wei", "nonce", "open_block_number" };
	const char *uncredited = json_string_value(json_object_get(ch, "uncredited"));
	json_t *cosign = json_object_get(ch, "cosign");
	size_t i;

	printf("%s\n", json_string_value(json_object_get(ch, "partner_address")));
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		json_t *v = json_object_get(ch, fields[i]);

		if (json_is_string(v))
			printf("    %s %s\n", fields[i], json_string_value(v));
		else if (json_is_integer(v))
			printf("    %s %" JSON_INTEGER_FORMAT "\n", fields[i],
			       json_integer_value(v));
	}
	if (json_is_object(cosign))
		printf("    %s %s, %s\n",
		       json_string_value(json_object_get(cosign, "what")),
		       json_string_value(json_object_get(cosign, "amount_wei")),
		       json_string_value(json_object_get(cosign, "state")));
	if (uncredited && !strcmp(uncredited, "too_large"))
		puts("    the partner's newest deposit is not counted: with it the deposits in this token would be 2^128 or more");
	else if (uncredited)
		puts("    the partner's newest deposit is not counted until chain.second_rpc shows it");
	if (json_is_true(json_object_get(ch, "restored")))
		puts("    restored from a backup: nothing is signed until its partner has shown our newest transfer, or \"tsctl channel trust\"");
}

static int channel_list(struct cmd *c)
{
	json_t *answer, *list, *ch;
	size_t i;

	if (cmd_end(c) || ask(c, json_pack("{s:s}", "cmd", "channels"), &answer))
		return 1;
	list = json_object_get(answer, "channels");
	if (c->json) {
		json_incref(list);
		json_decref(answer);
		return out_json(list);
	}
	json_array_foreach(list, i, ch)
		print_channel(ch);
	json_decref(answer);
	return 0;
}

/* A value as it stands, whatever it is. */
static void print_field(const char *key, json_t *v)
{
	char *text = json_dumps(v, JSON_ENCODE_ANY);

	if (json_is_string(v))
		printf("    %s %s\n", key, json_string_value(v));
	else if (text)
		printf("    %s %s\n", key, text);
	free(text);
}

static bool is_with(json_t *ch, const char *partner)
{
	const char *known = json_string_value(json_object_get(ch, "partner_address"));

	return known && !strcasecmp(known, partner);
}

static int channel_show(struct cmd *c)
{
	const char *partner = cmd_value(c, "show"), *key;
	json_t *answer, *ch, *v, *found = json_array();
	size_t i;

	if (!partner || cmd_end(c) ||
	    ask(c, json_pack("{s:s}", "cmd", "channels"), &answer)) {
		json_decref(found);
		return 1;
	}
	json_array_foreach(json_object_get(answer, "channels"), i, ch)
		if (is_with(ch, partner))
			json_array_append(found, ch);
	json_decref(answer);
	if (!json_array_size(found)) {
		fprintf(stderr, "tsctl channel: there is no channel with %s; 'tsctl channel list' shows those there are\n",
			partner);
		json_decref(found);
		return 1;
	}
	if (c->json)
		return out_json(found);
	json_array_foreach(found, i, ch) {
		printf("%s\n", json_string_value(json_object_get(ch, "partner_address")));
		json_object_foreach(ch, key, v)
			print_field(key, v);
	}
	json_decref(found);
	return 0;
}

static int channel_import(struct cmd *c)
{
	const char *file = cmd_value(c, "import");
	bool trusted = false;
	json_t *channel, *answer;
	json_error_t je;

	if (!file)
		return 1;
	if (cmd_more(c) && cmd_is(c->argv[0], "trusted")) {
		cmd_next(c);
		trusted = true;
	}
	if (cmd_end(c))
		return 1;
	channel = strcmp(file, "-") ? json_load_file(file, JSON_REJECT_DUPLICATES, &je) :
				      json_loadf(stdin, JSON_REJECT_DUPLICATES, &je);
	if (!channel) {
		/* A file that cannot be read has no line, and its name is in the text. */
		if (je.line < 1)
			fprintf(stderr, "tsctl channel: %s\n", je.text);
		else
			fprintf(stderr, "tsctl channel: %s, line %d: %s\n", file, je.line,
				je.text);
		return 1;
	}
	if (ask(c, json_pack("{s:s,s:o,s:b}", "cmd", "channel-import", "channel", channel,
			     "trusted", trusted), &answer))
		return 1;
	if (c->json)
		return out_json(answer);
	puts("imported");
	json_decref(answer);
	return 0;
}

/* What tsd has noted goes on by itself; its steps are shown by "chain watch". */
static int noted(struct cmd *c, json_t *request)
{
	json_t *answer;

	if (ask(c, request, &answer))
		return 1;
	if (c->json)
		return out_json(answer);
	puts("noted; \"tsctl chain watch\" shows each step");
	json_decref(answer);
	return 0;
}

/* "token SYMBOL", where it is given; else the first of the configuration is meant. */
static int take_token(struct cmd *c, const char **token)
{
	*token = NULL;
	if (!cmd_more(c) || !cmd_is(c->argv[0], "token"))
		return 0;
	cmd_next(c);
	*token = cmd_value(c, "token");
	return !*token;
}

static int pay_in(struct cmd *c, const char *name, const char *cmd)
{
	const char *partner = cmd_value(c, name), *amount, *token;

	if (!partner)
		return 1;
	amount = cmd_value(c, "PARTNER");
	if (!amount || take_token(c, &token) || cmd_end(c))
		return 1;
	return noted(c, json_pack("{s:s,s:s,s:s,s:s*}", "cmd", cmd, "partner", partner,
				  "amount", amount, "token", token));
}

static int channel_open(struct cmd *c)
{
	return pay_in(c, "open", "channel-open");
}

static int channel_deposit(struct cmd *c)
{
	return pay_in(c, "deposit", "channel-deposit");
}

/* PARTNER, perhaps AMOUNT and SYMBOL, and how the channel is after it. */
static int act(struct cmd *c, const char *cmd, const char *partner,
	       const char *amount, const char *token)
{
	json_t *answer, *channel;

	if (ask(c, json_pack("{s:s,s:s,s:s*,s:s*}", "cmd", cmd, "partner", partner,
			     "amount", amount, "token", token), &answer))
		return 1;
	channel = json_incref(json_object_get(answer, "channel"));
	json_decref(answer);
	if (c->json)
		return out_json(channel);
	print_channel(channel);
	json_decref(channel);
	return 0;
}

static int channel_trust(struct cmd *c)
{
	const char *partner = cmd_value(c, "trust"), *token;

	if (!partner || take_token(c, &token) || cmd_end(c))
		return 1;
	return act(c, "channel-trust", partner, NULL, token);
}

/* What "import" takes, so it is JSON with and without -j. */
static int channel_export(struct cmd *c)
{
	const char *partner = cmd_value(c, "export"), *token;
	json_t *answer, *channel;

	if (!partner || take_token(c, &token) || cmd_end(c) ||
	    ask(c, json_pack("{s:s,s:s,s:s*}", "cmd", "channel-export", "partner", partner,
			     "token", token), &answer))
		return 1;
	channel = json_incref(json_object_get(answer, "channel"));
	json_decref(answer);
	return out_json(channel);
}

static int channel_refund(struct cmd *c)
{
	const char *partner = cmd_value(c, "refund"), *amount = NULL, *token;

	if (!partner)
		return 1;
	/* Of the two words that may follow only an amount begins with a digit. */
	if (cmd_more(c) && isdigit((unsigned char)c->argv[0][0]))
		amount = cmd_next(c);
	return take_token(c, &token) || cmd_end(c) ? 1 :
	       act(c, "channel-refund", partner, amount, token);
}

static int channel_close(struct cmd *c)
{
	const char *partner = cmd_value(c, "close"), *token;

	if (!partner || take_token(c, &token) || cmd_end(c))
		return 1;
	return noted(c, json_pack("{s:s,s:s,s:s*}", "cmd", "channel-close", "partner", partner,
				  "token", token));
}

static int channel_settle(struct cmd *c)
{
	const char *partner = cmd_value(c, "settle"), *token;

	if (!partner || take_token(c, &token) || cmd_end(c))
		return 1;
	return act(c, "channel-settle", partner, NULL, token);
}

static int act_with_amount(struct cmd *c, const char *name, const char *cmd)
{
	const char *partner = cmd_value(c, name), *amount, *token;

	if (!partner)
		return 1;
	amount = cmd_value(c, "PARTNER");
	if (!amount || take_token(c, &token) || cmd_end(c))
		return 1;
	return act(c, cmd, partner, amount, token);
}

static int channel_withdraw(struct cmd *c)
{
	return act_with_amount(c, "withdraw", "channel-withdraw");
}

static int pay(struct cmd *c)
{
	return act_with_amount(c, "pay", "pay");
}

const struct verb pay_verbs[] = {
	{ "", pay, "PARTNER AMOUNT [token SYMBOL]",
	  "a transfer of the operator's own to the wallet PARTNER, over its channel; not\n"
	  "          with what that wallet has not spent yet" },
	{ 0 },
};

const struct verb channel_verbs[] = {
	{ "list", channel_list, "", "channels that tsd knows" },
	{ "show", channel_show, "PARTNER", "all that is known of those with one partner" },
	{ "import", channel_import, "FILE|- [trusted]",
	  "tell tsd of a channel, as JSON; 'trusted' credits it although its settle\n"
	  "          timeout or deposit is below what the configuration asks for" },
	{ "export", channel_export, "PARTNER [token SYMBOL]",
	  "write the channel with PARTNER as JSON, as 'import' takes it" },
	{ "trust", channel_trust, "PARTNER [token SYMBOL]",
	  "after 'ledger restore': our newest transfer to PARTNER is known (it has none\n"
	  "          later than what the channel shows); tsd signs for it again" },
	{ "open", channel_open, "PARTNER AMOUNT [token SYMBOL]",
	  "open a channel on the chain with that many tokens of ours in it" },
	{ "deposit", channel_deposit, "PARTNER AMOUNT [token SYMBOL]",
	  "add so many tokens to our side of one" },
	{ "refund", channel_refund, "PARTNER [AMOUNT] [token SYMBOL]",
	  "what the wallet PARTNER paid and has not spent, or so much of it, goes back\n"
	  "          to it over its channel; its stations' budgets are revoked first" },
	{ "withdraw", channel_withdraw, "PARTNER AMOUNT [token SYMBOL]",
	  "so many tokens of ours leave the channel, which stays open: PARTNER signs it,\n"
	  "          and nothing moves in the channel until the chain has confirmed it" },
	{ "settle", channel_settle, "PARTNER [token SYMBOL]",
	  "end a channel together with PARTNER: refund what it has not spent, withdraw\n"
	  "          what is ours, settle the rest" },
	{ "close", channel_close, "PARTNER [token SYMBOL]",
	  "close a channel one-sidedly; tsd settles it when the windows are over" },
	{ 0 },
};
