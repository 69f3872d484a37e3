// SPDX-License-Identifier: GPL-2.0
/*
 * The tc programs: the companion of the XDP program, meter "tc" going up, and
 * both meters going down.  For clsact in direct action and for tcx: the
 * answers "next, please" and "drop" have the same numbers in both.
 */
#include "meter.bpf.h"
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#define TS_PACKET_HOST 0

/* What a tunnel is, as the IP header before it says. */
#define TS_IP_IPIP 4
#define TS_IP_IPV6 41
#define TS_IP_GRE 47

/* The headers in sight, if they are there at all. */
static __always_inline void ts_skb_look(struct __sk_buff *skb)
{
	__u32 want = skb->len < TS_FRAME_LOOK ? skb->len : TS_FRAME_LOOK;

	if (skb->data_end - skb->data < want)
		bpf_skb_pull_data(skb, want);
}

static __always_inline void ts_skb_parse(struct __sk_buff *skb, struct ts_frame *f,
					 __u32 dir)
{
	__u32 tci = skb->vlan_present ? skb->vlan_tci & 0xffff : TS_FRAME_NO_TCI;

	ts_skb_look(skb);
	ts_frame_parse(f, (void *)(long)skb->data, (void *)(long)skb->data_end, dir, tci);
}

/* Step over GRE. Return: the IP protocol that its content would have, 0: none. */
static __always_inline __u32 ts_skb_skip_gre(struct __sk_buff *skb, __u32 *at)
{
	__u8 b[4], type[2];

	if (bpf_skb_load_bytes(skb, *at, b, sizeof(b)))
		return 0;
	*at += 4 + (b[0] & 0x80 ? 4 : 0) + (b[0] & 0x20 ? 4 : 0) + (b[0] & 0x10 ? 4 : 0);
	__builtin_memcpy(type, b + 2, sizeof(type));
	if (type[0] == 0x65 && type[1] == 0x58) {
		if (bpf_skb_load_bytes(skb, *at + 12, type, sizeof(type)))
			return 0;
		*at += ETH_HLEN;
	}
	if (type[0] == 0x08 && type[1] == 0x00)
		return TS_IP_IPIP;
	return type[0] == 0x86 && type[1] == 0xdd ? TS_IP_IPV6 : 0;
}

/**
 * ts_skb_inner_len() - headers of each segment of a tunnelled super-packet
 * @skb: the frame
 * @at: behind the outer IP header
 * @proto: what is there
 *
 * The kernel makes super-packets of what is in GRE and in IP, too, and takes
 * them apart again with all headers before each segment.  Tunnels over UDP look
 * as any datagram does: of those the headers inside are not known.
 *
 * Return: bytes, @at when there is no tunnel.
 */
__noinline int ts_skb_inner_len(struct __sk_buff *skb, __u32 at, __u32 proto)
{
	__u32 start = at;
	__u8 b[10], doff;

	if (proto == TS_IP_GRE)
		proto = ts_skb_skip_gre(skb, &at);
	if ((proto != TS_IP_IPIP && proto != TS_IP_IPV6) ||
	    bpf_skb_load_bytes(skb, at, b, sizeof(b)))
		return start;
	at += proto == TS_IP_IPIP ? (b[0] & 15) * 4 : 40;
	proto = proto == TS_IP_IPIP ? b[9] : b[6];
	if (proto == TS_IP_UDP)
		return at + 8;
	if (proto != TS_IP_TCP || bpf_skb_load_bytes(skb, at + 12, &doff, sizeof(doff)))
		return start;
	return at + (doff >> 4) * 4;
}

/* Return: 1: @f's headers are not all that each segment has, and are now. */
static __always_inline int ts_skb_tunnel(struct __sk_buff *skb, struct ts_frame *f)
{
	__u32 len;

	if (!skb->gso_size || f->flags & (TS_FRAME_L4 | TS_FRAME_MALFORMED))
		return 0;
	len = ts_skb_inner_len(skb, f->header_len, f->proto);
	if (len == f->header_len)
		return 0;
	f->header_len = len;
	return 1;
}

/*
 * A frame of an unpaid client goes to the box, wherever it was sent: behind a
 * bridge it would never meet the firewall that redirects and refuses, and would
 * meet other stations.
 */
static __always_inline int ts_skb_steer(struct __sk_buff *skb)
{
	__u32 slot = ts_port.slot;
	struct ts_port_line *port;
	__u64 mac;
	__u8 byte[6];
	int i;

	port = bpf_map_lookup_elem(&ts_ports, &slot);
	if (!port)
		return TC_ACT_SHOT;
	mac = ts_load(&port->box_mac);
	if (!mac)
		return TC_ACT_SHOT;
#pragma unroll
	for (i = 0; i < 6; i++)
		byte[i] = mac >> (8 * i);
	if (bpf_skb_store_bytes(skb, 0, byte, sizeof(byte), 0) ||
	    bpf_skb_change_type(skb, TS_PACKET_HOST))
		return TC_ACT_SHOT;
	return TC_ACT_UNSPEC;
}

/*
 * It is for this box and nobody behind it: with a TTL of 1 the box can
 * redirect or refuse it, and if somebody flushed the firewall that does so, it
 * is not forwarded either.
 */
static __always_inline int ts_skb_last_hop(struct __sk_buff *skb)
{
	__u8 word[2], one = 1;
	__u16 old, new;

	if (skb->protocol == bpf_htons(ETH_P_IPV6))
		return bpf_skb_store_bytes(skb, ETH_HLEN + 7, &one, 1, BPF_F_RECOMPUTE_CSUM);
	if (skb->protocol != bpf_htons(ETH_P_IP) ||
	    bpf_skb_load_bytes(skb, ETH_HLEN + 8, word, sizeof(word)))
		return -1;
	__builtin_memcpy(&old, word, sizeof(old));
	word[0] = one;
	__builtin_memcpy(&new, word, sizeof(new));
	if (bpf_l3_csum_replace(skb, ETH_HLEN + 10, old, new, sizeof(new)))
		return -1;
	return bpf_skb_store_bytes(skb, ETH_HLEN + 8, &one, 1, 0);
}

static __always_inline int ts_skb_pass(struct __sk_buff *skb, __u32 fate)
{
	skb->mark = ts_mark(skb->mark, ts_port.mark_mask, fate & TS_XDP_META_MARKS);
	if (!(fate & (TS_MARK_REDIRECT | TS_MARK_REJECT | TS_FATE_HOME)))
		return TC_ACT_UNSPEC;
	if (ts_skb_last_hop(skb))
		return TC_ACT_SHOT;
	return ts_port.flags & TS_PORT_F_BRIDGED || fate & TS_FATE_HOME ?
	       ts_skb_steer(skb) : TC_ACT_UNSPEC;
}

SEC("tcx/ingress")
int ts_tc_stamp(struct __sk_buff *skb)
{
	__u32 *meta = (void *)(long)skb->data_meta, said;

	if ((void *)(meta + 1) > (void *)(long)skb->data)
		goto unmetered;
	said = *meta;
	if ((said & ~(TS_XDP_META_VLAN_MASK | TS_XDP_META_TAGGED | TS_XDP_META_HOME |
		      TS_XDP_META_MARKS)) !=
	    (TS_XDP_META_MAGIC | ts_port.slot << TS_XDP_META_SLOT_SHIFT))
		goto unmetered;
	if (skb->vlan_present &&
	    (!(said & TS_XDP_META_TAGGED) ||
	     ((said >> TS_XDP_META_VLAN_SHIFT) ^ skb->vlan_tci) & 0xfff)) {
		ts_drop(TS_DROP_HIDDEN_TAG, 1);
		return TC_ACT_SHOT;
	}
	return ts_skb_pass(skb, said & (TS_XDP_META_HOME | TS_XDP_META_MARKS));
unmetered:
	ts_drop(TS_DROP_GONE, 1);
	return TC_ACT_SHOT;
}

SEC("tcx/ingress")
int ts_tc_up(struct __sk_buff *skb)
{
	__u32 bytes, segs, fate;
	struct ts_frame f;

	ts_skb_parse(skb, &f, TS_DIR_UP);
	ts_skb_tunnel(skb, &f);
	bytes = ts_frame_super_bytes(&f, skb->len, skb->gso_size, skb->vlan_present, &segs);
	fate = ts_meter_up(&f, bytes, segs);
	if (fate & TS_FATE_DROP)
		return TC_ACT_SHOT;
	return ts_skb_pass(skb, fate);
}

SEC("tcx/egress")
int ts_tc_down(struct __sk_buff *skb)
{
	__u32 bytes, sum, segs, fate;
	struct ts_frame f;
	int tunnel;

	ts_skb_parse(skb, &f, TS_DIR_DOWN);
	tunnel = ts_skb_tunnel(skb, &f);
	sum = ts_frame_super_bytes(&f, skb->len, skb->gso_size, skb->vlan_present, &segs);
	bytes = skb->wire_len;
	if (skb->vlan_present)
		bytes += 4 * segs;
	/* The kernel's own sum does not look into the tunnel. */
	if (tunnel)
		bytes = sum;
	fate = ts_meter_down(&f, bytes, segs, !skb->ingress_ifindex);
	return fate & TS_FATE_DROP ? TC_ACT_SHOT : TC_ACT_UNSPEC;
}

char LICENSE[] SEC("license") = "GPL";
