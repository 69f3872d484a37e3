// SPDX-License-Identifier: GPL-2.0
/*
 * relay_known.c - what relay/ is told of channels, ways and radios, and what follows from
 * its way to the internet for clients.
 */
#include <errno.h>
#include <string.h>

#include "tsd/relay_private.h"

/* A frame of clients, on average; what the mesh adds to smaller ones is more. */
#define FRAME_BYTES	512

static bool put_channel(struct ts_relaying *r, const struct ts_carrying_view *view)
{
	struct ts_relay_channel channel = {
		.partner = view->partner, .usable = view->usable,
		.in_wei = view->in_wei, .out_wei = view->out_wei,
		.received_wei = view->received_wei, .paid_wei = view->paid_wei,
	};

	return !ts_relay_channel(r->relay, &channel);
}

/**
 * ts_relaying_tell_channel() - what a channel can do now
 * @r: ours
 * @partner: whose
 *
 * Return: it was told; false: there is none, or news of it are in the open batch, or
 * there is no room.
 */
bool ts_relaying_tell_channel(struct ts_relaying *r, const struct ts_address *partner)
{
	struct ts_carrying_view view;

	return !ts_billing_carrying_view(r->d->billing, partner, &r->token, &view) &&
	       put_channel(r, &view);
}

/** struct telling - of all neighbours' channels and ways */
struct telling {
	struct ts_relaying *r;
	bool all;
};

/*
 * Of one that is gone what was paid is not known any more, and stays as it was told
 * last; nothing can be paid over it.
 */
static void tell_channel(const struct ts_relay_view *view, void *arg)
{
	struct ts_relay_channel gone = view->channel;
	struct telling *t = arg;
	struct ts_carrying_view is;
	int ret;

	ret = ts_billing_carrying_view(t->r->d->billing, &view->channel.partner,
				       &t->r->token, &is);
	if (!ret) {
		put_channel(t->r, &is);
	} else if (ret == -ENOENT) {
		gone.usable = false;
		ts_relay_channel(t->r->relay, &gone);
	} else {
		t->all = false;
	}
}

/** ts_relaying_tell_channels() - Return: of none there are news that are not committed */
bool ts_relaying_tell_channels(struct ts_relaying *r)
{
	struct telling t = { .r = r, .all = true };

	ts_relay_each(r->relay, ts_clock_boot_ns(), tell_channel, &t);
	return t.all;
}

static enum ts_way way_by(const struct ts_topology *t, const uint8_t orig[TS_MAC_LEN])
{
	const struct ts_mesh_neighbour *via;
	unsigned int i;

	if (ts_macs_have(&t->gateways, orig))
		return TS_WAY_GATEWAY;
	for (i = 0; i < t->gateways.n; i++) {
		via = ts_topology_route(t, t->gateways.mac[i]);
		if (via && !memcmp(via->orig, orig, TS_MAC_LEN))
			return TS_WAY_ON;
	}
	return TS_WAY_NONE;
}

static void tell_way(const struct ts_relay_view *view, void *arg)
{
	struct telling *t = arg;
	struct ts_relaying *r = t->r;

	if (view->alive)
		ts_relay_way(r->relay, &view->channel.partner,
			     way_by(ts_meshes_topology(r->meshes),
				    view->hello.originator.b));
}

/** ts_relaying_tell_ways() - by whom there is a way to the internet */
void ts_relaying_tell_ways(struct ts_relaying *r)
{
	struct telling t = { .r = r };

	ts_relay_each(r->relay, ts_clock_boot_ns(), tell_way, &t);
}

/** ts_relaying_tell_radios() - ours, as batman-adv has them */
void ts_relaying_tell_radios(struct ts_relaying *r)
{
	const struct ts_topology *t = ts_meshes_topology(r->meshes);
	struct ts_mac macs[TS_HELLO_MACS_MAX] = { }, own;
	unsigned int i, n = 0;

	/* A mesh that cannot be billed is not spoken of. */
	if (!ts_topology_refused(t))
		n = t->own.n < TS_HELLO_MACS_MAX ? t->own.n : TS_HELLO_MACS_MAX;
	for (i = 0; i < n; i++)
		memcpy(macs[i].b, t->own.mac[i], TS_MAC_BYTES);
	memcpy(own.b, t->mesh.own, TS_MAC_BYTES);
	ts_relay_radios(r->relay, &own, macs, n);
}

static const char *no_way_text(unsigned int why)
{
	if (why == TS_INTERNET_TOO_DEAR)
		return "this box's own way to the internet has become dearer than its operator pays; what you paid is kept";
	return "this box has no way to the internet now; what you paid is kept";
}

/**
 * ts_relaying_limit_grants() - to clients, after the counters were read (M4)
 * @r: ours
 *
 * Who is no gateway grants no more than it can pay neighbours for.  Where there is no mesh
 * clients are served as ever; before that is known they are not.
 */
void ts_relaying_limit_grants(struct ts_relaying *r)
{
	struct ts_upstream_limit limit = { .bytes = UINT64_MAX };
	unsigned int why;
	struct ts_time now;

	if (!r->relay && !*ts_meshes_fault(r->meshes))
		return;
	if (r->relay && ts_meshes_is_claimed(r->meshes)) {
		limit.bytes = ts_relay_upstream_bytes(r->relay);
		why = ts_relay_no_way(r->relay);
		/* Nobody has been heard yet. */
		if (why == TS_INTERNET_NO_WAY && ts_clock_boot_ns() < r->settle_ns)
			return;
		if (why)
			limit.refused = ts_no_internet_name(why);
		if (why)
			limit.text = no_way_text(why);
		if (limit.bytes != UINT64_MAX)
			limit.bytes = limit.bytes / (FRAME_BYTES + r->config.overhead_bytes) *
				      FRAME_BYTES;
		limit.low_bytes = r->config.low_bytes;
	}
	ts_clock_now(&now);
	ts_billing_upstream(r->d->billing, &limit, &now);
}
