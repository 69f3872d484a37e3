// SPDX-License-Identifier: GPL-2.0
/* Commands about ports: PORT_ADD, PORT_DEL, PORT_GET. */

#include <linux/bitops.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/sock.h>
#include "net.h"
#include "netlink.h"
#include "pattern.h"
#include "port.h"

const struct nla_policy ts_netlink_port_policy[TS_A_MAX + 1] = {
	[TS_A_PORT_PATTERN] = { .type = NLA_NUL_STRING,
				.len = TS_PATTERN_LEN - 1 },
	[TS_A_PORT_ROLE] = NLA_POLICY_RANGE(NLA_U8, TS_ROLE_ACCESS,
					    TS_ROLE_MESH),
	[TS_A_PORT_DIRECTION] = NLA_POLICY_RANGE(NLA_U8, TS_DIRECTION_UP,
						 TS_DIRECTION_BOTH),
	[TS_A_ZONE] = { .type = NLA_U32 },
	[TS_A_MARK_MASK] = { .type = NLA_U32 },
};

/* Four or more bits, next to each other. */
static bool mask_is_valid(u32 mask)
{
	u32 bits = mask ? mask >> __ffs(mask) : 0;

	return hweight32(mask) >= 4 && !(bits & (bits + 1));
}

static int pattern_read(struct ts_pattern *p, struct genl_info *info)
{
	struct nlattr **tb = info->attrs;

	if (!ts_netlink_has(info, TS_A_PORT_PATTERN,
			    "PORT_PATTERN is needed"))
		return -EINVAL;
	memset(p, 0, sizeof(*p));
	nla_strscpy(p->name, tb[TS_A_PORT_PATTERN], sizeof(p->name));
	p->role = TS_ROLE_ACCESS;
	p->direction = TS_DIRECTION_BOTH;
	p->mark_mask = TS_MARK_MASK_DEFAULT;
	if (tb[TS_A_PORT_ROLE])
		p->role = nla_get_u8(tb[TS_A_PORT_ROLE]);
	if (tb[TS_A_PORT_DIRECTION])
		p->direction = nla_get_u8(tb[TS_A_PORT_DIRECTION]);
	if (tb[TS_A_ZONE])
		p->zone = nla_get_u32(tb[TS_A_ZONE]);
	if (tb[TS_A_MARK_MASK])
		p->mark_mask = nla_get_u32(tb[TS_A_MARK_MASK]);
	if (!mask_is_valid(p->mark_mask)) {
		NL_SET_ERR_MSG_ATTR(info->extack, tb[TS_A_MARK_MASK],
				    "MARK_MASK needs four or more adjacent bits");
		return -EINVAL;
	}
	return 0;
}

/** ts_netlink_port_add() - PORT_ADD; Return: 0 or negative errno */
int ts_netlink_port_add(struct sk_buff *skb, struct genl_info *info)
{
	struct ts_net *tn = ts_net_of(genl_info_net(info));
	struct ts_pattern wish;
	int err;

	err = pattern_read(&wish, info);
	if (err)
		return err;
	rtnl_lock();
	err = ts_netlink_check_owner(tn, info) ?:
	      ts_port_add(tn, &wish, info->extack);
	rtnl_unlock();
	return err;
}

/** ts_netlink_port_del() - PORT_DEL; Return: 0 or negative errno */
int ts_netlink_port_del(struct sk_buff *skb, struct genl_info *info)
{
	struct ts_net *tn = ts_net_of(genl_info_net(info));
	struct ts_pattern wish;
	int err;

	err = pattern_read(&wish, info);
	if (err)
		return err;
	rtnl_lock();
	err = ts_netlink_check_owner(tn, info) ?:
	      ts_port_delete(tn, wish.name, info->extack);
	rtnl_unlock();
	return err;
}

static int stats_put(struct sk_buff *skb, const struct ts_port *port)
{
	struct ts_port_stats st;
	struct nlattr *nest;

	ts_port_read_stats(port, &st);
	nest = nla_nest_start(skb, TS_A_PORT_STATS);
	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u64_64bit(skb, TS_PORT_STATS_A_FREE_BYTES, st.free_bytes,
			      TS_PORT_STATS_A_PAD) ||
	    nla_put_u64_64bit(skb, TS_PORT_STATS_A_GROUP_BYTES, st.group_bytes,
			      TS_PORT_STATS_A_PAD) ||
	    nla_put_u64_64bit(skb, TS_PORT_STATS_A_PASSED_BYTES,
			      st.passed_bytes, TS_PORT_STATS_A_PAD) ||
	    nla_put_64bit(skb, TS_PORT_STATS_A_DROPS, sizeof(st.drops),
			  st.drops, TS_PORT_STATS_A_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * struct shown - what one message tells of a pattern
 * @dev: a device that it matches; NULL: there is none
 * @port: its port; NULL: it has none
 * @lower: where its frames are metered instead
 */
struct shown {
	const struct net_device *dev;
	const struct ts_port *port;
	const struct net_device *lower;
};

static int device_put(struct sk_buff *skb, const struct shown *s)
{
	if (nla_put_u32(skb, TS_A_PORT_IFINDEX, s->dev->ifindex) ||
	    nla_put_string(skb, TS_A_PORT_IFNAME, s->dev->name))
		return -EMSGSIZE;
	if (s->lower)
		return nla_put_string(skb, TS_A_PORT_LOWER, s->lower->name);
	return stats_put(skb, s->port);
}

static int port_put(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct ts_pattern *p, const struct shown *s)
{
	void *head = ts_netlink_dump_head(skb, cb, TS_CMD_PORT_GET);

	if (!head)
		return -EMSGSIZE;
	if (nla_put_string(skb, TS_A_PORT_PATTERN, p->name) ||
	    nla_put_u8(skb, TS_A_PORT_ROLE, p->role) ||
	    nla_put_u8(skb, TS_A_PORT_DIRECTION, p->direction) ||
	    nla_put_u32(skb, TS_A_ZONE, s->port ? s->port->zone : p->zone) ||
	    nla_put_u8(skb, TS_A_PORT_METER, TS_METER_NF) ||
	    nla_put_u32(skb, TS_A_MARK_MASK, p->mark_mask) ||
	    (s->dev && device_put(skb, s))) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

/* Messages are numbered in order; those below args[0] were sent before. */
static int port_put_next(struct sk_buff *skb, struct netlink_callback *cb,
			 const struct ts_pattern *p, const struct shown *s,
			 long *n)
{
	int err;

	if ((*n)++ < cb->args[0])
		return 0;
	err = port_put(skb, cb, p, s);
	if (!err)
		cb->args[0] = *n;
	return err;
}

static int pattern_put(struct sk_buff *skb, struct netlink_callback *cb,
		       const struct ts_pattern *p, long *n)
{
	const struct ts_port *port;
	struct shown s = { };
	int err;

	if (list_empty(&p->ports))
		return port_put_next(skb, cb, p, &s, n);
	list_for_each_entry(port, &p->ports, list) {
		s.port = port;
		s.dev = port->dev;
		err = port_put_next(skb, cb, p, &s, n);
		if (err)
			return err;
	}
	return 0;
}

/* A device that is claimed, and stands on one that is. */
static int upper_put(struct sk_buff *skb, struct netlink_callback *cb,
		     struct ts_net *tn, struct net_device *dev, long *n)
{
	const struct ts_pattern *p = ts_pattern_for(tn, dev);
	struct shown s = { .dev = dev };

	if (!p || ts_port_find(tn, dev))
		return 0;
	s.lower = ts_pattern_below(tn, dev);
	return s.lower ? port_put_next(skb, cb, p, &s, n) : 0;
}

static int ports_put(struct sk_buff *skb, struct netlink_callback *cb,
		     struct ts_net *tn)
{
	const struct ts_pattern *p;
	struct net_device *dev;
	long n = 0;
	int err;

	list_for_each_entry(p, &tn->patterns, list) {
		err = pattern_put(skb, cb, p, &n);
		if (err)
			return err;
	}
	for_each_netdev(tn->net, dev) {
		err = upper_put(skb, cb, tn, dev, &n);
		if (err)
			return err;
	}
	return 0;
}

/** ts_netlink_port_dump() - PORT_GET; Return: bytes, 0 at the end, or errno */
int ts_netlink_port_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ts_net *tn = ts_net_of(sock_net(skb->sk));
	int err;

	rtnl_lock();
	cb->seq = tn->port_generation;
	err = ports_put(skb, cb, tn);
	rtnl_unlock();
	return skb->len ?: err;
}
