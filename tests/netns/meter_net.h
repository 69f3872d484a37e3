/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A client, this box and a server, each in its own network namespace:
 *
 *   client  c0 <--veth--> ap0  box  up0 <--veth--> s0  server
 *   198.51.100.2    198.51.100.1   203.0.113.1   203.0.113.2
 *
 * The box is the namespace of the calling process.  Static neighbours and no
 * IPv6, so that the only frames are those that a test sends.
 */
#ifndef TS_TESTS_METER_NET_H
#define TS_TESTS_METER_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Ethernet, IPv4 and UDP headers. */
#define NET_OVERHEAD_BYTES 42
#define NET_CLIENT_MAC { 0x02, 0x00, 0x5e, 0x00, 0x53, 0x02 }
#define NET_CLIENT_ADDR "198.51.100.2"
#define NET_SERVER_ADDR "203.0.113.2"

enum net_end { NET_CLIENT, NET_SERVER };

void net_box(void);
void net_make_client(void);
void net_make_server(void);
void net_drop_client(void);
/*
 * The client's frames meet the box on a device "ap0u" that stands on ap0 from
 * now on: of @kind "vlan" (id 5, at both ends) or "macvlan".
 */
void net_stack_client(const char *kind);
/* Return: this kernel has devices of that kind. */
bool net_has_kind(const char *kind);
void net_down(void);

/* Sends @count datagrams of @payload_bytes; Return: datagrams that arrived. */
unsigned int net_send(enum net_end from, unsigned int count, unsigned int payload_bytes);
/* The client sends the same frame @count times, as it is. */
void net_send_frame(const void *frame, size_t len, unsigned int count);
/*
 * Both ends send at once, each on its own CPU, until @count datagrams each are
 * on the way; Return: bytes of the frames that arrived at [end].
 */
void net_flood(unsigned int count, unsigned int payload_bytes, uint64_t arrived_bytes[2]);

void net_run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif /* TS_TESTS_METER_NET_H */
