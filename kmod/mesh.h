/* SPDX-License-Identifier: GPL-2.0 */
/* Meshes: batman-adv devices that are claimed, and their lower devices. */
#ifndef _TS_MESH_H
#define _TS_MESH_H

#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/netfilter.h>
#include <linux/rcupdate.h>
#include <linux/tokenswitch.h>
#include <linux/types.h>
#include "counts.h"
#include "mesh_table.h"
#include "police.h"
#include "seen.h"

struct net_device;
struct netlink_ext_ack;
struct ts_net;
struct ts_paths;

/* Most claims of a namespace. */
#define TS_MESHES_MAX 16
#define TS_MESH_ORIGINATOR_BITS 9

/* What one neighbour may send unbilled at once, and what all strangers may. */
#define TS_MESH_BCAST_BURST_BYTES (512 * 1024)
#define TS_MESH_TVLV_BURST_BYTES (512 * 1024)
#define TS_MESH_UNROUTED_BURST_BYTES (512 * 1024)
#define TS_MESH_BLIND_BURST_BYTES (64 * 1024)

/** enum ts_mesh_count - counters of a lower device, behind ts_neighbour_count */
enum ts_mesh_count {
	TS_MESH_UNROUTED = TS_NEIGHBOUR_COUNT,
	TS_MESH_GUESSED,
	TS_MESH_CODED,
	TS_MESH_UNPARSED,
	TS_MESH_DROP,
	TS_MESH_COUNT = TS_MESH_DROP + TS_DROP_COUNT,
};

/**
 * struct ts_mesh_wish - what MESH_ADD asks for
 * @name: a device name, or a prefix and '*'
 * @payer_rule: enum ts_payer_rule
 * @flags: enum ts_mesh_flags
 * @zone: 0: derived from the name of the mesh device
 */
struct ts_mesh_wish {
	char name[TS_PATTERN_LEN];
	u8 payer_rule;
	u32 flags;
	u32 zone;
};

/**
 * struct ts_mesh - a claim on mesh devices by name
 * @list: in ts_net.meshes; written under RTNL and ts_net.lock, so that either
 *	is enough to read
 * @ports: struct ts_mesh_port, read under RCU, written under RTNL
 * @name: a device name, or a prefix and '*'
 * @payer_rule: enum ts_payer_rule
 * @flags: enum ts_mesh_flags
 * @zone: 0: derived from the name of the mesh device
 * @table: gateways and routes; replaced under ts_net.lock
 * @staged: routes that came so far, TS_ROUTES_MAX of them have room; NULL: no
 *	message said MORE.  Under ts_net.lock.
 * @n_staged: how many there are
 * @staged_generation: that they are of
 * @originators: struct ts_originator, under ts_net.lock
 * @n_originators: how many there are
 * @hops: previous hops without an account
 * @dests: destinations that are in no table
 * @rcu: frames may still be in the hooks
 */
struct ts_mesh {
	struct list_head list;
	struct list_head ports;
	char name[TS_PATTERN_LEN];
	u8 payer_rule;
	u32 flags;
	u32 zone;
	struct ts_mesh_table __rcu *table;
	struct ts_route *staged;
	unsigned int n_staged;
	u64 staged_generation;
	DECLARE_HASHTABLE(originators, TS_MESH_ORIGINATOR_BITS);
	unsigned int n_originators;
	struct ts_seen_table *hops;
	struct ts_seen_table *dests;
	struct rcu_head rcu;
};

/**
 * struct ts_mesh_port - a lower device of a claimed mesh device
 * @list: in ts_mesh.ports
 * @tn: the namespace
 * @mesh: by which it is claimed
 * @dev: the device; valid until NETDEV_UNREGISTER, when the hooks go
 * @master: its mesh device, likewise; compared, and asked for its name under
 *	RTNL
 * @zone: of its neighbours
 * @counts: by enum ts_mesh_count
 * @paths: what the last frames led to, on each CPU
 * @bcast_police: what all without an account may send to everybody
 * @tvlv_police: likewise, of table exchange in transit
 * @unrouted_police: what passes without a route
 * @blind_police: fragments of whoever is dry
 * @ingress: our hook there
 * @egress: likewise
 * @rcu: frames may still be in the hooks
 */
struct ts_mesh_port {
	struct list_head list;
	struct ts_net *tn;
	struct ts_mesh *mesh;
	struct net_device *dev;
	struct net_device *master;
	u32 zone;
	struct ts_counts __percpu *counts;
	struct ts_paths __percpu *paths;
	struct ts_police bcast_police;
	struct ts_police tvlv_police;
	struct ts_police unrouted_police;
	struct ts_police blind_police;
	struct nf_hook_ops ingress;
	struct nf_hook_ops egress;
	struct rcu_head rcu;
};

int ts_mesh_init(void);
void ts_mesh_exit(void);
int ts_mesh_add(struct ts_net *tn, const struct ts_mesh_wish *wish,
		struct netlink_ext_ack *extack);
int ts_mesh_delete(struct ts_net *tn, const char *name,
		   struct netlink_ext_ack *extack);
struct ts_mesh *ts_mesh_find(struct ts_net *tn, const char *name);
bool ts_mesh_is_kind(const struct net_device *dev);
struct ts_mesh *ts_mesh_of(struct ts_net *tn, const struct net_device *master);
bool ts_mesh_meters(struct ts_net *tn, struct net_device *dev);
void ts_mesh_detach_all(struct ts_net *tn);

#endif /* _TS_MESH_H */
