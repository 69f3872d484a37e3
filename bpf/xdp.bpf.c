// SPDX-License-Identifier: GPL-2.0
/*
 * Meter "xdp", going up.  Native XDP only: every frame is one frame here, as
 * on the wire.  What passes tells its companion in tc.bpf.c with which marks.
 */
#include "xdp.bpf.h"

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
