// SPDX-License-Identifier: GPL-2.0
/*
 * photon_cosign.c - what both sides sign: its rules, and the attacks that they
 * are there for (M1, M2).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "photon/memo.h"
#include "photon_ends.h"

static struct ends ends;

#define box (&ends.box)
#define payer (&ends.payer)

/*
 * An original node takes no answer, be it a no, in which participant2 has not
 * signed the contract's form of the answer's own fields.
 */
static void assert_readable(const struct ts_message *answer,
			    const struct ends_end *by, struct ts_form *form)
{
	bool settle = answer->id == TS_MSG_SETTLE_RESPONSE;
	const struct ts_channel *c = &by->life.channel;
	const struct ts_address *participant2 = settle ?
		&answer->settle_response.settle.participant2 :
		&answer->withdraw_response.withdraw.participant2;
	struct ts_address signer;
	struct ts_hash digest;

	if (settle)
		ts_form_cooperative_settle(form, &answer->settle_response.settle,
					   &c->chain_id);
	else
		ts_form_withdraw(form, &answer->withdraw_response.withdraw,
				 &c->chain_id);
	ts_form_digest(form, &digest);
	assert_int_equal(ts_signature_recover(settle ?
		&answer->settle_response.participant2_signature :
		&answer->withdraw_response.participant2_signature, &digest,
		&signer), 0);
	assert_true(ts_address_equal(&signer, participant2));
	assert_true(ts_address_equal(&signer, &c->our_address));
}

/* M1: the trap. */
static void test_settle_trap(void **state)
{
	struct ts_message answer;
	struct ts_form form;

	ends_pay(&ends, payer, box, 100);
	ends_ask_settle(&ends, payer, box, ENDS_DEPOSIT_WEI - 100,
			ENDS_DEPOSIT_WEI + 100);
	assert_int_equal(ends.refusal, TS_ACCEPTED);
	assert_int_equal(ends.outcome.told_no, TS_REFUSED_BALANCE_LEFT);
	ends_decode_parallel(box, &answer);
	assert_int_equal(answer.id, TS_MSG_SETTLE_RESPONSE);
	assert_int_not_equal(answer.settle_response.error_code, 0);
	/* What is signed is nobody's, of no balance, and as a proof of 0. */
	assert_readable(&answer, box, &form);
	assert_true(ends_is_zero(&answer.settle_response.settle.participant1,
				 TS_ADDRESS_BYTES));
	assert_true(ts_u256_is_zero(
		&answer.settle_response.settle.participant2_balance));
	assert_true(ends_is_zero(form.b + 29, TS_U256_BYTES));
	assert_true(box->life.leaving);
	assert_false(box->life.channel.frozen);
	/* It leaves: all of it withdrawn, then the chain, then ours 0. */
	assert_true(ends_tick(&ends, box));
	assert_int_equal(box->life.cosign.kind, TS_COSIGN_WITHDRAW);
	assert_true(box->life.cosign.withdraw_wei == ENDS_DEPOSIT_WEI + 100);
	ends_pass_queue(&ends, box, payer);
	ends_pass_parallel(&ends, payer, box);
	assert_true(box->life.cosign.complete);
	assert_int_equal(ends_intent_count(&ends, box), 1);
	assert_int_equal(ends.intents[0].kind, TS_INTENT_WITHDRAW);
	ends_withdrawn(&ends, 6000, 0, ENDS_DEPOSIT_WEI - 100);
	ends_ask_settle(&ends, payer, box, ENDS_DEPOSIT_WEI - 100, 0);
	ends_decode_parallel(box, &answer);
	assert_int_equal(answer.settle_response.error_code, 0);
	assert_int_equal(box->life.cosign.kind, TS_COSIGN_SETTLE);
	/* And nothing comes in any more that the signature could take. */
	assert_true(box->life.channel.frozen);
	ends_pay(&ends, payer, box, 1);
	assert_int_equal(ends.refusal, TS_REFUSED_FROZEN);
}

/* The payer's request, which the box has still to get. */
static struct ts_outgoing withdraw_asked(void)
{
	ends_withdraw(&ends, payer, 50);
	return payer->life.outbox.queue[payer->life.outbox.queue_count - 1];
}

/*
 * A box that has just started does not know the head yet.  It says nothing: one of
 * ours takes a no for the last word, and would wait for the day it may close.
 */
static void test_not_known_yet_is_no_no(void **state)
{
	struct ts_outgoing asked = withdraw_asked();

	ends.moment.head_fresh = false;
	assert_int_equal(ends_take(&ends, box, asked.b, asked.len),
			 TS_REFUSED_CHAIN_STALE);
	assert_int_equal(box->life.outbox.parallel_count, 0);
	ends.moment.head_fresh = true;
	assert_int_equal(ends_take(&ends, box, asked.b, asked.len), TS_ACCEPTED);
	ends_pass_parallel(&ends, box, payer);
	assert_true(payer->life.cosign.complete && box->life.cosign.complete);
	ends_withdrawn(&ends, 6000, 0, ENDS_DEPOSIT_WEI);
	ends.moment.head_fresh = false;
	ends_ask_settle(&ends, payer, box, ENDS_DEPOSIT_WEI, 0);
	assert_int_equal(ends.refusal, TS_REFUSED_CHAIN_STALE);
	assert_int_equal(box->life.outbox.parallel_count, 0);
	ends.moment.head_fresh = true;
	ends_ask_settle(&ends, payer, box, ENDS_DEPOSIT_WEI, 0);
	assert_true(box->life.cosign.complete);
}

/*
 * M1, M2: what both sign while a deposit of ours is on its way says how much we have
 * without it.  Neither asked nor answered; and no no, which is for ever.
 */
static void test_a_deposit_comes_first(void **state)
{
	struct ts_outgoing asked = withdraw_asked();

	ends.moment.deposit_pending = true;
	assert_int_equal(ends_take(&ends, box, asked.b, asked.len),
			 TS_REFUSED_DEPOSIT_PENDING);
	ends_ask_settle(&ends, payer, box, ENDS_DEPOSIT_WEI, 0);
	assert_int_equal(ends.refusal, TS_REFUSED_DEPOSIT_PENDING);
	assert_int_equal(box->life.outbox.parallel_count, 0);
	assert_int_equal(box->life.cosign.kind, TS_COSIGN_NONE);
	assert_false(box->life.leaving);
	/* Who leaves waits for it: nothing of ours, or all of it, makes no difference. */
	assert_int_equal(ts_life_withdraw(&box->life, box->key, &ends.moment, 1,
					  &ends.spare), TS_REFUSED_DEPOSIT_PENDING);
	ts_life_leave(&box->life, &ends.spare);
	box->life = ends.spare;
	assert_false(ends_tick(&ends, box));
	ends.moment.deposit_pending = false;
	assert_true(ends_tick(&ends, box));
	assert_true(box->life.cosign.withdraw_wei == ENDS_DEPOSIT_WEI);
	ends_withdrawn(&ends, 6000, 0, ENDS_DEPOSIT_WEI);
	ends.moment.deposit_pending = true;
	assert_false(ends_tick(&ends, box));
	ends_ask_settle(&ends, payer, box, ENDS_DEPOSIT_WEI, 0);
	assert_int_equal(ends.refusal, TS_REFUSED_DEPOSIT_PENDING);
	assert_int_equal(box->life.cosign.kind, TS_COSIGN_NONE);
	ends.moment.deposit_pending = false;
	assert_true(ends_tick(&ends, box));
	assert_int_equal(box->life.cosign.kind, TS_COSIGN_SETTLE);
}

static void test_settle_balances(void **state)
{
	struct ts_pending_lock lock;
	struct ts_message answer;

	ends_withdrawn(&ends, 6000, 0, ENDS_DEPOSIT_WEI);
	ends_ask_settle(&ends, payer, box, ENDS_DEPOSIT_WEI + 1, 0);
	assert_int_equal(ends.refusal, TS_REFUSED_BALANCE_AHEAD);
	ends_ask_settle(&ends, payer, box, ENDS_DEPOSIT_WEI - 1, 0);
	ends_decode_parallel(box, &answer);
	assert_int_not_equal(answer.settle_response.error_code, 0);
	assert_int_equal(box->life.cosign.kind, TS_COSIGN_NONE);
	/* A lock of the partner's may become ours. */
	lock = ends_lock(&ends, 30, 1);
	ends_offer(&ends, payer, &lock);
	ends_pass_queue(&ends, payer, box);
	ends_ask_settle(&ends, payer, box, ENDS_DEPOSIT_WEI - 30, 0);
	assert_int_equal(box->life.cosign.kind, TS_COSIGN_NONE);
	assert_true(box->life.leaving);
}

/* One of the box's transfers, whatever its data says. */
static void send_with(const char *data, ts_u128 amount_wei)
{
	const struct ts_bytes bytes = { (const uint8_t *)data, strlen(data) };

	assert_int_equal(ts_life_pay(&box->life, box->key, amount_wei, &bytes,
				     &ends.spare), TS_ACCEPTED);
	box->life = ends.spare;
	ends_pass_queue(&ends, box, payer);
}

/*
 * M11: who has asked to settle, with nothing of its own, still takes back what
 * the other was paid in advance; nothing else, and it stays frozen.
 */
static void test_settle_takes_refunds(void **state)
{
	ends_withdrawn(&ends, 6000, ENDS_DEPOSIT_WEI, 0);
	ts_life_leave(&payer->life, &ends.spare);
	payer->life = ends.spare;
	assert_true(ends_tick(&ends, payer));
	assert_int_equal(payer->life.cosign.kind, TS_COSIGN_SETTLE);
	ends_pass_queue(&ends, payer, box);
	assert_true(box->life.leaving && !box->life.channel.frozen);
	ends_pass_parallel(&ends, box, payer);
	send_with(TS_MEMO_REFUND, 30);
	assert_int_equal(ends.refusal, TS_ACCEPTED);
	assert_true(ts_channel_our_balance_wei(&payer->life.channel) == 30);
	assert_true(payer->life.channel.frozen);
	/* The box takes the rest, and another life is for what came back. */
	assert_true(ends_tick(&ends, box));
	assert_true(box->life.cosign.withdraw_wei == ENDS_DEPOSIT_WEI - 30);
	ends_pass_queue(&ends, box, payer);
	assert_int_equal(payer->life.cosign.kind, TS_COSIGN_WITHDRAW);
	assert_true(payer->life.cosign.complete);
	/* The cheque is out (M2): now not even that comes in. */
	ends_pass_parallel(&ends, payer, box);
	box->life.channel.frozen = false;
	memset(&box->life.cosign, 0, sizeof(box->life.cosign));
	send_with(TS_MEMO_REFUND, 1);
	assert_int_equal(ends.refusal, TS_REFUSED_FROZEN);
}

static void test_settle_takes_no_payments(void **state)
{
	ends_withdrawn(&ends, 6000, ENDS_DEPOSIT_WEI, 0);
	ts_life_leave(&payer->life, &ends.spare);
	payer->life = ends.spare;
	assert_true(ends_tick(&ends, payer));
	ends_pass_queue(&ends, payer, box);
	ends_pass_parallel(&ends, box, payer);
	send_with("ts1:refunds", 30);
	assert_int_equal(ends.refusal, TS_REFUSED_FROZEN);
}

/* M2: the cheque. */
static void test_withdraw_cheque(void **state)
{
	struct ts_pending_lock lock = ends_lock(&ends, 5, 1);
	uint64_t signed_block = ends.moment.head_block;

	ends_pay(&ends, payer, box, 100);
	ends_withdraw(&ends, payer, 50);
	assert_true(payer->life.channel.frozen);
	ends_pass_queue(&ends, payer, box);
	/* Frozen in the very state that holds the answer. */
	assert_int_equal(ends_parallel_id(box), TS_MSG_WITHDRAW_RESPONSE);
	assert_true(box->life.channel.frozen && box->life.cosign.complete);
	ends_pay_unchecked(&ends, payer, box, 1);
	assert_int_equal(ends.refusal, TS_REFUSED_FROZEN);
	assert_int_equal(ts_life_pay(&box->life, box->key, 1, NULL, &ends.spare),
			 TS_REFUSED_FROZEN);
	assert_int_equal(ts_life_lock(&box->life, box->key, &ends.moment, &lock,
				      &ends.spare), TS_REFUSED_FROZEN);
	/* The same after a restart. */
	ends_restart(box);
	assert_true(box->life.channel.frozen && box->life.cosign.complete);
	/* Kept in the drawer: we cash it ourselves. */
	assert_int_equal(ends_intent_count(&ends, box), 0);
	ends.moment.head_block = signed_block + TS_COSIGN_PATIENCE_BLOCKS + 1;
	assert_int_equal(ends_intent_count(&ends, box), 1);
	assert_int_equal(ends.intents[0].kind, TS_INTENT_WITHDRAW);
	ends_event(&ends, box, (struct ts_channel_event){
		.kind = TS_SEEN_FAILED });
	assert_int_equal(ends_intent_count(&ends, box), 1);
	assert_int_equal(ends.intents[0].kind, TS_INTENT_CLOSE);
}

static void test_withdraw_ends_on_chain_only(void **state)
{
	struct ts_channel_event event = {
		.kind = TS_SEEN_WITHDRAWN, .block = 6000,
		.our_deposit_wei = ENDS_DEPOSIT_WEI,
		.partner_deposit_wei = ENDS_DEPOSIT_WEI - 50,
	};

	ends_withdraw(&ends, payer, 50);
	ends_pass_queue(&ends, payer, box);
	ends_event(&ends, box, event);
	assert_true(box->life.channel.frozen && box->life.onchain.ending);
	assert_int_equal(ends_intent_count(&ends, box), 0);
	event.undo = true;
	ends_event(&ends, box, event);
	assert_true(box->life.channel.frozen && !box->life.onchain.ending);
	event.undo = false;
	event.confirmed = true;
	ends_event(&ends, box, event);
	assert_true(ends.outcome.new_life);
	assert_false(box->life.channel.frozen);
	assert_int_equal(box->life.channel.open_block_number, 6000);
	assert_int_equal(box->life.channel.partner_proof.nonce, 0);
	assert_int_equal(box->life.outbox.parallel_count, 0);
	assert_null(ts_life_fault(&box->life));
	/* A late copy of the event does not begin it again. */
	ends_event(&ends, box, event);
	assert_false(ends.outcome.changed);
}

/* A cheque that we know nothing of, by a ledger from a backup: it alarms at once. */
static void test_unknown_withdraw(void **state)
{
	struct ts_channel_event event = {
		.kind = TS_SEEN_WITHDRAWN, .block = 6000,
	};

	ends_event(&ends, box, event);
	ends_pay_unchecked(&ends, payer, box, 1);
	assert_int_equal(ends.refusal, TS_REFUSED_CHANNEL_CLOSED);
	assert_int_equal(ts_life_pay(&box->life, box->key, 1, NULL, &ends.spare),
			 TS_REFUSED_CHANNEL_CLOSED);
	event.undo = true;
	ends_event(&ends, box, event);
	ends_pay(&ends, payer, box, 1);
	assert_int_equal(ends.refusal, TS_ACCEPTED);
}

static void test_withdraw_refusals(void **state)
{
	struct ts_message answer;
	struct ts_form form;

	/* The payer's view is older: 100 are on their way. */
	ends_pay_lost(&ends, box, 100);
	ends_withdraw(&ends, payer, 50);
	ends_pass_queue(&ends, payer, box);
	assert_int_equal(ends.outcome.told_no, TS_REFUSED_WRONG_BALANCE);
	ends_decode_parallel(box, &answer);
	assert_int_not_equal(answer.withdraw_response.error_code, 0);
	assert_readable(&answer, box, &form);
	assert_true(ends_is_zero(&answer.withdraw_response.withdraw.participant1,
				 TS_ADDRESS_BYTES));
	assert_true(ts_u256_is_zero(
		&answer.withdraw_response.withdraw.participant1_withdraw));
	assert_false(box->life.channel.frozen);
	/* The asker's signature is out: it stays frozen, and closes in the end. */
	ends_pass_parallel(&ends, box, payer);
	assert_true(payer->life.cosign.refused && payer->life.channel.frozen);
	ends.moment.head_block += TS_COSIGN_PATIENCE_BLOCKS + 1;
	assert_int_equal(ends_intent_count(&ends, payer), 1);
	assert_int_equal(ends.intents[0].kind, TS_INTENT_CLOSE);
}

/* What the payer takes out, and the contract's form of it, signed by @by. */
static struct ts_withdraw withdrawal(const struct ts_u256 *balance,
				     const struct ts_u256 *amount,
				     const struct ts_signer *by,
				     struct ts_signature *signature)
{
	const struct ts_channel *c = &payer->life.channel;
	struct ts_withdraw w = {
		.channel_identifier = c->channel_identifier,
		.open_block_number = c->open_block_number,
		.participant1 = c->our_address,
		.participant2 = c->partner_address,
		.participant1_balance = *balance,
		.participant1_withdraw = *amount,
	};
	struct ts_form form;

	ts_form_withdraw(&form, &w, &c->chain_id);
	ts_form_sign(&form, by, signature);
	return w;
}

/* From one end to the other. */
static void say(struct ts_message *msg, const struct ends_end *from, struct ends_end *to)
{
	struct ts_datagram d;

	assert_int_equal(ts_message_sign(msg, from->key, &from->life.channel.chain_id,
					 &d), 0);
	ends_take(&ends, to, d.b, d.len);
}

static void ask_withdraw(const struct ts_u256 *balance, const struct ts_u256 *amount)
{
	struct ts_message msg = { .id = TS_MSG_WITHDRAW_REQUEST };
	struct ts_withdraw_request *m = &msg.withdraw_request;

	m->withdraw = withdrawal(balance, amount, payer->key,
				 &m->participant1_signature);
	say(&msg, payer, box);
}

/*
 * An original node that was told no goes on sending the same request, for it has
 * no Ack, and takes the yes when that comes.
 */
static void test_no_may_become_yes(void **state)
{
	struct ts_u256 balance = ts_u256_from_u128(ENDS_DEPOSIT_WEI - 100);
	struct ts_u256 amount = ts_u256_from_u64(50);
	struct ts_message answer;

	ask_withdraw(&balance, &amount);
	assert_int_equal(ends.outcome.told_no, TS_REFUSED_WRONG_BALANCE);
	assert_int_equal(box->life.outbox.parallel_count, 1);
	ends_pay(&ends, payer, box, 100);
	ask_withdraw(&balance, &amount);
	assert_true(ends.outcome.has_ack);
	assert_int_equal(box->life.outbox.parallel_count, 1);
	ends_decode_parallel(box, &answer);
	assert_int_equal(answer.withdraw_response.error_code, 0);
}

/*
 * Who has just paid in has more than the box counts, which waits longer for the chain.  It
 * is told nothing, for a no would be the last word, and asks again.
 */
static void test_a_deposit_that_one_side_counts(void **state)
{
	struct ts_channel_event event = {
		.kind = TS_SEEN_DEPOSITED, .block = 700, .confirmed = true,
		.our_deposit_wei = ENDS_DEPOSIT_WEI + 100,
	};
	struct ts_u256 balance = ts_u256_from_u128(ENDS_DEPOSIT_WEI + 100);
	struct ts_u256 amount = ts_u256_from_u64(50);
	struct ts_message answer;

	ask_withdraw(&balance, &amount);
	assert_int_equal(ends.refusal, TS_REFUSED_BALANCE_AHEAD);
	assert_int_equal(box->life.outbox.parallel_count, 0);
	event.block = box->life.channel.open_block_number + 1;
	ends_event(&ends, box, event);
	ask_withdraw(&balance, &amount);
	assert_true(ends.outcome.has_ack);
	ends_decode_parallel(box, &answer);
	assert_int_equal(answer.withdraw_response.error_code, 0);
}

/* Cut to 128 bits they would be right: nothing of it is signed. */
static void test_withdraw_beyond_2_128(void **state)
{
	struct ts_u256 balance = ts_u256_from_u128(ENDS_DEPOSIT_WEI);
	struct ts_u256 amount = ts_u256_from_u64(50);
	const struct ts_withdraw *no;
	struct ts_message answer;
	int i;

	for (i = 0; i < 2; i++) {
		balance.w[2] = !i;
		amount.w[2] = i;
		ask_withdraw(&balance, &amount);
		ends_decode_parallel(box, &answer);
		assert_int_equal(answer.withdraw_response.error_code,
				 ts_refusal_code(TS_REFUSED_AMOUNT_TOO_LARGE));
		/* What is signed is nobody's, and of no amount. */
		no = &answer.withdraw_response.withdraw;
		assert_true(ends_is_zero(&no->participant1, TS_ADDRESS_BYTES));
		assert_true(ts_u256_is_zero(&no->participant1_balance));
		assert_true(ts_u256_is_zero(&no->participant1_withdraw));
		assert_false(box->life.channel.frozen);
	}
	amount.w[2] = 0;
	ask_withdraw(&balance, &amount);
	assert_true(box->life.channel.frozen && box->life.cosign.complete);
}

/* Both ask at once: one withdrawal is signed by both. */
static void test_withdraw_at_once(void **state)
{
	struct ends_end *lower = ends_lower(&ends), *other = ends_other(&ends, lower);

	ends_withdraw(&ends, lower, 50);
	ends_withdraw(&ends, other, 60);
	ends_pass_queue(&ends, lower, other);
	assert_false(other->life.cosign.ours);
	ends_pass_parallel(&ends, other, lower);
	assert_true(lower->life.cosign.ours && lower->life.cosign.complete);
	assert_true(other->life.cosign.complete);
	assert_true(other->life.cosign.withdraw_wei == 50);
}

static void say_no(struct ends_end *from, struct ends_end *to)
{
	struct ts_message msg = { .id = TS_MSG_WITHDRAW_RESPONSE };
	struct ts_withdraw_response *m = &msg.withdraw_response;
	const struct ts_channel *c = &from->life.channel;
	struct ts_datagram d;

	m->withdraw.channel_identifier = c->channel_identifier;
	m->withdraw.open_block_number = c->open_block_number;
	m->withdraw.participant2 = c->our_address;
	m->error_code = 9999;
	assert_int_equal(ts_message_sign(&msg, from->key, &c->chain_id, &d), 0);
	ends_take(&ends, to, d.b, d.len);
}

/*
 * Both ask at once, and the other is an original node: it knows no rule which of
 * them stands, and says no.  Its own request is what is left, and it sends that
 * again, for it had neither an Ack nor an answer.
 */
static void test_withdraw_at_once_with_an_original(void **state)
{
	struct ends_end *lower = ends_lower(&ends), *other = ends_other(&ends, lower);
	struct ts_outgoing asked;

	ends_withdraw(&ends, lower, 50);
	ends_withdraw(&ends, other, 60);
	asked = other->life.outbox.queue[other->life.outbox.queue_count - 1];
	assert_int_equal(ends_take(&ends, lower, asked.b, asked.len),
			 TS_REFUSED_FROZEN);
	assert_int_equal(lower->life.outbox.parallel_count, 0);
	say_no(other, lower);
	assert_true(lower->life.cosign.refused);
	assert_int_equal(ends_take(&ends, lower, asked.b, asked.len), TS_ACCEPTED);
	assert_true(ends.outcome.has_ack);
	assert_false(lower->life.cosign.ours);
	assert_true(lower->life.cosign.complete && lower->life.channel.frozen);
	ends_pass_parallel(&ends, lower, other);
	assert_true(other->life.cosign.complete);
}

static void answer_withdraw(const struct ts_signer *by)
{
	struct ts_message msg = { .id = TS_MSG_WITHDRAW_RESPONSE };
	struct ts_withdraw_response *m = &msg.withdraw_response;
	struct ts_u256 balance = ts_u256_from_u128(ENDS_DEPOSIT_WEI);
	struct ts_u256 amount = ts_u256_from_u64(50);

	m->withdraw = withdrawal(&balance, &amount, by, &m->participant2_signature);
	say(&msg, box, payer);
}

/* The message is the partner's, the signature in it of no use on the chain. */
static void test_signed_by_a_stranger(void **state)
{
	ends_withdraw(&ends, payer, 50);
	answer_withdraw(ends.stranger_key);
	assert_int_equal(ends.refusal, TS_REFUSED_BAD_SIGNATURE);
	assert_false(payer->life.cosign.complete);
	answer_withdraw(box->key);
	assert_int_equal(ends.refusal, TS_ACCEPTED);
	assert_true(payer->life.cosign.complete);
}

#define cosign_test(f) cmocka_unit_test_prestate_setup_teardown(f, ends_set_up, ends_tear_down, &ends)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cosign_test(test_settle_trap),
		cosign_test(test_no_may_become_yes),
		cosign_test(test_a_deposit_that_one_side_counts),
		cosign_test(test_not_known_yet_is_no_no),
		cosign_test(test_a_deposit_comes_first),
		cosign_test(test_settle_balances),
		cosign_test(test_settle_takes_refunds),
		cosign_test(test_settle_takes_no_payments),
		cosign_test(test_withdraw_cheque),
		cosign_test(test_withdraw_ends_on_chain_only),
		cosign_test(test_unknown_withdraw),
		cosign_test(test_withdraw_refusals),
		cosign_test(test_withdraw_beyond_2_128),
		cosign_test(test_withdraw_at_once),
		cosign_test(test_withdraw_at_once_with_an_original),
		cosign_test(test_signed_by_a_stranger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
