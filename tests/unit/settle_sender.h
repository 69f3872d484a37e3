/* SPDX-License-Identifier: GPL-2.0 */
/* settle_sender.h - one sender of transactions for each test, with its ledger and its node. */
#ifndef TS_TEST_SETTLE_SENDER_H
#define TS_TEST_SETTLE_SENDER_H

#include "ledger_one.h"
#include "settle_node.h"

/* Of those whose end is noted. */
#define WISHES_MAX	32

/**
 * transactions - what it has under way
 * config - as it was opened with
 * node - whom it asks
 * taken_block - up to which events were taken
 * ended - how many ended in each state
 * end_of - the state in which each wish ended, by its number
 */
extern struct ts_transactions *transactions;
extern struct ts_transactions_config config;
extern struct node node;
extern uint64_t taken_block;
extern unsigned int ended[TS_TRANSACTION_STATE_COUNT];
extern enum ts_transaction_state end_of[WISHES_MAX];

int sender_setup(void **state);
int sender_teardown(void **state);
/* A process with what the ledger has. */
void start(void);
/* Nothing of what waited in memory is left. */
void crash(void);

/* Whom the wish with a number calls. */
struct ts_address address_of(unsigned int number);
struct ts_wish wish_of(unsigned int number);
/* Into the open batch; Return: its number in the ledger. */
int64_t add(const struct ts_wish *wish);
void commit(void);
/* A round, and the commit after it. */
void round_once(void);
/* So many rounds, and a block after each. */
void go_on(unsigned int blocks);

#define settle_test(f) cmocka_unit_test_setup_teardown(f, sender_setup, sender_teardown)

#endif /* TS_TEST_SETTLE_SENDER_H */
