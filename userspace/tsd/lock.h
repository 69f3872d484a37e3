/* SPDX-License-Identifier: GPL-2.0 */
/* lock.h - one tsd for each run_dir. */
#ifndef TS_TSD_LOCK_H
#define TS_TSD_LOCK_H

#include <stddef.h>

int ts_lock_take(const char *run_dir, char *err, size_t err_size);
void ts_lock_release(int fd);

#endif /* TS_TSD_LOCK_H */
