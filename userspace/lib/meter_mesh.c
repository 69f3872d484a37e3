// SPDX-License-Identifier: GPL-2.0
/* The meter interface, of meshes: checks, dispatch. */
#include <errno.h>
#include "lib/meter_driver.h"

/* BPF programs see clients; what a mesh relays the module alone counts. */
static int check_driver(struct ts_meter *m)
{
	if (m->ops->mesh_add)
		return 0;
	return ts_meter_fail(m, -EOPNOTSUPP,
			     "a mesh is metered by tokenswitch.ko, not by driver %s: load the module before the meter is made",
			     m->ops->name);
}

static int check_mesh(struct ts_meter *m, const char *pattern)
{
	int ret = check_driver(m);

	return ret ? ret : ts_meter_check_pattern(m, pattern);
}

int ts_meter_mesh_add(struct ts_meter *m, const struct ts_mesh *mesh)
{
	int ret = check_mesh(m, mesh->pattern);

	if (ret)
		return ret;
	if (mesh->payer_rule > TS_PAYER_SENDER)
		return ts_meter_fail(m, -EINVAL, "mesh %s: the payer is requester or sender",
				     mesh->pattern);
	if (mesh->flags & ~TS_MESH_F_ALL)
		return ts_meter_fail(m, -EINVAL, "mesh %s: unknown flags 0x%x", mesh->pattern,
				     mesh->flags & ~TS_MESH_F_ALL);
	return m->ops->mesh_add(m, mesh);
}

int ts_meter_mesh_del(struct ts_meter *m, const char *pattern)
{
	int ret = check_mesh(m, pattern);

	return ret ? ret : m->ops->mesh_del(m, pattern);
}

int ts_meter_mesh_dump(struct ts_meter *m,
		       int (*cb)(const struct ts_mesh *mesh, void *arg), void *arg)
{
	int ret = check_driver(m);

	return ret ? ret : m->ops->mesh_dump(m, cb, arg);
}

static int check_tables(struct ts_meter *m, const char *pattern, uint64_t generation)
{
	int ret = check_mesh(m, pattern);

	if (!ret && !generation)
		ret = ts_meter_fail(m, -EINVAL, "mesh %s: generations begin at 1", pattern);
	return ret;
}

int ts_meter_gateways_set(struct ts_meter *m, const char *pattern, uint64_t generation,
			  const uint8_t (*gateways)[6], size_t n_gateways,
			  const uint8_t (*behind)[6], size_t n_behind)
{
	int ret = check_tables(m, pattern, generation);

	if (ret)
		return ret;
	if (n_gateways > TS_GATEWAYS_MAX || n_behind > TS_BEHIND_MAX)
		return ts_meter_fail(m, -E2BIG,
				     "mesh %s: at most %d gateways, and %d stations behind them",
				     pattern, TS_GATEWAYS_MAX, TS_BEHIND_MAX);
	return m->ops->gateways_set(m, pattern, generation, gateways, n_gateways, behind,
				    n_behind);
}

int ts_meter_routes_set(struct ts_meter *m, const char *pattern, uint64_t generation,
			const struct ts_route *routes, size_t n_routes)
{
	int ret = check_tables(m, pattern, generation);

	if (ret)
		return ret;
	if (n_routes > TS_ROUTES_MAX)
		return ts_meter_fail(m, -E2BIG, "mesh %s: at most %d routes", pattern,
				     TS_ROUTES_MAX);
	return m->ops->routes_set(m, pattern, generation, routes, n_routes);
}

int ts_meter_originator_dump(struct ts_meter *m,
			     int (*cb)(const struct ts_originator *o, void *arg),
			     void *arg)
{
	int ret = check_driver(m);

	return ret ? ret : m->ops->originator_dump(m, cb, arg);
}

int ts_meter_neighbour_dump(struct ts_meter *m,
			    int (*cb)(const struct ts_neighbour *n, void *arg),
			    void *arg)
{
	int ret = check_driver(m);

	return ret ? ret : m->ops->neighbour_dump(m, cb, arg);
}
