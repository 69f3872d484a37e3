// SPDX-License-Identifier: GPL-2.0
/*
 * settle_shown.c - what is kept for owners is shown to the contract when they are
 * silent: in time, once, and for nothing else.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "chain/network.h"
#include "settle_mirror.h"

#define WORD		32
#define TIMEOUT		100

/**
 * struct contract - the channel, as the contract has it
 * @state: of the channel
 * @open_block: of its life; 0: none
 * @settle_block: while it is closed
 * @shown_nonce: of the partner's proof
 * @asked: how often it was
 * @silent: does not answer
 */
static struct contract {
	enum ts_channel_state state;
	uint64_t open_block;
	uint64_t settle_block;
	uint64_t shown_nonce;
	unsigned int asked;
	bool silent;
} contract;

static uint64_t head;

/**
 * struct wished - what is wanted now
 * @n: how many
 * @last: of them
 * @no_more: how many are not wanted any more
 */
static struct wished {
	unsigned int n;
	struct ts_wish last;
	unsigned int no_more;
} wished;

static int setup(void **state)
{
	mirror_setup(state);
	memset(&contract, 0, sizeof(contract));
	contract.state = TS_CHANNEL_OPEN;
	contract.open_block = box->life.channel.open_block_number;
	head = contract.open_block + 50;
	return 0;
}

static void put_word(uint8_t *out, uint64_t value)
{
	struct ts_u256 wide = ts_u256_from_u64(value);

	ts_u256_put(out, &wide);
}

static bool is_call(const struct ts_calldata *call, enum ts_network_call which)
{
	uint8_t selector[TS_ABI_SELECTOR_BYTES];

	ts_abi_selector(selector, ts_network_signature(which));
	return !memcmp(call->b, selector, sizeof(selector));
}

/* Argument by argument, as addresses are put into words. */
static bool is_about(const struct ts_calldata *call, unsigned int argument,
		     const struct ts_address *address)
{
	return !memcmp(call->b + TS_ABI_SELECTOR_BYTES + argument * WORD + 12,
		       address->b, TS_ADDRESS_BYTES);
}

static void answer(const struct ts_mirrored_ask *ask)
{
	uint8_t words[5 * WORD] = { 0 };
	struct ts_bytes data = { words, 0 };

	contract.asked++;
	if (contract.silent) {
		ts_mirrored_failed(mirrored, ask->serial);
		return;
	}
	if (is_call(&ask->call, TS_CALL_GET_CHANNEL_INFO)) {
		put_word(words + WORD, contract.settle_block);
		put_word(words + 2 * WORD, contract.open_block);
		put_word(words + 3 * WORD, contract.state);
		put_word(words + 4 * WORD, TIMEOUT);
		data.len = 5 * WORD;
	} else {
		assert_true(is_call(&ask->call, TS_CALL_GET_CHANNEL_PARTICIPANT_INFO));
		/* What the partner owes: its side, not the owner's. */
		assert_true(is_about(&ask->call, 1, ts_signer_address(payer->key)));
		put_word(words + 2 * WORD, contract.shown_nonce);
		data.len = 3 * WORD;
	}
	assert_int_equal(ts_mirrored_answer(mirrored, ask->serial, &data), 0);
}

static void want(const struct ts_wish *wish, const struct ts_delegated *d, void *arg)
{
	wished.n++;
	wished.last = *wish;
}

static void no_more(const struct ts_hash *intent, void *arg)
{
	wished.no_more++;
}

/* A poll at some head; what is wanted after it. */
static unsigned int at(uint64_t block)
{
	struct ts_mirrored_ask ask;

	head = block;
	ts_mirrored_poll(mirrored, head);
	while (ts_mirrored_next(mirrored, &ask))
		answer(&ask);
	memset(&wished, 0, sizeof(wished));
	ts_mirrored_wishes(mirrored, want, no_more, NULL);
	return wished.n;
}

static void event(void)
{
	ts_mirrored_event(mirrored, &box->life.channel.channel_identifier);
}

/* The partner closes without a proof; half of the window is at +50. */
static uint64_t close_channel(void)
{
	contract.state = TS_CHANNEL_CLOSED;
	contract.settle_block = head + TIMEOUT;
	event();
	return head;
}

static const uint8_t *run(const struct ts_wish *wish, unsigned int argument)
{
	const uint8_t *args = wish->call.b + TS_ABI_SELECTOR_BYTES;
	struct ts_u256 offset = ts_u256_get(args + argument * WORD);

	return args + offset.w[0] + WORD;
}

static void test_shown_in_time(void **state)
{
	struct ts_delegated d = keep(10);
	uint64_t closed;

	assert_int_equal(at(head), 0);
	assert_int_equal(kept(), 1);
	assert_int_equal(seen.state, TS_MIRRORED_OPEN);
	closed = close_channel();
	assert_int_equal(at(closed), 0);
	assert_int_equal(at(closed + TIMEOUT / 2 - 1), 0);
	assert_int_equal(at(closed + TIMEOUT / 2), 1);
	assert_string_equal(wished.last.label, "mirror-update");
	assert_int_equal(wished.last.until_block, closed + TIMEOUT);
	assert_int_equal(wished.last.channel, 0);
	/* Our gas reserve is for what is ours. */
	assert_false(wished.last.vital);
	assert_true(ts_address_equal(&wished.last.to, &config.tokens_network));
	assert_true(is_call(&wished.last.call, TS_CALL_UPDATE_BALANCE_PROOF_DELEGATE));
	assert_true(is_about(&wished.last.call, 0, &d.token));
	assert_true(is_about(&wished.last.call, 1, &d.partner));
	assert_true(is_about(&wished.last.call, 2, &d.owner));
	assert_memory_equal(run(&wished.last, 7), d.proof.signature.b,
			    TS_SIGNATURE_BYTES);
	assert_memory_equal(run(&wished.last, 8), d.delegation.b, TS_SIGNATURE_BYTES);
	assert_int_equal(at(closed + TIMEOUT - 1), 1);
	/* In the next block the contract would refuse it. */
	assert_int_equal(at(closed + TIMEOUT), 0);
	assert_int_equal(wished.no_more, 1);
}

/* Its owner is there, or another mirror was first. */
static void test_shown_by_others(void **state)
{
	struct ts_delegated d;
	uint64_t closed;

	keep(10);
	d = keep(5);
	closed = close_channel();
	at(closed);
	contract.shown_nonce = d.proof.nonce;
	event();
	assert_int_equal(at(closed + TIMEOUT / 2), 0);
	/* An older proof was shown: ours is worth more. */
	contract.shown_nonce = d.proof.nonce - 1;
	event();
	assert_int_equal(at(closed + TIMEOUT / 2 + 1), 1);
	contract.shown_nonce = d.proof.nonce + 1;
	event();
	assert_int_equal(at(closed + TIMEOUT / 2 + 2), 0);
	assert_int_equal(wished.no_more, 1);
}

/* No event is needed to see at half time that the owner was there. */
static void test_asked_at_half_time(void **state)
{
	struct ts_delegated d = keep(10);
	uint64_t closed = close_channel();

	at(closed);
	contract.shown_nonce = d.proof.nonce;
	assert_int_equal(at(closed + TIMEOUT / 2), 0);
	assert_int_equal(at(closed + TIMEOUT / 2 + 1), 0);
	assert_int_equal(wished.no_more, 0);
}

/* The mirror was off, or the proof came late. */
static void test_closed_before(void **state)
{
	uint64_t closed;

	closed = close_channel();
	at(closed + TIMEOUT / 2 + 3);
	keep(10);
	assert_int_equal(at(closed + TIMEOUT / 2 + 4), 1);
}

static void test_restart(void **state)
{
	struct ts_hash intent;
	uint64_t closed;

	keep(10);
	at(head);
	closed = close_channel();
	assert_int_equal(at(closed + TIMEOUT / 2), 1);
	intent = wished.last.intent;
	restart();
	assert_int_equal(at(closed + TIMEOUT / 2 + 1), 1);
	assert_true(ts_hash_equal(&intent, &wished.last.intent));
}

/* A newer proof takes the place of one that is wanted already. */
static void test_newer_proof(void **state)
{
	struct ts_hash intent;
	uint64_t closed;

	keep(10);
	closed = close_channel();
	assert_int_equal(at(closed + TIMEOUT / 2), 1);
	intent = wished.last.intent;
	keep(5);
	assert_int_equal(at(closed + TIMEOUT / 2 + 1), 1);
	assert_false(ts_hash_equal(&intent, &wished.last.intent));
	assert_int_equal(wished.no_more, 1);
}

static void test_undone_close(void **state)
{
	uint64_t closed;

	keep(10);
	closed = close_channel();
	assert_int_equal(at(closed + TIMEOUT / 2), 1);
	contract.state = TS_CHANNEL_OPEN;
	contract.settle_block = 0;
	event();
	assert_int_equal(at(closed + TIMEOUT / 2 + 1), 0);
	assert_int_equal(wished.no_more, 1);
	kept();
	assert_int_equal(seen.state, TS_MIRRORED_OPEN);
}

/* The close is undone between the two questions. */
static void test_undone_meanwhile(void **state)
{
	struct ts_mirrored_ask ask;
	uint64_t closed;

	keep(10);
	closed = close_channel();
	ts_mirrored_poll(mirrored, closed);
	assert_true(ts_mirrored_next(mirrored, &ask));
	answer(&ask);
	contract.state = TS_CHANNEL_OPEN;
	event();
	assert_int_equal(at(closed + TIMEOUT / 2), 0);
	kept();
	assert_int_equal(seen.state, TS_MIRRORED_OPEN);
}

static void forget(void)
{
	assert_int_equal(ts_ledger_begin(ledger), 0);
	assert_int_equal(ts_mirrored_forget_ended(mirrored), 0);
	assert_int_equal(ts_ledger_commit(ledger), 0);
}

/* Its channel is settled on the chain, for the first time that anybody sees it. */
static void settle_on_chain(void)
{
	keep(10);
	at(head);
	contract.state = TS_CHANNEL_NONE;
	contract.open_block = 0;
	event();
	at(head + 1);
}

static void test_over(void **state)
{
	settle_on_chain();
	kept();
	assert_int_equal(seen.state, TS_MIRRORED_OVER);
	at(head + CONFIRMATIONS - 1);
	assert_false(ts_mirrored_has_ended(mirrored));
	at(head + 1);
	assert_true(ts_mirrored_has_ended(mirrored));
	forget();
	assert_int_equal(kept(), 0);
	restart();
	assert_int_equal(kept(), 0);
}

static void test_undone_settlement(void **state)
{
	settle_on_chain();
	contract.state = TS_CHANNEL_OPEN;
	contract.open_block = box->life.channel.open_block_number;
	at(head + 3 * CONFIRMATIONS);
	assert_false(ts_mirrored_has_ended(mirrored));
	kept();
	assert_int_equal(seen.state, TS_MIRRORED_OPEN);
}

/* The node is behind the owner's: what it does not know yet is not over. */
static void test_not_opened_yet(void **state)
{
	uint64_t opened = box->life.channel.open_block_number;

	keep(10);
	contract.state = TS_CHANNEL_NONE;
	contract.open_block = 0;
	at(opened - 3);
	at(opened - 1);
	kept();
	assert_int_equal(seen.state, TS_MIRRORED_UNASKED);
	contract.state = TS_CHANNEL_OPEN;
	contract.open_block = opened;
	at(opened + CONFIRMATIONS);
	kept();
	assert_int_equal(seen.state, TS_MIRRORED_OPEN);
	assert_false(ts_mirrored_has_ended(mirrored));
}

/* In its next life nothing of this one is shown. */
static void test_another_life(void **state)
{
	uint64_t closed;

	keep(10);
	at(head);
	contract.open_block++;
	closed = close_channel();
	assert_int_equal(at(closed + TIMEOUT / 2), 0);
	kept();
	assert_int_equal(seen.state, TS_MIRRORED_OVER);
}

static void test_silent_node(void **state)
{
	uint64_t closed;

	keep(10);
	at(head);
	closed = close_channel();
	contract.silent = true;
	contract.asked = 0;
	assert_int_equal(at(closed + TIMEOUT / 2), 0);
	assert_int_equal(at(closed + TIMEOUT / 2), 0);
	/* Once in a poll. */
	assert_int_equal(contract.asked, 2);
	contract.silent = false;
	assert_int_equal(at(closed + TIMEOUT / 2 + 1), 1);
}

static void test_bad_and_late_answers(void **state)
{
	static uint8_t junk[5 * WORD];
	struct ts_bytes data = { junk, sizeof(junk) };
	struct ts_mirrored_ask ask, next;

	memset(junk, 0xff, sizeof(junk));
	keep(10);
	ts_mirrored_poll(mirrored, head);
	assert_true(ts_mirrored_next(mirrored, &ask));
	assert_false(ts_mirrored_next(mirrored, &next));
	assert_int_equal(ts_mirrored_answer(mirrored, ask.serial, &data), -EINVAL);
	assert_int_equal(ts_mirrored_answer(mirrored, ask.serial, &data), 0);
	kept();
	assert_int_equal(seen.state, TS_MIRRORED_UNASKED);
	assert_false(ts_mirrored_next(mirrored, &next));
	assert_int_equal(at(head), 0);
	kept();
	assert_int_equal(seen.state, TS_MIRRORED_OPEN);
}

/* A channel at rest costs no question. */
static void test_nothing_to_ask(void **state)
{
	keep(10);
	at(head);
	contract.asked = 0;
	at(head + 1);
	at(head + 1000);
	assert_int_equal(contract.asked, 0);
}

#define mirrored_test(f) cmocka_unit_test_setup_teardown(f, setup, mirror_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		mirrored_test(test_shown_in_time),
		mirrored_test(test_shown_by_others),
		mirrored_test(test_asked_at_half_time),
		mirrored_test(test_closed_before),
		mirrored_test(test_restart),
		mirrored_test(test_newer_proof),
		mirrored_test(test_undone_close),
		mirrored_test(test_undone_meanwhile),
		mirrored_test(test_over),
		mirrored_test(test_undone_settlement),
		mirrored_test(test_not_opened_yet),
		mirrored_test(test_another_life),
		mirrored_test(test_silent_node),
		mirrored_test(test_bad_and_late_answers),
		mirrored_test(test_nothing_to_ask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
