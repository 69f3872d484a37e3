// SPDX-License-Identifier: GPL-2.0
/* relay_books.c - what two boxes have signed: late, repeated, wrong, or lost with the power. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "relay_scene.h"

static enum ts_relay_verdict say(const struct ts_relay_receipt *r,
				 const struct ts_signer *key)
{
	struct in_flight msg = { .len = TS_RECEIPT_BYTES };

	ts_receipt_sign(r, key, msg.b);
	return mesh_give(&mesh, seller, &msg);
}

/* Each for one reason alone; and of none anything is kept. */
static void a_receipt_that_is_not_right_is_refused(void **state)
{
	struct ts_signer *thief = ts_signer_generate();
	struct ts_relay_receipt good, r;
	uint64_t granted;

	meet();
	one_interval(MIB, MIB);
	granted = seller->kernel.granted;
	good = buyer->last_said;
	good.number += 10;
	assert_int_equal(say(&good, thief), TS_RELAY_BAD_SIGNATURE);
	r = good;
	r.to = *ts_signer_address(thief);
	assert_int_equal(say(&r, buyer->key), TS_RELAY_WRONG_BOX);
	r = good;
	r.token.b[0] ^= 1;
	assert_int_equal(say(&r, buyer->key), TS_RELAY_WRONG_CHAIN);
	r = good;
	r.from = *ts_signer_address(thief);
	assert_int_equal(say(&r, thief), TS_RELAY_STRANGER);
	r = good;
	r.bought_wei--;
	assert_int_equal(say(&r, buyer->key), TS_RELAY_BACKWARDS);
	r = good;
	r.bought.bytes[TS_SERVICE_RELAY][TS_DIR_UP]--;
	assert_int_equal(say(&r, buyer->key), TS_RELAY_BACKWARDS);
	assert_int_equal(seller->kernel.granted, granted);
	assert_int_equal(say(&good, buyer->key), TS_RELAY_TAKEN);
	assert_int_equal(say(&good, buyer->key), TS_RELAY_OLD);
	/* The one after it, not repeated by chance. */
	good.number++;
	assert_int_equal(say(&good, buyer->key), TS_RELAY_TAKEN);
	ts_signer_free(thief);
}

/* Nobody else speaks for a box: not to itself, and not of its prices. */
static void nobody_speaks_for_another(void **state)
{
	struct in_flight own = { .len = TS_RECEIPT_BYTES }, hello = buyer->last_hello;
	struct in_flight tariff = { .len = TS_RELAY_TARIFF_BYTES };
	struct ts_relay_receipt r;
	struct ts_relay_view before, after;
	struct ts_relay_tariff t;
	struct ts_hello h;

	meet();
	one_interval(MIB, MIB);
	before = mesh_view(&mesh, buyer);
	r = buyer->last_said;
	r.number += 10;
	r.bought_wei *= 10;
	ts_receipt_sign(&r, seller->key, own.b);
	assert_int_equal(mesh_give(&mesh, buyer, &own), TS_RELAY_OWN);
	hello = buyer->last_hello;
	assert_int_equal(ts_hello_decode(&h, hello.b, hello.len), 0);
	h.sequence = INT64_MAX;
	ts_hello_sign(&h, seller->key, hello.b);
	assert_int_equal(mesh_give(&mesh, buyer, &hello), TS_RELAY_OWN);
	t = (struct ts_relay_tariff){
		.box = seller->config.us, .chain_id = seller->config.chain_id,
		.tokens_network = seller->config.tokens_network,
		.token = seller->config.token, .version = 1000,
		.prices = seller->kernel.prices,
	};
	ts_relay_tariff_sign(&t, buyer->key, tariff.b);
	assert_int_equal(mesh_give(&mesh, buyer, &tariff), TS_RELAY_BAD_SIGNATURE);
	ts_relay_tariff_sign(&t, seller->key, tariff.b);
	assert_int_equal(mesh_give(&mesh, buyer, &tariff), TS_RELAY_TAKEN);
	after = mesh_view(&mesh, buyer);
	assert_true(after.bought_wei == before.bought_wei);
	mesh_run(&mesh, 10);
	assert_true(buyer->last_sequence < INT64_MAX);
}

/* What the seller says of the time before a power cut is worth one window. */
static void after_a_power_cut_a_claim_is_worth_a_window(void **state)
{
	struct ts_relay_receipt r;
	struct in_flight msg = { .len = TS_RECEIPT_BYTES };
	ts_u128 before_wei;

	meet();
	one_interval(MIB, MIB);
	mesh_power_cut(&mesh, buyer);
	mesh_count(&mesh, buyer);
	before_wei = mesh_view(&mesh, buyer).bought_wei;
	r = seller->last_said;
	r.number += 100;
	r.sold_wei += 100 * r.window_wei;
	ts_receipt_sign(&r, seller->key, msg.b);
	assert_int_equal(mesh_give(&mesh, buyer, &msg), TS_RELAY_TAKEN);
	assert_true(mesh_view(&mesh, buyer).bought_wei <= before_wei + r.window_wei);
}

/* The seller's next word: with a window of any size, it says. */
static void boast(struct ts_relay_receipt *r)
{
	struct in_flight msg = { .len = TS_RECEIPT_BYTES };

	r->number += 100;
	r->window_wei = (ts_u128)1 << 90;
	ts_receipt_sign(r, seller->key, msg.b);
	assert_int_equal(mesh_give(&mesh, buyer, &msg), TS_RELAY_TAKEN);
}

/* M13: nor is a window worth what the seller says, but what the buyer lets others have. */
static void a_window_is_not_what_the_seller_says(void **state)
{
	struct ts_relay_receipt r;
	uint64_t before_bytes;
	ts_u128 before_wei;

	meet();
	one_interval(MIB, MIB);
	mesh_power_cut(&mesh, buyer);
	mesh_count(&mesh, buyer);
	before_wei = mesh_view(&mesh, buyer).bought_wei;
	before_bytes = ts_carried_total(&buyer->last_said.bought);
	r = seller->last_said;
	r.sold_wei += (ts_u128)1 << 80;
	boast(&r);
	assert_true(mesh_view(&mesh, buyer).bought_wei > before_wei);
	assert_true(mesh_view(&mesh, buyer).bought_wei <=
		    before_wei + mesh_window_wei(seller));
	/* Bytes that nobody could have carried for that would be in its own receipts. */
	mesh_power_cut(&mesh, buyer);
	mesh_count(&mesh, buyer);
	r.sold_wei = mesh_view(&mesh, buyer).bought_wei;
	r.sold.bytes[TS_SERVICE_RELAY][TS_DIR_UP] = (uint64_t)1 << 59;
	boast(&r);
	intervals(3, MIB, MIB);
	assert_true(ts_carried_total(&buyer->last_said.bought) <
		    before_bytes + 2 * buyer->config.window_bytes);
}

/* What is made up while nobody looks is worth a window, whatever the seller calls one. */
static void what_is_made_up_meanwhile_is_worth_a_window(void **state)
{
	ts_u128 before_wei;
	struct ts_relay_receipt r;

	meet();
	one_interval(MIB, MIB);
	r = seller->last_said;
	boast(&r);
	mesh_commit(&mesh, buyer);
	before_wei = mesh_view(&mesh, buyer).bought_wei;
	mesh_junk(&mesh, buyer, 16 * buyer->config.window_bytes);
	mesh_kill(&mesh, buyer);
	mesh_count(&mesh, buyer);
	assert_true(mesh_view(&mesh, buyer).bought_wei > before_wei);
	assert_true(mesh_view(&mesh, buyer).bought_wei <=
		    before_wei + mesh_window_wei(seller));
}

static void old_messages_are_worth_nothing(void **state)
{
	struct in_flight hello, receipt;
	uint64_t granted;

	meet();
	one_interval(MIB, 0);
	hello = seller->last_hello;
	receipt = buyer->last_receipt;
	one_interval(2 * MIB, 0);
	granted = seller->kernel.granted;
	assert_int_equal(mesh_give(&mesh, seller, &receipt), TS_RELAY_OLD);
	assert_int_equal(mesh_give(&mesh, buyer, &hello), TS_RELAY_OLD);
	/* Nor after a start: radios of before are not bound again. */
	mesh_kill(&mesh, buyer);
	assert_int_equal(mesh_give(&mesh, buyer, &hello), TS_RELAY_OLD);
	assert_int_equal(seller->kernel.granted, granted);
	/* Its own says nothing new to who signed it. */
	assert_int_equal(mesh_give(&mesh, buyer, &receipt), TS_RELAY_OWN);
}

/* Counters that began anew cost no more than what was not on the disk. */
static void power_cuts_cost_little(void **state)
{
	ts_u128 before_wei;
	unsigned int i;

	meet();
	for (i = 0; i < 10; i++) {
		one_interval(2 * MIB, 2 * MIB);
		mesh_up(&mesh, buyer, MIB);
		mesh_power_cut(&mesh, i & 1 ? buyer : seller);
		mesh_run(&mesh, 15);
	}
	/* What the buyer forgot it was told by the seller. */
	before_wei = seller->carried_wei;
	one_interval(2 * MIB, 2 * MIB);
	assert_true(seller->carried_wei > before_wei);
	/* Each cut of the seller may cost it what it had not written yet. */
	assert_true(seller->carried_wei <= buyer->sent_wei +
		    part(seller->carried_wei, 20) + 6 * mesh_window_wei(seller));
	assert_true(buyer->sent_wei <= seller->carried_wei +
		    part(seller->carried_wei, 20) + mesh_window_wei(seller));
}

static void lose_ledger(struct side *s, const char *name)
{
	char path[128];

	ts_relay_free(s->relay);
	ts_ledger_close(s->ledger);
	snprintf(path, sizeof(path), "%s/%s", mesh.dir, name);
	assert_int_equal(remove(path), 0);
	mesh_start(&mesh, s);
	/* What it says until then is old, and its witness is not to hear it. */
	s->last_sequence = 0;
	memset(&s->last_said, 0, sizeof(s->last_said));
}

/* The other side has what the box had signed, and shows it; so it goes on from there. */
static void a_lost_ledger_is_reminded(void **state)
{
	struct ts_relay_receipt before, after;

	meet();
	intervals(3, MIB, MIB);
	before = buyer->last_said;
	lose_ledger(buyer, "box0.db");
	intervals(5, MIB, MIB);
	assert_true(mesh_was_told(buyer, TS_RELAY_REMINDED));
	after = buyer->last_said;
	assert_true(after.number > before.number);
	assert_true(after.bought_wei >= before.bought_wei);
	assert_true(after.sold_wei >= before.sold_wei);
	assert_true(mesh_up(&mesh, buyer, MIB) > 0);
	assert_seller_loses_little();
	assert_buyer_loses_little();
}

/* So is the seller's: what it has carried since is added to what it had said. */
static void a_sellers_lost_ledger_is_reminded(void **state)
{
	struct ts_relay_receipt before;

	meet();
	intervals(3, MIB, MIB);
	before = seller->last_said;
	lose_ledger(seller, "box1.db");
	intervals(5, MIB, MIB);
	assert_true(mesh_was_told(seller, TS_RELAY_REMINDED));
	assert_true(seller->last_said.sold_wei > before.sold_wei);
	assert_seller_loses_little();
	assert_buyer_loses_little();
}

int main(void)
{
#define t(name)	cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)
	const struct CMUnitTest tests[] = {
		t(old_messages_are_worth_nothing),
		t(a_receipt_that_is_not_right_is_refused),
		t(nobody_speaks_for_another),
		t(after_a_power_cut_a_claim_is_worth_a_window),
		t(a_window_is_not_what_the_seller_says),
		t(what_is_made_up_meanwhile_is_worth_a_window),
		t(power_cuts_cost_little),
		t(a_lost_ledger_is_reminded),
		t(a_sellers_lost_ledger_is_reminded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
