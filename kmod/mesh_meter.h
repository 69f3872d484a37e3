/* SPDX-License-Identifier: GPL-2.0 */
/* The meter of a mesh: one decision for each frame of batman-adv. */
#ifndef _TS_MESH_METER_H
#define _TS_MESH_METER_H

#include <linux/netfilter.h>

struct sk_buff;

unsigned int ts_mesh_ingress(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state);
unsigned int ts_mesh_egress(void *priv, struct sk_buff *skb,
			    const struct nf_hook_state *state);

#endif /* _TS_MESH_METER_H */
