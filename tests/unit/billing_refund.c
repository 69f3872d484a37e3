// SPDX-License-Identifier: GPL-2.0
/* billing_refund.c - what was not spent goes back to whoever paid it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "billing_far.h"
#include "photon/attach.h"

static ts_u128 unspent_of(unsigned int wallet)
{
	struct ts_channel_view view;

	assert_int_equal(ts_billing_channel_view(box.billing,
		ts_signer_address(far_key(wallet)), NULL, &view), 0);
	return view.unspent_wei;
}

static int refund(unsigned int wallet, ts_u128 limit_wei)
{
	int ret = ts_billing_refund(box.billing, ts_signer_address(far_key(wallet)),
				    NULL, limit_wei, REPLY);

	box_flush(&box);
	return ret;
}

/*
 * M11: what was not consumed goes back, to the unit; what was, and what others
 * paid for the same station, does not.
 */
static void what_is_unspent_goes_back(void **state)
{
	int code = box_code(&box, 0);
	ts_u128 back_wei;

	assert_true(box_pay(&box, PARTNER, 500000 * GWEI, code));
	assert_true(box_pay(&box, PARTNER, 7, -1));
	assert_true(box_pay(&box, TARGET, 500000 * GWEI, code));
	assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	far[PARTNER].life.channel = box.wallets[PARTNER].channel;
	assert_int_equal(refund(PARTNER, TS_U128_MAX), 0);
	assert_int_equal(box.refunds, 1);
	assert_true(far_is_last_message(TS_MSG_DIRECT_TRANSFER));
	far_pump();
	back_wei = far[PARTNER].life.channel.partner_proof.transferred_wei;
	assert_in_range(500000 * GWEI + 7 - back_wei, 1000 * GWEI - GWEI,
			1000 * GWEI + GWEI);
	assert_true(unspent_of(PARTNER) == 0);
	assert_true(unspent_of(TARGET) == 500000 * GWEI);
	assert_true(far_total().refunded_wei == back_wei);
	assert_true(far_total().paid_wei == far_total().consumed_wei +
		    far_total().reserved_wei + far_total().unspent_wei + back_wei);
	/* Not twice. */
	assert_int_equal(refund(PARTNER, TS_U128_MAX), 0);
	assert_string_equal(box.last_refusal.name, "nothing_to_refund");
	/* The station goes on with what the other paid, and to no byte more. */
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_in_range(box_spend(&box, 0, 1000), 499000, 500000);
	far_restart(true);
	assert_int_equal(box_spend(&box, 0, 1000), 0);
	assert_true(far_total().refunded_wei == back_wei);
}

/* Revoke first: a packet that is charged and not yet counted is not refunded. */
static void what_is_under_way_is_not_refunded(void **state)
{
	int code = box_code(&box, 0);
	struct box_account *k;
	struct ts_stat *stat;
	uint64_t units;

	assert_true(box_pay(&box, PARTNER, 300000 * GWEI, code));
	k = box_account(&box, 0);
	units = 1000ull *
		box_view(&box, code).tariff.price[TS_CLASS_INTERNET][TS_DIR_DOWN];
	k->a.charged_units += units;
	assert_int_equal(refund(PARTNER, TS_U128_MAX), 0);
	assert_int_equal(box.n_messages, 0);
	assert_int_equal(refund(PARTNER, TS_U128_MAX), -EBUSY);
	stat = &k->a.stats[TS_CLASS_INTERNET][TS_DIR_DOWN];
	stat->bytes += 1000;
	stat->units += units;
	box_flush(&box);
	assert_int_equal(box.refunds, 1);
	assert_in_range(far_total().consumed_wei, 999 * GWEI, 1001 * GWEI);
	assert_true(far_total().refunded_wei + far_total().consumed_wei ==
		    300000 * GWEI);
}

static void a_refund_has_a_limit(void **state)
{
	int code = box_code(&box, 0);

	assert_true(box_pay(&box, PARTNER, 300000 * GWEI, code));
	assert_int_equal(refund(PARTNER, 100000 * GWEI), 0);
	assert_true(far_total().refunded_wei == 100000 * GWEI);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_in_range(box_spend(&box, 0, 1000), 199000, 200000);
}

/* M11: after a one-sided close nothing can go back; it stays owed. */
static void a_closed_channel_refunds_nothing(void **state)
{
	struct ts_channel closed;

	assert_true(box_pay(&box, PARTNER, 1000, -1));
	closed = far_channel(PARTNER);
	closed.state = TS_CHANNEL_CLOSED;
	far_show(&closed);
	assert_int_equal(refund(PARTNER, TS_U128_MAX), -EPERM);
	assert_true(unspent_of(PARTNER) == 1000);
}

/* The chain shows the next life of the channel with PARTNER. */
static void next_life(ts_u128 our_deposit_wei)
{
	struct ts_channel next = far_next_life(PARTNER);

	next.our_deposit_wei = our_deposit_wei;
	memset(&next.our_proof, 0, sizeof(next.our_proof));
	far_show(&next);
	far[PARTNER].life.channel.open_block_number = next.open_block_number;
	far[PARTNER].life.channel.partner_deposit_wei = our_deposit_wei;
	memset(&far[PARTNER].life.channel.our_proof, 0, sizeof(struct ts_channel_proof));
	memset(&far[PARTNER].life.channel.partner_proof, 0,
	       sizeof(struct ts_channel_proof));
	box.wallets[PARTNER].channel = far[PARTNER].life.channel;
}

/* M11: it is owed in the next life; what the last paid goes back first. */
static void what_a_life_leaves_is_owed_in_the_next(void **state)
{
	assert_true(box_pay(&box, PARTNER, 1000, -1));
	next_life(1600);
	assert_true(box_pay(&box, PARTNER, 500, -1));
	assert_int_equal(ts_billing_pay(box.billing,
		ts_signer_address(far_key(PARTNER)), NULL, 601), -EPERM);
	assert_int_equal(refund(PARTNER, 700), 0);
	assert_true(unspent_of(PARTNER) == 0);
	assert_true(far_total().refunded_wei == 700 && far_total().unspent_wei == 800);
	far_restart(false);
	assert_int_equal(refund(PARTNER, TS_U128_MAX), 0);
	assert_true(far_total().refunded_wei == 1500 && far_total().unspent_wei == 0);
	box_later(&box, 7 * SECOND);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	far_pump();
	assert_true(far[PARTNER].life.channel.partner_proof.transferred_wei == 1500);
}

/* What comes back to us is no payment, and not owed again: two boxes that leave
 * each other would never be done. */
static void a_refund_is_no_payment(void **state)
{
	static const struct ts_bytes data = {
		(const uint8_t *)TS_MEMO_REFUND, sizeof(TS_MEMO_REFUND) - 1
	};
	struct ts_message msg;

	assert_int_equal(ts_life_pay(&far[PARTNER].life, far_key(PARTNER), 300, &data,
				     &far_spare), TS_ACCEPTED);
	far[PARTNER].life = far_spare;
	assert_true(far_speak(PARTNER));
	assert_true(far_total().paid_wei == 0 && unspent_of(PARTNER) == 0);
	/* The same where something is under way already, and over the exposure. */
	far[PARTNER].deaf = true;
	assert_int_equal(ts_billing_pay(box.billing,
		ts_signer_address(far_key(PARTNER)), NULL, 100), 0);
	box.config.tokens[0].exposure_channel_wei = 1;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	assert_int_equal(ts_life_pay(&far[PARTNER].life, far_key(PARTNER), 400, &data,
				     &far_spare), TS_ACCEPTED);
	far[PARTNER].life = far_spare;
	assert_true(far_speak(PARTNER));
	assert_true(far_total().paid_wei == 0 && unspent_of(PARTNER) == 0);
	/* And ours says that it is one. */
	box.config.tokens[0].exposure_channel_wei = 0;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	box.wallets[TARGET].channel = far[TARGET].life.channel;
	assert_true(box_pay(&box, TARGET, 50, -1));
	assert_int_equal(refund(TARGET, TS_U128_MAX), 0);
	assert_int_equal(ts_message_decode(&msg,
		box.messages[box.n_messages - 1].datagram.b,
		box.messages[box.n_messages - 1].datagram.len), 0);
	assert_true(ts_memo_is_refund(msg.direct_transfer.data.p,
				      msg.direct_transfer.data.len));
}

/* M5, M11: the operator pays with income alone. */
static void what_is_owed_is_not_paid_with(void **state)
{
	const struct ts_address *wallet = ts_signer_address(far_key(PARTNER));

	assert_true(box_pay(&box, PARTNER, 1000, -1));
	far[PARTNER].life.channel = box.wallets[PARTNER].channel;
	assert_int_equal(ts_billing_pay(box.billing, wallet, NULL, 1), -EPERM);
	assert_int_equal(ts_billing_pay(box.billing, wallet, NULL, 1001), -EINVAL);
	assert_int_equal(ts_billing_pay(box.billing,
		&box.config.our_address, NULL, 1), -ENOENT);
	box_flush(&box);
	assert_int_equal(box.n_messages, 0);
}

/* Once more: the partner pays for station 0, which gets a frame of it; the code. */
static int paid_and_used(void)
{
	int code = box_code(&box, 0);

	box.wallets[PARTNER].channel = far[PARTNER].life.channel;
	box.n_messages = far_delivered = 0;
	assert_true(box_pay(&box, PARTNER, 200000 * GWEI, code));
	assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	far[PARTNER].life.channel = box.wallets[PARTNER].channel;
	return code;
}

/* Invariant 3: killed at each step, nothing goes back twice or gets lost. */
static void a_refund_that_is_killed_counts_once(void **state)
{
	unsigned int k, crashes = 0;
	ts_u128 out_wei, before_wei;
	bool dead = true;

	for (k = 1; dead; k++) {
		paid_and_used();
		before_wei = far_total().refunded_wei;
		fault.at = fault.touches + k;
		fault.kind = FAULT_DIE;
		refund(PARTNER, TS_U128_MAX);
		far_pump();
		dead = fault.dead;
		crashes += dead;
		far_restart(k % 2);
		far_pump();
		out_wei = far_total().refunded_wei;
		assert_true(far[PARTNER].life.channel.partner_proof.transferred_wei ==
			    out_wei);
		assert_true(unspent_of(PARTNER) == 0 || out_wei == before_wei);
		assert_int_equal(refund(PARTNER, TS_U128_MAX), 0);
		far_pump();
		assert_true(unspent_of(PARTNER) == 0);
		assert_int_equal(ts_ledger_check(box.ledger, 0, far_say_fault, NULL), 0);
	}
	assert_true(crashes > 15);
}

/* From station 0, as @by signs it. */
static const char *ask_refund(const struct ts_attach *refund, unsigned int by)
{
	struct ts_key key = box_key(0);
	uint8_t bytes[TS_REFUND_BYTES];
	unsigned int before = box.refunds;

	ts_refund_sign(refund, far_key(by), bytes);
	ts_billing_refund_signed(box.billing, &key, bytes, sizeof(bytes), REPLY,
				 &box.now);
	box_flush(&box);
	return box.refunds != before ? "refunded" : box.last_refusal.name;
}

/* M6: it goes to who signed, and only what that one paid; each nonce once. */
static void a_wallet_asks_for_its_own(void **state)
{
	struct ts_attach refund = { .box = box.config.our_address,
				    .chain_id = box.config.chain_id,
				    .token = box.config.tokens[0].address,
				    .limit_wei = TS_U128_MAX };
	struct ts_key key = box_key(0), other = box_key(1);
	int code = box_code(&box, 0);
	struct ts_billing_nonce nonce;

	assert_true(box_pay(&box, PARTNER, 300000 * GWEI, code));
	ts_billing_nonce(box.billing, &other, &box.now, &nonce);
	refund.nonce = nonce.nonce;
	refund.expiry_s = nonce.expires_s;
	assert_string_equal(ask_refund(&refund, PARTNER), "bad_nonce");
	ts_billing_nonce(box.billing, &key, &box.now, &nonce);
	refund.nonce = nonce.nonce;
	assert_string_equal(ask_refund(&refund, TARGET), "nothing_to_refund");
	assert_string_equal(ask_refund(&refund, PARTNER), "nonce_used");
	ts_billing_nonce(box.billing, &key, &box.now, &nonce);
	refund.nonce = nonce.nonce;
	assert_string_equal(ask_refund(&refund, PARTNER), "refunded");
	assert_int_equal(far_wallet(&box.messages[box.n_messages - 1].to), PARTNER);
	assert_true(far_total().refunded_wei == 300000 * GWEI);
	assert_string_equal(ask_refund(&refund, PARTNER), "nonce_used");
	refund.box.b[0] ^= 1;
	assert_string_equal(ask_refund(&refund, PARTNER), "wrong_box");
}

/* The chain ends the life of the partner's channel, and begins one with as much of ours. */
static void begin_next_life(ts_u128 our_deposit_wei)
{
	struct ts_channel_event event = { .kind = TS_SEEN_SETTLED, .block = 500,
					  .confirmed = true };

	far_see(PARTNER, &event);
	event = (struct ts_channel_event){
		.kind = TS_SEEN_OPENED, .block = 600, .confirmed = true,
		.partner_deposit_wei = 1000 * GWEI, .settle_timeout_blocks = 50000,
	};
	far_see(PARTNER, &event);
	event = (struct ts_channel_event){
		.kind = TS_SEEN_DEPOSITED, .block = 700, .confirmed = true,
		.ours = true, .our_deposit_wei = our_deposit_wei,
	};
	far_see(PARTNER, &event);
}

/* M11: nor is what is owed from a life before, while another station's is under way. */
static void nothing_is_reserved_again_before_it_is_back(void **state)
{
	struct box_account *k;
	struct ts_stat *stat;
	uint64_t units;
	int code[2];

	code[0] = box_code(&box, 0);
	code[1] = box_code(&box, 1);
	assert_true(box_pay(&box, PARTNER, 300000 * GWEI, code[0]));
	assert_true(box_pay(&box, PARTNER, 300000 * GWEI, code[1]));
	begin_next_life(600000 * GWEI);
	k = box_account(&box, 1);
	units = 1000ull *
		box_view(&box, code[1]).tariff.price[TS_CLASS_INTERNET][TS_DIR_DOWN];
	k->a.charged_units += units;
	assert_int_equal(refund(PARTNER, TS_U128_MAX), 0);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_int_equal(box.refunds, 0);
	assert_null(box_account(&box, 0));
	stat = &k->a.stats[TS_CLASS_INTERNET][TS_DIR_DOWN];
	stat->bytes += 1000;
	stat->units += units;
	box_flush(&box);
	assert_int_equal(box.refunds, 1);
	assert_true(far_total().refunded_wei + far_total().consumed_wei == 600000 * GWEI);
}

/* M11: what is owed from a life before comes back as far as this one carries it. */
static void what_the_channel_cannot_carry_stays_owed(void **state)
{
	struct ts_channel_event event = { .kind = TS_SEEN_SETTLED, .block = 500,
					  .confirmed = true };

	assert_true(box_pay(&box, PARTNER, 3000 * GWEI, -1));
	far_see(PARTNER, &event);
	event = (struct ts_channel_event){
		.kind = TS_SEEN_OPENED, .block = 600, .confirmed = true,
		.partner_deposit_wei = 1000 * GWEI, .settle_timeout_blocks = 50000,
	};
	far_see(PARTNER, &event);
	assert_int_equal(refund(PARTNER, TS_U128_MAX), 0);
	assert_string_equal(box.last_refusal.name, "no_way_back");
	assert_true(far_total().unspent_wei == 3000 * GWEI);
	event = (struct ts_channel_event){
		.kind = TS_SEEN_DEPOSITED, .block = 700, .confirmed = true,
		.ours = true, .our_deposit_wei = 1000 * GWEI,
	};
	far_see(PARTNER, &event);
	assert_int_equal(refund(PARTNER, TS_U128_MAX), 0);
	assert_int_equal(box.refunds, 1);
	assert_true(far_total().refunded_wei == 1000 * GWEI);
	assert_true(far_total().unspent_wei == 2000 * GWEI);
	assert_int_equal(refund(PARTNER, TS_U128_MAX), 0);
	assert_string_equal(box.last_refusal.name, "no_way_back");
	assert_int_equal(ts_ledger_check(box.ledger, 0, far_say_fault, NULL), 0);
	far_restart(true);
	assert_true(far_total().unspent_wei == 2000 * GWEI);
}

static const char *log_out(int code)
{
	unsigned int before = box.taken;

	ts_billing_logout(box.billing, box.codes[code].code, TS_CODE_SIZE - 1, REPLY,
			  &box.now);
	box_flush(&box);
	return box.taken != before ? "taken" : box.last_refusal.name;
}

/*
 * M6, M11: who logs out has the session's own value sent back, to each who paid for it;
 * what was paid for another session, or for none, stays.
 */
static void a_logout_gives_the_sessions_value_back(void **state)
{
	int code = box_code(&box, 0), other = box_code(&box, 1);

	assert_true(box_pay(&box, PARTNER, 300000 * GWEI, code));
	assert_true(box_pay(&box, PARTNER, 200000 * GWEI, other));
	assert_true(box_pay(&box, PARTNER, 7, -1));
	assert_true(box_pay(&box, TARGET, 100000 * GWEI, code));
	assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	far[PARTNER].life.channel = box.wallets[PARTNER].channel;
	far[TARGET].life.channel = box.wallets[TARGET].channel;
	assert_string_equal(log_out(code), "taken");
	far_pump();
	assert_in_range(far[PARTNER].life.channel.partner_proof.transferred_wei / GWEI,
			298999, 299001);
	assert_true(far[TARGET].life.channel.partner_proof.transferred_wei ==
		    100000 * GWEI);
	assert_true(unspent_of(PARTNER) == 200000 * GWEI + 7);
	assert_true(unspent_of(TARGET) == 0);
	assert_int_equal(box_spend(&box, 0, 1000), 0);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_in_range(box_spend(&box, 1, 1000), 199000, 200000);
	assert_string_equal(log_out(code), "unknown_session");
	ts_billing_logout(box.billing, "O", 1, REPLY, &box.now);
	box_flush(&box);
	assert_string_equal(box.last_refusal.name, "bad_code");
}

/* By the operator: as by who logs out, to who paid and nobody else. */
static void an_operator_who_ends_a_session_keeps_nothing(void **state)
{
	int code = box_code(&box, 0);

	assert_true(box_pay(&box, PARTNER, 300000 * GWEI, code));
	assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	far[PARTNER].life.channel = box.wallets[PARTNER].channel;
	assert_int_equal(ts_billing_session_end(box.billing, box.codes[code].code, &box.now), 0);
	box_flush(&box);
	far_pump();
	assert_in_range(far[PARTNER].life.channel.partner_proof.transferred_wei / GWEI,
			298999, 299001);
	assert_true(unspent_of(PARTNER) == 0);
	assert_int_equal(box_spend(&box, 0, 1000), 0);
	assert_int_equal(ts_billing_session_end(box.billing, box.codes[code].code, &box.now),
			 -ENOENT);
}

/* Invariant 3: killed at each step, what a session had is owed or sent, once. */
static void a_logout_that_is_killed_loses_nothing(void **state)
{
	unsigned int k, crashes = 0;
	ts_u128 back_wei;
	bool dead = true;
	int code;

	for (k = 1; dead; k++) {
		code = paid_and_used();
		back_wei = far[PARTNER].life.channel.partner_proof.transferred_wei;
		fault.at = fault.touches + k;
		fault.kind = FAULT_DIE;
		log_out(code);
		far_pump();
		dead = fault.dead;
		crashes += dead;
		far_restart(k % 2);
		far_pump();
		back_wei = far[PARTNER].life.channel.partner_proof.transferred_wei - back_wei;
		assert_true(far_total().refunded_wei ==
			    far[PARTNER].life.channel.partner_proof.transferred_wei);
		assert_true((unspent_of(PARTNER) == 0) == (back_wei != 0));
		log_out(code);
		refund(PARTNER, TS_U128_MAX);
		far_pump();
		assert_true(unspent_of(PARTNER) == 0);
		assert_int_equal(ts_ledger_check(box.ledger, 0, far_say_fault, NULL), 0);
	}
	assert_true(crashes > 15);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, far_setup, far_teardown)
	const struct CMUnitTest tests[] = {
		T(what_is_unspent_goes_back),
		T(what_is_under_way_is_not_refunded),
		T(a_refund_has_a_limit),
		T(a_closed_channel_refunds_nothing),
		T(what_a_life_leaves_is_owed_in_the_next),
		T(a_refund_is_no_payment),
		T(what_is_owed_is_not_paid_with),
		T(a_refund_that_is_killed_counts_once),
		T(what_the_channel_cannot_carry_stays_owed),
		T(nothing_is_reserved_again_before_it_is_back),
		T(a_wallet_asks_for_its_own),
		T(a_logout_gives_the_sessions_value_back),
		T(an_operator_who_ends_a_session_keeps_nothing),
		T(a_logout_that_is_killed_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
