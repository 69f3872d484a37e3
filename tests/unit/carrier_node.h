/* SPDX-License-Identifier: GPL-2.0 */
/*
 * carrier_node.h - a node of the chain, on the loopback device and in the test's own
 * loop: it answers what the test wants, and badly where the test wants that.
 */
#ifndef TS_TESTS_CARRIER_NODE_H
#define TS_TESTS_CARRIER_NODE_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

/* What a carrier asks. */
enum node_question {
	NODE_HEAD,
	NODE_PRICE,
	NODE_COUNT,
	NODE_PENDING,
	NODE_COIN,
	NODE_TOKEN,
	NODE_ALLOWANCE,
	NODE_CHANNEL,
	NODE_RECEIPT,
	NODE_SEND,
	NODE_QUESTIONS,
};

/* How an answer is bad. */
enum node_fault {
	NODE_WELL,
	NODE_GARBAGE,		/* a page of some proxy */
	NODE_EMPTY,
	NODE_NULL,		/* a result of no value */
	NODE_OTHER_TYPE,	/* a list in its place */
	NODE_OTHER_ID,
	NODE_LARGE,		/* true, and longer than anybody reads */
	NODE_CUT,		/* closed in the middle of the true answer */
	NODE_GONE,		/* closed without one */
	NODE_STATUS,		/* true, and HTTP says it failed */
	NODE_ERROR,		/* an error object */
	NODE_SILENT,		/* none, and the connection stays */
	NODE_TWICE,		/* true, and the same again at once */
	NODE_FAULTS,
};

struct node_peer;

/**
 * struct node - the node
 * @loop: the test's
 * @accepting: who comes
 * @port: where
 * @peers: who came
 * @result: by question, JSON
 * @words: of NODE_ERROR
 * @fault: how it answers badly
 * @faulty: what; NODE_QUESTIONS: everything
 * @asked: by question, how often
 * @params: by question, JSON of the last time; owned
 * @silent: answers that it owes
 */
struct node {
	struct ev_loop *loop;
	ev_io accepting;
	uint16_t port;
	struct node_peer *peers;
	const char *result[NODE_QUESTIONS];
	const char *words;
	enum node_fault fault;
	enum node_question faulty;
	unsigned int asked[NODE_QUESTIONS];
	char *params[NODE_QUESTIONS];
	unsigned int silent;
};

void node_open(struct node *n, struct ev_loop *loop);
void node_close(struct node *n);
unsigned int node_asked(const struct node *n);
void node_speak(struct node *n);

#endif /* TS_TESTS_CARRIER_NODE_H */
