// SPDX-License-Identifier: GPL-2.0
/*
 * photon_restored.c - a life from a backup: it signs nothing of which it does not know
 * whether it was signed already, until its partner has shown what it has.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "photon/evidence.h"
#include "photon_ends.h"

static struct ends ends;

#define box (&ends.box)
#define payer (&ends.payer)

static void restored(struct ends_end *end)
{
	end->life.channel.restored = TS_RESTORED_UNKNOWN;
}

/* Every nonce of ours goes through one place: each way to it is shut. */
static void no_nonce_is_used(void **state)
{
	struct ts_pending_lock lock = ends_lock(&ends, 30, 1);
	struct ts_hash secret = ends_secret(1);

	ends_pay(&ends, payer, box, 100);
	ends_offer(&ends, payer, &lock);
	restored(payer);
	assert_int_equal(ts_life_pay(&payer->life, payer->key, 1, NULL, &ends.spare),
			 TS_REFUSED_RESTORED);
	lock = ends_lock(&ends, 30, 2);
	assert_int_equal(ts_life_lock(&payer->life, payer->key, &ends.moment, &lock,
				      &ends.spare), TS_REFUSED_RESTORED);
	/* An Unlock, and the RemoveExpiredHashlock of an old lock. */
	ends_reveal(&ends, payer, &secret, box->key);
	assert_int_equal(ends.refusal, TS_REFUSED_RESTORED);
	ends.moment.head_block += 100000;
	assert_false(ts_life_tick(&payer->life, payer->key, &ends.moment, &ends.spare));
	assert_int_equal(payer->life.channel.our_proof.nonce, 2);
}

/* Whoever disposes of what it has claimed since loses its whole deposit. */
static void nothing_is_disposed_of(void **state)
{
	struct ts_pending_lock lock = ends_lock(&ends, 30, 1);

	ends_offer(&ends, payer, &lock);
	ends_pass_queue(&ends, payer, box);
	restored(box);
	assert_int_equal(ts_life_dispose(&box->life, box->key, &lock.secret_hash,
					 TS_REFUSED_NOT_TAKEN, &ends.spare),
			 TS_REFUSED_RESTORED);
	box->life.channel.restored = TS_RESTORED_TRUSTED;
	assert_int_equal(ts_life_dispose(&box->life, box->key, &lock.secret_hash,
					 TS_REFUSED_NOT_TAKEN, &ends.spare), TS_ACCEPTED);
}

static void nothing_is_co_signed(void **state)
{
	ends_pay(&ends, payer, box, 100);
	restored(box);
	assert_int_equal(ts_life_withdraw(&box->life, box->key, &ends.moment, 10,
					  &ends.spare), TS_REFUSED_RESTORED);
	box->life.leaving = true;
	assert_false(ts_life_tick(&box->life, box->key, &ends.moment, &ends.spare));
	assert_false(box->life.channel.frozen);
}

/* A close would be with an old proof; an update is better than none (M3). */
static void it_closes_nothing_and_updates(void **state)
{
	struct ts_channel_event event = { .kind = TS_SEEN_CLOSED, .block = 5000 };

	ends_pay(&ends, payer, box, 100);
	box->life.close_wanted = true;
	assert_int_equal(ends_intent_count(&ends, box), 1);
	restored(box);
	assert_int_equal(ends_intent_count(&ends, box), 0);
	ends_event(&ends, box, event);
	assert_int_equal(ends_intent_count(&ends, box), 1);
	assert_int_equal(ends.intents[0].kind, TS_INTENT_UPDATE);
}

static struct ts_evidence shown_by(const struct ends_end *end)
{
	struct ts_question q = {
		.channel_identifier = end->life.channel.channel_identifier,
		.open_block_number = end->life.channel.open_block_number,
	};
	struct ts_evidence e;

	ts_evidence_make(&e, &end->life.channel, &q);
	return e;
}

static enum ts_refusal adopt(struct ends_end *end)
{
	struct ts_evidence e = shown_by(ends_other(&ends, end));

	return ts_life_adopt(&end->life, &e, &ends.spare);
}

static void what_is_shown_is_adopted(void **state)
{
	static struct ts_life backup;

	ends_pay(&ends, payer, box, 100);
	backup = payer->life;
	ends_pay(&ends, payer, box, 30);
	ends_pay(&ends, box, payer, 120);
	assert_int_equal(adopt(payer), TS_REFUSED_NOT_ASKED);
	payer->life = backup;
	restored(payer);
	assert_int_equal(adopt(payer), TS_ACCEPTED);
	payer->life = ends.spare;
	/* As if nothing had been lost, to the last message. */
	ends_pay(&ends, payer, box, 1);
	ends_pay(&ends, box, payer, 2);
	assert_true(box->life.channel.partner_proof.transferred_wei == 131);
	assert_true(payer->life.channel.partner_proof.transferred_wei == 122);
}

/* What has become of a lock since, no proof tells. */
static void not_while_there_are_locks(void **state)
{
	struct ts_pending_lock lock = ends_lock(&ends, 30, 1);

	restored(payer);
	assert_int_equal(adopt(payer), TS_ACCEPTED);
	payer->life.channel.restored = TS_RESTORED_NOT;
	ends_offer(&ends, payer, &lock);
	ends_pass_queue(&ends, payer, box);
	restored(payer);
	assert_int_equal(adopt(payer), TS_REFUSED_WRONG_LOCKSROOT);
	restored(box);
	assert_int_equal(adopt(box), TS_REFUSED_WRONG_LOCKSROOT);
}

/* A lock that came since the backup is in the proof alone. */
static void not_with_a_lock_that_came_since(void **state)
{
	struct ts_pending_lock lock = ends_lock(&ends, 30, 1);
	static struct ts_life backup;

	backup = box->life;
	ends_offer(&ends, payer, &lock);
	ends_pass_queue(&ends, payer, box);
	box->life = backup;
	restored(box);
	assert_int_equal(adopt(box), TS_REFUSED_WRONG_LOCKSROOT);
}

/* M2: what is co-signed only the chain ends. */
static void not_while_it_is_frozen(void **state)
{
	ends_pay(&ends, payer, box, 100);
	restored(box);
	box->life.channel.frozen = true;
	assert_int_equal(adopt(box), TS_REFUSED_FROZEN);
}

#define T(f) cmocka_unit_test_prestate_setup_teardown(f, ends_set_up, ends_tear_down, &ends)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(no_nonce_is_used),
		T(nothing_is_disposed_of),
		T(nothing_is_co_signed),
		T(it_closes_nothing_and_updates),
		T(what_is_shown_is_adopted),
		T(not_while_there_are_locks),
		T(not_with_a_lock_that_came_since),
		T(not_while_it_is_frozen),
	};

	return cmocka_run_group_tests_name("photon_restored", tests, NULL, NULL);
}
