// SPDX-License-Identifier: GPL-2.0
/*
 * classify_police.c - what passes for nothing is bounded, and neither floods nor a full
 * ring stop who pays.  Through BPF_PROG_TEST_RUN; needs root; skipped without.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <time.h>
#include <cmocka.h>
#include <linux/bpf.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "classify_port.h"
#include "xdp.skel.h"
#include "meter_wrap.skel.h"

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec * 1e-9;
}

/* What may have passed since @start: the burst and the rate, to the jiffy. */
static uint64_t bound(double start, uint64_t burst, uint64_t rate)
{
	return burst + (uint64_t)((seconds() - start + 1.0 / fx.hz) * rate) + 1;
}

static uint64_t free_bytes(const struct ts_test_frame *t, size_t len)
{
	uint64_t passed = 0;
	int i;

	for (i = 0; i < 2000; i++)
		passed += xdp(t).retval == XDP_PASS ? len : 0;
	return passed;
}

static void test_policer(void **state)
{
	struct ts_test_frame t = { .from = ME4, .to = "198.51.100.9", .proto = TS_IP_UDP,
		.dport = 443, .payload = 1400 };
	double start = seconds();
	uint64_t passed;

	NEED_ROOT();
	ts_fixture_prefix4(&fx, "198.51.100.0", 24, TS_CLASS_FREE);
	passed = free_bytes(&t, 1442);
	assert_in_range(passed, TS_FREE_BURST_BYTES - 1442,
			bound(start, TS_FREE_BURST_BYTES, TS_FREE_RATE_BYTES));
	assert_true(drops(TS_DROP_POLICED) > 500);
	/* A bucket of a station's own: another goes on. */
	t.source = MAC_OTHER;
	assert_int_equal(xdp(&t).retval, XDP_PASS);
	/* One that has paid has its own too, and it is bounded as well. */
	pay(PLENTY);
	t.source = NULL;
	start = seconds();
	passed = free_bytes(&t, 1442);
	assert_in_range(passed, TS_FREE_BURST_BYTES - 1442,
			bound(start, TS_FREE_BURST_BYTES, TS_FREE_RATE_BYTES));
	assert_int_equal(fx.accounts[ID].charged, 0);
}

/* One that pays floods no bridge for nothing, nor tunnels to a group. */
static void test_policer_group(void **state)
{
	struct ts_test_frame t = { .dest = MAC_ALL, .from = ME4, .to = "224.0.0.251",
		.proto = TS_IP_UDP, .dport = 5353, .payload = 1400 };
	double start = seconds();
	uint64_t passed;

	NEED_ROOT();
	pay(PLENTY);
	passed = free_bytes(&t, 1442);
	assert_in_range(passed, TS_GROUP_BURST_BYTES - 1442,
			bound(start, TS_GROUP_BURST_BYTES, TS_GROUP_BYTES_PER_S));
	assert_true(drops(TS_DROP_POLICED) > 1000);
	assert_int_equal(fx.accounts[ID].charged, 0);
	/* The bucket is of groups alone, and of the account alone. */
	assert_int_equal(xdp(&web_up).retval, XDP_PASS);
	assert_int_equal(xdp(&dns_up).retval, XDP_PASS);
	ts_fixture_account(&fx, ID + 1, PLENTY, PRICE);
	assert_int_equal(ts_fixture_key(&fx, ID + 1, (const uint8_t *)MAC_OTHER, 0), 0);
	t.source = MAC_OTHER;
	assert_int_equal(xdp(&t).retval, XDP_PASS);
	/* Everything passes of who is trusted. */
	t.source = NULL;
	fx.accounts[ID].flags = TS_ACCOUNT_F_TRUSTED;
	assert_int_equal(free_bytes(&t, 1442), 2000 * 1442);
}

/* The resolver can be a tunnel; the payment path cannot, and must not starve. */
static void test_policer_payment_path(void **state)
{
	struct ts_test_frame pay_up = { .from = ME4, .to = BOX4, .proto = TS_IP_UDP,
		.dport = 40001, .payload = 1400 };
	double start = seconds();
	uint64_t passed = 0;
	int i;

	NEED_ROOT();
	ts_fixture_service(&fx, NULL, TS_IP_UDP, 40001, TS_SERVICE_ENDS_HERE);
	for (i = 0; i < 5; i++)
		passed += free_bytes(&pay_up, 1442);
	assert_in_range(passed, 8 * TS_FREE_BURST_BYTES,
			16 * bound(start, TS_FREE_BURST_BYTES, TS_FREE_RATE_BYTES));
	/* Bounded all the same, and the bucket is one: nothing for the resolver. */
	assert_true(drops(TS_DROP_POLICED) > 0);
	pay_up.dport = 53;
	assert_int_equal(xdp(&pay_up).retval, XDP_DROP);
}

/* @n frames, each of a random stranger out of 2^24. */
static void flood(struct meter_wrap *w, const uint8_t *frame, size_t len, uint32_t n)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = len, .repeat = n);

	assert_int_equal(bpf_prog_test_run_opts(bpf_program__fd(w->progs.bench_xdp), &opts), 0);
}

/*
 * A million random stations ask for @t, of class free.  Return: how much of it passed.
 */
static uint64_t pass_of_flood(struct ts_test_frame t)
{
	uint64_t hints = 0, charged = fx.accounts[ID].charged;
	uint8_t frame[TS_TEST_FRAME_MAX];
	struct ts_port_counters before, after;
	struct meter_wrap *w;
	uint32_t i, zero = 0;
	double start;
	size_t len;
	int fd;

	w = meter_wrap__open();
	assert_non_null(w);
	w->rodata->bench_clients = 1U << 24;
	assert_int_equal(meter_wrap__load(w), 0);
	fd = bpf_program__fd(fx.xdp->progs.ts_xdp_up);
	bpf_map_update_elem(bpf_map__fd(w->maps.bench_next_xdp), &zero, &fd, BPF_ANY);
	t.source = "\x02\x55\0\0\0\0";
	len = ts_test_frame_build(&t, frame);
	ts_fixture_counters(&fx, &before);
	start = seconds();
	for (i = 0; i < 50; i++) {
		flood(w, frame, len, 20000);
		hints += new_events();
		assert_int_equal(xdp(&web_up).retval, XDP_PASS);
		assert_int_equal(xdp(&dns_up).retval, XDP_PASS);
	}
	ts_fixture_counters(&fx, &after);
	assert_in_range(hints, 1, bound(start, TS_HINT_BURST, TS_HINT_RATE));
	assert_int_equal(fx.accounts[ID].charged - charged, 50 * WEB_BYTES * PRICE);
	meter_wrap__destroy(w);
	return after.free_bytes - before.free_bytes - 50 * DNS_BYTES;
}

/* Strangers together are bounded by their port, and cost the paid nothing. */
static void test_stranger_flood(void **state)
{
	struct ts_test_frame t = dns_up, garden = { .from = ME4, .to = "198.51.100.9",
		.proto = TS_IP_UDP, .dport = 443, .payload = 1400 };
	uint64_t a = ts_key_a((const uint8_t *)MAC_CLIENT, 0), passed;
	double start;
	uint32_t i;

	NEED_ROOT();
	pay(PLENTY);
	ts_fixture_prefix4(&fx, "198.51.100.0", 24, TS_CLASS_FREE);
	t.payload = 1400;
	/* Who makes up a station for each question has no more of the resolver. */
	start = seconds();
	passed = pass_of_flood(t);
	assert_in_range(passed,
			TS_PORT_ONWARD_BURST_BYTES - TS_ONWARD_ANSWER_BYTES - 1442,
			bound(start, TS_PORT_ONWARD_BURST_BYTES, TS_PORT_ONWARD_BYTES_PER_S));
	start = seconds();
	passed = pass_of_flood(garden);
	assert_in_range(passed, TS_PORT_FREE_BURST_BYTES - TS_PORT_ONWARD_BURST_BYTES - 1442,
			bound(start, TS_PORT_FREE_BURST_BYTES, TS_PORT_FREE_RATE_BYTES));
	assert_true(drops(TS_DROP_POLICED) > 1900000);
	/* Nobody else has got an account, and the list holds strangers only. */
	for (i = 0; i < ACCOUNTS; i++)
		if (i != ID)
			assert_int_equal(fx.accounts[i].granted | fx.accounts[i].charged, 0);
	for (i = 0; i < TS_STRANGERS_DEFAULT; i++)
		assert_true(fx.strangers[i].a != a);
}

/* A full ring is told of, and stops nothing. */
static void test_ring_full(void **state)
{
	int i, n = TS_MONEY_RING_BYTES / (sizeof(struct ts_ring_event) + 8) + 10;

	NEED_ROOT();
	pay(0);
	ts_fixture_account(&fx, ID, 0, TS_PRICE_MAX);
	for (i = 0; i < n; i++) {
		assert_int_equal(xdp(&web_up).retval, XDP_DROP);
		assert_int_equal(ts_budget_grant(&fx.accounts[ID], 1, i + 1, 0), 0);
	}
	assert_in_range(fx.meta->money_lost, 1, 11);
	assert_int_equal(new_events() + fx.meta->money_lost, n);
	assert_int_equal(ts_budget_grant(&fx.accounts[ID], 1, PLENTY, 0), 0);
	assert_int_equal(xdp(&web_up).retval, XDP_PASS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROUTED(test_policer),
		ROUTED(test_policer_group),
		ROUTED(test_policer_payment_path),
		ROUTED(test_stranger_flood),
		ROUTED(test_ring_full),
	};

	return cmocka_run_group_tests(tests, NULL, close_all);
}
