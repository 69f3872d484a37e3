/* SPDX-License-Identifier: GPL-2.0 */
/* From a MAC address to an account; strangers; events. */
#ifndef TS_BPF_STATION_H
#define TS_BPF_STATION_H

#include "police.bpf.h"

/* Seconds before a stranger that keeps sending is told of again. */
#define TS_HINT_PAUSE_S 10

/**
 * struct ts_station - whose frame it is
 * @a: ts_key_a() of the station
 * @id: account, 0: a stranger
 * @elsewhere: it last sent at another port of the zone
 */
struct ts_station {
	__u64 a;
	__u32 id;
	__u32 elsewhere;
};

__noinline int ts_station_overflow(__u64 a)
{
	struct ts_overflow_key key = { .a = a, .zone = ts_port.zone };
	__u32 *id = bpf_map_lookup_elem(&ts_keys_overflow, &key);

	return id ? *id : 0;
}

/* Which port a station sends at is a hint that heals: races are harmless. */
static __always_inline void ts_station_track(struct ts_station *s, __u32 bucket,
					     __u32 way, __u32 dir)
{
	struct ts_key_port *port;
	__u16 mine = ts_port.slot + 1;

	if (!(ts_port.flags & TS_PORT_F_BRIDGED))
		return;
	port = bpf_map_lookup_elem(&ts_key_ports, &bucket);
	if (!port)
		return;
	way &= TS_KEY_SLOTS - 1;
	if (port->slot[way] == mine)
		return;
	if (dir == TS_DIR_UP)
		port->slot[way] = mine;
	else if (port->slot[way])
		s->elsewhere = 1;
}

/** ts_station_find() - fill in @s for the station of @f */
static __always_inline void ts_station_find(struct ts_station *s,
					    const struct ts_frame *f, __u32 dir)
{
	struct ts_key_bucket *keys;
	__u32 bucket, way;
	__u64 b;

	s->a = f->station | (__u64)f->vlan << 48;
	s->id = 0;
	s->elsewhere = 0;
	bucket = ts_key_hash(s->a, ts_port.zone, ts_port.seed) & ts_port.key_mask;
	keys = bpf_map_lookup_elem(&ts_keys, &bucket);
	if (!keys)
		return;
#pragma unroll
	for (way = 0; way < TS_KEY_SLOTS; way++) {
		if (keys->slot[way].a != s->a)
			continue;
		b = ts_load(&keys->slot[way].b);
		if (b >> 32 != ts_port.zone || !(b & TS_KEY_ID_MASK))
			continue;
		s->id = b & TS_KEY_ID_MASK;
		ts_station_track(s, bucket, way, dir);
		return;
	}
	if (keys->slot[0].b & TS_KEY_F_OVERFLOW)
		s->id = ts_station_overflow(s->a);
}

static __always_inline void ts_event_fill(struct ts_ring_event *e, __u32 type, __u64 a)
{
	__builtin_memset(e, 0, sizeof(*e));
	e->type = type;
	e->ifindex = ts_port.ifindex;
	e->time_ns = bpf_ktime_get_boot_ns();
	e->a = a;
	e->zone = ts_port.zone;
}

/**
 * ts_event_money() - tell the driver of an account
 * @line: its line, in a map
 * @id: its id
 * @type: enum ts_event_type
 * @a: the station whose frame it was
 *
 * A ring that is full loses the event but not the fact: ts_meta counts it.
 *
 * Return: 0.
 */
static __noinline int ts_event_money(struct ts_budget *line, __u32 id, __u32 type, __u64 a)
{
	struct ts_ring_event *e;
	struct ts_meta *meta;
	__u32 zero = 0;

	if (!line)
		return 0;
	e = bpf_ringbuf_reserve(&ts_money, sizeof(*e), 0);
	if (!e) {
		meta = bpf_map_lookup_elem(&ts_meta, &zero);
		if (meta)
			__sync_fetch_and_add(&meta->money_lost, 1);
		return 0;
	}
	ts_event_fill(e, type, a);
	e->account_id = id;
	e->epoch = line->epoch;
	e->granted = ts_load(&line->granted);
	e->charged = ts_load(&line->charged);
	if (e->charged > e->granted)
		e->charged = e->granted;
	bpf_ringbuf_submit(e, 0);
	return 0;
}

__noinline int ts_event_hint(__u64 a)
{
	__u32 slot = ts_port.slot, zero = 0;
	struct ts_ring_event *e;
	struct ts_port_line *port;
	struct ts_meta *meta;

	port = bpf_map_lookup_elem(&ts_ports, &slot);
	if (!port || !ts_police_take(&port->hints, TS_HINT_RATE, TS_HINT_BURST, 1, 0))
		return 0;
	e = bpf_ringbuf_reserve(&ts_hints, sizeof(*e), 0);
	if (!e) {
		meta = bpf_map_lookup_elem(&ts_meta, &zero);
		if (meta)
			__sync_fetch_and_add(&meta->hints_lost, 1);
		return 0;
	}
	ts_event_fill(e, TS_EVENT_STRANGER, a);
	bpf_ringbuf_submit(e, 0);
	return 0;
}

static __always_inline struct ts_stranger_line *ts_stranger_find(__u64 a)
{
	__u32 i = ts_key_hash(a, ts_port.zone, ~ts_port.seed) & ts_port.stranger_mask;

	return bpf_map_lookup_elem(&ts_strangers, &i);
}

/**
 * ts_stranger_note() - remember that a station without account sent something
 * @a: the station
 *
 * The list is bounded: a station takes the line of another.  Lines are hints
 * and are written without care for races.
 *
 * Return: 0.
 */
static __always_inline int ts_stranger_note(__u64 a)
{
	struct ts_stranger_line *line = ts_stranger_find(a);
	__u64 now = bpf_jiffies64();

	if (!line)
		return 0;
	if (line->seen != now)
		line->seen = now;
	if (line->a == a && line->ifindex == ts_port.ifindex &&
	    now - line->hinted < TS_HINT_PAUSE_S * ts_port.hz)
		return 0;
	line->a = a;
	line->zone = ts_port.zone;
	line->ifindex = ts_port.ifindex;
	line->hinted = now;
	return ts_event_hint(a);
}

static __always_inline int ts_onward_police(struct ts_stranger_line *line,
					    struct ts_port_line *port, __u32 tokens,
					    __u32 dir)
{
	__u32 keep = ts_onward_keep(dir);

	return ts_police_take(&line->onward, TS_ONWARD_BYTES_PER_S,
			      TS_ONWARD_BURST_BYTES, tokens, keep) &&
	       ts_police_take(&port->onward, TS_PORT_ONWARD_BYTES_PER_S,
			      TS_PORT_ONWARD_BURST_BYTES, tokens, keep);
}

static __always_inline int ts_police_account(__u32 id, __u32 tokens, __u32 kind, __u32 dir)
{
	struct ts_account_police *police = bpf_map_lookup_elem(&ts_police, &id);

	if (!police)
		return 0;
	if (kind == TS_SERVICE_LISTED &&
	    !ts_police_take(&police->onward, TS_ONWARD_BYTES_PER_S,
			    TS_ONWARD_BURST_BYTES, tokens, ts_onward_keep(dir)))
		return 0;
	return ts_police_take(&police->free, ts_port.free_rate, ts_port.free_burst,
			      tokens, 0);
}

/**
 * ts_station_police() - may this much more pass for free?
 * @id: account, 0: a stranger
 * @a: the station
 * @tokens: how much
 * @kind: of ts_frame_free_service()
 * @dir: enum ts_dir
 *
 * A stranger takes from its port too, and from its own bucket first, so that
 * one of them cannot empty the port's alone.
 *
 * Return: 1 when it may.
 */
__noinline int ts_station_police(__u32 id, __u64 a, __u32 tokens, __u32 kind, __u32 dir)
{
	struct ts_stranger_line *line;
	struct ts_port_line *port;
	__u32 slot = ts_port.slot;

	if (id)
		return ts_police_account(id, tokens, kind, dir);
	line = ts_stranger_find(a);
	port = bpf_map_lookup_elem(&ts_ports, &slot);
	if (!line || !port)
		return 0;
	if (kind == TS_SERVICE_LISTED && !ts_onward_police(line, port, tokens, dir))
		return 0;
	return ts_police_take(&line->police, ts_port.free_rate, ts_port.free_burst,
			      tokens, 0) &&
	       ts_police_take(&port->police, ts_port.port_free_rate,
			      ts_port.port_free_burst, tokens, 0);
}

/**
 * ts_port_police() - may this much more pass for free, at nobody's charge?
 * @bytes: how much
 *
 * Return: 1 when it may.
 */
__noinline int ts_port_police(__u32 bytes)
{
	__u32 slot = ts_port.slot;
	struct ts_port_line *port = bpf_map_lookup_elem(&ts_ports, &slot);

	return port && ts_police_take(&port->police, ts_port.port_free_rate,
				      ts_port.port_free_burst, bytes, 0);
}

#endif /* TS_BPF_STATION_H */
