/* SPDX-License-Identifier: GPL-2.0 */
/* front.h - the portal is opened, and what it asks of the daemon. */
#ifndef TS_TSD_FRONT_H
#define TS_TSD_FRONT_H

#include <stddef.h>

struct ts_daemon;
struct ts_portal_ops;

void ts_front_ops(struct ts_portal_ops *ops, struct ts_daemon *d);
int ts_front_open(struct ts_daemon *d, char *err, size_t err_size);

#endif /* TS_TSD_FRONT_H */
