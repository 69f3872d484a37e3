// SPDX-License-Identifier: GPL-2.0
/* billing_dear.c - M7: what a payer signed that it agrees to, and prices above it. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "billing_far.h"

#define DAY	(86400 * SECOND)
/* What the box asks for at first, and twice as much. */
#define PRICE		"1000000000000000000"
#define TWICE		"2000000000000000000"
#define PRICE_WEI	((ts_u128)1000000000 * GWEI)

static void set_price(const char *wei_per_gb)
{
	char (*internet)[TS_PRICE_TEXT_SIZE] =
		box.config.tariffs[0].wei_per_gb[TS_CLASS_INTERNET];

	strcpy(internet[TS_DIR_UP], wei_per_gb);
	strcpy(internet[TS_DIR_DOWN], wei_per_gb);
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	box_flush(&box);
}

static void tick(void)
{
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	far_pump();
}

static ts_u128 back_wei(void)
{
	return far[PARTNER].life.channel.partner_proof.transferred_wei;
}

static bool pay(unsigned int wallet, ts_u128 wei, int code, ts_u128 most_wei_per_gb)
{
	bool acked;

	box.most_wei_per_gb = most_wei_per_gb;
	acked = box_pay(&box, wallet, wei, code);
	box.most_wei_per_gb = 0;
	far[wallet].life.channel.our_proof = box.wallets[wallet].channel.our_proof;
	return acked;
}

/* Nothing more is granted, and what was not consumed is back, to the unit. */
static void above_it_the_rest_goes_back(void **state)
{
	int code = box_code(&box, 0);
	ts_u128 used_wei;

	assert_true(pay(PARTNER, 500000 * GWEI, code, PRICE_WEI));
	set_price(TWICE);
	tick();
	/* What was paid holds for a day. */
	assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	assert_true(back_wei() == 0);
	box_later(&box, DAY);
	tick();
	tick();
	assert_int_equal(box_spend(&box, 0, 100), 0);
	used_wei = far_total().consumed_wei;
	assert_in_range(used_wei, 999 * GWEI, 1001 * GWEI);
	assert_true(back_wei() == 500000 * GWEI - used_wei);
	assert_true(far_total().refunded_wei == back_wei());
	far_restart(true);
	tick();
	assert_true(back_wei() == 500000 * GWEI - used_wei);
}

static void at_it_and_below_nothing_changes(void **state)
{
	int code = box_code(&box, 0);

	assert_true(pay(PARTNER, 100000 * GWEI, code, 2 * PRICE_WEI));
	set_price(TWICE);
	box_later(&box, DAY);
	tick();
	assert_in_range(box_spend(&box, 0, 100), 49900, 50100);
	assert_true(back_wei() == 0);
}

/* The price rose while the payer signed. */
static void paid_above_it_nothing_is_spent(void **state)
{
	int code = box_code(&box, 0);

	set_price(TWICE);
	assert_true(pay(PARTNER, 100000 * GWEI, code, PRICE_WEI));
	assert_int_equal(box_spend(&box, 0, 100), 0);
	tick();
	assert_true(back_wei() == 100000 * GWEI);
	assert_true(far_total().consumed_wei == 0);
}

/* What others pay for the same station, or the same wallet without a limit, goes on. */
static void others_go_on(void **state)
{
	int code = box_code(&box, 0);

	assert_true(pay(PARTNER, 100000 * GWEI, code, PRICE_WEI));
	assert_true(pay(PARTNER, 50000 * GWEI, code, 0));
	assert_true(pay(TARGET, 50000 * GWEI, code, 3 * PRICE_WEI));
	set_price(TWICE);
	box_later(&box, DAY);
	tick();
	tick();
	assert_true(back_wei() == 100000 * GWEI);
	assert_in_range(box_spend(&box, 0, 100), 49800, 50200);
	tick();
	assert_true(back_wei() == 100000 * GWEI);
}

static void close_channel(void)
{
	struct ts_channel_view view;

	assert_int_equal(ts_billing_channel_view(box.billing,
		ts_signer_address(far_key(PARTNER)), NULL, &view), 0);
	view.channel.state = TS_CHANNEL_CLOSED;
	assert_int_equal(ts_billing_channel_import(box.billing, &view.channel, true,
						   &box.now), 0);
}

/* Where nothing can go back it is not spent either, and shown; cheaper again, it is. */
static void what_cannot_go_back_waits(void **state)
{
	int code = box_code(&box, 0);
	struct ts_session_view view;

	assert_true(pay(PARTNER, 100000 * GWEI, code, PRICE_WEI));
	close_channel();
	set_price(TWICE);
	box_later(&box, DAY);
	tick();
	tick();
	assert_int_equal(box_spend(&box, 0, 100), 0);
	view = box_view(&box, code);
	assert_string_equal(view.held, "price_above_limit");
	assert_true(view.unspent_wei == 0);
	/* A restart does not forget what was signed. */
	far_restart(true);
	tick();
	assert_int_equal(box_spend(&box, 0, 100), 0);
	set_price(PRICE);
	tick();
	assert_null(box_view(&box, code).held);
	assert_in_range(box_spend(&box, 0, 100), 99900, 100100);
	assert_true(back_wei() == 0);
}

/* A refund that the chain settled without is owed again, and under the same limit. */
static void what_is_owed_again_keeps_its_limit(void **state)
{
	struct ts_channel_event event = { .kind = TS_SEEN_CLOSED, .block = HEAD, .ours = true };
	int code = box_code(&box, 0);

	assert_true(pay(PARTNER, 100000 * GWEI, code, PRICE_WEI));
	far[PARTNER].deaf = true;
	set_price(TWICE);
	box_later(&box, DAY);
	tick();
	tick();
	assert_true(far_total().refunded_wei == 100000 * GWEI);
	far_see(PARTNER, &event);
	event.kind = TS_SEEN_SETTLED;
	event.block = 60000;
	event.confirmed = true;
	far_see(PARTNER, &event);
	assert_true(far_total().refunded_wei == 0);
	tick();
	assert_int_equal(box_spend(&box, 0, 100), 0);
	assert_string_equal(box_view(&box, code).held, "price_above_limit");
	set_price(PRICE);
	tick();
	assert_in_range(box_spend(&box, 0, 100), 99900, 100100);
}

/*
 * More refunds than the box keeps for who fetches none: it is not cut off again and again
 * for one that could only wait.
 */
static void a_deaf_payer_goes_on(void **state)
{
	unsigned int i, closings, more = TS_QUEUE_MAX + 4;
	int code = box_code(&box, 0);

	for (i = 0; i < more; i++)
		assert_true(pay(PARTNER, 1000 * GWEI, code, PRICE_WEI));
	assert_true(pay(PARTNER, 50000 * GWEI, code, 0));
	far[PARTNER].deaf = true;
	set_price(TWICE);
	box_later(&box, DAY);
	for (i = 0; i < 2 * more; i++)
		tick();
	assert_true(far_total().refunded_wei == TS_QUEUE_MAX * 1000 * GWEI);
	assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	closings = box.n_closings;
	for (i = 0; i < 5; i++) {
		box_later(&box, 61 * SECOND);
		tick();
		assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	}
	assert_int_equal(box.n_closings, closings);
	/* It listens again, and has the rest. */
	far[PARTNER].deaf = false;
	for (i = 0; i < 2 * more; i++) {
		box_later(&box, 601 * SECOND);
		tick();
	}
	assert_true(back_wei() == more * 1000 * GWEI);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, far_setup, far_teardown)
	const struct CMUnitTest tests[] = {
		T(above_it_the_rest_goes_back),
		T(at_it_and_below_nothing_changes),
		T(paid_above_it_nothing_is_spent),
		T(others_go_on),
		T(what_cannot_go_back_waits),
		T(what_is_owed_again_keeps_its_limit),
		T(a_deaf_payer_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
