/* SPDX-License-Identifier: GPL-2.0 */
/* clock.h - now, and how long things took. */
#ifndef TS_TSD_CLOCK_H
#define TS_TSD_CLOCK_H

#include <jansson.h>
#include <stdint.h>

#include "billing/billing.h"

/**
 * struct ts_lag - how long something took, over all times it was done
 * @count: how often
 * @last_ns: the last time
 * @max_ns: the longest
 * @sum_ns: of all
 */
struct ts_lag {
	uint64_t count;
	uint64_t last_ns;
	uint64_t max_ns;
	uint64_t sum_ns;
};

uint64_t ts_clock_boot_ns(void);
uint64_t ts_clock_process_ns(void);
void ts_clock_now(struct ts_time *now);
void ts_lag_add(struct ts_lag *lag, uint64_t from_ns, uint64_t to_ns);
json_t *ts_lag_json(const struct ts_lag *lag);

#endif /* TS_TSD_CLOCK_H */
