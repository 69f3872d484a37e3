/* SPDX-License-Identifier: GPL-2.0 */
/* Ports: devices that are metered, claimed by name pattern. */
#ifndef _TS_PORT_H
#define _TS_PORT_H

#include <linux/if.h>
#include <linux/list.h>
#include <linux/netfilter.h>
#include <linux/rcupdate.h>
#include <linux/tokenswitch.h>
#include <linux/types.h>
#include <linux/u64_stats_sync.h>
#include "police.h"

struct net_device;
struct netlink_ext_ack;
struct ts_net;

/* Most patterns of a namespace; each is tried on every new device. */
#define TS_PATTERNS_MAX 64

/**
 * struct ts_pattern - a claim on devices by name; protected by RTNL
 * @list: in ts_net.patterns
 * @ports: struct ts_port that it claimed
 * @name: a device name, or a prefix and '*'
 * @role: enum ts_role
 * @direction: enum ts_direction
 * @zone: 0: derived from the bridge or port name
 * @mark_mask: bits of the packet mark
 */
struct ts_pattern {
	struct list_head list;
	struct list_head ports;
	char name[TS_PATTERN_LEN];
	u8 role;
	u8 direction;
	u32 zone;
	u32 mark_mask;
};

/** struct ts_port_stats - counters of a port, see enum ts_port_stats_attr */
struct ts_port_stats {
	u64 free_bytes;
	u64 group_bytes;
	u64 passed_bytes;
	u64 drops[TS_DROP_COUNT];
};

/**
 * struct ts_port_stats_cpu - the same, as one CPU counts it
 * @free_bytes: class free
 * @group_bytes: group-addressed
 * @passed_bytes: billed
 * @drops: by enum ts_drop
 * @sync: written by the data path with bottom halves off
 */
struct ts_port_stats_cpu {
	u64_stats_t free_bytes;
	u64_stats_t group_bytes;
	u64_stats_t passed_bytes;
	u64_stats_t drops[TS_DROP_COUNT];
	struct u64_stats_sync sync;
};

/**
 * struct ts_port - a metered device
 * @list: in ts_pattern.ports, under RTNL
 * @tn: the namespace
 * @dev: the device; valid until NETDEV_UNREGISTER, when the hooks go
 * @pattern: who claimed it, under RTNL
 * @zone: of its stations; changes when it joins or leaves a bridge
 * @mark_mask: bits of the packet mark
 * @police: limits the free class of the port's strangers
 * @onward: limits what of it may be passed on
 * @stats: per CPU, owned
 * @ingress: our hook there
 * @egress: likewise
 * @rcu: frames may still be in the hooks
 */
struct ts_port {
	struct list_head list;
	struct ts_net *tn;
	struct net_device *dev;
	struct ts_pattern *pattern;
	u32 zone;
	u32 mark_mask;
	struct ts_police police;
	struct ts_police onward;
	struct ts_port_stats_cpu __percpu *stats;
	struct nf_hook_ops ingress;
	struct nf_hook_ops egress;
	struct rcu_head rcu;
};

int ts_port_init(void);
void ts_port_exit(void);
int ts_port_add(struct ts_net *tn, const struct ts_pattern *wish,
		struct netlink_ext_ack *extack);
int ts_port_delete(struct ts_net *tn, const char *name,
		   struct netlink_ext_ack *extack);
struct ts_port *ts_port_find(struct ts_net *tn, const struct net_device *dev);
void ts_port_detach_all(struct ts_net *tn);
void ts_port_read_stats(const struct ts_port *port,
			struct ts_port_stats *stats);

#define ts_port_count(port, what, n)					\
do {									\
	struct ts_port_stats_cpu *__s = this_cpu_ptr((port)->stats);	\
									\
	u64_stats_update_begin(&__s->sync);				\
	u64_stats_add(&__s->what, n);					\
	u64_stats_update_end(&__s->sync);				\
} while (0)

#endif /* _TS_PORT_H */
