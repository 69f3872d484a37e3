/* SPDX-License-Identifier: GPL-2.0 */
/* private.h - the state of relay.h; private to this folder. */
#ifndef TS_RELAY_PRIVATE_H
#define TS_RELAY_PRIVATE_H

#include <sys/queue.h>

#include "relay/relay.h"

/* Of our receipts so many are remembered: those of two intervals, and more. */
#define SAID_MAX	16

/**
 * struct said - what we had counted when we sent a receipt
 * @number: of the receipt; 0: none
 * @sold_bytes: carried for the neighbour
 * @bought_bytes: carried by it
 */
struct said {
	uint64_t number;
	uint64_t sold_bytes;
	uint64_t bought_bytes;
};

/**
 * struct judged - where both counts were, of one direction, to be compared with
 * @known: that is known
 * @theirs: what the neighbour had counted
 * @ours: we had counted no less
 * @apart: the one that would be too much in a lie was above the other by no more
 */
struct judged {
	bool known;
	uint64_t theirs;
	uint64_t ours;
	int64_t apart;
};

/**
 * struct neighbour - who has a channel with us
 * @list: all of them, oldest first
 * @row: what is kept
 * @dirty: it is to be saved before anything leaves
 * @moved: its counters are not as they were saved
 * @booked_sold_wei: of sold_wei, what is in the revenues of days
 * @booked_bought_wei: likewise of bought_wei
 * @exit_wei: of what was sold and is not booked, what was for TS_SERVICE_EXIT
 * @channel: as it was told last
 * @way: to the internet by it
 * @hello: its last one; sequence 0: none in this life of ours
 * @alive_until_ns: its radios are known until then
 * @terms: at which we buy
 * @rest: of what we owe, parts of one wei, [service][direction]
 * @receipt: its last one; number 0: none
 * @hides: what we carry for it, as we and as it counts
 * @overclaims: what it carries for us, as it and as we count
 * @said: our last receipts, in turn
 * @n_said: how many there ever were
 * @sent_ns: when the last was sent
 * @opened: it was the first of an exchange
 * @answers: receipts that answered its, since @answers_ns
 * @answers_ns: begin of this count
 * @drift_per_mille: of the last judgement
 * @counters_began: since its last receipt our own counters of it were lost
 * @padding_ns: when padding is judged next
 * @bought_known: its counters were read
 * @unbelieved_before_bytes: when it was judged last
 * @refused_before_bytes: then, of @refused_bytes
 * @forgiven_wei: of what it owes, what it counts differently, within tolerance
 * @relief_wei: of what we owe, what it does not ask
 * @window_wei: what it may owe
 * @no_window: why nothing
 * @had_window: before it was looked at again
 * @revoked_units: of its account in the kernel
 * @granted_units: likewise, as we granted last
 * @account_asked: it was asked for, or given these keys
 * @asked_wei: paid_wei that a transfer we asked for leads to
 * @paid_ns: when we asked for it
 * @broke: it was told that our side of the channel is empty
 * @receipt_ns: when the next receipt is due
 * @receipt_ready: one is to be sent
 * @remind_hello: its own last hello is to be sent back
 * @remind_receipt: likewise its receipt
 * @reminded_ns: when the last of these was found to be needed
 * @events: to be told, bits of enum ts_relay_event
 */
struct neighbour {
	TAILQ_ENTRY(neighbour) list;
	struct ts_ledger_relay row;
	bool dirty;
	bool moved;
	ts_u128 booked_sold_wei;
	ts_u128 booked_bought_wei;
	ts_u128 exit_wei;
	struct ts_relay_channel channel;
	enum ts_way way;
	struct ts_hello hello;
	uint64_t alive_until_ns;
	struct ts_terms terms;
	uint32_t rest[TS_SERVICE_COUNT][TS_DIR_COUNT];
	struct ts_relay_receipt receipt;
	struct judged hides;
	struct judged overclaims;
	struct said said[SAID_MAX];
	unsigned int n_said;
	uint64_t sent_ns;
	bool opened;
	unsigned int answers;
	uint64_t answers_ns;
	int drift_per_mille;
	bool counters_began;
	uint64_t padding_ns;
	bool bought_known;
	uint64_t unbelieved_before_bytes;
	uint64_t refused_before_bytes;
	ts_u128 forgiven_wei;
	ts_u128 relief_wei;
	ts_u128 window_wei;
	enum ts_no_window no_window;
	bool had_window;
	uint64_t revoked_units;
	uint64_t granted_units;
	bool account_asked;
	ts_u128 asked_wei;
	uint64_t paid_ns;
	bool broke;
	uint64_t receipt_ns;
	bool receipt_ready;
	bool remind_hello;
	bool remind_receipt;
	uint64_t reminded_ns;
	unsigned int events;
};

/**
 * struct ts_relay - all of it
 * @ledger: the caller's
 * @config: the operator's
 * @key: ours, the caller's
 * @day: to which what is saved belongs; see ledger/revenue.h
 * @next_day: from the next save on
 * @own: what is kept of ourselves
 * @own_dirty: it is to be saved before anything leaves
 * @offer: what we ask
 * @began_ns: when we looked for an upstream first; 0: not yet
 * @upstream_ns: when there was one last, or else @began_ns
 * @prices_told: that the kernel was told
 * @prices_known: it was
 * @hello: ours, but for the sequence
 * @hello_ns: when the next one is due
 * @hello_ready: one is to be sent, and what we ask
 * @delivered: as last read
 * @delivered_known: it was
 * @room_bytes: downloads that may be owed for and are not yet
 * @refused_bytes: downloads that came for who had not paid
 * @refused_room_bytes: of these, so many more may be owed for
 * @relent_ns: when a little of what is withheld is owed for next
 * @throttled: we use less of the internet
 * @throttle_told: the caller knows that
 * @neighbours: all of them
 * @n_neighbours: how many
 */
struct ts_relay {
	struct ts_ledger *ledger;
	struct ts_relay_config config;
	const struct ts_signer *key;
	uint64_t day;
	uint64_t next_day;
	struct ts_ledger_relay_own own;
	bool own_dirty;
	struct ts_offer offer;
	uint64_t began_ns;
	uint64_t upstream_ns;
	struct ts_prices prices_told;
	bool prices_known;
	struct ts_hello hello;
	uint64_t hello_ns;
	bool hello_ready;
	struct ts_relay_delivered delivered;
	bool delivered_known;
	uint64_t room_bytes;
	uint64_t refused_bytes;
	uint64_t refused_room_bytes;
	uint64_t relent_ns;
	bool throttled;
	bool throttle_told;
	TAILQ_HEAD(neighbours, neighbour) neighbours;
	unsigned int n_neighbours;
};

/* relay.c */
struct neighbour *ts_relay_find(const struct ts_relay *r,
				const struct ts_address *partner);
void ts_relay_tell(struct neighbour *n, enum ts_relay_event event);

/* tick.c */
void ts_relay_number(struct ts_relay *r, struct neighbour *n, uint64_t now_ns);

/* take.c */
bool ts_relay_is_alive(const struct neighbour *n, uint64_t now_ns);

/* count.c */
void ts_relay_judge_padding(struct ts_relay *r, struct neighbour *n);
void ts_relay_relent(struct ts_relay *r, uint64_t now_ns);
void ts_relay_begin_to_count(struct ts_relay *r, uint64_t now_ns);

/* judge.c */
void ts_relay_distrust(struct neighbour *n);
void ts_relay_judge(struct ts_relay *r, struct neighbour *n);
void ts_relay_note_said(struct neighbour *n);
void ts_relay_forget_base(struct neighbour *n);

/* owe.c */
ts_price ts_relay_price(const struct ts_relay *r, const struct neighbour *n, int service,
			int dir);
ts_u128 ts_relay_due_wei(const struct neighbour *n);
ts_u128 ts_relay_owed_wei(const struct neighbour *n);
ts_u128 ts_relay_netted_wei(const struct neighbour *n);
void ts_relay_net(struct neighbour *n);
void ts_relay_settle(struct ts_relay *r, struct neighbour *n);
void ts_relay_windows(struct ts_relay *r, uint64_t now_ns);
uint64_t ts_relay_granted_units(const struct neighbour *n);
ts_u128 ts_relay_pay_wei(const struct ts_relay *r, const struct neighbour *n,
			 uint64_t now_ns);

/* upstream.c */
void ts_relay_reprice(struct ts_relay *r, uint64_t now_ns);
void ts_relay_pack_offer(struct ts_relay *r, uint64_t now_ns);
void ts_relay_unpack_offer(struct ts_relay *r, uint64_t now_ns);

#endif /* TS_RELAY_PRIVATE_H */
