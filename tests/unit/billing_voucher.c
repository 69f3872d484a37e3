// SPDX-License-Identifier: GPL-2.0
/*
 * billing_voucher.c - codes that are worth the operator's own money, once, and never a
 * wallet's or anybody's income (M5, M11, M15).
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
#include "share_books.h"

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

/* All that passes is what was given, to the last unit that buys a byte. */
static void a_voucher_is_spent_once(void **state)
{
	uint64_t passed;

	assert_true(make(0, 300000, 0) > 0);
	assert_true(show(0, made));
	assert_int_equal(box_view(&box, box_code(&box, 0)).state, TS_SESSION_PAID);
	assert_true(box_view(&box, box_code(&box, 0)).given_wei == share_unspent(0));
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
	assert_true(share_unspent(1) <= 400000 * GWEI);
	assert_true(share_unspent(0) >= 440000 * GWEI && share_unspent(0) <= 500000 * GWEI);
	assert_int_equal(ts_billing_refund(box.billing, ts_signer_address(far_key(PARTNER)),
					   NULL, TS_U128_MAX, 0), 0);
	box_flush(&box);
	box_flush(&box);
	passed_wei = far_total().consumed_wei;
	assert_true(far_total().refunded_wei + passed_wei == 400000 * GWEI);
	assert_true(share_unspent(0) >= 440000 * GWEI);
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
	assert_true(share_revenue(TS_REVENUE_ACCESS) == 0);
	share_use(100000);
	assert_true(share_revenue(TS_REVENUE_GIVEN) == box.given_wei);
	share_split();
	assert_true(share_split_wei() == share_revenue(TS_REVENUE_ACCESS));
	assert_in_range(share_revenue(TS_REVENUE_ACCESS), 89900 * GWEI, 90000 * GWEI);
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
	assert_true(share_revenue(TS_REVENUE_GIVEN) == box.given_wei);
	assert_true(far_total().consumed_wei == share_revenue(TS_REVENUE_ACCESS));
	assert_true(share_split_wei() == share_revenue(TS_REVENUE_ACCESS));
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

/* Who has opened the page is not kept from redeeming by any number of invented MACs. */
static void strangers_deny_nobody(void **state)
{
	struct ts_key key = box_key(0);
	unsigned int i, tried;

	box_code(&box, 1);
	assert_true(make(1000 * GWEI, 0, 0) > 0);
	for (i = 0; i < 3000; i++) {
		key.mac[4] = (uint8_t)(i >> 8);
		key.mac[5] = (uint8_t)i;
		ts_billing_voucher(box.billing, &key, "ZZZZ-ZZZZ-ZZZZ-ZZZZ", 19, 9,
				   &box.now);
		box_flush(&box);
	}
	assert_string_equal(box.last_refusal.name, "too_many_tries");
	for (i = 0, tried = 0; i < 100; i++) {
		assert_false(show(1, "ZZZZ-ZZZZ-ZZZZ-ZZZZ"));
		tried += !strcmp(box.last_refusal.name, "bad_voucher");
	}
	assert_int_equal(tried, 5);
	/* Its own tries come again by its own time alone. */
	box_later(&box, 12 * SECOND);
	assert_true(show(1, made));
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
		T(strangers_deny_nobody),
		T(killed_at_each_step),
		T(made_and_killed),
		T(after_a_restore_none_is_good),
		T(bad_vouchers_are_not_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
