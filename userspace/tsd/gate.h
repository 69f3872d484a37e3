/* SPDX-License-Identifier: GPL-2.0 */
/*
 * gate.h - the nftables tables of TokenSwitch, and who puts them back.
 *
 * Two tables, "tokenswitch" in the families inet and bridge.  They act on the
 * packet mark that the meters set and on device names, touch no other table,
 * and outlive the daemon.  They are not the gate itself: that is in the meter.
 * They close what a meter cannot: a device of an access pattern that has no
 * meter, whatever came through it without the stamp, and the first packets of
 * new connections of those who have not paid.
 */
#ifndef TS_TSD_GATE_H
#define TS_TSD_GATE_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/meter.h"
#include "tsd/endpoint.h"

#define TS_GATE_PATTERNS_MAX	32
#define TS_GATE_METERED_MAX	1024
#define TS_GATE_GUESTS_MAX	64

/**
 * enum ts_gate_feature - what a kernel may lack, bits
 * @TS_GATE_BRIDGE: tables of family bridge
 * @TS_GATE_NAT: redirect to the portal
 * @TS_GATE_REJECT: answers to refused connections
 * @TS_GATE_CT: connection states, to drop what nobody asked for
 */
enum ts_gate_feature {
	TS_GATE_BRIDGE = 1 << 0,
	TS_GATE_NAT = 1 << 1,
	TS_GATE_REJECT = 1 << 2,
	TS_GATE_CT = 1 << 3,
	TS_GATE_ALL = (1 << 4) - 1,
};

/**
 * struct ts_gate_guest - a client that was behind another box a moment ago
 * @family: AF_INET or AF_INET6
 * @ip: 4 or 16 bytes
 */
struct ts_gate_guest {
	unsigned int family;
	uint8_t ip[16];
};

/**
 * struct ts_gate_spec - what the tables say
 * @features: enum ts_gate_feature
 * @mark_mask: our bits of the packet mark
 * @patterns: of access ports
 * @n_patterns: how many
 * @metered: interface indexes of attached access ports, ascending
 * @n_metered: how many
 * @guests: what comes for them may be of connections that began elsewhere
 * @n_guests: how many
 * @portal4: where unpaid web requests end up, @len 0: nowhere
 * @portal6: likewise for IPv6
 * @portal_port: the port of both
 * @opennds: takes unpaid web requests of IPv4 in the portal's place, @len 0: nobody does
 * @unsolicited: let connections from outside reach clients
 * @own: count what the box itself downloads
 */
struct ts_gate_spec {
	unsigned int features;
	uint32_t mark_mask;
	char patterns[TS_GATE_PATTERNS_MAX][TS_PATTERN_LEN];
	unsigned int n_patterns;
	uint32_t metered[TS_GATE_METERED_MAX];
	unsigned int n_metered;
	struct ts_gate_guest guests[TS_GATE_GUESTS_MAX];
	unsigned int n_guests;
	struct ts_endpoint portal4;
	struct ts_endpoint portal6;
	uint16_t portal_port;
	struct ts_endpoint opennds;
	bool unsolicited;
	bool own;
};

void ts_gate_text(const struct ts_gate_spec *spec, FILE *out);
void ts_gate_text_metered(const struct ts_gate_spec *spec, FILE *out);
void ts_gate_text_guests(const struct ts_gate_spec *spec, FILE *out);

struct ts_gate;

struct ts_gate *ts_gate_new(struct ev_loop *loop, char *err, size_t err_size);
void ts_gate_free(struct ts_gate *g);
int ts_gate_apply(struct ts_gate *g, const struct ts_gate_spec *spec);
int ts_gate_metered(struct ts_gate *g, const uint32_t *metered, unsigned int n);
void ts_gate_guest(struct ts_gate *g, const struct sockaddr *client);
bool ts_gate_flowtables(struct ts_gate *g);
const char *ts_gate_fault(const struct ts_gate *g);
const char *ts_gate_lacks(const struct ts_gate *g);
uint64_t ts_gate_restored(const struct ts_gate *g);
int ts_gate_own(struct ts_gate *g, uint64_t *bytes, uint64_t *packets);
int ts_gate_remove(char *err, size_t err_size);

#endif /* TS_TSD_GATE_H */
