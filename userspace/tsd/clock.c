// SPDX-License-Identifier: GPL-2.0
/* clock.c - now, and how long things took. */
#include <stdbool.h>
#include <sys/timex.h>
#include <time.h>

#include "tsd/clock.h"

/** ts_clock_boot_ns() - Return: CLOCK_BOOTTIME */
uint64_t ts_clock_boot_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/** ts_clock_process_ns() - Return: how long this process ran on CPUs */
uint64_t ts_clock_process_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Asked once a second: it is a system call, and each datagram wants the time. */
static bool is_synchronised(uint64_t boot_ns)
{
	static uint64_t again_ns;
	static bool synchronised;
	struct timex tx = { };

	if (boot_ns >= again_ns) {
		again_ns = boot_ns + 1000000000;
		synchronised = adjtimex(&tx) >= 0 && !(tx.status & STA_UNSYNC);
	}
	return synchronised;
}

/**
 * ts_clock_now() - both clocks; of the loop's thread alone
 * @now: set; the wall clock only while something keeps it synchronised, for a
 *	router has no battery and starts in 1970 (M12)
 */
void ts_clock_now(struct ts_time *now)
{
	struct timespec t;

	now->boot_ns = ts_clock_boot_ns();
	now->wall_s = 0;
	if (!is_synchronised(now->boot_ns))
		return;
	clock_gettime(CLOCK_REALTIME, &t);
	now->wall_s = t.tv_sec;
}

/** ts_lag_add() - it took from @from_ns to @to_ns, both CLOCK_BOOTTIME */
void ts_lag_add(struct ts_lag *lag, uint64_t from_ns, uint64_t to_ns)
{
	lag->last_ns = to_ns > from_ns ? to_ns - from_ns : 0;
	lag->sum_ns += lag->last_ns;
	lag->count++;
	if (lag->last_ns > lag->max_ns)
		lag->max_ns = lag->last_ns;
}

/** ts_lag_json() - Return: a new reference */
json_t *ts_lag_json(const struct ts_lag *lag)
{
	return json_pack("{s:I, s:I, s:I, s:I}", "count", (json_int_t)lag->count,
			 "last_us", (json_int_t)(lag->last_ns / 1000),
			 "max_us", (json_int_t)(lag->max_ns / 1000),
			 "mean_us", (json_int_t)(lag->count ?
				lag->sum_ns / lag->count / 1000 : 0));
}
