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
#include "billing_box.h"

static struct box box;
static int code;

static int setup(void **state)
{
	box_setup(&box);
	code = box_code(&box, 0);
	return 0;
}

static int teardown(void **state)
{
	box_verify(&box);
	box_teardown(&box);
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

static void more_than_the_ledger_holds_is_refused(void **state)
{
	struct ts_channel_event event = {
		.kind = TS_SEEN_DEPOSITED, .block = 700, .confirmed = true,
		.our_deposit_wei = TS_U128_MAX,
	};
	const struct ts_channel *c = &box.wallets[0].channel;
	struct ts_billing_shown shown = { c->channel_identifier, c->token,
					  c->our_address, event };

	assert_int_equal(ts_billing_channel_event(box.billing, &shown, box.key,
						  &box.now), -EINVAL);
	assert_true(view_of(0).channel.partner_deposit_wei == (ts_u128)1 << 100);
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
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(a_close_is_answered_at_once),
		T(a_close_that_was_undone),
		T(a_close_that_was_undone_meanwhile),
		T(it_ends_settled),
		T(an_opening_counts_when_confirmed),
		T(a_short_window_is_not_credited),
		T(a_deposit_counts_when_confirmed),
		T(a_large_deposit_needs_another_witness),
		T(more_than_the_ledger_holds_is_refused),
		T(we_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
