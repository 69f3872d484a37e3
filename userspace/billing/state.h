/* SPDX-License-Identifier: GPL-2.0 */
/*
 * state.h - what billing holds in memory, all of it a copy of the ledger plus
 * what the kernel last said.  Private to userspace/billing.
 *
 * Memory is ahead of the disk by at most the open batch.  Whatever is to leave
 * waits for the commit: replies in a queue, kernel work as steps of an account,
 * news as marks on a session.
 */
#ifndef TS_BILLING_STATE_H
#define TS_BILLING_STATE_H

#include <sys/queue.h>

#include "billing/billing.h"
#include "billing/price.h"
#include "billing/roam.h"
#include "billing/table.h"
#include "ledger/revenue.h"
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
 * @memo: what its payer signed that it is for
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
 * struct ts_billing_payment - a live payment of a session
 * @held_wei: reserved by accounts that are not closed
 *
 * the least of delta and max, - spent - held, is what can be reserved.
 */
struct ts_billing_payment {
	TAILQ_ENTRY(ts_billing_payment) list;
	struct ts_ledger_payment row;
	struct ts_billing_channel *channel;
	struct ts_billing_version *tariff;
	ts_u128 held_wei;
};

struct ts_billing_reservation {
	TAILQ_ENTRY(ts_billing_reservation) list;
	struct ts_ledger_reservation row;
	struct ts_billing_payment *payment;
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
 * @reservations: in the order they are consumed
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
 * @idle: its slice was given back; a refused frame or a payment ends that
 * @dry: a frame was refused and there was nothing to grant
 * @step: see enum ts_account_step
 * @step_ready: what allows @step is committed
 * @settling_ns: since when it is revoked and waits for packets under way; 0: not
 * @working: in the list of those that the next flush looks at
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
	bool idle;
	bool dry;
	enum ts_account_step step;
	bool step_ready;
	bool working;
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
 * @session_by_code, @session_by_station, @account_by_number,
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
 * @mark_ns: when channels were marked, oldest first
 * @upstream: what of the internet can be granted
 * @day: to which what is booked belongs, see revenue.h of the ledger
 * @revenues: of that day, to be written with the open batch
 * @n_revenues: how many
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
	uint64_t mark_ns[TS_MARKS];
	struct ts_billing_upstream upstream;
	uint64_t day;
	struct ts_ledger_revenue revenues[TS_REVENUES_MAX];
	unsigned int n_revenues;
	uint64_t ping_tokens;
	uint64_t ping_ns;
	struct ts_billing_counters counters;
};

/* batch.c */
bool ts_batch(struct ts_billing *b);
void ts_batch_check(struct ts_billing *b, int err);
void ts_billing_say(struct ts_billing *b, int priority, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int ts_billing_fail(struct ts_billing *b, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* load.c */
int ts_billing_load(struct ts_billing *b, const struct ts_time *now);
int ts_load_payments_of(struct ts_billing *b, struct ts_billing_session *s);
int ts_billing_adopt(struct ts_billing *b, const struct ts_time *now);
void ts_billing_forget(struct ts_billing *b);

/* tariff.c */
int ts_tariff_sync(struct ts_billing *b, const struct ts_time *now);
uint64_t ts_wall_floor(const struct ts_billing *b, const struct ts_time *now);
struct ts_billing_version *ts_tariff_by_row(struct ts_billing *b, int64_t row);
struct ts_billing_version *ts_tariff_current(struct ts_billing *b, uint32_t id,
					     const struct ts_address *token,
					     const struct ts_time *now);
bool ts_tariff_is_offered(const struct ts_billing *b, uint32_t id,
			  const struct ts_address *token);
struct ts_billing_version *ts_tariff_to_pay(struct ts_billing *b, uint32_t id,
					    const struct ts_address *token,
					    const struct ts_time *now);
struct ts_billing_version *ts_tariff_of_payment(struct ts_billing *b,
						const struct ts_billing_payment *p,
						const struct ts_time *now);
int ts_tariff_to_kernel(struct ts_billing *b, struct ts_billing_version *v);

/* open.c */
const char *ts_channel_foreign(const struct ts_billing *b,
			       const struct ts_channel *channel);
bool ts_channel_is_too_much(const struct ts_billing *b,
			    const struct ts_channel *channel);
void ts_channel_revoke(struct ts_billing *b, struct ts_billing_channel *c);

/* session.c */
struct ts_billing_session *ts_session_by_code(struct ts_billing *b,
					      const char *code);
struct ts_billing_session *ts_session_by_key(struct ts_billing *b,
					     const struct ts_key *key);
struct ts_billing_session *ts_session_new(struct ts_billing *b, const char *code,
					  const struct ts_key *key,
					  const struct ts_time *now);
void ts_session_add(struct ts_billing *b, struct ts_billing_session *s);
void ts_session_paid(struct ts_billing *b, struct ts_billing_session *s);
void ts_session_seen(struct ts_billing *b, struct ts_billing_session *s,
		     const struct ts_time *now);
void ts_session_dirty(struct ts_billing *b, struct ts_billing_session *s);
void ts_session_changed(struct ts_billing *b, struct ts_billing_session *s);
void ts_session_notify(struct ts_billing *b, struct ts_billing_session *s,
		       enum ts_notice notice);
struct ts_billing_session *ts_session_of_station(struct ts_billing *b,
						 const struct ts_key *key,
						 const struct ts_time *now);
bool ts_session_write(struct ts_billing *b, struct ts_billing_session *s);
void ts_session_write_all(struct ts_billing *b);
void ts_session_free(struct ts_billing *b, struct ts_billing_session *s);
void ts_session_finish(struct ts_billing *b, struct ts_billing_session *s,
		       const struct ts_time *now);
ts_u128 ts_payment_available_wei(const struct ts_billing_payment *p);
bool ts_payment_spendable(const struct ts_billing *b,
			  const struct ts_billing_payment *p);
bool ts_session_is_spent(const struct ts_billing_session *s,
			 const struct ts_billing_version *tariff);
void ts_session_add_done(struct ts_billing_session *s,
			 const struct ts_address *token, ts_u128 wei);
void ts_session_insert(struct ts_billing_session *s, struct ts_billing_payment *p);
void ts_session_revive(struct ts_billing *b, struct ts_billing_channel *c,
		       struct ts_ledger_payment *row);
void ts_session_leave(struct ts_billing *b, struct ts_billing_session *s,
		      const struct ts_key *key, const struct ts_time *now);
void ts_session_drop_payment(struct ts_billing *b,
			     struct ts_billing_session *s,
			     struct ts_billing_payment *p);
/* A payment that buys less is a rest: no reason to switch the tariff, or to
 * remember a session. */
#define TS_REST_BYTES	2048
bool ts_payment_is_done(const struct ts_billing_payment *p);

/* idle.c */
uint64_t ts_age_s(const struct ts_billing *b, const struct ts_time *now);
int ts_age_load(struct ts_billing *b, const struct ts_time *now);
void ts_age_write(struct ts_billing *b, const struct ts_time *now);
void ts_idle_seen(struct ts_billing *b, struct ts_billing_session *s,
		  uint64_t age_s);
void ts_idle_account(struct ts_billing *b, struct ts_billing_account *a,
		     uint64_t idle_ms, const struct ts_time *now);
bool ts_idle_is_over(const struct ts_billing *b,
		     const struct ts_billing_session *s,
		     const struct ts_time *now);
void ts_idle_wake(struct ts_billing *b, struct ts_billing_session *s,
		  const struct ts_time *now);
void ts_idle_forget(struct ts_billing *b, const struct ts_time *now);

/* attach.c */
struct ts_attach;
const struct ts_refused *ts_attach_cheap_fault(struct ts_billing *b,
					       const struct ts_attach *attach,
					       const struct ts_key *key,
					       const struct ts_time *now,
					       uint64_t *given_ns);
const struct ts_refused *ts_attach_use_fault(struct ts_billing *b,
					     uint64_t given_ns,
					     const struct ts_time *now);
void ts_attach_finish(struct ts_billing *b, struct ts_billing_session *s,
		      const struct ts_time *now);
void ts_attach_refuse(struct ts_billing *b, struct ts_billing_session *s);

/* pay.c */
struct ts_billing_reply *ts_reply(struct ts_billing *b, uint64_t reply);
void ts_reply_refuse(struct ts_billing *b, uint64_t reply, enum ts_refuse kind,
		     const char *name, const char *text);
void ts_pay_ack(struct ts_billing *b, uint64_t reply,
		const uint8_t ack[TS_ACK_BYTES]);
void ts_pay_heard(struct ts_billing *b, const struct ts_address *partner);
void ts_pay_refuse(struct ts_billing *b, uint64_t reply, enum ts_refusal refusal,
		   struct ts_billing_channel *c);
void ts_pay_refuse_read_only(struct ts_billing *b, uint64_t reply);
const char *ts_pay_why_not(const struct ts_billing *b,
			   const struct ts_billing_channel *c,
			   ts_u128 credit_wei, const char **text);
ts_u128 ts_pay_room_wei(const struct ts_billing *b,
			const struct ts_billing_channel *c);
void ts_pay_heed_gap(const struct ts_channel *before, const struct ts_channel *next,
		     struct ts_bytes *memo);
bool ts_pay_is_not_credit(struct ts_billing *b, struct ts_billing_channel *c,
			  struct ts_billing_credit *credit);
bool ts_pay_admit(struct ts_billing *b, struct ts_billing_channel *c,
		  const struct ts_bytes *memo, ts_u128 credit_wei,
		  uint64_t reply);
void ts_pay_credit(struct ts_billing *b, struct ts_billing_channel *c,
		   const struct ts_billing_credit *credit,
		   const struct ts_time *now);
enum ts_refusal ts_pay_transfer(struct ts_billing *b,
				struct ts_billing_channel *c,
				const struct ts_message *msg, const void *bytes,
				size_t len, uint64_t reply,
				const struct ts_time *now);

/* evidence.c */
bool ts_evidence_ask(const struct ts_billing *b, const struct ts_billing_channel *c,
		     uint8_t bytes[TS_RESTORED_BYTES]);
void ts_evidence_send(struct ts_billing *b, const struct ts_time *now);
enum ts_refusal ts_evidence_asked(struct ts_billing *b, const uint8_t *bytes,
				  const struct ts_question *q, uint64_t reply);
void ts_evidence_answer(struct ts_billing *b, const struct ts_billing_reply *r);
enum ts_refusal ts_evidence_shown(struct ts_billing *b, const uint8_t *bytes,
				  const struct ts_evidence *e, uint64_t reply,
				  const struct ts_time *now);
enum ts_refusal ts_evidence_finish(struct ts_billing *b, struct ts_billing_channel *c,
				   const struct ts_time *now);
void ts_evidence_drop(struct ts_billing_channel *c);

/* hop.c */
void ts_hop_lock(struct ts_billing *b, struct ts_billing_channel *up,
		 const struct ts_hash *secret_hash, const struct ts_time *now);
void ts_hop_waiting(struct ts_billing *b, struct ts_billing_channel *c,
		    const struct ts_time *now);
enum ts_refusal ts_hop_follow(struct ts_billing *b,
			      const struct ts_billing_channel *c,
			      const struct ts_outcome *outcome,
			      struct ts_billing_channel **other);

/* life.c */
struct ts_billing_step *ts_life_step(struct ts_billing *b);
struct ts_moment ts_life_moment(const struct ts_billing *b,
				const struct ts_time *now);
const struct ts_life *ts_life_of(struct ts_billing *b,
				 const struct ts_billing_channel *c,
				 struct ts_life *room);
bool ts_life_keep(struct ts_billing *b, struct ts_billing_channel *c,
		  const struct ts_life *life);
void ts_life_release(struct ts_billing *b, struct ts_billing_channel *c);
void ts_life_store(struct ts_billing *b, struct ts_billing_channel *c,
		   const struct ts_life *next);
enum ts_refusal ts_life_message(struct ts_billing *b,
				struct ts_billing_channel *c,
				const struct ts_message *msg, const void *bytes,
				size_t len, uint64_t reply,
				const struct ts_time *now);
enum ts_refusal ts_life_reveal(struct ts_billing *b, const struct ts_message *msg,
			       const void *bytes, size_t len, uint64_t reply,
			       const struct ts_time *now);
bool ts_life_ack(struct ts_billing *b, const struct ts_ack *ack,
		 const struct ts_time *now);
void ts_lives_committed(struct ts_billing *b);
void ts_lives_send(struct ts_billing *b, const struct ts_time *now);
void ts_lives_tick(struct ts_billing *b, const struct ts_time *now);

/* carrying.c */
ts_u128 ts_carrying_part_wei(struct ts_billing *b, const struct ts_billing_channel *c,
			     const struct ts_billing_credit *credit);
void ts_carrying_settle(struct ts_billing *b, struct ts_billing_channel *c,
			const struct ts_bytes *memo);
void ts_carrying_lost(struct ts_billing *b, struct ts_billing_channel *c,
		      ts_u128 lost_wei);

/* channel.c */
void ts_channel_changed(struct ts_billing *b, struct ts_billing_channel *c);
void ts_channels_changed(struct ts_billing *b);
void ts_channels_tell(struct ts_billing *b);
void ts_channels_lost(struct ts_billing *b);
void ts_channel_write(struct ts_billing *b, struct ts_billing_channel *c);
void ts_channel_add(struct ts_billing *b, struct ts_billing_channel *c);
struct ts_billing_channel *ts_channel_life(struct ts_billing *b,
					   const struct ts_hash *identifier,
					   uint64_t open_block_number);
struct ts_billing_channel *ts_channel_of_wallet(struct ts_billing *b,
						const struct ts_address *wallet);
struct ts_billing_channel *
ts_channel_of_wallet_next(struct ts_billing_channel *c);
bool ts_channel_is_life_of(const struct ts_billing_channel *a,
			   const struct ts_billing_channel *b);
struct ts_billing_channel *ts_channel_with(struct ts_billing *b,
					   const struct ts_address *wallet,
					   const struct ts_address *token);

/* liquidity.c */
void ts_liquidity_begin(struct ts_billing_channel *c);
void ts_liquidity_restart(struct ts_billing *b, const struct ts_time *now);
void ts_liquidity_tick(struct ts_billing *b, const struct ts_time *now);

/* refund.c */
ts_u128 ts_channel_unspent_wei(const struct ts_billing_channel *c);
ts_u128 ts_lives_unspent_wei(struct ts_billing *b,
			     const struct ts_billing_channel *c);
int ts_refund_find(struct ts_billing *b, const struct ts_address *wallet,
		   const struct ts_address *token, struct ts_billing_channel **c);
void ts_refund_begin(struct ts_billing *b, struct ts_billing_channel *c,
		     ts_u128 limit_wei, int64_t session, uint64_t reply);
void ts_refund_book(struct ts_billing *b, struct ts_billing_channel *c,
		    ts_u128 limit_wei);
void ts_refunds(struct ts_billing *b, const struct ts_time *now);
void ts_refunds_refuse(struct ts_billing *b);

/* refund_lost.c */
ts_u128 ts_refund_take_back(struct ts_billing *b, struct ts_billing_channel *c,
			    ts_u128 wei);
void ts_refund_lost(struct ts_billing *b, struct ts_billing_channel *c,
		    ts_u128 lost_wei);

/* roam_home.c */
void ts_claim_finish(struct ts_billing *b, struct ts_billing_session *s,
		     const struct ts_time *now);
void ts_claim_refuse(struct ts_billing *b, struct ts_billing_session *s);
void ts_home_settle(struct ts_billing *b, struct ts_billing_channel *c,
		    const struct ts_bytes *memo, ts_u128 wei);
const struct ts_refused *ts_home_came(struct ts_billing *b,
				      const uint8_t *bytes, const struct ts_time *now);
bool ts_box_is_listed(const struct ts_billing *b, const struct ts_address *box);

/* roam_host.c */
struct ts_billing_visit *ts_visit_find(struct ts_billing *b, const char *name);
void ts_visit_free(struct ts_billing *b, struct ts_billing_visit *v);
void ts_visits_refuse(struct ts_billing *b);
void ts_visit_paid(struct ts_billing *b, struct ts_billing_session *s,
		   const struct ts_billing_credit *credit);
void ts_visits_granted(struct ts_billing *b);
int ts_visits_load(struct ts_billing *b);
void ts_stranger_seen(struct ts_billing *b, const struct ts_key *key,
		      const struct ts_meter_event *ev, const struct ts_time *now);

/* roam_leave.c */
bool ts_visits_end_of(struct ts_billing *b, const struct ts_billing_channel *c,
		      const struct ts_time *now);
bool ts_visit_leave(struct ts_billing *b, struct ts_billing_session *s,
		    const struct ts_time *now);
void ts_visits_work(struct ts_billing *b, const struct ts_time *now);

/* reveal.c */
uint64_t ts_reveal_lock(const struct ts_billing *b,
			const struct ts_billing_channel *c,
			const struct ts_message *msg);
void ts_reveal_follow(struct ts_billing *b, const struct ts_billing_channel *c,
		      const struct ts_message *msg, uint64_t lock, const void *bytes,
		      size_t len);

/* reserve.c */
uint64_t ts_reserve(struct ts_billing *b, struct ts_billing_account *a,
		    uint64_t units, const struct ts_time *now);
void ts_reserve_return(struct ts_billing *b, struct ts_billing_account *a,
		       uint64_t keep_units);
void ts_reserve_settle(struct ts_billing *b, struct ts_billing_account *a,
		       uint64_t used_units);

/* revenue.c */
void ts_revenue_begin(struct ts_billing *b, const struct ts_time *now);
void ts_revenue_write(struct ts_billing *b);
void ts_revenue_add(struct ts_billing *b, const struct ts_address *token,
		    enum ts_revenue kind, ts_u128 wei);
void ts_revenue_units(struct ts_billing *b, const struct ts_billing_account *a,
		      uint64_t from_units, uint64_t to_units);
void ts_revenue_tick(struct ts_billing *b, const struct ts_time *now);

/* upstream.c */
uint64_t ts_upstream_bound(const struct ts_billing *b,
			   const struct ts_billing_account *a, uint64_t units);
void ts_upstream_granted(struct ts_billing *b, const struct ts_billing_account *a,
			 uint64_t units);
const char *ts_upstream_fault(const struct ts_billing *b, const char **text);
bool ts_upstream_holds(const struct ts_billing *b);
void ts_upstream_begin(struct ts_billing *b);

/* account.c */
struct ts_billing_account *ts_account_find(struct ts_billing *b, uint32_t id,
					   uint32_t epoch);
void ts_account_add(struct ts_billing *b, struct ts_billing_account *a);
void ts_account_work(struct ts_billing *b, struct ts_billing_account *a);
void ts_account_serve(struct ts_billing *b, struct ts_billing_session *s,
		      const struct ts_time *now);
void ts_account_grant(struct ts_billing *b, struct ts_billing_account *a);
void ts_account_give_back(struct ts_billing *b, struct ts_billing_account *a,
			  const struct ts_time *now);
void ts_account_end(struct ts_billing *b, struct ts_billing_account *a);
void ts_account_settle(struct ts_billing *b, struct ts_billing_account *a,
		       const struct ts_time *now);
void ts_account_delete_all(struct ts_billing *b, const struct ts_time *now);
void ts_account_lost(struct ts_billing *b, struct ts_billing_account *a,
		     const struct ts_time *now);
void ts_account_free(struct ts_billing *b, struct ts_billing_account *a);
bool ts_account_is_empty(const struct ts_billing_account *a);
/* counters.c */
void ts_account_take_counters(struct ts_billing_account *a,
			      const struct ts_account *k);
int ts_account_read(struct ts_billing *b, struct ts_billing_account *a);
void ts_account_book(struct ts_billing *b, struct ts_billing_account *a,
		     const struct ts_time *now);
uint64_t ts_account_passed(const struct ts_billing_account *a);
uint64_t ts_account_counted(const struct ts_billing_account *a);
uint64_t ts_account_unspent(const struct ts_billing_account *a);
void ts_account_sample(struct ts_billing *b, struct ts_billing_account *a,
		       const struct ts_time *now);
void ts_account_size_slice(struct ts_billing *b, struct ts_billing_account *a);

#endif /* TS_BILLING_STATE_H */
