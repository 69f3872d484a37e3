// SPDX-License-Identifier: GPL-2.0
/* batman-adv frames as bytes, and what the parser must find in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <linux/batadv_packet.h>
#include <linux/version.h>

#include "tokenswitch/batadv_frame.h"

#define DEST 0x02, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4
#define ORIG 0x02, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e
#define OTHER 0x02, 0x99, 0x98, 0x97, 0x96, 0x95
#define INNER 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, ORIG, 0x08, 0x06
#define SEQNO 0, 0, 0x12, 0x34
#define V TS_BATADV_VERSION
#define BYTES(...) (const __u8[]){ __VA_ARGS__ }, sizeof((const __u8[]){ __VA_ARGS__ })

/* Parses from the end of an exact heap block, so that ASan sees any overrun. */
static int parse(const __u8 *bytes, size_t len, struct ts_batadv_frame *f)
{
	__u8 *copy = malloc(len + 1);
	int kind;

	assert_non_null(copy);
	memcpy(copy + 1, bytes, len);
	memset(f, 0xa5, sizeof(*f));
	kind = ts_batadv_frame_parse(copy + 1, copy + 1 + len, f);
	free(copy);
	assert_int_equal(kind, f->kind);
	return kind;
}

struct frame_case {
	const char *name;
	const __u8 *bytes;
	size_t len;
	/* Shortest prefix that still is of that kind. */
	size_t min;
	struct ts_batadv_frame want;
};

static const struct frame_case whole[] = {
	{ "UNICAST", BYTES(0x40, V, 50, 9, DEST, INNER), 10,
	  { .kind = TS_BATADV_K_UNICAST, .type = 0x40, .ttl = 50,
	    .dest_off = 4, .inner_off = 10 } },
	{ "UNICAST_4ADDR", BYTES(0x42, V, 49, 9, DEST, ORIG, 1, 0, INNER), 18,
	  { .kind = TS_BATADV_K_UNICAST, .type = 0x42, .ttl = 49,
	    .dest_off = 4, .orig_off = 10, .inner_off = 18 } },
	{ "UNICAST_FRAG, tail", BYTES(0x41, V, 48, 0x06, DEST, ORIG, 0x12, 0x34, 0x05, 0xdc,
				      0x40, V, 50, 9, DEST, INNER), 20,
	  { .kind = TS_BATADV_K_UNICAST, .type = 0x41, .ttl = 48,
	    .dest_off = 4, .orig_off = 10,
	    .frag_seqno = 0x1234, .frag_total = 1500 } },
	{ "UNICAST_FRAG, middle", BYTES(0x41, V, 48, 0x1e, DEST, ORIG, 0xff, 0xff, 0xff, 0xff,
					1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 20,
	  { .kind = TS_BATADV_K_UNICAST, .type = 0x41, .ttl = 48, .frag_no = 1,
	    .dest_off = 4, .orig_off = 10,
	    .frag_seqno = 0xffff, .frag_total = 0xffff } },
	{ "UNICAST_FRAG, of another's", BYTES(0x41, V, 48, 0x10, DEST, ORIG, 0, 1, 5, 0xdc,
					      0x40, V, 50, 9, OTHER, INNER), 20,
	  { .kind = TS_BATADV_K_UNICAST, .type = 0x41, .ttl = 48, .frag_no = 1,
	    .dest_off = 4, .orig_off = 10,
	    .frag_seqno = 1, .frag_total = 1500 } },
	{ "UNICAST_FRAG, other version inside", BYTES(0x41, V, 48, 0x10, DEST, ORIG, 0, 1,
						      5, 0xdc, 0x40, V - 1, 50, 9, DEST, INNER),
	  20,
	  { .kind = TS_BATADV_K_UNICAST, .type = 0x41, .ttl = 48, .frag_no = 1,
	    .dest_off = 4, .orig_off = 10,
	    .frag_seqno = 1, .frag_total = 1500 } },
	{ "UNICAST_FRAG, head", BYTES(0x41, V, 48, 0xf0, DEST, ORIG, 0, 1, 5, 0xdc,
				      0x40, V, 50, 9, DEST, INNER), 20,
	  { .kind = TS_BATADV_K_UNICAST, .type = 0x41, .ttl = 48, .frag_no = 15,
	    .frag_head = 1, .dest_off = 4, .orig_off = 10, .inner_off = 30,
	    .frag_seqno = 1, .frag_total = 1500 } },
	{ "UNICAST_FRAG, head of 4ADDR", BYTES(0x41, V, 48, 0x20, DEST, ORIG, 0, 1, 5, 0xdc,
					       0x42, V, 50, 9, DEST, ORIG, 1, 0, INNER), 20,
	  { .kind = TS_BATADV_K_UNICAST, .type = 0x41, .ttl = 48, .frag_no = 2,
	    .frag_head = 1, .dest_off = 4, .orig_off = 10, .inner_off = 38,
	    .frag_seqno = 1, .frag_total = 1500 } },
	{ "ICMP", BYTES(0x43, V, 50, 8, DEST, ORIG, 1, 0, 0, 0), 20,
	  { .kind = TS_BATADV_K_UNICAST, .type = 0x43, .ttl = 50,
	    .dest_off = 4, .orig_off = 10 } },
	{ "UNICAST_TVLV", BYTES(0x44, V, 50, 0, DEST, ORIG, 0xff, 0xff, 0, 0), 20,
	  { .kind = TS_BATADV_K_UNICAST, .type = 0x44, .ttl = 50,
	    .dest_off = 4, .orig_off = 10 } },
	{ "unicast of the future, lowest", BYTES(0x45, V, 50, 0, DEST, INNER), 10,
	  { .kind = TS_BATADV_K_UNICAST, .type = 0x45, .ttl = 50, .dest_off = 4 } },
	{ "unicast of the future, highest", BYTES(0x7f, V, 50, 0, DEST, INNER), 10,
	  { .kind = TS_BATADV_K_UNICAST, .type = 0x7f, .ttl = 50, .dest_off = 4 } },
	{ "BCAST", BYTES(0x01, V, 49, 0, SEQNO, ORIG, INNER), 14,
	  { .kind = TS_BATADV_K_BCAST, .type = 0x01, .ttl = 49,
	    .orig_off = 8, .inner_off = 14 } },
	{ "CODED", BYTES(0x02, V, 50, 0, ORIG, DEST, SEQNO, 50, 0, OTHER, ORIG, DEST,
			 SEQNO, 0, 64), 46,
	  { .kind = TS_BATADV_K_CODED, .type = 0x02, .ttl = 50 } },
	{ "IV_OGM", BYTES(0x00, V, 50, 4, SEQNO, ORIG, OTHER, 0, 255, 0, 0), 24,
	  { .kind = TS_BATADV_K_CONTROL, .type = 0x00, .ttl = 50, .orig_off = 8 } },
	{ "OGM2", BYTES(0x04, V, 50, 0, SEQNO, ORIG, 0, 0, 0, 0, 0, 10), 20,
	  { .kind = TS_BATADV_K_CONTROL, .type = 0x04, .ttl = 50, .orig_off = 8 } },
	{ "ELP", BYTES(0x03, V, ORIG, SEQNO, 0, 0, 1, 0xf4), 16,
	  { .kind = TS_BATADV_K_CONTROL, .type = 0x03, .orig_off = 2 } },
	{ "MCAST, one destination", BYTES(0x05, V, 50, 0, 0, 12, 7, 1, 0, 8, 0, 1, DEST, INNER), 18,
	  { .kind = TS_BATADV_K_MCAST, .type = 0x05, .ttl = 50,
	    .dests_off = 12, .dests_count = 1, .inner_off = 18 } },
	{ "MCAST, two and padding", BYTES(0x05, V, 50, 0, 0, 20, 7, 1, 0, 16, 0, 2, DEST, OTHER,
					  0, 0, INNER), 26,
	  { .kind = TS_BATADV_K_MCAST, .type = 0x05, .ttl = 50,
	    .dests_off = 12, .dests_count = 2, .inner_off = 26 } },
	{ "MCAST, another container first", BYTES(0x05, V, 50, 0, 0, 18, 9, 1, 0, 2, 0, 0,
						  7, 1, 0, 8, 0, 1, DEST, INNER), 24,
	  { .kind = TS_BATADV_K_MCAST, .type = 0x05, .ttl = 50,
	    .dests_off = 18, .dests_count = 1, .inner_off = 24 } },
	{ "MCAST, tracker of another version", BYTES(0x05, V, 50, 0, 0, 12, 7, 2, 0, 8, 0, 1,
						     DEST, INNER), 18,
	  { .kind = TS_BATADV_K_MCAST, .type = 0x05, .ttl = 50, .inner_off = 18 } },
	{ "MCAST, no destination", BYTES(0x05, V, 50, 0, 0, 6, 7, 1, 0, 2, 0, 0, INNER), 12,
	  { .kind = TS_BATADV_K_MCAST, .type = 0x05, .ttl = 50,
	    .dests_off = 12, .inner_off = 12 } },
	{ "MCAST, no container", BYTES(0x05, V, 50, 0, 0, 0, INNER), 6,
	  { .kind = TS_BATADV_K_MCAST, .type = 0x05, .ttl = 50, .inner_off = 6 } },
};

static void check_same(const char *name, size_t len, const struct ts_batadv_frame *f,
		       const struct ts_batadv_frame *want)
{
#define SAME(field) \
	if (f->field != want->field) \
		fail_msg("%s, %zu bytes: " #field " is %u, not %u", name, len, \
			 f->field, want->field)
	SAME(kind);
	SAME(type);
	SAME(ttl);
	SAME(frag_no);
	SAME(frag_head);
	SAME(dest_off);
	SAME(orig_off);
	SAME(inner_off);
	SAME(dests_off);
	SAME(dests_count);
	SAME(frag_seqno);
	SAME(frag_total);
#undef SAME
}

static void whole_frames(void **state)
{
	struct ts_batadv_frame f;
	size_t i;

	for (i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		parse(whole[i].bytes, whole[i].len, &f);
		check_same(whole[i].name, whole[i].len, &f, &whole[i].want);
	}
}

/* Each frame cut at each byte: the exact minimum, and no offset outside. */
static void cut_frames(void **state)
{
	struct ts_batadv_frame f;
	size_t i, len;

	for (i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		for (len = 0; len < whole[i].len; len++) {
			struct ts_batadv_frame want = whole[i].want;
			size_t min_head = want.type == 0x41 && want.frag_head ? 30 : 0;

			parse(whole[i].bytes, len, &f);
			if (len < whole[i].min) {
				memset(&want, 0, sizeof(want));
				want.type = len < 3 ? 0 : whole[i].want.type;
			} else {
				if (len < want.inner_off + 14u)
					want.inner_off = 0;
				if (len < min_head)
					want.frag_head = 0;
			}
			check_same(whole[i].name, len, &f, &want);
		}
	}
}

static const struct {
	const char *name;
	const __u8 *bytes;
	size_t len;
	int kind;
} refused[] = {
	{ "version 14", BYTES(0x40, 14, 50, 9, DEST, INNER), TS_BATADV_K_UNKNOWN },
	{ "version 0", BYTES(0x40, 0, 50, 9, DEST, INNER), TS_BATADV_K_UNKNOWN },
	{ "type 6", BYTES(0x06, V, 50, 0, SEQNO, ORIG, INNER), TS_BATADV_K_UNKNOWN },
	{ "type 0x3f", BYTES(0x3f, V, 50, 9, DEST, INNER), TS_BATADV_K_UNKNOWN },
	{ "type 0x80", BYTES(0x80, V, 50, 9, DEST, INNER), TS_BATADV_K_UNKNOWN },
	{ "type 0xff", BYTES(0xff, V, 50, 9, DEST, INNER), TS_BATADV_K_UNKNOWN },
	{ "MCAST, odd length", BYTES(0x05, V, 50, 0, 0, 13, 7, 1, 0, 9, 0, 1, DEST, 0,
				     INNER), TS_BATADV_K_MALFORMED },
	{ "MCAST, more destinations than bytes",
	  BYTES(0x05, V, 50, 0, 0, 12, 7, 1, 0, 8, 0, 2, DEST, INNER),
	  TS_BATADV_K_MALFORMED },
	{ "MCAST, 65535 destinations",
	  BYTES(0x05, V, 50, 0, 0, 12, 7, 1, 0, 8, 0xff, 0xff, DEST, INNER),
	  TS_BATADV_K_MALFORMED },
	{ "MCAST, 10923 destinations: 6 of them wrap to 2 bytes in 16 bits",
	  BYTES(0x05, V, 50, 0, 0, 12, 7, 1, 0, 8, 0x2a, 0xab, DEST, INNER),
	  TS_BATADV_K_MALFORMED },
	{ "MCAST, tracker without count",
	  BYTES(0x05, V, 50, 0, 0, 4, 7, 1, 0, 0, INNER), TS_BATADV_K_MALFORMED },
	{ "MCAST, container past the area",
	  BYTES(0x05, V, 50, 0, 0, 12, 7, 1, 0, 10, 0, 1, DEST, INNER),
	  TS_BATADV_K_MALFORMED },
	{ "MCAST, container of 65535 bytes",
	  BYTES(0x05, V, 50, 0, 0, 12, 9, 1, 0xff, 0xff, 0, 1, DEST, INNER),
	  TS_BATADV_K_MALFORMED },
	{ "MCAST, half a container header",
	  BYTES(0x05, V, 50, 0, 0, 14, 7, 1, 0, 8, 0, 1, DEST, 9, 1, INNER),
	  TS_BATADV_K_MALFORMED },
	{ "MCAST, area past the frame",
	  BYTES(0x05, V, 50, 0, 0x0f, 0xfe, 7, 1, 0, 8, 0, 1, DEST, INNER),
	  TS_BATADV_K_MALFORMED },
	{ "MCAST, area of 65534 bytes",
	  BYTES(0x05, V, 50, 0, 0xff, 0xfe, 7, 1, 0, 8, 0, 1, DEST, INNER),
	  TS_BATADV_K_MALFORMED },
	{ "MCAST, two trackers",
	  BYTES(0x05, V, 50, 0, 0, 24, 7, 1, 0, 8, 0, 1, DEST,
		7, 1, 0, 8, 0, 1, OTHER, INNER), TS_BATADV_K_MALFORMED },
	{ "MCAST, nine containers",
	  BYTES(0x05, V, 50, 0, 0, 36, 9, 1, 0, 0, 9, 1, 0, 0, 9, 1, 0, 0,
		9, 1, 0, 0, 9, 1, 0, 0, 9, 1, 0, 0, 9, 1, 0, 0, 9, 1, 0, 0,
		9, 1, 0, 0, INNER), TS_BATADV_K_MALFORMED },
};

static void refused_frames(void **state)
{
	struct ts_batadv_frame f;
	size_t i;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct ts_batadv_frame want = {
			.kind = refused[i].kind,
			.type = refused[i].bytes[0],
		};

		parse(refused[i].bytes, refused[i].len, &f);
		check_same(refused[i].name, refused[i].len, &f, &want);
	}
}

/* The longest TVLV area passes, one destination more does not. */
static void longest_mcast(void **state)
{
	static __u8 frame[TS_BATADV_MCAST_BYTES + 16];
	const unsigned int max = TS_BATADV_TVLV_BYTES_MAX;
	struct ts_batadv_frame f;

	frame[0] = TS_BATADV_MCAST;
	frame[1] = V;
	frame[4] = max >> 8;
	frame[5] = max & 0xff;
	frame[6] = TS_BATADV_TVLV_TRACKER;
	frame[7] = TS_BATADV_TVLV_TRACKER_VERSION;
	frame[8] = (max - 4) >> 8;
	frame[9] = (max - 4) & 0xff;
	frame[10] = 681 >> 8;
	frame[11] = 681 & 0xff;
	assert_int_equal(parse(frame, TS_BATADV_MCAST_BYTES, &f), TS_BATADV_K_MCAST);
	assert_int_equal(f.dests_count, 681);
	assert_int_equal(f.inner_off, 6 + max);
	frame[11]++;
	assert_int_equal(parse(frame, TS_BATADV_MCAST_BYTES, &f), TS_BATADV_K_MALFORMED);
	frame[11]--;
	frame[5] += 2;
	assert_int_equal(parse(frame, sizeof(frame), &f), TS_BATADV_K_MALFORMED);
}

/* Our structures against those that the kernel exports. */
static void wire_as_the_kernel_has_it(void **state)
{
#define SIZE(ours, theirs) \
	assert_int_equal(sizeof(struct ts_batadv_##ours##_wire), \
			 sizeof(struct batadv_##theirs))
#define FIELD(ours, field, theirs, their_field) \
	assert_int_equal(offsetof(struct ts_batadv_##ours##_wire, field), \
			 offsetof(struct batadv_##theirs, their_field))
	SIZE(unicast, unicast_packet);
	FIELD(unicast, dest, unicast_packet, dest);
	SIZE(unicast_4addr, unicast_4addr_packet);
	FIELD(unicast_4addr, src, unicast_4addr_packet, src);
	SIZE(frag, frag_packet);
	FIELD(frag, dest, frag_packet, dest);
	FIELD(frag, orig, frag_packet, orig);
	FIELD(frag, seqno, frag_packet, seqno);
	FIELD(frag, total_size, frag_packet, total_size);
	SIZE(icmp, icmp_header);
	FIELD(icmp, dest, icmp_header, dst);
	FIELD(icmp, orig, icmp_header, orig);
	SIZE(unicast_tvlv, unicast_tvlv_packet);
	FIELD(unicast_tvlv, dest, unicast_tvlv_packet, dst);
	FIELD(unicast_tvlv, src, unicast_tvlv_packet, src);
	SIZE(bcast, bcast_packet);
	FIELD(bcast, orig, bcast_packet, orig);
	SIZE(coded, coded_packet);
	SIZE(ogm, ogm_packet);
	FIELD(ogm, orig, ogm_packet, orig);
	SIZE(ogm2, ogm2_packet);
	FIELD(ogm2, orig, ogm2_packet, orig);
	SIZE(elp, elp_packet);
	FIELD(elp, orig, elp_packet, orig);
	SIZE(tvlv, tvlv_hdr);
	FIELD(tvlv, len, tvlv_hdr, len);
	assert_int_equal(TS_BATADV_VERSION, BATADV_COMPAT_VERSION);
	assert_int_equal(TS_BATADV_UNICAST_MIN, BATADV_UNICAST_MIN);
	assert_int_equal(TS_BATADV_UNICAST_MAX, BATADV_UNICAST_MAX);
	assert_int_equal(TS_BATADV_UNICAST, BATADV_UNICAST);
	assert_int_equal(TS_BATADV_UNICAST_FRAG, BATADV_UNICAST_FRAG);
	assert_int_equal(TS_BATADV_UNICAST_4ADDR, BATADV_UNICAST_4ADDR);
	assert_int_equal(TS_BATADV_ICMP, BATADV_ICMP);
	assert_int_equal(TS_BATADV_UNICAST_TVLV, BATADV_UNICAST_TVLV);
	assert_int_equal(TS_BATADV_BCAST, BATADV_BCAST);
	assert_int_equal(TS_BATADV_CODED, BATADV_CODED);
	assert_int_equal(TS_BATADV_ELP, BATADV_ELP);
	assert_int_equal(TS_BATADV_OGM2, BATADV_OGM2);
	assert_int_equal(TS_BATADV_IV_OGM, BATADV_IV_OGM);
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
	SIZE(mcast, mcast_packet);
	FIELD(mcast, tvlv_len, mcast_packet, tvlv_len);
	assert_int_equal(TS_BATADV_MCAST, BATADV_MCAST);
	assert_int_equal(TS_BATADV_TVLV_TRACKER, BATADV_TVLV_MCAST_TRACKER);
#endif
#undef SIZE
#undef FIELD
}

/* Bit fields lie differently by endianness; ours are read as bytes. */
static void fragment_number_as_the_kernel_packs_it(void **state)
{
	struct batadv_frag_packet frag = {
		.packet_type = BATADV_UNICAST_FRAG,
		.version = BATADV_COMPAT_VERSION,
		.no = 11,
		.priority = 5,
	};
	struct ts_batadv_frame f;

	assert_int_equal(parse((const __u8 *)&frag, sizeof(frag), &f), TS_BATADV_K_UNICAST);
	assert_int_equal(f.frag_no, 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_frames),
		cmocka_unit_test(cut_frames),
		cmocka_unit_test(refused_frames),
		cmocka_unit_test(longest_mcast),
		cmocka_unit_test(wire_as_the_kernel_has_it),
		cmocka_unit_test(fragment_number_as_the_kernel_packs_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
