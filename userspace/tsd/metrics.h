/* SPDX-License-Identifier: GPL-2.0 */
/* metrics.h - the box in numbers, for programs: OpenMetrics 1.0. */
#ifndef TS_TSD_METRICS_H
#define TS_TSD_METRICS_H

#include <stdio.h>

#include "billing/billing.h"

struct ts_daemon;

/* metrics.c */
void ts_metrics_write(struct ts_daemon *d, FILE *out);

/* metrics_text.c: the form of it */
void ts_metric_family(FILE *out, const char *name, const char *type, const char *unit,
		      const char *help);
void ts_metric(FILE *out, const char *name, const char *labels, ...)
	__attribute__((format(printf, 3, 4)));
void ts_metric_plain(FILE *out, const char *name);
void ts_metric_u64(FILE *out, uint64_t value);
void ts_metric_double(FILE *out, double value);
void ts_metric_tokens(FILE *out, const struct ts_billing_token *token, ts_u128 wei);
void ts_metric_gauge(FILE *out, const char *name, const char *unit, const char *help,
		     uint64_t value);
void ts_metric_counter(FILE *out, const char *name, const char *help, uint64_t value);
char *ts_metric_label(const char *text, char *buf, size_t size);

/* metrics_money.c */
void ts_metrics_money(struct ts_daemon *d, const struct ts_totals_view *totals, FILE *out);

/* metrics_meter.c */
void ts_metrics_meter(struct ts_daemon *d, FILE *out);

#endif /* TS_TSD_METRICS_H */
