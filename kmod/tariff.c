// SPDX-License-Identifier: GPL-2.0
/* Tariffs: credit units per byte for each class and direction. */

#include <linux/lockdep.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "account.h"
#include "net.h"
#include "tariff.h"

/**
 * ts_tariff_table_init() - make the table of a namespace
 * @tn: the namespace
 */
void ts_tariff_table_init(struct ts_net *tn)
{
	xa_init(&tn->tariffs);
}

/**
 * ts_tariff_table_destroy() - free all tariffs; no account is left
 * @tn: the namespace
 */
void ts_tariff_table_destroy(struct ts_net *tn)
{
	struct ts_tariff *t;
	unsigned long id;

	xa_for_each(&tn->tariffs, id, t)
		kfree(t);
	xa_destroy(&tn->tariffs);
}

/**
 * ts_tariff_find() - a tariff by its id
 * @tn: the namespace, locked
 * @id: its id
 * @extack: told what is wrong
 *
 * Return: the tariff, or ERR_PTR(-ENOENT).
 */
struct ts_tariff *ts_tariff_find(struct ts_net *tn, u32 id,
				 struct netlink_ext_ack *extack)
{
	struct ts_tariff *t;

	lockdep_assert_held(&tn->lock);
	t = xa_load(&tn->tariffs, id);
	if (!t) {
		NL_SET_ERR_MSG(extack, "no tariff with this id; make it with TARIFF_SET first");
		return ERR_PTR(-ENOENT);
	}
	return t;
}

/* Accounts on it follow; each frame pays the old price or the new one. */
static void tariff_apply(struct ts_net *tn, const struct ts_tariff *t)
{
	struct ts_account *a;
	unsigned long id;

	xa_for_each(&tn->accounts, id, a)
		if (a->tariff == t)
			ts_account_reprice(a);
}

/**
 * ts_tariff_set() - make a tariff or change its prices
 * @tn: the namespace, locked
 * @wish: id, version and prices
 * @extack: told what is wrong
 *
 * Return: 0, -ENOSPC, -ENOMEM.
 */
int ts_tariff_set(struct ts_net *tn, const struct ts_tariff *wish,
		  struct netlink_ext_ack *extack)
{
	struct ts_tariff *t;
	int err;

	lockdep_assert_held(&tn->lock);
	t = xa_load(&tn->tariffs, wish->id);
	if (t) {
		t->version = wish->version;
		memcpy(t->price, wish->price, sizeof(t->price));
		tariff_apply(tn, t);
		ts_net_changed(tn);
		return 0;
	}
	err = ts_net_take_memory(tn, sizeof(*t), extack);
	if (err)
		return err;
	t = kmemdup(wish, sizeof(*t), GFP_KERNEL_ACCOUNT);
	if (!t) {
		err = -ENOMEM;
		goto err_memory;
	}
	t->users = 0;
	err = xa_err(xa_store(&tn->tariffs, t->id, t, GFP_KERNEL_ACCOUNT));
	if (err)
		goto err_tariff;
	ts_net_changed(tn);
	return 0;

err_tariff:
	kfree(t);
err_memory:
	ts_net_give_memory(tn, sizeof(*t));
	return err;
}

/**
 * ts_tariff_delete() - delete a tariff that nobody uses
 * @tn: the namespace, locked
 * @id: its id
 * @extack: told what is wrong
 *
 * Return: 0, -ENOENT, -EBUSY.
 */
int ts_tariff_delete(struct ts_net *tn, u32 id, struct netlink_ext_ack *extack)
{
	struct ts_tariff *t = ts_tariff_find(tn, id, extack);

	if (IS_ERR(t))
		return PTR_ERR(t);
	if (t->users) {
		NL_SET_ERR_MSG(extack, "accounts are on this tariff; give them another one first");
		return -EBUSY;
	}
	xa_erase(&tn->tariffs, id);
	kfree(t);
	ts_net_give_memory(tn, sizeof(*t));
	ts_net_changed(tn);
	return 0;
}
