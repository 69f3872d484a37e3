// SPDX-License-Identifier: GPL-2.0
/*
 * Claims: which devices are to be ports.
 *
 * A claim is a line of ts_ports of its own; every device that it matches has
 * another.  Both are in the pinned map, so that a new process goes on where
 * the last one ended.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>
#include "lib/meter_bpf.h"

static bool matches(const char *pattern, const char *name)
{
	size_t len = strnlen(pattern, TS_PATTERN_LEN);

	if (len && pattern[len - 1] == '*')
		return !strncmp(pattern, name, len - 1);
	return !strncmp(pattern, name, TS_PATTERN_LEN);
}

static int find_line(const struct ts_bpf *b, uint32_t used, const char *pattern)
{
	int slot;

	for (slot = 0; slot < TS_PORTS_MAX; slot++)
		if (b->ports[slot].used == used &&
		    (!pattern || !strncmp(b->ports[slot].pattern, pattern, TS_PATTERN_LEN)))
			return slot;
	return -1;
}

/* The claim on a device: the one with its very name before any prefix. */
static int find_claim(const struct ts_bpf *b, const char *name)
{
	int slot = find_line(b, TS_PORT_CLAIM, name);

	if (slot >= 0)
		return slot;
	for (slot = 0; slot < TS_PORTS_MAX; slot++)
		if (b->ports[slot].used == TS_PORT_CLAIM && matches(b->ports[slot].pattern, name))
			return slot;
	return -1;
}

/* Only the lowest claimed one of devices that stand on each other is a port. */
static void find_stacks(const struct ts_bpf *b, struct ts_bpf_devices *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		list->dev[i].claimed = find_claim(b, list->dev[i].name) >= 0;
	ts_bpf_device_stack(list);
}

static int find_device(const struct ts_bpf *b, uint32_t ifindex)
{
	int slot;

	for (slot = 0; slot < TS_PORTS_MAX; slot++)
		if (b->ports[slot].used == TS_PORT_DEVICE && b->ports[slot].ifindex == ifindex)
			return slot;
	return -1;
}

static void zero_counters(struct ts_bpf *b, uint32_t slot)
{
	unsigned int cpu;

	for (cpu = 0; cpu < b->n_cpus; cpu++)
		memset(ts_bpf_port_counters(b, slot, cpu), 0, sizeof(struct ts_port_counters));
}

/* A line of its own for a device, as its claim says. */
static int take_line(struct ts_bpf *b, int claim, const struct ts_bpf_device *dev)
{
	int slot = find_line(b, TS_PORT_UNUSED, NULL);
	struct ts_port_line copy = b->ports[claim];
	struct ts_port_line *line;

	if (slot < 0)
		return ts_meter_fail(&b->base, -ENOSPC, "%s: all %d ports are in use", dev->name,
				     TS_PORTS_MAX);
	zero_counters(b, slot);
	line = &b->ports[slot];
	/* Unused until complete, also for who finds it after a kill. */
	copy.used = TS_PORT_UNUSED;
	*line = copy;
	line->ifindex = dev->ifindex;
	memcpy(line->ifname, dev->name, sizeof(line->ifname));
	memset(&b->port[slot], 0, sizeof(b->port[slot]));
	__atomic_store_n(&line->used, TS_PORT_DEVICE, __ATOMIC_RELEASE);
	return slot;
}

static int attach_new(struct ts_bpf *b, int claim, const struct ts_bpf_devices *list,
		      const struct ts_bpf_device *dev)
{
	int slot = take_line(b, claim, dev), ret;

	if (slot < 0)
		return slot;
	ret = ts_bpf_port_attach(b, slot, list, dev);
	if (ret) {
		/* Half a meter would let one direction pass: none, and again. */
		ts_bpf_port_release(b, slot);
		return ret;
	}
	ts_bpf_port_event(b, slot, TS_EVENT_PORT_ATTACHED);
	return 0;
}

/* A device that is still there and still claimed: is all as it should be? */
static int check_device(struct ts_bpf *b, uint32_t slot, const struct ts_bpf_devices *list,
			const struct ts_bpf_device *dev)
{
	const struct ts_bpf_device *domain = ts_bpf_device_domain(list, dev);
	struct ts_port_line *line = &b->ports[slot];
	uint32_t zone = line->wanted_zone ? line->wanted_zone : ts_zone_of_name(domain->name);
	bool known = b->port[slot].program_id[TS_HOOK_INGRESS] ||
		     b->port[slot].program_id[TS_HOOK_EGRESS];
	int ret;

	if (strncmp(line->ifname, dev->name, sizeof(line->ifname)))
		memcpy(line->ifname, dev->name, sizeof(line->ifname));
	ts_bpf_port_macs(line, domain->mac, dev->mac);
	if (ts_bpf_port_intact(b, slot)) {
		/* The owner runs its own version of the programs, exchanged in place. */
		if (zone == line->zone &&
		    (known ? b->port[slot].bridged == (domain != dev) :
			     !b->owned || ts_bpf_port_current(b, slot, domain != dev)))
			return 0;
		return ts_bpf_port_attach(b, slot, list, dev);
	}
	if (known)
		ts_bpf_port_event(b, slot, TS_EVENT_PORT_GONE);
	ret = ts_bpf_port_attach(b, slot, list, dev);
	if (!ret)
		ts_bpf_port_event(b, slot, TS_EVENT_PORT_ATTACHED);
	return ret;
}

static void give_up(struct ts_bpf *b, uint32_t slot)
{
	ts_bpf_port_event(b, slot, TS_EVENT_PORT_GONE);
	ts_bpf_port_release(b, slot);
}

static int check_devices(struct ts_bpf *b, const struct ts_bpf_devices *list)
{
	const struct ts_bpf_device *dev;
	int slot, ret, worst = 0;

	for (slot = 0; slot < TS_PORTS_MAX; slot++) {
		if (b->ports[slot].used != TS_PORT_DEVICE)
			continue;
		dev = ts_bpf_device_by_index(list, b->ports[slot].ifindex);
		if (!dev || !matches(b->ports[slot].pattern, dev->name)) {
			give_up(b, slot);
			continue;
		}
		ret = check_device(b, slot, list, dev);
		worst = ret ? ret : worst;
	}
	return worst;
}

static int attach_devices(struct ts_bpf *b, const struct ts_bpf_devices *list)
{
	const struct ts_bpf_device *dev;
	int claim, ret, worst = 0;
	size_t i;

	for (i = 0; i < list->n; i++) {
		dev = &list->dev[i];
		claim = find_claim(b, dev->name);
		if (claim < 0 || dev->below || find_device(b, dev->ifindex) >= 0)
			continue;
		ret = attach_new(b, claim, list, dev);
		worst = ret ? ret : worst;
	}
	return worst;
}

/* What stands on a port is none, as soon as that one meters. */
static void detach_uppers(struct ts_bpf *b, const struct ts_bpf_devices *list)
{
	const struct ts_bpf_device *dev;
	int slot;

	for (slot = 0; slot < TS_PORTS_MAX; slot++) {
		if (b->ports[slot].used != TS_PORT_DEVICE)
			continue;
		dev = ts_bpf_device_by_index(list, b->ports[slot].ifindex);
		if (dev && dev->below && find_device(b, dev->below) >= 0)
			give_up(b, slot);
	}
}

static int sync_devices(struct ts_bpf *b, struct ts_bpf_devices *list)
{
	int checked, attached;

	find_stacks(b, list);
	ts_bpf_fast_prune(b, list);
	checked = check_devices(b, list);
	attached = attach_devices(b, list);
	detach_uppers(b, list);
	/* What it finds stops the fast path, not the meter. */
	ts_bpf_fast_sync(b, list);
	return attached ? attached : checked;
}

/**
 * ts_bpf_port_sync() - make what is metered equal to what is claimed
 * @b: the meter, locked
 *
 * Return: 0 or negative errno of the worst port, the rest having been done.
 */
int ts_bpf_port_sync(struct ts_bpf *b)
{
	struct ts_bpf_devices list;
	int ret, addr;

	addr = ts_bpf_addr_sync(b);
	ret = ts_bpf_device_list(b, &list);
	if (ret)
		return ret;
	ret = sync_devices(b, &list);
	ts_bpf_device_free(&list);
	return ret ? ret : addr;
}

/* A device that the new claim matches stands on a port: metered already. */
static int check_above(struct ts_bpf *b, const struct ts_port *port, struct ts_bpf_devices *list)
{
	const struct ts_bpf_device *dev;
	size_t i;

	find_stacks(b, list);
	for (i = 0; i < list->n; i++) {
		dev = &list->dev[i];
		if (dev->below && matches(port->pattern, dev->name))
			return ts_meter_fail(&b->base, -EBUSY,
					     "port %s: device %s is above port %s, which meters its frames already",
					     port->pattern, dev->name,
					     ts_bpf_device_by_index(list, dev->below)->name);
	}
	return 0;
}

/* A port stands on a device that the new claim matches. */
static int check_below(struct ts_bpf *b, const struct ts_port *port, struct ts_bpf_devices *list)
{
	const struct ts_bpf_device *dev;
	size_t i;

	for (i = 0; i < list->n; i++)
		list->dev[i].claimed = matches(port->pattern, list->dev[i].name);
	ts_bpf_device_stack(list);
	for (i = 0; i < list->n; i++) {
		dev = &list->dev[i];
		if (dev->below && find_device(b, dev->ifindex) >= 0)
			return ts_meter_fail(&b->base, -EBUSY,
					     "port %s: port %s is above device %s, and its frames would be metered twice: delete that port first",
					     port->pattern, dev->name,
					     ts_bpf_device_by_index(list, dev->below)->name);
	}
	return 0;
}

static int check_stacks(struct ts_bpf *b, const struct ts_port *port)
{
	struct ts_bpf_devices list;
	int ret = ts_bpf_device_list(b, &list);

	if (ret)
		return ret;
	ret = check_above(b, port, &list);
	if (!ret)
		ret = check_below(b, port, &list);
	ts_bpf_device_free(&list);
	return ret;
}

static int check_claim(struct ts_bpf *b, const struct ts_port *port)
{
	int slot;

	if (find_line(b, TS_PORT_CLAIM, port->pattern) >= 0)
		return ts_meter_fail(&b->base, -EEXIST,
				     "port %s exists: delete it first to change it", port->pattern);
	for (slot = 0; slot < TS_PORTS_MAX; slot++)
		if (b->ports[slot].used == TS_PORT_DEVICE &&
		    matches(port->pattern, b->ports[slot].ifname))
			return ts_meter_fail(&b->base, -EBUSY,
					     "port %s: device %s is metered by port %s",
					     port->pattern, b->ports[slot].ifname,
					     b->ports[slot].pattern);
	return check_stacks(b, port);
}

/* A device, and so a role or a meter, that BPF cannot serve. */
static int check_kind(struct ts_bpf *b, const struct ts_port *port)
{
	if (port->role != TS_ROLE_ACCESS)
		return ts_meter_fail(&b->base, -EOPNOTSUPP,
				     "port %s: role mesh needs tokenswitch.ko: load the module",
				     port->pattern);
	if (port->meter == TS_METER_NF)
		return ts_meter_fail(&b->base, -EOPNOTSUPP,
				     "port %s: meter nf needs tokenswitch.ko: load the module, or ask for auto",
				     port->pattern);
	return ts_bpf_fast_check(b, port);
}

/* What is in the way of the fast path when it is asked for refuses the port. */
static int check_fast(struct ts_bpf *b)
{
	struct ts_bpf_devices list;
	int ret = ts_bpf_device_list(b, &list);

	if (ret)
		return ret;
	find_stacks(b, &list);
	ret = ts_bpf_fast_sync(b, &list);
	ts_bpf_device_free(&list);
	return ret;
}

static void del_claim(struct ts_bpf *b, const char *pattern)
{
	int slot;

	for (slot = 0; slot < TS_PORTS_MAX; slot++) {
		if (b->ports[slot].used != TS_PORT_DEVICE ||
		    strncmp(b->ports[slot].pattern, pattern, TS_PATTERN_LEN))
			continue;
		give_up(b, slot);
	}
	slot = find_line(b, TS_PORT_CLAIM, pattern);
	if (slot >= 0)
		__atomic_store_n(&b->ports[slot].used, TS_PORT_UNUSED, __ATOMIC_RELEASE);
}

/* An upstream device that nobody wants any more is left at once. */
static void drop_claim(struct ts_bpf *b, const char *pattern)
{
	struct ts_bpf_devices list;
	char error[sizeof(b->base.error)];

	/* Why it was refused is what the caller is to read. */
	memcpy(error, b->base.error, sizeof(error));
	del_claim(b, pattern);
	if (!ts_bpf_device_list(b, &list)) {
		find_stacks(b, &list);
		ts_bpf_fast_prune(b, &list);
		ts_bpf_device_free(&list);
	}
	memcpy(b->base.error, error, sizeof(error));
}

static int add_locked(struct ts_bpf *b, const struct ts_port *port)
{
	struct ts_port_line *line;
	int slot, ret;

	ret = check_kind(b, port);
	if (!ret)
		ret = check_claim(b, port);
	if (ret)
		return ret;
	slot = find_line(b, TS_PORT_UNUSED, NULL);
	if (slot < 0)
		return ts_meter_fail(&b->base, -ENOSPC, "all %d ports are in use", TS_PORTS_MAX);
	line = &b->ports[slot];
	memset(line, 0, sizeof(*line));
	memcpy(line->pattern, port->pattern, sizeof(line->pattern));
	line->role = port->role;
	line->direction = port->direction;
	line->wanted_meter = port->meter;
	line->wanted_zone = port->zone;
	line->mark_mask = port->mark_mask;
	memcpy(line->fast_from, port->fast_from, sizeof(line->fast_from));
	__atomic_store_n(&line->used, TS_PORT_CLAIM, __ATOMIC_RELEASE);
	ret = ts_bpf_port_sync(b);
	if (!ret && port->fast_from[0])
		ret = check_fast(b);
	if (ret)
		drop_claim(b, port->pattern);
	return ret;
}

int ts_bpf_port_add(struct ts_meter *m, const struct ts_port *port)
{
	struct ts_bpf *b = ts_bpf(m);
	int ret = ts_bpf_lock(b);

	if (ret)
		return ret;
	ret = add_locked(b, port);
	ts_bpf_unlock(b);
	return ret;
}

int ts_bpf_port_del(struct ts_meter *m, const char *pattern)
{
	struct ts_bpf *b = ts_bpf(m);
	int ret = ts_bpf_lock(b);

	if (ret)
		return ret;
	if (find_line(b, TS_PORT_CLAIM, pattern) < 0) {
		ret = ts_meter_fail(m, -ENOENT, "there is no port %s", pattern);
	} else {
		del_claim(b, pattern);
		/* What stood on its devices may be a port of another claim now. */
		ts_bpf_port_sync(b);
	}
	ts_bpf_unlock(b);
	return ret;
}

/**
 * ts_bpf_port_dump_uppers() - devices that are claimed, and stand on a port
 * @b: the meter
 * @cb: handed each one
 * @arg: for @cb
 *
 * Return: 0, what @cb returned, or negative errno.
 */
int ts_bpf_port_dump_uppers(struct ts_bpf *b, int (*cb)(const struct ts_port *, void *),
			    void *arg)
{
	const struct ts_bpf_device *dev, *lower;
	struct ts_bpf_devices list;
	int slot, ret;
	size_t i;

	ret = ts_bpf_device_list(b, &list);
	if (ret)
		return ret;
	find_stacks(b, &list);
	for (i = 0; !ret && i < list.n; i++) {
		dev = &list.dev[i];
		lower = ts_bpf_device_by_index(&list, dev->below);
		slot = find_claim(b, dev->name);
		if (slot < 0 || !lower || find_device(b, dev->ifindex) >= 0)
			continue;
		ret = ts_bpf_port_show(b, slot, dev, lower, cb, arg);
	}
	ts_bpf_device_free(&list);
	return ret;
}
