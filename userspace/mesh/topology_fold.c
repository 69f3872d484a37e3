// SPDX-License-Identifier: GPL-2.0
/*
 * topology_fold.c - which MACs belong to one neighbour.
 *
 * batman-adv tells neighbours by the MAC of the interface that is heard, and a
 * box by the MAC of its first one.  A signed hello says which belong together.
 * Without one there are signs:
 *
 * - A box announces clients, its own mesh device at least, under its originator,
 *   and under nothing else.  So a MAC that announces clients is a box of its own,
 *   and one that does not is a further interface of some box.
 * - Over such an interface all is heard that the box passes on.  What it says of
 *   itself has the best metric there: a hop penalty is on all else.  With
 *   B.A.T.M.A.N. IV the interface has a row of its own, which is as good.
 *
 * Who says otherwise than it is gets his bytes on another's account at the most
 * until a hello comes, and no account has a window without that (M13).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mesh/topology_fold.h"

/* Half of batman-adv's default hop penalty, which is 30 of 255. */
#define METRIC_NEAR(a, b)	((uint64_t)(a) * 16 >= (uint64_t)(b) * 15)

static const struct ts_macs none;

static int by_mac(const void *a, const void *b)
{
	return memcmp(a, b, TS_MAC_LEN);
}

static int find_announcers(struct ts_fold *f)
{
	const struct ts_batadv_client *c = f->tables->global.row;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < f->tables->global.n && !ret; i++)
		ret = ts_macs_add(&f->announcers, c[i].orig);
	return ret ? ret : ts_macs_pick(&f->announcers, &none, TS_BATADV_CLIENTS_MAX,
					f->tables->hash_key);
}

/* Those that were heard before stay first. */
static int limit(struct ts_fold *f, struct ts_macs *set)
{
	struct ts_macs last = { };
	unsigned int i, j;
	int ret = 0;

	for (i = 0; i < f->last->n_neighbours && !ret; i++)
		for (j = 0; j < f->last->neighbours[i].n_macs && !ret; j++)
			ret = ts_macs_add(&last, f->last->neighbours[i].mac[j]);
	if (!ret)
		ret = ts_macs_pick(&last, &none, UINT32_MAX, f->tables->hash_key);
	if (!ret)
		ret = ts_macs_pick(set, &last, TS_FOLD_HEARD_MAX, f->tables->hash_key);
	ts_macs_free(&last);
	return ret;
}

/* Those that batman-adv takes for neighbours, and those that it uses. */
static int gather(struct ts_fold *f, struct ts_macs *set, bool *crowded)
{
	const struct ts_batadv_originator *o = f->tables->originators.row;
	const struct ts_batadv_neighbour *n = f->tables->neighbours.row;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < f->tables->neighbours.n && !ret; i++)
		ret = ts_macs_add(set, n[i].mac);
	for (i = 0; i < f->tables->originators.n && !ret; i++)
		ret = ts_macs_add(set, o[i].neigh);
	if (!ret)
		ret = ts_macs_pick(set, &none, UINT32_MAX, f->tables->hash_key);
	*crowded |= set->n > TS_FOLD_HEARD_MAX;
	return ret ? ret : limit(f, set);
}

static int find_heard(struct ts_fold *f, bool *crowded)
{
	struct ts_macs set = { };
	unsigned int i;
	int ret = gather(f, &set, crowded);

	if (!ret) {
		f->heard = calloc(set.n + 1, sizeof(f->heard[0]));
		ret = f->heard ? 0 : -ENOMEM;
	}
	for (i = 0; i < set.n && !ret; i++)
		memcpy(f->heard[f->n_heard++].mac, set.mac[i], TS_MAC_LEN);
	ts_macs_free(&set);
	return ret;
}

static struct ts_fold_mac *find(const struct ts_fold *f, const uint8_t mac[TS_MAC_LEN])
{
	return bsearch(mac, f->heard, f->n_heard, sizeof(f->heard[0]), by_mac);
}

/* Which box is heard best over each MAC?  On a tie nobody knows. */
static void find_best(struct ts_fold *f)
{
	const struct ts_batadv_originator *row = f->tables->originators.row;
	struct ts_fold_mac *m;
	unsigned int i;

	for (i = 0; i < f->tables->originators.n; i++) {
		m = find(f, row[i].neigh);
		if (!m || row[i].metric < m->best_metric || !row[i].metric ||
		    !memcmp(row[i].orig, m->mac, TS_MAC_LEN) ||
		    !ts_macs_have(&f->announcers, row[i].orig))
			continue;
		if (row[i].metric > m->best_metric)
			m->best = row[i].orig;
		else if (m->best && memcmp(m->best, row[i].orig, TS_MAC_LEN))
			m->best = NULL;
		m->best_metric = row[i].metric;
	}
}

static const struct ts_mesh_binding *binding_of(const struct ts_fold *f,
						const uint8_t mac[TS_MAC_LEN])
{
	unsigned int i, j;

	for (i = 0; i < f->n_bindings; i++)
		for (j = 0; j < f->bindings[i].n_macs; j++)
			if (!memcmp(f->bindings[i].mac[j], mac, TS_MAC_LEN))
				return &f->bindings[i];
	return NULL;
}

/* Is @orig heard over @mac?  Return: how well, 0: not at all. */
static uint32_t metric(const struct ts_fold *f, const uint8_t orig[TS_MAC_LEN],
		       const uint8_t mac[TS_MAC_LEN])
{
	const struct ts_batadv_originator *row;
	unsigned int n, i;
	uint32_t best = 0;

	row = ts_batadv_rows_find(&f->tables->originators, orig, TS_MAC_LEN, &n);
	for (i = 0; i < n; i++)
		if (!memcmp(row[i].neigh, mac, TS_MAC_LEN) && row[i].metric > best)
			best = row[i].metric;
	return best;
}

static bool is_originator(const struct ts_fold *f, const uint8_t mac[TS_MAC_LEN])
{
	return ts_batadv_rows_find(&f->tables->originators, mac, TS_MAC_LEN, NULL);
}

static void find_owner(struct ts_fold *f, struct ts_fold_mac *m)
{
	const struct ts_mesh_binding *binding = binding_of(f, m->mac);
	const struct ts_mesh_neighbour *before;

	memcpy(m->orig, binding ? binding->orig : m->mac, TS_MAC_LEN);
	m->bound = binding;
	if (binding || ts_macs_have(&f->announcers, m->mac))
		return;
	/* Metrics go up and down; what was found stays while it can be true. */
	before = ts_topology_heard(f->last, m->mac);
	if (before && memcmp(before->orig, m->mac, TS_MAC_LEN) &&
	    ts_macs_have(&f->announcers, before->orig) &&
	    metric(f, before->orig, m->mac)) {
		memcpy(m->orig, before->orig, TS_MAC_LEN);
		return;
	}
	/* Whoever does not announce clients yet is no interface of his uplink. */
	if (m->best && (!is_originator(f, m->mac) ||
			METRIC_NEAR(m->best_metric, metric(f, m->mac, m->mac))))
		memcpy(m->orig, m->best, TS_MAC_LEN);
}

/**
 * ts_fold() - find to which box each MAC belongs that is heard
 * @f: tables, bindings and last model are set, the rest is empty
 * @crowded: set to true when there are too many
 *
 * Return: 0 or -ENOMEM; ts_fold_free() in any case.
 */
int ts_fold(struct ts_fold *f, bool *crowded)
{
	unsigned int i;
	int ret = find_announcers(f);

	if (!ret)
		ret = find_heard(f, crowded);
	if (ret)
		return ret;
	find_best(f);
	for (i = 0; i < f->n_heard; i++)
		find_owner(f, &f->heard[i]);
	return 0;
}

/** ts_fold_free() - what ts_fold() found */
void ts_fold_free(struct ts_fold *f)
{
	ts_macs_free(&f->announcers);
	free(f->heard);
}

/** ts_fold_owner() - Return: what was found of a MAC, or NULL: it is not heard */
const struct ts_fold_mac *ts_fold_owner(const struct ts_fold *f,
					const uint8_t mac[TS_MAC_LEN])
{
	return find(f, mac);
}
