// SPDX-License-Identifier: GPL-2.0
/* What a mesh counted: ORIGINATOR_GET, NEIGHBOUR_GET. */

#include <linux/hashtable.h>
#include <linux/jiffies.h>
#include <linux/unaligned.h>
#include <net/sock.h>
#include "account.h"
#include "mesh.h"
#include "net.h"
#include "netlink.h"
#include "originator.h"
#include "seen.h"

static int counts_put(struct sk_buff *skb, const struct ts_count *n,
		      unsigned int count)
{
	u64 bytes[TS_SEEN_COUNTS], packets[TS_SEEN_COUNTS];
	unsigned int i;

	for (i = 0; i < count; i++) {
		bytes[i] = n[i].bytes;
		packets[i] = n[i].packets;
	}
	return nla_put_64bit(skb, TS_A_COUNT_BYTES, count * sizeof(u64), bytes,
			     TS_A_PAD) ?:
	       nla_put_64bit(skb, TS_A_COUNT_PACKETS, count * sizeof(u64),
			     packets, TS_A_PAD);
}

static int account_put(struct sk_buff *skb, const struct ts_account *a)
{
	if (!a)
		return 0;
	return nla_put_u32(skb, TS_A_ACCOUNT_ID, a->id) ?:
	       nla_put_u32(skb, TS_A_EPOCH, a->budget.epoch);
}

/**
 * struct place - where a dump is, kept between its messages
 * @mesh: number of the mesh; of NEIGHBOUR_GET first all accounts, as mesh 0
 * @i: in that
 * @j: in that
 */
struct place {
	long mesh;
	long i;
	long j;
};

static struct place *place_of(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct place) > sizeof(cb->args));
	return (struct place *)cb->args;
}

/* --- ORIGINATOR_GET ---------------------------------------------------------- */

/**
 * struct dest - what one message tells
 * @mesh: whose it is
 * @mac: the destination
 * @slot: in the present table, NULL: it is not there
 * @known: was in a table once
 * @n: counters
 */
struct dest {
	const struct ts_mesh *mesh;
	u8 mac[ETH_ALEN];
	const struct ts_mesh_slot *slot;
	bool known;
	struct ts_count n[TS_SEEN_COUNTS];
};

static int slot_put(struct sk_buff *skb, const struct ts_mesh_slot *slot)
{
	if (slot->flags & TS_MESH_SLOT_GATEWAY &&
	    nla_put_flag(skb, TS_A_GATEWAY))
		return -EMSGSIZE;
	if (slot->flags & TS_MESH_SLOT_ROUTED && nla_put_flag(skb, TS_A_ROUTED))
		return -EMSGSIZE;
	return account_put(skb, slot->account);
}

static int dest_put(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct dest *d)
{
	void *head = ts_netlink_dump_head(skb, cb, TS_CMD_ORIGINATOR_GET);

	if (!head)
		return -EMSGSIZE;
	if (nla_put_string(skb, TS_A_MESH_PATTERN, d->mesh->name) ||
	    nla_put(skb, TS_A_ORIGINATOR, ETH_ALEN, d->mac) ||
	    (d->known && nla_put_flag(skb, TS_A_KNOWN)) ||
	    (d->slot && slot_put(skb, d->slot)) ||
	    counts_put(skb, d->n, TS_ORIGINATOR_COUNT)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

static int originator_put(struct sk_buff *skb, struct netlink_callback *cb,
			  struct ts_net *tn, const struct ts_mesh *mesh,
			  const struct ts_originator *o)
{
	const struct ts_mesh_table *t;
	struct dest d = { .mesh = mesh, .known = true };

	t = rcu_dereference_protected(mesh->table,
				      lockdep_is_held(&tn->lock));
	d.slot = ts_mesh_table_find(t, o->mac);
	put_unaligned((u32)o->mac, (u32 *)d.mac);
	put_unaligned((u16)(o->mac >> 32), (u16 *)(d.mac + 4));
	ts_counts_read(o->counts, TS_ORIGINATOR_COUNT, d.n);
	return dest_put(skb, cb, &d);
}

static int seen_dest_put(struct sk_buff *skb, struct netlink_callback *cb,
			 const struct ts_mesh *mesh, unsigned int i)
{
	struct dest d = { .mesh = mesh };
	struct ts_seen copy;

	if (!ts_seen_read(mesh->dests, i, &copy, d.n))
		return 0;
	memcpy(d.mac, copy.key.mac, ETH_ALEN);
	return dest_put(skb, cb, &d);
}

/* Buckets of known ones, then places of the others; @j: done in the bucket. */
static int mesh_dests_put(struct sk_buff *skb, struct netlink_callback *cb,
			  struct ts_net *tn, struct ts_mesh *mesh)
{
	long known = HASH_SIZE(mesh->originators);
	struct place *p = place_of(cb);
	struct ts_originator *o;
	int err;
	long j;

	for (; p->i < known; p->i++, p->j = 0) {
		j = 0;
		hlist_for_each_entry(o, &mesh->originators[p->i], node) {
			if (j++ < p->j)
				continue;
			err = originator_put(skb, cb, tn, mesh, o);
			if (err)
				return err;
			p->j = j;
		}
	}
	for (; p->i < known + TS_SEEN_MAX; p->i++) {
		err = seen_dest_put(skb, cb, mesh, p->i - known);
		if (err)
			return err;
	}
	return 0;
}

/** ts_netlink_originator_dump() - ORIGINATOR_GET; Return: bytes, 0, or errno */
int ts_netlink_originator_dump(struct sk_buff *skb,
			       struct netlink_callback *cb)
{
	struct ts_net *tn = ts_net_of(sock_net(skb->sk));
	struct place *p = place_of(cb);
	struct ts_mesh *mesh;
	int err = 0;
	long m = 0;

	mutex_lock(&tn->lock);
	cb->seq = tn->generation;
	list_for_each_entry(mesh, &tn->meshes, list) {
		if (m++ < p->mesh)
			continue;
		err = mesh_dests_put(skb, cb, tn, mesh);
		if (err)
			break;
		*p = (struct place){ .mesh = m };
	}
	mutex_unlock(&tn->lock);
	return skb->len ?: err;
}

/* --- NEIGHBOUR_GET ----------------------------------------------------------- */

static int neighbour_put(struct sk_buff *skb, struct netlink_callback *cb,
			 const struct ts_seen *s, const struct ts_account *a,
			 const struct ts_count *n)
{
	void *head = ts_netlink_dump_head(skb, cb, TS_CMD_NEIGHBOUR_GET);
	u64 idle_ms = jiffies_to_msecs(jiffies - s->seen);

	if (!head)
		return -EMSGSIZE;
	if (ts_netlink_put_key(skb, &s->key) || account_put(skb, a) ||
	    nla_put_u32(skb, TS_A_PORT_IFINDEX, s->ifindex) ||
	    ts_netlink_put_u64(skb, TS_A_IDLE_MS, idle_ms) ||
	    counts_put(skb, n, TS_NEIGHBOUR_COUNT)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

/* Its addresses; args.j of them were sent before. */
static int account_keys_put(struct sk_buff *skb, struct netlink_callback *cb,
			    const struct ts_account *a)
{
	struct ts_count n[TS_NEIGHBOUR_COUNT];
	struct place *p = place_of(cb);
	const struct ts_key_entry *e;
	struct ts_seen s;
	long j = 0;
	int err;

	list_for_each_entry(e, &a->keys, list) {
		if (j++ < p->j)
			continue;
		s.key = e->key;
		s.seen = READ_ONCE(a->seen);
		s.ifindex = READ_ONCE(e->ifindex);
		ts_counts_read(e->counts, TS_NEIGHBOUR_COUNT, n);
		err = neighbour_put(skb, cb, &s, a, n);
		if (err)
			return err;
		p->j = j;
	}
	return 0;
}

static int accounts_put(struct sk_buff *skb, struct netlink_callback *cb,
			struct ts_net *tn)
{
	struct place *p = place_of(cb);
	struct ts_account *a;
	unsigned long id;
	int err;

	xa_for_each_start(&tn->accounts, id, a, p->i) {
		if (p->i != id)
			*p = (struct place){ .i = id };
		if (a->kind != TS_KIND_NEIGHBOUR)
			continue;
		err = account_keys_put(skb, cb, a);
		if (err)
			return err;
		*p = (struct place){ .i = id + 1 };
	}
	*p = (struct place){ .mesh = 1 };
	return 0;
}

/* Of those who have an account by now, the counters are there. */
static int hops_put(struct sk_buff *skb, struct netlink_callback *cb,
		    struct ts_net *tn, struct ts_mesh *mesh)
{
	struct ts_count n[TS_SEEN_COUNTS];
	struct place *p = place_of(cb);
	const struct ts_key_entry *e;
	struct ts_seen copy;
	int err;

	for (; p->i < TS_SEEN_MAX; p->i++) {
		if (!ts_seen_read(mesh->hops, p->i, &copy, n))
			continue;
		e = ts_key_lookup(tn, &copy.key);
		if (e && e->counts)
			continue;
		err = neighbour_put(skb, cb, &copy, NULL, n);
		if (err)
			return err;
	}
	return 0;
}

/** ts_netlink_neighbour_dump() - NEIGHBOUR_GET; Return: bytes, 0, or errno */
int ts_netlink_neighbour_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ts_net *tn = ts_net_of(sock_net(skb->sk));
	struct place *p = place_of(cb);
	struct ts_mesh *mesh;
	int err = 0;
	long m = 1;

	mutex_lock(&tn->lock);
	cb->seq = tn->generation;
	if (!p->mesh)
		err = accounts_put(skb, cb, tn);
	list_for_each_entry(mesh, &tn->meshes, list) {
		if (err || m++ < p->mesh)
			continue;
		err = hops_put(skb, cb, tn, mesh);
		if (!err)
			*p = (struct place){ .mesh = m };
	}
	mutex_unlock(&tn->lock);
	return skb->len ?: err;
}
