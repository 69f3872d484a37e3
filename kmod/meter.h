/* SPDX-License-Identifier: GPL-2.0 */
/* The meter of an access port: one decision for each frame. */
#ifndef _TS_METER_H
#define _TS_METER_H

#include <linux/netfilter.h>

struct sk_buff;

unsigned int ts_meter_ingress(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state);
unsigned int ts_meter_egress(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state);

#endif /* _TS_METER_H */
