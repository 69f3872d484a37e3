// SPDX-License-Identifier: GPL-2.0
/*
 * billing_roam_failure.c - disks that fail, boxes that do not hear each other, and boxes
 * that die at any moment, while a wallet roams (M14, M10).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "roam_town.h"

/* Nothing leaves before its commit, and nothing after one that failed (M10). */
static void a_disk_that_fails_sells_nothing(void **state)
{
	struct ts_claim claim = { .tariff_id = 1, .amount_wei = 1000 * GWEI };
	struct ts_order order = town_order(HOST, GUEST);
	struct box *home = &town.box[HOME];
	uint8_t bytes[TS_CLAIM_BYTES];
	unsigned int messages;

	ts_order_sign(&order, home->wallets[WALLET].key, claim.order_bytes);
	ts_claim_sign(&claim, town.box[HOST].key, bytes);
	messages = home->n_messages;
	fault.kind = FAULT_SYNC;
	fault.failed = false;
	fault.at = fault.touches + 1;
	ts_billing_claim(home->billing, bytes, sizeof(bytes), ROAM_REPLY, &home->now);
	box_flush(home);
	fault.kind = FAULT_NONE;
	assert_non_null(ts_billing_read_only(home->billing));
	assert_int_equal(home->refusals, 1);
	assert_int_equal(home->n_messages, messages);
	assert_int_equal(home->claims, 0);
	town_crash();
	assert_true(town_home_unspent() == PAID);
	town_verify();
}

/* No slice rather than two: what is bought goes on, nothing else is. */
static void a_partition_sells_nothing(void **state)
{
	struct ts_visit_view v;
	ts_u128 unspent;
	uint64_t passed;

	assert_null(town_roam(HOST));
	assert_true(town_visit(HOST, &v));
	unspent = v.unspent_wei;
	town.cut = true;
	passed = town_spend(HOST, UINT64_MAX);
	assert_in_range(passed, unspent / GWEI - 1000, unspent / GWEI + unspent / GWEI / 1000);
	assert_true(town_visit(HOST, &v));
	assert_non_null(strstr(v.fault, "does not answer"));
	assert_non_null(town_session(HOST, v.row.name).fault);
	town_later(60);
	assert_int_equal(town_spend(HOST, UINT64_MAX), 0);
	/* Home serves the wallet's station meanwhile, with all that is left there. */
	box_frame(&town.box[HOME], 0, 60, TS_DIR_UP);
	town_pump();
	assert_true(box_frame(&town.box[HOME], 0, 1000, TS_DIR_UP));
	town_verify();
	town.cut = false;
	town_later(40);
	assert_true(town_visit(HOST, &v));
	assert_null(v.fault);
	assert_int_equal(town_spend(HOST, 100000), 100000);
	town_settled();
}

static void who_cannot_ask_home_lets_nobody_in(void **state)
{
	struct ts_visit_view v;

	town.cut = true;
	assert_string_equal(town_roam(HOST), "home_unreachable");
	assert_false(town_visit(HOST, &v));
	town.cut = false;
	assert_null(town_roam(HOST));
	town_settled();
}

/* The answer is lost, the claim comes again: bought once (the claim is cumulative). */
static void a_lost_answer_costs_nothing(void **state)
{
	struct ts_visit_view v;

	assert_null(town_roam(HOST));
	town.lose_answers = true;
	assert_int_equal(town_spend(HOST, 150000), 150000);
	town_later(10);
	assert_int_equal(town_spend(HOST, 150000), 150000);
	town_later(30);
	assert_true(town_visit(HOST, &v));
	assert_true(town_row(v.row.name).bought_wei == v.row.received_wei);
	assert_true(town.n_claims > 2);
	town_settled();
}

/* The transfer is lost: it is home's own to bring, and comes again as it was. */
static void a_lost_transfer_comes_again(void **state)
{
	struct ts_visit_view v;

	town.lose_messages = true;
	assert_null(town_roam(HOST));
	assert_int_equal(town_spend(HOST, UINT64_MAX), 0);
	assert_true(town_visit(HOST, &v));
	assert_true(v.row.received_wei == 0);
	town_verify();
	town.lose_messages = false;
	town_later(10);
	assert_int_equal(town_spend(HOST, 100000), 100000);
	town_settled();
}

/* The guest is gone before the money came: it goes back all the same. */
static void money_that_comes_late_goes_back(void **state)
{
	struct ts_visit_view v;
	char name[TS_CODE_SIZE];

	town.lose_messages = true;
	assert_null(town_roam(HOST));
	strcpy(name, town.box[HOST].last_attached);
	town_later(3);
	assert_int_equal(ts_billing_session_close(town.box[HOST].billing, name,
						  &town.box[HOST].now), 0);
	town_later(3);
	assert_false(town_visit(HOST, &v));
	assert_true(town_row(name).bought_wei > 0);
	town_crash();
	town.lose_messages = false;
	town_later(10);
	assert_true(town_row(name).bought_wei == town_row(name).returned_wei);
	assert_true(town_home_unspent() == PAID);
	town_settled();
}

/*
 * Every box dies at every write, fsync and send of the whole story (ROAM_STEP=1; by
 * default at each 25th): come, use, move to a third box, come home.  Whatever was cut off is begun anew, and in
 * the end each unit is somewhere, once (M10, invariants 3 and 4).
 */
static bool story(void)
{
	struct ts_order order;

	if (town_roam(HOST) && fault.dead)
		return false;
	town_spend(HOST, 300000);
	if (!fault.dead && town_roam(THIRD) && fault.dead)
		return false;
	town_spend(THIRD, 300000);
	town_later(31);
	if (fault.dead)
		return false;
	order = town_order(HOME, 0);
	if (town_show(HOME, 0, &order) && fault.dead)
		return false;
	town_later(31);
	return !fault.dead;
}

static void a_crash_anywhere_conserves_every_unit(void **state)
{
	const char *only = getenv("ROAM_STEP");
	unsigned int k, step = only ? (unsigned int)atoi(only) : 25;
	bool whole = false;

	for (k = 1; !whole; k += step) {
		town_teardown(state);
		town_setup(state);
		fault.at = fault.touches + k;
		fault.kind = FAULT_DIE;
		whole = story();
		if (!whole)
			town_crash();
		fault.kind = FAULT_NONE;
		town_later(40);
		town_verify();
		assert_true(story());
		town_later(70);
		town_settled();
	}
	print_message("# killed at %u moments\n", k / step);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, town_setup, town_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_disk_that_fails_sells_nothing),
		TEST(a_partition_sells_nothing),
		TEST(who_cannot_ask_home_lets_nobody_in),
		TEST(a_lost_answer_costs_nothing),
		TEST(a_lost_transfer_comes_again),
		TEST(money_that_comes_late_goes_back),
		TEST(a_crash_anywhere_conserves_every_unit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
