/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A frame: what stands in it, as far as the classifier must know.
 *
 * Freestanding: the same text is compiled into the module, into the BPF
 * programs and into the userspace tests.  It reads linear bytes; a caller
 * whose frame is not linear copies the first TS_FRAME_LOOK bytes.
 */
#ifndef _TOKENSWITCH_FRAME_H
#define _TOKENSWITCH_FRAME_H

#include <linux/types.h>
#include <linux/tokenswitch.h>

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

/*
 * Loads of what may not be aligned.  The BPF verifier knows where a frame is
 * aligned and would have bytes otherwise; everybody else copies.
 */
static __always_inline __u16 ts_get16(const __u8 *p)
{
#ifdef __bpf__
	return *(const __u16 *)p;
#else
	__u16 v;

	__builtin_memcpy(&v, p, sizeof(v));
	return v;
#endif
}

static __always_inline __u32 ts_get32(const __u8 *p)
{
#ifdef __bpf__
	return *(const __u32 *)p;
#else
	__u32 v;

	__builtin_memcpy(&v, p, sizeof(v));
	return v;
#endif
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ts_be16(p) __builtin_bswap16(ts_get16(p))
#define ts_le16(p) ts_get16(p)
#define ts_le32(p) ts_get32(p)
#else
#define ts_be16(p) ts_get16(p)
#define ts_le16(p) __builtin_bswap16(ts_get16(p))
#define ts_le32(p) __builtin_bswap32(ts_get32(p))
#endif

/* Bytes that a caller makes linear: two tags, IPv6, options, TCP. */
#define TS_FRAME_LOOK 128
/* Extension headers that are followed; behind more there is no L4. */
#define TS_FRAME_EXT_MAX 6

/**
 * enum ts_frame_flags - what was found, bits
 * @TS_FRAME_GROUP: the destination MAC is a group address
 * @TS_FRAME_MALFORMED: does not parse as what it claims to be, or the source
 *	MAC is a group address or zero
 * @TS_FRAME_FRAGMENT: an IP fragment, the first included: never free
 * @TS_FRAME_IP4: @remote and @local are IPv4 addresses
 * @TS_FRAME_IP6: ... IPv6 addresses
 * @TS_FRAME_L4: TCP or UDP with both ports in sight
 * @TS_FRAME_CONTROL: ARP, ND, MLD or EAPOL, valid and link-local by nature, and
 *	in a direction that it belongs to
 * @TS_FRAME_DHCP: a DHCP message in the direction it belongs to
 * @TS_FRAME_ICMP_ERROR: ICMP or ICMPv6 error
 * @TS_FRAME_TAGGED: had a tag in the frame (not beside it)
 * @TS_FRAME_QUIC: UDP to port 443 with a long header: a new connection
 * @TS_FRAME_NEIGHBOUR: ND going up that a router might forward, so not CONTROL
 * @TS_FRAME_EAPOL: EAPOL going up, not to the group of authenticators
 */
enum ts_frame_flags {
	TS_FRAME_GROUP = 1 << 0,
	TS_FRAME_MALFORMED = 1 << 1,
	TS_FRAME_FRAGMENT = 1 << 2,
	TS_FRAME_IP4 = 1 << 3,
	TS_FRAME_IP6 = 1 << 4,
	TS_FRAME_L4 = 1 << 5,
	TS_FRAME_CONTROL = 1 << 6,
	TS_FRAME_DHCP = 1 << 7,
	TS_FRAME_ICMP_ERROR = 1 << 8,
	TS_FRAME_TAGGED = 1 << 9,
	TS_FRAME_QUIC = 1 << 10,
	TS_FRAME_NEIGHBOUR = 1 << 11,
	TS_FRAME_EAPOL = 1 << 12,
};

/* For ts_frame_parse()'s tci: no tag is kept beside the frame. */
#define TS_FRAME_NO_TCI 0x10000U

/* Numbers of the wire; the headers that have them differ between compilers. */
#define TS_ETH_IP 0x0800
#define TS_ETH_ARP 0x0806
#define TS_ETH_IPV6 0x86dd
#define TS_ETH_8021Q 0x8100
#define TS_ETH_8021AD 0x88a8
#define TS_ETH_EAPOL 0x888e
/* 01:80:c2:00:00:03 as ts_frame_mac() has it: authenticators; no bridge forwards it. */
#define TS_MAC_PAE 0x030000c28001ULL
/* Behind its ethertype, padded to the shortest frame; each tag makes that longer. */
#define TS_ARP_BYTES_MAX 46
#define TS_ICMP6_ROUTER_ADVERT 134
#define TS_ICMP6_REDIRECT 137
#define TS_IP_ICMP 1
#define TS_IP_TCP 6
#define TS_IP_UDP 17
#define TS_IP_ICMP6 58
#define TS_IP6_HOPOPTS 0
#define TS_IP6_ROUTING 43
#define TS_IP6_FRAGMENT 44
#define TS_IP6_AH 51
#define TS_IP6_DSTOPTS 60

/* The TCP flags of ts_frame.tcp_flags. */
#define TS_TCP_FIN 0x01
#define TS_TCP_SYN 0x02
#define TS_TCP_RST 0x04
#define TS_TCP_ACK 0x10

/**
 * struct ts_frame - what ts_frame_parse() found
 * @station: MAC of the client, see ts_frame_mac(): the source going up, the
 *	destination coming down
 * @peer: the other MAC
 * @remote: network order; IPv4 in [0] alone: destination going up, source
 *	coming down.  Valid with TS_FRAME_IP4 or TS_FRAME_IP6.
 * @flags: enum ts_frame_flags
 * @vlan: VLAN id of the outermost tag, 0: untagged or priority-tagged
 * @ethertype: behind the tags, host order
 * @header_len: bytes up to and including the L4 header, for the arithmetic of
 *	super-packets; up to the end of what was understood, if there is none
 * @remote_port: host order, with TS_FRAME_L4: on the far side of the client
 * @station_port: host order, on the client's side
 * @proto: IP protocol behind all headers that were followed
 * @tcp_flags: of TCP, else 0
 */
struct ts_frame {
	__u64 station;
	__u64 peer;
	__u32 remote[4];
	__u32 flags;
	__u16 vlan;
	__u16 ethertype;
	__u16 header_len;
	__u16 remote_port;
	__u16 station_port;
	__u8 proto;
	__u8 tcp_flags;
};

/**
 * ts_frame_mac() - a MAC address as a number
 * @p: six bytes
 *
 * Return: the first byte lowest, so bit 0 says group.
 */
static __always_inline __u64 ts_frame_mac(const __u8 *p)
{
#ifdef __bpf__
	/* A MAC is aligned to 2 there, see above. */
	return ts_le16(p) | (__u64)ts_le16(p + 2) << 16 | (__u64)ts_le16(p + 4) << 32;
#else
	return ts_le32(p) | (__u64)ts_le16(p + 4) << 32;
#endif
}

/**
 * ts_frame_macs() - the two of a frame
 * @p: its first 14 bytes
 * @dest: set
 * @source: set
 *
 * TS_LOAD_ANYWHERE: a BPF program for a machine whose verifier lets it load from
 * any address of a frame (bpf/build.mk).  Then one load for each.
 */
static __always_inline void ts_frame_macs(const __u8 *p, __u64 *dest, __u64 *source)
{
#ifdef TS_LOAD_ANYWHERE
	*dest = *(const __u64 *)p & 0xffffffffffffULL;
	*source = *(const __u64 *)(p + 6) & 0xffffffffffffULL;
#else
	*dest = ts_frame_mac(p);
	*source = ts_frame_mac(p + 6);
#endif
}

static __always_inline int ts_frame_is_tag(__u32 ethertype)
{
	return ethertype == TS_ETH_8021Q || ethertype == TS_ETH_8021AD;
}

static __always_inline void ts_frame_parse_ports(struct ts_frame *f, const __u8 *l4,
						 __u32 dir)
{
	__u16 source = ts_be16(l4), dest = ts_be16(l4 + 2);

	f->remote_port = dir == TS_DIR_UP ? dest : source;
	f->station_port = dir == TS_DIR_UP ? source : dest;
	f->flags |= TS_FRAME_L4;
}

static __always_inline void ts_frame_parse_udp(struct ts_frame *f, const __u8 *l4,
					       const __u8 *end, __u32 dir)
{
	__u32 server = f->flags & TS_FRAME_IP4 ? 67 : 547;
	__u32 client = f->flags & TS_FRAME_IP4 ? 68 : 546;

	if (l4 + 8 > end)
		return;
	ts_frame_parse_ports(f, l4, dir);
	f->header_len += 8;
	if (f->remote_port == server && f->station_port == client)
		f->flags |= TS_FRAME_DHCP;
	if (f->remote_port == 443 && l4 + 9 <= end && (l4[8] & 0x80))
		f->flags |= TS_FRAME_QUIC;
}

static __always_inline void ts_frame_parse_tcp(struct ts_frame *f, const __u8 *l4,
					       const __u8 *end, __u32 dir)
{
	__u32 len;

	if (l4 + 20 > end)
		return;
	len = (l4[12] >> 4) * 4;
	if (len < 20)
		return;
	ts_frame_parse_ports(f, l4, dir);
	f->header_len += len;
	f->tcp_flags = l4[13];
}

/*
 * Do both addresses of an IPv6 packet let a router forward it?  It must not
 * when one of them belongs to the link.
 */
static __always_inline int ts_frame_is_routable6(const __u8 *l3)
{
	__u32 source = ts_be16(l3 + 8), dest = ts_be16(l3 + 24);

	return (source & 0xffc0) != 0xfe80 && (dest & 0xffc0) != 0xfe80 &&
	       (dest & 0xff0f) != 0xff02;
}

/* Router advertisements and redirects come from routers, and no client is one. */
static __always_inline int ts_frame_is_nd(__u32 type, __u32 dir)
{
	if (type < 133 || type > TS_ICMP6_REDIRECT)
		return 0;
	return dir == TS_DIR_DOWN ||
	       (type != TS_ICMP6_ROUTER_ADVERT && type != TS_ICMP6_REDIRECT);
}

/*
 * What a router never forwards is control.  ND has a hop limit of 255, but that
 * stops nobody from sending it out: routers forward it, with 254, as they do
 * everything else.  So coming down 255 says enough, and going up the addresses
 * must.  MLD says so by a hop limit of 1 and a source that is link-local or
 * unspecified.
 */
static __always_inline void ts_frame_parse_icmp6(struct ts_frame *f, const __u8 *l3,
						 const __u8 *l4, const __u8 *end, __u32 dir)
{
	__u32 source, type;

	if (l4 + 4 > end)
		return;
	type = l4[0];
	if (type >= 1 && type <= 4) {
		f->flags |= TS_FRAME_ICMP_ERROR;
	} else if (ts_frame_is_nd(type, dir) && l3[7] == 255) {
		f->flags |= dir == TS_DIR_UP && ts_frame_is_routable6(l3) ?
			    TS_FRAME_NEIGHBOUR : TS_FRAME_CONTROL;
	} else if (((type >= 130 && type <= 132) || type == 143) && l3[7] == 1) {
		source = ts_be16(l3 + 8);
		if ((source & 0xffc0) == 0xfe80 || !source)
			f->flags |= TS_FRAME_CONTROL;
	}
}

static __always_inline void ts_frame_parse_ip4(struct ts_frame *f, const __u8 *l3,
					       const __u8 *end, __u32 dir)
{
	const __u8 *l4;
	__u32 len;

	if (l3 + 20 > end || (l3[0] >> 4) != 4 || (l3[0] & 15) < 5) {
		f->flags |= TS_FRAME_MALFORMED;
		return;
	}
	len = (l3[0] & 15) * 4;
	f->flags |= TS_FRAME_IP4;
	f->remote[0] = ts_get32(l3 + (dir == TS_DIR_UP ? 16 : 12));
	f->proto = l3[9];
	f->header_len += len;
	if (ts_be16(l3 + 6) & 0x3fff) {
		f->flags |= TS_FRAME_FRAGMENT;
		return;
	}
	l4 = l3 + len;
	if (f->proto == TS_IP_TCP)
		ts_frame_parse_tcp(f, l4, end, dir);
	else if (f->proto == TS_IP_UDP)
		ts_frame_parse_udp(f, l4, end, dir);
	else if (f->proto == TS_IP_ICMP && l4 + 4 <= end &&
		 (l4[0] == 3 || l4[0] == 11 || l4[0] == 12))
		f->flags |= TS_FRAME_ICMP_ERROR;
}

/*
 * The extension headers: @f->proto and @f->header_len move on to what is
 * behind them.  Return: what is behind them, NULL: nothing that has ports.
 */
static __always_inline const __u8 *ts_frame_skip_ext(struct ts_frame *f, const __u8 *l4,
						     const __u8 *end)
{
	__u32 len;
	int i;

	for (i = 0; i < TS_FRAME_EXT_MAX; i++) {
		if (f->proto == TS_IP6_FRAGMENT) {
			f->flags |= TS_FRAME_FRAGMENT;
			return (void *)0;
		}
		if (f->proto != TS_IP6_HOPOPTS && f->proto != TS_IP6_ROUTING &&
		    f->proto != TS_IP6_DSTOPTS && f->proto != TS_IP6_AH)
			return l4;
		if (l4 + 8 > end)
			break;
		len = f->proto == TS_IP6_AH ? (l4[1] + 2) * 4 : (l4[1] + 1) * 8;
		f->proto = l4[0];
		f->header_len += len;
		l4 += len;
	}
	/*
	 * What is behind a chain this long, or beyond the bytes in sight, may be
	 * a fragment: as little to be trusted as one.
	 */
	f->flags |= TS_FRAME_FRAGMENT;
	return (void *)0;
}

static __always_inline void ts_frame_parse_ip6(struct ts_frame *f, const __u8 *l3,
					       const __u8 *end, __u32 dir)
{
	const __u8 *addr, *l4;

	if (l3 + 40 > end || (l3[0] >> 4) != 6) {
		f->flags |= TS_FRAME_MALFORMED;
		return;
	}
	addr = l3 + (dir == TS_DIR_UP ? 24 : 8);
	f->flags |= TS_FRAME_IP6;
	f->remote[0] = ts_get32(addr);
	f->remote[1] = ts_get32(addr + 4);
	f->remote[2] = ts_get32(addr + 8);
	f->remote[3] = ts_get32(addr + 12);
	f->proto = l3[6];
	f->header_len += 40;
	l4 = l3 + 40;
	if (f->proto != TS_IP_TCP && f->proto != TS_IP_UDP)
		l4 = ts_frame_skip_ext(f, l4, end);
	if (!l4)
		return;
	if (f->proto == TS_IP_TCP)
		ts_frame_parse_tcp(f, l4, end, dir);
	else if (f->proto == TS_IP_UDP)
		ts_frame_parse_udp(f, l4, end, dir);
	else if (f->proto == TS_IP_ICMP6)
		ts_frame_parse_icmp6(f, l3, l4, end, dir);
}

/*
 * Ethernet and IPv4 alone, and no longer than its padding, so that an "ARP" frame
 * carries nothing else.
 */
static __always_inline void ts_frame_parse_arp(struct ts_frame *f, const __u8 *l3,
					       const __u8 *end)
{
	__u32 op;

	if (l3 + 28 > end || ts_be16(l3) != 1 || ts_be16(l3 + 2) != TS_ETH_IP ||
	    ts_be16(l3 + 4) != 0x0604) {
		f->flags |= TS_FRAME_MALFORMED;
		return;
	}
	op = ts_be16(l3 + 6);
	if ((op == 1 || op == 2) && l3 + TS_ARP_BYTES_MAX >= end)
		f->flags |= TS_FRAME_CONTROL;
}

/*
 * A station speaks it with who let it into the network, which is this box: to
 * the group that no bridge forwards, or to the box's own MAC.
 */
static __always_inline void ts_frame_parse_eapol(struct ts_frame *f, __u32 dir)
{
	f->flags |= dir == TS_DIR_DOWN || f->peer == TS_MAC_PAE ?
		    TS_FRAME_CONTROL : TS_FRAME_EAPOL;
}

/* Field by field: a compiler that may use no vectors clears with a slow instruction. */
static __always_inline void ts_frame_clear(struct ts_frame *f)
{
	f->station = 0;
	f->peer = 0;
	f->remote[0] = 0;
	f->remote[1] = 0;
	f->remote[2] = 0;
	f->remote[3] = 0;
	f->flags = 0;
	f->vlan = 0;
	f->ethertype = 0;
	f->header_len = 0;
	f->remote_port = 0;
	f->station_port = 0;
	f->proto = 0;
	f->tcp_flags = 0;
}

/**
 * ts_frame_parse() - look into an Ethernet frame
 * @f: filled in; only @station, @peer, @vlan and @flags count when MALFORMED
 * @data: first byte of the destination MAC
 * @end: behind the last byte in sight
 * @dir: enum ts_dir
 * @tci: tag that the kernel keeps beside the frame; TS_FRAME_NO_TCI: none
 *
 * Up to two tags in the frame, IPv4 with options, IPv6 with up to
 * TS_FRAME_EXT_MAX extension headers.  Touches no byte at or behind @end.
 *
 * Return: @f->flags.
 */
static __always_inline __u32 ts_frame_parse(struct ts_frame *f, const void *data,
					    const void *end, __u32 dir, __u32 tci)
{
	const __u8 *p = data, *e = end;
	__u64 dest, source;

	ts_frame_clear(f);
	f->flags = TS_FRAME_MALFORMED;
	if (p + 14 > e)
		return f->flags;
	ts_frame_macs(p, &dest, &source);
	f->station = dir == TS_DIR_UP ? source : dest;
	f->peer = dir == TS_DIR_UP ? dest : source;
	f->flags = dest & 1 ? TS_FRAME_GROUP : 0;
	f->ethertype = ts_be16(p + 12);
	f->header_len = 14;
	if (source & 1 || !source)
		f->flags |= TS_FRAME_MALFORMED;
	if (ts_frame_is_tag(f->ethertype)) {
		if (p + 18 > e)
			return f->flags |= TS_FRAME_MALFORMED;
		f->flags |= TS_FRAME_TAGGED;
		f->vlan = ts_be16(p + 14) & 0xfff;
		f->ethertype = ts_be16(p + 16);
		f->header_len = 18;
		p += 4;
		if (ts_frame_is_tag(f->ethertype)) {
			if (p + 18 > e)
				return f->flags |= TS_FRAME_MALFORMED;
			f->ethertype = ts_be16(p + 16);
			f->header_len = 22;
			p += 4;
		}
	}
	if (!(tci & TS_FRAME_NO_TCI))
		f->vlan = tci & 0xfff;
	p += 14;
	if (f->ethertype == TS_ETH_IP)
		ts_frame_parse_ip4(f, p, e, dir);
	else if (f->ethertype == TS_ETH_IPV6)
		ts_frame_parse_ip6(f, p, e, dir);
	else if (f->ethertype == TS_ETH_ARP)
		ts_frame_parse_arp(f, p, e);
	else if (f->ethertype == TS_ETH_EAPOL)
		ts_frame_parse_eapol(f, dir);
	return f->flags;
}

/**
 * ts_frame_super_bytes() - billed bytes of a frame that may be many
 * @f: parsed
 * @len: bytes of the super-packet with one copy of its headers, the tag that
 *	is kept beside it not counted
 * @gso_size: payload bytes of a segment; 0: one frame
 * @tag_beside: a tag is kept beside it
 * @segs: set to the number of frames
 *
 * Return: bytes.
 */
static __always_inline __u32 ts_frame_super_bytes(const struct ts_frame *f, __u32 len,
						  __u32 gso_size, int tag_beside,
						  __u32 *segs)
{
	__u32 n = 1, header = f->header_len;

	if (gso_size && len > header)
		n = (len - header + gso_size - 1) / gso_size;
	*segs = n;
	return len + (n - 1) * header + (tag_beside ? 4 * n : 0);
}

#endif /* _TOKENSWITCH_FRAME_H */
