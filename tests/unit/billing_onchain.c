// SPDX-License-Identifier: GPL-2.0
/*
 * billing_onchain.c - what the chain shows of channels: what credits is believed
 * when it is confirmed, what alarms at once, and both survive a crash (M3).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "billing/onchain.h"
#include "billing_one.h"

static int code;

static int setup(void **state)
{
	one_setup(state);
	code = box_code(&box, 0);
	return 0;
}

static void show_event(unsigned int wallet, const struct ts_channel_event *event)
{
	const struct ts_channel *c = &box.wallets[wallet].channel;
	struct ts_billing_shown shown = { c->channel_identifier, c->token,
					  c->our_address, *event };

	assert_int_equal(ts_billing_channel_event(box.billing, &shown, box.key,
						  &box.now), 0);
	box_flush(&box);
}

static struct ts_channel_view view_of(unsigned int wallet)
{
	struct ts_channel_view view;

	assert_int_equal(ts_billing_channel_view(box.billing,
			&box.wallets[wallet].channel.our_address, NULL, &view), 0);
	return view;
}

struct told {
	unsigned int calls;
	enum ts_intent_kind first;
	uint64_t until_block;
	uint64_t nonce;
};

static void on_intents(const struct ts_ledger_channel *c,
		       const struct ts_life *life,
		       const struct ts_intent *intents, size_t n, void *arg)
{
	struct told *told = arg;

	told->calls++;
	told->first = intents[0].kind;
	told->until_block = intents[0].until_block;
	told->nonce = life->channel.partner_proof.nonce;
}

static struct told intents_at(uint64_t head)
{
	struct ts_moment moment = { box.now.boot_ns, head, true };
	struct told told = { };

	assert_int_equal(ts_billing_intents(box.billing, &moment, on_intents,
					    &told), 0);
	return told;
}

static const struct ts_channel_event close_seen = {
	.kind = TS_SEEN_CLOSED, .block = 1000,
};

static void a_close_is_answered_at_once(void **state)
{
	struct told told;

	assert_true(box_pay(&box, 0, 5 * GWEI, code));
	assert_int_equal(intents_at(999).calls, 0);
	show_event(0, &close_seen);
	assert_int_equal(view_of(0).channel.state, TS_CHANNEL_CLOSED);
	told = intents_at(1000);
	assert_int_equal(told.calls, 1);
	assert_int_equal(told.first, TS_INTENT_UPDATE);
	assert_int_equal(told.nonce, 1);
	assert_int_equal(told.until_block, 1000 + 50000);
	assert_false(box_pay(&box, 0, 5 * GWEI, code));
	/* The process dies; the alarm does not. */
	box_crash(&box, false, 0);
	assert_int_equal(box_open(&box), 0);
	assert_int_equal(intents_at(1000).first, TS_INTENT_UPDATE);
}

static void a_close_that_was_undone(void **state)
{
	struct ts_channel_event event = close_seen;

	show_event(0, &close_seen);
	event.undo = true;
	show_event(0, &event);
	assert_int_equal(view_of(0).channel.state, TS_CHANNEL_OPEN);
	assert_int_equal(intents_at(1000).calls, 0);
	assert_true(box_pay(&box, 0, 5 * GWEI, code));
}

/* Undone while the daemon was dead: it is not told of that by anybody. */
static void a_close_that_was_undone_meanwhile(void **state)
{
	show_event(0, &close_seen);
	box_crash(&box, false, 0);
	assert_int_equal(box_open(&box), 0);
	assert_int_equal(ts_billing_chain_resume(box.billing, 1000, box.key), 0);
	box_flush(&box);
	assert_int_equal(view_of(0).channel.state, TS_CHANNEL_CLOSED);
	assert_int_equal(ts_billing_chain_resume(box.billing, 999, box.key), 0);
	box_flush(&box);
	assert_int_equal(view_of(0).channel.state, TS_CHANNEL_OPEN);
	assert_true(box_pay(&box, 0, 5 * GWEI, code));
}

/* The proof is there, the windows are over: settle, and then nothing more. */
static void it_ends_settled(void **state)
{
	struct ts_channel_event event = {
		.kind = TS_SEEN_UPDATED, .block = 1001,
		.claimed = { .transferred_wei = 5 * GWEI },
	};

	assert_true(box_pay(&box, 0, 5 * GWEI, code));
	show_event(0, &close_seen);
	show_event(0, &event);
	assert_int_equal(intents_at(1002).calls, 0);
	assert_int_equal(intents_at(1000 + 50000 + 257).calls, 0);
	assert_int_equal(intents_at(1000 + 50000 + 258).calls, 0);
	assert_int_equal(intents_at(1000 + 50000 + 258 + TS_SETTLE_TURN_BLOCKS).first,
			 TS_INTENT_SETTLE);
	event.kind = TS_SEEN_SETTLED;
	event.block = 60000;
	show_event(0, &event);
	assert_int_equal(intents_at(60000).calls, 0);
	event.confirmed = true;
	show_event(0, &event);
	assert_int_equal(view_of(0).channel.state, TS_CHANNEL_NONE);
	/* What was paid and not used stays the payer's (M11). */
	assert_true(view_of(0).unspent_wei == 5 * GWEI);
}

static void settle_with(ts_u128 shown_wei)
{
	struct ts_channel_event event = close_seen;

	event.ours = true;
	event.claimed.transferred_wei = shown_wei;
	show_event(0, &event);
	event.kind = TS_SEEN_SETTLED;
	event.block = 60000;
	event.confirmed = true;
	show_event(0, &event);
	assert_int_equal(view_of(0).channel.state, TS_CHANNEL_NONE);
}

static void refund(ts_u128 limit_wei)
{
	assert_int_equal(ts_billing_refund(box.billing,
		&box.wallets[0].channel.our_address, NULL, limit_wei, 0), 0);
	box_flush(&box);
	box_events(&box);
	box_flush(&box);
}

/*
 * M11: the wallet's node takes no transfer any more, and closes by what it has of
 * ours: the refund that we signed is ours on the chain, so it is owed again.
 */
static void a_refund_that_never_arrived_is_owed(void **state)
{
	assert_true(box_pay(&box, 0, 5 * GWEI, code));
	refund(2 * GWEI);
	assert_true(view_of(0).refunded_wei == 2 * GWEI);
	assert_true(view_of(0).unspent_wei == 3 * GWEI);
	settle_with(0);
	assert_true(view_of(0).refunded_wei == 0);
	assert_true(view_of(0).unspent_wei == 5 * GWEI);
	box_verify(&box);
	box_crash(&box, false, 0);
	assert_int_equal(box_open(&box), 0);
	assert_true(view_of(0).unspent_wei == 5 * GWEI);
}

static void a_refund_of_all_that_never_arrived_is_owed(void **state)
{
	assert_true(box_pay(&box, 0, 5 * GWEI, code));
	refund(TS_U128_MAX);
	assert_true(view_of(0).unspent_wei == 0);
	settle_with(0);
	assert_true(view_of(0).unspent_wei == 5 * GWEI);
}

static void a_refund_that_was_shown_is_done(void **state)
{
	assert_true(box_pay(&box, 0, 5 * GWEI, code));
	refund(2 * GWEI);
	settle_with(2 * GWEI);
	assert_true(view_of(0).refunded_wei == 2 * GWEI);
	assert_true(view_of(0).unspent_wei == 3 * GWEI);
}

static struct ts_channel_event opening(uint64_t block, uint64_t settle_timeout)
{
	struct ts_channel_event event = {
		.kind = TS_SEEN_OPENED, .block = block, .confirmed = true,
		.partner_deposit_wei = 1000 * GWEI,
		.settle_timeout_blocks = settle_timeout,
	};

	return event;
}

/* The channel of wallet 1 again, after the chain has settled it. */
static void settle_first(unsigned int wallet)
{
	struct ts_channel_event event = { .kind = TS_SEEN_SETTLED, .block = 500,
					  .confirmed = true };

	show_event(wallet, &event);
}

static void open_at_payer(unsigned int wallet, uint64_t block)
{
	struct ts_channel *c = &box.wallets[wallet].channel;

	c->open_block_number = block;
	c->our_deposit_wei = 1000 * GWEI;
	memset(&c->our_proof, 0, sizeof(c->our_proof));
}

static void an_opening_counts_when_confirmed(void **state)
{
	struct ts_channel_event event = opening(600, 50000);

	settle_first(1);
	event.confirmed = false;
	show_event(1, &event);
	assert_int_equal(view_of(1).channel.state, TS_CHANNEL_NONE);
	event.confirmed = true;
	show_event(1, &event);
	show_event(1, &event);
	assert_int_equal(view_of(1).channel.open_block_number, 600);
	assert_int_equal(view_of(1).channel.state, TS_CHANNEL_OPEN);
	assert_true(view_of(1).channel.partner_deposit_wei == 1000 * GWEI);
	assert_false(view_of(1).trusted);
	open_at_payer(1, 600);
	assert_true(box_pay(&box, 1, 5 * GWEI, code));
	box_crash(&box, false, 0);
	assert_int_equal(box_open(&box), 0);
	assert_int_equal(view_of(1).channel.open_block_number, 600);
	assert_true(view_of(1).paid_wei == 5 * GWEI);
}

/* M3: a window of 6 blocks is over before we can answer. */
static void a_short_window_is_not_credited(void **state)
{
	struct ts_channel_event event = opening(600, 6);
	struct ts_billing_config config = box.config;

	config.min_settle_timeout_blocks = 40000;
	assert_int_equal(ts_billing_reload(box.billing, &config, &box.now), 0);
	settle_first(1);
	show_event(1, &event);
	open_at_payer(1, 600);
	assert_false(box_pay(&box, 1, 5 * GWEI, code));
	assert_string_equal(box.last_refusal.name, "settle_timeout_too_short");
}

static void a_deposit_counts_when_confirmed(void **state)
{
	struct ts_channel_event event = {
		.kind = TS_SEEN_DEPOSITED, .block = 700,
		.our_deposit_wei = (ts_u128)1 << 101,
	};

	show_event(0, &event);
	assert_true(view_of(0).channel.partner_deposit_wei == (ts_u128)1 << 100);
	event.confirmed = true;
	show_event(0, &event);
	assert_true(view_of(0).channel.partner_deposit_wei == (ts_u128)1 << 101);
}

/* A node alone could show a deposit that nobody made. */
static void a_large_deposit_needs_another_witness(void **state)
{
	const struct ts_channel *ch = &box.wallets[1].channel;
	struct ts_billing_shown shown = { ch->channel_identifier, ch->token,
					  ch->our_address, opening(600, 50000),
					  .doubted = true };
	struct ts_billing_doubt doubt;

	settle_first(1);
	assert_int_equal(ts_billing_channel_event(box.billing, &shown, box.key,
						  &box.now), 0);
	box_flush(&box);
	assert_int_equal(view_of(1).channel.open_block_number, 600);
	assert_true(view_of(1).channel.partner_deposit_wei == 0);
	open_at_payer(1, 600);
	assert_false(box_pay(&box, 1, 5 * GWEI, code));
	box_crash(&box, false, 0);
	assert_int_equal(box_open(&box), 0);
	assert_int_equal(ts_billing_doubt_after(box.billing, 0, &doubt), 0);
	assert_true(doubt.deposit_wei == 1000 * GWEI);
	assert_int_equal(doubt.open_block_number, 600);
	assert_int_equal(ts_billing_deposit_believed(box.billing, &doubt, box.key), 0);
	box_flush(&box);
	assert_true(view_of(1).channel.partner_deposit_wei == 1000 * GWEI);
	assert_int_equal(ts_billing_doubt_after(box.billing, 0, &doubt), -ENOENT);
	box_send(&box, 1);
	box_flush(&box);
	assert_true(view_of(1).paid_wei == 5 * GWEI);
}

static void assert_uncredited(unsigned int wallet, ts_u128 deposit_wei)
{
	assert_true(view_of(wallet).channel.partner_deposit_wei == deposit_wei);
	assert_string_equal(view_of(wallet).uncredited, "too_large");
}

/* Nor does it wrap, and what it was stays; money rule M10: also after a crash. */
static void more_than_the_ledger_holds_is_not_counted(void **state)
{
	struct ts_channel_event event = {
		.kind = TS_SEEN_DEPOSITED, .block = 700,
		.our_deposit_wei = TS_U128_MAX,
	};
	struct ts_billing_doubt doubt;

	show_event(0, &event);
	assert_null(view_of(0).uncredited);
	event.confirmed = true;
	show_event(0, &event);
	assert_uncredited(0, (ts_u128)1 << 100);
	box_crash(&box, false, 0);
	assert_int_equal(box_open(&box), 0);
	assert_uncredited(0, (ts_u128)1 << 100);
	/* No other node's word helps. */
	assert_int_equal(ts_billing_doubt_after(box.billing, 0, &doubt), -ENOENT);
	assert_true(box_pay(&box, 0, 5 * GWEI, code));
	event.our_deposit_wei = 0;
	event.partner_deposit_beyond = true;
	show_event(0, &event);
	assert_uncredited(0, (ts_u128)1 << 100);
	show_event(0, &close_seen);
	assert_int_equal(intents_at(1000).first, TS_INTENT_UPDATE);
}

/* The channel that opens with such a deposit is one without. */
static void an_opening_with_more_than_the_ledger_holds(void **state)
{
	struct ts_channel_event event = opening(600, 50000);

	settle_first(1);
	event.partner_deposit_wei = 0;
	event.partner_deposit_beyond = true;
	show_event(1, &event);
	assert_int_equal(view_of(1).channel.open_block_number, 600);
	assert_uncredited(1, 0);
	open_at_payer(1, 600);
	assert_false(box_pay(&box, 1, 5 * GWEI, code));
	assert_int_equal(intents_at(1000).calls, 0);
	/* A later life has its own. */
	event.kind = TS_SEEN_WITHDRAWN;
	event.block = 700;
	event.partner_deposit_wei = 1000 * GWEI;
	event.partner_deposit_beyond = false;
	show_event(1, &event);
	assert_null(view_of(1).uncredited);
	assert_true(view_of(1).channel.partner_deposit_wei == 1000 * GWEI);
	box_crash(&box, false, 0);
	assert_int_equal(box_open(&box), 0);
	assert_null(view_of(1).uncredited);
}

/* The lives of one channel, each with half of what there can be, together are too much. */
static void a_withdrawal_is_believed_whatever_the_sum(void **state)
{
	struct ts_channel_event event = {
		.kind = TS_SEEN_DEPOSITED, .block = 700, .confirmed = true,
		.our_deposit_wei = (ts_u128)1 << 127,
	};

	show_event(0, &event);
	assert_true(view_of(0).channel.partner_deposit_wei == (ts_u128)1 << 127);
	event.kind = TS_SEEN_WITHDRAWN;
	event.block = 800;
	event.our_deposit_wei = 7;
	event.partner_deposit_wei = (ts_u128)1 << 127;
	show_event(0, &event);
	assert_int_equal(view_of(0).channel.open_block_number, 800);
	assert_true(view_of(0).channel.our_deposit_wei == 7);
	assert_uncredited(0, 0);
	assert_int_equal(intents_at(1000).calls, 0);
}

/*
 * M1: with a sum of ours that is too small we would co-sign it away; so nothing is
 * signed, and the contract's own sums bring it home.
 */
static void ours_beyond_the_ledger_is_brought_home(void **state)
{
	const struct ts_channel *c = &box.wallets[0].channel;
	struct ts_channel_event event = {
		.kind = TS_SEEN_WITHDRAWN, .block = 800, .confirmed = true,
		.our_deposit_beyond = true, .partner_deposit_wei = 5,
	};

	show_event(0, &event);
	assert_int_equal(view_of(0).channel.open_block_number, 800);
	assert_true(view_of(0).channel.partner_deposit_wei == 5);
	box_crash(&box, false, 0);
	assert_int_equal(box_open(&box), 0);
	assert_int_equal(intents_at(1000).first, TS_INTENT_CLOSE);
	assert_int_not_equal(ts_billing_withdraw(box.billing, &c->our_address, NULL, 1,
						 &box.now), 0);
	assert_false(view_of(0).cosign);
}

static void say_fault(const char *text, void *arg)
{
	print_error("%s\n", text);
}

/*
 * Closed in the next life before the box counts that: it is seen in the old one, which
 * must be over for all that, or no backup of the ledger could be restored.
 */
static void closed_before_its_life_is_confirmed(void **state)
{
	struct ts_channel_event withdrawn = {
		.kind = TS_SEEN_WITHDRAWN, .block = 800, .partner_deposit_wei = 5,
	};
	struct ts_channel_event closed = { .kind = TS_SEEN_CLOSED, .block = 801 };

	assert_true(box_pay(&box, 0, 5 * GWEI, code));
	show_event(0, &withdrawn);
	show_event(0, &closed);
	withdrawn.confirmed = true;
	show_event(0, &withdrawn);
	assert_int_equal(view_of(0).channel.open_block_number, 800);
	assert_int_equal(view_of(0).channel.state, TS_CHANNEL_OPEN);
	assert_int_equal(ts_ledger_check(box.ledger, 0, say_fault, NULL), 0);
	closed.confirmed = true;
	show_event(0, &closed);
	assert_int_equal(view_of(0).channel.state, TS_CHANNEL_CLOSED);
	box_crash(&box, false, 0);
	assert_int_equal(box_open(&box), 0);
	assert_int_equal(ts_ledger_check(box.ledger, 0, say_fault, NULL), 0);
	assert_int_equal(view_of(0).channel.state, TS_CHANNEL_CLOSED);
	assert_true(view_of(0).paid_wei == 0);
}

static void we_close(void **state)
{
	const struct ts_channel *c = &box.wallets[0].channel;

	assert_true(box_pay(&box, 0, 5 * GWEI, code));
	assert_int_equal(ts_billing_channel_close(box.billing,
						  &c->channel_identifier), 0);
	box_flush(&box);
	box_crash(&box, false, 0);
	assert_int_equal(box_open(&box), 0);
	assert_int_equal(intents_at(1000).first, TS_INTENT_CLOSE);
	assert_int_equal(intents_at(1000).nonce, 1);
	show_event(0, &close_seen);
	assert_int_equal(ts_billing_channel_close(box.billing,
						  &c->channel_identifier),
			 -EALREADY);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, one_teardown)
	const struct CMUnitTest tests[] = {
		T(a_close_is_answered_at_once),
		T(a_close_that_was_undone),
		T(a_close_that_was_undone_meanwhile),
		T(it_ends_settled),
		T(a_refund_that_never_arrived_is_owed),
		T(a_refund_of_all_that_never_arrived_is_owed),
		T(a_refund_that_was_shown_is_done),
		T(an_opening_counts_when_confirmed),
		T(a_short_window_is_not_credited),
		T(a_deposit_counts_when_confirmed),
		T(a_large_deposit_needs_another_witness),
		T(more_than_the_ledger_holds_is_not_counted),
		T(an_opening_with_more_than_the_ledger_holds),
		T(a_withdrawal_is_believed_whatever_the_sum),
		T(ours_beyond_the_ledger_is_brought_home),
		T(closed_before_its_life_is_confirmed),
		T(we_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
