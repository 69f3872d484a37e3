/* SPDX-License-Identifier: GPL-2.0 */
/* What a station that may not send still says is brought to the box. */
#ifndef _TS_STEER_H
#define _TS_STEER_H

#include <linux/types.h>

struct sk_buff;
struct ts_port;

bool ts_steer_to_box(const struct ts_port *port, struct sk_buff *skb);

#endif /* _TS_STEER_H */
