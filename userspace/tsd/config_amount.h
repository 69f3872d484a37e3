/* SPDX-License-Identifier: GPL-2.0 */
/* config_amount.h - amounts of several tokens in tsd.conf.  Private to config*.c. */
#ifndef TS_TSD_CONFIG_AMOUNT_H
#define TS_TSD_CONFIG_AMOUNT_H

#include "billing/billing.h"
#include "tsd/config_read.h"

const struct ts_billing_token *ts_read_token(struct ts_reader *r,
					     config_setting_t *group,
					     const struct ts_billing_config *b);
void ts_read_amounts(struct ts_reader *r, config_setting_t *group,
		     const char *key, const struct ts_billing_config *b,
		     ts_u128 *wei, size_t step);

#endif /* TS_TSD_CONFIG_AMOUNT_H */
