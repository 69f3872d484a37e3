/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bench_box.h - the box that is measured: its configuration and its channels.
 */
#ifndef TS_BENCH_BOX_H
#define TS_BENCH_BOX_H

#include "billing/billing.h"

/* Ends the process if @err is not 0. */
void bench_must(int err, const char *what);
double bench_seconds(void);
void bench_config(struct ts_billing_config *c, const struct ts_signer *box);
/* The channel of @wallet with the box, as the box or as the wallet has it. */
struct ts_channel bench_channel(const struct ts_billing_config *c,
				const struct ts_address *wallet, bool of_box);

#endif /* TS_BENCH_BOX_H */
