// SPDX-License-Identifier: GPL-2.0
/*
 * billing_lock.c - value that comes by a lock and the secret to it: whose it is, when it
 * counts, what is passed on, and what of it survives.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "billing_far.h"
#include "ledger/reveal.h"

/* RevealSecrets that are kept. */
static int kept_reveals(void)
{
	sqlite3_stmt *stmt;
	sqlite3 *db;
	int n;

	assert_int_equal(sqlite3_open_v2(box.dir.path, &db, SQLITE_OPEN_READONLY, "fault"), 0);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM reveals", -1,
					    &stmt, NULL), 0);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	n = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return n;
}

/*
 * With nothing but what is exported: the initiator signed the secret, and the proof that
 * the partner signed is of an Unlock with that secret.
 */
static int shows_whose_it_is(const struct ts_ledger_reveal *r, void *arg)
{
	const struct ts_channel *ch = &far[PARTNER].life.channel;
	struct ts_message revealed, msg = { .id = TS_MSG_UNLOCK };
	struct ts_datagram unlock;
	struct ts_hash hash;

	assert_null(ts_ledger_reveal_fault(r, ch));
	assert_true(ts_address_equal(&r->wallet, ts_signer_address(far_key(PAYER))));
	assert_int_equal(ts_message_decode(&revealed, r->datagram.b, r->datagram.len), 0);
	msg.unlock.lock_secret = revealed.reveal_secret.lock_secret;
	msg.unlock.proof = (struct ts_balance_proof){
		.nonce = r->nonce,
		.channel_identifier = ch->channel_identifier,
		.open_block_number = ch->open_block_number,
		.transferred_amount = ts_u256_from_u128(r->transferred_wei),
		.locksroot = r->locksroot,
	};
	msg.signature = r->signature;
	assert_int_equal(ts_message_encode(&msg, &unlock), 0);
	ts_message_hash(unlock.b, unlock.len, &hash);
	assert_memory_equal(&hash, &r->message_hash, sizeof(hash));
	++*(unsigned int *)arg;
	return 0;
}

static unsigned int shown_reveals(void)
{
	unsigned int n = 0;

	assert_int_equal(ts_billing_reveal_each(box.billing,
		ts_signer_address(far_key(PARTNER)), NULL, shows_whose_it_is, &n), 0);
	return n;
}

/*
 * M8: it counts at the Unlock and belongs to the initiator, who signed the
 * secret; the station is the one that the initiator named, not the partner.
 */
static void mediated_value_is_the_initiators(void **state)
{
	struct ts_signer *stranger = ts_signer_generate();
	int code = box_code(&box, 0);
	struct ts_datagram d;

	far_offer(BOX_WALLETS, 5000 * GWEI, 0);
	assert_true(far_speak(PARTNER));
	assert_true(far_is_last_message(TS_MSG_SECRET_REQUEST));
	assert_int_equal(far_wallet(&box.messages[0].to), PAYER);
	assert_true(far_total().paid_wei == 0);
	/* The partner's word is nobody's, and somebody else's memo nothing. */
	d = far_reveal(PARTNER, far_memo(code));
	assert_false(far_give(d.b, d.len));
	d = far_reveal(PAYER, far_memo(code));
	assert_true(far_give(d.b, d.len));
	assert_true(far_total().paid_wei == 0);
	far_pump();
	assert_true(far_total().paid_wei == 5000 * GWEI);
	assert_true(far_of_payer.paid_wei == 5000 * GWEI);
	assert_true(box_view(&box, code).attached_wei == 5000 * GWEI);
	assert_true(box_spend(&box, 0, 1000) > 0);
	/* Our Ack was lost: it is acked again, and pays nothing twice. */
	assert_true(far_give(d.b, d.len));
	assert_true(far_total().paid_wei == 5000 * GWEI);
	assert_int_equal(shown_reveals(), 1);
	/* Whoever has a channel here need not say it for ever. */
	d = far_reveal(PARTNER, far_memo(code));
	assert_true(far_give(d.b, d.len));
	assert_true(far_total().paid_wei == 5000 * GWEI);
	/* Nothing is under way any more, and the channel goes on. */
	assert_true(box_pay(&box, TARGET, GWEI, code));
	box.wallets[PARTNER].channel = far[PARTNER].life.channel;
	assert_true(box_pay(&box, PARTNER, GWEI, code));
	far_restart(false);
	assert_true(far_total().paid_wei == 5002 * GWEI);
	assert_int_equal(shown_reveals(), 1);
	assert_int_equal(kept_reveals(), 1);
	/* Nor after a restart, which forgot that it was acked. */
	d = far_reveal(PAYER, far_memo(code));
	assert_true(far_give(d.b, d.len));
	assert_true(far_total().paid_wei == 5002 * GWEI);
	d = far_reveal_by(stranger, "");
	assert_false(far_give(d.b, d.len));
	ts_signer_free(stranger);
}

/* What went back was nobody's payment. */
static void of_a_lock_that_expired_nothing_is_kept(void **state)
{
	const struct ts_moment later = { .now_ns = 1, .head_block = HEAD + 200,
					 .head_fresh = true };
	struct ts_datagram d = far_reveal(PAYER, "");

	far[PARTNER].deaf = true;
	far_offer(BOX_WALLETS, 5000 * GWEI, 0);
	assert_true(far_speak(PARTNER));
	assert_true(far_give(d.b, d.len));
	assert_int_equal(kept_reveals(), 1);
	assert_int_equal(shown_reveals(), 0);
	ts_billing_head(box.billing, later.head_block, true);
	assert_true(ts_life_tick(&far[PARTNER].life, far_key(PARTNER), &later, &far_spare));
	far[PARTNER].life = far_spare;
	assert_true(far_speak(PARTNER));
	assert_int_equal(kept_reveals(), 0);
	assert_true(far_total().paid_wei == 0);
}

/* M8: without the chain no lock is waited for; the queue behind it is not held. */
static void without_the_chain_a_lock_goes_back(void **state)
{
	int code = box_code(&box, 0);

	ts_billing_head(box.billing, HEAD, false);
	far_offer(BOX_WALLETS, 5000 * GWEI, 0);
	assert_true(far_speak(PARTNER));
	assert_true(far_is_last_message(TS_MSG_ANNOUNCE_DISPOSED));
	far_pump();
	assert_int_equal(far[PARTNER].life.our_locks.count, 0);
	box.wallets[PARTNER].channel = far[PARTNER].life.channel;
	assert_true(box_pay(&box, PARTNER, GWEI, code));
	assert_true(far_total().paid_wei == GWEI);
}

/* M3: a lock is value, too. */
static void a_lock_is_not_taken_where_a_payment_is_not(void **state)
{
	box.config.tokens[0].exposure_channel_wei = 4999 * GWEI;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	far_offer(BOX_WALLETS, 5000 * GWEI, 0);
	assert_true(far_speak(PARTNER));
	assert_true(far_is_last_message(TS_MSG_ANNOUNCE_DISPOSED));
	far_pump();
	assert_int_equal(far[PARTNER].life.our_locks.count, 0);
}

/* A lock in one token is not forwarded over a channel in another. */
static void a_hop_stays_in_its_token(void **state)
{
	struct ts_channel other = box.wallets[TARGET].channel;

	box.config.n_tokens = 2;
	memset(&box.config.tokens[1].address, 0x74, TS_ADDRESS_BYTES);
	strcpy(box.config.tokens[1].symbol, "DEAR");
	box.config.tariffs[1] = box.config.tariffs[0];
	box.config.tariffs[1].id = 2;
	box.config.tariffs[1].token = 1;
	box.config.n_tariffs = 2;
	box.config.forward = true;
	far_restart(false);
	/* The box has something to pass on to the target, but in the second. */
	other.token = box.config.tokens[1].address;
	other.partner_address = other.our_address;
	other.our_address = box.config.our_address;
	other.our_deposit_wei = other.partner_deposit_wei = 1000;
	other.open_block_number += 100;
	ts_channel_identifier(&other.our_address, &other.partner_address,
			      &other.token, &other.tokens_network,
			      &other.channel_identifier);
	assert_int_equal(ts_billing_channel_import(box.billing, &other, true,
						   &box.now), 0);
	box_flush(&box);
	far_offer(TARGET, 500, 10);
	far_pump();
	assert_int_equal(far[TARGET].life.partner_locks.count, 0);
	assert_int_equal(far[PARTNER].life.our_locks.count, 0);
	assert_true(far_total().paid_wei == 0);
}

/* As the last hop the box keeps all of the fee, and credits nobody. */
static void a_hop_credits_nobody(void **state)
{
	struct ts_channel_view view;
	struct ts_channel down;
	struct ts_datagram d;

	box.config.forward = true;
	box.config.tokens[0].forward_fee_wei = 3;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	/* The box has to have something to pass on there. */
	assert_int_equal(ts_billing_channel_view(box.billing,
		ts_signer_address(far_key(TARGET)), NULL, &view), 0);
	down = view.channel;
	down.our_deposit_wei = 1000;
	assert_int_equal(ts_billing_channel_import(box.billing, &down, false,
						   &box.now), 0);
	far[TARGET].life.channel.partner_deposit_wei = 1000;
	far_offer(TARGET, 500, 10);
	far_pump();
	assert_int_equal(far[TARGET].life.partner_locks.count, 1);
	assert_true(far[TARGET].life.partner_locks.lock[0].amount_wei == 490);
	/* The initiator tells the target, the target the box, the box its partner. */
	d = far_reveal(PAYER, "");
	far_hear(TARGET, &d);
	far_pump();
	assert_true(far[TARGET].life.channel.partner_proof.transferred_wei == 490);
	assert_true(far[PARTNER].life.channel.our_proof.transferred_wei == 500);
	assert_true(far_total().paid_wei == 0);
	assert_int_equal(ts_billing_channel_view(box.billing,
		ts_signer_address(far_key(PARTNER)), NULL, &view), 0);
	assert_true(view.paid_wei == 0 && view.unspent_wei == 0);
	far_restart(false);
	assert_true(far_total().paid_wei == 0);
}

/*
 * Invariant 3: killed at every write, fsync, Ack and send of a mediated
 * transfer in turn, it pays once and stays whole.
 */
static void a_crash_at_any_step_counts_once(void **state)
{
	unsigned int k, crashes = 0;
	struct ts_datagram d;
	bool dead = true;
	int code;

	for (k = 1; dead; k++) {
		code = box_code(&box, 0);
		far_secret.b[0] = (uint8_t)k;
		far_secret.b[1] = (uint8_t)(k >> 8);
		box.n_messages = far_delivered = 0;
		far_offer(BOX_WALLETS, 1000 * GWEI, 0);
		d = far_reveal(PAYER, far_memo(code));
		fault.at = fault.touches + k;
		fault.kind = FAULT_DIE;
		far_pump();
		if (!fault.dead)
			far_give(d.b, d.len);
		far_pump();
		dead = fault.dead;
		crashes += dead;
		far_restart(k % 2);
		far_pump();
		far_give(d.b, d.len);
		far_pump();
		assert_int_equal(far[PARTNER].life.our_locks.count, 0);
		assert_true(far_total().paid_wei == k * 1000 * GWEI);
		assert_true(far_of_payer.paid_wei == k * 1000 * GWEI);
		assert_int_equal(shown_reveals(), k);
		assert_int_equal(kept_reveals(), k);
		assert_int_equal(ts_ledger_check(box.ledger, 0, far_say_fault, NULL), 0);
	}
	assert_true(crashes > 20);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, far_setup, far_teardown)
	const struct CMUnitTest tests[] = {
		T(mediated_value_is_the_initiators),
		T(of_a_lock_that_expired_nothing_is_kept),
		T(without_the_chain_a_lock_goes_back),
		T(a_lock_is_not_taken_where_a_payment_is_not),
		T(a_hop_stays_in_its_token),
		T(a_hop_credits_nobody),
		T(a_crash_at_any_step_counts_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
