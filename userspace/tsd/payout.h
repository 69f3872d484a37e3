/* SPDX-License-Identifier: GPL-2.0 */
/* payout.h - shares in the income are paid out, and what tsctl shows of them. */
#ifndef TS_TSD_PAYOUT_H
#define TS_TSD_PAYOUT_H

#include <jansson.h>

#include "billing/time.h"

struct ts_daemon;

void ts_payouts_tick(struct ts_daemon *d, const struct ts_time *now);
json_t *ts_payout_pay_answer(struct ts_daemon *d, const json_t *request);
json_t *ts_payout_trust_answer(struct ts_daemon *d, const json_t *request);
json_t *ts_payout_statement_answer(struct ts_daemon *d, const json_t *request);

#endif /* TS_TSD_PAYOUT_H */
