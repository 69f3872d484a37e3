/* SPDX-License-Identifier: GPL-2.0 */
/* What report.py reads: see its opening comment. */
#ifndef TS_BENCH_ROW_H
#define TS_BENCH_ROW_H

#include <stddef.h>

void bench_row(const char *what, const char *unit, const char *goal,
	       const double *samples, size_t n);
void bench_fact(const char *what, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* TS_BENCH_ROW_H */
