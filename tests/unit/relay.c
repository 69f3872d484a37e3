// SPDX-License-Identifier: GPL-2.0
/*
 * relay.c - two boxes of a mesh carry for each other: who may owe what, what is asked, what
 * is paid, and what is earned.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "relay_scene.h"

static void honest_ones_pay_all(void **state)
{
	meet();
	intervals(INTERVALS, 4 * MIB, 8 * MIB);
	mesh_run(&mesh, 30);
	assert_int_equal(seller->refused_bytes, 0);
	assert_no_event(buyer);
	assert_no_event(seller);
	/* Rounded down twice a day, not by a part of what was carried. */
	assert_true(buyer->sent_wei <= seller->carried_wei);
	assert_true(buyer->sent_wei >= part(seller->carried_wei, 999));
	assert_int_equal(seller->sent_wei, 0);
	assert_int_equal(mesh_view(&mesh, seller).trust_64ths, TS_TRUST_FULL);
}

/* Nothing passes without a hello, a channel, or with one that is worth too little. */
static void strangers_owe_nothing(void **state)
{
	buyer->pay_nothing = true;
	seller->usable = false;
	mesh_run(&mesh, 3);
	assert_int_equal(mesh_view(&mesh, seller).no_window, TS_NO_CHANNEL);
	assert_int_equal(mesh_up(&mesh, buyer, MIB), 0);
	seller->usable = true;
	buyer->deposit_wei = 1;
	mesh_run(&mesh, 3);
	assert_int_equal(mesh_view(&mesh, seller).no_window, TS_NO_WORTH);
	assert_int_equal(mesh_up(&mesh, buyer, MIB), 0);
	/* The window itself is not more than the window. */
	buyer->deposit_wei = mesh_window_wei(seller);
	mesh_run(&mesh, 3);
	assert_int_equal(mesh_view(&mesh, seller).no_window, TS_NO_WORTH);
	buyer->deposit_wei++;
	mesh_run(&mesh, 3);
	assert_int_equal(mesh_view(&mesh, seller).no_window, TS_WINDOW_OPEN);
	assert_true(mesh_up(&mesh, buyer, MIB) > 0);
}

static void who_does_not_pay_gets_one_window(void **state)
{
	uint64_t passed = 0, window = seller->config.window_bytes;
	unsigned int i;

	buyer->pay_nothing = true;
	meet();
	for (i = 0; i < 20; i++) {
		passed += mesh_up(&mesh, buyer, MIB);
		passed += mesh_down(&mesh, buyer, MIB);
		mesh_step(&mesh);
	}
	/* Up costs half of what the window is counted in, down all of it. */
	assert_true(seller->carried_wei <= mesh_window_wei(seller));
	assert_true(seller->carried_wei >= part(mesh_window_wei(seller), 990));
	assert_true(passed >= window);
	passed = seller->passed_bytes;
	assert_int_equal(mesh_up(&mesh, buyer, MIB), 0);
	/* It pays, and is carried on. */
	buyer->pay_nothing = false;
	mesh_run(&mesh, 12);
	assert_int_equal(seller->passed_bytes, passed);
	assert_true(mesh_up(&mesh, buyer, MIB) > 0);
}

static void a_closed_channel_ends_it_at_once(void **state)
{
	meet();
	mesh_up(&mesh, buyer, MIB);
	mesh_step(&mesh);
	seller->usable = false;
	mesh_step(&mesh);
	assert_int_equal(seller->kernel.id, 0);
	assert_int_equal(mesh_up(&mesh, buyer, MIB), 0);
	/* And what was carried is still owed when there is one again. */
	seller->usable = true;
	mesh_run(&mesh, 15);
	assert_true(buyer->sent_wei >= part(seller->carried_wei, 999));
	assert_true(mesh_up(&mesh, buyer, MIB) > 0);
}

/* Two debts settle each other, and only the rest is transferred. */
static void both_owe_and_one_pays(void **state)
{
	ts_u128 rest_wei, both_wei;
	unsigned int i, j;

	meet();
	for (i = 0; i < INTERVALS; i++) {
		for (j = 0; j < 10; j++) {
			mesh_up(&mesh, buyer, MIB / 10);
			mesh_up(&mesh, seller, MIB / 15);
			mesh_step(&mesh);
		}
	}
	mesh_run(&mesh, 60);
	assert_int_equal(buyer->refused_bytes + seller->refused_bytes, 0);
	assert_no_event(buyer);
	assert_no_event(seller);
	both_wei = buyer->carried_wei;
	rest_wei = seller->carried_wei - buyer->carried_wei;
	assert_true(mesh_view(&mesh, buyer).netted_wei > part(both_wei, 300));
	/* Each side has what it is owed, whichever way. */
	assert_true(buyer->sent_wei - seller->sent_wei <= part(rest_wei, 1001));
	assert_true(buyer->sent_wei - seller->sent_wei >= part(rest_wei, 999));
	assert_true(buyer->sent_wei < part(seller->carried_wei, 900));
}

/* Who says that it owes no end, to have all of its debts taken for settled, pays them. */
static void netting_is_by_what_both_admit(void **state)
{
	struct ts_relay_receipt forged;
	struct in_flight msg;

	meet();
	intervals(3, MIB, 0);
	assert_int_equal(ts_receipt_decode(&forged, buyer->last_receipt.b,
					   buyer->last_receipt.len), 0);
	forged.number += 100;
	forged.netted_wei = (ts_u128)1 << 100;
	msg.len = TS_RECEIPT_BYTES;
	ts_receipt_sign(&forged, buyer->key, msg.b);
	assert_int_equal(mesh_give(&mesh, seller, &msg), TS_RELAY_TAKEN);
	assert_int_equal(mesh_view(&mesh, seller).netted_wei, 0);
	buyer->pay_nothing = true;
	intervals(20, MIB, 0);
	assert_seller_loses_little();
	assert_true(seller->refused_bytes > 0);
}

/* Our own most holds, whatever was asked, and whatever the terms were taken by. */
static void no_more_is_owed_than_the_operator_puts_up_with(void **state)
{
	ts_price asked, most;
	uint32_t rest = 0;
	int service, dir;

	meet();
	asked = seller->config.offer.own[TS_SERVICE_RELAY][TS_DIR_UP];
	most = asked / 4;
	for (service = 0; service < TS_SERVICE_COUNT; service++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			buyer->config.limits.most[service][dir] = most;
	mesh_kill(&mesh, buyer);
	mesh_run(&mesh, 3);
	mesh_up(&mesh, buyer, MIB);
	mesh_run(&mesh, 15);
	assert_true(buyer->sent_wei > 0);
	assert_true(buyer->sent_wei <= ts_price_wei_of_bytes(most, MIB, &rest));
}

/* A transfer of more than the channel has would fail for ever. */
static void what_the_channel_has_is_paid(void **state)
{
	ts_u128 left_wei = 1000;

	meet();
	buyer->deposit_wei = mesh_window_wei(seller) + 1;
	mesh_up(&mesh, buyer, 2 * MIB);
	mesh_count(&mesh, buyer);
	buyer->deposit_wei = left_wei;
	mesh_run(&mesh, 15);
	assert_true(buyer->sent_wei == left_wei);
	assert_true(mesh_was_told(buyer, TS_RELAY_CANNOT_PAY));
	buyer->deposit_wei = (ts_u128)1 << 90;
	mesh_run(&mesh, 15);
	assert_true(buyer->sent_wei >= part(seller->carried_wei, 999));
}

static void who_runs_low_throttles_itself(void **state)
{
	meet();
	ts_relay_way(buyer->relay, &seller->config.us, TS_WAY_ON);
	ts_relay_way(seller->relay, &buyer->config.us, TS_WAY_NONE);
	mesh_run(&mesh, 6);
	/* Who only carries, and knows no gateway, has nothing to sell. */
	assert_int_equal(ts_relay_upstream_bytes(buyer->relay), 0);
	ts_relay_way(buyer->relay, &seller->config.us, TS_WAY_GATEWAY);
	mesh_run(&mesh, 6);
	assert_true(ts_relay_upstream_bytes(buyer->relay) > buyer->config.low_bytes);
	assert_false(buyer->throttled);
	buyer->deposit_wei = buyer->sent_wei + mesh_window_wei(seller) + 1;
	mesh_run(&mesh, 3);
	assert_true(buyer->throttled);
	assert_true(mesh_was_told(buyer, TS_RELAY_UPSTREAM_LOW));
	assert_int_equal(ts_relay_offer(buyer->relay)->no_internet, TS_INTERNET_LOW);
	buyer->deposit_wei += 10 * mesh_window_wei(seller);
	mesh_run(&mesh, 3);
	assert_false(buyer->throttled);
	assert_true(mesh_was_told(buyer, TS_RELAY_UPSTREAM_WELL));
}

/* What it carries for us is counted by its account, whatever it may owe. */
static void who_may_owe_nothing_has_an_account(void **state)
{
	buyer->deposit_wei = 0;
	mesh_run(&mesh, 3);
	assert_int_equal(mesh_view(&mesh, seller).no_window, TS_NO_WORTH);
	assert_int_not_equal(seller->kernel.id, 0);
	assert_int_equal(seller->kernel.granted, 0);
	assert_int_equal(mesh_up(&mesh, buyer, MIB), 0);
	/* Without a channel that can be used there is none. */
	seller->usable = false;
	mesh_run(&mesh, 3);
	assert_int_equal(seller->kernel.id, 0);
}

/* Frames that look as if they had come from the internet there. */
static ts_u128 looks_like_an_exit(enum ts_way way)
{
	ts_u128 before_wei = mesh_view(&mesh, buyer).bought_wei;

	ts_relay_way(buyer->relay, &seller->config.us, way);
	buyer->kernel.bought.bytes[TS_SERVICE_EXIT][TS_DIR_DOWN] += MIB;
	buyer->kernel.delivered_bytes += MIB;
	mesh_step(&mesh);
	return mesh_view(&mesh, buyer).bought_wei - before_wei;
}

static void who_is_no_gateway_sells_no_exit(void **state)
{
	ts_price relay = seller->config.offer.own[TS_SERVICE_RELAY][TS_DIR_DOWN];
	ts_u128 relay_wei, exit_wei;
	uint32_t rest = 0;

	seller->config.offer.own[TS_SERVICE_EXIT][TS_DIR_DOWN] = relay * 10;
	mesh_kill(&mesh, seller);
	meet();
	relay_wei = looks_like_an_exit(TS_WAY_ON);
	exit_wei = looks_like_an_exit(TS_WAY_GATEWAY);
	assert_true(relay_wei >= ts_price_wei_of_bytes(relay, MIB, &rest));
	assert_true(relay_wei < 2 * ts_price_wei_of_bytes(relay, MIB, &rest));
	assert_true(exit_wei > 9 * ts_price_wei_of_bytes(relay, MIB, &rest));
}

/* Else it could not rise to what the upstream costs for days. */
static void the_first_prices_wait_for_the_upstream(void **state)
{
	ts_price own = seller->config.offer.own[TS_SERVICE_RELAY][TS_DIR_UP];

	buyer->config.offer.wait_s = 60;
	mesh_kill(&mesh, buyer);
	mesh_run(&mesh, 30);
	assert_int_equal(ts_relay_offer(buyer->relay)->version, 0);
	assert_int_equal(buyer->kernel.id, 0);
	ts_relay_way(buyer->relay, &seller->config.us, TS_WAY_GATEWAY);
	mesh_run(&mesh, 3);
	assert_int_equal(ts_relay_offer(buyer->relay)->version, 1);
	assert_true(ts_prices_get(&ts_relay_offer(buyer->relay)->now,
				  TS_SERVICE_RELAY, TS_DIR_UP) > own * 2);
	assert_int_not_equal(buyer->kernel.id, 0);
	/* Nor do they fall when the way is not known for a while, as after a start. */
	mesh_kill(&mesh, buyer);
	mesh_run(&mesh, 30);
	assert_int_equal(ts_relay_offer(buyer->relay)->no_internet, TS_INTERNET_NO_WAY);
	assert_true(ts_prices_get(&ts_relay_offer(buyer->relay)->now,
				  TS_SERVICE_RELAY, TS_DIR_UP) > own * 2);
	ts_relay_way(buyer->relay, &seller->config.us, TS_WAY_GATEWAY);
	mesh_run(&mesh, 3);
	assert_int_equal(ts_relay_offer(buyer->relay)->no_internet, TS_INTERNET_OFFERED);
	assert_false(ts_relay_offer(buyer->relay)->has_next);
	/* Where there is none it waits no longer. */
	seller->config.offer.wait_s = 60;
	mesh_power_cut(&mesh, seller);
	mesh_run(&mesh, 62);
	assert_int_not_equal(ts_relay_offer(seller->relay)->version, 0);
}

static void one_radio_has_one_owner(void **state)
{
	struct ts_hello h = { .lifetime_s = 60, .relay_port = 1, .n_macs = 1 };
	struct ts_relay_channel channel = { .usable = true, .in_wei = 1 };
	struct ts_signer *thief = ts_signer_generate();
	struct in_flight msg = { .len = TS_HELLO_BYTES };

	meet();
	h.box = *ts_signer_address(thief);
	h.chain_id = seller->config.chain_id;
	h.tokens_network = seller->config.tokens_network;
	h.sequence = 1;
	h.macs[0] = buyer->mac;
	h.originator = buyer->mac;
	ts_hello_sign(&h, thief, msg.b);
	assert_int_equal(mesh_give(&mesh, seller, &msg), TS_RELAY_STRANGER);
	channel.partner = h.box;
	assert_true(ts_relay_is_signed(msg.b, msg.len));
	assert_int_equal(ts_relay_channel(seller->relay, &channel), 0);
	assert_int_equal(mesh_give(&mesh, seller, &msg), TS_RELAY_MAC_TAKEN);
	mesh_step(&mesh);
	assert_true(mesh_was_told(seller, TS_RELAY_CLAIMS_OURS));
	/* Nor ours. */
	h.macs[0] = seller->mac;
	ts_hello_sign(&h, thief, msg.b);
	assert_int_equal(mesh_give(&mesh, seller, &msg), TS_RELAY_MAC_TAKEN);
	/* Nor by another's signature. */
	h.macs[0].b[5] = 0x77;
	ts_hello_sign(&h, buyer->key, msg.b);
	assert_int_equal(mesh_give(&mesh, seller, &msg), TS_RELAY_BAD_SIGNATURE);
	assert_false(ts_relay_is_signed(msg.b, msg.len));
	/* When the first is gone, it is free. */
	buyer->n_inbox = 0;
	h.macs[0] = buyer->mac;
	ts_hello_sign(&h, thief, msg.b);
	mesh.now_ns += 3600 * SECOND_NS;
	assert_int_equal(mesh_give(&mesh, seller, &msg), TS_RELAY_TAKEN);
	ts_signer_free(thief);
}

static void the_box_risks_no_more_than_it_is_told(void **state)
{
	seller->config.window_box_wei = 1;
	mesh_kill(&mesh, seller);
	mesh_run(&mesh, 5);
	assert_int_equal(mesh_view(&mesh, seller).no_window, TS_NO_ROOM);
	assert_int_equal(mesh_up(&mesh, buyer, MIB), 0);
}

/** struct found - revenues of two days */
struct found {
	uint64_t day;
	ts_u128 wei[2][TS_REVENUE_COUNT];
};

static int find_revenue(const struct ts_ledger_revenue *r, void *arg)
{
	struct found *f = arg;

	if (r->day == f->day || r->day == f->day + 1)
		f->wei[r->day - f->day][r->kind] = r->wei;
	return 0;
}

static void sell(struct side *s, uint64_t units, uint64_t exit_units)
{
	const struct ts_relay_sold sold = {
		.account_id = 77, .account_epoch = 1, .units = units,
		.exit_units = exit_units,
	};

	ts_relay_sold(s->relay, &buyer->config.us, &sold);
}

static void save(struct side *s)
{
	assert_true(ts_relay_is_dirty(s->relay));
	assert_int_equal(ts_ledger_begin(s->ledger), 0);
	assert_int_equal(ts_relay_save(s->relay), 0);
	assert_int_equal(ts_ledger_commit(s->ledger), 0);
}

/* M5: what neighbours are charged is income, by service, and of the day it was sold on. */
static void what_is_sold_is_income_of_its_day(void **state)
{
	struct found f = { .day = 1000 };
	int shift;

	meet();
	shift = ts_relay_offer(seller->relay)->now.unit_shift;
	ts_relay_day(seller->relay, 1000);
	mesh_commit(&mesh, seller);
	ts_relay_account_is(seller->relay, &buyer->config.us, 77, 1);
	sell(seller, 3000000, 1000000);
	save(seller);
	/* Counted before midnight, and saved after. */
	sell(seller, 5000000, 1500000);
	ts_relay_day(seller->relay, 1001);
	save(seller);
	sell(seller, 5000007, 1500007);
	ts_relay_day(seller->relay, 1001);
	ts_relay_account_is(seller->relay, &buyer->config.us, 78, 1);
	save(seller);
	assert_int_equal(ts_ledger_revenue_load(seller->ledger, find_revenue, &f), 0);
	assert_true(f.wei[0][TS_REVENUE_RELAY] == ts_wei_of_units(3500000, shift));
	assert_true(f.wei[0][TS_REVENUE_EXIT] == ts_wei_of_units(1500000, shift));
	assert_true(f.wei[1][TS_REVENUE_EXIT] + f.wei[1][TS_REVENUE_RELAY] ==
		    ts_wei_of_units(5000007, shift) - ts_wei_of_units(5000000, shift));
	assert_true(f.wei[1][TS_REVENUE_RELAY] == 0);
}

int main(void)
{
#define t(name)	cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)
	const struct CMUnitTest tests[] = {
		t(honest_ones_pay_all),
		t(what_is_sold_is_income_of_its_day),
		t(strangers_owe_nothing),
		t(who_does_not_pay_gets_one_window),
		t(a_closed_channel_ends_it_at_once),
		t(both_owe_and_one_pays),
		t(netting_is_by_what_both_admit),
		t(no_more_is_owed_than_the_operator_puts_up_with),
		t(what_the_channel_has_is_paid),
		t(who_runs_low_throttles_itself),
		t(who_may_owe_nothing_has_an_account),
		t(who_is_no_gateway_sells_no_exit),
		t(the_first_prices_wait_for_the_upstream),
		t(one_radio_has_one_owner),
		t(the_box_risks_no_more_than_it_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
