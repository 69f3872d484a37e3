/* SPDX-License-Identifier: GPL-2.0 */
/*
 * event.h - what TokensNetwork and SecretRegistry tell by their logs.
 */
#ifndef TS_CHAIN_EVENT_H
#define TS_CHAIN_EVENT_H

#include "chain/block.h"
#include "photon/u256.h"

/* The events; the names are the contract's. */
enum ts_chain_event_kind {
	TS_CHAIN_TOKEN_NETWORK_CREATED,
	TS_CHAIN_CHANNEL_OPENED_AND_DEPOSIT,
	TS_CHAIN_CHANNEL_NEW_DEPOSIT,
	TS_CHAIN_CHANNEL_CLOSED,
	TS_CHAIN_BALANCE_PROOF_UPDATED,
	TS_CHAIN_CHANNEL_UNLOCKED,
	TS_CHAIN_CHANNEL_PUNISHED,
	TS_CHAIN_CHANNEL_SETTLED,
	TS_CHAIN_CHANNEL_COOPERATIVE_SETTLED,
	TS_CHAIN_CHANNEL_WITHDRAW,
	TS_CHAIN_SECRET_REVEALED,
	TS_CHAIN_EVENT_COUNT,
};

/**
 * struct ts_contracts - whose logs are looked at
 * @tokens_network: keeps the channels
 * @secret_registry: its constant secret_registry()
 */
struct ts_contracts {
	struct ts_address tokens_network;
	struct ts_address secret_registry;
};

/**
 * struct ts_chain_event - an event
 * @kind: which; says which member of the union is set
 * @block_number: of the log
 * @block_hash: of the log
 * @tx_hash: of the log
 * @log_index: of the log; with @block_hash it names the event
 * @channel_identifier: of which channel, computed where the log has none; zero
 *	for those that are of no channel
 * @token_network_created: a token's first channel
 * @opened: a channel is there; its open_block_number is @block_number
 * @new_deposit: a side's deposit, in all
 * @closed: who closed, and the proof that was shown of the other side
 * @proof_updated: a newer proof of @participant's transfers
 * @unlocked: a lock of @payer's was counted
 * @punished: the other side cheated @beneficiary
 * @settled: what each side got; also by a cooperative settle
 * @withdraw: the new deposits; the channel's open_block_number is @block_number
 *	from now on
 * @secret: a lock's secret
 */
struct ts_chain_event {
	enum ts_chain_event_kind kind;
	uint64_t block_number;
	struct ts_hash block_hash;
	struct ts_hash tx_hash;
	uint64_t log_index;
	struct ts_hash channel_identifier;
	union {
		struct {
			struct ts_address token;
		} token_network_created;
		struct {
			struct ts_address token;
			struct ts_address participant;
			struct ts_address partner;
			uint64_t settle_timeout_blocks;
			struct ts_u256 deposit;	/* of participant */
		} opened;
		struct {
			struct ts_address participant;
			struct ts_u256 total_deposit;
		} new_deposit;
		struct {
			struct ts_address closing_participant;
			struct ts_hash locksroot;
			struct ts_u256 transferred_amount;
		} closed;
		struct {
			struct ts_address participant;
			struct ts_hash locksroot;
			struct ts_u256 transferred_amount;
		} proof_updated;
		struct {
			struct ts_address payer;
			struct ts_hash lock_hash;
			struct ts_u256 transferred_amount;
		} unlocked;
		struct {
			struct ts_address beneficiary;
		} punished;
		struct {
			struct ts_u256 participant1_amount;
			struct ts_u256 participant2_amount;
		} settled;
		struct {
			struct ts_address participant1;
			struct ts_u256 participant1_balance;
			struct ts_address participant2;
			struct ts_u256 participant2_balance;
		} withdraw;
		struct ts_hash secret;
	};
};

const char *ts_chain_event_name(enum ts_chain_event_kind kind);
const char *ts_chain_event_signature(enum ts_chain_event_kind kind);
int ts_chain_event_decode(struct ts_chain_event *event, const struct ts_chain_log *log,
			  const struct ts_contracts *contracts);

/**
 * struct ts_chain_topics - what the events begin with, computed once
 * @topic: the hash of each event's signature
 */
struct ts_chain_topics {
	struct ts_hash topic[TS_CHAIN_EVENT_COUNT];
};

void ts_chain_topics(struct ts_chain_topics *topics);
bool ts_chain_topics_in(const struct ts_chain_topics *topics,
			const struct ts_contracts *contracts,
			const struct ts_block *block);

#endif /* TS_CHAIN_EVENT_H */
