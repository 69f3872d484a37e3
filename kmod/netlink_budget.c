// SPDX-License-Identifier: GPL-2.0
/* Commands that move units: GRANT, REVOKE, CLOSE. */

#include <linux/kref.h>
#include <linux/rcupdate.h>
#include "account.h"
#include "event.h"
#include "net.h"
#include "netlink.h"
#include "trace.h"

const struct nla_policy ts_netlink_budget_policy[TS_A_MAX + 1] = {
	[TS_A_ACCOUNT_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[TS_A_EPOCH] = NLA_POLICY_MIN(NLA_U32, 1),
	[TS_A_GRANTED] = { .type = NLA_U64 },
	[TS_A_UNITS] = { .type = NLA_U64 },
};

/* The account that a command names; ts_net.lock is held. */
static struct ts_account *budget_find(struct ts_net *tn, struct genl_info *info)
{
	if (!ts_netlink_has(info, TS_A_ACCOUNT_ID, "ACCOUNT_ID is needed") ||
	    !ts_netlink_has(info, TS_A_EPOCH, "EPOCH is needed"))
		return ERR_PTR(-EINVAL);
	return ts_account_find(tn, nla_get_u32(info->attrs[TS_A_ACCOUNT_ID]),
			       nla_get_u32(info->attrs[TS_A_EPOCH]),
			       info->extack);
}

static int budget_put(struct sk_buff *skb, struct ts_net *tn,
		      struct ts_account *a)
{
	if (nla_put_u32(skb, TS_A_ACCOUNT_ID, a->id) ||
	    nla_put_u32(skb, TS_A_EPOCH, a->budget.epoch) ||
	    ts_netlink_put_u64(skb, TS_A_CHARGED, ts_account_charged(tn, a)) ||
	    ts_netlink_put_u64(skb, TS_A_GRANTED, ts_load(&a->budget.granted)))
		return -EMSGSIZE;
	return 0;
}

static int grant(struct ts_net *tn, struct sk_buff *answer,
		 struct genl_info *info)
{
	struct ts_account *a = budget_find(tn, info);
	u64 granted;
	int err;

	if (IS_ERR(a))
		return PTR_ERR(a);
	if (!ts_netlink_has(info, TS_A_GRANTED, "GRANTED is needed"))
		return -EINVAL;
	granted = nla_get_u64(info->attrs[TS_A_GRANTED]);
	err = ts_account_grant(tn, a, granted, info->extack);
	if (err)
		return err;
	trace_ts_grant(a, granted);
	return budget_put(answer, tn, a);
}

/** ts_netlink_grant() - GRANT; Return: 0 or negative errno */
int ts_netlink_grant(struct sk_buff *skb, struct genl_info *info)
{
	struct ts_net *tn = ts_net_of(genl_info_net(info));
	struct ts_netlink_answer ans;
	int err;

	err = ts_netlink_answer_begin(&ans, info);
	if (err)
		return err;
	err = ts_netlink_write_begin(tn, info);
	if (!err) {
		err = grant(tn, ans.skb, info);
		ts_netlink_write_end(tn);
	}
	return ts_netlink_answer_end(&ans, info, err);
}

static int revoke(struct ts_net *tn, struct sk_buff *answer,
		  struct genl_info *info)
{
	struct ts_account *a = budget_find(tn, info);
	u64 max_units = U64_MAX, taken;

	if (IS_ERR(a))
		return PTR_ERR(a);
	if (info->attrs[TS_A_UNITS])
		max_units = nla_get_u64(info->attrs[TS_A_UNITS]);
	taken = ts_account_revoke(tn, a, max_units);
	if (taken)
		ts_event_account(tn, a, TS_EVENT_REVOKED, taken);
	return ts_netlink_put_u64(answer, TS_A_UNITS, taken) ?:
	       budget_put(answer, tn, a);
}

/** ts_netlink_revoke() - REVOKE; Return: 0 or negative errno */
int ts_netlink_revoke(struct sk_buff *skb, struct genl_info *info)
{
	struct ts_net *tn = ts_net_of(genl_info_net(info));
	struct ts_netlink_answer ans;
	int err;

	err = ts_netlink_answer_begin(&ans, info);
	if (err)
		return err;
	err = ts_netlink_write_begin(tn, info);
	if (!err) {
		err = revoke(tn, ans.skb, info);
		ts_netlink_write_end(tn);
	}
	return ts_netlink_answer_end(&ans, info, err);
}

/* Unlink the account that CLOSE names, and keep a reference. */
static struct ts_account *close_unlink(struct ts_net *tn,
				       struct genl_info *info)
{
	struct ts_account *a;
	int err;

	err = ts_netlink_write_begin(tn, info);
	if (err)
		return ERR_PTR(err);
	a = budget_find(tn, info);
	if (!IS_ERR(a)) {
		kref_get(&a->ref);
		ts_account_unlink(tn, a);
	}
	ts_netlink_write_end(tn);
	return a;
}

/**
 * ts_netlink_close() - CLOSE
 * @skb: the request
 * @info: the request
 *
 * The answer is allocated first: once units are taken they must be told.  The
 * grace period runs without the lock, so that grants to others go on.  It is an
 * expedited one, because the daemon waits for this answer: 10,000 closes in a
 * row took it 3 minutes otherwise.
 *
 * Return: 0 or negative errno.
 */
int ts_netlink_close(struct sk_buff *skb, struct genl_info *info)
{
	struct ts_net *tn = ts_net_of(genl_info_net(info));
	struct ts_netlink_answer ans;
	struct ts_account *a;
	u64 taken;
	int err;

	err = ts_netlink_answer_begin(&ans, info);
	if (err)
		return err;
	a = close_unlink(tn, info);
	if (IS_ERR(a))
		return ts_netlink_answer_end(&ans, info, PTR_ERR(a));
	synchronize_rcu_expedited();
	taken = ts_account_revoke(tn, a, U64_MAX);
	ts_event_account(tn, a, TS_EVENT_CLOSED, taken);
	err = ts_netlink_put_account(ans.skb, tn, a) ?:
	      ts_netlink_put_u64(ans.skb, TS_A_UNITS, taken);
	ts_account_put(a);
	return ts_netlink_answer_end(&ans, info, err);
}
