/* SPDX-License-Identifier: GPL-2.0 */
/* mdns_wire.h - numbers of RFC 1035, 2782 and 6762.  Private to mdns_*.c. */
#ifndef TS_DISCOVERY_MDNS_WIRE_H
#define TS_DISCOVERY_MDNS_WIRE_H

#define TS_DNS_RESPONSE		0x8000	/* QR */
#define TS_DNS_OPCODE		0x7800
#define TS_DNS_AUTHORITATIVE	0x0400	/* AA */
#define TS_DNS_RCODE		0x000f

#define TS_DNS_CLASS_IN		1
#define TS_DNS_CLASS_ANY	255
/* In a question: answer me alone.  In a record: forget what you knew. */
#define TS_DNS_CLASS_TOP	0x8000

#define TS_DNS_TYPE_A		1
#define TS_DNS_TYPE_PTR		12
#define TS_DNS_TYPE_TXT		16
#define TS_DNS_TYPE_SRV		33
#define TS_DNS_TYPE_ANY		255

/*
 * What the original says of all its records, and the most that may be told to
 * who asks as a plain resolver (RFC 6762, section 6.7).
 */
#define TS_MDNS_TTL_S		120
#define TS_MDNS_LEGACY_TTL_S	10

#endif /* TS_DISCOVERY_MDNS_WIRE_H */
