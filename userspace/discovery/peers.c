// SPDX-License-Identifier: GPL-2.0
/* peers.c - a bounded table of places, searched from its beginning. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "discovery/peers.h"

/*
 * A message is seldom, and better evidence than what anybody may announce; a hello says
 * which port, and is repeated.
 */
#define MESSAGE_NS	600000000000ull
#define HELLO_NS	60000000000ull

/**
 * struct ts_peers - the table
 * @expire_ns: a peer that was heard of by mDNS is forgotten after so long
 * @fixed: what the operator names; owned
 * @n_fixed: how many
 * @max: places for what is heard of
 * @heard: the places; is_alive() says which are taken
 */
struct ts_peers {
	uint64_t expire_ns;
	struct ts_peer *fixed;
	unsigned int n_fixed;
	unsigned int max;
	struct ts_peer heard[];
};

/**
 * ts_peers_new() - an empty table
 * @max: how many may be heard of at once; what the operator names comes on top
 * @expire_ns: after this time unseen they are forgotten
 *
 * Return: the table; NULL: no memory.
 */
struct ts_peers *ts_peers_new(unsigned int max, uint64_t expire_ns)
{
	struct ts_peers *p = calloc(1, sizeof(*p) + max * sizeof(p->heard[0]));

	if (!p)
		return NULL;
	p->max = max;
	p->expire_ns = expire_ns;
	return p;
}

/** ts_peers_free() - NULL is allowed */
void ts_peers_free(struct ts_peers *p)
{
	if (!p)
		return;
	free(p->fixed);
	free(p);
}

/* A place that nobody ever took was last seen at 0, when the machine started. */
static bool is_alive(const struct ts_peers *p, const struct ts_peer *peer,
		     uint64_t now_ns)
{
	uint64_t expire_ns = peer->source == TS_PEER_MESSAGE ? MESSAGE_NS :
			     peer->source == TS_PEER_HELLO ? HELLO_NS : p->expire_ns;

	return peer->seen_ns && (now_ns < peer->seen_ns ||
				 now_ns - peer->seen_ns < expire_ns);
}

static const struct ts_peer *find_fixed(const struct ts_peers *p,
					const struct ts_address *address)
{
	unsigned int i;

	for (i = 0; i < p->n_fixed; i++)
		if (ts_address_equal(&p->fixed[i].address, address))
			return &p->fixed[i];
	return NULL;
}

/**
 * ts_peers_set() - what the operator names, in place of what he named before
 * @p: the table
 * @list: copied; only address and place count
 * @n: how many
 *
 * Where one of them was heard of does not count from now on.
 *
 * Return: 0 or -ENOMEM, and nothing has changed.
 */
int ts_peers_set(struct ts_peers *p, const struct ts_peer *list, unsigned int n)
{
	struct ts_peer *fixed = calloc(n ? n : 1, sizeof(*fixed));
	unsigned int i;

	if (!fixed)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		fixed[i].address = list[i].address;
		fixed[i].place = list[i].place;
		fixed[i].source = TS_PEER_STATIC;
	}
	free(p->fixed);
	p->fixed = fixed;
	p->n_fixed = n;
	for (i = 0; i < p->max; i++)
		if (find_fixed(p, &p->heard[i].address))
			p->heard[i].seen_ns = 0;
	return 0;
}

/*
 * Where to note a peer: its own place, one that is empty, or for a partner that
 * of the stranger who is silent for longest: whoever fills the table with names
 * that he made up does not keep out those we have a channel with.
 */
static struct ts_peer *place_for(struct ts_peers *p, const struct ts_address *address,
				 bool partner, uint64_t now_ns)
{
	struct ts_peer *empty = NULL, *oldest = NULL, *peer;

	for (peer = p->heard; peer < p->heard + p->max; peer++) {
		if (!is_alive(p, peer, now_ns)) {
			empty = empty ? empty : peer;
			continue;
		}
		if (ts_address_equal(&peer->address, address))
			return peer;
		if (!peer->partner && (!oldest || peer->seen_ns < oldest->seen_ns))
			oldest = peer;
	}
	if (empty)
		return empty;
	return partner ? oldest : NULL;
}

/**
 * ts_peers_learn() - a peer was heard of
 * @p: the table
 * @address: of the peer
 * @place: where it says it is
 * @source: TS_PEER_MDNS, TS_PEER_HELLO or TS_PEER_MESSAGE; none gainsays a later one
 * @partner: it has a channel with us
 * @now_ns: CLOCK_BOOTTIME, not 0
 *
 * Return: 0; 1: it was not known, or was elsewhere; -EEXIST: the operator says
 * where it is; -ENOSPC: the table is full.
 */
int ts_peers_learn(struct ts_peers *p, const struct ts_address *address,
		   const struct ts_peer_place *place, enum ts_peer_source source,
		   bool partner, uint64_t now_ns)
{
	struct ts_peer *peer;
	bool news;

	if (find_fixed(p, address))
		return -EEXIST;
	peer = place_for(p, address, partner, now_ns);
	if (!peer)
		return -ENOSPC;
	if (source < peer->source && is_alive(p, peer, now_ns) &&
	    ts_address_equal(&peer->address, address))
		return 0;
	news = !is_alive(p, peer, now_ns) ||
	       !ts_address_equal(&peer->address, address) ||
	       peer->place.family != place->family ||
	       peer->place.port != place->port ||
	       memcmp(peer->place.ip, place->ip, sizeof(place->ip));
	peer->address = *address;
	peer->place = *place;
	peer->source = source;
	peer->partner = partner;
	peer->seen_ns = now_ns;
	return news;
}

/**
 * ts_peers_find() - where is it?
 * @p: the table
 * @address: whom we look for
 * @now_ns: CLOCK_BOOTTIME
 *
 * Return: valid until the table changes; NULL: nobody knows.
 */
const struct ts_peer *ts_peers_find(const struct ts_peers *p,
				    const struct ts_address *address, uint64_t now_ns)
{
	const struct ts_peer *peer = find_fixed(p, address);
	unsigned int i;

	for (i = 0; i < p->max && !peer; i++)
		if (is_alive(p, &p->heard[i], now_ns) &&
		    ts_address_equal(&p->heard[i].address, address))
			peer = &p->heard[i];
	return peer;
}

/**
 * ts_peers_each() - everybody whose place is known
 * @p: the table
 * @now_ns: CLOCK_BOOTTIME
 * @fn: called with each, the operator's first; another answer than 0 ends it
 * @arg: for @fn
 *
 * Return: 0, or what @fn answered.
 */
int ts_peers_each(const struct ts_peers *p, uint64_t now_ns,
		  int (*fn)(const struct ts_peer *peer, void *arg), void *arg)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < p->n_fixed && !ret; i++)
		ret = fn(&p->fixed[i], arg);
	for (i = 0; i < p->max && !ret; i++)
		if (is_alive(p, &p->heard[i], now_ns))
			ret = fn(&p->heard[i], arg);
	return ret;
}
