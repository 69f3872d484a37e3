// SPDX-License-Identifier: GPL-2.0
/* Commands about accounts: ACCOUNT_SET, ACCOUNT_GET, ACCOUNT_DEL. */

#include <linux/jiffies.h>
#include <net/sock.h>
#include "account.h"
#include "expiry.h"
#include "net.h"
#include "netlink.h"
#include "tariff.h"

static struct netlink_range_validation tariff_range = {
	.min = 1, .max = 65535,
};

static const struct nla_policy keys_policy[TS_A_KEY + 1] = {
	[TS_A_KEY] = NLA_POLICY_NESTED(ts_netlink_key_policy),
};

const struct nla_policy ts_netlink_account_policy[TS_A_MAX + 1] = {
	[TS_A_ACCOUNT_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[TS_A_EPOCH] = NLA_POLICY_MIN(NLA_U32, 1),
	[TS_A_KIND] = NLA_POLICY_RANGE(NLA_U8, TS_KIND_CLIENT,
				       TS_KIND_NEIGHBOUR),
	[TS_A_KEYS] = NLA_POLICY_NESTED(keys_policy),
	[TS_A_TARIFF_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &tariff_range),
	[TS_A_LOW_UNITS] = { .type = NLA_U64 },
	[TS_A_EXPIRES_S] = { .type = NLA_U32 },
	[TS_A_ACCOUNT_FLAGS] = NLA_POLICY_MASK(NLA_U32, TS_ACCOUNT_F_WRITABLE),
};

const struct nla_policy ts_netlink_account_get_policy[TS_A_MAX + 1] = {
	[TS_A_ACCOUNT_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[TS_A_KEY] = NLA_POLICY_NESTED(ts_netlink_key_policy),
	[TS_A_KIND] = NLA_POLICY_RANGE(NLA_U8, TS_KIND_CLIENT,
				       TS_KIND_NEIGHBOUR),
	[TS_A_ZONE] = { .type = NLA_U32 },
	[TS_A_ACCOUNT_FLAGS] = NLA_POLICY_MASK(NLA_U32, TS_ACCOUNT_F_ALL),
};

static int keys_read(struct ts_account_wish *wish, const struct nlattr *keys,
		     struct netlink_ext_ack *extack)
{
	struct nlattr *attr;
	int rem, err;

	wish->has_keys = true;
	nla_for_each_nested(attr, keys, rem) {
		if (wish->n_keys == TS_KEYS_MAX) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "an account has at most 8 keys");
			return -E2BIG;
		}
		err = ts_netlink_get_key(attr, &wish->keys[wish->n_keys],
					 extack);
		if (err)
			return err;
		wish->n_keys++;
	}
	BUILD_BUG_ON(TS_KEYS_MAX != 8);
	return 0;
}

static int wish_read(struct ts_account_wish *wish, struct genl_info *info)
{
	struct nlattr **tb = info->attrs;

	memset(wish, 0, sizeof(*wish));
	wish->has_kind = tb[TS_A_KIND];
	if (wish->has_kind)
		wish->kind = nla_get_u8(tb[TS_A_KIND]);
	wish->has_tariff = tb[TS_A_TARIFF_ID];
	if (wish->has_tariff)
		wish->tariff_id = nla_get_u32(tb[TS_A_TARIFF_ID]);
	wish->has_low = tb[TS_A_LOW_UNITS];
	if (wish->has_low)
		wish->low_units = nla_get_u64(tb[TS_A_LOW_UNITS]);
	wish->has_expires = tb[TS_A_EXPIRES_S];
	if (wish->has_expires)
		wish->expires_s = nla_get_u32(tb[TS_A_EXPIRES_S]);
	wish->has_flags = tb[TS_A_ACCOUNT_FLAGS];
	if (wish->has_flags)
		wish->flags = nla_get_u32(tb[TS_A_ACCOUNT_FLAGS]);
	if (!tb[TS_A_KEYS])
		return 0;
	return keys_read(wish, tb[TS_A_KEYS], info->extack);
}

static int keys_put(struct sk_buff *skb, const struct ts_account *a)
{
	struct nlattr *nest = nla_nest_start(skb, TS_A_KEYS);
	const struct ts_key_entry *e;

	if (!nest)
		return -EMSGSIZE;
	list_for_each_entry(e, &a->keys, list)
		if (ts_netlink_put_key(skb, &e->key))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int stat_put(struct sk_buff *skb, u8 class, u8 dir,
		    const struct ts_stat *s)
{
	struct nlattr *nest = nla_nest_start(skb, TS_A_STAT);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u8(skb, TS_STAT_A_CLASS, class) ||
	    nla_put_u8(skb, TS_STAT_A_DIR, dir) ||
	    nla_put_u64_64bit(skb, TS_STAT_A_BYTES, s->bytes, TS_STAT_A_PAD) ||
	    nla_put_u64_64bit(skb, TS_STAT_A_PACKETS, s->packets,
			      TS_STAT_A_PAD) ||
	    nla_put_u64_64bit(skb, TS_STAT_A_UNITS, s->units, TS_STAT_A_PAD) ||
	    nla_put_u64_64bit(skb, TS_STAT_A_DROPPED_BYTES, s->dropped_bytes,
			      TS_STAT_A_PAD) ||
	    nla_put_u64_64bit(skb, TS_STAT_A_DROPPED_PACKETS,
			      s->dropped_packets, TS_STAT_A_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int stats_put(struct sk_buff *skb, const struct ts_account *a)
{
	struct ts_stat stats[TS_CLASS_COUNT][TS_DIR_COUNT];
	struct nlattr *nest = nla_nest_start(skb, TS_A_STATS);
	u8 class, dir;

	if (!nest)
		return -EMSGSIZE;
	ts_account_read_stats(a, stats);
	for (class = 0; class < TS_CLASS_COUNT; class++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			if (stat_put(skb, class, dir, &stats[class][dir]))
				return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * ts_netlink_put_account() - write all that ACCOUNT_GET answers
 * @skb: where to
 * @tn: the namespace, locked, unless @a was unlinked
 * @a: the account
 *
 * granted is read after charged was, so it is never the smaller one.
 *
 * Return: 0 or -EMSGSIZE.
 */
int ts_netlink_put_account(struct sk_buff *skb, struct ts_net *tn,
			   struct ts_account *a)
{
	if (nla_put_u32(skb, TS_A_ACCOUNT_ID, a->id) ||
	    nla_put_u32(skb, TS_A_EPOCH, a->budget.epoch) ||
	    nla_put_u8(skb, TS_A_KIND, a->kind) ||
	    (a->tariff_id && nla_put_u32(skb, TS_A_TARIFF_ID, a->tariff_id)) ||
	    ts_netlink_put_u64(skb, TS_A_CHARGED, ts_account_charged(tn, a)) ||
	    ts_netlink_put_u64(skb, TS_A_GRANTED,
			       ts_load(&a->budget.granted)) ||
	    ts_netlink_put_u64(skb, TS_A_REVOKED, a->revoked_units) ||
	    ts_netlink_put_u64(skb, TS_A_LOW_UNITS, a->low_units) ||
	    nla_put_u32(skb, TS_A_EXPIRES_S, ts_expiry_left(a)) ||
	    nla_put_u32(skb, TS_A_ACCOUNT_FLAGS, a->budget.flags) ||
	    ts_netlink_put_u64(skb, TS_A_IDLE_MS,
			       jiffies_to_msecs(jiffies - READ_ONCE(a->seen))))
		return -EMSGSIZE;
	return keys_put(skb, a) ?: stats_put(skb, a);
}

static struct ts_account *account_set(struct ts_net *tn,
				      const struct ts_account_wish *wish,
				      struct genl_info *info)
{
	struct nlattr **tb = info->attrs;
	struct ts_account *a;
	int err;

	if (!tb[TS_A_ACCOUNT_ID])
		return ts_account_make(tn, wish, info->extack);
	a = ts_account_find(tn, nla_get_u32(tb[TS_A_ACCOUNT_ID]),
			    nla_get_u32(tb[TS_A_EPOCH]), info->extack);
	if (IS_ERR(a))
		return a;
	err = ts_account_change(tn, a, wish, info->extack);
	return err ? ERR_PTR(err) : a;
}

/** ts_netlink_account_set() - ACCOUNT_SET; Return: 0 or negative errno */
int ts_netlink_account_set(struct sk_buff *skb, struct genl_info *info)
{
	struct ts_net *tn = ts_net_of(genl_info_net(info));
	struct ts_netlink_answer ans;
	struct ts_account_wish wish;
	struct ts_account *a;
	int err;

	if (!info->attrs[TS_A_ACCOUNT_ID] != !info->attrs[TS_A_EPOCH]) {
		GENL_SET_ERR_MSG(info, "ACCOUNT_ID and EPOCH go together; without both a new account is made");
		return -EINVAL;
	}
	err = wish_read(&wish, info);
	if (err)
		return err;
	err = ts_netlink_answer_begin(&ans, info);
	if (err)
		return err;
	err = ts_netlink_write_begin(tn, info);
	if (err)
		goto out;
	a = account_set(tn, &wish, info);
	err = PTR_ERR_OR_ZERO(a) ?: ts_netlink_put_account(ans.skb, tn, a);
	ts_netlink_write_end(tn);
out:
	return ts_netlink_answer_end(&ans, info, err);
}

/** ts_netlink_account_del() - ACCOUNT_DEL; Return: 0 or negative errno */
int ts_netlink_account_del(struct sk_buff *skb, struct genl_info *info)
{
	struct ts_net *tn = ts_net_of(genl_info_net(info));
	struct nlattr **tb = info->attrs;
	struct ts_account *a;
	int err;

	if (!ts_netlink_has(info, TS_A_ACCOUNT_ID, "ACCOUNT_ID is needed") ||
	    !ts_netlink_has(info, TS_A_EPOCH, "EPOCH is needed"))
		return -EINVAL;
	err = ts_netlink_write_begin(tn, info);
	if (err)
		return err;
	a = ts_account_find(tn, nla_get_u32(tb[TS_A_ACCOUNT_ID]),
			    nla_get_u32(tb[TS_A_EPOCH]), info->extack);
	if (IS_ERR(a)) {
		err = PTR_ERR(a);
	} else if (ts_budget_charged(&a->budget) < ts_load(&a->budget.granted)) {
		GENL_SET_ERR_MSG(info, "the account has unspent units; use CLOSE, which answers what it takes");
		err = -EBUSY;
	} else {
		ts_account_unlink(tn, a);
	}
	ts_netlink_write_end(tn);
	return err;
}

static struct ts_account *account_get(struct ts_net *tn, struct genl_info *info)
{
	struct nlattr **tb = info->attrs;
	struct ts_key_entry *e;
	struct ts_key key;
	int err;

	if (tb[TS_A_ACCOUNT_ID])
		return ts_account_find(tn, nla_get_u32(tb[TS_A_ACCOUNT_ID]), 0,
				       info->extack);
	err = ts_netlink_get_key(tb[TS_A_KEY], &key, info->extack);
	if (err)
		return ERR_PTR(err);
	e = ts_key_lookup(tn, &key);
	if (e)
		return e->account;
	GENL_SET_ERR_MSG(info, "no account has this key");
	return ERR_PTR(-ENOENT);
}

/** ts_netlink_account_get() - ACCOUNT_GET of one; Return: 0 or negative errno */
int ts_netlink_account_get(struct sk_buff *skb, struct genl_info *info)
{
	struct ts_net *tn = ts_net_of(genl_info_net(info));
	struct nlattr **tb = info->attrs;
	struct ts_netlink_answer ans;
	struct ts_account *a;
	int err;

	if (!tb[TS_A_ACCOUNT_ID] == !tb[TS_A_KEY]) {
		GENL_SET_ERR_MSG(info, "give ACCOUNT_ID or one KEY, or dump");
		return -EINVAL;
	}
	if (tb[TS_A_KIND] || tb[TS_A_ZONE] || tb[TS_A_ACCOUNT_FLAGS]) {
		GENL_SET_ERR_MSG(info, "KIND, ZONE and ACCOUNT_FLAGS filter dumps only");
		return -EINVAL;
	}
	err = ts_netlink_answer_begin(&ans, info);
	if (err)
		return err;
	mutex_lock(&tn->lock);
	a = account_get(tn, info);
	err = PTR_ERR_OR_ZERO(a) ?: ts_netlink_put_account(ans.skb, tn, a);
	mutex_unlock(&tn->lock);
	return ts_netlink_answer_end(&ans, info, err);
}

static bool account_in_zone(const struct ts_account *a, u32 zone)
{
	const struct ts_key_entry *e;

	list_for_each_entry(e, &a->keys, list)
		if (e->key.zone == zone)
			return true;
	return false;
}

/* Does an account pass the filters of a dump? */
static bool account_matches(const struct ts_account *a, struct nlattr **tb)
{
	u32 flags;

	if (tb[TS_A_KIND] && nla_get_u8(tb[TS_A_KIND]) != a->kind)
		return false;
	if (tb[TS_A_ACCOUNT_FLAGS]) {
		flags = nla_get_u32(tb[TS_A_ACCOUNT_FLAGS]);
		if ((a->budget.flags & flags) != flags)
			return false;
	}
	return !tb[TS_A_ZONE] ||
	       account_in_zone(a, nla_get_u32(tb[TS_A_ZONE]));
}

static int account_put_multi(struct sk_buff *skb, struct netlink_callback *cb,
			     struct ts_net *tn, struct ts_account *a)
{
	void *head = ts_netlink_dump_head(skb, cb, TS_CMD_ACCOUNT_GET);

	if (!head)
		return -EMSGSIZE;
	if (ts_netlink_put_account(skb, tn, a)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

/**
 * ts_netlink_account_dump() - ACCOUNT_GET of all; args[0] is the next id
 * @skb: where to
 * @cb: the dump
 *
 * Return: bytes, 0 at the end, or negative errno.
 */
int ts_netlink_account_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **tb = genl_info_dump(cb)->attrs;
	struct ts_net *tn = ts_net_of(sock_net(skb->sk));
	struct ts_account *a;
	unsigned long id;
	int err = 0;

	if (tb[TS_A_ACCOUNT_ID] || tb[TS_A_KEY]) {
		NL_SET_ERR_MSG(cb->extack, "a dump is filtered by KIND, ZONE and ACCOUNT_FLAGS");
		return -EINVAL;
	}
	mutex_lock(&tn->lock);
	cb->seq = tn->generation;
	xa_for_each_start(&tn->accounts, id, a, cb->args[0]) {
		if (account_matches(a, tb)) {
			err = account_put_multi(skb, cb, tn, a);
			if (err)
				break;
		}
		cb->args[0] = id + 1;
	}
	mutex_unlock(&tn->lock);
	return skb->len ?: err;
}
