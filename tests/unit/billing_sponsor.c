// SPDX-License-Identifier: GPL-2.0
/*
 * billing_sponsor.c - stations that a wallet pays for by its signature, and all who would
 * like it to pay more, longer, or for them (M6, M7, M12, M15).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "billing/price.h"
#include "billing/sponsor.h"
#include "billing_box_parts.h"
#include "billing_far.h"
#include "photon/attach.h"

/* Many slices, which are 100000 bytes. */
#define POOL	(5000000 * GWEI)
#define LIMIT	(1000000 * GWEI)

static int lender;	/* the code of station 0, for which PARTNER has paid */
static uint64_t serial;

static int setup(void **state)
{
	far_setup(state);
	lender = box_code(&box, 0);
	assert_true(box_pay(&box, PARTNER, POOL, lender));
	box_later(&box, SECOND);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	serial = box.now.wall_s;
	return 0;
}

/* What an honest wallet would sign for a station. */
static struct ts_sponsor good(unsigned int station, ts_u128 limit_wei)
{
	struct ts_sponsor said = { .box = box.config.our_address,
				   .chain_id = box.config.chain_id,
				   .token = box.config.tokens[0].address,
				   .wallet = *ts_signer_address(box.wallets[PARTNER].key),
				   .serial = ++serial,
				   .until_s = box.now.wall_s + 86400,
				   .limit_wei = limit_wei,
				   .most_wei_per_gb = TS_U128_MAX };

	memcpy(said.mac, box_key(station).mac, sizeof(said.mac));
	return said;
}

/* NULL: done, else the name of the refusal; answered once, whatever it is. */
static const char *give(const void *bytes, size_t len)
{
	unsigned int taken = box.taken, refusals = box.refusals;

	ts_billing_sponsor_signed(box.billing, bytes, len, 4242, &box.now);
	box_flush(&box);
	if (fault.dead)
		return "dead";
	assert_int_equal(box.taken - taken + box.refusals - refusals, 1);
	return box.taken > taken ? NULL : box.last_refusal.name;
}

static const char *give_by(const struct ts_sponsor *said, unsigned int wallet)
{
	uint8_t bytes[TS_SPONSOR_BYTES];

	ts_sponsor_sign(said, box.wallets[wallet].key, bytes);
	return give(bytes, sizeof(bytes));
}

static const char *give_good(const struct ts_sponsor *said)
{
	return give_by(said, PARTNER);
}

static void is_refused(const char *got, const char *name)
{
	assert_non_null(got);
	assert_string_equal(got, name);
}

static void sponsor(unsigned int station, ts_u128 limit_wei)
{
	struct ts_sponsor said = good(station, limit_wei);

	assert_null(give_good(&said));
}

/* The books of the test on codes know no lenders: so much may pass with that one. */
static int lend_to(unsigned int station, ts_u128 limit_wei)
{
	int code = box_code(&box, station);

	sponsor(station, limit_wei);
	box.codes[code].acked_wei += limit_wei;
	return code;
}

/* To the last byte that its value pays for. */
static uint64_t spend_all(unsigned int station)
{
	uint64_t passed = box_spend(&box, station, 1000);

	return passed + box_spend(&box, station, 1);
}

/* One frame, as soon as it is allowed. */
static bool passes(unsigned int station)
{
	unsigned int i;

	for (i = 0; i < 4; i++) {
		if (box_frame(&box, station, 100, TS_DIR_DOWN))
			return true;
		box_events(&box);
		box_flush(&box);
	}
	return false;
}

static void after(uint64_t ns)
{
	box_later(&box, ns);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	box_flush(&box);
}

/* Whole bytes that an amount buys at the tariff of the tests. */
static uint64_t bytes_of(ts_u128 wei)
{
	struct ts_ledger_tariff t = box_view(&box, lender).tariff;

	return ts_units_of_wei(wei, t.unit_shift) /
	       t.price[TS_CLASS_INTERNET][TS_DIR_DOWN];
}

/** struct found - by a search among what is shown */
struct found {
	unsigned int station;
	unsigned int count;
	struct ts_sponsorship_view view;
};

static int match(const struct ts_sponsorship_view *view, void *arg)
{
	struct found *f = arg;

	if (memcmp(view->said.mac, box_key(f->station).mac, 6))
		return 0;
	f->view = *view;
	f->count++;
	return 0;
}

static struct found shown(unsigned int station)
{
	struct found f = { .station = station };

	assert_int_equal(ts_billing_sponsorship_each(box.billing,
		ts_signer_address(box.wallets[PARTNER].key), match, &f), 0);
	return f;
}

/* --- so much and no more --------------------------------------------------- */

static void it_needs_no_login_and_ends_at_the_limit(void **state)
{
	uint64_t most = bytes_of(LIMIT);
	char code[TS_CODE_SIZE];
	struct ts_key key = box_key(1);

	sponsor(1, LIMIT);
	assert_int_equal(ts_billing_station_find(box.billing, &key, code), -ENOENT);
	/* Its first frame makes a session, and the frames after it pass. */
	assert_int_equal(spend_all(1), most);
	assert_int_equal(ts_billing_station_find(box.billing, &key, code), 0);
	assert_false(box_frame(&box, 1, 1, TS_DIR_UP));
	assert_in_range(LIMIT - shown(1).view.spent_wei, 0, GWEI);
	far_restart(false);
	assert_int_equal(spend_all(1), 0);
	after(2 * SECOND);
	assert_int_equal(spend_all(1), 0);
	/* The rest is the wallet's, to the last byte. */
	assert_in_range(spend_all(0) + most, bytes_of(POOL) - 1, bytes_of(POOL));
	assert_int_equal(spend_all(1), 0);
}

static void its_share_is_shown(void **state)
{
	int code = lend_to(1, LIMIT);
	struct ts_session_view view = box_view(&box, code);

	assert_true(view.state == TS_SESSION_PAID);
	assert_true(view.sponsored_wei == LIMIT);
	assert_true(view.unspent_wei == LIMIT);
	assert_true(box_frame(&box, 1, 10000, TS_DIR_DOWN));
	view = box_view(&box, code);
	assert_in_range(view.sponsored_wei, 990000 * GWEI - GWEI, 990000 * GWEI + GWEI);
	/* What is set aside for it the lender's own session has not. */
	view = box_view(&box, lender);
	assert_true(view.sponsored_wei == 0);
	assert_true(view.unspent_wei < POOL - 10000 * GWEI);
	assert_in_range(shown(1).view.spent_wei, 10000 * GWEI - GWEI, 10000 * GWEI + GWEI);
	assert_int_equal(shown(2).count, 0);
}

/* Anybody may ask what a wallet's stations spent: that costs those accounts, not all. */
static void who_asks_makes_little_work(void **state)
{
	unsigned int reads;

	lend_to(1, LIMIT);
	assert_true(passes(1));
	assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	assert_true(box_pay(&box, TARGET, LIMIT, box_code(&box, 2)));
	assert_true(box_frame(&box, 2, 1000, TS_DIR_DOWN));
	reads = box.n_reads;
	assert_int_equal(shown(1).count, 1);
	assert_int_equal(box.n_reads - reads, 1);
}

/* One pool, and to each its own limit. */
static void two_stations_share_the_pool_and_no_limit(void **state)
{
	uint64_t one, two;

	lend_to(1, LIMIT);
	lend_to(2, 3 * LIMIT);
	one = spend_all(1);
	assert_int_equal(one, bytes_of(LIMIT));
	two = spend_all(2);
	assert_int_equal(two, bytes_of(3 * LIMIT));
	/* A new limit does not bring value: one limit is left in the pool. */
	after(2 * SECOND);
	lend_to(1, 3 * LIMIT);
	one = spend_all(1);
	/* The lender's own session has set aside some slices of it. */
	assert_in_range(one, bytes_of(LIMIT) / 2, bytes_of(LIMIT));
	after(2 * SECOND);
	/* Of each word less than a byte was left. */
	assert_in_range(one + spend_all(0), bytes_of(LIMIT) - 3, bytes_of(LIMIT) + 3);
	assert_int_equal(spend_all(1) + spend_all(2), 0);
}

/* M15: in whatever zone or VLAN somebody shows that MAC, it is one limit. */
static void copies_of_its_mac_share_its_limit(void **state)
{
	struct ts_meter_event ev = { .type = TS_EVENT_STRANGER };
	struct ts_session_view view;
	char code[TS_CODE_SIZE];
	unsigned int i, made = 0;

	lend_to(1, LIMIT);
	assert_true(box_frame(&box, 1, 1000, TS_DIR_DOWN));
	for (i = 0; i < 20; i++) {
		ev.key = box_key(1);
		ev.key.zone = 100 + i;
		ts_billing_meter_event(box.billing, &ev, &box.now);
		box_flush(&box);
		made += !ts_billing_station_find(box.billing, &ev.key, code);
	}
	assert_int_equal(made, 7);
	/* What all of them hold in the kernel, and what passed, is within it. */
	after(2 * SECOND);
	ev.key.zone = 100;
	assert_int_equal(ts_billing_station_find(box.billing, &ev.key, code), 0);
	assert_int_equal(ts_billing_session_view(box.billing, code, &view), 0);
	assert_true(view.unspent_wei <= LIMIT);
	box_verify(&box);
}

static void its_own_money_is_spent_first(void **state)
{
	int code = box_code(&box, 1);
	unsigned int i;

	assert_true(box_pay(&box, TARGET, LIMIT, code));
	lend_to(1, LIMIT);
	for (i = 0; i < 900; i++) {
		assert_true(box_frame(&box, 1, 1000, TS_DIR_DOWN) ||
			    box_spend(&box, 1, 1000));
		box_events(&box);
		box_flush(&box);
	}
	assert_true(shown(1).view.spent_wei == 0);
	assert_in_range(box_view(&box, code).unspent_wei, 1099000 * GWEI, 1101000 * GWEI);
	assert_in_range(box_view(&box, code).sponsored_wei, LIMIT, LIMIT);
	assert_in_range(box_spend(&box, 1, 1000), 1098000, 1100000);
}

/* M6: what another wallet paid for the very session that lends is nobody's to lend. */
static void nobody_else_pays(void **state)
{
	assert_true(box_pay(&box, TARGET, POOL, lender));
	lend_to(1, 20 * LIMIT);
	assert_in_range(spend_all(1), bytes_of(LIMIT), bytes_of(POOL));
	after(2 * SECOND);
	assert_in_range(spend_all(0), bytes_of(POOL), bytes_of(2 * POOL));
	assert_int_equal(spend_all(1), 0);
}

/* M7: at a price above the signed one nothing is granted. */
static void not_above_the_signed_price(void **state)
{
	struct ts_sponsor said = good(1, LIMIT);
	struct ts_ledger_tariff t = box_view(&box, lender).tariff;
	ts_u128 price = ts_price_wei_per_gb(t.price[TS_CLASS_INTERNET][TS_DIR_DOWN],
					    t.unit_shift);

	box_code(&box, 1);
	said.most_wei_per_gb = price - 1;
	assert_null(give_good(&said));
	assert_int_equal(box_spend(&box, 1, 100), 0);
	said = good(1, LIMIT);
	said.most_wei_per_gb = price;
	assert_null(give_good(&said));
	box.codes[box_code(&box, 1)].acked_wei += LIMIT;
	assert_int_equal(spend_all(1), bytes_of(LIMIT));
}

/* --- what is not signed ---------------------------------------------------- */

static void only_the_wallet_says_it_and_to_this_box(void **state)
{
	struct ts_sponsor said = good(1, LIMIT);
	uint8_t bytes[TS_SPONSOR_BYTES];
	struct ts_attach refund = { .box = said.box, .chain_id = said.chain_id,
				    .token = said.token };
	uint8_t other[TS_REFUND_BYTES];

	is_refused(give_by(&said, TARGET), "bad_sponsor");
	/* Who has no channel pays for nobody. */
	said.wallet.b[0] ^= 1;
	is_refused(give_good(&said), "unknown_channel");
	said = good(1, LIMIT);
	said.token.b[0] ^= 1;
	is_refused(give_good(&said), "unknown_channel");
	said = good(1, LIMIT);
	said.box.b[0] ^= 1;
	is_refused(give_good(&said), "wrong_box");
	said = good(1, LIMIT);
	said.chain_id = ts_u256_from_u64(77);
	is_refused(give_good(&said), "wrong_chain");
	said = good(1, LIMIT);
	ts_sponsor_sign(&said, box.wallets[PARTNER].key, bytes);
	bytes[29 + 8 + 20 + 32 + 20 + 20 + 5] ^= 1;
	is_refused(give(bytes, sizeof(bytes)), "bad_sponsor");
	is_refused(give(bytes, 0), "bad_sponsor");
	is_refused(give(bytes, sizeof(bytes) - 1), "bad_sponsor");
	ts_refund_sign(&refund, box.wallets[PARTNER].key, other);
	is_refused(give(other, sizeof(other)), "bad_sponsor");
	assert_int_equal(box_spend(&box, 1, 100), 0);
	assert_int_equal(shown(1).count, 0);
}

/* The answer to a word may be lost; an older word never counts again, over any crash. */
static void an_older_word_never_counts_again(void **state)
{
	struct ts_sponsor first = good(1, LIMIT), last = good(1, 0);
	uint8_t bytes[TS_SPONSOR_BYTES], end[TS_SPONSOR_BYTES];
	struct ts_sponsor same;

	lend_to(1, 0);
	first = good(1, LIMIT);
	ts_sponsor_sign(&first, box.wallets[PARTNER].key, bytes);
	assert_null(give(bytes, sizeof(bytes)));
	assert_null(give(bytes, sizeof(bytes)));
	assert_int_equal(shown(1).count, 1);
	same = first;
	same.limit_wei = 2 * LIMIT;
	is_refused(give_good(&same), "old_serial");
	last = good(1, 0);
	ts_sponsor_sign(&last, box.wallets[PARTNER].key, end);
	assert_null(give(end, sizeof(end)));
	assert_null(give(end, sizeof(end)));
	is_refused(give(bytes, sizeof(bytes)), "old_serial");
	assert_int_equal(shown(1).count, 0);
	after(2 * SECOND);
	far_restart(true);
	is_refused(give(bytes, sizeof(bytes)), "old_serial");
	/* Nor one about another station: numbers are the wallet's. */
	first.mac[5] = box_key(2).mac[5];
	is_refused(give_good(&first), "old_serial");
	assert_int_equal(box_spend(&box, 1, 100) + box_spend(&box, 2, 100), 0);
	/* And so far ahead that a restored box might take it, it is not taken. */
	first = good(1, LIMIT);
	first.serial = box.now.wall_s + 2 * 86400;
	is_refused(give_good(&first), "serial_ahead");
}

/* A backup does not know what was ended after it, nor what was begun and ended. */
static void after_a_restore_none_counts(void **state)
{
	const struct ts_ledger_options options = { .path = box.dir.path };
	char copy[160], kept[200], err[600], wal[220];
	uint8_t old[TS_SPONSOR_BYTES], unknown[TS_SPONSOR_BYTES];
	struct ts_sponsor said;
	struct ts_ledger *l;

	said = good(1, LIMIT);
	ts_sponsor_sign(&said, box.wallets[PARTNER].key, old);
	assert_null(give(old, sizeof(old)));
	snprintf(copy, sizeof(copy), "%s/backup", box.dir.name);
	l = ledger_dir_open(&box.dir, TS_LEDGER_READ_ONLY);
	assert_int_equal(ts_ledger_backup(l, copy, err, sizeof(err)), 0);
	ts_ledger_close(l);
	said = good(2, LIMIT);
	ts_sponsor_sign(&said, box.wallets[PARTNER].key, unknown);
	assert_null(give(unknown, sizeof(unknown)));
	sponsor(1, 0);
	sponsor(2, 0);
	assert_int_equal(ts_billing_stop(box.billing, &box.now), 0);
	box_close(&box);
	assert_int_equal(ts_ledger_restore(&options, copy, kept, sizeof(kept), err,
					   sizeof(err)), 0);
	assert_int_equal(box_open(&box), 0);
	is_refused(give(old, sizeof(old)), "old_serial");
	is_refused(give(unknown, sizeof(unknown)), "old_serial");
	assert_false(passes(1) || passes(2));
	/* The box says from which number on it takes one, and that is not far ahead. */
	assert_int_equal(ts_billing_sponsor_serial(box.billing, &said.wallet, &box.now,
						   &serial), 0);
	serial--;
	said = good(1, LIMIT);
	assert_null(give_good(&said));
	assert_true(passes(1));
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
		said = good(1, LIMIT);
		said.mac[4] = (uint8_t)(i + 1);
		assert_null(give_good(&said));
	}
	said = good(1, LIMIT);
	is_refused(give_good(&said), "too_many_sponsored");
	said = good(1, LIMIT);
	said.mac[4] = 1;
	assert_null(give_good(&said));
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
	struct ts_sponsor said = good(3, LIMIT);
	uint8_t bytes[TS_SPONSOR_BYTES];

	said.wallet = *ts_signer_address(key);
	said.until_s = INT64_MAX;
	said.mac[3] = one;
	said.mac[4] = other;
	ts_sponsor_sign(&said, key, bytes);
	return give(bytes, sizeof(bytes));
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
	is_refused(give_for(key[16], 16, 0), "too_many_sponsored");
	lend_to(1, LIMIT);
	assert_true(passes(1));
	/* Nor do those who have paid push each other out. */
	assert_true(box_pay(&box, TARGET, LIMIT, box_code(&box, 2)));
	for (i = 0; i < 64; i++) {
		said = good(3, LIMIT);
		said.wallet = *ts_signer_address(far_key(TARGET));
		said.mac[4] = (uint8_t)(i + 1);
		assert_null(give_by(&said, TARGET));
	}
	after(2 * SECOND);
	is_refused(give_for(key[0], 16, 0), "too_many_sponsored");
	assert_int_equal(shown(1).count, 1);
	assert_true(passes(1));
	for (i = 0; i < 17; i++)
		ts_signer_free(key[i]);
}

/* --- its end --------------------------------------------------------------- */

static void it_ends_at_its_date(void **state)
{
	struct ts_sponsor said = good(1, LIMIT);

	said.until_s = box.now.wall_s;
	is_refused(give_good(&said), "sponsor_expired");
	lend_to(1, LIMIT);
	assert_true(box_frame(&box, 1, 1000, TS_DIR_DOWN));
	after(86399 * SECOND);
	assert_true(passes(1));
	after(2 * SECOND);
	assert_null(box_account(&box, 1));
	assert_false(passes(1));
	assert_int_equal(shown(1).count, 0);
}

/* M12: a box that has lost the date goes by what it knew, and by the time it is up. */
static void without_a_clock_it_ends_too(void **state)
{
	struct ts_sponsor said;

	lend_to(1, LIMIT);
	assert_true(box_frame(&box, 1, 1000, TS_DIR_DOWN));
	far_restart(true);
	box.now.wall_s = 0;
	far_restart(true);
	assert_true(passes(1));
	after(86000 * SECOND);
	assert_true(passes(1));
	after(401 * SECOND);
	assert_null(box_account(&box, 1));
	assert_false(passes(1));
	/* Over is over, when the clock is said to be earlier, too. */
	far_restart(true);
	assert_false(passes(1));
	said = good(1, LIMIT);
	said.until_s = 1000;
	is_refused(give_good(&said), "sponsor_expired");
}

/* Nor does it last longer for a daemon that is started again each day. */
static void a_new_process_knows_how_long_the_last_was_up(void **state)
{
	unsigned int i;

	lend_to(1, LIMIT);
	assert_true(box_frame(&box, 1, 1000, TS_DIR_DOWN));
	box.now.wall_s = 0;
	for (i = 0; i < 3; i++) {
		far_restart(false);
		assert_true(passes(1));
		after(8 * 3600 * SECOND);
	}
	far_restart(true);
	after(3 * 3600 * SECOND);
	assert_false(passes(1));
	assert_int_equal(shown(1).count, 0);
}

static void who_never_knew_the_date_takes_none(void **state)
{
	struct ts_sponsor said;

	far_teardown(state);
	far_setup(state);
	box_close(&box);
	box.now.wall_s = 0;
	assert_int_equal(box_open(&box), 0);
	said = good(1, LIMIT);
	said.until_s = 4000000000;
	is_refused(give_good(&said), "no_clock");
	box.now.wall_s = 1800000000;
	assert_null(give_good(&said));
}

static void a_refund_ends_it(void **state)
{
	ts_u128 back;

	lend_to(1, LIMIT);
	assert_true(box_frame(&box, 1, 10000, TS_DIR_DOWN));
	far[PARTNER].life.channel = box.wallets[PARTNER].channel;
	assert_int_equal(ts_billing_refund(box.billing,
		ts_signer_address(far_key(PARTNER)), NULL, TS_U128_MAX, REPLY), 0);
	box_flush(&box);
	assert_int_equal(box.refunds, 1);
	far_pump();
	back = far[PARTNER].life.channel.partner_proof.transferred_wei;
	assert_in_range(POOL - back, 10000 * GWEI - GWEI, 10000 * GWEI + GWEI);
	box.wallets[PARTNER].channel = far[PARTNER].life.channel;
	assert_true(box_pay(&box, PARTNER, LIMIT, lender));
	after(2 * SECOND);
	assert_int_equal(box_spend(&box, 1, 60), 0);
	assert_int_equal(shown(1).count, 0);
}

/* Whether the operator ends the channel, or the wallet asks to. */
static void who_leaves_pays_for_nobody(void **state)
{
	struct ts_message msg = { .id = TS_MSG_SETTLE_REQUEST };
	struct ts_settle *s = &msg.settle_request.settle;
	const struct ts_channel *c = &far[PARTNER].life.channel;
	struct ts_datagram d;

	lend_to(1, LIMIT);
	assert_true(passes(1));
	far[PARTNER].life.channel = box.wallets[PARTNER].channel;
	s->channel_identifier = c->channel_identifier;
	s->open_block_number = c->open_block_number;
	s->participant1 = c->our_address;
	s->participant2 = c->partner_address;
	s->participant1_balance = ts_u256_from_u128(ts_channel_our_balance_wei(c));
	s->participant2_balance = ts_u256_from_u128(POOL);
	assert_int_equal(ts_message_sign(&msg, far_key(PARTNER), &box.config.chain_id, &d), 0);
	far_give(d.b, d.len);
	after(2 * SECOND);
	assert_false(passes(1));
	assert_int_equal(shown(1).count, 0);
}

static void nor_who_is_left(void **state)
{
	lend_to(1, LIMIT);
	assert_true(passes(1));
	assert_int_equal(ts_billing_leave(box.billing,
		ts_signer_address(far_key(PARTNER)), NULL), 0);
	box_flush(&box);
	after(2 * SECOND);
	assert_false(passes(1));
	assert_int_equal(shown(1).count, 0);
}

static void a_closed_channel_ends_it(void **state)
{
	struct ts_channel_view view;
	struct ts_sponsor said;

	lend_to(1, LIMIT);
	assert_true(box_frame(&box, 1, 10000, TS_DIR_DOWN));
	assert_int_equal(ts_billing_channel_view(box.billing,
		ts_signer_address(far_key(PARTNER)), NULL, &view), 0);
	view.channel.state = TS_CHANNEL_CLOSED;
	assert_int_equal(ts_billing_channel_import(box.billing, &view.channel, true,
						   &box.now), 0);
	after(2 * SECOND);
	assert_int_equal(box_spend(&box, 1, 60), 0);
	assert_int_equal(shown(1).count, 0);
	said = good(1, LIMIT);
	is_refused(give_good(&said), "channel_closed");
}

/* The lender logs out while a station has some of what it paid for that session. */
static void a_session_ends_when_what_it_lent_is_back(void **state)
{
	char code[TS_CODE_SIZE];

	lend_to(1, LIMIT);
	assert_true(box_frame(&box, 0, 1000, TS_DIR_DOWN));
	assert_true(box_frame(&box, 1, 1000, TS_DIR_DOWN));
	strcpy(code, box.codes[lender].code);
	assert_int_equal(ts_billing_session_close(box.billing, code, &box.now), 0);
	box_flush(&box);
	box_flush(&box);
	assert_int_equal(ts_billing_session_view(box.billing, code,
						 &(struct ts_session_view){ 0 }), -ENOENT);
	assert_int_equal(box_spend(&box, 1, 60), 0);
	after(2 * SECOND);
	box_verify(&box);
	far_restart(false);
	assert_int_equal(box_spend(&box, 1, 60), 0);
}

/* The same of one that no station has: nothing else of it has to end first. */
static void nor_is_it_freed_under_a_loan(void **state)
{
	int code = box_know_code(&box, "0123456789ABCDEF");

	assert_int_equal(ts_billing_session_close(box.billing, box.codes[lender].code,
						  &box.now), 0);
	box_flush(&box);
	box_flush(&box);
	assert_true(box_pay(&box, PARTNER, LIMIT, code));
	lend_to(1, LIMIT);
	assert_true(passes(1));
	assert_int_equal(ts_billing_session_close(box.billing, box.codes[code].code,
						  &box.now), 0);
	box_flush(&box);
	box_flush(&box);
	assert_false(passes(1));
	assert_true(far_total().consumed_wei > 0);
	box_verify(&box);
}

/* The wallet takes its value to another station meanwhile: that goes on, and so does this. */
static void lent_value_may_be_attached_elsewhere(void **state)
{
	struct ts_session_view view;
	uint64_t passed;

	lend_to(1, LIMIT);
	assert_true(box_frame(&box, 1, 1000, TS_DIR_DOWN));
	box_attach(&box, PARTNER, box.codes[lender].code, 2, TS_U128_MAX);
	box_flush(&box);
	box_flush(&box);
	box_verify(&box);
	passed = 1000 + spend_all(1);
	assert_in_range(passed, bytes_of(LIMIT) - 1, bytes_of(LIMIT));
	after(2 * SECOND);
	view = box_view(&box, box_code(&box, 2));
	assert_in_range(view.unspent_wei, POOL - LIMIT - GWEI, POOL - LIMIT + 2 * GWEI);
	box_verify(&box);
}

/* Who shows a code at such a station has it there, and what is lent to it goes on. */
static void its_station_takes_another_session(void **state)
{
	struct ts_key key = box_key(1);

	lend_to(1, LIMIT);
	assert_true(passes(1));
	assert_int_equal(ts_billing_session_bind(box.billing, box.codes[lender].code, &key,
						 &box.now), 0);
	box_flush(&box);
	after(2 * SECOND);
	assert_true(passes(1));
	/* It has its own now, and the limit is not touched. */
	assert_true(shown(1).view.spent_wei < 1000 * GWEI);
	assert_in_range(spend_all(1), bytes_of(POOL) - 1000, bytes_of(POOL));
	assert_true(shown(1).view.spent_wei < 1000 * GWEI);
}

/* A new word in the place of one: what that one has used it has used. */
static void a_new_word_has_a_limit_of_its_own(void **state)
{
	lend_to(1, LIMIT);
	assert_true(box_frame(&box, 1, 50000, TS_DIR_DOWN));
	lend_to(1, LIMIT / 2);
	assert_int_equal(shown(1).count, 1);
	assert_true(shown(1).view.spent_wei == 0);
	after(2 * SECOND);
	assert_int_equal(spend_all(1), bytes_of(LIMIT / 2));
	sponsor(1, 0);
	after(2 * SECOND);
	box_verify(&box);
}

/* --- crashes --------------------------------------------------------------- */

/* Killed at every touch while its station spends: at most the limit, and the end holds. */
static void killed_at_any_touch(bool power_cut)
{
	uint64_t passed, most = bytes_of(LIMIT);
	unsigned int k;
	bool dead = true;

	box.quiet = true;
	for (k = 1; dead; k += 1) {
		assert_true(box_pay(&box, PARTNER, 2 * LIMIT, lender));
		lend_to(1, LIMIT);
		passed = box_frame(&box, 1, 1000, TS_DIR_DOWN) ? 1000 : 0;
		fault.at = fault.touches + k;
		fault.kind = FAULT_DIE;
		passed += box_spend(&box, 1, 5000);
		after(2 * SECOND);
		dead = fault.dead;
		far_restart(power_cut);
		passed += box_spend(&box, 1, 1000);
		passed += box_spend(&box, 1, 1);
		assert_in_range(passed, power_cut ? 0 : most, most);
		box_verify(&box);
		sponsor(1, 0);
		after(2 * SECOND);
		assert_int_equal(box_spend(&box, 1, 60), 0);
		box_verify(&box);
	}
	assert_in_range(k, 20, 10000);
}

static void killed_at_any_touch_it_is_the_limit(void **state)
{
	killed_at_any_touch(false);
}

static void nor_after_a_power_cut_is_it_more(void **state)
{
	killed_at_any_touch(true);
}

/* Ended, or not begun to end: and with a crash never begun again by what was sent before. */
static void killed_while_it_ends(void **state)
{
	uint8_t bytes[TS_SPONSOR_BYTES], end[TS_SPONSOR_BYTES];
	struct ts_sponsor said;
	bool dead = true, done;
	unsigned int k;

	box.quiet = true;
	lend_to(1, 0);
	for (k = 1; dead; k++) {
		said = good(1, LIMIT);
		ts_sponsor_sign(&said, box.wallets[PARTNER].key, bytes);
		assert_null(give(bytes, sizeof(bytes)));
		box.codes[box_code(&box, 1)].acked_wei += LIMIT;
		assert_true(box_spend(&box, 1, 1000) || true);
		said = good(1, 0);
		ts_sponsor_sign(&said, box.wallets[PARTNER].key, end);
		fault.at = fault.touches + k;
		fault.kind = FAULT_DIE;
		done = !give(end, sizeof(end));
		dead = fault.dead;
		far_restart(false);
		if (done)
			is_refused(give(bytes, sizeof(bytes)), "old_serial");
		assert_null(give(end, sizeof(end)));
		is_refused(give(bytes, sizeof(bytes)), "old_serial");
		after(2 * SECOND);
		assert_int_equal(shown(1).count, 0);
		assert_int_equal(box_spend(&box, 1, 60), 0);
		box_verify(&box);
		assert_true(box_pay(&box, PARTNER, 2 * LIMIT, lender));
	}
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, far_teardown)
	const struct CMUnitTest tests[] = {
		T(it_needs_no_login_and_ends_at_the_limit),
		T(its_share_is_shown),
		T(who_asks_makes_little_work),
		T(two_stations_share_the_pool_and_no_limit),
		T(copies_of_its_mac_share_its_limit),
		T(its_own_money_is_spent_first),
		T(nobody_else_pays),
		T(not_above_the_signed_price),
		T(only_the_wallet_says_it_and_to_this_box),
		T(an_older_word_never_counts_again),
		T(after_a_restore_none_counts),
		T(a_wallet_pays_for_so_many),
		T(those_who_paid_nothing_make_room),
		T(it_ends_at_its_date),
		T(without_a_clock_it_ends_too),
		T(a_new_process_knows_how_long_the_last_was_up),
		T(who_never_knew_the_date_takes_none),
		T(a_refund_ends_it),
		T(who_leaves_pays_for_nobody),
		T(nor_who_is_left),
		T(a_closed_channel_ends_it),
		T(a_session_ends_when_what_it_lent_is_back),
		T(nor_is_it_freed_under_a_loan),
		T(lent_value_may_be_attached_elsewhere),
		T(its_station_takes_another_session),
		T(a_new_word_has_a_limit_of_its_own),
		T(killed_at_any_touch_it_is_the_limit),
		T(nor_after_a_power_cut_is_it_more),
		T(killed_while_it_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
