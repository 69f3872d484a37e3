// SPDX-License-Identifier: GPL-2.0
/*
 * What the daemon told about originators: gateways, routes, who is behind.
 *
 * Both lists are in one table, so that a frame looks a destination up once.
 * The table is written anew for every change and replaced under RCU.
 */

#include <linux/err.h>
#include <linux/if_ether.h>
#include <linux/init.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include "account.h"
#include "mesh.h"
#include "mesh_path.h"
#include "mesh_table.h"
#include "net.h"
#include "originator.h"

/* Any box of the mesh may choose its address, and that of its clients. */
static hsiphash_key_t table_secret __ro_after_init;

/** ts_mesh_table_init() - draw the secret, before there is a table */
void __init ts_mesh_table_init(void)
{
	get_random_bytes(&table_secret, sizeof(table_secret));
}

/**
 * ts_mesh_table_hash() - keyed hash of an address
 * @mac: as ts_mesh_mac() has it
 *
 * Return: 32 bits that nobody outside can predict.
 */
u32 ts_mesh_table_hash(u64 mac)
{
	return hsiphash_2u32((u32)mac, (u32)(mac >> 32), &table_secret);
}

/* Where @mac is, or the empty slot where it would be; there always is one. */
static u32 slot_index(const struct ts_mesh_table *t, u64 mac)
{
	u32 i = ts_mesh_table_hash(mac) & t->mask;

	while (t->slot[i].mac && t->slot[i].mac != mac)
		i = (i + 1) & t->mask;
	return i;
}

static u32 behind_index(const struct ts_mesh_table *t, u64 mac)
{
	u32 i = ts_mesh_table_hash(mac) & t->behind_mask;

	while (t->behind[i] && t->behind[i] != mac)
		i = (i + 1) & t->behind_mask;
	return i;
}

/**
 * ts_mesh_table_find() - an originator
 * @t: the table
 * @mac: as ts_mesh_mac() has it, not 0
 *
 * Return: its slot, as long as @t, or NULL.
 */
const struct ts_mesh_slot *ts_mesh_table_find(const struct ts_mesh_table *t,
					      u64 mac)
{
	const struct ts_mesh_slot *slot = &t->slot[slot_index(t, mac)];

	return slot->mac ? slot : NULL;
}

/**
 * ts_mesh_table_is_behind() - is an address behind a gateway?
 * @t: the table
 * @mac: as ts_mesh_mac() has it, not 0
 *
 * Return: whether it is.
 */
bool ts_mesh_table_is_behind(const struct ts_mesh_table *t, u64 mac)
{
	return t->n_behind && t->behind[behind_index(t, mac)];
}

static struct ts_mesh_slot *slot_put(struct ts_mesh_table *t, u64 mac,
				     u32 flag)
{
	struct ts_mesh_slot *slot = &t->slot[slot_index(t, mac)];

	slot->mac = mac;
	slot->flags |= flag;
	return slot;
}

static void gateway_put(struct ts_mesh_table *t, u64 mac)
{
	struct ts_mesh_slot *slot = &t->slot[slot_index(t, mac)];

	if (slot->flags & TS_MESH_SLOT_GATEWAY)
		return;
	slot = slot_put(t, mac, TS_MESH_SLOT_GATEWAY);
	t->gateway[t->n_gateways++] = slot - t->slot;
}

static void behind_put(struct ts_mesh_table *t, u64 mac)
{
	u32 i = behind_index(t, mac);

	t->n_behind += !t->behind[i];
	t->behind[i] = mac;
}

static u32 slots_for(unsigned int n)
{
	return roundup_pow_of_two(2 * max(n, 1U));
}

/* An empty table with room for so many; at most half full, so that one is found. */
static struct ts_mesh_table *table_alloc(unsigned int n_slots,
					 unsigned int n_gateways,
					 unsigned int n_behind)
{
	u32 slots = slots_for(n_slots), behind = slots_for(n_behind);
	struct ts_mesh_table *t;
	size_t bytes;

	bytes = sizeof(*t) + slots * sizeof(t->slot[0]) +
		behind * sizeof(t->behind[0]) +
		n_gateways * sizeof(t->gateway[0]);
	t = kvzalloc(bytes, GFP_KERNEL_ACCOUNT);
	if (!t)
		return NULL;
	t->bytes = bytes;
	t->mask = slots - 1;
	t->behind_mask = behind - 1;
	t->behind = (u64 *)&t->slot[slots];
	t->gateway = (u32 *)&t->behind[behind];
	return t;
}

static struct ts_mesh_table *table_of(struct ts_net *tn, struct ts_mesh *mesh)
{
	return rcu_dereference_protected(mesh->table,
					 lockdep_is_held(&tn->lock));
}

static struct ts_mesh_table *table_make(struct ts_net *tn,
					unsigned int n_slots,
					unsigned int n_gateways,
					unsigned int n_behind,
					struct netlink_ext_ack *extack)
{
	struct ts_mesh_table *t = table_alloc(n_slots, n_gateways, n_behind);
	int err;

	if (!t)
		return ERR_PTR(-ENOMEM);
	err = ts_net_take_memory(tn, t->bytes, extack);
	if (!err)
		return t;
	kvfree(t);
	return ERR_PTR(err);
}

static void table_free(struct ts_net *tn, struct ts_mesh_table *t)
{
	ts_net_give_memory(tn, t->bytes);
	kvfree_rcu(t, rcu);
}

static int table_want_originators(struct ts_net *tn, struct ts_mesh *mesh,
				  struct ts_mesh_table *t,
				  struct netlink_ext_ack *extack)
{
	struct ts_originator *o;
	u32 i;

	for (i = 0; i <= t->mask; i++) {
		if (!t->slot[i].mac)
			continue;
		o = ts_originator_want(tn, mesh, t->slot[i].mac, extack);
		if (IS_ERR(o))
			return PTR_ERR(o);
		t->slot[i].originator = o;
	}
	return 0;
}

/* Put @t in force, or, with what may be missing, leave the present one. */
static int table_replace(struct ts_net *tn, struct ts_mesh *mesh,
			 struct ts_mesh_table *t,
			 struct netlink_ext_ack *extack)
{
	struct ts_mesh_table *old = table_of(tn, mesh);
	int err;

	err = table_want_originators(tn, mesh, t, extack);
	if (err) {
		table_free(tn, t);
	} else {
		rcu_assign_pointer(mesh->table, t);
		ts_paths_changed(tn);
		table_free(tn, old);
	}
	ts_originator_settle(tn, mesh);
	ts_net_changed(tn);
	return err;
}

static void copy_gateways(struct ts_mesh_table *t,
			  const struct ts_mesh_table *old)
{
	u32 i;

	t->gateway_generation = old->gateway_generation;
	for (i = 0; i < old->n_gateways; i++)
		gateway_put(t, old->slot[old->gateway[i]].mac);
	for (i = 0; i <= old->behind_mask; i++)
		if (old->behind[i])
			behind_put(t, old->behind[i]);
}

static void copy_routes(struct ts_mesh_table *t,
			const struct ts_mesh_table *old)
{
	const struct ts_mesh_slot *from;
	u32 i;

	t->route_generation = old->route_generation;
	for (i = 0; i <= old->mask; i++) {
		from = &old->slot[i];
		if (from->flags & TS_MESH_SLOT_ROUTED)
			slot_put(t, from->mac, TS_MESH_SLOT_ROUTED)->account =
				from->account;
	}
}

static unsigned int count_routes(const struct ts_mesh_table *t)
{
	unsigned int n = 0;
	u32 i;

	for (i = 0; i <= t->mask; i++)
		n += !!(t->slot[i].flags & TS_MESH_SLOT_ROUTED);
	return n;
}

static int check_generation(u64 present, u64 generation,
			    struct netlink_ext_ack *extack)
{
	if (generation >= present)
		return 0;
	NL_SET_ERR_MSG(extack, "a list of a higher GENERATION is in force; MESH_GET tells which");
	return -ESTALE;
}

/**
 * ts_mesh_table_set_gateways() - replace gateways and who is behind them
 * @tn: the namespace, locked
 * @mesh: the mesh
 * @generation: of these lists
 * @gateways: originators, six bytes each, none of them zero
 * @n_gateways: how many; at most TS_GATEWAYS_MAX
 * @behind: MACs behind them, likewise
 * @n_behind: how many; at most TS_BEHIND_MAX
 * @extack: told what is wrong
 *
 * Return: 0, -ESTALE, -ENOSPC, -ENOMEM.
 */
int ts_mesh_table_set_gateways(struct ts_net *tn, struct ts_mesh *mesh,
			       u64 generation, const u8 *gateways,
			       unsigned int n_gateways, const u8 *behind,
			       unsigned int n_behind,
			       struct netlink_ext_ack *extack)
{
	const struct ts_mesh_table *old = table_of(tn, mesh);
	struct ts_mesh_table *t;
	unsigned int i;
	int err;

	lockdep_assert_held(&tn->lock);
	err = check_generation(old->gateway_generation, generation, extack);
	if (err)
		return err;
	t = table_make(tn, n_gateways + count_routes(old), n_gateways,
		       n_behind, extack);
	if (IS_ERR(t))
		return PTR_ERR(t);
	copy_routes(t, old);
	t->gateway_generation = generation;
	for (i = 0; i < n_gateways; i++)
		gateway_put(t, ts_mesh_mac(gateways + i * ETH_ALEN));
	for (i = 0; i < n_behind; i++)
		behind_put(t, ts_mesh_mac(behind + i * ETH_ALEN));
	return table_replace(tn, mesh, t, extack);
}

static int route_put(struct ts_net *tn, struct ts_mesh_table *t,
		     const struct ts_route *route,
		     struct netlink_ext_ack *extack)
{
	struct ts_account *a = NULL;
	struct ts_mesh_slot *slot;

	if (route->id) {
		a = ts_account_find(tn, route->id, route->epoch, extack);
		if (IS_ERR(a))
			return PTR_ERR(a);
		if (a->kind != TS_KIND_NEIGHBOUR) {
			NL_SET_ERR_MSG(extack, "the account of a route must be a neighbour's");
			return -EINVAL;
		}
	}
	slot = &t->slot[slot_index(t, route->mac)];
	if (slot->flags & TS_MESH_SLOT_ROUTED) {
		NL_SET_ERR_MSG(extack, "two routes have the same destination");
		return -EEXIST;
	}
	slot_put(t, route->mac, TS_MESH_SLOT_ROUTED)->account = a;
	return 0;
}

/**
 * ts_mesh_table_set_routes() - replace the routes
 * @tn: the namespace, locked
 * @mesh: the mesh
 * @generation: of these routes
 * @routes: the routes
 * @n_routes: how many; at most TS_ROUTES_MAX
 * @extack: told what is wrong
 *
 * Return: 0, -ESTALE, -ENOENT, -EINVAL, -EEXIST, -ENOSPC, -ENOMEM.
 */
int ts_mesh_table_set_routes(struct ts_net *tn, struct ts_mesh *mesh,
			     u64 generation, const struct ts_route *routes,
			     unsigned int n_routes,
			     struct netlink_ext_ack *extack)
{
	const struct ts_mesh_table *old = table_of(tn, mesh);
	struct ts_mesh_table *t;
	unsigned int i;
	int err;

	lockdep_assert_held(&tn->lock);
	err = check_generation(old->route_generation, generation, extack);
	if (err)
		return err;
	t = table_make(tn, old->n_gateways + n_routes, old->n_gateways,
		       old->n_behind, extack);
	if (IS_ERR(t))
		return PTR_ERR(t);
	copy_gateways(t, old);
	t->route_generation = generation;
	for (i = 0; i < n_routes; i++) {
		err = route_put(tn, t, &routes[i], extack);
		if (err) {
			table_free(tn, t);
			return err;
		}
	}
	return table_replace(tn, mesh, t, extack);
}

/**
 * ts_mesh_table_forget() - an account is going: nobody pays by it any more
 * @tn: the namespace, locked
 * @a: the account; its memory outlives a grace period from here on
 *
 * The routes stay, so that what comes for them is refused and not passed as
 * what has no route.
 */
void ts_mesh_table_forget(struct ts_net *tn, const struct ts_account *a)
{
	struct ts_mesh_table *t;
	struct ts_mesh *mesh;
	u32 i;

	lockdep_assert_held(&tn->lock);
	list_for_each_entry(mesh, &tn->meshes, list) {
		t = table_of(tn, mesh);
		for (i = 0; i <= t->mask; i++)
			if (t->slot[i].account == a)
				WRITE_ONCE(t->slot[i].account, NULL);
	}
	ts_paths_changed(tn);
}

/**
 * ts_mesh_table_start() - an empty table for a new mesh
 * @tn: the namespace, locked
 * @mesh: the mesh, which no frame finds yet
 * @extack: told what is wrong
 *
 * Return: 0, -ENOSPC, -ENOMEM.
 */
int ts_mesh_table_start(struct ts_net *tn, struct ts_mesh *mesh,
			struct netlink_ext_ack *extack)
{
	struct ts_mesh_table *t = table_make(tn, 0, 0, 0, extack);

	if (IS_ERR(t))
		return PTR_ERR(t);
	rcu_assign_pointer(mesh->table, t);
	return 0;
}

/**
 * ts_mesh_table_destroy() - the mesh is going
 * @tn: the namespace, locked
 * @mesh: the mesh; frames in its hooks may still look
 */
void ts_mesh_table_destroy(struct ts_net *tn, struct ts_mesh *mesh)
{
	struct ts_mesh_table *t = table_of(tn, mesh);

	if (t)
		table_free(tn, t);
}

#include "selftest/mesh_table.c"
