// SPDX-License-Identifier: GPL-2.0
/*
 * What a neighbour bills this box for, as this box can tell.
 *
 * The rules are those of mesh_meter.c and mesh_exit.c, asked from the other end of
 * the link, by the tables of this end.  As there: under RCU with bottom halves off,
 * no lock, no memory.
 */

#include "key_lookup.h"
#include "mesh_hop.h"

/* Is an originator the neighbour itself?  Without an account it has one radio. */
static bool hop_is_neighbour(const struct ts_hop *h, u32 off)
{
	const struct ts_key_entry *entry;
	struct ts_key key;

	if (ts_hop_mac(h, off) == ts_mesh_mac(h->key.mac))
		return true;
	if (!h->account)
		return false;
	ts_key_make(&key, h->data + off, 0, h->key.zone);
	entry = ts_key_lookup_rcu(h->port->tn, &key);
	return entry && entry->account == h->account;
}

/* What came was put into the mesh there: a relay would have taken from its ttl. */
static bool hop_begins_there(const struct ts_hop *h)
{
	u32 orig = h->frame.orig_off;

	if (!orig)
		return h->frame.ttl == TS_BATADV_TTL;
	return hop_is_neighbour(h, orig) && ts_hop_is_gateway(h, orig);
}

/* Could what is inside go beyond the mesh there?  Of a frame that shows it, see later. */
static void hop_bought_exit(struct ts_hop *h, u8 kind)
{
	if (!ts_hop_carries_frame(h))
		return;
	h->bought.kind = kind;
	h->bought.if_beyond = h->frame.inner_off;
}

/**
 * ts_hop_bought_down() - find out as what the neighbour has billed to us what came
 * @h: the frame, unicast, with its destination and whether it is from a gateway;
 *	its bought is set
 */
void ts_hop_bought_down(struct ts_hop *h)
{
	h->bought.kind = TS_BOUGHT_NOTHING;
	if (!h->from_gateway)
		return;
	if (hop_begins_there(h))
		hop_bought_exit(h, TS_NEIGHBOUR_BOUGHT_EXIT_DOWN);
	else if (h->mesh->payer_rule == TS_PAYER_REQUESTER &&
		 !ts_slot_is_gateway(h->dest))
		h->bought.kind = TS_NEIGHBOUR_BOUGHT_RELAY_DOWN;
}

/*
 * Of two neighbours one leads the other to gateways: if it does not, then we.  So a
 * fragment that tells no source goes down.
 */
static bool hop_goes_down(const struct ts_hop *h)
{
	return ts_hop_is_from_gateway(h) ||
	       (ts_hop_tells_no_source(h) && h->table->n_gateways &&
		!ts_hop_is_upstream(h));
}

static void hop_bought_unicast(struct ts_hop *h)
{
	bool gateway = ts_slot_is_gateway(h->dest);

	if (h->frame.type == TS_BATADV_UNICAST_TVLV)
		return;
	if (hop_is_neighbour(h, h->frame.dest_off)) {
		if (gateway)
			hop_bought_exit(h, TS_NEIGHBOUR_BOUGHT_EXIT_UP);
		return;
	}
	if (h->mesh->payer_rule == TS_PAYER_SENDER || gateway ||
	    !hop_goes_down(h))
		h->bought.kind = TS_NEIGHBOUR_BOUGHT_RELAY_UP;
}

/* Does a multicast frame name anybody but the neighbour? */
static bool hop_names_another(const struct ts_hop *h)
{
	const struct ts_batadv_frame *f = &h->frame;
	u32 i;

	for (i = 0; i < f->dests_count; i++)
		if (!hop_is_neighbour(h, f->dests_off + i * ETH_ALEN))
			return true;
	return false;
}

/**
 * ts_hop_bought_up() - find out as what the neighbour will bill to us what goes
 * @h: the frame, to the neighbour, with its destination if it is unicast; its
 *	bought is set
 */
void ts_hop_bought_up(struct ts_hop *h)
{
	h->bought.kind = TS_BOUGHT_NOTHING;
	if (h->frame.kind == TS_BATADV_K_UNICAST)
		hop_bought_unicast(h);
	else if (h->frame.kind == TS_BATADV_K_MCAST && hop_names_another(h))
		h->bought.kind = TS_NEIGHBOUR_BOUGHT_RELAY_UP;
}

/**
 * ts_hop_buy() - count what was bought
 * @h: the frame
 */
void ts_hop_buy(const struct ts_hop *h)
{
	if (h->bought.kind != TS_BOUGHT_NOTHING &&
	    (!h->bought.if_beyond ||
	     ts_mesh_is_beyond(h->port->tn, h->data + h->frame.inner_off,
			       h->limit, ts_bought_dir(&h->bought))))
		ts_hop_count(h, h->bought.kind);
}
