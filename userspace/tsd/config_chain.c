// SPDX-License-Identifier: GPL-2.0
/* config_chain.c - chain of tsd.conf. */
#include <errno.h>
#include <string.h>

#include "chain/follow.h"
#include "tsd/config_chain.h"

/* Gas is priced in 10^9 of the smallest unit of the chain's own coin. */
#define GWEI_DECIMALS	9
#define COIN_DECIMALS	18
/* A deposit is worth so many times the gas of claiming it (M3). */
#define DEPOSIT_GAS_TIMES	20

static const char *const chain_keys[] = {
	"id", "tokens_network", "token", "rpc", "poll_seconds", "confirmations",
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

static void read_url(struct ts_reader *r, config_setting_t *chain, const char *key,
		     char url[TS_CONFIG_URL_SIZE])
{
	config_setting_t *s = config_setting_get_member(chain, key);

	if (!s)
		return;
	ts_read_text(r, chain, key, url, TS_CONFIG_URL_SIZE);
	if (!r->failed && strncmp(url, "http://", 7) && strncmp(url, "https://", 8))
		ts_reader_fail(r, s, NULL, "must begin with http:// or https://");
}

static void read_node(struct ts_reader *r, config_setting_t *chain,
		      struct ts_config_chain *c, unsigned int decimals)
{
	config_setting_t *rpc = config_setting_get_member(chain, "rpc");

	if (!rpc)
		refuse_without_node(r, chain);
	read_url(r, chain, "rpc", c->rpc);
	read_url(r, chain, "second_rpc", c->second_rpc);
	if (!config_setting_get_member(chain, "second_rpc") &&
	    config_setting_get_member(chain, "second_above"))
		ts_reader_fail(r, config_setting_get_member(chain, "second_above"),
			       NULL, "has no effect without chain.second_rpc");
	ts_read_tokens(r, chain, "second_above", "0", decimals,
		       &c->second_above_wei);
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
	ts_read_tokens(r, chain, "coin_price", "1", decimals, &c->coin_price_wei);
	if (!r->failed && (!c->gas_price_max_wei ||
			   c->gas_price_min_wei > c->gas_price_max_wei))
		ts_reader_fail(r, chain, "gas_price_max_gwei",
			       "must be above 0 and not less than gas_price_min_gwei");
}

/**
 * ts_config_gas_deposit() - the least deposit that is worth the gas of claiming it
 * @c: the node of the chain
 * @deposit_wei: of the token (M3)
 *
 * Return: 0, or -ERANGE: it is beyond any amount.
 */
int ts_config_gas_deposit(const struct ts_config_chain *c, ts_u128 *deposit_wei)
{
	ts_u128 coin_wei = 1;
	unsigned int i;

	for (i = 0; i < COIN_DECIMALS; i++)
		coin_wei *= 10;
	if (__builtin_mul_overflow(c->gas_price_min_wei,
				   (ts_u128)TS_CONFIG_CLAIM_GAS * DEPOSIT_GAS_TIMES,
				   deposit_wei) ||
	    __builtin_mul_overflow(*deposit_wei, c->coin_price_wei, deposit_wei))
		return -ERANGE;
	*deposit_wei /= coin_wei;
	return 0;
}

/**
 * ts_config_read_chain() - which chain, which contract, which token
 * @r: the reader
 * @root: the file
 * @c: filled in
 */
void ts_config_read_chain(struct ts_reader *r, config_setting_t *root,
			  struct ts_config *c)
{
	config_setting_t *chain, *token;

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
	token = ts_read_group(r, chain, "token", token_keys);
	if (!token && !r->failed)
		ts_reader_fail(r, chain, "token", "missing; it must be given");
	if (r->failed)
		return;
	ts_read_address(r, token, "address", &c->billing.token);
	strcpy(c->token_symbol, "token");
	ts_read_text(r, token, "symbol", c->token_symbol, sizeof(c->token_symbol));
	c->token_decimals = ts_read_number(r, token, "decimals", 18, 0, 36);
	c->chain.token_kind = ts_read_word(r, token, "kind", token_kinds,
					   TS_TOKEN_ERC20);
	read_node(r, chain, &c->chain, c->token_decimals);
}
