// SPDX-License-Identifier: GPL-2.0
/* billing_lost.c - a box whose ledger is lost, and comes back from an old backup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "billing_lost.h"
#include "photon/ack.h"
#include "photon/evidence.h"

struct box lost_box;
char lost_copy[128];
static char kept[160], err[600];

int lost_setup(void **state)
{
	box_setup(&lost_box);
	lost_box.quiet = true;
	ts_billing_head(lost_box.billing, 1000, true);
	snprintf(lost_copy, sizeof(lost_copy), "%s/backup", lost_box.dir.name);
	kept[0] = '\0';
	return 0;
}

static void say_fault(const char *text, void *arg)
{
	print_error("# ledger: %s\n", text);
}

int lost_teardown(void **state)
{
	char wal[200];

	assert_int_equal(ts_ledger_check(lost_box.ledger, TS_LEDGER_CHECK_SIGNATURES,
					 say_fault, NULL), 0);
	unlink(lost_copy);
	unlink(kept);
	snprintf(wal, sizeof(wal), "%s-wal", kept);
	unlink(wal);
	box_teardown(&lost_box);
	return access(lost_box.dir.name, F_OK) ? 0 : -1;
}

int lost_backup(void)
{
	struct ts_ledger *l = ledger_dir_open(&lost_box.dir, TS_LEDGER_READ_ONLY);
	int ret;

	ret = ts_ledger_backup(l, lost_copy, err, sizeof(err));
	ts_ledger_close(l);
	return ret;
}

int lost_restore(void)
{
	const struct ts_ledger_options options = { .path = lost_box.dir.path };

	return ts_ledger_restore(&options, lost_copy, kept, sizeof(kept), err, sizeof(err));
}

void lost_open(void)
{
	assert_int_equal(box_open(&lost_box), 0);
	ts_billing_head(lost_box.billing, 1000, true);
}

struct ts_channel_view lost_view(void)
{
	struct ts_channel_view v;

	assert_int_equal(ts_billing_channel_view(lost_box.billing, LOST_WALLET, LOST_TOKEN, &v), 0);
	return v;
}

void lost_refund(ts_u128 wei)
{
	assert_int_equal(ts_billing_refund(lost_box.billing, LOST_WALLET, LOST_TOKEN, wei, 0), 0);
	box_flush(&lost_box);
	box_later(&lost_box, SECOND);
	ts_billing_tick(lost_box.billing, &lost_box.now);
	box_flush(&lost_box);
}

/* The wallet has the last message of ours: the next one may leave. */
static void ack_last(void)
{
	const struct ts_datagram *d = &lost_box.messages[lost_box.n_messages - 1].datagram;
	uint8_t ack[TS_ACK_BYTES];

	ts_ack_make(d->b, d->len, LOST_WALLET, ack);
	ts_billing_datagram(lost_box.billing, ack, sizeof(ack), 1, &lost_box.now);
	box_flush(&lost_box);
}

uint64_t lost_check_nonces(void)
{
	const struct ts_datagram *of[16] = { NULL }, *d;
	const struct ts_balance_proof *proof;
	struct ts_message msg;
	uint64_t last = 0;
	unsigned int i;

	for (i = 0; i < lost_box.n_messages; i++) {
		d = &lost_box.messages[i].datagram;
		if (d->len == TS_RESTORED_BYTES)
			continue;
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

struct ts_channel lost_lose(void)
{
	struct ts_channel lost;

	assert_true(box_pay(&lost_box, 0, 600, -1));
	assert_true(box_pay(&lost_box, 0, 400, -1));
	lost_refund(100);
	ack_last();
	assert_int_equal(lost_backup(), 0);
	assert_true(box_pay(&lost_box, 0, 500, -1));
	lost_refund(50);
	lost = lost_view().channel;
	assert_int_equal(lost.our_proof.nonce, 2);
	assert_int_equal(lost.partner_proof.nonce, 3);
	box_close(&lost_box);
	assert_int_equal(lost_restore(), 0);
	lost_open();
	assert_int_equal(lost_view().channel.our_proof.nonce, 1);
	return lost;
}
