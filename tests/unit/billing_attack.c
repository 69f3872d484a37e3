// SPDX-License-Identifier: GPL-2.0
/*
 * billing_attack.c - people who want more than they paid for, or want others
 * to get less: each test mounts one attack.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "billing_one.h"

static struct ts_channel channel_of(unsigned int wallet)
{
	struct ts_channel_view view;

	assert_int_equal(ts_billing_channel_view(box.billing,
		&box.wallets[wallet].channel.our_address, NULL, &view), 0);
	return view.channel;
}

static void import(const struct ts_channel *channel)
{
	assert_int_equal(ts_billing_channel_import(box.billing, channel, false,
						   &box.now), 0);
	box_flush(&box);
}

/*
 * A channel was settled and opened again.  What its first life still had is
 * not the payer's any more, so no transfer of that life may buy anything; the
 * Ack of the last one that counted is still given.
 */
static void a_life_that_is_over_buys_nothing(void **state)
{
	int code = box_code(&box, 0);
	struct ts_channel next;
	unsigned int acks;

	assert_true(box_pay(&box, 0, 1000 * GWEI, code));
	next = channel_of(0);
	next.open_block_number += 1000;
	memset(&next.partner_proof, 0, sizeof(next.partner_proof));
	import(&next);
	acks = box.acks;
	box_send(&box, 0);
	box_flush(&box);
	assert_int_equal(box.acks, acks + 1);
	assert_false(box_pay(&box, 0, 1000 * GWEI, code));
	assert_string_equal(box.last_refusal.name, "channel_closed");
	box_crash(&box, false, 0);
	assert_int_equal(box_open(&box), 0);
	box_send(&box, 0);
	box_flush(&box);
	assert_true(box.wallets[0].waiting);
}

/* A tariff that is not offered any more sells nothing at its old price. */
static void a_withdrawn_tariff_sells_nothing(void **state)
{
	struct ts_billing_tariff *cheap = &box.config.tariffs[1];
	int code = box_code(&box, 0);
	struct ts_session_view view;

	*cheap = box.config.tariffs[0];
	cheap->id = 2;
	strcpy(cheap->wei_per_gb[TS_CLASS_INTERNET][TS_DIR_UP], "1000000000000000");
	strcpy(cheap->wei_per_gb[TS_CLASS_INTERNET][TS_DIR_DOWN], "1000000000000000");
	box.config.n_tariffs = 2;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	box_flush(&box);
	box.config.n_tariffs = 1;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	box_flush(&box);
	box_make(&box, 0, 100000 * GWEI, code, 2);
	box_send(&box, 0);
	box_flush(&box);
	assert_false(box.wallets[0].waiting);
	assert_int_equal(ts_billing_session_view(box.billing,
		box.codes[code].code, &view), 0);
	assert_int_equal(view.tariff.id, 1);
	assert_in_range(view.remaining_bytes, 99000, 100100);
}

/*
 * Strangers push out the session of somebody who is about to pay; the place of
 * its row is taken, in memory before it is on the disk.  What is paid with the
 * code in between is the code's all the same.
 */
static void an_evicted_code_is_still_worth_what_is_paid(void **state)
{
	struct ts_key key = box_key(0);
	struct ts_session_view view;
	int code = box_code(&box, 0);
	char other[TS_CODE_SIZE];
	int i;

	box_later(&box, 2 * SECOND);
	box_flush(&box);	/* the code is on the disk */
	box.config.unpaid_sessions_max = 10;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	for (i = 0; i < 20; i++) {
		key.mac[1] = (uint8_t)(i + 1);
		box_later(&box, SECOND / 1000);
		assert_int_equal(ts_billing_station(box.billing, &key, &box.now,
						    other), 0);
	}
	assert_true(box_pay(&box, 0, 1000 * GWEI, code));
	assert_int_equal(ts_billing_session_view(box.billing,
		box.codes[code].code, &view), 0);
	assert_true(view.attached_wei == 1000 * GWEI);
}

/* Read-only, and somebody asks for a session: the loop may still sleep. */
static void read_only_is_no_busy_loop(void **state)
{
	int code = box_code(&box, 0);

	box_make(&box, 0, 1000 * GWEI, code, 1);
	fault.kind = FAULT_WRITE;
	fault.failed = false;
	fault.after_failure = 0;
	fault.at = fault.touches + 1;
	box_send(&box, 0);
	box_flush(&box);
	fault.kind = FAULT_NONE;
	assert_non_null(ts_billing_read_only(box.billing));
	box_code(&box, 1);
	box_later(&box, 10 * SECOND);
	box_flush(&box);
	assert_true(ts_billing_deadline(box.billing) > box.now.boot_ns);
}

/* A box that comes back with nothing to write sleeps until somebody comes. */
static void an_idle_box_sleeps(void **state)
{
	box_crash(&box, false, 0);
	assert_int_equal(box_open(&box), 0);
	box_flush(&box);
	assert_true(ts_billing_deadline(box.billing) > box.now.boot_ns);
}

/*
 * A wallet buys a little for one made-up station after the other.  What they
 * have used up must not keep the kernel's places from those who pay next.
 */
static void the_spent_make_room(void **state)
{
	unsigned int station;
	int code = box_code(&box, 0);

	/* All of it is granted at once; it is somebody's money still. */
	assert_true(box_pay(&box, 1, 5000 * GWEI, code));
	for (station = 1; station < 2 * BOX_ACCOUNTS; station++) {
		code = box_code(&box, station);
		assert_true(box_pay(&box, 0, 3000 * GWEI, code));
		ts_billing_tick(box.billing, &box.now);
		box_flush(&box);
		assert_true(box_spend(&box, station, 100) > 2800);
		box_later(&box, SECOND);
	}
	assert_true(box_spend(&box, 0, 100) > 4800);
}

/*
 * A wei for each of any number of codes: memory, disk and the time of a restart
 * are not for sale at that price.
 */
static void dust_makes_no_sessions(void **state)
{
	struct ts_key key = box_key(3);
	char code[TS_CODE_SIZE];
	unsigned int i;

	for (i = 0; i < 1000; i++) {
		snprintf(code, sizeof(code), "%016u", i);
		if (!box_pay(&box, 0, 1, box_know_code(&box, code)))
			break;
	}
	assert_int_equal(i, 64);
	assert_string_equal(box.last_refusal.name, "too_many_sessions");
	/* Others pay as ever, and so does this wallet once a code is shown. */
	assert_true(box_pay(&box, 1, 3000 * GWEI, box_code(&box, 1)));
	assert_int_equal(ts_billing_session_move(box.billing, box.codes[0].code,
						 &key, &box.now), 0);
	box_send(&box, 0);
	box_flush(&box);
	assert_false(box.wallets[0].waiting);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, one_setup, one_teardown)
	const struct CMUnitTest tests[] = {
		T(a_life_that_is_over_buys_nothing),
		T(a_withdrawn_tariff_sells_nothing),
		T(an_evicted_code_is_still_worth_what_is_paid),
		T(read_only_is_no_busy_loop),
		T(an_idle_box_sleeps),
		T(the_spent_make_room),
		T(dust_makes_no_sessions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
