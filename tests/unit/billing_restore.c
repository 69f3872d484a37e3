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
#include "billing_box.h"
#include "photon/ack.h"
#include "photon/life.h"

static struct box box;
static char ledger[128], backup[128], kept[160], err[600];

#define TOKEN		(&box.config.tokens[0].address)
#define WALLET	(ts_signer_address(box.wallets[0].key))

static int setup(void **state)
{
	box_setup(&box);
	box.quiet = true;
	ts_billing_head(box.billing, 1000, true);
	snprintf(ledger, sizeof(ledger), "%s/ledger.db", box.dir);
	snprintf(backup, sizeof(backup), "%s/backup", box.dir);
	kept[0] = '\0';
	return 0;
}

static void say_fault(const char *text, void *arg)
{
	print_error("# ledger: %s\n", text);
}

static int teardown(void **state)
{
	char wal[200];

	assert_int_equal(ts_ledger_check(box.ledger, TS_LEDGER_CHECK_SIGNATURES,
					 say_fault, NULL), 0);
	unlink(backup);
	unlink(kept);
	snprintf(wal, sizeof(wal), "%s-wal", kept);
	unlink(wal);
	box_teardown(&box);
	return access(box.dir, F_OK) ? 0 : -1;
}

static int make_backup(void)
{
	const struct ts_ledger_options options = { .path = ledger, .vfs = "fault",
						   .flags = TS_LEDGER_READ_ONLY };
	struct ts_ledger *l;
	int ret;

	assert_int_equal(ts_ledger_open(&options, &l, err, sizeof(err)), 0);
	ret = ts_ledger_backup(l, backup, err, sizeof(err));
	ts_ledger_close(l);
	return ret;
}

static int restore(void)
{
	const struct ts_ledger_options options = { .path = ledger };

	return ts_ledger_restore(&options, backup, kept, sizeof(kept), err, sizeof(err));
}

static void open_box(void)
{
	assert_int_equal(box_open(&box), 0);
	ts_billing_head(box.billing, 1000, true);
}

static struct ts_channel_view view(void)
{
	struct ts_channel_view v;

	assert_int_equal(ts_billing_channel_view(box.billing, WALLET, TOKEN, &v), 0);
	return v;
}

static void refund(ts_u128 wei)
{
	assert_int_equal(ts_billing_refund(box.billing, WALLET, TOKEN, wei, 0), 0);
	box_flush(&box);
	box_later(&box, SECOND);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
}

/* The wallet has the last message of ours: the next one may leave. */
static void ack_last(void)
{
	const struct ts_datagram *d = &box.messages[box.n_messages - 1].datagram;
	uint8_t ack[TS_ACK_BYTES];

	ts_ack_make(d->b, d->len, WALLET, ack);
	ts_billing_datagram(box.billing, ack, sizeof(ack), 1, &box.now);
	box_flush(&box);
}

/* No nonce of ours was ever signed with two contents. */
static uint64_t check_nonces(void)
{
	const struct ts_datagram *of[16] = { NULL }, *d;
	const struct ts_balance_proof *proof;
	struct ts_message msg;
	uint64_t last = 0;
	unsigned int i;

	for (i = 0; i < box.n_messages; i++) {
		d = &box.messages[i].datagram;
		assert_int_equal(ts_message_decode(&msg, d->b, d->len), 0);
		proof = ts_message_balance_proof(&msg);
		if (!proof)
			continue;
		assert_true(proof->nonce < 16);
		if (of[proof->nonce])
			assert_memory_equal(of[proof->nonce], d, sizeof(*d));
		of[proof->nonce] = d;
		last = proof->nonce > last ? proof->nonce : last;
	}
	return last;
}

/*
 * Backed up at nonce 2 of the wallet and 1 of ours, lost at 3 and 2.
 * Return: the channel as it was when it was lost.
 */
static struct ts_channel lose_it(void)
{
	struct ts_channel lost;

	assert_true(box_pay(&box, 0, 600, -1));
	assert_true(box_pay(&box, 0, 400, -1));
	refund(100);
	ack_last();
	assert_int_equal(make_backup(), 0);
	assert_true(box_pay(&box, 0, 500, -1));
	refund(50);
	lost = view().channel;
	assert_int_equal(lost.our_proof.nonce, 2);
	assert_int_equal(lost.partner_proof.nonce, 3);
	box_close(&box);
	assert_int_equal(restore(), 0);
	open_box();
	assert_int_equal(view().channel.our_proof.nonce, 1);
	return lost;
}

static void a_backup_is_private_and_overwrites_nothing(void **state)
{
	struct stat st;

	assert_true(box_pay(&box, 0, 600, -1));
	assert_int_equal(make_backup(), 0);
	assert_int_equal(stat(backup, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(make_backup(), -EEXIST);
	/* Whoever writes it has it. */
	assert_int_equal(restore(), -EBUSY);
}

static void nothing_is_signed_after_a_restore(void **state)
{
	struct ts_hash identifier;
	unsigned int i;

	identifier = lose_it().channel_identifier;
	assert_int_equal(view().channel.restored, TS_RESTORED_UNKNOWN);
	assert_int_equal(ts_billing_refund(box.billing, WALLET, TOKEN, 10, 0), -EPERM);
	assert_int_equal(ts_billing_pay(box.billing, WALLET, TOKEN, 10), -EPERM);
	assert_int_equal(ts_billing_leave(box.billing, WALLET, TOKEN), -EPERM);
	assert_int_equal(ts_billing_channel_close(box.billing, &identifier),
			 -EPERM);
	for (i = 0; i < 20; i++) {
		box_later(&box, SECOND);
		ts_billing_tick(box.billing, &box.now);
		box_flush(&box);
	}
	assert_int_equal(check_nonces(), 2);
	/* And it stays so. */
	box_crash(&box, false, 0);
	open_box();
	assert_int_equal(ts_billing_pay(box.billing, WALLET, TOKEN, 10), -EPERM);
}

/* Ours: a signature over a withdrawal is a bearer cheque over an old balance. */
static void a_restored_channel_co_signs_nothing(void **state)
{
	static struct ts_life far, asks;
	const struct ts_moment moment = { .now_ns = 1, .head_block = 1000,
					  .head_fresh = true };
	const struct ts_outgoing *due[TS_DUE_MAX];
	unsigned int acks;

	far.channel = box.wallets[0].channel;
	lose_it();
	assert_int_equal(ts_life_withdraw(&far, box.wallets[0].key, &moment, 1, &asks), 0);
	assert_int_equal(ts_outbox_due(&asks.outbox, 1, due), 1);
	acks = box.acks;
	ts_billing_datagram(box.billing, due[0]->b, due[0]->len, 1, &box.now);
	box_flush(&box);
	assert_int_equal(box.acks, acks);
	assert_string_equal(box.last_refusal.name, "restored");
	assert_false(view().channel.frozen);
}

static int note_payment(const struct ts_ledger_payment *p, void *arg)
{
	struct ts_ledger_payment *last = arg;

	if (ts_address_equal(&p->wallet, WALLET))
		*last = *p;
	return 0;
}

/* The wallet goes on where it is; what is missing belongs to its pool. */
static void a_gap_loses_no_money(void **state)
{
	struct ts_ledger_payment last = { 0 };
	int code = box_code(&box, 0);

	lose_it();
	assert_true(box_pay(&box, 0, 300, code));
	assert_true(view().paid_wei == 1800);
	assert_int_equal(ts_ledger_payment_load(box.ledger, note_payment, &last), 0);
	assert_int_equal(last.nonce, 4);
	assert_true(last.delta_wei == 800);
	assert_int_equal(last.session, 0);
	/* The one that was lost is an old one now. */
	ts_billing_datagram(box.billing, box.wallets[0].sent[2].b,
			    box.wallets[0].sent[2].len, 1, &box.now);
	box_flush(&box);
	assert_string_equal(box.last_refusal.name, "nonce_replayed");
	assert_true(view().paid_wei == 1800);
	/* The next one is for its memo again. */
	assert_true(box_pay(&box, 0, 200, code));
	assert_int_equal(ts_ledger_payment_load(box.ledger, note_payment, &last), 0);
	assert_int_not_equal(last.session, 0);
	assert_true(last.delta_wei == 200);
}

/* A channel that was never restored takes no gap. */
static void a_gap_is_refused_else(void **state)
{
	assert_true(box_pay(&box, 0, 600, -1));
	box_make(&box, 0, 10, -1, 1);
	box.wallets[0].waiting = false;
	box_make(&box, 0, 10, -1, 1);
	box_send(&box, 0);
	box_flush(&box);
	assert_string_equal(box.last_refusal.name, "nonce_gap");
}

static void what_is_trusted_signs_on(void **state)
{
	struct ts_channel lost = lose_it();

	/* The partner knows our last proof, and first goes on with its own. */
	assert_true(box_pay(&box, 0, 300, -1));
	lost.restored = TS_RESTORED_NOT;
	assert_int_equal(ts_billing_channel_import(box.billing, &lost, false, &box.now), 0);
	box_flush(&box);
	assert_int_equal(view().channel.restored, TS_RESTORED_UNKNOWN);
	assert_int_equal(ts_billing_channel_trust(box.billing, WALLET, TOKEN), 0);
	box_flush(&box);
	assert_int_equal(ts_billing_channel_trust(box.billing, WALLET, TOKEN), -EALREADY);
	box_crash(&box, false, 0);
	open_box();
	assert_int_equal(view().channel.our_proof.nonce, 2);
	refund(20);
	assert_int_equal(view().channel.our_proof.nonce, 3);
	assert_int_equal(check_nonces(), 3);
}

static void a_damaged_backup_is_not_restored(void **state)
{
	struct stat before, after;
	int fd;

	assert_true(box_pay(&box, 0, 600, -1));
	assert_int_equal(make_backup(), 0);
	box_close(&box);
	assert_int_equal(stat(ledger, &before), 0);
	fd = open(backup, O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 4096), 0);
	close(fd);
	assert_true(restore() < 0);
	assert_int_equal(stat(ledger, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	open_box();
	assert_true(view().paid_wei == 600);
}

static void a_restore_that_was_cut_off_is_done_again(void **state)
{
	char made[160];
	int fd;

	assert_true(box_pay(&box, 0, 600, -1));
	assert_int_equal(make_backup(), 0);
	box_close(&box);
	/* At its worst: the old one is away, the new one not there. */
	snprintf(made, sizeof(made), "%s.restoring", ledger);
	fd = open(made, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(unlink(ledger), 0);
	assert_int_equal(box_open(&box), -EBUSY);
	assert_int_equal(access(ledger, F_OK), -1);
	assert_int_equal(restore(), 0);
	assert_int_equal(access(made, F_OK), -1);
	open_box();
	assert_true(view().paid_wei == 600);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_backup_is_private_and_overwrites_nothing),
		T(nothing_is_signed_after_a_restore),
		T(a_restored_channel_co_signs_nothing),
		T(a_gap_loses_no_money),
		T(a_gap_is_refused_else),
		T(what_is_trusted_signs_on),
		T(a_damaged_backup_is_not_restored),
		T(a_restore_that_was_cut_off_is_done_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
