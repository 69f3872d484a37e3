// SPDX-License-Identifier: GPL-2.0
/*
 * Meter "xdp", going up.  Native XDP only: every frame is one frame here, as
 * on the wire.  What passes tells its companion in tc.bpf.c with which marks.
 */
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

SEC("xdp")
int ts_xdp_up(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ts_frame f;
	__u32 fate;

	ts_frame_parse(&f, data, end, TS_DIR_UP, TS_FRAME_NO_TCI);
	fate = ts_meter_up(&f, end - data, 1);
	if (fate & TS_FATE_DROP)
		return XDP_DROP;
	return ts_xdp_pass(ctx, &f, fate);
}

char LICENSE[] SEC("license") = "GPL";
