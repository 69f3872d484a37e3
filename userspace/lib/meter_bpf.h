/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bpf driver's own structures; only meter_bpf*.c include it.
 *
 * bpf/maps.h says what the maps hold and in which order they are written.
 */
#ifndef TS_LIB_METER_BPF_H
#define TS_LIB_METER_BPF_H

#include <net/if.h>
#include "../../bpf/maps.h"
#include "lib/meter_driver.h"

struct mnl_socket;
struct ring_buffer;

/** enum ts_bpf_map - index of each map, in the order of bpf/maps.h */
enum ts_bpf_map {
	TS_MAP_META,
	TS_MAP_KEYS,
	TS_MAP_KEY_PORTS,
	TS_MAP_KEYS_OVERFLOW,
	TS_MAP_ACCOUNTS,
	TS_MAP_PAID,
	TS_MAP_STATS,
	TS_MAP_POLICE,
	TS_MAP_BOOK,
	TS_MAP_PORTS,
	TS_MAP_PORT_STATS,
	TS_MAP_BITMAP4,
	TS_MAP_BITMAP6,
	TS_MAP_LPM4,
	TS_MAP_LPM6,
	TS_MAP_SERVICE_BITS,
	TS_MAP_SERVICES,
	TS_MAP_BOX_ADDRS,
	TS_MAP_TARIFFS,
	TS_MAP_STRANGERS,
	TS_MAP_MONEY,
	TS_MAP_HINTS,
	TS_MAP_FAST,
	TS_MAP_COUNT,
};

/**
 * enum ts_bpf_port_fact - use of ts_port_line.driver[]
 * @TS_PORT_FACT_VERSION: ts_bpf_program_version() of what is attached
 * @TS_PORT_FACT_IDS: program ids of the hooks, from there by enum ts_bpf_hook
 */
enum ts_bpf_port_fact {
	TS_PORT_FACT_VERSION,
	TS_PORT_FACT_IDS,
};

/** enum ts_bpf_driver_fact - use of ts_meta.driver[] */
enum ts_bpf_driver_fact {
	TS_FACT_NETNS_COOKIE,
	TS_FACT_OWNER_PID,
	TS_FACT_EPOCH_BASE,
	TS_FACT_MONEY_LOST_TOLD,
};

/**
 * enum ts_bpf_book_state - ts_book.state
 *
 * Written before and after the steps that a killed process may leave half
 * done, so that the next one can finish or undo them (meter_bpf_repair.c).
 *
 * @TS_BOOK_FREE: no account
 * @TS_BOOK_MAKING: not yet an account: undone
 * @TS_BOOK_LIVE: at rest
 * @TS_BOOK_REKEYING: the table of keys is right, not the book's list
 * @TS_BOOK_REVOKING: revoked_units may lack what was just taken
 */
enum ts_bpf_book_state {
	TS_BOOK_FREE,
	TS_BOOK_MAKING,
	TS_BOOK_LIVE,
	TS_BOOK_REKEYING,
	TS_BOOK_REVOKING,
};

/**
 * enum ts_bpf_port_use - ts_port_line.used
 * @TS_PORT_UNUSED: free
 * @TS_PORT_CLAIM: a pattern
 * @TS_PORT_DEVICE: a metered device
 * @TS_PORT_UPSTREAM: no port: a device that fast paths lead to and come from
 */
enum ts_bpf_port_use {
	TS_PORT_UNUSED,
	TS_PORT_CLAIM,
	TS_PORT_DEVICE,
	TS_PORT_UPSTREAM,
};

/**
 * struct ts_bpf_device - a network device of this namespace
 * @link: the device that it stands on, as a VLAN does; 0: none
 * @master: the device that it is a port of, as of a bridge; 0: none
 * @claimed: its name is, see ts_bpf_device_stack()
 * @below: the lowest claimed device that it stands on; 0: none
 */
struct ts_bpf_device {
	uint32_t ifindex;
	uint32_t link;
	uint32_t master;
	bool bridged;
	bool claimed;
	uint32_t below;
	uint8_t mac[6];
	char name[IFNAMSIZ];
};

/** struct ts_bpf_devices - all of them; @dev is owned */
struct ts_bpf_devices {
	struct ts_bpf_device *dev;
	size_t n;
	size_t size;
};

/** enum ts_bpf_hook - where a program is attached */
enum ts_bpf_hook {
	TS_HOOK_XDP,
	TS_HOOK_INGRESS,
	TS_HOOK_EGRESS,
	TS_HOOK_COUNT,
};

/**
 * struct ts_bpf_programs - loaded for one port; -1 where none is wanted
 * @fd: by enum ts_bpf_hook, owned
 * @fast_down: of the device's element of ts_fast, owned
 */
struct ts_bpf_programs {
	int fd[TS_HOOK_COUNT];
	int fast_down;
};

/**
 * struct ts_bpf_port_state - what this process knows of a port slot
 * @program_id: by enum ts_bpf_hook, 0: none; compared with what the kernel runs
 * @bridged: as the programs were loaded
 */
struct ts_bpf_port_state {
	uint32_t program_id[TS_HOOK_COUNT];
	bool bridged;
};

/**
 * struct ts_bpf - the meter in pinned maps
 * @base: what callers see
 * @dir: of the pins
 * @dir_fd: the same, and the lock
 * @owned: this process keeps the lock
 * @map: descriptors
 * @meta: mapped, as all that follow
 * @n_cpus: possible ones: each has counters of its own
 * @highest: highest account id in use
 * @n_accounts: in use
 * @clock_fd: program ts_clock_read
 * @grace_fd: map of maps, for kernels that refuse membarrier; -1: not needed
 * @grace_inner: its element
 * @limbo: removed key slots whose station part may still be read; owned
 * @n_limbo: how many
 * @port: by slot
 * @no_tcx: this kernel has none
 * @watch: hears of devices, NULL: nobody asked
 * @pins: inotify on @dir, -1: nobody asked, or not the owner
 * @epoll: of all that the event descriptor stands for, -1: nobody asked
 * @wake: eventfd, readable while @queue is not empty
 * @money: ring buffer of events that count
 * @hints: ring buffer of the others
 * @queue: events of this process's own making; owned
 * @n_queue: how many
 * @queue_size: allocated
 * @lost: events were dropped from @queue
 */
struct ts_bpf {
	struct ts_meter base;
	char dir[64];
	int dir_fd;
	bool owned;
	int map[TS_MAP_COUNT];
	struct ts_meta *meta;
	struct ts_key_bucket *keys;
	struct ts_key_port *key_ports;
	struct ts_budget *accounts;
	struct ts_paid_line *paid;
	struct ts_account_stats *stats;
	struct ts_account_police *police;
	struct ts_book *book;
	struct ts_port_line *ports;
	struct ts_port_counters *port_stats;
	uint64_t *bitmap4;
	uint64_t *bitmap6;
	uint64_t *service_bits;
	struct ts_stranger_line *strangers;
	unsigned int n_cpus;
	uint32_t highest;
	uint32_t n_accounts;
	int clock_fd;
	int grace_fd;
	int grace_inner;
	struct ts_key_slot **limbo;
	size_t n_limbo;
	struct ts_bpf_port_state port[TS_PORTS_MAX];
	bool no_tcx;
	struct mnl_socket *watch;
	int pins;
	int epoll;
	int wake;
	struct ring_buffer *money;
	struct ring_buffer *hints;
	struct ts_meter_event *queue;
	size_t n_queue;
	size_t queue_size;
	bool lost;
};

static inline struct ts_bpf *ts_bpf(struct ts_meter *m)
{
	return (struct ts_bpf *)m;
}

static inline uint32_t ts_bpf_accounts_shift(const struct ts_bpf *b)
{
	return __builtin_ctz(b->meta->accounts_max);
}

/* Counters: a line of mapped memory for each CPU, which alone adds to it. */
static inline struct ts_paid_line *ts_bpf_paid_line(const struct ts_bpf *b, uint32_t id,
						    unsigned int cpu, uint32_t class)
{
	return &b->paid[ts_paid_index(id, cpu, class, ts_bpf_accounts_shift(b))];
}

static inline struct ts_account_stats *ts_bpf_stats(const struct ts_bpf *b, uint32_t id,
						    unsigned int cpu)
{
	return &b->stats[ts_stats_index(id, cpu, ts_bpf_accounts_shift(b))];
}

static inline struct ts_port_counters *ts_bpf_port_counters(const struct ts_bpf *b,
							    uint32_t slot, unsigned int cpu)
{
	return &b->port_stats[cpu * TS_PORTS_MAX + slot];
}

/* meter_bpf_map.c */
int ts_bpf_map_open(struct ts_bpf *b, bool create);
void ts_bpf_map_close(struct ts_bpf *b);
int ts_bpf_map_pin(struct ts_bpf *b, enum ts_bpf_map map);
void ts_bpf_map_unpin(struct ts_bpf *b);
const char *ts_bpf_map_name(enum ts_bpf_map map);
uint64_t ts_bpf_map_memory(const struct ts_bpf *b);

/* meter_bpf_pin.c */
int ts_bpf_pin_watch(struct ts_bpf *b);
int ts_bpf_pin_restore(struct ts_bpf *b);

/* meter_bpf_lock.c */
uint32_t ts_bpf_lock_holder(const struct ts_bpf *b);
int ts_bpf_lock(struct ts_bpf *b);
void ts_bpf_unlock(struct ts_bpf *b);
int ts_bpf_own(struct ts_meter *m);

/* meter_bpf_clock.c */
uint32_t ts_bpf_clock_hz(void);
uint64_t ts_bpf_clock_jiffies(struct ts_bpf *b);
uint64_t ts_bpf_clock_boot_ns(void);

/* meter_bpf_grace.c */
int ts_bpf_grace_open(struct ts_bpf *b);
void ts_bpf_grace(struct ts_bpf *b);

/* meter_bpf_key.c */
uint32_t ts_bpf_key_find(const struct ts_bpf *b, const struct ts_key *key);
int ts_bpf_key_add(struct ts_bpf *b, const struct ts_key *key, uint32_t id);
void ts_bpf_key_remove(struct ts_bpf *b, const struct ts_key *key, uint32_t id);
void ts_bpf_key_reuse(struct ts_bpf *b);
int ts_bpf_key_limbo(struct ts_bpf *b, struct ts_key_slot *slot);
int ts_bpf_key_each(struct ts_bpf *b,
		    void (*cb)(struct ts_bpf *b, const struct ts_key *key, uint32_t id));
void ts_bpf_key_from_line(uint64_t a, uint32_t zone, struct ts_key *key);

/* meter_bpf_book.c */
void ts_bpf_book_keys(const struct ts_book *book, struct ts_key *keys);
void ts_bpf_book_set_keys(struct ts_book *book, const struct ts_key *keys, unsigned int n);
void ts_bpf_book_state(struct ts_book *book, uint32_t state);

/* meter_bpf_account.c */
int ts_bpf_account_set(struct ts_meter *m, struct ts_account *a);
int ts_bpf_account_del(struct ts_meter *m, uint32_t id, uint32_t epoch);
int ts_bpf_account_check(struct ts_bpf *b, uint32_t id, uint32_t epoch);
int ts_bpf_account_gone(struct ts_bpf *b, uint32_t id);
void ts_bpf_account_free(struct ts_bpf *b, uint32_t id);
void ts_bpf_account_reprice(struct ts_bpf *b, uint32_t id, const struct ts_tariff_line *t);
void ts_bpf_account_expire(struct ts_bpf *b);

/* meter_bpf_read.c */
void ts_bpf_account_read(struct ts_bpf *b, uint32_t id, uint64_t jiffies, struct ts_account *a);
int ts_bpf_account_get(struct ts_meter *m, uint32_t id, struct ts_account *a);
int ts_bpf_account_find(struct ts_meter *m, const struct ts_key *key, struct ts_account *a);
int ts_bpf_account_dump(struct ts_meter *m, int (*cb)(const struct ts_account *, void *),
			void *arg);
uint64_t ts_bpf_units_sum(const struct ts_bpf *b, uint32_t id);

/* meter_bpf_grant.c */
int ts_bpf_grant(struct ts_meter *m, uint32_t id, uint32_t epoch, uint64_t granted_units);
int ts_bpf_revoke(struct ts_meter *m, uint32_t id, uint32_t epoch, uint64_t max_units,
		  uint64_t *taken_units);
int ts_bpf_close_accounts(struct ts_meter *m, struct ts_closing *c, size_t n);

/* meter_bpf_repair.c */
void ts_bpf_repair_count(struct ts_bpf *b);
int ts_bpf_repair(struct ts_bpf *b);

/* meter_bpf_tariff.c */
int ts_bpf_tariff_find(struct ts_bpf *b, uint32_t id, struct ts_tariff_line *line);
int ts_bpf_tariff_set(struct ts_meter *m, const struct ts_tariff *t);
int ts_bpf_tariff_del(struct ts_meter *m, uint32_t id);
int ts_bpf_tariff_dump(struct ts_meter *m, int (*cb)(const struct ts_tariff *, void *),
		       void *arg);

/* meter_bpf_rule.c */
int ts_bpf_rule_add(struct ts_meter *m, const struct ts_rule *rule);
int ts_bpf_rule_del(struct ts_meter *m, const struct ts_rule *rule);
int ts_bpf_rule_dump(struct ts_meter *m, int (*cb)(const struct ts_rule *, void *), void *arg);

/* meter_bpf_stranger.c */
int ts_bpf_stranger_dump(struct ts_meter *m, int (*cb)(const struct ts_stranger *, void *),
			 void *arg);

/* meter_bpf_device.c */
int ts_bpf_device_watch(struct ts_bpf *b);
bool ts_bpf_device_drain(struct ts_bpf *b);
int ts_bpf_device_list(struct ts_bpf *b, struct ts_bpf_devices *list);
void ts_bpf_device_free(struct ts_bpf_devices *list);
const struct ts_bpf_device *ts_bpf_device_by_index(const struct ts_bpf_devices *list,
						   uint32_t ifindex);
void ts_bpf_device_stack(struct ts_bpf_devices *list);
const struct ts_bpf_device *ts_bpf_device_domain(const struct ts_bpf_devices *list,
						 const struct ts_bpf_device *dev);
bool ts_bpf_device_is_veth(const char *name);
bool ts_bpf_device_hides_tags(const char *name);
int ts_bpf_device_show_tags(const char *name);

/* meter_bpf_addr.c */
int ts_bpf_addr_sync(struct ts_bpf *b);

/* meter_bpf_program.c */
int ts_bpf_program_load(struct ts_bpf *b, const struct ts_port_config *config, bool xdp,
			uint8_t direction, struct ts_bpf_programs *p);
void ts_bpf_program_close(struct ts_bpf_programs *p);
int ts_bpf_program_fast_from(struct ts_bpf *b, const struct ts_port_config *config);
int ts_bpf_program_clock(struct ts_bpf *b);
uint32_t ts_bpf_program_id(int fd);
uint64_t ts_bpf_program_version(const struct ts_port_config *config, bool xdp,
				uint8_t direction);

/* meter_bpf_attach.c */
int ts_bpf_attach(struct ts_bpf *b, const struct ts_bpf_device *dev, enum ts_bpf_hook hook,
		  int program_fd);
void ts_bpf_detach(struct ts_bpf *b, uint32_t ifindex, enum ts_bpf_hook hook);
uint32_t ts_bpf_attached(struct ts_bpf *b, uint32_t ifindex, enum ts_bpf_hook hook);

/* meter_bpf_port.c, meter_bpf_claim.c */
int ts_bpf_port_sync(struct ts_bpf *b);
void ts_bpf_port_macs(struct ts_port_line *line, const uint8_t box_mac[6],
		      const uint8_t dev_mac[6]);
int ts_bpf_port_attach(struct ts_bpf *b, uint32_t slot, const struct ts_bpf_devices *list,
		       const struct ts_bpf_device *dev);
void ts_bpf_port_release(struct ts_bpf *b, uint32_t slot);
bool ts_bpf_port_intact(struct ts_bpf *b, uint32_t slot);
bool ts_bpf_port_current(struct ts_bpf *b, uint32_t slot, bool bridged);
int ts_bpf_port_add(struct ts_meter *m, const struct ts_port *port);
int ts_bpf_port_del(struct ts_meter *m, const char *pattern);
int ts_bpf_port_dump(struct ts_meter *m, int (*cb)(const struct ts_port *, void *), void *arg);
int ts_bpf_port_show(struct ts_bpf *b, uint32_t slot, const struct ts_bpf_device *dev,
		     const struct ts_bpf_device *lower,
		     int (*cb)(const struct ts_port *, void *), void *arg);
int ts_bpf_port_dump_uppers(struct ts_bpf *b, int (*cb)(const struct ts_port *, void *),
			    void *arg);
void ts_bpf_port_event(struct ts_bpf *b, uint32_t slot, uint8_t type);

/* meter_bpf_fast.c: the fast path */
int ts_bpf_fast_check(struct ts_bpf *b, const struct ts_port *port);
int ts_bpf_fast_permit(struct ts_bpf *b, uint32_t ifindex, int program_fd);
void ts_bpf_fast_forbid(struct ts_bpf *b, uint32_t ifindex);
void ts_bpf_fast_prune(struct ts_bpf *b, const struct ts_bpf_devices *list);
int ts_bpf_fast_sync(struct ts_bpf *b, const struct ts_bpf_devices *list);
void ts_bpf_fast_release(struct ts_bpf *b);
void ts_bpf_fast_show(struct ts_bpf *b, const struct ts_port_line *line, struct ts_port *port);

/* meter_bpf_fast_look.c: what it would bypass */
bool ts_bpf_fast_look(struct ts_bpf *b, const struct ts_bpf_devices *list, char *found,
		      size_t size);

/* meter_bpf_event.c */
void ts_bpf_event_queue(struct ts_bpf *b, const struct ts_meter_event *ev);
int ts_bpf_event_fd(struct ts_meter *m);
int ts_bpf_event_read(struct ts_meter *m, void (*cb)(const struct ts_meter_event *, void *),
		      void *arg);
void ts_bpf_event_close(struct ts_bpf *b);

#endif /* TS_LIB_METER_BPF_H */
