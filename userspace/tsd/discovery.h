/* SPDX-License-Identifier: GPL-2.0 */
/* discovery.h - finds Photon nodes on the access side, and is found by them. */
#ifndef TS_TSD_DISCOVERY_H
#define TS_TSD_DISCOVERY_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include "discovery/peers.h"
#include "tsd/config.h"
#include "tsd/endpoint.h"

/**
 * struct ts_discovery_counters - since the process began
 * @received: packets that were read
 * @foreign: from elsewhere than the link, or answers that did not come from the
 *	port of Multicast DNS
 * @policed: above the rate of their source
 * @malformed: not what they claim to be
 * @asked: questions about us
 * @answered: and our answers
 * @full: peers for which there was no place
 * @send_failed: what the kernel did not take
 */
struct ts_discovery_counters {
	uint64_t received;
	uint64_t foreign;
	uint64_t policed;
	uint64_t malformed;
	uint64_t asked;
	uint64_t answered;
	uint64_t full;
	uint64_t send_failed;
};

/**
 * typedef ts_discovery_partner - has this node a channel with us?
 * @ctx: the caller's
 * @address: the node
 *
 * Return: true if so.
 */
typedef bool ts_discovery_partner(void *ctx, const struct ts_address *address);

struct ts_discovery;

struct ts_discovery *ts_discovery_new(struct ev_loop *loop, const struct ts_config *c,
				      const struct ts_address *ours,
				      struct ts_peers *peers,
				      ts_discovery_partner *partner, void *ctx);
void ts_discovery_free(struct ts_discovery *d);
const char *ts_discovery_fault(const struct ts_discovery *d);
const struct ts_discovery_counters *ts_discovery_counters(const struct ts_discovery *d);

void ts_peer_endpoint(const struct ts_peer *peer, struct ts_endpoint *out);

#endif /* TS_TSD_DISCOVERY_H */
