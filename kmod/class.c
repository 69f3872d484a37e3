// SPDX-License-Identifier: GPL-2.0
/*
 * Rules of the classifier: prefixes and services.
 *
 * The table is written anew for every change and replaced under RCU: rules
 * change rarely, and every frame looks.
 */

#include <linux/etherdevice.h>
#include <linux/inetdevice.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/route.h>
#include "class_of.h"
#include "mesh_path.h"

/* Two words that differ only behind the first @bits bits. */
static bool word_covers(__be32 prefix, __be32 addr, unsigned int bits)
{
	return !bits || !((ntohl(prefix) ^ ntohl(addr)) >> (32 - bits));
}

static bool rule_covers(const struct ts_rule *r, const __be32 *addr)
{
	unsigned int left = r->prefix_len, i;

	for (i = 0; left > 32; i++, left -= 32)
		if (r->addr[i] != addr[i])
			return false;
	return word_covers(r->addr[i], addr[i], left);
}

/**
 * ts_class_port_has_mac() - is a frame to or from the box's own MAC?
 * @port: that it is on
 * @f: parsed
 *
 * Of a bridged port the bridge's address is the box's too.  Under RCU.
 *
 * Return: whether it is.
 */
bool ts_class_port_has_mac(const struct ts_port *port, const struct ts_frame *f)
{
	struct net_device *dev = port->dev, *master;

	if (f->peer == ts_frame_mac(dev->dev_addr))
		return true;
	master = netdev_master_upper_dev_get_rcu(dev);
	return master && f->peer == ts_frame_mac(master->dev_addr);
}

/**
 * ts_class_net_has_addr() - is the remote address one of the box?
 * @net: of the box
 * @f: parsed, of IP
 *
 * Under RCU.
 *
 * Return: whether it is.
 */
bool ts_class_net_has_addr(struct net *net, const struct ts_frame *f)
{
	if (f->flags & TS_FRAME_IP4)
		return inet_addr_type(net, *ts_class_addr(f)) == RTN_LOCAL;
#if IS_REACHABLE(CONFIG_IPV6)
	if (f->flags & TS_FRAME_IP6)
		return ipv6_chk_addr(net,
				     (const struct in6_addr *)ts_class_addr(f),
				     NULL, 0);
#endif
	return false;
}

/**
 * ts_class_find_service() - the service that a frame belongs to
 * @rules: of the namespace
 * @net: of the box
 * @f: parsed, with ports
 *
 * Rules with an address come before those without.  Under RCU.
 *
 * Return: enum ts_service_kind.
 */
int ts_class_find_service(const struct ts_class_table *rules, struct net *net,
			  const struct ts_frame *f)
{
	const struct ts_rule *r;
	unsigned int i;

	for (i = rules->n_prefixes; i < rules->n_rules; i++) {
		r = &rules->rule[i];
		if (r->port != f->remote_port || r->proto != f->proto)
			continue;
		if ((!r->family && ts_class_net_has_addr(net, f)) ||
		    (r->family == ts_class_family(f) && rule_covers(r, ts_class_addr(f))))
			return r->ends_here ? TS_SERVICE_ENDS_HERE :
					      TS_SERVICE_LISTED;
	}
	return TS_SERVICE_NONE;
}

/**
 * ts_class_find_prefix() - the class of a remote address, by prefix
 * @rules: of the namespace
 * @f: parsed, of IP
 *
 * Return: enum ts_class; TS_CLASS_INTERNET: there is no such prefix.
 */
u32 ts_class_find_prefix(const struct ts_class_table *rules,
			 const struct ts_frame *f)
{
	int family = ts_class_family(f);
	const struct ts_rule *r;
	unsigned int i;

	for (i = 0; i < rules->n_prefixes; i++) {
		r = &rules->rule[i];
		if (r->family == family && rule_covers(r, ts_class_addr(f)))
			return r->class;
	}
	return TS_CLASS_INTERNET;
}

/**
 * ts_class_free_service() - may a frame of class free be passed on?
 * @port: that it is on
 * @f: parsed
 * @dir: enum ts_dir
 * @by_box: coming down: this box sent it itself
 *
 * Under RCU.
 *
 * Return: as ts_frame_free_service().
 */
u32 ts_class_free_service(const struct ts_port *port, const struct ts_frame *f,
			  u32 dir, bool by_box)
{
	struct ts_tables t = {
		.rules = rcu_dereference(port->tn->classes),
		.net = port->tn->net,
		.port = port,
	};

	return ts_frame_free_service(f, &t, dir, by_box);
}

/**
 * ts_class_calls_box() - is it asked of all on the link, and so of the box too?
 * @port: that it is on
 * @f: parsed, going up, refused
 *
 * Under RCU.
 *
 * Return: whether it is.
 */
bool ts_class_calls_box(const struct ts_port *port, const struct ts_frame *f)
{
	struct ts_tables t = {
		.rules = rcu_dereference(port->tn->classes),
		.net = port->tn->net,
		.port = port,
	};

	return ts_frame_calls_box(f, &t);
}

/**
 * ts_class_is_beyond() - is a frame from or to beyond the box and its mesh?
 * @tn: the namespace
 * @f: parsed, the far end being its remote address; MALFORMED too
 *
 * As on access ports, but for services, which are at addresses of the box.
 * What cannot be looked into is.  Under RCU.
 *
 * Return: false for control, group-addressed frames, and those whose remote
 * address is the box's or in a prefix of class local or free.
 */
bool ts_class_is_beyond(const struct ts_net *tn, const struct ts_frame *f)
{
	struct ts_tables t = {
		.rules = rcu_dereference(tn->classes),
		.net = tn->net,
	};
	u32 class;

	if (f->flags & TS_FRAME_MALFORMED)
		return true;
	if (f->flags & (TS_FRAME_CONTROL | TS_FRAME_GROUP))
		return false;
	if (!(f->flags & (TS_FRAME_IP4 | TS_FRAME_IP6)))
		return true;
	class = ts_table_prefix(&t, f);
	if (class == TS_CLASS_LOCAL ||
	    (class == TS_CLASS_FREE && !(f->flags & TS_FRAME_FRAGMENT)))
		return false;
	return !ts_table_box_addr(&t, f);
}

static size_t table_bytes(unsigned int n_rules)
{
	return sizeof(struct ts_class_table) + n_rules * sizeof(struct ts_rule);
}

static void table_mark(struct ts_class_table *t, const struct ts_rule *r)
{
	unsigned int bits = min_t(unsigned int, r->prefix_len, 16);

	bitmap_set(t->some[r->family == AF_INET6], ntohl(r->addr[0]) >> 16,
		   1U << (16 - bits));
}

/* Does @a come before @b in the table?  A service without address is 0 long. */
static bool rule_before(const struct ts_rule *a, const struct ts_rule *b)
{
	if (!a->proto != !b->proto)
		return !a->proto;
	return a->prefix_len > b->prefix_len;
}

static bool rule_same(const struct ts_rule *a, const struct ts_rule *b)
{
	/* The class and what follows it say something about what they match. */
	return !memcmp(a, b, offsetof(struct ts_rule, class));
}

static void table_append(struct ts_class_table *t, const struct ts_rule *r)
{
	t->rule[t->n_rules++] = *r;
	if (r->proto) {
		__set_bit(r->port, t->served);
		return;
	}
	t->n_prefixes++;
	table_mark(t, r);
}

/* Copy a table with one rule more, or with one less. */
static void table_copy(struct ts_class_table *t,
		       const struct ts_class_table *old,
		       const struct ts_rule *add, const struct ts_rule *del)
{
	unsigned int i, n = old ? old->n_rules : 0;

	for (i = 0; i < n; i++) {
		if (add && rule_before(add, &old->rule[i])) {
			table_append(t, add);
			add = NULL;
		}
		if (!del || !rule_same(del, &old->rule[i]))
			table_append(t, &old->rule[i]);
	}
	if (add)
		table_append(t, add);
}

static int table_replace(struct ts_net *tn, const struct ts_rule *add,
			 const struct ts_rule *del,
			 struct netlink_ext_ack *extack)
{
	struct ts_class_table *old, *t;
	unsigned int n;
	int err;

	old = rcu_dereference_protected(tn->classes,
					lockdep_is_held(&tn->lock));
	n = (old ? old->n_rules : 0) + (add ? 1 : -1);
	err = ts_net_take_memory(tn, table_bytes(n), extack);
	if (err)
		return err;
	t = kvzalloc(table_bytes(n), GFP_KERNEL_ACCOUNT);
	if (!t) {
		ts_net_give_memory(tn, table_bytes(n));
		return -ENOMEM;
	}
	table_copy(t, old, add, del);
	rcu_assign_pointer(tn->classes, t);
	ts_paths_changed(tn);
	if (old) {
		ts_net_give_memory(tn, table_bytes(old->n_rules));
		kvfree_rcu(old, rcu);
	}
	ts_net_changed(tn);
	return 0;
}

static const struct ts_rule *rule_find(struct ts_net *tn,
				       const struct ts_rule *rule)
{
	const struct ts_class_table *t;
	unsigned int i;

	t = rcu_dereference_protected(tn->classes, lockdep_is_held(&tn->lock));
	for (i = 0; t && i < t->n_rules; i++)
		if (rule_same(&t->rule[i], rule))
			return &t->rule[i];
	return NULL;
}

/**
 * ts_class_add() - add a rule
 * @tn: the namespace, locked
 * @rule: valid
 * @extack: told what is wrong
 *
 * Return: 0, -EEXIST, -ENOSPC, -ENOMEM.
 */
int ts_class_add(struct ts_net *tn, const struct ts_rule *rule,
		 struct netlink_ext_ack *extack)
{
	const struct ts_class_table *t;

	lockdep_assert_held(&tn->lock);
	t = rcu_dereference_protected(tn->classes, lockdep_is_held(&tn->lock));
	if (rule_find(tn, rule)) {
		NL_SET_ERR_MSG(extack, "there is a rule for this prefix or service; delete it first");
		return -EEXIST;
	}
	if (t && t->n_rules >= TS_RULES_MAX) {
		NL_SET_ERR_MSG(extack, "too many rules in this namespace; merge prefixes");
		return -ENOSPC;
	}
	return table_replace(tn, rule, NULL, extack);
}

/**
 * ts_class_delete() - delete a rule
 * @tn: the namespace, locked
 * @rule: as it was added
 * @extack: told what is wrong
 *
 * Return: 0, -ENOENT, -ENOSPC, -ENOMEM.
 */
int ts_class_delete(struct ts_net *tn, const struct ts_rule *rule,
		    struct netlink_ext_ack *extack)
{
	const struct ts_rule *r;

	lockdep_assert_held(&tn->lock);
	r = rule_find(tn, rule);
	if (!r || r->class != rule->class || r->ends_here != rule->ends_here) {
		NL_SET_ERR_MSG(extack, "no such rule");
		return -ENOENT;
	}
	return table_replace(tn, NULL, rule, extack);
}

/**
 * ts_class_table_destroy() - free the rules; no frame looks any more
 * @tn: the namespace
 */
void ts_class_table_destroy(struct ts_net *tn)
{
	kvfree(rcu_dereference_raw(tn->classes));
}

#include "selftest/class.c"
