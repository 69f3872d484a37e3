// SPDX-License-Identifier: GPL-2.0
/* Tests of what is not billed: groups, control frames, services of the box. */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <tokenswitch/budget.h>
#include <tokenswitch/classify.h>
#include "lib/rule.h"
#include "../unit/classify_frame.h"
#include "meter_net.h"
#include "meter_suite.h"

/* The far end of net_make_client(), the box by its two addresses, and others. */
#define CLIENT "\x02\x00\x5e\x00\x53\x02"
#define DEVICE "\x02\x00\x5e\x00\x53\x01"
#define BRIDGE "\x02\x00\x5e\x00\x53\x0b"
#define STATION "\x02\x00\x5e\x00\x53\x0c"
#define MDNS "\x01\x00\x5e\x00\x00\xfb"
#define CLIENT4 NET_CLIENT_ADDR
#define BOX4 "198.51.100.1"

/* All frames of a test are gone through when the counters have them. */
#define SETTLE_STEPS 500
#define SETTLE_STEP_US 10000

static const uint8_t client_mac[6] = NET_CLIENT_MAC;

/* A datagram to a group of 42 + 1400 bytes. */
static const struct ts_test_frame to_group = {
	.dest = MDNS, .source = CLIENT, .from = CLIENT4, .to = "224.0.0.251",
	.proto = TS_IP_UDP, .sport = 5353, .dport = 5353, .payload = 1400,
};
#define GROUP_BYTES 1442

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec * 1e-9;
}

/* What may have passed since @start; a jiffy has at most 10 ms. */
static uint64_t bound(double start, uint64_t burst, uint64_t rate)
{
	return burst + (uint64_t)((seconds() - start + 0.01) * (double)rate) + 1;
}

static int first_port(const struct ts_port *port, void *arg)
{
	*(struct ts_port *)arg = *port;
	return 1;
}

static struct ts_port counters(struct ts_meter *m)
{
	struct ts_port port = { };

	RETURNS(m, ts_meter_port_dump(m, first_port, &port), 1);
	return port;
}

static uint64_t all_bytes(const struct ts_port *p)
{
	return p->free_bytes + p->group_bytes + p->passed_bytes;
}

static uint64_t all_drops(const struct ts_port *p)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < TS_DROP_COUNT; i++)
		sum += p->drops[i];
	return sum;
}

/*
 * The client sends a frame @n times.  Return: what became of them, as a
 * difference of the port's counters.
 */
static struct ts_port sent(struct ts_meter *m, const struct ts_test_frame *t, unsigned int n)
{
	static uint8_t frame[TS_TEST_FRAME_MAX];
	size_t len = ts_test_frame_build(t, frame);
	struct ts_port before = counters(m), after;
	int i, reason;

	net_send_frame(frame, len, n);
	for (i = 0; i < SETTLE_STEPS; i++) {
		after = counters(m);
		if ((all_bytes(&after) - all_bytes(&before)) / len + all_drops(&after) -
		    all_drops(&before) >= n)
			break;
		usleep(SETTLE_STEP_US);
	}
	CHECK(i < SETTLE_STEPS);
	after.free_bytes -= before.free_bytes;
	after.group_bytes -= before.group_bytes;
	after.passed_bytes -= before.passed_bytes;
	for (reason = 0; reason < TS_DROP_COUNT; reason++)
		after.drops[reason] -= before.drops[reason];
	return after;
}

static struct ts_meter *ready(const struct suite *s, uint16_t price)
{
	struct ts_meter *m = suite_open_own(s);

	net_make_client();
	suite_tariff(m, 1, price, price);
	suite_port(s, m, "ap0");
	suite_wait_port(m, "ap0", "ap0");
	return m;
}

static struct ts_account account(struct ts_meter *m, uint64_t granted)
{
	struct ts_account a = suite_account(m, client_mac, ts_zone_of_name("ap0"));

	RETURNS(m, ts_meter_grant(m, a.id, a.epoch, granted), 0);
	return a;
}

/* Paid or not, a group is no way around the price. */
static void groups_are_policed(const struct suite *s)
{
	struct ts_test_frame web = { .dest = DEVICE, .source = CLIENT, .from = CLIENT4,
		.to = "203.0.113.2", .proto = TS_IP_UDP, .dport = 9, .payload = 100 };
	struct ts_meter *m = ready(s, 1);
	struct ts_account a = account(m, 1000000);
	double start = seconds();
	struct ts_port p;

	p = sent(m, &to_group, 200);
	CHECK(p.group_bytes >= TS_GROUP_BURST_BYTES - GROUP_BYTES);
	CHECK(p.group_bytes <= bound(start, TS_GROUP_BURST_BYTES, TS_GROUP_BYTES_PER_S));
	CHECK(p.drops[TS_DROP_POLICED] > 0);
	EQUAL(p.group_bytes / GROUP_BYTES + p.drops[TS_DROP_POLICED], 200);
	a = suite_get(m, a.id);
	EQUAL(a.charged_units, 0);
	EQUAL(a.stats[TS_CLASS_INTERNET][TS_DIR_UP].dropped_packets, p.drops[TS_DROP_POLICED]);
	/* A bucket of its own: what is billed or free goes on. */
	EQUAL(sent(m, &web, 1).passed_bytes, 142);
	web = (struct ts_test_frame){ .dest = MAC_ALL, .source = CLIENT,
				      .ethertype = TS_ETH_ARP };
	EQUAL(sent(m, &web, 1).free_bytes, 42);
	a.flags = TS_ACCOUNT_F_TRUSTED;
	RETURNS(m, ts_meter_account_set(m, &a), 0);
	EQUAL(sent(m, &to_group, 200).group_bytes, 200 * GROUP_BYTES);
	ts_meter_close(m);
}

/* Who could pay for the frame if it went to a station, and nobody else. */
static void groups_want_budget(const struct suite *s)
{
	struct ts_meter *m = ready(s, 3);
	struct ts_account a;

	EQUAL(sent(m, &to_group, 2).drops[TS_DROP_STRANGER], 2);
	a = account(m, 0);
	EQUAL(sent(m, &to_group, 2).drops[TS_DROP_DRY], 2);
	RETURNS(m, ts_meter_grant(m, a.id, a.epoch, 3 * GROUP_BYTES - 1), 0);
	EQUAL(sent(m, &to_group, 2).drops[TS_DROP_DRY], 2);
	RETURNS(m, ts_meter_grant(m, a.id, a.epoch, 3 * GROUP_BYTES), 0);
	EQUAL(sent(m, &to_group, 2).group_bytes, 2 * GROUP_BYTES);
	a = suite_get(m, a.id);
	EQUAL(a.charged_units, 0);
	a.flags = TS_ACCOUNT_F_FORBID;
	RETURNS(m, ts_meter_account_set(m, &a), 0);
	EQUAL(sent(m, &to_group, 2).drops[TS_DROP_FORBIDDEN], 2);
	/* Where nothing costs anything, nothing needs to be granted. */
	a.flags = 0;
	RETURNS(m, ts_meter_account_set(m, &a), 0);
	RETURNS(m, ts_meter_revoke(m, a.id, a.epoch, UINT64_MAX, &a.granted_units), 0);
	EQUAL(sent(m, &to_group, 1).drops[TS_DROP_DRY], 1);
	suite_tariff(m, 1, 0, 0);
	EQUAL(sent(m, &to_group, 1).group_bytes, GROUP_BYTES);
	ts_meter_close(m);
}

static void into_bridge(struct ts_meter *m)
{
	int i;

	net_run("ip link add br7 address 02:00:5e:00:53:0b type bridge && ip link set br7 up");
	net_run("ip link set ap0 master br7");
	for (i = 0; i < 100 && counters(m).zone != ts_zone_of_name("br7"); i++) {
		usleep(SETTLE_STEP_US);
		RETURNS(m, ts_meter_maintain(m), 0);
	}
}

/* Sees what arrives on a device. */
static int listen_on(const char *device)
{
	struct timeval patience = { .tv_usec = 300000 };
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = (int)if_nametoindex(device),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	CHECK(!setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)));
	CHECK(!bind(fd, (struct sockaddr *)&at, sizeof(at)));
	return fd;
}

/* Return: frames of that length, until none comes any more. */
static unsigned int heard(int fd, ssize_t len)
{
	uint8_t frame[TS_TEST_FRAME_MAX];
	unsigned int n = 0;
	ssize_t got;

	while ((got = recv(fd, frame, sizeof(frame), 0)) > 0)
		n += got == len;
	return n;
}

static void rule(struct ts_meter *m, int (*change)(struct ts_meter *, const struct ts_rule *),
		 const char *text)
{
	struct ts_rule r;
	char err[128];

	EQUAL(ts_rule_parse(text, &r, err, sizeof(err)), 0);
	RETURNS(m, change(m, &r), 0);
}

/* Who has not paid may ask the box by Multicast DNS, and is heard by no other. */
static void calls_box(const struct suite *s)
{
	struct ts_meter *m = ready(s, 1);
	struct ts_account a;
	int box, other;

	into_bridge(m);
	/* The frames of the tests have no IPv4 length, which these look at. */
	net_run("sysctl -qw net.bridge.bridge-nf-call-iptables=0 2>/dev/null || true");
	net_run("ip link set br7 type bridge mcast_snooping 0");
	net_run("ip link add o0 type veth peer name o1");
	net_run("ip link set o0 master br7 && ip link set o0 up && ip link set o1 up");
	box = listen_on("br7");
	other = listen_on("o1");
	EQUAL(sent(m, &to_group, 5).drops[TS_DROP_STRANGER], 5);
	rule(m, ts_meter_rule_add, "free udp 224.0.0.251 5353");
	EQUAL(sent(m, &to_group, 5).free_bytes, 5 * GROUP_BYTES);
	EQUAL(heard(box, GROUP_BYTES), 5);
	EQUAL(heard(other, GROUP_BYTES), 0);
	a = suite_account(m, client_mac, ts_zone_of_name("br7"));
	RETURNS(m, ts_meter_grant(m, a.id, a.epoch, 1000000), 0);
	EQUAL(sent(m, &to_group, 5).group_bytes, 5 * GROUP_BYTES);
	EQUAL(heard(box, GROUP_BYTES), 5);
	EQUAL(heard(other, GROUP_BYTES), 5);
	close(box);
	close(other);
	ts_meter_close(m);
}

#define EAPOL(mac) { .dest = mac, .ethertype = TS_ETH_EAPOL, .payload = 95 }
#define ND(mac, addr, type) { .dest = mac, .from = "fe80::7", .to = addr, \
			      .proto = TS_IP_ICMP6, .sport = type, .hop = 255 }
#define DHCP(mac, addr, here, there) { .dest = mac, .from = "0.0.0.0", .to = addr, \
	.proto = TS_IP_UDP, .sport = here, .dport = there, .payload = 240 }

/* Of a stranger behind a bridge port, whose bridge has another address. */
static void control_frames(const struct suite *s)
{
	static const struct ts_test_frame is_free[] = {
		EAPOL(MAC_PAE), EAPOL(DEVICE), EAPOL(BRIDGE),
		ND(MAC_GROUP6, "ff02::2", 133), ND(MAC_GROUP6, "ff02::1:ff00:1", 135),
		ND(BRIDGE, "fe80::1", 136),
		{ .dest = MAC_GROUP6, .from = "fe80::7", .to = "ff02::16", .proto = TS_IP_ICMP6,
		  .sport = 143, .hop = 1, .ext = { TS_TEST_HOPOPTS } },
		{ .dest = MAC_ALL, .ethertype = TS_ETH_ARP },
		{ .dest = MAC_ALL, .ethertype = TS_ETH_ARP, .payload = 18 },
		DHCP(MAC_ALL, "255.255.255.255", 68, 67),
	}, is_not[] = {
		EAPOL(STATION), EAPOL(MAC_ALL),
		ND(MAC_GROUP6, "ff02::1", 134), ND(STATION, "fe80::9", 134),
		ND(BRIDGE, "fe80::1", 134), ND(STATION, "fe80::9", 137),
		{ .dest = MAC_ALL, .ethertype = TS_ETH_ARP, .payload = 19 },
		{ .dest = STATION, .ethertype = TS_ETH_ARP, .payload = 1400 },
		DHCP(MAC_ALL, "255.255.255.255", 67, 68), DHCP(STATION, CLIENT4, 67, 68),
	};
	struct ts_meter *m = ready(s, 1);
	static uint8_t frame[TS_TEST_FRAME_MAX];
	struct ts_test_frame t;
	size_t i;

	into_bridge(m);
	for (i = 0; i < sizeof(is_free) / sizeof(*is_free); i++) {
		t = is_free[i];
		t.source = CLIENT;
		EQUAL(sent(m, &t, 1).free_bytes, ts_test_frame_build(&t, frame));
	}
	for (i = 0; i < sizeof(is_not) / sizeof(*is_not); i++) {
		t = is_not[i];
		t.source = CLIENT;
		EQUAL(sent(m, &t, 1).drops[TS_DROP_STRANGER], 1);
	}
	ts_meter_close(m);
}

/* What does not say that it ends here may be a way out, whatever its port. */
static void services(const struct suite *s)
{
	struct ts_test_frame ask = { .dest = DEVICE, .source = CLIENT, .from = CLIENT4,
		.to = BOX4, .proto = TS_IP_UDP, .dport = 8545, .payload = 1400 };
	struct ts_meter *m = ready(s, 1);
	double start = seconds();
	struct ts_port p;

	account(m, 0);
	rule(m, ts_meter_rule_add, "free udp 8545 ends-here");
	EQUAL(sent(m, &ask, 1000).free_bytes, 1000 * 1442);
	rule(m, ts_meter_rule_del, "free udp 8545 ends-here");
	rule(m, ts_meter_rule_add, "free udp 8545");
	p = sent(m, &ask, 100);
	CHECK(p.free_bytes <= bound(start, 1, TS_ONWARD_BYTES_PER_S));
	EQUAL(p.free_bytes / 1442 + p.drops[TS_DROP_POLICED], 100);
	/* The rule that has the address is the one that counts. */
	rule(m, ts_meter_rule_add, "free udp 8546 ends-here");
	rule(m, ts_meter_rule_add, "free udp " BOX4 " 8546");
	ask.dport = 8546;
	CHECK(p.free_bytes + sent(m, &ask, 100).free_bytes <=
	      bound(start, 1, TS_ONWARD_BYTES_PER_S));
	ts_meter_close(m);
}

/* The box sends @n datagrams of @payload bytes from a port of its own to the client. */
static void box_sends(uint16_t port, size_t payload, unsigned int n)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	static char data[1472];

	inet_pton(AF_INET, BOX4, &at.sin_addr);
	CHECK(!bind(fd, (struct sockaddr *)&at, sizeof(at)));
	inet_pton(AF_INET, CLIENT4, &at.sin_addr);
	while (n--)
		sendto(fd, data, payload, 0, (struct sockaddr *)&at, sizeof(at));
	close(fd);
}

/* What may be passed on is no tunnel for who has not paid, and what ends here is not of it. */
static void onward(const struct suite *s)
{
	struct ts_test_frame ask = { .dest = DEVICE, .source = CLIENT, .from = CLIENT4,
		.to = BOX4, .proto = TS_IP_UDP, .dport = 53, .payload = 200 };
	struct ts_meter *m = ready(s, 1);
	struct ts_port before = counters(m), after;
	double start = seconds();
	uint64_t asked;

	rule(m, ts_meter_rule_add, "free udp 53");
	rule(m, ts_meter_rule_add, "free udp 8546 ends-here");
	/* Questions end where an answer of one frame has room, and no more than that. */
	asked = sent(m, &ask, 200).free_bytes;
	CHECK(asked >= (TS_ONWARD_BURST_BYTES - TS_ONWARD_ANSWER_BYTES) / 242 * 242);
	box_sends(53, 1000, 50);
	after = counters(m);
	CHECK(after.free_bytes - before.free_bytes >= asked + 1042);
	CHECK(after.free_bytes - before.free_bytes <=
	      bound(start, TS_ONWARD_BURST_BYTES, TS_ONWARD_BYTES_PER_S));
	CHECK(after.drops[TS_DROP_POLICED] - before.drops[TS_DROP_POLICED] >= 150);
	ask.dport = 8546;
	ask.payload = 1400;
	EQUAL(sent(m, &ask, 500).free_bytes, 500 * 1442);
	before = counters(m);
	box_sends(8546, 1400, 50);
	EQUAL(counters(m).free_bytes - before.free_bytes, 50 * 1442);
	ts_meter_close(m);
}

/* Return: what passed of questions and answers while there was an account. */
static uint64_t anew(struct ts_meter *m, const struct ts_test_frame *ask)
{
	struct ts_account a = account(m, 0), last;
	struct ts_port before = counters(m);
	uint64_t taken;

	sent(m, ask, 40);
	box_sends(53, 1000, 20);
	RETURNS(m, ts_meter_close_account(m, a.id, a.epoch, &last, &taken), 0);
	return counters(m).free_bytes - before.free_bytes;
}

/* To have accounts made for nothing is worth nothing; who pays waits for no name. */
static void onward_of_accounts(const struct suite *s)
{
	struct ts_test_frame ask = { .dest = DEVICE, .source = CLIENT, .from = CLIENT4,
		.to = BOX4, .proto = TS_IP_UDP, .dport = 53, .payload = 200 };
	struct ts_meter *m = ready(s, 3);
	double start = seconds();
	const struct ts_stat *stat;
	struct ts_account a;
	uint64_t passed = 0;
	struct ts_port p;
	int i;

	rule(m, ts_meter_rule_add, "free udp 53");
	for (i = 0; i < 10; i++)
		passed += anew(m, &ask);
	CHECK(passed <= bound(start, 10, TS_ONWARD_BYTES_PER_S));
	a = account(m, 1000000);
	/* Not asked by itself: neither charged nor of what it has for free. */
	p = counters(m);
	usleep(1200000);
	box_sends(53, 1000, 50);
	EQUAL(suite_get(m, a.id).charged_units, 0);
	EQUAL(counters(m).free_bytes, p.free_bytes);
	CHECK(counters(m).drops[TS_DROP_POLICED] >= p.drops[TS_DROP_POLICED] + 50);
	p = sent(m, &ask, 300);
	EQUAL(p.free_bytes + p.passed_bytes, 300 * 242);
	CHECK(p.passed_bytes > 250 * 242);
	box_sends(53, 1000, 50);
	a = suite_get(m, a.id);
	stat = a.stats[TS_CLASS_INTERNET];
	CHECK(stat[TS_DIR_UP].bytes >= p.passed_bytes);
	CHECK(stat[TS_DIR_DOWN].bytes > TS_ANSWERS_BYTES - 1042);
	CHECK(stat[TS_DIR_DOWN].bytes <= TS_ANSWERS_BYTES);
	EQUAL(a.charged_units, 3 * (stat[TS_DIR_UP].bytes + stat[TS_DIR_DOWN].bytes));
	ts_meter_close(m);
}

/* Twenty names at once, of a phone that has just joined. */
static void lookups(const struct suite *s)
{
	struct ts_test_frame ask = { .dest = DEVICE, .source = CLIENT, .from = CLIENT4,
		.to = BOX4, .proto = TS_IP_UDP, .dport = 53, .payload = 35 };
	struct ts_meter *m = ready(s, 1);
	struct ts_port before = counters(m);
	int i;

	rule(m, ts_meter_rule_add, "free udp 53");
	for (i = 0; i < 20; i++) {
		EQUAL(sent(m, &ask, 1).free_bytes, 77);
		box_sends(53, 110, 1);
	}
	EQUAL(counters(m).free_bytes - before.free_bytes, 20 * (77 + 152));
	ts_meter_close(m);
}

/* Who invents stations has what the port gives to all of them. */
static void onward_of_many(const struct suite *s)
{
	char mac[] = CLIENT;
	struct ts_test_frame ask = { .dest = DEVICE, .source = mac, .from = CLIENT4,
		.to = BOX4, .proto = TS_IP_UDP, .dport = 53, .payload = 1400 };
	struct ts_meter *m = ready(s, 1);
	double start = seconds();
	uint64_t passed = 0;
	int i;

	rule(m, ts_meter_rule_add, "free udp 53");
	for (i = 0; i < 150; i++) {
		mac[4] = i;
		passed += sent(m, &ask, 4).free_bytes;
	}
	CHECK(passed >= TS_PORT_ONWARD_BURST_BYTES - TS_ONWARD_ANSWER_BYTES - 1442);
	CHECK(passed <= bound(start, TS_PORT_ONWARD_BURST_BYTES, TS_PORT_ONWARD_BYTES_PER_S));
	ts_meter_close(m);
}

const struct suite_test suite_free_tests[] = {
	{ "groups are policed", groups_are_policed },
	{ "groups want a budget", groups_want_budget },
	{ "a question to all ends at the box", calls_box },
	{ "control frames", control_frames },
	{ "services that end here, and others", services },
	{ "lookups before anything is passed on", lookups },
	{ "what may be passed on", onward },
	{ "what may be passed on, of many", onward_of_many },
	{ "what may be passed on, of accounts", onward_of_accounts },
	{ }
};
