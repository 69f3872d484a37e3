/* SPDX-License-Identifier: GPL-2.0 */
/*
 * carried.h - what it costs to be carried.
 *
 * Prices are those of the kernel, credit units for a byte, with the size of the unit:
 * so both ends of a link compute what was carried to the last unit alike.
 */
#ifndef TS_RELAY_CARRIED_H
#define TS_RELAY_CARRIED_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/tokenswitch.h>

#include "ledger/relay.h"

/**
 * struct ts_prices - what a byte costs
 * @unit_shift: one credit unit is 2^unit_shift wei, -32 to 63
 * @units: for a byte, at most TS_PRICE_MAX, [service][direction]
 */
struct ts_prices {
	int unit_shift;
	uint16_t units[TS_SERVICE_COUNT][TS_DIR_COUNT];
};

#define TS_PER_MILLE	1000

/* A price that can be compared with another of another unit: 2^-32 wei for a byte. */
typedef ts_u128 ts_price;

bool ts_prices_valid(const struct ts_prices *p);
ts_price ts_prices_get(const struct ts_prices *p, int service, int dir);
ts_price ts_prices_dearest(const struct ts_prices *p);
bool ts_prices_equal(const struct ts_prices *a, const struct ts_prices *b);
bool ts_prices_rise(const struct ts_prices *from, const struct ts_prices *to);
ts_price ts_price_with_part(ts_price price, unsigned int per_mille);
int ts_prices_make(struct ts_prices *p,
		   ts_price wanted[TS_SERVICE_COUNT][TS_DIR_COUNT]);
ts_price ts_price_of_wei_per_gb(ts_u128 wei_per_gb);
ts_u128 ts_price_wei_of_bytes(ts_price price, uint64_t bytes, uint32_t *rest);
uint64_t ts_price_bytes_of_wei(ts_price price, ts_u128 wei);

uint64_t ts_carried_total(const struct ts_carried *c);
void ts_carried_at_least(struct ts_carried *c, const struct ts_carried *least);

#endif /* TS_RELAY_CARRIED_H */
