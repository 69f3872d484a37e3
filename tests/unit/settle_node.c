// SPDX-License-Identifier: GPL-2.0
/* settle_node.c - see settle_node.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "settle_node.h"

uint64_t node_random(struct node *node, uint64_t below)
{
	node->seed = node->seed * 6364136223846793005ull + 1442695040888963407ull;
	return (node->seed >> 33) % below;
}

void node_begin(struct node *node, uint64_t seed)
{
	memset(node, 0, sizeof(*node));
	node->seed = seed;
	node->head = 100;
	node->deepest = 100 - NODE_CONFIRMATIONS;
	node->balance_wei = (ts_u128)1 << 80;
	node->price_wei = 100;
}

/* An item of RLP that is no list: its bytes; @p is moved behind it. */
static const uint8_t *item(const uint8_t **p, size_t *len)
{
	const uint8_t *b = *p;

	if (*b < 0x80) {
		*len = 1;
		*p = b + 1;
		return b;
	}
	if (*b < 0xb8) {
		*len = *b - 0x80u;
		*p = b + 1 + *len;
		return b + 1;
	}
	assert_true(*b == 0xb8 || *b == 0xb9);
	*len = *b == 0xb8 ? b[1] : (size_t)b[1] << 8 | b[2];
	b += *b == 0xb8 ? 2 : 3;
	*p = b + *len;
	return b;
}

static uint64_t number(const uint8_t **p)
{
	uint64_t value = 0;
	const uint8_t *b;
	size_t len, i;

	b = item(p, &len);
	for (i = 0; i < len; i++)
		value = value << 8 | b[i];
	return value;
}

static struct node_tx *find(struct node *node, const struct ts_hash *hash)
{
	unsigned int i;

	for (i = 0; i < node->n; i++)
		if (ts_hash_equal(&node->known[i].hash, hash))
			return &node->known[i];
	return NULL;
}

static uint64_t count_at(const struct node *node, uint64_t block)
{
	uint64_t count = 0;
	unsigned int i;

	for (i = 0; i < node->n; i++)
		count += node->known[i].block && node->known[i].block <= block;
	return count;
}

static struct node_tx *add(struct node *node, uint64_t nonce)
{
	struct node_tx *tx = &node->known[node->n++];

	assert_true(node->n < NODE_KNOWN_MAX);
	memset(tx, 0, sizeof(*tx));
	tx->nonce = nonce;
	return tx;
}

static void take(struct node *node, const struct ts_ledger_submission *s)
{
	const uint8_t *p = s->raw + (s->raw[0] == 0xf8 ? 2 : s->raw[0] == 0xf9 ? 3 : 1);
	struct node_tx *tx = find(node, &s->hash);
	size_t len;

	if (!tx) {
		tx = add(node, number(&p));
		tx->hash = s->hash;
		tx->gas_price_wei = number(&p);
		number(&p);
		memcpy(tx->to.b, item(&p, &len), TS_ADDRESS_BYTES);
	}
	if (!tx->block && tx->nonce >= count_at(node, node->head))
		tx->pooled = true;
}

/* The miner takes any of the prices: the sender must not depend on which. */
static struct node_tx *pick(struct node *node)
{
	uint64_t nonce = count_at(node, node->head);
	struct node_tx *picked = NULL, *tx;
	unsigned int i;

	for (i = 0; i < node->n; i++) {
		tx = &node->known[i];
		if (tx->pooled && tx->nonce == nonce &&
		    tx->gas_price_wei >= node->fee_floor_wei &&
		    (!picked || node_random(node, 2)))
			picked = tx;
	}
	return picked;
}

void node_mine(struct node *node)
{
	uint64_t number = node->head + 1;
	struct node_tx *tx;
	unsigned int i;

	while (node_random(node, 4) && (tx = pick(node))) {
		tx->block = number;
		tx->pooled = false;
		for (i = 0; i < node->n; i++)
			if (node->known[i].nonce == tx->nonce)
				node->known[i].pooled = false;
		/* Counted when the block is the head. */
		node->head = number;
	}
	node->head = number;
	if (node->head - NODE_CONFIRMATIONS > node->deepest)
		node->deepest = node->head - NODE_CONFIRMATIONS;
}

void node_reorganise(struct node *node)
{
	uint64_t depth = node->head - node->deepest, from;
	unsigned int i;

	if (!depth)
		return;
	from = node->head - node_random(node, depth);
	node->salt++;
	for (i = 0; i < node->n; i++) {
		if (!node->known[i].block || node->known[i].block < from)
			continue;
		node->known[i].block = 0;
		node->known[i].pooled = node_random(node, 2);
	}
}

void node_forget(struct node *node)
{
	unsigned int i;

	for (i = 0; i < node->n; i++)
		node->known[i].pooled = false;
}

void node_foreign(struct node *node, uint64_t nonce)
{
	struct node_tx *tx = add(node, nonce);

	memset(tx->hash.b, 0xee, sizeof(tx->hash.b));
	memcpy(tx->hash.b, &nonce, sizeof(nonce));
	tx->gas_price_wei = UINT64_MAX;
	tx->pooled = true;
}

static void receipt(struct node *node, struct ts_transactions *t,
		    const struct ts_ask *ask)
{
	struct node_tx *tx = find(node, &ask->hash);
	struct ts_receipt r = { };

	if (!tx || !tx->block) {
		ts_transactions_receipt(t, ask->serial, NULL);
		return;
	}
	r.tx_hash = ask->hash;
	r.block_number = tx->block;
	memcpy(r.block_hash.b, &tx->block, sizeof(tx->block));
	memcpy(r.block_hash.b + 8, &node->salt, sizeof(node->salt));
	r.succeeded = true;
	ts_transactions_receipt(t, ask->serial, &r);
}

static void quantity(struct ts_transactions *t, const struct ts_ask *ask,
		     ts_u128 value)
{
	struct ts_u256 wide = ts_u256_from_u128(value);

	ts_transactions_quantity(t, ask->serial, &wide);
}

bool node_answer(struct node *node, struct ts_transactions *t,
		 const struct ts_ask *ask)
{
	bool lost = node->fails && !node_random(node, node->fails);

	if (lost && node_random(node, 2)) {
		ts_transactions_refused(t, ask->serial, "no answer");
		return false;
	}
	if (ask->kind == TS_ASK_SEND)
		take(node, ask->submission);
	if (lost) {
		ts_transactions_refused(t, ask->serial, "no answer");
		return false;
	}
	switch (ask->kind) {
	case TS_ASK_COUNT:
		quantity(t, ask, count_at(node, node->head));
		break;
	case TS_ASK_COUNT_DEEP:
		quantity(t, ask, count_at(node, ask->block));
		break;
	case TS_ASK_PRICE:
		quantity(t, ask, node->price_wei);
		break;
	case TS_ASK_BALANCE:
		quantity(t, ask, node->balance_wei);
		break;
	case TS_ASK_RECEIPT:
		receipt(node, t, ask);
		break;
	case TS_ASK_ESTIMATE:
		if (ts_address_equal(&ask->row->to, &node->refuse_to))
			ts_transactions_refused(t, ask->serial, "reverted");
		else
			quantity(t, ask, 50000);
		break;
	case TS_ASK_SEND:
		ts_transactions_sent(t, ask->serial);
		break;
	}
	return true;
}

unsigned int node_calls(const struct node *node, const struct ts_address *to)
{
	unsigned int i, n = 0;

	for (i = 0; i < node->n; i++)
		n += node->known[i].block &&
		     ts_address_equal(&node->known[i].to, to);
	return n;
}
