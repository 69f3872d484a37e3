/* SPDX-License-Identifier: GPL-2.0 */
/*
 * gift.h - what the operator gives: vouchers, a day's allowance, sponsored stations.
 *
 * It is the operator's own money: nothing is owed to a wallet for it, none of it is income
 * or refunded, and it ends with its session.  A session spends it before what was paid,
 * by the same reservations and grants as that.
 */
#ifndef TS_BILLING_GIFT_H
#define TS_BILLING_GIFT_H

#include "billing/billing.h"
#include "ledger/gift.h"

/* A code of 80 bits in groups of four, with its NUL. */
#define TS_VOUCHER_CODE_SIZE	(TS_CODE_CHARS + 3 + 1)

/**
 * struct ts_voucher_order - what a new voucher is worth
 * @label: for people
 * @token: of @wei; with @bytes that of the default tariff is taken
 * @wei: so much value; or
 * @bytes: of the internet
 * @until_s: wall time of its end; 0: none
 */
struct ts_voucher_order {
	const char *label;
	struct ts_address token;
	ts_u128 wei;
	uint64_t bytes;
	uint64_t until_s;
};

/**
 * ts_billing_voucher_make() - a new voucher
 * @order: what it is worth
 * @now: the time
 * @code: where its code goes, which is nowhere else
 * @id: set to its number
 *
 * To be shown after the commit.  Return: 0, -EINVAL: it would be worth nothing or is over
 * already, -ENOSPC: too many, or -EROFS.
 */
int ts_billing_voucher_make(struct ts_billing *b, const struct ts_voucher_order *order,
			    const struct ts_time *now, char code[TS_VOUCHER_CODE_SIZE],
			    int64_t *id);
/**
 * ts_billing_voucher_revoke() - one that was not redeemed is worth nothing any more
 * Return: 0, -ENOENT, -EALREADY: it was redeemed or revoked, or -EROFS.
 */
int ts_billing_voucher_revoke(struct ts_billing *b, int64_t id);
/**
 * ts_billing_voucher_trust() - those that a backup brought back may be redeemed again
 * @id: one of them
 *
 * Return: 0, -ENOENT, -EALREADY: it is not in doubt, or -EROFS.
 */
int ts_billing_voucher_trust(struct ts_billing *b, int64_t id);
/* Every one ever, oldest first; as ts_ledger_voucher_load(). */
int ts_billing_voucher_each(struct ts_billing *b,
			    int (*cb)(const struct ts_ledger_voucher *v, void *arg),
			    void *arg);

/**
 * ts_billing_voucher() - a station shows a code
 * @key: the station that asks
 * @code: as it came, any bytes
 * @len: how many
 * @reply: given back to attached() or refuse() exactly once
 *
 * Of a code that was never one, was used, is over or was taken back the same is said, and
 * wrong ones are limited for each station and for all together.
 */
void ts_billing_voucher(struct ts_billing *b, const struct ts_key *key, const void *code,
			size_t len, uint64_t reply, const struct ts_time *now);

/**
 * ts_billing_allowance() - a station asks for what it may have today for nothing
 * @key: the station that asks
 * @reply: given back to attached() or refuse() exactly once
 */
void ts_billing_allowance(struct ts_billing *b, const struct ts_key *key, uint64_t reply,
			  const struct ts_time *now);

/**
 * ts_billing_sponsor() - the operator pays for a station
 * @key: which; its session is made if it has none
 * @token: in which
 * @wei: so much at most
 * @until_s: wall time of its end; 0: none
 * @code: where the session's code goes
 *
 * Whoever has that MAC may spend it (M15), and nobody else, also when the session moves.
 * What was given to it so before ends.  Return: 0, -EINVAL, -ENOSPC or -EROFS.
 */
int ts_billing_sponsor(struct ts_billing *b, const struct ts_key *key,
		       const struct ts_address *token, ts_u128 wei, uint64_t until_s,
		       const struct ts_time *now, char code[TS_CODE_SIZE]);
/** ts_billing_sponsor_end() - no more; Return: 0, -ENOENT, or -EROFS */
int ts_billing_sponsor_end(struct ts_billing *b, const struct ts_key *key,
			   const struct ts_time *now);

/**
 * struct ts_sponsor_view - a station that the operator pays for
 * @code: of its session
 * @key: the station
 * @token: of both amounts
 * @wei: so much at most
 * @spent_wei: used up by closed accounts, and held by the one that is open
 * @until_s: wall time of its end; 0: none
 */
struct ts_sponsor_view {
	char code[TS_CODE_SIZE];
	struct ts_key key;
	struct ts_address token;
	ts_u128 wei;
	ts_u128 spent_wei;
	uint64_t until_s;
};

/* As ts_billing_session_each(). */
int ts_billing_sponsor_each(struct ts_billing *b,
			    int (*cb)(const struct ts_sponsor_view *view, void *arg),
			    void *arg);

#endif /* TS_BILLING_GIFT_H */
