/* SPDX-License-Identifier: GPL-2.0 */
/* station.h - a station, as tsctl names it. */
#ifndef TS_TSD_STATION_H
#define TS_TSD_STATION_H

#include <jansson.h>

#include "lib/meter.h"

struct ts_daemon;

json_t *ts_station_of(struct ts_daemon *d, const json_t *request, struct ts_key *key);

#endif /* TS_TSD_STATION_H */
