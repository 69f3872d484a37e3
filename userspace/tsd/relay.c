// SPDX-License-Identifier: GPL-2.0
/*
 * relay.c - what is carried for neighbours and by them: how it begins, what happens each
 * second, and its batch.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tsd/log.h"
#include "tsd/relay_private.h"

/* An account that was made is granted to in the commit after; that is all. */
#define ROUNDS_MAX	8
/* A mesh is up by then, with all that neighbours say of their prices. */
#define WAIT_S		300
/* Whoever lives is heard within so many of its intervals, if they are as ours. */
#define HELLOS		4
/* Of what a neighbour may owe, so much is carried between two judgements. */
#define JUDGE_PART	4

static void note_fault(struct ts_relaying *r)
{
	const char *is = ts_meshes_fault(r->meshes);

	if (!*is)
		is = ts_relay_socket_fault(r->socket);
	if (r->lost)
		is = "the ledger cannot be written: no neighbour is answered";
	if (!strcmp(is, r->fault))
		return;
	/* What is wrong with the mesh has been said there. */
	if (*is && strcmp(is, ts_meshes_fault(r->meshes)))
		ts_log(TS_LOG_WARN, "mesh: %s", is);
	snprintf(r->fault, sizeof(r->fault), "%s", is);
}

/* --- the meter ------------------------------------------------------------------- */

/** ts_relaying_read() - what the meter has counted until now */
void ts_relaying_read(struct ts_relaying *r)
{
	uint64_t now_ns = ts_clock_boot_ns();

	if (r->d->meter_lost || !ts_meshes_is_claimed(r->meshes))
		return;
	if (ts_relay_counts_read(r->counts, r->d->meter, r->d->gate, r->relay, now_ns))
		ts_log(TS_LOG_ERROR, "mesh: counters: %s", ts_meter_error(r->d->meter));
	/* What passed while they were read may not be in them. */
	r->read_ns = now_ns;
}

/** struct binding - what hellos say */
struct binding {
	struct ts_mesh_binding list[TS_RELAY_NEIGHBOURS_MAX];
	struct ts_mesh_payer payers[TS_RELAY_NEIGHBOURS_MAX];
	unsigned int n;
};

static void note_binding(struct binding *b, const struct ts_relay_view *view)
{
	struct ts_mesh_binding *to = &b->list[b->n];
	unsigned int i;

	_Static_assert(TS_NEIGHBOUR_MACS_MAX == TS_HELLO_MACS_MAX,
		       "what a hello binds has room in the topology");
	memcpy(to->orig, view->hello.originator.b, TS_MAC_LEN);
	to->n_macs = view->hello.n_macs;
	for (i = 0; i < to->n_macs; i++)
		memcpy(to->mac[i], view->hello.macs[i].b, TS_MAC_LEN);
	memcpy(b->payers[b->n].orig, to->orig, TS_MAC_LEN);
	b->payers[b->n].account_id = view->account_id;
	b->payers[b->n].epoch = view->account_epoch;
	b->n++;
}

static bool is_bound(const struct binding *b, const struct ts_mac *mac)
{
	unsigned int i, k;

	for (i = 0; i < b->n; i++)
		for (k = 0; k < b->list[i].n_macs; k++)
			if (!memcmp(b->list[i].mac[k], mac->b, TS_MAC_LEN))
				return true;
	return false;
}

static void note_living(const struct ts_relay_view *view, void *arg)
{
	if (view->alive)
		note_binding(arg, view);
}

/*
 * What a silent one has paid for goes on, in both directions, and after a start of ours
 * nobody has spoken yet.  A radio that a living one claims is not its own any more.
 */
static void note_silent(const struct ts_relay_view *view, void *arg)
{
	struct binding *b = arg;
	unsigned int i;

	if (view->alive || !view->account_id)
		return;
	for (i = 0; i < view->hello.n_macs; i++)
		if (is_bound(b, &view->hello.macs[i]))
			return;
	if (view->hello.n_macs)
		note_binding(b, view);
}

/* Who pays for what comes of a gateway: who leads to where it goes. */
static void push_tables(struct ts_relaying *r)
{
	struct binding *b;

	if (!r->stale || r->d->meter_lost)
		return;
	b = calloc(1, sizeof(*b));
	if (!b)
		return;
	r->stale = false;
	ts_relay_each(r->relay, ts_clock_boot_ns(), note_living, b);
	ts_relay_each(r->relay, ts_clock_boot_ns(), note_silent, b);
	if (!ts_meshes_bind(r->meshes, b->list, b->n))
		ts_meshes_push(r->meshes, b->payers, b->n);
	free(b);
}

static void on_topology(void *ctx, int parts)
{
	struct ts_relaying *r = ctx;

	r->stale = true;
	if (!r->relay)
		return;
	ts_relaying_tell_radios(r);
	ts_relaying_tell_ways(r);
	r->due = true;
	ts_loop_wake(r->d);
}

/* --- how it begins --------------------------------------------------------------- */

static ts_price price_of(ts_u128 wei_per_gb)
{
	return ts_price_of_wei_per_gb(wei_per_gb);
}

static void fill_config(struct ts_relay_config *c, const struct ts_relaying *r)
{
	const struct ts_config_mesh *m = &r->config;
	const struct ts_billing_config *b = &r->d->config->billing;
	int service, dir;

	*c = (struct ts_relay_config){
		.us = r->d->address, .chain_id = b->chain_id,
		.tokens_network = b->tokens_network, .token = r->token,
		.relay_port = ts_endpoint_port(&m->listen),
		.photon_port = ts_endpoint_port(&r->d->config->photon),
		.hello_s = m->hello_s, .interval_s = m->interval_s,
		.pay_bytes = m->pay_bytes, .window_bytes = m->window_bytes,
		.window_box_wei = m->window_box_wei,
		.judge_bytes = m->window_bytes / JUDGE_PART,
		.tolerance_per_mille = m->tolerance_per_mille,
		.overhead_bytes = m->overhead_bytes, .low_bytes = m->low_bytes,
		.gateway = ts_meshes_is_gateway(r->meshes),
		.offer.margin_per_mille = m->margin_per_mille,
		.offer.rise_per_mille = m->rise_per_mille,
		.offer.notice_s = m->notice_s,
		.offer.wait_s = WAIT_S,
		.limits.rise_per_mille = m->most_rise_per_mille,
	};
	memcpy(c->boot_id, b->boot_id, sizeof(c->boot_id));
	for (service = 0; service < TS_SERVICE_COUNT; service++) {
		for (dir = 0; dir < TS_DIR_COUNT; dir++) {
			c->offer.own[service][dir] =
				price_of(m->asked_wei_per_gb[service][dir]);
			c->limits.most[service][dir] =
				price_of(m->most_wei_per_gb[service][dir]);
		}
	}
}

static void end(struct ts_relaying *r)
{
	ts_relay_free(r->relay);
	ts_relay_counts_free(r->counts);
	r->relay = NULL;
	r->counts = NULL;
}

static int begin(struct ts_relaying *r)
{
	uint64_t now_ns = ts_clock_boot_ns();
	struct ts_relay_config config;
	int ret;

	fill_config(&config, r);
	r->counts = ts_relay_counts_new(config.boot_id, r->d->config->mesh.payer_rule,
					now_ns);
	if (!r->counts)
		return -ENOMEM;
	ret = ts_relay_new(r->d->ledger, &config, r->d->key, now_ns, &r->relay);
	/* Without its channel a neighbour's account would be closed. */
	if (!ret && !ts_relaying_tell_channels(r))
		ret = -EAGAIN;
	if (!ret)
		ret = ts_relaying_adopt(r);
	if (ret && ret != -EAGAIN)
		ts_log(TS_LOG_ERROR, "mesh: neighbours cannot be gone on with: %s",
		       strerror(-ret));
	if (ret) {
		end(r);
		return ret;
	}
	ts_relaying_tell_radios(r);
	r->settle_ns = now_ns + HELLOS * r->config.hello_s * TS_NS_IN_S;
	r->stale = true;
	r->due = true;
	return 0;
}

/**
 * ts_relaying_new() - carry for neighbours, as the configuration says
 * @d: the daemon, with its key
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Return: freed with ts_relaying_free(), or NULL.
 */
struct ts_relaying *ts_relaying_new(struct ts_daemon *d, char *err, size_t err_size)
{
	struct ts_relaying *r = calloc(1, sizeof(*r));

	if (!r) {
		snprintf(err, err_size, "out of memory");
		return NULL;
	}
	r->d = d;
	r->config = d->config->mesh;
	r->token = d->config->billing.tokens[r->config.token].address;
	r->meshes = ts_meshes_new(d->loop, d->meter, &r->config, on_topology, r, err,
				  err_size);
	if (r->meshes)
		r->socket = ts_relay_socket_new(d->loop, &r->config.listen,
						ts_relaying_hear, r);
	if (r->socket)
		return r;
	if (r->meshes)
		snprintf(err, err_size, "out of memory");
	ts_meshes_free(r->meshes);
	free(r);
	return NULL;
}

/** ts_relaying_free() - the kernel goes on metering; NULL is allowed */
void ts_relaying_free(struct ts_relaying *r)
{
	if (!r)
		return;
	end(r);
	ts_relay_socket_free(r->socket);
	ts_meshes_free(r->meshes);
	free(r);
}

/* --- what happens ------------------------------------------------------------------ */

static void ask_again(struct ts_relaying *r)
{
	unsigned int i;

	for (i = 0; i < r->n_refused; i++)
		ts_relay_account_is(r->relay, &r->refused[i], 0, 0);
	r->n_refused = 0;
}

/**
 * ts_relaying_tick() - once a second
 * @r: ours; NULL is allowed
 */
void ts_relaying_tick(struct ts_relaying *r)
{
	uint64_t now_ns = ts_clock_boot_ns();

	if (!r || r->d->meter_lost)
		return;
	/* As a gateway, or as none any more, it begins anew. */
	if (ts_meshes_tick(r->meshes, now_ns))
		end(r);
	ts_relay_socket_look(r->socket);
	note_fault(r);
	if (!ts_meshes_is_claimed(r->meshes) || (!r->relay && begin(r))) {
		ts_relaying_limit_grants(r);
		return;
	}
	ts_relaying_tell_channels(r);
	ts_relaying_tell_ways(r);
	ask_again(r);
	ts_relaying_read(r);
	ts_relaying_limit_grants(r);
	r->stale |= !ts_meshes_is_told(r->meshes);
	ts_relay_day(r->relay, ts_billing_day(r->d->billing));
	ts_relay_tick(r->relay, now_ns);
	r->due = true;
}

static int commit(struct ts_relaying *r)
{
	int ret = ts_ledger_begin(r->d->ledger);

	if (!ret)
		ret = ts_relay_save(r->relay);
	return ret ? ret : ts_ledger_commit(r->d->ledger);
}

/* Nothing of it has left; from now on nothing does (M10). */
static void lose(struct ts_relaying *r)
{
	ts_ledger_discard(r->d->ledger);
	ts_log(TS_LOG_ERROR, "mesh: %s; neighbours are not answered until tsd is restarted",
	       ts_ledger_error(r->d->ledger));
	ts_relay_reload(r->relay, ts_clock_boot_ns());
	r->lost = true;
}

/**
 * ts_relaying_flush() - commit what has changed, then let it out; after billing's flush
 * @r: ours; NULL is allowed
 */
void ts_relaying_flush(struct ts_relaying *r)
{
	int round;

	if (!r || !r->relay || !r->due || r->lost || r->d->meter_lost)
		return;
	for (round = 0; round < ROUNDS_MAX; round++) {
		/* A batch of billing's is open: this comes after it. */
		if (ts_ledger_in_batch(r->d->ledger))
			return;
		if (ts_relay_is_dirty(r->relay) && commit(r)) {
			lose(r);
			return;
		}
		ts_relaying_effects(r);
		if (!ts_relay_is_dirty(r->relay))
			break;
	}
	r->due = ts_relay_is_dirty(r->relay);
	push_tables(r);
}

/** ts_relaying_meter_lost() - the module is gone with all accounts; NULL is allowed */
void ts_relaying_meter_lost(struct ts_relaying *r)
{
	if (!r)
		return;
	ts_meshes_meter_lost(r->meshes);
	/* What is in the ledger is what was counted last. */
	end(r);
}

/** ts_relaying_channel() - billing has news of a channel; NULL is allowed */
void ts_relaying_channel(struct ts_relaying *r, const struct ts_address *partner,
			 const struct ts_address *token)
{
	if (!r || !r->relay || !ts_address_equal(token, &r->token) ||
	    !ts_relaying_knows(r, partner))
		return;
	ts_relaying_tell_channel(r, partner);
	r->due = true;
}

/** ts_relaying_paid() - a transfer that was asked for is made, or is not */
void ts_relaying_paid(struct ts_relaying *r, const struct ts_address *partner,
		      const struct ts_address *token, bool committed)
{
	if (!r || !r->relay || !ts_address_equal(token, &r->token))
		return;
	if (committed)
		ts_relaying_tell_channel(r, partner);
	else
		ts_relay_pay_failed(r->relay, partner);
	r->due = true;
}

/** ts_relaying_fault() - Return: why nothing is carried for money; NULL: it is */
const char *ts_relaying_fault(const struct ts_relaying *r)
{
	return *r->fault ? r->fault : NULL;
}
