/* SPDX-License-Identifier: GPL-2.0 */
/*
 * reply.h - who waits for the answer to a datagram.
 *
 * Billing names a waiting datagram by a number and answers each exactly once;
 * here is who that was.  Bounded: a datagram that finds no place is dropped,
 * and sent again by its peer.
 */
#ifndef TS_TSD_REPLY_H
#define TS_TSD_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "tsd/endpoint.h"

/* As many as billing lets wait for one commit. */
#define TS_REPLY_SLOTS 1024

/**
 * struct ts_reply - somebody who waits
 * @number: of this use of the place; 0: nobody
 * @next_free: place + 1 of the next empty one
 * @arrived_ns: CLOCK_BOOTTIME
 * @http: waits at the portal, as @portal_reply; else at @from
 * @portal_reply: see struct ts_portal_ops
 * @from: UDP peer; at the portal, of what a wallet has signed, the station's address
 */
struct ts_reply {
	uint64_t number;
	uint32_t next_free;
	uint64_t arrived_ns;
	bool http;
	uint64_t portal_reply;
	struct ts_endpoint from;
};

/**
 * struct ts_replies - all who wait
 * @slots: places
 * @free: place + 1 of the first empty one; 0: none is
 * @uses: how often a place was taken
 */
struct ts_replies {
	struct ts_reply slots[TS_REPLY_SLOTS];
	uint32_t free;
	uint64_t uses;
};

void ts_reply_init(struct ts_replies *r);
struct ts_reply *ts_reply_add(struct ts_replies *r);
const struct ts_reply *ts_reply_find(const struct ts_replies *r,
				     uint64_t number);
bool ts_reply_take(struct ts_replies *r, uint64_t number, struct ts_reply *out);

#endif /* TS_TSD_REPLY_H */
