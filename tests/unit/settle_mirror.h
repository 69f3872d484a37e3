/* SPDX-License-Identifier: GPL-2.0 */
/* settle_mirror.h - a mirror with its ledger, and the owner and the partner of a channel. */
#ifndef TS_TEST_SETTLE_MIRROR_H
#define TS_TEST_SETTLE_MIRROR_H

#include "ledger_one.h"
#include "photon_ends.h"
#include "settle/mirrored.h"

#define CONFIRMATIONS	5

/* The payer is the partner, the box the owner. */
#define payer	(&ends.payer)
#define box	(&ends.box)

/**
 * mirrored - what it keeps
 * config - as it is opened with
 * ends - whose channel it is
 * bytes - what was sent to the mirror last
 * seen - the last that kept() saw
 * seen_d - of it
 */
extern struct ts_mirrored *mirrored;
extern struct ts_mirrored_config config;
extern struct ends ends;
extern uint8_t bytes[TS_MIRROR_BYTES];
extern struct ts_mirrored_view seen;
extern struct ts_delegated seen_d;

int mirror_setup(void **state);
int mirror_teardown(void **state);
void restart(void);

void sign_for(const struct ts_delegated *d, const struct ts_address *mirror,
	      const struct ts_signer *key);
struct ts_delegated newest(void);
/* A payment, and what the owner sends of it. */
struct ts_delegated paid(ts_u128 amount_wei);
enum ts_mirrored_verdict look(void);
void put(const struct ts_delegated *d);
/* The same, looked at and put. */
struct ts_delegated keep(ts_u128 amount_wei);
/* How many are kept. */
unsigned int kept(void);

#endif /* TS_TEST_SETTLE_MIRROR_H */
