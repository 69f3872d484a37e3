/* SPDX-License-Identifier: GPL-2.0 */
/* udp.h - Photon datagrams in and out, by one socket. */
#ifndef TS_TSD_UDP_H
#define TS_TSD_UDP_H

#include <ev.h>
#include <stddef.h>
#include <stdint.h>

#include "tsd/endpoint.h"

/**
 * struct ts_udp_counters - since the process began
 * @received: handed on
 * @empty: datagrams of no bytes
 * @too_long: above 1200 bytes
 * @policed: above the rate of their source, or of all strangers
 * @sent: Acks and messages of ours
 * @send_failed: of these, what the kernel did not take; it is sent again, an Ack
 *	when the peer asks again
 */
struct ts_udp_counters {
	uint64_t received;
	uint64_t empty;
	uint64_t too_long;
	uint64_t policed;
	uint64_t sent;
	uint64_t send_failed;
};

/**
 * struct ts_udp_limits - see struct ts_config_limits
 */
struct ts_udp_limits {
	unsigned int per_source;
	unsigned int burst;
	unsigned int sources;
	unsigned int strangers;
};

/*
 * What is done with a datagram: @arrived_ns is CLOCK_BOOTTIME, by the kernel's
 * time stamp.
 */
typedef void ts_udp_take(void *ctx, const void *bytes, size_t len,
			 const struct ts_endpoint *from, uint64_t arrived_ns);

struct ts_udp;

struct ts_udp *ts_udp_new(struct ev_loop *loop, const struct ts_endpoint *at,
			  const struct ts_udp_limits *limits, ts_udp_take *take,
			  void *ctx, char *err, size_t err_size);
void ts_udp_free(struct ts_udp *u);
void ts_udp_send(struct ts_udp *u, const void *bytes, size_t len,
		 const struct ts_endpoint *to);
void ts_udp_know(struct ts_udp *u, const struct ts_endpoint *from);
void ts_udp_forget(struct ts_udp *u, const struct ts_endpoint *from);
const struct ts_udp_counters *ts_udp_counters(const struct ts_udp *u);

#endif /* TS_TSD_UDP_H */
