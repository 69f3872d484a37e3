// SPDX-License-Identifier: GPL-2.0
/* answer.c - what tsd has answered, read for people. */
#include <errno.h>
#include <stdio.h>
#include "tsctl/answer.h"

int answer_of(struct cmd *c, const char *what, const char *why, json_t **answer)
{
	return answer_missing(c, daemon_ask(c, json_pack("{s:s}", "cmd", what), answer), why);
}

int answer_missing(const struct cmd *c, int ret, const char *why)
{
	if (ret == -ENOENT)
		fprintf(stderr, "tsctl %s: tsd, which %s, does not run, or with another configuration than %s (-c FILE)\n",
			c->object, why, c->config);
	return ret ? 1 : 0;
}

const char *answer_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key)) ?: "";
}

json_int_t answer_number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

const char *answer_amount(const json_t *object, const char *key, json_int_t decimals,
			  char buf[static TS_TOKEN_TEXT_SIZE])
{
	ts_u128 wei = 0;

	ts_u128_parse(&wei, answer_text(object, key));
	return ts_token_print(wei, (unsigned int)decimals, buf);
}

const char *answer_token(const json_t *object)
{
	const char *symbol = answer_text(object, "symbol");

	return *symbol ? symbol : answer_text(object, "token");
}

void answer_each(json_t *list, const char *indent, void (*print)(json_t *one))
{
	json_t *one;
	size_t i;

	json_array_foreach(list, i, one) {
		fputs(indent, stdout);
		print(one);
	}
}
