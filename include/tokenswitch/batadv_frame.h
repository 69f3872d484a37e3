/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A batman-adv frame: what the mesh meter must know of it.
 *
 * Freestanding: the same text is compiled into the module, into BPF programs
 * and into the userspace tests and fuzzer.  It reads nothing outside
 * [data, data_end), keeps no state and calls nothing.
 *
 * Offsets count from the batman-adv header, that is from behind the outer
 * Ethernet header.  No field of interest lies at 0, so 0 says "there is none".
 */
#ifndef _TOKENSWITCH_BATADV_FRAME_H
#define _TOKENSWITCH_BATADV_FRAME_H

#include <linux/types.h>

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

#define TS_BATADV_ETHERTYPE 0x4305
#define TS_BATADV_VERSION 15
/* Hops that a frame has left where it begins. */
#define TS_BATADV_TTL 50

/*
 * Bytes that a caller with a paged buffer makes linear: this many, or the whole
 * frame when it is shorter.  Only the walk of a MCAST frame needs more.
 */
#define TS_BATADV_HEAD_BYTES 52
/*
 * Longest TVLV area of a MCAST frame that is walked: room for 681 destinations,
 * far more than any sender puts in.  Longer counts as malformed.
 */
#define TS_BATADV_TVLV_BYTES_MAX 4096
#define TS_BATADV_MCAST_BYTES (6 + TS_BATADV_TVLV_BYTES_MAX + 14)
/* TVLV containers walked; a MCAST frame carries one. */
#define TS_BATADV_TVLV_MAX 8

/**
 * enum ts_batadv_type - packet types on the wire
 * @TS_BATADV_UNICAST_MIN: from here to @TS_BATADV_UNICAST_MAX a relay forwards
 *	also types that it does not know, by the destination at offset 4
 */
enum ts_batadv_type {
	TS_BATADV_IV_OGM = 0x00,
	TS_BATADV_BCAST = 0x01,
	TS_BATADV_CODED = 0x02,
	TS_BATADV_ELP = 0x03,
	TS_BATADV_OGM2 = 0x04,
	TS_BATADV_MCAST = 0x05,
	TS_BATADV_UNICAST_MIN = 0x40,
	TS_BATADV_UNICAST = 0x40,
	TS_BATADV_UNICAST_FRAG = 0x41,
	TS_BATADV_UNICAST_4ADDR = 0x42,
	TS_BATADV_ICMP = 0x43,
	TS_BATADV_UNICAST_TVLV = 0x44,
	TS_BATADV_UNICAST_MAX = 0x7f,
};

/* TVLV container of a MCAST frame that lists its destinations. */
#define TS_BATADV_TVLV_TRACKER 7
#define TS_BATADV_TVLV_TRACKER_VERSION 1

/**
 * enum ts_batadv_kind - what the meter does with a frame hangs on this
 * @TS_BATADV_K_MALFORMED: shorter than its type needs, or contradicts itself
 * @TS_BATADV_K_UNKNOWN: another version, or a type that batman-adv drops
 * @TS_BATADV_K_UNICAST: may be in transit; has a destination originator
 * @TS_BATADV_K_MCAST: may be in transit, to the listed destinations
 * @TS_BATADV_K_BCAST: flooded; never billed
 * @TS_BATADV_K_CONTROL: routing protocol; never leaves the link
 * @TS_BATADV_K_CODED: two frames in one (network coding); cannot be billed
 */
enum ts_batadv_kind {
	TS_BATADV_K_MALFORMED,
	TS_BATADV_K_UNKNOWN,
	TS_BATADV_K_UNICAST,
	TS_BATADV_K_MCAST,
	TS_BATADV_K_BCAST,
	TS_BATADV_K_CONTROL,
	TS_BATADV_K_CODED,
};

/* --- the wire; every field is bytes, so nothing needs alignment ------------ */

struct ts_batadv_common_wire {
	__u8 type;
	__u8 version;
	__u8 ttl;
} __attribute__((packed));

struct ts_batadv_unicast_wire {
	__u8 type, version, ttl;
	__u8 ttvn;
	__u8 dest[6];
} __attribute__((packed));

struct ts_batadv_unicast_4addr_wire {
	struct ts_batadv_unicast_wire u;
	__u8 src[6];
	__u8 subtype;
	__u8 reserved;
} __attribute__((packed));

/* no_prio: number in the upper 4 bits, priority in the next 3. */
struct ts_batadv_frag_wire {
	__u8 type, version, ttl;
	__u8 no_prio;
	__u8 dest[6];
	__u8 orig[6];
	__u8 seqno[2];
	__u8 total_size[2];
} __attribute__((packed));

struct ts_batadv_icmp_wire {
	__u8 type, version, ttl;
	__u8 msg_type;
	__u8 dest[6];
	__u8 orig[6];
	__u8 uid;
	__u8 align[3];
} __attribute__((packed));

struct ts_batadv_unicast_tvlv_wire {
	__u8 type, version, ttl;
	__u8 reserved;
	__u8 dest[6];
	__u8 src[6];
	__u8 tvlv_len[2];
	__u8 align[2];
} __attribute__((packed));

struct ts_batadv_bcast_wire {
	__u8 type, version, ttl;
	__u8 reserved;
	__u8 seqno[4];
	__u8 orig[6];
} __attribute__((packed));

struct ts_batadv_mcast_wire {
	__u8 type, version, ttl;
	__u8 reserved;
	__u8 tvlv_len[2];
} __attribute__((packed));

struct ts_batadv_tvlv_wire {
	__u8 type;
	__u8 version;
	__u8 len[2];
} __attribute__((packed));

struct ts_batadv_coded_wire {
	__u8 type, version, ttl;
	__u8 first_ttvn;
	__u8 first_source[6];
	__u8 first_orig_dest[6];
	__u8 first_crc[4];
	__u8 second_ttl;
	__u8 second_ttvn;
	__u8 second_dest[6];
	__u8 second_source[6];
	__u8 second_orig_dest[6];
	__u8 second_crc[4];
	__u8 coded_len[2];
} __attribute__((packed));

struct ts_batadv_ogm_wire {
	__u8 type, version, ttl;
	__u8 flags;
	__u8 seqno[4];
	__u8 orig[6];
	__u8 prev_sender[6];
	__u8 reserved;
	__u8 tq;
	__u8 tvlv_len[2];
} __attribute__((packed));

struct ts_batadv_ogm2_wire {
	__u8 type, version, ttl;
	__u8 flags;
	__u8 seqno[4];
	__u8 orig[6];
	__u8 tvlv_len[2];
	__u8 throughput[4];
} __attribute__((packed));

/* The only type without a ttl: it never leaves the link. */
struct ts_batadv_elp_wire {
	__u8 type, version;
	__u8 orig[6];
	__u8 seqno[4];
	__u8 interval[4];
} __attribute__((packed));

_Static_assert(sizeof(struct ts_batadv_common_wire) == 3, "common");
_Static_assert(sizeof(struct ts_batadv_unicast_wire) == 10, "UNICAST");
_Static_assert(sizeof(struct ts_batadv_unicast_4addr_wire) == 18, "UNICAST_4ADDR");
_Static_assert(sizeof(struct ts_batadv_frag_wire) == 20, "UNICAST_FRAG");
_Static_assert(sizeof(struct ts_batadv_icmp_wire) == 20, "ICMP");
_Static_assert(sizeof(struct ts_batadv_unicast_tvlv_wire) == 20, "UNICAST_TVLV");
_Static_assert(sizeof(struct ts_batadv_bcast_wire) == 14, "BCAST");
_Static_assert(sizeof(struct ts_batadv_mcast_wire) == 6, "MCAST");
_Static_assert(sizeof(struct ts_batadv_tvlv_wire) == 4, "TVLV");
_Static_assert(sizeof(struct ts_batadv_coded_wire) == 46, "CODED");
_Static_assert(sizeof(struct ts_batadv_ogm_wire) == 24, "IV_OGM");
_Static_assert(sizeof(struct ts_batadv_ogm2_wire) == 20, "OGM2");
_Static_assert(sizeof(struct ts_batadv_elp_wire) == 16, "ELP");
_Static_assert(__builtin_offsetof(struct ts_batadv_unicast_wire, dest) == 4 &&
	       __builtin_offsetof(struct ts_batadv_frag_wire, dest) == 4 &&
	       __builtin_offsetof(struct ts_batadv_icmp_wire, dest) == 4 &&
	       __builtin_offsetof(struct ts_batadv_unicast_tvlv_wire, dest) == 4,
	       "all unicast kinds have the destination at one place");

/**
 * struct ts_batadv_frame - what a frame is
 * @kind: enum ts_batadv_kind; when malformed or unknown, nothing below but
 *	@type is set
 * @type: enum ts_batadv_type as it came
 * @ttl: hops left; 0 where the type has none
 * @frag_no: fragment number; 0 is the tail of the packet
 * @frag_head: the fragment looks like the one that holds the inner headers.
 *	A sender can forge it: good for statistics, never for money.
 * @dest_off: the destination originator, 6 bytes
 * @orig_off: the originator that the frame names, 6 bytes; of a fragment only
 *	whoever fragmented it
 * @inner_off: the inner Ethernet header, 14 bytes inside the frame
 * @dests_off: MCAST: the destination originators, 6 bytes each
 * @dests_count: MCAST: how many
 * @frag_seqno: host order
 * @frag_total: host order: bytes of the merged packet
 */
struct ts_batadv_frame {
	__u8 kind;
	__u8 type;
	__u8 ttl;
	__u8 frag_no;
	__u8 frag_head;
	__u16 dest_off;
	__u16 orig_off;
	__u16 inner_off;
	__u16 dests_off;
	__u16 dests_count;
	__u16 frag_seqno;
	__u16 frag_total;
};

#define TS_BATADV_INNER_BYTES 14

static __always_inline __u16 ts_batadv_be16(const __u8 *p)
{
	return (__u16)(p[0] << 8 | p[1]);
}

/*
 * A reader at a varying offset says its bound again where it reads: the BPF
 * verifier does not remember it, and the compiler, which does, must not know
 * that it is the same offset.
 */
#ifdef __bpf__
#define ts_batadv_forget(v) asm volatile("" : "+r"(v))
#else
#define ts_batadv_forget(v) ((void)(v))
#endif

static __always_inline int ts_batadv_outside(const __u8 *p, const __u8 *end,
					     __u32 off, __u32 bytes)
{
	return off > TS_BATADV_MCAST_BYTES || p + off + bytes > end;
}

/* Notes the inner Ethernet header at @off if all of it is there. */
static __always_inline void ts_batadv_set_inner(const __u8 *p, const __u8 *end,
						__u16 off, struct ts_batadv_frame *f)
{
	if (p + off + TS_BATADV_INNER_BYTES <= end)
		f->inner_off = off;
}

/* Only 0x40 and 0x42 are fragmented with a client's frame inside. */
static __always_inline void ts_batadv_parse_frag_head(const __u8 *p, const __u8 *end,
						      struct ts_batadv_frame *f)
{
	const struct ts_batadv_frag_wire *frag = (const void *)p;
	const __u8 *inner = p + sizeof(*frag);
	const struct ts_batadv_unicast_wire *u = (const void *)inner;
	__u8 diff = 0;
	int i;

	/* The tail is sent first, as number 0; the head is never alone. */
	if (!f->frag_no || inner + sizeof(*u) > end)
		return;
	if (u->version != TS_BATADV_VERSION)
		return;
	if (u->type != TS_BATADV_UNICAST && u->type != TS_BATADV_UNICAST_4ADDR)
		return;
	for (i = 0; i < 6; i++)
		diff |= u->dest[i] ^ frag->dest[i];
	if (diff)
		return;
	f->frag_head = 1;
	if (u->type == TS_BATADV_UNICAST)
		ts_batadv_set_inner(p, end, sizeof(*frag) + sizeof(*u), f);
	else
		ts_batadv_set_inner(p, end, sizeof(*frag) +
				    sizeof(struct ts_batadv_unicast_4addr_wire), f);
}

/* Return: 0, or -1 when the fields that the type must have are not all there. */
static __always_inline int ts_batadv_parse_unicast(const __u8 *p, const __u8 *end,
						   struct ts_batadv_frame *f)
{
	const struct ts_batadv_frag_wire *frag = (const void *)p;

	if (p + sizeof(struct ts_batadv_unicast_wire) > end)
		return -1;
	f->dest_off = __builtin_offsetof(struct ts_batadv_unicast_wire, dest);
	switch (f->type) {
	case TS_BATADV_UNICAST:
		ts_batadv_set_inner(p, end, sizeof(struct ts_batadv_unicast_wire), f);
		break;
	case TS_BATADV_UNICAST_4ADDR:
		if (p + sizeof(struct ts_batadv_unicast_4addr_wire) > end)
			return -1;
		f->orig_off = __builtin_offsetof(struct ts_batadv_unicast_4addr_wire, src);
		ts_batadv_set_inner(p, end, sizeof(struct ts_batadv_unicast_4addr_wire), f);
		break;
	case TS_BATADV_UNICAST_FRAG:
		if (p + sizeof(*frag) > end)
			return -1;
		f->orig_off = __builtin_offsetof(struct ts_batadv_frag_wire, orig);
		f->frag_no = frag->no_prio >> 4;
		f->frag_seqno = ts_batadv_be16(frag->seqno);
		f->frag_total = ts_batadv_be16(frag->total_size);
		ts_batadv_parse_frag_head(p, end, f);
		break;
	case TS_BATADV_ICMP:
		if (p + sizeof(struct ts_batadv_icmp_wire) > end)
			return -1;
		f->orig_off = __builtin_offsetof(struct ts_batadv_icmp_wire, orig);
		break;
	case TS_BATADV_UNICAST_TVLV:
		if (p + sizeof(struct ts_batadv_unicast_tvlv_wire) > end)
			return -1;
		f->orig_off = __builtin_offsetof(struct ts_batadv_unicast_tvlv_wire, src);
		break;
	}
	return 0;
}

/* Takes the one tracker; two would let a sender show us one and mean another. */
static __always_inline int ts_batadv_parse_tracker(const __u8 *p, const __u8 *end,
						   __u32 off, __u32 len,
						   struct ts_batadv_frame *f)
{
	__u32 count;

	ts_batadv_forget(off);
	if (f->dests_off || len < 2 || ts_batadv_outside(p, end, off, 2))
		return -1;
	count = ts_batadv_be16(p + off);
	if (2 + 6 * count > len)
		return -1;
	f->dests_off = off + 2;
	f->dests_count = count;
	return 0;
}

static __always_inline int ts_batadv_parse_mcast(const __u8 *p, const __u8 *end,
						 struct ts_batadv_frame *f)
{
	const struct ts_batadv_mcast_wire *m = (const void *)p;
	const struct ts_batadv_tvlv_wire *t;
	__u32 off = sizeof(*m), stop, len;
	int i;

	if (p + sizeof(*m) > end)
		return -1;
	len = ts_batadv_be16(m->tvlv_len);
	/* An odd length would misalign the inner frame: no sender makes one. */
	if (len > TS_BATADV_TVLV_BYTES_MAX || len & 1)
		return -1;
	stop = off + len;
	if (p + stop > end)
		return -1;
	for (i = 0; i < TS_BATADV_TVLV_MAX && off < stop; i++) {
		if (stop - off < sizeof(*t))
			return -1;
		ts_batadv_forget(off);
		if (ts_batadv_outside(p, end, off, sizeof(*t)))
			return -1;
		t = (const void *)(p + off);
		off += sizeof(*t);
		len = ts_batadv_be16(t->len);
		if (len > stop - off)
			return -1;
		if (t->type == TS_BATADV_TVLV_TRACKER &&
		    t->version == TS_BATADV_TVLV_TRACKER_VERSION &&
		    ts_batadv_parse_tracker(p, end, off, len, f))
			return -1;
		off += len;
	}
	if (off != stop)
		return -1;
	ts_batadv_set_inner(p, end, stop, f);
	return 0;
}

/* Return: kind of a frame that is neither unicast nor MCAST. */
static __always_inline __u8 ts_batadv_parse_link(const __u8 *p, const __u8 *end,
						 struct ts_batadv_frame *f)
{
	switch (f->type) {
	case TS_BATADV_BCAST:
		if (p + sizeof(struct ts_batadv_bcast_wire) > end)
			return TS_BATADV_K_MALFORMED;
		f->orig_off = __builtin_offsetof(struct ts_batadv_bcast_wire, orig);
		ts_batadv_set_inner(p, end, sizeof(struct ts_batadv_bcast_wire), f);
		return TS_BATADV_K_BCAST;
	case TS_BATADV_CODED:
		if (p + sizeof(struct ts_batadv_coded_wire) > end)
			return TS_BATADV_K_MALFORMED;
		return TS_BATADV_K_CODED;
	case TS_BATADV_IV_OGM:
		if (p + sizeof(struct ts_batadv_ogm_wire) > end)
			return TS_BATADV_K_MALFORMED;
		f->orig_off = __builtin_offsetof(struct ts_batadv_ogm_wire, orig);
		return TS_BATADV_K_CONTROL;
	case TS_BATADV_OGM2:
		if (p + sizeof(struct ts_batadv_ogm2_wire) > end)
			return TS_BATADV_K_MALFORMED;
		f->orig_off = __builtin_offsetof(struct ts_batadv_ogm2_wire, orig);
		return TS_BATADV_K_CONTROL;
	case TS_BATADV_ELP:
		if (p + sizeof(struct ts_batadv_elp_wire) > end)
			return TS_BATADV_K_MALFORMED;
		f->orig_off = __builtin_offsetof(struct ts_batadv_elp_wire, orig);
		f->ttl = 0;
		return TS_BATADV_K_CONTROL;
	}
	return TS_BATADV_K_UNKNOWN;
}

/**
 * ts_batadv_frame_parse() - find out what a batman-adv frame is
 * @data: the batman-adv header, behind the outer Ethernet header
 * @data_end: behind the last byte that may be read.  With a paged buffer make
 *	TS_BATADV_HEAD_BYTES linear first, TS_BATADV_MCAST_BYTES for MCAST, or
 *	the whole frame if it is shorter.
 * @f: filled completely
 *
 * Every offset it gives lies, with what is there, inside [data, data_end).
 *
 * Return: enum ts_batadv_kind, as in @f->kind.
 */
static __always_inline int ts_batadv_frame_parse(const void *data, const void *data_end,
						 struct ts_batadv_frame *f)
{
	const struct ts_batadv_frame none = { 0 };
	const struct ts_batadv_common_wire *h = data;
	const __u8 *end = data_end;
	const __u8 *p = data;
	__u8 kind;

	*f = none;
	if (p + sizeof(*h) > end)
		return TS_BATADV_K_MALFORMED;
	f->type = h->type;
	if (h->version != TS_BATADV_VERSION) {
		f->kind = TS_BATADV_K_UNKNOWN;
		return TS_BATADV_K_UNKNOWN;
	}
	f->ttl = h->ttl;
	if (f->type >= TS_BATADV_UNICAST_MIN && f->type <= TS_BATADV_UNICAST_MAX)
		kind = ts_batadv_parse_unicast(p, end, f) ? TS_BATADV_K_MALFORMED :
							    TS_BATADV_K_UNICAST;
	else if (f->type == TS_BATADV_MCAST)
		kind = ts_batadv_parse_mcast(p, end, f) ? TS_BATADV_K_MALFORMED :
							  TS_BATADV_K_MCAST;
	else
		kind = ts_batadv_parse_link(p, end, f);
	if (kind == TS_BATADV_K_MALFORMED || kind == TS_BATADV_K_UNKNOWN) {
		__u8 type = f->type;

		*f = none;
		f->type = type;
	}
	f->kind = kind;
	return kind;
}

#endif /* _TOKENSWITCH_BATADV_FRAME_H */
