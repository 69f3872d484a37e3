/* SPDX-License-Identifier: GPL-2.0 */
/*
 * state.h - what billing holds in memory, all of it a copy of the ledger plus
 * what the kernel last said.  Private to userspace/billing.
 *
 * Memory is ahead of the disk by at most the open batch.  Whatever is to leave
 * waits for the commit: replies in a queue, kernel work as steps of an account,
 * news as marks on a session.  What each file offers stands in the headers of its nouns:
 * accounts.h, channels.h, sessions.h and so on.
 */
#ifndef TS_BILLING_STATE_H
#define TS_BILLING_STATE_H

#include <sys/queue.h>

#include "billing/billing.h"
#include "billing/price.h"
#include "billing/roam.h"
#include "billing/table.h"
#include "ledger/gift.h"
#include "ledger/retention.h"
#include "ledger/revenue.h"
#include "ledger/sponsor.h"
#include "photon/evidence.h"

#define TS_NS_PER_S	1000000000ull
#define TS_NS_PER_MS	1000000ull
/* Units an epoch may be granted in all; beyond it a new epoch is begun. */
#define TS_EPOCH_UNITS_MAX	((uint64_t)1 << 62)
/* Replies that may wait for one commit. */
#define TS_REPLIES_MAX	1024
/* Attaches that may be under way, and nonces of accepted ones remembered. */
#define TS_ATTACHES_MAX	64
/* Kinds of revenue that are gathered before they are written. */
#define TS_REVENUES_MAX	16

struct ts_billing_session;
struct ts_billing_account;
struct ts_billing_attach;
struct ts_billing_claim;
struct ts_billing_visit;
struct ts_billing_evidence;

/* Of each channel so many past states are known, for its rate. */
#define TS_MARKS	4

/**
 * struct ts_billing_mark - what was transferred over a channel at some time
 * @in_wei: by the partner
 * @out_wei: by us
 */
struct ts_billing_mark {
	ts_u128 in_wei;
	ts_u128 out_wei;
};

/**
 * struct ts_billing_channel - a life of a channel
 * @row: as it will be when the open batch is committed
 * @by_identifier, @by_wallet, @by_row: in the tables of struct ts_billing
 * @life: what is under way in it; NULL: nothing, it is at rest
 * @uncommitted: the open batch has news of @life: nothing of it may leave
 * @silent: the partner was reported not to answer
 * @refunding: nothing of it is reserved, until what is left went back
 * @refunded_all: what could be refunded was, and nothing was paid since
 * @refund_limit_wei: no more than this
 * @refund_session: only what was paid for this session; 0: whatever it was paid for
 * @refund_payment: only what is left of this payment; 0: of any
 * @refund_reply: who is told; 0: nobody
 * @told_no: what would be the Ack of the request that was told no last
 * @told_no_ns: when
 * @uncredited_wei: a partner's deposit that the chain shows and that does not
 *	count, as in the ledger's doubts; 0: none; TS_BEYOND_WEI: it never will
 * @evidence: refunding is for this to be adopted, see evidence.c; NULL: for a refund
 * @changed: in the list of those whose partners' view is to be told
 * @paying: the open batch has a transfer of ours for carrying
 * @marks: at the times of mark_ns of struct ts_billing, or when it became known
 */
struct ts_billing_channel {
	TAILQ_ENTRY(ts_billing_channel) list;
	struct ts_table_node by_identifier;
	struct ts_table_node by_wallet;
	struct ts_table_node by_row;
	struct ts_ledger_channel row;
	TAILQ_ENTRY(ts_billing_channel) live;
	struct ts_life *life;
	bool uncommitted;
	bool silent;
	bool refunding;
	bool refunded_all;
	ts_u128 refund_limit_wei;
	int64_t refund_session;
	int64_t refund_payment;
	uint64_t refund_reply;
	uint8_t told_no[TS_ACK_BYTES];
	uint64_t told_no_ns;
	ts_u128 uncredited_wei;
	struct ts_billing_evidence *evidence;
	TAILQ_ENTRY(ts_billing_channel) change;
	bool changed;
	bool paying;
	struct ts_billing_mark marks[TS_MARKS];
};

/* In the place of a deposit: together with others it is 2^128 or more. */
#define TS_BEYOND_WEI	TS_U128_MAX

#define TS_REVEALS_MAX	32

/**
 * struct ts_billing_step - where states are made
 * @old: of a channel that is at rest
 * @next: of the channel that a message is for
 * @other: of the other channel of a hop
 * @reveals: Acks of the last RevealSecrets taken, a ring: the lock may be paid and
 *	gone when its initiator, whose Ack was lost, says it again
 * @n_reveals: how many there were
 */
struct ts_billing_step {
	struct ts_life old;
	struct ts_life next;
	struct ts_life other;
	uint8_t reveals[TS_REVEALS_MAX][TS_ACK_BYTES];
	unsigned int n_reveals;
};

/**
 * struct ts_billing_credit - value that was paid
 * @wei: how much
 * @wallet: whose it is
 * @mediated: by an Unlock
 * @memo: what its payer signed that it is for; NULL: nobody here knows
 */
struct ts_billing_credit {
	ts_u128 wei;
	struct ts_address wallet;
	bool mediated;
	struct ts_bytes memo;
};

struct ts_billing_version {
	TAILQ_ENTRY(ts_billing_version) list;
	struct ts_ledger_tariff row;
	bool in_kernel;
};

/**
 * struct ts_billing_gift - of a payment that nobody paid
 * @session: whose it is, for ever
 * @kind: enum ts_gift_kind
 * @mac: SPONSOR: of the only station that may spend it
 * @until_s: as in its row
 * @until_age_s: likewise
 * @over: its time is: nothing more of it is reserved
 */
struct ts_billing_gift {
	struct ts_billing_session *session;
	enum ts_gift_kind kind;
	uint8_t mac[6];
	uint64_t until_s;
	uint64_t until_age_s;
	bool over;
};

/**
 * struct ts_billing_payment - a live payment of a session, or a gift of the operator's
 * @row: of a gift only id, session, tariff, delta, spent, wall_s, max and live count
 * @channel: over which it was paid; NULL: it is a gift
 * @held_wei: reserved by accounts that are not closed
 * @lent_wei: of that, by accounts of other sessions, see sponsor.c
 * @most_wei_per_gb: its payer signed that it agrees to no more (M7); 0: to any price
 * @too_dear: when looked at last, that was exceeded: nothing is reserved of it
 * @dear_ns: not given back for that before then
 * @gift: of a gift
 *
 * the least of delta and max, - spent - held, is what can be reserved.
 */
struct ts_billing_payment {
	TAILQ_ENTRY(ts_billing_payment) list;
	struct ts_ledger_payment row;
	struct ts_billing_channel *channel;
	struct ts_billing_version *tariff;
	ts_u128 held_wei;
	ts_u128 lent_wei;
	ts_u128 most_wei_per_gb;
	bool too_dear;
	uint64_t dear_ns;
	struct ts_billing_gift gift;
};

/**
 * struct ts_billing_sponsorship - a wallet pays for a station, see sponsor.c
 * @row: what it signed; its station is known here also when the row is not live any more
 * @held_wei: of the limit, reserved by accounts that are not closed
 * @over: nothing more of it is reserved
 */
struct ts_billing_sponsorship {
	TAILQ_ENTRY(ts_billing_sponsorship) list;
	struct ts_table_node by_mac;
	struct ts_ledger_sponsorship row;
	ts_u128 held_wei;
	bool over;
};

/* @sponsorship: by which the payment is another session's; NULL: it is the account's own. */
struct ts_billing_reservation {
	TAILQ_ENTRY(ts_billing_reservation) list;
	struct ts_ledger_reservation row;
	struct ts_billing_payment *payment;
	struct ts_billing_sponsorship *sponsorship;
};

/**
 * enum ts_account_step - what the next commit allows an account to do
 * @TS_STEP_SERVE: be granted what is reserved
 * @TS_STEP_REVOKE: it is closing: be revoked and settled
 * @TS_STEP_DELETE: it is closed: go from the kernel
 */
enum ts_account_step {
	TS_STEP_SERVE,
	TS_STEP_REVOKE,
	TS_STEP_DELETE,
};

/**
 * struct ts_billing_account - an account that is not closed
 * @row: its counters are those of the last checkpoint
 * @session: whose
 * @tariff: for all of its life
 * @reservations: in the order they are consumed; not those that were given back whole and
 *	whose payment is done
 * @last_seq: of the last reservation there ever was
 * @reserved_units: sum of their units; cumulative
 * @returned_units: sum of what they gave back
 * @committed_units: reserved - returned as of the last commit
 * @in_kernel: the kernel has it (not after a power cut)
 * @followed: @granted_units is all that was ever granted, not only all that was
 *	written down
 * @granted_units: as the kernel has it
 * @charged_units: as the kernel last said
 * @revoked_units: likewise
 * @seen: [class][direction], likewise; only bytes and units
 * @booked: of @seen, written as charges
 * @booked_units: sum of the units in @booked
 * @low_units: as the kernel has it
 * @slice_units: what lasts slice_s at the present rate
 * @rate_units: per second
 * @made_ns: when it was made in the kernel; 0: adopted
 * @sampled_ns: when @sampled_units were passed
 * @sampled_units: of the last rate sample
 * @trusted: in the kernel nothing is charged to it, so nothing is reserved for it
 * @idle: its slice was given back; a refused frame or a payment ends that
 * @dry: a frame was refused and there was nothing to grant
 * @step: see enum ts_account_step
 * @step_ready: what allows @step is committed
 * @settling_ns: since when it is revoked and waits for packets under way; 0: not
 * @working: in the list of those that the next flush looks at
 * @counted: @seen was read by this process, so what comes is carried since then
 * @by_number: in the table of struct ts_billing
 */
struct ts_billing_account {
	TAILQ_ENTRY(ts_billing_account) list;
	TAILQ_ENTRY(ts_billing_account) work;
	struct ts_table_node by_number;
	struct ts_ledger_account row;
	struct ts_billing_session *session;
	struct ts_billing_version *tariff;
	TAILQ_HEAD(ts_billing_reservations, ts_billing_reservation) reservations;
	uint32_t last_seq;
	uint64_t reserved_units;
	uint64_t returned_units;
	uint64_t committed_units;
	bool in_kernel;
	bool followed;
	uint64_t granted_units;
	uint64_t charged_units;
	uint64_t revoked_units;
	struct ts_stat seen[TS_CLASS_COUNT][TS_DIR_COUNT];
	struct ts_stat booked[TS_CLASS_COUNT][TS_DIR_COUNT];
	uint64_t booked_units;
	uint64_t low_units;
	uint64_t slice_units;
	uint64_t rate_units;
	uint64_t made_ns;
	uint64_t sampled_ns;
	uint64_t sampled_units;
	uint64_t settling_ns;
	bool trusted;
	bool idle;
	bool dry;
	enum ts_account_step step;
	bool step_ready;
	bool working;
	bool counted;
};

/* Stations without a session whose wrong vouchers are counted, by a keyed digest; several may share one. */
#define TS_TRIES	256

/**
 * struct ts_billing_tries - wrong vouchers that may still be shown
 * @begun: they are counted
 * @left: how many
 * @ns: since when time has brought none
 */
struct ts_billing_tries {
	bool begun;
	uint32_t left;
	uint64_t ns;
};

/**
 * struct ts_billing_session - a session that is not closed
 * @row: id 0 until it was put into a batch; seen_s is ahead of the disk
 * @written_s: row.seen_s as the disk has it
 * @dirty: @row is to be written with the next commit
 * @account: its account, or NULL
 * @payments: the live ones, in the order they are spent
 * @attach: a wallet takes its value to another station as soon as the account
 *	is settled, or NULL
 * @claim: another box buys of its wallet's value as soon as the account is
 *	settled, or NULL
 * @closing: log out as soon as the account is settled; when row.closed is
 *	set it is freed after the commit
 * @resting: had nothing to spend when the kernel needed its account's place;
 *	until the next payment it gets none
 * @away: its station was idle for long; it gets no account until the station
 *	or a payment comes
 * @told: in the list of those whose view is to be sent
 * @notices: bits by enum ts_notice
 * @tries: wrong vouchers of its station
 * @tag: see tag.c
 * @by_code, @by_station, @by_row: in the tables of struct ts_billing
 */
struct ts_billing_session {
	TAILQ_ENTRY(ts_billing_session) list;
	TAILQ_ENTRY(ts_billing_session) unpaid;
	TAILQ_ENTRY(ts_billing_session) write;
	TAILQ_ENTRY(ts_billing_session) news;
	struct ts_table_node by_code;
	struct ts_table_node by_station;
	struct ts_table_node by_row;
	struct ts_ledger_session row;
	uint64_t written_s;
	bool dirty;
	struct ts_billing_account *account;
	TAILQ_HEAD(, ts_billing_payment) payments;
	struct ts_billing_attach *attach;
	struct ts_billing_claim *claim;
	bool is_unpaid;
	bool closing;
	bool resting;
	bool away;
	bool told;
	unsigned int notices;
	struct ts_billing_tries tries;
	uint64_t tag;
};

/*
 * An answer that waits for the commit; no why.name and no @attached: an Ack, or
 * for an Ack nothing.  @heard: the partner itself sent it, just now.  @vouched: what we
 * have of that channel answers @question.  @claimed: under that order @bought_wei was
 * bought in all.
 */
struct ts_billing_reply {
	uint64_t reply;
	bool taken;
	bool is_heard;
	struct ts_address heard;
	uint8_t ack[TS_ACK_BYTES];
	char attached[TS_CODE_SIZE];
	char claimed[TS_CODE_SIZE];
	ts_u128 bought_wei;
	struct ts_refused why;
	struct ts_billing_channel *conflict;
	struct ts_billing_channel *refunded;
	struct ts_billing_channel *vouched;
	struct ts_question question;
};

/* Stations without an account whose first frame is remembered. */
#define TS_STRANGERS	64

/**
 * struct ts_billing_stranger - a station without an account
 * @key: which
 * @first_ns: its first frame, since it was silent for a minute
 * @last_ns: the last that was told
 */
struct ts_billing_stranger {
	struct ts_key key;
	uint64_t first_ns;
	uint64_t last_ns;
};

/**
 * struct ts_billing_upstream - see upstream.c
 * @metered: as in the config
 * @limit: as was said last
 * @left_bytes: what of it was not granted
 * @low: stations were told that it is
 */
struct ts_billing_upstream {
	bool metered;
	struct ts_upstream_limit limit;
	uint64_t left_bytes;
	bool low;
};

/**
 * struct ts_billing - all of it
 * @stored: @config as of the last commit: all its tariffs are on the disk
 * @sessions: all that are in memory
 * @unpaid: those nobody has paid for, the one asked for least lately first
 * @unpaid_sessions: how many
 * @to_write: dirty ones
 * @news: those whose view is to be sent
 * @work: accounts that the next flush looks at: every one that has reserved,
 *	returned or begun a step since the last
 * @session_by_code, @session_by_station, @account_by_number, @sponsorship_by_mac,
 * @channel_by_identifier, @channel_by_wallet: keyed tables
 * @session_by_row, @channel_by_row: the same, filled only while loading
 * @age_base_s: the box's age is this and CLOCK_BOOTTIME: it counts the time
 *	that the box was up, over all boots, so that nothing needs a date (M12)
 * @minute: of the last look for sessions to forget
 * @nonce_secret: what proves that we made a nonce; another in each process
 * @nonce_ns: the last nonce that was given
 * @used_ns: nonces of attaches that were accepted, while they are young
 * @n_attaches: how many wait for an account to be settled
 * @key: signs what we send; NULL: not decrypted yet
 * @head_block: see struct ts_moment
 * @head_fresh: likewise
 * @deposit_pending: by ts_billing_deposits()
 * @deposit_arg: likewise
 * @gas_coin_wei: by ts_billing_gas()
 * @gas_claim_wei: likewise; 0: not known yet
 * @gas_short: that does not do for all channels that have paid
 * @changed: channels that are to be told of
 * @lives: channels with something under way
 * @send_ns: when something of them is to be sent; UINT64_MAX: nothing
 * @ask_ns: when partners of channels from a backup are asked next
 * @step: NULL until the first message that is more than a direct transfer
 * @n_refunds: how many channels are refunding
 * @visits: guests of other boxes that are not over
 * @n_visits: how many
 * @strangers: who was here without an account lately, a ring
 * @n_strangers: how many there were
 * @window_ns: when the open batch is committed at the latest
 * @lazy_ns: when dirty sessions are written at the latest; UINT64_MAX: none
 * @batch_wei: what the payments of the open batch are worth, in each token
 * @urgent: commit at the next flush
 * @broken: a write failed; the next flush discards and reloads
 * @read_only: why nothing is accepted; empty: all is well
 * @meter_lost: there is no meter: nothing is to be asked of it
 * @hour: of the last hourly checkpoint, in hours of CLOCK_BOOTTIME
 * @floor_s: wall time was at least this once
 * @floor_age_s: the ledger's age when that was known last, see ts_age_s()
 * @ticked: when time was told last; by it views look at prices
 * @sponsorships: stations that wallets pay for, the oldest word first
 * @mark_ns: when channels were marked, oldest first
 * @tries: wrong vouchers of stations without a session
 * @all_tries: and of all of these together
 * @upstream: what of the internet can be granted
 * @day: to which what is booked belongs, see revenue.h of the ledger
 * @revenues: of that day, to be written with the open batch
 * @n_revenues: how many
 * @retention: how far the ledger was looked through for stations to forget
 * @earned_wei: since there is a ledger, what was booked, by token and enum ts_revenue
 * @carried_bytes: of stations, since the process began, [class][direction]
 */
struct ts_billing {
	struct ts_ledger *ledger;
	struct ts_billing_config config;
	struct ts_billing_config stored;
	struct ts_billing_meter meter;
	struct ts_billing_effects effects;
	TAILQ_HEAD(, ts_billing_channel) channels;
	TAILQ_HEAD(ts_billing_versions, ts_billing_version) versions;
	TAILQ_HEAD(, ts_billing_session) sessions;
	TAILQ_HEAD(ts_billing_unpaid, ts_billing_session) unpaid;
	unsigned int unpaid_sessions;
	TAILQ_HEAD(, ts_billing_session) to_write;
	TAILQ_HEAD(, ts_billing_session) news;
	TAILQ_HEAD(, ts_billing_account) accounts;
	TAILQ_HEAD(, ts_billing_account) work;
	struct ts_table session_by_code;
	struct ts_table session_by_station;
	struct ts_table session_by_row;
	struct ts_table account_by_number;
	struct ts_table sponsorship_by_mac;
	struct ts_table channel_by_identifier;
	struct ts_table channel_by_wallet;
	struct ts_table channel_by_row;
	uint64_t age_base_s;
	uint64_t minute;
	uint8_t nonce_secret[32];
	uint64_t nonce_ns;
	uint64_t used_ns[TS_ATTACHES_MAX];
	unsigned int n_attaches;
	struct ts_billing_reply replies[TS_REPLIES_MAX];
	unsigned int n_replies;
	const struct ts_signer *key;
	uint64_t head_block;
	bool head_fresh;
	ts_billing_deposit_pending *deposit_pending;
	void *deposit_arg;
	ts_u128 gas_coin_wei;
	ts_u128 gas_claim_wei;
	bool gas_short;
	TAILQ_HEAD(, ts_billing_channel) changed;
	TAILQ_HEAD(, ts_billing_channel) lives;
	uint64_t send_ns;
	uint64_t ask_ns;
	struct ts_billing_step *step;
	unsigned int n_refunds;
	TAILQ_HEAD(, ts_billing_visit) visits;
	unsigned int n_visits;
	struct ts_billing_stranger strangers[TS_STRANGERS];
	unsigned int n_strangers;
	uint64_t window_ns;
	uint64_t lazy_ns;
	ts_u128 batch_wei[TS_TOKENS_MAX];
	uint64_t batch_payments;
	bool urgent;
	bool broken;
	bool meter_lost;
	char read_only[512];
	char error[512];
	uint64_t hour;
	uint64_t floor_s;
	uint64_t floor_age_s;
	struct ts_time ticked;
	TAILQ_HEAD(, ts_billing_sponsorship) sponsorships;
	uint64_t mark_ns[TS_MARKS];
	struct ts_billing_tries tries[TS_TRIES];
	struct ts_billing_tries all_tries;
	struct ts_billing_upstream upstream;
	uint64_t day;
	struct ts_ledger_revenue revenues[TS_REVENUES_MAX];
	unsigned int n_revenues;
	struct ts_retention retention;
	ts_u128 earned_wei[TS_TOKENS_MAX][TS_REVENUE_COUNT];
	uint64_t carried_bytes[TS_CLASS_COUNT][TS_DIR_COUNT];
	uint64_t ping_tokens;
	uint64_t ping_ns;
	struct ts_billing_counters counters;
};

#endif /* TS_BILLING_STATE_H */
