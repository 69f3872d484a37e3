/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the classifier asks: the box's addresses, services and prefixes.
 *
 * The common frame costs two look-ups in arrays, which are inlined; hash and
 * LPM tables are asked only where a bit says that they may know more.
 */
#ifndef TS_BPF_TABLES_H
#define TS_BPF_TABLES_H

#include "maps.h"
#define TS_CLASSIFY_TABLES
#include <tokenswitch/classify.h>

const volatile struct ts_port_config ts_port = {};

/* The tables are maps: there is nothing to point to. */
struct ts_tables {
	int none;
};

/* The address as the driver keys it: two halves, IPv4 as ::ffff:a.b.c.d. */
struct ts_addr_halves {
	__u64 high;
	__u64 low;
};

static __always_inline struct ts_addr_halves ts_remote_halves(const struct ts_frame *f)
{
	struct ts_addr_halves h;
	__u32 *word = (__u32 *)&h;

	if (f->flags & TS_FRAME_IP4) {
		word[0] = 0;
		word[1] = 0;
		word[2] = bpf_htonl(0xffff);
		word[3] = f->remote[0];
	} else {
		word[0] = f->remote[0];
		word[1] = f->remote[1];
		word[2] = f->remote[2];
		word[3] = f->remote[3];
	}
	return h;
}

static __always_inline int ts_box_addr_known(__u64 high, __u64 low)
{
	struct ts_addr_halves h = { .high = high, .low = low };

	return bpf_map_lookup_elem(&ts_box_addrs, &h) != NULL;
}

__noinline int ts_service_find(__u64 high, __u64 low, __u32 port, __u32 proto)
{
	struct ts_addr_halves h = { .high = high, .low = low };
	struct ts_service key = { .port = port, .proto = proto };
	__u8 *kind;

	__builtin_memcpy(&key.addr, &h, sizeof(h));
	kind = bpf_map_lookup_elem(&ts_services, &key);
	if (kind)
		return *kind;
	__builtin_memset(&key.addr, 0, sizeof(key.addr));
	kind = bpf_map_lookup_elem(&ts_services, &key);
	return kind && ts_box_addr_known(high, low) ? *kind : TS_SERVICE_NONE;
}

__noinline int ts_prefix4_class(__u32 addr)
{
	struct ts_lpm4_key key = { .prefix_len = 32 };
	__u32 *class;

	__builtin_memcpy(key.addr, &addr, sizeof(addr));
	class = bpf_map_lookup_elem(&ts_lpm4, &key);
	return class ? *class : TS_CLASS_INTERNET;
}

__noinline int ts_prefix6_class(__u64 high, __u64 low)
{
	struct ts_addr_halves h = { .high = high, .low = low };
	struct ts_lpm6_key key = { .prefix_len = 128 };
	__u32 *class;

	__builtin_memcpy(key.addr, &h, sizeof(h));
	class = bpf_map_lookup_elem(&ts_lpm6, &key);
	return class ? *class : TS_CLASS_INTERNET;
}

static __always_inline int ts_table_box_mac(const struct ts_tables *t,
					    const struct ts_frame *f)
{
	__u32 slot = ts_port.slot;
	struct ts_port_line *port = bpf_map_lookup_elem(&ts_ports, &slot);

	return port && f->peer && (ts_load(&port->box_mac) == f->peer ||
				   ts_load(&port->dev_mac) == f->peer);
}

static __always_inline int ts_table_service(const struct ts_tables *t,
					    const struct ts_frame *f)
{
	__u32 word = f->remote_port >> 6;
	struct ts_addr_halves h;
	__u64 *bits;

	if (f->proto == TS_IP_UDP)
		word += TS_SERVICE_UDP_WORD;
	bits = bpf_map_lookup_elem(&ts_service_bits, &word);
	if (!bits || !(*bits >> (f->remote_port & 63) & 1))
		return TS_SERVICE_NONE;
	h = ts_remote_halves(f);
	return ts_service_find(h.high, h.low, f->remote_port, f->proto);
}

static __always_inline int ts_table_box_addr(const struct ts_tables *t,
					     const struct ts_frame *f)
{
	struct ts_addr_halves h = ts_remote_halves(f);

	return ts_box_addr_known(h.high, h.low);
}

static __always_inline __u32 ts_table_prefix(const struct ts_tables *t,
					     const struct ts_frame *f)
{
	__u32 top = bpf_ntohl(f->remote[0]) >> 16, word = top >> 6;
	struct ts_addr_halves h;
	__u64 *bits;

	/*
	 * The two pieces of assembly keep the look-ups apart: as one call with
	 * a choice of maps it is not inlined, and costs 25 ns.
	 */
	if (f->flags & TS_FRAME_IP4) {
		bits = bpf_map_lookup_elem(&ts_bitmap4, &word);
		asm volatile("" : "+r"(bits) : "i"(4));
		if (!bits || !(*bits >> (top & 63) & 1))
			return TS_CLASS_INTERNET;
		return ts_prefix4_class(f->remote[0]);
	}
	bits = bpf_map_lookup_elem(&ts_bitmap6, &word);
	asm volatile("" : "+r"(bits) : "i"(6));
	if (!bits || !(*bits >> (top & 63) & 1))
		return TS_CLASS_INTERNET;
	h = ts_remote_halves(f);
	return ts_prefix6_class(h.high, h.low);
}

#endif /* TS_BPF_TABLES_H */
