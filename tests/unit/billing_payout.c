// SPDX-License-Identifier: GPL-2.0
/*
 * billing_payout.c - holders of shares are paid what they were allotted, once, with nobody
 * else's money, and what does not arrive is owed again (M2, M5, M10, M11).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "billing/onchain.h"
#include "ledger/revenue.h"
#include "ledger/transaction.h"
#include "share_books.h"

#define DEPOSIT	(500000 * GWEI)

static const struct ts_address *token(void)
{
	return &box.config.tokens[0].address;
}

static const struct ts_address *anna(void)
{
	return ts_signer_address(far_key(ANNA));
}

/* The box has put something in. */
static void put_in(unsigned int wallet, ts_u128 wei)
{
	struct ts_channel_view view;

	assert_int_equal(ts_billing_channel_view(box.billing,
		ts_signer_address(far_key(wallet)), NULL, &view), 0);
	view.channel.our_deposit_wei = wei;
	assert_int_equal(ts_billing_channel_import(box.billing, &view.channel, true,
						   &box.now), 0);
	box_flush(&box);
	far[wallet].life.channel.partner_deposit_wei = wei;
	box.wallets[wallet].channel.partner_deposit_wei = wei;
}

/* A third wallet has paid and used it: Anna has 40 % of that. */
static int setup(void **state)
{
	far_setup(state);
	share_give(ANNA, 400);
	share_give_cold("coop", 0xc0, 100);
	/* A power cut is not to cost the payer what the tests want to use. */
	box.config.loss_bearer = TS_LOSS_OPERATOR;
	share_reload();
	put_in(ANNA, DEPOSIT);
	assert_true(box_pay(&box, PAYER, 900000 * GWEI, box_code(&box, 0)));
	share_use(200000);
	share_split();
	return 0;
}

static int pay(ts_u128 *paid_wei)
{
	int ret = ts_billing_share_pay(box.billing, token(), anna(), &box.now, paid_wei);

	box_flush(&box);
	return ret;
}

static void again(void)
{
	box_later(&box, 7 * SECOND);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	far_pump();
}

static ts_u128 anna_has(void)
{
	return far[ANNA].life.channel.partner_proof.transferred_wei;
}

static ts_u128 owed(void)
{
	struct ts_ledger_share row = share_of_wallet(ANNA);

	return row.allotted_wei - row.paid_wei;
}

static void what_is_owed_is_paid_once(void **state)
{
	const struct ts_address nobody = share_address(0);
	ts_u128 allotted = share_of_wallet(ANNA).allotted_wei, wei;
	struct ts_message msg;

	assert_in_range(allotted, 79900 * GWEI, 80000 * GWEI);
	assert_int_equal(pay(&wei), 0);
	assert_true(wei == allotted && owed() == 0);
	assert_int_equal(ts_message_decode(&msg,
		box.messages[box.n_messages - 1].datagram.b,
		box.messages[box.n_messages - 1].datagram.len), 0);
	assert_true(ts_memo_is_share(msg.direct_transfer.data.p,
				     msg.direct_transfer.data.len));
	far_pump();
	assert_true(anna_has() == allotted);
	assert_int_equal(pay(&wei), -EALREADY);
	far_restart(true);
	assert_int_equal(pay(&wei), -EALREADY);
	again();
	assert_true(anna_has() == allotted);
	/* More comes, more is paid. */
	share_use(10000);
	share_split();
	assert_true(owed() > 0);
	assert_int_equal(pay(&wei), 0);
	again();
	assert_true(anna_has() == share_of_wallet(ANNA).allotted_wei && owed() == 0);
	/* Who has no share, and the box itself, are paid nothing. */
	assert_int_equal(ts_billing_share_pay(box.billing, token(),
		ts_signer_address(far_key(PAYER)), &box.now, &wei), -ENOENT);
	assert_int_equal(ts_billing_share_pay(box.billing, token(),
		&nobody, &box.now, &wei), -ENOENT);
}

/* M4, M11: neither with what Anna herself has not spent, nor above what the channel has. */
static void with_nobodys_money(void **state)
{
	ts_u128 all = owed(), wei;

	assert_int_equal(ts_billing_pay(box.billing, anna(), NULL,
					DEPOSIT - 30000 * GWEI), 0);
	box_flush(&box);
	far_pump();
	box.wallets[ANNA].channel = far[ANNA].life.channel;
	assert_true(box_pay(&box, ANNA, 5000 * GWEI, -1));
	far[ANNA].life.channel = box.wallets[ANNA].channel;
	assert_int_equal(pay(&wei), 0);
	assert_true(wei == 30000 * GWEI && owed() == all - wei);
	far_pump();
	assert_int_equal(pay(&wei), -EPERM);
	assert_true(wei == 0);
	/* What she has not spent goes back to her as such, and is no payout. */
	assert_int_equal(ts_billing_refund(box.billing, anna(), NULL, TS_U128_MAX, 0), 0);
	box_flush(&box);
	far_pump();
	assert_true(anna_has() == DEPOSIT + 5000 * GWEI);
	assert_true(owed() == all - 30000 * GWEI);
}

/* Invariant 3, M10: killed at each touch of disk and network, it is paid once. */
static void killed_at_each_step(void **state)
{
	unsigned int k, crashes = 0;
	bool dead = true;
	ts_u128 wei;

	for (k = 1; dead; k++) {
		share_use(2000);
		share_split();
		assert_true(owed() > 0);
		box.n_messages = far_delivered = 0;
		fault.at = fault.touches + k;
		fault.kind = FAULT_DIE;
		pay(&wei);
		far_pump();
		dead = fault.dead;
		crashes += dead;
		far_restart(k % 2);
		/* Done or not; and then done. */
		again();
		assert_true(anna_has() == share_of_wallet(ANNA).paid_wei);
		if (owed())
			assert_int_equal(pay(&wei), 0);
		again();
		assert_true(anna_has() == share_of_wallet(ANNA).allotted_wei);
		assert_int_equal(ts_ledger_check(box.ledger, 0, far_say_fault, NULL), 0);
	}
	assert_true(crashes > 4);
}

/* M11: what the chain settled without is owed again; what arrived is not. */
static void what_never_arrived_is_owed_again(void **state)
{
	struct ts_channel_event event = {
		.kind = TS_SEEN_CLOSED, .block = HEAD, .ours = true,
	};
	ts_u128 first, wei;

	assert_int_equal(pay(&first), 0);
	far_pump();
	event.claimed.transferred_wei = first;
	far[ANNA].deaf = true;
	share_use(10000);
	share_split();
	assert_int_equal(pay(&wei), 0);
	share_use(3000);
	share_split();
	assert_int_equal(pay(&wei), 0);
	assert_true(owed() == 0);
	far_see(ANNA, &event);
	event.kind = TS_SEEN_SETTLED;
	event.block = 60000;
	event.confirmed = true;
	far_see(ANNA, &event);
	assert_true(share_of_wallet(ANNA).paid_wei == first && owed() > 0);
	far_restart(false);
	assert_true(share_of_wallet(ANNA).paid_wei == first);
	assert_int_equal(pay(&wei), -EPERM);
	/* In the next life. */
	event = (struct ts_channel_event){
		.kind = TS_SEEN_OPENED, .block = 60010, .confirmed = true,
		.our_deposit_wei = DEPOSIT, .partner_deposit_wei = DEPOSIT,
		.settle_timeout_blocks = far[ANNA].life.channel.settle_timeout_blocks,
	};
	far_see(ANNA, &event);
	assert_int_equal(pay(&wei), 0);
	assert_true(owed() == 0);
}

/* --- on the chain ---------------------------------------------------------- */

/* As the part that talks to the chain does it; Return: the row of the transaction. */
static int64_t pay_cold(ts_u128 wei, uint8_t n)
{
	const struct ts_address coop = share_address(0xc0);
	struct ts_ledger_transaction t = {
		.label = "payout", .sender = box.config.our_address, .to = *token(),
		.until_block = INT64_MAX,
	};
	int ret;

	memset(&t.intent, n, sizeof(t.intent));
	if (ts_billing_begin(box.billing))
		return -EROFS;
	ret = ts_ledger_transaction_insert(box.ledger, &t);
	if (!ret)
		ret = ts_billing_share_paid_cold(box.billing, token(), &coop, wei, t.id,
						 &box.now);
	if (ret == -EINVAL) {
		t.state = TS_TRANSACTION_CANCELLED;
		assert_int_equal(ts_ledger_transaction_update(box.ledger, &t), 0);
	}
	box_flush(&box);
	return ret ? ret : t.id;
}

static struct ts_ledger_transaction found;

static int find_transaction(const struct ts_ledger_transaction *t, void *arg)
{
	if (t->id == *(int64_t *)arg)
		found = *t;
	return 0;
}

static void ends(int64_t id, enum ts_transaction_state state)
{
	const struct ts_ledger_submission sent = { .transaction = id, .seq = 1, .len = 1 };

	assert_int_equal(ts_ledger_transaction_load(box.ledger, &box.config.our_address,
						    true, find_transaction, &id), 0);
	assert_int_equal(found.id, id);
	assert_int_equal(ts_billing_begin(box.billing), 0);
	found.state = state;
	found.nonce = (uint64_t)id;
	/* Only what was signed comes to that. */
	assert_int_equal(ts_ledger_submission_insert(box.ledger, &sent), 0);
	assert_int_equal(ts_ledger_transaction_update(box.ledger, &found), 0);
	box_flush(&box);
}

static ts_u128 coop_owed(void)
{
	const struct ts_address coop = share_address(0xc0);
	struct ts_ledger_share row = share_of(&coop);

	return row.allotted_wei - row.paid_wei;
}

static void a_transaction_that_pays_nothing(void **state)
{
	ts_u128 all = coop_owed();
	int64_t one, two, three;

	assert_in_range(all, 19900 * GWEI, 20000 * GWEI);
	assert_int_equal(pay_cold(all + 1, 1), -EINVAL);
	one = pay_cold(all - 10, 2);
	assert_true(one > 0 && coop_owed() == 10);
	assert_int_equal(ts_billing_payouts_failed(box.billing), 0);
	box_flush(&box);
	assert_true(coop_owed() == 10);
	ends(one, TS_TRANSACTION_FAILED);
	/* Whoever looks after a crash finds it, once. */
	far_restart(false);
	assert_int_equal(ts_billing_payouts_failed(box.billing), 0);
	box_flush(&box);
	assert_true(coop_owed() == all);
	assert_int_equal(ts_billing_payouts_failed(box.billing), 0);
	box_flush(&box);
	assert_true(coop_owed() == all);
	two = pay_cold(all - 1, 3);
	ends(two, TS_TRANSACTION_DONE);
	three = pay_cold(1, 4);
	ends(three, TS_TRANSACTION_OVERTAKEN);
	assert_int_equal(ts_billing_payouts_failed(box.billing), 0);
	box_flush(&box);
	assert_true(coop_owed() == 1);
	/* Over a channel she is not to be paid, nor is the other over the chain twice. */
	assert_int_equal(ts_billing_share_paid_cold(box.billing, token(), anna(),
		owed() + 1, two, &box.now), -EINVAL);
}

/* Payout and transaction are one batch. */
static void killed_with_a_transaction(void **state)
{
	unsigned int k, crashes = 0;
	bool dead = true;
	ts_u128 before;

	for (k = 1; dead; k++) {
		before = coop_owed();
		fault.at = fault.touches + k;
		fault.kind = FAULT_DIE;
		pay_cold(5, (uint8_t)(k + 10));
		dead = fault.dead;
		crashes += dead;
		far_restart(k % 2);
		assert_true(coop_owed() == before || coop_owed() == before - 5);
		assert_int_equal(ts_ledger_check(box.ledger, 0, far_say_fault, NULL), 0);
	}
	assert_true(coop_owed() == before - 5);
	assert_true(crashes > 2);
}

/* M11: of what came to us by a close, what a wallet has not spent stays its own. */
static void what_is_owed_to_wallets_is_known(void **state)
{
	struct ts_channel_event event = {
		.kind = TS_SEEN_CLOSED, .block = HEAD, .ours = true,
	};

	box.wallets[ANNA].channel = far[ANNA].life.channel;
	assert_true(box_pay(&box, ANNA, 5000 * GWEI, -1));
	assert_true(ts_billing_settled_owed_wei(box.billing, token()) == 0);
	far_see(ANNA, &event);
	assert_true(ts_billing_settled_owed_wei(box.billing, token()) == 5000 * GWEI);
	event.kind = TS_SEEN_SETTLED;
	event.block = 60000;
	event.confirmed = true;
	far_see(ANNA, &event);
	assert_true(ts_billing_settled_owed_wei(box.billing, token()) == 5000 * GWEI);
}

/* --- when ------------------------------------------------------------------ */

/* By the box's age, which no clock moves (M12). */
static void the_schedule(void **state)
{
	assert_false(ts_billing_payout_due(box.billing, &box.now));
	box.config.payout_every_s = 3600;
	share_reload();
	box_later(&box, 3600 * SECOND);
	assert_true(ts_billing_payout_due(box.billing, &box.now));
	assert_int_equal(ts_billing_payout_done(box.billing, &box.now), 0);
	box_flush(&box);
	assert_false(ts_billing_payout_due(box.billing, &box.now));
	box.now.wall_s += 10 * 86400;
	assert_false(ts_billing_payout_due(box.billing, &box.now));
	box_later(&box, 3599 * SECOND);
	assert_false(ts_billing_payout_due(box.billing, &box.now));
	box_later(&box, SECOND);
	assert_true(ts_billing_payout_due(box.billing, &box.now));
}

/* A backup does not know what was paid after it: nothing is until the operator has looked. */
static void after_a_restore_somebody_looks(void **state)
{
	const struct ts_ledger_options options = { .path = box.dir.path };
	char copy[160], kept[200], err[600], wal[220];
	struct ts_ledger *l;
	ts_u128 wei;

	snprintf(copy, sizeof(copy), "%s/backup", box.dir.name);
	l = ledger_dir_open(&box.dir, TS_LEDGER_READ_ONLY);
	assert_int_equal(ts_ledger_backup(l, copy, err, sizeof(err)), 0);
	ts_ledger_close(l);
	assert_int_equal(pay(&wei), 0);
	assert_null(ts_billing_payout_fault(box.billing));
	assert_int_equal(ts_billing_payouts_trust(box.billing), -EALREADY);
	assert_int_equal(ts_billing_stop(box.billing, &box.now), 0);
	box_close(&box);
	assert_int_equal(ts_ledger_restore(&options, copy, kept, sizeof(kept), err,
					   sizeof(err)), 0);
	assert_int_equal(box_open(&box), 0);
	ts_billing_head(box.billing, HEAD, true);
	assert_non_null(ts_billing_payout_fault(box.billing));
	assert_int_equal(pay(&wei), -EPERM);
	assert_int_equal(pay_cold(1, 1), -EPERM);
	far_restart(false);
	assert_non_null(ts_billing_payout_fault(box.billing));
	assert_int_equal(ts_billing_payouts_trust(box.billing), 0);
	box_flush(&box);
	assert_null(ts_billing_payout_fault(box.billing));
	assert_int_equal(ts_billing_channel_trust(box.billing, anna(), token()), 0);
	box_flush(&box);
	assert_int_equal(pay(&wei), 0);
	unlink(copy);
	unlink(kept);
	snprintf(wal, sizeof(wal), "%s-wal", kept);
	unlink(wal);
}

/* What another box pays us of ours is no payment of its, which it could ask back. */
static void our_share_elsewhere_is_no_payment(void **state)
{
	static const struct ts_bytes memo = {
		(const uint8_t *)TS_MEMO_SHARE, sizeof(TS_MEMO_SHARE) - 1
	};
	struct ts_channel_view view;

	assert_int_equal(ts_life_pay(&far[ANNA].life, far_key(ANNA), 300, &memo,
				     &far_spare), TS_ACCEPTED);
	far[ANNA].life = far_spare;
	assert_true(far_speak(ANNA));
	assert_int_equal(ts_billing_channel_view(box.billing, anna(), NULL, &view), 0);
	assert_true(view.paid_wei == 0 && view.unspent_wei == 0);
	/* It is no income of stations' traffic either. */
	share_split();
	assert_true(share_split_wei() == far_total().consumed_wei ||
		    share_split_wei() == share_income_wei());
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, far_teardown)
	const struct CMUnitTest tests[] = {
		T(what_is_owed_is_paid_once),
		T(with_nobodys_money),
		T(killed_at_each_step),
		T(what_never_arrived_is_owed_again),
		T(a_transaction_that_pays_nothing),
		T(killed_with_a_transaction),
		T(what_is_owed_to_wallets_is_known),
		T(the_schedule),
		T(after_a_restore_somebody_looks),
		T(our_share_elsewhere_is_no_payment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
