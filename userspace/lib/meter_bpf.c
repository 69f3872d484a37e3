// SPDX-License-Identifier: GPL-2.0
/*
 * Driver "bpf": the client ledger in pinned maps, ports metered by XDP or tc.
 *
 * Everything is in TS_PIN_ROOT/<inode of the network namespace> and outlives
 * this process; bpf/maps.h says who writes what.  A process may die at any
 * instruction: the programs go on, and the next process repairs
 * (meter_bpf_repair.c) and takes over.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <bpf/libbpf.h>
#include <libmnl/libmnl.h>
#include <linux/magic.h>
#include "lib/meter_bpf.h"

static int pin_dir(char *dir, size_t size)
{
	struct stat st;

	if (stat("/proc/thread-self/ns/net", &st))
		return -errno;
	snprintf(dir, size, "%s/%lu", TS_PIN_ROOT, (unsigned long)st.st_ino);
	return 0;
}

static bool bpffs_mounted(void)
{
	struct statfs fs;

	return !statfs("/sys/fs/bpf", &fs) && fs.f_type == BPF_FS_MAGIC;
}

static int open_dir(struct ts_bpf *b, bool create)
{
	int ret = pin_dir(b->dir, sizeof(b->dir));

	if (ret)
		return ts_meter_fail(&b->base, ret, "/proc is not mounted: %s", strerror(-ret));
	if (!bpffs_mounted())
		return ts_meter_fail(&b->base, -ENODEV,
				     "/sys/fs/bpf is no BPF file system: run \"mount -t bpf bpf /sys/fs/bpf\" (within \"ip netns exec\" use \"nsenter --net\" instead)");
	if (create && ((mkdir(TS_PIN_ROOT, 0700) && errno != EEXIST) ||
		       (mkdir(b->dir, 0700) && errno != EEXIST)))
		return ts_meter_fail(&b->base, -errno, "cannot make %s: %s", b->dir,
				     strerror(errno));
	b->dir_fd = open(b->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (b->dir_fd >= 0)
		return 0;
	if (errno == ENOENT)
		return ts_meter_fail(&b->base, -ENOENT,
				     "there is no meter in this network namespace: start tsd, or add a port");
	return ts_meter_fail(&b->base, -errno, "cannot open %s: %s", b->dir, strerror(errno));
}

static void ts_bpf_close(struct ts_meter *m)
{
	struct ts_bpf *b = ts_bpf(m);

	ts_bpf_event_close(b);
	if (b->watch)
		mnl_socket_close(b->watch);
	if (b->clock_fd >= 0)
		close(b->clock_fd);
	if (b->grace_fd >= 0)
		close(b->grace_fd);
	if (b->grace_inner >= 0)
		close(b->grace_inner);
	free(b->limbo);
	ts_bpf_map_close(b);
	/* A child that was forked meanwhile may have the descriptor, too. */
	if (b->dir_fd >= 0) {
		flock(b->dir_fd, LOCK_UN);
		close(b->dir_fd);
	}
	free(b);
}

static struct ts_bpf *new_meter(void)
{
	struct ts_bpf *b = calloc(1, sizeof(*b));
	int i;

	if (!b)
		return NULL;
	b->base.ops = &ts_meter_bpf_ops;
	b->dir_fd = b->clock_fd = b->grace_fd = b->grace_inner = b->pins = b->epoll =
		b->wake = -1;
	for (i = 0; i < TS_MAP_COUNT; i++)
		b->map[i] = -1;
	return b;
}

/*
 * Locked while maps are made or repaired; when another process owns them they
 * are in good hands, and this one reads.
 */
static int open_maps(struct ts_bpf *b, bool create)
{
	bool locked = !ts_bpf_lock(b);
	int ret;

	ret = ts_bpf_map_open(b, create && locked);
	if (!ret)
		ret = ts_bpf_grace_open(b);
	if (!ret && locked)
		ret = ts_bpf_repair(b);
	else if (!ret)
		ts_bpf_repair_count(b);
	if (locked)
		ts_bpf_unlock(b);
	return ret;
}

/*
 * A CPU counts in a place of its own, by its number: so it is the highest one that
 * matters, and not how many there are, should numbers be left out.
 */
static int count_cpus(struct ts_bpf *b)
{
	FILE *f = fopen("/sys/devices/system/cpu/possible", "re");
	int from, to, highest = -1;

	while (f && fscanf(f, "%d", &from) == 1) {
		highest = fscanf(f, "-%d", &to) == 1 ? to : from;
		if (fgetc(f) != ',')
			break;
	}
	if (f)
		fclose(f);
	if (highest < 0)
		return ts_meter_fail(&b->base, -EIO,
				     "cannot count the CPUs: /sys/devices/system/cpu/possible cannot be read");
	b->n_cpus = highest + 1;
	return 0;
}

static int ts_bpf_open(bool create, struct ts_meter **m, char *err, size_t err_size)
{
	struct ts_bpf *b = new_meter();
	int ret;

	if (!b) {
		snprintf(err, err_size, "out of memory");
		return -ENOMEM;
	}
	ret = count_cpus(b);
	if (!ret)
		ret = open_dir(b, create);
	if (!ret)
		ret = open_maps(b, create);
	if (ret) {
		snprintf(err, err_size, "%s", b->base.error);
		ts_bpf_close(&b->base);
		return ret;
	}
	*m = &b->base;
	return 0;
}

static int ts_bpf_probe(void)
{
	char path[96], dir[64];
	int ret = pin_dir(dir, sizeof(dir));

	if (ret)
		return ret;
	snprintf(path, sizeof(path), "%s/%s", dir, ts_bpf_map_name(TS_MAP_META));
	return access(path, F_OK) ? -errno : 0;
}

static int ts_bpf_info(struct ts_meter *m, struct ts_meter_info *info)
{
	struct ts_bpf *b = ts_bpf(m);

	if (!b->owned)
		ts_bpf_repair_count(b);
	snprintf(info->version, sizeof(info->version), "%s", TS_VERSION);
	info->caps = TS_CAP_EGRESS;
	info->memory_bytes = ts_bpf_map_memory(b);
	info->memory_max_bytes = info->memory_bytes;
	info->accounts = b->n_accounts;
	info->accounts_max = b->meta->accounts_max - 1;
	info->owner_pid = ts_bpf_lock_holder(b);
	return 0;
}

/* Programs first: without maps of a name they would go on metering unseen. */
static int ts_bpf_destroy(struct ts_meter *m)
{
	struct ts_bpf *b = ts_bpf(m);
	uint32_t slot;
	int ret = ts_bpf_lock(b);

	if (ret)
		return ret;
	for (slot = 0; slot < TS_PORTS_MAX; slot++)
		if (b->ports[slot].used == TS_PORT_DEVICE)
			ts_bpf_port_release(b, slot);
	ts_bpf_fast_release(b);
	ts_bpf_map_unpin(b);
	if (rmdir(b->dir))
		ret = ts_meter_fail(m, -errno, "cannot remove %s: %s", b->dir, strerror(errno));
	ts_bpf_unlock(b);
	return ret;
}

static int ts_bpf_maintain(struct ts_meter *m)
{
	struct ts_bpf *b = ts_bpf(m);
	int ret = ts_bpf_lock(b), pins;

	if (ret)
		return ret;
	ts_bpf_device_drain(b);
	ts_bpf_account_expire(b);
	pins = ts_bpf_pin_restore(b);
	if (pins >= 0)
		ret = ts_bpf_port_sync(b);
	ts_bpf_unlock(b);
	return pins < 0 || !ret ? pins : ret;
}

const struct ts_meter_ops ts_meter_bpf_ops = {
	.name = "bpf",
	.probe = ts_bpf_probe,
	.open = ts_bpf_open,
	.close = ts_bpf_close,
	.own = ts_bpf_own,
	.destroy = ts_bpf_destroy,
	.info = ts_bpf_info,
	.port_add = ts_bpf_port_add,
	.port_del = ts_bpf_port_del,
	.port_dump = ts_bpf_port_dump,
	.account_set = ts_bpf_account_set,
	.account_del = ts_bpf_account_del,
	.account_get = ts_bpf_account_get,
	.account_find = ts_bpf_account_find,
	.account_dump = ts_bpf_account_dump,
	.grant = ts_bpf_grant,
	.revoke = ts_bpf_revoke,
	.close_accounts = ts_bpf_close_accounts,
	.tariff_set = ts_bpf_tariff_set,
	.tariff_del = ts_bpf_tariff_del,
	.tariff_dump = ts_bpf_tariff_dump,
	.rule_add = ts_bpf_rule_add,
	.rule_del = ts_bpf_rule_del,
	.rule_dump = ts_bpf_rule_dump,
	.stranger_dump = ts_bpf_stranger_dump,
	.event_fd = ts_bpf_event_fd,
	.event_read = ts_bpf_event_read,
	.maintain = ts_bpf_maintain,
};
