/* SPDX-License-Identifier: GPL-2.0 */
/*
 * carrier.h - the chain for stations that reach only this box: what it shows of a wallet,
 * and its deposits on their way.
 *
 * It asks the node of chain.rpc over connections of its own, so whatever strangers want
 * stands in the way of nothing that the box itself asks.
 */
#ifndef TS_TSD_CARRIER_H
#define TS_TSD_CARRIER_H

#include "lib/meter.h"
#include "portal/portal.h"

struct ts_carrier;
struct ts_daemon;

struct ts_carrier *ts_carrier_new(struct ts_daemon *d, char *err, size_t err_size);
void ts_carrier_free(struct ts_carrier *c);
void ts_carrier_look(struct ts_carrier *c, const struct ts_key *station,
		     const struct ts_portal_look *look, uint64_t reply);
void ts_carrier_send(struct ts_carrier *c, const struct ts_key *station,
		     const void *bytes, size_t len, uint64_t reply);

#endif /* TS_TSD_CARRIER_H */
