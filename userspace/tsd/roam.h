/* SPDX-License-Identifier: GPL-2.0 */
/*
 * roam.h - what billing claims of other boxes for guests goes to them by HTTP (M14).
 *
 * One claim at a time to each box of the community; what is to be claimed, and what an
 * answer means, billing decides.
 */
#ifndef TS_TSD_ROAM_H
#define TS_TSD_ROAM_H

#include <ev.h>
#include <jansson.h>

#include "billing/billing.h"
#include "portal/portal.h"
#include "tsd/config.h"

struct ts_roams;

struct ts_roams *ts_roams_new(struct ev_loop *loop, const struct ts_config *config,
			      struct ts_billing *billing, const struct ts_address *own,
			      char *err, size_t err_size);
void ts_roams_free(struct ts_roams *r);
void ts_roams_after_flush(struct ts_roams *r);
json_t *ts_roams_count(struct ts_billing *billing);
json_t *ts_roams_json(const struct ts_roams *r, const struct ts_config *config,
		      struct ts_billing *billing);

#endif /* TS_TSD_ROAM_H */
