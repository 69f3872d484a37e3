// SPDX-License-Identifier: GPL-2.0
/*
 * The meter of a mesh: one decision for each frame of batman-adv.
 *
 * What is billed to whom is said in include/uapi/linux/tokenswitch.h.  What
 * batman-adv would take and we would not look at were a way past us, so what is
 * ours is decided as it does: by the outer destination, whatever the packet
 * type or a VLAN tag say.  Everything here runs under RCU with bottom halves
 * off, takes no lock and allocates nothing.
 */

#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/jiffies.h>
#include <linux/netdevice.h>
#include <linux/rculist.h>
#include <linux/skbuff.h>
#include <tokenswitch/batadv_frame.h>
#include <tokenswitch/classify.h>
#include "account.h"
#include "charge.h"
#include "class.h"
#include "key.h"
#include "mesh.h"
#include "mesh_meter.h"
#include "net.h"
#include "originator.h"
#include "trace.h"

/*
 * In sight of a gateway: the longest headers of batman-adv before a frame, and of
 * that enough.  Others need to see only the former, so that what a device put
 * into pages is hardly ever copied.
 */
#define HOP_LOOK (sizeof(struct ts_batadv_frag_wire) + \
		  sizeof(struct ts_batadv_unicast_4addr_wire) + TS_FRAME_LOOK)
/* Tags before a frame that are looked behind. */
#define HOP_TAGS_MAX 8

/**
 * struct hop - what is known of the frame in hand
 * @port: lower device that it is on
 * @mesh: of @port
 * @skb: itself
 * @data: its batman-adv header
 * @end: behind what is in sight
 * @frame: parsed
 * @bytes: that it costs
 * @key: the neighbour: who sent it here, or whom it is sent to
 * @entry: of @key, NULL: no neighbour's account has it
 * @account: likewise
 * @table: gateways and routes
 * @dest: slot of its destination, NULL: in no table, or not looked up
 * @payer: who pays, NULL: nobody could
 * @class: enum ts_class
 * @dir: enum ts_dir
 */
struct hop {
	struct ts_mesh_port *port;
	struct ts_mesh *mesh;
	struct sk_buff *skb;
	const u8 *data;
	const u8 *end;
	struct ts_batadv_frame frame;
	u32 bytes;
	struct ts_key key;
	struct ts_key_entry *entry;
	struct ts_account *account;
	const struct ts_mesh_table *table;
	const struct ts_mesh_slot *dest;
	struct ts_account *payer;
	u32 class;
	u32 dir;
};

/* Is it an address of the box in this mesh?  batman-adv asks active devices. */
static bool port_is_own(const struct ts_mesh_port *port, u64 mac)
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

/* Did it come in on a lower device of this mesh? */
static bool port_is_transit(const struct ts_mesh_port *port, int iif)
{
	const struct ts_mesh_port *p;

	list_for_each_entry_rcu(p, &port->mesh->ports, list)
		if (p->dev->ifindex == iif && p->master == port->master)
			return true;
	return false;
}

static u64 hop_mac(const struct hop *h, u32 off)
{
	return ts_mesh_mac(h->data + off);
}

/* Finds the account of the neighbour with this outer address. */
static void hop_find(struct hop *h, const u8 *mac)
{
	ts_key_make(&h->key, mac, 0, READ_ONCE(h->port->zone));
	h->entry = ts_key_lookup(h->port->tn, &h->key);
	/* A client's account is none here, whatever address it has. */
	if (h->entry && !h->entry->counts)
		h->entry = NULL;
	if (h->entry)
		h->account = h->entry->account;
}

/* It said something: note where, and that it is awake. */
static void hop_heard(const struct hop *h)
{
	int ifindex = h->port->dev->ifindex;

	if (!h->entry)
		return;
	if (time_after(jiffies, READ_ONCE(h->account->seen) + HZ / 4))
		WRITE_ONCE(h->account->seen, jiffies);
	if (READ_ONCE(h->entry->ifindex) != ifindex)
		WRITE_ONCE(h->entry->ifindex, ifindex);
}

/* Count at the device and at the neighbour. */
static void hop_count(const struct hop *h, unsigned int kind)
{
	int ifindex = kind < TS_NEIGHBOUR_TX_TRANSIT ?
		      h->port->dev->ifindex : 0;

	ts_counts_add(h->port->counts, kind, h->bytes);
	if (h->entry)
		ts_counts_add(h->entry->counts, kind, h->bytes);
	else
		ts_seen_count(h->mesh->hops, &h->key, ifindex, kind, h->bytes);
}

static void hop_count_dest(const struct hop *h, unsigned int kind)
{
	struct ts_key key;

	if (h->dest) {
		ts_counts_add(h->dest->originator->counts, kind, h->bytes);
		return;
	}
	ts_key_make(&key, h->data + h->frame.dest_off, 0, h->key.zone);
	ts_seen_count(h->mesh->dests, &key, 0, kind, h->bytes);
}

static unsigned int hop_drop(const struct hop *h, int reason)
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
static unsigned int hop_refuse(const struct hop *h, int reason)
{
	hop_count(h, TS_NEIGHBOUR_RX_REFUSED);
	return hop_drop(h, reason);
}

/* Return: TS_CHARGE_PASS, or enum ts_drop: why the payer does not pay for it. */
static int hop_charge(const struct hop *h)
{
	int verdict;

	if (!h->payer)
		return TS_DROP_STRANGER;
	verdict = ts_charge_barred(h->payer);
	if (verdict != TS_CHARGE_PASS)
		return verdict;
	return ts_charge(h->port->tn, h->payer, h->class, h->dir, h->bytes, 1);
}

static bool hop_may_bcast(const struct hop *h)
{
	struct ts_police *p = h->account ? &h->account->group_police :
					   &h->port->bcast_police;

	return ts_police_take(p, TS_MESH_BCAST_BYTES_PER_S,
			      TS_MESH_BCAST_BURST_BYTES, h->bytes);
}

static unsigned int hop_bcast(const struct hop *h)
{
	if (!hop_may_bcast(h))
		return hop_refuse(h, TS_DROP_POLICED);
	hop_count(h, TS_NEIGHBOUR_RX_BCAST);
	return NF_ACCEPT;
}

/* --- who pays for what is in transit --------------------------------------- */

static bool hop_is_gateway(const struct hop *h, u64 mac)
{
	const struct ts_mesh_slot *slot = ts_mesh_table_find(h->table, mac);

	return slot && slot->flags & TS_MESH_SLOT_GATEWAY;
}

/* Would we send to a gateway through the neighbour that this came from? */
static bool hop_is_upstream(const struct hop *h)
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

/* What a gateway put into the mesh, as far as the frame tells. */
static bool hop_is_from_gateway(const struct hop *h)
{
	const struct ts_batadv_frame *f = &h->frame;

	if (f->orig_off && hop_is_gateway(h, hop_mac(h, f->orig_off)))
		return true;
	if (f->inner_off)
		return ts_mesh_table_is_behind(h->table,
					       hop_mac(h, f->inner_off + ETH_ALEN));
	if (f->type != TS_BATADV_UNICAST_FRAG)
		return false;
	ts_counts_add(h->port->counts, TS_MESH_GUESSED, h->bytes);
	return hop_is_upstream(h);
}

/* Sets who pays; Return: false when it is from a gateway and has no route. */
static bool hop_find_payer(struct hop *h)
{
	h->class = TS_CLASS_RELAY;
	h->dir = TS_DIR_UP;
	h->payer = h->account;
	if (h->mesh->payer_rule == TS_PAYER_SENDER ||
	    (h->dest && h->dest->flags & TS_MESH_SLOT_GATEWAY) ||
	    !hop_is_from_gateway(h))
		return true;
	h->dir = TS_DIR_DOWN;
	h->payer = NULL;
	if (!h->dest || !(h->dest->flags & TS_MESH_SLOT_ROUTED))
		return false;
	h->payer = READ_ONCE(h->dest->account);
	return true;
}

/* Nobody knows who would pay: a little passes. */
static bool hop_may_unrouted(const struct hop *h)
{
	if (!ts_police_take(&h->port->unrouted_police,
			    TS_MESH_UNROUTED_BYTES_PER_S,
			    TS_MESH_UNROUTED_BURST_BYTES, h->bytes))
		return false;
	ts_counts_add(h->port->counts, TS_MESH_UNROUTED, h->bytes);
	hop_count_dest(h, TS_ORIGINATOR_UNROUTED);
	return true;
}

static unsigned int hop_transit(struct hop *h)
{
	int verdict;

	h->dest = ts_mesh_table_find(h->table, hop_mac(h, h->frame.dest_off));
	if (!hop_find_payer(h)) {
		verdict = hop_may_unrouted(h) ? TS_CHARGE_PASS :
						TS_DROP_POLICED;
	} else {
		verdict = hop_charge(h);
		if (verdict == TS_CHARGE_PASS)
			hop_count_dest(h, h->dir == TS_DIR_UP ?
				       TS_ORIGINATOR_UP : TS_ORIGINATOR_DOWN);
	}
	if (verdict != TS_CHARGE_PASS) {
		hop_count_dest(h, TS_ORIGINATOR_REFUSED);
		return hop_refuse(h, verdict);
	}
	hop_count(h, TS_NEIGHBOUR_RX_TRANSIT);
	return NF_ACCEPT;
}

/* Without its tables the mesh does not work, dry or not. */
static unsigned int hop_tvlv(const struct hop *h, bool own)
{
	struct ts_police *p = h->account ? &h->account->police :
					   &h->port->tvlv_police;

	if (!own && !ts_police_take(p, TS_MESH_TVLV_BYTES_PER_S,
				    TS_MESH_TVLV_BURST_BYTES, h->bytes))
		return hop_refuse(h, TS_DROP_POLICED);
	hop_count(h, TS_NEIGHBOUR_RX_TVLV);
	return NF_ACCEPT;
}

/* --- what leaves and enters the mesh here ----------------------------------- */

/* Is the far end of the frame inside neither the box nor of its local prefixes? */
static bool hop_is_beyond(const struct hop *h, u32 dir)
{
	struct ts_frame inner;

	ts_frame_parse(&inner, h->data + h->frame.inner_off, h->end, dir,
		       TS_FRAME_NO_TCI);
	return ts_class_is_beyond(h->port->tn, &inner);
}

static unsigned int hop_exit(struct hop *h)
{
	bool in_sight = h->frame.inner_off;
	int verdict;

	if (in_sight && !hop_is_beyond(h, TS_DIR_UP)) {
		hop_count(h, TS_NEIGHBOUR_RX_LOCAL);
		return NF_ACCEPT;
	}
	h->class = TS_CLASS_INTERNET;
	h->dir = TS_DIR_UP;
	h->payer = h->account;
	verdict = hop_charge(h);
	if (verdict == TS_CHARGE_PASS) {
		hop_count(h, TS_NEIGHBOUR_RX_EXIT);
		return NF_ACCEPT;
	}
	/* It may be for this box, which nobody is kept from. */
	if (!in_sight && hop_may_bcast(h)) {
		hop_count(h, TS_NEIGHBOUR_RX_LOCAL);
		return NF_ACCEPT;
	}
	return hop_refuse(h, verdict);
}

static bool hop_carries_frame(const struct hop *h)
{
	switch (h->frame.type) {
	case TS_BATADV_UNICAST:
	case TS_BATADV_UNICAST_4ADDR:
	case TS_BATADV_UNICAST_FRAG:
		return true;
	}
	return false;
}

static unsigned int hop_local(struct hop *h)
{
	if (h->mesh->flags & TS_MESH_F_EXIT && hop_carries_frame(h))
		return hop_exit(h);
	hop_count(h, TS_NEIGHBOUR_RX_LOCAL);
	return NF_ACCEPT;
}

/*
 * A packet that this box cuts is billed whole with its last fragment, which has
 * the headers.  It is our own, so it says the truth about itself.
 *
 * Return: billed bytes; 0: it will be billed with another fragment.
 */
static u32 hop_own_bytes(const struct hop *h)
{
	const struct ts_batadv_frame *f = &h->frame;

	if (f->type != TS_BATADV_UNICAST_FRAG)
		return h->bytes;
	if (!f->frag_head)
		return 0;
	return f->frag_total + (f->frag_no + 1) *
	       (ETH_HLEN + sizeof(struct ts_batadv_frag_wire));
}

/* What this box itself sends into the mesh; Return: NF_ACCEPT or NF_DROP. */
static unsigned int hop_exit_down(struct hop *h)
{
	u32 bytes = h->bytes;
	int verdict;

	ts_batadv_frame_parse(h->data, h->end, &h->frame);
	if (h->frame.kind != TS_BATADV_K_UNICAST || !hop_carries_frame(h))
		return NF_ACCEPT;
	h->table = rcu_dereference(h->mesh->table);
	h->bytes = hop_own_bytes(h);
	if (!h->bytes || !hop_is_beyond(h, TS_DIR_DOWN)) {
		h->bytes = bytes;
		return NF_ACCEPT;
	}
	h->dest = ts_mesh_table_find(h->table, hop_mac(h, h->frame.dest_off));
	h->class = TS_CLASS_INTERNET;
	h->dir = TS_DIR_DOWN;
	if (h->dest && h->dest->flags & TS_MESH_SLOT_ROUTED) {
		h->payer = READ_ONCE(h->dest->account);
		verdict = hop_charge(h);
		if (verdict == TS_CHARGE_PASS)
			hop_count_dest(h, TS_ORIGINATOR_EXIT_DOWN);
	} else {
		verdict = hop_may_unrouted(h) ? TS_CHARGE_PASS :
						TS_DROP_POLICED;
	}
	if (verdict != TS_CHARGE_PASS) {
		hop_count_dest(h, TS_ORIGINATOR_REFUSED);
		return hop_drop(h, verdict);
	}
	h->bytes = bytes;
	return NF_ACCEPT;
}

/* --- frames ----------------------------------------------------------------- */

/* Does a multicast frame name anybody but this box? */
static bool hop_names_others(const struct hop *h)
{
	const struct ts_batadv_frame *f = &h->frame;
	u32 i;

	for (i = 0; i < f->dests_count; i++)
		if (!port_is_own(h->port, hop_mac(h, f->dests_off + i * ETH_ALEN)))
			return true;
	return false;
}

/*
 * It is parsed as far as it is linear.  What cannot be understood of it batman-adv
 * may still pass on: it counts as in transit.
 */
static unsigned int hop_mcast(struct hop *h)
{
	ts_batadv_frame_parse(h->skb->data, skb_tail_pointer(h->skb),
			      &h->frame);
	h->data = h->skb->data;
	if (h->frame.kind == TS_BATADV_K_MCAST && !hop_names_others(h)) {
		hop_count(h, TS_NEIGHBOUR_RX_LOCAL);
		return NF_ACCEPT;
	}
	h->class = TS_CLASS_RELAY;
	h->dir = TS_DIR_UP;
	h->payer = h->account;
	if (hop_charge(h) != TS_CHARGE_PASS)
		return hop_bcast(h);
	hop_count(h, TS_NEIGHBOUR_RX_TRANSIT);
	return NF_ACCEPT;
}

static unsigned int hop_unicast(struct hop *h)
{
	bool own = port_is_own(h->port, hop_mac(h, h->frame.dest_off));

	if (h->frame.type == TS_BATADV_UNICAST_TVLV)
		return hop_tvlv(h, own);
	return own ? hop_local(h) : hop_transit(h);
}

/* Is it one that batman-adv looks at: to one of us, from somebody? */
static bool hop_is_to_us(const struct hop *h)
{
	const struct ethhdr *eth = eth_hdr(h->skb);

	return !is_multicast_ether_addr(eth->h_source) &&
	       port_is_own(h->port, ts_mesh_mac(eth->h_dest));
}

static unsigned int hop_judge(struct hop *h)
{
	const struct ethhdr *eth = eth_hdr(h->skb);

	switch (h->frame.kind) {
	case TS_BATADV_K_UNICAST:
		if (hop_is_to_us(h))
			return hop_unicast(h);
		break;
	case TS_BATADV_K_BCAST:
		if (is_broadcast_ether_addr(eth->h_dest))
			return hop_bcast(h);
		break;
	case TS_BATADV_K_CONTROL:
		hop_count(h, TS_NEIGHBOUR_RX_CONTROL);
		return NF_ACCEPT;
	case TS_BATADV_K_CODED:
		ts_counts_add(h->port->counts, TS_MESH_CODED, h->bytes);
		return NF_DROP;
	default:
		/* Also what is too long for the parser. */
		if (h->frame.type == TS_BATADV_MCAST && hop_is_to_us(h))
			return hop_mcast(h);
	}
	ts_counts_add(h->port->counts, TS_MESH_UNPARSED, h->bytes);
	return NF_ACCEPT;
}

/*
 * A frame behind two tags reaches batman-adv when the first has no VLAN id, for
 * the kernel takes off one after the other.  Nobody sends such frames.
 */
static unsigned int port_tagged(const struct ts_mesh_port *port,
				struct sk_buff *skb)
{
	struct vlan_hdr *vh, copy;
	__be16 proto = skb->protocol;
	int i, off = 0;

	for (i = 0; i < HOP_TAGS_MAX && eth_type_vlan(proto); i++) {
		vh = skb_header_pointer(skb, off, sizeof(copy), &copy);
		if (!vh)
			return NF_ACCEPT;
		proto = vh->h_vlan_encapsulated_proto;
		off += sizeof(*vh);
	}
	if (proto != htons(TS_BATADV_ETHERTYPE) && !eth_type_vlan(proto))
		return NF_ACCEPT;
	ts_counts_add(port->counts, TS_MESH_DROP + TS_DROP_MALFORMED, skb->len);
	return NF_DROP;
}

static u32 mesh_look(const struct ts_mesh *mesh)
{
	return mesh->flags & TS_MESH_F_EXIT ? HOP_LOOK : TS_BATADV_HEAD_BYTES;
}

static u32 tag_bytes(const struct sk_buff *skb)
{
	return skb_vlan_tag_present(skb) ? VLAN_HLEN : 0;
}

static unsigned int hop_ingress(struct hop *h)
{
	ts_batadv_frame_parse(h->data, h->end, &h->frame);
	h->table = rcu_dereference(h->mesh->table);
	hop_find(h, eth_hdr(h->skb)->h_source);
	hop_heard(h);
	return hop_judge(h);
}

/* Of what a device put into pages a copy is looked at. */
static noinline unsigned int hop_ingress_copy(struct hop *h, u32 look)
{
	u8 buf[HOP_LOOK];

	if (skb_copy_bits(h->skb, 0, buf, look))
		return hop_drop(h, TS_DROP_MALFORMED);
	h->data = buf;
	h->end = buf + look;
	return hop_ingress(h);
}

static noinline unsigned int mesh_ingress(struct ts_mesh_port *port,
					  struct sk_buff *skb)
{
	struct hop h = {
		.port = port,
		.mesh = port->mesh,
		.skb = skb,
		.bytes = skb->len + ETH_HLEN + tag_bytes(skb),
		.data = skb->data,
	};
	u32 look = min_t(u32, skb->len, mesh_look(port->mesh));

	/* No wire carries one: batman-adv's frames are not put together. */
	if (unlikely(skb_is_gso(skb)))
		return hop_drop(&h, TS_DROP_MALFORMED);
	if (unlikely(look > skb_headlen(skb)))
		return hop_ingress_copy(&h, look);
	h.end = h.data + look;
	return hop_ingress(&h);
}

/**
 * ts_mesh_ingress() - decide about a frame from a neighbour
 * @priv: struct ts_mesh_port
 * @skb: the frame, its data behind the outer MAC header
 * @state: not looked at
 *
 * Return: NF_ACCEPT or NF_DROP.
 */
unsigned int ts_mesh_ingress(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	if (likely(skb->protocol == htons(TS_BATADV_ETHERTYPE)))
		return mesh_ingress(priv, skb);
	return eth_type_vlan(skb->protocol) ? port_tagged(priv, skb) :
					      NF_ACCEPT;
}

/* Unicast or MCAST: what the other end counts as not being control of the link. */
static bool hop_is_for_one(const struct hop *h)
{
	u8 type = h->data[0];

	return type == TS_BATADV_MCAST || (type >= TS_BATADV_UNICAST_MIN &&
					   type <= TS_BATADV_UNICAST_MAX);
}

static unsigned int hop_egress(struct hop *h, const u8 *dest)
{
	bool transit;

	if (is_multicast_ether_addr(dest) || !hop_is_for_one(h))
		return NF_ACCEPT;
	hop_find(h, dest);
	transit = port_is_transit(h->port, h->skb->skb_iif);
	if (!transit && h->mesh->flags & TS_MESH_F_EXIT &&
	    hop_exit_down(h) == NF_DROP)
		return NF_DROP;
	hop_count(h, transit ? TS_NEIGHBOUR_TX_TRANSIT : TS_NEIGHBOUR_TX_OWN);
	return NF_ACCEPT;
}

static noinline unsigned int hop_egress_copy(struct hop *h, u32 look)
{
	u8 buf[ETH_HLEN + HOP_LOOK];

	if (skb_copy_bits(h->skb, 0, buf, look))
		return NF_ACCEPT;
	h->data = buf + ETH_HLEN;
	h->end = buf + look;
	return hop_egress(h, buf);
}

static noinline unsigned int mesh_egress(struct ts_mesh_port *port,
					 struct sk_buff *skb)
{
	struct hop h = {
		.port = port,
		.mesh = port->mesh,
		.skb = skb,
		.bytes = skb->len + tag_bytes(skb),
		.data = skb->data + ETH_HLEN,
	};
	u32 look = min_t(u32, skb->len, ETH_HLEN + mesh_look(port->mesh));

	if (unlikely(look <= ETH_HLEN))
		return NF_ACCEPT;
	if (unlikely(look > skb_headlen(skb)))
		return hop_egress_copy(&h, look);
	h.end = skb->data + look;
	return hop_egress(&h, skb->data);
}

/**
 * ts_mesh_egress() - count a frame to a neighbour; a gateway also bills
 * @priv: struct ts_mesh_port
 * @skb: the frame, its data at the outer MAC header
 * @state: not looked at
 *
 * Return: NF_ACCEPT or NF_DROP.
 */
unsigned int ts_mesh_egress(void *priv, struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	if (skb->protocol != htons(TS_BATADV_ETHERTYPE))
		return NF_ACCEPT;
	return mesh_egress(priv, skb);
}
