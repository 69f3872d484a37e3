/* SPDX-License-Identifier: GPL-2.0 */
/* sponsor.h - stations that wallets pay for, as the portal and tsctl show them. */
#ifndef TS_TSD_SPONSOR_H
#define TS_TSD_SPONSOR_H

#include <jansson.h>

#include "photon/hash.h"

struct ts_daemon;

json_t *ts_sponsor_wallet_json(struct ts_daemon *d, const struct ts_address *wallet);
int ts_sponsor_add_wallets(struct ts_daemon *d, json_t *list);

#endif /* TS_TSD_SPONSOR_H */
