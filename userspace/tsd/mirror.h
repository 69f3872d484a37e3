/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mirror.h - the newest proofs of our partners go to the boxes that the operator chose,
 * which show them for us when we are silent (rule M3).
 *
 * In rounds of each mirror: the channels whose newest proof it does not have are sent,
 * one after the other; what could not be sent is tried in its next round.  Nothing is sent
 * that is not committed.  What a mirror has is remembered as long as tsd runs, and
 * after an hour not believed any more: it costs it nothing to be told again.
 */
#ifndef TS_TSD_MIRROR_H
#define TS_TSD_MIRROR_H

#include <ev.h>
#include <jansson.h>

#include "billing/billing.h"
#include "tsd/config.h"

struct ts_mirrors;

struct ts_mirrors *ts_mirrors_new(struct ev_loop *loop, const struct ts_config *config,
				  const struct ts_ledger *ledger,
				  const struct ts_billing *billing,
				  const struct ts_signer *key, char *err,
				  size_t err_size);
void ts_mirrors_free(struct ts_mirrors *m);
void ts_mirrors_after_flush(struct ts_mirrors *m);
json_t *ts_mirrors_json(const struct ts_mirrors *m);

#endif /* TS_TSD_MIRROR_H */
