// SPDX-License-Identifier: GPL-2.0
/* Cases of bill.c: what a super-packet costs. */

#include <linux/kernel.h>
#include <linux/init.h>

/**
 * struct bill_case - a super-packet
 * @len: of the frame, the MAC header included
 * @header: bytes of all headers
 * @gso_size: payload of a segment, 0: one frame
 * @gso_type: of skb_shared_info
 * @tag: a VLAN tag is kept beside it
 * @bytes: expected
 * @packets: expected
 */
static const struct bill_case {
	u32 len;
	u16 header;
	u16 gso_size;
	u32 gso_type;
	bool tag;
	u32 bytes;
	u32 packets;
} bill_cases[] __initconst = {
	{ 60, 54, 0, 0, false, 60, 1 },				/* 1 */
	{ 60, 54, 0, 0, true, 64, 1 },				/* 2: tagged */
	{ 1514, 66, 1448, SKB_GSO_TCPV4, false, 1514, 1 },	/* 3: just one */
	{ 1515, 66, 1448, SKB_GSO_TCPV4, false, 1581, 2 },	/* 4: a byte more */
	{ 2962, 66, 1448, SKB_GSO_TCPV4, false, 3028, 2 },	/* 5: just two */
	{ 2962, 66, 1448, SKB_GSO_TCPV4, true, 3036, 2 },	/* 6: two tags */
	{ 4386, 86, 1428, SKB_GSO_TCPV6, false, 4644, 4 },	/* 7: short last */
	{ 3042, 42, 1000, SKB_GSO_UDP_L4, false, 3126, 3 },	/* 8: UDP */
	{ 3042, 42, 1480, SKB_GSO_UDP, false, 3110, 3 },	/* 9: fragments */
	{ 66, 66, 1448, SKB_GSO_TCPV4, false, 66, 1 },		/* 10: no payload */
};

static bool __init bill_case_ok(struct sk_buff *skb, const struct bill_case *c)
{
	struct ts_frame f = { .header_len = c->header };
	u32 packets;

	skb_trim(skb, 0);
	skb_put(skb, c->len);
	skb_reset_mac_header(skb);
	skb_shinfo(skb)->gso_size = c->gso_size;
	skb_shinfo(skb)->gso_type = c->gso_type;
	__vlan_hwaccel_clear_tag(skb);
	if (c->tag)
		__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), 7);
	return ts_bill_bytes(skb, &f, c->len, &packets) == c->bytes &&
	       packets == c->packets;
}

int __init ts_bill_selftest(void)
{
	struct sk_buff *skb = alloc_skb(8192, GFP_KERNEL);
	unsigned int i;
	int failed = 0;

	if (!skb)
		return ARRAY_SIZE(bill_cases) + 1;
	for (i = 0; i < ARRAY_SIZE(bill_cases) && !failed; i++)
		if (!bill_case_ok(skb, &bill_cases[i]))
			failed = i + 1;
	kfree_skb(skb);
	return failed;
}
