// SPDX-License-Identifier: GPL-2.0
/* terms.c - at which prices we buy of one neighbour. */
#include "relay/terms.h"

/** ts_terms_is_old() - is an announcement of that version known, or passed over? */
bool ts_terms_is_old(const struct ts_terms *t, uint64_t version)
{
	if (t->has_next && version <= t->next.version)
		return true;
	return t->known && version <= t->now.version;
}

/* From nothing there is no rise in parts of a thousand: our own limit is all. */
static ts_price highest(ts_price day, ts_price most, unsigned int rise_per_mille)
{
	return day ? ts_price_with_part(day, rise_per_mille) : most;
}

static bool rises_too_much(const struct ts_terms *t,
			   const struct ts_relay_tariff *announced,
			   const struct ts_terms_limits *limits)
{
	unsigned int rise = limits->rise_per_mille;
	int service, dir;

	/* Its promise is that of before: what comes now could promise anything. */
	if (t->now.rise_per_mille < rise)
		rise = t->now.rise_per_mille;
	for (service = 0; service < TS_SERVICE_COUNT; service++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			if (ts_prices_get(&announced->prices, service, dir) >
			    highest(ts_prices_get(&t->day, service, dir),
				    limits->most[service][dir], rise) &&
			    ts_prices_get(&announced->prices, service, dir) >
			    ts_prices_get(&t->now.prices, service, dir))
				return true;
	return false;
}

/* What was refused before is said again and again, each time with less notice. */
static bool is_noticed(const struct ts_terms *t,
		       const struct ts_relay_tariff *announced, uint64_t now_ns)
{
	return now_ns - t->heard_ns + announced->valid_in_s * TS_NS_IN_S >=
	       TS_NOTICE_S * TS_NS_IN_S;
}

/**
 * ts_terms_take() - an announcement, signed by the seller
 * @t: its terms
 * @announced: the announcement
 * @limits: ours
 * @now_ns: CLOCK_BOOTTIME
 *
 * Return: what comes of it; only with TS_TERMS_TAKEN has a price changed.
 */
enum ts_terms_verdict ts_terms_take(struct ts_terms *t,
				    const struct ts_relay_tariff *announced,
				    const struct ts_terms_limits *limits,
				    uint64_t now_ns)
{
	if (ts_terms_is_old(t, announced->version))
		return TS_TERMS_OLD;
	t->no_internet = announced->no_internet;
	if (!t->known) {
		t->known = true;
		t->now = *announced;
		t->day = announced->prices;
		t->day_ns = now_ns;
		return TS_TERMS_TAKEN;
	}
	ts_terms_tick(t, now_ns);
	/* Announced before, and something else has changed. */
	if (t->has_next && ts_prices_equal(&t->next.prices, &announced->prices)) {
		t->next = *announced;
		return TS_TERMS_TAKEN;
	}
	if (!ts_prices_rise(&t->now.prices, &announced->prices)) {
		t->now = *announced;
		t->has_next = false;
		return TS_TERMS_TAKEN;
	}
	if (announced->version != t->heard_version) {
		t->heard_version = announced->version;
		t->heard_ns = now_ns;
	}
	if (rises_too_much(t, announced, limits))
		return TS_TERMS_RISE;
	if (!is_noticed(t, announced, now_ns))
		return TS_TERMS_NO_NOTICE;
	t->has_next = true;
	t->next = *announced;
	t->next_ns = now_ns + announced->valid_in_s * TS_NS_IN_S;
	return TS_TERMS_TAKEN;
}

/**
 * ts_terms_tick() - what time brings
 * Return: other prices hold now.
 */
bool ts_terms_tick(struct ts_terms *t, uint64_t now_ns)
{
	bool begins = t->has_next && now_ns >= t->next_ns;

	if (t->known && now_ns - t->day_ns >= TS_DAY_NS) {
		t->day = t->now.prices;
		t->day_ns = now_ns;
	}
	if (begins) {
		t->now = t->next;
		t->has_next = false;
	}
	return begins;
}

/** ts_terms_too_dear() - does it ask more for a service than we pay? */
bool ts_terms_too_dear(const struct ts_terms *t,
		       const struct ts_terms_limits *limits, int service)
{
	int dir;

	for (dir = 0; dir < TS_DIR_COUNT; dir++)
		if (ts_prices_get(&t->now.prices, service, dir) >
		    limits->most[service][dir])
			return true;
	return false;
}

/** ts_terms_cost() - what a byte costs us now or soon, whichever is dearer */
ts_price ts_terms_cost(const struct ts_terms *t, int service, int dir)
{
	ts_price now = ts_prices_get(&t->now.prices, service, dir), next;

	if (!t->has_next)
		return now;
	next = ts_prices_get(&t->next.prices, service, dir);
	return next > now ? next : now;
}
