/* SPDX-License-Identifier: GPL-2.0 */
/* revenue.h - what was charged on each day, as tsctl shows it. */
#ifndef TS_TSD_REVENUE_H
#define TS_TSD_REVENUE_H

#include <jansson.h>

struct ts_daemon;

json_t *ts_revenue_answer(struct ts_daemon *d, const json_t *request);

#endif /* TS_TSD_REVENUE_H */
