/* SPDX-License-Identifier: GPL-2.0 */
/* mesh_claim.h - which meshes the meter meters: that of the configuration alone. */
#ifndef TS_TSD_MESH_CLAIM_H
#define TS_TSD_MESH_CLAIM_H

#include "lib/meter.h"

bool ts_mesh_can_buy(struct ts_meter *meter);
int ts_mesh_claim(struct ts_meter *meter, struct ts_mesh *mesh);
int ts_mesh_claim_none(struct ts_meter *meter);

#endif /* TS_TSD_MESH_CLAIM_H */
