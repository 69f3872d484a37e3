/* SPDX-License-Identifier: GPL-2.0 */
/* tag.h - amounts that name a session.  Private to userspace/billing. */
#ifndef TS_BILLING_TAG_H
#define TS_BILLING_TAG_H

#include "billing/state.h"

#define TS_TAG_WEI	1000000000000ull

uint64_t ts_tag_make(const struct ts_billing *b, const char *code);
struct ts_billing_session *ts_tag_session(struct ts_billing *b,
					  const struct ts_address *token, ts_u128 wei);
ts_u128 ts_tag_amount(const struct ts_billing *b, const struct ts_billing_session *s,
		      const struct ts_address *token, ts_u128 wei);

#endif /* TS_BILLING_TAG_H */
