/* SPDX-License-Identifier: GPL-2.0 */
/* Rules of the classifier: prefixes and services. */
#ifndef _TS_CLASS_H
#define _TS_CLASS_H

#include <linux/bitmap.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

struct netlink_ext_ack;
struct ts_frame;
struct ts_net;
struct ts_port;

/* Most rules of a namespace; the longest search of the data path. */
#define TS_RULES_MAX 512

/**
 * struct ts_rule - a rule, see enum ts_rule_attr; compared as bytes
 * @addr: network order; IPv4 in the first word
 * @port: host order; 0 in a prefix rule
 * @family: AF_INET, AF_INET6; 0: any address of the box
 * @prefix_len: bits
 * @proto: 0: this is a prefix rule
 * @class: enum ts_class
 * @ends_here: a service passes on nothing that it is asked
 */
struct ts_rule {
	__be32 addr[4];
	u16 port;
	u8 family;
	u8 prefix_len;
	u8 proto;
	u8 class;
	u8 ends_here;
} __packed __aligned(4);

/* One bit for each value of a port, or of the first two bytes of an address. */
#define TS_CLASS_BITS 65536

/**
 * struct ts_class_table - all rules of a namespace; never changed once seen
 * @rcu: the data path may still look at it
 * @n_prefixes: prefix rules; they come first, the longest before the shorter
 * @n_rules: all rules
 * @some: is there a prefix rule for addresses that begin like this?  By
 *	family, IPv4 first.  Most frames need to know no more.
 * @served: likewise: is there a service at this port?
 * @rule: the rules
 */
struct ts_class_table {
	struct rcu_head rcu;
	unsigned int n_prefixes;
	unsigned int n_rules;
	unsigned long some[2][BITS_TO_LONGS(TS_CLASS_BITS)];
	unsigned long served[BITS_TO_LONGS(TS_CLASS_BITS)];
	struct ts_rule rule[];
};

void ts_class_table_destroy(struct ts_net *tn);
int ts_class_add(struct ts_net *tn, const struct ts_rule *rule,
		 struct netlink_ext_ack *extack);
int ts_class_delete(struct ts_net *tn, const struct ts_rule *rule,
		    struct netlink_ext_ack *extack);
u32 ts_class_free_service(const struct ts_port *port, const struct ts_frame *f,
			  u32 dir, bool by_box);
bool ts_class_calls_box(const struct ts_port *port, const struct ts_frame *f);
bool ts_class_is_beyond(const struct ts_net *tn, const struct ts_frame *f);
int ts_class_selftest(void);

#endif /* _TS_CLASS_H */
