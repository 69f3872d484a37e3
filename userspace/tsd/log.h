/* SPDX-License-Identifier: GPL-2.0 */
/*
 * log.h - one line for each thing worth knowing, as text or as JSON.
 *
 * Lines go to standard error; whoever supervises the daemon keeps them.
 * Nothing secret is ever handed to these functions: no key, no passphrase, no
 * session code.
 */
#ifndef TS_TSD_LOG_H
#define TS_TSD_LOG_H

#include <stdbool.h>
#include <jansson.h>

/** enum ts_log_level - how much it matters */
enum ts_log_level {
	TS_LOG_ERROR,	/* something does not work */
	TS_LOG_WARN,	/* it works, but not as it should */
	TS_LOG_INFO,	/* what an operator wants to see in a quiet week */
	TS_LOG_DEBUG,	/* each payment, grant and event with its times */
};

void ts_log_setup(enum ts_log_level level, bool json);
bool ts_log_wants(enum ts_log_level level);

void ts_log(enum ts_log_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void ts_log_fields(enum ts_log_level level, const char *event, json_t *fields);

#endif /* TS_TSD_LOG_H */
