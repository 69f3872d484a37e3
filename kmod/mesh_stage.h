/* SPDX-License-Identifier: GPL-2.0 */
/* Tables of routes that come in several messages. */
#ifndef _TS_MESH_STAGE_H
#define _TS_MESH_STAGE_H

#include <linux/types.h>

struct netlink_ext_ack;
struct ts_mesh;
struct ts_net;
struct ts_route;

int ts_mesh_stage_routes(struct ts_net *tn, struct ts_mesh *mesh,
			 u64 generation, const struct ts_route *routes,
			 unsigned int n_routes, bool more,
			 struct netlink_ext_ack *extack);
void ts_mesh_stage_drop(struct ts_net *tn, struct ts_mesh *mesh);

#endif /* _TS_MESH_STAGE_H */
