// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family "tokenswitch": ports and their devices, network
 * namespaces, and dumps under change.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "client.h"

#define EVENT_MS 5000

FIXTURE(net) {
	struct client c;
	struct client events;
};

FIXTURE_SETUP(net)
{
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, client_open(&self->c));
	ASSERT_EQ(0, client_open(&self->events));
	ASSERT_EQ(0, client_join_events(&self->events));
}

FIXTURE_TEARDOWN(net)
{
	client_close(&self->c);
	client_close(&self->events);
}

static int __attribute__((format(printf, 1, 2))) sh(const char *fmt, ...)
{
	char cmd[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	return system(cmd);
}

/* --- ports -------------------------------------------------------------- */

static int port_add(struct client *c, const char *pattern, uint8_t direction)
{
	client_begin(c, TS_CMD_PORT_ADD);
	client_str(c, TS_A_PORT_PATTERN, pattern);
	client_u8(c, TS_A_PORT_ROLE, TS_ROLE_ACCESS);
	client_u8(c, TS_A_PORT_DIRECTION, direction);
	return client_call(c);
}

static int port_del(struct client *c, const char *pattern)
{
	client_begin(c, TS_CMD_PORT_DEL);
	client_str(c, TS_A_PORT_PATTERN, pattern);
	return client_call(c);
}

struct ports {
	int rows;
	int devices;
	uint32_t ifindex;
	uint32_t mark_mask;
	uint8_t meter;
	uint8_t direction;
	char ifname[IF_NAMESIZE];
	char pattern[TS_PATTERN_LEN];
	int uppers;
	char upper[IF_NAMESIZE];
	char lower[IF_NAMESIZE];
};

static int port_row(struct client *c, void *data)
{
	struct ports *p = data;

	p->rows++;
	if (c->tb[TS_A_PORT_PATTERN])
		snprintf(p->pattern, sizeof(p->pattern), "%s",
			 mnl_attr_get_str(c->tb[TS_A_PORT_PATTERN]));
	p->direction = client_get_u8(c, TS_A_PORT_DIRECTION);
	if (!c->tb[TS_A_PORT_IFINDEX])
		return 0;
	if (c->tb[TS_A_PORT_LOWER]) {
		p->uppers++;
		snprintf(p->upper, sizeof(p->upper), "%s",
			 mnl_attr_get_str(c->tb[TS_A_PORT_IFNAME]));
		snprintf(p->lower, sizeof(p->lower), "%s",
			 mnl_attr_get_str(c->tb[TS_A_PORT_LOWER]));
		return 0;
	}
	p->devices++;
	p->ifindex = client_get_u32(c, TS_A_PORT_IFINDEX);
	p->meter = client_get_u8(c, TS_A_PORT_METER);
	p->mark_mask = client_get_u32(c, TS_A_MARK_MASK);
	if (c->tb[TS_A_PORT_IFNAME])
		snprintf(p->ifname, sizeof(p->ifname), "%s",
			 mnl_attr_get_str(c->tb[TS_A_PORT_IFNAME]));
	return 0;
}

static struct ports ports_get(struct client *c)
{
	struct ports p = {};

	client_begin(c, TS_CMD_PORT_GET);
	if (client_dump(c, port_row, &p))
		p.rows = -1;
	return p;
}

TEST_F(net, a_port_follows_its_device)
{
	struct ports p;

	ASSERT_EQ(0, port_add(&self->c, "tst*", TS_DIRECTION_BOTH));
	p = ports_get(&self->c);
	EXPECT_EQ(1, p.rows);
	EXPECT_EQ(0, p.devices);
	EXPECT_STREQ("tst*", p.pattern);

	/* metered before it is up */
	ASSERT_EQ(0, sh("ip link add tst0 type veth peer name far0"));
	p = ports_get(&self->c);
	EXPECT_EQ(1, p.rows);
	ASSERT_EQ(1, p.devices);
	EXPECT_STREQ("tst0", p.ifname);
	EXPECT_EQ(if_nametoindex("tst0"), p.ifindex);
	EXPECT_EQ(TS_METER_NF, p.meter);
	EXPECT_EQ(TS_DIRECTION_BOTH, p.direction);
	EXPECT_EQ(TS_MARK_MASK_DEFAULT, p.mark_mask);
	ASSERT_EQ(0, client_wait_event(&self->events, TS_EVENT_PORT_ATTACHED, EVENT_MS));
	ASSERT_NE(NULL, self->events.tb[TS_A_PORT_IFNAME]);
	EXPECT_STREQ("tst0", mnl_attr_get_str(self->events.tb[TS_A_PORT_IFNAME]));

	EXPECT_EQ(-EEXIST, port_add(&self->c, "tst*", TS_DIRECTION_BOTH));
	EXPECT_STRNE("", self->c.extack);
	EXPECT_EQ(-EBUSY, port_add(&self->c, "tst0", TS_DIRECTION_BOTH));
	EXPECT_STRNE("", self->c.extack);

	/* deleted and made again, as hostapd does it */
	ASSERT_EQ(0, sh("ip link del tst0"));
	ASSERT_EQ(0, client_wait_event(&self->events, TS_EVENT_PORT_GONE, EVENT_MS));
	p = ports_get(&self->c);
	EXPECT_EQ(1, p.rows);
	EXPECT_EQ(0, p.devices);
	ASSERT_EQ(0, sh("ip link add tst0 type veth peer name far0"));
	ASSERT_EQ(0, sh("ip link add tst1 type veth peer name far1"));
	p = ports_get(&self->c);
	EXPECT_EQ(2, p.devices);

	ASSERT_EQ(0, port_del(&self->c, "tst*"));
	p = ports_get(&self->c);
	EXPECT_EQ(0, p.rows);
	EXPECT_EQ(-ENOENT, port_del(&self->c, "tst*"));
	EXPECT_STRNE("", self->c.extack);
}

/* A device that is renamed into a pattern, and out of it. */
TEST_F(net, a_port_follows_a_name)
{
	struct ports p;

	ASSERT_EQ(0, port_add(&self->c, "tst0", TS_DIRECTION_UP));
	ASSERT_EQ(0, sh("ip link add far0 type veth peer name far1"));
	EXPECT_EQ(0, ports_get(&self->c).devices);
	ASSERT_EQ(0, sh("ip link set far0 name tst0"));
	p = ports_get(&self->c);
	EXPECT_EQ(1, p.devices);
	EXPECT_EQ(TS_DIRECTION_UP, p.direction);
	ASSERT_EQ(0, sh("ip link set tst0 name far0"));
	EXPECT_EQ(0, ports_get(&self->c).devices);
}

/* --- namespaces --------------------------------------------------------- */

/* Its frames pass there, and would be metered twice. */
TEST_F(net, a_vlan_is_metered_on_its_device)
{
	struct ports p;

	ASSERT_EQ(0, port_add(&self->c, "tst*", TS_DIRECTION_BOTH));
	ASSERT_EQ(0, sh("ip link add tst0 type veth peer name far0 && ip link add link tst0 name tst0.5 type vlan id 5"));
	p = ports_get(&self->c);
	EXPECT_EQ(2, p.rows);
	EXPECT_EQ(1, p.devices);
	EXPECT_STREQ("tst0", p.ifname);
	EXPECT_EQ(1, p.uppers);
	EXPECT_STREQ("tst0.5", p.upper);
	EXPECT_STREQ("tst0", p.lower);
	ASSERT_EQ(0, sh("ip link set tst0 up && ip link set tst0.5 up"));
	EXPECT_EQ(1, ports_get(&self->c).devices);

	EXPECT_EQ(-EBUSY, port_add(&self->c, "tst0.5", TS_DIRECTION_BOTH));
	EXPECT_NE(NULL, strstr(self->c.extack, "above a port"));

	/* The device below leaves the pattern and comes back. */
	ASSERT_EQ(0, sh("ip link set tst0 down && ip link set tst0 name lan0"));
	p = ports_get(&self->c);
	EXPECT_EQ(1, p.devices);
	EXPECT_STREQ("tst0.5", p.ifname);
	EXPECT_EQ(0, p.uppers);
	ASSERT_EQ(0, sh("ip link set lan0 name tst1"));
	p = ports_get(&self->c);
	EXPECT_EQ(1, p.devices);
	EXPECT_STREQ("tst1", p.ifname);
	EXPECT_STREQ("tst1", p.lower);

	/* By its own name, while what is below is no port. */
	ASSERT_EQ(0, port_del(&self->c, "tst*"));
	ASSERT_EQ(0, port_add(&self->c, "tst0.5", TS_DIRECTION_BOTH));
	EXPECT_EQ(-EBUSY, port_add(&self->c, "tst1", TS_DIRECTION_BOTH));
	EXPECT_NE(NULL, strstr(self->c.extack, "above a device"));
	EXPECT_EQ(0, port_del(&self->c, "tst0.5"));
	ASSERT_EQ(0, sh("ip link del tst1"));
}

TEST_F(net, namespaces_are_apart)
{
	struct client here, *there = &self->c;
	struct key k = key_of(1);
	struct account a, b;

	ASSERT_EQ(0, account_make(there, &k, &a));
	ASSERT_EQ(0, account_call(there, TS_CMD_GRANT, &a, TS_A_GRANTED, 77, NULL));
	ASSERT_EQ(0, port_add(there, "tst*", TS_DIRECTION_BOTH));

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, client_open(&here));
	EXPECT_EQ(-ENOENT, account_get(&here, a.id, &b));
	EXPECT_EQ(0, ports_get(&here).rows);
	/* the same station is another one here */
	ASSERT_EQ(0, account_make(&here, &k, &b));
	EXPECT_EQ(0, b.granted);
	ASSERT_EQ(0, sh("ip link add tst0 type veth peer name far0"));
	EXPECT_EQ(0, ports_get(there).devices);

	/* a socket stays where it was made, and so do its events */
	ASSERT_EQ(0, account_call(&here, TS_CMD_CLOSE, &b, 0, 0, NULL));
	EXPECT_EQ(-ETIMEDOUT, client_wait_event(&self->events, TS_EVENT_CLOSED, 300));
	ASSERT_EQ(0, account_get(there, a.id, &b));
	EXPECT_EQ(77, b.granted);
	client_close(&here);
}

/* --- dumps -------------------------------------------------------------- */

enum { MANY = 600 };

struct seen {
	uint8_t times[2 * MANY];
	int rows;
};

static int seen_row(struct client *c, void *data)
{
	struct seen *s = data;
	struct account a;
	uint32_t n;

	client_account(c, &a);
	n = (uint32_t)a.key.mac[2] << 24 | a.key.mac[3] << 16 | a.key.mac[4] << 8 |
	    a.key.mac[5];
	if (n < 2 * MANY)
		s->times[n]++;
	s->rows++;
	return 0;
}

static int make_many(struct client *c, struct account *a)
{
	struct key k;
	int i, ret;

	for (i = 0; i < MANY; i++) {
		k = key_of(i);
		ret = account_make(c, &k, &a[i]);
		if (ret)
			return ret;
	}
	return 0;
}

TEST_F(net, a_dump_in_peace_is_whole)
{
	struct account a[MANY];
	struct seen s = {};
	int i, bad = 0;

	ASSERT_EQ(0, make_many(&self->c, a));
	client_begin(&self->c, TS_CMD_ACCOUNT_GET);
	ASSERT_EQ(0, client_dump(&self->c, seen_row, &s));
	EXPECT_FALSE(self->c.interrupted);
	EXPECT_EQ(MANY, s.rows);
	for (i = 0; i < MANY; i++)
		bad += s.times[i] != 1;
	EXPECT_EQ(0, bad);
}

TEST_F(net, a_dump_tells_of_a_change)
{
	struct client *other = &self->events;
	struct key k = key_of(MANY);
	struct account a[MANY];
	struct seen s = {};
	int ret;

	ASSERT_EQ(0, make_many(&self->c, a));
	client_begin(&self->c, TS_CMD_ACCOUNT_GET);
	ASSERT_EQ(0, client_dump_start(&self->c));
	ret = client_dump_more(&self->c, seen_row, &s);
	/* The kernel has the next part ready too; what follows must be behind. */
	ASSERT_EQ(1, ret) TH_LOG("a dump of %d accounts fits one message", MANY);
	ASSERT_GT(MANY, s.rows);
	ASSERT_EQ(0, account_call(other, TS_CMD_CLOSE, &a[MANY - 1], 0, 0, NULL));
	ASSERT_EQ(0, account_make(other, &k, NULL));
	do {
		ret = client_dump_more(&self->c, seen_row, &s);
	} while (ret == 1);
	EXPECT_EQ(0, ret);
	EXPECT_TRUE(self->c.interrupted);
}

/* Makes and closes accounts without end; does not return. */
static void churn(void)
{
	struct account a;
	struct client c;
	struct key k;
	uint32_t i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (client_open(&c))
		_exit(1);
	for (i = 0;; i++) {
		k = key_of(MANY + i % MANY);
		if (account_make(&c, &k, &a) ||
		    account_call(&c, TS_CMD_CLOSE, &a, 0, 0, NULL))
			_exit(1);
	}
}

/*
 * Whatever comes and goes, an account that stays is in each dump, and once;
 * also in one that says that it was interrupted.
 */
TEST_F(net, dumps_under_change)
{
	enum { DUMPS = 40 };
	int i, j, missing = 0, twice = 0, interrupted = 0, status;
	struct account a[MANY];
	struct seen s;
	pid_t pid;

	ASSERT_EQ(0, make_many(&self->c, a));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		churn();
	for (i = 0; i < DUMPS; i++) {
		memset(&s, 0, sizeof(s));
		client_begin(&self->c, TS_CMD_ACCOUNT_GET);
		ASSERT_EQ(0, client_dump(&self->c, seen_row, &s));
		interrupted += self->c.interrupted;
		for (j = 0; j < MANY; j++) {
			missing += !s.times[j];
			twice += s.times[j] > 1;
		}
	}
	EXPECT_EQ(0, waitpid(pid, &status, WNOHANG)) TH_LOG("the churn has failed");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	EXPECT_EQ(0, missing);
	EXPECT_EQ(0, twice);
	EXPECT_LT(0, interrupted);
	TH_LOG("%d of %d dumps were interrupted", interrupted, DUMPS);
}

TEST_HARNESS_MAIN
