// SPDX-License-Identifier: GPL-2.0
/* offer.c - what we ask of our neighbours. */
#include <string.h>

#include "relay/offer.h"

/* A buyer may hear of something so much later. */
#define LATE_NS		(3600 * TS_NS_IN_S)

static bool has_cost(const struct ts_upstream *upstream)
{
	return !upstream->is_gateway && !upstream->no_internet;
}

/*
 * A gateway's exit is its own; what a relay carries to the internet it has to buy
 * itself, and in its relay price that is contained.
 */
static void want(ts_price wanted[TS_SERVICE_COUNT][TS_DIR_COUNT],
		 const struct ts_offer_config *config,
		 const struct ts_upstream *upstream)
{
	int dir;

	memcpy(wanted, config->own, sizeof(config->own));
	for (dir = 0; has_cost(upstream) && dir < TS_DIR_COUNT; dir++)
		wanted[TS_SERVICE_RELAY][dir] +=
			ts_price_with_part(upstream->cost[dir], config->margin_per_mille);
}

/* No more than what our promise of this day allows. */
static void bound(struct ts_prices *prices, const struct ts_offer *o,
		  const struct ts_offer_config *config)
{
	ts_price day, most;
	int service, dir;

	for (service = 0; service < TS_SERVICE_COUNT; service++) {
		for (dir = 0; dir < TS_DIR_COUNT; dir++) {
			day = o->day[service][dir];
			most = ts_price_with_part(day, config->rise_per_mille);
			if (day && ts_prices_get(prices, service, dir) > most)
				prices->units[service][dir] = (uint16_t)
					(most >> (prices->unit_shift + 32));
		}
	}
}

/* Whether we would pay more for a byte than we get. */
static bool is_below_cost(const struct ts_prices *prices,
			  const struct ts_upstream *upstream)
{
	int dir;

	for (dir = 0; has_cost(upstream) && dir < TS_DIR_COUNT; dir++)
		if (ts_prices_get(prices, TS_SERVICE_RELAY, dir) <
		    upstream->cost[dir])
			return true;
	return false;
}

static void begin_day(struct ts_offer *o, uint64_t now_ns)
{
	int service, dir;

	for (service = 0; service < TS_SERVICE_COUNT; service++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			o->day[service][dir] = ts_prices_get(&o->now, service, dir);
	o->day_ns = now_ns;
}

/* The day of a buyer may have begun when it was cheapest. */
static void lower_day(struct ts_offer *o)
{
	int service, dir;

	for (service = 0; service < TS_SERVICE_COUNT; service++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			if (ts_prices_get(&o->now, service, dir) < o->day[service][dir])
				o->day[service][dir] = ts_prices_get(&o->now, service,
								     dir);
}

/*
 * A day without a rise, and more, lies before there is anything else to rise from: so
 * whenever the day of a buyer begins, it sees no more than we promised.
 */
static void tick(struct ts_offer *o, uint64_t now_ns)
{
	if (now_ns - o->day_ns >= TS_DAY_NS + LATE_NS)
		begin_day(o, now_ns);
	if (o->has_next && now_ns >= o->next_ns) {
		o->now = o->next;
		o->has_next = false;
		o->day_ns = now_ns;
		lower_day(o);
	}
}

/* What rises has to be announced; what falls holds at once. */
static void put(struct ts_offer *o, const struct ts_offer_config *config,
		const struct ts_prices *prices, uint64_t now_ns)
{
	bool first = !o->day_ns;

	o->has_next = !first && ts_prices_rise(&o->now, prices);
	if (o->has_next) {
		o->next = *prices;
		o->next_ns = now_ns + config->notice_s * TS_NS_IN_S;
		return;
	}
	o->now = *prices;
	if (first)
		begin_day(o, now_ns);
	else
		lower_day(o);
}

/**
 * ts_offer_update() - what we ask now
 * @o: the offer; begun with a version of before, else zero
 * @config: the operator's
 * @upstream: what it costs us
 * @now_ns: CLOCK_BOOTTIME, not 0
 *
 * Return: it has changed, and has another version; to be committed and announced.
 */
bool ts_offer_update(struct ts_offer *o, const struct ts_offer_config *config,
		     const struct ts_upstream *upstream, uint64_t now_ns)
{
	ts_price wanted[TS_SERVICE_COUNT][TS_DIR_COUNT];
	uint8_t no_internet = (uint8_t)upstream->no_internet;
	struct ts_prices prices;
	bool first = !o->day_ns, changes;

	if (!first)
		tick(o, now_ns);
	want(wanted, config, upstream);
	if (!first && upstream->hold) {
		/* What falls now could not rise again for days. */
		prices = o->has_next ? o->next : o->now;
	} else if (ts_prices_make(&prices, wanted)) {
		/* For the first time there is nothing that it could stay at. */
		no_internet = TS_INTERNET_TOO_DEAR;
		prices = o->now;
	} else if (!first) {
		bound(&prices, o, config);
	}
	/* What rises is sold at the old price until then. */
	if (!no_internet && (is_below_cost(&prices, upstream) ||
			     (!first && is_below_cost(&o->now, upstream))))
		no_internet = TS_INTERNET_RISING;
	changes = first || !ts_prices_equal(&prices, o->has_next ? &o->next : &o->now);
	if (!changes && no_internet == o->no_internet)
		return false;
	if (changes)
		put(o, config, &prices, now_ns);
	o->no_internet = no_internet;
	o->version++;
	return true;
}

/**
 * ts_offer_announced() - what the announcement of o->version says
 * @o: the offer
 * @now_ns: CLOCK_BOOTTIME
 * @valid_in_s: from then on
 */
const struct ts_prices *ts_offer_announced(const struct ts_offer *o,
					   uint64_t now_ns, uint32_t *valid_in_s)
{
	*valid_in_s = 0;
	if (!o->has_next)
		return &o->now;
	if (o->next_ns > now_ns)
		*valid_in_s = (uint32_t)((o->next_ns - now_ns + TS_NS_IN_S - 1) /
					 TS_NS_IN_S);
	return &o->next;
}
