// SPDX-License-Identifier: GPL-2.0
/*
 * The real XDP and tc programs, frame by frame through BPF_PROG_TEST_RUN:
 * verdict, marks, charge, statistics, events.  Needs root; skipped without.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include "classify_port.h"

/* What a frame that passed in XDP says to the companion. */
#define META(marks) (TS_XDP_META_MAGIC | TS_TEST_SLOT << TS_XDP_META_SLOT_SHIFT | (marks))

static void test_paid(void **state)
{
	struct ts_port_counters c;
	struct ts_paid_line s;

	NEED_ROOT();
	pay(PLENTY);
	assert_int_equal(xdp(&web_up).retval, XDP_PASS);
	assert_int_equal(xdp(&web_up).meta, META(TS_MARK_STAMP));
	assert_int_equal((int)up(&web_up).retval, TC_ACT_UNSPEC);
	assert_int_equal((int)down(&web_down, 0).retval, TC_ACT_UNSPEC);
	assert_int_equal(fx.accounts[ID].charged, 4 * WEB_BYTES * PRICE);
	s = paid(ID, TS_CLASS_INTERNET);
	assert_int_equal(s.passed[TS_DIR_UP].bytes, 3 * WEB_BYTES);
	assert_int_equal(s.passed[TS_DIR_UP].packets, 3);
	assert_int_equal(s.passed[TS_DIR_UP].units, 3 * WEB_BYTES * PRICE);
	assert_int_equal(s.passed[TS_DIR_DOWN].bytes, WEB_BYTES);
	assert_true(s.last_seen);
	ts_fixture_counters(&fx, &c);
	assert_int_equal(c.passed_bytes, 4 * WEB_BYTES);
	assert_int_equal(new_events(), 0);
}

static void test_dry_at_that_packet(void **state)
{
	struct ts_account_stats s;
	int i;

	NEED_ROOT();
	pay(2 * WEB_BYTES * PRICE + PRICE * 59);
	assert_int_equal(xdp(&web_up).retval, XDP_PASS);
	assert_int_equal((int)down(&web_down, 0).retval, TC_ACT_UNSPEC);
	for (i = 0; i < 3; i++) {
		assert_int_equal(xdp(&web_up).retval, XDP_DROP);
		assert_int_equal(down(&web_down, 0).retval, TC_ACT_SHOT);
	}
	assert_int_equal(fx.accounts[ID].charged, 2 * WEB_BYTES * PRICE);
	assert_int_equal(drops(TS_DROP_DRY), 6);
	assert_int_equal(new_events(), 1);
	assert_int_equal(last_event.type, TS_EVENT_EXHAUSTED);
	assert_int_equal(last_event.account_id, ID);
	assert_int_equal(last_event.epoch, 1);
	assert_int_equal(last_event.granted - last_event.charged, PRICE * 59);
	s = stats(ID);
	assert_int_equal(s.dropped[TS_CLASS_INTERNET][TS_DIR_UP].packets, 3);
	assert_int_equal(s.dropped[TS_CLASS_INTERNET][TS_DIR_UP].bytes, 3 * WEB_BYTES);
	/* What was refused was not lost: a smaller frame spends it. */
	assert_int_equal((int)up(&(struct ts_test_frame){ .from = ME4, .to = FAR4,
			 .proto = TS_IP_TCP, .dport = 443, .payload = 5 }).retval, TC_ACT_UNSPEC);
	assert_int_equal(fx.accounts[ID].charged, fx.accounts[ID].granted);
	/* A grant opens, and the next dryness is told again. */
	assert_int_equal(ts_budget_grant(&fx.accounts[ID], 1,
					 fx.accounts[ID].granted + WEB_BYTES * PRICE, 0), 0);
	assert_int_equal(xdp(&web_up).retval, XDP_PASS);
	assert_int_equal(xdp(&web_up).retval, XDP_DROP);
	assert_int_equal(new_events(), 1);
}

static void test_low(void **state)
{
	NEED_ROOT();
	pay(0);
	assert_int_equal(ts_budget_grant(&fx.accounts[ID], 1, 3 * WEB_BYTES * PRICE,
					 WEB_BYTES * PRICE + 1), 0);
	assert_int_equal(xdp(&web_up).retval, XDP_PASS);
	assert_int_equal(new_events(), 0);
	assert_int_equal((int)up(&web_up).retval, TC_ACT_UNSPEC);
	assert_int_equal(new_events(), 1);
	assert_int_equal(last_event.type, TS_EVENT_LOW);
	assert_int_equal(xdp(&web_up).retval, XDP_PASS);
	assert_int_equal(new_events(), 0);
	assert_int_equal(fx.accounts[ID].charged, 3 * WEB_BYTES * PRICE);
}

static void test_stranger(void **state)
{
	uint64_t a = ts_key_a((const uint8_t *)MAC_CLIENT, 0);
	struct ts_port_counters c;
	int i, found = 0;

	NEED_ROOT();
	assert_int_equal(xdp(&web_up).retval, XDP_DROP);
	assert_int_equal(up(&web_up).retval, TC_ACT_SHOT);
	assert_int_equal(drops(TS_DROP_STRANGER), 2);
	assert_int_equal(down(&web_down, 0).retval, TC_ACT_SHOT);
	assert_int_equal(down(&web_down, 1).retval, TC_ACT_SHOT);
	assert_int_equal(drops(TS_DROP_UNSOLICITED), 2);
	assert_int_equal(new_events(), 1);
	assert_int_equal(last_event.type, TS_EVENT_STRANGER);
	assert_int_equal(last_event.a, a);
	assert_int_equal(last_event.zone, TS_TEST_ZONE);
	for (i = 0; i < TS_STRANGERS_DEFAULT; i++)
		found += fx.strangers[i].a == a;
	assert_int_equal(found, 1);
	/* The payment path. */
	assert_int_equal(xdp(&dns_up).meta, META(TS_MARK_STAMP | TS_MARK_FREE));
	assert_int_equal((int)down(&dns_down, 1).retval, TC_ACT_UNSPEC);
	assert_int_equal(down(&dns_down, 0).retval, TC_ACT_SHOT);
	ts_fixture_counters(&fx, &c);
	assert_int_equal(c.free_bytes, 2 * DNS_BYTES);
	assert_int_equal(c.passed_bytes, 0);
}

static void test_plea(void **state)
{
	struct ts_test_frame answer = { .dest = MAC_CLIENT, .source = MAC_BOX, .from = FAR4,
		.to = ME4, .proto = TS_IP_TCP, .sport = 80, .tcp_flags = TS_TCP_ACK };
	struct ts_outcome out;

	NEED_ROOT();
	assert_int_equal(xdp(&syn80_up).meta, META(TS_MARK_STAMP | TS_MARK_REDIRECT));
	assert_int_equal(xdp(&syn443_up).meta, META(TS_MARK_STAMP | TS_MARK_REJECT));
	assert_int_equal((int)down(&answer, 1).retval, TC_ACT_UNSPEC);
	assert_int_equal(down(&answer, 0).retval, TC_ACT_SHOT);
	/* A dry client asks as well; one that pays is billed for the answer. */
	pay(0);
	out = up(&syn80_up);
	assert_int_equal((int)out.retval, TC_ACT_UNSPEC);
	assert_int_equal(out.mark, 0x03000000);
	/* Not steered on a routed port. */
	assert_memory_equal(out.dest, MAC_OTHER, 6);
	ts_fixture_account(&fx, ID, PLENTY, PRICE);
	assert_int_equal((int)down(&answer, 1).retval, TC_ACT_UNSPEC);
	assert_int_equal(fx.accounts[ID].charged, (14 + 20 + 20) * PRICE);
}

static void test_mark_and_steer(void **state)
{
	struct ts_frame_form form = { .mark = 0xffabcdef };
	struct ts_outcome out;

	NEED_ROOT();
	out = tc(ts_fixture_up_fd(&fx), &syn80_up, &form);
	assert_int_equal((int)out.retval, TC_ACT_UNSPEC);
	assert_int_equal(out.mark, 0xf3abcdef);
	assert_memory_equal(out.dest, MAC_BOX, 6);
	pay(PLENTY);
	out = tc(ts_fixture_up_fd(&fx), &syn80_up, &form);
	assert_int_equal(out.mark, 0xf1abcdef);
	assert_memory_equal(out.dest, MAC_OTHER, 6);
	assert_int_equal(tc(ts_fixture_up_fd(&fx), &dns_up, &form).mark, 0xf9abcdef);
	/* Where the box has no MAC yet nothing can be steered. */
	ts_fixture_account(&fx, ID, 0, PRICE);
	fx.ports[TS_TEST_SLOT].box_mac = 0;
	assert_int_equal(up(&syn80_up).retval, TC_ACT_SHOT);
	assert_int_equal(up(&dns_up).retval, TC_ACT_SHOT);
}

static void test_flooded_copy(void **state)
{
	NEED_ROOT();
	pay(PLENTY);
	/* Not yet known where it is: billed. */
	assert_int_equal((int)down(&web_down, 0).retval, TC_ACT_UNSPEC);
	assert_int_equal(xdp(&web_up).retval, XDP_PASS);
	assert_int_equal((int)down(&web_down, 0).retval, TC_ACT_UNSPEC);
	assert_int_equal(fx.accounts[ID].charged, 3 * WEB_BYTES * PRICE);
	/* It has moved to another port: what comes down here is a copy. */
	for (uint32_t i = 0; i < fx.key_buckets; i++)
		for (int way = 0; way < TS_KEY_SLOTS; way++)
			if (fx.key_ports[i].slot[way])
				fx.key_ports[i].slot[way] = TS_TEST_SLOT + 2;
	assert_int_equal(down(&web_down, 0).retval, TC_ACT_SHOT);
	assert_int_equal(drops(TS_DROP_UNSOLICITED), 1);
	assert_int_equal(fx.accounts[ID].charged, 3 * WEB_BYTES * PRICE);
	/* And back. */
	assert_int_equal((int)up(&web_up).retval, TC_ACT_UNSPEC);
	assert_int_equal((int)down(&web_down, 0).retval, TC_ACT_UNSPEC);
}

static void test_flags(void **state)
{
	struct ts_paid_line s;

	NEED_ROOT();
	pay(PLENTY);
	fx.accounts[ID].flags = TS_ACCOUNT_F_TRUSTED;
	assert_int_equal(xdp(&web_up).retval, XDP_PASS);
	assert_int_equal(fx.accounts[ID].charged, 0);
	s = paid(ID, TS_CLASS_INTERNET);
	assert_int_equal(s.passed[TS_DIR_UP].bytes, WEB_BYTES);
	assert_int_equal(s.passed[TS_DIR_UP].units, 0);
	fx.accounts[ID].flags = TS_ACCOUNT_F_TRUSTED | TS_ACCOUNT_F_FORBID;
	assert_int_equal(xdp(&web_up).retval, XDP_DROP);
	assert_int_equal(xdp(&syn80_up).retval, XDP_DROP);
	assert_int_equal(down(&web_down, 0).retval, TC_ACT_SHOT);
	assert_int_equal(drops(TS_DROP_FORBIDDEN), 3);
	/* The payment path stays. */
	assert_int_equal(xdp(&dns_up).retval, XDP_PASS);
	assert_int_equal(new_events(), 0);
}

static void test_expiry(void **state)
{
	NEED_ROOT();
	pay(PLENTY);
	fx.accounts[ID].expires = ~0ULL;
	assert_int_equal(xdp(&web_up).retval, XDP_PASS);
	fx.accounts[ID].expires = 1;
	assert_int_equal(xdp(&web_up).retval, XDP_DROP);
	assert_int_equal(down(&web_down, 0).retval, TC_ACT_SHOT);
	assert_int_equal(new_events(), 1);
	assert_int_equal(last_event.type, TS_EVENT_EXPIRED);
	assert_int_equal(fx.accounts[ID].flags, TS_ACCOUNT_F_EXPIRED);
	assert_int_equal(fx.accounts[ID].charged, WEB_BYTES * PRICE);
	/* It may come back to pay. */
	assert_int_equal(xdp(&syn80_up).meta, META(TS_MARK_STAMP | TS_MARK_REDIRECT));
}

#define MDNS_BYTES 92

static void test_group(void **state)
{
	struct ts_test_frame mdns = { .dest = MAC_ALL, .from = ME4, .to = "224.0.0.251",
		.proto = TS_IP_UDP, .dport = 5353, .payload = MDNS_BYTES - 14 - 20 - 8 };
	struct ts_test_frame arp = { .dest = MAC_ALL, .ethertype = TS_ETH_ARP };
	struct ts_port_counters c;

	NEED_ROOT();
	assert_int_equal(xdp(&mdns).retval, XDP_DROP);
	assert_int_equal(xdp(&arp).meta, META(TS_MARK_STAMP | TS_MARK_FREE));
	assert_int_equal((int)down(&mdns, 0).retval, TC_ACT_UNSPEC);
	pay(PLENTY);
	assert_int_equal(xdp(&mdns).meta, META(TS_MARK_STAMP));
	assert_int_equal(fx.accounts[ID].charged, 0);
	ts_fixture_counters(&fx, &c);
	assert_int_equal(c.group_bytes, 2 * MDNS_BYTES);
	/* For who could pay for it, to the unit. */
	ts_fixture_account(&fx, ID, MDNS_BYTES * PRICE - 1, PRICE);
	assert_int_equal(xdp(&mdns).retval, XDP_DROP);
	assert_int_equal(drops(TS_DROP_DRY), 1);
	assert_int_equal(stats(ID).dropped[TS_CLASS_INTERNET][TS_DIR_UP].packets, 1);
	ts_fixture_account(&fx, ID, MDNS_BYTES * PRICE, PRICE);
	assert_int_equal(xdp(&mdns).retval, XDP_PASS);
	ts_fixture_account(&fx, ID, 0, 0);
	assert_int_equal(xdp(&mdns).retval, XDP_PASS);
	assert_true(paid(ID, TS_CLASS_INTERNET).last_seen);
}

/* Multicast DNS of who may not speak to a group: to the box and nobody else. */
static void test_calls_box(void **state)
{
	struct ts_test_frame ask = { .dest = "\x01\x00\x5e\x00\x00\xfb", .from = ME4,
		.to = "224.0.0.251", .proto = TS_IP_UDP, .sport = 5353, .dport = 5353,
		.payload = 1000 };
	struct ts_frame_form form = { };
	struct ts_outcome out;
	struct ts_port_counters c;
	int i;

	NEED_ROOT();
	assert_int_equal(xdp(&ask).retval, XDP_DROP);
	ts_fixture_service(&fx, "224.0.0.251", TS_IP_UDP, 5353, TS_SERVICE_ENDS_HERE);
	assert_int_equal(xdp(&ask).meta,
			 META(TS_MARK_STAMP | TS_MARK_FREE | TS_XDP_META_HOME));
	out = tc(ts_fixture_up_fd(&fx), &ask, &form);
	assert_int_equal((int)out.retval, TC_ACT_UNSPEC);
	assert_int_equal(out.mark, 0x09000000);
	assert_memory_equal(out.dest, MAC_BOX, 6);
	/* All of it counts for the free rate: the others behind the bridge pay. */
	for (i = 2; i <= TS_FREE_BURST_BYTES / (1000 + 42); i++)
		xdp(&ask);
	assert_int_equal(xdp(&ask).retval, XDP_DROP);
	ts_fixture_counters(&fx, &c);
	assert_true(c.free_bytes <= TS_FREE_BURST_BYTES + TS_FREE_RATE_BYTES);
	assert_int_equal(c.group_bytes, 0);
	/* Dry or forbidden: the same; who pays speaks to all. */
	pay(0);
	assert_memory_equal(tc(ts_fixture_up_fd(&fx), &ask, &form).dest, MAC_BOX, 6);
	fx.accounts[ID].flags = TS_ACCOUNT_F_FORBID;
	assert_memory_equal(tc(ts_fixture_up_fd(&fx), &ask, &form).dest, MAC_BOX, 6);
	pay(PLENTY);
	out = tc(ts_fixture_up_fd(&fx), &ask, &form);
	assert_int_equal(out.mark, 0x01000000);
	assert_memory_equal(out.dest, ask.dest, 6);
	/* Where the box has no MAC it goes nowhere. */
	ts_fixture_account(&fx, ID, 0, PRICE);
	fx.ports[TS_TEST_SLOT].box_mac = 0;
	assert_int_equal(up(&ask).retval, TC_ACT_SHOT);
}

#define MAC_DEV "\x02\xb0\x00\x00\x00\x02"
#define EAPOL(mac) { .dest = mac, .ethertype = TS_ETH_EAPOL, .payload = 95 }
#define ND(addr, mac, type) { .dest = mac, .from = "fe80::7", .to = addr, .proto = TS_IP_ICMP6, \
			    .sport = type, .hop = 255 }

/* Of a stranger, on a bridge: what is free goes up, and not a router's words. */
static void test_control(void **state)
{
	static const struct ts_test_frame free_up[] = {
		EAPOL(MAC_PAE), EAPOL(MAC_BOX), EAPOL(MAC_DEV),
		ND("ff02::2", MAC_GROUP6, 133), ND("ff02::1:ff00:1", MAC_GROUP6, 135),
		ND("fe80::1", MAC_BOX, 136),
		{ .dest = MAC_ALL, .ethertype = TS_ETH_ARP, .payload = 18 },
		{ .dest = MAC_ALL, .tag = { 5 }, .ethertype = TS_ETH_ARP, .payload = 18 },
	}, refused[] = {
		EAPOL(MAC_OTHER), EAPOL(MAC_ALL),
		ND("ff02::1", MAC_GROUP6, 134), ND("fe80::9", MAC_OTHER, 134),
		ND("fe80::9", MAC_OTHER, 137), ND("fe80::1", MAC_BOX, 137),
		{ .dest = MAC_ALL, .ethertype = TS_ETH_ARP, .payload = 19 },
		{ .dest = MAC_ALL, .tag = { 5 }, .ethertype = TS_ETH_ARP, .payload = 19 },
		{ .dest = MAC_ALL, .from = ME4, .to = "255.255.255.255", .proto = TS_IP_UDP,
		  .sport = 67, .dport = 68 },
	};
	struct ts_test_frame advert = ND("fe80::7", MAC_CLIENT, 134);
	size_t i;

	NEED_ROOT();
	fx.ports[TS_TEST_SLOT].dev_mac = ts_key_a((const uint8_t *)MAC_DEV, 0);
	for (i = 0; i < sizeof(free_up) / sizeof(*free_up); i++) {
		assert_int_equal(xdp(&free_up[i]).retval, XDP_PASS);
		assert_int_equal(up(&free_up[i]).mark, 0x09000000);
	}
	for (i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		assert_int_equal(xdp(&refused[i]).retval, XDP_DROP);
		assert_int_equal(up(&refused[i]).retval, TC_ACT_SHOT);
	}
	assert_int_equal(drops(TS_DROP_STRANGER), 2 * i);
	advert.source = MAC_BOX;
	assert_int_equal((int)down(&advert, 0).retval, TC_ACT_UNSPEC);
}

static void test_super_packets(void **state)
{
	struct ts_test_frame big = web_down;
	struct ts_frame_form form = { .gso_size = 200, .ingress_ifindex = 1 };
	struct ts_paid_line s;

	NEED_ROOT();
	pay(PLENTY);
	big.payload = 1000;
	form.wire_len = 1000 + 5 * 54;
	tc(ts_fixture_down_fd(&fx), &big, &form);
	assert_int_equal(fx.accounts[ID].charged, (1000 + 5 * 54) * PRICE);
	big = web_up;
	big.payload = 1000;
	form.wire_len = 0;
	tc(ts_fixture_up_fd(&fx), &big, &form);
	assert_int_equal(fx.accounts[ID].charged, 2 * (1000 + 5 * 54) * PRICE);
	s = paid(ID, TS_CLASS_INTERNET);
	assert_int_equal(s.passed[TS_DIR_UP].packets, 5);
	assert_int_equal(s.passed[TS_DIR_DOWN].packets, 5);
}

/* A tunnel's headers, then those of the packets inside: on each segment. */
static void test_tunnelled_super_packets(void **state)
{
	static const struct {
		uint8_t proto;
		uint8_t gre[16];
		uint8_t gre_len;
		uint8_t six;
		uint8_t inner;
	} tunnels[] = {
		{ 4, { 0 }, 0, 0, TS_IP_TCP },
		{ 41, { 0 }, 0, 1, TS_IP_TCP },
		{ 41, { 0 }, 0, 1, TS_IP_UDP },
		{ 47, { 0, 0, 8, 0 }, 4, 0, TS_IP_TCP },
		{ 47, { 0xb0, 0, 0x86, 0xdd }, 16, 1, TS_IP_TCP },
	};
	struct ts_frame_form form = { .gso_size = 200 };
	static uint8_t frame[TS_TEST_FRAME_MAX];
	uint64_t charged = 0, bytes;
	struct ts_outcome out;
	size_t i, head;
	int down, fd;
	uint8_t *p;

	NEED_ROOT();
	pay(PLENTY);
	for (i = 0; i < 2 * sizeof(tunnels) / sizeof(*tunnels); i++) {
		struct ts_test_frame t = i % 2 ? web_down : web_up;

		down = i % 2;
		t.proto = tunnels[i / 2].proto;
		t.payload = 0;
		p = frame + ts_test_frame_build(&t, frame);
		memcpy(p, tunnels[i / 2].gre, tunnels[i / 2].gre_len);
		p += tunnels[i / 2].gre_len;
		p[0] = tunnels[i / 2].six ? 0x60 : 0x46;
		p[tunnels[i / 2].six ? 6 : 9] = tunnels[i / 2].inner;
		p += tunnels[i / 2].six ? 40 : 24;
		p[12] = 8 << 4;
		p += tunnels[i / 2].inner == TS_IP_TCP ? 32 : 8;
		head = p - frame;
		form.ingress_ifindex = down;
		/* What the kernel takes it for is not what is sent. */
		form.wire_len = down ? head + 1000 + 4 * 34 : 0;
		fd = down ? ts_fixture_down_fd(&fx) : ts_fixture_up_fd(&fx);
		assert_int_equal(ts_fixture_run_tc(fd, frame, head + 1000, &form, 1, &out), 0);
		bytes = 1000 + 5 * head;
		if (fx.accounts[ID].charged - charged != bytes * PRICE)
			fail_msg("case %zu: %llu bytes, not %llu", i, (unsigned long long)
				 (fx.accounts[ID].charged - charged) / PRICE,
				 (unsigned long long)bytes);
		charged = fx.accounts[ID].charged;
	}
}

static void test_tags(void **state)
{
	struct ts_test_frame tagged = web_up;

	NEED_ROOT();
	pay(PLENTY);
	tagged.tag[0] = 30;
	assert_int_equal(xdp(&tagged).retval, XDP_DROP);
	assert_int_equal(ts_fixture_key(&fx, ID, (const uint8_t *)MAC_CLIENT, 30), 0);
	assert_int_equal(xdp(&tagged).meta,
			 META(TS_MARK_STAMP | TS_XDP_META_TAGGED | 30 << TS_XDP_META_VLAN_SHIFT));
	assert_int_equal(fx.accounts[ID].charged, (WEB_BYTES + 4) * PRICE);
}

static void test_classes(void **state)
{
	struct ts_test_frame local = web_up;

	NEED_ROOT();
	pay(PLENTY);
	fx.accounts[ID].price[TS_CLASS_LOCAL][TS_DIR_UP] = 1;
	local.to = "10.0.9.9";
	assert_int_equal(xdp(&local).retval, XDP_PASS);
	assert_int_equal(fx.accounts[ID].charged, WEB_BYTES);
	/* The same 16 bits, but only a part of them is local. */
	ts_fixture_prefix4(&fx, "203.0.112.0", 24, TS_CLASS_LOCAL);
	assert_int_equal(xdp(&web_up).retval, XDP_PASS);
	assert_int_equal(fx.accounts[ID].charged, WEB_BYTES + WEB_BYTES * PRICE);
	assert_int_equal(paid(ID, TS_CLASS_LOCAL).passed[TS_DIR_UP].units, WEB_BYTES);
}

static void test_malformed(void **state)
{
	struct ts_test_frame t = { .from = "fd00::7", .to = "fd00::1", .ethertype = TS_ETH_IP };

	NEED_ROOT();
	pay(PLENTY);
	assert_int_equal(xdp(&t).retval, XDP_DROP);
	assert_int_equal(up(&t).retval, TC_ACT_SHOT);
	assert_int_equal(drops(TS_DROP_MALFORMED), 2);
	assert_int_equal(fx.accounts[ID].charged, 0);
}

static void test_companion_without_word(void **state)
{
	NEED_ROOT();
	pay(PLENTY);
	assert_int_equal(tc(ts_fixture_stamp_fd(&fx), &web_up, NULL).retval, TC_ACT_SHOT);
	assert_int_equal(drops(TS_DROP_GONE), 1);
}

/* More keys than a bucket has room for. */
static void test_overflow(void **state)
{
	struct ts_test_frame t = web_up;
	uint8_t mac[6] = { 2, 1 };
	uint32_t n, id;

	NEED_ROOT();
	/* Twice as many stations as slots. */
	for (n = 0; n < 2 * TS_KEY_SLOTS * fx.key_buckets; n++) {
		mac[4] = n >> 8;
		mac[5] = n;
		assert_int_equal(ts_fixture_key(&fx, 1 + n % (ACCOUNTS - 1), mac, 0) &&
				 n < ACCOUNTS, 0);
	}
	for (id = 1; id < ACCOUNTS; id++)
		ts_fixture_account(&fx, id, PLENTY, 1);
	t.source = (const char *)mac;
	for (n = 0; n < ACCOUNTS; n++) {
		mac[4] = n >> 8;
		mac[5] = n;
		assert_int_equal(xdp(&t).retval, XDP_PASS);
	}
	for (id = 2; id < ACCOUNTS; id++)
		assert_int_equal(fx.accounts[id].charged, WEB_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROUTED(test_paid),
		ROUTED(test_dry_at_that_packet),
		ROUTED(test_low),
		ROUTED(test_stranger),
		ROUTED(test_plea),
		BRIDGED(test_mark_and_steer),
		BRIDGED(test_flooded_copy),
		ROUTED(test_flags),
		ROUTED(test_expiry),
		ROUTED(test_group),
		ROUTED(test_calls_box),
		BRIDGED(test_calls_box),
		BRIDGED(test_control),
		ROUTED(test_super_packets),
		ROUTED(test_tunnelled_super_packets),
		ROUTED(test_tags),
		ROUTED(test_classes),
		ROUTED(test_malformed),
		ROUTED(test_companion_without_word),
		ROUTED(test_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, close_all);
}
