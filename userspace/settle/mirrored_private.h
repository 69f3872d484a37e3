/* SPDX-License-Identifier: GPL-2.0 */
/* mirrored_private.h - what the files of mirrored*.c share. */
#ifndef TS_SETTLE_MIRRORED_PRIVATE_H
#define TS_SETTLE_MIRRORED_PRIVATE_H

#include <sys/queue.h>

#include "settle/mirrored.h"

/* No block is asked about before it. */
#define NEVER	UINT64_MAX

/**
 * struct kept - a life of somebody's channel
 * @d: as it will be when the open batch is committed
 * @identifier: of the channel
 * @state: by the last answers
 * @ask_at: from this head on the contract is asked about it
 * @closing: the contract said that it is closed: next what was shown is asked
 * @from_block, @settle_block: CLOSED: see struct ts_mirrored_view
 * @shown_nonce: CLOSED: likewise
 * @shown_at: head when that was asked
 * @over_since: OVER: head when that was first heard
 * @ended: that is confirmed
 * @wished: what was last wanted; zero: nothing
 */
struct kept {
	TAILQ_ENTRY(kept) list;
	struct ts_delegated d;
	struct ts_hash identifier;
	enum ts_mirrored_state state;
	uint64_t ask_at;
	bool closing;
	uint64_t from_block;
	uint64_t settle_block;
	uint64_t shown_nonce;
	uint64_t shown_at;
	uint64_t over_since;
	bool ended;
	struct ts_hash wished;
};

/**
 * struct ts_mirrored - all that are kept
 * @ledger: where the rows are
 * @config: copied
 * @kept: in the order in which they are asked about
 * @head: of the chain, at the last poll; 0: there was none
 * @paused: the node did not answer; until the next poll
 * @serial: of the last question
 * @outstanding: it waits for its answer
 * @subject: which one it is about
 */
struct ts_mirrored {
	struct ts_ledger *ledger;
	struct ts_mirrored_config config;
	TAILQ_HEAD(, kept) kept;
	uint64_t head;
	bool paused;
	uint64_t serial;
	bool outstanding;
	struct kept *subject;
};

void ts_mirrored_drop(struct ts_mirrored *m, struct kept *k);

#endif /* TS_SETTLE_MIRRORED_PRIVATE_H */
