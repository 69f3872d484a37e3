// SPDX-License-Identifier: GPL-2.0
/*
 * billing.c - the rules of money, one by one, each with who tries to break it.
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

static int keep_total(const struct ts_ledger_sum *s, void *arg)
{
	if (ts_address_is_zero(&s->wallet))
		*(struct ts_ledger_sum *)arg = *s;
	return 0;
}

/* M5, M15: a station that leaves gives its slice back; it can go on after. */
static void a_slice_comes_back(void **state)
{
	struct ts_key key = box_key(0);
	int code = box_code(&box, 0);
	struct ts_ledger_sum sum = { };
	uint64_t passed = 0;

	assert_true(box_pay(&box, 0, 500000 * GWEI, code));
	while (passed < 10000 && box_frame(&box, 0, 100, TS_DIR_UP))
		passed += 100;
	assert_int_equal(ts_billing_station_gone(box.billing, &key, &box.now), 0);
	box_flush(&box);
	assert_int_equal(box_account(&box, 0)->a.granted_units,
			 box_account(&box, 0)->a.charged_units);
	assert_int_equal(ts_billing_sum(box.billing, keep_total, &sum), 0);
	/* Only what passed is still held. */
	assert_true(sum.reserved_wei <= 10000 * GWEI);
	box_verify(&box);
	assert_in_range(box_spend(&box, 0, 100) + passed, 500000, 500100);
}

static void an_idle_station_gives_its_slice_back(void **state)
{
	int code = box_code(&box, 0);

	assert_true(box_pay(&box, 0, 500000 * GWEI, code));
	box_frame(&box, 0, 100, TS_DIR_UP);
	box_later(&box, 130 * SECOND);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_int_equal(box_view(&box, code).remaining_units, 0);
	assert_int_equal(box_view(&box, code).state, TS_SESSION_PAID);
	/* Ticks do not wake it, a frame does. */
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_int_equal(box_view(&box, code).remaining_units, 0);
	assert_false(box_frame(&box, 0, 100, TS_DIR_UP));
	box_events(&box);
	box_flush(&box);
	assert_true(box_frame(&box, 0, 100, TS_DIR_UP));
}

static void several_wallets_are_spent_in_order(void **state)
{
	int code = box_code(&box, 0);
	struct ts_channel_view first, second;

	assert_true(box_pay(&box, 0, 200000 * GWEI, code));
	assert_true(box_pay(&box, 1, 200000 * GWEI, code));
	while (box_view(&box, code).used_bytes[TS_DIR_DOWN] < 300000)
		if (!box_frame(&box, 0, 100, TS_DIR_DOWN)) {
			box_events(&box);
			box_flush(&box);
		}
	assert_int_equal(ts_billing_session_close(box.billing,
		box.codes[code].code, &box.now), 0);
	box_flush(&box);
	ts_billing_channel_view(box.billing, &box.wallets[0].channel.our_address, NULL,
				&first);
	ts_billing_channel_view(box.billing, &box.wallets[1].channel.our_address, NULL,
				&second);
	assert_true(first.unspent_wei < GWEI);
	assert_in_range((uint64_t)(second.unspent_wei / GWEI), 100000, 100200);
}

static void one_wallet_pays_for_several_stations(void **state)
{
	int a = box_code(&box, 0), c = box_code(&box, 1);

	assert_true(box_pay(&box, 0, 3000 * GWEI, a));
	assert_true(box_pay(&box, 0, 7000 * GWEI, c));
	/* Each spends what was attached to it, and no more. */
	assert_in_range(box_spend(&box, 0, 100), 3000, 3100);
	assert_in_range(box_spend(&box, 1, 100), 7000, 7100);
}

static void a_session_moves_with_its_value(void **state)
{
	struct ts_key key = box_key(3);
	int code = box_code(&box, 0);
	uint64_t passed = 0;

	assert_true(box_pay(&box, 0, 500000 * GWEI, code));
	while (passed < 10000 && box_frame(&box, 0, 100, TS_DIR_UP))
		passed += 100;
	assert_int_equal(ts_billing_session_move(box.billing, box.codes[code].code,
						 &key, &box.now), 0);
	box_flush(&box);
	assert_null(box_account(&box, 0));
	assert_in_range(box_spend(&box, 3, 100) + passed, 500000, 500100);
	assert_int_equal(box_view(&box, code).used_bytes[TS_DIR_UP], passed);
}

/* Charged on its CPU, and not counted yet: the end waits for it (invariant 3). */
static void a_packet_under_way_is_counted(void **state)
{
	struct ts_key key = box_key(3);
	int code = box_code(&box, 0);
	struct ts_stat *stat, kept;

	assert_true(box_pay(&box, 0, 500000 * GWEI, code));
	assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	stat = &box_account(&box, 0)->a.stats[TS_CLASS_INTERNET][TS_DIR_DOWN];
	kept = *stat;
	assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	*stat = kept;
	assert_int_equal(ts_billing_session_move(box.billing, box.codes[code].code,
						 &key, &box.now), 0);
	box_flush(&box);
	assert_non_null(box_account(&box, 0));
	stat->bytes += 1000;
	stat->units = kept.units * 2;
	box_flush(&box);
	assert_null(box_account(&box, 0));
	assert_int_equal(box_view(&box, code).used_bytes[TS_DIR_DOWN], 2000);
}

/* It never is: the end does not wait for ever. */
static void a_count_that_never_comes_is_unseen(void **state)
{
	int code = box_code(&box, 0);

	assert_true(box_pay(&box, 0, 500000 * GWEI, code));
	assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	box_account(&box, 0)->a.charged_units += 1000;
	assert_int_equal(ts_billing_session_close(box.billing,
		box.codes[code].code, &box.now), 0);
	box_flush(&box);
	assert_non_null(box_account(&box, 0));
	box_later(&box, SECOND);
	box_flush(&box);
	assert_null(box_account(&box, 0));
}

static void logging_out_returns_value_to_the_pool(void **state)
{
	int code = box_code(&box, 0);
	struct ts_session_view view;
	struct ts_channel_view channel;

	assert_true(box_pay(&box, 0, 500000 * GWEI, code));
	assert_true(box_frame(&box, 0, 1000, TS_DIR_UP));
	assert_int_equal(ts_billing_session_close(box.billing,
		box.codes[code].code, &box.now), 0);
	box_flush(&box);
	assert_null(box_account(&box, 0));
	assert_int_equal(ts_billing_session_view(box.billing,
		box.codes[code].code, &view), -ENOENT);
	ts_billing_channel_view(box.billing, &box.wallets[0].channel.our_address, NULL,
				&channel);
	assert_in_range((uint64_t)(channel.unspent_wei / GWEI), 498999, 499001);
	/* A late payment with the old code is accepted, and stays in the pool. */
	assert_true(box_pay(&box, 0, GWEI, code));
	assert_null(box_account(&box, 0));
	/* The station gets another code. */
	assert_int_not_equal(box_code(&box, 0), code);
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

/* A slice lasts 30 s at the present rate, and never less than its floor. */
static void slices_follow_the_rate(void **state)
{
	int code = box_code(&box, 0), i;

	assert_true(box_pay(&box, 0, (ts_u128)4000000000u * GWEI, code));
	assert_in_range(box_view(&box, code).remaining_units / 7629, 100000, 200001);
	for (i = 0; i < 20; i++) {
		uint64_t bytes = 0;

		while (bytes < 1000000) {
			if (box_frame(&box, 0, 1000, TS_DIR_DOWN)) {
				bytes += 1000;
				continue;
			}
			box_events(&box);
			box_flush(&box);
		}
		box_later(&box, SECOND);
		ts_billing_tick(box.billing, &box.now);
		box_events(&box);
		box_flush(&box);
	}
	assert_in_range(box_view(&box, code).remaining_units / 7629, 30000000, 60100000);
	/* Nor does a daemon that dies forget the rate. */
	box_crash(&box, false, 0);
	for (i = 0; i < 30000; i++)
		box_frame(&box, 0, 1000, TS_DIR_DOWN);
	assert_int_equal(box_open(&box), 0);
	assert_in_range(box_view(&box, code).remaining_units / 7629, 30000000, 60100000);
}

static void power_cut(enum ts_loss_bearer who, uint64_t least, uint64_t most)
{
	int code = box_code(&box, 0);

	box.config.loss_bearer = who;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	box.generous = who == TS_LOSS_OPERATOR;
	assert_true(box_pay(&box, 0, 10000000 * GWEI, code));
	assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	box_crash(&box, true, 1000);
	assert_int_equal(box_open(&box), 0);
	box_flush(&box);
	box_verify(&box);
	assert_in_range(box_spend(&box, 0, 100), least, most);
}

/* A reservation is 4 slices of 100000 bytes. */
static void a_power_cut_costs_the_payer_one_reservation(void **state)
{
	power_cut(TS_LOSS_PAYER, 9599900, 9601000);
}

static void a_power_cut_can_cost_the_operator_instead(void **state)
{
	power_cut(TS_LOSS_OPERATOR, 9999800, 10001000);
}

/* The operator makes it his while the power is off; what was seen stays booked. */
static void a_changed_bearer_costs_one_reservation(void **state)
{
	int code = box_code(&box, 0);
	uint64_t passed = 0;

	assert_true(box_pay(&box, 0, 10000000 * GWEI, code));
	while (passed < 3000000) {
		if (box_frame(&box, 0, 1000, TS_DIR_DOWN)) {
			passed += 1000;
			continue;
		}
		box_events(&box);
		box_flush(&box);
	}
	box_crash(&box, true, 0);
	box.config.loss_bearer = TS_LOSS_OPERATOR;
	box.generous = true;
	assert_int_equal(box_open(&box), 0);
	box_flush(&box);
	box_verify(&box);
	assert_in_range(passed + box_spend(&box, 0, 100), 9999800, 10401000);
}

/*
 * The meter is taken away under traffic: 5000 bytes were seen to pass and 1000
 * were not; 200000 were granted.  What is paid meanwhile counts.  The 11000000
 * that are paid for buy 565 more, for the price in units is rounded down.
 */
static void meter_lost(enum ts_loss_bearer who, uint64_t least, uint64_t most)
{
	int code = box_code(&box, 0);

	box.config.loss_bearer = who;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	box.generous = who == TS_LOSS_OPERATOR;
	assert_true(box_pay(&box, 0, 10000000 * GWEI, code));
	assert_true(box_frame(&box, 0, 5000, TS_DIR_DOWN));
	box_later(&box, SECOND);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_true(box_frame(&box, 0, 1000, TS_DIR_UP));
	memset(box.accounts, 0, sizeof(box.accounts));
	memset(box.tariffs, 0, sizeof(box.tariffs));
	box.n_events = 0;
	ts_billing_meter_lost(box.billing, &box.now);
	box_flush(&box);
	box_verify(&box);
	/* Nobody is served, nothing is asked of a meter that is not there. */
	assert_true(box_pay(&box, 0, 1000000 * GWEI, code));
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_null(box_account(&box, 0));
	assert_false(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	assert_int_equal(ts_billing_meter_back(box.billing, &box.now), 0);
	box_flush(&box);
	box_verify(&box);
	assert_in_range(box_spend(&box, 0, 100), least, most);
	box_verify(&box);
}

static void a_lost_meter_costs_the_payer_what_was_granted(void **state)
{
	meter_lost(TS_LOSS_PAYER, 10800400, 10800600);
}

static void a_lost_meter_can_cost_the_operator_instead(void **state)
{
	meter_lost(TS_LOSS_OPERATOR, 10995400, 10995600);
}

/* Killed before it could settle: by the rule of a power cut. */
static void a_lost_meter_and_a_crash(void **state)
{
	int code = box_code(&box, 0);

	assert_true(box_pay(&box, 0, 10000000 * GWEI, code));
	assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	memset(box.accounts, 0, sizeof(box.accounts));
	ts_billing_meter_lost(box.billing, &box.now);
	box_crash(&box, false, 0);
	assert_int_equal(box_open(&box), 0);
	box_flush(&box);
	box_verify(&box);
	assert_in_range(box_spend(&box, 0, 100), 9599900, 9601000);
}

static void a_restart_keeps_running_budgets(void **state)
{
	int code = box_code(&box, 0);
	struct box_account *k;
	uint32_t epoch;

	assert_true(box_pay(&box, 0, 500000 * GWEI, code));
	assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	k = box_account(&box, 0);
	epoch = k->a.epoch;
	box_crash(&box, false, 0);
	assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	assert_int_equal(box_open(&box), 0);
	assert_int_equal(box_account(&box, 0)->a.epoch, epoch);
	assert_in_range(box_spend(&box, 0, 100) + 2000, 500000, 500100);
}

static void unknown_kernel_accounts_are_closed(void **state)
{
	struct box_account *k = &box.accounts[9];

	k->used = true;
	k->code = -1;
	k->a.id = 9;
	k->a.epoch = 1234;
	k->a.kind = TS_KIND_CLIENT;
	k->a.tariff_id = 1;
	k->a.keys[0] = box_key(0);
	k->a.n_keys = 1;
	k->a.granted_units = 1000000;
	box_crash(&box, false, 0);
	assert_int_equal(box_open(&box), 0);
	assert_false(box.accounts[9].used);
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

/* M10, at each of the next touches of the disk in turn. */
static void fail_at_each(enum fault_kind kind)
{
	unsigned int k, acks, failures = 0;
	int code;

	for (k = 1; k < 40; k++) {
		code = box_code(&box, 0);
		box_make(&box, 0, 30000 * GWEI, code, 1);
		acks = box.acks;
		fault.kind = kind;
		fault.failed = false;
		fault.after_failure = 0;
		fault.at = fault.touches + k;
		box_send(&box, 0);
		box_flush(&box);
		fault.kind = FAULT_NONE;
		if (ts_billing_read_only(box.billing) && box.wallets[0].waiting) {
			failures++;
			assert_int_equal(box.acks, acks);
			assert_int_equal(box.last_refusal.kind,
					 TS_REFUSE_READ_ONLY);
			/* Nothing is tried again, nothing accepted. */
			box_send(&box, 0);
			box_flush(&box);
			assert_int_equal(box.acks, acks);
			assert_int_equal(fault.after_failure, 0);
		}
		/* What is reserved goes on to be spent. */
		box_frame(&box, 0, 100, TS_DIR_DOWN);
		box_events(&box);
		box_flush(&box);
		box_verify(&box);
		box_crash(&box, k % 3 == 0, k);
		assert_int_equal(box_open(&box), 0);
		assert_null(ts_billing_read_only(box.billing));
		box_send(&box, 0);
		box_flush(&box);
		assert_false(box.wallets[0].waiting);
		box_verify(&box);
	}
	assert_true(failures > 0);
}

static void a_failed_fsync_is_not_retried(void **state)
{
	fail_at_each(FAULT_SYNC);
}

static void a_failed_write_discards_the_batch(void **state)
{
	fail_at_each(FAULT_WRITE);
}

static void a_full_disk_discards_the_batch(void **state)
{
	fail_at_each(FAULT_FULL);
	assert_null(ts_billing_read_only(box.billing));
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
		T(a_slice_comes_back),
		T(an_idle_station_gives_its_slice_back),
		T(several_wallets_are_spent_in_order),
		T(one_wallet_pays_for_several_stations),
		T(a_session_moves_with_its_value),
		T(a_packet_under_way_is_counted),
		T(a_count_that_never_comes_is_unseen),
		T(logging_out_returns_value_to_the_pool),
		T(tariffs_hold),
		T(a_tariff_switch_closes_all_accounts_together),
		T(a_tariff_does_not_hold_for_ever),
		T(without_a_clock_the_tariff_holds),
		T(a_frozen_channel_grants_nothing),
		T(slices_follow_the_rate),
		T(a_power_cut_costs_the_payer_one_reservation),
		T(a_power_cut_can_cost_the_operator_instead),
		T(a_changed_bearer_costs_one_reservation),
		T(a_lost_meter_costs_the_payer_what_was_granted),
		T(a_lost_meter_can_cost_the_operator_instead),
		T(a_lost_meter_and_a_crash),
		T(a_restart_keeps_running_budgets),
		T(unknown_kernel_accounts_are_closed),
		T(strangers_cost_nothing),
		T(what_names_no_channel_of_ours_is_refused),
		T(a_failed_fsync_is_not_retried),
		T(a_failed_write_discards_the_batch),
		T(a_full_disk_discards_the_batch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
