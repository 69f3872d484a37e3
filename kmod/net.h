/* SPDX-License-Identifier: GPL-2.0 */
/* State of TokenSwitch in one network namespace. */
#ifndef _TS_NET_H
#define _TS_NET_H

#include <linux/atomic.h>
#include <linux/mutex.h>
#include <linux/rhashtable.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include "police.h"

struct net;
struct netlink_ext_ack;
struct ts_class_table;
struct ts_stranger_table;

/* Limits of a fresh namespace; INFO_SET changes them. */
#define TS_ACCOUNTS_MAX_DEFAULT 16384
#define TS_MEMORY_MAX_BYTES_DEFAULT (64ULL << 20)

/**
 * struct ts_net - state of one network namespace
 * @net: the namespace
 * @lock: held by everyone who writes accounts, keys, tariffs, rules, limits
 *	or the ownership.  Taken inside RTNL where both are needed, never the
 *	other way round.  The data path takes no lock.
 * @accounts: id to struct ts_account; read under RCU, written under @lock
 * @keys: station to struct ts_key_entry; likewise
 * @tariffs: id to struct ts_tariff; used under @lock only
 * @classes: rules of the classifier; read under RCU, replaced under @lock
 * @strangers: stations seen without an account
 * @patterns: struct ts_pattern; protected by RTNL
 * @n_patterns: their number; RTNL
 * @port_generation: counts changes of ports that a dump must not straddle; RTNL
 * @meshes: struct ts_mesh; written under RTNL and @lock, read under either
 * @n_meshes: their number; RTNL
 * @mesh_generation: as @port_generation, of meshes and their lower devices; RTNL
 * @path_generation: counts changes of whatever leads a frame of a mesh to who
 *	pays for it, see mesh_path.c; any context
 * @n_accounts: under @lock
 * @accounts_max: under @lock
 * @memory_bytes: what the tables take
 * @memory_max_bytes: limit of @memory_bytes; written under @lock
 * @epoch: the last one given away; under @lock.  Starts at random, so that a
 *	reloaded module cannot be taken for the one before.
 * @generation: counts changes that a dump must not straddle; under @lock
 * @owner_portid: netlink socket that owns the tables, 0: nobody; under @lock
 * @owner_pid: its process; a reference; under @lock
 * @expiry: looks for accounts whose time is up
 * @hints: limits the events about strangers
 */
struct ts_net {
	struct net *net;
	struct mutex lock;
	struct xarray accounts;
	struct rhashtable keys;
	struct xarray tariffs;
	struct ts_class_table __rcu *classes;
	struct ts_stranger_table *strangers;
	struct list_head patterns;
	unsigned int n_patterns;
	u32 port_generation;
	struct list_head meshes;
	unsigned int n_meshes;
	u32 mesh_generation;
	atomic_long_t path_generation;
	u32 n_accounts;
	u32 accounts_max;
	atomic64_t memory_bytes;
	u64 memory_max_bytes;
	u32 epoch;
	u32 generation;
	u32 owner_portid;
	struct pid *owner_pid;
	struct delayed_work expiry;
	struct ts_police hints;
};

struct ts_net *ts_net_of(const struct net *net);
int ts_net_take_memory(struct ts_net *tn, size_t bytes,
		       struct netlink_ext_ack *extack);
void ts_net_give_memory(struct ts_net *tn, size_t bytes);
u32 ts_net_next_epoch(struct ts_net *tn);
void ts_net_changed(struct ts_net *tn);
int ts_net_init(void);
void ts_net_exit(void);

#endif /* _TS_NET_H */
