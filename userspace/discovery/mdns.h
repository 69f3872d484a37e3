/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mdns.h - how Photon nodes find each other on a link: Multicast DNS (RFC 6762)
 * and service discovery (RFC 6763), as much of them as Photon uses.
 *
 * A node asks 224.0.0.251, port 5353, for PTR _photon.local, and a node answers
 *
 *	_photon.local		PTR	<address>._photon.local
 *	<address>._photon.local	SRV	0 0 <UDP port> <host>
 *	<host>			A	<IPv4>
 *	<address>._photon.local	TXT	"<address>"
 *
 * with the EIP-55 text of its address.  Who it is says the TXT record, where it
 * is the A and the port the SRV record.  All four are in the answer section, in
 * this order, for the original reads them one after the other and must see the
 * SRV before the A; RFC 6763 (section 12.1) would have three of them among the
 * additional records, and every reader takes them from both.  No cache-flush bit
 * is set: nobody probes whether the names are free, so nobody may claim them.
 *
 * No I/O and no clock.  Nothing of this is signed: what is learned here says
 * where to send, and never who has paid (M6, M9).
 */
#ifndef TS_DISCOVERY_MDNS_H
#define TS_DISCOVERY_MDNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "photon/sign.h"

#define TS_MDNS_GROUP		"224.0.0.251"
#define TS_MDNS_PORT		5353
#define TS_MDNS_IP_TTL		255	/* RFC 6762, section 11 */
/* The longest that may be sent (RFC 6762, section 17). */
#define TS_MDNS_PACKET_MAX_BYTES	9000
#define TS_MDNS_QUERY_BYTES	31
#define TS_MDNS_ANSWER_MAX_BYTES	400

#define TS_MDNS_SERVICES_MAX	16
#define TS_MDNS_IPS_MAX		4

/**
 * struct ts_mdns_service - a node, as it says itself
 * @address: of the node
 * @ip: IPv4 addresses, network order
 * @n_ips: how many; what is announced has one
 * @port: of its Photon datagrams, host order
 */
struct ts_mdns_service {
	struct ts_address address;
	uint8_t ip[TS_MDNS_IPS_MAX][4];
	unsigned int n_ips;
	uint16_t port;
};

/**
 * enum ts_mdns_about - whose name was asked about
 * @TS_MDNS_NOTHING: nothing of ours
 * @TS_MDNS_SERVICE: _photon.local
 * @TS_MDNS_INSTANCE: our name below it
 * @TS_MDNS_HOST: the name of our host
 */
enum ts_mdns_about {
	TS_MDNS_NOTHING,
	TS_MDNS_SERVICE,
	TS_MDNS_INSTANCE,
	TS_MDNS_HOST,
};

/**
 * struct ts_mdns_packet - what a packet says that concerns Photon
 * @id: of the query
 * @response: it answers; else it asks
 * @about: the first question that is about us
 * @qtype: type of that question
 * @qclass: its class, without the top bit
 * @unicast: it wants to be answered alone (the top bit)
 * @knows: it lists our PTR record, still fresh, so it needs no answer
 * @services: of a response: nodes of which all four records are in it
 * @n_services: how many
 */
struct ts_mdns_packet {
	uint16_t id;
	bool response;
	enum ts_mdns_about about;
	uint16_t qtype;
	uint16_t qclass;
	bool unicast;
	bool knows;
	struct ts_mdns_service services[TS_MDNS_SERVICES_MAX];
	unsigned int n_services;
};

size_t ts_mdns_query(uint8_t out[TS_MDNS_QUERY_BYTES]);
size_t ts_mdns_answer(uint8_t out[TS_MDNS_ANSWER_MAX_BYTES],
		      const struct ts_mdns_service *s,
		      const struct ts_mdns_packet *legacy);
int ts_mdns_decode(struct ts_mdns_packet *p, const void *bytes, size_t len,
		   const struct ts_address *ours);

#endif /* TS_DISCOVERY_MDNS_H */
