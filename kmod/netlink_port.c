// SPDX-License-Identifier: GPL-2.0
/* Commands about ports: PORT_ADD, PORT_DEL, PORT_GET. */

#include <linux/bitops.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/sock.h>
#include "net.h"
#include "netlink.h"
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

static int device_put(struct sk_buff *skb, const struct ts_port *port)
{
	if (nla_put_u32(skb, TS_A_PORT_IFINDEX, port->dev->ifindex) ||
	    nla_put_string(skb, TS_A_PORT_IFNAME, port->dev->name))
		return -EMSGSIZE;
	return stats_put(skb, port);
}

/* One message: an attached device, or a pattern without one (@port NULL). */
static int port_put(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct ts_pattern *p, const struct ts_port *port)
{
	void *head = ts_netlink_dump_head(skb, cb, TS_CMD_PORT_GET);

	if (!head)
		return -EMSGSIZE;
	if (nla_put_string(skb, TS_A_PORT_PATTERN, p->name) ||
	    nla_put_u8(skb, TS_A_PORT_ROLE, p->role) ||
	    nla_put_u8(skb, TS_A_PORT_DIRECTION, p->direction) ||
	    nla_put_u32(skb, TS_A_ZONE, port ? port->zone : p->zone) ||
	    nla_put_u8(skb, TS_A_PORT_METER, TS_METER_NF) ||
	    nla_put_u32(skb, TS_A_MARK_MASK, p->mark_mask) ||
	    (port && device_put(skb, port))) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

/* Messages are numbered in list order; those below args[0] were sent before. */
static int ports_put(struct sk_buff *skb, struct netlink_callback *cb,
		     struct ts_net *tn)
{
	const struct ts_pattern *p;
	const struct ts_port *port;
	long n = 0;
	int err;

	list_for_each_entry(p, &tn->patterns, list) {
		if (list_empty(&p->ports) && n++ >= cb->args[0]) {
			err = port_put(skb, cb, p, NULL);
			if (err)
				return err;
			cb->args[0] = n;
		}
		list_for_each_entry(port, &p->ports, list) {
			if (n++ < cb->args[0])
				continue;
			err = port_put(skb, cb, p, port);
			if (err)
				return err;
			cb->args[0] = n;
		}
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
