/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hex.h - "0x" and hex digits, the text form of bytes.
 */
#ifndef TS_PHOTON_HEX_H
#define TS_PHOTON_HEX_H

#include <stddef.h>
#include <stdint.h>

int ts_hex_parse(uint8_t *out, size_t len, const char *text);
char *ts_hex_print(char *text, const void *bytes, size_t len);

#endif /* TS_PHOTON_HEX_H */
