// SPDX-License-Identifier: GPL-2.0
/* relay_lies.c - what is in it for a neighbour that lies, and who is none that does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "relay_scene.h"

/* A receipt that was long under way says less than is counted when it comes. */
static void a_late_receipt_is_no_lie(void **state)
{
	struct in_flight late, *last = &seller->last_receipt;

	begin_honestly(buyer);
	/* It is lost for a while, and comes when much more was carried. */
	mesh.lose_per_mille = 1000;
	one_interval(4 * MIB, 4 * MIB);
	late = *last;
	mesh_up(&mesh, buyer, 4 * MIB);
	mesh_count(&mesh, buyer);
	mesh_give(&mesh, buyer, &late);
	mesh.lose_per_mille = 0;
	intervals(3, 4 * MIB, 4 * MIB);
	assert_no_event(buyer);
	assert_no_event(seller);
	assert_int_equal(mesh_view(&mesh, buyer).trust_64ths, TS_TRUST_FULL);
}

/* Claims 10 % more than it carried. */
static void who_claims_more_gains_little(void **state)
{
	begin_honestly(buyer);
	seller->sold_per_mille = 1100;
	assert_told(buyer, TS_RELAY_OVERCLAIMS);
	assert_true(mesh_view(&mesh, buyer).trust_64ths <= TS_TRUST_FULL / 2);
	intervals(INTERVALS, 4 * MIB, 4 * MIB);
	assert_true(mesh_was_told(buyer, TS_RELAY_OVERCLAIMS));
	assert_buyer_loses_little();
	assert_true(mesh_view(&mesh, buyer).trust_64ths < TS_TRUST_FULL / 8);
	/* It repents, and is trusted again by and by. */
	seller->sold_per_mille = 1000;
	intervals(12, 4 * MIB, 4 * MIB);
	assert_buyer_loses_little();
}

/* Hides 10 % of what was carried for it, and pays for no more than it admits. */
static void who_hides_gains_little(void **state)
{
	begin_honestly(seller);
	buyer->bought_per_mille = 900;
	/* The first reading cannot fall, the next interval shows it. */
	mesh_power_cut(&mesh, buyer);
	mesh_run(&mesh, 20);
	mesh_was_told(seller, TS_RELAY_HIDES);
	assert_told(seller, TS_RELAY_HIDES);
	intervals(INTERVALS, 4 * MIB, 4 * MIB);
	assert_seller_loses_little();
	assert_true(seller->refused_bytes > 0);
	assert_true(seller->carried_wei > 0);
}

/* What differs within the tolerance is borne, for any time. */
static void a_little_difference_never_stops_it(void **state)
{
	unsigned int i;

	buyer->bought_per_mille = 985;
	meet();
	for (i = 0; i < 3 * INTERVALS; i++)
		one_interval(4 * MIB, 4 * MIB);
	assert_no_event(seller);
	assert_int_equal(seller->refused_bytes, 0);
	assert_true(buyer->sent_wei <= part(seller->carried_wei, 986));
	assert_seller_loses_little();
}

/* Makes up downloads that no client wants. */
static void who_pads_gains_little(void **state)
{
	unsigned int i;

	meet();
	intervals(5, MIB, 4 * MIB);
	assert_no_event(buyer);
	mesh_junk(&mesh, buyer, 2 * MIB);
	one_interval(MIB, 4 * MIB);
	assert_true(mesh_was_told(buyer, TS_RELAY_PADS));
	for (i = 0; i < INTERVALS; i++) {
		mesh_junk(&mesh, buyer, 2 * MIB);
		one_interval(MIB, 4 * MIB);
	}
	assert_true(mesh_was_told(buyer, TS_RELAY_PADS));
	assert_buyer_loses_little();
	/* Nor when the buyer begins anew and looks at nothing of before. */
	mesh_kill(&mesh, buyer);
	intervals(10, MIB, MIB);
	assert_buyer_loses_little();
}

/*
 * Downloads go on for who has not paid: who carried them to here is no liar, and is paid
 * up to a window.
 */
static void who_carries_for_a_dry_one_pads_not(void **state)
{
	unsigned int i;

	meet();
	for (i = 0; i < 5; i++)
		one_interval(MIB, 4 * MIB);
	buyer->kernel.dry = true;
	one_interval(MIB, buyer->config.window_bytes / 2);
	buyer->kernel.dry = false;
	for (i = 0; i < 5; i++)
		one_interval(MIB, 4 * MIB);
	mesh_run(&mesh, 30);
	assert_no_event(buyer);
	assert_no_event(seller);
	assert_int_equal(seller->refused_bytes, 0);
	assert_true(buyer->sent_wei == seller->carried_wei);
	/* Nor is it later, when that is no more paid. */
	buyer->kernel.dry = true;
	for (i = 0; i < 5; i++)
		one_interval(MIB, buyer->config.window_bytes);
	assert_no_event(buyer);
	assert_int_equal(mesh_view(&mesh, buyer).trust_64ths, TS_TRUST_FULL);
}

/*
 * A flood for a dry one, longer than what is paid of it: no restart makes a liar of who
 * carried it, and what it is not paid does not keep both apart for ever.
 */
static void a_flood_for_a_dry_one_is_made_up_for(void **state)
{
	unsigned int i;

	meet();
	for (i = 0; i < 5; i++)
		one_interval(MIB, 4 * MIB);
	buyer->kernel.dry = true;
	for (i = 0; i < 20; i++)
		one_interval(0, buyer->config.window_bytes);
	buyer->kernel.dry = false;
	assert_true(seller->refused_bytes > 0);
	for (i = 0; i < 3; i++) {
		mesh_kill(&mesh, buyer);
		mesh_run(&mesh, 30);
	}
	assert_no_event(buyer);
	assert_int_equal(mesh_view(&mesh, buyer).trust_64ths, TS_TRUST_FULL);
	/* By and by both agree, and nothing is owed but what is of today. */
	for (i = 0; i < 1000; i++) {
		mesh.now_ns += 9 * SECOND_NS;
		mesh_run(&mesh, 1);
	}
	mesh_run(&mesh, 60);
	assert_true(mesh_view(&mesh, seller).owed_wei < mesh_window_wei(seller) / 16);
	mesh_was_told(buyer, TS_RELAY_LOST);
	seller->refused_bytes = 0;
	for (i = 0; i < 5; i++)
		one_interval(MIB, MIB);
	assert_int_equal(seller->refused_bytes, 0);
}

/* Makes up downloads for one that it knows to be dry. */
static void who_pads_for_a_dry_one_gains_a_window(void **state)
{
	unsigned int i;

	meet();
	for (i = 0; i < 5; i++)
		one_interval(MIB, 4 * MIB);
	for (i = 0; i < INTERVALS; i++) {
		buyer->kernel.dry = true;
		mesh_junk(&mesh, buyer, 2 * MIB);
		buyer->kernel.dry = false;
		one_interval(MIB, 4 * MIB);
	}
	assert_buyer_loses_little();
}

/* Nobody looks, so one window is believed; nobody honest carries more unpaid. */
static void who_pads_while_we_are_dead_gains_a_window(void **state)
{
	unsigned int i;

	meet();
	for (i = 0; i < 5; i++)
		one_interval(MIB, MIB);
	mesh_junk(&mesh, buyer, 20 * (uint64_t)seller->config.window_bytes);
	mesh_kill(&mesh, buyer);
	for (i = 0; i < 10; i++)
		one_interval(MIB, MIB);
	assert_true(buyer->sent_wei >= seller->carried_wei);
	assert_buyer_loses_little();
	assert_true(mesh_was_told(buyer, TS_RELAY_PADS));
}

/*
 * We were dead for a while, downloads went on, and afterwards others are heard before who
 * carried them.
 */
static void who_carries_while_we_are_dead_is_paid(void **state)
{
	struct ts_relay_delivered delivered = { 0 };
	unsigned int i;

	meet();
	for (i = 0; i < 5; i++)
		one_interval(MIB, MIB);
	mesh_down(&mesh, buyer, buyer->config.window_bytes / 2);
	mesh_kill(&mesh, buyer);
	for (i = 0; i < 3; i++) {
		mesh_down(&mesh, buyer, buyer->config.window_bytes / 10);
		delivered.life = buyer->kernel.life;
		delivered.bytes = buyer->kernel.delivered_bytes;
		delivered.packets = buyer->kernel.delivered_packets;
		ts_relay_bought(buyer->relay, NULL, 0, &delivered);
	}
	for (i = 0; i < 5; i++)
		one_interval(MIB, MIB);
	mesh_run(&mesh, 30);
	assert_no_event(buyer);
	assert_int_equal(seller->refused_bytes, 0);
	assert_true(buyer->sent_wei == seller->carried_wei);
}

int main(void)
{
#define t(name)	cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)
	const struct CMUnitTest tests[] = {
		t(a_late_receipt_is_no_lie),
		t(who_claims_more_gains_little),
		t(who_hides_gains_little),
		t(a_little_difference_never_stops_it),
		t(who_pads_gains_little),
		t(who_carries_for_a_dry_one_pads_not),
		t(a_flood_for_a_dry_one_is_made_up_for),
		t(who_pads_for_a_dry_one_gains_a_window),
		t(who_pads_while_we_are_dead_gains_a_window),
		t(who_carries_while_we_are_dead_is_paid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
