// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of devices that stand on each other: only the lowest claimed one is a
 * port, whatever came first, and a frame is metered once.
 */
#include <errno.h>
#include <string.h>
#include <tokenswitch/budget.h>
#include "meter_net.h"
#include "meter_suite.h"

static const uint8_t client_mac[6] = NET_CLIENT_MAC;

/** struct upper - a device looked for, and where it is metered when found */
struct upper {
	const char *ifname;
	char lower[IFNAMSIZ];
	bool found;
	unsigned int ports;
};

static int find_upper(const struct ts_port *port, void *arg)
{
	struct upper *u = arg;

	if (port->ifindex && !port->lower[0])
		u->ports++;
	if (strcmp(port->ifname, u->ifname))
		return 0;
	CHECK(!u->found);
	u->found = true;
	strcpy(u->lower, port->lower);
	return 0;
}

/* Until @ifname is metered as part of @lower, and @ports devices are ports. */
static void wait_upper(struct ts_meter *m, const char *ifname, const char *lower,
		       unsigned int ports)
{
	struct upper u;
	int i;

	for (i = 0; i < 500; i++) {
		u = (struct upper){ .ifname = ifname };
		RETURNS(m, ts_meter_maintain(m), 0);
		RETURNS(m, ts_meter_port_dump(m, find_upper, &u), 0);
		if (u.found && !strcmp(u.lower, lower) && u.ports == ports)
			return;
		usleep(10000);
	}
	printf("# %s: found %d, on \"%s\", %u ports\n", ifname, u.found, u.lower, u.ports);
	suite_failed(__FILE__, __LINE__, "metered below");
}

/* Any meter: what can stand on a device has no native XDP. */
static int add(struct ts_meter *m, const char *pattern)
{
	struct ts_port p = { .role = TS_ROLE_ACCESS, .direction = TS_DIRECTION_BOTH };

	strcpy(p.pattern, pattern);
	return ts_meter_port_add(m, &p);
}

static void need(const char *kind)
{
	char why[64];

	if (net_has_kind(kind))
		return;
	snprintf(why, sizeof(why), "this kernel has no %s devices", kind);
	suite_skip(why);
}

static void add_on(const char *kind, const char *upper, const char *lower)
{
	net_run("ip link add link %s name %s type %s%s", lower, upper, kind,
		strcmp(kind, "vlan") ? "" : " id 5");
}

/* Nothing comes and goes any more. */
static void is_at_rest(struct ts_meter *m)
{
	struct suite_events ev = { };
	int i;

	suite_events(m, &ev);
	memset(&ev, 0, sizeof(ev));
	for (i = 0; i < 3; i++)
		RETURNS(m, ts_meter_maintain(m), 0);
	suite_events(m, &ev);
	EQUAL(ev.n[TS_EVENT_PORT_ATTACHED], 0);
	EQUAL(ev.n[TS_EVENT_PORT_GONE], 0);
}

static void stand(const struct suite *s, const char *kind)
{
	struct ts_meter *m = suite_open_own(s);

	CHECK(ts_meter_event_fd(m) >= 0);
	RETURNS(m, add(m, "ap*"), 0);
	net_run("ip link add ap0 type veth peer name x0");
	suite_wait_port(m, "ap*", "ap0");
	add_on(kind, "ap0u", "ap0");
	wait_upper(m, "ap0u", "ap0", 1);
	net_run("ip link set ap0 up && ip link set ap0u up");
	wait_upper(m, "ap0u", "ap0", 1);
	is_at_rest(m);
	/* By its own name, too, and the message says why not. */
	RETURNS(m, add(m, "ap0u"), -EBUSY);
	CHECK(strstr(ts_meter_error(m), "above"));
	RETURNS(m, add(m, "ap0u*"), -EBUSY);
	/* On top of both. */
	add_on(kind, "ap0uu", "ap0u");
	wait_upper(m, "ap0uu", "ap0", 1);
	net_run("ip link del ap0uu");

	/* Nothing below is a port any more: now it is one, by its own name. */
	RETURNS(m, ts_meter_port_del(m, "ap*"), 0);
	RETURNS(m, add(m, "ap0u"), 0);
	suite_wait_port(m, "ap0u", "ap0u");
	RETURNS(m, add(m, "ap*"), -EBUSY);
	RETURNS(m, add(m, "ap0"), -EBUSY);
	CHECK(strstr(ts_meter_error(m), "above"));
	RETURNS(m, ts_meter_port_del(m, "ap0u"), 0);

	/* The claim below is given up, the one above takes its place. */
	net_run("ip link del ap0u");
	RETURNS(m, add(m, "ap0"), 0);
	RETURNS(m, add(m, "zz*"), 0);
	add_on(kind, "zz0", "ap0");
	wait_upper(m, "zz0", "ap0", 1);
	RETURNS(m, ts_meter_port_del(m, "ap0"), 0);
	suite_wait_port(m, "zz*", "zz0");
	ts_meter_close(m);
}

/* The device above matched first, the one below gets its name later. */
static void renamed_below(const struct suite *s, const char *kind)
{
	struct ts_meter *m = suite_open_own(s);
	struct suite_events ev = { };

	CHECK(ts_meter_event_fd(m) >= 0);
	RETURNS(m, add(m, "ap*"), 0);
	net_run("ip link add eth9 type veth peer name x9");
	add_on(kind, "apu", "eth9");
	suite_wait_port(m, "ap*", "apu");
	suite_events(m, &ev);
	net_run("ip link set eth9 name ap9");
	wait_upper(m, "apu", "ap9", 1);
	suite_wait_port(m, "ap*", "ap9");
	CHECK(suite_wait_event(m, &ev, TS_EVENT_PORT_GONE));
	CHECK(!strcmp(ev.last[TS_EVENT_PORT_GONE].ifname, "apu"));
	net_run("ip link set ap9 name eth9");
	suite_wait_port(m, "ap*", "apu");
	wait_upper(m, "apu", "", 1);
	ts_meter_close(m);
}

static void vlan_stands(const struct suite *s)
{
	need("vlan");
	stand(s, "vlan");
}

static void macvlan_stands(const struct suite *s)
{
	need("macvlan");
	stand(s, "macvlan");
}

static void vlan_renamed_below(const struct suite *s)
{
	need("vlan");
	renamed_below(s, "vlan");
}

static void macvlan_renamed_below(const struct suite *s)
{
	need("macvlan");
	renamed_below(s, "macvlan");
}

/* A bridge stands on its ports. */
static void bridge_stands(const struct suite *s)
{
	struct ts_meter *m = suite_open_own(s);

	RETURNS(m, add(m, "ap*"), 0);
	net_run("ip link add apbr type bridge");
	suite_wait_port(m, "ap*", "apbr");
	net_run("ip link add ap0 type veth peer name x0 && ip link set ap0 master apbr");
	wait_upper(m, "apbr", "ap0", 1);
	if (net_has_kind("macvlan")) {
		add_on("macvlan", "apm", "apbr");
		wait_upper(m, "apm", "ap0", 1);
		net_run("ip link del apm");
	}
	net_run("ip link set ap0 nomaster");
	suite_wait_port(m, "ap*", "apbr");
	wait_upper(m, "apbr", "", 2);
	ts_meter_close(m);
}

/* What passes on a device that stands on a port is billed there, and once. */
static void metered_once(const struct suite *s, const char *kind, unsigned int frame_bytes)
{
	struct ts_account a = { .kind = TS_KIND_CLIENT, .tariff_id = 1, .n_keys = 1 };
	struct ts_meter *m = suite_open_own(s);

	suite_tariff(m, 1, 1, 1);
	net_make_client();
	net_make_server();
	suite_port(s, m, "ap*");
	suite_wait_port(m, "ap*", "ap0");
	net_stack_client(kind);
	wait_upper(m, "ap0u", "ap0", 1);
	memcpy(a.keys[0].mac, client_mac, 6);
	a.keys[0].zone = ts_zone_of_name("ap0");
	a.keys[0].vlan = strcmp(kind, "vlan") ? 0 : 5;
	RETURNS(m, ts_meter_account_set(m, &a), 0);
	RETURNS(m, ts_meter_grant(m, a.id, a.epoch, 250 * frame_bytes), 0);
	EQUAL(net_send(NET_CLIENT, 100, 100), 100);
	EQUAL(net_send(NET_SERVER, 100, 100), 100);
	a = suite_get(m, a.id);
	EQUAL(a.charged_units, 200 * frame_bytes);
	EQUAL(a.stats[TS_CLASS_INTERNET][TS_DIR_UP].packets, 100);
	EQUAL(a.stats[TS_CLASS_INTERNET][TS_DIR_DOWN].packets, 100);
	EQUAL(net_send(NET_CLIENT, 100, 100), 50);
	ts_meter_close(m);
}

static void vlan_metered_once(const struct suite *s)
{
	need("vlan");
	metered_once(s, "vlan", 146);
}

static void macvlan_metered_once(const struct suite *s)
{
	need("macvlan");
	metered_once(s, "macvlan", 142);
}

const struct suite_test suite_stack_tests[] = {
	{ "a bridge that stands on a port is none", bridge_stands },
	{ "a VLAN that stands on a port is none", vlan_stands },
	{ "a macvlan that stands on a port is none", macvlan_stands },
	{ "the device below a VLAN gets its name later", vlan_renamed_below },
	{ "the device below a macvlan gets its name later", macvlan_renamed_below },
	{ "frames of a VLAN that stands on a port are metered once", vlan_metered_once },
	{ "frames of a macvlan that stands on a port are metered once", macvlan_metered_once },
	{ }
};
