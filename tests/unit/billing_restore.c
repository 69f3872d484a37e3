// SPDX-License-Identifier: GPL-2.0
/*
 * billing_restore.c - a box whose ledger is from an old backup: it signs nothing that
 * may have been signed before, and takes what its payers go on with.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "billing/onchain.h"
#include "billing_lost.h"
#include "photon_proof.h"
#include "chain/describe.h"
#include "photon/life.h"

static void a_backup_is_private_and_overwrites_nothing(void **state)
{
	struct stat st;

	assert_true(box_pay(&lost_box, 0, 600, -1));
	assert_int_equal(lost_backup(), 0);
	assert_int_equal(stat(lost_copy, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(lost_backup(), -EEXIST);
	/* Whoever writes it has it. */
	assert_int_equal(lost_restore(), -EBUSY);
}

static void nothing_is_signed_after_a_restore(void **state)
{
	struct ts_hash identifier;
	unsigned int i;

	identifier = lost_lose().channel_identifier;
	assert_int_equal(lost_view().channel.restored, TS_RESTORED_UNKNOWN);
	assert_int_equal(ts_billing_refund(lost_box.billing, LOST_WALLET, LOST_TOKEN, 10, 0), -EPERM);
	assert_int_equal(ts_billing_pay(lost_box.billing, LOST_WALLET, LOST_TOKEN, 10), -EPERM);
	assert_int_equal(ts_billing_leave(lost_box.billing, LOST_WALLET, LOST_TOKEN), -EPERM);
	assert_int_equal(ts_billing_channel_close(lost_box.billing, &identifier),
			 -EPERM);
	for (i = 0; i < 20; i++) {
		box_later(&lost_box, SECOND);
		ts_billing_tick(lost_box.billing, &lost_box.now);
		box_flush(&lost_box);
	}
	assert_int_equal(lost_check_nonces(), 2);
	/* And it stays so. */
	box_crash(&lost_box, false, 0);
	lost_open();
	assert_int_equal(ts_billing_pay(lost_box.billing, LOST_WALLET, LOST_TOKEN, 10), -EPERM);
}

/* Ours: a signature over a withdrawal is a bearer cheque over an old balance. */
static void a_restored_channel_co_signs_nothing(void **state)
{
	static struct ts_life far, asks;
	const struct ts_moment moment = { .now_ns = 1, .head_block = 1000,
					  .head_fresh = true };
	const struct ts_outgoing *due[TS_DUE_MAX];
	unsigned int acks;

	far.channel = lost_box.wallets[0].channel;
	lost_lose();
	assert_int_equal(ts_life_withdraw(&far, lost_box.wallets[0].key, &moment, 1, &asks), 0);
	assert_int_equal(ts_outbox_due(&asks.outbox, 1, due), 1);
	acks = lost_box.acks;
	ts_billing_datagram(lost_box.billing, due[0]->b, due[0]->len, 1, &lost_box.now);
	box_flush(&lost_box);
	assert_int_equal(lost_box.acks, acks);
	assert_string_equal(lost_box.last_refusal.name, "restored");
	assert_false(lost_view().channel.frozen);
}

static int note_payment(const struct ts_ledger_payment *p, void *arg)
{
	struct ts_ledger_payment *last = arg;

	if (ts_address_equal(&p->wallet, LOST_WALLET))
		*last = *p;
	return 0;
}

/* The wallet goes on where it is; what is missing belongs to its pool. */
static void a_gap_loses_no_money(void **state)
{
	struct ts_ledger_payment last = { 0 };
	int code = box_code(&lost_box, 0);

	lost_lose();
	assert_true(box_pay(&lost_box, 0, 300, code));
	assert_true(lost_view().paid_wei == 1800);
	assert_int_equal(ts_ledger_payment_load(lost_box.ledger, note_payment, &last), 0);
	assert_int_equal(last.nonce, 4);
	assert_true(last.delta_wei == 800);
	assert_int_equal(last.session, 0);
	/* The one that was lost is an old one now. */
	ts_billing_datagram(lost_box.billing, lost_box.wallets[0].sent[2].b,
			    lost_box.wallets[0].sent[2].len, 1, &lost_box.now);
	box_flush(&lost_box);
	assert_string_equal(lost_box.last_refusal.name, "nonce_replayed");
	assert_true(lost_view().paid_wei == 1800);
	/* The next one is for its memo again. */
	assert_true(box_pay(&lost_box, 0, 200, code));
	assert_int_equal(ts_ledger_payment_load(lost_box.ledger, note_payment, &last), 0);
	assert_int_not_equal(last.session, 0);
	assert_true(last.delta_wei == 200);
}

/* M13: of what was lost, a payment for carrying says itself how much was for that. */
static void a_gap_before_a_payment_for_carrying(void **state)
{
	struct box_wallet *w = &lost_box.wallets[0];
	char text[TS_MEMO_RELAY_SIZE];
	struct ts_bytes memo = { (const uint8_t *)text, 0 };
	struct ts_carrying_view view;
	struct ts_channel next;

	lost_lose();
	/* With what was lost, 800 came: 500 of it for carrying. */
	memo.len = ts_memo_print_relay(500, text);
	assert_int_equal(ts_channel_send(&w->channel, w->key, 300, &memo, &next,
					 &w->message), TS_ACCEPTED);
	w->channel = next;
	box_send(&lost_box, 0);
	box_flush(&lost_box);
	assert_int_equal(ts_billing_carrying_view(lost_box.billing, LOST_WALLET,
						  LOST_TOKEN, &view), 0);
	assert_true(view.received_wei == 500);
	assert_true(lost_view().paid_wei == 1300);
	/* Nothing is signed for it yet. */
	assert_false(view.usable);
	assert_int_equal(ts_billing_relay_pay(lost_box.billing, LOST_WALLET, LOST_TOKEN, 1),
			 -EPERM);
}

/* A channel that was never restored takes no gap. */
static void a_gap_is_refused_else(void **state)
{
	assert_true(box_pay(&lost_box, 0, 600, -1));
	box_make(&lost_box, 0, 10, -1, 1);
	lost_box.wallets[0].waiting = false;
	box_make(&lost_box, 0, 10, -1, 1);
	box_send(&lost_box, 0);
	box_flush(&lost_box);
	assert_string_equal(lost_box.last_refusal.name, "nonce_gap");
}

static void what_is_trusted_signs_on(void **state)
{
	struct ts_channel lost = lost_lose();

	/* The partner knows our last proof, and first goes on with its own. */
	assert_true(box_pay(&lost_box, 0, 300, -1));
	lost.restored = TS_RESTORED_NOT;
	assert_int_equal(ts_billing_channel_import(lost_box.billing, &lost, false, &lost_box.now), 0);
	box_flush(&lost_box);
	assert_int_equal(lost_view().channel.restored, TS_RESTORED_UNKNOWN);
	assert_int_equal(ts_billing_channel_trust(lost_box.billing, LOST_WALLET, LOST_TOKEN), 0);
	box_flush(&lost_box);
	assert_int_equal(ts_billing_channel_trust(lost_box.billing, LOST_WALLET, LOST_TOKEN), -EALREADY);
	box_crash(&lost_box, false, 0);
	lost_open();
	assert_int_equal(lost_view().channel.our_proof.nonce, 2);
	lost_refund(20);
	assert_int_equal(lost_view().channel.our_proof.nonce, 3);
	assert_int_equal(lost_check_nonces(), 3);
}

/* What "channel export" writes another ledger takes, to the last proof. */
static void what_is_exported_is_imported(void **state)
{
	struct ts_channel_view was, is;
	struct ts_channel read;
	json_t *json;
	char why[256];

	assert_true(box_pay(&lost_box, 0, 600, -1));
	lost_refund(100);
	was = lost_view();
	json = ts_channel_describe(&was.channel, TS_SIDE_BOX);
	assert_non_null(json);
	assert_int_equal(ts_channel_from_json(json, TS_SIDE_BOX, &read, why,
					      sizeof(why)), 0);
	json_decref(json);
	/* A box that never heard of the channel. */
	box_close(&lost_box);
	assert_int_equal(unlink(lost_box.dir.path), 0);
	lost_open();
	assert_int_equal(ts_billing_channel_view(lost_box.billing, LOST_WALLET,
						 LOST_TOKEN, &is), -ENOENT);
	assert_int_equal(ts_billing_channel_import(lost_box.billing, &read, false,
						   &lost_box.now), 0);
	box_flush(&lost_box);
	is = lost_view();
	assert_same_proof(&is.channel.our_proof, &was.channel.our_proof);
	assert_same_proof(&is.channel.partner_proof, &was.channel.partner_proof);
	assert_true(is.channel.our_deposit_wei == was.channel.our_deposit_wei);
	assert_true(is.channel.partner_deposit_wei == was.channel.partner_deposit_wei);
	assert_int_equal(is.channel.settle_timeout_blocks,
			 was.channel.settle_timeout_blocks);
	/* Somebody else's word pays for nothing. */
	assert_true(is.paid_wei == 0);
}

static void a_damaged_backup_is_not_restored(void **state)
{
	struct stat before, after;
	int fd;

	assert_true(box_pay(&lost_box, 0, 600, -1));
	assert_int_equal(lost_backup(), 0);
	box_close(&lost_box);
	assert_int_equal(stat(lost_box.dir.path, &before), 0);
	fd = open(lost_copy, O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 4096), 0);
	close(fd);
	assert_true(lost_restore() < 0);
	assert_int_equal(stat(lost_box.dir.path, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	lost_open();
	assert_true(lost_view().paid_wei == 600);
}

static void a_restore_that_was_cut_off_is_done_again(void **state)
{
	char made[160];
	int fd;

	assert_true(box_pay(&lost_box, 0, 600, -1));
	assert_int_equal(lost_backup(), 0);
	box_close(&lost_box);
	/* At its worst: the old one is away, the new one not there. */
	snprintf(made, sizeof(made), "%s.restoring", lost_box.dir.path);
	fd = open(made, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(unlink(lost_box.dir.path), 0);
	assert_int_equal(box_open(&lost_box), -EBUSY);
	assert_int_equal(access(lost_box.dir.path, F_OK), -1);
	assert_int_equal(lost_restore(), 0);
	assert_int_equal(access(made, F_OK), -1);
	lost_open();
	assert_true(lost_view().paid_wei == 600);
}

#define T(f) cmocka_unit_test_setup_teardown(f, lost_setup, lost_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_backup_is_private_and_overwrites_nothing),
		T(nothing_is_signed_after_a_restore),
		T(a_restored_channel_co_signs_nothing),
		T(a_gap_loses_no_money),
		T(a_gap_before_a_payment_for_carrying),
		T(a_gap_is_refused_else),
		T(what_is_trusted_signs_on),
		T(what_is_exported_is_imported),
		T(a_damaged_backup_is_not_restored),
		T(a_restore_that_was_cut_off_is_done_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
