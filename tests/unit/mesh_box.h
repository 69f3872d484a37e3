/* SPDX-License-Identifier: GPL-2.0 */
/* mesh_box.h - tables as batman-adv would tell them, for the tests of userspace/mesh. */
#ifndef TS_TEST_MESH_BOX_H
#define TS_TEST_MESH_BOX_H

#include "mesh/topology.h"

/** struct mac - a MAC by value */
struct mac {
	uint8_t b[TS_MAC_LEN];
};

/** mac() - Return: the address of interface @n of box @box */
struct mac mac(char box, uint8_t n);

/* remember() - what was there the last time, from now on; NULL: nothing */
void remember(const struct ts_batadv_tables *last);
void add_hardif(struct ts_batadv_tables *t, struct mac m);
void add_neighbour(struct ts_batadv_tables *t, struct mac m);
void add_originator(struct ts_batadv_tables *t, struct mac orig, struct mac neigh,
		    uint32_t metric, bool best);
void add_gateway(struct ts_batadv_tables *t, struct mac orig);
void add_global(struct ts_batadv_tables *t, struct mac client, struct mac orig);
void add_local(struct ts_batadv_tables *t, struct mac client);

#endif /* TS_TEST_MESH_BOX_H */
