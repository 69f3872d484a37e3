/* SPDX-License-Identifier: GPL-2.0 */
/*
 * relay_socket.h - what neighbours say to each other, by UDP: to all of the link by
 * broadcast, to one where its hello came from.
 */
#ifndef TS_TSD_RELAY_SOCKET_H
#define TS_TSD_RELAY_SOCKET_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tsd/endpoint.h"

/**
 * struct ts_relay_socket_counters - since the process began
 * @received: handed on
 * @policed: above the rate of their source, or of all strangers
 * @sent: of ours
 * @send_failed: of these, what the kernel did not take
 */
struct ts_relay_socket_counters {
	uint64_t received;
	uint64_t policed;
	uint64_t sent;
	uint64_t send_failed;
};

/* @arrived_ns: CLOCK_BOOTTIME, not before it came */
typedef void ts_relay_heard(void *ctx, const void *bytes, size_t len,
			    const struct ts_endpoint *from, uint64_t arrived_ns);

struct ts_relay_socket;

struct ts_relay_socket *ts_relay_socket_new(struct ev_loop *loop,
					    const struct ts_endpoint *at,
					    ts_relay_heard *heard, void *ctx);
void ts_relay_socket_free(struct ts_relay_socket *s);
bool ts_relay_socket_look(struct ts_relay_socket *s);
void ts_relay_socket_broadcast(struct ts_relay_socket *s, const void *bytes,
			       size_t len);
void ts_relay_socket_send(struct ts_relay_socket *s, const void *bytes, size_t len,
			  const struct ts_endpoint *to);
void ts_relay_socket_know(struct ts_relay_socket *s, const struct ts_endpoint *from);
const char *ts_relay_socket_fault(const struct ts_relay_socket *s);
const struct ts_relay_socket_counters *
ts_relay_socket_counters(const struct ts_relay_socket *s);

#endif /* TS_TSD_RELAY_SOCKET_H */
