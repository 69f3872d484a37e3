/* SPDX-License-Identifier: GPL-2.0 */
/* config_money.h - the part of tsd.conf that is about value; see config.h. */
#ifndef TS_TSD_CONFIG_MONEY_H
#define TS_TSD_CONFIG_MONEY_H

#include "tsd/config.h"
#include "tsd/config_read.h"

void ts_config_read_channels(struct ts_reader *r, config_setting_t *root,
			     struct ts_config *c);
void ts_config_read_tariffs(struct ts_reader *r, config_setting_t *root,
			    struct ts_config *c);
void ts_config_read_money(struct ts_reader *r, config_setting_t *root,
			  struct ts_config *c);

#endif /* TS_TSD_CONFIG_MONEY_H */
