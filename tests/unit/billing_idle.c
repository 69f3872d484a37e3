// SPDX-License-Identifier: GPL-2.0
/*
 * billing_idle.c - stations that fall silent: what ends, what stays, what is
 * forgotten, and that no clock can be made to lie about it (M5, M11, M12, M15).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "billing_one.h"
#include "ledger_before.h"

#define MINUTE	(60 * SECOND)
#define HOUR	(60 * MINUTE)
#define DAY	(24 * HOUR)

static bool is_known(int code)
{
	struct ts_session_view view;

	return !ts_billing_session_view(box.billing, box.codes[code].code, &view);
}

/* Time passes; the daemon ticks and flushes, as it does. */
static void pass(uint64_t ns, uint64_t step)
{
	while (ns) {
		if (step > ns)
			step = ns;
		box_later(&box, step);
		ns -= step;
		ts_billing_tick(box.billing, &box.now);
		box_flush(&box);
	}
}

static void restart(bool power_cut)
{
	box_crash(&box, power_cut, 0);
	assert_int_equal(box_open(&box), 0);
	box_flush(&box);
}

static struct ts_ledger_session row_of(const char *code, int want)
{
	struct ts_ledger_session row;

	assert_int_equal(ts_ledger_session_find(box.ledger, code, &row), want);
	return row;
}

static int paid_and_used(unsigned int station)
{
	int code = box_code(&box, station), i;

	assert_true(box_pay(&box, 0, 500000 * GWEI, code));
	for (i = 0; i < 100; i++)
		assert_true(box_frame(&box, station, 1000, TS_DIR_DOWN));
	box_events(&box);
	box_flush(&box);
	return code;
}

static void the_slice_goes_back_then_the_account_ends(void **state)
{
	int code = paid_and_used(0);

	pass(121 * SECOND, SECOND);
	assert_non_null(box_account(&box, 0));
	assert_int_equal(box_view(&box, code).remaining_units, 0);
	pass(57 * MINUTE - SECOND, MINUTE);
	assert_non_null(box_account(&box, 0));
	pass(2 * MINUTE, SECOND);
	assert_null(box_account(&box, 0));
	/* Not made again by itself, and all of the rest is there. */
	pass(10 * HOUR, MINUTE);
	assert_null(box_account(&box, 0));
	assert_in_range((uint64_t)(box_view(&box, code).unspent_wei / GWEI),
			400000, 400100);
	assert_int_equal(box_view(&box, code).state, TS_SESSION_PAID);
}

/* The first frame is refused; no action of a person follows. */
/* Ten minutes without a frame, whatever the slices do meanwhile. */
static void an_idle_payer_is_billed_nothing(void **state)
{
	int code = paid_and_used(0);
	struct ts_session_view before = box_view(&box, code), after;

	pass(10 * MINUTE, SECOND);
	after = box_view(&box, code);
	assert_true(after.unspent_wei == before.unspent_wei);
	assert_int_equal(after.used_bytes[TS_DIR_DOWN], before.used_bytes[TS_DIR_DOWN]);
	assert_in_range(box_spend(&box, 0, 100), 399900, 400100);
}

static void a_station_that_comes_back_goes_on(void **state)
{
	int code = paid_and_used(0);

	pass(2 * HOUR, MINUTE);
	assert_false(box_frame(&box, 0, 100, TS_DIR_UP));
	box_events(&box);
	box_flush(&box);
	assert_true(box_frame(&box, 0, 100, TS_DIR_UP));
	assert_in_range(box_spend(&box, 0, 100), 399800, 400100);
	assert_int_equal(box_view(&box, code).state, TS_SESSION_DRY);
}

static void a_page_or_a_payment_brings_it_back(void **state)
{
	int code = paid_and_used(0);

	pass(2 * HOUR, MINUTE);
	assert_null(box_account(&box, 0));
	assert_int_equal(box_code(&box, 0), code);
	box_flush(&box);
	assert_non_null(box_account(&box, 0));
	pass(2 * HOUR, MINUTE);
	assert_null(box_account(&box, 0));
	assert_true(box_pay(&box, 0, 1000 * GWEI, code));
	assert_non_null(box_account(&box, 0));
}

/* M12: a restart neither begins the hour anew nor ends it. */
static void a_restart_changes_nothing(void **state)
{
	int code = paid_and_used(0);

	pass(50 * MINUTE, MINUTE);
	restart(false);
	pass(9 * MINUTE, MINUTE);
	assert_non_null(box_account(&box, 0));
	pass(2 * MINUTE, MINUTE);
	assert_null(box_account(&box, 0));
	/* And what has ended stays so. */
	restart(false);
	pass(MINUTE, SECOND);
	assert_null(box_account(&box, 0));
	assert_in_range(box_spend(&box, 0, 100), 399800, 400100);
	assert_int_equal(box_view(&box, code).state, TS_SESSION_DRY);
}

static void a_reboot_ends_nothing_early_and_keeps_nothing(void **state)
{
	int code;

	box.config.loss_bearer = TS_LOSS_OPERATOR;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	box.generous = true;
	code = paid_and_used(0);
	box.now.wall_s = 0;
	pass(50 * MINUTE, MINUTE);
	restart(true);
	/* Its account was the kernel's; it has an hour again. */
	pass(59 * MINUTE, MINUTE);
	assert_non_null(box_account(&box, 0));
	pass(2 * MINUTE, MINUTE);
	assert_null(box_account(&box, 0));
	/* What had ended before the power cut is not begun by it. */
	restart(true);
	pass(MINUTE, SECOND);
	assert_null(box_account(&box, 0));
	assert_true(box_spend(&box, 0, 100) > 399000);
	assert_true(is_known(code));
}

static void a_stranger_is_forgotten_with_its_row(void **state)
{
	int code = box_code(&box, 0);

	pass(MINUTE, SECOND);
	row_of(box.codes[code].code, 0);
	pass(7 * DAY - HOUR, HOUR);
	assert_true(is_known(code));
	pass(DAY, HOUR);
	assert_false(is_known(code));
	row_of(box.codes[code].code, -ENOENT);
	/* As anybody who is new. */
	assert_int_not_equal(box_code(&box, 0), code);
}

/* The books are kept, the device is not; the code is still worth a payment. */
static void the_spent_are_forgotten_but_for_the_books(void **state)
{
	struct ts_key key = box_key(1);
	struct ts_ledger_session row;
	int code = paid_and_used(0);

	assert_true(box_spend(&box, 0, 100) > 399000);
	pass(8 * DAY, HOUR);
	assert_false(is_known(code));
	row = row_of(box.codes[code].code, 0);
	assert_false(row.has_station);
	/* The last frame did not fit: that rest waits, too. */
	assert_true(row.paid && !row.closed);
	restart(false);
	assert_false(is_known(code));
	assert_true(box_pay(&box, 0, 5000 * GWEI, code));
	assert_true(box_view(&box, code).attached_wei == 505000 * GWEI);
	assert_int_equal(ts_billing_session_move(box.billing,
		box.codes[code].code, &key, &box.now), 0);
	box_flush(&box);
	box_flush(&box);
	assert_in_range(box_spend(&box, 1, 100), 5000, 5100);
	assert_true(box_view(&box, code).unspent_wei < 100 * GWEI);
}

/* M5, M11: value has no end. */
static void value_is_never_forgotten(void **state)
{
	int code = paid_and_used(0);

	pass(400 * DAY, 12 * HOUR);
	restart(false);
	pass(400 * DAY, 12 * HOUR);
	assert_true(is_known(code));
	assert_in_range(box_spend(&box, 0, 100), 399800, 400100);
}

/* M12: no date, a reboot each day; then eight days of being up are eight days. */
static void without_a_clock_reboots_count_up(void **state)
{
	int code = box_code(&box, 0), day;

	box.now.wall_s = 0;
	for (day = 0; day < 7; day++) {
		pass(DAY - HOUR, HOUR);
		restart(true);
		assert_true(is_known(code));
	}
	for (day = 0; day < 3 && is_known(code); day++) {
		pass(DAY - HOUR, HOUR);
		restart(true);
	}
	assert_false(is_known(code));
}

/* A station that is there is not forgotten, whatever else happens. */
static void who_is_seen_stays(void **state)
{
	int code = box_code(&box, 0), day;

	for (day = 0; day < 30; day++) {
		pass(DAY, 6 * HOUR);
		assert_int_equal(box_code(&box, 0), code);
		if (day % 7 == 3)
			restart(true);
	}
}

/* A ledger of version 1 goes on: its sessions as if they had just been seen. */
static void a_ledger_from_before(void **state)
{
	static const char back[] =
		"DROP INDEX sessions_open;"
		"ALTER TABLE sessions DROP COLUMN seen_s;"
		"ALTER TABLE sessions DROP COLUMN paid;"
		"ALTER TABLE sessions DROP COLUMN forgotten;"
		"ALTER TABLE sessions DROP COLUMN done_token;"
		"ALTER TABLE payments DROP COLUMN max_wei;"
		"ALTER TABLE channels DROP COLUMN refunded_wei;"
		"ALTER TABLE channels DROP COLUMN relayed_wei;"
		"ALTER TABLE channels DROP COLUMN relay_in_wei;"
		"ALTER TABLE channels DROP COLUMN relay_out_wei;"
		LEDGER_BACK_TO_6
		"ALTER TABLE channels DROP COLUMN restored;"
		"ALTER TABLE payments DROP COLUMN refunded_wei;"
		"ALTER TABLE payments DROP COLUMN mediated;"
		"ALTER TABLE payments DROP COLUMN locksroot;"
		"ALTER TABLE channels ADD COLUMN our_message BLOB NOT NULL DEFAULT x'';"
		"ALTER TABLE channels ADD COLUMN partner_message BLOB NOT NULL DEFAULT x'';"
		"CREATE INDEX sessions_open ON sessions (id) WHERE closed = 0;"
		"DELETE FROM meta WHERE key LIKE 'age%';"
		"DROP TABLE lives; DROP TABLE doubts; DROP TABLE mirrored; DROP TABLE reveals;"
		"DROP TABLE relays; DROP TABLE relay_own; DROP TABLE roam_orders; DROP TABLE visits;"
		"DROP TABLE revenues; DROP TABLE submissions;"
		"DROP TABLE transactions; DROP TABLE cursor;"
		"PRAGMA user_version = 1;";
	int code = paid_and_used(0), stranger = box_code(&box, 1);

	assert_int_equal(ts_billing_stop(box.billing, &box.now), 0);
	box_close(&box);
	ledger_dir_execute(&box.dir, back);
	/* It has been up for long already. */
	box_later(&box, 100 * DAY);
	assert_int_equal(box_open(&box), 0);
	box_flush(&box);
	assert_true(row_of(box.codes[code].code, 0).paid);
	assert_false(row_of(box.codes[stranger].code, 0).paid);
	pass(6 * DAY, HOUR);
	assert_true(is_known(stranger));
	pass(2 * DAY, HOUR);
	assert_false(is_known(stranger));
	assert_in_range(box_spend(&box, 0, 100), 399800, 400100);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, one_setup, one_teardown)
	const struct CMUnitTest tests[] = {
		T(the_slice_goes_back_then_the_account_ends),
		T(an_idle_payer_is_billed_nothing),
		T(a_station_that_comes_back_goes_on),
		T(a_page_or_a_payment_brings_it_back),
		T(a_restart_changes_nothing),
		T(a_reboot_ends_nothing_early_and_keeps_nothing),
		T(a_stranger_is_forgotten_with_its_row),
		T(the_spent_are_forgotten_but_for_the_books),
		T(value_is_never_forgotten),
		T(without_a_clock_reboots_count_up),
		T(who_is_seen_stays),
		T(a_ledger_from_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
