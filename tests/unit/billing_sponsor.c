// SPDX-License-Identifier: GPL-2.0
/*
 * billing_sponsor.c - stations that a wallet pays for by its signature: so much and no more
 * (M6, M7, M15), killed at any touch.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "billing/price.h"
#include "billing_box_parts.h"
#include "billing_word.h"

static void it_needs_no_login_and_ends_at_the_limit(void **state)
{
	uint64_t most = word_bytes(WORD_LIMIT);
	char code[TS_CODE_SIZE];
	struct ts_key key = box_key(1);

	word_sponsor(1, WORD_LIMIT);
	assert_int_equal(ts_billing_station_find(box.billing, &key, code), -ENOENT);
	/* Its first frame makes a session, and the frames after it pass. */
	assert_int_equal(word_spend_all(1), most);
	assert_int_equal(ts_billing_station_find(box.billing, &key, code), 0);
	assert_false(box_frame(&box, 1, 1, TS_DIR_UP));
	assert_in_range(WORD_LIMIT - word_shown(1).view.spent_wei, 0, GWEI);
	far_restart(false);
	assert_int_equal(word_spend_all(1), 0);
	word_after(2 * SECOND);
	assert_int_equal(word_spend_all(1), 0);
	/* The rest is the wallet's, to the last byte. */
	assert_in_range(word_spend_all(0) + most, word_bytes(WORD_POOL) - 1, word_bytes(WORD_POOL));
	assert_int_equal(word_spend_all(1), 0);
}

static void its_share_is_shown(void **state)
{
	int code = word_lend(1, WORD_LIMIT);
	struct ts_session_view view = box_view(&box, code);

	assert_true(view.state == TS_SESSION_PAID);
	assert_true(view.sponsored_wei == WORD_LIMIT);
	assert_true(view.unspent_wei == WORD_LIMIT);
	assert_true(box_frame(&box, 1, 10000, TS_DIR_DOWN));
	view = box_view(&box, code);
	assert_in_range(view.sponsored_wei, 990000 * GWEI - GWEI, 990000 * GWEI + GWEI);
	/* What is set aside for it the lender's own session has not. */
	view = box_view(&box, word_lender);
	assert_true(view.sponsored_wei == 0);
	assert_true(view.unspent_wei < WORD_POOL - 10000 * GWEI);
	assert_in_range(word_shown(1).view.spent_wei, 10000 * GWEI - GWEI, 10000 * GWEI + GWEI);
	assert_int_equal(word_shown(2).count, 0);
}

/* Anybody may ask what a wallet's stations spent: that costs those accounts, not all. */
static void who_asks_makes_little_work(void **state)
{
	unsigned int reads;

	word_lend(1, WORD_LIMIT);
	assert_true(word_passes(1));
	assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	assert_true(box_pay(&box, TARGET, WORD_LIMIT, box_code(&box, 2)));
	assert_true(box_frame(&box, 2, 1000, TS_DIR_DOWN));
	reads = box.n_reads;
	assert_int_equal(word_shown(1).count, 1);
	assert_int_equal(box.n_reads - reads, 1);
}

/* One pool, and to each its own limit. */
static void two_stations_share_the_pool_and_no_limit(void **state)
{
	uint64_t one, two;

	word_lend(1, WORD_LIMIT);
	word_lend(2, 3 * WORD_LIMIT);
	one = word_spend_all(1);
	assert_int_equal(one, word_bytes(WORD_LIMIT));
	two = word_spend_all(2);
	assert_int_equal(two, word_bytes(3 * WORD_LIMIT));
	/* A new limit does not bring value: one limit is left in the pool. */
	word_after(2 * SECOND);
	word_lend(1, 3 * WORD_LIMIT);
	one = word_spend_all(1);
	/* The lender's own session has set aside some slices of it. */
	assert_in_range(one, word_bytes(WORD_LIMIT) / 2, word_bytes(WORD_LIMIT));
	word_after(2 * SECOND);
	/* Of each word less than a byte was left. */
	assert_in_range(one + word_spend_all(0), word_bytes(WORD_LIMIT) - 3, word_bytes(WORD_LIMIT) + 3);
	assert_int_equal(word_spend_all(1) + word_spend_all(2), 0);
}

/* M15: in whatever zone or VLAN somebody shows that MAC, it is one limit. */
static void copies_of_its_mac_share_its_limit(void **state)
{
	struct ts_meter_event ev = { .type = TS_EVENT_STRANGER };
	struct ts_session_view view;
	char code[TS_CODE_SIZE];
	unsigned int i, made = 0;

	word_lend(1, WORD_LIMIT);
	assert_true(box_frame(&box, 1, 1000, TS_DIR_DOWN));
	for (i = 0; i < 20; i++) {
		ev.key = box_key(1);
		ev.key.zone = 100 + i;
		ts_billing_meter_event(box.billing, &ev, &box.now);
		box_flush(&box);
		made += !ts_billing_station_find(box.billing, &ev.key, code);
	}
	assert_int_equal(made, 7);
	/* What all of them hold in the kernel, and what passed, is within it. */
	word_after(2 * SECOND);
	ev.key.zone = 100;
	assert_int_equal(ts_billing_station_find(box.billing, &ev.key, code), 0);
	assert_int_equal(ts_billing_session_view(box.billing, code, &view), 0);
	assert_true(view.unspent_wei <= WORD_LIMIT);
	box_verify(&box);
}

static void its_own_money_is_spent_first(void **state)
{
	int code = box_code(&box, 1);
	unsigned int i;

	assert_true(box_pay(&box, TARGET, WORD_LIMIT, code));
	word_lend(1, WORD_LIMIT);
	for (i = 0; i < 900; i++) {
		assert_true(box_frame(&box, 1, 1000, TS_DIR_DOWN) ||
			    box_spend(&box, 1, 1000));
		box_events(&box);
		box_flush(&box);
	}
	assert_true(word_shown(1).view.spent_wei == 0);
	assert_in_range(box_view(&box, code).unspent_wei, 1099000 * GWEI, 1101000 * GWEI);
	assert_in_range(box_view(&box, code).sponsored_wei, WORD_LIMIT, WORD_LIMIT);
	assert_in_range(box_spend(&box, 1, 1000), 1098000, 1100000);
}

/* M6: what another wallet paid for the very session that lends is nobody's to lend. */
static void nobody_else_pays(void **state)
{
	assert_true(box_pay(&box, TARGET, WORD_POOL, word_lender));
	word_lend(1, 20 * WORD_LIMIT);
	assert_in_range(word_spend_all(1), word_bytes(WORD_LIMIT), word_bytes(WORD_POOL));
	word_after(2 * SECOND);
	assert_in_range(word_spend_all(0), word_bytes(WORD_POOL), word_bytes(2 * WORD_POOL));
	assert_int_equal(word_spend_all(1), 0);
}

/* M7: at a price above the signed one nothing is granted. */
static void not_above_the_signed_price(void **state)
{
	struct ts_sponsor said = word_good(1, WORD_LIMIT);
	struct ts_ledger_tariff t = box_view(&box, word_lender).tariff;
	ts_u128 price = ts_price_wei_per_gb(t.price[TS_CLASS_INTERNET][TS_DIR_DOWN],
					    t.unit_shift);

	box_code(&box, 1);
	said.most_wei_per_gb = price - 1;
	assert_null(word_give_good(&said));
	assert_int_equal(box_spend(&box, 1, 100), 0);
	said = word_good(1, WORD_LIMIT);
	said.most_wei_per_gb = price;
	assert_null(word_give_good(&said));
	box.codes[box_code(&box, 1)].acked_wei += WORD_LIMIT;
	assert_int_equal(word_spend_all(1), word_bytes(WORD_LIMIT));
}

/* --- crashes --------------------------------------------------------------- */

/* Killed at every touch while its station spends: at most the limit, and the end holds. */
static void killed_at_any_touch(bool power_cut)
{
	uint64_t passed, most = word_bytes(WORD_LIMIT);
	unsigned int k;
	bool dead = true;

	box.quiet = true;
	for (k = 1; dead; k += 1) {
		assert_true(box_pay(&box, PARTNER, 2 * WORD_LIMIT, word_lender));
		word_lend(1, WORD_LIMIT);
		passed = box_frame(&box, 1, 1000, TS_DIR_DOWN) ? 1000 : 0;
		fault.at = fault.touches + k;
		fault.kind = FAULT_DIE;
		passed += box_spend(&box, 1, 5000);
		word_after(2 * SECOND);
		dead = fault.dead;
		far_restart(power_cut);
		passed += box_spend(&box, 1, 1000);
		passed += box_spend(&box, 1, 1);
		assert_in_range(passed, power_cut ? 0 : most, most);
		box_verify(&box);
		word_sponsor(1, 0);
		word_after(2 * SECOND);
		assert_int_equal(box_spend(&box, 1, 60), 0);
		box_verify(&box);
	}
	assert_in_range(k, 20, 10000);
}

static void killed_at_any_touch_it_is_the_limit(void **state)
{
	killed_at_any_touch(false);
}

static void nor_after_a_power_cut_is_it_more(void **state)
{
	killed_at_any_touch(true);
}

/* Ended, or not begun to end: and with a crash never begun again by what was sent before. */
static void killed_while_it_ends(void **state)
{
	uint8_t bytes[TS_SPONSOR_BYTES], end[TS_SPONSOR_BYTES];
	struct ts_sponsor said;
	bool dead = true, done;
	unsigned int k;

	box.quiet = true;
	word_lend(1, 0);
	for (k = 1; dead; k++) {
		said = word_good(1, WORD_LIMIT);
		ts_sponsor_sign(&said, box.wallets[PARTNER].key, bytes);
		assert_null(word_give(bytes, sizeof(bytes)));
		box.codes[box_code(&box, 1)].acked_wei += WORD_LIMIT;
		assert_true(box_spend(&box, 1, 1000) || true);
		said = word_good(1, 0);
		ts_sponsor_sign(&said, box.wallets[PARTNER].key, end);
		fault.at = fault.touches + k;
		fault.kind = FAULT_DIE;
		done = !word_give(end, sizeof(end));
		dead = fault.dead;
		far_restart(false);
		if (done)
			word_refused(word_give(bytes, sizeof(bytes)), "old_serial");
		assert_null(word_give(end, sizeof(end)));
		word_refused(word_give(bytes, sizeof(bytes)), "old_serial");
		word_after(2 * SECOND);
		assert_int_equal(word_shown(1).count, 0);
		assert_int_equal(box_spend(&box, 1, 60), 0);
		box_verify(&box);
		assert_true(box_pay(&box, PARTNER, 2 * WORD_LIMIT, word_lender));
	}
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, word_setup, far_teardown)
	const struct CMUnitTest tests[] = {
		T(it_needs_no_login_and_ends_at_the_limit),
		T(its_share_is_shown),
		T(who_asks_makes_little_work),
		T(two_stations_share_the_pool_and_no_limit),
		T(copies_of_its_mac_share_its_limit),
		T(its_own_money_is_spent_first),
		T(nobody_else_pays),
		T(not_above_the_signed_price),
		T(killed_at_any_touch_it_is_the_limit),
		T(nor_after_a_power_cut_is_it_more),
		T(killed_while_it_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
