/* SPDX-License-Identifier: GPL-2.0 */
/* payments.h - what comes with value, and its answers.  Private to userspace/billing. */
#ifndef TS_BILLING_PAYMENTS_H
#define TS_BILLING_PAYMENTS_H

#include "billing/state.h"

/* admit.c */
const char *ts_pay_why_not(const struct ts_billing *b,
			   const struct ts_billing_channel *c,
			   ts_u128 credit_wei, const char **text);
ts_u128 ts_pay_room_wei(const struct ts_billing *b,
			const struct ts_billing_channel *c);
bool ts_pay_is_for_carrying(const struct ts_bytes *memo);
bool ts_pay_admit(struct ts_billing *b, struct ts_billing_channel *c,
		  const struct ts_bytes *memo, ts_u128 credit_wei,
		  uint64_t reply);

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
void ts_pay_heed_gap(const struct ts_channel *before, const struct ts_channel *next,
		     struct ts_bytes *memo);
bool ts_pay_is_not_credit(struct ts_billing *b, struct ts_billing_channel *c,
			  struct ts_billing_credit *credit);
void ts_pay_credit(struct ts_billing *b, struct ts_billing_channel *c,
		   const struct ts_billing_credit *credit,
		   const struct ts_time *now);
enum ts_refusal ts_pay_transfer(struct ts_billing *b,
				struct ts_billing_channel *c,
				const struct ts_message *msg, const void *bytes,
				size_t len, uint64_t reply,
				const struct ts_time *now);

#endif /* TS_BILLING_PAYMENTS_H */
