// SPDX-License-Identifier: GPL-2.0
/*
 * photon_ends.c - a life of a channel at its two ends, for tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "photon/pack.h"
#include "photon_ends.h"

static struct ts_signer *new_key(uint8_t seed)
{
	uint8_t secret[TS_SECRET_BYTES];
	struct ts_signer *key;

	memset(secret, seed, sizeof(secret));
	key = ts_signer_new(secret);
	assert_non_null(key);
	return key;
}

void ends_open(struct ends *e)
{
	memset(e, 0, sizeof(*e));
	pair_open(&e->pair, ENDS_DEPOSIT_WEI, ENDS_DEPOSIT_WEI);
	e->initiator_key = new_key(0x33);
	e->stranger_key = new_key(0x44);
	e->payer.key = e->pair.payer_key;
	e->payer.life.channel = e->pair.payer;
	e->box.key = e->pair.box_key;
	e->box.life.channel = e->pair.box;
	e->moment.now_ns = 1;
	e->moment.head_block = 4800;
	e->moment.head_fresh = true;
}

void ends_close(struct ends *e)
{
	pair_close(&e->pair);
	ts_signer_free(e->initiator_key);
	ts_signer_free(e->stranger_key);
}

int ends_set_up(void **state)
{
	ends_open(*state);
	return 0;
}

int ends_tear_down(void **state)
{
	ends_close(*state);
	return 0;
}

struct ends_end *ends_other(struct ends *e, struct ends_end *end)
{
	return end == &e->box ? &e->payer : &e->box;
}

struct ends_end *ends_lower(struct ends *e)
{
	const struct ts_channel *c = &e->box.life.channel;

	return memcmp(c->our_address.b, c->partner_address.b,
		      TS_ADDRESS_BYTES) < 0 ? &e->box : &e->payer;
}

struct ts_hash ends_secret(uint8_t seed)
{
	struct ts_hash secret;

	memset(secret.b, seed + 1, sizeof(secret.b));
	return secret;
}

/* From the initiator, by the payer, to the box. */
struct ts_pending_lock ends_lock(const struct ends *e, ts_u128 amount_wei,
				 uint8_t seed)
{
	struct ts_pending_lock lock = {
		.expiration = e->moment.head_block + 100,
		.amount_wei = amount_wei,
		.initiator = *ts_signer_address(e->initiator_key),
		.target = *ts_signer_address(e->box.key),
	};
	struct ts_hash secret = ends_secret(seed);

	ts_sha256(&lock.secret_hash, secret.b, TS_HASH_BYTES);
	return lock;
}

bool ends_is_zero(const void *bytes, size_t len)
{
	const uint8_t *b = bytes;

	while (len && !*b)
		b++, len--;
	return !len;
}

/* What was told no is not acked; asked again it is told the same. */
static void ask_again(struct ends *e, struct ends_end *to,
		      const struct ts_message *msg, const void *bytes, size_t len)
{
	static struct ts_life again;
	struct ts_outcome repeated;

	assert_false(e->outcome.has_ack);
	assert_int_equal(ts_life_receive(&to->life, to->key, &e->moment, msg,
					 bytes, len, &again, &repeated),
			 TS_ACCEPTED);
	assert_int_equal(repeated.told_no, e->outcome.told_no);
	assert_false(repeated.repeat || repeated.has_ack);
	assert_memory_equal(&again, &to->life, sizeof(again));
}

/*
 * Everything is taken twice: the same bytes again are acked the same way, and
 * change nothing.
 */
enum ts_refusal ends_take(struct ends *e, struct ends_end *to,
			  const void *bytes, size_t len)
{
	static struct ts_life again;
	struct ts_outcome repeated;
	struct ts_message msg;

	assert_int_equal(ts_message_decode(&msg, bytes, len), 0);
	e->refusal = ts_life_receive(&to->life, to->key, &e->moment, &msg, bytes,
				     len, &e->spare, &e->outcome);
	if (e->refusal)
		return e->refusal;
	to->life = e->spare;
	to->credited_wei += e->outcome.credit_wei;
	assert_null(ts_life_fault(&to->life));
	if (msg.id == TS_MSG_ACK)
		return TS_ACCEPTED;
	if (e->outcome.told_no) {
		ask_again(e, to, &msg, bytes, len);
		return TS_ACCEPTED;
	}
	assert_true(e->outcome.has_ack);
	assert_int_equal(ts_life_receive(&to->life, to->key, &e->moment, &msg,
					 bytes, len, &again, &repeated),
			 TS_ACCEPTED);
	assert_true(repeated.repeat && !repeated.changed);
	assert_true(!repeated.credit_wei && !repeated.follow);
	assert_memory_equal(repeated.ack, e->outcome.ack, TS_ACK_BYTES);
	assert_memory_equal(&again, &to->life, sizeof(again));
	return TS_ACCEPTED;
}

static void ack(struct ends *e, struct ends_end *from, const uint8_t *bytes)
{
	struct ts_outcome outcome = e->outcome;

	ends_take(e, from, bytes, TS_ACK_BYTES);
	e->outcome = outcome;
	e->refusal = TS_ACCEPTED;
}

/* All that waits in the queue arrives, and is acked if it is taken. */
void ends_pass_queue(struct ends *e, struct ends_end *from, struct ends_end *to)
{
	struct ts_outgoing out;
	uint8_t answer[TS_ACK_BYTES];
	size_t i = 0;

	while (i < from->life.outbox.queue_count) {
		out = from->life.outbox.queue[i];
		if (out.acked) {
			i++;
			continue;
		}
		if (ends_take(e, to, out.b, out.len) || !e->outcome.has_ack)
			return;
		memcpy(answer, e->outcome.ack, sizeof(answer));
		ack(e, from, answer);
	}
}

/* The newest of the others arrives, and is acked. */
void ends_pass_parallel(struct ends *e, struct ends_end *from,
			struct ends_end *to)
{
	struct ts_outgoing out;
	uint8_t answer[TS_ACK_BYTES];

	assert_true(from->life.outbox.parallel_count > 0);
	out = from->life.outbox.parallel[from->life.outbox.parallel_count - 1];
	if (ends_take(e, to, out.b, out.len))
		return;
	memcpy(answer, e->outcome.ack, sizeof(answer));
	ack(e, from, answer);
}

int ends_parallel_id(const struct ends_end *end)
{
	assert_true(end->life.outbox.parallel_count > 0);
	return end->life.outbox.parallel[end->life.outbox.parallel_count - 1].b[0];
}

void ends_decode_parallel(const struct ends_end *end, struct ts_message *msg)
{
	const struct ts_outgoing *out =
		&end->life.outbox.parallel[end->life.outbox.parallel_count - 1];

	assert_true(end->life.outbox.parallel_count > 0);
	assert_int_equal(ts_message_decode(msg, out->b, out->len), 0);
}

/* Signed and committed, and not sent. */
void ends_pay_lost(struct ends *e, struct ends_end *from, ts_u128 amount_wei)
{
	e->refusal = ts_life_pay(&from->life, from->key, amount_wei, NULL,
				 &e->spare);
	if (e->refusal)
		return;
	from->life = e->spare;
	assert_null(ts_life_fault(&from->life));
}

void ends_pay(struct ends *e, struct ends_end *from, struct ends_end *to,
	      ts_u128 amount_wei)
{
	ends_pay_lost(e, from, amount_wei);
	if (!e->refusal)
		ends_pass_queue(e, from, to);
	if (e->refusal == TS_ACCEPTED)
		return;
	ends_pay_unchecked(e, from, to, amount_wei);
}

/* A payer that does not care what it may. */
void ends_pay_unchecked(struct ends *e, struct ends_end *from,
			struct ends_end *to, ts_u128 amount_wei)
{
	struct ts_channel c = from->life.channel, next;
	struct ts_datagram d;

	c.frozen = false;
	c.state = TS_CHANNEL_OPEN;
	assert_int_equal(ts_channel_send(&c, from->key, amount_wei, NULL, &next,
					 &d), TS_ACCEPTED);
	ends_take(e, to, d.b, d.len);
}

void ends_offer(struct ends *e, struct ends_end *from,
		const struct ts_pending_lock *lock)
{
	assert_int_equal(ts_life_lock(&from->life, from->key, &e->moment, lock,
				      &e->spare), TS_ACCEPTED);
	from->life = e->spare;
	assert_null(ts_life_fault(&from->life));
}

void ends_reveal(struct ends *e, struct ends_end *to,
		 const struct ts_hash *secret, const struct ts_signer *by)
{
	struct ts_message msg = { .id = TS_MSG_REVEAL_SECRET };
	struct ts_datagram d;

	msg.reveal_secret.lock_secret = *secret;
	assert_int_equal(ts_message_sign(&msg, by, &to->life.channel.chain_id,
					 &d), 0);
	ends_take(e, to, d.b, d.len);
}

void ends_withdraw(struct ends *e, struct ends_end *from, ts_u128 amount_wei)
{
	assert_int_equal(ts_life_withdraw(&from->life, from->key, &e->moment,
					  amount_wei, &e->spare), TS_ACCEPTED);
	from->life = e->spare;
	assert_null(ts_life_fault(&from->life));
}

/* An original node asks: rightly signed, whatever the balances. */
void ends_ask_settle(struct ends *e, struct ends_end *from, struct ends_end *to,
		     ts_u128 from_wei, ts_u128 to_wei)
{
	struct ts_message msg = { .id = TS_MSG_SETTLE_REQUEST };
	struct ts_settle *s = &msg.settle_request.settle;
	const struct ts_channel *c = &to->life.channel;
	struct ts_hash digest;
	struct ts_datagram d;
	struct ts_form form;

	s->channel_identifier = c->channel_identifier;
	s->open_block_number = c->open_block_number;
	s->participant1 = c->partner_address;
	s->participant1_balance = ts_u256_from_u128(from_wei);
	s->participant2 = c->our_address;
	s->participant2_balance = ts_u256_from_u128(to_wei);
	ts_form_cooperative_settle(&form, s, &c->chain_id);
	ts_form_digest(&form, &digest);
	ts_signer_sign(from->key, &digest,
		       &msg.settle_request.participant1_signature);
	assert_int_equal(ts_message_sign(&msg, from->key, &c->chain_id, &d), 0);
	ends_take(e, to, d.b, d.len);
}

bool ends_tick(struct ends *e, struct ends_end *end)
{
	bool changed = ts_life_tick(&end->life, end->key, &e->moment, &e->spare);

	if (changed)
		end->life = e->spare;
	assert_null(ts_life_fault(&end->life));
	return changed;
}

void ends_event(struct ends *e, struct ends_end *end,
		struct ts_channel_event event)
{
	ts_life_event(&end->life, &event, end->key, &e->spare, &e->outcome);
	end->life = e->spare;
	assert_null(ts_life_fault(&end->life));
}

/* The chain has a withdrawal: a new life at both ends. */
void ends_withdrawn(struct ends *e, uint64_t block, ts_u128 box_wei,
		    ts_u128 payer_wei)
{
	struct ts_channel_event event = {
		.kind = TS_SEEN_WITHDRAWN, .block = block, .confirmed = true,
		.our_deposit_wei = box_wei, .partner_deposit_wei = payer_wei,
	};

	ends_event(e, &e->box, event);
	event.our_deposit_wei = payer_wei;
	event.partner_deposit_wei = box_wei;
	ends_event(e, &e->payer, event);
	e->moment.head_block = block;
}

size_t ends_intent_count(struct ends *e, const struct ends_end *end)
{
	return ts_life_intents(&end->life, &e->moment, e->intents);
}

/* What was stored is all there is. */
void ends_restart(struct ends_end *end)
{
	static uint8_t bytes[TS_PACKED_MAX_BYTES];
	struct ts_channel stored = end->life.channel;
	size_t len = ts_life_pack(&end->life, bytes);

	stored.our_locked_wei = 0;
	stored.partner_locked_wei = 0;
	assert_null(ts_life_unpack(&end->life, &stored, bytes, len));
	assert_null(ts_life_fault(&end->life));
}
