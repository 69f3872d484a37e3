/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pack.h - what is under way in a life, as bytes for the ledger.
 *
 * All of struct ts_life but its struct ts_channel, which the ledger stores in
 * columns.  The form has a version and one encoding for each state: what does
 * not encode to the same bytes again is refused.
 */
#ifndef TS_PHOTON_PACK_H
#define TS_PHOTON_PACK_H

#include "photon/life.h"

#define TS_PACK_VERSION		1
#define TS_PACKED_MAX_BYTES	65536

size_t ts_life_pack(const struct ts_life *life,
		    uint8_t bytes[TS_PACKED_MAX_BYTES]);
const char *ts_life_unpack(struct ts_life *life,
			   const struct ts_channel *channel,
			   const void *bytes, size_t len);

#endif /* TS_PHOTON_PACK_H */
