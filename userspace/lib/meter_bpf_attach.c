// SPDX-License-Identifier: GPL-2.0
/*
 * Programs at their hooks.
 *
 * XDP and, from Linux 6.6, tcx: pinned links.  Older kernels: filters under
 * clsact with a priority and a handle of our own.  Both outlive the process,
 * and both are exchanged in one step, so that no packet meets an empty hook.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include "lib/meter_bpf.h"

/* First of all filters: one before it could let frames pass unmetered. */
#define FILTER_PRIORITY 1
#define FILTER_HANDLE 0x7473

static const char *const hook_names[TS_HOOK_COUNT] = { "xdp", "ingress", "egress" };

static const enum bpf_attach_type attach_types[TS_HOOK_COUNT] = {
	[TS_HOOK_XDP] = BPF_XDP,
	[TS_HOOK_INGRESS] = BPF_TCX_INGRESS,
	[TS_HOOK_EGRESS] = BPF_TCX_EGRESS,
};

static void link_path(const struct ts_bpf *b, uint32_t ifindex, enum ts_bpf_hook hook,
		      char path[static 128])
{
	snprintf(path, 128, "%s/link_%s_%u", b->dir, hook_names[hook], ifindex);
}

/* The pinned link of a hook; its program, 0 when its device is gone. */
static int open_link(struct ts_bpf *b, uint32_t ifindex, enum ts_bpf_hook hook,
		     uint32_t *program_id)
{
	struct bpf_link_info info = { };
	uint32_t len = sizeof(info), at;
	char path[128];
	int fd;

	*program_id = 0;
	link_path(b, ifindex, hook, path);
	fd = bpf_obj_get(path);
	if (fd < 0)
		return fd;
	if (!bpf_link_get_info_by_fd(fd, &info, &len)) {
		at = hook == TS_HOOK_XDP ? info.xdp.ifindex : info.tcx.ifindex;
		if (at == ifindex)
			*program_id = info.prog_id;
	}
	return fd;
}

static int make_link(struct ts_bpf *b, uint32_t ifindex, enum ts_bpf_hook hook, int program_fd)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts);
	char path[128];
	int fd, ret;

	/* Never generic XDP: it sees super-frames and cannot count segments. */
	if (hook == TS_HOOK_XDP)
		opts.flags = XDP_FLAGS_DRV_MODE;
	else
		opts.flags = BPF_F_BEFORE;
	fd = bpf_link_create(program_fd, (int)ifindex, attach_types[hook], &opts);
	if (fd < 0)
		return fd;
	link_path(b, ifindex, hook, path);
	unlink(path);
	ret = bpf_obj_pin(fd, path);
	close(fd);
	return ret;
}

static struct bpf_tc_hook tc_hook(uint32_t ifindex, enum ts_bpf_hook hook)
{
	return (struct bpf_tc_hook){
		.sz = sizeof(struct bpf_tc_hook),
		.ifindex = (int)ifindex,
		.attach_point = hook == TS_HOOK_INGRESS ? BPF_TC_INGRESS : BPF_TC_EGRESS,
	};
}

static int attach_filter(uint32_t ifindex, enum ts_bpf_hook hook, int program_fd)
{
	struct bpf_tc_hook at = tc_hook(ifindex, hook);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = program_fd, .handle = FILTER_HANDLE,
		    .priority = FILTER_PRIORITY, .flags = BPF_TC_F_REPLACE);
	int ret;

	ret = bpf_tc_hook_create(&at);
	if (ret && ret != -EEXIST)
		return ret;
	return bpf_tc_attach(&at, &opts);
}

/**
 * ts_bpf_attach() - put a program at a hook, in the place of an older one
 * @b: the meter, locked
 * @dev: device
 * @hook: where
 * @program_fd: the program
 *
 * Return: 0 or negative errno.
 */
int ts_bpf_attach(struct ts_bpf *b, const struct ts_bpf_device *dev, enum ts_bpf_hook hook,
		  int program_fd)
{
	uint32_t program_id;
	int fd, ret = -EINVAL;

	fd = open_link(b, dev->ifindex, hook, &program_id);
	if (fd >= 0 && program_id) {
		ret = bpf_link_update(fd, program_fd, NULL);
		close(fd);
		goto out;
	}
	if (fd >= 0)
		close(fd);
	if (hook == TS_HOOK_XDP || !b->no_tcx)
		ret = make_link(b, dev->ifindex, hook, program_fd);
	if (hook != TS_HOOK_XDP && ret == -EINVAL) {
		b->no_tcx = true;
		ret = attach_filter(dev->ifindex, hook, program_fd);
	}
out:
	if (!ret)
		return 0;
	if (hook == TS_HOOK_XDP && ret == -EBUSY)
		return ts_meter_fail(&b->base, ret, "%s: another program has its XDP hook",
				     dev->name);
	return ts_meter_fail(&b->base, ret, "%s: cannot attach at %s: %s", dev->name,
			     hook_names[hook], strerror(-ret));
}

/** ts_bpf_detach() - empty a hook, of a device that may be gone */
void ts_bpf_detach(struct ts_bpf *b, uint32_t ifindex, enum ts_bpf_hook hook)
{
	struct bpf_tc_hook at = tc_hook(ifindex, hook);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = FILTER_HANDLE, .priority = FILTER_PRIORITY);
	uint32_t program_id;
	char path[128];
	int fd;

	fd = open_link(b, ifindex, hook, &program_id);
	if (fd >= 0) {
		bpf_link_detach(fd);
		close(fd);
		link_path(b, ifindex, hook, path);
		unlink(path);
		return;
	}
	/* The qdisc stays: others may have filters under it. */
	if (hook != TS_HOOK_XDP)
		bpf_tc_detach(&at, &opts);
}

/** ts_bpf_attached() - Return: the program of ours at a hook, 0: none */
uint32_t ts_bpf_attached(struct ts_bpf *b, uint32_t ifindex, enum ts_bpf_hook hook)
{
	struct bpf_tc_hook at = tc_hook(ifindex, hook);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = FILTER_HANDLE, .priority = FILTER_PRIORITY);
	uint32_t program_id;
	int fd;

	fd = open_link(b, ifindex, hook, &program_id);
	if (fd >= 0) {
		close(fd);
		return program_id;
	}
	if (hook == TS_HOOK_XDP || bpf_tc_query(&at, &opts))
		return 0;
	return opts.prog_id;
}
