// SPDX-License-Identifier: GPL-2.0
/*
 * relay_count.c - what the meter counted of the mesh.
 *
 * Sold is what neighbours' accounts were charged for.  Bought is what the kernel has
 * worked out that a neighbour charges us for: by the same rules and tables, but for its
 * own addresses and prefixes, so that ours is never the lower count of the two.
 * Delivered are the downloads of clients, of the box itself, and what neighbours pay for:
 * these are frames of the mesh, and so contain what it adds.  Where who sends pays, that is
 * what a gateway has had relayed by us, at its own cost.
 */
#include <stdlib.h>
#include <string.h>

#include "tsd/relay_count.h"

/* Of a segment: the Ethernet header, and those that were taken off to put it together. */
#define SEGMENT_ADDS	(14 + 40)
/* A full one has as much, or more. */
#define SEGMENT_BYTES	1400

/**
 * struct had - what an account has had when it was read last
 * @epoch: of the account
 * @down: downloads
 */
struct had {
	uint32_t epoch;
	struct ts_stat down;
};

/**
 * struct partner - a neighbour with an account
 * @address: whose
 * @id: of the account
 * @epoch: likewise
 * @heard: whether it is a gateway, which prices hang on, is known
 * @bought: what it carried for us
 */
struct partner {
	struct ts_address address;
	uint32_t id;
	uint32_t epoch;
	bool heard;
	struct ts_carried bought;
};

/**
 * struct ts_relay_counts - what was read
 * @boot: of the kernel's counters
 * @paid_dir: enum ts_dir of class RELAY, in which neighbours pay for downloads
 * @delivered: all of it, since the process began
 * @own: of the box itself, as read last; it refuses nothing
 * @had: of each account, by its id; owned
 * @n_had: places in it
 * @partners: those with an account, while it is read
 * @n_partners: how many
 */
struct ts_relay_counts {
	uint64_t boot;
	int paid_dir;
	struct ts_relay_delivered delivered;
	struct ts_stat own;
	struct had *had;
	uint32_t n_had;
	struct partner partners[TS_RELAY_NEIGHBOURS_MAX];
	unsigned int n_partners;
};

/** struct reading - of the meter */
struct reading {
	struct ts_relay_counts *c;
	struct ts_relay *relay;
};

/**
 * ts_relay_counts_new() - nothing was read yet
 * @boot_id: of this boot
 * @payer_rule: enum ts_payer_rule
 * @now_ns: CLOCK_BOOTTIME
 *
 * Return: freed with ts_relay_counts_free(), or NULL.
 */
struct ts_relay_counts *ts_relay_counts_new(const char *boot_id, uint8_t payer_rule,
					     uint64_t now_ns)
{
	struct ts_relay_counts *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	/* The first of its five numbers are random enough to tell boots apart. */
	c->boot = strtoull(boot_id, NULL, 16) << 32 | 1;
	c->paid_dir = payer_rule == TS_PAYER_SENDER ? TS_DIR_UP : TS_DIR_DOWN;
	c->delivered.life = now_ns;
	return c;
}

/** ts_relay_counts_free() - NULL is allowed */
void ts_relay_counts_free(struct ts_relay_counts *c)
{
	if (!c)
		return;
	free(c->had);
	free(c);
}

static struct had *had_of(struct ts_relay_counts *c, uint32_t id)
{
	uint32_t n = c->n_had;
	struct had *had;

	while (n <= id)
		n = n ? n * 2 : 64;
	if (n == c->n_had)
		return &c->had[id];
	had = realloc(c->had, n * sizeof(*had));
	if (!had)
		return NULL;
	memset(had + c->n_had, 0, (n - c->n_had) * sizeof(*had));
	c->had = had;
	c->n_had = n;
	return &had[id];
}

static uint64_t grown(uint64_t from, uint64_t to)
{
	return to > from ? to - from : to;
}

/* The counters begin anew whenever the tables are put in place. */
static void deliver_own(struct ts_relay_counts *c, struct ts_gate *gate)
{
	uint64_t bytes, packets, new_bytes, segments;

	if (!gate || ts_gate_own(gate, &bytes, &packets) || bytes == c->own.bytes)
		return;
	new_bytes = grown(c->own.bytes, bytes);
	segments = grown(c->own.packets, packets);
	if (segments < new_bytes / SEGMENT_BYTES)
		segments = new_bytes / SEGMENT_BYTES;
	c->delivered.bytes += new_bytes + segments * SEGMENT_ADDS;
	c->delivered.packets += segments;
	c->own.bytes = bytes;
	c->own.packets = packets;
}

static void add_grown(uint64_t *sum, uint64_t from, uint64_t to)
{
	if (to > from)
		*sum += to - from;
}

/* What has come to it since; of an account that is seen first all of it. */
static int deliver(struct ts_relay_counts *c, const struct ts_account *a,
		   const struct ts_stat *down)
{
	struct ts_relay_delivered *d = &c->delivered;
	struct had *had = had_of(c, a->id);

	if (!had)
		return -1;
	if (had->epoch != a->epoch)
		*had = (struct had){ .epoch = a->epoch };
	add_grown(&d->bytes, had->down.bytes, down->bytes);
	add_grown(&d->packets, had->down.packets, down->packets);
	add_grown(&d->refused_bytes, had->down.dropped_bytes, down->dropped_bytes);
	add_grown(&d->refused_packets, had->down.dropped_packets, down->dropped_packets);
	had->down = *down;
	return 0;
}

/** ts_relay_sold_of() - Return: what relay/ is told of a neighbour's account */
struct ts_relay_sold ts_relay_sold_of(const struct ts_account *a)
{
	struct ts_relay_sold sold = {
		.account_id = a->id,
		.account_epoch = a->epoch,
		.units = a->charged_units - a->revoked_units,
		.revoked_units = a->revoked_units,
	};
	int dir;

	for (dir = 0; dir < TS_DIR_COUNT; dir++) {
		sold.carried.bytes[TS_SERVICE_RELAY][dir] =
			a->stats[TS_CLASS_RELAY][dir].bytes;
		sold.carried.bytes[TS_SERVICE_EXIT][dir] =
			a->stats[TS_CLASS_INTERNET][dir].bytes;
		sold.exit_units += a->stats[TS_CLASS_INTERNET][dir].units;
	}
	return sold;
}

static struct partner *find(struct ts_relay_counts *c, uint32_t id, uint32_t epoch)
{
	unsigned int i;

	for (i = 0; i < c->n_partners; i++)
		if (c->partners[i].id == id && c->partners[i].epoch == epoch)
			return &c->partners[i];
	return NULL;
}

static int read_neighbour(struct reading *r, const struct ts_account *a)
{
	struct partner *p = find(r->c, a->id, a->epoch);
	const struct ts_stat *relay = &a->stats[TS_CLASS_RELAY][r->c->paid_dir];
	const struct ts_stat *exit = &a->stats[TS_CLASS_INTERNET][TS_DIR_DOWN];
	struct ts_relay_sold sold = ts_relay_sold_of(a);
	/* Of frames of the mesh: it has added to them what it adds. */
	struct ts_stat down = {
		.bytes = relay->bytes + exit->bytes,
		.dropped_bytes = relay->dropped_bytes + exit->dropped_bytes,
	};

	if (!p)
		return 0;
	ts_relay_sold(r->relay, &p->address, &sold);
	return deliver(r->c, a, &down);
}

static int on_account(const struct ts_account *a, void *arg)
{
	struct reading *r = arg;

	if (a->kind == TS_KIND_NEIGHBOUR)
		return read_neighbour(r, a);
	return deliver(r->c, a, &a->stats[TS_CLASS_INTERNET][TS_DIR_DOWN]);
}

/* One of its radios. */
static int on_neighbour(const struct ts_neighbour *n, void *arg)
{
	struct reading *r = arg;
	struct partner *p = n->account_id ? find(r->c, n->account_id, n->epoch) : NULL;
	int dir, kind, service;

	for (dir = 0; p && dir < TS_DIR_COUNT; dir++) {
		for (service = 0; service < TS_SERVICE_COUNT; service++) {
			kind = TS_NEIGHBOUR_BOUGHT_RELAY_UP + TS_DIR_COUNT * service + dir;
			p->bought.bytes[service][dir] += n->counts[kind].bytes;
		}
	}
	return 0;
}

/* A silent one goes on downloading: without that, who carries it for us would pad. */
static void note_partner(const struct ts_relay_view *view, void *arg)
{
	struct reading *r = arg;

	if (!view->account_id || r->c->n_partners == TS_RELAY_NEIGHBOURS_MAX)
		return;
	r->c->partners[r->c->n_partners++] = (struct partner){
		.address = view->channel.partner,
		.id = view->account_id,
		.epoch = view->account_epoch,
		.heard = view->alive || view->way != TS_WAY_NONE,
	};
}

static void tell_bought(struct ts_relay_counts *c, struct ts_relay *relay)
{
	struct ts_relay_bought list[TS_RELAY_NEIGHBOURS_MAX];
	unsigned int i, n = 0;

	for (i = 0; i < c->n_partners; i++) {
		const struct partner *p = &c->partners[i];

		if (!p->heard)
			continue;
		list[n].partner = p->address;
		/* The ledger has room for 63 bits. */
		list[n].life = (c->boot ^ ((uint64_t)p->id << 33 |
					   (uint64_t)p->epoch << 1)) & INT64_MAX;
		list[n++].carried = p->bought;
	}
	ts_relay_bought(relay, list, n, &c->delivered);
}

/**
 * ts_relay_counts_read() - read the meter and tell relay/
 * @c: what was read before
 * @meter: the module's
 * @gate: counts what the box itself has had; NULL: nobody does
 * @relay: told
 * @now_ns: CLOCK_BOOTTIME
 *
 * Return: 0, or negative errno with the meter's error: nothing was told of what is
 * bought.
 */
int ts_relay_counts_read(struct ts_relay_counts *c, struct ts_meter *meter,
			 struct ts_gate *gate, struct ts_relay *relay, uint64_t now_ns)
{
	struct reading r = { .c = c, .relay = relay };
	int ret;

	c->n_partners = 0;
	ts_relay_each(relay, now_ns, note_partner, &r);
	if (!c->n_partners)
		return 0;
	/* What somebody has had is read after what came for him. */
	ret = ts_meter_neighbour_dump(meter, on_neighbour, &r);
	if (!ret)
		ret = ts_meter_account_dump(meter, on_account, &r);
	if (ret)
		return ret;
	deliver_own(c, gate);
	tell_bought(c, relay);
	return 0;
}
