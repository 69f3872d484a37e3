// SPDX-License-Identifier: GPL-2.0
/* tsctl session: stations that the operator pays for. */
#include <stdio.h>
#include <string.h>
#include "tsctl/answer.h"
#include "tsctl/date.h"

static int ask(struct cmd *c, json_t *request, json_t **answer)
{
	return answer_missing(c, daemon_ask(c, request, answer), "keeps sessions");
}

static void print_sponsor(json_t *one)
{
	char limit[TS_TOKEN_TEXT_SIZE], taken[TS_TOKEN_TEXT_SIZE], until[DATE_SIZE];
	json_int_t decimals = answer_number(one, "decimals");

	printf("%s vlan %lld: %s of %s %s, until %s, session %s\n", answer_text(one, "mac"),
	       (long long)answer_number(one, "vlan"),
	       answer_amount(one, "taken_wei", decimals, taken),
	       answer_amount(one, "wei", decimals, limit), answer_token(one),
	       fmt_date(answer_number(one, "until"), until), answer_text(one, "session"));
}

static int list_sponsors(struct cmd *c)
{
	json_t *answer, *list;

	if (answer_of(c, "sponsors", "keeps sessions", &answer))
		return 1;
	list = json_incref(json_object_get(answer, "sponsors"));
	json_decref(answer);
	if (c->json)
		return out_json(list);
	answer_each(list, "", print_sponsor);
	json_decref(list);
	return 0;
}

/* limit AMOUNT [token SYMBOL] [until DATE] [vlan N] [zone ZONE], or end. */
static int take_words(struct cmd *c, json_t *request)
{
	const char *word, *value;
	uint64_t number;
	uint32_t zone;

	while ((word = cmd_next(c))) {
		if (!strcmp(word, "end")) {
			json_object_set_new(request, "cmd", json_string("sponsor-end"));
			continue;
		}
		value = cmd_value(c, word);
		if (!value)
			return 1;
		if (cmd_is(word, "limit")) {
			json_object_set_new(request, "amount", json_string(value));
		} else if (cmd_is(word, "token")) {
			json_object_set_new(request, "token", json_string(value));
		} else if (cmd_is(word, "until")) {
			if (!arg_date(value, &number))
				return 1;
			json_object_set_new(request, "until", json_integer((json_int_t)number));
		} else if (cmd_is(word, "vlan")) {
			if (!arg_u64("vlan", value, 0, 4094, &number))
				return 1;
			json_object_set_new(request, "vlan", json_integer((json_int_t)number));
		} else if (cmd_is(word, "zone")) {
			if (!arg_zone(value, &zone))
				return 1;
			json_object_set_new(request, "zone", json_integer(zone));
		} else {
			return cmd_unknown(c, word, "limit, token, until, vlan, zone or end");
		}
	}
	return 0;
}

static int session_sponsor(struct cmd *c)
{
	json_t *request, *answer;
	uint8_t mac[6];

	if (!cmd_more(c))
		return list_sponsors(c);
	if (!arg_mac(c->argv[0], mac))
		return 1;
	request = json_pack("{s:s, s:s}", "cmd", "sponsor", "mac", cmd_next(c));
	if (take_words(c, request)) {
		json_decref(request);
		return 1;
	}
	if (ask(c, request, &answer))
		return 1;
	if (c->json)
		return out_json(answer);
	if (*answer_text(answer, "session"))
		printf("session %s\n", answer_text(answer, "session"));
	json_decref(answer);
	return 0;
}

const struct verb session_verbs[] = {
	{ "sponsor", session_sponsor,
	  "[MAC limit AMOUNT [token SYMBOL] [until DATE] [vlan N] [zone ZONE]|MAC end]",
	  "pay for a station up to a limit and a date, in place of what was said of it\n"
	  "          before; or no more; without a MAC: those that are paid for" },
	{ 0 },
};
