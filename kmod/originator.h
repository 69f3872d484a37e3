/* SPDX-License-Identifier: GPL-2.0 */
/* Destinations of a mesh that the daemon knows: their counters. */
#ifndef _TS_ORIGINATOR_H
#define _TS_ORIGINATOR_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/tokenswitch.h>
#include <linux/types.h>
#include "counts.h"

struct netlink_ext_ack;
struct ts_mesh;
struct ts_net;

/*
 * Kept of a mesh, also when they have left the tables; there is always one that
 * can go, for the tables before and after a change have no more than these.
 */
#define TS_ORIGINATORS_MAX (2 * (TS_ROUTES_MAX + TS_GATEWAYS_MAX))

/**
 * struct ts_originator - a destination
 * @node: in ts_mesh.originators, under ts_net.lock
 * @mac: as ts_mesh_mac() has it
 * @in_table: it is in the present table, or in the one that is being made
 * @left: jiffies when it was in one last
 * @counts: by enum ts_originator_count
 * @rcu: the data path may still count
 */
struct ts_originator {
	struct hlist_node node;
	u64 mac;
	bool in_table;
	unsigned long left;
	struct ts_counts __percpu *counts;
	struct rcu_head rcu;
};

struct ts_originator *ts_originator_want(struct ts_net *tn,
					 struct ts_mesh *mesh, u64 mac,
					 struct netlink_ext_ack *extack);
void ts_originator_settle(struct ts_net *tn, struct ts_mesh *mesh);
void ts_originator_free_all(struct ts_net *tn, struct ts_mesh *mesh);

#endif /* _TS_ORIGINATOR_H */
