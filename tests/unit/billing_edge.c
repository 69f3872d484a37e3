// SPDX-License-Identifier: GPL-2.0
/*
 * billing_edge.c - the operator's side changes under a running box: caps,
 * tokens, tariffs, clocks and the ends of the numbers.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "billing_one.h"

static void tick(void)
{
	box_later(&box, SECOND);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
}

static void reload(void)
{
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	box_flush(&box);
}

static void set_price(struct ts_billing_tariff *t, const char *wei_per_gb,
		      uint64_t valid_from_s)
{
	strcpy(t->wei_per_gb[TS_CLASS_INTERNET][TS_DIR_UP], wei_per_gb);
	strcpy(t->wei_per_gb[TS_CLASS_INTERNET][TS_DIR_DOWN], wei_per_gb);
	t->valid_from_s = valid_from_s;
}

/* The price of internet that holds now, as everybody is told. */
static int note_price(const struct ts_ledger_tariff *t, bool announced, void *arg)
{
	if (!announced)
		strcpy(arg, t->wei_per_gb[TS_CLASS_INTERNET][TS_DIR_DOWN]);
	return 0;
}

static const char *price_now(void)
{
	static char text[TS_PRICE_TEXT_SIZE];

	text[0] = '\0';
	ts_billing_tariff_each(box.billing, &box.now, note_price, text);
	return text;
}

static int count_account(const struct ts_ledger_account *row, void *arg)
{
	++*(unsigned int *)arg;
	return 0;
}

static unsigned int accounts_ever(void)
{
	unsigned int n = 0;

	assert_int_equal(ts_ledger_account_load(box.ledger, count_account, &n), 0);
	return n;
}

/*
 * The cap of what a wallet has reserved is used up by one of its two devices:
 * the other one waits.  It does not begin epoch after epoch meanwhile.
 */
static void a_cap_that_is_used_up_makes_no_epochs(void **state)
{
	int first = box_code(&box, 0), second = box_code(&box, 1);

	box.config.tokens[0].reservation_cap_wei = 100000 * GWEI;
	reload();
	assert_true(box_pay(&box, 0, 10000000 * GWEI, first));
	assert_true(box_pay(&box, 0, 10000000 * GWEI, second));
	tick();
	tick();
	assert_int_equal(accounts_ever(), 2);
	/* The first one leaves: the second has its turn. */
	assert_int_equal(ts_billing_session_close(box.billing,
		box.codes[first].code, &box.now), 0);
	box_flush(&box);
	tick();
	assert_true(box_frame(&box, 1, 100, TS_DIR_DOWN));
}

/* What was consumed is not at stake any more: the cap is no quota. */
static void a_cap_is_of_what_is_unspent(void **state)
{
	int code = box_code(&box, 0);
	unsigned int i;

	box.config.tokens[0].reservation_cap_wei = 400000 * GWEI;
	reload();
	assert_true(box_pay(&box, 0, 10000000 * GWEI, code));
	tick();
	for (i = 0; i < 200; i++) {
		assert_true(box_frame(&box, 0, 10000, TS_DIR_DOWN));
		box_events(&box);
		box_flush(&box);
	}
	assert_int_equal(accounts_ever(), 1);
}

/*
 * The box is given another token: a channel in the one before has money of
 * another worth.  It buys nothing here, neither new nor what is left of it.
 */
static void another_token_buys_nothing(void **state)
{
	struct ts_channel_view view;
	int code = box_code(&box, 0);

	assert_true(box_pay(&box, 0, 1000000 * GWEI, code));
	assert_true(box_frame(&box, 0, 100, TS_DIR_DOWN));
	box_crash(&box, false, 0);
	memset(&box.config.tokens[0].address, 0x74, TS_ADDRESS_BYTES);
	assert_int_equal(box_open(&box), 0);
	box_flush(&box);
	tick();
	assert_false(box_frame(&box, 0, 100, TS_DIR_DOWN));
	assert_false(box_pay(&box, 0, 1000 * GWEI, code));
	assert_string_equal(box.last_refusal.name, "foreign_channel");
	assert_int_equal(ts_billing_channel_view(box.billing,
		&box.wallets[0].channel.our_address, NULL, &view), -ENOENT);
}

/* Prices change every hour for weeks: the kernel's table is no end of it. */
static void prices_may_change_for_ever(void **state)
{
	int code = box_code(&box, 0), i;
	char price[TS_PRICE_TEXT_SIZE];

	assert_true(box_pay(&box, 0, 100000000 * GWEI, code));
	for (i = 0; i < 3 * BOX_TARIFFS; i++) {
		snprintf(price, sizeof(price), "%u000000000000000", 1000 - i % 500);
		set_price(&box.config.tariffs[0], price, 0);
		reload();
		tick();
		assert_true(box_frame(&box, 0, 100, TS_DIR_DOWN));
	}
	box_crash(&box, true, 0);
	assert_int_equal(box_open(&box), 0);
	box_flush(&box);
	tick();
	assert_true(box_frame(&box, 0, 100, TS_DIR_DOWN));
}

/* A rise that was announced is put off, or taken back, before it begins. */
static void what_was_only_announced_can_change(void **state)
{
	struct ts_billing_tariff *t = &box.config.tariffs[0];
	uint64_t now_s = box.now.wall_s;

	set_price(t, "2000000000000000000", now_s + 100);
	reload();
	set_price(t, "2000000000000000000", now_s + 1000);
	reload();
	box_later(&box, 500 * SECOND);
	assert_string_equal(price_now(), "1000000000000000000");
	set_price(t, "3000000000000000000", now_s + 2000);
	reload();
	box_later(&box, 1000 * SECOND);
	assert_string_equal(price_now(), "1000000000000000000");
	box_crash(&box, false, 0);
	assert_int_equal(box_open(&box), 0);
	assert_string_equal(price_now(), "1000000000000000000");
	box_later(&box, 1000 * SECOND);
	assert_string_equal(price_now(), "3000000000000000000");
}

/* M12: the clock is not synchronised any more; no price comes back. */
static void a_price_does_not_come_back(void **state)
{
	set_price(&box.config.tariffs[0], "2000000000000000000",
		  box.now.wall_s + 100);
	reload();
	box_later(&box, 200 * SECOND);
	tick();
	assert_string_equal(price_now(), "2000000000000000000");
	box.now.wall_s = 0;
	tick();
	assert_string_equal(price_now(), "2000000000000000000");
	box_crash(&box, true, 0);
	assert_int_equal(box_open(&box), 0);
	assert_string_equal(price_now(), "2000000000000000000");
}

static void fail_next_write(void)
{
	fault.kind = FAULT_WRITE;
	fault.failed = false;
	fault.after_failure = 0;
	fault.at = fault.touches + 1;
}

/* New prices cannot be stored; what is reserved goes on to be granted. */
static void a_failed_reload_keeps_serving(void **state)
{
	int code = box_code(&box, 0);
	uint64_t passed = 0;

	assert_true(box_pay(&box, 0, 10000000 * GWEI, code));
	tick();
	set_price(&box.config.tariffs[0], "2000000000000000000", 0);
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	fail_next_write();
	box_flush(&box);
	fault.kind = FAULT_NONE;
	assert_non_null(ts_billing_read_only(box.billing));
	passed = box_spend(&box, 0, 1000);
	/* Four slices of 100000 bytes are reserved. */
	assert_in_range(passed, 350000, 450000);
}

static int import_as(unsigned int wallet, const struct ts_channel *as)
{
	return ts_billing_channel_import(box.billing, as, false, &box.now);
}

/* A proof just below 2^63 was imported: the next is refused, not half stored. */
static void the_last_nonce_is_refused(void **state)
{
	struct box_wallet *w = &box.wallets[0];
	struct ts_channel c, next;
	struct ts_datagram d;
	int ret;

	c = w->channel;
	c.open_block_number += 100;
	c.our_proof.nonce = INT64_MAX - 1;
	assert_int_equal(ts_channel_send(&c, w->key, 1000, NULL, &next, &d), 0);
	w->channel = next;
	c = next;
	c.our_address = next.partner_address;
	c.partner_address = next.our_address;
	c.our_deposit_wei = next.partner_deposit_wei;
	c.partner_deposit_wei = next.our_deposit_wei;
	c.partner_proof = next.our_proof;
	memset(&c.our_proof, 0, sizeof(c.our_proof));
	ret = import_as(0, &c);
	box_flush(&box);
	if (!ret)
		assert_false(box_pay(&box, 0, 1000, -1));
	assert_null(ts_billing_read_only(box.billing));
	assert_true(box_pay(&box, 1, 1000 * GWEI, box_code(&box, 1)));
}

/* Deposits that no 128-bit sum can hold are refused before they are paid. */
static void deposits_cannot_overflow_a_sum(void **state)
{
	int code = box_code(&box, 0), refused = 0;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		struct ts_channel *w = &box.wallets[i].channel, c;

		w->our_deposit_wei = (ts_u128)1 << 127;
		c = *w;
		c.our_address = w->partner_address;
		c.partner_address = w->our_address;
		c.our_deposit_wei = 0;
		c.partner_deposit_wei = (ts_u128)1 << 127;
		refused += import_as(i, &c) != 0;
		box_flush(&box);
		if (!refused)
			assert_true(box_pay(&box, i, (ts_u128)1 << 127, code));
	}
	assert_int_equal(refused, 1);
	assert_true(box_view(&box, code).attached_wei == (ts_u128)1 << 127);
}

/* While payments wait for company, junk is told off and takes up no place. */
static void junk_does_not_wait_for_company(void **state)
{
	static const uint8_t junk[] = { 9, 0, 0, 0, 0 };
	int code = box_code(&box, 0);

	box.config.commit_window_ms = 250;
	reload();
	assert_true(box_pay(&box, 0, 1000000 * GWEI, code) ||
		    box.wallets[0].waiting);
	box_later(&box, SECOND);
	box_flush(&box);
	box_make(&box, 1, 1000000 * GWEI, code, 1);
	box_send(&box, 1);
	box_flush(&box);
	assert_true(box.wallets[1].waiting);
	ts_billing_datagram(box.billing, junk, sizeof(junk), 77, &box.now);
	box_flush(&box);
	assert_int_equal(box.last_reply, 77);
	assert_true(box.wallets[1].waiting);
	box_later(&box, SECOND);
	box_flush(&box);
	assert_false(box.wallets[1].waiting);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, one_setup, one_teardown)
	const struct CMUnitTest tests[] = {
		T(a_cap_that_is_used_up_makes_no_epochs),
		T(a_cap_is_of_what_is_unspent),
		T(another_token_buys_nothing),
		T(prices_may_change_for_ever),
		T(what_was_only_announced_can_change),
		T(a_price_does_not_come_back),
		T(a_failed_reload_keeps_serving),
		T(the_last_nonce_is_refused),
		T(deposits_cannot_overflow_a_sum),
		T(junk_does_not_wait_for_company),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
