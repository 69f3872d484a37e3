// SPDX-License-Identifier: GPL-2.0
/* Stations: the keys that packets carry, N of them to an account. */

#include <linux/init.h>
#include <linux/lockdep.h>
#include <linux/netlink.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "account.h"
#include "counts.h"
#include "key_lookup.h"
#include "mesh_path.h"
#include "net.h"

/* Whoever could guess it could fill one bucket with addresses of his choice. */
static siphash_key_t key_secret __ro_after_init;
u64 ts_key_factors[TS_KEY_FACTORS] __ro_after_init;

/** ts_key_init() - draw the secrets, before there is a table */
void __init ts_key_init(void)
{
	unsigned int i;

	get_random_bytes(&key_secret, sizeof(key_secret));
	get_random_bytes(ts_key_factors, sizeof(ts_key_factors));
	/* Of an even one the lowest bits of what it multiplies would be lost. */
	for (i = 0; i < TS_KEY_FACTORS; i++)
		ts_key_factors[i] |= 1;
}

/**
 * ts_key_hash() - keyed hash of a station
 * @key: the station
 *
 * Return: 64 bits that nobody outside can predict.
 */
u64 ts_key_hash(const struct ts_key *key)
{
	const u32 *w = (const u32 *)key;

	BUILD_BUG_ON(sizeof(*key) != 3 * sizeof(u32));
	return siphash_3u32(w[0], w[1], w[2], &key_secret);
}

/**
 * ts_key_table_init() - make the table of a namespace
 * @tn: the namespace
 *
 * Return: 0 or negative errno.
 */
int ts_key_table_init(struct ts_net *tn)
{
	return rhashtable_init(&tn->keys, &ts_key_params);
}

/**
 * ts_key_table_destroy() - free the table; the accounts freed its entries
 * @tn: the namespace
 */
void ts_key_table_destroy(struct ts_net *tn)
{
	rhashtable_destroy(&tn->keys);
}

/**
 * ts_key_lookup() - the entry of a station
 * @tn: the namespace
 * @key: the station
 *
 * Return: the entry, valid until rcu_read_unlock() or while ts_net.lock is
 * held, or NULL.
 */
struct ts_key_entry *ts_key_lookup(struct ts_net *tn, const struct ts_key *key)
{
	RCU_LOCKDEP_WARN(!rcu_read_lock_held() && !lockdep_is_held(&tn->lock),
			 "a key entry needs RCU or the lock");
	return rhashtable_lookup_fast(&tn->keys, key, ts_key_params);
}

static bool list_has(const struct ts_key *keys, unsigned int n,
		     const struct ts_key *key)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (!memcmp(&keys[i], key, sizeof(*key)))
			return true;
	return false;
}

/* What the entry of an account takes; a neighbour's counts what it relays. */
static size_t entry_bytes(const struct ts_account *a)
{
	return sizeof(struct ts_key_entry) +
	       (a->kind == TS_KIND_NEIGHBOUR ?
		ts_counts_bytes(TS_NEIGHBOUR_COUNT) : 0);
}

static void entry_free_rcu(struct rcu_head *rcu)
{
	struct ts_key_entry *e = container_of(rcu, struct ts_key_entry, rcu);

	free_percpu(e->counts);
	kfree(e);
}

static void entry_drop(struct ts_net *tn, struct ts_key_entry *e)
{
	rhashtable_remove_fast(&tn->keys, &e->node, ts_key_params);
	ts_paths_changed(tn);
	list_del(&e->list);
	ts_net_give_memory(tn, entry_bytes(e->account));
	call_rcu(&e->rcu, entry_free_rcu);
}

static struct ts_key_entry *entry_alloc(struct ts_account *a,
					const struct ts_key *key)
{
	struct ts_key_entry *e = kzalloc(sizeof(*e), GFP_KERNEL_ACCOUNT);

	if (!e)
		return NULL;
	if (a->kind == TS_KIND_NEIGHBOUR) {
		e->counts = ts_counts_alloc(TS_NEIGHBOUR_COUNT);
		if (!e->counts) {
			kfree(e);
			return NULL;
		}
	}
	e->key = *key;
	e->account = a;
	return e;
}

static int entry_add(struct ts_net *tn, struct ts_account *a,
		     const struct ts_key *key, struct list_head *added,
		     struct netlink_ext_ack *extack)
{
	struct ts_key_entry *e;
	int err;

	err = ts_net_take_memory(tn, entry_bytes(a), extack);
	if (err)
		return err;
	e = entry_alloc(a, key);
	if (!e) {
		err = -ENOMEM;
		goto err_memory;
	}
	err = rhashtable_lookup_insert_fast(&tn->keys, &e->node, ts_key_params);
	if (err)
		goto err_entry;
	ts_paths_changed(tn);
	list_add_tail(&e->list, added);
	return 0;

err_entry:
	free_percpu(e->counts);
	kfree(e);
err_memory:
	ts_net_give_memory(tn, entry_bytes(a));
	return err;
}

/**
 * ts_key_replace() - give an account another list of stations
 * @tn: the namespace, locked
 * @a: the account
 * @keys: the list
 * @n: its length, at most TS_KEYS_MAX
 * @extack: told what is wrong
 *
 * All or nothing.  A station that is in both lists stays reachable throughout.
 *
 * Return: 0, -EEXIST: one belongs to another account, -EINVAL: one is listed
 * twice, -ENOSPC, -ENOMEM.
 */
int ts_key_replace(struct ts_net *tn, struct ts_account *a,
		   const struct ts_key *keys, unsigned int n,
		   struct netlink_ext_ack *extack)
{
	struct ts_key_entry *e, *next;
	LIST_HEAD(added);
	unsigned int i;
	int err;

	lockdep_assert_held(&tn->lock);
	for (i = 0; i < n; i++) {
		if (list_has(keys, i, &keys[i])) {
			NL_SET_ERR_MSG(extack, "a key is listed twice");
			return -EINVAL;
		}
		e = ts_key_lookup(tn, &keys[i]);
		if (e && e->account != a) {
			NL_SET_ERR_MSG(extack, "a key belongs to another account; close that one first, or take the key from it");
			return -EEXIST;
		}
	}
	for (i = 0; i < n; i++) {
		if (ts_key_lookup(tn, &keys[i]))
			continue;
		err = entry_add(tn, a, &keys[i], &added, extack);
		if (err)
			goto err_added;
	}
	list_for_each_entry_safe(e, next, &a->keys, list)
		if (!list_has(keys, n, &e->key))
			entry_drop(tn, e);
	list_splice_tail(&added, &a->keys);
	return 0;

err_added:
	list_for_each_entry_safe(e, next, &added, list)
		entry_drop(tn, e);
	return err;
}

/**
 * ts_key_unlink() - let no packet find an account any more
 * @tn: the namespace, locked
 * @a: the account; keeps its list, so that the last answer can name it
 */
void ts_key_unlink(struct ts_net *tn, struct ts_account *a)
{
	struct ts_key_entry *e;

	lockdep_assert_held(&tn->lock);
	list_for_each_entry(e, &a->keys, list) {
		rhashtable_remove_fast(&tn->keys, &e->node, ts_key_params);
		ts_net_give_memory(tn, entry_bytes(a));
	}
	ts_paths_changed(tn);
}

/**
 * ts_key_free() - free the list of an unlinked account
 * @a: the account, held by nobody else
 */
void ts_key_free(struct ts_account *a)
{
	struct ts_key_entry *e, *next;

	list_for_each_entry_safe(e, next, &a->keys, list) {
		list_del(&e->list);
		call_rcu(&e->rcu, entry_free_rcu);
	}
}

/**
 * ts_key_forget_port() - no station is behind this port any more
 * @tn: the namespace
 * @ifindex: the port
 *
 * Else what is sent to its stations through other ports would be taken for
 * flooded copies until they send something there.
 */
void ts_key_forget_port(struct ts_net *tn, int ifindex)
{
	struct ts_account *a;
	struct ts_key_entry *e;
	unsigned long id;

	mutex_lock(&tn->lock);
	xa_for_each(&tn->accounts, id, a)
		list_for_each_entry(e, &a->keys, list)
			if (READ_ONCE(e->ifindex) == ifindex)
				WRITE_ONCE(e->ifindex, 0);
	mutex_unlock(&tn->lock);
}

#include "selftest/key.c"
