/* SPDX-License-Identifier: GPL-2.0 */
/* chain_private.h - what the files of chain*.c share. */
#ifndef TS_TSD_CHAIN_PRIVATE_H
#define TS_TSD_CHAIN_PRIVATE_H

#include "billing/onchain.h"
#include "chain/follow.h"
#include "settle/mirrored.h"
#include "settle/transactions.h"
#include "tsd/chain.h"
#include "tsd/rpc_watch.h"

#define TS_CHAIN_ENDED_MAX	16
/* Other boxes that may wait for one commit. */
#define TS_CHAIN_MIRRORING_MAX	64

/**
 * enum ts_chain_phase - what it is about
 * @TS_CHAIN_ASKING: what the contract is, by @fact
 * @TS_CHAIN_OFF: it is not what the configuration says, or cannot go on
 * @TS_CHAIN_FOLLOWING: all is well
 */
enum ts_chain_phase {
	TS_CHAIN_ASKING,
	TS_CHAIN_OFF,
	TS_CHAIN_FOLLOWING,
};

/**
 * struct ts_chain - the chain
 * @loop: the daemon's
 * @config: chain of tsd.conf
 * @us: our address
 * @chain_id: of tsd.conf
 * @tokens: likewise
 * @n_tokens: how many
 * @open_timeout_blocks: of channels that we open
 * @ledger: of the daemon
 * @billing: of the daemon
 * @key: ours
 * @watch: the node
 * @second: another node; NULL: there is none
 * @doubt: the last deposit that it was asked about
 * @doubting: it is asked
 * @phase: see enum ts_chain_phase
 * @fact: which one is asked
 * @asking: a fact's question waits
 * @why: last trouble, one line; empty: none
 * @contracts: whose events
 * @follower: NULL until the facts are known
 * @want: what it waits for
 * @following: it waits
 * @transactions: likewise NULL
 * @ask: what they wait for
 * @sending: they wait
 * @mirrored: what others gave us to show; NULL: we are nobody's mirror
 * @mirrored_ask: what it waits for
 * @asking_mirrored: it waits
 * @mirroring: who waits for the commit of what it gave us
 * @n_mirroring: how many
 * @cursor: confirmed, perhaps not written yet
 * @cursor_written: block of it as in the ledger
 * @cursor_due: it has to be in this batch: what was confirmed is
 * @look: intents are to be looked at
 * @heard_ns: CLOCK_BOOTTIME, when the head was last heard of
 * @at_head_ns: likewise, when all up to it was last taken; 0: never yet
 * @ended: last transactions that ended, oldest first
 * @n_ended: how many
 * @poor: our coin is below the reserve, and that was said
 * @token_known: of which token @token_wei was asked
 * @tokens_asked: how many, in this poll
 * @asking_token: one of them is asked
 * @token_wei: of each token, at our address; shown, never counted with
 * @poll: of the head
 */
struct ts_chain {
	struct ev_loop *loop;
	struct ts_config_chain config;
	struct ts_address us;
	struct ts_u256 chain_id;
	struct ts_billing_token tokens[TS_TOKENS_MAX];
	unsigned int n_tokens;
	uint64_t open_timeout_blocks;
	struct ts_ledger *ledger;
	struct ts_billing *billing;
	const struct ts_signer *key;
	struct ts_rpc_watch *watch;
	struct ts_rpc_watch *second;
	struct ts_billing_doubt doubt;
	bool doubting;
	enum ts_chain_phase phase;
	unsigned int fact;
	bool asking;
	char why[TS_RPC_WHY_SIZE];
	struct ts_contracts contracts;
	struct ts_follower *follower;
	struct ts_follow_want want;
	bool following;
	struct ts_transactions *transactions;
	struct ts_ask ask;
	bool sending;
	struct ts_mirrored *mirrored;
	struct ts_mirrored_ask mirrored_ask;
	bool asking_mirrored;
	struct ts_chain_mirrorer mirroring[TS_CHAIN_MIRRORING_MAX];
	unsigned int n_mirroring;
	struct ts_follow_cursor cursor;
	uint64_t cursor_written;
	bool cursor_due;
	bool look;
	uint64_t heard_ns;
	uint64_t at_head_ns;
	struct ts_ledger_transaction *ended[TS_CHAIN_ENDED_MAX];
	unsigned int n_ended;
	bool poor;
	bool token_known[TS_TOKENS_MAX];
	unsigned int tokens_asked;
	bool asking_token;
	struct ts_u256 token_wei[TS_TOKENS_MAX];
	ev_timer poll;
};

/* chain.c */
void ts_chain_trouble(struct ts_chain *c, const char *why);
void ts_chain_off(struct ts_chain *c, const char *why);
void ts_chain_pump(struct ts_chain *c);

/* chain_status.c */
int ts_chain_fail(char *err, size_t err_size, int ret, const char *why);
bool ts_chain_deposit_pending(void *arg, const struct ts_channel *channel);
int ts_chain_follows(const struct ts_chain *c, char *err, size_t err_size);

/* chain_facts.c */
bool ts_chain_ask_fact(struct ts_chain *c);

/* chain_second.c */
int ts_chain_second_start(struct ts_chain *c);
void ts_chain_second_poll(struct ts_chain *c);
bool ts_chain_second_doubts(const struct ts_chain *c,
			    const struct ts_billing_shown *shown);

/* chain_follow.c */
int ts_chain_follow_start(struct ts_chain *c);
bool ts_chain_ask_follower(struct ts_chain *c);
void ts_chain_moment(const struct ts_chain *c, struct ts_moment *moment);

/* chain_send.c */
int ts_chain_send_start(struct ts_chain *c);
bool ts_chain_ask_transactions(struct ts_chain *c);
void ts_chain_look(struct ts_chain *c);
void ts_chain_add_wish(struct ts_chain *c, const struct ts_wish *wish);

/* chain_mirrored.c */
int ts_chain_mirrored_start(struct ts_chain *c, const struct ts_config *config);
void ts_chain_mirrored_flushed(struct ts_chain *c);
void ts_chain_mirrored_event(struct ts_chain *c, const struct ts_chain_event *event);
void ts_chain_mirrored_poll(struct ts_chain *c, uint64_t head_block);
bool ts_chain_ask_mirrored(struct ts_chain *c);
void ts_chain_mirrored_look(struct ts_chain *c);

#endif /* TS_TSD_CHAIN_PRIVATE_H */
