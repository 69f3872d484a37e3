// SPDX-License-Identifier: GPL-2.0
/*
 * billing_evidence.c - a restored box asks its partners for its newest proof, and what
 * they can make it believe.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "billing_lost.h"
#include "photon/evidence.h"
#include "photon_proof.h"

/* The last question of the box's that left. */
static bool is_asked(struct ts_question *q)
{
	struct ts_address signer;
	unsigned int i;

	for (i = lost_box.n_messages; i-- > 0; ) {
		const struct box_message *m = &lost_box.messages[i];

		/* The others' channels were restored, too. */
		if (!ts_address_equal(&m->to, LOST_WALLET) ||
		    ts_question_decode(q, m->datagram.b, m->datagram.len))
			continue;
		assert_int_equal(ts_question_recover(m->datagram.b, &signer), 0);
		assert_true(ts_address_equal(&signer, &lost_box.config.our_address));
		return true;
	}
	return false;
}

/* What the wallet answers to the last question, with @lost as the box had it. */
static struct ts_evidence evidence_of(const struct ts_channel *lost)
{
	struct ts_evidence e = { .asker = lost->our_proof,
				 .answerer = lost->partner_proof };

	box_flush(&lost_box);
	assert_true(is_asked(&e.question));
	return e;
}

static void a_second(void)
{
	box_later(&lost_box, SECOND);
	ts_billing_tick(lost_box.billing, &lost_box.now);
	box_flush(&lost_box);
}

/* Whether the box takes it; once it is told. */
static bool show(const struct ts_evidence *e, unsigned int wallet)
{
	uint8_t bytes[TS_EVIDENCE_BYTES];
	unsigned int acks = lost_box.acks;

	ts_evidence_sign(e, lost_box.wallets[wallet].key, bytes);
	ts_billing_datagram(lost_box.billing, bytes, sizeof(bytes), 77, &lost_box.now);
	box_flush(&lost_box);
	a_second();
	assert_int_equal(lost_box.last_reply, 77);
	return lost_box.acks > acks;
}

/* Which it must refuse; Return: how it calls that. */
static const char *refused(const struct ts_evidence *e, unsigned int wallet)
{
	assert_false(show(e, wallet));
	return lost_box.last_refusal.name;
}

static void evidence_is_adopted(void **state)
{
	struct ts_channel lost = lost_lose();
	struct ts_evidence e = evidence_of(&lost);

	assert_true(show(&e, 0));
	assert_int_equal(lost_view().channel.restored, TS_RESTORED_TRUSTED);
	assert_int_equal(lost_view().channel.our_proof.nonce, 2);
	assert_int_equal(lost_view().channel.partner_proof.nonce, 3);
	/* What was paid since is its wallet's, and what went back is not twice its. */
	assert_true(lost_view().paid_wei == 1500);
	assert_true(lost_view().refunded_wei == 150);
	assert_string_equal(refused(&e, 0), "not_asked");
	box_crash(&lost_box, false, 0);
	lost_open();
	lost_refund(20);
	assert_true(lost_view().refunded_wei == 170);
	assert_true(lost_view().channel.our_proof.transferred_wei == 170);
	assert_int_equal(lost_check_nonces(), 3);
	box_later(&lost_box, 60 * SECOND);
	lost_box.n_messages = 0;
	box_flush(&lost_box);
	assert_false(is_asked(&e.question));
}

/* A wallet whose value a station spends: revoked first, as for a refund. */
static void evidence_waits_for_what_is_spent(void **state)
{
	int code = box_code(&lost_box, 0);
	struct ts_channel lost;
	struct ts_evidence e;

	assert_true(box_pay(&lost_box, 0, 10000 * GWEI, -1));
	assert_int_equal(lost_backup(), 0);
	lost_refund(10000 * GWEI);
	lost = lost_view().channel;
	box_close(&lost_box);
	assert_int_equal(lost_restore(), 0);
	lost_open();
	assert_true(box_pay(&lost_box, 0, 30000 * GWEI, code));
	assert_true(box_frame(&lost_box, 0, 1000, TS_DIR_UP));
	e = evidence_of(&lost);
	assert_true(show(&e, 0));
	assert_true(lost_view().refunded_wei == 10000 * GWEI);
	assert_int_equal((uint64_t)(lost_view().unspent_wei / GWEI), 29000);
	/* And the station goes on with the rest, no more. */
	a_second();
	assert_true(box_spend(&lost_box, 0, 100) <= 29000);
}

/* M9, M10: it is on the disk before it is acked, and before anything is signed. */
static void evidence_is_durable_first(void **state)
{
	struct ts_channel lost = lost_lose();
	struct ts_evidence e = evidence_of(&lost);
	uint8_t bytes[TS_EVIDENCE_BYTES];
	unsigned int acks = lost_box.acks;

	ts_evidence_sign(&e, lost_box.wallets[0].key, bytes);
	ts_billing_datagram(lost_box.billing, bytes, sizeof(bytes), 77, &lost_box.now);
	assert_int_equal(lost_box.acks, acks);
	box_crash(&lost_box, false, 0);
	lost_open();
	assert_int_equal(lost_box.acks, acks);
	assert_int_equal(lost_view().channel.restored, TS_RESTORED_UNKNOWN);
	assert_int_equal(lost_view().channel.our_proof.nonce, 1);
	assert_true(lost_view().refunded_wei == 100);
	/* It was an answer to another process. */
	assert_string_equal(refused(&e, 0), "not_asked");
	e = evidence_of(&lost);
	assert_true(show(&e, 0));
	box_crash(&lost_box, true, 0);
	lost_open();
	assert_int_equal(lost_view().channel.restored, TS_RESTORED_TRUSTED);
	assert_true(lost_view().refunded_wei == 150);
}

static void bad_evidence_changes_nothing(void **state)
{
	struct ts_channel backup, lost = lost_lose();
	struct ts_evidence good = evidence_of(&lost), e = good;
	struct ts_channel_view v;

	backup = lost_view().channel;
	/* Who listened has old proofs, but is not the partner. */
	assert_string_equal(refused(&e, 1), "not_partner");
	e.asker.transferred_wei++;
	assert_string_equal(refused(&e, 0), "bad_signature");
	e = good;
	e.answerer.transferred_wei++;
	assert_string_equal(refused(&e, 0), "bad_signature");
	e = good;
	e.asker = (struct ts_channel_proof){ 0 };
	assert_string_equal(refused(&e, 0), "nonce_replayed");
	e = good;
	e.asker.locksroot.b[0] = 1;
	assert_string_equal(refused(&e, 0), "wrong_locksroot");
	e = good;
	e.question.open_block_number++;
	assert_string_equal(refused(&e, 0), "unknown_channel");
	/* What the chain shows comes first. */
	ts_billing_head(lost_box.billing, 1000, false);
	assert_string_equal(refused(&good, 0), "chain_stale");
	v = lost_view();
	assert_same_proof(&backup.our_proof, &v.channel.our_proof);
	assert_int_equal(lost_view().channel.restored, TS_RESTORED_UNKNOWN);
	assert_true(lost_view().paid_wei == 1000);
}

/* Not asked for while it can say nothing, nor by who is not asked. */
static void who_asks_when(void **state)
{
	struct ts_channel lost = lost_lose();
	struct ts_question q;

	lost_box.n_messages = 0;
	ts_billing_head(lost_box.billing, 1000, false);
	box_later(&lost_box, 60 * SECOND);
	box_flush(&lost_box);
	assert_false(is_asked(&q));
	ts_billing_head(lost_box.billing, 1000, true);
	box_flush(&lost_box);
	assert_true(is_asked(&q));
	assert_true(ts_hash_equal(&q.channel_identifier, &lost.channel_identifier));
	lost_box.n_messages = 0;
	box_later(&lost_box, SECOND);
	box_flush(&lost_box);
	assert_false(is_asked(&q));
	box_later(&lost_box, 30 * SECOND);
	box_flush(&lost_box);
	assert_true(is_asked(&q));
}

static int note_question(const void *bytes, size_t len, void *arg)
{
	return !ts_question_decode(arg, bytes, len);
}

static void the_outbox_asks_who_has_no_udp(void **state)
{
	struct ts_question q, by_udp;

	lost_lose();
	box_flush(&lost_box);
	assert_true(is_asked(&by_udp));
	assert_int_equal(ts_billing_outbox_each(lost_box.billing, LOST_WALLET, note_question, &q), 1);
	assert_memory_equal(&q, &by_udp, sizeof(q));
	assert_int_equal(ts_billing_outbox_each(lost_box.billing,
		ts_signer_address(lost_box.wallets[1].key), note_question, &q), 1);
	assert_false(ts_hash_equal(&q.channel_identifier, &by_udp.channel_identifier));
	assert_false(ts_hash_equal(&q.nonce, &by_udp.nonce));
}

/*
 * A partner that hides what it has: the box refunds everything that it holds unspent,
 * some of it for the second time, and the partner can claim one proof, not both.
 */
static void hiding_wins_what_was_paid_at_most(void **state)
{
	struct ts_channel lost = lost_lose(), restored = lost_view().channel;
	struct ts_evidence e = evidence_of(&lost);

	e.asker = restored.our_proof;
	assert_true(show(&e, 0));
	assert_int_equal(lost_view().channel.our_proof.nonce, 1);
	lost_refund(TS_U128_MAX);
	/* It never can have more out of the channel than it paid into it. */
	assert_true(lost_view().channel.our_proof.transferred_wei == 1500);
	assert_true(lost.our_proof.transferred_wei <= 1500);
	assert_true(lost_view().unspent_wei == 0);
}

/* The box as the partner of one that was restored. */
static void the_box_answers(void **state)
{
	struct ts_question q = { .nonce = { { 1, 2, 3 } } };
	struct ts_evidence e;
	uint8_t bytes[TS_RESTORED_BYTES];
	struct ts_address signer;
	struct ts_channel_view v;
	unsigned int wallet;

	assert_true(box_pay(&lost_box, 0, 600, -1));
	lost_refund(100);
	v = lost_view();
	q.channel_identifier = v.channel.channel_identifier;
	q.open_block_number = v.channel.open_block_number;
	for (wallet = 2; wallet-- > 0; ) {
		assert_int_equal(lost_box.answer.len, 0);
		ts_question_sign(&q, lost_box.wallets[wallet].key, bytes);
		ts_billing_datagram(lost_box.billing, bytes, sizeof(bytes), 9, &lost_box.now);
		box_flush(&lost_box);
		assert_int_equal(lost_box.last_reply, 9);
	}
	assert_string_equal(lost_box.last_refusal.name, "not_partner");
	assert_int_equal(ts_evidence_decode(&e, lost_box.answer.b, lost_box.answer.len), 0);
	assert_int_equal(ts_evidence_recover(lost_box.answer.b, &signer), 0);
	assert_true(ts_address_equal(&signer, &lost_box.config.our_address));
	assert_memory_equal(&e.question, &q, sizeof(q));
	assert_true(e.asker.transferred_wei == 600);
	assert_true(e.answerer.transferred_wei == 100);
	assert_same_proof(&e.asker, &v.channel.partner_proof);
}

/* One that was restored itself does not know what is the newest. */
static void a_restored_box_vouches_for_nothing(void **state)
{
	struct ts_channel lost = lost_lose();
	struct ts_question q = { .channel_identifier = lost.channel_identifier,
				 .open_block_number = lost.open_block_number };
	uint8_t bytes[TS_RESTORED_BYTES];

	ts_question_sign(&q, lost_box.wallets[0].key, bytes);
	ts_billing_datagram(lost_box.billing, bytes, sizeof(bytes), 9, &lost_box.now);
	box_flush(&lost_box);
	assert_int_equal(lost_box.answer.len, 0);
	assert_string_equal(lost_box.last_refusal.name, "restored");
}

#define T(f) cmocka_unit_test_setup_teardown(f, lost_setup, lost_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(evidence_is_adopted),
		T(evidence_waits_for_what_is_spent),
		T(evidence_is_durable_first),
		T(bad_evidence_changes_nothing),
		T(who_asks_when),
		T(the_outbox_asks_who_has_no_udp),
		T(hiding_wins_what_was_paid_at_most),
		T(the_box_answers),
		T(a_restored_box_vouches_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
