// SPDX-License-Identifier: GPL-2.0
/* classify_port.c - one port of the BPF meter for tests, and frames that go through it. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
#include <bpf/libbpf.h>
#include "classify_port.h"
#include "xdp.skel.h"

const struct ts_test_frame web_up = { .from = ME4, .to = FAR4, .proto = TS_IP_TCP,
	.dport = 443, .tcp_flags = TS_TCP_ACK, .payload = 100 };
const struct ts_test_frame web_down = { .dest = MAC_CLIENT, .source = MAC_BOX,
	.from = FAR4, .to = ME4, .proto = TS_IP_TCP, .sport = 443, .payload = 100 };
const struct ts_test_frame dns_up = { .from = ME4, .to = BOX4, .proto = TS_IP_UDP,
	.dport = 53, .payload = 40 };
const struct ts_test_frame dns_down = { .dest = MAC_CLIENT, .source = MAC_BOX,
	.from = BOX4, .to = ME4, .proto = TS_IP_UDP, .sport = 53, .payload = 40 };
const struct ts_test_frame syn80_up = { .dest = MAC_OTHER, .from = ME4, .to = FAR4,
	.proto = TS_IP_TCP, .dport = 80, .tcp_flags = TS_TCP_SYN };
const struct ts_test_frame syn443_up = { .from = ME4, .to = FAR4,
	.proto = TS_IP_TCP, .dport = 443, .tcp_flags = TS_TCP_SYN };

/* Routed and bridged; loaded once, emptied before each test. */
static struct ts_fixture loaded[2];
struct ts_fixture fx;
struct ts_ring_event last_event;
static struct ring_buffer *rings;
static unsigned int events;

static int on_event(void *ctx, void *data, size_t size)
{
	memcpy(&last_event, data, sizeof(last_event));
	events++;
	return 0;
}

unsigned int new_events(void)
{
	events = 0;
	ring_buffer__consume(rings);
	return events;
}

static void open_meter(uint32_t port_flags)
{
	struct ts_fixture *one = &loaded[port_flags != 0];
	int err = one->xdp ? ts_fixture_reset(one) :
			     ts_fixture_open(one, ACCOUNTS, port_flags);

	fx = *one;
	if (err) {
		print_message("load: %s\n", strerror(-err));
		fail();
	}
	fx.ports[TS_TEST_SLOT].box_mac = ts_key_a((const uint8_t *)MAC_BOX, 0);
	ts_fixture_box_addr(&fx, BOX4);
	ts_fixture_service(&fx, NULL, TS_IP_UDP, 53, TS_SERVICE_LISTED);
	ts_fixture_prefix4(&fx, "10.0.0.0", 16, TS_CLASS_LOCAL);
	rings = ring_buffer__new(bpf_map__fd(fx.xdp->maps.ts_money), on_event, NULL, NULL);
	ring_buffer__add(rings, bpf_map__fd(fx.xdp->maps.ts_hints), on_event, NULL);
	new_events();
}

static void close_meter(void)
{
	ring_buffer__free(rings);
	rings = NULL;
}

int close_all(void **state)
{
	ts_fixture_close(&loaded[0]);
	ts_fixture_close(&loaded[1]);
	return 0;
}

int setup_routed(void **state)
{
	if (geteuid())
		return 0;
	open_meter(0);
	return 0;
}

int setup_bridged(void **state)
{
	if (geteuid())
		return 0;
	open_meter(TS_PORT_F_BRIDGED);
	return 0;
}

int teardown(void **state)
{
	if (!geteuid())
		close_meter();
	return 0;
}

struct ts_outcome xdp(const struct ts_test_frame *t)
{
	static uint8_t frame[TS_TEST_FRAME_MAX];
	struct ts_outcome out;

	assert_int_equal(ts_fixture_run_xdp(&fx, frame, ts_test_frame_build(t, frame), 1, &out),
			 0);
	return out;
}

struct ts_outcome tc(int fd, const struct ts_test_frame *t, const struct ts_frame_form *form)
{
	static uint8_t frame[TS_TEST_FRAME_MAX];
	struct ts_outcome out;

	assert_int_equal(ts_fixture_run_tc(fd, frame, ts_test_frame_build(t, frame), form, 1,
					   &out), 0);
	return out;
}

struct ts_outcome up(const struct ts_test_frame *t)
{
	return tc(ts_fixture_up_fd(&fx), t, NULL);
}

struct ts_outcome down(const struct ts_test_frame *t, int by_box)
{
	struct ts_frame_form form = { .ingress_ifindex = by_box ? 0 : 1 };

	return tc(ts_fixture_down_fd(&fx), t, &form);
}

uint64_t drops(enum ts_drop reason)
{
	struct ts_port_counters c;

	ts_fixture_counters(&fx, &c);
	return c.drops[reason];
}

struct ts_paid_line paid(uint32_t id, uint32_t class)
{
	struct ts_paid_line line;

	ts_fixture_paid(&fx, id, class, &line);
	return line;
}

struct ts_account_stats stats(uint32_t id)
{
	struct ts_account_stats s;

	ts_fixture_stats(&fx, id, &s);
	return s;
}

void pay(uint64_t granted)
{
	ts_fixture_account(&fx, ID, granted, PRICE);
	assert_int_equal(ts_fixture_key(&fx, ID, (const uint8_t *)MAC_CLIENT, 0), 0);
}
