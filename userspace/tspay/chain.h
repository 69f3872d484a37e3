/* SPDX-License-Identifier: GPL-2.0 */
/*
 * chain.h - a wallet and the chain: a node is asked, what it shows goes to the
 * purse, and what the purse wants of the chain is sent.
 *
 * No event loop: chain_round() asks all that can be asked now, and returns.
 * Transactions are noted in a ledger of the wallet's own beside the purses, for
 * nonces are an address's; how far the chain was followed is in each purse.  What
 * a purse wants is asked of what is on disk, noted, committed and only then sent
 * (M10); after a crash the next run goes on.
 */
#ifndef TSPAY_CHAIN_H
#define TSPAY_CHAIN_H

#include "chain/network.h"
#include "chain/rpc.h"
#include "settle/transactions.h"
#include "tspay/chain_config.h"
#include "tspay/purse.h"
#include "tspay/steps.h"

#define CHAIN_ERR_SIZE	640

/**
 * struct chain - a node, and what is under way
 * @config: the user's
 * @signer: of the wallet
 * @steps: what is told
 * @rpc: the node
 * @ledger: of transactions
 * @transactions: under way
 * @contracts: whose events
 * @chain_id: as the contract and the node say
 * @purse: of the channel that is followed; NULL: none is
 * @follower: with @purse
 * @want: what was asked for it last
 * @ask: likewise for @transactions
 * @head_block: newest that was heard of
 * @taken_block: up to where confirmed events are in the purse
 * @ended: the intent of the last transaction that ended
 * @ended_state: how
 * @fatal: nothing more may be done: what is known is not on the disk
 * @trouble: the last question was not answered
 * @err: why
 */
struct chain {
	const struct chain_config *config;
	const struct ts_signer *signer;
	struct steps *steps;
	struct ts_rpc *rpc;
	struct ts_ledger *ledger;
	struct ts_transactions *transactions;
	struct ts_contracts contracts;
	struct ts_u256 chain_id;
	struct purse *purse;
	struct ts_follower *follower;
	struct ts_follow_want want;
	struct ts_ask ask;
	uint64_t head_block;
	uint64_t taken_block;
	struct ts_hash ended;
	enum ts_transaction_state ended_state;
	bool fatal;
	bool trouble;
	char err[CHAIN_ERR_SIZE];
};

/**
 * chain_open() - ask the node and the contract what they are, and go on with what
 * is under way
 * @tokens_network: the contract
 * @state_dir: where the ledger is
 *
 * Return: 0, or a negative errno with one line in @c->err; chain_close() in
 * either case.
 */
int chain_open(struct chain *c, const struct chain_config *config,
	       const struct ts_signer *signer, const struct ts_address *tokens_network,
	       const char *state_dir, struct steps *steps);
void chain_close(struct chain *c);

/* Where the transactions of a wallet are; freed by the caller, NULL: no memory. */
char *chain_ledger_path(const char *state_dir, const struct ts_address *wallet);

/**
 * chain_follow() - have the channel of @purse followed from its cursor on
 * Return: 0, or a negative errno with one line in @c->err.
 */
int chain_follow(struct chain *c, struct purse *purse);

/**
 * chain_round() - ask all that can be asked now
 *
 * A node that does not answer is said once, and asked again in the next round.
 *
 * Return: 0, or a negative errno with one line in @c->err: nothing more may be done.
 */
int chain_round(struct chain *c);

/* What is known of the chain's time. */
void chain_moment(const struct chain *c, struct ts_moment *moment);
/* Whether all that was signed is confirmed. */
bool chain_idle(const struct chain *c);

/**
 * chain_channel() - a channel as the contract has it now
 * @channel: our_address, partner_address, token and tokens_network are given; the
 *	rest is set, open_block_number 0: there is none
 *
 * Return: 0, or a negative errno with one line in @c->err.
 */
int chain_channel(struct chain *c, struct ts_channel *channel);

/** chain_token() - what the wallet has of it outside of channels; Return: as above */
int chain_token(struct chain *c, const struct ts_address *token, ts_u128 *wei,
		unsigned int *decimals);

/** chain_head() - ask for the newest block's number; Return: as above */
int chain_head(struct chain *c);

/**
 * chain_deposit() - note an approval and a deposit
 * @channel: as chain_channel() says; not there: it is to be opened
 * @intent: set to what chain_is_live() is asked with
 *
 * chain_head() says from where on the blocks are counted in which it may be mined.  After
 * the last of these what was not signed ends, and what was signed gives its nonce to a
 * transaction with nothing in it; until the chain has one of both, confirmed, it is live.
 *
 * Return: 0, -EEXIST: one is under way, -EALREADY: an earlier run has made that very
 * deposit, and was killed before it could tell, or another negative errno with @c->err.
 */
int chain_deposit(struct chain *c, const struct ts_channel *channel, ts_u128 wei,
		  struct ts_hash *intent);
/** chain_deposit_told() - the user knows of it; Return: 0 or negative errno with @c->err */
int chain_deposit_told(struct chain *c, const struct ts_hash *intent);
bool chain_is_live(const struct chain *c, const struct ts_hash *intent);

/* Shared by the files of chain*.c. */
int chain_fatal(struct chain *c, int err, const char *why);
int chain_ask(struct chain *c, enum ts_rpc_method method, json_t *params,
	      ts_rpc_done *done, void *ctx);
void chain_ask_follower(struct chain *c);
int chain_look(struct chain *c);
int chain_want_no_more(struct chain *c);
int chain_send(struct chain *c);
int chain_send_open(struct chain *c, const char *state_dir);

#endif /* TSPAY_CHAIN_H */
