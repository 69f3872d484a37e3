/* SPDX-License-Identifier: GPL-2.0 */
/* From an XDP program to its companion in tc.bpf.c: with which marks it passes. */
#ifndef TS_BPF_XDP_H
#define TS_BPF_XDP_H

#include "meter.bpf.h"

static __always_inline int ts_xdp_pass(struct xdp_md *ctx, const struct ts_frame *f,
				       __u32 fate)
{
	__u32 *meta, said;

	said = TS_XDP_META_MAGIC | ts_port.slot << TS_XDP_META_SLOT_SHIFT |
	       (__u32)f->vlan << TS_XDP_META_VLAN_SHIFT | fate;
	if (f->flags & TS_FRAME_TAGGED)
		said |= TS_XDP_META_TAGGED;
	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*meta)))
		goto mute;
	meta = (void *)(long)ctx->data_meta;
	if ((void *)(meta + 1) > (void *)(long)ctx->data)
		goto mute;
	*meta = said;
	return XDP_PASS;
mute:
	/* The companion would drop it anyway. */
	ts_drop(TS_DROP_GONE, 1);
	return XDP_DROP;
}

#endif /* TS_BPF_XDP_H */
