// SPDX-License-Identifier: GPL-2.0
/* config_chain.c - chain of tsd.conf. */
#include <errno.h>
#include <string.h>

#include "chain/follow.h"
#include "tsd/config_amount.h"
#include "tsd/config_chain.h"

/* Gas is priced in 10^9 of the smallest unit of the chain's own coin. */
#define GWEI_DECIMALS	9
#define COIN_DECIMALS	18
/* A deposit is worth so many times the gas of claiming it (M3). */
#define DEPOSIT_GAS_TIMES	20

static const char *const chain_keys[] = {
	"id", "tokens_network", "tokens", "rpc", "poll_seconds", "confirmations",
	"start_block", "second_rpc", "second_above", "gas_price_min_gwei", "gas_price_max_gwei", "gas_reserve",
	"coin_price",
	NULL
};
static const char *const token_keys[] = { "address", "symbol", "decimals", "kind", NULL };
/* By enum ts_token_kind. */
static const char *const token_kinds[] = { "erc20", "erc223", "smt", NULL };

/* Without a node all that is about it would be without effect. */
static void refuse_without_node(struct ts_reader *r, config_setting_t *chain)
{
	unsigned int i;

	for (i = 4; chain_keys[i]; i++)
		if (config_setting_get_member(chain, chain_keys[i]))
			ts_reader_fail(r, config_setting_get_member(chain, chain_keys[i]),
				       NULL, "has no effect without chain.rpc");
}

/* Without a word of it, a coin is worth one of each token. */
static void read_coin_price(struct ts_reader *r, config_setting_t *chain,
			    const struct ts_billing_config *b,
			    struct ts_config_chain *c)
{
	unsigned int i, j;

	ts_read_amounts(r, chain, "coin_price", b, c->coin_price_wei,
			sizeof(c->coin_price_wei[0]));
	for (i = 0; i < b->n_tokens &&
	     !config_setting_get_member(chain, "coin_price"); i++)
		for (c->coin_price_wei[i] = 1, j = 0; j < b->tokens[i].decimals; j++)
			c->coin_price_wei[i] *= 10;
}

static void read_node(struct ts_reader *r, config_setting_t *chain,
		      const struct ts_billing_config *b,
		      struct ts_config_chain *c)
{
	config_setting_t *rpc = config_setting_get_member(chain, "rpc");

	if (!rpc)
		refuse_without_node(r, chain);
	ts_read_url(r, chain, "rpc", c->rpc, sizeof(c->rpc));
	ts_read_url(r, chain, "second_rpc", c->second_rpc, sizeof(c->second_rpc));
	if (!config_setting_get_member(chain, "second_rpc") &&
	    config_setting_get_member(chain, "second_above"))
		ts_reader_fail(r, config_setting_get_member(chain, "second_above"),
			       NULL, "has no effect without chain.second_rpc");
	ts_read_amounts(r, chain, "second_above", b, c->second_above_wei,
			sizeof(c->second_above_wei[0]));
	c->poll_s = ts_read_number(r, chain, "poll_seconds", 5, 1, 600);
	c->confirmations = ts_read_number(r, chain, "confirmations",
					  TS_FOLLOW_CONFIRMATIONS, 1,
					  TS_FOLLOW_CONFIRMATIONS_MAX);
	c->start_block = ts_read_number(r, chain, "start_block", 0, 0, INT64_MAX);
	ts_read_tokens(r, chain, "gas_price_min_gwei", "18", GWEI_DECIMALS,
		       &c->gas_price_min_wei);
	ts_read_tokens(r, chain, "gas_price_max_gwei", "200", GWEI_DECIMALS,
		       &c->gas_price_max_wei);
	ts_read_tokens(r, chain, "gas_reserve", "0.1", COIN_DECIMALS,
		       &c->gas_reserve_wei);
	read_coin_price(r, chain, b, c);
	if (!r->failed && (!c->gas_price_max_wei ||
			   c->gas_price_min_wei > c->gas_price_max_wei))
		ts_reader_fail(r, chain, "gas_price_max_gwei",
			       "must be above 0 and not less than gas_price_min_gwei");
}

/* The one way to say which tokens are taken is a list; until now there was one. */
static void refuse_one_token(struct ts_reader *r, config_setting_t *root)
{
	config_setting_t *chain = config_setting_get_member(root, "chain");
	config_setting_t *token = NULL;

	if (chain && config_setting_is_group(chain))
		token = config_setting_get_member(chain, "token");
	if (token)
		ts_reader_fail(r, token, NULL,
			       "is chain.tokens now, a list: tokens = ( { address = \"0x...\"; symbol = \"SMT\"; decimals = 18; } );");
}

/* In amounts and prices it stands for the token, so it is one plain word. */
static void check_symbol(struct ts_reader *r, config_setting_t *s,
			 const struct ts_billing_config *b)
{
	const char *symbol = b->tokens[b->n_tokens].symbol;
	unsigned int i;

	if (r->failed)
		return;
	if (symbol[strcspn(symbol, " \t\r\n\"")])
		ts_reader_fail(r, s, "symbol", "\"%s\" must be one word", symbol);
	for (i = 0; i < b->n_tokens; i++)
		if (!strcmp(b->tokens[i].symbol, symbol))
			ts_reader_fail(r, s, "symbol", "\"%s\" is given twice", symbol);
}

static void read_token(struct ts_reader *r, config_setting_t *s,
		       struct ts_config *c)
{
	struct ts_billing_config *b = &c->billing;
	struct ts_billing_token *t = &b->tokens[b->n_tokens];

	if (!config_setting_is_group(s)) {
		ts_reader_fail(r, s, NULL, "must be a group in braces");
		return;
	}
	ts_read_keys(r, s, token_keys);
	ts_read_address(r, s, "address", &t->address);
	if (!r->failed && ts_billing_token(b, &t->address))
		ts_reader_fail(r, s, "address", "is given twice");
	if (!r->failed && !config_setting_get_member(s, "symbol"))
		ts_reader_fail(r, s, "symbol",
			       "missing; what people call the token");
	ts_read_text(r, s, "symbol", t->symbol, sizeof(t->symbol));
	check_symbol(r, s, b);
	t->decimals = ts_read_number(r, s, "decimals", 18, 0, 36);
	c->chain.token_kind[b->n_tokens++] = ts_read_word(r, s, "kind", token_kinds,
							  TS_TOKEN_ERC20);
}

static void read_token_list(struct ts_reader *r, config_setting_t *chain,
			    struct ts_config *c)
{
	config_setting_t *list = ts_read_list(r, chain, "tokens", TS_TOKENS_MAX);
	int n = list ? config_setting_length(list) : 0, i;

	if (!n)
		ts_reader_fail(r, chain, "tokens", "missing; at least one must be given");
	for (i = 0; i < n && !r->failed; i++)
		read_token(r, config_setting_get_elem(list, i), c);
}

/**
 * ts_config_gas_deposit() - the least deposit that is worth the gas of claiming it
 * @c: the node of the chain
 * @token: the place of a token in the configuration
 * @deposit_wei: of that token (M3)
 *
 * Return: 0, or -ERANGE: it is beyond any amount.
 */
int ts_config_gas_deposit(const struct ts_config_chain *c, unsigned int token,
			  ts_u128 *deposit_wei)
{
	ts_u128 coin_wei = 1;
	unsigned int i;

	for (i = 0; i < COIN_DECIMALS; i++)
		coin_wei *= 10;
	if (__builtin_mul_overflow(c->gas_price_min_wei,
				   (ts_u128)TS_CONFIG_CLAIM_GAS * DEPOSIT_GAS_TIMES,
				   deposit_wei) ||
	    __builtin_mul_overflow(*deposit_wei, c->coin_price_wei[token],
				   deposit_wei))
		return -ERANGE;
	*deposit_wei /= coin_wei;
	return 0;
}

/**
 * ts_config_token() - the token of a symbol
 * @c: the configuration
 * @symbol: as it is written there; NULL: the first token
 *
 * Return: it, or NULL.
 */
const struct ts_billing_token *ts_config_token(const struct ts_config *c,
					       const char *symbol)
{
	unsigned int i;

	for (i = 0; symbol && i < c->billing.n_tokens; i++)
		if (!strcmp(c->billing.tokens[i].symbol, symbol))
			break;
	if (!symbol)
		i = 0;
	return i < c->billing.n_tokens ? &c->billing.tokens[i] : NULL;
}

/**
 * ts_config_read_chain() - which chain, which contract, which tokens
 * @r: the reader
 * @root: the file
 * @c: filled in
 */
void ts_config_read_chain(struct ts_reader *r, config_setting_t *root,
			  struct ts_config *c)
{
	config_setting_t *chain;

	refuse_one_token(r, root);
	chain = ts_read_group(r, root, "chain", chain_keys);
	if (!chain && !r->failed)
		ts_reader_fail(r, root, "chain", "missing; it must be given");
	if (r->failed)
		return;
	if (!config_setting_get_member(chain, "id"))
		ts_reader_fail(r, chain, "id", "missing; it must be given");
	c->billing.chain_id =
		ts_u256_from_u64(ts_read_number(r, chain, "id", 1, 1, INT64_MAX));
	ts_read_address(r, chain, "tokens_network", &c->billing.tokens_network);
	read_token_list(r, chain, c);
	read_node(r, chain, &c->billing, &c->chain);
}
