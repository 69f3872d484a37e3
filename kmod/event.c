// SPDX-License-Identifier: GPL-2.0
/*
 * Events: what the daemon is told without asking.
 *
 * They leave at once, from the softirq of the frame that caused them.  One
 * that could not be sent leaves ENOBUFS at every listener, just as one that a
 * listener was too slow to read, and the listener looks at everything again.
 */

#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/ktime.h>
#include <net/genetlink.h>
#include "account.h"
#include "event.h"
#include "key.h"
#include "net.h"
#include "netlink.h"

/* Room for the largest event. */
#define TS_EVENT_BYTES 256

/*
 * The family is registered.  Cleared, and a grace period awaited, before it is
 * not any more: ports live longer than it, both when the module is loaded and
 * when it goes.
 */
static bool event_is_open __read_mostly;

/** ts_event_open() - from here on events are sent */
void ts_event_open(void)
{
	WRITE_ONCE(event_is_open, true);
}

/** ts_event_shut() - after this no event is under way */
void ts_event_shut(void)
{
	WRITE_ONCE(event_is_open, false);
	synchronize_rcu();
}

/**
 * struct event - one that is being written
 * @tn: the namespace
 * @skb: the message; NULL: nobody listens, or there is no memory
 * @head: its generic netlink header
 */
struct event {
	struct ts_net *tn;
	struct sk_buff *skb;
	void *head;
};

static void event_lost(struct ts_net *tn)
{
	genl_set_err(&ts_netlink_family, tn->net, 0, 0, -ENOBUFS);
}

/* Holds RCU until event_send(), so that the family stays registered. */
static bool event_begin(struct event *ev, struct ts_net *tn, u8 type)
{
	rcu_read_lock();
	if (!READ_ONCE(event_is_open) ||
	    !genl_has_listeners(&ts_netlink_family, tn->net, 0))
		goto err_rcu;
	ev->tn = tn;
	ev->skb = genlmsg_new(TS_EVENT_BYTES, GFP_ATOMIC);
	if (!ev->skb)
		goto err_lost;
	ev->head = genlmsg_put(ev->skb, 0, 0, &ts_netlink_family, 0,
			       TS_CMD_EVENT);
	if (!ev->head || nla_put_u8(ev->skb, TS_A_EVENT_TYPE, type) ||
	    nla_put_u64_64bit(ev->skb, TS_A_TIME_NS, ktime_get_boottime_ns(),
			      TS_A_PAD))
		goto err_skb;
	return true;

err_skb:
	nlmsg_free(ev->skb);
err_lost:
	event_lost(tn);
err_rcu:
	rcu_read_unlock();
	return false;
}

static void event_send(struct event *ev, int err)
{
	if (err) {
		nlmsg_free(ev->skb);
		event_lost(ev->tn);
	} else {
		genlmsg_end(ev->skb, ev->head);
		/* Overruns are noted at the listener by netlink itself. */
		genlmsg_multicast_netns(&ts_netlink_family, ev->tn->net,
					ev->skb, 0, 0, GFP_ATOMIC);
	}
	rcu_read_unlock();
}

/**
 * ts_event_account() - something happened to an account
 * @tn: the namespace
 * @a: the account
 * @type: enum ts_event_type
 * @units: what was taken, for TS_EVENT_REVOKED and TS_EVENT_CLOSED
 *
 * Any context but hardirq.
 */
void ts_event_account(struct ts_net *tn, const struct ts_account *a, u8 type,
		      u64 units)
{
	struct event ev;
	int err;

	if (!event_begin(&ev, tn, type))
		return;
	err = nla_put_u32(ev.skb, TS_A_ACCOUNT_ID, a->id) ||
	      nla_put_u32(ev.skb, TS_A_EPOCH, a->budget.epoch);
	if (type != TS_EVENT_EXPIRED)
		err = err ||
		      nla_put_u64_64bit(ev.skb, TS_A_GRANTED,
					ts_load(&a->budget.granted), TS_A_PAD) ||
		      nla_put_u64_64bit(ev.skb, TS_A_CHARGED,
					ts_budget_charged(&a->budget), TS_A_PAD);
	if (type == TS_EVENT_REVOKED || type == TS_EVENT_CLOSED)
		err = err || nla_put_u64_64bit(ev.skb, TS_A_UNITS, units,
					       TS_A_PAD);
	event_send(&ev, err);
}

/**
 * ts_event_stranger() - a station without account was refused
 * @tn: the namespace
 * @key: the station
 * @ifindex: the port it is behind
 *
 * The caller limits the rate.
 */
void ts_event_stranger(struct ts_net *tn, const struct ts_key *key,
		       int ifindex)
{
	struct event ev;
	int err;

	if (!event_begin(&ev, tn, TS_EVENT_STRANGER))
		return;
	err = ts_netlink_put_key(ev.skb, key) ||
	      nla_put_u32(ev.skb, TS_A_PORT_IFINDEX, ifindex);
	event_send(&ev, err);
}

/**
 * ts_event_port() - a port came or went
 * @tn: the namespace
 * @pattern: the pattern that claimed it
 * @dev: the device
 * @type: TS_EVENT_PORT_ATTACHED or TS_EVENT_PORT_GONE
 */
void ts_event_port(struct ts_net *tn, const char *pattern,
		   const struct net_device *dev, u8 type)
{
	struct event ev;
	int err;

	if (!event_begin(&ev, tn, type))
		return;
	err = nla_put_string(ev.skb, TS_A_PORT_PATTERN, pattern) ||
	      nla_put_u32(ev.skb, TS_A_PORT_IFINDEX, dev->ifindex) ||
	      nla_put_string(ev.skb, TS_A_PORT_IFNAME, dev->name);
	event_send(&ev, err);
}

/**
 * ts_event_owner() - the ownership was taken or given up
 * @tn: the namespace
 * @pid: who has it, 0: nobody
 */
void ts_event_owner(struct ts_net *tn, u32 pid)
{
	struct event ev;

	if (!event_begin(&ev, tn, TS_EVENT_OWNER))
		return;
	event_send(&ev, nla_put_u32(ev.skb, TS_A_OWNER_PID, pid));
}
