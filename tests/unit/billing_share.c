// SPDX-License-Identifier: GPL-2.0
/*
 * billing_share.c - what was earned is split to the unit, nothing else is, and no unit is
 * made or lost by it, whatever is done in which order (M5).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ledger/revenue.h"
#include "share_books.h"

#define DAY_S		86400
#define MIDNIGHT_S	((1800000000ull / DAY_S + 1) * DAY_S)

static uint64_t seed = 77;

static uint32_t roll(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 11) % n;
}

static void clock_says(uint64_t wall_s)
{
	box.now.wall_s = wall_s;
	box.now.boot_ns += SECOND;
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
}

static ts_u128 random_wei(void)
{
	static const unsigned int bits[] = { 1, 4, 10, 20, 60, 90, 118 };
	ts_u128 wei = ((ts_u128)roll(UINT32_MAX) << 96) ^ ((ts_u128)roll(UINT32_MAX) << 64) ^
		      ((ts_u128)roll(UINT32_MAX) << 32) ^ roll(UINT32_MAX);

	return wei >> (128 - bits[roll(7)]);
}

/* It does not matter into what an amount is cut: the sum is the whole units of it all. */
static void parts_are_exact(void **state)
{
	uint32_t per_mille, rest;
	ts_u128 all_wei, got_wei, part_wei, wei;
	unsigned int i, n;

	for (i = 0; i < 2000; i++) {
		per_mille = i < 1001 ? i : roll(1001);
		all_wei = got_wei = rest = 0;
		for (n = 1 + roll(40); n; n--) {
			wei = random_wei();
			part_wei = ts_ledger_share_part(wei, per_mille, &rest);
			assert_true(part_wei <= wei || (part_wei == wei + 1 && rest < 999));
			assert_in_range(rest, 0, 999);
			all_wei += wei;
			got_wei += part_wei;
			assert_true(got_wei == all_wei / 1000 * per_mille +
					       all_wei % 1000 * per_mille / 1000);
		}
	}
	/* The largest that there is. */
	rest = 999;
	assert_true(ts_ledger_share_part(TS_U128_MAX, 1000, &rest) == TS_U128_MAX);
	assert_int_equal(rest, 999);
}

/* M5: what was paid and is not consumed is nobody's but its payer's. */
static void only_what_was_charged_is_split(void **state)
{
	ts_u128 income;

	share_give(ANNA, 300);
	share_give_cold("coop", 0xc0, 33);
	share_reload();
	assert_true(box_pay(&box, PARTNER, 900000 * GWEI, box_code(&box, 0)));
	share_split();
	assert_true(share_split_wei() == 0);
	share_use(250000);
	share_split();
	income = share_income_wei();
	assert_in_range(income, 249900 * GWEI, 250000 * GWEI);
	assert_true(share_split_wei() == income);
	assert_true(share_of_wallet(ANNA).allotted_wei == income * 300 / 1000);
	assert_true(share_of_box().allotted_wei + share_of_wallet(ANNA).allotted_wei +
		    income * 33 / 1000 == income);
	/* Again changes nothing, and the rest can go back to the last unit. */
	share_split();
	assert_true(share_split_wei() == income);
	assert_int_equal(ts_billing_refund(box.billing, ts_signer_address(far_key(PARTNER)),
					   NULL, TS_U128_MAX, 0), 0);
	box_flush(&box);
	share_split();
	assert_true(share_split_wei() + far_total().refunded_wei == 900000 * GWEI);
	assert_true(share_split_wei() == far_total().consumed_wei);
}

/* What a day's costs are above its income, the days after it make up first. */
static void a_loss_is_made_up_first(void **state)
{
	ts_u128 before;

	share_give(ANNA, 500);
	share_reload();
	assert_true(box_pay(&box, PARTNER, 900000 * GWEI, box_code(&box, 0)));
	share_use(20000);
	share_split();
	before = share_of_wallet(ANNA).allotted_wei;
	share_upstream(30000 * GWEI);
	share_use(10000);
	share_split();
	assert_true(share_of_wallet(ANNA).allotted_wei == before);
	share_use(20000);
	share_split();
	assert_true(share_of_wallet(ANNA).allotted_wei == before);
	share_use(7000);
	share_split();
	assert_true(share_split_wei() == share_income_wei());
	assert_true(share_of_wallet(ANNA).allotted_wei > before);
	assert_true(share_of_wallet(ANNA).allotted_wei == share_income_wei() / 2);
}

static ts_u128 days_wei[3];

static int add_day(const struct ts_ledger_share_day *d, void *arg)
{
	uint64_t at = d->day - (MIDNIGHT_S / DAY_S - 1);

	if (ts_address_equal(&d->holder, ts_signer_address(far_key(ANNA)))) {
		assert_in_range(at, 0, 2);
		days_wei[at] += d->wei;
	}
	return 0;
}

/* By itself at the end of each day; what was earned before is the box's own. */
static void each_day_is_split(void **state)
{
	ts_u128 income, before;

	clock_says(MIDNIGHT_S - 100);
	assert_true(box_pay(&box, PARTNER, 900000 * GWEI, box_code(&box, 0)));
	share_use(50000);
	share_give(ANNA, 250);
	share_reload();
	before = share_of_box().allotted_wei;
	assert_true(before == share_income_wei() && before > 49000 * GWEI);
	share_use(20000);
	clock_says(MIDNIGHT_S);
	share_use(8000);
	/* A killed daemon loses none of it. */
	far_restart(false);
	clock_says(MIDNIGHT_S + DAY_S);
	income = share_income_wei() - before;
	assert_in_range(income, 27900 * GWEI, 28000 * GWEI);
	memset(days_wei, 0, sizeof(days_wei));
	assert_int_equal(ts_billing_share_day_each(box.billing, add_day, NULL), 0);
	assert_true(days_wei[0] + days_wei[1] == income / 4);
	assert_in_range(days_wei[0], 4990 * GWEI, 5000 * GWEI);
}

/* Shares change: what was earned before them is split by those before, and a unit that was
 * half somebody's stays so. */
static void other_shares_hold_from_then_on(void **state)
{
	ts_u128 first, second, third;

	share_give(ANNA, 333);
	share_reload();
	assert_true(box_pay(&box, PARTNER, 900000 * GWEI, box_code(&box, 0)));
	share_use(10000);
	box.config.shares[0].per_mille = 1;
	share_give(BEN, 999);
	share_reload();
	first = share_income_wei();
	assert_true(share_of_wallet(ANNA).allotted_wei == first * 333 / 1000);
	assert_true(share_of_wallet(BEN).allotted_wei == 0);
	share_use(10000);
	/* The daemon starts with others: the rows know which were in force. */
	share_split();
	second = share_income_wei() - first;
	box.config.shares[0] = box.config.shares[1];
	box.config.shares[0].per_mille = 600;
	box.config.n_shares = 1;
	far_restart(false);
	share_use(10000);
	share_split();
	third = share_income_wei() - first - second;
	assert_true(share_of_wallet(ANNA).allotted_wei ==
		    (first * 333 + second) / 1000);
	assert_true(share_of_wallet(BEN).allotted_wei ==
		    (second * 999 + third * 600) / 1000);
	assert_int_equal(share_of_wallet(ANNA).per_mille, 0);
	assert_int_equal(share_of_box().per_mille, 400);
	assert_true(share_split_wei() == first + second + third);
}

/* --- anything in any order ------------------------------------------------- */

/**
 * struct oracle - what each holder has to have by the shares that were in force
 * @split_wei: when it was looked last
 * @mille: thousandths of units, in all, of each wallet
 * @per_mille: in force when it was looked last
 */
struct oracle {
	ts_u128 split_wei;
	ts_u128 mille[BOX_WALLETS];
	uint32_t per_mille[BOX_WALLETS];
};

static void compare(struct oracle *o)
{
	ts_u128 grown = share_split_wei() - o->split_wei;
	struct ts_ledger_share row;
	unsigned int i;

	for (i = 0; i < BOX_WALLETS; i++) {
		row = share_of_wallet(i);
		o->mille[i] += grown * o->per_mille[i];
		assert_true(row.allotted_wei * 1000 + row.rest_mille == o->mille[i]);
		o->per_mille[i] = row.per_mille;
	}
	o->split_wei += grown;
	assert_int_equal(ts_ledger_check(box.ledger, 0, far_say_fault, NULL), 0);
}

static void other_shares(void)
{
	struct ts_billing_config old = box.config;
	uint32_t left = 1000, per_mille;
	unsigned int i;

	box.config.n_shares = 0;
	for (i = 0; i < BOX_WALLETS; i++) {
		per_mille = roll(3) ? roll(left < 400 ? left : 400) : 0;
		left -= per_mille;
		if (per_mille)
			share_give(i, per_mille);
	}
	if (ts_billing_reload(box.billing, &box.config, &box.now) && !fault.dead)
		box.config = old;
	box_flush(&box);
}

static void step(void)
{
	unsigned int frames = roll(60);

	switch (roll(6)) {
	case 0 ... 2:
		while (frames-- && !fault.dead)
			if (!box_frame(&box, 0, 60 + roll(1400), TS_DIR_DOWN)) {
				box_events(&box);
				box_flush(&box);
			}
		break;
	case 3:
		if (!ts_billing_shares_split(box.billing, &box.now))
			box_flush(&box);
		break;
	case 4:
		clock_says(box.now.wall_s + roll(3) * DAY_S / 2);
		break;
	case 5:
		other_shares();
		break;
	}
}

/* Invariant 3: split conserves, over any sequence of what happens, killed at any touch. */
static void every_unit_is_somebodys(void **state)
{
	struct oracle oracle = { };
	unsigned int i, kills = 0;

	box.config.commit_window_ms = 20;
	for (i = 0; i < 900; i++) {
		if (i % 60 == 0) {
			fault.kind = FAULT_NONE;
			box_pay(&box, PARTNER, 300000 * GWEI, box_code(&box, 0));
			box_later(&box, 30000000);
			box_flush(&box);
			assert_false(box.wallets[PARTNER].waiting);
		}
		if (fault.kind == FAULT_NONE && roll(4) == 0) {
			fault.at = fault.touches + 1 + roll(40);
			fault.kind = FAULT_DIE;
		}
		step();
		if (fault.dead) {
			kills++;
			box.quiet = true;
			far_restart(roll(3) == 0);
			box_flush(&box);
		}
		if (!ts_ledger_in_batch(box.ledger))
			compare(&oracle);
	}
	assert_in_range(kills, 20, 900);
	fault_reset();
	share_split();
	compare(&oracle);
	assert_true(share_split_wei() == share_income_wei());
	assert_true(share_split_wei() > 0);
}

/* --- lies ------------------------------------------------------------------ */

static void note_fault(const char *text, void *arg)
{
	if (!strncmp(text, "shares", 6))
		++*(unsigned int *)arg;
}

/* The check sees what no code of ours writes. */
static void the_check_sees(void **state)
{
	static const char *const lies[] = {
		"UPDATE shares SET rest_mille = 0, allotted_wei ="
		" x'00000000000000ffffffffffffffffff'",
		"UPDATE share_days SET wei = x'00000000000000000000000000000001'",
		"UPDATE shares SET per_mille = 1 WHERE per_mille = 300",
		"UPDATE shares SET paid_wei = x'00000000000000000000000000000001'"
		" WHERE name = 'wallet 0'",
	};
	unsigned int i, found;
	char back[200];

	share_give(ANNA, 300);
	share_reload();
	assert_true(box_pay(&box, PARTNER, 900000 * GWEI, box_code(&box, 0)));
	share_use(10000);
	share_split();
	assert_int_equal(ts_billing_stop(box.billing, &box.now), 0);
	box_close(&box);
	snprintf(back, sizeof(back), "%s-kept", box.dir.path);
	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		ledger_dir_execute(&box.dir, "CREATE TABLE k1 AS SELECT * FROM shares;"
				   "CREATE TABLE k2 AS SELECT * FROM share_days");
		ledger_dir_execute(&box.dir, lies[i]);
		box.ledger = ledger_dir_open(&box.dir, TS_LEDGER_READ_ONLY);
		found = 0;
		assert_true(ts_ledger_check(box.ledger, 0, note_fault, &found) > 0);
		if (!found)
			fail_msg("not seen: %s", lies[i]);
		ts_ledger_close(box.ledger);
		ledger_dir_execute(&box.dir, "DELETE FROM share_days; DELETE FROM shares;"
				   "INSERT INTO shares SELECT * FROM k1;"
				   "INSERT INTO share_days SELECT * FROM k2;"
				   "DROP TABLE k1; DROP TABLE k2");
	}
	assert_int_equal(box_open(&box), 0);
}

/* What makes no sense is refused before it does harm. */
static void bad_shares_are_refused(void **state)
{
	struct ts_billing_config good = box.config;

	share_give(ANNA, 600);
	share_give(BEN, 401);
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), -EINVAL);
	box.config.shares[1].per_mille = 0;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), -EINVAL);
	box.config.shares[1].per_mille = 400;
	box.config.shares[1].address = box.config.shares[0].address;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), -EINVAL);
	box.config.shares[1].address = box.config.our_address;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), -EINVAL);
	memset(&box.config.shares[1].address, 0, sizeof(struct ts_address));
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), -EINVAL);
	/* Sums that wrap around do not help. */
	box.config = good;
	share_give(ANNA, 600);
	share_give(BEN, UINT32_MAX - 100);
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), -EINVAL);
	box.config = good;
	assert_true(share_split_wei() == 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, far_setup, far_teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_are_exact),
		T(only_what_was_charged_is_split),
		T(a_loss_is_made_up_first),
		T(each_day_is_split),
		T(other_shares_hold_from_then_on),
		T(every_unit_is_somebodys),
		T(the_check_sees),
		T(bad_shares_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
