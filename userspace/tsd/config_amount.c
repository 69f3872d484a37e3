// SPDX-License-Identifier: GPL-2.0
/*
 * config_amount.c - amounts of tsd.conf, each in its token.
 *
 * With one token an amount needs no symbol.  With several, a key that is given
 * says something of each: a limit that nobody wrote down would be no limit.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "chain/token.h"
#include "tsd/config_amount.h"

/* The place of a symbol; -1: there is no such token. */
static int find(const struct ts_billing_config *b, const char *symbol)
{
	unsigned int i;

	for (i = 0; i < b->n_tokens; i++)
		if (!strcmp(b->tokens[i].symbol, symbol))
			return (int)i;
	return -1;
}

static void fail_unknown(struct ts_reader *r, const config_setting_t *s,
			 const char *symbol)
{
	ts_reader_fail(r, s, NULL, "\"%.30s\" is no symbol of chain.tokens", symbol);
}

/**
 * ts_read_token() - which token a group is about
 * @r: the reader
 * @group: with or without a key "token"
 * @b: its tokens have been read
 *
 * Return: the token, without that key the first; never NULL.
 */
const struct ts_billing_token *ts_read_token(struct ts_reader *r,
					     config_setting_t *group,
					     const struct ts_billing_config *b)
{
	const char *symbol = ts_read_string(r, group, "token", b->tokens[0].symbol);
	int i = find(b, symbol);

	if (i >= 0)
		return &b->tokens[i];
	if (!r->failed)
		fail_unknown(r, config_setting_get_member(group, "token"), symbol);
	return &b->tokens[0];
}

/* "AMOUNT SYMBOL" or "AMOUNT"; Return: the place of its token. */
static int read_amount(struct ts_reader *r, const config_setting_t *s,
		       const char *text, const struct ts_billing_config *b,
		       ts_u128 *wei)
{
	const char *space = strchr(text, ' ');
	char amount[TS_TOKEN_TEXT_SIZE];
	int i = space ? find(b, space + 1) : 0, ret;

	if (i < 0) {
		fail_unknown(r, s, space + 1);
		return 0;
	}
	snprintf(amount, sizeof(amount), "%.*s",
		 space ? (int)(space - text) : (int)strlen(text), text);
	ret = ts_token_parse(wei, amount, b->tokens[i].decimals);
	if (ret == -EINVAL)
		ts_reader_fail(r, s, NULL,
			       "must be a decimal number of tokens in quotes, such as \"0.05\"");
	else if (ret)
		ts_reader_fail(r, s, NULL,
			       "must have at most %u decimals, and fit into 128 bits without the point",
			       b->tokens[i].decimals);
	return i;
}

static void read_each(struct ts_reader *r, config_setting_t *list,
		      const struct ts_billing_config *b,
		      ts_u128 amounts_wei[TS_TOKENS_MAX])
{
	bool given[TS_TOKENS_MAX] = { };
	int n = config_setting_length(list), i, at;
	config_setting_t *s;
	const char *text;
	ts_u128 wei = 0;

	for (i = 0; i < n && !r->failed; i++) {
		s = config_setting_get_elem(list, i);
		text = ts_read_item(r, list, i);
		if (!r->failed && !strchr(text, ' '))
			ts_reader_fail(r, s, NULL,
				       "must be an amount and a symbol, such as \"0.05 %s\"",
				       b->tokens[0].symbol);
		if (r->failed)
			return;
		at = read_amount(r, s, text, b, &wei);
		if (given[at])
			ts_reader_fail(r, s, NULL, "%s is given twice",
				       b->tokens[at].symbol);
		given[at] = true;
		amounts_wei[at] = wei;
	}
	for (i = 0; i < (int)b->n_tokens; i++)
		if (!given[i])
			ts_reader_fail(r, list, NULL, "nothing is said of %s",
				       b->tokens[i].symbol);
}

/**
 * ts_read_amounts() - an amount in each token, or zero where nothing is given
 * @r: the reader
 * @group: where to look; NULL: as if empty
 * @key: its name
 * @b: its tokens have been read
 * @wei: of the first token
 * @step: bytes from there to that of the next
 */
void ts_read_amounts(struct ts_reader *r, config_setting_t *group,
		     const char *key, const struct ts_billing_config *b,
		     ts_u128 *wei, size_t step)
{
	config_setting_t *s = group ? config_setting_get_member(group, key) : NULL;
	ts_u128 amounts_wei[TS_TOKENS_MAX] = { };
	unsigned int i;

	if (r->failed)
		return;
	if (s && (config_setting_is_list(s) || config_setting_is_array(s)))
		read_each(r, s, b, amounts_wei);
	else if (s && b->n_tokens > 1)
		ts_reader_fail(r, s, NULL,
			       "must name each token, such as [ \"0.05 %s\", \"0 %s\" ]",
			       b->tokens[0].symbol, b->tokens[1].symbol);
	else if (s)
		read_amount(r, s, ts_read_string(r, group, key, NULL), b,
			    amounts_wei);
	for (i = 0; i < b->n_tokens; i++)
		*(ts_u128 *)((char *)wei + i * step) = amounts_wei[i];
}
