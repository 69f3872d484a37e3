// SPDX-License-Identifier: GPL-2.0
/*
 * evidence.c - "which proof of mine did you get last?", the answer, and what it makes
 * of a channel from a backup.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "photon/evidence.h"
#include "photon/life_step.h"
#include "photon/own.h"

#define MARK		0xff
#define RESTORED	"restored\n"
#define EVIDENCE	"evidence\n"

_Static_assert(TS_EVIDENCE_BYTES <= TS_DATAGRAM_MAX_BYTES, "it is one datagram");

static uint8_t *put_question(uint8_t *out, const char *word,
			     const struct ts_question *q)
{
	*out++ = MARK;
	out = ts_own_begin(out, word);
	out = ts_own_put(out, q->channel_identifier.b, TS_HASH_BYTES);
	out = ts_own_put_u64(out, q->open_block_number);
	return ts_own_put(out, q->nonce.b, TS_HASH_BYTES);
}

/* NULL: it is another thing. */
static const uint8_t *get_question(struct ts_question *q, const char *word,
				   const uint8_t *in)
{
	in = *in == MARK ? ts_own_after(in + 1, word) : NULL;
	if (!in)
		return NULL;
	in = ts_own_get(q->channel_identifier.b, in, TS_HASH_BYTES);
	in = ts_own_get_u64(&q->open_block_number, in);
	return ts_own_get(q->nonce.b, in, TS_HASH_BYTES);
}

/* The mark is for whoever looks at the datagram alone: it is not signed. */
static void sign(uint8_t *bytes, size_t size, const struct ts_signer *key)
{
	ts_own_sign(bytes + 1, size - 1, key);
}

static int recover(const uint8_t *bytes, size_t size, struct ts_address *signer)
{
	return ts_own_recover(bytes + 1, size - 1, signer);
}

/**
 * ts_question_sign() - ask
 * @question: what is asked
 * @key: of whose proof it is about
 * @bytes: the datagram
 */
void ts_question_sign(const struct ts_question *question,
		      const struct ts_signer *key, uint8_t bytes[TS_RESTORED_BYTES])
{
	put_question(bytes, RESTORED, question);
	sign(bytes, TS_RESTORED_BYTES, key);
}

/**
 * ts_question_decode() - read a datagram
 * @question: what is asked; undefined on failure
 * @bytes: as they came
 * @len: how many
 *
 * Says nothing of who signed them.  Return: 0 or -EINVAL.
 */
int ts_question_decode(struct ts_question *question, const void *bytes, size_t len)
{
	return len == TS_RESTORED_BYTES && get_question(question, RESTORED, bytes) ?
	       0 : -EINVAL;
}

/** ts_question_recover() - who signed what was decoded; Return: 0 or -EINVAL */
int ts_question_recover(const uint8_t bytes[TS_RESTORED_BYTES],
			struct ts_address *signer)
{
	return recover(bytes, TS_RESTORED_BYTES, signer);
}

/**
 * ts_evidence_make() - what is to be answered
 * @evidence: the answer
 * @channel: as committed, and not itself from a backup
 * @question: of the partner
 */
void ts_evidence_make(struct ts_evidence *evidence, const struct ts_channel *channel,
		      const struct ts_question *question)
{
	evidence->question = *question;
	evidence->asker = channel->partner_proof;
	evidence->answerer = channel->our_proof;
}

/** ts_evidence_sign() - answer; see ts_question_sign() */
void ts_evidence_sign(const struct ts_evidence *evidence,
		      const struct ts_signer *key, uint8_t bytes[TS_EVIDENCE_BYTES])
{
	uint8_t *out = put_question(bytes, EVIDENCE, &evidence->question);

	out = ts_own_put_proof(out, &evidence->asker);
	out = ts_own_put_proof(out, &evidence->answerer);
	assert(out == bytes + TS_EVIDENCE_BYTES - TS_SIGNATURE_BYTES);
	sign(bytes, TS_EVIDENCE_BYTES, key);
}

/** ts_evidence_decode() - read a datagram; see ts_question_decode() */
int ts_evidence_decode(struct ts_evidence *evidence, const void *bytes, size_t len)
{
	const uint8_t *in = NULL;

	if (len == TS_EVIDENCE_BYTES)
		in = get_question(&evidence->question, EVIDENCE, bytes);
	if (!in)
		return -EINVAL;
	in = ts_own_get_proof(&evidence->asker, in);
	ts_own_get_proof(&evidence->answerer, in);
	return 0;
}

/** ts_evidence_recover() - who signed what was decoded; Return: 0 or -EINVAL */
int ts_evidence_recover(const uint8_t bytes[TS_EVIDENCE_BYTES],
			struct ts_address *signer)
{
	return recover(bytes, TS_EVIDENCE_BYTES, signer);
}

static bool is_same(const struct ts_channel_proof *a,
		    const struct ts_channel_proof *b)
{
	return a->transferred_wei == b->transferred_wei &&
	       ts_hash_equal(&a->additional_hash, &b->additional_hash);
}

/* Into @last what is newer. */
static enum ts_refusal take_newer(struct ts_channel_proof *last,
				  const struct ts_channel_proof *shown)
{
	if (shown->nonce <= last->nonce)
		return TS_ACCEPTED;
	/* The ledger's limit. */
	if (shown->nonce > INT64_MAX)
		return TS_REFUSED_NONCE_EXHAUSTED;
	if (!ts_hash_is_zero(&shown->locksroot))
		return TS_REFUSED_WRONG_LOCKSROOT;
	if (shown->transferred_wei < last->transferred_wei)
		return TS_REFUSED_AMOUNT_NOT_GROWING;
	*last = *shown;
	return TS_ACCEPTED;
}

/**
 * ts_life_adopt() - the partner shows our newest proof, and its own
 * @old: the state as committed, from a backup
 * @evidence: for this life; that the partner signed it was seen
 * @new: the state that follows: we sign again
 *
 * Not while there are locks, on either side or in a proof: what became of them since the
 * backup no proof tells, and one that we disposed of must never be claimed.  Nor while
 * the channel is frozen: that only the chain ends.
 *
 * Return: TS_ACCEPTED, or why it stays as it is.
 */
enum ts_refusal ts_life_adopt(const struct ts_life *old,
			      const struct ts_evidence *evidence, struct ts_life *new)
{
	const struct ts_channel_proof *shown = &evidence->asker;
	struct ts_channel *c = &new->channel;
	enum ts_refusal refusal;

	if (old->channel.restored != TS_RESTORED_UNKNOWN)
		return TS_REFUSED_NOT_ASKED;
	refusal = ts_life_usable(old);
	if (!refusal && (old->our_locks.count || old->partner_locks.count))
		refusal = TS_REFUSED_WRONG_LOCKSROOT;
	/* It has what is older than what we know to have signed: it need not know. */
	if (!refusal && (shown->nonce < old->channel.our_proof.nonce ||
			 (shown->nonce == old->channel.our_proof.nonce &&
			  !is_same(shown, &old->channel.our_proof))))
		refusal = TS_REFUSED_NONCE_REPLAYED;
	if (refusal)
		return refusal;
	*new = *old;
	refusal = take_newer(&c->our_proof, shown);
	if (!refusal)
		refusal = take_newer(&c->partner_proof, &evidence->answerer);
	if (refusal)
		return refusal;
	c->restored = TS_RESTORED_TRUSTED;
	ts_outbox_proven(&new->outbox, c->our_proof.nonce);
	/* Both signatures, and both sums. */
	return ts_life_fault(new) ? TS_REFUSED_BAD_SIGNATURE : TS_ACCEPTED;
}
