// SPDX-License-Identifier: GPL-2.0
/* tsctl relay: what is carried for neighbours of the mesh and by them, and who owes what. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tsctl/answer.h"

#define WHY		"knows its neighbours"

static const char *const services[] = { "relay", "exit" };

static void print_prices(const char *what, json_t *offer, json_int_t decimals)
{
	char up[TS_TOKEN_TEXT_SIZE], down[TS_TOKEN_TEXT_SIZE];
	json_t *prices = json_object_get(offer, "wei_per_gb"), *one;
	size_t i;

	printf("    %s asked per GB:", what);
	for (i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		one = json_object_get(prices, services[i]);
		printf(" %s %s up %s down,", services[i], answer_amount(one, "up", decimals, up),
		       answer_amount(one, "down", decimals, down));
	}
	printf(" internet %s%s\n", answer_text(offer, "internet"),
	       json_is_true(json_object_get(offer, "rises")) ? ", others are announced" : "");
}

static void print_carried(const char *what, json_t *carried)
{
	char up[16], down[16];
	json_t *one;
	size_t i;

	printf("    %s", what);
	for (i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		one = json_object_get(carried, services[i]);
		printf(" %s %s up %s down", services[i],
		       fmt_size(strtoull(answer_text(one, "up"), NULL, 10), up),
		       fmt_size(strtoull(answer_text(one, "down"), NULL, 10), down));
	}
	putchar('\n');
}

static void print_money(json_t *n, json_int_t decimals)
{
	char a[TS_TOKEN_TEXT_SIZE], b[TS_TOKEN_TEXT_SIZE], c[TS_TOKEN_TEXT_SIZE];

	printf("    earned %s, received %s, it owes %s\n",
	       answer_amount(n, "earned_wei", decimals, a), answer_amount(n, "received_wei", decimals, b),
	       answer_amount(n, "it_owes_wei", decimals, c));
	printf("    cost %s, paid %s, we owe %s\n", answer_amount(n, "cost_wei", decimals, a),
	       answer_amount(n, "paid_wei", decimals, b), answer_amount(n, "we_owe_wei", decimals, c));
	printf("    settled by each other %s, forgiven %s, drift %" JSON_INTEGER_FORMAT
	       " per mille\n", answer_amount(n, "netted_wei", decimals, a),
	       answer_amount(n, "forgiven_wei", decimals, b), answer_number(n, "drift_per_mille"));
	printf("    may owe %s (%s, trusted %" JSON_INTEGER_FORMAT "/64); can pay us %s, we it %s\n",
	       answer_amount(n, "window_wei", decimals, a), answer_text(n, "window"),
	       answer_number(n, "trust_64ths"), answer_amount(n, "can_pay_us_wei", decimals, b),
	       answer_amount(n, "we_can_pay_wei", decimals, c));
}

static void print_neighbour(json_t *n)
{
	json_int_t decimals = answer_number(n, "decimals");
	json_t *hello = json_object_get(n, "hello");

	printf("%s %s, way to the internet %s, in %s\n", answer_text(n, "address"),
	       json_is_true(json_object_get(n, "alive")) ? answer_text(hello, "originator") :
							   "not heard",
	       answer_text(n, "way"), answer_token(n));
	print_carried("for it:", json_object_get(n, "carried_for_it"));
	print_carried("by it: ", json_object_get(n, "carried_by_it"));
	print_money(n, decimals);
	if (json_is_object(json_object_get(n, "terms")))
		print_prices("it", json_object_get(n, "terms"), decimals);
}

static int relay_list(struct cmd *c)
{
	json_t *answer, *n;
	size_t i;

	if (cmd_end(c) || answer_of(c, "relay", WHY, &answer))
		return 1;
	if (c->json) {
		n = json_incref(json_object_get(answer, "neighbours"));
		json_decref(answer);
		return out_json(n);
	}
	json_array_foreach(json_object_get(answer, "neighbours"), i, n)
		print_neighbour(n);
	json_decref(answer);
	return 0;
}

static int relay_show(struct cmd *c)
{
	json_t *answer, *offer, *value;
	const char *key, *bytes;

	if (cmd_end(c) || answer_of(c, "relay", WHY, &answer))
		return 1;
	if (c->json)
		return out_json(answer);
	printf("mesh %s: %s%s%s\n", answer_text(answer, "device"),
	       *answer_text(answer, "fault") ? answer_text(answer, "fault") : "carried for money",
	       json_is_true(json_object_get(answer, "gateway")) ? ", a gateway" : "",
	       json_is_true(json_object_get(answer, "throttled")) ?
	       ", the way to the internet can hardly be paid for" : "");
	offer = json_object_get(answer, "offer");
	if (offer) {
		print_prices("we", offer, answer_number(answer, "decimals"));
		bytes = answer_text(offer, "upstream_bytes");
		printf("    we can pay upstream for %s bytes\n", *bytes ? bytes : "any number of");
	}
	fputs("    messages:", stdout);
	json_object_foreach(json_object_get(answer, "messages"), key, value)
		printf(" %s %" JSON_INTEGER_FORMAT, key, json_integer_value(value));
	putchar('\n');
	json_decref(answer);
	return 0;
}

/* tsd tells of the meter as well; a closed pipe ends us. */
static int take_line(json_t *line, void *arg)
{
	json_int_t ns = answer_number(line, "time_ns");
	const struct cmd *c = arg;

	if (json_is_true(json_object_get(line, "lost")))
		fprintf(stderr, "tsctl relay: some events were lost\n");
	else if (!json_object_get(line, "neighbour"))
		return 0;
	else if (c->json)
		out_json(json_incref(line));
	else
		printf("%" JSON_INTEGER_FORMAT ".%06" JSON_INTEGER_FORMAT " %s %s: %s\n",
		       ns / 1000000000, ns / 1000 % 1000000, answer_text(line, "neighbour"),
		       answer_text(line, "type"), answer_text(line, "message"));
	return fflush(stdout);
}

static int relay_monitor(struct cmd *c)
{
	if (cmd_end(c))
		return 1;
	answer_missing(c, daemon_follow(c, json_pack("{s:s}", "cmd", "monitor"), take_line, c),
		       WHY);
	return 1;
}

const struct verb relay_verbs[] = {
	{ "list", relay_list, "",
	  "of each neighbour what was carried for it and by it, prices, what was paid and\n"
	  "          is owed, by how much both counts differ, what it may owe and why nothing" },
	{ "show", relay_show, "", "what we ask, what we can pay for, and messages" },
	{ "monitor", relay_monitor, "", "neighbours that come and go, lie or cannot be paid, until Ctrl-C" },
	{ 0 },
};
