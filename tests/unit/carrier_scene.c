// SPDX-License-Identifier: GPL-2.0
/*
 * carrier_scene.c - a carrier between a node and a portal.
 *
 * Portal, follower and clock are played here, at the calls that the carrier makes; of the
 * endpoint only its patience is another.
 */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <curl/curl.h>

#include "carrier_scene.h"
#include "chain/network.h"
#include "tsd/rpc_watch.h"

#define ZEROS	"000000000000000000000000"
#define WORD(n)	ZEROS ZEROS "00000000000000" n

struct scene scene;

/* --- what is played ---------------------------------------------------------- */

static struct told *tell(uint64_t reply)
{
	struct told *t = &scene.told[reply];

	assert_true(reply < scene.replies);
	/* Once, whatever the node does. */
	assert_int_equal(t->n, 0);
	t->n++;
	scene.n_told++;
	ev_break(scene.d.loop, EVBREAK_ALL);
	return t;
}

void ts_portal_chain(struct ts_portal *p, uint64_t reply, json_t *object)
{
	struct told *t = tell(reply);
	char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);

	assert_non_null(text);
	snprintf(t->text, sizeof(t->text), "%s", text);
	free(text);
	json_decref(object);
}

void ts_portal_refuse(struct ts_portal *p, uint64_t reply, const struct ts_refused *why)
{
	struct told *t = tell(reply);

	snprintf(t->name, sizeof(t->name), "%s", why->name);
	snprintf(t->text, sizeof(t->text), "%s", why->text);
}

bool ts_chain_is_followed(const struct ts_chain *c)
{
	return scene.followed;
}

uint64_t ts_clock_boot_ns(void)
{
	return scene.now_ns;
}

struct ts_rpc_watch *__real_ts_rpc_watch_new(struct ev_loop *loop,
					     const struct ts_rpc_config *config,
					     char *err, size_t err_size);
struct ts_rpc_watch *__wrap_ts_rpc_watch_new(struct ev_loop *loop,
					     const struct ts_rpc_config *config,
					     char *err, size_t err_size);

/* Pages wait for ten seconds, and tests for less. */
struct ts_rpc_watch *__wrap_ts_rpc_watch_new(struct ev_loop *loop,
					     const struct ts_rpc_config *config,
					     char *err, size_t err_size)
{
	struct ts_rpc_config other = *config;

	assert_true(config->timeout_ms < 10000);
	other.timeout_ms = scene.timeout_ms;
	return __real_ts_rpc_watch_new(loop, &other, err, err_size);
}

int __real_ts_rpc_send(struct ts_rpc *r, enum ts_rpc_method method, json_t *params,
		       ts_rpc_done *done, void *ctx);
int __wrap_ts_rpc_send(struct ts_rpc *r, enum ts_rpc_method method, json_t *params,
		       ts_rpc_done *done, void *ctx);

int __wrap_ts_rpc_send(struct ts_rpc *r, enum ts_rpc_method method, json_t *params,
		       ts_rpc_done *done, void *ctx)
{
	if (scene.memory_for && scene.memory_for--)
		return __real_ts_rpc_send(r, method, params, done, ctx);
	json_decref(params);
	return -ENOMEM;
}

/* --- the scene ---------------------------------------------------------------- */

static struct ts_signer *wallet(uint8_t n)
{
	uint8_t secret[TS_SECRET_BYTES] = { 7, [TS_SECRET_BYTES - 1] = n };

	return ts_signer_new(secret);
}

static void configure(void)
{
	static struct ts_config *const c = &scene.config;
	unsigned int i;

	snprintf(c->chain.rpc, sizeof(c->chain.rpc), "http://127.0.0.1:%u", scene.node.port);
	c->chain.confirmations = 12;
	c->billing.chain_id = ts_u256_from_u64(20180430);
	memset(c->billing.tokens_network.b, 0x7e, TS_ADDRESS_BYTES);
	c->billing.n_tokens = 3;
	c->billing.min_settle_timeout_blocks = 40000;
	for (i = 0; i < 3; i++) {
		memset(c->billing.tokens[i].address.b, 0x70 + (int)i, TS_ADDRESS_BYTES);
		snprintf(c->billing.tokens[i].symbol, TS_SYMBOL_SIZE, "T%u", i);
		c->billing.tokens[i].decimals = 18;
		c->billing.tokens[i].min_deposit_wei = 1000 + i;
	}
	c->chain.token_kind[0] = TS_TOKEN_ERC20;
	c->chain.token_kind[1] = TS_TOKEN_ERC223;
	c->chain.token_kind[2] = TS_TOKEN_SMT;
}

static void node_is_well(struct node *n)
{
	static const char *const well[NODE_QUESTIONS] = {
		[NODE_HEAD] = "\"0x64\"", [NODE_PRICE] = "\"0x430e23400\"",
		[NODE_COUNT] = "\"0x5\"", [NODE_PENDING] = "\"0x6\"",
		[NODE_COIN] = "\"0xde0b6b3a7640000\"",
		[NODE_TOKEN] = "\"0x" WORD("0f") "\"",
		[NODE_ALLOWANCE] = "\"0x" WORD("03") "\"",
		[NODE_CHANNEL] = "\"0x" WORD("c1") WORD("00") WORD("50") WORD("01") WORD("64") "\"",
		[NODE_RECEIPT] = "null", [NODE_SEND] = "null",
	};

	memcpy(n->result, well, sizeof(well));
	n->words = "no";
}

int scene_setup(void **state)
{
	memset(&scene, 0, sizeof(scene));
	curl_global_init(CURL_GLOBAL_DEFAULT);
	scene.d.loop = ev_loop_new(0);
	scene.d.config = &scene.config;
	memset(scene.d.address.b, 0xb0, TS_ADDRESS_BYTES);
	scene.wallet[0] = wallet(1);
	scene.wallet[1] = wallet(2);
	scene.now_ns = 1000 * TS_NS_PER_S;
	scene.followed = true;
	scene.memory_for = UINT_MAX;
	node_open(&scene.node, scene.d.loop);
	node_is_well(&scene.node);
	configure();
	scene_again(SCENE_PATIENCE_MS);
	return 0;
}

int scene_teardown(void **state)
{
	ts_carrier_free(scene.d.carrier);
	node_close(&scene.node);
	ts_signer_free(scene.wallet[0]);
	ts_signer_free(scene.wallet[1]);
	ev_loop_destroy(scene.d.loop);
	curl_global_cleanup();
	return 0;
}

/* A carrier that knows nothing of before. */
void scene_again(unsigned int timeout_ms)
{
	char err[300] = "";

	ts_carrier_free(scene.d.carrier);
	scene.timeout_ms = timeout_ms;
	scene.d.carrier = ts_carrier_new(&scene.d, err, sizeof(err));
	assert_string_equal(err, "");
	assert_non_null(scene.d.carrier);
}

static void on_guard(struct ev_loop *loop, ev_timer *w, int revents)
{
	fail_msg("nobody is told anything");
}

/* Until so many were told, in all. */
void scene_until(unsigned int n_told)
{
	ev_timer guard;

	ev_timer_init(&guard, on_guard, SCENE_PATIENCE_MS / 1000.0, 0);
	ev_timer_start(scene.d.loop, &guard);
	while (scene.n_told < n_told)
		ev_run(scene.d.loop, 0);
	ev_timer_stop(scene.d.loop, &guard);
}

static void on_pause(struct ev_loop *loop, ev_timer *w, int revents)
{
	ev_break(loop, EVBREAK_ALL);
}

/* What is to be heard and said now. */
void scene_turns(void)
{
	ev_timer pause;

	ev_timer_init(&pause, on_pause, 0.02, 0);
	ev_timer_start(scene.d.loop, &pause);
	ev_run(scene.d.loop, 0);
	ev_timer_stop(scene.d.loop, &pause);
}

/* The carrier ends, and the node answers what it was asked. */
void scene_stop(void)
{
	ts_carrier_free(scene.d.carrier);
	scene.d.carrier = NULL;
	node_speak(&scene.node);
	scene_turns();
}

/* --- what stations do ----------------------------------------------------------- */

struct ts_key scene_station(unsigned int n)
{
	struct ts_key key = { .zone = 3, .mac = { 2, 0, 0, n >> 16, n >> 8, n } };

	return key;
}

struct ts_portal_look scene_about(void)
{
	struct ts_portal_look look = { .wallet = *ts_signer_address(scene.wallet[0]),
				       .token = scene.config.billing.tokens[0].address };

	return look;
}

/* Each by a station of its own, so that what is looked for is no limit. */
const struct told *scene_look(const struct ts_portal_look *look)
{
	struct ts_key station = scene_station((unsigned int)scene.replies);
	uint64_t reply = scene.replies++;

	assert_true(reply < SCENE_REPLIES);
	ts_carrier_look(scene.d.carrier, &station, look, reply);
	return &scene.told[reply];
}

const struct told *scene_send(unsigned int station, const struct ts_tx_raw *raw)
{
	struct ts_key key = scene_station(station);
	uint64_t reply = scene.replies++;
	void *exact = malloc(raw->len);

	assert_true(reply < SCENE_REPLIES);
	assert_non_null(exact);
	memcpy(exact, raw->b, raw->len);
	ts_carrier_send(scene.d.carrier, &key, exact, raw->len, reply);
	free(exact);
	return &scene.told[reply];
}

static void sign(struct ts_tx_raw *raw, const struct ts_signer *wallet, uint64_t nonce,
		 const struct ts_address *to, const struct ts_calldata *call)
{
	struct ts_tx tx = {
		.nonce = nonce, .gas = 500000, .to = *to,
		.gas_price_wei = ts_u256_from_u64(18000000000),
		.data = { call->b, call->len }, .chain_id = scene.config.billing.chain_id,
	};

	assert_int_equal(ts_tx_sign(&tx, wallet, raw), 0);
}

void scene_deposit(struct ts_tx_raw *raw, const struct ts_signer *wallet, uint64_t nonce)
{
	const struct ts_billing_config *b = &scene.config.billing;
	struct ts_u256 amount = ts_u256_from_u64(5000);
	struct ts_calldata call;

	ts_network_deposit(&call, &b->tokens[0].address, ts_signer_address(wallet),
			   &scene.d.address, &amount, 43200);
	sign(raw, wallet, nonce, &b->tokens_network, &call);
}

void scene_approve(struct ts_tx_raw *raw, const struct ts_signer *wallet, uint64_t nonce)
{
	const struct ts_billing_config *b = &scene.config.billing;
	struct ts_u256 amount = ts_u256_from_u64(5000);
	struct ts_calldata call;

	ts_erc20_approve(&call, &b->tokens_network, &amount);
	sign(raw, wallet, nonce, &b->tokens[0].address, &call);
}

/* The node takes it, and says so. */
void scene_takes(const struct ts_tx_raw *raw)
{
	static char result[TS_HASH_TEXT_SIZE + 2];
	char text[TS_HASH_TEXT_SIZE];

	snprintf(result, sizeof(result), "\"%s\"", ts_hash_print(&raw->hash, text));
	scene.node.result[NODE_SEND] = result;
}
