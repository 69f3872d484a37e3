// SPDX-License-Identifier: GPL-2.0
/* tsctl revenue: what was charged on each day, and for what. */
#include <stdio.h>
#include <string.h>
#include "tsctl/answer.h"
#include "tsctl/statement.h"

static const char *const kinds[] = { "access", "relay", "exit", "fees", "upstream", "given",
				     "net" };

#define N_KINDS		(sizeof(kinds) / sizeof(kinds[0]))
#define COLUMN		14

/* In tokens; of one that tsd does not take any more in its smallest unit. */
static void print_amount(json_t *row, const char *kind)
{
	json_int_t decimals = answer_number(row, "decimals");
	char key[24], amount[TS_TOKEN_TEXT_SIZE + 1] = "-";
	const char *value;
	ts_u128 wei = 0;

	snprintf(key, sizeof(key), "%s_wei", kind);
	value = answer_text(row, key);
	ts_u128_parse(&wei, value + (*value == '-'));
	ts_token_print(wei, (unsigned int)decimals, amount + 1);
	printf(" %*s", COLUMN, amount + (*value != '-'));
}

static void print_row(const char *name, json_t *row)
{
	size_t i;

	printf("%-10s", name);
	for (i = 0; i < N_KINDS; i++)
		print_amount(row, kinds[i]);
	putchar('\n');
}

static void print_head(json_t *total)
{
	size_t i;

	printf("%s\n%-10s", answer_token(total), "day");
	for (i = 0; i < N_KINDS; i++)
		printf(" %*s", COLUMN, kinds[i]);
	putchar('\n');
}

static void print_token(json_t *days, json_t *total)
{
	json_t *row;
	size_t i;

	print_head(total);
	json_array_foreach(days, i, row)
		if (!strcmp(answer_text(row, "token"), answer_text(total, "token")))
			print_row(*answer_text(row, "day") ? answer_text(row, "day") : "no clock", row);
	print_row("all", total);
}

static int revenue(struct cmd *c)
{
	json_t *answer, *total;
	size_t i;

	if (cmd_end(c) || answer_of(c, "revenue", "keeps the books", &answer))
		return 1;
	if (c->json)
		return out_json(answer);
	json_array_foreach(json_object_get(answer, "totals"), i, total)
		print_token(json_object_get(answer, "days"), total);
	if (!i)
		puts("nothing was charged yet");
	if (!json_is_true(json_object_get(answer, "clock_trusted")))
		puts("the clock is not synchronised; what is charged now is of no day");
	json_decref(answer);
	return 0;
}

const struct verb revenue_verbs[] = {
	{ "show", revenue, "",
	  "what was charged on each day (UTC), in each token: stations' access, what was\n"
	  "          carried for neighbours and to the internet for them, fees of what was passed\n"
	  "          on; what our own way to the internet cost, what was given away\n"
	  "          (and is no income), and what is left" },
	{ "statement", revenue_statement, "[--csv]",
	  "whose it is: what holders of shares were allotted (with -j or --csv of each day),\n"
	  "          what was paid to them, and what is owed" },
	{ "pay", revenue_pay, "[HOLDER] [token SYMBOL]",
	  "split what passed until now and pay what is owed: over channels, or on the\n"
	  "          chain; says of the rest why not, with exit status 1" },
	{ "trust", revenue_trust, "",
	  "after 'ledger restore': you have looked at what was paid since the backup" },
	{ 0 },
};
