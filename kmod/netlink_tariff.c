// SPDX-License-Identifier: GPL-2.0
/* Commands about tariffs: TARIFF_SET, TARIFF_DEL, TARIFF_GET. */

#include <net/sock.h>
#include "net.h"
#include "netlink.h"
#include "tariff.h"

static struct netlink_range_validation tariff_range = {
	.min = 1, .max = 65535,
};

static const struct nla_policy price_policy[TS_PRICE_A_MAX + 1] = {
	[TS_PRICE_A_CLASS] = NLA_POLICY_MAX(NLA_U8, TS_CLASS_COUNT - 1),
	[TS_PRICE_A_DIR] = NLA_POLICY_MAX(NLA_U8, TS_DIR_COUNT - 1),
	[TS_PRICE_A_UNITS_PER_BYTE] = NLA_POLICY_MAX(NLA_U16, TS_PRICE_MAX),
};

static const struct nla_policy prices_policy[TS_A_PRICE + 1] = {
	[TS_A_PRICE] = NLA_POLICY_NESTED(price_policy),
};

const struct nla_policy ts_netlink_tariff_policy[TS_A_MAX + 1] = {
	[TS_A_TARIFF_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &tariff_range),
	[TS_A_TARIFF_VERSION] = { .type = NLA_U32 },
	[TS_A_PRICES] = NLA_POLICY_NESTED(prices_policy),
};

static int price_read(struct ts_tariff *t, const struct nlattr *attr,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[TS_PRICE_A_MAX + 1];
	u16 price;
	u8 class;
	int err;

	err = nla_parse_nested(tb, TS_PRICE_A_MAX, attr, price_policy, extack);
	if (err)
		return err;
	if (!tb[TS_PRICE_A_CLASS] || !tb[TS_PRICE_A_DIR] ||
	    !tb[TS_PRICE_A_UNITS_PER_BYTE]) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a price needs CLASS, DIR and UNITS_PER_BYTE");
		return -EINVAL;
	}
	class = nla_get_u8(tb[TS_PRICE_A_CLASS]);
	price = nla_get_u16(tb[TS_PRICE_A_UNITS_PER_BYTE]);
	if (class == TS_CLASS_FREE && price) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "class free costs nothing");
		return -EINVAL;
	}
	t->price[class][nla_get_u8(tb[TS_PRICE_A_DIR])] = price;
	return 0;
}

static int tariff_read(struct ts_tariff *t, struct genl_info *info)
{
	struct nlattr **tb = info->attrs, *attr;
	int rem, err;

	memset(t, 0, sizeof(*t));
	if (!ts_netlink_has(info, TS_A_TARIFF_ID, "TARIFF_ID is needed") ||
	    !ts_netlink_has(info, TS_A_PRICES, "PRICES is needed; an empty list makes everything free"))
		return -EINVAL;
	t->id = nla_get_u32(tb[TS_A_TARIFF_ID]);
	if (tb[TS_A_TARIFF_VERSION])
		t->version = nla_get_u32(tb[TS_A_TARIFF_VERSION]);
	nla_for_each_nested(attr, tb[TS_A_PRICES], rem) {
		err = price_read(t, attr, info->extack);
		if (err)
			return err;
	}
	return 0;
}

/** ts_netlink_tariff_set() - TARIFF_SET; Return: 0 or negative errno */
int ts_netlink_tariff_set(struct sk_buff *skb, struct genl_info *info)
{
	struct ts_net *tn = ts_net_of(genl_info_net(info));
	struct ts_tariff wish;
	int err;

	err = tariff_read(&wish, info) ?: ts_netlink_write_begin(tn, info);
	if (err)
		return err;
	err = ts_tariff_set(tn, &wish, info->extack);
	ts_netlink_write_end(tn);
	return err;
}

/** ts_netlink_tariff_del() - TARIFF_DEL; Return: 0 or negative errno */
int ts_netlink_tariff_del(struct sk_buff *skb, struct genl_info *info)
{
	struct ts_net *tn = ts_net_of(genl_info_net(info));
	int err;

	if (!ts_netlink_has(info, TS_A_TARIFF_ID, "TARIFF_ID is needed"))
		return -EINVAL;
	err = ts_netlink_write_begin(tn, info);
	if (err)
		return err;
	err = ts_tariff_delete(tn, nla_get_u32(info->attrs[TS_A_TARIFF_ID]),
			       info->extack);
	ts_netlink_write_end(tn);
	return err;
}

static int price_put(struct sk_buff *skb, u8 class, u8 dir, u16 price)
{
	struct nlattr *nest = nla_nest_start(skb, TS_A_PRICE);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u8(skb, TS_PRICE_A_CLASS, class) ||
	    nla_put_u8(skb, TS_PRICE_A_DIR, dir) ||
	    nla_put_u16(skb, TS_PRICE_A_UNITS_PER_BYTE, price))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int tariff_put(struct sk_buff *skb, const struct ts_tariff *t)
{
	struct nlattr *nest;
	u8 class, dir;

	if (nla_put_u32(skb, TS_A_TARIFF_ID, t->id) ||
	    nla_put_u32(skb, TS_A_TARIFF_VERSION, t->version))
		return -EMSGSIZE;
	nest = nla_nest_start(skb, TS_A_PRICES);
	if (!nest)
		return -EMSGSIZE;
	for (class = 0; class < TS_CLASS_COUNT; class++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			if (price_put(skb, class, dir, t->price[class][dir]))
				return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * ts_netlink_tariff_dump() - TARIFF_GET; args[0] is the next id
 * @skb: where to
 * @cb: the dump
 *
 * Return: bytes, 0 at the end, or negative errno.
 */
int ts_netlink_tariff_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ts_net *tn = ts_net_of(sock_net(skb->sk));
	struct ts_tariff *t;
	unsigned long id;
	int err = 0;
	void *head;

	mutex_lock(&tn->lock);
	cb->seq = tn->generation;
	xa_for_each_start(&tn->tariffs, id, t, cb->args[0]) {
		head = ts_netlink_dump_head(skb, cb, TS_CMD_TARIFF_GET);
		err = head ? tariff_put(skb, t) : -EMSGSIZE;
		if (err) {
			genlmsg_cancel(skb, head);
			break;
		}
		genlmsg_end(skb, head);
		cb->args[0] = id + 1;
	}
	mutex_unlock(&tn->lock);
	return skb->len ?: err;
}
