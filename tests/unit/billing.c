// SPDX-License-Identifier: GPL-2.0
/*
 * billing.c - the rules of money, one by one, each with who tries to break it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "billing/onchain.h"
#include "billing_one.h"

static void a_payment_lets_bytes_pass(void **state)
{
	int code = box_code(&box, 0);
	struct ts_session_view view;
	uint64_t passed;

	assert_int_equal(box_view(&box, code).state, TS_SESSION_NEVER_PAID);
	assert_null(box_account(&box, 0));
	assert_true(box_pay(&box, 0, 500000 * GWEI, code));
	assert_int_equal(box_view(&box, code).state, TS_SESSION_PAID);
	passed = box_spend(&box, 0, 100);
	/* Units are rounded down, prices too: the payer gets a little more. */
	assert_in_range(passed, 500000, 500100);
	view = box_view(&box, code);
	assert_int_equal(view.state, TS_SESSION_DRY);
	assert_int_equal(view.used_bytes[TS_DIR_DOWN], passed);
	assert_true(view.attached_wei == 500000 * GWEI);
	assert_true(view.unspent_wei < 101 * GWEI);
	assert_true(box.notices[TS_NOTICE_DRY] > 0);
	/* Dry, topped up, and on it goes. */
	assert_true(box_pay(&box, 0, 1000 * GWEI, code));
	assert_in_range(box_spend(&box, 0, 100), 1000, 1100);
}

/* M6: only the code inside the signed transfer attaches. */
static void value_without_a_code_stays_in_the_pool(void **state)
{
	int code = box_code(&box, 0);
	struct ts_channel_view view;

	assert_true(box_pay(&box, 0, 1000 * GWEI, -1));
	assert_int_equal(box_view(&box, code).state, TS_SESSION_NEVER_PAID);
	assert_null(box_account(&box, 0));
	assert_int_equal(ts_billing_channel_view(box.billing,
			 &box.wallets[0].channel.our_address, NULL, &view), 0);
	assert_true(view.unspent_wei == 1000 * GWEI);
}

static void a_code_nobody_knows_waits_for_its_station(void **state)
{
	struct ts_key key = box_key(2);
	int code = box_know_code(&box, "0123456789ABCDEF");

	assert_true(box_pay(&box, 0, 5000 * GWEI, code));
	assert_null(box_account(&box, 2));
	assert_int_equal(ts_billing_session_move(box.billing, "0123456789ABCDEF",
						 &key, &box.now), 0);
	box_flush(&box);
	box_flush(&box);
	assert_in_range(box_spend(&box, 2, 100), 5000, 5100);
}

static void the_same_datagram_has_the_same_ack(void **state)
{
	uint8_t first[TS_ACK_BYTES];
	struct ts_datagram old;
	int code = box_code(&box, 0), i;
	unsigned int acks;

	assert_true(box_pay(&box, 0, 1000 * GWEI, code));
	memcpy(first, box.last_ack, TS_ACK_BYTES);
	old = box.wallets[0].message;
	assert_true(box_pay(&box, 0, 1000 * GWEI, code));
	for (i = 0; i < 2; i++) {
		acks = box.acks;
		ts_billing_datagram(box.billing, old.b, old.len, 77, &box.now);
		box_flush(&box);
		assert_int_equal(box.acks, acks + 1);
		assert_memory_equal(box.last_ack, first, TS_ACK_BYTES);
		assert_true(box_view(&box, code).attached_wei == 2000 * GWEI);
		/* And after a restart. */
		box_crash(&box, false, 0);
		assert_int_equal(box_open(&box), 0);
	}
	/* The same nonce in other bytes is a conflict, with where to go on. */
	old.b[20] ^= 1;
	old.b[old.len - 10] ^= 1;
	ts_billing_datagram(box.billing, old.b, old.len, 78, &box.now);
	box_flush(&box);
	assert_int_equal(box.last_reply, 78);
}

static void nothing_leaves_before_the_commit(void **state)
{
	int code = box_code(&box, 0);

	box.config.commit_window_ms = 100;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	box_flush(&box);
	assert_true(box_pay(&box, 0, 500000 * GWEI, code));
	box_make(&box, 0, GWEI, code, 1);
	box_send(&box, 0);
	box_flush(&box);
	assert_true(box.wallets[0].waiting);
	assert_true(ts_billing_deadline(box.billing) == box.now.boot_ns + 100000000);
	box_later(&box, 99000000);
	box_flush(&box);
	assert_true(box.wallets[0].waiting);
	box_later(&box, 1000000);
	box_flush(&box);
	assert_false(box.wallets[0].waiting);
}

static void refusals_are_named(void **state)
{
	struct ts_datagram d;
	int code = box_code(&box, 0);

	ts_billing_datagram(box.billing, "", 0, 5, &box.now);
	box_flush(&box);
	assert_int_equal(box.last_refusal.kind, TS_REFUSE_INVALID);
	assert_int_equal(box.last_reply, 5);
	/* A gap: the first message never arrived. */
	box_make(&box, 0, GWEI, code, 1);
	d = box.wallets[0].message;
	box.wallets[0].waiting = false;
	box_make(&box, 0, GWEI, code, 1);
	box_send(&box, 0);
	box_flush(&box);
	assert_int_equal(box.last_refusal.kind, TS_REFUSE_CONFLICT);
	assert_string_equal(box.last_refusal.name, "nonce_gap");
	assert_non_null(box.last_refusal.last);
	assert_int_equal(box.last_refusal.last->partner_proof.nonce, 0);
	/* Then both, in order. */
	ts_billing_datagram(box.billing, d.b, d.len, 9, &box.now);
	box.wallets[0].acked_wei += GWEI;
	box.codes[code].acked_wei += GWEI;
	box_send(&box, 0);
	box_flush(&box);
	assert_false(box.wallets[0].waiting);
	assert_true(box_view(&box, code).attached_wei == 2 * GWEI);
}

/* M3: what has been paid can be claimed, or nothing more is taken. */
static void gas_for_all_that_have_paid(void **state)
{
	int first = box_code(&box, 0), second = box_code(&box, 1);

	assert_true(box_pay(&box, 0, GWEI, first));
	ts_billing_gas(box.billing, 999, 1000);
	assert_false(box_pay(&box, 0, GWEI, first));
	assert_string_equal(box.last_refusal.name, "gas_reserve");
	/* For one that has paid, and none more. */
	ts_billing_gas(box.billing, 1999, 1000);
	box_send(&box, 0);
	box_flush(&box);
	assert_false(box.wallets[0].waiting);
	assert_false(box_pay(&box, 1, GWEI, second));
	assert_string_equal(box.last_refusal.name, "gas_reserve");
	ts_billing_gas(box.billing, 2000, 1000);
	box_send(&box, 1);
	box_flush(&box);
	assert_false(box.wallets[1].waiting);
}

/* M3: a channel that would settle before we notice is not credited. */
static void short_channels_are_not_credited(void **state)
{
	int code = box_code(&box, 0);

	box.config.min_settle_timeout_blocks = 50001;
	ts_billing_reload(box.billing, &box.config, &box.now);
	box_flush(&box);
	assert_false(box_pay(&box, 0, GWEI, code));
	assert_string_equal(box.last_refusal.name, "settle_timeout_too_short");
	box.config.min_settle_timeout_blocks = 0;
	box.config.tokens[0].min_deposit_wei = (ts_u128)1 << 101;
	ts_billing_reload(box.billing, &box.config, &box.now);
	box_send(&box, 0);
	box_flush(&box);
	assert_string_equal(box.last_refusal.name, "deposit_too_small");
	box.config.tokens[0].min_deposit_wei = 0;
	box.config.tokens[0].exposure_channel_wei = GWEI - 1;
	ts_billing_reload(box.billing, &box.config, &box.now);
	box_send(&box, 0);
	box_flush(&box);
	assert_string_equal(box.last_refusal.name, "exposure_limit");
	box.config.tokens[0].exposure_channel_wei = GWEI;
	ts_billing_reload(box.billing, &box.config, &box.now);
	box_send(&box, 0);
	box_flush(&box);
	assert_false(box.wallets[0].waiting);
}

static void set_price(const char *wei_per_gb)
{
	strcpy(box.config.tariffs[0].wei_per_gb[TS_CLASS_INTERNET][TS_DIR_UP],
	       wei_per_gb);
	strcpy(box.config.tariffs[0].wei_per_gb[TS_CLASS_INTERNET][TS_DIR_DOWN],
	       wei_per_gb);
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	box_flush(&box);
}

/* M7: a rise does not touch what is paid; a lower price holds at once. */
static void tariffs_hold(void **state)
{
	int code = box_code(&box, 0);

	assert_true(box_pay(&box, 0, 100000 * GWEI, code));
	set_price("2000000000000000000");
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_true(box_pay(&box, 0, 100000 * GWEI, code));
	/* 100000 bytes at the old price and 50000 at the new. */
	assert_in_range(box_spend(&box, 0, 100), 149900, 150200);
	assert_true(box_pay(&box, 0, 100000 * GWEI, code));
	set_price("500000000000000000");
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_in_range(box_spend(&box, 0, 100), 199900, 200400);
}

/* Each close by itself would wait for the kernel: thousands would take minutes. */
static void a_tariff_switch_closes_all_accounts_together(void **state)
{
	uint32_t epoch[BOX_STATIONS];
	unsigned int i;

	for (i = 0; i < BOX_STATIONS; i++) {
		assert_true(box_pay(&box, 0, 100000 * GWEI, box_code(&box, i)));
		assert_true(box_frame(&box, i, 1000 + i, TS_DIR_UP));
		epoch[i] = box_account(&box, i)->a.epoch;
	}
	assert_int_equal(box.n_closings, 0);
	set_price("500000000000000000");
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_int_equal(box.n_closings, 1);
	for (i = 0; i < BOX_STATIONS; i++) {
		assert_int_not_equal(box_account(&box, i)->a.epoch, epoch[i]);
		assert_in_range(box_spend(&box, i, 100), 2 * (98900 - i), 2 * (99100 - i));
	}
}

static void a_tariff_does_not_hold_for_ever(void **state)
{
	int code = box_code(&box, 0);

	assert_true(box_pay(&box, 0, 100000 * GWEI, code));
	set_price("2000000000000000000");
	box_later(&box, 86400 * SECOND);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_in_range(box_spend(&box, 0, 100), 49900, 50100);
}

/* M12: without a clock nobody can say that the day is over. */
static void without_a_clock_the_tariff_holds(void **state)
{
	int code = box_code(&box, 0);

	box.now.wall_s = 0;
	assert_true(box_pay(&box, 0, 100000 * GWEI, code));
	set_price("2000000000000000000");
	box_crash(&box, true, 0);
	assert_int_equal(box_open(&box), 0);
	box_flush(&box);
	box_later(&box, 90000 * SECOND);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_true(box_pay(&box, 0, 0 + 100 * GWEI, code));
	box_verify(&box);
}

/* M2: frozen: nothing is accepted or granted any more. */
static void a_frozen_channel_grants_nothing(void **state)
{
	int code = box_code(&box, 0);
	struct ts_channel_view view;

	assert_true(box_pay(&box, 0, 500000 * GWEI, code));
	assert_true(box_frame(&box, 0, 100, TS_DIR_UP));
	ts_billing_channel_view(box.billing, &box.wallets[0].channel.our_address, NULL,
				&view);
	view.channel.frozen = true;
	assert_int_equal(ts_billing_channel_import(box.billing, &view.channel,
						   false, &box.now), 0);
	box_flush(&box);
	assert_false(box_frame(&box, 0, 100, TS_DIR_UP));
	assert_false(box_pay(&box, 0, GWEI, code));
	assert_string_equal(box.last_refusal.name, "frozen");
	/* An old description neither thaws it, nor opens it, nor shrinks it. */
	view.channel.frozen = false;
	assert_int_equal(ts_billing_channel_import(box.billing, &view.channel,
						   false, &box.now), -EINVAL);
	view.channel.frozen = true;
	view.channel.partner_deposit_wei--;
	assert_int_equal(ts_billing_channel_import(box.billing, &view.channel,
						   false, &box.now), -EINVAL);
	view.channel.partner_deposit_wei++;
	view.channel.state = TS_CHANNEL_CLOSED;
	assert_int_equal(ts_billing_channel_import(box.billing, &view.channel,
						   false, &box.now), 0);
	view.channel.state = TS_CHANNEL_OPEN;
	assert_int_equal(ts_billing_channel_import(box.billing, &view.channel,
						   false, &box.now), -EINVAL);
}

/* Invariant 8: strangers take places in a bounded list, and in the file too. */
static void strangers_cost_nothing(void **state)
{
	struct ts_key key = box_key(0);
	char code[TS_CODE_SIZE];
	int paid = box_code(&box, 1), i;

	box.config.unpaid_sessions_max = 10;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	assert_true(box_pay(&box, 0, GWEI, paid));
	for (i = 0; i < 1000; i++) {
		key.mac[1] = (uint8_t)(i >> 8);
		key.mac[2] = (uint8_t)i;
		box_later(&box, SECOND / 100);
		assert_int_equal(ts_billing_station(box.billing, &key, &box.now,
						    code), 0);
		box_flush(&box);
	}
	assert_true(box_view(&box, paid).attached_wei == GWEI);
	box_later(&box, 2 * SECOND);
	box_flush(&box);
	box_crash(&box, false, 0);
	assert_int_equal(box_open(&box), 0);
	assert_true(box_view(&box, paid).attached_wei == GWEI);
	/* The last stranger kept its code over the restart. */
	assert_int_equal(ts_billing_station_find(box.billing, &key, code), 0);
}

static void what_names_no_channel_of_ours_is_refused(void **state)
{
	struct ts_message msg = { .id = TS_MSG_SETTLE_REQUEST };
	struct ts_datagram d;

	assert_int_equal(ts_message_sign(&msg, box.wallets[0].key,
					 &box.config.chain_id, &d), 0);
	ts_billing_datagram(box.billing, d.b, d.len, 3, &box.now);
	box_flush(&box);
	assert_int_equal(box.acks, 0);
	assert_int_equal(box.last_refusal.kind, TS_REFUSE_UNKNOWN);
	msg = (struct ts_message){ .id = TS_MSG_PING };
	assert_int_equal(ts_message_sign(&msg, box.wallets[0].key,
					 &box.config.chain_id, &d), 0);
	box_later(&box, SECOND);
	ts_billing_datagram(box.billing, d.b, d.len, 3, &box.now);
	box_flush(&box);
	assert_int_equal(box.acks, 1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, one_setup, one_teardown)
	const struct CMUnitTest tests[] = {
		T(a_payment_lets_bytes_pass),
		T(value_without_a_code_stays_in_the_pool),
		T(a_code_nobody_knows_waits_for_its_station),
		T(the_same_datagram_has_the_same_ack),
		T(nothing_leaves_before_the_commit),
		T(refusals_are_named),
		T(short_channels_are_not_credited),
		T(gas_for_all_that_have_paid),
		T(tariffs_hold),
		T(a_tariff_switch_closes_all_accounts_together),
		T(a_tariff_does_not_hold_for_ever),
		T(without_a_clock_the_tariff_holds),
		T(a_frozen_channel_grants_nothing),
		T(strangers_cost_nothing),
		T(what_names_no_channel_of_ours_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
