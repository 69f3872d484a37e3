// SPDX-License-Identifier: GPL-2.0
/*
 * What the last frames of a mesh led to, for the next ones of the same flows.
 *
 * The decision of mesh_meter.c about a unicast frame in transit, and about one that
 * goes to a neighbour, hangs on a few bytes of its headers and on tables that seldom
 * change.  A path is that decision; it holds for a frame with just the same bytes, as
 * long as no table has changed.  Whatever is different about a frame, down to a payer
 * with less than it costs, mesh_meter.c decides anew: nothing is refused here.
 *
 * Each CPU has paths of its own, and the data path always runs with bottom halves
 * off, so that nobody else looks at them; but with PREEMPT_RT, where there are none.
 * What a path points to is alive under RCU when its generation is the present one.
 */

#include <linux/hash.h>
#include <linux/if_macvlan.h>
#include <linux/ip.h>
#include "mesh_hop.h"
#include "mesh_meter.h"
#include "mesh_path.h"

/*
 * The longest header of batman-adv that has paths, and of the frame inside as much as
 * path_is_beyond() reads.
 */
#define PATH_LOOK (sizeof(struct ts_batadv_unicast_4addr_wire) + ETH_HLEN + \
		   sizeof(struct iphdr))

/*
 * Could a frame have a path, its header @off bytes further on?  Tags mesh_meter.c knows
 * better.
 */
static __always_inline bool path_may_be(const struct sk_buff *skb, u32 off)
{
	return !IS_ENABLED(CONFIG_PREEMPT_RT) &&
	       likely(skb->protocol == htons(TS_BATADV_ETHERTYPE)) &&
	       likely(!skb_vlan_tag_present(skb)) &&
	       likely(skb->len >= off + PATH_LOOK);
}

/* Of what a device put into pages there must be as much as mesh_meter.c looks at. */
static bool path_is_in_sight(const struct ts_mesh_port *port,
			     const struct sk_buff *skb, u32 off)
{
	u32 look = max_t(u32, PATH_LOOK, ts_mesh_look(port->mesh));

	return !skb_is_nonlinear(skb) || skb_headlen(skb) >= off + look;
}

static __always_inline u64 path_bytes(const u8 *p)
{
	return get_unaligned((const u64 *)p);
}

/*
 * Where a frame has its addresses hangs on its type alone: 10 bytes of batman-adv's
 * header, or 18, and the inner addresses.  Return: false when frames of this type have
 * no paths.
 */
static __always_inline bool path_key(struct ts_path_key *key, const u8 *eth,
				     const u8 *p, int iif)
{
	u32 more = p[0] ^ TS_BATADV_UNICAST;
	const u8 *inner;

	BUILD_BUG_ON((TS_BATADV_UNICAST ^ TS_BATADV_UNICAST_4ADDR) != 2);
	BUILD_BUG_ON(sizeof(struct ts_batadv_unicast_4addr_wire) -
		     sizeof(struct ts_batadv_unicast_wire) != 4 * 2);
	if (more & ~2)
		return false;
	inner = p + sizeof(struct ts_batadv_unicast_wire) + 4 * more;
	key->outer = path_bytes(eth);
	key->from = get_unaligned((const u32 *)(eth + 8)) | (u64)iif << 32;
	key->head = path_bytes(p);
	key->dest = path_bytes(p + 8);
	key->inner = path_bytes(inner - 2);
	key->end = path_bytes(inner + 2 * ETH_ALEN - 8);
	return true;
}

static __always_inline struct ts_path *path_place(struct ts_path *paths,
						  const struct ts_path_key *key)
{
	return &paths[hash_64(key->head ^ key->dest ^ key->end, TS_PATH_BITS)];
}

static __always_inline bool path_holds(const struct ts_path *p,
				       const struct ts_mesh_port *port,
				       const struct ts_path_key *key)
{
	return !((p->key.outer ^ key->outer) | (p->key.from ^ key->from) |
		 (p->key.head ^ key->head) | (p->key.dest ^ key->dest) |
		 (p->key.inner ^ key->inner) | (p->key.end ^ key->end)) &&
	       p->generation == atomic_long_read(&port->tn->path_generation);
}

static __always_inline u32 path_start(const u8 *l3)
{
	return get_unaligned((const u32 *)(l3 - 2));
}

static __always_inline bool path_is_fragment(const u8 *l3)
{
	return get_unaligned((const __be16 *)(l3 + 6)) & htons(0x3fff);
}

static noinline bool path_ask(const struct ts_mesh_port *port, struct ts_path *p,
			      const struct sk_buff *skb, const u8 *data)
{
	u32 dir = p->bought_kind == TS_NEIGHBOUR_BOUGHT_EXIT_UP ? TS_DIR_UP :
								  TS_DIR_DOWN;
	const u8 *l3 = data + p->l3;
	bool is_beyond = ts_mesh_is_beyond(port->tn, l3 - ETH_HLEN,
					   skb_tail_pointer(skb), dir);

	if (get_unaligned((const __be16 *)(l3 - 2)) == htons(ETH_P_IP) &&
	    !path_is_fragment(l3)) {
		p->asked = jiffies;
		p->far_addr = get_unaligned((const u32 *)(data + p->far));
		p->start = path_start(l3);
		p->is_beyond = is_beyond;
	}
	return is_beyond;
}

static __always_inline void path_bill(struct ts_path *p, u32 bytes)
{
	ts_counter_add(&p->bought[0], bytes);
	if (likely(p->bought[1].n))
		ts_counter_add(&p->bought[1], bytes);
	else
		ts_seen_add(p->seen, p->bought_kind, bytes);
}

static noinline unsigned int path_ask_and_buy(const struct ts_mesh_port *port,
					      struct ts_path *p,
					      const struct sk_buff *skb,
					      const u8 *data, u32 bytes)
{
	if (path_ask(port, p, skb, data))
		path_bill(p, bytes);
	return NF_ACCEPT;
}

/*
 * Does the packet inside lead beyond the mesh?  Whether an address is the box's takes a
 * walk through its routes, and those tell nobody when they change: it is asked again
 * once in a jiffy.  Of an IPv4 packet ts_mesh_is_beyond() looks at nothing else.
 */
static __always_inline bool path_is_asked(const struct ts_path *p, const u8 *data)
{
	const u8 *l3 = data + p->l3;

	return p->asked == jiffies && p->start == path_start(l3) &&
	       p->far_addr == get_unaligned((const u32 *)(data + p->far)) &&
	       !path_is_fragment(l3);
}

/* @data is the batman-adv header. */
static __always_inline unsigned int path_buy(const struct ts_mesh_port *port,
					     struct ts_path *p,
					     const struct sk_buff *skb,
					     const u8 *data, u32 bytes)
{
	if (!p->bought[0].n)
		return NF_ACCEPT;
	if (p->l3) {
		if (unlikely(!path_is_asked(p, data)))
			return path_ask_and_buy(port, p, skb, data, bytes);
		if (!p->is_beyond)
			return NF_ACCEPT;
	}
	path_bill(p, bytes);
	return NF_ACCEPT;
}

/* --- from a neighbour -------------------------------------------------------- */

/* That it is awake: once in a jiffy is often enough. */
static noinline unsigned int path_hear_and_buy(const struct ts_mesh_port *port,
					       struct ts_path *p,
					       const struct sk_buff *skb,
					       const u8 *data, u32 bytes)
{
	p->heard = jiffies;
	if (p->entry)
		ts_mesh_port_heard(port, p->entry);
	if (p->seen)
		ts_seen_heard(p->seen, p->entry ? 0 : port->dev->ifindex);
	return path_buy(port, p, skb, data, bytes);
}

/*
 * Who has the path of a frame charges and counts it as mesh_meter.c would.  What is
 * seldom is behind calls that come last, so that nothing is saved for them.
 */
static __always_inline unsigned int path_pass_ingress(struct ts_mesh_port *port,
						      struct ts_path *p,
						      struct sk_buff *skb,
						      bool known)
{
	u32 bytes = skb->len + ETH_HLEN;

	if (unlikely(!ts_toll_take(&p->toll, bytes, 1)))
		return ts_mesh_decide_ingress(port, skb);
	if (known || p->dest.n)
		ts_counter_add(&p->dest, bytes);
	else
		ts_seen_add(p->seen, p->dir, bytes);
	if (known || p->hop.n)
		ts_counter_add(&p->hop, bytes);
	else
		ts_seen_add(p->seen, p->kind, bytes);
	ts_counter_add(&p->port, bytes);
	if (unlikely(p->heard != jiffies))
		return path_hear_and_buy(port, p, skb, skb->data, bytes);
	return path_buy(port, p, skb, skb->data, bytes);
}

/* Of somebody without an account. */
static noinline unsigned int path_pass_ingress_seen(struct ts_mesh_port *port,
						    struct ts_path *p,
						    struct sk_buff *skb)
{
	if (!ts_seen_is(p->seen, p->tag))
		return ts_mesh_decide_ingress(port, skb);
	return path_pass_ingress(port, p, skb, false);
}

static __always_inline unsigned int path_ingress(struct ts_mesh_port *port,
						 struct sk_buff *skb)
{
	struct ts_path_key key;
	struct ts_path *p;

	if (unlikely(skb_is_gso(skb)) ||
	    !path_key(&key, skb_mac_header(skb), skb->data, 0))
		return ts_mesh_decide_ingress(port, skb);
	p = path_place(this_cpu_ptr(port->paths)->ingress, &key);
	if (unlikely(!path_holds(p, port, &key)))
		return ts_mesh_decide_ingress(port, skb);
	if (unlikely(p->seen))
		return path_pass_ingress_seen(port, p, skb);
	return path_pass_ingress(port, p, skb, true);
}

static noinline unsigned int path_ingress_pages(struct ts_mesh_port *port,
						struct sk_buff *skb)
{
	if (!path_is_in_sight(port, skb, 0))
		return ts_mesh_decide_ingress(port, skb);
	return path_ingress(port, skb);
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
	if (!path_may_be(skb, 0))
		return ts_mesh_decide_ingress(priv, skb);
	if (unlikely(skb_is_nonlinear(skb)))
		return path_ingress_pages(priv, skb);
	return path_ingress(priv, skb);
}

/* --- to a neighbour ---------------------------------------------------------- */

static __always_inline unsigned int path_pass_egress(struct ts_mesh_port *port,
						     struct ts_path *p,
						     struct sk_buff *skb,
						     bool known)
{
	u32 bytes = skb->len;

	if (known)
		ts_counter_add(&p->hop, bytes);
	else
		ts_seen_add(p->seen, p->kind, bytes);
	ts_counter_add(&p->port, bytes);
	return path_buy(port, p, skb, skb->data + ETH_HLEN, bytes);
}

static noinline unsigned int path_pass_egress_seen(struct ts_mesh_port *port,
						   struct ts_path *p,
						   struct sk_buff *skb)
{
	if (!ts_seen_is(p->seen, p->tag))
		return ts_mesh_decide_egress(port, skb);
	ts_seen_heard(p->seen, 0);
	return path_pass_egress(port, p, skb, false);
}

static __always_inline unsigned int path_egress(struct ts_mesh_port *port,
						struct sk_buff *skb)
{
	const u8 *eth = skb->data;
	struct ts_path_key key;
	struct ts_path *p;

	if (!path_key(&key, eth, eth + ETH_HLEN, skb->skb_iif))
		return ts_mesh_decide_egress(port, skb);
	p = path_place(this_cpu_ptr(port->paths)->egress, &key);
	if (unlikely(!path_holds(p, port, &key)))
		return ts_mesh_decide_egress(port, skb);
	if (unlikely(p->seen))
		return path_pass_egress_seen(port, p, skb);
	return path_pass_egress(port, p, skb, true);
}

static noinline unsigned int path_egress_pages(struct ts_mesh_port *port,
					       struct sk_buff *skb)
{
	if (!path_is_in_sight(port, skb, ETH_HLEN))
		return ts_mesh_decide_egress(port, skb);
	return path_egress(port, skb);
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
	if (!path_may_be(skb, ETH_HLEN))
		return ts_mesh_decide_egress(priv, skb);
	if (unlikely(skb_is_nonlinear(skb)))
		return path_egress_pages(priv, skb);
	return path_egress(priv, skb);
}

/* --- what they learn --------------------------------------------------------- */

static void path_learn_bought(struct ts_path *p, const struct ts_hop *h)
{
	const struct ts_bought *b = &h->bought;

	if (b->kind == TS_BOUGHT_NOTHING)
		return;
	p->bought_kind = b->kind;
	p->bought[0] = ts_counter_here(h->port->counts, b->kind);
	if (h->entry)
		p->bought[1] = ts_counter_here(h->entry->counts, b->kind);
	if (!b->if_beyond)
		return;
	p->l3 = h->frame.inner_off + ETH_HLEN;
	p->far = p->l3 + (ts_bought_dir(b) == TS_DIR_UP ?
			  offsetof(struct iphdr, daddr) :
			  offsetof(struct iphdr, saddr));
}

static void path_learn(struct ts_path *p, const struct ts_hop *h,
		       const struct ts_path_key *key, struct ts_seen *seen,
		       u64 tag, u8 kind)
{
	*p = (struct ts_path) {
		.key = *key,
		.generation = h->generation,
		.port = ts_counter_here(h->port->counts, kind),
		.seen = seen,
		.tag = tag,
		.entry = h->entry,
		.heard = jiffies - 1,
		.asked = jiffies - 1,
		.kind = kind,
	};
	if (h->entry)
		p->hop = ts_counter_here(h->entry->counts, kind);
	path_learn_bought(p, h);
}

/*
 * Which macvlan device a frame is for, and so whether it is metered here, may change
 * without an event.
 */
static bool path_may_be_kept(const struct ts_hop *h)
{
	return !netif_is_macvlan_port(h->port->dev);
}

static struct ts_seen *path_seen_dest(const struct ts_hop *h, u64 *tag)
{
	struct ts_key key;

	ts_key_make(&key, h->data + h->frame.dest_off, 0, h->key.zone);
	return ts_seen_find(h->mesh->dests, &key, tag);
}

/**
 * ts_path_learn_ingress() - remember what a frame from a neighbour led to
 * @h: the frame, in transit, charged to whoever pays for it
 */
void ts_path_learn_ingress(const struct ts_hop *h)
{
	struct ts_seen *seen = NULL;
	struct ts_path_key key;
	struct ts_toll toll;
	struct ts_path *p;
	u64 tag = 0;

	if (!path_may_be(h->skb, 0) ||
	    !path_is_in_sight(h->port, h->skb, 0) || !path_may_be_kept(h) ||
	    !path_key(&key, skb_mac_header(h->skb), h->skb->data, 0) ||
	    !ts_toll_find(&toll, h->payer, TS_CLASS_RELAY, h->dir))
		return;
	/* Going up the neighbour has an account, coming down the destination a slot. */
	if (!h->entry)
		seen = ts_seen_find(h->mesh->hops, &h->key, &tag);
	else if (!h->dest)
		seen = path_seen_dest(h, &tag);
	if (!seen && !(h->entry && h->dest))
		return;
	p = path_place(this_cpu_ptr(h->port->paths)->ingress, &key);
	path_learn(p, h, &key, seen, tag, TS_NEIGHBOUR_RX_TRANSIT);
	BUILD_BUG_ON((int)TS_ORIGINATOR_UP != (int)TS_DIR_UP);
	BUILD_BUG_ON((int)TS_ORIGINATOR_DOWN != (int)TS_DIR_DOWN);
	p->toll = toll;
	p->dir = h->dir;
	if (h->dest)
		p->dest = ts_counter_here(h->dest->originator->counts, h->dir);
}

/**
 * ts_path_learn_egress() - remember what a frame to a neighbour led to
 * @h: the frame, counted
 * @transit: it came in on this mesh
 *
 * What a gateway sends itself it also bills: that is not remembered.
 */
void ts_path_learn_egress(const struct ts_hop *h, bool transit)
{
	const u8 *eth = h->skb->data;
	struct ts_seen *seen = NULL;
	struct ts_path_key key;
	u64 tag = 0;

	if ((!transit && h->mesh->flags & TS_MESH_F_EXIT) ||
	    h->frame.kind != TS_BATADV_K_UNICAST || !path_may_be_kept(h) ||
	    !path_may_be(h->skb, ETH_HLEN) ||
	    !path_is_in_sight(h->port, h->skb, ETH_HLEN) ||
	    !path_key(&key, eth, eth + ETH_HLEN, h->skb->skb_iif))
		return;
	if (!h->entry)
		seen = ts_seen_find(h->mesh->hops, &h->key, &tag);
	if (seen || h->entry)
		path_learn(path_place(this_cpu_ptr(h->port->paths)->egress, &key),
			   h, &key, seen, tag,
			   transit ? TS_NEIGHBOUR_TX_TRANSIT : TS_NEIGHBOUR_TX_OWN);
}
