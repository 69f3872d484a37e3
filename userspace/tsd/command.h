/* SPDX-License-Identifier: GPL-2.0 */
/* command.h - what tsctl may ask over the control socket. */
#ifndef TS_TSD_COMMAND_H
#define TS_TSD_COMMAND_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct ts_daemon;

json_t *ts_command_failure(const char *error, const char *message);
json_t *ts_command_answer(struct ts_daemon *d, const char *line, size_t len,
			  bool *watch);

#endif /* TS_TSD_COMMAND_H */
