// SPDX-License-Identifier: GPL-2.0
/*
 * One metered device: which meter it gets, its programs, whether they are
 * still there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>
#include "lib/meter_bpf.h"

static struct ts_port_config port_config(const struct ts_bpf *b, uint32_t slot, bool bridged)
{
	const struct ts_port_line *line = &b->ports[slot];

	return (struct ts_port_config){
		.slot = slot,
		.ifindex = line->ifindex,
		.zone = line->zone,
		.mark_mask = line->mark_mask,
		.mark_unit = line->mark_mask & -line->mark_mask,
		.flags = (bridged ? TS_PORT_F_BRIDGED : 0) |
			 (line->fast_from[0] ? TS_PORT_F_FAST : 0),
		.hz = b->meta->hz,
		.key_mask = b->meta->key_buckets - 1,
		.stranger_mask = b->meta->strangers - 1,
		.accounts_shift = ts_bpf_accounts_shift(b),
		.seed = b->meta->seed,
		.free_rate = TS_FREE_RATE_BYTES,
		.free_burst = TS_FREE_BURST_BYTES,
		.port_free_rate = TS_PORT_FREE_RATE_BYTES,
		.port_free_burst = TS_PORT_FREE_BURST_BYTES,
	};
}

static void __attribute__((format(printf, 2, 3)))
set_reason(struct ts_port_line *line, const char *fmt, ...)
{
	char reason[sizeof(line->reason)];
	va_list ap;

	/* Readers may look at any time: always terminated. */
	memset(reason, 0, sizeof(reason));
	va_start(ap, fmt);
	vsnprintf(reason, sizeof(reason), fmt, ap);
	va_end(ap);
	memcpy(line->reason, reason, sizeof(reason));
}

/*
 * The driver that was tried and what it said, in the order of preference.
 * Return: true: XDP is worth a try.
 */
static bool wants_xdp(struct ts_port_line *line, const struct ts_bpf_device *dev)
{
	if (line->wanted_meter == TS_METER_TC) {
		set_reason(line, "asked for");
		return false;
	}
	if (!(line->direction & TS_DIRECTION_UP)) {
		set_reason(line, "only the direction down is metered, where there is no XDP");
		return false;
	}
	if (line->wanted_meter == TS_METER_XDP) {
		ts_bpf_device_show_tags(dev->name);
		set_reason(line, "asked for");
		return true;
	}
	if (ts_bpf_device_is_veth(dev->name)) {
		set_reason(line, "XDP on a veth takes segmentation offload from its peer");
		return false;
	}
	if (ts_bpf_device_show_tags(dev->name)) {
		set_reason(line, "the device hides VLAN tags from XDP and will not stop");
		return false;
	}
	set_reason(line, "the driver has native XDP");
	return true;
}

/* All hooks of a meter, and none of the other meter's. */
static int attach_all(struct ts_bpf *b, uint32_t slot, const struct ts_bpf_device *dev,
		      bool xdp, bool bridged)
{
	struct ts_port_config config = port_config(b, slot, bridged);
	struct ts_bpf_port_state *state = &b->port[slot];
	struct ts_port_line *line = &b->ports[slot];
	struct ts_bpf_programs p;
	int hook, ret;

	if (line->fast_from[0] && ts_bpf_device_show_tags(dev->name))
		return ts_meter_fail(&b->base, -EOPNOTSUPP,
				     "port %s: it hides VLAN tags from XDP and will not stop, so it can have no fast path",
				     dev->name);
	ret = ts_bpf_program_load(b, &config, xdp, line->direction, &p);
	if (ret)
		return ret;
	if (p.fast_down >= 0)
		ret = ts_bpf_fast_permit(b, dev->ifindex, p.fast_down);
	/* Not one version any more, until all are exchanged. */
	line->driver[TS_PORT_FACT_VERSION] = 0;
	for (hook = 0; !ret && hook < TS_HOOK_COUNT; hook++) {
		state->program_id[hook] = 0;
		if (p.fd[hook] < 0)
			continue;
		ret = ts_bpf_attach(b, dev, hook, p.fd[hook]);
		if (!ret)
			state->program_id[hook] = ts_bpf_program_id(p.fd[hook]);
	}
	for (hook = 0; !ret && hook < TS_HOOK_COUNT; hook++)
		if (p.fd[hook] < 0)
			ts_bpf_detach(b, dev->ifindex, hook);
	ts_bpf_program_close(&p);
	for (hook = 0; hook < TS_HOOK_COUNT; hook++)
		line->driver[TS_PORT_FACT_IDS + hook] = state->program_id[hook];
	if (!ret)
		__atomic_store_n(&line->driver[TS_PORT_FACT_VERSION],
				 ts_bpf_program_version(&config, xdp, line->direction),
				 __ATOMIC_RELEASE);
	return ret;
}

static void store_mac(__u64 *to, const uint8_t mac[6])
{
	uint64_t a = ts_key_a(mac, 0);

	if (*to != a)
		__atomic_store_n(to, a, __ATOMIC_RELEASE);
}

/**
 * ts_bpf_port_macs() - by which addresses frames of a port are for the box
 * @line: of the port
 * @box_mac: of its bridge, or its own
 * @dev_mac: its own
 */
void ts_bpf_port_macs(struct ts_port_line *line, const uint8_t box_mac[6],
		      const uint8_t dev_mac[6])
{
	store_mac(&line->box_mac, box_mac);
	store_mac(&line->dev_mac, dev_mac);
}

/**
 * ts_bpf_port_attach() - meter a device, or exchange its programs
 * @b: the meter, locked
 * @slot: its line: pattern, ifindex, role, direction, mark_mask and what was
 *	wanted are set
 * @list: all devices
 * @dev: the device
 *
 * Return: 0 or negative errno, the reason being in the line.
 */
int ts_bpf_port_attach(struct ts_bpf *b, uint32_t slot, const struct ts_bpf_devices *list,
		       const struct ts_bpf_device *dev)
{
	const struct ts_bpf_device *domain = ts_bpf_device_domain(list, dev);
	struct ts_port_line *line = &b->ports[slot];
	bool xdp = wants_xdp(line, dev);
	int ret;

	line->zone = line->wanted_zone ? line->wanted_zone : ts_zone_of_name(domain->name);
	ts_bpf_port_macs(line, domain->mac, dev->mac);
	ret = attach_all(b, slot, dev, xdp, domain != dev);
	if (ret && xdp && line->wanted_meter != TS_METER_XDP) {
		set_reason(line, "no native XDP: %s", b->base.error);
		xdp = false;
		ret = attach_all(b, slot, dev, xdp, domain != dev);
	}
	if (ret) {
		set_reason(line, "%s", b->base.error);
		return ret;
	}
	b->port[slot].bridged = domain != dev;
	line->meter = xdp ? TS_METER_XDP : TS_METER_TC;
	return 0;
}

/**
 * ts_bpf_port_intact() - does every hook run what belongs there?
 * @b: the meter
 * @slot: of a device
 *
 * A process that has not attached them itself takes over what it finds.
 *
 * Return: true if so.
 */
bool ts_bpf_port_intact(struct ts_bpf *b, uint32_t slot)
{
	const struct ts_port_line *line = &b->ports[slot];
	struct ts_bpf_port_state *state = &b->port[slot];
	bool wanted[TS_HOOK_COUNT] = {
		[TS_HOOK_XDP] = line->meter == TS_METER_XDP,
		[TS_HOOK_INGRESS] = line->direction & TS_DIRECTION_UP,
		[TS_HOOK_EGRESS] = line->direction & TS_DIRECTION_DOWN,
	};
	uint32_t id;
	int hook;

	for (hook = 0; hook < TS_HOOK_COUNT; hook++) {
		if (!wanted[hook])
			continue;
		id = ts_bpf_attached(b, line->ifindex, hook);
		if (!id || (state->program_id[hook] && state->program_id[hook] != id))
			return false;
		state->program_id[hook] = id;
	}
	return true;
}

/**
 * ts_bpf_port_current() - does an adopted port run this version's programs?
 * @b: the meter
 * @slot: of a device for which ts_bpf_port_intact() is true
 * @bridged: it is in a bridge now
 *
 * Then they need not be exchanged: to verify new ones takes long on a slow or
 * busy machine, and nobody is served meanwhile.
 *
 * Return: true if so.
 */
bool ts_bpf_port_current(struct ts_bpf *b, uint32_t slot, bool bridged)
{
	const struct ts_port_config config = port_config(b, slot, bridged);
	const struct ts_port_line *line = &b->ports[slot];
	int hook;

	if (line->driver[TS_PORT_FACT_VERSION] !=
	    ts_bpf_program_version(&config, line->meter == TS_METER_XDP, line->direction))
		return false;
	for (hook = 0; hook < TS_HOOK_COUNT; hook++)
		if (line->driver[TS_PORT_FACT_IDS + hook] != b->port[slot].program_id[hook])
			return false;
	b->port[slot].bridged = bridged;
	return true;
}

/** ts_bpf_port_release() - a device is no port any more; its line becomes free */
void ts_bpf_port_release(struct ts_bpf *b, uint32_t slot)
{
	struct ts_port_line *line = &b->ports[slot];
	static const uint8_t none[6];
	int hook;

	if (line->fast_from[0])
		ts_bpf_fast_forbid(b, line->ifindex);
	/* Also of a device that is gone: its pins remain. */
	for (hook = 0; hook < TS_HOOK_COUNT; hook++)
		ts_bpf_detach(b, line->ifindex, hook);
	memset(&b->port[slot], 0, sizeof(b->port[slot]));
	ts_bpf_port_macs(line, none, none);
	__atomic_store_n(&line->used, TS_PORT_UNUSED, __ATOMIC_RELEASE);
}

/** ts_bpf_port_event() - tell that a port came or went */
void ts_bpf_port_event(struct ts_bpf *b, uint32_t slot, uint8_t type)
{
	const struct ts_port_line *line = &b->ports[slot];
	struct ts_meter_event ev = { .type = type, .ifindex = line->ifindex };

	memcpy(ev.pattern, line->pattern, sizeof(ev.pattern));
	memcpy(ev.ifname, line->ifname, sizeof(ev.ifname));
	ts_bpf_event_queue(b, &ev);
}

static void read_counters(struct ts_bpf *b, uint32_t slot, struct ts_port *port)
{
	unsigned int cpu, i;

	for (cpu = 0; cpu < b->n_cpus; cpu++) {
		const struct ts_port_counters *c = ts_bpf_port_counters(b, slot, cpu);

		port->free_bytes += ts_load(&c->free_bytes);
		port->group_bytes += ts_load(&c->group_bytes);
		port->passed_bytes += ts_load(&c->passed_bytes);
		for (i = 0; i < TS_DROP_COUNT; i++)
			port->drops[i] += ts_load(&c->drops[i]);
	}
}

static struct ts_port show_claim(const struct ts_port_line *line)
{
	struct ts_port port = {
		.role = line->role,
		.direction = line->direction,
		.meter = line->wanted_meter,
		.zone = line->wanted_zone,
		.mark_mask = line->mark_mask,
	};

	snprintf(port.pattern, sizeof(port.pattern), "%.*s", TS_PATTERN_LEN - 1, line->pattern);
	snprintf(port.fast_from, sizeof(port.fast_from), "%.15s", line->fast_from);
	return port;
}

static int show_line(struct ts_bpf *b, uint32_t slot,
		     int (*cb)(const struct ts_port *, void *), void *arg)
{
	const struct ts_port_line *line = &b->ports[slot];
	struct ts_port port = show_claim(line);

	if (line->used == TS_PORT_DEVICE) {
		snprintf(port.ifname, sizeof(port.ifname), "%.15s", line->ifname);
		snprintf(port.reason, sizeof(port.reason), "%.95s", line->reason);
		port.ifindex = line->ifindex;
		port.meter = line->meter;
		port.zone = line->zone;
		read_counters(b, slot, &port);
		ts_bpf_fast_show(b, line, &port);
	}
	return cb(&port, arg);
}

/**
 * ts_bpf_port_show() - a device that is claimed, but metered below
 * @b: the meter
 * @slot: of its claim
 * @dev: the device
 * @lower: the port that it stands on
 * @cb: handed it
 * @arg: for @cb
 *
 * Return: what @cb returned.
 */
int ts_bpf_port_show(struct ts_bpf *b, uint32_t slot, const struct ts_bpf_device *dev,
		     const struct ts_bpf_device *lower,
		     int (*cb)(const struct ts_port *, void *), void *arg)
{
	struct ts_port port = show_claim(&b->ports[slot]);

	memcpy(port.ifname, dev->name, sizeof(port.ifname));
	memcpy(port.lower, lower->name, sizeof(port.lower));
	port.ifindex = dev->ifindex;
	return cb(&port, arg);
}

int ts_bpf_port_dump(struct ts_meter *m, int (*cb)(const struct ts_port *, void *), void *arg)
{
	struct ts_bpf *b = ts_bpf(m);
	uint32_t claim, slot;
	int ret = 0;
	bool any;

	for (claim = 0; !ret && claim < TS_PORTS_MAX; claim++) {
		if (b->ports[claim].used != TS_PORT_CLAIM)
			continue;
		for (any = false, slot = 0; !ret && slot < TS_PORTS_MAX; slot++) {
			if (b->ports[slot].used != TS_PORT_DEVICE ||
			    strncmp(b->ports[slot].pattern, b->ports[claim].pattern,
				    TS_PATTERN_LEN))
				continue;
			any = true;
			ret = show_line(b, slot, cb, arg);
		}
		if (!ret && !any)
			ret = show_line(b, claim, cb, arg);
	}
	return ret ? ret : ts_bpf_port_dump_uppers(b, cb, arg);
}
