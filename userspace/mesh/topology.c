// SPDX-License-Identifier: GPL-2.0
/* topology.c - the model is made anew from the tables, and compared. */
#include <errno.h>
#include <linux/tokenswitch.h>
#include <stdlib.h>
#include <string.h>

#include "mesh/topology_fold.h"

_Static_assert(TS_TOPOLOGY_ROUTES_MAX == TS_ROUTES_MAX &&
	       TS_TOPOLOGY_GATEWAYS_MAX == TS_GATEWAYS_MAX &&
	       TS_TOPOLOGY_BEHIND_MAX == TS_BEHIND_MAX,
	       "the kernel takes all of a model");
_Static_assert(TS_NEIGHBOUR_MACS_MAX == TS_KEYS_MAX,
	       "a neighbour's account has a key for each of its MACs");

static int by_mac(const void *a, const void *b)
{
	return memcmp(a, b, TS_MAC_LEN);
}

static int by_client(const void *a, const void *b)
{
	return memcmp(a, b, offsetof(struct ts_mesh_client, orig));
}

/**
 * ts_topology_new() - of a mesh that nothing is known of yet
 * @generation: to begin after: what the kernel has, so that it takes ours
 *
 * Return: freed with ts_topology_free(), or NULL.
 */
struct ts_topology *ts_topology_new(uint64_t generation)
{
	struct ts_topology *t = calloc(1, sizeof(*t));

	if (t)
		t->generation = generation;
	return t;
}

static void empty(struct ts_topology *t)
{
	ts_macs_free(&t->own);
	ts_macs_free(&t->gateways);
	ts_macs_free(&t->behind);
	free(t->neighbours);
	free(t->routes);
	free(t->clients);
}

/** ts_topology_free() - NULL is allowed */
void ts_topology_free(struct ts_topology *t)
{
	if (!t)
		return;
	empty(t);
	free(t);
}

static int make_own(struct ts_topology *t, const struct ts_fold *f)
{
	const struct ts_batadv_hardif *h = f->tables->hardifs.row;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < f->tables->hardifs.n && !ret; i++)
		ret = ts_macs_add(&t->own, h[i].mac);
	return ret ? ret : ts_macs_pick(&t->own, &f->last->own, TS_BATADV_HARDIFS_MAX,
					f->tables->hash_key);
}

/* Those who were neighbours before stay first. */
static int owners(struct ts_macs *set, struct ts_topology *t, const struct ts_fold *f)
{
	struct ts_macs last = { };
	unsigned int i;
	int ret = 0;

	/* In their order, so the set is one that was picked. */
	for (i = 0; i < f->last->n_neighbours && !ret; i++)
		ret = ts_macs_add(&last, f->last->neighbours[i].orig);
	for (i = 0; i < f->n_heard && !ret; i++)
		ret = ts_macs_add(set, f->heard[i].orig);
	if (!ret)
		ret = ts_macs_pick(set, &last, TS_FOLD_HEARD_MAX, f->tables->hash_key);
	t->crowded |= set->n > TS_TOPOLOGY_NEIGHBOURS_MAX;
	if (!ret)
		ret = ts_macs_pick(set, &last, TS_TOPOLOGY_NEIGHBOURS_MAX,
				   f->tables->hash_key);
	ts_macs_free(&last);
	return ret;
}

static struct ts_mesh_neighbour *find_neighbour(const struct ts_topology *t,
						const uint8_t orig[TS_MAC_LEN])
{
	if (!t->n_neighbours)
		return NULL;
	return bsearch(orig, t->neighbours, t->n_neighbours, sizeof(t->neighbours[0]),
		       by_mac);
}

static void give_mac(struct ts_topology *t, const struct ts_fold_mac *m)
{
	struct ts_mesh_neighbour *n = find_neighbour(t, m->orig);

	if (!n)
		return;
	n->bound |= m->bound;
	if (n->n_macs < TS_NEIGHBOUR_MACS_MAX)
		memcpy(n->mac[n->n_macs++], m->mac, TS_MAC_LEN);
	else
		t->crowded = true;
}

static int make_neighbours(struct ts_topology *t, const struct ts_fold *f)
{
	struct ts_macs boxes = { };
	unsigned int i;
	int ret = owners(&boxes, t, f);

	if (!ret) {
		t->neighbours = calloc(boxes.n + 1, sizeof(t->neighbours[0]));
		ret = t->neighbours ? 0 : -ENOMEM;
	}
	for (i = 0; i < boxes.n && !ret; i++)
		memcpy(t->neighbours[t->n_neighbours++].orig, boxes.mac[i], TS_MAC_LEN);
	for (i = 0; i < f->n_heard && !ret; i++)
		give_mac(t, &f->heard[i]);
	ts_macs_free(&boxes);
	return ret;
}

/* The way that is taken; a dump that was disturbed may say none, or two. */
static const struct ts_batadv_originator *
way(const struct ts_batadv_originator *row, unsigned int n)
{
	const struct ts_batadv_originator *best = row;
	unsigned int i;

	for (i = 1; i < n; i++) {
		if (row[i].best != best->best ? row[i].best :
						row[i].metric > best->metric)
			best = &row[i];
	}
	return best;
}

static int destinations(struct ts_macs *set, struct ts_topology *t,
			const struct ts_fold *f)
{
	const struct ts_batadv_originator *o = f->tables->originators.row;
	struct ts_macs last = { };
	unsigned int i;
	int ret = 0;

	for (i = 0; i < f->last->n_routes && !ret; i++)
		ret = ts_macs_add(&last, f->last->routes[i].dest);
	for (i = 0; i < f->tables->originators.n && !ret; i++)
		if (!i || memcmp(o[i - 1].orig, o[i].orig, TS_MAC_LEN))
			ret = ts_macs_add(set, o[i].orig);
	t->crowded |= set->n > TS_TOPOLOGY_ROUTES_MAX;
	if (!ret)
		ret = ts_macs_pick(set, &last, TS_TOPOLOGY_ROUTES_MAX,
				   f->tables->hash_key);
	ts_macs_free(&last);
	return ret;
}

static void add_route(struct ts_topology *t, const struct ts_fold *f,
		      const uint8_t dest[TS_MAC_LEN])
{
	struct ts_mesh_route *route = &t->routes[t->n_routes];
	const struct ts_batadv_originator *row;
	const struct ts_fold_mac *hop;
	unsigned int n;

	row = ts_batadv_rows_find(&f->tables->originators, dest, TS_MAC_LEN, &n);
	if (!row || ts_macs_have(&t->own, dest))
		return;
	hop = ts_fold_owner(f, way(row, n)->neigh);
	if (!hop || !find_neighbour(t, hop->orig))
		return;
	memcpy(route->dest, dest, TS_MAC_LEN);
	memcpy(route->via, hop->orig, TS_MAC_LEN);
	t->n_routes++;
}

static int make_routes(struct ts_topology *t, const struct ts_fold *f)
{
	struct ts_macs set = { };
	unsigned int i;
	int ret = destinations(&set, t, f);

	if (!ret) {
		t->routes = calloc(set.n + 1, sizeof(t->routes[0]));
		ret = t->routes ? 0 : -ENOMEM;
	}
	for (i = 0; i < set.n && !ret; i++)
		add_route(t, f, set.mac[i]);
	ts_macs_free(&set);
	return ret;
}

static int make_gateways(struct ts_topology *t, const struct ts_fold *f)
{
	const struct ts_batadv_gateway *g = f->tables->gateways.row;
	const struct ts_batadv_client *c = f->tables->global.row;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < f->tables->gateways.n && !ret; i++)
		ret = ts_macs_add(&t->gateways, g[i].orig);
	t->crowded |= t->gateways.n > TS_TOPOLOGY_GATEWAYS_MAX;
	if (!ret)
		ret = ts_macs_pick(&t->gateways, &f->last->gateways,
				   TS_TOPOLOGY_GATEWAYS_MAX, f->tables->hash_key);
	for (i = 0; i < f->tables->global.n && !ret; i++)
		if (c[i].best && ts_macs_have(&t->gateways, c[i].orig))
			ret = ts_macs_add(&t->behind, c[i].mac);
	t->crowded |= t->behind.n > TS_TOPOLOGY_BEHIND_MAX;
	return ret ? ret : ts_macs_pick(&t->behind, &f->last->behind,
					TS_TOPOLOGY_BEHIND_MAX, f->tables->hash_key);
}

static void add_client(struct ts_topology *t, const struct ts_batadv_client *c,
		       const uint8_t orig[TS_MAC_LEN])
{
	struct ts_mesh_client *to = &t->clients[t->n_clients++];

	memcpy(to->mac, c->mac, TS_MAC_LEN);
	memcpy(to->vid, c->vid, sizeof(to->vid));
	memcpy(to->orig, orig, TS_MAC_LEN);
}

/* A client that is here and there, having roamed, is here. */
static int make_clients(struct ts_topology *t, const struct ts_fold *f)
{
	const struct ts_batadv_rows *global = &f->tables->global, *local = &f->tables->local;
	const struct ts_batadv_client *g = global->row, *l = local->row;
	unsigned int i, n = 0;

	t->clients = calloc(global->n + local->n + 1, sizeof(t->clients[0]));
	if (!t->clients)
		return -ENOMEM;
	for (i = 0; i < local->n; i++)
		add_client(t, &l[i], f->tables->mesh.own);
	for (i = 0; i < global->n; i++)
		if (g[i].best && !ts_batadv_rows_find(local, g[i].mac, local->key_len, NULL))
			add_client(t, &g[i], g[i].orig);
	qsort(t->clients, t->n_clients, sizeof(t->clients[0]), by_client);
	for (i = 0; i < t->n_clients; i++)
		if (!n || by_client(&t->clients[n - 1], &t->clients[i]))
			t->clients[n++] = t->clients[i];
	t->n_clients = n;
	return 0;
}

static bool differ(const void *a, unsigned int na, const void *b, unsigned int nb,
		   size_t size)
{
	return na != nb || (na && memcmp(a, b, na * size));
}

static int compare(const struct ts_topology *is, const struct ts_topology *was)
{
	int changed = 0;

	if (differ(is->neighbours, is->n_neighbours, was->neighbours,
		   was->n_neighbours, sizeof(is->neighbours[0])))
		changed |= TS_TOPOLOGY_NEIGHBOURS;
	if (differ(is->routes, is->n_routes, was->routes, was->n_routes,
		   sizeof(is->routes[0])))
		changed |= TS_TOPOLOGY_ROUTES;
	if (!ts_macs_equal(&is->gateways, &was->gateways) ||
	    !ts_macs_equal(&is->behind, &was->behind))
		changed |= TS_TOPOLOGY_GATEWAYS;
	if (differ(is->clients, is->n_clients, was->clients, was->n_clients,
		   sizeof(is->clients[0])))
		changed |= TS_TOPOLOGY_CLIENTS;
	if (memcmp(&is->mesh, &was->mesh, sizeof(is->mesh)) ||
	    is->crowded != was->crowded || !ts_macs_equal(&is->own, &was->own))
		changed |= TS_TOPOLOGY_SETTINGS;
	return changed;
}

static bool dropped(const struct ts_batadv_tables *t)
{
	return t->hardifs.dropped || t->neighbours.dropped || t->originators.dropped ||
	       t->gateways.dropped || t->global.dropped || t->local.dropped;
}

static int make(struct ts_topology *t, const struct ts_fold *f)
{
	int ret = make_own(t, f);

	if (!ret)
		ret = make_neighbours(t, f);
	if (!ret)
		ret = make_routes(t, f);
	if (!ret)
		ret = make_gateways(t, f);
	return ret ? ret : make_clients(t, f);
}

static void number(struct ts_topology *is, const struct ts_topology *was, int changed)
{
	is->generation = was->generation + !!changed;
	is->route_generation = was->route_generation;
	is->gateway_generation = was->gateway_generation;
	if (changed & (TS_TOPOLOGY_NEIGHBOURS | TS_TOPOLOGY_ROUTES))
		is->route_generation = is->generation;
	if (changed & TS_TOPOLOGY_GATEWAYS)
		is->gateway_generation = is->generation;
}

/**
 * ts_topology_update() - what follows from new tables or hellos
 * @t: the model
 * @tables: sorted
 * @bindings: what living hellos say
 * @n_bindings: how many
 *
 * Return: what has changed, bits of enum ts_topology_part; or -ENOMEM, and
 * nothing has.
 */
int ts_topology_update(struct ts_topology *t, const struct ts_batadv_tables *tables,
		       const struct ts_mesh_binding *bindings, unsigned int n_bindings)
{
	struct ts_fold f = { .tables = tables, .bindings = bindings,
			     .n_bindings = n_bindings, .last = t };
	struct ts_topology is = { .mesh = tables->mesh, .crowded = dropped(tables) };
	int ret = ts_fold(&f, &is.crowded);

	if (!ret)
		ret = make(&is, &f);
	ts_fold_free(&f);
	if (ret) {
		empty(&is);
		return ret;
	}
	ret = compare(&is, t);
	number(&is, t, ret);
	empty(t);
	*t = is;
	return ret;
}

/** ts_topology_neighbour() - Return: the neighbour with that originator, or NULL */
const struct ts_mesh_neighbour *ts_topology_neighbour(const struct ts_topology *t,
						      const uint8_t orig[TS_MAC_LEN])
{
	return find_neighbour(t, orig);
}

/** ts_topology_heard() - Return: the neighbour that has that MAC, or NULL */
const struct ts_mesh_neighbour *ts_topology_heard(const struct ts_topology *t,
						  const uint8_t mac[TS_MAC_LEN])
{
	unsigned int i, j;

	for (i = 0; i < t->n_neighbours; i++)
		for (j = 0; j < t->neighbours[i].n_macs; j++)
			if (!memcmp(t->neighbours[i].mac[j], mac, TS_MAC_LEN))
				return &t->neighbours[i];
	return NULL;
}

/** ts_topology_route() - Return: the neighbour that leads to an originator, or NULL */
const struct ts_mesh_neighbour *ts_topology_route(const struct ts_topology *t,
						  const uint8_t dest[TS_MAC_LEN])
{
	const struct ts_mesh_route *route = NULL;

	if (t->n_routes)
		route = bsearch(dest, t->routes, t->n_routes, sizeof(*route), by_mac);
	return route ? find_neighbour(t, route->via) : NULL;
}

/** ts_topology_client() - Return: where a client is, or NULL */
const struct ts_mesh_client *ts_topology_client(const struct ts_topology *t,
						const uint8_t mac[TS_MAC_LEN],
						const uint8_t vid[2])
{
	struct ts_mesh_client key = { };

	memcpy(key.mac, mac, TS_MAC_LEN);
	memcpy(key.vid, vid, sizeof(key.vid));
	if (!t->n_clients)
		return NULL;
	return bsearch(&key, t->clients, t->n_clients, sizeof(key), by_client);
}

/**
 * ts_topology_refused() - why this mesh cannot be billed
 * @t: the model
 *
 * Return: one line for people; NULL: it can.
 */
const char *ts_topology_refused(const struct ts_topology *t)
{
	if (t->mesh.network_coding)
		return "network coding is on, and a coded frame is not one neighbour's: switch it off (batctl meshif DEVICE network_coding 0)";
	return NULL;
}

/**
 * ts_topology_warning() - what the operator should know
 * @t: the model
 * @i: 0 for the first one, and so on
 *
 * Return: one line for people; NULL: there are no more.
 */
const char *ts_topology_warning(const struct ts_topology *t, unsigned int i)
{
	const char *list[] = {
		t->mesh.bridge_loop_avoidance ?
		"bridge loop avoidance is on: frames that it drops after they were counted are billed" : NULL,
		t->mesh.ap_isolation ?
		"AP isolation is on: frames that it drops after they were counted are billed" : NULL,
		t->crowded ?
		"the mesh claims more originators, MACs or clients than there is room for; those that were known before are kept" : NULL,
	};
	unsigned int k;

	for (k = 0; k < sizeof(list) / sizeof(list[0]); k++)
		if (list[k] && !i--)
			return list[k];
	return NULL;
}
