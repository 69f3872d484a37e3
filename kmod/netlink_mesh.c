// SPDX-License-Identifier: GPL-2.0
/* Commands about meshes: MESH_ADD, MESH_DEL, MESH_GET. */

#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/sock.h>
#include "mesh.h"
#include "net.h"
#include "netlink.h"
#include "pattern.h"

const struct nla_policy ts_netlink_mesh_policy[TS_A_MAX + 1] = {
	[TS_A_MESH_PATTERN] = { .type = NLA_NUL_STRING,
				.len = TS_PATTERN_LEN - 1 },
	[TS_A_PAYER_RULE] = NLA_POLICY_MAX(NLA_U8, TS_PAYER_SENDER),
	[TS_A_MESH_FLAGS] = NLA_POLICY_MASK(NLA_U32, TS_MESH_F_ALL),
	[TS_A_ZONE] = { .type = NLA_U32 },
};

static int wish_read(struct ts_mesh_wish *wish, struct genl_info *info)
{
	struct nlattr **tb = info->attrs;

	if (!ts_netlink_has(info, TS_A_MESH_PATTERN, "MESH_PATTERN is needed"))
		return -EINVAL;
	memset(wish, 0, sizeof(*wish));
	nla_strscpy(wish->name, tb[TS_A_MESH_PATTERN], sizeof(wish->name));
	wish->payer_rule = TS_PAYER_REQUESTER;
	if (tb[TS_A_PAYER_RULE])
		wish->payer_rule = nla_get_u8(tb[TS_A_PAYER_RULE]);
	if (tb[TS_A_MESH_FLAGS])
		wish->flags = nla_get_u32(tb[TS_A_MESH_FLAGS]);
	if (tb[TS_A_ZONE])
		wish->zone = nla_get_u32(tb[TS_A_ZONE]);
	return 0;
}

/** ts_netlink_mesh_add() - MESH_ADD; Return: 0 or negative errno */
int ts_netlink_mesh_add(struct sk_buff *skb, struct genl_info *info)
{
	struct ts_net *tn = ts_net_of(genl_info_net(info));
	struct ts_mesh_wish wish;
	int err;

	err = wish_read(&wish, info);
	if (err)
		return err;
	rtnl_lock();
	err = ts_netlink_check_owner(tn, info) ?:
	      ts_mesh_add(tn, &wish, info->extack);
	rtnl_unlock();
	return err;
}

/** ts_netlink_mesh_del() - MESH_DEL; Return: 0 or negative errno */
int ts_netlink_mesh_del(struct sk_buff *skb, struct genl_info *info)
{
	struct ts_net *tn = ts_net_of(genl_info_net(info));
	struct ts_mesh_wish wish;
	int err;

	err = wish_read(&wish, info);
	if (err)
		return err;
	rtnl_lock();
	err = ts_netlink_check_owner(tn, info) ?:
	      ts_mesh_delete(tn, wish.name, info->extack);
	rtnl_unlock();
	return err;
}

static int u64_put(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, TS_MESH_STATS_A_PAD);
}

static int counts_put(struct sk_buff *skb, const struct ts_count *n)
{
	u64 bytes[TS_NEIGHBOUR_COUNT], packets[TS_NEIGHBOUR_COUNT];
	u64 drops[TS_DROP_COUNT];
	unsigned int i;

	for (i = 0; i < TS_NEIGHBOUR_COUNT; i++) {
		bytes[i] = n[i].bytes;
		packets[i] = n[i].packets;
	}
	for (i = 0; i < TS_DROP_COUNT; i++)
		drops[i] = n[TS_MESH_DROP + i].packets;
	if (nla_put_64bit(skb, TS_MESH_STATS_A_BYTES, sizeof(bytes), bytes,
			  TS_MESH_STATS_A_PAD) ||
	    nla_put_64bit(skb, TS_MESH_STATS_A_PACKETS, sizeof(packets),
			  packets, TS_MESH_STATS_A_PAD) ||
	    u64_put(skb, TS_MESH_STATS_A_UNROUTED_BYTES,
		    n[TS_MESH_UNROUTED].bytes) ||
	    u64_put(skb, TS_MESH_STATS_A_GUESSED_BYTES,
		    n[TS_MESH_GUESSED].bytes) ||
	    u64_put(skb, TS_MESH_STATS_A_CODED_PACKETS,
		    n[TS_MESH_CODED].packets) ||
	    u64_put(skb, TS_MESH_STATS_A_UNPARSED_PACKETS,
		    n[TS_MESH_UNPARSED].packets) ||
	    nla_put_64bit(skb, TS_MESH_STATS_A_DROPS, sizeof(drops), drops,
			  TS_MESH_STATS_A_PAD))
		return -EMSGSIZE;
	return 0;
}

static int stats_put(struct sk_buff *skb, const struct ts_mesh_port *port)
{
	struct nlattr *nest = nla_nest_start(skb, TS_A_MESH_STATS);
	struct ts_count n[TS_MESH_COUNT];

	if (!nest)
		return -EMSGSIZE;
	ts_counts_read(port->counts, TS_MESH_COUNT, n);
	if (counts_put(skb, n))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * struct shown - what one message tells of a claim
 * @mesh: the claim
 * @master: a device that it matches; NULL: there is none
 * @port: a lower device of @master; NULL: there is none
 * @reason: why @master is not claimed, NULL: it is
 */
struct shown {
	struct ts_mesh *mesh;
	const struct net_device *master;
	const struct ts_mesh_port *port;
	const char *reason;
};

static int claim_put(struct sk_buff *skb, const struct shown *s)
{
	const struct ts_mesh_table *t;
	u64 gateways, routes;

	rcu_read_lock();
	t = rcu_dereference(s->mesh->table);
	gateways = t->gateway_generation;
	routes = t->route_generation;
	rcu_read_unlock();
	if (nla_put_string(skb, TS_A_MESH_PATTERN, s->mesh->name) ||
	    nla_put_u8(skb, TS_A_PAYER_RULE, s->mesh->payer_rule) ||
	    nla_put_u32(skb, TS_A_MESH_FLAGS, s->mesh->flags) ||
	    nla_put_u32(skb, TS_A_ZONE,
			s->port ? s->port->zone : s->mesh->zone) ||
	    ts_netlink_put_u64(skb, TS_A_GATEWAY_GENERATION, gateways) ||
	    ts_netlink_put_u64(skb, TS_A_ROUTE_GENERATION, routes))
		return -EMSGSIZE;
	return 0;
}

static int devices_put(struct sk_buff *skb, const struct shown *s)
{
	if (nla_put_u32(skb, TS_A_MESH_IFINDEX, s->master->ifindex) ||
	    nla_put_string(skb, TS_A_MESH_IFNAME, s->master->name))
		return -EMSGSIZE;
	if (s->reason)
		return nla_put_string(skb, TS_A_MESH_REASON, s->reason);
	if (!s->port)
		return 0;
	if (nla_put_u32(skb, TS_A_PORT_IFINDEX, s->port->dev->ifindex) ||
	    nla_put_string(skb, TS_A_PORT_IFNAME, s->port->dev->name))
		return -EMSGSIZE;
	return stats_put(skb, s->port);
}

/* Messages are numbered in order; those below args[0] were sent before. */
static int shown_put(struct sk_buff *skb, struct netlink_callback *cb,
		     const struct shown *s, long *n)
{
	void *head;

	if ((*n)++ < cb->args[0])
		return 0;
	head = ts_netlink_dump_head(skb, cb, TS_CMD_MESH_GET);
	if (!head)
		return -EMSGSIZE;
	if (claim_put(skb, s) || (s->master && devices_put(skb, s))) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	cb->args[0] = *n;
	return 0;
}

/* A device that a pattern matches: what it is to us. */
static int device_put(struct sk_buff *skb, struct netlink_callback *cb,
		      struct ts_mesh *mesh, const struct net_device *dev,
		      long *n)
{
	struct shown s = { .mesh = mesh, .master = dev };
	const struct ts_mesh_port *port;
	int err;

	if (!ts_mesh_is_kind(dev)) {
		s.reason = "not of kind batadv";
		return shown_put(skb, cb, &s, n);
	}
	list_for_each_entry(port, &mesh->ports, list) {
		if (port->master != dev)
			continue;
		s.port = port;
		err = shown_put(skb, cb, &s, n);
		if (err)
			return err;
	}
	return s.port ? 0 : shown_put(skb, cb, &s, n);
}

static int mesh_put(struct sk_buff *skb, struct netlink_callback *cb,
		    struct ts_net *tn, struct ts_mesh *mesh, long *n)
{
	struct shown s = { .mesh = mesh };
	const struct net_device *dev;
	bool any = false;
	int err;

	for_each_netdev(tn->net, dev) {
		if (!ts_pattern_matches(mesh->name, dev->name))
			continue;
		any = true;
		err = device_put(skb, cb, mesh, dev, n);
		if (err)
			return err;
	}
	return any ? 0 : shown_put(skb, cb, &s, n);
}

/** ts_netlink_mesh_dump() - MESH_GET; Return: bytes, 0 at the end, or errno */
int ts_netlink_mesh_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ts_net *tn = ts_net_of(sock_net(skb->sk));
	struct ts_mesh *mesh;
	int err = 0;
	long n = 0;

	rtnl_lock();
	cb->seq = tn->mesh_generation;
	list_for_each_entry(mesh, &tn->meshes, list) {
		err = mesh_put(skb, cb, tn, mesh, &n);
		if (err)
			break;
	}
	rtnl_unlock();
	return skb->len ?: err;
}
