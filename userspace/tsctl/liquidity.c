// SPDX-License-Identifier: GPL-2.0
/* tsctl liquidity: what channels can still carry, and how long. */
#include <errno.h>
#include <stdio.h>
#include "chain/token.h"
#include "tsctl/cmd.h"
#include "tsctl/daemon.h"

static const char *text(json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key)) ?: "";
}

/* In tokens; of one that tsd does not take any more in its smallest unit. */
static const char *amount(json_t *row, const char *key, char buf[static TS_TOKEN_TEXT_SIZE])
{
	json_int_t decimals = json_integer_value(json_object_get(row, "decimals"));
	ts_u128 wei = 0;

	ts_u128_parse(&wei, text(row, key));
	return ts_token_print(wei, (unsigned int)decimals, buf);
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

	ts_u128_parse(&wei, text(row, key));
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
	       text(row, "partner_address"),
	       *text(row, "symbol") ? text(row, "symbol") : text(row, "token"),
	       text(row, "state"),
	       json_integer_value(json_object_get(row, "measured_s")) / 60);
	print_way(row, "can pay us", "in_wei", "in_locked_wei", "in_hour_wei", "in_empty_s");
	print_way(row, "we can pay", "out_wei", "out_locked_wei", "out_hour_wei", "out_empty_s");
	print_carrying(row);
	json_array_foreach(json_object_get(row, "warnings"), i, warning)
		printf("    WARNING %s: %s\n", text(warning, "warning"), text(warning, "message"));
}

static int liquidity(struct cmd *c)
{
	json_t *answer, *list, *row;
	size_t i;
	int ret;

	if (cmd_end(c))
		return 1;
	ret = daemon_ask(c, json_pack("{s:s}", "cmd", "liquidity"), &answer);
	if (ret == -ENOENT)
		fprintf(stderr, "tsctl liquidity: tsd does not run; it is what knows the channels\n");
	if (ret)
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
