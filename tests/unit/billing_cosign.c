// SPDX-License-Identifier: GPL-2.0
/*
 * billing_cosign.c - withdrawals and settlements that a box signs, or does not.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "billing_far.h"

static bool into_partners(void *arg, const struct ts_channel *channel)
{
	return *(bool *)arg && ts_address_equal(&channel->partner_address,
						ts_signer_address(far_key(PARTNER)));
}

/* M1, M2: by what the box signed now, what is on its way would be the partner's. */
static void nothing_is_signed_while_a_deposit_is_on_its_way(void **state)
{
	const struct ts_address *partner = ts_signer_address(far_key(PARTNER));
	struct ts_channel_view view;
	bool pending = true;

	ts_billing_deposits(box.billing, into_partners, &pending);
	assert_int_equal(ts_billing_leave(box.billing, partner, NULL), -EALREADY);
	assert_int_equal(ts_billing_leave(box.billing, ts_signer_address(far_key(TARGET)),
					  NULL), 0);
	assert_int_equal(ts_billing_withdraw(box.billing, partner, NULL, 1, &box.now),
			 -EINVAL);
	assert_int_equal(ts_life_withdraw(&far[PARTNER].life, far_key(PARTNER), &far_moment,
					  1, &far_spare), 0);
	far[PARTNER].life = far_spare;
	assert_false(far_speak(PARTNER));
	assert_string_equal(box.last_refusal.name, "deposit_pending");
	assert_int_equal(ts_billing_channel_view(box.billing, partner, NULL, &view), 0);
	assert_false(view.channel.frozen || view.leaving);
	pending = false;
	assert_true(far_speak(PARTNER));
	assert_int_equal(ts_billing_channel_view(box.billing, partner, NULL, &view), 0);
	assert_true(view.channel.frozen);
}

/*
 * M2: the cheque is out, so nothing of this channel is spent or taken, whatever
 * else happens, until the chain has it.
 */
static void a_cosigned_withdrawal_freezes(void **state)
{
	int code = box_code(&box, 0);
	struct ts_channel next;
	ts_u128 balance_wei;

	assert_true(box_pay(&box, PARTNER, 100000 * GWEI, code));
	assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	far[PARTNER].life.channel = box.wallets[PARTNER].channel;
	balance_wei = ts_channel_our_balance_wei(&far[PARTNER].life.channel);
	assert_int_equal(ts_life_withdraw(&far[PARTNER].life, far_key(PARTNER),
					  &far_moment, balance_wei, &far_spare),
			 TS_ACCEPTED);
	far[PARTNER].life = far_spare;
	assert_true(far_speak(PARTNER));
	assert_true(far_is_last_message(TS_MSG_WITHDRAW_RESPONSE));
	assert_false(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	box_later(&box, 2 * SECOND);
	far_restart(true);
	assert_false(box_pay(&box, PARTNER, GWEI, code));
	assert_string_equal(box.last_refusal.name, "frozen");
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_int_equal(box_spend(&box, 0, 1000), 0);
	/* The answer goes out again, too. */
	assert_true(far_is_last_message(TS_MSG_WITHDRAW_RESPONSE));
	far_pump();
	assert_true(far[PARTNER].life.cosign.complete);
	/* What the chain makes of it is the next life; the value is still owed. */
	next = far_next_life(PARTNER);
	next.partner_deposit_wei = GWEI;
	far_show(&next);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_true(box_spend(&box, 0, 1000) > 0);
	box.wallets[PARTNER].waiting = false;
}

static int withdraw(ts_u128 amount_wei)
{
	int ret = ts_billing_withdraw(box.billing,
				      ts_signer_address(far_key(PARTNER)), NULL,
				      amount_wei, &box.now);

	box_flush(&box);
	return ret;
}

/* A withdrawal of ours left so much of our deposit in the channel's next life. */
static void next_life_with(ts_u128 our_deposit_wei)
{
	struct ts_channel next = far_next_life(PARTNER);

	next.our_deposit_wei = our_deposit_wei;
	far_show(&next);
}

/* M2, M5, M11: what the wallet has not spent is not ours to take, in no life. */
static void a_withdrawal_of_ours_leaves_what_is_owed(void **state)
{
	assert_true(box_pay(&box, PARTNER, 500, -1));
	assert_int_equal(withdraw(1), -EPERM);
	next_life_with(500);
	assert_int_equal(withdraw(1), -EPERM);
	next_life_with(800);
	assert_int_equal(withdraw(301), -EPERM);
	assert_int_equal(withdraw(801), -EINVAL);
	assert_int_equal(withdraw(300), 0);
	assert_true(far_is_last_message(TS_MSG_WITHDRAW_REQUEST));
	far_restart(true);
	/* The same again goes on; anything else has to wait. */
	assert_int_equal(withdraw(300), 0);
	assert_int_equal(withdraw(200), -EPERM);
	box.wallets[PARTNER].waiting = false;
}

/* M1: asked to settle while it owns anything, the box withdraws that first. */
static void a_settlement_is_not_signed_with_a_balance(void **state)
{
	struct ts_message msg = { .id = TS_MSG_SETTLE_REQUEST };
	struct ts_settle *s = &msg.settle_request.settle;
	const struct ts_channel *c;
	unsigned int i, before;
	struct ts_datagram d;

	assert_true(box_pay(&box, PARTNER, 1000, -1));
	far[PARTNER].life.channel = box.wallets[PARTNER].channel;
	c = &far[PARTNER].life.channel;
	s->channel_identifier = c->channel_identifier;
	s->open_block_number = c->open_block_number;
	s->participant1 = c->our_address;
	s->participant2 = c->partner_address;
	s->participant1_balance =
		ts_u256_from_u128(ts_channel_our_balance_wei(c));
	s->participant2_balance = ts_u256_from_u128(1000);
	assert_int_equal(ts_message_sign(&msg, far_key(PARTNER),
					 &box.config.chain_id, &d), 0);
	assert_false(far_give(d.b, d.len));
	assert_int_equal(box.last_refusal.kind, TS_REFUSE_FORBIDDEN);
	assert_int_equal(box.n_messages, 2);
	/* It has no Ack, so it asks again; and was told a moment ago. */
	assert_false(far_give(d.b, d.len));
	assert_int_equal(box.n_messages, 2);
	for (i = 0; i < 2; i++) {
		assert_int_equal(ts_message_decode(&msg,
			box.messages[i].datagram.b,
			box.messages[i].datagram.len), 0);
		if (msg.id == TS_MSG_SETTLE_RESPONSE)
			assert_true(msg.settle_response.error_code);
		else
			assert_int_equal(msg.id, TS_MSG_DIRECT_TRANSFER);
	}
	/* Later it is told again. */
	before = box.n_messages;
	box_later(&box, 31 * SECOND);
	assert_false(far_give(d.b, d.len));
	assert_true(box.n_messages > before);
	/* What was unspent has gone back (M11); with nothing left it signs. */
	far_deliver();
	assert_true(far[PARTNER].life.channel.partner_proof.transferred_wei == 1000);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_true(far_is_last_message(TS_MSG_SETTLE_REQUEST));
	assert_true(far_total().refunded_wei == 1000);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, far_setup, far_teardown)
	const struct CMUnitTest tests[] = {
		T(nothing_is_signed_while_a_deposit_is_on_its_way),
		T(a_cosigned_withdrawal_freezes),
		T(a_withdrawal_of_ours_leaves_what_is_owed),
		T(a_settlement_is_not_signed_with_a_balance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
