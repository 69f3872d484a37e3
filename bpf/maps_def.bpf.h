/* SPDX-License-Identifier: GPL-2.0 */
/* The maps of maps.h, as libbpf makes them; the driver sets the true sizes. */
#ifndef TS_BPF_MAPS_DEF_H
#define TS_BPF_MAPS_DEF_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define TS_ARRAY(name, entries, value_type)		\
	struct {					\
		__uint(type, BPF_MAP_TYPE_ARRAY);	\
		__uint(map_flags, BPF_F_MMAPABLE);	\
		__uint(max_entries, entries);		\
		__type(key, __u32);			\
		__type(value, value_type);		\
	} name SEC(".maps")

#define TS_TABLE(name, map_type, flags, entries, key_type, value_type) \
	struct {					\
		__uint(type, map_type);			\
		__uint(map_flags, flags);		\
		__uint(max_entries, entries);		\
		__type(key, key_type);			\
		__type(value, value_type);		\
	} name SEC(".maps")

#define TS_RING(name, bytes)				\
	struct {					\
		__uint(type, BPF_MAP_TYPE_RINGBUF);	\
		__uint(max_entries, bytes);		\
	} name SEC(".maps")

TS_ARRAY(ts_meta, 1, struct ts_meta);
TS_ARRAY(ts_keys, TS_ACCOUNTS_DEFAULT / 2, struct ts_key_bucket);
TS_ARRAY(ts_key_ports, TS_ACCOUNTS_DEFAULT / 2, struct ts_key_port);
TS_TABLE(ts_keys_overflow, BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC,
	 TS_ACCOUNTS_DEFAULT, struct ts_overflow_key, __u32);
TS_ARRAY(ts_accounts, TS_ACCOUNTS_DEFAULT, struct ts_budget);
TS_ARRAY(ts_paid, 2 * TS_ACCOUNTS_DEFAULT, struct ts_paid_line);
TS_ARRAY(ts_stats, TS_ACCOUNTS_DEFAULT, struct ts_account_stats);
TS_ARRAY(ts_police, TS_ACCOUNTS_DEFAULT, struct ts_account_police);
TS_ARRAY(ts_book, TS_ACCOUNTS_DEFAULT, struct ts_book);
TS_ARRAY(ts_ports, TS_PORTS_MAX, struct ts_port_line);
TS_ARRAY(ts_port_stats, TS_PORTS_MAX, struct ts_port_counters);
TS_ARRAY(ts_bitmap4, TS_BITMAP_WORDS, __u64);
TS_ARRAY(ts_bitmap6, TS_BITMAP_WORDS, __u64);
TS_TABLE(ts_lpm4, BPF_MAP_TYPE_LPM_TRIE, BPF_F_NO_PREALLOC, TS_PREFIXES_MAX,
	 struct ts_lpm4_key, __u32);
TS_TABLE(ts_lpm6, BPF_MAP_TYPE_LPM_TRIE, BPF_F_NO_PREALLOC, TS_PREFIXES_MAX,
	 struct ts_lpm6_key, __u32);
TS_ARRAY(ts_service_bits, TS_SERVICE_WORDS, __u64);
TS_TABLE(ts_services, BPF_MAP_TYPE_HASH, 0, TS_SERVICES_MAX, struct ts_service, __u8);
TS_TABLE(ts_box_addrs, BPF_MAP_TYPE_HASH, 0, TS_BOX_ADDRS_MAX, struct ts_addr, __u8);
TS_TABLE(ts_tariffs, BPF_MAP_TYPE_HASH, 0, TS_TARIFFS_MAX, __u32, struct ts_tariff_line);
TS_ARRAY(ts_strangers, TS_STRANGERS_DEFAULT, struct ts_stranger_line);
TS_RING(ts_money, TS_MONEY_RING_BYTES);
TS_RING(ts_hints, TS_HINTS_RING_BYTES);

#endif /* TS_BPF_MAPS_DEF_H */
