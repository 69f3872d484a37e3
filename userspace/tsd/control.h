/* SPDX-License-Identifier: GPL-2.0 */
/* control.h - the socket of tsctl: one JSON object a line, root alone. */
#ifndef TS_TSD_CONTROL_H
#define TS_TSD_CONTROL_H

#include <ev.h>
#include <jansson.h>
#include <stddef.h>

struct ts_control;
struct ts_daemon;
struct ts_meter_event;

struct ts_control *ts_control_new(struct ts_daemon *d, const char *path,
				  char *err, size_t err_size);
void ts_control_free(struct ts_control *c);
void ts_control_event(struct ts_control *c, const struct ts_meter_event *ev);
void ts_control_tell(struct ts_control *c, json_t *event);
void ts_control_lost(struct ts_control *c);

#endif /* TS_TSD_CONTROL_H */
