/* SPDX-License-Identifier: GPL-2.0 */
/* selftest.h - does the datapath refuse who has not paid? */
#ifndef TS_TSD_SELFTEST_H
#define TS_TSD_SELFTEST_H

#include <stddef.h>

#include "lib/meter.h"

int ts_selftest_port(const struct ts_port *port, char *err, size_t err_size);
int ts_selftest_nf(struct ts_meter *m, char *err, size_t err_size);

#endif /* TS_TSD_SELFTEST_H */
