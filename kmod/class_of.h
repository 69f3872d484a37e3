/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The classifier in the tables of a namespace, inline: every frame asks, and for most
 * two bits answer.
 */
#ifndef _TS_CLASS_OF_H
#define _TS_CLASS_OF_H

#include <linux/bitops.h>
#include <linux/rcupdate.h>
#include <linux/socket.h>
#include "class.h"
#include "net.h"
#include "port.h"

#define TS_CLASSIFY_TABLES
#include <tokenswitch/classify.h>

/**
 * struct ts_tables - where the shared classifier looks things up
 * @rules: of the namespace; NULL: none
 * @net: whose addresses are the box's
 * @port: that the frame is on; NULL: of a mesh, where no MAC is looked up
 */
struct ts_tables {
	const struct ts_class_table *rules;
	struct net *net;
	const struct ts_port *port;
};

/* What the bits do not answer; not inline, so that nothing is saved for them. */
bool ts_class_port_has_mac(const struct ts_port *port, const struct ts_frame *f);
bool ts_class_net_has_addr(struct net *net, const struct ts_frame *f);
int ts_class_find_service(const struct ts_class_table *rules, struct net *net,
			  const struct ts_frame *f);
u32 ts_class_find_prefix(const struct ts_class_table *rules,
			 const struct ts_frame *f);

/* The address that a frame carries, as the network has it. */
static inline const __be32 *ts_class_addr(const struct ts_frame *f)
{
	return (const __be32 *)f->remote;
}

static inline int ts_class_family(const struct ts_frame *f)
{
	return f->flags & TS_FRAME_IP4 ? AF_INET : AF_INET6;
}

static __always_inline int ts_table_box_mac(const struct ts_tables *t,
					    const struct ts_frame *f)
{
	return ts_class_port_has_mac(t->port, f);
}

static __always_inline int ts_table_box_addr(const struct ts_tables *t,
					     const struct ts_frame *f)
{
	return ts_class_net_has_addr(t->net, f);
}

static __always_inline int ts_table_service(const struct ts_tables *t,
					    const struct ts_frame *f)
{
	if (!t->rules || !test_bit(f->remote_port, t->rules->served))
		return TS_SERVICE_NONE;
	return ts_class_find_service(t->rules, t->net, f);
}

static __always_inline __u32 ts_table_prefix(const struct ts_tables *t,
					     const struct ts_frame *f)
{
	if (!t->rules ||
	    !test_bit(ntohl(*ts_class_addr(f)) >> 16,
		      t->rules->some[ts_class_family(f) == AF_INET6]))
		return TS_CLASS_INTERNET;
	return ts_class_find_prefix(t->rules, f);
}

/**
 * ts_class_of() - what the bytes of a frame are for
 * @port: that it is on
 * @f: parsed, not malformed
 * @dir: enum ts_dir
 * @by_box: coming down: this box sent it itself
 *
 * Under RCU.
 *
 * Return: enum ts_class.
 */
static __always_inline u32 ts_class_of(const struct ts_port *port,
					const struct ts_frame *f, u32 dir,
					bool by_box)
{
	struct ts_tables t = {
		.rules = rcu_dereference(port->tn->classes),
		.net = port->tn->net,
		.port = port,
	};

	return ts_frame_class(f, &t, dir, by_box);
}

#endif /* _TS_CLASS_OF_H */
