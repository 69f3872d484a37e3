// SPDX-License-Identifier: GPL-2.0
/*
 * photon_outbox.c - what is sent when, what Acks are worth (M9), and that a
 * stored life is the same one again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "photon/ack.h"
#include "photon/pack.h"
#include "photon_ends.h"

static struct ends ends;
static const struct ts_outgoing *due[TS_DUE_MAX];

#define box (&ends.box)
#define payer (&ends.payer)

static size_t send_at(uint64_t now_ns)
{
	return ts_outbox_due(&payer->life.outbox, now_ns, due);
}

/* The payer is told that its outstanding message arrived; by anybody. */
static void forge_ack(void)
{
	const struct ts_outbox *o = &payer->life.outbox;
	uint8_t ack[TS_ACK_BYTES];
	size_t i;

	for (i = 0; o->queue[i].acked; i++)
		;
	ts_ack_make(o->queue[i].b, o->queue[i].len,
		    &payer->life.channel.partner_address, ack);
	assert_int_equal(ends_take(&ends, payer, ack, sizeof(ack)), TS_ACCEPTED);
}

static void test_one_at_a_time(void **state)
{
	struct ts_outgoing first;
	uint64_t t = 1000;

	ends_pay_lost(&ends, payer, 1);
	ends_pay_lost(&ends, payer, 2);
	assert_int_equal(ts_outbox_due_ns(&payer->life.outbox), 0);
	assert_int_equal(send_at(t), 1);
	assert_int_equal(due[0]->nonce, 1);
	first = *due[0];
	assert_int_equal(send_at(t), 0);
	assert_int_equal(send_at(t + TS_RESEND_NS - 1), 0);
	assert_true(ts_outbox_due_ns(&payer->life.outbox) == t + TS_RESEND_NS);
	assert_int_equal(send_at(t + TS_RESEND_NS), 1);
	assert_memory_equal(due[0]->b, first.b, first.len);
	/* After a restart: at once, and the same bytes. */
	ends_restart(payer);
	assert_int_equal(send_at(1), 1);
	assert_int_equal(due[0]->len, first.len);
	assert_memory_equal(due[0]->b, first.b, first.len);
	ends_take(&ends, box, first.b, first.len);
	forge_ack();
	assert_int_equal(send_at(2), 1);
	assert_int_equal(due[0]->nonce, 2);
}

/* M9: two lost transfers, two forged Acks; both come again, in order. */
static void test_forged_acks(void **state)
{
	uint64_t t = 1000;
	size_t i, n;
	int round;

	for (i = 0; i < 3; i++)
		ends_pay_lost(&ends, payer, 1 + i);
	forge_ack();
	forge_ack();
	for (round = 0; round < 12 && box->credited_wei < 6; round++) {
		n = send_at(t);
		/* Not before two resends were in vain. */
		assert_true(n == 1 || round >= 2);
		for (i = 0; i < n; i++)
			ends_take(&ends, box, due[i]->b, due[i]->len);
		t += TS_RESEND_NS;
	}
	assert_true(box->credited_wei == 6);
	assert_int_equal(box->life.channel.partner_proof.nonce, 3);
}

static void test_foreign_acks(void **state)
{
	uint8_t ack[TS_ACK_BYTES];
	const struct ts_outbox *o = &payer->life.outbox;

	ends_pay_lost(&ends, payer, 1);
	ends_pay_lost(&ends, payer, 2);
	/* By the wrong one, and for one that was not sent yet. */
	ts_ack_make(o->queue[0].b, o->queue[0].len,
		    &payer->life.channel.our_address, ack);
	assert_int_equal(ends_take(&ends, payer, ack, sizeof(ack)),
			 TS_REFUSED_WRONG_MESSAGE);
	ts_ack_make(o->queue[1].b, o->queue[1].len,
		    &payer->life.channel.partner_address, ack);
	assert_int_equal(ends_take(&ends, payer, ack, sizeof(ack)),
			 TS_REFUSED_WRONG_MESSAGE);
}

/* An Ack keeps it; what the partner can only know from it lets it go. */
static void test_evidence(void **state)
{
	struct ts_pending_lock lock = ends_lock(&ends, 30, 1);
	struct ts_hash secret = ends_secret(1);

	ends_pay(&ends, payer, box, 100);
	ends_pay(&ends, payer, box, 200);
	assert_int_equal(payer->life.outbox.queue_count, 2);
	/* More than its deposit and the first: it has the second. */
	ends_pay(&ends, box, payer, ENDS_DEPOSIT_WEI + 100);
	assert_int_equal(payer->life.outbox.queue_count, 2);
	ends_pay(&ends, box, payer, 1);
	assert_int_equal(payer->life.outbox.queue_count, 0);

	ends_offer(&ends, payer, &lock);
	ends_pass_queue(&ends, payer, box);
	assert_int_equal(payer->life.outbox.queue_count, 1);
	ends_reveal(&ends, box, &secret, ends.initiator_key);
	ends_pass_parallel(&ends, box, payer);
	/* The secret was for that lock; only the Unlock is left. */
	assert_int_equal(payer->life.outbox.queue_count, 1);
	assert_int_equal(payer->life.outbox.queue[0].b[0], TS_MSG_UNLOCK);
}

static void test_silence(void **state)
{
	uint64_t t = 1000, wait_ns = TS_RESEND_NS;
	unsigned int i;

	ends_pay_lost(&ends, payer, 1);
	for (i = 1; i <= TS_RESEND_PATIENCE; i++) {
		assert_int_equal(send_at(t), 1);
		assert_false(ts_outbox_is_silent(&payer->life.outbox));
		t += wait_ns;
	}
	for (i = 0; i < 20; i++) {
		assert_int_equal(send_at(t), 1);
		assert_true(ts_outbox_is_silent(&payer->life.outbox));
		wait_ns = 2 * wait_ns < TS_RESEND_CAP_NS ? 2 * wait_ns :
							   TS_RESEND_CAP_NS;
		assert_int_equal(send_at(t + wait_ns - 1), 0);
		t += wait_ns;
	}
	assert_true(wait_ns == TS_RESEND_CAP_NS);
	/* It is there again: what waits is sent at once. */
	ends_pay(&ends, box, payer, 1);
	assert_int_equal(ends.refusal, TS_ACCEPTED);
	assert_int_equal(send_at(t - wait_ns + 1), 1);
}

static void test_full(void **state)
{
	unsigned int i;

	for (i = 0; i < TS_QUEUE_MAX; i++)
		ends_pay_lost(&ends, payer, 1);
	assert_int_equal(ends.refusal, TS_ACCEPTED);
	ends_pay_lost(&ends, payer, 1);
	assert_int_equal(ends.refusal, TS_REFUSED_QUEUE_FULL);
	/* What was acked makes room, the oldest of it first. */
	forge_ack();
	ends_pay_lost(&ends, payer, 1);
	assert_int_equal(ends.refusal, TS_ACCEPTED);
	assert_int_equal(payer->life.outbox.queue[0].nonce, 2);
}

/* A life with all of it, there and back; and no byte can be missing. */
static void test_packed(void **state)
{
	static uint8_t bytes[TS_PACKED_MAX_BYTES], again[TS_PACKED_MAX_BYTES];
	struct ts_pending_lock lock = ends_lock(&ends, 30, 1);
	static struct ts_life before, after;
	struct ts_channel stored;
	size_t len, i;

	ends_pay(&ends, payer, box, 100);
	ends_offer(&ends, payer, &lock);
	ends_pass_queue(&ends, payer, box);
	ends.moment.head_fresh = false;
	lock = ends_lock(&ends, 40, 2);
	ends.moment.head_fresh = true;
	ends_offer(&ends, payer, &lock);
	ends.moment.head_fresh = false;
	ends_pass_queue(&ends, payer, box);
	ends_pass_parallel(&ends, box, payer);
	assert_int_equal(payer->life.disposal_count, 1);
	before = payer->life;
	stored = before.channel;
	stored.our_locked_wei = 0;
	len = ts_life_pack(&before, bytes);
	assert_null(ts_life_unpack(&after, &stored, bytes, len));
	ts_outbox_restart(&before.outbox);
	assert_memory_equal(&before, &after, sizeof(before));
	assert_null(ts_life_fault(&after));
	assert_int_equal(ts_life_pack(&after, again), len);
	assert_memory_equal(bytes, again, len);
	for (i = 1; i < len; i++)
		assert_non_null(ts_life_unpack(&after, &stored, bytes, i));
	assert_non_null(ts_life_unpack(&after, &stored, bytes, len + 1));
	bytes[3]++;
	assert_string_equal(ts_life_unpack(&after, &stored, bytes, len),
			    "what is under way was stored by another version");
	/* Nothing under way: no bytes. */
	assert_null(ts_life_unpack(&after, &box->life.channel, NULL, 0));
}

/* Locks and proofs that do not belong together. */
static void test_faults(void **state)
{
	struct ts_pending_lock lock = ends_lock(&ends, 30, 1);
	struct ts_life life;

	ends_offer(&ends, payer, &lock);
	life = payer->life;
	assert_null(ts_life_fault(&life));
	assert_non_null(ts_channel_fault(&life.channel));
	life.our_locks.lock[0].amount_wei++;
	assert_non_null(ts_life_fault(&life));
	life.channel.our_locked_wei++;
	assert_non_null(ts_life_fault(&life));
	life = payer->life;
	life.our_locks.count = 0;
	life.channel.our_locked_wei = 0;
	assert_non_null(ts_life_fault(&life));
	life = payer->life;
	life.cosign.kind = TS_COSIGN_WITHDRAW;
	assert_non_null(ts_life_fault(&life));
	life = payer->life;
	life.onchain.closed_block = 1;
	assert_non_null(ts_life_fault(&life));
}

#define outbox_test(f) cmocka_unit_test_prestate_setup_teardown(f, ends_set_up, ends_tear_down, &ends)

int main(void)
{
	const struct CMUnitTest tests[] = {
		outbox_test(test_one_at_a_time),
		outbox_test(test_forged_acks),
		outbox_test(test_foreign_acks),
		outbox_test(test_evidence),
		outbox_test(test_silence),
		outbox_test(test_full),
		outbox_test(test_packed),
		outbox_test(test_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
