// SPDX-License-Identifier: GPL-2.0
/* Commands about rules of the classifier: CLASS_ADD, CLASS_DEL, CLASS_GET. */

#include <linux/in.h>
#include <linux/socket.h>
#include <net/sock.h>
#include "class.h"
#include "net.h"
#include "netlink.h"

static struct netlink_range_validation port_range = {
	.min = 1, .max = 65535,
};

static const struct nla_policy rule_policy[TS_RULE_A_MAX + 1] = {
	[TS_RULE_A_CLASS] = NLA_POLICY_MAX(NLA_U8, TS_CLASS_INTERNET),
	[TS_RULE_A_FAMILY] = { .type = NLA_U8 },
	[TS_RULE_A_ADDR] = { .type = NLA_BINARY, .len = 16 },
	[TS_RULE_A_PREFIX_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[TS_RULE_A_PROTO] = { .type = NLA_U8 },
	[TS_RULE_A_PORT] = NLA_POLICY_FULL_RANGE(NLA_U16, &port_range),
	[TS_RULE_A_ENDS_HERE] = { .type = NLA_FLAG },
};

const struct nla_policy ts_netlink_class_policy[TS_A_MAX + 1] = {
	[TS_A_CLASS_RULE] = NLA_POLICY_NESTED(rule_policy),
};

/* Say what is wrong with a rule. */
#define rule_refuse(extack, attr, msg)			\
({							\
	NL_SET_ERR_MSG_ATTR(extack, attr, msg);		\
	-EINVAL;					\
})

static bool addr_has_host_bits(const struct ts_rule *r)
{
	unsigned int bit, bits = r->family == AF_INET ? 32 : 128;

	for (bit = r->prefix_len; bit < bits; bit++)
		if (ntohl(r->addr[bit / 32]) & (1U << (31 - bit % 32)))
			return true;
	return false;
}

static int addr_read(struct ts_rule *r, struct nlattr **tb,
		     struct netlink_ext_ack *extack)
{
	struct nlattr *addr = tb[TS_RULE_A_ADDR];
	unsigned int bytes;

	if (!tb[TS_RULE_A_FAMILY])
		return rule_refuse(extack, addr, "ADDR needs FAMILY");
	r->family = nla_get_u8(tb[TS_RULE_A_FAMILY]);
	if (r->family != AF_INET && r->family != AF_INET6)
		return rule_refuse(extack, tb[TS_RULE_A_FAMILY],
				   "FAMILY must be AF_INET or AF_INET6");
	bytes = r->family == AF_INET ? 4 : 16;
	if (nla_len(addr) != bytes)
		return rule_refuse(extack, addr,
				   "ADDR must be 4 bytes for AF_INET, 16 for AF_INET6");
	memcpy(r->addr, nla_data(addr), bytes);
	r->prefix_len = bytes * 8;
	if (tb[TS_RULE_A_PREFIX_LEN])
		r->prefix_len = nla_get_u8(tb[TS_RULE_A_PREFIX_LEN]);
	if (r->prefix_len > bytes * 8)
		return rule_refuse(extack, tb[TS_RULE_A_PREFIX_LEN],
				   "PREFIX_LEN is longer than the address");
	if (addr_has_host_bits(r))
		return rule_refuse(extack, addr,
				   "ADDR has bits behind PREFIX_LEN");
	return 0;
}

static int service_read(struct ts_rule *r, struct nlattr **tb,
			struct netlink_ext_ack *extack)
{
	if (!tb[TS_RULE_A_PROTO] || !tb[TS_RULE_A_PORT])
		return rule_refuse(extack,
				   tb[TS_RULE_A_PROTO] ?: tb[TS_RULE_A_PORT],
				   "a service needs PROTO and PORT");
	r->proto = nla_get_u8(tb[TS_RULE_A_PROTO]);
	r->port = nla_get_u16(tb[TS_RULE_A_PORT]);
	if (r->proto != IPPROTO_TCP && r->proto != IPPROTO_UDP)
		return rule_refuse(extack, tb[TS_RULE_A_PROTO],
				   "PROTO must be TCP or UDP");
	if (r->class != TS_CLASS_FREE)
		return rule_refuse(extack, tb[TS_RULE_A_CLASS],
				   "a service of the box is of class free; give a prefix for others");
	if (r->family && r->prefix_len != (r->family == AF_INET ? 32 : 128))
		return rule_refuse(extack, tb[TS_RULE_A_PREFIX_LEN],
				   "a service is at one address: give the full PREFIX_LEN, or no ADDR");
	if (!r->family && (tb[TS_RULE_A_FAMILY] || tb[TS_RULE_A_PREFIX_LEN]))
		return rule_refuse(extack, tb[TS_RULE_A_PORT],
				   "FAMILY and PREFIX_LEN need ADDR");
	r->ends_here = nla_get_flag(tb[TS_RULE_A_ENDS_HERE]);
	return 0;
}

static int rule_read(struct ts_rule *r, struct genl_info *info)
{
	struct nlattr *tb[TS_RULE_A_MAX + 1];
	struct nlattr *nest;
	int err;

	if (!ts_netlink_has(info, TS_A_CLASS_RULE, "CLASS_RULE is needed"))
		return -EINVAL;
	nest = info->attrs[TS_A_CLASS_RULE];
	err = nla_parse_nested(tb, TS_RULE_A_MAX, nest, rule_policy,
			       info->extack);
	if (err)
		return err;
	memset(r, 0, sizeof(*r));
	if (!tb[TS_RULE_A_CLASS])
		return rule_refuse(info->extack, nest, "a rule needs CLASS");
	r->class = nla_get_u8(tb[TS_RULE_A_CLASS]);
	if (tb[TS_RULE_A_ADDR]) {
		err = addr_read(r, tb, info->extack);
		if (err)
			return err;
	}
	if (tb[TS_RULE_A_PROTO] || tb[TS_RULE_A_PORT])
		return service_read(r, tb, info->extack);
	if (tb[TS_RULE_A_ENDS_HERE])
		return rule_refuse(info->extack, tb[TS_RULE_A_ENDS_HERE],
				   "ENDS_HERE is said of a service: give PROTO and PORT");
	if (!tb[TS_RULE_A_ADDR] || !tb[TS_RULE_A_PREFIX_LEN])
		return rule_refuse(info->extack, nest,
				   "a rule needs FAMILY, ADDR and PREFIX_LEN, or PROTO and PORT");
	return 0;
}

/** ts_netlink_class_add() - CLASS_ADD; Return: 0 or negative errno */
int ts_netlink_class_add(struct sk_buff *skb, struct genl_info *info)
{
	struct ts_net *tn = ts_net_of(genl_info_net(info));
	struct ts_rule rule;
	int err;

	err = rule_read(&rule, info) ?: ts_netlink_write_begin(tn, info);
	if (err)
		return err;
	err = ts_class_add(tn, &rule, info->extack);
	ts_netlink_write_end(tn);
	return err;
}

/** ts_netlink_class_del() - CLASS_DEL; Return: 0 or negative errno */
int ts_netlink_class_del(struct sk_buff *skb, struct genl_info *info)
{
	struct ts_net *tn = ts_net_of(genl_info_net(info));
	struct ts_rule rule;
	int err;

	err = rule_read(&rule, info) ?: ts_netlink_write_begin(tn, info);
	if (err)
		return err;
	err = ts_class_delete(tn, &rule, info->extack);
	ts_netlink_write_end(tn);
	return err;
}

static int rule_put_attrs(struct sk_buff *skb, const struct ts_rule *r)
{
	if (nla_put_u8(skb, TS_RULE_A_CLASS, r->class))
		return -EMSGSIZE;
	if (r->family &&
	    (nla_put_u8(skb, TS_RULE_A_FAMILY, r->family) ||
	     nla_put(skb, TS_RULE_A_ADDR, r->family == AF_INET ? 4 : 16,
		     r->addr) ||
	     nla_put_u8(skb, TS_RULE_A_PREFIX_LEN, r->prefix_len)))
		return -EMSGSIZE;
	if (r->proto &&
	    (nla_put_u8(skb, TS_RULE_A_PROTO, r->proto) ||
	     nla_put_u16(skb, TS_RULE_A_PORT, r->port)))
		return -EMSGSIZE;
	if (r->ends_here && nla_put_flag(skb, TS_RULE_A_ENDS_HERE))
		return -EMSGSIZE;
	return 0;
}

static int rule_put(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct ts_rule *r)
{
	void *head = ts_netlink_dump_head(skb, cb, TS_CMD_CLASS_GET);
	struct nlattr *nest;

	if (!head)
		return -EMSGSIZE;
	nest = nla_nest_start(skb, TS_A_CLASS_RULE);
	if (!nest || rule_put_attrs(skb, r)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	genlmsg_end(skb, head);
	return 0;
}

/**
 * ts_netlink_class_dump() - CLASS_GET; args[0] is the next rule
 * @skb: where to
 * @cb: the dump
 *
 * Return: bytes, 0 at the end, or negative errno.
 */
int ts_netlink_class_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ts_net *tn = ts_net_of(sock_net(skb->sk));
	const struct ts_class_table *t;
	int err = 0;

	mutex_lock(&tn->lock);
	cb->seq = tn->generation;
	t = rcu_dereference_protected(tn->classes, lockdep_is_held(&tn->lock));
	for (; t && cb->args[0] < t->n_rules; cb->args[0]++) {
		err = rule_put(skb, cb, &t->rule[cb->args[0]]);
		if (err)
			break;
	}
	mutex_unlock(&tn->lock);
	return skb->len ?: err;
}
