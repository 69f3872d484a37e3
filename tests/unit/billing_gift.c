// SPDX-License-Identifier: GPL-2.0
/*
 * billing_gift.c - vouchers, allowances and sponsored stations: the operator's own money,
 * once, to whom it was given, and never a wallet's or anybody's income (M5, M6, M11, M15).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "billing/gift.h"
#include "ledger/revenue.h"
#include "share_books.h"

#define DAY_NS	(86400 * SECOND)

static const struct ts_address *token(void)
{
	return &box.config.tokens[0].address;
}

static char made[TS_VOUCHER_CODE_SIZE];

/* Return: its number. */
static int64_t make(ts_u128 wei, uint64_t bytes, uint64_t until_s)
{
	struct ts_voucher_order order = {
		.label = "a test", .token = *token(), .wei = wei, .bytes = bytes,
		.until_s = until_s,
	};
	int64_t id = 0;
	int ret = ts_billing_voucher_make(box.billing, &order, &box.now, made, &id);

	box_flush(&box);
	return ret ? ret : id;
}

/* Whether it is done; else why not is in the box. */
static bool show(unsigned int station, const char *code)
{
	unsigned int before = box.attaches;
	struct ts_key key = box_key(station);

	ts_billing_voucher(box.billing, &key, code, strlen(code), 77, &box.now);
	box_flush(&box);
	return box.attaches == before + 1;
}

static bool ask_allowance(unsigned int station)
{
	unsigned int before = box.attaches;
	struct ts_key key = box_key(station);

	ts_billing_allowance(box.billing, &key, 78, &box.now);
	box_flush(&box);
	return box.attaches == before + 1;
}

static ts_u128 revenue_of(enum ts_revenue kind);

/** struct wanted - of a kind */
struct wanted {
	enum ts_revenue kind;
	ts_u128 wei;
};

static int add_kind(const struct ts_ledger_revenue *r, void *arg)
{
	struct wanted *w = arg;

	if (r->kind == w->kind)
		w->wei += r->wei;
	return 0;
}

static ts_u128 revenue_of(enum ts_revenue kind)
{
	struct wanted w = { .kind = kind };

	assert_int_equal(ts_billing_revenue_each(box.billing, add_kind, &w), 0);
	return w.wei;
}

static ts_u128 unspent(unsigned int station)
{
	return box_view(&box, box_code(&box, station)).unspent_wei;
}

/* All that passes is what was given, to the last unit that buys a byte. */
static void a_voucher_is_spent_once(void **state)
{
	uint64_t passed;

	assert_true(make(0, 300000, 0) > 0);
	assert_true(show(0, made));
	assert_int_equal(box_view(&box, box_code(&box, 0)).state, TS_SESSION_PAID);
	assert_true(box_view(&box, box_code(&box, 0)).given_wei == unspent(0));
	assert_int_equal(box_view(&box, box_code(&box, 0)).remaining_bytes, 300000);
	passed = box_spend(&box, 0, 1000);
	passed += box_spend(&box, 0, 60);
	assert_in_range(passed, 299940, 300000);
	box_verify(&box);
	/* Again, by anybody, in any boot. */
	assert_false(show(0, made));
	assert_string_equal(box.last_refusal.name, "bad_voucher");
	assert_false(show(1, made));
	far_restart(true);
	assert_false(show(2, made));
	assert_false(box_frame(&box, 2, 60, TS_DIR_UP));
	box_verify(&box);
}

/* As people write it. */
static void a_code_is_read_as_it_is_written(void **state)
{
	char text[40], *c;

	assert_true(make(1000 * GWEI, 0, 0) > 0);
	assert_int_equal(strlen(made), TS_VOUCHER_CODE_SIZE - 1);
	assert_int_equal(made[4], '-');
	snprintf(text, sizeof(text), " %s\r\n", made);
	for (c = text; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c += 'a' - 'A';
		if (*c == '0')
			*c = 'o';
		if (*c == '1')
			*c = c > text + 8 ? 'l' : 'I';
		if (*c == '-')
			*c = ' ';
	}
	assert_true(show(0, text));
}

/* M6, M11: no refund gives it back, no logout, no wallet can take it along. */
static void it_is_never_a_wallets(void **state)
{
	char code[TS_CODE_SIZE];
	ts_u128 passed_wei;

	assert_true(box_pay(&box, PARTNER, 400000 * GWEI, box_code(&box, 0)));
	assert_true(make(500000 * GWEI, 0, 0) > 0);
	assert_true(show(0, made));
	strcpy(code, box.codes[box_code(&box, 0)].code);
	share_use(50000);
	/* A wallet takes what it paid for and nothing else. */
	box_attach(&box, PARTNER, code, 1, TS_U128_MAX);
	box_flush(&box);
	box_flush(&box);
	assert_true(unspent(1) <= 400000 * GWEI);
	assert_true(unspent(0) >= 440000 * GWEI && unspent(0) <= 500000 * GWEI);
	assert_int_equal(ts_billing_refund(box.billing, ts_signer_address(far_key(PARTNER)),
					   NULL, TS_U128_MAX, 0), 0);
	box_flush(&box);
	box_flush(&box);
	passed_wei = far_total().consumed_wei;
	assert_true(far_total().refunded_wei + passed_wei == 400000 * GWEI);
	assert_true(unspent(0) >= 440000 * GWEI);
	/* Who logs out leaves it: it is nobody's then. */
	ts_billing_logout(box.billing, code, strlen(code), 5, &box.now);
	box_flush(&box);
	box_flush(&box);
	assert_true(far_total().refunded_wei + passed_wei == 400000 * GWEI);
	assert_false(box_frame(&box, 0, 60, TS_DIR_UP));
	assert_false(show(0, made));
}

/* M5: what was given is shown, and is no income; what was paid is. */
static void it_is_no_income(void **state)
{
	share_give(ANNA, 500);
	share_reload();
	/* An account that has both: the gift goes first. */
	assert_true(make(0, 60000, 0) > 0);
	assert_true(show(0, made));
	assert_true(box_pay(&box, PARTNER, 400000 * GWEI, box_code(&box, 0)));
	share_use(50000);
	assert_true(revenue_of(TS_REVENUE_ACCESS) == 0);
	share_use(100000);
	assert_true(revenue_of(TS_REVENUE_GIVEN) == box.given_wei);
	share_split();
	assert_true(share_split_wei() == revenue_of(TS_REVENUE_ACCESS));
	assert_in_range(revenue_of(TS_REVENUE_ACCESS), 89900 * GWEI, 90000 * GWEI);
	/* Killed, and its counters lost, it is still so. */
	far_restart(false);
	share_use(20000);
	far_restart(true);
	box_events(&box);
	box_flush(&box);
	assert_int_equal(ts_billing_session_close(box.billing,
		box.codes[box_code(&box, 0)].code, &box.now), 0);
	box_flush(&box);
	box_flush(&box);
	share_split();
	assert_true(revenue_of(TS_REVENUE_GIVEN) == box.given_wei);
	assert_true(far_total().consumed_wei == revenue_of(TS_REVENUE_ACCESS));
	assert_true(share_split_wei() == revenue_of(TS_REVENUE_ACCESS));
	assert_true(far_total().consumed_wei > 100000 * GWEI);
}

/* What is wrong with a code is not said, and what was never one looks like what was. */
static void guessing_learns_nothing(void **state)
{
	static const char *const never[] = {
		"", "0", "0000-0000-0000-0000", "0123456789ABCDEFGHJKMNPQRSTVWXYZ",
		"ABCD-EFGH-JKMN-PQR", "UUUU-UUUU-UUUU-UUUU",
	};
	char used[TS_VOUCHER_CODE_SIZE], revoked[TS_VOUCHER_CODE_SIZE];
	char over[TS_VOUCHER_CODE_SIZE], nul[20] = "0000000000000000";
	const char *text;
	unsigned int i;
	struct ts_key key = box_key(3);

	assert_true(make(1000 * GWEI, 0, 0) > 0);
	strcpy(used, made);
	assert_true(show(0, used));
	assert_int_equal(ts_billing_voucher_revoke(box.billing, make(1000 * GWEI, 0, 0)), 0);
	box_flush(&box);
	strcpy(revoked, made);
	assert_true(make(1000 * GWEI, 0, box.now.wall_s + 100) > 0);
	strcpy(over, made);
	box.now.wall_s += 100;
	box.now.boot_ns += 100 * SECOND;
	assert_false(show(1, "ZZZZ-ZZZZ-ZZZZ-ZZZZ"));
	text = box.last_refusal.text;
	assert_string_equal(box.last_refusal.name, "bad_voucher");
	for (i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		box_later(&box, 12 * SECOND);
		assert_false(show(1, never[i]));
		assert_ptr_equal(box.last_refusal.text, text);
		assert_int_equal(box.last_refusal.kind, TS_REFUSE_FORBIDDEN);
	}
	box_later(&box, 120 * SECOND);
	assert_false(show(1, used));
	assert_ptr_equal(box.last_refusal.text, text);
	assert_false(show(1, revoked));
	assert_ptr_equal(box.last_refusal.text, text);
	assert_false(show(1, over));
	assert_ptr_equal(box.last_refusal.text, text);
	/* Bytes that are no text. */
	nul[3] = '\0';
	ts_billing_voucher(box.billing, &key, nul, 16, 9, &box.now);
	box_flush(&box);
	assert_ptr_equal(box.last_refusal.text, text);
}

/* Wrong codes are limited for a station, for all, and not by what is right. */
static void guessing_is_slow(void **state)
{
	struct ts_key key = box_key(0);
	unsigned int i, tried = 0;

	assert_true(make(1000 * GWEI, 0, 0) > 0);
	for (i = 0; i < 100; i++) {
		assert_false(show(0, "ZZZZ-ZZZZ-ZZZZ-ZZZZ"));
		tried += !strcmp(box.last_refusal.name, "bad_voucher");
	}
	assert_int_equal(tried, 5);
	assert_string_equal(box.last_refusal.name, "too_many_tries");
	assert_int_equal(box.last_refusal.kind, TS_REFUSE_BUSY);
	/* Not even a good one, and it is not used up by that. */
	assert_false(show(0, made));
	/* Another VLAN is no other station. */
	key.vlan = 9;
	ts_billing_voucher(box.billing, &key, made, strlen(made), 9, &box.now);
	box_flush(&box);
	assert_string_equal(box.last_refusal.name, "too_many_tries");
	box_later(&box, 12 * SECOND);
	assert_true(show(0, made));
	/* Any number of MACs together. */
	for (i = 0, tried = 0; i < 3000; i++) {
		key.mac[4] = (uint8_t)(i >> 8);
		key.mac[5] = (uint8_t)i;
		ts_billing_voucher(box.billing, &key, "ZZZZ-ZZZZ-ZZZZ-ZZZZ", 19, 9,
				   &box.now);
		box_flush(&box);
		tried += !strcmp(box.last_refusal.name, "bad_voucher");
	}
	assert_in_range(tried, 150, 210);
}

/* Invariant 3: killed at each touch, a code is worth its value once. */
static void killed_at_each_step(void **state)
{
	unsigned int k, crashes = 0, gifts = 0;
	bool dead = true;

	for (k = 1; dead; k++) {
		assert_true(make(7000 * GWEI, 0, 0) > 0);
		box_later(&box, 60 * SECOND);
		fault.at = fault.touches + k;
		fault.kind = FAULT_DIE;
		show(k % BOX_STATIONS, made);
		dead = fault.dead;
		crashes += dead;
		box.quiet = true;
		far_restart(k % 2);
		box_flush(&box);
		/* Done, or it can be, by whoever holds it; and then never again. */
		if (box.gifts == gifts)
			assert_true(show((k + 1) % BOX_STATIONS, made));
		assert_false(show(k % BOX_STATIONS, made));
		gifts++;
		assert_int_equal(box.gifts, gifts);
		assert_true(box.given_wei == gifts * (7000 * GWEI));
		box_verify(&box);
	}
	assert_true(crashes > 5);
}

/* A voucher that was not stored is worth nothing; one that is can be made good. */
static void made_and_killed(void **state)
{
	unsigned int k, crashes = 0;
	bool dead = true;
	int64_t id;

	for (k = 1; dead; k++) {
		fault.at = fault.touches + k;
		fault.kind = FAULT_DIE;
		id = make(7000 * GWEI, 0, 0);
		dead = fault.dead;
		crashes += dead;
		far_restart(k % 2);
		assert_int_equal(ts_ledger_check(box.ledger, 0, far_say_fault, NULL), 0);
		if (!dead)
			assert_true(id > 0 && show(0, made));
	}
	assert_true(crashes > 1);
}

static int count_state(const struct ts_ledger_voucher *v, void *arg)
{
	((unsigned int *)arg)[v->state]++;
	return 0;
}

static int64_t last_id;

static int keep_last(const struct ts_ledger_voucher *v, void *arg)
{
	static const uint8_t zero[TS_HASH_BYTES];

	last_id = v->id;
	/* The code is nowhere. */
	assert_memory_not_equal(v->digest.b, zero, sizeof(zero));
	return 0;
}

/* A backup does not know which were redeemed after it. */
static void after_a_restore_none_is_good(void **state)
{
	const struct ts_ledger_options options = { .path = box.dir.path };
	char copy[160], kept[200], err[600], wal[220];
	unsigned int states[TS_VOUCHER_STATE_COUNT] = { };
	struct ts_ledger *l;

	assert_true(make(7000 * GWEI, 0, 0) > 0);
	snprintf(copy, sizeof(copy), "%s/backup", box.dir.name);
	l = ledger_dir_open(&box.dir, TS_LEDGER_READ_ONLY);
	assert_int_equal(ts_ledger_backup(l, copy, err, sizeof(err)), 0);
	ts_ledger_close(l);
	assert_true(show(0, made));
	assert_int_equal(ts_billing_stop(box.billing, &box.now), 0);
	box_close(&box);
	assert_int_equal(ts_ledger_restore(&options, copy, kept, sizeof(kept), err,
					   sizeof(err)), 0);
	box.last_gift = box.gifts = 0;
	assert_int_equal(box_open(&box), 0);
	assert_false(show(1, made));
	assert_int_equal(ts_billing_voucher_each(box.billing, count_state, states), 0);
	assert_int_equal(states[TS_VOUCHER_DOUBTFUL], 1);
	assert_int_equal(ts_billing_voucher_each(box.billing, keep_last, NULL), 0);
	assert_int_equal(ts_billing_voucher_trust(box.billing, last_id), 0);
	box_flush(&box);
	assert_int_equal(ts_billing_voucher_trust(box.billing, last_id), -EALREADY);
	assert_true(show(1, made));
	assert_int_equal(ts_billing_voucher_revoke(box.billing, last_id), -EALREADY);
	unlink(copy);
	unlink(kept);
	snprintf(wal, sizeof(wal), "%s-wal", kept);
	unlink(wal);
}

/* What makes no sense is refused. */
static void bad_vouchers_are_not_made(void **state)
{
	struct ts_voucher_order order = { .label = "x", .token = *token() };
	int64_t id;

	assert_int_equal(make(0, 0, 0), -EINVAL);
	assert_int_equal(make(5, 5, 0), -EINVAL);
	assert_int_equal(make(5 * GWEI, 0, 1), -EINVAL);
	assert_int_equal(make(0, UINT64_MAX, 0), -EINVAL);
	order.wei = 5;
	order.token = share_address(9);
	assert_int_equal(ts_billing_voucher_make(box.billing, &order, &box.now, made, &id),
			 -EINVAL);
	order.token = *token();
	order.label = "much too long to be a label of a voucher";
	assert_int_equal(ts_billing_voucher_make(box.billing, &order, &box.now, made, &id),
			 -EINVAL);
	assert_int_equal(ts_billing_voucher_revoke(box.billing, 1), -ENOENT);
}

/* --- allowances ------------------------------------------------------------ */

static void allow(uint64_t bytes, uint32_t stations)
{
	box.config.allowance_bytes = bytes;
	box.config.allowance_stations = stations;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	box_flush(&box);
}

/* Once a day of the box's age, whatever the clock says, for so many stations (M12, M15). */
static void so_many_bytes_a_day(void **state)
{
	uint64_t passed;

	assert_false(ask_allowance(0));
	assert_string_equal(box.last_refusal.name, "no_allowance");
	allow(100000, 2);
	assert_false(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	assert_true(ask_allowance(0));
	passed = box_spend(&box, 0, 1000);
	assert_in_range(passed, 99000, 100000);
	assert_false(ask_allowance(0));
	assert_string_equal(box.last_refusal.name, "had_allowance");
	far_restart(true);
	allow(100000, 2);
	assert_false(ask_allowance(0));
	box.now.wall_s += 30 * 86400;
	assert_false(ask_allowance(0));
	/* Nor with another VLAN or zone. */
	assert_true(ask_allowance(1));
	assert_false(ask_allowance(2));
	assert_string_equal(box.last_refusal.name, "allowances_gone");
	box_later(&box, DAY_NS);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_true(ask_allowance(0));
	assert_true(ask_allowance(2));
	assert_false(ask_allowance(1));
	box_verify(&box);
}

/* What is left of it at the end of the day is nobody's. */
static void it_ends_with_the_day(void **state)
{
	allow(500000, 10);
	assert_true(ask_allowance(0));
	share_use(20000);
	assert_true(unspent(0) > 400000 * GWEI);
	box_later(&box, DAY_NS);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	box_flush(&box);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_true(unspent(0) == 0);
	assert_false(box_frame(&box, 0, 60, TS_DIR_UP));
	assert_in_range(revenue_of(TS_REVENUE_GIVEN), 19900 * GWEI, 20000 * GWEI);
	assert_true(revenue_of(TS_REVENUE_ACCESS) == 0);
	box_verify(&box);
	/* And what was paid is not touched by that. */
	assert_true(ask_allowance(0));
	assert_true(box_pay(&box, PARTNER, 200000 * GWEI, box_code(&box, 0)));
	box_later(&box, DAY_NS);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	box_flush(&box);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_true(unspent(0) == 200000 * GWEI);
}

/* --- sponsored stations ---------------------------------------------------- */

static int sponsor(unsigned int station, ts_u128 wei, uint64_t until_s)
{
	struct ts_key key = box_key(station);
	char code[TS_CODE_SIZE];
	int ret = ts_billing_sponsor(box.billing, &key, token(), wei, until_s, &box.now, code);

	box_flush(&box);
	return ret;
}

static void the_operator_pays_for_a_station(void **state)
{
	struct ts_key other = box_key(1), key = box_key(0);
	char code[TS_CODE_SIZE];

	assert_int_equal(sponsor(0, 0, 0), -EINVAL);
	assert_int_equal(sponsor(0, 5, 1), -EINVAL);
	assert_int_equal(sponsor(0, 300000 * GWEI, box.now.wall_s + 1000), 0);
	/* It need not do anything. */
	share_use(50000);
	strcpy(code, box.codes[box_code(&box, 0)].code);
	/* Whoever shows its code elsewhere has no part in it (M15). */
	assert_int_equal(ts_billing_session_move(box.billing, code, &other, &box.now), 0);
	box_flush(&box);
	box_flush(&box);
	assert_false(box_frame(&box, 1, 1000, TS_DIR_DOWN));
	assert_true(unspent(1) == 0);
	assert_int_equal(ts_billing_session_move(box.billing, code, &key, &box.now), 0);
	box_flush(&box);
	box_flush(&box);
	share_use(50000);
	far_restart(false);
	share_use(10000);
	/* Until its date. */
	box_later(&box, 1100 * SECOND);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	box_flush(&box);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_false(box_frame(&box, 0, 60, TS_DIR_UP));
	assert_in_range(revenue_of(TS_REVENUE_GIVEN), 109900 * GWEI, 110000 * GWEI);
	assert_int_equal(ts_billing_sponsor_end(box.billing, &key, &box.now), -ENOENT);
	box_verify(&box);
}

static int count_sponsors(const struct ts_sponsor_view *view, void *arg)
{
	++*(unsigned int *)arg;
	assert_true(view->wei == 70000 * GWEI);
	return 0;
}

/* A new limit is in place of the one before, and an end holds over a crash. */
static void until_the_operator_ends_it(void **state)
{
	struct ts_key key = box_key(0);
	unsigned int n = 0, k;
	uint32_t epoch;
	bool dead = true;

	assert_int_equal(sponsor(0, 300000 * GWEI, 0), 0);
	share_use(20000);
	assert_int_equal(sponsor(0, 70000 * GWEI, 0), 0);
	box_flush(&box);
	assert_int_equal(ts_billing_sponsor_each(box.billing, count_sponsors, &n), 0);
	assert_int_equal(n, 1);
	assert_in_range(box_spend(&box, 0, 1000), 68000, 70000);
	for (k = 1; dead; k++) {
		assert_int_equal(sponsor(0, 300000 * GWEI, 0), 0);
		share_use(1000);
		epoch = box_account(&box, 0)->a.epoch;
		fault.at = fault.touches + k;
		fault.kind = FAULT_DIE;
		if (!ts_billing_sponsor_end(box.billing, &key, &box.now))
			box_flush(&box);
		dead = fault.dead;
		box.quiet = true;
		far_restart(false);
		box_flush(&box);
		box_later(&box, 2 * SECOND);
		ts_billing_tick(box.billing, &box.now);
		box_flush(&box);
		box_verify(&box);
		/* It was not begun, or it is done: no other account has it. */
		if (box_frame(&box, 0, 60, TS_DIR_UP))
			assert_int_equal(box_account(&box, 0)->a.epoch, epoch);
	}
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_false(box_frame(&box, 0, 60, TS_DIR_UP));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, far_setup, far_teardown)
	const struct CMUnitTest tests[] = {
		T(a_voucher_is_spent_once),
		T(a_code_is_read_as_it_is_written),
		T(it_is_never_a_wallets),
		T(it_is_no_income),
		T(guessing_learns_nothing),
		T(guessing_is_slow),
		T(killed_at_each_step),
		T(made_and_killed),
		T(after_a_restore_none_is_good),
		T(bad_vouchers_are_not_made),
		T(so_many_bytes_a_day),
		T(it_ends_with_the_day),
		T(the_operator_pays_for_a_station),
		T(until_the_operator_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
