// SPDX-License-Identifier: GPL-2.0
/* Tests with real frames: what passes is what was charged, to the byte. */
#include <errno.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <tokenswitch/budget.h>
#include "lib/rule.h"
#include "meter_net.h"
#include "meter_suite.h"

static const uint8_t client_mac[6] = NET_CLIENT_MAC;

/* Client, server, a metered port and an account that may spend nothing yet. */
static struct ts_meter *ready(const struct suite *s, struct ts_account *a,
			      uint16_t up, uint16_t down)
{
	struct ts_meter *m = suite_open_own(s);

	net_make_client();
	net_make_server();
	CHECK(ts_meter_event_fd(m) >= 0);
	suite_tariff(m, 1, up, down);
	suite_port(s, m, "ap0");
	suite_wait_port(m, "ap0", "ap0");
	*a = suite_account(m, client_mac, ts_zone_of_name("ap0"));
	return m;
}

static void grant(struct ts_meter *m, const struct ts_account *a, uint64_t granted_units)
{
	RETURNS(m, ts_meter_grant(m, a->id, a->epoch, granted_units), 0);
}

static void bytes_times_price(const struct suite *s)
{
	const struct ts_stat *up, *down;
	struct ts_meter *m;
	struct ts_account a;

	m = ready(s, &a, 3, 7);
	grant(m, &a, 1000000000);
	EQUAL(net_send(NET_CLIENT, 100, 18), 100);
	EQUAL(net_send(NET_CLIENT, 100, 1400), 100);
	EQUAL(net_send(NET_SERVER, 50, 1000), 50);
	a = suite_get(m, a.id);
	up = &a.stats[TS_CLASS_INTERNET][TS_DIR_UP];
	down = &a.stats[TS_CLASS_INTERNET][TS_DIR_DOWN];
	EQUAL(up->bytes, 100 * (60 + 1442));
	EQUAL(up->packets, 200);
	EQUAL(up->units, up->bytes * 3);
	EQUAL(down->bytes, 50 * 1042);
	EQUAL(down->units, down->bytes * 7);
	EQUAL(a.charged_units, up->units + down->units);
	EQUAL(up->dropped_packets + down->dropped_packets, 0);
	CHECK(a.idle_ms < 5000);
	ts_meter_close(m);
}

static void to_the_last_unit(const struct suite *s)
{
	struct ts_meter *m;
	struct ts_account a;

	m = ready(s, &a, 2, 2);
	EQUAL(net_send(NET_CLIENT, 5, 100), 0);
	grant(m, &a, 10 * 142 * 2 + 283);
	EQUAL(net_send(NET_CLIENT, 20, 100), 10);
	a = suite_get(m, a.id);
	EQUAL(a.granted_units - a.charged_units, 283);
	/* Refused once is not refused for good: what fits, passes. */
	EQUAL(net_send(NET_SERVER, 5, 99), 1);
	a = suite_get(m, a.id);
	EQUAL(a.granted_units - a.charged_units, 1);
	EQUAL(net_send(NET_CLIENT, 5, 18), 0);
	grant(m, &a, a.granted_units + 141);
	EQUAL(net_send(NET_CLIENT, 5, 29), 1);
	a = suite_get(m, a.id);
	EQUAL(a.granted_units, a.charged_units);
	ts_meter_close(m);
}

static void tariff_is_followed(const struct suite *s)
{
	struct ts_account a, b;
	struct ts_meter *m;

	m = ready(s, &a, 1, 1);
	grant(m, &a, 1000000);
	EQUAL(net_send(NET_CLIENT, 10, 100), 10);
	suite_tariff(m, 1, 10, 0);
	EQUAL(net_send(NET_CLIENT, 10, 100), 10);
	EQUAL(net_send(NET_SERVER, 10, 100), 10);
	b = suite_get(m, a.id);
	EQUAL(b.charged_units, 10 * 142 * 11);
	EQUAL(b.stats[TS_CLASS_INTERNET][TS_DIR_DOWN].bytes, 10 * 142);
	EQUAL(b.stats[TS_CLASS_INTERNET][TS_DIR_DOWN].units, 0);
	ts_meter_close(m);
}

static void class_by_remote_address(const struct suite *s)
{
	struct ts_tariff t = { .id = 1, .version = 2 };
	struct ts_meter *m;
	struct ts_account a;
	struct ts_rule rule;
	char err[128];

	m = ready(s, &a, 1, 1);
	t.price[TS_CLASS_INTERNET][TS_DIR_UP] = 5;
	t.price[TS_CLASS_LOCAL][TS_DIR_UP] = 2;
	RETURNS(m, ts_meter_tariff_set(m, &t), 0);
	grant(m, &a, 1000000);
	EQUAL(ts_rule_parse("local 203.0.113.0/24", &rule, err, sizeof(err)), 0);
	RETURNS(m, ts_meter_rule_add(m, &rule), 0);
	EQUAL(net_send(NET_CLIENT, 10, 100), 10);
	EQUAL(suite_get(m, a.id).charged_units, 10 * 142 * 2);
	EQUAL(suite_get(m, a.id).stats[TS_CLASS_LOCAL][TS_DIR_UP].bytes, 1420);
	RETURNS(m, ts_meter_rule_del(m, &rule), 0);
	EQUAL(net_send(NET_CLIENT, 10, 100), 10);
	EQUAL(suite_get(m, a.id).charged_units, 10 * 142 * 7);
	ts_meter_close(m);
}

static void forbidden_trusted_expired(const struct suite *s)
{
	struct suite_events ev = { };
	struct ts_meter *m;
	struct ts_account a;
	int i;

	m = ready(s, &a, 1, 1);
	grant(m, &a, 142 * 100);
	a.flags = TS_ACCOUNT_F_FORBID;
	RETURNS(m, ts_meter_account_set(m, &a), 0);
	EQUAL(net_send(NET_CLIENT, 5, 100), 0);
	EQUAL(net_send(NET_SERVER, 5, 100), 0);
	a.flags = TS_ACCOUNT_F_TRUSTED;
	RETURNS(m, ts_meter_account_set(m, &a), 0);
	EQUAL(net_send(NET_CLIENT, 200, 100), 200);
	a = suite_get(m, a.id);
	EQUAL(a.charged_units, 0);
	EQUAL(a.stats[TS_CLASS_INTERNET][TS_DIR_UP].bytes, 200 * 142);
	a.flags = 0;
	a.expires_s = 1;
	RETURNS(m, ts_meter_account_set(m, &a), 0);
	CHECK(suite_wait_event(m, &ev, TS_EVENT_EXPIRED));
	EQUAL(ev.last[TS_EVENT_EXPIRED].account_id, a.id);
	EQUAL(ev.last[TS_EVENT_EXPIRED].epoch, a.epoch);
	EQUAL(net_send(NET_CLIENT, 5, 100), 0);
	EQUAL(suite_get(m, a.id).flags, TS_ACCOUNT_F_EXPIRED);
	for (i = 0; i < 3; i++) {
		RETURNS(m, ts_meter_maintain(m), 0);
		suite_events(m, &ev);
	}
	EQUAL(ev.n[TS_EVENT_EXPIRED], 1);
	a.expires_s = 0;
	RETURNS(m, ts_meter_account_set(m, &a), 0);
	EQUAL(net_send(NET_CLIENT, 5, 100), 5);
	EQUAL(suite_get(m, a.id).flags, 0);
	ts_meter_close(m);
}

static void one_event_per_grant(const struct suite *s)
{
	struct suite_events ev = { };
	struct ts_account a, last;
	struct ts_meter *m;
	uint64_t taken;
	int i;

	m = ready(s, &a, 1, 1);
	a.low_units = 3 * 142;
	RETURNS(m, ts_meter_account_set(m, &a), 0);
	for (i = 1; i <= 3; i++) {
		grant(m, &a, (uint64_t)i * 10 * 142);
		EQUAL(net_send(NET_CLIENT, 30, 100), 10);
		while (ev.n[TS_EVENT_EXHAUSTED] < (unsigned int)i)
			CHECK(suite_wait_event(m, &ev, TS_EVENT_EXHAUSTED));
		suite_events(m, &ev);
		EQUAL(ev.n[TS_EVENT_LOW], i);
		EQUAL(ev.n[TS_EVENT_EXHAUSTED], i);
		EQUAL(ev.last[TS_EVENT_EXHAUSTED].account_id, a.id);
		EQUAL(ev.last[TS_EVENT_EXHAUSTED].epoch, a.epoch);
		EQUAL(ev.last[TS_EVENT_EXHAUSTED].granted_units, i * 10 * 142);
		CHECK(ev.last[TS_EVENT_EXHAUSTED].time_ns);
	}
	grant(m, &a, 31 * 142);
	RETURNS(m, ts_meter_revoke(m, a.id, a.epoch, 100, &taken), 0);
	EQUAL(taken, 100);
	RETURNS(m, ts_meter_close_account(m, a.id, a.epoch, &last, &taken), 0);
	EQUAL(taken, 42);
	EQUAL(last.charged_units, 31 * 142);
	EQUAL(last.revoked_units, 142);
	EQUAL(last.stats[TS_CLASS_INTERNET][TS_DIR_UP].packets, 30);
	while (!ev.n[TS_EVENT_CLOSED])
		CHECK(suite_wait_event(m, &ev, TS_EVENT_CLOSED));
	EQUAL(ev.n[TS_EVENT_REVOKED], 1);
	EQUAL(ev.last[TS_EVENT_REVOKED].units, 100);
	EQUAL(ev.last[TS_EVENT_CLOSED].units, 42);
	EQUAL(net_send(NET_CLIENT, 5, 100), 0);
	ts_meter_close(m);
}

/* What is told once is not told again because something else was changed. */
static void low_survives_a_change(const struct suite *s)
{
	struct suite_events ev = { };
	struct ts_account a;
	struct ts_meter *m;

	m = ready(s, &a, 1, 1);
	a.low_units = 3 * 142;
	RETURNS(m, ts_meter_account_set(m, &a), 0);
	grant(m, &a, 10 * 142);
	EQUAL(net_send(NET_CLIENT, 8, 100), 8);
	CHECK(suite_wait_event(m, &ev, TS_EVENT_LOW));
	a.expires_s = 1000;
	RETURNS(m, ts_meter_account_set(m, &a), 0);
	EQUAL(net_send(NET_CLIENT, 5, 100), 2);
	while (!ev.n[TS_EVENT_EXHAUSTED])
		CHECK(suite_wait_event(m, &ev, TS_EVENT_EXHAUSTED));
	EQUAL(ev.n[TS_EVENT_LOW], 1);
	/* Another threshold is another question. */
	grant(m, &a, 20 * 142);
	a.low_units = 9 * 142;
	RETURNS(m, ts_meter_account_set(m, &a), 0);
	EQUAL(net_send(NET_CLIENT, 2, 100), 2);
	while (ev.n[TS_EVENT_LOW] < 2)
		CHECK(suite_wait_event(m, &ev, TS_EVENT_LOW));
	ts_meter_close(m);
}

/* Class free costs nothing, but it is told who had it. */
static void free_is_counted(const struct suite *s)
{
	const struct ts_stat *up, *down;
	struct ts_meter *m;
	struct ts_account a;
	struct ts_rule rule;
	char err[128];

	m = ready(s, &a, 1, 1);
	EQUAL(ts_rule_parse("free 203.0.113.0/24", &rule, err, sizeof(err)), 0);
	RETURNS(m, ts_meter_rule_add(m, &rule), 0);
	EQUAL(net_send(NET_CLIENT, 10, 100), 10);
	EQUAL(net_send(NET_SERVER, 5, 100), 5);
	a = suite_get(m, a.id);
	up = &a.stats[TS_CLASS_FREE][TS_DIR_UP];
	down = &a.stats[TS_CLASS_FREE][TS_DIR_DOWN];
	EQUAL(up->bytes, 10 * 142);
	EQUAL(up->packets, 10);
	EQUAL(up->units, 0);
	EQUAL(down->bytes, 5 * 142);
	EQUAL(down->packets, 5);
	EQUAL(up->dropped_packets + down->dropped_packets, 0);
	EQUAL(a.charged_units, 0);
	ts_meter_close(m);
}

/* ARP requests to @mac from so many stations behind a device of this box. */
static void flood_arp(const char *ifname, const uint8_t mac[6], unsigned int count)
{
	uint8_t frame[42] = { [6] = 2, [12] = 8, 6, 0, 1, 8, 0, 6, 4, 0, 1 };
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	unsigned int i;

	to.sll_ifindex = if_nametoindex(ifname);
	CHECK(fd >= 0 && to.sll_ifindex);
	memcpy(frame, mac, 6);
	for (i = 0; i < count; i++) {
		memcpy(&frame[8], &i, sizeof(i));
		EQUAL(sendto(fd, frame, sizeof(frame), 0, (struct sockaddr *)&to, sizeof(to)),
		      sizeof(frame));
	}
	close(fd);
}

/*
 * Invariants 7 and 8: who writes to a station, for nothing, takes nothing of
 * what that station has for its payments.
 */
static void writers_cost_nothing(const struct suite *s)
{
	unsigned int frames = 512 * 1024 / 42 + 500;
	struct ts_meter *m;
	struct ts_account a;
	struct ts_rule rule;
	char err[128];

	m = ready(s, &a, 1, 1);
	net_run("ip link add br7 address 02:00:5e:00:53:01 type bridge && ip link set br7 up && ip addr flush dev ap0 && ip addr add 198.51.100.1/24 dev br7");
	net_run("ip neigh replace 198.51.100.2 lladdr 02:00:5e:00:53:02 dev br7 nud permanent");
	net_run("ip link add x0 type veth peer name x1 && ip link set x0 master br7 up && ip link set x1 up && ip link set ap0 master br7");
	RETURNS(m, ts_meter_maintain(m), 0);
	a.keys[0].zone = ts_zone_of_name("br7");
	RETURNS(m, ts_meter_account_set(m, &a), 0);
	EQUAL(ts_rule_parse("free 203.0.113.0/24", &rule, err, sizeof(err)), 0);
	RETURNS(m, ts_meter_rule_add(m, &rule), 0);
	EQUAL(net_send(NET_CLIENT, 10, 100), 10);
	flood_arp("x1", client_mac, frames);
	EQUAL(net_send(NET_CLIENT, 10, 100), 10);
	EQUAL(net_send(NET_SERVER, 10, 100), 10);
	a = suite_get(m, a.id);
	EQUAL(a.stats[TS_CLASS_FREE][TS_DIR_DOWN].packets, 10);
	EQUAL(a.stats[TS_CLASS_FREE][TS_DIR_DOWN].dropped_packets, 0);
	ts_meter_close(m);
}

struct wanted {
	const uint8_t *mac;
	struct ts_stranger found;
	unsigned int n;
};

static int see_stranger(const struct ts_stranger *stranger, void *arg)
{
	struct wanted *w = arg;

	if (!memcmp(stranger->key.mac, w->mac, 6)) {
		w->found = *stranger;
		w->n++;
	}
	return 0;
}

static void strangers(const struct suite *s)
{
	struct wanted w = { .mac = client_mac };
	struct suite_events ev = { };
	struct ts_account a, last;
	struct ts_meter *m;
	uint64_t taken;

	m = ready(s, &a, 1, 1);
	RETURNS(m, ts_meter_close_account(m, a.id, a.epoch, &last, &taken), 0);
	EQUAL(net_send(NET_CLIENT, 5, 100), 0);
	CHECK(suite_wait_event(m, &ev, TS_EVENT_STRANGER));
	CHECK(!memcmp(ev.last[TS_EVENT_STRANGER].key.mac, client_mac, 6));
	EQUAL(ev.last[TS_EVENT_STRANGER].key.zone, ts_zone_of_name("ap0"));
	RETURNS(m, ts_meter_stranger_dump(m, see_stranger, &w), 0);
	EQUAL(w.n, 1);
	EQUAL(w.found.key.zone, ts_zone_of_name("ap0"));
	EQUAL(w.found.ifindex, suite_wait_port(m, "ap0", "ap0"));
	CHECK(w.found.idle_ms < 10000);
	ts_meter_close(m);
}

/* Invariants 1 and 2, with both directions at once on two CPUs. */
static void never_over(const struct suite *s)
{
	uint64_t arrived[2], passed = 0, seen = 0, granted = 0;
	const struct ts_stat *stat;
	struct ts_meter *m;
	struct ts_account a;
	int round, dir;

	m = ready(s, &a, 3, 2);
	for (round = 0; round < 4; round++) {
		granted += 3000000 + (uint64_t)round;
		grant(m, &a, granted);
		net_flood(6000, 300, arrived);
		seen += arrived[NET_SERVER] * 3 + arrived[NET_CLIENT] * 2;
		a = suite_get(m, a.id);
		for (passed = dir = 0; dir < TS_DIR_COUNT; dir++) {
			stat = &a.stats[TS_CLASS_INTERNET][dir];
			EQUAL(stat->units, stat->bytes * (dir == TS_DIR_UP ? 3 : 2));
			passed += stat->units;
		}
		EQUAL(passed, a.charged_units);
		CHECK(a.charged_units <= granted);
		CHECK(seen <= a.charged_units);
		/* All was spent: the cheaper frame of the flood fits no more. */
		CHECK(granted - a.charged_units < 342 * 2);
	}
	printf("# granted %llu, charged %llu, arrived for %llu\n", (unsigned long long)granted,
	       (unsigned long long)a.charged_units, (unsigned long long)seen);
	ts_meter_close(m);
}

/* The next account of the id has nothing of the one before. */
static void new_life_counts_anew(const struct suite *s)
{
	struct ts_account a, last;
	struct ts_meter *m;
	uint64_t taken;

	m = ready(s, &a, 1, 1);
	grant(m, &a, 20 * 142);
	EQUAL(net_send(NET_CLIENT, 30, 100), 20);
	RETURNS(m, ts_meter_close_account(m, a.id, a.epoch, &last, &taken), 0);
	EQUAL(taken, 0);
	EQUAL(last.stats[TS_CLASS_INTERNET][TS_DIR_UP].dropped_packets, 10);
	a = suite_account(m, client_mac, ts_zone_of_name("ap0"));
	grant(m, &a, 5 * 142);
	EQUAL(net_send(NET_CLIENT, 30, 100), 5);
	a = suite_get(m, a.id);
	EQUAL(a.stats[TS_CLASS_INTERNET][TS_DIR_UP].packets, 5);
	EQUAL(a.stats[TS_CLASS_INTERNET][TS_DIR_UP].dropped_packets, 25);
	EQUAL(a.charged_units, 5 * 142);
	ts_meter_close(m);
}

/* Invariant: at rest, charged is passed plus revoked, whatever raced. */
static void sums_under_load(const struct suite *s)
{
	uint64_t granted = 0, revoked = 0, taken, arrived[2], rounds = 0;
	struct ts_account a, last;
	const struct ts_stat *stat;
	struct ts_meter *m;
	int status;
	pid_t pid;

	m = ready(s, &a, 3, 2);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		net_flood(30000, 300, arrived);
		_exit(0);
	}
	while (!waitpid(pid, &status, WNOHANG)) {
		granted += 5000;
		grant(m, &a, granted);
		RETURNS(m, ts_meter_revoke(m, a.id, a.epoch, 2000, &taken), 0);
		revoked += taken;
		if (++rounds % 500)
			continue;
		RETURNS(m, ts_meter_close_account(m, a.id, a.epoch, &last, &taken), 0);
		revoked += taken;
		EQUAL(last.revoked_units, revoked);
		EQUAL(last.charged_units, granted);
		stat = last.stats[TS_CLASS_INTERNET];
		EQUAL(last.charged_units - revoked, stat[TS_DIR_UP].units +
		      stat[TS_DIR_DOWN].units);
		EQUAL(stat[TS_DIR_UP].units, stat[TS_DIR_UP].bytes * 3);
		EQUAL(stat[TS_DIR_DOWN].units, stat[TS_DIR_DOWN].bytes * 2);
		granted = revoked = 0;
		a = suite_account(m, client_mac, ts_zone_of_name("ap0"));
	}
	printf("# %llu grants and revokes, a close after each 500\n", (unsigned long long)rounds);
	CHECK(rounds > 500);
	ts_meter_close(m);
}

const struct suite_test suite_traffic_tests[] = {
	{ "bytes x price is what is charged", bytes_times_price },
	{ "a budget is spent to the last unit", to_the_last_unit },
	{ "accounts follow their tariff", tariff_is_followed },
	{ "the remote address makes the class", class_by_remote_address },
	{ "forbidden, trusted, expired", forbidden_trusted_expired },
	{ "low and exhausted once per granted value", one_event_per_grant },
	{ "low is not told again after a change", low_survives_a_change },
	{ "class free is counted", free_is_counted },
	{ "who writes costs the station nothing", writers_cost_nothing },
	{ "strangers are listed", strangers },
	{ "a new life counts from zero", new_life_counts_anew },
	{ "grants, revokes, closes under load keep the sums", sums_under_load },
	{ "never over, never stranded, two CPUs", never_over },
	{ }
};
