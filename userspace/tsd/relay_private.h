/* SPDX-License-Identifier: GPL-2.0 */
/* relay_private.h - the state of tsd/relay.h; private to relay*.c of tsd. */
#ifndef TS_TSD_RELAY_PRIVATE_H
#define TS_TSD_RELAY_PRIVATE_H

#include "relay/relay.h"
#include "tsd/daemon.h"
#include "tsd/mesh.h"
#include "tsd/relay.h"
#include "tsd/relay_count.h"
#include "tsd/relay_socket.h"

/**
 * struct ts_relay_place - where a neighbour is
 * @partner: the neighbour
 * @at: where what is signed for it goes
 */
struct ts_relay_place {
	struct ts_address partner;
	struct ts_endpoint at;
};

/**
 * struct ts_relaying - all of it
 * @d: the daemon
 * @config: its mesh; a copy, for a reload frees the rest
 * @token: that is paid in
 * @meshes: the mesh in the meter
 * @socket: of neighbours' words
 * @counts: of the meter; NULL while @relay is
 * @relay: decides; NULL while the mesh is not claimed
 * @places: of neighbours
 * @n_places: how many
 * @refused: accounts that the meter did not make; asked for again each second
 * @n_refused: how many
 * @settle_ns: by then neighbours of before have been heard again, if they live
 * @read_ns: when the last reading of the meter began
 * @due: something has happened that may have effects
 * @stale: the tables of the meter may be others
 * @lost: a commit failed; nothing is said any more
 * @throttled: the way to the internet can hardly be paid for
 * @strangers: messages of who has no channel with us
 * @early: receipts of who was not heard to live yet
 * @verdicts: of messages, by enum ts_relay_verdict
 * @fault: what is wrong; empty: nothing
 */
struct ts_relaying {
	struct ts_daemon *d;
	struct ts_config_mesh config;
	struct ts_address token;
	struct ts_meshes *meshes;
	struct ts_relay_socket *socket;
	struct ts_relay_counts *counts;
	struct ts_relay *relay;
	struct ts_relay_place places[TS_RELAY_NEIGHBOURS_MAX];
	unsigned int n_places;
	struct ts_address refused[TS_RELAY_NEIGHBOURS_MAX];
	unsigned int n_refused;
	uint64_t settle_ns;
	uint64_t read_ns;
	bool due;
	bool stale;
	bool lost;
	bool throttled;
	uint64_t strangers;
	uint64_t early;
	uint64_t verdicts[TS_RELAY_VERDICT_COUNT];
	char fault[TS_MESH_FAULT_SIZE];
};

/* relay.c */
void ts_relaying_read(struct ts_relaying *r);

/* relay_known.c */
bool ts_relaying_tell_channel(struct ts_relaying *r, const struct ts_address *partner);
bool ts_relaying_tell_channels(struct ts_relaying *r);
void ts_relaying_tell_ways(struct ts_relaying *r);
void ts_relaying_tell_radios(struct ts_relaying *r);
void ts_relaying_limit_grants(struct ts_relaying *r);

/* relay_adopt.c */
int ts_relaying_adopt(struct ts_relaying *r);

/* relay_effects.c */
void ts_relaying_effects(struct ts_relaying *r);
void ts_relaying_close(struct ts_relaying *r, const struct ts_address *partner,
		       uint32_t id, uint32_t epoch);

/* relay_hear.c */
void ts_relaying_hear(void *relaying, const void *bytes, size_t len,
		      const struct ts_endpoint *from, uint64_t arrived_ns);
bool ts_relaying_knows(const struct ts_relaying *r, const struct ts_address *partner);
const struct ts_relay_place *ts_relaying_place(const struct ts_relaying *r,
					       const struct ts_address *partner);

#endif /* TS_TSD_RELAY_PRIVATE_H */
