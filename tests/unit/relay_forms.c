// SPDX-License-Identifier: GPL-2.0
/*
 * relay_forms.c - what boxes of a mesh sign for each other, byte by byte; at which prices
 * one buys, and what it asks itself.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "relay/relay.h"

#define HOUR_NS		(3600 * TS_NS_IN_S)
#define PREFIX		"\x19TokenSwitch Signed Message:\n"

static struct ts_signer *key, *other;

static int set_up(void **state)
{
	key = ts_signer_generate();
	other = ts_signer_generate();
	return 0;
}

static int tear_down(void **state)
{
	ts_signer_free(key);
	ts_signer_free(other);
	return 0;
}

static struct ts_hello a_hello(void)
{
	struct ts_hello h = {
		.box = *ts_signer_address(key), .chain_id = ts_u256_from_u64(8888),
		.sequence = 0x0102030405060708, .lifetime_s = 120,
		.relay_port = 40002, .photon_port = 40001,
		.originator = { { 2, 1, 1, 1, 1, 1 } },
		.macs = { { { 2, 1, 1, 1, 1, 1 } }, { { 2, 1, 1, 1, 1, 2 } } },
		.n_macs = 2,
	};

	memset(&h.tokens_network, 0x33, sizeof(h.tokens_network));
	return h;
}

static void a_hello_is_these_bytes(void **state)
{
	uint8_t bytes[TS_HELLO_BYTES], zero[36] = { 0 };
	struct ts_hello h = a_hello(), back;

	ts_hello_sign(&h, key, bytes);
	assert_int_equal(sizeof(bytes), 243);
	assert_memory_equal(bytes, PREFIX "hello\n", 35);
	assert_memory_equal(bytes + 35, &h.box, 20);
	assert_int_equal(bytes[85], 0x22);
	assert_int_equal(bytes[86], 0xb8);
	assert_memory_equal(bytes + 87, &h.tokens_network, 20);
	assert_memory_equal(bytes + 107, "\1\2\3\4\5\6\7\x8" "\0\0\0\x78" "\x9c\x42" "\x9c\x41"
			    "\2\1\1\1\1\1" "\2" "\2\1\1\1\1\1" "\2\1\1\1\1\2", 35);
	assert_memory_equal(bytes + 142, zero, 36);
	assert_int_equal(ts_hello_decode(&back, bytes, sizeof(bytes)), 0);
	assert_memory_equal(&back, &h, sizeof(h));
	assert_true(ts_hello_is_signed(&back, bytes));
}

/* Each byte is in the form or under the signature. */
static void a_changed_byte_is_noticed(void **state)
{
	uint8_t bytes[TS_HELLO_BYTES];
	struct ts_hello h = a_hello(), back;
	size_t i;

	ts_hello_sign(&h, key, bytes);
	for (i = 0; i < sizeof(bytes); i++) {
		bytes[i] ^= 1;
		assert_true(ts_hello_decode(&back, bytes, sizeof(bytes)) ||
			    !ts_hello_is_signed(&back, bytes));
		bytes[i] ^= 1;
	}
	assert_int_equal(ts_hello_decode(&back, bytes, sizeof(bytes) - 1), -EINVAL);
	assert_int_equal(ts_hello_decode(&back, bytes, 0), -EINVAL);
	ts_hello_sign(&h, other, bytes);
	assert_int_equal(ts_hello_decode(&back, bytes, sizeof(bytes)), 0);
	assert_false(ts_hello_is_signed(&back, bytes));
}

static void expect_no_hello(const struct ts_hello *h)
{
	uint8_t bytes[TS_HELLO_BYTES];
	struct ts_hello back;

	ts_hello_sign(h, key, bytes);
	assert_int_equal(ts_hello_decode(&back, bytes, sizeof(bytes)), -EINVAL);
}

static void a_hello_names_radios(void **state)
{
	struct ts_hello h = a_hello();

	h.n_macs = 0;
	expect_no_hello(&h);
	h.n_macs = 9;
	expect_no_hello(&h);
	h.n_macs = 3;		/* the third is nobody's */
	expect_no_hello(&h);
	h.n_macs = 1;		/* the second is in a place that is not used */
	expect_no_hello(&h);
	h = a_hello();
	h.macs[1] = h.macs[0];
	expect_no_hello(&h);
	h.macs[1].b[0] = 0x33;
	expect_no_hello(&h);
	h = a_hello();
	h.sequence = 0;
	expect_no_hello(&h);
	h.sequence = (uint64_t)1 << 63;
	expect_no_hello(&h);
	h = a_hello();
	h.lifetime_s = 0;
	expect_no_hello(&h);
	h = a_hello();
	h.relay_port = 0;
	expect_no_hello(&h);
	h = a_hello();
	h.originator.b[0] = 1;
	expect_no_hello(&h);
}

static void a_tariff_is_these_bytes(void **state)
{
	struct ts_relay_tariff t = {
		.box = *ts_signer_address(key), .chain_id = ts_u256_from_u64(1),
		.version = 7, .valid_in_s = 600, .rise_per_mille = 200,
		.no_internet = TS_INTERNET_LOW,
		.prices = { -3, { { 1, 2 }, { 3, 8191 } } },
	}, back;
	uint8_t bytes[TS_RELAY_TARIFF_BYTES];

	memset(&t.token, 0x44, sizeof(t.token));
	ts_relay_tariff_sign(&t, key, bytes);
	assert_int_equal(sizeof(bytes), 217);
	assert_memory_equal(bytes, PREFIX "tariff\n", 36);
	assert_memory_equal(bytes + 108, &t.token, 20);
	assert_memory_equal(bytes + 128, "\0\0\0\0\0\0\0\7" "\0\0\2\x58" "\0\xc8" "\4"
			    "\xfd" "\0\1" "\0\2" "\0\3" "\x1f\xff", 24);
	assert_int_equal(ts_relay_tariff_decode(&back, bytes, sizeof(bytes)), 0);
	assert_memory_equal(&back, &t, sizeof(t));
	assert_true(ts_relay_tariff_is_signed(&back, bytes));
	/* What no kernel could charge. */
	t.prices.units[1][1] = 8192;
	ts_relay_tariff_sign(&t, key, bytes);
	assert_int_equal(ts_relay_tariff_decode(&back, bytes, sizeof(bytes)), -EINVAL);
	t.prices.units[1][1] = 1;
	t.prices.unit_shift = 64;
	ts_relay_tariff_sign(&t, key, bytes);
	assert_int_equal(ts_relay_tariff_decode(&back, bytes, sizeof(bytes)), -EINVAL);
	t.prices.unit_shift = -33;
	ts_relay_tariff_sign(&t, key, bytes);
	assert_int_equal(ts_relay_tariff_decode(&back, bytes, sizeof(bytes)), -EINVAL);
}

static void a_receipt_is_these_bytes(void **state)
{
	struct ts_relay_receipt r = {
		.from = *ts_signer_address(key), .to = *ts_signer_address(other),
		.chain_id = ts_u256_from_u64(1), .number = 3, .seen = 2,
		.tariff_version = 1,
		.sold = { { { 10, 11 }, { 12, 13 } } },
		.bought = { { { 14, 15 }, { 16, 17 } } },
		.sold_wei = 18, .bought_wei = 19, .received_wei = 20, .paid_wei = 21,
		.netted_wei = 22, .window_wei = (ts_u128)1 << 126,
	}, back;
	uint8_t bytes[TS_RECEIPT_BYTES];
	unsigned int i;

	ts_receipt_sign(&r, key, bytes);
	assert_int_equal(sizeof(bytes), 398);
	assert_memory_equal(bytes, PREFIX "receipt\n", 37);
	assert_memory_equal(bytes + 37, &r.from, 20);
	assert_memory_equal(bytes + 57, &r.to, 20);
	assert_int_equal(bytes[156], 3);
	assert_int_equal(bytes[164], 2);
	assert_int_equal(bytes[172], 1);
	for (i = 0; i < 8; i++)
		assert_int_equal(bytes[180 + 8 * i], 10 + i);
	for (i = 0; i < 5; i++)
		assert_int_equal(bytes[252 + 16 * i], 18 + i);
	assert_int_equal(bytes[317], 0x40);
	assert_int_equal(ts_receipt_decode(&back, bytes, sizeof(bytes)), 0);
	assert_memory_equal(&back, &r, sizeof(r));
	assert_true(ts_receipt_is_signed(&back, bytes));
	/* More than any box carries, or is worth. */
	r.window_wei++;
	ts_receipt_sign(&r, key, bytes);
	assert_int_equal(ts_receipt_decode(&back, bytes, sizeof(bytes)), -EINVAL);
	r.window_wei = 0;
	r.sold.bytes[1][1] = ((uint64_t)1 << 60) + 1;
	ts_receipt_sign(&r, key, bytes);
	assert_int_equal(ts_receipt_decode(&back, bytes, sizeof(bytes)), -EINVAL);
}

/* --- prices ---------------------------------------------------------------- */

static void prices_are_never_below_what_was_wanted(void **state)
{
	static const ts_u128 wei_per_gb[] = { 0, 1, 3, 999, 1000000007,
		(ts_u128)1 << 60, ((ts_u128)1 << 92) - 1 };
	ts_price wanted[TS_SERVICE_COUNT][TS_DIR_COUNT] = { { 0 } };
	struct ts_prices p;
	ts_price got;
	unsigned int i, j;

	for (i = 0; i < sizeof(wei_per_gb) / sizeof(wei_per_gb[0]); i++) {
		for (j = 0; j <= i; j++) {
			wanted[0][0] = ts_price_of_wei_per_gb(wei_per_gb[i]);
			wanted[1][1] = ts_price_of_wei_per_gb(wei_per_gb[j]);
			assert_int_equal(ts_prices_make(&p, wanted), 0);
			assert_true(ts_prices_valid(&p));
			got = ts_prices_get(&p, 0, 0);
			assert_true(got >= wanted[0][0]);
			assert_true(got <= wanted[0][0] + wanted[0][0] / 4096 + 1);
			assert_true(ts_prices_get(&p, 1, 1) >= wanted[1][1]);
			assert_true(ts_prices_get(&p, 1, 0) == 0);
		}
	}
	wanted[0][0] = (ts_price)1 << 120;
	assert_int_equal(ts_prices_make(&p, wanted), -ERANGE);
}

static void parts_of_a_wei_are_not_lost(void **state)
{
	ts_price third = ((ts_price)1 << 32) / 3;
	uint32_t rest = 0;
	ts_u128 sum = 0;
	unsigned int i;

	for (i = 0; i < 3000; i++)
		sum += ts_price_wei_of_bytes(third, 1, &rest);
	assert_true(sum == 999);
	/* And what no number holds is the largest. */
	assert_true(ts_price_wei_of_bytes((ts_price)1 << 107, UINT64_MAX, &rest) ==
		    TS_U128_MAX);
}

static struct ts_relay_tariff asks(uint64_t version, uint16_t units, uint32_t valid_in_s)
{
	return (struct ts_relay_tariff){
		.version = version, .valid_in_s = valid_in_s, .rise_per_mille = 100,
		.prices = { 0, { { units, units }, { units, units } } },
	};
}

static uint16_t price_now(const struct ts_terms *t)
{
	return t->now.prices.units[0][0];
}

static struct ts_terms_limits limits_of(uint16_t rise_per_mille)
{
	struct ts_terms_limits l = { .rise_per_mille = rise_per_mille };
	int service, dir;

	for (service = 0; service < TS_SERVICE_COUNT; service++)
		for (dir = 0; dir < TS_DIR_COUNT; dir++)
			l.most[service][dir] = (ts_price)2000 << 32;
	return l;
}

static enum ts_terms_verdict take(struct ts_terms *t, struct ts_relay_tariff tariff,
				  const struct ts_terms_limits *l, uint64_t now_ns)
{
	return ts_terms_take(t, &tariff, l, now_ns);
}

/* M7: a rise is announced before; M12: by no clock but ours. */
static void prices_rise_after_notice_and_by_little(void **state)
{
	struct ts_terms_limits l = limits_of(500);
	struct ts_terms t = { 0 };
	uint64_t now_ns = HOUR_NS;

	assert_int_equal(take(&t, asks(5, 1000, 0), &l, now_ns), TS_TERMS_TAKEN);
	assert_int_equal(take(&t, asks(5, 900, 0), &l, now_ns), TS_TERMS_OLD);
	assert_int_equal(take(&t, asks(4, 900, 0), &l, now_ns), TS_TERMS_OLD);
	/* What falls holds at once. */
	assert_int_equal(take(&t, asks(6, 900, 9999), &l, now_ns), TS_TERMS_TAKEN);
	assert_int_equal(price_now(&t), 900);
	/* It has promised 10 % of what the day began with, whatever we put up with. */
	assert_int_equal(take(&t, asks(7, 1101, 700), &l, now_ns), TS_TERMS_RISE);
	assert_int_equal(take(&t, asks(8, 1100, 599), &l, now_ns), TS_TERMS_NO_NOTICE);
	assert_int_equal(price_now(&t), 900);
	assert_int_equal(take(&t, asks(9, 1100, 600), &l, now_ns), TS_TERMS_TAKEN);
	assert_int_equal(price_now(&t), 900);
	/* Said again with less notice it is no other one, and begins when it was to. */
	assert_int_equal(take(&t, asks(9, 1100, 1), &l, now_ns + 1), TS_TERMS_OLD);
	assert_true(ts_terms_cost(&t, 0, 0) == (ts_price)1100 << 32);
	assert_false(ts_terms_tick(&t, now_ns + 600 * TS_NS_IN_S - 1));
	assert_true(ts_terms_tick(&t, now_ns + 600 * TS_NS_IN_S));
	assert_int_equal(price_now(&t), 1100);
	/* No more that day, also in small steps; the next day again. */
	now_ns += HOUR_NS;
	assert_int_equal(take(&t, asks(10, 1101, 700), &l, now_ns), TS_TERMS_RISE);
	now_ns += 24 * HOUR_NS;
	ts_terms_tick(&t, now_ns);
	assert_int_equal(take(&t, asks(11, 1210, 700), &l, now_ns), TS_TERMS_TAKEN);
}

static void our_own_limits_hold(void **state)
{
	struct ts_terms_limits l = limits_of(50);
	struct ts_relay_tariff greedy = asks(2, 1060, 700);
	struct ts_terms t = { 0 };

	assert_int_equal(take(&t, asks(1, 1000, 0), &l, 1), TS_TERMS_TAKEN);
	greedy.rise_per_mille = 60000;
	assert_int_equal(ts_terms_take(&t, &greedy, &l, 2), TS_TERMS_RISE);
	assert_int_equal(take(&t, asks(3, 1050, 700), &l, 2), TS_TERMS_TAKEN);
	assert_false(ts_terms_too_dear(&t, &l, TS_SERVICE_RELAY));
	l.most[TS_SERVICE_RELAY][TS_DIR_DOWN] = ((ts_price)1000 << 32) - 1;
	assert_true(ts_terms_too_dear(&t, &l, TS_SERVICE_RELAY));
	assert_false(ts_terms_too_dear(&t, &l, TS_SERVICE_EXIT));
	/* From nothing there is no rise in parts: the most is the limit. */
	t = (struct ts_terms){ 0 };
	l = limits_of(50);
	assert_int_equal(take(&t, asks(1, 0, 0), &l, 1), TS_TERMS_TAKEN);
	assert_int_equal(take(&t, asks(2, 2001, 700), &l, 1), TS_TERMS_RISE);
	assert_int_equal(take(&t, asks(3, 2000, 700), &l, 1), TS_TERMS_TAKEN);
}

/* One of which the first announcements were lost is known in the end. */
static void notice_counts_from_when_it_was_heard(void **state)
{
	struct ts_terms_limits l = limits_of(500);
	uint64_t now_ns = HOUR_NS;
	struct ts_terms t = { 0 };

	take(&t, asks(1, 1000, 0), &l, now_ns);
	assert_int_equal(take(&t, asks(2, 1050, 100), &l, now_ns), TS_TERMS_NO_NOTICE);
	now_ns += 499 * TS_NS_IN_S;
	assert_int_equal(take(&t, asks(2, 1050, 0), &l, now_ns), TS_TERMS_NO_NOTICE);
	now_ns += 101 * TS_NS_IN_S;
	assert_int_equal(take(&t, asks(2, 1050, 0), &l, now_ns), TS_TERMS_TAKEN);
	ts_terms_tick(&t, now_ns);
	assert_int_equal(price_now(&t), 1050);
}

/* --- what we ask ----------------------------------------------------------- */

static const struct ts_offer_config ours = {
	.own = { { (ts_price)100 << 32, (ts_price)200 << 32 },
		 { (ts_price)10 << 32, (ts_price)10 << 32 } },
	.margin_per_mille = 100, .rise_per_mille = 100, .notice_s = 1200,
};

static struct ts_upstream upstream_at(uint16_t up, uint16_t down)
{
	return (struct ts_upstream){
		.cost = { (ts_price)up << 32, (ts_price)down << 32 },
	};
}

static uint64_t asked(const struct ts_offer *o, int service, int dir)
{
	return (uint64_t)(ts_prices_get(&o->now, service, dir) >> 32);
}

static void we_ask_our_own_and_what_it_costs(void **state)
{
	struct ts_upstream upstream = upstream_at(1000, 2000);
	uint64_t now_ns = HOUR_NS;
	struct ts_offer o = { .version = 7 };
	uint32_t in_s;

	assert_true(ts_offer_update(&o, &ours, &upstream, now_ns));
	assert_int_equal(o.version, 8);
	assert_int_equal(o.no_internet, TS_INTERNET_OFFERED);
	assert_int_equal(asked(&o, TS_SERVICE_RELAY, TS_DIR_UP), 1200);
	assert_int_equal(asked(&o, TS_SERVICE_RELAY, TS_DIR_DOWN), 2400);
	assert_false(ts_offer_update(&o, &ours, &upstream, now_ns + 1));
	/* Cheaper at once. */
	upstream = upstream_at(900, 2000);
	assert_true(ts_offer_update(&o, &ours, &upstream, now_ns + 2));
	assert_int_equal(asked(&o, TS_SERVICE_RELAY, TS_DIR_UP), 1090);
	ts_offer_announced(&o, now_ns + 2, &in_s);
	assert_int_equal(in_s, 0);
	/* Dearer after notice. */
	upstream = upstream_at(950, 2000);
	assert_true(ts_offer_update(&o, &ours, &upstream, now_ns + 3));
	assert_int_equal(asked(&o, TS_SERVICE_RELAY, TS_DIR_UP), 1090);
	ts_offer_announced(&o, now_ns + 3, &in_s);
	assert_int_equal(in_s, 1200);
	assert_int_equal(o.no_internet, TS_INTERNET_OFFERED);
	assert_false(ts_offer_update(&o, &ours, &upstream,
				     now_ns + 1200 * TS_NS_IN_S + 3));
	assert_int_equal(asked(&o, TS_SERVICE_RELAY, TS_DIR_UP), 1145);
}

static void the_internet_is_never_sold_below_cost(void **state)
{
	struct ts_upstream upstream = upstream_at(1000, 1000);
	uint64_t now_ns = HOUR_NS;
	struct ts_offer o = { 0 };

	ts_offer_update(&o, &ours, &upstream, now_ns);
	/* Twice as dear: our promise of 10 % a day does not allow that. */
	upstream = upstream_at(2000, 1000);
	assert_true(ts_offer_update(&o, &ours, &upstream, now_ns + 1));
	assert_int_equal(o.no_internet, TS_INTERNET_RISING);
	/* It goes up by what is promised, and is offered when it has caught up. */
	for (; now_ns < 300 * HOUR_NS; now_ns += HOUR_NS) {
		ts_offer_update(&o, &ours, &upstream, now_ns);
		if (asked(&o, TS_SERVICE_RELAY, TS_DIR_UP) < 2000)
			assert_int_equal(o.no_internet, TS_INTERNET_RISING);
	}
	assert_int_equal(o.no_internet, TS_INTERNET_OFFERED);
	assert_int_equal(asked(&o, TS_SERVICE_RELAY, TS_DIR_UP), 2300);
	/* And why not is said. */
	upstream.no_internet = TS_INTERNET_TOO_DEAR;
	assert_true(ts_offer_update(&o, &ours, &upstream, now_ns));
	assert_int_equal(o.no_internet, TS_INTERNET_TOO_DEAR);
}

/* Whenever a buyer's day begins: a seller that keeps its word is never refused. */
static void who_keeps_its_word_is_believed(void **state)
{
	struct ts_upstream upstream = upstream_at(1000, 1000);
	struct ts_terms_limits l = limits_of(1000);
	struct ts_relay_tariff t = { .rise_per_mille = ours.rise_per_mille };
	struct ts_terms terms[7] = { { 0 } };
	struct ts_offer o = { 0 };
	uint64_t now_ns, hour;
	unsigned int i, refused = 0;

	for (i = 0; i < 4; i++)
		l.most[i / 2][i % 2] = (ts_price)1 << 100;
	srandom(1);
	for (hour = 1; hour < 3000; hour++) {
		now_ns = hour * HOUR_NS;
		if (hour % 5 == 0)
			upstream = upstream_at(500 + random() % 4000,
					       500 + random() % 4000);
		ts_offer_update(&o, &ours, &upstream, now_ns);
		t.version = o.version;
		t.no_internet = o.no_internet;
		t.prices = *ts_offer_announced(&o, now_ns, &t.valid_in_s);
		for (i = 0; i < 7; i++) {
			if (hour < 11 * i)
				continue;
			ts_terms_tick(&terms[i], now_ns);
			if (ts_terms_take(&terms[i], &t, &l, now_ns) > TS_TERMS_OLD)
				refused++;
		}
	}
	assert_int_equal(refused, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hello_is_these_bytes),
		cmocka_unit_test(a_changed_byte_is_noticed),
		cmocka_unit_test(a_hello_names_radios),
		cmocka_unit_test(a_tariff_is_these_bytes),
		cmocka_unit_test(a_receipt_is_these_bytes),
		cmocka_unit_test(prices_are_never_below_what_was_wanted),
		cmocka_unit_test(parts_of_a_wei_are_not_lost),
		cmocka_unit_test(prices_rise_after_notice_and_by_little),
		cmocka_unit_test(our_own_limits_hold),
		cmocka_unit_test(notice_counts_from_when_it_was_heard),
		cmocka_unit_test(we_ask_our_own_and_what_it_costs),
		cmocka_unit_test(the_internet_is_never_sold_below_cost),
		cmocka_unit_test(who_keeps_its_word_is_believed),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
