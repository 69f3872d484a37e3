/* SPDX-License-Identifier: GPL-2.0 */
/*
 * config_read.h - take typed values out of a parsed file, or say what is wrong.
 *
 * Every function notes the first error as "FILE:LINE: KEY: what is wrong and
 * what is allowed" and from then on does nothing, so callers check once.
 *
 * Private to config*.c.
 */
#ifndef TS_TSD_CONFIG_READ_H
#define TS_TSD_CONFIG_READ_H

#include <libconfig.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "photon/sign.h"
#include "photon/u256.h"

/**
 * struct ts_reader - the file being read
 * @path: its name, for messages
 * @err: where the first error goes
 * @err_size: room in @err
 * @failed: there was one
 */
struct ts_reader {
	const char *path;
	char *err;
	size_t err_size;
	bool failed;
};

void ts_reader_fail(struct ts_reader *r, const config_setting_t *at,
		    const char *key, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

config_setting_t *ts_read_group(struct ts_reader *r, config_setting_t *parent,
				const char *key, const char *const *allowed);
config_setting_t *ts_read_list(struct ts_reader *r, config_setting_t *parent,
			       const char *key, int max);
void ts_read_keys(struct ts_reader *r, config_setting_t *group,
		  const char *const *allowed);

const char *ts_read_string(struct ts_reader *r, config_setting_t *group,
			   const char *key, const char *def);
void ts_read_text(struct ts_reader *r, config_setting_t *group, const char *key,
		  char *out, size_t size);
void ts_read_url(struct ts_reader *r, config_setting_t *group, const char *key,
		 char *url, size_t size);
const char *ts_read_item(struct ts_reader *r, config_setting_t *list, int i);
uint64_t ts_read_number(struct ts_reader *r, config_setting_t *group,
			const char *key, uint64_t def, uint64_t min, uint64_t max);
bool ts_read_bool(struct ts_reader *r, config_setting_t *group, const char *key,
		  bool def);
void ts_read_address(struct ts_reader *r, config_setting_t *group, const char *key,
		     struct ts_address *out);
void ts_read_tokens(struct ts_reader *r, config_setting_t *group, const char *key,
		    const char *def, unsigned int decimals, ts_u128 *wei);
int ts_read_word(struct ts_reader *r, config_setting_t *group, const char *key,
		 const char *const *words, int def);

#endif /* TS_TSD_CONFIG_READ_H */
