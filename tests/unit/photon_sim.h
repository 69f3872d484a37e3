/* SPDX-License-Identifier: GPL-2.0 */
/*
 * photon_sim.h - three nodes in a row, their two channels, a network that loses,
 * repeats and reorders, a chain, and an oracle that counts the money.
 */
#ifndef TS_TEST_PHOTON_SIM_H
#define TS_TEST_PHOTON_SIM_H

#include "photon/life.h"
#include "photon/onchain.h"

#define SIM_DEPOSIT_WEI		1000
#define SIM_TIMEOUT_BLOCKS	100
#define SIM_PIPE_MAX		48
#define SIM_SECRETS		32
#define SIM_EVENTS_MAX		64

enum sim_node_id { SIM_PAYER, SIM_HOP, SIM_TARGET, SIM_NODES };

/**
 * struct sim_life - a channel as one of its ends sees it
 * @life: the committed state
 * @credited_wei: what the steps of this life said was paid to us
 * @passed_wei: what came by an Unlock and is nobody's credit: a hop's
 * @events: of the chain, not yet taken
 */
struct sim_life {
	struct ts_life life;
	ts_u128 credited_wei;
	ts_u128 passed_wei;
	struct ts_channel_event events[SIM_EVENTS_MAX];
	size_t event_count;
};

/**
 * struct sim_node - a node
 * @key: its key
 * @lives: its ends: of channel 0 and 1; not used by those at the borders
 * @wallet_wei: what it has outside of channels
 * @stale_until: the chain is not heard before this block
 * @crash: the next commit does not happen
 * @credited_wei: all that was ever credited
 * @paid_wei: all DirectTransfers that it ever signed
 */
struct sim_node {
	struct ts_signer *key;
	struct sim_life lives[2];
	ts_u128 wallet_wei;
	uint64_t stale_until;
	bool crash;
	ts_u128 credited_wei;
	ts_u128 paid_wei;
};

/** struct sim_channel - what the contract holds; [0] is the side nearer the payer */
struct sim_channel {
	enum ts_channel_state state;
	uint64_t open_block;
	uint64_t closed_block;
	ts_u128 deposit_wei[2];
	ts_u128 transferred_wei[2];
	struct ts_hash locksroot[2];
	uint64_t nonce[2];
};

struct sim_packet {
	struct ts_address to;
	struct ts_datagram datagram;
};

/**
 * struct sim - all of it
 * @nodes: in a row
 * @channels: between each two of them
 * @pipe: what is under way, in no order
 * @pipe_count: how many in it
 * @now_ns: time
 * @block: head of the chain
 * @withhold: the payer answers no SecretRequest
 * @secret_count: how many in @secrets
 * @secrets: of the payer's mediated transfers
 * @registered_block: when the chain got to know each, 0: not
 * @commits: how many were due
 * @crash_at: which of them does not happen, and its node restarts; 0: none
 * @taken: how many messages of each id were taken
 * @done: how many intents of each kind were done
 */
struct sim {
	struct sim_node nodes[SIM_NODES];
	struct sim_channel channels[2];
	struct sim_packet pipe[SIM_PIPE_MAX];
	size_t pipe_count;
	uint64_t now_ns;
	uint64_t block;
	bool withhold;
	size_t secret_count;
	struct ts_hash secrets[SIM_SECRETS];
	uint64_t registered_block[SIM_SECRETS];
	unsigned int commits;
	unsigned int crash_at;
	unsigned int taken[TS_MSG_ANNOUNCE_DISPOSED_RESPONSE + 1];
	unsigned int done[TS_INTENT_SETTLE + 1];
};

void sim_open(struct sim *s);
void sim_close(struct sim *s);
void sim_op(struct sim *s, uint8_t op, uint8_t arg);
void sim_settle_down(struct sim *s);
struct sim_node *sim_node_of(struct sim *s, int channel, int side);
struct sim_life *sim_life_of(struct sim *s, int channel, int side);
struct ts_hash *sim_secret_of(struct sim *s, const struct ts_hash *hash);
void sim_do_intent(struct sim *s, int channel, int side,
		   const struct ts_intent *intent);
bool sim_same_proof(const struct ts_channel_proof *a,
		    const struct ts_channel_proof *b);
bool sim_is_quiet(struct sim *s, int channel);
void sim_check(struct sim *s, const struct sim_life *l, int channel);
void sim_count(struct sim *s);
void sim_require(bool holds, const char *what, const char *file, int line);

#define require(holds) sim_require(holds, #holds, __FILE__, __LINE__)

#endif /* TS_TEST_PHOTON_SIM_H */
