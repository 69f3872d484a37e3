/* SPDX-License-Identifier: GPL-2.0 */
/* The text form of a station: MAC[/VLAN][@ZONE]. */
#ifndef TS_LIB_KEY_H
#define TS_LIB_KEY_H

#include <stddef.h>
#include <stdint.h>
#include "lib/meter.h"

/* Room for the longest key text and its NUL. */
#define TS_KEY_TEXT_LEN 48
#define TS_MAC_TEXT_LEN 18

int ts_key_parse_mac(const char *text, uint8_t mac[6]);
int ts_key_parse_vlan(const char *text, uint16_t *vlan);
int ts_key_parse_zone(const char *text, uint32_t *zone);
int ts_key_parse(const char *text, struct ts_key *key);

char *ts_key_print_mac(const uint8_t mac[6], char *text, size_t size);
char *ts_key_print(const struct ts_key *key, char *text, size_t size);

#endif /* TS_LIB_KEY_H */
