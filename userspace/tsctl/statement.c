// SPDX-License-Identifier: GPL-2.0
/* tsctl revenue: whose the income is, and what was paid of it. */
#include <stdio.h>
#include <string.h>
#include "tsctl/answer.h"
#include "tsctl/statement.h"

/* Of one that is null it is the box's own. */
static const char *name_of(const json_t *one)
{
	return *answer_text(one, "name") ? answer_text(one, "name") : "the box";
}

static const char *amount(const json_t *one, const char *key,
			  char buf[static TS_TOKEN_TEXT_SIZE])
{
	return answer_amount(one, key, answer_number(one, "decimals"), buf);
}

/* --- for people ------------------------------------------------------------ */

static void print_share(json_t *one)
{
	char allotted[TS_TOKEN_TEXT_SIZE], paid[TS_TOKEN_TEXT_SIZE], owed[TS_TOKEN_TEXT_SIZE];

	printf("%-20s %4lld %-7s %14s %14s %14s %s\n", name_of(one),
	       (long long)answer_number(one, "per_mille"), answer_text(one, "pays"),
	       amount(one, "allotted_wei", allotted), amount(one, "paid_wei", paid),
	       amount(one, "owed_wei", owed), answer_token(one));
}

static void print_payout(json_t *one)
{
	char buf[TS_TOKEN_TEXT_SIZE];

	printf("%4lld %-20s %-20s %-7s %14s %s %s\n", (long long)answer_number(one, "id"),
	       *answer_text(one, "time") ? answer_text(one, "time") : "no clock",
	       name_of(one), answer_text(one, "pays"), amount(one, "wei", buf),
	       answer_token(one), answer_text(one, "state"));
}

static void print(const json_t *answer)
{
	json_t *shares = json_object_get(answer, "shares");
	json_t *payouts = json_object_get(answer, "payouts");

	if (!json_array_size(shares))
		puts("nobody has a share: all income is the box's own; see shares in tsd.conf(5)");
	else
		printf("%-20s %4s %-7s %14s %14s %14s\n", "holder", "of", "pays",
		       "allotted", "paid", "owed");
	answer_each(shares, "", print_share);
	if (json_array_size(payouts))
		puts("payouts");
	answer_each(payouts, "", print_payout);
	if (*answer_text(answer, "fault"))
		printf("%s\n", answer_text(answer, "fault"));
}

/* --- CSV (RFC 4180) -------------------------------------------------------- */

/* What a spreadsheet would take for a formula is text. */
static void field(const char *text)
{
	putchar('"');
	if (*text && strchr("=+-@", *text))
		putchar('\'');
	for (; *text; text++) {
		if (*text == '"')
			putchar('"');
		putchar(*text);
	}
	fputs("\",", stdout);
}

static void line(const json_t *one, const char *when, const char *what, const char *key,
		 const char *state)
{
	char buf[TS_TOKEN_TEXT_SIZE];

	field(answer_text(one, when));
	printf("%s,", what);
	field(name_of(one));
	printf("%s,%s,", answer_text(one, "address"), amount(one, key, buf));
	field(answer_token(one));
	printf("%s,%s\r\n", answer_text(one, key), state);
}

static void print_csv(const json_t *answer)
{
	json_t *one;
	size_t i;

	fputs("time,what,holder,address,amount,token,wei,state\r\n", stdout);
	json_array_foreach(json_object_get(answer, "days"), i, one)
		line(one, "day", "allotted", "wei", "");
	json_array_foreach(json_object_get(answer, "payouts"), i, one) {
		line(one, "time", "paid", "wei", answer_text(one, "state"));
		if (strcmp(answer_text(one, "lost_wei"), "0"))
			line(one, "time", "lost", "lost_wei", "");
	}
}

int revenue_statement(struct cmd *c)
{
	const char *word = cmd_next(c);
	json_t *answer;

	if (word && strcmp(word, "--csv") && !cmd_is(word, "csv"))
		return cmd_unknown(c, word, "--csv");
	if (cmd_end(c) || answer_of(c, "revenue-statement", "keeps the books", &answer))
		return 1;
	if (c->json)
		return out_json(answer);
	if (word)
		print_csv(answer);
	else
		print(answer);
	json_decref(answer);
	return 0;
}

/* --- paying ---------------------------------------------------------------- */

static void print_paid(json_t *one)
{
	char buf[TS_TOKEN_TEXT_SIZE];

	printf("%s: %s %s%s\n", name_of(one), amount(one, "wei", buf), answer_token(one),
	       strcmp(answer_text(one, "pays"), "cold") ? "" :
	       ", on the chain; see \"tsctl chain status\"");
}

static void print_waiting(json_t *one)
{
	char buf[TS_TOKEN_TEXT_SIZE];

	printf("%s: owed %s %s: %s\n", name_of(one), amount(one, "owed_wei", buf),
	       answer_token(one), answer_text(one, "why"));
}

/* HOLDER may be missing, and so may "token SYMBOL". */
static int take_words(struct cmd *c, const char **holder, const char **token)
{
	*holder = *token = NULL;
	if (cmd_more(c) && strcmp(c->argv[0], "token"))
		*holder = cmd_next(c);
	if (!cmd_more(c))
		return 0;
	if (strcmp(c->argv[0], "token"))
		return cmd_end(c);
	cmd_next(c);
	*token = cmd_value(c, "token");
	return !*token || cmd_end(c);
}

int revenue_pay(struct cmd *c)
{
	const char *holder, *token;
	json_t *answer;
	int waiting;

	if (take_words(c, &holder, &token) ||
	    answer_missing(c, daemon_ask(c, json_pack("{s:s,s:s*,s:s*}", "cmd", "revenue-pay",
						      "holder", holder, "token", token),
					 &answer), "pays"))
		return 1;
	waiting = json_array_size(json_object_get(answer, "waiting")) > 0;
	if (c->json)
		return out_json(answer) ?: waiting;
	answer_each(json_object_get(answer, "paid"), "", print_paid);
	answer_each(json_object_get(answer, "waiting"), "", print_waiting);
	if (!json_array_size(json_object_get(answer, "paid")) && !waiting)
		puts("nothing is owed");
	json_decref(answer);
	return waiting;
}

int revenue_trust(struct cmd *c)
{
	json_t *answer;

	if (cmd_end(c) || answer_of(c, "revenue-trust", "pays", &answer))
		return 1;
	if (c->json)
		return out_json(answer);
	json_decref(answer);
	return 0;
}
