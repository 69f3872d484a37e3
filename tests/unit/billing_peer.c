// SPDX-License-Identifier: GPL-2.0
/*
 * billing_peer.c - a box among Photon peers: what it sends, what they say to it, and
 * what of it is believed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "billing_far.h"

/* M10: no byte before the commit, and none at all when it fails. */
static void nothing_leaves_before_its_commit(void **state)
{
	const struct ts_outgoing *due[TS_DUE_MAX];

	far_offer(BOX_WALLETS, 5000 * GWEI, 0);
	assert_int_equal(ts_outbox_due(&far[PARTNER].life.outbox, 1, due), 1);
	ts_billing_datagram(box.billing, due[0]->b, due[0]->len, REPLY, &box.now);
	assert_int_equal(box.n_messages, 0);
	assert_int_equal(box.acks, 0);
	fault.kind = FAULT_SYNC;
	fault.failed = false;
	fault.at = fault.touches + 1;
	box_flush(&box);
	fault.kind = FAULT_NONE;
	assert_non_null(ts_billing_read_only(box.billing));
	assert_int_equal(box.n_messages, 0);
	assert_int_equal(box.acks, 0);
	far_restart(false);
	far_speak(PARTNER);
	assert_true(far_is_last_message(TS_MSG_SECRET_REQUEST));
}

/* The same bytes after 6 s, and after a restart at once. */
static void what_is_not_acked_is_sent_again(void **state)
{
	struct box_message first;
	unsigned int i;

	far_offer(BOX_WALLETS, 5000 * GWEI, 0);
	assert_true(far_speak(PARTNER));
	assert_int_equal(box.n_messages, 1);
	first = box.messages[0];
	assert_true(ts_billing_deadline(box.billing) ==
		    box.now.boot_ns + 6 * SECOND);
	box_later(&box, 6 * SECOND - 1);
	box_flush(&box);
	assert_int_equal(box.n_messages, 1);
	box_later(&box, 1);
	box_flush(&box);
	assert_int_equal(box.n_messages, 2);
	far_restart(true);
	assert_int_equal(box.n_messages, 3);
	for (i = 1; i < 3; i++)
		assert_memory_equal(&box.messages[i], &first, sizeof(first));
	/* A peer that is gone is asked less and less, and never dropped. */
	for (i = 0; i < 3600; i++) {
		box_later(&box, SECOND);
		box_flush(&box);
	}
	assert_in_range(box.n_messages, 14, 25);
	assert_true(box.logs > 0);
}

struct fetched {
	struct ts_datagram d;
	unsigned int count;
};

static int keep_message(const void *bytes, size_t len, void *arg)
{
	struct fetched *f = arg;

	f->count++;
	f->d.len = len;
	memcpy(f->d.b, bytes, len);
	return 0;
}

static struct fetched fetch(unsigned int wallet)
{
	struct fetched f = { .count = 0 };

	assert_int_equal(ts_billing_outbox_each(box.billing,
		ts_signer_address(far_key(wallet)), keep_message, &f), 0);
	return f;
}

/* Whoever has no UDP fetches what the box has to say, and posts the Ack. */
static void a_payer_fetches_what_it_is_sent(void **state)
{
	struct fetched f;

	assert_true(box_pay(&box, PARTNER, 1000, -1));
	far[PARTNER].life.channel = box.wallets[PARTNER].channel;
	assert_int_equal(ts_billing_refund(box.billing,
		ts_signer_address(far_key(PARTNER)), NULL, TS_U128_MAX, 0), 0);
	assert_int_equal(fetch(PARTNER).count, 0);
	box_flush(&box);
	f = fetch(PARTNER);
	assert_int_equal(f.count, 1);
	assert_int_equal(fetch(TARGET).count, 0);
	assert_memory_equal(&f.d, &box.messages[0].datagram, sizeof(f.d));
	far_restart(false);
	assert_int_equal(fetch(PARTNER).count, 1);
	far_hear(PARTNER, &f.d);
	assert_true(far[PARTNER].life.channel.partner_proof.transferred_wei == 1000);
	/* The Ack may be a lie: it stays until the partner itself is the proof. */
	assert_int_equal(fetch(PARTNER).count, 1);
	far_restart(false);
	assert_int_equal(fetch(PARTNER).count, 1);
}

/* Nobody who only saw a message can end anything but its repetition (M9). */
static void an_ack_is_not_evidence(void **state)
{
	uint8_t junk[TS_ACK_BYTES] = { 0 };

	far_offer(BOX_WALLETS, 5000 * GWEI, 0);
	assert_true(far_speak(PARTNER));
	assert_false(far_give(junk, sizeof(junk)));
	assert_string_equal(box.last_refusal.name, "nothing_to_ack");
}

/* Where a peer is, is said by a message of its own that is new (M9). */
static void a_replay_says_nothing_of_a_place(void **state)
{
	assert_true(box_pay(&box, PARTNER, 1000, -1));
	assert_int_equal(box.heard, 1);
	assert_memory_equal(&box.last_heard, ts_signer_address(far_key(PARTNER)),
			    sizeof(box.last_heard));
	box_send(&box, PARTNER);
	box_flush(&box);
	assert_int_equal(box.heard, 1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, far_setup, far_teardown)
	const struct CMUnitTest tests[] = {
		T(nothing_leaves_before_its_commit),
		T(what_is_not_acked_is_sent_again),
		T(a_payer_fetches_what_it_is_sent),
		T(an_ack_is_not_evidence),
		T(a_replay_says_nothing_of_a_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
