// SPDX-License-Identifier: GPL-2.0
/*
 * What a station that may not send still says is brought to the box.
 *
 * A frame that a bridge would pass on never meets the box's inet firewall,
 * where it is to be redirected or refused.
 */

#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/checksum.h>
#include "port.h"
#include "steer.h"

/*
 * It is for this box and nobody behind it: with a TTL of 1 the box can redirect
 * or refuse it, and if somebody flushed the firewall that does so, it is not
 * forwarded either.
 */
static bool steer_last_hop(struct sk_buff *skb)
{
	struct ipv6hdr *ip6h;
	struct iphdr *iph;

	switch (skb->protocol) {
	case htons(ETH_P_IP):
		if (skb_ensure_writable(skb, sizeof(*iph)))
			return false;
		iph = (struct iphdr *)skb->data;
		csum_replace2(&iph->check, htons(iph->ttl << 8), htons(1 << 8));
		iph->ttl = 1;
		return true;
	case htons(ETH_P_IPV6):
		if (skb_ensure_writable(skb, sizeof(*ip6h)))
			return false;
		ip6h = (struct ipv6hdr *)skb->data;
		ip6h->hop_limit = 1;
		/* No checksum in the header makes up for that: a sum of the
		 * whole packet by the device is wrong from here on.
		 */
		skb_forward_csum(skb);
		return true;
	}
	return false;
}

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

	if (!steer_last_hop(skb))
		return false;
	if (!ether_addr_equal(eth_hdr(skb)->h_dest, mac)) {
		/* A capture may share the bytes; it shall see what came. */
		if (skb_unclone(skb, GFP_ATOMIC))
			return false;
		ether_addr_copy(eth_hdr(skb)->h_dest, mac);
	}
	skb->pkt_type = PACKET_HOST;
	return true;
}
