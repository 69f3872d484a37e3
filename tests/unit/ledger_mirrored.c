// SPDX-License-Identifier: GPL-2.0
/*
 * ledger_mirrored.c - what others gave us to show for them stays, is replaced by
 * newer proofs alone, and is looked through by the check.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/mirrored.h"
#include "ledger_one.h"
#include "photon_ends.h"

static char said[256];
static struct ends ends;

#define payer	(&ends.payer)
#define box	(&ends.box)

/**
 * struct found - what is in the table
 * @n: how many rows
 * @last: of them
 */
static struct found {
	unsigned int n;
	struct ts_delegated last;
} found;

static int set_up(void **state)
{
	ends_open(&ends);
	return ledger_setup(state);
}

static int tear_down(void **state)
{
	ends_close(&ends);
	return ledger_teardown(state);
}

/* The box's newest proof by the payer. */
static struct ts_delegated paid(ts_u128 amount_wei)
{
	struct ts_delegated d;

	ends_pay(&ends, payer, box, amount_wei);
	ts_delegated_make(&d, &box->life.channel, box->key);
	return d;
}

static void put(const struct ts_delegated *d)
{
	assert_int_equal(ts_ledger_begin(ledger), 0);
	assert_int_equal(ts_ledger_mirrored_put(ledger, d), 0);
	assert_int_equal(ts_ledger_commit(ledger), 0);
}

static int take(const struct ts_delegated *d, void *arg)
{
	found.n++;
	found.last = *d;
	return 0;
}

static unsigned int load(void)
{
	memset(&found, 0, sizeof(found));
	assert_int_equal(ts_ledger_mirrored_load(ledger, take, NULL), 0);
	return found.n;
}

static void note(const char *text, void *arg)
{
	snprintf(said, sizeof(said), "%s", text);
}

static void test_it_stays(void **state)
{
	struct ts_delegated d = paid(10);

	put(&d);
	ledger_reopen();
	assert_int_equal(load(), 1);
	assert_true(ts_delegated_equal(&found.last, &d));
	assert_int_equal(ts_ledger_begin(ledger), 0);
	assert_int_equal(ts_ledger_mirrored_delete(ledger, &d), 0);
	assert_int_equal(ts_ledger_commit(ledger), 0);
	assert_int_equal(load(), 0);
}

/* Whoever forgets to compare: the table does. */
static void test_only_newer_ones(void **state)
{
	struct ts_delegated older = paid(10), newer = paid(5), forged = newer;

	put(&newer);
	put(&older);
	forged.delegation.b[0] ^= 1;
	put(&forged);
	assert_int_equal(load(), 1);
	assert_true(ts_delegated_equal(&found.last, &newer));
	newer = paid(1);
	put(&newer);
	assert_int_equal(load(), 1);
	assert_true(ts_delegated_equal(&found.last, &newer));
}

/* Another life, and another owner of the same channel, have rows of their own. */
static void test_one_for_each(void **state)
{
	struct ts_delegated d = paid(10), other;

	put(&d);
	other = d;
	other.open_block_number++;
	put(&other);
	other = d;
	other.owner = d.partner;
	other.partner = d.owner;
	put(&other);
	assert_int_equal(load(), 3);
}

static void test_a_batch_that_fails(void **state)
{
	struct ts_delegated d = paid(10);

	assert_int_equal(ts_ledger_begin(ledger), 0);
	assert_int_equal(ts_ledger_mirrored_put(ledger, &d), 0);
	ts_ledger_discard(ledger);
	assert_int_equal(load(), 0);
}

static void test_the_check(void **state)
{
	struct ts_delegated d = paid(10);

	put(&d);
	assert_int_equal(ts_ledger_check(ledger, TS_LEDGER_CHECK_SIGNATURES, note,
					 NULL), 0);
	ledger_tamper("UPDATE mirrored SET nonce = nonce + 1");
	assert_int_equal(ts_ledger_check(ledger, 0, note, NULL), 0);
	assert_int_equal(ts_ledger_check(ledger, TS_LEDGER_CHECK_SIGNATURES, note,
					 NULL), 1);
	assert_non_null(strstr(said, "not signed by both"));
	ledger_tamper("UPDATE mirrored SET partner = owner");
	assert_int_equal(ts_ledger_mirrored_load(ledger, take, NULL), -EUCLEAN);
	assert_int_equal(ts_ledger_check(ledger, 0, note, NULL), -EUCLEAN);
}

#define mirrored_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		mirrored_test(test_it_stays),
		mirrored_test(test_only_newer_ones),
		mirrored_test(test_one_for_each),
		mirrored_test(test_a_batch_that_fails),
		mirrored_test(test_the_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
