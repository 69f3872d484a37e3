// SPDX-License-Identifier: GPL-2.0
/* chain.c - a node of the chain: what it and the contract are, and when it is asked. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "chain/erc20.h"
#include "settle/call.h"
#include "tspay/chain.h"

#define TIMEOUT_MS		20000
#define ANSWER_MAX_BYTES	(8u << 20)
/* The versions whose rules we know begin so. */
#define VERSION_PREFIX		"0.6"

int chain_fatal(struct chain *c, int err, const char *why)
{
	if (!c->fatal && why != c->err)
		snprintf(c->err, sizeof(c->err), "%s", why);
	c->fatal = true;
	return err;
}

/* One question and its answer. Return: 0: @done was called; it says more. */
int chain_ask(struct chain *c, enum ts_rpc_method method, json_t *params,
	      ts_rpc_done *done, void *ctx)
{
	int ret = ts_rpc_send(c->rpc, method, params, done, ctx);

	if (!ret)
		ret = ts_rpc_run(c->rpc);
	if (ret)
		snprintf(c->err, sizeof(c->err), "%s: cannot be asked: %s",
			 ts_rpc_endpoint(c->rpc), strerror(-ret));
	return ret;
}

/**
 * struct reading - an answer that is waited for
 * @c: who asked
 * @read: what it means; not 0: that is no answer
 * @out: where to
 * @err: of it
 */
struct reading {
	struct chain *c;
	int (*read)(const struct ts_rpc_answer *a, void *out);
	void *out;
	int err;
};

static void on_answer(void *ctx, const struct ts_rpc_answer *a)
{
	struct reading *r = ctx;

	r->err = a->err;
	if (a->err) {
		snprintf(r->c->err, sizeof(r->c->err), "%s", a->why);
	} else if (r->read(a, r->out)) {
		r->err = -EBADMSG;
		snprintf(r->c->err, sizeof(r->c->err), "%s: what answers at tokens_network or token is no such contract; is the address right?",
			 ts_rpc_endpoint(r->c->rpc));
	}
}

static int ask_one(struct chain *c, enum ts_rpc_method method, json_t *params,
		   int (*read)(const struct ts_rpc_answer *a, void *out), void *out)
{
	struct reading r = { .c = c, .read = read, .out = out };
	int ret = chain_ask(c, method, params, on_answer, &r);

	return ret ? ret : r.err;
}

static int call(struct chain *c, const struct ts_address *to, const struct ts_calldata *data,
		int (*read)(const struct ts_rpc_answer *a, void *out), void *out)
{
	return ask_one(c, TS_RPC_CALL, ts_rpc_params_call(to, data), read, out);
}

static int read_quantity(const struct ts_rpc_answer *a, void *out)
{
	*(struct ts_u256 *)out = a->quantity;
	return 0;
}

static int read_u256(const struct ts_rpc_answer *a, void *out)
{
	return ts_network_read_u256(&a->data, out);
}

static int read_u64(const struct ts_rpc_answer *a, void *out)
{
	return ts_network_read_u64(&a->data, out);
}

static int read_version(const struct ts_rpc_answer *a, void *out)
{
	return ts_network_read_version(&a->data, out);
}

static int read_address(const struct ts_rpc_answer *a, void *out)
{
	return ts_network_read_address(&a->data, out);
}

static int read_info(const struct ts_rpc_answer *a, void *out)
{
	return ts_network_read_channel_info(&a->data, out);
}

static int read_side(const struct ts_rpc_answer *a, void *out)
{
	return ts_network_read_participant_info(&a->data, out);
}

static int read_amount(const struct ts_rpc_answer *a, void *out)
{
	return ts_erc20_read_amount(&a->data, out);
}

static int read_decimals(const struct ts_rpc_answer *a, void *out)
{
	return ts_erc20_read_decimals(&a->data, out);
}

static int constant(struct chain *c, enum ts_network_call which,
		    int (*read)(const struct ts_rpc_answer *a, void *out), void *out)
{
	struct ts_calldata data;

	ts_network_constant(&data, which);
	return call(c, &c->contracts.tokens_network, &data, read, out);
}

/* Asked of them, never assumed. */
static int ask_facts(struct chain *c)
{
	char version[TS_CONTRACT_VERSION_SIZE], node_id[TS_U256_TEXT_SIZE],
	     contract_id[TS_U256_TEXT_SIZE];
	struct ts_u256 net_version;
	uint64_t punish_blocks = 0;
	int ret;

	ret = ask_one(c, TS_RPC_NET_VERSION, NULL, read_quantity, &net_version);
	if (!ret)
		ret = constant(c, TS_CALL_CHAIN_ID, read_u256, &c->chain_id);
	if (!ret)
		ret = constant(c, TS_CALL_CONTRACT_VERSION, read_version, version);
	if (!ret)
		ret = constant(c, TS_CALL_PUNISH_BLOCK_NUMBER, read_u64, &punish_blocks);
	if (!ret)
		ret = constant(c, TS_CALL_SECRET_REGISTRY, read_address,
			       &c->contracts.secret_registry);
	if (ret)
		return ret;
	if (!ts_u256_cmp(&net_version, &c->chain_id) &&
	    !strncmp(version, VERSION_PREFIX, strlen(VERSION_PREFIX)) &&
	    punish_blocks == TS_PUNISH_BLOCKS)
		return 0;
	snprintf(c->err, sizeof(c->err), "the node is of chain %s, and the contract at tokens_network of chain %s, version %.31s, %llu punish blocks; this tspay knows version " VERSION_PREFIX " with %d on one chain",
		 ts_u256_print(&net_version, node_id), ts_u256_print(&c->chain_id, contract_id),
		 version, (unsigned long long)punish_blocks, TS_PUNISH_BLOCKS);
	return -EPROTO;
}

int chain_open(struct chain *c, const struct chain_config *config,
	       const struct ts_signer *signer, const struct ts_address *tokens_network,
	       const char *state_dir, struct steps *steps)
{
	struct ts_rpc_config rpc = {
		.url = config->rpc, .timeout_ms = TIMEOUT_MS,
		.answer_max_bytes = ANSWER_MAX_BYTES,
	};
	int ret;

	memset(c, 0, sizeof(*c));
	c->config = config;
	c->signer = signer;
	c->steps = steps;
	c->contracts.tokens_network = *tokens_network;
	c->rpc = ts_rpc_new(&rpc, NULL, c->err, sizeof(c->err));
	if (!c->rpc)
		return -EINVAL;
	ret = ask_facts(c);
	return ret ? ret : chain_send_open(c, state_dir);
}

void chain_close(struct chain *c)
{
	ts_follow_free(c->follower);
	ts_transactions_free(c->transactions);
	ts_ledger_close(c->ledger);
	ts_rpc_free(c->rpc);
	memset(c, 0, sizeof(*c));
}

static uint64_t boot_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

int chain_head(struct chain *c)
{
	struct ts_u256 quantity;
	uint64_t head;
	int ret = ask_one(c, TS_RPC_BLOCK_NUMBER, NULL, read_quantity, &quantity);

	if (ret)
		return ret;
	if (ts_u256_to_u64(&quantity, &head) || head > TS_ANY_BLOCK) {
		snprintf(c->err, sizeof(c->err), "%s: its newest block has a number that no chain has; ask another node",
			 ts_rpc_endpoint(c->rpc));
		return -EBADMSG;
	}
	c->head_block = head;
	return 0;
}

/* On a fork, or of a node that lags, nothing that it says of us counts. */
static bool may_send(const struct chain *c)
{
	struct ts_follow_progress progress;

	if (!c->follower)
		return true;
	ts_follow_progress(c->follower, &progress);
	return progress.state == TS_FOLLOW_AT_HEAD;
}

int chain_round(struct chain *c)
{
	struct ts_follow_progress progress;

	c->trouble = false;
	/* Without a purse there are no events to wait for. */
	c->taken_block = UINT64_MAX;
	if (c->follower) {
		chain_ask_follower(c);
		ts_follow_progress(c->follower, &progress);
		c->head_block = progress.head_block;
		c->taken_block = progress.confirmed_block;
	} else if (chain_head(c)) {
		/* Without a channel the head is all that is needed. */
		c->trouble = true;
	}
	if (!c->fatal && !c->trouble && may_send(c) && !chain_look(c)) {
		ts_transactions_poll(c->transactions, c->head_block,
				     c->taken_block);
		chain_send(c);
	}
	if (c->fatal)
		return -EIO;
	if (c->trouble)
		steps_say(c->steps, "chain", "%s", c->err);
	return 0;
}

void chain_moment(const struct chain *c, struct ts_moment *moment)
{
	struct ts_follow_progress progress;

	memset(moment, 0, sizeof(*moment));
	moment->now_ns = boot_ns();
	if (!c->follower)
		return;
	ts_follow_progress(c->follower, &progress);
	moment->head_block = progress.seen_block;
	/* Asked in this very round. */
	moment->head_fresh = progress.state == TS_FOLLOW_AT_HEAD && !c->trouble;
	moment->deposit_pending = ts_wish_deposit_pending(c->transactions,
							  &c->purse->life.channel);
}

/* --- what the contracts say now -------------------------------------------- */

static int ask_deposit(struct chain *c, const struct ts_channel *ch, bool ours,
		       ts_u128 *deposit_wei)
{
	struct ts_participant_info side;
	struct ts_calldata data;
	int ret;

	ts_network_get_participant_info(&data, &ch->token,
					ours ? &ch->our_address : &ch->partner_address,
					ours ? &ch->partner_address : &ch->our_address);
	ret = call(c, &ch->tokens_network, &data, read_side, &side);
	if (ret || !ts_u256_to_u128(&side.deposit, deposit_wei))
		return ret;
	/* What the box has there must not keep us from what is ours. */
	*deposit_wei = 0;
	if (!ours) {
		steps_say(c->steps, "chain", "the box's deposit is 2^128 or more, beyond this program; it is not counted");
		return 0;
	}
	snprintf(c->err, sizeof(c->err), "our deposit is 2^128 or more, which is beyond this program");
	return -ERANGE;
}

int chain_channel(struct chain *c, struct ts_channel *ch)
{
	struct ts_channel_info info;
	struct ts_calldata data;
	int ret;

	ch->chain_id = c->chain_id;
	ts_channel_identifier(&ch->our_address, &ch->partner_address, &ch->token,
			      &ch->tokens_network, &ch->channel_identifier);
	ts_network_get_channel_info(&data, &ch->token, &ch->our_address, &ch->partner_address);
	ret = call(c, &ch->tokens_network, &data, read_info, &info);
	if (ret)
		return ret;
	ch->state = info.state;
	ch->open_block_number = info.state == TS_CHANNEL_NONE ? 0 : info.open_block_number;
	if (info.state != TS_CHANNEL_NONE)
		ch->settle_timeout_blocks = info.settle_timeout_blocks;
	ret = ask_deposit(c, ch, true, &ch->our_deposit_wei);
	return ret ? ret : ask_deposit(c, ch, false, &ch->partner_deposit_wei);
}

int chain_token(struct chain *c, const struct ts_address *token, ts_u128 *wei,
		unsigned int *decimals)
{
	struct ts_calldata data;
	struct ts_u256 amount;
	int ret;

	ts_erc20_constant(&data, TS_ERC20_DECIMALS);
	ret = call(c, token, &data, read_decimals, decimals);
	if (ret)
		return ret;
	ts_erc20_balance_of(&data, ts_signer_address(c->signer));
	ret = call(c, token, &data, read_amount, &amount);
	if (!ret && ts_u256_to_u128(&amount, wei))
		*wei = TS_U128_MAX;
	return ret;
}
