/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The classifier: what a frame is, and whose.
 *
 * Freestanding: the same text is compiled into the module, into the BPF
 * programs and into the userspace tests.
 *
 * WHAT A METER DOES WITH IT, in this order
 *   1. ts_frame_parse().  MALFORMED: dropped (TS_DROP_MALFORMED).
 *   2. GROUP coming down: passes, counted as group bytes, never billed.
 *   3. Coming down, ts_frame_is_foreign(): the port alone polices and counts it.
 *      class = ts_frame_class().  FREE: taken from the free-rate bucket of the
 *      station (and of the port, for a station without account) and passed, or
 *      dropped (TS_DROP_POLICED).  This holds for every account: dry, forbidden
 *      or expired ones keep the payment path.  ts_frame_free_service() LISTED
 *      takes from more, see TS_ONWARD_*: of a station without account from its
 *      own and the port's, else from the account's.  Coming down to an account it
 *      has to be an answer, see TS_ASKED_BYTES: else it is dropped
 *      (TS_DROP_POLICED), and takes of nothing.  What an account may not have
 *      of that for free, if not GROUP, is charged as internet as in 5, coming down
 *      within TS_ANSWERS_BYTES, and passes all the same; what it cannot pay is
 *      dropped (TS_DROP_POLICED).
 *   4. GROUP going up: as 5, but never charged.  Where 5 would charge, it is
 *      refused as in 6 unless ts_budget_covers() its cost, and dropped
 *      (TS_DROP_POLICED) unless the account's group bucket has its bytes
 *      (TS_GROUP_BYTES_PER_S).  So it is for who could pay for the same frame to
 *      a station, and no way around paying: a bridge makes many frames of it,
 *      and a group may be somebody's tunnel.
 *   5. Station with an account, neither FORBID nor expired: TRUSTED passes and
 *      is counted with 0 units; else ts_budget_charge() decides.
 *   6. Refused, going up: ts_frame_calls_box(): if the free-rate bucket has it,
 *      it passes unbilled as class free, its TTL set to 1 and steered to the box,
 *      so that no station that a bridge knows hears it.  Otherwise
 *      marks = ts_frame_plea(), except for a FORBIDden account; if not 0 and the free-rate bucket has it: passes unbilled with
 *      those marks, its TTL or hop limit set to 1 (without the firewall it goes
 *      no further than this box) and steered to the box; else dropped (STRANGER, DRY, FORBIDDEN).
 *      Refused, coming down: ts_frame_answers_plea(): passes from the free-rate
 *      bucket; else dropped (UNSOLICITED without account, else DRY, FORBIDDEN).
 *   7. What passes upward carries TS_MARK_STAMP, free frames TS_MARK_FREE too;
 *      the bits under the mark mask are cleared before.
 *
 * MARKS, for the firewall.  TS_MARK_REDIRECT is TCP to port 80 of somebody, SYN
 * or not: redirect a SYN to the portal; of the rest let pass what belongs to a
 * redirected connection and drop the others silently, for they are flows that
 * a dry client wants to keep.  TS_MARK_REJECT is a new flow: refuse it at once.
 *
 * What is neither IPv4 nor IPv6 nor control is billed as internet, ARP and EAPOL
 * among it: what cannot be looked into gets the class that is nowhere cheaper
 * than it should be.
 */
#ifndef _TOKENSWITCH_CLASSIFY_H
#define _TOKENSWITCH_CLASSIFY_H

#include <linux/tokenswitch.h>
#include <tokenswitch/frame.h>

/*
 * What an account may send to groups, for nothing: discovery (mDNS, SSDP) and a
 * group that talks (G.711 is 11 kB/s).  A tunnel gets no more than that.
 */
#define TS_GROUP_BYTES_PER_S (16 * 1024)
#define TS_GROUP_BURST_BYTES (64 * 1024)

/*
 * What may pass on what a station asks, DNS first of all, has a bucket of the
 * station beside that of the free rate, which it takes from too, and without an
 * account one of the port.  All are of both directions together.  The free rate
 * holds so much at once that a page loads; through a tunnel that would be as
 * much of the internet.
 * 16 KiB and 1 KiB a second: less than 2000 bytes a second over any 16.8 seconds and
 * more, and 1024 as long as it lasts.  A lookup and its answer have some 230
 * bytes, so a phone that joins has 64 of them at once, and 4 a second from then; a
 * browser that starts has moved 12 kB in its first second.
 * A new MAC is a new bucket; what one gains who invents them is bounded by the
 * port's.  An account is made anew for nothing, so its bucket is empty at first,
 * and nothing is gained by it; who pays does not wait for it to fill, but pays.
 */
#define TS_ONWARD_BYTES_PER_S 1024
#define TS_ONWARD_BURST_BYTES (16 * 1024)
#define TS_PORT_ONWARD_BYTES_PER_S (32 * 1024)
#define TS_PORT_ONWARD_BURST_BYTES (256 * 1024)
/*
 * What goes up leaves so much for an answer: a frame.  Else who asks more than it
 * may, as a phone does that gets no answers, would spend all of it on questions.
 */
#define TS_ONWARD_ANSWER_BYTES 1514
/*
 * A question of an account that passed, to a service or to a group, lets so much of
 * answers come to it, which is as much as it can have saved up: somebody may ask under
 * another's address, and to who asks nothing itself nothing comes.  One that it was
 * charged for lets so much of them be charged: as many as a browser asks for at once.
 */
#define TS_ASKED_BYTES TS_ONWARD_BURST_BYTES
#define TS_ANSWERS_BYTES (8 * 1024)

/* Marks: bits above the lowest bit of the mark mask. */
#define TS_MARK_STAMP 1U
#define TS_MARK_REDIRECT 2U
#define TS_MARK_REJECT 4U
#define TS_MARK_FREE 8U

/** ts_mark() - Return: the packet mark @old with @bits under @mask */
static __always_inline __u32 ts_mark(__u32 old, __u32 mask, __u32 bits)
{
	return (old & ~mask) | (bits * (mask & -mask) & mask);
}

/**
 * ts_frame_is_foreign() - a control frame that somebody writes to a station
 * @f: parsed, coming down
 * @by_box: this box sent it itself
 *
 * Who is written to has not asked for it, and what it may have for free is for
 * its own payments: else whoever can send ARP at it could starve them.
 *
 * Return: 1: ARP, ND, MLD or EAPOL, not by the box; 0: no.
 */
static __always_inline int ts_frame_is_foreign(const struct ts_frame *f, int by_box)
{
	return !by_box && f->flags & TS_FRAME_CONTROL;
}

/**
 * ts_frame_plea() - what a station that may not send still may send up
 * @f: parsed, going up, not of class free
 *
 * Return: TS_MARK_REDIRECT: TCP to port 80; TS_MARK_REJECT: a new connection;
 * 0: neither.  Fragments and group-addressed frames: 0.
 */
static __always_inline __u32 ts_frame_plea(const struct ts_frame *f)
{
	if ((f->flags & (TS_FRAME_GROUP | TS_FRAME_L4)) != TS_FRAME_L4)
		return 0;
	if (f->proto == TS_IP_TCP) {
		if (f->remote_port == 80)
			return TS_MARK_REDIRECT;
		if ((f->tcp_flags & (TS_TCP_SYN | TS_TCP_ACK | TS_TCP_RST)) == TS_TCP_SYN)
			return TS_MARK_REJECT;
		return 0;
	}
	return f->flags & TS_FRAME_QUIC ? TS_MARK_REJECT : 0;
}

/**
 * ts_frame_answers_plea() - what the box answers to a plea
 * @f: parsed, coming down, not of class free
 * @by_box: this box sent it itself
 *
 * Only for a station that may not receive it otherwise: to one that pays, what
 * comes from port 80 is billed.
 *
 * Return: 1: TCP from port 80, by the box; 0: no.
 */
static __always_inline int ts_frame_answers_plea(const struct ts_frame *f, int by_box)
{
	return by_box && f->flags & TS_FRAME_L4 && f->proto == TS_IP_TCP &&
	       f->remote_port == 80;
}

/**
 * enum ts_service_kind - what the box does with what a service is asked
 * @TS_SERVICE_NONE: there is no such service
 * @TS_SERVICE_LISTED: it may pass it on: what nobody says otherwise of
 * @TS_SERVICE_ENDS_HERE: it does not, see TS_RULE_A_ENDS_HERE
 */
enum ts_service_kind {
	TS_SERVICE_NONE,
	TS_SERVICE_LISTED,
	TS_SERVICE_ENDS_HERE,
};

/* What ends at the box is policed at this part of its bytes. */
#define TS_FREE_HOME_PART 16

/**
 * ts_free_tokens() - what a frame of class free takes of the free rate
 * @kind: of ts_frame_free_service()
 * @bytes: of the frame
 *
 * The free rate is there against tunnels, and a tunnel needs somebody who passes
 * on what he is asked, as the resolver does.  Of a service that ends at this
 * box, the portal and the payments first of all, the policer only guards the
 * box: a client that pays often must not be throttled into running dry.
 *
 * Return: tokens, 1 to @bytes.
 */
static __always_inline __u32 ts_free_tokens(__u32 kind, __u32 bytes)
{
	return kind == TS_SERVICE_ENDS_HERE ? bytes / TS_FREE_HOME_PART + 1 : bytes;
}

/** ts_onward_keep() - Return: what a frame in @dir has to leave in the buckets of TS_ONWARD_* */
static __always_inline __u32 ts_onward_keep(__u32 dir)
{
	return dir == TS_DIR_UP ? TS_ONWARD_ANSWER_BYTES : 0;
}

/*
 * ts_frame_class() looks into tables of the includer, who defines
 * TS_CLASSIFY_TABLES before the include, and struct ts_tables and these
 * behind it:
 *
 * ts_table_box_mac()	is f->peer the box's own MAC, by which frames of this
 *			port are for the box?  Of a bridged port the bridge's
 *			and the device's own, by which hostapd speaks EAPOL.
 * ts_table_service()	does the box offer the service f->proto, f->remote_port
 *			at f->remote?  Answers enum ts_service_kind.  A rule
 *			without an address matches the box's own addresses and
 *			nothing else; one with the address counts before it.
 * ts_table_box_addr()	is f->remote an address of the box?
 * ts_table_prefix()	class of f->remote by prefix, TS_CLASS_INTERNET when
 *			there is none.  Asked for IP frames only.
 */
#ifdef TS_CLASSIFY_TABLES
struct ts_tables;
static int ts_table_box_mac(const struct ts_tables *t, const struct ts_frame *f);
static int ts_table_service(const struct ts_tables *t, const struct ts_frame *f);
static int ts_table_box_addr(const struct ts_tables *t, const struct ts_frame *f);
static __u32 ts_table_prefix(const struct ts_tables *t, const struct ts_frame *f);

/* Something that the box does, if it is sent to the box itself. */
static __always_inline int ts_frame_asks_box(const struct ts_frame *f,
					     const struct ts_tables *t)
{
	if (f->flags & TS_FRAME_L4 && ts_table_service(t, f))
		return 1;
	if (!(f->flags & (TS_FRAME_DHCP | TS_FRAME_NEIGHBOUR | TS_FRAME_EAPOL)))
		return 0;
	return f->flags & TS_FRAME_EAPOL || ts_table_box_addr(t, f);
}

static __always_inline int ts_frame_free_up(const struct ts_frame *f,
					    const struct ts_tables *t)
{
	if (f->flags & TS_FRAME_GROUP)
		return !!(f->flags & TS_FRAME_DHCP);
	return ts_frame_asks_box(f, t) && ts_table_box_mac(t, f);
}

static __always_inline int ts_frame_free_down(const struct ts_frame *f,
					      const struct ts_tables *t)
{
	if (f->flags & (TS_FRAME_DHCP | TS_FRAME_ICMP_ERROR))
		return 1;
	if (!(f->flags & TS_FRAME_L4))
		return 0;
	if (f->proto == TS_IP_TCP && f->tcp_flags & TS_TCP_RST)
		return 1;
	return ts_table_service(t, f) != TS_SERVICE_NONE;
}

/**
 * ts_frame_class() - what the bytes of a frame are for
 * @f: parsed, not MALFORMED
 * @t: the includer's tables
 * @dir: enum ts_dir
 * @by_box: coming down: this box sent it itself; ignored going up
 *
 * Free going up: to the box's own MAC at a listed service; control frames, which
 * are never a router's; DHCP to a group address or to the box; ND to an address
 * of the box; EAPOL to its own MAC.  Free coming down: sent by the box itself
 * from a listed service, or DHCP, an ICMP error or a TCP reset of its own;
 * control frames.  Both: remote address in a prefix of class free.
 *
 * Return: TS_CLASS_FREE, TS_CLASS_LOCAL or TS_CLASS_INTERNET.
 */
static __always_inline __u32 ts_frame_class(const struct ts_frame *f,
					    const struct ts_tables *t, __u32 dir,
					    int by_box)
{
	__u32 class;

	if (f->flags & TS_FRAME_CONTROL)
		return TS_CLASS_FREE;
	if (dir == TS_DIR_UP ? ts_frame_free_up(f, t) :
			       by_box && ts_frame_free_down(f, t))
		return TS_CLASS_FREE;
	if (!(f->flags & (TS_FRAME_IP4 | TS_FRAME_IP6)))
		return TS_CLASS_INTERNET;
	class = ts_table_prefix(t, f);
	if (class == TS_CLASS_FREE && f->flags & TS_FRAME_FRAGMENT)
		return TS_CLASS_INTERNET;
	return class;
}

/* DNS, plain and in TLS. */
static __always_inline int ts_frame_is_dns(const struct ts_frame *f)
{
	return f->flags & TS_FRAME_L4 && (f->remote_port == 53 || f->remote_port == 853);
}

/**
 * ts_frame_free_service() - may a frame of class free be passed on?
 * @f: parsed
 * @t: the includer's tables
 * @dir: enum ts_dir
 * @by_box: as for ts_frame_class()
 *
 * Of a service that ends here it must be the box that is asked or answers: what
 * is free by its prefix may be for another with the box's address.  A resolver in
 * a walled garden is as good as the box's own.
 *
 * Return: TS_SERVICE_ENDS_HERE: no; TS_SERVICE_LISTED: it may; TS_SERVICE_NONE: it
 * is of no service: control, or of a walled garden, which the operator chose.
 */
static __always_inline __u32 ts_frame_free_service(const struct ts_frame *f,
						   const struct ts_tables *t, __u32 dir,
						   int by_box)
{
	__u32 kind;

	if (!(f->flags & TS_FRAME_L4))
		return TS_SERVICE_NONE;
	kind = ts_table_service(t, f);
	if (kind == TS_SERVICE_ENDS_HERE &&
	    (dir == TS_DIR_UP ? ts_table_box_mac(t, f) : by_box))
		return TS_SERVICE_ENDS_HERE;
	return kind == TS_SERVICE_LISTED || ts_frame_is_dns(f) ? TS_SERVICE_LISTED :
								  TS_SERVICE_NONE;
}

/* The groups that no router forwards: 224.0.0.0/24 and ff02::/16. */
static __always_inline int ts_frame_is_link_group(const struct ts_frame *f)
{
	const __u8 *to = (const __u8 *)f->remote;

	if (f->flags & TS_FRAME_IP4)
		return ts_be16(to) == 0xe000 && !to[2];
	return f->flags & TS_FRAME_IP6 && ts_be16(to) == 0xff02;
}

/**
 * ts_frame_calls_box() - is it asked of all on the link, and so of the box too?
 * @f: parsed, going up, refused
 * @t: the includer's tables
 *
 * A client that has not paid must find whom to pay, and a Photon node asks for
 * that by Multicast DNS.  It may ask the box, which is listed as a service of the
 * group, and nobody else: who could be heard by the others behind the bridge
 * would have a network for nothing.
 *
 * Return: 1: UDP to a listed service at a group of the link; 0: no.
 */
static __always_inline int ts_frame_calls_box(const struct ts_frame *f,
					      const struct ts_tables *t)
{
	__u32 need = TS_FRAME_GROUP | TS_FRAME_L4;

	return (f->flags & need) == need && f->proto == TS_IP_UDP &&
	       ts_frame_is_link_group(f) && ts_table_service(t, f);
}
#endif /* TS_CLASSIFY_TABLES */

#endif /* _TOKENSWITCH_CLASSIFY_H */
