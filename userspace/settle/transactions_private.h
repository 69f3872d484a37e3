/* SPDX-License-Identifier: GPL-2.0 */
/* transactions_private.h - what the files of transactions*.c share. */
#ifndef TS_SETTLE_TRANSACTIONS_PRIVATE_H
#define TS_SETTLE_TRANSACTIONS_PRIVATE_H

#include <sys/queue.h>

#include "settle/transactions.h"

/* Rounds in which a nonce is used and none of ours has a receipt, until it is lost. */
#define ABSENT_ROUNDS	3
/* After so many rounds it is sent again: nodes forget. */
#define RESEND_ROUNDS	8

/**
 * struct submission - one price
 * @row: it
 * @written: it is in a batch
 * @committed: it may be sent
 * @accepted: rounds since the node took it; 0: it did not, or we do not know
 */
struct submission {
	struct ts_ledger_submission row;
	bool written;
	bool committed;
	unsigned int accepted;
};

/**
 * struct transaction - one that is live
 * @row: as it will be when the open batch is committed
 * @dirty: @row is to be written
 * @submissions: cheapest first
 * @n: how many
 * @priced_at: head when the last price was made; 0: not by this process
 * @absent: rounds in which the nonce was used and none of ours had a receipt
 * @receipts: asked in this round, dearest first
 * @found: one was there
 * @looked: this round knows all about it
 * @tried: this round has asked to estimate or to send
 * @why: see struct ts_transaction_view
 */
struct transaction {
	TAILQ_ENTRY(transaction) list;
	struct ts_ledger_transaction row;
	bool dirty;
	struct submission *submissions[TS_SUBMISSIONS_MAX];
	unsigned int n;
	uint64_t priced_at;
	unsigned int absent;
	unsigned int receipts;
	bool found;
	bool looked;
	bool tried;
	char why[TS_TRANSACTION_WHY_SIZE];
};

/**
 * struct ts_transactions - all that are live
 * @ledger: where the rows are
 * @live: oldest first; also what has ended and is not committed yet
 * @n_live: how many
 * @next_nonce: the first that no row has
 * @head: of the chain, at the last poll
 * @taken: see ts_transactions_poll()
 * @to_ask: bit by enum ts_ask_kind: what of us this round has still to ask
 * @known: likewise: what it was told
 * @serial: of the last question
 * @outstanding: it waits for its answer
 * @asked: the last question
 * @subject: which transaction it is about
 * @count_deep: see TS_ASK_COUNT_DEEP
 * @funds: by the last answers
 * @funds_head: when they came
 */
struct ts_transactions {
	struct ts_ledger *ledger;
	struct ts_transactions_config config;
	const struct ts_signer *key;
	ts_transactions_ended *ended;
	void *ctx;
	TAILQ_HEAD(, transaction) live;
	unsigned int n_live;
	uint64_t next_nonce;
	uint64_t head;
	uint64_t taken;
	unsigned int to_ask;
	unsigned int known;
	uint64_t serial;
	bool outstanding;
	struct ts_ask asked;
	struct transaction *subject;
	uint64_t count_deep;
	struct ts_transactions_funds funds;
	uint64_t funds_head;
};

bool ts_transaction_ended(const struct transaction *x);
void ts_transaction_end(struct ts_transactions *t, struct transaction *x,
			enum ts_transaction_state state);
void ts_transaction_sign(struct ts_transactions *t, struct transaction *x,
			 uint64_t gas);
void ts_transaction_replace(struct ts_transactions *t, struct transaction *x,
			    bool cancel);
void ts_transaction_why(struct transaction *x, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* TS_SETTLE_TRANSACTIONS_PRIVATE_H */
