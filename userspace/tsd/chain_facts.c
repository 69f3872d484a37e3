// SPDX-License-Identifier: GPL-2.0
/*
 * chain_facts.c - is this the chain and the contract that the configuration
 * means?  Asked of them, never assumed.
 */
#include <stdio.h>
#include <string.h>

#include "chain/network.h"
#include "tsd/chain_private.h"
#include "tsd/log.h"

/* The versions whose rules we know begin so. */
#define VERSION_PREFIX	"0.6"

static void is_off(struct ts_chain *c, const char *what, const char *is,
		   const char *want)
{
	char why[300];

	snprintf(why, sizeof(why), "%s is %.80s, and not %.80s; correct chain in the configuration",
		 what, is, want);
	ts_chain_off(c, why);
}

static void check_chain_id(struct ts_chain *c, const char *what,
			   const struct ts_u256 *value)
{
	char is[TS_U256_TEXT_SIZE], want[TS_U256_TEXT_SIZE];

	if (ts_u256_cmp(value, &c->chain_id))
		is_off(c, what, ts_u256_print(value, is),
		       ts_u256_print(&c->chain_id, want));
}

static int take_net_version(struct ts_chain *c, const struct ts_rpc_answer *a)
{
	check_chain_id(c, "net_version of the node", &a->quantity);
	return 0;
}

static int take_chain_id(struct ts_chain *c, const struct ts_rpc_answer *a)
{
	struct ts_u256 value;

	if (ts_network_read_u256(&a->data, &value))
		return -1;
	check_chain_id(c, "chain_id() of the contract", &value);
	return 0;
}

static int take_version(struct ts_chain *c, const struct ts_rpc_answer *a)
{
	char text[TS_CONTRACT_VERSION_SIZE];

	if (ts_network_read_version(&a->data, text))
		return -1;
	if (strncmp(text, VERSION_PREFIX, strlen(VERSION_PREFIX)))
		is_off(c, "contract_version() of the contract", text,
		       VERSION_PREFIX);
	return 0;
}

static int take_punish_blocks(struct ts_chain *c, const struct ts_rpc_answer *a)
{
	char is[24], want[24];
	uint64_t blocks;

	if (ts_network_read_u64(&a->data, &blocks))
		return -1;
	snprintf(is, sizeof(is), "%llu", (unsigned long long)blocks);
	snprintf(want, sizeof(want), "%d", TS_PUNISH_BLOCKS);
	if (blocks != TS_PUNISH_BLOCKS)
		is_off(c, "punish_block_number() of the contract", is, want);
	return 0;
}

static int take_registry(struct ts_chain *c, const struct ts_rpc_answer *a)
{
	return ts_network_read_address(&a->data, &c->contracts.secret_registry) ||
	       ts_address_is_zero(&c->contracts.secret_registry) ? -1 : 0;
}

/**
 * struct fact - a question
 * @method: of the node
 * @call: TS_RPC_CALL: of the contract
 * @take: compares; -1: that is no answer
 */
static const struct fact {
	enum ts_rpc_method method;
	enum ts_network_call call;
	int (*take)(struct ts_chain *c, const struct ts_rpc_answer *a);
} facts[] = {
	{ TS_RPC_NET_VERSION, TS_CALL_COUNT, take_net_version },
	{ TS_RPC_CALL, TS_CALL_CHAIN_ID, take_chain_id },
	{ TS_RPC_CALL, TS_CALL_CONTRACT_VERSION, take_version },
	{ TS_RPC_CALL, TS_CALL_PUNISH_BLOCK_NUMBER, take_punish_blocks },
	{ TS_RPC_CALL, TS_CALL_SECRET_REGISTRY, take_registry },
};

static void start(struct ts_chain *c)
{
	if (ts_chain_follow_start(c) || ts_chain_send_start(c)) {
		ts_chain_off(c, "what the ledger has of the chain cannot be read, or memory is out");
		return;
	}
	c->phase = TS_CHAIN_FOLLOWING;
	ts_chain_trouble(c, "");
	ts_log(TS_LOG_INFO, "chain: the contract is as configured; following from block %llu",
	       (unsigned long long)c->cursor.block_number);
	ts_follow_poll(c->follower);
}

static void on_fact(void *ctx, const struct ts_rpc_answer *a)
{
	struct ts_chain *c = ctx;

	c->asking = false;
	if (a->err) {
		/* The next poll asks again. */
		ts_chain_trouble(c, a->why);
		return;
	}
	if (facts[c->fact].take(c, a)) {
		ts_chain_trouble(c, "what answers at chain.tokens_network is no TokensNetwork; is the address right?");
		return;
	}
	if (c->phase == TS_CHAIN_OFF)
		return;
	if (++c->fact == sizeof(facts) / sizeof(facts[0]))
		start(c);
	ts_chain_pump(c);
}

/** ts_chain_ask_fact() - Return: whether a question was sent */
bool ts_chain_ask_fact(struct ts_chain *c)
{
	const struct fact *fact = &facts[c->fact];
	struct ts_calldata call;
	json_t *params = NULL;

	if (c->asking)
		return false;
	if (fact->method == TS_RPC_CALL) {
		ts_network_constant(&call, fact->call);
		params = ts_rpc_params_call(&c->contracts.tokens_network, &call);
	}
	if (ts_rpc_send(ts_rpc_watch_rpc(c->watch), fact->method, params, on_fact, c))
		return false;
	c->asking = true;
	return true;
}
