/* SPDX-License-Identifier: GPL-2.0 */
/* batch.h - the open batch, and what is in memory when there is none.  Private to userspace/billing. */
#ifndef TS_BILLING_BATCH_H
#define TS_BILLING_BATCH_H

#include "billing/state.h"

/* batch.c */
bool ts_batch(struct ts_billing *b);
void ts_batch_check(struct ts_billing *b, int err);
void ts_billing_say(struct ts_billing *b, int priority, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int ts_billing_fail(struct ts_billing *b, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* load.c */
int ts_billing_load(struct ts_billing *b, const struct ts_time *now);
int ts_load_payments_of(struct ts_billing *b, struct ts_billing_session *s);
void ts_billing_forget(struct ts_billing *b);

/* adopt.c */
int ts_billing_adopt(struct ts_billing *b, const struct ts_time *now);

#endif /* TS_BILLING_BATCH_H */
