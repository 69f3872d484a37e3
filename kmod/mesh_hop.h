/* SPDX-License-Identifier: GPL-2.0 */
/* A frame of batman-adv in hand: what the parts of the mesh's meter share. */
#ifndef _TS_MESH_HOP_H
#define _TS_MESH_HOP_H

#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/jiffies.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/rculist.h>
#include <linux/skbuff.h>
#include <tokenswitch/batadv_frame.h>
#include <tokenswitch/classify.h>
#include "account.h"
#include "charge.h"
#include "key.h"
#include "mesh.h"
#include "mesh_path.h"
#include "originator.h"
#include "trace.h"

/*
 * In sight of a gateway: the longest headers of batman-adv before a frame, and of
 * that enough.  Others need to see only the former, so that what a device put
 * into pages is hardly ever copied.
 */
#define HOP_LOOK (sizeof(struct ts_batadv_frag_wire) + \
		  sizeof(struct ts_batadv_unicast_4addr_wire) + TS_FRAME_LOOK)

/* struct ts_bought.kind: no counter. */
#define TS_BOUGHT_NOTHING TS_NEIGHBOUR_COUNT

/* Which end of the frame inside is the far one. */
static inline u32 ts_bought_dir(const struct ts_bought *b)
{
	return b->kind == TS_NEIGHBOUR_BOUGHT_EXIT_UP ? TS_DIR_UP : TS_DIR_DOWN;
}

/**
 * struct ts_hop - what is known of the frame in hand
 * @port: lower device that it is on
 * @mesh: of @port
 * @skb: itself
 * @data: its batman-adv header
 * @end: behind what is in sight for certain
 * @limit: behind what happens to be in sight
 * @frame: parsed
 * @bytes: that it costs
 * @key: the neighbour: who sent it here, or whom it is sent to
 * @entry: of @key, NULL: no neighbour's account has it
 * @account: likewise
 * @generation: ts_net.path_generation, before anything was looked up
 * @table: gateways and routes
 * @dest: slot of its destination, NULL: in no table, or not looked up
 * @from_gateway: what came in was put into the mesh by a gateway
 * @bought: what the neighbour bills us for
 * @payer: who pays, NULL: nobody could
 * @class: enum ts_class
 * @dir: enum ts_dir
 */
struct ts_hop {
	struct ts_mesh_port *port;
	struct ts_mesh *mesh;
	struct sk_buff *skb;
	const u8 *data;
	const u8 *end;
	const u8 *limit;
	struct ts_batadv_frame frame;
	u32 bytes;
	struct ts_key key;
	struct ts_key_entry *entry;
	struct ts_account *account;
	unsigned long generation;
	const struct ts_mesh_table *table;
	const struct ts_mesh_slot *dest;
	bool from_gateway;
	struct ts_bought bought;
	struct ts_account *payer;
	u32 class;
	u32 dir;
};

/* Is it an address of the box in this mesh?  batman-adv asks active devices. */
static inline bool ts_mesh_port_is_own(const struct ts_mesh_port *port, u64 mac)
{
	const struct ts_mesh_port *p;

	if (ts_mesh_mac(port->dev->dev_addr) == mac)
		return true;
	list_for_each_entry_rcu(p, &port->mesh->ports, list)
		if (ts_mesh_mac(p->dev->dev_addr) == mac &&
		    p->master == port->master && netif_running(p->dev))
			return true;
	return false;
}

/* A neighbour said something: note where, and that it is awake. */
static inline void ts_mesh_port_heard(const struct ts_mesh_port *port,
				      struct ts_key_entry *entry)
{
	struct ts_account *a = entry->account;
	int ifindex = port->dev->ifindex;

	if (time_after(jiffies, READ_ONCE(a->seen) + HZ / 4))
		WRITE_ONCE(a->seen, jiffies);
	if (READ_ONCE(entry->ifindex) != ifindex)
		WRITE_ONCE(entry->ifindex, ifindex);
}

static inline u64 ts_hop_mac(const struct ts_hop *h, u32 off)
{
	return ts_mesh_mac(h->data + off);
}

/* Count at the device and at the neighbour. */
static inline void ts_hop_count(const struct ts_hop *h, unsigned int kind)
{
	int ifindex = kind < TS_NEIGHBOUR_TX_TRANSIT ?
		      h->port->dev->ifindex : 0;

	ts_counts_add(h->port->counts, kind, h->bytes);
	if (h->entry)
		ts_counts_add(h->entry->counts, kind, h->bytes);
	else
		ts_seen_count(h->mesh->hops, &h->key, ifindex, kind, h->bytes);
}

static inline void ts_hop_count_dest(const struct ts_hop *h, unsigned int kind)
{
	struct ts_key key;

	if (h->dest) {
		ts_counts_add(h->dest->originator->counts, kind, h->bytes);
		return;
	}
	ts_key_make(&key, h->data + h->frame.dest_off, 0, h->key.zone);
	ts_seen_count(h->mesh->dests, &key, 0, kind, h->bytes);
}

static inline unsigned int ts_hop_drop(const struct ts_hop *h, int reason)
{
	ts_counts_add(h->port->counts, TS_MESH_DROP + reason, h->bytes);
	if (h->payer)
		ts_account_count(h->payer, h->class, h->dir, h->bytes, 1, 0,
				 false);
	trace_ts_drop(h->port->dev->ifindex, h->payer ? h->payer->id : 0,
		      h->dir, reason, h->bytes);
	return NF_DROP;
}

/* What a neighbour sent is dropped. */
static inline unsigned int ts_hop_refuse(const struct ts_hop *h, int reason)
{
	ts_hop_count(h, TS_NEIGHBOUR_RX_REFUSED);
	return ts_hop_drop(h, reason);
}

/* Return: TS_CHARGE_PASS, or enum ts_drop: why the payer does not pay for it. */
static inline int ts_hop_charge(const struct ts_hop *h)
{
	int verdict;

	if (!h->payer)
		return TS_DROP_STRANGER;
	verdict = ts_charge_barred(h->payer);
	if (verdict != TS_CHARGE_PASS)
		return verdict;
	return ts_charge(h->port->tn, h->payer, h->class, h->dir, h->bytes, 1);
}

static inline bool ts_hop_may_bcast(const struct ts_hop *h)
{
	struct ts_police *p = h->account ? &h->account->group_police :
					   &h->port->bcast_police;

	return ts_police_take(p, TS_MESH_BCAST_BYTES_PER_S,
			      TS_MESH_BCAST_BURST_BYTES, h->bytes);
}

/* Nobody knows who would pay: a little passes. */
static inline bool ts_hop_may_unrouted(const struct ts_hop *h)
{
	if (!ts_police_take(&h->port->unrouted_police,
			    TS_MESH_UNROUTED_BYTES_PER_S,
			    TS_MESH_UNROUTED_BURST_BYTES, h->bytes))
		return false;
	ts_counts_add(h->port->counts, TS_MESH_UNROUTED, h->bytes);
	ts_hop_count_dest(h, TS_ORIGINATOR_UNROUTED);
	return true;
}

static inline unsigned int ts_hop_pass_local(const struct ts_hop *h)
{
	ts_hop_count(h, TS_NEIGHBOUR_RX_LOCAL);
	return NF_ACCEPT;
}

/* Does a multicast frame name this box, or with @own false somebody else? */
static inline bool ts_hop_names(const struct ts_hop *h, bool own)
{
	const struct ts_batadv_frame *f = &h->frame;
	u64 mac;
	u32 i;

	for (i = 0; i < f->dests_count; i++) {
		mac = ts_hop_mac(h, f->dests_off + i * ETH_ALEN);
		if (ts_mesh_port_is_own(h->port, mac) == own)
			return true;
	}
	return false;
}

static inline bool ts_hop_carries_frame(const struct ts_hop *h)
{
	switch (h->frame.type) {
	case TS_BATADV_UNICAST:
	case TS_BATADV_UNICAST_4ADDR:
	case TS_BATADV_UNICAST_FRAG:
		return true;
	}
	return false;
}

static inline bool ts_slot_is_gateway(const struct ts_mesh_slot *slot)
{
	return slot && slot->flags & TS_MESH_SLOT_GATEWAY;
}

static inline bool ts_hop_is_gateway(const struct ts_hop *h, u32 off)
{
	return ts_slot_is_gateway(ts_mesh_table_find(h->table,
						     ts_hop_mac(h, off)));
}

/* A fragment without a source that is a gateway, and without the headers inside. */
static inline bool ts_hop_tells_no_source(const struct ts_hop *h)
{
	const struct ts_batadv_frame *f = &h->frame;

	return f->type == TS_BATADV_UNICAST_FRAG && !f->inner_off &&
	       !ts_hop_is_gateway(h, f->orig_off);
}

/* Did a gateway put it into the mesh, as far as the frame tells? */
static inline bool ts_hop_is_from_gateway(const struct ts_hop *h)
{
	const struct ts_batadv_frame *f = &h->frame;

	if (f->orig_off && ts_hop_is_gateway(h, f->orig_off))
		return true;
	return f->inner_off &&
	       ts_mesh_table_is_behind(h->table,
				       ts_hop_mac(h, f->inner_off + ETH_ALEN));
}

/* Would we send to a gateway through this neighbour? */
static inline bool ts_hop_is_upstream(const struct ts_hop *h)
{
	const struct ts_mesh_table *t = h->table;
	u32 i;

	if (!h->account)
		return false;
	for (i = 0; i < t->n_gateways; i++)
		if (READ_ONCE(t->slot[t->gateway[i]].account) == h->account)
			return true;
	return false;
}

/* The tag beside a frame is on the wire. */
static inline u32 ts_tag_bytes(const struct sk_buff *skb)
{
	return skb_vlan_tag_present(skb) ? VLAN_HLEN : 0;
}

/* How much of a frame a decision looks at. */
static inline u32 ts_mesh_look(const struct ts_mesh *mesh)
{
	return mesh->flags & TS_MESH_F_EXIT ? HOP_LOOK : TS_BATADV_HEAD_BYTES;
}

void ts_hop_bought_down(struct ts_hop *h);
void ts_hop_bought_up(struct ts_hop *h);
void ts_hop_buy(const struct ts_hop *h);

unsigned int ts_hop_exit(struct ts_hop *h);
bool ts_mesh_is_beyond(const struct ts_net *tn, const u8 *inner, const u8 *limit,
		       u32 dir);
unsigned int ts_hop_exit_down(struct ts_hop *h);
bool ts_hop_is_smuggled(const struct ts_hop *h);
int ts_hop_mcast_may_exit(const struct ts_hop *h);

#endif /* _TS_MESH_HOP_H */
