/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mesh.h - the mesh in the meter: the claim, and the tables by which the kernel finds
 * who pays.
 *
 * The claim and its tables outlive tsd, as ports do; the next one adopts them.  What
 * batman-adv says is asked for time and again, whether there is a mesh or not: devices
 * come and go.
 */
#ifndef TS_TSD_MESH_H
#define TS_TSD_MESH_H

#include <ev.h>

#include "lib/meter.h"
#include "mesh/batadv.h"
#include "tsd/config.h"

#define TS_MESH_FAULT_SIZE	300

/**
 * struct ts_mesh_payer - who pays for what a neighbour leads to
 * @orig: its originator
 * @account_id: its account in the meter; 0: none
 * @epoch: of the account
 */
struct ts_mesh_payer {
	uint8_t orig[TS_MAC_LEN];
	uint32_t account_id;
	uint32_t epoch;
};

struct ts_meshes;

/* What batman-adv says has changed, bits of enum ts_topology_part. */
typedef void ts_mesh_changed(void *ctx, int parts);

struct ts_meshes *ts_meshes_new(struct ev_loop *loop, struct ts_meter *meter,
				const struct ts_config_mesh *config,
				ts_mesh_changed *changed, void *ctx, char *err,
				size_t err_size);
void ts_meshes_free(struct ts_meshes *m);
void ts_meshes_meter_lost(struct ts_meshes *m);
bool ts_meshes_tick(struct ts_meshes *m, uint64_t now_ns);
int ts_meshes_bind(struct ts_meshes *m, const struct ts_mesh_binding *bindings,
		   unsigned int n);
void ts_meshes_push(struct ts_meshes *m, const struct ts_mesh_payer *payers,
		    unsigned int n);
bool ts_meshes_is_told(const struct ts_meshes *m);
bool ts_meshes_is_claimed(const struct ts_meshes *m);
bool ts_meshes_is_gateway(const struct ts_meshes *m);
uint32_t ts_meshes_zone(const struct ts_meshes *m);
const struct ts_topology *ts_meshes_topology(const struct ts_meshes *m);
const char *ts_meshes_fault(const struct ts_meshes *m);

#endif /* TS_TSD_MESH_H */
