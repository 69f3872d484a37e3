// SPDX-License-Identifier: GPL-2.0
/* upstream.c - by which neighbour we buy the internet, at what cost, and for how long. */
#include <string.h>

#include "relay/private.h"
#include "photon/own.h"
#include "relay/wire.h"

#define PATIENCE_HELLOS	4

static int service_of(const struct neighbour *n)
{
	return n->way == TS_WAY_GATEWAY ? TS_SERVICE_EXIT : TS_SERVICE_RELAY;
}

static ts_price cost(const struct neighbour *n)
{
	return ts_terms_cost(&n->terms, service_of(n), TS_DIR_UP) +
	       ts_terms_cost(&n->terms, service_of(n), TS_DIR_DOWN);
}

/* Why nothing can be bought of it. */
static unsigned int fault(const struct ts_relay *r, const struct neighbour *n)
{
	if (n->way == TS_WAY_NONE || !n->terms.known || !n->channel.usable ||
	    (n->way == TS_WAY_ON && n->terms.no_internet))
		return TS_INTERNET_NO_WAY;
	if (ts_terms_too_dear(&n->terms, &r->config.limits, service_of(n)))
		return TS_INTERNET_TOO_DEAR;
	return TS_INTERNET_OFFERED;
}

/* The cheapest; where there is none, *why says why not. */
static const struct neighbour *best(const struct ts_relay *r, unsigned int *why)
{
	const struct neighbour *n, *found = NULL;
	unsigned int not;

	*why = TS_INTERNET_NO_WAY;
	TAILQ_FOREACH(n, &r->neighbours, list) {
		not = fault(r, n);
		if (not) {
			if (not > *why)
				*why = not;
			continue;
		}
		if (!found || cost(n) < cost(found))
			found = n;
	}
	if (found)
		*why = TS_INTERNET_OFFERED;
	return found;
}

static uint64_t can_carry_bytes(const struct neighbour *n)
{
	ts_u128 due_wei = ts_relay_due_wei(n), left_wei = n->channel.out_wei;
	ts_price up = ts_terms_cost(&n->terms, service_of(n), TS_DIR_UP);
	ts_price down = ts_terms_cost(&n->terms, service_of(n), TS_DIR_DOWN);
	ts_price dearest = up > down ? up : down;

	left_wei = left_wei > due_wei ? left_wei - due_wei : 0;
	return ts_price_bytes_of_wei(dearest, left_wei);
}

/**
 * ts_relay_upstream_bytes() - how much of the internet we can still pay for (M4)
 *
 * So much may be granted to clients, and no more.  Return: bytes of the dearer direction;
 * UINT64_MAX: any number, at a gateway.
 */
uint64_t ts_relay_upstream_bytes(const struct ts_relay *r)
{
	const struct neighbour *n;
	unsigned int why;

	if (r->config.gateway)
		return UINT64_MAX;
	n = best(r, &why);
	return n ? can_carry_bytes(n) : 0;
}

/** ts_relay_no_way() - Return: enum ts_no_internet: why none is to be had here */
unsigned int ts_relay_no_way(const struct ts_relay *r)
{
	unsigned int why = TS_INTERNET_OFFERED;

	if (!r->config.gateway)
		best(r, &why);
	return why;
}

/* Twice as much has to be there before it is well again. */
static void look_at_level(struct ts_relay *r, struct neighbour *n)
{
	uint64_t bytes = can_carry_bytes(n);

	if (!r->throttled && bytes < r->config.low_bytes) {
		r->throttled = true;
		ts_relay_tell(n, TS_RELAY_UPSTREAM_LOW);
	} else if (r->throttled && bytes / 2 >= r->config.low_bytes) {
		r->throttled = false;
		ts_relay_tell(n, TS_RELAY_UPSTREAM_WELL);
	}
}

static struct ts_upstream upstream_of(struct ts_relay *r)
{
	struct ts_upstream u = { .is_gateway = r->config.gateway };
	const struct neighbour *n;
	int dir;

	if (u.is_gateway)
		return u;
	n = best(r, &u.no_internet);
	if (!n)
		return u;
	for (dir = 0; dir < TS_DIR_COUNT; dir++)
		u.cost[dir] = ts_terms_cost(&n->terms, service_of(n), dir);
	look_at_level(r, ts_relay_find(r, &n->row.partner));
	if (r->throttled)
		u.no_internet = TS_INTERNET_LOW;
	return u;
}

/* After a start nobody is heard at once; then what was asked before holds. */
static uint64_t patience_ns(const struct ts_relay *r)
{
	uint32_t s = r->offer.version ? PATIENCE_HELLOS * r->config.hello_s :
					r->config.offer.wait_s;

	return s * TS_NS_IN_S;
}

/**
 * ts_relay_reprice() - what we ask now, by what we pay
 * @r: ours
 * @now_ns: CLOCK_BOOTTIME
 */
void ts_relay_reprice(struct ts_relay *r, uint64_t now_ns)
{
	struct ts_upstream upstream = upstream_of(r);
	struct ts_prices now = r->offer.now;
	bool had_next = r->offer.has_next;

	if (!r->began_ns)
		r->began_ns = now_ns;
	if (!r->upstream_ns || !upstream.no_internet)
		r->upstream_ns = now_ns;
	upstream.hold = upstream.no_internet &&
			now_ns - r->upstream_ns < TS_DAY_NS;
	if (upstream.no_internet == TS_INTERNET_NO_WAY &&
	    now_ns - r->began_ns < patience_ns(r))
		return;
	if (!ts_offer_update(&r->offer, &r->config.offer, &upstream, now_ns) &&
	    had_next == r->offer.has_next && ts_prices_equal(&now, &r->offer.now))
		return;
	ts_relay_pack_offer(r, now_ns);
	r->hello_ns = 0;
}

/*
 * Kept so that after a start the same prices hold, and a rise that was announced is not
 * forgotten: the prices, whether there are next ones, these, in how many seconds, whether
 * to the internet, and the day's.
 */
void ts_relay_pack_offer(struct ts_relay *r, uint64_t now_ns)
{
	const struct ts_offer *o = &r->offer;
	uint8_t *out = r->own.offer;
	int service, dir;
	uint32_t in_s;

	ts_offer_announced(o, now_ns, &in_s);
	out = ts_wire_put_prices(out, &o->now);
	*out++ = o->has_next;
	out = ts_wire_put_prices(out, &o->next);
	out = ts_wire_put_uint(out, in_s, 4);
	*out++ = o->no_internet;
	for (service = 0; service < TS_SERVICE_COUNT; service++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			out = ts_own_put_u128(out, o->day[service][dir]);
	r->own.offer_len = (size_t)(out - r->own.offer);
	r->own.tariff_version = o->version;
	r->own_dirty = true;
}

void ts_relay_unpack_offer(struct ts_relay *r, uint64_t now_ns)
{
	struct ts_offer *o = &r->offer;
	const uint8_t *in = r->own.offer;
	int service, dir;
	uint64_t in_s;

	memset(o, 0, sizeof(*o));
	o->version = r->own.tariff_version;
	if (!r->own.offer_len)
		return;
	in = ts_wire_get_prices(&o->now, in);
	o->has_next = *in++;
	in = ts_wire_get_prices(&o->next, in);
	in = ts_wire_get_uint(&in_s, in, 4);
	o->no_internet = *in++;
	for (service = 0; service < TS_SERVICE_COUNT; service++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			in = ts_own_get_u128(&o->day[service][dir], in);
	o->next_ns = now_ns + in_s * TS_NS_IN_S;
	o->day_ns = now_ns;
}
