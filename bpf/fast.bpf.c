// SPDX-License-Identifier: GPL-2.0
/*
 * Fast path "xdp": what is metered and plainly routed leaves by redirect.
 *
 * Three programs, in the order that a frame may meet them: ts_fast_up in the
 * place of ts_xdp_up at a port, ts_fast_from at the device that leads to the
 * rest of the world, and ts_fast_down, which a redirect to a port runs in the
 * place of its tc egress.  Whatever is not plain goes by the stack, as received
 * and charged once.
 *
 * An element of ts_fast is a device that may be redirected to: each has been
 * looked at by the driver.  ts_port_line.fast_until ends all of it at once.
 */
#include "xdp.bpf.h"
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#define TS_AF_INET 2
#define TS_AF_INET6 10

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, TS_FAST_DEVICES_MAX);
	__type(key, __u32);
	__type(value, struct bpf_devmap_val);
} ts_fast SEC(".maps");

/*
 * When a destination's last frame went by the stack.  A redirect does not tell the
 * kernel that a neighbour is used, so nobody would ask whether it is still there: who
 * has left would be billed, and who has another MAC not be found.
 */
#define TS_FAST_SLOTS 1024
__u64 ts_fast_slow[TS_FAST_SLOTS];

/* Is it the frame of this second that goes by the stack?  Races cost a frame more. */
static __always_inline int ts_fast_is_slow(const struct bpf_fib_lookup *fib)
{
	__u32 word = fib->family == TS_AF_INET ? fib->ipv4_dst :
		     fib->ipv6_dst[1] ^ fib->ipv6_dst[2] ^ fib->ipv6_dst[3];
	__u64 now = bpf_jiffies64();
	__u64 *slow = &ts_fast_slow[(word * 0x9e3779b1U >> 22) & (TS_FAST_SLOTS - 1)];

	if (now - *slow < ts_port.hz)
		return 0;
	*slow = now;
	return 1;
}

/* Did somebody look lately, and is the frame for the box to route? */
static __always_inline int ts_fast_wanted(__u64 peer)
{
	__u32 slot = ts_port.slot;
	struct ts_port_line *line = bpf_map_lookup_elem(&ts_ports, &slot);

	return line && bpf_jiffies64() < ts_load(&line->fast_until) &&
	       peer == ts_load(&line->dev_mac);
}

/* Of no network, of the box itself, of a group: no router forwards from or to it. */
static __always_inline int ts_fast_is_host4(__be32 addr)
{
	__u32 top = bpf_ntohl(addr) >> 24;

	return top && top != 127 && top < 224;
}

/* Others: the stack says what is to be done. */
static __always_inline int ts_fast_addresses4(const struct iphdr *ip)
{
	struct ts_addr_halves h = {};
	__u32 *word = (__u32 *)&h;

	if (!ts_fast_is_host4(ip->saddr) || !ts_fast_is_host4(ip->daddr))
		return 0;
	word[2] = bpf_htonl(0xffff);
	word[3] = ip->saddr;
	return !ts_box_addr_known(h.high, h.low);
}

/*
 * RFC 1812 5.2.2: a router must verify it.  What is taken off the TTL is taken off the
 * checksum, so a wrong one would leave as wrong, and the next router be blamed.
 */
static __always_inline int ts_fast_is_whole4(const struct iphdr *ip)
{
	const __u32 *word = (const void *)ip;
	__u64 sum = (__u64)word[0] + word[1] + word[2] + word[3] + word[4];

	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16) == 0xffff;
}

static __always_inline int ts_fast_parse4(struct bpf_fib_lookup *fib, void *at, void *end)
{
	struct iphdr *ip = at;
	__be16 *ports = (void *)(ip + 1);

	if ((void *)(ports + 2) > end)
		return 0;
	if (ip->version != 4 || ip->ihl != 5 || ip->ttl <= 1 ||
	    ip->frag_off & bpf_htons(0xbfff) ||
	    (ip->protocol != TS_IP_TCP && ip->protocol != TS_IP_UDP))
		return 0;
	/* With padding behind it the stack would forward less than came. */
	if (end - at != bpf_ntohs(ip->tot_len) || !ts_fast_addresses4(ip) ||
	    !ts_fast_is_whole4(ip))
		return 0;
	fib->family = TS_AF_INET;
	fib->l4_protocol = ip->protocol;
	fib->tos = ip->tos;
	fib->tot_len = bpf_ntohs(ip->tot_len);
	fib->ipv4_src = ip->saddr;
	fib->ipv4_dst = ip->daddr;
	fib->sport = ports[0];
	fib->dport = ports[1];
	return 1;
}

static __always_inline int ts_fast_addresses6(const struct ipv6hdr *ip)
{
	const __u8 *src = ip->saddr.in6_u.u6_addr8, *dst = ip->daddr.in6_u.u6_addr8;
	struct ts_addr_halves h;

	/* Multicast, of one link, and what begins with zeros: unspecified, loopback, mapped. */
	if (src[0] == 0xff || dst[0] == 0xff || src[0] == 0xfe || dst[0] == 0xfe ||
	    !src[0] || !dst[0])
		return 0;
	__builtin_memcpy(&h, src, sizeof(h));
	return !ts_box_addr_known(h.high, h.low);
}

static __always_inline int ts_fast_parse6(struct bpf_fib_lookup *fib, void *at, void *end)
{
	struct ipv6hdr *ip = at;
	__be16 *ports = (void *)(ip + 1);

	if ((void *)(ports + 2) > end)
		return 0;
	if (ip->version != 6 || ip->hop_limit <= 1 ||
	    (ip->nexthdr != TS_IP_TCP && ip->nexthdr != TS_IP_UDP))
		return 0;
	if (end - (void *)(ip + 1) != bpf_ntohs(ip->payload_len) || !ts_fast_addresses6(ip))
		return 0;
	fib->family = TS_AF_INET6;
	fib->l4_protocol = ip->nexthdr;
	fib->flowinfo = *(__be32 *)ip & bpf_htonl(0x0fffffff);
	fib->tot_len = sizeof(*ip) + bpf_ntohs(ip->payload_len);
	__builtin_memcpy(fib->ipv6_src, &ip->saddr, sizeof(fib->ipv6_src));
	__builtin_memcpy(fib->ipv6_dst, &ip->daddr, sizeof(fib->ipv6_dst));
	fib->sport = ports[0];
	fib->dport = ports[1];
	return 1;
}

/* One hop less; RFC 1624. */
static __always_inline void ts_fast_hop4(struct iphdr *ip)
{
	__u32 check = (__u32)ip->check + bpf_htons(0x0100);

	ip->check = check + (check >= 0xffff);
	ip->ttl--;
}

/*
 * Redirect a frame whose headers were parsed without a tag.
 * Return: 0: it is as it was, and for the stack; else what XDP is to do.
 */
static __always_inline int ts_fast_forward(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct bpf_fib_lookup fib = { .ifindex = ctx->ingress_ifindex };
	struct ethhdr *eth = data;
	void *ip = eth + 1;

	if (ip + sizeof(struct iphdr) > end)
		return 0;
	if (!(eth->h_proto == bpf_htons(ETH_P_IP) && ts_fast_parse4(&fib, ip, end)) &&
	    !(eth->h_proto == bpf_htons(ETH_P_IPV6) && ts_fast_parse6(&fib, ip, end)))
		return 0;
	if (ts_fast_is_slow(&fib))
		return 0;
	if (bpf_fib_lookup(ctx, &fib, sizeof(fib), 0) != BPF_FIB_LKUP_RET_SUCCESS)
		return 0;
	/* Back where it came from: the stack tells the sender of the shorter way. */
	if (fib.ifindex == ctx->ingress_ifindex || !bpf_map_lookup_elem(&ts_fast, &fib.ifindex))
		return 0;
	if (fib.family == TS_AF_INET) {
		ts_fast_hop4(ip);
	} else {
		if (ip + sizeof(struct ipv6hdr) > end)
			return 0;
		((struct ipv6hdr *)ip)->hop_limit--;
	}
	__builtin_memcpy(eth->h_dest, fib.dmac, ETH_ALEN);
	__builtin_memcpy(eth->h_source, fib.smac, ETH_ALEN);
	/* Changed by now: if the device went meanwhile, it is lost. */
	return bpf_redirect_map(&ts_fast, fib.ifindex, XDP_DROP);
}

SEC("xdp")
int ts_fast_up(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ts_frame f;
	__u32 fate;
	int done;

	ts_frame_parse(&f, data, end, TS_DIR_UP, TS_FRAME_NO_TCI);
	fate = ts_meter_up(&f, end - data, 1);
	if (fate & TS_FATE_DROP)
		return XDP_DROP;
	/* Paid for, and nothing else about it. */
	if (fate == TS_MARK_STAMP && !(f.flags & TS_FRAME_TAGGED) && ts_fast_wanted(f.peer)) {
		done = ts_fast_forward(ctx);
		if (done)
			return done;
	}
	return ts_xdp_pass(ctx, &f, fate);
}

SEC("xdp")
int ts_fast_from(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	int done;

	if (data + ETH_HLEN > end || !ts_fast_wanted(ts_frame_mac(data)))
		return XDP_PASS;
	done = ts_fast_forward(ctx);
	return done ? done : XDP_PASS;
}

SEC("xdp/devmap")
int ts_fast_down(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ts_frame f;

	ts_frame_parse(&f, data, end, TS_DIR_DOWN, TS_FRAME_NO_TCI);
	return ts_meter_down(&f, end - data, 1, 0) & TS_FATE_DROP ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
