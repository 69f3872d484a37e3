/* SPDX-License-Identifier: GPL-2.0 */
/*
 * carry_limit.h - how often a station may have the chain's node asked, and a
 * transaction is carried, in bounded memory.  No clock.
 */
#ifndef TS_TSD_CARRY_LIMIT_H
#define TS_TSD_CARRY_LIMIT_H

#include "lib/meter.h"
#include "photon/hash.h"
#include "photon/sign.h"
#include "tsd/bucket.h"

#define TS_CARRY_PLACES	4096

/**
 * struct ts_carry_limit - all of it
 * @hash_key: so that nobody can choose whose place is shared
 * @looks: of stations
 * @checks: of stations: transactions that were looked at, whatever they are
 * @transactions: the same one again
 * @looked: what stations had of their share of @all_looks
 * @sent: likewise of @all_sends
 * @signed_for: likewise, by who signed
 * @all_looks: of all stations together
 * @all_sends: likewise
 */
struct ts_carry_limit {
	uint8_t hash_key[16];
	struct ts_bucket looks[TS_CARRY_PLACES];
	struct ts_bucket checks[TS_CARRY_PLACES];
	struct ts_bucket transactions[TS_CARRY_PLACES];
	struct ts_bucket looked[TS_CARRY_PLACES];
	struct ts_bucket sent[TS_CARRY_PLACES];
	struct ts_bucket signed_for[TS_CARRY_PLACES];
	struct ts_bucket all_looks;
	struct ts_bucket all_sends;
};

void ts_carry_limit_init(struct ts_carry_limit *l);
bool ts_carry_limit_look(struct ts_carry_limit *l, const struct ts_key *station,
			 uint64_t now_ns);
bool ts_carry_limit_check(struct ts_carry_limit *l, const struct ts_key *station,
			  uint64_t now_ns);
bool ts_carry_limit_send(struct ts_carry_limit *l, const struct ts_key *station,
			 const struct ts_address *signer, const struct ts_hash *tx,
			 uint64_t now_ns);

#endif /* TS_TSD_CARRY_LIMIT_H */
