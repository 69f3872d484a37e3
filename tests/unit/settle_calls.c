// SPDX-License-Identifier: GPL-2.0
/*
 * settle_calls.c - what a channel wants of the chain as transactions, and the
 * contract's events from our side.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "chain/network.h"
#include "photon_ends.h"
#include "settle/call.h"
#include "settle/seen.h"

#define WORD	32

static struct ends ends;
static struct ts_wish wish;
static const struct ts_contracts contracts = {
	.tokens_network = { { 0x4e } }, .secret_registry = { { 0x5e } },
};

#define payer	(&ends.payer)
#define box	(&ends.box)

static void wish_for(const struct ends_end *end, enum ts_intent_kind kind)
{
	struct ts_ledger_channel row = { .id = 7, .channel = end->life.channel };
	struct ts_intent intent = { .kind = kind, .until_block = UINT64_MAX };

	assert_int_equal(ts_wish_of_intent(&wish, &row, &end->life, &intent,
					   &contracts), 0);
	assert_int_equal(wish.channel, 7);
	assert_memory_equal(&wish.to, &contracts.tokens_network,
			    TS_ADDRESS_BYTES);
}

static void calls(enum ts_network_call call)
{
	uint8_t selector[TS_ABI_SELECTOR_BYTES];

	ts_abi_selector(selector, ts_network_signature(call));
	assert_memory_equal(wish.call.b, selector, sizeof(selector));
}

/* The same intent has the same name each time; another proof or life another. */
static void test_names(void **state)
{
	struct ts_hash close, update;

	ends_pay(&ends, payer, box, 10);
	wish_for(box, TS_INTENT_CLOSE);
	calls(TS_CALL_PREPARE_SETTLE);
	close = wish.intent;
	wish_for(box, TS_INTENT_UPDATE);
	calls(TS_CALL_UPDATE_BALANCE_PROOF);
	update = wish.intent;
	assert_memory_not_equal(&close, &update, sizeof(close));
	wish_for(box, TS_INTENT_UPDATE);
	assert_memory_equal(&wish.intent, &update, sizeof(update));
	ends_pay(&ends, payer, box, 10);
	wish_for(box, TS_INTENT_UPDATE);
	assert_memory_not_equal(&wish.intent, &update, sizeof(update));
	wish_for(box, TS_INTENT_CLOSE);
	assert_memory_equal(&wish.intent, &close, sizeof(close));
	box->life.channel.open_block_number++;
	wish_for(box, TS_INTENT_CLOSE);
	assert_memory_not_equal(&wish.intent, &close, sizeof(close));
	assert_true(wish.vital);
}

/* An argument of the call: a run of bytes, by the word that says where it is. */
static const uint8_t *run(unsigned int argument)
{
	const uint8_t *args = wish.call.b + TS_ABI_SELECTOR_BYTES;
	struct ts_u256 offset = ts_u256_get(args + argument * WORD);

	return args + offset.w[0] + WORD;
}

static void signed_by(const uint8_t *bytes, const struct ts_hash *digest,
		      const struct ts_address *who)
{
	struct ts_signature signature;
	struct ts_address signer;

	memcpy(signature.b, bytes, sizeof(signature.b));
	assert_int_equal(ts_signature_recover(&signature, digest, &signer), 0);
	assert_true(ts_address_equal(&signer, who));
}

/* Whoever asked is participant1, at both ends. */
static void check_withdraw(const struct ends_end *end)
{
	const struct ts_address *asker = &payer->life.channel.our_address;
	struct ts_withdraw withdraw;
	struct ts_hash digest;
	struct ts_form form;

	wish_for(end, TS_INTENT_WITHDRAW);
	calls(TS_CALL_WITHDRAW);
	assert_memory_equal(wish.call.b + TS_ABI_SELECTOR_BYTES + WORD + 12,
			    asker, TS_ADDRESS_BYTES);
	ts_intent_withdraw(&end->life, &withdraw);
	ts_form_withdraw(&form, &withdraw, &end->life.channel.chain_id);
	ts_form_digest(&form, &digest);
	signed_by(run(5), &digest, asker);
	signed_by(run(6), &digest, &box->life.channel.our_address);
}

static void test_cosigned(void **state)
{
	ends_pay(&ends, payer, box, 100);
	ends_withdraw(&ends, payer, 60);
	ends_pass_queue(&ends, payer, box);
	check_withdraw(box);
	ends_pass_parallel(&ends, box, payer);
	check_withdraw(payer);
	assert_int_equal(wish.until_block, box->life.cosign.since_block +
			 2 * TS_COSIGN_PATIENCE_BLOCKS);
}

static void test_deposit(void **state)
{
	struct ts_channel channel = box->life.channel;
	struct ts_wish wishes[2];
	struct ts_hash add;

	assert_int_equal(ts_wish_of_deposit(wishes, &channel, TS_TOKEN_ERC20, 5, 77), 2);
	/* Both end then: a partner does not wait for ever. */
	assert_true(wishes[0].until_block == 77 && wishes[1].until_block == 77);
	assert_string_equal(wishes[0].label, "approve");
	assert_true(ts_address_equal(&wishes[0].to, &channel.token));
	assert_string_equal(wishes[1].label, "deposit");
	assert_false(wishes[0].vital || wishes[1].vital);
	add = wishes[1].intent;
	channel.open_block_number = 0;
	ts_wish_of_deposit(wishes, &channel, TS_TOKEN_ERC20, 5, 77);
	assert_string_equal(wishes[1].label, "open");
	assert_memory_not_equal(&wishes[1].intent, &add, sizeof(add));
}

/* One transaction, to the token; of the chain's own coin, with the coin in it. */
static void test_deposit_in_one(void **state)
{
	struct ts_channel channel = box->life.channel;
	struct ts_wish wishes[2];

	assert_int_equal(ts_wish_of_deposit(wishes, &channel, TS_TOKEN_ERC223, 5, 77), 1);
	assert_string_equal(wishes[0].label, "deposit");
	assert_true(ts_address_equal(&wishes[0].to, &channel.token));
	assert_true(wishes[0].value_wei == 0);
	channel.open_block_number = 0;
	assert_int_equal(ts_wish_of_deposit(wishes, &channel, TS_TOKEN_SMT, 5, 77), 1);
	assert_string_equal(wishes[0].label, "open");
	assert_true(ts_address_equal(&wishes[0].to, &channel.token));
	assert_true(wishes[0].value_wei == 5);
	assert_false(wishes[0].vital);
}

/* What a transaction of ours pays into is read from its call, whatever the token. */
static void test_deposit_is_known_by_its_call(void **state)
{
	struct ts_channel channel = box->life.channel, next = channel,
			  other = channel, in_other = channel;
	struct ts_ledger_transaction row = { };
	struct ts_wish wishes[2];
	unsigned int kind, n;

	next.open_block_number += 100;
	other.partner_address.b[19] ^= 1;
	in_other.token.b[19] ^= 1;
	for (kind = TS_TOKEN_ERC20; kind <= TS_TOKEN_SMT; kind++) {
		n = ts_wish_of_deposit(wishes, &channel, kind, 5, 77);
		snprintf(row.label, sizeof(row.label), "%s", wishes[n - 1].label);
		row.to = wishes[n - 1].to;
		row.data_len = wishes[n - 1].call.len;
		memcpy(row.data, wishes[n - 1].call.b, row.data_len);
		assert_true(ts_wish_is_deposit(&row, &channel));
		assert_true(ts_wish_is_deposit(&row, &next));
		assert_false(ts_wish_is_deposit(&row, &other));
		assert_false(ts_wish_is_deposit(&row, &in_other));
		snprintf(row.label, sizeof(row.label), "close");
		assert_false(ts_wish_is_deposit(&row, &channel));
	}
}

static const struct ts_address us = { { 0x11 } }, them = { { 0x22 } },
			       others = { { 0x33 } };

static void test_opened(void **state)
{
	struct ts_chain_event ev = {
		.kind = TS_CHAIN_CHANNEL_OPENED_AND_DEPOSIT, .block_number = 9,
		.opened = { .token = { { 0x70 } }, .participant = them, .partner = us,
			    .settle_timeout_blocks = 60,
			    .deposit = ts_u256_from_u64(100) },
	};
	struct ts_seen seen;

	assert_int_equal(ts_seen_read(&seen, &ev, &us), 0);
	assert_true(ts_address_equal(&seen.partner, &them));
	assert_true(seen.event.partner_deposit_wei == 100);
	assert_true(seen.event.our_deposit_wei == 0);
	assert_int_equal(seen.event.block, 9);
	ev.opened.participant = us;
	ev.opened.partner = them;
	assert_int_equal(ts_seen_read(&seen, &ev, &us), 0);
	assert_true(ts_address_equal(&seen.partner, &them));
	assert_true(seen.event.our_deposit_wei == 100);
	ev.opened.participant = others;
	assert_int_equal(ts_seen_read(&seen, &ev, &us), -ENOENT);
	assert_false(seen.event.partner_deposit_beyond);
	/* 2^128 and more: the channel is there, that deposit does not count. */
	ev.opened.partner = us;
	ev.opened.deposit.w[2] = 1;
	assert_int_equal(ts_seen_read(&seen, &ev, &us), 0);
	assert_int_equal(seen.event.kind, TS_SEEN_OPENED);
	assert_int_equal(seen.event.settle_timeout_blocks, 60);
	assert_true(seen.event.partner_deposit_wei == 0);
	assert_true(seen.event.partner_deposit_beyond);
	assert_false(seen.event.our_deposit_beyond);
	ev.opened.participant = us;
	ev.opened.partner = them;
	assert_int_equal(ts_seen_read(&seen, &ev, &us), 0);
	assert_true(seen.event.our_deposit_wei == 0);
	assert_true(seen.event.our_deposit_beyond);
	assert_false(seen.event.partner_deposit_beyond);
	/* The last that counts. */
	ev.opened.deposit = ts_u256_from_u128(TS_U128_MAX);
	assert_int_equal(ts_seen_read(&seen, &ev, &us), 0);
	assert_true(seen.event.our_deposit_wei == TS_U128_MAX);
	assert_false(seen.event.our_deposit_beyond);
}

static void test_deposited(void **state)
{
	struct ts_chain_event ev = {
		.kind = TS_CHAIN_CHANNEL_NEW_DEPOSIT, .block_number = 9,
		.new_deposit = { .participant = them,
				 .total_deposit = ts_u256_from_u64(100) },
	};
	struct ts_seen seen;

	assert_int_equal(ts_seen_read(&seen, &ev, &us), 0);
	assert_false(seen.event.ours);
	assert_true(seen.event.our_deposit_wei == 100);
	assert_true(seen.event.partner_deposit_wei == 0);
	ev.new_deposit.total_deposit.w[3] = 1;
	assert_int_equal(ts_seen_read(&seen, &ev, &us), 0);
	assert_true(seen.event.our_deposit_wei == 0);
	assert_true(seen.event.partner_deposit_beyond);
	ev.new_deposit.participant = us;
	assert_int_equal(ts_seen_read(&seen, &ev, &us), 0);
	assert_true(seen.event.ours);
	assert_true(seen.event.our_deposit_beyond);
}

/* Of a lock: that it was paid is more than how much that makes in all. */
static void test_unlocked(void **state)
{
	struct ts_chain_event ev = {
		.kind = TS_CHAIN_CHANNEL_UNLOCKED, .block_number = 9,
		.unlocked = { them, { { 0x10 } }, ts_u256_from_u64(40) },
	};
	struct ts_seen seen;

	assert_int_equal(ts_seen_read(&seen, &ev, &us), 0);
	assert_true(seen.event.claimed.transferred_wei == 40);
	ev.unlocked.transferred_amount.w[2] = 1;
	assert_int_equal(ts_seen_read(&seen, &ev, &us), 0);
	assert_int_equal(seen.event.kind, TS_SEEN_UNLOCKED);
	assert_true(seen.event.claimed.transferred_wei == TS_U128_MAX);
	assert_int_equal(seen.event.lock_hash.b[0], 0x10);
}

/* Whoever closes shows the other's proof. */
static void test_closed(void **state)
{
	struct ts_chain_event ev = {
		.kind = TS_CHAIN_CHANNEL_CLOSED, .block_number = 9,
		.closed = { .closing_participant = us,
			    .transferred_amount = ts_u256_from_u64(40) },
	};
	struct ts_seen seen;

	assert_int_equal(ts_seen_read(&seen, &ev, &us), 0);
	assert_false(seen.event.ours);
	assert_true(seen.event.claimed.transferred_wei == 40);
	/* A close without a proof can say anything, and is a close (M3). */
	ev.closed.closing_participant = them;
	ev.closed.transferred_amount.w[3] = 1;
	assert_int_equal(ts_seen_read(&seen, &ev, &us), 0);
	assert_int_equal(seen.event.kind, TS_SEEN_CLOSED);
	assert_true(seen.event.ours);
	assert_true(seen.event.claimed.transferred_wei == TS_U128_MAX);
	ev.closed.closing_participant = us;
	ev.closed.transferred_amount = ts_u256_from_u64(40);
	assert_int_equal(ts_seen_read(&seen, &ev, &us), 0);
	ev.closed.closing_participant = them;
	assert_int_equal(ts_seen_read(&seen, &ev, &us), 0);
	assert_true(seen.event.ours);
	ev.kind = TS_CHAIN_BALANCE_PROOF_UPDATED;
	ev.proof_updated.participant = them;
	assert_int_equal(ts_seen_read(&seen, &ev, &us), 0);
	assert_int_equal(seen.event.kind, TS_SEEN_UPDATED);
	assert_false(seen.event.ours);
}

static void test_withdrawn(void **state)
{
	struct ts_chain_event ev = {
		.kind = TS_CHAIN_CHANNEL_WITHDRAW, .block_number = 9,
		.withdraw = { .participant1 = them, .participant2 = us,
			      .participant1_balance = ts_u256_from_u64(3),
			      .participant2_balance = ts_u256_from_u64(5) },
	};
	struct ts_seen seen;

	assert_int_equal(ts_seen_read(&seen, &ev, &us), 0);
	assert_true(seen.event.our_deposit_wei == 5);
	assert_true(seen.event.partner_deposit_wei == 3);
	ev.withdraw.participant1_balance.w[2] = 1;
	assert_int_equal(ts_seen_read(&seen, &ev, &us), 0);
	assert_true(seen.event.our_deposit_wei == 5);
	assert_true(seen.event.partner_deposit_wei == 0);
	assert_true(seen.event.partner_deposit_beyond);
	assert_false(seen.event.our_deposit_beyond);
	ev.kind = TS_CHAIN_TOKEN_NETWORK_CREATED;
	assert_int_equal(ts_seen_read(&seen, &ev, &us), -ENOENT);
}

/* Each payout is a wish of its own, and the same asked for again is one. */
static void test_payout(void **state)
{
	struct ts_address token = { { 1 } }, holder = { { 2 } };
	struct ts_calldata call;
	struct ts_u256 amount = ts_u256_from_u64(77);
	struct ts_wish one, other;

	ts_wish_of_payout(&one, &token, &holder, 1000, 77, 5000);
	assert_string_equal(one.label, "payout");
	assert_true(ts_address_equal(&one.to, &token));
	assert_false(one.vital);
	assert_true(one.value_wei == 0 && one.until_block == 5000);
	ts_erc20_transfer(&call, &holder, &amount);
	assert_int_equal(one.call.len, call.len);
	assert_memory_equal(one.call.b, call.b, call.len);
	ts_wish_of_payout(&other, &token, &holder, 1000, 78, 6000);
	assert_true(ts_hash_equal(&one.intent, &other.intent));
	ts_wish_of_payout(&other, &token, &holder, 1077, 77, 5000);
	assert_false(ts_hash_equal(&one.intent, &other.intent));
	ts_wish_of_payout(&other, &holder, &token, 1000, 77, 5000);
	assert_false(ts_hash_equal(&one.intent, &other.intent));
}

#define call_test(f) cmocka_unit_test_prestate_setup_teardown(f, ends_set_up, ends_tear_down, &ends)

int main(void)
{
	const struct CMUnitTest tests[] = {
		call_test(test_names),
		call_test(test_cosigned),
		call_test(test_deposit),
		call_test(test_deposit_in_one),
		call_test(test_deposit_is_known_by_its_call),
		call_test(test_opened),
		call_test(test_deposited),
		call_test(test_unlocked),
		call_test(test_closed),
		call_test(test_withdrawn),
		call_test(test_payout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
