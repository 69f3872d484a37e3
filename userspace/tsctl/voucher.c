// SPDX-License-Identifier: GPL-2.0
/* tsctl voucher: codes that are worth something, once. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "tsctl/answer.h"
#include "tsctl/date.h"

static int ask(struct cmd *c, json_t *request, json_t **answer)
{
	return answer_missing(c, daemon_ask(c, request, answer), "keeps vouchers");
}

/* Words after the value: count N, until DATE, token SYMBOL, label TEXT. */
static int take_options(struct cmd *c, json_t *request)
{
	const char *word, *value;
	uint64_t number;

	while ((word = cmd_next(c))) {
		value = cmd_value(c, word);
		if (!value)
			return 1;
		if (cmd_is(word, "count")) {
			if (!arg_u64("count", value, 1, 1000, &number))
				return 1;
			json_object_set_new(request, "count", json_integer((json_int_t)number));
		} else if (cmd_is(word, "until")) {
			if (!arg_date(value, &number))
				return 1;
			json_object_set_new(request, "until", json_integer((json_int_t)number));
		} else if (cmd_is(word, "token") || cmd_is(word, "label")) {
			json_object_set_new(request, cmd_is(word, "token") ? "token" : "label",
					    json_string(value));
		} else {
			return cmd_unknown(c, word, "count, until, token or label");
		}
	}
	return 0;
}

/* "bytes 500M" or an amount in tokens. */
static int take_value(struct cmd *c, json_t *request)
{
	const char *value = cmd_value(c, "make");
	uint64_t bytes;

	if (!value)
		return 1;
	if (strcmp(value, "bytes")) {
		json_object_set_new(request, "amount", json_string(value));
		return 0;
	}
	value = cmd_value(c, "bytes");
	if (!value || !arg_size("bytes", value, &bytes))
		return 1;
	json_object_set_new(request, "bytes", json_integer((json_int_t)bytes));
	return 0;
}

static void print_code(json_t *one)
{
	printf("%s\n", answer_text(one, "code"));
}

static int voucher_make(struct cmd *c)
{
	json_t *request = json_pack("{s:s}", "cmd", "voucher-make"), *answer;

	if (take_value(c, request) || take_options(c, request)) {
		json_decref(request);
		return 1;
	}
	if (ask(c, request, &answer))
		return 1;
	if (c->json)
		return out_json(answer);
	answer_each(json_object_get(answer, "vouchers"), "", print_code);
	json_decref(answer);
	return 0;
}

static void print_voucher(json_t *one)
{
	char worth[TS_TOKEN_TEXT_SIZE + 24], amount[TS_TOKEN_TEXT_SIZE], until[DATE_SIZE];
	char used[DATE_SIZE], size[16];

	if (answer_number(one, "bytes"))
		snprintf(worth, sizeof(worth), "%s",
			 fmt_size((uint64_t)answer_number(one, "bytes"), size));
	else
		snprintf(worth, sizeof(worth), "%s %s",
			 answer_amount(one, "wei", answer_number(one, "decimals"), amount),
			 answer_token(one));
	printf("%5lld %-8s %16s %-16s %-16s %s\n", (long long)answer_number(one, "id"),
	       answer_text(one, "state"), worth, fmt_date(answer_number(one, "until"), until),
	       fmt_date(answer_number(one, "used"), used), answer_text(one, "label"));
}

static int voucher_list(struct cmd *c)
{
	json_t *answer, *list;

	if (cmd_end(c) || answer_of(c, "voucher-list", "keeps vouchers", &answer))
		return 1;
	list = json_incref(json_object_get(answer, "vouchers"));
	json_decref(answer);
	if (c->json)
		return out_json(list);
	if (json_array_size(list))
		printf("%5s %-8s %16s %-16s %-16s %s\n", "id", "state", "worth", "until",
		       "used", "label");
	answer_each(list, "", print_voucher);
	json_decref(list);
	return 0;
}

static int change(struct cmd *c, const char *verb, const char *cmd)
{
	const char *text = cmd_value(c, verb);
	json_t *answer;
	uint64_t id;

	if (!text || !arg_u64("the number of a voucher", text, 1, INT64_MAX, &id) || cmd_end(c) ||
	    ask(c, json_pack("{s:s, s:I}", "cmd", cmd, "id", (json_int_t)id), &answer))
		return 1;
	if (c->json)
		return out_json(answer);
	json_decref(answer);
	return 0;
}

static int voucher_revoke(struct cmd *c)
{
	return change(c, "revoke", "voucher-revoke");
}

static int voucher_trust(struct cmd *c)
{
	return change(c, "trust", "voucher-trust");
}

const struct verb voucher_verbs[] = {
	{ "list", voucher_list, "", "every voucher that was made, by its number; codes are not known" },
	{ "make", voucher_make, "AMOUNT|bytes SIZE [count N] [until DATE] [token SYMBOL] [label TEXT]",
	  "new ones; their codes are shown this once. Bytes are of the internet, at the\n"
	  "          dearer direction and the prices of when it is redeemed" },
	{ "revoke", voucher_revoke, "NUMBER", "one that was not redeemed is worth nothing any more" },
	{ "trust", voucher_trust, "NUMBER",
	  "after 'ledger restore': this one was not redeemed since the backup" },
	{ 0 },
};
