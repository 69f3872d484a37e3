// SPDX-License-Identifier: GPL-2.0
/*
 * The programs' coarse clock, jiffies: read by a program, since nothing else
 * tells where it stands; its rate is what the kernel says of its coarse clocks.
 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <bpf/bpf.h>
#include "lib/meter_bpf.h"

/** ts_bpf_clock_hz() - Return: ticks of the coarse clock per second */
uint32_t ts_bpf_clock_hz(void)
{
	struct timespec res;

	if (clock_getres(CLOCK_MONOTONIC_COARSE, &res) || res.tv_sec || !res.tv_nsec)
		return 100;
	return (1000000000 + res.tv_nsec / 2) / res.tv_nsec;
}

/** ts_bpf_clock_jiffies() - Return: the coarse clock now, 0 if it cannot be read */
uint64_t ts_bpf_clock_jiffies(struct ts_bpf *b)
{
	struct ts_clock clock = { };
	/* Of this type of program the kernel writes the context back in place. */
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &clock, .ctx_size_in = sizeof(clock));

	if (b->clock_fd < 0)
		b->clock_fd = ts_bpf_program_clock(b);
	if (b->clock_fd < 0 || bpf_prog_test_run_opts(b->clock_fd, &opts))
		return 0;
	return clock.jiffies;
}

/** ts_bpf_clock_boot_ns() - Return: CLOCK_BOOTTIME, as in the events */
uint64_t ts_bpf_clock_boot_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}
