/* SPDX-License-Identifier: GPL-2.0 */
/* config_mirror.h - the part of tsd.conf that is about mirrors; see config.h. */
#ifndef TS_TSD_CONFIG_MIRROR_H
#define TS_TSD_CONFIG_MIRROR_H

#include "tsd/config.h"
#include "tsd/config_read.h"

void ts_config_read_mirrors(struct ts_reader *r, config_setting_t *root,
			    struct ts_config *c);
void ts_config_explain_mirrors(const struct ts_config *c, FILE *out);

#endif /* TS_TSD_CONFIG_MIRROR_H */
