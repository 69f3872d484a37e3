// SPDX-License-Identifier: GPL-2.0
/* Tests of ports: patterns, devices that come, go and change their name. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <tokenswitch/budget.h>
#include "meter_net.h"
#include "meter_suite.h"

static const uint8_t client_mac[6] = NET_CLIENT_MAC;

static int last_port(const struct ts_port *port, void *arg)
{
	*(struct ts_port *)arg = *port;
	return 0;
}

static int count_port(const struct ts_port *port, void *arg)
{
	(*(unsigned int *)arg)++;
	return 0;
}

static void claims(const struct suite *s)
{
	struct ts_meter *m = suite_open_own(s);
	struct ts_port p = { .role = TS_ROLE_ACCESS, .direction = TS_DIRECTION_BOTH,
			     .meter = s->meter, .pattern = "ap*" };
	unsigned int n = 0;

	RETURNS(m, ts_meter_port_add(m, &p), 0);
	RETURNS(m, ts_meter_port_add(m, &p), -EEXIST);
	RETURNS(m, ts_meter_port_dump(m, last_port, &p), 0);
	CHECK(!strcmp(p.pattern, "ap*") && !p.ifname[0]);
	EQUAL(p.ifindex, 0);
	EQUAL(p.mark_mask, TS_MARK_MASK_DEFAULT);
	strcpy(p.pattern, "a*p");
	RETURNS(m, ts_meter_port_add(m, &p), -EINVAL);
	strcpy(p.pattern, "wl0");
	p.mark_mask = 0x0f00f000;
	RETURNS(m, ts_meter_port_add(m, &p), -EINVAL);
	RETURNS(m, ts_meter_port_del(m, "wl0"), -ENOENT);
	RETURNS(m, ts_meter_port_del(m, "ap*"), 0);
	RETURNS(m, ts_meter_port_dump(m, count_port, &n), 0);
	EQUAL(n, 0);
	ts_meter_close(m);
}

static void devices_come_and_go(const struct suite *s)
{
	struct ts_meter *m = suite_open_own(s);
	struct suite_events ev = { };
	struct ts_port p;
	uint32_t first;

	CHECK(ts_meter_event_fd(m) >= 0);
	suite_port(s, m, "ap*");
	net_run("ip link add ap0 type veth peer name x0");
	first = suite_wait_port(m, "ap*", "ap0");
	RETURNS(m, ts_meter_port_dump(m, last_port, &p), 0);
	EQUAL(p.zone, ts_zone_of_name("ap0"));
	if (s->meter)
		EQUAL(p.meter, s->meter);
	CHECK(p.reason[0]);
	printf("# %s\n", p.reason);
	p = (struct ts_port){ .role = TS_ROLE_ACCESS, .direction = TS_DIRECTION_BOTH,
			      .meter = s->meter, .pattern = "ap0" };
	RETURNS(m, ts_meter_port_add(m, &p), -EBUSY);
	CHECK(suite_wait_event(m, &ev, TS_EVENT_PORT_ATTACHED));
	CHECK(!strcmp(ev.last[TS_EVENT_PORT_ATTACHED].ifname, "ap0"));
	CHECK(!strcmp(ev.last[TS_EVENT_PORT_ATTACHED].pattern, "ap*"));

	/* Another name of the same pattern is the same device, any other is none. */
	net_run("ip link set ap0 name ap7");
	EQUAL(suite_wait_port(m, "ap*", "ap7"), first);
	net_run("ip link set ap7 name lan7");
	suite_wait_port(m, "ap*", "");
	net_run("ip link set lan7 name ap0");
	EQUAL(suite_wait_port(m, "ap*", "ap0"), first);

	net_run("ip link del ap0");
	suite_wait_port(m, "ap*", "");
	CHECK(ev.n[TS_EVENT_PORT_GONE] || suite_wait_event(m, &ev, TS_EVENT_PORT_GONE));
	net_run("ip link add ap0 type veth peer name x0");
	CHECK(suite_wait_port(m, "ap*", "ap0") != first);
	net_run("ip link add ap1 type veth peer name x1");
	suite_wait_port(m, "ap*", "ap1");
	suite_wait_port(m, "ap*", "ap0");
	ts_meter_close(m);
}

static void zone_follows_the_bridge(const struct suite *s)
{
	struct ts_meter *m = suite_open_own(s);
	struct ts_port p;
	int i;

	suite_port(s, m, "ap0");
	net_run("ip link add br7 type bridge && ip link add ap0 type veth peer name x0 && ip link set ap0 master br7");
	suite_wait_port(m, "ap0", "ap0");
	for (i = 0; i < 100; i++) {
		RETURNS(m, ts_meter_maintain(m), 0);
		RETURNS(m, ts_meter_port_dump(m, last_port, &p), 0);
		if (p.zone == ts_zone_of_name("br7"))
			break;
		usleep(10000);
	}
	EQUAL(p.zone, ts_zone_of_name("br7"));
	net_run("ip link set ap0 nomaster");
	for (i = 0; i < 100 && p.zone != ts_zone_of_name("ap0"); i++) {
		usleep(10000);
		RETURNS(m, ts_meter_maintain(m), 0);
		RETURNS(m, ts_meter_port_dump(m, last_port, &p), 0);
	}
	EQUAL(p.zone, ts_zone_of_name("ap0"));
	ts_meter_close(m);
}

/* What another tool does to the programs of a port. */
static void programs_put_back(const struct suite *s)
{
	struct ts_meter *m = suite_open_own(s);
	struct suite_events ev = { };

	if (strcmp(s->driver, "bpf"))
		goto out;
	suite_tariff(m, 1, 1, 1);
	net_make_client();
	net_make_server();
	CHECK(ts_meter_event_fd(m) >= 0);
	suite_port(s, m, "ap0");
	suite_wait_port(m, "ap0", "ap0");
	EQUAL(net_send(NET_CLIENT, 10, 100), 0);
	CHECK(suite_wait_event(m, &ev, TS_EVENT_PORT_ATTACHED));
	/* A pinned link ends with its pin. */
	net_run("rm -f /sys/fs/bpf/tokenswitch/$(stat -L -c %%i /proc/self/ns/net)/link_*");
	net_run("tc qdisc del dev ap0 clsact 2>/dev/null; tc qdisc replace dev ap0 clsact; tc filter del dev ap0 ingress; tc filter del dev ap0 egress");
	RETURNS(m, ts_meter_maintain(m), 0);
	CHECK(ev.n[TS_EVENT_PORT_GONE] || suite_wait_event(m, &ev, TS_EVENT_PORT_GONE));
	CHECK(ev.n[TS_EVENT_PORT_ATTACHED] == 2 ||
	      suite_wait_event(m, &ev, TS_EVENT_PORT_ATTACHED));
	EQUAL(net_send(NET_CLIENT, 10, 100), 0);
	EQUAL(net_send(NET_SERVER, 10, 100), 0);
out:
	ts_meter_close(m);
}

/* The daemon of the next test: it sets up, says so, and waits to be killed. */
static void daemon_body(const struct suite *s, int ready)
{
	struct ts_meter *m = suite_open_own(s);
	struct ts_account a;

	suite_tariff(m, 1, 1, 0);
	suite_port(s, m, "ap*");
	suite_wait_port(m, "ap*", "ap0");
	a = suite_account(m, client_mac, ts_zone_of_name("ap0"));
	RETURNS(m, ts_meter_grant(m, a.id, a.epoch, 150 * 142), 0);
	if (write(ready, &a.id, sizeof(a.id)) != sizeof(a.id))
		_exit(1);
	for (;;)
		pause();
}

static void adoption(const struct suite *s)
{
	struct timespec before, after;
	struct ts_account a;
	struct ts_port p;
	struct ts_meter *m;
	unsigned int n = 0;
	int ready[2];
	uint32_t id;
	pid_t pid;

	net_make_client();
	net_make_server();
	CHECK(!pipe(ready));
	fflush(stdout);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		daemon_body(s, ready[1]);
	}
	close(ready[1]);
	EQUAL(read(ready[0], &id, sizeof(id)), sizeof(id));
	EQUAL(net_send(NET_CLIENT, 100, 100), 100);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	/* Dead: what is paid for goes on, what is not does not. */
	EQUAL(net_send(NET_CLIENT, 100, 100), 50);
	clock_gettime(CLOCK_MONOTONIC, &before);
	m = suite_open(s, false);
	RETURNS(m, ts_meter_own(m), 0);
	RETURNS(m, ts_meter_maintain(m), 0);
	clock_gettime(CLOCK_MONOTONIC, &after);
	printf("# adopted in %.1f ms\n",
	       (double)(after.tv_sec - before.tv_sec) * 1e3 +
	       (double)(after.tv_nsec - before.tv_nsec) / 1e6);
	a = suite_get(m, id);
	EQUAL(a.granted_units, 150 * 142);
	EQUAL(a.charged_units, 150 * 142);
	EQUAL(a.stats[TS_CLASS_INTERNET][TS_DIR_UP].packets, 150);
	EQUAL(a.stats[TS_CLASS_INTERNET][TS_DIR_UP].dropped_packets, 50);
	RETURNS(m, ts_meter_port_dump(m, count_port, &n), 0);
	EQUAL(n, 1);
	RETURNS(m, ts_meter_port_dump(m, last_port, &p), 0);
	CHECK(!strcmp(p.pattern, "ap*") && !strcmp(p.ifname, "ap0"));
	EQUAL(p.passed_bytes, 150 * 142);
	RETURNS(m, ts_meter_grant(m, id, a.epoch, 160 * 142), 0);
	EQUAL(net_send(NET_CLIENT, 100, 100), 10);
	ts_meter_close(m);
}

const struct suite_test suite_port_tests[] = {
	{ "ports are claimed by pattern", claims },
	{ "devices come, go and are renamed", devices_come_and_go },
	{ "the zone follows the bridge", zone_follows_the_bridge },
	{ "programs taken away are put back", programs_put_back },
	{ "a killed daemon's meter is adopted", adoption },
	{ }
};
