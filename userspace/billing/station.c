// SPDX-License-Identifier: GPL-2.0
/*
 * station.c - what the operator says of a station: that it is trusted, or blocked.
 *
 * A trusted one has an account to which the kernel charges nothing, so nothing is
 * reserved for it and its session's value stays.  A blocked one has none, as a stranger:
 * it reaches the portal and what else is free, so that it can be told why, and whoever
 * paid can have the value back.
 */
#include <string.h>

#include "billing/accounts.h"
#include "billing/batch.h"
#include "billing/sessions.h"
#include "billing/sponsors.h"

/* Of a MAC that is trusted, or paid for: in so many zones and VLANs it may be. */
#define SESSIONS_MAX	8

static enum ts_access access_of(const struct ts_billing *b, const uint8_t mac[6])
{
	const struct ts_billing_config *c = &b->config;
	unsigned int i;

	for (i = 0; i < c->n_stations; i++)
		if (!memcmp(c->stations[i].mac, mac, sizeof(c->stations[i].mac)))
			return c->stations[i].access;
	return TS_ACCESS_NORMAL;
}

/** ts_session_access() - Return: what is said of the station that holds a session */
enum ts_access ts_session_access(const struct ts_billing *b,
				 const struct ts_billing_session *s)
{
	return s->row.has_station ? access_of(b, s->row.mac) : TS_ACCESS_NORMAL;
}

/* Of one MAC, with whatever VLAN tags somebody sends: no more are made (M15). */
static bool has_many(const struct ts_billing *b, const uint8_t mac[6])
{
	const struct ts_billing_session *s;
	unsigned int n = 0;

	TAILQ_FOREACH(s, &b->sessions, list)
		n += s->row.has_station && !memcmp(s->row.mac, mac, sizeof(s->row.mac));
	return n >= SESSIONS_MAX;
}

/**
 * ts_station_came() - a frame of a station without an account
 * @b: billing
 * @key: the station
 * @now: the time
 *
 * A trusted one asks for no session first, and one that a wallet pays for does not; all
 * others do, or pay.
 */
void ts_station_came(struct ts_billing *b, const struct ts_key *key,
		     const struct ts_time *now)
{
	struct ts_billing_session *s = NULL;

	if ((access_of(b, key->mac) == TS_ACCESS_TRUSTED ||
	     (access_of(b, key->mac) == TS_ACCESS_NORMAL && ts_sponsor_has(b, key->mac))) &&
	    (ts_session_by_key(b, key) || !has_many(b, key->mac)))
		s = ts_session_of_station(b, key, now);
	if (s)
		ts_account_serve(b, s, now);
}

/** ts_stations_changed() - the operator may say something else of some */
void ts_stations_changed(struct ts_billing *b, const struct ts_time *now)
{
	struct ts_billing_session *s, *next;

	for (s = TAILQ_FIRST(&b->sessions); s; s = next) {
		next = TAILQ_NEXT(s, list);
		ts_account_serve(b, s, now);
		ts_session_changed(b, s);
	}
}
