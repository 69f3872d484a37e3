// SPDX-License-Identifier: GPL-2.0
/*
 * The traffic of bench-forward: UDP from many clients to one server.  Each frame
 * is written anew, for a recycled page keeps what the stack did to it.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

/* The mix: 7 of 64, 4 of 576 and 1 of 1500 bytes in a dozen. */
#define SIZE_MIX 0
#define DOZEN 12
#define SIZE_MAX_BYTES 1500

/* Whose the frames are: clients first .. first + count - 1. */
const volatile __u32 fwd_first = 0;
const volatile __u32 fwd_count = 1;
/* Device to send from. */
const volatile __u32 fwd_ifindex = 0;
const volatile __u32 fwd_size = 64;
const volatile __u8 fwd_router[6];
/* From the server to the clients; else from them to it. */
const volatile __u32 fwd_down = 0;

#define SERVER 0x0a420202
#define CLIENTS 0x0a500000

struct frame {
	__u8 dest[6], source[6];
	__be16 type;
	__u8 ver, tos;
	__be16 total;
	__be16 id, frag;
	__u8 ttl, proto;
	__be16 check;
	__be32 saddr, daddr;
	__be16 sport, dport, len, udp_check;
} __attribute__((packed));

static __always_inline __u32 choose_size(void)
{
	__u32 n;

	if (fwd_size != SIZE_MIX)
		return fwd_size;
	n = (__u64)bpf_get_prandom_u32() * DOZEN >> 32;
	return n < 7 ? 64 : n < 11 ? 576 : 1500;
}

static __always_inline __be16 header_sum(const struct frame *f)
{
	const __u8 *p = (const __u8 *)&f->ver;
	__u32 sum = 0;
	int i;

#pragma unroll
	for (i = 0; i < 20; i += 2)
		sum += p[i] << 8 | p[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return bpf_htons(~sum & 0xffff);
}

/*
 * Client n is 02:01:00:n at 10.80.0.0 + n, as crowd and forward.sh have it.  Coming
 * down the sender has the same MAC: a router does not look at it.
 */
static __always_inline void write_frame(struct frame *f, __u32 n, __u32 size)
{
	int i;

#pragma unroll
	for (i = 0; i < 6; i++)
		f->dest[i] = fwd_router[i];
	f->source[0] = 2;
	f->source[1] = 1;
	f->source[2] = 0;
	f->source[3] = n >> 16;
	f->source[4] = n >> 8;
	f->source[5] = n;
	f->type = bpf_htons(0x0800);
	f->ver = 0x45;
	f->tos = 0;
	f->total = bpf_htons(size - 14);
	f->id = 0;
	f->frag = bpf_htons(0x4000);
	f->ttl = 64;
	f->proto = 17;
	f->check = 0;
	f->saddr = bpf_htonl(fwd_down ? SERVER : CLIENTS + n);
	f->daddr = bpf_htonl(fwd_down ? CLIENTS + n : SERVER);
	f->sport = bpf_htons(4000);
	f->dport = bpf_htons(4242);
	f->len = bpf_htons(size - 34);
	f->udp_check = 0;
	f->check = header_sum(f);
}

SEC("xdp")
int fwd_send(struct xdp_md *ctx)
{
	__u32 n, size = choose_size();
	struct frame *f;

	n = fwd_first + ((__u64)bpf_get_prandom_u32() * fwd_count >> 32);
	/* A buffer is as it was before: as large as its largest frame. */
	if (fwd_size == SIZE_MIX)
		bpf_xdp_adjust_tail(ctx, (int)size - SIZE_MAX_BYTES);
	f = (void *)(long)ctx->data;
	if ((void *)(f + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	write_frame(f, n, size);
	return bpf_redirect(fwd_ifindex, 0);
}

SEC("xdp")
int fwd_xdp_noop(struct xdp_md *ctx)
{
	return XDP_PASS;
}

/* Where redirected frames end, as they would at a card: no stack takes them. */
SEC("xdp")
int fwd_xdp_sink(struct xdp_md *ctx)
{
	return XDP_DROP;
}

SEC("tc")
int fwd_tc_noop(struct __sk_buff *skb)
{
	return TC_ACT_UNSPEC;
}

/*
 * The memory that a meter cannot do without, and nothing else: where the client
 * is, what it may still have, what it has had.  The tables are as large as the
 * meter's for 16384 accounts.
 */
#define LINES_BUCKETS 8192
#define LINES_ACCOUNTS 16384

struct line {
	__u64 word[8];
};

#define LINES(name, entries)				\
	struct {					\
		__uint(type, BPF_MAP_TYPE_ARRAY);	\
		__uint(map_flags, BPF_F_MMAPABLE);	\
		__uint(max_entries, entries);		\
		__type(key, __u32);			\
		__type(value, struct line);		\
	} name SEC(".maps")

LINES(fwd_buckets, LINES_BUCKETS);
LINES(fwd_budgets, LINES_ACCOUNTS);
LINES(fwd_counters, LINES_ACCOUNTS);

static __always_inline int touch_lines(struct __sk_buff *skb, __u32 offset)
{
	const __u8 *mac = (void *)(long)skb->data + offset;
	struct line *bucket, *budget, *counters;
	__u32 n, i;

	if ((void *)(mac + 6) > (void *)(long)skb->data_end)
		return TC_ACT_UNSPEC;
	n = mac[3] << 16 | mac[4] << 8 | mac[5];
	i = (n * 0x9e3779b1U >> 8) & (LINES_BUCKETS - 1);
	bucket = bpf_map_lookup_elem(&fwd_buckets, &i);
	if (!bucket)
		return TC_ACT_UNSPEC;
	/* It is 0, but the program has to wait for it. */
	n = (n + *(volatile __u64 *)&bucket->word[0]) & (LINES_ACCOUNTS - 1);
	budget = bpf_map_lookup_elem(&fwd_budgets, &n);
	counters = bpf_map_lookup_elem(&fwd_counters, &n);
	if (!budget || !counters)
		return TC_ACT_UNSPEC;
	__sync_fetch_and_add(&budget->word[0], skb->len);
	counters->word[0] += skb->len;
	return TC_ACT_UNSPEC;
}

SEC("tc")
int fwd_tc_lines_up(struct __sk_buff *skb)
{
	return touch_lines(skb, 6);
}

SEC("tc")
int fwd_tc_lines_down(struct __sk_buff *skb)
{
	return touch_lines(skb, 0);
}

char LICENSE[] SEC("license") = "GPL";
