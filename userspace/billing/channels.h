/* SPDX-License-Identifier: GPL-2.0 */
/* channels.h - channels of any life, and what is known of them.  Private to userspace/billing. */
#ifndef TS_BILLING_CHANNELS_H
#define TS_BILLING_CHANNELS_H

#include "billing/state.h"

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
struct ts_billing_channel *ts_channel_of_wallet(const struct ts_billing *b,
						const struct ts_address *wallet);
struct ts_billing_channel *
ts_channel_of_wallet_next(struct ts_billing_channel *c);
bool ts_channel_is_life_of(const struct ts_billing_channel *a,
			   const struct ts_billing_channel *b);
struct ts_billing_channel *ts_channel_with(struct ts_billing *b,
					   const struct ts_address *wallet,
					   const struct ts_address *token);

/* open.c */
const char *ts_channel_foreign(const struct ts_billing *b,
			       const struct ts_channel *channel);
bool ts_channel_is_too_much(const struct ts_billing *b,
			    const struct ts_channel *channel);
void ts_channel_revoke(struct ts_billing *b, struct ts_billing_channel *c);

/* liquidity.c */
void ts_liquidity_begin(struct ts_billing_channel *c);
void ts_liquidity_restart(struct ts_billing *b, const struct ts_time *now);
void ts_liquidity_tick(struct ts_billing *b, const struct ts_time *now);

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

#endif /* TS_BILLING_CHANNELS_H */
