// SPDX-License-Identifier: GPL-2.0
/*
 * The fast path: which devices it leads to, and for how long.
 *
 * Upstream devices have lines of ts_ports of their own, TS_PORT_UPSTREAM, for
 * their program to read.  Permission is a lease: whoever looked and found
 * nothing that would be bypassed extends it, so it ends by itself when nobody
 * looks any more, and the frames go by the stack, metered as before.  It is one
 * for all ports, because any of them may send to any other.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include "lib/meter_bpf.h"

/* Longer than tsd's ticks are apart, busy as it may be. */
#define LEASE_S 5

/**
 * ts_bpf_fast_check() - may this port have a fast path at all?
 * @b: the meter
 * @port: as asked for
 *
 * Return: 0 or -EOPNOTSUPP.
 */
int ts_bpf_fast_check(struct ts_bpf *b, const struct ts_port *port)
{
	if (!port->fast_from[0])
		return 0;
	if (port->meter != TS_METER_XDP)
		return ts_meter_fail(&b->base, -EOPNOTSUPP,
				     "port %s: the fast path is a part of meter xdp: ask for that meter by name",
				     port->pattern);
	if (port->direction != TS_DIRECTION_BOTH)
		return ts_meter_fail(&b->base, -EOPNOTSUPP,
				     "port %s: the fast path needs both directions metered",
				     port->pattern);
	return 0;
}

/**
 * ts_bpf_fast_permit() - a device may be redirected to
 * @b: the meter, locked
 * @ifindex: the device
 * @program_fd: what runs for each frame that leaves by it; 0: nothing
 *
 * Return: 0 or negative errno.
 */
int ts_bpf_fast_permit(struct ts_bpf *b, uint32_t ifindex, int program_fd)
{
	struct bpf_devmap_val val = { .ifindex = ifindex, .bpf_prog.fd = program_fd };
	int ret = bpf_map_update_elem(b->map[TS_MAP_FAST], &ifindex, &val, BPF_ANY);

	if (ret)
		return ts_meter_fail(&b->base, ret, "cannot permit the fast path to device %u: %s",
				     ifindex, strerror(-ret));
	return 0;
}

/** ts_bpf_fast_forbid() - nothing is redirected to a device any more */
void ts_bpf_fast_forbid(struct ts_bpf *b, uint32_t ifindex)
{
	bpf_map_delete_elem(b->map[TS_MAP_FAST], &ifindex);
}

static void lease(struct ts_bpf *b, uint64_t until)
{
	int slot;

	for (slot = 0; slot < TS_PORTS_MAX; slot++)
		if (b->ports[slot].used == TS_PORT_UPSTREAM ||
		    (b->ports[slot].used == TS_PORT_DEVICE && b->ports[slot].fast_from[0]))
			__atomic_store_n(&b->ports[slot].fast_until, until, __ATOMIC_RELEASE);
}

static void release(struct ts_bpf *b, uint32_t slot)
{
	struct ts_port_line *line = &b->ports[slot];

	ts_bpf_fast_forbid(b, line->ifindex);
	ts_bpf_detach(b, line->ifindex, TS_HOOK_XDP);
	memset(&b->port[slot], 0, sizeof(b->port[slot]));
	__atomic_store_n(&line->used, TS_PORT_UNUSED, __ATOMIC_RELEASE);
}

/** ts_bpf_fast_release() - leave all upstream devices */
void ts_bpf_fast_release(struct ts_bpf *b)
{
	uint32_t slot;

	for (slot = 0; slot < TS_PORTS_MAX; slot++)
		if (b->ports[slot].used == TS_PORT_UPSTREAM)
			release(b, slot);
}

static bool wanted(const struct ts_bpf *b, const char *name)
{
	int slot;

	for (slot = 0; slot < TS_PORTS_MAX; slot++)
		if ((b->ports[slot].used == TS_PORT_CLAIM ||
		     b->ports[slot].used == TS_PORT_DEVICE) &&
		    !strncmp(b->ports[slot].fast_from, name, IFNAMSIZ))
			return true;
	return false;
}

/**
 * ts_bpf_fast_prune() - leave upstream devices that are gone, unwanted, or to be ports
 * @b: the meter, locked
 * @list: all devices, after ts_bpf_device_stack()
 *
 * Before ports are attached: the hook is to be empty for one of them.
 */
void ts_bpf_fast_prune(struct ts_bpf *b, const struct ts_bpf_devices *list)
{
	const struct ts_bpf_device *dev;
	uint32_t slot;

	for (slot = 0; slot < TS_PORTS_MAX; slot++) {
		if (b->ports[slot].used != TS_PORT_UPSTREAM)
			continue;
		dev = ts_bpf_device_by_index(list, b->ports[slot].ifindex);
		if (!dev || dev->claimed || !wanted(b, dev->name))
			release(b, slot);
	}
}

static int find_slot(const struct ts_bpf *b, uint32_t used, uint32_t ifindex)
{
	int slot;

	for (slot = 0; slot < TS_PORTS_MAX; slot++)
		if (b->ports[slot].used == used &&
		    (used == TS_PORT_UNUSED || b->ports[slot].ifindex == ifindex))
			return slot;
	return -1;
}

static int take_slot(struct ts_bpf *b, const struct ts_bpf_device *dev)
{
	int slot = find_slot(b, TS_PORT_UNUSED, 0);
	struct ts_port_line *line;

	if (slot < 0)
		return ts_meter_fail(&b->base, -ENOSPC, "%s: all %d ports are in use", dev->name,
				     TS_PORTS_MAX);
	line = &b->ports[slot];
	memset(line, 0, sizeof(*line));
	line->ifindex = dev->ifindex;
	memcpy(line->ifname, dev->name, sizeof(line->ifname));
	memset(&b->port[slot], 0, sizeof(b->port[slot]));
	__atomic_store_n(&line->used, TS_PORT_UPSTREAM, __ATOMIC_RELEASE);
	return slot;
}

static int attach(struct ts_bpf *b, uint32_t slot, const struct ts_bpf_device *dev)
{
	const struct ts_port_config config = { .slot = slot, .hz = b->meta->hz };
	int fd, ret;

	/* A tag that the card strips would be lost, and the frame be of another network. */
	if (ts_bpf_device_show_tags(dev->name))
		return ts_meter_fail(&b->base, -EOPNOTSUPP,
				     "fast path: %s hides VLAN tags from XDP and will not stop",
				     dev->name);
	fd = ts_bpf_program_fast_from(b, &config);
	if (fd < 0)
		return fd;
	ret = ts_bpf_attach(b, dev, TS_HOOK_XDP, fd);
	if (!ret)
		ret = ts_bpf_fast_permit(b, dev->ifindex, 0);
	if (!ret)
		b->port[slot].program_id[TS_HOOK_XDP] = ts_bpf_program_id(fd);
	close(fd);
	return ret;
}

/*
 * An owner that has not attached the program exchanges it for its own version, in
 * place; who passes by takes over what is there.
 */
static int lead_to(struct ts_bpf *b, const struct ts_bpf_device *dev)
{
	int slot = find_slot(b, TS_PORT_UPSTREAM, dev->ifindex), ret;
	uint32_t id, attached;

	if (slot < 0)
		slot = take_slot(b, dev);
	if (slot < 0)
		return slot;
	ts_bpf_port_macs(&b->ports[slot], dev->mac, dev->mac);
	id = b->port[slot].program_id[TS_HOOK_XDP];
	attached = ts_bpf_attached(b, dev->ifindex, TS_HOOK_XDP);
	if (attached && (id ? id == attached : !b->owned)) {
		b->port[slot].program_id[TS_HOOK_XDP] = attached;
		return ts_bpf_fast_permit(b, dev->ifindex, 0);
	}
	ret = attach(b, slot, dev);
	if (ret)
		release(b, slot);
	return ret;
}

static int lead_to_all(struct ts_bpf *b, const struct ts_bpf_devices *list)
{
	const struct ts_bpf_device *dev;
	size_t i;
	int ret;

	for (i = 0; i < list->n; i++) {
		dev = &list->dev[i];
		if (dev->claimed || !wanted(b, dev->name))
			continue;
		ret = lead_to(b, dev);
		if (ret)
			return ret;
	}
	return 0;
}

static bool any_wanted(const struct ts_bpf *b)
{
	int slot;

	for (slot = 0; slot < TS_PORTS_MAX; slot++)
		if (b->ports[slot].used == TS_PORT_DEVICE && b->ports[slot].fast_from[0])
			return true;
	return false;
}

/**
 * ts_bpf_fast_sync() - look again, and extend the lease or end it
 * @b: the meter, locked
 * @list: all devices, after ts_bpf_device_stack()
 *
 * Return: 0, or negative errno: the fast path is not taken, and why.
 */
int ts_bpf_fast_sync(struct ts_bpf *b, const struct ts_bpf_devices *list)
{
	char found[192];
	int ret;

	if (!any_wanted(b))
		return 0;
	ret = lead_to_all(b, list);
	if (!ret && ts_bpf_fast_look(b, list, found, sizeof(found)))
		ret = ts_meter_fail(&b->base, -EBUSY, "fast path: %s", found);
	lease(b, ret ? 0 : ts_bpf_clock_jiffies(b) + LEASE_S * (uint64_t)b->meta->hz);
	return ret;
}

/**
 * ts_bpf_fast_show() - is the fast path of a port taken, and if not, why?
 * @b: the meter
 * @line: of the port
 * @port: its fast and fast_reason are set
 */
void ts_bpf_fast_show(struct ts_bpf *b, const struct ts_port_line *line, struct ts_port *port)
{
	struct ts_bpf_devices list;
	uint64_t until;

	if (!line->fast_from[0] || ts_bpf_device_list(b, &list))
		return;
	until = __atomic_load_n(&line->fast_until, __ATOMIC_ACQUIRE);
	port->fast = ts_bpf_clock_jiffies(b) < until;
	if (!port->fast && !ts_bpf_fast_look(b, &list, port->fast_reason,
					     sizeof(port->fast_reason)))
		snprintf(port->fast_reason, sizeof(port->fast_reason),
			 "nobody looks whether a firewall came: start tsd");
	ts_bpf_device_free(&list);
}
