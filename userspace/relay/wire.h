/* SPDX-License-Identifier: GPL-2.0 */
/*
 * wire.h - fields of what boxes sign for each other, beside those of photon/own.h;
 * private to this folder.
 */
#ifndef TS_RELAY_WIRE_H
#define TS_RELAY_WIRE_H

#include "photon/sign.h"
#include "photon/u256.h"

#include "relay/carried.h"

#define TS_WIRE_PRICES_BYTES	(1 + 2 * TS_SERVICE_COUNT * TS_DIR_COUNT)
#define TS_WIRE_CARRIED_BYTES	(8 * TS_SERVICE_COUNT * TS_DIR_COUNT)

const uint8_t *ts_wire_begun(const void *in, size_t len, size_t whole,
			     const char *word);
uint8_t *ts_wire_put_uint(uint8_t *out, uint64_t value, unsigned int bytes);
uint8_t *ts_wire_put_carried(uint8_t *out, const struct ts_carried *c);
uint8_t *ts_wire_put_prices(uint8_t *out, const struct ts_prices *p);
const uint8_t *ts_wire_get_uint(uint64_t *out, const uint8_t *in,
				unsigned int bytes);
const uint8_t *ts_wire_get_carried(struct ts_carried *c, const uint8_t *in);
const uint8_t *ts_wire_get_prices(struct ts_prices *p, const uint8_t *in);
bool ts_wire_is_signed(const uint8_t *bytes, size_t whole,
		       const struct ts_address *by);

#endif /* TS_RELAY_WIRE_H */
