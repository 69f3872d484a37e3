// SPDX-License-Identifier: GPL-2.0
/*
 * pack.c - what is under way in a life, as bytes for the ledger: each field
 * once, for both directions.
 */
#include <assert.h>
#include <string.h>

#include "photon/codec.h"
#include "photon/pack.h"

/* The biggest that a life can be. */
#define LOCK_BYTES	(8 + 16 + 16 + 32 + 32 + 20 + 20 + 8 + 4 + TS_MEMO_SIZE + 4 + 4)
#define DISPOSAL_BYTES	(32 + 32 + 65 + 4)
#define OUTGOING_BYTES	(20 + 4 + TS_PARCEL_MAX_BYTES + 8 + 16 + 32 + 4)
_Static_assert(1024 + 2 * TS_LOCKS_MAX * LOCK_BYTES +
	       TS_DISPOSALS_MAX * DISPOSAL_BYTES +
	       TS_ACCEPTED_MAX * TS_HASH_BYTES +
	       (TS_QUEUE_MAX + TS_PARALLEL_MAX) * OUTGOING_BYTES <=
	       TS_PACKED_MAX_BYTES, "TS_PACKED_MAX_BYTES is too small");

/* A number below @end. */
static void code_small(struct ts_codec *c, uint32_t *value, uint32_t end)
{
	ts_codec_be32(c, value);
	if (!c->err && *value >= end)
		c->err = TS_PHOTON_BAD_LENGTH;
}

static void code_count(struct ts_codec *c, size_t *count, size_t max)
{
	uint32_t value = (uint32_t)*count;

	code_small(c, &value, (uint32_t)max + 1);
	*count = c->err ? 0 : value;
}

/* Up to eight of them, from the lowest bit on. */
static void code_flags(struct ts_codec *c, bool *flags[], size_t count)
{
	uint32_t bits = 0;
	size_t i;

	for (i = 0; i < count; i++)
		bits |= (uint32_t)*flags[i] << i;
	code_small(c, &bits, 1U << count);
	for (i = 0; i < count; i++)
		*flags[i] = bits >> i & 1;
}

#define CODE_FLAGS(c, ...) do {						\
	bool *flags[] = { __VA_ARGS__ };				\
									\
	code_flags(c, flags, sizeof(flags) / sizeof(flags[0]));		\
} while (0)

static void code_wei(struct ts_codec *c, ts_u128 *wei)
{
	uint64_t high = (uint64_t)(*wei >> 64), low = (uint64_t)*wei;

	ts_codec_be64(c, &high);
	ts_codec_be64(c, &low);
	*wei = (ts_u128)high << 64 | low;
}

static void code_cosign(struct ts_codec *c, struct ts_cosign *cosign)
{
	uint32_t kind = cosign->kind;

	code_small(c, &kind, TS_COSIGN_KIND_COUNT);
	cosign->kind = (enum ts_cosign_kind)kind;
	CODE_FLAGS(c, &cosign->ours, &cosign->complete, &cosign->refused,
		   &cosign->failed);
	code_wei(c, &cosign->asker_wei);
	code_wei(c, &cosign->withdraw_wei);
	ts_codec_be64(c, &cosign->since_block);
	ts_codec_signature(c, &cosign->our_signature);
	ts_codec_signature(c, &cosign->partner_signature);
}

static void code_claimed(struct ts_codec *c, struct ts_claimed *claimed)
{
	code_wei(c, &claimed->transferred_wei);
	ts_codec_hash(c, &claimed->locksroot);
}

/* A run of bytes of its own. */
static void code_memo(struct ts_codec *c, struct ts_pending_lock *lock)
{
	const uint8_t *bytes = lock->memo;

	code_count(c, &lock->memo_len, TS_MEMO_SIZE);
	ts_codec_run(c, lock->memo_len, &bytes);
	if (c->in && !c->err)
		memcpy(lock->memo, bytes, lock->memo_len);
}

static void code_lock(struct ts_codec *c, struct ts_pending_lock *lock)
{
	uint32_t phase = lock->phase;

	ts_codec_be64(c, &lock->expiration);
	code_wei(c, &lock->amount_wei);
	code_wei(c, &lock->fee_wei);
	ts_codec_hash(c, &lock->secret_hash);
	ts_codec_hash(c, &lock->secret);
	ts_codec_address(c, &lock->initiator);
	ts_codec_address(c, &lock->target);
	ts_codec_be64(c, &lock->nonce);
	code_memo(c, lock);
	code_small(c, &phase, TS_LOCK_PHASE_COUNT);
	lock->phase = (enum ts_lock_phase)phase;
	CODE_FLAGS(c, &lock->signed_by_initiator, &lock->registered,
		   &lock->unlocked);
}

static void code_locks(struct ts_codec *c, struct ts_locks *locks)
{
	size_t i;

	code_count(c, &locks->count, TS_LOCKS_MAX);
	for (i = 0; i < locks->count && !c->err; i++)
		code_lock(c, &locks->lock[i]);
}

static void code_disposals(struct ts_codec *c, struct ts_life *life)
{
	struct ts_disposal *d;
	size_t i;

	code_count(c, &life->disposal_count, TS_DISPOSALS_MAX);
	for (i = 0; i < life->disposal_count && !c->err; i++) {
		d = &life->disposals[i];
		ts_codec_hash(c, &d->lock_hash);
		ts_codec_hash(c, &d->additional_hash);
		ts_codec_signature(c, &d->signature);
		CODE_FLAGS(c, &d->broken);
	}
}

/* The ring fills from its beginning, so only its used part is stored. */
static void code_accepted(struct ts_codec *c, struct ts_life *life)
{
	size_t i, count = 0;

	while (count < TS_ACCEPTED_MAX && !ts_hash_is_zero(&life->accepted[count]))
		count++;
	code_small(c, &life->accepted_next, TS_ACCEPTED_MAX);
	code_count(c, &count, TS_ACCEPTED_MAX);
	for (i = 0; i < count && !c->err; i++) {
		ts_codec_hash(c, &life->accepted[i]);
		if (!c->err && ts_hash_is_zero(&life->accepted[i]))
			c->err = TS_PHOTON_BAD_LENGTH;
	}
}

static void code_outgoing(struct ts_codec *c, struct ts_outgoing *out)
{
	const uint8_t *bytes = out->b;
	size_t len = out->len;

	ts_codec_address(c, &out->to);
	code_count(c, &len, TS_PARCEL_MAX_BYTES);
	ts_codec_run(c, len, &bytes);
	ts_codec_be64(c, &out->nonce);
	code_wei(c, &out->transferred_wei);
	ts_codec_hash(c, &out->secret_hash);
	CODE_FLAGS(c, &out->acked);
	if (!c->in || c->err)
		return;
	memcpy(out->b, bytes, len);
	out->len = (uint16_t)len;
}

static void code_outbox(struct ts_codec *c, struct ts_outbox *o)
{
	size_t i;

	code_count(c, &o->queue_count, TS_QUEUE_MAX);
	for (i = 0; i < o->queue_count && !c->err; i++)
		code_outgoing(c, &o->queue[i]);
	code_count(c, &o->parallel_count, TS_PARALLEL_MAX);
	for (i = 0; i < o->parallel_count && !c->err; i++)
		code_outgoing(c, &o->parallel[i]);
}

static void code_life(struct ts_codec *c, struct ts_life *life)
{
	uint32_t version = TS_PACK_VERSION;

	ts_codec_be32(c, &version);
	if (!c->err && version != TS_PACK_VERSION)
		c->err = TS_PHOTON_BAD_VERSION;
	CODE_FLAGS(c, &life->leaving, &life->close_wanted);
	code_cosign(c, &life->cosign);
	ts_codec_be64(c, &life->onchain.closed_block);
	CODE_FLAGS(c, &life->onchain.current, &life->onchain.ending);
	code_claimed(c, &life->onchain.ours);
	code_claimed(c, &life->onchain.partners);
	code_locks(c, &life->our_locks);
	code_locks(c, &life->partner_locks);
	code_disposals(c, life);
	code_accepted(c, life);
	code_outbox(c, &life->outbox);
}

/**
 * ts_life_pack() - a life's bytes
 * @life: the life
 * @bytes: where they go
 *
 * Return: how many; it always fits.
 */
size_t ts_life_pack(const struct ts_life *life,
		    uint8_t bytes[TS_PACKED_MAX_BYTES])
{
	struct ts_codec c = { .out = bytes, .size = TS_PACKED_MAX_BYTES };
	struct ts_life copy = *life;	/* the field functions take both ways */

	code_life(&c, &copy);
	assert(!c.err);
	return c.pos;
}

/**
 * ts_life_unpack() - a life from its bytes
 * @life: where it goes; undefined on failure
 * @channel: its channel, as the ledger's columns have it; what is locked is set
 *	by the locks in @bytes
 * @bytes: what ts_life_pack() made
 * @len: how many; 0: nothing is under way
 *
 * Whether the two belong together is what ts_life_fault() says.
 *
 * Return: NULL, or what is wrong.
 */
const char *ts_life_unpack(struct ts_life *life,
			   const struct ts_channel *channel,
			   const void *bytes, size_t len)
{
	struct ts_codec c = { .in = bytes, .size = len };

	memset(life, 0, sizeof(*life));
	life->channel = *channel;
	if (len)
		code_life(&c, life);
	if (c.err == TS_PHOTON_BAD_VERSION)
		return "what is under way was stored by another version";
	if (c.err || c.pos != c.size)
		return "what is under way is damaged";
	life->channel.our_locked_wei = ts_locks_sum_wei(&life->our_locks);
	life->channel.partner_locked_wei =
		ts_locks_sum_wei(&life->partner_locks);
	return NULL;
}
