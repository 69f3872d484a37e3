// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family "tokenswitch", of meshes: claims, and the tables of
 * gateways and routes that are replaced as a whole or not at all.  No frame is
 * sent here; what a mesh does with frames is in tests/vm/mesh.sh.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "kselftest_harness.h"

#include "client.h"

#define NOBODY 0

FIXTURE(mesh) {
	struct client c;
	struct account a;
};

static int mesh_call(struct client *c, uint8_t cmd, const char *pattern)
{
	client_begin(c, cmd);
	client_str(c, TS_A_MESH_PATTERN, pattern);
	return client_call(c);
}

static int neighbour_make(struct client *c, uint32_t n, struct account *a)
{
	struct key key = key_of(n);
	int ret;

	client_begin(c, TS_CMD_ACCOUNT_SET);
	client_u8(c, TS_A_KIND, TS_KIND_NEIGHBOUR);
	client_keys(c, &key, 1);
	ret = client_call(c);
	if (!ret)
		client_account(c, a);
	return ret;
}

FIXTURE_SETUP(mesh)
{
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, client_open(&self->c));
	ASSERT_EQ(0, neighbour_make(&self->c, 1, &self->a));
	ASSERT_EQ(0, mesh_call(&self->c, TS_CMD_MESH_ADD, "bat*"));
}

FIXTURE_TEARDOWN(mesh)
{
	client_close(&self->c);
}

static void mac_of(uint8_t mac[6], uint32_t n)
{
	mac[0] = 2;
	mac[1] = 0xb0;
	mac[2] = n >> 24;
	mac[3] = n >> 16;
	mac[4] = n >> 8;
	mac[5] = n;
}

/* Routes to originators from..to - 1. */
static int routes_set(struct client *c, uint64_t generation, uint32_t from, uint32_t to,
		      uint32_t id, uint32_t epoch, bool more)
{
	struct nlattr *list, *nest;
	uint8_t mac[6];

	client_begin(c, TS_CMD_ROUTE_SET);
	client_str(c, TS_A_MESH_PATTERN, "bat*");
	client_u64(c, TS_A_GENERATION, generation);
	list = mnl_attr_nest_start(c->nlh, TS_A_ROUTES);
	for (; from < to; from++) {
		mac_of(mac, from);
		nest = mnl_attr_nest_start(c->nlh, TS_A_ROUTE);
		mnl_attr_put(c->nlh, TS_ROUTE_A_ORIGINATOR, sizeof(mac), mac);
		if (id) {
			mnl_attr_put_u32(c->nlh, TS_ROUTE_A_ACCOUNT_ID, id);
			mnl_attr_put_u32(c->nlh, TS_ROUTE_A_EPOCH, epoch);
		}
		mnl_attr_nest_end(c->nlh, nest);
	}
	mnl_attr_nest_end(c->nlh, list);
	if (more)
		client_raw(c, TS_A_MORE, NULL, 0);
	return client_call(c);
}

static int gateways_set(struct client *c, uint64_t generation, uint32_t n, uint32_t n_behind)
{
	static uint8_t macs[8192][6];
	uint32_t i;

	for (i = 0; i < 8192; i++)
		mac_of(macs[i], i);
	client_begin(c, TS_CMD_GATEWAY_SET);
	client_str(c, TS_A_MESH_PATTERN, "bat*");
	client_u64(c, TS_A_GENERATION, generation);
	client_raw(c, TS_A_GATEWAYS, macs, n * 6);
	client_raw(c, TS_A_BEHIND, macs, n_behind * 6);
	return client_call(c);
}

/* What ORIGINATOR_GET tells, added up. */
struct told {
	int all;
	int known;
	int gateways;
	int routed;
	int paid;
};

static int told_row(struct client *c, void *data)
{
	struct told *t = data;

	t->all++;
	t->known += !!c->tb[TS_A_KNOWN];
	t->gateways += !!c->tb[TS_A_GATEWAY];
	t->routed += !!c->tb[TS_A_ROUTED];
	t->paid += !!c->tb[TS_A_ACCOUNT_ID];
	return 0;
}

static int told(struct client *c, struct told *t)
{
	memset(t, 0, sizeof(*t));
	client_begin(c, TS_CMD_ORIGINATOR_GET);
	return client_dump(c, told_row, t);
}

#define EXPECT_TOLD(c, g, r, p) do {					\
	struct told _t;							\
	ASSERT_EQ(0, told(c, &_t));					\
	EXPECT_EQ(g, _t.gateways);					\
	EXPECT_EQ(r, _t.routed);					\
	EXPECT_EQ(p, _t.paid);						\
	EXPECT_EQ(_t.all, _t.known);					\
} while (0)

static int claim_row(struct client *c, void *data)
{
	uint64_t *generations = data;

	generations[0] = client_get_u64(c, TS_A_GATEWAY_GENERATION);
	generations[1] = client_get_u64(c, TS_A_ROUTE_GENERATION);
	return 0;
}

TEST_F(mesh, claims)
{
	EXPECT_EQ(-EEXIST, mesh_call(&self->c, TS_CMD_MESH_ADD, "bat*"));
	EXPECT_EQ(-EINVAL, mesh_call(&self->c, TS_CMD_MESH_ADD, "b*t"));
	EXPECT_EQ(0, mesh_call(&self->c, TS_CMD_MESH_ADD, "mesh0"));
	EXPECT_EQ(0, mesh_call(&self->c, TS_CMD_MESH_DEL, "mesh0"));
	EXPECT_EQ(-ENOENT, mesh_call(&self->c, TS_CMD_MESH_DEL, "mesh0"));
	client_begin(&self->c, TS_CMD_PORT_ADD);
	client_str(&self->c, TS_A_PORT_PATTERN, "x*");
	client_u8(&self->c, TS_A_PORT_ROLE, TS_ROLE_MESH);
	EXPECT_EQ(-EOPNOTSUPP, client_call(&self->c));
	EXPECT_NE(NULL, strstr(self->c.extack, "MESH_ADD"));
}

TEST_F(mesh, only_so_many_claims)
{
	char name[16];
	int i, ret = 0;

	for (i = 0; !ret && i < 100; i++) {
		snprintf(name, sizeof(name), "m%d", i);
		ret = mesh_call(&self->c, TS_CMD_MESH_ADD, name);
	}
	EXPECT_EQ(-ENOSPC, ret);
}

TEST_F(mesh, generations_only_grow)
{
	uint64_t generations[2] = { 0 };

	EXPECT_EQ(0, gateways_set(&self->c, 5, 3, 2));
	EXPECT_EQ(-ESTALE, gateways_set(&self->c, 4, 1, 1));
	EXPECT_TOLD(&self->c, 3, 0, 0);
	EXPECT_EQ(0, gateways_set(&self->c, 5, 2, 2));
	EXPECT_EQ(0, routes_set(&self->c, 9, 0, 5, self->a.id, self->a.epoch, false));
	EXPECT_EQ(-ESTALE, routes_set(&self->c, 8, 0, 1, NOBODY, 0, false));
	EXPECT_TOLD(&self->c, 2, 5, 5);
	client_begin(&self->c, TS_CMD_MESH_GET);
	ASSERT_EQ(0, client_dump(&self->c, claim_row, generations));
	EXPECT_EQ(5, generations[0]);
	EXPECT_EQ(9, generations[1]);
	EXPECT_EQ(-ERANGE, routes_set(&self->c, 0, 0, 1, NOBODY, 0, false));
}

/* Each list leaves the other as it is. */
TEST_F(mesh, lists_are_apart)
{
	EXPECT_EQ(0, routes_set(&self->c, 1, 0, 100, self->a.id, self->a.epoch, false));
	EXPECT_EQ(0, gateways_set(&self->c, 1, 10, 50));
	EXPECT_TOLD(&self->c, 10, 100, 100);
	EXPECT_EQ(0, routes_set(&self->c, 2, 50, 60, NOBODY, 0, false));
	EXPECT_TOLD(&self->c, 10, 10, 0);
	EXPECT_EQ(0, gateways_set(&self->c, 2, 0, 0));
	EXPECT_TOLD(&self->c, 0, 10, 0);
}

TEST_F(mesh, a_table_in_several_messages)
{
	EXPECT_EQ(0, routes_set(&self->c, 1, 0, 2, self->a.id, self->a.epoch, false));
	EXPECT_EQ(0, routes_set(&self->c, 2, 0, 512, self->a.id, self->a.epoch, true));
	/* Not in force before the last message. */
	EXPECT_TOLD(&self->c, 0, 2, 2);
	EXPECT_EQ(0, routes_set(&self->c, 2, 512, 700, self->a.id, self->a.epoch, false));
	EXPECT_TOLD(&self->c, 0, 700, 700);
	/* Another generation throws away what had come. */
	EXPECT_EQ(0, routes_set(&self->c, 3, 0, 512, self->a.id, self->a.epoch, true));
	EXPECT_EQ(0, routes_set(&self->c, 4, 0, 3, self->a.id, self->a.epoch, false));
	EXPECT_TOLD(&self->c, 0, 3, 3);
}

TEST_F(mesh, a_table_is_whole_or_not_at_all)
{
	struct account client;
	struct key key = key_of(2);

	ASSERT_EQ(0, account_make(&self->c, &key, &client));
	EXPECT_EQ(0, routes_set(&self->c, 1, 0, 2, self->a.id, self->a.epoch, false));
	EXPECT_EQ(-ENOENT, routes_set(&self->c, 2, 0, 9, 77, 1, false));
	EXPECT_EQ(-ESTALE, routes_set(&self->c, 2, 0, 9, self->a.id, self->a.epoch + 1, false));
	EXPECT_EQ(-EINVAL, routes_set(&self->c, 2, 0, 9, client.id, client.epoch, false));
	EXPECT_EQ(0, routes_set(&self->c, 2, 0, 9, self->a.id, self->a.epoch, true));
	EXPECT_EQ(-EEXIST, routes_set(&self->c, 2, 8, 9, self->a.id, self->a.epoch, false));
	EXPECT_TOLD(&self->c, 0, 2, 2);
}

TEST_F(mesh, tables_are_bounded)
{
	uint32_t i;

	EXPECT_EQ(0, gateways_set(&self->c, 1, TS_GATEWAYS_MAX, TS_BEHIND_MAX));
	EXPECT_EQ(-E2BIG, gateways_set(&self->c, 2, TS_GATEWAYS_MAX + 1, 0));
	EXPECT_EQ(-E2BIG, gateways_set(&self->c, 2, 0, TS_BEHIND_MAX + 1));
	EXPECT_EQ(-E2BIG, routes_set(&self->c, 1, 0, TS_ROUTES_PER_MSG + 1, NOBODY, 0, false));
	for (i = 0; i < TS_ROUTES_MAX; i += TS_ROUTES_PER_MSG)
		ASSERT_EQ(0, routes_set(&self->c, 1, 1000 + i, 1000 + i + TS_ROUTES_PER_MSG,
					NOBODY, 0, true));
	EXPECT_EQ(-E2BIG, routes_set(&self->c, 1, 0, 1, NOBODY, 0, false));
	for (i = 0; i < TS_ROUTES_MAX; i += TS_ROUTES_PER_MSG)
		ASSERT_EQ(0, routes_set(&self->c, 1, 1000 + i, 1000 + i + TS_ROUTES_PER_MSG,
					NOBODY, 0, i + TS_ROUTES_PER_MSG < TS_ROUTES_MAX));
	EXPECT_TOLD(&self->c, TS_GATEWAYS_MAX, TS_ROUTES_MAX, 0);
	/* Others again and again: what is kept of the old ones has a bound, too. */
	for (i = 2; i < 12; i++)
		ASSERT_EQ(0, routes_set(&self->c, i, 100000 * i, 100000 * i + TS_ROUTES_PER_MSG,
					NOBODY, 0, false));
	EXPECT_TOLD(&self->c, TS_GATEWAYS_MAX, TS_ROUTES_PER_MSG, 0);
}

/* An account that goes leaves its routes, and nobody pays by them. */
TEST_F(mesh, a_closed_account)
{
	struct account last;

	EXPECT_EQ(0, routes_set(&self->c, 1, 0, 5, self->a.id, self->a.epoch, false));
	EXPECT_TOLD(&self->c, 0, 5, 5);
	EXPECT_EQ(0, account_call(&self->c, TS_CMD_CLOSE, &self->a, 0, 0, &last));
	EXPECT_TOLD(&self->c, 0, 5, 0);
}

TEST_F(mesh, memory_is_given_back)
{
	uint64_t before;

	EXPECT_EQ(0, mesh_call(&self->c, TS_CMD_MESH_DEL, "bat*"));
	client_begin(&self->c, TS_CMD_INFO_GET);
	ASSERT_EQ(0, client_call(&self->c));
	before = client_get_u64(&self->c, TS_A_MEMORY_BYTES);
	EXPECT_EQ(0, mesh_call(&self->c, TS_CMD_MESH_ADD, "bat*"));
	EXPECT_EQ(0, gateways_set(&self->c, 1, 10, 100));
	EXPECT_EQ(0, routes_set(&self->c, 1, 0, 500, NOBODY, 0, false));
	EXPECT_EQ(0, routes_set(&self->c, 2, 0, 500, NOBODY, 0, true));
	client_begin(&self->c, TS_CMD_INFO_GET);
	ASSERT_EQ(0, client_call(&self->c));
	EXPECT_LT(before, client_get_u64(&self->c, TS_A_MEMORY_BYTES));
	EXPECT_EQ(0, mesh_call(&self->c, TS_CMD_MESH_DEL, "bat*"));
	client_begin(&self->c, TS_CMD_INFO_GET);
	ASSERT_EQ(0, client_call(&self->c));
	EXPECT_EQ(before, client_get_u64(&self->c, TS_A_MEMORY_BYTES));
}

static int neighbour_row(struct client *c, void *data)
{
	int *n = data;

	n[0]++;
	n[1] += client_get_u32(c, TS_A_ACCOUNT_ID) != 0;
	n[2] = mnl_attr_get_payload_len(c->tb[TS_A_COUNT_BYTES]);
	return 0;
}

TEST_F(mesh, neighbours_are_told)
{
	struct account a;
	int n[3] = { 0 };
	uint32_t i;

	for (i = 10; i < 300; i++)
		ASSERT_EQ(0, neighbour_make(&self->c, i, &a));
	client_begin(&self->c, TS_CMD_NEIGHBOUR_GET);
	ASSERT_EQ(0, client_dump(&self->c, neighbour_row, n));
	EXPECT_EQ(291, n[0]);
	EXPECT_EQ(291, n[1]);
	EXPECT_EQ(TS_NEIGHBOUR_COUNT * 8, n[2]);
}

TEST_HARNESS_MAIN
