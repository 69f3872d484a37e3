// SPDX-License-Identifier: GPL-2.0
/*
 * billing_upstream.c - a box that pays for its own way to the internet grants no more of
 * it than that can carry, says so, and nobody loses anything by it (M4).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "billing_one.h"

#define LOW	200000

/* Units for a byte, the same in both directions. */
static uint32_t price;

static int setup(void **state)
{
	one_setup(state);
	price = box_view(&box, box_code(&box, 0)).tariff.
		price[TS_CLASS_INTERNET][TS_DIR_DOWN];
	return 0;
}

static void say(uint64_t bytes, const char *refused)
{
	const struct ts_upstream_limit limit = {
		.bytes = bytes, .low_bytes = LOW, .refused = refused,
		.text = refused ? "the way there costs more than this box pays" : NULL,
	};

	ts_billing_upstream(box.billing, &limit, &box.now);
	box_flush(&box);
}

static void a_second(void)
{
	box_later(&box, SECOND);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	box_events(&box);
	box_flush(&box);
}

/* What the kernel may let pass; billing does not look. */
static uint64_t outstanding_bytes(void)
{
	uint64_t bytes = 0;
	uint32_t i;

	for (i = 1; i < BOX_ACCOUNTS; i++)
		if (box.accounts[i].used)
			bytes += (box.accounts[i].a.granted_units -
				  box.accounts[i].a.charged_units) / price;
	return bytes;
}

static struct ts_internet_view internet(void)
{
	struct ts_internet_view v;

	ts_billing_internet(box.billing, &v);
	return v;
}

/* To the byte, whatever was paid; and what was paid is still there. */
static void no_more_than_the_way_up_carries(void **state)
{
	int code = box_code(&box, 0);
	uint64_t passed;

	say(1000000, NULL);
	assert_true(box_pay(&box, 0, 5000000 * GWEI, code));
	passed = box_spend(&box, 0, 1000);
	assert_in_range(passed, 990000, 1000000);
	a_second();
	assert_int_equal(box_spend(&box, 0, 1000), 0);
	/* Used is used: the same limit again is another one; who waits gets it at once. */
	say(300000, NULL);
	assert_true(outstanding_bytes() > 0);
	passed += box_spend(&box, 0, 1000);
	assert_in_range(passed, 1290000, 1300000);
	assert_true(box_view(&box, code).unspent_wei >=
		    (5000000 - passed) * GWEI - GWEI);
	/* Without a limit all of it. */
	say(UINT64_MAX, NULL);
	a_second();
	passed += box_spend(&box, 0, 1000);
	assert_in_range(passed, 4999000, 5000000);
}

static void several_stations_share_it(void **state)
{
	uint64_t passed[BOX_STATIONS], sum = 0;
	unsigned int i;

	say(200000, NULL);
	for (i = 0; i < BOX_STATIONS; i++)
		assert_true(box_pay(&box, i, 5000000 * GWEI, box_code(&box, i)));
	assert_true(outstanding_bytes() <= 200000);
	for (i = 0; i < BOX_STATIONS; i++)
		assert_true(box_account(&box, i)->a.granted_units > 0);
	for (i = 0; i < BOX_STATIONS; i++) {
		passed[i] = box_spend(&box, i, 1000);
		sum += passed[i];
		assert_true(passed[i] > 0);
	}
	assert_in_range(sum, 190000, 200000);
}

/* A budget buys most in the cheaper direction; one that is free is no direction. */
static void the_cheaper_direction_counts(void **state)
{
	char (*wei)[TS_PRICE_TEXT_SIZE] =
		box.config.tariffs[0].wei_per_gb[TS_CLASS_INTERNET];
	uint64_t passed = 0;
	unsigned int quiet;

	strcpy(wei[TS_DIR_UP], "250000000000000000");
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	say(500000, NULL);
	assert_true(box_pay(&box, 0, 5000000 * GWEI, box_code(&box, 0)));
	for (quiet = 0; quiet < 8; ) {
		if (box_frame(&box, 0, 1000, TS_DIR_UP)) {
			passed += 1000;
			continue;
		}
		quiet++;
		a_second();
	}
	assert_in_range(passed, 490000, 500000);
}

/* Said once to the log, shown to stations, and over when twice as much is there. */
static void low_is_said_once(void **state)
{
	int code = box_code(&box, 0);
	unsigned int logs, changes;

	assert_true(box_pay(&box, 0, 5000000 * GWEI, code));
	say(LOW, NULL);
	assert_null(box_view(&box, code).held);
	logs = box.logs;
	changes = box.changes;
	say(LOW - 1, NULL);
	assert_int_equal(box.logs, logs + 1);
	assert_true(box.changes > changes);
	assert_string_equal(box_view(&box, code).held, "upstream_low");
	assert_non_null(box_view(&box, code).held_text);
	say(LOW - 2, NULL);
	say(2 * LOW - 1, NULL);
	assert_int_equal(box.logs, logs + 1);
	assert_string_equal(internet().fault, "upstream_low");
	say(2 * LOW, NULL);
	assert_int_equal(box.logs, logs + 2);
	assert_null(box_view(&box, code).held);
	assert_null(internet().fault);
}

/* Dearer than we pay: nothing is granted, what was granted is its wallet's again. */
static void refused_is_refused(void **state)
{
	int code = box_code(&box, 0);
	uint64_t passed = 0;

	assert_true(box_pay(&box, 0, 500000 * GWEI, code));
	assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	assert_true(outstanding_bytes() > 0);
	say(UINT64_MAX, "upstream_too_dear");
	assert_int_equal(outstanding_bytes(), 0);
	assert_int_equal(box_spend(&box, 0, 1000), 0);
	a_second();
	assert_int_equal(box_spend(&box, 0, 1000), 0);
	assert_string_equal(box_view(&box, code).held, "upstream_too_dear");
	/* It has value, so it is not to pay more. */
	assert_int_equal(box_view(&box, code).state, TS_SESSION_PAID);
	assert_in_range(box_view(&box, code).unspent_wei / GWEI, 498999, 499000);
	/* Who comes now is granted nothing, and keeps it. */
	assert_true(box_pay(&box, 1, 500000 * GWEI, box_code(&box, 1)));
	assert_int_equal(outstanding_bytes(), 0);
	/* It may go back. */
	assert_int_equal(ts_billing_refund(box.billing,
		&box.wallets[1].channel.our_address, NULL, TS_U128_MAX, 0), 0);
	box_flush(&box);
	say(UINT64_MAX, NULL);
	a_second();
	passed = box_spend(&box, 0, 1000);
	assert_in_range(passed, 498000, 499000);
	assert_int_equal(box_spend(&box, 1, 1000), 0);
}

/* The way up got smaller: what was granted above it is taken back. */
static void grants_above_it_are_taken_back(void **state)
{
	unsigned int i;

	for (i = 0; i < BOX_STATIONS; i++)
		assert_true(box_pay(&box, i, 5000000 * GWEI, box_code(&box, i)));
	assert_true(outstanding_bytes() > 500000);
	say(300000, NULL);
	assert_true(outstanding_bytes() <= 300000);
	/* But not for what has passed only since it was looked at. */
	say(UINT64_MAX, NULL);
	a_second();
	for (i = 0; i < BOX_STATIONS; i++)
		box_spend(&box, i, 1000);
	say(UINT64_MAX, NULL);
}

static void what_passed_unseen_is_not_taken_back(void **state)
{
	struct box_account *k;
	uint64_t before;

	assert_true(box_pay(&box, 0, 5000000 * GWEI, box_code(&box, 0)));
	before = outstanding_bytes();
	while (outstanding_bytes() > before / 2)
		assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	k = box_account(&box, 0);
	say(before / 2, NULL);
	assert_int_equal(k->a.revoked_units, 0);
	/* And it makes no room: what the limit knew of is not known here. */
	assert_int_equal(internet().left_bytes, 0);
}

/* Fail closed: until somebody has said how much there is. */
static void nothing_before_the_first_word(void **state)
{
	int code = box_code(&box, 0);

	assert_true(box_pay(&box, 0, 5000000 * GWEI, code));
	box_crash(&box, false, 0);
	box.config.upstream_metered = true;
	assert_int_equal(box_open(&box), 0);
	assert_string_equal(internet().fault, "upstream_unknown");
	/* What was granted before goes on to its end. */
	assert_in_range(box_spend(&box, 0, 1000), 100000, 400000);
	a_second();
	assert_int_equal(box_spend(&box, 0, 1000), 0);
	assert_string_equal(box_view(&box, code).held, "upstream_unknown");
	say(500000, NULL);
	a_second();
	assert_in_range(box_spend(&box, 0, 1000), 490000, 500000);
	/* A new configuration is no new word. */
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	assert_null(internet().fault);
	box.config.upstream_metered = false;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	assert_false(internet().metered);
}

static uint64_t seed;

static uint32_t roll(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 11) % n;
}

static void pay_some(void)
{
	unsigned int wallet = roll(BOX_WALLETS);

	if (!box.wallets[wallet].waiting)
		box_make(&box, wallet, (1 + roll(900000)) * GWEI,
			 box_code(&box, roll(BOX_STATIONS)), 1);
	box_send(&box, wallet);
}

static void restart(void)
{
	box_crash(&box, false, 0);
	assert_int_equal(box_open(&box), 0);
}

/* @true_bytes: what the channel of the way up can really carry. */
static void step(uint64_t *true_bytes)
{
	struct ts_key key = box_key(roll(BOX_STATIONS));
	unsigned int station = roll(BOX_STATIONS), frames = roll(300);
	uint32_t bytes = 60 + roll(1460);

	switch (roll(12)) {
	case 0 ... 1:
		pay_some();
		break;
	case 2 ... 5:
		for (; frames; frames--) {
			if (!box_frame(&box, station, bytes, (enum ts_dir)roll(2)))
				continue;
			/* The attack: one byte more than that. */
			assert_true(bytes <= *true_bytes);
			*true_bytes -= bytes;
		}
		break;
	case 6:
		box_events(&box);
		break;
	case 7:
		box_later(&box, (roll(20) ? 1 : 200) * SECOND);
		ts_billing_tick(box.billing, &box.now);
		break;
	case 8:
		ts_billing_station_gone(box.billing, &key, &box.now);
		break;
	case 9:
		say(*true_bytes, NULL);
		break;
	case 10:
		if (roll(2))
			*true_bytes += roll(600000);
		else if (!roll(3) && !fault.at)
			/* Paid away elsewhere; a dead box could take nothing back. */
			*true_bytes -= roll((uint32_t)*true_bytes + 1);
		say(*true_bytes, NULL);
		break;
	default:
		if (!roll(4))
			say(*true_bytes, "upstream_no_way");
		break;
	}
}

static void never_more_at_random(void **state)
{
	uint64_t true_bytes = 500000, dead = 0;
	unsigned int i;

	seed = 88172645463325252ull;
	box.quiet = true;
	box.config.upstream_metered = true;
	restart();
	for (i = 0; i < 4000; i++) {
		step(&true_bytes);
		if (roll(3))
			box_flush(&box);
		if (!roll(40)) {
			fault.at = fault.touches + 1 + roll(30);
			fault.kind = FAULT_DIE;
		}
		if (fault.dead || !roll(200)) {
			dead++;
			restart();
		}
		if (!roll(50) && !fault.at)
			box_verify(&box);
	}
	fault_reset();
	assert_true(dead > 40);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, one_teardown)
	const struct CMUnitTest tests[] = {
		T(no_more_than_the_way_up_carries),
		T(several_stations_share_it),
		T(the_cheaper_direction_counts),
		T(low_is_said_once),
		T(refused_is_refused),
		T(grants_above_it_are_taken_back),
		T(what_passed_unseen_is_not_taken_back),
		T(nothing_before_the_first_word),
		T(never_more_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
