// SPDX-License-Identifier: GPL-2.0
/*
 * Ports: devices that are metered, claimed by name pattern.
 *
 * Patterns and ports belong to RTNL.  A device is claimed in the notifier
 * chain, when it gets its name and before it can be up; a claim that fails
 * refuses the device, for an unmetered port would be an open one.
 */

#include <linux/bottom_half.h>
#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/net_namespace.h>
#include <tokenswitch/budget.h>
#include <tokenswitch/classify.h>
#include "event.h"
#include "key.h"
#include "mesh.h"
#include "meter.h"
#include "net.h"
#include "pattern.h"
#include "port.h"
#include "stranger.h"

/*
 * Before everything else at ingress, so that no flowtable takes a frame past
 * us; after everything else at egress, so that what is billed was not dropped.
 */
enum {
	TS_PRIORITY_INGRESS = INT_MIN + 100,
	TS_PRIORITY_EGRESS = INT_MAX - 100,
};

static void ports_changed(struct ts_net *tn)
{
	/* Netlink takes 0 for "does not check". */
	if (!++tn->port_generation)
		tn->port_generation = 1;
}

/**
 * ts_port_find() - the port of a device
 * @tn: the namespace; RTNL is held
 * @dev: the device
 *
 * Return: the port; NULL when it is none.
 */
struct ts_port *ts_port_find(struct ts_net *tn, const struct net_device *dev)
{
	struct ts_pattern *p;
	struct ts_port *port;

	list_for_each_entry(p, &tn->patterns, list)
		list_for_each_entry(port, &p->ports, list)
			if (port->dev == dev)
				return port;
	return NULL;
}

/* Stations behind the ports of one bridge are in one zone. */
static u32 port_zone(const struct ts_pattern *p, struct net_device *dev)
{
	struct net_device *master = netdev_master_upper_dev_get(dev);

	if (p->zone)
		return p->zone;
	if (master && netif_is_bridge_master(master))
		return ts_zone_of_name(master->name);
	return ts_zone_of_name(dev->name);
}

static void port_fill_hooks(struct ts_port *port)
{
	port->ingress = (struct nf_hook_ops) {
		.hook = ts_meter_ingress,
		.dev = port->dev,
		.priv = port,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_INGRESS,
		.priority = TS_PRIORITY_INGRESS,
	};
#ifdef CONFIG_NETFILTER_EGRESS
	port->egress = (struct nf_hook_ops) {
		.hook = ts_meter_egress,
		.dev = port->dev,
		.priv = port,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_EGRESS,
		.priority = TS_PRIORITY_EGRESS,
	};
#endif
}

static int port_hook(struct ts_port *port)
{
	struct net *net = port->tn->net;
	int err;

	if (port->pattern->direction & TS_DIRECTION_UP) {
		err = nf_register_net_hook(net, &port->ingress);
		if (err)
			return err;
	}
	if (port->pattern->direction & TS_DIRECTION_DOWN) {
		err = nf_register_net_hook(net, &port->egress);
		if (err)
			goto err_ingress;
	}
	return 0;

err_ingress:
	if (port->pattern->direction & TS_DIRECTION_UP)
		nf_unregister_net_hook(net, &port->ingress);
	return err;
}

static void port_unhook(struct ts_port *port)
{
	struct net *net = port->tn->net;

	if (port->pattern->direction & TS_DIRECTION_DOWN)
		nf_unregister_net_hook(net, &port->egress);
	if (port->pattern->direction & TS_DIRECTION_UP)
		nf_unregister_net_hook(net, &port->ingress);
}

static void port_free_rcu(struct rcu_head *rcu)
{
	struct ts_port *port = container_of(rcu, struct ts_port, rcu);

	free_percpu(port->stats);
	kfree(port);
}

static struct ts_port *port_alloc(struct ts_net *tn, struct ts_pattern *p,
				  struct net_device *dev)
{
	struct ts_port *port = kzalloc(sizeof(*port), GFP_KERNEL_ACCOUNT);
	int cpu;

	if (!port)
		return NULL;
	port->stats = alloc_percpu_gfp(struct ts_port_stats_cpu,
				       GFP_KERNEL_ACCOUNT);
	if (!port->stats) {
		kfree(port);
		return NULL;
	}
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(port->stats, cpu)->sync);
	port->tn = tn;
	port->dev = dev;
	port->pattern = p;
	port->zone = port_zone(p, dev);
	port->mark_mask = p->mark_mask;
	ts_police_init(&port->police, TS_PORT_FREE_BURST_BYTES);
	ts_police_init(&port->onward, TS_PORT_ONWARD_BURST_BYTES);
	port_fill_hooks(port);
	return port;
}

static int port_attach(struct ts_net *tn, struct ts_pattern *p,
		       struct net_device *dev)
{
	struct ts_port *port;
	int err;

	ASSERT_RTNL();
	port = port_alloc(tn, p, dev);
	if (!port)
		return -ENOMEM;
	err = port_hook(port);
	if (err) {
		/* A frame may have passed the first hook already. */
		call_rcu(&port->rcu, port_free_rcu);
		return err;
	}
	list_add_tail(&port->list, &p->ports);
	ports_changed(tn);
	ts_event_port(tn, p->name, dev, TS_EVENT_PORT_ATTACHED);
	return 0;
}

static void port_detach(struct ts_port *port)
{
	ASSERT_RTNL();
	port_unhook(port);
	list_del(&port->list);
	ports_changed(port->tn);
	ts_key_forget_port(port->tn, port->dev->ifindex);
	ts_event_port(port->tn, port->pattern->name, port->dev,
		      TS_EVENT_PORT_GONE);
	call_rcu(&port->rcu, port_free_rcu);
}

/* The pattern by which a device is to be a port; NULL: it is to be none. */
static struct ts_pattern *device_claim(struct ts_net *tn,
				       struct net_device *dev)
{
	struct ts_pattern *p = ts_pattern_for(tn, dev);

	return p && !ts_pattern_below(tn, dev) ? p : NULL;
}

static int device_came(struct ts_net *tn, struct net_device *dev)
{
	struct ts_pattern *p = device_claim(tn, dev);

	if (!p || ts_port_find(tn, dev))
		return 0;
	if (ts_mesh_meters(tn, dev)) {
		netdev_err(dev, "tokenswitch: a device below a mesh cannot be the access port %s too\n",
			   p->name);
		return -EBUSY;
	}
	return port_attach(tn, p, dev);
}

/* It is a port; as who claims it now says? */
static int device_check(struct ts_net *tn, struct net_device *dev,
			struct ts_port *port)
{
	struct ts_pattern *p = device_claim(tn, dev);

	if (p && ts_pattern_matches(port->pattern->name, dev->name))
		return 0;
	port_detach(port);
	return p ? port_attach(tn, p, dev) : 0;
}

/*
 * Make what is metered equal to what is claimed, after names or links changed.
 * New ports come before old ones go: where the port moves to a device above or
 * below, frames under way are rather metered twice than not at all.
 */
static int ports_sync(struct ts_net *tn)
{
	struct net_device *dev;
	struct ts_port *port;
	int err = 0;

	if (list_empty(&tn->patterns))
		return 0;
	for_each_netdev(tn->net, dev)
		err = device_came(tn, dev) ?: err;
	for_each_netdev(tn->net, dev) {
		port = ts_port_find(tn, dev);
		if (port)
			err = device_check(tn, dev, port) ?: err;
	}
	/* A dump also tells what is above a port. */
	ports_changed(tn);
	return err;
}

static void pattern_free(struct ts_pattern *p)
{
	struct ts_port *port, *next;

	list_for_each_entry_safe(port, next, &p->ports, list)
		port_detach(port);
	list_del(&p->list);
	kfree(p);
}

/**
 * ts_port_detach_all() - forget every pattern
 * @tn: the namespace; RTNL is held
 */
void ts_port_detach_all(struct ts_net *tn)
{
	struct ts_pattern *p, *next;

	ASSERT_RTNL();
	list_for_each_entry_safe(p, next, &tn->patterns, list)
		pattern_free(p);
	tn->n_patterns = 0;
}

static int pattern_check(struct ts_net *tn, const struct ts_pattern *wish,
			 struct netlink_ext_ack *extack)
{
	if (!ts_pattern_is_valid(wish->name)) {
		NL_SET_ERR_MSG(extack, "PORT_PATTERN must be a device name, or a prefix followed by one '*'");
		return -EINVAL;
	}
	if (wish->role == TS_ROLE_MESH) {
		NL_SET_ERR_MSG(extack, "lower devices of a mesh are claimed with it: use MESH_ADD");
		return -EOPNOTSUPP;
	}
	if (!IS_ENABLED(CONFIG_NETFILTER_INGRESS) &&
	    wish->direction & TS_DIRECTION_UP) {
		NL_SET_ERR_MSG(extack, "this kernel has no netfilter ingress hook; build it with CONFIG_NETFILTER_INGRESS=y");
		return -EOPNOTSUPP;
	}
	if (!IS_ENABLED(CONFIG_NETFILTER_EGRESS) &&
	    wish->direction & TS_DIRECTION_DOWN) {
		NL_SET_ERR_MSG(extack, "this kernel has no netfilter egress hook; build it with CONFIG_NETFILTER_EGRESS=y, or use direction up");
		return -EOPNOTSUPP;
	}
	if (ts_pattern_find(tn, wish->name)) {
		NL_SET_ERR_MSG(extack, "this pattern exists; delete it first");
		return -EEXIST;
	}
	if (tn->n_patterns >= TS_PATTERNS_MAX) {
		NL_SET_ERR_MSG(extack, "too many patterns in this namespace; use a prefix and '*'");
		return -ENOSPC;
	}
	return 0;
}

/* One device that a new pattern matches. */
static int pattern_check_device(struct ts_net *tn, struct net_device *dev,
				struct netlink_ext_ack *extack)
{
	if (ts_port_find(tn, dev)) {
		NL_SET_ERR_MSG(extack, "another pattern already meters a device that this one matches");
		return -EBUSY;
	}
	if (ts_mesh_meters(tn, dev)) {
		NL_SET_ERR_MSG_FMT(extack, "%s is below a mesh, which meters it; use a narrower pattern",
				   dev->name);
		return -EBUSY;
	}
	if (!ts_pattern_fits(dev)) {
		NL_SET_ERR_MSG(extack, "a device that is not Ethernet cannot be a port; use a narrower pattern");
		return -EINVAL;
	}
	if (ts_pattern_below(tn, dev)) {
		NL_SET_ERR_MSG(extack, "a device that this pattern matches is above a port, which meters its frames already (a VLAN on it, for example)");
		return -EBUSY;
	}
	return 0;
}

/* Nothing is attached yet when this refuses. */
static int pattern_check_devices(struct ts_net *tn,
				 const struct ts_pattern *wish,
				 struct netlink_ext_ack *extack)
{
	struct net_device *dev;
	int err;

	for_each_netdev(tn->net, dev) {
		if (ts_pattern_matches(wish->name, dev->name)) {
			err = pattern_check_device(tn, dev, extack);
			if (err)
				return err;
		} else if (ts_port_find(tn, dev) &&
			   ts_pattern_matches_below(tn, wish->name, dev)) {
			NL_SET_ERR_MSG(extack, "a port is above a device that this pattern matches, and its frames would be metered twice; delete that port first");
			return -EBUSY;
		}
	}
	return 0;
}

/**
 * ts_port_add() - claim devices by name
 * @tn: the namespace; RTNL is held
 * @wish: the pattern
 * @extack: told what is wrong
 *
 * All present devices that match, or none; but those that stand on another
 * one that matches are metered there.
 *
 * Return: 0, -EEXIST, -EBUSY, -EINVAL, -EOPNOTSUPP, -ENOSPC, -ENOMEM.
 */
int ts_port_add(struct ts_net *tn, const struct ts_pattern *wish,
		struct netlink_ext_ack *extack)
{
	struct net_device *dev;
	struct ts_pattern *p;
	int err;

	ASSERT_RTNL();
	err = pattern_check(tn, wish, extack);
	if (err)
		return err;
	err = pattern_check_devices(tn, wish, extack);
	if (err)
		return err;
	err = ts_stranger_table_init(tn);
	if (err)
		return err;
	p = kmemdup(wish, sizeof(*p), GFP_KERNEL_ACCOUNT);
	if (!p)
		return -ENOMEM;
	INIT_LIST_HEAD(&p->ports);
	list_add_tail(&p->list, &tn->patterns);
	ports_changed(tn);
	for_each_netdev(tn->net, dev) {
		if (!ts_pattern_matches(p->name, dev->name) ||
		    ts_pattern_below(tn, dev))
			continue;
		err = port_attach(tn, p, dev);
		if (err) {
			NL_SET_ERR_MSG(extack, "a device refused the netfilter hook");
			goto err_pattern;
		}
	}
	tn->n_patterns++;
	return 0;

err_pattern:
	pattern_free(p);
	return err;
}

/**
 * ts_port_delete() - give up a claim
 * @tn: the namespace; RTNL is held
 * @name: the pattern, as it was added
 * @extack: told what is wrong
 *
 * Return: 0 or -ENOENT.
 */
int ts_port_delete(struct ts_net *tn, const char *name,
		   struct netlink_ext_ack *extack)
{
	struct ts_pattern *p;

	ASSERT_RTNL();
	p = ts_pattern_find(tn, name);
	if (!p) {
		NL_SET_ERR_MSG(extack, "no such pattern");
		return -ENOENT;
	}
	pattern_free(p);
	tn->n_patterns--;
	ports_changed(tn);
	/* Devices that stood on its ports may be ports of another pattern now. */
	if (ports_sync(tn))
		pr_warn("tokenswitch: after port %s was deleted, a device above it cannot be metered\n",
			name);
	return 0;
}

/**
 * ts_port_read_stats() - add up the counters of all CPUs
 * @port: the port; RTNL is held
 * @stats: set
 */
void ts_port_read_stats(const struct ts_port *port,
			struct ts_port_stats *stats)
{
	const struct ts_port_stats_cpu *s;
	struct ts_port_stats got;
	unsigned int start;
	int cpu, i;

	memset(stats, 0, sizeof(*stats));
	/* For 32-bit machines with one CPU, as in ts_account_read_stats(). */
	local_bh_disable();
	for_each_possible_cpu(cpu) {
		s = per_cpu_ptr(port->stats, cpu);
		do {
			start = u64_stats_fetch_begin(&s->sync);
			got.free_bytes = u64_stats_read(&s->free_bytes);
			got.group_bytes = u64_stats_read(&s->group_bytes);
			got.passed_bytes = u64_stats_read(&s->passed_bytes);
			for (i = 0; i < TS_DROP_COUNT; i++)
				got.drops[i] = u64_stats_read(&s->drops[i]);
		} while (u64_stats_fetch_retry(&s->sync, start));
		stats->free_bytes += got.free_bytes;
		stats->group_bytes += got.group_bytes;
		stats->passed_bytes += got.passed_bytes;
		for (i = 0; i < TS_DROP_COUNT; i++)
			stats->drops[i] += got.drops[i];
	}
	local_bh_enable();
}

static void device_went(struct ts_net *tn, struct net_device *dev)
{
	struct ts_port *port = ts_port_find(tn, dev);

	if (port)
		port_detach(port);
}

/*
 * A VLAN device, or another with one device below, leaves that only to be
 * deleted: it is not made a port for its last moment.
 */
static bool link_matters(const struct netdev_notifier_changeupper_info *info)
{
	return info->linking || info->master;
}

/* A bridge got ports or another name: zones are named after bridges. */
static void zones_update(struct ts_net *tn)
{
	struct ts_pattern *p;
	struct ts_port *port;

	list_for_each_entry(p, &tn->patterns, list)
		list_for_each_entry(port, &p->ports, list)
			WRITE_ONCE(port->zone, port_zone(p, port->dev));
}

static int port_notify(struct notifier_block *nb, unsigned long event,
		       void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct ts_net *tn = ts_net_of(dev_net(dev));
	int err = 0;

	ASSERT_RTNL();
	switch (event) {
	case NETDEV_REGISTER:
	case NETDEV_PRE_UP:
		err = device_came(tn, dev);
		break;
	case NETDEV_UNREGISTER:
		device_went(tn, dev);
		break;
	case NETDEV_CHANGENAME:
		err = ports_sync(tn);
		zones_update(tn);
		break;
	case NETDEV_CHANGEUPPER:
		if (link_matters(ptr))
			err = ports_sync(tn);
		zones_update(tn);
		break;
	}
	if (err)
		netdev_err(dev, "tokenswitch: cannot meter this port (error %d), so it is refused\n",
			   err);
	return notifier_from_errno(err);
}

static struct notifier_block port_notifier = {
	.notifier_call = port_notify,
	/* Before others that might send something when a device comes up. */
	.priority = 100,
};

/**
 * ts_port_init() - follow devices as they come and go
 *
 * Return: 0 or negative errno.
 */
int __init ts_port_init(void)
{
	return register_netdevice_notifier(&port_notifier);
}

/** ts_port_exit() - detach from all devices and follow them no more */
void ts_port_exit(void)
{
	unregister_netdevice_notifier(&port_notifier);
}
