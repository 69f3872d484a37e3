/* SPDX-License-Identifier: GPL-2.0 */
/* date.h - dates on the command line, in UTC. */
#ifndef TSCTL_DATE_H
#define TSCTL_DATE_H

#include <jansson.h>

#define DATE_SIZE	24

/**
 * arg_date() - a day, or a day and a time
 * @text: 2030-01-31 or 2030-01-31T12:00
 * @s: set to seconds since 1970
 *
 * Return: true, or false after saying what is wrong.
 */
bool arg_date(const char *text, uint64_t *s);
/** fmt_date() - Return: @buf, with "-" for 0 */
const char *fmt_date(json_int_t s, char buf[static DATE_SIZE]);

#endif /* TSCTL_DATE_H */
