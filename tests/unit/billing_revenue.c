// SPDX-License-Identifier: GPL-2.0
/*
 * billing_revenue.c - what was charged is income of its day, to the unit, once, and of no
 * day while nobody knows which it is (M5, M12).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "billing_far.h"
#include "ledger/revenue.h"
#include "ledger_before.h"

#define DAY_S		86400
#define MIDNIGHT_S	((1800000000ull / DAY_S + 1) * DAY_S)

static struct ts_ledger_revenue rows[32];
static unsigned int n_rows;

static int keep(const struct ts_ledger_revenue *r, void *arg)
{
	assert_true(n_rows < 32);
	rows[n_rows++] = *r;
	return 0;
}

/* What is counted in memory is what the rows are together, at any time. */
static void check_totals(void)
{
	ts_u128 sum[TS_REVENUE_COUNT] = { };
	struct ts_totals_view totals;
	unsigned int i;

	for (i = 0; i < n_rows; i++)
		sum[rows[i].kind] += rows[i].wei;
	ts_billing_totals(box.billing, &totals);
	for (i = 0; i < TS_REVENUE_COUNT; i++)
		assert_true(totals.earned_wei[0][i] == sum[i]);
}

/* What is shown; in order, each but once. */
static void look(void)
{
	unsigned int i;

	n_rows = 0;
	assert_int_equal(ts_billing_revenue_each(box.billing, keep, NULL), 0);
	check_totals();
	for (i = 1; i < n_rows; i++)
		assert_true(rows[i - 1].day < rows[i].day ||
			    (rows[i - 1].day == rows[i].day &&
			     rows[i - 1].kind < rows[i].kind));
}

static ts_u128 of(uint64_t day, enum ts_revenue kind)
{
	unsigned int i;

	look();
	for (i = 0; i < n_rows; i++)
		if (rows[i].day == day && rows[i].kind == kind)
			return rows[i].wei;
	return 0;
}

static void clock_says(uint64_t wall_s)
{
	box.now.wall_s = wall_s;
	box.now.boot_ns += SECOND;
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
}

/* Frames of exactly so many bytes in all. */
static void use(unsigned int station, uint32_t bytes)
{
	for (; bytes; bytes -= 1000) {
		if (!box_frame(&box, station, 1000, TS_DIR_DOWN)) {
			box_events(&box);
			box_flush(&box);
			assert_true(box_frame(&box, station, 1000, TS_DIR_DOWN));
		}
	}
	box_events(&box);
	box_flush(&box);
}

/* A byte costs so much, but for how it is scaled: less than a part in four thousand. */
static void assert_bytes(ts_u128 wei, uint32_t bytes)
{
	assert_in_range(wei, bytes * GWEI - bytes * GWEI / 4000, bytes * GWEI);
}

static void each_day_has_its_own(void **state)
{
	const uint64_t day = MIDNIGHT_S / DAY_S;
	ts_u128 before;

	clock_says(MIDNIGHT_S - 100);
	assert_true(box_pay(&box, PARTNER, 900000 * GWEI, box_code(&box, 0)));
	look();
	/* Paid is no income. */
	assert_int_equal(n_rows, 0);
	use(0, 250000);
	clock_says(MIDNIGHT_S - 50);
	/* Shown at once, booked within the hour. */
	assert_bytes(of(day - 1, TS_REVENUE_ACCESS), 250000);
	use(0, 3000);
	clock_says(MIDNIGHT_S);
	use(0, 5000);
	clock_says(MIDNIGHT_S + 5);
	assert_bytes(of(day - 1, TS_REVENUE_ACCESS), 253000);
	assert_bytes(of(day, TS_REVENUE_ACCESS), 5000);
	/* A day later, and the account ends. */
	use(0, 7000);
	clock_says(MIDNIGHT_S + DAY_S);
	use(0, 11000);
	assert_int_equal(ts_billing_session_close(box.billing,
		box.codes[box_code(&box, 0)].code, &box.now), 0);
	box_flush(&box);
	assert_bytes(of(day, TS_REVENUE_ACCESS), 12000);
	assert_bytes(of(day + 1, TS_REVENUE_ACCESS), 11000);
	/* It is what was consumed, to the unit. */
	before = of(day - 1, TS_REVENUE_ACCESS) + of(day, TS_REVENUE_ACCESS) +
		 of(day + 1, TS_REVENUE_ACCESS);
	assert_true(before == far_total().consumed_wei);
	far_restart(true);
	look();
	assert_int_equal(n_rows, 3);
	assert_true(before == rows[0].wei + rows[1].wei + rows[2].wei);
}

/* Also when the batch that begins before midnight is committed after it. */
static void each_day_has_its_own_in_one_batch(void **state)
{
	const uint64_t day = MIDNIGHT_S / DAY_S;
	struct ts_key key = box_key(0);

	clock_says(MIDNIGHT_S - 100);
	assert_true(box_pay(&box, PARTNER, 900000 * GWEI, box_code(&box, 0)));
	box.config.commit_window_ms = 250;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	use(0, 3000);
	clock_says(MIDNIGHT_S);
	assert_true(ts_ledger_in_batch(box.ledger));
	assert_true(box_frame(&box, 0, 2000, TS_DIR_DOWN));
	assert_int_equal(ts_billing_station_gone(box.billing, &key, &box.now), 0);
	clock_says(MIDNIGHT_S + 1);
	assert_false(ts_ledger_in_batch(box.ledger));
	assert_bytes(of(day - 1, TS_REVENUE_ACCESS), 3000);
	assert_bytes(of(day, TS_REVENUE_ACCESS), 2000);
}

/* M12: while the clock is not to be trusted it is of no day, and later of none before. */
static void of_no_day_without_a_clock(void **state)
{
	const uint64_t day = MIDNIGHT_S / DAY_S;

	clock_says(0);
	assert_int_equal(ts_billing_day(box.billing), 0);
	assert_true(box_pay(&box, PARTNER, 900000 * GWEI, box_code(&box, 0)));
	use(0, 40000);
	clock_says(MIDNIGHT_S);
	assert_int_equal(ts_billing_day(box.billing), day);
	use(0, 2000);
	assert_bytes(of(0, TS_REVENUE_ACCESS), 40000);
	clock_says(MIDNIGHT_S + 1);
	assert_bytes(of(day, TS_REVENUE_ACCESS), 2000);
	/* It goes back: what was said once stays said. */
	clock_says(MIDNIGHT_S - 5 * DAY_S);
	use(0, 3000);
	clock_says(MIDNIGHT_S - 5 * DAY_S);
	assert_bytes(of(day, TS_REVENUE_ACCESS), 5000);
	clock_says(0);
	use(0, 1000);
	clock_says(0);
	assert_bytes(of(0, TS_REVENUE_ACCESS), 41000);
	look();
	assert_int_equal(n_rows, 2);
}

/* What passed unseen is charged to its payer, and so is income; else neither. */
static void what_passed_unseen(void **state)
{
	const uint64_t day = 1800000000ull / DAY_S;

	assert_true(box_pay(&box, PARTNER, 900000 * GWEI, box_code(&box, 0)));
	use(0, 20000);
	far_restart(true);
	box_events(&box);
	box_flush(&box);
	assert_true(far_total().consumed_wei > 20000 * GWEI);
	assert_true(of(day, TS_REVENUE_ACCESS) == far_total().consumed_wei);
}

/* As the last hop all of the fee is ours, when the value of the lock was paid. */
static void begin_hop(void)
{
	struct ts_channel_view view;

	box.config.forward = true;
	box.config.tokens[0].forward_fee_wei = 3;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	assert_int_equal(ts_billing_channel_view(box.billing,
		ts_signer_address(far_key(TARGET)), NULL, &view), 0);
	view.channel.our_deposit_wei = 1000000;
	assert_int_equal(ts_billing_channel_import(box.billing, &view.channel, false,
						   &box.now), 0);
	far[TARGET].life.channel.partner_deposit_wei = 1000000;
}

static void again(void)
{
	box_later(&box, 7 * SECOND);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	far_pump();
}

/* Invariant 3: killed at each step, each fee is booked once. */
static void fees_killed_at_each_step(void **state)
{
	const uint64_t day = 1800000000ull / DAY_S;
	unsigned int k, crashes = 0, hops = 0;
	struct ts_datagram d;
	bool dead = true;

	begin_hop();
	for (k = 1; dead; k++) {
		memset(&far_secret, (int)k, sizeof(far_secret));
		box.n_messages = far_delivered = 0;
		far_offer(TARGET, 500, 10);
		far_pump();
		d = far_reveal(PAYER, "");
		far_hear(TARGET, &d);
		fault.at = fault.touches + k;
		fault.kind = FAULT_DIE;
		far_pump();
		dead = fault.dead;
		crashes += dead;
		far_restart(k % 2);
		again();
		again();
		hops++;
		assert_int_equal(far[PARTNER].life.our_locks.count, 0);
		assert_true(of(day, TS_REVENUE_FEES) == 10 * hops);
		assert_int_equal(ts_ledger_check(box.ledger, 0, far_say_fault, NULL), 0);
	}
	assert_true(crashes > 8);
	assert_true(far_total().paid_wei == 0);
}

/* A lock that is for us has no fee of ours, whatever its payer thinks of hops. */
static void what_is_for_us_is_no_fee(void **state)
{
	struct ts_datagram d;

	far_offer(BOX_WALLETS, 5000 * GWEI, 7);
	far_pump();
	d = far_reveal(PAYER, "");
	far_give(d.b, d.len);
	far_pump();
	assert_true(far_total().paid_wei == 5000 * GWEI);
	look();
	assert_int_equal(n_rows, 0);
}

/* What is in the way of a batch is in the way of its revenue. */
static void a_failed_commit_books_nothing(void **state)
{
	const uint64_t day = 1800000000ull / DAY_S;

	box.quiet = true;
	assert_true(box_pay(&box, PARTNER, 900000 * GWEI, box_code(&box, 0)));
	use(0, 20000);
	fault.at = fault.touches + 1;
	fault.kind = FAULT_FULL;
	clock_says(MIDNIGHT_S);
	fault_reset();
	assert_bytes(of(day, TS_REVENUE_ACCESS) + of(MIDNIGHT_S / DAY_S,
						     TS_REVENUE_ACCESS), 20000);
	far_restart(false);
	assert_bytes(of(day, TS_REVENUE_ACCESS) + of(MIDNIGHT_S / DAY_S,
						     TS_REVENUE_ACCESS), 20000);
	assert_int_equal(ts_ledger_check(box.ledger, 0, far_say_fault, NULL), 0);
}

/* One of before, which had charges by the hour: they are of the days of these. */
static void a_ledger_from_before(void **state)
{
	static const char back[] =
		"DROP TABLE relays; DROP TABLE relay_own; DROP TABLE revenues;"
		"DROP TABLE roam_orders; DROP TABLE visits;"
		"ALTER TABLE channels DROP COLUMN relay_in_wei;"
		"ALTER TABLE channels DROP COLUMN relay_out_wei;"
		LEDGER_BACK_TO_6
		"PRAGMA user_version = 5;";
	const uint64_t day = MIDNIGHT_S / DAY_S;
	ts_u128 all_wei;

	clock_says(MIDNIGHT_S - 100);
	assert_true(box_pay(&box, PARTNER, 900000 * GWEI, box_code(&box, 0)));
	use(0, 30000);
	clock_says(MIDNIGHT_S - 2);
	clock_says(MIDNIGHT_S + 3600);
	use(0, 6000);
	/* Some of it passed unseen. */
	far_restart(true);
	assert_bytes(of(day - 1, TS_REVENUE_ACCESS), 30000);
	assert_int_equal(ts_billing_stop(box.billing, &box.now), 0);
	all_wei = of(day - 1, TS_REVENUE_ACCESS) + of(day, TS_REVENUE_ACCESS);
	assert_true(all_wei == far_total().consumed_wei);
	box_close(&box);
	ledger_dir_execute(&box.dir, back);
	assert_int_equal(box_open(&box), 0);
	/* The hours were those of the booking; of what was unseen there is none. */
	assert_bytes(of(day - 1, TS_REVENUE_ACCESS), 30000);
	assert_true(of(0, TS_REVENUE_ACCESS) > 0);
	assert_true(of(0, TS_REVENUE_ACCESS) + of(day - 1, TS_REVENUE_ACCESS) +
		    of(day, TS_REVENUE_ACCESS) == all_wei);
	assert_int_equal(ts_ledger_check(box.ledger, 0, far_say_fault, NULL), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, far_setup, far_teardown)
	const struct CMUnitTest tests[] = {
		T(each_day_has_its_own),
		T(each_day_has_its_own_in_one_batch),
		T(of_no_day_without_a_clock),
		T(what_passed_unseen),
		T(fees_killed_at_each_step),
		T(what_is_for_us_is_no_fee),
		T(a_failed_commit_books_nothing),
		T(a_ledger_from_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
