/* SPDX-License-Identifier: GPL-2.0 */
/* event.h - the JSON form of an event: what "tsctl monitor -j" prints. */
#ifndef TS_LIB_EVENT_H
#define TS_LIB_EVENT_H

#include <jansson.h>
#include "lib/meter.h"

const char *ts_event_name(uint8_t type);
json_t *ts_event_json(const struct ts_meter_event *ev);
int ts_event_from_json(const json_t *json, struct ts_meter_event *ev);

#endif /* TS_LIB_EVENT_H */
