// SPDX-License-Identifier: GPL-2.0
/*
 * The XDP meter, step by step: each program does what the one before it does and
 * one thing more, so that the differences say where the time goes.
 */
#include "meter.bpf.h"

/* The answer depends on what was found, so that nothing is left out. */
static __always_inline int answer(__u64 found)
{
	return found ? XDP_PASS : XDP_DROP;
}

#define PARSE(f, ctx)								\
	ts_frame_parse(&(f), (void *)(long)(ctx)->data,			\
		       (void *)(long)(ctx)->data_end, TS_DIR_UP, TS_FRAME_NO_TCI)

SEC("xdp")
int step_parse(struct xdp_md *ctx)
{
	struct ts_frame f;

	PARSE(f, ctx);
	return answer(f.station + f.flags + f.remote_port);
}

SEC("xdp")
int step_class(struct xdp_md *ctx)
{
	struct ts_frame f;

	PARSE(f, ctx);
	return answer(f.station + ts_frame_class(&f, NULL, TS_DIR_UP, 0));
}

SEC("xdp")
int step_find(struct xdp_md *ctx)
{
	struct ts_station s;
	struct ts_frame f;
	__u32 class;

	PARSE(f, ctx);
	class = ts_frame_class(&f, NULL, TS_DIR_UP, 0);
	ts_station_find(&s, &f, TS_DIR_UP);
	return answer(class + s.id);
}

/* The line of the account alone, without the counters of each CPU. */
SEC("xdp")
int step_charge(struct xdp_md *ctx)
{
	struct ts_budget *line;
	struct ts_station s;
	struct ts_frame f;
	__u32 class;

	PARSE(f, ctx);
	class = ts_frame_class(&f, NULL, TS_DIR_UP, 0);
	ts_station_find(&s, &f, TS_DIR_UP);
	line = bpf_map_lookup_elem(&ts_accounts, &s.id);
	if (!line || !s.id)
		return XDP_DROP;
	return answer(ts_budget_charge_once(line, ts_budget_cost(line, class & 3, TS_DIR_UP,
							   ctx->data_end - ctx->data)));
}

SEC("xdp")
int step_bill(struct xdp_md *ctx)
{
	struct ts_bill bill = { .segs = 1, .dir = TS_DIR_UP };
	struct ts_station s;
	struct ts_frame f;

	PARSE(f, ctx);
	bill.bytes = ctx->data_end - ctx->data;
	bill.class = ts_frame_class(&f, NULL, TS_DIR_UP, 0);
	ts_station_find(&s, &f, TS_DIR_UP);
	return answer(s.id && !ts_bill_once(s.id, &bill));
}

/*
 * The least that a helper costs: the call, and a return that the machine may guard
 * against speculation.  The meter calls none until it has metadata to write.
 */
SEC("xdp")
int step_call(struct xdp_md *ctx)
{
	return bpf_xdp_adjust_meta(ctx, 0) ? XDP_DROP : XDP_PASS;
}

/* What XDP must do to tell its companion anything. */
SEC("xdp")
int step_meta(struct xdp_md *ctx)
{
	__u32 *meta;

	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*meta)))
		return XDP_DROP;
	meta = (void *)(long)ctx->data_meta;
	if ((void *)(meta + 1) > (void *)(long)ctx->data)
		return XDP_DROP;
	*meta = TS_XDP_META_MAGIC;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
