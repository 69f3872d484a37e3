// SPDX-License-Identifier: GPL-2.0
/* channel_show.c - list and show: what the purses and the ledgers have. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chain/describe.h"
#include "chain/json.h"
#include "chain/token.h"
#include "ledger/transaction.h"
#include "tspay/chain.h"
#include "tspay/channel.h"

/* What is shown of it. */
struct listing {
	const struct options *o;
	struct ts_address node;
	json_t *json;
	unsigned int n;
};

static const char *state_of(const struct ts_life *life)
{
	if (life->channel.state == TS_CHANNEL_NONE)
		return "over";
	if (life->channel.state == TS_CHANNEL_CLOSED)
		return "closed";
	if (life->close_wanted)
		return "closing";
	if (life->cosign.kind == TS_COSIGN_WITHDRAW)
		return "withdrawing";
	if (life->cosign.kind == TS_COSIGN_SETTLE)
		return "settling";
	return "open";
}

/* --- transactions, which are the wallet's ----------------------------------- */

static int add_transaction(const struct ts_ledger_transaction *t, void *arg)
{
	return json_array_append_new(arg, json_pack("{s:I,s:s,s:s,s:I}",
		"id", (json_int_t)t->id, "what", t->label,
		"state", ts_transaction_state_name(t->state),
		"mined_block", (json_int_t)t->mined_block));
}

static json_t *transactions(const char *state_dir, const struct ts_address *wallet)
{
	char *path = chain_ledger_path(state_dir, wallet);
	struct ts_ledger_options options = { .path = path, .flags = TS_LEDGER_READ_ONLY };
	json_t *list = json_array();
	struct ts_ledger *ledger;
	char err[512];

	/* None was ever sent from here. */
	if (path && !access(path, F_OK)) {
		if (ts_ledger_open(&options, &ledger, err, sizeof(err))) {
			fprintf(stderr, "tspay: %s\n", err);
		} else {
			ts_ledger_transaction_load(ledger, wallet, true, add_transaction, list);
			ts_ledger_close(ledger);
		}
	}
	free(path);
	return list;
}

/* --- channels --------------------------------------------------------------- */

static json_t *json_channel(const struct listing *l, const struct purse *p)
{
	const struct ts_channel *c = &p->life.channel;
	json_t *json = ts_channel_describe(c, TS_SIDE_WALLET);

	json_object_set_new(json, "state", json_string(state_of(&p->life)));
	json_object_set_new(json, "balance_wei", ts_json_wei(ts_channel_our_balance_wei(c)));
	json_object_set_new(json, "paid_wei", ts_json_wei(c->our_proof.transferred_wei));
	json_object_set_new(json, "received_wei", ts_json_wei(c->partner_proof.transferred_wei));
	json_object_set_new(json, "acked", json_boolean(ts_outbox_is_drained(&p->life.outbox)));
	json_object_set_new(json, "leaving", json_boolean(p->life.leaving));
	json_object_set_new(json, "closed_block",
			    json_integer((json_int_t)p->life.onchain.closed_block));
	if (l->o->channel_verb == CHANNEL_SHOW)
		json_object_set_new(json, "transactions",
				    transactions(l->o->state_dir, &c->our_address));
	return json;
}

static void print_channel(const struct listing *l, const struct purse *p, const json_t *json)
{
	const struct ts_channel *c = &p->life.channel;
	char node[TS_ADDRESS_TEXT_SIZE], amount[4][TS_TOKEN_TEXT_SIZE];
	unsigned int decimals = l->o->decimals;
	const json_t *t;
	size_t i;

	printf("%s: %s, since block %llu; %s of ours (deposit %s, paid %s, received %s)\n",
	       ts_address_print(&c->partner_address, node), state_of(&p->life),
	       (unsigned long long)c->open_block_number,
	       ts_token_print(ts_channel_our_balance_wei(c), decimals, amount[0]),
	       ts_token_print(c->our_deposit_wei, decimals, amount[1]),
	       ts_token_print(c->our_proof.transferred_wei, decimals, amount[2]),
	       ts_token_print(c->partner_proof.transferred_wei, decimals, amount[3]));
	if (c->state == TS_CHANNEL_CLOSED)
		printf("  can be settled after block %llu\n",
		       (unsigned long long)(p->life.onchain.closed_block +
					    c->settle_timeout_blocks + TS_PUNISH_BLOCKS));
	json_array_foreach(json_object_get(json, "transactions"), i, t)
		printf("  %s: %s\n", json_string_value(json_object_get(t, "what")),
		       json_string_value(json_object_get(t, "state")));
}

static int on_purse(const struct purse *p, void *arg)
{
	struct listing *l = arg;
	json_t *json;

	/* Lives that are over are history, and only told of when asked for. */
	if (p->life.channel.state == TS_CHANNEL_NONE && l->o->channel_verb == CHANNEL_LIST)
		return 0;
	if (l->o->partner && !ts_address_equal(&p->life.channel.partner_address, &l->node))
		return 0;
	l->n++;
	json = json_channel(l, p);
	if (!l->o->json)
		print_channel(l, p, json);
	return json_array_append_new(l->json, json) ? -ENOMEM : 0;
}

int channel_show(const struct options *o)
{
	struct listing l = { .o = o };
	char err[512] = "out of memory";
	char *text;
	int ret;

	if (o->partner && ts_address_parse(&l.node, o->partner)) {
		fprintf(stderr, "tspay: --node is no address: 0x and 40 hex digits (checksummed if of mixed case)\n");
		return 2;
	}
	l.json = json_array();
	ret = purse_each(o->state_dir, on_purse, &l, err, sizeof(err));
	if (ret) {
		fprintf(stderr, "tspay: %s\n", err);
	} else if (o->json) {
		text = json_dumps(l.json, JSON_COMPACT);
		puts(text ? text : "[]");
		free(text);
	} else if (!l.n) {
		puts("no channels");
	}
	json_decref(l.json);
	return ret ? 1 : 0;
}
