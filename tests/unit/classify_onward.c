// SPDX-License-Identifier: GPL-2.0
/*
 * classify_onward.c - what may be passed on, DNS first of all, is no tunnel for who does
 * not pay for it, and what a phone needs of it is there all the same.  Through
 * BPF_PROG_TEST_RUN; needs root; skipped without.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <time.h>
#include <cmocka.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include "classify_port.h"

#define BOX6 "fd00::1"
#define ME6 "fd00::7"
#define GARDEN4 "198.51.100.9"

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec * 1e-9;
}

/* What may have passed since @start: the burst and the rate, to the jiffy. */
static uint64_t bound(double start)
{
	return TS_ONWARD_BURST_BYTES +
	       (uint64_t)((seconds() - start + 1.0 / fx.hz) * TS_ONWARD_BYTES_PER_S) + 1;
}

/* All that has passed for nothing. */
static uint64_t passed(void)
{
	struct ts_port_counters c;

	ts_fixture_counters(&fx, &c);
	return c.free_bytes;
}

static int goes_up(const struct ts_test_frame *t)
{
	return xdp(t).retval == XDP_PASS;
}

static int goes_down(const struct ts_test_frame *t)
{
	return (int)down(t, 1).retval == TC_ACT_UNSPEC;
}

static void spend(const struct ts_test_frame *t)
{
	int i;

	for (i = 0; i < 400; i++)
		goes_up(t);
}

/* Down to what is kept for an answer; the next question that is not small waits a second. */
static void spend_questions(void)
{
	struct ts_test_frame ask = dns_up;

	ask.payload = 1400;
	spend(&ask);
	spend(&dns_up);
}

static void spend_answers(void)
{
	struct ts_test_frame answer = dns_down;
	int i;

	answer.payload = 1000;
	for (i = 0; i < 100; i++)
		goes_down(&answer);
}

static int asks_again(void)
{
	struct ts_test_frame ask = dns_up;

	ask.payload = 1400;
	return goes_up(&ask);
}

/* Asked as fast as it goes, and answered as large as it goes: both are counted. */
static void test_tunnel(void **state)
{
	struct ts_test_frame ask = dns_up, answer = dns_down;
	double start = seconds();
	uint64_t answers = 0;
	int i;

	NEED_ROOT();
	ask.payload = 200;
	answer.payload = 1000;
	for (i = 0; i < 2000; i++)
		if (goes_up(&ask))
			answers += goes_down(&answer);
	assert_in_range(passed(), TS_ONWARD_BURST_BYTES - TS_ONWARD_ANSWER_BYTES - 242,
			bound(start));
	assert_in_range(answers, 1, bound(start) / 1284 + 1);
	/* Down alone is no way around it. */
	for (i = 0; i < 2000; i++)
		goes_down(&answer);
	assert_in_range(passed(), TS_ONWARD_BURST_BYTES - 1042, bound(start));
}

/* Another family, transport, tag of priority or port of the resolver is the same bucket. */
static void test_one_bucket(void **state)
{
	const struct ts_test_frame ways[] = {
		{ .from = ME4, .to = BOX4, .proto = TS_IP_UDP, .dport = 53, .payload = 1000 },
		{ .from = ME4, .to = BOX4, .proto = TS_IP_TCP, .dport = 53, .payload = 1000 },
		{ .from = ME6, .to = BOX6, .proto = TS_IP_UDP, .dport = 53, .payload = 1000 },
		{ .from = ME4, .to = BOX4, .proto = TS_IP_UDP, .dport = 53, .payload = 1000,
		  .tag = { TS_TEST_PRIORITY } },
		{ .from = ME4, .to = BOX4, .proto = TS_IP_TCP, .dport = 8545, .payload = 1000 },
		{ .from = ME4, .to = GARDEN4, .proto = TS_IP_UDP, .dport = 53, .payload = 1000 },
		{ .dest = MAC_OTHER, .from = ME4, .to = GARDEN4, .proto = TS_IP_TCP,
		  .dport = 853, .payload = 1000 },
	};
	size_t n = sizeof(ways) / sizeof(*ways), i;
	double start = seconds();

	NEED_ROOT();
	ts_fixture_box_addr(&fx, BOX6);
	ts_fixture_service(&fx, NULL, TS_IP_TCP, 53, TS_SERVICE_LISTED);
	ts_fixture_service(&fx, NULL, TS_IP_TCP, 8545, TS_SERVICE_LISTED);
	ts_fixture_prefix4(&fx, "198.51.100.0", 24, TS_CLASS_FREE);
	for (i = 0; i < n; i++)
		spend(&ways[i]);
	assert_in_range(passed(), TS_ONWARD_BURST_BYTES - TS_ONWARD_ANSWER_BYTES - 1100,
			bound(start));
	/* A fragment has no port, so it is no way at all. */
	assert_false(goes_up(&(struct ts_test_frame){ .from = ME4, .to = GARDEN4,
			     .proto = TS_IP_UDP, .dport = 443, .frag = 0x2000, .payload = 8 }));
	/* Another station has its own. */
	assert_true(goes_up(&(struct ts_test_frame){ .source = MAC_OTHER, .from = ME4, .to = BOX4,
			    .proto = TS_IP_UDP, .dport = 53, .payload = 1000 }));
}

/* Twenty lookups at once, and then the page, of who never paid. */
static void test_phone(void **state)
{
	struct ts_test_frame ask = dns_up, answer = dns_down, page = { .dest = MAC_CLIENT,
		.source = MAC_BOX, .from = BOX4, .to = ME4, .proto = TS_IP_TCP, .sport = 2050,
		.tcp_flags = TS_TCP_ACK, .payload = 1446 };
	int i;

	NEED_ROOT();
	ts_fixture_service(&fx, NULL, TS_IP_TCP, 2050, TS_SERVICE_ENDS_HERE);
	ask.payload = 35;
	answer.payload = 110;
	for (i = 0; i < 20; i++) {
		assert_true(goes_up(&ask));
		assert_true(goes_down(&answer));
	}
	for (i = 0; i < 400; i++)
		assert_true(goes_down(&page));
	/* All the rest of its free rate goes to the portal, once the resolver is used up. */
	spend_questions();
	assert_false(asks_again());
	assert_true(goes_down(&page));
	assert_true(goes_up(&syn80_up));
	assert_true(goes_up(&(struct ts_test_frame){ .dest = MAC_ALL, .ethertype = TS_ETH_ARP }));
}

/* Who asks more than it may is answered still: questions leave room for an answer. */
static void test_answers(void **state)
{
	struct ts_test_frame answer = dns_down;

	NEED_ROOT();
	spend_questions();
	assert_false(asks_again());
	answer.payload = 1472;
	assert_true(goes_down(&answer));
	assert_false(goes_down(&answer));
}

/* The programs' clock: when a stranger was seen just now. */
static uint64_t ticks_now(void)
{
	struct ts_test_frame other = web_up;
	uint64_t now = 0;
	uint32_t i;

	other.source = MAC_OTHER;
	xdp(&other);
	for (i = 0; i < TS_STRANGERS_DEFAULT; i++)
		if (fx.strangers[i].seen > now)
			now = fx.strangers[i].seen;
	return now;
}

/* As the driver makes an account: with nothing in that bucket. */
static void pay_anew(uint64_t granted)
{
	fx.police[ID] = (struct ts_account_police){ .onward = ticks_now() << 32 | 1 };
	pay(granted);
}

/*
 * Accounts can be had for nothing: who has many after each other, each of them dry,
 * has no more of the internet than one has, and than a stranger.
 */
static void test_made_anew(void **state)
{
	double start = seconds();
	int i;

	NEED_ROOT();
	for (i = 0; i < 10; i++) {
		pay_anew(0);
		spend_questions();
		spend_answers();
	}
	assert_in_range(passed(), 0, bound(start) - TS_ONWARD_BURST_BYTES + 10);
	assert_int_equal(fx.accounts[ID].charged, 0);
	assert_int_equal(drops(TS_DROP_DRY), 0);
	/* The oldest of accounts has not saved more than that. */
	fx.police[ID].onward = 0;
	start = seconds();
	for (i = 0; i < 10; i++) {
		spend_questions();
		spend_answers();
	}
	assert_in_range(passed(), TS_ONWARD_BURST_BYTES - 1042, bound(start) + 10);
}

/* Who pays has every name at once: what is more than free costs as the internet does. */
static void test_charged(void **state)
{
	struct ts_test_frame ask = dns_up, answer = dns_down;
	uint64_t asked, answered;
	int i;

	NEED_ROOT();
	pay_anew(PLENTY);
	/* Else a tunnel would be for nothing where only the LAN is. */
	fx.accounts[ID].price[TS_CLASS_LOCAL][TS_DIR_UP] = 0;
	fx.accounts[ID].price[TS_CLASS_LOCAL][TS_DIR_DOWN] = 0;
	fx.accounts[ID].price[TS_CLASS_INTERNET][TS_DIR_DOWN] = PRICE + 2;
	answer.payload = 1000;
	for (i = 0; i < 1000; i++) {
		assert_true(goes_up(&ask));
		assert_true(goes_down(&answer));
	}
	asked = paid(ID, TS_CLASS_INTERNET).passed[TS_DIR_UP].bytes;
	answered = paid(ID, TS_CLASS_INTERNET).passed[TS_DIR_DOWN].bytes;
	assert_int_equal(passed() + asked + answered, 1000 * (DNS_BYTES + 1042));
	assert_true(asked + answered > 1000000);
	assert_int_equal(fx.accounts[ID].charged, asked * PRICE + answered * (PRICE + 2));
	assert_int_equal(stats(ID).dropped[TS_CLASS_FREE][TS_DIR_UP].packets, 0);
	assert_int_equal(stats(ID).dropped[TS_CLASS_FREE][TS_DIR_DOWN].packets, 0);
}

/* An answer that nobody asked for, whose question another wrote, is no debt. */
static void test_unasked(void **state)
{
	struct ts_test_frame answer = dns_down, ask = dns_up;
	double start = seconds();

	NEED_ROOT();
	answer.payload = 1000;
	pay(PLENTY);
	spend_answers();
	assert_int_equal(fx.accounts[ID].charged, 0);
	assert_int_equal(passed(), 0);
	assert_int_equal(drops(TS_DROP_POLICED), 100);
	/* A question that is free lets answers come for what is free, and no more. */
	assert_true(goes_up(&ask));
	spend_answers();
	assert_int_equal(fx.accounts[ID].charged, 0);
	assert_in_range(passed(), TS_ONWARD_BURST_BYTES - 1042 - DNS_BYTES, bound(start));
	/* What it saves up meanwhile is for its own questions. */
	fx.police[ID].onward = 0;
	assert_false(goes_down(&answer));
	assert_true(goes_up(&ask));
	assert_true(goes_down(&answer));
	/* One that is charged lets so much of answers be charged, once. */
	fx.police[ID].onward = ticks_now() << 32 | 1;
	ask.payload = 1400;
	assert_true(goes_up(&ask));
	assert_int_equal(fx.accounts[ID].charged, 1442 * PRICE);
	spend_answers();
	spend_answers();
	assert_in_range(paid(ID, TS_CLASS_INTERNET).passed[TS_DIR_DOWN].bytes, TS_ANSWERS_BYTES - 1042,
			TS_ANSWERS_BYTES);
	assert_true(goes_up(&ask));
	assert_true(goes_down(&answer));
}

/* Who asks a group that the box is in has asked, as who pays for it and as who cannot. */
static void test_asked_of_group(void **state)
{
	struct ts_test_frame ask = { .dest = "\x01\x00\x5e\x00\x00\xfb", .from = ME4,
		.to = "224.0.0.251", .proto = TS_IP_UDP, .sport = 5353, .dport = 5353,
		.payload = 40 }, answer = dns_down;
	uint64_t granted;

	NEED_ROOT();
	ts_fixture_service(&fx, "224.0.0.251", TS_IP_UDP, 5353, TS_SERVICE_LISTED);
	ts_fixture_service(&fx, NULL, TS_IP_UDP, 5353, TS_SERVICE_LISTED);
	answer.sport = 5353;
	for (granted = 0; granted <= PLENTY; granted += PLENTY) {
		fx.police[ID] = (struct ts_account_police){ };
		pay(granted);
		assert_false(goes_down(&answer));
		assert_true(goes_up(&ask));
		assert_true(goes_down(&answer));
	}
	/* Of who has no account nothing is noted. */
	ask.source = MAC_OTHER;
	assert_true(goes_up(&ask));
	assert_int_equal(fx.police[0].asked, 0);
}

/* To the last unit, and not beyond; who may not pay is as who cannot. */
static void test_cannot_pay(void **state)
{
	struct ts_test_frame ask = dns_up;

	NEED_ROOT();
	ask.payload = 1400;
	pay_anew(2 * 1442 * PRICE + 1);
	assert_true(goes_up(&ask));
	assert_true(goes_up(&ask));
	assert_false(goes_up(&ask));
	assert_int_equal(fx.accounts[ID].charged, 2 * 1442 * PRICE);
	assert_int_equal(drops(TS_DROP_POLICED), 1);
	pay_anew(PLENTY);
	fx.accounts[ID].flags = TS_ACCOUNT_F_FORBID;
	assert_false(goes_up(&ask));
	assert_int_equal(fx.accounts[ID].charged, 0);
	fx.accounts[ID].flags = TS_ACCOUNT_F_TRUSTED;
	assert_true(goes_up(&ask));
	assert_int_equal(fx.accounts[ID].charged, 0);
	/* The way to the portal is another bucket, for a dry one too. */
	pay_anew(0);
	assert_false(goes_up(&ask));
	assert_true(goes_up(&syn80_up));
}

/* What goes to a group is never charged, however much there is of it. */
static void test_group(void **state)
{
	struct ts_test_frame ask = { .dest = MAC_ALL, .from = "0.0.0.0", .to = "255.255.255.255",
		.proto = TS_IP_UDP, .sport = 68, .dport = 67, .payload = 1400 };

	NEED_ROOT();
	ts_fixture_service(&fx, NULL, TS_IP_UDP, 67, TS_SERVICE_LISTED);
	ts_fixture_service(&fx, "255.255.255.255", TS_IP_UDP, 67, TS_SERVICE_LISTED);
	pay(PLENTY);
	spend(&ask);
	assert_true(drops(TS_DROP_POLICED) > 300);
	assert_int_equal(fx.accounts[ID].charged, 0);
}

/*
 * What forgot to say that it ends here may be a proxy; of two rules the one with the
 * address counts.
 */
static void test_said(void **state)
{
	struct ts_test_frame ask = { .from = ME4, .to = BOX4, .proto = TS_IP_TCP,
		.dport = 8545, .payload = 1400 };
	double start = seconds();
	uint64_t before;
	int i;

	NEED_ROOT();
	ts_fixture_service(&fx, NULL, TS_IP_TCP, 8545, TS_SERVICE_LISTED);
	spend(&ask);
	assert_in_range(passed(), TS_ONWARD_BURST_BYTES - TS_ONWARD_ANSWER_BYTES - 1454,
			bound(start));
	ask.source = MAC_OTHER;
	ts_fixture_service(&fx, BOX4, TS_IP_TCP, 8545, TS_SERVICE_ENDS_HERE);
	for (i = 0; i < 2000; i++)
		assert_true(goes_up(&ask));
	ts_fixture_service(&fx, NULL, TS_IP_TCP, 8545, TS_SERVICE_ENDS_HERE);
	ts_fixture_service(&fx, BOX4, TS_IP_TCP, 8545, TS_SERVICE_LISTED);
	ask.source = "\x02\xcc\x00\x00\x00\x0a";
	before = passed();
	start = seconds();
	spend(&ask);
	assert_in_range(passed() - before, TS_ONWARD_BURST_BYTES - TS_ONWARD_ANSWER_BYTES - 1454,
			bound(start));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROUTED(test_tunnel),
		ROUTED(test_one_bucket),
		BRIDGED(test_tunnel),
		ROUTED(test_phone),
		ROUTED(test_answers),
		ROUTED(test_made_anew),
		ROUTED(test_charged),
		BRIDGED(test_charged),
		ROUTED(test_unasked),
		ROUTED(test_asked_of_group),
		ROUTED(test_cannot_pay),
		ROUTED(test_group),
		ROUTED(test_said),
	};

	return cmocka_run_group_tests(tests, NULL, close_all);
}
