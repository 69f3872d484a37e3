// SPDX-License-Identifier: GPL-2.0
/* chain_config.c - which chain, by the user's own file. */
#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chain/follow.h"
#include "chain/token.h"
#include "photon/channel.h"
#include "tspay/chain_config.h"

#define GWEI_DECIMALS		9
#define COIN_DECIMALS		18
#define POLL_S			5
#define POLL_MAX_S		3600
/* What a box asks for unless its operator says else (money.min_settle_timeout). */
#define SETTLE_TIMEOUT_BLOCKS	43200

/* Where it is read from, and what is wrong first. */
struct reader {
	const char *path;
	json_t *json;
	char *err;
	size_t err_size;
	bool failed;
};

static void fail(struct reader *r, const char *name, const char *expected)
{
	if (!r->failed)
		snprintf(r->err, r->err_size, "%s: \"%s\" must be %s", r->path, name, expected);
	r->failed = true;
}

static void read_address(struct reader *r, const char *name, struct ts_address *out)
{
	const json_t *v = json_object_get(r->json, name);
	const char *text = json_string_value(v);

	if (v && (!text || ts_address_parse(out, text) || ts_address_is_zero(out)))
		fail(r, name, "an address: 0x and 40 hex digits (checksummed if of mixed case)");
}

static uint64_t read_number(struct reader *r, const char *name, uint64_t fallback,
			    uint64_t min, uint64_t max)
{
	const json_t *v = json_object_get(r->json, name);
	char expected[80];

	if (!v)
		return fallback;
	if (json_is_integer(v) && json_integer_value(v) >= (json_int_t)min &&
	    json_integer_value(v) <= (json_int_t)max)
		return (uint64_t)json_integer_value(v);
	snprintf(expected, sizeof(expected), "a whole number from %llu to %llu",
		 (unsigned long long)min, (unsigned long long)max);
	fail(r, name, expected);
	return fallback;
}

static ts_u128 read_amount(struct reader *r, const char *name, const char *fallback,
			   unsigned int decimals)
{
	const json_t *v = json_object_get(r->json, name);
	const char *text = v ? json_string_value(v) : fallback;
	ts_u128 wei = 0;

	if (!text || ts_token_parse(&wei, text, decimals))
		fail(r, name, "a decimal number in quotes, such as \"0.05\"");
	return wei;
}

static enum ts_token_kind read_kind(struct reader *r)
{
	static const char *const kinds[] = {
		[TS_TOKEN_ERC20] = "erc20",
		[TS_TOKEN_ERC223] = "erc223",
		[TS_TOKEN_SMT] = "smt",
	};
	const json_t *v = json_object_get(r->json, "kind");
	size_t i;

	for (i = 0; v && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (json_is_string(v) && !strcmp(json_string_value(v), kinds[i]))
			return (enum ts_token_kind)i;
	if (v)
		fail(r, "kind", "erc20, erc223 or smt");
	return TS_TOKEN_ERC20;
}

static void check_names(struct reader *r)
{
	static const char *const known[] = {
		"rpc", "tokens_network", "token", "kind", "confirmations", "poll_seconds",
		"settle_timeout", "gas_price_min_gwei", "gas_price_max_gwei", "gas_reserve",
	};
	const char *name;
	json_t *v;
	size_t i;

	json_object_foreach(r->json, name, v) {
		for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			if (!strcmp(name, known[i]))
				break;
		if (i == sizeof(known) / sizeof(known[0]))
			fail(r, name, "left out: nothing has this name");
	}
}

static int load(struct reader *r, bool may_lack)
{
	json_error_t je;

	if (may_lack && access(r->path, F_OK)) {
		r->json = json_object();
		return r->json ? 0 : -ENOMEM;
	}
	r->json = json_load_file(r->path, JSON_REJECT_DUPLICATES, &je);
	if (json_is_object(r->json))
		return 0;
	snprintf(r->err, r->err_size, "%s: %s; it is a JSON object with \"rpc\", \"tokens_network\" and \"token\", see tspay(1)",
		 r->path, r->json ? "it is no object" : je.text);
	json_decref(r->json);
	return -EINVAL;
}

int chain_config_read(struct chain_config *c, const char *path, const char *rpc,
		      char *err, size_t err_size)
{
	struct reader r = { .path = path, .err = err, .err_size = err_size };

	memset(c, 0, sizeof(*c));
	if (load(&r, rpc))
		return -EINVAL;
	check_names(&r);
	read_address(&r, "tokens_network", &c->tokens_network);
	read_address(&r, "token", &c->token);
	c->kind = read_kind(&r);
	c->confirmations = (unsigned int)read_number(&r, "confirmations", TS_FOLLOW_CONFIRMATIONS,
						     1, TS_FOLLOW_CONFIRMATIONS_MAX);
	c->poll_s = (unsigned int)read_number(&r, "poll_seconds", POLL_S, 1, POLL_MAX_S);
	c->settle_timeout_blocks = read_number(&r, "settle_timeout", SETTLE_TIMEOUT_BLOCKS,
					       TS_SETTLE_TIMEOUT_MIN, TS_SETTLE_TIMEOUT_MAX);
	c->gas_price_min_wei = read_amount(&r, "gas_price_min_gwei", "18", GWEI_DECIMALS);
	c->gas_price_max_wei = read_amount(&r, "gas_price_max_gwei", "200", GWEI_DECIMALS);
	c->gas_reserve_wei = read_amount(&r, "gas_reserve", "0.02", COIN_DECIMALS);
	if (!c->gas_price_max_wei || c->gas_price_min_wei > c->gas_price_max_wei)
		fail(&r, "gas_price_max_gwei", "above 0 and not less than gas_price_min_gwei");
	if (!rpc)
		rpc = json_string_value(json_object_get(r.json, "rpc"));
	if (!rpc)
		fail(&r, "rpc", "the URL of a node of the chain (or give --rpc URL)");
	else
		c->rpc = strdup(rpc);
	json_decref(r.json);
	if (!r.failed && !c->rpc) {
		snprintf(err, err_size, "out of memory");
		return -ENOMEM;
	}
	return r.failed ? -EINVAL : 0;
}

void chain_config_free(struct chain_config *c)
{
	free(c->rpc);
	c->rpc = NULL;
}
