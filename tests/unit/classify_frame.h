/* SPDX-License-Identifier: GPL-2.0 */
/* Frames for the tests of the classifier and of the meter, built from text. */
#ifndef TS_TEST_CLASSIFY_FRAME_H
#define TS_TEST_CLASSIFY_FRAME_H

#include <stddef.h>
#include <stdint.h>
#include <tokenswitch/classify.h>

/* The MACs of the tests. */
#define MAC_CLIENT "\x02\x00\x00\x00\x00\x07"
#define MAC_BOX "\x02\xb0\x00\x00\x00\x01"
#define MAC_OTHER "\x02\xcc\x00\x00\x00\x09"
#define MAC_ALL "\xff\xff\xff\xff\xff\xff"
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

size_t ts_test_frame_build(const struct ts_test_frame *t, uint8_t *frame);

#endif /* TS_TEST_CLASSIFY_FRAME_H */
