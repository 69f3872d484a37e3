// SPDX-License-Identifier: GPL-2.0
/*
 * outbox.c - what we have signed for one peer, until it need not be sent again.
 */
#include <assert.h>
#include <string.h>

#include "photon/ack.h"
#include "photon/outbox.h"

static void remove_at(struct ts_outgoing *list, size_t *count, size_t at)
{
	memmove(&list[at], &list[at + 1], (*count - at - 1) * sizeof(*list));
	memset(&list[--*count], 0, sizeof(*list));
}

/* The one that is outstanding: the first without an Ack; NULL: none. */
static struct ts_outgoing *head_of(struct ts_outbox *o)
{
	size_t i;

	for (i = 0; i < o->queue_count; i++)
		if (!o->queue[i].acked)
			return &o->queue[i];
	return NULL;
}

/* What was acked makes room for what was not, the oldest first. */
bool ts_outbox_has_room(const struct ts_outbox *o)
{
	return o->queue_count < TS_QUEUE_MAX || o->queue[0].acked;
}

bool ts_outbox_has_parallel_room(const struct ts_outbox *o)
{
	return o->parallel_count < TS_PARALLEL_MAX;
}

static enum ts_refusal fill(struct ts_outgoing *out,
			    const struct ts_address *to,
			    const struct ts_datagram *datagram)
{
	memset(out, 0, sizeof(*out));
	out->to = *to;
	out->len = (uint16_t)datagram->len;
	memcpy(out->b, datagram->b, datagram->len);
	return TS_ACCEPTED;
}

/**
 * ts_outbox_queue() - a message that waits for those before it
 * @o: the outbox
 * @to: whom it is for
 * @msg: the message
 * @datagram: its bytes
 *
 * Return: TS_ACCEPTED, TS_REFUSED_QUEUE_FULL or TS_REFUSED_DATA_TOO_LONG.
 */
enum ts_refusal ts_outbox_queue(struct ts_outbox *o,
				const struct ts_address *to,
				const struct ts_message *msg,
				const struct ts_datagram *datagram)
{
	const struct ts_balance_proof *proof = ts_message_balance_proof(msg);
	struct ts_outgoing *out;

	if (datagram->len > TS_PARCEL_MAX_BYTES)
		return TS_REFUSED_DATA_TOO_LONG;
	if (!ts_outbox_has_room(o))
		return TS_REFUSED_QUEUE_FULL;
	if (o->queue_count == TS_QUEUE_MAX)
		remove_at(o->queue, &o->queue_count, 0);
	out = &o->queue[o->queue_count++];
	fill(out, to, datagram);
	if (proof) {
		out->nonce = proof->nonce;
		ts_u256_to_u128(&proof->transferred_amount,
				&out->transferred_wei);
	}
	return TS_ACCEPTED;
}

/**
 * ts_outbox_parallel() - a message that waits for none
 * @o: the outbox
 * @to: whom it is for
 * @secret_hash: the lock that it is about, NULL: none
 * @datagram: its bytes
 *
 * Return: TS_ACCEPTED, TS_REFUSED_QUEUE_FULL or TS_REFUSED_DATA_TOO_LONG.
 */
enum ts_refusal ts_outbox_parallel(struct ts_outbox *o,
				   const struct ts_address *to,
				   const struct ts_hash *secret_hash,
				   const struct ts_datagram *datagram)
{
	struct ts_outgoing *out;

	if (datagram->len > TS_PARCEL_MAX_BYTES)
		return TS_REFUSED_DATA_TOO_LONG;
	if (!ts_outbox_has_parallel_room(o))
		return TS_REFUSED_QUEUE_FULL;
	out = &o->parallel[o->parallel_count++];
	fill(out, to, datagram);
	if (secret_hash)
		out->secret_hash = *secret_hash;
	return TS_ACCEPTED;
}

/* A lock is gone: nothing needs to be said about it any more. */
void ts_outbox_drop_lock(struct ts_outbox *o, const struct ts_hash *secret_hash)
{
	size_t i;

	for (i = o->parallel_count; i-- > 0; )
		if (ts_hash_equal(&o->parallel[i].secret_hash, secret_hash))
			remove_at(o->parallel, &o->parallel_count, i);
}

static bool is_message(const struct ts_outgoing *out, enum ts_message_id id)
{
	return out->b[0] == id && !out->b[1];
}

/* An answer that another answer takes the place of, or an answered request. */
void ts_outbox_drop_message(struct ts_outbox *o, enum ts_message_id id)
{
	size_t i;

	for (i = o->parallel_count; i-- > 0; )
		if (is_message(&o->parallel[i], id))
			remove_at(o->parallel, &o->parallel_count, i);
	for (i = o->queue_count; i-- > 0; )
		if (is_message(&o->queue[i], id))
			remove_at(o->queue, &o->queue_count, i);
}

/**
 * ts_outbox_ack() - an Ack came
 * @o: the outbox
 * @ack: the Ack
 *
 * Those that wait behind the outstanding one cannot have been seen by anybody.
 *
 * Return: whether it changed something.  The change need not be durable: the
 * same message is sent again then.
 */
bool ts_outbox_ack(struct ts_outbox *o, const struct ts_ack *ack)
{
	struct ts_outgoing *head = head_of(o), *out;
	size_t i;

	if (head && ts_ack_matches(ack, head->b, head->len, &head->to)) {
		head->acked = true;
		/* One without a proof: its answer is the evidence. */
		if (!head->nonce)
			remove_at(o->queue, &o->queue_count,
				  (size_t)(head - o->queue));
		return true;
	}
	for (i = 0; i < o->parallel_count; i++) {
		out = &o->parallel[i];
		if (!ts_ack_matches(ack, out->b, out->len, &out->to))
			continue;
		remove_at(o->parallel, &o->parallel_count, i);
		return true;
	}
	return false;
}

/* The partner has shown that it has our proof of @nonce, so all before it. */
void ts_outbox_proven(struct ts_outbox *o, uint64_t nonce)
{
	size_t i;

	for (i = o->queue_count; i-- > 0; )
		if (o->queue[i].nonce && o->queue[i].nonce <= nonce)
			remove_at(o->queue, &o->queue_count, i);
}

/*
 * The partner has shown that it knows we transferred so much at least.  It has
 * the first proof that reaches it, then, and all before; but the oldest one here
 * may say what was transferred before it, and proves nothing.
 */
void ts_outbox_proven_wei(struct ts_outbox *o, ts_u128 transferred_wei)
{
	bool less = false;
	size_t i;

	for (i = 0; i < o->queue_count; i++) {
		if (!o->queue[i].nonce)
			continue;
		if (o->queue[i].transferred_wei >= transferred_wei)
			break;
		less = true;
	}
	if (less && i < o->queue_count)
		ts_outbox_proven(o, o->queue[i].nonce);
}

/* Everything that we signed has arrived, if the Acks can be believed. */
bool ts_outbox_is_drained(const struct ts_outbox *o)
{
	return !head_of((struct ts_outbox *)o);
}

static uint64_t wait_ns(unsigned int tries)
{
	uint64_t ns = TS_RESEND_NS;

	for (; tries > TS_RESEND_PATIENCE && ns < TS_RESEND_CAP_NS; tries--)
		ns *= 2;
	return ns < TS_RESEND_CAP_NS ? ns : TS_RESEND_CAP_NS;
}

static bool is_due(const struct ts_outgoing *out, uint64_t now_ns)
{
	return !out->tries || out->due_ns <= now_ns;
}

static void sent(struct ts_outgoing *out, uint64_t now_ns)
{
	if (out->tries < UINT32_MAX)
		out->tries++;
	out->due_ns = now_ns + wait_ns(out->tries);
}

/*
 * The outstanding message was sent again twice and nobody answered: maybe an
 * Ack for the one before it was forged, and the partner sees a gap.  Each two
 * more go one more back, for there may be several such Acks.
 */
static size_t first_again(const struct ts_outbox *o, size_t head)
{
	size_t back = o->queue[head].tries / 2;

	if (o->queue[head].tries < 3)
		return head;
	return head - (back < head ? back : head);
}

/**
 * ts_outbox_due() - what is to be sent now
 * @o: the outbox, of the committed state; only @tries and @due_ns change
 * @now_ns: now, by a clock that never goes back
 * @due: where the messages go, in the order to send them; they live as long
 *	as @o is not changed
 *
 * Return: how many.
 */
size_t ts_outbox_due(struct ts_outbox *o, uint64_t now_ns,
		     const struct ts_outgoing *due[TS_DUE_MAX])
{
	struct ts_outgoing *head = head_of(o);
	size_t i, at, n = 0;

	for (i = 0; i < o->parallel_count; i++) {
		if (!is_due(&o->parallel[i], now_ns))
			continue;
		sent(&o->parallel[i], now_ns);
		due[n++] = &o->parallel[i];
	}
	if (!head || !is_due(head, now_ns))
		return n;
	at = (size_t)(head - o->queue);
	sent(head, now_ns);
	for (i = first_again(o, at); i <= at; i++)
		due[n++] = &o->queue[i];
	return n;
}

/* When something is due next; 0: now; UINT64_MAX: never. */
uint64_t ts_outbox_due_ns(const struct ts_outbox *o)
{
	const struct ts_outgoing *head = head_of((struct ts_outbox *)o);
	uint64_t due_ns = UINT64_MAX, ns;
	size_t i;

	if (head)
		due_ns = head->tries ? head->due_ns : 0;
	for (i = 0; i < o->parallel_count; i++) {
		ns = o->parallel[i].tries ? o->parallel[i].due_ns : 0;
		due_ns = ns < due_ns ? ns : due_ns;
	}
	return due_ns;
}

/* The peer is there after all: what was backed off from is due again. */
void ts_outbox_heard(struct ts_outbox *o)
{
	size_t i;

	for (i = 0; i < o->parallel_count; i++)
		if (o->parallel[i].tries > TS_RESEND_PATIENCE)
			o->parallel[i].tries = 0;
	for (i = 0; i < o->queue_count; i++)
		if (o->queue[i].tries > TS_RESEND_PATIENCE)
			o->queue[i].tries = 0;
}

/* Nobody knows what left before the restart: all of it is due. */
void ts_outbox_restart(struct ts_outbox *o)
{
	size_t i;

	for (i = 0; i < o->parallel_count; i++)
		o->parallel[i].tries = 0;
	for (i = 0; i < o->queue_count; i++)
		o->queue[i].tries = 0;
}

/* The peer has not answered for a minute or more. */
bool ts_outbox_is_silent(const struct ts_outbox *o)
{
	const struct ts_outgoing *head = head_of((struct ts_outbox *)o);
	size_t i;

	for (i = 0; i < o->parallel_count; i++)
		if (o->parallel[i].tries > TS_RESEND_PATIENCE)
			return true;
	return head && head->tries > TS_RESEND_PATIENCE;
}
