/* SPDX-License-Identifier: GPL-2.0 */
/*
 * offer.h - what we ask of our neighbours: our own price, what our upstream costs us,
 * and a margin on that; never below cost.
 *
 * We keep what we ask of others (terms.h): a rise is announced before and bounded within
 * a day.  Where that would mean to sell below cost, and where the upstream is dearer
 * than we pay, the internet is not offered at all, and the announcement says why.
 */
#ifndef TS_RELAY_OFFER_H
#define TS_RELAY_OFFER_H

#include "relay/terms.h"

/**
 * struct ts_offer_config - how we price
 * @own: what carrying is worth to us, [service][direction]
 * @margin_per_mille: on what the upstream costs
 * @rise_per_mille: our promise
 * @notice_s: so long before a rise is announced, at least TS_NOTICE_S
 * @wait_s: so long the first prices wait for those of the upstream, from which they could
 *	rise by our promise alone
 */
struct ts_offer_config {
	ts_price own[TS_SERVICE_COUNT][TS_DIR_COUNT];
	uint16_t margin_per_mille;
	uint16_t rise_per_mille;
	uint32_t notice_s;
	uint32_t wait_s;
};

/**
 * struct ts_upstream - the way to the internet that we would take
 * @no_internet: enum ts_no_internet: why there is none
 * @is_gateway: we are the gateway ourselves; it costs nobody else anything
 * @hold: there was one not long ago, at what we ask now; it may come back
 * @cost: of a byte there, up and down
 */
struct ts_upstream {
	unsigned int no_internet;
	bool is_gateway;
	bool hold;
	ts_price cost[TS_DIR_COUNT];
};

/**
 * struct ts_offer - what we ask
 * @version: of what was announced last; 0: nothing yet
 * @now: prices that hold
 * @has_next: others were announced
 * @next: these
 * @next_ns: from then on
 * @day: what a rise is measured against: the lowest of the day
 * @day_ns: since when
 * @no_internet: enum ts_no_internet
 */
struct ts_offer {
	uint64_t version;
	struct ts_prices now;
	bool has_next;
	struct ts_prices next;
	uint64_t next_ns;
	ts_price day[TS_SERVICE_COUNT][TS_DIR_COUNT];
	uint64_t day_ns;
	uint8_t no_internet;
};

bool ts_offer_update(struct ts_offer *o, const struct ts_offer_config *config,
		     const struct ts_upstream *upstream, uint64_t now_ns);
const struct ts_prices *ts_offer_announced(const struct ts_offer *o,
					   uint64_t now_ns, uint32_t *valid_in_s);

#endif /* TS_RELAY_OFFER_H */
