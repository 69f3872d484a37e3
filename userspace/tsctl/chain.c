// SPDX-License-Identifier: GPL-2.0
/* tsctl chain, tsctl wallet: the chain that tsd follows, and what we own there. */
#include <stdio.h>
#include <unistd.h>
#include "tsctl/answer.h"

static int ask(struct cmd *c, const char *what, json_t **answer)
{
	return answer_of(c, what, "follows the chain", answer);
}

static void print_transaction(json_t *t)
{
	json_t *block = json_object_get(t, "block");
	const char *waits = answer_text(t, "waits");

	printf("%s %" JSON_INTEGER_FORMAT ", channel %" JSON_INTEGER_FORMAT ": %s",
	       answer_text(t, "what"), answer_number(t, "id"),
	       answer_number(t, "channel"), answer_text(t, "state"));
	if (block)
		printf(" in block %" JSON_INTEGER_FORMAT, json_integer_value(block));
	printf("%s%s\n", *waits ? ", " : "", waits);
}

static void print_cosigned(json_t *t)
{
	printf("%s with %s: %s\n", answer_text(t, "what"), answer_text(t, "partner_address"),
	       answer_text(t, "state"));
}

static void print_status(json_t *a)
{
	printf("chain: %s", answer_text(a, "state"));
	if (json_object_get(a, "endpoint"))
		printf(", %s", answer_text(a, "endpoint"));
	if (json_object_get(a, "heard_ms_ago"))
		printf(", heard %" JSON_INTEGER_FORMAT " ms ago", answer_number(a, "heard_ms_ago"));
	putchar('\n');
	if (*answer_text(a, "fault"))
		printf("fault: %s\n", answer_text(a, "fault"));
	if (answer_number(a, "head_block"))
		printf("blocks: head %" JSON_INTEGER_FORMAT ", seen %" JSON_INTEGER_FORMAT
		       ", confirmed %" JSON_INTEGER_FORMAT " (%" JSON_INTEGER_FORMAT " deep)\n",
		       answer_number(a, "head_block"), answer_number(a, "seen_block"),
		       answer_number(a, "confirmed_block"), answer_number(a, "confirmations"));
	if (json_is_true(json_object_get(a, "below_gas_reserve")))
		puts("gas: our address holds less of the chain's own coin than chain.gas_reserve");
	answer_each(json_object_get(a, "cosigned"), "    ", print_cosigned);
	answer_each(json_object_get(a, "transactions"), "    ", print_transaction);
	answer_each(json_object_get(a, "ended"), "    ", print_transaction);
}

static int chain_status(struct cmd *c)
{
	json_t *answer;

	if (cmd_end(c) || ask(c, "chain", &answer))
		return 1;
	if (c->json)
		return out_json(answer);
	print_status(answer);
	json_decref(answer);
	return 0;
}

/* What differs from before; a transaction that is in neither list any more ended. */
static void print_news(struct cmd *c, json_t *list, json_t *before)
{
	const char *partner;
	char id[64];
	json_t *t;
	size_t i;

	json_array_foreach(list, i, t) {
		partner = answer_text(t, "partner_address");
		snprintf(id, sizeof(id), "%s%" JSON_INTEGER_FORMAT, partner,
			 answer_number(t, "id"));
		if (json_equal(json_object_get(before, id), t))
			continue;
		json_object_set(before, id, t);
		if (c->json)
			out_json(json_incref(t));
		else if (*partner)
			print_cosigned(t);
		else
			print_transaction(t);
	}
	fflush(stdout);
}

static int chain_watch(struct cmd *c)
{
	const char *const lists[] = { "cosigned", "transactions", "ended" };
	json_t *before = json_object(), *answer;
	int ret = cmd_end(c);
	size_t i, n = 1;

	while (!ret && n) {
		ret = ask(c, "chain", &answer);
		if (ret)
			break;
		for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
			print_news(c, json_object_get(answer, lists[i]), before);
		n = json_array_size(json_object_get(answer, "transactions")) +
		    json_array_size(json_object_get(answer, "cosigned"));
		json_decref(answer);
		if (n)
			sleep(1);
	}
	json_decref(before);
	return ret;
}

const struct verb chain_verbs[] = {
	{ "status", chain_status, "", "how far the chain is followed, what is under way there" },
	{ "watch", chain_watch, "",
	  "each step of what is under way, until nothing is; may be asked again at any time" },
	{ 0 },
};

static int wallet_show(struct cmd *c)
{
	const char *const fields[] = { "coin_wei", "gas_reserve_wei", "gas_price_wei" };
	json_t *answer, *token;
	size_t i;

	if (cmd_end(c) || ask(c, "wallet", &answer))
		return 1;
	if (c->json)
		return out_json(answer);
	printf("%s\n", answer_text(answer, "address"));
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		printf("    %s %s\n", fields[i],
		       json_string_value(json_object_get(answer, fields[i])) ?: "not asked yet");
	json_array_foreach(json_object_get(answer, "tokens"), i, token)
		printf("    %s %s wei %s decimals %" JSON_INTEGER_FORMAT "\n", answer_text(token, "symbol"),
		       answer_text(token, "token"),
		       json_string_value(json_object_get(token, "wei")) ?: "not asked yet",
		       answer_number(token, "decimals"));
	json_decref(answer);
	return 0;
}

const struct verb wallet_verbs[] = {
	{ "show", wallet_show, "", "what our address owns on the chain" },
	{ 0 },
};
