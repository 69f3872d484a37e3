// SPDX-License-Identifier: GPL-2.0
/*
 * billing_random.c - property test: random payments, frames, events, moves,
 * attaches, silent stations, closes, new prices, vouchers, allowances, stations that the
 * operator or a wallet sponsors, kills and power cuts; every invariant after every step.
 *
 * A kill is placed at a random later touch of the disk, the kernel or the
 * network, so that each point between two of them is hit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "billing/gift.h"
#include "billing/sponsor.h"
#include "billing_box.h"
#include "ledger/gift.h"

static uint64_t seed;

static uint32_t roll(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 11) % n;
}

static int random_code(struct box *box)
{
	if (!roll(8))
		return -1;
	return box_code(box, roll(BOX_STATIONS));
}

static void pay(struct box *box)
{
	unsigned int wallet = roll(BOX_WALLETS);
	ts_u128 amount = (ts_u128)(1 + roll(300000)) * 1000000000 + roll(1000);

	if (roll(20) == 0)
		amount = 1 + roll(100);
	if (!box->wallets[wallet].waiting)
		box_make(box, wallet, amount, random_code(box), 1 + roll(2));
	box_send(box, wallet);
}

static void replay(struct box *box)
{
	struct box_wallet *w = &box->wallets[roll(BOX_WALLETS)];
	struct ts_datagram *d;

	if (!w->n_sent)
		return;
	d = &w->sent[roll(w->n_sent)];
	/* The newest may still wait: then this is a resend like any other. */
	if (w->waiting && d == &w->sent[w->n_sent - 1])
		return;
	ts_billing_datagram(box->billing, d->b, d->len, 1000 + roll(1000),
			    &box->now);
}

static void traffic(struct box *box)
{
	unsigned int station = roll(BOX_STATIONS), frames = roll(200);
	enum ts_dir dir = (enum ts_dir)roll(2);
	uint32_t bytes = 60 + roll(1460);

	while (frames--)
		box_frame(box, station, bytes, dir);
}

static void new_price(struct box *box)
{
	struct ts_billing_tariff *t = &box->config.tariffs[0];
	struct ts_billing_config old = box->config;
	int dir;

	for (dir = 0; dir < TS_DIR_COUNT; dir++)
		snprintf(t->wei_per_gb[TS_CLASS_INTERNET][dir],
			 TS_PRICE_TEXT_SIZE, "%u000000000000000",
			 500 + roll(4) * 500);
	t->valid_from_s = roll(2) ? 0 : box->now.wall_s + roll(3) * 3600;
	if (ts_billing_reload(box->billing, &box->config, &box->now))
		box->config = old;
}

/* A wallet takes along what it paid for, some of it, or what is not there. */
static void attach(struct box *box)
{
	unsigned int station = roll(BOX_STATIONS);
	int code = box_code(box, roll(BOX_STATIONS));

	box_code(box, station);
	box_attach(box, roll(BOX_WALLETS), box->codes[code].code, station,
		   roll(3) ? TS_U128_MAX :
			     (ts_u128)roll(200000) * 1000000000 + roll(1000));
}

/* Long enough for an account to end; seldom for what holds nothing to go. */
static void silence(struct box *box)
{
	box_later(box, roll(8) ? 4000000000000ull : 800000000000000ull);
	ts_billing_tick(box->billing, &box->now);
	if (roll(2))
		box_flush(box);
}

/* Codes of vouchers that were made, good or not any more. */
static char vouchers[8][TS_VOUCHER_CODE_SIZE];

static void make_voucher(struct box *box)
{
	struct ts_voucher_order order = {
		.label = "random", .token = box->config.tokens[0].address,
		.until_s = roll(4) ? 0 : box->now.wall_s + 1 + roll(8000),
	};
	char code[TS_VOUCHER_CODE_SIZE];
	int64_t id;

	if (roll(2))
		order.wei = (ts_u128)(1 + roll(200000)) * 1000000000 + roll(1000);
	else
		order.bytes = 1 + roll(200000);
	if (!ts_billing_voucher_make(box->billing, &order, &box->now, code, &id))
		memcpy(vouchers[roll(8)], code, sizeof(code));
	if (!roll(6))
		ts_billing_voucher_revoke(box->billing, 1 + roll(40));
}

static void show_voucher(struct box *box)
{
	struct ts_key key = box_key(roll(BOX_STATIONS));
	const char *code = vouchers[roll(8)];

	ts_billing_voucher(box->billing, &key, code, strlen(code), 1000 + roll(1000),
			   &box->now);
	/* The same again at once, by another. */
	key = box_key(roll(BOX_STATIONS));
	if (!roll(3))
		ts_billing_voucher(box->billing, &key, code, strlen(code),
				   1000 + roll(1000), &box->now);
}

/* A wallet pays for a station, or no more; sometimes it says what it said before. */
static void sponsor(struct box *box)
{
	struct ts_signer *key = box->wallets[roll(BOX_WALLETS)].key;
	struct ts_sponsor said = { .box = box->config.our_address,
				   .chain_id = box->config.chain_id,
				   .token = box->config.tokens[0].address,
				   .wallet = *ts_signer_address(key),
				   .serial = box->now.wall_s + roll(4),
				   .until_s = box->now.wall_s + 1 + roll(8000),
				   .most_wei_per_gb = roll(4) ? TS_U128_MAX :
						      (ts_u128)GWEI * 1000000000 };
	uint8_t bytes[TS_SPONSOR_BYTES];

	if (roll(3))
		said.limit_wei = (ts_u128)(1 + roll(300000)) * 1000000000 + roll(1000);
	memcpy(said.mac, box_key(roll(BOX_STATIONS)).mac, sizeof(said.mac));
	ts_sponsor_sign(&said, key, bytes);
	box->lending = true;
	ts_billing_sponsor_signed(box->billing, bytes, sizeof(bytes), 1000 + roll(1000),
				  &box->now);
}

static void give(struct box *box)
{
	struct ts_key key = box_key(roll(BOX_STATIONS));
	char code[TS_CODE_SIZE];

	switch (roll(5)) {
	case 0:
		make_voucher(box);
		break;
	case 1:
		show_voucher(box);
		break;
	case 2:
		ts_billing_allowance(box->billing, &key, 1000 + roll(1000), &box->now);
		break;
	case 3:
		if (roll(3))
			ts_billing_sponsor(box->billing, &key,
				&box->config.tokens[0].address,
				(ts_u128)(1 + roll(150000)) * 1000000000,
				roll(2) ? 0 : box->now.wall_s + 1 + roll(8000),
				&box->now, code);
		else
			ts_billing_sponsor_end(box->billing, &key, &box->now);
		break;
	case 4:
		sponsor(box);
		break;
	}
}

static void step(struct box *box)
{
	struct ts_key key = box_key(roll(BOX_STATIONS));
	int code;

	switch (roll(27)) {
	case 0 ... 4:
		pay(box);
		break;
	case 5 ... 10:
		traffic(box);
		break;
	case 11 ... 13:
		box_events(box);
		break;
	case 14:
		box_later(box, roll(3) * 1000000000ull);
		ts_billing_tick(box->billing, &box->now);
		break;
	case 15:
		box_later(box, roll(10) ? 200000000000ull : 7200000000000ull);
		ts_billing_tick(box->billing, &box->now);
		break;
	case 16:
		ts_billing_station_gone(box->billing, &key, &box->now);
		break;
	case 17:
		replay(box);
		break;
	case 18:
		code = box_code(box, roll(BOX_STATIONS));
		if (!roll(3)) {
			ts_billing_session_close(box->billing,
						 box->codes[code].code, &box->now);
			box->codes[code].closed = true;
		} else {
			ts_billing_session_move(box->billing,
						box->codes[code].code, &key,
						&box->now);
		}
		break;
	case 19:
		if (!roll(4))
			new_price(box);
		else
			ts_billing_meter_rescan(box->billing, &box->now);
		break;
	case 20 ... 21:
		attach(box);
		break;
	case 22:
		silence(box);
		break;
	case 23 ... 26:
		give(box);
		break;
	}
	if (roll(4))
		box_flush(box);
}

static void reopen(struct box *box)
{
	for (;;) {
		if (!box_open(box) && !fault.dead)
			return;
		/* Killed again while it was starting. */
		assert_true(fault.dead);
		box_crash(box, false, 0);
	}
}

static void round_of(struct box *box, bool power_cuts)
{
	unsigned int steps = 20 + roll(60);

	fault.kind = roll(4) ? FAULT_DIE : FAULT_NONE;
	fault.at = fault.touches + 1 + roll(400);
	while (steps-- && !fault.dead) {
		step(box);
		if (!fault.dead)
			box_verify(box);
	}
	if (!roll(4) && !fault.dead)
		ts_billing_stop(box->billing, &box->now);
	box_crash(box, power_cuts && !roll(2), roll(fault_unsynced() + 1));
	if (roll(3) == 0) {
		fault.kind = FAULT_DIE;
		fault.at = 1 + roll(60);
	}
	reopen(box);
	fault.kind = FAULT_NONE;
	box_flush(box);
	box_verify(box);
}

/* Payers resend until they are acked; nothing may be left over or missing. */
static void resend_all(struct box *box)
{
	unsigned int i;

	for (i = 0; i < BOX_WALLETS; i++) {
		if (!box->wallets[i].waiting)
			continue;
		box_send(box, i);
		box_flush(box);
		/* The commit window may be open. */
		box_later(box, 30000000);
		box_flush(box);
		assert_false(box->wallets[i].waiting);
	}
	box_verify(box);
}

static int sum_paid(const struct ts_ledger_payment *p, void *arg)
{
	ts_u128 *paid = arg;

	*paid += p->delta_wei;
	return 0;
}

static void accepted_equals_acked(struct box *box)
{
	ts_u128 paid = 0, acked = 0;
	unsigned int i;

	assert_int_equal(ts_ledger_payment_load(box->ledger, sum_paid, &paid), 0);
	for (i = 0; i < BOX_WALLETS; i++)
		acked += box->wallets[i].acked_wei;
	assert_true(paid == acked);
}

/* Of vouchers that are used there is one gift each, and of no other any. */
static int count_used(const struct ts_ledger_voucher *v, void *arg)
{
	*(unsigned int *)arg += v->state == TS_VOUCHER_USED;
	return 0;
}

static int count_given(const struct ts_ledger_gift *g, void *arg)
{
	*(unsigned int *)arg += g->kind == TS_GIFT_VOUCHER;
	return 0;
}

static void used_equals_given(struct box *box)
{
	unsigned int used = 0, given = 0;

	assert_int_equal(ts_ledger_voucher_load(box->ledger, count_used, &used), 0);
	assert_int_equal(ts_ledger_gift_load(box->ledger, count_given, &given), 0);
	assert_int_equal(used, given);
}

/* Frames until one does not pass whatever is done; then nothing is left. */
static void spend_all(struct box *box, unsigned int station, uint32_t bytes)
{
	unsigned int refused = 0;

	while (refused < 6) {
		if (box_frame(box, station, bytes, TS_DIR_DOWN)) {
			refused = 0;
			continue;
		}
		refused++;
		box_events(box);
		box_later(box, 1000000000);
		ts_billing_tick(box->billing, &box->now);
		box_flush(box);
		box_later(box, 1000000000);
		box_flush(box);
	}
}

/* A station can spend what is attached to it, but for rests of old tariffs. */
static void drain(struct box *box)
{
	struct ts_session_view view;
	unsigned int station;
	int code;

	/* With a cap, a wallet's other stations may hold all of it for a while. */
	box->config.tokens[0].reservation_cap_wei = 0;
	assert_int_equal(ts_billing_reload(box->billing, &box->config,
					   &box->now), 0);
	for (station = 0; station < BOX_STATIONS; station++) {
		code = box_code(box, station);
		spend_all(box, station, 1400);
		spend_all(box, station, 60);
		box_verify(box);
		assert_int_equal(ts_billing_session_view(box->billing,
			box->codes[code].code, &view), 0);
		assert_true(view.unspent_wei < (ts_u128)20000 * 1000000000);
	}
}

static void run(bool power_cuts, uint64_t first, unsigned int boxes,
		unsigned int rounds)
{
	struct box *box = calloc(1, sizeof(*box));
	unsigned int i, n = 0;

	if (getenv("BILLING_FIRST"))
		n = (unsigned int)atoi(getenv("BILLING_FIRST"));
	for (; n < boxes; n++) {
		seed = first + n * 7919 + 1;
		if (getenv("BOX_LOG"))
			print_message("# box %u\n", n);
		for (i = 0; i < 10; i++)
			roll(2);
		box_setup(box);
		box->config.commit_window_ms = roll(2) ? 0 : 20;
		box->config.loss_bearer = roll(2) ? TS_LOSS_OPERATOR :
						    TS_LOSS_PAYER;
		box->config.tokens[0].reservation_cap_wei = roll(2) ? 0 :
			(ts_u128)200000 * 1000000000;
		box->config.allowance_bytes = roll(3) * 50000;
		box->config.allowance_stations = 1 + roll(BOX_STATIONS);
		/* Then what nobody saw before the power cut passes twice. */
		box->generous = power_cuts &&
				box->config.loss_bearer == TS_LOSS_OPERATOR;
		assert_int_equal(ts_billing_reload(box->billing, &box->config,
						   &box->now), 0);
		for (i = 0; i < rounds; i++)
			round_of(box, power_cuts);
		resend_all(box);
		accepted_equals_acked(box);
		used_equals_given(box);
		drain(box);
		assert_int_equal(ts_ledger_check(box->ledger,
			TS_LEDGER_CHECK_SIGNATURES, NULL, NULL), 0);
		box_teardown(box);
	}
	free(box);
}

static unsigned int boxes_wanted(void)
{
	const char *text = getenv("BILLING_BOXES");

	return text ? (unsigned int)atoi(text) : 3;
}

static void survives_kills(void **state)
{
	run(false, 1000, boxes_wanted(), 12);
}

static void survives_power_cuts(void **state)
{
	run(true, 500000, boxes_wanted(), 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(survives_kills),
		cmocka_unit_test(survives_power_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
