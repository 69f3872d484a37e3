/* SPDX-License-Identifier: GPL-2.0 */
/* warning.h - what the operator should look at now. */
#ifndef TS_TSD_WARNING_H
#define TS_TSD_WARNING_H

#include <jansson.h>

struct ts_daemon;

json_t *ts_warnings_json(struct ts_daemon *d);

#endif /* TS_TSD_WARNING_H */
