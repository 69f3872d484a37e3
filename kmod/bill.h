/* SPDX-License-Identifier: GPL-2.0 */
/* The billed byte; what it is says include/uapi/linux/tokenswitch.h. */
#ifndef _TS_BILL_H
#define _TS_BILL_H

#include <linux/if_vlan.h>
#include <linux/skbuff.h>
#include <tokenswitch/frame.h>

u32 ts_bill_super_bytes(const struct sk_buff *skb, const struct ts_frame *f,
			u32 len, u32 *packets);

/**
 * ts_bill_bytes() - billed bytes of a frame that may be many
 * @skb: the frame, its MAC header set
 * @f: parsed
 * @len: of its bytes, the MAC header included
 * @packets: set to the number of frames
 *
 * Return: bytes, the tag beside the frame included.
 */
static __always_inline u32 ts_bill_bytes(const struct sk_buff *skb,
					 const struct ts_frame *f, u32 len,
					 u32 *packets)
{
	if (unlikely(skb_is_gso(skb)))
		return ts_bill_super_bytes(skb, f, len, packets);
	return ts_frame_super_bytes(f, len, 0, skb_vlan_tag_present(skb),
				    packets);
}

int ts_bill_selftest(void);

#endif /* _TS_BILL_H */
