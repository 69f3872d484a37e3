// SPDX-License-Identifier: GPL-2.0
/* Tables of routes that come in several messages. */

#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "mesh.h"
#include "mesh_stage.h"
#include "net.h"

#define STAGE_BYTES (TS_ROUTES_MAX * sizeof(struct ts_route))

/**
 * ts_mesh_stage_drop() - throw away what came without a last message
 * @tn: the namespace, locked
 * @mesh: the mesh
 */
void ts_mesh_stage_drop(struct ts_net *tn, struct ts_mesh *mesh)
{
	lockdep_assert_held(&tn->lock);
	if (!mesh->staged)
		return;
	kvfree(mesh->staged);
	mesh->staged = NULL;
	mesh->n_staged = 0;
	ts_net_give_memory(tn, STAGE_BYTES);
}

static int stage_begin(struct ts_net *tn, struct ts_mesh *mesh, u64 generation,
		       struct netlink_ext_ack *extack)
{
	int err;

	err = ts_net_take_memory(tn, STAGE_BYTES, extack);
	if (err)
		return err;
	mesh->staged = kvmalloc(STAGE_BYTES, GFP_KERNEL_ACCOUNT);
	if (!mesh->staged) {
		ts_net_give_memory(tn, STAGE_BYTES);
		return -ENOMEM;
	}
	mesh->staged_generation = generation;
	return 0;
}

static int stage_add(struct ts_net *tn, struct ts_mesh *mesh, u64 generation,
		     const struct ts_route *routes, unsigned int n_routes,
		     struct netlink_ext_ack *extack)
{
	int err;

	if (!mesh->staged) {
		err = stage_begin(tn, mesh, generation, extack);
		if (err)
			return err;
	}
	if (n_routes > TS_ROUTES_MAX - mesh->n_staged) {
		NL_SET_ERR_MSG(extack, "a mesh has at most 4096 routes");
		return -E2BIG;
	}
	BUILD_BUG_ON(TS_ROUTES_MAX != 4096);
	memcpy(&mesh->staged[mesh->n_staged], routes,
	       n_routes * sizeof(*routes));
	mesh->n_staged += n_routes;
	return 0;
}

/**
 * ts_mesh_stage_routes() - a message of ROUTE_SET
 * @tn: the namespace, locked
 * @mesh: the mesh
 * @generation: of the table
 * @routes: of this message
 * @n_routes: how many
 * @more: it is not the last message of the table
 * @extack: told what is wrong
 *
 * Return: 0, -E2BIG, or as ts_mesh_table_set_routes(); after an error nothing is
 * kept of the table.
 */
int ts_mesh_stage_routes(struct ts_net *tn, struct ts_mesh *mesh,
			 u64 generation, const struct ts_route *routes,
			 unsigned int n_routes, bool more,
			 struct netlink_ext_ack *extack)
{
	int err;

	lockdep_assert_held(&tn->lock);
	if (mesh->staged && mesh->staged_generation != generation)
		ts_mesh_stage_drop(tn, mesh);
	if (!mesh->staged && !more)
		return ts_mesh_table_set_routes(tn, mesh, generation, routes,
						n_routes, extack);
	err = stage_add(tn, mesh, generation, routes, n_routes, extack);
	if (!err && more)
		return 0;
	if (!err)
		err = ts_mesh_table_set_routes(tn, mesh, generation,
					       mesh->staged, mesh->n_staged,
					       extack);
	ts_mesh_stage_drop(tn, mesh);
	return err;
}
