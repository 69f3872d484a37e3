// SPDX-License-Identifier: GPL-2.0
/* tsctl roam: guests of other boxes here, and our wallets at other boxes. */
#include <stdio.h>

#include "tsctl/answer.h"

/* An amount of an object in its own token; buf has room for it. */
static const char *amount(json_t *o, const char *key, char buf[TS_TOKEN_TEXT_SIZE])
{
	ts_u128 wei;

	if (!ts_u128_parse(&wei, answer_text(o, key)) && wei == TS_U128_MAX)
		return "any amount";
	return answer_amount(o, key, answer_number(o, "decimals"), buf);
}

static void print_guest(json_t *v)
{
	char bought[TS_TOKEN_TEXT_SIZE], back[TS_TOKEN_TEXT_SIZE], left[TS_TOKEN_TEXT_SIZE];
	json_t *us = json_object_get(v, "order_to_grant_us");

	printf("in  %s of %s, home %s: %s, bought %s, returned %s, left %s %s", answer_text(v, "order"),
	       answer_text(v, "wallet"), answer_text(v, "home"), answer_text(v, "state"),
	       amount(v, "bought_wei", bought), amount(v, "returned_wei", back),
	       amount(v, "unspent_wei", left), answer_text(v, "symbol"));
	if (us)
		printf(", %" JSON_INTEGER_FORMAT " ms from its order to its first grant",
		       json_integer_value(us) / 1000);
	putchar('\n');
	if (*answer_text(v, "fault"))
		printf("    %s\n", answer_text(v, "fault"));
}

static void print_order(json_t *o)
{
	char bought[TS_TOKEN_TEXT_SIZE], back[TS_TOKEN_TEXT_SIZE], limit[TS_TOKEN_TEXT_SIZE];

	printf("out %s of %s, at %s: %s, bought %s of %s, returned %s %s\n", answer_text(o, "order"),
	       answer_text(o, "wallet"), answer_text(o, "host"), answer_text(o, "state"),
	       amount(o, "bought_wei", bought), amount(o, "limit_wei", limit),
	       amount(o, "returned_wei", back), answer_text(o, "symbol"));
}

static void print_box(json_t *b)
{
	printf("box %s at %s: ", answer_text(b, "address"), answer_text(b, "at"));
	if (json_object_get(b, "heard_ms_ago"))
		printf("heard %" JSON_INTEGER_FORMAT " ms ago\n",
		       answer_number(b, "heard_ms_ago"));
	else
		puts("never asked, or never heard");
	if (*answer_text(b, "fault"))
		printf("    fault: %s\n", answer_text(b, "fault"));
}

static int roam_list(struct cmd *c)
{
	json_t *answer;

	if (cmd_end(c) || answer_of(c, "roam", "knows who roams", &answer))
		return 1;
	if (c->json)
		return out_json(answer);
	answer_each(json_object_get(answer, "in"), "", print_guest);
	answer_each(json_object_get(answer, "out"), "", print_order);
	answer_each(json_object_get(answer, "community"), "", print_box);
	json_decref(answer);
	return 0;
}

const struct verb roam_verbs[] = {
	{ "list", roam_list, "",
	  "guests of other boxes here, wallets of ours at other boxes, and those boxes" },
	{ 0 },
};
