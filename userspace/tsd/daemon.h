/* SPDX-License-Identifier: GPL-2.0 */
/*
 * daemon.h - all of tsd, in one place.
 *
 * Owned by main(); one thread; every part is reached through here.
 */
#ifndef TS_TSD_DAEMON_H
#define TS_TSD_DAEMON_H

#include <ev.h>
#include <jansson.h>
#include <stdbool.h>

#include "billing/billing.h"
#include "ledger/ledger.h"
#include "lib/meter.h"
#include "photon/sign.h"
#include "portal/portal.h"
#include "tsd/carrier.h"
#include "tsd/chain.h"
#include "tsd/clock.h"
#include "tsd/config.h"
#include "tsd/control.h"
#include "tsd/discovery.h"
#include "tsd/gate.h"
#include "tsd/mirror.h"
#include "tsd/neigh.h"
#include "tsd/opennds.h"
#include "tsd/ports.h"
#include "tsd/relay.h"
#include "tsd/reply.h"
#include "tsd/roam.h"
#include "tsd/unlock.h"
#include "tsd/udp.h"
#include "tsd/watching.h"

/**
 * struct ts_daemon - tsd
 * @loop: libev's
 * @config: what it runs with; replaced by a reload
 * @lock_fd: the lock file, held
 * @address: of the box
 * @unlock: decrypts the key
 * @key: of the box, in guarded memory; NULL until it is decrypted
 * @https_fault: what is wrong with the certificate's files; empty: nothing
 * @https_until_s: the end of the certificate that is served; 0: none
 * @failed: it could not be, or the doors could not be opened
 * @meter: owned, the one writer
 * @meter_lost: it is gone; tried again each second
 * @meter_fault: what is wrong with it; empty: nothing
 * @ledger: open for writing
 * @billing: decides
 * @ports: what is metered
 * @gate: NULL when switched off
 * @bypasses: settings of the box that take frames past the meter, see bypass.h
 * @bypass_ns: when they were looked for
 * @neigh: address to station
 * @portal: HTTP
 * @watching: the admin page and what it shows; NULL: it is switched off
 * @udp: Photon
 * @peers: where Photon nodes are
 * @discovery: finds them; NULL: switched off
 * @chain: NULL without chain.rpc, and until there is a key
 * @carrier: the chain for who reaches only us; NULL: likewise
 * @mirrors: who shows our proofs for us; NULL: nobody, or there is no key yet
 * @roams: homes of guests; NULL: no community, or there is no key yet
 * @relaying: neighbours of a mesh; NULL: none is configured, or there is no key yet
 * @opennds: shows the portal in our place; NULL: none does, or there is no key yet
 * @control: tsctl
 * @replies: who waits for a commit
 * @dropped_replies: datagrams for which there was no place to wait
 * @no_way: messages of ours to peers that nobody knows the place of
 * @first_arrival_ns: of the payments of this batch; 0: none
 * @event_lag: from a frame that was refused to here
 * @payment_lag: from the arrival of a payment to its grant in the kernel
 * @commit_lag: of a flush that committed something, with all that follows from it
 * @roam_lag: from the arrival of a guest's order to its first grant in the kernel
 * @roam_frame_lag: likewise from its first frame here
 * @selftest: why the datapath is not to be trusted; empty: it is
 * @tested: the devices that the self-test was made with
 * @n_tested: how many
 * @meter_io: events of the meter
 * @before_sleep: flushes billing
 * @wake: billing's deadline
 * @tick: each second
 * @hup: reload
 * @term: stop
 * @interrupt: stop
 */
struct ts_daemon {
	struct ev_loop *loop;
	struct ts_config *config;
	int lock_fd;
	struct ts_address address;
	struct ts_unlock *unlock;
	struct ts_signer *key;
	char https_fault[256];
	uint64_t https_until_s;
	bool failed;
	struct ts_meter *meter;
	bool meter_lost;
	char meter_fault[256];
	struct ts_ledger *ledger;
	struct ts_billing *billing;
	struct ts_ports ports;
	struct ts_gate *gate;
	json_t *bypasses;
	uint64_t bypass_ns;
	struct ts_neigh *neigh;
	struct ts_portal *portal;
	struct ts_watching *watching;
	struct ts_udp *udp;
	struct ts_peers *peers;
	struct ts_discovery *discovery;
	struct ts_chain *chain;
	struct ts_carrier *carrier;
	struct ts_mirrors *mirrors;
	struct ts_roams *roams;
	struct ts_relaying *relaying;
	struct ts_opennds *opennds;
	struct ts_control *control;
	struct ts_replies replies;
	uint64_t dropped_replies;
	uint64_t no_way;
	uint64_t first_arrival_ns;
	struct ts_lag event_lag;
	struct ts_lag payment_lag;
	struct ts_lag commit_lag;
	struct ts_lag roam_lag;
	struct ts_lag roam_frame_lag;
	char selftest[256];
	uint32_t tested[TS_GATE_METERED_MAX];
	unsigned int n_tested;
	ev_io meter_io;
	ev_prepare before_sleep;
	ev_timer wake;
	ev_timer tick;
	ev_signal hup;
	ev_signal term;
	ev_signal interrupt;
};

/* daemon.c */
int ts_daemon_start(struct ts_daemon *d, struct ts_config *config, char *err,
		    size_t err_size);
void ts_daemon_stop(struct ts_daemon *d);
int ts_daemon_reload(struct ts_daemon *d, char *err, size_t err_size);

/* loop.c */
int ts_loop_start(struct ts_daemon *d, char *err, size_t err_size);
void ts_loop_stop(struct ts_daemon *d);
void ts_loop_wake(struct ts_daemon *d);
void ts_loop_look(struct ts_daemon *d);

/* effects.c */
/* What billing has for a datagram, or a body, that is answered later. */
typedef void ts_take(struct ts_billing *b, const void *bytes, size_t len, uint64_t reply,
		     const struct ts_time *now);

void ts_effects_fill(struct ts_billing_effects *e, struct ts_daemon *d);
void ts_effects_flush(struct ts_daemon *d);
void ts_effects_take(void *daemon, const void *bytes, size_t len,
		     const struct ts_endpoint *from, uint64_t arrived_ns);
struct ts_reply *ts_effects_wait(struct ts_daemon *d, uint64_t arrived_ns);
void ts_effects_hand(struct ts_daemon *d, const void *bytes, size_t len,
		     uint64_t number, ts_take *take);

/* status.c */
json_t *ts_status_health(struct ts_daemon *d, bool *healthy);
json_t *ts_status_json(struct ts_daemon *d);
json_t *ts_status_peers(struct ts_daemon *d);
json_t *ts_status_internet(struct ts_daemon *d);

#endif /* TS_TSD_DAEMON_H */
