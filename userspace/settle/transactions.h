/* SPDX-License-Identifier: GPL-2.0 */
/*
 * transactions.h - bringing what is wanted to the chain, once each.
 *
 * A state machine without I/O and without a clock.  Wishes come in; what to ask
 * the node next comes out, and the answers come back:
 *
 *	ts_transactions_add(t, &wish)
 *	ts_transactions_poll(t, head, taken)	every few seconds, or at a new head
 *	while (ts_transactions_next(t, &ask))
 *		ask the node; ts_transactions_quantity(), _sent(), _receipt() or
 *		_refused()
 *
 * One question at a time; an answer to any but the last is ignored.
 *
 * What is to be remembered is written by ts_transactions_write() into the open
 * batch of the ledger.  Nothing is sent before ts_transactions_committed(): so
 * after a crash the rows say all that can have been sent (rule M10), and
 * ts_transactions_new() goes on from them.
 *
 * Once each: a wish is one row with one nonce.  What is sent again at a higher
 * price has the same nonce, so the chain takes one of them.  A wish is tried
 * anew, with another nonce, only when the chain shows, as deep as confirmed is,
 * that its nonce was used by none of ours.
 *
 * Before a transaction is signed the node is asked whether it would work
 * (eth_estimateGas): what the contract would refuse now waits, and costs nothing.
 */
#ifndef TS_SETTLE_TRANSACTIONS_H
#define TS_SETTLE_TRANSACTIONS_H

#include "chain/rpc_answer.h"
#include "chain/tx.h"
#include "ledger/transaction.h"

/* Of wishes that are not on the chain yet. */
#define TS_TRANSACTIONS_MAX	64
/* Of these, of wishes that are not vital: the others always find a place. */
#define TS_TRANSACTIONS_OTHER_MAX	32
#define TS_TRANSACTION_WHY_SIZE	200
/* No last block. */
#define TS_ANY_BLOCK		((uint64_t)INT64_MAX)

/**
 * struct ts_wish - what is to be done on the chain
 * @intent: names it
 * @label: for people
 * @channel: row number of the channel's life; 0: none
 * @after: row number of a transaction that has to be done before; 0: none
 * @to: the contract
 * @value_wei: of the chain's own coin that goes along
 * @until_block: the last block in which it is of use; TS_ANY_BLOCK: any
 * @vital: it keeps what we have: the gas reserve is for it
 * @call: what is called
 */
struct ts_wish {
	struct ts_hash intent;
	const char *label;
	int64_t channel;
	int64_t after;
	struct ts_address to;
	ts_u128 value_wei;
	uint64_t until_block;
	bool vital;
	struct ts_calldata call;
};

/**
 * struct ts_transactions_config - how to send
 * @chain_id: of the chain, never 0
 * @confirmations: how many blocks deep is confirmed
 * @bump_blocks: after so many without being mined the price is raised
 * @gas_price_min_wei: what the node proposes is raised to this
 * @gas_price_max_wei: and never paid more than this
 * @gas_reserve_wei: of the chain's own coin, kept for what is vital
 */
struct ts_transactions_config {
	struct ts_u256 chain_id;
	unsigned int confirmations;
	unsigned int bump_blocks;
	ts_u128 gas_price_min_wei;
	ts_u128 gas_price_max_wei;
	ts_u128 gas_reserve_wei;
};

/**
 * enum ts_ask_kind - what the node is asked
 * @TS_ASK_COUNT: eth_getTransactionCount of us, at the newest block
 * @TS_ASK_COUNT_DEEP: likewise, at @block
 * @TS_ASK_PRICE: eth_gasPrice
 * @TS_ASK_BALANCE: eth_getBalance of us
 * @TS_ASK_RECEIPT: eth_getTransactionReceipt of @hash
 * @TS_ASK_ESTIMATE: eth_estimateGas of @row
 * @TS_ASK_SEND: eth_sendRawTransaction of @submission
 */
enum ts_ask_kind {
	TS_ASK_COUNT,
	TS_ASK_COUNT_DEEP,
	TS_ASK_PRICE,
	TS_ASK_BALANCE,
	TS_ASK_RECEIPT,
	TS_ASK_ESTIMATE,
	TS_ASK_SEND,
};

/**
 * struct ts_ask - a question
 * @kind: what
 * @serial: belongs to the answer
 * @block: COUNT_DEEP
 * @hash: RECEIPT
 * @row: ESTIMATE; valid until the answer
 * @submission: SEND; likewise
 */
struct ts_ask {
	enum ts_ask_kind kind;
	uint64_t serial;
	uint64_t block;
	struct ts_hash hash;
	const struct ts_ledger_transaction *row;
	const struct ts_ledger_submission *submission;
};

/**
 * struct ts_transaction_view - a transaction, for people
 * @row: it
 * @submissions: how many prices were tried
 * @last: the dearest of them; NULL: nothing was signed
 * @why: what it waits for; empty: for nothing
 */
struct ts_transaction_view {
	const struct ts_ledger_transaction *row;
	unsigned int submissions;
	const struct ts_ledger_submission *last;
	const char *why;
};

/**
 * struct ts_transactions_funds - what there is to pay with
 * @known: the node was asked
 * @balance_wei: of the chain's own coin
 * @gas_price_wei: what the node proposes
 * @count: transactions of ours on the chain
 */
struct ts_transactions_funds {
	bool known;
	ts_u128 balance_wei;
	ts_u128 gas_price_wei;
	uint64_t count;
};

/* A transaction ended, and that is committed. */
typedef void ts_transactions_ended(void *ctx,
				   const struct ts_ledger_transaction *row);

struct ts_transactions;

int ts_transactions_new(struct ts_ledger *l,
			const struct ts_transactions_config *config,
			const struct ts_signer *key,
			ts_transactions_ended *ended, void *ctx,
			struct ts_transactions **out);
void ts_transactions_free(struct ts_transactions *t);
void ts_transactions_configure(struct ts_transactions *t,
			       const struct ts_transactions_config *config);

int ts_transactions_add(struct ts_transactions *t, const struct ts_wish *wish,
			int64_t *id);
void ts_transactions_cancel(struct ts_transactions *t,
			    const struct ts_hash *intent);
void ts_transactions_abandon(struct ts_transactions *t,
			     const struct ts_hash *intent);
bool ts_transactions_has_room(const struct ts_transactions *t, bool vital);
bool ts_transactions_is_live(const struct ts_transactions *t,
			     const struct ts_hash *intent);

void ts_transactions_drop(struct ts_transactions *t,
			  bool (*is_over)(int64_t channel, void *arg), void *arg);

void ts_transactions_poll(struct ts_transactions *t, uint64_t head_block,
			  uint64_t taken_block);
bool ts_transactions_next(struct ts_transactions *t, struct ts_ask *ask);
void ts_transactions_quantity(struct ts_transactions *t, uint64_t serial,
			      const struct ts_u256 *quantity);
void ts_transactions_sent(struct ts_transactions *t, uint64_t serial);
void ts_transactions_receipt(struct ts_transactions *t, uint64_t serial,
			     const struct ts_receipt *receipt);
void ts_transactions_refused(struct ts_transactions *t, uint64_t serial,
			     const char *why);

bool ts_transactions_dirty(const struct ts_transactions *t);
int ts_transactions_write(struct ts_transactions *t);
void ts_transactions_committed(struct ts_transactions *t);

void ts_transactions_each(const struct ts_transactions *t,
			  void (*cb)(const struct ts_transaction_view *view,
				     void *arg), void *arg);
void ts_transactions_funds(const struct ts_transactions *t,
			   struct ts_transactions_funds *funds);

#endif /* TS_SETTLE_TRANSACTIONS_H */
