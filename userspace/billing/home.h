/* SPDX-License-Identifier: GPL-2.0 */
/* home.h - wallets that have their channel here and are guests elsewhere.  Private to userspace/billing. */
#ifndef TS_BILLING_HOME_H
#define TS_BILLING_HOME_H

#include "billing/state.h"

/* roam_home.c */
void ts_claim_finish(struct ts_billing *b, struct ts_billing_session *s,
		     const struct ts_time *now);
void ts_claim_refuse(struct ts_billing *b, struct ts_billing_session *s);
void ts_home_settle(struct ts_billing *b, struct ts_billing_channel *c,
		    const struct ts_bytes *memo, ts_u128 wei);
const struct ts_refused *ts_home_came(struct ts_billing *b,
				      const uint8_t *bytes, const struct ts_time *now);
bool ts_box_is_listed(const struct ts_billing *b, const struct ts_address *box);

#endif /* TS_BILLING_HOME_H */
