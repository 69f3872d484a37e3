// SPDX-License-Identifier: GPL-2.0
/*
 * The billed byte; what it is says include/uapi/linux/tokenswitch.h.
 *
 * A super-packet is billed as the frames that it was received as, or will be
 * sent as: with as many copies of its headers.  The kernel's own estimate
 * (qdisc_pkt_len_init) knows neither the tag beside a frame nor, for what a
 * bridge passes on, where the headers end; so both directions count here.
 */

#include <linux/if_vlan.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <tokenswitch/classify.h>
#include "bill.h"

/* The common header of SCTP, which the classifier does not follow. */
#define TS_SCTP_HEADER_BYTES 12

/* Headers that each segment of a tunnelled super-packet has. */
static u32 inner_header_len(const struct sk_buff *skb)
{
	u32 len = skb_inner_transport_header(skb) - skb_mac_header(skb);

	if (skb_shinfo(skb)->gso_type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6))
		return len + inner_tcp_hdrlen(skb);
	return len + sizeof(struct udphdr);
}

static u32 segment_header_len(const struct sk_buff *skb,
			      const struct ts_frame *f)
{
	u32 type = skb_shinfo(skb)->gso_type;

	if (skb->encapsulation && skb->inner_transport_header)
		return inner_header_len(skb);
	/* IP fragments: only the first has the UDP header. */
	if (type & SKB_GSO_UDP)
		return f->header_len - sizeof(struct udphdr);
	if (type & SKB_GSO_SCTP)
		return f->header_len + TS_SCTP_HEADER_BYTES;
	return f->header_len;
}

/**
 * ts_bill_super_bytes() - billed bytes of a super-packet
 * @skb: the frame, its MAC header set
 * @f: parsed
 * @len: of its bytes, the MAC header included
 * @packets: set to the number of frames
 *
 * Return: bytes, the tags beside the frames included.
 */
u32 ts_bill_super_bytes(const struct sk_buff *skb, const struct ts_frame *f,
			u32 len, u32 *packets)
{
	struct ts_frame segment = *f;
	u32 bytes;

	segment.header_len = segment_header_len(skb, f);
	if (skb_shinfo(skb)->gso_size != GSO_BY_FRAGS)
		return ts_frame_super_bytes(&segment, len,
					    skb_shinfo(skb)->gso_size,
					    skb_vlan_tag_present(skb), packets);
	/* Segments of different sizes: only their number is known. */
	bytes = ts_frame_super_bytes(&segment, len, 0,
				     skb_vlan_tag_present(skb), packets);
	*packets = max_t(u32, skb_shinfo(skb)->gso_segs, 1);
	return bytes + (*packets - 1) *
	       (segment.header_len + (skb_vlan_tag_present(skb) ? VLAN_HLEN : 0));
}

#include "selftest/bill.c"
