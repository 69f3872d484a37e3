// SPDX-License-Identifier: GPL-2.0
/* metrics_text.c - the form of OpenMetrics: families, samples, labels and numbers. */
#include <inttypes.h>
#include <stdarg.h>

#include "chain/token.h"
#include "tsd/metrics.h"

/**
 * ts_metric_family() - what the samples that follow are
 * @out: where to
 * @name: without what samples add to it, such as _total
 * @type: OpenMetrics's
 * @unit: with which the name ends; NULL: none
 * @help: for people
 */
void ts_metric_family(FILE *out, const char *name, const char *type, const char *unit,
		      const char *help)
{
	fprintf(out, "# TYPE %s %s\n", name, type);
	if (unit)
		fprintf(out, "# UNIT %s %s\n", name, unit);
	fprintf(out, "# HELP %s %s\n", name, help);
}

/**
 * ts_metric() - the start of a sample; its number comes next
 * @out: where to
 * @name: of the sample
 * @labels: a="b",c="d", as for printf().  Never who somebody is: no MAC, no address and
 *	no code, for these numbers go to other machines and stay there
 */
void ts_metric(FILE *out, const char *name, const char *labels, ...)
{
	va_list args;

	fprintf(out, "%s{", name);
	va_start(args, labels);
	vfprintf(out, labels, args);
	va_end(args);
	fputs("} ", out);
}

/** ts_metric_plain() - the start of a sample without labels */
void ts_metric_plain(FILE *out, const char *name)
{
	fprintf(out, "%s ", name);
}

void ts_metric_u64(FILE *out, uint64_t value)
{
	fprintf(out, "%" PRIu64 "\n", value);
}

void ts_metric_double(FILE *out, double value)
{
	fprintf(out, "%.9g\n", value);
}

/* In whole tokens; who reads it has doubles, so the books are not kept by it. */
void ts_metric_tokens(FILE *out, const struct ts_billing_token *token, ts_u128 wei)
{
	char text[TS_TOKEN_TEXT_SIZE];

	fprintf(out, "%s\n", ts_token_print(wei, token->decimals, text));
}

/** ts_metric_label() - a text as it stands between quotes; Return: @buf */
char *ts_metric_label(const char *text, char *buf, size_t size)
{
	size_t n = 0;

	for (; *text && n + 3 < size; text++) {
		if (*text == '\\' || *text == '"' || *text == '\n')
			buf[n++] = '\\';
		buf[n++] = *text == '\n' ? 'n' : *text;
	}
	buf[n] = '\0';
	return buf;
}

/** ts_metric_gauge() - a family of one number that goes up and down; as above */
void ts_metric_gauge(FILE *out, const char *name, const char *unit, const char *help,
		     uint64_t value)
{
	ts_metric_family(out, name, "gauge", unit, help);
	ts_metric_plain(out, name);
	ts_metric_u64(out, value);
}

/** ts_metric_counter() - a family of one number that only grows */
void ts_metric_counter(FILE *out, const char *name, const char *help, uint64_t value)
{
	ts_metric_family(out, name, "counter", NULL, help);
	fprintf(out, "%s_total ", name);
	ts_metric_u64(out, value);
}
