// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include "row.h"

/**
 * bench_row() - print a figure
 * @what: its name
 * @unit: of the samples
 * @goal: as report.py has it, or NULL
 * @samples: one for each round
 * @n: how many
 */
void bench_row(const char *what, const char *unit, const char *goal,
	       const double *samples, size_t n)
{
	size_t i;

	printf("row\t%s\t%s\t%s\t", what, unit, goal ? goal : "-");
	for (i = 0; i < n; i++)
		printf("%s%.6g", i ? " " : "", samples[i]);
	printf("\n");
	fflush(stdout);
}

/** bench_fact() - print what the figures were measured with */
void bench_fact(const char *what, const char *fmt, ...)
{
	va_list ap;

	printf("fact\t%s\t", what);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
}
