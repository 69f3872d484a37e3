// SPDX-License-Identifier: GPL-2.0
/* mesh.c - the mesh in the meter: what batman-adv says, gateways and routes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tokenswitch/budget.h>
#include "tsd/clock.h"
#include "tsd/log.h"
#include "tsd/mesh.h"
#include "tsd/mesh_claim.h"

#define NS_PER_S	1000000000ull
/* What the meter refuses is not another thing a second later. */
#define CLAIM_AGAIN_NS	(10 * NS_PER_S)

/**
 * struct tables - as the kernel is to have them, or has
 * @gateways: originators, ours too if we are one
 * @n_gateways: how many
 * @behind: MACs behind them
 * @n_behind: how many
 * @routes: who pays for what leads where
 * @n_routes: how many
 */
struct tables {
	uint8_t gateways[TS_GATEWAYS_MAX][TS_MAC_LEN];
	unsigned int n_gateways;
	uint8_t behind[TS_BEHIND_MAX][TS_MAC_LEN];
	unsigned int n_behind;
	struct ts_route routes[TS_ROUTES_MAX];
	unsigned int n_routes;
};

/**
 * struct ts_meshes - the mesh of the configuration
 * @loop: borrowed
 * @meter: borrowed, owned by us
 * @config: borrowed
 * @changed: told what has changed
 * @ctx: for @changed
 * @batadv: asks batman-adv
 * @topology: what follows
 * @bindings: of living hellos; owned
 * @n_bindings: how many
 * @io: of the answers of batman-adv; not active: none is waited for
 * @deadline: when to ask again
 * @claimed: the meter has our claim
 * @exit: it has it as a gateway's
 * @claim_ns: when to try again
 * @zone: of neighbours' keys
 * @generation: of the tables sent last, or in force when the claim was adopted
 * @next: tables, while they are made
 * @told: those in force, valid if @gateways_told or @routes_told
 * @gateways_told: they are in force, with @told's behind
 * @routes_told: likewise
 * @meter_fault: why there is no claim; empty: there is
 * @fault: what is wrong in all, and was said; empty: nothing
 */
struct ts_meshes {
	struct ev_loop *loop;
	struct ts_meter *meter;
	const struct ts_config_mesh *config;
	ts_mesh_changed *changed;
	void *ctx;
	struct ts_batadv *batadv;
	struct ts_topology *topology;
	struct ts_mesh_binding *bindings;
	unsigned int n_bindings;
	ev_io io;
	ev_timer deadline;
	bool claimed;
	bool exit;
	uint64_t claim_ns;
	uint32_t zone;
	uint64_t generation;
	struct tables next;
	struct tables told;
	bool gateways_told;
	bool routes_told;
	char meter_fault[TS_MESH_FAULT_SIZE];
	char fault[TS_MESH_FAULT_SIZE];
};

/* --- what is wrong ----------------------------------------------------------- */

static const char *worst(const struct ts_meshes *m)
{
	const char *refused = ts_topology_refused(m->topology);

	if (*m->meter_fault)
		return m->meter_fault;
	return refused ? refused : ts_batadv_fault(m->batadv);
}

/* Said once, and again when it is something else. */
static void note_fault(struct ts_meshes *m)
{
	const char *is = worst(m);

	if (!strcmp(m->fault, is))
		return;
	snprintf(m->fault, sizeof(m->fault), "%s", is);
	if (*is)
		ts_log(TS_LOG_WARN, "mesh: %s; clients are served as ever", is);
	else
		ts_log(TS_LOG_INFO, "mesh: %s is metered, and all is well",
		       m->config->device);
}

static void note_meter_fault(struct ts_meshes *m, const char *text)
{
	snprintf(m->meter_fault, sizeof(m->meter_fault), "%s", text);
	note_fault(m);
}

/* --- batman-adv -------------------------------------------------------------- */

static void wait_for_batadv(struct ts_meshes *m)
{
	uint64_t at_ns = ts_batadv_deadline_ns(m->batadv);
	uint64_t now_ns = ts_clock_boot_ns();
	int fd = ts_batadv_fd(m->batadv);

	ev_io_stop(m->loop, &m->io);
	if (fd >= 0) {
		ev_io_set(&m->io, fd, EV_READ);
		ev_io_start(m->loop, &m->io);
	}
	ev_timer_stop(m->loop, &m->deadline);
	ev_timer_set(&m->deadline, at_ns > now_ns ? (double)(at_ns - now_ns) / 1e9 : 0, 0);
	ev_timer_start(m->loop, &m->deadline);
}

static void update(struct ts_meshes *m)
{
	int parts = ts_batadv_update(m->batadv, m->topology, m->bindings, m->n_bindings,
				     ts_clock_boot_ns());

	if (parts < 0)
		ts_log(TS_LOG_ERROR, "mesh: out of memory; what was known of it stays");
	else if (parts)
		m->changed(m->ctx, parts);
}

static void on_answer(struct ev_loop *loop, ev_io *w, int revents)
{
	struct ts_meshes *m = w->data;

	if (ts_batadv_read(m->batadv, ts_clock_boot_ns()) == 1)
		update(m);
	note_fault(m);
	wait_for_batadv(m);
}

static void on_deadline(struct ev_loop *loop, ev_timer *w, int revents)
{
	struct ts_meshes *m = w->data;

	ts_batadv_start(m->batadv, ts_clock_boot_ns());
	note_fault(m);
	wait_for_batadv(m);
}

/**
 * ts_meshes_bind() - what living hellos say of who has which radio
 * @m: the mesh
 * @bindings: copied
 * @n: how many
 *
 * Return: 0 or -ENOMEM, and those of before hold.
 */
int ts_meshes_bind(struct ts_meshes *m, const struct ts_mesh_binding *bindings,
		   unsigned int n)
{
	struct ts_mesh_binding *copy = calloc(n ? n : 1, sizeof(*copy));

	if (!copy)
		return -ENOMEM;
	if (n)
		memcpy(copy, bindings, n * sizeof(*copy));
	free(m->bindings);
	m->bindings = copy;
	m->n_bindings = n;
	update(m);
	return 0;
}

/* --- the claim --------------------------------------------------------------- */

static bool wants_exit(const struct ts_meshes *m)
{
	if (m->config->gateway == TS_GATEWAY_AUTO)
		return m->topology->mesh.gateway;
	return m->config->gateway == TS_GATEWAY_YES;
}

/* Generations that the kernel has in force are not gone back behind. */
static void adopt(struct ts_meshes *m, const struct ts_mesh *is)
{
	m->claimed = true;
	m->exit = is->flags & TS_MESH_F_EXIT;
	m->zone = ts_zone_of_name(m->config->device);
	m->generation = is->gateway_generation > is->route_generation ?
			is->gateway_generation : is->route_generation;
	m->gateways_told = false;
	m->routes_told = false;
}

/* What is there and as wanted is left alone, so that a restart costs no packet. */
static int claim(struct ts_meshes *m)
{
	struct ts_mesh mesh = {
		.payer_rule = m->config->payer_rule,
		.flags = wants_exit(m) ? TS_MESH_F_EXIT : 0,
	};
	int ret;

	memcpy(mesh.pattern, m->config->device, sizeof(mesh.pattern));
	ret = ts_mesh_claim(m->meter, &mesh);
	if (!ret)
		adopt(m, &mesh);
	return ret;
}

/*
 * Where nothing can be bought nothing is sold: what a tsd of before, or the same kernel
 * with another module, has claimed and granted is given up.  Return: it can.
 */
static bool can_buy(struct ts_meshes *m)
{
	if (ts_mesh_can_buy(m->meter))
		return true;
	if (ts_mesh_claim_none(m->meter))
		ts_log(TS_LOG_ERROR, "mesh: %s", ts_meter_error(m->meter));
	note_meter_fault(m, "this kernel has no netfilter egress hook, so what neighbours carry cannot be counted; build it with CONFIG_NETFILTER_EGRESS=y");
	return false;
}

/* Of a mesh that nobody has looked at yet it is not known whether we lead out. */
static bool knows_enough(const struct ts_meshes *m)
{
	return m->config->gateway != TS_GATEWAY_AUTO || m->topology->mesh.ifindex;
}

/**
 * ts_meshes_tick() - claim the mesh if it is not, or not as it is now; each second
 * @m: the mesh
 * @now_ns: CLOCK_BOOTTIME
 *
 * Return: it was claimed anew, or the claim was adopted.
 */
bool ts_meshes_tick(struct ts_meshes *m, uint64_t now_ns)
{
	if (!knows_enough(m) || (m->claimed && m->exit == wants_exit(m)) ||
	    now_ns < m->claim_ns)
		return false;
	m->claim_ns = now_ns + CLAIM_AGAIN_NS;
	m->claimed = false;
	if (!can_buy(m))
		return false;
	if (claim(m)) {
		note_meter_fault(m, ts_meter_error(m->meter));
		return false;
	}
	note_meter_fault(m, "");
	ts_log(TS_LOG_INFO, "mesh: %s is claimed%s", m->config->device,
	       m->exit ? ", and this box is a gateway of it" : "");
	return true;
}

/** ts_meshes_meter_lost() - the claim went with the module; it comes with it */
void ts_meshes_meter_lost(struct ts_meshes *m)
{
	m->claimed = false;
	m->claim_ns = 0;
	m->gateways_told = false;
	m->routes_told = false;
}

/* --- gateways and routes ------------------------------------------------------- */

static void add_gateway(struct tables *t, const uint8_t mac[TS_MAC_LEN])
{
	if (t->n_gateways < TS_GATEWAYS_MAX)
		memcpy(t->gateways[t->n_gateways++], mac, TS_MAC_LEN);
}

/* batman-adv's tables have groups that are listened to as well. */
static void add_behind(struct tables *t, const uint8_t mac[TS_MAC_LEN])
{
	if (!(mac[0] & 1) && t->n_behind < TS_BEHIND_MAX)
		memcpy(t->behind[t->n_behind++], mac, TS_MAC_LEN);
}

/* Only what is alike in each can be billed alike at both ends of a link. */
static void make_gateways(struct tables *t, const struct ts_topology *from, bool exit)
{
	unsigned int i;

	t->n_gateways = 0;
	t->n_behind = 0;
	for (i = 0; i < from->gateways.n; i++)
		add_gateway(t, from->gateways.mac[i]);
	for (i = 0; i < from->behind.n; i++)
		add_behind(t, from->behind.mac[i]);
	if (!exit)
		return;
	add_gateway(t, from->mesh.own);
	for (i = 0; i < from->n_clients; i++)
		if (!memcmp(from->clients[i].orig, from->mesh.own, TS_MAC_LEN))
			add_behind(t, from->clients[i].mac);
}

static void make_routes(struct tables *t, const struct ts_topology *from,
			const struct ts_mesh_payer *payers, unsigned int n)
{
	unsigned int i, k;

	t->n_routes = from->n_routes;
	for (i = 0; i < from->n_routes; i++) {
		struct ts_route *r = &t->routes[i];

		memset(r, 0, sizeof(*r));
		memcpy(r->originator, from->routes[i].dest, TS_MAC_LEN);
		for (k = 0; k < n; k++) {
			if (memcmp(payers[k].orig, from->routes[i].via, TS_MAC_LEN))
				continue;
			r->account_id = payers[k].account_id;
			r->epoch = payers[k].epoch;
		}
	}
}

static bool same_gateways(const struct tables *a, const struct tables *b)
{
	return a->n_gateways == b->n_gateways && a->n_behind == b->n_behind &&
	       !memcmp(a->gateways, b->gateways, a->n_gateways * TS_MAC_LEN) &&
	       !memcmp(a->behind, b->behind, a->n_behind * TS_MAC_LEN);
}

static bool same_routes(const struct tables *a, const struct tables *b)
{
	return a->n_routes == b->n_routes &&
	       !memcmp(a->routes, b->routes, a->n_routes * sizeof(a->routes[0]));
}

static bool is_told(struct ts_meshes *m, int ret)
{
	if (!ret)
		return true;
	/* Somebody else has written tables: what is in force is looked up again. */
	if (ret == -ESTALE || ret == -ENOENT)
		ts_meshes_meter_lost(m);
	note_meter_fault(m, ts_meter_error(m->meter));
	return false;
}

/**
 * ts_meshes_push() - let the kernel know who leads where, and who pays
 * @m: the mesh
 * @payers: neighbours that have an account
 * @n: how many
 *
 * What it knows already is not said again.  To what a neighbour without account leads
 * nothing passes from gateways: nobody would pay for it.
 */
void ts_meshes_push(struct ts_meshes *m, const struct ts_mesh_payer *payers,
		    unsigned int n)
{
	struct tables *t = &m->next;

	if (!m->claimed || !m->topology->mesh.ifindex)
		return;
	make_gateways(t, m->topology, m->exit);
	make_routes(t, m->topology, payers, n);
	if (!m->gateways_told || !same_gateways(t, &m->told)) {
		m->gateways_told = is_told(m, ts_meter_gateways_set(m->meter,
			m->config->device, ++m->generation, t->gateways,
			t->n_gateways, t->behind, t->n_behind));
		if (!m->gateways_told)
			return;
	}
	if (!m->routes_told || !same_routes(t, &m->told))
		m->routes_told = is_told(m, ts_meter_routes_set(m->meter,
			m->config->device, ++m->generation, t->routes, t->n_routes));
	m->told = *t;
	if (m->routes_told)
		note_meter_fault(m, "");
}

/** ts_meshes_is_told() - does the kernel have the tables that were sent last? */
bool ts_meshes_is_told(const struct ts_meshes *m)
{
	return m->gateways_told && m->routes_told;
}

/* --- life ---------------------------------------------------------------------- */

/**
 * ts_meshes_new() - follow the mesh of the configuration
 * @loop: borrowed until ts_meshes_free()
 * @meter: likewise; owned
 * @config: likewise
 * @changed: what has changed of the topology
 * @ctx: for @changed
 * @err: on failure one line for people
 * @err_size: room in @err
 *
 * Return: freed with ts_meshes_free(), or NULL.
 */
struct ts_meshes *ts_meshes_new(struct ev_loop *loop, struct ts_meter *meter,
				const struct ts_config_mesh *config,
				ts_mesh_changed *changed, void *ctx, char *err,
				size_t err_size)
{
	struct ts_meshes *m = calloc(1, sizeof(*m));

	if (!m) {
		snprintf(err, err_size, "out of memory");
		return NULL;
	}
	m->loop = loop;
	m->meter = meter;
	m->config = config;
	m->changed = changed;
	m->ctx = ctx;
	ev_init(&m->io, on_answer);
	ev_init(&m->deadline, on_deadline);
	m->io.data = m;
	m->deadline.data = m;
	m->batadv = ts_batadv_new(config->device, err, err_size);
	m->topology = m->batadv ? ts_topology_new(0) : NULL;
	if (!m->topology) {
		ts_meshes_free(m);
		return NULL;
	}
	wait_for_batadv(m);
	return m;
}

/** ts_meshes_free() - the claim and its tables stay; NULL is allowed */
void ts_meshes_free(struct ts_meshes *m)
{
	if (!m)
		return;
	ev_io_stop(m->loop, &m->io);
	ev_timer_stop(m->loop, &m->deadline);
	ts_batadv_free(m->batadv);
	ts_topology_free(m->topology);
	free(m->bindings);
	free(m);
}

/** ts_meshes_is_claimed() - does the meter meter it? */
bool ts_meshes_is_claimed(const struct ts_meshes *m)
{
	return m->claimed;
}

/** ts_meshes_is_gateway() - is this box one, as the meter has it? */
bool ts_meshes_is_gateway(const struct ts_meshes *m)
{
	return m->exit;
}

/** ts_meshes_zone() - of the keys of neighbours' accounts */
uint32_t ts_meshes_zone(const struct ts_meshes *m)
{
	return m->zone;
}

/** ts_meshes_topology() - Return: what batman-adv says, valid until the loop turns */
const struct ts_topology *ts_meshes_topology(const struct ts_meshes *m)
{
	return m->topology;
}

/** ts_meshes_fault() - Return: why nothing is relayed for money; empty: it is */
const char *ts_meshes_fault(const struct ts_meshes *m)
{
	return m->fault;
}
