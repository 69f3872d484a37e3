/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tables.h - the tables of one batman-adv mesh device, as its kernel told them.
 *
 * Bounded, whatever the mesh claims: who floods it with invented originators or
 * clients fills a table and no more.  A full table keeps those that were there
 * the last time, and of the others those whose keyed hash is lowest, so that
 * nobody can choose whom he pushes out.  No I/O and no clock.
 */
#ifndef TS_MESH_TABLES_H
#define TS_MESH_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TS_MAC_LEN		6
#define TS_BATADV_NAME_SIZE	32
#define TS_BATADV_HASH_KEY_SIZE	16

/* Rows of each table; an originator has one for each neighbour that leads to it. */
#define TS_BATADV_HARDIFS_MAX		64
#define TS_BATADV_NEIGHBOURS_MAX	1024
#define TS_BATADV_ORIGINATORS_MAX	16384
#define TS_BATADV_GATEWAYS_MAX		1024
#define TS_BATADV_CLIENTS_MAX		16384

/**
 * struct ts_batadv_mesh - what the mesh device is set to
 * @ifindex: of the mesh device
 * @algo: routing algorithm
 * @own: our originator, the MAC of the first hard interface; zero: it has none
 * @network_coding: switched on
 * @bridge_loop_avoidance: switched on
 * @ap_isolation: switched on
 * @fragmentation: switched on
 * @gateway: this box announces itself as a gateway
 */
struct ts_batadv_mesh {
	uint32_t ifindex;
	char algo[TS_BATADV_NAME_SIZE];
	uint8_t own[TS_MAC_LEN];
	bool network_coding;
	bool bridge_loop_avoidance;
	bool ap_isolation;
	bool fragmentation;
	bool gateway;
};

/**
 * struct ts_batadv_hardif - a hard interface
 * @mac: its address
 * @ifindex: its number
 * @active: batman-adv uses it
 */
struct ts_batadv_hardif {
	uint8_t mac[TS_MAC_LEN];
	uint32_t ifindex;
	bool active;
};

/**
 * struct ts_batadv_neighbour - who is heard directly, by one of his MACs
 * @mac: outer source of his frames
 * @ifindex: our hard interface
 */
struct ts_batadv_neighbour {
	uint8_t mac[TS_MAC_LEN];
	uint32_t ifindex;
};

/**
 * struct ts_batadv_originator - a way to an originator
 * @orig: the originator
 * @neigh: outer MAC of the next hop
 * @ifindex: our hard interface
 * @metric: TQ (B.A.T.M.A.N. IV) or throughput (V): more is better
 * @best: the way that is taken
 * @carried: of the last time, see ts_batadv_tables_carry()
 */
struct ts_batadv_originator {
	uint8_t orig[TS_MAC_LEN];
	uint8_t neigh[TS_MAC_LEN];
	uint32_t ifindex;
	uint32_t metric;
	bool best;
	bool carried;
};

/**
 * struct ts_batadv_gateway - who announces a way out of the mesh
 * @orig: the originator
 */
struct ts_batadv_gateway {
	uint8_t orig[TS_MAC_LEN];
};

/**
 * struct ts_batadv_client - who is behind an originator
 * @mac: the client's; it and the next are the key
 * @vid: its VLAN as batman-adv writes it, in network order
 * @orig: the originator; zero in the local table
 * @best: frames for the client go to this one
 * @carried: of the last time
 */
struct ts_batadv_client {
	uint8_t mac[TS_MAC_LEN];
	uint8_t vid[2];
	uint8_t orig[TS_MAC_LEN];
	bool best;
	bool carried;
};

/**
 * struct ts_batadv_rows - one table
 * @row: the rows; sorted by ts_batadv_tables_sort(); owned
 * @rank: of each row, who goes first when it is full; owned, used while filling
 * @n: how many
 * @room: for how many there is memory
 * @max: most there may be
 * @size: of a row
 * @key_len: bytes at its beginning that name what it is about
 * @dropped: rows for which there was no place
 */
struct ts_batadv_rows {
	void *row;
	uint64_t *rank;
	unsigned int n;
	unsigned int room;
	unsigned int max;
	size_t size;
	size_t key_len;
	uint64_t dropped;
};

/**
 * struct ts_batadv_tables - all of it
 * @hash_key: secret of this process
 * @mesh: settings
 * @hardifs: of struct ts_batadv_hardif
 * @neighbours: of struct ts_batadv_neighbour
 * @originators: of struct ts_batadv_originator
 * @gateways: of struct ts_batadv_gateway
 * @global: of struct ts_batadv_client
 * @local: likewise, our own
 */
struct ts_batadv_tables {
	uint8_t hash_key[TS_BATADV_HASH_KEY_SIZE];
	struct ts_batadv_mesh mesh;
	struct ts_batadv_rows hardifs;
	struct ts_batadv_rows neighbours;
	struct ts_batadv_rows originators;
	struct ts_batadv_rows gateways;
	struct ts_batadv_rows global;
	struct ts_batadv_rows local;
};

void ts_batadv_tables_init(struct ts_batadv_tables *t,
			   const uint8_t hash_key[TS_BATADV_HASH_KEY_SIZE]);
void ts_batadv_tables_free(struct ts_batadv_tables *t);
void ts_batadv_rows_clear(struct ts_batadv_rows *rows);
int ts_batadv_rows_add(struct ts_batadv_tables *t, struct ts_batadv_rows *rows,
		       const struct ts_batadv_rows *last, const void *row, bool first);
void ts_batadv_tables_sort(struct ts_batadv_tables *t);
int ts_batadv_tables_carry(struct ts_batadv_tables *t, const struct ts_batadv_tables *last);
const void *ts_batadv_rows_find(const struct ts_batadv_rows *rows, const void *key,
				size_t len, unsigned int *n);

#endif /* TS_MESH_TABLES_H */
