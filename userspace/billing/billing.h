/* SPDX-License-Identifier: GPL-2.0 */
/*
 * billing.h - from a payment to packets that pass.
 *
 * Billing keeps sessions, what wallets attached to them, accounts, reservations
 * and slices.  It decides without a clock and without I/O of its own: it is
 * handed datagrams, events of the meter and the time, changes its state and the
 * open batch of the ledger, and queues what is to follow.  ts_billing_flush()
 * commits and only then lets the queue out, in order (rule M10):
 *
 *	ts_billing_datagram() ... ts_billing_meter_event() ... ts_billing_tick()
 *	ts_billing_flush()		once each turn of the event loop
 *
 * The caller's loop sleeps at most until ts_billing_deadline().
 *
 * When a commit fails the batch and the queue are dropped, the state is loaded
 * again from the disk, and billing is read-only: budgets that are already
 * reserved go on to be granted, nothing is accepted, every reply handle is
 * refused with TS_REFUSE_READ_ONLY.  ts_billing_read_only() says why.
 *
 * All functions return 0 or a negative errno unless said; ts_billing_error()
 * then says what is wrong and what to do, in one line.  Not thread-safe.
 * Nothing returned by pointer outlives the next call unless said.
 */
#ifndef TS_BILLING_BILLING_H
#define TS_BILLING_BILLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "billing/config.h"
#include "billing/roam.h"
#include "billing/time.h"
#include "billing/view.h"
#include "ledger/ledger.h"
#include "lib/meter.h"
#include "photon/channel.h"
#include "photon/life.h"
#include "photon/memo.h"

/**
 * struct ts_billing_meter - what billing asks of the kernel
 * @m: handed to each function
 *
 * Semantics, limits and errors as the functions of lib/meter.h of the same
 * name.  ts_billing_meter_use() fills it in for a real meter; tests fake it.
 */
struct ts_billing_meter {
	void *m;
	int (*account_set)(void *m, struct ts_account *a);
	int (*account_get)(void *m, uint32_t id, struct ts_account *a);
	int (*close_accounts)(void *m, struct ts_closing *c, size_t n);
	int (*account_dump)(void *m,
			    int (*cb)(const struct ts_account *a, void *arg),
			    void *arg);
	int (*grant)(void *m, uint32_t id, uint32_t epoch,
		     uint64_t granted_units);
	int (*revoke)(void *m, uint32_t id, uint32_t epoch, uint64_t max_units,
		      uint64_t *taken_units);
	int (*tariff_set)(void *m, const struct ts_tariff *t);
	int (*tariff_del)(void *m, uint32_t id);
	const char *(*error)(void *m);
};

/**
 * enum ts_refuse - why a datagram gets no Ack, in kinds that need an answer
 * @TS_REFUSE_CONFLICT: nonce_replayed or nonce_gap; @last tells where to go on
 * @TS_REFUSE_INVALID: it can never be accepted as it is
 * @TS_REFUSE_FORBIDDEN: this channel may not pay here now (closed, frozen,
 *	settle timeout or deposit too small, too much unsettled)
 * @TS_REFUSE_UNKNOWN: no such channel here
 * @TS_REFUSE_BUSY: too much at once; send it again
 * @TS_REFUSE_READ_ONLY: the ledger cannot be written, an operator must act
 */
enum ts_refuse {
	TS_REFUSE_CONFLICT,
	TS_REFUSE_INVALID,
	TS_REFUSE_FORBIDDEN,
	TS_REFUSE_UNKNOWN,
	TS_REFUSE_BUSY,
	TS_REFUSE_READ_ONLY,
};

/**
 * struct ts_refused - a refusal, for HTTP; over UDP it is silence (counted)
 * @kind: see enum ts_refuse
 * @name: stable snake_case word, for JSON, counters and logs
 * @text: what is wrong and what to do
 * @last: with TS_REFUSE_CONFLICT the channel as committed, else NULL
 */
struct ts_refused {
	enum ts_refuse kind;
	const char *name;
	const char *text;
	const struct ts_channel *last;
};

/** enum ts_notice - what the payer of a session is told */
enum ts_notice {
	TS_NOTICE_PAID,		/* budget was added */
	TS_NOTICE_LOW,		/* less left than the low-water mark */
	TS_NOTICE_DRY,		/* a frame was refused, nothing left to grant */
};

/**
 * struct ts_billing_effects - what leaves billing
 * @ctx: handed to each function
 * @ack: send these 56 bytes as the answer to the datagram of @reply
 * @refuse: the datagram or attach of @reply is refused; each handle gets exactly
 *	one ack, answer, taken, refunded, attached, claimed or refuse, also when the batch fails or billing stops
 * @answer: send these bytes to where the datagram of @reply came from
 * @taken: the datagram of @reply, an Ack, was taken and has no answer
 * @heard: the datagram of @reply was made by @partner and never seen before: so
 *	where it came from is where @partner is, as far as anybody can know (M9);
 *	comes before its ack
 * @send: send a message of ours to @to, by whatever way there is; it is sent
 *	again until it is acked, or answered
 * @refunded: the refund of @reply to @wallet, over its channel in @token, is
 *	signed, and on its way
 * @attached: the attach of @reply is done; the value is the session's of @code,
 *	the asking station's
 * @claimed: the claim of @reply is met: under this order @bought_wei was bought in all
 * @granted: a guest's first grant is in the kernel; its order came at @arrived_ns, and
 *	its first frame, if one was told, at @frame_ns.  Returns CLOCK_BOOTTIME ns
 * @session_changed: the view of this session differs from before
 * @notify: tell the holders of this session
 * @channel_changed: what the channel with @partner in @token can carry, or what was paid
 *	over it, may be other than before; see struct ts_carrying_view.  Not for those that
 *	ts_billing_open() found.  NULL: nobody wants to know
 * @relay_paid: the last ts_billing_relay_pay() to @partner in @token is @committed, and
 *	leaves; or the batch that had it is lost.  NULL: nobody wants to know
 * @log: one line for the log; priority as in <syslog.h>
 * @random: fill with bytes nobody can guess
 *
 * ack, answer, taken, heard, send, refuse, refunded, attached, claimed, granted,
 * session_changed, notify, channel_changed and relay_paid are called from
 * ts_billing_flush()
 * and ts_billing_stop() alone, after the commit; they may read the views but
 * not call anything that changes billing.
 */
struct ts_billing_effects {
	void *ctx;
	void (*ack)(void *ctx, uint64_t reply, const uint8_t ack[TS_ACK_BYTES]);
	void (*answer)(void *ctx, uint64_t reply, const void *bytes, size_t len);
	void (*taken)(void *ctx, uint64_t reply);
	void (*heard)(void *ctx, uint64_t reply,
		      const struct ts_address *partner);
	void (*send)(void *ctx, const struct ts_address *to, const void *bytes,
		     size_t len);
	void (*refuse)(void *ctx, uint64_t reply, const struct ts_refused *why);
	void (*refunded)(void *ctx, uint64_t reply,
			 const struct ts_address *wallet,
			 const struct ts_address *token);
	void (*attached)(void *ctx, uint64_t reply, const char *code);
	void (*claimed)(void *ctx, uint64_t reply, const char *order,
			ts_u128 bought_wei);
	uint64_t (*granted)(void *ctx, const char *order, uint64_t arrived_ns,
			    uint64_t frame_ns);
	void (*session_changed)(void *ctx, const char *code);
	void (*notify)(void *ctx, const char *code, enum ts_notice notice);
	void (*channel_changed)(void *ctx, const struct ts_address *partner,
				const struct ts_address *token);
	void (*relay_paid)(void *ctx, const struct ts_address *partner,
			   const struct ts_address *token, bool committed);
	void (*log)(void *ctx, int priority, const char *text);
	void (*random)(void *ctx, void *bytes, size_t len);
};

/**
 * struct ts_billing_counters - since the process began
 * @payments: accepted and committed
 * @repeats: acked again
 * @refused: by enum ts_refuse
 * @refusals: of these, what a channel or the codec refused, by enum ts_refusal
 * @pings: acked
 * @messages: accepted and committed, of those that are no plain payment
 * @forwarded: locks that went on to their target
 * @sent: messages of ours, each time
 * @resent: of these, not the first time since the start
 * @acked: messages of ours of which an Ack came
 * @refunds: transfers of ours that give unspent value back
 * @relay_payments: transfers of ours for carrying
 * @commits: of batches
 * @grants: handed to the kernel
 */
struct ts_billing_counters {
	uint64_t payments;
	uint64_t repeats;
	uint64_t refused[TS_REFUSE_READ_ONLY + 1];
	uint64_t refusals[TS_REFUSAL_COUNT];
	uint64_t pings;
	uint64_t messages;
	uint64_t forwarded;
	uint64_t sent;
	uint64_t resent;
	uint64_t acked;
	uint64_t refunds;
	uint64_t relay_payments;
	uint64_t commits;
	uint64_t grants;
};

/**
 * ts_billing_open() - load the ledger, adopt the kernel's accounts
 * @ledger: open for writing; stays the caller's, who closes it after
 *	ts_billing_stop() or ts_billing_free()
 * @config: copied
 * @meter: copied; the meter must be owned (ts_meter_own())
 * @effects: copied
 * @now: the time
 * @billing: set on success
 * @err: on failure, one line for people
 * @err_size: room in @err
 *
 * Kernel accounts that the ledger knows go on with their counters; those of
 * kind client that it does not know are closed; accounts of the ledger that the
 * kernel does not have are closed by the rule of @config->loss_bearer.  Commits.
 *
 * Return: 0, -EINVAL: the config cannot be used, or another negative errno.
 */
int ts_billing_open(struct ts_ledger *ledger,
		    const struct ts_billing_config *config,
		    const struct ts_billing_meter *meter,
		    const struct ts_billing_effects *effects,
		    const struct ts_time *now, struct ts_billing **billing,
		    char *err, size_t err_size);
/** ts_billing_free() - forget everything in memory, as a crash would */
void ts_billing_free(struct ts_billing *b);
const char *ts_billing_error(const struct ts_billing *b);
/** ts_billing_read_only() - Return: NULL, or why nothing can be accepted */
const char *ts_billing_read_only(const struct ts_billing *b);

/**
 * ts_billing_key() - what our messages are signed with from now on
 * @key: of @config->our_address; stays the caller's, and must outlive billing
 *
 * Until then direct transfers are taken and nothing else, and nothing is sent.
 */
void ts_billing_key(struct ts_billing *b, const struct ts_signer *key);
/**
 * ts_billing_head() - how far the chain was followed
 * @head_block: the newest block of which all events were taken
 * @fresh: the chain was heard of lately
 *
 * Until it is called, nothing that depends on expirations is begun (M8).
 */
void ts_billing_head(struct ts_billing *b, uint64_t head_block, bool fresh);

/* Whether a deposit of ours may still come into @channel: see struct ts_moment. */
typedef bool ts_billing_deposit_pending(void *arg, const struct ts_channel *channel);

/**
 * ts_billing_deposits() - who knows what of ours is on its way into a channel
 * @pending: asked before anything is co-signed; NULL: nothing ever is
 * @arg: for @pending
 */
void ts_billing_deposits(struct ts_billing *b, ts_billing_deposit_pending *pending,
			 void *arg);

/**
 * ts_billing_reload() - use another config from now on
 *
 * Value paid keeps its tariff (M7); our_address, the tokens, tokens_network,
 * chain_id and boot_id must be the same.  If the commit of its tariffs fails
 * later, the config before holds again.  Return: 0 or -EINVAL, and nothing has
 * changed.
 */
int ts_billing_reload(struct ts_billing *b,
		      const struct ts_billing_config *config,
		      const struct ts_time *now);

/**
 * ts_billing_station() - the session of a station; made if new
 * @key: the station that asks, found by the caller in the neighbour table
 * @code: where the session's code goes
 *
 * Costs nothing but a place in a bounded list until it is paid for.
 *
 * Return: 0, -ENOSPC: too many sessions that nobody has paid for.
 */
int ts_billing_station(struct ts_billing *b, const struct ts_key *key,
		       const struct ts_time *now, char code[TS_CODE_SIZE]);
/** ts_billing_station_find() - the same, but never makes one: -ENOENT */
int ts_billing_station_find(struct ts_billing *b, const struct ts_key *key,
			    char code[TS_CODE_SIZE]);
/**
 * ts_billing_station_gone() - a station left (disassociation): its slice goes
 * back to the pool (M15).  The session stays; EXHAUSTED or a payment wakes it.
 */
int ts_billing_station_gone(struct ts_billing *b, const struct ts_key *key,
			    const struct ts_time *now);
/**
 * ts_billing_session_move() - the holder of a code is at another station now
 * @code: shown by the station itself as its proof (the cookie of M15)
 * @key: where it is now; the latest proven station wins
 *
 * The account at the old station is closed and its value follows.  A session
 * that @key had before keeps its value and has no station.
 *
 * Return: 0, -ENOENT: no such code.
 */
int ts_billing_session_move(struct ts_billing *b, const char *code,
			    const struct ts_key *key, const struct ts_time *now);
/**
 * ts_billing_session_bind() - the operator says at which station a session is
 * @code: its code
 * @key: the station
 *
 * As ts_billing_session_move(), but nobody is pushed aside: a station that has value of
 * its own keeps it.  What the session was paid stays its payers': it is still theirs to
 * have back, or to attach elsewhere.
 *
 * Return: 0, -ENOENT: no such code, -EEXIST: the station has value of its own, -EBUSY:
 * its value is on its way elsewhere, or it is a guest's, whose station its order names.
 */
int ts_billing_session_bind(struct ts_billing *b, const char *code,
			    const struct ts_key *key, const struct ts_time *now);
/**
 * ts_billing_session_end() - ts_billing_session_close(), and a refund as by
 * ts_billing_logout().  Return: as ts_billing_session_close().
 */
int ts_billing_session_end(struct ts_billing *b, const char *code,
			   const struct ts_time *now);
/**
 * ts_billing_session_close() - log out: what is unspent goes back to its
 * wallets' pools, where no session can spend it.  Return: 0, -ENOENT.
 */
int ts_billing_session_close(struct ts_billing *b, const char *code,
			     const struct ts_time *now);

/**
 * ts_billing_datagram() - a Photon datagram, from UDP or HTTP
 * @bytes: as they came, any bytes
 * @len: how many
 * @reply: the caller's handle, given back to ack() or refuse() exactly once,
 *	from a later ts_billing_flush()
 */
void ts_billing_datagram(struct ts_billing *b, const void *bytes, size_t len,
			 uint64_t reply, const struct ts_time *now);

/**
 * struct ts_billing_nonce - what a wallet needs to sign an attach
 * @nonce: proves that the box gave it, to this station, not long ago
 * @clock_s: of the box, by which an attach expires; starts anew with a reboot
 * @expires_s: by that clock, when @nonce is worth nothing any more
 */
struct ts_billing_nonce {
	struct ts_hash nonce;
	uint64_t clock_s;
	uint64_t expires_s;
};

/** ts_billing_nonce() - a nonce for the station @key, good for one attach */
void ts_billing_nonce(struct ts_billing *b, const struct ts_key *key,
		      const struct ts_time *now, struct ts_billing_nonce *out);
/**
 * ts_billing_attach() - a wallet takes its value along to another station
 * @key: the station that asks, which got the nonce
 * @bytes: a signed attach (photon/attach.h), any bytes
 * @len: how many
 * @reply: given back to attached() or refuse() exactly once
 *
 * What the signing wallet paid into the session that the attach names, up to
 * the limit in it, becomes value of the asking station's own session, after the
 * account at the old station was closed and settled.  What others paid stays
 * where it is: so nobody gets hold of a session, or disturbs it for long, by
 * paying a little into it (M6).  The latest proven station wins (M15).
 */
void ts_billing_attach(struct ts_billing *b, const struct ts_key *key,
		       const void *bytes, size_t len, uint64_t reply,
		       const struct ts_time *now);

/** ts_billing_meter_event() - an event of the meter; kinds that do not matter
 * here (ports) are ignored.  A stranger may be a station that comes back. */
void ts_billing_meter_event(struct ts_billing *b,
			    const struct ts_meter_event *ev,
			    const struct ts_time *now);
/** ts_billing_meter_rescan() - events were lost: look at every account */
void ts_billing_meter_rescan(struct ts_billing *b, const struct ts_time *now);

/**
 * ts_billing_meter_lost() - the meter is gone, with all its accounts
 *
 * They are settled by the rule of @config->loss_bearer from what was last read;
 * what is left of their reservations goes back to the payments.  Value is taken
 * and sessions are kept as ever, but nobody gets an account until
 * ts_billing_meter_back().
 */
void ts_billing_meter_lost(struct ts_billing *b, const struct ts_time *now);
/**
 * ts_billing_meter_back() - there is a meter again, owned and without accounts
 *
 * Return: 0, or negative errno: the meter refuses the tariffs; try again.
 */
int ts_billing_meter_back(struct ts_billing *b, const struct ts_time *now);

/**
 * ts_billing_tick() - what time brings: rates, slices, idle stations, tariffs
 * that begin, hourly charges and checkpoints.  Once a second, or later.
 */
void ts_billing_tick(struct ts_billing *b, const struct ts_time *now);

/**
 * ts_billing_flush() - commit what is due, then let the effects out in order
 *
 * Return: 0, also when there was nothing to do or the commit window is still
 * open; -EROFS: the commit failed, see ts_billing_read_only().
 */
int ts_billing_flush(struct ts_billing *b, const struct ts_time *now);
/**
 * ts_billing_deadline() - when flush has to be called again, at the latest
 * Return: CLOCK_BOOTTIME ns; UINT64_MAX: nothing waits.
 */
uint64_t ts_billing_deadline(const struct ts_billing *b);

/**
 * ts_billing_stop() - clean stop: charges and checkpoints are written, waiting
 * replies are answered; paid budgets stay in the kernel.  Then only
 * ts_billing_free() may follow.
 */
int ts_billing_stop(struct ts_billing *b, const struct ts_time *now);

/**
 * ts_billing_channel_import() - know a channel, or its news
 * @channel: checked by ts_channel_fault(); of a known life the deposits, state
 *	and frozen are taken over, proofs only if they are newer
 * @trusted: credit it whatever its timeout and deposit are (M3)
 *
 * A newer open_block_number is the next life, and says that the one before was
 * settled: it takes no transfer any more.  An older one: -EINVAL.  frozen
 * closes the accounts that hold its value (M2).  Commits with the next flush.
 */
int ts_billing_channel_import(struct ts_billing *b,
			      const struct ts_channel *channel, bool trusted,
			      const struct ts_time *now);

/**
 * ts_billing_refund() - unspent value goes back to the wallet that paid it (M11)
 * @wallet: of the channel
 * @token: of the channel; NULL: the first of the config
 * @limit_wei: no more than this, newest payments first; TS_U128_MAX: all
 * @reply: given back to refunded() or refuse() exactly once; 0: nobody waits
 *
 * Accounts that hold value of the channel are ended and settled first, then our
 * own DirectTransfer is signed in the batch that books it.  Return: 0: begun;
 * -ENOENT, -EPERM (closed or frozen: it stays owed), -EBUSY, -EAGAIN or -EROFS,
 * and @reply does not come back.
 */
int ts_billing_refund(struct ts_billing *b, const struct ts_address *wallet,
		      const struct ts_address *token, ts_u128 limit_wei, uint64_t reply);
/**
 * ts_billing_refund_signed() - the wallet itself asks for it
 * @key: the station that asks, which got the nonce by ts_billing_nonce()
 * @bytes: a signed refund (photon/attach.h), any bytes
 * @len: how many
 * @reply: given back to refunded() or refuse() exactly once
 *
 * It goes to the address that signed and paid, whoever brings it (M6).
 */
void ts_billing_refund_signed(struct ts_billing *b, const struct ts_key *key,
			      const void *bytes, size_t len, uint64_t reply,
			      const struct ts_time *now);
/**
 * ts_billing_logout() - whoever shows a session's code ends it
 * @code: as it came, any bytes
 * @len: how many
 * @reply: given back to taken() or refuse() exactly once
 *
 * As ts_billing_session_close(), and what the session had of each wallet that can be
 * paid back now leaves with the same flush as a refund; of others it stays owed.  Only
 * what was paid for this session goes back, and only to who paid it (M6, M11).
 */
void ts_billing_logout(struct ts_billing *b, const void *code, size_t len,
		       uint64_t reply, const struct ts_time *now);
/**
 * ts_billing_pay() - a DirectTransfer of the operator's own
 * @amount_wei: out of our balance, but for what the wallet has not spent yet
 *
 * Commits with the next flush, and leaves then.  Return: as
 * ts_billing_refund(), or -EINVAL.
 */
int ts_billing_pay(struct ts_billing *b, const struct ts_address *wallet,
		   const struct ts_address *token, ts_u128 amount_wei);
/**
 * ts_billing_relay_pay() - a DirectTransfer to a neighbour for carrying (M13)
 * @wei: out of our balance, but for what it has not spent yet
 *
 * Booked in the batch that holds our signature, and told by relay_paid().  One at a
 * time: what is owed is cumulative, so the next one pays all of it.
 *
 * Return: 0: planned; else it is not made, and relay_paid() not called: -EBUSY: a message
 * of ours is not acked yet, or a refund is under way; -EINVAL: more than our balance;
 * -ENOENT; -EPERM: closed, frozen, leaving, or restored from a backup; -EROFS.
 */
int ts_billing_relay_pay(struct ts_billing *b, const struct ts_address *partner,
			 const struct ts_address *token, ts_u128 wei);
/**
 * ts_billing_relay_said() - what a neighbour has signed (a receipt) of payments for
 * carrying, in all
 * @they_received_wei: of us
 * @they_paid_wei: to us
 *
 * With a backup both sums may be lost, and the transfers are known by their amounts
 * alone: then what it admits counts as paid as far as our own proofs have it, and what it
 * says that it paid is taken out of what it has in its pool, attached to nothing.  Else it
 * changes nothing.  Commits with the next flush.  Return: 0, -ENOENT or -EROFS.
 */
int ts_billing_relay_said(struct ts_billing *b, const struct ts_address *partner,
			  const struct ts_address *token,
			  ts_u128 they_received_wei, ts_u128 they_paid_wei);
/**
 * struct ts_upstream_limit - how much our own way to the internet can still carry
 * @bytes: of frames as stations' are billed, that we can still pay for; UINT64_MAX: any
 *	number.  What the mesh adds to a frame is taken off already
 * @low_bytes: below this it is low, and said so
 * @refused: why nothing is to be had there, one word; NULL: it is
 * @text: likewise, for people; both stay as they are, wherever they point to
 */
struct ts_upstream_limit {
	uint64_t bytes;
	uint64_t low_bytes;
	const char *refused;
	const char *text;
};

/**
 * ts_billing_upstream() - what the kernel may let stations have of the internet (M4)
 * @limit: as it is now; copied
 *
 * Holds until the next one, and counts down with each grant.  To be called right after the
 * counters were read from which it follows: what stations used since billing looked last
 * counts as if they still could.  Above the limit grants are taken back; nothing that was
 * paid for is lost by it.  A direction that is free is not held back by a budget.
 */
void ts_billing_upstream(struct ts_billing *b, const struct ts_upstream_limit *limit,
			 const struct ts_time *now);
/**
 * ts_billing_leave() - end the channel together with its partner (M1, M11)
 *
 * What is unspent is refunded, our balance withdrawn, then the rest settled; each
 * step when the one before is done, and over restarts.  Nothing is credited over
 * it any more.  Return: as ts_billing_refund().
 */
int ts_billing_leave(struct ts_billing *b, const struct ts_address *wallet,
		     const struct ts_address *token);
/**
 * ts_billing_withdraw() - ask the partner to co-sign a withdrawal of ours (M2)
 * @amount_wei: out of our balance, but for what the wallet has not spent yet
 *
 * Frozen in the very batch that holds our signature.  Asked again for the same
 * while it is under way it changes nothing.  Return: as ts_billing_pay().
 */
int ts_billing_withdraw(struct ts_billing *b, const struct ts_address *wallet,
			const struct ts_address *token, ts_u128 amount_wei, const struct ts_time *now);

void ts_billing_counters(const struct ts_billing *b,
			 struct ts_billing_counters *counters);

/** ts_billing_meter_use() - let billing use a real meter (links libtokenswitch) */
void ts_billing_meter_use(struct ts_billing_meter *ops, struct ts_meter *m);

#endif /* TS_BILLING_BILLING_H */
