// SPDX-License-Identifier: GPL-2.0
/* billing_tag.c - amounts that name a session (M6), and those that only seem to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "billing_one.h"

#define TAG_WEI 1000000000000ull

/* The usual box, of a token that has tags. */
static int tag_setup(void **state)
{
	one_setup(state);
	box_close(&box);
	box.config.tokens[0].decimals = 18;
	return box_open(&box);
}

static ts_u128 tagged(int code)
{
	return box_view(&box, code).tagged_wei;
}

/* Without a memo; @code: whose it is to be, -1: nobody's. */
static void pay(unsigned int wallet, ts_u128 wei, int code)
{
	box_make(&box, wallet, wei, -1, 1);
	box.wallets[wallet].code = code;
	box_send(&box, wallet);
	box_flush(&box);
	assert_false(box.wallets[wallet].waiting);
}

static ts_u128 pool(unsigned int wallet)
{
	struct ts_channel_view view;

	assert_int_equal(ts_billing_channel_view(box.billing,
			 &box.wallets[wallet].channel.our_address, NULL, &view), 0);
	return view.unspent_wei;
}

static void an_amount_names_a_session(void **state)
{
	int one = box_code(&box, 0), other = box_code(&box, 1);
	ts_u128 wei = tagged(one);

	assert_true(wei % TAG_WEI && tagged(other) % TAG_WEI);
	assert_true(wei % TAG_WEI != tagged(other) % TAG_WEI);
	/* More or less than was suggested: the last twelve digits count. */
	pay(0, wei % TAG_WEI + 5 * TAG_WEI, one);
	assert_int_equal(box_view(&box, one).state, TS_SESSION_PAID);
	assert_true(box_view(&box, one).attached_wei == wei % TAG_WEI + 5 * TAG_WEI);
	assert_int_equal(box_view(&box, other).state, TS_SESSION_NEVER_PAID);
	assert_true(box_frame(&box, 0, 100, TS_DIR_UP));
	assert_false(box_frame(&box, 1, 100, TS_DIR_UP));
	/* Again, by anybody; and each wallet's is its own. */
	pay(1, wei % TAG_WEI + TAG_WEI, one);
	assert_true(pool(1) == wei % TAG_WEI + TAG_WEI);
}

static void what_is_nobodys_stays_the_wallets(void **state)
{
	int one = box_code(&box, 0), other = box_code(&box, 1);
	ts_u128 wei = tagged(one), paid = 0;
	const ts_u128 amounts[] = { wei + 1, wei - 1, 3 * TAG_WEI, 1, wei / 10 };
	unsigned int i;

	for (i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++) {
		pay(0, amounts[i], -1);
		paid += amounts[i];
	}
	assert_int_equal(box_view(&box, one).state, TS_SESSION_NEVER_PAID);
	assert_int_equal(box_view(&box, other).state, TS_SESSION_NEVER_PAID);
	assert_true(pool(0) == paid);
}

/* A memo is what it says, whatever the amount looks like. */
static void a_memo_outranks_the_amount(void **state)
{
	int one = box_code(&box, 0), other = box_code(&box, 1);

	assert_true(box_pay(&box, 0, tagged(one), other));
	assert_int_equal(box_view(&box, one).state, TS_SESSION_NEVER_PAID);
	assert_int_equal(box_view(&box, other).state, TS_SESSION_PAID);
}

/* Who made a session by a code of his own choice, for its tag, has no station there. */
static void a_session_that_was_made_up_has_no_tag(void **state)
{
	int code = box_know_code(&box, "0123456789ABCDEF");
	ts_u128 wei;

	assert_true(box_pay(&box, 0, 5 * TAG_WEI, code));
	wei = tagged(code);
	pay(1, wei, -1);
	assert_true(box_view(&box, code).attached_wei == 5 * TAG_WEI);
	assert_true(pool(1) == wei);
}

/* A tag is of this session and this process: it never becomes another's. */
static void a_tag_ends(void **state)
{
	int code = box_code(&box, 0);
	ts_u128 wei = tagged(code);

	pay(0, wei, code);
	box_crash(&box, false, 0);
	assert_int_equal(box_open(&box), 0);
	assert_true(tagged(code) % TAG_WEI != wei % TAG_WEI);
	pay(1, wei, -1);
	assert_true(box_view(&box, code).attached_wei == wei);
	wei = tagged(code);
	/* Nor while the session is about to end. */
	ts_billing_logout(box.billing, box.codes[code].code, TS_CODE_CHARS, 5, &box.now);
	pay(2, wei, -1);
	assert_true(pool(2) == wei);
}

/* Where a tag would be worth something there is none. */
static void a_small_token_has_no_tags(void **state)
{
	int code;

	box_close(&box);
	box.config.tokens[0].decimals = 17;
	assert_int_equal(box_open(&box), 0);
	code = box_code(&box, 0);
	assert_true(tagged(code) == 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, tag_setup, one_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(an_amount_names_a_session),
		T(what_is_nobodys_stays_the_wallets),
		T(a_memo_outranks_the_amount),
		T(a_session_that_was_made_up_has_no_tag),
		T(a_tag_ends),
		T(a_small_token_has_no_tags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
