// SPDX-License-Identifier: GPL-2.0
/*
 * billing_carrying.c - what boxes pay each other for carrying: income, in nobody's pool,
 * once, whatever is lost (M5, M10, M11, M13).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "billing/onchain.h"
#include "billing_far.h"

#define DEPOSIT	(1000 * GWEI)

static const struct ts_address *partner(void)
{
	return ts_signer_address(far_key(PARTNER));
}

/* The box has put something in, too. */
static int setup(void **state)
{
	struct ts_channel_view view;

	far_setup(state);
	assert_int_equal(ts_billing_channel_view(box.billing, partner(), NULL, &view), 0);
	view.channel.our_deposit_wei = DEPOSIT;
	assert_int_equal(ts_billing_channel_import(box.billing, &view.channel, true,
						   &box.now), 0);
	box_flush(&box);
	far[PARTNER].life.channel.partner_deposit_wei = DEPOSIT;
	box.wallets[PARTNER].channel.partner_deposit_wei = DEPOSIT;
	return 0;
}

static struct ts_carrying_view view_of(unsigned int wallet)
{
	struct ts_carrying_view view;

	assert_int_equal(ts_billing_carrying_view(box.billing,
		ts_signer_address(far_key(wallet)), NULL, &view), 0);
	return view;
}

static struct ts_channel_view channel_of_partner(void)
{
	struct ts_channel_view view;

	assert_int_equal(ts_billing_channel_view(box.billing, partner(), NULL, &view), 0);
	return view;
}

/* The partner signs a transfer that says: so much in all. */
static void far_makes(ts_u128 wei, ts_u128 said_wei)
{
	char text[TS_MEMO_RELAY_SIZE];
	struct ts_bytes memo = { (const uint8_t *)text, 0 };

	memo.len = ts_memo_print_relay(said_wei, text);
	assert_int_equal(ts_life_pay(&far[PARTNER].life, far_key(PARTNER), wei, &memo,
				     &far_spare), TS_ACCEPTED);
	far[PARTNER].life = far_spare;
}

static bool far_pays(ts_u128 wei, ts_u128 said_wei)
{
	far_makes(wei, said_wei);
	return far_speak(PARTNER);
}

/* Something of ours is under way, so that the life takes what comes. */
static void begin_something(void)
{
	far[PARTNER].deaf = true;
	assert_int_equal(ts_billing_pay(box.billing, partner(), NULL, 1), 0);
	box_flush(&box);
}

static int pay(ts_u128 wei)
{
	int ret = ts_billing_relay_pay(box.billing, partner(), NULL, wei);

	box_flush(&box);
	return ret;
}

static void later(void)
{
	box_later(&box, 7 * SECOND);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
}

/* M5, M11: it is income and owed to nobody. */
static void what_comes_in_is_income(void **state)
{
	struct ts_billing_counters counters;

	assert_true(far_pays(300, 300));
	begin_something();
	assert_true(far_pays(200, 500));
	ts_billing_counters(box.billing, &counters);
	assert_int_equal(counters.payments, 0);
	assert_true(view_of(PARTNER).received_wei == 500);
	assert_true(channel_of_partner().paid_wei == 0);
	assert_true(channel_of_partner().unspent_wei == 0);
	assert_true(far_total().paid_wei == 0 && far_total().unspent_wei == 0);
	far[PARTNER].deaf = false;
	later();
	far_pump();
	assert_int_equal(ts_billing_refund(box.billing, partner(), NULL, TS_U128_MAX,
					   REPLY), 0);
	box_flush(&box);
	assert_string_equal(box.last_refusal.name, "nothing_to_refund");
	/* And the operator may pay with it, to the last unit. */
	assert_int_equal(ts_billing_pay(box.billing, partner(), NULL, DEPOSIT + 499), 0);
	box_flush(&box);
	far_pump();
	assert_true(view_of(PARTNER).out_wei == 0);
	far_restart(true);
	assert_true(view_of(PARTNER).received_wei == 500);
}

/* Invariant 3: the same bytes again, also after a crash, are acked and count once. */
static void a_repeat_counts_once(void **state)
{
	struct ts_datagram d;
	unsigned int i;

	far_makes(300, 300);
	d.len = far[PARTNER].life.outbox.queue[0].len;
	memcpy(d.b, far[PARTNER].life.outbox.queue[0].b, d.len);
	for (i = 0; i < 6; i++) {
		assert_true(far_give(d.b, d.len));
		assert_true(view_of(PARTNER).received_wei == 300);
		if (i == 2)
			far_restart(false);
		if (i == 3)
			begin_something();
	}
	assert_true(far_speak(PARTNER));
	assert_true(far_pays(1, 301));
	assert_true(view_of(PARTNER).received_wei == 301);
	/* The one before is history. */
	assert_false(far_give(d.b, d.len));
	assert_true(view_of(PARTNER).received_wei == 301);
}

/* What is paid twice is the payer's again, and no income (M5, M6). */
static void what_is_too_much_is_the_payers(void **state)
{
	assert_true(far_pays(300, 300));
	/* It has lost its books, and pays again. */
	assert_true(far_pays(300, 300));
	assert_true(view_of(PARTNER).received_wei == 300);
	assert_true(channel_of_partner().unspent_wei == 300);
	assert_true(far_pays(100, 350));
	assert_true(view_of(PARTNER).received_wei == 350);
	assert_true(channel_of_partner().unspent_wei == 350);
	assert_int_equal(ts_billing_refund(box.billing, partner(), NULL, TS_U128_MAX,
					   REPLY), 0);
	box_flush(&box);
	assert_true(channel_of_partner().refunded_wei == 350);
	assert_true(view_of(PARTNER).received_wei == 350);
}

/* What is missing comes out of its pool, and out of nobody's session. */
static void what_is_missing_is_in_the_pool(void **state)
{
	int code = box_code(&box, 0);

	assert_true(box_pay(&box, PARTNER, 300000 * GWEI, code));
	assert_true(box_pay(&box, PARTNER, 70, -1));
	assert_true(box_pay(&box, PARTNER, 30, -1));
	assert_true(box_pay(&box, TARGET, 5000, -1));
	far[PARTNER].life.channel = box.wallets[PARTNER].channel;
	assert_true(far_pays(10, 60));
	assert_true(view_of(PARTNER).received_wei == 60);
	assert_true(channel_of_partner().unspent_wei == 300000 * GWEI + 50);
	/* There is no more than there is. */
	assert_true(far_pays(10, TS_U128_MAX));
	assert_true(view_of(PARTNER).received_wei == 120);
	assert_true(channel_of_partner().unspent_wei == 300000 * GWEI);
	assert_int_equal(ts_ledger_check(box.ledger, TS_LEDGER_CHECK_SIGNATURES,
					 far_say_fault, NULL), 0);
	assert_in_range(box_spend(&box, 0, 1000), 299000, 300000);
	far_restart(true);
	assert_true(view_of(PARTNER).received_wei == 120);
	assert_true(channel_of_partner().paid_wei == 300000 * GWEI);
}

static ts_u128 said_by_last_message(void)
{
	struct ts_message msg;
	ts_u128 wei;

	assert_int_equal(ts_message_decode(&msg,
		box.messages[box.n_messages - 1].datagram.b,
		box.messages[box.n_messages - 1].datagram.len), 0);
	assert_int_equal(msg.id, TS_MSG_DIRECT_TRANSFER);
	assert_true(ts_memo_parse_relay(&wei, msg.direct_transfer.data.p,
					msg.direct_transfer.data.len));
	return wei;
}

/* M10: told when it is committed, one at a time, and never what is not ours. */
static void we_pay(void **state)
{
	unsigned int told = box.told;

	assert_true(view_of(PARTNER).usable);
	assert_true(view_of(PARTNER).out_wei == DEPOSIT);
	assert_int_equal(pay(DEPOSIT + 1), -EINVAL);
	assert_int_equal(pay(0), -EINVAL);
	assert_int_equal(box.n_messages, 0);
	assert_int_equal(ts_billing_relay_pay(box.billing, partner(), NULL, 100), 0);
	assert_int_equal(box.relay_paid + box.n_messages, 0);
	box_flush(&box);
	assert_int_equal(box.relay_paid, 1);
	assert_int_equal(box.told, told + 1);
	assert_true(said_by_last_message() == 100);
	assert_int_equal(pay(50), -EBUSY);
	far_pump();
	assert_int_equal(pay(50), 0);
	assert_true(said_by_last_message() == 150);
	far_pump();
	assert_true(far[PARTNER].life.channel.partner_proof.transferred_wei == 150);
	assert_true(view_of(PARTNER).paid_wei == 150);
	assert_true(view_of(PARTNER).out_wei == DEPOSIT - 150);
	/* What it has paid and not spent is not ours to pay with. */
	box.wallets[PARTNER].channel = far[PARTNER].life.channel;
	assert_true(box_pay(&box, PARTNER, 70, -1));
	far[PARTNER].life.channel = box.wallets[PARTNER].channel;
	assert_true(view_of(PARTNER).out_wei == DEPOSIT - 150);
	assert_int_equal(pay(DEPOSIT - 149), -EINVAL);
	assert_int_equal(pay(DEPOSIT - 150), 0);
	assert_int_equal(box.relay_paid, 3);
	assert_int_equal(box.relay_lost, 0);
	assert_int_equal(ts_billing_relay_pay(box.billing, &box.config.our_address,
					      NULL, 1), -ENOENT);
}

/* As committed: of what the open batch has nobody is told. */
static void the_view_is_of_what_is_committed(void **state)
{
	struct ts_carrying_view view;

	assert_int_equal(ts_billing_relay_pay(box.billing, partner(), NULL, 100), 0);
	assert_int_equal(ts_billing_carrying_view(box.billing, partner(), NULL, &view),
			 -EAGAIN);
	box_flush(&box);
	assert_true(view_of(PARTNER).paid_wei == 100);
}

static void a_failed_commit_pays_nothing(void **state)
{
	box.quiet = true;
	assert_int_equal(ts_billing_relay_pay(box.billing, partner(), NULL, 100), 0);
	fault.at = fault.touches + 1;
	fault.kind = FAULT_FULL;
	box_flush(&box);
	assert_int_equal(box.relay_paid, 0);
	assert_int_equal(box.relay_lost, 1);
	assert_int_equal(box.n_messages, 0);
	box_flush(&box);
	assert_true(view_of(PARTNER).paid_wei == 0);
	assert_int_equal(pay(100), -EROFS);
	fault_reset();
	far_restart(false);
	assert_true(view_of(PARTNER).paid_wei == 0);
}

static void import(bool frozen, enum ts_channel_state state)
{
	struct ts_channel channel = channel_of_partner().channel;

	channel.frozen = frozen;
	channel.state = state;
	assert_int_equal(ts_billing_channel_import(box.billing, &channel, true,
						   &box.now), 0);
	box_flush(&box);
}

/* M2, M13: over a channel that ends nothing is paid, and it opens no window. */
static void a_channel_that_ends_is_of_no_use(void **state)
{
	assert_true(view_of(PARTNER).usable);
	assert_true(box_pay(&box, PARTNER, 1000, -1));
	far[PARTNER].life.channel = box.wallets[PARTNER].channel;
	far[PARTNER].deaf = true;
	assert_int_equal(ts_billing_leave(box.billing, partner(), NULL), 0);
	box_flush(&box);
	assert_false(view_of(PARTNER).usable);
	assert_non_null(view_of(PARTNER).why_not);
	assert_int_equal(pay(1), -EPERM);
	/* What is owed may still come: else neither could end it. */
	assert_true(far_pays(40, 40));
	assert_true(view_of(PARTNER).received_wei == 40);
	assert_false(box_pay(&box, PARTNER, 1, -1));
	import(true, TS_CHANNEL_OPEN);
	far_makes(50, 90);
	assert_false(far_speak(PARTNER));
	assert_true(view_of(PARTNER).received_wei == 40);
	import(true, TS_CHANNEL_CLOSED);
	assert_false(view_of(PARTNER).usable);
	assert_true(view_of(PARTNER).in_wei == 0 && view_of(PARTNER).out_wei == 0);
	assert_int_equal(pay(1), -EPERM);
}

/* M3: what could not be claimed is not taken, and not counted on. */
static void what_is_not_safe_is_not_taken(void **state)
{
	box.config.tokens[0].exposure_channel_wei = 500;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	box_flush(&box);
	assert_true(view_of(PARTNER).in_wei == 500);
	assert_true(far_pays(400, 400));
	assert_true(view_of(PARTNER).in_wei == 100);
	far_makes(101, 501);
	assert_false(far_speak(PARTNER));
	assert_string_equal(box.last_refusal.name, "exposure_limit");
	assert_true(view_of(PARTNER).received_wei == 400);
	/* Paying lessens it. */
	assert_int_equal(pay(10), 0);
	assert_true(far_speak(PARTNER));
	assert_true(view_of(PARTNER).received_wei == 501);
	box.config.tokens[0].exposure_channel_wei = 491;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	box_flush(&box);
	assert_false(view_of(PARTNER).usable);
}

/*
 * M11, M13: what never arrived, and what the chain then settled without, is owed again;
 * what did arrive is not.
 */
static void what_never_arrived_is_owed_again(void **state)
{
	struct ts_channel_event event = {
		.kind = TS_SEEN_CLOSED, .block = HEAD, .ours = true,
		.claimed = { .transferred_wei = 100 },
	};

	assert_int_equal(pay(100), 0);
	far_pump();
	far[PARTNER].deaf = true;
	assert_int_equal(pay(30), 0);
	assert_true(view_of(PARTNER).paid_wei == 130);
	far_see(PARTNER, &event);
	event.kind = TS_SEEN_SETTLED;
	event.block = 60000;
	event.confirmed = true;
	far_see(PARTNER, &event);
	assert_true(view_of(PARTNER).paid_wei == 100);
	far_restart(false);
	assert_true(view_of(PARTNER).paid_wei == 100);
	assert_false(view_of(PARTNER).usable);
	/* In the next life all that was paid before counts. */
	event = (struct ts_channel_event){
		.kind = TS_SEEN_OPENED, .block = 60010, .confirmed = true,
		.our_deposit_wei = DEPOSIT, .partner_deposit_wei = DEPOSIT,
		.settle_timeout_blocks = far[PARTNER].life.channel.settle_timeout_blocks,
	};
	far_see(PARTNER, &event);
	assert_true(view_of(PARTNER).paid_wei == 100);
	assert_int_equal(pay(30), 0);
	assert_true(said_by_last_message() == 130);
}

/* A restored box: its proofs and the partner's word say what its books do not. */
static void what_the_partner_signed_is_believed(void **state)
{
	assert_int_equal(pay(100), 0);
	far_pump();
	/* As after evidence: transferred, and not known what for. */
	assert_int_equal(ts_billing_pay(box.billing, partner(), NULL, 40), 0);
	box_flush(&box);
	far_pump();
	box.wallets[PARTNER].channel = far[PARTNER].life.channel;
	assert_true(box_pay(&box, PARTNER, 70, -1));
	assert_int_equal(ts_billing_relay_said(box.billing, partner(), NULL, 100, 0), 0);
	assert_int_equal(ts_billing_relay_said(box.billing, partner(), NULL, 125, 50), 0);
	box_flush(&box);
	assert_true(view_of(PARTNER).paid_wei == 125);
	assert_true(view_of(PARTNER).received_wei == 50);
	assert_true(channel_of_partner().unspent_wei == 20);
	far[PARTNER].life.channel = box.wallets[PARTNER].channel;
	assert_int_equal(ts_billing_refund(box.billing, partner(), NULL, 7, REPLY), 0);
	box_flush(&box);
	far_pump();
	/* No more than was transferred, but for the refund, and no more than it has. */
	assert_int_equal(ts_billing_relay_said(box.billing, partner(), NULL, TS_U128_MAX,
					       TS_U128_MAX), 0);
	box_flush(&box);
	assert_true(view_of(PARTNER).paid_wei == 140);
	assert_true(view_of(PARTNER).received_wei == 63);
	assert_true(channel_of_partner().unspent_wei == 0);
	assert_int_equal(ts_ledger_check(box.ledger, 0, far_say_fault, NULL), 0);
	/* Nor is it taken back by an older receipt. */
	assert_int_equal(ts_billing_relay_said(box.billing, partner(), NULL, 1, 1), 0);
	box_flush(&box);
	assert_true(view_of(PARTNER).paid_wei == 140);
	far_restart(true);
	assert_true(view_of(PARTNER).paid_wei == 140);
}

/* Invariant 3: both pay at once, and the box is killed at each step. */
static void both_ways_killed_at_each_step(void **state)
{
	unsigned int k, crashes = 0;
	ts_u128 said_wei = 0, in_wei;
	bool dead = true;

	for (k = 1; dead; k++) {
		box.n_messages = far_delivered = 0;
		in_wei = view_of(PARTNER).received_wei;
		said_wei += 3;
		far_makes(3, said_wei);
		fault.at = fault.touches + k;
		fault.kind = FAULT_DIE;
		ts_billing_relay_pay(box.billing, partner(), NULL, 5);
		far_speak(PARTNER);
		far_pump();
		dead = fault.dead;
		crashes += dead;
		far_restart(k % 2);
		assert_true(view_of(PARTNER).received_wei == in_wei ||
			    view_of(PARTNER).received_wei == said_wei);
		later();
		far_pump();
		/* Who has it says so, and who has not, takes it now. */
		assert_true(view_of(PARTNER).received_wei == said_wei);
		assert_true(view_of(PARTNER).paid_wei ==
			    far[PARTNER].life.channel.partner_proof.transferred_wei);
		assert_true(channel_of_partner().paid_wei == 0);
		assert_int_equal(ts_ledger_check(box.ledger, 0, far_say_fault, NULL), 0);
	}
	assert_true(crashes > 8);
}

static int count_views(const struct ts_carrying_view *view, void *arg)
{
	unsigned int *n = arg;

	(*n)++;
	return 0;
}

static void each_partner_once(void **state)
{
	unsigned int n = 0;

	assert_int_equal(ts_billing_carrying_each(box.billing, NULL, count_views, &n), 0);
	assert_int_equal(n, BOX_WALLETS);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, far_teardown)
	const struct CMUnitTest tests[] = {
		T(what_comes_in_is_income),
		T(a_repeat_counts_once),
		T(what_is_too_much_is_the_payers),
		T(what_is_missing_is_in_the_pool),
		T(we_pay),
		T(the_view_is_of_what_is_committed),
		T(a_failed_commit_pays_nothing),
		T(a_channel_that_ends_is_of_no_use),
		T(what_is_not_safe_is_not_taken),
		T(what_never_arrived_is_owed_again),
		T(what_the_partner_signed_is_believed),
		T(both_ways_killed_at_each_step),
		T(each_partner_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
