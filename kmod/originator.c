// SPDX-License-Identifier: GPL-2.0
/*
 * Destinations of a mesh that the daemon knows: their counters.
 *
 * Tables come and go with every change of a route; the counters stay, also for
 * a while when the destination has left the tables.
 */

#include <linux/hashtable.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/slab.h>
#include "mesh.h"
#include "net.h"
#include "originator.h"

static size_t originator_bytes(void)
{
	return sizeof(struct ts_originator) +
	       ts_counts_bytes(TS_ORIGINATOR_COUNT);
}

static void originator_free_rcu(struct rcu_head *rcu)
{
	struct ts_originator *o = container_of(rcu, struct ts_originator, rcu);

	free_percpu(o->counts);
	kfree(o);
}

static void originator_drop(struct ts_net *tn, struct ts_mesh *mesh,
			    struct ts_originator *o)
{
	hash_del(&o->node);
	mesh->n_originators--;
	ts_net_give_memory(tn, originator_bytes());
	call_rcu(&o->rcu, originator_free_rcu);
}

static struct ts_originator *originator_find(struct ts_mesh *mesh, u64 mac)
{
	struct ts_originator *o;

	hash_for_each_possible(mesh->originators, o, node,
			       ts_mesh_table_hash(mac))
		if (o->mac == mac)
			return o;
	return NULL;
}

/* The one that left the tables first. */
static void originator_evict(struct ts_net *tn, struct ts_mesh *mesh)
{
	struct ts_originator *o, *oldest = NULL;
	int bucket;

	hash_for_each(mesh->originators, bucket, o, node)
		if (!o->in_table &&
		    (!oldest || time_before(o->left, oldest->left)))
			oldest = o;
	if (!WARN_ON_ONCE(!oldest))
		originator_drop(tn, mesh, oldest);
}

static struct ts_originator *originator_make(struct ts_net *tn,
					     struct netlink_ext_ack *extack)
{
	struct ts_originator *o;
	int err;

	err = ts_net_take_memory(tn, originator_bytes(), extack);
	if (err)
		return ERR_PTR(err);
	o = kzalloc(sizeof(*o), GFP_KERNEL_ACCOUNT);
	if (!o)
		goto err_memory;
	o->counts = ts_counts_alloc(TS_ORIGINATOR_COUNT);
	if (!o->counts)
		goto err_free;
	return o;

err_free:
	kfree(o);
err_memory:
	ts_net_give_memory(tn, originator_bytes());
	return ERR_PTR(-ENOMEM);
}

/**
 * ts_originator_want() - the counters of a destination, for a new table
 * @tn: the namespace, locked
 * @mesh: the mesh
 * @mac: the destination
 * @extack: told what is wrong
 *
 * They are kept until ts_originator_settle() finds the destination in no table.
 *
 * Return: the counters, or ERR_PTR(): -ENOSPC, -ENOMEM.
 */
struct ts_originator *ts_originator_want(struct ts_net *tn,
					 struct ts_mesh *mesh, u64 mac,
					 struct netlink_ext_ack *extack)
{
	struct ts_originator *o;

	lockdep_assert_held(&tn->lock);
	o = originator_find(mesh, mac);
	if (!o) {
		if (mesh->n_originators == TS_ORIGINATORS_MAX)
			originator_evict(tn, mesh);
		o = originator_make(tn, extack);
		if (IS_ERR(o))
			return o;
		o->mac = mac;
		hash_add(mesh->originators, &o->node, ts_mesh_table_hash(mac));
		mesh->n_originators++;
	}
	o->in_table = true;
	return o;
}

/**
 * ts_originator_settle() - note who is in the present table
 * @tn: the namespace, locked
 * @mesh: the mesh, whose table was replaced, or was not after all
 */
void ts_originator_settle(struct ts_net *tn, struct ts_mesh *mesh)
{
	const struct ts_mesh_table *t;
	struct ts_originator *o;
	int bucket;
	u32 i;

	t = rcu_dereference_protected(mesh->table,
				      lockdep_is_held(&tn->lock));
	hash_for_each(mesh->originators, bucket, o, node) {
		if (o->in_table)
			o->left = jiffies;
		o->in_table = false;
	}
	for (i = 0; i <= t->mask; i++)
		if (t->slot[i].mac)
			t->slot[i].originator->in_table = true;
}

/**
 * ts_originator_free_all() - the mesh is going
 * @tn: the namespace, locked
 * @mesh: the mesh
 */
void ts_originator_free_all(struct ts_net *tn, struct ts_mesh *mesh)
{
	struct hlist_node *next;
	struct ts_originator *o;
	int bucket;

	lockdep_assert_held(&tn->lock);
	hash_for_each_safe(mesh->originators, bucket, next, o, node)
		originator_drop(tn, mesh, o);
}
