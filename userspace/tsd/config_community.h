/* SPDX-License-Identifier: GPL-2.0 */
/* config_community.h - the part of tsd.conf that is about the community; see config.h. */
#ifndef TS_TSD_CONFIG_COMMUNITY_H
#define TS_TSD_CONFIG_COMMUNITY_H

#include "tsd/config.h"
#include "tsd/config_read.h"

void ts_config_read_community(struct ts_reader *r, config_setting_t *root,
			      struct ts_config *c);
void ts_config_explain_community(const struct ts_config *c, FILE *out);

#endif /* TS_TSD_CONFIG_COMMUNITY_H */
