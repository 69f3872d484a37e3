/* SPDX-License-Identifier: GPL-2.0 */
/* config_discovery.h - the part of tsd.conf that is about peers; see config.h. */
#ifndef TS_TSD_CONFIG_DISCOVERY_H
#define TS_TSD_CONFIG_DISCOVERY_H

#include <stdio.h>

#include "tsd/config.h"
#include "tsd/config_read.h"

void ts_config_read_discovery(struct ts_reader *r, config_setting_t *root,
			      struct ts_config *c);
void ts_config_explain_discovery(const struct ts_config *c, FILE *out);

#endif /* TS_TSD_CONFIG_DISCOVERY_H */
