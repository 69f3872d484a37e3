// SPDX-License-Identifier: GPL-2.0
/* count.c - what the kernel counted, since it was last read. */
#include "relay/private.h"

/* Of what has to be carried for a judgement. */
#define ROOM_PART	4
#define PADDING_PART	16
/* An eighth of a window in a hundred intervals. */
#define RELENT_PART	800

#define for_each_kind(service, dir)					\
	for (service = 0; service < TS_SERVICE_COUNT; service++)	\
		for (dir = 0; dir < TS_DIR_COUNT; dir++)

/* What of the growth of units is for the exit; the rest is for relay. */
static void count_exit(struct neighbour *n, const struct ts_relay_sold *sold)
{
	struct ts_ledger_relay *row = &n->row;

	if (sold->exit_units <= row->account_exit_units)
		return;
	n->exit_wei = ts_u128_more(n->exit_wei,
			      ts_wei_of_units(sold->exit_units, row->unit_shift) -
			      ts_wei_of_units(row->account_exit_units, row->unit_shift));
	row->account_exit_units = sold->exit_units;
}

/**
 * ts_relay_sold() - a neighbour's account, as the kernel counts it
 * @r: ours
 * @partner: whose
 * @sold: its counters; of another account than the present one they are ignored
 */
void ts_relay_sold(struct ts_relay *r, const struct ts_address *partner,
		   const struct ts_relay_sold *sold)
{
	struct neighbour *n = ts_relay_find(r, partner);
	struct ts_ledger_relay *row;
	int service, dir;

	if (!n || !n->row.account_id || n->row.account_id != sold->account_id ||
	    n->row.account_epoch != sold->account_epoch)
		return;
	row = &n->row;
	n->revoked_units = sold->revoked_units;
	if (sold->units < row->account_units)
		return;
	for_each_kind(service, dir) {
		if (sold->carried.bytes[service][dir] <=
		    row->account.bytes[service][dir])
			continue;
		row->sold.bytes[service][dir] += sold->carried.bytes[service][dir] -
						 row->account.bytes[service][dir];
		row->account.bytes[service][dir] = sold->carried.bytes[service][dir];
		n->moved = true;
	}
	count_exit(n, sold);
	row->account_units = sold->units;
	row->sold_wei = ts_u128_more(row->account_base_wei,
				ts_wei_of_units(sold->units, row->unit_shift));
}

/* Who is no gateway sells no exit, whatever its frames look like. */
static void owe(const struct ts_relay *r, struct neighbour *n, int service, int dir,
		uint64_t bytes)
{
	ts_price price;

	if (!n->terms.known || !bytes)
		return;
	if (n->way != TS_WAY_GATEWAY)
		service = TS_SERVICE_RELAY;
	price = ts_relay_price(r, n, service, dir);
	n->row.bought_wei = ts_u128_more(n->row.bought_wei,
			ts_price_wei_of_bytes(price, bytes, &n->rest[service][dir]));
}

/* Counters that began anew have lost what was not read before: less is owed. */
static struct ts_carried grown(struct neighbour *n, const struct ts_relay_bought *b)
{
	struct ts_ledger_relay *row = &n->row;
	bool anew = b->life != row->bought_life;
	struct ts_carried by = b->carried;
	int service, dir;

	for_each_kind(service, dir)
		anew |= by.bytes[service][dir] < row->bought_raw.bytes[service][dir];
	if (anew && row->bought_life)
		n->counters_began = true;
	for_each_kind(service, dir) {
		if (!anew)
			by.bytes[service][dir] -= row->bought_raw.bytes[service][dir];
		row->bought.bytes[service][dir] += by.bytes[service][dir];
		n->moved |= by.bytes[service][dir] != 0;
	}
	row->bought_life = b->life;
	row->bought_raw = b->carried;
	return by;
}

/*
 * Most that is believed to have come before we looked: what it says that it lets us have,
 * but its word is not worth more than what we let others have (M13).
 */
static uint64_t believed_bytes(const struct ts_relay *r, const struct neighbour *n)
{
	uint64_t most_bytes = r->config.window_bytes, said_bytes;
	ts_price relay, exit;

	if (!n->receipt.window_wei || !n->terms.known)
		return most_bytes;
	relay = ts_prices_get(&n->terms.now.prices, TS_SERVICE_RELAY, TS_DIR_DOWN);
	exit = ts_prices_get(&n->terms.now.prices, TS_SERVICE_EXIT, TS_DIR_DOWN);
	said_bytes = ts_price_bytes_of_wei(relay < exit ? relay : exit,
					   n->receipt.window_wei);
	return said_bytes < most_bytes ? said_bytes : most_bytes;
}

/*
 * What goes up is owed at once; what comes down when somebody has had it.  Whose counters
 * are read for the first time since our start may have carried before, and nobody has seen
 * whether that was delivered.
 */
static void take_one(struct ts_relay *r, const struct ts_relay_bought *b)
{
	struct neighbour *n = ts_relay_find(r, &b->partner);
	uint64_t down_bytes = 0, most_bytes;
	struct ts_carried by;
	int service;

	if (!n)
		return;
	by = grown(n, b);
	for (service = 0; service < TS_SERVICE_COUNT; service++) {
		owe(r, n, service, TS_DIR_UP, by.bytes[service][TS_DIR_UP]);
		n->row.unbelieved_bytes[service] += by.bytes[service][TS_DIR_DOWN];
		down_bytes += by.bytes[service][TS_DIR_DOWN];
	}
	if (n->bought_known)
		return;
	n->bought_known = true;
	most_bytes = believed_bytes(r, n);
	r->room_bytes += down_bytes < most_bytes ? down_bytes : most_bytes;
}

static uint64_t unbelieved_bytes(const struct neighbour *n)
{
	return n->row.unbelieved_bytes[TS_SERVICE_RELAY] +
	       n->row.unbelieved_bytes[TS_SERVICE_EXIT];
}

/* As the mesh carried it: with its overhead, and what may differ. */
static uint64_t carried_bytes(const struct ts_relay *r, uint64_t bytes, uint64_t packets)
{
	bytes += packets * r->config.overhead_bytes;
	return bytes + bytes / TS_PER_MILLE * r->config.tolerance_per_mille +
	       bytes % TS_PER_MILLE * r->config.tolerance_per_mille / TS_PER_MILLE;
}

/* At once; with ts_relay_relent() a window in the first hundred intervals (M13). */
static uint64_t refused_most_bytes(const struct ts_relay *r)
{
	return r->config.window_bytes - r->config.window_bytes / 8;
}

/*
 * What came for somebody who had not paid was carried to here, too: at our loss, so that
 * no more of it is owed for than a window, in all.
 */
static uint64_t refused_bytes(struct ts_relay *r, uint64_t bytes)
{
	r->refused_bytes += bytes;
	if (bytes > r->refused_room_bytes)
		bytes = r->refused_room_bytes;
	r->refused_room_bytes -= bytes;
	return bytes;
}

static uint64_t grown_bytes(struct ts_relay *r, const struct ts_relay_delivered *new)
{
	const struct ts_relay_delivered none = { }, *old = &r->delivered;

	if (new->life != old->life || new->bytes < old->bytes ||
	    new->packets < old->packets || new->refused_bytes < old->refused_bytes ||
	    new->refused_packets < old->refused_packets)
		old = &none;
	return carried_bytes(r, new->bytes - old->bytes, new->packets - old->packets) +
	       refused_bytes(r, carried_bytes(r, new->refused_bytes - old->refused_bytes,
					      new->refused_packets - old->refused_packets));
}

static void believe_one(struct ts_relay *r, struct neighbour *n, uint64_t bytes)
{
	uint64_t part_bytes = n->row.unbelieved_bytes[TS_SERVICE_RELAY];

	if (part_bytes > bytes)
		part_bytes = bytes;
	n->row.unbelieved_bytes[TS_SERVICE_RELAY] -= part_bytes;
	n->row.unbelieved_bytes[TS_SERVICE_EXIT] -= bytes - part_bytes;
	owe(r, n, TS_SERVICE_RELAY, TS_DIR_DOWN, part_bytes);
	owe(r, n, TS_SERVICE_EXIT, TS_DIR_DOWN, bytes - part_bytes);
	r->room_bytes -= bytes;
}

/*
 * What is too much came of one of them, nobody can say of which: so it is withheld of
 * each, and whoever sent it gets none of what the others are due.  Honest ones are paid
 * when clients have had it, or out of the tolerance.
 */
static void believe(struct ts_relay *r)
{
	uint64_t wanted_bytes = 0, excess_bytes = 0, bytes;
	struct neighbour *n;

	TAILQ_FOREACH(n, &r->neighbours, list)
		wanted_bytes += unbelieved_bytes(n);
	if (wanted_bytes > r->room_bytes)
		excess_bytes = wanted_bytes - r->room_bytes;
	TAILQ_FOREACH(n, &r->neighbours, list) {
		bytes = unbelieved_bytes(n);
		if (bytes > excess_bytes)
			believe_one(r, n, bytes - excess_bytes);
	}
}

/*
 * What honest ones have left of the tolerance is not saved up, or a neighbour could pad
 * for as long as it was honest before anybody sees it.
 */
static void forget_room(struct ts_relay *r)
{
	uint64_t most_bytes = r->config.judge_bytes / ROOM_PART;

	if (r->room_bytes > most_bytes)
		r->room_bytes = most_bytes;
}

/**
 * ts_relay_bought() - what neighbours carry for us, and what came of it to somebody
 * @r: ours
 * @bought: of each neighbour, as we count
 * @n: how many
 * @delivered: read after @bought
 *
 * For more download than clients have had nobody is owed anything (M13).  What came
 * before a start is believed, up to a window of each: nobody looked at what clients had
 * meanwhile, and nobody honest carries more for who does not pay.
 */
void ts_relay_bought(struct ts_relay *r, const struct ts_relay_bought *bought,
		     unsigned int n, const struct ts_relay_delivered *delivered)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		take_one(r, &bought[i]);
	if (r->delivered_known)
		r->room_bytes += grown_bytes(r, delivered);
	r->delivered = *delivered;
	r->delivered_known = true;
	believe(r);
	forget_room(r);
}

/**
 * ts_relay_relent() - a little of what is withheld is owed for all the same
 * @r: ours
 * @now_ns: CLOCK_BOOTTIME
 *
 * In each interval.  Without it who was once sent a flood for a dry one could stay cut off
 * for ever: its seller waits for what it does not owe, and it cannot make up for that
 * without being carried.
 */
void ts_relay_relent(struct ts_relay *r, uint64_t now_ns)
{
	uint64_t left_bytes = r->config.window_bytes / RELENT_PART, bytes;
	struct neighbour *n;

	if (now_ns < r->relent_ns)
		return;
	r->relent_ns = now_ns + r->config.interval_s * TS_NS_IN_S;
	TAILQ_FOREACH(n, &r->neighbours, list) {
		bytes = unbelieved_bytes(n);
		if (bytes > left_bytes)
			bytes = left_bytes;
		if (!bytes)
			continue;
		left_bytes -= bytes;
		r->room_bytes += bytes;
		believe_one(r, n, bytes);
		n->moved = true;
	}
}

/**
 * ts_relay_begin_to_count() - nothing was counted in this life yet
 * @r: ours, with what the ledger has
 * @now_ns: CLOCK_BOOTTIME
 *
 * What was withheld in an earlier life was judged then.
 */
void ts_relay_begin_to_count(struct ts_relay *r, uint64_t now_ns)
{
	struct neighbour *n;

	r->delivered_known = false;
	r->room_bytes = 0;
	r->refused_bytes = 0;
	r->refused_room_bytes = refused_most_bytes(r);
	r->relent_ns = now_ns + r->config.interval_s * TS_NS_IN_S;
	TAILQ_FOREACH(n, &r->neighbours, list)
		n->unbelieved_before_bytes = unbelieved_bytes(n);
}

/** ts_relay_judge_padding() - did more come, in this interval, than anybody has had? */
void ts_relay_judge_padding(struct ts_relay *r, struct neighbour *n)
{
	/* What is on its way to a client at this moment is no padding. */
	uint64_t may_bytes = n->unbelieved_before_bytes + r->config.judge_bytes / PADDING_PART +
			     r->refused_bytes - n->refused_before_bytes;

	n->unbelieved_before_bytes = unbelieved_bytes(n);
	n->refused_before_bytes = r->refused_bytes;
	if (n->unbelieved_before_bytes <= may_bytes)
		return;
	ts_relay_distrust(n);
	ts_relay_tell(n, TS_RELAY_PADS);
}
