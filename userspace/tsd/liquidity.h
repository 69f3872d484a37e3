/* SPDX-License-Identifier: GPL-2.0 */
/* liquidity.h - what channels can still carry, as tsctl shows it. */
#ifndef TS_TSD_LIQUIDITY_H
#define TS_TSD_LIQUIDITY_H

#include <jansson.h>

struct ts_daemon;

json_t *ts_liquidity_answer(struct ts_daemon *d, const json_t *request);

#endif /* TS_TSD_LIQUIDITY_H */
