/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mdns_name.h - domain names as they are on the wire, and reading a packet.
 *
 * Private to mdns_*.c.
 */
#ifndef TS_DISCOVERY_MDNS_NAME_H
#define TS_DISCOVERY_MDNS_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TS_MDNS_NAME_MAX_BYTES	255
#define TS_MDNS_LABEL_MAX_BYTES	63
#define TS_MDNS_HEADER_BYTES	12

#define TS_MDNS_SERVICE_NAME	"\7_photon\5local"
#define TS_MDNS_DOMAIN_NAME	"\5local"

/**
 * struct ts_mdns_name - a name, without compression
 * @len: used bytes, the zero at its end included
 * @b: length and bytes of each label
 */
struct ts_mdns_name {
	size_t len;
	uint8_t b[TS_MDNS_NAME_MAX_BYTES];
};

/**
 * struct ts_mdns_reader - a packet being read
 * @b: the packet
 * @len: of it
 * @at: next byte
 */
struct ts_mdns_reader {
	const uint8_t *b;
	size_t len;
	size_t at;
};

int ts_mdns_read_u16(struct ts_mdns_reader *r, uint16_t *out);
int ts_mdns_read_u32(struct ts_mdns_reader *r, uint32_t *out);
int ts_mdns_read_name(struct ts_mdns_reader *r, struct ts_mdns_name *out);

void ts_mdns_name_set(struct ts_mdns_name *n, const char *label, const char *parent);
bool ts_mdns_name_equal(const struct ts_mdns_name *a, const struct ts_mdns_name *b);
bool ts_mdns_name_below(const struct ts_mdns_name *n, const struct ts_mdns_name *parent);

#endif /* TS_DISCOVERY_MDNS_NAME_H */
