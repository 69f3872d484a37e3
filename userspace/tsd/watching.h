/* SPDX-License-Identifier: GPL-2.0 */
/* watching.h - for who watches the box: the admin page, its history, /metrics. */
#ifndef TS_TSD_WATCHING_H
#define TS_TSD_WATCHING_H

#include <stddef.h>
#include <stdint.h>

struct ts_daemon;
struct ts_watching;

struct ts_watching *ts_watching_new(struct ts_daemon *d, char *err, size_t err_size);
void ts_watching_tick(struct ts_watching *w);
uint64_t ts_watching_wrong(const struct ts_watching *w);
void ts_watching_free(struct ts_watching *w);

#endif /* TS_TSD_WATCHING_H */
