/* SPDX-License-Identifier: GPL-2.0 */
/*
 * relay.h - what is carried for neighbours and by them, in tsd: relay/ decides, here are
 * its meter, its socket, its batch and its money.
 *
 * It begins when the mesh is claimed in the meter, and goes on from the ledger.  After
 * billing's batch of a turn comes its own: durable, and then visible (M10).
 */
#ifndef TS_TSD_RELAY_H
#define TS_TSD_RELAY_H

#include <jansson.h>

#include "ledger/relay.h"
#include "photon/sign.h"

struct ts_daemon;
struct ts_relaying;

/* The tariff of neighbours' accounts in the meter; billing's are rows, from 1 on. */
#define TS_RELAY_TARIFF_ID	65535

struct ts_relaying *ts_relaying_new(struct ts_daemon *d, char *err, size_t err_size);
void ts_relaying_free(struct ts_relaying *r);
void ts_relaying_tick(struct ts_relaying *r);
void ts_relaying_flush(struct ts_relaying *r);
void ts_relaying_meter_lost(struct ts_relaying *r);
void ts_relaying_channel(struct ts_relaying *r, const struct ts_address *partner,
			 const struct ts_address *token);
void ts_relaying_paid(struct ts_relaying *r, const struct ts_address *partner,
		      const struct ts_address *token, bool committed);
const char *ts_relaying_fault(const struct ts_relaying *r);

/**
 * struct ts_relaying_totals - all neighbours together
 * @neighbours: how many there ever were
 * @alive: of these, who are heard
 * @carried_bytes: for them, [enum ts_service][direction]
 * @owed_wei: what they owe us
 * @due_wei: what we owe them
 * @drift_per_mille: the largest of those who are alive
 */
struct ts_relaying_totals {
	unsigned int neighbours;
	unsigned int alive;
	uint64_t carried_bytes[TS_SERVICE_COUNT][TS_DIR_COUNT];
	ts_u128 owed_wei;
	ts_u128 due_wei;
	unsigned int drift_per_mille;
};

void ts_relaying_totals(const struct ts_relaying *r, struct ts_relaying_totals *totals);
json_t *ts_relaying_json(const struct ts_relaying *r);

#endif /* TS_TSD_RELAY_H */
