// SPDX-License-Identifier: GPL-2.0
/* billing_failure.c - what a power cut, a meter that goes, a restart and a failing disk cost. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "billing_one.h"

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
		T(a_power_cut_costs_the_payer_one_reservation),
		T(a_power_cut_can_cost_the_operator_instead),
		T(a_changed_bearer_costs_one_reservation),
		T(a_lost_meter_costs_the_payer_what_was_granted),
		T(a_lost_meter_can_cost_the_operator_instead),
		T(a_lost_meter_and_a_crash),
		T(a_restart_keeps_running_budgets),
		T(unknown_kernel_accounts_are_closed),
		T(a_failed_fsync_is_not_retried),
		T(a_failed_write_discards_the_batch),
		T(a_full_disk_discards_the_batch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
