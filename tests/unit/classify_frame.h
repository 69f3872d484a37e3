/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames for the tests of the classifier and of the meter, built from text.
 * All in the header: the table test is also built alone, for other machines.
 */
#ifndef TS_TEST_CLASSIFY_FRAME_H
#define TS_TEST_CLASSIFY_FRAME_H

#include <arpa/inet.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <tokenswitch/classify.h>

/* The MACs of the tests. */
#define MAC_CLIENT "\x02\x00\x00\x00\x00\x07"
#define MAC_BOX "\x02\xb0\x00\x00\x00\x01"
#define MAC_OTHER "\x02\xcc\x00\x00\x00\x09"
#define MAC_ALL "\xff\xff\xff\xff\xff\xff"
#define MAC_PAE "\x01\x80\xc2\x00\x00\x03"
#define MAC_GROUP6 "\x33\x33\x00\x00\x00\x01"

/**
 * struct ts_test_frame - a frame to be built
 * @dest: destination MAC; NULL: the box's
 * @source: source MAC; NULL: the client's
 * @tag: VLAN ids in the frame, outermost first; 0: none, TS_TEST_PRIORITY: 0
 * @ethertype: 0: by @from
 * @from: source address, IPv4 or IPv6
 * @to: destination address
 * @proto: IP protocol
 * @sport: source port; of ICMP: the type; of ARP: the operation, 0: 1
 * @dport: destination port
 * @tcp_flags: of TCP
 * @frag: fragment field of IPv4, host order
 * @options: bytes of IPv4 options
 * @ihl: words of the IPv4 header that it claims; 0: as many as it has
 * @doff: words of the TCP header that it claims; 0: 5
 * @ah: AH is so many words longer than 8 bytes
 * @ext: extension headers of IPv6 by number, hop by hop being TS_TEST_HOPOPTS
 * @hop: hop limit; 0: 64
 * @first: first byte of the payload
 * @payload: bytes of payload
 * @cut: length of the frame; 0: all of it
 */
struct ts_test_frame {
	const char *dest;
	const char *source;
	uint16_t tag[2];
	uint16_t ethertype;
	const char *from;
	const char *to;
	uint8_t proto;
	uint16_t sport;
	uint16_t dport;
	uint8_t tcp_flags;
	uint16_t frag;
	uint8_t options;
	uint8_t ihl;
	uint8_t doff;
	uint8_t ah;
	uint8_t ext[8];
	uint8_t hop;
	uint8_t first;
	size_t payload;
	size_t cut;
};

#define TS_TEST_PRIORITY 0x1000
#define TS_TEST_HOPOPTS 255
/* Room for every frame of the tests. */
#define TS_TEST_FRAME_MAX 2048

static inline uint8_t *put16(uint8_t *p, unsigned int v)
{
	p[0] = v >> 8;
	p[1] = v;
	return p + 2;
}

static inline uint8_t *put_arp(const struct ts_test_frame *t, uint8_t *p)
{
	static const uint8_t head[6] = { 0, 1, 8, 0, 6, 4 };

	memcpy(p, head, sizeof(head));
	put16(p + 6, t->sport ? t->sport : 1);
	return p + 28;
}

static inline uint8_t *put_ip4(const struct ts_test_frame *t, uint8_t *p)
{
	p[0] = 0x40 + (t->ihl ? t->ihl : 5 + t->options / 4);
	put16(p + 6, t->frag);
	p[8] = t->hop ? t->hop : 64;
	p[9] = t->proto;
	inet_pton(AF_INET, t->from, p + 12);
	inet_pton(AF_INET, t->to, p + 16);
	return p + 20 + t->options;
}

/* Each extension header is 8 bytes, but for AH. */
static inline uint8_t *put_ip6(const struct ts_test_frame *t, uint8_t *p)
{
	uint8_t *next = p + 6;
	size_t i;

	p[0] = 0x60;
	p[7] = t->hop ? t->hop : 64;
	inet_pton(AF_INET6, t->from, p + 8);
	inet_pton(AF_INET6, t->to, p + 24);
	p += 40;
	for (i = 0; i < sizeof(t->ext) && t->ext[i]; i++) {
		*next = t->ext[i] == TS_TEST_HOPOPTS ? 0 : t->ext[i];
		next = p;
		p += 8;
		if (t->ext[i] == TS_IP6_AH) {
			next[1] = t->ah;
			p += 4 * t->ah;
		}
	}
	*next = t->proto;
	return p;
}

static inline uint8_t *put_l4(const struct ts_test_frame *t, uint8_t *p)
{
	switch (t->proto) {
	case TS_IP_TCP:
		put16(put16(p, t->sport), t->dport);
		p[12] = (t->doff ? t->doff : 5) << 4;
		p[13] = t->tcp_flags;
		return p + 20;
	case TS_IP_UDP:
		put16(put16(p, t->sport), t->dport);
		return p + 8;
	case TS_IP_ICMP:
	case TS_IP_ICMP6:
		p[0] = t->sport;
		return p + 8;
	}
	return p;
}

/**
 * ts_test_frame_build() - write a frame
 * @t: what is in it
 * @frame: room for TS_TEST_FRAME_MAX
 *
 * Return: its length.
 */
static inline size_t ts_test_frame_build(const struct ts_test_frame *t, uint8_t *frame)
{
	int six = t->from && strchr(t->from, ':');
	uint8_t *p = frame + 12;
	size_t i;

	memset(frame, 0, TS_TEST_FRAME_MAX);
	memcpy(frame, t->dest ? t->dest : MAC_BOX, 6);
	memcpy(frame + 6, t->source ? t->source : MAC_CLIENT, 6);
	for (i = 0; i < 2 && t->tag[i]; i++)
		p = put16(put16(p, i || !t->tag[1] ? TS_ETH_8021Q : TS_ETH_8021AD),
			  t->tag[i] & 0xfff);
	p = put16(p, t->ethertype ? t->ethertype : six ? TS_ETH_IPV6 : TS_ETH_IP);
	if (t->ethertype == TS_ETH_ARP)
		p = put_arp(t, p);
	else if (t->from)
		p = put_l4(t, six ? put_ip6(t, p) : put_ip4(t, p));
	if (t->payload)
		*p = t->first;
	p += t->payload;
	return t->cut ? t->cut : (size_t)(p - frame);
}

#endif /* TS_TEST_CLASSIFY_FRAME_H */
