/* SPDX-License-Identifier: GPL-2.0 */
/*
 * relay_pair.h - two boxes of a mesh with a channel between them, for tests: each with
 * its books, a kernel that counts and refuses, and a network that loses what it likes.
 */
#ifndef TS_TEST_RELAY_PAIR_H
#define TS_TEST_RELAY_PAIR_H

#include "relay/relay.h"

#define QUEUE_MAX	64
#define MESSAGE_MAX	512
#define FRAME_BYTES	1500
#define SECOND_NS	1000000000ull

/**
 * struct in_flight - a message under way
 * @due_ns: it arrives then
 * @len: how many bytes
 * @b: the bytes
 */
struct in_flight {
	uint64_t due_ns;
	size_t len;
	uint8_t b[MESSAGE_MAX];
};

/**
 * struct kernel - what the module would know of the neighbour
 * @id: of its account; 0: none
 * @epoch: likewise
 * @next_epoch: of the next one
 * @granted: cumulative units
 * @charged: likewise, with @revoked
 * @revoked: likewise
 * @carried: what passed
 * @junk_bytes: downloads that it made up
 * @prices: that it charges
 * @life: of @bought and @delivered
 * @bought: what the neighbour carries for us, as we see it
 * @delivered_bytes: what our clients got
 * @delivered_packets: likewise
 * @dry: they have not paid, so that they get nothing
 * @refused_bytes: of what came for them
 * @refused_packets: likewise
 */
struct kernel {
	uint32_t id;
	uint32_t epoch;
	uint32_t next_epoch;
	uint64_t granted;
	uint64_t charged;
	uint64_t revoked;
	struct ts_carried carried;
	uint64_t junk_bytes;
	struct ts_prices prices;
	uint64_t life;
	struct ts_carried bought;
	uint64_t delivered_bytes;
	uint64_t delivered_packets;
	bool dry;
	uint64_t refused_bytes;
	uint64_t refused_packets;
};

/**
 * struct side - one box
 * @name: for the ledger's file
 * @key: its
 * @ledger: its
 * @relay: its
 * @config: its
 * @kernel: its
 * @mac: its only radio
 * @deposit_wei: its side of the channel
 * @sent_wei: paid to the other, committed
 * @asked_wei: to be paid with its next commit
 * @usable: its channel is
 * @refuse_pay: transfers fail
 * @pay_nothing: it has a program of its own that never pays
 * @sold_per_mille: how it tells its program what it carried; 1000: the truth
 * @bought_per_mille: likewise what was carried for it
 * @true_until: what it counted before the first lie, as it was; in this life of counters
 * @inbox: what comes
 * @n_inbox: how many
 * @last_sequence: of all its hellos
 * @last_said: its last receipt, read
 * @last_hello: what it said last
 * @last_receipt: likewise
 * @events: bits of what it was told
 * @throttled: it was told so
 * @kills: of its process
 * @carried_wei: the truth: what it has carried for the other, by its prices
 * @aired_wei: with what was lost on the way from the other
 * @spurned_wei: and what of that it took and refused: who sent it cannot know
 * @passed_bytes: likewise
 * @refused_bytes: and what it refused
 */
struct side {
	char name[8];
	struct ts_signer *key;
	struct ts_ledger *ledger;
	struct ts_relay *relay;
	struct ts_relay_config config;
	struct kernel kernel;
	struct ts_mac mac;
	ts_u128 deposit_wei;
	ts_u128 sent_wei;
	ts_u128 asked_wei;
	bool usable;
	bool refuse_pay;
	bool pay_nothing;
	unsigned int sold_per_mille;
	unsigned int bought_per_mille;
	struct truth {
		struct ts_carried carried;
		uint64_t units;
		struct ts_carried bought;
	} true_until;
	struct in_flight inbox[QUEUE_MAX];
	unsigned int n_inbox;
	uint64_t last_sequence;
	struct ts_relay_receipt last_said;
	struct in_flight last_hello;
	struct in_flight last_receipt;
	unsigned int events;
	bool throttled;
	unsigned int kills;
	ts_u128 carried_wei;
	ts_u128 aired_wei;
	ts_u128 spurned_wei;
	uint64_t passed_bytes;
	uint64_t refused_bytes;
};

/**
 * struct mesh - both
 * @dir: of the ledgers
 * @now_ns: the time
 * @side: the two
 * @lose_per_mille: of all messages
 * @repeat_per_mille: likewise
 * @shuffle: they come in any order
 * @late_s: each may be under way for so long
 * @lose_up_per_mille: of frames that the other is to carry on
 * @lose_down_per_mille: of frames that it has carried
 * @kill_per_mille: processes between two of their steps
 * @random: state of the dice
 */
struct mesh {
	char dir[64];
	uint64_t now_ns;
	struct side side[2];
	unsigned int lose_per_mille;
	unsigned int repeat_per_mille;
	bool shuffle;
	unsigned int late_s;
	unsigned int lose_up_per_mille;
	unsigned int lose_down_per_mille;
	unsigned int kill_per_mille;
	uint64_t random;
};

/* relay_pair.c */
struct side *mesh_other(struct mesh *m, const struct side *s);
void mesh_tell_channel(struct mesh *m, struct side *s);
void mesh_begin_to_lie(struct side *s);
void mesh_count(struct mesh *m, struct side *s);
bool mesh_commit(struct mesh *m, struct side *s);
void mesh_step(struct mesh *m);
void mesh_run(struct mesh *m, unsigned int seconds);
enum ts_relay_verdict mesh_give(struct mesh *m, struct side *to,
				const struct in_flight *msg);
bool mesh_was_told(struct side *s, enum ts_relay_event event);
struct ts_relay_view mesh_view(const struct mesh *m, const struct side *s);
uint64_t mesh_dice(struct mesh *m, uint64_t below);
ts_u128 mesh_window_wei(const struct side *s);

/* relay_pair_traffic.c */
uint64_t mesh_up(struct mesh *m, struct side *from, uint64_t bytes);
uint64_t mesh_down(struct mesh *m, struct side *to, uint64_t bytes);
void mesh_junk(struct mesh *m, struct side *to, uint64_t bytes);

/* relay_pair_life.c */
void mesh_open(struct mesh *m);
void mesh_close(struct mesh *m);
void mesh_start(struct mesh *m, struct side *s);
void mesh_kill(struct mesh *m, struct side *s);
void mesh_power_cut(struct mesh *m, struct side *s);

#endif /* TS_TEST_RELAY_PAIR_H */
