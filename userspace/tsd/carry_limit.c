// SPDX-License-Identifier: GPL-2.0
/*
 * carry_limit.c - how often a station may have something carried.
 *
 * A page looks every few seconds while it opens a channel, and sends two transactions,
 * each again now and then until it is mined.  The node may cost the operator money by the
 * question, so all stations together have a limit, too: a MAC is easily another.  A wallet
 * has none, for its transactions can be read by everybody, who could then use it up.
 */
#include <sodium.h>
#include <string.h>

#include "tsd/carry_limit.h"

static const struct ts_rate look_rate = { TS_NS_PER_S, 10 * TS_NS_PER_S };
static const struct ts_rate send_rate = { 10 * TS_NS_PER_S, 80 * TS_NS_PER_S };
/* Up to nine questions each, of a node whose provider may count them with our own. */
static const struct ts_rate all_look_rate = { TS_NS_PER_S / 5, 8 * TS_NS_PER_S };
static const struct ts_rate all_send_rate = { TS_NS_PER_S / 2, 16 * TS_NS_PER_S };

/** ts_carry_limit_init() - nothing was asked or carried */
void ts_carry_limit_init(struct ts_carry_limit *l)
{
	memset(l, 0, sizeof(*l));
	randombytes_buf(l->hash_key, sizeof(l->hash_key));
}

static size_t place(const struct ts_carry_limit *l, const void *bytes, size_t len)
{
	uint64_t hash;

	crypto_shorthash((uint8_t *)&hash, bytes, len, l->hash_key);
	return hash % TS_CARRY_PLACES;
}

/* Field by field: what lies between them is nobody's. */
static size_t place_of(const struct ts_carry_limit *l, const struct ts_key *station)
{
	uint8_t b[sizeof(station->mac) + sizeof(station->vlan) + sizeof(station->zone)];

	memcpy(b, station->mac, sizeof(station->mac));
	memcpy(b + 6, &station->vlan, sizeof(station->vlan));
	memcpy(b + 8, &station->zone, sizeof(station->zone));
	return place(l, b, sizeof(b));
}

/* Who is refused because of the others loses nothing of its own. */
static bool take(struct ts_bucket *own, const struct ts_rate *rate, struct ts_bucket *all,
		 const struct ts_rate *all_rate, uint64_t now_ns)
{
	return ts_bucket_has(all, all_rate, now_ns) && ts_bucket_take(own, rate, now_ns) &&
	       ts_bucket_take(all, all_rate, now_ns);
}

/** ts_carry_limit_look() - Return: whether the node may be asked for this station */
bool ts_carry_limit_look(struct ts_carry_limit *l, const struct ts_key *station,
			 uint64_t now_ns)
{
	return take(&l->looks[place_of(l, station)], &look_rate, &l->all_looks,
		    &all_look_rate, now_ns);
}

/** ts_carry_limit_station() - Return: whether a transaction of it may be looked at */
bool ts_carry_limit_station(struct ts_carry_limit *l, const struct ts_key *station,
			    uint64_t now_ns)
{
	return take(&l->sends[place_of(l, station)], &send_rate, &l->all_sends,
		    &all_send_rate, now_ns);
}

/** ts_carry_limit_transaction() - Return: whether this one may be carried, whoever brings it */
bool ts_carry_limit_transaction(struct ts_carry_limit *l, const struct ts_hash *tx,
				uint64_t now_ns)
{
	return ts_bucket_take(&l->transactions[place(l, tx->b, sizeof(tx->b))], &send_rate,
			      now_ns);
}
