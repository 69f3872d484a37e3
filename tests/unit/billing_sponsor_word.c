// SPDX-License-Identifier: GPL-2.0
/*
 * billing_sponsor_word.c - what a wallet has not signed, or has signed before, makes it pay
 * for nobody (M6).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "billing_box_parts.h"
#include "billing_word.h"
#include "photon/attach.h"

static void only_the_wallet_says_it_and_to_this_box(void **state)
{
	struct ts_sponsor said = word_good(1, WORD_LIMIT);
	uint8_t bytes[TS_SPONSOR_BYTES];
	struct ts_attach refund = { .box = said.box, .chain_id = said.chain_id,
				    .token = said.token };
	uint8_t other[TS_REFUND_BYTES];

	word_refused(word_give_by(&said, TARGET), "bad_sponsor");
	/* Who has no channel pays for nobody. */
	said.wallet.b[0] ^= 1;
	word_refused(word_give_good(&said), "unknown_channel");
	said = word_good(1, WORD_LIMIT);
	said.token.b[0] ^= 1;
	word_refused(word_give_good(&said), "unknown_channel");
	said = word_good(1, WORD_LIMIT);
	said.box.b[0] ^= 1;
	word_refused(word_give_good(&said), "wrong_box");
	said = word_good(1, WORD_LIMIT);
	said.chain_id = ts_u256_from_u64(77);
	word_refused(word_give_good(&said), "wrong_chain");
	said = word_good(1, WORD_LIMIT);
	ts_sponsor_sign(&said, box.wallets[PARTNER].key, bytes);
	bytes[29 + 8 + 20 + 32 + 20 + 20 + 5] ^= 1;
	word_refused(word_give(bytes, sizeof(bytes)), "bad_sponsor");
	word_refused(word_give(bytes, 0), "bad_sponsor");
	word_refused(word_give(bytes, sizeof(bytes) - 1), "bad_sponsor");
	ts_refund_sign(&refund, box.wallets[PARTNER].key, other);
	word_refused(word_give(other, sizeof(other)), "bad_sponsor");
	assert_int_equal(box_spend(&box, 1, 100), 0);
	assert_int_equal(word_shown(1).count, 0);
}

/* The answer to a word may be lost; an older word never counts again, over any crash. */
static void an_older_word_never_counts_again(void **state)
{
	struct ts_sponsor first = word_good(1, WORD_LIMIT), last = word_good(1, 0);
	uint8_t bytes[TS_SPONSOR_BYTES], end[TS_SPONSOR_BYTES];
	struct ts_sponsor same;

	word_lend(1, 0);
	first = word_good(1, WORD_LIMIT);
	ts_sponsor_sign(&first, box.wallets[PARTNER].key, bytes);
	assert_null(word_give(bytes, sizeof(bytes)));
	assert_null(word_give(bytes, sizeof(bytes)));
	assert_int_equal(word_shown(1).count, 1);
	same = first;
	same.limit_wei = 2 * WORD_LIMIT;
	word_refused(word_give_good(&same), "old_serial");
	last = word_good(1, 0);
	ts_sponsor_sign(&last, box.wallets[PARTNER].key, end);
	assert_null(word_give(end, sizeof(end)));
	assert_null(word_give(end, sizeof(end)));
	word_refused(word_give(bytes, sizeof(bytes)), "old_serial");
	assert_int_equal(word_shown(1).count, 0);
	word_after(2 * SECOND);
	far_restart(true);
	word_refused(word_give(bytes, sizeof(bytes)), "old_serial");
	/* Nor one about another station: numbers are the wallet's. */
	first.mac[5] = box_key(2).mac[5];
	word_refused(word_give_good(&first), "old_serial");
	assert_int_equal(box_spend(&box, 1, 100) + box_spend(&box, 2, 100), 0);
	/* And so far ahead that a restored box might take it, it is not taken. */
	first = word_good(1, WORD_LIMIT);
	first.serial = box.now.wall_s + 2 * 86400;
	word_refused(word_give_good(&first), "serial_ahead");
}

/* A backup does not know what was ended after it, nor what was begun and ended. */
static void after_a_restore_none_counts(void **state)
{
	const struct ts_ledger_options options = { .path = box.dir.path };
	char copy[160], kept[200], err[600], wal[220];
	uint8_t old[TS_SPONSOR_BYTES], unknown[TS_SPONSOR_BYTES];
	struct ts_sponsor said;
	struct ts_ledger *l;

	said = word_good(1, WORD_LIMIT);
	ts_sponsor_sign(&said, box.wallets[PARTNER].key, old);
	assert_null(word_give(old, sizeof(old)));
	snprintf(copy, sizeof(copy), "%s/backup", box.dir.name);
	l = ledger_dir_open(&box.dir, TS_LEDGER_READ_ONLY);
	assert_int_equal(ts_ledger_backup(l, copy, err, sizeof(err)), 0);
	ts_ledger_close(l);
	said = word_good(2, WORD_LIMIT);
	ts_sponsor_sign(&said, box.wallets[PARTNER].key, unknown);
	assert_null(word_give(unknown, sizeof(unknown)));
	word_sponsor(1, 0);
	word_sponsor(2, 0);
	assert_int_equal(ts_billing_stop(box.billing, &box.now), 0);
	box_close(&box);
	assert_int_equal(ts_ledger_restore(&options, copy, kept, sizeof(kept), err,
					   sizeof(err)), 0);
	assert_int_equal(box_open(&box), 0);
	word_refused(word_give(old, sizeof(old)), "old_serial");
	word_refused(word_give(unknown, sizeof(unknown)), "old_serial");
	assert_false(word_passes(1) || word_passes(2));
	/* The box says from which number on it takes one, and that is not far ahead. */
	assert_int_equal(ts_billing_sponsor_serial(box.billing, &said.wallet, &box.now,
						   &word_serial), 0);
	word_serial--;
	said = word_good(1, WORD_LIMIT);
	assert_null(word_give_good(&said));
	assert_true(word_passes(1));
	unlink(copy);
	unlink(kept);
	snprintf(wal, sizeof(wal), "%s-wal", kept);
	unlink(wal);
}

static void a_wallet_pays_for_so_many(void **state)
{
	struct ts_sponsor said;
	unsigned int i;

	for (i = 0; i < 64; i++) {
		said = word_good(1, WORD_LIMIT);
		said.mac[4] = (uint8_t)(i + 1);
		assert_null(word_give_good(&said));
	}
	said = word_good(1, WORD_LIMIT);
	word_refused(word_give_good(&said), "too_many_sponsored");
	said = word_good(1, WORD_LIMIT);
	said.mac[4] = 1;
	assert_null(word_give_good(&said));
}

/* Somebody opens a channel with the box, and pays nothing over it. */
static struct ts_signer *who_opens(uint8_t seed)
{
	struct ts_signer *key = box_make_key(seed);
	struct ts_channel_view view;

	assert_int_equal(ts_billing_channel_view(box.billing,
		ts_signer_address(far_key(PAYER)), NULL, &view), 0);
	view.channel.partner_address = *ts_signer_address(key);
	ts_channel_identifier(&view.channel.our_address, &view.channel.partner_address,
			      &view.channel.token, &view.channel.tokens_network,
			      &view.channel.channel_identifier);
	assert_int_equal(ts_billing_channel_import(box.billing, &view.channel, true,
						   &box.now), 0);
	return key;
}

static const char *give_for(const struct ts_signer *key, uint8_t one, uint8_t other)
{
	struct ts_sponsor said = word_good(3, WORD_LIMIT);
	uint8_t bytes[TS_SPONSOR_BYTES];

	said.wallet = *ts_signer_address(key);
	said.until_s = INT64_MAX;
	said.mac[3] = one;
	said.mac[4] = other;
	ts_sponsor_sign(&said, key, bytes);
	return word_give(bytes, sizeof(bytes));
}

/* Who has paid nothing keeps nobody who has from it, however many come first. */
static void those_who_paid_nothing_make_room(void **state)
{
	struct ts_signer *key[17];
	struct ts_sponsor said;
	unsigned int i, j;

	box.quiet = true;
	for (i = 0; i < 17; i++)
		key[i] = who_opens((uint8_t)(0x60 + i));
	for (i = 0; i < 16; i++)
		for (j = 0; j < 64; j++)
			assert_null(give_for(key[i], (uint8_t)i, (uint8_t)j));
	word_refused(give_for(key[16], 16, 0), "too_many_sponsored");
	word_lend(1, WORD_LIMIT);
	assert_true(word_passes(1));
	/* Nor do those who have paid push each other out. */
	assert_true(box_pay(&box, TARGET, WORD_LIMIT, box_code(&box, 2)));
	for (i = 0; i < 64; i++) {
		said = word_good(3, WORD_LIMIT);
		said.wallet = *ts_signer_address(far_key(TARGET));
		said.mac[4] = (uint8_t)(i + 1);
		assert_null(word_give_by(&said, TARGET));
	}
	word_after(2 * SECOND);
	word_refused(give_for(key[0], 16, 0), "too_many_sponsored");
	assert_int_equal(word_shown(1).count, 1);
	assert_true(word_passes(1));
	for (i = 0; i < 17; i++)
		ts_signer_free(key[i]);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, word_setup, far_teardown)
	const struct CMUnitTest tests[] = {
		T(only_the_wallet_says_it_and_to_this_box),
		T(an_older_word_never_counts_again),
		T(after_a_restore_none_counts),
		T(a_wallet_pays_for_so_many),
		T(those_who_paid_nothing_make_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
