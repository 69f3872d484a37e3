/* SPDX-License-Identifier: GPL-2.0 */
/*
 * newfile.h - a file that is there whole and on disk, or not at all.
 */
#ifndef TS_KEYS_NEWFILE_H
#define TS_KEYS_NEWFILE_H

#include <stddef.h>

#include "keys/error.h"

int ts_newfile_write(const char *path, const void *data, size_t len,
		     struct ts_keys_error *error);

#endif /* TS_KEYS_NEWFILE_H */
