/* SPDX-License-Identifier: GPL-2.0 */
/* channel_export.h - a channel with all that proves what is ours in it. */
#ifndef TSD_CHANNEL_EXPORT_H
#define TSD_CHANNEL_EXPORT_H

#include <jansson.h>

#include "billing/billing.h"

json_t *ts_channel_export(struct ts_billing *b, const struct ts_address *wallet,
			  const struct ts_address *token);

#endif /* TSD_CHANNEL_EXPORT_H */
