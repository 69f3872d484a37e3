// SPDX-License-Identifier: GPL-2.0
/*
 * What a benchmark needs around a program that is run many times on one
 * buffer: the metadata is taken back before each run, and the station's MAC is
 * one of many.  The same wrapper stands around the no-op that is compared.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

/* Stations 0..mask; the number goes into the last three bytes of the MAC. */
const volatile __u32 bench_mask = 0;
/* Offset of the MAC that is the station's: 6 going up, 0 coming down. */
const volatile __u32 bench_offset = 6;

/* A prog array takes programs of one kind. */
struct bench_next {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
};

struct bench_next bench_next_xdp SEC(".maps");
struct bench_next bench_next_tc SEC(".maps");

static __always_inline void choose_station(void *data, void *end)
{
	__u8 *mac = data + (bench_offset ? 6 : 0);
	__u32 n;

	if (!bench_mask || (void *)(mac + 6) > end)
		return;
	n = bpf_get_prandom_u32() & bench_mask;
	mac[3] = n >> 16;
	mac[4] = n >> 8;
	mac[5] = n;
}

SEC("xdp")
int bench_xdp(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *meta = (void *)(long)ctx->data_meta;

	bpf_xdp_adjust_meta(ctx, data - meta);
	choose_station((void *)(long)ctx->data, (void *)(long)ctx->data_end);
	bpf_tail_call(ctx, &bench_next_xdp, 0);
	return XDP_ABORTED;
}

SEC("xdp")
int bench_xdp_noop(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("tc")
int bench_tc(struct __sk_buff *skb)
{
	choose_station((void *)(long)skb->data, (void *)(long)skb->data_end);
	bpf_tail_call(skb, &bench_next_tc, 0);
	return TC_ACT_SHOT;
}

SEC("tc")
int bench_tc_noop(struct __sk_buff *skb)
{
	return TC_ACT_UNSPEC;
}

char LICENSE[] SEC("license") = "GPL";
