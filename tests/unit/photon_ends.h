/* SPDX-License-Identifier: GPL-2.0 */
/*
 * photon_ends.h - a life of a channel at its two ends, for tests.
 */
#ifndef TS_TEST_PHOTON_ENDS_H
#define TS_TEST_PHOTON_ENDS_H

#include "photon/life.h"
#include "photon/onchain.h"
#include "photon_pair.h"

#define ENDS_DEPOSIT_WEI	1000

/**
 * struct ends_end - one end
 * @key: its key
 * @life: the committed state
 * @credited_wei: what it was credited
 */
struct ends_end {
	const struct ts_signer *key;
	struct ts_life life;
	ts_u128 credited_wei;
};

/**
 * struct ends - both, and what the last step gave
 * @pair: keys and channel
 * @initiator_key: of a mediated transfer's payer, somewhere behind @payer
 * @stranger_key: nobody's
 * @payer: one end
 * @box: the other
 * @moment: now
 * @refusal: of the last message
 * @outcome: of the last message or event
 * @intents: of the last ends_intent_count()
 * @spare: a state that is thrown away
 */
struct ends {
	struct pair pair;
	struct ts_signer *initiator_key;
	struct ts_signer *stranger_key;
	struct ends_end payer;
	struct ends_end box;
	struct ts_moment moment;
	enum ts_refusal refusal;
	struct ts_outcome outcome;
	struct ts_intent intents[TS_INTENTS_MAX];
	struct ts_life spare;
};

void ends_open(struct ends *e);
void ends_close(struct ends *e);
/* With a struct ends as the state of the test. */
int ends_set_up(void **state);
int ends_tear_down(void **state);
struct ends_end *ends_other(struct ends *e, struct ends_end *end);
struct ends_end *ends_lower(struct ends *e);
struct ts_hash ends_secret(uint8_t seed);
struct ts_pending_lock ends_lock(const struct ends *e, ts_u128 amount_wei,
				 uint8_t seed);
bool ends_is_zero(const void *bytes, size_t len);

enum ts_refusal ends_take(struct ends *e, struct ends_end *to,
			  const void *bytes, size_t len);
void ends_pass_queue(struct ends *e, struct ends_end *from, struct ends_end *to);
void ends_pass_parallel(struct ends *e, struct ends_end *from,
			struct ends_end *to);
int ends_parallel_id(const struct ends_end *end);
void ends_decode_parallel(const struct ends_end *end, struct ts_message *msg);

void ends_pay(struct ends *e, struct ends_end *from, struct ends_end *to,
	      ts_u128 amount_wei);
void ends_pay_lost(struct ends *e, struct ends_end *from, ts_u128 amount_wei);
void ends_pay_unchecked(struct ends *e, struct ends_end *from,
			struct ends_end *to, ts_u128 amount_wei);
void ends_offer(struct ends *e, struct ends_end *from,
		const struct ts_pending_lock *lock);
void ends_reveal(struct ends *e, struct ends_end *to,
		 const struct ts_hash *secret, const struct ts_signer *by);
void ends_withdraw(struct ends *e, struct ends_end *from, ts_u128 amount_wei);
void ends_ask_settle(struct ends *e, struct ends_end *from, struct ends_end *to,
		     ts_u128 from_wei, ts_u128 to_wei);

bool ends_tick(struct ends *e, struct ends_end *end);
void ends_event(struct ends *e, struct ends_end *end,
		struct ts_channel_event event);
void ends_withdrawn(struct ends *e, uint64_t block, ts_u128 box_wei,
		    ts_u128 payer_wei);
size_t ends_intent_count(struct ends *e, const struct ends_end *end);
void ends_restart(struct ends_end *end);

#endif /* TS_TEST_PHOTON_ENDS_H */
