/* SPDX-License-Identifier: GPL-2.0 */
/* gift.h - vouchers and sponsored stations, as tsctl asks for them. */
#ifndef TS_TSD_GIFT_H
#define TS_TSD_GIFT_H

#include <jansson.h>

struct ts_daemon;

json_t *ts_voucher_make_answer(struct ts_daemon *d, const json_t *request);
json_t *ts_voucher_list_answer(struct ts_daemon *d, const json_t *request);
json_t *ts_voucher_revoke_answer(struct ts_daemon *d, const json_t *request);
json_t *ts_voucher_trust_answer(struct ts_daemon *d, const json_t *request);
json_t *ts_sponsor_answer(struct ts_daemon *d, const json_t *request);
json_t *ts_sponsor_end_answer(struct ts_daemon *d, const json_t *request);
json_t *ts_sponsor_list_answer(struct ts_daemon *d, const json_t *request);

#endif /* TS_TSD_GIFT_H */
