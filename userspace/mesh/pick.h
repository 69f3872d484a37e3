/* SPDX-License-Identifier: GPL-2.0 */
/* pick.h - a set of MACs, and which of them stay when they are too many. */
#ifndef TS_MESH_PICK_H
#define TS_MESH_PICK_H

#include "mesh/tables.h"

/**
 * struct ts_macs - a set
 * @mac: sorted, none twice; owned
 * @n: how many
 */
struct ts_macs {
	uint8_t (*mac)[TS_MAC_LEN];
	unsigned int n;
};

int ts_macs_add(struct ts_macs *set, const uint8_t mac[TS_MAC_LEN]);
int ts_macs_pick(struct ts_macs *set, const struct ts_macs *last, unsigned int max,
		 const uint8_t hash_key[TS_BATADV_HASH_KEY_SIZE]);
bool ts_macs_have(const struct ts_macs *set, const uint8_t mac[TS_MAC_LEN]);
bool ts_macs_equal(const struct ts_macs *a, const struct ts_macs *b);
void ts_macs_free(struct ts_macs *set);

#endif /* TS_MESH_PICK_H */
