// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family "tokenswitch": what it refuses, and from whom.
 * Nothing malformed may be taken for something else, and whoever sent it is
 * told what is wrong.
 */
#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "client.h"

#define ARRAY_COUNT(a) (int)(sizeof(a) / sizeof((a)[0]))

static const struct {
	uint8_t cmd;
	const char *name;
	bool dump;	/* has only a dump */
	bool writes;
} commands[] = {
	{ TS_CMD_INFO_GET, "INFO_GET" },
	{ TS_CMD_INFO_SET, "INFO_SET", false, true },
	{ TS_CMD_OWNER_SET, "OWNER_SET", false, true },
	{ TS_CMD_PORT_ADD, "PORT_ADD", false, true },
	{ TS_CMD_PORT_DEL, "PORT_DEL", false, true },
	{ TS_CMD_PORT_GET, "PORT_GET", true },
	{ TS_CMD_ACCOUNT_SET, "ACCOUNT_SET", false, true },
	{ TS_CMD_ACCOUNT_DEL, "ACCOUNT_DEL", false, true },
	{ TS_CMD_ACCOUNT_GET, "ACCOUNT_GET" },
	{ TS_CMD_GRANT, "GRANT", false, true },
	{ TS_CMD_REVOKE, "REVOKE", false, true },
	{ TS_CMD_CLOSE, "CLOSE", false, true },
	{ TS_CMD_TARIFF_SET, "TARIFF_SET", false, true },
	{ TS_CMD_TARIFF_DEL, "TARIFF_DEL", false, true },
	{ TS_CMD_TARIFF_GET, "TARIFF_GET", true },
	{ TS_CMD_CLASS_ADD, "CLASS_ADD", false, true },
	{ TS_CMD_CLASS_DEL, "CLASS_DEL", false, true },
	{ TS_CMD_CLASS_GET, "CLASS_GET", true },
	{ TS_CMD_STRANGER_GET, "STRANGER_GET", true },
	{ TS_CMD_MESH_ADD, "MESH_ADD", false, true },
	{ TS_CMD_MESH_DEL, "MESH_DEL", false, true },
	{ TS_CMD_MESH_GET, "MESH_GET", true },
	{ TS_CMD_GATEWAY_SET, "GATEWAY_SET", false, true },
	{ TS_CMD_ROUTE_SET, "ROUTE_SET", false, true },
	{ TS_CMD_ORIGINATOR_GET, "ORIGINATOR_GET", true },
	{ TS_CMD_NEIGHBOUR_GET, "NEIGHBOUR_GET", true },
};

/* Attributes of a request and their only right length; nested ones have 0. */
static const struct {
	uint16_t attr;
	uint16_t len;
	const char *name;
} attrs[] = {
	{ TS_A_MEMORY_MAX_BYTES, 8, "MEMORY_MAX_BYTES" },
	{ TS_A_ACCOUNTS_MAX, 4, "ACCOUNTS_MAX" },
	{ TS_A_OWNER, 1, "OWNER" },
	{ TS_A_PORT_ROLE, 1, "PORT_ROLE" },
	{ TS_A_PORT_DIRECTION, 1, "PORT_DIRECTION" },
	{ TS_A_MARK_MASK, 4, "MARK_MASK" },
	{ TS_A_ZONE, 4, "ZONE" },
	{ TS_A_ACCOUNT_ID, 4, "ACCOUNT_ID" },
	{ TS_A_EPOCH, 4, "EPOCH" },
	{ TS_A_KIND, 1, "KIND" },
	{ TS_A_ACCOUNT_FLAGS, 4, "ACCOUNT_FLAGS" },
	{ TS_A_GRANTED, 8, "GRANTED" },
	{ TS_A_UNITS, 8, "UNITS" },
	{ TS_A_LOW_UNITS, 8, "LOW_UNITS" },
	{ TS_A_EXPIRES_S, 4, "EXPIRES_S" },
	{ TS_A_TARIFF_ID, 4, "TARIFF_ID" },
	{ TS_A_TARIFF_VERSION, 4, "TARIFF_VERSION" },
	{ TS_A_KEYS, 0, "KEYS" },
	{ TS_A_KEY, 0, "KEY" },
	{ TS_A_PRICES, 0, "PRICES" },
	{ TS_A_CLASS_RULE, 0, "CLASS_RULE" },
	{ TS_A_PAYER_RULE, 1, "PAYER_RULE" },
	{ TS_A_MESH_FLAGS, 4, "MESH_FLAGS" },
	{ TS_A_GENERATION, 8, "GENERATION" },
	{ TS_A_ROUTES, 0, "ROUTES" },
};

FIXTURE(refuse) {
	struct client c;
	struct account a;
	struct key key;
};

FIXTURE_SETUP(refuse)
{
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	ASSERT_EQ(0, client_open(&self->c));
	self->key = key_of(1);
	ASSERT_EQ(0, account_make(&self->c, &self->key, &self->a));
}

FIXTURE_TEARDOWN(refuse)
{
	client_close(&self->c);
}

/* A complete and right request of @cmd, to be spoilt. */
static void good_request(struct client *c, uint8_t cmd, const struct account *a,
			 const struct key *key)
{
	struct nlattr *nest;

	client_begin(c, cmd);
	switch (cmd) {
	case TS_CMD_INFO_SET:
		client_u32(c, TS_A_ACCOUNTS_MAX, 1000);
		break;
	case TS_CMD_OWNER_SET:
		client_u8(c, TS_A_OWNER, 1);
		break;
	case TS_CMD_PORT_ADD:
		client_str(c, TS_A_PORT_PATTERN, "tsx*");
		client_u8(c, TS_A_PORT_ROLE, TS_ROLE_ACCESS);
		client_u8(c, TS_A_PORT_DIRECTION, TS_DIRECTION_BOTH);
		break;
	case TS_CMD_PORT_DEL:
		client_str(c, TS_A_PORT_PATTERN, "tsx*");
		break;
	case TS_CMD_ACCOUNT_SET:
		client_u32(c, TS_A_ACCOUNT_ID, a->id);
		client_u32(c, TS_A_EPOCH, a->epoch);
		client_keys(c, key, 1);
		break;
	case TS_CMD_GRANT:
		client_u32(c, TS_A_ACCOUNT_ID, a->id);
		client_u32(c, TS_A_EPOCH, a->epoch);
		client_u64(c, TS_A_GRANTED, 1);
		break;
	case TS_CMD_ACCOUNT_GET:
		client_u32(c, TS_A_ACCOUNT_ID, a->id);
		break;
	case TS_CMD_ACCOUNT_DEL:
	case TS_CMD_REVOKE:
	case TS_CMD_CLOSE:
		client_u32(c, TS_A_ACCOUNT_ID, a->id);
		client_u32(c, TS_A_EPOCH, a->epoch);
		break;
	case TS_CMD_TARIFF_SET:
		client_u32(c, TS_A_TARIFF_ID, 3);
		client_u32(c, TS_A_TARIFF_VERSION, 1);
		nest = mnl_attr_nest_start(c->nlh, TS_A_PRICES);
		mnl_attr_nest_end(c->nlh, nest);
		break;
	case TS_CMD_TARIFF_DEL:
		client_u32(c, TS_A_TARIFF_ID, 3);
		break;
	case TS_CMD_MESH_ADD:
	case TS_CMD_MESH_DEL:
		client_str(c, TS_A_MESH_PATTERN, "tsm*");
		break;
	case TS_CMD_GATEWAY_SET:
	case TS_CMD_ROUTE_SET:
		client_str(c, TS_A_MESH_PATTERN, "tsm*");
		client_u64(c, TS_A_GENERATION, 1);
		break;
	case TS_CMD_CLASS_ADD:
	case TS_CMD_CLASS_DEL:
		nest = mnl_attr_nest_start(c->nlh, TS_A_CLASS_RULE);
		mnl_attr_put_u8(c->nlh, TS_RULE_A_CLASS, TS_CLASS_LOCAL);
		mnl_attr_put_u8(c->nlh, TS_RULE_A_FAMILY, AF_INET);
		mnl_attr_put(c->nlh, TS_RULE_A_ADDR, 4, "\x0a\0\0\0");
		mnl_attr_put_u8(c->nlh, TS_RULE_A_PREFIX_LEN, 8);
		mnl_attr_nest_end(c->nlh, nest);
		break;
	}
}

static int send_it(struct client *c, int i)
{
	return commands[i].dump ? client_dump(c, NULL, NULL) : client_call(c);
}

/* @ret is an error of the request's form, and it came with a text. */
#define EXPECT_REFUSED(ret, c, fmt, ...) do {				\
	int _ret = (ret);						\
	if ((_ret != -EINVAL && _ret != -ERANGE && _ret != -EOPNOTSUPP) || \
	    !(c)->extack[0]) {						\
		TH_LOG(fmt ": answered %d, text '%s'", ##__VA_ARGS__,	\
		       _ret, (c)->extack);				\
		_metadata->exit_code = KSFT_FAIL;			\
	}								\
} while (0)

TEST_F(refuse, unknown_attributes)
{
	int i;

	for (i = 0; i < ARRAY_COUNT(commands); i++) {
		good_request(&self->c, commands[i].cmd, &self->a, &self->key);
		client_u32(&self->c, TS_A_MAX + 1, 1);
		EXPECT_REFUSED(send_it(&self->c, i), &self->c, "%s with one more attribute",
			       commands[i].name);
		good_request(&self->c, commands[i].cmd, &self->a, &self->key);
		client_u32(&self->c, 0, 1);
		EXPECT_REFUSED(send_it(&self->c, i), &self->c, "%s with attribute 0",
			       commands[i].name);
	}
}

TEST_F(refuse, wrong_lengths)
{
	static const uint8_t junk[64] = { 1 };
	int i, j, len;

	for (i = 0; i < ARRAY_COUNT(commands); i++) {
		for (j = 0; j < ARRAY_COUNT(attrs); j++) {
			for (len = 0; len <= 12; len++) {
				if (len == attrs[j].len)
					continue;
				client_begin(&self->c, commands[i].cmd);
				client_raw(&self->c, attrs[j].attr, junk, len);
				EXPECT_REFUSED(send_it(&self->c, i), &self->c,
					       "%s, %s of %d bytes", commands[i].name,
					       attrs[j].name, len);
			}
		}
	}
}

/* Whatever is taken away from a right request, it is no request any more. */
TEST_F(refuse, missing_attributes)
{
	static const uint8_t optional[] = {
		TS_CMD_INFO_GET, TS_CMD_PORT_GET, TS_CMD_TARIFF_GET,
		TS_CMD_CLASS_GET, TS_CMD_STRANGER_GET, TS_CMD_MESH_GET,
		TS_CMD_ORIGINATOR_GET, TS_CMD_NEIGHBOUR_GET,
	};
	int i, j, k;

	for (i = 0; i < ARRAY_COUNT(commands); i++) {
		bool skip = false;

		for (k = 0; k < ARRAY_COUNT(optional); k++)
			skip |= commands[i].cmd == optional[k];
		if (skip)
			continue;
		client_begin(&self->c, commands[i].cmd);
		EXPECT_REFUSED(client_call(&self->c), &self->c, "%s without attributes",
			       commands[i].name);
		for (j = 0; j < 2; j++) {
			uint16_t attr = j ? TS_A_EPOCH : TS_A_ACCOUNT_ID;

			if (commands[i].cmd != TS_CMD_GRANT &&
			    commands[i].cmd != TS_CMD_REVOKE &&
			    commands[i].cmd != TS_CMD_CLOSE &&
			    commands[i].cmd != TS_CMD_ACCOUNT_DEL)
				continue;
			client_begin(&self->c, commands[i].cmd);
			client_u32(&self->c, attr, 1);
			client_u64(&self->c, TS_A_GRANTED, 1);
			EXPECT_REFUSED(client_call(&self->c), &self->c,
				       "%s with one number of the account",
				       commands[i].name);
		}
	}
	client_begin(&self->c, TS_CMD_GRANT);
	client_u32(&self->c, TS_A_ACCOUNT_ID, self->a.id);
	client_u32(&self->c, TS_A_EPOCH, self->a.epoch);
	EXPECT_REFUSED(client_call(&self->c), &self->c, "GRANT of nothing");
}

TEST_F(refuse, values_out_of_range)
{
	static const struct {
		uint8_t cmd;
		uint16_t attr;
		uint8_t len;
		uint32_t value;
	} cases[] = {
		{ TS_CMD_OWNER_SET, TS_A_OWNER, 1, 2 },
		{ TS_CMD_PORT_ADD, TS_A_PORT_ROLE, 1, 0 },
		{ TS_CMD_PORT_ADD, TS_A_PORT_ROLE, 1, 3 },
		{ TS_CMD_PORT_ADD, TS_A_PORT_DIRECTION, 1, 0 },
		{ TS_CMD_PORT_ADD, TS_A_PORT_DIRECTION, 1, 4 },
		{ TS_CMD_PORT_ADD, TS_A_MARK_MASK, 4, 0 },
		{ TS_CMD_PORT_ADD, TS_A_MARK_MASK, 4, 0x7 },
		{ TS_CMD_PORT_ADD, TS_A_MARK_MASK, 4, 0x0f00000f },
		{ TS_CMD_ACCOUNT_SET, TS_A_KIND, 1, 0 },
		{ TS_CMD_ACCOUNT_SET, TS_A_KIND, 1, 3 },
		{ TS_CMD_ACCOUNT_SET, TS_A_ACCOUNT_FLAGS, 4, TS_ACCOUNT_F_EXPIRED },
		{ TS_CMD_ACCOUNT_SET, TS_A_ACCOUNT_FLAGS, 4, 8 },
		{ TS_CMD_ACCOUNT_SET, TS_A_TARIFF_ID, 4, 65536 },
		{ TS_CMD_ACCOUNT_GET, TS_A_ACCOUNT_ID, 4, 0 },
	};
	int i;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		client_begin(&self->c, cases[i].cmd);
		/* The rest of the request is right, and comes first. */
		if (cases[i].cmd == TS_CMD_PORT_ADD) {
			client_str(&self->c, TS_A_PORT_PATTERN, "tsx*");
			if (cases[i].attr != TS_A_PORT_ROLE)
				client_u8(&self->c, TS_A_PORT_ROLE, TS_ROLE_ACCESS);
			if (cases[i].attr != TS_A_PORT_DIRECTION)
				client_u8(&self->c, TS_A_PORT_DIRECTION, TS_DIRECTION_BOTH);
		} else if (cases[i].cmd == TS_CMD_ACCOUNT_SET) {
			struct key k = key_of(2);

			if (cases[i].attr != TS_A_KIND)
				client_u8(&self->c, TS_A_KIND, TS_KIND_CLIENT);
			client_keys(&self->c, &k, 1);
		}
		if (cases[i].len == 1)
			client_u8(&self->c, cases[i].attr, cases[i].value);
		else
			client_u32(&self->c, cases[i].attr, cases[i].value);
		EXPECT_REFUSED(client_call(&self->c), &self->c, "command %d, attribute %d = %u",
			       cases[i].cmd, cases[i].attr, cases[i].value);
	}
}

TEST_F(refuse, patterns)
{
	static const char *const bad[] = {
		"", "a*b", "**", "a b", "a/b", "sixteenbytesname", "a\tb",
	};
	int i;

	for (i = 0; i < ARRAY_COUNT(bad); i++) {
		client_begin(&self->c, TS_CMD_PORT_ADD);
		client_str(&self->c, TS_A_PORT_PATTERN, bad[i]);
		client_u8(&self->c, TS_A_PORT_ROLE, TS_ROLE_ACCESS);
		client_u8(&self->c, TS_A_PORT_DIRECTION, TS_DIRECTION_BOTH);
		EXPECT_REFUSED(client_call(&self->c), &self->c, "pattern '%s'", bad[i]);
	}
}

/* Bytes behind the last attribute, in the request and in a nest. */
TEST_F(refuse, trailing_garbage)
{
	struct nlattr *nest, *key;
	int i, extra;

	for (i = 0; i < ARRAY_COUNT(commands); i++) {
		for (extra = 1; extra <= 3; extra++) {
			good_request(&self->c, commands[i].cmd, &self->a, &self->key);
			self->c.nlh->nlmsg_len += extra;
			EXPECT_REFUSED(send_it(&self->c, i), &self->c,
				       "%s and %d bytes more", commands[i].name, extra);
		}
		/* an attribute that is longer than what is left of the message */
		good_request(&self->c, commands[i].cmd, &self->a, &self->key);
		client_u32(&self->c, TS_A_ZONE, 1);
		nest = (void *)((char *)self->c.nlh + self->c.nlh->nlmsg_len - 8);
		nest->nla_len = 100;
		EXPECT_REFUSED(send_it(&self->c, i), &self->c,
			       "%s with an attribute that sticks out", commands[i].name);
	}
	client_begin(&self->c, TS_CMD_ACCOUNT_GET);
	key = mnl_attr_nest_start(self->c.nlh, TS_A_KEY);
	mnl_attr_put(self->c.nlh, TS_KEY_A_MAC, 6, self->key.mac);
	mnl_attr_put_u16(self->c.nlh, TS_KEY_A_VLAN, 0);
	mnl_attr_put_u32(self->c.nlh, TS_KEY_A_ZONE, 7);
	self->c.nlh->nlmsg_len += 3;
	mnl_attr_nest_end(self->c.nlh, key);
	self->c.nlh->nlmsg_len = MNL_ALIGN(self->c.nlh->nlmsg_len);
	EXPECT_REFUSED(client_call(&self->c), &self->c, "a key and 3 bytes more");
}

/* A key made of @parts: bit 0 MAC, 1 VLAN, 2 ZONE, 3 an unknown attribute. */
static void put_key(struct client *c, unsigned int mac_len, uint16_t vlan, int parts)
{
	struct nlattr *nest = mnl_attr_nest_start(c->nlh, TS_A_KEY);

	if (parts & 1)
		mnl_attr_put(c->nlh, TS_KEY_A_MAC, mac_len, "\x02\0\0\0\0\x09\0\0");
	if (parts & 2)
		mnl_attr_put_u16(c->nlh, TS_KEY_A_VLAN, vlan);
	if (parts & 4)
		mnl_attr_put_u32(c->nlh, TS_KEY_A_ZONE, 7);
	if (parts & 8)
		mnl_attr_put_u32(c->nlh, TS_KEY_A_MAX + 1, 7);
	mnl_attr_nest_end(c->nlh, nest);
}

TEST_F(refuse, nested_nonsense)
{
	static const struct {
		const char *name;
		uint8_t mac_len;
		uint16_t vlan;
		int parts;
	} cases[] = {
		{ "an empty key", 0, 0, 0 },
		{ "a key without a MAC", 0, 1, 6 },
		{ "a MAC of 5 bytes", 5, 1, 7 },
		{ "a MAC of 7 bytes", 7, 1, 7 },
		{ "VLAN 4095", 6, 4095, 7 },
		{ "VLAN 65535", 6, 65535, 7 },
		{ "an unknown attribute in a key", 6, 1, 15 },
	};
	struct nlattr *nest;
	struct key keys[TS_KEYS_MAX + 1];
	int i, bare;

	for (i = 0; i < ARRAY_COUNT(cases); i++) {
		for (bare = 0; bare < 2; bare++) {
			client_begin(&self->c, bare ? TS_CMD_ACCOUNT_GET : TS_CMD_ACCOUNT_SET);
			nest = NULL;
			if (!bare) {
				client_u8(&self->c, TS_A_KIND, TS_KIND_CLIENT);
				nest = mnl_attr_nest_start(self->c.nlh, TS_A_KEYS);
			}
			put_key(&self->c, cases[i].mac_len, cases[i].vlan, cases[i].parts);
			if (nest)
				mnl_attr_nest_end(self->c.nlh, nest);
			EXPECT_REFUSED(client_call(&self->c), &self->c, "%s, %s", cases[i].name,
				       bare ? "ACCOUNT_GET" : "ACCOUNT_SET");
		}
	}
	/* a list that holds something else than keys */
	client_begin(&self->c, TS_CMD_ACCOUNT_SET);
	client_u8(&self->c, TS_A_KIND, TS_KIND_CLIENT);
	nest = mnl_attr_nest_start(self->c.nlh, TS_A_KEYS);
	client_u32(&self->c, TS_A_ZONE, 7);
	mnl_attr_nest_end(self->c.nlh, nest);
	EXPECT_REFUSED(client_call(&self->c), &self->c, "a zone in the list of keys");
	/* one key too many, and one key twice */
	for (i = 0; i < TS_KEYS_MAX + 1; i++)
		keys[i] = key_of(10 + i);
	client_begin(&self->c, TS_CMD_ACCOUNT_SET);
	client_u8(&self->c, TS_A_KIND, TS_KIND_CLIENT);
	client_keys(&self->c, keys, TS_KEYS_MAX + 1);
	i = client_call(&self->c);
	EXPECT_GT(0, i);
	EXPECT_STRNE("", self->c.extack);
	keys[1] = keys[0];
	client_begin(&self->c, TS_CMD_ACCOUNT_SET);
	client_u8(&self->c, TS_A_KIND, TS_KIND_CLIENT);
	client_keys(&self->c, keys, 2);
	i = client_call(&self->c);
	EXPECT_GT(0, i);
	EXPECT_STRNE("", self->c.extack);
	/* a nest that does not say that it is one */
	client_begin(&self->c, TS_CMD_ACCOUNT_GET);
	client_key(&self->c, &self->key);
	nest = mnl_nlmsg_get_payload_offset(self->c.nlh, sizeof(struct genlmsghdr));
	nest->nla_type &= ~NLA_F_NESTED;
	EXPECT_REFUSED(client_call(&self->c), &self->c, "a nest without its flag");
}

TEST_F(refuse, headers)
{
	struct genlmsghdr *genl;

	good_request(&self->c, TS_CMD_GRANT, &self->a, &self->key);
	self->c.nlh->nlmsg_flags |= NLM_F_CREATE;
	EXPECT_EQ(-EINVAL, client_call(&self->c));
	good_request(&self->c, TS_CMD_GRANT, &self->a, &self->key);
	genl = mnl_nlmsg_get_payload(self->c.nlh);
	genl->reserved = 1;
	EXPECT_EQ(-EINVAL, client_call(&self->c));
	client_begin(&self->c, TS_CMD_EVENT);
	EXPECT_EQ(-EOPNOTSUPP, client_call(&self->c));
	client_begin(&self->c, TS_CMD_MAX + 1);
	EXPECT_EQ(-EOPNOTSUPP, client_call(&self->c));
	client_begin(&self->c, TS_CMD_UNSPEC);
	EXPECT_EQ(-EOPNOTSUPP, client_call(&self->c));
}

/* After all that, nothing has changed. */
TEST_F(refuse, nothing_changed)
{
	struct account b;
	int i;

	for (i = 0; i < ARRAY_COUNT(commands); i++) {
		good_request(&self->c, commands[i].cmd, &self->a, &self->key);
		client_u32(&self->c, TS_A_MAX + 1, 1);
		send_it(&self->c, i);
	}
	ASSERT_EQ(0, account_get(&self->c, self->a.id, &b));
	EXPECT_EQ(0, b.granted);
	client_begin(&self->c, TS_CMD_INFO_GET);
	ASSERT_EQ(0, client_call(&self->c));
	EXPECT_EQ(1, client_get_u32(&self->c, TS_A_ACCOUNTS));
	EXPECT_EQ(NULL, self->c.tb[TS_A_OWNER_PID]);
}

/* --- who may ------------------------------------------------------------ */

TEST_F(refuse, nobody_may_nothing)
{
	int i, ret;

	ASSERT_EQ(0, setgroups(0, NULL));
	ASSERT_EQ(0, setresgid(65534, 65534, 65534));
	ASSERT_EQ(0, setresuid(65534, 65534, 65534));
	for (i = 0; i < ARRAY_COUNT(commands); i++) {
		good_request(&self->c, commands[i].cmd, &self->a, &self->key);
		ret = send_it(&self->c, i);
		EXPECT_EQ(-EPERM, ret)
			TH_LOG("%s answered %d", commands[i].name, ret);
	}
	good_request(&self->c, TS_CMD_ACCOUNT_GET, &self->a, &self->key);
	EXPECT_EQ(-EPERM, client_dump(&self->c, NULL, NULL));
	/* Events show addresses as well. */
	EXPECT_EQ(-EPERM, client_join_events(&self->c));
}

static int limit_memory(struct client *c, uint64_t max_bytes)
{
	client_begin(c, TS_CMD_INFO_SET);
	client_u64(c, TS_A_MEMORY_MAX_BYTES, max_bytes);
	return client_call(c);
}

/* Root of a user namespace is root of the network namespaces it makes. */
TEST_F(refuse, own_namespace_may)
{
	struct client c;
	uint64_t max;

	ASSERT_EQ(0, setresuid(65534, 65534, 65534));
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		SKIP(return, "no user namespaces for users: errno %d", errno);
	ASSERT_EQ(0, client_open(&c));
	EXPECT_EQ(0, account_make(&c, &self->key, NULL));
	/* within the limits that were set for it */
	client_begin(&c, TS_CMD_INFO_GET);
	ASSERT_EQ(0, client_call(&c));
	max = client_get_u64(&c, TS_A_MEMORY_MAX_BYTES);
	EXPECT_EQ(0, limit_memory(&c, max / 2));
	EXPECT_EQ(0, limit_memory(&c, max));
	EXPECT_EQ(-EPERM, limit_memory(&c, max + 1));
	EXPECT_STRNE("", c.extack);
	/* but not of the one that it comes from */
	EXPECT_EQ(-EPERM, account_make(&self->c, &self->key, NULL));
	client_close(&c);
}

TEST_F(refuse, owner)
{
	struct client other;
	struct account b;
	int i, ret;

	ASSERT_EQ(0, client_open(&other));
	client_begin(&self->c, TS_CMD_OWNER_SET);
	client_u8(&self->c, TS_A_OWNER, 1);
	ASSERT_EQ(0, client_call(&self->c));
	client_begin(&other, TS_CMD_INFO_GET);
	ASSERT_EQ(0, client_call(&other));
	EXPECT_EQ(getpid(), client_get_u32(&other, TS_A_OWNER_PID));

	for (i = 0; i < ARRAY_COUNT(commands); i++) {
		good_request(&other, commands[i].cmd, &self->a, &self->key);
		ret = send_it(&other, i);
		EXPECT_EQ(commands[i].writes ? -EBUSY : 0, ret)
			TH_LOG("%s answered %d", commands[i].name, ret);
		if (commands[i].writes)
			EXPECT_STRNE("", other.extack);
	}
	ASSERT_EQ(0, account_call(&self->c, TS_CMD_GRANT, &self->a, TS_A_GRANTED, 9, &b));
	EXPECT_EQ(9, b.granted);

	/* given up */
	client_begin(&self->c, TS_CMD_OWNER_SET);
	client_u8(&self->c, TS_A_OWNER, 0);
	ASSERT_EQ(0, client_call(&self->c));
	EXPECT_EQ(0, account_call(&other, TS_CMD_GRANT, &self->a, TS_A_GRANTED, 10, NULL));

	/* lost with the socket */
	client_begin(&self->c, TS_CMD_OWNER_SET);
	client_u8(&self->c, TS_A_OWNER, 1);
	ASSERT_EQ(0, client_call(&self->c));
	EXPECT_EQ(-EBUSY, account_call(&other, TS_CMD_REVOKE, &self->a, 0, 0, NULL));
	client_close(&self->c);
	EXPECT_EQ(0, account_call(&other, TS_CMD_REVOKE, &self->a, 0, 0, &b));
	EXPECT_EQ(10, b.units);
	client_close(&other);
}

TEST_HARNESS_MAIN
