// SPDX-License-Identifier: GPL-2.0
/*
 * The shared headers as BPF: the verifier must see that the parser stays inside
 * the frame, and both must say what they say in userspace.  Loaded and compared
 * by tests/core/bpf_same.c.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "bpf_same.h"

struct bpf_same same;

SEC("xdp")
int parse(struct xdp_md *ctx)
{
	const __u8 *data = (const __u8 *)(long)ctx->data;
	const __u8 *end = (const __u8 *)(long)ctx->data_end;
	struct ts_batadv_frame frame;

	/* As at a mesh port: the parser starts behind the outer header. */
	if (data + 14 > end)
		return XDP_ABORTED;
	ts_batadv_frame_parse(data + 14, end, &frame);
	same.frame = frame;
	return XDP_PASS;
}

SEC("xdp")
int charge(struct xdp_md *ctx)
{
	same.verdict = ts_budget_charge(&same.line, same.cost);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
