/* SPDX-License-Identifier: GPL-2.0 */
/*
 * policy.h - when to pay and how much, decided without I/O and without a clock.
 */
#ifndef TSPAY_POLICY_H
#define TSPAY_POLICY_H

#include <stdbool.h>
#include <stdint.h>
#include "photon/u256.h"

/*
 * The cap per hour is kept in this many slots of equal length: one more than an
 * hour has, for the first and the last are not whole.
 */
#define POLICY_SLOTS 61
#define POLICY_SLOT_S 60

/**
 * struct policy - what the payer wants
 * @low_bytes: pay when less than this is left
 * @step_bytes: how much to buy at a time
 * @cap_hour_wei: spend at most this in any hour; 0: nothing is spent
 * @max_wei_per_gb: pay no tariff dearer than this for a GB (10^9 bytes);
 *	TS_U128_MAX: any
 */
struct policy {
	uint64_t low_bytes;
	uint64_t step_bytes;
	ts_u128 cap_hour_wei;
	ts_u128 max_wei_per_gb;
};

/**
 * struct spent - what was paid in the last hour
 * @slot_wei: by minute, at the place number % POLICY_SLOTS
 * @slot: number of the newest minute, since the epoch of the clock given
 */
struct spent {
	ts_u128 slot_wei[POLICY_SLOTS];
	uint64_t slot;
};

/**
 * struct offer - what the box asks and what is left
 * @wei_per_gb: dearest price of class internet
 * @remaining_bytes: of the session
 * @balance_wei: what the channel can still carry
 * @now_s: any clock that does not go backwards
 */
struct offer {
	ts_u128 wei_per_gb;
	uint64_t remaining_bytes;
	ts_u128 balance_wei;
	uint64_t now_s;
};

/** enum answer - what to do, and why nothing */
enum answer {
	ANSWER_ENOUGH,
	ANSWER_PAY,
	ANSWER_TOO_DEAR,
	ANSWER_CAP_REACHED,
	ANSWER_CHANNEL_EMPTY,
};

const char *answer_text(enum answer answer);
void spent_add(struct spent *s, uint64_t now_s, ts_u128 wei);
ts_u128 spent_last_hour(const struct spent *s, uint64_t now_s);

/**
 * policy_decide() - pay now?
 * @wei: set with ANSWER_PAY: how much, above 0
 *
 * Return: enum answer.
 */
enum answer policy_decide(const struct policy *p, const struct spent *s,
			  const struct offer *o, ts_u128 *wei);

#endif /* TSPAY_POLICY_H */
