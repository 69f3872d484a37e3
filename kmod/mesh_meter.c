// SPDX-License-Identifier: GPL-2.0
/*
 * The meter of a mesh: one decision for each frame of batman-adv.
 *
 * What is billed to whom is said in include/uapi/linux/tokenswitch.h.  What
 * batman-adv would take and we would not look at were a way past us, so what is
 * ours is decided as it does: by the outer destination, whatever the packet
 * type or a VLAN tag say.  Everything here runs under RCU with bottom halves
 * off, takes no lock and allocates nothing.  The hooks are in mesh_path.c, which knows
 * what to do with most frames from those before them.
 */

#include <linux/if_macvlan.h>
#include <linux/jiffies.h>
#include "key_lookup.h"
#include "mesh_hop.h"
#include "mesh_meter.h"
#include "mesh_path.h"

/* Tags before a frame that are looked behind. */
#define HOP_TAGS_MAX 8

/* Did it come in on a lower device of this mesh? */
static bool port_is_transit(const struct ts_mesh_port *port, int iif)
{
	const struct ts_mesh_port *p;

	list_for_each_entry_rcu(p, &port->mesh->ports, list)
		if (p->dev->ifindex == iif && p->master == port->master)
			return true;
	return false;
}

/* Finds the account of the neighbour with this outer address. */
static void hop_find(struct ts_hop *h, const u8 *mac)
{
	ts_key_make(&h->key, mac, 0, READ_ONCE(h->port->zone));
	h->entry = ts_key_lookup_rcu(h->port->tn, &h->key);
	/* A client's account is none here, whatever address it has. */
	if (h->entry && !h->entry->counts)
		h->entry = NULL;
	if (h->entry)
		h->account = h->entry->account;
}

static unsigned int hop_bcast(const struct ts_hop *h)
{
	if (!ts_hop_may_bcast(h))
		return ts_hop_refuse(h, TS_DROP_POLICED);
	ts_hop_count(h, TS_NEIGHBOUR_RX_BCAST);
	return NF_ACCEPT;
}

/* --- who pays for what is in transit --------------------------------------- */

/* Sets who pays; Return: false when it is from a gateway and has no route. */
static bool hop_find_payer(struct ts_hop *h)
{
	h->class = TS_CLASS_RELAY;
	h->dir = TS_DIR_UP;
	h->payer = h->account;
	if (h->mesh->payer_rule == TS_PAYER_SENDER ||
	    ts_slot_is_gateway(h->dest))
		return true;
	if (ts_hop_tells_no_source(h))
		ts_counts_add(h->port->counts, TS_MESH_GUESSED, h->bytes);
	if (!h->from_gateway)
		return true;
	h->dir = TS_DIR_DOWN;
	h->payer = NULL;
	if (!h->dest || !(h->dest->flags & TS_MESH_SLOT_ROUTED))
		return false;
	h->payer = READ_ONCE(h->dest->account);
	return true;
}

static unsigned int hop_transit(struct ts_hop *h)
{
	int verdict;

	if (!hop_find_payer(h)) {
		verdict = ts_hop_may_unrouted(h) ? TS_CHARGE_PASS :
						   TS_DROP_POLICED;
	} else {
		verdict = ts_hop_charge(h);
		if (verdict == TS_CHARGE_PASS) {
			ts_hop_count_dest(h, h->dir == TS_DIR_UP ?
					  TS_ORIGINATOR_UP :
					  TS_ORIGINATOR_DOWN);
			ts_path_learn_ingress(h);
		}
	}
	if (verdict != TS_CHARGE_PASS) {
		ts_hop_count_dest(h, TS_ORIGINATOR_REFUSED);
		return ts_hop_refuse(h, verdict);
	}
	ts_hop_count(h, TS_NEIGHBOUR_RX_TRANSIT);
	return NF_ACCEPT;
}

/* Without its tables the mesh does not work, dry or not. */
static unsigned int hop_tvlv(const struct ts_hop *h, bool own)
{
	struct ts_police *p = h->account ? &h->account->police :
					   &h->port->tvlv_police;

	if (!own && !ts_police_take(p, TS_MESH_TVLV_BYTES_PER_S,
				    TS_MESH_TVLV_BURST_BYTES, h->bytes))
		return ts_hop_refuse(h, TS_DROP_POLICED);
	ts_hop_count(h, TS_NEIGHBOUR_RX_TVLV);
	return NF_ACCEPT;
}

static unsigned int hop_local(struct ts_hop *h)
{
	if (h->mesh->flags & TS_MESH_F_EXIT && ts_hop_carries_frame(h))
		return ts_hop_exit(h);
	return ts_hop_pass_local(h);
}

/* --- frames ----------------------------------------------------------------- */

/*
 * It is parsed as far as it is linear.  What cannot be understood of it batman-adv
 * may still pass on: it counts as in transit, and does not leave the mesh.
 */
static unsigned int hop_mcast(struct ts_hop *h)
{
	int verdict;

	h->data = h->skb->data;
	h->end = skb_tail_pointer(h->skb);
	h->limit = h->end;
	ts_batadv_frame_parse(h->data, h->end, &h->frame);
	verdict = ts_hop_mcast_may_exit(h);
	if (verdict != TS_CHARGE_PASS)
		return ts_hop_refuse(h, verdict);
	if (h->frame.kind == TS_BATADV_K_MCAST && !ts_hop_names(h, false))
		return ts_hop_pass_local(h);
	h->class = TS_CLASS_RELAY;
	h->dir = TS_DIR_UP;
	h->payer = h->account;
	if (ts_hop_charge(h) != TS_CHARGE_PASS)
		return hop_bcast(h);
	ts_hop_count(h, TS_NEIGHBOUR_RX_TRANSIT);
	return NF_ACCEPT;
}

static unsigned int hop_unicast(struct ts_hop *h)
{
	bool own = ts_mesh_port_is_own(h->port,
				       ts_hop_mac(h, h->frame.dest_off));

	if (h->frame.type == TS_BATADV_UNICAST_TVLV)
		return hop_tvlv(h, own);
	h->dest = ts_mesh_table_find(h->table, ts_hop_mac(h, h->frame.dest_off));
	h->from_gateway = ts_hop_is_from_gateway(h) ||
			  (ts_hop_tells_no_source(h) && ts_hop_is_upstream(h));
	ts_hop_bought_down(h);
	ts_hop_buy(h);
	return own ? hop_local(h) : hop_transit(h);
}

/* Is it one that batman-adv looks at: to one of us, from somebody? */
static bool hop_is_to_us(const struct ts_hop *h)
{
	const struct ethhdr *eth = eth_hdr(h->skb);

	return !is_multicast_ether_addr(eth->h_source) &&
	       ts_mesh_port_is_own(h->port, ts_mesh_mac(eth->h_dest));
}

static unsigned int hop_judge(struct ts_hop *h)
{
	const struct ethhdr *eth = eth_hdr(h->skb);

	switch (h->frame.kind) {
	case TS_BATADV_K_UNICAST:
		if (hop_is_to_us(h))
			return hop_unicast(h);
		break;
	case TS_BATADV_K_BCAST:
		if (is_broadcast_ether_addr(eth->h_dest))
			return ts_hop_is_smuggled(h) ?
				ts_hop_refuse(h, TS_DROP_MALFORMED) : hop_bcast(h);
		break;
	case TS_BATADV_K_CONTROL:
		ts_hop_count(h, TS_NEIGHBOUR_RX_CONTROL);
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

/*
 * A frame of a VLAN device on this one is metered there, if at all.  Without such
 * a device batman-adv takes it here, whatever the tag says; one on the mesh device
 * does not count, though the kernel finds that, too.
 */
static bool is_of_vlan_device(const struct ts_mesh_port *port,
			      const struct sk_buff *skb)
{
	struct net_device *dev;

	if (!skb_vlan_tag_get_id(skb))
		return false;
	dev = __vlan_find_dev_deep_rcu(port->dev, skb->vlan_proto,
				       skb_vlan_tag_get_id(skb));
	return dev && vlan_dev_real_dev(dev) == port->dev;
}

/* The macvlan device that a lower device is, or that it is a VLAN of, or NULL. */
static const struct macvlan_dev *port_macvlan(const struct ts_mesh_port *port)
{
	const struct net_device *dev = is_vlan_dev(port->dev) ?
				       vlan_dev_real_dev(port->dev) : port->dev;

	return netif_is_macvlan(dev) && netif_running(dev) ? netdev_priv(dev) : NULL;
}

/*
 * A frame that is handed on to a macvlan device on this one, or comes of it, is
 * metered there, if that is below the mesh, too.  In source mode this device has
 * what comes in as well, so batman-adv may take it here.
 */
static noinline bool is_of_macvlan(const struct ts_mesh_port *port,
				   const u8 *mac, bool comes_in)
{
	const struct macvlan_dev *macvlan;
	const struct ts_mesh_port *p;

	list_for_each_entry_rcu(p, &port->mesh->ports, list) {
		macvlan = port_macvlan(p);
		if (macvlan && macvlan->lowerdev == port->dev &&
		    !(comes_in && macvlan->mode == MACVLAN_MODE_SOURCE) &&
		    ether_addr_equal(p->dev->dev_addr, mac))
			return true;
	}
	return false;
}

static unsigned int hop_ingress(struct ts_hop *h)
{
	h->generation = ts_path_generation(h->port->tn);
	ts_batadv_frame_parse(h->data, h->end, &h->frame);
	h->table = rcu_dereference(h->mesh->table);
	hop_find(h, eth_hdr(h->skb)->h_source);
	if (h->entry)
		ts_mesh_port_heard(h->port, h->entry);
	return hop_judge(h);
}

/* Of what a device put into pages a copy is looked at. */
static noinline unsigned int hop_ingress_copy(struct ts_hop *h, u32 look)
{
	u8 buf[HOP_LOOK] __aligned(4);

	if (skb_copy_bits(h->skb, 0, buf, look))
		return ts_hop_drop(h, TS_DROP_MALFORMED);
	h->data = buf;
	h->end = buf + look;
	h->limit = h->end;
	return hop_ingress(h);
}

static unsigned int mesh_ingress(struct ts_mesh_port *port,
					  struct sk_buff *skb)
{
	struct ts_hop h = {
		.port = port,
		.mesh = port->mesh,
		.skb = skb,
		.bytes = skb->len + ETH_HLEN + ts_tag_bytes(skb),
		.data = skb->data,
	};
	u32 look = min_t(u32, skb->len, ts_mesh_look(port->mesh));

	/* No wire carries one: batman-adv's frames are not put together. */
	if (unlikely(skb_is_gso(skb)))
		return ts_hop_drop(&h, TS_DROP_MALFORMED);
	if (unlikely(look > skb_headlen(skb)))
		return hop_ingress_copy(&h, look);
	h.end = h.data + look;
	h.limit = skb_tail_pointer(skb);
	return hop_ingress(&h);
}

/**
 * ts_mesh_decide_ingress() - decide about a frame from a neighbour
 * @port: lower device that it is on
 * @skb: the frame, its data behind the outer MAC header
 *
 * Return: NF_ACCEPT or NF_DROP.
 */
unsigned int ts_mesh_decide_ingress(struct ts_mesh_port *port, struct sk_buff *skb)
{
	if (unlikely(skb_vlan_tag_present(skb)) && is_of_vlan_device(port, skb))
		return NF_ACCEPT;
	if (unlikely(netif_is_macvlan_port(skb->dev)) &&
	    is_of_macvlan(port, eth_hdr(skb)->h_dest, true))
		return NF_ACCEPT;
	if (likely(skb->protocol == htons(TS_BATADV_ETHERTYPE)))
		return mesh_ingress(port, skb);
	return eth_type_vlan(skb->protocol) ? port_tagged(port, skb) :
					      NF_ACCEPT;
}

/* Unicast or MCAST: what the other end counts as not being control of the link. */
static bool hop_is_for_one(const struct ts_hop *h)
{
	u8 type = h->data[0];

	return type == TS_BATADV_MCAST || (type >= TS_BATADV_UNICAST_MIN &&
					   type <= TS_BATADV_UNICAST_MAX);
}

static unsigned int hop_egress(struct ts_hop *h, const u8 *dest)
{
	bool transit;

	if (is_multicast_ether_addr(dest) || !hop_is_for_one(h))
		return NF_ACCEPT;
	h->generation = ts_path_generation(h->port->tn);
	hop_find(h, dest);
	/* The list of a multicast frame is long: as much as there is of it. */
	ts_batadv_frame_parse(h->data, h->data[0] == TS_BATADV_MCAST ? h->limit :
			      h->end, &h->frame);
	h->table = rcu_dereference(h->mesh->table);
	if (h->frame.kind == TS_BATADV_K_UNICAST)
		h->dest = ts_mesh_table_find(h->table,
					     ts_hop_mac(h, h->frame.dest_off));
	transit = port_is_transit(h->port, h->skb->skb_iif);
	if (!transit && h->mesh->flags & TS_MESH_F_EXIT &&
	    ts_hop_exit_down(h) == NF_DROP)
		return NF_DROP;
	ts_hop_count(h, transit ? TS_NEIGHBOUR_TX_TRANSIT :
				  TS_NEIGHBOUR_TX_OWN);
	ts_hop_bought_up(h);
	ts_hop_buy(h);
	ts_path_learn_egress(h, transit);
	return NF_ACCEPT;
}

static noinline unsigned int hop_egress_copy(struct ts_hop *h, u32 look)
{
	u8 buf[ETH_HLEN + HOP_LOOK] __aligned(4);

	if (skb_copy_bits(h->skb, 0, buf, look))
		return NF_ACCEPT;
	h->data = buf + ETH_HLEN;
	h->end = buf + look;
	h->limit = h->end;
	return hop_egress(h, buf);
}

static unsigned int mesh_egress(struct ts_mesh_port *port,
					 struct sk_buff *skb)
{
	struct ts_hop h = {
		.port = port,
		.mesh = port->mesh,
		.skb = skb,
		.bytes = skb->len + ts_tag_bytes(skb),
		.data = skb->data + ETH_HLEN,
	};
	u32 look = min_t(u32, skb->len, ETH_HLEN + ts_mesh_look(port->mesh));

	if (unlikely(look <= ETH_HLEN))
		return NF_ACCEPT;
	if (unlikely(look > skb_headlen(skb)))
		return hop_egress_copy(&h, look);
	h.end = skb->data + look;
	h.limit = skb_tail_pointer(skb);
	return hop_egress(&h, skb->data);
}

/**
 * ts_mesh_decide_egress() - count a frame to a neighbour; a gateway also bills
 * @port: lower device that it is on
 * @skb: the frame, its data at the outer MAC header
 *
 * Return: NF_ACCEPT or NF_DROP.
 */
unsigned int ts_mesh_decide_egress(struct ts_mesh_port *port, struct sk_buff *skb)
{
	if (skb->protocol != htons(TS_BATADV_ETHERTYPE))
		return NF_ACCEPT;
	if (unlikely(skb_vlan_tag_present(skb)) && is_of_vlan_device(port, skb))
		return NF_ACCEPT;
	if (unlikely(netif_is_macvlan_port(skb->dev)) &&
	    is_of_macvlan(port, skb->data + ETH_ALEN, false))
		return NF_ACCEPT;
	return mesh_egress(port, skb);
}
