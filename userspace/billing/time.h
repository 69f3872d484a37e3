/* SPDX-License-Identifier: GPL-2.0 */
/* time.h - now, handed in: billing reads no clock. */
#ifndef TS_BILLING_TIME_H
#define TS_BILLING_TIME_H

#include <stdint.h>

/**
 * struct ts_time - now, as the caller's clocks say
 * @boot_ns: CLOCK_BOOTTIME
 * @wall_s: seconds since 1970, or 0 while the clock is not synchronised (M12)
 */
struct ts_time {
	uint64_t boot_ns;
	uint64_t wall_s;
};

#endif /* TS_BILLING_TIME_H */
