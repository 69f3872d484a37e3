// SPDX-License-Identifier: GPL-2.0
/* tsctl session: stations, what they have paid, and those that the operator pays for. */
#include <stdio.h>
#include <string.h>
#include "chain/token.h"
#include "tsctl/answer.h"
#include "tsctl/date.h"

static int ask(struct cmd *c, json_t *request, json_t **answer)
{
	return answer_missing(c, daemon_ask(c, request, answer), "keeps sessions");
}

/* --- what there is --- */

static const char *zone_name(const json_t *station, char buf[static IF_NAMESIZE])
{
	return fmt_zone((uint32_t)answer_number(station, "zone"), buf);
}

static const char *left_bytes(const json_t *one, char buf[static 16])
{
	const json_t *bytes = json_object_get(one, "remaining_bytes");

	return json_is_integer(bytes) ?
	       fmt_size((uint64_t)json_integer_value(bytes), buf) : "no end";
}

/* What is said of it beside its state, when there is something to say. */
static const char *access_of(const json_t *one)
{
	return strcmp(answer_text(one, "access"), "normal") ? answer_text(one, "access") : "";
}

static void print_session(json_t *one)
{
	const json_t *station = json_object_get(one, "station");
	char left[TS_TOKEN_TEXT_SIZE], bytes[16], zone[IF_NAMESIZE];
	const json_t *tariff = json_object_get(one, "tariff");

	printf("%s %s", answer_text(one, "session"), answer_text(one, "state"));
	if (json_is_object(station))
		printf(" mac %s vlan %lld zone %s", answer_text(station, "mac"),
		       (long long)answer_number(station, "vlan"), zone_name(station, zone));
	else
		printf(" without a station");
	printf("\n    %s %s left, %s%s%s%s\n",
	       answer_amount(one, "unspent_wei", answer_number(tariff, "decimals"), left),
	       answer_token(tariff), left_bytes(one, bytes),
	       strcmp(answer_text(one, "sponsored_wei"), "0") ? ", paid for by a wallet" : "",
	       *access_of(one) ? ", " : "", access_of(one));
}

static int session_list(struct cmd *c)
{
	json_t *answer, *list;

	if (cmd_end(c) || answer_of(c, "sessions", "keeps sessions", &answer))
		return 1;
	list = json_incref(json_object_get(answer, "sessions"));
	json_decref(answer);
	if (c->json)
		return out_json(list);
	answer_each(list, "", print_session);
	json_decref(list);
	return 0;
}

static void print_details(json_t *one)
{
	const json_t *used = json_object_get(one, "used_bytes");
	const json_t *tariff = json_object_get(one, "tariff");
	const json_t *account = json_object_get(one, "account");
	const json_t *held = json_object_get(one, "held");
	const json_t *roam = json_object_get(one, "roam");
	json_int_t decimals = answer_number(tariff, "decimals");
	char paid[TS_TOKEN_TEXT_SIZE], given[TS_TOKEN_TEXT_SIZE], up[16], down[16];
	char lent[TS_TOKEN_TEXT_SIZE];

	print_session(one);
	printf("    attached %s %s, of what is left given %s, by wallets that pay for its station %s\n",
	       answer_amount(one, "attached_wei", decimals, paid), answer_token(tariff),
	       answer_amount(one, "given_wei", decimals, given),
	       answer_amount(one, "sponsored_wei", decimals, lent));
	printf("    used %s up, %s down; tariff %lld version %lld\n",
	       fmt_size((uint64_t)answer_number(used, "up"), up),
	       fmt_size((uint64_t)answer_number(used, "down"), down),
	       (long long)answer_number(tariff, "id"),
	       (long long)answer_number(tariff, "version"));
	if (json_is_object(account))
		printf("    account %lld epoch %lld: granted %s, charged %s units\n",
		       (long long)answer_number(account, "id"),
		       (long long)answer_number(account, "epoch"),
		       answer_text(one, "granted_units"), answer_text(one, "charged_units"));
	if (json_is_object(held))
		printf("    held: %s\n", answer_text(held, "message"));
	if (json_is_object(roam))
		printf("    guest of %s\n", answer_text(roam, "home"));
}

/* Asks, and shows the session that is the answer. */
static int show_answer(struct cmd *c, json_t *request)
{
	json_t *answer, *one;

	if (ask(c, request, &answer))
		return 1;
	one = json_incref(json_object_get(answer, "session"));
	json_decref(answer);
	if (c->json)
		return out_json(one);
	print_details(one);
	json_decref(one);
	return 0;
}

static int session_show(struct cmd *c)
{
	const char *code = cmd_value(c, "show");

	if (!code || cmd_end(c))
		return 1;
	return show_answer(c, json_pack("{s:s, s:s}", "cmd", "session", "code", code));
}

/* --- what the operator does --- */

static int session_close(struct cmd *c)
{
	const char *code = cmd_value(c, "close");
	json_t *answer;

	if (!code || cmd_end(c) ||
	    ask(c, json_pack("{s:s, s:s}", "cmd", "session-close", "code", code), &answer))
		return 1;
	if (c->json)
		return out_json(answer);
	json_decref(answer);
	return 0;
}

/* vlan N and zone ZONE; Return: 1: it was one, 0: another word, -1: said what is wrong. */
static int take_place(struct cmd *c, const char *word, const char *value, json_t *request)
{
	uint64_t number;
	uint32_t zone;

	if (cmd_is(word, "vlan")) {
		if (!arg_u64("vlan", value, 0, 4094, &number))
			return -1;
		json_object_set_new(request, "vlan", json_integer((json_int_t)number));
		return 1;
	}
	if (!cmd_is(word, "zone"))
		return 0;
	if (!arg_zone(value, &zone))
		return -1;
	json_object_set_new(request, "zone", json_integer(zone));
	return 1;
}

static int session_attach(struct cmd *c)
{
	const char *code = cmd_value(c, "attach"), *mac, *word, *value;
	json_t *request;
	uint8_t bytes[6];
	int took = 1;

	mac = code ? cmd_value(c, "CODE") : NULL;
	if (!mac || !arg_mac(mac, bytes))
		return 1;
	request = json_pack("{s:s, s:s, s:s}", "cmd", "session-attach", "code", code,
			    "mac", mac);
	while (took == 1 && (word = cmd_next(c))) {
		value = cmd_value(c, word);
		took = value ? take_place(c, word, value, request) : -1;
		if (!took)
			cmd_unknown(c, word, "vlan or zone");
	}
	if (took == 1)
		return show_answer(c, request);
	json_decref(request);
	return 1;
}

static void print_sponsor(json_t *one)
{
	char limit[TS_TOKEN_TEXT_SIZE], taken[TS_TOKEN_TEXT_SIZE], until[DATE_SIZE];
	json_int_t decimals = answer_number(one, "decimals");

	if (*answer_text(one, "wallet")) {
		printf("%s: %s of %s %s, until %s, by wallet %s\n", answer_text(one, "mac"),
		       answer_amount(one, "spent_wei", decimals, taken),
		       answer_amount(one, "limit_wei", decimals, limit), answer_token(one),
		       fmt_date(answer_number(one, "until_s"), until),
		       answer_text(one, "wallet"));
		return;
	}
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
	int took;

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
		} else {
			took = take_place(c, word, value, request);
			if (!took)
				cmd_unknown(c, word, "limit, token, until, vlan, zone or end");
			if (took != 1)
				return 1;
		}
	}
	return 0;
}

static bool lacks_limit(const struct cmd *c, const json_t *request)
{
	if (json_object_get(request, "amount") ||
	    !strcmp(answer_text(request, "cmd"), "sponsor-end"))
		return false;
	fprintf(stderr, "tsctl %s: say how much, 'limit AMOUNT', or 'end'\n", c->object);
	return true;
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
	if (take_words(c, request) || lacks_limit(c, request)) {
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
	{ "list", session_list, "",
	  "each session, two lines: its code, state and station; what is left of it" },
	{ "show", session_show, "CODE", "all that is known of one" },
	{ "close", session_close, "CODE",
	  "end it; what is unspent goes back to each wallet that paid it, where its\n"
	  "          channel is open, and else stays owed to it" },
	{ "attach", session_attach, "CODE MAC [vlan N] [zone ZONE]",
	  "the session is at this station from now on, with what it is worth; not one\n"
	  "          that has a session worth something, nor of a guest" },
	{ "sponsor", session_sponsor,
	  "[MAC limit AMOUNT [token SYMBOL] [until DATE] [vlan N] [zone ZONE]|MAC end]",
	  "pay for a station up to a limit and a date, in place of what was said of it\n"
	  "          before; or no more; without a MAC: those that are paid for, by\n"
	  "          the operator or by a wallet" },
	{ 0 },
};
