// SPDX-License-Identifier: GPL-2.0
/*
 * carrier.c - the chain for stations that reach only this box.
 *
 * A look is some questions to the node at once, and one answer when all are there.  What
 * the node says is handed on as it is: the page signs, so the page sets the bounds, and
 * what credits a deposit is another matter (M3).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chain/carry.h"
#include "chain/network.h"
#include "tsd/carrier.h"
#include "tsd/carry_limit.h"
#include "tsd/daemon.h"
#include "tsd/rpc_watch.h"

/*
 * Pages wait ten seconds for an answer.  Of what waits behind others for a connection
 * libcurl (7.88) sees only when one ends that its time is over: at most once as long after.
 */
#define TIMEOUT_MS		8000
#define ANSWER_MAX_BYTES	(64u << 10)
/* At once; each look is up to QUESTIONS of the TS_RPC_OUTSTANDING_MAX. */
#define JOBS_MAX		7

/* What is asked in a look. */
enum question {
	ASK_HEAD,
	ASK_PRICE,
	ASK_COUNT,
	ASK_PENDING,
	ASK_COIN,
	ASK_TOKEN,
	ASK_ALLOWANCE,
	ASK_CHANNEL,
	ASK_RECEIPT,
	QUESTIONS,
};

_Static_assert(JOBS_MAX * QUESTIONS <= TS_RPC_OUTSTANDING_MAX, "no look finds no place");

/**
 * struct job - somebody who waits
 * @carrier: ours
 * @reply: names it at the portal
 * @look: what it is about
 * @waiting: answers that are to come; 0: nobody waits here
 * @failed: one of them is none
 * @value: by question, of what is a number
 * @channel: of ASK_CHANNEL
 * @mined: there is a receipt
 * @receipt: it
 */
struct job {
	struct ts_carrier *carrier;
	uint64_t reply;
	struct ts_portal_look look;
	unsigned int waiting;
	bool failed;
	struct ts_u256 value[QUESTIONS];
	struct ts_channel_info channel;
	bool mined;
	struct ts_receipt receipt;
};

struct ts_carrier {
	struct ts_daemon *d;
	struct ts_rpc_watch *watch;
	struct ts_carry_limit limit;
	struct job jobs[JOBS_MAX];
};

static const struct ts_refused busy = {
	.kind = TS_REFUSE_BUSY, .name = "busy",
	.text = "too much is asked of the chain at once; try again in some seconds",
};
static const struct ts_refused unreachable = {
	.kind = TS_REFUSE_READ_ONLY, .name = "chain_unreachable",
	.text = "the box does not reach the chain now, or its node does not answer as it should; try again later, or ask the operator",
};

/**
 * ts_carrier_new() - begin; nothing is asked before a station does
 * @d: the daemon, with chain.rpc and a portal
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Return: it, or NULL.
 */
struct ts_carrier *ts_carrier_new(struct ts_daemon *d, char *err, size_t err_size)
{
	struct ts_rpc_config rpc = {
		.url = d->config->chain.rpc, .timeout_ms = TIMEOUT_MS,
		.answer_max_bytes = ANSWER_MAX_BYTES,
	};
	struct ts_carrier *c = calloc(1, sizeof(*c));
	unsigned int i;

	if (!c) {
		snprintf(err, err_size, "out of memory");
		return NULL;
	}
	c->d = d;
	for (i = 0; i < JOBS_MAX; i++)
		c->jobs[i].carrier = c;
	ts_carry_limit_init(&c->limit);
	c->watch = ts_rpc_watch_new(d->loop, &rpc, err, err_size);
	if (c->watch)
		return c;
	free(c);
	return NULL;
}

/** ts_carrier_free() - who waits is told by the portal's end; NULL is allowed */
void ts_carrier_free(struct ts_carrier *c)
{
	if (!c)
		return;
	ts_rpc_watch_free(c->watch);
	free(c);
}

/* --- which token ------------------------------------------------------------ */

/* Return: its place in the configuration, or n_tokens. */
static unsigned int token_of(const struct ts_carrier *c, const struct ts_address *token)
{
	const struct ts_billing_config *b = &c->d->config->billing;
	unsigned int i;

	for (i = 0; i < b->n_tokens; i++)
		if (ts_address_equal(&b->tokens[i].address, token))
			break;
	return i;
}

/* Nobody shall deposit where the box does not look. */
static bool refuse_unfollowed(struct ts_carrier *c, uint64_t reply)
{
	if (ts_chain_is_followed(c->d->chain))
		return false;
	ts_portal_refuse(c->d->portal, reply, &unreachable);
	return true;
}

static struct job *free_job(struct ts_carrier *c)
{
	unsigned int i;

	for (i = 0; i < JOBS_MAX; i++)
		if (!c->jobs[i].waiting)
			return &c->jobs[i];
	return NULL;
}

/* --- the answer to a look ---------------------------------------------------- */

static json_t *u256(const struct ts_u256 *value)
{
	char text[TS_U256_TEXT_SIZE];

	return json_string(ts_u256_print(value, text));
}

/* What no chain has is 0. */
static json_int_t number_u64(uint64_t n)
{
	return n > INT64_MAX ? 0 : (json_int_t)n;
}

static json_int_t number(const struct ts_u256 *value)
{
	uint64_t n;

	return ts_u256_to_u64(value, &n) ? 0 : number_u64(n);
}

static json_t *address(const struct ts_address *a)
{
	char text[TS_ADDRESS_TEXT_SIZE];

	return json_string(ts_address_print(a, text));
}

/* How deep it is: the blocks above its own, as the follower counts. */
static json_t *transaction(const struct job *j)
{
	json_int_t head = number(&j->value[ASK_HEAD]);
	json_int_t block = number_u64(j->receipt.block_number);

	if (!j->mined)
		return json_null();
	return json_pack("{s:I, s:b, s:I}", "block", block,
			 "succeeded", j->receipt.succeeded,
			 "confirmations", head < block ? (json_int_t)0 : head - block);
}

static json_t *channel(const struct job *j)
{
	static const char *const words[] = {
		[TS_CHANNEL_NONE] = "none", [TS_CHANNEL_OPEN] = "open",
		[TS_CHANNEL_CLOSED] = "closed",
	};

	return json_pack("{s:s, s:I}", "state", words[j->channel.state],
			 "open_block_number", number_u64(j->channel.open_block_number));
}

static json_t *look_json(const struct job *j)
{
	static const char *const kinds[] = {
		[TS_TOKEN_ERC20] = "erc20", [TS_TOKEN_ERC223] = "erc223", [TS_TOKEN_SMT] = "smt",
	};
	const struct ts_config *config = j->carrier->d->config;
	const struct ts_billing_config *b = &config->billing;
	unsigned int i = token_of(j->carrier, &j->look.token);
	char least[TS_U128_TEXT_SIZE];
	json_t *o;

	/* A reload took it away meanwhile. */
	if (i == b->n_tokens)
		return NULL;
	o = json_pack("{s:o, s:o, s:o, s:s, s:i, s:o, s:s, s:I, s:s}",
		"chain_id", u256(&b->chain_id),
		"tokens_network", address(&b->tokens_network),
		"token", address(&j->look.token), "symbol", b->tokens[i].symbol,
		"decimals", (int)b->tokens[i].decimals,
		"address", address(&j->carrier->d->address),
		"kind", kinds[config->chain.token_kind[i]],
		"settle_timeout", (json_int_t)(b->min_settle_timeout_blocks < TS_SETTLE_TIMEOUT_MIN ?
					       TS_SETTLE_TIMEOUT_MIN : b->min_settle_timeout_blocks),
		"min_deposit_wei", ts_u128_print(b->tokens[i].min_deposit_wei, least));
	json_object_update_new(o, json_pack("{s:I, s:I, s:o, s:o, s:o, s:o, s:I, s:o, s:o}",
		"nonce", number(&j->value[ASK_COUNT]),
		"pending_nonce", number(&j->value[ASK_PENDING]),
		"gas_price_wei", u256(&j->value[ASK_PRICE]),
		"coin_wei", u256(&j->value[ASK_COIN]),
		"token_wei", u256(&j->value[config->chain.token_kind[i] == TS_TOKEN_SMT ?
					    ASK_COIN : ASK_TOKEN]),
		"allowance_wei", u256(&j->value[ASK_ALLOWANCE]),
		"confirmations", (json_int_t)config->chain.confirmations,
		"channel", channel(j), "transaction", transaction(j)));
	return o;
}

static void finish_look(struct job *j)
{
	struct ts_portal *portal = j->carrier->d->portal;
	json_t *object = j->failed ? NULL : look_json(j);

	if (object)
		ts_portal_chain(portal, j->reply, object);
	else
		ts_portal_refuse(portal, j->reply, &unreachable);
}

/* --- asking ------------------------------------------------------------------ */

static int take(struct job *j, enum question q, const struct ts_rpc_answer *a)
{
	/* Some nodes stumble over a receipt that is not there yet. */
	if (q == ASK_RECEIPT && (a->err == -EREMOTEIO || (!a->err && !a->found)))
		return 0;
	if (a->err)
		return -EIO;
	switch (q) {
	case ASK_TOKEN:
	case ASK_ALLOWANCE:
		return ts_erc20_read_amount(&a->data, &j->value[q]);
	case ASK_CHANNEL:
		return ts_network_read_channel_info(&a->data, &j->channel);
	case ASK_RECEIPT:
		if (!ts_hash_equal(&a->receipt.tx_hash, &j->look.tx))
			return -EBADMSG;
		j->receipt = a->receipt;
		j->mined = true;
		return 0;
	default:
		j->value[q] = a->quantity;
		return 0;
	}
}

/* Each question has a function of its own, for that is all that comes back with it. */
#define DONE(q, name)							\
	static void name(void *ctx, const struct ts_rpc_answer *a)	\
	{								\
		struct job *j = ctx;					\
									\
		if (take(j, q, a))					\
			j->failed = true;				\
		if (!--j->waiting)					\
			finish_look(j);					\
	}

DONE(ASK_HEAD, on_head)
DONE(ASK_PRICE, on_price)
DONE(ASK_COUNT, on_count)
DONE(ASK_PENDING, on_pending)
DONE(ASK_COIN, on_coin)
DONE(ASK_TOKEN, on_token)
DONE(ASK_ALLOWANCE, on_allowance)
DONE(ASK_CHANNEL, on_channel)
DONE(ASK_RECEIPT, on_receipt)

static void ask(struct job *j, enum ts_rpc_method method, json_t *params, ts_rpc_done *done)
{
	if (ts_rpc_send(ts_rpc_watch_rpc(j->carrier->watch), method, params, done, j))
		j->failed = true;
	else
		j->waiting++;
}

static void ask_contracts(struct job *j, enum ts_token_kind kind)
{
	const struct ts_daemon *d = j->carrier->d;
	const struct ts_address *network = &d->config->billing.tokens_network;
	struct ts_calldata call;

	/* The wrapper of the chain's coin is paid with that, and only one kind is approved. */
	if (kind != TS_TOKEN_SMT) {
		ts_erc20_balance_of(&call, &j->look.wallet);
		ask(j, TS_RPC_CALL, ts_rpc_params_call(&j->look.token, &call), on_token);
	}
	if (kind == TS_TOKEN_ERC20) {
		ts_erc20_allowance(&call, &j->look.wallet, network);
		ask(j, TS_RPC_CALL, ts_rpc_params_call(&j->look.token, &call), on_allowance);
	}
	ts_network_get_channel_info(&call, &j->look.token, &d->address, &j->look.wallet);
	ask(j, TS_RPC_CALL, ts_rpc_params_call(network, &call), on_channel);
}

static void ask_all(struct job *j, enum ts_token_kind kind)
{
	const struct ts_address *wallet = &j->look.wallet;

	ask(j, TS_RPC_BLOCK_NUMBER, NULL, on_head);
	ask(j, TS_RPC_GAS_PRICE, NULL, on_price);
	ask(j, TS_RPC_GET_TRANSACTION_COUNT, ts_rpc_params_account(wallet, "latest"), on_count);
	ask(j, TS_RPC_GET_TRANSACTION_COUNT, ts_rpc_params_account(wallet, "pending"),
	    on_pending);
	ask(j, TS_RPC_GET_BALANCE, ts_rpc_params_account(wallet, "latest"), on_coin);
	ask_contracts(j, kind);
	if (j->look.has_tx)
		ask(j, TS_RPC_GET_TRANSACTION_RECEIPT, ts_rpc_params_receipt(&j->look.tx),
		    on_receipt);
}

static void begin(struct job *j, uint64_t reply)
{
	struct ts_carrier *carrier = j->carrier;

	*j = (struct job){ .carrier = carrier, .reply = reply };
}

/**
 * ts_carrier_look() - what does the chain show of a wallet?
 * @c: the carrier
 * @station: who asks
 * @look: what
 * @reply: comes back to ts_portal_chain() or ts_portal_refuse(), perhaps at once
 */
void ts_carrier_look(struct ts_carrier *c, const struct ts_key *station,
		     const struct ts_portal_look *look, uint64_t reply)
{
	static const struct ts_refused unknown_token = {
		.kind = TS_REFUSE_UNKNOWN, .name = "unknown_token",
		.text = "this box takes no such token; /v1/info has a list",
	};
	unsigned int token = token_of(c, &look->token);
	struct job *j = free_job(c);

	if (token == c->d->config->billing.n_tokens) {
		ts_portal_refuse(c->d->portal, reply, &unknown_token);
		return;
	}
	if (refuse_unfollowed(c, reply))
		return;
	if (!j || !ts_carry_limit_look(&c->limit, station, ts_clock_boot_ns())) {
		ts_portal_refuse(c->d->portal, reply, &busy);
		return;
	}
	begin(j, reply);
	j->look = *look;
	ask_all(j, c->d->config->chain.token_kind[token]);
	if (!j->waiting)
		finish_look(j);
}

/* --- carrying ------------------------------------------------------------------ */

/* The node's own words, without what it is called and was asked. */
static const char *words_of(const struct ts_rpc_answer *a)
{
	static const char before[] = "the node says: ";
	const char *at = strstr(a->why, before);

	return at ? at + strlen(before) : "no reason";
}

static json_t *sent_json(const struct ts_hash *hash)
{
	char text[TS_HASH_TEXT_SIZE];

	return json_pack("{s:s}", "hash", ts_hash_print(hash, text));
}

static void on_sent(void *ctx, const struct ts_rpc_answer *a)
{
	struct job *j = ctx;
	struct ts_portal *portal = j->carrier->d->portal;
	char text[TS_RPC_WHY_SIZE + 64];
	struct ts_refused not_taken = {
		.kind = TS_REFUSE_CONFLICT, .name = "not_taken", .text = text,
	};

	j->waiting = 0;
	/* A node that names another transaction has not taken this one. */
	if ((!a->err && ts_hash_equal(&a->hash, &j->look.tx)) || ts_rpc_answer_is_known(a)) {
		ts_portal_chain(portal, j->reply, sent_json(&j->look.tx));
		return;
	}
	if (a->err != -EREMOTEIO) {
		ts_portal_refuse(portal, j->reply, &unreachable);
		return;
	}
	snprintf(text, sizeof(text), "the node of the chain did not take it: %s", words_of(a));
	ts_portal_refuse(portal, j->reply, &not_taken);
}

static int check(const struct ts_carrier *c, const void *bytes, size_t len,
		 struct ts_address *sender)
{
	const struct ts_config *config = c->d->config;
	struct ts_carry_token tokens[TS_TOKENS_MAX];
	struct ts_carry_rules rules = {
		.chain_id = config->billing.chain_id,
		.tokens_network = config->billing.tokens_network,
		.us = c->d->address, .tokens = tokens, .n_tokens = config->billing.n_tokens,
	};
	unsigned int i;

	for (i = 0; i < rules.n_tokens; i++) {
		tokens[i].address = config->billing.tokens[i].address;
		tokens[i].kind = config->chain.token_kind[i];
	}
	return ts_carry_check(&rules, bytes, len, sender);
}

/* Return: whether it was refused. */
static bool refuse_other(struct ts_carrier *c, int why, uint64_t reply)
{
	static const struct ts_refused wrong_chain = {
		.kind = TS_REFUSE_FORBIDDEN, .name = "wrong_chain",
		.text = "it is signed for another chain, or for all of them",
	};
	static const struct ts_refused not_carried = {
		.kind = TS_REFUSE_FORBIDDEN, .name = "not_carried",
		.text = "this box carries only what pays the signer's own deposit into a channel with it",
	};
	static const struct ts_refused bad = {
		.kind = TS_REFUSE_INVALID, .name = "bad_transaction",
		.text = "that is no signed legacy transaction (RLP, EIP-155) of at most 512 bytes",
	};

	if (!why)
		return false;
	ts_portal_refuse(c->d->portal, reply, why == -EXDEV ? &wrong_chain :
			 why == -EPERM ? &not_carried : &bad);
	return true;
}

/**
 * ts_carrier_send() - bring a deposit of a wallet to the chain
 * @c: the carrier
 * @station: who asks
 * @bytes: a signed transaction
 * @len: how many
 * @reply: comes back to ts_portal_chain() or ts_portal_refuse(), perhaps at once
 */
void ts_carrier_send(struct ts_carrier *c, const struct ts_key *station,
		     const void *bytes, size_t len, uint64_t reply)
{
	struct ts_tx_raw raw = { .len = len };
	uint64_t now_ns = ts_clock_boot_ns();
	struct job *j = free_job(c);
	struct ts_address sender;
	struct ts_hash hash;

	if (refuse_unfollowed(c, reply))
		return;
	/* Before the signature, for that costs us. */
	if (!ts_carry_limit_check(&c->limit, station, now_ns)) {
		ts_portal_refuse(c->d->portal, reply, &busy);
		return;
	}
	if (refuse_other(c, check(c, bytes, len, &sender), reply))
		return;
	ts_keccak256(&hash, bytes, len);
	if (!j || !ts_carry_limit_send(&c->limit, station, &sender, &hash, now_ns)) {
		ts_portal_refuse(c->d->portal, reply, &busy);
		return;
	}
	memcpy(raw.b, bytes, len);
	begin(j, reply);
	j->look.tx = hash;
	ask(j, TS_RPC_SEND_RAW_TRANSACTION, ts_rpc_params_raw_transaction(&raw), on_sent);
	if (!j->waiting)
		ts_portal_refuse(c->d->portal, reply, &unreachable);
}
