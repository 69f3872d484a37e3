// SPDX-License-Identifier: GPL-2.0
/*
 * billing_tokens.c - two tokens on one box: a cheap one and a dear one, and a
 * wallet that has a channel in each.
 *
 * A byte costs 10^9 of the cheap token's smallest unit and 10^6 of the dear one's:
 * whoever gets cheap value spent at the dear tariff has 1000 times the bytes.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "billing/sponsor.h"
#include "billing_one.h"

#define CHEAP		0	/* the wallet's channel in the first token */
#define DEAR		1	/* and in the second */
#define CHEAP_TARIFF	1
#define DEAR_TARIFF	2
#define MWEI		((ts_u128)1000000)	/* a byte, in the second token */
#define ALL		((ts_u128)1 << 100)

static struct ts_address token_of(unsigned int wallet)
{
	return box.wallets[wallet].channel.token;
}

static struct ts_channel_view channel(unsigned int wallet)
{
	struct ts_address token = token_of(wallet);
	struct ts_channel_view view;

	assert_int_equal(ts_billing_channel_view(box.billing,
		&box.wallets[CHEAP].channel.our_address, &token, &view), 0);
	assert_true(ts_address_equal(&view.channel.token, &token));
	return view;
}

/* The same address has a channel in the second token, too. */
static void open_dear_channel(void)
{
	struct ts_channel *c = &box.wallets[DEAR].channel;
	struct ts_channel seen;
	uint8_t secret[TS_SECRET_BYTES];

	ts_signer_free(box.wallets[DEAR].key);
	memset(secret, 0x30, sizeof(secret));
	box.wallets[DEAR].key = ts_signer_new(secret);
	c->our_address = box.wallets[CHEAP].channel.our_address;
	c->token = box.config.tokens[1].address;
	ts_channel_identifier(&c->our_address, &c->partner_address, &c->token,
			      &c->tokens_network, &c->channel_identifier);
	seen = *c;
	seen.our_address = c->partner_address;
	seen.partner_address = c->our_address;
	seen.partner_deposit_wei = c->our_deposit_wei;
	seen.our_deposit_wei = 0;
	assert_int_equal(ts_billing_channel_import(box.billing, &seen, false,
						   &box.now), 0);
	box_flush(&box);
}

static int setup(void **state)
{
	struct ts_billing_tariff *t;
	int dir;

	one_setup(state);
	box_close(&box);
	box.config.n_tokens = 2;
	memset(&box.config.tokens[1].address, 0x74, TS_ADDRESS_BYTES);
	strcpy(box.config.tokens[1].symbol, "DEAR");
	box.config.n_tariffs = 2;
	t = &box.config.tariffs[1];
	t->id = DEAR_TARIFF;
	t->token = 1;
	for (dir = 0; dir < TS_DIR_COUNT; dir++)
		strcpy(t->wei_per_gb[TS_CLASS_INTERNET][dir], "1000000000000000");
	assert_int_equal(box_open(&box), 0);
	open_dear_channel();
	return 0;
}

static bool pay(unsigned int wallet, ts_u128 amount_wei, int code,
		uint32_t tariff)
{
	unsigned int acks = box.acks;

	box_make(&box, wallet, amount_wei, code, tariff);
	box_send(&box, wallet);
	box_flush(&box);
	return box.acks > acks;
}

static void restart(void)
{
	box_crash(&box, false, 0);
	assert_int_equal(box_open(&box), 0);
	box_flush(&box);
}

/*
 * The attack: pay in the cheap token, with the dear tariff in the memo.  It buys
 * what the cheap token buys, at the cheap tariff, and nothing of the dear one.
 */
static void cheap_value_is_not_spent_at_the_dear_tariff(void **state)
{
	int code = box_code(&box, 0);

	assert_true(pay(CHEAP, 50000 * GWEI, code, DEAR_TARIFF));
	assert_int_equal(box_view(&box, code).tariff.id, CHEAP_TARIFF);
	assert_in_range(box_view(&box, code).remaining_bytes, 49990, 50010);
	restart();
	assert_in_range(box_spend(&box, 0, 100), 49900, 50010);
	assert_true(channel(DEAR).paid_wei == 0);
	assert_true(channel(CHEAP).paid_wei == 50000 * GWEI);
}

/* And the other way round: dear value buys at the dear tariff alone. */
static void dear_value_is_not_spent_at_the_cheap_tariff(void **state)
{
	int code = box_code(&box, 0);

	assert_true(pay(DEAR, 50000 * MWEI, code, CHEAP_TARIFF));
	assert_int_equal(box_view(&box, code).tariff.id, DEAR_TARIFF);
	assert_in_range(box_view(&box, code).remaining_bytes, 49990, 50010);
	assert_in_range(box_spend(&box, 0, 100), 49900, 50010);
	assert_true(channel(CHEAP).paid_wei == 0);
}

/* A session has both: one after the other, each in an epoch of its own. */
static void a_session_switches_its_token_with_the_epoch(void **state)
{
	int code = box_code(&box, 0);
	struct ts_session_view view;
	struct ts_address token;
	uint32_t epoch;

	assert_true(pay(CHEAP, 30000 * GWEI, code, CHEAP_TARIFF));
	epoch = box_view(&box, code).epoch;
	assert_true(pay(DEAR, 20000 * MWEI, code, DEAR_TARIFF));
	view = box_view(&box, code);
	token = token_of(CHEAP);
	assert_true(ts_address_equal(&view.tariff.token, &token));
	assert_true(view.attached_wei == 30000 * GWEI);
	assert_true(view.unspent_wei == 30000 * GWEI);
	assert_int_equal(view.epoch, epoch);
	assert_in_range(box_spend(&box, 0, 100), 49800, 50010);
	view = box_view(&box, code);
	token = token_of(DEAR);
	assert_true(ts_address_equal(&view.tariff.token, &token));
	assert_true(view.attached_wei == 20000 * MWEI);
	assert_true(view.epoch != epoch || view.account_id == 0);
	assert_in_range((uint64_t)(channel(CHEAP).unspent_wei / GWEI), 0, 100);
}

/* Logging out, each rest is owed in its own token, and goes back in it. */
static void what_is_left_goes_back_in_its_own_token(void **state)
{
	const struct ts_address *wallet = &box.wallets[CHEAP].channel.our_address;
	int code = box_code(&box, 0);
	struct ts_address token = token_of(DEAR);

	assert_true(pay(CHEAP, 30000 * GWEI, code, CHEAP_TARIFF));
	assert_true(pay(DEAR, 20000 * MWEI, code, DEAR_TARIFF));
	ts_billing_key(box.billing, box.key);
	assert_int_equal(ts_billing_refund(box.billing, wallet, &token,
					   TS_U128_MAX, 0), 0);
	box_flush(&box);
	box_flush(&box);
	assert_true(channel(DEAR).refunded_wei == 20000 * MWEI);
	assert_true(channel(DEAR).unspent_wei == 0);
	assert_true(channel(CHEAP).refunded_wei == 0);
	assert_true(channel(CHEAP).unspent_wei == 30000 * GWEI);
	/* Who names no token means the first. */
	assert_int_equal(ts_billing_refund(box.billing, wallet, NULL,
					   TS_U128_MAX, 0), 0);
	box_flush(&box);
	box_flush(&box);
	assert_true(channel(CHEAP).refunded_wei == 30000 * GWEI);
	memset(&token, 0x75, sizeof(token));
	assert_int_equal(ts_billing_refund(box.billing, wallet, &token,
					   TS_U128_MAX, 0), -ENOENT);
}

/* An attach moves what its token names; its limit is counted in that. */
static void an_attach_takes_one_token(void **state)
{
	int code = box_code(&box, 0), other;

	assert_true(pay(CHEAP, 30000 * GWEI, code, CHEAP_TARIFF));
	assert_true(pay(DEAR, 20000 * MWEI, code, DEAR_TARIFF));
	box_attach(&box, DEAR, box.codes[code].code, 1, 5000 * MWEI);
	box_flush(&box);
	box_flush(&box);
	assert_int_equal(box.attaches, 1);
	other = box_know_code(&box, box.last_attached);
	assert_int_equal(box_view(&box, other).tariff.id, DEAR_TARIFF);
	assert_in_range(box_view(&box, other).remaining_bytes, 4990, 5010);
	assert_true(box_view(&box, code).unspent_wei == 30000 * GWEI);
}

static struct ts_ledger_sum sums[8];
static unsigned int n_sums;

static int keep_sum(const struct ts_ledger_sum *s, void *arg)
{
	sums[n_sums++] = *s;
	return 0;
}

/* Sums of two tokens are never one. */
static void sums_are_by_token(void **state)
{
	int code = box_code(&box, 0);

	assert_true(pay(CHEAP, 3000 * GWEI, code, CHEAP_TARIFF));
	assert_true(pay(DEAR, 20000 * MWEI, code, DEAR_TARIFF));
	n_sums = 0;
	assert_int_equal(ts_ledger_sum(box.ledger, keep_sum, NULL), 0);
	/* Three wallets in the first token and its total, one in the second. */
	assert_true(n_sums >= 4);
	assert_true(ts_address_is_zero(&sums[n_sums - 1].wallet));
	assert_true(sums[n_sums - 1].paid_wei == 20000 * MWEI);
	assert_true(sums[n_sums - 2].paid_wei == 20000 * MWEI);
	assert_true(ts_address_is_zero(&sums[n_sums - 3].wallet));
	assert_true(sums[n_sums - 3].paid_wei == 3000 * GWEI);
	assert_int_equal(memcmp(&sums[n_sums - 3].token, &sums[0].token,
				TS_ADDRESS_BYTES), 0);
}

/* A limit in one token says nothing of another. */
static void limits_are_by_token(void **state)
{
	int code = box_code(&box, 0);

	box.config.tokens[1].exposure_box_wei = 20000 * MWEI;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	assert_true(pay(CHEAP, 300000 * GWEI, code, CHEAP_TARIFF));
	assert_true(pay(DEAR, 20000 * MWEI, code, DEAR_TARIFF));
	assert_false(pay(DEAR, 1 * MWEI, code, DEAR_TARIFF));
	assert_string_equal(box.last_refusal.name, "exposure_limit");
	assert_true(pay(CHEAP, GWEI, code, CHEAP_TARIFF));
}

/* The deposits of one token may fill 128 bits, and those of another, too. */
static void deposits_are_added_up_by_token(void **state)
{
	struct ts_channel huge = channel(CHEAP).channel;

	huge.partner_deposit_wei = TS_U128_MAX - 3 * ALL;
	assert_int_equal(ts_billing_channel_import(box.billing, &huge, false,
						   &box.now), 0);
	huge = channel(DEAR).channel;
	huge.partner_deposit_wei = TS_U128_MAX;
	assert_int_equal(ts_billing_channel_import(box.billing, &huge, false,
						   &box.now), 0);
	box_flush(&box);
	huge = channel(CHEAP).channel;
	huge.partner_deposit_wei = TS_U128_MAX;
	assert_int_equal(ts_billing_channel_import(box.billing, &huge, false,
						   &box.now), -EINVAL);
}

/*
 * The operator takes the prices to another token under the same id: what was paid
 * before is spent in the token that it was paid in, after a restart as well.
 */
static void a_tariff_that_changes_its_token_takes_no_value_along(void **state)
{
	int code = box_code(&box, 0);

	assert_true(pay(DEAR, 50000 * MWEI, code, DEAR_TARIFF));
	box.config.tariffs[0].token = 1;
	box.config.tariffs[1].token = 0;
	assert_int_equal(ts_billing_reload(box.billing, &box.config, &box.now), 0);
	box_flush(&box);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_true(box_view(&box, code).unspent_wei == 50000 * MWEI);
	assert_in_range(box_view(&box, code).remaining_bytes, 49990, 50010);
	restart();
	box_later(&box, 2 * 86400 * SECOND);
	ts_billing_tick(box.billing, &box.now);
	box_flush(&box);
	assert_in_range(box_view(&box, code).remaining_bytes, 49990, 50010);
	assert_in_range(box_spend(&box, 0, 100), 49900, 50010);
}

/* A token that is not taken any more: its value is owed, and spent by nobody. */
static void a_token_that_is_given_up(void **state)
{
	int code = box_code(&box, 0);

	assert_true(pay(DEAR, 50000 * MWEI, code, DEAR_TARIFF));
	box_close(&box);
	box.config.n_tokens = 1;
	box.config.n_tariffs = 1;
	assert_int_equal(box_open(&box), 0);
	box_flush(&box);
	box_flush(&box);
	assert_int_equal(box_spend(&box, 0, 100), 0);
	assert_false(pay(DEAR, 1 * MWEI, code, DEAR_TARIFF));
	assert_string_equal(box.last_refusal.name, "foreign_channel");
}

static void a_token_needs_a_tariff(void **state)
{
	struct ts_billing_config c = box.config;
	char err[256];

	c.tariffs[1].token = 0;
	assert_int_equal(ts_billing_config_check(&c, err, sizeof(err)), -EINVAL);
	assert_non_null(strstr(err, "no tariff is in the token DEAR"));
	c.tariffs[1].token = 2;
	c.n_tokens = 1;
	assert_int_equal(ts_billing_config_check(&c, err, sizeof(err)), -EINVAL);
	c = box.config;
	c.tokens[1].address = c.tokens[0].address;
	assert_int_equal(ts_billing_config_check(&c, err, sizeof(err)), -EINVAL);
	assert_non_null(strstr(err, "given twice"));
}

static struct ts_liquidity_view views[8];
static unsigned int n_views;

static int keep_view(const struct ts_liquidity_view *view, void *arg)
{
	views[n_views++] = *view;
	return 0;
}

static const struct ts_liquidity_view *liquidity(unsigned int wallet)
{
	const struct ts_channel *ch = &box.wallets[wallet].channel;
	unsigned int i;

	n_views = 0;
	assert_int_equal(ts_billing_liquidity_each(box.billing, &box.now, keep_view,
						   NULL), 0);
	for (i = 0; i < n_views; i++)
		if (ts_hash_equal(&views[i].channel.channel_identifier,
				  &ch->channel_identifier))
			return &views[i];
	fail();
	return NULL;
}

static void for_minutes(unsigned int minutes)
{
	while (minutes--) {
		box.now.boot_ns += 60 * SECOND;
		ts_billing_tick(box.billing, &box.now);
		box_flush(&box);
	}
}

/* M4: how long each channel lasts, by what went over it in the last hour. */
static void how_long_a_channel_lasts(void **state)
{
	const struct ts_liquidity_view *v;
	int code = box_code(&box, 0);

	v = liquidity(CHEAP);
	assert_true(v->in_wei == ALL && v->out_wei == 0);
	assert_true(v->in_empty_s == UINT64_MAX && v->out_empty_s == 0);
	/* A tenth in half an hour: nine more of these are left. */
	assert_true(pay(CHEAP, ALL / 10, code, CHEAP_TARIFF));
	for_minutes(30);
	v = liquidity(CHEAP);
	assert_int_equal(v->measured_s, 1800);
	assert_true(v->in_wei == ALL - ALL / 10);
	assert_true(v->in_hour_wei >= ALL / 10 * 2 - 10 &&
		    v->in_hour_wei <= ALL / 10 * 2 + 10);
	assert_in_range(v->in_empty_s, 9 * 1800 - 1, 9 * 1800 + 1);
	/* What its wallet has not spent is not ours to pay with. */
	assert_true(v->out_wei == 0);
	v = liquidity(DEAR);
	assert_true(v->in_wei == ALL && v->in_hour_wei == 0);
	assert_true(v->in_empty_s == UINT64_MAX);
	/* An hour later that is history. */
	for_minutes(60);
	v = liquidity(CHEAP);
	assert_in_range(v->measured_s, 2700, 3600);
	assert_true(v->in_hour_wei == 0 && v->in_empty_s == UINT64_MAX);
	/* All of it: empty. */
	assert_true(pay(CHEAP, ALL - ALL / 10, code, CHEAP_TARIFF));
	v = liquidity(CHEAP);
	assert_true(v->in_wei == 0 && v->in_empty_s == 0);
	assert_null(v->refused);
	/* A refund makes room again, and goes the other way. */
	ts_billing_key(box.billing, box.key);
	assert_int_equal(ts_billing_refund(box.billing,
		&box.wallets[CHEAP].channel.our_address, NULL, ALL / 2, 0), 0);
	box_flush(&box);
	box_flush(&box);
	v = liquidity(CHEAP);
	assert_true(v->in_wei == ALL / 2 && v->out_hour_wei > 0);
}

/* What began some minutes ago does not look slow because it was quiet before. */
static void how_long_at_the_rate_of_now(void **state)
{
	const struct ts_liquidity_view *v;
	int code = box_code(&box, 0);

	for_minutes(60);
	assert_true(pay(CHEAP, ALL / 10, code, CHEAP_TARIFF));
	v = liquidity(CHEAP);
	/* One payment is no rate. */
	assert_true(v->in_empty_s > 9 * 1800);
	for_minutes(6);
	v = liquidity(CHEAP);
	assert_in_range(v->measured_s, 2700, 3600);
	assert_in_range(v->in_empty_s, 9 * 360 - 1, 9 * 360 + 1);
	for_minutes(20);
	v = liquidity(CHEAP);
	assert_true(v->in_empty_s > 9 * 1800);
}

/* M6: a wallet lends what it named, and nothing that it has in another token. */
static void a_wallet_lends_one_token(void **state)
{
	struct ts_sponsor said = { .box = box.config.our_address,
				   .chain_id = box.config.chain_id,
				   .token = token_of(DEAR),
				   .wallet = box.wallets[CHEAP].channel.our_address,
				   .mac = { 2, 0, 0, 0, 0, 1 }, .serial = 1,
				   .until_s = box.now.wall_s + 86400,
				   .limit_wei = ALL, .most_wei_per_gb = TS_U128_MAX };
	int code = box_code(&box, 0), other = box_code(&box, 1);
	uint8_t bytes[TS_SPONSOR_BYTES];

	assert_true(pay(CHEAP, 50000 * GWEI, code, CHEAP_TARIFF));
	assert_true(pay(DEAR, 20000 * MWEI, code, DEAR_TARIFF));
	ts_sponsor_sign(&said, box.wallets[CHEAP].key, bytes);
	ts_billing_sponsor_signed(box.billing, bytes, sizeof(bytes), 4242, &box.now);
	box.codes[other].acked_wei += 20000 * MWEI;
	box_flush(&box);
	assert_int_equal(box.taken, 1);
	assert_in_range(box_spend(&box, 1, 100), 19800, 20010);
	restart();
	assert_int_equal(box_spend(&box, 1, 100), 0);
	assert_true(channel(CHEAP).unspent_wei == 50000 * GWEI);
	assert_in_range(box_spend(&box, 0, 100), 49800, 50110);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, one_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(cheap_value_is_not_spent_at_the_dear_tariff),
		T(dear_value_is_not_spent_at_the_cheap_tariff),
		T(a_session_switches_its_token_with_the_epoch),
		T(what_is_left_goes_back_in_its_own_token),
		T(an_attach_takes_one_token),
		T(sums_are_by_token),
		T(limits_are_by_token),
		T(deposits_are_added_up_by_token),
		T(a_tariff_that_changes_its_token_takes_no_value_along),
		T(a_wallet_lends_one_token),
		T(a_token_that_is_given_up),
		T(a_token_needs_a_tariff),
		T(how_long_a_channel_lasts),
		T(how_long_at_the_rate_of_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
