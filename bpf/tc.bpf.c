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

/*
 * A frame of an unpaid client goes to the box, wherever it was sent: behind a
 * bridge it would never meet the firewall that redirects and refuses.
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
 * A plea is for this box and nobody behind it: with a TTL of 1 the box can
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

static __always_inline int ts_skb_pass(struct __sk_buff *skb, __u32 marks)
{
	skb->mark = ts_mark(skb->mark, ts_port.mark_mask, marks);
	if (!(marks & (TS_MARK_REDIRECT | TS_MARK_REJECT)))
		return TC_ACT_UNSPEC;
	if (ts_skb_last_hop(skb))
		return TC_ACT_SHOT;
	return ts_port.flags & TS_PORT_F_BRIDGED ? ts_skb_steer(skb) : TC_ACT_UNSPEC;
}

SEC("tcx/ingress")
int ts_tc_stamp(struct __sk_buff *skb)
{
	__u32 *meta = (void *)(long)skb->data_meta, said;

	if ((void *)(meta + 1) > (void *)(long)skb->data)
		goto unmetered;
	said = *meta;
	if ((said & ~(TS_XDP_META_VLAN_MASK | TS_XDP_META_TAGGED | TS_XDP_META_MARKS)) !=
	    (TS_XDP_META_MAGIC | ts_port.slot << TS_XDP_META_SLOT_SHIFT))
		goto unmetered;
	if (skb->vlan_present &&
	    (!(said & TS_XDP_META_TAGGED) ||
	     ((said >> TS_XDP_META_VLAN_SHIFT) ^ skb->vlan_tci) & 0xfff)) {
		ts_drop(TS_DROP_HIDDEN_TAG, 1);
		return TC_ACT_SHOT;
	}
	return ts_skb_pass(skb, said & TS_XDP_META_MARKS);
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
	bytes = ts_frame_super_bytes(&f, skb->len, skb->gso_size, skb->vlan_present, &segs);
	fate = ts_meter_up(&f, bytes, segs);
	if (fate & TS_FATE_DROP)
		return TC_ACT_SHOT;
	return ts_skb_pass(skb, fate);
}

SEC("tcx/egress")
int ts_tc_down(struct __sk_buff *skb)
{
	__u32 bytes, segs, fate;
	struct ts_frame f;

	ts_skb_parse(skb, &f, TS_DIR_DOWN);
	ts_frame_super_bytes(&f, skb->len, skb->gso_size, 0, &segs);
	bytes = skb->wire_len;
	if (skb->vlan_present)
		bytes += 4 * segs;
	fate = ts_meter_down(&f, bytes, segs, !skb->ingress_ifindex);
	return fate & TS_FATE_DROP ? TC_ACT_SHOT : TC_ACT_UNSPEC;
}

char LICENSE[] SEC("license") = "GPL";
