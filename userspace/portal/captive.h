/* SPDX-License-Identifier: GPL-2.0 */
/*
 * captive.h - what an operating system is told of the network: two states.
 *
 * Paid is what the kernel lets pass.  Captive is what probes see; "continue in
 * my browser" ends it for ten minutes without anything being paid, so that a
 * small window can close and a real browser open the page.
 */
#ifndef TS_PORTAL_CAPTIVE_H
#define TS_PORTAL_CAPTIVE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "billing/billing.h"

#define TS_OPENS_MAX	1024
#define TS_OPEN_S	600

struct ts_portal;

/**
 * struct ts_open - a station whose probes are answered as if the network were open
 * @station: which
 * @until_ns: CLOCK_BOOTTIME
 */
struct ts_open {
	struct ts_key station;
	uint64_t until_ns;
};

/**
 * struct ts_opens - all of them, who came first before
 * @open: each
 * @n: how many; who comes when all places are taken takes that of the first
 */
struct ts_opens {
	struct ts_open open[TS_OPENS_MAX];
	unsigned int n;
};

/**
 * struct ts_captive - how a station is
 * @paid: the kernel lets it pass
 * @open_s: so long its probes are answered as if it had; 0: they are not
 * @view: its session, if @paid
 */
struct ts_captive {
	bool paid;
	uint64_t open_s;
	struct ts_session_view view;
};

int ts_captive_look(struct ts_portal *p, const struct sockaddr *peer,
		    struct ts_captive *captive);
bool ts_captive_is(const struct ts_captive *captive);
int ts_captive_continue(struct ts_portal *p, const struct sockaddr *peer);
const struct ts_usage *ts_captive_used(struct ts_portal *p,
				       const struct ts_session_view *view);

#endif /* TS_PORTAL_CAPTIVE_H */
