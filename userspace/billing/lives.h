/* SPDX-License-Identifier: GPL-2.0 */
/* lives.h - what is under way in channels.  Private to userspace/billing. */
#ifndef TS_BILLING_LIVES_H
#define TS_BILLING_LIVES_H

#include "billing/state.h"

/* life.c */
struct ts_billing_step *ts_life_step(struct ts_billing *b);
bool ts_life_deposit_pending(const struct ts_billing *b,
			     const struct ts_billing_channel *c);
struct ts_moment ts_life_moment(const struct ts_billing *b,
				const struct ts_billing_channel *c,
				const struct ts_time *now);
const struct ts_life *ts_life_of(struct ts_billing *b,
				 const struct ts_billing_channel *c,
				 struct ts_life *room);
bool ts_life_keep(struct ts_billing *b, struct ts_billing_channel *c,
		  const struct ts_life *life);
void ts_life_release(struct ts_billing *b, struct ts_billing_channel *c);
void ts_life_store(struct ts_billing *b, struct ts_billing_channel *c,
		   const struct ts_life *next);
void ts_life_settle_down(struct ts_billing *b, struct ts_billing_channel *c,
			 const struct ts_time *now);
void ts_lives_committed(struct ts_billing *b);
void ts_lives_tick(struct ts_billing *b, const struct ts_time *now);

/* message.c */
enum ts_refusal ts_life_message(struct ts_billing *b,
				struct ts_billing_channel *c,
				const struct ts_message *msg, const void *bytes,
				size_t len, uint64_t reply,
				const struct ts_time *now);
enum ts_refusal ts_life_reveal(struct ts_billing *b, const struct ts_message *msg,
			       const void *bytes, size_t len, uint64_t reply,
			       const struct ts_time *now);

/* outbox.c */
bool ts_life_ack(struct ts_billing *b, const struct ts_ack *ack,
		 const struct ts_time *now);
void ts_lives_send(struct ts_billing *b, const struct ts_time *now);

/* hop.c */
void ts_hop_lock(struct ts_billing *b, struct ts_billing_channel *up,
		 const struct ts_hash *secret_hash, const struct ts_time *now);
void ts_hop_waiting(struct ts_billing *b, struct ts_billing_channel *c,
		    const struct ts_time *now);
enum ts_refusal ts_hop_follow(struct ts_billing *b,
			      const struct ts_billing_channel *c,
			      const struct ts_outcome *outcome,
			      struct ts_billing_channel **other);

/* reveal.c */
uint64_t ts_reveal_lock(const struct ts_billing *b,
			const struct ts_billing_channel *c,
			const struct ts_message *msg);
void ts_reveal_follow(struct ts_billing *b, const struct ts_billing_channel *c,
		      const struct ts_message *msg, uint64_t lock, const void *bytes,
		      size_t len);

/* carrying.c */
ts_u128 ts_carrying_part_wei(struct ts_billing *b, const struct ts_billing_channel *c,
			     const struct ts_billing_credit *credit);
void ts_carrying_settle(struct ts_billing *b, struct ts_billing_channel *c,
			const struct ts_bytes *memo);
void ts_carrying_lost(struct ts_billing *b, struct ts_billing_channel *c,
		      ts_u128 lost_wei);

#endif /* TS_BILLING_LIVES_H */
