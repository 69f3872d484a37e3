// SPDX-License-Identifier: GPL-2.0
/* relay.c - neighbours: known from channels, kept in the ledger. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "relay/private.h"
#include "relay/wire.h"

/** ts_relay_find() - Return: the neighbour with that address, or NULL */
struct neighbour *ts_relay_find(const struct ts_relay *r,
				const struct ts_address *partner)
{
	struct neighbour *n;

	TAILQ_FOREACH(n, &r->neighbours, list)
		if (ts_address_equal(&n->row.partner, partner))
			return n;
	return NULL;
}

/** ts_relay_tell() - the operator hears of it, once for any number until then */
void ts_relay_tell(struct neighbour *n, enum ts_relay_event event)
{
	n->events |= 1u << event;
}

static struct neighbour *add(struct ts_relay *r, const struct ts_address *partner)
{
	struct neighbour *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->row.partner = *partner;
	n->row.token = r->config.token;
	n->channel.partner = *partner;
	n->row.trust_64ths = TS_TRUST_FULL;
	n->no_window = TS_NO_HELLO;
	TAILQ_INSERT_TAIL(&r->neighbours, n, list);
	r->n_neighbours++;
	return n;
}

/* An account of another boot is gone, with whatever was left of it. */
static void forget_account(struct ts_relay *r, struct neighbour *n)
{
	if (!strcmp(n->row.boot_id, r->config.boot_id))
		return;
	n->row.account_id = 0;
	n->row.account_base_wei = n->row.sold_wei;
}

static void load_terms(struct neighbour *n, uint64_t now_ns)
{
	const struct ts_ledger_relay *row = &n->row;
	struct ts_terms *t = &n->terms;

	if (ts_relay_tariff_decode(&t->now, row->tariff.b, row->tariff.len) ||
	    row->day_prices_len != TS_WIRE_PRICES_BYTES)
		return;
	t->known = true;
	t->no_internet = t->now.no_internet;
	ts_wire_get_prices(&t->day, row->day_prices);
	t->day_ns = now_ns;
	/* How long it took is not known: it is announced as if it came now. */
	t->has_next = !ts_relay_tariff_decode(&t->next, row->next_tariff.b,
					      row->next_tariff.len);
	if (t->has_next) {
		t->no_internet = t->next.no_internet;
		t->next_ns = now_ns + t->next.valid_in_s * TS_NS_IN_S;
	}
}

/**
 * struct loading - of rows
 * @r: where to
 * @now_ns: CLOCK_BOOTTIME
 */
struct loading {
	struct ts_relay *r;
	uint64_t now_ns;
};

static int load(const struct ts_ledger_relay *row, void *arg)
{
	struct loading *l = arg;
	struct neighbour *n;

	/* With another token it is another account. */
	if (!ts_address_equal(&row->token, &l->r->config.token))
		return 0;
	n = add(l->r, &row->partner);
	if (!n)
		return -ENOMEM;
	n->row = *row;
	n->booked_sold_wei = row->sold_wei;
	n->booked_bought_wei = row->bought_wei;
	forget_account(l->r, n);
	load_terms(n, l->now_ns);
	if (ts_receipt_decode(&n->receipt, row->receipt.b, row->receipt.len))
		memset(&n->receipt, 0, sizeof(n->receipt));
	return 0;
}

static void drop_all(struct ts_relay *r)
{
	struct neighbour *n;

	while ((n = TAILQ_FIRST(&r->neighbours))) {
		TAILQ_REMOVE(&r->neighbours, n, list);
		free(n);
	}
	r->n_neighbours = 0;
}

/**
 * ts_relay_reload() - the batch was discarded: from the disk again
 * @r: ours
 * @now_ns: CLOCK_BOOTTIME
 *
 * Channels, radios and ways are to be told again.  Return: 0 or negative errno.
 */
int ts_relay_reload(struct ts_relay *r, uint64_t now_ns)
{
	struct loading l = { .r = r, .now_ns = now_ns };
	int ret;

	drop_all(r);
	r->day = r->next_day;
	r->own_dirty = false;
	r->hello_ready = false;
	r->prices_known = false;
	ret = ts_ledger_relay_own_get(r->ledger, &r->own);
	if (ret)
		return ret;
	ts_relay_unpack_offer(r, now_ns);
	ret = ts_ledger_relay_load(r->ledger, load, &l);
	ts_relay_begin_to_count(r, now_ns);
	return ret;
}

/**
 * ts_relay_new() - go on from what the ledger has
 * @l: stays the caller's
 * @config: copied
 * @key: of config->us; stays the caller's
 * @now_ns: CLOCK_BOOTTIME
 * @out: set on success
 *
 * Return: 0 or negative errno.
 */
int ts_relay_new(struct ts_ledger *l, const struct ts_relay_config *config,
		 const struct ts_signer *key, uint64_t now_ns, struct ts_relay **out)
{
	struct ts_relay *r = calloc(1, sizeof(*r));
	int ret;

	*out = NULL;
	if (!r)
		return -ENOMEM;
	r->ledger = l;
	r->config = *config;
	r->key = key;
	TAILQ_INIT(&r->neighbours);
	ret = ts_relay_reload(r, now_ns);
	if (ret) {
		ts_relay_free(r);
		return ret;
	}
	*out = r;
	return 0;
}

/** ts_relay_free() - forget all that is in memory; NULL is allowed */
void ts_relay_free(struct ts_relay *r)
{
	if (!r)
		return;
	drop_all(r);
	free(r);
}

/**
 * ts_relay_radios() - our own, to be said in our hellos
 * @r: ours
 * @originator: our name in the mesh
 * @macs: of our mesh interfaces; those beyond TS_HELLO_MACS_MAX are left out
 * @n_macs: how many; 0: nothing is said
 */
void ts_relay_radios(struct ts_relay *r, const struct ts_mac *originator,
		     const struct ts_mac *macs, unsigned int n_macs)
{
	struct ts_hello *h = &r->hello;

	if (n_macs > TS_HELLO_MACS_MAX)
		n_macs = TS_HELLO_MACS_MAX;
	if (h->n_macs == n_macs && ts_mac_equal(&h->originator, originator) &&
	    !memcmp(h->macs, macs, n_macs * sizeof(*macs)))
		return;
	memset(h, 0, sizeof(*h));
	h->originator = *originator;
	if (n_macs)
		memcpy(h->macs, macs, n_macs * sizeof(*macs));
	h->n_macs = n_macs;
	r->hello_ns = 0;
}

/**
 * ts_relay_channel() - what is known of a channel, now and when it changes
 * @r: ours
 * @channel: in our token, as committed
 *
 * Who has one is a neighbour that may speak; nobody else is listened to.  A stranger's
 * is told when ts_relay_is_signed() says that the stranger is who speaks.
 *
 * Return: 0, -ENOSPC: there are too many, or -ENOMEM.
 */
int ts_relay_channel(struct ts_relay *r, const struct ts_relay_channel *channel)
{
	struct neighbour *n = ts_relay_find(r, &channel->partner);

	if (!n && r->n_neighbours >= TS_RELAY_NEIGHBOURS_MAX)
		return -ENOSPC;
	if (!n)
		n = add(r, &channel->partner);
	if (!n)
		return -ENOMEM;
	n->channel = *channel;
	return 0;
}

/** ts_relay_way() - whether there is a way to the internet by that neighbour */
void ts_relay_way(struct ts_relay *r, const struct ts_address *partner,
		  enum ts_way way)
{
	struct neighbour *n = ts_relay_find(r, partner);

	if (n)
		n->way = way;
}

/**
 * ts_relay_account_is() - the kernel has made, or lost, a neighbour's account
 * @r: ours
 * @partner: whose
 * @id: of the account; 0: it has none any more
 * @epoch: of the account
 */
void ts_relay_account_is(struct ts_relay *r, const struct ts_address *partner,
			 uint32_t id, uint32_t epoch)
{
	struct neighbour *n = ts_relay_find(r, partner);
	struct ts_ledger_relay *row;

	if (!n)
		return;
	row = &n->row;
	memcpy(row->boot_id, r->config.boot_id, sizeof(row->boot_id));
	row->account_id = id;
	row->account_epoch = epoch;
	row->unit_shift = r->offer.now.unit_shift;
	row->account_base_wei = row->sold_wei;
	row->account_units = 0;
	row->account_exit_units = 0;
	memset(&row->account, 0, sizeof(row->account));
	n->revoked_units = 0;
	n->granted_units = 0;
	n->account_asked = id != 0;
	n->dirty = true;
}

/**
 * ts_relay_knows_account() - is an account of the kernel a neighbour's?
 *
 * One of kind neighbour that nobody knows was made just before a crash: nothing was
 * granted to it, and it is to be closed.
 */
bool ts_relay_knows_account(const struct ts_relay *r, uint32_t id, uint32_t epoch)
{
	const struct neighbour *n;

	TAILQ_FOREACH(n, &r->neighbours, list)
		if (n->row.account_id == id && n->row.account_epoch == epoch)
			return true;
	return false;
}

/** ts_relay_pay_failed() - the transfer that was asked for was not made */
void ts_relay_pay_failed(struct ts_relay *r, const struct ts_address *partner)
{
	struct neighbour *n = ts_relay_find(r, partner);

	if (n)
		n->asked_wei = 0;
}

/** ts_relay_is_dirty() - has anything changed that must be kept before it is acted on? */
bool ts_relay_is_dirty(const struct ts_relay *r)
{
	const struct neighbour *n;

	TAILQ_FOREACH(n, &r->neighbours, list)
		if (n->dirty)
			return true;
	return r->own_dirty;
}

/**
 * ts_relay_day() - which day it is, for what is sold and bought from now on
 * @r: ours
 * @day: as ts_billing_day()
 *
 * What was counted until now is of the day before: it is to be saved.
 */
void ts_relay_day(struct ts_relay *r, uint64_t day)
{
	struct neighbour *n;

	r->next_day = day;
	if (day == r->day)
		return;
	TAILQ_FOREACH(n, &r->neighbours, list)
		n->dirty |= n->row.sold_wei != n->booked_sold_wei ||
			    n->row.bought_wei != n->booked_bought_wei;
	if (!ts_relay_is_dirty(r))
		r->day = day;
}

static int book(struct ts_relay *r, enum ts_revenue kind, ts_u128 wei)
{
	const struct ts_ledger_revenue revenue = {
		.token = r->config.token, .day = r->day, .kind = kind, .wei = wei,
	};

	return wei ? ts_ledger_revenue_add(r->ledger, &revenue) : 0;
}

/* M5: what was charged is income, in the batch that keeps that it was. */
static int save(struct ts_relay *r, struct neighbour *n)
{
	ts_u128 sold_wei = n->row.sold_wei - n->booked_sold_wei;
	ts_u128 exit_wei = n->exit_wei < sold_wei ? n->exit_wei : sold_wei;
	int ret;

	ret = ts_ledger_relay_put(r->ledger, &n->row);
	if (!ret)
		ret = book(r, TS_REVENUE_EXIT, exit_wei);
	if (!ret)
		ret = book(r, TS_REVENUE_RELAY, sold_wei - exit_wei);
	if (!ret)
		ret = book(r, TS_REVENUE_UPSTREAM,
			   n->row.bought_wei - n->booked_bought_wei);
	n->exit_wei -= exit_wei;
	n->booked_sold_wei = n->row.sold_wei;
	n->booked_bought_wei = n->row.bought_wei;
	n->dirty = false;
	return ret;
}

/**
 * ts_relay_save() - what has changed, into the open batch
 *
 * With it what was sold and bought since the last time, as revenue of its day.
 *
 * Return: 0, or negative errno: the batch is to be discarded, then reload.
 */
int ts_relay_save(struct ts_relay *r)
{
	struct neighbour *n;
	int ret = 0;

	if (r->own_dirty)
		ret = ts_ledger_relay_own_put(r->ledger, &r->own);
	r->own_dirty = false;
	TAILQ_FOREACH(n, &r->neighbours, list) {
		if (ret)
			return ret;
		if (n->dirty)
			ret = save(r, n);
	}
	r->day = r->next_day;
	return ret;
}

static struct ts_hello last_hello(const struct neighbour *n)
{
	struct ts_hello h;

	if (ts_hello_decode(&h, n->row.hello.b, n->row.hello.len))
		memset(&h, 0, sizeof(h));
	return h;
}

/** ts_relay_each() - all neighbours, for people */
void ts_relay_each(const struct ts_relay *r, uint64_t now_ns,
		   void (*cb)(const struct ts_relay_view *view, void *arg), void *arg)
{
	const struct neighbour *n;

	TAILQ_FOREACH(n, &r->neighbours, list) {
		struct ts_relay_view view = {
			.hello = last_hello(n),
			.alive = ts_relay_is_alive(n, now_ns),
			.way = n->way,
			.account_id = n->row.account_id,
			.account_epoch = n->row.account_epoch,
			.channel = n->channel,
			.sold = n->row.sold,
			.bought = n->row.bought,
			.sold_wei = n->row.sold_wei,
			.bought_wei = n->row.bought_wei,
			.they_received_wei = n->receipt.received_wei,
			.they_paid_wei = n->receipt.paid_wei,
			.netted_wei = ts_relay_netted_wei(n),
			.forgiven_wei = n->forgiven_wei,
			.due_wei = ts_relay_due_wei(n),
			.owed_wei = ts_relay_owed_wei(n),
			.window_wei = n->window_wei,
			.no_window = n->no_window,
			.trust_64ths = n->row.trust_64ths,
			.drift_per_mille = n->drift_per_mille,
			.terms = n->terms.known ? &n->terms : NULL,
		};

		cb(&view, arg);
	}
}
