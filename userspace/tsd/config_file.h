/* SPDX-License-Identifier: GPL-2.0 */
/* config_file.h - a file of libconfig, and what is wrong with its syntax. */
#ifndef TS_TSD_CONFIG_FILE_H
#define TS_TSD_CONFIG_FILE_H

#include <libconfig.h>
#include <stddef.h>

int ts_config_file_read(config_t *file, const char *path, char *err, size_t err_size);

#endif /* TS_TSD_CONFIG_FILE_H */
