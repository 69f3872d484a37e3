/* SPDX-License-Identifier: GPL-2.0 */
/*
 * settle_node.h - a node that mines, forgets, reorganises and loses answers; no
 * block that was ever as deep as the confirmations is undone.
 */
#ifndef TS_TEST_SETTLE_NODE_H
#define TS_TEST_SETTLE_NODE_H

#include "settle/transactions.h"

#define NODE_KNOWN_MAX		4096
#define NODE_CONFIRMATIONS	5

/**
 * struct node_tx - a transaction that the node was ever sent
 * @hash: its name
 * @nonce: its sender's count
 * @gas_price_wei: what it pays
 * @to: whom it calls
 * @pooled: it waits to be mined
 * @block: in which it is; 0: in none
 */
struct node_tx {
	struct ts_hash hash;
	uint64_t nonce;
	uint64_t gas_price_wei;
	struct ts_address to;
	bool pooled;
	uint64_t block;
};

/**
 * struct node - the node
 * @head: its newest block
 * @deepest: no block up to here is undone any more
 * @salt: makes the blocks of a fork others
 * @known: all that it was sent
 * @n: how many
 * @fails: one call in so many has no answer; 0: none
 * @refuse_to: what it says would not work
 * @balance_wei: of the sender
 * @price_wei: what it proposes
 * @fee_floor_wei: it mines nothing that pays less
 */
struct node {
	uint64_t seed;
	uint64_t head;
	uint64_t deepest;
	uint64_t salt;
	struct node_tx known[NODE_KNOWN_MAX];
	unsigned int n;
	unsigned int fails;
	struct ts_address refuse_to;
	ts_u128 balance_wei;
	uint64_t price_wei;
	uint64_t fee_floor_wei;
};

uint64_t node_random(struct node *node, uint64_t below);
void node_begin(struct node *node, uint64_t seed);
/* Another block, with what can be mined in it. */
void node_mine(struct node *node);
/* The last blocks are undone; what was in them waits again, or is forgotten. */
void node_reorganise(struct node *node);
/* What waits is forgotten. */
void node_forget(struct node *node);
/* Somebody else who has the key uses a nonce. */
void node_foreign(struct node *node, uint64_t nonce);
/* Answers; true: it did, else the answer is lost, before or after its effect. */
bool node_answer(struct node *node, struct ts_transactions *t,
		 const struct ts_ask *ask);
/* How many transactions that call @to are on the chain. */
unsigned int node_calls(const struct node *node, const struct ts_address *to);

#endif /* TS_TEST_SETTLE_NODE_H */
