// SPDX-License-Identifier: GPL-2.0
/* STRANGER_GET. */

#include <net/sock.h>
#include "net.h"
#include "netlink.h"
#include "stranger.h"

static int stranger_put(struct sk_buff *skb, struct netlink_callback *cb,
			const struct ts_key *key, int ifindex, u64 idle_ms)
{
	void *head = ts_netlink_dump_head(skb, cb, TS_CMD_STRANGER_GET);

	if (!head)
		return -EMSGSIZE;
	if (ts_netlink_put_key(skb, key) ||
	    nla_put_u32(skb, TS_A_PORT_IFINDEX, ifindex) ||
	    ts_netlink_put_u64(skb, TS_A_IDLE_MS, idle_ms)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

/**
 * ts_netlink_stranger_dump() - STRANGER_GET; args[0] is the next place
 * @skb: where to
 * @cb: the dump
 *
 * Return: bytes, 0 at the end, or negative errno.
 */
int ts_netlink_stranger_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ts_net *tn = ts_net_of(sock_net(skb->sk));
	struct ts_key key;
	int ifindex, err = 0;
	u64 idle_ms;

	mutex_lock(&tn->lock);
	for (; cb->args[0] < TS_STRANGER_COUNT; cb->args[0]++) {
		if (!ts_stranger_read(tn, cb->args[0], &key, &ifindex,
				      &idle_ms))
			continue;
		err = stranger_put(skb, cb, &key, ifindex, idle_ms);
		if (err)
			break;
	}
	mutex_unlock(&tn->lock);
	return skb->len ?: err;
}
