/* SPDX-License-Identifier: GPL-2.0 */
/* The meter of a mesh: one decision for each frame of batman-adv. */
#ifndef _TS_MESH_METER_H
#define _TS_MESH_METER_H

struct sk_buff;
struct ts_mesh_port;

unsigned int ts_mesh_decide_ingress(struct ts_mesh_port *port, struct sk_buff *skb);
unsigned int ts_mesh_decide_egress(struct ts_mesh_port *port, struct sk_buff *skb);

#endif /* _TS_MESH_METER_H */
