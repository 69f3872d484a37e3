/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mirrored.h - what other boxes gave us to show for them: taken, kept, and shown when
 * their partner has closed and they are silent (rule M3).
 *
 * A state machine without I/O and without a clock.  What came by HTTP is looked at,
 * and put into the open batch; it may be said to be kept after the commit:
 *
 *	verdict = ts_mirrored_look(m, bytes, len, &d)
 *	ts_mirrored_put(m, &d)
 *
 * Of the chain it asks for itself, when it begins, when an event was of such a channel,
 * and as time is short:
 *
 *	ts_mirrored_event(m, &identifier)
 *	ts_mirrored_poll(m, head_block)		every few seconds
 *	while (ts_mirrored_next(m, &ask))
 *		ask the node; ts_mirrored_answer() or ts_mirrored_failed()
 *
 * Then ts_mirrored_wishes() says what is to be sent.  One question at a time; an answer
 * to any but the last is ignored.
 */
#ifndef TS_SETTLE_MIRRORED_H
#define TS_SETTLE_MIRRORED_H

#include "ledger/mirrored.h"
#include "settle/transactions.h"

#define TS_MIRRORED_OWNERS_MAX		64
/* Lives of channels of one owner.  What is over makes place by itself. */
#define TS_MIRRORED_OF_OWNER_MAX	1024

/**
 * struct ts_mirrored_config - whose mirror we are
 * @us: our address
 * @chain_id: of the chain that is followed
 * @tokens_network: of the contract that is followed
 * @confirmations: how many blocks deep is confirmed
 * @owners: who may give us proofs; what is kept of others waits, untouched
 * @n_owners: how many
 */
struct ts_mirrored_config {
	struct ts_address us;
	struct ts_u256 chain_id;
	struct ts_address tokens_network;
	unsigned int confirmations;
	struct ts_address owners[TS_MIRRORED_OWNERS_MAX];
	unsigned int n_owners;
};

/**
 * enum ts_mirrored_verdict - what is to be done with what came
 * @TS_MIRRORED_NEW: put it
 * @TS_MIRRORED_KNOWN: it is kept already, the very same
 * @TS_MIRRORED_BAD_FORM: it is no such form
 * @TS_MIRRORED_WRONG_BOX: it is for another box
 * @TS_MIRRORED_WRONG_CHAIN: it is of another chain
 * @TS_MIRRORED_WRONG_CONTRACT: it is of another contract
 * @TS_MIRRORED_NOT_LISTED: we are no mirror of that owner's
 * @TS_MIRRORED_OWN_CHANNEL: we are a side of that channel
 * @TS_MIRRORED_OLD_PROOF: one as new or newer is kept
 * @TS_MIRRORED_OLD_LIFE: of that channel's next life one is kept
 * @TS_MIRRORED_FULL: too many of that owner's are kept
 * @TS_MIRRORED_BAD_SIGNATURE: the owner did not sign it
 * @TS_MIRRORED_BAD_PROOF: the partner did not sign the proof, or it is none
 * @TS_MIRRORED_BAD_DELEGATION: the owner gave no leave to show it
 */
enum ts_mirrored_verdict {
	TS_MIRRORED_NEW,
	TS_MIRRORED_KNOWN,
	TS_MIRRORED_BAD_FORM,
	TS_MIRRORED_WRONG_BOX,
	TS_MIRRORED_WRONG_CHAIN,
	TS_MIRRORED_WRONG_CONTRACT,
	TS_MIRRORED_NOT_LISTED,
	TS_MIRRORED_OWN_CHANNEL,
	TS_MIRRORED_OLD_PROOF,
	TS_MIRRORED_OLD_LIFE,
	TS_MIRRORED_FULL,
	TS_MIRRORED_BAD_SIGNATURE,
	TS_MIRRORED_BAD_PROOF,
	TS_MIRRORED_BAD_DELEGATION,
	TS_MIRRORED_VERDICT_COUNT,
};

/**
 * enum ts_mirrored_state - what the chain last said of that life
 * @TS_MIRRORED_UNASKED: nothing yet
 * @TS_MIRRORED_OPEN: it is open
 * @TS_MIRRORED_CLOSED: it is closed
 * @TS_MIRRORED_OVER: it is settled, or the channel is in its next life; forgotten
 *	when that is confirmed
 */
enum ts_mirrored_state {
	TS_MIRRORED_UNASKED,
	TS_MIRRORED_OPEN,
	TS_MIRRORED_CLOSED,
	TS_MIRRORED_OVER,
};

/**
 * struct ts_mirrored_view - one that is kept
 * @d: it
 * @state: of its life
 * @from_block: CLOSED: a delegate may show it from here on
 * @settle_block: CLOSED: until here
 * @shown_nonce: CLOSED: of the proof that the contract has
 * @wanted: we have to show it now
 */
struct ts_mirrored_view {
	const struct ts_delegated *d;
	enum ts_mirrored_state state;
	uint64_t from_block;
	uint64_t settle_block;
	uint64_t shown_nonce;
	bool wanted;
};

/**
 * struct ts_mirrored_ask - a question to the contract
 * @serial: belongs to the answer
 * @call: by eth_call
 */
struct ts_mirrored_ask {
	uint64_t serial;
	struct ts_calldata call;
};

struct ts_mirrored;

int ts_mirrored_new(struct ts_ledger *l, const struct ts_mirrored_config *config,
		    struct ts_mirrored **out);
void ts_mirrored_free(struct ts_mirrored *m);
int ts_mirrored_reload(struct ts_mirrored *m);

enum ts_mirrored_verdict ts_mirrored_look(const struct ts_mirrored *m,
					  const void *bytes, size_t len,
					  struct ts_delegated *d);
int ts_mirrored_put(struct ts_mirrored *m, const struct ts_delegated *d);
const char *ts_mirrored_verdict_name(enum ts_mirrored_verdict verdict);
const char *ts_mirrored_verdict_text(enum ts_mirrored_verdict verdict);

void ts_mirrored_event(struct ts_mirrored *m, const struct ts_hash *identifier);
void ts_mirrored_poll(struct ts_mirrored *m, uint64_t head_block);
bool ts_mirrored_next(struct ts_mirrored *m, struct ts_mirrored_ask *ask);
int ts_mirrored_answer(struct ts_mirrored *m, uint64_t serial,
		       const struct ts_bytes *data);
void ts_mirrored_failed(struct ts_mirrored *m, uint64_t serial);

void ts_mirrored_wishes(struct ts_mirrored *m,
			void (*want)(const struct ts_wish *wish,
				     const struct ts_delegated *d, void *arg),
			void (*no_more)(const struct ts_hash *intent, void *arg),
			void *arg);
bool ts_mirrored_has_ended(const struct ts_mirrored *m);
int ts_mirrored_forget_ended(struct ts_mirrored *m);
void ts_mirrored_each(const struct ts_mirrored *m,
		      void (*cb)(const struct ts_mirrored_view *view, void *arg),
		      void *arg);

#endif /* TS_SETTLE_MIRRORED_H */
