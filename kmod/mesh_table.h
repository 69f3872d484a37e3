/* SPDX-License-Identifier: GPL-2.0 */
/* What the daemon told about originators: gateways, routes, who is behind. */
#ifndef _TS_MESH_TABLE_H
#define _TS_MESH_TABLE_H

#include <linux/rcupdate.h>
#include <linux/types.h>
#include <linux/unaligned.h>

struct netlink_ext_ack;
struct ts_account;
struct ts_mesh;
struct ts_net;
struct ts_originator;

/** enum ts_mesh_slot_flags - what an originator is, bits */
enum ts_mesh_slot_flags {
	TS_MESH_SLOT_GATEWAY = 1 << 0,
	TS_MESH_SLOT_ROUTED = 1 << 1,
};

/**
 * struct ts_mesh_slot - an originator
 * @mac: as ts_mesh_mac() has it; 0: this slot is empty
 * @flags: enum ts_mesh_slot_flags
 * @account: who pays for what comes to it from a gateway; NULL: nobody.
 *	Written under ts_net.lock only to be cleared, before the account goes;
 *	read by the data path.
 * @originator: its counters; as long as the slot
 */
struct ts_mesh_slot {
	u64 mac;
	u32 flags;
	struct ts_account *account;
	struct ts_originator *originator;
};

/**
 * struct ts_mesh_table - both lists, as one; never changed once seen, but for
 * accounts that go
 * @rcu: the data path may still look at it
 * @bytes: of memory
 * @gateway_generation: as GATEWAY_SET gave it
 * @route_generation: as ROUTE_SET gave it
 * @mask: slots - 1
 * @n_gateways: length of @gateway
 * @n_behind: how many are in @behind
 * @behind_mask: its slots - 1
 * @gateway: slots of the gateways
 * @behind: MACs behind gateways, hashed like @slot
 * @slot: the originators, by keyed hash; half of them at least are empty
 */
struct ts_mesh_table {
	struct rcu_head rcu;
	size_t bytes;
	u64 gateway_generation;
	u64 route_generation;
	u32 mask;
	u32 n_gateways;
	u32 n_behind;
	u32 behind_mask;
	u32 *gateway;
	u64 *behind;
	struct ts_mesh_slot slot[];
};

/**
 * struct ts_route - a line of ROUTE_SET
 * @mac: the destination originator
 * @id: of the account, 0: none
 * @epoch: of the account
 */
struct ts_route {
	u64 mac;
	u32 id;
	u32 epoch;
};

/** ts_mesh_mac() - Return: six bytes as a number, for comparisons alone */
static inline u64 ts_mesh_mac(const u8 *p)
{
	return get_unaligned((const u32 *)p) |
	       (u64)get_unaligned((const u16 *)(p + 4)) << 32;
}

void ts_mesh_table_init(void);
u32 ts_mesh_table_hash(u64 mac);
const struct ts_mesh_slot *ts_mesh_table_find(const struct ts_mesh_table *t,
					      u64 mac);
bool ts_mesh_table_is_behind(const struct ts_mesh_table *t, u64 mac);
int ts_mesh_table_start(struct ts_net *tn, struct ts_mesh *mesh,
			struct netlink_ext_ack *extack);
void ts_mesh_table_destroy(struct ts_net *tn, struct ts_mesh *mesh);
int ts_mesh_table_set_gateways(struct ts_net *tn, struct ts_mesh *mesh,
			       u64 generation, const u8 *gateways,
			       unsigned int n_gateways, const u8 *behind,
			       unsigned int n_behind,
			       struct netlink_ext_ack *extack);
int ts_mesh_table_set_routes(struct ts_net *tn, struct ts_mesh *mesh,
			     u64 generation, const struct ts_route *routes,
			     unsigned int n_routes,
			     struct netlink_ext_ack *extack);
void ts_mesh_table_forget(struct ts_net *tn, const struct ts_account *a);
int ts_mesh_table_selftest(void);

#endif /* _TS_MESH_TABLE_H */
