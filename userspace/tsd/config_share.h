/* SPDX-License-Identifier: GPL-2.0 */
/* config_share.h - shares and payout of tsd.conf.  Private to config*.c. */
#ifndef TS_TSD_CONFIG_SHARE_H
#define TS_TSD_CONFIG_SHARE_H

#include "tsd/config.h"
#include "tsd/config_read.h"

void ts_config_read_shares(struct ts_reader *r, config_setting_t *root,
			   struct ts_config *c);
void ts_config_explain_shares(const struct ts_config *c, FILE *out);

#endif /* TS_TSD_CONFIG_SHARE_H */
