/* SPDX-License-Identifier: GPL-2.0 */
/* relay_count.h - what the meter counted of the mesh, handed to relay/. */
#ifndef TS_TSD_RELAY_COUNT_H
#define TS_TSD_RELAY_COUNT_H

#include "lib/meter.h"
#include "relay/relay.h"
#include "tsd/gate.h"

struct ts_relay_counts;

struct ts_relay_counts *ts_relay_counts_new(const char *boot_id, uint8_t payer_rule,
					     uint64_t now_ns);
void ts_relay_counts_free(struct ts_relay_counts *c);
int ts_relay_counts_read(struct ts_relay_counts *c, struct ts_meter *meter,
			 struct ts_gate *gate, struct ts_relay *relay, uint64_t now_ns);
struct ts_relay_sold ts_relay_sold_of(const struct ts_account *a);

#endif /* TS_TSD_RELAY_COUNT_H */
