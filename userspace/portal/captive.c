// SPDX-License-Identifier: GPL-2.0
/* captive.c - what an operating system is told of the network: two states. */
#include <errno.h>
#include <string.h>

#include "portal/private.h"

#define NS_PER_S 1000000000ull

static bool is_same(const struct ts_key *a, const struct ts_key *b)
{
	return !memcmp(a->mac, b->mac, sizeof(a->mac)) && a->vlan == b->vlan &&
	       a->zone == b->zone;
}

static uint64_t boot_ns(struct ts_portal *p)
{
	struct ts_time now;

	p->ops.now(p->ops.ctx, &now);
	return now.boot_ns;
}

static void forget(struct ts_opens *o, unsigned int i)
{
	memmove(&o->open[i], &o->open[i + 1], (--o->n - i) * sizeof(o->open[0]));
}

static unsigned int find(const struct ts_opens *o, const struct ts_key *station)
{
	unsigned int i;

	for (i = 0; i < o->n; i++)
		if (is_same(&o->open[i].station, station))
			break;
	return i;
}

/* Seconds, rounded up, so that what is not over is not 0. */
static uint64_t open_for(const struct ts_opens *o, const struct ts_key *station,
			 uint64_t now_ns)
{
	unsigned int i = find(o, station);

	if (i == o->n || o->open[i].until_ns <= now_ns)
		return 0;
	return (o->open[i].until_ns - now_ns + NS_PER_S - 1) / NS_PER_S;
}

/**
 * ts_captive_look() - how is the station with this address?
 * @p: the portal
 * @peer: its address
 * @captive: set on success
 *
 * Makes no session: who only probes costs nothing.
 *
 * Return: 0; -ENOENT: no station of ours.
 */
int ts_captive_look(struct ts_portal *p, const struct sockaddr *peer,
		    struct ts_captive *captive)
{
	char code[TS_CODE_SIZE];
	struct ts_key station;

	memset(captive, 0, sizeof(*captive));
	if (p->ops.who(p->ops.ctx, peer, &station))
		return -ENOENT;
	captive->open_s = open_for(&p->opens, &station, boot_ns(p));
	captive->paid = !p->ops.find(p->ops.ctx, peer, code) &&
			!p->ops.session(p->ops.ctx, code, &captive->view) &&
			captive->view.state == TS_SESSION_PAID;
	return 0;
}

/** ts_captive_is() - is that captive, in the words of RFC 8908? */
bool ts_captive_is(const struct ts_captive *captive)
{
	return !captive->paid && !captive->open_s;
}

/**
 * ts_captive_continue() - its probes are answered as if the network were open
 * @p: the portal
 * @peer: its address
 *
 * For ten minutes from now, also if some were left.
 *
 * Return: 0; -ENOENT: no station of ours.
 */
int ts_captive_continue(struct ts_portal *p, const struct sockaddr *peer)
{
	struct ts_opens *o = &p->opens;
	struct ts_key station;
	unsigned int i;

	if (p->ops.who(p->ops.ctx, peer, &station))
		return -ENOENT;
	i = find(o, &station);
	if (i < o->n)
		forget(o, i);
	else if (o->n == TS_OPENS_MAX)
		forget(o, 0);
	o->open[o->n].station = station;
	o->open[o->n++].until_ns = boot_ns(p) + TS_OPEN_S * NS_PER_S;
	return 0;
}

/**
 * ts_captive_used() - somebody looks at a session
 * @p: the portal
 * @view: the session, as it is now
 *
 * Return: what it used lately; good until the next call.
 */
const struct ts_usage *ts_captive_used(struct ts_portal *p,
				       const struct ts_session_view *view)
{
	return ts_usage_look(&p->usages, view->code,
			     view->used_bytes[TS_DIR_UP] +
			     view->used_bytes[TS_DIR_DOWN], boot_ns(p));
}
