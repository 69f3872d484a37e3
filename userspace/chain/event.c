// SPDX-License-Identifier: GPL-2.0
/* event.c - what TokensNetwork and SecretRegistry tell by their logs. */
#include <errno.h>
#include <string.h>

#include "chain/abi.h"
#include "chain/event.h"
#include "photon/form.h"

/* Each has exactly one indexed argument, the first. */
static const char * const signatures[TS_CHAIN_EVENT_COUNT] = {
	[TS_CHAIN_TOKEN_NETWORK_CREATED] = "TokenNetworkCreated(address)",
	[TS_CHAIN_CHANNEL_OPENED_AND_DEPOSIT] =
		"ChannelOpenedAndDeposit(address,address,address,uint64,uint256)",
	[TS_CHAIN_CHANNEL_NEW_DEPOSIT] = "ChannelNewDeposit(bytes32,address,uint256)",
	[TS_CHAIN_CHANNEL_CLOSED] = "ChannelClosed(bytes32,address,bytes32,uint256)",
	[TS_CHAIN_BALANCE_PROOF_UPDATED] =
		"BalanceProofUpdated(bytes32,address,bytes32,uint256)",
	[TS_CHAIN_CHANNEL_UNLOCKED] = "ChannelUnlocked(bytes32,address,bytes32,uint256)",
	[TS_CHAIN_CHANNEL_PUNISHED] = "ChannelPunished(bytes32,address)",
	[TS_CHAIN_CHANNEL_SETTLED] = "ChannelSettled(bytes32,uint256,uint256)",
	[TS_CHAIN_CHANNEL_COOPERATIVE_SETTLED] =
		"ChannelCooperativeSettled(bytes32,uint256,uint256)",
	[TS_CHAIN_CHANNEL_WITHDRAW] =
		"ChannelWithdraw(bytes32,address,uint256,address,uint256)",
	[TS_CHAIN_SECRET_REVEALED] = "SecretRevealed(bytes32)",
};

static const char * const names[TS_CHAIN_EVENT_COUNT] = {
	[TS_CHAIN_TOKEN_NETWORK_CREATED] = "token-network-created",
	[TS_CHAIN_CHANNEL_OPENED_AND_DEPOSIT] = "channel-opened",
	[TS_CHAIN_CHANNEL_NEW_DEPOSIT] = "channel-new-deposit",
	[TS_CHAIN_CHANNEL_CLOSED] = "channel-closed",
	[TS_CHAIN_BALANCE_PROOF_UPDATED] = "balance-proof-updated",
	[TS_CHAIN_CHANNEL_UNLOCKED] = "channel-unlocked",
	[TS_CHAIN_CHANNEL_PUNISHED] = "channel-punished",
	[TS_CHAIN_CHANNEL_SETTLED] = "channel-settled",
	[TS_CHAIN_CHANNEL_COOPERATIVE_SETTLED] = "channel-cooperative-settled",
	[TS_CHAIN_CHANNEL_WITHDRAW] = "channel-withdraw",
	[TS_CHAIN_SECRET_REVEALED] = "secret-revealed",
};

/**
 * ts_chain_event_name() - a word for people and JSON
 * @kind: the event
 *
 * Return: the word.
 */
const char *ts_chain_event_name(enum ts_chain_event_kind kind)
{
	return names[kind];
}

/**
 * ts_chain_event_signature() - the text of an event's signature
 * @kind: the event
 *
 * Return: the text that its topic is the hash of.
 */
const char *ts_chain_event_signature(enum ts_chain_event_kind kind)
{
	return signatures[kind];
}

/**
 * ts_chain_topics() - compute what events begin with
 * @topics: where they go
 */
void ts_chain_topics(struct ts_chain_topics *topics)
{
	int i;

	for (i = 0; i < TS_CHAIN_EVENT_COUNT; i++)
		ts_keccak256(&topics->topic[i], signatures[i], strlen(signatures[i]));
}

static const struct ts_address *contract_of(enum ts_chain_event_kind kind,
					    const struct ts_contracts *contracts)
{
	return kind == TS_CHAIN_SECRET_REVEALED ? &contracts->secret_registry :
						  &contracts->tokens_network;
}

/**
 * ts_chain_topics_in() - does a block look as if it had an event of ours?
 * @topics: the events
 * @contracts: whose
 * @block: its bloom is asked
 *
 * Return: false: certainly not; true: it has, or it looks so by chance.
 */
bool ts_chain_topics_in(const struct ts_chain_topics *topics,
			const struct ts_contracts *contracts,
			const struct ts_block *block)
{
	int i;

	for (i = 0; i < TS_CHAIN_EVENT_COUNT; i++)
		if (ts_bloom_has(block->bloom, topics->topic[i].b, TS_HASH_BYTES) &&
		    ts_bloom_has(block->bloom, contract_of(i, contracts)->b,
				 TS_ADDRESS_BYTES))
			return true;
	return false;
}

static int kind_of(const struct ts_chain_log *log)
{
	struct ts_hash topic;
	int i;

	if (!log->n_topics)
		return -ENOENT;
	for (i = 0; i < TS_CHAIN_EVENT_COUNT; i++) {
		ts_keccak256(&topic, signatures[i], strlen(signatures[i]));
		if (ts_hash_equal(&topic, &log->topics[0]))
			return i;
	}
	return -ENOENT;
}

static unsigned int data_words(enum ts_chain_event_kind kind)
{
	const char *p;
	unsigned int n = 0;

	for (p = signatures[kind]; *p; p++)
		n += *p == ',';
	return n;
}

static void get_opened(struct ts_chain_event *e, struct ts_abi_reader *r)
{
	e->opened.participant = ts_abi_get_address(r);
	e->opened.partner = ts_abi_get_address(r);
	e->opened.settle_timeout_blocks = ts_abi_get_u64(r);
	e->opened.deposit = ts_abi_get_u256(r);
}

static void get_withdraw(struct ts_chain_event *e, struct ts_abi_reader *r)
{
	e->withdraw.participant1 = ts_abi_get_address(r);
	e->withdraw.participant1_balance = ts_abi_get_u256(r);
	e->withdraw.participant2 = ts_abi_get_address(r);
	e->withdraw.participant2_balance = ts_abi_get_u256(r);
}

/* What is not indexed. */
static void get_data(struct ts_chain_event *e, struct ts_abi_reader *r)
{
	switch (e->kind) {
	case TS_CHAIN_CHANNEL_OPENED_AND_DEPOSIT:
		get_opened(e, r);
		break;
	case TS_CHAIN_CHANNEL_NEW_DEPOSIT:
		e->new_deposit.participant = ts_abi_get_address(r);
		e->new_deposit.total_deposit = ts_abi_get_u256(r);
		break;
	case TS_CHAIN_CHANNEL_CLOSED:
		e->closed.closing_participant = ts_abi_get_address(r);
		e->closed.locksroot = ts_abi_get_hash(r);
		e->closed.transferred_amount = ts_abi_get_u256(r);
		break;
	case TS_CHAIN_BALANCE_PROOF_UPDATED:
		e->proof_updated.participant = ts_abi_get_address(r);
		e->proof_updated.locksroot = ts_abi_get_hash(r);
		e->proof_updated.transferred_amount = ts_abi_get_u256(r);
		break;
	case TS_CHAIN_CHANNEL_UNLOCKED:
		e->unlocked.payer = ts_abi_get_address(r);
		e->unlocked.lock_hash = ts_abi_get_hash(r);
		e->unlocked.transferred_amount = ts_abi_get_u256(r);
		break;
	case TS_CHAIN_CHANNEL_PUNISHED:
		e->punished.beneficiary = ts_abi_get_address(r);
		break;
	case TS_CHAIN_CHANNEL_SETTLED:
	case TS_CHAIN_CHANNEL_COOPERATIVE_SETTLED:
		e->settled.participant1_amount = ts_abi_get_u256(r);
		e->settled.participant2_amount = ts_abi_get_u256(r);
		break;
	case TS_CHAIN_CHANNEL_WITHDRAW:
		get_withdraw(e, r);
		break;
	case TS_CHAIN_TOKEN_NETWORK_CREATED:
	case TS_CHAIN_SECRET_REVEALED:
	case TS_CHAIN_EVENT_COUNT:
		break;
	}
}

/* The second topic: a token, a secret, or the channel. */
static int get_indexed(struct ts_chain_event *e, const struct ts_chain_log *log,
		       const struct ts_address *tokens_network)
{
	struct ts_bytes topic = { log->topics[1].b, TS_HASH_BYTES };
	struct ts_address token;
	struct ts_abi_reader r;

	switch (e->kind) {
	case TS_CHAIN_SECRET_REVEALED:
		e->secret = log->topics[1];
		return 0;
	case TS_CHAIN_TOKEN_NETWORK_CREATED:
	case TS_CHAIN_CHANNEL_OPENED_AND_DEPOSIT:
		ts_abi_read(&r, &topic, 1);
		token = ts_abi_get_address(&r);
		if (e->kind == TS_CHAIN_TOKEN_NETWORK_CREATED) {
			e->token_network_created.token = token;
			return ts_abi_read_end(&r);
		}
		e->opened.token = token;
		ts_channel_identifier(&e->opened.participant, &e->opened.partner,
				      &token, tokens_network,
				      &e->channel_identifier);
		return ts_abi_read_end(&r);
	default:
		e->channel_identifier = log->topics[1];
		return 0;
	}
}

/**
 * ts_chain_event_decode() - read a log
 * @event: the event; undefined on failure
 * @log: the log
 * @contracts: whose logs count
 *
 * Return: 0, -ENOENT: it is of another contract or of another event, and
 * nothing to us, -EBADMSG: the contract is not the one that we know, for it
 * tells an event of that name in another form.
 */
int ts_chain_event_decode(struct ts_chain_event *event, const struct ts_chain_log *log,
			  const struct ts_contracts *contracts)
{
	struct ts_bytes data = { log->data, log->data_len };
	struct ts_abi_reader r;
	int kind = kind_of(log);

	if (kind < 0 ||
	    !ts_address_equal(&log->address, contract_of(kind, contracts)))
		return -ENOENT;
	if (log->n_topics != 2 ||
	    log->data_len != data_words(kind) * TS_ABI_WORD_BYTES)
		return -EBADMSG;
	memset(event, 0, sizeof(*event));
	event->kind = (enum ts_chain_event_kind)kind;
	event->block_number = log->block_number;
	event->block_hash = log->block_hash;
	event->tx_hash = log->tx_hash;
	event->log_index = log->log_index;
	ts_abi_read(&r, &data, data_words(kind));
	get_data(event, &r);
	if (ts_abi_read_end(&r))
		return -EBADMSG;
	return get_indexed(event, log, &contracts->tokens_network);
}
