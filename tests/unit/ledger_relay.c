// SPDX-License-Identifier: GPL-2.0
/* ledger_relay.c - what boxes carry for each other and owe each other stays. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/relay.h"
#include "ledger/revenue.h"
#include "ledger_one.h"

static struct found {
	unsigned int n;
	struct ts_ledger_relay last;
} found;

static int find(const struct ts_ledger_relay *r, void *arg)
{
	found.n++;
	found.last = *r;
	return 0;
}

static int load(void)
{
	memset(&found, 0, sizeof(found));
	return ts_ledger_relay_load(ledger, find, NULL);
}

/* Each member has a value of its own. */
static struct ts_ledger_relay a_row(void)
{
	struct ts_ledger_relay r;
	unsigned int i;

	memset(&r, 0, sizeof(r));
	memset(&r.partner, 1, sizeof(r.partner));
	memset(&r.token, 2, sizeof(r.token));
	r.hello_sequence = 3;
	r.number = 4;
	r.sold_wei = ((ts_u128)5 << 100) + 6;
	r.account_base_wei = 7;
	r.bought_wei = ((ts_u128)8 << 90) + 9;
	r.netted_wei = 10;
	r.trust_64ths = 11;
	strcpy(r.boot_id, "b");
	r.account_id = 12;
	r.account_epoch = 13;
	r.unit_shift = -14;
	r.account_units = 15;
	r.account_exit_units = 14;
	r.bought_life = 16;
	for (i = 0; i < 4; i++) {
		r.sold.bytes[i / 2][i % 2] = ((uint64_t)20 << 50) + i;
		r.bought.bytes[i / 2][i % 2] = 30 + i;
		r.account.bytes[i / 2][i % 2] = 40 + i;
		r.bought_raw.bytes[i / 2][i % 2] = 50 + i;
	}
	r.unbelieved_bytes[0] = 60;
	r.unbelieved_bytes[1] = 61;
	r.hello.len = 1;
	r.receipt.len = TS_RELAY_SIGNED_MAX;
	memset(r.receipt.b, 70, sizeof(r.receipt.b));
	r.tariff.len = 3;
	r.next_tariff.len = 2;
	r.day_prices_len = 9;
	r.day_prices[8] = 80;
	return r;
}

static void book(const struct ts_address *token, enum ts_revenue kind, ts_u128 wei)
{
	const struct ts_ledger_revenue r = {
		.token = *token, .day = 20000, .kind = kind, .wei = wei,
	};

	assert_int_equal(ts_ledger_revenue_add(ledger, &r), 0);
}

/* All that was sold and bought, in two parts. */
static void book_all(const struct ts_ledger_relay *r)
{
	book(&r->token, TS_REVENUE_RELAY, 2);
	book(&r->token, TS_REVENUE_RELAY, r->sold_wei - 5);
	book(&r->token, TS_REVENUE_EXIT, 3);
	book(&r->token, TS_REVENUE_UPSTREAM, r->bought_wei);
}

static void test_rows_come_back(void **state)
{
	struct ts_ledger_relay r = a_row();

	assert_int_equal(ts_ledger_relay_put(ledger, &r), -EINVAL);
	assert_int_equal(ts_ledger_begin(ledger), 0);
	assert_int_equal(ts_ledger_relay_put(ledger, &r), 0);
	assert_int_equal(ts_ledger_commit(ledger), 0);
	assert_int_equal(load(), 0);
	assert_int_equal(found.n, 1);
	assert_memory_equal(&found.last, &r, sizeof(r));
	/* One for each neighbour and token. */
	r.number++;
	r.hello.len = 0;
	assert_int_equal(ts_ledger_begin(ledger), 0);
	assert_int_equal(ts_ledger_relay_put(ledger, &r), 0);
	r.token.b[0]++;
	assert_int_equal(ts_ledger_relay_put(ledger, &r), 0);
	assert_int_equal(ts_ledger_commit(ledger), 0);
	ledger_reopen();
	assert_int_equal(load(), 0);
	assert_int_equal(found.n, 2);
	assert_int_equal(found.last.number, 5);
	/* What was charged is somebody's income, to the unit (M5). */
	assert_int_equal(ts_ledger_check(ledger, 0, NULL, NULL), 4);
	assert_int_equal(ts_ledger_begin(ledger), 0);
	book_all(&r);
	r.token.b[0]--;
	book_all(&r);
	assert_int_equal(ts_ledger_commit(ledger), 0);
	assert_int_equal(ts_ledger_check(ledger, 0, NULL, NULL), 0);
	assert_int_equal(ts_ledger_begin(ledger), 0);
	book(&r.token, TS_REVENUE_EXIT, 1);
	book(&r.token, TS_REVENUE_FEES, 1);
	assert_int_equal(ts_ledger_commit(ledger), 0);
	assert_int_equal(ts_ledger_check(ledger, 0, NULL, NULL), 2);
}

static void test_own_comes_back(void **state)
{
	struct ts_ledger_relay_own own, back;

	assert_int_equal(ts_ledger_relay_own_get(ledger, &back), 0);
	assert_int_equal(back.hello_sequence, 0);
	memset(&own, 0, sizeof(own));
	own.hello_sequence = 1;
	own.tariff_version = 2;
	own.offer_len = TS_RELAY_PRICES_MAX;
	memset(own.offer, 3, sizeof(own.offer));
	assert_int_equal(ts_ledger_begin(ledger), 0);
	assert_int_equal(ts_ledger_relay_own_put(ledger, &own), 0);
	own.hello_sequence++;
	assert_int_equal(ts_ledger_relay_own_put(ledger, &own), 0);
	assert_int_equal(ts_ledger_commit(ledger), 0);
	assert_int_equal(ts_ledger_relay_own_get(ledger, &back), 0);
	assert_memory_equal(&back, &own, sizeof(own));
}

static void test_what_cannot_be_is_refused(void **state)
{
	struct ts_ledger_relay r = a_row();

	/* More before this account than in all. */
	r.account_base_wei = r.sold_wei + 1;
	assert_int_equal(ts_ledger_begin(ledger), 0);
	assert_int_not_equal(ts_ledger_relay_put(ledger, &r), 0);
	ts_ledger_discard(ledger);
}

static void test_damage_is_seen(void **state)
{
	struct ts_ledger_relay r = a_row();

	assert_int_equal(ts_ledger_begin(ledger), 0);
	assert_int_equal(ts_ledger_relay_put(ledger, &r), 0);
	assert_int_equal(ts_ledger_commit(ledger), 0);
	ledger_tamper("UPDATE relays SET receipt = zeroblob(600)");
	assert_int_equal(load(), -EUCLEAN);
	assert_non_null(strstr(ts_ledger_error(ledger), "damaged"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rows_come_back, ledger_setup, ledger_teardown),
		cmocka_unit_test_setup_teardown(test_own_comes_back, ledger_setup, ledger_teardown),
		cmocka_unit_test_setup_teardown(test_what_cannot_be_is_refused, ledger_setup, ledger_teardown),
		cmocka_unit_test_setup_teardown(test_damage_is_seen, ledger_setup, ledger_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
