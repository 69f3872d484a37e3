// SPDX-License-Identifier: GPL-2.0
/*
 * billing_peer.c - a box among Photon peers: what is more than a payment, what
 * the box itself sends, and what of it survives.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
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

static bool into_partners(void *arg, const struct ts_channel *channel)
{
	return *(bool *)arg && ts_address_equal(&channel->partner_address,
						ts_signer_address(far_key(PARTNER)));
}

/* M1, M2: by what the box signed now, what is on its way would be the partner's. */
static void nothing_is_signed_while_a_deposit_is_on_its_way(void **state)
{
	const struct ts_address *partner = ts_signer_address(far_key(PARTNER));
	struct ts_channel_view view;
	bool pending = true;

	ts_billing_deposits(box.billing, into_partners, &pending);
	assert_int_equal(ts_billing_leave(box.billing, partner, NULL), -EALREADY);
	assert_int_equal(ts_billing_leave(box.billing, ts_signer_address(far_key(TARGET)),
					  NULL), 0);
	assert_int_equal(ts_billing_withdraw(box.billing, partner, NULL, 1, &box.now),
			 -EINVAL);
	assert_int_equal(ts_life_withdraw(&far[PARTNER].life, far_key(PARTNER), &far_moment,
					  1, &far_spare), 0);
	far[PARTNER].life = far_spare;
	assert_false(far_speak(PARTNER));
	assert_string_equal(box.last_refusal.name, "deposit_pending");
	assert_int_equal(ts_billing_channel_view(box.billing, partner, NULL, &view), 0);
	assert_false(view.channel.frozen || view.leaving);
	pending = false;
	assert_true(far_speak(PARTNER));
	assert_int_equal(ts_billing_channel_view(box.billing, partner, NULL, &view), 0);
	assert_true(view.channel.frozen);
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

/*
 * M2: the cheque is out, so nothing of this channel is spent or taken, whatever
 * else happens, until the chain has it.
 */
static void a_cosigned_withdrawal_freezes(void **state)
{
	int code = box_code(&box, 0);
	struct ts_channel_view view;
	ts_u128 balance_wei;

	assert_true(box_pay(&box, PARTNER, 100000 * GWEI, code));
	assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	far[PARTNER].life.channel = box.wallets[PARTNER].channel;
	balance_wei = ts_channel_our_balance_wei(&far[PARTNER].life.channel);
	assert_int_equal(ts_life_withdraw(&far[PARTNER].life, far_key(PARTNER),
					  &far_moment, balance_wei, &far_spare),
			 TS_ACCEPTED);
	far[PARTNER].life = far_spare;
	assert_true(far_speak(PARTNER));
	assert_true(far_is_last_message(TS_MSG_WITHDRAW_RESPONSE));
	assert_false(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	box_later(&box, 2 * SECOND);
	far_restart(true);
	assert_false(box_pay(&box, PARTNER, GWEI, code));
	assert_string_equal(box.last_refusal.name, "frozen");
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_int_equal(box_spend(&box, 0, 1000), 0);
	/* The answer goes out again, too. */
	assert_true(far_is_last_message(TS_MSG_WITHDRAW_RESPONSE));
	far_pump();
	assert_true(far[PARTNER].life.cosign.complete);
	/* What the chain makes of it is the next life; the value is still owed. */
	assert_int_equal(ts_billing_channel_view(box.billing,
		ts_signer_address(far_key(PARTNER)), NULL, &view), 0);
	view.channel.open_block_number += 50;
	view.channel.frozen = false;
	view.channel.partner_deposit_wei = GWEI;
	memset(&view.channel.partner_proof, 0, sizeof(view.channel.partner_proof));
	assert_int_equal(ts_billing_channel_import(box.billing, &view.channel, true,
						   &box.now), 0);
	box_flush(&box);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_true(box_spend(&box, 0, 1000) > 0);
	box.wallets[PARTNER].waiting = false;
}

static int withdraw(ts_u128 amount_wei)
{
	int ret = ts_billing_withdraw(box.billing,
				      ts_signer_address(far_key(PARTNER)), NULL,
				      amount_wei, &box.now);

	box_flush(&box);
	return ret;
}

/* A withdrawal of ours left so much of our deposit in the channel's next life. */
static void next_life_with(ts_u128 our_deposit_wei)
{
	struct ts_channel_view view;

	assert_int_equal(ts_billing_channel_view(box.billing,
		ts_signer_address(far_key(PARTNER)), NULL, &view), 0);
	view.channel.open_block_number += 50;
	view.channel.frozen = false;
	view.channel.our_deposit_wei = our_deposit_wei;
	memset(&view.channel.partner_proof, 0, sizeof(view.channel.partner_proof));
	assert_int_equal(ts_billing_channel_import(box.billing, &view.channel, true,
						   &box.now), 0);
	box_flush(&box);
}

/* M2, M5, M11: what the wallet has not spent is not ours to take, in no life. */
static void a_withdrawal_of_ours_leaves_what_is_owed(void **state)
{
	assert_true(box_pay(&box, PARTNER, 500, -1));
	assert_int_equal(withdraw(1), -EPERM);
	next_life_with(500);
	assert_int_equal(withdraw(1), -EPERM);
	next_life_with(800);
	assert_int_equal(withdraw(301), -EPERM);
	assert_int_equal(withdraw(801), -EINVAL);
	assert_int_equal(withdraw(300), 0);
	assert_true(far_is_last_message(TS_MSG_WITHDRAW_REQUEST));
	far_restart(true);
	/* The same again goes on; anything else has to wait. */
	assert_int_equal(withdraw(300), 0);
	assert_int_equal(withdraw(200), -EPERM);
	box.wallets[PARTNER].waiting = false;
}

/* M1: asked to settle while it owns anything, the box withdraws that first. */
static void a_settlement_is_not_signed_with_a_balance(void **state)
{
	struct ts_message msg = { .id = TS_MSG_SETTLE_REQUEST };
	struct ts_settle *s = &msg.settle_request.settle;
	const struct ts_channel *c;
	unsigned int i, before;
	struct ts_datagram d;

	assert_true(box_pay(&box, PARTNER, 1000, -1));
	far[PARTNER].life.channel = box.wallets[PARTNER].channel;
	c = &far[PARTNER].life.channel;
	s->channel_identifier = c->channel_identifier;
	s->open_block_number = c->open_block_number;
	s->participant1 = c->our_address;
	s->participant2 = c->partner_address;
	s->participant1_balance =
		ts_u256_from_u128(ts_channel_our_balance_wei(c));
	s->participant2_balance = ts_u256_from_u128(1000);
	assert_int_equal(ts_message_sign(&msg, far_key(PARTNER),
					 &box.config.chain_id, &d), 0);
	assert_false(far_give(d.b, d.len));
	assert_int_equal(box.last_refusal.kind, TS_REFUSE_FORBIDDEN);
	assert_int_equal(box.n_messages, 2);
	/* It has no Ack, so it asks again; and was told a moment ago. */
	assert_false(far_give(d.b, d.len));
	assert_int_equal(box.n_messages, 2);
	for (i = 0; i < 2; i++) {
		assert_int_equal(ts_message_decode(&msg,
			box.messages[i].datagram.b,
			box.messages[i].datagram.len), 0);
		if (msg.id == TS_MSG_SETTLE_RESPONSE)
			assert_true(msg.settle_response.error_code);
		else
			assert_int_equal(msg.id, TS_MSG_DIRECT_TRANSFER);
	}
	/* Later it is told again. */
	before = box.n_messages;
	box_later(&box, 31 * SECOND);
	assert_false(far_give(d.b, d.len));
	assert_true(box.n_messages > before);
	/* What was unspent has gone back (M11); with nothing left it signs. */
	far_deliver();
	assert_true(far[PARTNER].life.channel.partner_proof.transferred_wei == 1000);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_true(far_is_last_message(TS_MSG_SETTLE_REQUEST));
	assert_true(far_total().refunded_wei == 1000);
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
		T(nothing_is_signed_while_a_deposit_is_on_its_way),
		T(nothing_leaves_before_its_commit),
		T(what_is_not_acked_is_sent_again),
		T(a_cosigned_withdrawal_freezes),
		T(a_withdrawal_of_ours_leaves_what_is_owed),
		T(a_settlement_is_not_signed_with_a_balance),
		T(a_payer_fetches_what_it_is_sent),
		T(an_ack_is_not_evidence),
		T(a_replay_says_nothing_of_a_place),
		T(a_crash_at_any_step_counts_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
