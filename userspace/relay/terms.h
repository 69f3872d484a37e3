/* SPDX-License-Identifier: GPL-2.0 */
/*
 * terms.h - at which prices we buy of one neighbour: what it announces, as far as it
 * holds to its own word and to our limits (M7, M12).
 *
 * A price falls at once and rises only after notice, and within a day by no more than
 * the seller has promised and we put up with.  What goes beyond that is not accepted:
 * the old prices hold, and the seller may stop carrying if it does not like them.
 */
#ifndef TS_RELAY_TERMS_H
#define TS_RELAY_TERMS_H

#include "relay/tariff.h"

#define TS_NS_IN_S	1000000000ull
#define TS_DAY_NS	(86400 * TS_NS_IN_S)
/* A rise is announced so long before, or is none. */
#define TS_NOTICE_S	600

/**
 * struct ts_terms_limits - what a buyer puts up with
 * @rise_per_mille: most that a price may rise within a day
 * @most: dearer than this nothing is bought, [service][direction]
 */
struct ts_terms_limits {
	uint16_t rise_per_mille;
	ts_price most[TS_SERVICE_COUNT][TS_DIR_COUNT];
};

/**
 * struct ts_terms - the prices of one seller
 * @known: there are any
 * @no_internet: enum ts_no_internet, as it said last; that waits for nothing
 * @now: that hold
 * @has_next: others will
 * @next: these
 * @next_ns: from then on
 * @heard_version: of the last rise that came
 * @heard_ns: when it came first
 * @day: the prices that a rise is measured against
 * @day_ns: since when
 */
struct ts_terms {
	bool known;
	uint8_t no_internet;
	struct ts_relay_tariff now;
	bool has_next;
	struct ts_relay_tariff next;
	uint64_t next_ns;
	uint64_t heard_version;
	uint64_t heard_ns;
	struct ts_prices day;
	uint64_t day_ns;
};

/**
 * enum ts_terms_verdict - what comes of an announcement
 * @TS_TERMS_TAKEN: it holds, or will
 * @TS_TERMS_OLD: it is known, or one after it is
 * @TS_TERMS_RISE: it rises more than is accepted within a day
 * @TS_TERMS_NO_NOTICE: it rises without notice
 */
enum ts_terms_verdict {
	TS_TERMS_TAKEN,
	TS_TERMS_OLD,
	TS_TERMS_RISE,
	TS_TERMS_NO_NOTICE,
};

bool ts_terms_is_old(const struct ts_terms *t, uint64_t version);
enum ts_terms_verdict ts_terms_take(struct ts_terms *t,
				    const struct ts_relay_tariff *announced,
				    const struct ts_terms_limits *limits,
				    uint64_t now_ns);
bool ts_terms_tick(struct ts_terms *t, uint64_t now_ns);
bool ts_terms_too_dear(const struct ts_terms *t,
		       const struct ts_terms_limits *limits, int service);
ts_price ts_terms_cost(const struct ts_terms *t, int service, int dir);

#endif /* TS_RELAY_TERMS_H */
