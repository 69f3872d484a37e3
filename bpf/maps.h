/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The BPF client ledger: every map, who writes it and in which order.
 *
 * Included by the programs (bpf/) and by the driver (userspace/lib).  The maps
 * live in TS_PIN_ROOT/<inode of the network namespace>/<map name> and outlive
 * every process; a meter made by another TS_MAPS_FORMAT is not adopted.
 *
 * WRITERS.  "The driver" is the one process that owns the meter (a lock beside
 * the pins).  "The datapath" is the programs, on any CPU.  The driver writes
 * live elements only through mmap, by single aligned stores (8 bytes, or 4
 * where the member has 4), never by update_elem: that copies the whole value
 * over a concurrent charge.  Grace period: membarrier(GLOBAL); where that is
 * refused, any other wait for all CPUs to leave softirq.
 *
 * A KEY IS ADDED      account line complete (below) -> slot.a -> slot.b by
 *                     release.  No free slot in its bucket: ts_keys_overflow
 *                     first, then TS_KEY_F_OVERFLOW in the bucket's slot[0].b.
 * A KEY IS REMOVED    slot.b = 0 (slot[0] keeps TS_KEY_F_OVERFLOW) -> grace
 *                     period -> slot.a = 0.  From the overflow: delete_elem;
 *                     the bit may stay set, it only costs a look-up.
 * AN ACCOUNT IS MADE  its lines in ts_paid and ts_stats zeroed (not live), ts_police
 *                     element zeroed but for onward, line: granted = charged = dry_at = 0,
 *                     low_at = TS_LOW_DISARMED, prices, expires, flags, epoch;
 *                     then its keys.
 * ... CHANGED         prices: two 8-byte stores.  expires, then clear
 *                     TS_ACCOUNT_F_EXPIRED by an atomic and: the datapath sets
 *                     that bit by an atomic or, so flags has two writers and is
 *                     changed by atomics of 4 bytes only.
 * ... GRANTED         ts_budget_grant();  REVOKED ts_budget_revoke().
 * ... CLOSED          atomic or FORBID -> grace period -> ts_budget_revoke(all)
 *                     -> keys removed -> grace period -> counters read -> epoch
 *                     + 1 when the id is used again.
 */
#ifndef TS_BPF_MAPS_H
#define TS_BPF_MAPS_H

#include <linux/types.h>
#include <linux/tokenswitch.h>
#include <tokenswitch/budget.h>

#define TS_MAPS_FORMAT 3
#define TS_PIN_ROOT "/sys/fs/bpf/tokenswitch"

/* Defaults of what is chosen when the maps are made; ts_meta has the facts. */
#define TS_ACCOUNTS_DEFAULT 16384
#define TS_STRANGERS_DEFAULT 4096
#define TS_PORTS_MAX 64
#define TS_PREFIXES_MAX 4096
#define TS_SERVICES_MAX 256
#define TS_BOX_ADDRS_MAX 1024
#define TS_TARIFFS_MAX 256
#define TS_FAST_DEVICES_MAX 128
#define TS_MONEY_RING_BYTES (256 * 1024)
#define TS_HINTS_RING_BYTES (64 * 1024)

/*
 * The free rate, in tokens (ts_free_tokens(): a byte, or a sixteenth of one
 * of a service that ends here): what an account's or a stranger's station may
 * move in class free, both directions together, and what all strangers of a port
 * may.
 * Stations with an account do not take from the port's bucket, so a flood of
 * strangers costs them nothing.
 */
#define TS_FREE_RATE_BYTES 2048
#define TS_FREE_BURST_BYTES (512 * 1024)
#define TS_PORT_FREE_RATE_BYTES (256 * 1024)
#define TS_PORT_FREE_BURST_BYTES (4 * 1024 * 1024)
/* Hints (stranger events) of a port. */
#define TS_HINT_RATE 50
#define TS_HINT_BURST 200

/**
 * struct ts_meta - ts_meta[0]: facts of this set of maps, and loss
 * @format: TS_MAPS_FORMAT, written last when the maps are made
 * @accounts_max: entries of ts_accounts and ts_police, a power of two (id 0 is unused)
 * @key_buckets: entries of ts_keys, a power of two
 * @strangers: entries of ts_strangers, a power of two
 * @hz: ticks per second of bpf_jiffies64(): the driver asks
 *	clock_getres(CLOCK_MONOTONIC_COARSE), which answers 1 s / hz
 * @seed: random, of all keyed hashes
 * @money_lost: datapath, atomic: events that did not fit into ts_money.  When
 *	it has grown, the driver answers -ENOBUFS once.
 * @hints_lost: likewise for ts_hints; nobody needs to act
 * @driver: room for the driver's own facts
 */
struct ts_meta {
	__u32 format;
	__u32 accounts_max;
	__u32 key_buckets;
	__u32 strangers;
	__u32 hz;
	__u32 pad;
	__u64 seed;
	__u64 money_lost __attribute__((aligned(64)));
	__u64 hints_lost;
	__u64 driver[6];
};

/* --- keys ------------------------------------------------------------------ */

/* In slot b: the account id, and in slot[0].b: look into ts_keys_overflow too. */
#define TS_KEY_ID_MASK 0xfffffULL
#define TS_KEY_F_OVERFLOW (1ULL << 31)
#define TS_KEY_SLOTS 4

/**
 * struct ts_key_slot - a station of an account
 * @a: ts_key_a(); 0: never used, or removed and reusable
 * @b: ts_key_b(); id 0: no such station
 */
struct ts_key_slot {
	__u64 a;
	__u64 b;
};

/** struct ts_key_bucket - one cache line of ts_keys */
struct ts_key_bucket {
	struct ts_key_slot slot[TS_KEY_SLOTS];
};

/**
 * struct ts_key_port - ts_key_ports[bucket]: where its stations last sent
 * @slot: port slot + 1, 0: unknown; written by the datapath, cleared by the
 *	driver with slot.a.  A frame that comes down another port of the zone is
 *	a flooded copy: dropped, not billed.
 */
struct ts_key_port {
	__u16 slot[TS_KEY_SLOTS];
};

/** ts_key_a() - the station part of a key; native byte order */
static __always_inline __u64 ts_key_a(const __u8 *mac, __u32 vlan)
{
	__u64 a;

	a = (__u64)mac[0] | (__u64)mac[1] << 8 | (__u64)mac[2] << 16 |
	    (__u64)mac[3] << 24 | (__u64)mac[4] << 32 | (__u64)mac[5] << 40;
	return a | (__u64)(vlan & 0xfff) << 48;
}

/** ts_key_b() - the account of a key */
static __always_inline __u64 ts_key_b(__u32 zone, __u32 id)
{
	return (__u64)zone << 32 | id;
}

/** ts_key_hash() - seeded; bucket = hash & (key_buckets - 1) */
static __always_inline __u32 ts_key_hash(__u64 a, __u32 zone, __u64 seed)
{
	__u64 x = (a ^ seed) + zone * 0x9e3779b97f4a7c15ULL;

	x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93ULL;
	return (x ^ (x >> 29)) >> 32;
}

/** struct ts_overflow_key - key of ts_keys_overflow; its value is a u32 id */
struct ts_overflow_key {
	__u64 a;
	__u32 zone;
	__u32 pad;
};

/* --- counters -------------------------------------------------------------- */

/* Class relay never meets this meter. */
#define TS_STATS_CLASSES 3

/**
 * struct ts_paid_line - ts_paid[ts_paid_index()]: what passed of a class that is
 * billed, on one CPU
 * @passed: by direction
 * @last_seen: jiffies64 of the last frame of the station that was counted here;
 *	0: none yet.  The driver takes the highest of all lines.  It is here, and
 *	not once for the account, for a paid frame to touch one line only.
 * @pad: 0
 *
 * These lines have a map of their own, and lie beside those of other accounts:
 * then the lines of 10,000 clients are in 160 pages, and a frame of a client that
 * was not heard for a while need not wait for an address to be translated.
 */
struct ts_paid_line {
	struct {
		__u64 bytes;
		__u64 packets;
		__u64 units;
	} passed[TS_DIR_COUNT];
	__u64 last_seen;
	__u64 pad;
};

/** struct ts_stat_count - what passed for nothing, or was dropped */
struct ts_stat_count {
	__u64 bytes;
	__u64 packets;
};

/**
 * struct ts_account_stats - ts_stats[ts_stats_index()]: the rest, on one CPU
 * @free: passed in class free, by direction
 * @dropped: [class][direction]
 */
struct ts_account_stats {
	struct ts_stat_count free[TS_DIR_COUNT];
	struct ts_stat_count dropped[TS_STATS_CLASSES][TS_DIR_COUNT];
};

/**
 * ts_stats_index() - where a CPU counts for an account, in ts_stats
 * @id: account
 * @cpu: below the number of possible ones
 * @shift: accounts_max is 1 << @shift
 */
static __always_inline __u32 ts_stats_index(__u32 id, __u32 cpu, __u32 shift)
{
	return cpu << shift | id;
}

/**
 * ts_paid_index() - where a CPU counts a class that is billed, in ts_paid
 * @id: account
 * @cpu: below the number of possible ones
 * @class: TS_CLASS_LOCAL or TS_CLASS_INTERNET, which differ in the lowest bit
 * @shift: accounts_max is 1 << @shift
 */
static __always_inline __u32 ts_paid_index(__u32 id, __u32 cpu, __u32 class, __u32 shift)
{
	return (cpu << 1 | (class & 1)) << shift | id;
}

/**
 * struct ts_account_police - ts_police[account id]: what limits an account
 * @free: token bucket of class free; 0: full
 * @group: token bucket of what it sends to groups (TS_GROUP_*); 0: full
 * @onward: token bucket of what may be passed on (TS_ONWARD_*); the driver makes
 *	it empty
 * @answers: bytes of answers that may still be charged (TS_ANSWERS_BYTES)
 * @asked: bytes of answers that may still come, charged or not (TS_ASKED_BYTES); both
 *	signed, atomic
 */
struct ts_account_police {
	__u64 free;
	__u64 group;
	__u64 onward;
	__u32 answers;
	__u32 asked;
};

/** struct ts_port_counters - of a port, on one CPU */
struct ts_port_counters {
	__u64 free_bytes;
	__u64 group_bytes;
	__u64 passed_bytes;
	__u64 pad;
	__u64 drops[TS_DROP_COUNT];
} __attribute__((aligned(64)));

/* --- ports ----------------------------------------------------------------- */

/**
 * struct ts_port_line - ts_ports[port slot]
 * @police: datapath: token bucket of class free of the port's strangers
 * @hints: datapath: token bucket of hints
 * @box_mac: driver, one 8-byte store: the MAC by which a frame of this port is
 *	for the box itself, as ts_key_a(mac, 0): the bridge's for a bridged
 *	port, else the device's.  0: none yet, so nothing goes up for free.
 * @dev_mac: driver, likewise: the device's, which a bridge takes for its own too
 * @onward: datapath: token bucket of what the port's strangers have passed on
 *	(TS_PORT_ONWARD_*)
 * @fast_until: driver, one 8-byte store: jiffies64 until which the fast path may
 *	be taken; 0: not at all.  Renewed by who looked that nothing is bypassed,
 *	so that it ends with the last one who looks.
 * @fast_from: driver: the upstream device of the fast path; empty: none is wanted
 * @ifindex: the rest is the driver's record of the port, unread by the
 *	datapath, there for the next driver to adopt
 */
struct ts_port_line {
	__u64 police;
	__u64 hints;
	__u64 box_mac;
	__u64 dev_mac;
	__u64 onward;
	__u64 fast_until;
	char fast_from[16];
	__u32 used;
	__u32 ifindex;
	__u32 zone;
	__u32 mark_mask;
	__u8 role;
	__u8 meter;
	__u8 direction;
	__u8 wanted_meter;
	__u32 wanted_zone;
	char pattern[TS_PATTERN_LEN];
	char ifname[16];
	char reason[96];
	__u64 driver[5];
} __attribute__((aligned(64)));

_Static_assert(sizeof(struct ts_meta) == 128, "ts_meta is part of the format");
_Static_assert(sizeof(struct ts_key_bucket) == 64, "a bucket is one cache line");
_Static_assert(sizeof(struct ts_paid_line) == 64, "a paid frame counts in one line");
_Static_assert(sizeof(struct ts_account_stats) == 128, "part of the format");
_Static_assert(sizeof(struct ts_port_counters) == 128, "part of the format");
_Static_assert(sizeof(struct ts_port_line) == 256, "part of the format");

/**
 * struct ts_port_config - rodata "ts_port" of each program: one instance of
 * the object is loaded per port, so that nothing is looked up for it
 * @slot: index into ts_ports and ts_port_stats, below TS_PORTS_MAX
 * @ifindex: for events
 * @zone: of its stations
 * @mark_mask: bits of the packet mark that are ours
 * @mark_unit: lowest bit of @mark_mask; marks are multiplied by it
 * @flags: enum ts_port_config_flags
 * @hz: as ts_meta
 * @key_mask: key_buckets - 1
 * @stranger_mask: strangers - 1
 * @accounts_shift: accounts_max is 1 << this
 * @seed: as ts_meta
 * @free_rate: bytes per second of a station in class free
 * @free_burst: bytes
 * @port_free_rate: bytes per second of all strangers of the port
 * @port_free_burst: bytes
 */
struct ts_port_config {
	__u32 slot;
	__u32 ifindex;
	__u32 zone;
	__u32 mark_mask;
	__u32 mark_unit;
	__u32 flags;
	__u32 hz;
	__u32 key_mask;
	__u32 stranger_mask;
	__u32 accounts_shift;
	__u64 seed;
	__u32 free_rate;
	__u32 free_burst;
	__u32 port_free_rate;
	__u32 port_free_burst;
};

/**
 * enum ts_port_config_flags - what is known when a program is loaded
 * @TS_PORT_F_BRIDGED: the device is a bridge port: unpaid frames are steered to
 *	the box, and stations are tracked by port (ts_key_ports)
 * @TS_PORT_F_FAST: it has the fast path (fast.bpf.c); no program asks
 */
enum ts_port_config_flags {
	TS_PORT_F_BRIDGED = 1 << 0,
	TS_PORT_F_FAST = 1 << 1,
};

/* --- classes and services -------------------------------------------------- */

/* ts_bitmap4, ts_bitmap6: bit (top 16 address bits): a prefix may match here. */
#define TS_BITMAP_WORDS 1024
/* ts_service_bits: bit of a port: a service may listen there; TCP, then UDP. */
#define TS_SERVICE_WORDS 2048
#define TS_SERVICE_UDP_WORD 1024

/** struct ts_lpm4_key, ts_lpm6_key - prefix; the value is a u32 enum ts_class */
struct ts_lpm4_key {
	__u32 prefix_len;
	__u8 addr[4];
};

struct ts_lpm6_key {
	__u32 prefix_len;
	__u8 addr[16];
};

/** struct ts_addr - network order; IPv4 is ::ffff:a.b.c.d; key of ts_box_addrs */
struct ts_addr {
	__u8 byte[16];
};

/**
 * struct ts_service - key of ts_services; the value is a u8 enum ts_service_kind
 * @addr: an address of the box; all zero: any address that is in ts_box_addrs
 * @port: host order
 * @proto: IPPROTO_TCP or IPPROTO_UDP
 */
struct ts_service {
	struct ts_addr addr;
	__u16 port;
	__u8 proto;
	__u8 pad;
};

/** struct ts_tariff_line - value of ts_tariffs (HASH by u32 id); driver only */
struct ts_tariff_line {
	__u32 version;
	__u16 price[TS_CLASS_COUNT][TS_DIR_COUNT];
	__u32 pad;
};

/**
 * struct ts_book - ts_book[account id]: the driver's own record of an account
 * @state: driver's; 0: free
 */
struct ts_book {
	__u64 revoked_units;
	__u64 low_units;
	__u32 state;
	__u32 kind;
	__u32 tariff_id;
	__u32 n_keys;
	struct ts_overflow_key keys[TS_KEYS_MAX];
	__u64 driver[4];
};

/* --- strangers and events -------------------------------------------------- */

/**
 * struct ts_stranger_line - ts_strangers[hash]: datapath only, overwriting
 * @a: ts_key_a(); 0: empty
 * @zone: of the port it was seen at
 * @ifindex: of that port
 * @seen: jiffies64
 * @police: token bucket of class free; stays when the line is overwritten, or
 *	a new MAC would be a new burst
 * @hinted: jiffies64 of the last event
 * @onward: likewise, of what it has passed on (TS_ONWARD_*)
 */
struct ts_stranger_line {
	__u64 a;
	__u32 zone;
	__u32 ifindex;
	__u64 seen;
	__u64 police;
	__u64 hinted;
	__u64 onward;
	__u64 pad[2];
};

/**
 * struct ts_ring_event - record of ts_money (LOW, EXHAUSTED, EXPIRED) and of
 * ts_hints (STRANGER)
 * @type: enum ts_event_type
 * @account_id: 0 in hints
 * @epoch: of the account
 * @ifindex: of the port
 * @time_ns: CLOCK_BOOTTIME
 * @granted: credit units, read when the event was raised
 * @charged: likewise, at most @granted
 * @a: ts_key_a() of the station
 * @zone: of the station
 */
struct ts_ring_event {
	__u32 type;
	__u32 account_id;
	__u32 epoch;
	__u32 ifindex;
	__u64 time_ns;
	__u64 granted;
	__u64 charged;
	__u64 a;
	__u32 zone;
	__u32 pad;
};

/** struct ts_clock - context of program ts_clock_read (type syscall) */
struct ts_clock {
	__u64 jiffies;
	__u64 boot_ns;
};

/*
 * From the XDP program to its companion, 4 bytes in front of the frame:
 *   31..26 TS_XDP_META_MAGIC, 25..20 port slot, 19..8 VLAN id, 5 for the box
 *   alone, 4 a tag was seen, 3..0 marks.  The slot, so that what one port's program has said is
 *   not believed at another.
 */
#define TS_XDP_META_MAGIC 0x74000000U
#define TS_XDP_META_SLOT_SHIFT 20
#define TS_XDP_META_VLAN_SHIFT 8
#define TS_XDP_META_VLAN_MASK 0x000fff00U
#define TS_XDP_META_HOME 0x20U
#define TS_XDP_META_TAGGED 0x10U
#define TS_XDP_META_MARKS 0x0fU

_Static_assert(TS_PORTS_MAX <= 64, "a slot has 6 bits in the metadata");

/*
 * name              type              key         value                 writer
 * ts_meta           ARRAY mmap        1           struct ts_meta        driver, loss: datapath
 * ts_keys           ARRAY mmap        bucket      struct ts_key_bucket  driver
 * ts_key_ports      ARRAY mmap        bucket      struct ts_key_port    datapath, cleared: driver
 * ts_keys_overflow  HASH              ts_overflow_key  u32 id           driver
 * ts_accounts       ARRAY mmap        account id  struct ts_budget      see budget.h
 * ts_paid           ARRAY mmap        ts_paid_index()   struct ts_paid_line      datapath, zeroed: driver
 * ts_stats          ARRAY mmap        ts_stats_index()  struct ts_account_stats  datapath, zeroed: driver
 * ts_police         ARRAY mmap        account id  ts_account_police     datapath
 * ts_book           ARRAY mmap        account id  struct ts_book        driver
 * ts_ports          ARRAY mmap        port slot   struct ts_port_line   see there
 * ts_port_stats     ARRAY mmap        CPU * TS_PORTS_MAX + port slot  struct ts_port_counters  likewise
 * ts_bitmap4, 6     ARRAY mmap        word        u64                   driver: set before, and
 *                                                                      cleared after, the prefix
 * ts_lpm4, ts_lpm6  LPM_TRIE          ts_lpm*_key u32 class             driver
 * ts_service_bits   ARRAY mmap        word        u64                   driver, likewise
 * ts_services       HASH              ts_service  u8 enum ts_service_kind  driver
 * ts_box_addrs      HASH              ts_addr     u8 1                  driver: follows the
 *                                                                      box's addresses
 * ts_tariffs        HASH              u32 id      struct ts_tariff_line driver
 * ts_fast           DEVMAP_HASH       ifindex     bpf_devmap_val        driver
 * ts_strangers      ARRAY mmap        hash        ts_stranger_line      datapath
 * ts_money          RINGBUF           -           struct ts_ring_event  datapath
 * ts_hints          RINGBUF           -           struct ts_ring_event  datapath
 *
 * Counters are in plain arrays, written by one CPU each: a PERCPU_ARRAY keeps a
 * pointer to each element, one line of memory more for a frame to wait for.
 *
 * Sizes: ts_accounts, ts_police, ts_book have accounts_max entries, ts_stats as
 * many for each possible CPU, ts_paid twice as many;
 * ts_keys and ts_key_ports key_buckets; ts_keys_overflow accounts_max.  The
 * driver sets them (bpf_map__set_max_entries) before the first load.
 *
 * Programs: xdp.bpf.o: ts_xdp_up.  tc.bpf.o: ts_tc_stamp (ingress, companion of
 * ts_xdp_up), ts_tc_up (ingress, meter tc), ts_tc_down (egress, both meters).
 * clock.bpf.o: ts_clock_read.  The tc programs serve clsact (direct action)
 * and tcx alike.  Order when a port is closed or exchanged: new program first.
 */
/* A program that uses no map asks for the types only. */
#if defined(__bpf__) && !defined(TS_MAPS_TYPES_ONLY)
#include "maps_def.bpf.h"
#endif

#endif /* TS_BPF_MAPS_H */
