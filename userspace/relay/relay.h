/* SPDX-License-Identifier: GPL-2.0 */
/*
 * relay.h - what a box and its neighbours in the mesh carry for each other, owe each
 * other, and let each other owe (M4, M7, M9, M12, M13).
 *
 * A state machine without a clock, and without I/O but the ledger's.  It is handed
 * messages, counters, what is known of channels, and the time; then
 *
 *	if (ts_relay_is_dirty(r))
 *		begin a batch, ts_relay_save(r), commit
 *	ts_relay_effects(r, &effects, now_ns)
 *
 * and nothing leaves before the commit (M10).  If that fails: ts_relay_reload().
 *
 * Who buys pays by its own counters, cumulative, never for more download than clients
 * have had, and never dearer than it said it would.  Who sells lets the neighbour owe
 * one window, in the kernel: granted = paid + netted + forgiven + window.  Forgiven is
 * what the two count differently, 2 % of all at most.  So whoever lies has in the end one
 * window and 2 %.
 */
#ifndef TS_RELAY_RELAY_H
#define TS_RELAY_RELAY_H

#include "relay/hello.h"
#include "relay/offer.h"
#include "relay/receipt.h"
#include "ledger/revenue.h"

/* Radio reaches no more; those of whom there are books are never left out. */
#define TS_RELAY_NEIGHBOURS_MAX	256
#define TS_TRUST_FULL	64	/* of 64: the whole window */

/**
 * struct ts_relay_config - what the operator decides; copied
 * @us: our address
 * @chain_id: of the contract
 * @tokens_network: likewise
 * @token: that is paid in
 * @boot_id: of this boot
 * @relay_port: where we are sent to, UDP
 * @photon_port: likewise, Photon's
 * @hello_s: between two hellos of ours; a neighbour's is gone after its lifetime
 * @interval_s: between two receipts, and the longest that a debt waits
 * @pay_bytes: a debt for more than this is paid at once
 * @window_bytes: of the dearest kind; a neighbour may owe so much
 * @window_box_wei: all neighbours together
 * @judge_bytes: drift is judged when so many bytes were carried since the last time
 * @tolerance_per_mille: of difference between two honest counters
 * @overhead_bytes: of the mesh on a frame that a client gets
 * @low_bytes: when the upstream channel carries less than this we throttle ourselves
 * @gateway: we are one
 * @offer: what we ask
 * @limits: what we pay
 */
struct ts_relay_config {
	struct ts_address us;
	struct ts_u256 chain_id;
	struct ts_address tokens_network;
	struct ts_address token;
	char boot_id[TS_BOOT_ID_SIZE];
	uint16_t relay_port;
	uint16_t photon_port;
	uint32_t hello_s;
	uint32_t interval_s;
	uint64_t pay_bytes;
	uint64_t window_bytes;
	ts_u128 window_box_wei;
	uint64_t judge_bytes;
	uint16_t tolerance_per_mille;
	uint32_t overhead_bytes;
	uint64_t low_bytes;
	bool gateway;
	struct ts_offer_config offer;
	struct ts_terms_limits limits;
};

/**
 * struct ts_relay_channel - the channel with a neighbour in our token, as committed
 * @partner: the neighbour
 * @usable: confirmed, open, not frozen, nobody leaves, and we can sign for it
 * @in_wei: what the neighbour can still pay us
 * @out_wei: what we can still pay it
 * @received_wei: what it paid for carrying, in all lives
 * @paid_wei: what we paid it for carrying, in all lives
 */
struct ts_relay_channel {
	struct ts_address partner;
	bool usable;
	ts_u128 in_wei;
	ts_u128 out_wei;
	ts_u128 received_wei;
	ts_u128 paid_wei;
};

/**
 * enum ts_way - whether there is a way to the internet by a neighbour
 * @TS_WAY_NONE: no
 * @TS_WAY_ON: it would carry us on
 * @TS_WAY_GATEWAY: it is a gateway itself
 */
enum ts_way {
	TS_WAY_NONE,
	TS_WAY_ON,
	TS_WAY_GATEWAY,
};

/**
 * struct ts_relay_sold - a neighbour's account, as the kernel counts it
 * @account_id: its number
 * @account_epoch: and life
 * @carried: what passed
 * @units: credit units charged for that
 * @exit_units: of these, for TS_SERVICE_EXIT
 * @revoked_units: and taken back unspent
 */
struct ts_relay_sold {
	uint32_t account_id;
	uint32_t account_epoch;
	struct ts_carried carried;
	uint64_t units;
	uint64_t exit_units;
	uint64_t revoked_units;
};

/**
 * struct ts_relay_bought - what a neighbour carries for us, as we count
 * @partner: the neighbour
 * @life: of these counters; another one: they began at 0
 * @carried: up: what we sent it to be carried on; down: what came of it for us
 */
struct ts_relay_bought {
	struct ts_address partner;
	uint64_t life;
	struct ts_carried carried;
};

/**
 * struct ts_relay_delivered - downloads that somebody here has had: clients of this box,
 * the box itself, and neighbours that pay us for them
 * @life: of these counters; another one: they began at 0
 * @bytes: without what the mesh adds
 * @packets: how many frames
 * @refused_bytes: and of downloads that came for one of them who had not paid
 * @refused_packets: likewise
 */
struct ts_relay_delivered {
	uint64_t life;
	uint64_t bytes;
	uint64_t packets;
	uint64_t refused_bytes;
	uint64_t refused_packets;
};

/** enum ts_relay_verdict - what comes of a message */
enum ts_relay_verdict {
	TS_RELAY_TAKEN,
	TS_RELAY_BAD_FORM,	/* none of the three */
	TS_RELAY_OWN,		/* we signed it ourselves, and know it */
	TS_RELAY_WRONG_CHAIN,	/* of another chain, contract or token */
	TS_RELAY_WRONG_BOX,	/* for another box */
	TS_RELAY_STRANGER,	/* no channel was told with who it names */
	TS_RELAY_OLD,		/* it, or one after it, is known */
	TS_RELAY_BAD_SIGNATURE,	/* who it names did not sign it */
	TS_RELAY_MAC_TAKEN,	/* another living neighbour has that radio */
	TS_RELAY_RISE,		/* prices rise too much; the old ones hold */
	TS_RELAY_NO_NOTICE,	/* prices rise without notice; likewise */
	TS_RELAY_BACKWARDS,	/* cumulative numbers fell */
	TS_RELAY_VERDICT_COUNT,
};

/**
 * enum ts_relay_event - what the operator is told
 * @TS_RELAY_MET: a neighbour's radios are known
 * @TS_RELAY_LOST: it was not heard of for its lifetime
 * @TS_RELAY_CLAIMS_OURS: two addresses claim one radio
 * @TS_RELAY_OVERCLAIMS: it says that it carried more than we had of it
 * @TS_RELAY_HIDES: it admits less than we carried for it
 * @TS_RELAY_PADS: downloads came that no client has had
 * @TS_RELAY_REMINDED: it has shown us what we had signed and did not know any more
 * @TS_RELAY_DEARER: it asks more than we accept
 * @TS_RELAY_UPSTREAM_LOW: our upstream channel carries little more: we throttle
 * @TS_RELAY_UPSTREAM_WELL: it does again
 * @TS_RELAY_CANNOT_PAY: our side of the channel is empty
 */
enum ts_relay_event {
	TS_RELAY_MET,
	TS_RELAY_LOST,
	TS_RELAY_CLAIMS_OURS,
	TS_RELAY_OVERCLAIMS,
	TS_RELAY_HIDES,
	TS_RELAY_PADS,
	TS_RELAY_REMINDED,
	TS_RELAY_DEARER,
	TS_RELAY_UPSTREAM_LOW,
	TS_RELAY_UPSTREAM_WELL,
	TS_RELAY_CANNOT_PAY,
	TS_RELAY_EVENT_COUNT,
};

/**
 * enum ts_no_window - why a neighbour may owe nothing
 * @TS_WINDOW_OPEN: it may
 * @TS_NO_HELLO: nobody knows its radios
 * @TS_NO_CHANNEL: its channel is not confirmed, open and free
 * @TS_NO_WORTH: its channel is not worth more than the window
 * @TS_NO_ROOM: the windows of the others are all that this box risks
 */
enum ts_no_window {
	TS_WINDOW_OPEN,
	TS_NO_HELLO,
	TS_NO_CHANNEL,
	TS_NO_WORTH,
	TS_NO_ROOM,
	TS_NO_WINDOW_COUNT,
};

/**
 * struct ts_relay_account - an account that the kernel is to have
 * @partner: whose
 * @id: 0: to be made, and told by ts_relay_account_is()
 * @epoch: likewise
 * @macs: its keys
 * @n_macs: how many
 */
struct ts_relay_account {
	struct ts_address partner;
	uint32_t id;
	uint32_t epoch;
	struct ts_mac macs[TS_HELLO_MACS_MAX];
	unsigned int n_macs;
};

/**
 * struct ts_relay_effects - what leaves
 * @ctx: handed to each
 * @broadcast: to all neighbours
 * @send: to this one
 * @prices: that the kernel is to charge neighbours from now on; all accounts are closed
 *	if the unit is another one
 * @account: to be made, or given these keys
 * @grant: the new cumulative value; never less than before
 * @close: take back all that is unspent and delete it; its last counters by
 *	ts_relay_sold(), then ts_relay_account_is() with 0
 * @pay: a transfer of ours for carrying; when it is committed ts_relay_channel() shows
 *	it, when not ts_relay_pay_failed() is called
 * @throttle: sell and use less of the internet, or no longer so
 * @event: tell the operator
 */
struct ts_relay_effects {
	void *ctx;
	void (*broadcast)(void *ctx, const void *bytes, size_t len);
	void (*send)(void *ctx, const struct ts_address *to, const void *bytes,
		     size_t len);
	void (*prices)(void *ctx, const struct ts_prices *prices);
	void (*account)(void *ctx, const struct ts_relay_account *account);
	void (*grant)(void *ctx, const struct ts_address *partner, uint32_t id,
		      uint32_t epoch, uint64_t granted_units);
	void (*close)(void *ctx, const struct ts_address *partner, uint32_t id,
		      uint32_t epoch);
	void (*pay)(void *ctx, const struct ts_address *partner, ts_u128 wei);
	void (*throttle)(void *ctx, bool on);
	void (*event)(void *ctx, enum ts_relay_event event,
		      const struct ts_address *partner);
};

/**
 * struct ts_relay_view - a neighbour, for people
 * @hello: what it said last, also before a start; without radios: nothing
 * @alive: it was heard of lately
 * @way: to the internet by it, as it was told
 * @account_id: in the kernel; 0: none
 * @account_epoch: likewise
 * @channel: as it was told
 * @sold: carried for it
 * @bought: carried by it
 * @sold_wei: what it owes for that, in all
 * @bought_wei: and we
 * @they_received_wei: of us, by its last receipt
 * @they_paid_wei: to us, likewise
 * @netted_wei: settled by the other debt
 * @forgiven_wei: of what it owes, what it counts differently
 * @due_wei: what we owe it now
 * @owed_wei: what it owes us now
 * @window_wei: what it may owe
 * @no_window: why not
 * @trust_64ths: of its window
 * @drift_per_mille: of the last judgement: by how much we count more than it admits
 * @terms: at which we buy of it, or NULL
 */
struct ts_relay_view {
	struct ts_hello hello;
	bool alive;
	enum ts_way way;
	uint32_t account_id;
	uint32_t account_epoch;
	struct ts_relay_channel channel;
	struct ts_carried sold;
	struct ts_carried bought;
	ts_u128 sold_wei;
	ts_u128 bought_wei;
	ts_u128 they_received_wei;
	ts_u128 they_paid_wei;
	ts_u128 netted_wei;
	ts_u128 forgiven_wei;
	ts_u128 due_wei;
	ts_u128 owed_wei;
	ts_u128 window_wei;
	enum ts_no_window no_window;
	unsigned int trust_64ths;
	int drift_per_mille;
	const struct ts_terms *terms;
};

struct ts_relay;

int ts_relay_new(struct ts_ledger *l, const struct ts_relay_config *config,
		 const struct ts_signer *key, uint64_t now_ns, struct ts_relay **out);
void ts_relay_free(struct ts_relay *r);
int ts_relay_reload(struct ts_relay *r, uint64_t now_ns);

void ts_relay_radios(struct ts_relay *r, const struct ts_mac *originator,
		     const struct ts_mac *macs, unsigned int n_macs);
int ts_relay_channel(struct ts_relay *r, const struct ts_relay_channel *channel);
void ts_relay_way(struct ts_relay *r, const struct ts_address *partner,
		  enum ts_way way);
void ts_relay_sold(struct ts_relay *r, const struct ts_address *partner,
		   const struct ts_relay_sold *sold);
void ts_relay_bought(struct ts_relay *r, const struct ts_relay_bought *bought,
		     unsigned int n, const struct ts_relay_delivered *delivered);
void ts_relay_account_is(struct ts_relay *r, const struct ts_address *partner,
			 uint32_t id, uint32_t epoch);
bool ts_relay_knows_account(const struct ts_relay *r, uint32_t id, uint32_t epoch);
void ts_relay_pay_failed(struct ts_relay *r, const struct ts_address *partner);
int ts_relay_named(const void *bytes, size_t len, struct ts_address *who);
bool ts_relay_is_signed(const void *bytes, size_t len);
enum ts_relay_verdict ts_relay_take(struct ts_relay *r, const void *bytes, size_t len,
				    uint64_t now_ns);
void ts_relay_tick(struct ts_relay *r, uint64_t now_ns);

void ts_relay_day(struct ts_relay *r, uint64_t day);
bool ts_relay_is_dirty(const struct ts_relay *r);
int ts_relay_save(struct ts_relay *r);
void ts_relay_effects(struct ts_relay *r, const struct ts_relay_effects *effects,
		      uint64_t now_ns);

uint64_t ts_relay_upstream_bytes(const struct ts_relay *r);
unsigned int ts_relay_no_way(const struct ts_relay *r);
const struct ts_offer *ts_relay_offer(const struct ts_relay *r);
void ts_relay_each(const struct ts_relay *r, uint64_t now_ns,
		   void (*cb)(const struct ts_relay_view *view, void *arg), void *arg);
const char *ts_relay_verdict_name(enum ts_relay_verdict verdict);
const char *ts_relay_event_name(enum ts_relay_event event);
const char *ts_relay_event_text(enum ts_relay_event event);
const char *ts_no_window_name(enum ts_no_window no_window);

#endif /* TS_RELAY_RELAY_H */
