/* SPDX-License-Identifier: GPL-2.0 */
/* daemon.h - asking tsd over its control socket. */
#ifndef TSCTL_DAEMON_H
#define TSCTL_DAEMON_H

#include <jansson.h>
#include "tsctl/cmd.h"

/**
 * daemon_ask() - one request, one answer
 * @c: its config names the run directory
 * @request: released, also on failure
 * @answer: set on success; to be released
 *
 * Return: 0, -ENOENT: tsd does not run (nothing was said), or 1 after saying
 * what is wrong: in tsd's own words when it refuses.
 */
int daemon_ask(struct cmd *c, json_t *request, json_t **answer);

/**
 * daemon_follow() - one request, and lines without end
 * @c: its config names the run directory
 * @request: released, also on failure
 * @take: handed each line after the answer; not 0 ends it
 * @arg: for @take
 *
 * Return: -ENOENT: tsd does not run (nothing was said), or 1 when it has ended
 * or refused, which was said, or @take has had enough.
 */
int daemon_follow(struct cmd *c, json_t *request, int (*take)(json_t *line, void *arg),
		  void *arg);

/**
 * config_text() - a string of tsd's configuration
 * @path: libconfig path, such as "run_dir"
 * @def: when there is no such setting or no file
 * Return: newly allocated text, or NULL when memory is out.
 */
char *config_text(const struct cmd *c, const char *path, const char *def);

#endif /* TSCTL_DAEMON_H */
