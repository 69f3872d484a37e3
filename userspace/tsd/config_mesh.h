/* SPDX-License-Identifier: GPL-2.0 */
/* config_mesh.h - mesh of tsd.conf.  Private to config*.c. */
#ifndef TS_TSD_CONFIG_MESH_H
#define TS_TSD_CONFIG_MESH_H

#include "tsd/config.h"
#include "tsd/config_read.h"

void ts_config_read_mesh(struct ts_reader *r, config_setting_t *root,
			 struct ts_config *c);
void ts_config_explain_mesh(const struct ts_config *c, FILE *out);

#endif /* TS_TSD_CONFIG_MESH_H */
