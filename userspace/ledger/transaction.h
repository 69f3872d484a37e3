/* SPDX-License-Identifier: GPL-2.0 */
/*
 * transaction.h - rows of what is told to the chain, how far it was followed, and
 * what of it is not believed yet.
 *
 * A transaction is one intent with one nonce; each of its submissions is the
 * same nonce at another price, so at most one of them can ever be mined.  The
 * tables refuse a second live transaction for an intent, and a second one with
 * a nonce.  Its bytes are committed before they are sent.
 */
#ifndef TS_LEDGER_TRANSACTION_H
#define TS_LEDGER_TRANSACTION_H

#include "ledger/ledger.h"

#define TS_TRANSACTION_LABEL_SIZE	24
/* As TS_TX_DATA_MAX_BYTES and TS_TX_MAX_BYTES of chain/tx.h. */
#define TS_TRANSACTION_DATA_MAX		2048
#define TS_SUBMISSION_RAW_MAX		(TS_TRANSACTION_DATA_MAX + 256)
#define TS_SUBMISSIONS_MAX		8

/**
 * enum ts_transaction_state - how far it is
 * @TS_TRANSACTION_PLANNED: nothing was signed
 * @TS_TRANSACTION_SENT: signed, perhaps sent, perhaps mined
 * @TS_TRANSACTION_MINED: in a block that may be undone
 * @TS_TRANSACTION_DONE: in a confirmed block
 * @TS_TRANSACTION_FAILED: likewise, and the contract refused it
 * @TS_TRANSACTION_CANCELLED: it was of no use any more, and took no effect
 * @TS_TRANSACTION_OVERTAKEN: something else of our address has its nonce
 */
enum ts_transaction_state {
	TS_TRANSACTION_PLANNED,
	TS_TRANSACTION_SENT,
	TS_TRANSACTION_MINED,
	TS_TRANSACTION_DONE,
	TS_TRANSACTION_FAILED,
	TS_TRANSACTION_CANCELLED,
	TS_TRANSACTION_OVERTAKEN,
	TS_TRANSACTION_STATE_COUNT,
};

/**
 * struct ts_ledger_transaction - one intent
 * @id: row number, in the order in which they came
 * @intent: names what is to be done; one live transaction for each
 * @label: for people: "close", "update", ...
 * @channel: row number of the channel's life; 0: none
 * @after: row number of one that has to be done before; 0: none
 * @sender: our address; nonces are of an address
 * @to: the contract
 * @value_wei: of the chain's own coin that goes along
 * @until_block: the last block in which it is of use; INT64_MAX: any
 * @vital: keeps what we have; may use the gas reserve
 * @state: how far
 * @nonce: from TS_TRANSACTION_SENT on
 * @gas: likewise, the most that it may use
 * @mined_block: from TS_TRANSACTION_MINED on
 * @mined_hash: of that block
 * @data_len: how many bytes
 * @data: the call
 */
struct ts_ledger_transaction {
	int64_t id;
	struct ts_hash intent;
	char label[TS_TRANSACTION_LABEL_SIZE];
	int64_t channel;
	int64_t after;
	struct ts_address sender;
	struct ts_address to;
	ts_u128 value_wei;
	uint64_t until_block;
	bool vital;
	enum ts_transaction_state state;
	uint64_t nonce;
	uint64_t gas;
	uint64_t mined_block;
	struct ts_hash mined_hash;
	size_t data_len;
	uint8_t data[TS_TRANSACTION_DATA_MAX];
};

/**
 * struct ts_ledger_submission - the bytes of a transaction at one price
 * @transaction: row number
 * @seq: 1, 2, ...: each dearer than the one before
 * @cancel: takes the nonce and does nothing
 * @gas_price_wei: the price
 * @hash: its name on the chain
 * @len: how many bytes
 * @raw: as they are sent
 */
struct ts_ledger_submission {
	int64_t transaction;
	uint32_t seq;
	bool cancel;
	ts_u128 gas_price_wei;
	struct ts_hash hash;
	size_t len;
	uint8_t raw[TS_SUBMISSION_RAW_MAX];
};

const char *ts_transaction_state_name(enum ts_transaction_state state);

int ts_ledger_transaction_insert(struct ts_ledger *l,
				 struct ts_ledger_transaction *t);
int ts_ledger_transaction_update(struct ts_ledger *l,
				 const struct ts_ledger_transaction *t);
int ts_ledger_transaction_load(struct ts_ledger *l,
			       const struct ts_address *sender, bool live,
			       int (*cb)(const struct ts_ledger_transaction *t,
					 void *arg), void *arg);
int ts_ledger_transaction_next_nonce(struct ts_ledger *l,
				     const struct ts_address *sender,
				     uint64_t *nonce);
int ts_ledger_submission_insert(struct ts_ledger *l,
				const struct ts_ledger_submission *s);
int ts_ledger_submission_load(struct ts_ledger *l, int64_t transaction,
			      int (*cb)(const struct ts_ledger_submission *s,
					void *arg), void *arg);

/*
 * Deposits of partners that one node shows and another has still to: the row of the
 * channel's life, and its partner's deposit in all.
 */
int ts_ledger_doubt_put(struct ts_ledger *l, int64_t channel, ts_u128 deposit_wei);
int ts_ledger_doubt_delete(struct ts_ledger *l, int64_t channel);
int ts_ledger_doubt_load(struct ts_ledger *l,
			 int (*cb)(int64_t channel, ts_u128 deposit_wei, void *arg),
			 void *arg);

int ts_ledger_cursor_get(struct ts_ledger *l, uint64_t *block,
			 struct ts_hash *hash);
int ts_ledger_cursor_put(struct ts_ledger *l, uint64_t block,
			 const struct ts_hash *hash);

#endif /* TS_LEDGER_TRANSACTION_H */
