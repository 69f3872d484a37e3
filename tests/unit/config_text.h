/* SPDX-License-Identifier: GPL-2.0 */
/* config_text.h - a good tsd.conf, and how to load it otherwise, for tests. */
#ifndef TS_TEST_CONFIG_TEXT_H
#define TS_TEST_CONFIG_TEXT_H

#include "tsd/config.h"

extern const char config_good[];

/* @err: of TS_CONFIG_ERROR_SIZE; empty: it is good. */
struct ts_config *config_load(const char *text, char *err);
/* The good one with @to in the place of @from; to be freed. */
char *config_replaced(const char *from, const char *to);

#endif /* TS_TEST_CONFIG_TEXT_H */
