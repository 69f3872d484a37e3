// SPDX-License-Identifier: GPL-2.0
/* The meter's coarse clock, for a driver that has no other way to read it. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#define TS_MAPS_TYPES_ONLY
#include "maps.h"

SEC("syscall")
int ts_clock_read(struct ts_clock *clock)
{
	clock->jiffies = bpf_jiffies64();
	clock->boot_ns = bpf_ktime_get_boot_ns();
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
