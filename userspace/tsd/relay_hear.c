// SPDX-License-Identifier: GPL-2.0
/* relay_hear.c - what neighbours say: who may speak, and where they are. */
#include <string.h>

#include "tsd/relay_private.h"

/** ts_relaying_place() - Return: where it is, or NULL: nobody knows */
const struct ts_relay_place *ts_relaying_place(const struct ts_relaying *r,
					       const struct ts_address *partner)
{
	unsigned int i;

	for (i = 0; i < r->n_places; i++)
		if (ts_address_equal(&r->places[i].partner, partner))
			return &r->places[i];
	return NULL;
}

/** struct looking - is it a neighbour, and does it live? */
struct looking {
	const struct ts_address *for_whom;
	bool found;
	bool alive;
};

static void look(const struct ts_relay_view *view, void *arg)
{
	struct looking *l = arg;

	if (!ts_address_equal(&view->channel.partner, l->for_whom))
		return;
	l->found = true;
	l->alive = view->alive;
}

/*
 * Before its first hello it is not known what a neighbour's counters are worth: compared
 * with those of before a start its receipt, or our answer, were a lie.
 */
static bool is_early(const struct ts_relaying *r, const struct ts_address *who)
{
	struct looking l = { .for_whom = who };

	ts_relay_each(r->relay, ts_clock_boot_ns(), look, &l);
	return l.found && !l.alive;
}

/** ts_relaying_knows() - is it a neighbour that may speak? */
bool ts_relaying_knows(const struct ts_relaying *r, const struct ts_address *partner)
{
	struct looking l = { .for_whom = partner };

	ts_relay_each(r->relay, ts_clock_boot_ns(), look, &l);
	return l.found;
}

/*
 * Who has no channel is not listened to.  Who has one becomes a neighbour by its own
 * signature, for a box may have channels with thousands that are none.
 */
static bool may_speak(struct ts_relaying *r, const struct ts_address *who,
		      const void *bytes, size_t len)
{
	struct ts_carrying_view view;

	if (ts_address_equal(who, &r->d->address) || ts_relaying_knows(r, who))
		return true;
	if (ts_billing_carrying_view(r->d->billing, who, &r->token, &view) ||
	    !ts_relay_is_signed(bytes, len))
		return false;
	return ts_relaying_tell_channel(r, who);
}

static void note_place(struct ts_relaying *r, const struct ts_address *partner,
		       const struct ts_endpoint *at)
{
	struct ts_relay_place *p = (struct ts_relay_place *)ts_relaying_place(r, partner);

	if (!p && r->n_places < TS_RELAY_NEIGHBOURS_MAX)
		p = &r->places[r->n_places++];
	if (!p)
		return;
	p->partner = *partner;
	p->at = *at;
}

/* A hello whose sequence advanced came from there: so that is where it is (M9). */
static void learn(struct ts_relaying *r, const struct ts_hello *h,
		  const struct ts_endpoint *from)
{
	struct ts_peer_place place = { .port = h->photon_port };
	struct ts_endpoint at = *from;

	ts_endpoint_set_port(&at, h->relay_port);
	note_place(r, &h->box, &at);
	ts_relay_socket_know(r->socket, from);
	if (!r->d->peers)
		return;
	place.family = (uint8_t)ts_endpoint_address((const struct sockaddr *)&from->addr,
						    place.ip);
	ts_peers_learn(r->d->peers, &h->box, &place, TS_PEER_HELLO, true,
		       ts_clock_boot_ns());
}

/* What it admits of payments helps after a backup was restored. */
static void tell_billing(struct ts_relaying *r, const struct ts_relay_receipt *receipt)
{
	ts_billing_relay_said(r->d->billing, &receipt->from, &r->token,
			      receipt->received_wei, receipt->paid_wei);
}

static void taken(struct ts_relaying *r, const void *bytes, size_t len,
		  const struct ts_endpoint *from)
{
	struct ts_relay_receipt receipt;
	struct ts_hello hello;

	if (!ts_hello_decode(&hello, bytes, len)) {
		learn(r, &hello, from);
		r->stale = true;
	} else if (!ts_receipt_decode(&receipt, bytes, len)) {
		tell_billing(r, &receipt);
	}
}

/**
 * ts_relaying_hear() - a datagram on the mesh; a ts_relay_heard
 *
 * Cheap checks come first (M9): form, and whether who it names may speak at all.  What a
 * receipt says is of before it came, and is compared with counters that were read after.
 */
void ts_relaying_hear(void *relaying, const void *bytes, size_t len,
		      const struct ts_endpoint *from, uint64_t arrived_ns)
{
	struct ts_relaying *r = relaying;
	enum ts_relay_verdict verdict;
	struct ts_address who;

	if (!r->relay || r->lost)
		return;
	if (ts_relay_named(bytes, len, &who)) {
		r->verdicts[TS_RELAY_BAD_FORM]++;
		return;
	}
	if (!may_speak(r, &who, bytes, len)) {
		r->strangers++;
		return;
	}
	if (len == TS_RECEIPT_BYTES && is_early(r, &who)) {
		r->early++;
		return;
	}
	if (len == TS_RECEIPT_BYTES && r->read_ns < arrived_ns)
		ts_relaying_read(r);
	verdict = ts_relay_take(r->relay, bytes, len, ts_clock_boot_ns());
	r->verdicts[verdict]++;
	if (verdict == TS_RELAY_TAKEN && !ts_address_equal(&who, &r->d->address))
		taken(r, bytes, len, from);
	r->due = true;
	ts_loop_wake(r->d);
}
