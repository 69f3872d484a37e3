// SPDX-License-Identifier: GPL-2.0
/* tsctl roam: guests of other boxes here, and our wallets at other boxes. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "chain/token.h"
#include "photon/u256.h"
#include "tsctl/cmd.h"
#include "tsctl/daemon.h"

static const char *text(json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key)) ?: "";
}

/* An amount of an object in its own token; buf has room for it. */
static const char *amount(json_t *o, const char *key, char buf[TS_TOKEN_TEXT_SIZE])
{
	json_t *decimals = json_object_get(o, "decimals");
	ts_u128 wei;

	if (ts_u128_parse(&wei, text(o, key)))
		return "?";
	if (wei == TS_U128_MAX)
		return "any amount";
	return ts_token_print(wei, (unsigned int)json_integer_value(decimals), buf);
}

static void print_guest(json_t *v)
{
	char bought[TS_TOKEN_TEXT_SIZE], back[TS_TOKEN_TEXT_SIZE], left[TS_TOKEN_TEXT_SIZE];
	json_t *us = json_object_get(v, "order_to_grant_us");

	printf("in  %s of %s, home %s: %s, bought %s, returned %s, left %s %s", text(v, "order"),
	       text(v, "wallet"), text(v, "home"), text(v, "state"),
	       amount(v, "bought_wei", bought), amount(v, "returned_wei", back),
	       amount(v, "unspent_wei", left), text(v, "symbol"));
	if (us)
		printf(", %" JSON_INTEGER_FORMAT " ms from its order to its first grant",
		       json_integer_value(us) / 1000);
	putchar('\n');
	if (*text(v, "fault"))
		printf("    %s\n", text(v, "fault"));
}

static void print_order(json_t *o)
{
	char bought[TS_TOKEN_TEXT_SIZE], back[TS_TOKEN_TEXT_SIZE], limit[TS_TOKEN_TEXT_SIZE];

	printf("out %s of %s, at %s: %s, bought %s of %s, returned %s %s\n", text(o, "order"),
	       text(o, "wallet"), text(o, "host"), text(o, "state"),
	       amount(o, "bought_wei", bought), amount(o, "limit_wei", limit),
	       amount(o, "returned_wei", back), text(o, "symbol"));
}

static void print_box(json_t *b)
{
	printf("box %s at %s: ", text(b, "address"), text(b, "at"));
	if (json_object_get(b, "heard_ms_ago"))
		printf("heard %" JSON_INTEGER_FORMAT " ms ago\n",
		       json_integer_value(json_object_get(b, "heard_ms_ago")));
	else
		puts("never asked, or never heard");
	if (*text(b, "fault"))
		printf("    fault: %s\n", text(b, "fault"));
}

static void print_list(json_t *list, void (*print)(json_t *one))
{
	json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
		print(one);
}

static int roam_list(struct cmd *c)
{
	json_t *answer;
	int ret;

	if (cmd_end(c))
		return 1;
	ret = daemon_ask(c, json_pack("{s:s}", "cmd", "roam"), &answer);
	if (ret == -ENOENT)
		fprintf(stderr, "tsctl roam: tsd does not run; it is what knows who roams\n");
	if (ret)
		return 1;
	if (c->json)
		return out_json(answer);
	print_list(json_object_get(answer, "in"), print_guest);
	print_list(json_object_get(answer, "out"), print_order);
	print_list(json_object_get(answer, "community"), print_box);
	json_decref(answer);
	return 0;
}

const struct verb roam_verbs[] = {
	{ "list", roam_list, "",
	  "guests of other boxes here, wallets of ours at other boxes, and those boxes" },
	{ 0 },
};
