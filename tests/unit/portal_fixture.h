/* SPDX-License-Identifier: GPL-2.0 */
/* portal_fixture.h - a portal over real sockets, with a billing that the tests play. */
#ifndef TS_TEST_PORTAL_FIXTURE_H
#define TS_TEST_PORTAL_FIXTURE_H

#include "portal/private.h"

#define CODE "0123456789ABCDEF"

/**
 * struct fixture - the portal, and what billing was handed and how it shall answer
 * @loop: of the portal; turns only when the client turns it
 * @portal: under test
 * @port: where it serves
 * @redirect_port: where it only sends people there
 * @paid: bytes of the last that was handed on
 * @paid_len: how many
 * @reply: of it
 * @pays: how often anything was handed on; the others count what of it was of their kind
 * @attaches: attaches, refunds and roaming orders
 * @mirrors: proofs to keep
 * @claims: claims of another box
 * @logouts: ends of sessions
 * @looks: what the chain shows was asked for
 * @looked: the last of these
 * @carries: transactions to be sent
 * @shown: codes that were shown
 * @station_error: who asks is no station of ours
 * @who_error: likewise, when connections are counted
 * @no_session: stations have none yet
 * @now: the clocks
 * @healthy: billing is
 * @view: of the session CODE
 */
struct fixture {
	struct ev_loop *loop;
	struct ts_portal *portal;
	uint16_t port;
	uint16_t redirect_port;
	uint8_t paid[2000];
	size_t paid_len;
	uint64_t reply;
	unsigned int pays;
	unsigned int attaches;
	unsigned int mirrors;
	unsigned int claims;
	unsigned int logouts;
	unsigned int looks;
	struct ts_portal_look looked;
	unsigned int carries;
	unsigned int shown;
	int station_error;
	int who_error;
	bool no_session;
	struct ts_time now;
	bool healthy;
	struct ts_session_view view;
};

int portal_setup(void **state);
int portal_teardown(void **state);

#endif /* TS_TEST_PORTAL_FIXTURE_H */
