// SPDX-License-Identifier: GPL-2.0
/*
 * photon_channel.c - random histories of a channel, driven by bytes.
 *
 * The two ends pay each other, lose, repeat, reorder and spoil datagrams, and
 * cheat: sign what the rules forbid; the chain deposits, freezes and closes.
 * After every step, at each end:
 *
 *  - the channel can still be true (ts_channel_fault());
 *  - a refusal has changed nothing, a repeat only answered;
 *  - what has been credited is what the last proof says, and, while the other
 *    end is honest, never more than it knows to have signed;
 *  - a transfer with a right signature is taken if and only if every number in
 *    it is right;
 *  - the two balances are the two deposits.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/photon_pair.h"

#define SENT_MAX	8	/* datagrams that may still arrive, each way */
#define STEPS_MAX	64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/**
 * struct end - one end and the datagrams on their way to it
 * @channel: its view
 * @key: its key
 * @credited_wei: sum of all credits that it was told of
 * @cheated: it signed transfers that its own state does not hold
 * @inbox: the datagrams, overwritten in turn
 * @arrivals: how many were ever put in
 */
struct end {
	struct ts_channel *channel;
	const struct ts_signer *key;
	ts_u128 credited_wei;
	bool cheated;
	struct ts_datagram inbox[SENT_MAX];
	size_t arrivals;
};

struct input {
	const uint8_t *data;
	size_t size;
};

static uint8_t next_byte(struct input *in)
{
	if (!in->size)
		return 0;
	in->size--;
	return *in->data++;
}

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_end(const struct end *here, const struct end *there)
{
	const struct ts_channel *c = here->channel;
	ts_u128 total = c->our_deposit_wei + c->partner_deposit_wei;

	require(!ts_channel_fault(c));
	require(here->credited_wei == c->partner_proof.transferred_wei);
	if (!there->cheated) {
		require(c->partner_proof.transferred_wei <=
			there->channel->our_proof.transferred_wei);
		require(c->partner_proof.nonce <=
			there->channel->our_proof.nonce);
	}
	require(ts_channel_our_balance_wei(c) +
		ts_channel_partner_balance_wei(c) == total);
}

static void do_send(struct end *from, struct end *to, ts_u128 amount_wei,
		    size_t data_len)
{
	static const uint8_t zeros[256];
	struct ts_bytes memo = { zeros, data_len };
	struct ts_channel old = *from->channel, new;
	ts_u128 had_wei = ts_channel_our_balance_wei(&old);
	struct ts_datagram *slot;
	struct ts_datagram d;

	if (ts_channel_send(&old, from->key, amount_wei, &memo, &new, &d)) {
		require(!amount_wei || amount_wei > had_wei || old.frozen ||
			old.state != TS_CHANNEL_OPEN);
		return;
	}
	require(ts_channel_our_balance_wei(&new) == had_wei - amount_wei);
	*from->channel = new;
	slot = &to->inbox[to->arrivals++ % SENT_MAX];
	*slot = d;
}

/* Whether the datagram paid. */
static bool do_receive(struct end *to, const struct ts_datagram *d,
		       bool spoiled)
{
	struct ts_channel old = *to->channel, new = { 0 };
	struct ts_effect effect;
	enum ts_refusal refusal;
	struct ts_message msg;

	if (ts_message_decode(&msg, d->b, d->len))
		return false;
	refusal = ts_channel_receive(&old, &msg, d->b, d->len, &new, &effect);
	if (refusal) {
		require(!new.open_block_number);
		return false;
	}
	require(!spoiled);
	if (effect.kind == TS_EFFECT_REPEAT) {
		require(!effect.credit_wei && !memcmp(&old, &new, sizeof(new)));
		return false;
	}
	require(effect.credit_wei > 0 && !old.frozen &&
		old.state == TS_CHANNEL_OPEN);
	require(new.partner_proof.nonce == old.partner_proof.nonce + 1);
	to->credited_wei += effect.credit_wei;
	*to->channel = new;
	return true;
}

/*
 * Sign a transfer of any numbers and deliver it at once: it must pay exactly
 * when the numbers are right.
 */
static void do_cheat(struct end *from, struct end *to, struct input *in)
{
	const struct ts_channel *c = to->channel;
	uint8_t how = next_byte(in), amount = next_byte(in);
	struct ts_message msg = { .id = TS_MSG_DIRECT_TRANSFER };
	struct ts_balance_proof *proof = &msg.direct_transfer.proof;
	ts_u128 left_wei = ts_channel_partner_balance_wei(c);
	ts_u128 paid_wei = amount;
	struct ts_datagram d;
	bool right;

	if (how & 1)	/* around all that is left */
		paid_wei = left_wei + amount - 2;
	right = paid_wei && paid_wei <= left_wei;
	proof->nonce = c->partner_proof.nonce + (how >> 1 & 3);
	proof->channel_identifier = c->channel_identifier;
	proof->open_block_number = c->open_block_number;
	proof->transferred_amount =
		ts_u256_from_u128(c->partner_proof.transferred_wei + paid_wei);
	proof->transferred_amount.w[2 + (how >> 3 & 1)] = how >> 4 & 1;
	proof->locksroot.b[amount % TS_HASH_BYTES] = how >> 5 & 1;
	right = right && (how >> 1 & 3) == 1 && !(how >> 4 & 3) &&
		c->state == TS_CHANNEL_OPEN && !c->frozen;

	require(!ts_message_sign(&msg, from->key, &c->chain_id, &d));
	from->cheated = true;
	require(do_receive(to, &d, false) == right);
}

/* Deliver one of the last datagrams, as it is or spoiled. */
static void do_deliver(struct end *to, struct input *in, bool spoil)
{
	struct ts_datagram d;
	uint8_t at, bits;

	if (!to->arrivals)
		return;
	d = to->inbox[next_byte(in) % SENT_MAX % to->arrivals];
	if (spoil) {
		at = next_byte(in);
		bits = next_byte(in) | 1;
		d.b[at % d.len] ^= bits;
	}
	do_receive(to, &d, spoil);
}

static void do_deposit(struct end *a, struct end *b, uint8_t amount)
{
	a->channel->our_deposit_wei += amount;
	b->channel->partner_deposit_wei += amount;
}

static void step(struct input *in, struct end *a, struct end *b)
{
	uint8_t op = next_byte(in);
	struct end *tmp = a;

	if (op & 0x80) {
		a = b;
		b = tmp;
	}
	switch (op & 7) {
	case 0:
	case 1:
		do_send(a, b, next_byte(in), next_byte(in));
		break;
	case 2:
		do_send(a, b, ts_channel_our_balance_wei(a->channel) +
			      (op >> 6 & 1), 0);
		break;
	case 3:
		do_deliver(b, in, false);
		break;
	case 4:
		do_cheat(a, b, in);
		break;
	case 5:
		do_deliver(b, in, true);
		break;
	case 6:
		do_deposit(a, b, next_byte(in));
		break;
	case 7:
		a->channel->frozen = op >> 3 & 1;
		a->channel->state = op >> 4 & 3 ? TS_CHANNEL_OPEN :
						  TS_CHANNEL_CLOSED;
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct end a, b;
	static struct pair pair;
	struct input in = { data, size };
	int steps;

	pair_open(&pair, 200, 50);
	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	a.channel = &pair.payer;
	a.key = pair.payer_key;
	b.channel = &pair.box;
	b.key = pair.box_key;
	for (steps = 0; in.size && steps < STEPS_MAX; steps++) {
		step(&in, &a, &b);
		check_end(&a, &b);
		check_end(&b, &a);
	}
	pair_close(&pair);
	return 0;
}
