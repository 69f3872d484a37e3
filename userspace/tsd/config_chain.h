/* SPDX-License-Identifier: GPL-2.0 */
/* config_chain.h - the part of tsd.conf that is about the chain; see config.h. */
#ifndef TS_TSD_CONFIG_CHAIN_H
#define TS_TSD_CONFIG_CHAIN_H

#include "tsd/config.h"
#include "tsd/config_read.h"

int ts_config_gas_deposit(const struct ts_config_chain *c, unsigned int token,
			  ts_u128 *deposit_wei);
void ts_config_read_chain(struct ts_reader *r, config_setting_t *root,
			  struct ts_config *c);

#endif /* TS_TSD_CONFIG_CHAIN_H */
