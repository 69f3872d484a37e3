/* SPDX-License-Identifier: GPL-2.0 */
/*
 * peers.h - where Photon nodes are: those that the operator names, for good, and
 * those that were heard of on the link, for as long as they are.
 *
 * No I/O and no clock: time is handed in, in CLOCK_BOOTTIME ns.  The table says
 * where to send, and nothing else: no money is bound to a place (M6), and an
 * answer to a payment goes where the payment came from (M9).  So a liar on the
 * link can make our datagrams go astray, and be sent again, and no more than
 * that; of a peer that the operator names not even that.
 */
#ifndef TS_DISCOVERY_PEERS_H
#define TS_DISCOVERY_PEERS_H

#include <stdbool.h>
#include <stdint.h>

#include "photon/sign.h"

/** enum ts_peer_source - who says so */
enum ts_peer_source {
	TS_PEER_STATIC,
	TS_PEER_MDNS,
	TS_PEER_HELLO,		/* a neighbour of the mesh, signed: what it announces */
	TS_PEER_MESSAGE,	/* it came from there, signed, and was new (M9) */
};

/**
 * struct ts_peer_place - an address and a UDP port
 * @family: AF_INET or AF_INET6
 * @ip: 4 or 16 bytes, network order, the rest zero
 * @port: host order
 */
struct ts_peer_place {
	uint8_t family;
	uint8_t ip[16];
	uint16_t port;
};

/**
 * struct ts_peer - where a node is
 * @address: of the node
 * @place: where
 * @source: who says so
 * @partner: it has a channel with us
 * @seen_ns: when it was last heard of; 0 for a static one
 */
struct ts_peer {
	struct ts_address address;
	struct ts_peer_place place;
	enum ts_peer_source source;
	bool partner;
	uint64_t seen_ns;
};

struct ts_peers;

struct ts_peers *ts_peers_new(unsigned int max, uint64_t expire_ns);
void ts_peers_free(struct ts_peers *p);
int ts_peers_set(struct ts_peers *p, const struct ts_peer *list, unsigned int n);
int ts_peers_learn(struct ts_peers *p, const struct ts_address *address,
		   const struct ts_peer_place *place, enum ts_peer_source source,
		   bool partner, uint64_t now_ns);
const struct ts_peer *ts_peers_find(const struct ts_peers *p,
				    const struct ts_address *address, uint64_t now_ns);
int ts_peers_each(const struct ts_peers *p, uint64_t now_ns,
		  int (*fn)(const struct ts_peer *peer, void *arg), void *arg);

#endif /* TS_DISCOVERY_PEERS_H */
