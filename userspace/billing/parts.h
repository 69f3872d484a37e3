/* SPDX-License-Identifier: GPL-2.0 */
/* parts.h - what is left of a wallet's payments.  Private to userspace/billing. */
#ifndef TS_BILLING_PARTS_H
#define TS_BILLING_PARTS_H

#include "billing/channels.h"

/**
 * struct ts_part - of one payment
 * @row: the payment
 * @wei: what of it goes
 */
struct ts_part {
	struct ts_ledger_payment row;
	ts_u128 wei;
};

/**
 * struct ts_parts - newest first, as what is oldest is spent first
 * @wallet: whose
 * @session: only what was paid for this one; 0: all
 * @payment: only this one; 0: all
 * @part: the parts; ids fall
 * @count: how many
 * @sum_wei: of them
 * @unseen_wei: what is left of a life's payments that were not looked at yet
 */
struct ts_parts {
	const struct ts_address *wallet;
	int64_t session;
	int64_t payment;
	struct ts_part *part;
	size_t count;
	ts_u128 sum_wei;
	ts_u128 unseen_wei;
};

/* Lives of the channel @c, with what nobody has paid in them, too. */
#define ts_for_each_life(life, b, c)					\
	for (life = ts_channel_of_wallet(b,				\
				&(c)->row.channel.partner_address);	\
	     life; life = ts_channel_of_wallet_next(life))		\
		if (ts_channel_is_life_of(life, c))

int ts_parts_collect(struct ts_billing *b, struct ts_billing_channel *c,
		     struct ts_parts *parts);
void ts_parts_unheld(struct ts_billing *b, struct ts_parts *parts);
void ts_parts_limit(struct ts_parts *parts, ts_u128 limit_wei);
void ts_parts_book(struct ts_billing *b, struct ts_billing_channel *c,
		   struct ts_parts *parts);
void ts_parts_free(struct ts_parts *parts);

#endif /* TS_BILLING_PARTS_H */
