// SPDX-License-Identifier: GPL-2.0
/* date.c - dates on the command line, in UTC. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "tsctl/cmd.h"
#include "tsctl/date.h"

static const char *const formats[] = { "%Y-%m-%d", "%Y-%m-%dT%H:%M" };

bool arg_date(const char *text, uint64_t *s)
{
	const char *end;
	struct tm tm;
	time_t t;
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		memset(&tm, 0, sizeof(tm));
		end = strptime(text, formats[i], &tm);
		if (!end || *end)
			continue;
		t = timegm(&tm);
		*s = (uint64_t)t;
		if (t > 0)
			return true;
	}
	fprintf(stderr, "tsctl: '%s' is not a date (UTC) such as 2030-01-31 or 2030-01-31T12:00\n",
		text);
	return false;
}

const char *fmt_date(json_int_t s, char buf[static DATE_SIZE])
{
	time_t t = (time_t)s;
	struct tm tm;

	if (!s || !gmtime_r(&t, &tm) || !strftime(buf, DATE_SIZE, formats[1], &tm))
		strcpy(buf, "-");
	return buf;
}
