/* SPDX-License-Identifier: GPL-2.0 */
/*
 * carry_limit.h - how often a station may have the chain's node asked, and a
 * transaction is carried, in bounded memory.  No clock.
 */
#ifndef TS_TSD_CARRY_LIMIT_H
#define TS_TSD_CARRY_LIMIT_H

#include "lib/meter.h"
#include "photon/hash.h"
#include "tsd/bucket.h"

#define TS_CARRY_PLACES	256

/**
 * struct ts_carry_limit - all of it
 * @hash_key: so that nobody can choose whose place is shared
 * @looks: of stations
 * @sends: of stations
 * @transactions: the same one again
 * @all_looks: of all stations together
 * @all_sends: likewise
 */
struct ts_carry_limit {
	uint8_t hash_key[16];
	struct ts_bucket looks[TS_CARRY_PLACES];
	struct ts_bucket sends[TS_CARRY_PLACES];
	struct ts_bucket transactions[TS_CARRY_PLACES];
	struct ts_bucket all_looks;
	struct ts_bucket all_sends;
};

void ts_carry_limit_init(struct ts_carry_limit *l);
bool ts_carry_limit_look(struct ts_carry_limit *l, const struct ts_key *station,
			 uint64_t now_ns);
bool ts_carry_limit_station(struct ts_carry_limit *l, const struct ts_key *station,
			    uint64_t now_ns);
bool ts_carry_limit_transaction(struct ts_carry_limit *l, const struct ts_hash *tx,
				uint64_t now_ns);

#endif /* TS_TSD_CARRY_LIMIT_H */
