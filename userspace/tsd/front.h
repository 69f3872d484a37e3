/* SPDX-License-Identifier: GPL-2.0 */
/* front.h - opens the portal: by http, by https, and where the unpaid are redirected to. */
#ifndef TS_TSD_FRONT_H
#define TS_TSD_FRONT_H

#include <stddef.h>

struct ts_daemon;

int ts_front_open(struct ts_daemon *d, char *err, size_t err_size);

#endif /* TS_TSD_FRONT_H */
