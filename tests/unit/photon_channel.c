// SPDX-License-Identifier: GPL-2.0
/*
 * photon_channel.c - every rule a transfer can break, one by one, and that a
 * refusal changes nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "photon/ack.h"
#include "photon/ping.h"
#include "photon_pair.h"
#include "photon_proof.h"

#define DEPOSIT_WEI	1000

static struct pair pair;

static int set_up(void **state)
{
	pair_open(&pair, DEPOSIT_WEI, 300);
	return 0;
}

static int tear_down(void **state)
{
	pair_close(&pair);
	return 0;
}

/* The box takes bytes; on success the new state becomes the state. */
static enum ts_refusal take(const struct ts_datagram *d,
			    struct ts_effect *effect)
{
	struct ts_channel before = pair.box, next;
	struct ts_effect untouched;
	enum ts_refusal refusal;
	struct ts_message msg;

	memset(&next, 0xa5, sizeof(next));
	memset(effect, 0x5a, sizeof(*effect));
	untouched = *effect;
	assert_int_equal(ts_message_decode(&msg, d->b, d->len), 0);
	refusal = ts_channel_receive(&pair.box, &msg, d->b, d->len, &next,
				     effect);
	assert_memory_equal(&before, &pair.box, sizeof(before));
	if (refusal) {
		struct ts_channel blank;

		memset(&blank, 0xa5, sizeof(blank));
		assert_memory_equal(&next, &blank, sizeof(blank));
		assert_memory_equal(effect, &untouched, sizeof(untouched));
		return refusal;
	}
	assert_null(ts_channel_fault(&next));
	pair.box = next;
	return TS_ACCEPTED;
}

/* The payer pays; its new state becomes its state. */
static void pay(ts_u128 amount_wei, struct ts_datagram *d)
{
	struct ts_channel next;

	assert_int_equal(ts_channel_send(&pair.payer, pair.payer_key,
					 amount_wei, NULL, &next, d),
			 TS_ACCEPTED);
	assert_null(ts_channel_fault(&next));
	pair.payer = next;
}

/* The next right transfer of @amount_wei, for a test to spoil and sign. */
static struct ts_message draft(ts_u128 amount_wei)
{
	struct ts_message msg = { .id = TS_MSG_DIRECT_TRANSFER };
	struct ts_balance_proof *proof = &msg.direct_transfer.proof;

	proof->nonce = pair.box.partner_proof.nonce + 1;
	proof->channel_identifier = pair.box.channel_identifier;
	proof->open_block_number = pair.box.open_block_number;
	proof->transferred_amount = ts_u256_from_u128(
		pair.box.partner_proof.transferred_wei + amount_wei);
	return msg;
}

static enum ts_refusal take_draft(struct ts_message *msg)
{
	struct ts_effect effect;
	struct ts_datagram d;

	assert_int_equal(ts_message_sign(msg, pair.payer_key,
					 &pair.box.chain_id, &d), 0);
	return take(&d, &effect);
}

static void test_payments(void **state)
{
	struct ts_datagram d;
	struct ts_effect effect;
	struct ts_message ack;
	unsigned int i;

	for (i = 1; i <= 10; i++) {
		pay(i, &d);
		assert_int_equal(take(&d, &effect), TS_ACCEPTED);
		assert_int_equal(effect.kind, TS_EFFECT_CREDIT);
		assert_true(effect.credit_wei == i);
		assert_int_equal(ts_message_decode(&ack, effect.ack,
						   TS_ACK_BYTES), 0);
		assert_true(ts_ack_matches(&ack.ack, d.b, d.len,
					   &pair.payer.partner_address));
	}
	assert_true(ts_channel_partner_balance_wei(&pair.box) == 945);
	assert_true(ts_channel_our_balance_wei(&pair.box) == 355);
	assert_true(ts_channel_our_balance_wei(&pair.payer) == 945);
	assert_same_proof(&pair.payer.our_proof, &pair.box.partner_proof);
}

static void test_data(void **state)
{
	static const uint8_t text[] = "ts1:0123456789ABCDEF:1";
	struct ts_bytes data = { text, sizeof(text) - 1 };
	struct ts_channel next;
	struct ts_effect effect;
	struct ts_message msg;
	struct ts_datagram d;

	assert_int_equal(ts_channel_send(&pair.payer, pair.payer_key, 5, &data,
					 &next, &d), TS_ACCEPTED);
	assert_int_equal(take(&d, &effect), TS_ACCEPTED);
	assert_int_equal(ts_message_decode(&msg, d.b, d.len), 0);
	assert_int_equal(msg.direct_transfer.data.len, data.len);
	assert_memory_equal(msg.direct_transfer.data.p, text, data.len);
}

static void test_repeat_gives_the_same_ack(void **state)
{
	struct ts_effect first, again;
	struct ts_channel after;
	struct ts_datagram d;

	pay(100, &d);
	assert_int_equal(take(&d, &first), TS_ACCEPTED);
	after = pair.box;
	assert_int_equal(take(&d, &again), TS_ACCEPTED);
	assert_int_equal(again.kind, TS_EFFECT_REPEAT);
	assert_true(again.credit_wei == 0);
	assert_memory_equal(first.ack, again.ack, TS_ACK_BYTES);
	assert_memory_equal(&after, &pair.box, sizeof(after));

	/* Also when the channel takes nothing new any more. */
	pair.box.frozen = true;
	assert_int_equal(take(&d, &again), TS_ACCEPTED);
	assert_memory_equal(first.ack, again.ack, TS_ACK_BYTES);
	pair.box.state = TS_CHANNEL_CLOSED;
	assert_int_equal(take(&d, &again), TS_ACCEPTED);
	assert_int_equal(again.kind, TS_EFFECT_REPEAT);
}

static void test_not_quite_a_repeat(void **state)
{
	struct ts_effect effect;
	struct ts_datagram first, other;
	struct ts_message msg;

	pay(100, &first);
	assert_int_equal(take(&first, &effect), TS_ACCEPTED);
	/* The same nonce with another amount, signed by the payer. */
	msg = draft(50);
	msg.direct_transfer.proof.nonce = 1;
	assert_int_equal(take_draft(&msg), TS_REFUSED_NONCE_REPLAYED);
	/* The same message with one bit of the signature changed. */
	other = first;
	other.b[other.len - 2] ^= 1;
	assert_int_equal(take(&other, &effect), TS_REFUSED_NONCE_REPLAYED);
	/* The same signature under another version: another hash. */
	other = first;
	other.b[2] ^= 1;
	assert_int_equal(take(&other, &effect), TS_REFUSED_NONCE_REPLAYED);
}

static void test_older_ones_are_replays(void **state)
{
	struct ts_datagram first, second;
	struct ts_effect effect;

	pay(1, &first);
	pay(2, &second);
	assert_int_equal(take(&first, &effect), TS_ACCEPTED);
	assert_int_equal(take(&second, &effect), TS_ACCEPTED);
	assert_int_equal(take(&first, &effect), TS_REFUSED_NONCE_REPLAYED);
	assert_int_equal(take(&second, &effect), TS_ACCEPTED);
	assert_int_equal(effect.kind, TS_EFFECT_REPEAT);
}

static void test_channel_and_life(void **state)
{
	struct ts_message msg;

	msg = draft(1);
	msg.direct_transfer.proof.channel_identifier.b[31] ^= 1;
	assert_int_equal(take_draft(&msg), TS_REFUSED_UNKNOWN_CHANNEL);
	msg = draft(1);
	msg.direct_transfer.proof.open_block_number--;
	assert_int_equal(take_draft(&msg), TS_REFUSED_WRONG_OPEN_BLOCK);
	msg = draft(1);
	msg.direct_transfer.proof.open_block_number++;
	assert_int_equal(take_draft(&msg), TS_REFUSED_WRONG_OPEN_BLOCK);
}

static void test_state_of_channel(void **state)
{
	struct ts_message msg;

	msg = draft(1);
	pair.box.state = TS_CHANNEL_CLOSED;
	assert_int_equal(take_draft(&msg), TS_REFUSED_CHANNEL_CLOSED);
	pair.box.state = TS_CHANNEL_NONE;
	assert_int_equal(take_draft(&msg), TS_REFUSED_CHANNEL_CLOSED);
	pair.box.state = TS_CHANNEL_OPEN;
	pair.box.frozen = true;
	assert_int_equal(take_draft(&msg), TS_REFUSED_FROZEN);
	pair.box.frozen = false;
	assert_int_equal(take_draft(&msg), TS_ACCEPTED);
}

static void test_nonces(void **state)
{
	static const uint64_t gaps[] = { 2, 3, 1ULL << 32, UINT64_MAX };
	struct ts_message msg;
	size_t i;

	for (i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++) {
		msg = draft(1);
		msg.direct_transfer.proof.nonce = gaps[i];
		assert_int_equal(take_draft(&msg), TS_REFUSED_NONCE_GAP);
	}
	msg = draft(1);
	msg.direct_transfer.proof.nonce = 0;
	assert_int_equal(take_draft(&msg), TS_REFUSED_NONCE_REPLAYED);
	/* At the last nonce there is no next one, nor a wrap to 0. */
	pair.box.partner_proof.nonce = UINT64_MAX;
	pair.box.partner_proof.transferred_wei = 1;
	msg = draft(1);
	assert_true(msg.direct_transfer.proof.nonce == 0);
	assert_int_equal(take_draft(&msg), TS_REFUSED_NONCE_REPLAYED);
}

static void test_amounts(void **state)
{
	struct ts_effect effect;
	struct ts_datagram d;
	struct ts_message msg;

	pay(10, &d);
	assert_int_equal(take(&d, &effect), TS_ACCEPTED);
	msg = draft(0);
	assert_int_equal(take_draft(&msg), TS_REFUSED_AMOUNT_NOT_GROWING);
	msg.direct_transfer.proof.transferred_amount = ts_u256_from_u64(9);
	assert_int_equal(take_draft(&msg), TS_REFUSED_AMOUNT_NOT_GROWING);
	msg.direct_transfer.proof.transferred_amount = ts_u256_from_u64(0);
	assert_int_equal(take_draft(&msg), TS_REFUSED_AMOUNT_NOT_GROWING);
	msg = draft(DEPOSIT_WEI - 10 + 1);
	assert_int_equal(take_draft(&msg), TS_REFUSED_OVER_BALANCE);
	msg.direct_transfer.proof.transferred_amount =
		ts_u256_from_u128(TS_U128_MAX);
	assert_int_equal(take_draft(&msg), TS_REFUSED_OVER_BALANCE);
	msg.direct_transfer.proof.transferred_amount =
		(struct ts_u256){ { 11, 0, 1, 0 } };
	assert_int_equal(take_draft(&msg), TS_REFUSED_AMOUNT_TOO_LARGE);
	msg.direct_transfer.proof.transferred_amount =
		(struct ts_u256){ { 11, 0, 0, 1ULL << 63 } };
	assert_int_equal(take_draft(&msg), TS_REFUSED_AMOUNT_TOO_LARGE);
	/* To the last unit. */
	msg = draft(DEPOSIT_WEI - 10);
	assert_int_equal(take_draft(&msg), TS_ACCEPTED);
	assert_true(ts_channel_partner_balance_wei(&pair.box) == 0);
	msg = draft(1);
	assert_int_equal(take_draft(&msg), TS_REFUSED_OVER_BALANCE);
}

static void test_locksroot(void **state)
{
	struct ts_message msg = draft(1);

	msg.direct_transfer.proof.locksroot.b[0] = 1;
	assert_int_equal(take_draft(&msg), TS_REFUSED_WRONG_LOCKSROOT);
}

static void test_signatures(void **state)
{
	struct ts_u256 other_chain = ts_u256_from_u64(3);
	struct ts_effect effect;
	struct ts_datagram d;
	struct ts_message msg;
	int v;

	/* By the box itself, and for another chain. */
	msg = draft(1);
	ts_message_sign(&msg, pair.box_key, &pair.box.chain_id, &d);
	assert_int_equal(take(&d, &effect), TS_REFUSED_NOT_PARTNER);
	msg = draft(1);
	ts_message_sign(&msg, pair.payer_key, &other_chain, &d);
	assert_int_equal(take(&d, &effect), TS_REFUSED_NOT_PARTNER);

	msg = draft(1);
	ts_message_sign(&msg, pair.payer_key, &pair.box.chain_id, &d);
	v = d.b[d.len - 1];
	d.b[d.len - 1] = (uint8_t)(v - 27);
	assert_int_equal(take(&d, &effect), TS_REFUSED_BAD_SIGNATURE);
	d.b[d.len - 1] = (uint8_t)(27 + 28 - v);
	assert_int_equal(take(&d, &effect), TS_REFUSED_NOT_PARTNER);
	d.b[d.len - 1] = (uint8_t)v;
	/* The head is under the signature too. */
	d.b[2] = 1;
	assert_int_equal(take(&d, &effect), TS_REFUSED_NOT_PARTNER);
	d.b[2] = 0;
	assert_int_equal(take(&d, &effect), TS_ACCEPTED);
}

/* A flip of any single bit of a datagram: it is refused, or no message. */
static void test_any_bit(void **state)
{
	struct ts_channel next;
	struct ts_effect effect;
	struct ts_datagram d;
	struct ts_message msg;
	size_t bit;

	pay(3, &d);
	for (bit = 0; bit < 8 * d.len; bit++) {
		d.b[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (!ts_message_decode(&msg, d.b, d.len))
			assert_int_not_equal(
				ts_channel_receive(&pair.box, &msg, d.b, d.len,
						   &next, &effect),
				TS_ACCEPTED);
		d.b[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(take(&d, &effect), TS_ACCEPTED);
}

static void test_wrong_message(void **state)
{
	struct ts_message msg = { .id = TS_MSG_UNLOCK };
	struct ts_effect effect;
	struct ts_datagram d;

	msg.unlock.proof = draft(1).direct_transfer.proof;
	ts_message_sign(&msg, pair.payer_key, &pair.box.chain_id, &d);
	assert_int_equal(take(&d, &effect), TS_REFUSED_WRONG_MESSAGE);
}

static void test_both_ways(void **state)
{
	struct ts_channel next, box_next;
	struct ts_effect effect;
	struct ts_datagram d;
	struct ts_message msg;

	pay(DEPOSIT_WEI, &d);
	assert_int_equal(take(&d, &effect), TS_ACCEPTED);
	/* A refund of all it ever got, and its own deposit. */
	assert_int_equal(ts_channel_send(&pair.box, pair.box_key, 1301, NULL,
					 &box_next, &d),
			 TS_REFUSED_OVER_BALANCE);
	assert_int_equal(ts_channel_send(&pair.box, pair.box_key, 1300, NULL,
					 &box_next, &d), TS_ACCEPTED);
	pair.box = box_next;
	assert_int_equal(ts_message_decode(&msg, d.b, d.len), 0);
	assert_int_equal(ts_channel_receive(&pair.payer, &msg, d.b, d.len,
					    &next, &effect), TS_ACCEPTED);
	assert_true(effect.credit_wei == 1300);
	pair.payer = next;
	assert_null(ts_channel_fault(&pair.payer));
	assert_true(ts_channel_our_balance_wei(&pair.payer) == 1300);
	/* What came back can be paid again: above the deposit. */
	pay(1300, &d);
	assert_int_equal(take(&d, &effect), TS_ACCEPTED);
	assert_true(ts_channel_our_balance_wei(&pair.box) == 1300);
}

static void test_send_refusals(void **state)
{
	static const uint8_t zeros[TS_DATAGRAM_MAX_BYTES];
	struct ts_bytes data = { zeros, TS_DATAGRAM_MAX_BYTES - 184 };
	const struct ts_channel *from = &pair.payer;
	struct ts_signer *key = pair.payer_key;
	struct ts_channel next;
	struct ts_datagram d;

	assert_int_equal(ts_channel_send(from, pair.box_key, 1, NULL, &next,
					 &d), TS_REFUSED_WRONG_KEY);
	assert_int_equal(ts_channel_send(from, key, 0, NULL, &next, &d),
			 TS_REFUSED_AMOUNT_NOT_GROWING);
	assert_int_equal(ts_channel_send(from, key, DEPOSIT_WEI + 1, NULL,
					 &next, &d), TS_REFUSED_OVER_BALANCE);
	assert_int_equal(ts_channel_send(from, key, TS_U128_MAX, NULL, &next,
					 &d), TS_REFUSED_OVER_BALANCE);
	assert_int_equal(ts_channel_send(from, key, 1, &data, &next, &d),
			 TS_ACCEPTED);
	assert_int_equal(d.len, TS_DATAGRAM_MAX_BYTES);
	data.len++;
	assert_int_equal(ts_channel_send(from, key, 1, &data, &next, &d),
			 TS_REFUSED_DATA_TOO_LONG);
	data.len = SIZE_MAX;
	assert_int_equal(ts_channel_send(from, key, 1, &data, &next, &d),
			 TS_REFUSED_DATA_TOO_LONG);

	pair.payer.our_proof.nonce = UINT64_MAX;
	assert_int_equal(ts_channel_send(from, key, 1, NULL, &next, &d),
			 TS_REFUSED_NONCE_EXHAUSTED);
	pair.payer.frozen = true;
	assert_int_equal(ts_channel_send(from, key, 1, NULL, &next, &d),
			 TS_REFUSED_FROZEN);
	pair.payer.state = TS_CHANNEL_CLOSED;
	assert_int_equal(ts_channel_send(from, key, 1, NULL, &next, &d),
			 TS_REFUSED_CHANNEL_CLOSED);
}

/* Cumulative amounts stop at 2^128 - 1, on both sides. */
static void test_ledger_limit(void **state)
{
	const ts_u128 near = TS_U128_MAX - 5;
	struct ts_channel next;
	struct ts_datagram d;
	struct ts_message msg;

	pair.payer.our_proof.transferred_wei = near;
	pair.payer.partner_proof.transferred_wei = near;
	assert_true(ts_channel_our_balance_wei(&pair.payer) == DEPOSIT_WEI);
	assert_int_equal(ts_channel_send(&pair.payer, pair.payer_key, 6, NULL,
					 &next, &d),
			 TS_REFUSED_AMOUNT_TOO_LARGE);
	assert_int_equal(ts_channel_send(&pair.payer, pair.payer_key, 5, NULL,
					 &next, &d), TS_ACCEPTED);

	pair.box.our_proof.transferred_wei = near;
	pair.box.partner_proof.transferred_wei = near;
	msg = draft(5);
	msg.direct_transfer.proof.transferred_amount =
		(struct ts_u256){ { 0, 0, 1, 0 } };
	assert_int_equal(take_draft(&msg), TS_REFUSED_AMOUNT_TOO_LARGE);
}

/* A state that cannot be true never lends money. */
static void test_impossible_balances(void **state)
{
	pair.box.partner_proof.transferred_wei = DEPOSIT_WEI + 1;
	assert_true(ts_channel_partner_balance_wei(&pair.box) == 0);
	pair.box.partner_deposit_wei = TS_U128_MAX;
	pair.box.partner_proof.transferred_wei = 0;
	pair.box.our_proof.transferred_wei = 1;
	assert_true(ts_channel_partner_balance_wei(&pair.box) == TS_U128_MAX);
}

#define assert_fault(change) do {					\
	struct ts_channel c = pair.box;					\
									\
	assert_null(ts_channel_fault(&c));				\
	change;								\
	assert_non_null(ts_channel_fault(&c));				\
} while (0)

static void test_faults(void **state)
{
	struct ts_effect effect;
	struct ts_datagram d;

	pay(7, &d);
	assert_int_equal(take(&d, &effect), TS_ACCEPTED);
	assert_fault(c.channel_identifier.b[0] ^= 1);
	assert_fault(c.token.b[0] ^= 1);
	assert_fault(c.tokens_network.b[0] ^= 1);
	assert_fault(c.our_address.b[0] ^= 1);
	assert_fault(c.partner_address = c.our_address);
	assert_fault(memset(&c.token, 0, sizeof(c.token)));
	assert_fault(c.open_block_number = 0);
	assert_fault(c.open_block_number++);
	assert_fault(c.chain_id = ts_u256_from_u64(0));
	assert_fault(c.chain_id = ts_u256_from_u64(1));
	assert_fault(c.settle_timeout_blocks = 5);
	assert_fault(c.settle_timeout_blocks = 2700001);
	assert_fault(c.state = 3);
	assert_fault(c.our_deposit_wei = TS_U128_MAX);
	assert_fault(c.partner_deposit_wei = 6);
	assert_fault(c.partner_proof.nonce++);
	assert_fault(c.partner_proof.nonce = 0);
	assert_fault(c.partner_proof.transferred_wei++);
	assert_fault(c.partner_proof.transferred_wei = 0);
	assert_fault(c.partner_proof.locksroot.b[5] = 1);
	assert_fault(c.partner_proof.additional_hash.b[5] ^= 1);
	assert_fault(c.partner_proof.signature.b[5] ^= 1);
	assert_fault(c.our_proof.transferred_wei = 1);
	assert_fault(c.our_proof.transferred_wei = 308);
	assert_fault(c.our_proof.signature.b[0] = 1);
	assert_fault(c.our_proof = c.partner_proof);
}

static void test_ping(void **state)
{
	uint8_t ack[TS_ACK_BYTES];
	struct ts_address signer;
	struct ts_message msg, answer;
	struct ts_datagram d;

	assert_int_equal(ts_ping_make(42, pair.payer_key, &d), 0);
	assert_int_equal(d.len, 77);
	assert_int_equal(ts_message_decode(&msg, d.b, d.len), 0);
	assert_int_equal(msg.ping.nonce, 42);
	assert_int_equal(ts_ping_receive(&msg, d.b, d.len,
					 &pair.box.our_address, &signer, ack),
			 0);
	assert_true(ts_address_equal(&signer, &pair.payer.our_address));
	assert_int_equal(ts_message_decode(&answer, ack, sizeof(ack)), 0);
	assert_true(ts_ack_matches(&answer.ack, d.b, d.len,
				   &pair.box.our_address));
	d.b[76] = 0;
	assert_int_equal(ts_message_decode(&msg, d.b, d.len), 0);
	assert_int_equal(ts_ping_receive(&msg, d.b, d.len,
					 &pair.box.our_address, &signer, ack),
			 TS_PHOTON_BAD_SIGNATURE);
}

static void test_foreign_acks(void **state)
{
	const struct ts_address *box = &pair.box.our_address;
	const struct ts_address *payer = &pair.payer.our_address;
	struct ts_message good, msg;
	uint8_t ack[TS_ACK_BYTES];
	struct ts_datagram d;

	pay(1, &d);
	ts_ack_make(d.b, d.len, box, ack);
	assert_int_equal(ts_message_decode(&good, ack, sizeof(ack)), 0);
	assert_true(ts_ack_matches(&good.ack, d.b, d.len, box));
	assert_false(ts_ack_matches(&good.ack, d.b, d.len, payer));
	msg = good;
	msg.ack.sender = *payer;
	assert_false(ts_ack_matches(&msg.ack, d.b, d.len, box));
	msg = good;
	msg.ack.echo.b[31] ^= 1;
	assert_false(ts_ack_matches(&msg.ack, d.b, d.len, box));
	assert_false(ts_ack_matches(&good.ack, d.b, d.len - 1, box));
}

static void test_names(void **state)
{
	int i, j;

	for (i = 0; i < TS_REFUSAL_COUNT; i++) {
		const char *name = ts_refusal_name((enum ts_refusal)i);

		assert_non_null(name);
		assert_non_null(ts_refusal_text((enum ts_refusal)i));
		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz_"),
				 strlen(name));
		for (j = 0; j < i; j++)
			assert_string_not_equal(name,
				ts_refusal_name((enum ts_refusal)j));
	}
	assert_string_equal(ts_refusal_name(TS_REFUSAL_COUNT), "unknown");
	assert_string_equal(ts_refusal_name(TS_REFUSED_OVER_BALANCE),
			    "over_balance");
}

#define channel_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		channel_test(test_payments),
		channel_test(test_data),
		channel_test(test_repeat_gives_the_same_ack),
		channel_test(test_not_quite_a_repeat),
		channel_test(test_older_ones_are_replays),
		channel_test(test_channel_and_life),
		channel_test(test_state_of_channel),
		channel_test(test_nonces),
		channel_test(test_amounts),
		channel_test(test_locksroot),
		channel_test(test_signatures),
		channel_test(test_any_bit),
		channel_test(test_wrong_message),
		channel_test(test_both_ways),
		channel_test(test_send_refusals),
		channel_test(test_ledger_limit),
		channel_test(test_impossible_balances),
		channel_test(test_faults),
		channel_test(test_ping),
		channel_test(test_foreign_acks),
		channel_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
