/* SPDX-License-Identifier: GPL-2.0 */
/*
 * outbox.h - what we have signed for one peer, until it need not be sent again.
 *
 * Messages are put here by the steps of a life and leave by ts_outbox_due(),
 * which the caller asks of the committed state: so nothing leaves before its
 * commit (rule M10), and a restart sends the same bytes again.
 *
 * There are two ways out.  Messages that carry a channel id wait for each
 * other: one is outstanding, the next waits for its Ack.  The others are sent
 * at once, side by side.
 *
 * An Ack is unsigned, so all it does is to let the next message go (rule M9).
 * A balance proof stays until something proves that the partner has it; if the
 * message after it stays unanswered, the Ack may have been a lie, and it is
 * sent again, before its successor.
 */
#ifndef TS_PHOTON_OUTBOX_H
#define TS_PHOTON_OUTBOX_H

#include "photon/message.h"
#include "photon/refusal.h"

#define TS_PARCEL_MAX_BYTES	512	/* a MediatedTransfer with 9 hops */
#define TS_QUEUE_MAX		16
#define TS_PARALLEL_MAX		40	/* one for each lock, and responses */
#define TS_DUE_MAX		(TS_QUEUE_MAX + TS_PARALLEL_MAX)

#define TS_RESEND_NS		6000000000ULL
/* After a minute of silence every wait is twice the last one, up to this. */
#define TS_RESEND_PATIENCE	10
#define TS_RESEND_CAP_NS	600000000000ULL

/**
 * struct ts_outgoing - one message of ours
 * @to: whom it is sent to
 * @len: of its bytes
 * @b: its bytes, always the same
 * @nonce: of the balance proof in it; 0: none
 * @transferred_wei: of that proof
 * @secret_hash: the lock that it is about; zero: none
 * @acked: the peer, or whoever saw it, said that it arrived
 * @tries: how often it was sent since the start; not stored
 * @due_ns: when it is sent next; not stored
 */
struct ts_outgoing {
	struct ts_address to;
	uint16_t len;
	uint8_t b[TS_PARCEL_MAX_BYTES];
	uint64_t nonce;
	ts_u128 transferred_wei;
	struct ts_hash secret_hash;
	bool acked;
	unsigned int tries;
	uint64_t due_ns;
};

/**
 * struct ts_outbox - all messages of one life of a channel
 * @queue_count: how many in @queue
 * @queue: one by one, oldest first: those acked but not proven, the one that
 *	is outstanding, those that wait
 * @parallel_count: how many in @parallel
 * @parallel: side by side
 */
struct ts_outbox {
	size_t queue_count;
	struct ts_outgoing queue[TS_QUEUE_MAX];
	size_t parallel_count;
	struct ts_outgoing parallel[TS_PARALLEL_MAX];
};

bool ts_outbox_has_room(const struct ts_outbox *o);
bool ts_outbox_has_parallel_room(const struct ts_outbox *o);
enum ts_refusal ts_outbox_queue(struct ts_outbox *o,
				const struct ts_address *to,
				const struct ts_message *msg,
				const struct ts_datagram *datagram);
enum ts_refusal ts_outbox_parallel(struct ts_outbox *o,
				   const struct ts_address *to,
				   const struct ts_hash *secret_hash,
				   const struct ts_datagram *datagram);
void ts_outbox_drop_lock(struct ts_outbox *o,
			 const struct ts_hash *secret_hash);
void ts_outbox_drop_message(struct ts_outbox *o, enum ts_message_id id);
bool ts_outbox_ack(struct ts_outbox *o, const struct ts_ack *ack);
void ts_outbox_proven(struct ts_outbox *o, uint64_t nonce);
void ts_outbox_proven_wei(struct ts_outbox *o, ts_u128 transferred_wei);
bool ts_outbox_is_drained(const struct ts_outbox *o);

size_t ts_outbox_due(struct ts_outbox *o, uint64_t now_ns,
		     const struct ts_outgoing *due[TS_DUE_MAX]);
uint64_t ts_outbox_due_ns(const struct ts_outbox *o);
void ts_outbox_heard(struct ts_outbox *o);
void ts_outbox_restart(struct ts_outbox *o);
bool ts_outbox_is_silent(const struct ts_outbox *o);

#endif /* TS_PHOTON_OUTBOX_H */
