/* SPDX-License-Identifier: GPL-2.0 */
/* config_opennds.h - the part of tsd.conf that is about openNDS; see config.h. */
#ifndef TS_TSD_CONFIG_OPENNDS_H
#define TS_TSD_CONFIG_OPENNDS_H

#include "tsd/config.h"
#include "tsd/config_read.h"

void ts_config_read_opennds(struct ts_reader *r, config_setting_t *root,
			    struct ts_config *c);
const struct ts_endpoint *ts_config_fas(const struct ts_config *c);
void ts_config_explain_opennds(const struct ts_config *c, FILE *out);

#endif /* TS_TSD_CONFIG_OPENNDS_H */
