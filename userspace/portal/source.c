// SPDX-License-Identifier: GPL-2.0
/*
 * source.c - who connects: at most so many at once from each.
 *
 * A station has as many IPv6 addresses as it likes; what counts is the station,
 * or where that is not known the network of its address.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "portal/private.h"

static void identify(const struct ts_portal *p, const struct sockaddr *peer,
		     struct ts_source_id *id)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)peer;
	const struct sockaddr_in *in = (const struct sockaddr_in *)peer;
	struct ts_key key;

	memset(id, 0, sizeof(*id));
	if (!p->ops.who(p->ops.ctx, peer, &key)) {
		id->kind = TS_SOURCE_STATION;
		memcpy(id->b, key.mac, 6);
		memcpy(id->b + 6, &key.vlan, sizeof(key.vlan));
		memcpy(id->b + 8, &key.zone, sizeof(key.zone));
	} else if (peer->sa_family == AF_INET6) {
		id->kind = TS_SOURCE_NETWORK;
		memcpy(id->b, &in6->sin6_addr, 8);
	} else {
		id->kind = TS_SOURCE_ADDRESS;
		memcpy(id->b, &in->sin_addr, sizeof(in->sin_addr));
	}
}

static void drop_unused(struct ts_portal *p)
{
	struct ts_source **at = &p->sources, *s;

	while ((s = *at)) {
		if (s->connections) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		free(s);
	}
}

static struct ts_source *find(struct ts_portal *p, const struct ts_source_id *id)
{
	struct ts_source *s;

	for (s = p->sources; s; s = s->next)
		if (!memcmp(&s->id, id, sizeof(*id)))
			return s;
	s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->id = *id;
	s->next = p->sources;
	p->sources = s;
	return s;
}

/**
 * ts_source_may() - may this peer have another connection?
 * @p: the portal
 * @peer: its address
 *
 * Libmicrohttpd asks, and then at once says that the connection has begun, but
 * not of whom; so what was found is kept in @p->accepted.
 */
bool ts_source_may(struct ts_portal *p, const struct sockaddr *peer)
{
	struct ts_source_id id;

	drop_unused(p);
	identify(p, peer, &id);
	p->accepted = find(p, &id);
	return p->accepted && p->accepted->connections < p->limits.per_source;
}

/** ts_source_begin() - the connection has begun; Return: for ts_source_end() */
struct ts_source *ts_source_begin(struct ts_portal *p)
{
	struct ts_source *s = p->accepted;

	p->accepted = NULL;
	if (s)
		s->connections++;
	return s;
}

/** ts_source_end() - it has ended; NULL is allowed */
void ts_source_end(struct ts_source *s)
{
	if (s)
		s->connections--;
}

/** ts_source_free_all() - after the last connection */
void ts_source_free_all(struct ts_portal *p)
{
	struct ts_source *s;

	while ((s = p->sources)) {
		p->sources = s->next;
		free(s);
	}
}
