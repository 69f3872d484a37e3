// SPDX-License-Identifier: GPL-2.0
/* Commands about the namespace as a whole: INFO_GET, INFO_SET, OWNER_SET. */

#include <linux/capability.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include "event.h"
#include "net.h"
#include "netlink.h"

/* Beyond the highest id there would be none to give. */
static struct netlink_range_validation accounts_range = {
	.min = 1, .max = TS_ACCOUNT_ID_MAX,
};

const struct nla_policy ts_netlink_info_policy[TS_A_MAX + 1] = {
	[TS_A_MEMORY_MAX_BYTES] = { .type = NLA_U64 },
	[TS_A_ACCOUNTS_MAX] = NLA_POLICY_FULL_RANGE(NLA_U32, &accounts_range),
};

const struct nla_policy ts_netlink_owner_policy[TS_A_MAX + 1] = {
	[TS_A_OWNER] = NLA_POLICY_MAX(NLA_U8, 1),
};

static int info_put(struct sk_buff *skb, struct ts_net *tn)
{
	u32 caps = (IS_ENABLED(CONFIG_NETFILTER_EGRESS) ? TS_CAP_EGRESS : 0) |
		   (IS_ENABLED(CONFIG_NETFILTER_INGRESS) ? TS_CAP_MESH : 0);

	if (nla_put_string(skb, TS_A_VERSION, TS_MODULE_VERSION) ||
	    nla_put_string(skb, TS_A_DRIVER, "genl") ||
	    nla_put_u32(skb, TS_A_CAPS, caps) ||
	    nla_put_u32(skb, TS_A_ACCOUNTS, tn->n_accounts) ||
	    nla_put_u32(skb, TS_A_ACCOUNTS_MAX, tn->accounts_max) ||
	    ts_netlink_put_u64(skb, TS_A_MEMORY_BYTES,
			       atomic64_read(&tn->memory_bytes)) ||
	    ts_netlink_put_u64(skb, TS_A_MEMORY_MAX_BYTES,
			       tn->memory_max_bytes))
		return -EMSGSIZE;
	if (tn->owner_portid &&
	    nla_put_u32(skb, TS_A_OWNER_PID, pid_vnr(tn->owner_pid)))
		return -EMSGSIZE;
	return 0;
}

/** ts_netlink_info_get() - INFO_GET; Return: 0 or negative errno */
int ts_netlink_info_get(struct sk_buff *skb, struct genl_info *info)
{
	struct ts_net *tn = ts_net_of(genl_info_net(info));
	struct ts_netlink_answer ans;
	int err;

	err = ts_netlink_answer_begin(&ans, info);
	if (err)
		return err;
	mutex_lock(&tn->lock);
	err = info_put(ans.skb, tn);
	mutex_unlock(&tn->lock);
	return ts_netlink_answer_end(&ans, info, err);
}

/*
 * Root of a namespace that any user can make is root there; what limits it is
 * not its own to lift.
 */
static bool memory_may_be(struct ts_net *tn, struct sk_buff *skb, u64 bytes)
{
	return bytes <= max_t(u64, tn->memory_max_bytes,
			      TS_MEMORY_MAX_BYTES_DEFAULT) ||
	       netlink_capable(skb, CAP_NET_ADMIN);
}

static int info_change(struct ts_net *tn, struct sk_buff *skb,
		       struct genl_info *info)
{
	struct nlattr *memory = info->attrs[TS_A_MEMORY_MAX_BYTES];
	struct nlattr *accounts = info->attrs[TS_A_ACCOUNTS_MAX];

	if (memory && nla_get_u64(memory) >> 62) {
		NL_SET_BAD_ATTR(info->extack, memory);
		GENL_SET_ERR_MSG(info, "MEMORY_MAX_BYTES is absurd");
		return -ERANGE;
	}
	if (memory && !memory_may_be(tn, skb, nla_get_u64(memory))) {
		NL_SET_BAD_ATTR(info->extack, memory);
		GENL_SET_ERR_MSG(info, "MEMORY_MAX_BYTES above the default needs CAP_NET_ADMIN in the initial user namespace");
		return -EPERM;
	}
	if (memory && nla_get_u64(memory) < atomic64_read(&tn->memory_bytes)) {
		NL_SET_BAD_ATTR(info->extack, memory);
		GENL_SET_ERR_MSG(info, "more memory than MEMORY_MAX_BYTES is in use; close accounts first");
		return -EBUSY;
	}
	if (accounts && nla_get_u32(accounts) < tn->n_accounts) {
		NL_SET_BAD_ATTR(info->extack, accounts);
		GENL_SET_ERR_MSG(info, "more accounts than ACCOUNTS_MAX exist; close some first");
		return -EBUSY;
	}
	if (memory)
		WRITE_ONCE(tn->memory_max_bytes, nla_get_u64(memory));
	if (accounts)
		tn->accounts_max = nla_get_u32(accounts);
	return 0;
}

/** ts_netlink_info_set() - INFO_SET; Return: 0 or negative errno */
int ts_netlink_info_set(struct sk_buff *skb, struct genl_info *info)
{
	struct ts_net *tn = ts_net_of(genl_info_net(info));
	int err;

	if (!info->attrs[TS_A_MEMORY_MAX_BYTES] &&
	    !ts_netlink_has(info, TS_A_ACCOUNTS_MAX,
			    "INFO_SET needs MEMORY_MAX_BYTES or ACCOUNTS_MAX"))
		return -EINVAL;
	err = ts_netlink_write_begin(tn, info);
	if (err)
		return err;
	err = info_change(tn, skb, info);
	ts_netlink_write_end(tn);
	return err;
}

static void owner_release(struct ts_net *tn)
{
	lockdep_assert_held(&tn->lock);
	WRITE_ONCE(tn->owner_portid, 0);
	put_pid(tn->owner_pid);
	tn->owner_pid = NULL;
	ts_event_owner(tn, 0);
}

/** ts_netlink_owner_set() - OWNER_SET; Return: 0 or negative errno */
int ts_netlink_owner_set(struct sk_buff *skb, struct genl_info *info)
{
	struct ts_net *tn = ts_net_of(genl_info_net(info));
	int err;

	if (!ts_netlink_has(info, TS_A_OWNER, "OWNER_SET needs OWNER"))
		return -EINVAL;
	err = ts_netlink_write_begin(tn, info);
	if (err)
		return err;
	if (!nla_get_u8(info->attrs[TS_A_OWNER])) {
		if (tn->owner_portid)
			owner_release(tn);
	} else if (!tn->owner_portid) {
		tn->owner_pid = get_pid(task_tgid(current));
		WRITE_ONCE(tn->owner_portid, info->snd_portid);
		ts_event_owner(tn, pid_vnr(tn->owner_pid));
	}
	ts_netlink_write_end(tn);
	return 0;
}

/* A socket is gone: was it an owner's? */
static int owner_notify(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	const struct netlink_notify *n = ptr;
	struct ts_net *tn;

	if (event != NETLINK_URELEASE || n->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	tn = ts_net_of(n->net);
	mutex_lock(&tn->lock);
	if (tn->owner_portid == n->portid)
		owner_release(tn);
	mutex_unlock(&tn->lock);
	return NOTIFY_DONE;
}

static struct notifier_block owner_notifier = {
	.notifier_call = owner_notify,
};

/**
 * ts_netlink_owner_init() - notice owners that die
 *
 * Return: 0 or negative errno.
 */
int __init ts_netlink_owner_init(void)
{
	return netlink_register_notifier(&owner_notifier);
}

/** ts_netlink_owner_exit() - nobody owns anything any more */
void ts_netlink_owner_exit(void)
{
	netlink_unregister_notifier(&owner_notifier);
}
