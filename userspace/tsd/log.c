// SPDX-License-Identifier: GPL-2.0
/* log.c - lines on standard error. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tsd/log.h"

static const char *const level_names[] = { "error", "warn", "info", "debug" };

static enum ts_log_level most = TS_LOG_INFO;
static bool as_json;

/**
 * ts_log_setup() - what to write, and how
 * @level: the least important level that is still written
 * @json: one JSON object a line instead of text
 */
void ts_log_setup(enum ts_log_level level, bool json)
{
	most = level;
	as_json = json;
}

/**
 * ts_log_wants() - would a line of this level be written?
 * @level: the level
 *
 * For callers that would otherwise build fields for nothing.
 *
 * Return: true if so.
 */
bool ts_log_wants(enum ts_log_level level)
{
	return level <= most;
}

static void stamp(char *text, size_t size)
{
	struct timespec now;
	struct tm tm;
	size_t n;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	n = strftime(text, size, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + n, size - n, ".%03ldZ", now.tv_nsec / 1000000);
}

static void write_json(enum ts_log_level level, const char *key,
		       const char *what, json_t *fields)
{
	char time_text[40];
	json_t *line;

	stamp(time_text, sizeof(time_text));
	line = json_pack("{s:s, s:s, s:s}", "time", time_text, "level",
			 level_names[level], key, what);
	if (!line)	/* not UTF-8: say at least that there was something */
		line = json_pack("{s:s, s:s, s:s}", "time", time_text, "level",
				 level_names[level], key, "(unprintable)");
	if (fields)
		json_object_update_missing(line, fields);
	json_dumpf(line, stderr, JSON_COMPACT);
	fputc('\n', stderr);
	json_decref(line);
}

static void write_text(enum ts_log_level level, const char *what, json_t *fields)
{
	char time_text[40];
	const char *key;
	json_t *value;

	stamp(time_text, sizeof(time_text));
	fprintf(stderr, "%s %-5s %s", time_text, level_names[level], what);
	json_object_foreach(fields, key, value) {
		if (json_is_string(value)) {
			fprintf(stderr, " %s=%s", key, json_string_value(value));
			continue;
		}
		fprintf(stderr, " %s=", key);
		json_dumpf(value, stderr, JSON_COMPACT | JSON_ENCODE_ANY);
	}
	fputc('\n', stderr);
}

/**
 * ts_log() - write a sentence
 * @level: how much it matters
 * @fmt: as printf(), without a newline
 */
void ts_log(enum ts_log_level level, const char *fmt, ...)
{
	char *text = NULL;
	va_list args;
	int n;

	if (!ts_log_wants(level))
		return;
	va_start(args, fmt);
	n = vasprintf(&text, fmt, args);
	va_end(args);
	if (n < 0)
		return;
	if (as_json)
		write_json(level, "message", text, NULL);
	else
		write_text(level, text, NULL);
	free(text);
}

/**
 * ts_log_fields() - write an event with its values
 * @level: how much it matters
 * @event: what happened, in snake_case
 * @fields: an object; the reference is taken over, also when nothing is written
 */
void ts_log_fields(enum ts_log_level level, const char *event, json_t *fields)
{
	if (ts_log_wants(level)) {
		if (as_json)
			write_json(level, "event", event, fields);
		else
			write_text(level, event, fields);
	}
	json_decref(fields);
}
