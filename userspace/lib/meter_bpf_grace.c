// SPDX-License-Identifier: GPL-2.0
/*
 * A grace period: when it is over, no program that began before it runs.
 *
 * membarrier(GLOBAL) is a synchronize_rcu() and costs nothing to set up.  A
 * kernel with tick-less CPUs (nohz_full) refuses it; there an element of an
 * array of maps is exchanged, for which the kernel promises the same.
 */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <linux/membarrier.h>
#include "lib/meter_bpf.h"

static int membarrier(int cmd)
{
	return (int)syscall(SYS_membarrier, cmd, 0, 0);
}

static int exchange(struct ts_bpf *b)
{
	const uint32_t zero = 0;

	return bpf_map_update_elem(b->grace_fd, &zero, &b->grace_inner, BPF_ANY);
}

/**
 * ts_bpf_grace_open() - make sure that this kernel can tell
 * @b: the meter
 *
 * Return: 0 or negative errno.
 */
int ts_bpf_grace_open(struct ts_bpf *b)
{
	int supported = membarrier(MEMBARRIER_CMD_QUERY), ret;
	LIBBPF_OPTS(bpf_map_create_opts, opts);

	if (supported > 0 && supported & MEMBARRIER_CMD_GLOBAL)
		return 0;
	b->grace_inner = bpf_map_create(BPF_MAP_TYPE_ARRAY, "ts_grace_inner", 4, 4, 1, NULL);
	if (b->grace_inner < 0)
		return ts_meter_fail(&b->base, b->grace_inner, "cannot make a BPF map: %s",
				     strerror(-b->grace_inner));
	opts.inner_map_fd = b->grace_inner;
	b->grace_fd = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "ts_grace", 4, 4, 1, &opts);
	ret = b->grace_fd < 0 ? b->grace_fd : exchange(b);
	if (ret)
		return ts_meter_fail(&b->base, ret,
				     "this kernel offers no grace period: membarrier is refused, and maps of maps are: %s",
				     strerror(-ret));
	return 0;
}

/** ts_bpf_grace() - wait until every program that runs now has ended */
void ts_bpf_grace(struct ts_bpf *b)
{
	if (b->grace_fd < 0)
		membarrier(MEMBARRIER_CMD_GLOBAL);
	else
		exchange(b);
	ts_bpf_key_reuse(b);
}
