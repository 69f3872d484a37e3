// SPDX-License-Identifier: GPL-2.0
/*
 * What leaves and enters the mesh at this box, when it is a gateway (EXIT).
 *
 * As mesh_meter.c: under RCU with bottom halves off, no lock, no memory.
 */

#include "class.h"
#include "mesh_hop.h"

static void hop_look_inside(const struct ts_hop *h, struct ts_frame *inner,
			    u32 dir)
{
	ts_frame_parse(inner, h->data + h->frame.inner_off, h->limit, dir,
		       TS_FRAME_NO_TCI);
}

/* A bridge leads it anywhere, so it is no way around paying. */
static bool hop_is_for_group(const struct ts_frame *inner)
{
	return (inner->flags & (TS_FRAME_GROUP | TS_FRAME_CONTROL |
				TS_FRAME_MALFORMED)) == TS_FRAME_GROUP;
}

/**
 * ts_mesh_is_beyond() - would a gateway bill it?
 * @tn: the namespace
 * @inner: the frame inside, its addresses in sight
 * @limit: behind what happens to be in sight
 * @dir: which end of that is the far one
 *
 * Return: whether the far end is neither an address of the box nor in a prefix of class
 * local or free, by the rules of this box.
 */
bool ts_mesh_is_beyond(const struct ts_net *tn, const u8 *inner, const u8 *limit,
		       u32 dir)
{
	struct ts_frame f;

	ts_frame_parse(&f, inner, limit, dir, TS_FRAME_NO_TCI);
	return !hop_is_for_group(&f) && ts_class_is_beyond(tn, &f);
}

static unsigned int hop_local_policed(const struct ts_hop *h)
{
	return ts_hop_may_bcast(h) ? ts_hop_pass_local(h) :
				     ts_hop_refuse(h, TS_DROP_POLICED);
}

/*
 * A fragment that does not show what is inside may be a payment to this box.  It
 * may as well be the whole of a packet: batman-adv takes one that says so, though
 * it sends none.  So not much passes, and nothing of strangers, who have nothing
 * to pay for yet.
 */
static bool hop_may_blind(const struct ts_hop *h)
{
	return h->account &&
	       ts_police_take(&h->port->blind_police,
			      TS_MESH_BLIND_BYTES_PER_S,
			      TS_MESH_BLIND_BURST_BYTES, h->bytes);
}

/**
 * ts_hop_exit() - decide about a unicast frame that leaves the mesh here
 * @h: the frame, from a neighbour, LOCAL
 *
 * Return: NF_ACCEPT or NF_DROP.
 */
unsigned int ts_hop_exit(struct ts_hop *h)
{
	bool in_sight = h->frame.inner_off;
	struct ts_frame inner;
	int verdict;

	if (in_sight) {
		hop_look_inside(h, &inner, TS_DIR_UP);
		if (hop_is_for_group(&inner))
			return hop_local_policed(h);
		if (!ts_class_is_beyond(h->port->tn, &inner))
			return ts_hop_pass_local(h);
	}
	h->class = TS_CLASS_INTERNET;
	h->dir = TS_DIR_UP;
	h->payer = h->account;
	verdict = ts_hop_charge(h);
	if (verdict == TS_CHARGE_PASS) {
		ts_hop_count(h, TS_NEIGHBOUR_RX_EXIT);
		return NF_ACCEPT;
	}
	if (!in_sight && hop_may_blind(h))
		return ts_hop_pass_local(h);
	return ts_hop_refuse(h, verdict);
}

/*
 * A packet that this box cuts is billed whole with its last fragment, which has
 * the headers.  It is our own, so it says the truth about itself.
 *
 * Return: billed bytes; 0: it will be billed with another fragment.
 */
static u32 hop_own_bytes(const struct ts_hop *h)
{
	const struct ts_batadv_frame *f = &h->frame;

	if (f->type != TS_BATADV_UNICAST_FRAG)
		return h->bytes;
	if (!f->frag_head)
		return 0;
	return f->frag_total + (f->frag_no + 1) *
	       (ETH_HLEN + sizeof(struct ts_batadv_frag_wire));
}

/**
 * ts_hop_exit_down() - decide about what this box itself sends into the mesh
 * @h: the frame, with its table and destination
 *
 * Return: NF_ACCEPT or NF_DROP.
 */
unsigned int ts_hop_exit_down(struct ts_hop *h)
{
	u32 bytes = h->bytes;
	struct ts_frame inner;
	int verdict;

	if (h->frame.kind != TS_BATADV_K_UNICAST || !ts_hop_carries_frame(h))
		return NF_ACCEPT;
	hop_look_inside(h, &inner, TS_DIR_DOWN);
	h->bytes = hop_own_bytes(h);
	if (!h->bytes || !ts_class_is_beyond(h->port->tn, &inner)) {
		h->bytes = bytes;
		return NF_ACCEPT;
	}
	h->class = TS_CLASS_INTERNET;
	h->dir = TS_DIR_DOWN;
	if (h->dest && h->dest->flags & TS_MESH_SLOT_ROUTED) {
		h->payer = READ_ONCE(h->dest->account);
		verdict = ts_hop_charge(h);
		if (verdict == TS_CHARGE_PASS)
			ts_hop_count_dest(h, TS_ORIGINATOR_EXIT_DOWN);
	} else {
		verdict = ts_hop_may_unrouted(h) ? TS_CHARGE_PASS :
						   TS_DROP_POLICED;
	}
	if (verdict != TS_CHARGE_PASS) {
		ts_hop_count_dest(h, TS_ORIGINATOR_REFUSED);
		return ts_hop_drop(h, verdict);
	}
	h->bytes = bytes;
	return NF_ACCEPT;
}

/**
 * ts_hop_is_smuggled() - is there a frame for one station in one for all?
 * @h: the frame, BCAST or MCAST, from a neighbour
 *
 * batman-adv makes none, but delivers it: it is there to leave the mesh unbilled.
 *
 * Return: whether it is; false where nothing leaves the mesh.
 */
bool ts_hop_is_smuggled(const struct ts_hop *h)
{
	return h->mesh->flags & TS_MESH_F_EXIT &&
	       (!h->frame.inner_off || !(h->data[h->frame.inner_off] & 1));
}

/**
 * ts_hop_mcast_may_exit() - may a multicast frame be delivered here?
 * @h: the frame, from a neighbour
 *
 * The copy for this box is as if it had come as BCAST.
 *
 * Return: TS_CHARGE_PASS, or enum ts_drop: why not.
 */
int ts_hop_mcast_may_exit(const struct ts_hop *h)
{
	if (!(h->mesh->flags & TS_MESH_F_EXIT))
		return TS_CHARGE_PASS;
	if (h->frame.kind != TS_BATADV_K_MCAST || ts_hop_is_smuggled(h))
		return TS_DROP_MALFORMED;
	return !ts_hop_names(h, true) || ts_hop_may_bcast(h) ?
		TS_CHARGE_PASS : TS_DROP_POLICED;
}
