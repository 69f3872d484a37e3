// SPDX-License-Identifier: GPL-2.0
/*
 * Meshes: batman-adv devices that are claimed, and their lower devices.
 *
 * batman-adv exports nothing, but that a device is a lower one of a mesh the
 * kernel knows: the mesh device is its master, and of kind "batadv".  The
 * notifier chain tells when that changes; claims and ports belong to RTNL.
 */

#include <linux/if_arp.h>
#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <linux/rculist.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>
#include <tokenswitch/budget.h>
#include "event.h"
#include "key.h"
#include "mesh.h"
#include "mesh_path.h"
#include "mesh_stage.h"
#include "net.h"
#include "originator.h"
#include "pattern.h"
#include "port.h"

/*
 * Before everything else at ingress, so that nobody takes a frame past us; at
 * egress after everything else, so that what is counted was not dropped.
 */
enum {
	TS_MESH_PRIORITY_INGRESS = INT_MIN + 100,
	TS_MESH_PRIORITY_EGRESS = INT_MAX - 100,
};

#define TS_MESH_HAS_EGRESS IS_ENABLED(CONFIG_NETFILTER_EGRESS)

static void meshes_changed(struct ts_net *tn)
{
	/* Netlink takes 0 for "does not check". */
	if (!++tn->mesh_generation)
		tn->mesh_generation = 1;
	ts_paths_changed(tn);
}

/**
 * ts_mesh_is_kind() - is it a mesh device of batman-adv?
 * @dev: the device
 *
 * Return: whether it is.
 */
bool ts_mesh_is_kind(const struct net_device *dev)
{
	return dev->rtnl_link_ops && !strcmp(dev->rtnl_link_ops->kind, "batadv");
}

/**
 * ts_mesh_find() - a claim by its own text
 * @tn: the namespace; RTNL or ts_net.lock is held
 * @name: as it was added
 *
 * Return: the claim or NULL.
 */
struct ts_mesh *ts_mesh_find(struct ts_net *tn, const char *name)
{
	struct ts_mesh *mesh;

	list_for_each_entry(mesh, &tn->meshes, list)
		if (!strcmp(mesh->name, name))
			return mesh;
	return NULL;
}

/**
 * ts_mesh_of() - the claim on a mesh device
 * @tn: the namespace; RTNL is held
 * @master: the device; NULL is none
 *
 * Return: the claim; NULL: nobody claims it, or it is no mesh device.
 */
struct ts_mesh *ts_mesh_of(struct ts_net *tn, const struct net_device *master)
{
	struct ts_mesh *mesh;

	if (!master || !ts_mesh_is_kind(master))
		return NULL;
	list_for_each_entry(mesh, &tn->meshes, list)
		if (ts_pattern_matches(mesh->name, master->name))
			return mesh;
	return NULL;
}

static struct ts_mesh_port *port_find(struct ts_net *tn,
				      const struct net_device *dev)
{
	struct ts_mesh_port *port;
	struct ts_mesh *mesh;

	list_for_each_entry(mesh, &tn->meshes, list)
		list_for_each_entry(port, &mesh->ports, list)
			if (port->dev == dev)
				return port;
	return NULL;
}

/**
 * ts_mesh_meters() - is a device below a mesh, so that it cannot be an access
 * port?
 * @tn: the namespace; RTNL is held
 * @dev: the device
 *
 * Return: true when it is a lower device of a claimed mesh, or below one.
 */
bool ts_mesh_meters(struct ts_net *tn, struct net_device *dev)
{
	struct ts_mesh_port *port;
	struct ts_mesh *mesh;

	ASSERT_RTNL();
	list_for_each_entry(mesh, &tn->meshes, list)
		list_for_each_entry(port, &mesh->ports, list)
			if (port->dev == dev ||
			    netdev_has_upper_dev(dev, port->dev))
				return true;
	return false;
}

static u32 port_zone(const struct ts_mesh *mesh,
		     const struct net_device *master)
{
	return mesh->zone ?: ts_zone_of_name(master->name);
}

static void port_fill_hooks(struct ts_mesh_port *port)
{
	port->ingress = (struct nf_hook_ops) {
		.hook = ts_mesh_ingress,
		.dev = port->dev,
		.priv = port,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_INGRESS,
		.priority = TS_MESH_PRIORITY_INGRESS,
	};
#ifdef CONFIG_NETFILTER_EGRESS
	port->egress = (struct nf_hook_ops) {
		.hook = ts_mesh_egress,
		.dev = port->dev,
		.priv = port,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_EGRESS,
		.priority = TS_MESH_PRIORITY_EGRESS,
	};
#endif
}

static int port_hook(struct ts_mesh_port *port)
{
	struct net *net = port->tn->net;
	int err;

	err = nf_register_net_hook(net, &port->ingress);
	if (err || !TS_MESH_HAS_EGRESS)
		return err;
	err = nf_register_net_hook(net, &port->egress);
	if (err)
		nf_unregister_net_hook(net, &port->ingress);
	return err;
}

static void port_unhook(struct ts_mesh_port *port)
{
	if (TS_MESH_HAS_EGRESS)
		nf_unregister_net_hook(port->tn->net, &port->egress);
	nf_unregister_net_hook(port->tn->net, &port->ingress);
}

static void port_free_rcu(struct rcu_head *rcu)
{
	struct ts_mesh_port *port = container_of(rcu, struct ts_mesh_port, rcu);

	free_percpu(port->paths);
	free_percpu(port->counts);
	kfree(port);
}

static struct ts_mesh_port *port_alloc(struct ts_net *tn, struct ts_mesh *mesh,
				       struct net_device *dev)
{
	struct ts_mesh_port *port = kzalloc(sizeof(*port), GFP_KERNEL_ACCOUNT);

	if (!port)
		return NULL;
	port->counts = ts_counts_alloc(TS_MESH_COUNT);
	port->paths = alloc_percpu_gfp(struct ts_paths, GFP_KERNEL_ACCOUNT);
	if (!port->counts || !port->paths) {
		port_free_rcu(&port->rcu);
		return NULL;
	}
	port->tn = tn;
	port->mesh = mesh;
	port->dev = dev;
	port->master = netdev_master_upper_dev_get(dev);
	port->zone = port_zone(mesh, port->master);
	ts_police_init(&port->bcast_police, TS_MESH_BCAST_BURST_BYTES);
	ts_police_init(&port->tvlv_police, TS_MESH_TVLV_BURST_BYTES);
	ts_police_init(&port->unrouted_police, TS_MESH_UNROUTED_BURST_BYTES);
	ts_police_init(&port->blind_police, TS_MESH_BLIND_BURST_BYTES);
	port_fill_hooks(port);
	return port;
}

static int port_attach(struct ts_net *tn, struct ts_mesh *mesh,
		       struct net_device *dev)
{
	struct ts_mesh_port *port;
	int err;

	ASSERT_RTNL();
	port = port_alloc(tn, mesh, dev);
	if (!port)
		return -ENOMEM;
	/* Its frames look for its own address among the ports. */
	list_add_tail_rcu(&port->list, &mesh->ports);
	err = port_hook(port);
	if (err) {
		list_del_rcu(&port->list);
		call_rcu(&port->rcu, port_free_rcu);
		return err;
	}
	meshes_changed(tn);
	ts_event_port(tn, mesh->name, dev, TS_EVENT_PORT_ATTACHED);
	return 0;
}

static void port_detach(struct ts_mesh_port *port)
{
	ASSERT_RTNL();
	port_unhook(port);
	list_del_rcu(&port->list);
	meshes_changed(port->tn);
	ts_key_forget_port(port->tn, port->dev->ifindex);
	ts_event_port(port->tn, port->mesh->name, port->dev,
		      TS_EVENT_PORT_GONE);
	call_rcu(&port->rcu, port_free_rcu);
}

/* The claim by which a device is to be metered; NULL: it is not. */
static struct ts_mesh *device_claim(struct ts_net *tn, struct net_device *dev)
{
	return ts_mesh_of(tn, netdev_master_upper_dev_get(dev));
}

/* Frames of one that is an access port, or above one, would be metered twice. */
static bool device_is_access(struct ts_net *tn, struct net_device *dev)
{
	return ts_port_find(tn, dev) || ts_pattern_below(tn, dev);
}

static int device_came(struct ts_net *tn, struct net_device *dev)
{
	struct ts_mesh *mesh = device_claim(tn, dev);

	if (!mesh || port_find(tn, dev))
		return 0;
	if (device_is_access(tn, dev)) {
		netdev_err(dev, "tokenswitch: an access port cannot be below the mesh %s too\n",
			   mesh->name);
		return -EBUSY;
	}
	return port_attach(tn, mesh, dev);
}

/* Make what is metered equal to what is claimed, after names or links changed. */
static int meshes_sync(struct ts_net *tn)
{
	struct ts_mesh_port *port;
	struct net_device *dev;
	int err = 0;

	if (list_empty(&tn->meshes))
		return 0;
	for_each_netdev(tn->net, dev) {
		port = port_find(tn, dev);
		if (port && (device_claim(tn, dev) != port->mesh ||
			     netdev_master_upper_dev_get(dev) != port->master)) {
			port_detach(port);
			port = NULL;
		}
		if (port)
			WRITE_ONCE(port->zone, port_zone(port->mesh, port->master));
		else
			err = device_came(tn, dev) ?: err;
	}
	/* A dump also tells of mesh devices that have no port. */
	meshes_changed(tn);
	return err;
}

static void mesh_free_rcu(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct ts_mesh, rcu));
}

static void mesh_free_lists(struct ts_net *tn, struct ts_mesh *mesh)
{
	ts_seen_free(tn, mesh->hops);
	ts_seen_free(tn, mesh->dests);
}

static void mesh_delete(struct ts_net *tn, struct ts_mesh *mesh)
{
	struct ts_mesh_port *port, *next;

	list_for_each_entry_safe(port, next, &mesh->ports, list)
		port_detach(port);
	mutex_lock(&tn->lock);
	list_del(&mesh->list);
	ts_net_changed(tn);
	mutex_unlock(&tn->lock);
	/* After this no frame is in the hooks, nor holds what they led to. */
	synchronize_net();
	mutex_lock(&tn->lock);
	ts_mesh_table_destroy(tn, mesh);
	ts_originator_free_all(tn, mesh);
	ts_mesh_stage_drop(tn, mesh);
	mutex_unlock(&tn->lock);
	mesh_free_lists(tn, mesh);
	call_rcu(&mesh->rcu, mesh_free_rcu);
}

/**
 * ts_mesh_detach_all() - forget every claim
 * @tn: the namespace; RTNL is held
 */
void ts_mesh_detach_all(struct ts_net *tn)
{
	struct ts_mesh *mesh, *next;

	ASSERT_RTNL();
	list_for_each_entry_safe(mesh, next, &tn->meshes, list)
		mesh_delete(tn, mesh);
	tn->n_meshes = 0;
}

static int wish_check(struct ts_net *tn, const struct ts_mesh_wish *wish,
		      struct netlink_ext_ack *extack)
{
	if (!ts_pattern_is_valid(wish->name)) {
		NL_SET_ERR_MSG(extack, "MESH_PATTERN must be a device name, or a prefix followed by one '*'");
		return -EINVAL;
	}
	if (!IS_ENABLED(CONFIG_NETFILTER_INGRESS)) {
		NL_SET_ERR_MSG(extack, "this kernel has no netfilter ingress hook; build it with CONFIG_NETFILTER_INGRESS=y");
		return -EOPNOTSUPP;
	}
	if (wish->flags & TS_MESH_F_EXIT && !TS_MESH_HAS_EGRESS) {
		NL_SET_ERR_MSG(extack, "this kernel has no netfilter egress hook, so a gateway cannot bill what it takes in; build it with CONFIG_NETFILTER_EGRESS=y");
		return -EOPNOTSUPP;
	}
	if (ts_mesh_find(tn, wish->name)) {
		NL_SET_ERR_MSG(extack, "this pattern exists; delete it first");
		return -EEXIST;
	}
	if (tn->n_meshes >= TS_MESHES_MAX) {
		NL_SET_ERR_MSG(extack, "too many mesh patterns in this namespace; use a prefix and '*'");
		return -ENOSPC;
	}
	return 0;
}

/* Nothing is attached yet when this refuses. */
static int wish_check_device(struct ts_net *tn,
			     const struct ts_mesh_wish *wish,
			     struct net_device *dev,
			     struct netlink_ext_ack *extack)
{
	struct net_device *master = netdev_master_upper_dev_get(dev);
	struct net_device *claimed = ts_mesh_is_kind(dev) ? dev : master;

	if (!claimed || !ts_mesh_is_kind(claimed) ||
	    !ts_pattern_matches(wish->name, claimed->name))
		return 0;
	if (ts_mesh_of(tn, claimed)) {
		NL_SET_ERR_MSG_FMT(extack, "mesh device %s is claimed by another pattern",
				   claimed->name);
		return -EBUSY;
	}
	if (dev != claimed && device_is_access(tn, dev)) {
		NL_SET_ERR_MSG_FMT(extack, "%s below %s is an access port; delete that",
				   dev->name, claimed->name);
		return -EBUSY;
	}
	return 0;
}

static struct ts_mesh *mesh_make(struct ts_net *tn,
				 const struct ts_mesh_wish *wish,
				 struct netlink_ext_ack *extack)
{
	struct ts_mesh *mesh = kzalloc(sizeof(*mesh), GFP_KERNEL_ACCOUNT);
	int err;

	if (!mesh)
		return ERR_PTR(-ENOMEM);
	strscpy(mesh->name, wish->name, sizeof(mesh->name));
	mesh->payer_rule = wish->payer_rule;
	mesh->flags = wish->flags;
	mesh->zone = wish->zone;
	INIT_LIST_HEAD(&mesh->ports);
	hash_init(mesh->originators);
	mesh->hops = ts_seen_alloc(tn, extack);
	mesh->dests = ts_seen_alloc(tn, extack);
	err = PTR_ERR_OR_ZERO(mesh->hops) ?: PTR_ERR_OR_ZERO(mesh->dests);
	if (err)
		goto err_lists;
	mutex_lock(&tn->lock);
	err = ts_mesh_table_start(tn, mesh, extack);
	if (!err) {
		list_add_tail(&mesh->list, &tn->meshes);
		ts_net_changed(tn);
	}
	mutex_unlock(&tn->lock);
	if (!err)
		return mesh;

err_lists:
	mesh_free_lists(tn, mesh);
	kfree(mesh);
	return ERR_PTR(err);
}

/**
 * ts_mesh_add() - claim mesh devices by name
 * @tn: the namespace; RTNL is held
 * @wish: name, payer_rule, flags and zone are read
 * @extack: told what is wrong
 *
 * All present lower devices, or none.
 *
 * Return: 0, -EEXIST, -EBUSY, -EINVAL, -EOPNOTSUPP, -ENOSPC, -ENOMEM.
 */
int ts_mesh_add(struct ts_net *tn, const struct ts_mesh_wish *wish,
		struct netlink_ext_ack *extack)
{
	struct net_device *dev;
	struct ts_mesh *mesh;
	int err;

	ASSERT_RTNL();
	err = wish_check(tn, wish, extack);
	if (err)
		return err;
	for_each_netdev(tn->net, dev) {
		err = wish_check_device(tn, wish, dev, extack);
		if (err)
			return err;
	}
	mesh = mesh_make(tn, wish, extack);
	if (IS_ERR(mesh))
		return PTR_ERR(mesh);
	err = meshes_sync(tn);
	if (err) {
		NL_SET_ERR_MSG(extack, "a lower device refused the netfilter hook");
		mesh_delete(tn, mesh);
		return err;
	}
	tn->n_meshes++;
	return 0;
}

/**
 * ts_mesh_delete() - give up a claim
 * @tn: the namespace; RTNL is held
 * @name: the pattern, as it was added
 * @extack: told what is wrong
 *
 * Return: 0 or -ENOENT.
 */
int ts_mesh_delete(struct ts_net *tn, const char *name,
		   struct netlink_ext_ack *extack)
{
	struct ts_mesh *mesh;

	ASSERT_RTNL();
	mesh = ts_mesh_find(tn, name);
	if (!mesh) {
		NL_SET_ERR_MSG(extack, "no such pattern");
		return -ENOENT;
	}
	mesh_delete(tn, mesh);
	tn->n_meshes--;
	meshes_changed(tn);
	return 0;
}

static void device_went(struct ts_net *tn, struct net_device *dev)
{
	struct ts_mesh_port *port = port_find(tn, dev);

	if (port)
		port_detach(port);
}

static int mesh_notify(struct notifier_block *nb, unsigned long event,
		       void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	const struct netdev_notifier_changeupper_info *info = ptr;
	struct ts_net *tn = ts_net_of(dev_net(dev));
	int err = 0;

	ASSERT_RTNL();
	switch (event) {
	case NETDEV_UNREGISTER:
		device_went(tn, dev);
		break;
	case NETDEV_CHANGENAME:
		err = meshes_sync(tn);
		break;
	case NETDEV_CHANGEUPPER:
		if (info->master)
			err = meshes_sync(tn);
		break;
	}
	/* Also what addresses the box has in a mesh may be others now. */
	ts_paths_changed(tn);
	if (err)
		netdev_err(dev, "tokenswitch: cannot meter the mesh (error %d), so this is refused\n",
			   err);
	return notifier_from_errno(err);
}

static struct notifier_block mesh_notifier = {
	.notifier_call = mesh_notify,
	/* Before batman-adv's own, so that it never works on what is not metered. */
	.priority = 100,
};

/**
 * ts_mesh_init() - follow devices as they join and leave meshes
 *
 * Return: 0 or negative errno.
 */
int __init ts_mesh_init(void)
{
	return register_netdevice_notifier(&mesh_notifier);
}

/** ts_mesh_exit() - detach from all devices and follow them no more */
void ts_mesh_exit(void)
{
	unregister_netdevice_notifier(&mesh_notifier);
}
