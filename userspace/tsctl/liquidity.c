// SPDX-License-Identifier: GPL-2.0
/* tsctl liquidity: what channels can still carry, and how long. */
#include <stdio.h>
#include "tsctl/answer.h"

static const char *amount(json_t *row, const char *key, char buf[static TS_TOKEN_TEXT_SIZE])
{
	return answer_amount(row, key, answer_number(row, "decimals"), buf);
}

static void print_time(json_t *s)
{
	json_int_t v = json_integer_value(s);

	if (!json_is_integer(s))
		fputs("does not run empty at this rate\n", stdout);
	else if (!v)
		fputs("empty\n", stdout);
	else if (v < 2 * 3600)
		printf("empty in %" JSON_INTEGER_FORMAT " min\n", v / 60);
	else
		printf("empty in %" JSON_INTEGER_FORMAT " h\n", v / 3600);
}

static void print_way(json_t *row, const char *what, const char *left, const char *locked,
		      const char *hour, const char *empty)
{
	char a[TS_TOKEN_TEXT_SIZE], b[TS_TOKEN_TEXT_SIZE], c[TS_TOKEN_TEXT_SIZE];

	printf("    %-11s %s, locked %s, %s/h, ", what, amount(row, left, a),
	       amount(row, locked, b), amount(row, hour, c));
	print_time(json_object_get(row, empty));
}

static bool is_nothing(json_t *row, const char *key)
{
	ts_u128 wei = 0;

	ts_u128_parse(&wei, answer_text(row, key));
	return !wei;
}

/* What boxes of a mesh paid each other over it. */
static void print_carrying(json_t *row)
{
	char in[TS_TOKEN_TEXT_SIZE], out[TS_TOKEN_TEXT_SIZE];

	if (is_nothing(row, "carrying_in_wei") && is_nothing(row, "carrying_out_wei"))
		return;
	printf("    %-11s it paid us %s, we paid it %s\n", "carrying",
	       amount(row, "carrying_in_wei", in), amount(row, "carrying_out_wei", out));
}

static void print_row(json_t *row)
{
	json_t *warning;
	size_t i;

	printf("%s %s: %s, rate of the last %" JSON_INTEGER_FORMAT " min\n",
	       answer_text(row, "partner_address"),
	       answer_token(row),
	       answer_text(row, "state"),
	       answer_number(row, "measured_s") / 60);
	print_way(row, "can pay us", "in_wei", "in_locked_wei", "in_hour_wei", "in_empty_s");
	print_way(row, "we can pay", "out_wei", "out_locked_wei", "out_hour_wei", "out_empty_s");
	print_carrying(row);
	json_array_foreach(json_object_get(row, "warnings"), i, warning)
		printf("    WARNING %s: %s\n", answer_text(warning, "warning"), answer_text(warning, "message"));
}

static int liquidity(struct cmd *c)
{
	json_t *answer, *list, *row;
	size_t i;

	if (cmd_end(c) || answer_of(c, "liquidity", "knows the channels", &answer))
		return 1;
	list = json_object_get(answer, "channels");
	if (c->json) {
		json_incref(list);
		json_decref(answer);
		return out_json(list);
	}
	json_array_foreach(list, i, row)
		print_row(row);
	out_internet(json_object_get(answer, "internet"));
	json_decref(answer);
	return 0;
}

const struct verb liquidity_verbs[] = {
	{ "", liquidity, "",
	  "of each channel what its partner can still pay us and we it, what is locked,\n"
	  "          what goes over it in an hour, when that ends, and what to do" },
	{ 0 },
};
