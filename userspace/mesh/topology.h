/* SPDX-License-Identifier: GPL-2.0 */
/*
 * topology.h - who our neighbours are, and which of them leads where.
 *
 * A model that follows from batman-adv's tables and from signed hellos; no I/O
 * and no clock.  Nothing of it is proof of anything: batman-adv believes what
 * strangers say.  It says whom a download is for (M13); money is owed only where
 * a hello bound a MAC to a channel.
 */
#ifndef TS_MESH_TOPOLOGY_H
#define TS_MESH_TOPOLOGY_H

#include "mesh/pick.h"
#include "mesh/tables.h"

/* Of one neighbour: as many as a hello may bind. */
#define TS_NEIGHBOUR_MACS_MAX		8
#define TS_TOPOLOGY_NEIGHBOURS_MAX	256
/* What the kernel takes: TS_ROUTES_MAX, TS_GATEWAYS_MAX, TS_BEHIND_MAX. */
#define TS_TOPOLOGY_ROUTES_MAX		4096
#define TS_TOPOLOGY_GATEWAYS_MAX	256
#define TS_TOPOLOGY_BEHIND_MAX		4096

/**
 * enum ts_topology_part - what may have changed, bits
 * @TS_TOPOLOGY_NEIGHBOURS: a neighbour, or a MAC of one
 * @TS_TOPOLOGY_ROUTES: over which neighbour an originator is reached
 * @TS_TOPOLOGY_GATEWAYS: a gateway, or who is behind one
 * @TS_TOPOLOGY_CLIENTS: where a client is
 * @TS_TOPOLOGY_SETTINGS: of the mesh device
 */
enum ts_topology_part {
	TS_TOPOLOGY_NEIGHBOURS = 1 << 0,
	TS_TOPOLOGY_ROUTES = 1 << 1,
	TS_TOPOLOGY_GATEWAYS = 1 << 2,
	TS_TOPOLOGY_CLIENTS = 1 << 3,
	TS_TOPOLOGY_SETTINGS = 1 << 4,
};

/**
 * struct ts_mesh_binding - what a signed hello says of one box
 * @orig: its originator
 * @mac: MACs of its mesh interfaces; a MAC is in one binding at most
 * @n_macs: how many
 */
struct ts_mesh_binding {
	uint8_t orig[TS_MAC_LEN];
	uint8_t mac[TS_NEIGHBOUR_MACS_MAX][TS_MAC_LEN];
	unsigned int n_macs;
};

/**
 * struct ts_mesh_neighbour - a box that is heard directly
 * @orig: its originator; its only MAC, when it is not known whose that is
 * @mac: MACs that it is heard by, sorted
 * @n_macs: how many
 * @bound: by a hello; else all of this is what batman-adv's tables suggest
 */
struct ts_mesh_neighbour {
	uint8_t orig[TS_MAC_LEN];
	uint8_t mac[TS_NEIGHBOUR_MACS_MAX][TS_MAC_LEN];
	unsigned int n_macs;
	bool bound;
};

/**
 * struct ts_mesh_route - the way that traffic takes
 * @dest: originator
 * @via: originator of the neighbour that is the next hop
 */
struct ts_mesh_route {
	uint8_t dest[TS_MAC_LEN];
	uint8_t via[TS_MAC_LEN];
};

/**
 * struct ts_mesh_client - where a client is
 * @mac: the client's
 * @vid: its VLAN as batman-adv writes it, in network order
 * @orig: the originator it is behind; our own for those that are here
 */
struct ts_mesh_client {
	uint8_t mac[TS_MAC_LEN];
	uint8_t vid[2];
	uint8_t orig[TS_MAC_LEN];
};

/**
 * struct ts_topology - the model
 * @generation: grows whenever anything changes
 * @route_generation: of the last change of routes or neighbours
 * @gateway_generation: of the last change of gateways or who is behind them
 * @mesh: settings of the mesh device
 * @own: our MACs, sorted
 * @neighbours: sorted by @orig; owned
 * @n_neighbours: how many
 * @routes: sorted by @dest; owned
 * @n_routes: how many
 * @gateways: originators of gateways
 * @behind: MACs of whoever is behind them
 * @clients: sorted; owned
 * @n_clients: how many
 * @crowded: the mesh claims more than there is room for
 */
struct ts_topology {
	uint64_t generation;
	uint64_t route_generation;
	uint64_t gateway_generation;
	struct ts_batadv_mesh mesh;
	struct ts_macs own;
	struct ts_mesh_neighbour *neighbours;
	unsigned int n_neighbours;
	struct ts_mesh_route *routes;
	unsigned int n_routes;
	struct ts_macs gateways;
	struct ts_macs behind;
	struct ts_mesh_client *clients;
	unsigned int n_clients;
	bool crowded;
};

struct ts_topology *ts_topology_new(uint64_t generation);
void ts_topology_free(struct ts_topology *t);
int ts_topology_update(struct ts_topology *t, const struct ts_batadv_tables *tables,
		       const struct ts_mesh_binding *bindings, unsigned int n_bindings);
const struct ts_mesh_neighbour *ts_topology_neighbour(const struct ts_topology *t,
						      const uint8_t orig[TS_MAC_LEN]);
const struct ts_mesh_neighbour *ts_topology_heard(const struct ts_topology *t,
						  const uint8_t mac[TS_MAC_LEN]);
const struct ts_mesh_neighbour *ts_topology_route(const struct ts_topology *t,
						  const uint8_t dest[TS_MAC_LEN]);
const struct ts_mesh_client *ts_topology_client(const struct ts_topology *t,
						const uint8_t mac[TS_MAC_LEN],
						const uint8_t vid[2]);
const char *ts_topology_refused(const struct ts_topology *t);
const char *ts_topology_warning(const struct ts_topology *t, unsigned int i);

#endif /* TS_MESH_TOPOLOGY_H */
