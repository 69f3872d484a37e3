/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * TokenSwitch: token-metered forwarding.
 *
 * Generic netlink family "tokenswitch", version 1, one instance per network
 * namespace.  This comment is the specification of the protocol and of the
 * billed byte; everything else refers to it.
 *
 * THE BILLED BYTE
 *   Access port: the L2 frame without FCS, as the client sends or receives it
 *   on the air side of the port.  A GSO or GRO super-packet counts as the sum
 *   of its segments, each with its own copy of the headers.  An 802.1Q or
 *   802.1ad tag counts 4 bytes wherever the kernel keeps it, in the frame or
 *   beside it.  A frame is billed when it is handed to the port's queue; later
 *   drops stay billed.  Group-addressed frames, flooded copies and dropped
 *   frames are never billed; dropped frames are counted apart.  What goes up to
 *   a group passes at a bounded rate, and only for who could pay for it.
 *   Mesh port: the outer frame likewise (skb->len + 14 at ingress), so that
 *   both ends of a link count the same.  See MESH below for which frames are
 *   billed, and to whom.
 *
 * UNITS
 *   Amounts are credit units (u64), an integer of 2^k of the token's smallest
 *   unit; k belongs to userspace.  Prices are credit units per byte, 0 to
 *   TS_PRICE_MAX, so that no account can overflow in 2^50 bytes.
 *   A frame passes if and only if bytes x price <= granted - charged.
 *   granted and charged only grow.  What a reader is told as charged is
 *   min(charged, granted).
 *
 * PERMISSION
 *   Every command needs CAP_NET_ADMIN in the namespace, else -EPERM: even the
 *   dumps show MAC addresses.  While a socket holds the ownership (OWNER_SET),
 *   commands that write from any other socket fail with -EBUSY.  All errors
 *   carry an extended ack that says what is wrong.  Unknown attributes are
 *   refused.
 *
 * COMMANDS (doit unless "dump" is said; "->" lists the attributes of the answer)
 *   INFO_GET      -> VERSION, DRIVER, MEMORY_BYTES, MEMORY_MAX_BYTES, ACCOUNTS,
 *                    ACCOUNTS_MAX, OWNER_PID (absent: nobody), CAPS
 *   INFO_SET      MEMORY_MAX_BYTES and/or ACCOUNTS_MAX: the limits of this
 *                 namespace.  Below what is in use: -EBUSY.  Any user can be
 *                 root of a namespace, so MEMORY_MAX_BYTES above its default
 *                 needs CAP_NET_ADMIN in the initial user namespace, else -EPERM.
 *   OWNER_SET     OWNER (u8): 1 take, 0 give up.  Given up also when the socket
 *                 closes.  Held by another: -EBUSY.
 *   PORT_ADD      PORT_PATTERN, PORT_ROLE, PORT_DIRECTION, ZONE
 *                 (0: derived from the bridge or port name, see ts_zone_of_name),
 *                 MARK_MASK.  Claims every present and future device whose name
 *                 matches; a device is metered before it is up.  Of devices
 *                 that stand on each other (a VLAN or macvlan on its device, a
 *                 bridge on its ports) only the lowest claimed one is metered,
 *                 for all.  A pattern that exists: -EEXIST.  A device that
 *                 another pattern of ours meters, also below or above one that
 *                 this one matches: -EBUSY.  Direction "both" on a kernel
 *                 without CONFIG_NETFILTER_EGRESS: -EOPNOTSUPP, naming the
 *                 option.
 *   PORT_DEL      PORT_PATTERN
 *   PORT_GET      dump, -> a message per attached device: PORT_PATTERN,
 *                 PORT_IFINDEX, PORT_IFNAME, PORT_ROLE, PORT_DIRECTION,
 *                 ZONE, PORT_METER, MARK_MASK, PORT_STATS; a pattern that
 *                 meters no device gives one message without PORT_IFINDEX.
 *                 Last a message per device that is claimed and stands on
 *                 another one that is: PORT_LOWER, no PORT_STATS
 *   ACCOUNT_SET   ACCOUNT_ID (absent: make one), EPOCH (with ACCOUNT_ID: must
 *                 match, else -ESTALE), KIND, KEYS (replaces the list; a key of
 *                 another account: -EEXIST), TARIFF_ID, LOW_UNITS, EXPIRES_S,
 *                 ACCOUNT_FLAGS -> as ACCOUNT_GET
 *   ACCOUNT_GET   ACCOUNT_ID or one KEY -> ACCOUNT_ID, EPOCH, KIND, KEYS,
 *                 TARIFF_ID, GRANTED, CHARGED, REVOKED, LOW_UNITS, EXPIRES_S,
 *                 ACCOUNT_FLAGS, IDLE_MS, STATS.  Also dump; filters: KIND,
 *                 ZONE, ACCOUNT_FLAGS (all given bits set).  Dumps are
 *                 consistent: NLM_F_DUMP_INTR tells of a change meanwhile.
 *   ACCOUNT_DEL   ACCOUNT_ID, EPOCH.  Unspent units left: -EBUSY (use CLOSE).
 *   GRANT         ACCOUNT_ID, EPOCH (else -ESTALE), GRANTED: the new cumulative
 *                 value.  Lower than or equal to the present one: no effect, no
 *                 error; so a repeated or reordered grant cannot count twice.
 *                 -> ACCOUNT_ID, EPOCH, GRANTED, CHARGED
 *   REVOKE        ACCOUNT_ID, EPOCH, UNITS (the most to take; absent: all that
 *                 is unspent) -> ACCOUNT_ID, EPOCH, UNITS (taken), GRANTED,
 *                 CHARGED.  Taken by the same atomic step as a packet's charge.
 *   CLOSE         ACCOUNT_ID, EPOCH: forbids, takes all that is unspent, deletes
 *                 -> as ACCOUNT_GET with the final counters and UNITS (taken)
 *   TARIFF_SET    TARIFF_ID, TARIFF_VERSION, PRICES.  Accounts on it follow.
 *   TARIFF_DEL    TARIFF_ID.  In use: -EBUSY.
 *   TARIFF_GET    dump -> TARIFF_ID, TARIFF_VERSION, PRICES
 *   CLASS_ADD     CLASS_RULE.  One for the same prefix or service exists, whatever
 *                 it says of it: -EEXIST.
 *   CLASS_DEL     CLASS_RULE, as it was added, else -ENOENT
 *   CLASS_GET     dump -> CLASS_RULE
 *   STRANGER_GET  dump -> KEY, PORT_IFINDEX, IDLE_MS: stations seen without an
 *                 account, a bounded list
 *   EVENT         only sent, to the multicast group "events": EVENT_TYPE,
 *                 TIME_NS and what the type says (see enum ts_event_type)
 *
 * COMMANDS OF THE MESH, numbers 32 to 47
 *   MESH_ADD      MESH_PATTERN, PAYER_RULE (absent: requester), MESH_FLAGS
 *                 (absent: 0), ZONE (0 or absent: derived from the mesh device's
 *                 name, see ts_zone_of_name).  Claims every present and future
 *                 mesh device whose name matches and whose kind is "batadv", and
 *                 every present and future lower device of it.  A device that
 *                 matches and is of another kind is never claimed; the dump says
 *                 so.  A pattern that exists: -EEXIST.  A mesh device of another
 *                 pattern of ours, or a lower device that an access port meters,
 *                 by itself or below it: -EBUSY, by name; such a device cannot
 *                 join the mesh later either, nor become an access port.  A
 *                 kernel without CONFIG_NETFILTER_INGRESS, or with MESH_FLAGS
 *                 EXIT and without CONFIG_NETFILTER_EGRESS: -EOPNOTSUPP, naming
 *                 the option.  Without EXIT and CONFIG_NETFILTER_EGRESS only the
 *                 counters TX_* and BOUGHT_*_UP are missing.
 *   MESH_DEL      MESH_PATTERN: gives up the claim and its tables
 *   MESH_GET      dump, -> a message per lower device: MESH_PATTERN, PAYER_RULE,
 *                 MESH_FLAGS, ZONE, GATEWAY_GENERATION, ROUTE_GENERATION,
 *                 MESH_IFINDEX, MESH_IFNAME (the mesh device), PORT_IFINDEX,
 *                 PORT_IFNAME (the lower device), MESH_STATS.  A mesh device
 *                 without a lower one gives a message without PORT_IFINDEX; a
 *                 pattern without a mesh device one without MESH_IFINDEX; a
 *                 device that matches and is not claimed one with MESH_REASON.
 *   GATEWAY_SET   MESH_PATTERN, GENERATION, GATEWAYS, BEHIND (either absent:
 *                 none).  Replaces both lists at once, between two frames.  A
 *                 GENERATION lower than the present one: -ESTALE, and nothing is
 *                 changed.  More than TS_GATEWAYS_MAX or TS_BEHIND_MAX: -E2BIG.
 *   ROUTE_SET     MESH_PATTERN, GENERATION, ROUTES, MORE.  Replaces the table of
 *                 routes at once, likewise.  A table longer than TS_ROUTES_PER_MSG
 *                 comes in several messages of one GENERATION, all but the last
 *                 with MORE; it is in force with the last.  A message of another
 *                 GENERATION throws away what came without a last one.  A route
 *                 whose account does not exist, or in another epoch: -ENOENT,
 *                 -ESTALE; whose account is no neighbour's: -EINVAL; one that is
 *                 there twice: -EEXIST; more than TS_ROUTES_MAX: -E2BIG.  After an
 *                 error the present table is in force and what had come is
 *                 thrown away.
 *   ORIGINATOR_GET dump -> MESH_PATTERN, ORIGINATOR, COUNT_BYTES, COUNT_PACKETS
 *                 (arrays by enum ts_originator_count), GATEWAY (flag: it is in
 *                 GATEWAYS), ROUTED (flag: it is in ROUTES), ACCOUNT_ID and EPOCH
 *                 (of its route, if that has an account), KNOWN (flag: of the
 *                 two tables, now or before).  Destinations that never were in a
 *                 table share TS_SEEN_MAX places, where the oldest goes first;
 *                 they take no place of the others.
 *   NEIGHBOUR_GET dump -> KEY, ACCOUNT_ID and EPOCH (absent: no account has it),
 *                 PORT_IFINDEX (lower device on which it was heard last, 0: none),
 *                 COUNT_BYTES, COUNT_PACKETS (arrays by enum ts_neighbour_count),
 *                 IDLE_MS.  Counters are cumulative since the key came to its
 *                 account.  Previous hops without an account share TS_SEEN_MAX
 *                 places of a mesh, where the oldest goes first.
 *
 * MESH: WHAT IS BILLED, AND TO WHOM
 *   Looked at are frames of ethertype 0x4305 that come in on a lower device of a
 *   claimed mesh device, but for those of a VLAN or macvlan device on it, which
 *   is another device.  "Own" are the MACs of all its lower devices.
 *   include/tokenswitch/batadv_frame.h says what a frame is:
 *   - routing protocol (types 0x00, 0x03, 0x04): always passes, unbilled.
 *   - BCAST (0x01): never billed; passes at TS_MESH_BCAST_BYTES_PER_S of its
 *     neighbour, of all neighbours without an account together.
 *   - CODED (0x02, network coding): dropped, counted.
 *   - unicast (0x40 to 0x7f) to an own outer destination: LOCAL when the
 *     destination originator is own, else TRANSIT.
 *     TVLV (0x44) in transit is never billed and passes at
 *     TS_MESH_TVLV_BYTES_PER_S, likewise.  LOCAL passes, but for EXIT below.
 *   - MCAST (0x05) that names others than own: as TRANSIT of the previous hop;
 *     refused, it passes at the rate of BCAST.
 *   - anything else batman-adv drops by itself: left to it.
 *   The previous hop is the outer source MAC; a neighbour's account has the MACs
 *   of its mesh interfaces as KEYS, VLAN 0, ZONE of the mesh.
 *   Who pays for a frame in TRANSIT:
 *   - PAYER_RULE sender: the previous hop, class RELAY up.
 *   - PAYER_RULE requester, to a destination in GATEWAYS: likewise.
 *   - requester, from a gateway: the account of ROUTES for the destination,
 *     class RELAY down.  It is from a gateway when the frame's source originator
 *     (types 0x41, 0x42, 0x43) is in GATEWAYS, or the source MAC of the frame
 *     inside (types 0x40, 0x42, and the fragment that has it) in BEHIND.  A
 *     fragment that tells neither, because a relay has cut it again, is taken as
 *     from a gateway when the previous hop's account is the one of ROUTES for
 *     any gateway; its bytes are counted as GUESSED_BYTES.
 *   - requester, otherwise: the previous hop, class RELAY up.
 *   A frame passes as of any account: budget, tariff, flags.  Whoever has no
 *   account, or a dry or forbidden one, loses what is in transit and nothing
 *   else.  From a gateway to a destination that is not in ROUTES: not billed, at
 *   TS_MESH_UNROUTED_BYTES_PER_S of the lower device, counted as UNROUTED_BYTES.
 *   With MESH_FLAGS EXIT, for a box that is a gateway:
 *   - LOCAL whose IP destination inside is neither an address of the box nor of a
 *     class local or free (as on access ports) is billed to the previous hop as
 *     class INTERNET up, and refused as TRANSIT is.  Control (ARP, ND, MLD) is
 *     not; other group-addressed frames inside pass unbilled at the rate of BCAST,
 *     and so does MCAST that names own, whomever else it names.  A fragment
 *     without the headers inside is billed; refused, that of an account passes at
 *     TS_MESH_BLIND_BYTES_PER_S of the lower device, for it may be for the box.
 *   - BCAST and MCAST with a frame for one station inside, and MCAST that cannot
 *     be understood, are dropped (TS_DROP_MALFORMED): batman-adv makes none, and
 *     would deliver it.
 *   - what the box itself sends into the mesh and whose IP source inside is
 *     neither: to the account of ROUTES for the destination originator, as class
 *     INTERNET down; without a route as above.  A packet that is cut is billed
 *     with all its fragments at the last one, which has the headers.
 *   Every frame is billed at most once, on the ingress of the box that takes it.
 *   What the egress of lower devices counts (TX_*, BOUGHT_*) is for audit, and
 *   for knowing what this box owes.  A gateway is to have itself in GATEWAYS, and
 *   in BEHIND who is behind it: so it counts as its neighbours do.
 */
#ifndef _UAPI_LINUX_TOKENSWITCH_H
#define _UAPI_LINUX_TOKENSWITCH_H

#include <linux/types.h>

#define TS_GENL_NAME "tokenswitch"
#define TS_GENL_VERSION 1
#define TS_GENL_MCGRP_EVENTS "events"

/* Highest price, credit units per byte: 2^13 - 1, so price x 2^50 < 2^63. */
#define TS_PRICE_MAX 8191
/* VLAN ids are 1..4094; 0 is "no tag". */
#define TS_VLAN_MAX 4094
/* Most keys (stations, radios) of one account. */
#define TS_KEYS_MAX 8
/* Highest account id. Ids start at 1. */
#define TS_ACCOUNT_ID_MAX 0xfffff
/* Bits of the packet mark that TokenSwitch uses, unless configured. */
#define TS_MARK_MASK_DEFAULT 0x0f000000
/* A pattern is a device name, or a prefix followed by '*'. */
#define TS_PATTERN_LEN 16
/* Most gateway originators of a mesh, and most MACs behind them. */
#define TS_GATEWAYS_MAX 256
#define TS_BEHIND_MAX 4096
/* Most routes of a mesh, and of one message. */
#define TS_ROUTES_MAX 4096
#define TS_ROUTES_PER_MSG 512
/* Previous hops without account, and unknown destinations, that are counted. */
#define TS_SEEN_MAX 256
/* What a neighbour may send unbilled, and what passes without a route. */
#define TS_MESH_BCAST_BYTES_PER_S (64 * 1024)
#define TS_MESH_TVLV_BYTES_PER_S (64 * 1024)
#define TS_MESH_UNROUTED_BYTES_PER_S (64 * 1024)
/* And what a gateway lets in that it cannot look into. */
#define TS_MESH_BLIND_BYTES_PER_S (2 * 1024)

/**
 * enum ts_class - what the bytes are for
 * @TS_CLASS_FREE: portal, DNS, DHCP, the payment path; never billed, policed; of
 *	DNS and the like more than a little is internet (TS_RULE_A_ENDS_HERE)
 * @TS_CLASS_LOCAL: remote address inside a configured local prefix
 * @TS_CLASS_INTERNET: every other remote address
 * @TS_CLASS_RELAY: carried for a neighbour of the mesh; up: paid as the
 *	previous hop, down: paid as the neighbour towards the destination
 */
enum ts_class {
	TS_CLASS_FREE,
	TS_CLASS_LOCAL,
	TS_CLASS_INTERNET,
	TS_CLASS_RELAY,
	__TS_CLASS_COUNT,
};
#define TS_CLASS_COUNT __TS_CLASS_COUNT

/** enum ts_dir - up: from the client; down: to the client */
enum ts_dir {
	TS_DIR_UP,
	TS_DIR_DOWN,
	__TS_DIR_COUNT,
};
#define TS_DIR_COUNT __TS_DIR_COUNT

/** enum ts_kind - what an account is for */
enum ts_kind {
	TS_KIND_CLIENT = 1,
	TS_KIND_NEIGHBOUR = 2,
};

/** enum ts_role - what a port is for */
enum ts_role {
	TS_ROLE_ACCESS = 1,
	TS_ROLE_MESH = 2,
};

/** enum ts_meter_kind - how a port is metered; AUTO only in requests */
enum ts_meter_kind {
	TS_METER_AUTO,
	TS_METER_XDP,
	TS_METER_TC,
	TS_METER_NF,
};

/** enum ts_direction - which directions of a port are metered, bits */
enum ts_direction {
	TS_DIRECTION_UP = 1,
	TS_DIRECTION_DOWN = 2,
	TS_DIRECTION_BOTH = 3,
};

/**
 * enum ts_account_flags - state of an account, bits
 * @TS_ACCOUNT_F_FORBID: nothing passes whatever the budget (set by close, or
 *	by an operator to block a station)
 * @TS_ACCOUNT_F_EXPIRED: EXPIRES_S has passed; nothing passes until it is set
 *	anew.  Read only.
 * @TS_ACCOUNT_F_TRUSTED: everything passes and is counted, nothing is charged
 */
enum ts_account_flags {
	TS_ACCOUNT_F_FORBID = 1 << 0,
	TS_ACCOUNT_F_EXPIRED = 1 << 1,
	TS_ACCOUNT_F_TRUSTED = 1 << 2,
};
#define TS_ACCOUNT_F_ALL 7
#define TS_ACCOUNT_F_WRITABLE (TS_ACCOUNT_F_FORBID | TS_ACCOUNT_F_TRUSTED)

/**
 * enum ts_drop - why a frame did not pass; an array of counters per port
 * @TS_DROP_STRANGER: the station has no account and the frame is not free
 * @TS_DROP_DRY: it costs more than the account has left
 * @TS_DROP_FORBIDDEN: FORBID or EXPIRED
 * @TS_DROP_POLICED: of class free, above the station's or the port's free rate, or
 *	above what may be passed on for nothing (TS_RULE_A_ENDS_HERE);
 *	or to a group, above what an account may send there for nothing
 * @TS_DROP_UNSOLICITED: towards a station that may not receive it
 * @TS_DROP_MALFORMED: does not parse as what it claims to be
 * @TS_DROP_HIDDEN_TAG: a VLAN tag that the XDP program could not see
 * @TS_DROP_GONE: the account was closed while the frame was under way
 */
enum ts_drop {
	TS_DROP_STRANGER,
	TS_DROP_DRY,
	TS_DROP_FORBIDDEN,
	TS_DROP_POLICED,
	TS_DROP_UNSOLICITED,
	TS_DROP_MALFORMED,
	TS_DROP_HIDDEN_TAG,
	TS_DROP_GONE,
	__TS_DROP_COUNT,
};
#define TS_DROP_COUNT __TS_DROP_COUNT

/**
 * enum ts_event_type - what happened
 * @TS_EVENT_STRANGER: KEY, IFINDEX: a station without account was refused.
 *	Rate-limited; a hint, may be lost.
 * @TS_EVENT_LOW: ACCOUNT_ID, EPOCH, GRANTED, CHARGED: less than LOW_UNITS left.
 *	Once per granted value.
 * @TS_EVENT_EXHAUSTED: likewise: a frame was refused.  Once per granted value.
 * @TS_EVENT_REVOKED: likewise, and UNITS taken
 * @TS_EVENT_CLOSED: likewise
 * @TS_EVENT_EXPIRED: ACCOUNT_ID, EPOCH
 * @TS_EVENT_PORT_ATTACHED: PORT_PATTERN, IFINDEX, PORT_IFNAME
 * @TS_EVENT_PORT_GONE: likewise: the device or its meter vanished
 * @TS_EVENT_OWNER: OWNER_PID, 0 when given up
 */
enum ts_event_type {
	TS_EVENT_STRANGER = 1,
	TS_EVENT_LOW,
	TS_EVENT_EXHAUSTED,
	TS_EVENT_REVOKED,
	TS_EVENT_CLOSED,
	TS_EVENT_EXPIRED,
	TS_EVENT_PORT_ATTACHED,
	TS_EVENT_PORT_GONE,
	TS_EVENT_OWNER,
	__TS_EVENT_COUNT,
};

/** enum ts_caps - what this kernel can do, bits of CAPS */
enum ts_caps {
	TS_CAP_EGRESS = 1 << 0,
	TS_CAP_MESH = 1 << 1,
};

/**
 * enum ts_payer_rule - who pays for what a mesh relays
 * @TS_PAYER_REQUESTER: to and from a gateway the neighbour away from it, both
 *	directions; between members the sender
 * @TS_PAYER_SENDER: the previous hop, always
 */
enum ts_payer_rule {
	TS_PAYER_REQUESTER,
	TS_PAYER_SENDER,
};

/**
 * enum ts_mesh_flags - of MESH_FLAGS, bits
 * @TS_MESH_F_EXIT: this box is a gateway: what leaves and enters the mesh here
 *	is billed as class INTERNET
 */
enum ts_mesh_flags {
	TS_MESH_F_EXIT = 1 << 0,
};
#define TS_MESH_F_ALL 1

/**
 * enum ts_neighbour_count - counters of one outer MAC; each frame is in one, and
 * what has to be paid for in BOUGHT_* as well
 * @TS_NEIGHBOUR_RX_TRANSIT: from it, passed on, billed or without a route
 * @TS_NEIGHBOUR_RX_LOCAL: from it, for this box or whoever is behind it
 * @TS_NEIGHBOUR_RX_EXIT: likewise, and billed as class INTERNET up
 * @TS_NEIGHBOUR_RX_TVLV: from it, TVLV, in transit or for this box
 * @TS_NEIGHBOUR_RX_BCAST: from it, BCAST, and MCAST that was not billed
 * @TS_NEIGHBOUR_RX_CONTROL: from it, routing protocol
 * @TS_NEIGHBOUR_RX_REFUSED: from it, and dropped, for whatever reason
 * @TS_NEIGHBOUR_TX_TRANSIT: to it, unicast or MCAST that came in on this mesh
 * @TS_NEIGHBOUR_TX_OWN: to it, likewise, sent by this box; and, since the kernel
 *	does not tell them apart, all but the last fragment of what it cut again
 * @TS_NEIGHBOUR_BOUGHT_RELAY_UP: of TX_*: what it bills this box for as class
 *	RELAY up
 * @TS_NEIGHBOUR_BOUGHT_RELAY_DOWN: of RX_*, also RX_REFUSED: likewise, down
 * @TS_NEIGHBOUR_BOUGHT_EXIT_UP: of TX_*: likewise, INTERNET up
 * @TS_NEIGHBOUR_BOUGHT_EXIT_DOWN: of RX_*, also RX_REFUSED: likewise, down
 *
 * BOUGHT_* follow from the tables of this box and the rules of MESH, as if the
 * neighbour had the same ones.  Of its addresses and local prefixes this box
 * knows what its own rules say.  What the neighbour refuses is contained.
 *
 * On one link the sum of TX_* is that of RX_TRANSIT, RX_LOCAL, RX_EXIT, RX_TVLV,
 * the unicast and MCAST of RX_REFUSED, and what the link lost.
 */
enum ts_neighbour_count {
	TS_NEIGHBOUR_RX_TRANSIT,
	TS_NEIGHBOUR_RX_LOCAL,
	TS_NEIGHBOUR_RX_EXIT,
	TS_NEIGHBOUR_RX_TVLV,
	TS_NEIGHBOUR_RX_BCAST,
	TS_NEIGHBOUR_RX_CONTROL,
	TS_NEIGHBOUR_RX_REFUSED,
	TS_NEIGHBOUR_TX_TRANSIT,
	TS_NEIGHBOUR_TX_OWN,
	TS_NEIGHBOUR_BOUGHT_RELAY_UP,
	TS_NEIGHBOUR_BOUGHT_RELAY_DOWN,
	TS_NEIGHBOUR_BOUGHT_EXIT_UP,
	TS_NEIGHBOUR_BOUGHT_EXIT_DOWN,
	__TS_NEIGHBOUR_COUNT,
};
#define TS_NEIGHBOUR_COUNT __TS_NEIGHBOUR_COUNT

/**
 * enum ts_originator_count - counters of one destination originator
 * @TS_ORIGINATOR_UP: in transit to it, billed to the previous hop
 * @TS_ORIGINATOR_DOWN: in transit to it, billed to the account of its route
 * @TS_ORIGINATOR_UNROUTED: in transit to it from a gateway, or out of this box
 *	from beyond the mesh, unbilled for want of a route
 * @TS_ORIGINATOR_EXIT_DOWN: from beyond the mesh, billed as class INTERNET down
 * @TS_ORIGINATOR_REFUSED: to it, and dropped
 */
enum ts_originator_count {
	TS_ORIGINATOR_UP,
	TS_ORIGINATOR_DOWN,
	TS_ORIGINATOR_UNROUTED,
	TS_ORIGINATOR_EXIT_DOWN,
	TS_ORIGINATOR_REFUSED,
	__TS_ORIGINATOR_COUNT,
};
#define TS_ORIGINATOR_COUNT __TS_ORIGINATOR_COUNT

enum ts_cmd {
	TS_CMD_UNSPEC,
	TS_CMD_INFO_GET,
	TS_CMD_INFO_SET,
	TS_CMD_OWNER_SET,
	TS_CMD_PORT_ADD,
	TS_CMD_PORT_DEL,
	TS_CMD_PORT_GET,
	TS_CMD_ACCOUNT_SET,
	TS_CMD_ACCOUNT_DEL,
	TS_CMD_ACCOUNT_GET,
	TS_CMD_GRANT,
	TS_CMD_REVOKE,
	TS_CMD_CLOSE,
	TS_CMD_TARIFF_SET,
	TS_CMD_TARIFF_DEL,
	TS_CMD_TARIFF_GET,
	TS_CMD_CLASS_ADD,
	TS_CMD_CLASS_DEL,
	TS_CMD_CLASS_GET,
	TS_CMD_STRANGER_GET,
	TS_CMD_EVENT,
	TS_CMD_MESH_ADD = 32,
	TS_CMD_MESH_DEL,
	TS_CMD_MESH_GET,
	TS_CMD_GATEWAY_SET,
	TS_CMD_ROUTE_SET,
	TS_CMD_ORIGINATOR_GET,
	TS_CMD_NEIGHBOUR_GET,
	__TS_CMD_LAST,
};
#define TS_CMD_MAX (__TS_CMD_LAST - 1)

/**
 * enum ts_attr - top-level attributes
 * @TS_A_PAD: alignment of 64-bit values
 * @TS_A_VERSION: NUL-terminated string: the module's version
 * @TS_A_DRIVER: NUL-terminated string: "genl"
 * @TS_A_CAPS: u32, enum ts_caps
 * @TS_A_MEMORY_BYTES: u64: kernel memory of this namespace's tables
 * @TS_A_MEMORY_MAX_BYTES: u64: its limit; an ACCOUNT_SET above it: -ENOSPC
 * @TS_A_ACCOUNTS: u32: number of accounts
 * @TS_A_ACCOUNTS_MAX: u32: its limit, 1 to TS_ACCOUNT_ID_MAX
 * @TS_A_OWNER: u8: 1 take, 0 give up
 * @TS_A_OWNER_PID: u32: process that took the ownership
 * @TS_A_PORT_PATTERN: string, 1 to 15 bytes: name, or prefix and '*'
 * @TS_A_PORT_IFINDEX: u32
 * @TS_A_PORT_IFNAME: string
 * @TS_A_PORT_ROLE: u8, enum ts_role
 * @TS_A_PORT_METER: u8, enum ts_meter_kind
 * @TS_A_PORT_DIRECTION: u8, enum ts_direction
 * @TS_A_PORT_STATS: nested, enum ts_port_stats_attr
 * @TS_A_MARK_MASK: u32: 4 or more adjacent bits of the packet mark
 * @TS_A_ZONE: u32: bridge domain or routed port
 * @TS_A_ACCOUNT_ID: u32, 1 to TS_ACCOUNT_ID_MAX
 * @TS_A_EPOCH: u32: life of this id; another life: -ESTALE
 * @TS_A_KIND: u8, enum ts_kind
 * @TS_A_KEYS: nested list of TS_A_KEY
 * @TS_A_KEY: nested, enum ts_key_attr
 * @TS_A_ACCOUNT_FLAGS: u32, enum ts_account_flags
 * @TS_A_GRANTED: u64, credit units, cumulative
 * @TS_A_CHARGED: u64, credit units, cumulative: passed + revoked
 * @TS_A_REVOKED: u64, credit units, cumulative, of CHARGED
 * @TS_A_UNITS: u64, credit units
 * @TS_A_LOW_UNITS: u64, credit units: raise LOW when less is left; 0: never
 * @TS_A_EXPIRES_S: u32, seconds from now; 0: never
 * @TS_A_IDLE_MS: u64, since the last frame from a station, accurate to a second
 * @TS_A_STATS: nested list of TS_A_STAT
 * @TS_A_STAT: nested, enum ts_stat_attr: one class and direction
 * @TS_A_TARIFF_ID: u32, 1 to 65535
 * @TS_A_TARIFF_VERSION: u32
 * @TS_A_PRICES: nested list of TS_A_PRICE; a class not listed costs 0
 * @TS_A_PRICE: nested, enum ts_price_attr
 * @TS_A_CLASS_RULE: nested, enum ts_rule_attr
 * @TS_A_EVENT_TYPE: u8, enum ts_event_type
 * @TS_A_TIME_NS: u64, CLOCK_BOOTTIME
 * @TS_A_PORT_LOWER: string: the device below, where the frames of this one are
 *	metered
 * @TS_A_MESH_PATTERN: string, 1 to 15 bytes: name of a mesh device, or prefix
 *	and '*'
 * @TS_A_MESH_IFINDEX: u32: the mesh device
 * @TS_A_MESH_IFNAME: string: likewise
 * @TS_A_MESH_REASON: string: why a device that matches is not claimed
 * @TS_A_MESH_FLAGS: u32, enum ts_mesh_flags
 * @TS_A_MESH_STATS: nested, enum ts_mesh_stats_attr
 * @TS_A_PAYER_RULE: u8, enum ts_payer_rule
 * @TS_A_GENERATION: u64: of the list that is sent; only grows
 * @TS_A_GATEWAY_GENERATION: u64: of the GATEWAYS in force, 0: none came yet
 * @TS_A_ROUTE_GENERATION: u64: of the ROUTES in force, 0: none came yet
 * @TS_A_GATEWAYS: binary: originators of gateways, 6 bytes each
 * @TS_A_BEHIND: binary: MACs of whoever is behind gateways, 6 bytes each
 * @TS_A_ROUTES: nested list of TS_A_ROUTE
 * @TS_A_ROUTE: nested, enum ts_route_attr
 * @TS_A_MORE: flag: the table is not complete yet
 * @TS_A_ORIGINATOR: 6 bytes
 * @TS_A_GATEWAY: flag
 * @TS_A_ROUTED: flag
 * @TS_A_KNOWN: flag
 * @TS_A_COUNT_BYTES: array of u64
 * @TS_A_COUNT_PACKETS: array of u64
 */
enum ts_attr {
	TS_A_UNSPEC,
	TS_A_PAD,
	TS_A_VERSION,
	TS_A_DRIVER,
	TS_A_CAPS,
	TS_A_MEMORY_BYTES,
	TS_A_MEMORY_MAX_BYTES,
	TS_A_ACCOUNTS,
	TS_A_ACCOUNTS_MAX,
	TS_A_OWNER,
	TS_A_OWNER_PID,
	TS_A_PORT_PATTERN,
	TS_A_PORT_IFINDEX,
	TS_A_PORT_IFNAME,
	TS_A_PORT_ROLE,
	TS_A_PORT_METER,
	TS_A_PORT_DIRECTION,
	TS_A_PORT_STATS,
	TS_A_MARK_MASK,
	TS_A_ZONE,
	TS_A_ACCOUNT_ID,
	TS_A_EPOCH,
	TS_A_KIND,
	TS_A_KEYS,
	TS_A_KEY,
	TS_A_ACCOUNT_FLAGS,
	TS_A_GRANTED,
	TS_A_CHARGED,
	TS_A_REVOKED,
	TS_A_UNITS,
	TS_A_LOW_UNITS,
	TS_A_EXPIRES_S,
	TS_A_IDLE_MS,
	TS_A_STATS,
	TS_A_STAT,
	TS_A_TARIFF_ID,
	TS_A_TARIFF_VERSION,
	TS_A_PRICES,
	TS_A_PRICE,
	TS_A_CLASS_RULE,
	TS_A_EVENT_TYPE,
	TS_A_TIME_NS,
	TS_A_PORT_LOWER,
	TS_A_MESH_PATTERN,
	TS_A_MESH_IFINDEX,
	TS_A_MESH_IFNAME,
	TS_A_MESH_REASON,
	TS_A_MESH_FLAGS,
	TS_A_MESH_STATS,
	TS_A_PAYER_RULE,
	TS_A_GENERATION,
	TS_A_GATEWAY_GENERATION,
	TS_A_ROUTE_GENERATION,
	TS_A_GATEWAYS,
	TS_A_BEHIND,
	TS_A_ROUTES,
	TS_A_ROUTE,
	TS_A_MORE,
	TS_A_ORIGINATOR,
	TS_A_GATEWAY,
	TS_A_ROUTED,
	TS_A_KNOWN,
	TS_A_COUNT_BYTES,
	TS_A_COUNT_PACKETS,
	__TS_A_LAST,
};
#define TS_A_MAX (__TS_A_LAST - 1)

/** enum ts_key_attr - a station: MAC 6 bytes, VLAN u16 (0: untagged), ZONE u32 */
enum ts_key_attr {
	TS_KEY_A_UNSPEC,
	TS_KEY_A_MAC,
	TS_KEY_A_VLAN,
	TS_KEY_A_ZONE,
	__TS_KEY_A_LAST,
};
#define TS_KEY_A_MAX (__TS_KEY_A_LAST - 1)

/**
 * enum ts_stat_attr - counters of one class and direction since the epoch began
 * @TS_STAT_A_CLASS: u8
 * @TS_STAT_A_DIR: u8
 * @TS_STAT_A_BYTES: u64, billed bytes that passed
 * @TS_STAT_A_PACKETS: u64, frames that passed, segments counted
 * @TS_STAT_A_UNITS: u64, credit units charged for them
 * @TS_STAT_A_DROPPED_BYTES: u64, refused
 * @TS_STAT_A_DROPPED_PACKETS: u64, refused
 */
enum ts_stat_attr {
	TS_STAT_A_UNSPEC,
	TS_STAT_A_PAD,
	TS_STAT_A_CLASS,
	TS_STAT_A_DIR,
	TS_STAT_A_BYTES,
	TS_STAT_A_PACKETS,
	TS_STAT_A_UNITS,
	TS_STAT_A_DROPPED_BYTES,
	TS_STAT_A_DROPPED_PACKETS,
	__TS_STAT_A_LAST,
};
#define TS_STAT_A_MAX (__TS_STAT_A_LAST - 1)

/** enum ts_price_attr - CLASS u8, DIR u8, UNITS_PER_BYTE u16 (0..TS_PRICE_MAX) */
enum ts_price_attr {
	TS_PRICE_A_UNSPEC,
	TS_PRICE_A_CLASS,
	TS_PRICE_A_DIR,
	TS_PRICE_A_UNITS_PER_BYTE,
	__TS_PRICE_A_LAST,
};
#define TS_PRICE_A_MAX (__TS_PRICE_A_LAST - 1)

/**
 * enum ts_rule_attr - a rule of the classifier
 * A prefix rule gives remote addresses a class: FAMILY, ADDR, PREFIX_LEN, CLASS.
 * A service rule makes one service of the box free: CLASS = free, PROTO, PORT
 * and ADDR with the full PREFIX_LEN; ADDR absent: any address of the box (its
 * own MAC is always required going up, its own sending coming down).  Of two
 * services that match, the one with ADDR counts.  ADDR may be a group of the link
 * (224.0.0.0/24, ff02::/16) that the box has joined: what a station that may not
 * speak to groups sends there is brought to the box alone.
 * @TS_RULE_A_CLASS: u8
 * @TS_RULE_A_FAMILY: u8, AF_INET or AF_INET6
 * @TS_RULE_A_ADDR: 4 or 16 bytes, network order
 * @TS_RULE_A_PREFIX_LEN: u8
 * @TS_RULE_A_PROTO: u8, IPPROTO_UDP or IPPROTO_TCP
 * @TS_RULE_A_PORT: u16, host order, 1..65535
 * @TS_RULE_A_ENDS_HERE: flag, of a service: it answers by itself and passes on
 *	nothing that it is asked, so no tunnel leads through it, and its bytes
 *	take only a sixteenth from the free rate.  A portal ends here; a resolver
 *	and a proxy do not.  Without it a station gets 16 KiB at once and 1 KiB a
 *	second of all such services together, both directions, and all those of a
 *	port that have no account 256 KiB and 32 KiB a second; so too of ports 53 and
 *	853 in prefixes of class free.  An account has none of it saved up when it is
 *	made, and of answers 16 KiB come to it after each question of its own; more
 *	is dropped (POLICED).  What it asks beyond what is free, and the answers, are of
 *	class internet: charged, or dropped (POLICED) where that cannot be paid.
 */
enum ts_rule_attr {
	TS_RULE_A_UNSPEC,
	TS_RULE_A_CLASS,
	TS_RULE_A_FAMILY,
	TS_RULE_A_ADDR,
	TS_RULE_A_PREFIX_LEN,
	TS_RULE_A_PROTO,
	TS_RULE_A_PORT,
	TS_RULE_A_ENDS_HERE,
	__TS_RULE_A_LAST,
};
#define TS_RULE_A_MAX (__TS_RULE_A_LAST - 1)

/**
 * enum ts_port_stats_attr - counters of a port since it was attached
 * @TS_PORT_STATS_A_FREE_BYTES: u64, class free, both directions
 * @TS_PORT_STATS_A_GROUP_BYTES: u64, group-addressed, never billed
 * @TS_PORT_STATS_A_PASSED_BYTES: u64, billed bytes
 * @TS_PORT_STATS_A_DROPS: array of __TS_DROP_COUNT u64, packets by enum ts_drop
 */
enum ts_port_stats_attr {
	TS_PORT_STATS_A_UNSPEC,
	TS_PORT_STATS_A_PAD,
	TS_PORT_STATS_A_FREE_BYTES,
	TS_PORT_STATS_A_GROUP_BYTES,
	TS_PORT_STATS_A_PASSED_BYTES,
	TS_PORT_STATS_A_DROPS,
	__TS_PORT_STATS_A_LAST,
};
#define TS_PORT_STATS_A_MAX (__TS_PORT_STATS_A_LAST - 1)

/**
 * enum ts_route_attr - who pays for what comes from a gateway for an originator
 * @TS_ROUTE_A_ORIGINATOR: 6 bytes: the destination
 * @TS_ROUTE_A_ACCOUNT_ID: u32: the neighbour towards it.  Absent: that has no
 *	account, so nobody pays, and what comes for it is dropped.  An account
 *	that is closed leaves its routes like that.
 * @TS_ROUTE_A_EPOCH: u32, goes with ACCOUNT_ID
 */
enum ts_route_attr {
	TS_ROUTE_A_UNSPEC,
	TS_ROUTE_A_ORIGINATOR,
	TS_ROUTE_A_ACCOUNT_ID,
	TS_ROUTE_A_EPOCH,
	__TS_ROUTE_A_LAST,
};
#define TS_ROUTE_A_MAX (__TS_ROUTE_A_LAST - 1)

/**
 * enum ts_mesh_stats_attr - counters of a lower device since it was claimed
 * @TS_MESH_STATS_A_BYTES: array of u64 by enum ts_neighbour_count, of all
 *	neighbours, whether they have an account or not
 * @TS_MESH_STATS_A_PACKETS: likewise
 * @TS_MESH_STATS_A_UNROUTED_BYTES: u64, passed unbilled for want of a route
 * @TS_MESH_STATS_A_GUESSED_BYTES: u64, of fragments whose source was guessed
 * @TS_MESH_STATS_A_CODED_PACKETS: u64, dropped
 * @TS_MESH_STATS_A_UNPARSED_PACKETS: u64, not to be understood, left to batman-adv
 * @TS_MESH_STATS_A_DROPS: array of __TS_DROP_COUNT u64, packets by enum ts_drop
 */
enum ts_mesh_stats_attr {
	TS_MESH_STATS_A_UNSPEC,
	TS_MESH_STATS_A_PAD,
	TS_MESH_STATS_A_BYTES,
	TS_MESH_STATS_A_PACKETS,
	TS_MESH_STATS_A_UNROUTED_BYTES,
	TS_MESH_STATS_A_GUESSED_BYTES,
	TS_MESH_STATS_A_CODED_PACKETS,
	TS_MESH_STATS_A_UNPARSED_PACKETS,
	TS_MESH_STATS_A_DROPS,
	__TS_MESH_STATS_A_LAST,
};
#define TS_MESH_STATS_A_MAX (__TS_MESH_STATS_A_LAST - 1)

#endif /* _UAPI_LINUX_TOKENSWITCH_H */
