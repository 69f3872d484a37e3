/* SPDX-License-Identifier: GPL-2.0 */
/* usage.h - what sessions used lately, of those that somebody looks at. */
#ifndef TS_PORTAL_USAGE_H
#define TS_PORTAL_USAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "photon/memo.h"

#define TS_USAGE_SLOT_S	10
#define TS_USAGE_SLOTS	60
#define TS_USAGES_MAX	128

/**
 * struct ts_usage - of one session
 * @code: of it; empty: a free place
 * @seen_ns: when somebody last looked
 * @slot_at: which ten seconds, since the box was up, the last slot is of
 * @slot_bytes: used in each, the newest last
 * @total_bytes: used when somebody last looked
 * @mark_ns: since when the speed is measured
 * @mark_bytes: used by then
 * @has_speed: it was measured just now
 * @speed_bytes_s: bytes in a second
 */
struct ts_usage {
	char code[TS_CODE_SIZE];
	uint64_t seen_ns;
	uint64_t slot_at;
	uint64_t slot_bytes[TS_USAGE_SLOTS];
	uint64_t total_bytes;
	uint64_t mark_ns;
	uint64_t mark_bytes;
	bool has_speed;
	uint64_t speed_bytes_s;
};

/** struct ts_usages - of those that were looked at last */
struct ts_usages {
	struct ts_usage usage[TS_USAGES_MAX];
};

const struct ts_usage *ts_usage_look(struct ts_usages *u, const char *code,
				     uint64_t total_bytes, uint64_t now_ns);

#endif /* TS_PORTAL_USAGE_H */
