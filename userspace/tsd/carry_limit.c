// SPDX-License-Identifier: GPL-2.0
/*
 * carry_limit.c - how often a station may have something carried.
 *
 * A page looks every few seconds while it opens a channel, and sends two transactions,
 * each again now and then until it is mined.  The node may cost the operator money by the
 * question, so all stations together have a limit, too: a MAC is easily another.
 *
 * That limit is nobody's to hold.  Who had its share of it lately, as a station or as the
 * signer, has to leave three quarters to the others.  A signer has no other limit: what it
 * signed can be read by everybody, who could then use it up.
 */
#include <sodium.h>
#include <string.h>

#include "tsd/carry_limit.h"

/**
 * struct share - how what all have is shared
 * @all: what they have
 * @each: of it, each has this whatever the others do
 */
struct share {
	struct ts_rate all;
	struct ts_rate each;
};

static const struct ts_rate look_rate = { TS_NS_PER_S, 10 * TS_NS_PER_S };
static const struct ts_rate check_rate = { 10 * TS_NS_PER_S, 80 * TS_NS_PER_S };
/* Up to nine questions each, of a node whose provider may count them with our own. */
static const struct share looks = {
	.all = { TS_NS_PER_S / 5, 64 * TS_NS_PER_S / 5 },
	.each = { 10 * TS_NS_PER_S, 20 * TS_NS_PER_S },
};
/* A channel is opened with two; where twenty came before, these are left. */
static const struct share sends = {
	.all = { TS_NS_PER_S / 2, 64 * TS_NS_PER_S / 2 },
	.each = { 60 * TS_NS_PER_S, 120 * TS_NS_PER_S },
};

/** ts_carry_limit_init() - nothing was asked or carried */
void ts_carry_limit_init(struct ts_carry_limit *l)
{
	memset(l, 0, sizeof(*l));
	randombytes_buf(l->hash_key, sizeof(l->hash_key));
}

/* --- places -------------------------------------------------------------------- */

#define PLACES	4

_Static_assert(TS_CARRY_PLACES <= 1 << 16, "a quarter of a hash says which place");

/* In a table of buckets: who shares some of them with strangers hardly shares all. */
struct places {
	size_t at[PLACES];
};

static struct places place(const struct ts_carry_limit *l, const void *bytes, size_t len)
{
	struct places p;
	uint64_t hash;
	unsigned int i;

	crypto_shorthash((uint8_t *)&hash, bytes, len, l->hash_key);
	for (i = 0; i < PLACES; i++)
		p.at[i] = (uint16_t)(hash >> (16 * i)) % TS_CARRY_PLACES;
	return p;
}

/* Field by field: what lies between them is nobody's. */
static struct places place_of(const struct ts_carry_limit *l, const struct ts_key *station)
{
	uint8_t b[sizeof(station->mac) + sizeof(station->vlan) + sizeof(station->zone)];

	memcpy(b, station->mac, sizeof(station->mac));
	memcpy(b + 6, &station->vlan, sizeof(station->vlan));
	memcpy(b + 8, &station->zone, sizeof(station->zone));
	return place(l, b, sizeof(b));
}

/* All of them have what is one's own, and some have more. */
static struct ts_bucket bucket_of(const struct ts_bucket *table, struct places p)
{
	struct ts_bucket least = table[p.at[0]];
	unsigned int i;

	for (i = 1; i < PLACES; i++)
		if (table[p.at[i]].full_at_ns < least.full_at_ns)
			least = table[p.at[i]];
	return least;
}

static bool has(const struct ts_bucket *table, struct places p, const struct ts_rate *rate,
		uint64_t now_ns)
{
	const struct ts_bucket b = bucket_of(table, p);

	return ts_bucket_has(&b, rate, now_ns);
}

static bool take(struct ts_bucket *table, struct places p, const struct ts_rate *rate,
		 uint64_t now_ns)
{
	struct ts_bucket b = bucket_of(table, p);
	unsigned int i;

	if (!ts_bucket_take(&b, rate, now_ns))
		return false;
	for (i = 0; i < PLACES; i++)
		if (table[p.at[i]].full_at_ns < b.full_at_ns)
			table[p.at[i]] = b;
	return true;
}

/* --- what is asked ---------------------------------------------------------------- */

static bool is_left(const struct ts_bucket *all, const struct share *s, bool has_share,
		    uint64_t now_ns)
{
	const struct ts_rate rate = { s->all.cost_ns, s->all.room_ns / (has_share ? 1 : 4) };

	return ts_bucket_has(all, &rate, now_ns);
}

/**
 * ts_carry_limit_look() - may the node be asked for this station?
 * @l: the limits
 * @station: who asks
 * @now_ns: the clock
 *
 * Return: whether; who is refused because of the others loses nothing of its own.
 */
bool ts_carry_limit_look(struct ts_carry_limit *l, const struct ts_key *station,
			 uint64_t now_ns)
{
	struct places p = place_of(l, station);

	if (!is_left(&l->all_looks, &looks, has(l->looked, p, &looks.each, now_ns), now_ns) ||
	    !take(l->looks, p, &look_rate, now_ns))
		return false;
	take(l->looked, p, &looks.each, now_ns);
	return ts_bucket_take(&l->all_looks, &looks.all, now_ns);
}

/**
 * ts_carry_limit_check() - may a transaction of this station be looked at?
 * @l: the limits
 * @station: who brings it
 * @now_ns: the clock
 *
 * To recover who signed costs us, so a station has a limit before that, and all places
 * together some hundreds in a second.  Of what all may send nothing is taken: it may be no
 * deposit at all.
 *
 * Return: whether; while it could not be sent anyway the station loses nothing.
 */
bool ts_carry_limit_check(struct ts_carry_limit *l, const struct ts_key *station,
			  uint64_t now_ns)
{
	struct places p = place_of(l, station);

	return is_left(&l->all_sends, &sends, has(l->sent, p, &sends.each, now_ns), now_ns) &&
	       take(l->checks, p, &check_rate, now_ns);
}

/**
 * ts_carry_limit_send() - may this deposit be carried?
 * @l: the limits
 * @station: who brings it
 * @signer: whose it is
 * @tx: which
 * @now_ns: the clock
 *
 * The same one again is not another one of its signer, for anybody can bring it.
 *
 * Return: whether; what is refused takes nothing.
 */
bool ts_carry_limit_send(struct ts_carry_limit *l, const struct ts_key *station,
			 const struct ts_address *signer, const struct ts_hash *tx,
			 uint64_t now_ns)
{
	struct places p = place_of(l, station);
	struct places by = place(l, signer->b, sizeof(signer->b));
	struct places same = place(l, tx->b, sizeof(tx->b));
	bool again = bucket_of(l->transactions, same).full_at_ns > now_ns;
	bool has_share = has(l->sent, p, &sends.each, now_ns) &&
			 has(l->signed_for, by, &sends.each, now_ns);

	if (!is_left(&l->all_sends, &sends, has_share, now_ns) ||
	    !take(l->transactions, same, &check_rate, now_ns))
		return false;
	if (!again)
		take(l->signed_for, by, &sends.each, now_ns);
	take(l->sent, p, &sends.each, now_ns);
	return ts_bucket_take(&l->all_sends, &sends.all, now_ns);
}
