// SPDX-License-Identifier: GPL-2.0
/*
 * photon_hop.c - when a lock is forwarded, and when it is refused (M8).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "photon/hop.h"
#include "photon_ends.h"

#define FEE_WEI	4

static struct ends ends;
static struct ts_life down, up_new, down_new;
static struct ts_pending_lock lock;

#define box (&ends.box)
#define payer (&ends.payer)

/* The box is the hop; the stranger is the target. */
static int set_up(void **state)
{
	struct ts_channel *c = &down.channel;

	ends_open(&ends);
	memset(&down, 0, sizeof(down));
	*c = box->life.channel;
	c->partner_address = *ts_signer_address(ends.stranger_key);
	ts_channel_identifier(&c->our_address, &c->partner_address, &c->token,
			      &c->tokens_network, &c->channel_identifier);
	assert_null(ts_life_fault(&down));
	lock = ends_lock(&ends, 30, 1);
	lock.target = c->partner_address;
	lock.fee_wei = 10;
	return 0;
}

static int tear_down(void **state)
{
	ends_close(&ends);
	return 0;
}

static enum ts_refusal arrive_and_forward(ts_u128 fee_wei)
{
	ends_offer(&ends, payer, &lock);
	ends_pass_queue(&ends, payer, box);
	assert_int_equal(ends.refusal, TS_ACCEPTED);
	return ts_hop_forward(&box->life, &down, box->key, &ends.moment,
			      &lock.secret_hash, fee_wei, &up_new, &down_new);
}

/* It was refused: the partner is told, and nothing goes on. */
static void assert_disposed(enum ts_refusal refusal)
{
	assert_int_not_equal(refusal, TS_ACCEPTED);
	assert_int_equal(up_new.partner_locks.lock[0].phase, TS_LOCK_DISPOSED);
	assert_int_equal(up_new.outbox.parallel_count, 1);
	assert_int_equal(up_new.outbox.parallel[0].b[0],
			 TS_MSG_ANNOUNCE_DISPOSED);
}

static void test_forward(void **state)
{
	const struct ts_pending_lock *onward;
	struct ts_message msg;

	assert_int_equal(arrive_and_forward(FEE_WEI), TS_ACCEPTED);
	assert_int_equal(ends.outcome.follow, TS_FOLLOW_FORWARD);
	assert_int_equal(up_new.partner_locks.lock[0].phase, TS_LOCK_FORWARDED);
	assert_int_equal(up_new.outbox.parallel_count, 0);
	assert_null(ts_life_fault(&up_new));
	assert_null(ts_life_fault(&down_new));
	/* What the initiator lets the target ask it for: the value without any fee. */
	onward = &down_new.our_locks.lock[0];
	assert_true(onward->amount_wei == 30 - 10);
	assert_true(onward->fee_wei == 0);
	assert_int_equal(onward->expiration + TS_REVEAL_TIMEOUT_BLOCKS,
			 lock.expiration);
	assert_int_equal(ts_message_decode(&msg, down_new.outbox.queue[0].b,
					   down_new.outbox.queue[0].len), 0);
	assert_int_equal(msg.id, TS_MSG_MEDIATED_TRANSFER);
	assert_int_equal(msg.version, 1);
	/* Once. */
	box->life = up_new;
	assert_int_equal(ts_hop_forward(&box->life, &down_new, box->key,
					&ends.moment, &lock.secret_hash, FEE_WEI,
					&up_new, &ends.spare),
			 TS_REFUSED_LOCK_PHASE);
}

static void test_offline(void **state)
{
	ends_offer(&ends, payer, &lock);
	ends_pass_queue(&ends, payer, box);
	ends.moment.head_fresh = false;
	assert_disposed(ts_hop_forward(&box->life, &down, box->key, &ends.moment,
				       &lock.secret_hash, FEE_WEI, &up_new,
				       &down_new));
}

static void test_expiry_gap(void **state)
{
	/* Ours would end less than a reveal timeout from now. */
	lock.expiration = ends.moment.head_block +
			  2 * TS_REVEAL_TIMEOUT_BLOCKS - 1;
	assert_disposed(arrive_and_forward(FEE_WEI));
}

/* The channel with the target has the shorter window. */
static void test_shorter_window(void **state)
{
	down.channel.settle_timeout_blocks = 2 * TS_REVEAL_TIMEOUT_BLOCKS;
	assert_int_equal(arrive_and_forward(FEE_WEI), TS_ACCEPTED);
	assert_int_equal(down_new.our_locks.lock[0].expiration,
			 ends.moment.head_block + 2 * TS_REVEAL_TIMEOUT_BLOCKS);
	assert_null(ts_life_fault(&down_new));
}

static void test_fee(void **state)
{
	assert_disposed(arrive_and_forward(11));
}

static void test_fee_is_all(void **state)
{
	lock.fee_wei = lock.amount_wei;
	assert_disposed(arrive_and_forward(FEE_WEI));
}

static void test_no_route(void **state)
{
	lock.target = *ts_signer_address(ends.initiator_key);
	lock.initiator = *ts_signer_address(ends.stranger_key);
	assert_disposed(arrive_and_forward(FEE_WEI));
}

static void test_down_cannot(void **state)
{
	down.channel.frozen = true;
	assert_disposed(arrive_and_forward(FEE_WEI));
}

static void test_down_is_empty(void **state)
{
	down.channel.our_deposit_wei = 30 - 10 - 1;
	assert_disposed(arrive_and_forward(FEE_WEI));
}

/* Another token is another channel's money. */
static void test_other_token(void **state)
{
	struct ts_channel *c = &down.channel;

	c->token.b[0] ^= 1;
	ts_channel_identifier(&c->our_address, &c->partner_address, &c->token,
			      &c->tokens_network, &c->channel_identifier);
	assert_disposed(arrive_and_forward(FEE_WEI));
}

/* What is forwarded is nobody's credit when it comes. */
static void test_no_credit(void **state)
{
	struct ts_hash secret = ends_secret(1);

	assert_int_equal(arrive_and_forward(FEE_WEI), TS_ACCEPTED);
	box->life = up_new;
	assert_int_equal(ts_life_learn(&box->life, box->key, &secret, &up_new),
			 TS_ACCEPTED);
	box->life = up_new;
	ends_pass_parallel(&ends, box, payer);
	ends_pass_queue(&ends, payer, box);
	assert_int_equal(ends.refusal, TS_ACCEPTED);
	assert_true(box->life.channel.partner_proof.transferred_wei == 30);
	assert_true(box->credited_wei == 0);
}

/* Nor when the partner pays before it had to. */
static void test_paid_early(void **state)
{
	struct ts_message msg = { .id = TS_MSG_UNLOCK };
	struct ts_balance_proof *proof = &msg.unlock.proof;
	struct ts_datagram d;

	assert_int_equal(arrive_and_forward(FEE_WEI), TS_ACCEPTED);
	box->life = up_new;
	msg.unlock.lock_secret = ends_secret(1);
	proof->nonce = 2;
	proof->channel_identifier = box->life.channel.channel_identifier;
	proof->open_block_number = box->life.channel.open_block_number;
	proof->transferred_amount = ts_u256_from_u64(30);
	assert_int_equal(ts_message_sign(&msg, payer->key,
					 &box->life.channel.chain_id, &d), 0);
	assert_int_equal(ends_take(&ends, box, d.b, d.len), TS_ACCEPTED);
	assert_true(box->life.channel.partner_proof.transferred_wei == 30);
	assert_true(box->credited_wei == 0);
}

#define hop_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		hop_test(test_forward),
		hop_test(test_offline),
		hop_test(test_expiry_gap),
		hop_test(test_shorter_window),
		hop_test(test_fee),
		hop_test(test_fee_is_all),
		hop_test(test_no_route),
		hop_test(test_down_cannot),
		hop_test(test_down_is_empty),
		hop_test(test_other_token),
		hop_test(test_no_credit),
		hop_test(test_paid_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
