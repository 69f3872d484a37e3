// SPDX-License-Identifier: GPL-2.0
/*
 * What a benchmark needs around a program that is run many times on one
 * buffer: the metadata is taken back before each run, and the station's MAC is
 * one of many.  The same wrapper stands around the no-op that is compared.
 * Beside it, what would be written first: a meter on a hash map.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#define CLIENTS_MAX 65536

/* How many stations; the number goes into the last three bytes of the MAC. */
const volatile __u32 bench_clients = 1;
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

/** struct bench_account - the least that a meter keeps */
struct bench_account {
	__u64 granted;
	__u64 charged;
	__u64 bytes;
	__u64 packets;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CLIENTS_MAX);
	__type(key, __u64);
	__type(value, struct bench_account);
} bench_accounts SEC(".maps");

static __always_inline void choose_station(void *data, void *end)
{
	__u8 *mac = data + (bench_offset ? 6 : 0);
	__u32 n;

	if (bench_clients == 1 || (void *)(mac + 6) > end)
		return;
	n = (__u64)bpf_get_prandom_u32() * bench_clients >> 32;
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

SEC("xdp")
int bench_xdp_drop(struct xdp_md *ctx)
{
	return XDP_DROP;
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

/* Return: 1: paid for and counted. */
static __always_inline int hash_meter(const __u8 *frame, const __u8 *end, __u64 bytes)
{
	const __u8 *mac = frame + 6;
	struct bench_account *a;
	__u64 key;

	if (frame + 34 > end)
		return 0;
	key = (__u64)mac[0] | (__u64)mac[1] << 8 | (__u64)mac[2] << 16 |
	      (__u64)mac[3] << 24 | (__u64)mac[4] << 32 | (__u64)mac[5] << 40;
	a = bpf_map_lookup_elem(&bench_accounts, &key);
	if (!a || a->charged + bytes > a->granted)
		return 0;
	__sync_fetch_and_add(&a->charged, bytes);
	__sync_fetch_and_add(&a->bytes, bytes);
	__sync_fetch_and_add(&a->packets, 1);
	return 1;
}

SEC("xdp")
int bench_xdp_hash(struct xdp_md *ctx)
{
	return hash_meter((void *)(long)ctx->data, (void *)(long)ctx->data_end,
			  ctx->data_end - ctx->data) ? XDP_PASS : XDP_DROP;
}

SEC("tc")
int bench_tc_hash(struct __sk_buff *skb)
{
	return hash_meter((void *)(long)skb->data, (void *)(long)skb->data_end, skb->len) ?
	       TC_ACT_UNSPEC : TC_ACT_SHOT;
}

char LICENSE[] SEC("license") = "GPL";
