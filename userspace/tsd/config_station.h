/* SPDX-License-Identifier: GPL-2.0 */
/* config_station.h - stations of tsd.conf; see config.h. */
#ifndef TS_TSD_CONFIG_STATION_H
#define TS_TSD_CONFIG_STATION_H

#include "tsd/config.h"
#include "tsd/config_read.h"

void ts_config_read_stations(struct ts_reader *r, config_setting_t *root,
			     struct ts_config *c);
void ts_config_explain_stations(const struct ts_config *c, FILE *out);

#endif /* TS_TSD_CONFIG_STATION_H */
