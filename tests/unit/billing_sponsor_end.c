// SPDX-License-Identifier: GPL-2.0
/* billing_sponsor_end.c - until when a wallet pays for a station, and what ends it (M11, M12). */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "billing_box_parts.h"
#include "billing_word.h"

static void it_ends_at_its_date(void **state)
{
	struct ts_sponsor said = word_good(1, WORD_LIMIT);

	said.until_s = box.now.wall_s;
	word_refused(word_give_good(&said), "sponsor_expired");
	word_lend(1, WORD_LIMIT);
	assert_true(box_frame(&box, 1, 1000, TS_DIR_DOWN));
	word_after(86399 * SECOND);
	assert_true(word_passes(1));
	word_after(2 * SECOND);
	assert_null(box_account(&box, 1));
	assert_false(word_passes(1));
	assert_int_equal(word_shown(1).count, 0);
}

/* M12: a box that has lost the date goes by what it knew, and by the time it is up. */
static void without_a_clock_it_ends_too(void **state)
{
	struct ts_sponsor said;

	word_lend(1, WORD_LIMIT);
	assert_true(box_frame(&box, 1, 1000, TS_DIR_DOWN));
	far_restart(true);
	box.now.wall_s = 0;
	far_restart(true);
	assert_true(word_passes(1));
	word_after(86000 * SECOND);
	assert_true(word_passes(1));
	word_after(401 * SECOND);
	assert_null(box_account(&box, 1));
	assert_false(word_passes(1));
	/* Over is over, when the clock is said to be earlier, too. */
	far_restart(true);
	assert_false(word_passes(1));
	said = word_good(1, WORD_LIMIT);
	said.until_s = 1000;
	word_refused(word_give_good(&said), "sponsor_expired");
}

/* Nor does it last longer for a daemon that is started again each day. */
static void a_new_process_knows_how_long_the_last_was_up(void **state)
{
	unsigned int i;

	word_lend(1, WORD_LIMIT);
	assert_true(box_frame(&box, 1, 1000, TS_DIR_DOWN));
	box.now.wall_s = 0;
	for (i = 0; i < 3; i++) {
		far_restart(false);
		assert_true(word_passes(1));
		word_after(8 * 3600 * SECOND);
	}
	far_restart(true);
	word_after(3 * 3600 * SECOND);
	assert_false(word_passes(1));
	assert_int_equal(word_shown(1).count, 0);
}

static void who_never_knew_the_date_takes_none(void **state)
{
	struct ts_sponsor said;

	far_teardown(state);
	far_setup(state);
	box_close(&box);
	box.now.wall_s = 0;
	assert_int_equal(box_open(&box), 0);
	said = word_good(1, WORD_LIMIT);
	said.until_s = 4000000000;
	word_refused(word_give_good(&said), "no_clock");
	box.now.wall_s = 1800000000;
	assert_null(word_give_good(&said));
}

static void a_refund_ends_it(void **state)
{
	ts_u128 back;

	word_lend(1, WORD_LIMIT);
	assert_true(box_frame(&box, 1, 10000, TS_DIR_DOWN));
	far[PARTNER].life.channel = box.wallets[PARTNER].channel;
	assert_int_equal(ts_billing_refund(box.billing,
		ts_signer_address(far_key(PARTNER)), NULL, TS_U128_MAX, REPLY), 0);
	box_flush(&box);
	assert_int_equal(box.refunds, 1);
	far_pump();
	back = far[PARTNER].life.channel.partner_proof.transferred_wei;
	assert_in_range(WORD_POOL - back, 10000 * GWEI - GWEI, 10000 * GWEI + GWEI);
	box.wallets[PARTNER].channel = far[PARTNER].life.channel;
	assert_true(box_pay(&box, PARTNER, WORD_LIMIT, word_lender));
	word_after(2 * SECOND);
	assert_int_equal(box_spend(&box, 1, 60), 0);
	assert_int_equal(word_shown(1).count, 0);
}

/* Whether the operator ends the channel, or the wallet asks to. */
static void who_leaves_pays_for_nobody(void **state)
{
	struct ts_message msg = { .id = TS_MSG_SETTLE_REQUEST };
	struct ts_settle *s = &msg.settle_request.settle;
	const struct ts_channel *c = &far[PARTNER].life.channel;
	struct ts_datagram d;

	word_lend(1, WORD_LIMIT);
	assert_true(word_passes(1));
	far[PARTNER].life.channel = box.wallets[PARTNER].channel;
	s->channel_identifier = c->channel_identifier;
	s->open_block_number = c->open_block_number;
	s->participant1 = c->our_address;
	s->participant2 = c->partner_address;
	s->participant1_balance = ts_u256_from_u128(ts_channel_our_balance_wei(c));
	s->participant2_balance = ts_u256_from_u128(WORD_POOL);
	assert_int_equal(ts_message_sign(&msg, far_key(PARTNER), &box.config.chain_id, &d), 0);
	far_give(d.b, d.len);
	word_after(2 * SECOND);
	assert_false(word_passes(1));
	assert_int_equal(word_shown(1).count, 0);
}

static void nor_who_is_left(void **state)
{
	word_lend(1, WORD_LIMIT);
	assert_true(word_passes(1));
	assert_int_equal(ts_billing_leave(box.billing,
		ts_signer_address(far_key(PARTNER)), NULL), 0);
	box_flush(&box);
	word_after(2 * SECOND);
	assert_false(word_passes(1));
	assert_int_equal(word_shown(1).count, 0);
}

static void a_closed_channel_ends_it(void **state)
{
	struct ts_channel_view view;
	struct ts_sponsor said;

	word_lend(1, WORD_LIMIT);
	assert_true(box_frame(&box, 1, 10000, TS_DIR_DOWN));
	assert_int_equal(ts_billing_channel_view(box.billing,
		ts_signer_address(far_key(PARTNER)), NULL, &view), 0);
	view.channel.state = TS_CHANNEL_CLOSED;
	assert_int_equal(ts_billing_channel_import(box.billing, &view.channel, true,
						   &box.now), 0);
	word_after(2 * SECOND);
	assert_int_equal(box_spend(&box, 1, 60), 0);
	assert_int_equal(word_shown(1).count, 0);
	said = word_good(1, WORD_LIMIT);
	word_refused(word_give_good(&said), "channel_closed");
}

/* The lender logs out while a station has some of what it paid for that session. */
static void a_session_ends_when_what_it_lent_is_back(void **state)
{
	char code[TS_CODE_SIZE];

	word_lend(1, WORD_LIMIT);
	assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	assert_true(box_frame(&box, 1, 1000, TS_DIR_DOWN));
	strcpy(code, box.codes[word_lender].code);
	assert_int_equal(ts_billing_session_close(box.billing, code, &box.now), 0);
	box_flush(&box);
	box_flush(&box);
	assert_int_equal(ts_billing_session_view(box.billing, code,
						 &(struct ts_session_view){ 0 }), -ENOENT);
	assert_int_equal(box_spend(&box, 1, 60), 0);
	word_after(2 * SECOND);
	box_verify(&box);
	far_restart(false);
	assert_int_equal(box_spend(&box, 1, 60), 0);
}

/* The same of one that no station has: nothing else of it has to end first. */
static void nor_is_it_freed_under_a_loan(void **state)
{
	int code = box_know_code(&box, "0123456789ABCDEF");

	assert_int_equal(ts_billing_session_close(box.billing, box.codes[word_lender].code,
						  &box.now), 0);
	box_flush(&box);
	box_flush(&box);
	assert_true(box_pay(&box, PARTNER, WORD_LIMIT, code));
	word_lend(1, WORD_LIMIT);
	assert_true(word_passes(1));
	assert_int_equal(ts_billing_session_close(box.billing, box.codes[code].code,
						  &box.now), 0);
	box_flush(&box);
	box_flush(&box);
	assert_false(word_passes(1));
	assert_true(far_total().consumed_wei > 0);
	box_verify(&box);
}

/* The wallet takes its value to another station meanwhile: that goes on, and so does this. */
static void lent_value_may_be_attached_elsewhere(void **state)
{
	struct ts_session_view view;
	uint64_t passed;

	word_lend(1, WORD_LIMIT);
	assert_true(box_frame(&box, 1, 1000, TS_DIR_DOWN));
	box_attach(&box, PARTNER, box.codes[word_lender].code, 2, TS_U128_MAX);
	box_flush(&box);
	box_flush(&box);
	box_verify(&box);
	passed = 1000 + word_spend_all(1);
	assert_in_range(passed, word_bytes(WORD_LIMIT) - 1, word_bytes(WORD_LIMIT));
	word_after(2 * SECOND);
	view = box_view(&box, box_code(&box, 2));
	assert_in_range(view.unspent_wei, WORD_POOL - WORD_LIMIT - GWEI,
			WORD_POOL - WORD_LIMIT + 2 * GWEI);
	box_verify(&box);
}

/* Who shows a code at such a station has it there, and what is lent to it goes on. */
static void its_station_takes_another_session(void **state)
{
	struct ts_key key = box_key(1);

	word_lend(1, WORD_LIMIT);
	assert_true(word_passes(1));
	assert_int_equal(ts_billing_session_bind(box.billing, box.codes[word_lender].code, &key,
						 &box.now), 0);
	box_flush(&box);
	word_after(2 * SECOND);
	assert_true(word_passes(1));
	/* It has its own now, and the limit is not touched. */
	assert_true(word_shown(1).view.spent_wei < 1000 * GWEI);
	assert_in_range(word_spend_all(1), word_bytes(WORD_POOL) - 1000, word_bytes(WORD_POOL));
	assert_true(word_shown(1).view.spent_wei < 1000 * GWEI);
}

/* A new word in the place of one: what that one has used it has used. */
static void a_new_word_has_a_limit_of_its_own(void **state)
{
	word_lend(1, WORD_LIMIT);
	assert_true(box_frame(&box, 1, 50000, TS_DIR_DOWN));
	word_lend(1, WORD_LIMIT / 2);
	assert_int_equal(word_shown(1).count, 1);
	assert_true(word_shown(1).view.spent_wei == 0);
	word_after(2 * SECOND);
	assert_int_equal(word_spend_all(1), word_bytes(WORD_LIMIT / 2));
	word_sponsor(1, 0);
	word_after(2 * SECOND);
	box_verify(&box);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, word_setup, far_teardown)
	const struct CMUnitTest tests[] = {
		T(it_ends_at_its_date),
		T(without_a_clock_it_ends_too),
		T(a_new_process_knows_how_long_the_last_was_up),
		T(who_never_knew_the_date_takes_none),
		T(a_refund_ends_it),
		T(who_leaves_pays_for_nobody),
		T(nor_who_is_left),
		T(a_closed_channel_ends_it),
		T(a_session_ends_when_what_it_lent_is_back),
		T(nor_is_it_freed_under_a_loan),
		T(lent_value_may_be_attached_elsewhere),
		T(its_station_takes_another_session),
		T(a_new_word_has_a_limit_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
