// SPDX-License-Identifier: GPL-2.0
/* The generic netlink family: its commands, and what they share. */

#include <linux/etherdevice.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include "key.h"
#include "net.h"
#include "netlink.h"

const struct nla_policy ts_netlink_none_policy[TS_A_MAX + 1] = {};

const struct nla_policy ts_netlink_key_policy[TS_KEY_A_MAX + 1] = {
	[TS_KEY_A_MAC] = NLA_POLICY_ETH_ADDR,
	[TS_KEY_A_VLAN] = NLA_POLICY_MAX(NLA_U16, TS_VLAN_MAX),
	[TS_KEY_A_ZONE] = { .type = NLA_U32 },
};

/* Every command, dumps too: even those show the addresses of stations. */
#define TS_OP(_cmd, _attrs, ...) {		\
	.cmd = TS_CMD_##_cmd,			\
	.flags = GENL_UNS_ADMIN_PERM,		\
	.policy = ts_netlink_##_attrs##_policy,\
	.maxattr = TS_A_MAX,			\
	__VA_ARGS__				\
}

static const struct genl_ops netlink_ops[] = {
	TS_OP(INFO_GET, none, .doit = ts_netlink_info_get),
	TS_OP(INFO_SET, info, .doit = ts_netlink_info_set),
	TS_OP(OWNER_SET, owner, .doit = ts_netlink_owner_set),
	TS_OP(PORT_ADD, port, .doit = ts_netlink_port_add),
	TS_OP(PORT_DEL, port, .doit = ts_netlink_port_del),
	TS_OP(PORT_GET, none, .dumpit = ts_netlink_port_dump),
	TS_OP(ACCOUNT_SET, account, .doit = ts_netlink_account_set),
	TS_OP(ACCOUNT_DEL, budget, .doit = ts_netlink_account_del),
	TS_OP(ACCOUNT_GET, account_get, .doit = ts_netlink_account_get,
	      .dumpit = ts_netlink_account_dump),
	TS_OP(GRANT, budget, .doit = ts_netlink_grant),
	TS_OP(REVOKE, budget, .doit = ts_netlink_revoke),
	TS_OP(CLOSE, budget, .doit = ts_netlink_close),
	TS_OP(TARIFF_SET, tariff, .doit = ts_netlink_tariff_set),
	TS_OP(TARIFF_DEL, tariff, .doit = ts_netlink_tariff_del),
	TS_OP(TARIFF_GET, none, .dumpit = ts_netlink_tariff_dump),
	TS_OP(CLASS_ADD, class, .doit = ts_netlink_class_add),
	TS_OP(CLASS_DEL, class, .doit = ts_netlink_class_del),
	TS_OP(CLASS_GET, none, .dumpit = ts_netlink_class_dump),
	TS_OP(STRANGER_GET, none, .dumpit = ts_netlink_stranger_dump),
	TS_OP(MESH_ADD, mesh, .doit = ts_netlink_mesh_add),
	TS_OP(MESH_DEL, mesh, .doit = ts_netlink_mesh_del),
	TS_OP(MESH_GET, none, .dumpit = ts_netlink_mesh_dump),
	TS_OP(GATEWAY_SET, gateway, .doit = ts_netlink_gateway_set),
	TS_OP(ROUTE_SET, route, .doit = ts_netlink_route_set),
	TS_OP(ORIGINATOR_GET, none, .dumpit = ts_netlink_originator_dump),
	TS_OP(NEIGHBOUR_GET, none, .dumpit = ts_netlink_neighbour_dump),
};

static const struct genl_multicast_group netlink_groups[] = {
	{ .name = TS_GENL_MCGRP_EVENTS, .flags = GENL_MCAST_CAP_NET_ADMIN },
};

struct genl_family ts_netlink_family __ro_after_init = {
	.name = TS_GENL_NAME,
	.version = TS_GENL_VERSION,
	.maxattr = TS_A_MAX,
	.netnsok = true,
	/* Our own locks do; a close that waits must not stop other families. */
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = netlink_ops,
	.n_ops = ARRAY_SIZE(netlink_ops),
	.mcgrps = netlink_groups,
	.n_mcgrps = ARRAY_SIZE(netlink_groups),
};

/**
 * ts_netlink_init() - be there for commands
 *
 * Return: 0 or negative errno.
 */
int __init ts_netlink_init(void)
{
	return genl_register_family(&ts_netlink_family);
}

/** ts_netlink_exit() - wait for running commands, take no more */
void ts_netlink_exit(void)
{
	genl_unregister_family(&ts_netlink_family);
}

/**
 * ts_netlink_answer_begin() - start the answer to a command
 * @ans: set
 * @info: the command
 *
 * Return: 0 or -ENOMEM.
 */
int ts_netlink_answer_begin(struct ts_netlink_answer *ans,
			    struct genl_info *info)
{
	ans->skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!ans->skb)
		return -ENOMEM;
	ans->head = genlmsg_put_reply(ans->skb, info, &ts_netlink_family, 0,
				      info->genlhdr->cmd);
	if (!ans->head) {
		nlmsg_free(ans->skb);
		return -ENOMEM;
	}
	return 0;
}

/**
 * ts_netlink_answer_end() - send the answer, or drop it
 * @ans: the answer; consumed
 * @info: the command
 * @err: 0, or why there is nothing to send
 *
 * Return: 0 or negative errno.
 */
int ts_netlink_answer_end(struct ts_netlink_answer *ans,
			  struct genl_info *info, int err)
{
	if (err) {
		nlmsg_free(ans->skb);
		return err;
	}
	genlmsg_end(ans->skb, ans->head);
	return genlmsg_reply(ans->skb, info);
}

/**
 * ts_netlink_dump_head() - start a message of a dump
 * @skb: where to
 * @cb: the dump; its seq is set
 * @cmd: enum ts_cmd
 *
 * Return: the header, for genlmsg_end() or genlmsg_cancel(), or NULL.
 */
void *ts_netlink_dump_head(struct sk_buff *skb, struct netlink_callback *cb,
			   u8 cmd)
{
	void *head = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				 cb->nlh->nlmsg_seq, &ts_netlink_family,
				 NLM_F_MULTI, cmd);

	if (head)
		genl_dump_check_consistent(cb, head);
	return head;
}

/**
 * ts_netlink_check_owner() - may this socket write?
 * @tn: the namespace
 * @info: the command
 *
 * Return: 0, or -EBUSY: another socket owns the tables.
 */
int ts_netlink_check_owner(struct ts_net *tn, struct genl_info *info)
{
	u32 owner = READ_ONCE(tn->owner_portid);

	if (!owner || owner == info->snd_portid)
		return 0;
	GENL_SET_ERR_MSG(info, "another process owns the tables (OWNER_PID of INFO_GET); ask it, or stop it");
	return -EBUSY;
}

/**
 * ts_netlink_write_begin() - lock the tables for a command that writes
 * @tn: the namespace
 * @info: the command
 *
 * Return: 0, then ts_netlink_write_end() is due, or -EBUSY.
 */
int ts_netlink_write_begin(struct ts_net *tn, struct genl_info *info)
{
	int err;

	mutex_lock(&tn->lock);
	err = ts_netlink_check_owner(tn, info);
	if (err)
		mutex_unlock(&tn->lock);
	return err;
}

/**
 * ts_netlink_write_end() - the counterpart of ts_netlink_write_begin()
 * @tn: the namespace
 */
void ts_netlink_write_end(struct ts_net *tn)
{
	mutex_unlock(&tn->lock);
}

/**
 * ts_netlink_has() - is an attribute there that a command needs?
 * @info: the command
 * @attr: enum ts_attr
 * @msg: what to say when it is not; a string literal, it is not copied
 *
 * Return: true when it is.
 */
bool ts_netlink_has(struct genl_info *info, int attr, const char *msg)
{
	if (info->attrs[attr])
		return true;
	if (info->extack)
		info->extack->_msg = msg;
	return false;
}

/**
 * ts_netlink_put_u64() - write a 64-bit attribute
 * @skb: where to
 * @attr: enum ts_attr
 * @value: its value
 *
 * Return: 0 or -EMSGSIZE.
 */
int ts_netlink_put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, TS_A_PAD);
}

/**
 * ts_netlink_put_key() - write a TS_A_KEY
 * @skb: where to
 * @key: the station
 *
 * Return: 0 or -EMSGSIZE.
 */
int ts_netlink_put_key(struct sk_buff *skb, const struct ts_key *key)
{
	struct nlattr *nest = nla_nest_start(skb, TS_A_KEY);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put(skb, TS_KEY_A_MAC, ETH_ALEN, key->mac) ||
	    nla_put_u16(skb, TS_KEY_A_VLAN, key->vlan) ||
	    nla_put_u32(skb, TS_KEY_A_ZONE, key->zone)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * ts_netlink_get_key() - read a TS_A_KEY
 * @attr: the attribute, validated by its policy
 * @key: set
 * @extack: told what is wrong
 *
 * Return: 0 or -EINVAL.
 */
int ts_netlink_get_key(const struct nlattr *attr, struct ts_key *key,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[TS_KEY_A_MAX + 1];
	int err;

	err = nla_parse_nested(tb, TS_KEY_A_MAX, attr, ts_netlink_key_policy,
			       extack);
	if (err)
		return err;
	if (!tb[TS_KEY_A_MAC] || !tb[TS_KEY_A_ZONE]) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a key needs MAC and ZONE");
		return -EINVAL;
	}
	if (is_multicast_ether_addr(nla_data(tb[TS_KEY_A_MAC])) ||
	    is_zero_ether_addr(nla_data(tb[TS_KEY_A_MAC]))) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "the MAC of a key must be that of one station");
		return -EINVAL;
	}
	if (!nla_get_u32(tb[TS_KEY_A_ZONE])) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "ZONE of a key cannot be 0; see PORT_GET for the zones of ports");
		return -EINVAL;
	}
	ts_key_make(key, nla_data(tb[TS_KEY_A_MAC]),
		    tb[TS_KEY_A_VLAN] ? nla_get_u16(tb[TS_KEY_A_VLAN]) : 0,
		    nla_get_u32(tb[TS_KEY_A_ZONE]));
	return 0;
}
