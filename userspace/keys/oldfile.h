/* SPDX-License-Identifier: GPL-2.0 */
/*
 * oldfile.h - a small file that is there, read whole.
 */
#ifndef TS_KEYS_OLDFILE_H
#define TS_KEYS_OLDFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "keys/error.h"

int ts_oldfile_read(const char *path, bool owner_only, char *text, size_t size,
		    size_t *len, struct ts_keys_error *error);

#endif /* TS_KEYS_OLDFILE_H */
