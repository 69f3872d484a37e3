// SPDX-License-Identifier: GPL-2.0
/* State of TokenSwitch in one network namespace: made, limited, torn down. */

#include <linux/lockdep.h>
#include <linux/netlink.h>
#include <linux/pid.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include "account.h"
#include "class.h"
#include "expiry.h"
#include "key.h"
#include "mesh.h"
#include "net.h"
#include "port.h"
#include "stranger.h"
#include "tariff.h"

static unsigned int ts_net_id __read_mostly;

/**
 * ts_net_of() - our state in a namespace
 * @net: the namespace
 *
 * Return: never NULL while the module is loaded.
 */
struct ts_net *ts_net_of(const struct net *net)
{
	return net_generic(net, ts_net_id);
}

/**
 * ts_net_take_memory() - account for memory before it is allocated
 * @tn: the namespace
 * @bytes: how much
 * @extack: told why not, may be NULL
 *
 * Any process may own a network namespace of its own, so its tables are
 * limited whatever its rights there.
 *
 * Return: 0, or -ENOSPC.
 */
int ts_net_take_memory(struct ts_net *tn, size_t bytes,
		       struct netlink_ext_ack *extack)
{
	s64 now = atomic64_add_return(bytes, &tn->memory_bytes);

	if (now <= (s64)READ_ONCE(tn->memory_max_bytes))
		return 0;
	atomic64_sub(bytes, &tn->memory_bytes);
	NL_SET_ERR_MSG(extack, "memory limit of this namespace reached; raise MEMORY_MAX_BYTES or close accounts");
	return -ENOSPC;
}

/**
 * ts_net_give_memory() - the counterpart of ts_net_take_memory()
 * @tn: the namespace
 * @bytes: as taken
 */
void ts_net_give_memory(struct ts_net *tn, size_t bytes)
{
	atomic64_sub(bytes, &tn->memory_bytes);
}

/**
 * ts_net_next_epoch() - a number for the life of a new account
 * @tn: the namespace, locked
 *
 * One sequence for all ids: whatever id is used again, its epoch is another.
 *
 * Return: never 0.
 */
u32 ts_net_next_epoch(struct ts_net *tn)
{
	lockdep_assert_held(&tn->lock);
	if (!++tn->epoch)
		tn->epoch = 1;
	return tn->epoch;
}

/**
 * ts_net_changed() - tell running dumps that they are not consistent any more
 * @tn: the namespace, locked
 */
void ts_net_changed(struct ts_net *tn)
{
	lockdep_assert_held(&tn->lock);
	/* Netlink takes 0 for "does not check". */
	if (!++tn->generation)
		tn->generation = 1;
}

static int __net_init net_enter(struct net *net)
{
	struct ts_net *tn = ts_net_of(net);

	tn->net = net;
	mutex_init(&tn->lock);
	INIT_LIST_HEAD(&tn->patterns);
	INIT_LIST_HEAD(&tn->meshes);
	tn->accounts_max = TS_ACCOUNTS_MAX_DEFAULT;
	tn->memory_max_bytes = TS_MEMORY_MAX_BYTES_DEFAULT;
	tn->epoch = get_random_u32();
	tn->generation = 1;
	tn->port_generation = 1;
	tn->mesh_generation = 1;
	/* A path that is empty has 0. */
	atomic_long_set(&tn->path_generation, 1);
	ts_police_init(&tn->hints, TS_STRANGER_EVENTS_BURST);
	ts_account_table_init(tn);
	ts_tariff_table_init(tn);
	ts_expiry_init(tn);
	return ts_key_table_init(tn);
}

/* Before the devices leave, so that no packet finds a half-made namespace. */
static void __net_exit net_leave_ports(struct net *net)
{
	rtnl_lock();
	ts_port_detach_all(ts_net_of(net));
	ts_mesh_detach_all(ts_net_of(net));
	rtnl_unlock();
}

/*
 * Nothing can find us any more: netlink sockets hold the namespace, the hooks
 * went in net_leave_ports(), and a grace period passed since.
 */
static void __net_exit net_leave(struct net *net)
{
	struct ts_net *tn = ts_net_of(net);

	ts_expiry_stop(tn);
	mutex_lock(&tn->lock);
	ts_account_table_destroy(tn);
	ts_tariff_table_destroy(tn);
	mutex_unlock(&tn->lock);
	ts_stranger_table_destroy(tn);
	ts_class_table_destroy(tn);
	ts_key_table_destroy(tn);
	put_pid(tn->owner_pid);
	mutex_destroy(&tn->lock);
}

static struct pernet_operations ts_net_ops = {
	.init = net_enter,
	.pre_exit = net_leave_ports,
	.exit = net_leave,
	.id = &ts_net_id,
	.size = sizeof(struct ts_net),
};

/**
 * ts_net_init() - join every namespace, present and future
 *
 * Return: 0 or negative errno.
 */
int __init ts_net_init(void)
{
	ts_key_init();
	ts_mesh_table_init();
	return register_pernet_subsys(&ts_net_ops);
}

/** ts_net_exit() - leave them all */
void ts_net_exit(void)
{
	unregister_pernet_subsys(&ts_net_ops);
}
