// SPDX-License-Identifier: GPL-2.0
/*
 * What a station that may not send still says is brought to the box.
 *
 * A frame that a bridge would pass on never meets the box's inet firewall,
 * where it is to be redirected or refused.
 */

#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include "port.h"
#include "steer.h"

/**
 * ts_steer_to_box() - make the box itself the destination of a frame
 * @port: that it came in on
 * @skb: the frame, at ingress; its headers may move
 *
 * Under RCU.  Allocates only when somebody else holds the same bytes.
 *
 * Return: false when it cannot be done; the frame is then to be dropped.
 */
bool ts_steer_to_box(const struct ts_port *port, struct sk_buff *skb)
{
	struct net_device *master = netdev_master_upper_dev_get_rcu(port->dev);
	const u8 *mac = master ? master->dev_addr : port->dev->dev_addr;

	if (!ether_addr_equal(eth_hdr(skb)->h_dest, mac)) {
		/* A capture may share the bytes; it shall see what came. */
		if (skb_unclone(skb, GFP_ATOMIC))
			return false;
		ether_addr_copy(eth_hdr(skb)->h_dest, mac);
	}
	skb->pkt_type = PACKET_HOST;
	return true;
}
