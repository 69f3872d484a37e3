/* SPDX-License-Identifier: GPL-2.0 */
/*
 * share.h - owners and investors: whose the income is, and how it gets to them.
 *
 * Income is what was charged without what our own way to the internet cost (M5): never
 * what was paid and is unspent, nor a deposit.  It is split by the shares of the config
 * at the end of each day, before they change and before they are paid out.  What a day's
 * costs exceed its income by is made up by the days after it, before anything is split.
 *
 * A holder was allotted the whole units of its parts of all that was split: what is less
 * than a unit is carried.  All else, so these units too, is the box's own.  So each unit
 * is somebody's, and nobody gets more by splitting often.
 */
#ifndef TS_BILLING_SHARE_H
#define TS_BILLING_SHARE_H

#include "billing/billing.h"
#include "ledger/share.h"

/**
 * ts_billing_shares_split() - all that passed until now is booked and split
 *
 * Commits with the next flush.  Return: 0 or -EROFS.
 */
int ts_billing_shares_split(struct ts_billing *b, const struct ts_time *now);

/**
 * ts_billing_payout_fault() - why no share is paid out now
 * Return: NULL, or one line for people.
 */
const char *ts_billing_payout_fault(struct ts_billing *b);

/**
 * ts_billing_share_pay() - pay what a holder is owed by a transfer over its channel
 * @token: in which
 * @holder: to whom
 * @now: the time
 * @paid_wei: set to how much: all, or what our side of the channel has left without what
 *	its wallet has not spent yet
 *
 * The payout is booked in the batch that signs the transfer, so that a crash before leaves
 * all as it was and one after sends the same bytes again (M10).
 *
 * Return: 0, -ENOENT: no share, or no channel with it, -EALREADY: nothing is owed,
 * -EPERM, -EBUSY, -EAGAIN, -EINVAL or -EROFS: not now, ts_billing_error() says why.
 */
int ts_billing_share_pay(struct ts_billing *b, const struct ts_address *token,
			 const struct ts_address *holder, const struct ts_time *now,
			 ts_u128 *paid_wei);

/**
 * ts_billing_share_paid_cold() - a transaction on the chain pays so much to a holder
 * @tx: its row in the ledger, in the open batch as this
 *
 * Return: 0, -EINVAL: more than is owed, -ENOENT, or -EROFS.
 */
int ts_billing_share_paid_cold(struct ts_billing *b, const struct ts_address *token,
			       const struct ts_address *holder, ts_u128 wei, int64_t tx,
			       const struct ts_time *now);
/**
 * ts_billing_payouts_failed() - look for transactions that pay nothing: that is owed again
 *
 * At the start, and when a transaction ended.  Return: 0 or negative errno.
 */
int ts_billing_payouts_failed(struct ts_billing *b);

/**
 * ts_billing_settled_owed_wei() - of what is ours on the chain, what is owed to wallets (M11)
 *
 * What they have not spent of channels that are not open any more.
 */
ts_u128 ts_billing_settled_owed_wei(struct ts_billing *b, const struct ts_address *token);

/**
 * ts_billing_payout_due() - is it time by the schedule of the config?
 * Return: whether it is.
 */
bool ts_billing_payout_due(struct ts_billing *b, const struct ts_time *now);
/** ts_billing_payout_done() - it was done; in the open batch; Return: 0 or -EROFS */
int ts_billing_payout_done(struct ts_billing *b, const struct ts_time *now);

/**
 * ts_billing_payouts_trust() - the operator's word that all payouts are known
 *
 * A backup does not know of those that were made after it.  Return: 0, -EALREADY: nothing
 * was in doubt, or -EROFS.
 */
int ts_billing_payouts_trust(struct ts_billing *b);

/* Shares, what they were allotted on each day, and payouts, as ts_ledger_share_load(). */
int ts_billing_share_each(struct ts_billing *b,
			  int (*cb)(const struct ts_ledger_share *s, void *arg),
			  void *arg);
int ts_billing_share_day_each(struct ts_billing *b,
			      int (*cb)(const struct ts_ledger_share_day *d, void *arg),
			      void *arg);
int ts_billing_payout_each(struct ts_billing *b,
			   int (*cb)(const struct ts_ledger_payout *p, void *arg),
			   void *arg);

#endif /* TS_BILLING_SHARE_H */
