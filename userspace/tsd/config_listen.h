/* SPDX-License-Identifier: GPL-2.0 */
/* config_listen.h - the part of tsd.conf that is about the access side; see config.h. */
#ifndef TS_TSD_CONFIG_LISTEN_H
#define TS_TSD_CONFIG_LISTEN_H

#include "tsd/config.h"
#include "tsd/config_read.h"

void ts_config_read_listen(struct ts_reader *r, config_setting_t *root,
			   struct ts_config *c);
bool ts_config_admin_secure(const struct ts_config *c, unsigned int which);
void ts_config_read_portal(struct ts_reader *r, config_setting_t *root,
			   struct ts_config *c);
void ts_config_explain_listen(const struct ts_config *c, FILE *out);

#endif /* TS_TSD_CONFIG_LISTEN_H */
