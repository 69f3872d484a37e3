// SPDX-License-Identifier: GPL-2.0
/* tick.c - what time brings, and what leaves after the commit. */
#include <assert.h>
#include <string.h>

#include "relay/private.h"

/* Without news one is sent all the same, after so many intervals. */
#define QUIET_INTERVALS	6
#define LIFETIME_HELLOS	4

static bool is_time(uint64_t at_ns, uint64_t now_ns)
{
	return now_ns >= at_ns;
}

static void tick_terms(struct neighbour *n, uint64_t now_ns)
{
	if (!ts_terms_tick(&n->terms, now_ns))
		return;
	n->row.tariff = n->row.next_tariff;
	n->row.next_tariff.len = 0;
	n->dirty = true;
}

/** ts_relay_number() - a receipt is to be sent, with another number */
void ts_relay_number(struct ts_relay *r, struct neighbour *n, uint64_t now_ns)
{
	n->row.number++;
	ts_relay_note_said(n);
	n->sent_ns = now_ns;
	n->receipt_ready = true;
	n->receipt_ns = now_ns + r->config.interval_s * TS_NS_IN_S;
	n->moved = false;
	n->dirty = true;
}

/*
 * Receipts go to who can be reached, and are numbered in the batch that keeps what they
 * say.
 */
static void tick_receipt(struct ts_relay *r, struct neighbour *n, uint64_t now_ns)
{
	uint64_t interval_ns = r->config.interval_s * TS_NS_IN_S;

	if (!ts_relay_is_alive(n, now_ns) || !is_time(n->receipt_ns, now_ns))
		return;
	if (!n->moved && !n->dirty &&
	    !is_time(n->receipt_ns + (QUIET_INTERVALS - 1) * interval_ns, now_ns))
		return;
	ts_relay_number(r, n, now_ns);
	n->opened = true;
}

/* By our own clock: who begins each exchange itself puts our receipts off. */
static void tick_padding(struct ts_relay *r, struct neighbour *n, uint64_t now_ns)
{
	if (!is_time(n->padding_ns, now_ns))
		return;
	n->padding_ns = now_ns + r->config.interval_s * TS_NS_IN_S;
	ts_relay_judge_padding(r, n);
}

static void tick_one(struct ts_relay *r, struct neighbour *n, uint64_t now_ns)
{
	tick_terms(n, now_ns);
	if (n->hello.sequence && !ts_relay_is_alive(n, now_ns)) {
		ts_relay_tell(n, TS_RELAY_LOST);
		memset(&n->hello, 0, sizeof(n->hello));
	}
	tick_padding(r, n, now_ns);
	tick_receipt(r, n, now_ns);
}

/**
 * ts_relay_tick() - what time brings: once a second, or later
 * @r: ours
 * @now_ns: CLOCK_BOOTTIME, not 0
 */
void ts_relay_tick(struct ts_relay *r, uint64_t now_ns)
{
	struct neighbour *n;

	ts_relay_relent(r, now_ns);
	TAILQ_FOREACH(n, &r->neighbours, list)
		tick_one(r, n, now_ns);
	ts_relay_reprice(r, now_ns);
	ts_relay_windows(r, now_ns);
	if (r->hello.n_macs && is_time(r->hello_ns, now_ns)) {
		r->own.hello_sequence++;
		r->own_dirty = true;
		r->hello_ready = true;
		r->hello_ns = now_ns + r->config.hello_s * TS_NS_IN_S;
	}
}

/* --- after the commit ------------------------------------------------------ */

static void send_hello(struct ts_relay *r, const struct ts_relay_effects *e)
{
	uint8_t bytes[TS_HELLO_BYTES];
	struct ts_hello h = r->hello;

	h.box = r->config.us;
	h.chain_id = r->config.chain_id;
	h.tokens_network = r->config.tokens_network;
	h.sequence = r->own.hello_sequence;
	h.lifetime_s = LIFETIME_HELLOS * r->config.hello_s;
	h.relay_port = r->config.relay_port;
	h.photon_port = r->config.photon_port;
	ts_hello_sign(&h, r->key, bytes);
	e->broadcast(e->ctx, bytes, sizeof(bytes));
}

static void send_tariff(struct ts_relay *r, const struct ts_relay_effects *e,
			uint64_t now_ns)
{
	struct ts_relay_tariff t = {
		.box = r->config.us,
		.chain_id = r->config.chain_id,
		.tokens_network = r->config.tokens_network,
		.token = r->config.token,
		.version = r->offer.version,
		.rise_per_mille = r->config.offer.rise_per_mille,
		.no_internet = r->offer.no_internet,
	};
	uint8_t bytes[TS_RELAY_TARIFF_BYTES];

	t.prices = *ts_offer_announced(&r->offer, now_ns, &t.valid_in_s);
	ts_relay_tariff_sign(&t, r->key, bytes);
	e->broadcast(e->ctx, bytes, sizeof(bytes));
}

static void send_receipt(struct ts_relay *r, struct neighbour *n,
			 const struct ts_relay_effects *e)
{
	struct ts_relay_receipt receipt = {
		.from = r->config.us,
		.to = n->row.partner,
		.chain_id = r->config.chain_id,
		.tokens_network = r->config.tokens_network,
		.token = r->config.token,
		.number = n->row.number,
		.seen = n->receipt.number,
		.tariff_version = n->terms.known ? n->terms.now.version : 0,
		.sold = n->row.sold,
		.bought = n->row.bought,
		.sold_wei = n->row.sold_wei,
		.bought_wei = n->row.bought_wei,
		.received_wei = n->channel.received_wei,
		.paid_wei = n->channel.paid_wei,
		.netted_wei = n->row.netted_wei,
		.window_wei = n->window_wei,
	};
	uint8_t bytes[TS_RECEIPT_BYTES];

	n->receipt_ready = false;
	ts_receipt_sign(&receipt, r->key, bytes);
	e->send(e->ctx, &n->row.partner, bytes, sizeof(bytes));
}

/* Its own word, which it does not seem to know. */
static void remind(struct neighbour *n, const struct ts_relay_effects *e)
{
	if (n->remind_hello)
		e->send(e->ctx, &n->row.partner, n->row.hello.b, n->row.hello.len);
	if (n->remind_receipt)
		e->send(e->ctx, &n->row.partner, n->row.receipt.b, n->row.receipt.len);
	n->remind_hello = false;
	n->remind_receipt = false;
}

/*
 * Also for one that may owe nothing: what it carries for us is counted by it, and
 * strangers do not push it out there.
 */
static void ask_for_account(struct neighbour *n, const struct ts_relay_effects *e)
{
	struct ts_relay_account a = {
		.partner = n->row.partner,
		.id = n->row.account_id,
		.epoch = n->row.account_epoch,
		.n_macs = n->hello.n_macs,
	};

	n->account_asked = true;
	memcpy(a.macs, n->hello.macs, sizeof(a.macs));
	e->account(e->ctx, &a);
}

/* One whose channel is gone could not pay any more: what it has is taken back. */
static bool has_to_end(const struct ts_relay *r, const struct neighbour *n)
{
	return n->row.account_id &&
	       (!n->channel.usable || n->row.unit_shift != r->offer.now.unit_shift);
}

static void grant(struct neighbour *n, const struct ts_relay_effects *e)
{
	uint64_t units = ts_relay_granted_units(n);

	if (!n->row.account_id || units <= n->granted_units)
		return;
	n->granted_units = units;
	e->grant(e->ctx, &n->row.partner, n->row.account_id, n->row.account_epoch,
		 units);
}

static void pay(struct ts_relay *r, struct neighbour *n,
		const struct ts_relay_effects *e, uint64_t now_ns)
{
	ts_u128 wei = ts_relay_pay_wei(r, n, now_ns);

	bool broke = n->channel.usable && !n->channel.out_wei && ts_relay_due_wei(n);

	if (broke && !n->broke)
		ts_relay_tell(n, TS_RELAY_CANNOT_PAY);
	n->broke = broke;
	if (!wei)
		return;
	n->paid_ns = now_ns;
	n->asked_wei = n->channel.paid_wei + wei;
	e->pay(e->ctx, &n->row.partner, wei);
}

static void tell(struct neighbour *n, const struct ts_relay_effects *e)
{
	unsigned int event;

	for (event = 0; event < TS_RELAY_EVENT_COUNT; event++)
		if (n->events & 1u << event)
			e->event(e->ctx, (enum ts_relay_event)event, &n->row.partner);
	n->events = 0;
}

static void let_out(struct ts_relay *r, struct neighbour *n,
		    const struct ts_relay_effects *e, uint64_t now_ns)
{
	if (has_to_end(r, n))
		e->close(e->ctx, &n->row.partner, n->row.account_id,
			 n->row.account_epoch);
	else if (r->offer.version && n->channel.usable && !n->account_asked &&
		 ts_relay_is_alive(n, now_ns))
		ask_for_account(n, e);
	/* What was just made or ended is committed before anything is granted. */
	if (!n->dirty)
		grant(n, e);
	if (n->receipt_ready)
		send_receipt(r, n, e);
	remind(n, e);
	pay(r, n, e, now_ns);
	tell(n, e);
}

/**
 * ts_relay_effects() - let out what is to follow
 * @r: ours; not dirty
 * @e: where to
 * @now_ns: CLOCK_BOOTTIME
 *
 * What comes back of it by ts_relay_account_is() may make it dirty again.
 */
void ts_relay_effects(struct ts_relay *r, const struct ts_relay_effects *e,
		      uint64_t now_ns)
{
	struct neighbour *n;

	assert(!ts_relay_is_dirty(r));
	if (r->offer.version &&
	    (!r->prices_known || !ts_prices_equal(&r->prices_told, &r->offer.now))) {
		r->prices_told = r->offer.now;
		r->prices_known = true;
		e->prices(e->ctx, &r->offer.now);
	}
	if (r->hello_ready) {
		r->hello_ready = false;
		send_hello(r, e);
		if (r->offer.version)
			send_tariff(r, e, now_ns);
	}
	TAILQ_FOREACH(n, &r->neighbours, list)
		let_out(r, n, e, now_ns);
	if (r->throttled != r->throttle_told) {
		r->throttle_told = r->throttled;
		e->throttle(e->ctx, r->throttled);
	}
}

/** ts_relay_offer() - what we ask */
const struct ts_offer *ts_relay_offer(const struct ts_relay *r)
{
	return &r->offer;
}
