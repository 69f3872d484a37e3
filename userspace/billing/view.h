/* SPDX-License-Identifier: GPL-2.0 */
/*
 * view.h - what there is, for those who show it.
 *
 * Nothing returned by pointer outlives the next call unless said.
 */
#ifndef TS_BILLING_VIEW_H
#define TS_BILLING_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "billing/config.h"
#include "billing/time.h"
#include "ledger/ledger.h"
#include "ledger/revenue.h"
#include "lib/meter.h"
#include "photon/channel.h"
#include "photon/life.h"
#include "photon/memo.h"

struct ts_billing;
struct ts_ledger_reveal;

/** enum ts_session_state - what the portal shows */
enum ts_session_state {
	TS_SESSION_NEVER_PAID,
	TS_SESSION_DRY,
	TS_SESSION_PAID,
};

/**
 * struct ts_session_view - a session as the HTTP object shows it
 * @code: its name
 * @has_station: @station is meaningful
 * @station: which station holds it
 * @state: see enum ts_session_state
 * @account_id: in the kernel; 0: no account
 * @epoch: likewise
 * @tariff: what the account, or else the next payment, is charged by; a copy.
 *	All amounts are in its token; payments in others wait for their turn
 * @granted_units: cumulative, of the account
 * @charged_units: likewise
 * @remaining_units: granted - charged: what the kernel still lets pass
 * @attached_wei: what was paid with this code, since the session came to spend
 *	this token
 * @unspent_wei: of that, not consumed: pool and kernel together
 * @given_wei: of that, what the operator gave and no refund gives back
 * @sponsored_wei: of that, what wallets pay for this station by a signed word; spent last
 * @remaining_bytes: whole bytes of class internet that @unspent_wei buys, at
 *	the dearer direction; UINT64_MAX when that is free
 * @used_bytes: [up, down], billed, over all accounts of this session
 * @access: what the operator says of the station
 * @suggest_wei: a payment that makes sense now
 * @tagged_wei: about the same; whoever pays exactly that without a memo pays for this
 *	session; 0: this token has no tags
 * @held: why the internet is granted less or not at all, whatever was paid, one word;
 *	NULL: it is
 * @held_text: likewise, for people
 * @roaming: it is a guest of another box, @home; of its order @limit_wei may be bought
 *	and @bought_wei was
 * @fault: why nothing is bought for it now; NULL: nothing is wrong
 */
struct ts_session_view {
	char code[TS_CODE_SIZE];
	bool has_station;
	struct ts_key station;
	enum ts_session_state state;
	uint32_t account_id;
	uint32_t epoch;
	struct ts_ledger_tariff tariff;
	uint64_t granted_units;
	uint64_t charged_units;
	uint64_t remaining_units;
	ts_u128 attached_wei;
	ts_u128 unspent_wei;
	ts_u128 given_wei;
	ts_u128 sponsored_wei;
	uint64_t remaining_bytes;
	uint64_t used_bytes[TS_DIR_COUNT];
	enum ts_access access;
	ts_u128 suggest_wei;
	ts_u128 tagged_wei;
	const char *held;
	const char *held_text;
	bool roaming;
	struct ts_address home;
	ts_u128 limit_wei;
	ts_u128 bought_wei;
	const char *fault;
};

/**
 * struct ts_channel_view - a channel as GET /v1/channel shows it
 * @channel: as committed
 * @trusted: see struct ts_ledger_channel
 * @paid_wei: credited here
 * @unspent_wei: of that, neither consumed nor refunded
 * @refunded_wei: of that, gone back by our own transfers
 * @refunding: a refund is under way
 * @leaving: we end it together with the partner
 * @uncredited: why a deposit of the partner's that the chain shows does not count,
 *	one word; NULL: all of it does
 * @cosign: what both sides sign; TS_COSIGN_NONE: nothing
 * @cosign_ours: we asked for it
 * @cosign_wei: what whoever asked gets out
 * @cosign_state: how far it is: "asked", "refused", "signed" or "failed"
 */
struct ts_channel_view {
	struct ts_channel channel;
	bool trusted;
	ts_u128 paid_wei;
	ts_u128 unspent_wei;
	ts_u128 refunded_wei;
	bool refunding;
	bool leaving;
	const char *uncredited;
	enum ts_cosign_kind cosign;
	bool cosign_ours;
	ts_u128 cosign_wei;
	const char *cosign_state;
};

/**
 * struct ts_liquidity_view - what a channel can still carry
 * @channel: as committed; all amounts are in its token
 * @in_wei: what the partner can still pay us
 * @out_wei: what we can still pay, without what its wallet has not spent yet
 * @in_hour_wei: what the partner pays in an hour, at the rate of the last one
 * @out_hour_wei: and we
 * @measured_s: over so long the rate was measured: 45 minutes to an hour, or
 *	since billing began
 * @in_empty_s: at that rate, or that of the last minutes if it is sooner, the partner's
 *	side is empty after so long; 0: it is; UINT64_MAX: never
 * @out_empty_s: likewise ours
 * @carrying_in_wei: of what the partner paid in it, what was for carrying (M13)
 * @carrying_out_wei: of what we paid, likewise: it is a way up, or to a neighbour
 * @leaving: we end it together with the partner
 * @refused: why nothing is credited over it now, one word; NULL: it is
 * @refused_text: likewise, for people
 */
struct ts_liquidity_view {
	struct ts_channel channel;
	ts_u128 in_wei;
	ts_u128 out_wei;
	ts_u128 in_hour_wei;
	ts_u128 out_hour_wei;
	uint64_t measured_s;
	uint64_t in_empty_s;
	uint64_t out_empty_s;
	ts_u128 carrying_in_wei;
	ts_u128 carrying_out_wei;
	bool leaving;
	const char *refused;
	const char *refused_text;
};

/**
 * struct ts_internet_view - what of the internet can be granted (M4)
 * @metered: there is a limit
 * @bytes: so much our way up can carry, as was said last; UINT64_MAX: any number
 * @granted_bytes: so much the kernel may still let pass
 * @left_bytes: so much more can be granted until the next limit
 * @fault: why it is less than stations want, one word; NULL: it is not
 * @text: likewise, for people
 */
struct ts_internet_view {
	bool metered;
	uint64_t bytes;
	uint64_t granted_bytes;
	uint64_t left_bytes;
	const char *fault;
	const char *text;
};

/**
 * struct ts_carrying_view - what a channel can do for what is carried (M13)
 * @partner: the neighbour
 * @usable: both can pay over it, now and later: confirmed, open, not frozen, nobody
 *	leaves, the key is there, and it is credited (M3)
 * @why_not: for people, if it is not
 * @in_wei: what the neighbour can still pay us, and we would take
 * @out_wei: what we can still pay it, without what it has not spent yet
 * @received_wei: what it paid for carrying, in all channels with it in that token
 * @paid_wei: what we paid it, likewise
 */
struct ts_carrying_view {
	struct ts_address partner;
	bool usable;
	const char *why_not;
	ts_u128 in_wei;
	ts_u128 out_wei;
	ts_u128 received_wei;
	ts_u128 paid_wei;
};

/**
 * struct ts_totals_view - the whole box in numbers, for who watches it
 * @sessions: in memory, by enum ts_session_state
 * @online: accounts whose station sent or got something lately
 * @channels: that are open
 * @channels_frozen: of these, with a withdrawal under way
 * @channels_closed: closed and not settled yet
 * @carried_bytes: of stations, since the process began, [class][direction]
 * @earned_wei: since there is a ledger, by token of the config and enum ts_revenue;
 *	what is not booked yet included
 *
 * It is as fresh as the last tick: nothing is read from the kernel or the disk.
 */
struct ts_totals_view {
	unsigned int sessions[TS_SESSION_PAID + 1];
	unsigned int online;
	unsigned int channels;
	unsigned int channels_frozen;
	unsigned int channels_closed;
	uint64_t carried_bytes[TS_CLASS_COUNT][TS_DIR_COUNT];
	ts_u128 earned_wei[TS_TOKENS_MAX][TS_REVENUE_COUNT];
};

void ts_billing_totals(const struct ts_billing *b, struct ts_totals_view *view);

/* Views; read the kernel's counters, change nothing.  -ENOENT: unknown. */
int ts_billing_session_view(struct ts_billing *b, const char *code,
			    struct ts_session_view *view);
int ts_billing_session_each(struct ts_billing *b,
			    int (*cb)(const struct ts_session_view *view,
				      void *arg), void *arg);
/* The newest life of the channel with this wallet in @token; NULL: in the first
 * token of the config. */
int ts_billing_channel_view(struct ts_billing *b,
			    const struct ts_address *wallet,
			    const struct ts_address *token,
			    struct ts_channel_view *view);
int ts_billing_channel_each(struct ts_billing *b,
			    int (*cb)(const struct ts_channel_view *view,
				      void *arg), void *arg);
/* Mediated payments over that channel, with what makes them their wallets' (M8). */
int ts_billing_reveal_each(struct ts_billing *b, const struct ts_address *wallet,
			   const struct ts_address *token,
			   int (*cb)(const struct ts_ledger_reveal *r, void *arg),
			   void *arg);
/*
 * As committed; -ENOENT: there is no channel, -EAGAIN: of that one the open batch has
 * news, which channel_changed() will tell of.  Limits of the whole box (M3) move it, too,
 * without being told of.
 */
int ts_billing_carrying_view(struct ts_billing *b, const struct ts_address *partner,
			     const struct ts_address *token,
			     struct ts_carrying_view *view);
/* All of which there are no news: the newest with each partner, settled or not. */
int ts_billing_carrying_each(struct ts_billing *b, const struct ts_address *token,
			     int (*cb)(const struct ts_carrying_view *view, void *arg),
			     void *arg);
/* Channels that are not settled, and what they can still carry (M4). */
int ts_billing_liquidity_each(struct ts_billing *b, const struct ts_time *now,
			      int (*cb)(const struct ts_liquidity_view *view,
					void *arg), void *arg);
/*
 * Messages of ours to @to that it may not have yet, in the order to take them: for
 * whoever fetches them.  What waits behind an outstanding one is not shown.
 */
int ts_billing_outbox_each(struct ts_billing *b, const struct ts_address *to,
			   int (*cb)(const void *bytes, size_t len, void *arg),
			   void *arg);
void ts_billing_internet(const struct ts_billing *b, struct ts_internet_view *view);
/* What was charged by token, day and kind, up to now (M5); see ledger/revenue.h. */
int ts_billing_revenue_each(struct ts_billing *b,
			    int (*cb)(const struct ts_ledger_revenue *r, void *arg),
			    void *arg);
/* The day that what is charged now belongs to; 0: the clock is not to be trusted. */
uint64_t ts_billing_day(const struct ts_billing *b);
/* Tariffs that can be paid under now, and (in @announced) those to come. */
int ts_billing_tariff_each(struct ts_billing *b, const struct ts_time *now,
			   int (*cb)(const struct ts_ledger_tariff *t,
				     bool announced, void *arg), void *arg);
/* "account-of-bytes": sums of the ledger, by token and wallet; see
 * ts_ledger_sum(). */
int ts_billing_sum(struct ts_billing *b,
		   int (*cb)(const struct ts_ledger_sum *s, void *arg),
		   void *arg);

#endif /* TS_BILLING_VIEW_H */
