// SPDX-License-Identifier: GPL-2.0
/*
 * billing_roam.c - a wallet's value follows it to other boxes; and who would like to have
 * it twice, or somebody else's (M14, M6, M15).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "roam_town.h"

/* A price has 13 bits: what so many bytes cost is a little less than 1 gwei each. */
static void is_price_of(ts_u128 wei, uint64_t bytes)
{
	assert_true(wei <= bytes * GWEI);
	assert_true(wei >= bytes * (GWEI - GWEI / 1000));
}

static void a_guest_uses_what_it_paid_at_home(void **state)
{
	struct ts_visit_view v;

	assert_null(town_roam(HOST));
	assert_true(town_visit(HOST, &v));
	assert_string_equal(v.row.name, town.box[HOST].last_attached);
	assert_int_equal(town.box[HOST].granted, 1);
	assert_true(v.granted_ns >= v.arrived_ns && v.arrived_ns);
	/* A slice at a time: not all of it went along. */
	assert_true(v.row.received_wei < PAID / 10);
	assert_int_equal(town_spend(HOST, 2000000), 2000000);
	town_settled();
	assert_true(town_visit(HOST, &v));
	assert_true(town_row(v.row.name).bought_wei >= 2000000 * GWEI);
	assert_true(town_home_unspent() == PAID - v.row.received_wei);
}

/* To the last byte of what was paid, and not one more (invariants 1 and 2). */
static void all_of_it_can_be_used_and_no_more(void **state)
{
	assert_null(town_roam(HOST));
	assert_in_range(town_spend(HOST, UINT64_MAX), PAID / GWEI - 1000, PAID / GWEI);
	town_settled();
	assert_true(town_home_unspent() == 0);
	assert_string_equal(town.error, "nothing_left");
	assert_false(box_frame(&town.box[HOME], 0, 60, TS_DIR_DOWN));
}

/* Its station at home was served: what the kernel has there comes back first. */
static void the_station_at_home_is_left(void **state)
{
	assert_true(box_frame(&town.box[HOME], 0, 1000, TS_DIR_DOWN));
	assert_null(town_roam(HOST));
	assert_null(box_account(&town.box[HOME], 0));
	assert_in_range(town_spend(HOST, UINT64_MAX), PAID / GWEI - 2000, PAID / GWEI - 1000);
	town_settled();
}

/* The rest goes home when another order comes, and is used there again. */
static void home_again(void **state)
{
	struct ts_visit_view v;
	struct ts_order order;
	char name[TS_CODE_SIZE];

	assert_null(town_roam(HOST));
	assert_int_equal(town_spend(HOST, 300000), 300000);
	assert_true(town_visit(HOST, &v));
	strcpy(name, v.row.name);
	order = town_order(HOME, 0);
	assert_null(town_show(HOME, 0, &order));
	assert_string_equal(town.box[HOME].last_attached, town.box[HOME].codes[town.code].code);
	town_later(31);		/* the host asks, and is told */
	assert_false(town_visit(HOST, &v));
	is_price_of(town_row(name).bought_wei - town_row(name).returned_wei, 300000);
	assert_false(box_frame(&town.box[HOST], GUEST, 60, TS_DIR_UP));
	is_price_of(PAID - town_home_unspent(), 300000);
	assert_true(town_session(HOME, town.box[HOME].codes[town.code].code).unspent_wei ==
		    town_home_unspent());
	town_settled();
	assert_in_range(box_spend(&town.box[HOME], 0, 1000), 9699000, 9710000);
	town_settled();
}

/* All was bought and all comes back: the payment was done, and is not any more. */
static void what_was_all_gone_is_there_again(void **state)
{
	struct ts_order order;

	assert_null(town_roam(HOST));
	assert_int_equal(town_spend(HOST, PAID / GWEI - 100000), PAID / GWEI - 100000);
	assert_true(town_home_unspent() == 0);
	order = town_order(HOME, 0);
	assert_null(town_show(HOME, 0, &order));
	town_later(31);
	is_price_of(PAID - town_home_unspent(), PAID / GWEI - 100000);
	assert_in_range(box_spend(&town.box[HOME], 0, 1000), 100000, 110000);
	town_crash();
	town_settled();
}

static void the_newest_order_wins(void **state)
{
	struct ts_visit_view v;

	assert_null(town_roam(HOST));
	assert_int_equal(town_spend(HOST, 100000), 100000);
	assert_null(town_roam(THIRD));
	/* The first host sells what it has bought, and gets no more. */
	town_spend(HOST, UINT64_MAX);
	town_later(31);
	assert_false(town_visit(HOST, &v));
	assert_true(town_visit(THIRD, &v));
	assert_int_equal(town_spend(THIRD, 200000), 200000);
	assert_false(box_frame(&town.box[HOST], GUEST, 60, TS_DIR_UP));
	town_settled();
}

static void an_older_order_buys_nothing(void **state)
{
	struct ts_order older = town_order(THIRD, GUEST);

	assert_null(town_roam(HOST));
	assert_string_equal(town_show(THIRD, GUEST, &older), "superseded");
	town_settled();
}

/* The same again, from the same station, is answered; from another one it is not. */
static void an_order_is_its_stations(void **state)
{
	struct ts_order order = town_order(HOST, GUEST);
	char name[TS_CODE_SIZE];
	ts_u128 bought;

	assert_string_equal(town_show(HOST, 2, &order), "bad_nonce");
	assert_null(town_show(HOST, GUEST, &order));
	strcpy(name, town.box[HOST].last_attached);
	bought = town_row(name).bought_wei;
	assert_null(town_show(HOST, GUEST, &order));
	assert_string_equal(town.box[HOST].last_attached, name);
	assert_string_equal(town_show(HOST, 2, &order), "order_over");
	assert_true(town_row(name).bought_wei == bought);
	assert_false(box_frame(&town.box[HOST], 2, 60, TS_DIR_UP));
	town_settled();
}

static void what_is_not_for_it_is_refused(void **state)
{
	struct ts_order order = town_order(HOST, GUEST);

	order.host = town.box[THIRD].config.our_address;
	assert_string_equal(town_show(HOST, GUEST, &order), "wrong_box");
	order = town_order(HOST, GUEST);
	order.home = town.box[THIRD].config.our_address;
	assert_string_equal(town_show(HOST, GUEST, &order), "unknown_home");
	order = town_order(HOST, GUEST);
	order.token.b[0] ^= 1;
	assert_string_equal(town_show(HOST, GUEST, &order), "unknown_channel");
	order = town_order(HOST, GUEST);
	order.chain_id = ts_u256_from_u64(1);
	assert_string_equal(town_show(HOST, GUEST, &order), "wrong_chain");
	order = town_order(HOST, GUEST);
	order.max_wei_per_gb = 999999999999999999ull;
	assert_string_equal(town_show(HOST, GUEST, &order), "too_dear");
	assert_int_equal(town.n_claims, 0);
	/* A wallet without a channel at home. */
	order = town_order(HOST, GUEST);
	order.home = town.box[HOME].config.our_address;
	order.sequence = 0;
	assert_string_equal(town_show(HOST, GUEST, &order), "superseded");
	town_settled();
}

/* Of another wallet: a stranger's order has nothing to buy with, and leaves no trace. */
static void a_stranger_leaves_no_trace(void **state)
{
	struct ts_order order = town_order(HOST, GUEST);
	struct ts_key key = box_key(GUEST);
	uint8_t secret[TS_SECRET_BYTES], bytes[TS_ORDER_BYTES];
	struct ts_signer *stranger;
	struct ts_ledger_visit row;
	char name[TS_CODE_SIZE];

	memset(secret, 0x77, sizeof(secret));
	stranger = ts_signer_new(secret);
	ts_order_sign(&order, stranger, bytes);
	ts_billing_roam(town.box[HOST].billing, &key, bytes, sizeof(bytes), ROAM_REPLY,
			&town.box[HOST].now);
	town_pump();
	ts_signer_free(stranger);
	assert_string_equal(town.box[HOST].last_refusal.name, "not_a_payer");
	ts_order_name(bytes, name);
	assert_int_equal(ts_ledger_visit_find(town.box[HOST].ledger, name, &row), -ENOENT);
	/* Nor does it send the session that it names away. */
	assert_true(box_frame(&town.box[HOME], 0, 1000, TS_DIR_DOWN));
	town_settled();
}

/* Who only knows a wallet's session cannot cut its station off with value of its own. */
static void nobody_elses_session_is_sent_away(void **state)
{
	struct box *home = &town.box[HOME];
	int other = box_code(home, 2);
	struct ts_order order;

	assert_true(box_pay(home, 1, 500000 * GWEI, other));
	assert_true(box_frame(home, 2, 1000, TS_DIR_DOWN));
	order = town_order(HOST, GUEST);
	strcpy(order.code, home->codes[other].code);
	assert_null(town_show(HOST, GUEST, &order));
	assert_true(box_frame(home, 2, 1000, TS_DIR_DOWN));
}

static void a_limit_is_kept(void **state)
{
	struct ts_order order = town_order(HOST, GUEST);
	char name[TS_CODE_SIZE];

	order.limit_wei = 700000 * GWEI;
	assert_null(town_show(HOST, GUEST, &order));
	strcpy(name, town.box[HOST].last_attached);
	assert_int_equal(town_spend(HOST, UINT64_MAX), 700000);
	assert_true(town_row(name).bought_wei == 700000 * GWEI);
	assert_string_equal(town.error, "limit_reached");
	assert_true(town_home_unspent() == PAID - 700000 * GWEI);
	town_settled();
}

static void an_order_has_an_end(void **state)
{
	struct ts_order order = town_order(HOST, GUEST);
	struct ts_visit_view v;

	order.lifetime_s = 20;
	assert_null(town_show(HOST, GUEST, &order));
	assert_int_equal(town_spend(HOST, 1000), 1000);
	town_later(21);
	assert_false(town_visit(HOST, &v));
	is_price_of(PAID - town_home_unspent(), 1000);
	town_settled();
}

static void a_silent_guest_is_gone(void **state)
{
	struct ts_visit_view v;

	assert_null(town_roam(HOST));
	assert_int_equal(town_spend(HOST, 1000), 1000);
	town_later(3601);
	assert_false(town_visit(HOST, &v));
	is_price_of(PAID - town_home_unspent(), 1000);
	town_settled();
}

static void a_session_that_is_closed_gives_its_rest_back(void **state)
{
	char name[TS_CODE_SIZE];

	assert_null(town_roam(HOST));
	strcpy(name, town.box[HOST].last_attached);
	assert_int_equal(ts_billing_session_close(town.box[HOST].billing, name,
						  &town.box[HOST].now), 0);
	town_pump();
	assert_true(town_home_unspent() == PAID);
	town_settled();
}

static void who_logs_out_gives_its_rest_back(void **state)
{
	struct box *host = &town.box[HOST];
	char name[TS_CODE_SIZE];

	assert_null(town_roam(HOST));
	strcpy(name, host->last_attached);
	assert_int_equal(town_spend(HOST, 50000), 50000);
	ts_billing_logout(host->billing, name, TS_CODE_CHARS, ROAM_REPLY, &host->now);
	town_pump();
	is_price_of(PAID - town_home_unspent(), 50000);
	town_settled();
}

/* A host that refunds home, for whatever reason, gives each order its own back. */
static void a_refund_of_home_is_its_wallets(void **state)
{
	struct box *host = &town.box[HOST];
	struct ts_visit_view v;

	assert_null(town_roam(HOST));
	assert_int_equal(town_spend(HOST, 50000), 50000);
	assert_int_equal(ts_billing_refund(host->billing, &town.box[HOME].config.our_address,
					   NULL, TS_U128_MAX, 0), 0);
	town_pump();
	town_later(10);
	assert_false(town_visit(HOST, &v));
	is_price_of(PAID - town_home_unspent(), 50000);
	town_settled();
}

static void a_station_with_value_of_its_own_keeps_it(void **state)
{
	struct box *host = &town.box[HOST];
	int own = box_code(host, GUEST);

	assert_true(box_pay(host, 1, 500000 * GWEI, own));
	assert_string_equal(town_roam(HOST), "has_value");
	assert_in_range(box_spend(host, GUEST, 1000), 499000, 500000);
	assert_null(town_roam(HOST));
}

/* A claim of another box, or of more than once, or by somebody else. */
static void a_claim_is_its_hosts(void **state)
{
	struct ts_order order = town_order(HOST, GUEST);
	struct box *home = &town.box[HOME];
	struct ts_claim claim = { .tariff_id = 1, .amount_wei = 1000 * GWEI };
	uint8_t bytes[TS_CLAIM_BYTES];
	char name[TS_CODE_SIZE];
	unsigned int i;

	ts_order_sign(&order, home->wallets[WALLET].key, claim.order_bytes);
	ts_claim_sign(&claim, town.box[THIRD].key, bytes);
	ts_billing_claim(home->billing, bytes, sizeof(bytes), ROAM_REPLY, &home->now);
	box_flush(home);
	assert_string_equal(home->last_refusal.name, "bad_claim");
	ts_claim_sign(&claim, town.box[HOST].key, bytes);
	for (i = 0; i < 5; i++) {
		ts_billing_claim(home->billing, bytes, sizeof(bytes), ROAM_REPLY, &home->now);
		box_flush(home);
		assert_true(home->last_bought_wei == 1000 * GWEI);
	}
	assert_int_equal(home->claims, 5);
	/* A lower one that comes late changes nothing either. */
	claim.amount_wei = 500 * GWEI;
	ts_claim_sign(&claim, town.box[HOST].key, bytes);
	ts_billing_claim(home->billing, bytes, sizeof(bytes), ROAM_REPLY, &home->now);
	box_flush(home);
	assert_true(home->last_bought_wei == 1000 * GWEI);
	ts_order_name(claim.order_bytes, name);
	assert_true(town_row(name).bought_wei == 1000 * GWEI);
	town_pump();
	/* The host never took the order in: its money waits for who shows the code. */
	town_verify();
}

/* A host cannot return more than it bought, and a third box nothing of it. */
static void only_what_was_bought_returns(void **state)
{
	struct box *host = &town.box[HOST];
	struct ts_channel_view c;
	struct ts_channel next;
	struct ts_datagram d;
	char text[TS_MEMO_SIZE], name[TS_CODE_SIZE];
	struct ts_bytes memo = { (const uint8_t *)text, 0 };

	assert_null(town_roam(HOST));
	strcpy(name, host->last_attached);
	memo.len = ts_memo_print_return(name, text);
	assert_int_equal(ts_billing_channel_view(host->billing,
		&town.box[HOME].config.our_address, NULL, &c), 0);
	assert_int_equal(ts_channel_send(&c.channel, host->key, 5 * PAID, &memo, &next,
					 &d), TS_ACCEPTED);
	ts_billing_datagram(town.box[HOME].billing, d.b, d.len, 1, &town.box[HOME].now);
	box_flush(&town.box[HOME]);
	assert_true(town_row(name).returned_wei == town_row(name).bought_wei);
	assert_true(town_home_unspent() == PAID);
	assert_int_equal(ts_ledger_check(town.box[HOME].ledger, 0, NULL, NULL), 0);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, town_setup, town_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_guest_uses_what_it_paid_at_home),
		TEST(all_of_it_can_be_used_and_no_more),
		TEST(the_station_at_home_is_left),
		TEST(home_again),
		TEST(what_was_all_gone_is_there_again),
		TEST(the_newest_order_wins),
		TEST(an_older_order_buys_nothing),
		TEST(an_order_is_its_stations),
		TEST(what_is_not_for_it_is_refused),
		TEST(a_stranger_leaves_no_trace),
		TEST(nobody_elses_session_is_sent_away),
		TEST(a_limit_is_kept),
		TEST(an_order_has_an_end),
		TEST(a_silent_guest_is_gone),
		TEST(a_session_that_is_closed_gives_its_rest_back),
		TEST(who_logs_out_gives_its_rest_back),
		TEST(a_refund_of_home_is_its_wallets),
		TEST(a_station_with_value_of_its_own_keeps_it),
		TEST(a_claim_is_its_hosts),
		TEST(only_what_was_bought_returns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
