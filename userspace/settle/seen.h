/* SPDX-License-Identifier: GPL-2.0 */
/* seen.h - the contract's events as a channel of ours sees them. */
#ifndef TS_SETTLE_SEEN_H
#define TS_SETTLE_SEEN_H

#include "chain/event.h"
#include "photon/onchain.h"

/**
 * struct ts_seen - an event, from our side
 * @channel_identifier: which channel; zero for a secret
 * @token: TS_SEEN_OPENED: in which token
 * @partner: TS_SEEN_OPENED: with whom
 * @event: what; confirmed and undo are the caller's to set
 */
struct ts_seen {
	struct ts_hash channel_identifier;
	struct ts_address token;
	struct ts_address partner;
	struct ts_channel_event event;
};

int ts_seen_read(struct ts_seen *seen, const struct ts_chain_event *event,
		 const struct ts_address *us);

#endif /* TS_SETTLE_SEEN_H */
